/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long until a colleague sees it: two consoles on pseudo-terminals of their own, both showing the same TI. One claims
 * and releases it in turn; timed is from Enter there until the other's screen, read by a terminal emulator, says so.
 *
 *   live COUNT TI VERDICT STORE-A STORE-B    prints "seen_ms X", COUNT times
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#define ROWS 30
#define COLS 100
#define LIMIT_MS 20000
#define CLAIMED "claimed by"

struct console { int fd; pid_t pid; VTerm *vt; VTermScreen *screen; char text[ROWS * COLS * 8]; };

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void start(struct console *c, const char *verdict, const char *store)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };

	c->vt = vterm_new(ROWS, COLS);
	vterm_set_utf8(c->vt, 1);
	c->screen = vterm_obtain_screen(c->vt);
	vterm_screen_enable_altscreen(c->screen, 1);
	vterm_screen_reset(c->screen, 1);
	c->pid = forkpty(&c->fd, NULL, NULL, &size);
	if (c->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execl(verdict, verdict, "--store", store, (char *)NULL);
		_exit(127);
	}
}

static const char *look(struct console *c)
{
	size_t used = 0;

	for (int row = 0; row < ROWS; row++) {
		VTermRect r = { row, row + 1, 0, COLS };

		used += vterm_screen_get_text(c->screen, c->text + used, sizeof(c->text) - used - 2, r);
		c->text[used++] = '\n';
	}
	c->text[used] = '\0';
	return c->text;
}

static void take(struct console *c, short events)
{
	char bytes[16384];
	ssize_t n;

	if (!(events & (POLLIN | POLLHUP)))
		return;
	n = read(c->fd, bytes, sizeof(bytes));
	if (n <= 0) {
		fprintf(stderr, "live: a console ended; its screen:\n%s", look(c));
		exit(1);
	}
	vterm_input_write(c->vt, bytes, (size_t)n);
}

/* Until b's screen has `words` (or lacks them), taking in what both write; ms from `from`. */
static double wait_for(struct console *a, struct console *b, const char *words, bool there, double from)
{
	while ((strstr(look(b), words) != NULL) != there) {
		struct pollfd p[2] = { { a->fd, POLLIN, 0 }, { b->fd, POLLIN, 0 } };

		if (now_ms() - from > LIMIT_MS) {
			fprintf(stderr, "live: \"%s\" did not %s; the screens:\n%s", words, there ? "come" : "go", look(b));
			fprintf(stderr, "%s", look(a));
			exit(1);
		}
		if (poll(p, 2, 100) > 0) {
			take(a, p[0].revents);
			take(b, p[1].revents);
		}
	}
	return now_ms() - from;
}

static void type(struct console *c, const char *keys)
{
	if (write(c->fd, keys, strlen(keys)) < 0)
		perror("live: write");
}

/* The command is on a's prompt before its time begins. */
static double change(struct console *a, struct console *b, const char *command, bool claimed)
{
	double from;

	type(a, command);
	wait_for(b, a, command, true, now_ms());
	from = now_ms();
	type(a, "\r");
	return wait_for(a, b, CLAIMED, claimed, from);
}

static void stop(struct console *c)
{
	kill(c->pid, SIGTERM);
	waitpid(c->pid, NULL, 0);
	vterm_free(c->vt);
	close(c->fd);
}

int main(int argc, char **argv)
{
	struct console *a = calloc(2, sizeof(*a)), *b = a + 1;
	unsigned long count = argc == 6 ? strtoul(argv[1], NULL, 10) : 0;
	char open[300];

	if (count == 0 || !a) {
		fputs("usage: live COUNT TI VERDICT STORE-A STORE-B\n", stderr);
		return 2;
	}
	start(a, argv[3], argv[4]);
	start(b, argv[3], argv[5]);
	snprintf(open, sizeof(open), ":open %s\r", argv[2]);
	for (int i = 0; i < 2; i++) {
		wait_for(&a[!i], &a[i], "online", true, now_ms());
		type(&a[i], open);
		wait_for(&a[!i], &a[i], "not claimed", true, now_ms());
	}
	for (unsigned long i = 0; i < count; i++) {
		printf("seen_ms %.3f\n", change(a, b, i % 2 ? ":release" : ":claim", i % 2 == 0));
		/* its own screen, too, before the next */
		wait_for(b, a, CLAIMED, i % 2 == 0, now_ms());
	}
	stop(a);
	stop(b);
	free(a);
	return 0;
}
