/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One item of evidence on screen: opening, the window of rows, views, search, places. Layer app, UI thread.
 * Nothing here waits: bytes come by a job of the store thread, rows and places from the reader.
 */
#include "evidence_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verdict/base/mem.h"
#include "verdict/store/blob.h"

#define AHEAD 3		/* pages asked for on either side of what is shown */
#define ROWS_MAX 1000	/* of one answer */

struct evidence_state *evidence_of(struct app *app)
{
	return screen_state(app, SCREEN_EVIDENCE);
}

const char *evidence_view_word(enum evidence_view v)
{
	static const char *const words[VIEW_ALL] = { "outline", "pretty", "raw", "hex", "narrative", "compare",
		"picture" };

	return words[v];
}

bool evidence_offers(const struct evidence_state *st, enum evidence_view v)
{
	if (v == VIEW_COMPARE)
		return st->phase == LOOK_READY && st->says[0];
	if (v == VIEW_PICTURE)
		return st->phase == LOOK_READY && st->info.frames > 0;
	return v != VIEW_NARRATIVE || (st->phase == LOOK_READY && st->place[v].total != 0);
}

const struct reader_row *evidence_row(const struct evidence_state *st, uint64_t row)
{
	if (row < st->rows.from || row - st->rows.from >= st->rows.n)
		return NULL;
	return &st->rows.at[row - st->rows.from];
}

static struct evidence_place *place_of(struct evidence_state *st)
{
	return &st->place[st->view];
}

static void drop_rows(struct evidence_state *st)
{
	st->rows.n = 0;
	st->rows.stale = false;
}

/* How many rows there are, as far as that is known where the screen stands. */
static uint64_t end_of(const struct evidence_place *p)
{
	if (p->total == UINT64_MAX && (row_is_late(p->top) || row_is_late(p->cursor)))
		return ROWS_END;
	return p->total;
}

/* All rows are counted: rows that had their number from the end get the true one. */
static uint64_t settled(uint64_t row, uint64_t total)
{
	if (!row_is_late(row) || total == UINT64_MAX)
		return row;
	return total > ROWS_END - row ? total - (ROWS_END - row) : 0;
}

static void ask_rows(struct evidence_state *st, uint64_t from, unsigned int count);

/* Ask for the window again where what is shown is missing, old, or near its edge. */
static void fill(struct evidence_state *st)
{
	struct evidence_place *p = place_of(st);
	uint64_t page = st->page > 0 ? (uint64_t)st->page : 24;
	uint64_t end = st->rows.from + st->rows.n, from, count, want = p->top + 2 * page;
	bool missing, near;

	if (st->phase != LOOK_READY || st->view == VIEW_PICTURE || st->asking || st->jumping ||
	    st->rows.from == UINT64_MAX)
		return;
	if (want > end_of(p))
		want = end_of(p);
	missing = st->rows.n == 0 ? p->total != 0 : p->top < st->rows.from || p->top >= end;
	near = want > end || (st->rows.from > 0 && p->top < st->rows.from + page);
	if (!missing && !near && !st->rows.stale)
		return;
	from = p->top > AHEAD * page ? p->top - AHEAD * page : 0;
	count = (2 * AHEAD + 1) * page;
	/* The same question again would get the same answer. */
	if (!missing && !st->rows.stale && from == st->rows.from)
		return;
	ask_rows(st, from, (unsigned int)(count > ROWS_MAX ? ROWS_MAX : count));
}

static void copy_row(struct arena *a, struct reader_row *out, const struct reader_row *in)
{
	*out = *in;
	out->label = arena_strn(a, in->label ? in->label : "", in->label_len);
	out->value = arena_strn(a, in->value ? in->value : "", in->value_len);
	out->note = arena_strn(a, in->note ? in->note : "", in->note_len);
	out->other = arena_strn(a, in->other ? in->other : "", in->other_len);
}

static void looked_due(void *data)
{
	struct evidence_state *st = data;

	evidence_mark_looked(st->app, st);
}

static void ask_path(struct evidence_state *st);

