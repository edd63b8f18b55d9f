/* SPDX-License-Identifier: Apache-2.0 */
/* A dispute: its verdicts beside each other, lines that differ marked between them. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/disputes.h"
#include "verdict/ui/view.h"
#include "src/ui/words.h"

#define SIDE_ROW 3
#define SIDE_COLS 36		/* at least */
#define REASON_ROWS 5
#define GAP 3			/* between two sides: the mark of a difference */

struct columns { int first, n, width; };

/* As many sides as fit, the marked one among them. */
static struct columns lay_out(const struct area *a, const struct disputes_state *st, const struct dispute *d)
{
	struct columns c;
	int fit = (a->cols - 2 + GAP) / (SIDE_COLS + GAP), all = (int)d->n_sides;

	c.n = fit < 1 ? 1 : fit > all ? all : fit;
	if (c.n < 1)
		c.n = 1;
	c.first = st->first_side;
	if (st->side < c.first)
		c.first = st->side;
	if (st->side >= c.first + c.n)
		c.first = st->side - c.n + 1;
	if (c.first + c.n > all)
		c.first = all > c.n ? all - c.n : 0;
	c.width = (a->cols - 4 - GAP * (c.n - 1)) / c.n;
	return c;
}

static void join_words(char *out, size_t max, const char **words, size_t n, const char *none)
{
	size_t at = 0;

	snprintf(out, max, "%s", n ? "" : none);
	for (size_t i = 0; i < n && at < max; i++) {
		int used = snprintf(out + at, max - at, "%s%s", i ? ", " : "", words[i]);

		at += used > 0 ? (size_t)used : 0;
	}
}

/* The lines of a side, in the order of the screen. */
enum side_line { SIDE_WHO, SIDE_WHEN, SIDE_OUTCOME, SIDE_REASON, SIDE_STEPS, SIDE_LOOKED, SIDE_LINES };

static void side_text(char *out, size_t max, const struct dispute_side *s, enum side_line line, int tz_min)
{
	char at[32];

	switch (line) {
	case SIDE_WHO:
		snprintf(out, max, "%s", s->by_name && *s->by_name ? s->by_name : s->by);
		break;
	case SIDE_WHEN:
		words_day_time(at, sizeof(at), s->at, tz_min);
		snprintf(out, max, "%s, %s%s%s", at, s->fence ? "under a claim" : "without a claim",
			s->resolution ? ", as a lead" : "", s->state == ENTRY_UNSENT ? ", not sent yet" : "");
		break;
	case SIDE_OUTCOME:
		snprintf(out, max, "%s", outcome_label(s->outcome));
		break;
	case SIDE_REASON:
		snprintf(out, max, "%s", s->reason && *s->reason ? s->reason : "(no reason given)");
		break;
	case SIDE_STEPS:
		join_words(out, max, s->steps, s->n_steps, "no step marked");
		break;
	default:
		join_words(out, max, s->looked, s->n_looked, "nothing opened");
		break;
	}
}

static int draw_side_line(const struct area *a, int row, int col, int width, const struct dispute_side *s,
		enum side_line line, int tz_min, bool marked)
{
	char text[2048];
	int rows = line == SIDE_REASON ? REASON_ROWS : line == SIDE_LOOKED ? 3 : line == SIDE_STEPS ? 2 : 1;
	enum style style = line == SIDE_OUTCOME ? style_of_outcome(s->outcome) : line == SIDE_WHEN ? STYLE_DIM : STYLE_NORMAL;
	uint8_t attr = line == SIDE_OUTCOME || (line == SIDE_WHO && marked) ? ATTR_BOLD : 0;

	side_text(text, sizeof(text), s, line, tz_min);
	if (line == SIDE_OUTCOME) {
		draw_glyph(a, row, col, style, attr, glyph_of_outcome(s->outcome));
		col += 2;
		width -= 2;
	}
	return draw_wrapped(a, row, col, width, rows, style, attr, text);
}

static bool differ(const struct dispute *d, const struct columns *c, enum side_line line)
{
	char first[2048], other[2048];

	if (line == SIDE_WHO || line == SIDE_WHEN)
		return false;
	side_text(first, sizeof(first), &d->sides[c->first], line, 0);
	for (int i = 1; i < c->n; i++) {
		side_text(other, sizeof(other), &d->sides[c->first + i], line, 0);
		if (strcmp(first, other) != 0)
			return true;
	}
	return false;
}

