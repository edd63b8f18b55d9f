/* SPDX-License-Identifier: Apache-2.0 */
/* Durable file operations: the good path, the fault hook, and a kill at each operation. */
#include "tests/unit/test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

static char folder[64];
static char path[128];

static int make(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/verdict-io-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	return 0;
}

static int unmake(void **state)
{
	char beside[140];

	(void)state;
	io_set_hook(NULL, NULL);
	snprintf(beside, sizeof(beside), "%s.new", path);
	unlink(beside);
	unlink(path);
	return rmdir(folder);
}

static void assert_content(const char *want)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	assert_ok(io_read_file(&b, path, 1 << 16));
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
}

struct fault { enum io_op op; int at, answer, seen; bool kill; };

static int hook(enum io_op op, const char *where, size_t len, void *data)
{
	struct fault *f = data;

	(void)len;
	assert_non_null(where);
	if (f->kill ? f->seen++ == f->at : op == f->op && f->seen++ == f->at) {
		if (f->kill)
			_exit(9);
		return f->answer;
	}
	return 0;
}

static void test_files(void **state)
{
	char got[4];
	struct buf b;
	int fd;

	(void)state;
	assert_int_equal(io_open(&fd, path, O_RDONLY, 0), STATUS_NOT_FOUND);
	assert_non_null(strstr(status_message(), path));
	assert_ok(io_open(&fd, path, O_RDWR | O_CREAT, 0600));
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_ok(io_write_all(fd, path, "abcdef", 6));
	assert_ok(io_pwrite_all(fd, path, "XY", 2, 2));
	assert_ok(io_sync(fd, path));
	assert_ok(io_sync_dir(path));
	assert_ok(io_pread_all(fd, path, got, 4, 1));
	assert_memory_equal(got, "bXYe", 4);
	assert_int_equal(io_pread_all(fd, path, got, 4, 3), STATUS_INVALID);
	assert_ok(io_truncate(fd, path, 3));
	close(fd);
	assert_content("abX");
	buf_init(&b, 100);
	assert_int_equal(io_read_file(&b, path, 2), STATUS_LIMIT);
	buf_reset(&b);
	assert_ok(io_read_file(&b, path, 3));
	buf_done(&b);
	assert_ok(io_unlink(path));
	assert_ok(io_unlink(path));
	buf_init(&b, 100);
	assert_int_equal(io_read_file(&b, path, 2), STATUS_NOT_FOUND);
	buf_done(&b);
}

static void test_mkdirs(void **state)
{
	char deep[160];
	struct stat sb;

	(void)state;
	snprintf(deep, sizeof(deep), "%s/a//b/c/", folder);
	assert_ok(io_mkdirs(deep, 0700));
	assert_int_equal(stat(deep, &sb), 0);
	assert_true(S_ISDIR(sb.st_mode));
	assert_int_equal(sb.st_mode & 0777, 0700);
	assert_ok(io_mkdirs(deep, 0700));
	assert_ok(io_replace_file(path, "x", 1, 0600));
	assert_int_equal(io_mkdirs(path, 0700), STATUS_IO);
	snprintf(deep, sizeof(deep), "%s/below", path);
	assert_int_equal(io_mkdirs(deep, 0700), STATUS_IO);
	snprintf(deep, sizeof(deep), "%s/a/b/c", folder);
	rmdir(deep);
	snprintf(deep, sizeof(deep), "%s/a/b", folder);
	rmdir(deep);
	snprintf(deep, sizeof(deep), "%s/a", folder);
	assert_int_equal(rmdir(deep), 0);
}

