/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pane of ways in the journal: a line each, then of the one under the cursor what failed, what to do, and the last
 * test. Layer ui, UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/base/clock.h"
#include "verdict/ui/canvas.h"
#include "src/ui/view_journal_priv.h"
#include "src/ui/words.h"

#define HEAD_ROW 2
#define LINES_ROW 3
#define COL_NAME 2
#define COL_STATE 10
#define COL_WHERE 28
#define WIDE 130	/* from here on times stand in the lines */
#define COL_STEP 4
#define COL_MS 20
#define COL_TEXT 31

struct state { const char *words; enum style style; enum glyph glyph; };

static struct state state_of(const struct online_way *w)
{
	if (!w->set_up)
		return (struct state){ "not set up", STYLE_DIM, GLYPH_DOT };
	if (w->in_use)
		return (struct state){ w->picked ? "in use, alone" : "in use", STYLE_GOOD, GLYPH_TICK };
	if (w->trying)
		return (struct state){ w->picked ? "tried, alone" : "being tried", STYLE_WARNING, GLYPH_ELLIPSIS };
	if (w->bad_at > w->good_at)
		return (struct state){ w->picked ? "failed, alone" : "failed", STYLE_ERROR, GLYPH_CROSS };
	if (w->good_at)
		return (struct state){ "worked", STYLE_NORMAL, GLYPH_TICK };
	return (struct state){ w->planned ? "not tried yet" : "not in \"ways\"", STYLE_DIM, GLYPH_DOT };
}

/* "worked 14:31 · failed 13:58 · again in 12 s" */
static void times_of(char *out, size_t max, const struct online_way *w, const struct app *app, const struct canvas *c)
{
	char good[32], bad[32], again[48] = "";
	size_t n = 0;

	*out = '\0';
	if (!w->set_up)
		return;
	words_day_time(good, sizeof(good), w->good_at, app->tz_min);
	words_day_time(bad, sizeof(bad), w->bad_at, app->tz_min);
	if (w->retry_ms >= 0)
		snprintf(again, sizeof(again), "again in %lld s", (long long)(w->retry_ms + 999) / 1000);
	if (w->good_at)
		n += (size_t)snprintf(out + n, max - n, "worked %s", good);
	if (w->bad_at && n < max)
		n += (size_t)snprintf(out + n, max - n, "%sfailed %s", n ? dot(c) : "", bad);
	if (again[0] && n < max)
		snprintf(out + n, max - n, "%s%s", n ? dot(c) : "", again);
}

static void draw_line(const struct area *a, int row, const struct online_way *w, const struct app *app)
{
	struct state s = state_of(w);
	char times[160];
	int used;

	times_of(times, sizeof(times), w, app, a->canvas);
	draw_str(a, row, COL_NAME, COL_STATE - COL_NAME - 1, STYLE_NORMAL, ATTR_BOLD, way_name(w->way));
	used = draw_glyph(a, row, COL_STATE, s.style, 0, s.glyph);
	draw_str(a, row, COL_STATE + used + 1, COL_WHERE - COL_STATE - 4, s.style, 0, s.words);
	used = a->cols < WIDE ? 0 : draw_right(a, row, a->cols - 1, a->cols - COL_WHERE - 1, STYLE_DIM, 0, times) + 2;
	draw_str(a, row, COL_WHERE, a->cols - COL_WHERE - used - 1, STYLE_NORMAL, 0, w->address);
}

static int draw_wrapped_at(const struct area *a, int row, enum style style, uint8_t attr, const char *s)
{
	int room = a->rows - row;

	return *s && room > 0 ? draw_wrapped(a, row, 4, a->cols - 6, room, style, attr, s) : 0;
}

static void draw_stick_line(const struct area *a, int row)
{
	draw_str(a, row, COL_NAME, -1, STYLE_NORMAL, ATTR_BOLD, "stick");
	draw_glyph(a, row, COL_STATE, STYLE_NORMAL, 0, GLYPH_TICK);
	draw_str(a, row, COL_STATE + 2, -1, STYLE_NORMAL, 0, "always");
	draw_str(a, row, COL_WHERE, a->cols - COL_WHERE - 1, STYLE_NORMAL, 0, "b writes a bundle for the keeper or a colleague");
}

/* ---- the last test ---- */

