/* SPDX-License-Identifier: Apache-2.0 */
/* Import of event packs: what good packs give, again and from an archive, and what stays after bad ones. */
#include "tests/unit/test.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/pack_fixture.h"
#include "src/store/import_priv.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/store/blob.h"

struct place_ { char *dir, *pack; struct store *st; };

static int setup(void **state)
{
	struct place_ *t = mem_zalloc(sizeof(*t));
	char *store;

	crypto_init();
	t->dir = fixture_dir();
	t->pack = mem_printf("%s/pack", t->dir);
	store = mem_printf("%s/store", t->dir);
	assert_ok(store_open(&t->st, store, STORE_CREATE));
	mem_free(store);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct place_ *t = *state;

	store_close(t->st);
	fixture_remove(t->dir);
	mem_free(t->pack);
	mem_free(t);
	return 0;
}

static enum status import(struct place_ *t, struct import_report *r, const char *path)
{
	return store_import_pack(r, t->st, path, NULL, NULL);
}

/* Nothing in the database, no bodies, no copy, nothing unpacked. */
static void assert_nothing(struct place_ *t)
{
	static const char *const tables[] = { "event", "track", "organisation", "system", "person", "test", "test_item", "ti",
		"participant", "step", "evidence", "history", "meta WHERE name = 'imported_at'" };
	char sql[100];
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		assert_int_equal(pack_count(t->st, sql), 0);
	}
	assert_int_equal(pack_files(t->st, "blobs"), 0);
	assert_int_equal(pack_files(t->st, "reference"), 0);
	assert_int_equal(pack_files(t->st, "tmp"), 0);
	assert_null(store_event(t->st));
}

static void good_pack(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct digest d;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(r.instances, 2);
	assert_int_equal(r.steps, 4);
	assert_int_equal(r.evidence, 1);
	assert_int_equal(r.evidence_here, 1);
	assert_int_equal(r.tests, 1);
	assert_int_equal(r.systems, 2);
	assert_int_equal(r.organisations, 2);
	assert_int_equal(r.persons, 1);
	assert_int_equal(r.unknown_fields, 0);
	assert_string_equal(store_event(t->st)->name, "Small Event");
	assert_true(digest_parse(&d, PACK_HELLO));
	assert_true(blob_here(t->st, &d));
	assert_ok(blob_check(t->st, &d));
	assert_int_equal(pack_files(t->st, "reference"), 6);
}

static void good_pack_rows(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct instance *ti;
	struct arena a;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	arena_init(&a);
	assert_ok(store_instance(&ti, &a, t->st, "1001"));
	assert_string_equal(ti->row.title, "Publish a summary");
	assert_string_equal(ti->row.track, "IPS Exchange");
	assert_string_equal(ti->row.profiles, "MHD");
	assert_string_equal(ti->row.from, "한빛 EMR");
	assert_string_equal(ti->row.from_country, "KR");
	assert_string_equal(ti->row.to, "さくら");
	assert_string_equal(ti->row.table, "A04");
	assert_int_equal(ti->row.since, INT64_C(1795482000000));
	assert_int_equal(ti->row.revision, 1);
	assert_int_equal(ti->n_steps, 2);
	assert_string_equal(ti->steps[0].status, "done");
	assert_string_equal(ti->steps[1].status, "activated");
	assert_string_equal(ti->participants[1].actor, "Document Recipient");
	assert_int_equal(ti->test.roles[0].wanted, 3);
	assert_int_equal(ti->test.roles[1].wanted, 1);
	assert_ok(store_instance(&ti, &a, t->st, "1002"));
	assert_int_equal(ti->row.status, TI_CRITICAL);
	assert_int_equal(ti->row.revision, 3);
	assert_int_equal(ti->row.claim, CLAIM_CONFIRMED);
	assert_string_equal(ti->evidence[0].name, "a.txt");
	assert_true(ti->evidence[0].here);
	assert_string_equal(ti->history[0].text, "안녕");
	assert_string_equal(ti->history[0].who_name, "Kim Minji");
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM line"), 2);
	arena_done(&a);
}

