/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event pack (verdict-pack(5)) read and checked, member by member, into structs; no database. Whoever takes
 * it, console or hub, gets for every member the bytes as they are, then what they say. Messages name
 * file, line and place. Pack layer; one thread at a time, any thread.
 */
#ifndef VERDICT_PACK_PACK_H
#define VERDICT_PACK_PACK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"
#include "verdict/pack/file.h"

/* Ceilings of verdict-pack(5). */
#define PACK_LINE_MAX (4u << 20)
#define PACK_LINE_VALUES 200000
#define PACK_FILE_VALUES 1000000
#define PACK_EVENT_MAX (64u << 10)
#define PACK_CATALOGUE_MAX (16u << 20)
#define PACK_ROSTER_MAX (8u << 20)
#define PACK_ID_MAX 64
#define PACK_TEXT_MAX 8192
#define PACK_DESCRIPTION_MAX 65536
#define PACK_TESTS_MAX 5000
#define PACK_ROLES_MAX 32
#define PACK_COVERS_MAX 64
#define PACK_STEPS_MAX 256
#define PACK_ITEMS_MAX 1024
#define PACK_PEOPLE_MAX 20000
#define PACK_SYSTEMS_MAX 50000
#define PACK_LINES_MAX 4096
#define PACK_INSTANCES_MAX 1000000
#define PACK_PARTICIPANTS_MAX 128
#define PACK_EVIDENCE_MAX 1024
#define PACK_HISTORY_MAX 4096

/* ---- what is said; strings are never NULL, "" where absent, and valid until the next pack_read_…() ---- */

struct pack_event {
	const char *id, *name, *place, *begins, *ends, *tz_name;	/* days: "2026-11-23" */
	int tz_min;
	bool critical_on;
	/* how lines are counted, and the regrade window */
	unsigned int supportive, regrade_days;
	int partners;		/* 0 system, 1 organisation, 2 instance */
	bool running_in_progress;
	int64_t published;	/* wall ms, 0: not yet */
	struct pack_ways { const char *ssh, *sftp, *jump, *host_keys; } ways;	/* "" where it says nothing */
};

struct pack_named { const char *id, *name, *goal, *domain, *version; bool exploratory; };	/* track, profile, actor, transaction */
struct pack_cover { const char *profile, *actor, *option; };	/* option "": without */
struct pack_role {
	const char *label, *profile, *actor, *option;
	int64_t min, max, wanted;
	bool required;
	struct pack_cover *covers; size_t n_covers;	/* all that playing it counts for; none: profile and actor */
};
struct pack_step { int64_t n; const char *kind, *from, *to, *transaction, *text; };
struct pack_item { const char *id, *text, *source; bool by_check; enum severity severity; };

/* What later members need of one they refer to. Valid until the member it came from is read anew. */
struct pack_test_ref {
	int64_t key;		/* for the caller; 0 at first */
	char (*roles)[PACK_ID_MAX + 1]; unsigned int n_roles;
	unsigned int *steps, n_steps;	/* their numbers */
};
struct pack_organisation_ref { const char *id, *country, *words; };	/* words: id and name */
struct pack_system_ref { const char *name, *country, *table; const struct pack_organisation_ref *organisation; };

struct pack_test {
	const char *id, *title, *track, *peer, *description;	/* track: id */
	const char *track_name;
	const char *profiles;	/* ids joined by one space */
	struct pack_role *roles; size_t n_roles;
	struct pack_step *steps; size_t n_steps;
	struct pack_item *items; size_t n_items;
	struct pack_test_ref *ref;
};
struct pack_need { const char *profile, *actor, *option; };	/* actor, option "": any */
struct pack_dependency { struct pack_need of, *needs; size_t n_needs; };	/* one of `needs` */
struct pack_catalogue {
	struct pack_named *tracks, *profiles, *actors, *transactions;
	size_t n_tracks, n_profiles, n_actors, n_transactions;
	struct pack_test *tests; size_t n_tests;
	struct pack_dependency *dependencies; size_t n_dependencies;
};

struct pack_organisation { const char *id, *name, *country, *country_name; };
struct pack_elsewhere { const char *option, *place, *who, *text; enum grade grade; int64_t at; };	/* at 0: not said */
struct pack_line_of {		/* of a system */
	const char *profile, *actor, **options; size_t n_options;
	bool thorough;
	enum grade grade;	/* that managers gave elsewhere, of the line without option */
	struct pack_elsewhere *elsewhere; size_t n_elsewhere;	/* what another tool says of it: decides nothing */
};
struct pack_system {
	const char *id, *name, *version, *organisation, *table;
	struct pack_line_of *lines; size_t n_lines;
};
struct pack_person {
	const char *id, *name;
	unsigned int roles;	/* bits of enum role_kind */
	const char **organisations; size_t n_organisations;	/* ties that bar from grading */
	const char **tests; size_t n_tests;	/* assigned: nobody is kept from others */
};

