/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue: a snapshot vector of keys, rows around the cursor, movement, live changes. Nothing moves under the
 * cursor until the monitor asks. Layer app, UI thread; `run` halves of jobs on the store thread.
 */
#include "verdict/app/queue.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/options.h"
#include "verdict/base/mem.h"
#include "src/app/queue_priv.h"

#define PREFETCH_PAGES 3
#define WINDOW_MAX 512

struct queue *queue_get(struct app *app)
{
	return screen_state(app, SCREEN_QUEUE);
}

static size_t shown_count(const struct queue *q)
{
	return q->filtered ? q->n_hits : q->n_all;
}

static int64_t shown_key(const struct queue *q, size_t pos)
{
	return q->filtered ? q->hits[pos] : q->all[pos];
}

const struct queue_row *queue_row_at(struct app *app, size_t pos)
{
	struct queue *q = queue_get(app);

	const struct queue_row *row = pos < shown_count(q) ? cache_get(&q->cache, shown_key(q, pos)) : NULL;

	return row && row->id ? row : NULL;
}

const struct queue_row *queue_current(struct app *app)
{
	return queue_row_at(app, queue_get(app)->cursor);
}

/* Rows by key: what the screen shows now (urgent), and what it may show next. */
struct rows_job {
	struct job job;
	struct app *app;
	struct arena arena;
	int64_t *keys;
	size_t n;
	struct queue_row *rows;
	enum status code;
	char why[256];
};

static void rows_run(struct job *job, void *resource)
{
	struct rows_job *r = (struct rows_job *)job;

	r->code = resource ? store_queue_rows(&r->rows, &r->arena, resource, r->keys, r->n) : STATUS_ERROR;
	if (r->code != STATUS_OK)
		snprintf(r->why, sizeof(r->why), "%s", resource ? status_message() : "");
}

static bool differs(const struct queue_row *a, const struct queue_row *b)
{
	return a->status != b->status || a->revision != b->revision || a->stale != b->stale ||
		a->disputed != b->disputed;
}

static bool is_changed(const struct queue *q, int64_t key)
{
	size_t i;

	for (i = 0; i < q->changed.len; i++)
		if (q->changed.at[i] == key)
			return true;
	return false;
}

static void note_changes(struct queue *q, const struct rows_job *r)
{
	const struct queue_row *old;
	size_t i;

	for (i = 0; i < r->n; i++) {
		r->rows[i].key = r->keys[i];	/* a key that is gone leaves a row without id: not asked again */
		if (!r->rows[i].id)
			continue;
		old = cache_get(&q->cache, r->rows[i].key);
		if (old && old->id && differs(old, &r->rows[i]) && !is_changed(q, old->key))
			vec_push(&q->changed, old->key);
	}
}

static void try_step(struct app *app, struct queue *q);

static void rows_done(struct job *job)
{
	struct rows_job *r = (struct rows_job *)job;
	struct app *app = r->app;
	struct queue *q = queue_get(app);

	if (r->job.urgent)
		q->asking = false;
	else
		q->prefetching = false;
	if (r->code == STATUS_OK) {
		note_changes(q, r);
		cache_add(&q->cache, &r->arena, r->rows, r->n);
	} else {
		arena_done(&r->arena);
		app_message(app, MESSAGE_ERROR, "%s", r->why);
	}
	mem_free(r->keys);
	if (r->code == STATUS_OK && r->job.urgent && q->step)
		try_step(app, q);
	if (r->code == STATUS_OK)
		queue_settle(app, q);
	app->dirty = true;
	mem_free(r);
}

