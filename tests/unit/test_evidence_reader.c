/* SPDX-License-Identifier: Apache-2.0 */
/* The reader process as the console uses it: answers, sandbox, death, silence, recovery; and its messages. */
#include "test.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/frame.h"
#include "verdict/base/loop.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/reader.h"
#include "verdict/evidence/server.h"
#include "verdict/evidence/wire.h"

static char exe[4096];

static int file_of(const char *text, size_t len)
{
	char name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	return fd;
}

static const char doc[] = "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}";

static struct reader *reader_with(struct loop *loop, int *fd_out)
{
	*fd_out = file_of(doc, sizeof(doc) - 1);
	return reader_new(loop, exe);
}

static void check_rows(struct reader *r, enum evidence_view v, const char *first)
{
	struct reader_row *rows;
	struct arena a;
	size_t n;

	arena_init(&a);
	assert_ok(reader_rows_wait(&rows, &n, &a, r, v, 0, 10, 80));
	assert_true(n >= 1);
	assert_int_equal(rows[0].value_len, strlen(first));
	assert_memory_equal(rows[0].value, first, strlen(first));
	arena_done(&a);
}

static void test_wait(void **state)
{
	struct reader_info info;
	struct arena a;
	int fd;
	struct reader *r = reader_with(NULL, &fd);

	(void)state;
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_int_equal(info.size, sizeof(doc) - 1);
	assert_string_equal(info.summary, "Patient  Kim");
	close(fd);	/* the reader has its own */
	check_rows(r, VIEW_OUTLINE, "Kim");
	check_rows(r, VIEW_RAW, "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}");
	check_rows(r, VIEW_PRETTY, "{");
	reader_free(r);
	arena_done(&a);
}

struct seen {
	struct loop *loop;
	enum status code;
	uint64_t row;
	char text[200];
	unsigned int calls, want;
};

static void got(struct seen *s, enum status code)
{
	s->code = code;
	if (++s->calls >= s->want)
		loop_stop(s->loop);
}

static void on_open(enum status code, const struct reader_info *info, void *data)
{
	assert_non_null(info);
	got(data, code);
}

static void on_row(enum status code, uint64_t row, void *data)
{
	((struct seen *)data)->row = row;
	got(data, code);
}

static void on_text(enum status code, const char *text, size_t len, void *data)
{
	snprintf(((struct seen *)data)->text, 200, "%.*s", (int)len, text);
	got(data, code);
}

static void on_rows(enum status code, const struct reader_row *rows, size_t n, uint64_t total, void *data)
{
	(void)rows;
	assert_true(code != STATUS_OK || n <= total);
	got(data, code);
}

static void too_late(void *data)
{
	(void)data;
	fail_msg("the reader did not answer within ten seconds");
}

static void run(struct seen *s, struct loop *loop)
{
	struct loop_timer *t = NULL;

	s->loop = loop;
	loop_after(loop, &t, 10000, "test", too_late, NULL);
	loop_run(loop);
	loop_cancel(loop, &t);
}

static void test_async(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { .want = 6 };
	int fd;
	struct reader *r = reader_with(loop, &fd);

	(void)state;
	reader_open(r, fd, EVIDENCE_UNKNOWN, on_open, &s);
	reader_rows(r, VIEW_HEX, 0, 5, 80, on_rows, &s);
	reader_fold(r, FOLD_UNFOLD_ALL, 0, on_row, &s);
	reader_search(r, VIEW_OUTLINE, "kim", 0, false, on_row, &s);
	reader_value(r, 5, on_text, &s);
	reader_path(r, 5, on_text, &s);
	run(&s, loop);
	assert_ok(s.code);
	assert_int_equal(s.row, 5);
	assert_string_equal(s.text, "Patient.name[0].family");
	reader_free(r);
	loop_free(loop);
	close(fd);
}

static void test_goto_and_locate(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { .want = 4 }, found = { .want = 9 }, none = { .want = 9 };
	int fd;
	struct reader *r = reader_with(loop, &fd);

	(void)state;
	reader_open(r, fd, EVIDENCE_UNKNOWN, on_open, &s);
	reader_goto(r, "Patient.name[0].family", on_row, &found);
	reader_goto(r, "Patient.nothing", on_row, &none);
	reader_rows(r, VIEW_OUTLINE, 0, 5, 80, on_rows, &s);
	reader_fold(r, FOLD_ALL, 0, on_row, &s);
	reader_locate(r, VIEW_HEX, 40, on_row, &s);
	run(&s, loop);
	assert_int_equal(s.row, 2);
	assert_int_equal(found.row, 5);
	assert_int_equal(none.code, STATUS_NOT_FOUND);
	reader_free(r);
	loop_free(loop);
	close(fd);
}

