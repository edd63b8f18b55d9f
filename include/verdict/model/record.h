/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_RECORD_H
#define VERDICT_MODEL_RECORD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"

/* Ceilings of one record (design.md section 3, rule 10). */
#define RECORD_PAYLOAD_MAX 65536
#define RECORD_BASE_MAX 64
#define RECORD_LOOKED_MAX 256
#define RECORD_DEPTH_MAX 8
#define RECORD_REASON_MAX 8000	/* bytes of a reason or comment */

struct record_step { unsigned int n; enum step_mark mark; };
struct record_tick {
	const char *id;
	enum item_state state;
	bool by_check;		/* proved by a check and not by the person */
	const char *reason;	/* for an overruled check, else NULL */
};
struct record_looked { struct digest sha256; const char *name; int64_t size; };

/*
 * One signed, immutable, append-only fact, in memory. Which of the fields below `base` are used depends on
 * `kind`: see doc/PROTOCOL.md. Strings NULL where absent. Everything is borrowed from one arena.
 */
struct record {
	enum record_kind kind;
	const char *kind_name;	/* as written; differs from record_kind_name() for unknown kinds */
	const char *event;	/* event id */
	const char *replica;	/* key id of the installation */
	uint64_t n;		/* 1, 2, 3 … in the replica's chain */
	bool has_prev;
	struct digest prev;	/* rid of n−1 */
	const char *who;	/* person id */
	int64_t at;		/* wall clock of the author, ms UTC; for display only */
	uint64_t hlc;		/* 48 bit ms, 16 bit counter; display order only */
	int tz_min;
	const char *ti;		/* subject, or NULL */
	const char *line;	/* subject of a grade, or NULL */
	struct digest *base; size_t n_base;	/* verdicts and resolutions on that TI which the author had seen */
	uint64_t fence;		/* of a confirmed claim, 0 without */

	enum outcome outcome;	/* verdict, resolution */
	const char *text;	/* reason or comment */
	bool correction;	/* explicit correction of a TI that did not wait for a monitor */
	unsigned int revision;	/* TI's revision that the author saw */
	enum ti_status seen_status;	/* participants' status that the author saw */
	struct record_step *steps; size_t n_steps;
	struct record_tick *ticks; size_t n_ticks;
	struct record_looked *looked; size_t n_looked;
	bool has_of;
	struct digest of;	/* withdrawal, reissue: the record meant; resolution: the verdict chosen */
	int64_t ttl_s;		/* claim: seconds wanted */
	const char *grade;	/* grade: passed did-not-complete at-risk no-peer not-graded withdrawn; none takes back */
	enum severity severity;	/* finding */
	const char *path; int64_t offset; struct digest evidence; bool has_evidence;	/* finding: place */
	const char *gap;	/* finding: category of the gap, or NULL */
};

#endif
