/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_PIXEL_H
#define VERDICT_BASE_PIXEL_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"

/*
 * Pictures for terminals: the nearest colour a terminal has, a letter as dark as a colour, and two ways to send
 * picture elements as such. What comes out is made from numbers alone. Pure; any thread.
 */
struct pixels {
	const unsigned char *rgb;	/* cols * rows * 3 bytes, top row first, left to right; borrowed */
	uint32_t cols, rows;
};
/* Number of a colour; `colours` is 8, 16 or 256. The few of 8 and 16 are mixed by the place of the element. */
unsigned int pixel_colour(const unsigned char rgb[3], int colours, uint32_t x, uint32_t y);
char pixel_letter(const unsigned char rgb[3]);	/* ' ' for black to '@' for white */
/* As large as fits into cols x rows, in the shape of `p`; at least 1 x 1. */
void pixel_fit(uint32_t *cols_out, uint32_t *rows_out, const struct pixels *p, uint32_t cols, uint32_t rows);
/* `p` at another size: each element of `out` (cols * rows * 3 bytes) is the one of `p` at that place. */
void pixel_scale(unsigned char *out, uint32_t cols, uint32_t rows, const struct pixels *p);
/* "38;5;N" or the like: write in colour `c` of pixel_colour(), or of 0xrrggbb where `colours` is PIXEL_TRUE; or on it. */
#define PIXEL_TRUE (1 << 24)
void pixel_sgr(struct buf *out, int c, int colours, bool behind);
/* Lines of text: half blocks in colours, two rows a line, or letters where `colours` is 0. */
void pixel_text(struct buf *out, const struct pixels *p, int colours);
/* DEC sixel graphics (VT330/340 programmer reference, chapter 14), at the cursor. */
void pixel_sixel(struct buf *out, const struct pixels *p);
/* Kitty's graphics protocol: in place of what had this id, at the cursor, which stays; no answer is wanted. */
void pixel_kitty(struct buf *out, const struct pixels *p, unsigned int id);
void pixel_kitty_forget(struct buf *out, unsigned int id);

#endif
