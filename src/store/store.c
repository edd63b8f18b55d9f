/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open store: its folder, its lock, the one SQLite connection and the order in which they are opened,
 * closed, and opened again after an I/O error. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/base/worker.h"
#include "verdict/pack/pack.h"

char *store_path(const struct store *st, const char *name)
{
	return mem_printf("%s/%s", st->dir, name);
}

void store_note(struct store *st, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, 4096);
	if (st->notice) {
		buf_adds(&b, st->notice);
		buf_adds(&b, "; ");
	}
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (b.err == STATUS_OK) {
		mem_free(st->notice);
		st->notice = buf_take(&b);
		log_line(LOG_NOTE, "store: %s", st->notice);
	}
	buf_done(&b);
}

const char *store_notice(struct store *st)
{
	mem_free(st->notice_shown);
	st->notice_shown = st->notice;
	st->notice = NULL;
	return st->notice_shown;
}

/* ---- the lock: flock() on a file that names its holder ---- */

static long lock_pid(int fd)
{
	char text[32] = "", *end;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid = n > 0 ? strtol(text, &end, 10) : 0;

	return pid > 0 ? pid : 0;
}

long store_holder(const char *dir)
{
	char *path = mem_printf("%s/lock", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	long pid = 0;

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		pid = lock_pid(fd);
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return pid;
}

static enum status take_lock(struct store *st)
{
	char *path = store_path(st, "lock"), text[32];
	enum status code = io_open(&st->lock_fd, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);

	if (code == STATUS_OK && flock(st->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			code = status_set(STATUS_BUSY, "%s is open in another verdict, process %ld: go on there, or end that one first",
				st->dir, lock_pid(st->lock_fd));
		else
			code = status_errno("%s: cannot lock", path);
	}
	if (code == STATUS_OK) {
		/* the pid is a courtesy: the lock holds without it, on a full disk too */
		snprintf(text, sizeof(text), "%ld\n", (long)getpid());
		if (ftruncate(st->lock_fd, 0) != 0 ||
		    pwrite(st->lock_fd, text, strlen(text), 0) < 0)
			log_line(LOG_WARNING_, "%s: cannot write the pid: %s", path, strerror(errno));
	} else if (st->lock_fd >= 0) {
		close(st->lock_fd);
		st->lock_fd = -1;
	}
	mem_free(path);
	return code;
}

/* ---- the connection ---- */

void store_db_close(struct store *st)
{
	int rc;

	sql_forget(st);
	if (!st->db)
		return;
	rc = sqlite3_close(st->db);
	if (rc != SQLITE_OK)
		log_line(LOG_ERROR_, "%s/verdict.db: close: %s", st->dir, sqlite3_errstr(rc));
	st->db = NULL;
	st->depth = 0;
}

/* Lock before WAL: then SQLite keeps its index of the WAL in memory and no second connection is possible. */
static const char *const pragmas[] = {
	"PRAGMA locking_mode = EXCLUSIVE",
	"PRAGMA mmap_size = 0",
	"PRAGMA cache_size = -2048",
	"PRAGMA temp_store = MEMORY",
	"PRAGMA trusted_schema = OFF",
	"PRAGMA cell_size_check = ON",
	"PRAGMA foreign_keys = ON",
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",
};

enum status store_db_open(struct store *st)
{
	char *path = store_path(st, "verdict.db");
	enum status code = STATUS_OK;
	size_t i;
	int rc;

	rc = sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc != SQLITE_OK)
		code = sql_fail(st, rc, "open");
	if (code == STATUS_OK)
		sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	for (i = 0; code == STATUS_OK && i < sizeof(pragmas) / sizeof(pragmas[0]); i++)
		code = sql_exec(st, pragmas[i]);
	if (code == STATUS_OK)
		code = schema_upgrade(st, path);
	if (code != STATUS_OK)
		store_db_close(st);
	mem_free(path);
	return code;
}

/* The whole database at once; only for opens that do not defer it. */
static enum status check_now(struct store *st)
{
	static const char sql[] = "PRAGMA quick_check(1)";
	sqlite3_stmt *s = NULL;
	struct arena a;
	const char *said;
	int64_t seq = 0;
	bool end = false;
	enum status code;

	arena_init(&a);
	code = sql_get(&s, st, sql);
	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code == STATUS_OK) {
		said = sql_text(&a, s, 0);
		if (strcmp(said, "ok") != 0)
			code = status_set(STATUS_CORRUPT, "%s/verdict.db: %s", st->dir, said);
		sqlite3_reset(s);
	}
	arena_done(&a);
	while (code == STATUS_OK && !end)
		code = check_records(&end, &seq, st);
	return code;
}

