/* SPDX-License-Identifier: Apache-2.0 */
/* Write an event pack as one archive, tar packed with zstd. Pack layer; any thread. */
#include "verdict/pack/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define PIECE (256u << 10)

struct pack_writer {
	struct archive *out;
	char *path, *piece;
	int fd;
};

static enum status failed(const struct pack_writer *w)
{
	return status_set(archive_errno(w->out) == ENOSPC ? STATUS_FULL : STATUS_IO, "%s: %.200s", w->path,
		archive_error_string(w->out));
}

enum status pack_writer_open(struct pack_writer **out, const char *path)
{
	struct pack_writer *w = mem_zalloc(sizeof(*w));
	enum status code;

	w->path = mem_strdup(path);
	w->piece = mem_alloc(PIECE);
	w->out = archive_write_new();
	code = io_open(&w->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	/* names as bytes, whatever the locale */
	if (code == STATUS_OK && (archive_write_set_format_gnutar(w->out) != ARCHIVE_OK ||
	    archive_write_add_filter_zstd(w->out) != ARCHIVE_OK || archive_write_open_fd(w->out, w->fd) != ARCHIVE_OK))
		code = failed(w);
	if (code == STATUS_OK)
		*out = w;
	else
		(void)pack_writer_close(w, code);
	return code;
}

static enum status begin(struct pack_writer *w, const char *name, uint64_t size)
{
	struct archive_entry *e = archive_entry_new();
	int rc;

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0600);
	archive_entry_set_size(e, (la_int64_t)size);
	rc = archive_write_header(w->out, e);
	archive_entry_free(e);
	return rc == ARCHIVE_OK ? STATUS_OK : failed(w);
}

static enum status put(struct pack_writer *w, const void *ptr, size_t len)
{
	return archive_write_data(w->out, ptr, len) == (la_ssize_t)len ? STATUS_OK : failed(w);
}

enum status pack_writer_add(struct pack_writer *w, const char *name, const void *ptr, size_t len)
{
	enum status code = begin(w, name, len);

	return code == STATUS_OK ? put(w, ptr, len) : code;
}

enum status pack_writer_copy(struct pack_writer *w, const char *name, int fd)
{
	enum status code = STATUS_OK;
	struct stat sb;
	uint64_t left;
	ssize_t n;

	if (fstat(fd, &sb) != 0)
		return status_errno("%s", name);
	left = (uint64_t)sb.st_size;
	code = begin(w, name, left);
	while (code == STATUS_OK && left > 0) {
		n = read(fd, w->piece, left < PIECE ? (size_t)left : PIECE);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? status_errno("%s: cannot read", name) :
				status_set(STATUS_IO, "%s: became shorter meanwhile", name);
		code = put(w, w->piece, (size_t)n);
		left -= (uint64_t)n;
	}
	return code;
}

enum status pack_writer_close(struct pack_writer *w, enum status code)
{
	if (code == STATUS_OK && archive_write_close(w->out) != ARCHIVE_OK)
		code = failed(w);
	archive_write_free(w->out);
	if (code == STATUS_OK)
		code = io_sync(w->fd, w->path);
	if (w->fd >= 0)
		close(w->fd);
	if (code != STATUS_OK)
		unlink(w->path);
	mem_free(w->piece);
	mem_free(w->path);
	mem_free(w);
	return code;
}
