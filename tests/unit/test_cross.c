/* SPDX-License-Identifier: Apache-2.0 */
/* Rules across evidence: asked of pairs that have the facts, found where they differ. */
#include <stdio.h>
#include <string.h>
#include "tests/unit/test.h"
#include "verdict/evidence/cross.h"

static const struct cross_fact summary[] = { { "summary.study", "1.2.3" }, { "document.patient", "1.9|A" } };
static const struct cross_fact object[] = { { "object.study", "1.2.3" }, { "object.instance", "1.2.3.1" } };
static const struct cross_fact stranger[] = { { "object.study", "1.2.4" } };
static const struct cross_fact other[] = { { "document.patient", "1.9|B" } };
static const struct cross_fact same[] = { { "document.patient", "1.8|C" }, { "document.patient", "1.9|A" } };
static const struct cross_fact feed[] = { { "transaction", "ITI-8" } };

static const struct cross_outcome *outcome(const struct cross_report *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->n_outcomes; i++)
		if (strcmp(r->outcomes[i].id, id) == 0)
			return &r->outcomes[i];
	fail_msg("no rule %s", id);
	return NULL;
}

static void run(struct cross_report *r, struct arena *a, struct cross_set *s, const struct cross_item *items, size_t n)
{
	arena_reset(a);
	cross_run(r, a, s, items, n);
}

static void test_builtin(void **state)
{
	struct cross_item items[] = { { false, "", summary, 2 }, { false, "", object, 2 }, { false, "", stranger, 1 } };
	struct cross_set *s;
	struct cross_report r;
	struct arena a;

	(void)state;
	assert_ok(cross_set_builtin(&s));
	arena_init(&a);
	run(&r, &a, s, items, 1);
	assert_int_equal(outcome(&r, "I-03")->result, CHECK_NOT_ASKED);
	run(&r, &a, s, items, 2);
	assert_int_equal(outcome(&r, "I-03")->result, CHECK_CLEAN);
	assert_int_equal(r.n_findings, 0);
	run(&r, &a, s, items, 3);
	assert_int_equal(outcome(&r, "I-03")->result, CHECK_FOUND);
	assert_int_equal(r.n_findings, 1);
	assert_int_equal(r.findings[0].item, 3);
	assert_int_equal(r.findings[0].other, 1);
	assert_string_equal(r.findings[0].detail, "1.2.4");
	assert_int_equal(r.errors, 1);
	arena_done(&a);
	cross_set_free(s);
}

static void test_pairs(void **state)
{
	struct cross_item agree[] = { { false, "", summary, 2 }, { false, "", same, 2 } };
	struct cross_item differ[] = { { false, "", summary, 2 }, { false, "", other, 1 } };
	struct cross_set *s;
	struct cross_report r;
	struct arena a;

	(void)state;
	assert_ok(cross_set_builtin(&s));
	arena_init(&a);
	run(&r, &a, s, agree, 2);
	assert_int_equal(outcome(&r, "X-04")->result, CHECK_CLEAN);
	run(&r, &a, s, differ, 2);
	assert_int_equal(outcome(&r, "X-04")->result, CHECK_FOUND);
	assert_int_equal(r.n_findings, 1);
	assert_string_equal(r.findings[0].detail, "1.9|A, 1.9|B");
	assert_int_equal(r.warnings, 1);
	arena_done(&a);
	cross_set_free(s);
}

static void test_steps(void **state)
{
	struct cross_item right = { false, "ITI-8", feed, 1 }, wrong = { false, "ITI-9", feed, 1 }, none = { false, "-", feed, 1 };
	struct cross_set *s;
	struct cross_report r;
	struct arena a;

	(void)state;
	assert_ok(cross_set_builtin(&s));
	arena_init(&a);
	run(&r, &a, s, &right, 1);
	assert_int_equal(outcome(&r, "X-06")->result, CHECK_CLEAN);
	run(&r, &a, s, &none, 1);
	assert_int_equal(outcome(&r, "X-06")->result, CHECK_NOT_ASKED);
	run(&r, &a, s, &wrong, 1);
	assert_int_equal(outcome(&r, "X-06")->result, CHECK_FOUND);
	assert_string_equal(r.findings[0].detail, "ITI-8, not ITI-9");
	assert_int_equal(r.findings[0].other, 0);
	arena_done(&a);
	cross_set_free(s);
}

