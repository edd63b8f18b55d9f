/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims: what this monitor wants, asked of the hub, renewed at half their time. What the hub said is in the
 * store, so that it outlives the console. Layer sync; one thread.
 */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/mem.h"
#include "verdict/proto/url.h"

static void op_free(struct claim_op *op)
{
	mem_free(op->ti);
	mem_free(op->why);
	mem_free(op);
}

static struct lease *lease_of(struct sync *s, const char *ti)
{
	size_t i;

	for (i = 0; i < s->n_leases; i++)
		if (!strcmp(s->leases[i].ti, ti))
			return &s->leases[i];
	return NULL;
}

static void lease_drop(struct sync *s, const char *ti)
{
	struct lease *l = lease_of(s, ti);

	if (!l)
		return;
	mem_free(l->ti);
	*l = s->leases[--s->n_leases];
}

static void lease_set(struct sync *s, const char *ti, uint64_t fence, int64_t ttl_s)
{
	struct lease *l = lease_of(s, ti);

	if (!l) {
		s->leases = mem_realloc(s->leases, s->n_leases + 1, sizeof(*l));
		l = &s->leases[s->n_leases++];
		l->ti = mem_strdup(ti);
	}
	l->fence = fence;
	l->renew_at = s->port.now(s->port.data) + ttl_s * 500;
}

void claims_free(struct sync *s)
{
	while (s->ops) {
		struct claim_op *next = s->ops->next;

		op_free(s->ops);
		s->ops = next;
	}
	while (s->n_leases)
		lease_drop(s, s->leases[0].ti);
	mem_free(s->leases);
	s->leases = NULL;
}

/* Later words on a TI replace those that were not asked yet; the first may be under way. */
static struct claim_op *op_add(struct sync *s, enum claim_verb verb, const char *ti)
{
	struct claim_op **at = &s->ops, *op;
	unsigned int i;

	if (*at && s->claims.busy)
		at = &(*at)->next;
	while (*at) {
		op = *at;
		if (strcmp(op->ti, ti) != 0) {
			at = &op->next;
			continue;
		}
		*at = op->next;
		op_free(op);
	}
	op = mem_zalloc(sizeof(*op));
	op->verb = verb;
	op->ti = mem_strdup(ti);
	for (i = 0; i < 4; i++)
		snprintf(op->nonce + 8 * i, 9, "%08x", s->port.chance(s->port.data));
	*at = op;
	return op;
}

/* ---- what the hub said ---- */

static enum status work_set(struct job *j, struct store *st)
{
	return store_claim_set(st, j->text, j->message[0] ? j->message : NULL, j->flag, j->n, (int64_t)j->m);
}

static void set_done(struct sync *s, struct job *j)
{
	snprintf(s->claim, sizeof(s->claim), "%s", j->text);
	s->claim_mine = j->flag;
	s->claim_other = !j->flag && j->message[0];
	s->port.changed(s->port.data, SYNC_CHANGED_CLAIMS);
}

/* `who`: the holder, NULL for nobody. */
static void tell_store(struct sync *s, const char *ti, const char *who, bool mine, uint64_t fence, int64_t ttl_s)
{
	struct job *j = job_new(s, work_set, set_done);

	j->text = arena_str(&j->a, ti);
	snprintf(j->message, sizeof(j->message), "%s", who ? who : "");
	j->flag = mine;
	j->n = fence;
	j->m = ttl_s > 0 ? (uint64_t)ttl_s : 0;
	job_run(j);
}

static void op_done(struct sync *s)
{
	struct claim_op *op = s->ops;

	s->ops = op->next;
	op_free(op);
	lane_good(s, &s->claims);
}

static void granted(struct sync *s, const struct claim_op *op, const struct net_answer *a)
{
	struct claim_answer c;
	struct arena arena;

	arena_init(&arena);
	if (op->release) {
		lease_drop(s, op->ti);
		tell_store(s, op->ti, NULL, false, 0, 0);
	} else if (op->verb == CLAIM_FORCE) {
		tell_store(s, op->ti, NULL, false, 0, 0);
	} else if (claim_answer_read(&c, &arena, a->body, a->len) == STATUS_OK && !strcmp(c.ti, op->ti)) {
		lease_set(s, op->ti, c.fence, c.ttl_s);
		tell_store(s, op->ti, c.who, true, c.fence, c.ttl_s);
	}
	arena_done(&arena);
}

/* Somebody else has it, or the lease is not ours any more. */
static void lost(struct sync *s, const struct claim_op *op, const struct net_answer *a)
{
	struct refusal r = { .who = NULL };
	struct arena arena;

	arena_init(&arena);
	if (refusal_read(&r, &arena, a->body, a->len) != STATUS_OK)
		r.who = NULL;
	lease_drop(s, op->ti);
	if (a->status == 409 || a->status == 404)
		tell_store(s, op->ti, r.who, false, 0, r.ttl_s);
	else
		set_notice(s, arena_printf(&arena, "claim of %s: %s", op->ti, refusal_text(a, &arena)));
	arena_done(&arena);
}

