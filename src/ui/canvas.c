/* SPDX-License-Identifier: Apache-2.0 */
/* The grid of cells and its dump as text. Layer ui, UI thread. */
#include "verdict/ui/canvas.h"

#include <assert.h>
#include <string.h>

#include "verdict/base/mem.h"

/* More than any terminal has; a wish beyond it is cut. */
#define CANVAS_SIDE_MAX 2000

static int side(int n)
{
	return n < 1 ? 1 : n > CANVAS_SIDE_MAX ? CANVAS_SIDE_MAX : n;
}

void canvas_init(struct canvas *c, int rows, int cols)
{
	memset(c, 0, sizeof(*c));
	canvas_resize(c, rows, cols);
}

void canvas_done(struct canvas *c)
{
	mem_free(c->cells);
	memset(c, 0, sizeof(*c));
}

void canvas_resize(struct canvas *c, int rows, int cols)
{
	mem_free(c->cells);
	c->rows = side(rows);
	c->cols = side(cols);
	c->cells = mem_array((size_t)c->rows * (size_t)c->cols, sizeof(*c->cells));
	canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
	static const struct cell blank = { .bytes = " ", .len = 1, .width = 1 };
	size_t n = (size_t)c->rows * (size_t)c->cols, i;

	for (i = 0; i < n; i++)
		c->cells[i] = blank;
	c->cursor_row = c->cursor_col = -1;
	c->pictured = false;
	c->pixels.rows = 0;
}

static void dump_row(struct buf *out, const struct canvas *c, int row)
{
	size_t begin = out->len;
	int col;

	for (col = 0; col < c->cols; col++) {
		const struct cell *cell = &c->cells[row * c->cols + col];

		buf_add(out, cell->bytes, cell->len);
	}
	while (out->len > begin && out->ptr[out->len - 1] == ' ')
		buf_cut(out, out->len - 1, 1);
	buf_addc(out, '\n');
}

/* One character a cell: '.' normal, else a letter of the style; upper case where an attribute is set. */
static char style_letter(const struct cell *cell)
{
	static const char letters[] = ".abcdefghijklmnopqrstuvwxyz0123456789";
	char letter;

	_Static_assert(STYLE_COUNT < sizeof(letters), "a letter for every style");
	letter = letters[cell->style];
	if (cell->attr & ATTR_PIXELS)
		return '%';
	if (!cell->attr)
		return letter;
	return letter == '.' ? '*' : letter >= 'a' ? (char)(letter - 'a' + 'A') : letter;
}

void canvas_dump(struct buf *out, const struct canvas *c, bool styles)
{
	int row, col;

	for (row = 0; row < c->rows; row++)
		dump_row(out, c, row);
	if (!styles)
		return;
	for (row = 0; row < c->rows; row++) {
		for (col = 0; col < c->cols; col++)
			buf_addc(out, style_letter(&c->cells[row * c->cols + col]));
		buf_addc(out, '\n');
	}
}
