/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, queues, rows, one TI, saving, the journal, drafts: a small store without faults. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/store_fixture.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"
#include "verdict/store/blob.h"

struct ctx { char *dir; struct store *st; struct arena a; };

static int set_up(void **state, const char *person)
{
	struct ctx *c = mem_zalloc(sizeof(*c));

	clock_freeze_ms(FIXTURE_NOW);
	arena_init(&c->a);
	c->dir = fixture_dir();
	c->st = fixture_store(c->dir, 40, person);
	*state = c;
	return 0;
}

static int joined(void **state)
{
	return set_up(state, "m1");
}

static int lead(void **state)
{
	return set_up(state, "l1");
}

static int unjoined(void **state)
{
	return set_up(state, NULL);
}

static int tear_down(void **state)
{
	struct ctx *c = *state;

	store_close(c->st);
	arena_done(&c->a);
	fixture_remove(c->dir);
	mem_free(c);
	return 0;
}

static void reopen(struct ctx *c, unsigned int flags)
{
	store_close(c->st);
	c->st = NULL;
	assert_ok(store_open(&c->st, c->dir, flags));
}

static void test_open_without_store(void **state)
{
	char *dir = fixture_dir();
	struct store *st = NULL;

	(void)state;
	assert_int_equal(store_open(&st, dir, 0), STATUS_NOT_FOUND);
	assert_null(st);
	fixture_remove(dir);
}

static void test_second_open_is_busy(void **state)
{
	struct ctx *c = *state;
	struct store *second = NULL;
	char pid[32];

	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	assert_int_equal(store_open(&second, c->dir, 0), STATUS_BUSY);
	assert_non_null(strstr(status_message(), pid));
	assert_int_equal(store_holder(c->dir), getpid());
	store_close(c->st);
	c->st = NULL;
	assert_int_equal(store_holder(c->dir), 0);
	assert_ok(store_open(&c->st, c->dir, 0));
}

static void test_newer_schema_is_refused(void **state)
{
	struct ctx *c = *state;
	struct store *st = NULL;

	assert_ok(sql_exec(c->st, "PRAGMA user_version = 9000"));
	store_close(c->st);
	c->st = NULL;
	assert_int_equal(store_open(&st, c->dir, 0), STATUS_NEWER);
	assert_null(st);
}

static void test_counts(void **state)
{
	struct ctx *c = *state;
	struct store_counts n;

	assert_ok(store_counts(&n, c->st));
	assert_int_equal(n.total, 40);
	assert_int_equal(n.by_status[TI_CRITICAL], 4);
	assert_int_equal(n.by_status[TI_TO_BE_VERIFIED], 12);
	assert_int_equal(n.waiting, 20);
	assert_int_equal(n.unsent, 0);
}

static void test_orders(void **state)
{
	struct ctx *c = *state;
	struct queue_row *rows;
	int64_t *keys;
	size_t n, i;
	int sort, scope;

	for (sort = 0; sort < SORT_COUNT; sort++)
		for (scope = 0; scope <= SCOPE_ALL; scope++) {
			assert_ok(store_queue_order(&keys, &n, &c->a, c->st, (enum queue_sort)sort,
				(enum queue_scope)scope, 0, 0));
			assert_int_equal(n, scope == SCOPE_ALL ? 40 : scope == SCOPE_MINE || scope == SCOPE_ASSIGNED ? 0 : 20);
		}
	assert_ok(store_queue_order(&keys, &n, &c->a, c->st, SORT_WAITING, SCOPE_WAITING, 0, 0));
	assert_ok(store_queue_rows(&rows, &c->a, c->st, keys, n));
	for (i = 1; i < n; i++) {
		assert_true(rows[i - 1].critical >= rows[i].critical);
		if (rows[i - 1].critical == rows[i].critical)
			assert_true(rows[i - 1].since <= rows[i].since);
	}
	assert_ok(store_queue_order(&keys, &n, &c->a, c->st, SORT_TABLE, SCOPE_WAITING, 4, 10));
	assert_int_equal(n, 10);
	assert_ok(store_queue_rows(&rows, &c->a, c->st, keys, n));
	for (i = 1; i < n; i++)
		assert_true(strcmp(rows[i - 1].table, rows[i].table) <= 0);
	assert_ok(store_queue_order(&keys, &n, &c->a, c->st, SORT_ID, SCOPE_ALL, 0, 0));
	assert_ok(store_queue_rows(&rows, &c->a, c->st, keys, n));
	for (i = 1; i < n; i++)
		assert_true(strtol(rows[i - 1].id, NULL, 10) < strtol(rows[i].id, NULL, 10));
}

