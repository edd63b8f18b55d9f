/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of participants: given, looked up, revoked. Kept as digests only. Hub layer. */
#include "verdict/hub/participant.h"

#include <stdio.h>
#include <string.h>
#include "hub_priv.h"

#define TOKENS_MAX 10000
#define VALID_MAX_S (60 * 86400)

static void digest_name(char out[DIGEST_HEX], const char *secret)
{
	struct digest d = sha256(secret, strlen(secret));

	digest_hex(out, &d);
}

struct granting { struct hub_participant who; int64_t until; char token[HUB_TOKEN]; };

struct organisation_known { const char *id; bool found; };

static void look_for(const char *key, void *value, void *data)
{
	const struct system *s = value;
	struct organisation_known *k = data;

	(void)key;
	k->found = k->found || (s->organisation && strcmp(s->organisation, k->id) == 0);
}

static bool known(const struct txn *t, const struct hub_participant *p)
{
	struct organisation_known k = { p->organisation, false };

	if (*p->system)
		return map_get(t->s->systems, p->system) != NULL;
	map_each(t->s->systems, look_for, &k);
	return k.found;
}

/* One that was revoked stays, with no time left, so that other processes hear of it. */
static void put_token(struct txn *t, const char *id, const struct hub_participant *p, int64_t until)
{
	struct token *own = mem_zalloc(sizeof(*own));
	struct buf b;

	buf_init(&b, 4096);
	field_add(&b, p->organisation);
	field_add(&b, p->system);
	field_add(&b, p->name);
	field_add_int(&b, until);
	txn_put(t, ITEM_TOKEN, id, b.ptr, b.len);
	buf_done(&b);
	own->who = *p;
	own->until = until;
	lock_take(&t->e->lock);
	mem_free(map_set(t->s->tokens, id, own));
	lock_give(&t->e->lock);
}

static void run_new(struct call_work *w, struct txn *t)
{
	const struct granting *g = w->args;
	char id[DIGEST_HEX];

	if (map_count(t->s->tokens) >= TOKENS_MAX) {
		work_fail(w, STATUS_LIMIT, "more than %d tokens were given in this event", TOKENS_MAX);
		return;
	}
	if (!known(t, &g->who)) {
		work_fail(w, STATUS_NOT_FOUND, "no %s %s in this event", *g->who.system ? "system" : "organisation with systems",
			*g->who.system ? g->who.system : g->who.organisation);
		return;
	}
	digest_name(id, g->token);
	put_token(t, id, &g->who, g->until);
	buf_adds(&w->call->out, g->token);
}

enum status hub_token_new(struct hub_event *e, struct hub_call *call, const struct hub_participant *p, int64_t valid_s)
{
	struct call_work *w = work_new(e->hub, e, call, run_new, NULL, sizeof(struct granting));
	struct granting *g = w->args;
	uint8_t raw[32];
	struct buf b;

	if (!*p->organisation == !*p->system)
		return work_refuse(w, status_set(STATUS_INVALID, "a token is for a system or for an organisation"));
	if (valid_s < 60 || valid_s > VALID_MAX_S)
		return work_refuse(w, status_set(STATUS_INVALID, "a token is valid for a minute at least, for 60 days at most"));
	g->who = *p;
	g->until = hub_now(e->hub) + valid_s * 1000;
	random_bytes(raw, sizeof(raw));
	buf_init(&b, HUB_TOKEN);
	base64url(&b, raw, sizeof(raw));
	snprintf(g->token, sizeof(g->token), "%s", buf_str(&b));
	buf_done(&b);
	return work_post(w);
}

struct token_ids { const char *whose; VEC(char *) ids; };

static void match(const char *key, void *value, void *data)
{
	const struct token *k = value;
	struct token_ids *m = data;

	if (k->until && (strcmp(k->who.system, m->whose) == 0 || strcmp(k->who.organisation, m->whose) == 0))
		vec_push(&m->ids, mem_strdup(key));
}

static void run_revoke(struct call_work *w, struct txn *t)
{
	struct token_ids m = { *(const char **)w->args, VEC_INIT };

	map_each(t->s->tokens, match, &m);
	for (size_t i = 0; i < m.ids.len; i++) {
		const struct token *k = map_get(t->s->tokens, m.ids.at[i]);
		struct hub_participant who = k->who;

		put_token(t, m.ids.at[i], &who, 0);
		mem_free(m.ids.at[i]);
		w->call->count++;
	}
	if (m.ids.len == 0)
		work_fail(w, STATUS_NOT_FOUND, "there is no token of %s", m.whose);
	vec_done(&m.ids);
}

enum status hub_token_revoke(struct hub_event *e, struct hub_call *call, const char *whose)
{
	struct call_work *w = work_new(e->hub, e, call, run_revoke, NULL, sizeof(char *));

	call->count = 0;
	if (!*whose)
		return work_refuse(w, status_set(STATUS_INVALID, "say whose tokens: a system or an organisation"));
	*(const char **)w->args = arena_str(&w->a, whose);
	return work_post(w);
}

static bool look_up(struct hub_participant *out, struct hub_event *e, const char *id)
{
	const struct token *k;
	bool good;

	lock_take(&e->lock);
	k = map_get(e->s->tokens, id);
	good = k && k->until > hub_now(e->hub);
	if (good)
		*out = k->who;
	lock_give(&e->lock);
	return good;
}

enum status hub_participant_find(struct hub_participant *out, struct hub_event *e, const char *token)
{
	char id[DIGEST_HEX];

	digest_name(id, token);
	if (look_up(out, e, id))
		return STATUS_OK;
	/* it may have been given, or revoked, at another process */
	if (e->hub->ops->shared && writer_catch_up(e) == STATUS_OK && look_up(out, e, id))
		return STATUS_OK;
	return status_set(STATUS_DENIED, "no such token, or it is no longer good");
}

struct each { void (*cb)(const struct hub_participant *, int64_t, void *); void *data; int64_t now; };

static void tell(const char *key, void *value, void *data)
{
	const struct token *k = value;
	const struct each *each = data;

	(void)key;
	if (k->until > each->now)
		each->cb(&k->who, k->until, each->data);
}

void hub_token_each(struct hub_event *e, void (*cb)(const struct hub_participant *p, int64_t until, void *data), void *data)
{
	struct each each = { cb, data, hub_now(e->hub) };

	lock_take(&e->lock);
	map_each(e->s->tokens, tell, &each);
	lock_give(&e->lock);
}
