/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in: one-time codes, certificates, sessions, revocations. Codes and tokens are kept only as digests. Hub
 * layer.
 */
#include "hub_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/log.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/join.h"

#define DAY_MS INT64_C(86400000)
#define CERTIFICATE_BACK_MS (30 * DAY_MS)	/* an installation may have worked before it was enrolled */
#define CERTIFICATE_MS (90 * DAY_MS)
#define NONCE_MS INT64_C(120000)
#define SESSIONS_SWEEP 64
#define CODES_MAX 10000

static void digest_name(char out[DIGEST_HEX], const char *secret)
{
	struct digest d = sha256(secret, strlen(secret));

	digest_hex(out, &d);
}

static void random_text(struct buf *out, size_t bytes)
{
	uint8_t raw[32];

	random_bytes(raw, bytes);
	base64url(out, raw, bytes);
}

/* ---- codes ---- */

void code_named(struct code *c, const struct digest *secret)
{
	static const uint8_t any[KEY_PUBLIC];
	struct join_proof p;

	c->secret = *secret;
	join_prove(&p, secret, "", any);
	memcpy(c->join_name, p.name, sizeof(c->join_name));
}


static void put_code(struct txn *t, const char *id, const struct code *c)
{
	char hex[DIGEST_HEX] = "";
	struct digest key;
	struct buf b;

	if (c->used) {
		memcpy(key.b, c->key, sizeof(key.b));
		digest_hex(hex, &key);
	}
	buf_init(&b, 256u << 10);
	field_add(&b, c->person);
	field_add(&b, c->name);
	field_add_int(&b, c->roles | (c->travels ? CODE_TRAVELS : 0));
	field_add_int(&b, c->until);
	field_add(&b, hex);
	for (size_t i = 0; i < c->organisations.len; i++)
		field_add(&b, c->organisations.at[i]);
	txn_put(t, ITEM_CODE, id, b.ptr, b.len);
	buf_done(&b);
}

struct inviting { struct hub_invitation who; char secret[HUB_SECRET]; };

static struct code *code_new(const struct txn *t, const struct hub_invitation *i)
{
	const struct person *p = map_get(t->s->persons, i->person);
	struct code *c = mem_zalloc(sizeof(*c));

	c->person = mem_strdup(i->person);
	c->name = mem_strdup(i->name ? i->name : p && p->name && *p->name ? p->name : i->person);
	c->roles = i->roles;
	c->travels = i->travels;
	c->until = hub_now(t->h) + (i->valid_s ? i->valid_s : HUB_CODE_S) * 1000;
	for (size_t k = 0; k < i->n_organisations; k++)
		vec_push(&c->organisations, mem_strdup(i->organisations[k]));
	return c;
}

static void run_enrol_new(struct call_work *w, struct txn *t)
{
	struct inviting *in = w->args;
	struct digest digest;
	char id[DIGEST_HEX];
	struct code *c;

	if (map_count(t->s->codes) >= CODES_MAX) {
		work_fail(w, STATUS_LIMIT, "more than %d codes were given in this event", CODES_MAX);
		return;
	}
	c = code_new(t, &in->who);
	digest = sha256(in->secret, strlen(in->secret));
	digest_hex(id, &digest);
	code_named(c, &digest);
	put_code(t, id, c);
	lock_take(&t->e->lock);
	code_free(map_set(t->s->codes, id, c));
	lock_give(&t->e->lock);
	buf_adds(&w->call->out, in->secret);
}

static enum status check_invitation(const struct hub_invitation *i)
{
	const unsigned int all = ROLE_MONITOR | ROLE_LEAD | ROLE_MANAGER | ROLE_OBSERVER;

