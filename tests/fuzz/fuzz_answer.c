/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as each of the JSON questions and answers; what is taken can be written and read again.
 * Layer: tests. */
#include "fuzz.h"

#include <string.h>
#include "verdict/proto/answer.h"

static void questions(struct arena *a, struct buf *b, const char *ptr, size_t size)
{
	struct claim_ask c, d;
	struct have_ask h, g;
	struct participant_ask p;

	for (int verb = CLAIM_TAKE; verb <= CLAIM_FORCE; verb++) {
		if (claim_ask_read(&c, a, (enum claim_verb)verb, ptr, size))
			continue;
		buf_reset(b);
		claim_ask_write(b, (enum claim_verb)verb, &c);
		FUZZ_HOLDS(
			claim_ask_read(&d, a, (enum claim_verb)verb, b->ptr, b->len) == STATUS_OK);
		FUZZ_HOLDS(c.fence == d.fence && c.hours == d.hours && c.ttl_s == d.ttl_s);
	}
	if (participant_ask_read(&p, a, ptr, size) == STATUS_OK)
		FUZZ_HOLDS(*p.status);
	if (have_ask_read(&h, a, ptr, size) == STATUS_OK) {
		buf_reset(b);
		have_ask_write(b, &h);
		FUZZ_HOLDS(have_ask_read(&g, a, b->ptr, b->len) == STATUS_OK && h.n == g.n);
	}
}

static void answers(struct arena *a, struct buf *b, const char *ptr, size_t size)
{
	struct session_answer s;
	struct event_hello e;
	struct claim_answer c;
	struct have_answer h, g;
	struct refusal r, q;
	struct hello w;

	if (hello_read(&w, a, ptr, size) == STATUS_OK)
		FUZZ_HOLDS(strlen(w.hub) == 22 && w.nonce && w.version);
	if (session_answer_read(&s, a, ptr, size) == STATUS_OK)
		FUZZ_HOLDS(!strpbrk(s.token, " \r\n:") && s.ttl_s > 0);
	if (event_hello_read(&e, a, ptr, size) == STATUS_OK)
		FUZZ_HOLDS(e.max_records && e.max_bytes && e.max_page);
	if (claim_answer_read(&c, a, ptr, size) == STATUS_OK)
		FUZZ_HOLDS(*c.ti && *c.who && c.fence);
	if (have_answer_read(&h, a, ptr, size) == STATUS_OK) {
		buf_reset(b);
		have_answer_write(b, &h);
		FUZZ_HOLDS(have_answer_read(&g, a, b->ptr, b->len) == STATUS_OK &&
			h.n_want == g.n_want);
	}
	if (refusal_read(&r, a, ptr, size) == STATUS_OK) {
		buf_reset(b);
		refusal_write(b, &r);
		FUZZ_HOLDS(refusal_read(&q, a, b->ptr, b->len) == STATUS_OK && r.kind == q.kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct buf b;

	crypto_init();
	arena_init(&a);
	buf_init(&b, ANSWER_MAX);
	questions(&a, &b, (const char *)data, size);
	answers(&a, &b, (const char *)data, size);
	buf_done(&b);
	arena_done(&a);
	return 0;
}