static void test_rows_of_keys_that_are_gone(void **state)
{
	struct ctx *c = *state;
	struct queue_row *rows;
	int64_t keys[] = { 3, 999, 1 };

	assert_ok(store_queue_rows(&rows, &c->a, c->st, keys, 3));
	assert_string_equal(rows[0].id, "1003");
	assert_null(rows[1].id);
	assert_int_equal(rows[1].key, 999);
	assert_string_equal(rows[2].id, "1001");
	assert_string_equal(rows[2].from, "한빛 EHR");
	assert_string_equal(rows[2].to_country, "JP");
	assert_string_equal(rows[2].profiles, "MHD IPS");
}

static void test_pages_reach_every_row(void **state)
{
	struct ctx *c = *state;
	struct queue_row *rows;
	int64_t after = 0;
	size_t n, sum = 0;

	do {
		assert_ok(store_queue_page(&rows, &n, &c->a, c->st, after, 7));
		sum += n;
		if (n)
			after = rows[n - 1].key;
	} while (n);
	assert_int_equal(sum, 40);
}

static void test_instance(void **state)
{
	struct ctx *c = *state;
	struct instance *ti;

	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_string_equal(ti->test.title, "Provide IPS document");
	assert_int_equal(ti->test.n_profiles, 2);
	assert_string_equal(ti->test.profiles[1], "IPS");
	assert_int_equal(ti->n_participants, 2);
	assert_string_equal(ti->participants[0].actor, "Document Source");
	assert_string_equal(ti->participants[1].organisation_name, "Sakura Health");
	assert_non_null(strstr(ti->row.organisations, "Sakura Health"));
	assert_int_equal(ti->n_steps, 3);
	assert_string_equal(ti->steps[0].status, "done");
	assert_int_equal(ti->steps[0].evidence, 1);
	assert_int_equal(ti->n_evidence, 1);
	assert_false(ti->evidence[0].here);
	assert_int_equal(ti->n_items, 3);
	assert_int_equal(ti->items[0].item.by, ITEM_BY_CHECK);
	assert_int_equal(ti->n_history, 1);
	assert_string_equal(ti->history[0].who_name, "Lee");
	assert_int_equal(store_instance(&ti, &c->a, c->st, "nowhere"), STATUS_NOT_FOUND);
}

static void test_save_needs_join(void **state)
{
	struct ctx *c = *state;
	struct saved saved;

	assert_int_equal(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL), STATUS_USAGE);
	assert_int_equal(saved.n, 0);
	assert_int_equal(store_join(c->st, "nobody", NULL), STATUS_NOT_FOUND);
	assert_ok(store_join(c->st, "m1", NULL));
	assert_int_equal(store_join(c->st, "m1", NULL), STATUS_EXISTS);
	assert_string_equal(store_me(c->st)->name, "Kim Minji");
	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, 1);
}

