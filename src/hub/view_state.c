/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a view takes from an event's state, all under its lock at one moment: places of documents, TIs and records in
 * the feed. Hub layer; any thread.
 */
#include "view_state.h"

#include <stdlib.h>
#include <string.h>
#include "hub_priv.h"

static int by_id(const void *a, const void *b)
{
	const struct view_ti *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int by_ti(const void *a, const void *b)
{
	const struct view_record *x = a, *y = b;
	int order = strcmp(x->ti, y->ti);

	return order ? order : x->seq < y->seq ? -1 : x->seq > y->seq;
}

struct taking { struct view_moment *m; int64_t mono; };

static void take_ti(const char *id, void *value, void *data)
{
	const struct ti *ti = value;
	struct taking *t = data;
	struct view_ti own = { .seq = ti->seq };

	if (!ti->known || ti->seq > t->m->size)
		return;
	own.id = arena_str(&t->m->a, id);
	if (ti->lease && !ti->lease->ended && ti->lease->until > t->mono)
		own.claim_by = arena_str(&t->m->a, ti->lease->who);
	vec_push(&t->m->tis, own);
}

/* Ids of TIs stay where the state has them until the lock is given. */
static void take_records(struct view_moment *m, const struct state *s)
{
	for (size_t i = 0; i < s->records.len; i++) {
		const struct known *k = &s->records.at[i];
		struct view_record r = { .seq = k->seq, .flags = k->flags };

		if (!k->ti || !k->ti->known || k->seq > m->size)
			continue;
		r.ti = arena_str(&m->a, k->ti->id);
		vec_push(&m->records, r);
	}
}

void view_moment_take(struct view_moment *m, struct hub_event *e)
{
	static const char types[VIEW_DOCS] = { FEED_EVENT, FEED_CATALOGUE, FEED_ORGANISATIONS, FEED_SYSTEMS, FEED_PERSONS };
	struct taking t = { m, hub_mono(e->hub) };

	memset(m, 0, sizeof(*m));
	arena_init(&m->a);
	lock_take(&e->lock);
	m->size = e->size;
	for (size_t i = 0; i < VIEW_DOCS; i++) {
		const struct doc *d = &e->s->docs[types[i] - 'A'];

		m->docs[i] = d->here && d->seq <= m->size ? d->seq : 0;
	}
	map_each(e->s->tis, take_ti, &t);
	take_records(m, e->s);
	lock_give(&e->lock);
	if (m->tis.len)
		qsort(m->tis.at, m->tis.len, sizeof(*m->tis.at), by_id);
	if (m->records.len)
		qsort(m->records.at, m->records.len, sizeof(*m->records.at), by_ti);
}

void view_moment_done(struct view_moment *m)
{
	vec_done(&m->tis);
	vec_done(&m->records);
	arena_done(&m->a);
}

enum status view_read(struct feed_entry *out, struct buf *raw, struct hub_event *e, uint64_t seq)
{
	unsigned int count = 0;
	struct buf roots;
	size_t used;
	enum status st;

	buf_reset(raw);
	buf_init(&roots, 4096);
	st = e->hub->ops->read(raw, &count, &roots, e->hub->store, e->id, seq, seq, FEED_PAGE_BYTES);
	buf_done(&roots);
	if (!st)
		st = feed_entry_parse(out, &used, raw->ptr, raw->len);
	return st;
}
