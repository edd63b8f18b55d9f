/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQL of a hub's store, its prepared statements, and what SQLite's result codes mean. Hub layer; the writer's
 * thread.
 */
#include "store_sqlite.h"

#include <errno.h>
#include <string.h>

static const char *const sql[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_META_GET] = "SELECT value FROM meta WHERE name = ?1",
	[SQL_META_PUT] = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
	[SQL_EVENT_ADD] = "INSERT INTO event (id, epoch, size, root, log_len) VALUES (?1, ?2, 0, ?3, 0)",
	[SQL_EVENTS] = "SELECT key, id, epoch, size, root, log_len FROM event ORDER BY key",
	[SQL_EVENT_MOVE] = "UPDATE event SET size = ?2, root = ?3, log_len = ?4 WHERE key = ?1",
	[SQL_RECORD] = "INSERT INTO record (event, seq, rid, replica, n, kind, ti, at, flags) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_FLAGS] = "UPDATE record SET flags = ?3 WHERE event = ?1 AND seq = ?2",
	[SQL_RECORDS] = "SELECT seq, rid, replica, n, kind, ti, at, flags FROM record "
		"WHERE event = ?1 AND seq > ?2 ORDER BY seq",
	[SQL_DOC_PUT] = "INSERT INTO doc (event, type, id, seq, digest, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
		"ON CONFLICT DO UPDATE SET seq = ?4, digest = ?5, facts = ?6",
	[SQL_DOC_DROP] = "DELETE FROM doc WHERE event = ?1 AND type = ?2 AND id = ?3",
	[SQL_DOCS] = "SELECT type, id, seq, digest, facts FROM doc WHERE event = ?1 AND seq > ?2",
	[SQL_ITEM_PUT] = "INSERT INTO item (event, kind, id, seq, value) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT DO UPDATE SET seq = ?4, value = ?5",
	[SQL_ITEM_DROP] = "DELETE FROM item WHERE event = ?1 AND kind = ?2 AND id = ?3",
	[SQL_ITEMS] = "SELECT kind, id, seq, value FROM item WHERE event = ?1 AND seq > ?2 ORDER BY kind, id",
	[SQL_CHECK] = "PRAGMA quick_check(1)",
	[SQL_VERSION] = "PRAGMA user_version",
	[SQL_APPLICATION] = "PRAGMA application_id",
	[SQL_TABLES] = "SELECT count(*) FROM sqlite_schema",
};

static enum status status_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL: return STATUS_FULL;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return STATUS_CORRUPT;
	case SQLITE_BUSY: case SQLITE_LOCKED: return STATUS_BUSY;
	default: return STATUS_IO;	/* nobody knows what the file holds */
	}
}

enum status sq_failed(struct sqlite_store *t, int rc, const char *doing)
{
	enum status code = status_of(rc);
	int err = t->db ? sqlite3_system_errno(t->db) : 0;

	if ((rc & 0xff) == SQLITE_IOERR && (err == ENOSPC || err == EDQUOT))
		code = STATUS_FULL;
	return status_set(code, "%s/hub.db: %s (SQLite %d) at %.40s", t->dir,
		code == STATUS_FULL ? "no space left on the disk" : t->db ? sqlite3_errmsg(t->db) : sqlite3_errstr(rc),
		rc, doing);
}

/* The prepared statement, reset and without bindings. */
enum status sq_get(sqlite3_stmt **out, struct sqlite_store *t, enum sql_name name)
{
	int rc;

	if (!t->db)
		return status_set(STATUS_IO, "%s/hub.db is not open", t->dir);
	if (!t->stmt[name]) {
		rc = sqlite3_prepare_v3(t->db, sql[name], -1, SQLITE_PREPARE_PERSISTENT, &t->stmt[name], NULL);
		if (rc != SQLITE_OK)
			return sq_failed(t, rc, sql[name]);
	}
	sqlite3_reset(t->stmt[name]);
	sqlite3_clear_bindings(t->stmt[name]);
	*out = t->stmt[name];
	return STATUS_OK;
}

/* STATUS_NOT_FOUND: no more rows, without a message. */
enum status sq_row(struct sqlite_store *t, sqlite3_stmt *s)
{
	enum status st;
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return STATUS_OK;
	st = rc == SQLITE_DONE ? STATUS_NOT_FOUND : sq_failed(t, rc, sqlite3_sql(s));
	sqlite3_reset(s);
	return st;
}

enum status sq_run(struct sqlite_store *t, sqlite3_stmt *s)
{
	enum status st = sq_row(t, s);

	if (st == STATUS_OK)
		sqlite3_reset(s);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

enum status sq_exec(struct sqlite_store *t, const char *text)
{
	int rc = sqlite3_exec(t->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? STATUS_OK : sq_failed(t, rc, text);
}

void sq_bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(s, at);
}

/* Never NULL: an empty value is one of no bytes. */
void sq_bind_blob(sqlite3_stmt *s, int at, const void *ptr, size_t len)
{
	sqlite3_bind_blob64(s, at, len ? ptr : "", len, SQLITE_STATIC);
}

void sq_bind_digest(sqlite3_stmt *s, int at, const struct digest *d)
{
	sq_bind_blob(s, at, d->b, sizeof(d->b));
}

enum status sq_take_blob(void *out, size_t len, struct sqlite_store *t, sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);

	if (!p || sqlite3_column_bytes(s, at) != (int)len)
		return status_set(STATUS_CORRUPT, "%s/hub.db: a value of another length", t->dir);
	memcpy(out, p, len);
	return STATUS_OK;
}

const char *sq_text_of(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);

	return p ? p : "";
}