struct pack_participant { unsigned int role; const char *id; const struct pack_system_ref *system; };	/* role: from 1 */
struct pack_evidence {
	int64_t n, step, size;	/* step 0: attached to the TI */
	const char *name, *kind, *file, *url;
	const char *by;		/* who gave it to the hub, "": the event's source has it */
	struct digest sha256;
};
struct pack_history { int64_t at; const char *who, *kind, *text; };
struct pack_instance {
	const char *id, *test_id;
	struct pack_test_ref *test;
	enum ti_status status;
	int64_t revision, since;
	bool has_revision;	/* else 1 stands there, and the reader counts */
	const char *description, *permalink;
	bool has_text;		/* one of them is given */
	const char *claim_by;
	int64_t claim_until;
	const struct pack_participant *participants; size_t n_participants;	/* at least one */
	const char *const *steps;	/* status of each of test->steps, never NULL */
	const struct pack_evidence *evidence; size_t n_evidence;
	const struct pack_history *history; size_t n_history;
};

/* ---- reading ---- */

struct pack;			/* a reader: what members before have defined, and where it stands */
struct pack *pack_new(void);
void pack_free(struct pack *p);

/*
 * Read one member. `text` is overwritten, and text[len] must be writable. What a member defined before is
 * forgotten first; reading organisations forgets the systems too, which rest on them. Each needs those above it.
 */
enum status pack_read_event(struct pack_event *out, struct pack *p, char *text, size_t len);
enum status pack_read_catalogue(struct pack_catalogue *out, struct pack *p, char *text, size_t len);
enum status pack_read_organisations(struct pack_organisation **out, size_t *n_out, struct pack *p, char *text, size_t len);
enum status pack_read_systems(struct pack_system **out, size_t *n_out, struct pack *p, char *text, size_t len);
enum status pack_read_persons(struct pack_person **out, size_t *n_out, struct pack *p, char *text, size_t len);
/* One line of instances.ndjson. Whether its id came before is for the caller to know. */
enum status pack_read_instance(struct pack_instance *out, struct pack *p, char *text, size_t len);

/* For messages: the next member read has this name, and for one that is a line, this number. */
void pack_stand(struct pack *p, const char *file, uint64_t line);
uint64_t pack_unknown_fields(const struct pack *p);	/* left out so far */

/* A message with file, line and place in front; returns `code`. For a caller that finds more wrong with what was read. */
enum status pack_fail(struct pack *p, enum status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* As above, STATUS_INVALID, at the field `name`; of item `index` of `list` where that is not NULL. */
enum status pack_fail_at(struct pack *p, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
enum status pack_fail_in(struct pack *p, const char *list, size_t index, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Open the body of instance evidence `index` below the pack's folder and compare its size; its bytes are for
 * the caller to hash. STATUS_NOT_FOUND where the pack has no such file, or `e->file` is "".
 */
enum status pack_body_open(int *fd_out, struct pack *p, int dir_fd, const struct pack_evidence *e, size_t index);
/* The message for a body whose bytes have another digest. */
enum status pack_body_differs(struct pack *p, const struct pack_evidence *e, size_t index);

/* ---- a whole pack ---- */

/*
 * Who takes a pack. Any callback may be NULL; what it returns other than STATUS_OK ends the walk. `bytes` comes
 * first, with the member as it lies in the pack: kind 'E' event, 'C' catalogue, 'O' organisations,
 * 'S' systems, 'P' persons, whole; 'I' one line of instances.ndjson without its end. Borrowed.
 */
struct pack_sink {
	enum status (*bytes)(void *data, char kind, const char *text, size_t len);
	enum status (*event)(void *data, const struct pack_event *e);
	enum status (*catalogue)(void *data, const struct pack_catalogue *c);
	enum status (*organisations)(void *data, const struct pack_organisation *o, size_t n);
	enum status (*systems)(void *data, const struct pack_system *s, size_t n);
	enum status (*persons)(void *data, const struct pack_person *p, size_t n);
	enum status (*instance)(void *data, const struct pack_instance *t);
	enum status (*tick)(void *data, const char *what, uint64_t done, uint64_t total);	/* often */
	void *data;
	/* Of instances.ndjson, where it is still being written: waits for more; STATUS_NOT_FOUND: it is whole. */
	enum status (*more)(void *data);
};
/* All members of the pack in `dir_fd`, in order; `tee` (may be NULL) gets every plain byte. */
enum status pack_walk(struct pack *p, int dir_fd, const struct pack_sink *sink, const struct pack_tee *tee);

#endif
