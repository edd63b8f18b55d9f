/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 (FIPS 180-4, section 6.1), which FHIR and XDS use as a checksum of documents. Layer evidence; any thread. */
#include "sha1.h"
#include <string.h>

static uint32_t rotate(uint32_t x, unsigned int n)
{
	return x << n | x >> (32 - n);
}

static void block(struct sha1 *s)
{
	static const uint32_t k[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4], f, t;
	unsigned int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16
			| (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
	for (; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < 80; i++) {
		f = i < 20 ? (b & c) | (~b & d) : i >= 40 && i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
		t = rotate(a, 5) + f + e + k[i / 20] + w[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = t;
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
}

static void byte(struct sha1 *s, unsigned char c)
{
	s->block[s->used++] = c;
	if (s->used == sizeof(s->block)) {
		block(s);
		s->used = 0;
	}
}

void sha1_byte(struct sha1 *s, unsigned char c)
{
	byte(s, c);
	s->bytes++;
}

void sha1_init(struct sha1 *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->h, (const uint32_t[5]){ 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 }, sizeof(s->h));
}

void sha1_end(unsigned char out[20], struct sha1 *s)
{
	uint64_t bits = s->bytes * 8;
	unsigned int i;

	byte(s, 0x80);
	while (s->used != 56)
		byte(s, 0);
	for (i = 0; i < 8; i++)
		byte(s, (unsigned char)(bits >> (56 - 8 * i)));
	for (i = 0; i < 20; i++)
		out[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}