static void unknown_keys_are_counted(void **state)
{
	static const char text[] = "{\"id\":\"1001\",\"colour\":{\"deep\":[1,2]},\"test\":\"T1\",\"status\":\"paused\",\"x\":null,"
		"\"since\":\"2026-11-24T10:00:00Z\",\"participants\":[{\"role\":\"source\",\"system\":\"S1\",\"mood\":\"good\"}]}\n";
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, "instances.ndjson", text, sizeof(text) - 1);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(r.unknown_fields, 3);
	assert_int_equal(r.instances, 1);
}

static void missing_body_is_allowed(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, "evidence/a.txt", NULL, 0);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(r.evidence, 1);
	assert_int_equal(r.evidence_here, 0);
	assert_int_equal(pack_files(t->st, "blobs"), 0);
}

static void blank_lines_and_no_final_newline(void **state)
{
	static const char text[] = "\n" PACK_TI_1 "\r\n  \n" PACK_TI_2;
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, "instances.ndjson", text, sizeof(text) - 1);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(r.instances, 2);
}

static void again_keeps_keys_and_drops_what_went(void **state)
{
	static const char again[] = "{\"id\":\"1003\",\"test\":\"T1\",\"status\":\"running\",\"since\":\"2026-11-24T12:00:00Z\","
		"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}\n"
		"{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"verified\",\"since\":\"2026-11-24T12:30:00Z\","
		"\"participants\":[{\"role\":\"source\",\"system\":\"S2\"}]}\n";
	struct place_ *t = *state;
	struct import_report r;
	int64_t key, after;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_instance_key(&key, t->st, "1001"));
	pack_write(t->pack, "instances.ndjson", again, sizeof(again) - 1);
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_instance_key(&after, t->st, "1001"));
	assert_int_equal(after, key);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM participant"), 2);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM evidence"), 0);
	/* counted up here, as the sender counts none and the status changed */
	assert_int_equal(pack_count(t->st, "SELECT revision FROM ti WHERE id = '1001'"), 2);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(pack_count(t->st, "SELECT revision FROM ti WHERE id = '1001'"), 2);
	assert_int_equal(pack_files(t->st, "reference"), 6);
}

static void again_drops_tests_that_went(void **state)
{
	static const char none[] = "{\"tracks\":[{\"id\":\"IPS\",\"name\":\"x\"}],\"tests\":[{\"id\":\"T9\",\"title\":\"t\",\"track\":\"IPS\","
		"\"roles\":[{\"label\":\"source\"}]}]}";
	static const char line[] = "{\"id\":\"1\",\"test\":\"T9\",\"status\":\"running\",\"since\":\"2026-11-24T12:00:00Z\","
		"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}";
	static const char systems[] = "[{\"id\":\"S1\",\"name\":\"n\",\"organisation\":\"O1\"}]";
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	pack_put(t->pack, "catalogue.json", none, sizeof(none) - 1);
	pack_put(t->pack, "instances.ndjson", line, sizeof(line) - 1);
	pack_put(t->pack, "systems.json", systems, sizeof(systems) - 1);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM test"), 1);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM test_item"), 0);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 1);
}

static void records_survive_and_go_stale(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct record rec = { .kind = RECORD_VERDICT, .ti = "1001", .outcome = OUTCOME_VERIFIED, .revision = 1 };
	struct saved saved;
	struct instance *ti;
	struct arena a;
	static const char changed[] = "{\"id\":\"1001\",\"test\":\"T1\",\"status\":\"to-be-verified\",\"revision\":2,"
		"\"since\":\"2026-11-24T10:00:00+09:00\",\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}\n";

	pack_write(t->pack, "persons.json", "[{\"id\":\"P1\",\"name\":\"Kim\",\"roles\":[\"monitor\"]}]", 46);
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_join(t->st, "P1", NULL));
	rec.seen_status = TI_TO_BE_VERIFIED;
	assert_ok(store_save(&saved, t->st, &rec));
	arena_init(&a);
	assert_ok(store_instance(&ti, &a, t->st, "1001"));
	assert_int_equal(ti->row.status, TI_VERIFIED);
	assert_false(ti->row.stale);
	pack_put(t->pack, "instances.ndjson", changed, sizeof(changed) - 1);
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_instance(&ti, &a, t->st, "1001"));
	assert_int_equal(ti->n_verdicts, 1);
	assert_true(ti->row.stale);
	arena_done(&a);
}

