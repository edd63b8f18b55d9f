/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_WORKER_H
#define VERDICT_BASE_WORKER_H
#include <stdbool.h>

/*
 * A thread that serves jobs for one owner: post a job, it runs there, then `done` runs on the
 * owner's thread when it calls worker_deliver(). Two boxes: urgent before bulk, each in order. The
 * only place, with base/lock, that knows <pthread.h>. Jobs own what they point to; nothing else is
 * shared.
 */
struct job {
	struct job *next;
	const char *name;
	void (*run)(struct job *job, void *resource);	/* worker's thread */
	void (*done)(struct job *job);			/* owner's thread; frees the job */
	bool urgent;
	bool cancelled;		/* set by worker_cancel(): `done` still runs, to free */
};

struct worker;
/*
 * `start` (may be NULL) makes the resource on the worker's thread before the first job, `stop` ends
 * it. With `in_line` no thread is made: worker_post() runs the job at once and worker_deliver()
 * ends it.
 */
struct worker *worker_new(const char *name, bool in_line,
	void *(*start)(void *data), void (*stop)(void *resource), void *data);
void worker_post(struct worker *w, struct job *job);
/* Owner's thread, before `done`: true where the job has not begun, and will not; one that has runs to
 * its end. `done` comes in either case. */
bool worker_cancel(struct worker *w, struct job *job);
int worker_fd(const struct worker *w);		/* readable when finished jobs wait; -1 in line */
unsigned int worker_deliver(
	struct worker *w, unsigned int max);            /* run `done` of finished jobs: how many */
unsigned int worker_pending(const struct worker *w);	/* posted and not yet delivered */
unsigned int worker_pending_urgent(const struct worker *w);	/* the urgent ones of them */
/* True on the worker's thread while an urgent job waits: long bulk jobs ask and yield. */
bool worker_urgent_waiting(const struct worker *w);
void worker_free(struct worker *w);		/* finishes queued jobs, delivers, joins */

#endif
