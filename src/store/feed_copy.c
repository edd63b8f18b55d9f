/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference/feed.vb: the pages of the feed as they came, in the frames of a bundle, so that a damaged database can
 * be built again without the hub. A page is on disk before the transaction that applies it; what that one does
 * not know is written over. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define PART (4u << 20)		/* bytes of a page in one frame: 'P' begins a page, 'Q' goes on */
#define HEAD "{\"v\":1,\"what\":\"feed\"}"

static enum status open_copy(int *fd_out, struct store *st, char **path_out, int flags)
{
	char *dir = store_path(st, "reference");
	enum status code = flags & O_CREAT ? io_mkdirs(dir, 0700) : STATUS_OK;
	struct stat sb;

	mem_free(dir);
	*path_out = store_path(st, "reference/feed.vb");
	*fd_out = -1;
	if (code == STATUS_OK && !(flags & O_CREAT) && lstat(*path_out, &sb) != 0)
		return STATUS_NOT_FOUND;
	return code == STATUS_OK ? io_open(fd_out, *path_out, flags | O_NOFOLLOW, 0600) : code;
}

static void add_page(struct buf *out, const char *page, size_t len)
{
	struct buf first;
	size_t n = len < PART ? len : PART, at;

	buf_init(&first, PART + 16);
	buf_u32(&first, (unsigned int)len);
	buf_add(&first, page, n);
	frame_add_packed(out, 'P', first.ptr, first.len);
	for (at = n; at < len; at += n) {
		n = len - at < PART ? len - at : PART;
		frame_add_packed(out, 'Q', page + at, n);
	}
	buf_done(&first);
}

/* The copy must end where the database says; a shorter one has lost pages and begins anew, without them. */
static enum status cut_to(int fd, const char *path, uint64_t *at)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return status_errno("%s", path);
	if ((uint64_t)sb.st_size < *at)
		*at = 0;
	return (uint64_t)sb.st_size > *at ? io_truncate(fd, path, *at) : STATUS_OK;
}

enum status feed_copy_append(uint64_t *end_out, struct store *st, uint64_t at, const void *page, size_t len)
{
	struct buf b;
	char *path = NULL;
	int fd = -1;
	enum status code = open_copy(&fd, st, &path, O_RDWR | O_CREAT);

	buf_init(&b, FEED_PAGE_MAX + (2u << 20));
	if (code == STATUS_OK)
		code = cut_to(fd, path, &at);
	if (code == STATUS_OK && at == 0) {
		buf_add(&b, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
		frame_add(&b, 'H', HEAD, sizeof(HEAD) - 1);
	}
	if (code == STATUS_OK) {
		add_page(&b, page, len);
		code = b.err;
	}
	if (code == STATUS_OK)
		code = io_pwrite_all(fd, path, b.ptr, b.len, at);
	if (code == STATUS_OK)
		code = io_sync(fd, path);
	if (code == STATUS_OK && at == 0)
		code = io_sync_dir(path);
	if (code == STATUS_OK)
		*end_out = at + b.len;
	if (fd >= 0)
		close(fd);
	buf_done(&b);
	mem_free(path);
	return code;
}

/* ---- reading it back ---- */

struct reading {
	struct store *st;
	int fd;
	char *path;
	uint64_t at, size;
	struct buf frame, body, page;
	size_t want;		/* bytes of the page being put together */
};

/* The frame at r->at, unpacked into r->body; STATUS_NOT_FOUND where no whole one follows. */
static enum status next_frame(char *type, struct reading *r)
{
	unsigned char head[FRAME_HEAD];
	struct frame f;
	size_t used, len;
	enum status code;

	if (r->size - r->at < FRAME_HEAD)
		return STATUS_NOT_FOUND;
	code = io_pread_all(r->fd, r->path, head, sizeof(head), r->at);
	if (code != STATUS_OK)
		return code;
	len = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
	if (len > FRAME_BODY_MAX || len > r->size - r->at - FRAME_HEAD)
		return STATUS_NOT_FOUND;
	buf_reset(&r->frame);
	buf_fill(&r->frame, 0, FRAME_HEAD + len);
	code = io_pread_all(r->fd, r->path, r->frame.ptr, FRAME_HEAD + len, r->at);
	if (code != STATUS_OK)
		return code;
	buf_reset(&r->body);
	if (frame_parse(&f, &used, r->frame.ptr, r->frame.len) != STATUS_OK || frame_unpack(&r->body, &f) != STATUS_OK) {
		status_clear();
		return STATUS_NOT_FOUND;
	}
	r->at += used;
	*type = f.type;
	return STATUS_OK;
}

/* Takes the frame's part of a page. False where it does not go on as it should. */
static bool take_part(struct reading *r, char type)
{
	const unsigned char *p = (const unsigned char *)r->body.ptr;
	size_t from = 0;

	if (type == 'P') {
		if (r->body.len < 4)
			return false;
		r->want = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
		buf_reset(&r->page);
		from = 4;
	}
	if (r->want > FEED_PAGE_MAX || r->page.len + r->body.len - from > r->want)
		return false;
	buf_add(&r->page, r->body.ptr + from, r->body.len - from);
	return true;
}

static enum status read_all(struct reading *r, enum status (*each)(void *data, const char *page, size_t len, uint64_t end),
	void *data)
{
	char type;
	enum status code;

	while ((code = next_frame(&type, r)) == STATUS_OK) {
		if (type != 'P' && type != 'Q')
			continue;
		if (!take_part(r, type))
			break;
		if (r->want == 0 || r->page.len < r->want)
			continue;
		code = each(data, r->page.ptr, r->page.len, r->at);
		r->want = 0;
		if (code != STATUS_OK)
			return code;
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status feed_copy_each(struct store *st, enum status (*each)(void *data, const char *page, size_t len, uint64_t end),
	void *data)
{
	struct reading r = { .st = st, .fd = -1, .at = BUNDLE_MAGIC_LEN };
	char magic[BUNDLE_MAGIC_LEN];
	struct stat sb;
	enum status code = open_copy(&r.fd, st, &r.path, O_RDONLY);

	buf_init(&r.frame, FRAME_BODY_MAX + FRAME_HEAD);
	buf_init(&r.body, FRAME_BODY_MAX);
	buf_init(&r.page, FEED_PAGE_MAX);
	if (code == STATUS_OK && fstat(r.fd, &sb) != 0)
		code = status_errno("%s", r.path);
	if (code == STATUS_OK) {
		r.size = (uint64_t)sb.st_size;
		if (r.size < BUNDLE_MAGIC_LEN || io_pread_all(r.fd, r.path, magic, sizeof(magic), 0) != STATUS_OK ||
		    memcmp(magic, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN) != 0)
			code = STATUS_NOT_FOUND;
	}
	if (code == STATUS_OK)
		code = read_all(&r, each, data);
	if (r.fd >= 0)
		close(r.fd);
	buf_done(&r.frame);
	buf_done(&r.body);
	buf_done(&r.page);
	mem_free(r.path);
	return code;
}
