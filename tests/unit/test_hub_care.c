/* SPDX-License-Identifier: Apache-2.0 */
/* Verification finds what was changed; a backup restored is the same hub with another epoch. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "test.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hub/care.h"

static struct author m1, p1;

/* A bit of everything: records, claims, changed flags, a revocation, evidence. */
static struct hub_fixture *lived_in(void)
{
	struct hub_fixture *f = hub_fixture_new(true, 3);
	struct hub_call call;

	hub_fixture_import(f, 3, "instances.ndjson", PACK_TI_1 "\n" PACK_TI_2 "\n");
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&p1, f, "p1", ROLE_MONITOR, NULL);
	hub_fixture_grade(f, &m1, "1001", 0);
	hub_fixture_grade(f, &p1, "1001", 0);
	hub_fixture_import(f, 3, "persons.json", "[{\"id\":\"P1\",\"name\":\"Q\",\"roles\":[\"monitor\"]}]");
	hub_call_init(&call, NULL, NULL);
	for (int i = 0; i < 5; i++) {
		assert_ok(hub_claim(f->e, &call, &m1.session, "1002", 600, ""));
		f->mono += 700000;
	}
	assert_ok(hub_revoke(f->e, &call, "p1", "lost", "l1"));
	hub_call_done(&call);
	return f;
}

static void gone(struct hub_fixture *f)
{
	author_free(&m1);
	author_free(&p1);
	hub_fixture_free(f);
}

static void count_problem(const char *text, void *data)
{
	unsigned int *n = data;

	assert_true(strlen(text) > 0);
	(*n)++;
}

static unsigned int problems(struct hub_fixture *f)
{
	struct hub_verified got;
	unsigned int n = 0;
	enum status st = hub_verify(&got, f->h, count_problem, &n);

	assert_int_equal(st, n ? STATUS_CORRUPT : STATUS_OK);
	assert_int_equal(got.problems, n);
	assert_true(got.events == 1);
	if (!n) {
		assert_int_equal(got.entries, hub_size(f));
		assert_int_equal(got.records, 2);
		assert_int_equal(got.certificates, 2);
		assert_int_equal(got.evidence, 1);
	}
	return n;
}

static void a_whole_hub_is_whole(void **state)
{
	struct hub_fixture *f = lived_in();

	(void)state;
	assert_int_equal(problems(f), 0);
	hub_fixture_close(f);
	hub_fixture_open(f);
	assert_int_equal(problems(f), 0);
	gone(f);
}

static void flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	unsigned char c;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &c, 1, at), 1);
	c ^= 0x20;
	assert_int_equal(pwrite(fd, &c, 1, at), 1);
	close(fd);
}

/* A byte anywhere in the feed's file: the hub does not open, or verification tells. */
static void every_flipped_byte_is_found(void **state)
{
	struct hub_fixture *f = lived_in();
	char *path = mem_printf("%s/store/feed-ev.vf", f->dir), *store = mem_printf("sqlite:%s/store", f->dir);
	struct hub_options o = { .store = store, .dir = f->dir };
	unsigned int found = 0, tried = 0, refused = 0;
	struct stat sb;

	(void)state;
	assert_int_equal(stat(path, &sb), 0);
	hub_fixture_close(f);
	for (off_t at = 0; at < sb.st_size; at += 1 + sb.st_size / 150, tried++) {
		flip(path, at);
		if (hub_open(&f->h, &o) != STATUS_OK) {
			refused++;
		} else {
			f->e = hub_event_find(f->h, "ev");
			found += problems(f) > 0;
			hub_fixture_close(f);
		}
		flip(path, at);
	}
	assert_int_equal(found + refused, tried);
	assert_true(found > 0 && refused > 0);
	hub_fixture_open(f);
	assert_int_equal(problems(f), 0);
	mem_free(path);
	mem_free(store);
	gone(f);
}

static void change_index(struct hub_fixture *f, const char *sql)
{
	char *path = mem_printf("%s/store/hub.db", f->dir);
	sqlite3 *db;

	hub_fixture_close(f);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	hub_fixture_open(f);
	mem_free(path);
}

static void an_index_that_lies_is_found(void **state)
{
	static const char *const lies[] = {
		"DROP TRIGGER record_stays; DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)",
		"DROP TRIGGER record_same; UPDATE record SET n = n + 1 WHERE seq = (SELECT max(seq) FROM record)",
		"DROP TRIGGER record_same; UPDATE record SET rid = zeroblob(32) WHERE seq = (SELECT max(seq) FROM record)",
		"UPDATE doc SET digest = zeroblob(32) WHERE id = '1002'",
		"UPDATE doc SET seq = 1 WHERE id = '1002'",
		"DELETE FROM item WHERE kind = 75",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct hub_fixture *f = lived_in();

		change_index(f, lies[i]);
		assert_true(problems(f) > 0);
		gone(f);
	}
}

