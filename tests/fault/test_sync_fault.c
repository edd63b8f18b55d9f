/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of sync under faults of the disk: the process ends, or the power goes, or the disk fails, at the
 * k-th operation for every k, while pages and receipts are taken, while it enrols, while it takes a new key
 * (32). Afterwards nothing is lost, nothing counts twice, and the next sync goes through (43: no page applied in part).
 */
#include "tests/fault/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/feed_fixture.h"
#include "tests/unit/test.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define MOST 3000
#define SECRET "AAAAAAAAAAAAAAAAAAAAAA"

/* What the hub has answered before the fault: the child gets these bytes. */
static struct fake_hub *hub;
static struct buf batch, receipt, pages[3];
static struct arena mem;

static char *copy_of(const char *dir)
{
	char *to = fixture_dir(), *command = mem_printf("rm -rf %s && cp -r %s %s", to, dir, to);

	assert_int_equal(system(command), 0);
	mem_free(command);
	return to;
}

static bool ended_by_fault(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == FAULT_EXIT;
}

/*
 * Every k until the work comes to its end undisturbed; for other faults than a kill, every third from the one that
 * `seed` says: each is a store to copy, to disturb and to heal.
 */
static unsigned int every_k(const char *from, enum fault_kind kind, unsigned int seed, void (*work)(const char *dir),
	void (*check)(const char *dir, const struct fault *f))
{
	/* a kill ends the process, an error is told */
	const bool kills = kind == FAULT_KILL || kind == FAULT_TORN || kind == FAULT_POWER;
	struct fault f = { .kind = kind, .seed = seed };
	bool more = true;
	char *dir;
	int status;

	for (f.at = kind == FAULT_KILL ? 1 : 1 + seed % 3; more && f.at < MOST; f.at += kind == FAULT_KILL ? 1 : 3) {
		dir = copy_of(from);
		status = fault_run(dir, &f, work);
		more = kills ? ended_by_fault(status) : !told->done || told->last != STATUS_OK;
		assert_true(ended_by_fault(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
		check(dir, &f);
		fixture_remove(dir);
	}
	assert_false(more);
	return (unsigned int)f.at;
}

static struct sync_state state_of(struct store *st)
{
	struct sync_state s;

	arena_reset(&mem);
	assert_ok(store_sync_state(&s, &mem, st));
	return s;
}

static enum ti_status status_of(struct store *st, const char *id)
{
	struct instance *ti;

	assert_ok(store_instance(&ti, &mem, st, id));
	return ti->row.status;
}

/* ---- pages and a receipt ---- */

/* A console with one verdict sent, whose answer and three pages are on the way. */
static char *prepare(void)
{
	char *dir = fixture_dir(), *colleague = fixture_dir();
	struct store *st, *other;
	struct saved saved;
	uint64_t last;
	size_t i;

	hub = fake_hub_new();
	st = fake_console(hub, dir, "A");
	other = fake_console(hub, colleague, "B");
	assert_ok(fake_sync(hub, st));
	assert_ok(fake_sync(hub, other));
	assert_ok(fixture_grade(&saved, st, "1001", OUTCOME_VERIFIED, NULL));
	assert_ok(fixture_grade(&saved, other, "1002", OUTCOME_FAILED, "no"));
	assert_ok(fake_sync(hub, other));
	fake_hub_text(hub, 'S', pack_good("systems.json"));
	fake_hub_text(hub, 'I', PACK_TI_1);
	fake_hub_claim(hub, "1002", "B", store_replica(other), LEASE_HELD, 3, 900);
	buf_init(&batch, BATCH_BYTES_MAX);
	buf_init(&receipt, 1 << 20);
	assert_ok(store_unsent(&batch, &last, st, 0, 0, 0));
	fake_hub_push(&receipt, hub, batch.ptr, batch.len);
	for (i = 0; i < 3; i++) {
		buf_init(&pages[i], FEED_PAGE_MAX);
		fake_hub_page(&pages[i], hub, state_of(st).cursor + 2 * i, 2);
	}
	store_close(st);
	store_close(other);
	fixture_remove(colleague);
	return dir;
}

static void prepare_done(char *dir)
{
	size_t i;

	for (i = 0; i < 3; i++)
		buf_done(&pages[i]);
	buf_done(&batch);
	buf_done(&receipt);
	fake_hub_free(hub);
	fixture_remove(dir);
}

static void work_sync(const char *dir)
{
	struct page_report r;
	struct store *st = NULL;
	unsigned int changed;
	size_t i;

	told->last = store_open(&st, dir, 0);
	if (told->last != STATUS_OK)
		return;
	for (i = 0; i < 3 && told->last == STATUS_OK; i++) {
		told->last = store_page(&r, st, pages[i].ptr, pages[i].len);
		if (i == 0 && told->last == STATUS_OK) {
			told->last = store_receipt(&changed, st, batch.ptr, batch.len, receipt.ptr, receipt.len);
			told->saved = told->last == STATUS_OK;
		}
	}
	store_close(st);
}

static void check_sync(const char *dir, const struct fault *f)
{
	struct store *st = NULL;
	struct sync_state s;
	size_t entries = hub->entries.len;
	uint64_t base = entries - 5;

	(void)f;
	assert_ok(store_open(&st, dir, 0));
	s = state_of(st);
	/* whole pages only */
	assert_true(s.cursor == entries || ((s.cursor - base) % 2 == 0 && s.cursor >= base));
	if (told->saved)
		assert_int_equal(s.unsent, 0);
	assert_int_equal(s.unsent + s.received, 1);
	assert_counts_true(st);
	assert_ok(fake_sync(hub, st));
	assert_int_equal(hub->entries.len, entries);
	s = state_of(st);
	assert_int_equal(s.cursor, entries);
	assert_int_equal(s.received, 1);
	assert_int_equal(s.unsent, 0);
	assert_int_equal(status_of(st, "1001"), TI_VERIFIED);
	assert_int_equal(status_of(st, "1002"), TI_FAILED);
	assert_int_equal(fault_records(st, "1001", RECORD_VERDICT), 1);
	assert_counts_true(st);
	fault_check_whole(st);
	store_close(st);
}

static void killed_while_taking_pages(void **state)
{
	char *dir = prepare();

	(void)state;
	assert_int_equal(hub->entries.len - 5, 9);
	assert_true(every_k(dir, FAULT_KILL, 0, work_sync, check_sync) > 12);
	assert_true(told->done && told->last == STATUS_OK);
	every_k(dir, FAULT_TORN, 0, work_sync, check_sync);
	prepare_done(dir);
}

/* What base/io wrote and did not sync may be gone or garbage. */
static void check_power(const char *dir, const struct fault *f)
{
	char *journal = mem_printf("%s/journal.vb", dir);
	off_t size = fault_size(dir, "journal.vb"), synced = (off_t)fault_synced_len(journal);

	if (synced > 0 && synced < size)
		fault_lose_tail(dir, synced, f->seed * 1000 + (unsigned int)f->at);
	mem_free(journal);
	check_sync(dir, f);
}

static void power_loss_while_taking_pages(void **state)
{
	char *dir = prepare();
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 3; seed++)
		every_k(dir, FAULT_POWER, seed, work_sync, check_power);
	assert_true(told->done && told->last == STATUS_OK);
	prepare_done(dir);
}

static void disk_fails_while_taking_pages(void **state)
{
	char *dir = prepare();

	(void)state;
	every_k(dir, FAULT_EIO, 0, work_sync, check_sync);
	every_k(dir, FAULT_FULL, 1, work_sync, check_sync);
	every_k(dir, FAULT_SHORT, 2, work_sync, check_sync);
	assert_true(told->done && told->last == STATUS_OK);
	prepare_done(dir);
}

/* ---- enrolment ---- */

static size_t first_entries;	/* of the hub, before consoles came that are thrown away after each k */

static void forget_consoles(void)
{
	uint8_t epoch[EPOCH_BYTES];

	memcpy(epoch, hub->epoch, sizeof(epoch));
	fake_hub_restore(hub, first_entries);
	memcpy(hub->epoch, epoch, sizeof(epoch));
}


static enum status enrol(struct store *st, bool silent)
{
	struct enrol_code code = { .base_url = "https://hub.example:8443", .host = "hub.example", .port = 8443, .event = "ev",
		.secret = SECRET, .has_pin = true };
	struct enrol_request ask;
	struct buf request, certificate;
	bool changed;
	enum status got;

	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	got = store_enrol_begin(&request, st, &code, NULL, FIXTURE_NOW);
	if (got == STATUS_OK)
		got = enrol_open(&ask, &mem, request.ptr, request.len);
	if (got == STATUS_OK) {
		fake_hub_certify(&certificate, hub, ask.key, "A", ROLE_MONITOR, silent);
		got = store_enrol_end(st, certificate.ptr, certificate.len, key_public(hub->key));
	}
	if (got == STATUS_OK)
		got = store_epoch(&changed, st, hub->epoch);
	buf_done(&request);
	buf_done(&certificate);
	return got;
}

static void work_enrol(const char *dir)
{
	struct page_report r;
	struct store *st = NULL;

	told->last = store_open(&st, dir, STORE_CREATE);
	if (told->last == STATUS_OK)
		told->last = enrol(st, true);
	told->saved = told->last == STATUS_OK;
	if (told->last == STATUS_OK)
		told->last = fake_pull(&r, hub, st);
	store_close(st);
}

static void check_enrol(const char *dir, const struct fault *f)
{
	struct saved saved;
	struct store *st = NULL;

	(void)f;
	assert_ok(store_open(&st, dir, STORE_CREATE));
	if (told->saved)
		assert_true(state_of(st).enrolled);
	assert_ok(enrol(st, false));
	assert_ok(fake_sync(hub, st));
	assert_ok(fixture_grade(&saved, st, "1001", OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, 1);
	assert_ok(fake_sync(hub, st));
	assert_int_equal(state_of(st).unsent, 0);
	assert_counts_true(st);
	fault_check_whole(st);
	store_close(st);
	forget_consoles();
}

static void killed_while_enrolling(void **state)
{
	char *dir = fixture_dir();

	(void)state;
	hub = fake_hub_new();
	first_entries = hub->entries.len;
	assert_true(every_k(dir, FAULT_KILL, 0, work_enrol, check_enrol) > 12);
	assert_true(told->done && told->saved);
	every_k(dir, FAULT_TORN, 0, work_enrol, check_enrol);
	every_k(dir, FAULT_POWER, 1, work_enrol, check_enrol);
	fake_hub_free(hub);
	fixture_remove(dir);
}

/* ---- 32: a new key ---- */

static void work_rekey(const char *dir)
{
	struct store *st = NULL;

	told->last = store_open(&st, dir, 0);
	if (told->last == STATUS_OK)
		told->last = store_rekey(st, NULL);
	told->saved = told->last == STATUS_OK;
	store_close(st);
}

static void check_rekey(const char *dir, const struct fault *f)
{
	struct saved saved;
	struct store *st = NULL;
	struct sync_state s;

	(void)f;
	assert_ok(store_open(&st, dir, 0));
	s = state_of(st);
	assert_true(s.forked != told->saved || !told->saved);
	/* as the session does, for as long as it is told that the chain forked */
	if (s.forked)
		assert_ok(store_rekey(st, NULL));
	assert_false(state_of(st).forked);
	assert_int_equal(fault_records(st, "1001", RECORD_VERDICT), 1);
	assert_int_equal(fault_records(st, "1001", RECORD_REISSUE), 1);
	assert_int_equal(fault_records(st, "1002", RECORD_REISSUE), 1);
	assert_ok(enrol(st, false));
	assert_ok(fixture_grade(&saved, st, "1001", OUTCOME_FAILED, "looked again"));
	fault_check_whole(st);
	assert_counts_true(st);
	store_close(st);
	forget_consoles();
}

static void killed_while_taking_a_new_key(void **state)
{
	char *dir = fixture_dir();
	struct store *st;
	struct saved saved;

	(void)state;
	hub = fake_hub_new();
	st = fake_console(hub, dir, "A");
	assert_ok(fake_sync(hub, st));
	assert_ok(fixture_grade(&saved, st, "1001", OUTCOME_VERIFIED, NULL));
	assert_ok(fixture_grade(&saved, st, "1002", OUTCOME_VERIFIED, NULL));
	assert_ok(sql_exec(st, "UPDATE hub SET forked = 1"));
	store_close(st);
	first_entries = hub->entries.len;
	assert_true(every_k(dir, FAULT_KILL, 0, work_rekey, check_rekey) > 12);
	every_k(dir, FAULT_TORN, 0, work_rekey, check_rekey);
	every_k(dir, FAULT_EIO, 0, work_rekey, check_rekey);
	fake_hub_free(hub);
	fixture_remove(dir);
}

static int set_up(void **state)
{
	char *dir;

	(void)state;
	crypto_init();
	fault_install();
	arena_init(&mem);
	/* makes what parent and child share */
	dir = fault_template();
	fixture_remove(dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_while_taking_pages),
		cmocka_unit_test(power_loss_while_taking_pages),
		cmocka_unit_test(disk_fails_while_taking_pages),
		cmocka_unit_test(killed_while_enrolling),
		cmocka_unit_test(killed_while_taking_a_new_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, set_up, tear_down);
}
