/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub's store in a folder: hub.db by SQLite on one connection that nobody shares, and the feed of each event in a
 * file that only grows. The file is synced before SQLite commits, and cut at start to what SQLite knows. Hub layer;
 * the writer's thread, but for read().
 */
#include "store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"

#define SCHEMA 1
#define APPLICATION 0x76726475	/* "vrdu": a database of a hub, not of a console */

static const char schema[] =
	"CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE event (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, epoch BLOB NOT NULL, size INTEGER NOT NULL, "
	" root BLOB NOT NULL, log_len INTEGER NOT NULL) STRICT;"
	"CREATE TABLE record (event INTEGER NOT NULL, seq INTEGER NOT NULL, rid BLOB NOT NULL, replica TEXT NOT NULL, "
	" n INTEGER NOT NULL, kind INTEGER NOT NULL, ti TEXT, at INTEGER NOT NULL, flags INTEGER NOT NULL, "
	" PRIMARY KEY (event, seq)) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER record_stays BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;"
	"CREATE TRIGGER record_same BEFORE UPDATE OF event, seq, rid, replica, n, kind, ti, at ON record "
	" BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;"
	"CREATE TABLE doc (event INTEGER NOT NULL, type INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, "
	" digest BLOB NOT NULL, facts BLOB NOT NULL, PRIMARY KEY (event, type, id)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE item (event INTEGER NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, "
	" value BLOB NOT NULL, PRIMARY KEY (event, kind, id)) STRICT, WITHOUT ROWID;"
	"PRAGMA application_id = 1987208309;"
	"PRAGMA user_version = 1;";

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
	[SQL_RECORDS] = "SELECT seq, rid, replica, n, kind, ti, at, flags FROM record WHERE event = ?1 AND seq > ?2 ORDER BY seq",
	[SQL_DOC_PUT] = "INSERT INTO doc (event, type, id, seq, digest, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
		"ON CONFLICT DO UPDATE SET seq = ?4, digest = ?5, facts = ?6",
	[SQL_DOC_DROP] = "DELETE FROM doc WHERE event = ?1 AND type = ?2 AND id = ?3",
	[SQL_DOCS] = "SELECT type, id, seq, digest, facts FROM doc WHERE event = ?1 AND seq > ?2",
	[SQL_ITEM_PUT] = "INSERT INTO item (event, kind, id, seq, value) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT DO UPDATE SET seq = ?4, value = ?5",
	[SQL_ITEM_DROP] = "DELETE FROM item WHERE event = ?1 AND kind = ?2 AND id = ?3",
	[SQL_ITEMS] = "SELECT kind, id, seq, value FROM item WHERE event = ?1 AND seq > ?2",
	[SQL_CHECK] = "PRAGMA quick_check(1)",
	[SQL_VERSION] = "PRAGMA user_version",
	[SQL_TABLES] = "SELECT count(*) FROM sqlite_schema",
};

static struct sqlite_store *of(struct hub_store *s)
{
	return (struct sqlite_store *)s;
}

static enum status status_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL: return STATUS_FULL;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: return STATUS_CORRUPT;
	case SQLITE_BUSY: case SQLITE_LOCKED: return STATUS_BUSY;
	default: return STATUS_IO;	/* nobody knows what the file holds */
	}
}

static enum status failed(struct sqlite_store *t, int rc, const char *doing)
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
static enum status get(sqlite3_stmt **out, struct sqlite_store *t, enum sql_name name)
{
	int rc;

	if (!t->db)
		return status_set(STATUS_IO, "%s/hub.db is not open", t->dir);
	if (!t->stmt[name]) {
		rc = sqlite3_prepare_v3(t->db, sql[name], -1, SQLITE_PREPARE_PERSISTENT, &t->stmt[name], NULL);
		if (rc != SQLITE_OK)
			return failed(t, rc, sql[name]);
	}
	sqlite3_reset(t->stmt[name]);
	sqlite3_clear_bindings(t->stmt[name]);
	*out = t->stmt[name];
	return STATUS_OK;
}

/* STATUS_NOT_FOUND: no more rows, without a message. */
static enum status row(struct sqlite_store *t, sqlite3_stmt *s)
{
	enum status st;
	int rc = sqlite3_step(s);

	if (rc == SQLITE_ROW)
		return STATUS_OK;
	st = rc == SQLITE_DONE ? STATUS_NOT_FOUND : failed(t, rc, sqlite3_sql(s));
	sqlite3_reset(s);
	return st;
}

