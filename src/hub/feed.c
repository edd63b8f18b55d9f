/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What consoles read: the head, pages, the end of a chain. From memory and by pread; never waits for the writer.
 * Hub layer; any thread.
 */
#include "hub_priv.h"

#include <string.h>

void hub_head(struct hub_event *e, uint64_t *size, struct digest *root, uint8_t epoch[EPOCH_BYTES])
{
	lock_take(&e->lock);
	*size = e->size;
	*root = e->root;
	memcpy(epoch, e->epoch, EPOCH_BYTES);
	lock_give(&e->lock);
}

/* `raw`: entries one after the other. */
static enum status add_entries(struct buf *out, const struct buf *raw, unsigned int count)
{
	struct feed_entry entry;
	size_t at = 0, used;
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < count && !st; i++) {
		st = feed_entry_parse(&entry, &used, raw->ptr + at, raw->len - at);
		if (!st)
			page_add_bytes(out, raw->ptr + at, used);
		at += st ? 0 : used;
	}
	return st;
}

static enum status end_page(struct buf *out, struct hub_event *e, const struct checkpoint *c, uint64_t head)
{
	struct buf b;
	enum status st;

	buf_init(&b, FEED_PAGE_BYTES);
	st = checkpoint_sign(&b, c, e->hub->key);
	if (!st)
		page_end(out, c->size < head, head, c->at, b.ptr, b.len);
	buf_done(&b);
	if (!st && out->err)
		st = status_set(STATUS_LIMIT, "a page larger than may be");
	return st;
}

enum status hub_page(struct buf *out, struct hub_event *e, const uint8_t epoch[EPOCH_BYTES], uint64_t since,
	unsigned int limit)
{
	struct checkpoint c = { .event = e->id, .at = hub_now(e->hub) };
	unsigned int count = 0;
	uint64_t head;
	struct buf raw, roots;
	enum status st = STATUS_OK;

	hub_head(e, &head, &c.root, c.epoch);
	if (memcmp(c.epoch, epoch, EPOCH_BYTES) != 0)
		return status_set(STATUS_CONFLICT, "the feed has another epoch: begin anew");
	if (since > head)
		return status_set(STATUS_CONFLICT, "the feed ends at %llu", (unsigned long long)head);
	if (limit == 0 || limit > FEED_PAGE_ENTRIES)
		limit = FEED_PAGE_ENTRIES;
	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_ENTRIES * sizeof(c.root));
	page_begin(out, since + 1);
	if (since < head)
		st = e->hub->ops->read(&raw, &count, &roots, e->hub->store, e->id, since + 1,
			head - since < limit ? head : since + limit, FEED_PAGE_BYTES - FEED_PAGE_HEAD);
	if (!st)
		st = add_entries(out, &raw, count);
	c.size = since + count;
	if (count && roots.len == count * sizeof(c.root))
		memcpy(c.root.b, roots.ptr + roots.len - sizeof(c.root), sizeof(c.root));
	if (!st)
		st = end_page(out, e, &c, head);
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

/* Holes below the end of a chain; what is not committed yet is not here. */
static void holes(struct have_answer *out, const struct hub_event *e, const struct replica *r)
{
	uint64_t next = 1;

	for (size_t i = 0; i < r->chain.len; i++) {
		const struct known *k = &e->s->records.at[r->chain.at[i]];

		if (k->seq > e->size)
			continue;
		if (k->n > next && out->n_want < HAVE_RANGES_MAX)
			out->want[out->n_want++] = (struct have_range){ next, k->n - 1 };
		if (k->n >= next)
			next = k->n + 1;
		out->n = k->n;
		out->rid = k->rid;
	}
}

static bool other_at(const struct hub_event *e, const struct replica *r, uint64_t n, const struct digest *rid)
{
	bool here = false;

	for (size_t i = chain_at(e->s, r, n); n && i < r->chain.len; i++) {
		const struct known *k = &e->s->records.at[r->chain.at[i]];

		if (k->n != n)
			break;
		if (k->seq > e->size)
			continue;
		if (digest_equal(&k->rid, rid))
			return false;
		here = true;
	}
	return here;
}

void hub_have(struct have_answer *out, struct hub_event *e, const char *replica, uint64_t n, const struct digest *rid)
{
	const struct replica *r;

	memset(out, 0, sizeof(*out));
	out->replica = replica;
	lock_take(&e->lock);
	r = map_get(e->s->by_replica, replica);
	if (r) {
		holes(out, e, r);
		out->fork = other_at(e, r, n, rid);
	}
	lock_give(&e->lock);
}
