/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_THREAD_H
#define VERDICT_BASE_THREAD_H

/*
 * A thread that runs one function until it ends: for services, whose threads are not somebody's workers
 * (base/worker). Signals are blocked on it: they belong to the main thread. Failing to start one aborts.
 */
struct thread;
struct thread *thread_start(const char *name, void (*run)(void *data), void *data);
void thread_join(struct thread *t);	/* and frees; NULL is fine */

#endif
