/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a bundle: frames go through pieces of a megabyte, each with a sum that is kept, so that what the disk gives
 * back can be compared without the bytes being kept. Layer: proto. One thread.
 */
#include "bundle_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/feed.h"

#define CHUNK (1u << 20)
#define DIRECT_ALIGN 4096
#define PUSH_BYTES (8u << 20)		/* the kernel begins to write so often, and not only at the sync */
#define READ_TURN (8u << 20)		/* bytes read back in one call */
#define PAGE_PART (4u << 20)

struct bundle_writer {
	char *path, *part;
	int fd;
	const struct key *signer;
	bool sealed;
	uint8_t secret[BOX_SECRET];
	struct buf keys;		/* frames 'Y', written twice */
	struct bundle_sum sum;
	struct frame_maker *maker;
	struct buf frame;
	char *chunk; size_t used;	/* not written yet */
	uint64_t written, pushed;
	uint8_t quick[QUICK_KEY];
	VEC(uint64_t) sums;		/* of each chunk */
	bool finished, safe;
	int back;			/* reads what was written; -1 */
	char *room;			/* aligned */
	size_t next;			/* chunk to be read back */
};

uint64_t bundle_written(const struct bundle_writer *w)
{
	return w->written + w->used;
}

/* What most often stands behind an error of a stick, in plain words, instead of the system's. */
static enum status stick_trouble(enum status st, const char *path)
{
	switch (st == STATUS_IO || st == STATUS_FULL ? errno : 0) {
	case ENOSPC:
	case EDQUOT:
		return status_set(STATUS_FULL, "%s: no room is left there; nothing of it is kept", path);
	case EFBIG:
		return status_set(STATUS_FULL, "%s: files of this size do not go there (4 GB on FAT); leave evidence out, or take a "
			"stick that is not FAT", path);
	case EROFS:
		return status_set(STATUS_DENIED, "%s: can only be read; open the stick's lock, or take another one", path);
	case EIO:
	case ENODEV:
	case ENXIO:
	case ENOTCONN:
		return status_set(STATUS_IO, "%s: the stick was pulled out, or is broken; write it anew, to another one if this comes "
			"again", path);
	default:
		return st;
	}
}

static enum status flush_chunk(struct bundle_writer *w)
{
	enum status st;

	if (w->used == 0)
		return STATUS_OK;
	st = io_pwrite_all(w->fd, w->part, w->chunk, w->used, w->written);
	if (st)
		return stick_trouble(st, w->path);
	vec_push(&w->sums, quick_sum(w->quick, w->chunk, w->used));
	w->written += w->used;
	w->used = 0;
	if (w->written - w->pushed >= PUSH_BYTES) {
		(void)sync_file_range(w->fd, (off_t)w->pushed, (off_t)(w->written - w->pushed), SYNC_FILE_RANGE_WRITE);
		w->pushed = w->written;
	}
	return STATUS_OK;
}

static enum status put(struct bundle_writer *w, const char *ptr, size_t len)
{
	enum status st = STATUS_OK;

	while (len > 0 && !st) {
		size_t n = CHUNK - w->used < len ? CHUNK - w->used : len;

		memcpy(w->chunk + w->used, ptr, n);
		w->used += n;
		ptr += n;
		len -= n;
		if (w->used == CHUNK)
			st = flush_chunk(w);
	}
	return st;
}

static enum status put_frame(struct bundle_writer *w, const struct buf *frame)
{
	if (frame->err)
		return status_set(frame->err, "%s: a frame too large", w->part);
	bundle_sum_add(&w->sum, frame->ptr, frame->ptr + FRAME_HEAD, frame->len - FRAME_HEAD);
	return put(w, frame->ptr, frame->len);
}

/* Frames that are made, in order; `all`: also wait for those that are not. */
static enum status collect(struct bundle_writer *w, bool all)
{
	const struct buf *frame;
	enum status st = STATUS_OK;

	while (w->maker && !st && (frame = maker_oldest(w->maker, all))) {
		st = put_frame(w, frame);
		maker_drop(w->maker);
	}
	return st;
}

/* Room for the next body. */
static enum status next_body(struct buf **out, struct bundle_writer *w)
{
	enum status st = STATUS_OK;

	if (!w->maker)
		w->maker = maker_new(w->sealed ? w->secret : NULL);
	*out = maker_body(w->maker);
	if (*out)
		return STATUS_OK;
	st = put_frame(w, maker_oldest(w->maker, true));
	maker_drop(w->maker);
	*out = maker_body(w->maker);
	return st;
}

static enum status post(struct bundle_writer *w, const struct buf *body, char type, bool pack)
{
	if (body->err)
		return status_set(body->err, "%s: a frame too large", w->part);
	maker_post(w->maker, type, pack);
	return collect(w, false);
}

/* As it is, behind all that was added before. */
static enum status add_plain(struct bundle_writer *w, char type, const void *body, size_t len)
{
	enum status st = collect(w, true);

	buf_reset(&w->frame);
	frame_add(&w->frame, type, body, len);
	return st ? st : put_frame(w, &w->frame);
}