/* Killed between two calls: nobody notices. */
static void test_killed_idle(void **state)
{
	struct reader_info info;
	struct arena a;
	int fd;
	struct reader *r = reader_with(NULL, &fd);
	siginfo_t ended;
	long first;

	(void)state;
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	first = reader_pid(r);
	assert_true(first > 0);
	kill((pid_t)first, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)first, &ended, WEXITED | WNOWAIT), 0);
	check_rows(r, VIEW_OUTLINE, "Kim");
	assert_true(reader_pid(r) > 0 && reader_pid(r) != first);
	reader_free(r);
	arena_done(&a);
	close(fd);
}

/* Silent for longer than allowed: killed, said, and raw and hex are there. */
static void test_silent(void **state)
{
	struct reader_row *rows;
	struct reader_info info;
	struct arena a;
	size_t n;
	int fd;
	struct reader *r = reader_with(NULL, &fd);

	(void)state;
	arena_init(&a);
	reader_set_timeout(r, 200);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	kill((pid_t)reader_pid(r), SIGSTOP);
	assert_int_equal(reader_rows_wait(&rows, &n, &a, r, VIEW_OUTLINE, 0, 5, 80), STATUS_ERROR);
	assert_string_equal(status_message(), "could not be read: took too long (nothing was heard for 200 ms)");
	assert_int_equal(reader_pid(r), 0);
	check_rows(r, VIEW_OUTLINE, "Kim");	/* a new one was started */
	kill((pid_t)reader_pid(r), SIGSTOP);
	check_rows(r, VIEW_HEX, "7b 22 72 65 73 6f 75 72  63 65 54 79 70 65 22 3a  {\"resourceType\":");
	assert_int_equal(reader_rows_wait(&rows, &n, &a, r, VIEW_PRETTY, 0, 5, 80), STATUS_ERROR);
	check_rows(r, VIEW_RAW, "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}");
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));	/* opening again gives it a chance */
	check_rows(r, VIEW_OUTLINE, "Kim");
	reader_free(r);
	arena_done(&a);
	close(fd);
}

static void test_dies_while_opening(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { .want = 2 };
	struct reader_info info;
	struct arena a;
	int fd;
	struct reader *r = reader_with(loop, &fd);

	(void)state;
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	kill((pid_t)reader_pid(r), SIGSTOP);
	reader_open(r, fd, EVIDENCE_UNKNOWN, on_open, &s);
	reader_rows(r, VIEW_OUTLINE, 0, 5, 80, on_rows, &s);
	kill((pid_t)reader_pid(r), SIGKILL);
	run(&s, loop);
	assert_int_equal(s.code, STATUS_ERROR);
	check_rows(r, VIEW_RAW, "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}");
	reader_free(r);
	loop_free(loop);
	arena_done(&a);
	close(fd);
}

static void test_no_exe(void **state)
{
	struct reader_info info;
	struct reader_row *rows;
	struct arena a;
	size_t n;
	int fd = file_of(doc, sizeof(doc) - 1);
	struct reader *r = reader_new(NULL, "/nonexistent/verdict-reader");

	(void)state;
	arena_init(&a);
	assert_int_equal(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN), STATUS_ERROR);
	assert_int_equal(info.size, sizeof(doc) - 1);
	assert_non_null(info.trouble);
	check_rows(r, VIEW_RAW, "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}");
	assert_int_equal(reader_rows_wait(&rows, &n, &a, r, VIEW_OUTLINE, 0, 5, 80), STATUS_ERROR);
	reader_free(r);
	r = reader_new(NULL, "/bin/true");	/* a program that is no reader */
	assert_int_equal(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN), STATUS_ERROR);
	check_rows(r, VIEW_RAW, "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"name\":[{\"family\":\"Kim\"}]}");
	reader_free(r);
	arena_done(&a);
	close(fd);
}

