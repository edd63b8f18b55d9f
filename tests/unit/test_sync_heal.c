/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What heals: a hub that was restored, a console that was, a damaged database, a copied folder, and the step from
 * a store of the version before. Layer: tests.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/sync_pair.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

static void copy_dir(const char *from, const char *to)
{
	char *command = mem_printf("rm -rf %s && cp -r %s %s", to, from, to);

	assert_int_equal(system(command), 0);
	mem_free(command);
}

/* 23 and 40: the hub lost its last entries; the consoles bring them back, each other's too. */
static void restored_hub(void **state)
{
	struct ctx *c = *state;
	size_t before = c->hub->entries.len;
	bool changed;
	int i;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	graded(c->b, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	assert_ok(fake_sync(c->hub, c->a));
	fake_hub_restore(c->hub, before);
	assert_ok(store_epoch(&changed, c->a, c->hub->epoch));
	assert_true(changed);
	assert_int_equal(state_of(c, c->a).unsent, 1);
	assert_int_equal(state_of(c, c->a).cursor, 0);
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	assert_ok(store_epoch(&changed, c->a, c->hub->epoch));
	assert_false(changed);
	/* B never comes back: A brings both */
	for (i = 0; i < 2; i++)
		assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(c->hub->entries.len, before + 2);
	assert_int_equal(state_of(c, c->a).unsent, 0);
	assert_int_equal(state_of(c, c->a).received, 1);
	assert_counts_true(c->a);
	/* and when B does, nothing is doubled */
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(c->hub->entries.len, before + 2);
	assert_int_equal(state_of(c, c->b).received, 1);
	assert_int_equal(ti_of(c, c->b, "1002")->row.status, TI_FAILED);
	assert_counts_true(c->b);
}

static void ti_that_a_restored_hub_lacks(void **state)
{
	struct ctx *c = *state;
	size_t before = c->hub->entries.len;
	struct store_counts n;

	fake_hub_text(c->hub, 'I', "{\"id\":\"1003\",\"test\":\"T1\",\"status\":\"verified\",\"since\":\"2026-11-24T10:00:00+09:00\","
		"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}");
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(store_counts(&n, c->a));
	assert_int_equal(n.total, 3);
	assert_counts_true(c->a);
	fake_hub_restore(c->hub, before);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(store_counts(&n, c->a));
	assert_int_equal(n.total, 2);
	assert_counts_true(c->a);
}

/* 39: a page half applied before an epoch changed leaves nothing behind. */
static void epoch_in_the_middle(void **state)
{
	struct ctx *c = *state;
	struct page_report r;
	bool changed;

	fake_hub_restore(c->hub, c->hub->entries.len);
	assert_ok(store_epoch(&changed, c->a, c->hub->epoch));
	assert_ok(fake_pull(&r, c->hub, c->a));
	fake_hub_restore(c->hub, 7);
	assert_int_equal(fake_pull(&r, c->hub, c->a), STATUS_CONFLICT);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).cursor, 7);
	assert_counts_true(c->a);
}

static struct have_answer answer_of(struct store *st, uint64_t n, const struct digest *rid)
{
	struct have_answer h = { .replica = store_replica(st), .n = n };

	if (rid)
		h.rid = *rid;
	return h;
}

static void offers(void **state)
{
	struct ctx *c = *state;
	struct have_answer h;
	struct saved saved[4];
	int i;

	for (i = 0; i < 4; i++)
		saved[i] = graded(c->a, i % 2 ? "1002" : "1001", i < 2 ? OUTCOME_VERIFIED : OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).received, 4);
	assert_int_equal(state_of(c, c->a).n, 4);
	h = answer_of(c->a, 4, &saved[3].rid);
	assert_ok(store_offer(c->a, &h));
	assert_int_equal(state_of(c, c->a).unsent, 0);
	/* it has three of them, and a hole */
	h = answer_of(c->a, 3, &saved[2].rid);
	h.n_want = 1;
	h.want[0] = (struct have_range){ 2, 2 };
	assert_ok(store_offer(c->a, &h));
	assert_int_equal(state_of(c, c->a).unsent, 2);
	assert_int_equal(state_of(c, c->a).received_n, 1);
	assert_counts_true(c->a);
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).unsent, 0);
	/* it knows nothing of us */
	h = answer_of(c->a, 0, NULL);
	assert_ok(store_offer(c->a, &h));
	assert_int_equal(state_of(c, c->a).unsent, 4);
	/* it has another record 2; it has a record 9 */
	h = answer_of(c->a, 2, &saved[3].rid);
	assert_int_equal(store_offer(c->a, &h), STATUS_CONFLICT);
	h = answer_of(c->a, 4, &saved[3].rid);
	h.fork = true;
	assert_int_equal(store_offer(c->a, &h), STATUS_CONFLICT);
	h = answer_of(c->a, 9, &saved[3].rid);
	assert_int_equal(store_offer(c->a, &h), STATUS_CONFLICT);
	h = answer_of(c->b, 0, NULL);
	assert_int_equal(store_offer(c->a, &h), STATUS_INVALID);
}