/* The event says that P1 holds TI 1002: a colleague's claim until somebody joins as P1. */
static void claim_of_the_event_is_mine(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct store_counts c;
	char *dir = mem_printf("%s/store", t->dir);

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_counts(&c, t->st));
	assert_int_equal(c.claimed_mine, 0);
	assert_ok(store_join(t->st, "P1", NULL));
	assert_ok(store_counts(&c, t->st));
	assert_int_equal(c.claimed_mine, 1);
	store_close(t->st);
	assert_ok(store_open(&t->st, dir, 0));
	assert_ok(import(t, &r, t->pack));
	assert_ok(store_counts(&c, t->st));
	assert_int_equal(c.claimed_mine, 1);
	mem_free(dir);
}

static void other_event_is_refused(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	char *text = mem_strdup(pack_good("event.json")), *id;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	id = strstr(text, "\"ev\"");
	id[2] = 'w';
	pack_put(t->pack, "event.json", text, strlen(text));
	assert_int_equal(import(t, &r, t->pack), STATUS_EXISTS);
	assert_non_null(strstr(status_message(), "holds the event \"ev\""));
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	assert_int_equal(pack_files(t->st, "reference"), 6);
	mem_free(text);
}

/* A bad pack of the same event leaves what was there, bodies too. */
static void again_and_bad_keeps_what_was(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	pack_write(t->pack, "instances.ndjson", PACK_TI_2 "\n{}\n", strlen(PACK_TI_2) + 4);
	assert_int_equal(import(t, &r, t->pack), STATUS_INVALID);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti WHERE rank < 0"), 0);
	assert_int_equal(pack_files(t->st, "blobs"), 1);
	assert_int_equal(pack_files(t->st, "reference"), 6);
}

static bool cancel(const struct import_progress *p, void *data)
{
	assert_non_null(p->what);
	return ++*(int *)data > 0;
}

static void cancelled(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	int calls = 0;

	pack_write(t->pack, NULL, NULL, 0);
	assert_int_equal(store_import_pack(&r, t->st, t->pack, cancel, &calls), STATUS_CANCELLED);
	assert_int_equal(calls, 1);
	assert_nothing(t);
}

static void rebuilt_from_the_copy(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	assert_int_equal(store_import_reference(t->st), STATUS_NOT_FOUND);
	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	pack_remove(t->pack);
	assert_ok(sql_exec(t->st, "DELETE FROM ti; DELETE FROM test; DELETE FROM event; DELETE FROM organisation; "
		"DELETE FROM system; DELETE FROM person; DELETE FROM track; DELETE FROM profile; DELETE FROM actor; "
		"DELETE FROM transact; DELETE FROM line; DELETE FROM person_organisation"));
	assert_ok(store_import_reference(t->st));
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM step"), 4);
	assert_int_equal(pack_files(t->st, "reference"), 6);
}

/* Open the store again after `change` was done to its folder; its notice must say `words`. */
static void reopen(struct place_ *t, const char *change, const char *words)
{
	char *store = mem_printf("%s/store", t->dir), *command = mem_printf("cd '%s' && %s", store, change);
	const char *said;

	store_close(t->st);
	t->st = NULL;
	assert_int_equal(system(command), 0);
	assert_ok(store_open(&t->st, store, 0));
	said = store_notice(t->st);
	assert_non_null(said);
	assert_non_null(strstr(said, words));
	mem_free(command);
	mem_free(store);
}

static void rebuilt_when_the_database_is_gone(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	reopen(t, "rm verdict.db", "the database was gone: built again with 2 TIs");
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	reopen(t, ": >verdict.db", "the database was gone: built again with 2 TIs");
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM step"), 4);
}

static void opened_when_database_and_copy_are_damaged(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	reopen(t, "echo garbage >verdict.db && echo garbage >\"$(ls -d reference/*)\"/instances.ndjson.zst",
		"reference is damaged too: import its pack again");
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 0);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
}

/* ---- the disk says no ---- */

struct failing { int left, errnum; };

