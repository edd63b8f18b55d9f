/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random small events, changed step by step: after every step each line is as a count by hand over the plain lists says,
 * and as another engine says that got the same facts in another order. SEED=N replays one seed.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/mem.h"
#include "verdict/results/matrix.h"

#define SYSTEMS 6
#define ORGANISATIONS 4
#define ACTORS 3
#define TESTS 5
#define ROLES 3
#define TIS 60
#define LINES_MAX (SYSTEMS * ACTORS * 2)
#define PARTS 4
#define STEPS 60

static uint64_t rng;

static unsigned int chance(unsigned int n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (unsigned int)(rng >> 11) % n;
}

/* ---- the plain lists ---- */

struct plain_role { unsigned int actor, min, wanted; bool option, required; };
struct plain_test { unsigned int peer, n; bool exploratory; struct plain_role roles[ROLES]; };
struct plain_line { unsigned int system, actor; bool option, thorough, withdrawn; };
struct plain_ti { bool here; unsigned int test, n; struct { unsigned int role, system; } parts[PARTS]; enum ti_status status; };
struct plain {
	unsigned int organisation[SYSTEMS], n_lines;
	struct plain_test tests[TESTS];
	struct plain_line lines[LINES_MAX];
	struct plain_ti tis[TIS];
	struct results_rules rules;
};

static const char *const peer_words[] = { "none", "p2p", "workflow" };

static char *name(const char *kind, unsigned int i)
{
	static char text[8][32];
	static unsigned int at;

	at = (at + 1) % 8;
	snprintf(text[at], sizeof(text[at]), "%s%u", kind, i);
	return text[at];
}

/* Half of all are verified, so that partners come twice. */
static enum ti_status any_status(void)
{
	return chance(2) ? TI_VERIFIED : (enum ti_status)chance(TI_STATUS_COUNT);
}

static void make_test(struct plain_test *t)
{
	*t = (struct plain_test) { .peer = chance(3), .exploratory = chance(6) == 0 };
	t->n = t->peer == 0 ? 1 : 2 + chance(ROLES - 1);
	for (unsigned int i = 0; i < t->n; i++)
		t->roles[i] = (struct plain_role) { .actor = chance(ACTORS), .min = chance(5) > 0, .wanted = 1 + chance(3),
			.option = chance(6) == 0, .required = chance(3) > 0 };
}

static void make_ti(struct plain *p, struct plain_ti *ti)
{
	*ti = (struct plain_ti) { .here = true, .test = chance(TESTS), .status = any_status() };
	ti->n = chance(4) ? p->tests[ti->test].n : 1 + chance(PARTS);
	for (unsigned int i = 0; i < ti->n; i++) {
		ti->parts[i].role = i < p->tests[ti->test].n && chance(8) ? i : chance(p->tests[ti->test].n);
		ti->parts[i].system = chance(SYSTEMS);
	}
}

static void make_event(struct plain *p)
{
	memset(p, 0, sizeof(*p));
	p->rules = results_rules_default;
	p->rules.partners = (enum results_partners)chance(3);
	p->rules.supportive = 1 + chance(2);
	for (unsigned int i = 0; i < SYSTEMS; i++)
		p->organisation[i] = chance(ORGANISATIONS);
	for (unsigned int i = 0; i < TESTS; i++)
		make_test(&p->tests[i]);
	for (unsigned int s = 0; s < SYSTEMS; s++)
		for (unsigned int a = 0; a < ACTORS; a++)
			for (unsigned int o = 0; o < 2; o++)
				if (chance(o ? 6 : 2) == 0)
					p->lines[p->n_lines++] = (struct plain_line) { s, a, o, chance(4) > 0, false };
	for (unsigned int i = 0; i < TIS * 3 / 4; i++)
		make_ti(p, &p->tis[i]);
}

/* ---- the count by hand ---- */

struct counted { unsigned int v, w, p, run, f, d, required, optional, expected, counted, no_peer; enum results_enough enough;
	bool exploratory; };

static bool registered(const struct plain *p, unsigned int system, unsigned int actor)
{
	for (unsigned int i = 0; i < p->n_lines; i++)
		if (p->lines[i].system == system && p->lines[i].actor == actor && !p->lines[i].withdrawn)
			return true;
	return false;
}

