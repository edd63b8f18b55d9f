/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures for terminals: colours, letters, size, and the bytes of sixel and kitty; a small reader of sixel draws back. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "verdict/base/mem.h"
#include "verdict/base/pixel.h"

static unsigned int colour(unsigned char r, unsigned char g, unsigned char b, int colours, uint32_t at)
{
	const unsigned char rgb[3] = { r, g, b };

	return pixel_colour(rgb, colours, at % 4, at / 4);
}

static void test_colours(void **state)
{
	unsigned int i, n, seen[16] = { 0 };

	(void)state;
	assert_int_equal(colour(0, 0, 0, 256, 0), 16);
	assert_int_equal(colour(255, 255, 255, 256, 0), 231);
	assert_int_equal(colour(255, 0, 0, 256, 0), 196);
	assert_int_equal(colour(0, 95, 135, 256, 0), 24);
	for (i = 0; i < 24; i++) {	/* each grey of the ramp is its own nearest, or a grey of the cube that is the same */
		unsigned char v = (unsigned char)(8 + 10 * i);

		assert_int_equal(colour(v, v, v, 256, 0), 232 + i);
	}
	for (i = 0; i < 16; i++)	/* black and white stay so, whatever the place */
		for (n = 8; n <= 16; n += 8) {
			assert_int_equal(colour(0, 0, 0, (int)n, i), 0);
			assert_int_equal(colour(255, 255, 255, (int)n, i), n - 1);
		}
	for (i = n = 0; i < 16; i++) {	/* a middle grey: as many of one as of the other */
		unsigned int c = colour(128, 128, 128, 8, i);

		assert_true(c == 0 || c == 7);
		n += c == 7;
	}
	assert_int_equal(n, 8);
	for (i = 0; i < 16; i++)
		seen[colour(60, 60, 60, 16, i)]++;
	assert_int_equal(seen[0] + seen[8], 16);
	assert_in_range(seen[8], 6, 9);	/* 60 of 127 */
	assert_int_equal(colour(255, 0, 0, 8, 3), 1);
	assert_int_equal(colour(250, 250, 0, 16, 3), 11);
	assert_int_equal(colour(0, 0, 120, 16, 12), 0);
}

static void test_letters(void **state)
{
	unsigned char grey[3];
	char last = 0, got[16] = "";
	int v;

	(void)state;
	for (v = 0; v < 256; v++) {
		grey[0] = grey[1] = grey[2] = (unsigned char)v;
		if (pixel_letter(grey) != last)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%c", last = pixel_letter(grey));
	}
	assert_string_equal(got, " .:-=+*#%@");
}

static void fits(uint32_t pc, uint32_t pr, uint32_t cols, uint32_t rows, uint32_t want_c, uint32_t want_r)
{
	struct pixels p = { NULL, pc, pr };
	uint32_t c, r;

	pixel_fit(&c, &r, &p, cols, rows);
	assert_int_equal(c, want_c);
	assert_int_equal(r, want_r);
}

static void test_size(void **state)
{
	static const unsigned char rgb[12] = { 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 };
	const struct pixels p = { rgb, 2, 2 };
	unsigned char out[48], one[3];
	int i;

	(void)state;
	fits(64, 64, 80, 38, 38, 38);
	fits(2, 1, 80, 38, 76, 38);
	fits(1, 2, 80, 38, 19, 38);
	fits(1000, 1, 80, 38, 80, 1);
	fits(3, 2, 0, 0, 1, 1);
	pixel_scale(out, 4, 4, &p);
	for (i = 0; i < 16; i++)
		assert_int_equal(out[3 * i], i / 8 * 2 + i % 4 / 2 + 1);
	pixel_scale(one, 1, 1, &p);
	assert_int_equal(one[2], 1);
}

static void is_bytes(struct buf *b, const char *want)
{
	assert_ok(b->err);
	assert_string_equal(buf_str(b), want);
	buf_reset(b);
}

static void test_sixel_bytes(void **state)
{
	static const unsigned char two[] = { 0, 0, 0, 255, 255, 255 }, red[] = { 255, 0, 0 };
	unsigned char wide[3 * 10 * 7];
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	pixel_sixel(&b, &(struct pixels){ two, 2, 1 });
	is_bytes(&b, "\033P0;1;0q\"1;1;2;1#0;2;0;0;0#100;2;100;100;100#0@$#100?@-\033\\");
	pixel_sixel(&b, &(struct pixels){ red, 1, 1 });
	is_bytes(&b, "\033P0;1;0q\"1;1;1;1#180;2;100;0;0#180@-\033\\");
	memset(wide, 255, sizeof(wide));	/* ten wide, seven high: a run, a second band of one row */
	memset(wide, 0, 3);
	pixel_sixel(&b, &(struct pixels){ wide, 10, 7 });
	is_bytes(&b, "\033P0;1;0q\"1;1;10;7#0;2;0;0;0#100;2;100;100;100#0@$#100}!9~-#100!10@-\033\\");
	buf_done(&b);
}