/* Ask for the rows of [from, to) that lack; true where some do. */
static bool ask(struct app *app, struct queue *q, size_t from, size_t to, bool urgent)
{
	struct rows_job *r;
	size_t i, n = 0;
	int64_t *keys;

	if (to > shown_count(q))
		to = shown_count(q);
	if (from >= to || app->quit)
		return false;
	keys = mem_array(to - from, sizeof(*keys));
	for (i = from; i < to; i++)
		if (!cache_fresh(&q->cache, shown_key(q, i)))
			keys[n++] = shown_key(q, i);
	if (n == 0) {
		mem_free(keys);
		return false;
	}
	r = mem_zalloc(sizeof(*r));
	r->job = (struct job){ .name = "rows", .run = rows_run, .done = rows_done, .urgent = urgent };
	r->app = app;
	arena_init(&r->arena);
	r->keys = keys;
	r->n = n;
	app_store_job(app, &r->job);
	return true;
}

static bool lacking(const struct queue *q, size_t from, size_t to)
{
	for (; from < to && from < shown_count(q); from++)
		if (!cache_fresh(&q->cache, shown_key(q, from)))
			return true;
	return false;
}

/*
 * Where a row lacks within `near` pages of the window, ask for those that lack within `far`. Always a good number
 * at once: the cache forgets batch by batch, and batches of single rows would push each other out for ever.
 */
static bool ask_around(struct app *app, struct queue *q, size_t rows, size_t near, size_t far, bool urgent)
{
	size_t from = q->top > near * rows ? q->top - near * rows : 0;

	if (!lacking(q, from, q->top + (near + 1) * rows))
		return false;
	from = q->top > far * rows ? q->top - far * rows : 0;
	return ask(app, q, from, q->top + (far + 1) * rows, urgent);
}

void queue_settle(struct app *app, struct queue *q)
{
	size_t count = shown_count(q), rows = (size_t)(q->window > 0 ? q->window : 1);

	if (q->cursor >= count)
		q->cursor = count ? count - 1 : 0;
	if (q->cursor < q->top)
		q->top = q->cursor;
	if (q->cursor >= q->top + rows)
		q->top = q->cursor - rows + 1;
	if (count > rows && q->top > count - rows)
		q->top = count - rows;
	if (count <= rows)
		q->top = 0;
	q->asking = q->asking || ask_around(app, q, rows, 0, 1, true);
	if (q->preview_shown && screen_top(app) == SCREEN_QUEUE)
		queue_preview_ask(app, q);
	if (q->asking || q->prefetching || !q->complete)
		return;
	q->prefetching = ask_around(app, q, rows, 1, PREFETCH_PAGES, false);
}

void queue_window(struct app *app, int rows)
{
	struct queue *q = queue_get(app);

	if (rows < 1 || rows > WINDOW_MAX)
		rows = rows < 1 ? 1 : WINDOW_MAX;
	if (q->window == rows)
		return;
	q->window = rows;
	queue_settle(app, q);
}

/* The vector: first a screenful, then all of it. */
struct order_job {
	struct job job;
	struct app *app;
	struct arena arena, rows_arena;
	enum queue_sort sort;
	enum queue_scope scope;
	size_t max;
	unsigned int generation;
	int64_t *keys;
	size_t n;
	struct queue_row *rows;
	enum status code;
	char why[256];
};

static void order_run(struct job *job, void *resource)
{
	struct order_job *o = (struct order_job *)job;

	if (!resource) {
		o->code = STATUS_ERROR;
		return;
	}
	o->code = store_queue_order(&o->keys, &o->n, &o->arena, resource, o->sort, o->scope, 0, o->max);
	if (o->code == STATUS_OK && o->max)
		o->code = store_queue_rows(&o->rows, &o->rows_arena, resource, o->keys, o->n);
	if (o->code != STATUS_OK)
		snprintf(o->why, sizeof(o->why), "%s", status_message());
}

static void cursor_to_key(struct queue *q, int64_t key)
{
	size_t i;

	for (i = 0; i < shown_count(q); i++)
		if (shown_key(q, i) == key) {
			q->top = q->cursor - q->top <= i ? i - (q->cursor - q->top) : 0;
			q->cursor = i;
			return;
		}
}

