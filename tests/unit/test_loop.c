/* SPDX-License-Identifier: Apache-2.0 */
/* Loop, worker and log. The clock is stepped, so that no test waits for time to pass. */
#include "tests/unit/test.h"
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/log.h"
#include "verdict/base/loop.h"
#include "verdict/base/worker.h"

static char trace[64];
static char letters[] = "sqn2tx";
static char the_resource[] = "resource";
static int64_t wall = 1000;

static void add(char c)
{
	size_t n = strlen(trace);

	assert_true(n + 1 < sizeof(trace));
	trace[n] = c;
	trace[n + 1] = '\0';
}

static int make(void **state)
{
	trace[0] = '\0';
	clock_freeze_ms(wall);
	*state = loop_new();
	return 0;
}

static int unmake(void **state)
{
	loop_free(*state);
	return 0;
}

static void pass(int ms)
{
	wall += ms;
	clock_freeze_ms(wall);
}

static void on_timer(void *data)
{
	add(*(char *)data);
}

static void test_timers(void **state)
{
	struct loop_timer *slow = NULL, *quick = NULL, *never = NULL;
	struct loop *l = *state;

	loop_after(l, &slow, 60000, "slow", on_timer, letters + 0);
	loop_after(l, &quick, 1000, "quick", on_timer, letters + 1);
	loop_after(l, &never, 1500, "never", on_timer, letters + 2);
	loop_after(l, NULL, 1000, "second", on_timer, letters + 3);
	assert_true(loop_turn(l, 0));
	assert_string_equal(trace, "");
	loop_cancel(l, &never);
	assert_null(never);
	loop_cancel(l, &never);
	pass(2000);
	loop_turn(l, 0);
	assert_string_equal(trace, "q2");
	assert_null(quick);
	assert_non_null(slow);
	/* setting it again moves it, and does not add one */
	loop_after(l, &slow, 100000, "slow", on_timer, letters + 4);
	pass(60000);
	loop_turn(l, 0);
	assert_string_equal(trace, "q2");
	pass(60000);
	loop_turn(l, 0);
	assert_string_equal(trace, "q2t");
	loop_after(l, &slow, 60000, "left over", on_timer, letters + 5);
}

static struct loop *again_loop;
static struct loop_timer *again_slot;

static void on_again(void *data)
{
	assert_null(again_slot);
	add('a');
	if (strlen(trace) < 3)
		loop_after(again_loop, &again_slot, 10, "again", on_again, data);
}

static void test_timer_renews(void **state)
{
	again_loop = *state;
	loop_after(again_loop, &again_slot, 10, "again", on_again, NULL);
	pass(1000);
	loop_turn(again_loop, 0);
	assert_string_equal(trace, "a");	/* the renewed one is not due yet */
	pass(1000);
	loop_turn(again_loop, 0);
	pass(1000);
	loop_turn(again_loop, 0);
	assert_string_equal(trace, "aaa");
	assert_null(again_slot);
}

static void on_read(int fd, short revents, void *data)
{
	char c;

	assert_true(revents & (POLLIN | POLLHUP));
	assert_int_equal(read(fd, &c, 1), 1);
	add(c);
	if (c == 'f')
		loop_forget(data, fd);
	if (c == 's')
		loop_stop(data);
}

static void on_before(void *data)
{
	(void)data;
	add('.');
}

static void test_descriptors(void **state)
{
	struct loop *l = *state;
	int p[2];

	assert_int_equal(pipe(p), 0);
	loop_watch(l, p[0], POLLIN, "pipe", on_read, l);
	loop_before_sleep(l, on_before, NULL);
	assert_int_equal(write(p[1], "xf!s", 4), 4);
	loop_turn(l, 0);
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_string_equal(trace, ".x.f.");	/* forgotten: the third byte waits */
	loop_watch(l, p[0], POLLIN, "pipe", on_read, l);
	loop_watch(l, p[0], 0, "pipe", on_read, l);	/* no events: forgotten too */
	loop_turn(l, 0);
	loop_watch(l, p[0], POLLIN, "pipe", on_read, l);
	assert_true(loop_turn(l, 0));
	assert_false(loop_turn(l, 0));	/* 's' stops */
	assert_false(loop_turn(l, 0));
	assert_string_equal(trace, ".x.f...!.s");
	close(p[0]);
	close(p[1]);
}

