/* SPDX-License-Identifier: Apache-2.0 */
/* The queue as a list, with a preview beside it from 120 columns. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/options.h"
#include "verdict/app/queue.h"
#include "verdict/base/clock.h"
#include "verdict/ui/view.h"
#include "src/ui/ui_priv.h"

#define LIST_TOP 2	/* counts, headings */
#define PREVIEW_FROM 120

/*
 * Columns of the list: where each begins and how wide it is. Where there is room `from` and `to` stand in columns
 * of their own; else `to` follows `from` and what one does not need the other takes.
 */
struct columns {
	int id, id_w, test, test_w, status, status_w, pair, pair_w, from_w, table, table_w, wait, wait_w;
	bool aligned;
};

static int id_width(struct app *app, const struct queue_view *v, int rows)
{
	int width = 5, i;

	for (i = 0; i < rows; i++) {
		const struct queue_row *r = queue_row_at(app, v->top + (size_t)i);
		int w = r ? (int)strlen(r->id) : 0;

		if (w > width)
			width = w;
	}
	return width < 12 ? width : 12;
}

static struct columns layout(int cols, int id_w)
{
	struct columns c = { .id = 4, .id_w = id_w, .table_w = 5, .wait_w = 6 };
	int left;

	c.aligned = cols >= 100;
	c.status_w = cols >= 100 ? 18 : 0;
	c.wait = cols - 1 - c.wait_w;
	c.table = c.wait - 1 - c.table_w;
	c.test = c.id + c.id_w + 2;
	left = c.table - 2 - c.test - 2 - (c.status_w ? c.status_w + 2 : 0);
	c.test_w = left * 2 / 5;
	c.status = c.test + c.test_w + 2;
	c.pair = c.status_w ? c.status + c.status_w + 2 : c.status;
	c.pair_w = c.table - 2 - c.pair;
	c.from_w = (c.pair_w - 3) / 2;
	return c;
}

static bool split(const struct app *app, const struct area *a, struct area *list, struct area *side)
{
	int cols = a->cols > 200 ? a->cols / 2 : a->cols >= 150 ? a->cols * 3 / 5 : 80;

	*list = *a;
	if (a->cols < PREVIEW_FROM || !options_bool(app->options, "preview"))
		return false;
	*list = area_sub(a, 0, 0, a->rows, cols);
	*side = area_sub(a, 1, cols + 2, a->rows - 1, a->cols - cols - 3);
	return true;
}

static int add_count(const struct area *a, int at, int64_t n, const char *word, enum style style)
{
	if (n == 0)
		return at;
	if (at > 1)
		at += draw_printf(a, 0, at, -1, STYLE_DIM, 0, " %s ", glyph_text(a->canvas, GLYPH_DOT));
	return at + draw_printf(a, 0, at, -1, style, 0, "%lld %s", (long long)n, word);
}

static void draw_counts(struct app *app, const struct area *a, const struct queue_view *v)
{
	static const char *const scopes[] = { "", "mine  ", "assigned  ", "all  " };
	char right[700];
	int at = 1, n;

	if (app->informed) {
		at = add_count(a, at, app->counts.by_status[TI_CRITICAL], "critical", STYLE_CRITICAL);
		at = add_count(a, at, app->counts.by_status[TI_TO_BE_VERIFIED], "to be verified", STYLE_NORMAL);
		at = add_count(a, at, app->counts.by_status[TI_PARTIAL], "partial", STYLE_PARTIAL);
		at = add_count(a, at, app->counts.stale, "stale", STYLE_STALE);
		at = add_count(a, at, app->counts.disputed, "disputed", STYLE_WARNING);
		if (at == 1)
			at += draw_str(a, 0, at, -1, STYLE_DIM, 0, "nothing waits for a monitor");
	}
	n = snprintf(right, sizeof(right), "%s", scopes[v->scope]);
	if (v->changed)
		n += snprintf(right + n, sizeof(right) - (size_t)n, "%zu changed, R sorts  ", v->changed);
	n += snprintf(right + n, sizeof(right) - (size_t)n, "sort: %s", queue_sort_name(v->sort));
	if (v->filter[0])
		snprintf(right + n, sizeof(right) - (size_t)n, "  /%s", v->filter);
	draw_right(a, 0, a->cols - 1, a->cols - at - 2, STYLE_DIM, 0, right);
}

