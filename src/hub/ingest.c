/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in: hashes, signatures and parsing in the caller's thread, the rest in the writer's. A record is refused
 * only where it cannot be believed to be a record of this event by its author; all else is stored, and flagged where
 * it is doubtful. Hub layer.
 */
#include "hub_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/log.h"
#include "verdict/proto/payload.h"

#define CLOCK_SLACK_MS (15 * INT64_C(60000))
#define ONLINE_MS INT64_C(120000)	/* a record that arrives so soon was written with the hub in reach */
#define QUARANTINE_RECORDS 200
#define QUARANTINE_BYTES (1u << 20)

struct incoming {
	struct envelope e;
	struct digest rid;
	bool known;		/* was in the feed before its signature was looked at */
	bool refused;
	const char *why;
	struct record *rec;	/* NULL where known or refused */
	struct receipt_entry answer;
};
struct ingest { struct incoming *in; size_t n; };

/* ---- the caller's thread ---- */

static void refuse(struct incoming *in, struct arena *a, const char *why)
{
	size_t n = strlen(why);

	in->refused = true;
	in->why = arena_strn(a, why, n < RECEIPT_WHY_MAX ? n : RECEIPT_WHY_MAX);
}

static void look_up(struct ingest *g, struct hub_event *e)
{
	lock_take(&e->lock);
	for (size_t i = 0; i < g->n; i++) {
		const struct known *k = state_find(e->s, &g->in[i].rid);

		g->in[i].known = k && k->seq <= e->size;
	}
	lock_give(&e->lock);
}

static void read_record(struct incoming *in, struct arena *a, const struct hub_event *e)
{
	char id[KEY_ID];

	if (!signature_ok(in->e.public_key, in->e.signature, RECORD_TYPE, in->e.payload, in->e.len)) {
		refuse(in, a, "its signature does not hold");
		return;
	}
	in->rec = arena_new(a, struct record);
	key_id_of(id, in->e.public_key);
	if (payload_parse(in->rec, a, in->e.payload, in->e.len) != STATUS_OK)
		refuse(in, a, status_message());
	else if (strcmp(in->rec->event, e->id) != 0)
		refuse(in, a, "it is of another event");
	else if (strcmp(in->rec->replica, id) != 0)
		refuse(in, a, "its replica is not the key that signed");
}

static enum status prepare(struct call_work *w, const void *batch, size_t len)
{
	struct ingest *g = w->args;
	struct batch_reader r;
	enum status st = batch_open(&r, batch, len);

	if (st)
		return st;
	g->in = arena_array(&w->a, struct incoming, r.left + 1);
	while (!(st = batch_next(&g->in[g->n].e, &r)))
		g->n++;
	if (st != STATUS_NOT_FOUND)
		return st;
	for (size_t i = 0; i < g->n; i++)
		g->in[i].rid = record_rid(g->in[i].e.payload, g->in[i].e.len);
	look_up(g, w->e);
	for (size_t i = 0; i < g->n; i++)
		if (!g->in[i].known)
			read_record(&g->in[i], &w->a, w->e);
	return STATUS_OK;
}

/* ---- the writer's thread ---- */

static bool off_clock(const struct record *rec, const struct replica *r, int64_t now)
{
	int64_t hlc = (int64_t)(rec->hlc >> 16);

	return hlc > now + CLOCK_SLACK_MS || rec->at > now + CLOCK_SLACK_MS
		|| rec->at > hlc + CLOCK_SLACK_MS || rec->at < hlc - CLOCK_SLACK_MS
		|| rec->at < r->from - CLOCK_SLACK_MS || rec->at >= r->to;
}

/* Another record at that place, or another history before it. */
static bool forks(const struct state *s, const struct replica *r, const struct record *rec)
{
	bool before = false, follows = false;

	for (size_t i = chain_at(s, r, rec->n - 1); i < r->chain.len; i++) {
		const struct known *k = &s->records.at[r->chain.at[i]];

		if (k->n >= rec->n)
			return k->n == rec->n || (before && !follows);
		before = true;
		follows = follows || digest_equal(&k->rid, &rec->prev);
	}
	return before && !follows;
}

