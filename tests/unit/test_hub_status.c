/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator is told of an event. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <string.h>
#include "test.h"
#include "verdict/hub/status.h"

static const struct hub_replica_row *row_of(const struct hub_event_status *s, const char *person)
{
	for (size_t i = 0; i < s->n_replicas; i++)
		if (s->replicas[i].person && strcmp(s->replicas[i].person, person) == 0)
			return &s->replicas[i];
	fail_msg("no replica of %s", person);
	return NULL;
}

static void look(struct hub_event_status *s, struct arena *a, struct hub_fixture *f, size_t rows)
{
	arena_done(a);
	arena_init(a);
	assert_ok(hub_event_status(s, a, f->e, rows));
	assert_int_equal(s->entries, hub_size(f));
}

static void an_event_without_anybody(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct hub_event_status s;
	struct arena a;

	(void)state;
	arena_init(&a);
	look(&s, &a, f, 5);
	assert_string_equal(s.id, "ev");
	assert_true(s.instances == 2 && s.records == 0 && s.n_replicas == 0 && s.n_claims == 0 && s.n_disputes == 0);
	assert_true(s.codes == 0 && s.sessions == 0 && s.n_refused == 0 && s.n_flagged_rows == 0);
	arena_done(&a);
	hub_fixture_free(f);
}

static void who_takes_part(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct hub_invitation i = { .person = "m3", .roles = ROLE_MONITOR };
	const struct hub_replica_row *r;
	struct hub_event_status s;
	struct author m1, l1;
	struct hub_session got;
	struct hub_call call;
	struct arena a;

	(void)state;
	arena_init(&a);
	hub_call_init(&call, NULL, NULL);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	f->wall += MINUTE;
	author_new(&l1, f, "l1", ROLE_LEAD | ROLE_MONITOR, NULL);
	assert_ok(hub_enrol_new(f->e, &call, &i));
	look(&s, &a, f, 5);
	assert_true(s.n_replicas == 2 && s.codes == 3 && s.codes_unused == 1 && s.sessions == 2);
	assert_string_equal(s.replicas[0].person, "l1");	/* seen last */
	assert_string_equal(s.replicas[1].name, "Name of m1");
	assert_int_equal(s.replicas[0].roles, ROLE_LEAD | ROLE_MONITOR);
	assert_int_equal(s.replicas[1].seen, HUB_NOW);
	assert_true(!s.replicas[0].revoked && s.replicas[0].n == 0 && s.replicas[0].to > s.replicas[0].from);
	f->wall += MINUTE;
	assert_ok(hub_session_find(&got, f->e, m1.token));
	hub_fixture_grade(f, &m1, "1001", 0);
	assert_ok(hub_revoke(f->e, &call, "l1", "lost", ""));
	f->wall += 25 * 60 * MINUTE;	/* the code is over, and sessions too */
	look(&s, &a, f, 5);
	assert_true(s.codes_unused == 0 && s.sessions == 0);
	r = row_of(&s, "m1");
	assert_ptr_equal(r, &s.replicas[0]);
	assert_int_equal(r->seen, HUB_NOW + 2 * MINUTE);
	assert_true(r->n == 1 && r->records == 1 && r->flagged == 0 && !r->revoked);
	assert_true(row_of(&s, "l1")->revoked);
	hub_fixture_close(f);
	hub_fixture_open(f);		/* then the last session's begin is known */
	look(&s, &a, f, 5);
	assert_int_equal(row_of(&s, "m1")->seen, HUB_NOW);
	hub_call_done(&call);
	author_free(&m1);
	author_free(&l1);
	arena_done(&a);
	hub_fixture_free(f);
}