static void draw_headings(const struct area *a, const struct columns *c)
{
	int at = c->aligned ? c->from_w + 1 : 5;

	draw_str(a, 1, c->id, c->id_w, STYLE_LABEL, 0, "TI");
	draw_str(a, 1, c->test, c->test_w, STYLE_LABEL, 0, "test");
	if (c->status_w)
		draw_str(a, 1, c->status, c->status_w, STYLE_LABEL, 0, "status");
	draw_str(a, 1, c->pair, c->from_w, STYLE_LABEL, 0, "from");
	draw_glyph(a, 1, c->pair + at, STYLE_LABEL, 0, GLYPH_TO);
	draw_str(a, 1, c->pair + at + 2, 3, STYLE_LABEL, 0, "to");
	draw_str(a, 1, c->table, c->table_w, STYLE_LABEL, 0, "table");
	draw_right(a, 1, c->wait + c->wait_w, c->wait_w, STYLE_LABEL, 0, "wait");
}

static bool waits(const struct queue_row *r)
{
	return ti_status_waits(r->status) || r->stale || r->disputed;
}

static void draw_marks(const struct area *a, int row, const struct queue_row *r)
{
	if (r->claim != CLAIM_NONE && r->claim != CLAIM_LOST) {
		if (r->claim == CLAIM_INTENDED && !r->claim_mine)
			draw_str(a, row, 1, 1, STYLE_OTHERS, 0, "?");
		else
			draw_str(a, row, 1, 1, r->claim_mine ? STYLE_MINE : STYLE_OTHERS, 0, r->claim_mine ? "c" : "C");
	}
	if (r->critical || r->status == TI_CRITICAL)
		draw_str(a, row, 2, 1, STYLE_CRITICAL, 0, "!");
	else if (r->status == TI_VERIFIED && !r->stale)
		draw_glyph(a, row, 2, STYLE_GOOD, 0, GLYPH_TICK);
	else if (r->status == TI_FAILED && !r->stale)
		draw_glyph(a, row, 2, STYLE_ERROR, 0, GLYPH_CROSS);
	else if (r->status == TI_PARTIAL || r->stale || r->disputed)
		draw_str(a, row, 2, 1, STYLE_PARTIAL, 0, "~");
	else if (r->beyond)
		draw_str(a, row, 2, 1, STYLE_DIM, 0, "=");
	else if (r->completes)
		draw_str(a, row, 2, 1, STYLE_GOOD, 0, "+");
}

static int draw_system(const struct area *a, int row, int col, int width, enum style s, const char *country,
	const char *name)
{
	int n = draw_str(a, row, col, width, STYLE_DIM, 0, country);

	if (n > 0)
		n++;
	return n + draw_str(a, row, col + n, width - n, s, 0, name);
}

static int system_width(const char *country, const char *name)
{
	return (int)text_width(country, strlen(country)) + 1 + (int)text_width(name, strlen(name));
}

static void draw_pair(const struct area *a, const struct columns *c, int row, enum style s,
	const struct queue_row *r)
{
	int room = c->pair_w - 3, from_w = c->from_w, need = system_width(r->to_country, r->to), at;

	if (!r->to[0])
		from_w = c->pair_w;
	else if (!c->aligned && need < room - from_w)
		from_w = room - need;
	at = draw_system(a, row, c->pair, from_w, s, r->from_country, r->from);
	if (!r->to[0])
		return;
	if (c->aligned)
		at = c->from_w;
	draw_glyph(a, row, c->pair + at + 1, STYLE_DIM, 0, GLYPH_TO);
	draw_system(a, row, c->pair + at + 3, c->pair_w - at - 3, s, r->to_country, r->to);
}

static void age_words(char out[CLOCK_TEXT], const struct queue_row *r)
{
	int64_t s = (clock_wall_ms() - r->since) / 1000;

	out[0] = '\0';
	if (waits(r) && r->since > 0)
		clock_format_age(out, s < 0 ? 0 : s);
}

static enum style status_style(const struct queue_row *r)
{
	switch (r->status) {
	case TI_CRITICAL: return STYLE_CRITICAL;
	case TI_VERIFIED: return STYLE_GOOD;
	case TI_FAILED: return STYLE_ERROR;
	case TI_PARTIAL: return STYLE_PARTIAL;
	case TI_DISPUTED: return STYLE_WARNING;
	case TI_TO_BE_VERIFIED: return STYLE_NORMAL;
	default: return STYLE_DIM;
	}
}

static void draw_row(struct app *app, const struct area *a, const struct columns *c, int row,
	const struct queue_row *r)
{
	enum style s = waits(r) ? STYLE_NORMAL : STYLE_DIM;
	char age[CLOCK_TEXT];

	draw_marks(a, row, r);
	draw_str(a, row, c->id, c->id_w, s, queue_row_changed(app, r) ? ATTR_UNDERLINE : 0, r->id);
	draw_str(a, row, c->test, c->test_w, s, 0, r->title);
	if (c->status_w)
		draw_printf(a, row, c->status, c->status_w, status_style(r), 0, "%s%s",
			ti_status_label(r->status), r->stale ? ", stale" : "");
	draw_pair(a, c, row, s, r);
	draw_str(a, row, c->table, c->table_w, s, 0, r->table);
	age_words(age, r);
	draw_right(a, row, c->wait + c->wait_w, c->wait_w, s, 0, age);
}

