/* SPDX-License-Identifier: Apache-2.0 */
/* Table of the screens' app halves and the stack of open ones. Layer app, UI thread. */
#include <assert.h>

#include "verdict/app/app.h"

void *screen_state(struct app *app, enum screen_id id)
{
	const struct screen *s = screens[id];

	if (!s)
		return NULL;
	if (!app->state[id])
		app->state[id] = s->init(app);
	return app->state[id];
}

enum screen_id screen_top(const struct app *app)
{
	assert(app->depth > 0);
	return app->stack[app->depth - 1];
}

bool screen_open(const struct app *app, enum screen_id id)
{
	unsigned int i;

	for (i = 0; i < app->depth; i++)
		if (app->stack[i] == id)
			return true;
	return false;
}

/* The top screen is about to be covered or closed; false where it wants to stay. */
static bool leave_top(struct app *app)
{
	const struct screen *s;

	if (app->depth == 0)
		return true;
	s = screens[screen_top(app)];
	return !s->leave || s->leave(app, app->state[screen_top(app)]);
}

static void enter_top(struct app *app)
{
	enum screen_id id = screen_top(app);

	app->dirty = true;
	app->pushed_paint = app->paint;
	screens[id]->enter(app, screen_state(app, id));
	if (screens[id]->decides)
		app_guard(app);
}

void screen_push(struct app *app, enum screen_id id)
{
	unsigned int i;

	if (!screens[id])
		return;
	if (app->depth > 0 && screen_top(app) == id) {
		enter_top(app);
		return;
	}
	if (!leave_top(app))
		return;
	for (i = 0; i < app->depth; i++)
		if (app->stack[i] == id)
			break;
	assert(i < sizeof(app->stack) / sizeof(app->stack[0]));
	app->stack[i] = id;
	app->depth = i + 1;
	enter_top(app);
}

void screen_pop(struct app *app)
{
	if (app->depth < 2 || !leave_top(app))
		return;
	app->depth--;
	enter_top(app);
}

/* Add a screen here; its functions live in app/<name>.c. */
const struct screen *const screens[SCREEN_COUNT] = {
	[SCREEN_QUEUE] = &screen_queue,
	[SCREEN_INSTANCE] = &screen_instance,
	[SCREEN_EVIDENCE] = &screen_evidence,
	[SCREEN_VERDICT] = &screen_verdict,
	[SCREEN_JOURNAL] = &screen_journal,
	[SCREEN_DISPUTES] = &screen_disputes,
	[SCREEN_RESULTS] = &screen_results,
	[SCREEN_FLOOR] = &screen_floor,
	[SCREEN_HELP] = &screen_help,
	[SCREEN_PALETTE] = &screen_palette,
	[SCREEN_WELCOME] = &screen_welcome,
};

int move_at(int at, int n, enum move how, int count)
{
	if (how == MOVE_FIRST)
		at = 0;
	else if (how == MOVE_LAST)
		at = n - 1;
	else if (how == MOVE_TO)
		at = count;
	else if (how == MOVE_UP || how == MOVE_PAGE_UP || how == MOVE_HALF_UP || how == MOVE_LEFT)
		at -= count;
	else
		at += count;
	at = at > n - 1 ? n - 1 : at;
	return at < 0 ? 0 : at;
}
