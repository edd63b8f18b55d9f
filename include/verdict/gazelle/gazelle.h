/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Gazelle Test Management database, read and written as an event pack (verdict-pack(5)). Nothing is ever written
 * to the database: one transaction, read only, one snapshot. Gazelle layer; one thread at a time, any thread.
 */
#ifndef VERDICT_GAZELLE_GAZELLE_H
#define VERDICT_GAZELLE_GAZELLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/pack/pack.h"

struct gazelle;

/*
 * Connect and look which tables and columns are there. STATUS_OFFLINE where the server cannot be reached,
 * STATUS_INVALID where the database is not Gazelle's or lacks what an event needs: the message says what.
 */
enum status gazelle_open(struct gazelle **out, const char *url);
void gazelle_close(struct gazelle *g);

struct gazelle_session { int64_t id; const char *name, *begins, *ends; uint64_t instances; };
/* Sessions by id; borrowed until the next call. */
enum status gazelle_sessions(const struct gazelle_session **out, size_t *n_out, struct gazelle *g);

struct gazelle_how {
	int64_t session;	/* id; 0: the only one that has systems or TIs */
	const char *event;	/* id of the event, NULL: "gazelle-SESSION" */
	const char *zone;	/* of dates without one, and of the event; NULL: as Gazelle's preferences say */
	const char *files;	/* folder with Gazelle's own files of evidence; NULL: they are not fetched */
};
/*
 * Choose the session: STATUS_NOT_FOUND, or STATUS_CONFLICT where there are several and none was named.
 * gazelle_event() and gazelle_mark() hold from then on.
 */
enum status gazelle_choose(struct gazelle *g, const struct gazelle_how *how);
const char *gazelle_event(const struct gazelle *g);
/*
 * A word that is another one as soon as any row of the tables that are read was added, changed or removed; NULL
 * where the database cannot tell (views, another kind of server). `quick`: one that costs no look at any row, and is
 * another one as soon as anybody changed anything in the whole server.
 */
const char *gazelle_mark(struct gazelle *g, bool quick);

/* What there was; TIs and the rest that came into the pack. */
struct gazelle_counts {
	uint64_t tracks, profiles, actors, transactions, tests, organisations, systems, lines, persons;
	uint64_t instances, participants, steps, evidence, links, history;
	uint64_t skipped;	/* TIs that could not be taken */
};
/* Write the pack's members into `dir`, an existing folder: all but the TIs. */
enum status gazelle_write_head(struct gazelle *g, const char *dir);
/*
 * And then these; another thread may do it, which alone uses `g` until then. `wrote` (may be NULL) whenever more of them,
 * whole lines, lie in the file.
 */
enum status gazelle_write_instances(struct gazelle_counts *out, struct gazelle *g, const char *dir, void (*wrote)(void *data),
	void *data);

#define GAZELLE_TOLD_MAX 200
/* Columns and tables that this database has not, what was therefore left out; one line each. */
size_t gazelle_left_out(const char *const **out, const struct gazelle *g);
/* What was found wrong, where; at most GAZELLE_TOLD_MAX lines. `n_all`: how many there were. */
size_t gazelle_problems(const char *const **out, uint64_t *n_all, const struct gazelle *g);

struct buf;
/* HTML as people wrote it into a description, as text; whatever it holds, text comes out. */
void gazelle_html(struct buf *out, const char *html, size_t len);

#endif
