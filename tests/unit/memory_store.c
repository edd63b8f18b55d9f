/* SPDX-License-Identifier: Apache-2.0 */
/* The shared store of the tests; see memory_store.h. Layer: tests. */
#include "tests/unit/memory_store.h"

#include <string.h>
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"

#define OPENERS 4

struct row { char what; uint64_t seq; char *id; char kind; struct digest digest; char *bytes; size_t len; };

struct entry { char *bytes; size_t len; struct digest root; };
struct record_row { struct store_record r; char *replica, *ti; };
struct mem_event {
	char *id;
	struct store_event now;
	VEC(struct entry) entries;
	VEC(struct record_row) records;
	VEC(struct row) rows;	/* documents ('d') and items ('i') */
	bool writing;		/* the advisory lock */
};

struct opener;
static struct {
	bool ready;
	struct lock lock;
	struct wakeup free;
	VEC(struct mem_event *) events;
	VEC(struct row) meta;
	struct opener *openers[OPENERS];
} db;

/* Operations of a transaction wait for its commit. */
struct op { char what; struct row row; struct record_row record; bool has_record; uint64_t seq; unsigned int flags; struct digest root; };
struct opener {
	struct hub_store base;
	struct mem_event *now;
	VEC(struct op) ops;
	void (*cb)(const char *event, void *data);
	void *data;
};

static void ready(void)
{
	if (db.ready)
		return;
	lock_init(&db.lock);
	wakeup_init(&db.free);
	db.ready = true;
}

static void row_done(struct row *r)
{
	mem_free(r->id);
	mem_free(r->bytes);
}

static void record_done(struct record_row *r)
{
	mem_free(r->replica);
	mem_free(r->ti);
}

void memory_store_reset(void)
{
	ready();
	for (size_t i = 0; i < db.events.len; i++) {
		struct mem_event *e = db.events.at[i];

		for (size_t k = 0; k < e->entries.len; k++)
			mem_free(e->entries.at[k].bytes);
		for (size_t k = 0; k < e->records.len; k++)
			record_done(&e->records.at[k]);
		for (size_t k = 0; k < e->rows.len; k++)
			row_done(&e->rows.at[k]);
		vec_done(&e->entries);
		vec_done(&e->records);
		vec_done(&e->rows);
		mem_free(e->id);
		mem_free(e);
	}
	vec_done(&db.events);
	for (size_t i = 0; i < db.meta.len; i++)
		row_done(&db.meta.at[i]);
	vec_done(&db.meta);
}

static struct opener *of(struct hub_store *s)
{
	return (struct opener *)s;
}

static struct mem_event *find(const char *id)
{
	for (size_t i = 0; i < db.events.len; i++)
		if (strcmp(db.events.at[i]->id, id) == 0)
			return db.events.at[i];
	return NULL;
}

static enum status mem_open(struct hub_store **out, const char *where)
{
	struct opener *o = mem_zalloc(sizeof(*o));

	(void)where;
	ready();
	o->base.ops = &memory_store_ops;
	lock_take(&db.lock);
	for (size_t i = 0; i < OPENERS; i++)
		if (!db.openers[i]) {
			db.openers[i] = o;
			break;
		}
	lock_give(&db.lock);
	*out = &o->base;
	return STATUS_OK;
}

static void drop_ops(struct opener *o)
{
	for (size_t i = 0; i < o->ops.len; i++) {
		row_done(&o->ops.at[i].row);
		record_done(&o->ops.at[i].record);
	}
	o->ops.len = 0;
}

static void mem_close(struct hub_store *s)
{
	lock_take(&db.lock);
	for (size_t i = 0; i < OPENERS; i++)
		if (db.openers[i] == of(s))
			db.openers[i] = NULL;
	lock_give(&db.lock);
	drop_ops(of(s));
	vec_done(&of(s)->ops);
	mem_free(s);
}

static enum status reopen(struct hub_store *s)
{
	(void)s;
	return STATUS_OK;
}

static enum status meta_get(struct buf *out, struct hub_store *s, const char *name)
{
	enum status st = STATUS_NOT_FOUND;

	(void)s;
	lock_take(&db.lock);
	for (size_t i = 0; i < db.meta.len; i++)
		if (strcmp(db.meta.at[i].id, name) == 0) {
			buf_add(out, db.meta.at[i].bytes, db.meta.at[i].len);
			st = STATUS_OK;
		}
	lock_give(&db.lock);
	return st;
}

