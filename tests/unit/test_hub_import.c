/* SPDX-License-Identifier: Apache-2.0 */
/* Event packs into a feed, and what their changes make of records that are there. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <sys/stat.h>
#include <unistd.h>
#include "test.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"

static const char nobody_tied[] = "[{\"id\":\"p1\",\"name\":\"P\",\"roles\":[\"monitor\"]},"
	"{\"id\":\"m1\",\"name\":\"M\",\"roles\":[\"monitor\"]}]";
static const char m1_tied[] = "[{\"id\":\"p1\",\"name\":\"P\",\"roles\":[\"monitor\"]},"
	"{\"id\":\"m1\",\"name\":\"M\",\"roles\":[\"monitor\"],\"organisations\":[\"O2\"]}]";
static const char other_systems[] = "[{\"id\":\"S1\",\"name\":\"A\",\"organisation\":\"O2\"},"
	"{\"id\":\"S2\",\"name\":\"B\",\"organisation\":\"O2\"}]";
static const char alone[] = "{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"to-be-verified\","
	"\"since\":\"2026-11-24T10:00:00+09:00\",\"participants\":[{\"role\":\"recipient\",\"system\":\"S2\"}]}\n";

static void the_same_again_appends_nothing(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 6);
	uint64_t size = hub_size(f);
	struct hub_imported got;

	(void)state;
	got = hub_fixture_import(f, 6, NULL, NULL);
	assert_true(got.entries == 0 && got.instances == 6 && got.withdrawn == 0);
	assert_string_equal(got.event, "ev");
	assert_int_equal(hub_size(f), size);
	hub_fixture_close(f);
	hub_fixture_open(f);
	got = hub_fixture_import(f, 6, NULL, NULL);
	assert_int_equal(got.entries, 0);
	got = hub_fixture_import(f, 8, NULL, NULL);	/* two more */
	assert_int_equal(got.entries, 2);
	got = hub_fixture_import(f, 5, NULL, NULL);	/* three are withdrawn */
	assert_int_equal(got.entries, 3);
	assert_int_equal(got.withdrawn, 3);
	got = hub_fixture_import(f, 6, NULL, NULL);	/* one comes back */
	assert_int_equal(got.entries, 1);
	got = hub_fixture_import(f, 6, "persons.json", m1_tied);
	assert_int_equal(got.entries, 1);
	hub_fixture_free(f);
}

static void a_bad_pack_changes_nothing(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 3);
	struct hub_import how = { .tick = NULL };
	char *dir = mem_printf("%s/bad", f->dir);
	uint64_t size = hub_size(f);
	struct hub_imported got;

	(void)state;
	hub_fixture_pack(dir, 9);
	pack_put(dir, "instances.ndjson", "{\"id\":\"1\"}\n", 11);
	assert_int_equal(hub_import(&got, f->h, dir, &how), STATUS_INVALID);
	pack_put(dir, "instances.ndjson", PACK_TI_1 "\n" PACK_TI_1 "\n", 2 * strlen(PACK_TI_1 "\n"));
	assert_int_equal(hub_import(&got, f->h, dir, &how), STATUS_INVALID);
	pack_put(dir, "instances.ndjson", PACK_TI_2 "\n", strlen(PACK_TI_2 "\n"));
	pack_put(dir, "evidence/a.txt", "HELLO", 5);	/* another digest */
	assert_int_equal(hub_import(&got, f->h, dir, &how), STATUS_INVALID);
	assert_int_equal(hub_size(f), size);
	mem_free(dir);
	hub_fixture_free(f);
}

static void evidence_is_kept_by_digest(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct hub_imported got = hub_fixture_import(f, 1, "instances.ndjson", PACK_TI_2 "\n");
	struct digest d;
	uint64_t size;
	char text[6];
	int fd;

	(void)state;
	assert_true(got.evidence == 1 && got.evidence_missing == 0);
	assert_true(digest_parse(&d, PACK_HELLO));
	assert_ok(hub_evidence_open(&fd, &size, f->e, &d));
	assert_int_equal(size, 5);
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	assert_memory_equal(text, "hello", 5);
	close(fd);
	d.b[3] ^= 1;
	assert_int_equal(hub_evidence_open(&fd, &size, f->e, &d), STATUS_NOT_FOUND);
	hub_fixture_free(f);
}

