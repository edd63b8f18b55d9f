/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many consoles against a hub that is killed, over a network that breaks: what they did and were told is written down
 * as it happens, and judged when all is whole again. Layer: tests.
 */
#ifndef TESTS_FAULT_JEPSEN_H
#define TESTS_FAULT_JEPSEN_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/vec.h"
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/feed.h"

#define JEPSEN_CONSOLES 5
#define JEPSEN_TIS 8
#define JEPSEN_TI "10%02u"	/* of 1 to JEPSEN_TIS */
#define JEPSEN_CLAIMS 6		/* of one console on one TI: the search for an order grows with them */

/* ---- the history: one line an event, in the order of time ---- */

enum jepsen_word {
	JEPSEN_SAVED,	/* a record is said to be on disk: its rid */
	JEPSEN_WANT,	/* begins to ask for the claim */
	JEPSEN_HELD,	/* is told that it has it: the fence */
	JEPSEN_UNWANT,	/* begins to give it back */
	JEPSEN_FREE,	/* is told that it has it no more */
	JEPSEN_WORDS
};
struct jepsen_line {
	int64_t at;		/* µs */
	enum jepsen_word word;
	unsigned int console;
	unsigned int ti;	/* 1 to JEPSEN_TIS */
	uint64_t fence;		/* held, free; unwant: what it has, 0 where it was not told */
	struct digest rid;
};
struct jepsen_history { VEC(struct jepsen_line) lines; };

void jepsen_line_format(struct buf *out, const struct jepsen_line *l);
/* Lines of jepsen_line_format(), those of one console in their order; a last one without its end is left out. False: no such line. */
bool jepsen_history_parse(struct jepsen_history *out, const char *text);
void jepsen_history_done(struct jepsen_history *h);

/* ---- judges: true, or false and a sentence in `why` ---- */

/* Every rid that was said to be saved, and every one in a journal, is in the feed exactly once, and no other. */
bool jepsen_judge_set(struct buf *why, const struct jepsen_history *h, const struct digest *journals, size_t n_journals,
	const struct digest *feed, size_t n_feed);
/*
 * The claims of each TI are those of one register: there is an order of all that was asked, between asking and being
 * told, in which a claim is granted only where nobody holds it, with a fence above all before. What was never answered
 * may have happened or not.
 */
bool jepsen_judge_claims(struct buf *why, const struct jepsen_history *h);

struct jepsen_grant { unsigned int ti, console; enum feed_claim_state state; uint64_t fence; };
/* The hub's own log: one holder at a time, fences grow; and each fence that a console was told stands there, for it. */
bool jepsen_judge_grants(struct buf *why, const struct jepsen_history *h, const struct jepsen_grant *feed, size_t n);

struct jepsen_decision {	/* a verdict or a resolution, as signed */
	unsigned int ti;
	struct digest rid;
	const struct digest *base; size_t n_base;
	enum outcome outcome;
};
/*
 * shown[console][ti - 1] is what screens say: all the same; a dispute where two decisions differ that nobody went on from,
 * whatever the order in which they came; none where all decisions agree.
 */
bool jepsen_judge_disputes(struct buf *why, const struct jepsen_decision *d, size_t n,
	bool shown[][JEPSEN_TIS], unsigned int consoles);

/* ---- consoles ---- */

struct jepsen_seat {		/* shared with the process of that console */
	volatile bool joined, settled;
	volatile uint64_t cursor, unsent, refused, conflicts;
	volatile unsigned int saved;
	char failure[200];	/* what it could not go on after */
	char line[300];		/* how it stands with the hub, in words */
};
struct jepsen_shared {
	volatile int phase;	/* 0: work; 1: only come together; 2: end */
	struct jepsen_seat seats[JEPSEN_CONSOLES];
};
struct jepsen_console {
	unsigned int number;
	bool lead;
	const char *dir, *code;
	int history;		/* lines go here, O_APPEND */
	uint64_t seed;
	uint64_t kill_at;	/* at that disk operation; 0: not */
	struct jepsen_shared *shared;
};
/* In a process of its own, until the end or until it is killed. */
_Noreturn void jepsen_console_run(const struct jepsen_console *c);
uint32_t jepsen_draw(uint64_t *state);

#endif
