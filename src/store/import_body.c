/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence bodies of a pack. They are hashed while they are copied into tmp/, and move to blobs/ only when
 * all else is right: one after the other would cost two syncs each, where one wait for all of them does.
 * Store layer; the store's thread.
 */
#include "import_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/store/blob.h"

#define CHUNK (1u << 18)
#define SYNC_EACH 64		/* bodies synced one by one; beyond, the file system is */

static char *staging(const struct import *im)
{
	return store_path(im->st, "tmp/bodies");
}

static char *staged_path(const struct import *im, const struct digest *d)
{
	char hex[DIGEST_HEX], *dir = staging(im), *path;

	digest_hex(hex, d);
	path = mem_printf("%s/%s", dir, hex);
	mem_free(dir);
	return path;
}

/* Hash what `fd` holds, and write it to `to` unless that is −1. */
static enum status run_through(struct digest *got, struct import *im, int fd, int to, const char *path)
{
	char *chunk = mem_alloc(CHUNK);
	struct sha256 ctx;
	enum status code = STATUS_OK;
	ssize_t n;

	sha256_begin(&ctx);
	while (code == STATUS_OK) {
		n = read(fd, chunk, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = status_errno("%s: cannot read the evidence", path);
		if (n <= 0)
			break;
		sha256_add(&ctx, chunk, (size_t)n);
		im->report.bytes += (uint64_t)n;
		if (to >= 0)
			code = io_write_all(to, path, chunk, (size_t)n);
		if (code == STATUS_OK)
			code = import_tick(im, "evidence", im->report.evidence, 0);
	}
	*got = sha256_end(&ctx);
	mem_free(chunk);
	return code;
}

static enum status stage(struct import *im, const struct pack_evidence *e, size_t index, int fd)
{
	char *path = staged_path(im, &e->sha256), *dir = staging(im);
	bool here = blob_here(im->st, &e->sha256);
	struct digest got;
	int to = -1;
	enum status code = here ? STATUS_OK : io_mkdirs(dir, 0700);

	if (code == STATUS_OK && !here)
		code = io_open(&to, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (code == STATUS_OK)
		code = run_through(&got, im, fd, to, path);
	if (code == STATUS_OK && !digest_equal(&got, &e->sha256))
		code = pack_body_differs(im->pack, e, index);
	if (to >= 0) {
		/* start writing now, so that there is less to wait for at the end */
		sync_file_range(to, 0, 0, SYNC_FILE_RANGE_WRITE);
		close(to);
	}
	if (code == STATUS_OK && !here)
		vec_push(&im->added, e->sha256);
	mem_free(dir);
	mem_free(path);
	return code;
}

static enum status from_pack(bool *copied, struct import *im, const struct pack_evidence *e, size_t index)
{
	int fd = -1;
	enum status code = pack_body_open(&fd, im->pack, im->dir_fd, e, index);

	*copied = false;
	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code == STATUS_OK)
		code = stage(im, e, index, fd);
	*copied = code == STATUS_OK;
	if (fd >= 0)
		close(fd);
	return code;
}

static enum status one_body(struct import *im, const struct pack_evidence *e, size_t index)
{
	char hex[DIGEST_HEX];
	bool copied = false;
	void *here;
	enum status code = STATUS_OK;

	im->report.evidence++;
	digest_hex(hex, &e->sha256);
	here = map_get(im->bodies, hex);	/* several TIs may share a body: it is read once */
	if (!here && im->bodies_wanted) {
		code = from_pack(&copied, im, e, index);
		if (copied)
			map_set(im->bodies, hex, im);
	}
	if (code == STATUS_OK && (here || copied || blob_here(im->st, &e->sha256)))
		im->report.evidence_here++;
	return code;
}

enum status import_bodies(struct import *im, const struct pack_instance *t)
{
	enum status code = STATUS_OK;
	size_t i;

	for (i = 0; i < t->n_evidence && code == STATUS_OK; i++)
		code = one_body(im, &t->evidence[i], i);
	return code;
}

/* Many bodies: one wait for the whole file system is far shorter than one for each of them. */
static enum status sync_all(struct import *im)
{
	char *dir = staging(im);
	int fd = -1;
	enum status code = import_tick(im, "writing evidence to disk", 0, 0);

	if (code == STATUS_OK)
		code = io_open(&fd, dir, O_RDONLY | O_DIRECTORY, 0);
	if (code == STATUS_OK && syncfs(fd) != 0)
		code = status_errno("%s: cannot sync", dir);
	if (fd >= 0)
		close(fd);
	mem_free(dir);
	return code;
}

static enum status sync_staged(struct import *im)
{
	enum status code = STATUS_OK;
	size_t i;

	if (im->added.len > SYNC_EACH)
		return sync_all(im);
	for (i = 0; i < im->added.len && code == STATUS_OK; i++) {
		char *path = staged_path(im, &im->added.at[i]);
		int fd = -1;

		code = io_open(&fd, path, O_RDONLY, 0);
		if (code == STATUS_OK)
			code = io_sync(fd, path);
		if (fd >= 0)
			close(fd);
		if (code == STATUS_OK)
			code = import_tick(im, "writing evidence to disk", i, im->added.len);
		mem_free(path);
	}
	return code;
}

/* Folder and name in blobs/; the folder is made. */
static enum status final_path(struct buf *out, struct import *im, const struct digest *d)
{
	char *slash;
	enum status code;

	buf_reset(out);
	code = blob_path(out, im->st, d);
	if (code != STATUS_OK)
		return code;
	slash = strrchr(out->ptr, '/');
	*slash = '\0';
	code = io_mkdirs(out->ptr, 0700);
	*slash = '/';
	return code;
}

enum status import_bodies_publish(struct import *im)
{
	bool touched[256] = { false };
	struct buf to;
	enum status code = sync_staged(im);
	size_t i;

	buf_init(&to, 8192);
	for (i = 0; i < im->added.len && code == STATUS_OK; i++) {
		const struct digest *d = &im->added.at[i];
		char *from = staged_path(im, d);

		code = final_path(&to, im, d);
		if (code == STATUS_OK && rename(from, to.ptr) != 0)
			code = status_errno("%s: cannot be renamed", from);
		if (code == STATUS_OK)
			im->published = i + 1;
		mem_free(from);
	}
	for (i = 0; i < im->added.len && code == STATUS_OK; i++) {
		const struct digest *d = &im->added.at[i];

		if (touched[d->b[0]])
			continue;
		touched[d->b[0]] = true;
		code = final_path(&to, im, d);
		if (code == STATUS_OK)
			code = io_sync_dir(to.ptr);
	}
	buf_done(&to);
	return code;
}

void import_bodies_undo(struct import *im)
{
	struct buf path;
	size_t i;

	buf_init(&path, 8192);
	for (i = 0; i < im->published; i++) {
		buf_reset(&path);
		if (blob_path(&path, im->st, &im->added.at[i]) == STATUS_OK)
			unlink(buf_str(&path));
	}
	buf_done(&path);
}

void import_bodies_clear(struct import *im)
{
	char *dir = staging(im);

	pack_remove(dir);
	mem_free(dir);
}
