/* SPDX-License-Identifier: Apache-2.0 */
/* Who may decide what, and the sentences told. Layer: tests. */
#include "test.h"

#include "verdict/model/record.h"
#include "verdict/model/rules.h"

static struct participant sides[] = {
	{ .role = "Source", .actor = "Document Source", .system = "s1", .system_name = "EHR_Sakura",
		.organisation = "sakura", .organisation_name = "Sakura Health" },
	{ .role = "Recipient", .actor = "Document Recipient", .system = "s2", .organisation = "hanbit" },
};
static const char *ties[] = { "nowhere", "hanbit" };
static const struct person monitor = { .id = "mon-1", .name = "Ann", .roles = ROLE_MONITOR };

static struct instance instance_in(enum ti_status status)
{
	return (struct instance){ .row = { .id = "81198", .status = status }, .participants = sides,
		.n_participants = 2 };
}

static void test_normal_path(void **state)
{
	static const enum ti_status waits[] = { TI_TO_BE_VERIFIED, TI_CRITICAL, TI_PARTIAL };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct instance ti = instance_in(waits[i]);
		bool correction = true;

		assert_ok(rules_verdict(&correction, &ti, &monitor, OUTCOME_VERIFIED, NULL));
		assert_false(correction);
		assert_ok(rules_verdict(NULL, &ti, &monitor, OUTCOME_FAILED, "no document"));
		assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_FAILED, NULL), STATUS_USAGE);
		assert_non_null(strstr(status_message(), "reason"));
		assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_PARTIAL, " \n\t"), STATUS_USAGE);
		assert_non_null(strstr(status_message(), "partially verified"));
		assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_NONE, "x"), STATUS_USAGE);
	}
}

static void test_corrections(void **state)
{
	static const enum ti_status other[] = { TI_RUNNING, TI_PAUSED, TI_VERIFIED, TI_FAILED, TI_DISPUTED };

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct instance ti = instance_in(other[i]);
		bool correction = false;

		assert_int_equal(rules_verdict(&correction, &ti, &monitor, OUTCOME_VERIFIED, ""), STATUS_USAGE);
		assert_true(correction);
		assert_non_null(strstr(status_message(), "81198"));
		assert_ok(rules_verdict(&correction, &ti, &monitor, OUTCOME_VERIFIED, "seen again"));
		assert_true(correction);
	}
}

static void test_aborted_is_terminal(void **state)
{
	struct instance ti = instance_in(TI_ABORTED);

	(void)state;
	assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_VERIFIED, "why not"), STATUS_DENIED);
	assert_non_null(strstr(status_message(), "aborted"));
}

static void test_roles(void **state)
{
	struct instance ti = instance_in(TI_CRITICAL);
	struct person who = { .id = "p", .name = "Bob", .roles = ROLE_OBSERVER };

	(void)state;
	assert_int_equal(rules_verdict(NULL, &ti, &who, OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	assert_non_null(strstr(status_message(), "observer"));
	who.roles = ROLE_MANAGER;
	assert_int_equal(rules_verdict(NULL, &ti, &who, OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	who.roles = 0;
	assert_int_equal(rules_verdict(NULL, &ti, &who, OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	who.roles = ROLE_LEAD | ROLE_OBSERVER;
	assert_ok(rules_verdict(NULL, &ti, &who, OUTCOME_VERIFIED, NULL));
}

static void test_neutrality(void **state)
{
	struct instance ti = instance_in(TI_CRITICAL);
	struct person who = monitor;
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_null(rules_neutrality(&a, &who, sides, 2));
	who.organisations = ties;
	who.n_organisations = 1;
	assert_null(rules_neutrality(&a, &who, sides, 2));
	who.n_organisations = 2;
	assert_string_equal(rules_neutrality(&a, &who, sides, 2),
		"Ann belongs to hanbit, which takes part as Recipient: another monitor must grade this.");
	assert_int_equal(rules_verdict(NULL, &ti, &who, OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	assert_non_null(strstr(status_message(), "hanbit"));
	ti.neutrality = "Known from elsewhere.";
	assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	assert_string_equal(status_message(), "Known from elsewhere.");
	arena_done(&a);
}

static void test_long_reason(void **state)
{
	static char text[RECORD_REASON_MAX + 2];
	struct instance ti = instance_in(TI_CRITICAL);

	(void)state;
	memset(text, 'x', RECORD_REASON_MAX);
	assert_ok(rules_verdict(NULL, &ti, &monitor, OUTCOME_FAILED, text));
	text[RECORD_REASON_MAX] = 'x';
	assert_int_equal(rules_verdict(NULL, &ti, &monitor, OUTCOME_FAILED, text), STATUS_USAGE);
}

static void test_warnings(void **state)
{
	struct participant p[3] = { sides[0], sides[1], sides[0] };
	const char **out;
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_int_equal(rules_warnings(&out, &a, p, 2), 0);
	p[2].role = "Consumer";
	assert_int_equal(rules_warnings(&out, &a, p, 3), 1);
	assert_string_equal(out[0], "EHR_Sakura plays both Source and Consumer.");
	p[2].system = "s3";
	assert_int_equal(rules_warnings(&out, &a, p, 3), 1);
	assert_string_equal(out[0], "Source and Consumer are both of Sakura Health.");
	p[2].organisation = p[2].system = "";
	assert_int_equal(rules_warnings(&out, &a, p, 3), 0);
	arena_done(&a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_normal_path),
	cmocka_unit_test(test_corrections),
	cmocka_unit_test(test_aborted_is_terminal),
	cmocka_unit_test(test_roles),
	cmocka_unit_test(test_neutrality),
	cmocka_unit_test(test_long_reason),
	cmocka_unit_test(test_warnings),
};
TEST_MAIN(tests)
