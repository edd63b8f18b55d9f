/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms: JSON out, times in and out. */
#include "tests/unit/test.h"
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"

static void test_strings(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ NULL, "null" },
		{ "", "\"\"" },
		{ "a/b", "\"a/b\"" },
		{ "\"\\", "\"\\\"\\\\\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
		{ "\xc2\x9b", "\"\\u009b\"" },
		{ "한", "\"한\"" },
		{ "\xff\xc3", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
	};
	struct jsonw w;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		jsonw_init(&w, &b, false);
		jsonw_str(&w, NULL, rows[i].in);
		assert_string_equal(buf_str(&b), rows[i].out);
	}
	buf_reset(&b);
	jsonw_init(&w, &b, false);
	jsonw_strn(&w, NULL, "a\0b", 3);
	assert_string_equal(buf_str(&b), "\"a\\u0000b\"");
	buf_done(&b);
}

static void write_sample(struct buf *b, bool indent)
{
	struct jsonw w;

	jsonw_init(&w, b, indent);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "n", INT64_MIN);
	jsonw_array(&w, "l");
	jsonw_bool(&w, NULL, true);
	jsonw_bool(&w, NULL, false);
	jsonw_object(&w, NULL);
	jsonw_end_object(&w);
	jsonw_end_array(&w);
	jsonw_null(&w, "z");
	jsonw_raw(&w, "r", "{\"a\":1}", 7);
	jsonw_array(&w, "e");
	jsonw_end_array(&w);
	jsonw_end_object(&w);
}

static void test_nesting(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	write_sample(&b, false);
	assert_string_equal(buf_str(&b),
		"{\"n\":-9223372036854775808,\"l\":[true,false,{}],\"z\":null,"
		"\"r\":{\"a\":1},\"e\":[]}");
	buf_reset(&b);
	write_sample(&b, true);
	assert_string_equal(buf_str(&b),
		"{\n  \"n\": -9223372036854775808,\n  \"l\": [\n    true,\n    false,\n"
		"    {}\n  ],\n  \"z\": null,\n  \"r\": {\"a\":1},\n  \"e\": []\n}\n");
	buf_done(&b);
}

static void test_depth(void **state)
{
	struct jsonw w;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1000);
	jsonw_init(&w, &b, false);
	for (i = 0; i < 60; i++)
		jsonw_array(&w, NULL);
	assert_int_equal(b.err, STATUS_OK);
	for (i = 0; i < 10; i++)
		jsonw_array(&w, NULL);
	assert_int_equal(b.err, STATUS_LIMIT);
	for (i = 0; i < 90; i++)
		jsonw_end_array(&w);
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
	buf_init(&b, 5);
	jsonw_init(&w, &b, false);
	jsonw_str(&w, NULL, "too long");
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
}

static void test_parse(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "2026-11-22T05:33:07.123Z", "2026-11-22T05:33:07.123Z" },
		{ "2026-11-22T14:33:07+09:00", "2026-11-22T05:33:07.000Z" },
		{ "2026-11-21T23:33:07.1239-05:30", "2026-11-22T05:03:07.123Z" },
		{ "2026-11-22", "2026-11-22T00:00:00.000Z" },
		{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z" },
		{ "2024-02-29", "2024-02-29T00:00:00.000Z" },
		{ "2000-02-29", "2000-02-29T00:00:00.000Z" },
		{ "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
		{ "0001-01-01", "0001-01-01T00:00:00.000Z" },
		{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z" },
		{ "", NULL },
		{ "2026", NULL },
		{ "2026-13-01", NULL },
		{ "2026-00-01", NULL },
		{ "2026-02-29", NULL },
		{ "1900-02-29", NULL },
		{ "2026-11-31", NULL },
		{ "2026-11-22T05:33:07", NULL },
		{ "2026-11-22 05:33:07Z", NULL },
		{ "2026-11-22T24:00:00Z", NULL },
		{ "2026-11-22T05:60:00Z", NULL },
		{ "2026-11-22T05:33:60Z", NULL },
		{ "2026-11-22T05:33:07.Z", NULL },
		{ "2026-11-22T05:33Z", NULL },
		{ "2026-11-22T05:33:07Zx", NULL },
		{ "2026-11-22T05:33:07+9:00", NULL },
		{ "2026-11-22T", NULL },
		{ "2026-11-22T05:33:07+24:00", NULL },
		{ "2026-11-22Z", NULL },
		{ "+026-11-22", NULL },
	};
	char out[CLOCK_TEXT];
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = -77;
		assert_int_equal(clock_parse(&t, rows[i].in), rows[i].out ? 0 : -1);
		if (!rows[i].out) {
			assert_int_equal(t, -77);
			continue;
		}
		clock_format_utc(out, t);
		assert_string_equal(out, rows[i].out);
	}
}