	if (!*i->person || strlen(i->person) > 256 || (i->name && strlen(i->name) > 256))
		return status_set(STATUS_INVALID, "a person's id and name have at most 256 bytes");
	if (!i->roles || i->roles & ~all)
		return status_set(STATUS_INVALID, "want a role: monitor, lead, manager or observer");
	if (i->n_organisations > CERTIFICATE_TIES_MAX)
		return status_set(STATUS_LIMIT, "more than %d organisations", CERTIFICATE_TIES_MAX);
	if (i->valid_s < 0 || i->valid_s > 60 * 86400)
		return status_set(STATUS_INVALID, "a code is valid for 60 days at most");
	return STATUS_OK;
}

enum status hub_enrol_new(struct hub_event *e, struct hub_call *call, const struct hub_invitation *i)
{
	struct call_work *w = work_new(e->hub, e, call, run_enrol_new, NULL, sizeof(struct inviting));
	struct inviting *in = w->args;
	enum status st = check_invitation(i);
	struct buf b;

	if (st)
		return work_refuse(w, st);
	in->who = *i;
	in->who.person = arena_str(&w->a, i->person);
	in->who.name = arena_str(&w->a, i->name);
	in->who.organisations = arena_array(&w->a, const char *, i->n_organisations);
	for (size_t k = 0; k < i->n_organisations; k++)
		in->who.organisations[k] = arena_str(&w->a, i->organisations[k]);
	buf_init(&b, 64);
	random_text(&b, 16);
	snprintf(in->secret, sizeof(in->secret), "%s", buf_str(&b));
	buf_done(&b);
	return work_post(w);
}

/* ---- certificates ---- */

static enum status make_certificate(struct buf *out, struct txn *t, const struct code *c, const uint8_t key[KEY_PUBLIC])
{
	struct certificate cert = { .event = t->e->id, .who = c->person, .name = c->name, .roles = c->roles,
		.n_ties = c->organisations.len };
	enum status st;

	memcpy(cert.key, key, sizeof(cert.key));
	cert.from = hub_now(t->h) - CERTIFICATE_BACK_MS;
	cert.to = cert.from + CERTIFICATE_MS;
	cert.ties = mem_array(c->organisations.len + 1, sizeof(*cert.ties));
	for (size_t i = 0; i < c->organisations.len; i++)
		cert.ties[i].organisation = c->organisations.at[i];
	st = certificate_sign(out, &cert, t->h->key);
	mem_free(cert.ties);
	return st;
}

static void put_replica(struct txn *t, const struct replica *r)
{
	struct buf b;

	buf_init(&b, 512u << 10);
	buf_addc(&b, r->revoked ? '1' : '0');
	buf_add(&b, r->certificate, r->len);
	txn_put(t, ITEM_REPLICA, r->id, b.ptr, b.len);
	buf_done(&b);
}

/* The certificate in `out`; STATUS_OK unless the transaction fails. */
static enum status certify(struct buf *out, struct txn *t, struct code *c, const char *code_id, const uint8_t *key)
{
	enum status st = make_certificate(out, t, c, key);
	char id[KEY_ID];

	if (st)
		return st;
	key_id_of(id, key);
	txn_append(t, FEED_CERTIFICATE, 0, out->ptr, out->len, NULL);
	lock_take(&t->e->lock);
	st = state_certify(t->s, out->ptr, out->len, key_public(t->h->key));
	c->used = true;
	memcpy(c->key, key, sizeof(c->key));
	lock_give(&t->e->lock);
	txn_check(t, st);
	if (t->failed)
		return t->failed;
	put_replica(t, state_replica(t->s, id));
	put_code(t, code_id, c);
	reference_again(t, state_replica(t->s, id)->person, false);
	return STATUS_OK;
}

struct enrolling { struct enrol_request request; };

