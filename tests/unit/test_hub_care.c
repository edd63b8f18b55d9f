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
	assert_ok(hub_backup(f->h, file, false));
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
	assert_ok(hub_backup(f->h, file, false));
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

/* ---- backups with evidence ---- */

struct whole { char *core, *file, *other; struct hub_fixture *f; };

static struct whole whole_new(void)
{
	struct whole w = { .f = lived_in() };
	struct hub_bodies b;

	w.core = mem_printf("%s/a.events", w.f->dir);
	w.file = mem_printf("%s/a.backup", w.f->dir);
	w.other = mem_printf("%s/elsewhere", w.f->dir);
	assert_ok(hub_backup(w.f->h, w.core, true));
	assert_ok(hub_backup_evidence(&b, w.f->dir, w.core, w.file, NULL));
	assert_true(b.count == 1 && b.bytes == 5 && b.damaged == 0);
	return w;
}

static void whole_done(struct whole *w)
{
	mem_free(w->core);
	mem_free(w->file);
	mem_free(w->other);
	gone(w->f);
}

/* Into a folder of its own, which is removed again. */
static enum status restore_elsewhere(struct hub_restored *out, const struct whole *w, const char *file, char body[8])
{
	char *store = mem_printf("sqlite:%s/store", w->other), *path = mem_printf("%s/evidence/2c/" PACK_HELLO, w->other);
	struct hub_options o = { .store = store, .dir = w->other };
	enum status st;
	struct buf b;

	buf_init(&b, 8);
	assert_ok(io_mkdirs(w->other, 0700));
	st = hub_restore(out, &o, file);
	snprintf(body, 8, "%s", io_read_file(&b, path, 8) == STATUS_OK ? buf_str(&b) : "");
	buf_done(&b);
	fixture_remove(mem_strdup(w->other));
	mem_free(store);
	mem_free(path);
	return st;
}

static void evidence_comes_back(void **state)
{
	struct whole w = whole_new();
	struct hub_restored got;
	char body[8];

	(void)state;
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_true(got.events == 1 && got.entries == hub_size(w.f));
	assert_true(got.evidence.count == 1 && got.evidence.bytes == 5 && got.evidence.damaged == 0);
	assert_string_equal(body, "hello");
	/* without its second half it is no backup */
	assert_int_equal(restore_elsewhere(&got, &w, w.core, body), STATUS_CORRUPT);
	assert_string_equal(body, "");
	whole_done(&w);
}

static void what_is_cut_or_flipped_is_refused(void **state)
{
	struct whole w = whole_new();
	struct hub_restored got;
	struct stat core, all;
	char body[8];

	(void)state;
	assert_int_equal(stat(w.core, &core), 0);
	assert_int_equal(stat(w.file, &all), 0);
	for (off_t at = core.st_size - 3; at < all.st_size; at += 3) {
		flip(w.file, at);
		assert_int_equal(restore_elsewhere(&got, &w, w.file, body), STATUS_CORRUPT);
		assert_string_equal(body, "");
		flip(w.file, at);
	}
	for (off_t end = all.st_size - 1; end >= core.st_size; end -= 2) {
		assert_int_equal(truncate(w.file, end), 0);
		assert_int_equal(restore_elsewhere(&got, &w, w.file, body), STATUS_CORRUPT);
		assert_string_equal(body, "");
	}
	whole_done(&w);
}

/* A body that is damaged at the hub is left out and told; the rest is kept. */
static void a_damaged_body_spoils_nothing(void **state)
{
	struct hub_fixture *f = lived_in();
	char *path = mem_printf("%s/evidence/2c/" PACK_HELLO, f->dir);
	struct whole w = { .f = f };
	struct hub_restored got;
	struct hub_bodies b;
	char body[8];

	(void)state;
	w.core = mem_printf("%s/a.events", f->dir);
	w.file = mem_printf("%s/a.backup", f->dir);
	w.other = mem_printf("%s/elsewhere", f->dir);
	flip(path, 2);
	assert_ok(hub_backup(f->h, w.core, true));
	assert_ok(hub_backup_evidence(&b, f->dir, w.core, w.file, NULL));
	assert_true(b.count == 0 && b.damaged == 1);
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_true(got.entries == hub_size(f) && got.evidence.count == 0 && got.evidence.damaged == 1);
	assert_string_equal(body, "");
	mem_free(path);
	whole_done(&w);
}

static void put_part(struct buf *b, struct sha256 *sum, char type, const void *ptr, size_t len)
{
	size_t from = b->len;

	buf_u32(b, (unsigned int)len);
	buf_addc(b, type);
	buf_add(b, ptr, len);
	if (type != 'y')
		sha256_add(sum, b->ptr + from, b->len - from);
}

/* Parts behind a whole core, with a sum that is right. */
static void with_bodies(const struct whole *w, const char *head, size_t head_len, const char *bytes, char whole)
{
	struct sha256 sum;
	struct digest d;
	struct buf b;

	buf_init(&b, 1u << 20);
	assert_ok(io_read_file(&b, w->core, 1u << 20));
	sha256_begin(&sum);
	sha256_add(&sum, b.ptr + b.len - sizeof(d.b), sizeof(d.b));
	put_part(&b, &sum, 'b', head, head_len);
	put_part(&b, &sum, 'c', bytes, strlen(bytes));
	put_part(&b, &sum, 'd', &whole, 1);
	d = sha256_end(&sum);
	put_part(&b, &sum, 'y', d.b, sizeof(d.b));
	assert_ok(io_replace_file(w->file, b.ptr, b.len, 0600));
	buf_done(&b);
}

/* Its sums are right, but what it says is not: nothing gets under a name that is not its digest's. */
static void a_backup_that_lies_is_no_evidence(void **state)
{
	struct whole w = whole_new();
	struct hub_restored got;
	struct digest d;
	char head[40] = { 0 }, body[8];

	(void)state;
	assert_true(digest_parse(&d, PACK_HELLO));
	memcpy(head, d.b, sizeof(d.b));
	head[32] = 5;
	with_bodies(&w, head, sizeof(head), "hello", 1);
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_string_equal(body, "hello");
	with_bodies(&w, head, sizeof(head), "jello", 1);	/* other bytes */
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_true(got.evidence.damaged == 1);
	assert_string_equal(body, "");
	with_bodies(&w, head, sizeof(head), "hell", 1);		/* fewer */
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_true(got.evidence.damaged == 1);
	with_bodies(&w, head, sizeof(head), "hellooo", 1);	/* more */
	assert_int_equal(restore_elsewhere(&got, &w, w.file, body), STATUS_CORRUPT);
	assert_string_equal(body, "");
	with_bodies(&w, head, 39, "hello", 1);			/* half a name */
	assert_int_equal(restore_elsewhere(&got, &w, w.file, body), STATUS_CORRUPT);
	with_bodies(&w, head, sizeof(head), "hello", 0);	/* whole, yet said to be damaged */
	assert_ok(restore_elsewhere(&got, &w, w.file, body));
	assert_string_equal(body, "");
	whole_done(&w);
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
		cmocka_unit_test(evidence_comes_back),
		cmocka_unit_test(what_is_cut_or_flipped_is_refused),
		cmocka_unit_test(a_damaged_body_spoils_nothing),
		cmocka_unit_test(a_backup_that_lies_is_no_evidence),
};
TEST_MAIN(tests)
