/* SPDX-License-Identifier: Apache-2.0 */
/* Joining by a file: a store that is at work before any hub has certified its key. Layer: tests. */
#include "tests/unit/test.h"

#include <string.h>
#include "tests/unit/feed_fixture.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/join.h"
#include "verdict/store/join.h"

#define CODE "verdict1:http://127.0.0.1:8080/ev#AAAAAAAAAAAAAAAAAAAAAA.-"
#define OTHER_CODE "verdict1:http://127.0.0.1:8080/ev#AAAAAAAAAAAAAAAAAAAAAQ.-"

struct ctx { struct fake_hub *hub; char *dir, *pack, *console; struct store *st; struct arena a; };

static void write_pack(struct ctx *c, const char *event, const char *person, const char *code)
{
	static const char persons[] = "[{\"id\":\"A\",\"name\":\"Ahn\",\"roles\":[\"monitor\"]},"
		"{\"id\":\"P1\",\"name\":\"P\",\"roles\":[\"monitor\"]}]";
	struct join_file f = { event, person, code, { 0 }, NULL };
	struct buf b;

	memcpy(f.hub, key_public(c->hub->key), sizeof(f.hub));
	buf_init(&b, JOIN_MAX);
	join_file_format(&b, &f);
	pack_write(c->pack, NULL, NULL, 0);
	pack_put(c->pack, "persons.json", persons, strlen(persons));
	pack_put(c->pack, JOIN_MEMBER, b.ptr, b.len);
	buf_done(&b);
}

static int setup(void **state)
{
	struct ctx *c = mem_zalloc(sizeof(*c));

	clock_freeze_ms(FIXTURE_NOW);
	c->hub = fake_hub_new();
	c->dir = fixture_dir();
	c->pack = mem_printf("%s/pack", c->dir);
	c->console = mem_printf("%s/console", c->dir);
	assert_ok(store_open(&c->st, c->console, STORE_CREATE));
	arena_init(&c->a);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct ctx *c = *state;

	store_close(c->st);
	fake_hub_free(c->hub);
	arena_done(&c->a);
	mem_free(c->pack);
	mem_free(c->console);
	fixture_remove(c->dir);
	mem_free(c);
	clock_freeze_ms(-1);
	return 0;
}

static enum status take(struct ctx *c)
{
	struct import_report r;

	return store_import_pack(&r, c->st, c->pack, NULL, NULL);
}

static struct sync_state state_of(struct ctx *c)
{
	struct sync_state s;

	assert_ok(store_sync_state(&s, &c->a, c->st));
	return s;
}

static void join(struct ctx *c)
{
	write_pack(c, "ev", "A", CODE);
	assert_ok(take(c));
	assert_ok(store_join_file(c->st, NULL));
}

/* Key bytes of this console, from what it signed. */
static void key_of(uint8_t out[KEY_PUBLIC], struct ctx *c)
{
	struct batch_reader r;
	struct envelope e;
	uint64_t last;
	struct buf b;

	buf_init(&b, BATCH_BYTES_MAX);
	assert_ok(store_unsent(&b, &last, c->st, 0, 1, 0));
	assert_ok(batch_open(&r, b.ptr, b.len));
	assert_ok(batch_next(&e, &r));
	memcpy(out, e.public_key, KEY_PUBLIC);
	buf_done(&b);
}

static void a_pack_is_no_join_file(void **state)
{
	struct ctx *c = *state;
	const char *person;

	pack_write(c->pack, NULL, NULL, 0);
	assert_ok(take(c));
	assert_int_equal(store_join_file_person(&person, &c->a, c->st), STATUS_NOT_FOUND);
	assert_int_equal(store_join_file(c->st, NULL), STATUS_NOT_FOUND);
}

static void at_work_without_a_certificate(void **state)
{
	struct ctx *c = *state;
	const char *person;
	struct saved saved;
	struct sync_state s;
	struct buf b;

	write_pack(c, "ev", "A", CODE);
	assert_ok(take(c));
	assert_ok(store_join_file_person(&person, &c->a, c->st));
	assert_string_equal(person, "A");
	assert_ok(store_join_file(c->st, NULL));
	s = state_of(c);
	assert_true(s.enrolling && s.waiting && !s.enrolled && s.n == 1 && s.unsent == 1);
	assert_string_equal(s.hub, key_id(c->hub->key));
	assert_ok(store_join_file(c->st, NULL));
	assert_int_equal(state_of(c).n, 1);	/* one proof is enough */
	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, "because"));
	assert_int_equal(saved.n, 2);
	buf_init(&b, 1u << 20);
	assert_ok(store_enrol_waiting(&b, c->st, FIXTURE_NOW));
	assert_true(b.len > 0);
	buf_done(&b);
	store_close(c->st);
	c->st = NULL;
	assert_ok(store_open(&c->st, c->console, 0));
	s = state_of(c);
	assert_true(s.waiting && s.n == 2);
}

