/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives in memory through libarchive. Layer evidence; one thread at a time, in the reader process. Formats that
 * run programs or need files are left out.
 */
#include "unpack.h"
#include <string.h>
#include <strings.h>

static bool is_compressed(const char *p, size_t n)
{
	return n > 6 && (!memcmp(p, "\x1f\x8b", 2) || !memcmp(p, "BZh", 3) || !memcmp(p, "\xfd" "7zXZ", 5) ||
		!memcmp(p, "\x28\xb5\x2f\xfd", 4));
}

void unpack_open(struct unpack *u, const char *p, size_t n)
{
	memset(u, 0, sizeof(*u));
	u->name = "";
	u->size = n;
	u->streams = is_compressed(p, n);
	u->in = archive_read_new();
	archive_read_support_filter_gzip(u->in);
	archive_read_support_filter_bzip2(u->in);
	archive_read_support_filter_xz(u->in);
	archive_read_support_filter_zstd(u->in);
	archive_read_support_format_zip(u->in);
	archive_read_support_format_tar(u->in);
	archive_read_support_format_7zip(u->in);
	if (u->streams)
		archive_read_support_format_raw(u->in);
	if (archive_read_open_memory(u->in, p, n) != ARCHIVE_OK)
		u->why = archive_error_string(u->in);
}

void unpack_done(struct unpack *u)
{
	archive_read_free(u->in);
}

bool unpack_next(struct unpack *u)
{
	int rc;

	if (u->why || (u->tick && u->tick(u->tick_data)))
		return false;
	rc = archive_read_next_header(u->in, &u->e);
	if (rc == ARCHIVE_EOF)
		return false;
	if (rc < ARCHIVE_WARN) {
		u->why = archive_error_string(u->in) ? archive_error_string(u->in) : "the archive is damaged";
		return false;
	}
	u->compressed = archive_format(u->in) == ARCHIVE_FORMAT_RAW;
	u->name = archive_entry_pathname_utf8(u->e);
	if (!u->name)
		u->name = archive_entry_pathname(u->e);
	if (!u->name)
		u->name = "";
	return true;
}

static bool too_much(struct unpack *u)
{
	if (u->out > INSIDE_MAX)
		u->why = "more than 256 MB come out of it";
	else if (u->out > (size_t)UNPACK_RATIO_MAX * u->size + (1u << 20))
		u->why = "it unpacks to more than 200 times its size";
	else if (u->tick && u->tick(u->tick_data))
		u->why = "stopped";
	return u->why != NULL;
}

bool unpack_data(struct unpack *u, struct buf *into)
{
	const void *block;
	la_int64_t offset;
	size_t n;
	int rc;

	while ((rc = archive_read_data_block(u->in, &block, &n, &offset)) == ARCHIVE_OK) {
		u->out += n;
		if (too_much(u))
			return false;
		if (into && offset > (la_int64_t)into->len) {	/* a hole of a sparse file */
			size_t hole = (size_t)(offset - (la_int64_t)into->len);

			u->out += hole < INSIDE_MAX ? hole : INSIDE_MAX;
			if (too_much(u))
				return false;
			buf_fill(into, '\0', hole);
		}
		if (into && n)
			buf_add(into, block, n);
	}
	if (rc != ARCHIVE_EOF) {
		u->why = archive_error_string(u->in);
		if (!u->why)
			u->why = "it is damaged";
	}
	return !u->why;
}

bool unpack_is_file(const struct unpack *u)
{
	return u->compressed || (archive_entry_filetype(u->e) == AE_IFREG && !archive_entry_hardlink(u->e) &&
		!archive_entry_is_encrypted(u->e));
}

bool unpack_named(const struct unpack *u, const char *name)
{
	return strcasecmp(u->name, name) == 0;
}
