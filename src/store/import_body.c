/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence bodies of a pack: copied into the store while they are hashed, and taken back where the import
 * fails. Store layer; the store's thread.
 */
#include "import_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/store/blob.h"

static enum status copy(struct import *im, const char *file, int fd, const struct digest *want)
{
	struct digest got;
	int64_t bytes;
	bool before = blob_here(im->st, want);
	enum status code = blob_add(&got, &bytes, im->st, fd, want);

	if (code == STATUS_CORRUPT)
		return import_fail_at(im, "file", "%s holds other bytes than the sha256 given here", file);
	if (code != STATUS_OK)
		return code;
	if (!before)
		vec_push(&im->added, *want);
	im->report.bytes += (uint64_t)bytes;
	return STATUS_OK;
}

static enum status from_pack(bool *copied, struct import *im, const char *file, const struct digest *want, int64_t size)
{
	struct stat sb;
	int fd = -1;
	enum status code = pack_open_beneath(&fd, im->dir_fd, file);

	*copied = false;
	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code == STATUS_INVALID)
		return import_fail_at(im, "file", "\"%.200s\" is a link or no plain file", file);
	if (code != STATUS_OK)
		return code;
	if (fstat(fd, &sb) != 0)
		code = status_errno("%s", file);
	else if (sb.st_size != size)
		code = import_fail_at(im, "size", "%s has %lld bytes and not %lld", file, (long long)sb.st_size, (long long)size);
	if (code == STATUS_OK)
		code = copy(im, file, fd, want);
	*copied = code == STATUS_OK;
	close(fd);
	return code;
}

enum status import_body(struct import *im, const char *file, const struct digest *want, int64_t size)
{
	char hex[DIGEST_HEX];
	bool copied = false;
	void *here;
	enum status code = STATUS_OK;

	im->report.evidence++;
	if (*file && (strncmp(file, "evidence/", 9) != 0 || !pack_path_ok(file)))
		return import_fail_at(im, "file", "\"%.200s\" is not a path below evidence/", file);
	digest_hex(hex, want);
	here = map_get(im->bodies, hex);	/* several TIs may share a body: it is read once */
	if (!here && im->bodies_wanted && *file) {
		code = from_pack(&copied, im, file, want, size);
		if (copied)
			map_set(im->bodies, hex, im);
	}
	if (code == STATUS_OK && (here || copied || blob_here(im->st, want)))
		im->report.evidence_here++;
	return code;
}

void import_bodies_undo(struct import *im)
{
	struct buf path;
	size_t i;

	buf_init(&path, 4096);
	for (i = 0; i < im->added.len; i++) {
		buf_reset(&path);
		if (blob_path(&path, im->st, &im->added.at[i]) == STATUS_OK)
			unlink(buf_str(&path));
	}
	buf_done(&path);
}
