/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event's results, read from its feed when somebody asks, and from where the last one who asked stopped. Only one
 * reads at a time; nothing of the event is held meanwhile. Hub layer; any thread but the writer's.
 */
#include "verdict/hub/results.h"

#include <string.h>
#include "hub_priv.h"
#include "results_feed.h"

struct event_results {
	struct lock lock;	/* of busy; who is busy has the rest */
	struct wakeup idle;
	bool busy;
	struct results_feed *feed;
	uint64_t size;		/* entries it holds */
	uint8_t epoch[EPOCH_BYTES];
};

struct event_results *event_results_new(void)
{
	struct event_results *er = mem_zalloc(sizeof(*er));

	lock_init(&er->lock);
	wakeup_init(&er->idle);
	return er;
}

void event_results_free(struct event_results *er)
{
	results_feed_free(er->feed);
	wakeup_done(&er->idle);
	lock_done(&er->lock);
	mem_free(er);
}

static void enter(struct event_results *er)
{
	lock_take(&er->lock);
	while (er->busy)
		wakeup_wait(&er->idle, &er->lock, -1);
	er->busy = true;
	lock_give(&er->lock);
}

static void leave(struct event_results *er)
{
	lock_take(&er->lock);
	er->busy = false;
	wakeup_wake(&er->idle);
	lock_give(&er->lock);
}

static enum status add_entries(struct event_results *er, const struct buf *raw, unsigned int count)
{
	struct feed_entry entry;
	size_t at = 0, used;
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < count && !st; i++) {
		st = feed_entry_parse(&entry, &used, raw->ptr + at, raw->len - at);
		if (st)
			break;
		results_feed_add(er->feed, &entry);
		er->size = entry.seq;
		at += used;
	}
	return st;
}

/* Up to `head`, in pieces. After a failure what was read stays, and the next call goes on. */
static enum status catch_up(struct event_results *er, struct hub_event *e, uint64_t head)
{
	enum status st = STATUS_OK;
	struct buf raw, roots;

	buf_init(&raw, FEED_PAGE_MAX);
	buf_init(&roots, FEED_PAGE_ENTRIES * sizeof(struct digest));
	while (!st && er->size < head) {
		uint64_t to = head - er->size < FEED_PAGE_ENTRIES ? head : er->size + FEED_PAGE_ENTRIES;
		unsigned int count = 0;

		buf_reset(&raw);
		buf_reset(&roots);
		st = e->hub->ops->read(&raw, &count, &roots, e->hub->store, e->id, er->size + 1, to,
			FEED_PAGE_BYTES - FEED_PAGE_HEAD);
		if (!st && !count)
			st = status_set(STATUS_IO, "the feed of %s ends before its head", e->id);
		if (!st)
			st = add_entries(er, &raw, count);
	}
	buf_done(&raw);
	buf_done(&roots);
	return st;
}

enum status hub_results(struct hub_event *e, void (*cb)(struct results *r, uint64_t size, void *data), void *data)
{
	struct event_results *er = e->results;
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t head;
	enum status st;

	enter(er);
	hub_head(e, &head, &root, epoch);
	if (er->feed && (memcmp(er->epoch, epoch, EPOCH_BYTES) != 0 || er->size > head)) {
		results_feed_free(er->feed);	/* restored from a backup: another history */
		er->feed = NULL;
	}
	if (!er->feed) {
		er->feed = results_feed_new();
		er->size = 0;
		memcpy(er->epoch, epoch, EPOCH_BYTES);
	}
	st = catch_up(er, e, head);
	if (!st)
		cb(results_feed_engine(er->feed), er->size, data);
	leave(er);
	return st;
}
