/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_FOLD_H
#define VERDICT_MODEL_FOLD_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/arena.h"
#include "verdict/model/record.h"

/* One record on a TI, as the fold needs it. */
struct fold_record {
	struct digest rid;
	const struct record *rec;
	bool counted;		/* false: flagged neutrality, role or revoked, shown but not counted */
	bool revoked;		/* not counted for no other reason than that its key was revoked */
};
/* What the event says of the TI now. */
struct fold_reference {
	enum ti_status status;	/* by the participants */
	unsigned int revision;
	const struct digest *evidence; size_t n_evidence;	/* digests attached now */
};
struct fold_state {
	enum ti_status status;	/* what everybody sees */
	bool disputed, stale;
	enum outcome outcome;	/* of the agreeing leaves, or NONE */
	unsigned int confirmed_by;	/* persons whose leaf agrees */
	struct digest *leaves; size_t n_leaves;	/* sorted by bytes */
	const struct fold_record *deciding;	/* NULL without leaves or in a dispute; the record whose marks and ticks are shown: among agreeing leaves the
						 * one with the highest (hlc, rid); a display rule, decides nothing */
};

/*
 * State of a TI as a pure function of the set of records (design.md section 3, rules 1, 7, 8): neither the
 * order of `recs` nor repeated entries matter, nor any clock. Unknown rids in `base` are edges to nothing.
 *
 * - A verdict supersedes what its author had seen, `base` and all behind it, unless that held a dispute: then
 *   it supersedes only its author's own verdicts. Only a resolution closes a dispute.
 * - A resolution supersedes all its author had seen, unless a counted verdict is concurrent to it: then it is one
 *   leaf among the others and supersedes nothing. So a verdict that arrives later opens the dispute again,
 *   whatever it says. A resolution by somebody whose own verdict it would settle is as though it were not there.
 * - A withdrawal takes back an own verdict or resolution. A withdrawn verdict is no leaf; what it superseded
 *   stays superseded, so that a person looks again. A withdrawn resolution is as though it were not there.
 * - A record that is not counted neither is a leaf nor supersedes. Whether a resolution's author is a lead is
 *   for the caller to know, by `counted`.
 * - A reissue stands for an own record of a former key: where that one is not counted only because the key was
 *   revoked, a counted reissue of it by the same person makes it count. It adds nothing beside it: a record and its
 *   reissue are one.
 * - Leaves are what is left: none gives the participants' status, agreeing ones their outcome, others a dispute.
 *   A TI aborted by the participants shows as aborted whatever was decided on it.
 *
 * Stale: the deciding record saw another revision or participants' status, or evidence that is attached no
 * longer. A disputed or aborted TI is not stale. Any thread; results live in `a`.
 */
void fold(struct fold_state *out, struct arena *a, const struct fold_reference *ref,
	const struct fold_record *recs, size_t n_recs);

#endif
