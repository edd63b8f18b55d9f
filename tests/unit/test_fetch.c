/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence in pieces: resumed after a restart, refused where wrong, wanted in the order of the queue. */
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "store_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/store/fetch.h"

#define SIZE 700000u

struct ctx { char *dir; struct store *st; char *body; struct evidence_want want; };

/* Hang a body on the TI with that key. */
static void attach(struct store *st, int64_t ti, int n, const struct digest *d, uint64_t size)
{
	char *sql = mem_printf("INSERT INTO evidence (ti, n, step, sha256, size, name, kind, url) VALUES (%lld, %d, 0, ?1, %llu,"
		" 'x', '', '')", (long long)ti, n, (unsigned long long)size);
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(st->db, sql, -1, &s, NULL), SQLITE_OK);
	sqlite3_bind_blob(s, 1, d->b, 32, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
	mem_free(sql);
}

static int setup(void **state)
{
	struct ctx *c = mem_zalloc(sizeof(*c));
	size_t i;

	clock_freeze_ms(FIXTURE_NOW);
	c->dir = fixture_dir();
	c->st = fixture_store(c->dir, 20, "m1");
	c->body = mem_alloc(SIZE);
	for (i = 0; i < SIZE; i++)
		c->body[i] = (char)(i * 31 + i / 977);
	c->want = (struct evidence_want){ sha256(c->body, SIZE), SIZE, 0 };
	attach(c->st, 1, 90, &c->want.sha256, SIZE);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *c = *state;

	store_close(c->st);
	fixture_remove(c->dir);
	mem_free(c->body);
	mem_free(c);
	clock_freeze_ms(-1);
	return 0;
}

static enum status piece(struct ctx *c, uint64_t from, size_t len, bool *here)
{
	return store_evidence_piece(here, c->st, &c->want, from, c->body + from, len);
}

static void test_pieces(void **state)
{
	struct ctx *c = *state;
	struct evidence_want w;
	bool here;

	assert_ok(store_evidence_want(&w, c->st, &c->want.sha256));
	assert_int_equal(w.size, SIZE);
	assert_int_equal(w.have, 0);
	assert_ok(piece(c, 0, 300000, &here));
	assert_false(here);
	assert_int_equal(piece(c, 0, 10, &here), STATUS_CONFLICT);	/* it is here */
	assert_int_equal(piece(c, 300001, 10, &here), STATUS_CONFLICT);	/* a hole */
	store_close(c->st);
	assert_ok(store_open(&c->st, c->dir, 0));
	assert_ok(store_evidence_want(&w, c->st, &c->want.sha256));
	assert_int_equal(w.have, 300000);
	assert_ok(piece(c, 300000, SIZE - 300000, &here));
	assert_true(here);
	assert_true(blob_here(c->st, &c->want.sha256));
	assert_ok(blob_check(c->st, &c->want.sha256));
	assert_ok(piece(c, 0, 5, &here));	/* sent twice: nothing happens */
	assert_true(here);
	assert_ok(store_evidence_want(&w, c->st, &c->want.sha256));
	assert_int_equal(w.have, SIZE);
}

static void test_wrong_bytes(void **state)
{
	struct ctx *c = *state;
	struct evidence_want w;
	bool here;

	assert_ok(piece(c, 0, 300000, &here));
	c->body[400000] ^= 1;
	assert_int_equal(piece(c, 300000, SIZE - 300000, &here), STATUS_CORRUPT);
	assert_false(blob_here(c->st, &c->want.sha256));
	c->body[400000] ^= 1;
	assert_ok(store_evidence_want(&w, c->st, &c->want.sha256));
	assert_int_equal(w.have, 0);		/* thrown away: from the start */
	assert_ok(piece(c, 0, SIZE, &here));
	assert_true(here);
}

static void test_refused(void **state)
{
	struct ctx *c = *state;
	struct evidence_want w;
	struct digest other = { { 5 } };
	bool here;

	assert_int_equal(store_evidence_piece(&here, c->st, &c->want, SIZE - 10, c->body, 11), STATUS_LIMIT);
	assert_int_equal(store_evidence_piece(&here, c->st, &c->want, SIZE + 1, c->body, 0), STATUS_LIMIT);
	assert_int_equal(store_evidence_want(&w, c->st, &other), STATUS_NOT_FOUND);
}

static size_t wanted(struct ctx *c, uint64_t budget, const struct digest *first)
{
	struct evidence_want *w;
	struct arena a;
	size_t n;

	arena_init(&a);
	assert_ok(store_evidence_wanted(&w, &n, &a, c->st, budget));
	if (first)
		assert_true(n && digest_equal(&w[0].sha256, first));
	arena_done(&a);
	return n;
}

static void test_wanted(void **state)
{
	struct ctx *c = *state;
	struct digest other = { { 5 } };
	size_t before = wanted(c, 1000000000, NULL);
	bool here;

	attach(c->st, 1, 91, &other, 1);
	attach(c->st, 2, 91, &other, 1);		/* shared: wanted once */
	assert_int_equal(wanted(c, 1000000000, NULL), before + 1);
	assert_int_equal(wanted(c, 1, &other), 1);	/* the budget takes the small one alone */
	assert_int_equal(wanted(c, 0, NULL), 0);
	assert_ok(piece(c, 0, SIZE, &here));
	assert_int_equal(wanted(c, 1000000000, NULL), before);	/* what is here is not wanted */
	assert_int_equal(sqlite3_exec(c->st->db, "UPDATE ti SET flags = flags | 4, rank = 1 WHERE key = 2; "
		"UPDATE evidence SET n = 0, sha256 = zeroblob(32) WHERE ti = 2 AND n = 91", NULL, NULL, NULL), SQLITE_OK);
	wanted(c, 1000000000, &(struct digest){ { 0 } });	/* what I claimed comes first */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wanted, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
