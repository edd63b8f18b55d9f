/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_VIEW_H
#define VERDICT_UI_VIEW_H
#include "verdict/app/app.h"
#include "verdict/ui/canvas.h"

/* The drawing half of a screen; see app/screen.h. Draws state and changes none of it, save scroll positions. */
struct view {
	void (*draw)(struct app *app, void *state, const struct area *a);
	/* A click at that cell of the area: the command line it stands for in `line`, or false. */
	bool (*click)(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max);
	/* Keys for the footer, in order: names of commands, NULL-terminated. */
	const char *const *(*hints)(struct app *app, void *state);
};
extern const struct view *const views[SCREEN_COUNT];

/* Head, tabs, the top screen, message or prompt, footer: one frame into the canvas. */
void ui_draw(struct app *app, struct canvas *c);

#endif
