/* SPDX-License-Identifier: Apache-2.0 */
/* Status lines, allocation, arenas, buffers and maps. */
#include "tests/unit/test.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/frame.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/status.h"
#include "verdict/base/vec.h"

static void test_status_names(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < STATUS_COUNT; i++) {
		assert_non_null(status_name(i));
		for (j = 0; j < i; j++)
			assert_string_not_equal(status_name(i), status_name(j));
	}
	assert_string_equal(status_name(STATUS_COUNT), "unknown status");
	assert_string_equal(status_name((enum status)-1), "unknown status");
}

static void test_status_set(void **state)
{
	char huge[5000];

	(void)state;
	assert_int_equal(status_set(STATUS_DENIED, "a\x1b[31mb %d\n", 7), STATUS_DENIED);
	assert_string_equal(status_message(), "a^[[31mb 7^J");
	/* the line before may be quoted in the new one */
	assert_int_equal(status_set(STATUS_ERROR, "in x: %s", status_message()), STATUS_ERROR);
	assert_string_equal(status_message(), "in x: a^[[31mb 7^J");
	memset(huge, 0x01, sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	status_set(STATUS_ERROR, "%s", huge);
	assert_in_range(strlen(status_message()), 100, 1023);
	assert_null(strpbrk(status_message(), "\x01"));
	status_clear();
	assert_string_equal(status_message(), "");
}

static void test_status_errno(void **state)
{
	char huge[5000];

	(void)state;
	errno = ENOENT;
	assert_int_equal(status_errno("%s: open", "f"), STATUS_IO);
	assert_string_equal(status_message(), "f: open: No such file or directory");
	errno = ENOSPC;
	assert_int_equal(status_errno("f"), STATUS_FULL);
	errno = EDQUOT;
	assert_int_equal(status_errno("f"), STATUS_FULL);
	memset(huge, 'p', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	errno = EACCES;
	status_errno("%s", huge);
	assert_non_null(strstr(status_message(), "Permission denied"));
}

static void *other_thread(void *data)
{
	(void)data;
	status_set(STATUS_ERROR, "theirs");
	return NULL;
}

static void test_status_thread(void **state)
{
	pthread_t t;

	(void)state;
	status_set(STATUS_ERROR, "mine");
	assert_int_equal(pthread_create(&t, NULL, other_thread, NULL), 0);
	pthread_join(t, NULL);
	assert_string_equal(status_message(), "mine");
}

static void test_buf(void **state)
{
	struct buf b;
	char *s;

	(void)state;
	buf_init(&b, 20);
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "abc");
	buf_addc(&b, 'd');
	buf_printf(&b, "%d", 42);
	buf_fill(&b, '-', 3);
	assert_string_equal(buf_str(&b), "abcd42---");
	buf_cut(&b, 1, 3);
	assert_string_equal(buf_str(&b), "a42---");
	buf_cut(&b, 4, 100);
	assert_string_equal(buf_str(&b), "a42-");
	buf_cut(&b, 9, 1);
	assert_int_equal(b.len, 4);
	buf_u32(&b, 0x01020304);
	assert_memory_equal(b.ptr + 4, "\4\3\2\1", 5);
	s = buf_take(&b);
	assert_memory_equal(s, "a42-\4\3\2\1", 9);
	mem_free(s);
	assert_int_equal(b.len, 0);
	s = buf_take(&b);
	assert_string_equal(s, "");
	mem_free(s);
	buf_done(&b);
}

static void test_buf_ceiling(void **state)
{
	struct buf b;
	size_t max, i;

	(void)state;
	for (max = 0; max < 300; max += 7) {
		buf_init(&b, max);
		for (i = 0; i < max; i++)
			buf_addc(&b, 'x');
		assert_int_equal(b.err, STATUS_OK);
		buf_add(&b, "", 0);
		assert_int_equal(b.err, STATUS_OK);
		buf_addc(&b, 'y');
		assert_int_equal(b.err, STATUS_LIMIT);
		assert_int_equal(b.len, max);
		buf_done(&b);
	}
	buf_init(&b, 10);
	buf_printf(&b, "%s", "12345678901");
	assert_int_equal(b.err, STATUS_LIMIT);
	assert_int_equal(b.len, 0);
	buf_adds(&b, "x");	/* sticky */
	assert_int_equal(b.len, 0);
	buf_add(&b, "x", SIZE_MAX);
	buf_reset(&b);
	buf_adds(&b, "1234567890");
	assert_int_equal(b.err, STATUS_OK);
	buf_fill(&b, ' ', SIZE_MAX);
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
}

static void test_buf_long_printf(void **state)
{
	char piece[1000];
	struct buf b;

	(void)state;
	memset(piece, 'z', sizeof(piece) - 1);
	piece[sizeof(piece) - 1] = '\0';
	buf_init(&b, 1003);
	buf_printf(&b, "<%s>..", piece);
	assert_int_equal(b.err, STATUS_OK);
	assert_int_equal(b.len, 1003);
	assert_string_equal(b.ptr + 998, "zz>..");
	buf_done(&b);
}

static void test_frame(void **state)
{
	struct cursor c;
	struct buf b;
	size_t i, len, at;

	(void)state;
	buf_init(&b, 100);
	buf_text(&b, "before");
	at = frame_begin(&b);
	buf_u32(&b, 7);
	frame_end(&b, at);
	for (i = 0; i < 8; i++) {
		assert_ok(frame_whole(&len, b.ptr + at, i, 1, 4));
		assert_int_equal(len, 0);
	}
	assert_ok(frame_whole(&len, b.ptr + at, 8, 1, 4));
	assert_int_equal(len, 8);
	frame_read(&c, b.ptr + at, len);
	assert_int_equal(cursor_u32(&c), 7);
	assert_true(cursor_end(&c));
	assert_int_equal(frame_whole(&len, b.ptr + at, 4, 1, 3), STATUS_INVALID);	/* told by the length alone */
	assert_int_equal(frame_whole(&len, "\0\0\0\0", 4, 1, 100), STATUS_INVALID);
	for (i = 0; i < 8; i++) {
		frame_read(&c, b.ptr + at, i);
		assert_true(c.bad);
	}
	at = frame_begin(&b);
	while (b.err == STATUS_OK)
		buf_addc(&b, 'x');
	frame_end(&b, at);	/* no byte is written where the buffer gave up */
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
}

static void test_arena(void **state)
{
	unsigned char *last = NULL, *p;
	struct arena a;
	size_t i, j;
	char *s;

	(void)state;
	arena_init(&a);
	assert_null(arena_str(&a, NULL));
	for (i = 0; i < 2000; i++) {
		p = arena_alloc(&a, i % 97 + 1);
		assert_int_equal((uintptr_t)p % sizeof(long double), 0);
		for (j = 0; j < i % 97 + 1; j++)
			assert_int_equal(p[j], 0);
		memset(p, 0xff, i % 97 + 1);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	s = arena_strn(&a, "abcdef", 3);
	p = arena_alloc(&a, 1 << 20);	/* larger than any block */
	memset(p, 0xff, 1 << 20);
	assert_string_equal(s, "abc");
	assert_string_equal(arena_str(&a, "x"), "x");
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "y"), "7-y");
	assert_memory_equal(arena_dup(&a, "q\0r", 3), "q\0r", 3);
	assert_true(a.used > 1 << 20);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	p = arena_alloc(&a, 64);
	for (j = 0; j < 64; j++)
		assert_int_equal(p[j], 0);	/* old bytes do not show through */
	arena_done(&a);
	arena_done(&a);
}

