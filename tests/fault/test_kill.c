/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults 1, 2, 3 and 45: the process ends at the k-th disk operation for every k, before it or in the middle
 * of a write; the power goes; the terminal goes.
 */
#include "tests/fault/common.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define MOST 2000

static char *template;

static bool ended_by_fault(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == FAULT_EXIT;
}

/* Every k until the work comes to its end undisturbed. */
static unsigned int every_k(const char *from, enum fault_kind kind, unsigned int seed, void (*work)(const char *dir),
	void (*check)(const char *dir, const struct fault *f))
{
	struct fault f = { .kind = kind, .seed = seed };
	bool more = true;
	char *dir;
	int status;

	for (f.at = 1; more && f.at < MOST; f.at++) {
		dir = fault_copy(from);
		status = fault_run(dir, &f, work);
		more = ended_by_fault(status);
		assert_true(more || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
		check(dir, &f);
		fixture_remove(dir);
	}
	assert_false(more);
	return (unsigned int)f.at - 1;
}

static void check_rule(const char *dir, const struct fault *f)
{
	(void)f;
	fault_check(dir, FAULT_BEFORE);
}

static void test_01_killed_while_saving(void **state)
{
	unsigned int k = every_k(template, FAULT_KILL, 0, fault_work, check_rule);

	(void)state;
	/* the journal's two operations and those of the commits are in there */
	assert_true(k > 6);
	assert_true(told->saved == FAULT_BEFORE + 1 && told->draft);
}

static void test_01_killed_in_a_write(void **state)
{
	(void)state;
	every_k(template, FAULT_TORN, 0, fault_work, check_rule);
	assert_int_equal(told->saved, FAULT_BEFORE + 1);
}

/* ---- 2: the journal has it, the database has not ---- */

static char *journal_ahead(void)
{
	char *dir = fault_copy(template), *from, *to;
	struct store *st = NULL;
	struct saved saved;
	struct buf b;

	assert_ok(store_open(&st, dir, 0));
	assert_ok(fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, NULL));
	store_close(st);
	/* the database of before with the journal of after */
	from = mem_printf("%s/verdict.db", template);
	to = mem_printf("%s/verdict.db", dir);
	buf_init(&b, 64 << 20);
	assert_ok(io_read_file(&b, from, 64 << 20));
	assert_ok(io_replace_file(to, b.ptr, b.len, 0600));
	buf_done(&b);
	mem_free(from);
	mem_free(to);
	return dir;
}

static void work_open(const char *dir)
{
	struct store *st = NULL;

	if (store_open(&st, dir, 0) == STATUS_OK)
		store_close(st);
}

static void check_replayed(const char *dir, const struct fault *f)
{
	struct store *st = NULL;

	(void)f;
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 1);
	assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE);
	fault_check_whole(st);
	store_close(st);
}

static void test_02_journal_ahead_is_replayed(void **state)
{
	char *dir = journal_ahead();
	struct store *st = NULL;
	const char *said;

	(void)state;
	assert_ok(store_open(&st, dir, 0));
	said = store_notice(st);
	assert_non_null(said);
	assert_non_null(strstr(said, "1 records taken over from the journal"));
	store_close(st);
	check_replayed(dir, NULL);
	fixture_remove(dir);
}

static void test_02_killed_while_replaying(void **state)
{
	char *dir = journal_ahead();

	(void)state;
	every_k(dir, FAULT_KILL, 0, work_open, check_replayed);
	every_k(dir, FAULT_TORN, 0, work_open, check_replayed);
	fixture_remove(dir);
}

/* ---- 3: power ---- */

static void check_power(const char *dir, const struct fault *f)
{
	off_t synced = fault_size(template, "journal.vb");
	char *path = mem_printf("%s/journal.vb", dir);
	off_t later = (off_t)fault_synced_len(path);

	fault_lose_tail(dir, later > synced ? later : synced, f->seed * 1000 + (unsigned int)f->at);
	fault_check(dir, FAULT_BEFORE);
	mem_free(path);
}

static void test_03_power_loss(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 4; seed++)
		every_k(template, FAULT_POWER, seed, fault_work, check_power);
	assert_int_equal(told->saved, FAULT_BEFORE + 1);
}

/* ---- join ---- */

static void work_join(const char *dir)
{
	struct store *st = NULL;

	if (store_open(&st, dir, 0) != STATUS_OK)
		return;
	told->last = store_join(st, "m1", NULL);
	told->saved = told->last == STATUS_OK;
	store_close(st);
}

