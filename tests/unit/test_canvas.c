/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing into cells: wide and cut text, halves, clipping, hostile bytes, ASCII twins, looks. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "verdict/base/mem.h"
#include "verdict/ui/canvas.h"
#include "verdict/ui/theme.h"

static struct canvas canvas;
static struct area all;

static int setup(void **state)
{
	(void)state;
	canvas_init(&canvas, 4, 12);
	all = area_all(&canvas);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	canvas_done(&canvas);
	return 0;
}

static void assert_screen(const char *want)
{
	struct buf out;

	buf_init(&out, 65536);
	canvas_dump(&out, &canvas, false);
	assert_string_equal(buf_str(&out), want);
	buf_done(&out);
}

static void test_text(void **state)
{
	(void)state;
	assert_int_equal(draw_str(&all, 0, 0, -1, STYLE_NORMAL, 0, "plain"), 5);
	assert_int_equal(draw_str(&all, 1, 10, -1, STYLE_NORMAL, 0, "edge"), 2);
	assert_int_equal(draw_str(&all, 2, 1, 4, STYLE_NORMAL, 0, "four"), 4);
	assert_int_equal(draw_str(&all, 3, 1, 4, STYLE_NORMAL, 0, "fives"), 4);
	assert_int_equal(draw_str(&all, 4, 0, -1, STYLE_NORMAL, 0, "below"), 0);
	assert_int_equal(draw_str(&all, 0, 12, -1, STYLE_NORMAL, 0, "beside"), 0);
	assert_screen("plain\n          e…\n four\n fiv…\n");
}

static void test_wide(void **state)
{
	(void)state;
	assert_int_equal(draw_str(&all, 0, 0, 5, STYLE_NORMAL, 0, "さくら"), 5);
	assert_int_equal(draw_str(&all, 1, 0, 4, STYLE_NORMAL, 0, "さくら"), 3);
	assert_int_equal(draw_str(&all, 2, 0, 6, STYLE_NORMAL, 0, "さくら"), 6);
	assert_int_equal(canvas.cells[24].width, 2);
	assert_int_equal(canvas.cells[25].width, 0);
	assert_screen("さく…\nさ…\nさくら\n\n");
}

static void test_halves(void **state)
{
	(void)state;
	draw_str(&all, 0, 0, -1, STYLE_NORMAL, 0, "さくら");
	draw_str(&all, 0, 1, -1, STYLE_NORMAL, 0, "x");
	draw_str(&all, 0, 3, -1, STYLE_NORMAL, 0, "y");
	draw_str(&all, 1, 0, -1, STYLE_NORMAL, 0, "さくら");
	draw_fill(&all, 1, 1, 2, STYLE_NORMAL, 0);
	draw_str(&all, 2, 0, -1, STYLE_NORMAL, 0, "さくら");
	draw_glyph(&all, 2, 2, STYLE_NORMAL, 0, GLYPH_TICK);
	assert_screen(" x yら\n    ら\nさ✓ ら\n\n");
}

static void test_right_and_wrapped(void **state)
{
	(void)state;
	assert_int_equal(draw_right(&all, 0, 12, -1, STYLE_NORMAL, 0, "42m"), 3);
	assert_int_equal(draw_right(&all, 1, 6, 4, STYLE_NORMAL, 0, "much too long"), 4);
	assert_int_equal(draw_wrapped(&all, 2, 0, 7, 9, STYLE_NORMAL, 0, "one two three"), 2);
	assert_screen("         42m\n  muc…\none two\nthree\n");
	assert_int_equal(draw_wrapped(NULL, 0, 0, 5, 9, STYLE_NORMAL, 0, "one two three"), 3);
	assert_int_equal(draw_wrapped(NULL, 0, 0, 1, 9, STYLE_NORMAL, 0, "さく"), 2);
	assert_int_equal(draw_wrapped(NULL, 0, 0, 5, 9, STYLE_NORMAL, 0, "a\n\nb"), 3);
}

static void test_areas(void **state)
{
	struct area a = area_sub(&all, 1, 2, 2, 5), b = area_sub(&a, -1, -1, 99, 99), c = area_sub(&a, 1, 4, 9, 9);

	(void)state;
	draw_str(&a, 0, 0, -1, STYLE_NORMAL, 0, "inside it");
	draw_str(&b, 1, 0, -1, STYLE_NORMAL, 0, "clip");
	draw_str(&c, 0, 0, -1, STYLE_NORMAL, 0, "Z");
	draw_str(&a, 2, 0, -1, STYLE_NORMAL, 0, "no");
	assert_int_equal(b.rows, 2);
	assert_int_equal(c.cols, 1);
	assert_screen("\n  insi…\n  clipZ\n\n");
}

static void test_ascii(void **state)
{
	(void)state;
	canvas.ascii = true;
	draw_str(&all, 0, 0, -1, STYLE_NORMAL, 0, "é");
	draw_str(&all, 1, 0, -1, STYLE_NORMAL, 0, "e\xcc\x81z");
	draw_glyph(&all, 2, 0, STYLE_NORMAL, 0, GLYPH_TICK);
	draw_str(&all, 3, 0, 9, STYLE_NORMAL, 0, "さくら");
	assert_screen("<U+00E9>\ne<U+0301>z\nv\n<U+3055>~\n");
}

