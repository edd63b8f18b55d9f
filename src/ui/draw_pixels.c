/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture among cells: letters as dark as it, half blocks in its colours, or a place kept for a terminal that takes
 * picture elements as such. Layer ui, UI thread.
 */
#include <string.h>

#include "verdict/base/mem.h"
#include "verdict/ui/canvas.h"

static enum pixels_way way_of(const struct canvas *c)
{
	if (c->way == PIXELS_SENT && (c->cell_width < 2 || c->cell_height < 2 || c->sent_max < 1))
		return PIXELS_BLOCKS;
	return c->way == PIXELS_BLOCKS && c->ascii ? PIXELS_LETTERS : c->way;
}

void draw_pixels_room(uint32_t *cols_out, uint32_t *rows_out, const struct area *a)
{
	const struct canvas *c = a->canvas;
	bool sent = way_of(c) == PIXELS_SENT;
	uint32_t cols = (uint32_t)a->cols * (uint32_t)(sent ? c->cell_width : 1);
	uint32_t rows = (uint32_t)a->rows * (uint32_t)(sent ? c->cell_height : 2);

	uint32_t most = sent ? (uint32_t)c->sent_max : UINT32_MAX;

	*cols_out = cols < most ? cols : most;
	*rows_out = rows < most ? rows : most;
}

static void mean(unsigned char out[3], const unsigned char *a, const unsigned char *b)
{
	int k;

	for (k = 0; k < 3; k++)
		out[k] = (unsigned char)((a[k] + b[k] + 1) / 2);
}

static void put_cell(struct cell *cell, bool letters, const unsigned char *over, const unsigned char *under)
{
	static const char block[] = "▀";
	unsigned char both[3];

	memset(cell, 0, sizeof(*cell));
	cell->len = cell->width = 1;
	if (letters) {
		mean(both, over, under);
		cell->bytes[0] = pixel_letter(both);
		return;
	}
	if (memcmp(over, under, 3) != 0)
		cell->len = sizeof(block) - 1;
	memcpy(cell->bytes, cell->len > 1 ? block : " ", cell->len);
	memcpy(cell->bytes + CELL_OVER, over, 3);
	memcpy(cell->bytes + CELL_UNDER, under, 3);
	cell->attr = ATTR_PIXELS;
}

/* Two rows of elements a row of cells; a last one without a partner stands over black. */
static void draw_cells(const struct area *a, const unsigned char *rgb, uint32_t cols, uint32_t rows, bool letters)
{
	static const unsigned char black[3];
	int top = (a->rows - (int)(rows + 1) / 2) / 2, left = (a->cols - (int)cols) / 2;
	uint32_t x, y;

	for (y = 0; y < rows; y += 2)
		for (x = 0; x < cols; x++) {
			const unsigned char *over = rgb + ((size_t)y * cols + x) * 3;
			size_t at = (size_t)(a->row + top + (int)y / 2) * (size_t)a->canvas->cols;

			put_cell(&a->canvas->cells[at + (size_t)(a->col + left) + x], letters, over,
				y + 1 < rows ? over + (size_t)cols * 3 : black);
		}
}

/* The cells under it stay blank. */
static void keep_place(const struct area *a, const struct pixels *p, uint32_t width, uint32_t height, unsigned int serial)
{
	struct canvas *c = a->canvas;
	int cols = ((int)width + c->cell_width - 1) / c->cell_width;
	int rows = ((int)height + c->cell_height - 1) / c->cell_height;

	c->pixels = (struct canvas_pixels){ *p, width, height, serial, a->row + (a->rows - rows) / 2,
		a->col + (a->cols - cols) / 2, rows, cols };
}

void draw_pixels(const struct area *a, const struct pixels *p, bool enlarge, unsigned int serial)
{
	enum pixels_way way = way_of(a->canvas);
	uint32_t cols, rows, width = p->cols, height = p->rows;
	unsigned char *rgb;

	if (a->rows < 1 || a->cols < 1 || !p->cols || !p->rows)
		return;
	a->canvas->pictured = true;
	draw_pixels_room(&cols, &rows, a);
	if (enlarge || width > cols || height > rows)
		pixel_fit(&width, &height, p, cols, rows);
	if (way == PIXELS_SENT) {
		keep_place(a, p, width, height, serial);
		return;
	}
	rgb = mem_array((size_t)width * height, 3);
	pixel_scale(rgb, width, height, p);
	draw_cells(a, rgb, width, height, way == PIXELS_LETTERS);
	mem_free(rgb);
}
