/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of an event pack: found below one folder and never through a link, plain or compressed with zstd,
 * read whole up to a ceiling or line by line. Pack layer; any thread.
 */
#include "verdict/pack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>
#include "verdict/base/mem.h"

#define CHUNK (1u << 18)

bool pack_path_ok(const char *path)
{
	const char *p = path;
	size_t n;

	if (*p == '\0' || *p == '/' || strlen(path) > PACK_NAME_MAX)
		return false;
	while (*p) {
		n = strcspn(p, "/");
		if (n == 0 || n > 255 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
		if (*p == '/' && p[1] == '\0')
			return false;
		p += *p == '/';
	}
	return true;
}

/* One part of a path; a link or another kind of file is refused. */
static int open_part(int at, const char *part, bool last)
{
	int fd, flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (last ? O_NONBLOCK : O_DIRECTORY);
	struct stat sb;

	fd = openat(at, part, flags);
	if (fd >= 0 && last && (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))) {
		close(fd);
		errno = EISDIR;
		return -1;
	}
	return fd;
}

enum status pack_open_beneath(int *fd_out, int dir_fd, const char *path)
{
	char part[256];
	int at = dir_fd, fd = -1;
	const char *p = path;
	size_t n;

	if (!pack_path_ok(path))
		return status_set(STATUS_INVALID, "%.200s: not a path inside the pack", path);
	for (;;) {
		n = strcspn(p, "/");
		memcpy(part, p, n);
		part[n] = '\0';
		p += n;
		fd = open_part(at, part, *p == '\0');
		if (at != dir_fd)
			close(at);
		if (fd < 0 || *p == '\0')
			break;
		at = fd;
		p++;
	}
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return STATUS_NOT_FOUND;
	if (fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO))
		return status_set(STATUS_INVALID, "%.200s: not a regular file", path);
	if (fd < 0)
		return status_errno("%.200s: cannot open", path);
	*fd_out = fd;
	return STATUS_OK;
}

enum status pack_open(struct pack_file *f, int dir_fd, const char *name, const struct pack_tee *tee)
{
	char *zst = mem_printf("%s.zst", name);
	enum status code;
	struct stat sb;
	bool plain;

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	code = pack_open_beneath(&f->fd, dir_fd, name);
	plain = code != STATUS_NOT_FOUND;
	if (!plain)
		code = pack_open_beneath(&f->fd, dir_fd, zst);
	if (code == STATUS_OK) {
		f->size = fstat(f->fd, &sb) == 0 ? (uint64_t)sb.st_size : 0;
		f->name = mem_strdup(name);
		f->tee = tee;
		if (!plain) {
			f->inflate = ZSTD_createDStream();
			f->raw = mem_alloc(CHUNK);
		}
		if (tee)
			tee->begin(tee->data, name);
	} else if (code == STATUS_NOT_FOUND) {
		status_set(code, "%s: the pack has no such file", name);
	}
	mem_free(zst);
	return code;
}

void pack_close(struct pack_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->tee)
		f->tee->end(f->tee->data);
	ZSTD_freeDStream(f->inflate);
	mem_free(f->raw);
	mem_free(f->buf);
	mem_free(f->name);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

static enum status read_some(size_t *n_out, struct pack_file *f, char *to, size_t room)
{
	ssize_t n;

	do {
		n = read(f->fd, to, room);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return status_errno("%s: cannot read", f->name);
	f->bytes += (uint64_t)n;
	*n_out = (size_t)n;
	return STATUS_OK;
}

/* Decompress into buf[len..cap); sets f->end behind the last frame. */
static enum status inflate(struct pack_file *f)
{
	ZSTD_outBuffer out = { f->buf + f->len, f->cap - f->len, 0 };
	ZSTD_inBuffer in = { f->raw, f->raw_len, f->raw_at };
	enum status code;
	size_t rc;

	while (out.pos == 0) {
		if (in.pos == in.size) {
			code = read_some(&in.size, f, f->raw, CHUNK);
			if (code != STATUS_OK)
				return code;
			in.pos = 0;
			if (in.size == 0) {
				f->end = true;
				return !f->middle ? STATUS_OK :
					status_set(STATUS_INVALID, "%s.zst: ends in the middle", f->name);
			}
		}
		rc = ZSTD_decompressStream(f->inflate, &out, &in);
		if (ZSTD_isError(rc))
			return status_set(STATUS_INVALID, "%s.zst: %s", f->name, ZSTD_getErrorName(rc));
		f->middle = rc != 0;
		f->raw_len = in.size;
		f->raw_at = in.pos;
	}
	f->len += out.pos;
	return STATUS_OK;
}

/* Some bytes of a plain file; none at its end. */
static enum status read_plain(size_t *n_out, struct pack_file *f)
{
	enum status code = read_some(n_out, f, f->buf + f->len, CHUNK);

	while (code == STATUS_OK && *n_out == 0 && f->more) {
		code = f->more(f->more_data);
		if (code == STATUS_NOT_FOUND) {		/* whole, with what came since the last look */
			f->more = NULL;
			code = STATUS_OK;
		}
		if (code == STATUS_OK)
			code = read_some(n_out, f, f->buf + f->len, CHUNK);
	}
	return code;
}

/* More bytes behind buf[len], with room for one more byte. */
static enum status fill(struct pack_file *f)
{
	size_t before, n = 0;
	enum status code;

	if (f->at > 0 && f->at == f->len)
		f->at = f->len = 0;
	if (f->len + CHUNK + 1 > f->cap && f->at > 0) {
		memmove(f->buf, f->buf + f->at, f->len - f->at);
		f->len -= f->at;
		f->at = 0;
	}
	if (f->len + CHUNK + 1 > f->cap) {
		f->cap = f->cap ? f->cap * 2 : 4 * CHUNK;
		f->buf = mem_realloc(f->buf, f->cap + 1, 1);
	}
	before = f->len;
	if (f->inflate) {
		code = inflate(f);
	} else {
		code = read_plain(&n, f);
		f->len += n;
		f->end = code == STATUS_OK && n == 0;
	}
	if (code == STATUS_OK && f->tee)
		f->tee->add(f->tee->data, f->buf + before, f->len - before);
	return code;
}

enum status pack_all(char **text_out, size_t *len_out, struct pack_file *f, size_t max)
{
	enum status code = STATUS_OK;

	while (code == STATUS_OK && !f->end) {
		code = fill(f);
		if (code == STATUS_OK && f->len > max)
			code = status_set(STATUS_LIMIT, "%s: larger than %zu bytes", f->name, max);
	}
	if (code != STATUS_OK)
		return code;
	*text_out = f->buf;
	*len_out = f->len;
	return STATUS_OK;
}

enum status pack_line(char **text_out, size_t *len_out, struct pack_file *f, size_t max)
{
	size_t seen = 0, n;
	char *hit = NULL;
	enum status code;

	for (;;) {
		if (f->len - f->at > seen)
			hit = memchr(f->buf + f->at + seen, '\n', f->len - f->at - seen);
		seen = f->len - f->at;
		if (hit || f->end || seen > max)
			break;
		code = fill(f);
		if (code != STATUS_OK)
			return code;
	}
	n = hit ? (size_t)(hit - (f->buf + f->at)) : seen;
	if (n > max)
		return status_set(STATUS_LIMIT, "line longer than %zu bytes", max);
	if (!hit && n == 0)
		return STATUS_NOT_FOUND;
	*text_out = f->buf + f->at;
	*len_out = n;
	f->at += n + (hit ? 1 : 0);
	return STATUS_OK;
}
