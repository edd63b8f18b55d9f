/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll(2) loop: descriptors, one-shot timers in order of time, a hook before each sleep, and a log
 * line for each callback over 16 ms. Layer base; the thread that made the loop.
 */
#include "verdict/base/loop.h"
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include "verdict/base/clock.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"

#define SLOW_NS (16 * 1000000)

struct watch {
	int fd;
	short events;
	const char *name;
	loop_fd_cb cb;
	void *data;
};

struct loop_timer {
	struct loop_timer *next;
	struct loop_timer **slot;
	int64_t due_ns;
	const char *name;
	loop_timer_cb cb;
	void *data;
};

struct loop {
	VEC(struct watch) watches;
	VEC(struct pollfd) polled;
	struct loop_timer *timers;	/* soonest first */
	loop_timer_cb before;
	void *before_data;
	unsigned int slow;
	struct loop_longest longest;
	bool stopped;
};

struct loop *loop_new(void)
{
	return mem_zalloc(sizeof(struct loop));
}

void loop_free(struct loop *l)
{
	struct loop_timer *t, *next;

	if (!l)
		return;
	for (t = l->timers; t; t = next) {
		next = t->next;
		if (t->slot)
			*t->slot = NULL;
		mem_free(t);
	}
	vec_done(&l->watches);
	vec_done(&l->polled);
	mem_free(l);
}

static struct watch *find(struct loop *l, int fd)
{
	size_t i;

	for (i = 0; i < l->watches.len; i++)
		if (l->watches.at[i].fd == fd)
			return &l->watches.at[i];
	return NULL;
}

void loop_watch(struct loop *l, int fd, short events, const char *name, loop_fd_cb cb, void *data)
{
	struct watch w = { fd, events, name, cb, data }, *old = find(l, fd);

	if (events == 0)
		loop_forget(l, fd);
	else if (old)
		*old = w;
	else
		vec_push(&l->watches, w);
}

void loop_forget(struct loop *l, int fd)
{
	struct watch *w = find(l, fd);

	if (w)
		*w = l->watches.at[--l->watches.len];
}

void loop_after(struct loop *l, struct loop_timer **slot, int64_t ms, const char *name,
	loop_timer_cb cb, void *data)
{
	struct loop_timer *t, **at = &l->timers;

	if (slot)
		loop_cancel(l, slot);
	t = mem_zalloc(sizeof(*t));
	t->slot = slot;
	t->due_ns = clock_mono_ns() + (ms > 0 ? ms : 0) * 1000000;
	t->name = name;
	t->cb = cb;
	t->data = data;
	while (*at && (*at)->due_ns <= t->due_ns)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	if (slot)
		*slot = t;
}

void loop_cancel(struct loop *l, struct loop_timer **slot)
{
	struct loop_timer **at = &l->timers, *t = *slot;

	*slot = NULL;
	if (!t)
		return;
	while (*at && *at != t)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = t->next;
	mem_free(t);
}

void loop_before_sleep(struct loop *l, loop_timer_cb cb, void *data)
{
	l->before = cb;
	l->before_data = data;
}

struct stopwatch { int64_t wall_ns, work_ns; };

/* Not clock_mono_ns(): a test that steps the clock inside a callback has not made it slow. */
static int64_t read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static struct stopwatch start_watch(void)
{
	struct stopwatch w = { read_ns(CLOCK_MONOTONIC), read_ns(CLOCK_THREAD_CPUTIME_ID) };

	return w;
}

static void judge(struct loop *l, struct stopwatch start, const char *name)
{
	struct stopwatch now = start_watch();
	int64_t took = now.wall_ns - start.wall_ns, work = now.work_ns - start.work_ns;

	if (took > l->longest.wall_ns) {
		l->longest.wall_ns = took;
		l->longest.wall_name = name;
	}
	if (work > l->longest.work_ns) {
		l->longest.work_ns = work;
		l->longest.work_name = name;
	}
	if (took <= SLOW_NS)
		return;
	l->slow++;
	log_line(LOG_WARNING_, "slow callback: %s took %lld ms, of which it worked %lld",
		name ? name : "unnamed", (long long)(took / 1000000), (long long)(work / 1000000));
}

static void run_timers(struct loop *l)
{
	int64_t now = clock_mono_ns();
	struct stopwatch start;
	struct loop_timer *t;

	while ((t = l->timers) != NULL && t->due_ns <= now && !l->stopped) {
		l->timers = t->next;
		if (t->slot)
			*t->slot = NULL;
		start = start_watch();
		t->cb(t->data);
		judge(l, start, t->name);
		mem_free(t);
	}
}

/* How long poll() may sleep; rounded up, or the loop would spin through the last millisecond. */
static int sleep_ms(const struct loop *l, int timeout_ms)
{
	int64_t left;

	if (!l->timers)
		return timeout_ms;
	left = l->timers->due_ns - clock_mono_ns();
	left = left <= 0 ? 0 : (left + 999999) / 1000000;
	if (left > 86400000)
		left = 86400000;
	return timeout_ms >= 0 && timeout_ms < left ? timeout_ms : (int)left;
}

static int wait_ready(struct loop *l, int timeout_ms)
{
	size_t i;

	l->polled.len = 0;
	for (i = 0; i < l->watches.len; i++) {
		struct pollfd p = { l->watches.at[i].fd, l->watches.at[i].events, 0 };

		vec_push(&l->polled, p);
	}
	return poll(l->polled.at, l->polled.len, timeout_ms);
}

/* A callback may forget or change any watch: each is looked up again before it is called. */
static void run_ready(struct loop *l)
{
	struct stopwatch start;
	struct watch *w, now;
	short got;
	size_t i;

	for (i = 0; i < l->polled.len && !l->stopped; i++) {
		got = l->polled.at[i].revents;
		w = got ? find(l, l->polled.at[i].fd) : NULL;
		if (!w || !(got & (w->events | POLLERR | POLLHUP | POLLNVAL)))
			continue;
		now = *w;
		start = start_watch();
		now.cb(now.fd, got, now.data);
		judge(l, start, now.name);
	}
}

bool loop_turn(struct loop *l, int timeout_ms)
{
	struct stopwatch start;

	if (l->stopped)
		return false;
	if (l->before) {
		start = start_watch();
		l->before(l->before_data);
		judge(l, start, "before sleep");
	}
	if (l->stopped)
		return false;
	if (wait_ready(l, sleep_ms(l, timeout_ms)) > 0)
		run_ready(l);
	if (!l->stopped)
		run_timers(l);
	return !l->stopped;
}

void loop_run(struct loop *l)
{
	while (loop_turn(l, -1))
		;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

unsigned int loop_slow_count(const struct loop *l)
{
	return l->slow;
}

void loop_longest(struct loop_longest *out, const struct loop *l)
{
	*out = l->longest;
}
