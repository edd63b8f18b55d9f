/* SPDX-License-Identifier: Apache-2.0 */
/* The judges of jepsen catch what they are there for: histories with one thing wrong. Layer: tests. */
#include "tests/unit/test.h"

#include <stdio.h>
#include "tests/fault/jepsen.h"

static struct digest rid(unsigned int n)
{
	struct digest d = { { 0 } };

	d.b[0] = (uint8_t)n;
	return d;
}

/* Whether all is good, by a judge of claims, of lines such as "10 0 want 1 0". */
static bool claims_good(const char *const *lines)
{
	struct jepsen_history h = { .lines = VEC_INIT };
	struct buf text, why;
	bool good;

	buf_init(&text, 65536);
	buf_init(&why, 4096);
	for (; *lines; lines++)
		buf_printf(&text, "%s 0000000000000000000000000000000000000000000000000000000000000000\n", *lines);
	assert_true(jepsen_history_parse(&h, buf_str(&text)));
	good = jepsen_judge_claims(&why, &h);
	assert_true(good == (why.len == 0));
	jepsen_history_done(&h);
	buf_done(&text);
	buf_done(&why);
	return good;
}
#define GOOD(...) assert_true(claims_good((const char *const[]){ __VA_ARGS__, NULL }))
#define BAD(...) assert_false(claims_good((const char *const[]){ __VA_ARGS__, NULL }))

static void lines_come_back(void **state)
{
	struct jepsen_line l = { .at = 1234567, .word = JEPSEN_HELD, .console = 3, .ti = 7, .fence = 99, .rid = rid(5) };
	struct jepsen_history h = { .lines = VEC_INIT };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	jepsen_line_format(&b, &l);
	l.at = 1000;
	jepsen_line_format(&b, &l);
	buf_adds(&b, "99 1 he");		/* killed there */
	assert_true(jepsen_history_parse(&h, buf_str(&b)));
	assert_int_equal(h.lines.len, 2);
	assert_int_equal(h.lines.at[0].at, 1000);
	assert_int_equal(h.lines.at[1].fence, 99);
	assert_true(digest_equal(&h.lines.at[1].rid, &l.rid));
	buf_adds(&b, "\n");
	assert_false(jepsen_history_parse(&h, buf_str(&b)));
	jepsen_history_done(&h);
	buf_done(&b);
}

static void one_holder_is_good(void **state)
{
	(void)state;
	GOOD("10 0 want 1 0", "20 0 held 1 5", "30 0 unwant 1 5", "40 0 free 1 5", "35 1 want 1 0", "50 1 held 1 6");
	/* on the way at the same time: whoever came first */
	GOOD("10 0 want 1 0", "11 1 want 1 0", "30 1 held 1 5", "40 1 unwant 1 5", "60 0 held 1 6", "70 1 free 1 5");
	/* a release whose answer was lost, and a claim that was never answered */
	GOOD("10 0 want 1 0", "20 0 held 1 5", "30 0 unwant 1 5", "40 1 want 1 0", "50 1 held 1 6", "60 2 want 1 0");
	/* granted and never told: killed, then given back */
	GOOD("10 0 want 1 0", "20 0 unwant 1 0", "40 1 want 1 0", "50 1 held 1 6");
	/* told again after a start */
	GOOD("10 0 want 1 0", "20 0 held 1 5", "30 0 held 1 5", "40 0 unwant 1 5", "50 0 free 1 5", "55 0 free 1 5",
		"60 0 want 1 0", "70 0 held 1 6");
	/* another TI is another register */
	GOOD("10 0 want 1 0", "20 0 held 1 5", "30 1 want 2 0", "40 1 held 2 4");
}

static void two_holders_are_caught(void **state)
{
	(void)state;
	BAD("10 0 want 1 0", "20 0 held 1 5", "30 1 want 1 0", "40 1 held 1 6");
	/* given back only after the other had it */
	BAD("10 0 want 1 0", "20 0 held 1 5", "30 1 want 1 0", "40 1 held 1 6", "50 0 unwant 1 5", "60 0 free 1 5");
	/* a third on top of two that may pass */
	BAD("10 0 want 1 0", "11 1 want 1 0", "20 0 held 1 5", "25 0 unwant 1 5", "30 1 held 1 6", "35 2 want 1 0", "40 2 held 1 7");
}

static void fences_that_do_not_grow_are_caught(void **state)
{
	(void)state;
	BAD("10 0 want 1 0", "20 0 held 1 5", "30 0 unwant 1 5", "40 0 free 1 5", "45 1 want 1 0", "50 1 held 1 5");
	BAD("10 0 want 1 0", "20 0 held 1 5", "30 0 unwant 1 5", "40 0 free 1 5", "45 1 want 1 0", "50 1 held 1 4");
}

static void a_grant_out_of_nothing_is_caught(void **state)
{
	(void)state;
	BAD("10 0 held 1 5");
	BAD("10 0 want 1 0", "20 1 held 1 5");
	BAD("10 0 want 2 0", "20 0 held 1 5");
}

