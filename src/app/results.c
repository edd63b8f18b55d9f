/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The results screen: matrix, lines, borders, the day; from a cell to its lines, from a line to its tests and TIs.
 * Layer app, UI thread; load_run() on the store's.
 */
#include "verdict/app/results.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/instance.h"
#include "verdict/base/mem.h"
#include "verdict/store/results.h"

const char *const results_pane_names[PANES + 1] = { "matrix", "lines", "borders", "day", NULL };

struct load_job {
	struct job job;
	struct app *app;
	char *line_id;
	struct results_shot *shot;
	struct line_shot *line;
	bool more;		/* the store has not read everything yet: once more */
	enum status code;
	char why[256];
};

struct results_state *results_of(struct app *app)
{
	return screen_state(app, SCREEN_RESULTS);
}

const struct shot_cell *results_current_cell(const struct results_state *st)
{
	const struct results_shot *s = st->shot;

	if (!s || s->n_columns == 0 || (size_t)st->row >= s->n_organisations || (size_t)st->col >= s->n_columns)
		return NULL;
	return &s->cells[(size_t)st->row * s->n_columns + (size_t)st->col];
}

const struct shot_line *results_current_line(const struct results_state *st)
{
	if (st->line)
		return &st->line->line;
	if (!st->shot || st->pane != PANE_LINES || st->at < 0 || (size_t)st->at >= st->list.len)
		return NULL;
	return &st->shot->lines[st->list.at[st->at]];
}

/* TI under the cursor of the opened line. */
static const char *mark_ti(const struct results_state *st)
{
	int left = st->mark;

	for (size_t i = 0; st->line && i < st->line->detail.n_tests; i++) {
		const struct results_line_test *t = &st->line->detail.tests[i];

		if (left < (int)t->n_tis)
			return t->tis[left];
		left -= (int)t->n_tis;
	}
	return NULL;
}

/* ---- what is shown of it ---- */

static bool wanted(const struct results_state *st, const struct shot_line *l)
{
	if (st->cell_only && (l->row != (uint32_t)st->row || l->column != (uint32_t)st->col))
		return false;
	return st->track == 0 || (l->tracks & UINT64_C(1) << (st->track > 64 ? 63 : st->track - 1));
}

void results_list(struct results_state *st)
{
	st->list.len = 0;
	for (uint32_t i = 0; st->shot && i < st->shot->n_lines; i++)
		if (wanted(st, &st->shot->lines[i]))
			vec_push(&st->list, i);
	if (st->at >= (int)st->list.len)
		st->at = st->list.len ? (int)st->list.len - 1 : 0;
}

static void count_marks(struct results_state *st)
{
	st->marks = 0;
	for (size_t i = 0; st->line && i < st->line->detail.n_tests; i++)
		st->marks += (int)st->line->detail.tests[i].n_tis;
	if (st->mark >= st->marks)
		st->mark = st->marks ? st->marks - 1 : 0;
}

/* The cursors stay where they were, as far as that still is. */
static void settle(struct results_state *st)
{
	const struct results_shot *s = st->shot;

	if (st->row >= (int)s->n_organisations)
		st->row = s->n_organisations ? (int)s->n_organisations - 1 : 0;
	if (st->col >= (int)s->n_columns)
		st->col = s->n_columns ? (int)s->n_columns - 1 : 0;
	if (st->track >= s->n_tracks)
		st->track = 0;
	results_list(st);
	count_marks(st);
}

/* ---- loading ---- */

static void load_run(struct job *job, void *resource)
{
	struct load_job *j = (struct load_job *)job;
	struct results *r = NULL;

	j->more = false;
	j->code = store_results_here(&r, resource);
	if (j->code == STATUS_OK && !r) {
		/* slice by slice: saves and colleagues' records come between */
		j->code = store_results_load(&j->more, resource);
		j->more = !j->more;
		if (j->code == STATUS_OK && !j->more)
			j->code = store_results(&r, resource);
	}
	if (j->code == STATUS_OK && r) {
		j->shot = results_shot_new(r);
		if (j->line_id)
			j->line = line_shot_new(r, j->line_id);
	} else if (j->code != STATUS_OK) {
		snprintf(j->why, sizeof(j->why), "%s", status_message());
	}
}

static void load(struct app *app);

static bool is_wanted(const struct results_state *st, const struct load_job *j)
{
	return st->line_id && j->line_id && strcmp(st->line_id, j->line_id) == 0;
}

static void take(struct results_state *st, struct load_job *j)
{
	results_shot_free(st->shot);
	st->shot = j->shot;
	if (is_wanted(st, j)) {
		line_shot_free(st->line);
		st->line = j->line;
		j->line = NULL;
		if (!st->line) {
			app_message(st->app, MESSAGE_WARNING, "the event has no line %.120s any more", st->line_id);
			mem_free(st->line_id);
			st->line_id = NULL;
		}
	}
	settle(st);
}

