/* SPDX-License-Identifier: Apache-2.0 */
/* How an event stands, for its operator. Hub layer; any but the writer's thread. */
#include "verdict/hub/status.h"

#include <stdlib.h>
#include <string.h>
#include "hub_priv.h"
#include "verdict/model/fold.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/payload.h"

#define NOT_COUNTED (FLAG_NEUTRALITY | FLAG_REVOKED | FLAG_ROLE)

struct said { const struct ti *ti; uint64_t seq; unsigned int flags; bool judges; };	/* `ti`: to compare, not to look at */

struct looking {
	struct hub_event *e;
	struct hub_event_status *out;
	struct arena *a;
	int64_t mono, wall;
	VEC(struct said) said;
	VEC(struct hub_claim_row) claims;
	VEC(const char *) disputes;
	VEC(struct hub_refused_row) refused;
};

/* ---- under the event's lock ---- */

static void count_chain(struct hub_replica_row *row, const struct state *s, const struct replica *r)
{
	row->records = r->chain.len;
	for (size_t i = 0; i < r->chain.len; i++) {
		const struct known *k = &s->records.at[r->chain.at[i]];

		row->n = k->n;
		row->flagged += k->flags != 0;
		row->forks += (k->flags & FLAG_FORK) != 0;
	}
}

static void take_replica(struct looking *l, const struct replica *r)
{
	struct hub_replica_row *row = &l->out->replicas[l->out->n_replicas++];

	*row = (struct hub_replica_row){ .roles = r->roles, .from = r->from, .to = r->to, .seen = r->seen,
		.revoked = r->revoked };
	memcpy(row->id, r->id, sizeof(row->id));
	if (r->person) {
		row->person = arena_str(l->a, r->person->id);
		row->name = arena_str(l->a, r->person->name);
	}
	count_chain(row, l->e->s, r);
	l->out->flagged += row->flagged;
	l->out->forks += row->forks;
}

static void take_flagged(struct looking *l, const struct known *k)
{
	const struct replica *r = l->e->s->replicas.at[k->replica];
	struct hub_flagged_row *row = &l->out->flagged_rows[l->out->n_flagged_rows++];

	*row = (struct hub_flagged_row){ .seq = k->seq, .n = k->n, .rid = k->rid, .at = k->at, .flags = k->flags,
		.kind = record_kind_name((enum record_kind)k->kind) };
	memcpy(row->replica, r->id, sizeof(row->replica));
	row->person = r->person ? arena_str(l->a, r->person->id) : NULL;
	row->ti = k->ti ? arena_str(l->a, k->ti->id) : NULL;
}

static void take_records(struct looking *l, size_t rows)
{
	const struct state *s = l->e->s;

	l->out->flagged_rows = arena_array(l->a, struct hub_flagged_row, rows);
	for (size_t i = s->records.len; i-- > 0; ) {
		const struct known *k = &s->records.at[i];
		enum record_kind kind = (enum record_kind)k->kind;
		bool judges = kind == RECORD_VERDICT || kind == RECORD_RESOLUTION;

		if (k->seq > l->e->size)
			continue;
		l->out->records++;
		if (k->flags && l->out->n_flagged_rows < rows)
			take_flagged(l, k);
		if (k->ti && (judges || kind == RECORD_WITHDRAWAL || kind == RECORD_REISSUE)) {
			struct said said = { k->ti, k->seq, k->flags, judges };

			vec_push(&l->said, said);
		}
	}
}

static void take_ti(const char *key, void *value, void *data)
{
	const struct ti *ti = value;
	const struct lease *lease = ti->lease;
	struct looking *l = data;

	l->out->instances += ti->known;
	if (lease && !lease->ended && lease->until > l->mono) {
		struct hub_claim_row row = { arena_str(l->a, key), arena_str(l->a, lease->who), lease->fence,
			(lease->until - l->mono + 999) / 1000 };

		vec_push(&l->claims, row);
	}
}

static void take_code(const char *key, void *value, void *data)
{
	const struct code *c = value;
	struct looking *l = data;

	(void)key;
	l->out->codes++;
	l->out->codes_unused += !c->used && c->until > l->wall;
}

static void take_session(const char *key, void *value, void *data)
{
	const struct session *s = value;
	struct looking *l = data;

	(void)key;
	l->out->sessions += s->until > l->wall && !s->replica->revoked;
}

static void look(struct looking *l, size_t rows)
{
	const struct state *s;

	lock_take(&l->e->lock);
	s = l->e->s;
	l->out->entries = l->e->size;
	l->out->replicas = arena_array(l->a, struct hub_replica_row, s->replicas.len + 1);
	for (size_t i = 0; i < s->replicas.len; i++)
		take_replica(l, s->replicas.at[i]);
	take_records(l, rows);
	map_each(s->tis, take_ti, l);
	map_each(s->codes, take_code, l);
	map_each(s->sessions, take_session, l);
	lock_give(&l->e->lock);
}

/* ---- disputes: what was said on a TI, folded ---- */

static enum status read_record(struct fold_record *out, struct looking *l, const struct said *said, struct arena *a,
	struct buf *raw, struct buf *roots)
{
	const struct hub *h = l->e->hub;
	struct record *rec = arena_new(a, struct record);
	struct feed_entry e;
	struct envelope env;
	unsigned int count;
	size_t used;
	enum status st;

	buf_reset(raw);
	buf_reset(roots);
	st = h->ops->read(raw, &count, roots, h->store, l->e->id, said->seq, said->seq, 1);
	if (!st)
		st = feed_entry_parse(&e, &used, raw->ptr, raw->len);
	if (!st)
		st = feed_record(&env, &e);
	if (st)
		return st;
	out->rid = record_rid(env.payload, env.len);
	out->rec = rec;
	out->counted = !(said->flags & NOT_COUNTED);
	out->revoked = (said->flags & NOT_COUNTED) == FLAG_REVOKED;
	return payload_parse(rec, a, env.payload, env.len);
}