static void cursor_line(const struct area *a, int row)
{
	int col;

	for (col = 0; col < a->cols; col++) {
		struct cell *cell = &a->canvas->cells[(a->row + row) * a->canvas->cols + a->col + col];

		if (cell->style == STYLE_NORMAL || cell->style == STYLE_DIM || cell->style == STYLE_LABEL)
			cell->style = STYLE_CURSOR;
	}
	draw_glyph(a, row, 0, STYLE_CURSOR, 0, GLYPH_CURSOR);
}

/* Why it is empty, and what to do. */
static void draw_empty(struct app *app, const struct area *a, const struct queue_view *v)
{
	char why[700], next[200];

	if (!v->loaded || (v->filter[0] && v->filtering)) {
		draw_str(a, LIST_TOP + 1, 4, -1, STYLE_DIM, 0, v->loaded ? "looking ..." : "reading the queue ...");
		return;
	}
	if (v->filter[0]) {
		snprintf(why, sizeof(why), "No test instance matches /%s", v->filter);
		snprintf(next, sizeof(next), "Esc shows the whole queue again.");
	} else if (app->counts.total == 0) {
		snprintf(why, sizeof(why), "The event has no test instances yet.");
		snprintf(next, sizeof(next), "They come with an event pack: leave and run verdict import pack FILE.");
	} else if (v->scope == SCOPE_ASSIGNED) {
		snprintf(why, sizeof(why), "You hold no claim, and nothing waits of the tests assigned to you.");
		snprintf(next, sizeof(next), "S shows other test instances; c on one of them claims it.");
	} else if (v->scope == SCOPE_MINE) {
		snprintf(why, sizeof(why), "You hold no claim.");
		snprintf(next, sizeof(next), "S shows other test instances; c on one of them claims it.");
	} else {
		snprintf(why, sizeof(why), "Nothing waits for a monitor.");
		snprintf(next, sizeof(next), "R looks again, S shows every test instance of the event.");
	}
	draw_str(a, LIST_TOP + 1, 4, a->cols - 6, STYLE_NORMAL, 0, why);
	draw_str(a, LIST_TOP + 2, 4, a->cols - 6, STYLE_DIM, 0, next);
}

static int preview_pair(const struct area *a, int row, const char *label, const char *value)
{
	if (row >= a->rows)
		return row;
	draw_str(a, row, 0, 12, STYLE_LABEL, 0, label);
	draw_str(a, row, 13, -1, STYLE_NORMAL, 0, value);
	return row + 1;
}

static int preview_people(const struct area *a, int row, const struct instance *ti)
{
	char line[600];
	size_t i;

	for (i = 0; i < ti->n_participants && row < a->rows; i++) {
		const struct participant *p = &ti->participants[i];

		draw_printf(a, row, 0, a->cols - 6, STYLE_LABEL, 0, "%s, %s", p->role, p->actor);
		draw_right(a, row++, a->cols, 5, STYLE_NORMAL, 0, p->table);
		snprintf(line, sizeof(line), "%.4s %.160s", p->country, p->system_name);
		draw_str(a, row++, 2, -1, STYLE_NORMAL, 0, line);
		draw_str(a, row++, 5, -1, STYLE_DIM, 0, p->organisation_name);
	}
	return row;
}

static int preview_steps(const struct area *a, int row, const struct instance *ti)
{
	size_t i;

	for (i = 0; i < ti->n_steps && row < a->rows; i++) {
		const struct instance_step *s = &ti->steps[i];
		int at = draw_printf(a, row, 0, -1, STYLE_NORMAL, 0, "%2u  %-8.20s ", s->n, s->transaction);

		at += draw_str(a, row, at, 9, STYLE_DIM, 0, s->status);
		if (s->evidence)
			draw_printf(a, row, 23, -1, STYLE_NORMAL, 0, "evidence %u", s->evidence);
		else
			draw_str(a, row, 23, -1, STYLE_DIM, 0, "no evidence");
		if (s->mark != MARK_NONE)
			draw_glyph(a, row, 36, s->mark == MARK_VERIFIED ? STYLE_GOOD : STYLE_ERROR, 0,
				s->mark == MARK_VERIFIED ? GLYPH_TICK : GLYPH_CROSS);
		row++;
	}
	return row;
}

