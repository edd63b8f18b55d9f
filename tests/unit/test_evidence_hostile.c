/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console beside a reader that lies, stops, dies or never ends: each time a sentence, raw and hex still there, and
 * the next document gets a new reader. What it says is tests/unit/hostile_reader.c's. Layer: tests.
 */
#include "test.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/loop.h"
#include "verdict/evidence/reader.h"

static char exe[4096];

static int document(const char *text)
{
	char name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

#define LONG_MS 20000	/* a machine under load starts a process late */

static struct reader *new_reader(unsigned int ms)
{
	struct reader *r = reader_new(NULL, exe);

	reader_set_timeout(r, ms);
	return r;
}

static enum status open_it(struct reader *r, int fd)
{
	struct reader_info info;
	enum status rc;
	struct arena a;

	arena_init(&a);
	rc = reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN);
	arena_done(&a);
	return rc;
}

static enum status rows_of(struct reader *r, enum evidence_view v, const char *first)
{
	struct reader_row *rows;
	struct arena a;
	enum status rc;
	size_t n = 0;

	arena_init(&a);
	rc = reader_rows_wait(&rows, &n, &a, r, v, 0, 5, 80);
	if (rc == STATUS_OK) {
		assert_true(n >= 1);
		assert_int_equal(rows[0].value_len, strlen(first));
		assert_memory_equal(rows[0].value, first, strlen(first));
	}
	arena_done(&a);
	return rc;
}

/* Raw bytes, whoever shows them: a reader that was believed may say what it likes of them. */
static enum status bytes_of(struct reader *r)
{
	struct reader_info info;
	struct reader_row *rows;
	struct arena a;
	enum status rc = STATUS_ERROR;
	size_t n, times;

	arena_init(&a);
	for (times = 0; rc != STATUS_OK && times < 6; times++) {
		rc = reader_rows_wait(&rows, &n, &a, r, VIEW_HEX, 0, 5, 80);
		if (rc != STATUS_OK && times == 2)	/* it said that this is a document inside another: out of it */
			reader_leave_wait(&info, &a, r);
	}
	arena_done(&a);
	return rc;
}

/* Opening fails with these words, and the bytes are there all the same. */
static void refused(const char *text, unsigned int ms, const char *why)
{
	int fd = document(text), good = document("good");
	struct reader *r = new_reader(ms);

	assert_int_equal(open_it(r, fd), STATUS_ERROR);
	if (!strstr(status_message(), why))
		fail_msg("%s: \"%s\" instead of \"%s\"", text, status_message(), why);
	assert_memory_equal(status_message(), "could not be read: ", 19);
	assert_ok(rows_of(r, VIEW_RAW, text));
	assert_int_equal(rows_of(r, VIEW_OUTLINE, ""), STATUS_ERROR);
	assert_int_equal(reader_pid(r), 0);
	reader_set_timeout(r, LONG_MS);
	assert_ok(open_it(r, good));
	assert_ok(rows_of(r, VIEW_OUTLINE, "value"));
	reader_free(r);
	close(fd);
	close(good);
}

static void test_silent(void **state)
{
	(void)state;
	refused("silent", 100, "took too long (nothing was heard for 100 ms)");
	refused("busy", 100, "took too long (nothing was heard for 100 ms)");
	refused("half", 100, "took too long (nothing was heard for 100 ms)");
}

/* Telling of progress does not keep an endless loop alive. */
static void test_endless(void **state)
{
	int64_t began = clock_mono_ns();

	(void)state;
	refused("progress", 100, "took too long (still at work after 3000 ms)");
	assert_true(clock_mono_ns() - began >= 3000 * 1000000ll);
}

/* Five times as long as it may be silent, but it says so: not given up. */
static void test_slow(void **state)
{
	int fd = document("slow 300");
	struct reader *r = new_reader(600);

	(void)state;
	assert_ok(open_it(r, fd));
	reader_free(r);
	close(fd);
}