static enum status fold_one(struct looking *l, const struct said *said, size_t n, struct buf *raw, struct buf *roots)
{
	struct fold_reference ref = { .status = TI_TO_BE_VERIFIED };
	struct fold_record *recs;
	struct fold_state state;
	enum status st = STATUS_OK;
	struct arena a;

	arena_init(&a);
	recs = arena_array(&a, struct fold_record, n);
	for (size_t i = 0; i < n && !st; i++)
		st = read_record(&recs[i], l, &said[i], &a, raw, roots);
	if (!st) {
		fold(&state, &a, &ref, recs, n);
		if (state.disputed)
			vec_push(&l->disputes, arena_str(l->a, recs[0].rec->ti));
	}
	arena_done(&a);
	return st;
}

static int by_ti(const void *a, const void *b)
{
	const struct said *x = a, *y = b;

	return x->ti != y->ti ? (x->ti > y->ti) - (x->ti < y->ti) : (x->seq > y->seq) - (x->seq < y->seq);
}

/* Only where two judged can there be a dispute. */
static enum status find_disputes(struct looking *l)
{
	enum status st = STATUS_OK;
	struct buf raw, roots;
	size_t end;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_MAX);
	if (l->said.len)
		qsort(l->said.at, l->said.len, sizeof(*l->said.at), by_ti);
	for (size_t i = 0; i < l->said.len && !st; i = end) {
		size_t judge = 0;

		for (end = i; end < l->said.len && l->said.at[end].ti == l->said.at[i].ti; end++)
			judge += l->said.at[end].judges;
		if (judge > 1)
			st = fold_one(l, &l->said.at[i], end - i, &raw, &roots);
	}
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

/* ---- what was refused, on the writer's thread ---- */

static enum status take_refused(const struct store_item *i, void *data)
{
	struct fields f = { i->value, (const char *)i->value + i->len };
	struct looking *l = data;
	struct hub_refused_row row = { .id = arena_str(l->a, i->id) };
	struct feed_entry e = { .type = FEED_RECORD };
	struct envelope env;
	struct record rec;

	if (i->kind != ITEM_QUARANTINE)
		return STATUS_OK;
	row.why = arena_str(l->a, field_next(&f));
	e.body = f.at;
	e.len = row.size = (size_t)(f.end - f.at);
	if (feed_record(&env, &e) == STATUS_OK && payload_parse(&rec, l->a, env.payload, env.len) == STATUS_OK) {
		row.replica = rec.replica;
		row.person = rec.who;
		row.kind = rec.kind_name;
		row.ti = rec.ti;
	}
	status_clear();
	vec_push(&l->refused, row);
	return STATUS_OK;
}

static void run_refused(struct call_work *w, struct txn *t)
{
	struct looking *l = *(struct looking **)w->args;
	enum status st = t->h->ops->each_item(t->h->store, l->e->id, 0, take_refused, l);

	if (st)
		work_fail_message(w, st);
}

static enum status find_refused(struct looking *l)
{
	struct hub_call call;
	struct call_work *w;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	w = work_new(l->e->hub, l->e, &call, run_refused, NULL, sizeof(l));
	*(struct looking **)w->args = l;
	st = work_post(w);
	hub_call_done(&call);
	return st;
}

/* ---- the whole ---- */

static int by_seen(const void *a, const void *b)
{
	const struct hub_replica_row *x = a, *y = b;

	return x->seen != y->seen ? (x->seen < y->seen) - (x->seen > y->seen) : strcmp(x->id, y->id);
}

static int by_refused(const void *a, const void *b)
{
	return strcmp(((const struct hub_refused_row *)b)->id, ((const struct hub_refused_row *)a)->id);
}

static int by_claim(const void *a, const void *b)
{
	return strcmp(((const struct hub_claim_row *)a)->ti, ((const struct hub_claim_row *)b)->ti);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void *sorted(struct arena *a, const void *rows, size_t n, size_t size, int (*order)(const void *, const void *))
{
	char *copy = arena_alloc(a, n * size + 1);

	if (n) {
		memcpy(copy, rows, n * size);
		qsort(copy, n, size, order);
	}
	return copy;
}

enum status hub_event_status(struct hub_event_status *out, struct arena *a, struct hub_event *e, size_t rows)
{
	struct looking l = { .e = e, .out = out, .a = a, .mono = hub_mono(e->hub), .wall = hub_now(e->hub) };
	enum status st;

	*out = (struct hub_event_status){ .id = e->id };
	st = find_refused(&l);	/* first: what other processes wrote is known then */
	if (!st) {
		look(&l, rows);
		st = find_disputes(&l);
	}
	out->refused = sorted(a, l.refused.at, l.refused.len, sizeof(*l.refused.at), by_refused);
	out->claims = sorted(a, l.claims.at, l.claims.len, sizeof(*l.claims.at), by_claim);
	out->disputes = sorted(a, l.disputes.at, l.disputes.len, sizeof(*l.disputes.at), by_text);
	out->n_refused = l.refused.len;
	out->n_claims = l.claims.len;
	out->n_disputes = l.disputes.len;
	if (out->n_replicas)
		qsort(out->replicas, out->n_replicas, sizeof(*out->replicas), by_seen);
	vec_done(&l.said);
	vec_done(&l.claims);
	vec_done(&l.disputes);
	vec_done(&l.refused);
	return st;
}
