/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_KINDS_H
#define VERDICT_MODEL_KINDS_H
#include <stdbool.h>

/*
 * The fixed word lists of design.md section 2. For each enum: X_name() gives the stable word used in JSON,
 * files and the shell ("to-be-verified"); X_label() the words on screens ("to be verified"); X_parse() the
 * value of a word, or -1. Names never change.
 */
enum ti_status {	/* the first five by participants, then by monitors */
	TI_RUNNING, TI_PAUSED, TI_TO_BE_VERIFIED, TI_CRITICAL, TI_ABORTED,
	TI_VERIFIED, TI_PARTIAL, TI_FAILED, TI_DISPUTED, TI_STATUS_COUNT
};
enum outcome { OUTCOME_NONE, OUTCOME_VERIFIED, OUTCOME_PARTIAL, OUTCOME_FAILED };
enum step_mark { MARK_NONE, MARK_VERIFIED, MARK_FAILED };
enum item_state { ITEM_OPEN, ITEM_TICKED, ITEM_OVERRULED };
enum role_kind { ROLE_MONITOR = 1, ROLE_LEAD = 2, ROLE_MANAGER = 4, ROLE_OBSERVER = 8 };	/* bits */
enum claim_state { CLAIM_NONE, CLAIM_INTENDED, CLAIM_CONFIRMED, CLAIM_LOST };
enum entry_state { ENTRY_UNSENT, ENTRY_RECEIVED, ENTRY_FLAGGED, ENTRY_REFUSED };	/* journal */
enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };
enum grade {	/* of a line, by managers */
	GRADE_NONE, GRADE_PASSED, GRADE_DID_NOT_COMPLETE, GRADE_AT_RISK, GRADE_NO_PEER, GRADE_NOT_GRADED, GRADE_WITHDRAWN,
	GRADE_COUNT
};
enum record_kind {
	RECORD_UNKNOWN, RECORD_VERDICT, RECORD_WITHDRAWAL, RECORD_COMMENT, RECORD_FINDING, RECORD_CLAIM,
	RECORD_RELEASE, RECORD_RESOLUTION, RECORD_GRADE, RECORD_CERTIFICATE, RECORD_REVOCATION,
	RECORD_REISSUE, RECORD_KIND_COUNT
};

const char *ti_status_name(enum ti_status s);	/* running paused to-be-verified critical aborted verified partially-verified failed disputed */
const char *ti_status_label(enum ti_status s);
int ti_status_parse(const char *word);
const char *outcome_name(enum outcome o);	/* none verified partial failed */
const char *outcome_label(enum outcome o);	/* "partially verified" */
int outcome_parse(const char *word);		/* also "partially-verified", and unambiguous prefixes */
const char *step_mark_name(enum step_mark m);	/* none verified failed */
int step_mark_parse(const char *word);
const char *item_state_name(enum item_state s);	/* open ticked overruled */
int item_state_parse(const char *word);
const char *role_kind_name(enum role_kind r);	/* monitor lead manager observer */
int role_kind_parse(const char *word);
const char *claim_state_name(enum claim_state s);	/* none intended confirmed lost */
const char *entry_state_name(enum entry_state s);	/* unsent received flagged refused */
const char *severity_name(enum severity s);	/* note warning error */
int severity_parse(const char *word);
const char *grade_name(enum grade g);	/* none passed did-not-complete at-risk no-peer not-graded withdrawn */
const char *grade_label(enum grade g);	/* "did not complete"; none: "not reviewed" */
int grade_parse(const char *word);	/* never none */
const char *grade_said_label(enum grade g);	/* of a record; none: "taken back" */
enum grade grade_said(const char *word);	/* by a record: none, where it takes back, for any other word too */
/* Why specification and practice differ where a finding is a gap. */
#define FINDING_GAPS "ambiguous, not-implementable, national-guide, terminology, tooling"
bool finding_gap_known(const char *word);
const char *record_kind_name(enum record_kind k);	/* verdict withdrawal comment finding claim release resolution grade certificate revocation reissue */
const char *record_kind_label(enum record_kind k);	/* "claim intent" */
int record_kind_parse(const char *word);	/* RECORD_UNKNOWN for any other */

/* Statuses a monitor takes: to be verified, critical, partially verified. */
bool ti_status_waits(enum ti_status s);

#endif