static void on_answer(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->claims, a, a->status == 204 ? NULL : TYPE_JSON);

	if (is == ANSWER_GOOD) {
		granted(s, s->ops, a);
		op_done(s);
	} else if (is == ANSWER_NO || is == ANSWER_LARGE) {
		lost(s, s->ops, a);
		op_done(s);
	}
	sync_step(s);
}

/* ---- asking ---- */

static void op_path(struct buf *path, const struct sync *s, const struct claim_op *op)
{
	static const char *const ends[] = { "", "", "/hold", "/force" };

	event_path(path, s, "/claims");
	if (op->verb == CLAIM_TAKE && !op->release)
		return;
	buf_addc(path, '/');
	url_escape(path, op->ti);
	buf_adds(path, ends[op->verb]);
	if (op->release)
		buf_printf(path, "?fence=%llu", (unsigned long long)op->fence);
}

static void ask(struct sync *s, const struct claim_op *op)
{
	struct claim_ask c = { .ti = op->ti, .nonce = op->nonce, .why = op->why, .fence = op->fence,
		.ttl_s = CLAIM_TTL_S, .hours = op->hours };
	struct net_request q = { .method = NET_POST, .type = TYPE_JSON };
	struct buf path, body;

	buf_init(&path, 4096);
	buf_init(&body, ANSWER_MAX);
	op_path(&path, s, op);
	if (!op->release)
		claim_ask_write(&body, op->verb, &c);
	q.method = op->release ? NET_DELETE : op->verb == CLAIM_RENEW ? NET_PUT : NET_POST;
	q.type = op->release ? NULL : TYPE_JSON;
	q.path = buf_str(&path);
	q.body = body.ptr;
	q.len = body.len;
	lane_send(s, &s->claims, &q, on_answer, NULL);
	buf_done(&path);
	buf_done(&body);
}

static void renew_due(struct sync *s)
{
	int64_t now = s->port.now(s->port.data);
	size_t i;

	for (i = 0; i < s->n_leases; i++)
		if (s->leases[i].renew_at <= now) {
			op_add(s, CLAIM_RENEW, s->leases[i].ti);
			s->leases[i].renew_at = now + CLAIM_TTL_S * 500;
		}
}

int64_t claims_due(const struct sync *s)
{
	int64_t due = INT64_MAX;
	size_t i;

	for (i = 0; i < s->n_leases; i++)
		if (s->leases[i].renew_at < due)
			due = s->leases[i].renew_at;
	return due;
}

/* What is asked about a lease needs its number; without one there is nothing to give back or to hold. */
static bool know_fence(struct sync *s, struct claim_op *op)
{
	struct lease *l = lease_of(s, op->ti);

	if (!op->release && (op->verb == CLAIM_TAKE || op->verb == CLAIM_FORCE))
		return true;
	op->fence = l ? l->fence : 0;
	if (!l && op->verb == CLAIM_HOLD)
		set_notice(s, "only a claim that the hub confirmed can be held");
	return l != NULL;
}

void claims_step(struct sync *s)
{
	if (!s->linked || !s->claims_known || !lane_ready(s, &s->claims))
		return;
	renew_due(s);
	while (s->ops && !know_fence(s, s->ops))
		op_done(s);
	if (s->ops)
		ask(s, s->ops);
}

/* ---- at a new link: what is wanted here, and what the hub holds for us ---- */

static enum status work_wants(struct job *j, struct store *st)
{
	enum status rc = store_claim_wants(&j->ids, &j->n_ids, &j->a, st);

	return rc == STATUS_OK ? store_claims(&j->claims, &j->n_claims, &j->a, st) : rc;
}

static bool listed(const struct job *j, const char *ti)
{
	size_t i;

	for (i = 0; i < j->n_ids; i++)
		if (!strcmp(j->ids[i], ti))
			return true;
	return false;
}

static void wants_read(struct sync *s, struct job *j)
{
	size_t i;

	s->claims_known = true;
	for (i = 0; i < j->n_claims; i++) {
		const struct claim_row *c = &j->claims[i];

		if (!c->mine)
			continue;
		lease_set(s, c->ti, c->fence, c->left_s);
		if (!listed(j, c->ti))
			sync_release(s, c->ti);
	}
	for (i = 0; i < j->n_ids; i++)
		if (!lease_of(s, j->ids[i]))
			op_add(s, CLAIM_TAKE, j->ids[i]);
}

void claims_begin(struct sync *s)
{
	job_run(job_new(s, work_wants, wants_read));
}

/* ---- asked for by the monitor ---- */

void sync_claim(struct sync *s, const char *ti)
{
	op_add(s, CLAIM_TAKE, ti);
	sync_step(s);
}

void sync_release(struct sync *s, const char *ti)
{
	op_add(s, CLAIM_TAKE, ti)->release = true;
	sync_step(s);
}

void sync_hold(struct sync *s, const char *ti, int hours)
{
	op_add(s, CLAIM_HOLD, ti)->hours = hours;
	sync_step(s);
}

void sync_force(struct sync *s, const char *ti, const char *why)
{
	op_add(s, CLAIM_FORCE, ti)->why = mem_strdup(why);
	sync_step(s);
}
