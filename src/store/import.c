/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Import of an event pack: all of it in one transaction, with a copy of the reference data on disk before
 * the commit, or nothing. Each value is checked before the row it goes into is written, so one pass over
 * the pack is enough: an error rolls the rows back. Store layer; the store's thread.
 */
#include "import_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/join.h"

/* Reference data that an import of the same event replaces whole; TIs and tests keep their keys. */
static const char sql_unseen[] = "UPDATE ti SET rank = -1";
static const char sql_fed[] = "SELECT count(*) FROM hub WHERE cursor > 0";
static const char sql_gone[] = "DELETE FROM ti WHERE rank = -1";
static const char sql_again[] = "SELECT count(*) FROM event";
/* Tests that the event no longer has; their TIs went before. */
static const char sql_test_gone[] = "DELETE FROM test WHERE peer = ''";
static const char sql_cache[] = "PRAGMA cache_size";
static const char sql_cache_import[] = "PRAGMA cache_size = -16384";
static const char sql_meta[] = "INSERT INTO meta (name, value) VALUES (?1, ?2) "
	"ON CONFLICT (name) DO UPDATE SET value = ?2";

static void import_init(struct import *im, struct store *st)
{
	memset(im, 0, sizeof(*im));
	im->st = st;
	im->dir_fd = -1;
	im->pack = pack_new();
	im->bodies = map_new();
}

static void import_done(struct import *im)
{
	map_free(im->bodies);
	if (im->dir_fd >= 0)
		close(im->dir_fd);
	keep_free(im->keep);
	vec_done(&im->added);
	pack_free(im->pack);
}

enum status import_tick(struct import *im, const char *what, uint64_t done, uint64_t total)
{
	struct import_progress p = { what, done, total };
	int64_t now;

	if (!im->tick)
		return STATUS_OK;
	now = clock_mono_ns();
	if (now - im->ticked < 100 * 1000 * 1000)
		return STATUS_OK;
	im->ticked = now;
	return im->tick(&p, im->tick_data) ? status_set(STATUS_CANCELLED, "the import was cancelled; nothing was taken over") :
		STATUS_OK;
}

enum status import_run(struct import *im, sqlite3_stmt *s)
{
	/* an insert makes no row: one step is the whole of it */
	enum status code = sql_row(im->st, s);

	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status remember(struct import *im)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, im->st, sql_meta);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, "imported_at");
	sqlite3_bind_int64(s, 2, clock_wall_ms());
	return sql_run(im->st, s);
}

static enum status count_bytes(void *data, char kind, const char *text, size_t len)
{
	struct import *im = data;

	(void)kind;
	(void)text;
	im->report.bytes += len;
	return STATUS_OK;
}

/* Only now is it known to be the same event. */
static enum status take_event(void *data, const struct pack_event *e)
{
	struct import *im = data;
	enum status code = import_event(im, e);

	return code == STATUS_OK && im->again ? sql_exec(im->st, sql_unseen) : code;
}

static enum status pack_tick(void *data, const char *what, uint64_t done, uint64_t total)
{
	return import_tick(data, what, done, total);
}

static enum status members(struct import *im)
{
	const struct pack_sink sink = { count_bytes, take_event, import_catalogue, import_organisations, import_systems,
		import_persons, import_instance, pack_tick, im, NULL };
	struct pack_tee tee = keep_tee(im->keep);

	return pack_walk(im->pack, im->dir_fd, &sink, im->keep ? &tee : NULL);
}

static enum status finish(struct import *im)
{
	enum status code = STATUS_OK;

	if (im->again)
		code = sql_exec(im->st, sql_gone);
	if (code == STATUS_OK && im->again)
		code = sql_exec(im->st, sql_test_gone);
	/* whose claim is mine depends on the person of this console, who may be new among the rows */
	store_about_forget(im->st);
	if (code == STATUS_OK)
		code = store_about_load(im->st);
	if (code == STATUS_OK)
		code = store_rederive_all(im->st);
	if (code == STATUS_OK)
		code = remember(im);
	if (code == STATUS_OK)
		code = import_bodies_publish(im);
	if (code == STATUS_OK && im->keep)
		code = keep_finish(im->keep);
	return code;
}

/* Once changes of the hub's feed were applied, a pack could only say something older. */
static enum status may_import(struct import *im)
{
	int64_t fed = 0;
	enum status code = im->keep ? sql_int(&fed, im->st, sql_fed) : STATUS_OK;

	if (code == STATUS_OK && fed)
		code = status_set(STATUS_DENIED, "the data of this event come from its hub: a pack is not taken any more");
	return code;
}