/* Draw what a terminal would, from our own bytes; 0xff where nothing was drawn. Colour registers are our own, too. */
static void draw_back(unsigned char *out, uint32_t cols, uint32_t rows, const char *s)
{
	unsigned int value[256] = { 0 }, colour = 0, run;
	uint32_t x = 0, top = 0, y;
	char *end;

	memset(out, 0xff, (size_t)cols * rows);
	for (s = strchr(s, '#'); *s != '\033'; ) {
		run = 1;
		if (*s == '#') {
			colour = (unsigned int)strtoul(s + 1, &end, 10);
			s = end;
			if (*s == ';')
				value[colour] = (unsigned int)strtoul(s + 3, &end, 10);
			s += *s == ';' ? strcspn(s, "#\033!-$~}@?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|") : 0;
			continue;
		}
		if (*s == '$' || *s == '-') {
			x = 0;
			top += *s++ == '-' ? 6 : 0;
			continue;
		}
		if (*s == '!') {
			run = (unsigned int)strtoul(s + 1, &end, 10);
			s = end;
		}
		assert_in_range(*s, '?', '~');
		for (; run > 0; run--, x++)
			for (y = 0; y < 6; y++)
				if ((*s - '?') >> y & 1) {
					assert_true(x < cols && top + y < rows);
					assert_int_equal(out[(top + y) * cols + x], 0xff);	/* once only */
					out[(top + y) * cols + x] = (unsigned char)value[colour];
				}
		s++;
	}
}

static void test_sixel_picture(void **state)
{
	enum { COLS = 61, ROWS = 43 };
	unsigned char rgb[COLS * ROWS * 3], back[COLS * ROWS];
	struct buf b;
	int i;

	(void)state;
	for (i = 0; i < COLS * ROWS; i++)
		memset(rgb + 3 * i, i % COLS * 4 + i / COLS % 3, 3);
	buf_init(&b, 1 << 20);
	pixel_sixel(&b, &(struct pixels){ rgb, COLS, ROWS });
	assert_ok(b.err);
	draw_back(back, COLS, ROWS, buf_str(&b));
	for (i = 0; i < COLS * ROWS; i++)
		assert_int_equal(back[i], (rgb[3 * i] * 100 + 127) / 255);
	buf_done(&b);
}

static void test_text(void **state)
{
	static const unsigned char rgb[] = { 0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0 };
	const struct pixels p = { rgb, 2, 3 };		/* the third row stands over black */
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	pixel_text(&b, &p, 0);
	is_bytes(&b, "++\n..\n");
	pixel_text(&b, &p, 8);
	is_bytes(&b, "\033[30;47m▀\033[37;40m▀\033[0m\n\033[31;40m▀▀\033[0m\n");
	pixel_text(&b, &p, PIXEL_TRUE);
	is_bytes(&b, "\033[38;2;0;0;0;48;2;255;255;255m▀\033[38;2;255;255;255;48;2;0;0;0m▀\033[0m\n"
		"\033[38;2;255;0;0;48;2;0;0;0m▀▀\033[0m\n");
	buf_done(&b);
}

static void test_kitty(void **state)
{
	static const unsigned char two[] = { 0, 0, 0, 255, 254, 253 };
	unsigned char *big = mem_zalloc(1025 * 3);
	const char *s;
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	pixel_kitty(&b, &(struct pixels){ two, 2, 1 }, 7);
	is_bytes(&b, "\033_Ga=T,f=24,s=2,v=1,i=7,p=1,q=2,C=1,m=0;AAAA//79\033\\");
	pixel_kitty(&b, &(struct pixels){ big, 1025, 1 }, 7);
	s = buf_str(&b);
	assert_non_null(strstr(s, "m=1;AAAA"));
	s = strstr(s, "\033\\");
	assert_int_equal(s - strchr(buf_str(&b), ';'), 4097);	/* 1024 elements, four letters each */
	assert_string_equal(s, "\033\\\033_Gm=0;AAAA\033\\");
	buf_reset(&b);
	pixel_kitty_forget(&b, 7);
	is_bytes(&b, "\033_Ga=d,d=I,i=7,q=2\033\\");
	buf_done(&b);
	mem_free(big);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_colours), cmocka_unit_test(test_letters), cmocka_unit_test(test_size),
	cmocka_unit_test(test_sixel_bytes), cmocka_unit_test(test_sixel_picture), cmocka_unit_test(test_text), cmocka_unit_test(test_kitty),
};
TEST_MAIN(tests)
