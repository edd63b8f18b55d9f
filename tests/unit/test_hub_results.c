/* SPDX-License-Identifier: Apache-2.0 */
/* Results out of a hub's feed: whenever they are asked for they are those of the head. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <stdio.h>
#include <string.h>
#include "test.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/hub/results.h"
#include "verdict/results/matrix.h"

static const char two_lines[] = "[{\"id\":\"S1\",\"name\":\"One\",\"organisation\":\"O1\",\"table\":\"A1\","
	"\"lines\":[{\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\"}]},"
	"{\"id\":\"S2\",\"name\":\"Two\",\"organisation\":\"O2\",\"table\":\"A2\","
	"\"lines\":[{\"profile\":\"MHD\",\"actor\":\"DOC_RECIPIENT\",\"type\":\"supportive\",\"grade\":\"at-risk\"}]}]";
static const char turned[] = "[{\"id\":\"S1\",\"name\":\"Uno\",\"organisation\":\"O1\",\"table\":\"A1\","
	"\"lines\":[{\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\",\"type\":\"supportive\"}]},"
	"{\"id\":\"S2\",\"name\":\"Two\",\"organisation\":\"O2\",\"table\":\"A2\",\"lines\":[]}]";

struct seen {
	uint64_t size;
	struct results_line one, two;
	struct results_totals totals;
	struct results_rules rules;
	char name[64], grader[64];
	size_t lines;
};

static void look(struct results *r, uint64_t size, void *data)
{
	struct seen *out = data;
	const struct results_line *all = results_lines(&out->lines, r);
	uint32_t at = results_find_line(r, "S1/MHD/DOC_SOURCE/-");
	struct results_detail d;
	struct arena a;
	size_t n;

	out->size = size;
	out->rules = *results_rules(r);
	results_totals(&out->totals, r, RESULTS_NONE);
	if (at == RESULTS_NONE)
		return;
	arena_init(&a);
	out->one = all[at];
	snprintf(out->name, sizeof(out->name), "%s", results_systems(&n, r)[all[at].system].name);
	results_detail(&d, &a, r, at);
	snprintf(out->grader, sizeof(out->grader), "%s", d.n_history ? d.history[0].record->who_name : "");
	at = results_find_line(r, "S2/MHD/DOC_RECIPIENT/-");
	if (at != RESULTS_NONE)
		out->two = all[at];
	arena_done(&a);
}

static struct seen results_now(struct hub_fixture *f)
{
	struct seen out;

	memset(&out, 0, sizeof(out));
	assert_ok(hub_results(f->e, look, &out));
	assert_int_equal(out.size, hub_size(f));
	return out;
}

static void push(struct hub_fixture *f, struct buf *b)
{
	struct receipt r;
	struct arena a;

	arena_init(&a);
	assert_ok(hub_fixture_push(&r, &a, f, b));
	buf_reset(b);
	arena_done(&a);
}

static void grade(struct hub_fixture *f, struct author *who, const char *word, const struct digest *base)
{
	struct digest seen = base ? *base : (struct digest) { { 0 } };
	struct record rec = { .kind = RECORD_GRADE, .line = "S1/MHD/DOC_SOURCE/-", .grade = word, .text = "seen",
		.base = base ? &seen : NULL, .n_base = base ? 1 : 0 };
	struct buf b;

	buf_init(&b, BATCH_BYTES_MAX);
	author_sign(&b, who, f, &rec);
	push(f, &b);
	buf_done(&b);
}

static void follows_the_feed(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 4);
	struct author m1, m2;
	struct seen s;

	(void)state;
	s = results_now(f);
	assert_int_equal(s.totals.waiting, 4);
	hub_fixture_import(f, 4, "systems.json", two_lines);
	s = results_now(f);
	assert_int_equal(s.lines, 2);
	assert_string_equal(s.name, "One");
	assert_int_equal(s.one.waiting, 4);
	assert_int_equal(s.one.expected, 1);	/* one partner there is */
	assert_int_equal(s.one.enough, ENOUGH_NOT);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&m2, f, "m2", ROLE_MONITOR, NULL);
	assert_int_equal(hub_fixture_grade(f, &m1, "1001", 0).answer, ANSWER_STORED);
	s = results_now(f);
	assert_int_equal(s.one.verified, 1);
	assert_int_equal(s.one.waiting, 3);
	assert_int_equal(s.one.enough, ENOUGH_YES);
	assert_int_equal(s.two.enough, ENOUGH_YES);
	hub_fixture_import(f, 2, "systems.json", turned);	/* two TIs withdrawn, a line went */
	s = results_now(f);
	assert_int_equal(s.lines, 1);
	assert_string_equal(s.name, "Uno");
	assert_false(s.one.thorough);
	assert_int_equal(s.one.verified, 1);
	assert_int_equal(s.one.waiting, 1);
	hub_fixture_close(f);
	hub_fixture_open(f);
	s = results_now(f);	/* from nothing: the same */
	assert_int_equal(s.one.verified, 1);
	assert_int_equal(s.one.waiting, 1);
	author_free(&m1);
	author_free(&m2);
	hub_fixture_free(f);
}

