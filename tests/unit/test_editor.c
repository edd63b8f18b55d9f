/* SPDX-License-Identifier: Apache-2.0 */
/* The small editor, its wrapping, and drafts of verdicts. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "verdict/app/draft.h"
#include "verdict/app/editor.h"

static void insert(struct editor *e, const char *s)
{
	assert_true(editor_insert(e, s, strlen(s)));
}

static void what_may_be_inserted(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "plain", "plain" },
		{ "a\r\nb\rc\nd", "a\nb\nc\nd" },
		{ "tab\there", "tab here" },
		{ "esc\033[31mred", "esc[31mred" },
		{ "ctrl-s\023 bell\007", "ctrl-s bell" },
		{ "bad\xff\xc3(utf", "bad(utf" },
		{ "c1\xc2\x9b" "2J", "c12J" },
		{ "한빛병원 さくら", "한빛병원 さくら" },
	};
	struct editor e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		editor_init(&e, 100);
		insert(&e, cases[i].in);
		assert_string_equal(editor_text(&e), cases[i].out);
		assert_int_equal(e.cursor, strlen(cases[i].out));
		editor_done(&e);
	}
}

static void ceiling_keeps_text(void **state)
{
	struct editor e;

	(void)state;
	editor_init(&e, 8);
	insert(&e, "12345678");
	assert_false(editor_insert(&e, "9", 1));
	assert_string_equal(editor_text(&e), "12345678");
	assert_true(editor_do(&e, EDIT_BACKSPACE, 40));
	insert(&e, "X");
	assert_string_equal(editor_text(&e), "1234567X");
	editor_done(&e);
}

static void moves_by_cluster_and_word(void **state)
{
	struct editor e;

	(void)state;
	editor_init(&e, 200);
	insert(&e, "ab 한e\xcc\x81");	/* e with a combining acute */
	assert_true(editor_do(&e, EDIT_LEFT, 40));
	assert_int_equal(e.cursor, 6);
	assert_true(editor_do(&e, EDIT_LEFT, 40));
	assert_int_equal(e.cursor, 3);
	assert_true(editor_do(&e, EDIT_DELETE, 40));
	assert_string_equal(editor_text(&e), "ab e\xcc\x81");
	assert_true(editor_do(&e, EDIT_END, 40));
	assert_true(editor_do(&e, EDIT_WORD_LEFT, 40));
	assert_int_equal(e.cursor, 3);
	assert_true(editor_do(&e, EDIT_WORD_BACK, 40));
	assert_string_equal(editor_text(&e), "e\xcc\x81");
	assert_false(editor_do(&e, EDIT_LEFT, 40));
	assert_true(editor_do(&e, EDIT_RIGHT, 40));
	assert_int_equal(e.cursor, 3);
	assert_false(editor_do(&e, EDIT_RIGHT, 40));
	editor_done(&e);
}

static void backspace_joins_lines(void **state)
{
	struct editor e;

	(void)state;
	editor_init(&e, 200);
	insert(&e, "one\ntwo");
	assert_true(editor_do(&e, EDIT_HOME, 40));
	assert_int_equal(e.cursor, 4);
	assert_true(editor_do(&e, EDIT_BACKSPACE, 40));
	assert_string_equal(editor_text(&e), "onetwo");
	assert_int_equal(e.cursor, 3);
	editor_done(&e);
}

static void up_and_down_keep_the_column(void **state)
{
	struct editor e;
	int row, col;

	(void)state;
	editor_init(&e, 200);
	insert(&e, "abcdef\nx\nabcdef");
	editor_place(&row, &col, &e, 40);
	assert_int_equal(row, 2);
	assert_int_equal(col, 6);
	assert_true(editor_do(&e, EDIT_UP, 40));
	assert_int_equal(e.cursor, 8);
	assert_true(editor_do(&e, EDIT_UP, 40));
	assert_int_equal(e.cursor, 6);
	assert_false(editor_do(&e, EDIT_UP, 40));
	editor_done(&e);
}

static void wraps_at_words(void **state)
{
	static const struct { const char *text; int width; const char *lines; } cases[] = {
		{ "", 10, "|" },
		{ "one two three", 8, "one two|three|" },
		{ "one two three", 7, "one two|three|" },
		{ "abcdefghijkl", 5, "abcde|fghij|kl|" },
		{ "a\n\nb", 5, "a||b|" },
		{ "end\n", 5, "end||" },
		{ "한빛병원", 5, "한빛|병원|" },
		{ "한빛", 1, "한|빛|" },
	};
	struct editor_line l;
	char got[200];
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got[0] = '\0';
		for (n = 0; wrap_line(&l, cases[i].text, strlen(cases[i].text), cases[i].width, n); n++) {
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s|", (int)l.len,
				cases[i].text + l.begin);
		}
		assert_string_equal(got, cases[i].lines);
		assert_int_equal(wrap_count(cases[i].text, strlen(cases[i].text), cases[i].width), n);
	}
}

/* Every byte of a text is on some line or is the blank or line end between two, at every width. */
static void wrapping_loses_nothing(void **state)
{
	static const char text[] = "Allergies section is empty 없음 without  a reason;\nvendor will resend. e\xcc\x81";
	size_t at, len = sizeof(text) - 1;
	struct editor_line l;
	int width, n;

	(void)state;
	for (width = 1; width < 70; width++) {
		at = 0;
		for (n = 0; wrap_line(&l, text, len, width, n); n++) {
			assert_true(l.begin == at || (l.begin == at + 1 && (text[at] == ' ' || text[at] == '\n')));
			at = l.begin + l.len;
		}
		assert_int_equal(at, len);
	}
}

