/* SPDX-License-Identifier: Apache-2.0 */
/* What the serving process gives up: root, files, system calls. Layer: verdictd. Before any other
 * thread. */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/sandbox.h"

#define FILES_MORE 256		/* descriptors besides connections */
#define PATHS 12
#define DEPTH_MAX 8

/* What libmicrohttpd, gnutls, SQLite, libpq and our own threads ask for; another call fails with
 * EPERM. */
static const int calls[] = { SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(access), SCMP_SYS(bind),
	SCMP_SYS(brk), SCMP_SYS(chmod), SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(close), SCMP_SYS(connect), SCMP_SYS(copy_file_range),
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(epoll_create),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait),
	SCMP_SYS(eventfd2), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(fadvise64), SCMP_SYS(fallocate), SCMP_SYS(fchmod), SCMP_SYS(fchmodat),
	SCMP_SYS(fchown), SCMP_SYS(fcntl), SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fstat),
	SCMP_SYS(fstatfs), SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(futex),
	SCMP_SYS(futex_waitv), SCMP_SYS(getcwd), SCMP_SYS(getdents64), SCMP_SYS(getegid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpeername), SCMP_SYS(getpid),
	SCMP_SYS(getrandom), SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(gettimeofday), SCMP_SYS(getuid),
	SCMP_SYS(inotify_add_watch), SCMP_SYS(inotify_init1), SCMP_SYS(ioctl), SCMP_SYS(linkat),
	SCMP_SYS(link), SCMP_SYS(listen), SCMP_SYS(lseek),
	SCMP_SYS(lstat), SCMP_SYS(madvise), SCMP_SYS(membarrier), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(mremap), SCMP_SYS(msync),
	SCMP_SYS(munlock), SCMP_SYS(munmap), SCMP_SYS(nanosleep), SCMP_SYS(newfstatat),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(prctl), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(prlimit64),
	SCMP_SYS(pselect6), SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(read),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmmsg), SCMP_SYS(recvmsg), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(restart_syscall), SCMP_SYS(rmdir), SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield), SCMP_SYS(select), SCMP_SYS(sendfile), SCMP_SYS(sendmmsg),
	SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(set_robust_list), SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown), SCMP_SYS(sigaltstack), SCMP_SYS(socket), SCMP_SYS(socketpair),
	SCMP_SYS(stat), SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(sync_file_range),
	SCMP_SYS(sysinfo), SCMP_SYS(tgkill), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(truncate),
	SCMP_SYS(umask), SCMP_SYS(uname), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(utimensat),
	SCMP_SYS(write), SCMP_SYS(writev), SANDBOX_END };

/* One file or folder that root made here becomes the hub's. A second name of a file elsewhere is
 * left alone. */
static enum status give_one(int dir, const char *name, const struct passwd *pw, bool *is_dir)
{
	int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	enum status st = STATUS_OK;
	struct stat sb;

	*is_dir = false;
	if (fd < 0 || fstat(fd, &sb) != 0) {
		st = status_errno("%s", name);
		goto out;
	}
	*is_dir = S_ISDIR(sb.st_mode);
	if (sb.st_uid == 0 && (*is_dir || (S_ISREG(sb.st_mode) && sb.st_nlink == 1)) &&
		fchownat(fd, "", pw->pw_uid, pw->pw_gid, AT_EMPTY_PATH) != 0)
		st = status_errno("%s", name);
out:
	if (fd >= 0)
		close(fd);
	return st;
}

/* What commands of root left in the hub's folder before it served as somebody else. Takes over
 * `fd`. */
static enum status give_all(int fd, const struct passwd *pw, int depth)
{
	const struct dirent *entry;
	enum status st = STATUS_OK;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		close(fd);
		return status_errno("the hub's folder");
	}
	while (!st && (entry = readdir(dir))) {
		bool is_dir;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		st = give_one(fd, entry->d_name, pw, &is_dir);
		if (!st && is_dir && depth < DEPTH_MAX) {
			int inner = openat(
				fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			st = inner < 0 ? status_errno("%s", entry->d_name)
				       : give_all(inner, pw, depth + 1);
		}
	}
	closedir(dir);
	return st;
}

static enum status give_folder(const char *path, const struct passwd *pw)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return status_errno("%s", path);
	if (fchown(fd, pw->pw_uid, pw->pw_gid) != 0) {
		close(fd);
		return status_errno("%s", path);
	}
	return give_all(fd, pw, 0);
}

enum status drop_to(const char *user, const char *dir)
{
	struct passwd *pw;
	enum status st;

	if (!user)
		return STATUS_OK;
	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return status_set(STATUS_USAGE, "--user %s: there is no such user", user);
	if (geteuid() == pw->pw_uid)
		return STATUS_OK;
	if (geteuid() != 0)
		return status_set(
			STATUS_USAGE, "--user %s: only root can become another user", user);
	st = io_mkdirs(dir, 0700);
	if (!st)
		st = give_folder(dir, pw);
	if (st)
		return st;
	if (initgroups(user, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0)
		return status_errno("--user %s", user);
	if (setuid(0) == 0)
		return status_set(STATUS_ERROR, "--user %s: could become root again", user);
	return STATUS_OK;
}

/* The folder that holds it, where a renewed one will lie too. */
static size_t add_folder(char **owned, const char **paths, size_t n, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	if (!file)
		return n;
	owned[n] = slash ? mem_strndup(file, slash == file ? 1 : (size_t)(slash - file))
			 : mem_strdup(".");
	paths[n] = owned[n];
	return n + 1;
}

void sandbox_hub(const char **off_out, const struct site *s, const char *certificate,
	const char *key, const char *watched, const char *drop, unsigned int connections)
{
	static const char *const resolver[] = { "/etc", "/usr", "/lib", "/run/systemd/resolve",
		"/run/postgresql" };
	const char *readable[PATHS] = { NULL }, *writable[] = { s->dir, drop, NULL };
	char *owned[PATHS] = { NULL };
	size_t n = add_folder(owned, readable, 0, certificate);
	struct sandbox b = { .calls = calls,
		.readable = readable,
		.writable = writable,
		.files_max = connections + FILES_MORE,
		.threads = true,
		.writes = true,
		.refuse = true,
		.outlives = true };

	n = add_folder(owned, readable, n, key);
	if (watched)
		readable[n++] = watched;
	/* names of database servers are looked up by the C library's modules */
	for (size_t i = 0;
		strncmp(s->store, "sqlite:", 7) != 0 && i < sizeof(resolver) / sizeof(*resolver);
		i++)
		readable[n++] = resolver[i];
	sandbox_apply(&b, off_out);
	for (size_t i = 0; i < PATHS; i++)
		mem_free(owned[i]);
}