static bool is_late(const struct ti *ti, const struct record *rec, int64_t now, int64_t mono)
{
	const struct lease *l = ti ? ti->lease : NULL;

	if (!l || !reference_judges(rec->kind))
		return false;
	if (rec->fence)
		return rec->fence <= l->fence && (rec->fence < l->run_from || strcmp(l->who, rec->who) != 0);
	return !l->ended && l->until > mono && strcmp(l->who, rec->who) != 0 && rec->at >= l->granted
		&& now - rec->at <= ONLINE_MS;
}

static bool lacks_role(const struct replica *r, enum record_kind kind)
{
	switch (kind) {
	case RECORD_VERDICT: return !(r->roles & (ROLE_MONITOR | ROLE_LEAD));
	case RECORD_RESOLUTION: return !(r->roles & ROLE_LEAD);
	case RECORD_GRADE: return !(r->roles & ROLE_MANAGER);
	default: return false;
	}
}

static unsigned int flags_of(const struct txn *t, const struct replica *r, const struct record *rec)
{
	const struct ti *ti = rec->ti ? map_get(t->s->tis, rec->ti) : NULL;
	int64_t now = hub_now(t->h);
	unsigned int flags = 0;

	if (rec->kind == RECORD_UNKNOWN)
		flags |= FLAG_UNKNOWN_TYPE;
	if (r->revoked)
		flags |= FLAG_REVOKED;
	if (lacks_role(r, rec->kind))
		flags |= FLAG_ROLE;
	if (off_clock(rec, r, now))
		flags |= FLAG_CLOCK;
	if (forks(t->s, r, rec))
		flags |= FLAG_FORK;
	if (is_late(ti, rec, now, hub_mono(t->h)))
		flags |= FLAG_LATE;
	if (ti && reference_judges(rec->kind) && reference_bars(NULL, r->person, ti, rec->at, flags))
		flags |= FLAG_NEUTRALITY;
	if (rec->kind == RECORD_GRADE && reference_bars_line(t->s, r->person, rec->line, rec->at, flags))
		flags |= FLAG_NEUTRALITY;
	return flags;
}

static const char *unwelcome(const struct replica *r, const struct record *rec)
{
	if (!r || !r->certified)
		return "no certificate for its key in this event";
	if (strcmp(r->person->id, rec->who) != 0)
		return "its person is not the one of the certificate";
	if (r->roles == ROLE_OBSERVER)
		return "role observer may not write";
	return NULL;
}

static void duplicate(struct incoming *in, const struct known *k)
{
	in->answer.answer = ANSWER_DUPLICATE;
	in->answer.seq = k->seq;
	in->answer.flags = k->flags;
}

static void store(struct incoming *in, struct txn *t, const struct replica *r)
{
	const struct record *rec = in->rec;
	struct store_record row = { .rid = in->rid,
		.replica = r->id,
		.ti = rec->ti,
		.n = rec->n,
		.kind = (int)rec->kind,
		.at = rec->at,
		.flags = flags_of(t, r, rec) };
	struct buf b;

	buf_init(&b, FEED_ENTRY_MAX);
	feed_record_add(&b, &in->e);
	txn_append(t, FEED_RECORD, row.flags, b.ptr, b.len, &row);
	buf_done(&b);
	if (t->failed)
		return;
	lock_take(&t->e->lock);
	state_record(t->s, &row);
	lock_give(&t->e->lock);
	in->answer.answer = row.flags ? ANSWER_FLAGGED : ANSWER_STORED;
	in->answer.seq = row.seq;
	in->answer.flags = row.flags;
}

static void forget_oldest(struct txn *t)
{
	struct refused *oldest = &t->s->quarantine.at[0];

	txn_drop(t, ITEM_QUARANTINE, oldest->id);
	t->s->quarantine_bytes -= oldest->len;
	memmove(oldest, oldest + 1, --t->s->quarantine.len * sizeof(*oldest));
}

