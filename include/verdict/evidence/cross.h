/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_CROSS_H
#define VERDICT_EVIDENCE_CROSS_H
#include "verdict/base/arena.h"
#include "verdict/evidence/check.h"

/*
 * Rules across evidence (data/checks/cross.json): what one item says is compared with what others say, by the
 * facts that checks found in each. No parser and no foreign document here; any thread.
 */
struct cross_fact { const char *name, *value; };
struct cross_item {
	bool unread;			/* what it says is not known: rules on what is missing are not asked */
	const char *transaction;	/* of the step it is attached to: "ITI-65", or "" */
	const struct cross_fact *facts; size_t n_facts;
};
struct cross_finding {
	const char *id, *speaks, *text, *source;	/* speaks: for which check-off item */
	enum check_severity severity;
	unsigned int item, other;	/* 1, 2, 3 …: where; other 0 where there is none */
	const char *detail;		/* foreign */
};
struct cross_outcome { const char *id, *speaks; enum check_result result; bool proves; };
struct cross_report {
	struct cross_finding *findings; size_t n_findings;
	struct cross_outcome *outcomes; size_t n_outcomes;
	unsigned int errors, warnings, notes;
};
#define CROSS_FINDINGS_MAX 200

struct cross_set;
/* One file of rules; STATUS_INVALID names the place. */
enum status cross_set_new(struct cross_set **out, const char *origin, const char *json, size_t len);
enum status cross_set_builtin(struct cross_set **out);
void cross_set_free(struct cross_set *s);
/* Item k of `items` is number k + 1. Results live in `a` and borrow from set and items. */
void cross_run(struct cross_report *out, struct arena *a, const struct cross_set *s,
	const struct cross_item *items, size_t n);

#endif
