/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attacks from inside the reader's sandbox: each fence alone must stop what it is there to stop. An attack runs in a
 * process of its own. For the system call filter the proof is the signal that ends it; for Landlock and the limits the
 * same attack must work without the fence. Layer: tests.
 */
#include "test.h"
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/sandbox.h"
#include "verdict/evidence/server.h"

enum end { END_REFUSED, END_DONE, END_KILLED, END_OTHER, END_NO_FENCE };

static char folder[] = "/tmp/verdict-sandbox-XXXXXX";
static int inherited = -1;	/* a socket made before */

/* True: the attack did what it wanted. */
typedef bool (*attack_cb)(void);

static enum end run(attack_cb attack, const struct sandbox *fences)
{
	int status, null = open("/dev/null", O_WRONLY);
	pid_t pid = fork();

	if (pid == 0) {
		const char *off = NULL;

		dup2(null, 2);
		if (fences)
			sandbox_apply(fences, &off);
		if (off)
			_exit(77);
		_exit(attack() ? 1 : 0);
	}
	close(null);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return END_OTHER;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGXFSZ ? END_KILLED : END_OTHER;
	return WEXITSTATUS(status) == 0 ? END_REFUSED : WEXITSTATUS(status) == 1 ? END_DONE :
		WEXITSTATUS(status) == 77 ? END_NO_FENCE : END_OTHER;
}