static int pair[4];

/* Whichever is called first forgets the other, which is ready as well and must not be called. */
static void on_either(int fd, short revents, void *data)
{
	(void)revents;
	add('1');
	loop_forget(data, fd == pair[0] ? pair[2] : pair[0]);
}

static void test_forget_inside(void **state)
{
	struct loop *l = *state;
	int i;

	assert_int_equal(pipe(pair), 0);
	assert_int_equal(pipe(pair + 2), 0);
	loop_watch(l, pair[0], POLLIN, "a", on_either, l);
	loop_watch(l, pair[2], POLLIN, "b", on_either, l);
	assert_int_equal(write(pair[1], "x", 1) + write(pair[3], "x", 1), 2);
	loop_turn(l, 0);
	assert_string_equal(trace, "1");
	for (i = 0; i < 4; i++)
		close(pair[i]);
}

static void on_slow(void *data)
{
	struct timespec ts = { 0, 20 * 1000000 };

	(void)data;
	nanosleep(&ts, NULL);
}

static void find_slow(const char *line, void *data)
{
	if (strstr(line, "slow callback: sleeper took"))
		*(bool *)data = true;
}

static void test_slow(void **state)
{
	struct loop *l = *state;
	struct loop_longest most;
	bool found = false;

	log_close();
	assert_int_equal(loop_slow_count(l), 0);
	loop_longest(&most, l);
	assert_int_equal(most.wall_ns, 0);
	assert_null(most.wall_name);
	loop_after(l, NULL, 0, "sleeper", on_slow, NULL);
	loop_turn(l, 0);
	assert_int_equal(loop_slow_count(l), 1);
	loop_longest(&most, l);
	assert_true(most.wall_ns >= 20 * 1000000);
	assert_string_equal(most.wall_name, "sleeper");
	assert_true(most.work_ns < most.wall_ns);	/* it slept */
	log_each(find_slow, &found);
	assert_true(found);
	log_close();
}

/* Worker. `gate` holds the thread inside a job while the test fills the boxes. */
static sem_t gate, inside;
static char order[32];
static unsigned int ran;

struct letter { struct job job; char c; };

static void run_letter(struct job *job, void *resource)
{
	assert_string_equal(resource, "resource");
	order[ran++] = ((struct letter *)job)->c;
}

static void run_gate(struct job *job, void *resource)
{
	(void)job, (void)resource;
	sem_post(&inside);
	sem_wait(&gate);
}

static void done_letter(struct job *job)
{
	add(job->cancelled ? '-' : ((struct letter *)job)->c);
}

static void *start(void *data)
{
	return data;
}

static void stop(void *resource)
{
	assert_string_equal(resource, "resource");
	order[ran++] = '.';
}

static void begin(void)
{
	memset(order, 0, sizeof(order));
	ran = 0;
	sem_init(&gate, 0, 0);
	sem_init(&inside, 0, 0);
}

static struct letter letter(char c, bool urgent)
{
	struct letter l = {
		{ .name = "letter", .run = run_letter, .done = done_letter, .urgent = urgent }, c
	};

	return l;
}