static void rows_came(enum status code, const struct reader_row *rows, size_t n, uint64_t total, void *data)
{
	struct evidence_state *st = data;
	struct evidence_place *p = &st->place[st->ask_view];
	size_t i;

	st->asking = false;
	st->app->dirty = true;
	st->app->answered = st->app->answered || !evidence_row(st, p->top) || st->rows.stale;	/* somebody waits */
	if (code) {
		snprintf(st->why, sizeof(st->why), "could not be read: %s", status_message());
		st->phase = code == STATUS_CANCELLED ? st->phase : LOOK_READY;
		drop_rows(st);
		st->rows.from = UINT64_MAX;	/* until something else is asked for */
		return;
	}
	p->total = total;
	p->cursor = settled(p->cursor, total);
	p->top = settled(p->top, total);
	if (total != UINT64_MAX && p->cursor >= total)
		p->cursor = total ? total - 1 : 0;
	if (st->ask_view != st->view) {
		fill(st);
		return;
	}
	arena_reset(&st->rows.arena);
	st->rows.at = arena_array(&st->rows.arena, struct reader_row, n + 1);
	for (i = 0; i < n; i++)
		copy_row(&st->rows.arena, &st->rows.at[i], &rows[i]);
	st->rows.from = n ? rows[0].row : st->ask_from;
	st->rows.n = n;
	st->rows.stale = st->ask_width != st->width;
	st->why[0] = '\0';
	if (!st->looked && !st->looked_timer && st->app->loop) {
		st->paint = st->app->paint;
		loop_after(st->app->loop, &st->looked_timer, 40, "looked at", looked_due, st);
	}
	ask_path(st);
}

static void ask_rows(struct evidence_state *st, uint64_t from, unsigned int count)
{
	st->asking = true;
	st->ask_view = st->view;
	st->ask_from = from;
	st->ask_width = st->width;
	reader_rows(app_reader(st->app), st->view, from, count,
		st->whole ? 0 : (unsigned int)(st->width > 8 ? st->width : 80), rows_came, st);
}

static void path_came(enum status code, const char *text, size_t len, void *data)
{
	struct evidence_state *st = data;

	st->path_asking = false;
	st->path_row = st->path_asked;
	snprintf(st->path, sizeof(st->path), "%.*s", code ? 0 : (int)len, code ? "" : text);
	st->app->dirty = true;
	if (st->view == VIEW_OUTLINE && st->path_row != place_of(st)->cursor)
		ask_path(st);
}

static void ask_path(struct evidence_state *st)
{
	if (st->view != VIEW_OUTLINE || st->phase != LOOK_READY || st->path_asking ||
	    st->path_row == place_of(st)->cursor || st->rows.n == 0)
		return;
	st->path_asking = true;
	st->path_asked = place_of(st)->cursor;
	reader_path(app_reader(st->app), st->path_asked, path_came, st);
}

static void keep_in_sight(struct evidence_state *st)
{
	struct evidence_place *p = place_of(st);
	uint64_t page = st->page > 0 ? (uint64_t)st->page : 1, end;

	if (p->cursor < p->top)
		p->top = p->cursor;
	else if (p->cursor >= p->top + page)
		p->top = p->cursor - page + 1;
	end = end_of(p);
	if (end != UINT64_MAX && end > page && p->top > end - page)
		p->top = end - page;
	if (end <= page)
		p->top = 0;
}

void evidence_window(struct evidence_state *st, int rows, int cols)
{
	if (cols != st->width)
		st->rows.stale = true;
	st->page = rows;
	st->width = cols;
	keep_in_sight(st);
	fill(st);
}

static void arrive(struct evidence_state *st, uint64_t row)
{
	struct evidence_place *p;
	uint64_t page = st->page > 0 ? (uint64_t)st->page : 24;

	if (st->view != st->jump_view) {
		st->view = st->jump_view;
		st->hscroll = 0;
		drop_rows(st);
	}
	p = place_of(st);
	/* A jump out of sight lands in the upper third, with what stands before it. */
	if (row < p->top || row >= p->top + page)
		p->top = row > page / 3 ? row - page / 3 : 0;
	p->cursor = row;
	st->rows.stale = true;
	if (st->rows.from == UINT64_MAX)
		st->rows.from = 0;
	st->path_row = UINT64_MAX;
}

