/* SPDX-License-Identifier: Apache-2.0 */
/* The disputes screen: what the store has of them. Layer app, UI thread; load_run() on the store's. */
#include "verdict/app/disputes.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/instance.h"
#include "verdict/base/mem.h"

struct load_job {
	struct job job;
	struct app *app;
	struct arena arena;
	struct dispute *list;
	size_t n;
	enum status code;
	char why[256];
};

struct disputes_state *disputes_of(struct app *app)
{
	return screen_state(app, SCREEN_DISPUTES);
}

const struct dispute *disputes_current(const struct disputes_state *st)
{
	return st->cursor >= 0 && (size_t)st->cursor < st->n ? &st->list[st->cursor] : NULL;
}

static void load_run(struct job *job, void *resource)
{
	struct load_job *j = (struct load_job *)job;

	j->code = store_disputes(&j->list, &j->n, &j->arena, resource);
	if (j->code != STATUS_OK)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

/* The cursor stays on its TI, or where it was. */
static void find_again(struct disputes_state *st)
{
	size_t i;

	for (i = 0; i < st->n; i++)
		if (strcmp(st->list[i].ti, st->want) == 0) {
			st->cursor = (int)i;
			return;
		}
	st->side = 0;
	if (st->cursor >= (int)st->n)
		st->cursor = st->n ? (int)st->n - 1 : 0;
}

static void load(struct app *app);

static void load_done(struct job *job)
{
	struct load_job *j = (struct load_job *)job;
	struct app *app = j->app;
	struct disputes_state *st = disputes_of(app);
	const struct dispute *now = disputes_current(st);

	snprintf(st->want, sizeof(st->want), "%s", now ? now->ti : "");
	snprintf(st->trouble, sizeof(st->trouble), "%s", j->code == STATUS_OK ? "" : j->why);
	st->known = true;
	if (j->code == STATUS_OK) {
		arena_done(&st->arena);
		st->arena = j->arena;
		arena_init(&j->arena);
		st->list = j->list;
		st->n = j->n;
		find_again(st);
		now = disputes_current(st);
		if (now && st->side >= (int)now->n_sides)
			st->side = 0;
	}
	app->dirty = true;
	arena_done(&j->arena);
	mem_free(j);
	if (turn_end(&st->turn))
		load(app);
}

static void load(struct app *app)
{
	struct disputes_state *st = disputes_of(app);
	struct load_job *j;

	if (!turn_begin(&st->turn))
		return;
	j = mem_zalloc(sizeof(*j));
	j->job = (struct job){ .name = "disputes", .run = load_run, .done = load_done, .urgent = true };
	j->app = app;
	arena_init(&j->arena);
	app_store_job(app, &j->job);
}

static void *init(struct app *app)
{
	struct disputes_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	arena_init(&st->arena);
	return st;
}

static void done(struct app *app, void *state)
{
	struct disputes_state *st = state;

	(void)app;
	arena_done(&st->arena);
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
	if (screen_open(app, SCREEN_DISPUTES))
		load(app);
}

static void move_side(struct disputes_state *st, int by)
{
	const struct dispute *d = disputes_current(st);
	int last = d ? (int)d->n_sides - 1 : 0;

	st->side += by;
	st->side = st->side < 0 ? 0 : st->side > last ? last : st->side;
}

static void move(struct app *app, void *state, enum move how, int count)
{
	struct disputes_state *st = state;
	int to = st->cursor;

	if (how == MOVE_LEFT || how == MOVE_RIGHT)
		move_side(st, how == MOVE_LEFT ? -count : count);
	else
		to = move_at(to, (int)st->n, how, count);
	if (to != st->cursor)
		st->side = 0;
	st->cursor = to;
	app->dirty = true;
}

static const char *where(struct app *app, void *state)
{
	const struct dispute *d = disputes_current(state);

	(void)app;
	return d ? d->ti : NULL;
}

static enum status open_dispute(struct app *app, void *state)
{
	const struct dispute *d = disputes_current(state);

	if (d)
		instance_open(app, d->ti);
	return STATUS_OK;
}

const struct screen screen_disputes = {
	.name = "disputes",
	.title = "Disputes",
	.init = init,
	.done = done,
	.enter = enter,
	.changed = changed,
	.where = where,
	.move = move,
	.open = open_dispute,
};
