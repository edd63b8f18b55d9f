/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far every line of an event is: fed with reference data, then with the status of TIs and with grades; what a
 * status changes is counted again and nothing else. Numbers are as of the last call; the order in which statuses
 * and grades came never shows. No I/O. Results layer; one thread at a time.
 */
#ifndef VERDICT_RESULTS_RESULTS_H
#define VERDICT_RESULTS_RESULTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/model/event.h"
#include "verdict/model/kinds.h"
#include "verdict/model/record.h"

struct results;
#define RESULTS_NONE UINT32_MAX	/* no such index */
#define RESULTS_TRACKS_MAX 64	/* further tracks share the last bit of a mask */

/* What makes two TIs of a peer-to-peer test two: another partner, one of another organisation, or nothing. */
enum results_partners { PARTNERS_SYSTEM, PARTNERS_ORGANISATION, PARTNERS_INSTANCE };
int results_partners_parse(const char *word);	/* system organisation instance; -1 for any other */

/* The numbers of an event. What a role wants of thorough systems stands in the test (`wanted`). */
struct results_rules {
	unsigned int supportive;	/* verified TIs, of any test, that a supportive line needs */
	enum results_partners partners;
	bool running_in_progress;	/* P shows running and paused TIs too, as some releases of Gazelle do */
	int64_t published;		/* wall ms of publication, 0: not yet */
	unsigned int regrade_days;	/* for so long after it a grade may change unremarked */
};
extern const struct results_rules results_rules_default;

/* ---- in: all strings are copied ---- */

struct results *results_new(void);
void results_free(struct results *r);
/* Forget everything but the memory: the next reference data follow. */
void results_reset(struct results *r);

void results_set_event(struct results *r, const struct event *e, const struct results_rules *rules);
struct results_track { const char *id, *name; bool exploratory; };	/* exploratory: outcomes, no grades */
void results_add_track(struct results *r, const struct results_track *t);
void results_add_profile(struct results *r, const char *id, const char *name);
void results_add_actor(struct results *r, const char *id, const char *name);
void results_add_organisation(struct results *r, const struct organisation *o);
void results_add_system(struct results *r, const struct system_info *s);	/* its organisation before it */
/* `option` "" or "-" for none. */
void results_add_line(struct results *r, const char *system, const char *profile, const char *actor, const char *option,
	bool thorough);
/* What managers said of a line elsewhere, before it was graded here: holds while no record on it counts. */
void results_tell_grade(struct results *r, const char *line, enum grade grade);
/* What was said of a line in another tool: shown, and decides nothing. `line` need not be here (yet). */
struct results_elsewhere { const char *place, *who, *text; enum grade grade; int64_t at; };	/* at 0: not known */
void results_add_elsewhere(struct results *r, const char *line, const struct results_elsewhere *e);
/* Roles count from 1 in the order of the test. `track`: id or name. */
void results_add_test(struct results *r, const struct test *t);

struct results_participant { unsigned int role; const char *system; };
struct results_instance {
	const char *id, *test;	/* ids */
	const struct results_participant *participants; size_t n_participants;
	enum ti_status status;
	int64_t at;		/* wall ms: the verdict that decided it, else since when it has the status */
};
/*
 * What playing the role counts for, each a line without or with option; the first call for a role replaces its own
 * profile and actor. After its test; `role` from 1. Who is registered for any of them may be a partner.
 */
void results_add_cover(struct results *r, const char *test, unsigned int role, const char *profile, const char *actor,
	const char *option);
/*
 * A pass of what is named first is provisional while its system has passed none of `needs`. An actor of "" is any of the
 * profile; an option of "" any, or none.
 */
struct results_need { const char *profile, *actor, *option; };
void results_add_dependency(struct results *r, const struct results_need *of, const struct results_need *needs, size_t n);

/* A TI, or what it is now. One of an unknown test or system is kept and counts nowhere. */
void results_set_instance(struct results *r, const struct results_instance *ti);
/* Its status alone, which is what changes all day. False: no such TI. */
bool results_set_status(struct results *r, const char *ti, enum ti_status status, int64_t at);
void results_drop_instance(struct results *r, const char *ti);

/* One record of kind grade on a line. */
struct results_grade_record {
	struct digest rid;
	enum grade grade;	/* none: takes back what its author had seen */
	const char *who, *who_name, *text;
	int64_t at;
	uint64_t hlc;
	const struct digest *base; size_t n_base;	/* grades which the author had seen */
	bool counted;		/* false: not by a manager, or tied to the line's organisation, or revoked */
};
/* All records on that line; those of before are forgotten. The line need not be here (yet). */
void results_set_grades(struct results *r, const char *line, const struct results_grade_record *recs, size_t n);

/* ---- out: borrowed until the next call of those above ---- */

const struct event *results_event(const struct results *r);	/* NULL before it is known */
const struct results_rules *results_rules(const struct results *r);