/* Facts as they were before they told of evidence: it is then found in the feed. */
static void older_facts_are_completed(void **state)
{
	struct hub_fixture *f = lived_in();
	struct digest d;
	uint64_t size;
	int fd;

	(void)state;
	assert_true(digest_parse(&d, PACK_HELLO));
	hub_fixture_import(f, 3, "instances.ndjson", PACK_TI_1 "\n" PACK_TI_2 "\n");
	change_index(f, "UPDATE doc SET facts = substr(facts, 1, 3) WHERE id = '1002'");
	assert_ok(hub_evidence_open(&fd, &size, f->e, &d));
	assert_int_equal(size, 5);
	close(fd);
	assert_int_equal(hub_fixture_grade(f, &m1, "1002", 0).flags, 0);
	d.b[0] ^= 1;
	assert_int_equal(hub_evidence_open(&fd, &size, f->e, &d), STATUS_NOT_FOUND);
	gone(f);
}

static int64_t number_in(struct hub_fixture *f, const char *sql)
{
	char *path = mem_printf("%s/store/hub.db", f->dir);
	sqlite3_stmt *s;
	sqlite3 *db;
	int64_t n;

	hub_fixture_close(f);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	hub_fixture_open(f);
	mem_free(path);
	return n;
}

/* Who is let in can send nonsense for ever: the newest of it is kept, and no more. */
static void refused_records_do_not_pile_up(void **state)
{
	struct hub_fixture *f = hub_fixture_new(true, 1);
	uint64_t size;
	struct receipt r;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	author_new(&p1, f, "p1", ROLE_MONITOR, NULL);
	size = hub_size(f);
	for (int i = 0; i < 3; i++) {
		buf_reset(&b);
		for (int k = 0; k < 150; k++) {
			struct record rec = { .kind = RECORD_COMMENT, .kind_name = "comment", .ti = "1001", .text = "x", .who = "l1" };

			author_sign(&b, &m1, f, &rec);
		}
		assert_ok(hub_fixture_push(&r, &a, f, &b));
		assert_int_equal(r.entries[149].answer, ANSWER_REFUSED);
	}
	assert_int_equal(hub_size(f), size);
	assert_int_equal(number_in(f, "SELECT count(*) FROM item WHERE kind = 81"), 200);
	assert_int_equal(number_in(f, "SELECT max(id) - min(id) FROM item WHERE kind = 81"), 199);
	assert_ok(hub_fixture_push(&r, &a, f, &b));		/* and the count goes on after a start */
	assert_int_equal(number_in(f, "SELECT count(*) FROM item WHERE kind = 81"), 200);
	buf_done(&b);
	arena_done(&a);
	gone(f);
}

/* Fault 40: what a newer program wrote, or another, is left alone. */
static void another_programs_store_is_refused(void **state)
{
	static const struct { const char *sql; enum status st; } cases[] = {
		{ "PRAGMA user_version = 2", STATUS_NEWER }, { "PRAGMA user_version = 0", STATUS_CORRUPT },
		{ "PRAGMA application_id = 7", STATUS_CORRUPT }, { "DROP TABLE item", STATUS_IO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hub_fixture *f = lived_in();
		char *store = mem_printf("sqlite:%s/store", f->dir), *path = mem_printf("%s/store/hub.db", f->dir);
		struct hub_options o = { .store = store, .dir = f->dir };
		sqlite3 *db;

		hub_fixture_close(f);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_close(db), SQLITE_OK);
		assert_int_equal(hub_open(&f->h, &o), cases[i].st);
		f->h = NULL;
		mem_free(store);
		mem_free(path);
		gone(f);
	}
}

static void a_changed_body_of_evidence_is_found(void **state)
{
	struct hub_fixture *f = lived_in();
	char *path = mem_printf("%s/evidence/2c/%s", f->dir, PACK_HELLO);

	(void)state;
	flip(path, 2);
	assert_int_equal(problems(f), 1);
	mem_free(path);
	gone(f);
}

/* ---- backups ---- */

static enum status restore(struct hub_restored *out, struct hub_fixture *f, const char *name, const char *file)
{
	char *store = mem_printf("sqlite:%s/%s", f->dir, name);
	struct hub_options o = { .store = store, .dir = f->dir };
	enum status st = hub_restore(out, &o, file);

	mem_free(store);
	return st;
}

static void read_feed(struct buf *out, struct hub_event *e, uint8_t epoch[EPOCH_BYTES])
{
	struct digest root;
	uint64_t size;

	hub_head(e, &size, &root, epoch);
	assert_ok(hub_page(out, e, epoch, 0, 0));
}

