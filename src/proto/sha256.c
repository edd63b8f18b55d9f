/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 by the processor's own instructions: several times as fast as the same in C, and evidence is hashed by the
 * gigabyte. Where they are missing libsodium's is used, see crypto.c. Layer: proto. Any thread.
 */
#include "sha256_priv.h"

#include <string.h>

/* clang 14 cannot ask for them without a slow instruction each time. */
#if defined(__x86_64__) && !defined(__clang__)
#include <immintrin.h>

#define BLOCK 64

struct state { uint32_t h[8]; uint64_t len; unsigned char rest[BLOCK]; };

_Static_assert(sizeof(struct state) <= sizeof(struct sha256_ctx), "context fits");
_Static_assert(_Alignof(struct state) <= _Alignof(struct sha256_ctx), "context aligned");

/* Cube roots of the first 64 primes, first 32 bits behind the point. */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static struct state *state_of(struct sha256_ctx *c)
{
	return (struct state *)(void *)c->opaque;
}

/* The instructions want the state as two vectors, a b e f and c d g h. */
__attribute__((target("sha,sse4.1")))
static void blocks(uint32_t h[8], const unsigned char *p, size_t n)
{
	const __m128i big = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)h), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(h + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
	__m128i was0, was1, w[4], k;

	for (; n > 0; n--, p += BLOCK) {
		was0 = abef;
		was1 = cdgh;
		for (int i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)), big);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			__m128i *first = &w[i & 3], second = w[(i + 1) & 3], third = w[(i + 2) & 3], last = w[(i + 3) & 3];

			k = _mm_add_epi32(*first, _mm_loadu_si128((const __m128i *)(const void *)(round_constants + 4 * i)));
			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
			if (i < 12)
				*first = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*first, second),
					_mm_alignr_epi8(last, third, 4)), last);
		}
		abef = _mm_add_epi32(abef, was0);
		cdgh = _mm_add_epi32(cdgh, was1);
	}
	abef = _mm_shuffle_epi32(abef, 0x1b);
	cdgh = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)(void *)h, _mm_blend_epi16(abef, cdgh, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)(h + 4), _mm_alignr_epi8(cdgh, abef, 8));
}

bool sha256_fast(void)
{
	return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1");
}

void sha256_fast_begin(struct sha256_ctx *c)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
		0x1f83d9ab, 0x5be0cd19 };
	struct state *s = state_of(c);

	memcpy(s->h, first, sizeof(first));
	s->len = 0;
}

void sha256_fast_add(struct sha256_ctx *c, const void *ptr, size_t len)
{
	struct state *s = state_of(c);
	const unsigned char *p = ptr;
	size_t used = (size_t)(s->len % BLOCK), n;

	s->len += len;
	if (used) {
		n = len < BLOCK - used ? len : BLOCK - used;
		memcpy(s->rest + used, p, n);
		p += n;
		len -= n;
		if (used + n < BLOCK)
			return;
		blocks(s->h, s->rest, 1);
	}
	blocks(s->h, p, len / BLOCK);
	memcpy(s->rest, p + len / BLOCK * BLOCK, len % BLOCK);
}

struct digest sha256_fast_end(struct sha256_ctx *c)
{
	static const unsigned char pad[BLOCK] = { 0x80 };
	struct state *s = state_of(c);
	uint64_t bits = s->len * 8;
	unsigned char size[8];
	struct digest d;

	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_fast_add(c, pad, 1 + (BLOCK + 55 - s->len % BLOCK) % BLOCK);
	sha256_fast_add(c, size, sizeof(size));
	for (int i = 0; i < 32; i++)
		d.b[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
	return d;
}

#else

bool sha256_fast(void)
{
	return false;
}

void sha256_fast_begin(struct sha256_ctx *c)
{
	memset(c, 0, sizeof(*c));
}

void sha256_fast_add(struct sha256_ctx *c, const void *ptr, size_t len)
{
	(void)c, (void)ptr, (void)len;
}

struct digest sha256_fast_end(struct sha256_ctx *c)
{
	struct digest d = { { 0 } };

	(void)c;
	return d;
}

#endif
