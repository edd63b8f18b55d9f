/* SPDX-License-Identifier: Apache-2.0 */
/*
 * String-keyed hash: open addressing, linear probing, FNV-1a mixed with a random seed. Layer base;
 * the thread that owns the map.
 */
#include "verdict/base/map.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

struct slot {
	char *key;
	void *value;
	uint64_t hash;
};

struct map {
	struct slot *slots;
	size_t cap, count;	/* cap is a power of two */
	uint64_t seed;
};

struct map *map_new(void)
{
	struct map *m = mem_zalloc(sizeof(*m));

	if (getrandom(&m->seed, sizeof(m->seed), GRND_NONBLOCK) != (ssize_t)sizeof(m->seed))
		m->seed = (uint64_t)clock_mono_ns();
	m->cap = 16;
	m->slots = mem_array(m->cap, sizeof(*m->slots));
	return m;
}

void map_free(struct map *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->cap; i++)
		mem_free(m->slots[i].key);
	mem_free(m->slots);
	mem_free(m);
}

static uint64_t hash_of(const struct map *m, const char *key)
{
	uint64_t h = m->seed ^ UINT64_C(0xcbf29ce484222325);

	for (; *key; key++) {
		h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

/* The slot that holds `key`, or the empty one where it would go. */
static size_t seek(const struct map *m, const char *key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key) != 0))
		i = (i + 1) & (m->cap - 1);
	return i;
}

void *map_get(const struct map *m, const char *key)
{
	size_t i = seek(m, key, hash_of(m, key));

	return m->slots[i].key ? m->slots[i].value : NULL;
}

static void widen(struct map *m)
{
	struct slot *old = m->slots;
	size_t cap = m->cap, i, to;

	m->cap *= 2;
	m->slots = mem_array(m->cap, sizeof(*m->slots));
	for (i = 0; i < cap; i++) {
		if (!old[i].key)
			continue;
		to = seek(m, old[i].key, old[i].hash);
		m->slots[to] = old[i];
	}
	mem_free(old);
}

void *map_set(struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_of(m, key);
	size_t i = seek(m, key, hash);
	void *before = NULL;

	if (m->slots[i].key) {
		before = m->slots[i].value;
		m->slots[i].value = value;
		return before;
	}
	m->slots[i] = (struct slot){ mem_strdup(key), value, hash };
	if (++m->count * 4 > m->cap * 3)
		widen(m);
	return NULL;
}

/* Close the gap at `hole`: move up whoever would no longer be found from its own place. */
static void close_gap(struct map *m, size_t hole)
{
	size_t mask = m->cap - 1, i = hole, home;

	for (;;) {
		i = (i + 1) & mask;
		if (!m->slots[i].key)
			break;
		home = m->slots[i].hash & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole].key = NULL;
}

void *map_remove(struct map *m, const char *key)
{
	size_t i = seek(m, key, hash_of(m, key));
	void *value = m->slots[i].value;

	if (!m->slots[i].key)
		return NULL;
	mem_free(m->slots[i].key);
	close_gap(m, i);
	m->count--;
	return value;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

void map_each(const struct map *m, void (*cb)(const char *key, void *value, void *data), void *data)
{
	size_t i;

	for (i = 0; i < m->cap; i++)
		if (m->slots[i].key)
			cb(m->slots[i].key, m->slots[i].value, data);
}
