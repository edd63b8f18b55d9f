/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what console and reader process say to each other, read by both sides. What is accepted as a
 * request is answered, and the answer is one the console accepts. Layer: tests.
 */
#include "fuzz.h"
#include "verdict/base/frame.h"
#include "verdict/evidence/server.h"

static const char doc[] = "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Kim\",\"given\":[\"A\",\"B\"]}],\"x\":1}";

static void request(struct server *s, const struct wire_request *q)
{
	struct wire_reply r;
	struct source src;
	struct arena a;
	struct buf out;
	size_t n;

	arena_init(&a);
	buf_init(&out, WIRE_FRAME_MAX + 1024);
	source_mem(&src, doc, sizeof(doc) - 1);
	server_answer(&out, s, q, q->op == WIRE_OPEN ? &src : NULL);
	FUZZ_HOLDS(!out.err && frame_whole(&n, out.ptr, out.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX) == STATUS_OK && n == out.len);
	FUZZ_HOLDS(wire_get_reply(&r, &a, out.ptr, n) == STATUS_OK);
	FUZZ_HOLDS(r.id == q->id && r.op == q->op);
	buf_done(&out);
	arena_done(&a);
}

static void open_first(struct server *s)
{
	struct wire_request q = { .op = WIRE_OPEN, .text = "" };

	request(s, &q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct server s;
	struct arena a;
	size_t n;

	server_init(&s, -1);
	open_first(&s);
	while (frame_whole(&n, p, size, WIRE_FRAME_MIN, WIRE_FRAME_MAX) == STATUS_OK && n) {
		struct wire_request q;
		struct wire_reply r;

		arena_init(&a);
		if (wire_get_request(&q, p, n) == STATUS_OK && q.op != WIRE_CANCEL)
			request(&s, &q);
		if (wire_get_reply(&r, &a, p, n) == STATUS_OK && r.op == WIRE_ROWS)
			FUZZ_HOLDS(r.row_count <= n);
		arena_done(&a);
		p += n;
		size -= n;
	}
	server_done(&s);
	return 0;
}