/* The file shrinks while it is open: no death by signal, and the console says what happened. */
static void test_truncated_file(void **state)
{
	size_t len = 3u << 20, i;
	char *p = mem_alloc(len);
	struct reader_info info;
	struct reader_row *rows;
	struct arena a;
	size_t n;
	int fd;
	long pid;
	struct reader *r = reader_new(NULL, exe);

	(void)state;
	for (i = 0; i < len; i++)
		p[i] = i % 50 == 49 ? '\n' : 'x';
	fd = file_of(p, len);
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_TEXT));
	pid = reader_pid(r);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(reader_rows_wait(&rows, &n, &a, r, VIEW_PRETTY, 40000, 5, 30), STATUS_ERROR);
	assert_non_null(strstr(status_message(), "the file was shortened"));
	assert_int_equal(reader_pid(r), pid);
	assert_ok(reader_rows_wait(&rows, &n, &a, r, VIEW_RAW, 0, 500, 80));
	assert_int_equal(n, 2);
	reader_free(r);
	arena_done(&a);
	close(fd);
	mem_free(p);
}

static void test_cancel(void **state)
{
	struct loop *loop = loop_new();
	struct seen s = { .want = 1 }, forgotten = { .want = 1 };
	int fd;
	struct reader *r = reader_with(loop, &fd);

	(void)state;
	forgotten.loop = loop;
	reader_open(r, fd, EVIDENCE_UNKNOWN, on_open, &forgotten);
	reader_search(r, VIEW_RAW, "kim", 0, false, on_row, &forgotten);
	reader_cancel(r);
	reader_locate(r, VIEW_RAW, 3, on_row, &s);
	run(&s, loop);
	assert_int_equal(forgotten.calls, 0);
	assert_ok(s.code);
	reader_free(r);
	loop_free(loop);
	close(fd);
}

/* The sandbox holds: a child that enters it cannot open a file, a socket or run a program. */
static int forbidden(int what)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const char *off;
		int fd = -1;

		sandbox_enter(&off);
		if (off && !strncmp(off, "seccomp", 7))
			_exit(77);
		if (what == 0)
			fd = open("/etc/passwd", O_RDONLY);
		else if (what == 1)
			fd = (int)fork();
		else
			fd = execl("/bin/true", "true", (char *)NULL) == 0 ? 0 : -1;
		_exit(fd >= 0 ? 1 : 78);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 0;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS;
	if (WEXITSTATUS(status) == 77)
		return -1;	/* no seccomp on this machine */
	return WEXITSTATUS(status) == 78;
}

static void test_sandbox(void **state)
{
	int i, rc;

	(void)state;
	for (i = 0; i < 3; i++) {
		rc = forbidden(i);
		assert_int_equal(rc, 1);
	}
}

static void test_wire_requests(void **state)
{
	struct wire_request q = { .id = 7, .op = WIRE_SEARCH, .view = VIEW_RAW, .at = 1ull << 40, .back = true,
		.text = "abc", .text_len = 3 }, r;
	struct buf b;
	size_t n, i;

	(void)state;
	buf_init(&b, 4096);
	wire_put_request(&b, &q);
	for (i = 0; i < b.len; i++) {
		assert_ok(frame_whole(&n, b.ptr, i, WIRE_FRAME_MIN, WIRE_FRAME_MAX));
		assert_int_equal(n, 0);
	}
	assert_ok(frame_whole(&n, b.ptr, b.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX));
	assert_int_equal(n, b.len);
	assert_ok(wire_get_request(&r, b.ptr, n));
	assert_int_equal(r.id, 7);
	assert_int_equal(r.at, 1ull << 40);
	assert_true(r.back);
	assert_int_equal(r.text_len, 3);
	for (i = 0; i < n; i++)
		assert_int_equal(wire_get_request(&r, b.ptr, i), STATUS_INVALID);
	buf_addc(&b, 0);
	assert_int_equal(wire_get_request(&r, b.ptr, b.len), STATUS_INVALID);
	b.ptr[8] = 99;	/* an operation that is none */
	assert_int_equal(wire_get_request(&r, b.ptr, n), STATUS_INVALID);
	b.ptr[3] = 0x7f;
	assert_int_equal(frame_whole(&n, b.ptr, b.len, WIRE_FRAME_MIN, WIRE_FRAME_MAX), STATUS_INVALID);
	buf_done(&b);
}