static enum status run(struct sqlite_store *t, sqlite3_stmt *s)
{
	enum status st = row(t, s);

	if (st == STATUS_OK)
		sqlite3_reset(s);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status exec(struct sqlite_store *t, const char *text)
{
	int rc = sqlite3_exec(t->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? STATUS_OK : failed(t, rc, text);
}

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(s, at);
}

/* Never NULL: an empty value is one of no bytes. */
static void bind_blob(sqlite3_stmt *s, int at, const void *ptr, size_t len)
{
	sqlite3_bind_blob64(s, at, len ? ptr : "", len, SQLITE_STATIC);
}

static void bind_digest(sqlite3_stmt *s, int at, const struct digest *d)
{
	bind_blob(s, at, d->b, sizeof(d->b));
}

static enum status take_blob(void *out, size_t len, struct sqlite_store *t, sqlite3_stmt *s, int at)
{
	const void *p = sqlite3_column_blob(s, at);

	if (!p || sqlite3_column_bytes(s, at) != (int)len)
		return status_set(STATUS_CORRUPT, "%s/hub.db: a value of another length", t->dir);
	memcpy(out, p, len);
	return STATUS_OK;
}

static const char *text_of(sqlite3_stmt *s, int at)
{
	const char *p = (const char *)sqlite3_column_text(s, at);

	return p ? p : "";
}

static enum status number(int64_t *out, struct sqlite_store *t, enum sql_name name)
{
	sqlite3_stmt *s;
	enum status st = get(&s, t, name);

	if (!st)
		st = row(t, s);
	if (!st) {
		*out = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return st;
}

/* ---- events and their logs ---- */

static struct sqlite_event *find_event(struct sqlite_store *t, const char *id)
{
	struct sqlite_event *e = NULL;

	lock_take(&t->lock);
	for (size_t i = 0; i < t->events.len && !e; i++)
		if (strcmp(t->events.at[i]->id, id) == 0)
			e = t->events.at[i];
	lock_give(&t->lock);
	return e;
}

static enum status want_event(struct sqlite_event **out, struct sqlite_store *t, const char *id)
{
	*out = find_event(t, id);
	return *out ? STATUS_OK : status_set(STATUS_NOT_FOUND, "no event \"%s\"", id);
}

/* An id can hold what a file name cannot. */
static char *log_path(const struct sqlite_store *t, const char *id)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char hex[DIGEST_HEX];
	struct digest d;

	if (strspn(id, plain) == strlen(id) && strlen(id) <= 64)
		return mem_printf("%s/feed-%s.vf", t->dir, id);
	d = sha256(id, strlen(id));
	digest_hex(hex, &d);
	return mem_printf("%s/feed.%s.vf", t->dir, hex);
}

static enum status open_log(struct sqlite_store *t, struct sqlite_event *e)
{
	char *path = log_path(t, e->id);
	struct feed_log *log = NULL, *old;
	enum status st = feed_log_open(&log, path, e->log_len, e->size, &e->root);

	mem_free(path);
	if (st)
		return st;
	lock_take(&t->reading);		/* nobody is within the old one */
	old = e->log;
	e->log = log;
	lock_give(&t->reading);
	feed_log_close(old);
	return STATUS_OK;
}

static enum status load_event(struct sqlite_store *t, sqlite3_stmt *s)
{
	const char *id = text_of(s, 1);
	struct sqlite_event *e = find_event(t, id);
	enum status st;

	if (!e) {
		e = mem_zalloc(sizeof(*e));
		e->id = mem_strdup(id);
		lock_take(&t->lock);
		vec_push(&t->events, e);
		lock_give(&t->lock);
	}
	e->key = sqlite3_column_int64(s, 0);
	st = take_blob(e->epoch, sizeof(e->epoch), t, s, 2);
	e->size = (uint64_t)sqlite3_column_int64(s, 3);
	if (!st)
		st = take_blob(e->root.b, sizeof(e->root.b), t, s, 4);
	e->log_len = (uint64_t)sqlite3_column_int64(s, 5);
	return st ? st : open_log(t, e);
}

static enum status load_events(struct sqlite_store *t)
{
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_EVENTS);

	while (!st && !(st = row(t, s)))
		st = load_event(t, s);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (t->db && t->stmt[SQL_EVENTS])
		sqlite3_reset(t->stmt[SQL_EVENTS]);
	return st;
}

/* ---- opening ---- */

