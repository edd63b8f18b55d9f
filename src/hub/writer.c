/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer: takes what waits for one event, runs it in one transaction, and answers when that is durable. After a
 * failure the event is loaded again from the store before anything else is believed. Hub layer.
 */
#include "hub_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/log.h"

#define GROUP_CALLS 64
#define GROUP_BYTES (16u << 20)

/* ---- a call ---- */

void hub_call_init(struct hub_call *call, void (*done)(struct hub_call *call), void *data)
{
	memset(call, 0, sizeof(*call));
	call->done = done;
	call->data = data;
	buf_init(&call->out, 2 * (256u << 10));
}

void hub_call_done(struct hub_call *call)
{
	buf_done(&call->out);
}

struct call_work *work_new(struct hub *h, struct hub_event *e, struct hub_call *call,
	void (*run)(struct call_work *, struct txn *), void (*answer)(struct call_work *, uint64_t), size_t args)
{
	struct call_work *w = mem_zalloc(sizeof(*w));

	w->h = h;
	w->e = e;
	w->call = call;
	w->run = run;
	w->answer = answer;
	arena_init(&w->a);
	w->args = arena_alloc(&w->a, args);
	call->code = STATUS_OK;
	call->message[0] = '\0';
	return w;
}

static void work_free(struct call_work *w)
{
	arena_done(&w->a);
	mem_free(w);
}

static void fail(struct hub_call *call, enum status code, const char *message)
{
	call->code = code;
	snprintf(call->message, sizeof(call->message), "%s", message);
}

void work_fail_message(struct call_work *w, enum status code)
{
	fail(w->call, code, status_message());
}

