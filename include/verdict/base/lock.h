/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_LOCK_H
#define VERDICT_BASE_LOCK_H
#include <stdbool.h>
#include <stdint.h>

/*
 * A lock, and what a thread that holds it can wait for: for the hub, whose threads share tables. The console's
 * threads send jobs instead (base/worker). What is held is held for microseconds, never over I/O. Any thread.
 */
struct lock { _Alignas(16) unsigned char opaque[64]; };
void lock_init(struct lock *l);
void lock_done(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);

struct wakeup { _Alignas(16) unsigned char opaque[64]; };
void wakeup_init(struct wakeup *w);
void wakeup_done(struct wakeup *w);
/* Give the lock, wait, take it again: until wakeup_wake(), or for at most `ms` (-1: for ever). May end early. */
void wakeup_wait(struct wakeup *w, struct lock *l, int64_t ms);
void wakeup_wake(struct wakeup *w);	/* all who wait */

#endif
