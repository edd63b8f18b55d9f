/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_SCREEN_H
#define VERDICT_APP_SCREEN_H
#include <stdbool.h>

struct app;
enum screen_id {
	SCREEN_QUEUE, SCREEN_INSTANCE, SCREEN_EVIDENCE, SCREEN_VERDICT, SCREEN_JOURNAL, SCREEN_HELP,
	SCREEN_PALETTE, SCREEN_WELCOME, SCREEN_COUNT
};
/*
 * The app's half of a screen: its state and what happens to it, without a terminal. ui/view_<name>.c is the
 * other half and draws it. State is allocated by `init` and hangs on app->state[id].
 */
struct screen {
	const char *name;	/* "queue" */
	const char *title;	/* for tabs and help */
	void *(*init)(struct app *app);
	void (*done)(struct app *app, void *state);
	void (*enter)(struct app *app, void *state);	/* shown again or anew: load what is stale */
	bool (*leave)(struct app *app, void *state);	/* false keeps it open; NULL always leaves */
	void (*changed)(struct app *app, void *state);	/* records or reference data changed: mark, do not re-sort */
	/* A key that no map names, while the screen edits text; true when used. `text` is its UTF-8, "" for none. */
	bool (*key)(struct app *app, void *state, int key, const char *text);
	const char *(*where)(struct app *app, void *state);	/* TI the screen is about, or NULL */
};
extern const struct screen *const screens[SCREEN_COUNT];

void screen_push(struct app *app, enum screen_id id);	/* open on top, or come back to it */
void screen_pop(struct app *app);			/* Esc, q */
enum screen_id screen_top(const struct app *app);

#endif
