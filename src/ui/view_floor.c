/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: one row a table in walking order, with what waits there. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_results_priv.h"
#include "src/ui/words.h"
#include "verdict/base/clock.h"

#define NUMBERS 42		/* cells from "waiting" to the oldest */

static void number(const struct area *a, int row, int end, unsigned int n, enum style style)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	draw_right(a, row, end, 5, n ? style : STYLE_DIM, 0, n ? text : glyph_text(a->canvas, GLYPH_DOT));
}

static void draw_table(const struct area *a, int row, const struct shot_table *t, bool cursor)
{
	int at = a->cols - NUMBERS;
	char age[CLOCK_TEXT] = "";
	int64_t s = (clock_wall_ms() - t->oldest) / 1000;

	if (t->oldest > 0)
		clock_format_age(age, s > 0 ? s : 0);
	draw_str(a, row, 2, 7, t->waiting ? STYLE_TITLE : STYLE_DIM, 0, t->table);
	draw_str(a, row, 10, at - 11, t->waiting ? STYLE_NORMAL : STYLE_DIM, 0, t->systems);
	number(a, row, at + 6, t->waiting, STYLE_NORMAL);
	number(a, row, at + 16, t->critical, STYLE_CRITICAL);
	number(a, row, at + 24, t->disputed, STYLE_WARNING);
	number(a, row, at + 31, t->completing, STYLE_GOOD);
	draw_right(a, row, at + NUMBERS - 1, 7, STYLE_DIM, 0, age);
	if (cursor)
		draw_cursor_line(a, row);
}

static void draw_labels(const struct area *a)
{
	int at = a->cols - NUMBERS;

	draw_str(a, 1, 2, 7, STYLE_LABEL, 0, "table");
	draw_str(a, 1, 10, at - 11, STYLE_LABEL, 0, "systems");
	draw_right(a, 1, at + 6, 6, STYLE_LABEL, 0, "waits");
	draw_right(a, 1, at + 16, 8, STYLE_LABEL, 0, "critical");
	draw_right(a, 1, at + 24, 6, STYLE_LABEL, 0, "differ");
	draw_right(a, 1, at + 31, 6, STYLE_LABEL, 0, "lines");
	draw_right(a, 1, at + NUMBERS - 1, 7, STYLE_LABEL, 0, "oldest");
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct floor_state *st = state;
	const struct results_shot *s = results_of(app)->shot;
	unsigned int waiting = 0, tables = 0;
	int rows = a->rows - 2;

	if (!s) {
		draw_str(a, 1, 2, -1, STYLE_DIM, 0, results_of(app)->trouble[0] ? results_of(app)->trouble : "counting ...");
		return;
	}
	for (size_t i = 0; i < s->n_tables; i++) {
		waiting += s->tables[i].waiting;
		tables += s->tables[i].waiting > 0;
	}
	draw_printf(a, 0, 1, a->cols - 2, STYLE_DIM, 0, "%u wait at %u tables%slines: what a verdict there would complete",
		waiting, tables, dot(a->canvas));
	draw_labels(a);
	if (st->at >= (int)s->n_tables)
		st->at = s->n_tables ? (int)s->n_tables - 1 : 0;
	st->top = results_top(st->top, st->at, (int)s->n_tables, rows);
	for (int i = 0; i < rows && st->top + i < (int)s->n_tables; i++)
		draw_table(a, 2 + i, &s->tables[st->top + i], st->top + i == st->at);
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const list[] = { "enter=what waits there", "queue", "results", "back", NULL };

	(void)app, (void)state;
	return list;
}

static void place(struct app *app, void *state, char *out, int max)
{
	const struct floor_state *st = state;
	const struct results_shot *s = results_of(app)->shot;

	if (s && s->n_tables)
		snprintf(out, (size_t)max, "%d of %zu", st->at + 1, s->n_tables);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	const struct floor_state *st = state;
	const struct results_shot *s = results_of(app)->shot;

	(void)a, (void)col;
	if (!s || row < 2 || row - 2 + st->top >= (int)s->n_tables)
		return false;
	return results_click_row(line, max, row - 2 + st->top);
}

const struct view view_floor = {
	.draw = draw,
	.click = click,
	.hints = hints,
	.place = place,
};
