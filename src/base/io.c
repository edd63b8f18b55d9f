/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable file operations behind one fault hook. Layer base; any thread.
 */
#include "verdict/base/io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/mem.h"

static io_hook_cb io_hook;
static void *io_hook_data;

void io_set_hook(io_hook_cb hook, void *data)
{
	io_hook = hook;
	io_hook_data = data;
}

/* 0: go on; above 0: errno to fail with; below: write only that many bytes and fail. */
static int ask(enum io_op op, const char *path, size_t len)
{
	return io_hook ? io_hook(op, path, len, io_hook_data) : 0;
}

static bool refused(enum io_op op, const char *path)
{
	int why = ask(op, path, 0);

	if (why == 0)
		return false;
	errno = why > 0 ? why : EIO;
	return true;
}

enum status io_open(int *fd_out, const char *path, int flags, mode_t mode)
{
	int fd = -1;

	if (!refused(IO_OPEN, path)) {
		do {
			fd = open(path, flags | O_CLOEXEC, mode);
		} while (fd < 0 && errno == EINTR);
	}
	if (fd < 0) {
		if (errno != ENOENT)
			return status_errno("%s: cannot open", path);
		status_errno("%s", path);
		return STATUS_NOT_FOUND;
	}
	*fd_out = fd;
	return STATUS_OK;
}

enum status io_open_regular(int *fd_out, const char *path)
{
	enum status code = io_open(fd_out, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st = { .st_mode = 0 };

	if (code != STATUS_OK)
		return code;
	if (fstat(*fd_out, &st) == 0 && S_ISREG(st.st_mode))
		return STATUS_OK;
	close(*fd_out);
	*fd_out = -1;
	return status_set(STATUS_INVALID, S_ISDIR(st.st_mode) ? "%s: this is a folder; name a file in it"
		: "%s: this is no file", path);
}

/* One write() or pwrite() (`offset` NULL: at the file's position). */
static ssize_t put(int fd, const char *ptr, size_t len, const uint64_t *offset)
{
	ssize_t n;

	do {
		n = offset ? pwrite(fd, ptr, len, (off_t)*offset) : write(fd, ptr, len);
	} while (n < 0 && errno == EINTR);
	if (n == 0 && len > 0) {
		errno = EIO;
		return -1;
	}
	return n;
}

static int put_all(int fd, const char *ptr, size_t len, uint64_t *offset)
{
	ssize_t n;

	while (len > 0) {
		n = put(fd, ptr, len, offset);
		if (n < 0)
			return -1;
		ptr += n;
		len -= (size_t)n;
		if (offset)
			*offset += (uint64_t)n;
	}
	return 0;
}

static enum status write_at(int fd, const char *path, const void *ptr, size_t len, uint64_t *offset)
{
	int why = ask(IO_WRITE, path, len);
	size_t most = why < 0 && (size_t)-why < len ? (size_t)-why : len;

