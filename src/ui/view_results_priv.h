/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UI_VIEW_RESULTS_PRIV_H
#define UI_VIEW_RESULTS_PRIV_H
#include "verdict/app/results.h"
#include "verdict/ui/view.h"

/* Panes of the results screen, each drawn into the rows below its heading. Inside layer ui. */
void results_draw_matrix(struct results_state *st, const struct area *a);
void results_draw_lines(struct results_state *st, const struct area *a);
void results_draw_line(struct app *app, struct results_state *st, const struct area *a);
void results_draw_borders(struct results_state *st, const struct area *a);
void results_draw_day(struct app *app, struct results_state *st, const struct area *a);

enum style results_grade_style(enum grade g);
const char *results_grade_mark(const struct canvas *c, enum grade g);	/* one cell, " " for none */
/* First of `rows` shown so that `at` of `n` is among them, given the first of the frame before. */
int results_top(int top, int at, int n, int rows);
/* A click on a row of a list. */
bool results_click_row(char *line, int max, int row);

#endif
