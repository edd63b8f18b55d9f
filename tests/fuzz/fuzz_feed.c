/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a page of the feed and as the body of an entry: entries lie within it, and a page read whole can
 * be written again. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include "verdict/proto/feed.h"

static void bodies(const struct feed_entry *e)
{
	struct feed_revocation v;
	struct feed_claim c;
	struct envelope env;
	struct digest rid;
	unsigned int flags;
	struct arena a;

	arena_init(&a);
	if (feed_record(&env, e) == STATUS_OK)
		FUZZ_HOLDS(env.payload == e->body
			&& env.signature + KEY_SIGNATURE == (const uint8_t *)e->body + e->len);
	if (feed_flags(&rid, &flags, e) == STATUS_OK)
		FUZZ_HOLDS(flags <= UINT16_MAX);
	if (feed_claim_parse(&c, &a, e->body, e->len) == STATUS_OK)
		FUZZ_HOLDS(*c.ti && *c.who && c.fence && c.ttl_s >= 0);
	if (feed_revocation_parse(&v, &a, e->body, e->len) == STATUS_OK)
		FUZZ_HOLDS(*v.replica);
	arena_done(&a);
}

static void page(const char *data, size_t size)
{
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	struct buf again;
	const char *bytes, *tail;
	size_t n, len;
	enum status st;

	if (page_open(&r, &head, data, size))
		return;
	buf_init(&again, FEED_PAGE_MAX);
	page_begin(&again, head.from);
	while ((st = page_next(&e, &bytes, &n, &r)) == STATUS_OK) {
		FUZZ_HOLDS(bytes >= data && e.body + e.len <= data + size && bytes + n == e.body + e.len);
		bodies(&e);
		page_add(&again, &e);
	}
	if (st == STATUS_NOT_FOUND && page_checkpoint(&tail, &len, &r) == STATUS_OK) {
		page_end(&again, head.more, head.head, head.now, tail, len);
		FUZZ_HOLDS(!again.err && again.len == size);
		memcpy(again.ptr + 8, data + 8, 4);	/* flags that this version does not know */
		FUZZ_HOLDS(memcmp(again.ptr, data, size) == 0);
	}
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_entry e = { 1, FEED_RECORD, 0, (const char *)data, size };

	page((const char *)data, size);
	bodies(&e);
	return 0;
}