static void close_db(struct sqlite_store *t)
{
	int rc;

	for (int i = 0; i < SQL_COUNT; i++) {
		sqlite3_finalize(t->stmt[i]);
		t->stmt[i] = NULL;
	}
	rc = t->db ? sqlite3_close(t->db) : SQLITE_OK;
	if (rc != SQLITE_OK)
		log_line(LOG_ERROR_, "%s/hub.db: close: %s", t->dir, sqlite3_errstr(rc));
	t->db = NULL;
	t->now = NULL;
}

/* Lock before WAL: then SQLite keeps its index of the WAL in memory and no second connection is possible. */
static const char *const pragmas[] = {
	"PRAGMA locking_mode = EXCLUSIVE",
	"PRAGMA mmap_size = 0",
	"PRAGMA cache_size = -4096",
	"PRAGMA temp_store = MEMORY",
	"PRAGMA trusted_schema = OFF",
	"PRAGMA cell_size_check = ON",
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",
	"PRAGMA wal_autocheckpoint = 2000",
	/* the lock is taken by the first transaction: take it now */
	"BEGIN EXCLUSIVE; COMMIT",
};

static enum status make_schema(struct sqlite_store *t)
{
	int64_t version = 0, tables = 0;
	enum status st = number(&version, t, SQL_VERSION);

	if (!st)
		st = number(&tables, t, SQL_TABLES);
	if (st)
		return st;
	if (version > SCHEMA)
		return status_set(STATUS_NEWER, "%s/hub.db has schema %lld, this program knows up to %d: use the newer program",
			t->dir, (long long)version, SCHEMA);
	if (version == SCHEMA)
		return STATUS_OK;
	if (tables)
		return status_set(STATUS_CORRUPT, "%s/hub.db: its schema number is damaged", t->dir);
	st = exec(t, "BEGIN IMMEDIATE");
	if (!st)
		st = exec(t, schema);
	return st ? st : exec(t, "COMMIT");
}

static enum status open_db(struct sqlite_store *t)
{
	char *path = mem_printf("%s/hub.db", t->dir);
	enum status st = STATUS_OK;
	int rc = sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW, NULL);

	if (rc != SQLITE_OK)
		st = failed(t, rc, "open");
	if (!st)
		sqlite3_db_config(t->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (size_t i = 0; !st && i < sizeof(pragmas) / sizeof(*pragmas); i++)
		st = exec(t, pragmas[i]);
	if (!st)
		st = make_schema(t);
	if (!st)
		st = load_events(t);
	if (st)
		close_db(t);
	mem_free(path);
	return st;
}

static void sqlite_close(struct hub_store *s)
{
	struct sqlite_store *t = of(s);

	close_db(t);
	for (size_t i = 0; i < t->events.len; i++) {
		feed_log_close(t->events.at[i]->log);
		mem_free(t->events.at[i]->id);
		mem_free(t->events.at[i]);
	}
	vec_done(&t->events);
	lock_done(&t->lock);
	lock_done(&t->reading);
	mem_free(t->dir);
	mem_free(t);
}

static enum status sqlite_open(struct hub_store **out, const char *where)
{
	struct sqlite_store *t;
	const char *dir = strchr(where, ':') + 1;
	enum status st = io_mkdirs(dir, 0700);

	if (st)
		return st;
	t = mem_zalloc(sizeof(*t));
	t->base.ops = &store_sqlite_ops;
	t->dir = mem_strdup(dir);
	lock_init(&t->lock);
	lock_init(&t->reading);
	st = open_db(t);
	if (st == STATUS_BUSY)
		status_set(st, "%s: another process has this store open", dir);
	if (st)
		sqlite_close(&t->base);
	else
		*out = &t->base;
	return st;
}

static enum status sqlite_reopen(struct hub_store *s)
{
	struct sqlite_store *t = of(s);

	close_db(t);
	return open_db(t);
}

/* ---- the whole hub ---- */

static enum status meta_get(struct buf *out, struct hub_store *base, const char *name)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_META_GET);

	if (st)
		return st;
	bind_text(s, 1, name);
	st = row(t, s);
	if (!st) {
		buf_add(out, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
		sqlite3_reset(s);
	}
	return st;
}

static enum status meta_put(struct hub_store *base, const char *name, const void *value, size_t len)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_META_PUT);

	if (st)
		return st;
	bind_text(s, 1, name);
	bind_blob(s, 2, value, len);
	return run(t, s);
}

static enum status event_add(struct hub_store *base, const struct store_event *e)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_EVENT_ADD);

	if (st)
		return st;
	bind_text(s, 1, e->id);
	bind_blob(s, 2, e->epoch, sizeof(e->epoch));
	bind_digest(s, 3, &e->root);
	st = run(t, s);
	return st ? st : load_events(t);
}

