/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a terminal become keys, whole or cut at any place. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/ui/ui_priv.h"

static const struct { const char *bytes, *keys; } cases[] = {
	{ "a", "a" }, { "jk", "j k" }, { " ", "Space" }, { "\r", "Enter" }, { "\n", "Enter" }, { "\t", "Tab" },
	{ "\x7f", "Backspace" }, { "\x08", "Backspace" }, { "\x13", "Ctrl-S" }, { "\x1a", "Ctrl-Z" },
	{ "é", "é" }, { "한", "한" }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	{ "\033[A", "Up" }, { "\033OA", "Up" }, { "\033[B", "Down" }, { "\033[C", "Right" }, { "\033[D", "Left" },
	{ "\033[H", "Home" }, { "\033OH", "Home" }, { "\033[1~", "Home" }, { "\033[7~", "Home" },
	{ "\033[F", "End" }, { "\033[4~", "End" }, { "\033[8~", "End" }, { "\033[2~", "Insert" },
	{ "\033[3~", "Delete" }, { "\033[5~", "PgUp" }, { "\033[6~", "PgDn" }, { "\033[Z", "Shift-Tab" },
	{ "\033OP", "F1" }, { "\033[11~", "F1" }, { "\033[[A", "F1" }, { "\033[15~", "F5" }, { "\033[24~", "F12" },
	{ "\033[1;2A", "Shift-Up" }, { "\033[1;5C", "Ctrl-Right" }, { "\033[1;3D", "Alt-Left" },
	{ "\033b", "Alt-b" }, { "\033\x7f", "Alt-Backspace" }, { "\033é", "Alt-é" },
	{ "\033[<0;5;3M", "mouse 2,4" }, { "\033[<0;5;3m", "" }, { "\033[<64;1;1M", "WheelUp" },
	{ "\033[<65;1;1M", "WheelDown" }, { "\033[<2;5;3M", "" },
	{ "\033[200~ab\r\033[201~c", "paste" },
	{ "\033[I", "" }, { "\033[?1;2c", "" }, { "\033[99~", "" }, { "\xff" "x", "x" }, { "\xc3(", "(" },
	{ "\033[Aj\033[B", "Up j Down" },
};

static void add_key(char *out, size_t max, const struct key_event *ev)
{
	char name[KEY_NAME_MAX];
	size_t n = strlen(out);

	if (n)
		n += (size_t)snprintf(out + n, max - n, " ");
	if (ev->key == K_MOUSE)
		snprintf(out + n, max - n, "mouse %d,%d", ev->row, ev->col);
	else if (ev->key == K_PASTE)
		snprintf(out + n, max - n, "paste %s", ev->text);
	else
		snprintf(out + n, max - n, "%s", key_label(name, key_event_code(ev)));
}

static void read_all(char *out, size_t max, struct input *in, bool late)
{
	struct key_event ev;

	while (input_next(&ev, in, late))
		add_key(out, max, &ev);
}

/* Answers to what was asked of the terminal are no keys, whole or cut, and never wait for a key's short time. */
static void test_answers(void **state)
{
	static const char all[] = "j\033_Gi=9117;OK\033\\\033[6;20;10t\033[?62;4;22ck";
	size_t cut;

	(void)state;
	for (cut = 0; cut < sizeof(all); cut++) {
		struct input in = { .asked = true };
		char got[200] = "";

		input_add(&in, all, cut);
		read_all(got, sizeof(got), &in, false);
		if (cut > 2 && in.len > 1)
			assert_true(input_answering(&in));
		input_add(&in, all + cut, sizeof(all) - 1 - cut);
		read_all(got, sizeof(got), &in, false);
		assert_string_equal(got, "j k");
		assert_true(in.told && in.kitty && in.sixel && !in.asked);
		assert_int_equal(in.cell_width, 10);
		assert_int_equal(in.cell_height, 20);
	}
}

