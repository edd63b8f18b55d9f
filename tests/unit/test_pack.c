/* SPDX-License-Identifier: Apache-2.0 */
/* Event packs without a database: members one by one, all of one in order, bytes as they are, bodies. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/pack/pack.h"

/* A member of the good pack as text that may be overwritten. */
static char *copy_of(struct arena *a, const char *member)
{
	return arena_str(a, pack_good(member));
}

struct small {
	struct arena a;
	struct pack *p;
};

/* A reader that knows the good pack up to its persons. */
static void small_init(struct small *s)
{
	struct pack_event event;
	struct pack_catalogue catalogue;
	struct pack_organisation *organisations;
	struct pack_system *systems;
	struct pack_person *persons;
	size_t n;
	char *text;

	arena_init(&s->a);
	s->p = pack_new();
	text = copy_of(&s->a, "event.json");
	assert_ok(pack_read_event(&event, s->p, text, strlen(text)));
	assert_string_equal(event.id, "ev");
	assert_int_equal(event.tz_min, 540);
	assert_true(event.critical_on);
	text = copy_of(&s->a, "catalogue.json");
	assert_ok(pack_read_catalogue(&catalogue, s->p, text, strlen(text)));
	assert_int_equal(catalogue.n_actors, 2);
	assert_int_equal(catalogue.n_tests, 1);
	assert_string_equal(catalogue.tests[0].track_name, "IPS Exchange");
	assert_string_equal(catalogue.tests[0].profiles, "MHD");
	assert_int_equal(catalogue.tests[0].roles[0].wanted, 3);
	assert_int_equal(catalogue.tests[0].roles[1].min, 1);
	assert_string_equal(catalogue.tests[0].steps[1].to, "monitor");
	assert_true(catalogue.tests[0].items[0].by_check);
	catalogue.tests[0].ref->key = 77;
	text = copy_of(&s->a, "organisations.json");
	assert_ok(pack_read_organisations(&organisations, &n, s->p, text, strlen(text)));
	assert_int_equal(n, 2);
	assert_string_equal(organisations[1].country, "JP");
	text = copy_of(&s->a, "systems.json");
	assert_ok(pack_read_systems(&systems, &n, s->p, text, strlen(text)));
	assert_int_equal(n, 2);
	assert_int_equal(systems[0].n_lines, 1);
	assert_true(systems[0].lines[0].thorough);
	assert_string_equal(systems[0].lines[0].options[0], "COMPLETE");
	text = copy_of(&s->a, "persons.json");
	assert_ok(pack_read_persons(&persons, &n, s->p, text, strlen(text)));
	assert_int_equal(persons[0].roles, ROLE_MONITOR | ROLE_LEAD);
	assert_string_equal(persons[0].organisations[0], "O2");
}

static void small_done(struct small *s)
{
	pack_free(s->p);
	arena_done(&s->a);
}

static void members_one_by_one(void **state)
{
	char text[] = PACK_TI_2;
	struct pack_instance t;
	struct small s;

	(void)state;
	small_init(&s);
	pack_stand(s.p, "change", 12);
	assert_ok(pack_read_instance(&t, s.p, text, sizeof(text) - 1));
	assert_string_equal(t.id, "1002");
	assert_int_equal(t.test->key, 77);
	assert_int_equal(t.status, TI_CRITICAL);
	assert_true(t.has_revision);
	assert_int_equal(t.revision, 3);
	assert_int_equal(t.n_participants, 1);
	assert_string_equal(t.participants[0].system->organisation->id, "O2");
	assert_string_equal(t.steps[1], "activated");
	assert_int_equal(t.n_evidence, 1);
	assert_string_equal(t.evidence[0].file, "evidence/a.txt");
	assert_string_equal(t.history[0].text, "안녕");
	assert_string_equal(t.claim_by, "P1");
	small_done(&s);
}

static void place_of_what_the_caller_finds(void **state)
{
	char text[] = PACK_TI_2, bad[] = "{\"id\":\"1003\",\"test\":\"none\"}";
	struct pack_instance t;
	struct small s;

	(void)state;
	small_init(&s);
	pack_stand(s.p, "change", 12);
	assert_int_equal(pack_read_instance(&t, s.p, bad, sizeof(bad) - 1), STATUS_INVALID);
	assert_string_equal(status_message(), "change:12: status: is missing");
	pack_stand(s.p, "change", 13);
	assert_ok(pack_read_instance(&t, s.p, text, sizeof(text) - 1));
	assert_int_equal(pack_body_differs(s.p, &t.evidence[0], 0), STATUS_INVALID);
	assert_string_equal(status_message(),
		"change:13: evidence[0].file: evidence/a.txt holds other bytes than the sha256 given here");
	small_done(&s);
}