static void grades_are_managers(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author monitor, manager, other;
	struct seen s;

	(void)state;
	hub_fixture_import(f, 1, "systems.json", two_lines);
	author_new(&monitor, f, "m1", ROLE_MONITOR, NULL);
	author_new(&manager, f, "m2", ROLE_MANAGER, NULL);
	author_new(&other, f, "m3", ROLE_MANAGER, NULL);
	grade(f, &monitor, "passed", NULL);
	s = results_now(f);
	assert_int_equal(s.one.grades, 1);
	assert_int_equal(s.one.grade, GRADE_NONE);
	assert_string_equal(s.grader, "Name of m1");
	grade(f, &manager, "passed", NULL);
	assert_int_equal(results_now(f).one.grade, GRADE_PASSED);
	grade(f, &other, "at-risk", NULL);	/* had not seen it */
	s = results_now(f);
	assert_true(s.one.grade_disputed);
	assert_int_equal(s.one.grade, GRADE_NONE);
	assert_int_equal(s.two.grade, GRADE_AT_RISK);	/* as the pack told */
	assert_true(s.two.grade_told);
	author_free(&monitor);
	author_free(&manager);
	author_free(&other);
	hub_fixture_free(f);
}

static const char m2_tied[] = "[{\"id\":\"m2\",\"name\":\"M\",\"roles\":[\"manager\"],\"organisations\":[\"O1\"]}]";
static const char nobody[] = "[{\"id\":\"m2\",\"name\":\"M\",\"roles\":[\"manager\"]}]";

/* The event with its two lines, and with that member exchanged too (NULL: none). */
static void with_lines(struct hub_fixture *f, const char *member, const char *text)
{
	char *dir = mem_printf("%s/pack", f->dir);
	struct hub_import how = { .tick = NULL };
	struct hub_imported got;

	hub_fixture_pack(dir, 1);
	pack_put(dir, "systems.json", two_lines, strlen(two_lines));
	if (member)
		pack_put(dir, member, text, strlen(text));
	assert_ok(hub_import(&got, f->h, dir, &how));
	mem_free(dir);
}

/* A manager's grade of a line of their own organisation is kept, flagged and does not count; also where the event says it later. */
static void grades_are_neutral(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author tied, free_one;

	(void)state;
	hub_fixture_import(f, 1, "systems.json", two_lines);
	author_new(&tied, f, "p1", ROLE_MANAGER, NULL);
	author_new(&free_one, f, "m2", ROLE_MANAGER, NULL);
	grade(f, &tied, "passed", NULL);
	assert_int_equal(results_now(f).one.grades, 1);
	assert_int_equal(results_now(f).one.grade, GRADE_NONE);
	with_lines(f, "persons.json", nobody);		/* p1 belongs to nobody any more */
	assert_int_equal(results_now(f).one.grade, GRADE_PASSED);
	grade(f, &free_one, "at-risk", NULL);
	assert_true(results_now(f).one.grade_disputed);
	with_lines(f, "persons.json", m2_tied);
	assert_int_equal(results_now(f).one.grade, GRADE_PASSED);
	hub_fixture_close(f);
	hub_fixture_open(f);
	with_lines(f, NULL, NULL);		/* p1 is tied again */
	assert_int_equal(results_now(f).one.grade, GRADE_AT_RISK);
	author_free(&tied);
	author_free(&free_one);
	hub_fixture_free(f);
}

static void grades_are_taken_back(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author manager;
	struct digest seen;
	struct seen s;

	(void)state;
	hub_fixture_import(f, 1, "systems.json", two_lines);
	author_new(&manager, f, "m2", ROLE_MANAGER, NULL);
	grade(f, &manager, "passed", NULL);
	seen = manager.prev;
	assert_int_equal(results_now(f).one.grade, GRADE_PASSED);
	grade(f, &manager, "none", &seen);
	s = results_now(f);
	assert_int_equal(s.one.grade, GRADE_NONE);
	assert_false(s.one.grade_disputed);
	assert_int_equal(s.one.grades, 2);
	author_free(&manager);
	hub_fixture_free(f);
}

#define CATALOGUE(track, role) "{\"tracks\":[{\"id\":\"IPS\",\"name\":\"IPS Exchange\"" track "}]," \
	"\"profiles\":[{\"id\":\"MHD\",\"name\":\"Mobile access\"}]," \
	"\"actors\":[{\"id\":\"DOC_SOURCE\",\"name\":\"Source\"},{\"id\":\"DOC_RECIPIENT\",\"name\":\"Recipient\"}]," \
	"\"tests\":[{\"id\":\"T1\",\"title\":\"Publish\",\"track\":\"IPS\",\"roles\":[" \
	"{\"label\":\"source\",\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\",\"wanted\":3" role "}," \
	"{\"label\":\"recipient\",\"profile\":\"MHD\",\"actor\":\"DOC_RECIPIENT\"}]}]}"

