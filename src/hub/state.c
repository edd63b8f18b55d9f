/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hub knows of an event, in memory: records by rid and by chain, replicas, persons, TIs, leases. Hub layer;
 * the writer's thread, others under the event's lock.
 */
#include "hub_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state *state_new(void)
{
	struct state *s = mem_zalloc(sizeof(*s));

	s->n_slots = 1024;
	s->slots = mem_array(s->n_slots, sizeof(*s->slots));
	s->by_replica = map_new();
	s->persons = map_new();
	s->tis = map_new();
	s->systems = map_new();
	s->codes = map_new();
	s->sessions = map_new();
	s->tokens = map_new();
	return s;
}

void lease_free(struct lease *l)
{
	if (!l)
		return;
	mem_free(l->who);
	mem_free(l->replica);
	mem_free(l->nonce);
	mem_free(l);
}

void code_free(struct code *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->organisations.len; i++)
		mem_free(c->organisations.at[i]);
	vec_done(&c->organisations);
	mem_free(c->person);
	mem_free(c->name);
	mem_free(c);
}

static void free_value(const char *key, void *value, void *data)
{
	(void)key;
	(void)data;
	mem_free(value);
}

static void free_system(const char *key, void *value, void *data)
{
	struct system *sys = value;

	(void)key;
	(void)data;
	mem_free((void *)(uintptr_t)sys->organisation);
	mem_free(sys);
}

static void free_code(const char *key, void *value, void *data)
{
	(void)key;
	(void)data;
	code_free(value);
}

static void free_ti(const char *key, void *value, void *data)
{
	struct ti *ti = value;

	(void)key;
	(void)data;
	lease_free(ti->lease);
	mem_free(ti->systems);
	mem_free(ti->evidence);
	mem_free(ti->id);
	mem_free(ti);
}

static void free_person(const char *key, void *value, void *data)
{
	struct person *p = value;

	(void)key;
	(void)data;
	vec_done(&p->ties);
	vec_done(&p->sworn);
	arena_done(&p->a);
	mem_free(p->id);
	mem_free(p->name);
	mem_free(p);
}

void state_free(struct state *s)
{
	if (!s)
		return;
	map_each(s->persons, free_person, NULL);
	map_each(s->tis, free_ti, NULL);
	map_each(s->systems, free_system, NULL);
	map_each(s->codes, free_code, NULL);
	map_each(s->sessions, free_value, NULL);
	map_each(s->tokens, free_value, NULL);
	event_pack_free(s->pack);
	for (size_t i = 0; i < s->fresh.len; i++)
		mem_free(s->fresh.at[i].text);
	vec_done(&s->fresh);
	map_free(s->persons);
	map_free(s->tis);
	map_free(s->systems);
	map_free(s->codes);
	map_free(s->sessions);
	map_free(s->tokens);
	map_free(s->by_replica);
	for (size_t i = 0; i < s->replicas.len; i++) {
		vec_done(&s->replicas.at[i]->chain);
		mem_free(s->replicas.at[i]->certificate);
		mem_free(s->replicas.at[i]);
	}
	vec_done(&s->replicas);
	listed_done(&s->listed);
	vec_done(&s->quarantine);
	vec_done(&s->records);
	mem_free(s->slots);
	mem_free(s);
}

struct replica *state_replica(struct state *s, const char *id)
{
	struct replica *r = map_get(s->by_replica, id);

	if (r)
		return r;
	r = mem_zalloc(sizeof(*r));
	snprintf(r->id, sizeof(r->id), "%s", id);
	r->index = (uint32_t)s->replicas.len;
	vec_push(&s->replicas, r);
	map_set(s->by_replica, id, r);
	return r;
}

struct person *state_person(struct state *s, const char *id)
{
	struct person *p = map_get(s->persons, id);

	if (p)
		return p;
	p = mem_zalloc(sizeof(*p));
	p->id = mem_strdup(id);
	arena_init(&p->a);
	map_set(s->persons, id, p);
	return p;
}

struct ti *state_ti(struct state *s, const char *id)
{
	struct ti *ti = map_get(s->tis, id);

	if (ti)
		return ti;
	ti = mem_zalloc(sizeof(*ti));
	ti->id = mem_strdup(id);
	map_set(s->tis, id, ti);
	return ti;
}

struct system *state_system(struct state *s, const char *id)
{
	struct system *sys = map_get(s->systems, id);

