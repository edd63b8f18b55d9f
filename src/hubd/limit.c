/* SPDX-License-Identifier: Apache-2.0 */
/* Rate limits. Layer: hubd. Any thread. */
#include "verdict/hubd/limit.h"

#include <string.h>
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

#define SETS 1024
#define WAYS 4
#define WHOLE 1000		/* a token, in thousandths */
#define FORGOTTEN_MS 3600000

struct bucket {
	uint64_t name;		/* 0: free */
	int64_t at;		/* when `left` was true */
	int64_t left;
};

struct limits {
	struct lock lock;
	int64_t rate, burst;
	uint8_t secret[16];	/* so that nobody can choose names that meet in one set */
	struct bucket buckets[SETS][WAYS];
};

struct limits *limits_new(unsigned int rate, unsigned int burst)
{
	struct limits *l = mem_zalloc(sizeof(*l));

	lock_init(&l->lock);
	l->rate = rate;
	l->burst = (int64_t)(burst ? burst : 1) * WHOLE;
	random_bytes(l->secret, sizeof(l->secret));
	return l;
}

void limits_free(struct limits *l)
{
	if (!l)
		return;
	lock_done(&l->lock);
	mem_free(l);
}

static uint64_t hash(const struct limits *l, const char *name)
{
	struct sha256 c;
	struct digest d;
	uint64_t value;

	sha256_begin(&c);
	sha256_add(&c, l->secret, sizeof(l->secret));
	sha256_add(&c, name, strlen(name));
	d = sha256_end(&c);
	memcpy(&value, d.b, sizeof(value));
	return value ? value : 1;
}

static int64_t filled(const struct limits *l, const struct bucket *b, int64_t now)
{
	int64_t passed = now - b->at, left;

	if (b->name == 0 || passed > FORGOTTEN_MS)
		return l->burst;
	left = b->left +
		(passed > 0 ? passed * l->rate : 0); /* ms times tokens a second: thousandths */
	return left < l->burst ? left : l->burst;
}

/* The bucket of that name, made in place of the fullest where there is none. */
static struct bucket *find(struct limits *l, uint64_t name, int64_t now)
{
	struct bucket *set = l->buckets[name % SETS], *best = set;

	for (int i = 0; i < WAYS; i++) {
		if (set[i].name == name)
			return &set[i];
		if (filled(l, &set[i], now) > filled(l, best, now))
			best = &set[i];
	}
	*best = (struct bucket){ .name = name, .at = now, .left = l->burst };
	return best;
}

unsigned int limits_take(struct limits *l, const char *name, int64_t now)
{
	unsigned int wait = 0;
	struct bucket *b;
	uint64_t key;

	if (l->rate == 0)
		return 0;
	key = hash(l, name);
	lock_take(&l->lock);
	b = find(l, key, now);
	b->left = filled(l, b, now);
	b->at = now;
	if (b->left >= WHOLE)
		b->left -= WHOLE;
	else
		wait = (unsigned int)((WHOLE - b->left + l->rate * 1000 - 1) / (l->rate * 1000));
	lock_give(&l->lock);
	return wait;
}
