/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles into and out of the console's store: a colleague's records, receipts and pages on the way back, evidence;
 * and what is not believed. Layer: tests.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/feed_fixture.h"
#include "tests/unit/stick_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"
#include "verdict/store/blob.h"
#include "verdict/store/carry.h"
#include "verdict/store/fetch.h"
#include "verdict/store/save.h"

struct ctx {
	struct fake_hub *hub;
	char *dir, *dir_a, *dir_b, *path;
	struct store *a, *b;	/* of persons A and B */
	struct arena mem;
};

static int setup(void **state)
{
	struct ctx *c = mem_zalloc(sizeof(*c));

	clock_freeze_ms(FIXTURE_NOW);
	c->hub = fake_hub_new();
	c->dir = fixture_dir();
	c->dir_a = mem_printf("%s/a", c->dir);
	c->dir_b = mem_printf("%s/b", c->dir);
	c->path = mem_printf("%s/x.bundle", c->dir);
	c->a = fake_console(c->hub, c->dir_a, "A");
	c->b = fake_console(c->hub, c->dir_b, "B");
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	arena_init(&c->mem);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *c = *state;

	store_close(c->a);
	store_close(c->b);
	fake_hub_free(c->hub);
	arena_done(&c->mem);
	mem_free(c->path);
	mem_free(c->dir_a);
	mem_free(c->dir_b);
	fixture_remove(c->dir);
	mem_free(c);
	clock_freeze_ms(-1);
	return 0;
}

static void written(struct ctx *c, struct store *st, bool pages, const char *to)
{
	struct carry_wish wish = { .path = c->path, .pages = pages, .to = &to, .n_to = to ? 1 : 0 };
	struct carry_progress p = { .what = "" };
	struct carry_out *out;

	(void)unlink(c->path);
	assert_ok(carry_out_begin(&out, st, &wish));
	while (p.what)
		assert_ok(carry_out_step(&p, out, st));
	carry_out_end(out);
}

static struct carry_taken taken(struct ctx *c, struct store *st, bool look)
{
	struct carry_progress p = { .what = "" };
	struct carry_taken t;
	struct carry_in *in;

	assert_ok(carry_in_begin(&in, st, c->path, look));
	while (p.what)
		assert_ok(carry_in_step(&p, in, st));
	t = *carry_in_taken(in);
	carry_in_end(in);
	return t;
}

static struct saved graded(struct store *st, const char *ti, enum outcome o)
{
	struct saved saved;

	assert_ok(fixture_grade(&saved, st, ti, o, "because"));
	return saved;
}

static uint64_t unsent(struct ctx *c, struct store *st)
{
	struct sync_state s;

	assert_ok(store_sync_state(&s, &c->mem, st));
	return s.unsent;
}

static enum ti_status status_of(struct ctx *c, struct store *st, const char *id)
{
	struct instance *ti;

	assert_ok(store_instance(&ti, &c->mem, st, id));
	return ti->row.status;
}

/* A's verdict through B to the hub; A hears of it by stick. */
static void a_colleague_carries(void **state)
{
	struct ctx *c = *state;
	struct carry_taken t;
	struct store_counts n;
	struct journal_row *rows;
	size_t k;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	written(c, c->a, false, "B");
	t = taken(c, c->b, true);
	assert_int_equal(t.records, 1);
	assert_int_equal(unsent(c, c->b), 0);	/* only looked at */
	t = taken(c, c->b, false);
	assert_int_equal(t.fresh, 1);
	assert_int_equal(taken(c, c->b, false).fresh, 0);
	assert_int_equal(unsent(c, c->b), 1);
	assert_ok(store_counts(&n, c->b));
	assert_int_equal(n.unsent, 0);		/* it is none of B's own */
	assert_int_equal(status_of(c, c->b, "1001"), TI_VERIFIED);
	assert_counts_true(c->b);
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(unsent(c, c->b), 0);
	written(c, c->b, true, "A");
	t = taken(c, c->a, false);
	assert_true(t.changed == 1 && t.pages > 0 && t.strange == 0 && t.missing_pages == 0);
	assert_int_equal(unsent(c, c->a), 0);
	assert_ok(store_journal_page(&rows, &k, &c->mem, c->a, 0, 1, -1));
	assert_int_equal(rows[0].state, ENTRY_RECEIVED);
	assert_string_equal(rows[0].why, "by stick");
	assert_true(rows[0].seq > 0);
	assert_ok(fake_sync(c->hub, c->a));	/* and the network has nothing to add */
	assert_counts_true(c->a);
}

