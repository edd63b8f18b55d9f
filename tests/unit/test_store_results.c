/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's results follow what is saved, imported and taken back: after each step they are those of an engine that
 * is filled anew. Layer: tests.
 */
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/store/import.h"
#include "verdict/store/results.h"

static char *sample(void)
{
	const char *srcdir = getenv("srcdir");

	return mem_printf("%s/data/sample-event", srcdir ? srcdir : ".");
}

/* All that lines say, as text. */
static void dump(struct buf *out, struct results *r)
{
	struct results_totals t;
	const struct results_line *l;
	size_t n;

	buf_reset(out);
	results_totals(&t, r, RESULTS_NONE);
	buf_printf(out, "%u %u %u %lld\n", t.tis, t.waiting, t.passed, (long long)t.oldest);
	l = results_lines(&n, r);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s %u %u %u %u %u %u %u/%u %d %d %d %u\n", l[i].id, l[i].verified, l[i].waiting, l[i].partial,
			l[i].running, l[i].failed, l[i].disputed, l[i].counted, l[i].expected, (int)l[i].enough,
			(int)l[i].grade, l[i].grade_disputed, l[i].grades);
	assert_ok(out->err);
}

static void assert_as_anew(struct store *st)
{
	struct results *r = NULL;
	struct buf followed, anew;

	buf_init(&followed, 1 << 20);
	buf_init(&anew, 1 << 20);
	assert_ok(store_results(&r, st));
	dump(&followed, r);
	results_forget(st);
	assert_ok(store_results(&r, st));
	dump(&anew, r);
	assert_string_equal(buf_str(&followed), buf_str(&anew));
	buf_done(&followed);
	buf_done(&anew);
}

static struct store *sample_store(const char *dir, const char *person)
{
	struct import_report report;
	struct store *st = NULL;
	char *pack = sample();

	assert_ok(store_open(&st, dir, STORE_CREATE));
	assert_ok(store_import_pack(&report, st, pack, NULL, NULL));
	assert_ok(store_join(st, person, NULL));
	mem_free(pack);
	return st;
}

static void follows_verdicts(void **state)
{
	static const enum outcome outcomes[] = { OUTCOME_VERIFIED, OUTCOME_FAILED, OUTCOME_VERIFIED, OUTCOME_PARTIAL };
	char *dir = fixture_dir();
	struct store *st = sample_store(dir, "P04");
	struct queue_row *rows = NULL;
	struct import_report report;
	unsigned int graded = 0;
	struct saved saved;
	int64_t *keys = NULL;
	struct arena a;
	char *pack = sample();
	size_t n = 0;

	(void)state;
	arena_init(&a);
	assert_as_anew(st);
	assert_ok(store_queue_order(&keys, &n, &a, st, SORT_VALUE, SCOPE_WAITING, 0, 0));
	assert_ok(store_queue_rows(&rows, &a, st, keys, n));
	for (size_t i = 1; i < n; i++) {	/* what nobody needs comes last, and is told */
		assert_true(rows[i - 1].beyond <= rows[i].beyond);
		if (rows[i - 1].beyond == rows[i].beyond)
			assert_true(rows[i - 1].value >= rows[i].value);
	}
	for (size_t i = 0; i < n; i++) {
		enum status code = fixture_grade(&saved, st, rows[i].id, outcomes[i % 4], "seen");

		graded += code == STATUS_OK;
		if (i % 8 == 0)
			assert_as_anew(st);
	}
	assert_true(graded > 20);
	assert_as_anew(st);
	/* a transaction that does not end leaves nothing behind */
	assert_ok(sql_begin(st));
	assert_ok(store_ti_drop(st, rows[0].id));
	assert_int_equal(sql_end(st, STATUS_CANCELLED), STATUS_CANCELLED);
	assert_as_anew(st);
	assert_ok(store_import_pack(&report, st, pack, NULL, NULL));
	assert_as_anew(st);
	mem_free(pack);
	arena_done(&a);
	store_close(st);
	fixture_remove(dir);
}

static enum status grade(struct store *st, const char *line, const char *word, struct saved *saved)
{
	const struct record rec = { .kind = RECORD_GRADE, .kind_name = "grade", .line = line, .grade = word, .text = "so" };

	return store_save(saved, st, &rec);
}

static void grades_are_kept(void **state)
{
	char *dir = fixture_dir();
	struct store *st = sample_store(dir, "P10");
	const char *json = NULL;
	struct digest *leaves;
	struct saved first, second;
	struct results *r = NULL;
	struct arena a;
	char hex[DIGEST_HEX];
	size_t n, len;

	(void)state;
	arena_init(&a);
	assert_int_equal(grade(st, "S99/X/Y/-", "passed", &first), STATUS_NOT_FOUND);
	assert_int_equal(grade(st, "S10/MCSD/CS_DIRECTORY/-", "gold", &first), STATUS_USAGE);
	assert_int_equal(grade(st, "S16/VHL/VHL_RECEIVER/-", "passed", &first), STATUS_USAGE);
	assert_ok(grade(st, "S10/MCSD/CS_DIRECTORY/-", "passed", &first));
	assert_ok(store_results(&r, st));
	assert_int_equal(results_lines(&n, r)[results_find_line(r, "S10/MCSD/CS_DIRECTORY/-")].grade, GRADE_PASSED);
	assert_ok(grade(st, "S10/MCSD/CS_DIRECTORY/-", "at-risk", &second));
	assert_ok(store_payload(&json, &len, &a, st, &second.rid));
	digest_hex(hex, &first.rid);
	assert_non_null(strstr(json, hex));	/* its base: the grade seen */
	assert_ok(store_results(&r, st));
	assert_int_equal(results_lines(&n, r)[results_find_line(r, "S10/MCSD/CS_DIRECTORY/-")].grade, GRADE_AT_RISK);
	assert_int_equal(results_grade_leaves(&leaves, &a, r, "S10/MCSD/CS_DIRECTORY/-"), 1);
	assert_true(digest_equal(&leaves[0], &second.rid));
	assert_as_anew(st);
	store_close(st);
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_ok(store_results(&r, st));
	assert_int_equal(results_lines(&n, r)[results_find_line(r, "S10/MCSD/CS_DIRECTORY/-")].grades, 2);
	store_close(st);
	arena_done(&a);
	fixture_remove(dir);
}

static void monitors_grade_no_lines(void **state)
{
	char *dir = fixture_dir();
	struct store *st = sample_store(dir, "P01");
	struct saved saved;

	(void)state;
	assert_int_equal(grade(st, "S10/MCSD/CS_DIRECTORY/-", "passed", &saved), STATUS_DENIED);
	assert_int_equal(saved.n, 0);
	store_close(st);
	fixture_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_verdicts),
		cmocka_unit_test(grades_are_kept),
		cmocka_unit_test(monitors_grade_no_lines),
	};

	crypto_init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("store_results", tests, NULL, NULL);
}
