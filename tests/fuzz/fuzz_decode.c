/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as base64, as deflate and as escaped text: what comes out stays in its room. Layer: tests. */
#include "fuzz.h"
#include "src/evidence/inside_priv.h"
#include "verdict/base/mem.h"

#define ROOM 5000

static void base64(const char *p, size_t n)
{
	size_t room = n / 4 * 3 + 6, len;	/* n * 3 / 4 + 3 at least, as the header asks */
	char *out = mem_alloc(room);

	len = base64_decode(out, p, n);
	FUZZ_HOLDS(len == SIZE_MAX || len <= room);
	mem_free(out);
}

static void deflate(const char *p, size_t n)
{
	static const int bits[] = { -15, 15, 31, 47 };
	char *out = mem_alloc(ROOM);
	bool whole;
	size_t i;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		FUZZ_HOLDS(inflate_into(&whole, out, ROOM, p, n, bits[i]) <= ROOM);
	mem_free(out);
}

static void escapes(const char *p, size_t n)
{
	static void (*const ways[])(struct buf *b, const char *p, size_t n) = { unescape_json, unescape_xml };
	struct buf b;
	size_t i;

	for (i = 0; i < 2; i++) {
		buf_init(&b, 8u << 20);
		ways[i](&b, p, n);
		FUZZ_HOLDS(b.err || b.len <= n * 4 + 16);
		buf_done(&b);
	}
	buf_init(&b, 8u << 20);
	unescape_hl7(&b, p, n, "|^~\\&");
	FUZZ_HOLDS(b.err || b.len <= n * 4 + 16);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 100000)
		return 0;
	base64((const char *)data, size);
	deflate((const char *)data, size);
	escapes((const char *)data, size);
	return 0;
}
