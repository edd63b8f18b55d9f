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
	const char *item;		/* check-off item it speaks for: its id unless "item" says another */
	const char *scope;		/* of its file: "ips-bundle" */
	enum check_severity severity;
	bool proves;			/* a clean run ticks that item */
	struct expr *condition, *each, *require, *detail;	/* NULL where not given, save require */
};
struct check_fact {			/* what evidence says, to be compared with other evidence */
	const char *name;		/* "patient.id" */
	struct expr *each;
};
struct check_group {
	const char *scope, *title, *origin;	/* origin: the file it came from, for messages */
	struct expr *when;			/* does the group concern this document? NULL: always */
	bool partial;				/* also a document that is cut short */
	struct check *checks; size_t n_checks;
	struct check_fact *facts; size_t n_facts;
};
struct check_set;

enum status check_set_new(struct check_set **out);
void check_set_free(struct check_set *s);
/*
 * Add one file's text (at most 1 MiB). STATUS_INVALID names file, check and place; nothing of the file is
 * added then. Duplicate ids over all files are refused.
 */
enum status check_set_add(struct check_set *s, const char *origin, const char *json, size_t len);
/* The checks that were compiled in, from data/checks/. */
enum status check_set_builtin(struct check_set *s);
/* `name` means `text` in every file added from now on, whatever the file defines. */
void check_set_define(struct check_set *s, const char *name, const char *text);
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
struct check_fact_found {
	const struct check_fact *fact;
	const char *value;		/* foreign */
};
struct check_report {
	struct check_outcome *outcomes; size_t n_outcomes;
	struct check_finding *findings; size_t n_findings;
	struct check_fact_found *facts; size_t n_facts;
	unsigned int errors, warnings, notes;
	bool cut;			/* more findings than CHECK_FINDINGS_MAX */
};
#define CHECK_FINDINGS_MAX 2000
#define CHECK_FACTS_MAX 2000		/* values in all; 100 of one name */
#define CHECK_STEPS_MAX 30000000u	/* work on one document; what is left then is BROKEN */

struct check_options {
	bool damaged;			/* the document has trouble: only groups that bear it */
	bool (*tick)(void *data);	/* asked between checks: true stops, the rest is BROKEN. May be NULL */
	void *tick_data;
	uint32_t now;			/* what now() says, seconds since 1970; 0: this machine's clock */
};
/* Run every group that concerns the document. Results live in `a`; checks are borrowed from the set. */
void check_set_run(struct check_report *out, struct arena *a, const struct check_set *s, const struct expr_tree *tree,
	const struct check_options *options);

#endif
