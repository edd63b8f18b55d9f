/* SPDX-License-Identifier: Apache-2.0 */
/* The results screen: its heading and the pane below; words and marks that panes share. Layer ui, UI thread. */
#include "src/ui/view_results_priv.h"

#include <stdio.h>
#include <string.h>

#include "src/ui/words.h"

#define HEADING_ROWS 2

enum style results_grade_style(enum grade g)
{
	switch (g) {
	case GRADE_PASSED:
		return STYLE_GOOD;
	case GRADE_AT_RISK:
		return STYLE_WARNING;
	case GRADE_DID_NOT_COMPLETE:
		return STYLE_PARTIAL;
	default:
		return STYLE_DIM;
	}
}

const char *results_grade_mark(const struct canvas *c, enum grade g)
{
	switch (g) {
	case GRADE_PASSED:
		return glyph_text(c, GLYPH_TICK);
	case GRADE_DID_NOT_COMPLETE:
		return glyph_text(c, GLYPH_CROSS);
	case GRADE_AT_RISK:
		return "!";
	case GRADE_NO_PEER:
		return "-";
	case GRADE_NOT_GRADED:
		return "o";
	case GRADE_WITHDRAWN:
		return "w";
	default:
		return " ";
	}
}

int results_top(int top, int at, int n, int rows)
{
	if (rows < 1)
		return 0;
	if (at < top)
		top = at;
	if (at >= top + rows)
		top = at - rows + 1;
	if (top > n - rows)
		top = n - rows;
	return top < 0 ? 0 : top;
}

bool results_click_row(char *line, int max, int row)
{
	snprintf(line, (size_t)max, "go %d", row + 1);
	return true;
}

static void draw_heading(const struct results_state *st, const struct area *a)
{
	const struct shot_track *t = &st->shot->tracks[st->track];
	char right[200];
	int at = 1, i;

	for (i = 0; i < PANES; i++)
		at += 2 + draw_str(a, 0, at, -1, i == (int)st->pane ? STYLE_TAB_ACTIVE : STYLE_TAB, 0, results_pane_names[i]);
	snprintf(right, sizeof(right), "%.100s%s", t->name, t->exploratory ? ", exploratory: no grades" : "");
	at += draw_right(a, 0, a->cols - 1, a->cols - at - 2, STYLE_NORMAL, 0, right);
	draw_printf(a, 1, 1, a->cols - 2, STYLE_DIM, 0, "%u TIs%s%u wait%s%u verified%s%u of %u lines have enough%s%u passed",
		t->totals.tis, dot(a->canvas), t->totals.waiting, dot(a->canvas), t->totals.by_status[TI_VERIFIED],
		dot(a->canvas), t->totals.enough, t->totals.lines, dot(a->canvas), t->totals.passed);
}

static void draw_pane(struct app *app, struct results_state *st, const struct area *a)
{
	switch (st->pane) {
	case PANE_MATRIX:
		results_draw_matrix(st, a);
		break;
	case PANE_LINES:
		results_draw_lines(st, a);
		break;
	case PANE_BORDERS:
		results_draw_borders(st, a);
		break;
	default:
		results_draw_day(app, st, a);
		break;
	}
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct results_state *st = state;
	struct area body = area_sub(a, HEADING_ROWS + 1, 0, a->rows - HEADING_ROWS - 1, a->cols);

	if (st->trouble[0]) {
		draw_wrapped(a, 1, 2, a->cols - 4, 4, STYLE_ERROR, 0, st->trouble);
	} else if (!st->shot) {
		draw_str(a, 1, 2, -1, STYLE_DIM, 0, "counting ...");
	} else if (st->line) {
		results_draw_line(app, st, a);
	} else {
		draw_heading(st, a);
		draw_pane(app, st, &body);
	}
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const matrix[] = { "enter=lines", "pane=lines, borders, day", "track", "leave-results=back", NULL };
	static const char *const lines[] = { "enter=tests", "grade-line=grade", "pane", "track", "leave-results=matrix", NULL };
	static const char *const line[] = { "enter=test instance", "grade-line=grade", "leave-results=lines", NULL };
	static const char *const other[] = { "pane", "track", "leave-results=matrix", NULL };
	const struct results_state *st = state;

	(void)app;
	if (st->line)
		return line;
	return st->pane == PANE_MATRIX ? matrix : st->pane == PANE_LINES ? lines : other;
}

static void place(struct app *app, void *state, char *out, int max)
{
	const struct results_state *st = state;

	(void)app;
	if (st->line && st->marks)
		snprintf(out, (size_t)max, "%d of %d", st->mark + 1, st->marks);
	else if (!st->line && st->pane == PANE_LINES && st->list.len)
		snprintf(out, (size_t)max, "%d of %zu", st->at + 1, st->list.len);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	const struct results_state *st = state;
	int first = HEADING_ROWS + 2;

	(void)app, (void)a, (void)col;
	if (st->line || !st->shot || st->pane != PANE_LINES || row < first ||
	    row - first + st->top >= (int)st->list.len)
		return false;
	return results_click_row(line, max, row - first + st->top);
}

const struct view view_results = {
	.draw = draw,
	.click = click,
	.hints = hints,
	.place = place,
};
