/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults 4, 5 and 6: the disk is full, the disk says no, memory runs out. Whatever store_save() answers is
 * the truth, nothing of before is lost, and once the cause is gone saving works again.
 */
#include "tests/fault/common.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/mem.h"

#define MOST 400

static char *template;

static enum status comment(struct saved *saved, struct store *st, const char *text)
{
	struct record rec = { .kind = RECORD_COMMENT, .ti = FAULT_TI, .text = text };

	return store_save(saved, st, &rec);
}

/* With the fault set after opening: what was said, what is there, and a second try when the fault is gone. */
static bool one_round(const struct fault *f)
{
	char *dir = fault_copy(template), *text = mem_alloc(4001);
	struct store *st = NULL;
	struct saved saved;
	struct arena a;
	const char *payload;
	size_t len;
	enum status code;
	unsigned int n;
	bool was_hit;

	memset(text, 'x', 4000);
	text[4000] = '\0';
	arena_init(&a);
	assert_ok(store_open(&st, dir, 0));
	fault_set(f);
	code = fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, text);
	was_hit = fault_hit();
	if (code != STATUS_OK)
		assert_true(saved.n ? strncmp(status_message(), "saved in the journal", 20) == 0 :
			status_message()[0] != '\0' && strncmp(status_message(), "saved", 5) != 0);
	if (code != STATUS_OK && f->kind == FAULT_FULL)
		assert_true(code == STATUS_FULL);
	if (!f->for_ever && code == STATUS_OK)
		assert_ok(store_payload(&payload, &len, &a, st, &saved.rid));
	fault_clear();
	/* the same store goes on: first what became of it, then the next */
	n = code == STATUS_OK || saved.n ? 1 : 0;
	assert_ok(store_counts(&(struct store_counts){ 0 }, st));
	if (n)
		assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 1);
	else if (!f->for_ever)
		assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 0);
	n = fault_records(st, FAULT_TI, RECORD_VERDICT);
	assert_true(n <= 1);
	assert_ok(comment(&saved, st, text));
	fault_check_whole(st);
	store_close(st);
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), n);
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_COMMENT), 1);
	assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), FAULT_BEFORE);
	fault_check_whole(st);
	store_close(st);
	fixture_remove(dir);
	arena_done(&a);
	mem_free(text);
	return was_hit;
}

static unsigned int rounds(enum fault_kind kind, bool for_ever)
{
	struct fault f = { .kind = kind, .for_ever = for_ever };

	for (f.at = 1; f.at < MOST; f.at++)
		if (!one_round(&f))
			break;
	assert_true(f.at > 3 && f.at < MOST);
	return (unsigned int)f.at;
}

static void test_04_full_at_every_write(void **state)
{
	(void)state;
	rounds(FAULT_FULL, true);
	rounds(FAULT_FULL, false);
}

static void test_05_error_at_every_operation(void **state)
{
	(void)state;
	rounds(FAULT_EIO, false);
	rounds(FAULT_EIO, true);
}

static void test_05_short_write_at_every_operation(void **state)
{
	(void)state;
	rounds(FAULT_SHORT, false);
	rounds(FAULT_SHORT, true);
}

/* An error while the store is opened: it does not open, or it does; in any case the next time it does. */
static void test_05_error_while_opening(void **state)
{
	struct fault f = { .kind = FAULT_EIO };
	struct store *st;
	char *dir;
	bool was_hit = true;

	(void)state;
	for (f.at = 1; was_hit && f.at < MOST; f.at++) {
		dir = fault_copy(template);
		st = NULL;
		fault_set(&f);
		if (store_open(&st, dir, 0) == STATUS_OK)
			store_close(st);
		was_hit = fault_hit();
		fault_clear();
		memset(told, 0, sizeof(*told));
		fault_check(dir, FAULT_BEFORE);
		fixture_remove(dir);
	}
	assert_false(was_hit);
}

/* ---- 4 on a real small file system ---- */

