/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold: single cases by hand, then properties over random sets of records in random orders. Records are
 * written in a small notation by add(). Layer: tests.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/model/fold.h"

#define MOST 400

struct set {
	struct arena a;
	struct record rec[MOST];
	struct fold_record in[MOST];
	size_t n;
	struct fold_reference ref;
	struct fold_state got;
};

static int set_up(void **state)
{
	struct set *s = test_calloc(1, sizeof(*s));

	arena_init(&s->a);
	s->ref = (struct fold_reference){ .status = TI_TO_BE_VERIFIED, .revision = 3 };
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct set *s = *state;

	arena_done(&s->a);
	test_free(s);
	return 0;
}

static void set_rid(struct digest *d, size_t i)
{
	uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);	/* so that rids are not in the order of time */

	memset(d, 0, sizeof(*d));
	memcpy(d->b, &x, sizeof(x));
}

/* A record by `who` who had seen the records whose numbers are in `seen`, a list ended by -1; its number. */
static size_t add(struct set *s, enum record_kind kind, const char *who, enum outcome outcome, const int *seen)
{
	size_t i = s->n++;
	struct record *r = &s->rec[i];

	assert_true(i < MOST);
	*r = (struct record){ .kind = kind, .who = who, .outcome = outcome, .revision = 3,
		.seen_status = TI_TO_BE_VERIFIED, .hlc = i };
	r->base = arena_array(&s->a, struct digest, MOST);
	for (; seen && *seen >= 0; seen++)
		set_rid(&r->base[r->n_base++], (size_t)*seen);
	s->in[i] = (struct fold_record){ .rec = r, .counted = true };
	set_rid(&s->in[i].rid, i);
	return i;
}
#define SEEN(...) ((const int[]){ __VA_ARGS__, -1 })

static void withdraw(struct set *s, const char *who, size_t which)
{
	size_t i = add(s, RECORD_WITHDRAWAL, who, OUTCOME_NONE, NULL);

	s->rec[i].has_of = true;
	set_rid(&s->rec[i].of, which);
}

static const struct fold_state *run(struct set *s)
{
	fold(&s->got, &s->a, &s->ref, s->in, s->n);
	return &s->got;
}

static bool is_leaf(const struct set *s, size_t i)
{
	struct digest rid;

	set_rid(&rid, i);
	for (size_t k = 0; k < s->got.n_leaves; k++)
		if (digest_equal(&s->got.leaves[k], &rid))
			return true;
	return false;
}

static void assert_status(struct set *s, enum ti_status want)
{
	run(s);
	assert_string_equal(ti_status_name(s->got.status), ti_status_name(want));
	assert_int_equal(s->got.disputed, want == TI_DISPUTED);
}

static void test_nothing(void **state)
{
	struct set *s = *state;

	s->ref.status = TI_PAUSED;
	assert_status(s, TI_PAUSED);
	assert_int_equal(s->got.n_leaves, 0);
	assert_int_equal(s->got.outcome, OUTCOME_NONE);
	assert_null(s->got.deciding);
	add(s, RECORD_COMMENT, "ann", OUTCOME_FAILED, NULL);
	add(s, RECORD_CLAIM, "ann", OUTCOME_FAILED, NULL);
	add(s, RECORD_VERDICT, "ann", OUTCOME_NONE, NULL);
	assert_status(s, TI_PAUSED);
}

static void test_one_and_its_correction(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_PARTIAL, NULL);
	assert_status(s, TI_PARTIAL);
	assert_int_equal(s->got.confirmed_by, 1);
	add(s, RECORD_VERDICT, "bob", OUTCOME_VERIFIED, SEEN(0));
	assert_status(s, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, 1);
	assert_int_equal(s->got.confirmed_by, 1);
	assert_ptr_equal(s->got.deciding, &s->in[1]);
}

static void test_agreeing_leaves_confirm(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_VERIFIED, NULL);
	assert_status(s, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, 3);
	assert_int_equal(s->got.confirmed_by, 2);
	assert_ptr_equal(s->got.deciding, &s->in[2]);
	for (size_t i = 1; i < s->got.n_leaves; i++)
		assert_true(memcmp(&s->got.leaves[i - 1], &s->got.leaves[i], 32) < 0);
}

static void test_dispute_and_resolution(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	assert_status(s, TI_DISPUTED);
	assert_int_equal(s->got.outcome, OUTCOME_NONE);
	assert_null(s->got.deciding);
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(0, 1));
	assert_status(s, TI_FAILED);
	assert_true(is_leaf(s, 2));
	add(s, RECORD_VERDICT, "cem", OUTCOME_FAILED, NULL);	/* agrees, and was not known */
	assert_status(s, TI_DISPUTED);
	assert_int_equal(s->got.n_leaves, 4);
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_VERIFIED, SEEN(0, 1, 2, 3));
	assert_status(s, TI_VERIFIED);
	add(s, RECORD_VERDICT, "dee", OUTCOME_FAILED, SEEN(4));
	assert_status(s, TI_FAILED);
}