static void test_worker(void **state)
{
	struct letter g = letter('g', false), a = letter('a', false), b = letter('b', false);
	struct letter u = letter('u', true), v = letter('v', true), x = letter('x', false);
	struct worker *w;
	struct pollfd p;

	(void)state;
	begin();
	w = worker_new("test", false, start, stop, the_resource);
	g.job.run = run_gate;
	worker_post(w, &g.job);
	sem_wait(&inside);
	assert_false(worker_urgent_waiting(w));
	worker_post(w, &a.job);
	worker_post(w, &x.job);
	worker_post(w, &b.job);
	worker_post(w, &u.job);
	worker_post(w, &v.job);
	assert_true(worker_urgent_waiting(w));
	worker_cancel(w, &x.job);
	assert_int_equal(worker_pending(w), 6);
	p = (struct pollfd){ worker_fd(w), POLLIN, 0 };
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_int_equal(worker_deliver(w, 10), 1);	/* the cancelled one */
	assert_string_equal(trace, "-");
	sem_post(&gate);
	while (worker_pending(w) > 0) {
		assert_int_equal(poll(&p, 1, 5000), 1);
		/* what is left keeps the descriptor readable */
		assert_in_range(worker_deliver(w, 1), 0, 1);
	}
	assert_string_equal(trace, "-guvab");
	assert_int_equal(poll(&p, 1, 0), 0);
	worker_free(w);
	assert_string_equal(order, "uvab.");
}

static void test_worker_free(void **state)
{
	struct letter a = letter('a', false), b = letter('b', true), c = letter('c', false);
	struct worker *w;

	(void)state;
	begin();
	w = worker_new("test", false, start, stop, the_resource);
	worker_post(w, &a.job);
	worker_post(w, &b.job);
	worker_post(w, &c.job);
	worker_free(w);		/* all run and are delivered, then the resource ends */
	assert_int_equal(strlen(trace), 3);
	assert_int_equal(strlen(order), 4);
	assert_int_equal(order[3], '.');
	worker_free(NULL);
}

static void test_worker_in_line(void **state)
{
	struct letter a = letter('a', false), b = letter('b', false);
	struct worker *w;

	(void)state;
	begin();
	w = worker_new("test", true, start, stop, the_resource);
	assert_int_equal(worker_fd(w), -1);
	worker_post(w, &a.job);
	assert_string_equal(order, "a");
	assert_string_equal(trace, "");
	assert_int_equal(worker_pending(w), 1);
	worker_post(w, &b.job);
	worker_cancel(w, &b.job);	/* too late to keep it from running */
	assert_int_equal(worker_deliver(w, 1), 1);
	assert_string_equal(trace, "a");
	worker_free(w);
	assert_string_equal(trace, "a-");
	assert_string_equal(order, "ab.");
}

static void count_line(const char *line, void *data)
{
	assert_null(strpbrk(line, "\x1b\n"));
	++*(int *)data;
}

static void last_line(const char *line, void *data)
{
	snprintf(data, 200, "%s", line);
}

static void test_log(void **state)
{
	char name[] = "/tmp/verdict-log-XXXXXX", last[200], got[400];
	int fd = mkstemp(name), i, count = 0;
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	log_close();
	clock_freeze_ms(0);
	assert_int_equal(log_open("/nowhere/at/all", LOG_NOTE), -1);
	assert_int_equal(log_open(name, LOG_NOTE), 0);
	log_line(LOG_WARNING_, "bad\x1b[0m %d\nx", 1);
	log_line(LOG_TRACE, "not wanted");
	log_each(last_line, last);
	assert_string_equal(last, "1970-01-01T00:00:00.000Z warning bad^[[0m 1^Jx");
	n = read(fd, got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got, "1970-01-01T00:00:00.000Z warning bad^[[0m 1^Jx\n");
	for (i = 0; i < 1000; i++)
		log_line(LOG_NOTE, "line %d", i);
	log_each(count_line, &count);
	assert_int_equal(count, 256);
	log_each(last_line, last);
	assert_non_null(strstr(last, "line 999"));
	log_close();
	close(fd);
	unlink(name);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_timers, make, unmake),
	cmocka_unit_test_setup_teardown(test_timer_renews, make, unmake),
	cmocka_unit_test_setup_teardown(test_descriptors, make, unmake),
	cmocka_unit_test_setup_teardown(test_forget_inside, make, unmake),
	cmocka_unit_test_setup_teardown(test_slow, make, unmake),
	cmocka_unit_test_setup_teardown(test_worker, make, unmake),
	cmocka_unit_test_setup_teardown(test_worker_free, make, unmake),
	cmocka_unit_test_setup_teardown(test_worker_in_line, make, unmake),
	cmocka_unit_test(test_log),
};

TEST_MAIN(tests)
