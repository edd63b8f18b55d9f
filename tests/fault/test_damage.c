/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults 7 and 8: bytes flip in the database, or in the middle of the journal. The database is set aside and
 * built again; a damaged frame of the journal is found and its neighbours are not touched.
 */
#include "tests/fault/common.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/mem.h"

#define SEEDS 60
#define PAGE 4096

static char *template;

static void patch(const char *dir, const char *name, off_t at, const void *ptr, size_t len)
{
	char *path = mem_printf("%s/%s", dir, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, ptr, len, at) != (ssize_t)len || close(fd) != 0)
		abort();
	mem_free(path);
}

static void flip(const char *dir, const char *name, off_t at)
{
	char *path = mem_printf("%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char c;

	if (fd < 0 || pread(fd, &c, 1, at) != 1)
		abort();
	close(fd);
	c ^= (unsigned char)(1 << rand() % 8);
	patch(dir, name, at, &c, 1);
	mem_free(path);
}

/* Own records are all there, whatever happened to the rest, and the next one can be saved. */
static void check_records_whole(const char *dir)
{
	struct store *st = NULL;
	struct verify_report report;

	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE);
	assert_ok(store_verify(&report, st, NULL, NULL));
	assert_int_equal(report.records, FAULT_BEFORE);
	assert_int_equal(report.bad_signature + report.missing_in_db + report.missing_in_journal, 0);
	store_close(st);
}

static bool set_aside(const char *dir)
{
	char *command = mem_printf("ls %s | grep -q '^verdict.db.damaged-'", dir);
	int rc = system(command);

	mem_free(command);
	return rc == 0;
}

static void test_07_flipped_bytes_in_the_database(void **state)
{
	off_t size = fault_size(template, "verdict.db");
	unsigned int seed, found = 0;
	char *dir;
	int i;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		dir = fault_copy(template);
		/* a run of bytes in one page, as a bad sector leaves it, or one bit */
		if (seed % 2) {
			off_t at = rand() % (size / PAGE) * PAGE + rand() % (PAGE - 64);

			for (i = 0; i < 64; i++)
				flip(dir, "verdict.db", at + i);
		} else
			flip(dir, "verdict.db", rand() % size);
		check_records_whole(dir);
		found += set_aside(dir);
		fixture_remove(dir);
	}
	assert_true(found > 0);
}

static void test_07_every_page_lost(void **state)
{
	off_t pages = fault_size(template, "verdict.db") / PAGE, p;
	char zeros[PAGE] = { 0 }, *dir;
	unsigned int found = 0;

	(void)state;
	for (p = 0; p < pages; p++) {
		dir = fault_copy(template);
		patch(dir, "verdict.db", p * PAGE, zeros, PAGE);
		check_records_whole(dir);
		found += set_aside(dir);
		fixture_remove(dir);
	}
	/* all but free pages */
	assert_true(found + 8 > pages);
}

static void test_07_payload_in_the_database(void **state)
{
	char *dir = fault_copy(template), *path = mem_printf("%s/verdict.db", dir), *all, *at = NULL;
	off_t size = fault_size(dir, "verdict.db"), i;
	struct store *st = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *said;

	(void)state;
	all = mem_alloc((size_t)size);
	assert_int_equal(pread(fd, all, (size_t)size, 0), size);
	close(fd);
	for (i = 0; !at && i + 8 < size; i++)
		if (memcmp(all + i, "before 1", 8) == 0)
			at = all + i;
	assert_non_null(at);
	/* well-formed for SQLite, and no longer what was signed */
	patch(dir, "verdict.db", at - all, "BEFORE 1", 8);
	assert_ok(store_open(&st, dir, 0));
	said = store_notice(st);
	assert_non_null(said);
	assert_non_null(strstr(said, "the database was damaged: set aside as verdict.db.damaged-"));
	fault_check_whole(st);
	store_close(st);
	mem_free(all);
	mem_free(path);
	fixture_remove(dir);
}

/* The same found while a full-screen console runs: the check in slices. */
static void test_07_found_by_the_check_in_slices(void **state)
{
	off_t pages = fault_size(template, "verdict.db") / PAGE, p;
	char noise[PAGE], *dir;
	struct store *st;
	unsigned int found = 0, opened = 0;
	bool done;
	int turns;

	(void)state;
	memset(noise, 0xee, sizeof(noise));
	for (p = 1; p < pages; p++) {
		dir = fault_copy(template);
		patch(dir, "verdict.db", p * PAGE, noise, PAGE);
		st = NULL;
		assert_ok(store_open(&st, dir, STORE_DEFER_CHECK));
		opened += !set_aside(dir);
		for (done = false, turns = 0; !done && turns < 10000; turns++)
			assert_ok(store_check(&done, st));
		assert_true(done);
		found += set_aside(dir);
		assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE);
		store_close(st);
		fixture_remove(dir);
	}
	assert_true(opened > 0);
	assert_true(found > 0);
}

static void test_07_settings_and_drafts_are_carried_over(void **state)
{
	static const char sql[] = "SELECT rootpage FROM sqlite_schema WHERE name = 'history'";
	char *dir = fault_copy(template);
	struct store *st = NULL;
	struct arena a;
	const char *text;
	int64_t root = 0;

	(void)state;
	arena_init(&a);
	assert_ok(store_open(&st, dir, 0));
	assert_ok(store_draft_set(st, FAULT_TI, "half a verdict"));
	assert_ok(sql_int(&root, st, sql));
	store_close(st);
	patch(dir, "verdict.db", (root - 1) * PAGE, "\xff\xff\xff\xff\xff\xff", 6);
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_non_null(store_notice(st));
	assert_ok(store_setting_get(&text, &a, st, "sort"));
	assert_string_equal(text, "table");
	assert_ok(store_draft_get(&text, &a, st, FAULT_TI));
	assert_string_equal(text, "half a verdict");
	store_close(st);
	arena_done(&a);
	fixture_remove(dir);
}