static void take_order(struct app *app, struct queue *q, struct order_job *o)
{
	int64_t here = q->loaded && q->cursor < shown_count(q) ? shown_key(q, q->cursor) : 0;

	mem_free(q->all);
	q->all = mem_array(o->n + 1, sizeof(*q->all));
	if (o->n)
		memcpy(q->all, o->keys, o->n * sizeof(*q->all));
	q->n_all = o->n;
	q->loaded = true;
	q->complete = o->max == 0 || o->n < o->max;
	if (o->rows)
		cache_add(&q->cache, &o->rows_arena, o->rows, o->n);
	if (!o->max && q->want) {
		here = q->want;
		q->want = 0;
	}
	if (!q->filtered && here)
		cursor_to_key(q, here);
	if (q->complete)
		queue_filter_order(app, q);
}

static void order_done(struct job *job)
{
	struct order_job *o = (struct order_job *)job;
	struct app *app = o->app;
	struct queue *q = queue_get(app);

	q->loading--;
	if (o->code == STATUS_OK && o->generation == q->generation && !(o->max && q->complete)) {
		take_order(app, q, o);
		queue_settle(app, q);
	} else if (o->code != STATUS_OK && o->why[0]) {
		app_message(app, MESSAGE_ERROR, "%s", o->why);
	}
	arena_done(&o->arena);
	arena_done(&o->rows_arena);
	app->dirty = true;
	mem_free(o);
}

static void post_order(struct app *app, struct queue *q, size_t max)
{
	struct order_job *o = mem_zalloc(sizeof(*o));

	o->job = (struct job){ .name = max ? "first window" : "order", .run = order_run, .done = order_done,
		.urgent = max > 0 };
	o->app = app;
	arena_init(&o->arena);
	arena_init(&o->rows_arena);
	o->sort = q->sort;
	o->scope = q->scope;
	o->max = max;
	o->generation = q->generation;
	q->loading++;
	app_store_job(app, &o->job);
}

void queue_load(struct app *app, struct queue *q, size_t first)
{
	q->generation++;
	q->complete = false;
	q->changed.len = 0;
	cache_stale(&q->cache);
	post_order(app, q, first);
	post_order(app, q, 0);
}

void queue_look(struct queue_view *out, struct app *app)
{
	const struct queue *q = queue_get(app);
	int64_t total = app->counts.total ? app->counts.total : (int64_t)q->n_all;

	memset(out, 0, sizeof(*out));
	out->count = shown_count(q);
	out->total = q->n_all;
	out->cursor = q->cursor;
	out->top = q->top;
	out->complete = q->complete;
	out->loaded = q->loaded;
	out->sort = q->sort;
	out->scope = q->scope;
	out->filter = q->filter;
	out->filtering = q->filtering.busy;
	out->index_percent = q->index == INDEX_READY ? 100 :
		total > 0 ? (unsigned int)((int64_t)q->indexed * 99 / total) : 0;
	if (out->index_percent > 99 && q->index != INDEX_READY)
		out->index_percent = 99;
	out->changed = q->changed.len;
}

bool queue_row_changed(struct app *app, const struct queue_row *row)
{
	return is_changed(queue_get(app), row->key);
}

void queue_place(struct app *app, char *out, size_t max)
{
	const struct queue *q = queue_get(app);

	if (shown_count(q) == 0)
		snprintf(out, max, "%s", "");
	else if (!q->complete && !q->filtered)
		snprintf(out, max, "%zu of ...", q->cursor + 1);
	else
		snprintf(out, max, "%zu of %zu", q->cursor + 1, shown_count(q));
}

static bool waits(const struct queue_row *row)
{
	return ti_status_waits(row->status) || row->stale;
}

static void open_row(struct app *app, const struct queue_row *row)
{
	char line[256];

	snprintf(line, sizeof(line), "open '%s'", row->id);
	(void)command_run(app, line);
}