/* Systems rest on organisations, TIs on systems: what is read anew takes away what stood on it. */
static void read_anew(void **state)
{
	char first[] = PACK_TI_1, again[] = PACK_TI_1, orgs[] = "[{\"id\":\"O9\",\"name\":\"New\",\"country\":\"TH\"}]",
		systems[] = "[{\"id\":\"S1\",\"name\":\"a\",\"organisation\":\"O9\"},{\"id\":\"S2\",\"name\":\"b\",\"organisation\":\"O9\"}]";
	struct pack_organisation *o;
	struct pack_system *sys;
	struct pack_instance t;
	struct small s;
	size_t n;

	(void)state;
	small_init(&s);
	assert_ok(pack_read_organisations(&o, &n, s.p, orgs, sizeof(orgs) - 1));
	pack_stand(s.p, "change", 5);
	assert_int_equal(pack_read_instance(&t, s.p, first, sizeof(first) - 1), STATUS_INVALID);
	assert_string_equal(status_message(), "change:5: participants[0].system: no system \"S1\"");
	assert_ok(pack_read_systems(&sys, &n, s.p, systems, sizeof(systems) - 1));
	assert_ok(pack_read_instance(&t, s.p, again, sizeof(again) - 1));
	assert_string_equal(t.participants[1].system->country, "TH");
	small_done(&s);
}

struct seen {
	struct buf bytes;	/* kinds and bytes as handed on */
	struct buf order;	/* callbacks */
	unsigned int stop;	/* refuse this TI, from 1; 0: none */
	enum status code;
	unsigned int instances;
};

static enum status see_bytes(void *data, char kind, const char *text, size_t len)
{
	struct seen *s = data;

	buf_addc(&s->bytes, kind);
	buf_add(&s->bytes, text, len);
	return STATUS_OK;
}

static enum status see_event(void *data, const struct pack_event *e)
{
	buf_printf(&((struct seen *)data)->order, "event %s\n", e->id);
	return STATUS_OK;
}

static enum status see_instance(void *data, const struct pack_instance *t)
{
	struct seen *s = data;

	buf_printf(&s->order, "TI %s\n", t->id);
	return ++s->instances == s->stop ? s->code : STATUS_OK;
}

static enum status walk(struct seen *s, const char *dir)
{
	const struct pack_sink sink = { .bytes = see_bytes, .event = see_event, .instance = see_instance, .data = s };
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct pack *p = pack_new();
	enum status code;

	assert_true(fd >= 0);
	buf_init(&s->bytes, 1 << 20);
	buf_init(&s->order, 4096);
	s->instances = 0;
	code = pack_walk(p, fd, &sink, NULL);
	pack_free(p);
	close(fd);
	return code;
}

static void seen_done(struct seen *s)
{
	buf_done(&s->bytes);
	buf_done(&s->order);
}

static void walk_hands_bytes_on_first(void **state)
{
	char *dir = fixture_dir(), *want;
	struct seen s = { .stop = 0 };

	(void)state;
	pack_write(dir, NULL, NULL, 0);
	assert_ok(walk(&s, dir));
	assert_string_equal(buf_str(&s.order), "event ev\nTI 1001\nTI 1002\n");
	want = mem_printf("E%sC%sO%sS%sP%sI%sI%s", pack_good("event.json"), pack_good("catalogue.json"),
		pack_good("organisations.json"), pack_good("systems.json"), pack_good("persons.json"), PACK_TI_1, PACK_TI_2);
	assert_string_equal(buf_str(&s.bytes), want);
	mem_free(want);
	seen_done(&s);
	fixture_remove(dir);
}

static void refusal_ends_the_walk(void **state)
{
	static const enum status codes[] = { STATUS_CANCELLED, STATUS_NOT_FOUND, STATUS_LIMIT };
	char *dir = fixture_dir();
	size_t i;

	(void)state;
	pack_write(dir, NULL, NULL, 0);
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct seen s = { .stop = 1, .code = codes[i] };

		assert_int_equal(walk(&s, dir), codes[i]);
		assert_int_equal(s.instances, 1);
		seen_done(&s);
	}
	fixture_remove(dir);
}

static void bodies(void **state)
{
	char text[] = PACK_TI_2, *dir = fixture_dir(), hello[8] = "";
	struct pack_instance t;
	struct pack_evidence e;
	struct small s;
	int at = open(dir, O_RDONLY | O_DIRECTORY), fd = -1;

	(void)state;
	pack_write(dir, NULL, NULL, 0);
	small_init(&s);
	pack_stand(s.p, "instances.ndjson", 2);
	assert_ok(pack_read_instance(&t, s.p, text, sizeof(text) - 1));
	assert_ok(pack_body_open(&fd, s.p, at, &t.evidence[0], 0));
	assert_int_equal(read(fd, hello, sizeof(hello)), 5);
	assert_string_equal(hello, "hello");
	close(fd);
	e = t.evidence[0];
	e.size = 6;
	assert_int_equal(pack_body_open(&fd, s.p, at, &e, 0), STATUS_INVALID);
	assert_string_equal(status_message(), "instances.ndjson:2: evidence[0].size: evidence/a.txt has 5 bytes and not 6");
	e.file = "evidence/../event.json";
	assert_int_equal(pack_body_open(&fd, s.p, at, &e, 0), STATUS_INVALID);
	e.file = "evidence/none";
	assert_int_equal(pack_body_open(&fd, s.p, at, &e, 0), STATUS_NOT_FOUND);
	e.file = "";
	assert_int_equal(pack_body_open(&fd, s.p, at, &e, 0), STATUS_NOT_FOUND);
	small_done(&s);
	close(at);
	fixture_remove(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(members_one_by_one),
	cmocka_unit_test(place_of_what_the_caller_finds),
	cmocka_unit_test(read_anew),
	cmocka_unit_test(walk_hands_bytes_on_first),
	cmocka_unit_test(refusal_ends_the_walk),
	cmocka_unit_test(bodies),
};
TEST_MAIN(tests)
