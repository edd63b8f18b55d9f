/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the pack import share: where a pack is read from, where in it we stand (for messages),
 * what it has defined so far, and the copy that is kept. Store layer; the store's thread.
 */
#ifndef STORE_IMPORT_PRIV_H
#define STORE_IMPORT_PRIV_H
#include "pack_json.h"
#include "store_priv.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/store/import.h"

/* Ceilings of verdict-pack(5). */
#define PACK_LINE_MAX (4u << 20)
#define PACK_LINE_VALUES 200000
#define PACK_FILE_VALUES 1000000
#define PACK_EVENT_MAX (64u << 10)
#define PACK_CATALOGUE_MAX (16u << 20)
#define PACK_ROSTER_MAX (8u << 20)
#define PACK_ID_MAX 64
#define PACK_NAME_MAX 1024
#define PACK_TEXT_MAX 8192
#define PACK_DESCRIPTION_MAX 65536
#define PACK_TESTS_MAX 5000
#define PACK_ROLES_MAX 32
#define PACK_STEPS_MAX 256
#define PACK_ITEMS_MAX 1024
#define PACK_PEOPLE_MAX 20000
#define PACK_SYSTEMS_MAX 50000
#define PACK_LINES_MAX 4096
#define PACK_INSTANCES_MAX 1000000
#define PACK_PARTICIPANTS_MAX 128
#define PACK_EVIDENCE_MAX 1024
#define PACK_HISTORY_MAX 4096
#define PACK_BODY_MAX (INT64_C(4) << 30)
#define PACK_MEMBERS_MAX 2000000
#define PACK_UNPACKED_MAX (INT64_C(64) << 30)

/* ---- pack_file.c: members, plain or compressed ---- */

struct keep;			/* the copy of reference data, see import_keep.c */
struct pack_file {
	int fd;
	char *name;		/* member as opened, "instances.ndjson" */
	void *inflate;		/* ZSTD_DStream, NULL for a plain file */
	char *raw; size_t raw_len, raw_at;	/* compressed bytes */
	char *buf; size_t cap, at, len;		/* plain bytes not yet handed out: buf[at..len) */
	bool end, middle;	/* middle: within a compressed frame */
	uint64_t bytes, size;	/* read from disk so far, and in all */
	struct keep *keep;	/* gets every plain byte, may be NULL */
};
/* Open NAME, or NAME.zst, in the pack's folder. STATUS_NOT_FOUND without either. */
enum status pack_open(struct pack_file *f, int dir_fd, const char *name, struct keep *keep);
void pack_close(struct pack_file *f);
/* All of it, at most `max` bytes, with one writable byte behind; borrowed until pack_close(). */
enum status pack_all(char **text_out, size_t *len_out, struct pack_file *f, size_t max);
/* Next line without its end, likewise borrowed until the next call. STATUS_NOT_FOUND at the end. */
enum status pack_line(char **text_out, size_t *len_out, struct pack_file *f, size_t max);
/* Open a regular file by a relative path below dir_fd, never through a link. STATUS_NOT_FOUND. */
enum status pack_open_beneath(int *fd_out, int dir_fd, const char *path);
/* A path a pack may hold: relative, no empty, "." or ".." parts. */
bool pack_path_ok(const char *path);

/* ---- pack_archive.c ---- */

/* Unpack a tar archive below `dir`, which exists. */
enum status pack_unpack(const char *archive, const char *dir, enum status (*tick)(void *data, uint64_t done, uint64_t total),
	void *data);
/* Remove a folder with what is in it; absent is fine. */
void pack_remove(const char *dir);

/* ---- import_keep.c: the copy in <store>/reference/ ---- */

struct keep *keep_new(struct store *st);	/* never fails; errors come with keep_finish() */
void keep_begin(struct keep *k, const char *name);	/* a new file, NAME.zst */
void keep_add(struct keep *k, const void *ptr, size_t len);
void keep_end(struct keep *k);
/* All is on disk under its final name. */
enum status keep_finish(struct keep *k);
/* After the commit: older copies go. */
void keep_commit(struct keep *k);
void keep_free(struct keep *k);		/* takes back what was not committed */

/* ---- what an import knows ---- */

