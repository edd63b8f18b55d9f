/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing into a rectangle of a canvas. All text, ours or foreign, becomes cells through text_next() here and
 * nowhere else. Layer ui, UI thread.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "verdict/ui/canvas.h"

struct area area_all(struct canvas *c)
{
	return (struct area){ c, 0, 0, c->rows, c->cols };
}

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

struct area area_sub(const struct area *a, int row, int col, int rows, int cols)
{
	struct area s = { a->canvas, 0, 0, 0, 0 };
	int top = clamp(row, 0, a->rows), left = clamp(col, 0, a->cols);
	int bottom = clamp(row + rows, top, a->rows), right = clamp(col + cols, left, a->cols);

	s.row = a->row + top;
	s.col = a->col + left;
	s.rows = bottom - top;
	s.cols = right - left;
	return s;
}

static struct cell *cell_at(const struct area *a, int row, int col)
{
	return &a->canvas->cells[(a->row + row) * a->canvas->cols + a->col + col];
}

/* Half a wide character must not stay behind when the other half is painted over. */
static void mend_left(const struct area *a, int row, int col)
{
	struct cell *cell = cell_at(a, row, col);

	if (cell->width != 0 || a->col + col == 0)
		return;
	cell[-1].bytes[0] = ' ';
	cell[-1].bytes[1] = '\0';
	cell[-1].len = cell[-1].width = 1;
}

static void mend_right(const struct area *a, int row, int end)
{
	struct cell *cell;

	if (a->col + end >= a->canvas->cols)
		return;
	cell = cell_at(a, row, end);
	if (cell->width != 0)
		return;
	cell->bytes[0] = ' ';
	cell->bytes[1] = '\0';
	cell->len = cell->width = 1;
}

static void put(const struct area *a, int row, int col, const char *bytes, size_t len, int width,
	enum style style, uint8_t attr)
{
	struct cell *cell = cell_at(a, row, col);

	memcpy(cell->bytes, bytes, len);
	cell->bytes[len] = '\0';
	cell->len = (uint8_t)len;
	cell->width = (uint8_t)width;
	cell->style = (uint8_t)style;
	cell->attr = attr;
	if (width < 2)
		return;
	cell[1] = (struct cell){ .style = (uint8_t)style, .attr = attr };
}

/* A substitute is drawn cell by cell, so that it can be cut anywhere. Cells drawn. */
static int put_mark(const struct area *a, int row, int col, int room, const char *s, uint8_t attr)
{
	int i;

	for (i = 0; s[i] && i < room; i++)
		put(a, row, col + i, &s[i], 1, 1, STYLE_SUBSTITUTE, attr);
	return i;
}

#define SUBSTITUTE_MAX 80

/*
 * What stands for this cluster, or NULL where it is drawn as it is. In a C locale nothing but ASCII may leave:
 * a code point becomes <U+NNNN>.
 */
static const char *substitute(char out[SUBSTITUTE_MAX], const struct canvas *c, const struct text_cluster *t)
{
	size_t at = 0, used = 0;
	uint32_t cp;
	int len;

	if (t->mark)
		return t->bytes;
	if (!c->ascii || (t->len == 1 && (unsigned char)t->bytes[0] < 0x80))
		return NULL;
	while (at < t->len) {
		len = utf8_decode(&cp, t->bytes + at, t->len - at);
		if (len == 0)
			len = 1;
		if (cp >= 0x20 && cp < 0x7f)
			used += (size_t)snprintf(out + used, SUBSTITUTE_MAX - used, "%c", (int)cp);
		else
			used += (size_t)snprintf(out + used, SUBSTITUTE_MAX - used, "<U+%04X>", (unsigned int)cp);
		if (used >= SUBSTITUTE_MAX)
			break;
		at += (size_t)len;
	}
	return out;
}

static bool plain_ascii(const char *p, size_t n)
{
	unsigned char c = (unsigned char)p[0];

	return c >= 0x20 && c < 0x7f && (n < 2 || (unsigned char)p[1] < 0x80);
}

/* Draws as much of p[0..n) as fits into `room` cells; *taken_out bytes used. Cells drawn. */
static int draw_some(size_t *taken_out, const struct area *a, int row, int col, int room, enum style style,
	uint8_t attr, const char *p, size_t n)
{
	char room_for[SUBSTITUTE_MAX];
	struct text_cluster t;
	const char *mark;
	size_t i = 0;
	int used = 0;

	while (i < n && used < room) {
		if (plain_ascii(p + i, n - i)) {
			put(a, row, col + used++, p + i, 1, 1, style, attr);
			i++;
			continue;
		}
		text_next(&t, p + i, n - i);
		mark = substitute(room_for, a->canvas, &t);
		if (mark) {
			used += put_mark(a, row, col + used, room - used, mark, attr);
		} else {
			if (t.width > room - used)
				break;
			put(a, row, col + used, t.bytes, t.len, t.width, style, attr);
			used += t.width;
		}
		i += t.taken;
	}
	*taken_out = i;
	return used;
}