/* A large document is given longer: the same silence, 1 s a 32 MiB more. The file is a hole. */
static void test_large(void **state)
{
	int fd = document("silent");
	struct reader *r = new_reader(100);

	(void)state;
	assert_int_equal(ftruncate(fd, 16 << 20), 0);
	assert_int_equal(open_it(r, fd), STATUS_ERROR);
	assert_non_null(strstr(status_message(), "nothing was heard for 600 ms"));
	reader_free(r);
	close(fd);
}

static void test_lengths(void **state)
{
	static const unsigned int lengths[] = { 0, 1, 4, (4u << 20) + 1, 0x7fffffff, 0x80000000u, 0xffffffffu };
	char text[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		snprintf(text, sizeof(text), "length %u", lengths[i]);
		refused(text, LONG_MS, "the reader sent something malformed");
	}
	refused("largest", LONG_MS, "the reader sent something malformed");
	refused("trailing", LONG_MS, "the reader sent something malformed");
}

static void test_sequence(void **state)
{
	(void)state;
	refused("id", LONG_MS, "the reader sent something malformed");
	refused("op", LONG_MS, "the reader sent something malformed");
}

static void test_death(void **state)
{
	char text[40];
	unsigned int n;

	(void)state;
	for (n = 0; n < 30; n += 7) {
		snprintf(text, sizeof(text), "sudden %u", n);
		refused(text, LONG_MS, "the reader ");
	}
	refused("crash", LONG_MS, "the reader ");
}

/* Answers nobody asked for end that reader and nothing else. */
static void test_unasked(void **state)
{
	int fd = document("unasked");
	struct reader *r = new_reader(LONG_MS);

	(void)state;
	assert_ok(open_it(r, fd));
	rows_of(r, VIEW_OUTLINE, "value");
	assert_ok(rows_of(r, VIEW_RAW, "unasked"));
	reader_free(r);
	close(fd);
}

static void test_drip(void **state)
{
	int fd = document("drip");
	struct reader *r = new_reader(LONG_MS);

	(void)state;
	assert_ok(open_it(r, fd));
	assert_ok(rows_of(r, VIEW_OUTLINE, "value"));
	reader_free(r);
	close(fd);
}

/* Whatever is changed in an answer: it is read or refused, and the console goes on. */
static void test_mutations(void **state)
{
	unsigned int n, accepted = 0, given_up = 0;
	char text[40];

	(void)state;
	for (n = 0; n < 60; n++) {
		struct reader *r = new_reader(500);
		int fd;

		snprintf(text, sizeof(text), "%s %u", n < 40 ? "flip" : "counts", n < 40 ? n : n - 40);
		fd = document(text);
		if (open_it(r, fd) == STATUS_OK)
			accepted++;
		else
			given_up++;
		if (bytes_of(r) != STATUS_OK)
			fail_msg("%s: %s", text, status_message());
		reader_free(r);
		close(fd);
	}
	assert_true(accepted > 10 && given_up > 10);
}

struct seen {
	struct loop *loop;
	enum status code;
	unsigned int ticks;
};

static void on_open(enum status code, const struct reader_info *info, void *data)
{
	struct seen *s = data;

	assert_non_null(info->trouble);
	s->code = code;
	loop_stop(s->loop);
}

static struct loop_timer *beat_timer;

static void beat(void *data)
{
	struct seen *s = data;

	s->ticks++;
	loop_after(s->loop, &beat_timer, 10, "test", beat, s);
}

/* The loop of the console goes on while a reader hangs. */
static void test_loop_goes_on(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { .loop = loop };
	struct reader *r = reader_new(loop, exe);
	int fd = document("busy");

	(void)state;
	reader_set_timeout(r, 400);
	reader_open(r, fd, EVIDENCE_UNKNOWN, on_open, &s);
	beat(&s);
	loop_run(loop);
	assert_int_equal(s.code, STATUS_ERROR);
	assert_true(s.ticks >= 10);
	loop_cancel(loop, &beat_timer);
	reader_free(r);
	loop_free(loop);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_drip),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_loop_goes_on),
	};
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 40);
	char *slash;

	if (n <= 0)
		return 99;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	snprintf(slash, 32, "/hostile_reader");
	if (access(exe, X_OK) != 0) {
		printf("Bail out! hostile_reader is not built\n");
		return 99;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence hostile", tests, NULL, NULL);
}
