/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of items, by the equality of expressions: few are compared one by one, many by a hash of their text or
 * node. Numbers equal texts that look different, so one of them turns hashing off. Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#define LINEAR_MAX 12

void expr_set_done(struct expr_set *s)
{
	vec_done(&s->items);
	vec_done(&s->hashes);
	mem_free(s->slots);
	s->slots = NULL;
	s->cap = 0;
}

static uint32_t hash_of(struct expr_run *r, const struct expr_item *item)
{
	struct expr_text t;
	uint32_t h = 2166136261u;
	size_t i;

	if (!expr_item_text(r, item, &t))
		return (item->node + 1) * 2654435761u;
	for (i = 0; i < t.len; i++)
		h = (h ^ (unsigned char)t.ptr[i]) * 16777619u;
	return h ^ h >> 15;
}

static void place(struct expr_set *s, uint32_t hash, size_t i)
{
	size_t at = hash & (s->cap - 1);

	while (s->slots[at])
		at = (at + 1) & (s->cap - 1);
	s->slots[at] = (uint32_t)i + 1;
}

static void rehash(struct expr_set *s, struct expr_run *r)
{
	size_t i;

	for (i = s->hashes.len; i < s->items.len; i++)
		vec_push(&s->hashes, hash_of(r, &s->items.at[i]));
	s->cap = s->cap ? s->cap * 4 : 64;
	mem_free(s->slots);
	s->slots = mem_zalloc(s->cap * sizeof(*s->slots));
	for (i = 0; i < s->items.len; i++)
		place(s, s->hashes.at[i], i);
}

static bool linear_has(const struct expr_set *s, struct expr_run *r, const struct expr_item *item)
{
	size_t i;

	for (i = 0; i < s->items.len && expr_step(r); i++)
		if (expr_item_equal(r, &s->items.at[i], item))
			return true;
	return false;
}

static bool hashed_has(const struct expr_set *s, struct expr_run *r, const struct expr_item *item, uint32_t hash)
{
	size_t at;

	for (at = hash & (s->cap - 1); s->slots[at] && expr_step(r); at = (at + 1) & (s->cap - 1))
		if (s->hashes.at[s->slots[at] - 1] == hash && expr_item_equal(r, &s->items.at[s->slots[at] - 1], item))
			return true;
	return false;
}

static bool is_hashed(const struct expr_set *s, const struct expr_item *item)
{
	return s->cap && !s->numbers && item->kind != EXPR_NUMBER;
}

bool expr_set_has(const struct expr_set *s, struct expr_run *r, const struct expr_item *item)
{
	return is_hashed(s, item) ? hashed_has(s, r, item, hash_of(r, item)) : linear_has(s, r, item);
}

bool expr_set_add(struct expr_set *s, struct expr_run *r, const struct expr_item *item)
{
	uint32_t hash = is_hashed(s, item) ? hash_of(r, item) : 0;

	if (is_hashed(s, item) ? hashed_has(s, r, item, hash) : linear_has(s, r, item))
		return false;
	s->numbers = s->numbers || item->kind == EXPR_NUMBER;
	vec_push(&s->items, *item);
	if (s->items.len <= LINEAR_MAX || s->numbers)
		return true;
	if (s->items.len * 2 > s->cap) {
		rehash(s, r);
	} else {
		vec_push(&s->hashes, hash);
		place(s, hash, s->items.len - 1);
	}
	return true;
}
