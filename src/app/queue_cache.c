/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the queue around the cursor: the newest batches stay, older ones go whole. Layer app, UI thread.
 */
#include <string.h>

#include "src/app/queue_priv.h"

#define SLOTS_MIN 1024

void cache_init(struct row_cache *c)
{
	memset(c, 0, sizeof(*c));
	c->slots = SLOTS_MIN;
	c->slot = mem_array(c->slots, sizeof(*c->slot));
}

void cache_done(struct row_cache *c)
{
	size_t i;

	for (i = 0; i < CACHE_BATCHES; i++)
		if (c->batch[i].rows)
			arena_done(&c->batch[i].arena);
	mem_free(c->slot);
	memset(c, 0, sizeof(*c));
}

static size_t slot_of(const struct row_cache *c, int64_t key)
{
	size_t i = (size_t)((uint64_t)key * 0x9e3779b97f4a7c15u >> 20) & (c->slots - 1);

	while (c->slot[i].row && c->slot[i].row->key != key)
		i = (i + 1) & (c->slots - 1);
	return i;
}

static void enter_batch(struct row_cache *c, const struct cache_batch *b)
{
	size_t i, at;

	for (i = 0; i < b->n; i++) {
		at = slot_of(c, b->rows[i].key);
		c->slot[at].row = &b->rows[i];
		c->slot[at].stale = b->stale;
	}
}

/* Oldest first, so that the newest row of a key wins. */
static void rebuild(struct row_cache *c)
{
	size_t i, rows = 0;

	for (i = 0; i < CACHE_BATCHES; i++)
		rows += c->batch[i].n;
	if (rows * 2 > c->slots) {
		while (rows * 2 > c->slots)
			c->slots *= 2;
		c->slot = mem_realloc(c->slot, c->slots, sizeof(*c->slot));
	}
	memset(c->slot, 0, c->slots * sizeof(*c->slot));
	for (i = 0; i < CACHE_BATCHES; i++)
		enter_batch(c, &c->batch[(c->next + i) % CACHE_BATCHES]);
}

void cache_add(struct row_cache *c, struct arena *arena, struct queue_row *rows, size_t n)
{
	struct cache_batch *b = &c->batch[c->next];

	if (b->rows)
		arena_done(&b->arena);
	b->arena = *arena;
	b->rows = rows;
	b->n = n;
	b->stale = false;
	arena_init(arena);
	c->next = (c->next + 1) % CACHE_BATCHES;
	rebuild(c);
}

const struct queue_row *cache_get(const struct row_cache *c, int64_t key)
{
	return c->slot[slot_of(c, key)].row;
}

bool cache_fresh(const struct row_cache *c, int64_t key)
{
	size_t at = slot_of(c, key);

	return c->slot[at].row && !c->slot[at].stale;
}

void cache_stale(struct row_cache *c)
{
	size_t i;

	for (i = 0; i < CACHE_BATCHES; i++)
		c->batch[i].stale = true;
	for (i = 0; i < c->slots; i++)
		c->slot[i].stale = true;
}
