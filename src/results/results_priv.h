/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine within: flat arrays that name each other by index. What a read needs beyond what was fed is built by
 * results_index() when something other than a status has changed. Results layer; the thread that has the engine.
 */
#ifndef RESULTS_RESULTS_PRIV_H
#define RESULTS_RESULTS_PRIV_H
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/results/results.h"

#define NONE RESULTS_NONE

enum peer { PEER_NONE, PEER_P2P, PEER_WORKFLOW };

struct role {			/* of a test */
	const char *label, *option;	/* option "" without */
	uint32_t test, profile, actor, group;
	unsigned int min, wanted;
	bool required;
	uint32_t first_cover, n_covers;	/* of `covers`; none: its own profile and actor */
};
struct told { const char *line; struct results_elsewhere e; };
struct cover { uint32_t role, profile, actor; const char *option; };
struct need { uint32_t profile, actor; const char *option; };	/* actor NONE, option "": any */
struct dependency { struct need of; uint32_t first, n; };	/* of `needs`: one of them is enough */
struct group {			/* who is registered for profile x actor: systems, by organisation then number */
	uint32_t profile, actor;
	VEC(uint32_t) systems;
};
struct test_of {
	const char *id, *title;
	enum peer peer;
	uint32_t track, first, n;	/* its roles */
	bool exploratory;
};

struct tally { unsigned int verified, waiting, partial, running, failed, disputed; };

struct cell {			/* one system in one role: its TIs, newest first */
	uint32_t role, system;
	uint32_t first;		/* of `parts`, linked by next */
	unsigned int effective, counted;
	struct tally t;
};

struct part {			/* of a TI */
	const char *system_id;
	uint32_t role_n;	/* from 1 */
	uint32_t ti, system, role, cell, next;
};
struct ti {
	const char *id, *test_id;
	uint32_t test, first, n;	/* its parts */
	enum ti_status status;
	int64_t at;
	bool gone;
};

struct line_grades {		/* of a line that may not be here (yet) */
	const char *line;
	struct arena a;
	struct results_grade_record *recs; size_t n;
	bool *leaf;
	enum grade grade;
	bool disputed;
	int64_t last;		/* when the last leaf was given */
};

struct results {
	struct arena a;		/* strings that were ever named, once each */
	struct map *strings;
	bool has_event;
	struct event event;
	struct results_rules rules;

	VEC(struct results_track) tracks;
	VEC(struct results_name) profiles;
	VEC(struct results_name) actors;
	VEC(struct organisation) organisations;
	VEC(struct results_system) systems;
	VEC(struct results_line) lines;
	VEC(struct test_of) tests;
	VEC(struct role) roles;
	VEC(struct cover) covers;	/* by role, once the index is built */
	VEC(struct dependency) dependencies;
	VEC(struct need) needs;
	VEC(struct told) elsewhere;
	struct map *by_track, *by_profile, *by_actor, *by_organisation, *by_system, *by_test;	/* index + 1 */

	VEC(struct ti) tis;
	VEC(struct part) parts;
	struct map *by_ti;
	size_t lost;		/* parts that belong to no TI any more */
	struct map *grades;	/* line id: struct line_grades */
	struct map *told;	/* line id: grade */

	bool stale;		/* build what follows again before it is read */
	VEC(struct group) groups;	/* `n_plain` by profile and actor, then one for each role that covers more */
	size_t n_plain;
	uint32_t most_covers;		/* of one role */
	struct map *by_line;	/* index + 1 */
	VEC(struct cell) cells;
	uint32_t *slots; size_t n_slots;	/* cell index + 1 by role and system; a power of two */
	VEC(uint32_t) line_roles;	/* roles of each line, one after the other */
	VEC(uint32_t) line_first;	/* where a line's begin; one more than there are lines */
};

uint32_t results_lookup(const struct map *m, const char *id);	/* NONE */
/* Build what is stale. */
void results_index(struct results *r);
struct cell *results_cell(struct results *r, uint32_t role, uint32_t system);	/* NULL where there is none */
/* Does the line take TIs of that role? */
bool results_covers(const struct results *r, const struct results_line *l, const struct role *role);
/* Systems registered for the role that could be partners of `system` in a test of that kind. */
unsigned int results_available(const struct results *r, const struct role *role, uint32_t system, enum peer peer);
void results_count_cell(struct results *r, struct cell *c);
void results_count_line(struct results *r, uint32_t line);
/* A TI has another status: its cells, then their lines. */
void results_count_instance(struct results *r, const struct ti *ti);
/* The grade of the line, out of its records. */
void results_apply_grades(struct results *r, struct results_line *l);
void line_grades_free(struct line_grades *g);
/* Which passes of the system are provisional. */
void results_count_depends(struct results *r, uint32_t system);
/* The next dependency of a line that its system has not met, from *at on; NULL: no more. */
const struct dependency *results_unmet(const struct results *r, const struct results_line *l, size_t *at);

static inline bool results_countable(enum ti_status s)	/* takes part in any count */
{
	return s != TI_ABORTED;
}

#endif