enum status bundle_add(struct bundle_writer *w, char type, const void *body, size_t len, bool pack)
{
	struct buf *b;
	enum status st = next_body(&b, w);

	if (st)
		return st;
	buf_add(b, body, len);
	return post(w, b, type, pack);
}

enum status bundle_add_evidence(struct bundle_writer *w, const struct digest *sha256, uint64_t size, uint64_t offset,
	const void *ptr, size_t len)
{
	struct buf *b;
	enum status st = len > BUNDLE_PIECE ? status_set(STATUS_LIMIT, "a piece of evidence of %zu bytes", len)
		: next_body(&b, w);

	if (st)
		return st;
	buf_add(b, sha256->b, sizeof(sha256->b));
	buf_u64(b, size);
	buf_u64(b, offset);
	buf_add(b, ptr, len);
	return post(w, b, 'E', true);
}

enum status bundle_add_page(struct bundle_writer *w, const void *page, size_t len)
{
	const char *p = page;
	struct buf first;
	size_t n = len < PAGE_PART ? len : PAGE_PART;
	enum status st;

	buf_init(&first, PAGE_PART + 4);
	buf_u32(&first, (unsigned int)len);
	buf_add(&first, p, n);
	st = bundle_add(w, 'P', first.ptr, first.len, true);
	buf_done(&first);
	for (size_t at = n; at < len && !st; at += n) {
		n = len - at < PAGE_PART ? len - at : PAGE_PART;
		st = bundle_add(w, 'Q', p + at, n, true);
	}
	return st;
}

/* ---- begin ---- */

static enum status make_keys(struct bundle_writer *w, const uint8_t (*to)[KEY_PUBLIC], size_t n)
{
	uint8_t body[KEY_PUBLIC + BOX_BYTES];
	enum status st = STATUS_OK;

	if (n > BUNDLE_TO_MAX)
		return status_set(STATUS_LIMIT, "a bundle is sealed to at most %d keys", BUNDLE_TO_MAX);
	w->sealed = n > 0;
	random_bytes(w->secret, sizeof(w->secret));
	for (size_t i = 0; i < n && !st; i++) {
		memcpy(body, to[i], KEY_PUBLIC);
		st = box_seal(body + KEY_PUBLIC, to[i], w->secret);
		if (!st)
			frame_add(&w->keys, 'Y', body, sizeof(body));
	}
	return st;
}

/* The frames made before, one by one, so that each counts. */
static enum status put_keys(struct bundle_writer *w)
{
	const size_t size = FRAME_HEAD + KEY_PUBLIC + BOX_BYTES;
	enum status st = STATUS_OK;

	for (size_t at = 0; at < w->keys.len && !st; at += size) {
		buf_reset(&w->frame);
		buf_add(&w->frame, w->keys.ptr + at, size);
		st = put_frame(w, &w->frame);
	}
	return st;
}

static enum status begin(struct bundle_writer *w, const struct bundle_head *head)
{
	struct bundle_head h = *head;
	struct buf json;
	enum status st;

	h.sealed = w->sealed;
	buf_init(&json, BUNDLE_HEAD_MAX);
	bundle_head_format(&json, &h);
	st = json.err ? status_set(json.err, "%s: its head is too long", w->part) : put(w, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
	if (!st)
		st = add_plain(w, 'H', json.ptr, json.len);
	buf_done(&json);
	return st ? st : put_keys(w);
}

static struct bundle_writer *writer_new(const char *path, const struct key *signer)
{
	struct bundle_writer *w = mem_zalloc(sizeof(*w));

