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

/* Reference data that an import of the same event replaces whole; TIs and tests keep their keys. */
static const char sql_clear[] = "DELETE FROM track; DELETE FROM profile; DELETE FROM actor; DELETE FROM transact; "
	"DELETE FROM organisation; DELETE FROM person_organisation; DELETE FROM person; DELETE FROM line; "
	"DELETE FROM system; DELETE FROM test_role; DELETE FROM test_step; DELETE FROM test_item; "
	"UPDATE ti SET rank = -1";
static const char sql_gone[] = "DELETE FROM ti WHERE rank = -1";
static const char sql_again[] = "SELECT count(*) FROM event";
static const char sql_tests[] = "SELECT id FROM test ORDER BY key";
static const char sql_test_gone[] = "DELETE FROM test WHERE id = ?1";
static const char sql_cache[] = "PRAGMA cache_size";
static const char sql_cache_import[] = "PRAGMA cache_size = -16384";
static const char sql_meta[] = "INSERT INTO meta (name, value) VALUES (?1, ?2) "
	"ON CONFLICT (name) DO UPDATE SET value = ?2";

static void import_init(struct import *im, struct store *st)
{
	struct map **m[] = { &im->tracks, &im->profiles, &im->actors, &im->transactions, &im->organisations, &im->systems,
		&im->persons, &im->tests, &im->bodies };
	size_t i;

	memset(im, 0, sizeof(*im));
	im->st = st;
	im->dir_fd = -1;
	im->file = "";
	arena_init(&im->a);
	for (i = 0; i < sizeof(m) / sizeof(m[0]); i++)
		*m[i] = map_new();
}

static void import_done(struct import *im)
{
	struct map *m[] = { im->tracks, im->profiles, im->actors, im->transactions, im->organisations, im->systems,
		im->persons, im->tests, im->bodies };
	size_t i;

	for (i = 0; i < sizeof(m) / sizeof(m[0]); i++)
		map_free(m[i]);
	if (im->dir_fd >= 0)
		close(im->dir_fd);
	keep_free(im->keep);
	vec_done(&im->added);
	json_parser_done(&im->json);
	arena_done(&im->a);
}

static enum status not_json(struct import *im)
{
	if (!im->lines)
		im->line = im->json.line;
	return import_fail(im, im->json.code, "%s", im->json.error);
}

/* A member that is one JSON text. */
struct member {
	const char *name;
	size_t max;
	enum status (*take)(struct import *im, const struct json *root);
};

static enum status whole_member(struct import *im, const struct member *m)
{
	struct pack_file f;
	struct json *root;
	char *text;
	size_t len;
	enum status code = pack_open(&f, im->dir_fd, m->name, im->keep);

	if (code == STATUS_NOT_FOUND)
		return status_set(STATUS_INVALID, "%s: the pack has no such file", m->name);
	if (code != STATUS_OK)
		return code;
	im->file = m->name;
	im->line = 1;
	im->lines = false;
	im->json.max = PACK_FILE_VALUES;
	code = pack_all(&text, &len, &f, m->max);
	if (code == STATUS_OK) {
		im->report.bytes += len;
		root = json_parse(&im->json, text, len);
		code = root ? m->take(im, root) : not_json(im);
	}
	if (code == STATUS_OK)
		code = import_tick(im, "catalogue", f.bytes, f.size);
	pack_close(&f);
	return code;
}

static enum status one_line(struct import *im, char *text, size_t len)
{
	struct json *root;

	im->report.bytes += len;
	if (im->report.instances >= PACK_INSTANCES_MAX)
		return import_fail(im, STATUS_LIMIT, "more than %d TIs", PACK_INSTANCES_MAX);
	root = json_parse(&im->json, text, len);
	return root ? import_instance(im, root) : not_json(im);
}

static bool blank(const char *text, size_t len)
{
	return strspn(text, " \t\r") >= len;
}

static enum status instances(struct import *im)
{
	struct pack_file f;
	char *text;
	size_t len;
	enum status code = pack_open(&f, im->dir_fd, "instances.ndjson", im->keep);

	if (code == STATUS_NOT_FOUND)
		return status_set(STATUS_INVALID, "instances.ndjson: the pack has no such file");
	if (code != STATUS_OK)
		return code;
	im->file = "instances.ndjson";
	im->lines = true;
	im->json.max = PACK_LINE_VALUES;
	for (im->line = 1; ; im->line++) {
		code = pack_line(&text, &len, &f, PACK_LINE_MAX);
		if (code == STATUS_NOT_FOUND) {
			code = STATUS_OK;
			break;
		}
		if (code == STATUS_LIMIT)
			code = import_fail(im, code, "longer than %u bytes", PACK_LINE_MAX);
		else if (code == STATUS_OK && !blank(text, len))
			code = one_line(im, text, len);
		if (code == STATUS_OK && im->line % 64 == 0)
			code = import_tick(im, "test instances", f.bytes, f.size);
		if (code != STATUS_OK)
			break;
	}
	pack_close(&f);
	return code;
}

/* Tests that the event no longer has; their TIs went before. */
static enum status drop_tests(struct import *im)
{
	VEC(const char *) gone = VEC_INIT;
	sqlite3_stmt *s;
	const char *id;
	size_t i;
	enum status code = sql_get(&s, im->st, sql_tests);

	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(im->st, s)) == STATUS_OK) {
		id = sql_text(&im->a, s, 0);
		if (!map_get(im->tests, id))
			vec_push(&gone, id);
	}
	code = code == STATUS_NOT_FOUND ? STATUS_OK : code;
	for (i = 0; i < gone.len && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_test_gone);
		if (code == STATUS_OK) {
			sql_bind_text(s, 1, gone.at[i]);
			code = sql_run(im->st, s);
		}
	}
	vec_done(&gone);
	return code;
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

static enum status members(struct import *im)
{
	static const struct member all[] = {
		{ "event.json", PACK_EVENT_MAX, import_event }, { "catalogue.json", PACK_CATALOGUE_MAX, import_catalogue },
		{ "organisations.json", PACK_ROSTER_MAX, import_organisations },
		{ "systems.json", PACK_ROSTER_MAX, import_systems }, { "persons.json", PACK_ROSTER_MAX, import_persons },
	};
	enum status code = STATUS_OK;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && code == STATUS_OK; i++) {
		code = whole_member(im, &all[i]);
		/* only now is it known to be the same event */
		if (i == 0 && code == STATUS_OK && im->again)
			code = sql_exec(im->st, sql_clear);
	}
	return code == STATUS_OK ? instances(im) : code;
}

static enum status finish(struct import *im)
{
	enum status code = STATUS_OK;

	if (im->again)
		code = sql_exec(im->st, sql_gone);
	if (code == STATUS_OK && im->again)
		code = drop_tests(im);
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

static enum status transaction(struct import *im)
{
	int64_t events = 0;
	enum status code = sql_begin(im->st);

	if (code != STATUS_OK)
		return code;
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
	if (code == STATUS_OK) {
		im.keep = keep_new(st);
		code = run(&im);
	}
	if (code == STATUS_OK)
		*out = im.report;
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