static void test_save_verdict(void **state)
{
	struct ctx *c = *state;
	struct saved saved, second;
	struct store_counts n;
	struct instance *ti;
	struct record rec;
	const char *payload;
	size_t len;

	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_ok(store_looked(c->st, "1001", &ti->evidence[0].sha256));
	assert_ok(store_draft_set(c->st, "1001", "half a verdict"));
	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, 1);
	assert_ok(store_payload(&payload, &len, &c->a, c->st, &saved.rid));
	assert_ok(payload_parse(&rec, &c->a, payload, len));
	assert_string_equal(rec.event, "ev");
	assert_string_equal(rec.who, "m1");
	assert_int_equal(rec.n_looked, 1);
	assert_int_equal(rec.revision, 1);
	assert_int_equal(rec.seen_status, TI_TO_BE_VERIFIED);
	assert_int_equal(rec.n_base, 0);
	assert_int_equal(store_draft_get(&payload, &c->a, c->st, "1001"), STATUS_NOT_FOUND);
	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_int_equal(ti->row.status, TI_VERIFIED);
	assert_int_equal(ti->n_verdicts, 1);
	assert_true(ti->verdicts[0].own && ti->verdicts[0].leaf);
	assert_true(ti->evidence[0].looked);
	assert_int_equal(ti->n_history, 2);
	assert_true(ti->history[1].own);
	assert_ok(store_counts(&n, c->st));
	assert_int_equal(n.waiting, 19);
	assert_int_equal(n.by_status[TI_VERIFIED], 5);
	assert_int_equal(n.unsent, 1);
	/* a correction of a TI that no longer waits needs a reason, and has the first verdict in its base */
	assert_int_equal(fixture_grade(&second, c->st, "1001", OUTCOME_FAILED, NULL), STATUS_USAGE);
	assert_ok(fixture_grade(&second, c->st, "1001", OUTCOME_FAILED, "wrong document"));
	assert_int_equal(second.n, 2);
	assert_ok(store_payload(&payload, &len, &c->a, c->st, &second.rid));
	assert_ok(payload_parse(&rec, &c->a, payload, len));
	assert_int_equal(rec.n_base, 1);
	assert_true(digest_equal(&rec.base[0], &saved.rid));
	assert_true(rec.has_prev && digest_equal(&rec.prev, &saved.rid));
	assert_true(rec.correction);
	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_int_equal(ti->row.status, TI_FAILED);
	assert_false(ti->row.disputed);
}

static void test_rules_hold_in_save(void **state)
{
	struct ctx *c = *state;
	struct saved saved;
	struct record rec = { .kind = RECORD_WITHDRAWAL, .ti = "1001" };

	assert_int_equal(fixture_grade(&saved, c->st, "1001", OUTCOME_PARTIAL, ""), STATUS_USAGE);
	assert_int_equal(fixture_grade(&saved, c->st, "1010", OUTCOME_VERIFIED, "x"), STATUS_DENIED);
	assert_int_equal(fixture_grade(&saved, c->st, "none", OUTCOME_VERIFIED, "x"), STATUS_NOT_FOUND);
	assert_int_equal(store_save(&saved, c->st, &rec), STATUS_USAGE);
	rec.kind = RECORD_RESOLUTION;
	assert_int_equal(store_save(&saved, c->st, &rec), STATUS_DENIED);
	assert_int_equal(saved.n, 0);
}

static void test_neutrality(void **state)
{
	struct ctx *c = *state;
	struct saved saved;
	struct instance *ti;

	assert_ok(store_join(c->st, "m2", NULL));
	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_non_null(ti->neutrality);
	assert_int_equal(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL), STATUS_DENIED);
}