/* Cells that p[0..n) needs, counting no further than `most`. */
static int cells_of(const struct area *a, const char *p, size_t n, int most)
{
	char room_for[SUBSTITUTE_MAX];
	struct text_cluster t;
	const char *mark;
	size_t i = 0;
	int used = 0;

	while (i < n && used <= most) {
		if (plain_ascii(p + i, n - i)) {
			used++, i++;
			continue;
		}
		text_next(&t, p + i, n - i);
		mark = substitute(room_for, a->canvas, &t);
		used += mark ? (int)strlen(mark) : t.width;
		i += t.taken;
	}
	return used;
}

int draw_text(const struct area *a, int row, int col, int max, enum style style, uint8_t attr, const char *p, size_t n)
{
	size_t taken;
	int room, used;

	if (row < 0 || row >= a->rows || col < 0 || col >= a->cols || max == 0)
		return 0;
	room = a->cols - col;
	if (max > 0 && max < room)
		room = max;
	mend_left(a, row, col);
	if (cells_of(a, p, n, room) <= room) {
		used = draw_some(&taken, a, row, col, room, style, attr, p, n);
	} else {
		const char *dots = glyph_text(a->canvas, GLYPH_ELLIPSIS);

		used = draw_some(&taken, a, row, col, room - 1, style, attr, p, n);
		put(a, row, col + used, dots, strlen(dots), 1, style, attr);
		used++;
	}
	mend_right(a, row, col + used);
	return used;
}

int draw_str(const struct area *a, int row, int col, int max, enum style style, uint8_t attr, const char *s)
{
	return draw_text(a, row, col, max, style, attr, s, strlen(s));
}

int draw_printf(const struct area *a, int row, int col, int max, enum style style, uint8_t attr,
	const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return 0;
	return draw_text(a, row, col, max, style, attr, line, strnlen(line, sizeof(line)));
}

int draw_right(const struct area *a, int row, int end, int max, enum style style, uint8_t attr, const char *s)
{
	size_t n = strlen(s);
	int room = max >= 0 && max < end ? max : end;
	int need;

	if (room <= 0)
		return 0;
	need = cells_of(a, s, n, room);
	if (need > room)
		need = room;
	return draw_text(a, row, end - need, need, style, attr, s, n);
}

void draw_fill(const struct area *a, int row, int col, int cols, enum style style, uint8_t attr)
{
	int i, end = clamp(col + cols, 0, a->cols);

	if (row < 0 || row >= a->rows || col < 0 || col >= end)
		return;
	mend_left(a, row, col);
	for (i = col; i < end; i++)
		put(a, row, i, " ", 1, 1, style, attr);
	mend_right(a, row, end);
}

void draw_restyle(const struct area *a, int row, int col, int cols, enum style style, uint8_t attr)
{
	int i, end = clamp(col + cols, 0, a->cols);

	if (row < 0 || row >= a->rows || col < 0)
		return;
	for (i = col; i < end; i++) {
		cell_at(a, row, i)->style = (uint8_t)style;
		cell_at(a, row, i)->attr = attr;
	}
}

void draw_rule(const struct area *a, int row, enum style style)
{
	const char *line = glyph_text(a->canvas, GLYPH_HLINE);
	int i;

	if (row < 0 || row >= a->rows)
		return;
	for (i = 0; i < a->cols; i++)
		put(a, row, i, line, strlen(line), 1, style, 0);
	mend_right(a, row, a->cols);
}

int draw_glyph(const struct area *a, int row, int col, enum style style, uint8_t attr, enum glyph g)
{
	const char *s = glyph_text(a->canvas, g);
	int width = g == GLYPH_RADIO_ON || g == GLYPH_RADIO_OFF ? 3 : 1, i;

	if (row < 0 || row >= a->rows || col < 0 || col + width > a->cols)
		return 0;
	mend_left(a, row, col);
	if (width == 1) {
		put(a, row, col, s, strlen(s), 1, style, attr);
	} else {
		put(a, row, col, "(", 1, 1, style, attr);
		put(a, row, col + 1, s + 1, strlen(s) - 2, 1, style, attr);
		put(a, row, col + 2, ")", 1, 1, style, attr);
	}
	i = width;
	mend_right(a, row, col + i);
	return i;
}

/* Bytes of the next line of at most `cols` cells, broken after a blank where there is one. */
static size_t wrap_one(const char *s, int cols)
{
	size_t used, fit, i;
	const char *end = strchr(s, '\n');
	size_t n = end ? (size_t)(end - s) : strlen(s);

	fit = text_fit(&used, s, n, (size_t)cols);
	if (fit == 0 && n > 0) {	/* a wide character in a column of one cell */
		struct text_cluster t;

		text_next(&t, s, n);
		return t.taken;
	}
	if (fit == n)
		return n;
	for (i = fit; i > 0; i--)
		if (s[i] == ' ')
			return i;
	return fit;
}

int draw_wrapped(const struct area *a, int row, int col, int cols, int max_rows, enum style style, uint8_t attr,
	const char *s)
{
	int rows = 0;

	if (cols < 1)
		return 0;
	while (*s && rows < max_rows) {
		size_t n = wrap_one(s, cols);

		if (a)
			draw_text(a, row + rows, col, cols, style, attr, s, n);
		rows++;
		s += n;
		if (*s == '\n' || *s == ' ')
			s++;
	}
	return rows;
}
