/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of the feed from the hub. The next page is fetched while the store still applies the one before; at the
 * feed's end the request waits at the hub for what comes (a long poll). Layer sync; one thread.
 */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/proto/packed.h"

#define ENTRY_BYTES 1024	/* of one, before any was seen */

void pull_begin(struct sync *s)
{
	if (s->pull.request)
		s->port.cancel(s->port.data, s->pull.request);
	lane_good(s, &s->pull);
	s->restart = true;
}

/* ---- applying ---- */

static enum status work_page(struct job *j, struct store *st)
{
	return store_page(&j->report, st, j->in.ptr, j->in.len);
}

static void page_applied(struct sync *s, struct job *j)
{
	s->pages--;
	if (j->code == STATUS_OK) {
		s->received += j->report.entries;
		if (j->report.cursor >= s->head)
			s->settled_once = true;
		s->port.changed(s->port.data, SYNC_CHANGED_FEED);
		return;
	}
	s->linked = false;	/* say hello again, then go on from the cursor */
	if (j->code == STATUS_DENIED)
		set_notice(s, s->state.conflict ? s->state.conflict : j->message);
	else if (j->code == STATUS_INVALID)
		link_down(s, NET_GARBLED, j->message);
	else if (j->code != STATUS_CONFLICT)
		lane_rest(s, &s->pull, 1);
}

static void apply(struct sync *s, const void *page, size_t len)
{
	struct job *j = job_new(s, work_page, page_applied);

	buf_add(&j->in, page, len);
	j->wants_state = true;
	s->pages++;
	job_run(j);
}

/* ---- fetching ---- */

/* What the page is, before the store looks at it: enough to know what to ask for next. */
static enum status take_page(struct sync *s, const void *ptr, size_t len)
{
	struct page_reader r;
	struct page_head head;
	enum status rc = page_open(&r, &head, ptr, len);

	if (rc != STATUS_OK)
		return rc;
	if (head.from != s->fetched + 1)
		return status_set(STATUS_INVALID, "the hub's page begins at another entry than was asked for");
	if (head.count)
		s->entry_bytes = len / head.count;
	s->fetched += head.count;
	s->head = head.head;
	s->poll = !head.more;
	if (head.count)
		apply(s, ptr, len);
	else
		s->settled_once = s->pages == 0;
	return STATUS_OK;
}

static void on_page(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->pull, a, TYPE_PAGE);
	bool polled = s->poll;
	struct buf plain;
	enum status rc;

	if (is == ANSWER_LINK && !polled)
		pace_bad(&s->pull.pace);
	if (is == ANSWER_NO || is == ANSWER_LARGE)
		lane_rest(s, &s->pull, 5);
	if (is != ANSWER_GOOD) {
		s->linked = s->linked && is != ANSWER_NO;
		sync_step(s);
		return;
	}
	buf_init(&plain, FEED_PAGE_MAX);
	rc = a->zstd ? packed_open(&plain, a->body, a->len, FEED_PAGE_MAX) : STATUS_OK;
	if (rc == STATUS_OK && !polled)
		lane_measure(s, &s->pull, a->zstd ? plain.len : a->len, a->len);
	if (rc == STATUS_OK)
		rc = take_page(s, a->zstd ? plain.ptr : a->body, a->zstd ? plain.len : a->len);
	if (rc == STATUS_OK) {
		lane_good(s, &s->pull);
	} else {
		lane_rest(s, &s->pull, 0);
		link_down(s, NET_GARBLED, status_message());
	}
	buf_done(&plain);
	sync_step(s);
}

/* So many that a page takes no longer than a portion may. */
static unsigned int entries(const struct sync *s)
{
	uint64_t each = s->entry_bytes ? s->entry_bytes : ENTRY_BYTES, n = pace_portion(&s->pull.pace) / each;

	if (pace_portion(&s->pull.pace) >= FEED_PAGE_BYTES || n > FEED_PAGE_ENTRIES)
		return FEED_PAGE_ENTRIES;
	return n ? (unsigned int)n : 1;
}

void pull_step(struct sync *s)
{
	struct net_request q = { .method = NET_GET, .zstd_wanted = true, .body_max = NET_BODY_MAX };
	struct buf path;
	unsigned int i;

	if (!s->linked || s->state.conflict || s->pages >= PAGES_AHEAD || !lane_ready(s, &s->pull))
		return;
	if (s->restart && s->pages)	/* what was fetched before the link went is applied first, or not at all */
		return;
	if (s->restart) {
		s->fetched = s->state.cursor;
		s->restart = s->poll = false;
	}
	if (s->poll && s->pages)	/* wait for what comes only with everything applied */
		return;
	q.patience_s = s->poll ? POLL_S : 0;
	buf_init(&path, 2048);
	event_path(&path, s, "/changes?epoch=");
	for (i = 0; i < EPOCH_BYTES; i++)
		buf_printf(&path, "%02x", s->state.epoch[i]);
	buf_printf(&path, "&since=%llu&limit=%u&wait=%u", (unsigned long long)s->fetched, entries(s),
		q.patience_s);
	q.path = buf_str(&path);
	lane_send(s, &s->pull, &q, on_page, NULL);
	buf_done(&path);
}
