/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub's store in PostgreSQL, for several processes: one connection that writes, some that read
 * the feed, one that listens. All go to the primary. Hub layer; the writer's thread, but for
 * read().
 */
#include "store_postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/mem.h"

#define SCHEMA 1

extern const char *const hub_schema_postgres[];	/* data/embed-list.sh: by number, NULL at the end */

static struct postgres_store *of(struct hub_store *s)
{
	return (struct postgres_store *)s;
}

/* ---- schema ---- */

static enum status exec(PGresult **rows_out, struct pg_link *l, const char *text)
{
	PGresult *r = PQexec(l->c, text);
	ExecStatusType s = PQresultStatus(r);
	enum status st =
		s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK ? STATUS_OK : pg_failed(l, r);

	if (st || !rows_out)
		PQclear(r);
	else
		*rows_out = r;
	return st;
}

/* 0: nothing there. */
static enum status version_of(long *out, struct pg_link *l)
{
	PGresult *r = NULL;
	enum status st = exec(&r, l, "SELECT to_regclass('verdict.version') IS NOT NULL");
	bool there = !st && *PQgetvalue(r, 0, 0) == 't';

	PQclear(r);
	r = NULL;
	*out = 0;
	if (st || !there)
		return st;
	st = exec(&r, l, "SELECT number FROM verdict.version");
	if (!st && PQntuples(r) == 1)
		*out = strtol(PQgetvalue(r, 0, 0), NULL, 10);
	else if (!st)
		st = status_set(STATUS_CORRUPT, "PostgreSQL: the schema verdict has no version");
	PQclear(r);
	return st;
}

static enum status bring_up(struct pg_link *l)
{
	enum status st;
	long version;

	st = version_of(&version, l);
	if (!st && version > SCHEMA)
		st = status_set(STATUS_NEWER,
			"the database has schema %ld, this program knows up to %d: use the newer "
			"program",
			version, SCHEMA);
	for (; !st && version < SCHEMA; version++)
		st = exec(NULL, l, hub_schema_postgres[version]);
	return st;
}

/* Of several processes that begin at once, one makes the tables. */
static enum status make_schema(struct pg_link *l)
{
	long version;
	enum status st = version_of(&version, l);

	if (st || version == SCHEMA)
		return st;
	st = exec(NULL, l, "BEGIN; SELECT pg_advisory_xact_lock(1987208309, 0)");
	if (!st)
		st = bring_up(l);
	return st ? st : exec(NULL, l, "COMMIT");
}

/* ---- opening ---- */

static enum status open_writer(struct postgres_store *t)
{
	enum status st = pg_connect(&t->writer, t->url);

	if (!st)
		st = make_schema(&t->writer);
	if (!st)
		st = pg_prepare(&t->writer);
	if (st)
		pg_close(&t->writer);
	lock_take(&t->lock);
	t->writer_pid = st ? 0 : PQbackendPID(t->writer.c);
	lock_give(&t->lock);
	return st;
}

static void postgres_close(struct hub_store *base)
{
	struct postgres_store *t = of(base);

	pg_close(&t->writer);
	for (size_t i = 0; i < PG_READERS; i++)
		pg_close(&t->readers[i]);
	wakeup_done(&t->freed);
	lock_done(&t->lock);
	mem_free(t->event);
	mem_free(t->url);
	mem_free(t);
}

static enum status postgres_open(struct hub_store **out, const char *where)
{
	struct postgres_store *t = mem_zalloc(sizeof(*t));
	enum status st;

	t->base.ops = &store_postgres_ops;
	t->url = mem_strdup(where);
	lock_init(&t->lock);
	wakeup_init(&t->freed);
	st = open_writer(t);
	if (st)
		postgres_close(&t->base);
	else
		*out = &t->base;
	return st;
}

static enum status postgres_reopen(struct hub_store *base)
{
	struct postgres_store *t = of(base);

	mem_free(t->event);
	t->event = NULL;
	pg_close(&t->writer);
	return open_writer(t);
}

/* ---- the whole hub ---- */

static enum status meta_get(struct buf *out, struct hub_store *base, const char *name)
{
	struct pg_args a = { .n = 0 };
	PGresult *r = NULL;
	enum status st;

	pg_text(&a, name);
	st = pg_ask(&r, &of(base)->writer, PG_META_GET, &a);
	if (!st && PQntuples(r) == 0)
		st = STATUS_NOT_FOUND;
	if (!st)
		buf_add(out, PQgetvalue(r, 0, 0), (size_t)PQgetlength(r, 0, 0));
	PQclear(r);
	return st;
}

static enum status meta_set(
	struct postgres_store *t, enum pg_name how, const char *name, const void *value, size_t len)
{
	struct pg_args a = { .n = 0 };

	pg_text(&a, name);
	pg_blob(&a, value, len);
	return pg_ask(NULL, &t->writer, how, &a);
}

static enum status meta_put(struct hub_store *base, const char *name, const void *value, size_t len)
{
	return meta_set(of(base), PG_META_PUT, name, value, len);
}

static enum status meta_add(struct hub_store *base, const char *name, const void *value, size_t len)
{
	return meta_set(of(base), PG_META_ADD, name, value, len);
}

static enum status event_add(struct hub_store *base, const struct store_event *e)
{
	struct postgres_store *t = of(base);
	struct pg_args a = { .n = 0 }, note = { .n = 0 };
	enum status st;