static void not_for_everybody(void **state)
{
	struct ctx *c = *state;

	write_pack(c, "other", "A", CODE);
	assert_ok(take(c));
	assert_int_equal(store_join_file(c->st, NULL), STATUS_INVALID);
	write_pack(c, "ev", "A", "verdict1:http://127.0.0.1:8080/other#AAAAAAAAAAAAAAAAAAAAAA.-");
	assert_ok(take(c));
	assert_int_equal(store_join_file(c->st, NULL), STATUS_INVALID);
	write_pack(c, "ev", "nobody", CODE);
	assert_ok(take(c));
	assert_int_equal(store_join_file(c->st, NULL), STATUS_NOT_FOUND);
	pack_put(c->pack, JOIN_MEMBER, "{\"v\":1}", 7);
	assert_ok(take(c));
	assert_int_equal(store_join_file(c->st, NULL), STATUS_INVALID);
	assert_null(store_replica(c->st));
	join(c);
	write_pack(c, "ev", "P1", OTHER_CODE);
	assert_ok(take(c));
	assert_int_equal(store_join_file(c->st, NULL), STATUS_EXISTS);
}

/* The answer to a request over the network. */
static void certified_by_answer(void **state)
{
	struct ctx *c = *state;
	uint8_t key[KEY_PUBLIC], wrong[KEY_PUBLIC] = { 1 };
	struct sync_state s;
	struct buf b;

	join(c);
	key_of(key, c);
	buf_init(&b, 1u << 20);
	fake_hub_certify(&b, c->hub, wrong, "A", ROLE_MONITOR, true);
	assert_int_equal(store_enrol_answer(c->st, b.ptr, b.len), STATUS_DENIED);
	buf_reset(&b);
	fake_hub_certify(&b, c->hub, key, "B", ROLE_MONITOR, true);
	assert_int_equal(store_enrol_answer(c->st, b.ptr, b.len), STATUS_CONFLICT);
	assert_true(state_of(c).waiting);
	buf_reset(&b);
	fake_hub_certify(&b, c->hub, key, "A", ROLE_MONITOR, true);
	assert_ok(store_enrol_answer(c->st, b.ptr, b.len));
	s = state_of(c);
	assert_true(s.enrolled && !s.waiting && !s.enrolling);
	assert_int_equal(store_enrol_waiting(&b, c->st, FIXTURE_NOW), STATUS_NOT_FOUND);
	assert_ok(store_join_file(c->st, NULL));	/* the file again */
	assert_true(state_of(c).enrolled && state_of(c).n == 1);
	buf_done(&b);
}

/* The feed tells it, whoever carried the records; what was refused before is offered again. */
static void certified_by_the_feed(void **state)
{
	struct ctx *c = *state;
	struct page_report report;
	uint8_t key[KEY_PUBLIC];
	struct sync_state s;
	struct saved saved;
	struct buf b;
	bool changed;

	join(c);
	key_of(key, c);
	assert_ok(store_epoch(&changed, c->st, c->hub->epoch));
	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, "because"));
	c->hub->refuse = "no certificate for its key in this event";
	assert_ok(fake_sync(c->hub, c->st));
	s = state_of(c);
	assert_true(s.refused == 2 && s.unsent == 0 && !s.enrolled);
	buf_init(&b, 1u << 20);
	fake_hub_certify(&b, c->hub, key, "A", ROLE_MONITOR, false);
	c->hub->refuse = NULL;
	assert_ok(fake_pull(&report, c->hub, c->st));
	s = state_of(c);
	assert_true(s.enrolled && !s.waiting && s.refused == 0 && s.unsent == 2);
	assert_ok(fake_sync(c->hub, c->st));
	s = state_of(c);
	assert_true(s.unsent == 0 && s.received == 2 && s.refused == 0);
	assert_counts_true(c->st);
	buf_done(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_pack_is_no_join_file, setup, teardown),
	cmocka_unit_test_setup_teardown(at_work_without_a_certificate, setup, teardown),
	cmocka_unit_test_setup_teardown(not_for_everybody, setup, teardown),
	cmocka_unit_test_setup_teardown(certified_by_answer, setup, teardown),
	cmocka_unit_test_setup_teardown(certified_by_the_feed, setup, teardown),
};
TEST_MAIN(tests)