/* A finding is listed with what it is about, and no more once its author withdrew it. */
static void test_findings(void **state)
{
	struct ctx *c = *state;
	struct saved saved, gone;
	struct record rec = { .kind = RECORD_FINDING, .ti = "1001", .text = "no reason for absence",
		.severity = SEVERITY_ERROR, .gap = "ambiguous", .path = "Bundle.entry[3]", .offset = 99, .has_evidence = true };
	struct record back = { .kind = RECORD_WITHDRAWAL, .ti = "1001", .has_of = true };
	struct finding_row *rows;
	size_t n;

	assert_ok(store_findings(&rows, &n, &c->a, c->st, NULL));
	assert_int_equal(n, 0);
	assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(store_findings(&rows, &n, &c->a, c->st, NULL));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].ti, "1001");
	assert_string_equal(rows[0].by, "m1");
	assert_string_equal(rows[0].text, "no reason for absence");
	assert_string_equal(rows[0].gap, "ambiguous");
	assert_string_equal(rows[0].path, "Bundle.entry[3]");
	assert_int_equal(rows[0].severity, SEVERITY_ERROR);
	assert_int_equal(rows[0].offset, 99);
	assert_true(rows[0].own && digest_equal(&rows[0].rid, &saved.rid));
	assert_ok(store_findings(&rows, &n, &c->a, c->st, "1002"));
	assert_int_equal(n, 0);
	assert_ok(store_findings(&rows, &n, &c->a, c->st, "1001"));
	assert_int_equal(n, 1);
	back.of = saved.rid;
	assert_ok(store_save(&gone, c->st, &back));
	assert_ok(store_findings(&rows, &n, &c->a, c->st, "1001"));
	assert_int_equal(n, 0);
	assert_ok(store_findings(&rows, &n, &c->a, c->st, NULL));
	assert_int_equal(n, 0);
}

static void test_withdrawal(void **state)
{
	struct ctx *c = *state;
	struct saved saved, gone;
	struct record rec = { .kind = RECORD_WITHDRAWAL, .ti = "1001", .has_of = true };
	struct instance *ti;

	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL));
	rec.of = saved.rid;
	assert_ok(store_save(&gone, c->st, &rec));
	assert_ok(store_instance(&ti, &c->a, c->st, "1001"));
	assert_int_equal(ti->row.status, TI_TO_BE_VERIFIED);
}

static void test_claims(void **state)
{
	struct ctx *c = *state;
	struct record rec = { .kind = RECORD_CLAIM, .ti = "1002", .ttl_s = 3600 };
	struct saved saved;
	struct instance *ti;
	struct store_counts n;
	int64_t *keys;
	size_t len;

	assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(store_instance(&ti, &c->a, c->st, "1002"));
	assert_int_equal(ti->row.claim, CLAIM_INTENDED);
	assert_true(ti->row.claim_mine);
	assert_string_equal(ti->row.claim_by, "m1");
	assert_int_equal(ti->claim_until, FIXTURE_NOW + 3600000);
	assert_ok(store_queue_order(&keys, &len, &c->a, c->st, SORT_WAITING, SCOPE_MINE, 0, 0));
	assert_int_equal(len, 1);
	assert_ok(store_counts(&n, c->st));
	assert_int_equal(n.claimed_mine, 1);
	rec.kind = RECORD_RELEASE;
	assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(store_counts(&n, c->st));
	assert_int_equal(n.claimed_mine, 0);
	/* a verdict ends the claim too */
	rec.kind = RECORD_CLAIM;
	assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(fixture_grade(&saved, c->st, "1002", OUTCOME_VERIFIED, NULL));
	assert_ok(store_counts(&n, c->st));
	assert_int_equal(n.claimed_mine, 0);
}

