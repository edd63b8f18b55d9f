/* SPDX-License-Identifier: Apache-2.0 */
/* The filter against a plain reading of its rules, over few and many rows. Layer: tests. */
#include "test.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/model/filter.h"

static const struct queue_row rows[] = {
	{ .key = 10, .id = "81198", .test = "MHD_Provide", .title = "Provide document bundle",
		.track = "IPS Exchange", .profiles = "MHD IPS", .status = TI_CRITICAL, .critical = true,
		.from = "EHR_Sakura", .from_country = "JP", .to = "HIE_Hanbit", .to_country = "KR",
		.table = "A07", .claim = CLAIM_CONFIRMED, .claim_mine = true, .claim_by = "Ann",
		.organisations = "sakura Sakura Health hanbit" },
	{ .key = 11, .id = "81199", .test = "SVCM_Expand", .title = "Expand ValueSet \xed\x95\x9c\xea\xb5\xad",
		.track = "SVCM", .profiles = "SVCM", .status = TI_TO_BE_VERIFIED, .from = "Terms_Alpine",
		.from_country = "CH", .to = "", .to_country = "", .table = "B02", .claim_by = "",
		.organisations = "alpine" },
	{ .key = 12, .id = "90001", .test = "MHD_Find", .title = "Find \xef\xbc\xa1\xef\xbc\xa2\xef\xbc\xa3 documents",
		.track = "IPS Exchange", .profiles = "MHD", .status = TI_VERIFIED, .stale = true,
		.from = "HIE_Hanbit", .from_country = "KR", .to = "EHR_Sakura", .to_country = "JP",
		.table = "A12", .claim_by = "", .organisations = NULL },
};

/* Expression and the digits of the rows it finds. */
static const struct { const char *expr, *want; } cases[] = {
	{ "", "012" },
	{ "   ", "012" },
	{ "provide", "0" },
	{ "PROVIDE", "0" },
	{ "mhd", "02" },
	{ "mhd find", "2" },
	{ "find mhd", "2" },
	{ "mhd -find", "0" },
	{ "-mhd", "1" },
	{ "-mhd -svcm", "" },
	{ "\"document bundle\"", "0" },
	{ "\"bundle document\"", "" },
	{ "document bundle", "0" },
	{ "-\"document bundle\" mhd", "2" },
	{ "\"document b", "0" },
	{ "\"\"", "012" },
	{ "\xed\x95\x9c\xea\xb5\xad", "1" },
	{ "abc", "2" },		/* full width in the row */
	{ "\xef\xbd\x86\xef\xbd\x89\xef\xbd\x8e\xef\xbd\x84", "2" },	/* full width in the term */
	{ "id:8119", "01" },
	{ "title:mhd", "" },
	{ "test:mhd", "02" },
	{ "profile:ips", "0" },
	{ "track:ips", "02" },
	{ "status:critical", "0" },
	{ "critical", "0" },
	{ "status:to-be-verified", "1" },
	{ "status:\"to be verified\"", "1" },
	{ "to-be-verified", "" },	/* the stable word is not on the screen */
	{ "status:stale", "2" },
	{ "stale", "" },
	{ "-status:verified", "0" },
	{ "table:a0", "0" },
	{ "table:a", "02" },
	{ "country:kr", "02" },
	{ "country:ch", "1" },
	{ "system:hanbit", "02" },
	{ "organisation:hanbit", "0" },
	{ "ORGANISATION:\"Sakura Health\"", "0" },
	{ "claim:ann", "0" },
	{ "claim:mine", "0" },
	{ "claim:none", "12" },
	{ "mine", "" },
	{ "colour:red", "" },		/* no such field: plain text */
	{ "country:", "012" },
	{ "-", "" },
	{ "hanbit\nmhd", "" },
	{ "a07 81198 sakura jp kr ann", "0" },
};

static void add_all(struct filter_index *ix)
{
	filter_index_init(ix);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		filter_index_add(ix, &rows[i]);
}

static void digits(char *out, const uint32_t *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (char)('0' + found[i]);
	out[n] = '\0';
}

static void test_expressions(void **state)
{
	static const uint32_t every[] = { 0, 1, 2 };
	struct filter_index ix;
	uint32_t found[3];
	char got[4];

	(void)state;
	add_all(&ix);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *f = filter_compile(cases[i].expr);

		digits(got, found, filter_run(found, &ix, f, NULL, 0, NULL));
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("\"%s\" finds %s, not %s", cases[i].expr, got, cases[i].want);
		digits(got, found, filter_run(found, &ix, f, every, 3, NULL));
		assert_string_equal(got, cases[i].want);
		filter_free(f);
	}
	assert_int_equal(ix.keys[2], 12);
	filter_index_done(&ix);
}