/* ---- the rebuild itself is killed ---- */

static void work_open(const char *dir)
{
	struct store *st = NULL;

	if (store_open(&st, dir, 0) == STATUS_OK)
		store_close(st);
}

static void test_07_killed_while_rebuilding(void **state)
{
	struct fault f = { .kind = FAULT_KILL };
	char *broken = fault_copy(template), *dir;
	int status = FAULT_EXIT << 8;

	(void)state;
	patch(broken, "verdict.db", 0, "not a database at all", 21);
	for (f.at = 1; f.at < 2000 && WIFEXITED(status) && WEXITSTATUS(status) == FAULT_EXIT; f.at++) {
		dir = fault_copy(broken);
		status = fault_run(dir, &f, work_open);
		check_records_whole(dir);
		fixture_remove(dir);
	}
	assert_true(f.at > 10 && f.at < 2000);
	fixture_remove(broken);
}

/* ---- 8: the journal ---- */

static void count_bad(uint64_t offset, const char *what, void *data)
{
	(void)offset;
	(void)what;
	++*(unsigned int *)data;
}

/* Offset of the frame of record n. */
static off_t frame_of(const char *dir, int n)
{
	static const char sql[] = "SELECT place FROM record WHERE own = 1 AND n = ?1";
	struct store *st = NULL;
	sqlite3_stmt *s;
	off_t at;

	assert_ok(store_open(&st, dir, 0));
	assert_ok(sql_get(&s, st, sql));
	sqlite3_bind_int(s, 1, n);
	assert_ok(sql_row(st, s));
	at = (off_t)sqlite3_column_int64(s, 0);
	store_close(st);
	return at;
}

static void test_08_flipped_bytes_in_the_middle_of_the_journal(void **state)
{
	off_t second = frame_of(template, 2), third = frame_of(template, 3), at;
	struct verify_report report;
	struct store *st;
	unsigned int told_bad;
	char *dir;

	(void)state;
	srand(1);
	for (at = second; at < third; at += 7) {
		dir = fault_copy(template);
		flip(dir, "journal.vb", at);
		st = NULL;
		told_bad = 0;
		assert_ok(store_open(&st, dir, 0));
		assert_ok(store_verify(&report, st, count_bad, &told_bad));
		assert_int_equal(report.records, FAULT_BEFORE - 1);
		assert_int_equal(report.bad_crc, 1);
		assert_int_equal(report.missing_in_journal, 1);
		assert_int_equal(report.missing_in_db, 0);
		assert_true(told_bad >= 2);
		/* the database still has it */
		assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE);
		store_close(st);
		fixture_remove(dir);
	}
}

static void test_08_journal_and_database_damaged(void **state)
{
	off_t second = frame_of(template, 2);
	char *dir = fault_copy(template), *path = mem_printf("%s/verdict.db", dir);
	struct store *st = NULL;
	const char *said;

	(void)state;
	flip(dir, "journal.vb", second + 40);
	assert_int_equal(unlink(path), 0);
	assert_ok(store_open(&st, dir, 0));
	said = store_notice(st);
	assert_non_null(said);
	assert_non_null(strstr(said, "the journal is damaged in 1 places"));
	assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE - 1);
	store_close(st);
	mem_free(path);
	fixture_remove(dir);
}

static void test_08_end_of_the_journal(void **state)
{
	off_t third = frame_of(template, 3), size = fault_size(template, "journal.vb"), at;
	struct store *st;
	char *dir, *path;

	(void)state;
	/* cut anywhere in the last frame, or flipped there: written again from the database */
	for (at = third; at < size; at += 5) {
		dir = fault_copy(template);
		path = mem_printf("%s/journal.vb", dir);
		if (at % 2)
			flip(dir, "journal.vb", at);
		else if (truncate(path, at) != 0)
			abort();
		st = NULL;
		assert_ok(store_open(&st, dir, 0));
		assert_non_null(store_notice(st));
		store_close(st);
		memset(told, 0, sizeof(*told));
		fault_check(dir, FAULT_BEFORE);
		mem_free(path);
		fixture_remove(dir);
	}
}

static void test_08_journal_lost(void **state)
{
	char *dir = fault_copy(template), *path = mem_printf("%s/journal.vb", dir);

	(void)state;
	assert_int_equal(unlink(path), 0);
	memset(told, 0, sizeof(*told));
	fault_check(dir, FAULT_BEFORE);
	mem_free(path);
	fixture_remove(dir);
	dir = fault_copy(template);
	patch(dir, "journal.vb", 0, "garbage!", 8);
	fault_check(dir, FAULT_BEFORE);
	fixture_remove(dir);
}

static int begin(void **state)
{
	(void)state;
	fault_install();
	template = fault_template();
	return 0;
}

static int end(void **state)
{
	(void)state;
	fixture_remove(template);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_07_flipped_bytes_in_the_database),
		cmocka_unit_test(test_07_every_page_lost),
		cmocka_unit_test(test_07_payload_in_the_database),
		cmocka_unit_test(test_07_found_by_the_check_in_slices),
		cmocka_unit_test(test_07_settings_and_drafts_are_carried_over),
		cmocka_unit_test(test_07_killed_while_rebuilding),
		cmocka_unit_test(test_08_flipped_bytes_in_the_middle_of_the_journal),
		cmocka_unit_test(test_08_journal_and_database_damaged),
		cmocka_unit_test(test_08_end_of_the_journal),
		cmocka_unit_test(test_08_journal_lost),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, begin, end);
}
