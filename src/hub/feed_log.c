/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed's file: appended by the writer's thread, read by any (see feed_log.h). The offsets of all entries are in
 * memory, so that a page is one pread and never waits for a commit. Hub layer.
 */
#include "feed_log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/lock.h"
#include "verdict/base/vec.h"
#include "verdict/proto/feed.h"

#define LOG_MAGIC "VRDCTFD1"
#define LOG_KEEP (4u << 20)	/* bytes of a transaction kept in memory */
#define ROOT_BYTES sizeof(struct digest)

struct feed_log {
	int fd;
	char *path;
	unsigned int holders;
	struct lock lock;	/* of `holders`, `ends` and `published` */
	VEC(uint64_t) ends;	/* of entry i + 1 with its root; published ones first, then the transaction's */
	size_t published;
	struct buf tail;	/* not yet written */
	uint64_t written;	/* bytes of the file that are whole */
};

static uint64_t begin_of(const struct feed_log *l, size_t i)
{
	return i ? l->ends.at[i - 1] : LOG_HEAD;
}

/* Offsets of `size` entries from their heads. */
static enum status scan(struct feed_log *l, uint64_t len, uint64_t size)
{
	char head[FEED_ENTRY_HEAD];
	uint64_t at = LOG_HEAD;

	vec_reserve(&l->ends, (size_t)size);
	for (uint64_t i = 0; i < size; i++) {
		const unsigned char *p = (const unsigned char *)head + 12;
		enum status st = io_pread_all(l->fd, l->path, head, sizeof(head), at);

		if (st)
			return st == STATUS_INVALID ? status_set(STATUS_CORRUPT, "%s: ends before entry %llu", l->path,
				(unsigned long long)i + 1) : st;
		at += FEED_ENTRY_HEAD + ROOT_BYTES
			+ (p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24);
		if (at > len)
			return status_set(STATUS_CORRUPT, "%s: entry %llu is damaged", l->path,
				(unsigned long long)i + 1);
		vec_push(&l->ends, at);
	}
	if (at != len)
		return status_set(STATUS_CORRUPT, "%s: %llu bytes where its entries end at %llu", l->path,
			(unsigned long long)len, (unsigned long long)at);
	return STATUS_OK;
}

static enum status check_root(struct feed_log *l, uint64_t size, const struct digest *root)
{
	struct digest found;
	enum status st;

	if (size == 0)
		return STATUS_OK;
	st = io_pread_all(l->fd, l->path, found.b, ROOT_BYTES, l->ends.at[size - 1] - ROOT_BYTES);
	if (!st && !digest_equal(&found, root))
		st = status_set(STATUS_CORRUPT, "%s: its last root is not the one that was committed", l->path);
	return st;
}

static enum status open_file(struct feed_log *l, uint64_t len)
{
	enum status st = io_open(&l->fd, l->path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	struct stat sb;
	char magic[LOG_HEAD];

	if (st)
		return st;
	if (fstat(l->fd, &sb) != 0)
		return status_errno("%s", l->path);
	if (len <= LOG_HEAD) {		/* new, or its first transaction never ended */
		st = io_truncate(l->fd, l->path, 0);
		if (!st)
			st = io_pwrite_all(l->fd, l->path, LOG_MAGIC, LOG_HEAD, 0);
		if (!st)
			st = io_sync_dir(l->path);
		return st;
	}
	if ((uint64_t)sb.st_size < len)
		return status_set(STATUS_CORRUPT, "%s: %lld bytes are there, %llu were committed", l->path,
			(long long)sb.st_size, (unsigned long long)len);
	st = io_pread_all(l->fd, l->path, magic, LOG_HEAD, 0);
	if (!st && memcmp(magic, LOG_MAGIC, LOG_HEAD) != 0)
		st = status_set(STATUS_CORRUPT, "%s: does not begin with " LOG_MAGIC, l->path);
	if (!st && (uint64_t)sb.st_size > len)
		st = io_truncate(l->fd, l->path, len);
	return st;
}

enum status feed_log_open(struct feed_log **out, const char *path, uint64_t len, uint64_t size,
	const struct digest *root)
{
	struct feed_log *l = mem_zalloc(sizeof(*l));
	enum status st;

	l->fd = -1;
	l->holders = 1;
	l->path = mem_strdup(path);
	lock_init(&l->lock);
	buf_init(&l->tail, SIZE_MAX);
	l->written = len > LOG_HEAD ? len : LOG_HEAD;
	st = open_file(l, len);
	if (!st)
		st = scan(l, l->written, size);
	if (!st)
		st = check_root(l, size, root);
	l->published = l->ends.len;
	if (st)
		feed_log_close(l);
	else
		*out = l;
	return st;
}

void feed_log_hold(struct feed_log *l)
{
	lock_take(&l->lock);
	l->holders++;
	lock_give(&l->lock);
}

void feed_log_close(struct feed_log *l)
{
	bool last;

	if (!l)
		return;
	lock_take(&l->lock);
	last = --l->holders == 0;
	lock_give(&l->lock);
	if (!last)
		return;
	if (l->fd >= 0)
		close(l->fd);
	buf_done(&l->tail);
	vec_done(&l->ends);
	lock_done(&l->lock);
	mem_free(l->path);
	mem_free(l);
}

static enum status write_tail(struct feed_log *l)
{
	enum status st = STATUS_OK;

