/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that are let in by the records they sign, and the file that allows it. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <string.h>
#include "test.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/hub/join_file.h"
#include "verdict/proto/join.h"

struct laptop { struct author a; struct digest secret; };

/* The secret of a code for that person; `travels`: of a join file. */
static struct digest code_for(struct hub_fixture *f, const char *person, unsigned int roles, bool travels, int64_t valid_s)
{
	struct hub_invitation i = { .person = person, .roles = roles, .travels = travels, .valid_s = valid_s };
	struct hub_call call;
	struct digest d;

	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol_new(f->e, &call, &i));
	d = sha256(buf_str(&call.out), call.out.len);
	hub_call_done(&call);
	return d;
}

static void laptop_new(struct laptop *l, const char *person, struct digest secret)
{
	memset(l, 0, sizeof(*l));
	l->a.person = person;
	l->secret = secret;
	assert_ok(key_new(&l->a.key));
}

static void write_text(struct buf *batch, struct author *a, struct hub_fixture *f, const struct join_proof *p)
{
	struct record rec = { .kind = RECORD_CERTIFICATE, .kind_name = "certificate" };
	char text[JOIN_TEXT];

	join_proof_format(text, p);
	rec.text = text;
	author_sign(batch, a, f, &rec);
}

static void prove(struct buf *batch, struct laptop *l, struct hub_fixture *f, const char *event)
{
	struct join_proof p;

	join_prove(&p, &l->secret, event, key_public(l->a.key));
	write_text(batch, &l->a, f, &p);
}

static void push(struct receipt *r, struct arena *a, struct hub_fixture *f, struct buf *b)
{
	assert_ok(hub_fixture_push(r, a, f, b));
	buf_reset(b);
}

/* The proof and a verdict in one batch: both stored, or why the first was refused. */
static void expect(struct hub_fixture *f, struct laptop *l, const char *why)
{
	struct receipt r;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	prove(&b, l, f, "ev");
	author_write(&b, &l->a, f, RECORD_VERDICT, "1001", 0);
	push(&r, &a, f, &b);
	assert_int_equal(r.n, 2);
	if (why) {
		assert_int_equal(r.entries[0].answer, ANSWER_REFUSED);
		assert_string_equal(r.entries[0].why, why);
		assert_int_equal(r.entries[1].answer, ANSWER_REFUSED);
		assert_string_equal(r.entries[1].why, "no certificate for its key in this event");
	} else {
		assert_int_equal(r.entries[0].answer, ANSWER_STORED);
		assert_int_equal(r.entries[1].answer, ANSWER_STORED);
	}
	buf_done(&b);
	arena_done(&a);
}

static void let_in_by_records(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct laptop l, again;
	uint64_t size;

	(void)state;
	laptop_new(&l, "m1", code_for(f, "m1", ROLE_MONITOR, true, 3600));
	hub_fixture_close(f);		/* codes are as good after a start */
	hub_fixture_open(f);
	size = hub_size(f);
	expect(f, &l, NULL);
	assert_int_equal(hub_size(f), size + 3);	/* certificate, proof, verdict */
	laptop_new(&again, "m1", l.secret);		/* another laptop with the same file */
	expect(f, &again, "its join file was used by another installation");
	hub_fixture_close(f);
	hub_fixture_open(f);
	expect(f, &again, "its join file was used by another installation");
	assert_int_equal(hub_fixture_grade(f, &l.a, "1002", 0).answer, ANSWER_STORED);
	author_free(&l.a);
	author_free(&again.a);
	hub_fixture_free(f);
}

