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
#define APPLICATION 1987208309	/* "vrdu": a database of a hub, not of anything else */

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

static struct sqlite_store *of(struct hub_store *s)
{
	return (struct sqlite_store *)s;
}

static enum status number(int64_t *out, struct sqlite_store *t, enum sql_name name)
{
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, name);

	if (!st)
		st = sq_row(t, s);
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

enum status sqlite_want_event(struct sqlite_event **out, struct sqlite_store *t, const char *id)
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
	lock_take(&t->lock);
	old = e->log;
	e->log = log;
	lock_give(&t->lock);
	feed_log_close(old);	/* who reads in it holds it */
	return STATUS_OK;
}

static enum status load_event(struct sqlite_store *t, sqlite3_stmt *s)
{
	const char *id = sq_text_of(s, 1);
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
	st = sq_take_blob(e->epoch, sizeof(e->epoch), t, s, 2);
	e->size = (uint64_t)sqlite3_column_int64(s, 3);
	if (!st)
		st = sq_take_blob(e->root.b, sizeof(e->root.b), t, s, 4);
	e->log_len = (uint64_t)sqlite3_column_int64(s, 5);
	return st || t->heads ? st : open_log(t, e);
}

static enum status load_events(struct sqlite_store *t)
{
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_EVENTS);

	while (!st && !(st = sq_row(t, s)))
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
	int64_t version = 0, tables = 0, application = 0;
	enum status st = number(&version, t, SQL_VERSION);

	if (!st)
		st = number(&tables, t, SQL_TABLES);
	if (!st)
		st = number(&application, t, SQL_APPLICATION);
	if (st)
		return st;
	if (tables && application != APPLICATION)
		return status_set(STATUS_CORRUPT, "%s/hub.db: not a hub's database", t->dir);
	if (version > SCHEMA)
		return status_set(STATUS_NEWER, "%s/hub.db has schema %lld, this program knows up to %d: "
			"use the newer program", t->dir, (long long)version, SCHEMA);
	if (version == SCHEMA)
		return STATUS_OK;
	if (tables)
		return status_set(STATUS_CORRUPT, "%s/hub.db: its schema number is damaged", t->dir);
	st = sq_exec(t, "BEGIN IMMEDIATE");
	if (!st)
		st = sq_exec(t, schema);
	return st ? st : sq_exec(t, "COMMIT");
}

static enum status open_db(struct sqlite_store *t)
{
	char *path = mem_printf("%s/hub.db", t->dir);
	enum status st = STATUS_OK;
	int rc = sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW, NULL);

	if (rc != SQLITE_OK)
		st = sq_failed(t, rc, "open");
	if (!st)
		sqlite3_db_config(t->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (size_t i = 0; !st && i < sizeof(pragmas) / sizeof(*pragmas); i++)
		st = sq_exec(t, pragmas[i]);
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
	mem_free(t->dir);
	mem_free(t);
}

static enum status open_store(struct hub_store **out, const char *where, bool heads)
{
	struct sqlite_store *t;
	const char *dir = strchr(where, ':') + 1;
	enum status st = io_mkdirs(dir, 0700);

	if (st)
		return st;
	t = mem_zalloc(sizeof(*t));
	t->base.ops = &store_sqlite_ops;
	t->dir = mem_strdup(dir);
	t->heads = heads;
	lock_init(&t->lock);
	st = open_db(t);
	if (st == STATUS_BUSY)
		status_set(st, "%s: another process has this store open; stop the hub that serves it first", dir);
	if (st)
		sqlite_close(&t->base);
	else
		*out = &t->base;
	return st;
}

static enum status sqlite_open(struct hub_store **out, const char *where)
{
	return open_store(out, where, false);
}

static enum status sqlite_open_heads(struct hub_store **out, const char *where)
{
	return open_store(out, where, true);
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
	enum status st = sq_get(&s, t, SQL_META_GET);

	if (st)
		return st;
	sq_bind_text(s, 1, name);
	st = sq_row(t, s);
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
	enum status st = sq_get(&s, t, SQL_META_PUT);

	if (st)
		return st;
	sq_bind_text(s, 1, name);
	sq_bind_blob(s, 2, value, len);
	return sq_run(t, s);
}

static enum status event_add(struct hub_store *base, const struct store_event *e)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_EVENT_ADD);

	if (st)
		return st;
	sq_bind_text(s, 1, e->id);
	sq_bind_blob(s, 2, e->epoch, sizeof(e->epoch));
	sq_bind_digest(s, 3, &e->root);
	st = sq_run(t, s);
	return st ? st : load_events(t);
}

static enum status each_event(struct hub_store *base, store_event_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	enum status st = STATUS_OK;

	for (size_t i = 0; i < t->events.len && !st; i++) {
		const struct sqlite_event *e = t->events.at[i];
		struct store_event out = { .id = e->id, .size = e->size, .root = e->root, .version = e->version };

		memcpy(out.epoch, e->epoch, sizeof(out.epoch));
		st = cb(&out, data);
	}
	return st;
}

/* ---- any thread ---- */

static enum status read_feed(struct buf *out, unsigned int *count_out, struct buf *roots, struct hub_store *base,
	const char *event, uint64_t from, uint64_t to, size_t max_bytes)
{
	struct sqlite_store *t = of(base);
	struct feed_log *log = NULL;
	struct sqlite_event *e;
	enum status st = sqlite_want_event(&e, t, event);

	if (st)
		return st;
	lock_take(&t->lock);
	if (e->log) {
		log = e->log;
		feed_log_hold(log);
	}
	lock_give(&t->lock);
	if (!log)
		return status_set(STATUS_IO, "the feed of %s is not open", event);
	st = feed_log_read(out, count_out, roots, log, from, to, max_bytes);
	feed_log_close(log);
	return st;
}

static enum status check(struct hub_store *base)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_CHECK);

	if (!st)
		st = sq_row(t, s);
	if (st)
		return st;
	if (strcmp(sq_text_of(s, 0), "ok") != 0)
		st = status_set(STATUS_CORRUPT, "%s/hub.db: %s", t->dir, sq_text_of(s, 0));
	sqlite3_reset(s);
	return st;
}

const struct hub_store_ops store_sqlite_ops = {
	.scheme = "sqlite",
	.open = sqlite_open,
	.open_heads = sqlite_open_heads,
	.close = sqlite_close,
	.reopen = sqlite_reopen,
	.meta_get = meta_get,
	.meta_put = meta_put,
	.event_add = event_add,
	.each_event = each_event,
	.begin = sqlite_begin,
	.append = sqlite_append,
	.set_flags = sqlite_set_flags,
	.put_doc = sqlite_put_doc,
	.drop_doc = sqlite_drop_doc,
	.put_item = sqlite_put_item,
	.drop_item = sqlite_drop_item,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.each_record = sqlite_each_record,
	.each_doc = sqlite_each_doc,
	.each_item = sqlite_each_item,
	.read = read_feed,
	.check = check,
};
