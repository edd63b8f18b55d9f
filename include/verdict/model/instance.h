/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_INSTANCE_H
#define VERDICT_MODEL_INSTANCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/model/digest.h"
#include "verdict/model/event.h"
#include "verdict/model/kinds.h"

/* One row of the queue: all the screen needs without another look-up. Strings borrowed from the request's arena. */
struct queue_row {
	int64_t key;		/* row key in the store, stable while the store lives */
	const char *id;		/* "81198": unique in the event */
	const char *test, *title, *track, *profiles;	/* profiles joined by a space */
	enum ti_status status;
	bool critical, stale, disputed, completes;	/* completes: a verdict would complete a line, or a test of one */
	bool beyond;		/* nobody needs it any more: beyond the required number */
	uint32_t value;		/* what a verdict is worth, for sorting; 0 where not known */
	enum claim_state claim;
	bool claim_mine;
	const char *claim_by;
	const char *from, *from_country, *to, *to_country;	/* systems of the first and second role; "" where none */
	const char *table;	/* of the first participant */
	const char *organisations;	/* ids and names of all that take part, joined by spaces; only searched, may be NULL */
	int64_t since;		/* wall ms since when it waits */
	unsigned int revision;
};

struct participant {
	const char *role;	/* role label of the test */
	const char *actor, *profile;
	const char *system, *system_name, *organisation, *organisation_name, *country, *table;
};
struct instance_step {
	unsigned int n;
	const char *kind, *from, *to, *transaction, *text;	/* from, to: role labels */
	const char *status;	/* participants': activated done failed skipped */
	enum step_mark mark;	/* of the latest counted verdict */
	unsigned int evidence;	/* items attached */
};
struct evidence_item {
	unsigned int n;		/* 1, 2, 3 … within the TI */
	unsigned int step;	/* 0: attached to the TI */
	const char *name, *kind;	/* kind as declared, never trusted */
	const char *url;	/* where it came from, or "" */
	struct digest sha256;
	int64_t size;
	bool here;		/* bytes are in this store */
	bool looked;		/* opened on this console in its present form */
};
struct instance_verdict {
	struct digest rid;
	const char *by, *by_name;
	enum outcome outcome;
	const char *reason;
	int64_t at;
	enum entry_state state;
	bool own, leaf, counted;	/* leaf: no other verdict has it in base */
	bool withdrawn;		/* its author took it back */
};
struct instance_item {		/* check-off item with its present state */
	struct test_item item;
	enum item_state state;
	const char *by;		/* person id, "check", or "" */
};
struct history_entry {
	int64_t at;
	const char *who, *who_name;
	const char *kind;	/* status comment claim release evidence verdict withdrawal resolution finding */
	const char *text;
	bool own;		/* a record of this console */
	bool record;		/* of this console or of somebody else's; not what the event brought */
};
struct instance {
	struct queue_row row;
	struct test test;
	const char *description, *permalink;
	struct participant *participants; size_t n_participants;
	struct instance_step *steps; size_t n_steps;
	struct evidence_item *evidence; size_t n_evidence;
	struct instance_verdict *verdicts; size_t n_verdicts;
	struct instance_item *items; size_t n_items;
	struct history_entry *history; size_t n_history;	/* oldest first: history and comments in one stream */
	const char **warnings; size_t n_warnings;	/* sentences: same organisation on both sides, … */
	const char *neutrality;	/* sentence why the monitor may not grade it, or NULL */
	int64_t claim_until;	/* wall ms, 0 unknown */
};

#endif
