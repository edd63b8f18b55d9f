/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: leases on the hub's monotonic clock, each grant with a fence higher than all before. They keep two monitors
 * off one TI and say how a verdict came about; they never keep a record out. Hub layer.
 */
#include "hub_priv.h"

#include <stdio.h>
#include <string.h>

#define NONCE_MAX 64

enum claim_verb_here { VERB_CLAIM, VERB_RENEW, VERB_RELEASE, VERB_HOLD, VERB_FORCE };

struct claiming {
	enum claim_verb_here verb;
	struct hub_session by;
	const char *ti, *nonce, *why;
	uint64_t fence;
	int64_t ttl_s;
};

static bool is_live(const struct lease *l, int64_t mono)
{
	return l && !l->ended && l->until > mono;
}

static void tell(struct hub_lease *out, const struct lease *l, int64_t mono, int64_t now)
{
	snprintf(out->who, sizeof(out->who), "%s", l->who);
	snprintf(out->replica, sizeof(out->replica), "%s", l->replica);
	out->fence = l->fence;
	out->ttl_s = is_live(l, mono) ? (l->until - mono + 999) / 1000 : 0;
	out->since_s = now > l->granted ? (now - l->granted) / 1000 : 0;
}

static void put_lease(struct txn *t, const struct ti *ti)
{
	const struct lease *l = ti->lease;
	struct buf b;

	buf_init(&b, 4096);
	field_add(&b, l->who);
	field_add(&b, l->replica);
	field_add(&b, l->nonce);
	field_add_int(&b, (int64_t)l->fence);
	field_add_int(&b, (int64_t)l->run_from);
	field_add_int(&b, l->granted);
	field_add_int(&b, hub_now(t->h) + (l->until - hub_mono(t->h)));
	field_add_int(&b, l->ended);
	txn_put(t, ITEM_LEASE, ti->id, b.ptr, b.len);
	buf_done(&b);
}

/* The lease as it is now, into the store and the feed. */
static void write_lease(struct txn *t, const struct ti *ti, enum feed_claim_state state, const char *who,
	const char *replica, const char *why)
{
	const struct lease *l = ti->lease;
	int64_t mono = hub_mono(t->h);
	struct feed_claim c = { ti->id, who, replica, state, l->fence, hub_now(t->h),
		is_live(l, mono) ? (l->until - mono + 999) / 1000 : 0, why };
	struct buf b;

	buf_init(&b, 64u << 10);
	txn_check(t, feed_claim_format(&b, &c));
	txn_append(t, FEED_CLAIM, 0, b.ptr, b.len, NULL);
	buf_done(&b);
	put_lease(t, ti);
}

static struct lease *grant(struct txn *t, const struct claiming *c, const struct lease *before)
{
	struct lease *l = mem_zalloc(sizeof(*l));

	l->who = mem_strdup(c->by.person);
	l->replica = mem_strdup(c->by.replica);
	l->nonce = mem_strdup(c->nonce);
	l->fence = ++t->s->fence;
	l->run_from = before && strcmp(before->who, l->who) == 0 ? before->run_from : l->fence;
	l->granted = hub_now(t->h);
	l->until = hub_mono(t->h) + c->ttl_s * 1000;
	return l;
}

static void claim(struct call_work *w, struct txn *t, struct ti *ti)
{
	const struct claiming *c = w->args;
	struct lease *l = ti->lease, *next;
	int64_t mono = hub_mono(t->h);
	const struct replica *r = map_get(t->s->by_replica, c->by.replica);
	const char *organisation;

	if (is_live(l, mono) && *c->nonce && strcmp(l->replica, c->by.replica) == 0 && strcmp(l->nonce, c->nonce) == 0)
		return;		/* its answer was lost: the same again */
	if (is_live(l, mono) && strcmp(l->who, c->by.person) != 0) {
		work_fail(w, STATUS_CONFLICT, "%s has claimed TI %s", l->who, ti->id);
		return;
	}
	if (r && reference_bars(&organisation, r->person, ti, hub_now(t->h), 0)) {
		work_fail(w, STATUS_DENIED, "%s belongs to %s, which takes part in TI %s",
			c->by.person, organisation, ti->id);
		return;
	}
	next = grant(t, c, l);
	lock_take(&t->e->lock);
	t->s->leases += !l;
	ti->lease = next;
	lock_give(&t->e->lock);
	lease_free(l);
	write_lease(t, ti, LEASE_HELD, next->who, next->replica, NULL);
}

/* Renew, hold, release: only by who has it, and while nobody else got it since. */
static bool is_own(struct call_work *w, const struct lease *l, int64_t mono)
{
	const struct claiming *c = w->args;

	if (l && l->fence == c->fence && strcmp(l->replica, c->by.replica) == 0
	    && (!l->ended || c->verb == VERB_RELEASE))
		return true;
	if (is_live(l, mono) && strcmp(l->who, c->by.person) != 0)
		work_fail(w, STATUS_CONFLICT, "%s has claimed TI %s", l->who, c->ti);
	else
		work_fail(w, STATUS_NOT_FOUND, "the claim %llu on TI %s has ended",
			(unsigned long long)c->fence, c->ti);
	return false;
}