static void test_wire_replies(void **state)
{
	struct reader_row rows[2] = {
		{ .row = 5, .depth = 2, .fold = FOLD_CLOSED, .label = "l", .label_len = 1, .value = "v\0w", .value_len = 3,
			.note = "", .begin = 1, .end = 9, .hit = true, .style = 3 },
		{ .row = 6, .label = "", .value = "", .note = "n", .note_len = 1 },
	};
	struct wire_reply q = { .id = 9, .op = WIRE_ROWS, .rows = rows, .row_count = 2, .total = 77 }, r;
	struct arena a;
	struct buf b;
	size_t i;

	(void)state;
	arena_init(&a);
	buf_init(&b, 4096);
	wire_put_reply(&b, &q);
	assert_ok(wire_get_reply(&r, &a, b.ptr, b.len));
	assert_int_equal(r.row_count, 2);
	assert_int_equal(r.total, 77);
	assert_int_equal(r.rows[0].fold, FOLD_CLOSED);
	assert_memory_equal(r.rows[0].value, "v\0w", 3);
	assert_string_equal(r.rows[1].note, "n");
	for (i = 0; i < b.len; i++)
		assert_int_equal(wire_get_reply(&r, &a, b.ptr, i), STATUS_INVALID);
	for (i = 0; i < b.len; i++) {	/* any byte changed: refused or read, never more rows than fit */
		char old = b.ptr[i];

		b.ptr[i] = (char)0xff;
		if (wire_get_reply(&r, &a, b.ptr, b.len) == STATUS_OK)
			assert_true(r.row_count <= 2);
		b.ptr[i] = old;
	}
	buf_done(&b);
	arena_done(&a);
}

static void test_wire_pictures(void **state)
{
	struct wire_request q = { .id = 3, .op = WIRE_PICTURE, .text = "", .picture = { 4, 10, 20, -600, 1500.5, 7, 8, 9, 11 } },
		r;
	unsigned char rgb[12] = { 1, 2, 3, 0, 255 };
	struct wire_reply p = { .id = 3, .op = WIRE_PICTURE, .picture = { .frame = 4, .frames = 9, .cols = 2, .rows = 2,
		.rgb = rgb, .grey = true, .center = 40, .width = 400, .low = -1024, .high = 3071 } }, back;
	struct arena a;
	struct buf b;
	size_t i;

	(void)state;
	arena_init(&a);
	buf_init(&b, 4096);
	wire_put_request(&b, &q);
	assert_ok(wire_get_request(&r, b.ptr, b.len));
	assert_int_equal(r.picture.rows, 20);
	assert_int_equal(r.picture.left, 7);
	assert_int_equal(r.picture.lines, 11);
	assert_true(r.picture.width > 1500.4 && r.picture.width < 1500.6);
	for (i = 0; i < b.len; i++)
		assert_int_equal(wire_get_request(&r, b.ptr, i), STATUS_INVALID);
	memset(b.ptr + b.len - 24, 0xff, 8);	/* a window that is no number */
	assert_int_equal(wire_get_request(&r, b.ptr, b.len), STATUS_INVALID);
	buf_reset(&b);
	wire_put_reply(&b, &p);
	assert_ok(wire_get_reply(&back, &a, b.ptr, b.len));
	assert_memory_equal(back.picture.rgb, rgb, sizeof(rgb));
	assert_int_equal(back.picture.frames, 9);
	for (i = 0; i < b.len; i++)
		assert_int_equal(wire_get_reply(&back, &a, b.ptr, i), STATUS_INVALID);
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wire_requests),
		cmocka_unit_test(test_wire_pictures),
		cmocka_unit_test(test_wire_replies),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_async),
		cmocka_unit_test(test_goto_and_locate),
		cmocka_unit_test(test_killed_idle),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_dies_while_opening),
		cmocka_unit_test(test_no_exe),
		cmocka_unit_test(test_truncated_file),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_sandbox),
	};
	struct buf b;
	size_t n;

	buf_init(&b, 4096);
	if (reader_find_exe(&b) != STATUS_OK) {
		printf("Bail out! verdict-reader is not built\n");
		return 99;
	}
	snprintf(exe, sizeof(exe), "%s", buf_str(&b));
	buf_done(&b);
	n = sizeof(tests) / sizeof(tests[0]);
	if (forbidden(1) < 0) {
		printf("# this machine takes no system call filter: the sandbox is not tested\n");
		n--;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("evidence reader", tests, n, NULL, NULL);
}