	w->path = mem_strdup(path);
	w->part = mem_printf("%s.part", path);
	w->fd = w->back = -1;
	w->signer = signer;
	w->chunk = mem_alloc(CHUNK);
	random_bytes(w->quick, sizeof(w->quick));
	buf_init(&w->keys, BUNDLE_TO_MAX * (FRAME_HEAD + KEY_PUBLIC + BOX_BYTES));
	buf_init(&w->frame, FRAME_HEAD + FRAME_BODY_MAX);
	bundle_sum_begin(&w->sum);
	return w;
}

enum status bundle_create(struct bundle_writer **out, const char *path, const struct bundle_head *head,
	const struct key *signer, const uint8_t (*to)[KEY_PUBLIC], size_t n_to)
{
	struct bundle_writer *w = writer_new(path, signer);
	enum status st = make_keys(w, to, n_to);

	if (!st)
		st = io_open(&w->fd, w->part, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (!st)
		st = begin(w, head);
	if (st)
		bundle_writer_free(w);
	else
		*out = w;
	return st;
}

/* ---- end ---- */

static enum status put_trailer(struct bundle_writer *w)
{
	struct trailer t = { .frames = w->sum.frames, .sum = bundle_sum_end(&w->sum) };
	struct buf b;
	enum status st;

	buf_init(&b, SIZE_MAX);
	st = trailer_sign(&b, &t, w->signer);
	buf_reset(&w->frame);
	frame_add(&w->frame, 'T', b.ptr, b.len);
	buf_done(&b);
	return st ? st : put(w, w->frame.ptr, w->frame.len);
}

static enum status place(struct bundle_writer *w)
{
	enum status st = flush_chunk(w);

	if (!st && (st = io_sync(w->fd, w->part)))
		st = stick_trouble(st, w->path);
	if (!st) {
		if ((st = io_rename(w->part, w->path)))
			st = stick_trouble(st, w->path);
		w->finished = !st || access(w->part, F_OK) != 0;	/* it may have its name, and not for sure */
	}
	return st;
}

enum status bundle_finish(struct bundle_writer *w)
{
	enum status st = collect(w, true);

	if (!st)
		st = put_keys(w);
	if (!st)
		st = put_trailer(w);
	return st ? st : place(w);
}

/* ---- read back ---- */

/* By its name and past the page cache, as whoever gets the stick will read it; where the file system lets us. */
static enum status open_back(struct bundle_writer *w)
{
	enum status st = STATUS_OK;

	if (posix_memalign((void **)&w->room, DIRECT_ALIGN, CHUNK) != 0)
		abort();
	(void)posix_fadvise(w->fd, 0, 0, POSIX_FADV_DONTNEED);
	w->back = open(w->path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NOFOLLOW);
	if (w->back < 0)
		st = io_open(&w->back, w->path, O_RDONLY | O_NOFOLLOW, 0);
	return st;
}

/* A short read left a place that direct reading does not take; or this file system never does. */
static bool go_indirect(struct bundle_writer *w)
{
	int flags = fcntl(w->back, F_GETFL);

	if (errno != EINVAL || flags < 0 || !(flags & O_DIRECT) || fcntl(w->back, F_SETFL, flags & ~O_DIRECT) != 0)
		return false;
	(void)posix_fadvise(w->back, 0, 0, POSIX_FADV_DONTNEED);
	return true;
}

static enum status read_chunk(struct bundle_writer *w, size_t want)
{
	uint64_t at = (uint64_t)w->next * CHUNK;
	size_t got = 0;

	while (got < want) {
		ssize_t n = pread(w->back, w->room + got, CHUNK - got, (off_t)(at + got));

		if (n < 0 && (errno == EINTR || go_indirect(w)))
			continue;
		if (n < 0)
			return stick_trouble(status_errno("%s: cannot be read back", w->path), w->path);
		if (n == 0)
			return status_set(STATUS_CORRUPT, "%s: ends early when it is read back", w->path);
		got += (size_t)n;
	}
	return got == want ? STATUS_OK : status_set(STATUS_CORRUPT, "%s: has more bytes than were written", w->path);
}

enum status bundle_read_back(bool *done_out, uint64_t *read_out, struct bundle_writer *w)
{
	enum status st = w->back < 0 ? open_back(w) : STATUS_OK;
	size_t turn = 0;

	for (; !st && w->next < w->sums.len && turn < READ_TURN; w->next++) {
		uint64_t left = w->written - (uint64_t)w->next * CHUNK;
		size_t want = left < CHUNK ? (size_t)left : CHUNK;

		st = read_chunk(w, want);
		if (!st && quick_sum(w->quick, w->room, want) != w->sums.at[w->next])
			st = status_set(STATUS_CORRUPT, "%s: other bytes come back than were written; this disk or stick is not to "
				"be trusted", w->path);
		turn += want;
	}
	w->safe = !st && w->next == w->sums.len;
	*done_out = w->safe;
	*read_out = w->safe ? w->written : (uint64_t)w->next * CHUNK;
	return st;
}

void bundle_writer_free(struct bundle_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		close(w->fd);
		if (!w->finished)
			(void)unlink(w->part);
		else if (!w->safe)
			(void)unlink(w->path);
	}
	if (w->back >= 0)
		close(w->back);
	maker_free(w->maker);
	secret_wipe(w->secret, sizeof(w->secret));
	vec_done(&w->sums);
	buf_done(&w->keys);
	buf_done(&w->frame);
	free(w->room);
	mem_free(w->chunk);
	mem_free(w->part);
	mem_free(w->path);
	mem_free(w);
}

/* ---- a copy ---- */

static enum status copy_from(struct bundle_writer *w, int from, const char *name)
{
	char *piece = mem_alloc(CHUNK);
	enum status st = STATUS_OK;
	ssize_t n;

	while (!st && (n = read(from, piece, CHUNK)) != 0)
		if (n > 0)
			st = put(w, piece, (size_t)n);
		else if (errno != EINTR)
			st = status_errno("%s: cannot be read", name);
	mem_free(piece);
	return st;
}

enum status bundle_copy(const char *from, const char *to)
{
	struct bundle_writer *w = writer_new(to, NULL);
	uint64_t done;
	bool all = false;
	int fd = -1;
	enum status st = io_open_regular(&fd, from);

	if (!st)
		st = io_open(&w->fd, w->part, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (!st)
		st = copy_from(w, fd, from);
	if (!st)
		st = place(w);
	while (!st && !all)
		st = bundle_read_back(&all, &done, w);
	if (fd >= 0)
		close(fd);
	bundle_writer_free(w);
	return st;
}