/* An order must be searched for, and the search must end. */
static void many_at_once(void **state)
{
	char lines[64][40];
	const char *all[65] = { NULL };

	(void)state;
	for (unsigned int i = 0; i < 32; i++) {
		snprintf(lines[i], sizeof(lines[i]), "%u %u want 1 0", i, i % 5);
		all[i] = lines[i];
	}
	assert_true(claims_good(all));
	snprintf(lines[32], sizeof(lines[32]), "100 0 held 1 9");
	snprintf(lines[33], sizeof(lines[33]), "101 1 want 1 0");
	snprintf(lines[34], sizeof(lines[34]), "102 1 held 1 10");
	all[32] = lines[32];
	all[33] = lines[33];
	all[34] = lines[34];
	assert_false(claims_good(all));
}

static bool grants_good(const struct jepsen_grant *g, size_t n, const char *told)
{
	struct jepsen_history h = { .lines = VEC_INIT };
	struct buf text, why;
	bool good;

	buf_init(&text, 4096);
	buf_init(&why, 4096);
	buf_printf(&text, "%s 0000000000000000000000000000000000000000000000000000000000000000\n", told);
	assert_true(jepsen_history_parse(&h, buf_str(&text)));
	good = jepsen_judge_grants(&why, &h, g, n);
	jepsen_history_done(&h);
	buf_done(&text);
	buf_done(&why);
	return good;
}

static void the_hubs_log_is_judged(void **state)
{
	const struct jepsen_grant good[] = { { 1, 0, LEASE_HELD, 5 }, { 2, 1, LEASE_HELD, 6 }, { 1, 0, LEASE_RELEASED, 5 },
		{ 1, 1, LEASE_HELD, 7 } };
	const struct jepsen_grant twice[] = { { 1, 0, LEASE_HELD, 5 }, { 1, 1, LEASE_HELD, 6 } };
	const struct jepsen_grant falls[] = { { 1, 0, LEASE_HELD, 5 }, { 1, 0, LEASE_RELEASED, 5 }, { 1, 1, LEASE_HELD, 5 } };

	(void)state;
	assert_true(grants_good(good, 4, "10 1 held 1 7"));
	assert_false(grants_good(good, 4, "10 0 held 1 7"));	/* told to another */
	assert_false(grants_good(good, 4, "10 1 held 1 8"));	/* never granted */
	assert_false(grants_good(twice, 2, "10 0 want 1 0"));
	assert_false(grants_good(falls, 3, "10 0 want 1 0"));
}

static void the_set_is_judged(void **state)
{
	struct digest all[] = { rid(3), rid(1), rid(2) }, twice[] = { rid(3), rid(1), rid(2), rid(1) };
	struct jepsen_line saved = { .word = JEPSEN_SAVED, .rid = rid(2) }, lost = { .word = JEPSEN_SAVED, .rid = rid(9) };
	struct jepsen_history h = { .lines = VEC_INIT };
	struct buf why;

	(void)state;
	buf_init(&why, 4096);
	vec_push(&h.lines, saved);
	assert_true(jepsen_judge_set(&why, &h, all, 3, all, 3));
	assert_false(jepsen_judge_set(&why, &h, all, 3, twice, 4));	/* counted twice */
	assert_false(jepsen_judge_set(&why, &h, all, 3, all, 2));	/* the saved one never came */
	assert_false(jepsen_judge_set(&why, &h, all, 2, all, 3));	/* nor is it where it was saved */
	assert_false(jepsen_judge_set(&why, &h, twice, 3, &all[1], 2));	/* in a journal alone */
	h.lines.len = 0;
	assert_false(jepsen_judge_set(&why, &h, all, 2, all, 3));	/* made up by the hub */
	vec_push(&h.lines, lost);
	assert_false(jepsen_judge_set(&why, &h, all, 3, all, 3));
	jepsen_history_done(&h);
	buf_done(&why);
}

static void disputes_are_judged(void **state)
{
	const struct digest one = rid(1), two = rid(2), both[] = { rid(1), rid(2) };
	struct jepsen_decision d[] = { { 1, one, NULL, 0, OUTCOME_VERIFIED }, { 1, two, NULL, 0, OUTCOME_FAILED },
		{ 1, rid(3), both, 2, OUTCOME_FAILED }, { 2, rid(4), NULL, 0, OUTCOME_FAILED } };
	bool shown[2][JEPSEN_TIS] = { { false } };
	struct buf why;

	(void)state;
	buf_init(&why, 4096);
	assert_false(jepsen_judge_disputes(&why, d, 2, shown, 2));	/* seen by nobody */
	shown[0][0] = true;
	assert_false(jepsen_judge_disputes(&why, d, 2, shown, 2));	/* by one alone */
	shown[1][0] = true;
	assert_true(jepsen_judge_disputes(&why, d, 2, shown, 2));
	shown[0][0] = shown[1][0] = false;
	assert_true(jepsen_judge_disputes(&why, d, 4, shown, 2));	/* settled */
	shown[0][1] = shown[1][1] = true;
	assert_false(jepsen_judge_disputes(&why, d, 4, shown, 2));	/* of one decision alone */
	buf_done(&why);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lines_come_back), cmocka_unit_test(one_holder_is_good), cmocka_unit_test(two_holders_are_caught),
	cmocka_unit_test(fences_that_do_not_grow_are_caught), cmocka_unit_test(a_grant_out_of_nothing_is_caught),
	cmocka_unit_test(many_at_once), cmocka_unit_test(the_hubs_log_is_judged), cmocka_unit_test(the_set_is_judged),
	cmocka_unit_test(disputes_are_judged),
};
TEST_MAIN(tests)
