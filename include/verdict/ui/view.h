/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_VIEW_H
#define VERDICT_UI_VIEW_H
#include "verdict/app/app.h"
#include "verdict/ui/canvas.h"

/*
 * The drawing half of a screen; see app/screen.h. Draws state and changes none of it, save scroll positions and
 * the number of rows it shows. ui_draw() gives it the area between the rules; the head, tabs, message line and
 * footer are drawn around it. A view with `bare` gets the rows of head and tabs too, and draws its own two.
 */
struct view {
	bool bare;
	void (*draw)(struct app *app, void *state, const struct area *a);
	/* A click at that cell of the area: the command line it stands for in `line`, or false. */
	bool (*click)(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max);
	/*
	 * Names of commands for the footer, in order, NULL-terminated; keys and words come from the tables.
	 * "verdict=grade" shows another word for the command. Commands impossible here are left out.
	 */
	const char *const *(*hints)(struct app *app, void *state);
	/* Text at the right of the footer ("12 of 47"), or NULL; copied into `out`. */
	void (*place)(struct app *app, void *state, char *out, int max);
};
extern const struct view *const views[SCREEN_COUNT];	/* src/ui/views.c: add yours there */
extern const struct view view_queue, view_instance, view_evidence, view_verdict, view_journal, view_disputes, view_results,
	view_floor, view_help, view_palette, view_welcome;

/* Head, tabs, the top screen, message or prompt, footer: one frame into the canvas. */
void ui_draw(struct app *app, struct canvas *c);
/* The command a click at that cell stands for, or false. */
bool ui_click(struct app *app, struct canvas *c, int row, int col, char *line, int max);
/* Smallest terminal that gets screens; below it one sentence. */
#define UI_ROWS_MIN 15
#define UI_COLS_MIN 60

#endif
