/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A keyed sum several times as fast as SipHash alone: NH (as in UMAC) with 64 bits over each KiB, SipHash over what
 * that gives. Who does not know the key cannot choose bytes that give a sum again. Layer: proto. Any thread.
 */
#include "verdict/proto/crypto.h"

#include <string.h>

#define WORDS (QUICK_BLOCK / 4)
#define GROUP 16			/* blocks whose sums are hashed together */

void quick_key_init(struct quick_key *k)
{
	random_bytes(k, sizeof(*k));
}

static void add_block(uint64_t out[2], const uint32_t *key, const unsigned char *p)
{
	uint64_t first = 0, second = 0;

	for (size_t i = 0; i < WORDS; i += 2, p += 8) {
		uint32_t m[2];

		memcpy(m, p, 8);
		first += (uint64_t)(m[0] + key[i]) * (m[1] + key[i + 1]);
		second += (uint64_t)(m[0] + key[i + 4]) * (m[1] + key[i + 5]);
	}
	out[0] = first;
	out[1] = second;
}

uint64_t quick_sum(const struct quick_key *k, const void *ptr, size_t len)
{
	uint64_t sums[2 * GROUP + 2];	/* before them the sum so far, and how long it all is */
	unsigned char rest[QUICK_BLOCK] = { 0 };
	const unsigned char *p = ptr;
	size_t left = len, n;

	sums[0] = 0;
	sums[1] = len;
	do {
		for (n = 0; n < GROUP && left >= QUICK_BLOCK; n++, p += QUICK_BLOCK, left -= QUICK_BLOCK)
			add_block(sums + 2 + 2 * n, k->words, p);
		if (n < GROUP && left) {	/* filled up by zeros, which the length tells from others */
			memcpy(rest, p, left);
			add_block(sums + 2 + 2 * n++, k->words, rest);
			left = 0;
		}
		sums[0] = sip_sum(k->sip, sums, (2 + 2 * n) * sizeof(*sums));
	} while (left);
	return sums[0];
}
