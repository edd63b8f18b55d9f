/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: tables in the order one walks, with what waits at each. Layer app, UI thread. */
#include <stdio.h>

#include "verdict/app/results.h"
#include "verdict/base/mem.h"

static void *init(struct app *app)
{
	struct floor_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	return st;
}

static void done(struct app *app, void *state)
{
	(void)app;
	mem_free(state);
}

/* The results screen's copy is this one's too. */
static void enter(struct app *app, void *state)
{
	(void)state;
	screens[SCREEN_RESULTS]->enter(app, results_of(app));
}

static void move(struct app *app, void *state, enum move how, int count)
{
	struct floor_state *st = state;
	const struct results_shot *s = results_of(app)->shot;

	if (how != MOVE_LEFT && how != MOVE_RIGHT)
		st->at = move_at(st->at, s ? (int)s->n_tables : 0, how, count);
	app->dirty = true;
}

/* What waits there: the queue, filtered by the table. */
static enum status open_table(struct app *app, void *state)
{
	struct floor_state *st = state;
	const struct results_shot *s = results_of(app)->shot;
	char line[120];

	if (!s || (size_t)st->at >= s->n_tables)
		return STATUS_OK;
	screen_push(app, SCREEN_QUEUE);
	snprintf(line, sizeof(line), "filter 'table:%.60s'", s->tables[st->at].table);
	return command_run(app, line);
}

const struct screen screen_floor = {
	.name = "floor",
	.title = "Floor",
	.init = init,
	.done = done,
	.enter = enter,
	.move = move,
	.open = open_table,
};
