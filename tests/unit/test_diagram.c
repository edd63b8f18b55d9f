/* SPDX-License-Identifier: Apache-2.0 */
/* Steps as a sequence diagram: roles, arrows, what a system does alone, narrow screens. */
#include "tests/unit/test.h"

#include "src/ui/diagram.h"
#include "verdict/app/instance.h"
#include "verdict/ui/view.h"

static struct participant people[] = {
	{ .role = "source", .actor = "Document Source", .system_name = "さくら EHR" },
	{ .role = "recipient", .actor = "Document Recipient", .system_name = "Wattle" },
	{ .role = "registry", .system_name = "福爾摩沙 HIE" },
	{ .role = "unused", .system_name = "Kererū" },
};

static struct instance_step steps[] = {
	{ .n = 1, .kind = "request", .from = "source", .to = "recipient", .transaction = "ITI-65",
		.text = "Provide", .status = "done", .evidence = 2 },
	{ .n = 2, .kind = "response", .from = "recipient", .to = "source", .transaction = "-", .text = "200 OK",
		.status = "done" },
	{ .n = 3, .kind = "local", .from = "source", .to = "source", .transaction = "-", .text = "keys it in",
		.status = "done" },
	{ .n = 4, .kind = "show", .from = "registry", .to = "monitor", .transaction = "-",
		.text = "\033[2Jescape \xe2\x80\xae 한", .status = "done" },
	{ .n = 5, .kind = "request", .from = "source", .to = "registry", .transaction = "ITI-42", .text = "long way",
		.status = "done" },
};

static struct instance make(size_t n_people, size_t n_steps)
{
	struct instance in = { .row = { .id = "1" }, .participants = people, .n_participants = n_people,
		.steps = steps, .n_steps = n_steps };

	return in;
}

/* The row of a step at a width, as text; borrowed from `out`. */
static const char *step_row(struct buf *out, const struct instance *in, size_t step, int cols, bool ascii)
{
	struct canvas c = { .cols = 0 };
	struct diagram d;
	struct area a;

	canvas_init(&c, 1, cols);
	c.ascii = ascii;
	a = area_all(&c);
	diagram_plan(&d, in, 6, cols);
	diagram_step(&a, 0, &d, step, false);
	buf_reset(out);
	canvas_dump(out, &c, false);
	canvas_done(&c);
	return buf_str(out);
}

static void arrows_point_where_they_go(void **state)
{
	struct instance in = make(2, 3);
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_string_equal(step_row(&b, &in, 0, 60, false),
		"   1     ├────── ITI-65 Provide ───────▶│\n");
	assert_string_equal(step_row(&b, &in, 1, 60, false),
		"   2     │◀╌╌╌╌╌╌╌╌╌╌ 200 OK ╌╌╌╌╌╌╌╌╌╌╌┤\n");
	assert_string_equal(step_row(&b, &in, 2, 60, false),
		"   3     ├─ keys it in                  │\n");
	assert_string_equal(step_row(&b, &in, 0, 60, true),
		"   1     |------ ITI-65 Provide ------->|\n");
	buf_done(&b);
}

static void many_roles_and_the_monitor_last(void **state)
{
	struct instance in = make(4, 5);
	struct diagram d;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	diagram_plan(&d, &in, 6, 100);
	assert_false(d.compact);
	assert_int_equal(d.n, 4);	/* a participant in no step has no lifeline */
	assert_string_equal(d.roles[3], "monitor");
	/* An arrow over a lifeline in between crosses it. */
	assert_non_null(strstr(step_row(&b, &in, 4, 100, false), "ITI-42 long way"));
	assert_non_null(strstr(b.ptr, "▶│"));
	/* Foreign bytes are shown, not obeyed. */
	(void)step_row(&b, &in, 3, 100, false);
	assert_null(strchr(b.ptr, '\033'));
	assert_null(strstr(b.ptr, "\xe2\x80\xae"));
	assert_non_null(strstr(b.ptr, "^["));
	buf_done(&b);
}

static void narrow_is_a_list(void **state)
{
	struct instance in = make(4, 5);
	struct diagram d;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	diagram_plan(&d, &in, 6, 50);
	assert_true(d.compact);
	assert_non_null(strstr(step_row(&b, &in, 0, 50, false), "source → recipient"));
	assert_non_null(strstr(b.ptr, "ITI-65"));
	buf_done(&b);
}

/* No width, no step and no role count draws outside the row or loops. */
static void every_width(void **state)
{
	struct instance in;
	struct buf b;
	size_t people_n, s;
	int cols;

	(void)state;
	buf_init(&b, 1 << 16);
	for (people_n = 0; people_n <= 4; people_n++) {
		in = make(people_n, 5);
		for (cols = 1; cols < 200; cols++)
			for (s = 0; s < 5; s++) {
				(void)step_row(&b, &in, s, cols, s % 2);
				assert_true(text_width(b.ptr, b.len - 1) <= (size_t)cols);
			}
	}
	buf_done(&b);
}

/* Twenty-three steps scroll: the cursor is always on the screen, page and end keys reach everything. */
static void long_tests_scroll(void **state)
{
	struct instance_step many[23];
	struct instance in = make(2, 0);
	struct instance_state st = { .in = &in };
	struct app app = { .rows = 24, .cols = 80 };
	int i, row;

	(void)state;
	for (i = 0; i < 23; i++) {
		many[i] = steps[0];
		many[i].n = (unsigned int)i + 1;
	}
	in.steps = many;
	in.n_steps = 23;
	in.test.description = "before";
	in.description = "";
	draft_init(&st.draft);
	arena_init(&st.arena);
	st.page = 10;
	instance_lines(&st, 80);
	assert_true(st.focuses >= 23);
	for (i = 0; i < 60; i++) {
		instance_move(&app, &st, MOVE_DOWN, 1);
		row = instance_row_of(&st, st.cursor);
		assert_true(row >= st.top && row < st.top + st.page);
	}
	assert_int_equal(st.cursor, st.focuses - 1);
	instance_move(&app, &st, MOVE_FIRST, 1);
	assert_int_equal(st.top, 0);
	for (i = 0; i < 20; i++)
		instance_move(&app, &st, MOVE_PAGE_DOWN, 1);
	assert_int_equal(st.cursor, st.focuses - 1);
	assert_int_equal(st.top, (int)st.lines.len - st.page);
	for (i = 0; i < 20; i++)
		instance_move(&app, &st, MOVE_PAGE_UP, 1);
	assert_int_equal(st.top, 0);
	assert_int_equal(st.cursor, 0);
	assert_true(instance_move_to(&st, PART_STEP, 22));
	assert_int_equal(instance_line_at(&st)->index, 22);
	draft_done(&st.draft);
	arena_done(&st.arena);
	vec_done(&st.lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrows_point_where_they_go),
		cmocka_unit_test(many_roles_and_the_monitor_last),
		cmocka_unit_test(narrow_is_a_list),
		cmocka_unit_test(every_width),
		cmocka_unit_test(long_tests_scroll),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("diagram", tests, NULL, NULL);
}
