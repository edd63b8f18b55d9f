/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One frame: head, tabs, the top screen, the rule with the message on it, the footer or the prompt. Layer ui, UI
 * thread.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "verdict/app/keymap.h"
#include "verdict/app/online.h"
#include "verdict/app/prompt.h"
#include "verdict/base/clock.h"
#include "verdict/ui/view.h"
#include "src/ui/ui_priv.h"

static const struct { const char *title; const char *command; enum screen_id id; char key; } tabs[] = {
	{ "Queue", "queue", SCREEN_QUEUE, '1' },
	{ "Disputes", "disputes", SCREEN_DISPUTES, '4' },
	{ "Journal", "journal", SCREEN_JOURNAL, '5' },
	{ "Results", "results", SCREEN_RESULTS, '6' },
	{ "Floor", "floor", SCREEN_FLOOR, '7' },
};
#define TABS (sizeof(tabs) / sizeof(tabs[0]))
#define HEAD_ROWS 3	/* head, tabs, rule */
#define FOOT_ROWS 2	/* rule with the message, footer */

static bool frame_bare(const struct app *app)
{
	const struct view *v = app->depth ? views[screen_top(app)] : NULL;

	return v && v->bare;
}

static struct area frame_body(struct app *app, struct canvas *c)
{
	struct area all = area_all(c);
	int head = frame_bare(app) ? 0 : HEAD_ROWS;

	return area_sub(&all, head, 0, c->rows - head - FOOT_ROWS, c->cols);
}

/* Days since 1970 of "2026-11-16", or -1. */
static int64_t day_of(const char *date)
{
	char text[CLOCK_TEXT];
	int64_t ms;

	snprintf(text, sizeof(text), "%.10s", date);
	return clock_parse(&ms, text) == 0 ? ms / 86400000 : -1;
}

/* " day 2" while the event is on. */
static void day_words(char out[24], const struct event *e)
{
	int64_t first = day_of(e->begins), last = day_of(e->ends);
	int64_t today = (clock_wall_ms() + (int64_t)e->tz_min * 60000) / 86400000;

	out[0] = '\0';
	if (first >= 0 && today >= first && (last < 0 || today <= last))
		snprintf(out, 24, " day %lld", (long long)(today - first + 1));
}