void evidence_jump_came(enum status code, uint64_t row, void *data)
{
	struct evidence_state *st = data;

	st->jumping = false;
	st->app->dirty = true;
	st->app->answered = st->app->answered || code != STATUS_OK;	/* else the rows come next */
	if (code == STATUS_NOT_FOUND)
		app_message(st->app, MESSAGE_WARNING, "%s", st->jump_what);
	else if (code == STATUS_CANCELLED)
		app_message(st->app, MESSAGE_NOTE, "stopped");
	else if (code)
		app_status(st->app, code);
	else
		arrive(st, row);
	keep_in_sight(st);
	fill(st);
}

void evidence_go(struct evidence_state *st, enum evidence_view v, uint64_t row)
{
	st->jump_view = v;
	arrive(st, row);
	keep_in_sight(st);
	fill(st);
	st->app->dirty = true;
}

bool evidence_jump(struct evidence_state *st, enum evidence_view v, const char *not_found)
{
	if (st->phase != LOOK_READY || st->jumping)
		return false;
	st->jumping = true;
	st->jump_view = v;
	snprintf(st->jump_what, sizeof(st->jump_what), "%s", not_found);
	return true;
}

void evidence_wrap(struct app *app)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r = evidence_row(st, place_of(st)->cursor);
	uint64_t offset = r ? r->begin : 0;

	if (st->view == VIEW_PICTURE)
		return;
	st->whole = !st->whole;
	st->hscroll = 0;
	drop_rows(st);
	/* The rows are numbered anew: first count them that way, then find the place again. */
	place_of(st)->total = UINT64_MAX;
	st->rows.from = 0;
	ask_rows(st, 0, 1);
	if (evidence_jump(st, st->view, ""))
		reader_locate(app_reader(app), st->view, offset, evidence_jump_came, st);
	app_message(app, MESSAGE_NOTE, st->whole ? "long lines go on to the right" : "long lines are wrapped");
}

/* Views show a place by different beginnings: hex by its row of 16. The byte meant first stays meant. */
static void tab_came(enum status code, uint64_t row, void *data)
{
	struct evidence_state *st = data;

	evidence_jump_came(code, row, data);
	if (!code) {
		st->anchor_row = row;
		st->anchor_view = st->view;
	}
}

enum status evidence_set_view(struct app *app, enum evidence_view v)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r = evidence_row(st, place_of(st)->cursor);

	if (st->phase != LOOK_READY)
		return status_set(STATUS_AGAIN, "there is nothing to show yet");
	if (v == st->view)
		return STATUS_OK;
	if (!evidence_offers(st, v))
		return status_set(STATUS_NOT_FOUND, v == VIEW_COMPARE ? "nothing was compared; = does" :
			v == VIEW_PICTURE ? "there is no picture in it" : "there is no narrative in it");
	if (r && (st->anchor_view != st->view || st->anchor_row != r->row))
		st->anchor = r->begin;
	/* A picture has no rows: it keeps the place of the view before it. */
	if ((r ? v != VIEW_PICTURE : st->view == VIEW_PICTURE) &&
	    !(st->place[VIEW_OUTLINE].total == 0 && v == VIEW_OUTLINE) && evidence_jump(st, v, "that place is not in this view")) {
		reader_locate(app_reader(app), v, st->anchor, tab_came, st);
		return STATUS_OK;
	}
	st->view = v;
	st->hscroll = 0;
	drop_rows(st);
	st->rows.from = 0;
	st->why[0] = '\0';
	if (v == VIEW_PICTURE)
		evidence_picture_enter(st);
	fill(st);
	app->dirty = true;
	return STATUS_OK;
}

static const struct reader_row *row_here(struct evidence_state *st)
{
	const struct reader_row *r = st->phase == LOOK_READY ? evidence_row(st, place_of(st)->cursor) : NULL;

	if (st->view == VIEW_PICTURE)
		(void)status_set(STATUS_AGAIN, "a picture has no rows; Tab goes to the outline");
	else if (!r)
		(void)status_set(STATUS_AGAIN, "this row is still on its way");
	return r;
}