static int fail_kth(enum io_op op, const char *path, size_t len, void *data)
{
	struct failing *f = data;

	(void)op;
	(void)path;
	(void)len;
	return f->left-- == 0 ? f->errnum : 0;
}

/* Every operation on a file fails once: an error each time, and nothing stays; then the import works. */
static void each_file_operation_fails(void **state)
{
	static const int why[] = { EIO, ENOSPC };
	struct place_ *t = *state;
	struct import_report r;
	struct failing f;
	enum status code = STATUS_IO;
	int k;

	pack_write(t->pack, NULL, NULL, 0);
	for (k = 0; code != STATUS_OK; k++) {
		f = (struct failing){ k, why[k % 2] };
		io_set_hook(fail_kth, &f);
		code = import(t, &r, t->pack);
		io_set_hook(NULL, NULL);
		assert_true(k < 200);
		if (f.left >= 0)
			break;
		if (code == STATUS_OK)
			fail_msg("operation %d failed and the import did not", k);
		assert_int_equal(code, why[k % 2] == ENOSPC ? STATUS_FULL : STATUS_IO);
		assert_nothing(t);
		code = STATUS_IO;
	}
	assert_true(k > 20);
	assert_ok(code);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM ti"), 2);
	assert_int_equal(pack_files(t->st, "blobs"), 1);
	assert_int_equal(pack_files(t->st, "tmp"), 0);
}

static int die_at_kth(enum io_op op, const char *path, size_t len, void *data)
{
	int *left = data;

	(void)op;
	(void)path;
	(void)len;
	if ((*left)-- == 0)
		_exit(9);
	return 0;
}

/* In a child: import, and die at the k-th operation on a file. True where it died. */
static bool import_and_die(const char *store, const char *pack, int k)
{
	struct import_report r;
	struct store *st;
	int how;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (store_open(&st, store, STORE_CREATE) != STATUS_OK)
			_exit(1);
		io_set_hook(die_at_kth, &k);
		_exit(store_import_pack(&r, st, pack, NULL, NULL) == STATUS_OK ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFEXITED(how) && (WEXITSTATUS(how) == 9 || WEXITSTATUS(how) == 0));
	return WEXITSTATUS(how) == 9;
}

/* Killed anywhere: all of the event or none of it; importing again mends the rest. */
static void killed_at_each_file_operation(void **state)
{
	struct place_ *t = *state;
	char *dir = mem_printf("%s/killed", t->dir);
	struct import_report r;
	struct store *st;
	bool died = true;
	int64_t n;
	int k;

	pack_write(t->pack, NULL, NULL, 0);
	for (k = 0; died; k++) {
		assert_true(k < 200);
		died = import_and_die(dir, t->pack, k);
		assert_ok(store_open(&st, dir, 0));
		n = pack_count(st, "SELECT count(*) FROM ti");
		assert_true(n == 0 || n == 2);
		assert_int_equal(pack_count(st, "SELECT count(*) FROM event"), n / 2);
		assert_int_equal(pack_count(st, "SELECT count(*) FROM evidence"), n / 2);
		assert_ok(store_import_pack(&r, st, t->pack, NULL, NULL));
		assert_int_equal(pack_count(st, "SELECT count(*) FROM ti"), 2);
		assert_int_equal(pack_files(st, "blobs"), 1);
		assert_int_equal(pack_files(st, "reference"), 6);
		assert_int_equal(pack_files(st, "tmp"), 0);
		store_close(st);
		pack_remove(dir);
	}
	assert_true(k > 20);
	mem_free(dir);
}

/* ---- archives ---- */

struct entry { const char *path, *text, *link; mode_t type; };

static char *tar(struct place_ *t, const struct entry *list, size_t n, bool zstd)
{
	char *path = mem_printf("%s/pack.tar.zst", t->dir);
	struct archive *out = archive_write_new();
	struct archive_entry *e;
	size_t i, len;

	archive_write_set_format_pax_restricted(out);
	if (zstd)
		archive_write_add_filter_zstd(out);
	assert_int_equal(archive_write_open_filename(out, path), ARCHIVE_OK);
	for (i = 0; i < n; i++) {
		e = archive_entry_new();
		len = list[i].text ? strlen(list[i].text) : 0;
		archive_entry_set_pathname(e, list[i].path);
		archive_entry_set_filetype(e, list[i].type ? list[i].type : AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)len);
		if (list[i].link && list[i].type == AE_IFLNK)
			archive_entry_set_symlink(e, list[i].link);
		else if (list[i].link)
			archive_entry_set_hardlink(e, list[i].link);
		assert_int_equal(archive_write_header(out, e), ARCHIVE_OK);
		if (len)
			archive_write_data(out, list[i].text, len);
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_close(out), ARCHIVE_OK);
	archive_write_free(out);
	return path;
}

