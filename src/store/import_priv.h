/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the pack import share: the reader of the pack, the statements that write what it reads,
 * and the copy that is kept. Store layer; the store's thread.
 */
#ifndef STORE_IMPORT_PRIV_H
#define STORE_IMPORT_PRIV_H
#include "store_priv.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/pack/pack.h"
#include "verdict/store/import.h"

/* ---- import_keep.c: the copy in <store>/reference/ ---- */

struct keep;
struct keep *keep_new(struct store *st);	/* never fails; errors come with keep_finish() */
/* Gets the members as they are read, each into a file NAME.zst. */
struct pack_tee keep_tee(struct keep *k);
/* All is on disk under its final name. */
enum status keep_finish(struct keep *k);
/* After the commit: older copies go. */
void keep_commit(struct keep *k);
void keep_free(struct keep *k);		/* takes back what was not committed */

/* ---- what an import knows ---- */

struct import {
	struct store *st;
	int dir_fd;		/* of the pack; -1: a change of the feed */
	struct pack *pack;	/* reads and checks */
	struct map *bodies;	/* digests whose body was read */
	bool again;		/* an event is here already */
	bool feed;		/* members come one by one, as changes of the feed: a TI may come again, and its derived
				 * columns stay what they are until the caller derives them */
	int64_t round;		/* of the feed */
	bool last_new;		/* the TI written last was not here */
	bool bodies_wanted;	/* false when the kept copy is imported again */
	struct keep *keep;	/* NULL likewise */
	VEC(struct digest) added;	/* bodies that were not here before */
	size_t published;	/* how many of them are in blobs/ */
	sqlite3_stmt *hot[18];	/* statements of import_instance.c: looked up once, not for every row */
	struct import_report report;
	bool (*tick)(const struct import_progress *p, void *data);
	void *tick_data;
	int64_t ticked;
};

/* Progress about ten times a second. STATUS_CANCELLED. */
enum status import_tick(struct import *im, const char *what, uint64_t done, uint64_t total);
/* Run a statement that returns nothing. */
enum status import_run(struct import *im, sqlite3_stmt *s);

/* ---- import_catalogue.c, import_roster.c, import_instance.c: what was read, into rows; `data` is the import ---- */

enum status import_event(void *data, const struct pack_event *e);
enum status import_catalogue(void *data, const struct pack_catalogue *c);
enum status import_organisations(void *data, const struct pack_organisation *o, size_t n);
enum status import_systems(void *data, const struct pack_system *s, size_t n);
enum status import_persons(void *data, const struct pack_person *p, size_t n);
enum status import_instance(void *data, const struct pack_instance *t);

/* ---- import_body.c ---- */

/*
 * The bodies of a TI's evidence into tmp/, where the pack has them; counts them. Errors are at the present
 * place: another digest or size than told.
 */
enum status import_bodies(struct import *im, const struct pack_instance *t);
/* All bodies to their place in blobs/, on disk: before the commit. */
enum status import_bodies_publish(struct import *im);
/* Take back what was published. */
void import_bodies_undo(struct import *im);
/* Empty the part of tmp/ that bodies wait in: before and after an import. */
void import_bodies_clear(struct import *im);

#endif
