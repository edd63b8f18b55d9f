/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, grades, matrix: hand-computed cases over one small event. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/results/matrix.h"

/*
 * Five sources and consumers of one exchange:
 *   A1 (org A, KR)  source thorough, consumer thorough      table T1
 *   B1 (org B, JP)  consumer thorough                       table T2
 *   C1 (org C, JP)  consumer thorough                       table T3
 *   A2 (org A, KR)  consumer supportive                     table T1
 *   D1 (org D, TW)  source thorough, lone actor             table T4
 * EXCHANGE: p2p, wants 3. SHAPE: no peer, wants 1 of the source. LONE: p2p with an actor nobody has.
 * TRIAL: in an exploratory track.
 */
static void add_tests(struct results *r)
{
	static struct test_role exchange[] = {
		{ .label = "source", .profile = "X", .actor = "SRC", .min = 1, .max = 1, .wanted = 3, .required = true },
		{ .label = "consumer", .profile = "X", .actor = "CON", .min = 1, .max = 1, .wanted = 3, .required = true },
	};
	static struct test_role shape[] = {
		{ .label = "source", .profile = "X", .actor = "SRC", .min = 1, .max = 1, .wanted = 1, .required = true },
	};
	static struct test_role lone[] = {
		{ .label = "lone", .profile = "Y", .actor = "LONE", .min = 1, .max = 1, .wanted = 3, .required = true },
		{ .label = "ghost", .profile = "Y", .actor = "GHOST", .min = 1, .max = 1, .wanted = 3, .required = true },
	};
	static struct test_role extra[] = {
		{ .label = "source", .profile = "X", .actor = "SRC", .min = 1, .max = 1, .wanted = 3, .required = false },
		{ .label = "consumer", .profile = "X", .actor = "CON", .min = 1, .max = 1, .wanted = 3, .required = false },
	};
	static struct test_role opt[] = {
		{ .label = "source", .profile = "X", .actor = "SRC", .option = "BIG", .min = 1, .max = 1, .wanted = 1,
		  .required = true },
	};
	static struct test_role trial[] = {
		{ .label = "tryer", .profile = "Z", .actor = "TRY", .min = 1, .max = 1, .wanted = 1, .required = true },
	};
	const struct test tests[] = {
		{ .id = "EXCHANGE", .title = "Exchange", .track = "T", .peer = "p2p", .roles = exchange, .n_roles = 2 },
		{ .id = "SHAPE", .title = "Shape", .track = "Track", .peer = "none", .roles = shape, .n_roles = 1 },
		{ .id = "LONE", .title = "Lone", .track = "T", .peer = "p2p", .roles = lone, .n_roles = 2 },
		{ .id = "EXTRA", .title = "Extra", .track = "T", .peer = "p2p", .roles = extra, .n_roles = 2 },
		{ .id = "OPT", .title = "Option", .track = "T", .peer = "none", .roles = opt, .n_roles = 1 },
		{ .id = "TRIAL", .title = "Trial", .track = "P", .peer = "none", .roles = trial, .n_roles = 1 },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		results_add_test(r, &tests[i]);
}

static void add_reference(struct results *r, const struct results_rules *rules)
{
	static const struct organisation orgs[] = {
		{ "A", "Alpha", "KR", "Korea" }, { "B", "Beta", "JP", "Japan" }, { "C", "Gamma", "JP", "Japan" },
		{ "D", "Delta", "TW", "Taiwan" },
	};
	static const struct system_info systems[] = {
		{ "A1", "A one", "1", "A", "T1" }, { "B1", "B one", "1", "B", "T2" }, { "C1", "C one", "1", "C", "T3" },
		{ "A2", "A two", "1", "A", "T1" }, { "D1", "D one", "1", "D", "T4" },
	};
	const struct event e = { .id = "e", .name = "Event", .place = "", .begins = "", .ends = "", .tz_name = "" };
	const struct results_track tracks[] = { { "T", "Track", false }, { "P", "Plug", true } };
	size_t i;

	results_set_event(r, &e, rules);
	for (i = 0; i < 2; i++)
		results_add_track(r, &tracks[i]);
	results_add_profile(r, "X", "Exchange profile");
	results_add_actor(r, "CON", "Content Consumer");
	for (i = 0; i < 4; i++)
		results_add_organisation(r, &orgs[i]);
	for (i = 0; i < 5; i++)
		results_add_system(r, &systems[i]);
	add_tests(r);
	results_add_line(r, "B1", "X", "CON", "", true);
	results_add_line(r, "A1", "X", "SRC", "-", true);
	results_add_line(r, "A1", "X", "SRC", "BIG", true);
	results_add_line(r, "A1", "X", "CON", "", true);
	results_add_line(r, "C1", "X", "CON", "", true);
	results_add_line(r, "A2", "X", "CON", "", false);
	results_add_line(r, "D1", "X", "SRC", "", true);
	results_add_line(r, "D1", "Y", "LONE", "", true);
	results_add_line(r, "D1", "Z", "TRY", "", true);
	results_add_line(r, "A2", "Y", "LONE", "", false);
	results_add_line(r, "GONE", "X", "SRC", "", true);	/* no such system */
}

static int set_up(void **state)
{
	struct results *r = results_new();

	add_reference(r, NULL);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	results_free(*state);
	return 0;
}

static void ti(struct results *r, const char *id, const char *test, const char *one, const char *two, enum ti_status s)
{
	const struct results_participant p[] = { { 1, one }, { 2, two } };
	const struct results_instance in = {
		.id = id, .test = test, .participants = p, .n_participants = two ? 2 : 1, .status = s, .at = 1000,
	};

	results_set_instance(r, &in);
}

static const struct results_line *line(struct results *r, const char *id)
{
	size_t n;
	const struct results_line *all = results_lines(&n, r);
	uint32_t at = results_find_line(r, id);

	assert_int_not_equal(at, RESULTS_NONE);
	assert_true(at < n);
	assert_string_equal(all[at].id, id);
	return &all[at];
}

static void test_nothing_done(void **state)
{
	struct results *r = *state;
	const struct results_line *l = line(r, "A1/X/SRC/-");
	size_t n;

	(void)results_lines(&n, r);
	assert_int_equal(n, 10);
	/* partners of other organisations: B1 and C1, so two of EXCHANGE and one of SHAPE */
	assert_int_equal(l->expected, 3);
	assert_int_equal(l->counted, 0);
	assert_int_equal(l->required, 2);
	assert_int_equal(l->optional, 1);
	assert_int_equal(l->enough, ENOUGH_NOT);
	/* sources of other organisations for B1: A1 and D1 */
	assert_int_equal(line(r, "B1/X/CON/-")->expected, 2);
	/* A1 as consumer: only D1 */
	assert_int_equal(line(r, "A1/X/CON/-")->expected, 1);
	l = line(r, "A2/X/CON/-");
	assert_false(l->thorough);
	assert_int_equal(l->expected, 1);
	l = line(r, "D1/Y/LONE/-");
	assert_int_equal(l->expected, 0);
	assert_int_equal(l->no_peer, 1);
	assert_int_equal(l->enough, ENOUGH_NO_PEER);
	l = line(r, "A2/Y/LONE/-");	/* supportive, and nobody to do it with */
	assert_int_equal(l->expected, 0);
	assert_int_equal(l->enough, ENOUGH_NO_PEER);
	l = line(r, "D1/Z/TRY/-");
	assert_true(l->exploratory);
	assert_int_equal(l->enough, ENOUGH_UNGRADED);
	l = line(r, "A1/X/SRC/BIG");
	assert_int_equal(l->required, 1);
	assert_int_equal(l->expected, 1);
}

static void test_counts(void **state)
{
	static const struct { enum ti_status s; unsigned int v, w, p, run, f, d; } rows[] = {
		{ TI_RUNNING, 0, 0, 0, 1, 0, 0 }, { TI_PAUSED, 0, 0, 0, 1, 0, 0 },
		{ TI_TO_BE_VERIFIED, 0, 1, 0, 0, 0, 0 }, { TI_CRITICAL, 0, 1, 0, 0, 0, 0 },
		{ TI_ABORTED, 0, 0, 0, 0, 0, 0 }, { TI_VERIFIED, 1, 0, 0, 0, 0, 0 },
		{ TI_PARTIAL, 0, 0, 1, 0, 0, 0 }, { TI_FAILED, 0, 0, 0, 0, 1, 0 }, { TI_DISPUTED, 0, 0, 0, 0, 0, 1 },
	};
	struct results *r = *state;

	ti(r, "1", "EXCHANGE", "A1", "B1", TI_RUNNING);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *both[] = { "A1/X/SRC/-", "B1/X/CON/-" };

		assert_true(results_set_status(r, "1", rows[i].s, 2000));
		for (int k = 0; k < 2; k++) {
			const struct results_line *l = line(r, both[k]);

			assert_int_equal(l->verified, rows[i].v);
			assert_int_equal(l->waiting, rows[i].w);
			assert_int_equal(l->partial, rows[i].p);
			assert_int_equal(l->running, rows[i].run);
			assert_int_equal(l->failed, rows[i].f);
			assert_int_equal(l->disputed, rows[i].d);
			assert_int_equal(l->counted, rows[i].v);
			assert_int_equal(results_in_progress(r, l), rows[i].p);
		}
	}
	assert_false(results_set_status(r, "nowhere", TI_VERIFIED, 1));
	results_drop_instance(r, "1");
	assert_int_equal(line(r, "A1/X/SRC/-")->disputed, 0);
}