static void run_enrol(struct call_work *w, struct txn *t)
{
	const struct enrol_request *q = &((struct enrolling *)w->args)->request;
	char code_id[DIGEST_HEX], id[KEY_ID];
	const struct replica *r;
	struct code *c;

	digest_name(code_id, q->secret);
	key_id_of(id, q->key);
	c = map_get(t->s->codes, code_id);
	r = map_get(t->s->by_replica, id);
	if (!c)
		work_fail(w, STATUS_DENIED, "this code is not known here");
	else if (c->used && memcmp(c->key, q->key, KEY_PUBLIC) != 0)
		work_fail(w, STATUS_CONFLICT, "this code was used by another installation");
	else if (c->used && r && r->certified)
		buf_add(&w->call->out, r->certificate, r->len);
	else if (hub_now(t->h) >= c->until)
		work_fail(w, STATUS_DENIED, "this code is no longer valid: ask for a new one");
	else if (r && r->certified)
		work_fail(w, STATUS_CONFLICT, "this installation is enrolled already");
	else if (certify(&w->call->out, t, c, code_id, q->key) && !t->failed)
		work_fail_message(w, STATUS_IO);
}

/* ---- certified by a record ---- */

struct seeking { struct join_proof want; struct code *found; const char *id; };

static void seek(const char *id, void *value, void *data)
{
	struct code *c = value;
	struct seeking *s = data;

	if (c->travels && memcmp(c->join_name, s->want.name, sizeof(c->join_name)) == 0) {
		s->found = c;
		s->id = id;
	}
}

const char *enrol_by_record(struct txn *t, const struct record *rec, const uint8_t key[KEY_PUBLIC])
{
	struct seeking s = { .found = NULL };
	struct join_proof p;
	struct buf certificate;
	enum status st;

	if (!rec->text || !join_proof_parse(&s.want, rec->text))
		return "no certificate for its key in this event";
	map_each(t->s->codes, seek, &s);
	if (!s.found)
		return "its join file is not of this hub";
	join_prove(&p, &s.found->secret, t->e->id, key);
	if (memcmp(p.proof, s.want.proof, sizeof(p.proof)) != 0)
		return "its proof of a join file does not hold";
	if (strcmp(s.found->person, rec->who) != 0)
		return "its person is not the one of the join file";
	if (s.found->used)
		return "its join file was used by another installation";
	if (hub_now(t->h) >= s.found->until)
		return "its join file is no longer valid: ask for a new code";
	buf_init(&certificate, 256u << 10);
	st = certify(&certificate, t, s.found, s.id, key);
	buf_done(&certificate);
	return st ? "its key could not be certified" : NULL;
}

enum status hub_enrol(struct hub_event *e, struct hub_call *call, const void *request, size_t len)
{
	struct call_work *w = work_new(e->hub, e, call, run_enrol, NULL, sizeof(struct enrolling));
	struct enrolling *args = w->args;
	enum status st = enrol_open(&args->request, &w->a, request, len);

	if (!st && strcmp(args->request.event, e->id) != 0)
		st = status_set(STATUS_INVALID, "the request is for another event");
	return st ? work_refuse(w, st) : work_post(w);
}

/* ---- revocation ---- */

struct revoking { const char *whom, *why, *by; };

struct sweep { struct txn *t; const struct replica *r; int64_t now; VEC(char *) gone; };

static void sweep_one(const char *key, void *value, void *data)
{
	const struct session *s = value;
	struct sweep *sw = data;

	if (s->replica == sw->r || s->until <= sw->now)
		vec_push(&sw->gone, mem_strdup(key));
}

/* Sessions of that replica (may be NULL), and those that ended. */
static void drop_sessions(struct txn *t, const struct replica *r)
{
	struct sweep sw = { t, r, hub_now(t->h), VEC_INIT };

	map_each(t->s->sessions, sweep_one, &sw);
	for (size_t i = 0; i < sw.gone.len; i++) {
		txn_drop(t, ITEM_SESSION, sw.gone.at[i]);
		lock_take(&t->e->lock);
		mem_free(map_remove(t->s->sessions, sw.gone.at[i]));
		lock_give(&t->e->lock);
		mem_free(sw.gone.at[i]);
	}
	vec_done(&sw.gone);
}

