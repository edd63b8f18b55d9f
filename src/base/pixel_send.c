/* SPDX-License-Identifier: Apache-2.0 */
/* Picture elements for terminals that take them: sixel and kitty. Layer base; pure, any thread. */
#include "verdict/base/pixel.h"

#include <stdbool.h>
#include <string.h>

#include "verdict/base/mem.h"

#define BAND 6			/* rows that one sixel character holds */
#define REGISTERS 256
#define CHUNK 3072		/* bytes that become the 4096 letters one command of kitty may have */

/* Colours of sixel are percents: greys one by one, others in a cube of 6 x 6 x 6. */
struct palette {
	bool grey;
	bool used[REGISTERS];
};

static unsigned int percent(unsigned int v)
{
	return (v * 100 + 127) / 255;
}

static unsigned int sixth(unsigned int v)
{
	return (v * 5 + 127) / 255;
}

static unsigned int colour_register(const struct palette *p, const unsigned char *rgb)
{
	return p->grey ? percent(rgb[0]) : sixth(rgb[0]) * 36 + sixth(rgb[1]) * 6 + sixth(rgb[2]);
}

static void choose_palette(struct palette *out, const struct pixels *p)
{
	size_t i, n = (size_t)p->cols * p->rows;

	memset(out, 0, sizeof(*out));
	out->grey = true;
	for (i = 0; i < n && out->grey; i++)
		out->grey = p->rgb[3 * i] == p->rgb[3 * i + 1] && p->rgb[3 * i] == p->rgb[3 * i + 2];
	for (i = 0; i < n; i++)
		out->used[colour_register(out, p->rgb + 3 * i)] = true;
}

static void put_palette(struct buf *out, const struct palette *p)
{
	unsigned int i;

	for (i = 0; i < REGISTERS; i++)
		if (p->used[i] && p->grey)
			buf_printf(out, "#%u;2;%u;%u;%u", i, i, i, i);
		else if (p->used[i])
			buf_printf(out, "#%u;2;%u;%u;%u", i, i / 36 * 20, i / 6 % 6 * 20, i % 6 * 20);
}

static void put_run(struct buf *out, char c, unsigned int n)
{
	if (n > 3)
		buf_printf(out, "!%u", n);
	buf_fill(out, c, n > 3 ? 1 : n);
}

/* One colour of a band, a character a column. Blanks at the end are left out; `bits` is empty afterwards. */
static void put_colour(struct buf *out, unsigned char *bits, uint32_t cols, unsigned int colour)
{
	unsigned int run = 0;
	unsigned char last = 0;
	uint32_t x;

	buf_printf(out, "#%u", colour);
	for (x = 0; x < cols; x++, run++) {
		if (bits[x] == last)
			continue;
		put_run(out, (char)('?' + last), run);
		last = bits[x];
		run = 0;
	}
	if (last)
		put_run(out, (char)('?' + last), run);
	memset(bits, 0, cols);
}

/* `bits`: for each colour a bit of each of the band's rows, low bit on top, column by column. */
static void put_band(struct buf *out, const struct palette *pal, const struct pixels *p, uint32_t top, unsigned char *bits)
{
	uint32_t rows = p->rows - top < BAND ? p->rows - top : BAND, x, y;
	const unsigned char *rgb = p->rgb + (size_t)top * p->cols * 3;
	bool here[REGISTERS] = { false }, first = true;
	unsigned int c;

	for (y = 0; y < rows; y++)
		for (x = 0; x < p->cols; x++, rgb += 3) {
			c = colour_register(pal, rgb);
			bits[(size_t)c * p->cols + x] |= (unsigned char)(1u << y);
			here[c] = true;
		}
	for (c = 0; c < REGISTERS; c++) {
		if (!here[c])
			continue;
		if (!first)
			buf_addc(out, '$');
		first = false;
		put_colour(out, bits + (size_t)c * p->cols, p->cols, c);
	}
	buf_addc(out, '-');
}

void pixel_sixel(struct buf *out, const struct pixels *p)
{
	unsigned char *bits = mem_zalloc((size_t)REGISTERS * p->cols + 1);
	struct palette pal;
	uint32_t top;

	choose_palette(&pal, p);
	buf_printf(out, "\033P0;1;0q\"1;1;%u;%u", p->cols, p->rows);
	put_palette(out, &pal);
	for (top = 0; top < p->rows; top += BAND)
		put_band(out, &pal, p, top, bits);
	buf_adds(out, "\033\\");
	mem_free(bits);
}

static void put_base64(struct buf *out, const unsigned char *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	/* whole elements of three bytes: there is never a rest */
	for (i = 0; i + 2 < n; i += 3) {
		unsigned int v = (unsigned int)p[i] << 16 | (unsigned int)p[i + 1] << 8 | p[i + 2];
		char four[4] = { letters[v >> 18], letters[v >> 12 & 63], letters[v >> 6 & 63], letters[v & 63] };

		buf_add(out, four, 4);
	}
}

void pixel_kitty(struct buf *out, const struct pixels *p, unsigned int id)
{
	size_t n = (size_t)p->cols * p->rows * 3, at, len;

	for (at = 0; at < n; at += len) {
		len = n - at < CHUNK ? n - at : CHUNK;
		if (at == 0)
			buf_printf(out, "\033_Ga=T,f=24,s=%u,v=%u,i=%u,p=1,q=2,C=1,m=%d;", p->cols, p->rows, id, len < n);
		else
			buf_printf(out, "\033_Gm=%d;", at + len < n);
		put_base64(out, p->rgb + at, len);
		buf_adds(out, "\033\\");
	}
}

void pixel_kitty_forget(struct buf *out, unsigned int id)
{
	buf_printf(out, "\033_Ga=d,d=I,i=%u,q=2\033\\", id);
}
