/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle for benchmarks: a console that the hub lets in writes so many records, and files as evidence behind them;
 * sealed to nobody.
 *
 *   genbundle CODE CA|- RECORDS OUT [FILE…]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "loadpeer.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle_file.h"

static struct digest digest_of(uint64_t *size, FILE *f, char *piece)
{
	struct sha256 sum;
	size_t n;

	*size = 0;
	sha256_begin(&sum);
	while ((n = fread(piece, 1, BUNDLE_PIECE, f)) > 0) {
		sha256_add(&sum, piece, n);
		*size += n;
	}
	rewind(f);
	return sha256_end(&sum);
}

static void add_file(struct bundle_writer *w, const char *path)
{
	char *piece = mem_alloc(BUNDLE_PIECE);
	FILE *f = fopen(path, "rb");
	struct digest d;
	uint64_t size, at = 0;
	size_t n;

	must(f != NULL, path);
	d = digest_of(&size, f, piece);
	while ((n = fread(piece, 1, BUNDLE_PIECE, f)) > 0) {
		struct buf b;

		buf_init(&b, BUNDLE_EVIDENCE_HEAD + BUNDLE_PIECE);
		buf_add(&b, d.b, sizeof(d.b));
		buf_u64(&b, size);
		buf_u64(&b, at);
		buf_add(&b, piece, n);
		must(bundle_add(w, 'E', b.ptr, b.len, false) == STATUS_OK, path);	/* as it is, so that a copy has the same bytes */
		buf_done(&b);
		at += n;
	}
	fclose(f);
	mem_free(piece);
}

int main(int argc, char **argv)
{
	unsigned long records = argc >= 5 ? strtoul(argv[3], NULL, 10) : 0;
	struct bundle_head head = { .what = "bundle" };
	struct bundle_writer *w;
	struct peer p;
	uint64_t n;
	bool done = false;

	if (records == 0 || records > 1000000) {
		fputs("usage: genbundle CODE CA|- RECORDS OUT [FILE...]\n", stderr);
		return 2;
	}
	crypto_init();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	peer_join(&p, argv[1], strcmp(argv[2], "-") == 0 ? NULL : argv[2]);
	p.tis = (unsigned int)(records < 20000 ? 1000 : records / 20);
	peer_write(&p, (records + BATCH_RECORDS_MAX - 1) / BATCH_RECORDS_MAX, BATCH_RECORDS_MAX);
	head.event = p.event;
	head.from = key_id(p.key);
	head.at = clock_wall_ms();
	must(bundle_create(&w, argv[4], &head, p.key, NULL, 0) == STATUS_OK, argv[4]);
	for (size_t i = 0; i < p.n_batches; i++)
		must(bundle_add(w, 'B', p.batches[i].ptr, p.batches[i].len, false) == STATUS_OK, argv[4]);
	for (int i = 5; i < argc; i++)
		add_file(w, argv[i]);
	must(bundle_finish(w) == STATUS_OK, argv[4]);
	while (!done)
		must(bundle_read_back(&done, &n, w) == STATUS_OK, argv[4]);
	bundle_writer_free(w);
	peer_end(&p);
	return 0;
}