static enum status meta_put(struct hub_store *s, const char *name, const void *value, size_t len)
{
	struct row r = { .id = mem_strdup(name), .bytes = mem_dup(value, len), .len = len };

	(void)s;
	lock_take(&db.lock);
	vec_push(&db.meta, r);
	lock_give(&db.lock);
	return STATUS_OK;
}

static enum status event_add(struct hub_store *s, const struct store_event *e)
{
	struct mem_event *m = mem_zalloc(sizeof(*m));

	(void)s;
	m->id = mem_strdup(e->id);
	m->now = *e;
	m->now.id = m->id;
	lock_take(&db.lock);
	vec_push(&db.events, m);
	lock_give(&db.lock);
	return STATUS_OK;
}

static enum status each_event(struct hub_store *s, store_event_cb cb, void *data)
{
	struct store_event e;
	enum status st = STATUS_OK;

	(void)s;
	for (size_t i = 0; !st; i++) {
		lock_take(&db.lock);
		if (i >= db.events.len) {
			lock_give(&db.lock);
			break;
		}
		e = db.events.at[i]->now;
		lock_give(&db.lock);
		st = cb(&e, data);
	}
	return st;
}

static enum status begin(struct store_event *now, struct hub_store *s, const char *event)
{
	lock_take(&db.lock);
	of(s)->now = find(event);
	while (of(s)->now->writing)
		wakeup_wait(&db.free, &db.lock, -1);
	of(s)->now->writing = true;
	*now = of(s)->now->now;
	lock_give(&db.lock);
	return STATUS_OK;
}

static struct op *add_op(struct hub_store *s, char what)
{
	struct op op = { .what = what };

	vec_push(&of(s)->ops, op);
	return &of(s)->ops.at[of(s)->ops.len - 1];
}

static enum status append(struct hub_store *s, const void *entry, size_t len, const struct digest *root,
	const struct store_record *r)
{
	struct op *op = add_op(s, 'a');

	op->row.bytes = mem_dup(entry, len);
	op->row.len = len;
	op->root = *root;
	if (r) {
		op->has_record = true;
		op->record = (struct record_row){ *r, mem_strdup(r->replica), r->ti ? mem_strdup(r->ti) : NULL };
	}
	return STATUS_OK;
}

static enum status set_flags(struct hub_store *s, uint64_t seq, unsigned int flags)
{
	struct op *op = add_op(s, 'f');

	op->seq = seq;
	op->flags = flags;
	return STATUS_OK;
}

static enum status put(struct hub_store *s, char what, char kind, const char *id, uint64_t seq, const struct digest *d,
	const void *ptr, size_t len)
{
	struct op *op = add_op(s, what);

	op->row = (struct row){ .what = what, .seq = seq, .id = mem_strdup(id), .kind = kind, .bytes = mem_dup(ptr, len),
		.len = len };
	if (d)
		op->row.digest = *d;
	return STATUS_OK;
}

static enum status put_doc(struct hub_store *s, const struct store_doc *d)
{
	return put(s, 'd', d->type, d->id, d->seq, &d->digest, d->facts, d->len);
}

static enum status put_item(struct hub_store *s, const struct store_item *i)
{
	return put(s, 'i', i->kind, i->id, i->version, NULL, i->value, i->len);
}

static enum status drop_doc(struct hub_store *s, char type, const char *id)
{
	return put(s, 'D', type, id, 0, NULL, "", 0);
}

static enum status drop_item(struct hub_store *s, char kind, const char *id)
{
	return put(s, 'I', kind, id, 0, NULL, "", 0);
}

static void replace_row(struct mem_event *e, char what, struct row *r, bool keep)
{
	for (size_t i = 0; i < e->rows.len; i++)
		if (e->rows.at[i].what == what && e->rows.at[i].kind == r->kind && strcmp(e->rows.at[i].id, r->id) == 0) {
			row_done(&e->rows.at[i]);
			e->rows.at[i] = e->rows.at[--e->rows.len];
			break;
		}
	if (!keep)
		return;
	vec_push(&e->rows, *r);
	memset(r, 0, sizeof(*r));
}

static void apply(struct mem_event *e, struct op *op)
{
	switch (op->what) {
	case 'a':
		vec_push(&e->entries, ((struct entry){ op->row.bytes, op->row.len, op->root }));
		op->row.bytes = NULL;
		e->now.size = e->entries.len;
		e->now.root = op->root;
		if (op->has_record) {
			vec_push(&e->records, op->record);
			op->record.replica = op->record.ti = NULL;
		}
		break;
	case 'f':
		for (size_t i = 0; i < e->records.len; i++)
			if (e->records.at[i].r.seq == op->seq)
				e->records.at[i].r.flags = op->flags;
		break;
	default:
		replace_row(e, op->what == 'D' || op->what == 'd' ? 'd' : 'i', &op->row, op->what == 'd' || op->what == 'i');
	}
}

