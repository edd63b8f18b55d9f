/* SPDX-License-Identifier: Apache-2.0 */
/* Colours of a picture as near as a terminal has them, and its size. Layer base; pure, any thread. */
#include "verdict/base/pixel.h"

#include <stdlib.h>
#include <string.h>

/* Ordered dither: the order in which elements of a 4 x 4 square turn on (Bayer 1973). */
static const unsigned char bayer[4][4] = { { 0, 8, 2, 10 }, { 12, 4, 14, 6 }, { 3, 11, 1, 9 }, { 15, 7, 13, 5 } };

/* BT.601, in 1/1000. */
static unsigned int light(const unsigned char rgb[3])
{
	return (299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500) / 1000;
}

static unsigned int distance(const unsigned char rgb[3], int r, int g, int b)
{
	int dr = rgb[0] - r, dg = rgb[1] - g, db = rgb[2] - b;

	return (unsigned int)(dr * dr * 3 + dg * dg * 6 + db * db);
}

/* Of the cube of 6 x 6 x 6 and the 24 greys; the first 16 are whatever a user made them. */
static unsigned int of_256(const unsigned char rgb[3])
{
	static const int steps[6] = { 0, 95, 135, 175, 215, 255 };
	int at[3], i, grey;

	for (i = 0; i < 3; i++)
		at[i] = rgb[i] < 48 ? 0 : rgb[i] < 115 ? 1 : (rgb[i] - 35) / 40;
	grey = ((int)light(rgb) - 3) / 10;
	grey = grey < 0 ? 0 : grey > 23 ? 23 : grey;
	if (distance(rgb, 8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey) <
	    distance(rgb, steps[at[0]], steps[at[1]], steps[at[2]]))
		return 232 + (unsigned int)grey;
	return 16 + 36 * (unsigned int)at[0] + 6 * (unsigned int)at[1] + (unsigned int)at[2];
}

static unsigned int of_8(const unsigned char rgb[3], unsigned int limit)
{
	return (rgb[0] > limit ? 1u : 0) | (rgb[1] > limit ? 2u : 0) | (rgb[2] > limit ? 4u : 0);
}

static bool is_grey(const unsigned char rgb[3])
{
	return abs(rgb[0] - rgb[1]) < 24 && abs(rgb[1] - rgb[2]) < 24 && abs(rgb[0] - rgb[2]) < 24;
}

/* Four greys: black, bright black, white, bright white, as most terminals have them. */
static unsigned int grey_of_16(unsigned int v, unsigned int step)
{
	static const unsigned int greys[4] = { 0, 127, 229, 255 }, colours[4] = { 0, 8, 7, 15 };
	unsigned int i = v < greys[1] ? 0 : v < greys[2] ? 1 : 2, width = greys[i + 1] - greys[i];

	return colours[(v - greys[i]) * 16 > step * width + width / 2 ? i + 1 : i];
}

unsigned int pixel_colour(const unsigned char rgb[3], int colours, uint32_t x, uint32_t y)
{
	unsigned int step = bayer[y % 4][x % 4], limit = step * 16 + 7;

	if (colours >= 256)
		return of_256(rgb);
	if (colours < 16)
		return of_8(rgb, limit);
	if (is_grey(rgb))
		return grey_of_16(light(rgb), step);
	return of_8(rgb, limit) | (light(rgb) > 127 ? 8u : 0);
}

char pixel_letter(const unsigned char rgb[3])
{
	static const char letters[] = " .:-=+*#%@";

	return letters[light(rgb) * (sizeof(letters) - 1) / 256];
}

void pixel_fit(uint32_t *cols_out, uint32_t *rows_out, const struct pixels *p, uint32_t cols, uint32_t rows)
{
	uint64_t c = cols, r = rows;

	if (c * p->rows > r * p->cols)
		c = p->rows ? r * p->cols / p->rows : 0;
	else
		r = p->cols ? c * p->rows / p->cols : 0;
	*cols_out = c ? (uint32_t)c : 1;
	*rows_out = r ? (uint32_t)r : 1;
}

void pixel_scale(unsigned char *out, uint32_t cols, uint32_t rows, const struct pixels *p)
{
	uint32_t x, y;

	for (y = 0; y < rows; y++) {
		const unsigned char *row = p->rgb + (size_t)((uint64_t)y * p->rows / rows) * p->cols * 3;

		for (x = 0; x < cols; x++, out += 3)
			memcpy(out, row + (size_t)((uint64_t)x * p->cols / cols) * 3, 3);
	}
}