static void test_plain_verdict_closes_no_dispute(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	add(s, RECORD_VERDICT, "cem", OUTCOME_FAILED, SEEN(0, 1));
	assert_status(s, TI_DISPUTED);
	assert_int_equal(s->got.n_leaves, 3);
	add(s, RECORD_VERDICT, "ann", OUTCOME_FAILED, SEEN(0, 1, 2));	/* ann changes her own mind */
	assert_status(s, TI_FAILED);
	assert_false(is_leaf(s, 0));
	assert_int_equal(s->got.confirmed_by, 3);
}

static void test_resolution_needs_all_and_a_neutral_hand(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	add(s, RECORD_RESOLUTION, "bob", OUTCOME_FAILED, SEEN(0, 1));
	assert_status(s, TI_DISPUTED);
	assert_int_equal(s->got.n_leaves, 2);
	assert_false(is_leaf(s, 2));
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(0));
	assert_status(s, TI_DISPUTED);
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(0, 1, 2, 3));
	assert_status(s, TI_FAILED);
}

static void test_two_resolutions(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(0, 1));
	add(s, RECORD_RESOLUTION, "max", OUTCOME_VERIFIED, SEEN(0, 1));
	assert_status(s, TI_DISPUTED);
	assert_true(is_leaf(s, 2) && is_leaf(s, 3));
	s->rec[3].outcome = OUTCOME_FAILED;
	assert_status(s, TI_FAILED);
	assert_int_equal(s->got.confirmed_by, 2);
}

static void test_withdrawal(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	withdraw(s, "ann", 1);		/* not hers */
	assert_status(s, TI_DISPUTED);
	withdraw(s, "bob", 1);
	assert_status(s, TI_VERIFIED);
	add(s, RECORD_VERDICT, "bob", OUTCOME_PARTIAL, SEEN(0, 1));
	assert_status(s, TI_PARTIAL);
	withdraw(s, "bob", 4);		/* what it superseded stays so: back to the participants' status */
	assert_status(s, TI_TO_BE_VERIFIED);
	assert_int_equal(s->got.n_leaves, 0);
}

static void test_withdrawn_resolution_reopens(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "bob", OUTCOME_FAILED, NULL);
	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(0, 1));
	withdraw(s, "lea", 2);
	assert_status(s, TI_DISPUTED);
}

static void reissue(struct set *s, const char *who, size_t which)
{
	size_t i = add(s, RECORD_REISSUE, who, OUTCOME_NONE, NULL);

	s->rec[i].has_of = true;
	set_rid(&s->rec[i].of, which);
}

static void test_reissue(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	reissue(s, "ann", 0);
	assert_status(s, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, 1);	/* one and not two */
	assert_int_equal(s->got.confirmed_by, 1);
	s->in[0].counted = false;
	assert_status(s, TI_TO_BE_VERIFIED);	/* for another reason than its key: stays out */
	s->in[0].revoked = true;
	assert_status(s, TI_VERIFIED);
	s->in[1].counted = false;		/* the new key is revoked too */
	assert_status(s, TI_TO_BE_VERIFIED);
	reissue(s, "bob", 0);			/* not his */
	assert_status(s, TI_TO_BE_VERIFIED);
	reissue(s, "ann", 0);
	reissue(s, "ann", 0);
	assert_status(s, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, 1);
}

static void test_not_counted(void **state)
{
	struct set *s = *state;

	add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);
	add(s, RECORD_VERDICT, "own", OUTCOME_FAILED, SEEN(0));
	s->in[1].counted = false;
	assert_status(s, TI_VERIFIED);
	assert_true(is_leaf(s, 0));
	add(s, RECORD_VERDICT, "bob", OUTCOME_PARTIAL, SEEN(1));	/* saw ann's through it */
	assert_status(s, TI_PARTIAL);
	assert_int_equal(s->got.n_leaves, 1);
	s->in[3] = s->in[2];		/* the same rid, once not counted: not counted */
	s->in[3].counted = false;
	s->n = 4;
	assert_status(s, TI_VERIFIED);
}

