/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and ending the child processes of the console. Layer base; owner's thread. */
#include "verdict/base/child.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/mem.h"

void child_init(struct child *c, const char *name)
{
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->sock = -1;
}

static void collect(struct child *c)
{
	if (c->dying && waitpid(c->dying, &c->exit_status, WNOHANG) != 0)
		c->dying = 0;
}

void child_done(struct child *c)
{
	child_stop(c);
	if (c->dying)
		waitpid(c->dying, NULL, 0);
	c->dying = 0;
}

/* Environment: what sanitizers need and nothing else. */
static size_t environment(char **env, size_t max)
{
	static const char *const kept[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE" };
	size_t i, n = 0;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]) && n + 2 < max; i++)
		if (getenv(kept[i]))
			env[n++] = mem_printf("%s=%s", kept[i], getenv(kept[i]));
	env[n++] = mem_strdup("LC_ALL=C.UTF-8");
	env[n] = NULL;
	return n;
}

/* `fd`[0] becomes descriptor 3, the next ones follow; all of them lie above those numbers. */
static int spawn(pid_t *pid_out, const char *exe, const int *fd, size_t n_fd)
{
	char *argv[] = { mem_strdup(exe), NULL }, *env[8];
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	size_t n = environment(env, 8), i;
	int err;

	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	if (!getenv("ASAN_OPTIONS") && !getenv("UBSAN_OPTIONS"))
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	for (i = 0; i < n_fd; i++)
		posix_spawn_file_actions_adddup2(&fa, fd[i], 3 + (int)i);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&at, &none);
	posix_spawnattr_setsigdefault(&at, &all);
	posix_spawnattr_setpgroup(&at, 0);
	posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	err = posix_spawn(pid_out, exe, &fa, &at, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&at);
	while (n-- > 0)
		mem_free(env[n]);
	mem_free(argv[0]);
	return err;
}

enum status child_start_with(struct child *c, const char *exe, const int *more, size_t n_more)
{
	int pair[2], err = 0, fd[1 + CHILD_MORE];
	size_t i, n = 0;
	pid_t pid = 0;

	assert(n_more <= CHILD_MORE);
	collect(c);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return status_errno("no socket for %s", c->name);
	for (i = 0; !err && i <= n_more; i++) {
		fd[n] = fcntl(i ? more[i - 1] : pair[1], F_DUPFD_CLOEXEC, 3 + 1 + CHILD_MORE);
		if (fd[n] >= 0)
			n++;
		else
			err = errno;
	}
	if (!err)
		err = spawn(&pid, exe, fd, n);
	while (n > 0)
		close(fd[--n]);
	close(pair[1]);
	if (err) {
		close(pair[0]);
		errno = err;
		return status_errno("%s could not be started (%s)", c->name, exe);
	}
	c->pid = pid;
	c->sock = pair[0];
	child_set_blocking(c, false);
	return STATUS_OK;
}

enum status child_start(struct child *c, const char *exe)
{
	return child_start_with(c, exe, NULL, 0);
}

void child_stop(struct child *c)
{
	if (c->sock >= 0)
		close(c->sock);
	c->sock = -1;
	if (!c->pid)
		return;
	collect(c);
	if (c->dying)	/* one that hangs in the kernel; two of them do not happen in a life */
		waitpid(c->dying, NULL, 0);
	kill(c->pid, SIGKILL);
	c->dying = c->pid;
	c->pid = 0;
	collect(c);
}

ssize_t child_send(struct child *c, const void *ptr, size_t len, int fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { (void *)(uintptr_t)ptr, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cm;

	if (fd >= 0) {
		memset(control, 0, sizeof(control));
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cm = CMSG_FIRSTHDR(&msg);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	return sendmsg(c->sock, &msg, MSG_NOSIGNAL);
}

void child_set_blocking(struct child *c, bool blocking)
{
	int flags;

	if (c->sock < 0)
		return;
	flags = fcntl(c->sock, F_GETFL);
	fcntl(c->sock, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void child_why(struct child *c, char *out, size_t max)
{
	int status = 0;

	snprintf(out, max, "%s stopped", c->name);
	if (!c->pid)
		return;
	/* its socket is closed, so it is gone or about to be; never wait for one that is not */
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return;
	c->pid = 0;
	if (WIFSIGNALED(status))
		snprintf(out, max, "%s died of signal %d", c->name, WTERMSIG(status));
	else
		snprintf(out, max, "%s ended with %d", c->name, WEXITSTATUS(status));
}

enum status child_find_exe(struct buf *out, const char *program)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash) {
			size_t up;

			*slash = '\0';
			for (up = 0; up < 3; up++) {	/* beside a build tree's program, or above its tests */
				buf_reset(out);
				buf_printf(out, "%s/%s", self, program);
				if (access(buf_str(out), X_OK) == 0)
					return STATUS_OK;
				slash = strrchr(self, '/');
				if (!slash || slash == self)
					break;
				*slash = '\0';
			}
		}
	}
	buf_reset(out);
	buf_printf(out, "%s/%s", PKGLIBEXECDIR, program);
	if (access(buf_str(out), X_OK) == 0)
		return STATUS_OK;
	return status_set(STATUS_NOT_FOUND, "%s is not installed in %s", program, PKGLIBEXECDIR);
}

bool child_is_served(const char *program)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(CHILD_SOCKET, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM)
		return true;
	fprintf(stderr, "%s is started by verdict and has no use alone\n", program);
	return false;
}