static void revoke(struct txn *t, struct replica *r, const struct revoking *args)
{
	struct feed_revocation v = { r->id, args->by, args->why, hub_now(t->h) };
	struct buf b;

	buf_init(&b, 64u << 10);
	feed_revocation_format(&b, &v);
	txn_append(t, FEED_REVOCATION, 0, b.ptr, b.len, NULL);
	buf_done(&b);
	lock_take(&t->e->lock);
	r->revoked = true;
	lock_give(&t->e->lock);
	put_replica(t, r);
	drop_sessions(t, r);
}

struct voiding { struct txn *t; const char *person; int64_t now; bool found; };

static void void_code(const char *id, void *value, void *data)
{
	struct voiding *v = data;
	struct code *c = value;

	if (c->used || c->until <= v->now || strcmp(c->person, v->person) != 0)
		return;
	v->found = true;
	lock_take(&v->t->e->lock);
	c->until = v->now;
	lock_give(&v->t->e->lock);
	put_code(v->t, id, c);
}

/* Who is put out does not come in again by a code or a join file that lay about unused. */
static bool void_codes(struct txn *t, const char *person)
{
	struct voiding v = { t, person, hub_now(t->h), false };

	map_each(t->s->codes, void_code, &v);
	return v.found;
}

static void run_revoke(struct call_work *w, struct txn *t)
{
	const struct revoking *args = w->args;
	bool found = void_codes(t, args->whom);

	for (size_t i = 0; i < t->s->replicas.len; i++) {
		struct replica *r = t->s->replicas.at[i];

		if (!r->certified || (strcmp(r->id, args->whom) != 0 && strcmp(r->person->id, args->whom) != 0))
			continue;
		found = true;
		if (r->revoked)
			continue;
		revoke(t, r, args);
		w->call->count++;
	}
	if (!found)
		work_fail(w, STATUS_NOT_FOUND, "no replica and no person \"%s\" is enrolled here", args->whom);
}

enum status hub_revoke(struct hub_event *e, struct hub_call *call, const char *replica_or_person, const char *why,
	const char *by)
{
	struct call_work *w = work_new(e->hub, e, call, run_revoke, NULL, sizeof(struct revoking));
	struct revoking *args = w->args;

	if (strlen(why) > RECORD_REASON_MAX || strlen(by) > 256)
		return work_refuse(w,
			status_set(STATUS_LIMIT, "the reason is longer than %d bytes",
				RECORD_REASON_MAX));
	args->whom = arena_str(&w->a, replica_or_person);
	args->why = arena_str(&w->a, why);
	args->by = arena_str(&w->a, by);
	call->count = 0;
	return work_post(w);
}

/* ---- sessions ---- */

static void nonce_at(char out[HUB_NONCE], const struct hub *h, uint64_t at)
{
	uint8_t bytes[sizeof(h->nonce_key) + 8];
	struct digest inner, mac;
	struct buf b;

	memcpy(bytes, h->nonce_key, sizeof(h->nonce_key));
	memcpy(bytes + sizeof(h->nonce_key), &at, 8);
	inner = sha256(bytes, sizeof(bytes));	/* twice, so that no length can be extended */
	mac = sha256(inner.b, sizeof(inner.b));
	buf_init(&b, 64);
	base64url(&b, mac.b, 16);
	snprintf(out, HUB_NONCE, "%016llx.%s", (unsigned long long)at, buf_str(&b));
	buf_done(&b);
}

void hub_nonce(char out[HUB_NONCE], struct hub *h)
{
	nonce_at(out, h, (uint64_t)hub_now(h));
}