/* What roles cover and what passes rest on, out of the catalogue; what another tool says, out of the systems. */
static void rests_and_covers(void **state)
{
	static const char covers[] = "{\"tracks\":[{\"id\":\"IPS\",\"name\":\"IPS Exchange\"}],"
		"\"profiles\":[{\"id\":\"MHD\",\"name\":\"Mobile access\"}],\"actors\":[{\"id\":\"DOC_SOURCE\",\"name\":\"Source\"},"
		"{\"id\":\"DOC_RECIPIENT\",\"name\":\"Recipient\"}],\"tests\":[{\"id\":\"T1\",\"title\":\"Publish\",\"track\":\"IPS\","
		"\"peer\":\"workflow\",\"roles\":[{\"label\":\"source\",\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\",\"covers\":["
		"{\"profile\":\"MHD\",\"actor\":\"DOC_RECIPIENT\"}]},{\"label\":\"recipient\",\"min\":0,\"profile\":\"MHD\","
		"\"actor\":\"DOC_RECIPIENT\"}]}],\"dependencies\":[{\"profile\":\"MHD\",\"actor\":\"DOC_SOURCE\","
		"\"needs\":[{\"profile\":\"MHD\",\"actor\":\"DOC_RECIPIENT\"}]}]}";
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author manager;
	struct seen s;

	(void)state;
	with_lines(f, NULL, NULL);
	author_new(&manager, f, "m2", ROLE_MANAGER, NULL);
	grade(f, &manager, "passed", NULL);
	s = results_now(f);
	assert_false(s.one.provisional);
	assert_int_equal(s.one.waiting, 1);
	with_lines(f, "catalogue.json", covers);
	s = results_now(f);
	assert_true(s.one.provisional);		/* S1 is registered for nothing else */
	assert_int_equal(s.one.waiting, 0);	/* what it played counts for another actor only */
	author_free(&manager);
	hub_fixture_free(f);
}

/* What the event says of counting: exploratory tracks, options of roles, rules. */
static void rules_are_data(void **state)
{
	static const char event[] = "{\"format\":\"verdict-pack\",\"version\":1,\"id\":\"ev\",\"name\":\"Small Event\","
		"\"begins\":\"2026-11-23\",\"ends\":\"2026-11-27\",\"results\":{\"partners\":\"instance\",\"supportive\":2}}";
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct seen s;

	(void)state;
	assert_int_equal(results_now(f).rules.supportive, 1);
	hub_fixture_import(f, 1, "catalogue.json", CATALOGUE(",\"exploratory\":true", ""));
	s = results_now(f);
	assert_int_equal(s.lines, 2);	/* with and without its option */
	assert_true(s.one.exploratory);
	assert_int_equal(s.one.enough, ENOUGH_UNGRADED);
	hub_fixture_import(f, 1, "catalogue.json", CATALOGUE("", ",\"option\":\"COMPLETE\""));
	s = results_now(f);
	assert_false(s.one.exploratory);
	assert_int_equal(s.one.required, 0);	/* it counts for the line with that option */
	hub_fixture_import(f, 1, "event.json", event);
	s = results_now(f);
	assert_int_equal(s.one.required, 1);
	assert_int_equal(s.rules.supportive, 2);
	assert_int_equal(s.rules.partners, PARTNERS_INSTANCE);
	assert_int_equal(s.rules.regrade_days, 14);
	hub_fixture_free(f);
}

/* A tie that comes later takes a verdict out of the count (entries F), and one that goes brings it back. */
static void flags_are_followed(void **state)
{
	static const char tied[] = "[{\"id\":\"m1\",\"name\":\"M\",\"roles\":[\"monitor\"],\"organisations\":[\"O1\"]}]";
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author m1;

	(void)state;
	hub_fixture_import(f, 1, "systems.json", two_lines);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	hub_fixture_grade(f, &m1, "1001", 0);
	assert_int_equal(results_now(f).one.verified, 1);
	hub_fixture_import(f, 1, "persons.json", tied);
	assert_int_equal(results_now(f).totals.by_status[TI_VERIFIED], 0);
	hub_fixture_import(f, 1, NULL, NULL);
	assert_int_equal(results_now(f).totals.by_status[TI_VERIFIED], 1);
	author_free(&m1);
	hub_fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_feed),
		cmocka_unit_test(grades_are_managers),
		cmocka_unit_test(grades_are_neutral),
		cmocka_unit_test(grades_are_taken_back),
		cmocka_unit_test(rests_and_covers),
		cmocka_unit_test(flags_are_followed),
		cmocka_unit_test(rules_are_data),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hub_results", tests, NULL, NULL);
}
