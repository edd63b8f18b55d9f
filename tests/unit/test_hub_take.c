/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles into a hub: damaged ones, in any order and more than once. Layer: tests. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hub_fixture.h"
#include "pack_fixture.h"
#include "store_fixture.h"
#include "stick_fixture.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hub/take.h"
#include "verdict/proto/bundle_file.h"
#include "verdict/proto/gather.h"

#define STICKS 4
#define BATCHES 12
#define ITEMS 3
#define ROUNDS 12

/* The event lists the items, on its first TI. */
static void list_items(struct hub_fixture *f, const struct stick_load *l)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_adds(&b, "{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"to-be-verified\",\"since\":\"2026-11-24T10:00:00+09:00\","
		"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"},{\"role\":\"recipient\",\"system\":\"S2\"}],\"evidence\":[");
	for (size_t i = 0; i < l->n_items; i++) {
		char hex[DIGEST_HEX];

		digest_hex(hex, &l->items[i].sha256);
		buf_printf(&b, "%s{\"n\":%zu,\"sha256\":\"%s\",\"size\":%zu,\"name\":\"b\"}", i ? "," : "", i + 1, hex, l->items[i].len);
	}
	buf_adds(&b, "]}\n");
	hub_fixture_import(f, 1, "instances.ndjson", buf_str(&b));
	buf_done(&b);
}

static uint64_t records_of(struct hub_fixture *f)
{
	uint8_t epoch[EPOCH_BYTES];
	struct page_head head = { .more = true };
	struct page_reader in;
	struct feed_entry e;
	struct digest root;
	struct buf page;
	uint64_t size, since = 0, n = 0;

	hub_head(f->e, &size, &root, epoch);
	buf_init(&page, FEED_PAGE_MAX);
	while (head.more) {
		assert_ok(hub_page(&page, f->e, epoch, since, 0));
		assert_ok(page_open(&in, &head, page.ptr, page.len));
		while (page_next(&e, NULL, NULL, &in) == STATUS_OK)
			n += e.type == FEED_RECORD;
		since += head.count;
	}
	buf_done(&page);
	return n;
}

static struct hub_taken taken(struct hub_fixture *f, const char *path)
{
	const struct hub_take how = { .no_pages = true };
	struct hub_taken t;
	enum status st = hub_take(&t, f->h, path, &how);

	if (st != STATUS_INVALID)	/* cut to less than its first bytes */
		assert_ok(st);
	return t;
}

static void assert_evidence(struct hub_fixture *f, const struct stick_item *item)
{
	char *back = mem_alloc(item->len);
	uint64_t size;
	int fd = -1;
	enum status st = hub_evidence_open(&fd, &size, f->e, &item->sha256);

	assert_int_equal(st, stick_item_whole(item) ? STATUS_OK : STATUS_NOT_FOUND);
	if (st == STATUS_OK) {
		assert_int_equal(size, item->len);
		assert_ok(io_pread_all(fd, "evidence", back, item->len, 0));
		assert_memory_equal(back, item->bytes, item->len);
		close(fd);
	}
	mem_free(back);
}

/* Whatever is damaged on each, together they give all that is intact on any, each record once. */
static void one_round(unsigned int seed)
{
	struct hub_fixture *f = hub_fixture_new(false, 1);
	struct buf batches[BATCHES];
	struct stick_load l;
	struct author a;
	unsigned int bits = seed;
	char *path[STICKS];

	author_new(&a, f, "m1", ROLE_MONITOR, NULL);
	stick_load_init(&l, "ev", a.key, &bits, ITEMS);
	list_items(f, &l);
	for (int i = 0; i < BATCHES; i++) {
		buf_init(&batches[i], BATCH_BYTES_MAX);
		batch_begin(&batches[i]);
		for (unsigned int k = stick_chance(&bits, 3) + 1; k > 0; k--)
			author_write(&batches[i], &a, f, RECORD_COMMENT, "1001", 0);
	}
	l.batches = batches;
	l.n_batches = BATCHES;
	for (int i = 0; i < STICKS; i++) {
		path[i] = mem_printf("%s/%d.bundle", f->dir, i);
		stick_write(path[i], &l, &bits);
		stick_damage(path[i], &l, &bits);
	}
	for (int i = 0; i < STICKS; i++) {
		taken(f, path[i]);
		if (stick_chance(&bits, 3) == 0)
			taken(f, path[stick_chance(&bits, (unsigned int)i + 1)]);	/* one again */
	}
	assert_int_equal(records_of(f), map_count(l.intact));
	for (size_t i = 0; i < ITEMS; i++)
		assert_evidence(f, &l.items[i]);
	for (int i = 0; i < BATCHES; i++)
		buf_done(&batches[i]);
	for (int i = 0; i < STICKS; i++)
		mem_free(path[i]);
	stick_load_done(&l);
	author_free(&a);
	hub_fixture_free(f);
}