/* Faults 22 and 23. */
static void restored_is_the_same_in_another_epoch(void **state)
{
	struct hub_fixture *f = lived_in();
	char *file = mem_printf("%s/a.backup", f->dir), *was, *store = mem_printf("%s/store", f->dir);
	uint8_t epoch[EPOCH_BYTES], other[EPOCH_BYTES];
	char hub[KEY_ID];
	struct hub_restored got;
	struct receipt_entry entry;
	struct hub_call call;
	struct buf before, after, lost;
	struct receipt r;
	struct arena a;
	uint64_t fence, size;

	(void)state;
	arena_init(&a);
	buf_init(&before, FEED_PAGE_MAX);
	buf_init(&after, FEED_PAGE_MAX);
	buf_init(&lost, BATCH_BYTES_MAX);
	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_backup(f->h, file));
	read_feed(&before, f->e, epoch);
	size = hub_size(f);
	memcpy(hub, key_id(hub_key(f->h)), sizeof(hub));
	author_write(&lost, &m1, f, RECORD_VERDICT, "1002", 0);		/* after the backup */
	assert_ok(hub_fixture_push(&r, &a, f, &lost));
	assert_ok(hub_claim(f->e, &call, &m1.session, "1002", 600, ""));
	fence = call.lease.fence;
	hub_fixture_close(f);

	assert_int_equal(restore(&got, f, "store", file), STATUS_EXISTS);
	was = mem_printf("%s/was", f->dir);
	assert_int_equal(rename(store, was), 0);
	assert_ok(restore(&got, f, "store", file));
	assert_true(got.events == 1 && got.entries == size);
	hub_fixture_open(f);
	assert_non_null(f->e);
	assert_string_equal(key_id(hub_key(f->h)), hub);
	assert_int_equal(problems(f), 0);
	read_feed(&after, f->e, other);
	assert_memory_not_equal(epoch, other, EPOCH_BYTES);
	/* all entries; the checkpoint behind them is another */
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.ptr, after.ptr, before.len - 600);
	assert_int_equal(hub_page(&after, f->e, epoch, 3, 0), STATUS_CONFLICT);
	assert_ok(hub_fixture_push(&r, &a, f, &lost));		/* the console heals it */
	assert_int_equal(r.entries[0].answer, ANSWER_STORED);
	assert_int_equal(r.entries[0].seq, size + 1);
	assert_memory_equal(r.epoch, other, EPOCH_BYTES);
	assert_int_equal(hub_claim(f->e, &call, &m1.session, "1002", 600, ""), STATUS_OK);
	assert_true(call.lease.fence > fence);
	entry = hub_fixture_grade(f, &m1, "1001", 0);
	assert_int_equal(entry.answer, ANSWER_STORED);
	assert_int_equal(hub_fixture_grade(f, &p1, "1001", 0).flags, FLAG_REVOKED);
	hub_call_done(&call);
	buf_done(&before);
	buf_done(&after);
	buf_done(&lost);
	arena_done(&a);
	mem_free(store);
	mem_free(was);
	mem_free(file);
	gone(f);
}

static void a_damaged_backup_is_refused(void **state)
{
	struct hub_fixture *f = lived_in();
	char *file = mem_printf("%s/a.backup", f->dir);
	struct hub_restored got;
	struct stat sb;
	enum status st;

	(void)state;
	assert_ok(hub_backup(f->h, file));
	assert_int_equal(stat(file, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0600);
	for (off_t at = 0; at < sb.st_size; at += 1 + sb.st_size / 100) {
		flip(file, at);
		st = restore(&got, f, "other", file);
		assert_true(st == STATUS_CORRUPT || (at < 8 && (st == STATUS_INVALID || st == STATUS_NEWER)));
		flip(file, at);
	}
	assert_int_equal(truncate(file, sb.st_size - 1), 0);
	assert_int_equal(restore(&got, f, "other", file), STATUS_CORRUPT);
	assert_int_equal(truncate(file, 5), 0);
	assert_int_equal(restore(&got, f, "other", file), STATUS_CORRUPT);
	mem_free(file);
	gone(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_whole_hub_is_whole),
	cmocka_unit_test(every_flipped_byte_is_found),
	cmocka_unit_test(an_index_that_lies_is_found),
		cmocka_unit_test(older_facts_are_completed),
	cmocka_unit_test(refused_records_do_not_pile_up),
	cmocka_unit_test(another_programs_store_is_refused),
	cmocka_unit_test(a_changed_body_of_evidence_is_found),
	cmocka_unit_test(restored_is_the_same_in_another_epoch),
	cmocka_unit_test(a_damaged_backup_is_refused),
};
TEST_MAIN(tests)
