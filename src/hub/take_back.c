/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to a bundle: receipts for what it brought, and what the event has that its writer had not seen. Sealed to
 * consoles that this hub let in, for it holds their colleagues' records. Hub layer; a thread that may block.
 */
#include "take_priv.h"

#include <string.h>

/* ---- who can read it ---- */

struct readers { struct taking *t; uint8_t keys[BUNDLE_TO_MAX][KEY_PUBLIC]; size_t n; };

/* Under the event's lock: one that this hub let in, and did not put out again. */
static void add_reader(const char *id, void *value, void *data)
{
	struct readers *to = data;
	const struct replica *r = map_get(to->t->e->s->by_replica, id);

	(void)value;
	if (r && r->certified && !r->revoked && to->n < BUNDLE_TO_MAX)
		memcpy(to->keys[to->n++], r->key, KEY_PUBLIC);
}

static void find_readers(struct readers *to, struct taking *t)
{
	to->t = t;
	to->n = 0;
	lock_take(&t->e->lock);
	map_each(t->writers, add_reader, to);
	lock_give(&t->e->lock);
}

/* ---- what is in it ---- */

static enum status add_receipts(struct bundle_writer *w, const struct taking *t)
{
	const unsigned char *p = (const unsigned char *)t->receipts.ptr;
	enum status st = STATUS_OK;
	size_t len;

	for (size_t at = 0; at < t->receipts.len && !st; at += 4 + len) {
		len = p[at] | (size_t)p[at + 1] << 8 | (size_t)p[at + 2] << 16 | (size_t)p[at + 3] << 24;
		st = bundle_add(w, 'R', p + at + 4, len, true);
	}
	return st;
}


static enum status add_pages(struct bundle_writer *w, struct taking *t, uint64_t since, const uint8_t *epoch)
{
	struct page_reader in;
	struct page_head head = { .more = true };
	struct buf page;
	enum status st = STATUS_OK;

	buf_init(&page, FEED_PAGE_MAX);
	while (!st && head.more) {
		st = hub_page(&page, t->e, epoch, since, 0);
		if (!st)
			st = page_open(&in, &head, page.ptr, page.len);
		if (!st && head.count)
			st = bundle_add_page(w, page.ptr, page.len);
		since += head.count;
		t->out->entries += head.count;
		head.more = head.more && head.count;
	}
	buf_done(&page);
	return st;
}

static enum status read_back(struct taking *t, struct bundle_writer *w)
{
	uint64_t done;
	bool all = false;
	enum status st = bundle_finish(w);

	while (!st && !all)
		st = bundle_read_back(&all, &done, w);
	t->out->back_bytes = st ? 0 : bundle_written(w);
	return st;
}

enum status take_back(struct taking *t)
{
	const struct bundle_head *from = &bundle_report(t->r)->head;
	struct bundle_head head = { .what = "receipts", .event = t->e->id, .from = key_id(t->h->key), .has_position = true,
		.at = hub_now(t->h) };
	struct readers *to = mem_zalloc(sizeof(*to));
	struct bundle_writer *w = NULL;
	struct digest root;
	uint64_t since = 0;
	enum status st;

	find_readers(to, t);
	if (to->n == 0) {	/* nobody here could read it */
		mem_free(to);
		return STATUS_OK;
	}
	hub_head(t->e, &head.cursor, &root, head.epoch);
	if (from->has_position && memcmp(from->epoch, head.epoch, EPOCH_BYTES) == 0 && from->cursor <= head.cursor)
		since = from->cursor;
	st = bundle_create(&w, t->how->back, &head, t->h->key, (const uint8_t (*)[KEY_PUBLIC])to->keys, to->n);
	if (!st)
		st = add_receipts(w, t);
	if (!st && !t->how->no_pages)
		st = add_pages(w, t, since, head.epoch);
	if (!st)
		st = read_back(t, w);
	bundle_writer_free(w);
	mem_free(to);
	return st;
}
