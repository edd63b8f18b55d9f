/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_LOOP_H
#define VERDICT_BASE_LOOP_H
#include <stdbool.h>
#include <stdint.h>

/*
 * poll(2) loop of one thread: descriptors, timers, a before-sleep hook. Callbacks slower than 16 ms
 * are logged with their name. A loop without timers and events sleeps for ever (no wake-ups).
 */
struct loop;
struct loop_timer;
typedef void (*loop_fd_cb)(int fd, short revents, void *data);
typedef void (*loop_timer_cb)(void *data);

struct loop *loop_new(void);
void loop_free(struct loop *l);
/* Watch fd for POLLIN/POLLOUT; watching again changes events and callback; events 0 forgets it. */
void loop_watch(struct loop *l, int fd, short events, const char *name, loop_fd_cb cb, void *data);
void loop_forget(struct loop *l, int fd);
/* One-shot timer; `*slot` (may be NULL) is cleared before cb runs. Cancel with loop_cancel(l,
 * &slot). */
void loop_after(struct loop *l, struct loop_timer **slot, int64_t ms, const char *name,
	loop_timer_cb cb, void *data);
void loop_cancel(struct loop *l, struct loop_timer **slot);
void loop_before_sleep(struct loop *l, loop_timer_cb cb, void *data);
/* One turn: wait at most timeout_ms (-1 for ever), run what is due. False once loop_stop() was
 * called. */
bool loop_turn(struct loop *l, int timeout_ms);
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Number of callbacks that took over 16 ms since start. */
unsigned int loop_slow_count(const struct loop *l);
/*
 * The longest callback since start by the clock, and the one that worked longest: processor time of
 * this thread, which counts neither waiting nor other programs. Names are NULL before the first.
 */
struct loop_longest { int64_t wall_ns, work_ns; const char *wall_name, *work_name; };
void loop_longest(struct loop_longest *out, const struct loop *l);

#endif
