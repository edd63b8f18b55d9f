/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader process gives up before it looks at a stranger's byte: new files, sockets, programs, threads,
 * executable memory. Layer evidence; called once, by the process's one thread. Each fence stands alone: where
 * the kernel lacks one, the others hold and the missing one is named.
 */
#include "verdict/evidence/server.h"
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

#define DATA_MAX (768ull << 20)

static void limit(int what, rlim_t value)
{
	struct rlimit r = { value, value };

	setrlimit((__rlimit_resource_t)what, &r);
}

static void limits(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NOFILE, 16);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_MEMLOCK, 0);
#ifndef HAVE_SANITIZER		/* their shadow memory alone is more */
	limit(RLIMIT_DATA, DATA_MAX);
#endif
}

/* No path may be opened, whatever system call asks. */
static bool landlock(void)
{
#if defined(HAVE_LINUX_LANDLOCK_H) && defined(SYS_landlock_create_ruleset)
	struct landlock_ruleset_attr attr = { .handled_access_fs = 0x1fff };	/* every right of the first version */
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1), fd;
	bool done;

	if (abi < 1)
		return false;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return false;
	done = syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0;
	close((int)fd);
	return done;
#else
	return false;
#endif
}

static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(setitimer), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield),
};

static bool filter(void)
{
#ifdef HAVE_SANITIZER		/* its run-time asks for files when it reports: refused, not killed */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
#else
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
#endif
	bool good = ctx != NULL;
	size_t i;

	for (i = 0; good && i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);

		good = rc == 0 || rc == -EDOM;	/* a call this machine does not have */
	}
	/* memory, but none that can be executed; fstat() of new C libraries, but no path */
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	good = good && !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
		SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	good = good && seccomp_load(ctx) == 0;
	if (ctx)
		seccomp_release(ctx);
	return good;
}

void sandbox_enter(const char **off_out)
{
	bool fs, calls;

	*off_out = NULL;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 0);
	limits();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		*off_out = "no_new_privs";
	fs = landlock();
	calls = filter();
	if (!calls)
		*off_out = fs ? "seccomp" : "seccomp and landlock";
	else if (!fs)
		*off_out = "landlock";
}
