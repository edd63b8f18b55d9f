/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERM_PIXELS_H
#define TERM_PIXELS_H
#include "verdict/ui/canvas.h"
#include "src/ui/ui_priv.h"

/*
 * Pictures on a terminal: asking it what it can, colours of half blocks, and graphics over blank cells. Knows no
 * curses: everything goes into a buffer. UI thread.
 */
struct term_pixels {
	bool may_ask;			/* nobody stands between us and the terminal */
	bool kitty, sixel;		/* what it said */
	int sent_max;			/* columns or rows: a frame must not take a line for long */
	int colours;			/* 0 none, 8, 16, 256, or PIXEL_TRUE */
	struct canvas_pixels shown;	/* rows 0: no graphics are on the screen */
	bool touched;			/* a cell under them was written: they are to be sent again */
	int over, under;		/* colours the terminal writes in; -1 unknown */
};

/* Colours by terminfo and COLORTERM, cut at `most` where that is not 0; may it be asked? By environment. */
void term_pixels_init(struct term_pixels *t, int colours, int most);
/* Which graphics, how large is a cell, what are you: the last is answered by every terminal. */
extern const char term_pixels_question[];
/* The answer is complete: what it can. */
void term_pixels_settle(struct term_pixels *t, const struct input *in);
/* A half-block cell's colours, where they differ from those before; then comes its text. */
void term_pixels_colour(struct buf *out, struct term_pixels *t, const struct cell *cell, int row, int col);

/* Before the cells: take away graphics that are not in this frame; cells of `last` that must be written again change. */
void term_pixels_clear(struct buf *out, struct term_pixels *t, const struct canvas *now, struct canvas *last);
void term_pixels_touch(struct term_pixels *t, const struct canvas *now, int row, int col);	/* was written */
bool term_pixels_due(const struct term_pixels *t, const struct canvas *now);
/* After the cells, with the cursor at its first cell: the graphics themselves. */
void term_pixels_send(struct buf *out, struct term_pixels *t, const struct canvas *now);

#endif
