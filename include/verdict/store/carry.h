/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_CARRY_H
#define VERDICT_STORE_CARRY_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/proto/bundle_file.h"
#include "verdict/store/store.h"

/*
 * Bundles, from a console and to one: what is written on a stick, and what comes back on it or from a colleague. Work
 * is done in steps of some milliseconds of processor time, so that others may use the store between them. Authority
 * is that of what is signed inside; who carried it says nothing. The store's thread.
 */

struct carry_progress {
	const char *what;	/* "records", "evidence", "reading it back" …; NULL at the end */
	uint64_t done, total;	/* bytes; total 0: not known yet */
};

/* ---- out ---- */

struct carry_wish {
	const char *path;	/* absolute; nothing may be there */
	bool all;		/* every own record, not only those without a receipt */
	bool evidence;		/* bodies that are here of the TIs that the records are about; with `all`: of the event */
	bool pages;		/* the feed as far as it is here, and receipts for colleagues' records */
	bool plain;		/* sealed to nobody */
	bool empty;		/* also where no record waits: the hub's answer has what is new there */
	const char **to; size_t n_to;	/* persons who can read it besides the hub, by id or name; "hub": nobody more */
};
struct carry_sent { uint64_t records, evidence, evidence_missing, pages, receipts, bytes; };

struct carry_out;
/*
 * STATUS_NOT_FOUND: nothing to carry, or a person whose key is not known here; STATUS_USAGE: no hub whose key
 * it could be sealed to; STATUS_EXISTS; STATUS_DENIED while the key is locked.
 */
enum status carry_out_begin(struct carry_out **out, struct store *st, const struct carry_wish *wish);
/*
 * Will it fit? Part of carry_out_begin(). STATUS_FULL with what is needed at most and what is free, also where the file
 * system takes no file of that size; STATUS_DENIED: it can only be read; STATUS_NOT_FOUND: no such folder.
 */
enum status carry_room(struct store *st, const struct carry_wish *wish);
/* Until p->what is NULL: then the file was read back, and is as it was written. */
enum status carry_out_step(struct carry_progress *p, struct carry_out *c, struct store *st);
const struct carry_sent *carry_out_sent(const struct carry_out *c);
void carry_out_end(struct carry_out *c);	/* what is not finished is taken away */

/* ---- in ---- */

struct carry_taken {
	uint64_t records, fresh;	/* read; of them not here before: kept, and sent at the next sync */
	uint64_t bad, other_event;	/* whose signature does not hold, or that cannot be read; of another event */
	uint64_t receipts, changed;	/* the hub's; own or carried records that have another state now */
	uint64_t pages, entries;	/* applied */
	uint64_t missing_pages;		/* pages that do not follow what is here */
	uint64_t strange;		/* receipts, pages of another hub or of a time before it was restored */
	uint64_t evidence, evidence_known, evidence_other;	/* bodies: here now; here before; not of this event */
	uint64_t evidence_cut;		/* not whole: what came is kept for what brings the rest */
};

struct carry_in;
/* `path`: a bundle, or a copy of a journal. `look`: change nothing, compute everything: `verify`. */
enum status carry_in_begin(struct carry_in **out, struct store *st, const char *path, bool look);
enum status carry_in_step(struct carry_progress *p, struct carry_in *c, struct store *st);
const struct carry_taken *carry_in_taken(const struct carry_in *c);
const struct bundle_report *carry_in_report(const struct carry_in *c);
/* Who signed the trailer: a person's name, "the hub", "this console"; NULL where the key is not known here. Borrowed. */
const char *carry_in_signer(struct carry_in *c, struct store *st);
void carry_in_end(struct carry_in *c);

#endif
