/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up files, calls and memory (seccomp, Landlock, limits). Layer base; called before other threads. */
#include "verdict/base/sandbox.h"
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

static void limit(int what, rlim_t value)
{
	struct rlimit r = { value, value };

	setrlimit((__rlimit_resource_t)what, &r);
}

static void limits(const struct sandbox *s)
{
	limit(RLIMIT_CORE, 0);
	if (!s->writes)
		limit(RLIMIT_FSIZE, 0);
	if (s->files_max)
		limit(RLIMIT_NOFILE, s->files_max);
	if (!s->threads)
		limit(RLIMIT_NPROC, 0);
	if (!s->writes)
		limit(RLIMIT_MEMLOCK, 0);
#ifndef HAVE_SANITIZER		/* their shadow memory alone is more */
	if (s->data_max)
		limit(RLIMIT_DATA, s->data_max);
#endif
}

#if defined(HAVE_LINUX_LANDLOCK_H) && defined(SYS_landlock_create_ruleset)
#define RIGHTS_ALL 0x1fffull	/* every right of the first version of Landlock */
#define RIGHTS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_OF_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE)
#define RIGHTS_WRITE (RIGHTS_ALL & ~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_BLOCK))

/* A path that is not there cannot be used either. */
static bool permit(int ruleset, const char *const *paths, uint64_t rights)
{
	bool good = true;

	for (; good && paths && *paths; paths++) {
		struct landlock_path_beneath_attr rule = { .allowed_access = rights };
		struct stat sb;

		rule.parent_fd = open(*paths, O_PATH | O_CLOEXEC);
		if (rule.parent_fd < 0)
			continue;
		if (fstat(rule.parent_fd, &sb) == 0 && !S_ISDIR(sb.st_mode))
			rule.allowed_access &= RIGHTS_OF_FILE;
		good = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
		close(rule.parent_fd);
	}
	return good;
}

static bool landlock(const struct sandbox *s)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = RIGHTS_ALL };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1), fd;
	bool done;

	if (abi < 1)
		return false;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return false;
	done = permit((int)fd, s->readable, RIGHTS_READ) && permit((int)fd, s->writable, RIGHTS_WRITE) &&
		syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
	close((int)fd);
	return done;
}
#else
static bool landlock(const struct sandbox *s)
{
	(void)s;
	return false;
}
#endif

static bool filter(const struct sandbox *s)
{
	uint32_t otherwise = s->refuse ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
	scmp_filter_ctx ctx;
	const int *call;
	bool good;

#ifdef HAVE_SANITIZER		/* its run-time asks for files when it reports: refused, not killed */
	otherwise = SCMP_ACT_ERRNO(EPERM);
#endif
	ctx = seccomp_init(otherwise);
	good = ctx != NULL;
	for (call = s->calls; good && *call != SANDBOX_END; call++) {
		int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, *call, 0);

		good = rc == 0 || rc == -EDOM;	/* a call this machine does not have */
	}
	/* memory, but none that can be executed; fstat() of new C libraries, but no path */
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
		SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	/* a library that would start a thread by clone3() falls back to clone(), whose flags can be seen */
	if (s->threads) {
		good = good && !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
		good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, 0x10000, 0x10000));	/* CLONE_THREAD */
	}
	good = good && seccomp_load(ctx) == 0;
	if (ctx)
		seccomp_release(ctx);
	return good;
}

void sandbox_apply(const struct sandbox *s, const char **off_out)
{
	bool fs, calls;

	*off_out = NULL;
	if (!s->outlives)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	if (!s->no_limits)
		limits(s);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		*off_out = "no_new_privs";
	fs = s->no_landlock || landlock(s);
	calls = s->no_filter || filter(s);
	if (!calls)
		*off_out = fs ? "seccomp" : "seccomp and landlock";
	else if (!fs)
		*off_out = "landlock";
}
