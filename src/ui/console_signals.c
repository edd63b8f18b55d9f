/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals become bytes in a pipe that the loop reads; a crash gives the terminal back before it kills. Layer ui;
 * handlers run anywhere, the rest on the UI thread.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/ui/console_priv.h"

static const int watched[] = { SIGWINCH, SIGTERM, SIGHUP, SIGTSTP, SIGCONT };
static const int crashes[] = {
	SIGABRT,
#ifndef HAVE_SANITIZER		/* whose own handlers tell more */
	SIGSEGV, SIGBUS, SIGILL, SIGFPE,
#endif
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Handlers get no argument of ours: the pipe's writing end. */
static volatile sig_atomic_t pipe_end = -1;

static void on_signal(int sig)
{
	unsigned char byte = (unsigned char)sig;
	int saved = errno;
	ssize_t n = write(pipe_end, &byte, 1);

	(void)n;
	errno = saved;
}

/* SA_RESETHAND put the default back: raising again dies with a core, as if we had not been here. */
static void on_crash(int sig)
{
	term_curses_emergency();
	raise(sig);
}

static void suspend(struct console *con)
{
	con->term.ops->suspend(&con->term);
	turn_resize(con);
	con->app->dirty = true;
}

static void on_readable(int fd, short revents, void *data)
{
	struct console *con = data;
	unsigned char bytes[32];
	ssize_t n = read(fd, bytes, sizeof(bytes)), i;

	(void)revents;
	for (i = 0; i < n; i++)
		switch (bytes[i]) {
		case SIGWINCH:
			turn_resize(con);
			break;
		case SIGTSTP:
			suspend(con);
			break;
		case SIGCONT:	/* someone else stopped us, and may have left anything on the screen */
			con->term.ops->redraw(&con->term);
			turn_resize(con);
			break;
		default:
			con->signal = bytes[i];
			con->app->quit = true;
			break;
		}
	con->app->dirty = true;
}

enum status signals_open(struct console *con)
{
	static unsigned char stack[64 * 1024];	/* a stack overflow leaves none for its handler */
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction crash = { .sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	int ends[2];
	size_t i;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return status_errno("pipe for signals");
	pipe_end = ends[1];
	con->signal_fd = ends[0];
	sigaltstack(&alt, NULL);
	for (i = 0; i < COUNT(watched); i++)
		sigaction(watched[i], &act, NULL);
	for (i = 0; i < COUNT(crashes); i++)
		sigaction(crashes[i], &crash, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	loop_watch(con->loop, con->signal_fd, POLLIN, "signals", on_readable, con);
	atexit(term_curses_emergency);
	return STATUS_OK;
}

void signals_close(struct console *con)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };
	size_t i;

	if (con->signal_fd < 0)
		return;
	for (i = 0; i < COUNT(watched); i++)
		sigaction(watched[i], &normal, NULL);
	loop_forget(con->loop, con->signal_fd);
	close(pipe_end);
	close(con->signal_fd);
	pipe_end = -1;
	con->signal_fd = -1;
}