/* "KST", or the place of "Asia/Seoul". */
static const char *zone_letters(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static void draw_head(struct app *app, const struct area *a)
{
	char right[512], now[CLOCK_TEXT], day[24] = "", line[60];
	const struct canvas *c = a->canvas;
	const char *name = app->event ? app->event->name : "Verdict";
	int used, n = 0;

	if (app->event)
		day_words(day, app->event);
	clock_format_time(now, clock_wall_ms(), app->tz_min);
	now[5] = '\0';
	n += snprintf(right + n, sizeof(right) - (size_t)n, "%.200s", app->me ? app->me->name :
		app->event ? "nobody has joined" : "");
	if (n > 200)
		n = 200;
	n += snprintf(right + n, sizeof(right) - (size_t)n, "  %s %s",
		glyph_text(c, app->sync.line == SYNC_ONLINE ? GLYPH_ONLINE : GLYPH_OFFLINE),
		app_online_words(app, line, sizeof(line)));
	n += snprintf(right + n, sizeof(right) - (size_t)n, "  %s%lld%s", glyph_text(c, GLYPH_UP),
		(long long)app->counts.unsent, app->counts.unsent ? " unsent" : "");
	snprintf(right + n, sizeof(right) - (size_t)n, "  %s %.12s", now, app->event ? zone_letters(app->event->tz_name) : "UTC");
	used = draw_right(a, 0, a->cols - 1, a->cols - 14, STYLE_HEAD, 0, right);
	n = draw_str(a, 0, 1, a->cols - used - 4 - (int)strlen(day), STYLE_HEAD, 0, name);
	draw_str(a, 0, 1 + n, a->cols - used - n - 3, STYLE_DIM, 0, day);
}

static bool tab_active(const struct app *app, size_t i)
{
	if (app->depth == 0)
		return false;
	if (screen_top(app) == tabs[i].id)
		return true;
	if (tabs[i].id != SCREEN_QUEUE || screen_top(app) == SCREEN_WELCOME)
		return false;
	/* a TI, its evidence and its form belong to the queue */
	for (size_t k = 0; k < TABS; k++)
		if (screen_top(app) == tabs[k].id)
			return false;
	return true;
}

/* Draws the tabs, or (with `hit` not NULL) finds the one at column `col`. */
static void walk_tabs(struct app *app, const struct area *a, int col, const char **hit)
{
	char text[80];
	int at = 1, used;
	size_t i;

	for (i = 0; i < TABS; i++) {
		if (!screens[tabs[i].id])
			continue;
		snprintf(text, sizeof(text), "%c %s", tabs[i].key, tabs[i].title);
		if (tabs[i].id == SCREEN_DISPUTES && app->counts.disputed > 0)
			snprintf(text, sizeof(text), "%c %s%s%lld", tabs[i].key, tabs[i].title,
				a->canvas->ascii ? "-" : "·", (long long)app->counts.disputed);
		used = draw_str(a, 1, at, -1, tab_active(app, i) ? STYLE_TAB_ACTIVE : STYLE_TAB, 0, text);
		if (hit && col >= at && col < at + used)
			*hit = tabs[i].command;
		at += used + 2;
	}
	draw_right(a, 1, a->cols - 1, -1, STYLE_DIM, 0, "? help");
	if (hit && col >= a->cols - 7)
		*hit = "help";
}

static enum style message_style(enum message_kind kind)
{
	return kind == MESSAGE_ERROR ? STYLE_ERROR : kind == MESSAGE_WARNING ? STYLE_WARNING :
		kind == MESSAGE_DONE ? STYLE_MESSAGE : STYLE_NORMAL;
}

static void draw_candidates(const struct area *a, int row, const char *const *words)
{
	int at = 1;

	for (; *words && at < a->cols - 2; words++)
		at += draw_str(a, row, at, a->cols - at - 1, STYLE_KEY, 0, *words) + 2;
}

/* The rule above the footer carries the message, so that no row is lost to it. */
static void draw_message(struct app *app, const struct area *a)
{
	const char *const *words = prompt_candidates(app->prompt);
	const char *hint = prompt_hint(app->prompt);
	int row = a->rows - 2, n;

	draw_rule(a, row, STYLE_RULE);
	if (words) {
		draw_fill(a, row, 0, a->cols, STYLE_NORMAL, 0);
		draw_candidates(a, row, words);
	} else if (app->message[0]) {
		n = draw_printf(a, row, 2, a->cols - 4, message_style(app->message_kind), 0, " %s ", app->message);
		(void)n;
	} else if (hint) {
		draw_printf(a, row, 2, a->cols - 4, STYLE_DIM, 0, " %s ", hint);
	}
}

/* The part of the line around the cursor, when it is longer than the screen. */
static void draw_line(const struct area *a, int row, int col, const struct lineedit *le)
{
	const char *s = lineedit_text(le);
	size_t used, from = 0, room = (size_t)(a->cols - col - 1);
	struct text_cluster t;

	if (a->cols - col < 2)
		return;
	while (text_width(s + from, le->cursor - from) > room) {
		text_next(&t, s + from, le->text.len - from);
		from += t.taken;
	}
	text_fit(&used, s + from, le->text.len - from, room);
	draw_text(a, row, col, (int)room, STYLE_PROMPT, 0, s + from, le->text.len - from);
	a->canvas->cursor_row = a->row + row;
	a->canvas->cursor_col = a->col + col + (int)text_width(s + from, le->cursor - from);
}

/* A passphrase: as many stars as letters. */
static void draw_secret(const struct area *a, int row, int col, const struct lineedit *le)
{
	size_t n = text_width(lineedit_text(le), le->text.len), i;

	for (i = 0; i < n && col + (int)i < a->cols - 1; i++)
		draw_str(a, row, col + (int)i, 1, STYLE_PROMPT, 0, "*");
	a->canvas->cursor_row = a->row + row;
	a->canvas->cursor_col = a->col + col + (int)i;
}

/* "p=passed|d=did not complete": where room is scarce they stand closer, so that all are seen at 80 columns. */
static void draw_choices(const struct area *a, const char *choices)
{
	int width = 0, at = 0, gap;

	for (const char *p = choices; *p; p++)
		width += *p == '|';
	width = (int)text_width(choices, strlen(choices)) + width;	/* as it is with two blanks between them */
	gap = width <= a->cols ? 2 : 1;
	for (const char *p = choices; *p; p += strcspn(p, "|"), p += *p == '|') {
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)strcspn(p, "|"), p);
		at += draw_text(a, a->rows - 1, at, a->cols - at, STYLE_KEY, 0, word, 1) + 1;
		at += draw_str(a, a->rows - 1, at, a->cols - at, STYLE_FOOT, 0, word + 2) + gap;
	}
}

