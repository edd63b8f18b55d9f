/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence in files named by their digest, evidence/ab/abcd… Hub layer; any thread. */
#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"

#define CHUNK (256u << 10)

static char *path_of(const struct hub *h, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	return mem_printf("%s/evidence/%.2s/%s", h->dir, hex, hex);
}

static bool is_listed(struct hub_event *e, const struct digest *d)
{
	bool here;

	lock_take(&e->lock);
	here = listed_has(&e->s->listed, d);
	lock_give(&e->lock);
	return here;
}

static enum status open_body(int *fd_out, uint64_t *size_out, const struct hub *h, const struct digest *sha256)
{
	char *path = path_of(h, sha256);
	enum status st = STATUS_OK;
	struct stat sb;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0) {
		st = errno == ENOENT ? status_set(STATUS_NOT_FOUND, "this evidence is not here")
			: status_errno("%s", path);
	} else if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode)) {
		close(fd);
		st = status_set(STATUS_IO, "%s: not a plain file", path);
	} else {
		*fd_out = fd;
		*size_out = (uint64_t)sb.st_size;
	}
	mem_free(path);
	return st;
}

/* Who may see one event's evidence may not see another's: a digest alone opens nothing. */
enum status hub_evidence_open(int *fd_out, uint64_t *size_out, struct hub_event *e, const struct digest *sha256)
{
	bool listed = is_listed(e, sha256);

	if (!listed && e->hub->ops->shared && writer_catch_up(e) == STATUS_OK)
		listed = is_listed(e, sha256);	/* another process took a pack since */
	return listed ? open_body(fd_out, size_out, e->hub, sha256)
		      : status_set(STATUS_NOT_FOUND, "the event lists no such evidence");
}

bool evidence_here(struct hub *h, const struct digest *d, uint64_t size)
{
	char *path = path_of(h, d);
	struct stat sb;
	bool here = lstat(path, &sb) == 0 && S_ISREG(sb.st_mode) && (uint64_t)sb.st_size == size;

	mem_free(path);
	return here;
}

/* Reads `from` to its end; a copy goes to `to` where that is not -1. */
static enum status run_through(struct digest *out, int from, int to, const char *path)
{
	char *chunk = mem_alloc(CHUNK);
	struct sha256_ctx sum;
	enum status st = STATUS_OK;
	ssize_t n;

	sha256_begin(&sum);
	while (!st && (n = read(from, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			st = status_errno("%s: cannot read", path);
		} else {
			sha256_add(&sum, chunk, (size_t)n);
			if (to >= 0)
				st = io_write_all(to, path, chunk, (size_t)n);
		}
	}
	*out = sha256_end(&sum);
	mem_free(chunk);
	return st;
}

enum status evidence_take(struct hub *h, const struct digest *want, int from)
{
	char *path = path_of(h, want), *part = mem_printf("%s.part", path), *slash = strrchr(path, '/');
	struct digest got;
	enum status st;
	int to = -1;

	*slash = '\0';
	st = io_mkdirs(path, 0700);
	*slash = '/';
	if (!st)
		st = io_open(&to, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (!st)
		st = run_through(&got, from, to, part);
	if (!st && !digest_equal(&got, want))
		st = STATUS_CONFLICT;
	if (!st)
		st = io_sync(to, part);
	if (to >= 0)
		close(to);
	if (!st)
		st = io_rename(part, path);
	else
		unlink(part);
	mem_free(part);
	mem_free(path);
	return st;
}

enum status evidence_check(struct hub *h, const struct digest *want)
{
	struct digest got;
	uint64_t size;
	enum status st;
	int fd;

	st = open_body(&fd, &size, h, want);
	if (st)
		return st;
	st = run_through(&got, fd, -1, "evidence");
	close(fd);
	if (!st && !digest_equal(&got, want))
		st = status_set(STATUS_CORRUPT, "a body of evidence holds other bytes than its name says");
	return st;
}