static uint64_t records_at_hub(const struct ctx *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->hub->entries.len; i++)
		n += c->hub->entries.at[i].type == FEED_RECORD;
	return n;
}

static void received_by_stick(struct ctx *c, struct store *st, size_t n)
{
	struct journal_row *rows;
	size_t k;

	assert_ok(store_journal_page(&rows, &k, &c->mem, st, 0, 10, -1));
	assert_int_equal(k, n);
	for (size_t i = 0; i < k; i++) {
		assert_int_equal(rows[i].state, ENTRY_RECEIVED);
		assert_string_equal(rows[i].why, "by stick");
		assert_true(rows[i].seq > 0);
	}
}

/* A carries B's and B carries A's, to and fro; L carries both to the hub and its answer back to both. */
static void sticks_go_round(void **state)
{
	struct ctx *c = *state;
	char *dir_l = mem_printf("%s/l", c->dir);
	struct store *l = fake_console(c->hub, dir_l, "L");
	uint64_t before = records_at_hub(c), head;
	struct sync_state s;
	struct carry_taken t;

	assert_ok(fake_sync(c->hub, l));
	assert_ok(fake_sync(c->hub, c->a));		/* who know L's key */
	assert_ok(fake_sync(c->hub, c->b));
	graded(c->a, "1001", OUTCOME_VERIFIED);
	graded(c->b, "1002", OUTCOME_VERIFIED);
	graded(c->b, "1001", OUTCOME_FAILED);
	written(c, c->a, false, "B");
	assert_int_equal(taken(c, c->b, false).fresh, 1);
	for (int round = 0; round < 3; round++) {
		written(c, c->b, false, "A");		/* B's and A's */
		t = taken(c, c->a, false);
		assert_int_equal(t.records, 3);
		assert_int_equal(t.fresh, round ? 0 : 2);
		assert_int_equal(unsent(c, c->a), 3);
		written(c, c->a, false, "B");
		assert_int_equal(taken(c, c->b, false).fresh, 0);
		assert_int_equal(unsent(c, c->b), 3);
	}
	assert_int_equal(status_of(c, c->a, "1001"), status_of(c, c->b, "1001"));
	assert_int_equal(status_of(c, c->a, "1002"), TI_VERIFIED);
	written(c, c->a, false, "L");
	assert_int_equal(taken(c, l, false).fresh, 3);
	written(c, c->b, false, "L");			/* the other one too: nothing new */
	assert_int_equal(taken(c, l, false).fresh, 0);
	for (int i = 0; i < 300; i++)			/* days of somebody else's work */
		fake_hub_claim(c->hub, "1002", "L", store_replica(l), LEASE_HELD, (uint64_t)i + 1, 60);
	assert_ok(fake_sync(c->hub, l));
	assert_int_equal(records_at_hub(c), before + 3);
	head = c->hub->entries.len;
	for (int both = 0; both < 2; both++) {
		struct store *st = both ? c->b : c->a;

		written(c, l, true, both ? "B" : "A");
		t = taken(c, st, false);
		assert_int_equal(t.strange + t.missing_pages + t.bad + t.fresh, 0);
		assert_int_equal(t.changed, 3);		/* own ones, and those that it carries */
		assert_int_equal(unsent(c, st), 0);
		assert_ok(store_sync_state(&s, &c->mem, st));
		assert_int_equal(s.cursor, head);
		received_by_stick(c, st, both ? 2 : 1);
		assert_int_equal(taken(c, st, false).changed, 0);
		assert_ok(fake_sync(c->hub, st));	/* and the network has nothing to add, nor takes more */
		assert_counts_true(st);
	}
	assert_int_equal(records_at_hub(c), before + 3);
	assert_int_equal(status_of(c, c->a, "1001"), status_of(c, l, "1001"));
	assert_int_equal(status_of(c, c->a, "1001"), status_of(c, c->b, "1001"));
	store_close(l);
	mem_free(dir_l);
}

