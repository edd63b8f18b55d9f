/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence in files named by their digest, evidence/ab/abcd… Hub layer; any thread. */
#include "evidence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/proto/gather.h"

#define CHUNK (256u << 10)

char *body_path(const char *dir, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	return mem_printf("%s/evidence/%.2s/%s", dir, hex, hex);
}

char *body_kept(const char *dir, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	return mem_printf("%s/evidence/%.2s/%s.part.kept", dir, hex, hex);
}

bool evidence_listed(struct hub_event *e, const struct digest *d)
{
	bool here;

	lock_take(&e->lock);
	here = listed_has(&e->s->listed, d);
	lock_give(&e->lock);
	return here;
}

enum status body_open(int *fd_out, uint64_t *size_out, const char *dir, const struct digest *sha256)
{
	char *path = body_path(dir, sha256);
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
	bool listed = evidence_listed(e, sha256);

	if (!listed && e->hub->ops->shared && writer_catch_up(e) == STATUS_OK)
		listed = evidence_listed(e, sha256);	/* another process took a pack since */
	return listed ? body_open(fd_out, size_out, e->hub->dir, sha256)
		      : status_set(STATUS_NOT_FOUND, "the event lists no such evidence");
}

bool body_here(const char *dir, const struct digest *d, uint64_t size)
{
	char *path = body_path(dir, d);
	struct stat sb;
	bool here = lstat(path, &sb) == 0 && S_ISREG(sb.st_mode) && (uint64_t)sb.st_size == size;

	mem_free(path);
	return here;
}

/* ---- a body on its way to its place ---- */

#define PARTS 64		/* of one body under way at a time */

/* Is it still what the path names? Whoever had it before may just have renamed or removed it. */
static bool still_there(int fd, const char *path)
{
	struct stat open, named;

	return fstat(fd, &open) == 0 && lstat(path, &named) == 0 && open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/*
 * A file beside the place that nobody else is writing: the same bytes may come from several at once, and what one has
 * checked is not the other's to cut. One that was left by who died is taken again.
 */
static enum status open_part(struct body *b)
{
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < PARTS && !st; i++) {
		mem_free(b->part);
		b->part = mem_printf(i ? "%s.part%u" : "%s.part", b->path, i);
		st = io_open(&b->fd, b->part, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
		if (!st && flock(b->fd, LOCK_EX | LOCK_NB) == 0 && still_there(b->fd, b->part))
			return io_truncate(b->fd, b->part, 0);
		if (!st)
			close(b->fd);
		b->fd = -1;
	}
	return st ? st : status_set(STATUS_BUSY, "the same evidence comes from many at once; ask again");
}

enum status body_begin(struct body *b, const char *dir, const struct digest *want)
{
	enum status st;
	char *slash;

	b->path = body_path(dir, want);
	b->part = NULL;
	b->kept = body_kept(dir, want);
	b->want = *want;
	b->fd = -1;
	sha256_begin(&b->sum);
	slash = strrchr(b->path, '/');
	*slash = '\0';
	st = io_mkdirs(b->path, 0700);
	*slash = '/';
	return st ? st : open_part(b);
}

enum status body_add(struct body *b, const void *ptr, size_t len)
{
	sha256_add(&b->sum, ptr, len);
	return io_write_all(b->fd, b->part, ptr, len);
}

enum status body_end(struct body *b, enum status st)
{
	struct digest got = sha256_end(&b->sum);

	if (!st && !digest_equal(&got, &b->want))
		st = STATUS_CONFLICT;
	if (!st)
		st = io_sync(b->fd, b->part);
	if (!st)
		st = io_rename(b->part, b->path);
	else if (b->fd >= 0)
		unlink(b->part);
	if (b->fd >= 0)		/* last, for it gives up the lock */
		close(b->fd);
	if (!st && gather_kept(b->kept))
		gather_forget(b->kept);	/* what bundles brought of it */
	mem_free(b->kept);
	mem_free(b->part);
	mem_free(b->path);
	return st;
}

/* Reads `from` to its end, each piece for `take`. */
static enum status run_through(int from, const char *path, enum status (*take)(void *data, const void *ptr, size_t len),
	void *data)
{
	char *chunk = mem_alloc(CHUNK);
	enum status st = STATUS_OK;
	ssize_t n;

	while (!st && (n = read(from, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		st = n < 0 ? status_errno("%s: cannot read", path) : take(data, chunk, (size_t)n);
	}
	mem_free(chunk);
	return st;
}

static enum status take_piece(void *data, const void *ptr, size_t len)
{
	return body_add(data, ptr, len);
}

enum status body_take(const char *dir, const struct digest *want, int from)
{
	struct body b;
	enum status st = body_begin(&b, dir, want);

	if (!st)
		st = run_through(from, b.part, take_piece, &b);
	return body_end(&b, st);
}

/* ---- all bodies ---- */

struct checking { struct sha256 sum; struct bodies_each *each; };

static enum status sum_piece(void *data, const void *ptr, size_t len)
{
	struct checking *c = data;

	sha256_add(&c->sum, ptr, len);
	if (c->each)
		bodies_tick(c->each, len);
	return STATUS_OK;
}

void bodies_tick(struct bodies_each *e, uint64_t more)
{
	e->bytes += more;
	if (e->progress && e->progress->tick)
		e->progress->tick(e->progress->data, "evidence", e->bytes, e->total);
}

enum status body_check(const char *dir, const struct digest *want, struct bodies_each *each)
{
	struct checking c = { .each = each };
	struct digest got;
	uint64_t size;
	enum status st;
	int fd;

	st = body_open(&fd, &size, dir, want);
	if (st)
		return st;
	sha256_begin(&c.sum);
	st = run_through(fd, "evidence", sum_piece, &c);
	close(fd);
	got = sha256_end(&c.sum);
	if (!st && !digest_equal(&got, want))
		st = status_set(STATUS_CORRUPT, "a body of evidence holds other bytes than its name says");
	return st;
}

static enum status each_in(struct bodies_each *e, const char *path, bool sizes)
{
	DIR *d = opendir(path);
	enum status st = STATUS_OK;
	const struct dirent *f;
	struct digest name;
	struct stat sb;

	while (d && !st && (f = readdir(d))) {
		if (f->d_name[0] == '.' || strstr(f->d_name, ".part"))
			continue;
		if (sizes)
			e->total += fstatat(dirfd(d), f->d_name, &sb, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)sb.st_size : 0;
		else
			st = e->body(e, digest_parse(&name, f->d_name) ? &name : NULL, f->d_name);
	}
	if (d)
		closedir(d);
	return st;
}

enum status bodies_each(struct bodies_each *e)
{
	enum status st = STATUS_OK;

	for (unsigned int i = 0; i < 512 && !st; i++) {
		char *path = mem_printf("%s/evidence/%02x", e->dir, i & 255);

		st = each_in(e, path, i < 256);
		mem_free(path);
	}
	return st;
}
