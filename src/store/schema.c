/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered schema: files data/schema/NNNN-name.sql, compiled in, one transaction a step with its number in
 * user_version. An older file is copied beside before it is changed; a newer one is refused. Store layer.
 */
#include "store_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

extern const char *const schema_sql[];	/* data/embed.sh: texts in the order of their numbers, NULL at the end */

#define VERSION_MAX 9999	/* NNNN of the files' names */

static bool has_tables(struct store *st)
{
	static const char sql[] = "SELECT count(*) FROM sqlite_schema";
	int64_t n = 0;

	return sql_int(&n, st, sql) == STATUS_OK && n > 0;
}

static int schema_newest(void)
{
	int n = 0;

	while (schema_sql[n])
		n++;
	return n;
}

/* Copy by SQLite itself, so that what stands in the WAL goes too; then sync the copy. */
static enum status back_up(struct store *st, const char *db_path, int version)
{
	static const char sql[] = "VACUUM INTO ?1";
	char *path = mem_printf("%s.before-%d", db_path, version + 1);
	sqlite3_stmt *s;
	enum status code;
	int fd = -1;

	code = io_unlink(path);
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql);
	if (code == STATUS_OK) {
		sql_bind_text(s, 1, path);
		code = sql_run(st, s);
	}
	if (code == STATUS_OK)
		code = io_open(&fd, path, O_RDONLY, 0);
	if (code == STATUS_OK)
		code = io_sync(fd, path);
	if (fd >= 0)
		close(fd);
	if (code == STATUS_OK)
		code = io_sync_dir(path);
	mem_free(path);
	return code;
}

static enum status one_step(struct store *st, int version)
{
	char number[48];
	enum status code = sql_begin(st);

	if (code != STATUS_OK)
		return code;
	code = sql_exec(st, schema_sql[version]);
	if (code == STATUS_OK) {
		/* a PRAGMA takes no parameters; the number is ours */
		snprintf(number, sizeof(number), "PRAGMA user_version = %d", version + 1);
		code = sql_exec(st, number);
	}
	return sql_end(st, code);
}

enum status schema_upgrade(struct store *st, const char *db_path)
{
	static const char sql[] = "PRAGMA user_version";
	int newest = schema_newest(), version;
	int64_t found = 0;
	enum status code = sql_int(&found, st, sql);

	if (code != STATUS_OK)
		return code;
	/* numbers that no program ever wrote, and a number lost from a file that has tables, are damage */
	if (found < 0 || found > VERSION_MAX || (found == 0 && has_tables(st)))
		return status_set(STATUS_CORRUPT, "%s: its schema number is damaged", db_path);
	if (found > newest)
		return status_set(STATUS_NEWER, "%s has schema %lld, this program knows up to %d: "
			"use the newer program", db_path, (long long)found, newest);
	if (found > 0 && found < newest)
		code = back_up(st, db_path, (int)found);
	for (version = (int)found; code == STATUS_OK && version < newest; version++)
		code = one_step(st, version);
	return code;
}