/* Nothing of the database is left. */
static void rebuild(struct store **st, const char *dir)
{
	char *db = mem_printf("%s/verdict.db", dir);

	store_close(*st);
	*st = NULL;
	assert_int_equal(truncate(db, 4096), 0);
	assert_ok(store_open(st, dir, 0));
	mem_free(db);
}

/* How a receipt came, and that a record is on a stick, is told by the journal as well. */
static void sticks_are_remembered(void **state)
{
	struct ctx *c = *state;
	struct journal_row *rows;
	size_t k;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	written(c, c->a, false, "B");
	clock_freeze_ms(FIXTURE_NOW + 60000);
	graded(c->a, "1002", OUTCOME_VERIFIED);
	for (int again = 0; again < 3; again++) {
		assert_ok(store_journal_page(&rows, &k, &c->mem, c->a, 0, 5, -1));
		assert_int_equal(k, 2);
		assert_null(rows[0].why);		/* after the stick was written */
		assert_non_null(strstr(rows[1].why, "by stick since"));
		if (again)
			rebuild(&c->a, c->dir_a);
	}
	assert_int_equal(taken(c, c->b, false).fresh, 1);
	assert_ok(fake_sync(c->hub, c->b));
	written(c, c->b, true, "A");
	assert_int_equal(taken(c, c->a, false).changed, 1);
	for (int again = 0; again < 3; again++) {
		assert_ok(store_journal_page(&rows, &k, &c->mem, c->a, 0, 5, -1));
		assert_int_equal(rows[1].state, ENTRY_RECEIVED);
		assert_string_equal(rows[1].why, "by stick");
		assert_int_equal(rows[0].state, ENTRY_UNSENT);
		rebuild(&c->a, c->dir_a);
	}
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(store_journal_page(&rows, &k, &c->mem, c->a, 0, 5, -1));
	assert_string_equal(rows[1].why, "by stick");	/* the feed tells the same again */
	assert_null(rows[0].why);			/* this one came by network */
}

/* What B carries is in B's journal, so it is there after the database is lost. */
static void carried_survives(void **state)
{
	struct ctx *c = *state;
	char *db = mem_printf("%s/verdict.db", c->dir_b);
	struct verify_report v;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	written(c, c->a, false, "B");
	assert_int_equal(taken(c, c->b, false).fresh, 1);
	graded(c->b, "1002", OUTCOME_VERIFIED);
	store_close(c->b);
	c->b = NULL;
	assert_int_equal(truncate(db, 4096), 0);
	assert_ok(store_open(&c->b, c->dir_b, 0));
	assert_int_equal(unsent(c, c->b), 2);
	assert_int_equal(status_of(c, c->b, "1001"), TI_VERIFIED);
	assert_ok(store_verify(&v, c->b, NULL, NULL));
	assert_int_equal(v.records, 1);		/* own ones */
	assert_int_equal(v.bad_signature + v.bad_chain + v.missing_in_db + v.missing_in_journal, 0);
	mem_free(db);
}

/* A key that nobody knows writes in A's name: kept, forwarded, and not counted. */
static void a_stranger_does_not_count(void **state)
{
	struct ctx *c = *state;
	struct bundle_head head = { .what = "bundle", .event = "ev" };
	struct record rec = { .kind = RECORD_VERDICT, .event = "ev", .n = 1, .who = "A", .at = FIXTURE_NOW, .ti = "1001",
		.hlc = (uint64_t)FIXTURE_NOW << 16, .outcome = OUTCOME_FAILED, .text = "x", .seen_status = TI_CRITICAL, .revision = 1 };
	uint8_t sig[KEY_SIGNATURE];
	struct bundle_writer *w;
	struct envelope e;
	struct buf payload, batch;
	enum ti_status before = status_of(c, c->b, "1001");
	struct carry_taken t;
	struct key *stranger;

	assert_ok(key_new(&stranger));
	buf_init(&payload, RECORD_PAYLOAD_MAX);
	buf_init(&batch, BATCH_BYTES_MAX);
	rec.replica = key_id(stranger);
	assert_ok(payload_format(&payload, &rec));
	batch_begin(&batch);
	for (int bad = 0; bad < 2; bad++) {
		key_sign(sig, stranger, RECORD_TYPE, payload.ptr, payload.len);
		sig[0] ^= (uint8_t)bad;
		e = (struct envelope){ payload.ptr, payload.len, key_public(stranger), sig };
		batch_add(&batch, &e);
	}
	assert_ok(bundle_create(&w, c->path, &head, stranger, NULL, 0));
	assert_ok(bundle_add(w, 'B', batch.ptr, batch.len, true));
	assert_ok(bundle_finish(w));
	for (bool done = false; !done;) {
		uint64_t n;

		assert_ok(bundle_read_back(&done, &n, w));
	}
	bundle_writer_free(w);
	t = taken(c, c->b, false);
	assert_int_equal(t.records, 2);
	assert_int_equal(t.fresh, 1);
	assert_int_equal(t.bad, 1);
	assert_int_equal(unsent(c, c->b), 1);
	assert_int_equal(status_of(c, c->b, "1001"), before);
	buf_done(&payload);
	buf_done(&batch);
	key_free(stranger);
}