static void load_done(struct job *job)
{
	struct load_job *j = (struct load_job *)job;
	struct app *app = j->app;
	struct results_state *st = results_of(app);

	if (j->code == STATUS_OK && j->more && !app->leaving) {
		app_store_job(app, &j->job);
		return;
	}
	snprintf(st->trouble, sizeof(st->trouble), "%s", j->code == STATUS_OK ? "" : j->why);
	if (j->code == STATUS_OK && j->shot)
		take(st, j);
	app->dirty = true;
	line_shot_free(j->line);
	mem_free(j->line_id);
	mem_free(j);
	if (turn_end(&st->turn))
		load(app);
}

static void load(struct app *app)
{
	struct results_state *st = results_of(app);
	struct load_job *j;

	if (!turn_begin(&st->turn))
		return;
	j = mem_zalloc(sizeof(*j));
	j->job = (struct job){ .name = "results", .run = load_run, .done = load_done, .urgent = true };
	j->app = app;
	j->line_id = st->line_id ? mem_strdup(st->line_id) : NULL;
	app_store_job(app, &j->job);
}

/* ---- steps between the panes ---- */

static void close_line(struct results_state *st)
{
	line_shot_free(st->line);
	st->line = NULL;
	mem_free(st->line_id);
	st->line_id = NULL;
	st->mark = st->mark_top = 0;
}

void results_show(struct app *app, enum results_pane pane)
{
	struct results_state *st = results_of(app);

	close_line(st);
	st->pane = pane;
	st->cell_only = false;
	results_list(st);
	app->dirty = true;
}

static void open_line(struct app *app, const char *id)
{
	struct results_state *st = results_of(app);

	close_line(st);
	st->pane = PANE_LINES;
	st->line_id = mem_strdup(id);
	load(app);
}

bool results_step_back(struct results_state *st)
{
	if (st->line_id) {
		close_line(st);
		return true;
	}
	if (st->pane != PANE_MATRIX) {
		st->pane = PANE_MATRIX;
		st->cell_only = false;
		results_list(st);
		return true;
	}
	return false;
}

/* ---- the screen ---- */

static void *init(struct app *app)
{
	struct results_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	return st;
}

static void done(struct app *app, void *state)
{
	struct results_state *st = state;

	(void)app;
	close_line(st);
	results_shot_free(st->shot);
	vec_done(&st->list);
	mem_free(st);
}

static void enter(struct app *app, void *state)
{
	(void)state;
	load(app);
}

static void changed(struct app *app, void *state)
{
	(void)state;
	if (screen_open(app, SCREEN_RESULTS) || screen_open(app, SCREEN_FLOOR))
		load(app);
}

static void move_pane(struct results_state *st, enum move how, int count)
{
	const struct results_shot *s = st->shot;
	bool sideways = how == MOVE_LEFT || how == MOVE_RIGHT;

	if (st->pane == PANE_MATRIX && sideways)
		st->col = move_at(st->col, (int)s->n_columns, how, count);
	else if (sideways)
		return;
	else if (st->pane == PANE_MATRIX)
		st->row = move_at(st->row, (int)s->n_organisations, how, count);
	else if (st->pane == PANE_LINES)
		st->at = move_at(st->at, (int)st->list.len, how, count);
	else if (st->pane == PANE_BORDERS)
		st->border = move_at(st->border, (int)s->tracks[st->track].borders.n, how, count);
	else
		st->day_top = move_at(st->day_top, (int)s->tracks[st->track].n_points, how, count);
}

static void move(struct app *app, void *state, enum move how, int count)
{
	struct results_state *st = state;

	if (st->line)
		st->mark = move_at(st->mark, st->marks, how, count);
	else if (st->shot)
		move_pane(st, how, count);
	app->dirty = true;
}

static enum status open_here(struct app *app, void *state)
{
	struct results_state *st = state;
	const struct shot_cell *cell = results_current_cell(st);
	const char *ti = mark_ti(st);

	if (ti) {
		instance_open(app, ti);
	} else if (st->line_id || !st->shot) {
		return STATUS_OK;
	} else if (st->pane == PANE_MATRIX && cell && cell->lines) {
		st->cell_only = true;
		st->pane = PANE_LINES;
		st->at = 0;
		results_list(st);
		if (st->list.len == 1)
			open_line(app, st->shot->lines[st->list.at[0]].id);
	} else if (results_current_line(st)) {
		open_line(app, results_current_line(st)->id);
	}
	return STATUS_OK;
}

static const char *where(struct app *app, void *state)
{
	(void)app;
	return mark_ti(state);
}

const struct screen screen_results = {
	.name = "results",
	.title = "Results",
	.init = init,
	.done = done,
	.enter = enter,
	.changed = changed,
	.where = where,
	.move = move,
	.open = open_here,
};
