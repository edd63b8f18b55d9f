/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_CHECK_H
#define VERDICT_EVIDENCE_CHECK_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/arena.h"
#include "verdict/base/status.h"
#include "verdict/evidence/expr.h"

/*
 * Checks, read as data (data/checks/, format in doc/checks.md) and run over one document's tree. A check
 * looks at every item of `each` for which `if` holds and demands `require`; what does not hold is a finding
 * at that item. Where `require` has nothing to say (empty), it does not hold either.
 */
enum check_severity { CHECK_NOTE, CHECK_WARNING, CHECK_ERROR };
struct check {
	const char *id, *text, *source;	/* "IPS-B01"; a sentence; specification and section */
	const char *scope;		/* of its file: "ips-bundle" */
	enum check_severity severity;
	bool proves;			/* a clean run ticks the check-off item of the same id */
	struct expr *condition, *each, *require, *detail;	/* NULL where not given, save require */
};
struct check_group {
	const char *scope, *title, *origin;	/* origin: the file it came from, for messages */
	struct expr *when;			/* does the group concern this document? NULL: always */
	struct check *checks; size_t n_checks;
};
struct check_set;

enum status check_set_new(struct check_set **out);
void check_set_free(struct check_set *s);
/*
 * Add one file's text (at most 1 MiB). STATUS_INVALID names file, check and place; nothing of the file is
 * added then. Duplicate ids over all files are refused.
 */
enum status check_set_add(struct check_set *s, const char *origin, const char *json, size_t len);
size_t check_set_groups(const struct check_set *s);
const struct check_group *check_set_group(const struct check_set *s, size_t i);
const struct check *check_set_find(const struct check_set *s, const char *id);

enum check_result { CHECK_CLEAN, CHECK_FOUND, CHECK_NOT_ASKED, CHECK_BROKEN };
struct check_outcome {
	const struct check *check;
	enum check_result result;	/* NOT_ASKED: no item to look at; BROKEN: could not be evaluated */
	const char *why;		/* of BROKEN, else NULL */
};
struct check_finding {
	const struct check *check;
	expr_node node;			/* where, EXPR_NONE for the document */
	const char *detail;		/* foreign text that `detail` selected, or "" */
};
struct check_report {
	struct check_outcome *outcomes; size_t n_outcomes;
	struct check_finding *findings; size_t n_findings;
	unsigned int errors, warnings, notes;
	bool cut;			/* more findings than CHECK_FINDINGS_MAX */
};
#define CHECK_FINDINGS_MAX 2000

/* Run every group that concerns the document. Results live in `a`; checks are borrowed from the set. */
void check_run(struct check_report *out, struct arena *a, const struct check_set *s, const struct expr_tree *tree);

#endif