static void test_enough(void **state)
{
	struct results *r = *state;

	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "EXCHANGE", "A1", "B1", TI_VERIFIED);	/* the same partner again */
	assert_int_equal(line(r, "A1/X/SRC/-")->verified, 2);
	assert_int_equal(line(r, "A1/X/SRC/-")->counted, 1);
	ti(r, "3", "EXCHANGE", "A1", "C1", TI_VERIFIED);
	assert_int_equal(line(r, "A1/X/SRC/-")->counted, 2);
	assert_int_equal(line(r, "A1/X/SRC/-")->enough, ENOUGH_NOT);
	ti(r, "4", "SHAPE", "A1", NULL, TI_TO_BE_VERIFIED);
	assert_int_equal(line(r, "A1/X/SRC/-")->enough, ENOUGH_NOT);
	results_set_status(r, "4", TI_VERIFIED, 5);
	assert_int_equal(line(r, "A1/X/SRC/-")->enough, ENOUGH_YES);
	assert_int_equal(line(r, "A1/X/SRC/BIG")->enough, ENOUGH_NOT);
	/* an own system of one organisation: verified all the same, counted up to what is wanted */
	ti(r, "5", "EXCHANGE", "A1", "A2", TI_VERIFIED);
	assert_int_equal(line(r, "A2/X/CON/-")->enough, ENOUGH_YES);
	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 4);
	assert_int_equal(line(r, "A1/X/SRC/-")->counted, 4);
}