static void leave(struct opener *o)
{
	if (o->now) {
		o->now->writing = false;
		wakeup_wake(&db.free);
	}
	o->now = NULL;
	drop_ops(o);
}

static enum status commit(struct hub_store *s)
{
	struct opener *o = of(s), *others[OPENERS];
	struct mem_event *e = o->now;

	lock_take(&db.lock);
	for (size_t i = 0; i < o->ops.len; i++)
		apply(e, &o->ops.at[i]);
	e->now.version++;
	leave(o);
	memcpy(others, db.openers, sizeof(others));
	for (size_t i = 0; i < OPENERS; i++)
		if (others[i] && others[i] != o && others[i]->cb)
			others[i]->cb(e->id, others[i]->data);
	lock_give(&db.lock);
	return STATUS_OK;
}

static void rollback(struct hub_store *s)
{
	lock_take(&db.lock);
	leave(of(s));
	lock_give(&db.lock);
}

static enum status each_record(struct hub_store *s, const char *event, uint64_t since, store_record_cb cb, void *data)
{
	const struct mem_event *e = find(event);
	enum status st = STATUS_OK;

	(void)s;
	for (size_t i = 0; i < e->records.len && !st; i++) {
		struct store_record r = e->records.at[i].r;

		r.replica = e->records.at[i].replica;
		r.ti = e->records.at[i].ti;
		if (r.seq > since)
			st = cb(&r, data);
	}
	return st;
}

static enum status each_doc(struct hub_store *s, const char *event, uint64_t since, store_doc_cb cb, void *data)
{
	const struct mem_event *e = find(event);
	enum status st = STATUS_OK;

	(void)s;
	for (size_t i = 0; i < e->rows.len && !st; i++) {
		const struct row *r = &e->rows.at[i];
		struct store_doc d = { r->kind, r->id, r->seq, r->digest, r->bytes, r->len };

		if (r->what == 'd' && r->seq > since)
			st = cb(&d, data);
	}
	return st;
}

static enum status each_item(struct hub_store *s, const char *event, uint64_t since, store_item_cb cb, void *data)
{
	const struct mem_event *e = find(event);
	enum status st = STATUS_OK;

	(void)s;
	for (size_t i = 0; i < e->rows.len && !st; i++) {
		const struct row *r = &e->rows.at[i];
		struct store_item item = { r->kind, r->id, r->seq, r->bytes, r->len };

		if (r->what == 'i' && r->seq > since)
			st = cb(&item, data);
	}
	return st;
}

static enum status read_feed(struct buf *out, unsigned int *count_out, struct buf *roots, struct hub_store *s,
	const char *event, uint64_t from, uint64_t to, size_t max_bytes)
{
	struct mem_event *e;
	unsigned int n = 0;

	(void)s;
	lock_take(&db.lock);
	e = find(event);
	for (uint64_t i = from; i <= to && i <= e->entries.len && (n == 0 || out->len < max_bytes); i++, n++) {
		buf_add(out, e->entries.at[i - 1].bytes, e->entries.at[i - 1].len);
		buf_add(roots, e->entries.at[i - 1].root.b, sizeof(struct digest));
	}
	lock_give(&db.lock);
	*count_out = n;
	return n ? STATUS_OK : status_set(STATUS_NOT_FOUND, "no entry %llu", (unsigned long long)from);
}

static enum status check(struct hub_store *s)
{
	(void)s;
	return STATUS_OK;
}

static void watch(struct hub_store *s, void (*cb)(const char *event, void *data), void *data)
{
	lock_take(&db.lock);
	of(s)->cb = cb;
	of(s)->data = data;
	lock_give(&db.lock);
}

const struct hub_store_ops memory_store_ops = {
	.scheme = "memory", .shared = true, .open = mem_open, .close = mem_close, .reopen = reopen, .meta_get = meta_get,
	.meta_put = meta_put, .event_add = event_add, .each_event = each_event, .begin = begin, .append = append,
	.set_flags = set_flags, .put_doc = put_doc, .drop_doc = drop_doc, .put_item = put_item, .drop_item = drop_item,
	.commit = commit, .rollback = rollback, .each_record = each_record, .each_doc = each_doc, .each_item = each_item,
	.read = read_feed, .check = check, .watch = watch,
};