/* How many could be a partner in that role. */
static unsigned int available(const struct plain *p, const struct plain_test *t, unsigned int role, unsigned int own)
{
	bool seen[ORGANISATIONS] = { false };
	unsigned int n = 0;

	for (unsigned int s = 0; s < SYSTEMS; s++) {
		unsigned int o = p->organisation[s];

		if (!registered(p, s, t->roles[role].actor))
			continue;
		if (t->peer == 1 && o == p->organisation[own])
			continue;
		if (t->peer == 1 && p->rules.partners == PARTNERS_ORGANISATION && seen[o])
			continue;
		seen[o] = true;
		n++;
	}
	return n;
}

static bool plays(const struct plain_ti *ti, unsigned int role, unsigned int system)
{
	for (unsigned int i = 0; i < ti->n; i++)
		if (ti->parts[i].role == role && ti->parts[i].system == system)
			return true;
	return false;
}

/* The partners of `own` in that TI as a text that is the same for the same ones. */
static char *partner_set(const struct plain *p, const struct plain_ti *ti, unsigned int role, unsigned int own)
{
	unsigned int count[ROLES][SYSTEMS] = { { 0 } };
	char *out = mem_strdup(""), *more;

	for (unsigned int i = 0; i < ti->n; i++)
		if (ti->parts[i].role != role || ti->parts[i].system != own)
			count[ti->parts[i].role][p->rules.partners == PARTNERS_ORGANISATION ?
				p->organisation[ti->parts[i].system] : ti->parts[i].system]++;
	for (unsigned int r = 0; r < ROLES; r++)
		for (unsigned int s = 0; s < SYSTEMS; s++) {
			more = mem_printf("%s%u,", out, count[r][s]);
			mem_free(out);
			out = more;
		}
	return out;
}

static unsigned int distinct(const struct plain *p, unsigned int test, unsigned int role, unsigned int own)
{
	char *sets[TIS];
	unsigned int n = 0, i, k;
	bool by_partner = p->tests[test].peer == 1 && p->rules.partners != PARTNERS_INSTANCE;

	for (i = 0; i < TIS; i++) {
		const struct plain_ti *ti = &p->tis[i];
		char *set;

		if (!ti->here || ti->test != test || ti->status != TI_VERIFIED || !plays(ti, role, own))
			continue;
		set = partner_set(p, ti, role, own);
		for (k = 0; by_partner && k < n && strcmp(sets[k], set) != 0; k++)
			;
		if (by_partner && k < n)
			mem_free(set);
		else
			sets[n++] = set;
	}
	for (k = 0; k < n; k++)
		mem_free(sets[k]);
	return n;
}

static unsigned int effective(const struct plain *p, unsigned int test, unsigned int role, unsigned int own)
{
	const struct plain_test *t = &p->tests[test];
	unsigned int wanted = t->roles[role].wanted, sets = 1, got;

	for (unsigned int r = 0; r < t->n; r++) {
		unsigned int n = r == role || t->roles[r].min == 0 ? 1 : available(p, t, r, own);

		if (n == 0)
			sets = 0;
		else if (r != role && t->roles[r].min)
			sets *= t->peer == 1 && p->rules.partners != PARTNERS_INSTANCE ? n : wanted;
	}
	if (sets && t->peer != 1)
		sets = wanted;
	got = distinct(p, test, role, own);
	sets = sets < got ? got : sets;
	return sets < wanted ? sets : wanted;
}

static void count_tis(struct counted *c, const struct plain *p, unsigned int test, unsigned int role, unsigned int own)
{
	for (unsigned int i = 0; i < TIS; i++) {
		const struct plain_ti *ti = &p->tis[i];

		if (!ti->here || ti->test != test || !plays(ti, role, own))
			continue;
		c->v += ti->status == TI_VERIFIED;
		c->w += ti->status == TI_TO_BE_VERIFIED || ti->status == TI_CRITICAL;
		c->p += ti->status == TI_PARTIAL;
		c->run += ti->status == TI_RUNNING || ti->status == TI_PAUSED;
		c->f += ti->status == TI_FAILED;
		c->d += ti->status == TI_DISPUTED;
	}
}

static void count_role(struct counted *c, const struct plain *p, const struct plain_line *l, unsigned int test,
	unsigned int role, unsigned int *peers)
{
	unsigned int want = effective(p, test, role, l->system), got = distinct(p, test, role, l->system);

	count_tis(c, p, test, role, l->system);
	*peers += want > 0;
	if (!p->tests[test].roles[role].required) {
		c->optional++;
		return;
	}
	c->required++;
	c->expected += want;
	c->counted += got < want ? got : want;
	c->no_peer += want == 0;
}

static struct counted count_line(const struct plain *p, const struct plain_line *l)
{
	struct counted c = { 0 };
	unsigned int all = 0, exploratory = 0, peers = 0;