static void check_join(const char *dir, const struct fault *f)
{
	struct store *st = NULL;
	struct saved saved;

	(void)f;
	assert_ok(store_open(&st, dir, 0));
	if (told->saved)
		assert_non_null(store_me(st));
	if (!store_me(st))
		assert_ok(store_join(st, "m1", NULL));
	assert_ok(fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, 1);
	store_close(st);
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 1);
	fault_check_whole(st);
	store_close(st);
}

static void test_01_killed_while_joining(void **state)
{
	char *dir = fixture_dir();
	struct store *st = fixture_store(dir, 40, NULL);

	(void)state;
	store_close(st);
	every_k(dir, FAULT_KILL, 0, work_join, check_join);
	every_k(dir, FAULT_TORN, 0, work_join, check_join);
	fixture_remove(dir);
}

/* ---- 45: the process is stopped, or ended by a signal, with the store open ---- */

static void wait_for(const volatile bool *flag)
{
	int64_t until = clock_mono_ns() + INT64_C(10000000000);

	while (!*flag && clock_mono_ns() < until)
		usleep(1000);
	assert_true(*flag);
}

static pid_t start_worker(const char *dir)
{
	pid_t pid;

	memset(told, 0, sizeof(*told));
	pid = fork();
	if (pid == 0) {
		struct store *st = NULL;
		struct saved saved;

		signal(SIGHUP, SIG_DFL);
		if (store_open(&st, dir, 0) == STATUS_OK &&
		    fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, NULL) == STATUS_OK &&
		    store_draft_set(st, "1003", "half a verdict") == STATUS_OK)
			told->done = true;
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	wait_for(&told->done);
	return pid;
}

static void check_after_signal(const char *dir)
{
	struct store *st = NULL;
	struct arena a;
	const char *ti, *text;

	arena_init(&a);
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 1);
	assert_ok(store_draft_last(&ti, &a, st));
	assert_string_equal(ti, "1003");
	assert_ok(store_draft_get(&text, &a, st, ti));
	assert_string_equal(text, "half a verdict");
	fault_check_whole(st);
	store_close(st);
	arena_done(&a);
}

static void test_45_hangup_keeps_records_and_drafts(void **state)
{
	static const int signals[] = { SIGHUP, SIGKILL };
	size_t i;
	char *dir;
	pid_t pid;

	(void)state;
	for (i = 0; i < 2; i++) {
		dir = fault_copy(template);
		pid = start_worker(dir);
		assert_int_equal(kill(pid, signals[i]), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		check_after_signal(dir);
		fixture_remove(dir);
	}
}

static void test_45_stopped_process_keeps_its_store(void **state)
{
	char *dir = fault_copy(template), who[40];
	struct store *st = NULL;
	pid_t pid = start_worker(dir);
	int status;

	(void)state;
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	snprintf(who, sizeof(who), "process %ld", (long)pid);
	assert_int_equal(store_open(&st, dir, 0), STATUS_BUSY);
	assert_non_null(strstr(status_message(), who));
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	check_after_signal(dir);
	fixture_remove(dir);
}

/* ---- 9: a second process ---- */

static void test_09_second_process_is_refused_at_once(void **state)
{
	char *dir = fault_copy(template), who[40];
	struct store *st = NULL;
	pid_t pid = start_worker(dir);
	int64_t begin = clock_mono_ns();

	(void)state;
	assert_int_equal(store_open(&st, dir, 0), STATUS_BUSY);
	assert_true(clock_mono_ns() - begin < INT64_C(1000000000));
	snprintf(who, sizeof(who), "process %ld", (long)pid);
	assert_non_null(strstr(status_message(), who));
	assert_int_equal(store_holder(dir), pid);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(store_holder(dir), 0);
	check_after_signal(dir);
	fixture_remove(dir);
}

static int begin(void **state)
{
	(void)state;
	fault_install();
	template = fault_template();
	return 0;
}

static int end(void **state)
{
	(void)state;
	fixture_remove(template);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_01_killed_while_saving),
		cmocka_unit_test(test_01_killed_in_a_write),
		cmocka_unit_test(test_01_killed_while_joining),
		cmocka_unit_test(test_02_journal_ahead_is_replayed),
		cmocka_unit_test(test_02_killed_while_replaying),
		cmocka_unit_test(test_03_power_loss),
		cmocka_unit_test(test_09_second_process_is_refused_at_once),
		cmocka_unit_test(test_45_hangup_keeps_records_and_drafts),
		cmocka_unit_test(test_45_stopped_process_keeps_its_store),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, begin, end);
}