static void draw_prompt(struct app *app, const struct area *a)
{
	const struct lineedit *le = prompt_line(app->prompt);
	int row = a->rows - 1, n;

	if (prompt_choices(app->prompt)) {
		draw_choices(a, prompt_choices(app->prompt));
		return;
	}
	n = draw_str(a, row, 0, a->cols * 2 / 3, STYLE_PROMPT, 0, prompt_label(app->prompt));
	if (prompt_mode(app->prompt) == PROMPT_CONFIRM)
		draw_str(a, row, n + 1, -1, STYLE_KEY, 0, "y / n");
	else if (prompt_mode(app->prompt) == PROMPT_ASK)
		n++;
	if (le && prompt_is_secret(app->prompt))
		draw_secret(a, row, n, le);
	else if (le)
		draw_line(a, row, n, le);
}

static int draw_hint(struct app *app, const struct area *a, int at, const char *hint)
{
	const char *word = strchr(hint, '=');
	const struct command *cmd;
	char name[64], key[KEY_NAME_MAX], verb[64];
	int width;

	snprintf(name, sizeof(name), "%.*s", (int)(word ? word - hint : (int)strlen(hint)), hint);
	snprintf(verb, sizeof(verb), "%.*s", (int)strcspn(name, " "), name);
	cmd = command_find(verb);
	if (!cmd || command_why_not(cmd, app) ||
	    !keymap_key_of(key, app->keymap, screens[screen_top(app)]->name, name))
		return at;
	word = word ? word + 1 : cmd->name;
	width = (int)text_width(key, strlen(key)) + 1 + (int)text_width(word, strlen(word));
	if (at + width > a->cols)
		return at;
	at += draw_str(a, a->rows - 1, at, -1, STYLE_KEY, 0, key) + 1;
	return at + draw_str(a, a->rows - 1, at, -1, STYLE_FOOT, 0, word) + 2;
}

static void draw_footer(struct app *app, const struct area *a)
{
	const struct view *v = views[screen_top(app)];
	const char *const *hints = v->hints ? v->hints(app, app->state[screen_top(app)]) : NULL;
	struct area left;
	char place[128] = "";
	int at = 1, used = 0;

	if (v->place)
		v->place(app, app->state[screen_top(app)], place, (int)sizeof(place));
	if (place[0])
		used = draw_right(a, a->rows - 1, a->cols - 1, a->cols / 2, STYLE_DIM, 0, place) + 2;
	left = area_sub(a, 0, 0, a->rows, a->cols - used - 1);
	for (; hints && *hints; hints++)
		at = draw_hint(app, &left, at, *hints);
}

static void draw_too_small(const struct area *a)
{
	static const char text[] = "The terminal is too small: Verdict needs 60 x 15. q leaves.";
	int cols = a->cols > 44 ? 44 : a->cols;
	int rows = draw_wrapped(NULL, 0, 0, cols, a->rows, STYLE_NORMAL, 0, text);

	draw_wrapped(a, (a->rows - rows) / 2, (a->cols - cols) / 2, cols, a->rows, STYLE_NORMAL, 0, text);
}

void ui_draw(struct app *app, struct canvas *c)
{
	struct area all = area_all(c), body;

	canvas_clear(c);
	app->rows = c->rows;
	app->cols = c->cols;
	app->too_small = c->rows < UI_ROWS_MIN || c->cols < UI_COLS_MIN;
	if (app->too_small) {
		app->body_rows = 1;
		draw_too_small(&all);
		return;
	}
	if (app->depth == 0)
		return;
	if (!frame_bare(app)) {
		draw_head(app, &all);
		walk_tabs(app, &all, 0, NULL);
		draw_rule(&all, 2, STYLE_RULE);
	}
	body = frame_body(app, c);
	app->body_rows = body.rows;
	views[screen_top(app)]->draw(app, screen_state(app, screen_top(app)), &body);
	draw_message(app, &all);
	if (prompt_mode(app->prompt) != PROMPT_NONE)
		draw_prompt(app, &all);
	else
		draw_footer(app, &all);
}

bool ui_click(struct app *app, struct canvas *c, int row, int col, char *line, int max)
{
	struct area all = area_all(c), body = frame_body(app, c);
	const struct view *v = app->depth ? views[screen_top(app)] : NULL;
	const char *hit = NULL;

	if (!v || app->too_small)
		return false;
	if (!v->bare && row == 1) {
		walk_tabs(app, &all, col, &hit);
		if (hit)
			snprintf(line, (size_t)max, "%s", hit);
		return hit != NULL;
	}
	row -= body.row;
	col -= body.col;
	if (row < 0 || row >= body.rows || col < 0 || col >= body.cols || !v->click)
		return false;
	return v->click(app, app->state[screen_top(app)], &body, row, col, line, max);
}
