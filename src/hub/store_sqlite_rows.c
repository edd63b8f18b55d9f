/* SPDX-License-Identifier: Apache-2.0 */
/* A transaction on an event of a hub's SQLite store, and its rows at start. Hub layer; the writer's thread. */
#include "store_sqlite.h"

#include <string.h>

static struct sqlite_store *of(struct hub_store *s)
{
	return (struct sqlite_store *)s;
}

/* ---- a transaction ---- */

enum status sqlite_begin(struct store_event *now, struct hub_store *base, const char *event)
{
	struct sqlite_store *t = of(base);
	struct sqlite_event *e;
	sqlite3_stmt *s;
	enum status st = sqlite_want_event(&e, t, event);

	if (!st)
		st = sq_get(&s, t, SQL_BEGIN);
	if (!st)
		st = sq_run(t, s);
	if (st)
		return st;
	t->now = e;
	t->next = *e;
	*now = (struct store_event){ .id = e->id, .size = e->size, .root = e->root, .version = e->version };
	memcpy(now->epoch, e->epoch, sizeof(now->epoch));
	return STATUS_OK;
}

static enum status insert_record(struct sqlite_store *t, const struct store_record *r)
{
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_RECORD);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)r->seq);
	sq_bind_digest(s, 3, &r->rid);
	sq_bind_text(s, 4, r->replica);
	sqlite3_bind_int64(s, 5, (int64_t)r->n);
	sqlite3_bind_int64(s, 6, r->kind);
	sq_bind_text(s, 7, r->ti);
	sqlite3_bind_int64(s, 8, r->at);
	sqlite3_bind_int64(s, 9, r->flags);
	return sq_run(t, s);
}

enum status sqlite_append(struct hub_store *base, const void *entry, size_t len, const struct digest *root,
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

enum status sqlite_set_flags(struct hub_store *base, uint64_t seq, unsigned int flags)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_FLAGS);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)seq);
	sqlite3_bind_int64(s, 3, flags);
	return sq_run(t, s);
}

enum status sqlite_put_doc(struct hub_store *base, const struct store_doc *d)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_DOC_PUT);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, d->type);
	sq_bind_text(s, 3, d->id);
	sqlite3_bind_int64(s, 4, (int64_t)d->seq);
	sq_bind_digest(s, 5, &d->digest);
	sq_bind_blob(s, 6, d->facts, d->len);
	return sq_run(t, s);
}

static enum status drop(struct sqlite_store *t, enum sql_name name, char kind, const char *id)
{
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, name);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, kind);
	sq_bind_text(s, 3, id);
	return sq_run(t, s);
}

enum status sqlite_drop_doc(struct hub_store *base, char type, const char *id)
{
	return drop(of(base), SQL_DOC_DROP, type, id);
}

enum status sqlite_drop_item(struct hub_store *base, char kind, const char *id)
{
	return drop(of(base), SQL_ITEM_DROP, kind, id);
}

enum status sqlite_put_item(struct hub_store *base, const struct store_item *i)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_ITEM_PUT);

	if (st)
		return st;
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, i->kind);
	sq_bind_text(s, 3, i->id);
	sqlite3_bind_int64(s, 4, (int64_t)i->version);
	sq_bind_blob(s, 5, i->value, i->len);
	return sq_run(t, s);
}

static enum status move_event(struct sqlite_store *t)
{
	sqlite3_stmt *s;
	enum status st = sq_get(&s, t, SQL_EVENT_MOVE);

	if (st)
		return st;
	t->next.log_len = feed_log_len(t->now->log);
	sqlite3_bind_int64(s, 1, t->now->key);
	sqlite3_bind_int64(s, 2, (int64_t)t->next.size);
	sq_bind_digest(s, 3, &t->next.root);
	sqlite3_bind_int64(s, 4, (int64_t)t->next.log_len);
	return sq_run(t, s);
}

enum status sqlite_commit(struct hub_store *base)
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
		st = sq_get(&s, t, SQL_COMMIT);
	if (!st)
		st = sq_run(t, s);
	if (st)
		return st;
	feed_log_publish(t->now->log);
	t->now->size = t->next.size;
	t->now->root = t->next.root;
	t->now->log_len = t->next.log_len;
	t->now->version++;
	t->now = NULL;
	return STATUS_OK;
}

void sqlite_rollback(struct hub_store *base)
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
	enum status st = sqlite_want_event(&e, t, event);

	if (!st)
		st = sq_get(out, t, name);
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

enum status sqlite_each_record(struct hub_store *base, const char *event, uint64_t since, store_record_cb cb,
	void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_RECORDS, event, since);

	while (!st && !(st = sq_row(t, s))) {
		struct store_record r = { .seq = (uint64_t)sqlite3_column_int64(s, 0), .replica = sq_text_of(s, 2),
			.n = (uint64_t)sqlite3_column_int64(s, 3), .kind = sqlite3_column_int(s, 4),
			.ti = (const char *)sqlite3_column_text(s, 5), .at = sqlite3_column_int64(s, 6),
			.flags = (unsigned int)sqlite3_column_int64(s, 7) };

		st = sq_take_blob(r.rid.b, sizeof(r.rid.b), t, s, 1);
		if (!st)
			st = cb(&r, data);
	}
	return end_of(s, st);
}

enum status sqlite_each_doc(struct hub_store *base, const char *event, uint64_t since, store_doc_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_DOCS, event, since);

	while (!st && !(st = sq_row(t, s))) {
		struct store_doc d = { .type = (char)sqlite3_column_int(s, 0), .id = sq_text_of(s, 1),
			.seq = (uint64_t)sqlite3_column_int64(s, 2), .facts = sqlite3_column_blob(s, 4),
			.len = (size_t)sqlite3_column_bytes(s, 4) };

		st = sq_take_blob(d.digest.b, sizeof(d.digest.b), t, s, 3);
		if (!st)
			st = cb(&d, data);
	}
	return end_of(s, st);
}

enum status sqlite_each_item(struct hub_store *base, const char *event, uint64_t since, store_item_cb cb, void *data)
{
	struct sqlite_store *t = of(base);
	sqlite3_stmt *s = NULL;
	enum status st = select_since(&s, t, SQL_ITEMS, event, since);

	while (!st && !(st = sq_row(t, s))) {
		struct store_item i = { .kind = (char)sqlite3_column_int(s, 0), .id = sq_text_of(s, 1),
			.version = (uint64_t)sqlite3_column_int64(s, 2), .value = sqlite3_column_blob(s, 3),
			.len = (size_t)sqlite3_column_bytes(s, 3) };

		st = cb(&i, data);
	}
	return end_of(s, st);
}