static void draw_step(const struct area *a, int row, const struct way_row *r)
{
	static const enum glyph glyphs[] = { GLYPH_DOT, GLYPH_ELLIPSIS, GLYPH_TICK, GLYPH_CROSS };
	static const enum style styles[] = { STYLE_DIM, STYLE_WARNING, STYLE_GOOD, STYLE_ERROR };
	char ms[24];

	draw_glyph(a, row, COL_STEP, styles[r->state], 0, glyphs[r->state]);
	draw_str(a, row, COL_STEP + 2, COL_MS - COL_STEP - 3, r->state == ROW_WAITS ? STYLE_DIM : STYLE_NORMAL, 0,
		way_step_words(r->step));
	snprintf(ms, sizeof(ms), "%d ms", r->ms);
	if (r->ms >= 0)
		draw_right(a, row, COL_TEXT - 2, COL_TEXT - COL_MS - 2, STYLE_DIM, 0, ms);
	if (r->state != ROW_BAD)
		draw_str(a, row, COL_TEXT, a->cols - COL_TEXT - 1, STYLE_DIM, 0, r->text);
}

static void draw_test(const struct area *a, int row, const struct way_report *r)
{
	const char *before = "";
	size_t i;

	draw_printf(a, row++, 2, -1, STYLE_LABEL, 0, "%s", r->good ? "The last test: it leads to the hub" : r->over ?
		"The last test: it does not lead to the hub" : "Being tested");
	for (i = 0; i < r->n && row < a->rows; i++) {
		/* behind a jump host the same steps come again, at another server */
		if (r->way != WAY_HTTPS && (strcmp(before, r->rows[i].host) != 0 || (i && r->rows[i].step < r->rows[i - 1].step)))
			draw_right(a, row, a->cols - 1, a->cols - COL_TEXT, STYLE_DIM, 0, r->rows[i].host);
		before = r->rows[i].host;
		draw_step(a, row++, &r->rows[i]);
		if (r->rows[i].state == ROW_BAD) {
			row += draw_wrapped_at(a, row, STYLE_ERROR, 0, r->why);
			row += draw_wrapped_at(a, row, STYLE_WARNING, 0, r->advice);
		}
	}
}

static void draw_details(const struct area *a, int row, const struct online_way *w, const struct way_report *r,
	const struct app *app)
{
	char times[160];

	times_of(times, sizeof(times), w, app, a->canvas);
	if (a->cols < WIDE)
		row += draw_wrapped_at(a, row, STYLE_DIM, 0, times);
	if (r) {
		draw_test(a, row, r);
		return;
	}
	if (!w->set_up && w->way == WAY_HTTPS) {
		draw_wrapped_at(a, row, STYLE_DIM, 0, "This store knows no hub yet: verdict join CODE enrols it.");
	} else if (!w->set_up) {
		draw_wrapped_at(a, row, STYLE_DIM, 0, w->way == WAY_SSH ?
			"The hub's keeper gives you a line for verdict.conf: set hub ssh://USER@HOST/…" :
			"The hub's keeper gives you a line for verdict.conf: set sftp sftp://USER@HOST/…");
	} else if (w->bad_at > w->good_at) {
		row += draw_wrapped_at(a, row, STYLE_ERROR, 0, w->why);
		draw_wrapped_at(a, row, STYLE_WARNING, 0, way_advice(w->way, w->failure));
	} else {
		draw_wrapped_at(a, row, STYLE_DIM, 0, "Enter tests it step by step: name, route, port, keys, login, hub.");
	}
}

void draw_ways(const struct area *a, struct app *app, const struct ways_pane *p)
{
	struct online_way ways[WAY_COUNT];
	int i, row = LINES_ROW + PANE_LINES + 1, cursor = ways_pane_cursor(p);

	ways_pane_ways(ways, p);
	draw_str(a, HEAD_ROW, COL_NAME, -1, STYLE_LABEL, 0, "way");
	draw_str(a, HEAD_ROW, COL_WHERE, -1, STYLE_LABEL, 0, "where");
	for (i = 0; i < WAY_COUNT; i++)
		draw_line(a, LINES_ROW + i, &ways[i], app);
	draw_stick_line(a, LINES_ROW + WAY_COUNT);
	draw_cursor_line(a, LINES_ROW + cursor);
	if (cursor < WAY_COUNT)
		draw_details(a, row, &ways[cursor], ways_pane_report(p, ways[cursor].way), app);
	else
		draw_wrapped_at(a, row, STYLE_DIM, 0, "No network is needed: the records that wait are signed, sealed and read back. "
			"Hand the stick to whoever runs the hub, or to a colleague who has a network.");
}

bool click_ways(const struct ways_pane *p, int row, char *line, int max)
{
	int i = row - LINES_ROW;

	if (i < 0 || i >= PANE_LINES)
		return false;
	if (i == ways_pane_cursor(p))
		snprintf(line, (size_t)max, "enter");
	else
		snprintf(line, (size_t)max, "go %d", i + 1);
	return true;
}
