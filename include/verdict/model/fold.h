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
	bool counted;		/* false: flagged neutrality or revoked, shown but not counted */
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
	const struct fold_record *deciding;	/* record whose marks and ticks are shown: among agreeing leaves the
						 * one with the highest (hlc, rid); a display rule, decides nothing */
};

/*
 * State of a TI as a pure function of the set of records (design.md section 3, rules 1, 7, 8): the order of
 * `recs` and repeated entries never matter. Withdrawn verdicts drop out, with their edges kept; a resolution
 * whose base holds every leaf closes a dispute; unknown rids in `base` are edges to nothing. Stale: the
 * deciding verdict saw another revision, or a participants' status or evidence that changed since.
 * Any thread; results live in `a`.
 */
void fold(struct fold_state *out, struct arena *a, const struct fold_reference *ref,
	const struct fold_record *recs, size_t n_recs);

#endif
