/* SPDX-License-Identifier: Apache-2.0 */
/* Locks and wakeups between two threads. Layer: tests. */
#include "test.h"

#include "verdict/base/clock.h"
#include "verdict/base/lock.h"
#include "verdict/base/worker.h"

#define TURNS 100000

struct shared {
	struct job job;
	struct lock lock;
	struct wakeup wakeup;
	long count;
	bool go, there;
};

static void add(struct shared *s)
{
	for (int i = 0; i < TURNS; i++) {
		lock_take(&s->lock);
		s->count++;
		lock_give(&s->lock);
	}
}

static void add_there(struct job *job, void *resource)
{
	(void)resource;
	add((struct shared *)(void *)job);
}

static void answer(struct job *job, void *resource)
{
	struct shared *s = (struct shared *)(void *)job;

	(void)resource;
	lock_take(&s->lock);
	while (!s->go)
		wakeup_wait(&s->wakeup, &s->lock, -1);
	s->there = true;
	wakeup_wake(&s->wakeup);
	lock_give(&s->lock);
}

static void nothing(struct job *job)
{
	(void)job;
}

static struct worker *post(struct shared *s, void (*run)(struct job *job, void *resource))
{
	struct worker *w = worker_new("other", false, NULL, NULL, NULL);

	lock_init(&s->lock);
	wakeup_init(&s->wakeup);
	s->job = (struct job){ .name = "other", .run = run, .done = nothing };
	worker_post(w, &s->job);
	return w;
}

static void test_counted_once(void **state)
{
	struct shared s = { .count = 0 };
	struct worker *w = post(&s, add_there);

	(void)state;
	add(&s);
	worker_free(w);
	assert_int_equal(s.count, 2 * TURNS);
	wakeup_done(&s.wakeup);
	lock_done(&s.lock);
}

static void test_woken(void **state)
{
	struct shared s = { .count = 0 };
	struct worker *w = post(&s, answer);

	(void)state;
	lock_take(&s.lock);
	s.go = true;
	wakeup_wake(&s.wakeup);
	while (!s.there)
		wakeup_wait(&s.wakeup, &s.lock, -1);
	lock_give(&s.lock);
	worker_free(w);
	assert_true(s.there);
	wakeup_done(&s.wakeup);
	lock_done(&s.lock);
}

static void test_wait_ends(void **state)
{
	struct shared s = { .count = 0 };
	int64_t begin = clock_mono_ns();

	(void)state;
	lock_init(&s.lock);
	wakeup_init(&s.wakeup);
	lock_take(&s.lock);
	while (clock_mono_ns() - begin < INT64_C(20000000))	/* it may end early, not never */
		wakeup_wait(&s.wakeup, &s.lock, 20);
	lock_give(&s.lock);
	wakeup_done(&s.wakeup);
	lock_done(&s.lock);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_counted_once),
	cmocka_unit_test(test_woken),
	cmocka_unit_test(test_wait_ends),
};
TEST_MAIN(tests)
