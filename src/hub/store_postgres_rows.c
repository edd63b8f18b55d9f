/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction on an event of a hub's PostgreSQL store, sent as one pipeline, and its rows at
 * start. Hub layer; the writer's thread.
 */
#include "store_postgres.h"

#include <string.h>
#include "verdict/base/mem.h"

static struct postgres_store *of(struct hub_store *s)
{
	return (struct postgres_store *)s;
}

/* ---- a transaction ---- */

static enum status take_head(struct postgres_store *t, const PGresult *r, const char *event)
{
	enum status st;

	if (PQntuples(r) != 1)
		return status_set(STATUS_NOT_FOUND, "no event \"%s\"", event);
	t->event = mem_strdup(event);
	t->next = (struct store_event){
		.id = t->event, .size = pg_u64(r, 0, 2), .version = pg_u64(r, 0, 3)
	};
	t->key = (int64_t)pg_u64(r, 0, 0);
	t->bytes = pg_u64(r, 0, 5);
	st = pg_bytes(t->next.epoch, sizeof(t->next.epoch), r, 0, 1);
	return st ? st : pg_bytes(t->next.root.b, sizeof(t->next.root.b), r, 0, 4);
}

/* Who has the lock may write the event; each statement sees what was committed before it, so the
 * head is read after. */
enum status postgres_begin(struct store_event *now, struct hub_store *base, const char *event)
{
	struct postgres_store *t = of(base);
	struct pg_args a = { .n = 0 };
	PGresult *rows = NULL;
	enum status st = pg_send(&t->writer, PG_BEGIN, NULL);

	pg_text(&a, event);
	if (!st)
		st = pg_send(&t->writer, PG_LOCK, &a);
	if (!st)
		st = pg_send(&t->writer, PG_HEAD, &a);
	if (!st)
		st = pg_collect(&rows, &t->writer);
	if (!st)
		st = take_head(t, rows, event);
	PQclear(rows);
	if (st)
		return st;
	*now = t->next;
	now->id = event;
	return STATUS_OK;
}

static struct pg_args of_event(const struct postgres_store *t)
{
	struct pg_args a = { .n = 0 };

	pg_int(&a, (uint64_t)t->key);
	return a;
}

static void add_entry(struct pg_args *a, const struct postgres_store *t, const void *entry,
	size_t len, const struct digest *root)
{
	pg_int(a, t->next.size);
	pg_int(a, t->bytes);
	pg_blob(a, entry, len);
	pg_blob(a, root->b, sizeof(root->b));
}

static void add_record(struct pg_args *a, const struct store_record *r)
{
	pg_int(a, r->seq);
	pg_blob(a, r->rid.b, sizeof(r->rid.b));
	pg_text(a, r->replica);
	pg_int(a, r->n);
	pg_int(a, (uint64_t)r->kind);
	pg_text(a, r->ti);
	pg_int(a, (uint64_t)r->at);
	pg_int(a, r->flags);
}

enum status postgres_append(struct hub_store *base, const void *entry, size_t len,
	const struct digest *root, const struct store_record *r)
{
	struct postgres_store *t = of(base);
	struct pg_args a = of_event(t), b = a;
	enum status st;

	t->next.size++;
	t->next.root = *root;
	t->bytes += len;
	add_entry(&a, t, entry, len, root);
	st = pg_send(&t->writer, PG_ENTRY, &a);
	if (st || !r)
		return st;
	add_record(&b, r);
	return pg_send(&t->writer, PG_RECORD, &b);
}

enum status postgres_set_flags(struct hub_store *base, uint64_t seq, unsigned int flags)
{
	struct postgres_store *t = of(base);
	struct pg_args a = of_event(t);

	pg_int(&a, seq);
	pg_int(&a, flags);
	return pg_send(&t->writer, PG_FLAGS, &a);
}

enum status postgres_put_doc(struct hub_store *base, const struct store_doc *d)
{
	struct postgres_store *t = of(base);
	struct pg_args a = of_event(t);

	pg_int(&a, (unsigned char)d->type);
	pg_text(&a, d->id);
	pg_int(&a, d->seq);
	pg_blob(&a, d->digest.b, sizeof(d->digest.b));
	pg_blob(&a, d->facts, d->len);
	return pg_send(&t->writer, PG_DOC_PUT, &a);
}

static enum status drop(struct postgres_store *t, enum pg_name name, char kind, const char *id)
{
	struct pg_args a = of_event(t);

	pg_int(&a, (unsigned char)kind);
	pg_text(&a, id);
	return pg_send(&t->writer, name, &a);
}

enum status postgres_drop_doc(struct hub_store *base, char type, const char *id)
{
	return drop(of(base), PG_DOC_DROP, type, id);
}

enum status postgres_drop_item(struct hub_store *base, char kind, const char *id)
{
	return drop(of(base), PG_ITEM_DROP, kind, id);
}

enum status postgres_put_item(struct hub_store *base, const struct store_item *i)
{
	struct postgres_store *t = of(base);
	struct pg_args a = of_event(t);

	pg_int(&a, (unsigned char)i->kind);
	pg_text(&a, i->id);
	pg_int(&a, i->version);
	pg_blob(&a, i->value, i->len);
	return pg_send(&t->writer, PG_ITEM_PUT, &a);
}