/* Refused bytes are kept for the operator, the newest of them. */
static void keep_refused(struct incoming *in, struct txn *t)
{
	struct state *s = t->s;
	struct refused q;
	struct buf b;

	while (s->quarantine.len && (s->quarantine.len >= QUARANTINE_RECORDS || s->quarantine_bytes > QUARANTINE_BYTES))
		forget_oldest(t);
	buf_init(&b, 2 * RECORD_PAYLOAD_MAX);
	field_add(&b, in->why);
	feed_record_add(&b, &in->e);
	snprintf(q.id, sizeof(q.id), "%012llu", (unsigned long long)s->quarantine_next++);
	q.len = b.len;
	txn_put(t, ITEM_QUARANTINE, q.id, b.ptr, b.len);
	vec_push(&s->quarantine, q);
	s->quarantine_bytes += b.len;
	buf_done(&b);
}

static void decide(struct incoming *in, struct txn *t, struct arena *a)
{
	const struct known *k = state_find(t->s, &in->rid);
	const struct replica *r;
	const char *why;

	in->answer = (struct receipt_entry){ .rid = in->rid };
	if (k) {
		duplicate(in, k);
		return;
	}
	if (!in->refused) {
		r = map_get(t->s->by_replica, in->rec->replica);
		why = unwelcome(r, in->rec);
		if (why)
			refuse(in, a, why);
		else
			store(in, t, r);
	}
	if (in->refused) {
		in->answer.answer = ANSWER_REFUSED;
		in->answer.why = in->why;
		keep_refused(in, t);
	}
}

/* Keys of this batch that a certificate record lets in, wherever in the batch it stands. */
static void certify_keys(struct ingest *g, struct txn *t, struct arena *a)
{
	for (size_t i = 0; i < g->n && !t->failed; i++) {
		struct incoming *in = &g->in[i];
		const struct replica *r;
		const char *why;

		if (in->known || in->refused || in->rec->kind != RECORD_CERTIFICATE || state_find(t->s, &in->rid))
			continue;
		r = map_get(t->s->by_replica, in->rec->replica);
		why = r && r->certified ? NULL : enrol_by_record(t, in->rec, in->e.public_key);
		if (why)
			refuse(in, a, why);
	}
}

static void run_push(struct call_work *w, struct txn *t)
{
	struct ingest *g = w->args;

	certify_keys(g, t, &w->a);
	for (size_t i = 0; i < g->n && !t->failed; i++) {
		if (g->in[i].known && !state_find(t->s, &g->in[i].rid)) {	/* the store went back behind it */
			work_fail(w, STATUS_IO, "the hub was loaded again meanwhile: send the batch again");
			return;
		}
		decide(&g->in[i], t, &w->a);
	}
}

static void count_answers(struct hub *h, const struct receipt *r)
{
	uint64_t n[4] = { 0 };

	for (size_t i = 0; i < r->n; i++)
		n[r->entries[i].answer]++;
	lock_take(&h->lock);
	h->stats.stored += n[ANSWER_STORED];
	h->stats.duplicates += n[ANSWER_DUPLICATE];
	h->stats.flagged += n[ANSWER_FLAGGED];
	h->stats.refused += n[ANSWER_REFUSED];
	lock_give(&h->lock);
}

static void answer_push(struct call_work *w, uint64_t size)
{
	struct ingest *g = w->args;
	struct receipt r = { .event = w->e->id, .size = size, .at = hub_now(w->h), .n = g->n };
	enum status st;

	memcpy(r.epoch, w->e->epoch, sizeof(r.epoch));
	r.entries = arena_array(&w->a, struct receipt_entry, g->n);
	for (size_t i = 0; i < g->n; i++)
		r.entries[i] = g->in[i].answer;
	st = receipt_sign(&w->call->out, &r, w->h->key);
	if (st)
		work_fail_message(w, st);
	count_answers(w->h, &r);
}

enum status hub_push(struct hub_event *e, struct hub_call *call, const void *batch, size_t len)
{
	struct call_work *w = work_new(e->hub, e, call, run_push, answer_push, sizeof(struct ingest));
	enum status st = prepare(w, batch, len);

	if (st)
		return work_refuse(w, st);
	w->bytes = len;
	return work_post(w);
}