	if (l->tail.len)
		st = io_pwrite_all(l->fd, l->path, l->tail.ptr, l->tail.len, l->written);
	if (st)
		return st;
	l->written += l->tail.len;
	buf_reset(&l->tail);
	return STATUS_OK;
}

uint64_t feed_log_len(const struct feed_log *l)
{
	return l->written + l->tail.len;
}

enum status feed_log_append(struct feed_log *l, const void *entry, size_t len, const struct digest *root)
{
	buf_add(&l->tail, entry, len);
	buf_add(&l->tail, root->b, ROOT_BYTES);
	lock_take(&l->lock);
	vec_push(&l->ends, feed_log_len(l));
	lock_give(&l->lock);
	return l->tail.len > LOG_KEEP ? write_tail(l) : STATUS_OK;
}

enum status feed_log_flush(struct feed_log *l)
{
	enum status st = write_tail(l);

	return st ? st : io_sync(l->fd, l->path);
}

void feed_log_publish(struct feed_log *l)
{
	lock_take(&l->lock);
	l->published = l->ends.len;
	lock_give(&l->lock);
}

/* What was written behind stays until the next transaction overwrites it, or the next start cuts it. */
void feed_log_forget(struct feed_log *l)
{
	lock_take(&l->lock);
	l->ends.len = l->published;
	l->written = begin_of(l, l->published);
	lock_give(&l->lock);
	buf_reset(&l->tail);
}

/* Entries and the roots between them, apart. */
static void take_entries(struct buf *out, struct buf *roots, const char *raw, const uint64_t *ends, size_t n,
	uint64_t begin)
{
	uint64_t at = begin;

	for (size_t i = 0; i < n; i++) {
		buf_add(out, raw + (at - begin), (size_t)(ends[i] - at) - ROOT_BYTES);
		buf_add(roots, raw + (ends[i] - begin) - ROOT_BYTES, ROOT_BYTES);
		at = ends[i];
	}
}

enum status feed_log_read(struct buf *out, unsigned int *count_out, struct buf *roots, struct feed_log *l,
	uint64_t from, uint64_t to, size_t max_bytes)
{
	uint64_t begin, *ends;
	size_t n = 0, most;
	enum status st;
	char *raw;

	lock_take(&l->lock);
	if (from == 0 || from > l->published) {
		lock_give(&l->lock);
		return status_set(STATUS_NOT_FOUND, "the feed has no entry %llu", (unsigned long long)from);
	}
	begin = begin_of(l, (size_t)from - 1);
	most = (size_t)((to < l->published ? to : l->published) - from) + 1;
	while (n < most && (n == 0 || l->ends.at[from - 1 + n] - begin <= max_bytes))
		n++;
	ends = mem_dup(&l->ends.at[from - 1], n * sizeof(*ends));
	lock_give(&l->lock);

	raw = mem_alloc((size_t)(ends[n - 1] - begin));
	st = io_pread_all(l->fd, l->path, raw, (size_t)(ends[n - 1] - begin), begin);
	if (!st) {
		take_entries(out, roots, raw, ends, n, begin);
		*count_out = (unsigned int)n;
		st = out->err ? status_set(STATUS_LIMIT, "a page larger than may be") : STATUS_OK;
	}
	mem_free(raw);
	mem_free(ends);
	return st;
}
