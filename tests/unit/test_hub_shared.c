/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two hubs on one store, as two processes on one database: whatever one was told the other knows, and together they
 * give numbers without holes. Layer: tests.
 */
#include "tests/unit/hub_fixture.h"

#include <time.h>
#include <unistd.h>
#include "test.h"
#include "tests/unit/memory_store.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/hub/care.h"

#define EACH 60

struct pair { struct hub_fixture *a, *b; struct author m1, m2, p1, l1; struct hub_call call; };

static int set_up(void **state)
{
	struct pair *p = mem_zalloc(sizeof(*p));

	memory_store_reset();
	p->a = hub_fixture_bare(&memory_store_ops, false);
	p->b = hub_fixture_bare(&memory_store_ops, false);
	assert_string_equal(key_id(hub_key(p->a->h)), key_id(hub_key(p->b->h)));	/* one hub to consoles */
	hub_fixture_import(p->a, 3, NULL, NULL);
	p->b->e = hub_event_find(p->b->h, "ev");	/* made after it was opened */
	assert_non_null(p->b->e);
	author_new(&p->m1, p->a, "m1", ROLE_MONITOR, NULL);
	author_new(&p->m2, p->b, "m2", ROLE_MONITOR, NULL);
	author_new(&p->p1, p->a, "p1", ROLE_MONITOR, NULL);
	author_new(&p->l1, p->b, "l1", ROLE_LEAD, NULL);
	hub_call_init(&p->call, NULL, NULL);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *p = *state;

	hub_call_done(&p->call);
	author_free(&p->m1);
	author_free(&p->m2);
	author_free(&p->p1);
	author_free(&p->l1);
	hub_fixture_free(p->a);
	hub_fixture_free(p->b);
	mem_free(p);
	memory_store_reset();
	return 0;
}

/* The other hears of it without being asked. */
static void same_head(struct pair *p)
{
	struct timespec t = { 0, 2000000 };
	uint8_t epoch[2][EPOCH_BYTES];
	struct digest root[2];
	uint64_t size[2];

	for (int i = 0; i < 2000; i++) {
		hub_head(p->a->e, &size[0], &root[0], epoch[0]);
		hub_head(p->b->e, &size[1], &root[1], epoch[1]);
		if (size[0] == size[1] && digest_equal(&root[0], &root[1]))
			break;
		nanosleep(&t, NULL);
	}
	assert_int_equal(size[0], size[1]);
	assert_true(digest_equal(&root[0], &root[1]));
	assert_memory_equal(epoch[0], epoch[1], EPOCH_BYTES);
}

static void whole(struct pair *p)
{
	struct hub_verified v;

	same_head(p);
	assert_ok(hub_verify(&v, p->a->h, NULL, NULL));
	assert_ok(hub_verify(&v, p->b->h, NULL, NULL));
}

static void sessions_and_records(void **state)
{
	struct pair *p = *state;
	struct hub_session s;
	struct receipt_entry e;
	struct receipt r;
	struct arena a;
	struct buf b;

	assert_ok(hub_session_find(&s, p->b->e, p->m1.token));	/* opened at a */
	assert_string_equal(s.person, "m1");
	assert_ok(hub_session_find(&s, p->a->e, p->m2.token));
	assert_int_equal(hub_session_find(&s, p->a->e, "none"), STATUS_DENIED);
	e = hub_fixture_grade(p->b, &p->m1, "1001", 0);
	assert_int_equal(e.answer, ANSWER_STORED);
	e = hub_fixture_grade(p->a, &p->m1, "1002", 0);
	assert_int_equal(e.answer, ANSWER_STORED);
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_write(&b, &p->m2, p->a, RECORD_VERDICT, "1001", 0);
	assert_ok(hub_fixture_push(&r, &a, p->a, &b));
	assert_int_equal(r.entries[0].answer, ANSWER_STORED);
	assert_ok(hub_fixture_push(&r, &a, p->b, &b));		/* the same at the other */
	assert_int_equal(r.entries[0].answer, ANSWER_DUPLICATE);
	buf_done(&b);
	arena_done(&a);
	whole(p);
}

static void claims(void **state)
{
	struct pair *p = *state;
	uint64_t fence;

	assert_ok(hub_claim(p->a->e, &p->call, &p->m1.session, "1001", 600, "n"));
	fence = p->call.lease.fence;
	assert_int_equal(hub_claim(p->b->e, &p->call, &p->m2.session, "1001", 600, "n"), STATUS_CONFLICT);
	assert_int_equal(p->call.lease.fence, fence);
	assert_ok(hub_claim_release(p->b->e, &p->call, &p->m1.session, "1001", fence));
	assert_ok(hub_claim(p->a->e, &p->call, &p->m2.session, "1001", 600, "n"));
	assert_true(p->call.lease.fence > fence);
	whole(p);
}