/* Wanted 3 of T1 for each system: the flag goes on at two verified ones and off at three. */
static void test_completes(void **state)
{
	struct ctx *c = *state;
	struct saved saved;
	struct queue_row *rows;
	size_t n, i, before = 0, after = 0;
	int64_t *keys, *wait;
	size_t n_wait;
	int64_t wrong;

	assert_ok(store_queue_page(&rows, &n, &c->a, c->st, 0, 100));
	for (i = 0; i < n; i++)
		before += rows[i].completes;
	assert_ok(store_queue_order(&wait, &n_wait, &c->a, c->st, SORT_WAITING, SCOPE_WAITING, 0, 0));
	assert_ok(store_queue_rows(&rows, &c->a, c->st, wait, n_wait));
	for (i = 0; i < n_wait; i++) {
		assert_ok(fixture_grade(&saved, c->st, rows[i].id, OUTCOME_VERIFIED, NULL));
		/* what was changed step by step is what a full count gives */
		assert_ok(sql_exec(c->st, "CREATE TEMP TABLE was AS SELECT key, flags FROM ti"));
		assert_ok(store_rederive_all(c->st));
		sql_forget(c->st);
		static const char sql[] = "SELECT count(*) FROM ti JOIN temp.was USING (key) "
			"WHERE ti.flags <> was.flags";
		assert_ok(sql_int(&wrong, c->st, sql));
		assert_int_equal(wrong, 0);
		sql_forget(c->st);
		assert_ok(sql_exec(c->st, "DROP TABLE temp.was"));
	}
	assert_ok(store_queue_order(&keys, &n, &c->a, c->st, SORT_WAITING, SCOPE_WAITING, 0, 0));
	assert_int_equal(n, 0);
	assert_ok(store_queue_page(&rows, &n, &c->a, c->st, 0, 100));
	for (i = 0; i < n; i++)
		after += rows[i].completes;
	assert_int_not_equal(before, after);
}

static void test_preview_is_what_is_signed(void **state)
{
	struct ctx *c = *state;
	struct record rec = { .kind = RECORD_VERDICT, .ti = "1001", .outcome = OUTCOME_FAILED, .text = "no \x1b[31m" };
	struct saved saved;
	const char *json, *payload;
	size_t len;

	assert_ok(store_preview(&json, &c->a, c->st, &rec));
	assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(store_payload(&payload, &len, &c->a, c->st, &saved.rid));
	assert_string_equal(json, payload);
}

static void test_journal_pages(void **state)
{
	struct ctx *c = *state;
	struct record rec = { .kind = RECORD_COMMENT, .ti = "1001", .text = "hm" };
	struct journal_row *rows;
	struct saved saved;
	size_t n;
	int i;

	for (i = 0; i < 5; i++)
		assert_ok(store_save(&saved, c->st, &rec));
	assert_ok(store_journal_page(&rows, &n, &c->a, c->st, 0, 3, -1));
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].n, 5);
	assert_string_equal(rows[0].kind, "comment");
	assert_string_equal(rows[0].what, "hm");
	assert_ok(store_journal_page(&rows, &n, &c->a, c->st, 3, 10, ENTRY_UNSENT));
	assert_int_equal(n, 2);
	assert_ok(store_journal_page(&rows, &n, &c->a, c->st, 0, 10, ENTRY_REFUSED));
	assert_int_equal(n, 0);
}

static void test_everything_is_there_after_reopening(void **state)
{
	struct ctx *c = *state;
	struct saved saved;
	struct verify_report report;
	const char *text, *ti;

	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL));
	assert_ok(store_draft_set(c->st, "1003", "unfinished"));
	assert_ok(store_setting_set(c->st, "sort", "table"));
	reopen(c, 0);
	assert_null(store_notice(c->st));
	assert_string_equal(store_me(c->st)->id, "m1");
	assert_ok(store_draft_last(&ti, &c->a, c->st));
	assert_string_equal(ti, "1003");
	assert_ok(store_draft_get(&text, &c->a, c->st, ti));
	assert_string_equal(text, "unfinished");
	assert_ok(store_setting_get(&text, &c->a, c->st, "sort"));
	assert_string_equal(text, "table");
	assert_ok(fixture_grade(&saved, c->st, "1003", OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, 2);
	assert_ok(store_verify(&report, c->st, NULL, NULL));
	assert_int_equal(report.records, 2);
	assert_int_equal(report.bad_crc + report.bad_signature + report.bad_chain + report.bad_payload +
		report.missing_in_db + report.missing_in_journal + report.torn_tail, 0);
}