static void count_one(const char *key, void *value, void *data)
{
	assert_string_equal(key, (char *)value);
	++*(size_t *)data;
}

static void test_map(void **state)
{
	enum { N = 5000 };
	static char keys[N][12];
	struct map *m = map_new();
	size_t i, seen = 0;

	(void)state;
	assert_null(map_get(m, "none"));
	assert_null(map_remove(m, "none"));
	for (i = 0; i < N; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%zu", i);
		assert_null(map_set(m, keys[i], keys[i]));
	}
	assert_int_equal(map_count(m), N);
	for (i = 0; i < N; i += 3)
		assert_ptr_equal(map_remove(m, keys[i]), keys[i]);
	for (i = 0; i < N; i++)
		assert_ptr_equal(map_get(m, keys[i]), i % 3 ? keys[i] : NULL);
	map_each(m, count_one, &seen);
	assert_int_equal(seen, map_count(m));
	assert_ptr_equal(map_set(m, "k1", keys[2]), keys[1]);
	assert_ptr_equal(map_get(m, "k1"), keys[2]);
	assert_null(map_set(m, "", keys[0]));
	assert_ptr_equal(map_get(m, ""), keys[0]);
	map_free(m);
	map_free(NULL);
}

static void note_size(size_t size, void *data)
{
	*(size_t *)data += size;
}

static void test_mem(void **state)
{
	size_t total = 0;
	char *s;

	(void)state;
	mem_set_hook(note_size, &total);
	mem_free(mem_alloc(10));
	mem_free(mem_array(3, 4));
	mem_set_hook(NULL, NULL);
	assert_int_equal(total, 22);
	s = mem_printf("%s-%d", "a", 5);
	assert_string_equal(s, "a-5");
	mem_free(s);
	s = mem_strndup("abcdef", 4);
	assert_string_equal(s, "abcd");
	mem_free(s);
	s = mem_strndup("ab", 40);
	assert_string_equal(s, "ab");
	mem_free(s);
	mem_free(mem_alloc(0));
	mem_free(NULL);
}

/* A product that wraps must end the process, not give a small block. */
static void test_mem_overflow(void **state)
{
	int how;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		mem_free(mem_array(SIZE_MAX / 2, 4));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGABRT);
}

static void test_vec(void **state)
{
	VEC(int) v = VEC_INIT;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		vec_push(&v, i);
	assert_int_equal(v.len, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(v.at[i], i);
	vec_done(&v);
	assert_int_equal(v.cap, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_status_names),
	cmocka_unit_test(test_status_set),
	cmocka_unit_test(test_status_errno),
	cmocka_unit_test(test_status_thread),
	cmocka_unit_test(test_buf),
	cmocka_unit_test(test_buf_ceiling),
	cmocka_unit_test(test_buf_long_printf),
	cmocka_unit_test(test_frame),
	cmocka_unit_test(test_arena),
	cmocka_unit_test(test_map),
	cmocka_unit_test(test_mem),
	cmocka_unit_test(test_mem_overflow),
	cmocka_unit_test(test_vec),
};

TEST_MAIN(tests)
