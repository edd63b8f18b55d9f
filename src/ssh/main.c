/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict-ssh: one SSH connection for the console. Started by it with a socket as descriptor 3; it has the SSH keys
 * that it was handed, no store and no terminal, and can read what the C library needs to find a host, and write
 * nothing but descriptors that it is given. Layer ssh; one thread.
 */
#include <fcntl.h>
#include <netdb.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "child.h"
#include "verdict/base/sandbox.h"

#define DATA_MAX (64ull << 20)

static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
	SCMP_SYS(sendmmsg), SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe2),
	SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(open), SCMP_SYS(openat),
	SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(prctl), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SANDBOX_END
};
static const char *const readable[] = { "/etc", "/run/systemd/resolve", "/usr/lib", "/lib", "/lib64",
	"/usr/share/zoneinfo", "/proc/sys/crypto", "/dev/urandom", NULL };

static void enter_sandbox(void)
{
	/* the size of what is fetched is the console's to limit: it said how much may come, and opened the file */
	static const struct sandbox fences = { .calls = allowed, .readable = readable, .data_max = DATA_MAX,
		.files_max = 64, .refuse = true, .threads = true, .writes = true };
	struct addrinfo *found = NULL;
	const char *off;

	/* the resolver's own modules must be in memory: no code is loaded later */
	if (getaddrinfo("localhost", NULL, NULL, &found) == 0)
		freeaddrinfo(found);
	sandbox_apply(&fences, &off);
}

int main(void)
{
	static struct visit v;
	struct hopwire ready = { .kind = HOPWIRE_READY };
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(HOPWIRE_CONSOLE, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM) {
		fputs("verdict-ssh is started by verdict and has no use alone\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	v.fd = -1;
	buf_init(&v.in, 2 * (size_t)HOPWIRE_MAX);
	buf_init(&v.opening, HOPWIRE_MAX + 4);
	console_next(&v.open, &v, &v.opening);
	if (v.open.kind != HOPWIRE_OPEN)
		return 3;
	v.agent = v.open.has_agent ? HOPWIRE_MORE + (v.open.via ? 1 : 0) : -1;
	if (ssh_init() != SSH_OK)
		console_failed(NET_CHILD, "the SSH library could not be started");
	enter_sandbox();
	session_load_identities(&v);
	session_connect(&v);
	session_login(&v);
	if (v.open.open.socket_path || v.open.open.target_host) {
		console_put(&ready);
		tunnel_serve(&v);
	}
	files_serve(&v);
}
