/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_CHILD_H
#define EVIDENCE_CHILD_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "verdict/base/status.h"

/* The reader process as an object: started, spoken to over a socket pair, killed. Owner's thread only. */
struct child {
	pid_t pid;	/* 0: none */
	pid_t dying;	/* killed, not yet collected */
	int sock;	/* -1 without; does not block */
	int exit_status;
};

void child_init(struct child *c);
void child_done(struct child *c);
enum status child_start(struct child *c, const char *exe);
void child_stop(struct child *c);	/* SIGKILL */
/* send(2), with a descriptor when fd >= 0. */
ssize_t child_send(struct child *c, const void *ptr, size_t len, int fd);
void child_set_blocking(struct child *c, bool blocking);
/* After its end was seen: how it ended, in words. */
void child_why(struct child *c, char *out, size_t max);

#endif
