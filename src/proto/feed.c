/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of an event's feed, its root, and pages of it (doc/PROTOCOL.md, Feed). Layer: proto. Any thread. */
#include "verdict/proto/feed.h"

#include <string.h>

#define ROOT_NAME "verdict-feed-v1"	/* its NUL is hashed too */
#define PAGE_MAGIC "VPG1"
#define PAGE_MORE 1u

static uint64_t get_le(const char *ptr, int bytes)
{
	uint64_t v = 0;

	for (int i = bytes - 1; i >= 0; i--)
		v = v << 8 | (unsigned char)ptr[i];
	return v;
}

static void put_le(char *ptr, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		ptr[i] = (char)(v >> 8 * i & 255);
}

void feed_root_begin(struct digest *root, const char *event)
{
	struct sha256 c;

	sha256_begin(&c);
	sha256_add(&c, ROOT_NAME, sizeof(ROOT_NAME));
	sha256_add(&c, event, strlen(event));
	*root = sha256_end(&c);
}

void feed_root_add(struct digest *root, const void *entry_bytes, size_t len)
{
	struct sha256 c;

	sha256_begin(&c);
	sha256_add(&c, root->b, sizeof(root->b));
	sha256_add(&c, entry_bytes, len);
	*root = sha256_end(&c);
}

void feed_entry_add(struct buf *out, const struct feed_entry *e)
{
	char head[FEED_ENTRY_HEAD];

	if (e->len > FEED_ENTRY_MAX) {
		out->err = STATUS_LIMIT;
		return;
	}
	put_le(head, e->seq, 8);
	head[8] = e->type;
	head[9] = 0;
	put_le(head + 10, e->flags, 2);
	put_le(head + 12, e->len, 4);
	buf_add(out, head, sizeof(head));
	buf_add(out, e->body, e->len);
}

enum status feed_entry_parse(struct feed_entry *out, size_t *used_out, const void *ptr, size_t len)
{
	const char *p = ptr;
	struct feed_entry e;

	if (len < FEED_ENTRY_HEAD)
		return status_set(STATUS_AGAIN, "feed: ends within the head of an entry");
	e.seq = get_le(p, 8);
	e.type = p[8];
	e.flags = (unsigned int)get_le(p + 10, 2);
	e.len = (size_t)get_le(p + 12, 4);
	e.body = p + FEED_ENTRY_HEAD;
	if (e.type < 'A' || e.type > 'Z' || p[9] != 0)
		return status_set(STATUS_INVALID, "feed: an entry of no type");
	if (e.len > FEED_ENTRY_MAX)
		return status_set(STATUS_LIMIT, "feed: an entry of %zu bytes, more than %u", e.len, FEED_ENTRY_MAX);
	if (len - FEED_ENTRY_HEAD < e.len)
		return status_set(STATUS_AGAIN, "feed: ends within an entry");
	*out = e;
	*used_out = FEED_ENTRY_HEAD + e.len;
	return STATUS_OK;
}

void page_begin(struct buf *out, uint64_t from)
{
	char head[FEED_PAGE_HEAD] = PAGE_MAGIC;

	buf_reset(out);
	put_le(head + 12, from, 8);
	buf_add(out, head, sizeof(head));
}

/* One more fits and it is the next. */
static bool page_takes(struct buf *out, uint64_t seq)
{
	uint64_t count;

	if (out->err)
		return false;
	count = get_le(out->ptr + 4, 4);
	if (count >= FEED_PAGE_ENTRIES || seq != get_le(out->ptr + 12, 8) + count)
		out->err = STATUS_LIMIT;
	return !out->err;
}

static void page_count(struct buf *out)
{
	if (!out->err)
		put_le(out->ptr + 4, get_le(out->ptr + 4, 4) + 1, 4);
}

void page_add(struct buf *out, const struct feed_entry *e)
{
	if (!page_takes(out, e->seq))
		return;
	feed_entry_add(out, e);
	page_count(out);
}

void page_add_bytes(struct buf *out, const void *entry_bytes, size_t len)
{
	if (len < FEED_ENTRY_HEAD || !page_takes(out, get_le(entry_bytes, 8))) {
		out->err = STATUS_LIMIT;
		return;
	}
	buf_add(out, entry_bytes, len);
	page_count(out);
}

void page_end(struct buf *out, bool more, uint64_t head, int64_t now, const void *checkpoint, size_t len)
{
	buf_add(out, checkpoint, len);
	if (out->err)
		return;
	put_le(out->ptr + 8, more ? PAGE_MORE : 0, 4);
	put_le(out->ptr + 20, head, 8);
	put_le(out->ptr + 28, (uint64_t)now, 8);
}

enum status page_open(struct page_reader *r, struct page_head *head, const void *ptr, size_t len)
{
	const char *p = ptr;
	struct page_head h;

	if (len < FEED_PAGE_HEAD || memcmp(p, PAGE_MAGIC, 4) != 0)
		return status_set(STATUS_INVALID, "page: does not begin with " PAGE_MAGIC);
	if (len > FEED_PAGE_MAX)
		return status_set(STATUS_LIMIT, "page: %zu bytes, more than %u", len, FEED_PAGE_MAX);
	h.count = (uint32_t)get_le(p + 4, 4);
	h.more = get_le(p + 8, 4) & PAGE_MORE;
	h.from = get_le(p + 12, 8);
	h.head = get_le(p + 20, 8);
	h.now = (int64_t)get_le(p + 28, 8);
	if (h.count > FEED_PAGE_ENTRIES)
		return status_set(STATUS_LIMIT, "page: %u entries, more than %d", h.count, FEED_PAGE_ENTRIES);
	if (h.from == 0 || h.head > INT64_MAX || h.from > h.head + 1 || h.count > h.head + 1 - h.from)
		return status_set(STATUS_INVALID, "page: its entries lie outside the feed");
	if (h.more && h.count == 0)
		return status_set(STATUS_INVALID, "page: empty, and more would follow");
	*r = (struct page_reader){ p + FEED_PAGE_HEAD, p + len, h.count, h.from };
	*head = h;
	return STATUS_OK;
}

enum status page_next(struct feed_entry *out, const char **bytes, size_t *n, struct page_reader *r)
{
	struct feed_entry e;
	enum status st;
	size_t used;

	if (r->left == 0)
		return STATUS_NOT_FOUND;
	st = feed_entry_parse(&e, &used, r->at, (size_t)(r->end - r->at));
	if (st == STATUS_AGAIN)
		return status_set(STATUS_INVALID, "page: ends within an entry");
	if (st)
		return st;
	if (e.seq != r->next)
		return status_set(STATUS_INVALID, "page: entry %llu where %llu follows", (unsigned long long)e.seq,
			(unsigned long long)r->next);
	if (bytes)
		*bytes = r->at;
	if (n)
		*n = used;
	*out = e;
	r->at += used;
	r->left--;
	r->next++;
	return STATUS_OK;
}

enum status page_checkpoint(const char **ptr, size_t *len, struct page_reader *r)
{
	if (r->left || r->at == r->end)
		return status_set(STATUS_INVALID, "page: without a checkpoint");
	*ptr = r->at;
	*len = (size_t)(r->end - r->at);
	return STATUS_OK;
}
