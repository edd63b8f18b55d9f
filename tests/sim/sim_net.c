/* SPDX-License-Identifier: Apache-2.0 */
/* Time, chance, and a network that loses and delays, all from a seed; see world.h. Layer: tests. */
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/clock.h"

#define BEGIN_LATE 1000		/* ms: now() of a machine is never 0 */

_Noreturn void fail(const struct world *w, const char *what)
{
	printf("not ok - seed %llu at %lld ms: %s (%s)\n", (unsigned long long)w->seed, (long long)w->now, what,
		status_message());
	fflush(stdout);
	exit(1);
}

void must(const struct world *w, bool holds, const char *what)
{
	if (!holds)
		fail(w, what);
}

static uint32_t draw(struct world *w)	/* splitmix64 */
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) >> 16);
}

unsigned int below(struct world *w, unsigned int n)
{
	return draw(w) % n;
}

/* ---- what happens when ---- */

void plan(struct world *w, struct moment e)
{
	e.order = w->order++;
	vec_push(&w->events, e);
}

bool next_moment(struct moment *out, struct world *w)
{
	size_t best = 0;

	if (w->events.len == 0)
		return false;
	for (size_t i = 1; i < w->events.len; i++) {
		const struct moment *a = &w->events.at[i], *b = &w->events.at[best];

		if (a->at < b->at || (a->at == b->at && a->order < b->order))
			best = i;
	}
	*out = w->events.at[best];
	w->events.at[best] = w->events.at[--w->events.len];
	return true;
}

/* Off and on again: where the wall clock alone is another, no other clock moves. */
void in_time_of(const struct world *w, const struct console *c)
{
	clock_freeze_ms(-1);
	clock_freeze_ms(BEGIN_MS + w->now + (c ? c->skew_ms : 0));
}

/* ---- the network ---- */

void flight_free(struct flight *f)
{
	sim_request_free(&f->q);
	buf_done(&f->answer.body);
	mem_free(f);
}

static bool mishap(struct world *w)
{
	bool lost = !w->mended && below(w, 100) < w->loss;

	w->lost += lost;
	return lost;
}

static int64_t delay(struct world *w)
{
	return 1 + below(w, (unsigned int)(w->mended ? 20 : w->delay_ms));
}

static void answer_later(struct world *w, struct flight *f, int64_t ms)
{
	plan(w, (struct moment){ .at = w->now + ms, .what = ANSWERED, .c = f->c, .flight = f });
}

static void go_wrong(struct world *w, struct flight *f, enum net_failure failure, int64_t ms)
{
	f->failure = failure;
	answer_later(w, f, ms);
}

static uint32_t port_send(void *data, const struct net_request *q, net_answer_cb cb, net_progress_cb progress, void *cb_data)
{
	struct console *c = data;
	struct world *w = c->w;
	struct flight *f = mem_zalloc(sizeof(*f));

	(void)progress;
	f->id = ++w->last_id;
	f->c = c;
	f->cb = cb;
	f->data = cb_data;
	sim_request_take(&f->q, q);
	buf_init(&f->answer.body, NET_BODY_MAX);
	if (!w->mended && w->now < w->no_way_until)
		go_wrong(w, f, NET_ROUTE, 1);
	else if (mishap(w))		/* it never gets there */
		go_wrong(w, f, below(w, 2) ? NET_SILENT : NET_CUT, below(w, 2) ? 15000 : delay(w));
	else
		plan(w, (struct moment){ .at = w->now + delay(w), .what = AT_HUB, .c = c, .flight = f });
	return f->id;
}

static void port_cancel(void *data, uint32_t id)
{
	struct console *c = data;

	for (size_t i = 0; i < c->w->events.len; i++)
		if (c->w->events.at[i].flight && c->w->events.at[i].flight->id == id)
			c->w->events.at[i].flight->cancelled = true;
	for (size_t i = 0; i < c->w->polls.len; i++)
		if (c->w->polls.at[i]->id == id)
			c->w->polls.at[i]->cancelled = true;
}

/* Long polls that wait go on. */
void wake_polls(struct world *w)
{
	for (size_t i = 0; i < w->polls.len; i++)
		plan(w, (struct moment){ .at = w->now, .what = AT_HUB, .c = w->polls.at[i]->c, .flight = w->polls.at[i] });
	w->polls.len = 0;
}

void forget_poll(struct world *w, const struct flight *f)
{
	for (size_t i = 0; i < w->polls.len; i++)
		if (w->polls.at[i] == f)
			w->polls.at[i--] = w->polls.at[--w->polls.len];
}

void at_hub(struct world *w, struct flight *f)
{
	if (f->cancelled) {	/* what was asked may be done all the same */
		if (!f->waiting)
			sim_hub_answer(&f->answer, w->h, &f->q, true);
		flight_free(f);
		return;
	}
	if (!sim_hub_answer(&f->answer, w->h, &f->q, f->waiting)) {
		f->waiting = true;
		vec_push(&w->polls, f);
		return;
	}
	if (mishap(w))		/* done, but nobody hears of it */
		go_wrong(w, f, below(w, 2) ? NET_SILENT : NET_CUT, below(w, 2) ? 15000 : delay(w));
	else
		answer_later(w, f, delay(w));
}

void answered(struct flight *f)
{
	struct net_answer a = { .failure = f->failure, .message = f->failure ? "lost" : "", .type = "" };

	if (!f->failure) {
		a.status = f->answer.status;
		a.type = f->answer.type;
		a.body = buf_str(&f->answer.body);
		a.len = f->answer.body.len;
		a.ranged = f->answer.ranged;
		a.from = f->answer.from;
		a.total = f->answer.total;
	}
	if (!f->cancelled)
		f->cb(&a, f->data);
	flight_free(f);
}

/* ---- a console's port ---- */

static enum status port_peer(void *data, const struct net_peer *p)
{
	(void)data;
	(void)p;
	return STATUS_OK;
}

static void port_run(void *data, struct sync_job *job)
{
	struct console *c = data;

	plan(c->w, (struct moment){ .at = c->w->now, .what = JOB, .c = c, .job = job });
}

static int64_t port_now(void *data)
{
	return ((struct console *)data)->w->now + BEGIN_LATE;
}

static int64_t port_wall(void *data)
{
	const struct console *c = data;

	return BEGIN_MS + c->w->now + c->skew_ms;
}

static uint32_t port_chance(void *data)
{
	return draw(((struct console *)data)->w);
}

static void port_wake(void *data, int64_t at)
{
	struct console *c = data;

	c->wake_at = at;
	if (at < INT64_MAX / 2)
		plan(c->w, (struct moment){ .at = at - BEGIN_LATE > c->w->now ? at - BEGIN_LATE : c->w->now + 1, .what = WAKE, .c = c });
}

static void port_changed(void *data, unsigned int what)
{
	(void)data;
	(void)what;
}

void port_init(struct console *c)
{
	c->port = (struct sync_port){ c, port_peer, port_send, port_cancel, port_run, port_now, port_wall, port_chance,
		port_wake, port_changed };
}