	if (why > 0) {
		errno = why;
		return status_errno("%s: cannot write", path);
	}
	if (put_all(fd, ptr, most, offset) != 0)
		return status_errno("%s: cannot write", path);
	if (why < 0) {
		errno = EIO;
		return status_errno("%s: cannot write", path);
	}
	return STATUS_OK;
}

enum status io_write_all(int fd, const char *path, const void *ptr, size_t len)
{
	return write_at(fd, path, ptr, len, NULL);
}

enum status io_pwrite_all(int fd, const char *path, const void *ptr, size_t len, uint64_t offset)
{
	return write_at(fd, path, ptr, len, &offset);
}

/*
 * A failed fdatasync() is never repeated: the kernel may have dropped the pages and then say yes.
 */
enum status io_sync(int fd, const char *path)
{
	if (refused(IO_SYNC, path) || fdatasync(fd) != 0)
		return status_errno("%s: cannot sync", path);
	return STATUS_OK;
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

enum status io_sync_dir(const char *path)
{
	enum status st = STATUS_OK;
	char *dir = parent_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || refused(IO_SYNC, dir) || fsync(fd) != 0)
		st = status_errno("%s: cannot sync the folder", dir);
	if (fd >= 0)
		close(fd);
	mem_free(dir);
	return st;
}

enum status io_truncate(int fd, const char *path, uint64_t len)
{
	if (refused(IO_TRUNCATE, path) || ftruncate(fd, (off_t)len) != 0)
		return status_errno("%s: cannot truncate", path);
	return STATUS_OK;
}

enum status io_rename(const char *from, const char *to)
{
	if (refused(IO_RENAME, to) || rename(from, to) != 0)
		return status_errno("%s: cannot rename to %s", from, to);
	return io_sync_dir(to);
}

enum status io_exchange(const char *a, const char *b)
{
	if (refused(IO_RENAME, b) || renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
		return status_errno("%s: cannot change places with %s", a, b);
	return io_sync_dir(b);
}

enum status io_sync_files(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum status st = STATUS_OK;

	if (fd < 0 || refused(IO_SYNC, folder) || syncfs(fd) != 0)
		st = status_errno("%s: cannot sync", folder);
	if (fd >= 0)
		close(fd);
	return st;
}

enum status io_unlink(const char *path)
{
	if (refused(IO_UNLINK, path) || (unlink(path) != 0 && errno != ENOENT))
		return status_errno("%s: cannot remove", path);
	return STATUS_OK;
}

enum status io_mkdirs(const char *path, mode_t mode)
{
	enum status st = STATUS_OK;
	char *copy = mem_strdup(path), *p = copy;
	struct stat sb;
	bool last = false;

	while (!st && !last) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		last = *p == '\0';
		*p = '\0';
		if (mkdir(copy, mode) != 0 && (errno != EEXIST && errno != EROFS))
			st = status_errno("%s: cannot make the folder", copy);
		else if (last && (stat(copy, &sb) != 0 || !S_ISDIR(sb.st_mode)))
			st = status_set(STATUS_IO, "%s: not a folder", copy);
		if (!last)
			*p = '/';
	}
	mem_free(copy);
	return st;
}

static enum status read_fd(struct buf *out, int fd, const char *path, size_t max)
{
	char piece[16384];
	size_t total = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_errno("%s: cannot read", path);
		if (n == 0)
			return out->err;
		total += (size_t)n;
		if (total > max)
			return status_set(STATUS_LIMIT, "%s: larger than %zu bytes", path, max);
		buf_add(out, piece, (size_t)n);
		if (out->err)
			return status_set(
				STATUS_LIMIT, "%s: larger than %zu bytes", path, out->max);
	}
}

enum status io_read_file(struct buf *out, const char *path, size_t max)
{
	enum status st;
	int fd;

	st = io_open(&fd, path, O_RDONLY | O_NOCTTY, 0);
	if (st)
		return st;
	st = read_fd(out, fd, path, max);
	close(fd);
	return st;
}

enum status io_replace_file(const char *path, const void *ptr, size_t len, mode_t mode)
{
	char *beside = mem_printf("%s.new", path);
	enum status st;
	int fd = -1;

	st = io_unlink(beside);		/* left by a crash, perhaps with other permissions */
	if (!st)
		st = io_open(&fd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (!st)
		st = io_write_all(fd, beside, ptr, len);
	if (!st)
		st = io_sync(fd, beside);
	if (fd >= 0 && close(fd) != 0 && !st)
		st = status_errno("%s: cannot close", beside);
	if (!st)
		st = io_rename(beside, path);
	else if (fd >= 0)
		unlink(beside);
	mem_free(beside);
	return st;
}

enum status io_pread_all(int fd, const char *path, void *ptr, size_t len, uint64_t offset)
{
	char *p = ptr;
	ssize_t n;

	while (len > 0) {
		n = pread(fd, p, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_errno("%s: cannot read", path);
		if (n == 0)
			return status_set(STATUS_INVALID, "%s: ends before byte %llu", path,
				(unsigned long long)(offset + len));
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return STATUS_OK;
}