/* Pages of the hub as it stands now, into a bundle of its own. */
static void hub_bundle(struct ctx *c, uint64_t since, unsigned int limit)
{
	struct bundle_head head = { .what = "receipts", .event = "ev", .from = key_id(c->hub->key) };
	struct bundle_writer *w;
	struct buf page;
	uint64_t n;

	(void)unlink(c->path);
	buf_init(&page, FEED_PAGE_MAX);
	assert_ok(bundle_create(&w, c->path, &head, c->hub->key, NULL, 0));
	while (since < c->hub->entries.len) {
		fake_hub_page(&page, c->hub, since, limit);
		assert_ok(bundle_add_page(w, page.ptr, page.len));
		since += limit;
	}
	assert_ok(bundle_finish(w));
	for (bool done = false; !done;)
		assert_ok(bundle_read_back(&done, &n, w));
	bundle_writer_free(w);
	buf_done(&page);
}

static void pages_are_cut_to_fit(void **state)
{
	struct ctx *c = *state;
	uint64_t before = c->hub->entries.len;
	struct carry_taken t;
	struct sync_state s;
	struct key *k;

	assert_ok(key_new(&k));
	for (int i = 0; i < 5; i++)
		fake_hub_claim(c->hub, "1002", "L", key_id(k), LEASE_HELD, (uint64_t)i + 1, 60);
	hub_bundle(c, before + 2, 100);		/* something before it is missing */
	t = taken(c, c->a, false);
	assert_true(t.missing_pages == 1 && t.entries == 0);
	hub_bundle(c, 0, 3);			/* pages that lie across where this console is */
	t = taken(c, c->a, false);
	assert_int_equal(t.entries, 5);
	assert_int_equal(t.strange + t.missing_pages, 0);
	assert_ok(store_sync_state(&s, &c->mem, c->a));
	assert_int_equal(s.cursor, before + 5);
	assert_int_equal(taken(c, c->a, false).entries, 0);
	assert_ok(fake_sync(c->hub, c->a));
	key_free(k);
}

static void an_older_epoch_is_not_followed(void **state)
{
	struct ctx *c = *state;
	char *old = mem_printf("%s/old.bundle", c->dir), *now = c->path;
	uint8_t epoch[EPOCH_BYTES];
	struct carry_taken t;
	struct sync_state s;

	c->path = old;
	hub_bundle(c, 0, 100);			/* before the restore */
	c->path = now;
	clock_freeze_ms(FIXTURE_NOW + 60000);
	c->hub->now += 60000;
	fake_hub_restore(c->hub, 8);
	memcpy(epoch, c->hub->epoch, EPOCH_BYTES);
	hub_bundle(c, 0, 100);
	t = taken(c, c->a, false);		/* heard of first by stick */
	assert_true(t.entries > 0 && t.strange == 0);
	assert_ok(store_sync_state(&s, &c->mem, c->a));
	assert_memory_equal(s.epoch, epoch, EPOCH_BYTES);
	c->path = old;
	t = taken(c, c->a, false);
	assert_true(t.entries == 0 && t.strange > 0);
	assert_ok(store_sync_state(&s, &c->mem, c->a));
	assert_memory_equal(s.epoch, epoch, EPOCH_BYTES);
	c->path = now;
	mem_free(old);
}

