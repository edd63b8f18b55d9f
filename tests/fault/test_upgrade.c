/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stores of earlier schemas, kept as they were in tests/upgrade/NNNN: each opens, is the newest then, and says all
 * that it said; also where the process ends at any disk operation of the step.
 */
#include "tests/fault/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "tests/unit/test.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define MOST 1000

/* Which schema's store is taken. */
static int version = 1;

static char *kept(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return mem_printf("%s/tests/upgrade/%04d/%s", srcdir ? srcdir : ".", version, name);
}

static void read_kept(struct buf *out, const char *name)
{
	char *path = kept(name);

	buf_init(out, 1 << 20);
	assert_ok(io_read_file(out, path, 1 << 20));
	mem_free(path);
}

static void write_file(const char *dir, const char *name, const void *ptr, size_t len)
{
	char *path = mem_printf("%s/%s", dir, name);

	assert_ok(io_replace_file(path, ptr, len, 0600));
	mem_free(path);
}

/* A file that is kept as base64url in one line. */
static void put_bytes(const char *dir, const char *name)
{
	char *text = mem_printf("%s.b64", name), *bytes;
	struct buf b;
	size_t n;

	read_kept(&b, text);
	assert_true(b.len > 1);
	n = (b.len - 1) / 4 * 3 + ((b.len - 1) % 4 ? (b.len - 1) % 4 - 1 : 0);
	bytes = mem_alloc(n);
	assert_true(base64url_parse(bytes, n, b.ptr, b.len - 1));
	write_file(dir, name, bytes, n);
	mem_free(bytes);
	mem_free(text);
	buf_done(&b);
}

static char *old_store(void)
{
	char *dir = fixture_dir(), *path = mem_printf("%s/verdict.db", dir);
	sqlite3 *db = NULL;
	struct buf b;

	read_kept(&b, "dump.sql");
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, buf_str(&b), NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	buf_done(&b);
	read_kept(&b, "identity.json");
	write_file(dir, "identity.json", b.ptr, b.len);
	buf_done(&b);
	put_bytes(dir, "journal.vb");
	put_bytes(dir, "replica.key");
	mem_free(path);
	return dir;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

/* Every row of every table of before is there still, in the columns it had. */
static void assert_same_rows(const char *dir)
{
	char *now = mem_printf("%s/verdict.db", dir), *before = mem_printf("%s/verdict.db.before-%d", dir, version + 1),
		*attach = mem_printf("ATTACH '%s' AS old", before), *sql;
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	unsigned int tables = 0;

	assert_int_equal(sqlite3_open_v2(now, &db, SQLITE_OPEN_READWRITE, "unix"), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(number(db, "PRAGMA main.user_version"), 4);
	assert_int_equal(number(db, "PRAGMA old.user_version"), version);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT m.name, (SELECT group_concat('\"' || name || '\"') FROM "
		"pragma_table_info(m.name, 'old')) FROM old.sqlite_schema m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
		-1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		sql = mem_printf("SELECT count(*) FROM (SELECT %s FROM old.\"%s\" EXCEPT SELECT %s FROM main.\"%s\")",
			sqlite3_column_text(s, 1), sqlite3_column_text(s, 0), sqlite3_column_text(s, 1),
			sqlite3_column_text(s, 0));
		assert_int_equal(number(db, sql), 0);
		mem_free(sql);
		tables++;
	}
	assert_true(tables > 20);
	sqlite3_finalize(s);
	sqlite3_close(db);
	mem_free(now);
	mem_free(before);
	mem_free(attach);
}

static void check_open(const char *dir)
{
	struct store *st = NULL;
	struct store_counts n;
	struct instance *ti;
	struct saved saved;
	struct arena a;

	arena_init(&a);
	assert_ok(store_open(&st, dir, 0));
	assert_ok(store_counts(&n, st));
	assert_int_equal(n.total, 3);
	assert_int_equal(n.unsent, 4);
	assert_ok(store_instance(&ti, &a, st, "1001"));
	assert_int_equal(ti->row.status, TI_VERIFIED);
	assert_int_equal(ti->n_evidence, 1);
	assert_ok(store_instance(&ti, &a, st, "1002"));
	assert_int_equal(ti->row.status, TI_FAILED);
	assert_string_equal(ti->verdicts[0].reason, "no Bundle");
	assert_ok(store_instance(&ti, &a, st, "1003"));
	assert_int_equal(ti->row.claim, CLAIM_INTENDED);
	assert_string_equal(store_me(st)->name, "Kim Minji");
	fault_check_whole(st);
	store_close(st);
	assert_same_rows(dir);
	/* and the next record goes on where the chain was */
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_ok(fixture_grade(&saved, st, "1003", OUTCOME_FAILED, "too late"));
	assert_int_equal(saved.n, 5);
	fault_check_whole(st);
	store_close(st);
	arena_done(&a);
}

static void every_schema_is_brought_up(void **state)
{
	char *dir;

	(void)state;
	for (version = 1; version <= 2; version++) {
		dir = old_store();
		check_open(dir);
		fixture_remove(dir);
	}
	version = 1;
}

static void work_open(const char *dir)
{
	struct store *st = NULL;

	told->last = store_open(&st, dir, 0);
	store_close(st);
}

static void killed_at_every_operation(void **state)
{
	static const enum fault_kind kinds[] = { FAULT_KILL, FAULT_TORN, FAULT_POWER };
	struct fault f = { .seed = 1 };
	char *dir;
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		f.kind = kinds[i];
		status = FAULT_EXIT << 8;
		for (f.at = 1; WEXITSTATUS(status) == FAULT_EXIT && f.at < MOST; f.at += i == 0 ? 1 : 3) {
			dir = old_store();
			status = fault_run(dir, &f, work_open);
			assert_true(WIFEXITED(status));
			check_open(dir);
			fixture_remove(dir);
		}
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_true(f.at > 8);
	}
}

static int set_up(void **state)
{
	char *dir;

	(void)state;
	crypto_init();
	fault_install();
	/* makes what parent and child share */
	dir = fault_template();
	fixture_remove(dir);
	clock_freeze_ms(-1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_schema_is_brought_up),
		cmocka_unit_test(killed_at_every_operation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, set_up, NULL);
}