static enum status transaction(struct import *im)
{
	int64_t events = 0;
	enum status code = sql_begin(im->st);

	if (code != STATUS_OK)
		return code;
	code = may_import(im);
	if (code == STATUS_OK)
		code = sql_int(&events, im->st, sql_again);
	im->again = events > 0;
	if (code == STATUS_OK)
		code = members(im);
	if (code == STATUS_OK)
		code = finish(im);
	return sql_end(im->st, code);
}

/*
 * im->dir_fd is open; everything else follows. Rows come in the pack's order and so hit the indexes all over:
 * with the console's small page cache a third of the time would go into reading pages back.
 */
static enum status run(struct import *im)
{
	char small[64];
	int64_t pages = 0;
	enum status code = sql_int(&pages, im->st, sql_cache);

	if (code == STATUS_OK)
		code = sql_exec(im->st, sql_cache_import);
	if (code != STATUS_OK)
		return code;
	import_bodies_clear(im);	/* of an import that was killed */
	results_forget(im->st);
	code = transaction(im);
	import_bodies_clear(im);
	snprintf(small, sizeof(small), "PRAGMA cache_size = %lld", (long long)pages);
	if (im->st->db && sqlite3_exec(im->st->db, small, NULL, NULL, NULL) == SQLITE_OK)
		sqlite3_db_release_memory(im->st->db);
	if (code == STATUS_OK && im->keep)
		keep_commit(im->keep);
	if (code != STATUS_OK)
		import_bodies_undo(im);
	store_about_forget(im->st);
	return code;
}

static enum status open_dir(struct import *im, const char *path)
{
	im->dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return im->dir_fd >= 0 ? STATUS_OK : status_errno("%s", path);
}

static enum status unpack_tick(void *data, uint64_t done, uint64_t total)
{
	return import_tick(data, "unpacking", done, total);
}

/* Unpack an archive into the store's tmp folder; *dir_out is yours, to remove. */
static enum status unpacked(char **dir_out, struct import *im, const char *path)
{
	char *tmp = store_path(im->st, "tmp"), *dir = mem_printf("%s/pack", tmp);
	enum status code;

	pack_remove(dir);	/* of an import that was killed */
	code = io_mkdirs(dir, 0700);
	if (code == STATUS_OK)
		code = pack_unpack(path, dir, unpack_tick, im);
	mem_free(tmp);
	*dir_out = dir;
	return code;
}

/* What a join file tells beside the event is for store_join_file(). */
static enum status keep_join(struct import *im)
{
	struct store *st = im->st;
	struct pack_file f;
	char *text;
	size_t len;
	enum status code = pack_open(&f, im->dir_fd, JOIN_MEMBER, NULL);

	mem_free(st->join_text);
	st->join_text = NULL;
	if (code == STATUS_NOT_FOUND) {
		status_clear();
		return STATUS_OK;
	}
	if (code == STATUS_OK) {
		code = pack_all(&text, &len, &f, JOIN_MAX);
		if (code == STATUS_OK)
			st->join_text = mem_strndup(text, len);
		pack_close(&f);
	}
	return code;
}

enum status store_import_pack(struct import_report *out, struct store *st, const char *path,
	bool (*tick)(const struct import_progress *p, void *data), void *data)
{
	struct import im;
	struct stat sb;
	char *dir = NULL, *message;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	import_init(&im, st);
	im.tick = tick;
	im.tick_data = data;
	im.bodies_wanted = true;
	if (stat(path, &sb) != 0)
		code = status_errno("%s", path);
	else if (!S_ISDIR(sb.st_mode))
		code = unpacked(&dir, &im, path);
	if (code == STATUS_OK)
		code = open_dir(&im, dir ? dir : path);
	if (code == STATUS_OK)
		code = keep_join(&im);
	if (code == STATUS_OK) {
		im.keep = keep_new(st);
		code = run(&im);
	}
	if (code == STATUS_OK) {
		*out = im.report;
		out->unknown_fields = pack_unknown_fields(im.pack);
	}
	/* tidying must not lose the line that says what was wrong */
	message = mem_strdup(status_message());
	if (dir)
		pack_remove(dir);
	import_done(&im);
	if (code != STATUS_OK)
		status_set(code, "%s", message);
	mem_free(message);
	mem_free(dir);
	return code;
}

enum status store_import_reference(struct store *st)
{
	struct import im;
	char *dir = keep_newest(st);
	enum status code;

	if (!dir)
		return STATUS_NOT_FOUND;
	import_init(&im, st);
	code = open_dir(&im, dir);
	if (code == STATUS_OK)
		code = run(&im);
	import_done(&im);
	mem_free(dir);
	return code;
}
