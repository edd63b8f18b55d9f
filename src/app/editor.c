/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small editor of several lines, and the wrapping of text at words. Layer app, UI thread. Texts are at
 * most a few kilobytes, so every question is answered by walking them anew: no cache to keep right.
 */
#include "verdict/app/editor.h"

#include <string.h>

#include "verdict/base/text.h"

/* Bytes of the next wrapped line of p[0..n), which holds no line end; at least one cluster. */
static size_t wrap_take(const char *p, size_t n, int width)
{
	size_t used, fit, cut;
	struct text_cluster c;

	fit = text_fit(&used, p, n, (size_t)width);
	if (fit == n)
		return n;
	if (fit == 0) {
		text_next(&c, p, n);
		return c.taken;
	}
	if (p[fit] == ' ')
		return fit;
	for (cut = fit; cut > 0 && p[cut - 1] != ' '; cut--)
		;
	/* A long word, or a script without spaces, is cut where the line ends. */
	return cut > fit / 3 + 1 ? cut - 1 : fit;
}

/* The line that begins at `at`; *next_out is where the one after begins, or len + 1 past the last. */
static struct editor_line line_at(const char *text, size_t len, int width,
		size_t at, size_t *next_out)
{
	const char *nl = at < len ? memchr(text + at, '\n', len - at) : NULL;
	size_t end = nl ? (size_t)(nl - text) : len;
	struct editor_line l = { at, end - at };
	size_t take;

	if (width < 1)
		width = 1;
	take = l.len ? wrap_take(text + at, l.len, width) : 0;
	if (take < l.len) {
		l.len = take;
		*next_out = at + take;
		/* The space at which a line is broken belongs to neither. */
		if (*next_out < end && text[*next_out] == ' ')
			(*next_out)++;
		return l;
	}
	*next_out = end + 1;
	return l;
}

bool wrap_line(struct editor_line *out, const char *text, size_t len, int width, int n)
{
	size_t at = 0, next;
	struct editor_line l;

	for (;;) {
		l = line_at(text, len, width, at, &next);
		if (n-- == 0) {
			*out = l;
			return true;
		}
		if (next > len)
			return false;
		at = next;
	}
}

int wrap_count(const char *text, size_t len, int width)
{
	size_t at = 0, next;
	int n = 0;

	do {
		(void)line_at(text, len, width, at, &next);
		at = next;
		n++;
	} while (at <= len);
	return n;
}

void editor_init(struct editor *e, size_t max)
{
	buf_init(&e->text, max + 16);
	e->cursor = 0;
	e->max = max;
	e->column = -1;
}

void editor_done(struct editor *e)
{
	buf_done(&e->text);
}

const char *editor_text(struct editor *e)
{
	return buf_str(&e->text);
}

void editor_set(struct editor *e, const char *text)
{
	buf_reset(&e->text);
	e->cursor = 0;
	e->column = -1;
	if (text)
		(void)editor_insert(e, text, strnlen(text, e->max));
}

/* What may stand in a reason: printable UTF-8 and line ends; a tab becomes a space. */
static void clean(struct buf *out, const char *p, size_t n)
{
	uint32_t cp;
	size_t i;
	int k;

	for (i = 0; i < n; i += (size_t)(k ? k : 1)) {
		k = utf8_decode(&cp, p + i, n - i);
		if (k == 0)
			continue;
		if (cp == '\r') {
			if (i + 1 >= n || p[i + 1] != '\n')
				buf_addc(out, '\n');
		} else if (cp == '\n') {
			buf_addc(out, '\n');
		} else if (cp == '\t') {
			buf_addc(out, ' ');
		} else if (cp >= 0x20 && !(cp >= 0x7f && cp < 0xa0)) {
			buf_add(out, p + i, (size_t)k);
		}
	}
}

bool editor_insert(struct editor *e, const char *p, size_t n)
{
	struct buf mid, all;
	bool fits;

	buf_init(&mid, e->max + 16);
	buf_init(&all, e->max + 16);
	clean(&mid, p, n);
	fits = !mid.err && e->text.len + mid.len <= e->max;
	if (fits && mid.len) {
		buf_add(&all, buf_str(&e->text), e->cursor);
		buf_add(&all, mid.ptr, mid.len);
		buf_add(&all, buf_str(&e->text) + e->cursor, e->text.len - e->cursor);
		e->cursor += mid.len;
		buf_done(&e->text);
		e->text = all;
		e->column = -1;
	} else {
		buf_done(&all);
	}
	buf_done(&mid);
	return fits;
}

