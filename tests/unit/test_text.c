/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign bytes into cells: substitutes, clusters, widths, fitting, folding. What a terminal makes
 * of them is in test_text_terminal.c.
 */
#include "tests/unit/test.h"
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

struct row { const char *in, *out, *ascii; size_t width; };

static const struct row rows[] = {
	{ "", "", "", 0 },
	{ "plain", "plain", "plain", 5 },
	{ "a\tb\n", "a^Ib^J", "a^Ib^J", 6 },
	{ "\x1b[31mred", "^[[31mred", "^[[31mred", 9 },
	{ "\x7f", "^?", "^?", 2 },
	{ "\xc2\x9b\x32J", "<U+009B>2J", "<U+009B>2J", 10 },
	{ "\xff\xc0\x80", "\\xFF\\xC0\\x80", "\\xFF\\xC0\\x80", 12 },
	{ "\xed\xa0\x80", "\\xED\\xA0\\x80", "\\xED\\xA0\\x80", 12 },
	{ "\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80", "\\xF4\\x90\\x80\\x80", 16 },
	{ "\xe2\x80", "\\xE2\\x80", "\\xE2\\x80", 8 },
	{ "x\xe2\x80\xaey", "x<U+202E>y", "x<U+202E>y", 10 },
	{ "\xe2\x80\x8e\xd8\x9c", "<U+200E><U+061C>", "<U+200E><U+061C>", 16 },
	{ "\xe2\x81\xa6\xe2\x80\xa8\xe2\x80\xa9", "<U+2066><U+2028><U+2029>",
		"<U+2066><U+2028><U+2029>", 24 },
	{ "\xef\xbb\xbfx", "<U+FEFF>x", "<U+FEFF>x", 9 },
	{ "\xf3\xa0\x81\x81", "<U+E0041>", "<U+E0041>", 9 },
	{ "\xee\x80\x80", "<U+E000>", "<U+E000>", 8 },
	{ "\xef\xbf\xbf", "<U+FFFF>", "<U+FFFF>", 8 },
	{ "\xc2\xad", "<U+00AD>", "<U+00AD>", 8 },
	{ "\xe2\x80\x8b", "<U+200B>", "<U+200B>", 8 },
	{ "한국어", "한국어", "<U+D55C><U+AD6D><U+C5B4>", 6 },
	{ "日本", "日本", "<U+65E5><U+672C>", 4 },
	{ "สยามเวช", "สยามเวช", NULL, 7 },
	{ "ก้", "ก้", "<U+0E01><U+0E49>", 1 },
	{ "Kererū", "Kererū", "Kerer<U+016B>", 6 },
	{ "e\xcc\x81", "e\xcc\x81", "e<U+0301>", 1 },
	{ "\xcc\x81", "<U+0301>", "<U+0301>", 8 },
	/* five marks: four are drawn, the fifth is named */
	{ "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x82", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81<U+0302>",
		NULL, 9 },
	{ "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81x",
		"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81<+3>x", NULL, 6 },
	/* a conjoining syllable is one wide cluster; a lone vowel is named */
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", NULL, 2 },
	{ "\xe1\x85\xa1", "<U+1161>", "<U+1161>", 8 },
	/* joiners, selectors and skin tones after a picture are taken and not drawn */
	{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", "\xf0\x9f\x91\xa8\xf0\x9f\x91\xa9", NULL,
		4 },
	{ "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4", NULL, 1 },
	{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d", NULL, 2 },
	{ "\xf0\x9f\x87\xb0\xf0\x9f\x87\xb7", "KR", "KR", 2 },
	{ "\xf0\x9f\x87\xb0x", "<U+1F1F0>x", "<U+1F1F0>x", 10 },
	/* a joiner between letters is part of Persian and of Indic scripts */
	{ "\xd9\x85\xe2\x80\x8c\xd8\xae", "\xd9\x85\xe2\x80\x8c\xd8\xae", NULL, 2 },
	{ "\xe2\x80\x8d", "<U+200D>", "<U+200D>", 8 },
};

static void test_neutralise(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 4096);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		text_neutralise(&b, rows[i].in, strlen(rows[i].in), false);
		assert_string_equal(buf_str(&b), rows[i].out);
		assert_int_equal(text_width(rows[i].in, strlen(rows[i].in)), rows[i].width);
		buf_reset(&b);
		text_neutralise(&b, rows[i].in, strlen(rows[i].in), true);
		if (rows[i].ascii)
			assert_string_equal(buf_str(&b), rows[i].ascii);
	}
	buf_done(&b);
}

/* Only substitutes are marked; every substitute is ASCII and as wide as it is long. */
static void test_mark(void **state)
{
	static const char ascii[] = "^?<>+U\\x0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_@";
	struct text_cluster c;
	char in[4];
	uint32_t cp;
	int n;

	(void)state;
	for (cp = 0; cp < 0x110000; cp++) {
		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		n = utf8_encode(in, cp);
		text_next(&c, in, (size_t)n);
		assert_int_equal(c.taken, n);
		assert_int_equal(strlen(c.bytes), c.len);
		if (c.mark) {
			assert_int_equal(c.width, c.len);
			assert_int_equal(strspn(c.bytes, ascii), c.len);
		} else {
			assert_in_range(c.width, 1, 2);
			assert_memory_equal(c.bytes, in, (size_t)n);
		}
	}
}

static void test_nul(void **state)
{
	struct text_cluster c;

	(void)state;
	text_next(&c, "\0x", 2);
	assert_string_equal(c.bytes, "^@");
	assert_int_equal(c.taken, 1);
}