static void what_is_marked_and_why(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 3);
	struct author m1, p1, stranger = { .person = "m2" };
	struct hub_event_status s;
	struct receipt r;
	struct arena a, b;
	struct buf batch;

	(void)state;
	arena_init(&a);
	arena_init(&b);
	buf_init(&batch, BATCH_BYTES_MAX);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&p1, f, "p1", ROLE_MONITOR, NULL);
	assert_ok(key_new(&stranger.key));
	hub_fixture_grade(f, &m1, "1001", 0);
	hub_fixture_grade(f, &p1, "1001", 0);	/* neutrality */
	m1.n = 0;				/* its chain begins again: a fork */
	hub_fixture_grade(f, &m1, "1002", 0);
	author_write(&batch, &stranger, f, RECORD_VERDICT, "1003", 0);
	author_write(&batch, &stranger, f, RECORD_COMMENT, "1003", 0);
	assert_ok(hub_fixture_push(&r, &b, f, &batch));
	look(&s, &a, f, 5);
	assert_true(s.records == 3 && s.flagged == 2 && s.forks == 1 && s.n_flagged_rows == 2);
	assert_int_equal(s.flagged_rows[0].flags, FLAG_FORK);
	assert_string_equal(s.flagged_rows[0].ti, "1002");
	assert_string_equal(s.flagged_rows[0].person, "m1");
	assert_int_equal(s.flagged_rows[1].flags, FLAG_NEUTRALITY);
	assert_string_equal(s.flagged_rows[1].kind, "verdict");
	assert_true(row_of(&s, "m1")->forks == 1 && row_of(&s, "p1")->flagged == 1);
	assert_int_equal(s.n_refused, 2);
	assert_string_equal(s.refused[0].kind, "comment");	/* the newest */
	assert_string_equal(s.refused[1].why, "no certificate for its key in this event");
	assert_string_equal(s.refused[1].person, "m2");
	assert_string_equal(s.refused[1].ti, "1003");
	look(&s, &a, f, 1);
	assert_true(s.flagged == 2 && s.n_flagged_rows == 1 && s.flagged_rows[0].flags == FLAG_FORK);
	look(&s, &a, f, 0);
	assert_true(s.flagged == 2 && s.n_flagged_rows == 0);
	buf_done(&batch);
	author_free(&m1);
	author_free(&p1);
	author_free(&stranger);
	arena_done(&a);
	arena_done(&b);
	hub_fixture_free(f);
}

static void disagree(struct hub_fixture *f, struct author *who, const char *ti, enum outcome outcome)
{
	struct record rec = { .kind = RECORD_VERDICT, .kind_name = "verdict", .ti = ti, .outcome = outcome,
		.text = "because", .seen_status = TI_TO_BE_VERIFIED, .revision = 1 };
	struct receipt r;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_sign(&b, who, f, &rec);
	assert_ok(hub_fixture_push(&r, &a, f, &b));
	buf_done(&b);
	arena_done(&a);
}

static void what_waits_for_people(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 4);
	struct hub_event_status s;
	struct author m1, m2, p1;
	struct hub_call call;
	struct arena a;

	(void)state;
	arena_init(&a);
	hub_call_init(&call, NULL, NULL);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&m2, f, "m2", ROLE_MONITOR, NULL);
	author_new(&p1, f, "p1", ROLE_MONITOR, NULL);
	disagree(f, &m1, "1003", OUTCOME_VERIFIED);
	disagree(f, &m2, "1003", OUTCOME_FAILED);	/* a dispute */
	disagree(f, &m1, "1002", OUTCOME_VERIFIED);
	disagree(f, &m2, "1002", OUTCOME_VERIFIED);	/* both agree */
	disagree(f, &m1, "1001", OUTCOME_FAILED);
	disagree(f, &p1, "1001", OUTCOME_VERIFIED);	/* not counted */
	disagree(f, &m1, "77", OUTCOME_FAILED);
	disagree(f, &m2, "77", OUTCOME_PARTIAL);	/* on a TI that is not here yet */
	assert_ok(hub_claim(f->e, &call, &m1.session, "1004", 600, ""));
	f->mono += 1000;
	assert_ok(hub_claim(f->e, &call, &m2.session, "1003", 60, ""));
	look(&s, &a, f, 5);
	assert_int_equal(s.n_disputes, 2);
	assert_string_equal(s.disputes[0], "1003");
	assert_string_equal(s.disputes[1], "77");
	assert_int_equal(s.n_claims, 2);
	assert_string_equal(s.claims[0].ti, "1003");
	assert_string_equal(s.claims[1].who, "m1");
	assert_int_equal(s.claims[1].ttl_s, 599);
	f->mono += 60000;
	look(&s, &a, f, 5);
	assert_int_equal(s.n_claims, 1);
	hub_call_done(&call);
	author_free(&m1);
	author_free(&m2);
	author_free(&p1);
	arena_done(&a);
	hub_fixture_free(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_event_without_anybody),
	cmocka_unit_test(who_takes_part),
	cmocka_unit_test(what_is_marked_and_why),
	cmocka_unit_test(what_waits_for_people),
};
TEST_MAIN(tests)
