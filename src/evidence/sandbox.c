/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader process gives up before it looks at a stranger's byte: new files, sockets, programs, threads,
 * executable memory. Layer evidence; called once, by the process's one thread.
 */
#include <seccomp.h>
#include "verdict/base/sandbox.h"
#include "verdict/evidence/server.h"

#define DATA_MAX (768ull << 20)

/* sysinfo: qsort of the C library asks it for the size of the memory before it sorts what does not fit its stack. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(setitimer), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield), SCMP_SYS(sysinfo), SANDBOX_END
};

static const struct sandbox reader = { .calls = allowed, .data_max = DATA_MAX, .files_max = 16 };

const struct sandbox *sandbox_of_reader(void)
{
	return &reader;
}

void sandbox_enter(const char **off_out)
{
	sandbox_apply(&reader, off_out);
}