enum status evidence_fold(struct app *app, enum fold_op op)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r;

	if (st->view != VIEW_OUTLINE)
		return status_set(STATUS_DENIED, "only the outline folds; Tab goes there");
	r = row_here(st);
	if (!r)
		return STATUS_AGAIN;
	if (op == FOLD_TOGGLE && r->fold == FOLD_NONE)
		return STATUS_OK;
	if (evidence_jump(st, VIEW_OUTLINE, "nothing to fold"))
		reader_fold(app_reader(app), op, place_of(st)->cursor, evidence_jump_came, st);
	return STATUS_OK;
}

enum status evidence_search(struct app *app, const char *pattern, bool back)
{
	struct evidence_state *st = evidence_of(app);
	char what[140];

	if (st->view == VIEW_PICTURE)
		return status_set(STATUS_DENIED, "a picture has no text to search; Tab goes to the outline");
	if (pattern && pattern[0]) {
		mem_free(st->pattern);
		st->pattern = mem_strdup(pattern);
	}
	if (!st->pattern)
		return status_set(STATUS_USAGE, "search for what? / asks");
	snprintf(what, sizeof(what), "\"%.100s\" is not in here", st->pattern);
	if (evidence_jump(st, st->view, what))
		reader_search(app_reader(app), st->view, st->pattern, place_of(st)->cursor, back, evidence_jump_came, st);
	return STATUS_OK;
}

/* A number is a byte offset, 0x… too; anything else is a path of the outline. */
enum status evidence_goto(struct app *app, const char *where)
{
	struct evidence_state *st = evidence_of(app);
	unsigned long long offset;
	char *end;

	if (st->phase != LOOK_READY)
		return status_set(STATUS_AGAIN, "there is nothing to show yet");
	offset = strtoull(where, &end, 0);
	if (st->view == VIEW_PICTURE && *where >= '0' && *where <= '9' && *end == '\0')
		return evidence_picture_frame(app, offset > INT32_MAX ? INT32_MAX : (int64_t)offset - 1);
	if (*where >= '0' && *where <= '9' && *end == '\0') {
		if (offset >= st->info.size)
			return status_set(STATUS_NOT_FOUND, "there are %llu bytes",
				(unsigned long long)st->info.size);
		if (evidence_jump(st, st->view, "that place is not in this view"))
			reader_locate(app_reader(app), st->view, offset, evidence_jump_came, st);
	} else if (evidence_jump(st, VIEW_OUTLINE, "no such path; it is written as shown below the outline")) {
		reader_goto(app_reader(app), where, evidence_jump_came, st);
	}
	return STATUS_OK;
}

static void value_came(enum status code, const char *text, size_t len, void *data)
{
	struct evidence_state *st = data;

	st->jumping = false;
	if (code)
		app_status(st->app, code);
	else
		instance_yank(st->app, "value", text, len);
	fill(st);
}

enum status evidence_yank(struct app *app, bool path)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r = row_here(st);

	if (!r)
		return STATUS_AGAIN;
	if (path && st->view == VIEW_OUTLINE) {
		if (st->path_row != place_of(st)->cursor || !st->path[0])
			return status_set(STATUS_AGAIN, "this row has no path");
		instance_yank(app, "path", st->path, strlen(st->path));
	} else if (path) {
		char offset[32];

		snprintf(offset, sizeof(offset), "0x%llx", (unsigned long long)r->begin);
		instance_yank(app, "offset", offset, strlen(offset));
	} else if (st->view == VIEW_OUTLINE && evidence_jump(st, VIEW_OUTLINE, "")) {
		reader_value(app_reader(app), place_of(st)->cursor, value_came, st);
	} else if (st->view != VIEW_OUTLINE) {
		instance_yank(app, "line", r->value, r->value_len);
	}
	return STATUS_OK;
}

static void set_cursor(struct evidence_state *st, uint64_t row)
{
	struct evidence_place *p = place_of(st);

	if (p->total != UINT64_MAX && row >= p->total)
		row = p->total ? p->total - 1 : 0;
	else if (p->total == UINT64_MAX && row >= st->rows.from + st->rows.n)
		row = st->rows.from + st->rows.n ? st->rows.from + st->rows.n - 1 : 0;
	p->cursor = row;
}