static const char *in_folder(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static bool read_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool write_file(void)
{
	return open(in_folder("there"), O_WRONLY) >= 0;
}

static bool make_file(void)
{
	return open(in_folder("new"), O_WRONLY | O_CREAT, 0600) >= 0;
}

static bool list_folder(void)
{
	return open(folder, O_RDONLY | O_DIRECTORY) >= 0;
}

static bool make_folder(void)
{
	return mkdir(in_folder("folder"), 0700) == 0;
}

static bool remove_file(void)
{
	return unlink(in_folder("gone")) == 0;
}

static bool make_link(void)
{
	return symlink("/etc/passwd", in_folder("link")) == 0;
}

static bool make_socket_file(void)
{
	return mknod(in_folder("fifo"), S_IFIFO | 0600, 0) == 0;
}

static bool run_program(void)
{
	char name[] = "true", *argv[] = { name, NULL }, *env[] = { NULL };

	execve("/bin/true", argv, env);
	return errno == ENOENT;	/* where it works this is not reached */
}

static bool open_tcp(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool open_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool connect_inherited(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(inherited, (struct sockaddr *)&to, sizeof(to)) == 0 || errno != EPERM;
}

static bool listen_inherited(void)
{
	return listen(inherited, 1) == 0 || errno != EPERM;
}

static bool start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool signal_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool map_program(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool turn_program(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool stat_path(void)
{
	struct stat st;

	return fstatat(AT_FDCWD, "/etc/passwd", &st, 0) == 0;
}

/* Calls by number, with arguments that would be harmless if they worked. */
static const struct {
	const char *name;
	long number, a, b, c;
} calls[] = {
	{ "memfd_create", SYS_memfd_create, (long)"x", 0, 0 },
	{ "prctl", SYS_prctl, 16 /* PR_GET_NAME */, 0, 0 },
	{ "dup", SYS_dup, 0, 0, 0 },
	{ "ioctl", SYS_ioctl, 0, 0x5413 /* TIOCGWINSZ */, 0 },
	{ "prlimit64", SYS_prlimit64, 0, RLIMIT_DATA, 0 },
	{ "getppid", SYS_getppid, 0, 0, 0 },
	{ "shmget", SYS_shmget, 0, 4096, 0600 },
	{ "unshare", SYS_unshare, 0, 0, 0 },
	{ "setuid", SYS_setuid, 0, 0, 0 },
	{ "chdir", SYS_chdir, (long)"/", 0, 0 },
	{ "pipe2", SYS_pipe2, 0, 0, 0 },
	{ "process_vm_readv", SYS_process_vm_readv, 1, 0, 0 },
	{ "perf_event_open", SYS_perf_event_open, 0, 0, 0 },
	{ "bpf", SYS_bpf, 0, 0, 0 },
	{ "keyctl", SYS_keyctl, 0, 0, 0 },
	{ "userfaultfd", SYS_userfaultfd, 0, 0, 0 },
	{ "seccomp", SYS_seccomp, 0, 0, 0 },
	{ "mlock", SYS_mlock, 0, 4096, 0 },
	{ "memfd and file", SYS_fallocate, 0, 0, 0 },
	{ "ftruncate", SYS_ftruncate, 0, 0, 0 },
	{ "pwrite64", SYS_pwrite64, 0, 0, 0 },
	{ "sendfile", SYS_sendfile, 0, 0, 0 },
	{ "timer_create", SYS_timer_create, 0, 0, 0 },
	{ "personality", SYS_personality, 0xffffffff, 0, 0 },
	{ "io_uring_setup", 425, 1, 0, 0 },
	{ "clone3", 435, 0, 0, 0 },
	{ "openat2", 437, 0, 0, 0 },
	{ "a number that no kernel has", 100000, 0, 0, 0 },
};

static size_t call_at;

static bool raw_call(void)
{
	return syscall(calls[call_at].number, calls[call_at].a, calls[call_at].b, calls[call_at].c) != -1 ||
		errno != EPERM;
}

static const struct {
	const char *name;
	attack_cb run;
} attacks[] = {
	{ "read a file", read_file }, { "write a file", write_file }, { "make a file", make_file },
	{ "list a folder", list_folder }, { "make a folder", make_folder }, { "remove a file", remove_file },
	{ "make a link", make_link }, { "make a pipe", make_socket_file }, { "run a program", run_program },
	{ "open a socket", open_tcp }, { "open a local socket", open_unix },
	{ "connect a socket", connect_inherited }, { "listen on a socket", listen_inherited },
	{ "start a process", start_process }, { "trace the parent", trace_parent },
	{ "signal the parent", signal_parent }, { "map memory as program", map_program },
	{ "turn memory into program", turn_program }, { "look at a path", stat_path },
};

/* What a refused call looks like: the end of the process; with a sanitizer's run-time, EPERM. */
static void must_stop(const char *name, enum end end)
{
#ifdef HAVE_SANITIZER
	if (end != END_KILLED && end != END_REFUSED)
#else
	if (end != END_KILLED)
#endif
		fail_msg("%s: not stopped (%d)", name, end);
}

static void test_filter(void **state)
{
	struct sandbox only = *sandbox_of_reader();
	size_t i;

	(void)state;
	only.no_limits = only.no_landlock = true;
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		must_stop(attacks[i].name, run(attacks[i].run, &only));
	for (call_at = 0; call_at < sizeof(calls) / sizeof(calls[0]); call_at++)
		must_stop(calls[call_at].name, run(raw_call, &only));
}

static void test_landlock(void **state)
{
	struct sandbox only = *sandbox_of_reader();
	size_t i;

	(void)state;
	only.no_limits = only.no_filter = true;
	if (run(read_file, &only) == END_NO_FENCE) {
		print_message("# this kernel has no Landlock\n");
		skip();
	}
	for (i = 0; attacks[i].run != run_program; i++) {	/* those before it make or open something */
		assert_int_equal(run(attacks[i].run, &only), END_REFUSED);
		assert_int_equal(run(attacks[i].run, NULL), END_DONE);
	}
	assert_int_equal(run(run_program, &only), END_REFUSED);
}

static int by_value(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* More than the C library sorts on its stack: it then asks for the size of the memory. */
static bool sort_much(void)
{
	size_t i, n = 400000;
	int *all = malloc(n * sizeof(*all));
	bool sorted;

	if (!all)
		return false;
	for (i = 0; i < n; i++)
		all[i] = (int)(n - i);
	qsort(all, n, sizeof(*all), by_value);
	sorted = all[0] == 1 && all[n - 1] == (int)n;
	free(all);
	return sorted;
}

static void test_sorting(void **state)
{
	(void)state;
	assert_int_equal(run(sort_much, sandbox_of_reader()), END_DONE);
}

static bool grow_file(void)
{
	int fd = open(in_folder("there"), O_WRONLY);

	signal(SIGXFSZ, SIG_IGN);
	return fd >= 0 && write(fd, "x", 1) == 1;
}

static bool many_files(void)
{
	int i, fd = 0;

	for (i = 0; i < 40 && fd >= 0; i++)
		fd = open("/dev/null", O_RDONLY);
	return fd >= 0;
}

static bool much_memory(void)
{
	return mmap(NULL, 800u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool some_memory(void)
{
	return mmap(NULL, 256u << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool leave_core(void)
{
	struct rlimit r;

	return getrlimit(RLIMIT_CORE, &r) != 0 || r.rlim_max != 0;
}

static void test_limits(void **state)
{
	struct sandbox only = *sandbox_of_reader();

	(void)state;
	only.no_filter = only.no_landlock = true;
	assert_int_equal(run(grow_file, NULL), END_DONE);
	assert_int_equal(run(grow_file, &only), END_REFUSED);
	assert_int_equal(run(many_files, NULL), END_DONE);
	assert_int_equal(run(many_files, &only), END_REFUSED);
	assert_int_equal(run(leave_core, &only), END_REFUSED);
#ifndef HAVE_SANITIZER
	assert_int_equal(run(some_memory, &only), END_DONE);
	assert_int_equal(run(much_memory, NULL), END_DONE);
	assert_int_equal(run(much_memory, &only), END_REFUSED);
#else
	(void)some_memory;
	(void)much_memory;
#endif
	if (geteuid() != 0) {	/* the kernel does not count root's processes */
		assert_int_equal(run(start_process, NULL), END_DONE);
		assert_int_equal(run(start_process, &only), END_REFUSED);
	}
}

/* All of them together, as the reader enters them. */
static void test_whole(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		must_stop(attacks[i].name, run(attacks[i].run, sandbox_of_reader()));
}

static int make_room(void **state)
{
	int i;
	const char *const names[] = { "there", "gone" };

	(void)state;
	if (!mkdtemp(folder))
		return 1;
	for (i = 0; i < 2; i++)
		close(open(in_folder(names[i]), O_WRONLY | O_CREAT, 0600));
	inherited = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return 0;
}

static int clear_room(void **state)
{
	const char *const names[] = { "there", "gone", "new", "link", "fifo" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_folder(names[i]));
	rmdir(in_folder("folder"));
	rmdir(folder);
	close(inherited);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_landlock),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_sorting),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_whole),
	};
	struct sandbox only = *sandbox_of_reader();
	size_t n = sizeof(tests) / sizeof(tests[0]);

	cmocka_set_message_output(CM_OUTPUT_TAP);
	only.no_landlock = only.no_limits = true;
	if (run(some_memory, &only) == END_NO_FENCE) {
		printf("# this machine takes no system call filter: it is not tested\n");
		n -= 3;
	}
	return _cmocka_run_group_tests("evidence sandbox", tests, n, make_room, clear_room);
}
