/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte, every pair of bytes and every code point through text_next() into a terminal
 * emulator: nothing but cells may change, and the cursor must move as far as the cluster claims.
 */
#define _XOPEN_SOURCE 700
#include "tests/unit/test.h"
#include <locale.h>
#include <stdio.h>
#include <vterm.h>
#include <wchar.h>
#include "verdict/base/text.h"

#define COLS 60

static VTerm *vt;
static VTermState *vts;
static unsigned int surprises;	/* callbacks for anything but glyphs and the cursor */

static int on_putglyph(VTermGlyphInfo *info, VTermPos pos, void *user)
{
	(void)info, (void)pos, (void)user;
	return 1;
}

static int on_movecursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	(void)old, (void)user;
	if (pos.row != 0 || !visible)
		surprises++;
	return 1;
}

static int on_scroll(VTermRect rect, int down, int right, void *user)
{
	(void)rect, (void)down, (void)right, (void)user;
	surprises++;
	return 1;
}

static int on_erase(VTermRect rect, int selective, void *user)
{
	(void)rect, (void)selective, (void)user;
	surprises++;
	return 1;
}

static int on_pen(VTermAttr attr, VTermValue *val, void *user)
{
	(void)attr, (void)val, (void)user;
	surprises++;
	return 1;
}

static int on_prop(VTermProp prop, VTermValue *val, void *user)
{
	(void)prop, (void)val, (void)user;
	surprises++;
	return 1;
}

static int on_bell(void *user)
{
	(void)user;
	surprises++;
	return 1;
}

static int on_control(unsigned char control, void *user)
{
	(void)control, (void)user;
	surprises++;
	return 1;
}

static int on_csi(
	const char *leader, const long args[], int argc, const char *mid, char command, void *user)
{
	(void)leader, (void)args, (void)argc, (void)mid, (void)command, (void)user;
	surprises++;
	return 1;
}

static void on_output(const char *s, size_t len, void *user)
{
	(void)s, (void)len, (void)user;
	surprises++;	/* the terminal answered: something was a question */
}

static const VTermStateCallbacks callbacks = {
	.putglyph = on_putglyph,
	.movecursor = on_movecursor,
	.scrollrect = on_scroll,
	.erase = on_erase,
	.setpenattr = on_pen,
	.settermprop = on_prop,
	.bell = on_bell,
};
static const VTermParserCallbacks fallbacks = { .control = on_control, .csi = on_csi };

static int make(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "en_US.UTF-8"))
		return -1;
	vt = vterm_new(2, COLS);
	vterm_set_utf8(vt, 1);
	vts = vterm_obtain_state(vt);
	vterm_state_reset(vts, 1);
	vterm_state_set_callbacks(vts, &callbacks, NULL);
	vterm_state_set_unrecognised_fallbacks(vts, &fallbacks, NULL);
	vterm_output_set_callback(vt, on_output, NULL);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	vterm_free(vt);
	return 0;
}

/* Columns the cursor moved by the clusters of p[0..n); *claimed_out what they say. */
static int draw(size_t *claimed_out, const char *p, size_t n)
{
	struct text_cluster c;
	size_t at, claimed = 0;
	VTermPos pos;

	vterm_input_write(vt, "\r", 1);
	surprises = 0;
	for (at = 0; at < n; at += c.taken) {
		text_next(&c, p + at, n - at);
		assert_in_range(c.taken, 1, n - at);
		vterm_input_write(vt, c.bytes, c.len);
		claimed += c.width;
	}
	vterm_state_get_cursorpos(vts, &pos);
	*claimed_out = claimed;
	return pos.row ? -1 : pos.col;
}

static void check(const char *p, size_t n)
{
	size_t claimed;
	int moved = draw(&claimed, p, n);

	assert_int_equal(surprises, 0);
	assert_int_equal(moved, claimed);
}

static void test_pairs(void **state)
{
	char in[3];
	int a, b;

	(void)state;
	for (a = 0; a < 256; a++) {
		in[0] = (char)a;
		check(in, 1);
		for (b = 0; b < 256; b++) {
			in[1] = (char)b;
			check(in, 2);
			in[2] = 'm';
			check(in, 3);
		}
	}
}

static void test_points(void **state)
{
	unsigned int older = 0;
	size_t claimed;
	uint32_t cp;
	char in[4];
	int n;

	(void)state;
	for (cp = 0; cp < 0x110000; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		n = utf8_encode(in, cp);
		if (draw(&claimed, in, (size_t)n) != (int)claimed) {
			/* emulators lag behind Unicode; then the C library must agree with us */
			assert_int_equal(wcwidth((wchar_t)cp), claimed);
			assert_true(cp >= 0x10000);
			older++;
		}
		assert_int_equal(surprises, 0);
	}
	print_message("# %u code points newer than the emulator's table\n", older);
	assert_in_range(older, 0, 4000);
}

/* After a letter, after a wide one, and before one: what joins must join everywhere. */
static void test_neighbours(void **state)
{
	static const char *const before[] = { "a", "\xed\x95\x9c", "\xf0\x9f\x98\x80" };
	size_t i, n, claimed;
	char in[16];
	uint32_t cp;
	int moved;

	(void)state;
	for (cp = 0; cp < 0x10000; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
			n = strlen(before[i]);
			memcpy(in, before[i], n);
			n += (size_t)utf8_encode(in + n, cp);
			in[n++] = 'z';
			moved = draw(&claimed, in, n);
			assert_int_equal(surprises, 0);
			/* marks newer than the emulator's table: the C library must call them marks
			 */
			if (moved != (int)claimed)
				assert_int_equal(wcwidth((wchar_t)cp), 0);
		}
	}
}

static void test_hostile(void **state)
{
	static const char *const lines[] = {
		"\x1b]0;title\x07",
		"\x1b[2J\x1b[H",
		"\x1b[?1049h",
		"\x9b"
		"2J",
		"\xc2\x9b"
		"2J",
		"\x1bP+q\x1b\\",
		"\x1b[6n",
		"\x1b[c",
		"\x0e\x0f",
		"\r\n\v\f\b",
		"\x1b%G",
		"\xe2\x80\xae"
		"abc\xe2\x80\xac",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
		"\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7",
		"1\xef\xb8\x8f\xe2\x83\xa3",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check(lines[i], strlen(lines[i]));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_pairs, make, unmake),
	cmocka_unit_test_setup_teardown(test_points, make, unmake),
	cmocka_unit_test_setup_teardown(test_neighbours, make, unmake),
	cmocka_unit_test_setup_teardown(test_hostile, make, unmake),
};

TEST_MAIN(tests)