static void test_stale(void **state)
{
	struct digest now[2] = { { { 1 } }, { { 2 } } };
	struct record_looked looked = { .sha256 = { { 2 } } };
	struct set *s = *state;
	size_t i = add(s, RECORD_VERDICT, "ann", OUTCOME_VERIFIED, NULL);

	s->rec[i].looked = &looked;
	s->rec[i].n_looked = 1;
	s->ref.evidence = now;
	s->ref.n_evidence = 2;
	assert_false(run(s)->stale);
	s->ref.revision = 4;
	assert_true(run(s)->stale);
	assert_int_equal(s->got.status, TI_VERIFIED);
	s->ref.revision = 3;
	s->ref.status = TI_CRITICAL;
	assert_true(run(s)->stale);
	s->ref.status = TI_TO_BE_VERIFIED;
	s->ref.n_evidence = 1;
	assert_true(run(s)->stale);
	s->ref.status = TI_ABORTED;
	assert_false(run(s)->stale);
	assert_int_equal(s->got.status, TI_ABORTED);
}

static void test_unknown_base(void **state)
{
	struct set *s = *state;

	add(s, RECORD_RESOLUTION, "lea", OUTCOME_FAILED, SEEN(200, 201));
	assert_status(s, TI_FAILED);
	add(s, RECORD_VERDICT, "bob", OUTCOME_VERIFIED, SEEN(300));
	assert_status(s, TI_DISPUTED);	/* whatever was behind them */
	s->rec[1].outcome = OUTCOME_FAILED;
	assert_status(s, TI_FAILED);
}

/* Properties. */

static unsigned int pick(unsigned int *seed, unsigned int limit)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 8) % limit;
}

static const char *const persons[] = { "ann", "bob", "cem", "dee", "eli" };

/* What was written by number `i`, seen by somebody who pulled some of it: closed under "behind". */
static void random_record(struct set *s, unsigned int *seed)
{
	static const enum outcome outcomes[] = { OUTCOME_VERIFIED, OUTCOME_PARTIAL, OUTCOME_FAILED };
	const char *who = persons[pick(seed, 5)];
	unsigned int dice = pick(seed, 10);
	int seen[65], n = 0;

	for (size_t k = 0; k < s->n && n < 64; k++)
		if (pick(seed, 3) > 0)
			seen[n++] = (int)k;
	seen[n] = -1;
	if (dice == 0 && s->n > 0)
		withdraw(s, who, pick(seed, (unsigned int)s->n));
	else if (dice == 9 && s->n > 0)
		reissue(s, who, pick(seed, (unsigned int)s->n));
	else
		add(s, dice < 3 ? RECORD_RESOLUTION : RECORD_VERDICT, who, outcomes[pick(seed, 3)], seen);
	s->in[s->n - 1].counted = pick(seed, 12) > 0;
	s->in[s->n - 1].revoked = !s->in[s->n - 1].counted && pick(seed, 2) > 0;
}

static void random_set(struct set *s, unsigned int *seed, size_t n)
{
	arena_reset(&s->a);
	s->n = 0;
	while (s->n < n)
		random_record(s, seed);
}

static void assert_same(const struct fold_state *a, const struct fold_state *b)
{
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->outcome, b->outcome);
	assert_int_equal(a->disputed, b->disputed);
	assert_int_equal(a->stale, b->stale);
	assert_int_equal(a->confirmed_by, b->confirmed_by);
	assert_int_equal(a->n_leaves, b->n_leaves);
	assert_memory_equal(a->leaves, b->leaves, a->n_leaves * sizeof(*a->leaves));
	assert_int_equal(!a->deciding, !b->deciding);
	if (a->deciding)
		assert_true(digest_equal(&a->deciding->rid, &b->deciding->rid));
}

/* The same records in another order, some of them twice or three times. */
static size_t shuffle(struct fold_record *out, const struct set *s, unsigned int *seed)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		for (unsigned int times = 1 + pick(seed, 3); times > 0; times--)
			out[n++] = s->in[i];
	for (size_t i = n; i > 1; i--) {
		size_t k = pick(seed, (unsigned int)i);
		struct fold_record t = out[i - 1];

		out[i - 1] = out[k];
		out[k] = t;
	}
	return n;
}

static void test_order_never_matters(void **state)
{
	struct set *s = *state;
	struct fold_record mixed[3 * 40];
	unsigned int seed = 7, disputes = 0;

	for (int round = 0; round < 1500; round++) {
		random_set(s, &seed, 1 + pick(&seed, 14));
		s->ref.revision = 3 + pick(&seed, 2);
		disputes += run(s)->disputed;
		for (int again = 0; again < 4; again++) {
			struct fold_state other;

			fold(&other, &s->a, &s->ref, mixed, shuffle(mixed, s, &seed));
			assert_same(&s->got, &other);
		}
	}
	assert_true(disputes > 200 && disputes < 1300);	/* the sets were worth looking at */
}