static enum status each_event(struct hub_store *base, store_event_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	enum status st = STATUS_OK;

	for (size_t i = 0; i < t->events.len && !st; i++) {
		const struct sqlite_event *e = t->events.at[i];
		struct store_event out = { .id = e->id, .size = e->size, .root = e->root };

		memcpy(out.epoch, e->epoch, sizeof(out.epoch));
		st = cb(&out, data);
	}
	return st;
}

/* ---- a transaction ---- */

static enum status begin(struct store_event *now, struct hub_store *base, const char *event)
{
	struct sqlite_store *t = of(base);
	struct sqlite_event *e;
	sqlite3_stmt *s;
	enum status st = want_event(&e, t, event);

	if (!st)
		st = get(&s, t, SQL_BEGIN);
	if (!st)
		st = run(t, s);
	if (st)
		return st;
	t->now = e;
	t->next = *e;
	*now = (struct store_event){ .id = e->id, .size = e->size, .root = e->root };
	memcpy(now->epoch, e->epoch, sizeof(now->epoch));
	return STATUS_OK;
}

static enum status insert_record(struct sqlite_store *t, const struct store_record *r)
{
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_RECORD);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)r->seq);
	bind_digest(s, 3, &r->rid);
	bind_text(s, 4, r->replica);
	sqlite3_bind_int64(s, 5, (int64_t)r->n);
	sqlite3_bind_int64(s, 6, r->kind);
	bind_text(s, 7, r->ti);
	sqlite3_bind_int64(s, 8, r->at);
	sqlite3_bind_int64(s, 9, r->flags);
	return run(t, s);
}

static enum status append(struct hub_store *base, const void *entry, size_t len, const struct digest *root,
	const struct store_record *r)
{
	struct sqlite_store *t = of(base);
	enum status st = feed_log_append(t->now->log, entry, len, root);

	if (!st && r)
		st = insert_record(t, r);
	t->next.size++;
	t->next.root = *root;
	return st;
}

static enum status set_flags(struct hub_store *base, uint64_t seq, unsigned int flags)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_FLAGS);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)seq);
	sqlite3_bind_int64(s, 3, flags);
	return run(t, s);
}

static enum status put_doc(struct hub_store *base, const struct store_doc *d)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_DOC_PUT);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, d->type);
	bind_text(s, 3, d->id);
	sqlite3_bind_int64(s, 4, (int64_t)d->seq);
	bind_digest(s, 5, &d->digest);
	bind_blob(s, 6, d->facts, d->len);
	return run(t, s);
}

static enum status drop(struct sqlite_store *t, enum sql_name name, char kind, const char *id)
{
	sqlite3_stmt *s;
	enum status st = get(&s, t, name);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, kind);
	bind_text(s, 3, id);
	return run(t, s);
}

static enum status drop_doc(struct hub_store *base, char type, const char *id)
{
	return drop(of(base), SQL_DOC_DROP, type, id);
}

static enum status drop_item(struct hub_store *base, char kind, const char *id)
{
	return drop(of(base), SQL_ITEM_DROP, kind, id);
}

static enum status put_item(struct hub_store *base, const struct store_item *i)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_ITEM_PUT);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, i->kind);
	bind_text(s, 3, i->id);
	sqlite3_bind_int64(s, 4, (int64_t)i->seq);
	bind_blob(s, 5, i->value, i->len);
	return run(t, s);
}

static enum status move_event(struct sqlite_store *t)
{
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_EVENT_MOVE);

	if (st)
		return st;
	t->next.log_len = feed_log_len(t->now->log);
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)t->next.size);
	bind_digest(s, 3, &t->next.root);
	sqlite3_bind_int64(s, 4, (int64_t)t->next.log_len);
	return run(t, s);
}

static enum status commit(struct hub_store *base)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = STATUS_OK;

	if (t->next.size != t->now->size) {
		st = feed_log_flush(t->now->log);
		if (!st)
			st = move_event(t);
	}
	if (!st)
		st = get(&s, t, SQL_COMMIT);
	if (!st)
		st = run(t, s);
	if (st)
		return st;
	feed_log_publish(t->now->log);
	t->now->size = t->next.size;
	t->now->root = t->next.root;
	t->now->log_len = t->next.log_len;
	t->now = NULL;
	return STATUS_OK;
}