static void test_faults(void **state)
{
	static const struct {
		enum io_op op;
		int answer;
		enum status want;
		const char *content;
	} rows[] = {
		{ IO_WRITE, ENOSPC, STATUS_FULL, "" },
		{ IO_WRITE, EDQUOT, STATUS_FULL, "" },
		{ IO_WRITE, EIO, STATUS_IO, "" },
		{ IO_WRITE, -3, STATUS_IO, "abc" },
		{ IO_WRITE, -100, STATUS_IO, "abcdef" },
		{ IO_SYNC, EIO, STATUS_IO, "abcdef" },
		{ IO_SYNC, ENOSPC, STATUS_FULL, "abcdef" },
		{ IO_TRUNCATE, EIO, STATUS_IO, "abcdef" },
	};
	struct fault f;
	enum status st;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f = (struct fault){ .op = rows[i].op, .answer = rows[i].answer };
		assert_ok(io_open(&fd, path, O_RDWR | O_CREAT | O_TRUNC, 0600));
		io_set_hook(hook, &f);
		st = io_write_all(fd, path, "abcdef", 6);
		if (!st)
			st = io_sync(fd, path);
		if (!st)
			st = io_truncate(fd, path, 2);
		io_set_hook(NULL, NULL);
		close(fd);
		assert_int_equal(st, rows[i].want);
		assert_int_equal(f.seen, 1);
		assert_non_null(strstr(status_message(), path));
		assert_content(rows[i].content);
	}
	f = (struct fault){ .op = IO_OPEN, .answer = EACCES };
	io_set_hook(hook, &f);
	assert_int_equal(io_open(&fd, path, O_RDONLY, 0), STATUS_IO);
	f = (struct fault){ .op = IO_UNLINK, .answer = EPERM };
	assert_int_equal(io_unlink(path), STATUS_IO);
}

/* Each operation of a replacement fails in turn: the old content stays, or the new is complete. */
static void test_replace_faults(void **state)
{
	static const enum io_op ops[] = { IO_UNLINK, IO_OPEN, IO_WRITE, IO_SYNC, IO_RENAME };
	struct fault f;
	size_t i;

	(void)state;
	assert_ok(io_replace_file(path, "old", 3, 0600));
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		f = (struct fault){ .op = ops[i], .answer = ENOSPC };
		io_set_hook(hook, &f);
		assert_int_equal(io_replace_file(path, "newer", 5, 0600), STATUS_FULL);
		io_set_hook(NULL, NULL);
		assert_content("old");
	}
	assert_ok(io_replace_file(path, "newer", 5, 0600));
	assert_content("newer");
}

static void test_replace_kill(void **state)
{
	struct fault f = { .kill = true };
	struct buf b;
	int how, done = 0;
	pid_t pid;

	(void)state;
	assert_ok(io_replace_file(path, "old", 3, 0600));
	for (f.at = 0; !done; f.at++) {
		assert_true(f.at < 20);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			io_set_hook(hook, &f);
			_exit(io_replace_file(path, "newer", 5, 0600) == STATUS_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &how, 0), pid);
		assert_true(WIFEXITED(how) && (WEXITSTATUS(how) == 9 || WEXITSTATUS(how) == 0));
		done = WEXITSTATUS(how) == 0;
		buf_init(&b, 100);
		assert_ok(io_read_file(&b, path, 100));
		assert_true(strcmp(buf_str(&b), "old") == 0 || strcmp(buf_str(&b), "newer") == 0);
		buf_done(&b);
	}
	assert_in_range(f.at, 5, 10);
	assert_content("newer");
}

static uint32_t slow_crc(const unsigned char *p, size_t n)
{
	uint32_t c = 0xffffffff;
	int bit;

	for (; n > 0; n--, p++) {
		c ^= *p;
		for (bit = 0; bit < 8; bit++)
			c = c >> 1 ^ (c & 1 ? 0x82f63b78 : 0);
	}
	return ~c;
}

static void test_crc(void **state)
{
	unsigned char bytes[200];
	size_t i, n;

	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, "", 0), 0);
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (n = 0; n < 100; n++) {
		assert_int_equal(crc32c(0, bytes + n % 9, n), slow_crc(bytes + n % 9, n));
		assert_int_equal(
			crc32c(crc32c(0, bytes, n), bytes + n, 200 - n), slow_crc(bytes, 200));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_files, make, unmake),
	cmocka_unit_test_setup_teardown(test_mkdirs, make, unmake),
	cmocka_unit_test_setup_teardown(test_faults, make, unmake),
	cmocka_unit_test_setup_teardown(test_replace_faults, make, unmake),
	cmocka_unit_test_setup_teardown(test_replace_kill, make, unmake),
	cmocka_unit_test(test_crc),
};

TEST_MAIN(tests)