/* Members of the good pack, last first, below `top`; room for more behind. */
static size_t members(struct entry *out, const char *top)
{
	static const char *const names[] = { "evidence/a.txt", "instances.ndjson", "persons.json", "systems.json",
		"organisations.json", "catalogue.json", "event.json" };
	size_t i;

	for (i = 0; i < 7; i++)
		out[i] = (struct entry){ mem_printf("%s%s", top, names[i]), pack_good(names[i]), NULL, 0 };
	return 7;
}

static void free_members(struct entry *list)
{
	size_t i;

	for (i = 0; i < 7; i++)
		mem_free((void *)list[i].path);
}

static void archive_in_any_order(void **state)
{
	static const char *const tops[] = { "", "./", "sample-event/", "./x/" };
	struct place_ *t = *state;
	struct import_report r;
	struct entry list[8];
	char *path;
	size_t i;

	for (i = 0; i < 4; i++) {
		members(list, tops[i]);
		list[7] = (struct entry){ i < 2 ? "README" : i == 2 ? "sample-event/README" : "x/README", "hello", NULL, 0 };
		path = tar(t, list, 8, i != 3);
		assert_ok(import(t, &r, path));
		assert_int_equal(r.instances, 2);
		assert_int_equal(r.evidence_here, 1);
		assert_int_equal(pack_files(t->st, "tmp"), 0);
		free_members(list);
		mem_free(path);
	}
}

static void bad_archives(void **state)
{
	static const struct { struct entry e; const char *message; } rows[] = {
		{ { "../evil", "x", NULL, 0 }, "member \"../evil\" is not a path inside the pack" },
		{ { "/etc/evil", "x", NULL, 0 }, "member \"/etc/evil\" is not a path inside the pack" },
		{ { "evidence/../../evil", "x", NULL, 0 }, "is not a path inside the pack" },
		{ { "evidence//x", "x", NULL, 0 }, "is not a path inside the pack" },
		{ { "evidence/l", NULL, "/etc/passwd", AE_IFLNK }, "member \"evidence/l\" is a link" },
		{ { "evidence/h", NULL, "event.json", 0 }, "member \"evidence/h\" is a link" },
		{ { "evidence/f", NULL, NULL, AE_IFIFO }, "is neither file nor folder" },
		{ { "evidence/d", NULL, NULL, AE_IFCHR }, "is neither file nor folder" },
		{ { "event.json", "{}", NULL, 0 }, "occurs twice" },
	};
	struct place_ *t = *state;
	struct import_report r;
	struct entry list[8];
	char *path;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		members(list, "");
		list[7] = rows[i].e;
		path = tar(t, list, 8, true);
		assert_int_equal(import(t, &r, path), STATUS_INVALID);
		if (!strstr(status_message(), rows[i].message))
			fail_msg("row %zu: got \"%s\", want \"%s\"", i, status_message(), rows[i].message);
		assert_nothing(t);
		free_members(list);
		mem_free(path);
	}
	assert_int_not_equal(access("/etc/evil", F_OK), 0);
}

static void archive_cut_short(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct entry list[7];
	char *path;
	struct stat sb;

	members(list, "");
	path = tar(t, list, 7, true);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(truncate(path, sb.st_size / 2), 0);
	assert_int_equal(import(t, &r, path), STATUS_INVALID);
	assert_nothing(t);
	pack_put(t->dir, "pack.tar.zst", "not an archive at all", 21);
	assert_int_equal(import(t, &r, path), STATUS_INVALID);
	assert_nothing(t);
	free_members(list);
	mem_free(path);
}

