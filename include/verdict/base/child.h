/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_CHILD_H
#define VERDICT_BASE_CHILD_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * A child process that serves the console (verdict-reader, verdict-net): started, spoken to over a
 * socket pair, killed. It inherits one socket as descriptor 3 and three of /dev/null, a nearly empty
 * environment, and a process group of its own, so that keys of the terminal do not reach it.
 * Owner's thread only.
 */
struct child {
	const char *name;	/* in messages, "the reader"; borrowed for its life */
	pid_t pid;	/* 0: none */
	pid_t dying;	/* killed, not yet collected */
	int sock;	/* -1 without; does not block */
	int exit_status;
};

void child_init(struct child *c, const char *name);
void child_done(struct child *c);
enum status child_start(struct child *c, const char *exe);
/* With more descriptors, as 4, 5 …; they stay yours. At most CHILD_MORE. */
#define CHILD_MORE 4
enum status child_start_with(struct child *c, const char *exe, const int *more, size_t n_more);
void child_stop(struct child *c);	/* SIGKILL */
/* send(2), with a descriptor when fd >= 0. */
ssize_t child_send(struct child *c, const void *ptr, size_t len, int fd);
void child_set_blocking(struct child *c, bool blocking);
/* After its end was seen: how it ended, in words. */
void child_why(struct child *c, char *out, size_t max);
/* Where PROGRAM of this installation is: beside a build tree's own, else in PKGLIBEXECDIR. */
enum status child_find_exe(struct buf *out, const char *program);

/* In a child: was it started with its socket, or by hand? Tells on stderr that PROGRAM has no use alone. */
#define CHILD_SOCKET 3
bool child_is_served(const char *program);

#endif