static void draft_survives_its_text(void **state)
{
	struct draft a, b;
	struct buf text;

	(void)state;
	draft_init(&a);
	draft_init(&b);
	buf_init(&text, 65536);
	draft_reset(&a, "81198");
	assert_true(draft_is_empty(&a));
	a.outcome = OUTCOME_PARTIAL;
	editor_set(&a.reason, "Section \"알레르기\" is empty\nwill resend");
	draft_set_mark(&a, 2, MARK_FAILED);
	draft_set_mark(&a, 1, MARK_VERIFIED);
	draft_set_mark(&a, 3, MARK_VERIFIED);
	draft_set_mark(&a, 3, MARK_NONE);
	draft_set_tick(&a, "IPS-A01", ITEM_TICKED, NULL);
	draft_set_tick(&a, "IPS-B12", ITEM_OVERRULED, "seen at the table");
	assert_ok(draft_format(&text, &a));
	assert_ok(draft_parse(&b, "81198", buf_str(&text)));
	assert_int_equal(b.outcome, OUTCOME_PARTIAL);
	assert_string_equal(editor_text(&b.reason), editor_text(&a.reason));
	assert_int_equal(draft_mark(&b, 1), MARK_VERIFIED);
	assert_int_equal(draft_mark(&b, 2), MARK_FAILED);
	assert_int_equal(draft_mark(&b, 3), MARK_NONE);
	assert_int_equal(draft_tick_state(&b, "IPS-A01", ITEM_OPEN), ITEM_TICKED);
	assert_string_equal(draft_tick_get(&b, "IPS-B12")->reason, "seen at the table");
	draft_drop_tick(&b, "IPS-A01");
	assert_int_equal(draft_tick_state(&b, "IPS-A01", ITEM_OPEN), ITEM_OPEN);
	buf_done(&text);
	draft_done(&a);
	draft_done(&b);
}

static void damaged_draft_is_empty(void **state)
{
	static const char *const bad[] = { "{", "[]", "null", "\"x\"", "{\"outcome\":1,}" };
	struct draft d;
	size_t i;

	(void)state;
	draft_init(&d);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d.outcome = OUTCOME_FAILED;
		assert_int_equal(draft_parse(&d, "1", bad[i]), STATUS_INVALID);
		assert_true(draft_is_empty(&d));
	}
	/* Unknown words are left out, not guessed. */
	assert_ok(draft_parse(&d, "1", "{\"outcome\":\"great\",\"steps\":[{\"n\":0,\"mark\":\"verified\"},"
		"{\"n\":2,\"mark\":\"odd\"}],\"ticks\":[{\"id\":\"\",\"state\":\"ticked\"}]}"));
	assert_true(draft_is_empty(&d));
	draft_done(&d);
}

static void record_has_own_ticks_and_checks_alone(void **state)
{
	struct instance_item items[] = {
		{ { .id = "A" }, ITEM_TICKED, "check" },
		{ { .id = "B" }, ITEM_TICKED, "P07" },	/* a colleague's */
		{ { .id = "C" }, ITEM_TICKED, "P01" },	/* earlier, by the same person */
		{ { .id = "D" }, ITEM_OPEN, "" },
		{ { .id = "E" }, ITEM_TICKED, "check" },
	};
	struct evidence_item evidence[] = {
		{ .n = 1, .name = "request.json", .size = 84000, .looked = true },
		{ .n = 2, .name = "response.json", .size = 12, .looked = false },
	};
	struct instance in = { .row = { .id = "81198", .revision = 4, .status = TI_CRITICAL },
		.items = items, .n_items = 5, .evidence = evidence, .n_evidence = 2 };
	struct draft_counts n;
	struct record rec;
	struct draft d;
	struct arena a;

	(void)state;
	arena_init(&a);
	draft_init(&d);
	draft_reset(&d, "81198");
	d.outcome = OUTCOME_FAILED;
	editor_set(&d.reason, "no");
	draft_set_tick(&d, "D", ITEM_TICKED, NULL);
	draft_set_tick(&d, "E", ITEM_OVERRULED, "wrong");
	draft_record(&rec, &a, &d, &in, "P01", true);
	assert_int_equal(rec.kind, RECORD_VERDICT);
	assert_string_equal(rec.text, "no");
	assert_true(rec.correction);
	assert_int_equal(rec.revision, 4);
	assert_int_equal(rec.n_ticks, 4);
	assert_string_equal(rec.ticks[0].id, "A");
	assert_true(rec.ticks[0].by_check);
	assert_string_equal(rec.ticks[1].id, "C");
	assert_false(rec.ticks[1].by_check);
	assert_string_equal(rec.ticks[3].id, "E");
	assert_int_equal(rec.ticks[3].state, ITEM_OVERRULED);
	assert_string_equal(rec.ticks[3].reason, "wrong");
	assert_int_equal(rec.n_looked, 1);
	assert_string_equal(rec.looked[0].name, "request.json");
	draft_count(&n, &d, &in);
	assert_int_equal(n.total, 5);
	assert_int_equal(n.mine, 1);
	assert_int_equal(n.checks, 1);
	assert_int_equal(n.others, 2);
	assert_int_equal(n.overruled, 1);
	draft_done(&d);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_inserted),
		cmocka_unit_test(ceiling_keeps_text),
		cmocka_unit_test(moves_by_cluster_and_word),
		cmocka_unit_test(backspace_joins_lines),
		cmocka_unit_test(up_and_down_keep_the_column),
		cmocka_unit_test(wraps_at_words),
		cmocka_unit_test(wrapping_loses_nothing),
		cmocka_unit_test(draft_survives_its_text),
		cmocka_unit_test(damaged_draft_is_empty),
		cmocka_unit_test(record_has_own_ticks_and_checks_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("editor", tests, NULL, NULL);
}
