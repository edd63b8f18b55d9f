/* SPDX-License-Identifier: Apache-2.0 */
/* Locks over pthread. Layer: base. Any thread. */
#include "verdict/base/lock.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct lock), "a lock holds a mutex");
_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct wakeup), "a wakeup holds a condition");

static pthread_mutex_t *mutex(struct lock *l)
{
	return (pthread_mutex_t *)(void *)l->opaque;
}

static pthread_cond_t *condition(struct wakeup *w)
{
	return (pthread_cond_t *)(void *)w->opaque;
}

/* A lock that cannot be taken is a mistake of the program, not of the world. */
static void must(int rc)
{
	if (rc != 0)
		abort();
}

void lock_init(struct lock *l)
{
	must(pthread_mutex_init(mutex(l), NULL));
}

void lock_done(struct lock *l)
{
	must(pthread_mutex_destroy(mutex(l)));
}

void lock_take(struct lock *l)
{
	must(pthread_mutex_lock(mutex(l)));
}

void lock_give(struct lock *l)
{
	must(pthread_mutex_unlock(mutex(l)));
}

void wakeup_init(struct wakeup *w)
{
	pthread_condattr_t attr;

	must(pthread_condattr_init(&attr));
	must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
	must(pthread_cond_init(condition(w), &attr));
	pthread_condattr_destroy(&attr);
}

void wakeup_done(struct wakeup *w)
{
	must(pthread_cond_destroy(condition(w)));
}

void wakeup_wait(struct wakeup *w, struct lock *l, int64_t ms)
{
	struct timespec until;

	if (ms < 0) {
		must(pthread_cond_wait(condition(w), mutex(l)));
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(condition(w), mutex(l), &until);
}

void wakeup_wake(struct wakeup *w)
{
	must(pthread_cond_broadcast(condition(w)));
}
