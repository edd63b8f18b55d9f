/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that is replaced as a whole: the old one or the new one stands there, whatever fails. Layer: tests. */
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/tree.h"

#define MARK ".mark"

static char folder[64], path[80];

static int make(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/verdict-tree-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/site", folder);
	return 0;
}

static int unmake(void **state)
{
	struct tree *t;
	char all[100];

	(void)state;
	io_set_hook(NULL, NULL);
	/* an empty site in its place, then nothing */
	if (tree_begin(&t, path, MARK) == STATUS_OK)
		(void)tree_commit(t);
	snprintf(all, sizeof(all), "%s/%s", path, MARK);
	unlink(all);
	rmdir(path);
	return rmdir(folder);
}

static enum status publish(const char *text, unsigned int files)
{
	struct tree *t;
	enum status st = tree_begin(&t, path, MARK);
	char name[40];

	if (st)
		return st;
	for (unsigned int i = 0; !st && i < files; i++) {
		snprintf(name, sizeof(name), i % 2 ? "part/of/%u.html" : "%u.html", i);
		st = tree_add(t, name, text, strlen(text));
	}
	if (st)
		tree_abort(t);
	else
		st = tree_commit(t);
	return st;
}

static void content(char out[16], const char *name)
{
	char *file = mem_printf("%s/%s", path, name);
	struct buf b;

	buf_init(&b, 100);
	if (io_read_file(&b, file, 100) != STATUS_OK)
		buf_adds(&b, "none");
	snprintf(out, 16, "%s", buf_str(&b));
	buf_done(&b);
	mem_free(file);
}

/* All `files` hold this text, and no others are there. */
static void assert_site(const char *text, unsigned int files)
{
	char got[16], name[40];

	for (unsigned int i = 0; i < files; i++) {
		snprintf(name, sizeof(name), i % 2 ? "part/of/%u.html" : "%u.html", i);
		content(got, name);
		assert_string_equal(got, text);
	}
	snprintf(name, sizeof(name), files % 2 ? "part/of/%u.html" : "%u.html", files);
	content(got, name);
	assert_string_equal(got, "none");
}

static void test_replaced(void **state)
{
	struct stat sb;
	mode_t mask = umask(0077);
	char *file;

	(void)state;
	assert_ok(publish("one", 5));
	assert_site("one", 5);
	assert_ok(publish("two", 3));
	assert_site("two", 3);
	umask(mask);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0755);
	file = mem_printf("%s/part/of/1.html", path);
	assert_int_equal(stat(file, &sb), 0);
	assert_int_equal(sb.st_mode & 0777, 0644);
	mem_free(file);
}

static void test_files_of_others_stay(void **state)
{
	char *file = mem_printf("%s/diary.txt", path), *mark = mem_printf("%s/%s", path, MARK);
	char got[16];

	(void)state;
	assert_ok(io_mkdirs(path, 0755));
	assert_ok(publish("one", 1));		/* an empty folder is fine */
	assert_ok(io_unlink(mark));
	mem_free(mark);
	assert_ok(io_replace_file(file, "mine", 4, 0600));
	assert_int_equal(publish("two", 1), STATUS_DENIED);
	content(got, "diary.txt");
	assert_string_equal(got, "mine");
	content(got, "0.html");
	assert_string_equal(got, "one");
	unlink(file);
	mem_free(file);
	file = mem_printf("%s/0.html", path);
	unlink(file);
	mem_free(file);
	assert_int_equal(publish("x", 1), STATUS_OK);
}

static void test_names(void **state)
{
	static const char *const bad[] = { "", "/", "/etc/passwd", "../x", "a/../x", "a//b", "a/", ".hidden", "a/.x", "a b", "a\nb",
		"a\\b", "%2e", "a/b/c/d/e/f/g/h/i" };
	struct tree *t;

	(void)state;
	assert_true(tree_name_ok("ko/organisation/O~2e1-x_y.html"));
	assert_ok(tree_begin(&t, path, MARK));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(tree_name_ok(bad[i]));
		assert_int_equal(tree_add(t, bad[i], "", 0), STATUS_INVALID);
	}
	tree_abort(t);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_one_at_a_time(void **state)
{
	struct tree *t, *other;
	char *sibling = mem_printf("%s/other", folder);

	(void)state;
	assert_ok(tree_begin(&t, path, MARK));
	assert_int_equal(tree_begin(&other, sibling, MARK), STATUS_BUSY);
	tree_abort(t);
	mem_free(sibling);
	assert_ok(publish("one", 1));
}