/* Relations one by one: what two items say on the left and right, and what comes of it. */
static const struct {
	const char *relation, *left1, *right1, *left2, *right2;
	bool unread;
	enum check_result result;
	const char *detail;
} relations[] = {
	{ "said", "a", NULL, NULL, "a", false, CHECK_CLEAN, NULL },
	{ "said", "a", "a", NULL, "b", false, CHECK_CLEAN, NULL },	/* itself */
	{ "said", "a", NULL, NULL, "b", false, CHECK_FOUND, "a" },
	{ "said", "a", NULL, NULL, "b", true, CHECK_NOT_ASKED, NULL },
	{ "said", "a", NULL, NULL, NULL, false, CHECK_NOT_ASKED, NULL },
	{ "apart", "a", NULL, NULL, "b", false, CHECK_CLEAN, NULL },
	{ "apart", "a", NULL, NULL, "a", false, CHECK_FOUND, "a" },
	{ "agrees", "k\t1", NULL, NULL, "k\t1", false, CHECK_CLEAN, NULL },
	{ "agrees", "k\t1", NULL, NULL, "k\t2", false, CHECK_FOUND, "1, not 2" },
	{ "agrees", "k\t1", NULL, NULL, "m\t2", false, CHECK_NOT_ASKED, NULL },
	{ "agrees", "k", NULL, NULL, "k", false, CHECK_NOT_ASKED, NULL },
	{ "answered", "a", NULL, NULL, "z", false, CHECK_CLEAN, NULL },
	{ "answered", "a", NULL, "b", NULL, false, CHECK_FOUND, "a" },
	{ "answered", "a", NULL, NULL, NULL, true, CHECK_NOT_ASKED, NULL },
	{ "answered", NULL, "z", NULL, "z", false, CHECK_NOT_ASKED, NULL },
};

static size_t say(struct cross_fact *out, const char *left, const char *right)
{
	size_t n = 0;

	if (left)
		out[n++] = (struct cross_fact){ "l", left };
	if (right)
		out[n++] = (struct cross_fact){ "r", right };
	return n;
}

static void test_relations(void **state)
{
	struct cross_fact one[2], two[2];
	struct cross_item items[2];
	struct cross_report r;
	struct cross_set *s;
	struct arena a;
	char json[300];
	size_t i;

	(void)state;
	arena_init(&a);
	for (i = 0; i < sizeof(relations) / sizeof(*relations); i++) {
		snprintf(json, sizeof(json), "{\"rules\":[{\"id\":\"A\",\"item\":\"B\",\"severity\":\"error\",\"text\":\"t\","
			"\"source\":\"s\",\"left\":\"l\",\"right\":\"r\",\"relation\":\"%s\"}]}", relations[i].relation);
		assert_ok(cross_set_new(&s, "c.json", json, strlen(json)));
		items[0] = (struct cross_item){ false, "", one, say(one, relations[i].left1, relations[i].right1) };
		items[1] = (struct cross_item){ relations[i].unread, "", two, say(two, relations[i].left2, relations[i].right2) };
		run(&r, &a, s, items, 2);
		assert_string_equal(r.outcomes[0].speaks, "B");
		if (r.outcomes[0].result != relations[i].result)
			fail_msg("relation %zu (%s): %d", i, relations[i].relation, r.outcomes[0].result);
		assert_int_equal(r.n_findings > 0, relations[i].detail != NULL);
		if (relations[i].detail)
			assert_string_equal(r.findings[0].detail, relations[i].detail);
		cross_set_free(s);
	}
	arena_done(&a);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "{", "[]", "{\"rules\":[{}]}",
		("{\"rules\":[{\"id\":\"A\",\"severity\":\"error\",\"text\":\"t\",\"source\":\"s\",\"left\":\"l\","
			"\"relation\":\"within\"}]}") };
	struct cross_set *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(cross_set_new(&s, "c.json", bad[i], strlen(bad[i])), STATUS_INVALID);
	assert_non_null(strstr(status_message(), "A: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builtin),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("cross", tests, NULL, NULL);
}