static void test_partner_rules(void **state)
{
	struct results_rules rules = results_rules_default;
	struct results *r = *state;

	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	rules.partners = PARTNERS_INSTANCE;
	results_reset(r);
	add_reference(r, &rules);
	/* TIs stay; each counts: three of EXCHANGE and one of SHAPE are wanted */
	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 4);
	assert_int_equal(line(r, "A1/X/SRC/-")->counted, 2);
	assert_int_equal(results_partners_parse("organisation"), PARTNERS_ORGANISATION);
	assert_int_equal(results_partners_parse("?"), -1);
}

static void test_detail(void **state)
{
	struct results *r = *state;
	struct results_detail d;
	struct arena a;

	arena_init(&a);
	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "SHAPE", "A1", NULL, TI_VERIFIED);
	results_detail(&d, &a, r, results_find_line(r, "A1/X/SRC/-"));
	assert_int_equal(d.n_tests, 3);
	assert_string_equal(d.tests[0].test, "EXCHANGE");
	assert_int_equal(d.tests[0].wanted, 3);
	assert_int_equal(d.tests[0].effective, 2);
	assert_int_equal(d.tests[0].n_partners, 1);
	assert_int_equal(d.tests[0].partners[0].used, 1);
	assert_int_equal(d.tests[0].partners[0].available, 2);
	assert_int_equal(d.tests[0].partners[0].n_free, 1);
	assert_string_equal(d.tests[0].missing, "needs 1 more partner of Content Consumer; this one is free: C one");
	assert_int_equal(d.tests[0].n_tis, 1);
	assert_string_equal(d.tests[0].tis[0], "1");
	assert_null(d.tests[1].missing);
	assert_true(d.tests[1].done);
	assert_false(d.tests[2].required);
	assert_int_equal(d.n_why, 1);
	assert_string_equal(d.why[0], "EXCHANGE: needs 1 more partner of Content Consumer; this one is free: C one");
	results_detail(&d, &a, r, results_find_line(r, "D1/Y/LONE/-"));
	assert_int_equal(d.n_why, 1);
	assert_string_equal(d.why[0], "LONE: nobody else is registered as GHOST of Y");
	results_detail(&d, &a, r, results_find_line(r, "D1/Z/TRY/-"));
	assert_string_equal(d.why[0], "exploratory: outcomes and findings, no grade");
	arena_done(&a);
}