static int preview_notes(const struct area *a, int row, const struct instance *ti)
{
	size_t i, ticked = 0;

	for (i = 0; i < ti->n_items; i++)
		ticked += ti->items[i].state != ITEM_OPEN;
	if (ti->n_items && row < a->rows)
		draw_printf(a, row++, 0, -1, STYLE_NORMAL, 0, "%zu of %zu checked off", ticked, ti->n_items);
	for (i = 0; i < ti->n_warnings && row < a->rows; i++)
		row += draw_wrapped(a, row, 0, a->cols, a->rows - row, STYLE_WARNING, 0, ti->warnings[i]);
	if (ti->neutrality && row < a->rows)
		row += draw_wrapped(a, row, 0, a->cols, a->rows - row, STYLE_ERROR, 0, ti->neutrality);
	for (i = ti->n_history; i-- > 0; )
		if (strcmp(ti->history[i].kind, "comment") == 0)
			break;
	if (i < ti->n_history && row + 1 < a->rows) {
		draw_printf(a, ++row, 0, -1, STYLE_LABEL, 0, "%s:", ti->history[i].who_name);
		row++;
		row += draw_wrapped(a, row, 2, a->cols - 2, a->rows - row, STYLE_NORMAL, 0, ti->history[i].text);
	}
	return row;
}

static void draw_preview(struct app *app, const struct area *a)
{
	const struct instance *ti = queue_preview(app);
	char line[300];
	int row = 0;

	if (!ti)
		return;
	draw_printf(a, row++, 0, -1, STYLE_TITLE, 0, "%s  %s", ti->row.id, ti->row.title);
	snprintf(line, sizeof(line), "%.120s%s%s", ti_status_label(ti->row.status), ti->row.stale ? ", stale" : "",
		ti->row.critical && ti->row.status != TI_CRITICAL ? ", critical" : "");
	row = preview_pair(a, row, "status", line);
	snprintf(line, sizeof(line), "%.120s  %.120s", ti->row.track, ti->row.profiles);
	row = preview_pair(a, row, "track", line);
	if (ti->row.claim != CLAIM_NONE && ti->row.claim_by && ti->row.claim_by[0])
		row = preview_pair(a, row, "claimed by", ti->row.claim_mine ? "you" : ti->row.claim_by);
	row = preview_people(a, row + 1, ti);
	row = preview_steps(a, row + 1, ti);
	preview_notes(a, row + 1, ti);
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct area list, side;
	struct queue_view v;
	struct columns c;
	int row;
	bool preview;

	(void)state;
	preview = split(app, a, &list, &side);
	queue_window(app, list.rows - LIST_TOP);
	queue_look(&v, app);
	c = layout(list.cols, id_width(app, &v, list.rows - LIST_TOP));
	draw_counts(app, a, &v);
	draw_headings(&list, &c);
	if (v.count == 0)
		draw_empty(app, &list, &v);
	for (row = 0; row < list.rows - LIST_TOP && v.top + (size_t)row < v.count; row++) {
		const struct queue_row *r = queue_row_at(app, v.top + (size_t)row);

		if (r)
			draw_row(app, &list, &c, row + LIST_TOP, r);
		else
			draw_str(&list, row + LIST_TOP, c.id, -1, STYLE_DIM, 0, "...");
		if (v.top + (size_t)row == v.cursor)
			cursor_line(&list, row + LIST_TOP);
	}
	if (!preview || v.count == 0)
		return;
	for (row = 1; row < a->rows; row++)
		draw_glyph(a, row, list.cols, STYLE_RULE, 0, GLYPH_VLINE);
	draw_preview(app, &side);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct area list, side;
	struct queue_view v;
	size_t at;

	(void)state;
	split(app, a, &list, &side);
	queue_look(&v, app);
	if (row < LIST_TOP || col >= list.cols)
		return false;
	at = v.top + (size_t)(row - LIST_TOP);
	if (at >= v.count)
		return false;
	if (at == v.cursor)
		snprintf(line, (size_t)max, "enter");
	else
		snprintf(line, (size_t)max, "go %zu", at + 1);
	return true;
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const all[] = {
		"enter=open", "claim", "search=filter", "sort", "sort table=walk", "scope", "prompt=command", "quit", NULL
	};
	static const char *const filtered[] = {
		"enter=open", "claim", "search=filter", "back=everything", "sort", "prompt=command", NULL
	};
	static const char *const empty[] = {
		"search=filter", "back=everything", "scope", "resort=look again", "prompt=command", "quit", NULL
	};
	struct queue_view v;

	(void)state;
	queue_look(&v, app);
	return v.count == 0 ? empty + (v.filter[0] ? 0 : 2) : v.filter[0] ? filtered : all;
}

static void place(struct app *app, void *state, char *out, int max)
{
	struct queue_view v;
	size_t n;

	(void)state;
	queue_look(&v, app);
	out[0] = '\0';
	if (v.filter[0] && v.index_percent < 100)
		snprintf(out, (size_t)max, "indexing %u%%  ", v.index_percent);
	n = strlen(out);
	queue_place(app, out + n, (size_t)max - n);
}

const struct view view_queue = { .draw = draw, .click = click, .hints = hints, .place = place };