static size_t step_right(const struct editor *e, size_t at)
{
	struct text_cluster c;

	if (at >= e->text.len)
		return e->text.len;
	text_next(&c, e->text.ptr + at, e->text.len - at);
	return at + c.taken;
}

/* Clusters can only be told from the left, so walk from the line's beginning. */
static size_t step_left(const struct editor *e, size_t at)
{
	size_t from = at, next;

	if (at == 0)
		return 0;
	from--;
	while (from > 0 && e->text.ptr[from - 1] != '\n')
		from--;
	while ((next = step_right(e, from)) < at)
		from = next;
	return from;
}

static bool is_gap(char c)
{
	return c == ' ' || c == '\n';
}

static size_t word_left(const struct editor *e, size_t at)
{
	while (at > 0 && is_gap(e->text.ptr[at - 1]))
		at--;
	while (at > 0 && !is_gap(e->text.ptr[at - 1]))
		at--;
	return at;
}

static size_t word_right(const struct editor *e, size_t at)
{
	while (at < e->text.len && is_gap(e->text.ptr[at]))
		at++;
	while (at < e->text.len && !is_gap(e->text.ptr[at]))
		at++;
	return at;
}

static void cut(struct editor *e, size_t from, size_t to)
{
	buf_cut(&e->text, from, to - from);
	e->cursor = from;
}

void editor_place(int *row, int *col, const struct editor *e, int width)
{
	const char *text = e->text.len ? e->text.ptr : "";
	struct editor_line l = { 0, 0 };
	size_t at = 0, next;
	int r = 0;

	for (;; r++) {
		l = line_at(text, e->text.len, width, at, &next);
		if (e->cursor < next || next > e->text.len)
			break;
		at = next;
	}
	if (e->cursor < l.begin)
		*col = 0;
	else
		*col = (int)text_width(text + l.begin, e->cursor - l.begin > l.len ?
				l.len : e->cursor - l.begin);
	*row = r;
}

static bool move_line(struct editor *e, int by, int width)
{
	int row, col;
	size_t used;
	struct editor_line l;

	editor_place(&row, &col, e, width);
	if (e->column < 0)
		e->column = col;
	if (row + by < 0 || !wrap_line(&l, buf_str(&e->text), e->text.len, width, row + by))
		return false;
	e->cursor = l.begin + text_fit(&used, buf_str(&e->text) + l.begin, l.len,
			(size_t)e->column);
	return true;
}

static size_t line_edge(struct editor *e, int width, bool end)
{
	int row, col;
	struct editor_line l;

	editor_place(&row, &col, e, width);
	if (!wrap_line(&l, buf_str(&e->text), e->text.len, width, row))
		return e->cursor;
	return end ? l.begin + l.len : l.begin;
}

static bool move_to(struct editor *e, size_t at)
{
	bool moved = at != e->cursor;

	e->cursor = at;
	return moved;
}

static bool erase(struct editor *e, size_t from, size_t to)
{
	if (from >= to)
		return false;
	cut(e, from, to);
	return true;
}

bool editor_do(struct editor *e, enum edit_op op, int width)
{
	if (op == EDIT_UP || op == EDIT_DOWN)
		return move_line(e, op == EDIT_UP ? -1 : 1, width);
	e->column = -1;
	switch (op) {
	case EDIT_LEFT:
		return move_to(e, step_left(e, e->cursor));
	case EDIT_RIGHT:
		return move_to(e, step_right(e, e->cursor));
	case EDIT_WORD_LEFT:
		return move_to(e, word_left(e, e->cursor));
	case EDIT_WORD_RIGHT:
		return move_to(e, word_right(e, e->cursor));
	case EDIT_HOME:
		return move_to(e, line_edge(e, width, false));
	case EDIT_END:
		return move_to(e, line_edge(e, width, true));
	case EDIT_FIRST:
		return move_to(e, 0);
	case EDIT_LAST:
		return move_to(e, e->text.len);
	case EDIT_BACKSPACE:
		return erase(e, step_left(e, e->cursor), e->cursor);
	case EDIT_DELETE:
		return erase(e, e->cursor, step_right(e, e->cursor));
	case EDIT_WORD_BACK:
		return erase(e, word_left(e, e->cursor), e->cursor);
	case EDIT_KILL_LINE:
		return erase(e, line_edge(e, width, false), line_edge(e, width, true));
	case EDIT_KILL_ALL:
		return erase(e, 0, e->text.len);
	case EDIT_NEWLINE:
		return editor_insert(e, "\n", 1);
	case EDIT_UP:
	case EDIT_DOWN:
		break;
	}
	return false;
}