static void no_pack_at_all(void **state)
{
	struct place_ *t = *state;
	struct import_report r;

	assert_int_equal(import(t, &r, "/nonexistent/pack"), STATUS_IO);
	assert_non_null(strstr(status_message(), "/nonexistent/pack"));
	assert_int_equal(import(t, &r, t->dir), STATUS_INVALID);
	assert_string_equal(status_message(), "event.json: the pack has no such file");
	assert_nothing(t);
}

static void links_in_a_folder_are_refused(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	char *path = mem_printf("%s/evidence/a.txt", t->pack), *outside = mem_printf("%s/outside", t->dir);

	pack_write(t->pack, NULL, NULL, 0);
	pack_put(t->dir, "outside", "hello", 5);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(outside, path), 0);
	assert_int_equal(import(t, &r, t->pack), STATUS_INVALID);
	assert_non_null(strstr(status_message(), "instances.ndjson:2: evidence[0].file: \"evidence/a.txt\" is a link"));
	assert_nothing(t);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(import(t, &r, t->pack), STATUS_INVALID);
	assert_nothing(t);
	mem_free(path);
	mem_free(outside);
}

static void compressed_instances(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	char *from, *to, *kept;
	struct buf b;

	/* the copy that the first import kept is such a file */
	pack_write(t->pack, NULL, NULL, 0);
	assert_ok(import(t, &r, t->pack));
	kept = keep_newest(t->st);
	from = mem_printf("%s/instances.ndjson.zst", kept);
	to = mem_printf("%s/instances.ndjson", t->pack);
	buf_init(&b, 1 << 20);
	assert_ok(io_read_file(&b, from, 1 << 20));
	assert_int_equal(unlink(to), 0);
	pack_put(t->pack, "instances.ndjson.zst", b.ptr, b.len);
	assert_ok(import(t, &r, t->pack));
	assert_int_equal(r.instances, 2);
	pack_put(t->pack, "instances.ndjson.zst", b.ptr, b.len - 6);
	assert_int_equal(import(t, &r, t->pack), STATUS_INVALID);
	assert_non_null(strstr(status_message(), "ends in the middle"));
	buf_done(&b);
	mem_free(kept);
	mem_free(from);
	mem_free(to);
}

static void sample_event(void **state)
{
	struct place_ *t = *state;
	struct import_report r;
	struct store_counts c;
	const char *src = getenv("srcdir");
	char *path = mem_printf("%s/data/sample-event", src ? src : ".");
	int i;

	assert_ok(import(t, &r, path));
	assert_true(r.instances >= 64);
	assert_true(r.organisations >= 12 && r.systems >= 16 && r.persons >= 12);
	assert_int_equal(r.unknown_fields, 0);
	assert_true(r.evidence_here >= 100 && r.evidence > r.evidence_here);
	assert_true(pack_count(t->st, "SELECT count(DISTINCT country) FROM organisation") >= 7);
	assert_int_equal(pack_count(t->st, "SELECT count(*) FROM track"), 4);
	assert_ok(store_counts(&c, t->st));
	for (i = TI_RUNNING; i <= TI_FAILED; i++)
		assert_true(c.by_status[i] > 0);
	assert_true(c.waiting >= 35 && c.waiting <= 50);
	assert_ok(import(t, &r, path));
	mem_free(path);
}

static const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	CASE(good_pack), CASE(good_pack_rows), CASE(unknown_keys_are_counted), CASE(missing_body_is_allowed),
	CASE(blank_lines_and_no_final_newline), CASE(again_keeps_keys_and_drops_what_went), CASE(again_drops_tests_that_went),
	CASE(records_survive_and_go_stale), CASE(claim_of_the_event_is_mine), CASE(other_event_is_refused), CASE(again_and_bad_keeps_what_was), CASE(cancelled),
	CASE(rebuilt_from_the_copy),
		CASE(rebuilt_when_the_database_is_gone), CASE(opened_when_database_and_copy_are_damaged),
		 CASE(archive_in_any_order), CASE(bad_archives), CASE(archive_cut_short),
	CASE(no_pack_at_all), CASE(links_in_a_folder_are_refused), CASE(compressed_instances), CASE(sample_event),
	CASE(each_file_operation_fails), CASE(killed_at_each_file_operation),
};

TEST_MAIN(tests)
