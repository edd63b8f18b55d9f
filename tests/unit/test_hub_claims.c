/* SPDX-License-Identifier: Apache-2.0 */
/* Claims: one holder at a time, fences that only grow, whatever the clocks do. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include "test.h"
#include "verdict/base/mem.h"

struct desk {
	struct hub_fixture *f;
	struct author m1, m2, l1, p1;
	struct hub_call call;
};

static int set_up(void **state)
{
	struct desk *d = mem_zalloc(sizeof(*d));

	d->f = hub_fixture_new(true, 4);
	author_new(&d->m1, d->f, "m1", ROLE_MONITOR, NULL);
	author_new(&d->m2, d->f, "m2", ROLE_MONITOR, NULL);
	author_new(&d->l1, d->f, "l1", ROLE_LEAD, NULL);
	author_new(&d->p1, d->f, "p1", ROLE_MONITOR, NULL);
	hub_call_init(&d->call, NULL, NULL);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	hub_call_done(&d->call);
	author_free(&d->m1);
	author_free(&d->m2);
	author_free(&d->l1);
	author_free(&d->p1);
	hub_fixture_free(d->f);
	mem_free(d);
	return 0;
}

static enum status claim(struct desk *d, struct author *who, const char *ti, const char *nonce)
{
	return hub_claim(d->f->e, &d->call, &who->session, ti, 600, nonce);
}

/* Fault 29. */
static void one_holder(void **state)
{
	struct desk *d = *state;
	uint64_t fence, size;

	assert_ok(claim(d, &d->m1, "1001", "n1"));
	fence = d->call.lease.fence;
	assert_int_equal(d->call.lease.ttl_s, 600);
	size = hub_size(d->f);
	assert_ok(claim(d, &d->m1, "1001", "n1"));	/* the answer was lost */
	assert_int_equal(d->call.lease.fence, fence);
	assert_int_equal(hub_size(d->f), size);
	d->f->wall += 5000;
	d->f->mono += 5000;
	assert_int_equal(claim(d, &d->m2, "1001", "n2"), STATUS_CONFLICT);
	assert_string_equal(d->call.lease.who, "m1");
	assert_int_equal(d->call.lease.ttl_s, 595);
	assert_int_equal(d->call.lease.since_s, 5);
	assert_int_equal(hub_size(d->f), size);
	assert_ok(claim(d, &d->m2, "1002", "n2"));
	assert_int_equal(claim(d, &d->m2, "9999", "n2"), STATUS_NOT_FOUND);
	assert_int_equal(claim(d, &d->p1, "1003", "n3"), STATUS_DENIED);	/* O1 takes part */
	assert_int_equal(hub_claim(d->f->e, &d->call, &d->m1.session, "1003", 99999, "x"), STATUS_OK);
	assert_int_equal(d->call.lease.ttl_s, HUB_LEASE_MAX_S);
}

static void renew_release_hold_force(void **state)
{
	struct desk *d = *state;
	struct hub_event *e = d->f->e;
	uint64_t fence;

	assert_ok(claim(d, &d->m1, "1001", "n1"));
	fence = d->call.lease.fence;
	d->f->mono += 500000;
	assert_ok(hub_claim_renew(e, &d->call, &d->m1.session, "1001", fence, 600));
	assert_int_equal(d->call.lease.ttl_s, 600);
	assert_int_equal(hub_claim_renew(e, &d->call, &d->m1.session, "1001", fence + 1, 600), STATUS_NOT_FOUND);
	assert_int_equal(hub_claim_renew(e, &d->call, &d->m2.session, "1001", fence, 600), STATUS_CONFLICT);
	assert_ok(hub_claim_hold(e, &d->call, &d->m1.session, "1001", fence, 9));
	assert_int_equal(d->call.lease.ttl_s, HUB_HOLD_MAX_H * 3600);
	assert_int_equal(hub_claim_force(e, &d->call, &d->m2.session, "1001", "why"), STATUS_DENIED);
	assert_int_equal(hub_claim_force(e, &d->call, &d->l1.session, "1001", ""), STATUS_INVALID);
	assert_ok(hub_claim_force(e, &d->call, &d->l1.session, "1001", "gone home"));
	assert_int_equal(hub_claim_force(e, &d->call, &d->l1.session, "1001", "again"), STATUS_NOT_FOUND);
	assert_int_equal(hub_claim_renew(e, &d->call, &d->m1.session, "1001", fence, 600), STATUS_NOT_FOUND);
	assert_ok(claim(d, &d->m2, "1001", "n2"));
	assert_true(d->call.lease.fence > fence);
	fence = d->call.lease.fence;
	assert_int_equal(hub_claim_release(e, &d->call, &d->m1.session, "1001", fence), STATUS_CONFLICT);
	assert_ok(hub_claim_release(e, &d->call, &d->m2.session, "1001", fence));
	assert_int_equal(d->call.lease.ttl_s, 0);
	assert_ok(hub_claim_release(e, &d->call, &d->m2.session, "1001", fence));
	assert_ok(claim(d, &d->m1, "1001", "n3"));
}