static void test_value(void **state)
{
	struct results *r = *state;
	struct results_value v;

	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "SHAPE", "A1", NULL, TI_VERIFIED);
	ti(r, "3", "EXCHANGE", "A1", "C1", TI_TO_BE_VERIFIED);
	ti(r, "4", "EXCHANGE", "A1", "B1", TI_CRITICAL);
	ti(r, "5", "EXTRA", "A1", "B1", TI_PARTIAL);
	ti(r, "6", "TRIAL", "D1", NULL, TI_TO_BE_VERIFIED);
	assert_true(results_value(&v, r, "3"));
	assert_int_equal(v.lines, 1);	/* A1 as source has enough then; C1 wants D1 too */
	assert_int_equal(v.tests, 1);
	assert_int_equal(v.steps, 2);
	assert_false(v.beyond);
	assert_true(results_value(&v, r, "4"));
	assert_true(v.beyond);
	assert_int_equal(v.score, 0);
	assert_true(results_value(&v, r, "5"));
	assert_false(v.beyond);
	assert_int_equal(v.tests, 0);
	assert_int_equal(v.score, 2);
	assert_true(results_value(&v, r, "6"));
	assert_false(v.beyond);
	assert_false(results_value(&v, r, "1"));
	/* nothing of it stays */
	assert_int_equal(line(r, "A1/X/SRC/-")->enough, ENOUGH_NOT);
	assert_int_equal(line(r, "A1/X/SRC/-")->verified, 2);
}

static struct results_grade_record grade(unsigned char n, enum grade g, const char *who)
{
	struct results_grade_record out = {
		.rid.b = { n }, .grade = g, .who = who, .at = n * 1000, .hlc = n, .counted = true,
	};

	return out;
}

static void test_grades(void **state)
{
	struct results *r = *state;
	struct results_grade_record recs[4] = {
		grade(1, GRADE_PASSED, "m"), grade(2, GRADE_AT_RISK, "n"), grade(3, GRADE_PASSED, "o"),
	};
	struct digest *leaves, base[2];
	struct arena a;

	arena_init(&a);
	results_set_grades(r, "A1/X/SRC/-", recs, 1);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	results_set_grades(r, "A1/X/SRC/-", recs, 2);
	assert_true(line(r, "A1/X/SRC/-")->grade_disputed);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_NONE);
	assert_int_equal(results_grade_leaves(&leaves, &a, r, "A1/X/SRC/-"), 2);
	recs[1].counted = false;		/* not by a manager */
	results_set_grades(r, "A1/X/SRC/-", recs, 2);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	recs[1].counted = true;
	base[0] = recs[0].rid;
	base[1] = recs[1].rid;
	recs[2].base = base;
	recs[2].n_base = 2;
	results_set_grades(r, "A1/X/SRC/-", recs, 3);
	assert_false(line(r, "A1/X/SRC/-")->grade_disputed);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	assert_int_equal(line(r, "A1/X/SRC/-")->grades, 3);
	results_set_grades(r, "A1/X/SRC/-", NULL, 0);
	assert_int_equal(line(r, "A1/X/SRC/-")->grades, 0);
	arena_done(&a);
}

