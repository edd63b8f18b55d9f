/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_SCREEN_H
#define VERDICT_APP_SCREEN_H
#include <stdbool.h>
#include "verdict/base/status.h"

struct app;
struct key_event;
enum screen_id {
	SCREEN_QUEUE, SCREEN_INSTANCE, SCREEN_EVIDENCE, SCREEN_VERDICT, SCREEN_JOURNAL, SCREEN_DISPUTES, SCREEN_RESULTS,
	SCREEN_FLOOR, SCREEN_HELP,
	SCREEN_PALETTE, SCREEN_WELCOME, SCREEN_COUNT
};
#define SCREEN_BIT(id) (1u << (id))

/* What the movement commands (down, up, page-down …) ask of the top screen. */
enum move {
	MOVE_DOWN, MOVE_UP, MOVE_PAGE_DOWN, MOVE_PAGE_UP, MOVE_HALF_DOWN, MOVE_HALF_UP, MOVE_FIRST, MOVE_LAST,
	MOVE_LEFT, MOVE_RIGHT, MOVE_TO	/* `count` is the row, from 0 */
};
/* Where a movement leads from `at` in a list of `n`: within it, 0 where it is empty. A page is `count` long. */
int move_at(int at, int n, enum move how, int count);
/* What `/`, n, N ask: the text so far while typing, after Enter, after Esc; next and previous hit. */
enum search_op { SEARCH_TYPED, SEARCH_DONE, SEARCH_CANCELLED, SEARCH_NEXT, SEARCH_PREVIOUS };

/*
 * The app's half of a screen: its state and what happens to it, without a terminal. ui/view_<name>.c is the
 * other half and draws it. State is allocated by `init` at the first visit and hangs on app->state[id].
 * Every callback but init, done and enter may be NULL.
 */
struct screen {
	const char *name;	/* "queue"; also the name of its keymap */
	const char *title;	/* for tabs and help */
	bool decides;		/* keys typed before its first paint are thrown away, see app_guard() */
	void *(*init)(struct app *app);
	void (*done)(struct app *app, void *state);
	void (*enter)(struct app *app, void *state);	/* shown again or anew: load what is stale */
	bool (*leave)(struct app *app, void *state);	/* false keeps it open; NULL always leaves */
	void (*changed)(struct app *app, void *state);	/* records or reference data changed: mark, do not re-sort */
	/* While true, printable keys go to `key` before any map, and only the screen's own map names others first. */
	bool (*editing)(struct app *app, void *state);
	/* A key that no map names (or text, see `editing`); true when used. */
	bool (*key)(struct app *app, void *state, const struct key_event *ev);
	const char *(*where)(struct app *app, void *state);	/* TI the screen is about, or NULL */
	void (*move)(struct app *app, void *state, enum move move, int count);
	enum status (*open)(struct app *app, void *state);	/* Enter */
	enum status (*search)(struct app *app, void *state, enum search_op op, const char *text);
	/* True while an answer is awaited that no worker holds (the reader): scripts wait for it. */
	bool (*busy)(struct app *app, void *state);
};
extern const struct screen *const screens[SCREEN_COUNT];	/* src/app/screens.c: add yours there */
extern const struct screen screen_queue, screen_instance, screen_evidence, screen_verdict, screen_journal, screen_disputes,
	screen_results, screen_floor, screen_help, screen_palette, screen_welcome;

void screen_push(struct app *app, enum screen_id id);	/* open on top, or come back to it */
void screen_pop(struct app *app);			/* Esc, q; the last screen stays */
enum screen_id screen_top(const struct app *app);
bool screen_open(const struct app *app, enum screen_id id);	/* somewhere on the stack */
void *screen_state(struct app *app, enum screen_id id);	/* made by `init` at need; NULL for no such screen */

#endif