	pg_text(&a, e->id);
	pg_blob(&a, e->epoch, sizeof(e->epoch));
	pg_blob(&a, e->root.b, sizeof(e->root.b));
	pg_text(&note, e->id);
	st = pg_ask(NULL, &t->writer, PG_EVENT_ADD, &a);
	return st ? st : pg_ask(NULL, &t->writer, PG_NOTIFY, &note);
}

static enum status tell_event(const PGresult *r, int row, store_event_cb cb, void *data)
{
	struct store_event e = {
		.id = PQgetvalue(r, row, 0), .size = pg_u64(r, row, 2), .version = pg_u64(r, row, 3)
	};
	enum status st = pg_bytes(e.epoch, sizeof(e.epoch), r, row, 1);

	if (!st)
		st = pg_bytes(e.root.b, sizeof(e.root.b), r, row, 4);
	return st ? st : cb(&e, data);
}

/* All of them at once: what is done with one may ask the store again. */
static enum status each_event(struct hub_store *base, store_event_cb cb, void *data)
{
	PGresult *r = NULL;
	enum status st = pg_ask(&r, &of(base)->writer, PG_EVENTS, NULL);

	for (int i = 0; !st && i < PQntuples(r); i++)
		st = tell_event(r, i, cb, data);
	PQclear(r);
	return st;
}

/* The moment is that of the first statement after BEGIN. */
static enum status snapshot(struct hub_store *base, bool begins)
{
	struct pg_link *l = &of(base)->writer;
	enum status st;

	if (!begins)
		return pg_ask(NULL, l, PG_ROLLBACK, NULL);
	st = pg_ask(NULL, l, PG_SNAPSHOT, NULL);
	return st ? st : pg_ask(NULL, l, PG_PATIENT, NULL);
}

/* ---- any thread ---- */

static size_t take_reader(struct postgres_store *t)
{
	size_t i;

	lock_take(&t->lock);
	for (;;) {
		for (i = 0; i < PG_READERS && t->taken[i]; i++)
			;
		if (i < PG_READERS)
			break;
		wakeup_wait(&t->freed, &t->lock, -1);
	}
	t->taken[i] = true;
	lock_give(&t->lock);
	return i;
}

static void give_reader(struct postgres_store *t, size_t i)
{
	lock_take(&t->lock);
	t->taken[i] = false;
	wakeup_wake(&t->freed);
	lock_give(&t->lock);
}

static enum status open_reader(struct pg_link *l, const char *url)
{
	enum status st = pg_connect(l, url);

	return st ? st : pg_prepare(l);
}

static enum status ask_feed(PGresult **out, struct postgres_store *t, const struct pg_args *a)
{
	size_t i = take_reader(t);
	struct pg_link *l = &t->readers[i];
	bool old = l->c != NULL;
	enum status st = old ? STATUS_OK : open_reader(l, t->url);

	if (!st)
		st = pg_ask(out, l, PG_READ, a);
	if (st && old) {	/* the server may have gone since, and be there again */
		st = open_reader(l, t->url);
		if (!st)
			st = pg_ask(out, l, PG_READ, a);
	}
	if (st)
		pg_close(l);
	give_reader(t, i);
	return st;
}

static enum status read_feed(struct buf *out, unsigned int *count_out, struct buf *roots,
	struct hub_store *base, const char *event, uint64_t from, uint64_t to, size_t max_bytes)
{
	struct pg_args a = { .n = 0 };
	PGresult *r = NULL;
	enum status st;
	int n;

	pg_text(&a, event);
	pg_int(&a, from);
	pg_int(&a, to);
	pg_int(&a, max_bytes);
	st = ask_feed(&r, of(base), &a);
	if (st)
		return st;
	n = PQntuples(r);
	for (int i = 0; i < n; i++) {
		buf_add(out, PQgetvalue(r, i, 0), (size_t)PQgetlength(r, i, 0));
		buf_add(roots, PQgetvalue(r, i, 1), (size_t)PQgetlength(r, i, 1));
	}
	PQclear(r);
	if (n == 0)
		return status_set(STATUS_NOT_FOUND, "the feed of %s ends before entry %llu", event,
			(unsigned long long)from);
	*count_out = (unsigned int)n;
	return STATUS_OK;
}

static enum status check(struct hub_store *base)
{
	PGresult *r = NULL;
	enum status st = pg_ask(&r, &of(base)->writer, PG_CHECK, NULL);

	if (!st && PQntuples(r) > 0)
		st = status_set(STATUS_CORRUPT,
			"PostgreSQL: the feed of event %s has holes, or another end than its head "
			"says",
			PQgetvalue(r, 0, 0));
	PQclear(r);
	return st;
}

const struct hub_store_ops store_postgres_ops = {
	.scheme = "postgresql",
	.shared = true,
	.open = postgres_open,
	.close = postgres_close,
	.reopen = postgres_reopen,
	.meta_get = meta_get,
	.meta_put = meta_put,
	.meta_add = meta_add,
	.event_add = event_add,
	.each_event = each_event,
	.begin = postgres_begin,
	.append = postgres_append,
	.set_flags = postgres_set_flags,
	.put_doc = postgres_put_doc,
	.drop_doc = postgres_drop_doc,
	.put_item = postgres_put_item,
	.drop_item = postgres_drop_item,
	.set_epoch = postgres_set_epoch,
	.commit = postgres_commit,
	.rollback = postgres_rollback,
	.each_record = postgres_each_record,
	.each_doc = postgres_each_doc,
	.each_item = postgres_each_item,
	.snapshot = snapshot,
	.read = read_feed,
	.check = check,
	.watch = postgres_watch,
};
