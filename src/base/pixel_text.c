/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as lines of text: half blocks in colours, or letters as dark as it. Layer base; pure, any thread. */
#include "verdict/base/pixel.h"

#include <string.h>

void pixel_sgr(struct buf *out, int c, int colours, bool behind)
{
	if (colours >= PIXEL_TRUE)
		buf_printf(out, "%d;2;%d;%d;%d", behind ? 48 : 38, c >> 16, c >> 8 & 255, c & 255);
	else if (colours >= 256)
		buf_printf(out, "%d;5;%d", behind ? 48 : 38, c);
	else
		buf_printf(out, "%d", (behind ? 40 : 30) + (c < 8 ? c : c - 8 + 60));
}

static int number(const unsigned char *rgb, int colours, uint32_t x, uint32_t y)
{
	return colours >= PIXEL_TRUE ? rgb[0] << 16 | rgb[1] << 8 | rgb[2] : (int)pixel_colour(rgb, colours, x, y);
}

static void put_letter(struct buf *out, const unsigned char *over, const unsigned char *under)
{
	unsigned char both[3];
	int k;

	for (k = 0; k < 3; k++)
		both[k] = (unsigned char)((over[k] + under[k] + 1) / 2);
	buf_addc(out, pixel_letter(both));
}

void pixel_text(struct buf *out, const struct pixels *p, int colours)
{
	static const unsigned char black[3];
	uint32_t x, y;

	for (y = 0; y < p->rows; y += 2) {
		int last_over = -1, last_under = -1;

		for (x = 0; x < p->cols; x++) {
			const unsigned char *over = p->rgb + ((size_t)y * p->cols + x) * 3;
			const unsigned char *under = y + 1 < p->rows ? over + (size_t)p->cols * 3 : black;
			int o, u;

			if (!colours) {
				put_letter(out, over, under);
				continue;
			}
			o = number(over, colours, x, y);
			u = number(under, colours, x, y + 1);
			if (o != last_over || u != last_under) {
				buf_adds(out, "\033[");
				pixel_sgr(out, last_over = o, colours, false);
				buf_addc(out, ';');
				pixel_sgr(out, last_under = u, colours, true);
				buf_addc(out, 'm');
			}
			buf_adds(out, "▀");
		}
		buf_adds(out, colours ? "\033[0m\n" : "\n");
	}
}
