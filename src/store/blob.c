/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence bodies in files named by digest. A body is hashed while it is copied to a name of its own and
 * only then gets its place, so a file under a digest holds what the digest says. Store layer; the thread
 * that opened the store.
 */
#include "verdict/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store_priv.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define BLOB_CHUNK 262144

enum status blob_path(struct buf *out, struct store *st, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	buf_printf(out, "%s/blobs/%.2s/%s", st->dir, hex, hex + 2);
	return out->err;
}

bool blob_here(struct store *st, const struct digest *d)
{
	struct buf b;
	struct stat sb;
	bool yes;

	buf_init(&b, 8192);
	yes = blob_path(&b, st, d) == STATUS_OK && lstat(buf_str(&b), &sb) == 0 && S_ISREG(sb.st_mode);
	buf_done(&b);
	return yes;
}

enum status blob_open(int *fd_out, struct store *st, const struct digest *d)
{
	struct buf b;
	int fd = -1;
	enum status code;

	buf_init(&b, 8192);
	code = blob_path(&b, st, d);
	if (code == STATUS_OK) {
		fd = open(buf_str(&b), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno == ENOENT)
			code = status_set(STATUS_NOT_FOUND, "the evidence is not in this store");
		else if (fd < 0)
			code = status_errno("%s", buf_str(&b));
	}
	if (code == STATUS_OK)
		*fd_out = fd;
	buf_done(&b);
	return code;
}

/* Read to the end, hash, and write to `to` where it is not -1. */
static enum status run_through(struct digest *digest_out, int64_t *size_out, int from, int to, const char *path)
{
	struct sha256 ctx;
	char *chunk = mem_alloc(BLOB_CHUNK);
	int64_t size = 0;
	ssize_t n;
	enum status code = STATUS_OK;

	crypto_init();
	sha256_begin(&ctx);
	while (code == STATUS_OK) {
		n = read(from, chunk, BLOB_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			code = status_errno("%s: read", path);
		if (n <= 0)
			break;
		sha256_add(&ctx, chunk, (size_t)n);
		size += n;
		if (to >= 0)
			code = io_write_all(to, path, chunk, (size_t)n);
	}
	*digest_out = sha256_end(&ctx);
	*size_out = size;
	mem_free(chunk);
	return code;
}

enum status blob_place(struct store *st, const char *part, const struct digest *d)
{
	struct buf path, folder;
	char hex[DIGEST_HEX];
	enum status code;

	buf_init(&path, 8192);
	buf_init(&folder, 8192);
	digest_hex(hex, d);
	buf_printf(&folder, "%s/blobs/%.2s", st->dir, hex);
	code = blob_path(&path, st, d);
	if (code == STATUS_OK)
		code = folder.err;
	if (code == STATUS_OK)
		code = io_mkdirs(buf_str(&folder), 0700);
	if (code == STATUS_OK)
		code = io_rename(part, buf_str(&path));
	buf_done(&folder);
	buf_done(&path);
	return code;
}

enum status blob_add(struct digest *digest_out, int64_t *size_out, struct store *st, int fd, const struct digest *want)
{
	char *folder = store_path(st, "blobs"), *part = mem_printf("%s/part-%ld", folder, (long)getpid());
	struct digest d;
	int64_t size = 0;
	int to = -1;
	enum status code = io_mkdirs(folder, 0700);

	if (code == STATUS_OK)
		code = io_open(&to, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (code == STATUS_OK)
		code = run_through(&d, &size, fd, to, part);
	if (code == STATUS_OK && want && !digest_equal(&d, want))
		code = status_set(STATUS_CORRUPT, "the bytes do not have the digest that was told");
	if (code == STATUS_OK)
		code = io_sync(to, part);
	if (to >= 0)
		close(to);
	if (code == STATUS_OK)
		code = blob_place(st, part, &d);
	if (code != STATUS_OK)
		unlink(part);
	if (code == STATUS_OK) {
		*digest_out = d;
		*size_out = size;
	}
	mem_free(part);
	mem_free(folder);
	return code;
}

enum status blob_check(struct store *st, const struct digest *d)
{
	struct digest found;
	char hex[DIGEST_HEX];
	int64_t size;
	int fd = -1;
	enum status code = blob_open(&fd, st, d);

	if (code != STATUS_OK)
		return code;
	digest_hex(hex, d);
	code = run_through(&found, &size, fd, -1, hex);
	close(fd);
	if (code == STATUS_OK && !digest_equal(&found, d))
		code = status_set(STATUS_CORRUPT, "blobs/%.2s/%s does not hold what its name says", hex, hex + 2);
	return code;
}

bool blob_link(struct store *st, const struct digest *d, int64_t size, const char *url)
{
	int fd = link_is(d, size, url) ? memfd_create("link", MFD_CLOEXEC) : -1;
	struct digest got;
	bool good = false;
	int64_t length;

	if (fd < 0)
		return false;
	good = io_write_all(fd, "link", url, strlen(url)) == STATUS_OK && io_write_all(fd, "link", "\n", 1) == STATUS_OK &&
		lseek(fd, 0, SEEK_SET) == 0 && blob_add(&got, &length, st, fd, d) == STATUS_OK;
	status_clear();
	close(fd);
	return good;
}
