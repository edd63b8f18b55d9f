/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting without a thread: for the hub's writer, for news of an event. The connection is put aside
 * before anybody could end the wait, and taken up again exactly once. Layer: hubd. begin: a thread
 * of the pool; ends: any.
 */
#include "hubd_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

static void resume(struct request *q)
{
	atomic_fetch_sub(&q->s->metrics.waiting, 1);
	MHD_resume_connection(q->c);
}

static void called_back(struct hub_call *call)
{
	resume(call->data);
}

void call_begin(struct request *q)
{
	hub_call_init(&q->call, called_back, q);
	q->called = true;
	q->state = REQUEST_CALLED;
	atomic_fetch_add(&q->s->metrics.waiting, 1);
	MHD_suspend_connection(q->c);
}

void call_began(struct request *q, enum status st)
{
	if (st)		/* answered at once: nobody calls back */
		resume(q);
}

void polls_init(struct polls *p)
{
	lock_init(&p->lock);
	p->first = NULL;
}

void polls_done(struct polls *p)
{
	lock_done(&p->lock);
}

/* Under the lock; `prev` tells whether it is in the list. */
static void unlink_poll(struct request *q)
{
	*q->prev = q->next;
	if (q->next)
		q->next->prev = q->prev;
	q->prev = NULL;
	q->next = NULL;
}

/* End the waits that `over` says; a connection taken up again may be gone at once, so its successor
 * is read before. */
static void end_polls(
	struct hubd *s, bool (*over)(const struct request *q, const void *data), const void *data)
{
	struct request *q, *next;

	lock_take(&s->polls.lock);
	for (q = s->polls.first; q; q = next) {
		next = q->next;
		if (!over(q, data))
			continue;
		unlink_poll(q);
		resume(q);
	}
	lock_give(&s->polls.lock);
}

/* A console that lost its connection asks again; its old polls would else keep theirs to the end.
 * Under the lock. */
static void end_oldest(struct request *q)
{
	struct request *at = q->s->polls.first, *oldest = NULL;
	unsigned int n = 0;

	for (; at; at = at->next) {
		if (strcmp(at->session.replica, q->session.replica) == 0) {
			oldest = at;	/* new ones come first in the list */
			n++;
		}
	}
	if (n >= POLLS_PER_KEY) {
		unlink_poll(oldest);
		resume(oldest);
	}
}

void poll_begin(struct request *q, uint64_t since, int64_t wait_s)
{
	struct polls *p = &q->s->polls;
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t size;

	q->state = REQUEST_POLLING;
	q->since = since;
	q->until = clock_mono_ns() / 1000000 + wait_s * 1000;
	atomic_fetch_add(&q->s->metrics.waiting, 1);
	MHD_suspend_connection(q->c);
	lock_take(&p->lock);
	if (q->s->o.limits.key_rate && q->session_ok)
		end_oldest(q);
	q->next = p->first;
	q->prev = &p->first;
	if (q->next)
		q->next->prev = &q->next;
	p->first = q;
	lock_give(&p->lock);
	/* News that came between the first look and the list woke nobody. The hub is never asked
	 * under our lock. */
	hub_head(q->event, &size, &root, epoch);
	lock_take(&p->lock);
	if (q->prev && (size > since || atomic_load(&q->s->stopping))) {
		unlink_poll(q);
		resume(q);
	}
	lock_give(&p->lock);
}

struct news { const struct hub_event *event; uint64_t size; };

static bool has_news(const struct request *q, const void *data)
{
	const struct news *n = data;

	return !n->event || (q->event == n->event && q->since < n->size);
}

void polls_wake(struct hubd *s, struct hub_event *e, uint64_t size)
{
	struct news n = { e, size };

	end_polls(s, has_news, &n);
}

static bool is_reader(const struct request *q, const void *data)
{
	return q->event == data && q->route == ROUTE_SITE;
}

void polls_wake_readers(struct hubd *s, const struct hub_event *e)
{
	end_polls(s, is_reader, e);
}

static bool is_due(const struct request *q, const void *data)
{
	return q->until <= *(const int64_t *)data;
}

void polls_expire(struct hubd *s, int64_t now_ms)
{
	end_polls(s, is_due, &now_ms);
}
