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

/* A run of one character: "!12~", or the character itself up to three times. */
static char *put_run(char *to, char c, uint32_t n)
{
	char digits[12];
	int k = 0;

	if (n > 3) {
		for (*to++ = '!'; n; n /= 10)
			digits[k++] = (char)('0' + n % 10);
		while (k)
			*to++ = digits[--k];
		n = 1;
	}
	for (; n; n--)
		*to++ = c;
	return to;
}

/* Columns from `x` on that have nothing of the colour, which is most of them: eight at a time. */
static uint32_t skip_blank(const unsigned char *bits, uint32_t x, uint32_t cols)
{
	uint64_t eight;

	for (; x + 8 <= cols; x += 8) {
		memcpy(&eight, bits + x, sizeof(eight));
		if (eight)
			break;
	}
	while (x < cols && !bits[x])
		x++;
	return x;
}

/* One colour of a band, a character a column; `line` has room for it. Blanks at the end are left out; `bits` is emptied. */
static void put_colour(struct buf *out, unsigned char *bits, uint32_t cols, unsigned int colour, char *line)
{
	uint32_t x = 0, from;
	char *to = line;

	buf_printf(out, "#%u", colour);
	while (x < cols) {
		unsigned char same = bits[x];

		from = x++;
		if (!same)
			x = skip_blank(bits, x, cols);
		while (same && x < cols && bits[x] == same)
			x++;
		if (same || x < cols)
			to = put_run(to, (char)('?' + same), x - from);
	}
	buf_add(out, line, (size_t)(to - line));
	memset(bits, 0, cols);
}

/* `bits`: for each colour a bit of each of the band's rows, low bit on top, column by column. */
static void put_band(struct buf *out, const struct palette *pal, const struct pixels *p, uint32_t top, unsigned char *bits,
	char *line)
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
		put_colour(out, bits + (size_t)c * p->cols, p->cols, c, line);
	}
	buf_addc(out, '-');
}

void pixel_sixel(struct buf *out, const struct pixels *p)
{
	unsigned char *bits = mem_zalloc((size_t)REGISTERS * p->cols + 1);
	char *line = mem_alloc((size_t)p->cols + 16);	/* a run is never longer than what it stands for */
	struct palette pal;
	uint32_t top;

	choose_palette(&pal, p);
	buf_printf(out, "\033P0;1;0q\"1;1;%u;%u", p->cols, p->rows);
	put_palette(out, &pal);
	for (top = 0; top < p->rows; top += BAND)
		put_band(out, &pal, p, top, bits, line);
	buf_adds(out, "\033\\");
	mem_free(bits);
	mem_free(line);
}

/* `n` is at most CHUNK, and a multiple of three: whole elements, and never a rest. */
static void put_base64(struct buf *out, const unsigned char *p, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[CHUNK / 3 * 4], *to = text;
	size_t i;

	for (i = 0; i + 2 < n; i += 3) {
		unsigned int v = (unsigned int)p[i] << 16 | (unsigned int)p[i + 1] << 8 | p[i + 2];

		*to++ = letters[v >> 18];
		*to++ = letters[v >> 12 & 63];
		*to++ = letters[v >> 6 & 63];
		*to++ = letters[v & 63];
	}
	buf_add(out, text, (size_t)(to - text));
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