static void test_lists(void **state)
{
	struct ctx *c = *state;
	struct system_info *systems;
	struct organisation *orgs;
	struct person *people;
	size_t n, i;

	assert_ok(store_systems(&systems, &n, &c->a, c->st));
	assert_int_equal(n, 4);
	assert_ok(store_organisations(&orgs, &n, &c->a, c->st));
	assert_int_equal(n, 4);
	assert_string_equal(orgs[0].name, "한빛병원");
	assert_ok(store_persons(&people, &n, &c->a, c->st));
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++)
		assert_int_equal(people[i].n_organisations, strcmp(people[i].id, "m2") == 0);
}

static void test_sealed_key(void **state)
{
	struct ctx *c = *state;
	struct saved saved;

	assert_ok(store_join(c->st, "m1", "correct horse"));
	assert_false(store_is_locked(c->st));
	reopen(c, 0);
	assert_true(store_is_locked(c->st));
	assert_int_equal(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL), STATUS_DENIED);
	assert_int_equal(store_unlock(c->st, "wrong"), STATUS_DENIED);
	assert_ok(store_unlock(c->st, "correct horse"));
	assert_ok(fixture_grade(&saved, c->st, "1001", OUTCOME_VERIFIED, NULL));
}

static void test_check_goes_through(void **state)
{
	struct ctx *c = *state;
	bool done = false;
	int turns = 0;

	while (!done && turns++ < 1000)
		assert_ok(store_check(&done, c->st));
	assert_true(done);
	assert_null(store_notice(c->st));
}

/* A folder that is another's says so, and not that no event was imported. */
static void test_forbidden_folder(void **state)
{
	char dir[] = "/tmp/verdict-forbidden-XXXXXX";
	struct store *st = NULL;
	int status = 0;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) == 0 && store_open(&st, dir, 0) == STATUS_IO ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(status, 0);
}

static void test_blobs(void **state)
{
	struct ctx *c = *state;
	char *path = mem_printf("%s/body", c->dir);
	struct digest d, wrong;
	struct buf b;
	int64_t size;
	int fd;

	assert_ok(io_replace_file(path, "hello", 5, 0600));
	assert_ok(io_open(&fd, path, O_RDONLY, 0));
	assert_ok(blob_add(&d, &size, c->st, fd, NULL));
	assert_int_equal(size, 5);
	assert_true(blob_here(c->st, &d));
	assert_ok(blob_check(c->st, &d));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	memset(&wrong, 1, sizeof(wrong));
	assert_int_equal(blob_add(&d, &size, c->st, fd, &wrong), STATUS_CORRUPT);
	assert_false(blob_here(c->st, &wrong));
	close(fd);
	buf_init(&b, 8192);
	assert_ok(blob_path(&b, c->st, &d));
	assert_ok(io_replace_file(buf_str(&b), "HELLO", 5, 0600));
	assert_int_equal(blob_check(c->st, &d), STATUS_CORRUPT);
	buf_done(&b);
	mem_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_without_store),
		cmocka_unit_test_setup_teardown(test_second_open_is_busy, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_newer_schema_is_refused, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_counts, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_orders, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_of_keys_that_are_gone, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_pages_reach_every_row, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_instance, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_save_needs_join, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_save_verdict, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_rules_hold_in_save, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_neutrality, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_findings, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_withdrawal, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_claims, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_completes, lead, tear_down),
		cmocka_unit_test_setup_teardown(test_preview_is_what_is_signed, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_journal_pages, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_everything_is_there_after_reopening, joined, tear_down),
		cmocka_unit_test_setup_teardown(test_lists, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_sealed_key, unjoined, tear_down),
		cmocka_unit_test_setup_teardown(test_check_goes_through, joined, tear_down),
		cmocka_unit_test(test_forbidden_folder),
		cmocka_unit_test_setup_teardown(test_blobs, unjoined, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
