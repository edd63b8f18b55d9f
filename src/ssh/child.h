/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SSH_CHILD_H
#define SSH_CHILD_H
#include <libssh/libssh.h>
#include <stdnoreturn.h>
#include "verdict/ssh/wire.h"

/* The work of verdict-ssh. One thread; it ends by _exit() once the console is told why. */
struct visit {
	struct buf in;		/* from the console */
	int fd;			/* that came with a message, -1 */
	struct hopwire open;	/* borrowed from `opening` */
	struct buf opening;
	int agent;		/* -1 without */
	ssh_key identities[HOP_IDENTITIES];
	ssh_session session;
	int64_t stepped;	/* clock_mono_ns() of the last step, 0 at first */
};

/* ---- console.c ---- */

/* The next message; ends the process where the console is gone or says what makes no sense. Borrowed until the next. */
void console_next(struct hopwire *out, struct visit *v, struct buf *frame);
void console_put(const struct hopwire *m);
noreturn void console_failed(enum net_failure f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void console_trouble(enum net_failure f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ask the person; NULL: gave up. Yours. */
char *console_ask(struct visit *v, enum hop_asks kind, const char *text);
void console_progress(uint64_t moved);
/* Tell that a step is behind us, and how long it took since the one before. */
void console_step(struct visit *v, enum hop_step s, const char *text);

/* ---- session.c ---- */

void session_load_identities(struct visit *v);	/* before files are given up */
void session_connect(struct visit *v);
void session_login(struct visit *v);
/*
 * Before waiting for an answer: acknowledge at once what comes. A server keeps its next small packet until then (Nagle, which
 * sshd leaves on without a terminal), and an acknowledgement waits 40 ms for company.
 */
void session_hurry(const struct visit *v);

/* ---- tunnel.c, files.c ---- */

noreturn void tunnel_serve(struct visit *v);
noreturn void files_serve(struct visit *v);

/* ---- asks.c ---- */

/* A connection through another hop, or -1. */
int ask_connection(int asks);
/* The socket of the next ask, -1 without one; *gone where nobody can ask any more. */
int take_ask(bool *gone, int asks);

#endif