static void another_hub_is_not_believed(void **state)
{
	struct ctx *c = *state;
	struct key *mine = c->hub->key, *other;
	struct carry_taken t;

	assert_ok(key_new(&other));
	c->hub->key = other;
	hub_bundle(c, 0, 100);
	c->hub->key = mine;
	t = taken(c, c->a, false);
	assert_true(t.entries == 0 && t.strange == 1);
	key_free(other);
}

/* Bodies: only what the event lists, only what its digest says, and also from two damaged sticks. */
static void evidence_comes_in_pieces(void **state)
{
	struct ctx *c = *state;
	const size_t half = 1000;
	struct bundle_head head = { .what = "bundle", .event = "ev" };
	struct bundle_writer *w;
	struct carry_taken t;
	struct digest good, other = { { 1 } };
	char body[2000], sql[300], hex[DIGEST_HEX];
	uint64_t n;

	memset(body, 'e', sizeof(body));
	good = sha256(body, sizeof(body));
	digest_hex(hex, &good);
	snprintf(sql, sizeof(sql), "INSERT INTO evidence (ti, n, step, sha256, size, name, kind, url) SELECT key, 90, 0, x'%s', 2000, "
		"'b', '', '' FROM ti WHERE id = '1001'", hex);
	assert_ok(sql_exec(c->a, sql));
	for (int round = 0; round < 4; round++) {
		(void)unlink(c->path);
		assert_ok(bundle_create(&w, c->path, &head, c->hub->key, NULL, 0));
		if (round != 1)
			assert_ok(bundle_add_evidence(w, &good, sizeof(body), 0, body, half));
		if (round > 0)
			assert_ok(bundle_add_evidence(w, &good, sizeof(body), half, body, half));
		assert_ok(bundle_add_evidence(w, &other, 3, 0, "abc", 3));
		assert_ok(bundle_finish(w));
		for (bool done = false; !done;)
			assert_ok(bundle_read_back(&done, &n, w));
		bundle_writer_free(w);
		t = taken(c, c->a, false);
		assert_int_equal(t.evidence_other, 1);
		assert_int_equal(t.evidence, round == 1);
		assert_int_equal(t.evidence_known, round > 1);
		assert_int_equal(blob_here(c->a, &good), round >= 1);
	}
	assert_ok(blob_check(c->a, &good));
}

static void list_item(struct store *st, const struct stick_item *item, int n)
{
	char sql[400], hex[DIGEST_HEX];

	digest_hex(hex, &item->sha256);
	snprintf(sql, sizeof(sql), "INSERT INTO evidence (ti, n, step, sha256, size, name, kind, url) SELECT key, %d, 0, x'%s', %zu, "
		"'b', '', '' FROM ti WHERE id = '1001'", 90 + n, hex, item->len);
	assert_ok(sql_exec(st, sql));
}

static void commented(struct store *st)
{
	const struct record rec = { .kind = RECORD_COMMENT, .ti = "1001", .text = "a word" };
	struct saved saved;

	assert_ok(store_save(&saved, st, &rec));
}

/* A's records two by two, and evidence. */
static void fill_load(struct ctx *c, struct stick_load *l, struct buf *batches, size_t n, unsigned int *seed)
{
	uint64_t last = 0;

	stick_load_init(l, "ev", c->hub->key, seed, 2);
	for (size_t i = 0; i < 2 * n; i++)
		commented(c->a);
	for (size_t i = 0; i < n; i++) {
		buf_init(&batches[i], BATCH_BYTES_MAX);
		assert_ok(store_unsent(&batches[i], &last, c->a, last, 2, 0));
	}
	l->batches = batches;
	l->n_batches = n;
	for (int i = 0; i < 2; i++)
		list_item(c->b, &l->items[i], i);
}