static bool is_empty(const struct store *st, const char *name)
{
	char *path = store_path(st, name);
	struct stat sb;
	bool yes = lstat(path, &sb) != 0 || (S_ISREG(sb.st_mode) && sb.st_size == 0);

	mem_free(path);
	return yes;
}

/* SQLite would take a database that is gone for a new one; a kept copy of an event tells that there was one. */
static bool database_lost(struct store *st)
{
	char *copy;
	bool lost;

	if (!is_empty(st, "verdict.db"))
		return false;
	copy = keep_newest(st);
	lost = copy != NULL || !is_empty(st, "reference/feed.vb");
	mem_free(copy);
	return lost;
}

/* Database and journal, made to agree; a damaged database is rebuilt. */
static enum status open_both(struct store *st, unsigned int flags)
{
	enum status code;

	st->failed = false;
	code = database_lost(st) ? STATUS_CORRUPT : store_db_open(st);
	if (code == STATUS_OK && !(flags & STORE_DEFER_CHECK))
		code = check_now(st);
	if (code == STATUS_OK)
		code = store_reconcile(st);
	if (code == STATUS_CORRUPT)
		code = store_recover(st);
	st->failed = code != STATUS_OK;
	return code;
}

static bool is_there(const struct store *st, const char *name)
{
	char *path = store_path(st, name);
	struct stat sb;
	bool yes = lstat(path, &sb) == 0;

	mem_free(path);
	return yes;
}

/* A store is a folder with a database, or with a journal from which to build it. */
static enum status find_folder(struct store *st, unsigned int flags)
{
	struct stat sb;

	if (flags & STORE_CREATE)
		return io_mkdirs(st->dir, 0700);
	if (stat(st->dir, &sb) != 0)
		return errno == ENOENT || errno == ENOTDIR ?
			status_set(STATUS_NOT_FOUND, "%s: there is no store", st->dir) :
			status_errno("%s", st->dir);
	if (access(st->dir, R_OK | X_OK) != 0)
		return status_errno("%s", st->dir);
	if (!is_there(st, "verdict.db") && !is_there(st, "journal.vb") && !is_there(st, "reference"))
		return status_set(STATUS_NOT_FOUND, "%s: there is no store", st->dir);
	return STATUS_OK;
}

enum status store_open(struct store **out, const char *dir, unsigned int flags)
{
	struct store *st = mem_zalloc(sizeof(*st));
	enum status code;

	st->dir = mem_strdup(dir);
	st->lock_fd = -1;
	st->journal.fd = -1;
	arena_init(&st->about);
	code = find_folder(st, flags);
	if (code == STATUS_OK)
		code = take_lock(st);
	if (code == STATUS_OK)
		code = open_both(st, flags);
	if (code == STATUS_OK)
		*out = st;
	else
		store_close(st);
	return code;
}

static void drop_handles(struct store *st)
{
	store_db_close(st);
	journal_close(&st->journal);
	st->chain_loaded = false;
	/* what it knows of tests are their keys in that database */
	pack_free(st->reader);
	st->reader = NULL;
	results_forget(st);
}

/*
 * After an I/O error nothing the handles say can be trusted: SQLite's cache may hold what the disk does not,
 * and a second fdatasync of the same descriptor may succeed without having written. So open again and look.
 */
enum status store_ready(struct store *st)
{
	enum status code;

	if (!st->failed && st->db)
		return STATUS_OK;
	if (st->depth > 0)
		return status_set(STATUS_IO, "%s/verdict.db failed before", st->dir);
	drop_handles(st);
	code = st->corrupt ? store_recover(st) : open_both(st, STORE_DEFER_CHECK);
	if (code == STATUS_OK)
		store_pending_tell(st);
	return code;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	drop_handles(st);
	fetching_forget(st);
	gap_close(st);
	key_free(st->key);
	key_free(st->fresh);
	pack_free(st->reader);
	worker_free(st->verifier);
	arena_done(&st->about);
	mem_free(st->join_text);
	mem_free(st->notice);
	mem_free(st->notice_shown);
	if (st->lock_fd >= 0)
		close(st->lock_fd);	/* last: the lock goes with it */
	mem_free(st->dir);
	mem_free(st);
}