static enum status opens(struct hub_event *e)
{
	struct digest d;
	enum status st;
	uint64_t size;
	int fd;

	assert_true(digest_parse(&d, PACK_HELLO));
	st = hub_evidence_open(&fd, &size, e, &d);
	if (!st)
		close(fd);
	return st;
}

/* The body is here, but only an event that lists it shows it, and only while it does. */
static void evidence_is_of_its_event(void **state)
{
	static const char other_ti[] = "{\"id\":\"1003\",\"test\":\"T1\",\"status\":\"critical\","
		"\"since\":\"2026-11-24T11:00:00+09:00\",\"participants\":[{\"role\":\"source\",\"system\":\"S2\"}],"
		"\"evidence\":[{\"n\":1,\"name\":\"b.txt\",\"kind\":\"file\",\"sha256\":\"" PACK_HELLO "\",\"size\":5}]}";
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct hub_event *other;
	char *both = mem_printf("%s\n%s\n", PACK_TI_2, other_ti), *rest = mem_printf("%s\n", other_ti);

	(void)state;
	assert_int_equal(opens(f->e), STATUS_NOT_FOUND);
	hub_fixture_import(f, 1, "instances.ndjson", both);
	assert_ok(hub_event_new(&other, f->h, "other"));
	assert_ok(opens(f->e));
	assert_int_equal(opens(other), STATUS_NOT_FOUND);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_ok(opens(f->e));
	assert_int_equal(opens(hub_event_find(f->h, "other")), STATUS_NOT_FOUND);
	hub_fixture_import(f, 1, "instances.ndjson", rest);	/* one of two that list it is withdrawn */
	assert_ok(opens(f->e));
	hub_fixture_import(f, 1, "instances.ndjson", PACK_TI_1 "\n");
	assert_int_equal(opens(f->e), STATUS_NOT_FOUND);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(opens(f->e), STATUS_NOT_FOUND);
	hub_fixture_import(f, 1, "instances.ndjson", both);
	assert_ok(opens(f->e));
	mem_free(both);
	mem_free(rest);
	hub_fixture_free(f);
}

/* Entries F in the whole feed, and the flags the last of them gives. */
static unsigned int changed_flags(struct hub_fixture *f, unsigned int *last)
{
	uint8_t epoch[EPOCH_BYTES];
	unsigned int count = 0;
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	struct digest root, rid;
	uint64_t size;
	struct buf b;

	buf_init(&b, FEED_PAGE_MAX);
	hub_head(f->e, &size, &root, epoch);
	assert_ok(hub_page(&b, f->e, epoch, 0, 0));
	assert_ok(page_open(&r, &head, b.ptr, b.len));
	while (page_next(&e, NULL, NULL, &r) == STATUS_OK)
		if (e.type == FEED_FLAGS) {
			assert_ok(feed_flags(&rid, last, &e));
			count++;
		}
	buf_done(&b);
	return count;
}

/* Fault 34. */
static void neutrality_follows_the_event(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct author m1, p1;
	unsigned int last = 99;

	(void)state;
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&p1, f, "p1", ROLE_MONITOR, NULL);
	assert_int_equal(hub_fixture_grade(f, &m1, "1001", 0).flags, 0);
	assert_int_equal(hub_fixture_grade(f, &p1, "1001", 0).flags, FLAG_NEUTRALITY);
	assert_int_equal(hub_fixture_grade(f, &p1, "7777", 0).flags, 0);	/* the TI is not here yet */
	assert_int_equal(changed_flags(f, &last), 0);
	hub_fixture_import(f, 2, "persons.json", nobody_tied);
	assert_int_equal(changed_flags(f, &last), 1);
	assert_int_equal(last, 0);
	hub_fixture_import(f, 2, "persons.json", m1_tied);
	assert_int_equal(changed_flags(f, &last), 2);
	assert_int_equal(last, FLAG_NEUTRALITY);
	hub_fixture_import(f, 2, NULL, NULL);		/* m1 free, p1 tied */
	assert_int_equal(changed_flags(f, &last), 4);
	hub_fixture_import(f, 2, "systems.json", other_systems);	/* O1 takes part no more */
	assert_int_equal(changed_flags(f, &last), 5);
	assert_int_equal(last, 0);
	hub_fixture_import(f, 2, NULL, NULL);
	assert_int_equal(changed_flags(f, &last), 6);
	hub_fixture_import(f, 2, "instances.ndjson", alone);	/* S1 has left the TI */
	assert_int_equal(changed_flags(f, &last), 7);
	assert_int_equal(last, 0);
	assert_int_equal(hub_fixture_grade(f, &p1, "1001", 0).flags, 0);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(hub_fixture_grade(f, &p1, "1001", 0).flags, 0);
	hub_fixture_import(f, 2, NULL, NULL);
	assert_int_equal(changed_flags(f, &last), 10);
	author_free(&m1);
	author_free(&p1);
	hub_fixture_free(f);
}

