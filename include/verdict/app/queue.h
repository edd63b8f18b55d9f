/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_QUEUE_H
#define VERDICT_APP_QUEUE_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/model/instance.h"
#include "verdict/store/query.h"

/*
 * State of the queue: a snapshot vector of row keys in order, and a cache of rows around the cursor. Rows come
 * by jobs; a row that is not here yet is NULL. UI thread.
 */
struct app;
struct queue;
struct queue *queue_get(struct app *app);	/* the state of SCREEN_QUEUE */
/* Row at a position of what is shown now (filtered), or NULL while it is on its way; borrowed until the next job ends. */
const struct queue_row *queue_row_at(struct app *app, size_t pos);
const struct queue_row *queue_current(struct app *app);
/* What is shown: number of rows, whether more are on their way, cursor, first visible. */
struct queue_view {
	size_t count, total;	/* shown (filtered); whole vector */
	size_t cursor, top;
	bool complete;		/* the whole vector is here */
	bool loaded;		/* the first window is here */
	enum queue_sort sort;
	enum queue_scope scope;
	const char *filter;	/* "" without */
	bool filtering;		/* its answer is on its way */
	unsigned int index_percent;	/* of the filter index; 100 when ready */
	size_t changed;		/* rows changed since the vector was made */
};
void queue_look(struct queue_view *out, struct app *app);
/* The painter tells how many rows fit; keeps the cursor visible, asks for missing rows. */
void queue_window(struct app *app, int rows);
/* Did this row change since the vector was made? */
bool queue_row_changed(struct app *app, const struct queue_row *row);
/*
 * Move the cursor to the next (or with back the previous) TI that still waits for a monitor, and open it (`open
 * ID`). STATUS_NOT_FOUND at the end, with a message.
 */
enum status queue_step(struct app *app, bool back);
/* "3 of 47" of a TI in the queue where it is the current one; for heads of other screens. "" otherwise. */
void queue_place(struct app *app, char *out, size_t max);
/* The prompt of the filter opens: begin to build its index, if that was not done yet. */
void queue_filter_begin(struct app *app);
/*
 * The TI under the cursor in full, for the preview, or NULL while it is read; asks for it. Borrowed until the next
 * job ends.
 */
const struct instance *queue_preview(struct app *app);

#endif
