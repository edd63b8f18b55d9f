/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many fight for few TIs, and every answer is written down with the moments before and after it. The history must be
 * that of one register a TI: fences grow with time, nobody holds what another holds, and who is refused is refused
 * because of somebody who could hold it then. Layer: tests.
 */
#include "tests/unit/hub_fixture.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"

#define FIGHTERS 6
#define ROUNDS 120
#define TIS 2

struct deed {
	enum { CLAIM, RELEASE } what;
	unsigned int who, ti;
	uint64_t began, ended;		/* ticks of one counter */
	uint64_t fence;			/* of a refusal: the holder's */
	enum status st;
	char holder[16];		/* of a refusal */
};

struct fighter {
	struct hub_fixture *f;
	struct author a;
	unsigned int number;
	struct deed deeds[2 * ROUNDS];
	unsigned int n;
};

static atomic_uint_fast64_t ticks;
static const char *const names[FIGHTERS] = { "m1", "m2", "m3", "x4", "x5", "x6" };

static void note(struct fighter *w, struct deed *d, const struct hub_call *call, enum status st)
{
	d->st = st;
	d->fence = call->lease.fence;
	snprintf(d->holder, sizeof(d->holder), "%.15s", call->lease.who);
	d->ended = atomic_fetch_add(&ticks, 1);
	w->n++;
}

static void fight(void *data)
{
	struct fighter *w = data;
	struct hub_call call;
	char nonce[16], ti[8];

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct deed *d = &w->deeds[w->n];

		*d = (struct deed){ .what = CLAIM, .who = w->number, .ti = (i * 7 + w->number) % TIS };
		snprintf(ti, sizeof(ti), "%u", 1001 + d->ti);
		snprintf(nonce, sizeof(nonce), "%u-%u", w->number, i);
		hub_call_init(&call, NULL, NULL);
		d->began = atomic_fetch_add(&ticks, 1);
		note(w, d, &call, hub_claim(w->f->e, &call, &w->a.session, ti, 600, nonce));
		hub_call_done(&call);
		if (d->st)
			continue;
		d = &w->deeds[w->n];
		*d = w->deeds[w->n - 1];
		d->what = RELEASE;
		hub_call_init(&call, NULL, NULL);
		d->began = atomic_fetch_add(&ticks, 1);
		note(w, d, &call, hub_claim_release(w->f->e, &call, &w->a.session, ti, d->fence));
		hub_call_done(&call);
	}
}

/* One who holds a TI surely from the answer to the question of release, and possibly a little longer on both sides. */
struct hold { unsigned int who, ti; uint64_t fence, maybe_from, from, to, maybe_to; };

static int by_fence(const void *a, const void *b)
{
	const struct hold *x = a, *y = b;

	return x->ti != y->ti ? (x->ti < y->ti ? -1 : 1) : x->fence < y->fence ? -1 : x->fence > y->fence;
}

static size_t holds_of(struct hold *out, const struct fighter *all)
{
	size_t n = 0;

	for (unsigned int i = 0; i < FIGHTERS; i++)
		for (unsigned int k = 0; k < all[i].n; k++) {
			const struct deed *c = &all[i].deeds[k];

			if (c->what != CLAIM || c->st)
				continue;
			assert_true(k + 1 < all[i].n && c[1].what == RELEASE);
			assert_ok(c[1].st);
			out[n++] = (struct hold){ i, c->ti, c->fence, c->began, c->ended, c[1].began, c[1].ended };
		}
	qsort(out, n, sizeof(*out), by_fence);
	return n;
}

static void check_holds(const struct hold *h, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (h[i].ti != h[i - 1].ti)
			continue;
		assert_true(h[i].fence > h[i - 1].fence);
		/* the later grant was not answered before the earlier was asked for, nor while that one held */
		assert_true(h[i].from > h[i - 1].maybe_from);
		assert_true(h[i].from > h[i - 1].to);
	}
}

static void check_refusals(const struct fighter *all, const struct hold *h, size_t n)
{
	unsigned int refused = 0;

	for (unsigned int i = 0; i < FIGHTERS; i++)
		for (unsigned int k = 0; k < all[i].n; k++) {
			const struct deed *d = &all[i].deeds[k];
			bool explained = false;

			if (d->what != CLAIM || d->st == STATUS_OK)
				continue;
			assert_int_equal(d->st, STATUS_CONFLICT);
			for (size_t j = 0; j < n && !explained; j++)
				explained = h[j].ti == d->ti && h[j].fence == d->fence
					&& strcmp(names[h[j].who], d->holder) == 0 && h[j].who != i
					&& h[j].maybe_from < d->ended && h[j].maybe_to > d->began;
			assert_true(explained);
			refused++;
		}
	assert_true(refused > 0);
}

static void claims_are_one_register_a_ti(void **state)
{
	struct hub_fixture *f = hub_fixture_new(false, TIS);
	struct fighter *all = mem_array(FIGHTERS, sizeof(*all));
	struct hold *h = mem_array(FIGHTERS * ROUNDS, sizeof(*h));
	struct thread *t[FIGHTERS];
	size_t n;

	(void)state;
	for (unsigned int i = 0; i < FIGHTERS; i++) {
		all[i].f = f;
		all[i].number = i;
		author_new(&all[i].a, f, names[i], ROLE_MONITOR, NULL);
	}
	for (unsigned int i = 0; i < FIGHTERS; i++)
		t[i] = thread_start("fighter", fight, &all[i]);
	for (unsigned int i = 0; i < FIGHTERS; i++)
		thread_join(t[i]);
	n = holds_of(h, all);
	assert_true(n > ROUNDS / 2);
	check_holds(h, n);
	check_refusals(all, h, n);
	for (unsigned int i = 0; i < FIGHTERS; i++)
		author_free(&all[i].a);
	mem_free(h);
	mem_free(all);
	hub_fixture_free(f);
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(claims_are_one_register_a_ti) };
TEST_MAIN(tests)