static void ties_of_certificates_count(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	struct author first, second;
	unsigned int last = 0;

	(void)state;
	author_new(&first, f, "m3", ROLE_MONITOR, NULL);
	assert_int_equal(hub_fixture_grade(f, &first, "1001", 0).flags, 0);
	author_new(&second, f, "m3", ROLE_MONITOR, "O2");	/* the same person says more */
	assert_int_equal(changed_flags(f, &last), 1);
	assert_int_equal(last, FLAG_NEUTRALITY);
	assert_int_equal(hub_fixture_grade(f, &first, "1001", 0).flags, FLAG_NEUTRALITY);
	author_free(&first);
	author_free(&second);
	hub_fixture_free(f);
}

static void events_do_not_meet(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 2);
	struct hub_event *other;
	struct author m1;
	struct hub_call call;
	struct buf b;
	uint64_t size;
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;

	(void)state;
	assert_ok(hub_event_new(&other, f->h, "ev/2 \xea\xb0\x80"));	/* a name no file could have */
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	buf_init(&b, BATCH_BYTES_MAX);
	hub_call_init(&call, NULL, NULL);
	author_write(&b, &m1, f, RECORD_VERDICT, "1001", 0);
	assert_ok(hub_push(other, &call, b.ptr, b.len));
	hub_head(other, &size, &root, epoch);
	assert_int_equal(size, 0);
	hub_fixture_close(f);
	hub_fixture_open(f);
	other = hub_event_find(f->h, "ev/2 \xea\xb0\x80");
	assert_non_null(other);
	assert_int_equal(hub_size(f), 5 + 2 + 1);
	hub_call_done(&call);
	buf_done(&b);
	author_free(&m1);
	hub_fixture_free(f);
}

static void an_epoch_is_read_without_the_event(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 3);
	struct hub_options o = { .store = "", .dir = f->dir };
	char *url = mem_printf("sqlite:%s/store", f->dir);
	uint8_t known[EPOCH_BYTES], epoch[EPOCH_BYTES] = { 0 };
	struct digest root;
	uint64_t size;

	(void)state;
	o.store = url;
	hub_head(f->e, &size, &root, known);
	assert_int_equal(hub_epoch(epoch, &o, "ev"), STATUS_BUSY);	/* as long as a hub has it */
	hub_fixture_close(f);
	assert_ok(hub_epoch(epoch, &o, "ev"));
	assert_memory_equal(epoch, known, EPOCH_BYTES);
	assert_int_equal(hub_epoch(epoch, &o, "ev2"), STATUS_NOT_FOUND);
	hub_fixture_open(f);
	assert_int_equal(hub_size(f), size);
	mem_free(url);
	hub_fixture_free(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_epoch_is_read_without_the_event),
	cmocka_unit_test(the_same_again_appends_nothing),
	cmocka_unit_test(a_bad_pack_changes_nothing),
	cmocka_unit_test(evidence_is_kept_by_digest),
		cmocka_unit_test(evidence_is_of_its_event),
	cmocka_unit_test(neutrality_follows_the_event),
	cmocka_unit_test(ties_of_certificates_count),
	cmocka_unit_test(events_do_not_meet),
};
TEST_MAIN(tests)