	for (unsigned int t = 0; t < TESTS; t++)
		for (unsigned int r = 0; r < p->tests[t].n; r++) {
			if (p->tests[t].roles[r].actor != l->actor || p->tests[t].roles[r].option != l->option)
				continue;
			all++;
			exploratory += p->tests[t].exploratory;
			if (!p->tests[t].exploratory)
				count_role(&c, p, l, t, r, &peers);
		}
	c.exploratory = all > 0 && all == exploratory;
	if (!l->thorough) {
		c.expected = peers ? p->rules.supportive : 0;
		c.counted = c.v < c.expected ? c.v : c.expected;
		c.no_peer = peers ? 0 : c.required + c.optional;
	}
	if (c.exploratory || (l->thorough ? c.required == 0 : c.required + c.optional == 0))
		c.enough = ENOUGH_UNGRADED;
	else if (c.counted < c.expected)
		c.enough = ENOUGH_NOT;
	else
		c.enough = c.no_peer ? ENOUGH_NO_PEER : ENOUGH_YES;
	return c;
}

/* ---- the engine ---- */

static void feed_reference(struct results *r, const struct plain *p)
{
	const struct results_track tracks[] = { { "T", "T", false }, { "P", "P", true } };
	const struct event e = { .id = "e" };

	results_set_event(r, &e, &p->rules);
	results_add_track(r, &tracks[0]);
	results_add_track(r, &tracks[1]);
	for (unsigned int i = 0; i < ORGANISATIONS; i++)
		results_add_organisation(r, &(struct organisation) { .id = name("o", i) });
	for (unsigned int i = 0; i < SYSTEMS; i++)
		results_add_system(r, &(struct system_info) { .id = name("s", i), .organisation = name("o", p->organisation[i]) });
	for (unsigned int i = 0; i < TESTS; i++) {
		struct test_role roles[ROLES];
		struct test t = { .id = name("t", i), .title = "", .track = p->tests[i].exploratory ? "P" : "T",
			.peer = peer_words[p->tests[i].peer], .roles = roles, .n_roles = p->tests[i].n };

		for (unsigned int k = 0; k < t.n_roles; k++) {
			const struct plain_role *from = &p->tests[i].roles[k];

			roles[k] = (struct test_role) { .label = "l", .profile = "X", .actor = name("a", from->actor),
				.option = from->option ? "OPT" : "", .min = from->min, .wanted = from->wanted,
				.required = from->required };
		}
		results_add_test(r, &t);
	}
	for (unsigned int i = 0; i < p->n_lines; i++)
		results_add_line(r, name("s", p->lines[i].system), "X", name("a", p->lines[i].actor),
			p->lines[i].option ? "OPT" : "-", p->lines[i].thorough);
}

static void feed_ti(struct results *r, const struct plain *p, unsigned int i)
{
	const struct plain_ti *ti = &p->tis[i];
	struct results_participant parts[PARTS];
	struct results_instance in = { .id = name("i", i), .test = name("t", ti->test), .participants = parts,
		.n_participants = ti->n, .status = ti->status, .at = 1 };

	for (unsigned int k = 0; k < ti->n; k++)
		parts[k] = (struct results_participant) { ti->parts[k].role + 1, name("s", ti->parts[k].system) };
	if (ti->here)
		results_set_instance(r, &in);
	else
		results_drop_instance(r, in.id);
}

static const char *line_id(char *out, size_t n, const struct plain_line *l)
{
	snprintf(out, n, "s%u/X/a%u/%s", l->system, l->actor, l->option ? "OPT" : "-");
	return out;
}

static void feed_grade(struct results *r, const struct plain_line *l)
{
	const struct results_grade_record rec = { .counted = true, .who = "m",
		.grade = l->withdrawn ? GRADE_WITHDRAWN : GRADE_AT_RISK };
	char id[64];

	results_set_grades(r, line_id(id, sizeof(id), l), &rec, 1);
}

static void compare(struct results *r, const struct plain *p)
{
	const struct results_line *lines;
	char id[64];
	size_t n;

	lines = results_lines(&n, r);
	assert_int_equal(n, p->n_lines);
	for (unsigned int i = 0; i < p->n_lines; i++) {
		const struct counted c = count_line(p, &p->lines[i]);
		const struct results_line *l = &lines[results_find_line(r, line_id(id, sizeof(id), &p->lines[i]))];

		assert_int_equal(l->verified, c.v);
		assert_int_equal(l->waiting, c.w);
		assert_int_equal(l->partial, c.p);
		assert_int_equal(l->running, c.run);
		assert_int_equal(l->failed, c.f);
		assert_int_equal(l->disputed, c.d);
		assert_int_equal(l->required, c.required);
		assert_int_equal(l->optional, c.optional);
		assert_int_equal(l->expected, c.expected);
		assert_int_equal(l->counted, c.counted);
		assert_int_equal(l->no_peer, c.no_peer);
		assert_int_equal(l->enough, c.enough);
		assert_int_equal(l->exploratory, c.exploratory);
	}
}