static void rollback(struct hub_store *base)
{
	struct sqlite_store *t = of(base);

	if (t->now)
		feed_log_forget(t->now->log);
	t->now = NULL;
	/* a failed statement may have rolled back by itself */
	if (t->db && !sqlite3_get_autocommit(t->db))
		sqlite3_exec(t->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- reading at start ---- */

static enum status select_since(sqlite3_stmt **out, struct sqlite_store *t, enum sql_name name, const char *event,
	uint64_t since)
{
	struct sqlite_event *e;
	enum status st = want_event(&e, t, event);

	if (!st)
		st = get(out, t, name);
	if (st)
		return st;
	sqlite3_bind_int64(*out, 1, e->key);
	sqlite3_bind_int64(*out, 2, (int64_t)since);
	return STATUS_OK;
}

static enum status end_of(sqlite3_stmt *s, enum status st)
{
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st && s)
		sqlite3_reset(s);
	return st;
}

static enum status each_record(struct hub_store *base, const char *event, uint64_t since, store_record_cb cb,
	void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_RECORDS, event, since);

	while (!st && !(st = row(t, s))) {
		struct store_record r = { .seq = (uint64_t)sqlite3_column_int64(s, 0), .replica = text_of(s, 2),
			.n = (uint64_t)sqlite3_column_int64(s, 3), .kind = sqlite3_column_int(s, 4),
			.ti = (const char *)sqlite3_column_text(s, 5), .at = sqlite3_column_int64(s, 6),
			.flags = (unsigned int)sqlite3_column_int64(s, 7) };

		st = take_blob(r.rid.b, sizeof(r.rid.b), t, s, 1);
		if (!st)
			st = cb(&r, data);
	}
	return end_of(s, st);
}

static enum status each_doc(struct hub_store *base, const char *event, uint64_t since, store_doc_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_DOCS, event, since);

	while (!st && !(st = row(t, s))) {
		struct store_doc d = { .type = (char)sqlite3_column_int(s, 0), .id = text_of(s, 1),
			.seq = (uint64_t)sqlite3_column_int64(s, 2), .facts = sqlite3_column_blob(s, 4),
			.len = (size_t)sqlite3_column_bytes(s, 4) };

		st = take_blob(d.digest.b, sizeof(d.digest.b), t, s, 3);
		if (!st)
			st = cb(&d, data);
	}
	return end_of(s, st);
}

static enum status each_item(struct hub_store *base, const char *event, uint64_t since, store_item_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_ITEMS, event, since);

	while (!st && !(st = row(t, s))) {
		struct store_item i = { .kind = (char)sqlite3_column_int(s, 0), .id = text_of(s, 1),
			.seq = (uint64_t)sqlite3_column_int64(s, 2), .value = sqlite3_column_blob(s, 3),
			.len = (size_t)sqlite3_column_bytes(s, 3) };

		st = cb(&i, data);
	}
	return end_of(s, st);
}

/* ---- any thread ---- */

static enum status read_feed(struct buf *out, unsigned int *count_out, struct buf *roots, struct hub_store *base,
	const char *event, uint64_t from, uint64_t to, size_t max_bytes)
{
	struct sqlite_store *t = of(base);
	struct sqlite_event *e;
	enum status st = want_event(&e, t, event);

	if (st)
		return st;
	lock_take(&t->reading);
	st = e->log ? feed_log_read(out, count_out, roots, e->log, from, to, max_bytes)
		: status_set(STATUS_IO, "the feed of %s is not open", event);
	lock_give(&t->reading);
	return st;
}

static enum status check(struct hub_store *base)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = get(&s, t, SQL_CHECK);

	if (!st)
		st = row(t, s);
	if (st)
		return st;
	if (strcmp(text_of(s, 0), "ok") != 0)
		st = status_set(STATUS_CORRUPT, "%s/hub.db: %s", t->dir, text_of(s, 0));
	sqlite3_reset(s);
	return st;
}

const struct hub_store_ops store_sqlite_ops = {
	.scheme = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.reopen = sqlite_reopen,
	.meta_get = meta_get,
	.meta_put = meta_put,
	.event_add = event_add,
	.each_event = each_event,
	.begin = begin,
	.append = append,
	.set_flags = set_flags,
	.put_doc = put_doc,
	.drop_doc = drop_doc,
	.put_item = put_item,
	.drop_item = drop_item,
	.commit = commit,
	.rollback = rollback,
	.each_record = each_record,
	.each_doc = each_doc,
	.each_item = each_item,
	.read = read_feed,
	.check = check,
};