/* Other answers, refusals, and what only looks like one. */
static void test_other_answers(void **state)
{
	static const char refusal[] = "\033_Gi=9117;ENOENT:no\033\\\033[?1;2c";
	static const char rubbish[] = "\033[6;70000;1t\033[64;1;2c\033_";	/* impossible cells; no DA1; half of something */
	struct input in = { .asked = true };
	char got[200] = "";

	(void)state;
	input_add(&in, refusal, sizeof(refusal) - 1);
	read_all(got, sizeof(got), &in, false);
	assert_true(in.told && !in.kitty && !in.sixel);
	assert_int_equal(in.cell_width, 0);
	in = (struct input){ .asked = true };
	input_add(&in, rubbish, sizeof(rubbish) - 1);
	read_all(got, sizeof(got), &in, false);
	assert_false(in.told);
	assert_int_equal(in.cell_width, 0);
	assert_string_equal(got, "");
	read_all(got, sizeof(got), &in, true);
	assert_string_equal(got, "Alt-_");
	in = (struct input){ .len = 0 };	/* nobody asked: Alt-_ at once, then what was typed */
	got[0] = '\0';
	input_add(&in, "\033_G", 3);
	read_all(got, sizeof(got), &in, false);
	assert_string_equal(got, "Alt-_ G");
}

static const char *wanted(size_t i)
{
	return strncmp(cases[i].keys, "paste", 5) == 0 ? "paste a paste b paste   c" : cases[i].keys;
}

static void test_whole(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct input in = { .len = 0 };
		char got[200] = "";

		input_add(&in, cases[i].bytes, strlen(cases[i].bytes));
		read_all(got, sizeof(got), &in, false);
		assert_string_equal(got, wanted(i));
		assert_int_equal(in.len, 0);
	}
}

static void test_cut_anywhere(void **state)
{
	size_t i, cut;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (cut = 1; cut < strlen(cases[i].bytes); cut++) {
			struct input in = { .len = 0 };
			char got[200] = "";

			input_add(&in, cases[i].bytes, cut);
			read_all(got, sizeof(got), &in, false);
			input_add(&in, cases[i].bytes + cut, strlen(cases[i].bytes) - cut);
			read_all(got, sizeof(got), &in, false);
			assert_string_equal(got, wanted(i));
		}
}

static void test_late(void **state)
{
	static const struct { const char *bytes, *keys; } late[] = {
		{ "\033", "Esc" }, { "\033\033", "Esc Esc" }, { "\033[", "Alt-[" }, { "\033O", "Alt-O" }, { "\xe3\x81", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		struct input in = { .len = 0 };
		char got[200] = "";

		input_add(&in, late[i].bytes, strlen(late[i].bytes));
		read_all(got, sizeof(got), &in, false);
		read_all(got, sizeof(got), &in, true);
		assert_string_equal(got, late[i].keys);
		assert_int_equal(in.len, 0);
	}
}

/* Any bytes: no crash, no endless sequence, and control characters never become text. */
static void test_rubbish(void **state)
{
	struct input in = { .len = 0 };
	struct key_event ev;
	unsigned char byte;
	int i;

	(void)state;
	srand(11);
	for (i = 0; i < 200000; i++) {
		byte = (unsigned char)(rand() % 3 ? rand() : "\033[O<;M~_?c"[rand() % 10]);
		assert_true(input_room(&in) > 0);
		in.asked = i / 1000 % 2;	/* or it answers, in its way */
		input_add(&in, &byte, 1);
		while (input_next(&ev, &in, i % 5 == 0)) {
			assert_true(ev.key != 0);
			assert_true(ev.text[0] == '\0' || (unsigned char)ev.text[0] >= 0x20);
			assert_true(ev.text[0] != 0x7f);
		}
	}
}

static void test_names(void **state)
{
	static const char *const bad[] = { "", "Ctrl-", "Alt-", "F0", "F13", "Alt-Alt-x", "nonsense", "ab", "\x01" };
	char name[KEY_NAME_MAX];
	int key;
	size_t i;

	(void)state;
	for (key = 1; key < 0x3000; key++) {
		if (key == 8 || key == 9 || key == 13 || key == 27 || (key >= 0x7f && key < 0xa0))
			continue;	/* Backspace, Tab, Enter, Esc go by their own codes */
		assert_int_equal(key_parse(key_label(name, key)), key);
	}
	for (key = K_UP; key <= K_CTRL_RIGHT; key++)
		if (key != K_MOUSE && key != K_RESIZE) {
			assert_int_equal(key_parse(key_label(name, key)), key);
			assert_int_equal(key_parse(key_label(name, key + K_ALT)), key + K_ALT);
		}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(key_parse(bad[i]), -1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_whole), cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_answers),
		cmocka_unit_test(test_other_answers), cmocka_unit_test(test_late),
	cmocka_unit_test(test_rubbish), cmocka_unit_test(test_names),
};
TEST_MAIN(tests)