/* Join again with a new code, as the person does after a new key. */
static void join_again(struct ctx *c, struct store *st, const char *who)
{
	struct enrol_code code = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = "CAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };
	struct enrol_request ask;
	struct buf request, certificate;

	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	assert_ok(store_enrol_begin(&request, st, &code, NULL, FIXTURE_NOW));
	assert_ok(enrol_open(&ask, &c->mem, request.ptr, request.len));
	fake_hub_certify(&certificate, c->hub, ask.key, who, ROLE_MONITOR, false);
	assert_ok(store_enrol_end(st, certificate.ptr, certificate.len, key_public(c->hub->key)));
	buf_done(&request);
	buf_done(&certificate);
}

/* 32: the laptop was restored from a backup, and went on under the same key. */
static void restored_console(void **state)
{
	struct ctx *c = *state;
	char *backup = mem_printf("%s/backup", c->dir), *old;
	struct store_counts n;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	assert_ok(fake_sync(c->hub, c->a));
	store_close(c->a);
	copy_dir(c->dir_a, backup);
	assert_ok(store_open(&c->a, c->dir_a, 0));
	graded(c->a, "1002", OUTCOME_VERIFIED);
	assert_ok(fake_sync(c->hub, c->a));
	/* back to before: number 2 is written a second time, another one */
	store_close(c->a);
	copy_dir(backup, c->dir_a);
	assert_ok(store_open(&c->a, c->dir_a, 0));
	graded(c->a, "1001", OUTCOME_FAILED);
	assert_false(state_of(c, c->a).forked);
	old = mem_strdup(store_replica(c->a));
	assert_ok(fake_sync(c->hub, c->a));
	assert_true(state_of(c, c->a).forked);
	assert_int_equal(ti_of(c, c->a, "1002")->row.status, TI_VERIFIED);
	assert_ok(store_rekey(c->a, NULL));
	assert_non_null(strstr(store_notice(c->a), "new key"));
	assert_string_not_equal(store_replica(c->a), old);
	assert_false(state_of(c, c->a).forked);
	assert_false(state_of(c, c->a).enrolled);
	reopen(&c->a, c->dir_a);
	assert_string_not_equal(store_replica(c->a), old);
	join_again(c, c->a, "A");
	graded(c->a, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(state_of(c, c->a).unsent, 0);
	assert_int_equal(ti_of(c, c->b, "1001")->row.status, TI_FAILED);
	assert_int_equal(ti_of(c, c->b, "1002")->row.status, TI_FAILED);
	assert_ok(store_counts(&n, c->a));
	assert_int_equal(n.refused, 0);
	assert_counts_true(c->a);
	assert_counts_true(c->b);
	mem_free(backup);
	mem_free(old);
}

/* 32: after a fork a new code gives a new key; without one a console that has joined takes no other code. */
static void a_new_code_after_a_fork(void **state)
{
	struct ctx *c = *state;
	struct enrol_code other = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = "DAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };
	char *old = mem_strdup(store_replica(c->a)), *copy = mem_printf("%s/copy", c->dir);
	struct store *twin = NULL;
	struct page_report report;
	struct buf request;

	buf_init(&request, 65536);
	store_close(c->a);
	copy_dir(c->dir_a, copy);
	assert_ok(store_open(&c->a, c->dir_a, 0));
	graded(c->a, "1001", OUTCOME_VERIFIED);
	assert_int_equal(store_enrol_begin(&request, c->a, &other, NULL, FIXTURE_NOW), STATUS_EXISTS);
	assert_string_equal(store_replica(c->a), old);
	assert_ok(store_open(&twin, copy, 0));
	graded(twin, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, twin));	/* the copy was there first */
	store_close(twin);
	assert_ok(fake_pull(&report, c->hub, c->a));
	assert_true(state_of(c, c->a).forked);
	other.event = "other";
	assert_int_equal(store_enrol_begin(&request, c->a, &other, NULL, FIXTURE_NOW), STATUS_EXISTS);
	assert_string_equal(store_replica(c->a), old);
	join_again(c, c->a, "A");
	assert_string_not_equal(store_replica(c->a), old);
	assert_true(state_of(c, c->a).enrolled && !state_of(c, c->a).forked);
	assert_int_equal(state_of(c, c->a).unsent, 2);	/* the verdict, and its reissue */
	join_again(c, c->a, "A");			/* the same code again makes no third key */
	assert_int_equal(state_of(c, c->a).n, 1);
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	assert_int_equal(state_of(c, c->a).unsent, 0);
	assert_int_equal(ti_of(c, c->b, "1001")->row.status, TI_VERIFIED);
	assert_int_equal(ti_of(c, c->b, "1001")->n_verdicts, 1);
	assert_counts_true(c->a);
	buf_done(&request);
	mem_free(copy);
	mem_free(old);
}