struct results_name { const char *id, *name; };			/* profile, actor */
struct results_system {
	const char *id, *name, *version, *table;
	uint32_t organisation;	/* RESULTS_NONE where the event has it not */
	uint32_t first, n;	/* its lines, one after the other */
};
const struct results_track *results_tracks(size_t *n_out, const struct results *r);
const struct results_name *results_profiles(size_t *n_out, const struct results *r);
const struct results_name *results_actors(size_t *n_out, const struct results *r);
const struct organisation *results_organisations(size_t *n_out, const struct results *r);
const struct results_system *results_systems(size_t *n_out, struct results *r);

enum results_enough {
	ENOUGH_NOT,		/* something is missing */
	ENOUGH_YES,
	ENOUGH_NO_PEER,		/* all that could be done is done; for some test nobody is registered */
	ENOUGH_UNGRADED		/* exploratory, or no test asks anything of this line */
};
const char *results_enough_name(enum results_enough e);	/* not-yet enough no-peer not-graded */

/* A line: what is registered, and how far it is. */
struct results_line {
	const char *id;		/* "S01/MHD/DOC_SOURCE/-": system, profile, actor, option */
	uint32_t system, profile, actor;	/* indices */
	const char *option;	/* "" without */
	bool thorough;
	bool exploratory;	/* all its tests belong to exploratory tracks */
	uint64_t tracks;	/* a bit for each track of its tests */
	unsigned int required, optional;	/* its tests: R, O */
	/* TIs of its tests in tracks that are graded; aborted ones are ignored. V W P F. */
	unsigned int verified, waiting, partial, running, failed, disputed;
	unsigned int expected, counted;	/* verified TIs that its required tests ask for, and how many of these there are */
	unsigned int no_peer;		/* required tests for which nobody is registered */
	enum results_enough enough;
	enum grade grade;	/* of the managers */
	bool grade_told;	/* it was given elsewhere: no record here says so */
	bool grade_disputed;	/* they differ; `grade` is none */
	bool grade_late;	/* given after the regrade window */
	bool provisional;	/* passed, but what that rests on is not: no pass yet for the public */
	unsigned int grades;	/* records */
};
const struct results_line *results_lines(size_t *n_out, struct results *r);	/* by system, profile, actor, option */
uint32_t results_find_line(struct results *r, const char *id);	/* RESULTS_NONE */
/* P of the line under the rules of the event. */
unsigned int results_in_progress(const struct results *r, const struct results_line *l);

/* ---- detail of one line ---- */

struct results_partner {	/* another role of a test */
	const char *role, *profile, *actor;	/* label and ids */
	unsigned int used;	/* systems, in TIs neither aborted nor failed */
	unsigned int available;	/* systems registered for it, of other organisations */
	const uint32_t *free; size_t n_free;	/* of these, systems not used yet */
};
struct results_line_test {
	const char *test, *title, *role, *peer;
	uint32_t track;
	bool exploratory, required;
	unsigned int wanted;	/* by the test, or 1 of a supportive line */
	unsigned int effective;	/* fewer where fewer peers exist; 0: no peer at all */
	unsigned int verified, waiting, partial, running, failed, disputed;
	unsigned int counted;	/* verified with different partners, at most `effective` */
	bool done;		/* counted as often as wanted */
	struct results_partner *partners; size_t n_partners;
	const char *missing;	/* "needs one more Document Consumer; free: a, b, c", or NULL */
	const char **tis; size_t n_tis;	/* ids, oldest first */
	enum ti_status *states;		/* of each */
};
struct results_grade_entry {
	const struct results_grade_record *record;
	bool leaf, late;	/* leaf: it decides */
};
struct results_detail {
	const struct results_line *line;
	struct results_line_test *tests; size_t n_tests;	/* required ones first */
	const char **why; size_t n_why;	/* what keeps it from enough, a sentence each */
	struct results_grade_entry *history; size_t n_history;	/* oldest first */
	const struct results_elsewhere **elsewhere; size_t n_elsewhere;	/* as they came */
};
void results_detail(struct results_detail *out, struct arena *a, struct results *r, uint32_t line);

/* rids of the grades that stand: what a new grade names in `base`. Array in `a`. */
size_t results_grade_leaves(struct digest **out, struct arena *a, struct results *r, const char *line);

/* ---- what a verdict on a TI would do ---- */

struct results_value {
	unsigned int lines;	/* lines that would have enough */
	unsigned int tests;	/* required tests of lines that would be done */
	unsigned int steps;	/* of lines, for which it would count at all */
	bool beyond;		/* nobody needs it: beyond the required number */
	uint32_t score;		/* for sorting, more is better; 0 where beyond */
};
/* As though it were verified now. False: no such TI, or it does not wait for a monitor. */
bool results_value(struct results_value *out, struct results *r, const char *ti);

#endif