static bool nonce_holds(const struct hub *h, const char *nonce)
{
	char want[HUB_NONCE];
	unsigned char differs = 0;
	int64_t at, now = hub_now(h);

	if (strlen(nonce) != 39)
		return false;
	at = (int64_t)strtoull(nonce, NULL, 16);
	nonce_at(want, h, (uint64_t)at);
	for (size_t i = 0; i < 39; i++)
		differs |= (unsigned char)(want[i] ^ nonce[i]);
	return !differs && at <= now && now - at < NONCE_MS;
}

struct proving { struct session_proof proof; };

static void run_session(struct call_work *w, struct txn *t)
{
	const struct session_proof *p = &((struct proving *)w->args)->proof;
	struct session *s;
	char id[KEY_ID], token_id[DIGEST_HEX];
	struct replica *r;
	struct buf b;

	key_id_of(id, p->key);
	r = map_get(t->s->by_replica, id);
	if (!r || !r->certified || memcmp(r->key, p->key, KEY_PUBLIC) != 0) {
		work_fail(w, STATUS_DENIED, "this installation is not enrolled in the event");
		return;
	}
	if (r->revoked) {
		work_fail(w, STATUS_DENIED, "this installation's key was revoked; ask the hub's keeper for a "
			"new code, and join with it in a new folder: verdict --store DIR join CODE");
		return;
	}
	if (map_count(t->s->sessions) % SESSIONS_SWEEP == SESSIONS_SWEEP - 1)
		drop_sessions(t, NULL);
	s = mem_zalloc(sizeof(*s));
	s->replica = r;
	s->until = hub_now(t->h) + HUB_SESSION_S * INT64_C(1000);
	random_text(&w->call->out, 32);
	digest_name(token_id, buf_str(&w->call->out));
	buf_init(&b, 128);
	field_add(&b, r->id);
	field_add_int(&b, s->until);
	txn_put(t, ITEM_SESSION, token_id, b.ptr, b.len);
	buf_done(&b);
	lock_take(&t->e->lock);
	mem_free(map_set(t->s->sessions, token_id, s));
	r->seen = hub_now(t->h);
	lock_give(&t->e->lock);
}

enum status hub_session_new(struct hub_event *e, struct hub_call *call, const void *proof, size_t len)
{
	struct call_work *w = work_new(e->hub, e, call, run_session, NULL, sizeof(struct proving));
	struct proving *args = w->args;
	enum status st = session_open(&args->proof, &w->a, proof, len);

	if (!st && strcmp(args->proof.event, e->id) != 0)
		st = status_set(STATUS_DENIED, "the proof is for another event");
	if (!st && !nonce_holds(e->hub, args->proof.nonce))
		st = status_set(STATUS_DENIED, "the proof answers no question of this hub, or too late");
	return st ? work_refuse(w, st) : work_post(w);
}

static enum status look_up(struct hub_session *out, struct hub_event *e, const char *id)
{
	enum status st = STATUS_OK;
	struct session *s;

	lock_take(&e->lock);
	s = map_get(e->s->sessions, id);
	if (!s) {
		st = STATUS_NOT_FOUND;
	} else if (s->until <= hub_now(e->hub) || s->replica->revoked || !s->replica->certified) {
		st = STATUS_DENIED;
	} else {
		snprintf(out->replica, sizeof(out->replica), "%s", s->replica->id);
		snprintf(out->person, sizeof(out->person), "%s", s->replica->person->id);
		out->roles = s->replica->roles;
		out->until = s->until;
		s->replica->seen = hub_now(e->hub);
	}
	lock_give(&e->lock);
	return st;
}

enum status hub_session_find(struct hub_session *out, struct hub_event *e, const char *token)
{
	char id[DIGEST_HEX];
	enum status st;

	digest_name(id, token);
	st = look_up(out, e, id);
	if (st == STATUS_NOT_FOUND && e->hub->ops->shared && writer_catch_up(e) == STATUS_OK)
		st = look_up(out, e, id);	/* it was opened at another process */
	return st ? status_set(STATUS_DENIED, "no such session, or it has ended") : STATUS_OK;
}