/* A record that waits when the key changes is reissued; it and its reissue count as one. */
static void reissue_counts_once(void **state)
{
	struct ctx *c = *state;
	char *old = mem_strdup(store_replica(c->a));
	struct journal_row *rows;
	struct instance *ti;
	size_t n;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	assert_ok(store_rekey(c->a, NULL));
	assert_ok(store_journal_page(&rows, &n, &c->mem, c->a, 0, 10, -1));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].kind, "reissue");
	assert_int_equal(rows[0].n, 1);
	assert_int_equal(rows[1].n, 1);
	join_again(c, c->a, "A");
	/* somebody tells the hub that the old key may be in wrong hands: what it writes from now on is marked */
	fake_hub_revoke(c->hub, old);
	c->hub->flags = 0;
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	ti = ti_of(c, c->b, "1001");
	assert_int_equal(ti->n_verdicts, 1);
	assert_int_equal(ti->row.status, TI_VERIFIED);
	assert_counts_true(c->a);
	assert_counts_true(c->b);
	mem_free(old);
}

static void damage(const char *dir)
{
	char *path = mem_printf("%s/verdict.db", dir), *wal = mem_printf("%s/verdict.db-wal", dir), zeros[4096] = "";
	struct stat sb;
	off_t at;
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &sb), 0);
	for (at = 4096; at < sb.st_size; at += 4096)
		assert_int_equal(pwrite(fd, zeros, sizeof(zeros), at), sizeof(zeros));
	close(fd);
	unlink(wal);
	mem_free(path);
	mem_free(wal);
}

/* 7: nothing of the database is left; the copy of the feed and the journal bring it back without the hub. */
static void rebuilt_from_the_copy(void **state)
{
	struct ctx *c = *state;
	struct sync_state before, after;

	graded(c->a, "1001", OUTCOME_VERIFIED);
	graded(c->b, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->b));
	assert_ok(fake_sync(c->hub, c->a));
	graded(c->a, "1002", OUTCOME_VERIFIED);
	before = state_of(c, c->a);
	store_close(c->a);
	damage(c->dir_a);
	assert_ok(store_open(&c->a, c->dir_a, 0));
	assert_non_null(strstr(store_notice(c->a), "built again"));
	after = state_of(c, c->a);
	assert_int_equal(after.cursor, before.cursor);
	assert_true(digest_equal(&after.root, &before.root));
	assert_int_equal(after.unsent, before.unsent);
	assert_int_equal(after.received, before.received);
	assert_int_equal(ti_of(c, c->a, "1001")->row.status, TI_VERIFIED);
	assert_int_equal(ti_of(c, c->a, "1002")->n_verdicts, 2);
	assert_counts_true(c->a);
	/* and goes on from there */
	assert_ok(fake_sync(c->hub, c->a));
	assert_int_equal(state_of(c, c->a).unsent, 0);
	reopen(&c->a, c->dir_a);
	assert_counts_true(c->a);
}

static void flip(const char *path, off_t at)
{
	unsigned char byte;
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* The copy is damaged as well: what lies before is taken, the rest comes from the hub. */
static void damaged_copy(void **state)
{
	struct ctx *c = *state;
	char *copy = mem_printf("%s/reference/feed.vb", c->dir_a), *whole = mem_printf("%s/whole", c->dir);
	struct stat sb;
	off_t at;

	graded(c->b, "1002", OUTCOME_FAILED);
	assert_ok(fake_sync(c->hub, c->b));
	assert_ok(fake_sync(c->hub, c->a));
	store_close(c->a);
	c->a = NULL;
	copy_dir(c->dir_a, whole);
	assert_int_equal(stat(copy, &sb), 0);
	for (at = 3; at < sb.st_size; at += sb.st_size / 7) {
		copy_dir(whole, c->dir_a);
		flip(copy, at);
		damage(c->dir_a);
		assert_ok(store_open(&c->a, c->dir_a, 0));
		assert_ok(fake_sync(c->hub, c->a));
		assert_int_equal(state_of(c, c->a).cursor, c->hub->entries.len);
		assert_int_equal(ti_of(c, c->a, "1002")->row.status, TI_FAILED);
		assert_counts_true(c->a);
		/* and what was pulled makes the copy whole again */
		store_close(c->a);
		damage(c->dir_a);
		assert_ok(store_open(&c->a, c->dir_a, 0));
		assert_int_equal(state_of(c, c->a).cursor, c->hub->entries.len);
		store_close(c->a);
		c->a = NULL;
	}
	mem_free(copy);
	mem_free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(restored_hub, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(ti_that_a_restored_hub_lacks, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(epoch_in_the_middle, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(offers, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(restored_console, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(a_new_code_after_a_fork, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(reissue_counts_once, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(rebuilt_from_the_copy, pair_setup_both, pair_teardown),
		cmocka_unit_test_setup_teardown(damaged_copy, pair_setup_both, pair_teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
