/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix: organisations down, profiles and actors across; how far each cell is and which will be published. Below
 * it the cell under the cursor in words. Layer ui, UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_results_priv.h"
#include "src/ui/words.h"

#define NAME_COLS 24
#define CELL_COLS 10		/* with the gap behind it */
#define HEAD_ROWS 3
#define FOOT_ROWS 4
#define LEGEND_COLS 100		/* from here on it has room for all its words */

/* "Document Source" as two lines: up to the last blank that fits, and what follows it. */
static void split_name(char *first, char *second, size_t max, const char *name)
{
	const char *blank = strchr(name, ' ');

	snprintf(first, max, "%.*s", blank ? (int)(blank - name) : (int)strlen(name), name);
	snprintf(second, max, "%s", blank ? blank + 1 : "");
}

static void draw_columns(const struct results_state *st, const struct area *a, int fit)
{
	const struct results_shot *s = st->shot;
	char first[120], second[120];

	for (int i = 0; i < fit; i++) {
		const struct shot_column *c = &s->columns[st->first_col + i];
		int at = NAME_COLS + i * CELL_COLS;
		enum style style = st->first_col + i == st->col ? STYLE_TITLE : STYLE_LABEL;

		split_name(first, second, sizeof(first), c->actor_name);
		if (i == 0 || strcmp(c->profile, c[-1].profile) != 0)
			draw_str(a, 0, at, CELL_COLS - 1, style, ATTR_BOLD, c->profile);
		draw_str(a, 1, at, CELL_COLS - 1, style, 0, first);
		draw_str(a, 2, at, CELL_COLS - 1, style, 0, second);
	}
}

static void draw_cell(const struct area *a, int row, int col, const struct shot_cell *c, bool cursor)
{
	enum style style = c->grade != GRADE_NONE ? results_grade_style(c->grade) : STYLE_NORMAL;
	bool full = c->enough == c->lines;
	const char *mark = c->grade != GRADE_NONE ? results_grade_mark(a->canvas, c->grade) :
		full ? glyph_text(a->canvas, GLYPH_BULLET) : " ";
	char text[40];

	if (c->lines == 0) {
		draw_glyph(a, row, col + 2, STYLE_DIM, ATTR_DIM, GLYPH_DOT);
	} else {
		snprintf(text, sizeof(text), c->expected ? "%u/%u" : "none", c->counted, c->expected);
		draw_str(a, row, col, 1, style, ATTR_BOLD, mark);
		draw_str(a, row, col + 2, CELL_COLS - 3, style, c->published ? ATTR_BOLD : ATTR_DIM, text);
	}
	if (cursor)
		draw_restyle(a, row, col - 1, CELL_COLS - 1, STYLE_CURSOR, 0);
}

static void draw_row(const struct results_state *st, const struct area *a, int row, int organisation, int fit)
{
	const struct results_shot *s = st->shot;
	const struct shot_organisation *o = &s->organisations[organisation];
	bool here = organisation == st->row;
	int used;

	if (here)
		draw_glyph(a, row, 0, STYLE_KEY, ATTR_BOLD, GLYPH_CURSOR);
	used = draw_str(a, row, 2, 3, STYLE_DIM, 0, o->country);
	draw_str(a, row, 3 + used, NAME_COLS - 5 - used, here ? STYLE_TITLE : STYLE_NORMAL, 0, o->name);
	for (int i = 0; i < fit; i++)
		draw_cell(a, row, NAME_COLS + i * CELL_COLS,
			&s->cells[(size_t)organisation * s->n_columns + (size_t)(st->first_col + i)],
			here && st->first_col + i == st->col);
}

/* The cell under the cursor in words, so that no glyph has to be remembered. */
static void draw_words(const struct results_state *st, const struct area *a, int row)
{
	const struct results_shot *s = st->shot;
	const struct shot_cell *c = results_current_cell(st);
	const struct shot_column *column;

	if (!c)
		return;
	column = &s->columns[st->col];
	draw_printf(a, row, 2, a->cols - 4, STYLE_TITLE, 0, "%s%s%s %s", s->organisations[st->row].name, dot(a->canvas),
		column->profile, column->actor_name);
	if (c->lines == 0)
		draw_str(a, row + 1, 2, a->cols - 4, STYLE_DIM, 0, "not registered");
	else if (c->expected == 0)
		draw_printf(a, row + 1, 2, a->cols - 4, STYLE_NORMAL, 0, "no test can count: nobody else is registered, or none "
			"asks for it%s%s", dot(a->canvas), grade_label(c->grade));
	else
		draw_printf(a, row + 1, 2, a->cols - 4, STYLE_NORMAL, 0, "%u of %u verified that count%s%u of %u lines have enough%s%s%s",
			c->counted, c->expected, dot(a->canvas), c->enough, c->lines, dot(a->canvas), grade_label(c->grade),
			c->published ? ", will be published" : "");
}

static void draw_legend(const struct area *a, int row)
{
	const struct canvas *c = a->canvas;

	draw_printf(a, row, 2, a->cols - 4, STYLE_DIM, 0, "%s passed  %s enough%s  ! at risk  %s did not complete  "
		"- no peer  o not graded  w withdrawn", glyph_text(c, GLYPH_TICK), glyph_text(c, GLYPH_BULLET),
		a->cols < LEGEND_COLS ? "" : ", not reviewed", glyph_text(c, GLYPH_CROSS));
}

void results_draw_matrix(struct results_state *st, const struct area *a)
{
	const struct results_shot *s = st->shot;
	int n = (int)s->n_organisations, fit = (a->cols - NAME_COLS) / CELL_COLS, rows = a->rows - HEAD_ROWS - FOOT_ROWS;

	if (n == 0 || s->n_columns == 0) {
		draw_str(a, 0, 2, a->cols - 4, STYLE_DIM, 0, "No line is registered.");
		return;
	}
	fit = fit > (int)s->n_columns ? (int)s->n_columns : fit;
	st->first_col = results_top(st->first_col, st->col, (int)s->n_columns, fit);
	st->first_row = results_top(st->first_row, st->row, n, rows);
	draw_columns(st, a, fit);
	if (st->first_col + fit < (int)s->n_columns)
		draw_glyph(a, 0, a->cols - 1, STYLE_DIM, 0, GLYPH_ARROW_RIGHT);
	if (st->first_col > 0)
		draw_glyph(a, 0, NAME_COLS - 2, STYLE_DIM, 0, GLYPH_ARROW_LEFT);
	for (int i = 0; i < rows && st->first_row + i < n; i++)
		draw_row(st, a, HEAD_ROWS + i, st->first_row + i, fit);
	draw_words(st, a, a->rows - 3);
	draw_legend(a, a->rows - 1);
}