struct place { const char *name; long index; };	/* index −1: a key, else an item of a list */
#define PLACE_DEPTH 8

struct import_role { char label[PACK_ID_MAX + 1]; };
struct import_test {
	int64_t key;
	struct import_role *roles; unsigned int n_roles;
	unsigned int n_steps; unsigned int *steps;
};
struct import_organisation { const char *country, *words; };	/* words: id and name */
struct import_system { const char *name, *country, *table; const struct import_organisation *organisation; };

struct import {
	struct store *st;
	int dir_fd;		/* of the pack */
	struct json_parser json;
	const char *file;	/* for messages: member, line, place */
	uint64_t line;
	bool lines;		/* NDJSON: the line is ours to count, else each value tells its own */
	struct place place[PLACE_DEPTH];
	unsigned int depth;
	struct arena a;		/* lives as long as the import */
	struct map *tracks, *profiles, *actors, *transactions, *organisations, *systems, *persons, *tests, *bodies;
	bool again;		/* an event is here already */
	bool bodies_wanted;	/* false when the kept copy is imported again */
	struct keep *keep;	/* NULL likewise */
	VEC(struct digest) added;	/* bodies that were not here before */
	size_t published;	/* how many of them are in blobs/ */
	sqlite3_stmt *hot[16];	/* statements of import_instance.c: looked up once, not for every row */
	struct import_report report;
	bool (*tick)(const struct import_progress *p, void *data);
	void *tick_data;
	int64_t ticked;
};

/* ---- import_field.c: values of an object, checked ---- */

enum field_type { FIELD_ID, FIELD_NAME, FIELD_TEXT, FIELD_DESCRIPTION, FIELD_WHOLE, FIELD_TRUTH, FIELD_TIME, FIELD_LIST,
	FIELD_RECORD };
struct field {
	const char *name;
	enum field_type type;
	bool required;
	int64_t min, max;	/* of a whole number; most items of a list */
};
struct found {			/* a field that is absent or null: given is false, the rest zero or "" */
	bool given;
	const char *text;
	int64_t whole;		/* number, truth, time */
	const struct json *json;
};
/* Message with file, line and place in front; returns `code`. */
enum status import_fail(struct import *im, enum status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* As above at the field `name` of the present place. */
enum status import_fail_at(struct import *im, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Fill out[i] for fields[i]; unknown keys are counted. */
enum status import_fields(struct found *out, struct import *im, const struct json *obj, const struct field *fields, size_t n);
void import_enter(struct import *im, const char *name, long index);
void import_leave(struct import *im);
/* Call `each` for every item of a list, in order, with the place set. */
enum status import_each(struct import *im, const char *name, const struct json *list,
	enum status (*each)(struct import *im, const struct json *item, size_t index, void *data), void *data);
/* Each item must be an id. */
enum status import_id(const char **out, struct import *im, const struct json *item);
/* Index of a word in a NULL-ended list, or an error at `name`. */
enum status import_word(int *out, struct import *im, const char *name, const char *word, const char *const *words);
/* Progress about ten times a second. STATUS_CANCELLED. */
enum status import_tick(struct import *im, const char *what, uint64_t done, uint64_t total);
/* Run a statement that returns nothing. */
enum status import_run(struct import *im, sqlite3_stmt *s);

/* ---- import_catalogue.c, import_roster.c, import_instance.c ---- */

enum status import_event(struct import *im, const struct json *root);
enum status import_catalogue(struct import *im, const struct json *root);
enum status import_organisations(struct import *im, const struct json *root);
enum status import_systems(struct import *im, const struct json *root);
enum status import_persons(struct import *im, const struct json *root);
enum status import_instance(struct import *im, const struct json *root);

/* ---- import_body.c ---- */

/*
 * The body of an item of evidence into tmp/, where the pack has it; counts it. Errors are at the present
 * place: another digest or size than told.
 */
enum status import_body(struct import *im, const char *file, const struct digest *want, int64_t size);
/* All bodies to their place in blobs/, on disk: before the commit. */
enum status import_bodies_publish(struct import *im);
/* Take back what was published. */
void import_bodies_undo(struct import *im);
/* Empty the part of tmp/ that bodies wait in: before and after an import. */
void import_bodies_clear(struct import *im);

#endif