static void test_empty(void **state)
{
	struct filter *f = filter_compile(" \"\" status: ");
	struct filter_index ix;

	(void)state;
	assert_true(filter_is_empty(f));
	filter_free(f);
	f = filter_compile("x");
	assert_false(filter_is_empty(f));
	filter_index_init(&ix);
	assert_int_equal(filter_run(NULL, &ix, f, NULL, 0, NULL), 0);
	filter_free(f);
	filter_free(NULL);
}

static void test_narrowing_and_stop(void **state)
{
	static const uint32_t some[] = { 1, 2 };
	struct filter *f = filter_compile("hie");
	struct filter_index ix;
	uint32_t found[3];
	bool stop = false;

	(void)state;
	add_all(&ix);
	assert_int_equal(filter_run(found, &ix, f, some, 2, &stop), 1);
	assert_int_equal(found[0], 2);
	stop = true;
	assert_int_equal(filter_run(found, &ix, f, some, 2, &stop), 0);
	assert_int_equal(filter_run(found, &ix, f, NULL, 0, &stop), 0);
	filter_free(f);
	filter_index_done(&ix);
}

/* Many rows, in which each number occurs once: the search in slices loses and doubles none. */
static void test_many(void **state)
{
	enum { COUNT = 5000 };
	static uint32_t found[COUNT];
	struct filter_index ix;

	(void)state;
	filter_index_init(&ix);
	for (int i = 0; i < COUNT; i++) {
		char title[64], id[16];

		snprintf(title, sizeof(title), "number x%dx of%*s rows", i, i % 40, "");
		snprintf(id, sizeof(id), "%d", i);
		filter_index_add(&ix, &(struct queue_row){ .key = i, .id = id, .title = title });
	}
	for (int i = 0; i < COUNT; i += 7) {
		char expr[32];
		struct filter *f;

		snprintf(expr, sizeof(expr), "number x%dx", i);
		f = filter_compile(expr);
		assert_int_equal(filter_run(found, &ix, f, NULL, 0, NULL), 1);
		assert_int_equal(found[0], i);
		filter_free(f);
	}
	for (int letter = 0; letter < 2; letter++) {
		struct filter *f = filter_compile(letter ? "o" : "-zz");

		assert_int_equal(filter_run(found, &ix, f, NULL, 0, NULL), COUNT);
		for (uint32_t i = 0; i < COUNT; i++)
			assert_int_equal(found[i], i);
		filter_free(f);
	}
	filter_index_done(&ix);
}

static void test_hostile_rows(void **state)
{
	static char title[100001];
	struct queue_row row = { .id = "\x0c" "mine", .title = title };
	struct filter *f = filter_compile("claim:mine");
	struct filter_index ix;
	uint32_t found[1];

	(void)state;
	memset(title, 'a', sizeof(title) - 1);
	memcpy(title, "\x01\x02\x0c\x1bmine\xff\xfe\xc0", 11);
	filter_index_init(&ix);
	filter_index_add(&ix, &row);
	assert_true(ix.len < 8192);
	assert_int_equal(filter_run(found, &ix, f, NULL, 0, NULL), 0);	/* no tag can be forged */
	filter_free(f);
	f = filter_compile("mine aaaa");
	assert_int_equal(filter_run(found, &ix, f, NULL, 0, NULL), 1);
	filter_free(f);
	filter_index_done(&ix);
}

/* A text folds in the index as it folds by itself: the first time, again, and in parts where it is long. */
static void test_repeated_texts_fold_the_same(void **state)
{
	static const char *const texts[] = {
		"Plain ASCII", "MiXeD \xc4\x90\xc3\xb4ng", "e\xcc\x81 E\xcc\x81", ("a \xcc\x81" "b"),
		"O2555 A0123456789 B0123456789 C0123456789 \xcc\x81 D0123456789 E0123456789 \xef\xbc\xa1 F",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB  CCCC ", "Z \xff\xc3 \xff",
	};
	struct filter_index ix;
	struct queue_row row = { .key = 1, .status = TI_VERIFIED };
	struct buf want;
	size_t i, from, len;

	(void)state;
	filter_index_init(&ix);
	for (i = 0; i < 3 * sizeof(texts) / sizeof(texts[0]); i++) {
		row.title = texts[i % (sizeof(texts) / sizeof(texts[0]))];
		buf_init(&want, 4096);
		text_fold(&want, row.title, strlen(row.title));
		filter_index_add(&ix, &row);
		from = i ? ix.end[i - 1] : 0;
		len = ix.end[i] - from;
		/* a tag, the title, the tag of the next field */
		assert_true(len > want.len + 1);
		assert_memory_equal(ix.text + from + 1, want.ptr, want.len);
		assert_true((unsigned char)ix.text[from + 1 + want.len] < ' ');
		buf_done(&want);
	}
	filter_index_done(&ix);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_expressions),
	cmocka_unit_test(test_empty),
	cmocka_unit_test(test_narrowing_and_stop),
	cmocka_unit_test(test_many),
	cmocka_unit_test(test_hostile_rows),
	cmocka_unit_test(test_repeated_texts_fold_the_same),
};
TEST_MAIN(tests)