/* What a terminal could obey must not be in any cell, whatever is drawn. */
static void assert_harmless(void)
{
	size_t i, n = (size_t)canvas.rows * (size_t)canvas.cols;

	for (i = 0; i < n; i++) {
		const struct cell *cell = &canvas.cells[i];
		size_t k;

		assert_int_equal(cell->len, strlen(cell->bytes));
		assert_true(utf8_valid(cell->bytes, cell->len));
		for (k = 0; k < cell->len; k++) {
			assert_true((unsigned char)cell->bytes[k] >= 0x20);
			assert_true(cell->bytes[k] != 0x7f);
		}
		assert_true(strncmp(cell->bytes, "\xc2\x80", 1) != 0 || (unsigned char)cell->bytes[1] >= 0xa0);
	}
}

static void test_hostile(void **state)
{
	char text[8];
	uint32_t cp;
	int c, n;

	(void)state;
	for (c = 0; c < 256; c++) {
		snprintf(text, sizeof(text), "a%cb", c);
		draw_text(&all, c % 4, 0, -1, STYLE_NORMAL, 0, text, 3);
		assert_harmless();
	}
	for (cp = 0; cp < 0x110000; cp += cp < 0x3000 || (cp >= 0xe0000 && cp < 0xe0200) ? 1 : 97) {
		n = utf8_encode(text, cp);
		canvas_clear(&canvas);
		draw_text(&all, 0, 0, -1, STYLE_NORMAL, 0, text, (size_t)n);
		assert_harmless();
	}
}

/* Any text anywhere leaves whole characters: a wide cell is always followed by its right half. */
static void test_random(void **state)
{
	static const char *const bits[] = { "さ", "x", "é", "\033[2J", "\xff", "e\xcc\x81", "\xe2\x80\xae", "한", " " };
	char text[64];
	int i, k, row, col;

	(void)state;
	srand(7);
	for (i = 0; i < 4000; i++) {
		text[0] = '\0';
		for (k = rand() % 6; k >= 0; k--)
			strncat(text, bits[rand() % 9], sizeof(text) - strlen(text) - 1);
		draw_str(&all, rand() % 5, rand() % 13, rand() % 14 - 1, STYLE_NORMAL, 0, text);
		for (row = 0; row < 4; row++)
			for (col = 0; col < 12; col++) {
				const struct cell *cell = &canvas.cells[row * 12 + col];

				if (cell->width == 2)
					assert_true(col < 11 && cell[1].width == 0);
				if (cell->width == 0)
					assert_true(col > 0 && cell[-1].width == 2);
			}
	}
	assert_harmless();
}

static void test_styles(void **state)
{
	struct theme t;
	char line[128];
	int i;

	(void)state;
	for (i = 0; i < STYLE_COUNT; i++) {
		assert_non_null(style_name((enum style)i));
		assert_int_equal(style_parse(style_name((enum style)i)), i);
	}
	assert_int_equal(style_parse("nothing"), -1);
	assert_int_equal(theme_load(&t, "default"), STATUS_OK);
	assert_int_equal(t.look[STYLE_CRITICAL].fg, 203);
	assert_int_equal(t.look[STYLE_CRITICAL].fg16, 1);
	assert_int_equal(theme_load(&t, "light"), STATUS_OK);
	assert_int_equal(theme_load(&t, "none"), STATUS_NOT_FOUND);
	assert_int_equal(theme_load(&t, "mono"), STATUS_OK);
	assert_true(t.mono);
	for (i = 0; i < STYLE_COUNT; i++)
		assert_true(t.look[i].fg == -1 && t.look[i].bg == -1);
	snprintf(line, sizeof(line), "style good bright-green/2 17 bold reverse");
	assert_int_equal(theme_line(&t, line), STATUS_OK);
	assert_int_equal(t.look[STYLE_GOOD].fg, 10);
	assert_int_equal(t.look[STYLE_GOOD].fg16, 2);
	assert_int_equal(t.look[STYLE_GOOD].bg16, -1);
	assert_int_equal(t.look[STYLE_GOOD].attr, ATTR_BOLD | ATTR_REVERSE);
	assert_int_equal(theme_line(&t, "style good"), STATUS_USAGE);
	assert_int_equal(theme_line(&t, "style bad red default"), STATUS_USAGE);
	assert_int_equal(theme_line(&t, "style good 256 default"), STATUS_USAGE);
	assert_int_equal(theme_line(&t, "style good red default blinking"), STATUS_USAGE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
static const struct CMUnitTest tests[] = {
	T(test_text), T(test_wide), T(test_halves), T(test_right_and_wrapped), T(test_areas), T(test_ascii),
	T(test_hostile), T(test_random), T(test_styles),
};
TEST_MAIN(tests)
