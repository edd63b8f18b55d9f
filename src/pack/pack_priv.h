/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the pack room share: a reader's state, and values of an object checked against a table of
 * what it may hold. Pack layer only.
 */
#ifndef PACK_PACK_PRIV_H
#define PACK_PACK_PRIV_H
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/pack/json.h"
#include "verdict/pack/pack.h"

struct place { const char *name; long index; };	/* index −1: a key, else an item of a list */
#define PLACE_DEPTH 8

struct pack {
	struct json_parser json;
	const char *file;	/* for messages: member, line, place */
	uint64_t line;
	bool lines;		/* NDJSON: the line is given, else each value tells its own */
	struct place place[PLACE_DEPTH];
	unsigned int depth;
	uint64_t unknown;	/* fields left out */
	struct arena scratch;	/* lists of the member last read */
	/* what was defined, each with its arena: it ends when the member is read anew */
	struct arena catalogue, organisation, system;
	struct map *tracks, *profiles, *actors, *transactions, *tests, *organisations, *systems, *persons;
	/* the TI last read */
	struct pack_participant participants[PACK_PARTICIPANTS_MAX];
	const char *steps[PACK_STEPS_MAX];
	VEC(struct pack_evidence) evidence;
	VEC(struct pack_history) history;
	uint64_t numbers[10000 / 64 + 1];	/* evidence numbers in use */
};

/* ---- field.c ---- */

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
/* Fill out[i] for fields[i]; unknown keys are counted. */
enum status pack_fields(struct found *out, struct pack *p, const struct json *obj, const struct field *fields, size_t n);
void pack_enter(struct pack *p, const char *name, long index);
void pack_leave(struct pack *p);
/* Call `each` for every item of a list, in order, with the place set. */
enum status pack_each(struct pack *p, const char *name, const struct json *list,
	enum status (*each)(struct pack *p, const struct json *item, size_t index, void *data), void *data);
/* Items of a list that may be absent. */
size_t pack_items(const struct found *list);
/* Each item must be an id. */
enum status pack_id(const char **out, struct pack *p, const struct json *item);
/* Index of a word in a NULL-ended list, or an error at `name`. */
enum status pack_word(int *out, struct pack *p, const char *name, const char *word, const char *const *words);

/* ---- pack.c ---- */

/* Parse a member that is one JSON text; what it defined before is forgotten by the caller. */
enum status pack_parse(struct json **out, struct pack *p, char *text, size_t len);
/* Empty a map. */
void pack_forget(struct map **m);

#endif
