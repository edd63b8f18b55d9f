/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a reader process says: what the console's decoder accepts is within its ceilings, and is the same
 * message when it is written and read again. Layer: tests.
 */
#include "fuzz.h"
#include <string.h>
#include "verdict/base/frame.h"
#include "verdict/evidence/wire.h"

static void reply(const char *p, size_t n)
{
	struct wire_reply r, again;
	struct buf one, two;
	struct arena a;

	arena_init(&a);
	buf_init(&one, 2 * WIRE_FRAME_MAX);
	buf_init(&two, 2 * WIRE_FRAME_MAX);
	if (wire_get_reply(&r, &a, p, n) == STATUS_OK) {
		FUZZ_HOLDS(r.row_count <= n && r.text_len <= n);
		FUZZ_HOLDS(r.report.n_findings <= n && r.report.n_outcomes <= n && r.report.n_facts <= n);
		if (r.op == WIRE_PICTURE && r.code == STATUS_OK && !r.progress)
			FUZZ_HOLDS((size_t)r.picture.cols * r.picture.rows * 3 <= n);
		wire_put_reply(&one, &r);
		FUZZ_HOLDS(!one.err && wire_get_reply(&again, &a, one.ptr, one.len) == STATUS_OK);
		wire_put_reply(&two, &again);
		FUZZ_HOLDS(one.len == two.len && !memcmp(one.ptr, two.ptr, one.len));
	}
	buf_done(&one);
	buf_done(&two);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t n;

	while (frame_whole(&n, p, size, WIRE_FRAME_MIN, WIRE_FRAME_MAX) == STATUS_OK && n) {
		reply(p, n);
		p += n;
		size -= n;
	}
	return 0;
}
