/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which evidence an event lists, so that nobody of another event gets it for its digest: a table by digest
 * that counts, because TIs share items and are replaced. Hub layer; the writer's thread, others under the event's lock.
 */
#include <string.h>
#include "hub_priv.h"

#define SLOTS_MIN 64

/* A digest is as good as any hash. */
static struct listed_slot *slot_of(const struct listed *l, const struct digest *d)
{
	uint64_t h;
	size_t i;

	memcpy(&h, d->b, sizeof(h));
	for (i = (size_t)h & (l->n_slots - 1); l->slots[i].used; i = (i + 1) & (l->n_slots - 1))
		if (digest_equal(&l->slots[i].digest, d))
			break;
	return &l->slots[i];
}

bool listed_has(const struct listed *l, const struct digest *d)
{
	return l->n_slots && slot_of(l, d)->times > 0;
}

/* At most half full; what is listed no more goes on this occasion. */
static void grow(struct listed *l)
{
	struct listed old = *l;

	l->n_slots = old.n_slots ? old.n_slots * 2 : SLOTS_MIN;
	l->slots = mem_array(l->n_slots, sizeof(*l->slots));
	l->n_used = 0;
	for (size_t i = 0; i < old.n_slots; i++) {
		if (old.slots[i].times == 0)
			continue;
		*slot_of(l, &old.slots[i].digest) = old.slots[i];
		l->n_used++;
	}
	mem_free(old.slots);
}

static void add(struct listed *l, const struct digest *d)
{
	struct listed_slot *slot;

	if ((l->n_used + 1) * 2 > l->n_slots)
		grow(l);
	slot = slot_of(l, d);
	if (!slot->used) {
		slot->used = true;
		slot->digest = *d;
		l->n_used++;
	}
	slot->times++;
}

struct digest *listed_all(size_t *n_out, const struct listed *l)
{
	struct digest *all = mem_array(l->n_used + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < l->n_slots; i++)
		if (l->slots[i].times > 0)
			all[n++] = l->slots[i].digest;
	*n_out = n;
	return all;
}

void listed_done(struct listed *l)
{
	mem_free(l->slots);
	memset(l, 0, sizeof(*l));
}

void listed_set(struct state *s, struct ti *ti, const struct digest *d, size_t n)
{
	struct digest *own = n ? mem_dup(d, n * sizeof(*d)) : NULL;

	for (size_t i = 0; i < n; i++)
		add(&s->listed, &own[i]);
	for (size_t i = 0; i < ti->n_evidence; i++)
		slot_of(&s->listed, &ti->evidence[i])->times--;
	mem_free(ti->evidence);
	ti->evidence = own;
	ti->n_evidence = n;
	ti->evidence_known = true;
}

/* The value of a key "sha256" at `at`, behind the key: NULL where it is no digest. */
static const char *value_at(const char *at, const char *end)
{
	while (at < end && strchr(" \t:", *at))
		at++;
	return end - at > DIGEST_HEX && *at == '"' && at[DIGEST_HEX] == '"' ? at + 1 : NULL;
}

/* Within a string of JSON a quote has a backslash before it, so a key stands nowhere else. */
void listed_scan(struct state *s, struct ti *ti, const char *line, size_t len)
{
	static const char key[] = "\"sha256\"";
	const char *at = line, *end = line + len, *value;
	VEC(struct digest) found = VEC_INIT;
	char hex[DIGEST_HEX] = "";
	struct digest d;

	while ((at = memmem(at, (size_t)(end - at), key, sizeof(key) - 1))) {
		at += sizeof(key) - 1;
		value = value_at(at, end);
		if (!value)
			continue;
		memcpy(hex, value, DIGEST_HEX - 1);
		if (digest_parse(&d, hex))
			vec_push(&found, d);
	}
	listed_set(s, ti, found.at, found.len);
	vec_done(&found);
}