static void test_36_damaged_sticks_together(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= ROUNDS; seed++)
		one_round(seed);
}

static struct hub_taken piece(struct hub_fixture *f, const struct stick_item *item, size_t at, size_t len, bool forged)
{
	const struct bundle_head head = { .what = "bundle", .event = "ev" };
	char *path = mem_printf("%s/p.bundle", f->dir), *bytes = mem_dup(item->bytes + at, len);
	struct bundle_writer *w = NULL;
	struct hub_taken t;
	bool done = false;
	uint64_t n;

	bytes[0] ^= (char)forged;
	(void)unlink(path);
	assert_ok(bundle_create(&w, path, &head, hub_key(f->h), NULL, 0));
	assert_ok(bundle_add_evidence(w, &item->sha256, item->len, at, bytes, len));
	assert_ok(bundle_finish(w));
	while (!done)
		assert_ok(bundle_read_back(&done, &n, w));
	bundle_writer_free(w);
	t = taken(f, path);
	mem_free(bytes);
	mem_free(path);
	return t;
}

/* Pieces are believed by nobody: a wrong one costs what was gathered, and never becomes evidence. */
static void test_36_a_wrong_piece(void **state)
{
	struct hub_fixture *f = hub_fixture_new(false, 1);
	struct stick_item *item;
	struct hub_taken t;
	struct stick_load l;
	unsigned int bits = 7;
	struct author a;
	size_t half;

	(void)state;
	author_new(&a, f, "m1", ROLE_MONITOR, NULL);
	do {
		stick_load_init(&l, "ev", a.key, &bits, 1);
		item = l.items;
		half = item->len / 2;
		if (half < 10)
			stick_load_done(&l);
	} while (half < 10);
	list_items(f, &l);
	t = piece(f, item, half, item->len - half, true);
	assert_true(t.evidence_cut == 1 && t.evidence == 0 && t.bad == 0);
	t = piece(f, item, 0, half, false);		/* whole, and not what its digest says */
	assert_true(t.evidence == 0 && t.bad == 1);
	assert_evidence(f, item);
	t = piece(f, item, half, item->len - half, true);
	t = piece(f, item, half, item->len - half, false);	/* the later one counts */
	assert_true(t.evidence_cut == 1);
	hub_fixture_close(f);				/* and is there after a restart */
	hub_fixture_open(f);
	f->e = hub_event_find(f->h, "ev");
	t = piece(f, item, 0, half, false);
	assert_true(t.evidence == 1 && t.bad == 0 && t.evidence_cut == 0);
	memset(item->there, true, item->len);
	assert_evidence(f, item);
	t = piece(f, item, 0, half, true);
	assert_true(t.evidence_known == 1 && t.evidence == 0);
	stick_load_done(&l);
	author_free(&a);
	hub_fixture_free(f);
}

/* The map beside what is gathered is believed only where it is one. */
static void test_gather_maps(void **state)
{
	static const char *const maps[] = { "", "10", "10\n", "10\n0 4\n", "10\n0 4\n4 6\n", "10\n5 3\n", "10\n0 99\n", "10\n-1 3\n",
		"10\n0 18446744073709551616\n", "99\n0 10\n", "10\n4 6\n0 2\n", "10\n0 4\nx", "10\n0 10\n" };
	char *dir = fixture_dir(), *path = mem_printf("%s/x", dir), *map = mem_printf("%s/x.map", dir);
	const uint64_t have[] = { 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 10 };
	struct digest want = sha256("0123456789", 10);

	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
		struct gather *g = NULL, *other = NULL;

		assert_ok(io_replace_file(path, "0123456789", 10, 0600));
		assert_ok(io_replace_file(map, maps[i], strlen(maps[i]), 0600));
		assert_ok(gather_open(&g, path, &want, 10));
		assert_int_equal(gather_have(g), have[i]);
		assert_int_equal(gather_open(&other, path, &want, 10), STATUS_BUSY);
		assert_int_equal(gather_add(g, 8, "89x", 3), STATUS_LIMIT);
		assert_int_equal(gather_add(g, UINT64_MAX, "8", 1), STATUS_LIMIT);
		assert_ok(gather_add(g, 5, "56789", 5));
		assert_ok(gather_add(g, 0, "01234", 5));
		assert_true(gather_whole(g));
		assert_ok(gather_finish(g, map));	/* any other name */
		assert_ok(gather_close(g));
		gather_forget(path);
	}
	mem_free(path);
	mem_free(map);
	fixture_remove(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_36_damaged_sticks_together),
	cmocka_unit_test(test_36_a_wrong_piece),
	cmocka_unit_test(test_gather_maps),
};
TEST_MAIN(tests)
