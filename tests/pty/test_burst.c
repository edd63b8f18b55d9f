/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console under a real pseudo-terminal: v, 1 and Ctrl-S written in one burst sign nothing; the same keys,
 * each after the screen answered, sign and save. Waits for what the screen shows, with a deadline.
 */
#include "tests/unit/test.h"

#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 20

struct session {
	int fd;
	pid_t pid;
	char *seen;		/* all that came since the last await(), NUL-terminated */
	size_t len, cap;
};

static char dir[] = "/tmp/verdict-burst-XXXXXX";
static char console[4096], pack[4096];

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static int run(const char *what, const char *a, const char *b)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(dir) == 0)
			execl(console, console, what, "store", a, b, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void start(struct session *s)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };

	memset(s, 0, sizeof(*s));
	s->cap = 1 << 20;
	s->seen = calloc(1, s->cap);
	assert_non_null(s->seen);
	s->pid = forkpty(&s->fd, NULL, NULL, &ws);
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		if (chdir(dir) == 0)
			execl(console, console, "run", "store", (char *)NULL);
		_exit(127);
	}
}

/* Read until `text` was written; false after the deadline or at the end. What came before is forgotten. */
static bool await_for(struct session *s, const char *text, int seconds)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	time_t end = now() + seconds;
	ssize_t n;

	while (!strstr(s->seen, text)) {
		if (now() > end || s->len + 4096 >= s->cap)
			return false;
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(s->fd, s->seen + s->len, 4096);
		if (n <= 0)
			return false;
		for (ssize_t i = 0; i < n; i++)	/* NUL is padding */
			if (!s->seen[s->len + (size_t)i])
				s->seen[s->len + (size_t)i] = ' ';
		s->len += (size_t)n;
		s->seen[s->len] = '\0';
	}
	s->len = 0;
	s->seen[0] = '\0';
	return true;
}

static bool await(struct session *s, const char *text)
{
	return await_for(s, text, DEADLINE_S);
}

static void type(struct session *s, const char *keys)
{
	assert_int_equal(write(s->fd, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static void finish(struct session *s)
{
	char drain[4096];
	int status = 0;

	type(s, ":quit\r");
	while (read(s->fd, drain, sizeof(drain)) > 0)
		;
	waitpid(s->pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(s->fd);
	free(s->seen);
}

static int journal_shows(const char *text)
{
	char path[4200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/look.scr", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "journal\nexpect \"%s\"\n", text);
	fclose(f);
	return run("run", "look.scr", NULL);
}

static void burst_signs_nothing(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	assert_true(await(&s, "81270"));
	type(&s, "\r");
	assert_true(await(&s, "To check"));
	type(&s, "v1\023");
	assert_true(await(&s, "ignored"));
	finish(&s);
	assert_int_equal(journal_shows("Nothing is in the journal yet."), 0);
}

static void the_same_keys_in_turn_sign(void **state)
{
	struct session s;
	int tries = 0;

	(void)state;
	start(&s);
	assert_true(await(&s, "81270"));
	type(&s, "\r");
	assert_true(await(&s, "To check"));
	type(&s, "v");
	assert_true(await(&s, "You will sign"));
	/* A key in the very moment of the first frame may still be thrown away: then it is typed again. */
	do
		type(&s, "1");
	while (!await_for(&s, "\xe2\x80\xa2", 2) && ++tries < 5);
	assert_true(tries < 5);
	type(&s, "\023");
	assert_true(await(&s, "not sent yet"));
	finish(&s);
	assert_int_equal(journal_shows("unsent 1"), 0);
}

static int make_store(void **state)
{
	const char *src = getenv("srcdir"), *build = getenv("builddir");
	char reader[4200];

	(void)state;
	snprintf(console, sizeof(console), "%.4000s/tests/screen/console", build ? build : ".");
	snprintf(reader, sizeof(reader), "%.4000s/verdict-reader", build ? build : ".");
	snprintf(pack, sizeof(pack), "%.4000s/data/sample-event", src ? src : ".");
	setenv("VERDICT_READER", reader, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("NO_COLOR");
	if (!mkdtemp(dir))
		return -1;
	return run("import", pack, "P01");
}

static int remove_store(void **state)
{
	char line[4200];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf '%s'", dir);
	return system(line) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_signs_nothing),
		cmocka_unit_test(the_same_keys_in_turn_sign),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("burst", tests, make_store, remove_store);
}
