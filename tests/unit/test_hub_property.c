/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever the order, the batches and the repetitions in which records arrive: the same set, each once, numbers
 * without holes, the same ends of chains; and flags that do not depend on order where they should not. Layer: tests.
 */
#include "tests/unit/hub_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/hub/care.h"

#define AUTHORS 4
#define EACH 30
#define SEEDS 8

static uint64_t random_state;

static unsigned int below(unsigned int n)	/* splitmix64 */
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned int)((z ^ z >> 31) % n);
}

struct world {
	struct hub_fixture *f;
	struct author who[AUTHORS];
	struct buf one[AUTHORS * EACH];		/* a batch of one record each */
	struct digest rid[AUTHORS * EACH];
};

static void write_records(struct world *w)
{
	static const char *const tis[] = { "1001", "1002", "1003", "9001" };
	static const enum record_kind kinds[] = { RECORD_VERDICT, RECORD_COMMENT, RECORD_VERDICT, RECORD_GRADE };

	for (unsigned int i = 0; i < AUTHORS * EACH; i++) {
		struct author *a = &w->who[i % AUTHORS], keep = *a;

		w->f->wall++;	/* no two are the same */
		buf_init(&w->one[i], BATCH_BYTES_MAX);
		w->rid[i] = author_write(&w->one[i], a, w->f, kinds[below(4)], tis[below(4)], 0);
		if (i % 17 == 16 && i < 100) {	/* the laptop was restored: the next one takes the same number */
			keep.n = a->n - 1;
			*a = keep;
		}
	}
}

static void push_shuffled(struct world *w)
{
	unsigned int order[2 * AUTHORS * EACH], n = 0;
	struct batch_reader r;
	struct envelope e;
	struct receipt got;
	struct arena a;
	struct buf b;

	for (unsigned int i = 0; i < 2 * AUTHORS * EACH; i++) {		/* each twice */
		unsigned int at = below(i + 1);

		order[i] = order[at];
		order[at] = i % (AUTHORS * EACH);
	}
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	while (n < 2 * AUTHORS * EACH) {
		batch_begin(&b);
		for (unsigned int k = 1 + below(20); k && n < 2 * AUTHORS * EACH; k--, n++) {
			assert_ok(batch_open(&r, w->one[order[n]].ptr, w->one[order[n]].len));
			assert_ok(batch_next(&e, &r));
			batch_add(&b, &e);
		}
		assert_ok(hub_fixture_push(&got, &a, w->f, &b));
		for (size_t i = 0; i < got.n; i++)
			assert_int_not_equal(got.entries[i].answer, ANSWER_REFUSED);
		if (below(8) == 0) {
			hub_fixture_close(w->f);
			hub_fixture_open(w->f);
		}
	}
	buf_done(&b);
	arena_done(&a);
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

/* The rids of the feed, sorted; asserts that numbers have no holes. Flags that order cannot change, summed. */
static size_t read_set(struct digest *out, size_t max, unsigned int *neutral, struct hub_fixture *f)
{
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size, next = 1;
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	struct envelope env;
	struct digest root;
	struct buf b;
	size_t n = 0;

	buf_init(&b, FEED_PAGE_MAX);
	hub_head(f->e, &size, &root, epoch);
	*neutral = 0;
	do {
		assert_ok(hub_page(&b, f->e, epoch, next - 1, 1 + below(60)));
		assert_ok(page_open(&r, &head, b.ptr, b.len));
		while (page_next(&e, NULL, NULL, &r) == STATUS_OK) {
			assert_int_equal(e.seq, next++);
			if (e.type != FEED_RECORD)
				continue;
			assert_true(n < max);
			assert_ok(feed_record(&env, &e));
			assert_true(envelope_ok(&out[n++], &env));
			*neutral += (e.flags & FLAG_NEUTRALITY) != 0;
		}
	} while (head.more);
	assert_int_equal(next, size + 1);
	buf_done(&b);
	qsort(out, n, sizeof(*out), by_bytes);
	return n;
}

static void check_set(struct world *w, unsigned int *neutral)
{
	struct digest want[AUTHORS * EACH], got[AUTHORS * EACH];
	struct hub_verified v;

	memcpy(want, w->rid, sizeof(want));
	qsort(want, AUTHORS * EACH, sizeof(*want), by_bytes);
	assert_int_equal(read_set(got, AUTHORS * EACH, neutral, w->f), AUTHORS * EACH);
	assert_memory_equal(want, got, sizeof(want));
	assert_ok(hub_verify(&v, w->f->h, NULL, NULL));
}

static void check_chains(struct world *w)
{
	struct have_answer have;

	for (unsigned int i = 0; i < AUTHORS; i++) {
		hub_have(&have, w->f->e, key_id(w->who[i].key), w->who[i].n, &w->who[i].prev);
		assert_int_equal(have.n, w->who[i].n);
		assert_int_equal(have.n_want, 0);
		assert_false(have.fork);
	}
}

static unsigned int one_order(uint64_t seed, uint64_t order)
{
	static const char *const people[AUTHORS] = { "m1", "p1", "l1", "m2" };
	struct world *w = mem_zalloc(sizeof(*w));
	unsigned int neutral;

	random_state = seed;
	w->f = hub_fixture_new(true, 3);
	for (unsigned int i = 0; i < AUTHORS; i++)
		author_new(&w->who[i], w->f, people[i], ROLE_MONITOR | ROLE_LEAD | ROLE_MANAGER, NULL);
	write_records(w);
	random_state = seed * 1000 + order;
	push_shuffled(w);
	check_set(w, &neutral);
	check_chains(w);
	for (unsigned int i = 0; i < AUTHORS * EACH; i++)
		buf_done(&w->one[i]);
	for (unsigned int i = 0; i < AUTHORS; i++)
		author_free(&w->who[i]);
	hub_fixture_free(w->f);
	mem_free(w);
	return neutral;
}

static void any_order_gives_the_same_set(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		unsigned int first = one_order(seed, 1), second = one_order(seed, 2);

		if (first != second)
			print_message("# seed %llu\n", (unsigned long long)seed);
		assert_int_equal(first, second);
		assert_true(first > 0);
	}
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(any_order_gives_the_same_set) };
TEST_MAIN(tests)