static const char *const labels[SIDE_LINES] = { NULL, NULL, NULL, "reason", "steps", "looked at" };

static int draw_line(const struct area *a, int row, struct app *app, const struct disputes_state *st,
		const struct dispute *d, const struct columns *c, enum side_line line)
{
	int rows = 1, used;

	if (labels[line])
		for (int i = 0; i < c->n; i++)
			draw_str(a, row, 2 + i * (c->width + GAP), c->width, STYLE_LABEL, 0, labels[line]);
	if (labels[line])
		row++;
	for (int i = 0; i < c->n; i++) {
		int col = 2 + i * (c->width + GAP);

		used = draw_side_line(a, row, col, c->width, &d->sides[c->first + i], line, app->tz_min,
			c->first + i == st->side);
		if (line == SIDE_WHO && c->first + i == st->side)
			draw_glyph(a, row, col - 2, STYLE_KEY, ATTR_BOLD, GLYPH_CURSOR);
		if (i > 0 && differ(d, c, line))
			draw_str(a, row, col - 2, 1, STYLE_WARNING, ATTR_BOLD, a->canvas->ascii ? "#" : "≠");
		rows = used > rows ? used : rows;
	}
	return row + rows + (labels[line] || line == SIDE_OUTCOME ? 1 : 0);
}

static void draw_dispute(const struct area *a, struct app *app, struct disputes_state *st, const struct dispute *d)
{
	struct columns c = lay_out(a, st, d);
	int row = SIDE_ROW, used;

	st->first_side = c.first;
	used = draw_str(a, 0, 2, a->cols / 2, STYLE_TITLE, ATTR_BOLD, d->ti);
	used += 2 + draw_str(a, 0, 4 + used, a->cols - used - 6, STYLE_TITLE, 0, d->title);
	draw_printf(a, 1, 2, a->cols - 4, STYLE_DIM, 0, "%s%s%s%s%s", d->from, *d->to ? " " : "",
		*d->to ? glyph_text(a->canvas, GLYPH_TO) : "", *d->to ? " " : "", d->to);
	if (*d->table)
		draw_right(a, 1, a->cols - 1, 12, STYLE_DIM, 0, d->table);
	for (int line = 0; line < SIDE_LINES && row < a->rows - 1; line++)
		row = draw_line(a, row, app, st, d, &c, (enum side_line)line);
	if ((int)d->n_sides > c.n)
		draw_printf(a, 0, a->cols - 24, 22, STYLE_DIM, 0, "%d of %d verdicts shown", c.n, (int)d->n_sides);
	draw_wrapped(a, a->rows - 1, 2, a->cols - 4, 1, STYLE_DIM, 0, d->barred ? d->barred :
		"The marked verdict is the one that would hold; left and right mark another.");
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct disputes_state *st = state;
	const struct dispute *d = disputes_current(st);

	if (st->trouble[0]) {
		draw_wrapped(a, 1, 2, a->cols - 4, 4, STYLE_ERROR, 0, st->trouble);
	} else if (d) {
		draw_dispute(a, app, st, d);
	} else if (st->known) {
		draw_str(a, 1, 2, -1, STYLE_NORMAL, 0, "No dispute.");
		draw_wrapped(a, 2, 2, a->cols - 4, 3, STYLE_DIM, 0, "Where two monitors decide differently on one test instance, "
			"both verdicts stand here beside each other until a lead settles it.");
	}
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const list[] = { "enter=test instance", "resolve", "right=other verdict", "down=next dispute",
		"comment", "back", NULL };
	static const char *const none[] = { "queue", "back", NULL };

	(void)app;
	return disputes_current(state) ? list : none;
}

static void place(struct app *app, void *state, char *out, int max)
{
	struct disputes_state *st = state;

	(void)app;
	if (st->n)
		snprintf(out, (size_t)max, "%d of %zu", st->cursor + 1, st->n);
}

const struct view view_disputes = {
	.draw = draw,
	.hints = hints,
	.place = place,
};