static void test_times(void **state)
{
	static const struct {
		int64_t s;
		const char *out;
	} ages[] = {
		{ -5, "0m" },
		{ 59, "0m" },
		{ 2520, "42m" },
		{ 3599, "59m" },
		{ 3600, "1h00m" },
		{ 4320, "1h12m" },
		{ 172799, "47h59m" },
		{ 172800, "2d" },
		{ 86400 * 400, "400d" },
	};
	char out[CLOCK_TEXT];
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		clock_format_age(out, ages[i].s);
		assert_string_equal(out, ages[i].out);
	}
	assert_int_equal(clock_parse(&t, "2026-11-22T20:33:07Z"), 0);
	clock_format_time(out, t, 540);
	assert_string_equal(out, "05:33:07");
	clock_format_minute(out, t, 540);
	assert_string_equal(out, "2026-11-23 05:33");
	clock_format_minute(out, t, -570);
	assert_string_equal(out, "2026-11-22 11:03");
	clock_format_offset(out, 540);
	assert_string_equal(out, "+09:00");
	clock_format_offset(out, -570);
	assert_string_equal(out, "-09:30");
	assert_in_range(clock_local_offset(t) + 1440, 0, 2880);
}

static void test_freeze(void **state)
{
	int64_t mono, boot;

	(void)state;
	clock_freeze_ms(1000000);
	assert_int_equal(clock_wall_ms(), 1000000);
	mono = clock_mono_ns();
	boot = clock_boot_ms();
	clock_freeze_ms(1000000 + 5000);
	assert_int_equal(clock_wall_ms(), 1005000);
	assert_true(clock_mono_ns() - mono >= 5000 * INT64_C(1000000));
	assert_true(clock_boot_ms() - boot >= 5000);
	mono = clock_mono_ns();
	clock_freeze_ms(1);	/* the wall clock may go back, the others never do */
	assert_int_equal(clock_wall_ms(), 1);
	assert_true(clock_mono_ns() >= mono);
	clock_freeze_ms(-1);
	assert_true(clock_wall_ms() > INT64_C(1600000000000));
	assert_true(clock_mono_ns() >= mono);
}

static void test_start(void **state)
{
	int64_t at;

	(void)state;
	clock_start_ms(1000000);
	at = clock_wall_ms();
	assert_in_range(at, 1000000, 1060000);
	while (clock_wall_ms() == at)	/* it runs on */
		;
	clock_freeze_ms(5);
	assert_int_equal(clock_wall_ms(), 5);
	clock_freeze_ms(-1);
	assert_in_range(clock_wall_ms(), 1000000, 1060000);
	clock_start_ms(-1);
	assert_true(clock_wall_ms() > INT64_C(1600000000000));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_strings),
	cmocka_unit_test(test_nesting),
	cmocka_unit_test(test_depth),
	cmocka_unit_test(test_parse),
	cmocka_unit_test(test_times),
	cmocka_unit_test(test_freeze),
	cmocka_unit_test(test_start),
};

TEST_MAIN(tests)