static void prolong(struct call_work *w, struct txn *t, struct ti *ti)
{
	const struct claiming *c = w->args;

	if (!is_own(w, ti->lease, hub_mono(t->h)))
		return;
	ti->lease->until = hub_mono(t->h) + c->ttl_s * 1000;
	write_lease(t, ti, c->verb == VERB_HOLD ? LEASE_HOLD : LEASE_RENEWED, ti->lease->who, ti->lease->replica, NULL);
}

static void release(struct call_work *w, struct txn *t, struct ti *ti)
{
	if (!is_own(w, ti->lease, hub_mono(t->h)) || ti->lease->ended)
		return;
	ti->lease->ended = true;
	write_lease(t, ti, LEASE_RELEASED, ti->lease->who, ti->lease->replica, NULL);
}

static void force(struct call_work *w, struct txn *t, struct ti *ti)
{
	const struct claiming *c = w->args;

	if (!(c->by.roles & ROLE_LEAD)) {
		work_fail(w, STATUS_DENIED, "only a lead ends somebody's claim");
		return;
	}
	if (!is_live(ti->lease, hub_mono(t->h))) {
		work_fail(w, STATUS_NOT_FOUND, "nobody has claimed TI %s", ti->id);
		return;
	}
	ti->lease->ended = true;
	write_lease(t, ti, LEASE_FORCED, c->by.person, c->by.replica, c->why);
}

static void run_claim(struct call_work *w, struct txn *t)
{
	static void (*const verbs[])(struct call_work *, struct txn *, struct ti *) = {
		[VERB_CLAIM] = claim, [VERB_RENEW] = prolong, [VERB_RELEASE] = release, [VERB_HOLD] = prolong,
		[VERB_FORCE] = force,
	};
	const struct claiming *c = w->args;
	const struct replica *r = map_get(t->s->by_replica, c->by.replica);
	struct ti *ti = map_get(t->s->tis, c->ti);

	if (!ti || !ti->known) {
		work_fail(w, STATUS_NOT_FOUND, "the event has no TI %s", c->ti);
		return;
	}
	if (!r || r->revoked || !(c->by.roles & (ROLE_MONITOR | ROLE_LEAD))) {
		work_fail(w, STATUS_DENIED, "only monitors and leads claim");
		return;
	}
	verbs[c->verb](w, t, ti);
	if (ti->lease)
		tell(&w->call->lease, ti->lease, hub_mono(t->h), hub_now(t->h));
}

static enum status post(struct hub_event *e, struct hub_call *call, const struct hub_session *s, struct claiming c)
{
	struct call_work *w = work_new(e->hub, e, call, run_claim, NULL, sizeof(c));
	struct claiming *args = w->args;

	memset(&call->lease, 0, sizeof(call->lease));
	if (strlen(c.ti) > 256 || (c.nonce && strlen(c.nonce) > NONCE_MAX))
		return work_refuse(w, status_set(STATUS_INVALID, "a TI's id or a nonce that is too long"));
	*args = c;
	args->by = *s;
	args->ti = arena_str(&w->a, c.ti);
	args->nonce = arena_str(&w->a, c.nonce ? c.nonce : "");
	args->why = arena_str(&w->a, c.why);
	return work_post(w);
}

static int64_t lease_s(int64_t ttl_s)
{
	return ttl_s < HUB_LEASE_MIN_S ? HUB_LEASE_MIN_S : ttl_s > HUB_LEASE_MAX_S ? HUB_LEASE_MAX_S : ttl_s;
}

enum status hub_claim(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	int64_t ttl_s, const char *nonce)
{
	return post(e, call, s,
		(struct claiming){
			.verb = VERB_CLAIM, .ti = ti, .ttl_s = lease_s(ttl_s), .nonce = nonce });
}

enum status hub_claim_renew(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence, int64_t ttl_s)
{
	return post(e, call, s,
		(struct claiming){
			.verb = VERB_RENEW, .ti = ti, .fence = fence, .ttl_s = lease_s(ttl_s) });
}

enum status hub_claim_release(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence)
{
	return post(e, call, s, (struct claiming){ .verb = VERB_RELEASE, .ti = ti, .fence = fence });
}

enum status hub_claim_hold(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence, int hours)
{
	int64_t h = hours < 1 ? 1 : hours > HUB_HOLD_MAX_H ? HUB_HOLD_MAX_H : hours;

	return post(e, call, s, (struct claiming){ .verb = VERB_HOLD, .ti = ti, .fence = fence, .ttl_s = h * 3600 });
}

enum status hub_claim_force(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	const char *why)
{
	if (!why || !*why || strlen(why) > RECORD_REASON_MAX) {
		call->code = status_set(STATUS_INVALID,
			"ending a claim needs a reason of at most %d bytes", RECORD_REASON_MAX);
		snprintf(call->message, sizeof(call->message), "%s", status_message());
		return call->code;
	}
	return post(e, call, s, (struct claiming){ .verb = VERB_FORCE, .ti = ti, .why = why });
}
