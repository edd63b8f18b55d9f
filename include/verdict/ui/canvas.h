/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_CANVAS_H
#define VERDICT_UI_CANVAS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/pixel.h"
#include "verdict/base/text.h"
#include "verdict/ui/style.h"

/* Our own grid of cells; views draw here, a terminal back end shows it, tests dump it as text. UI thread. */
struct cell {
	char bytes[TEXT_CLUSTER_MAX];	/* "" in the right half of a wide cell */
	uint8_t len;
	uint8_t width;		/* 0 right half, 1, 2 */
	uint8_t style;		/* enum style */
	uint8_t attr;		/* bits below, on top of the style */
};
enum { ATTR_BOLD = 1, ATTR_REVERSE = 2, ATTR_UNDERLINE = 4, ATTR_DIM = 8,
	ATTR_PIXELS = 16	/* colours of its own, behind the text in `bytes`: CELL_OVER and CELL_UNDER */ };
enum { CELL_OVER = 8, CELL_UNDER = 11 };	/* red, green, blue of the upper and of the lower half */

/* How elements of a picture become cells: by darkness, as two halves of a cell, or sent as they are over blank cells. */
enum pixels_way { PIXELS_LETTERS, PIXELS_BLOCKS, PIXELS_SENT };
struct canvas_pixels {
	struct pixels p;		/* borrowed until the frame was shown */
	uint32_t width, height;		/* to be sent at this size */
	unsigned int serial;		/* another number, another picture */
	int row, col, rows, cols;	/* cells that it covers; rows 0: there is none */
};

struct canvas {
	int rows, cols;
	struct cell *cells;
	int cursor_row, cursor_col;	/* -1: hidden */
	bool ascii;			/* C locale: glyphs have ASCII twins, foreign non-ASCII is <U+NNNN> */
	enum pixels_way way;		/* what the terminal can, and the size of its cells for PIXELS_SENT */
	int cell_width, cell_height, sent_max;	/* sent_max: columns or rows at most */
	bool pictured;			/* this frame has a picture, in whatever way */
	struct canvas_pixels pixels;	/* of PIXELS_SENT */
};

void canvas_init(struct canvas *c, int rows, int cols);
void canvas_done(struct canvas *c);
void canvas_resize(struct canvas *c, int rows, int cols);	/* clears */
void canvas_clear(struct canvas *c);

/* A rectangle of a canvas, in which views draw; everything outside is cut off. */
struct area { struct canvas *canvas; int row, col, rows, cols; };
struct area area_all(struct canvas *c);
struct area area_sub(const struct area *a, int row, int col, int rows, int cols);	/* clipped to `a` */

/* Foreign or own text through text_next(), at most `max` cells (<0: to the edge), cut with an ellipsis; cells used. */
int draw_text(const struct area *a, int row, int col, int max, enum style style, uint8_t attr, const char *p, size_t n);
int draw_str(const struct area *a, int row, int col, int max, enum style style, uint8_t attr, const char *s);
int draw_printf(const struct area *a, int row, int col, int max, enum style style, uint8_t attr,
	const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* Right-aligned so that it ends before column `end`. */
int draw_right(const struct area *a, int row, int end, int max, enum style style, uint8_t attr, const char *s);
void draw_fill(const struct area *a, int row, int col, int cols, enum style style, uint8_t attr);
void draw_rule(const struct area *a, int row, enum style style);	/* horizontal line over the area */
/* Elements of a picture that the area has room for; they are about square. */
void draw_pixels_room(uint32_t *cols_out, uint32_t *rows_out, const struct area *a);
/* A picture in the middle of the area, as large as fits with `enlarge`; borrowed until the frame was shown. */
void draw_pixels(const struct area *a, const struct pixels *p, bool enlarge, unsigned int serial);
/* Our own glyphs with ASCII twins. */
enum glyph {
	GLYPH_TICK, GLYPH_CROSS, GLYPH_DOT, GLYPH_BULLET, GLYPH_RADIO_ON, GLYPH_RADIO_OFF, GLYPH_ARROW_RIGHT,
	GLYPH_ARROW_LEFT, GLYPH_FOLD_OPEN, GLYPH_FOLD_CLOSED, GLYPH_HLINE, GLYPH_VLINE, GLYPH_TEE_RIGHT,
	GLYPH_TEE_LEFT, GLYPH_ELLIPSIS, GLYPH_CURSOR, GLYPH_ONLINE, GLYPH_OFFLINE, GLYPH_UP, GLYPH_BAR_FULL,
	GLYPH_BAR_EMPTY, GLYPH_TO, GLYPH_CROSSING, GLYPH_COUNT
};
int draw_glyph(const struct area *a, int row, int col, enum style style, uint8_t attr, enum glyph g);
const char *glyph_text(const struct canvas *c, enum glyph g);

/* Rows as UTF-8 text, trailing blanks cut, one line each; with `styles` a second block of style letters. */
void canvas_dump(struct buf *out, const struct canvas *c, bool styles);
/* Change style and attributes of cells already drawn (a cursor line), keeping their text. */
void draw_restyle(const struct area *a, int row, int col, int cols, enum style style, uint8_t attr);
/* Rows that text needs when wrapped at words into `cols` cells, drawing them from `row` on unless `a` is NULL. */
int draw_wrapped(const struct area *a, int row, int col, int cols, int max_rows, enum style style, uint8_t attr,
	const char *s);

#endif
