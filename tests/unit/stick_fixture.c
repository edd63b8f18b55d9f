/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged bundles (stick_fixture.h). Layer: tests. */
#include "tests/unit/stick_fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle_file.h"

#define PIECE_MAX 1500
#define ITEM_MAX 20000

unsigned int stick_chance(unsigned int *seed, unsigned int n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 8) % n;
}

void stick_load_init(struct stick_load *l, const char *event, const struct key *writer, unsigned int *seed, size_t n_items)
{
	*l = (struct stick_load){ .event = event, .writer = writer, .n_items = n_items, .intact = map_new() };
	l->items = mem_array(n_items, sizeof(*l->items));
	for (size_t i = 0; i < n_items; i++) {
		struct stick_item *item = &l->items[i];

		item->len = 1 + stick_chance(seed, ITEM_MAX);
		item->bytes = mem_alloc(item->len);
		item->there = mem_zalloc(item->len);
		for (size_t k = 0; k < item->len; k++)
			item->bytes[k] = (char)stick_chance(seed, 256);
		item->sha256 = sha256(item->bytes, item->len);
	}
}

void stick_load_done(struct stick_load *l)
{
	for (size_t i = 0; i < l->n_items; i++) {
		mem_free(l->items[i].bytes);
		mem_free(l->items[i].there);
	}
	mem_free(l->items);
	map_free(l->intact);
}

static void add_item(struct bundle_writer *w, const struct stick_item *item, unsigned int *seed)
{
	size_t size = 300 + stick_chance(seed, PIECE_MAX - 300), n = (item->len + size - 1) / size;
	size_t shift = stick_chance(seed, 3) ? 0 : stick_chance(seed, (unsigned int)n);

	for (size_t i = 0; i < n; i++) {
		size_t at = (i + shift) % n * size, len = item->len - at < size ? item->len - at : size;

		assert_ok(bundle_add_evidence(w, &item->sha256, item->len, at, item->bytes + at, len));
	}
}

void stick_write(const char *path, const struct stick_load *l, unsigned int *seed)
{
	const struct bundle_head head = { .what = "bundle", .event = l->event, .from = key_id(l->writer) };
	size_t first = stick_chance(seed, (unsigned int)l->n_items);
	struct bundle_writer *w = NULL;
	bool done = false;
	uint64_t n;

	(void)unlink(path);
	assert_ok(bundle_create(&w, path, &head, l->writer, NULL, 0));
	for (size_t i = 0; i < l->n_batches; i++)
		assert_ok(bundle_add(w, 'B', l->batches[i].ptr, l->batches[i].len, stick_chance(seed, 2)));
	for (size_t i = 0; i < l->n_items; i++)
		add_item(w, &l->items[(first + i) % l->n_items], seed);
	assert_ok(bundle_finish(w));
	while (!done)
		assert_ok(bundle_read_back(&done, &n, w));
	bundle_writer_free(w);
}

static void note_records(struct stick_load *l, const struct frame *f)
{
	struct batch_reader in;
	struct envelope e;

	if (batch_open(&in, f->body, f->len) != STATUS_OK)
		return;
	while (batch_next(&e, &in) == STATUS_OK) {
		struct digest rid = record_rid(e.payload, e.len);
		char hex[DIGEST_HEX];

		digest_hex(hex, &rid);
		map_set(l->intact, hex, l);
	}
}

static void note_piece(struct stick_load *l, const struct frame *f)
{
	struct bundle_piece p;

	assert_true(bundle_piece(&p, f));
	for (size_t i = 0; i < l->n_items; i++)
		if (digest_equal(&l->items[i].sha256, &p.sha256))
			memset(l->items[i].there + p.offset, true, p.len);
}

static void note_intact(struct stick_load *l, const char *path)
{
	struct bundle_reader *r = NULL;
	struct frame f;
	int fd = -1;

	assert_ok(io_open_regular(&fd, path));
	assert_ok(bundle_open(&r, fd, path, NULL));
	while (bundle_next(&f, r) == STATUS_OK) {
		if (f.type == 'B')
			note_records(l, &f);
		if (f.type == 'E')
			note_piece(l, &f);
	}
	bundle_close(r);
	close(fd);
}

void stick_damage(const char *path, struct stick_load *l, unsigned int *seed)
{
	int fd = open(path, O_RDWR);
	unsigned int size, wounds = stick_chance(seed, 6);
	struct stat sb;

	assert_true(fd >= 0 && fstat(fd, &sb) == 0);
	size = (unsigned int)sb.st_size - BUNDLE_MAGIC_LEN;
	for (unsigned int i = 0; i < wounds; i++) {
		char junk[4000];
		size_t n = stick_chance(seed, 2) ? 1 : 1 + stick_chance(seed, sizeof(junk));
		off_t at = BUNDLE_MAGIC_LEN + (off_t)stick_chance(seed, size);

		for (size_t k = 0; k < n; k++)
			junk[k] = (char)stick_chance(seed, 256);
		assert_int_equal(pwrite(fd, junk, n, at), n);
	}
	if (stick_chance(seed, 4) == 0)
		assert_int_equal(ftruncate(fd, BUNDLE_MAGIC_LEN + (off_t)stick_chance(seed, size)), 0);
	close(fd);
	note_intact(l, path);
}

bool stick_item_whole(const struct stick_item *item)
{
	return memchr(item->there, false, item->len) == NULL;
}