/* The proof may come behind what it is for; the batch is one. */
static void anywhere_in_the_batch(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct laptop l;
	struct receipt r;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	laptop_new(&l, "p1", code_for(f, "p1", ROLE_MONITOR, true, 3600));
	author_write(&b, &l.a, f, RECORD_VERDICT, "1001", 0);
	prove(&b, &l, f, "ev");
	assert_ok(hub_fixture_push(&r, &a, f, &b));
	assert_int_equal(r.entries[0].answer, ANSWER_FLAGGED);
	assert_int_equal(r.entries[0].flags, FLAG_NEUTRALITY);	/* the event's ties hold */
	assert_int_equal(r.entries[1].answer, ANSWER_STORED);
	push(&r, &a, f, &b);
	assert_int_equal(r.entries[1].answer, ANSWER_DUPLICATE);
	author_free(&l.a);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

static void refused_as(struct hub_fixture *f, const char *person, struct digest secret, const char *why)
{
	struct laptop l;

	laptop_new(&l, person, secret);
	expect(f, &l, why);
	author_free(&l.a);
}

static void who_has_no_right(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct digest late = code_for(f, "m1", ROLE_MONITOR, true, 3600), plain = code_for(f, "m1", ROLE_MONITOR, false, 0),
		named = code_for(f, "l1", ROLE_LEAD, true, 0);

	(void)state;
	f->wall += 2 * 60 * MINUTE;
	refused_as(f, "m1", late, "its join file is no longer valid: ask for a new code");
	refused_as(f, "m1", plain, "its join file is not of this hub");	/* that code was to be typed */
	refused_as(f, "m1", sha256("guess", 5), "its join file is not of this hub");
	refused_as(f, "m1", named, "its person is not the one of the join file");
	hub_fixture_free(f);
}

/* What a file gives is its role, and no more. */
static void an_observer_may_not_write(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct laptop l;
	struct receipt r;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	laptop_new(&l, "m2", code_for(f, "m2", ROLE_OBSERVER, true, 0));
	prove(&b, &l, f, "ev");
	push(&r, &a, f, &b);
	assert_string_equal(r.entries[0].why, "role observer may not write");
	author_free(&l.a);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

/* A proof that was seen on its way is good for nobody else, and for no other event. */
static void a_stolen_proof(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct laptop owner, thief;
	struct join_proof p;
	struct receipt r;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	laptop_new(&owner, "m1", code_for(f, "m1", ROLE_MONITOR, true, 3600));
	laptop_new(&thief, "m1", sha256("", 0));
	join_prove(&p, &owner.secret, "ev", key_public(owner.a.key));
	write_text(&b, &thief.a, f, &p);
	prove(&b, &owner, f, "other");
	push(&r, &a, f, &b);
	assert_string_equal(r.entries[0].why, "its proof of a join file does not hold");
	assert_string_equal(r.entries[1].why, "its proof of a join file does not hold");
	owner.a.n = 0;
	expect(f, &owner, NULL);
	author_free(&owner.a);
	author_free(&thief.a);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

static void revoked_stays_out(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct hub_call call;
	struct laptop l;
	struct receipt r;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	hub_call_init(&call, NULL, NULL);
	laptop_new(&l, "m1", code_for(f, "m1", ROLE_MONITOR, true, 0));
	expect(f, &l, NULL);
	assert_ok(hub_revoke(f->e, &call, "m1", "lost", ""));
	prove(&b, &l, f, "ev");
	push(&r, &a, f, &b);
	assert_int_equal(r.entries[0].flags, FLAG_REVOKED);
	assert_int_equal(hub_fixture_grade(f, &l.a, "1002", 0).flags, FLAG_REVOKED);
	hub_call_done(&call);
	author_free(&l.a);
	buf_done(&b);
	arena_done(&a);
	hub_fixture_free(f);
}

/* The file is an event pack: what the feed says now, not what it once said, and bodies that are here. */
static void the_file_is_a_pack(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 3), *other = hub_fixture_bare(NULL, true);
	struct hub_join about = { .person = "m1", .code = "verdict1:code", .evidence = true };
	char *file = mem_printf("%s/m1.join", f->dir);
	struct hub_import how = { .dry = false };
	struct hub_imported got;
	struct hub_bodies b;
	char name[64] = "?";

	(void)state;
	hub_fixture_import(f, 3, "instances.ndjson", PACK_TI_1 "\n" PACK_TI_2 "\n");
	assert_true(hub_person_known(name, sizeof(name), f->e, "m1"));
	assert_true(*name && *name != '?');
	assert_false(hub_person_known(name, sizeof(name), f->e, "nobody"));
	assert_string_equal(name, "");
	assert_ok(hub_join_file(&b, f->e, &about, file));
	assert_true(b.count == 1 && b.bytes == 5);
	assert_ok(hub_import(&got, other->h, file, &how));	/* any hub or console could take it */
	assert_string_equal(got.event, "ev");
	assert_true(got.instances == 2 && got.evidence == 1 && got.evidence_missing == 0);
	about.evidence = false;
	assert_ok(hub_join_file(&b, f->e, &about, file));
	assert_true(b.count == 0);
	assert_int_equal(hub_join_file(&b, f->e, &about, "/nowhere/m1.join"), STATUS_NOT_FOUND);
	mem_free(file);
	hub_fixture_free(other);
	hub_fixture_free(f);
}

static void an_event_that_is_not_there_yet(void **state)
{
	struct hub_fixture *f = hub_fixture_bare(NULL, true);
	struct hub_join about = { .person = "m1", .code = "verdict1:code" };
	char *file = mem_printf("%s/m1.join", f->dir);
	struct hub_bodies b;

	(void)state;
	assert_ok(hub_event_new(&f->e, f->h, "ev"));
	assert_int_equal(hub_join_file(&b, f->e, &about, file), STATUS_NOT_FOUND);
	mem_free(file);
	hub_fixture_free(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(let_in_by_records),
	cmocka_unit_test(anywhere_in_the_batch),
	cmocka_unit_test(who_has_no_right),
	cmocka_unit_test(an_observer_may_not_write),
	cmocka_unit_test(a_stolen_proof),
	cmocka_unit_test(revoked_stays_out),
	cmocka_unit_test(the_file_is_a_pack),
	cmocka_unit_test(an_event_that_is_not_there_yet),
};
TEST_MAIN(tests)
