/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of logs: how grave they are, when they were written, and the way from one error to the next. */
#include "test.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/buf.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/logline.h"

static void line_is(const char *line, enum line_level level, const char *word, const char *utc)
{
	char when[CLOCK_TEXT] = "-", got[40];
	struct logline l;

	logline_look(&l, line, strlen(line));
	if (l.level != level)
		fail_msg("%s: %s, not %s", line, line_level_word(l.level), line_level_word(level));
	snprintf(got, sizeof(got), "%.*s", (int)l.len, line + l.at);
	assert_string_equal(got, word);
	if (l.timed && l.when.zoned)
		clock_format_utc(when, l.when.ms);
	assert_string_equal(when, utc);
}

static void test_forms(void **state)
{
	(void)state;
	line_is("2026-11-24 10:00:00,148 WARN  [http-4] slow", LEVEL_WARNING, "WARN", "-");
	line_is("2026-11-24T05:32:07.148Z ERROR 1 --- [main] c.e.App : no ERROR before", LEVEL_ERROR, "ERROR",
		"2026-11-24T05:32:07.148Z");
	line_is("<11>1 2026-11-24T14:32:07+09:00 host app 1 - - said", LEVEL_ERROR, "", "2026-11-24T05:32:07.000Z");
	line_is("<14>Nov 24 14:32:07 host app: fine", LEVEL_INFO, "", "-");
	line_is("Nov 24, 2026 2:32:07 PM org.example.Main run", LEVEL_NONE, "", "-");
	line_is("SEVERE: could not connect", LEVEL_ERROR, "SEVERE", "-");
	line_is("2026/11/24 14:32:07 [crit] 12#0: *3 open() failed", LEVEL_ERROR, "crit", "-");
	line_is("10.0.0.1 - - [24/Nov/2026:14:32:07 +0900] \"GET /fhir HTTP/1.1\" 502 12", LEVEL_ERROR, "502",
		"2026-11-24T05:32:07.000Z");
	line_is("10.0.0.1 - - [24/Nov/2026:14:32:07 +0900] \"GET /ERROR HTTP/1.1\" 404 12", LEVEL_WARNING, "404",
		"2026-11-24T05:32:07.000Z");
	line_is("10.0.0.1 - - [24/Nov/2026:14:32:07 +0900] \"GET / HTTP/1.1\" 200 12", LEVEL_INFO, "200",
		"2026-11-24T05:32:07.000Z");
	line_is("2026-11-24 14:32:07.148 +09:00 [FTL] the host ended", LEVEL_ERROR, "FTL", "2026-11-24T05:32:07.148Z");
	line_is("fail: Microsoft.AspNetCore.Server[0]", LEVEL_ERROR, "fail", "-");
	line_is("      at org.example.Main.error(Main.java:12)", LEVEL_NONE, "", "-");
	line_is("time=2026-11-24T05:32:07Z level=error msg=\"no\"", LEVEL_ERROR, "error", "2026-11-24T05:32:07.000Z");
	line_is("{\"ts\":\"2026-11-24T05:32:07Z\",\"level\":\"warn\",\"msg\":\"x\"}", LEVEL_WARNING, "warn",
		"2026-11-24T05:32:07.000Z");
	line_is("Exception in thread \"main\" java.lang.Error: no", LEVEL_ERROR, "", "-");
	line_is("an error in words is no level, nor is TERROR or ERRORS_TOTAL", LEVEL_NONE, "", "-");
	line_is("2026-13-44 99:00:00 DEBUG pool", LEVEL_DEBUG, "DEBUG", "-");
	line_is("", LEVEL_NONE, "", "-");
}

static struct document *open_text(const char *p, size_t n)
{
	struct document *d;
	struct source src;

	source_mem(&src, p, n);
	assert_ok(document_open(&d, &src, EVIDENCE_TEXT));
	return d;
}

static void steps(struct document *d, uint64_t from, bool back, uint64_t want)
{
	uint64_t row = UINT64_MAX;

	assert_ok(document_severe(&row, d, VIEW_RAW, from, back));
	assert_int_equal(row, want);
}

static void test_steps(void **state)
{
	static const char text[] = "ERROR one\nfine\r\nsome WARN\nERROR two\n\nlast\nERROR three";
	struct document *d = open_text(text, sizeof(text) - 1);
	struct reader_row *rows;
	uint64_t total, row;
	struct arena a;
	size_t n;

	(void)state;
	arena_init(&a);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_RAW, 0, 10, 80));
	assert_int_equal(n, 7);
	steps(d, 0, false, 3);
	steps(d, 3, false, 6);
	steps(d, 6, false, 0);		/* round the end */
	steps(d, 6, true, 3);
	steps(d, 3, true, 0);
	steps(d, 0, true, 6);
	steps(d, 5, true, 3);
	assert_ok(document_severe(&row, d, VIEW_PRETTY, 0, false));
	assert_int_equal(row, 3);
	assert_int_equal(document_severe(&row, d, VIEW_HEX, 0, false), STATUS_INVALID);
	document_free(d);
	d = open_text("one ERROR", 9);
	steps(d, 0, false, 0);		/* the only one is here */
	document_free(d);
	d = open_text("fine\nall fine\n", 14);
	assert_int_equal(document_severe(&row, d, VIEW_RAW, 0, false), STATUS_NOT_FOUND);
	assert_int_equal(document_severe(&row, d, VIEW_RAW, 0, true), STATUS_NOT_FOUND);
	document_free(d);
	arena_done(&a);
}

/* Lines longer than a block, wrapped into many rows, and errors at every distance from its edges. */
static void test_blocks(void **state)
{
	struct reader_row *rows;
	uint64_t total, row, seen = 0, from;
	struct document *d;
	struct arena a;
	struct buf b;
	size_t n, i;

	(void)state;
	arena_init(&a);
	buf_init(&b, 4u << 20);
	for (i = 0; i < 300; i++) {
		buf_adds(&b, i % 3 == 1 ? "ERROR here\n" : "INFO  and ERROR further on is no level of its own\n");
		if (i % 100 == 50) {
			buf_fill(&b, 'x', 300000);
			buf_adds(&b, " ERROR\n");
		}
		buf_fill(&b, 'y', (i * 37) % 2000);
		buf_addc(&b, '\n');
	}
	d = open_text(b.ptr, b.len);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_RAW, 0, 1, 0));
	for (from = 0; document_severe(&row, d, VIEW_RAW, from, false) == STATUS_OK && row > from; from = row, seen++) {
		assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_RAW, row, 1, 0));
		assert_memory_equal(rows[0].value, "ERROR here", 10);
	}
	assert_int_equal(seen, 100);
	for (seen = 1; document_severe(&row, d, VIEW_RAW, from, true) == STATUS_OK && row < from; from = row)
		seen++;
	assert_int_equal(seen, 100);
	document_free(d);
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("logs", tests, NULL, NULL);
}
