/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that serves jobs from two boxes, urgent before bulk, and hands them back through an
 * eventfd. Layer base. Fields below `lock` are shared and read or written under it alone.
 */
#include "verdict/base/worker.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "verdict/base/mem.h"

struct box {
	struct job *first, **last;
};

struct worker {
	const char *name;
	bool in_line;
	void *(*start)(void *data);
	void (*stop)(void *resource);
	void *data, *resource;
	pthread_t thread;
	int fd;
	unsigned int pending, pending_urgent;	/* owner's thread alone */
	atomic_uint urgent_waiting;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct box urgent, bulk, finished;
	bool closing;
};

static void box_init(struct box *b)
{
	b->first = NULL;
	b->last = &b->first;
}

static void box_push(struct box *b, struct job *job)
{
	job->next = NULL;
	*b->last = job;
	b->last = &job->next;
}

static struct job *box_pop(struct box *b)
{
	struct job *job = b->first;

	if (!job)
		return NULL;
	b->first = job->next;
	if (!b->first)
		b->last = &b->first;
	return job;
}

static bool box_remove(struct box *b, struct job *job)
{
	struct job **at = &b->first;

	while (*at && *at != job)
		at = &(*at)->next;
	if (!*at)
		return false;
	*at = job->next;
	if (b->last == &job->next)
		b->last = at;
	return true;
}

/* Wake the owner: the count of an eventfd cannot overflow here, so the result tells nothing. */
static void ring(struct worker *w)
{
	uint64_t one = 1;
	ssize_t n = write(w->fd, &one, sizeof(one));

	(void)n;
}

/* The next job, or NULL when the worker is to end. Waits. */
static struct job *next_job(struct worker *w)
{
	struct job *job;

	pthread_mutex_lock(&w->lock);
	while (!w->urgent.first && !w->bulk.first && !w->closing)
		pthread_cond_wait(&w->wake, &w->lock);
	job = box_pop(&w->urgent);
	if (job)
		atomic_fetch_sub(&w->urgent_waiting, 1);
	else
		job = box_pop(&w->bulk);
	pthread_mutex_unlock(&w->lock);
	return job;
}

static void finish(struct worker *w, struct job *job)
{
	bool first;

	pthread_mutex_lock(&w->lock);
	first = !w->finished.first;
	box_push(&w->finished, job);
	pthread_mutex_unlock(&w->lock);
	if (first)
		ring(w);
}

static void *serve(void *arg)
{
	struct worker *w = arg;
	struct job *job;

	if (w->start)
		w->resource = w->start(w->data);
	while ((job = next_job(w)) != NULL) {
		job->run(job, w->resource);
		finish(w, job);
	}
	if (w->stop)
		w->stop(w->resource);
	return NULL;
}

/* Signals belong to the owner's thread, whose loop waits for them. */
static int spawn(struct worker *w)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&w->thread, NULL, serve, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

struct worker *worker_new(const char *name, bool in_line, void *(*start)(void *data),
	void (*stop)(void *resource), void *data)
{
	struct worker *w = mem_zalloc(sizeof(*w));

	w->name = name;
	w->in_line = in_line;
	w->start = start;
	w->stop = stop;
	w->data = data;
	w->fd = -1;
	box_init(&w->urgent);
	box_init(&w->bulk);
	box_init(&w->finished);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	if (in_line) {
		if (start)
			w->resource = start(data);
		return w;
	}
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0 || spawn(w) != 0) {
		fprintf(stderr, "verdict: cannot start the %s thread\n", name);
		abort();
	}
	return w;
}

void worker_post(struct worker *w, struct job *job)
{
	w->pending++;
	w->pending_urgent += job->urgent;
	if (w->in_line) {
		job->run(job, w->resource);
		box_push(&w->finished, job);
		return;
	}
	pthread_mutex_lock(&w->lock);
	if (job->urgent)
		atomic_fetch_add(&w->urgent_waiting, 1);
	box_push(job->urgent ? &w->urgent : &w->bulk, job);
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

bool worker_cancel(struct worker *w, struct job *job)
{
	bool waited = false, first = false;

	job->cancelled = true;
	if (w->in_line)
		return false;
	pthread_mutex_lock(&w->lock);
	if (box_remove(&w->urgent, job)) {
		atomic_fetch_sub(&w->urgent_waiting, 1);
		waited = true;
	} else if (box_remove(&w->bulk, job)) {
		waited = true;
	}
	if (waited) {
		first = !w->finished.first;
		box_push(&w->finished, job);
	}
	pthread_mutex_unlock(&w->lock);
	if (first)
		ring(w);
	return waited;
}

int worker_fd(const struct worker *w)
{
	return w->fd;
}

static struct job *take_finished(struct worker *w)
{
	struct job *job;

	pthread_mutex_lock(&w->lock);
	job = box_pop(&w->finished);
	pthread_mutex_unlock(&w->lock);
	return job;
}

static bool more_finished(struct worker *w)
{
	bool more;

	pthread_mutex_lock(&w->lock);
	more = w->finished.first != NULL;
	pthread_mutex_unlock(&w->lock);
	return more;
}

unsigned int worker_deliver(struct worker *w, unsigned int max)
{
	unsigned int count = 0;
	struct job *job;
	uint64_t drained;
	ssize_t n;

	if (w->fd >= 0) {
		n = read(w->fd, &drained, sizeof(drained));
		(void)n;
	}
	while (count < max && (job = take_finished(w)) != NULL) {
		w->pending--;
		w->pending_urgent -= job->urgent;
		count++;
		job->done(job);
	}
	if (w->fd >= 0 && count == max && more_finished(w))
		ring(w);
	return count;
}

unsigned int worker_pending(const struct worker *w)
{
	return w->pending;
}

unsigned int worker_pending_urgent(const struct worker *w)
{
	return w->pending_urgent;
}

bool worker_urgent_waiting(const struct worker *w)
{
	return atomic_load(&w->urgent_waiting) > 0;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	if (w->in_line) {
		worker_deliver(w, UINT32_MAX);
		if (w->stop)
			w->stop(w->resource);
	} else {
		pthread_mutex_lock(&w->lock);
		w->closing = true;
		pthread_cond_signal(&w->wake);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
		worker_deliver(w, UINT32_MAX);
		close(w->fd);
	}
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->wake);
	mem_free(w);
}