/* Persons who saw nothing of each other: disputed exactly where they differ. */
static void test_every_dispute_surfaces(void **state)
{
	struct set *s = *state;
	unsigned int seed = 11;

	for (int round = 0; round < 500; round++) {
		size_t n = 1 + pick(&seed, 5);
		bool differ = false;

		arena_reset(&s->a);
		s->n = 0;
		for (size_t i = 0; i < n; i++) {
			add(s, RECORD_VERDICT, persons[i], OUTCOME_VERIFIED + pick(&seed, 3), NULL);
			differ |= s->rec[i].outcome != s->rec[0].outcome;
		}
		assert_int_equal(run(s)->disputed, differ);
		assert_int_equal(s->got.n_leaves, n);
		assert_int_equal(s->got.confirmed_by, differ ? 0 : n);
	}
}

static size_t add_seeing_all(struct set *s, enum record_kind kind, const char *who, enum outcome outcome)
{
	int seen[MOST], n = 0;

	for (size_t i = 0; i < s->n; i++)
		seen[n++] = (int)i;
	seen[n] = -1;
	return add(s, kind, who, outcome, seen);
}

/* From any dispute: a newcomer's verdict keeps it open, a lead closes it, an unseen verdict opens it again. */
static void test_life_of_a_dispute(void **state)
{
	struct set *s = *state;
	unsigned int seed = 23, met = 0;

	for (int round = 0; round < 800; round++) {
		random_set(s, &seed, 2 + pick(&seed, 12));
		if (!run(s)->disputed)
			continue;
		met++;
		add_seeing_all(s, RECORD_VERDICT, "new", OUTCOME_VERIFIED);
		assert_true(run(s)->disputed);
		add_seeing_all(s, RECORD_RESOLUTION, "lea", OUTCOME_PARTIAL);
		assert_int_equal(run(s)->status, TI_PARTIAL);
		assert_int_equal(s->got.n_leaves, 1);
		add(s, RECORD_VERDICT, "late", OUTCOME_VERIFIED + pick(&seed, 3), SEEN(0));
		assert_true(run(s)->disputed);
		assert_true(is_leaf(s, s->n - 1));
	}
	assert_true(met > 100);
}

static void test_hundreds(void **state)
{
	struct set *s = *state;

	for (int i = 0; i < MOST; i++)	/* a long chain, and every tenth on its own */
		add(s, RECORD_VERDICT, persons[i % 5], OUTCOME_VERIFIED,
			i % 10 ? SEEN(i - 1) : NULL);
	assert_status(s, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, MOST / 10);
	s->rec[MOST - 1].outcome = OUTCOME_FAILED;
	assert_status(s, TI_DISPUTED);
}

/* A program that grades one TI over and over, or somebody who wants all consoles to reckon: a chain of edits as long as this. */
static void test_thousands_of_edits(void **state)
{
	enum { LONG = 10000 };
	struct set *s = *state;
	struct record *rec = arena_array(&s->a, struct record, LONG);
	struct fold_record *in = arena_array(&s->a, struct fold_record, LONG);

	for (size_t i = 0; i < LONG; i++) {
		rec[i] = (struct record){ .kind = RECORD_VERDICT, .who = "m", .revision = 3, .seen_status = TI_TO_BE_VERIFIED,
			.outcome = i % 2 ? OUTCOME_VERIFIED : OUTCOME_FAILED, .hlc = i, .n_base = i > 0 };
		rec[i].base = i ? &in[i - 1].rid : NULL;
		in[i] = (struct fold_record){ .rec = &rec[i], .counted = true };
		set_rid(&in[i].rid, i);
	}
	fold(&s->got, &s->a, &s->ref, in, LONG);
	assert_int_equal(s->got.status, TI_VERIFIED);
	assert_int_equal(s->got.n_leaves, 1);
	assert_memory_equal(&s->got.leaves[0], &in[LONG - 1].rid, sizeof(struct digest));
	assert_false(s->got.disputed);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(test_nothing),
	CASE(test_one_and_its_correction),
	CASE(test_agreeing_leaves_confirm),
	CASE(test_dispute_and_resolution),
	CASE(test_plain_verdict_closes_no_dispute),
	CASE(test_resolution_needs_all_and_a_neutral_hand),
	CASE(test_two_resolutions),
	CASE(test_withdrawal),
	CASE(test_withdrawn_resolution_reopens),
	CASE(test_reissue),
	CASE(test_not_counted),
	CASE(test_stale),
	CASE(test_unknown_base),
	CASE(test_order_never_matters),
	CASE(test_every_dispute_surfaces),
	CASE(test_life_of_a_dispute),
	CASE(test_hundreds),
	CASE(test_thousands_of_edits),
};
TEST_MAIN(tests)
