/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 and quick keyed sums, from nettle: it uses the processor's instructions where there are some, which is
 * several times as fast as libsodium, and evidence is hashed by the gigabyte. Layer proto; any thread.
 */
#include <nettle/sha2.h>
#include <nettle/umac.h>
#include "verdict/proto/crypto.h"

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct sha256), "context fits");
_Static_assert(_Alignof(struct sha256_ctx) <= _Alignof(struct sha256), "context aligned");
_Static_assert(QUICK_KEY == UMAC_KEY_SIZE && sizeof(uint64_t) == UMAC64_DIGEST_SIZE, "UMAC");

static struct sha256_ctx *context(struct sha256 *c)
{
	return (struct sha256_ctx *)(void *)c->opaque;
}

void sha256_begin(struct sha256 *c)
{
	sha256_init(context(c));
}

void sha256_add(struct sha256 *c, const void *ptr, size_t len)
{
	if (len)
		sha256_update(context(c), len, ptr);
}

struct digest sha256_end(struct sha256 *c)
{
	struct digest d;

	sha256_digest(context(c), sizeof(d.b), d.b);
	return d;
}

struct digest sha256(const void *ptr, size_t len)
{
	struct sha256 c;

	sha256_begin(&c);
	sha256_add(&c, ptr, len);
	return sha256_end(&c);
}

uint64_t quick_sum(const uint8_t key[QUICK_KEY], const void *ptr, size_t len)
{
	struct umac64_ctx c;
	uint64_t sum;

	umac64_set_key(&c, key);
	umac64_update(&c, len, ptr);
	umac64_digest(&c, sizeof(sum), (uint8_t *)&sum);
	return sum;
}
