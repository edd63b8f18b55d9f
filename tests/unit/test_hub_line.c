/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to a line of a pack as text: what is not meant stays byte for byte. Layer: tests. */
#include "test.h"

#include "src/hub/line_edit.h"

static void becomes(void (*change)(struct buf *, const char *, const char *), const char *line, const char *key,
	const char *json, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, line);
	change(&b, key, json);
	assert_int_equal(b.err, STATUS_OK);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

static void test_set(void **state)
{
	(void)state;
	becomes(line_set, "{\"a\": 1, \"b\" : \"x,}\" , \"c\": [1, {\"b\": 2}]}", "b", "7",
		"{\"a\": 1, \"b\" : 7 , \"c\": [1, {\"b\": 2}]}");
	becomes(line_set, "{\"a\":\"\\\"b\\\":1\",\"b\":null}", "b", "2", "{\"a\":\"\\\"b\\\":1\",\"b\":2}");
	becomes(line_set, "{\"x\": {\"b\": 1}}", "b", "2", "{\"x\": {\"b\": 1}, \"b\": 2}");
	becomes(line_set, " { } ", "b", "2", " { \"b\": 2} ");
	becomes(line_set, "{\"ab\": 1, \"b\": [[\"]\"]]}", "b", "[]", "{\"ab\": 1, \"b\": []}");
}

static void test_append(void **state)
{
	(void)state;
	becomes(line_append, "{\"a\": [1, 2], \"b\": 3}", "a", "{}", "{\"a\": [1, 2, {}], \"b\": 3}");
	becomes(line_append, "{\"a\": [ ] }", "a", "1", "{\"a\": [1] }");
	becomes(line_append, "{\"a\": null}", "a", "1", "{\"a\": [1]}");
	becomes(line_append, "{\"b\": 1}", "a", "1", "{\"b\": 1, \"a\": [1]}");
	becomes(line_append, "{\"a\": [\"]\", [\"\\\\\"]]}", "a", "1", "{\"a\": [\"]\", [\"\\\\\"], 1]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_set), cmocka_unit_test(test_append) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