/* What one process took the other lists too; bodies lie with each. */
static void evidence_of_another_process(void **state)
{
	struct pair *p = *state;
	struct digest d;
	uint64_t size;
	int fd;

	assert_true(digest_parse(&d, PACK_HELLO));
	assert_int_equal(hub_evidence_open(&fd, &size, p->b->e, &d), STATUS_NOT_FOUND);
	assert_string_equal(status_message(), "the event lists no such evidence");
	hub_fixture_import(p->a, 3, "instances.ndjson", PACK_TI_1 "\n" PACK_TI_2 "\n");
	assert_ok(hub_evidence_open(&fd, &size, p->a->e, &d));
	close(fd);
	assert_int_equal(hub_evidence_open(&fd, &size, p->b->e, &d), STATUS_NOT_FOUND);
	assert_string_equal(status_message(), "this evidence is not here");
	hub_fixture_import(p->b, 3, "instances.ndjson", PACK_TI_1 "\n");
	assert_int_equal(hub_evidence_open(&fd, &size, p->b->e, &d), STATUS_NOT_FOUND);
	same_head(p);
	assert_int_equal(hub_evidence_open(&fd, &size, p->a->e, &d), STATUS_NOT_FOUND);
	assert_string_equal(status_message(), "the event lists no such evidence");
}

static void what_the_event_says(void **state)
{
	static const char nobody[] = "[{\"id\":\"p1\",\"name\":\"P\",\"roles\":[\"monitor\"]}]";
	struct pair *p = *state;
	struct receipt r;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_write(&b, &p->p1, p->a, RECORD_VERDICT, "1001", 0);
	assert_ok(hub_fixture_push(&r, &a, p->a, &b));
	assert_int_equal(r.entries[0].flags, FLAG_NEUTRALITY);
	hub_fixture_import(p->b, 2, "persons.json", nobody);	/* freed of the tie; TI 1003 is withdrawn */
	same_head(p);
	assert_ok(hub_fixture_push(&r, &a, p->a, &b));
	assert_int_equal(r.entries[0].answer, ANSWER_DUPLICATE);
	assert_int_equal(r.entries[0].flags, 0);
	assert_int_equal(hub_claim(p->a->e, &p->call, &p->m1.session, "1003", 600, "n"), STATUS_NOT_FOUND);
	assert_int_equal(hub_fixture_grade(p->a, &p->p1, "1002", 0).flags, 0);
	buf_done(&b);
	arena_done(&a);
	whole(p);
}

static void revocations(void **state)
{
	struct pair *p = *state;
	struct hub_session s;

	assert_ok(hub_session_find(&s, p->b->e, p->m1.token));
	assert_ok(hub_revoke(p->a->e, &p->call, "m1", "stolen", ""));
	assert_int_equal(hub_fixture_grade(p->b, &p->m1, "1001", 0).flags, FLAG_REVOKED);
	assert_int_equal(hub_session_find(&s, p->b->e, p->m1.token), STATUS_DENIED);
	whole(p);
}

struct writing { struct hub_fixture *f; struct buf *batches; unsigned int bad; };

static void write_all(void *data)
{
	struct writing *w = data;

	for (int i = 0; i < EACH; i++) {
		struct hub_call call;

		hub_call_init(&call, NULL, NULL);
		w->bad += hub_push(w->f->e, &call, w->batches[i].ptr, w->batches[i].len) != STATUS_OK;
		hub_call_done(&call);
	}
}

static void both_at_once(void **state)
{
	struct pair *p = *state;
	struct buf batches[2][EACH];
	struct writing w[4] = { { p->a, batches[0], 0 }, { p->b, batches[1], 0 }, { p->b, batches[0], 0 },
		{ p->a, batches[1], 0 } };
	struct thread *t[4];
	uint64_t before;

	same_head(p);
	before = hub_size(p->a);
	for (int i = 0; i < EACH; i++) {
		buf_init(&batches[0][i], BATCH_BYTES_MAX);
		buf_init(&batches[1][i], BATCH_BYTES_MAX);
		author_write(&batches[0][i], &p->m1, p->a, RECORD_VERDICT, "1001", 0);
		author_write(&batches[1][i], &p->m2, p->b, RECORD_VERDICT, "1001", 0);
	}
	for (int i = 0; i < 4; i++)
		t[i] = thread_start("writing", write_all, &w[i]);
	for (int i = 0; i < 4; i++)
		thread_join(t[i]);
	for (int i = 0; i < 4; i++)
		assert_int_equal(w[i].bad, 0);
	whole(p);
	assert_int_equal(hub_size(p->a) - before, 2 * EACH);	/* each way twice, stored once */
	for (int i = 0; i < EACH; i++) {
		buf_done(&batches[0][i]);
		buf_done(&batches[1][i]);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(sessions_and_records),
	CASE(claims),
	CASE(evidence_of_another_process),
	CASE(what_the_event_says),
	CASE(revocations),
	CASE(both_at_once),
};
TEST_MAIN(tests)
