/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a bundle will fit where it is to be written: told before the first byte, not after the last that fits. Store
 * layer; the thread that opened the store.
 */
#include "verdict/store/carry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "store_priv.h"
#include "verdict/base/mem.h"
#include "verdict/store/blob.h"

#define FAT_MAGIC 0x4d44
#define FAT_FILE_MAX UINT32_MAX		/* bytes in one file there */
#define ALWAYS 4096			/* head, trailer */
#define READER 256			/* a key that it is sealed to, twice */

/* What is not packed; packing only makes it less. */
static const char sql_waiting[] = "SELECT total(length(payload) + 120) FROM record WHERE state = 0";
static const char sql_all[] = "SELECT total(length(payload) + 120) FROM record WHERE own = 1 OR state = 0";
static const char sql_items[] = "SELECT DISTINCT e.sha256, e.size FROM record r JOIN ti ON ti.id = r.ti "
	"JOIN evidence e ON e.ti = ti.key WHERE r.state = 0";
static const char sql_all_items[] = "SELECT sha256, max(size) FROM evidence GROUP BY sha256";

static enum status add_records(uint64_t *need, struct store *st, bool all)
{
	int64_t n = 0;
	enum status code = sql_int(&n, st, all ? sql_all : sql_waiting);

	*need += n > 0 ? (uint64_t)n : 0;
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status add_evidence(uint64_t *need, struct store *st, bool all)
{
	struct digest d;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, all ? sql_all_items : sql_items);

	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(st, s)) == STATUS_OK)
		if (sql_digest(&d, s, 0) && blob_here(st, &d))
			*need += (uint64_t)sqlite3_column_int64(s, 1);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static void add_file(uint64_t *need, struct store *st, const char *name)
{
	char *path = store_path(st, name);
	struct stat sb;

	if (stat(path, &sb) == 0)
		*need += (uint64_t)sb.st_size;
	mem_free(path);
}

/* Bytes, at most. */
static enum status bytes_needed(uint64_t *out, struct store *st, const struct carry_wish *wish)
{
	uint64_t need = ALWAYS + READER * (2 + wish->n_to);
	enum status code = add_records(&need, st, wish->all);

	if (code == STATUS_OK && wish->evidence)
		code = add_evidence(&need, st, wish->all);
	if (code == STATUS_OK && wish->pages) {
		add_file(&need, st, "reference/feed.vb");
		add_file(&need, st, "journal.vb");
	}
	if (code == STATUS_OK)
		*out = need + need / 1000;	/* heads of frames, nonces and tags */
	return code;
}

/* "1.2 GB" */
static void size_text(char out[24], uint64_t n)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double v = (double)n;
	size_t k = 0;

	while (v >= 999.5 && k < 4) {
		v /= 1000;
		k++;
	}
	snprintf(out, 24, k && v < 99.95 ? "%.1f %s" : "%.0f %s", v, units[k]);
}

/* How long one file may be there; 0: not known, or as long as there is room. */
static uint64_t longest_file(const char *folder)
{
	struct rlimit limit;
	struct statfs fs;

	if (statfs(folder, &fs) == 0 && fs.f_type == FAT_MAGIC)
		return FAT_FILE_MAX;
	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : 0;
}

static enum status folder_ok(const char *folder)
{
	struct statvfs fs;
	struct stat sb;

	if (stat(folder, &sb) != 0)
		return errno == ENOENT ? status_set(STATUS_NOT_FOUND, "%s: no such folder; is the stick mounted there?", folder)
			: status_errno("%s", folder);
	if (!S_ISDIR(sb.st_mode))
		return status_set(STATUS_USAGE, "%s: is no folder", folder);
	if (statvfs(folder, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return status_set(STATUS_DENIED, "%s: can only be read; open the stick's lock, or take another one", folder);
	if (access(folder, W_OK) != 0)
		return status_set(errno == EROFS || errno == EACCES ? STATUS_DENIED : STATUS_IO,
			"%s: you may not write there (%s)", folder, strerror(errno));
	return STATUS_OK;
}

enum status carry_room(struct store *st, const struct carry_wish *wish)
{
	const char *slash = strrchr(wish->path, '/');
	char *folder = !slash ? mem_strdup(".") : slash == wish->path ? mem_strdup("/") :
		mem_strndup(wish->path, (size_t)(slash - wish->path));
	char needed[24], there[24];
	uint64_t need = 0, most;
	struct statvfs fs;
	enum status code = folder_ok(folder);

	if (code == STATUS_OK)
		code = bytes_needed(&need, st, wish);
	size_text(needed, need);
	most = code == STATUS_OK ? longest_file(folder) : 0;
	if (code == STATUS_OK && statvfs(folder, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < need) {
		size_text(there, (uint64_t)fs.f_bavail * fs.f_frsize);
		code = status_set(STATUS_FULL, "%s: %s free, and up to %s are needed; nothing was written. Take another stick%s",
			folder, there, needed, wish->evidence ? ", or leave evidence out" : "");
	} else if (most && most < need) {
		size_text(there, most);
		code = status_set(STATUS_FULL, "%s: takes no file over %s, and up to %s are needed; nothing was written. %s",
			folder, there, needed, wish->evidence ? "Leave evidence out, or take a stick that is not FAT (exFAT will do)"
			: "Take a stick that is not FAT (exFAT will do)");
	}
	mem_free(folder);
	return code;
}
