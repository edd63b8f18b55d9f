/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filtering the queue as you type: the index is built page by page from the first `/` on, answers come from the worker,
 * Esc puts everything back. Layer app, UI thread; page_run() on the store thread.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/filter_desk.h"
#include "verdict/base/mem.h"
#include "src/app/queue_priv.h"

#define INDEX_PAGE 500		/* rows: the store thread stays free for the visible window */
#define PAGES_PER_ANSWER 20	/* while the index grows, ask again after so many pages */

static void ask_filter(struct app *app, struct queue *q);

struct page_job {
	struct job job;
	struct app *app;
	struct arena arena;
	struct queue_row *rows;
	size_t n;
	int64_t after;
	enum status code;
};

static void page_run(struct job *job, void *resource)
{
	struct page_job *p = (struct page_job *)job;

	p->code = resource ? store_queue_page(&p->rows, &p->n, &p->arena, resource, p->after, INDEX_PAGE) :
		STATUS_ERROR;
}

static void next_page(struct app *app, struct queue *q);

static void page_done(struct job *job)
{
	struct page_job *p = (struct page_job *)job;
	struct app *app = p->app;
	struct queue *q = queue_get(app);

	if (p->code != STATUS_OK) {
		q->index = INDEX_NONE;
		app_message(app, MESSAGE_ERROR, "the filter's index could not be read from the store");
	} else if (app->quit) {
		q->index = INDEX_NONE;
	} else if (p->n == 0) {
		q->index = INDEX_READY;
		ask_filter(app, q);
	} else {
		q->index_after = p->rows[p->n - 1].key;
		q->indexed += p->n;
		filter_desk_add(app, &p->arena, p->rows, p->n);
		if (++q->index_pages % PAGES_PER_ANSWER == 0)
			ask_filter(app, q);
		next_page(app, q);
	}
	if (q->filter[0])	/* how far the index has come is shown beside the answer */
		app->dirty = true;
	arena_done(&p->arena);
	mem_free(p);
}

static void next_page(struct app *app, struct queue *q)
{
	struct page_job *p = mem_zalloc(sizeof(*p));

	p->job = (struct job){ .name = "index page", .run = page_run, .done = page_done };
	p->app = app;
	arena_init(&p->arena);
	p->after = q->index_after;
	app_store_job(app, &p->job);
}

/* From the first row: keys of the store begin above INT64_MIN. */
static void build_index(struct app *app, struct queue *q)
{
	if (q->index == INDEX_BUILDING || (q->index == INDEX_READY && !q->index_old))
		return;
	filter_desk_clear(app);
	if (q->complete)
		filter_desk_order(app, q->all, q->n_all);
	q->index = INDEX_BUILDING;
	q->index_old = false;
	q->index_after = INT64_MIN;
	q->indexed = 0;
	q->index_pages = 0;
	next_page(app, q);
}

/* While the first letter is on its way. */
void queue_filter_begin(struct app *app)
{
	build_index(app, queue_get(app));
}

static void take_answer(struct app *app, int64_t *keys, size_t n, void *data)
{
	struct queue *q = data;

	mem_free(q->hits);
	q->hits = keys;
	q->n_hits = n;
	if (q->filter[0]) {
		q->filtered = true;
		if (q->typing)
			q->cursor = q->top = 0;
	}
	app->dirty = true;
	queue_settle(app, q);
	if (turn_end(&q->filtering))
		ask_filter(app, q);
}

/* One question at a time; letters typed meanwhile are asked together. */
static void ask_filter(struct app *app, struct queue *q)
{
	if (!q->filter[0] || app->quit)
		return;
	if (!turn_begin(&q->filtering))
		return;
	filter_desk_run(app, q->filter, take_answer, q);
}

void queue_filter_order(struct app *app, struct queue *q)
{
	if (q->index == INDEX_NONE)
		return;
	filter_desk_order(app, q->all, q->n_all);
	ask_filter(app, q);
}

static void clear_filter(struct app *app, struct queue *q)
{
	int64_t here = q->filtered && q->cursor < q->n_hits ? q->hits[q->cursor] : 0;
	size_t i;

	if (!q->filter[0] && !q->filtered)
		return;
	q->filter[0] = '\0';
	q->filtered = q->filtering.again = false;
	q->cursor = q->cursor_before;
	for (i = 0; here && !q->typing && i < q->n_all; i++)
		if (q->all[i] == here)
			q->cursor = i;
	q->typing = false;
	queue_settle(app, q);
}

static void typed(struct app *app, struct queue *q, const char *text)
{
	if (!q->filter[0])
		q->cursor_before = q->cursor;
	if (!*text) {
		q->typing = true;
		clear_filter(app, q);
		return;
	}
	q->typing = true;
	snprintf(q->filter, sizeof(q->filter), "%s", text);
	snprintf(q->last_filter, sizeof(q->last_filter), "%s", text);
	build_index(app, q);
	ask_filter(app, q);
}

/*
 * Next or previous row that the last filter matched. Hits lie in the order of the vector, so one walk through both
 * finds their places.
 */
static enum status jump(struct app *app, struct queue *q, bool back)
{
	size_t i, hit = 0, found = SIZE_MAX, first = SIZE_MAX, last = SIZE_MAX;

	if (q->filtered) {
		screen_queue.move(app, q, back ? MOVE_UP : MOVE_DOWN, 1);
		return STATUS_OK;
	}
	if (!q->last_filter[0])
		return status_set(STATUS_NOT_FOUND, "nothing was searched yet; / filters the queue");
	for (i = 0; i < q->n_all && hit < q->n_hits; i++) {
		if (q->all[i] != q->hits[hit])
			continue;
		hit++;
		if (first == SIZE_MAX)
			first = i;
		if (back ? i < q->cursor : (i > q->cursor && found == SIZE_MAX))
			found = i;
		last = i;
	}
	if (first == SIZE_MAX)
		return status_set(STATUS_NOT_FOUND, "no test instance matches \"%s\"", q->last_filter);
	q->cursor = found != SIZE_MAX ? found : back ? last : first;
	queue_settle(app, q);
	return STATUS_OK;
}

enum status queue_search(struct app *app, void *state, enum search_op op, const char *text)
{
	struct queue *q = state;

	switch (op) {
	case SEARCH_TYPED:
		typed(app, q, text);
		break;
	case SEARCH_DONE:
		if (strcmp(text, q->filter) != 0)
			typed(app, q, text);
		q->typing = false;
		break;
	case SEARCH_CANCELLED:
		clear_filter(app, q);
		break;
	case SEARCH_NEXT:
	case SEARCH_PREVIOUS:
		return jump(app, q, op == SEARCH_PREVIOUS);
	}
	return STATUS_OK;
}
