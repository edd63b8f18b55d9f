/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepared statements kept by the address of their text, transactions that nest, and the mapping of
 * SQLite's result codes to ours. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <errno.h>
#include <string.h>
#include "verdict/base/log.h"

static const char *doing_of(sqlite3_stmt *s)
{
	const char *sql = s ? sqlite3_sql(s) : NULL;

	return sql ? sql : "SQL";
}

static enum status status_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL: return STATUS_FULL;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return STATUS_CORRUPT;
	case SQLITE_BUSY: case SQLITE_LOCKED: return STATUS_BUSY;
	case SQLITE_IOERR: case SQLITE_CANTOPEN: case SQLITE_READONLY: return STATUS_IO;
	case SQLITE_TOOBIG: return STATUS_LIMIT;
	default: return STATUS_ERROR;
	}
}

enum status sql_fail(struct store *st, int rc, const char *doing)
{
	enum status code = status_of(rc);
	int err = st->db ? sqlite3_system_errno(st->db) : 0;

	if (rc == SQLITE_IOERR_WRITE && (err == ENOSPC || err == EDQUOT))
		code = STATUS_FULL;
	/* our own texts are right: a table or column that is not there was lost */
	if (rc == SQLITE_ERROR && st->db && strncmp(sqlite3_errmsg(st->db), "no such ", 8) == 0)
		code = STATUS_CORRUPT;
	if (code == STATUS_CORRUPT)
		st->corrupt = true;
	/* after these nobody knows what the file holds: the handle is of no more use */
	if (code == STATUS_IO || code == STATUS_FULL || code == STATUS_CORRUPT)
		st->failed = true;
	return status_set(code, "%s/verdict.db: %s (SQLite %d) at %.60s", st->dir,
		code == STATUS_FULL ? "no space left on the disk" :
		st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc),
		rc, doing);
}

enum status sql_get(sqlite3_stmt **out, struct store *st, const char *sql)
{
	struct sql_cached *c;
	int rc;

	if (!st->db)
		return status_set(STATUS_IO, "%s/verdict.db is not open", st->dir);
	for (c = st->cache; c < st->cache + st->n_cache; c++)
		if (c->sql == sql) {
			sqlite3_reset(c->stmt);
			sqlite3_clear_bindings(c->stmt);
			*out = c->stmt;
			return STATUS_OK;
		}
	if (st->n_cache == STORE_STATEMENTS)
		return status_set(STATUS_LIMIT, "more than %d SQL texts", STORE_STATEMENTS);
	rc = sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &c->stmt, NULL);
	if (rc != SQLITE_OK)
		return sql_fail(st, rc, sql);
	c->sql = sql;
	st->n_cache++;
	*out = c->stmt;
	return STATUS_OK;
}

void sql_forget(struct store *st)
{
	while (st->n_cache)
		sqlite3_finalize(st->cache[--st->n_cache].stmt);
}

enum status sql_row(struct store *st, sqlite3_stmt *s)
{
	enum status code;
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return STATUS_OK;
	code = rc == SQLITE_DONE ? STATUS_NOT_FOUND : sql_fail(st, rc, doing_of(s));
	sqlite3_reset(s);
	return code;
}

enum status sql_run(struct store *st, sqlite3_stmt *s)
{
	enum status code;

	do
		code = sql_row(st, s);
	while (code == STATUS_OK);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status sql_exec(struct store *st, const char *sql)
{
	int rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? STATUS_OK : sql_fail(st, rc, sql);
}

enum status sql_int(int64_t *out, struct store *st, const char *sql)
{
	sqlite3_stmt *s = NULL;
	enum status code = sql_get(&s, st, sql);

	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code == STATUS_OK) {
		*out = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return code;
}

enum status sql_begin(struct store *st)
{
	static const char sql[] = "BEGIN IMMEDIATE";
	sqlite3_stmt *s;
	enum status code = STATUS_OK;

	if (st->depth == 0) {
		code = sql_get(&s, st, sql);
		if (code == STATUS_OK)
			code = sql_run(st, s);
	}
	if (code == STATUS_OK)
		st->depth++;
	return code;
}

enum status sql_end(struct store *st, enum status rc)
{
	static const char commit[] = "COMMIT", rollback[] = "ROLLBACK";
	sqlite3_stmt *s;
	enum status code = rc;

	if (--st->depth > 0)
		return code;
	if (code == STATUS_OK) {
		code = sql_get(&s, st, commit);
		if (code == STATUS_OK)
			code = sql_run(st, s);
	}
	/* a failed statement may have rolled back by itself */
	if (code != STATUS_OK && st->db && !sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, rollback, NULL, NULL, NULL);
	/* event and persons may have been read inside */
	if (code != STATUS_OK)
		store_about_forget(st);
	return code;
}

void sql_bind_text(sqlite3_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text ? text : "", -1, SQLITE_STATIC);
}

void sql_bind_digest(sqlite3_stmt *s, int at, const struct digest *d)
{
	sqlite3_bind_blob(s, at, d->b, sizeof(d->b), SQLITE_STATIC);
}

const char *sql_text(struct arena *a, sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);
	int len = sqlite3_column_bytes(s, at);

	return p && len > 0 ? arena_strn(a, p, (size_t)len) : "";
}

bool sql_digest(struct digest *out, sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);

	if (!p || sqlite3_column_bytes(s, at) != (int)sizeof(out->b))
		return false;
	memcpy(out->b, p, sizeof(out->b));
	return true;
}