/* The same facts in another order, with statuses that came and went. */
static void compare_shuffled(const struct plain *p)
{
	struct results *r = results_new();
	unsigned int order[TIS], i;

	for (i = 0; i < TIS; i++)
		order[i] = i;
	for (i = TIS - 1; i > 0; i--) {
		unsigned int k = chance(i + 1), swap = order[i];

		order[i] = order[k];
		order[k] = swap;
	}
	for (i = 0; i < TIS / 2; i++)	/* before the event itself is known */
		feed_ti(r, p, order[i]);
	for (i = 0; i < p->n_lines; i++)
		if (p->lines[i].withdrawn)
			feed_grade(r, &p->lines[i]);
	feed_reference(r, p);
	for (; i < TIS; i++)
		feed_ti(r, p, order[i % TIS]);
	for (i = 0; i < TIS; i++) {
		feed_ti(r, p, order[i]);
		if (chance(2) && p->tis[order[i]].here) {
			results_set_status(r, name("i", order[i]), (enum ti_status)chance(TI_STATUS_COUNT), 2);
			results_set_status(r, name("i", order[i]), p->tis[order[i]].status, 3);
		}
	}
	compare(r, p);
	results_free(r);
}

/* What a verdict is said to do is what it does; and asking changes nothing. */
static void compare_value(struct results *r, const struct plain *p, unsigned int i)
{
	struct results_value v;
	size_t n;
	const struct results_line *lines = results_lines(&n, r);
	unsigned int was = 0, now = 0, k;
	enum ti_status status = p->tis[i].status;
	bool asked = results_value(&v, r, name("i", i));

	assert_int_equal(asked, p->tis[i].here && (ti_status_waits(status) || status == TI_DISPUTED));
	if (!asked)
		return;
	lines = results_lines(&n, r);
	for (k = 0; k < n; k++)
		was += lines[k].enough == ENOUGH_NOT;
	results_set_status(r, name("i", i), TI_VERIFIED, 5);
	lines = results_lines(&n, r);
	for (k = 0; k < n; k++)
		now += lines[k].enough == ENOUGH_NOT;
	results_set_status(r, name("i", i), status, 6);
	assert_true(v.lines >= was - (now < was ? now : was));
	if (v.beyond)
		assert_int_equal(was, now);
}

static void change(struct results *r, struct plain *p)
{
	unsigned int i = chance(TIS), what = chance(10);
	struct plain_line *l = &p->lines[chance(p->n_lines)];

	if (what < 6 && p->tis[i].here) {
		p->tis[i].status = any_status();
		results_set_status(r, name("i", i), p->tis[i].status, 4);
	} else if (what < 8) {
		make_ti(p, &p->tis[i]);
		feed_ti(r, p, i);
	} else if (what == 8) {
		p->tis[i].here = false;
		feed_ti(r, p, i);
	} else {
		l->withdrawn = !l->withdrawn;
		feed_grade(r, l);
	}
}

static void one_seed(uint64_t seed)
{
	struct plain *p = mem_alloc(sizeof(*p));
	struct results *r = results_new();

	rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	make_event(p);
	feed_reference(r, p);
	for (unsigned int i = 0; i < TIS; i++)
		feed_ti(r, p, i);
	compare(r, p);
	for (unsigned int k = 0; k < STEPS; k++) {
		change(r, p);
		compare(r, p);
		compare_value(r, p, chance(TIS));
		if (k % 20 == 0)
			compare_shuffled(p);
	}
	compare(r, p);
	if (p->n_lines) {	/* reference data anew: TIs and grades stay */
		results_reset(r);
		feed_reference(r, p);
		compare(r, p);
	}
	results_free(r);
	mem_free(p);
}

static void random_events(void **state)
{
	const char *seed = getenv("SEED");

	(void)state;
	if (seed) {
		one_seed(strtoull(seed, NULL, 10));
		return;
	}
	for (uint64_t i = 1; i <= 60; i++) {
		print_message("# seed %llu\n", (unsigned long long)i);
		one_seed(i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_events) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("results_random", tests, NULL, NULL);
}
