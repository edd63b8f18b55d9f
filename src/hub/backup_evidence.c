/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence behind a backup's events. Hub layer; any thread, no hub needed: bodies are never changed. */
#include "backup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "evidence.h"
#include "verdict/base/io.h"

#define PIECE (256u << 10)

struct adding {
	struct hub_bodies *out;
	const char *path;	/* of the part file */
	int fd;
	struct sha256 sum;
	char *piece;
};

static enum status put(struct adding *a, enum part_type type, const void *ptr, size_t len)
{
	char head[PART_HEAD] = { (char)len, (char)(len >> 8), (char)(len >> 16), (char)(len >> 24), (char)type };
	enum status st = io_write_all(a->fd, a->path, head, sizeof(head));

	sha256_add(&a->sum, head, sizeof(head));
	sha256_add(&a->sum, ptr, len);
	return st ? st : io_write_all(a->fd, a->path, ptr, len);
}

static enum status put_bytes(struct adding *a, struct bodies_each *e, int fd, uint64_t size, bool *whole,
	const struct digest *want)
{
	enum status st = STATUS_OK;
	struct sha256 sum;
	struct digest got;
	ssize_t n = 1;

	sha256_begin(&sum);
	while (!st && size > 0 && n > 0) {
		n = read(fd, a->piece, size < PIECE ? (size_t)size : PIECE);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n <= 0)
			break;
		sha256_add(&sum, a->piece, (size_t)n);
		st = put(a, PART_BYTES, a->piece, (size_t)n);
		size -= (uint64_t)n;
		bodies_tick(e, (uint64_t)n);
	}
	got = sha256_end(&sum);
	*whole = size == 0 && digest_equal(&got, want);
	return st;
}

/* One that cannot be read, or is damaged, is marked; the others matter as much. */
static enum status put_body(struct bodies_each *e, const struct digest *digest, const char *name)
{
	struct adding *a = e->data;
	char head[sizeof(digest->b) + 8];
	bool whole = false;
	enum status st;
	uint64_t size;
	int fd;

	(void)name;
	if (!digest || body_open(&fd, &size, e->dir, digest) != STATUS_OK) {
		a->out->damaged++;
		return STATUS_OK;
	}
	memcpy(head, digest->b, sizeof(digest->b));
	for (int i = 0; i < 8; i++)
		head[sizeof(digest->b) + (size_t)i] = (char)(size >> 8 * i);
	st = put(a, PART_BODY, head, sizeof(head));
	if (!st)
		st = put_bytes(a, e, fd, size, &whole, digest);
	close(fd);
	if (!st)
		st = put(a, PART_BODY_END, whole ? "\1" : "\0", 1);
	a->out->count += whole;
	a->out->bytes += whole ? size : 0;
	a->out->damaged += !whole;
	return st;
}

/* What hub_backup() wrote, and the sum at its end. */
static enum status copy_core(struct adding *a, const char *core, struct digest *sum)
{
	enum status st;
	ssize_t n;
	int fd;

	st = io_open(&fd, core, O_RDONLY, 0);
	if (st)
		return st;
	while (!st && (n = read(fd, a->piece, PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		st = n < 0 ? status_errno("%s: cannot read", core) : io_write_all(a->fd, a->path, a->piece, (size_t)n);
	}
	if (!st && (lseek(fd, -(off_t)sizeof(sum->b), SEEK_END) < 0 || read(fd, sum->b, sizeof(sum->b)) != sizeof(sum->b)))
		st = status_set(STATUS_CORRUPT, "%s: not a whole backup", core);
	close(fd);
	return st;
}

static enum status write_all(struct adding *a, const char *dir, const char *core, const struct hub_progress *progress)
{
	struct bodies_each e = { .dir = dir, .body = put_body, .data = a, .progress = progress };
	struct digest sum;
	enum status st = copy_core(a, core, &sum);

	if (st)
		return st;
	sha256_begin(&a->sum);
	sha256_add(&a->sum, sum.b, sizeof(sum.b));
	st = bodies_each(&e);
	sum = sha256_end(&a->sum);
	if (!st)
		st = put(a, PART_END_EVIDENCE, sum.b, sizeof(sum.b));
	return st ? st : io_sync(a->fd, a->path);
}

enum status hub_backup_evidence(struct hub_bodies *out, const char *dir, const char *core, const char *path,
	const struct hub_progress *progress)
{
	char *part = mem_printf("%s.part", path);
	struct adding a = { .out = out, .path = part, .fd = -1, .piece = mem_alloc(PIECE) };
	enum status st = io_open(&a.fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	memset(out, 0, sizeof(*out));
	if (!st)
		st = write_all(&a, dir, core, progress);
	if (a.fd >= 0)
		close(a.fd);
	if (!st)
		st = io_rename(part, path);
	else if (a.fd >= 0)
		unlink(part);
	mem_free(a.piece);
	mem_free(part);
	return st;
}
