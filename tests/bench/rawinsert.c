/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe of the benchmark: copy every row of a database into a new one of the same schema with prepared
 * inserts in one transaction, indexes and all, and time the inserting alone. Prints "insert_ms N" and
 * "rows N".
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double spent_ms;
static long rows;

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void must(int rc, sqlite3 *db)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "rawinsert: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;

	must(sqlite3_prepare_v2(db, sql, -1, &st, NULL), db);
	return st;
}

/* Tables first, then what hangs on them; shadow tables of virtual ones come with their owner. */
static void copy_schema(sqlite3 *from, sqlite3 *to, const char *type)
{
	sqlite3_stmt *st = prepare(from,
		"SELECT sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
		" AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'");

	sqlite3_bind_text(st, 1, type, -1, SQLITE_STATIC);
	while (sqlite3_step(st) == SQLITE_ROW)
		must(sqlite3_exec(to, (const char *)sqlite3_column_text(st, 0), NULL, NULL, NULL), to);
	sqlite3_finalize(st);
}

static sqlite3_stmt *inserter(sqlite3 *to, const char *table, int columns)
{
	char sql[4096];
	int n = snprintf(sql, sizeof(sql), "INSERT INTO \"%s\" VALUES (?", table), i;

	for (i = 1; i < columns && n < (int)sizeof(sql) - 4; i++)
		n += snprintf(sql + n, sizeof(sql) - (size_t)n, ",?");
	snprintf(sql + n, sizeof(sql) - (size_t)n, ")");
	return prepare(to, sql);
}

static void copy_table(sqlite3 *from, sqlite3 *to, const char *table)
{
	sqlite3_stmt *in, *out;
	char sql[512];
	double start;
	int i, columns;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	in = prepare(from, sql);
	columns = sqlite3_column_count(in);
	out = inserter(to, table, columns);
	while (sqlite3_step(in) == SQLITE_ROW) {
		start = now_ms();
		for (i = 0; i < columns; i++)
			sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
		must(sqlite3_step(out), to);
		sqlite3_reset(out);
		spent_ms += now_ms() - start;
		rows++;
	}
	sqlite3_finalize(in);
	sqlite3_finalize(out);
}

static void copy_all(sqlite3 *from, sqlite3 *to)
{
	sqlite3_stmt *st = prepare(from,
		"SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
		" AND name NOT LIKE 'sqlite_%'");
	double start;

	must(sqlite3_exec(to, "BEGIN", NULL, NULL, NULL), to);
	while (sqlite3_step(st) == SQLITE_ROW)
		copy_table(from, to, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	start = now_ms();
	must(sqlite3_exec(to, "COMMIT", NULL, NULL, NULL), to);
	spent_ms += now_ms() - start;
}

int main(int argc, char **argv)
{
	sqlite3 *from, *to;

	if (argc != 3) {
		fputs("usage: rawinsert FROM.db TO.db\n", stderr);
		return 2;
	}
	unlink(argv[2]);
	must(sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL), from);
	must(sqlite3_open(argv[2], &to), to);
	must(sqlite3_exec(to, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", NULL, NULL, NULL),
		to);
	copy_schema(from, to, "table");
	copy_schema(from, to, "index");
	copy_all(from, to);
	sqlite3_close(from);
	sqlite3_close(to);
	printf("insert_ms %.3f\nrows %ld\n", spent_ms, rows);
	return 0;
}
