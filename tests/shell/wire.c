/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What curl cannot do: keys and signed bytes of the protocol, for tests of the hub in the shell.
 * Layer: tests.
 *
 *   wire key FILE                                 a new key; prints its id
 *   wire enrol KEY EVENT SECRET                   request for enrolment on standard output
 *   wire session KEY EVENT NONCE                  proof for a session
 *   wire batch KEY EVENT WHO TI FROM COUNT        comments FROM, FROM + 1 … of the key's chain
 *   wire open TYPE FILE                           payload of a signed document, whoever signed
 *   wire digest FILE                              its Content-Digest
 *   wire code CODE base|event|secret|host|port    a part of an enrolment code
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hubd/uri.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/payload.h"
#include "verdict/proto/signed.h"
#include "verdict/proto/content.h"

#define FILE_MAX (32u << 20)

static void fail(const char *what)
{
	fprintf(stderr, "wire: %s\n", what);
	exit(1);
}

static void need(enum status st)
{
	if (st)
		fail(status_message());
}

static void put(const struct buf *b)
{
	if (b->err || fwrite(b->ptr, 1, b->len, stdout) != b->len || fflush(stdout) != 0)
		fail("cannot write");
}

/* When the key was made: now for a hub, and the same in every call. */
static int64_t age_of(const char *path)
{
	struct stat sb;

	if (stat(path, &sb) != 0)
		fail(path);
	return (int64_t)sb.st_mtime * 1000;
}

static struct key *read_key(const char *path)
{
	struct key *k;
	struct buf b;

	buf_init(&b, 4096);
	need(io_read_file(&b, path, 4096));
	need(key_unseal(&k, b.ptr, b.len, NULL));
	buf_done(&b);
	return k;
}

static void make_key(const char *path)
{
	struct key *k;
	struct buf b;

	need(key_new(&k));
	buf_init(&b, 4096);
	key_seal(&b, k, NULL);
	need(io_replace_file(path, b.ptr, b.len, 0600));
	puts(key_id(k));
	buf_done(&b);
	key_free(k);
}

static struct record comment(
	const struct key *k, char **argv, int64_t begin, uint64_t n, const struct digest *prev)
{
	int64_t at = begin + (int64_t)n;
	struct record r = { .kind = RECORD_COMMENT,
		.kind_name = "comment",
		.event = argv[0],
		.replica = key_id(k),
		.n = n,
		.has_prev = n > 1,
		.prev = *prev,
		.who = argv[1],
		.ti = argv[2],
		.text = "looked at",
		.at = at,
		.hlc = (uint64_t)at << 16 };

	return r;
}

/* The chain from its first record, of which only the last COUNT are sent: the same words give the
 * same bytes. */
static void make_batch(const struct key *k, char **argv, int64_t begin)
{
	unsigned long from = strtoul(argv[3], NULL, 10), count = strtoul(argv[4], NULL, 10);
	struct digest prev = { { 0 } };
	struct buf batch, payload;

	buf_init(&batch, FILE_MAX);
	batch_begin(&batch);
	for (unsigned long n = 1; n < from + count; n++) {
		struct record r = comment(k, argv, begin, n, &prev);
		uint8_t sig[KEY_SIGNATURE];
		struct envelope e;

		buf_init(&payload, RECORD_PAYLOAD_MAX);
		need(payload_format(&payload, &r));
		key_sign(sig, k, RECORD_TYPE, payload.ptr, payload.len);
		e = (struct envelope){ payload.ptr, payload.len, key_public(k), sig };
		if (n >= from)
			batch_add(&batch, &e);
		prev = record_rid(payload.ptr, payload.len);
		buf_done(&payload);
	}
	put(&batch);
	buf_done(&batch);
}

static void open_signed(const char *type, const char *path)
{
	struct envelope e;
	struct buf b;

	buf_init(&b, FILE_MAX);
	need(io_read_file(&b, path, FILE_MAX));
	need(signed_open(&e, type, b.ptr, b.len, NULL));
	printf("%.*s\n", (int)e.len, e.payload);
	buf_done(&b);
}

static void digest_of(const char *path)
{
	char text[64];
	struct digest d;
	struct buf b;

	buf_init(&b, FILE_MAX);
	need(io_read_file(&b, path, FILE_MAX));
	d = sha256(b.ptr, b.len);
	content_digest_format(text, &d);
	puts(text);
	buf_done(&b);
}

static void part_of(const char *code, const char *part)
{
	struct enrol_code c;
	struct arena a;

	arena_init(&a);
	need(enrol_code_parse(&c, &a, code));
	if (strcmp(part, "port") == 0)
		printf("%d\n", c.port);
	else
		puts(strcmp(part, "base") == 0 ? c.base_url : strcmp(part, "event") == 0 ? c.event
			: strcmp(part, "host") == 0 ? c.host : c.secret);
	arena_done(&a);
}

static void sign(const char *verb, const char *key, const char *event, const char *word)
{
	struct key *k = read_key(key);
	struct buf b;

	buf_init(&b, 1 << 16);
	if (strcmp(verb, "enrol") == 0)
		enrol_sign(&b, k, event, word, "shell test", age_of(key));
	else
		session_sign(&b, k, event, word, age_of(key));
	put(&b);
	buf_done(&b);
	key_free(k);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	crypto_init();
	if (strcmp(verb, "key") == 0 && argc == 3) {
		make_key(argv[2]);
	} else if ((strcmp(verb, "enrol") == 0 || strcmp(verb, "session") == 0) && argc == 5) {
		sign(verb, argv[2], argv[3], argv[4]);
	} else if (strcmp(verb, "batch") == 0 && argc == 8) {
		struct key *k = read_key(argv[2]);

		make_batch(k, argv + 3, age_of(argv[2]));
		key_free(k);
	} else if (strcmp(verb, "open") == 0 && argc == 4) {
		open_signed(argv[2], argv[3]);
	} else if (strcmp(verb, "digest") == 0 && argc == 3) {
		digest_of(argv[2]);
	} else if (strcmp(verb, "code") == 0 && argc == 4) {
		part_of(argv[2], argv[3]);
	} else {
		fail("wrong words; the file begins with what there is");
	}
	return 0;
}