enum status postgres_set_epoch(struct hub_store *base, const uint8_t epoch[EPOCH_BYTES])
{
	struct postgres_store *t = of(base);
	struct pg_args a = of_event(t);

	pg_blob(&a, epoch, EPOCH_BYTES);
	return pg_send(&t->writer, PG_EPOCH, &a);
}

static enum status send_end(struct postgres_store *t)
{
	struct pg_args move = of_event(t), note = { .n = 0 };
	enum status st;

	pg_int(&move, t->next.size);
	pg_blob(&move, t->next.root.b, sizeof(t->next.root.b));
	pg_int(&move, t->bytes);
	pg_text(&note, t->event);
	st = pg_send(&t->writer, PG_EVENT_MOVE, &move);
	if (!st)
		st = pg_send(&t->writer, PG_NOTIFY, &note);
	return st ? st : pg_send(&t->writer, PG_COMMIT, NULL);
}

static void forget(struct postgres_store *t)
{
	mem_free(t->event);
	t->event = NULL;
}

enum status postgres_commit(struct hub_store *base)
{
	struct postgres_store *t = of(base);
	enum status st;

	t->writer.warned = false;
	st = send_end(t);
	if (!st)
		st = pg_collect(NULL, &t->writer);
	/* a COMMIT of a transaction that failed says so only here */
	if (!st && PQtransactionStatus(t->writer.c) != PQTRANS_IDLE)
		st = status_set(STATUS_IO, "PostgreSQL: the transaction did not end");
	if (!st && t->writer.warned)
		st = status_set(STATUS_IO,
			"PostgreSQL: it is not known whether the standby has what was committed");
	if (!st)
		forget(t);
	return st;
}

void postgres_rollback(struct hub_store *base)
{
	struct postgres_store *t = of(base);

	if (t->writer.piped)
		(void)pg_collect(NULL, &t->writer);
	if (t->writer.c && PQtransactionStatus(t->writer.c) != PQTRANS_IDLE
	    && pg_ask(NULL, &t->writer, PG_ROLLBACK, NULL) != STATUS_OK)
		pg_close(&t->writer);
	forget(t);
}

/* ---- reading at start, and behind others ---- */

struct each {
	store_record_cb record;
	store_doc_cb doc;
	store_item_cb item;
	void *data;
};

static enum status one_record(const PGresult *r, void *data)
{
	const struct each *e = data;
	struct store_record rec = { .seq = pg_u64(r, 0, 0),
		.replica = PQgetvalue(r, 0, 2),
		.n = pg_u64(r, 0, 3),
		.kind = (int)pg_u64(r, 0, 4),
		.ti = PQgetisnull(r, 0, 5) ? NULL : PQgetvalue(r, 0, 5),
		.at = (int64_t)pg_u64(r, 0, 6),
		.flags = (unsigned int)pg_u64(r, 0, 7) };
	enum status st = pg_bytes(rec.rid.b, sizeof(rec.rid.b), r, 0, 1);

	return st ? st : e->record(&rec, e->data);
}

static enum status one_doc(const PGresult *r, void *data)
{
	const struct each *e = data;
	struct store_doc d = { .type = (char)pg_u64(r, 0, 0),
		.id = PQgetvalue(r, 0, 1),
		.seq = pg_u64(r, 0, 2),
		.facts = PQgetvalue(r, 0, 4),
		.len = (size_t)PQgetlength(r, 0, 4) };
	enum status st = pg_bytes(d.digest.b, sizeof(d.digest.b), r, 0, 3);

	return st ? st : e->doc(&d, e->data);
}

static enum status one_item(const PGresult *r, void *data)
{
	const struct each *e = data;
	struct store_item i = { .kind = (char)pg_u64(r, 0, 0),
		.id = PQgetvalue(r, 0, 1),
		.version = pg_u64(r, 0, 2),
		.value = PQgetvalue(r, 0, 3),
		.len = (size_t)PQgetlength(r, 0, 3) };

	return e->item(&i, e->data);
}

static enum status each_since(struct hub_store *base, enum pg_name name, const char *event,
	uint64_t since, enum status (*row)(const PGresult *r, void *data), struct each *e)
{
	struct pg_args a = { .n = 0 };

	pg_text(&a, event);
	pg_int(&a, since);
	return pg_each(&of(base)->writer, name, &a, row, e);
}

enum status postgres_each_record(struct hub_store *base, const char *event, uint64_t since,
	store_record_cb cb, void *data)
{
	struct each e = { .record = cb, .data = data };

	return each_since(base, PG_RECORDS, event, since, one_record, &e);
}

enum status postgres_each_doc(struct hub_store *base, const char *event, uint64_t since,
	store_doc_cb cb, void *data)
{
	struct each e = { .doc = cb, .data = data };

	return each_since(base, PG_DOCS, event, since, one_doc, &e);
}

enum status postgres_each_item(struct hub_store *base, const char *event, uint64_t since,
	store_item_cb cb, void *data)
{
	struct each e = { .item = cb, .data = data };

	return each_since(base, PG_ITEMS, event, since, one_item, &e);
}
