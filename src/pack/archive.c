/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpack a tar archive, plain or compressed with zstd, below a folder of our own. Members may come in any
 * order; nothing is written that is not a plain file below that folder, under ceilings for count and bytes.
 * Pack layer; any thread.
 */
#include "verdict/pack/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

struct unpack {
	struct archive *in;
	const char *archive, *dir;
	char *top;		/* the one folder all members lie in, "" for none, NULL before the first */
	uint64_t members, bytes, size;
	enum status (*tick)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/*
 * Path below the pack's top folder, or NULL with a status: "sample-event/evidence/a" and "./evidence/a" are
 * both "evidence/a". "" stands for the folder itself.
 */
static enum status member_path(const char **out, struct unpack *u, const char *path)
{
	static const char *const known[] = { "evidence", "event.json", "catalogue.json", "organisations.json",
		"systems.json", "persons.json", "instances.ndjson", "instances.ndjson.zst", "join.json" };
	const char *p = path;
	size_t n, i;

	while (p[0] == '.' && p[1] == '/')
		p += 2;
	*out = "";
	if (*p == '\0' || strcmp(p, ".") == 0)
		return STATUS_OK;
	if (!pack_path_ok(p))
		return status_set(STATUS_INVALID, "%s: member \"%.200s\" is not a path inside the pack", u->archive, path);
	n = strcspn(p, "/");
	if (!u->top) {
		u->top = mem_strndup(p, n);
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strcmp(u->top, known[i]) == 0)
				u->top[0] = '\0';
	}
	if (u->top[0]) {
		if (strlen(u->top) != n || memcmp(u->top, p, n) != 0)
			return status_set(STATUS_INVALID, "%s: members lie in \"%.100s\" and in \"%.100s\"", u->archive, u->top, p);
		p += n;
		p += *p == '/';
	}
	*out = p;
	return STATUS_OK;
}

static enum status write_body(struct unpack *u, int fd, const char *path)
{
	const void *block;
	size_t len;
	la_int64_t offset, at = 0;
	enum status code = STATUS_OK;
	int rc;

	while (code == STATUS_OK && (rc = archive_read_data_block(u->in, &block, &len, &offset)) != ARCHIVE_EOF) {
		if (rc != ARCHIVE_OK)
			return status_set(STATUS_INVALID, "%s: %.200s", u->archive, archive_error_string(u->in));
		if (offset != at)
			return status_set(STATUS_INVALID, "%s: member \"%.200s\" has holes", u->archive, path);
		at += (la_int64_t)len;
		u->bytes += len;
		if (at > PACK_BODY_MAX || u->bytes > (uint64_t)PACK_UNPACKED_MAX)
			return status_set(STATUS_LIMIT, "%s: member \"%.200s\" is too large", u->archive, path);
		code = io_write_all(fd, path, block, len);
		if (code == STATUS_OK && u->tick)
			code = u->tick(u->data, (uint64_t)archive_filter_bytes(u->in, -1), u->size);
	}
	return code;
}

static enum status write_member(struct unpack *u, const char *path)
{
	char *full = mem_printf("%s/%s", u->dir, path), *slash = strrchr(full, '/');
	enum status code;
	int fd = -1;

	*slash = '\0';
	code = io_mkdirs(full, 0700);
	*slash = '/';
	if (code == STATUS_OK)
		code = io_open(&fd, full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (code != STATUS_OK && errno == EEXIST)
		code = status_set(STATUS_INVALID, "%s: member \"%.200s\" occurs twice", u->archive, path);
	if (code == STATUS_OK)
		code = write_body(u, fd, full);
	if (fd >= 0)
		close(fd);
	mem_free(full);
	return code;
}

static enum status member(struct unpack *u, struct archive_entry *e)
{
	const char *path = archive_entry_pathname(e), *inside;
	enum status code;

	if (!path)
		return status_set(STATUS_INVALID, "%s: a member's name cannot be read", u->archive);
	if (++u->members > PACK_MEMBERS_MAX)
		return status_set(STATUS_LIMIT, "%s: more than %d members", u->archive, PACK_MEMBERS_MAX);
	if (archive_entry_hardlink(e) || archive_entry_symlink(e))
		return status_set(STATUS_INVALID, "%s: member \"%.200s\" is a link", u->archive, path);
	if (archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != AE_IFDIR)
		return status_set(STATUS_INVALID, "%s: member \"%.200s\" is neither file nor folder", u->archive, path);
	if (archive_entry_filetype(e) == AE_IFDIR) {
		char *plain = mem_strdup(path);	/* tar ends folders with a slash */

		while (strlen(plain) > 1 && plain[strlen(plain) - 1] == '/')
			plain[strlen(plain) - 1] = '\0';
		code = member_path(&inside, u, plain);
		mem_free(plain);
		return code;
	}
	code = member_path(&inside, u, path);
	if (code == STATUS_OK && inside[0] == '\0')
		code = status_set(STATUS_INVALID, "%s: member \"%.200s\" is no folder", u->archive, path);
	return code == STATUS_OK ? write_member(u, inside) : code;
}

enum status pack_unpack(const char *archive, const char *dir,
	enum status (*tick)(void *data, uint64_t done, uint64_t total), void *data)
{
	struct unpack u = { .archive = archive, .dir = dir, .tick = tick, .data = data };
	struct archive_entry *e;
	enum status code = STATUS_OK;
	struct stat sb;
	int rc;

	u.size = stat(archive, &sb) == 0 ? (uint64_t)sb.st_size : 0;
	u.in = archive_read_new();
	archive_read_support_format_tar(u.in);
	archive_read_support_filter_zstd(u.in);
	if (archive_read_open_filename(u.in, archive, 1 << 16) != ARCHIVE_OK)
		code = status_set(STATUS_INVALID, "%s: %.200s", archive, archive_error_string(u.in));
	while (code == STATUS_OK && (rc = archive_read_next_header(u.in, &e)) != ARCHIVE_EOF)
		code = rc == ARCHIVE_OK || rc == ARCHIVE_WARN ? member(&u, e) :
			status_set(STATUS_INVALID, "%s: %.200s", archive, archive_error_string(u.in));
	archive_read_free(u.in);
	mem_free(u.top);
	return code;
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

void pack_remove(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