static bool fill(const char *dir)
{
	char *path = mem_printf("%s/filler", dir), bytes[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	bool full = false;

	memset(bytes, 1, sizeof(bytes));
	while (fd >= 0 && !full)
		full = write(fd, bytes, sizeof(bytes)) < (ssize_t)sizeof(bytes);
	/* the last bytes too */
	while (fd >= 0 && write(fd, bytes, 1) == 1)
		;
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return full;
}

static void copy_into(const char *to, const char *from)
{
	char *all = mem_printf("%s/.", from);
	pid_t pid = fork();

	if (pid == 0) {
		execlp("cp", "cp", "-a", all, to, (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, NULL, 0) != pid)
		abort();
	mem_free(all);
}

static bool mount_small(const char *dir)
{
	return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("none", dir, "tmpfs", 0, "size=1m,mode=0700") == 0;
}

static void test_04_full_tmpfs(void **state)
{
	char *dir = fixture_dir(), *filler = mem_printf("%s/filler", dir), text[4001];
	struct store *st = NULL;
	struct saved saved;
	struct arena a;
	const char *draft;
	unsigned int i, n = 0;
	enum status code = STATUS_OK;

	(void)state;
	if (!mount_small(dir)) {
		rmdir(dir);
		mem_free(filler);
		mem_free(dir);
		skip();
	}
	memset(text, 'x', 4000);
	text[4000] = '\0';
	arena_init(&a);
	copy_into(dir, template);
	assert_ok(store_open(&st, dir, 0));
	assert_ok(store_draft_set(st, FAULT_TI, "half a verdict"));
	assert_true(fill(dir));
	/* there may be room left in what the files already occupy */
	for (i = 0; i < 200 && code == STATUS_OK; i++) {
		code = comment(&saved, st, text);
		n += code == STATUS_OK || saved.n;
	}
	assert_int_equal(code, STATUS_FULL);
	assert_non_null(strstr(status_message(), "saved"));
	assert_int_equal(unlink(filler), 0);
	assert_ok(fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, NULL));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_COMMENT), n);
	assert_int_equal(store_draft_get(&draft, &a, st, FAULT_TI), STATUS_NOT_FOUND);
	fault_check_whole(st);
	store_close(st);
	st = NULL;
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_COMMENT), n);
	assert_int_equal(fault_records(st, FAULT_TI, RECORD_VERDICT), 1);
	fault_check_whole(st);
	store_close(st);
	arena_done(&a);
	umount(dir);
	rmdir(dir);
	mem_free(filler);
	mem_free(dir);
}

/* ---- 6: memory ---- */

static uint64_t allocations, fail_from, sqlite_fails;

static void fail_ours(size_t size, void *data)
{
	(void)size;
	(void)data;
	if (++allocations == fail_from)
		abort();	/* what base/mem does where malloc() says no */
}

static sqlite3_mem_methods real_memory;

static bool fails(void)
{
	return sqlite_fails && ++allocations >= sqlite_fails;
}

static void *fail_malloc(int size)
{
	return fails() ? NULL : real_memory.xMalloc(size);
}

static void *fail_realloc(void *ptr, int size)
{
	return fails() ? NULL : real_memory.xRealloc(ptr, size);
}

static void work_ours(const char *dir)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	allocations = 0;
	mem_set_hook(fail_ours, NULL);
	fault_work(dir);
}

static void test_06_own_memory_fails(void **state)
{
	struct fault none = { .kind = FAULT_NONE };
	bool more = true;
	uint64_t k;
	char *dir;
	int status;

	(void)state;
	for (k = 1; more && k < 5000; k += 1 + k / 40) {
		dir = fault_copy(template);
		fail_from = k;
		status = fault_run(dir, &none, work_ours);
		fail_from = 0;
		more = WIFSIGNALED(status);
		fault_check(dir, FAULT_BEFORE);
		fixture_remove(dir);
	}
	assert_false(more);
	assert_int_equal(told->saved, FAULT_BEFORE + 1);
}

/* From the k-th on for ever, in a process of its own: SQLite counts its memory as a whole. */
static uint64_t sqlite_k;

static void work_sqlite(const char *dir)
{
	allocations = 0;
	sqlite_fails = sqlite_k;
	fault_work(dir);
	sqlite_fails = 0;
}

static void test_06_memory_of_sqlite_fails(void **state)
{
	struct fault none = { .kind = FAULT_NONE };
	bool more = true;
	char *dir;
	int status;

	(void)state;
	for (sqlite_k = 1; more && sqlite_k < 20000; sqlite_k += 1 + sqlite_k / 40) {
		dir = fault_copy(template);
		status = fault_run(dir, &none, work_sqlite);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		more = !told->saved;
		fault_check(dir, FAULT_BEFORE);
		fixture_remove(dir);
	}
	assert_false(more);
}

static int begin(void **state)
{
	sqlite3_mem_methods mine;

	(void)state;
	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
	mine = real_memory;
	mine.xMalloc = fail_malloc;
	mine.xRealloc = fail_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &mine);
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
		cmocka_unit_test(test_04_full_at_every_write),
		cmocka_unit_test(test_05_error_at_every_operation),
		cmocka_unit_test(test_05_short_write_at_every_operation),
		cmocka_unit_test(test_05_error_while_opening),
		cmocka_unit_test(test_06_own_memory_fails),
		cmocka_unit_test(test_06_memory_of_sqlite_fails),
		cmocka_unit_test(test_04_full_tmpfs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, begin, end);
}
