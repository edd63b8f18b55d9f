/* SPDX-License-Identifier: Apache-2.0 */
/* Word lists and digests: names parse back, labels differ, nothing else is taken. Layer: tests. */
#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"

static void assert_word(const char *word)
{
	assert_true(*word);
	for (const char *p = word; *p; p++)
		assert_true(islower((unsigned char)*p) || *p == '-');
}

static void test_statuses(void **state)
{
	static const char *const names[] = { "running", "paused", "to-be-verified", "critical", "aborted",
		"verified", "partially-verified", "failed", "disputed" };

	(void)state;
	for (int s = 0; s < TI_STATUS_COUNT; s++) {
		assert_string_equal(ti_status_name(s), names[s]);
		assert_int_equal(ti_status_parse(names[s]), s);
		assert_null(strchr(ti_status_label(s), '-'));
		assert_int_equal(ti_status_waits(s),
			s == TI_TO_BE_VERIFIED || s == TI_CRITICAL || s == TI_PARTIAL);
	}
	assert_int_equal(ti_status_parse("Running"), -1);
	assert_int_equal(ti_status_parse(""), -1);
	assert_int_equal(ti_status_parse(NULL), -1);
	assert_string_equal(ti_status_name(TI_STATUS_COUNT), "?");
}

static void test_outcomes(void **state)
{
	(void)state;
	for (int o = OUTCOME_NONE; o <= OUTCOME_FAILED; o++)
		assert_int_equal(outcome_parse(outcome_name(o)), o);
	assert_int_equal(outcome_parse("partially-verified"), OUTCOME_PARTIAL);
	assert_int_equal(outcome_parse("partially"), OUTCOME_PARTIAL);
	assert_int_equal(outcome_parse("v"), OUTCOME_VERIFIED);
	assert_int_equal(outcome_parse("fail"), OUTCOME_FAILED);
	assert_int_equal(outcome_parse("failure"), -1);
	assert_int_equal(outcome_parse(""), -1);
	assert_int_equal(outcome_parse("x"), -1);
	assert_string_equal(outcome_label(OUTCOME_PARTIAL), "partially verified");
}

static void test_kinds(void **state)
{
	(void)state;
	for (int k = RECORD_VERDICT; k < RECORD_KIND_COUNT; k++) {
		assert_word(record_kind_name(k));
		assert_int_equal(record_kind_parse(record_kind_name(k)), k);
	}
	assert_string_equal(record_kind_label(RECORD_CLAIM), "claim intent");
	assert_int_equal(record_kind_parse("verdicts"), RECORD_UNKNOWN);
}

static void test_small_lists(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(step_mark_parse(step_mark_name(i)), i);
		assert_int_equal(item_state_parse(item_state_name(i)), i);
		assert_int_equal(severity_parse(severity_name(i)), i);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(role_kind_parse(role_kind_name(1 << i)), 1 << i);
		assert_word(claim_state_name(i));
		assert_word(entry_state_name(i));
	}
	assert_string_equal(role_kind_name(ROLE_MONITOR | ROLE_LEAD), "?");
	assert_int_equal(role_kind_parse("admin"), -1);
}

static void test_digest(void **state)
{
	const char *hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct digest d = { { 0 } }, before;
	char text[DIGEST_HEX + 1];

	(void)state;
	assert_true(digest_is_zero(&d));
	assert_true(digest_parse(&d, hex));
	assert_int_equal(d.b[0], 0xba);
	assert_int_equal(d.b[31], 0xad);
	digest_hex(text, &d);
	assert_string_equal(text, hex);
	assert_false(digest_is_zero(&d));
	before = d;
	assert_false(digest_parse(&d, "ba78"));
	assert_false(digest_parse(&d, NULL));
	snprintf(text, sizeof(text), "%s0", hex);
	assert_false(digest_parse(&d, text));
	text[64] = '\0';
	text[3] = 'A';
	assert_false(digest_parse(&d, text));
	assert_true(digest_equal(&d, &before));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_statuses),
	cmocka_unit_test(test_outcomes),
	cmocka_unit_test(test_kinds),
	cmocka_unit_test(test_small_lists),
	cmocka_unit_test(test_digest),
};
TEST_MAIN(tests)