/* One TI counts for every line that the role covers, and all who are registered for one of them are peers. */
static void test_covers(void **state)
{
	struct results *r = *state;
	struct results_value v;
	struct results_detail d;
	struct arena a;

	arena_init(&a);
	assert_int_equal(line(r, "D1/Y/LONE/-")->no_peer, 1);
	results_add_line(r, "C1", "W", "SINK", "", true);
	results_add_line(r, "C1", "W", "SINK", "FAST", true);
	results_add_cover(r, "EXCHANGE", 2, "X", "CON", "");
	results_add_cover(r, "EXCHANGE", 2, "W", "SINK", "-");	/* no option that anybody has */
	results_add_cover(r, "EXCHANGE", 2, "W", "SINK", "FAST");
	results_add_cover(r, "EXCHANGE", 2, "Y", "LONE", "");
	results_add_cover(r, "EXCHANGE", 9, "Y", "LONE", "");	/* no such role */
	ti(r, "1", "EXCHANGE", "A1", "C1", TI_TO_BE_VERIFIED);
	assert_true(results_value(&v, r, "1"));
	assert_int_equal(v.steps, 3);
	ti(r, "1", "EXCHANGE", "A1", "C1", TI_VERIFIED);
	assert_int_equal(line(r, "C1/X/CON/-")->verified, 1);
	assert_int_equal(line(r, "C1/W/SINK/FAST")->verified, 1);
	assert_int_equal(line(r, "C1/W/SINK/FAST")->required, 1);
	assert_int_equal(line(r, "C1/W/SINK/-")->verified, 0);
	assert_int_equal(line(r, "C1/W/SINK/-")->required, 0);
	/* D1 plays LONE, so it is one more peer: B1 and C1 as before, and A1's own A2 is none */
	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 4);
	results_detail(&d, &a, r, results_find_line(r, "A1/X/SRC/-"));
	assert_int_equal(d.tests[0].partners[0].available, 3);
	assert_int_equal(d.tests[0].partners[0].used, 1);
	arena_done(&a);
}

/* A pass is provisional until what it rests on is passed, and is not published meanwhile. */
static void test_dependencies(void **state)
{
	const struct results_need of = { "X", "", "" }, needs[] = { { "Y", "LONE", "" }, { "Z", "", "" } };
	struct results_grade_record passed = grade(1, GRADE_PASSED, "m"), other = grade(2, GRADE_PASSED, "m");
	struct results *r = *state;
	struct results_pass *passes;
	struct results_detail d;
	struct arena a;

	arena_init(&a);
	results_add_dependency(r, &of, needs, 2);
	results_set_grades(r, "D1/X/SRC/-", &passed, 1);
	assert_int_equal(line(r, "D1/X/SRC/-")->grade, GRADE_PASSED);
	assert_true(line(r, "D1/X/SRC/-")->provisional);
	assert_int_equal(results_passes(&passes, &a, r), 0);
	results_detail(&d, &a, r, results_find_line(r, "D1/X/SRC/-"));
	assert_string_equal(d.why[0], "provisional until its system has passed Y as LONE or Z");
	results_set_grades(r, "D1/Y/LONE/-", &other, 1);
	assert_false(line(r, "D1/X/SRC/-")->provisional);
	assert_int_equal(results_passes(&passes, &a, r), 2);
	results_set_grades(r, "D1/Y/LONE/-", NULL, 0);
	assert_true(line(r, "D1/X/SRC/-")->provisional);
	results_set_grades(r, "D1/X/SRC/-", NULL, 0);
	assert_false(line(r, "D1/X/SRC/-")->provisional);
	arena_done(&a);
}

/* What another tool says is shown and decides nothing. */
static void test_elsewhere(void **state)
{
	const struct results_elsewhere e = { .place = "Gazelle", .who = "x", .text = "so", .grade = GRADE_PASSED };
	struct results *r = *state;
	struct results_detail d;
	struct arena a;

	arena_init(&a);
	results_add_elsewhere(r, "A1/X/SRC/-", &e);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_NONE);
	results_detail(&d, &a, r, results_find_line(r, "A1/X/SRC/-"));
	assert_int_equal(d.n_elsewhere, 1);
	assert_string_equal(d.elsewhere[0]->place, "Gazelle");
	assert_int_equal(d.elsewhere[0]->grade, GRADE_PASSED);
	results_detail(&d, &a, r, results_find_line(r, "A1/X/CON/-"));
	assert_int_equal(d.n_elsewhere, 0);
	arena_done(&a);
}