static void page_by(struct evidence_state *st, int64_t by)
{
	struct evidence_place *p = place_of(st);
	uint64_t off = p->cursor - p->top, end = end_of(p);

	if (by < 0 && p->top < (uint64_t)-by) {
		if (p->top == 0)
			p->cursor = 0;
		p->top = 0;
	} else if (by < 0) {
		p->top -= (uint64_t)-by;
	} else {
		p->top += (uint64_t)by;
		if (end != UINT64_MAX && end >= (uint64_t)st->page && p->top > end - (uint64_t)st->page) {
			if (p->top - (uint64_t)by >= end - (uint64_t)st->page)
				off = (uint64_t)st->page;
			p->top = end - (uint64_t)st->page;
		}
	}
	set_cursor(st, p->top + off);
}

/* To the row that holds this one, as far as the window knows. */
static void to_parent(struct evidence_state *st)
{
	const struct reader_row *r = evidence_row(st, place_of(st)->cursor), *up;
	uint64_t row = place_of(st)->cursor;

	while (r && row-- > 0 && (up = evidence_row(st, row)))
		if (up->depth < r->depth) {
			place_of(st)->cursor = row;
			return;
		}
}

static void sideways(struct evidence_state *st, bool right, int count)
{
	const struct reader_row *r = evidence_row(st, place_of(st)->cursor);

	if (st->view == VIEW_OUTLINE && r && st->hscroll == 0) {
		if (right && r->fold == FOLD_CLOSED) {
			(void)evidence_fold(st->app, FOLD_TOGGLE);
			return;
		}
		if (!right) {
			if (r->fold == FOLD_OPEN)
				(void)evidence_fold(st->app, FOLD_TOGGLE);
			else
				to_parent(st);
			return;
		}
		if (r->fold == FOLD_OPEN)
			return;
	}
	st->hscroll += right ? 8 * count : -8 * count;
	if (st->hscroll < 0)
		st->hscroll = 0;
	if (st->hscroll > 4096)
		st->hscroll = 4096;
}

void evidence_move(struct app *app, void *state, enum move move, int count)
{
	struct evidence_state *st = state;
	struct evidence_place *p = place_of(st);
	int64_t page = st->page > 2 ? st->page - 1 : 1;

	if (st->phase != LOOK_READY)
		return;
	if (st->view == VIEW_PICTURE) {
		evidence_picture_move(st, move, count);
		return;
	}
	if (move == MOVE_DOWN)
		set_cursor(st, p->cursor + (uint64_t)count);
	else if (move == MOVE_UP)
		set_cursor(st, p->cursor > (uint64_t)count ? p->cursor - (uint64_t)count : 0);
	else if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP)
		page_by(st, (move == MOVE_PAGE_DOWN ? page : -page) * count);
	else if (move == MOVE_HALF_DOWN || move == MOVE_HALF_UP)
		page_by(st, (move == MOVE_HALF_DOWN ? page : -page) * count / 2);
	else if (move == MOVE_FIRST)
		set_cursor(st, 0);
	else if (move == MOVE_TO)
		set_cursor(st, (uint64_t)count);
	else if (move == MOVE_LEFT || move == MOVE_RIGHT)
		sideways(st, move == MOVE_RIGHT, count);
	else if (move == MOVE_LAST && p->total != UINT64_MAX)
		set_cursor(st, p->total - (p->total > 0));
	else if (move == MOVE_LAST && st->info.size && evidence_jump(st, st->view, ""))
		/* Not counted yet: the last byte's row is the last row. */
		reader_locate(app_reader(app), st->view, st->info.size - 1, evidence_jump_came, st);
	keep_in_sight(st);
	fill(st);
	ask_path(st);
	app->dirty = true;
}

enum status evidence_cancel(struct app *app)
{
	struct evidence_state *st = evidence_of(app);

	if (!st->jumping && !st->picture.asking)
		return STATUS_NOT_FOUND;
	reader_cancel(app_reader(app));
	st->jumping = st->asking = st->path_asking = false;
	evidence_picture_cancelled(st);
	st->rows.stale = true;
	evidence_settle_way(st, false);
	if (st->report_asking)
		evidence_ask_report(st);
	app_message(app, MESSAGE_NOTE, "stopped");
	fill(st);
	return STATUS_OK;
}