void work_fail(struct call_work *w, enum status code, const char *fmt, ...)
{
	char text[HUB_MESSAGE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	status_set(code, "%s", text);	/* neutralised */
	fail(w->call, code, status_message());
}

enum status work_refuse(struct call_work *w, enum status code)
{
	fail(w->call, code, status_message());
	work_free(w);
	return code;
}

static void finish(struct call_work *w)
{
	struct hub_call *call = w->call;
	struct hub *h = w->h;

	if (call->done) {
		work_free(w);
		call->done(call);
		return;
	}
	lock_take(&h->answered);
	w->answered = true;
	wakeup_wake(&h->answers);
	lock_give(&h->answered);
}

/* ---- a transaction ---- */

void txn_check(struct txn *t, enum status st)
{
	if (st && !t->failed)
		t->failed = st;
}

uint64_t txn_append(struct txn *t, char type, unsigned int flags, const void *body, size_t len, struct store_record *r)
{
	struct feed_entry e = { t->size + 1, type, flags, body, len };

	if (t->failed)
		return 0;
	buf_reset(&t->entry);
	feed_entry_add(&t->entry, &e);
	if (t->entry.err) {
		txn_check(t, status_set(STATUS_LIMIT, "an entry of %zu bytes, more than a feed takes", len));
		return 0;
	}
	feed_root_add(&t->root, t->entry.ptr, t->entry.len);
	if (r)
		r->seq = e.seq;
	txn_check(t, t->h->ops->append(t->h->store, t->entry.ptr, t->entry.len, &t->root, r));
	t->size = e.seq;
	t->wrote = true;
	return t->failed ? 0 : e.seq;
}

void txn_put(struct txn *t, enum item_kind kind, const char *id, const void *value, size_t len)
{
	struct store_item i = { (char)kind, id, t->version + 1, value, len };

	if (!t->failed)
		txn_check(t, t->h->ops->put_item(t->h->store, &i));
	t->wrote = true;
}

void txn_drop(struct txn *t, enum item_kind kind, const char *id)
{
	if (!t->failed)
		txn_check(t, t->h->ops->drop_item(t->h->store, (char)kind, id));
	t->wrote = true;
}

/* ---- a group ---- */

static enum status refresh(struct hub *h, struct hub_event *e)
{
	enum status st;

	if (!e->stale)
		return STATUS_OK;
	st = h->ops->reopen(h->store);
	if (!st)
		st = event_load(e, false);
	if (!st)
		log_line(LOG_NOTE, "event %s: loaded again, %llu entries", e->id, (unsigned long long)e->size);
	e->stale = st != STATUS_OK;
	return st;
}

static enum status begin(struct txn *t, struct hub *h, struct hub_event *e)
{
	struct store_event now = { .size = 0 };
	bool same, back;
	enum status st = refresh(h, e);

	if (!st)
		st = h->ops->begin(&now, h->store, e->id);
	same = memcmp(now.epoch, e->epoch, sizeof(now.epoch)) == 0;
	back = h->ops->set_epoch && same && (now.size < e->size || now.version < e->version);
	if (!st && !back && now.version != e->version)	/* another process wrote */
		st = event_load(e, same && now.version > e->version && now.size >= e->size);
	if (!st && now.size != e->size)
		st = status_set(STATUS_CORRUPT, "event %s: the store holds %llu entries and held %llu", e->id,
			(unsigned long long)now.size, (unsigned long long)e->size);
	*t = (struct txn){ .h = h, .e = e, .s = e->s, .size = e->size, .root = e->root,
		.version = e->version, .failed = st };
	buf_init(&t->entry, FEED_ENTRY_MAX + FEED_ENTRY_HEAD);
	return st;
}

static void count(struct hub *h, enum status st, bool wrote, int64_t ns)
{
	lock_take(&h->lock);
	h->stats.failing = st != STATUS_OK;
	if (st) {
		h->stats.failures++;
	} else if (wrote) {
		h->stats.commits++;
		h->stats.commit_ns += (uint64_t)ns;
		if ((uint64_t)ns > h->stats.commit_ns_max)
			h->stats.commit_ns_max = (uint64_t)ns;
	}
	lock_give(&h->lock);
}

static void end(struct txn *t, struct hub *h, struct hub_event *e)
{
	int64_t from = clock_mono_ns();

	if (!t->failed && t->wrote)
		txn_check(t, h->ops->commit(h->store));
	if (t->failed || !t->wrote)
		h->ops->rollback(h->store);
	if (t->failed)
		e->stale = true;
	count(h, t->failed, t->wrote, clock_mono_ns() - from);
	if (t->failed)
		return;
	lock_take(&e->lock);
	e->size = t->size;
	e->root = t->root;
	e->version = t->version + t->wrote;
	lock_give(&e->lock);
}

static void run_group(struct hub *h, struct hub_event *e, struct call_work **list, size_t n)
{
	uint64_t before = e->size;
	struct txn t;

	begin(&t, h, e);
	for (size_t i = 0; i < n && !t.failed; i++)
		list[i]->run(list[i], &t);
	end(&t, h, e);
	if (t.failed)
		log_line(LOG_ERROR_, "event %s: nothing saved: %s", e->id, status_message());
	for (size_t i = 0; i < n; i++) {
		if (t.failed)
			work_fail_message(list[i], t.failed);
		else if (!list[i]->call->code && list[i]->answer)
			list[i]->answer(list[i], t.size);
	}
	if (!t.failed && t.size != before && h->changed)
		h->changed(e, t.size, h->changed_data);
	for (size_t i = 0; i < n; i++)
		finish(list[i]);
	buf_done(&t.entry);
}

/* The transaction's begin alone brings what others wrote. */
static void run_nothing(struct call_work *w, struct txn *t)
{
	(void)w;
	(void)t;
}

enum status writer_catch_up(struct hub_event *e)
{
	struct hub_call call;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	st = work_post(work_new(e->hub, e, &call, run_nothing, NULL, 1));
	hub_call_done(&call);
	return st;
}

static void forget_call(struct hub_call *call)
{
	hub_call_done(call);
	mem_free(call);
}

void writer_catch_up_soon(struct hub_event *e)
{
	struct hub_call *call = mem_alloc(sizeof(*call));

	hub_call_init(call, forget_call, NULL);
	/* with a full queue what waits brings it just as well */
	if (work_post(work_new(e->hub, e, call, run_nothing, NULL, 1)) != STATUS_OK)
		forget_call(call);
}

static void run_alone(struct hub *h, struct call_work *w)
{
	struct txn t = { .h = h };

	w->run(w, &t);
	finish(w);
}

/* ---- the queue ---- */

static void push(struct hub *h, struct call_work *w)
{
	*h->last = w;
	h->last = &w->next;
	h->waiting++;
	h->waiting_bytes += w->bytes;
}

static bool queue(struct hub *h, struct call_work *w)
{
	bool takes;

	lock_take(&h->lock);
	takes = !h->stop && h->waiting < h->queue_calls
		&& (h->waiting == 0 || h->waiting_bytes + w->bytes <= h->queue_bytes);
	if (takes)
		push(h, w);
	else
		h->stats.busy++;
	wakeup_wake(&h->work);
	lock_give(&h->lock);
	return takes;
}

static enum status wait_for(struct call_work *w)
{
	struct hub *h = w->h;
	enum status st;

	lock_take(&h->answered);
	while (!w->answered)
		wakeup_wait(&h->answers, &h->answered, -1);
	lock_give(&h->answered);
	st = w->call->code;
	if (st)
		status_set(st, "%s", w->call->message);
	work_free(w);
	return st;
}

enum status work_post(struct call_work *w)
{
	bool blocks = !w->call->done;

	if (w->h->in_line) {
		if (w->e)
			run_group(w->h, w->e, &w, 1);
		else
			run_alone(w->h, w);
	} else if (!queue(w->h, w)) {
		return work_refuse(w, status_set(STATUS_BUSY, "the hub has more to do than it can take; ask again"));
	}
	return blocks ? wait_for(w) : STATUS_OK;
}

/* Takes the first that waits and all of its event behind it, as far as a group goes. Lock held. */
static size_t take_group(struct call_work **list, struct hub *h)
{
	struct call_work **at = &h->first;
	struct hub_event *e = h->first->e;
	size_t n = 0, bytes = 0;

	while (*at && n < GROUP_CALLS && (n == 0 || (e && bytes < GROUP_BYTES))) {
		struct call_work *w = *at;

		if (w->e != e) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = NULL;
		list[n++] = w;
		bytes += w->bytes;
		h->waiting--;
		h->waiting_bytes -= w->bytes;
	}
	for (h->last = &h->first; *h->last; h->last = &(*h->last)->next)
		;
	return n;
}

static void serve(void *data)
{
	struct call_work *list[GROUP_CALLS];
	struct hub *h = data;
	struct hub_event *e;
	size_t n;

	lock_take(&h->lock);
	for (;;) {
		while (!h->first && !h->stop)
			wakeup_wait(&h->work, &h->lock, -1);
		if (!h->first)
			break;
		n = take_group(list, h);
		lock_give(&h->lock);
		e = list[0]->e;
		if (e)
			run_group(h, e, list, n);
		else
			run_alone(h, list[0]);
		lock_take(&h->lock);
	}
	lock_give(&h->lock);
}

void writer_start(struct hub *h)
{
	if (!h->in_line)
		h->writer = thread_start("hub-writer", serve, h);
}

void writer_stop(struct hub *h)
{
	lock_take(&h->lock);
	h->stop = true;
	wakeup_wake(&h->work);
	lock_give(&h->lock);
	thread_join(h->writer);
	h->writer = NULL;
}