/* A grade may be taken back: none holds then, not even what was told, and history keeps all. */
static void test_grade_taken_back(void **state)
{
	struct results *r = *state;
	struct results_grade_record recs[3] = {
		grade(1, GRADE_PASSED, "m"), grade(2, GRADE_NONE, "n"), grade(3, GRADE_AT_RISK, "o"),
	};
	struct digest *leaves;
	struct results_detail d;
	struct arena a;

	arena_init(&a);
	results_tell_grade(r, "A1/X/SRC/-", GRADE_NO_PEER);
	recs[1].base = &recs[0].rid;
	recs[1].n_base = 1;
	results_set_grades(r, "A1/X/SRC/-", recs, 2);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_NONE);
	assert_false(line(r, "A1/X/SRC/-")->grade_disputed);
	assert_false(line(r, "A1/X/SRC/-")->grade_told);
	assert_int_equal(results_grade_leaves(&leaves, &a, r, "A1/X/SRC/-"), 1);
	results_detail(&d, &a, r, results_find_line(r, "A1/X/SRC/-"));
	assert_int_equal(d.n_history, 2);
	recs[1].counted = false;		/* by nobody who may */
	results_set_grades(r, "A1/X/SRC/-", recs, 2);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	recs[1].counted = true;			/* a grade given meanwhile stands, and nothing is disputed */
	results_set_grades(r, "A1/X/SRC/-", recs, 3);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_AT_RISK);
	assert_false(line(r, "A1/X/SRC/-")->grade_disputed);
	arena_done(&a);
}

/* What was told holds until a record counts. */
static void test_told_grade(void **state)
{
	struct results *r = *state;
	struct results_grade_record rec = grade(1, GRADE_AT_RISK, "m");

	results_tell_grade(r, "A1/X/SRC/-", GRADE_PASSED);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	assert_true(line(r, "A1/X/SRC/-")->grade_told);
	rec.counted = false;
	results_set_grades(r, "A1/X/SRC/-", &rec, 1);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_PASSED);
	rec.counted = true;
	results_set_grades(r, "A1/X/SRC/-", &rec, 1);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_AT_RISK);
	assert_false(line(r, "A1/X/SRC/-")->grade_told);
	results_reset(r);	/* reference data anew, without it */
	add_reference(r, NULL);
	results_set_grades(r, "A1/X/SRC/-", NULL, 0);
	assert_int_equal(line(r, "A1/X/SRC/-")->grade, GRADE_NONE);
}

static void test_regrade_window(void **state)
{
	struct results_rules rules = results_rules_default;
	struct results *r = *state;
	struct results_grade_record rec = grade(1, GRADE_PASSED, "m");

	rules.published = 1000000;
	rules.regrade_days = 2;
	results_set_event(r, &(struct event) { .id = "e" }, &rules);
	rec.at = 1000000 + 2 * 86400000;
	results_set_grades(r, "A1/X/SRC/-", &rec, 1);
	assert_false(line(r, "A1/X/SRC/-")->grade_late);
	rec.at++;
	results_set_grades(r, "A1/X/SRC/-", &rec, 1);
	assert_true(line(r, "A1/X/SRC/-")->grade_late);
}

static void test_withdrawn(void **state)
{
	struct results *r = *state;
	struct results_grade_record rec = grade(1, GRADE_WITHDRAWN, "m");

	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 3);
	results_set_grades(r, "C1/X/CON/-", &rec, 1);
	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 2);	/* one peer fewer */
	rec.grade = GRADE_AT_RISK;
	results_set_grades(r, "C1/X/CON/-", &rec, 1);
	assert_int_equal(line(r, "A1/X/SRC/-")->expected, 3);
}

