/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the doctor: are the libraries that touch foreign bytes at the Debian revisions that mend known holes? The
 * upstream number does not tell, as Debian mends without changing it; so dpkg is asked. Layer app, caller's process.
 */
#include "shell_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/io.h"

extern char **environ;

#define OS_RELEASE_MAX 16384

/* From the packages' changelogs, security fixes up to November 2026; for Debian 12 alone. */
static const struct { const char *package, *least; } wanted[] = {
	{ "libarchive13", "3.6.2-1+deb12u5" },
	{ "libexpat1", "2.5.0-1+deb12u5" },
	{ "libsodium23", "1.0.18-1+deb12u1" },
};

static bool is_debian_12(void)
{
	struct buf b;
	bool yes;

	buf_init(&b, OS_RELEASE_MAX);
	yes = io_read_file(&b, "/etc/os-release", OS_RELEASE_MAX) == STATUS_OK &&
		strstr(buf_str(&b), "\nID=debian\n") && strstr(buf_str(&b), "\nVERSION_ID=\"12\"\n");
	status_clear();
	buf_done(&b);
	return yes;
}

/* Exit code of a program, -1 where it could not run; its output, cut to `max`, in `out` where that is given. */
static int run(char *out, size_t max, const char *const *argv)
{
	posix_spawn_file_actions_t actions;
	int fds[2], code = -1, state = 0;
	size_t have = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char **)argv, environ) == 0)
		code = 0;
	close(fds[1]);
	while (code == 0 && out && have + 1 < max && (n = read(fds[0], out + have, max - 1 - have)) > 0)
		have += (size_t)n;
	if (out)
		out[have] = '\0';
	close(fds[0]);
	if (code == 0) {
		while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
			;
		code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
	}
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

void sh_doctor_debian(struct shell *sh)
{
	char version[128];

	if (!is_debian_12())
		return;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const char *query[] = { "dpkg-query", "-W", "-f", "${Version}", wanted[i].package, NULL };
		const char *compare[] = { "dpkg", "--compare-versions", version, "ge", wanted[i].least, NULL };

		if (run(version, sizeof(version), query) != 0 || !*version)
			continue;
		if (run(NULL, 0, compare) == 0)
			sh_found(sh, "ok", wanted[i].package, "%s", version);
		else
			sh_found(sh, "note", wanted[i].package, "%s lacks fixes of %s: apt-get update && apt-get upgrade",
				version, wanted[i].least);
	}
}