static void try_step(struct app *app, struct queue *q)
{
	int step = q->step;
	size_t count = shown_count(q);
	const struct queue_row *row;

	while (step > 0 ? q->step_at + 1 < count : q->step_at > 0) {
		row = queue_row_at(app, q->step_at + (size_t)step);
		if (!row) {
			q->asking = q->asking || ask(app, q, step > 0 ? q->step_at + 1 :
				q->step_at > 64 ? q->step_at - 64 : 0, step > 0 ? q->step_at + 65 : q->step_at, true);
			if (q->asking)
				return;
		}
		q->step_at += (size_t)step;
		if (row && (waits(row) || q->scope == SCOPE_ALL)) {
			q->step = 0;
			q->cursor = q->step_at;
			queue_settle(app, q);
			open_row(app, row);
			return;
		}
	}
	q->step = 0;
	app_message(app, MESSAGE_NOTE, "no test instance waits %s this one in the queue; R looks for new ones",
		step > 0 ? "after" : "before");
}

enum status queue_step(struct app *app, bool back)
{
	struct queue *q = queue_get(app);

	q->step = back ? -1 : 1;
	q->step_at = q->cursor;
	try_step(app, q);
	return STATUS_OK;
}

static void *init(struct app *app)
{
	struct queue *q = mem_zalloc(sizeof(*q));

	q->sort = (enum queue_sort)queue_sort_parse(options_word(app->options, "sort"));
	q->scope = (enum queue_scope)queue_scope_parse(options_word(app->options, "scope"));
	q->window = app->rows > 8 ? app->rows - 7 : 1;
	cache_init(&q->cache);
	q->preview_age = 1;	/* empty places have 0 */
	return q;
}

static void done(struct app *app, void *state)
{
	struct queue *q = state;

	(void)app;
	cache_done(&q->cache);
	queue_preview_done(q);
	vec_done(&q->changed);
	mem_free(q->all);
	mem_free(q->hits);
	mem_free(q);
}

static void enter(struct app *app, void *state)
{
	struct queue *q = state;

	if (!q->loaded && q->loading == 0 && app->store)
		queue_load(app, q, (size_t)q->window);
}

static void changed(struct app *app, void *state)
{
	struct queue *q = state;

	cache_stale(&q->cache);
	q->index_old = true;
	q->preview_age++;
	queue_settle(app, q);
}

static const char *where(struct app *app, void *state)
{
	const struct queue_row *row = queue_current(app);

	(void)state;
	return row ? row->id : NULL;
}

static size_t limit(size_t at, int64_t delta, size_t count)
{
	int64_t to = (int64_t)at + delta;

	return to < 0 ? 0 : to >= (int64_t)count ? count - 1 : (size_t)to;
}

static void move(struct app *app, void *state, enum move what, int n)
{
	struct queue *q = state;
	size_t count = shown_count(q);
	int64_t page = q->window > 1 ? q->window - 1 : 1, delta = 0;

	if (count == 0)
		return;
	switch (what) {
	case MOVE_DOWN: case MOVE_RIGHT: delta = n; break;
	case MOVE_UP: case MOVE_LEFT: delta = -n; break;
	case MOVE_PAGE_DOWN: delta = page * n; break;
	case MOVE_PAGE_UP: delta = -page * n; break;
	case MOVE_HALF_DOWN: delta = (page + 1) / 2 * n; break;
	case MOVE_HALF_UP: delta = -(page + 1) / 2 * n; break;
	case MOVE_FIRST: delta = -(int64_t)count; break;
	case MOVE_LAST: delta = (int64_t)count; break;
	case MOVE_TO: delta = n - (int64_t)q->cursor; break;
	}
	if (what == MOVE_PAGE_DOWN || what == MOVE_PAGE_UP)
		q->top = limit(q->top, delta, count);
	q->cursor = limit(q->cursor, delta, count);
	queue_settle(app, q);
}

static enum status open(struct app *app, void *state)
{
	const struct queue_row *row = queue_current(app);

	(void)state;
	if (!row)
		return status_set(STATUS_NOT_FOUND, "there is no test instance under the cursor");
	open_row(app, row);
	return STATUS_OK;
}

const struct screen screen_queue = {
	.name = "queue", .title = "Queue",
	.init = init, .done = done, .enter = enter, .changed = changed, .where = where, .move = move, .open = open,
	.search = queue_search,
};