	if (sys)
		return sys;
	sys = mem_zalloc(sizeof(*sys));
	sys->organisation = mem_strdup("");
	map_set(s->systems, id, sys);
	return sys;
}

/* ---- records ---- */

/* A rid is a SHA-256: its first bytes are as good as any hash. */
static size_t slot_of(const struct digest *rid, size_t n_slots)
{
	uint64_t h;

	memcpy(&h, rid->b, sizeof(h));
	return (size_t)h & (n_slots - 1);
}

static uint32_t *slot_for(const struct state *s, const struct digest *rid)
{
	size_t i = slot_of(rid, s->n_slots);

	while (s->slots[i] && !digest_equal(&s->records.at[s->slots[i] - 1].rid, rid))
		i = (i + 1) & (s->n_slots - 1);
	return &s->slots[i];
}

static void grow(struct state *s)
{
	mem_free(s->slots);
	s->n_slots *= 2;
	s->slots = mem_array(s->n_slots, sizeof(*s->slots));
	for (size_t i = 0; i < s->records.len; i++)
		*slot_for(s, &s->records.at[i].rid) = (uint32_t)i + 1;
}

struct known *state_find(const struct state *s, const struct digest *rid)
{
	uint32_t at = *slot_for(s, rid);

	return at ? &s->records.at[at - 1] : NULL;
}

size_t chain_at(const struct state *s, const struct replica *r, uint64_t n)
{
	size_t low = 0, high = r->chain.len;

	/* nearly always it goes on at its end */
	if (high && s->records.at[r->chain.at[high - 1]].n < n)
		return high;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->records.at[r->chain.at[mid]].n < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct known *state_record(struct state *s, const struct store_record *rec)
{
	struct replica *r = state_replica(s, rec->replica);
	uint32_t index = (uint32_t)s->records.len;
	struct known k = { .rid = rec->rid, .n = rec->n, .seq = rec->seq, .at = rec->at, .replica = r->index,
		.flags = (uint16_t)rec->flags, .kind = (uint8_t)rec->kind };
	size_t at = chain_at(s, r, rec->n);

	if (rec->ti)
		k.ti = state_ti(s, rec->ti);
	while (at < r->chain.len && s->records.at[r->chain.at[at]].n == rec->n)
		at++;
	vec_push(&s->records, k);
	vec_push(&r->chain, index);
	memmove(&r->chain.at[at + 1], &r->chain.at[at], (r->chain.len - 1 - at) * sizeof(*r->chain.at));
	r->chain.at[at] = index;
	if (s->records.len * 2 > s->n_slots)
		grow(s);
	*slot_for(s, &rec->rid) = index + 1;
	return &s->records.at[index];
}

/* ---- certificates ---- */

static void swear(struct person *p, const struct certificate *c)
{
	for (size_t i = 0; i < c->n_ties; i++) {
		struct tie t = { arena_str(&p->a, c->ties[i].organisation), arena_str(&p->a, c->ties[i].from),
			arena_str(&p->a, c->ties[i].to) };

		vec_push(&p->sworn, t);
	}
}

enum status state_certify(struct state *s, const void *doc, size_t len, const uint8_t hub_key[KEY_PUBLIC])
{
	struct certificate c;
	struct replica *r;
	struct arena a;
	enum status st;

	arena_init(&a);
	st = certificate_open(&c, &a, doc, len, hub_key);
	if (!st) {
		r = state_replica(s, c.replica);
		r->certified = true;
		memcpy(r->key, c.key, sizeof(r->key));
		r->person = state_person(s, c.who);
		r->roles = c.roles;
		r->from = c.from;
		r->to = c.to;
		mem_free(r->certificate);
		r->certificate = mem_dup(doc, len);
		r->len = len;
		if (!r->person->name)
			r->person->name = mem_strdup(c.name ? c.name : "");
		swear(r->person, &c);
	}
	arena_done(&a);
	return st;
}

/* ---- fields of items ---- */

void field_add(struct buf *b, const char *text)
{
	buf_add(b, text ? text : "", (text ? strlen(text) : 0) + 1);
}

void field_add_int(struct buf *b, int64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	field_add(b, text);
}

const char *field_next(struct fields *f)
{
	const char *text = f->at, *nul;

	if (f->at == f->end)
		return "";
	nul = memchr(text, 0, (size_t)(f->end - f->at));
	if (!nul) {
		f->at = f->end;
		return "";
	}
	f->at = nul + 1;
	return text;
}

int64_t field_int(struct fields *f)
{
	return strtoll(field_next(f), NULL, 10);
}