/* Fault 28: the holder vanishes, another takes over, the first one's verdict is late. */
static void a_lease_ends_by_itself(void **state)
{
	struct desk *d = *state;
	uint64_t first, second;

	assert_ok(claim(d, &d->m1, "1001", "n1"));
	first = d->call.lease.fence;
	d->f->mono += 599999;
	assert_int_equal(claim(d, &d->m2, "1001", "n2"), STATUS_CONFLICT);
	d->f->mono += 1;
	assert_ok(claim(d, &d->m2, "1001", "n2"));
	second = d->call.lease.fence;
	assert_true(second > first);
	assert_int_equal(hub_fixture_grade(d->f, &d->m1, "1001", first).flags, FLAG_LATE);
	assert_int_equal(hub_fixture_grade(d->f, &d->m2, "1001", second).flags, 0);
	assert_int_equal(hub_fixture_grade(d->f, &d->m1, "1001", 0).flags, FLAG_LATE);	/* while m2 holds it */
	d->f->wall += 4 * MINUTE;
	assert_int_equal(hub_fixture_grade(d->f, &d->m1, "1002", 0).flags, 0);
	assert_ok(hub_claim_release(d->f->e, &d->call, &d->m2.session, "1001", second));
	assert_int_equal(hub_fixture_grade(d->f, &d->m1, "1001", 0).flags, 0);
}

static void own_claims_in_a_row_are_one(void **state)
{
	struct desk *d = *state;
	uint64_t first;

	assert_ok(claim(d, &d->m1, "1001", "n1"));
	first = d->call.lease.fence;
	d->f->mono += 700000;
	assert_ok(claim(d, &d->m1, "1001", "n2"));
	assert_true(d->call.lease.fence > first);
	assert_int_equal(hub_fixture_grade(d->f, &d->m1, "1001", first).flags, 0);
	assert_int_equal(hub_fixture_grade(d->f, &d->m2, "1001", first).flags, FLAG_LATE);
}

/* Fault 31: the wall clock of the hub steps back a day, and it is restarted. */
static void fences_grow_whatever_the_clock(void **state)
{
	struct desk *d = *state;
	uint64_t last = 0;

	for (int i = 0; i < 8; i++) {
		assert_ok(claim(d, i % 2 ? &d->m1 : &d->m2, "1001", "n"));
		assert_true(d->call.lease.fence > last);
		last = d->call.lease.fence;
		d->f->wall -= 86400000;
		if (i % 3 == 0) {
			d->f->mono = 5000;	/* another boot */
			hub_fixture_close(d->f);
			hub_fixture_open(d->f);
			/* what was left of the lease is still left, not more */
			assert_int_equal(claim(d, i % 2 ? &d->m2 : &d->m1, "1001", "n"), STATUS_CONFLICT);
			assert_true(d->call.lease.ttl_s <= HUB_HOLD_MAX_H * 3600);
			d->f->mono += HUB_HOLD_MAX_H * INT64_C(3600000);
		}
		d->f->mono += 600000;
	}
}

static void claims_are_in_the_feed(void **state)
{
	struct desk *d = *state;
	uint8_t epoch[EPOCH_BYTES];
	struct page_reader r;
	struct page_head head;
	struct feed_claim c;
	struct feed_entry e;
	struct digest root;
	struct arena a;
	struct buf b;
	uint64_t size;

	assert_ok(claim(d, &d->m1, "1001", "n1"));
	hub_head(d->f->e, &size, &root, epoch);
	assert_ok(hub_claim_force(d->f->e, &d->call, &d->l1.session, "1001", "gone home"));
	arena_init(&a);
	buf_init(&b, FEED_PAGE_MAX);
	assert_ok(hub_page(&b, d->f->e, epoch, size - 1, 0));
	assert_ok(page_open(&r, &head, b.ptr, b.len));
	assert_ok(page_next(&e, NULL, NULL, &r));
	assert_int_equal(e.type, FEED_CLAIM);
	assert_ok(feed_claim_parse(&c, &a, e.body, e.len));
	assert_true(c.state == LEASE_HELD && c.ttl_s == 600 && c.at == d->f->wall);
	assert_string_equal(c.who, "m1");
	assert_ok(page_next(&e, NULL, NULL, &r));
	assert_ok(feed_claim_parse(&c, &a, e.body, e.len));
	assert_true(c.state == LEASE_FORCED && c.ttl_s == 0);
	assert_string_equal(c.who, "l1");
	assert_string_equal(c.why, "gone home");
	buf_done(&b);
	arena_done(&a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(one_holder),
	CASE(renew_release_hold_force),
	CASE(a_lease_ends_by_itself),
	CASE(own_claims_in_a_row_are_one),
	CASE(fences_grow_whatever_the_clock),
	CASE(claims_are_in_the_feed),
};
TEST_MAIN(tests)