static void test_passes(void **state)
{
	struct results *r = *state;
	struct results_grade_record pass = grade(1, GRADE_PASSED, "m"), risk = grade(2, GRADE_AT_RISK, "m");
	struct results_grade_record both[2] = { pass, risk };
	struct results_column *columns;
	struct results_pass *passes;
	struct results_cell *cells;
	size_t n;
	struct arena a;

	arena_init(&a);
	assert_int_equal(results_passes(&passes, &a, r), 0);
	results_set_grades(r, "A1/X/SRC/BIG", &pass, 1);	/* an option: left out */
	results_set_grades(r, "D1/Z/TRY/-", &pass, 1);		/* exploratory: never */
	results_set_grades(r, "B1/X/CON/-", both, 2);		/* disputed */
	results_set_grades(r, "D1/X/SRC/-", &risk, 1);
	assert_int_equal(results_passes(&passes, &a, r), 0);
	results_set_grades(r, "A1/X/CON/-", &pass, 1);
	results_set_grades(r, "A2/X/CON/-", &pass, 1);
	n = results_passes(&passes, &a, r);
	assert_int_equal(n, 1);
	assert_int_equal(passes[0].n_lines, 2);
	assert_int_equal(passes[0].tracks, 1);
	assert_int_equal(results_columns(&columns, &a, r, passes, n), 1);
	n = results_cells(&cells, &a, r);
	assert_int_equal(n, 7);	/* A SRC, A CON, A LONE, B CON, C CON, D SRC, D LONE */
	arena_done(&a);
}

static unsigned int border(const struct results_borders *b, const char *x, const char *y)
{
	size_t i, k;

	for (i = 0; i < b->n && strcmp(b->countries[i], x) != 0; i++)
		;
	for (k = 0; k < b->n && strcmp(b->countries[k], y) != 0; k++)
		;
	assert_true(i < b->n && k < b->n);
	return b->verified[i * b->n + k];
}

static void test_borders(void **state)
{
	struct results *r = *state;
	struct results_borders b;
	struct arena a;

	arena_init(&a);
	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "EXCHANGE", "A1", "C1", TI_VERIFIED);
	ti(r, "3", "EXCHANGE", "A1", "A2", TI_VERIFIED);
	ti(r, "4", "EXCHANGE", "D1", "A2", TI_FAILED);
	results_borders(&b, &a, r, RESULTS_NONE);
	assert_int_equal(b.n, 3);
	assert_int_equal(border(&b, "KR", "JP"), 2);
	assert_int_equal(border(&b, "JP", "KR"), 2);
	assert_int_equal(border(&b, "KR", "KR"), 1);
	assert_int_equal(border(&b, "KR", "TW"), 0);
	assert_int_equal(border(&b, "JP", "JP"), 0);
	results_borders(&b, &a, r, 1);
	assert_int_equal(b.n, 1);	/* only D1 tries something */
	assert_string_equal(b.names[0], "Taiwan");
	arena_done(&a);
}

static void test_views(void **state)
{
	struct results *r = *state;
	struct results_totals t;
	struct results_point *points;
	struct results_table *tables;
	struct results_trial *trials;
	struct arena a;

	arena_init(&a);
	ti(r, "1", "EXCHANGE", "A1", "B1", TI_VERIFIED);
	ti(r, "2", "EXCHANGE", "A1", "C1", TI_CRITICAL);
	ti(r, "3", "TRIAL", "D1", NULL, TI_VERIFIED);
	ti(r, "4", "EXCHANGE", "B1", "C1", TI_DISPUTED);
	results_set_status(r, "3", TI_VERIFIED, 9500);
	results_totals(&t, r, RESULTS_NONE);
	assert_int_equal(t.tis, 4);
	assert_int_equal(t.waiting, 1);
	assert_int_equal(t.by_status[TI_DISPUTED], 1);
	assert_int_equal(t.oldest, 1000);
	assert_int_equal(t.lines, 9);
	results_totals(&t, r, 1);
	assert_int_equal(t.tis, 1);
	assert_int_equal(results_timeline(&points, &a, r, RESULTS_NONE, 1000), 2);
	assert_int_equal(points[0].at, 2000);
	assert_int_equal(points[1].at, 10000);
	assert_int_equal(points[1].verified, 2);
	assert_int_equal(results_trials(&trials, &a, r), 1);
	assert_int_equal(trials[0].verified, 1);
	assert_int_equal(trials[0].systems, 1);
	assert_int_equal(results_tables(&tables, &a, r), 4);
	assert_string_equal(tables[0].table, "T1");
	assert_int_equal(tables[0].n_systems, 2);
	assert_int_equal(tables[0].critical, 1);
	assert_int_equal(tables[1].disputed, 1);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_partner_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_detail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grades, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_covers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dependencies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_elsewhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_grade_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_told_grade, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_regrade_window, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_withdrawn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_borders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_views, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