static void test_fit(void **state)
{
	static const struct { const char *in; size_t cells, bytes, used; } fits[] = {
		{ "abcdef", 3, 3, 3 }, { "abc", 9, 3, 3 }, { "abc", 0, 0, 0 },
		{ "한국", 3, 3, 2 }, { "한국", 4, 6, 4 }, { "한국", 1, 0, 0 },
		{ "ab\x1b", 3, 2, 2 }, { "ab\x1b", 4, 3, 4 },
		{ "ae\xcc\x81z", 2, 4, 2 }, { "ae\xcc\x81z", 1, 1, 1 },
		{ "ae\xcc\x81z", 3, 5, 3 },
	};
	size_t i, used;

	(void)state;
	for (i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		assert_int_equal(text_fit(&used, fits[i].in, strlen(fits[i].in), fits[i].cells),
			fits[i].bytes);
		assert_int_equal(used, fits[i].used);
	}
}

/* A line of marks, or of ASCII, of 2 MB must cost no more than its length: no step looks back or
 * far ahead. */
static void test_linear(void **state)
{
	size_t n = 2 * 1024 * 1024, at, steps = 0;
	char *line = mem_alloc(n);
	struct text_cluster c;
	size_t used;

	(void)state;
	for (at = 0; at < n; at += 2)
		memcpy(line + at, "\xcc\x81", 2);
	for (at = 0; at < n; at += c.taken, steps++)
		text_next(&c, line + at, n - at);
	assert_int_equal(at, n);
	assert_in_range(steps, 1, 3);
	memset(line, 'x', n);
	assert_int_equal(text_fit(&used, line, n, n - 1), n - 1);
	assert_int_equal(text_width(line, n), n);
	mem_free(line);
}

static void test_utf8(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xe0\x80\xaf",
		"\xe0\x9f\xbf",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf5\x80\x80\x80",
		"\xfe",
		"\xe2\x28\xa1",
		"\xc3",
		"12345678\xc3",
		"123456789\xe2\x82",
	};
	char out[4];
	uint32_t cp, back;
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("12345678 한국 12345678", 25));
	for (cp = 0; cp < 0x110000; cp += cp < 0x3000 ? 1 : 97) {
		n = utf8_encode(out, cp);
		if (cp >= 0xd800 && cp < 0xe000) {
			assert_int_equal(utf8_decode(&back, out, (size_t)n), 0);
			continue;
		}
		assert_int_equal(utf8_decode(&back, out, (size_t)n), n);
		assert_int_equal(back, cp);
		if (n > 1)
			assert_int_equal(utf8_decode(&back, out, (size_t)n - 1), 0);
	}
	assert_int_equal(utf8_bom("\xef\xbb\xbf{", 4), 3);
	assert_int_equal(utf8_bom("\xef\xbb", 2), 0);
}

static void test_fold(void **state)
{
	static const struct { const char *in, *out; } folds[] = {
		{ "", "" }, { "ABC def 12", "abc def 12" }, { "ÀÉÎ", "àéî" }, { "E\xcc\x81", "é" },
		{ "ＡＢＣ１２", "abc12" }, { "ｻｸﾗ", "サクラ" }, { "ｶﾞ", "ガ" }, { "Straße", "strasse" },
		{ "ﬁn", "fin" }, { "한빛병원", "한빛병원" }, { "さくら", "さくら" },
		{ "か\xe3\x82\x99", "が" }, { "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한" },
		{ "ΑΣ", "ασ" }, { "x\xff" "Y", "x\xff" "y" }, { "Kererū", "kererū" },
		{ "a\xe2\x80\x8b" "b", "ab" }, { "สยาม", "สยาม" },
	};
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1 << 20);
	for (i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
		buf_reset(&b);
		text_fold(&b, folds[i].in, strlen(folds[i].in));
		assert_string_equal(buf_str(&b), folds[i].out);
	}
	buf_done(&b);
}

/* The short cuts say what the full way says: every code point alone, compared. */
static void test_fold_short_cuts(void **state)
{
	char in[8];
	struct buf b;
	uint32_t cp;
	int n;

	(void)state;
	buf_init(&b, 4096);
	for (cp = 0x80; cp < 0x10000; cp++) {
		utf8proc_uint8_t *full;

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		n = utf8_encode(in, cp);
		assert_true(utf8proc_map((const utf8proc_uint8_t *)in, n, &full,
			UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
				UTF8PROC_IGNORE) >= 0);
		buf_reset(&b);
		text_fold(&b, in, (size_t)n);
		assert_string_equal(buf_str(&b), full);
		free(full);
	}
	buf_done(&b);
}

/* Long input crosses the pieces in which ASCII is copied, at every offset. */
static void test_fold_pieces(void **state)
{
	char in[700], want[700];
	struct buf b;
	size_t lead;

	(void)state;
	buf_init(&b, 4096);
	for (lead = 240; lead < 270; lead++) {
		memset(in, 'Q', lead);
		memcpy(in + lead, "E\xcc\x81!", 5);
		memset(want, 'q', lead);
		memcpy(want + lead, "\xc3\xa9!", 4);
		buf_reset(&b);
		text_fold(&b, in, strlen(in));
		assert_string_equal(buf_str(&b), want);
	}
	buf_done(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_neutralise),
	cmocka_unit_test(test_mark),
	cmocka_unit_test(test_nul),
	cmocka_unit_test(test_fit),
	cmocka_unit_test(test_linear),
	cmocka_unit_test(test_utf8),
	cmocka_unit_test(test_fold),
	cmocka_unit_test(test_fold_short_cuts),
	cmocka_unit_test(test_fold_pieces),
};

TEST_MAIN(tests)