/* Whatever is damaged on each, together they give all that is intact on any, each record once. */
static void damaged_bundles_together(void **state)
{
	for (unsigned int round = 1; round <= 6; round++) {
		struct buf batches[8];
		struct stick_load l;
		unsigned int seed = round;
		struct ctx *c;

		fill_load(*state, &l, batches, 8, &seed);
		c = *state;
		for (int i = 0; i < 4; i++) {
			stick_write(c->path, &l, &seed);
			stick_damage(c->path, &l, &seed);
			for (unsigned int again = stick_chance(&seed, 3); again < 3; again++)
				taken(c, c->b, false);
			if (stick_chance(&seed, 3) == 0) {	/* closed between them */
				store_close(c->b);
				assert_ok(store_open(&c->b, c->dir_b, 0));
			}
		}
		assert_int_equal(unsent(c, c->b), map_count(l.intact));
		for (size_t i = 0; i < l.n_items; i++) {
			assert_int_equal(blob_here(c->b, &l.items[i].sha256), stick_item_whole(&l.items[i]));
			if (stick_item_whole(&l.items[i]))
				assert_ok(blob_check(c->b, &l.items[i].sha256));
		}
		assert_counts_true(c->b);
		for (int i = 0; i < 8; i++)
			buf_done(&batches[i]);
		stick_load_done(&l);
		(void)unlink(c->path);
		teardown(state);
		setup(state);
	}
}

/* What a bundle brought behind a gap is not fetched again. */
static void a_gap_is_filled_by_the_network(void **state)
{
	struct ctx *c = *state;
	const struct bundle_head head = { .what = "bundle", .event = "ev" };
	struct stick_load l;
	unsigned int seed = 3;
	struct evidence_want want;
	struct bundle_writer *w;
	uint64_t n;
	bool here;

	stick_load_init(&l, "ev", c->hub->key, &seed, 1);
	list_item(c->a, l.items, 0);
	assert_ok(bundle_create(&w, c->path, &head, c->hub->key, NULL, 0));
	assert_ok(bundle_add_evidence(w, &l.items->sha256, l.items->len, 100, l.items->bytes + 100, l.items->len - 200));
	assert_ok(bundle_finish(w));
	for (bool done = false; !done;)
		assert_ok(bundle_read_back(&done, &n, w));
	bundle_writer_free(w);
	assert_int_equal(taken(c, c->a, false).evidence_cut, 1);
	assert_ok(store_evidence_want(&want, c->a, &l.items->sha256));
	assert_int_equal(want.have, 0);
	assert_ok(store_evidence_piece(&here, c->a, &want, 0, l.items->bytes, 100));
	assert_false(here);
	assert_ok(store_evidence_want(&want, c->a, &l.items->sha256));
	assert_int_equal(want.have, l.items->len - 100);
	assert_ok(store_evidence_piece(&here, c->a, &want, want.have, l.items->bytes + want.have, 100));
	assert_true(here);
	assert_ok(blob_check(c->a, &l.items->sha256));
	stick_load_done(&l);
}

static void nothing_to_carry(void **state)
{
	struct ctx *c = *state;
	const char *nobody = "nobody";
	struct carry_wish wish = { .path = c->path };
	struct carry_out *out = NULL;

	assert_int_equal(carry_out_begin(&out, c->a, &wish), STATUS_NOT_FOUND);
	graded(c->a, "1001", OUTCOME_VERIFIED);
	wish.to = &nobody;
	wish.n_to = 1;
	assert_int_equal(carry_out_begin(&out, c->a, &wish), STATUS_NOT_FOUND);
	written(c, c->a, false, NULL);
	wish.n_to = 0;
	assert_int_equal(carry_out_begin(&out, c->a, &wish), STATUS_EXISTS);
	assert_null(out);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_colleague_carries, setup, teardown),
	cmocka_unit_test_setup_teardown(carried_survives, setup, teardown),
	cmocka_unit_test_setup_teardown(sticks_go_round, setup, teardown),
	cmocka_unit_test_setup_teardown(sticks_are_remembered, setup, teardown),
	cmocka_unit_test_setup_teardown(a_stranger_does_not_count, setup, teardown),
	cmocka_unit_test_setup_teardown(pages_are_cut_to_fit, setup, teardown),
	cmocka_unit_test_setup_teardown(an_older_epoch_is_not_followed, setup, teardown),
	cmocka_unit_test_setup_teardown(another_hub_is_not_believed, setup, teardown),
	cmocka_unit_test_setup_teardown(evidence_comes_in_pieces, setup, teardown),
	cmocka_unit_test_setup_teardown(damaged_bundles_together, setup, teardown),
	cmocka_unit_test_setup_teardown(a_gap_is_filled_by_the_network, setup, teardown),
	cmocka_unit_test_setup_teardown(nothing_to_carry, setup, teardown),
};
TEST_MAIN(tests)
