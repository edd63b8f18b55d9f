/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as HTML of a description: text comes out, no longer than marks and addresses make it. Layer: tests. */
#include "fuzz.h"

#include <string.h>
#include "verdict/base/buf.h"
#include "verdict/gazelle/gazelle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf a, b;

	buf_init(&a, 64u << 20);
	buf_init(&b, 64u << 20);
	gazelle_html(&a, (const char *)data, size);
	buf_adds(&b, "before");
	gazelle_html(&b, (const char *)data, size);
	/* it never looks at what stood in the buffer, and each byte gives a bounded number of others */
	FUZZ_HOLDS(!a.err && a.len <= size * 24 + 64);
	FUZZ_HOLDS(b.len == a.len + 6 && (!a.len || memcmp(a.ptr, b.ptr + 6, a.len) == 0));
	FUZZ_HOLDS(!a.len || !memchr(a.ptr, '\0', a.len));
	buf_done(&a);
	buf_done(&b);
	return 0;
}
