/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_FILTER_DESK_H
#define VERDICT_APP_FILTER_DESK_H
#include "verdict/base/arena.h"
#include "verdict/base/worker.h"
#include "verdict/model/instance.h"

/*
 * The filter's reckoning, resource of the `work` worker: an index of all rows, the order of the queue, and the
 * answer to an expression. start and stop go to worker_new(); the rest makes jobs for it. UI thread, save the
 * `run` halves inside.
 */
void *filter_desk_start(void *data);
void filter_desk_stop(void *resource);

struct app;
/* Forget the index (a new one is built), or add a page of rows; takes the arena they live in. */
void filter_desk_clear(struct app *app);
void filter_desk_add(struct app *app, struct arena *rows_arena, struct queue_row *rows, size_t n);
/* The queue's vector, copied: answers come in this order and hold only these keys. */
void filter_desk_order(struct app *app, const int64_t *keys, size_t n);
/* Keys that match, in order; the array is yours (mem_free). */
typedef void (*filter_answer_cb)(struct app *app, int64_t *keys, size_t n, void *data);
void filter_desk_run(struct app *app, const char *expr, filter_answer_cb cb, void *data);

#endif
