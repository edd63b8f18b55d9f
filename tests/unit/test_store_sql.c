/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQL behind the screens: every statement that a monitor's ordinary work prepares is asked for its plan,
 * which must look up by key or index and neither walk a big table nor sort it.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/store_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

static void plan_of(struct buf *out, struct store *st, const char *sql)
{
	char *explain = mem_printf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *s = NULL;

	assert_int_equal(sqlite3_prepare_v2(st->db, explain, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		buf_adds(out, (const char *)sqlite3_column_text(s, 3));
		buf_addc(out, '\n');
	}
	sqlite3_finalize(s);
	mem_free(explain);
}

/* An index walked in its order up to a LIMIT is no walk of the table. */
static bool is_walk(const char *sql, const char *plan)
{
	static const char *const small[] = { "SCAN tally", "SCAN draft", "SCAN event", "SCAN setting", "SCAN CONSTANT" };
	const char *line;
	size_t i, len;
	bool fine;

	for (line = plan; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (memmem(line, len, "FOR ORDER BY", 12))
			return true;
		if (strncmp(line, "SCAN ", 5) != 0)
			continue;
		fine = strstr(sql, " LIMIT ") && memmem(line, len, " INDEX ", 7);
		for (i = 0; i < sizeof(small) / sizeof(small[0]); i++)
			fine = fine || strncmp(line, small[i], strlen(small[i])) == 0;
		if (!fine)
			return true;
	}
	return false;
}

/* Plans of all that is prepared now; how many. */
static unsigned int check_plans(struct store *st)
{
	struct buf plan;
	unsigned int i, n = 0;

	for (i = 0; i < st->n_cache; i++) {
		if (strncmp(st->cache[i].sql, "PRAGMA", 6) == 0)
			continue;
		buf_init(&plan, 65536);
		plan_of(&plan, st, st->cache[i].sql);
		if (is_walk(st->cache[i].sql, buf_str(&plan)))
			fail_msg("%s\n%s", st->cache[i].sql, buf_str(&plan));
		buf_done(&plan);
		n++;
	}
	return n;
}

static void test_ordinary_work_walks_no_table(void **state)
{
	char *dir = fixture_dir();
	struct store *st;
	struct store_counts counts;
	struct journal_row *journal;
	struct queue_row *rows;
	struct instance *ti;
	struct record claim = { .kind = RECORD_CLAIM, .ti = "1001", .ttl_s = 60 };
	struct saved saved;
	struct arena a;
	int64_t *keys;
	size_t n;

	(void)state;
	clock_freeze_ms(FIXTURE_NOW);
	arena_init(&a);
	store_close(fixture_store(dir, 40, "m1"));
	/* without ANALYZE, as on a new store: the planner knows no sizes */
	assert_ok(store_open(&st, dir, STORE_DEFER_CHECK));
	assert_ok(store_counts(&counts, st));
	assert_ok(store_queue_order(&keys, &n, &a, st, SORT_WAITING, SCOPE_WAITING, 0, 50));
	assert_ok(store_queue_order(&keys, &n, &a, st, SORT_WAITING, SCOPE_ALL, 0, 50));
	assert_ok(store_queue_order(&keys, &n, &a, st, SORT_TABLE, SCOPE_WAITING, 0, 0));
	assert_ok(store_queue_order(&keys, &n, &a, st, SORT_TABLE, SCOPE_ALL, 0, 0));
	assert_ok(store_queue_rows(&rows, &a, st, keys, n));
	assert_ok(store_queue_page(&rows, &n, &a, st, 0, 10));
	assert_ok(store_instance(&ti, &a, st, "1001"));
	assert_ok(store_looked(st, "1001", &ti->evidence[0].sha256));
	assert_ok(store_save(&saved, st, &claim));
	assert_ok(fixture_grade(&saved, st, "1001", OUTCOME_VERIFIED, NULL));
	assert_ok(store_journal_page(&journal, &n, &a, st, 0, 20, -1));
	assert_ok(store_journal_page(&journal, &n, &a, st, 0, 20, ENTRY_UNSENT));
	assert_true(check_plans(st) > 30);
	store_close(st);
	arena_done(&a);
	fixture_remove(dir);
}

/* The test above must be able to fail: an order that sorts is found by it. */
static void test_a_sort_is_noticed(void **state)
{
	static const char sql[] = "SELECT key FROM ti ORDER BY source";
	char *dir = fixture_dir();
	struct store *st = fixture_store(dir, 10, NULL);
	struct buf plan;

	(void)state;
	buf_init(&plan, 65536);
	plan_of(&plan, st, sql);
	assert_true(is_walk(sql, buf_str(&plan)));
	buf_done(&plan);
	store_close(st);
	fixture_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ordinary_work_walks_no_table),
		cmocka_unit_test(test_a_sort_is_noticed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