static void test_not_a_folder(void **state)
{
	char *deep = mem_printf("%s/no/such", folder);
	struct tree *t;

	(void)state;
	assert_int_not_equal(tree_begin(&t, deep, MARK), STATUS_OK);
	assert_int_equal(tree_begin(&t, "/", MARK), STATUS_DENIED);
	assert_ok(io_replace_file(path, "x", 1, 0600));
	assert_int_equal(tree_begin(&t, path, MARK), STATUS_DENIED);
	unlink(path);
	mem_free(deep);
}

/* Through a link the folder behind it is replaced, and the link stays. */
static void test_link(void **state)
{
	char *link = mem_printf("%s/link", folder), *with = mem_printf("%s/link/", folder);
	struct stat sb;
	struct tree *t;

	(void)state;
	assert_ok(publish("one", 2));
	assert_int_equal(symlink("site", link), 0);
	assert_ok(tree_begin(&t, with, MARK));
	assert_ok(tree_add(t, "0.html", "two", 3));
	assert_ok(tree_commit(t));
	assert_int_equal(lstat(link, &sb), 0);
	assert_true(S_ISLNK(sb.st_mode));
	assert_site("two", 1);
	unlink(link);
	mem_free(link);
	mem_free(with);
}

struct fault { int at, answer, seen; bool kill; };

static int hook(enum io_op op, const char *where, size_t len, void *data)
{
	struct fault *f = data;

	(void)op;
	(void)where;
	(void)len;
	if (f->seen++ != f->at)
		return 0;
	if (f->kill)
		_exit(9);
	return f->answer;
}

/* Either all of the one or all of the other. */
static bool is_whole(void)
{
	char first[16];

	content(first, "0.html");
	if (strcmp(first, "old") == 0)
		assert_site("old", 4);
	else
		assert_site("new", 6);
	return strcmp(first, "new") == 0;
}

static void test_full_disk(void **state)
{
	static const int answers[] = { ENOSPC, EIO, -1 };
	char *part = mem_printf("%s.part", path);
	bool done = false;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		done = false;
		for (int at = 0; !done; at++) {
			struct fault f = { at, answers[k], 0, false };
			enum status st;

			assert_ok(publish("old", 4));
			io_set_hook(hook, &f);
			st = publish("new", 6);
			io_set_hook(NULL, NULL);
			done = f.seen <= at;
			assert_true(st == STATUS_OK ? is_whole() : !done);
			if (st && answers[k] == ENOSPC)
				assert_int_equal(st, STATUS_FULL);
			(void)is_whole();
			assert_int_equal(access(part, F_OK), -1);
			assert_true(at < 100);
		}
	}
	mem_free(part);
}

static void test_killed(void **state)
{
	bool done = false;

	(void)state;
	for (int at = 0; !done; at++) {
		struct fault f = { at, 0, 0, true };
		int how;
		pid_t pid;

		assert_ok(publish("old", 4));
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			io_set_hook(hook, &f);
			_exit(publish("new", 6) == STATUS_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &how, 0), pid);
		assert_true(WIFEXITED(how));
		done = WEXITSTATUS(how) == 0;
		assert_true(done || WEXITSTATUS(how) == 9);
		assert_true(is_whole() || !done);
		assert_true(at < 100);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_replaced, make, unmake),
	cmocka_unit_test_setup_teardown(test_files_of_others_stay, make, unmake),
	cmocka_unit_test_setup_teardown(test_names, make, unmake),
	cmocka_unit_test_setup_teardown(test_one_at_a_time, make, unmake),
	cmocka_unit_test_setup_teardown(test_not_a_folder, make, unmake),
	cmocka_unit_test_setup_teardown(test_link, make, unmake),
	cmocka_unit_test_setup_teardown(test_full_disk, make, unmake),
	cmocka_unit_test_setup_teardown(test_killed, make, unmake),
};
TEST_MAIN(tests)
