/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borders (countries by countries, shaded by how much was exchanged) and the day: what stands where, and how the
 * verdicts came in. Layer ui, UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_results_priv.h"
#include "src/ui/words.h"
#include "verdict/base/clock.h"

#define LABEL_COLS 18
#define BORDER_COLS 6

/* ---- borders ---- */

static const char *shade(const struct canvas *c, unsigned int n, unsigned int most)
{
	static const char *const blocks[] = { "░", "▒", "▓", "█" }, *const letters[] = { ".", ":", "*", "#" };
	unsigned int i = most ? (n * 4 - 1) / most : 0;

	i = i > 3 ? 3 : i;
	return (c->ascii ? letters : blocks)[i];
}

static unsigned int most_of(const struct results_borders *b)
{
	unsigned int most = 0;

	for (size_t i = 0; i < b->n * b->n; i++)
		most = b->verified[i] > most ? b->verified[i] : most;
	return most;
}

static void draw_border_row(const struct area *a, int row, const struct results_borders *b, size_t i, int fit, bool here,
	unsigned int most)
{
	char text[16];

	draw_str(a, row, 2, 3, here ? STYLE_TITLE : STYLE_LABEL, 0, b->countries[i]);
	draw_str(a, row, 5, LABEL_COLS - 6, here ? STYLE_TITLE : STYLE_NORMAL, 0, b->names[i]);
	if (here)
		draw_glyph(a, row, 0, STYLE_KEY, ATTR_BOLD, GLYPH_CURSOR);
	for (int k = 0; k < fit; k++) {
		unsigned int n = b->verified[i * b->n + (size_t)k];
		int at = LABEL_COLS + k * BORDER_COLS;

		snprintf(text, sizeof(text), "%u", n);
		if (n == 0)
			draw_glyph(a, row, at + 2, STYLE_DIM, 0, GLYPH_DOT);
		else
			draw_right(a, row, at + 3, 3, here ? STYLE_TITLE : STYLE_NORMAL, 0, text);
		if (n)
			draw_printf(a, row, at + 3, 2, STYLE_GOOD, 0, "%s", shade(a->canvas, n, most));
	}
}

static void border_words(struct results_state *st, const struct area *a, int row, const struct results_borders *b)
{
	unsigned int abroad = 0, home = b->verified[(size_t)st->border * b->n + (size_t)st->border], partners = 0;

	for (size_t k = 0; k < b->n; k++)
		if (k != (size_t)st->border && b->verified[(size_t)st->border * b->n + k]) {
			abroad += b->verified[(size_t)st->border * b->n + k];
			partners++;
		}
	draw_printf(a, row, 2, a->cols - 4, STYLE_DIM, 0, "%s: %u verified across a border, with %u countr%s; %u at home",
		b->names[st->border], abroad, partners, partners == 1 ? "y" : "ies", home);
}

void results_draw_borders(struct results_state *st, const struct area *a)
{
	const struct results_borders *b = &st->shot->tracks[st->track].borders;
	int fit = (a->cols - LABEL_COLS) / BORDER_COLS, rows = a->rows - 3;

	if (b->n == 0) {
		draw_str(a, 0, 2, a->cols - 4, STYLE_DIM, 0, "No system of any country takes part in this track.");
		return;
	}
	fit = fit > (int)b->n ? (int)b->n : fit;
	if (st->border >= (int)b->n)
		st->border = (int)b->n - 1;
	st->border_top = results_top(st->border_top, st->border, (int)b->n, rows);
	for (int k = 0; k < fit; k++)
		draw_right(a, 0, LABEL_COLS + k * BORDER_COLS + 4, 3, STYLE_LABEL, 0, b->countries[k]);
	for (int i = 0; i < rows && st->border_top + i < (int)b->n; i++)
		draw_border_row(a, 1 + i, b, (size_t)(st->border_top + i), fit, st->border_top + i == st->border, most_of(b));
	border_words(st, a, a->rows - 1, b);
}

/* ---- the day ---- */

static void draw_bar(const struct area *a, int row, int col, int cols, unsigned int n, unsigned int most, enum style style)
{
	int full = most ? (int)((unsigned long long)n * (unsigned int)cols / most) : 0;

	if (n && !full)
		full = 1;
	for (int i = 0; i < full; i++)
		draw_glyph(a, row, col + i, style, 0, GLYPH_BAR_FULL);
}

static int draw_statuses(const struct area *a, const struct results_totals *t)
{
	static const enum ti_status order[] = { TI_CRITICAL, TI_TO_BE_VERIFIED, TI_PARTIAL, TI_DISPUTED, TI_VERIFIED, TI_FAILED,
		TI_RUNNING, TI_PAUSED };
	unsigned int most = 0;
	int row = 0;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		most = t->by_status[order[i]] > most ? t->by_status[order[i]] : most;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		char text[16];

		if (t->by_status[order[i]] == 0)
			continue;
		snprintf(text, sizeof(text), "%u", t->by_status[order[i]]);
		draw_str(a, row, 2, 20, STYLE_NORMAL, 0, ti_status_label(order[i]));
		draw_right(a, row, 27, 6, STYLE_NORMAL, 0, text);
		draw_bar(a, row++, 29, a->cols - 32, t->by_status[order[i]], most, style_of_status(order[i]));
	}
	return row;
}

static void draw_point(const struct app *app, const struct area *a, int row, const struct results_point *p,
	unsigned int before, unsigned int most)
{
	char at[32];

	words_day_time(at, sizeof(at), p->at, app->tz_min);
	draw_str(a, row, 2, 12, STYLE_DIM, 0, at);
	draw_printf(a, row, 15, 13, STYLE_NORMAL, 0, "%5u  +%u", p->verified, p->verified > before ? p->verified - before : 0);
	draw_bar(a, row, 29, a->cols - 32, p->verified, most, STYLE_GOOD);
}

void results_draw_day(struct app *app, struct results_state *st, const struct area *a)
{
	const struct shot_track *t = &st->shot->tracks[st->track];
	int row = draw_statuses(a, &t->totals) + 1, n = (int)t->n_points, rows = a->rows - row - 1;
	int first;

	draw_str(a, row, 2, -1, STYLE_LABEL, 0, "verified until");
	draw_right(a, row++, 20, 3, STYLE_LABEL, 0, "all");
	if (n == 0)
		draw_str(a, row, 2, a->cols - 4, STYLE_DIM, 0, "No verdict yet.");
	/* the newest at the bottom, unless scrolled away from it */
	first = n > rows ? n - rows : 0;
	if (st->day_top > first)
		st->day_top = first;
	first -= st->day_top;
	for (int i = 0; i < rows && first + i < n; i++)
		draw_point(app, a, row + i, &t->points[first + i], first + i > 0 ? t->points[first + i - 1].verified : 0,
			t->points[n - 1].verified);
}
