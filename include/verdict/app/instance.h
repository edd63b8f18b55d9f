/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_INSTANCE_H
#define VERDICT_APP_INSTANCE_H
#include "verdict/app/app.h"
#include "verdict/app/draft.h"
#include "verdict/base/vec.h"
#include "verdict/model/instance.h"

/*
 * The test instance on screen: one TI with its draft. Evidence and verdict form look at the same copy.
 * UI thread; `in` is borrowed from `arena` and replaced as a whole when a load comes back.
 */
enum instance_part {	/* what one line of the screen is */
	PART_BLANK, PART_HEADING, PART_PARTICIPANT, PART_WARNING, PART_NEUTRALITY, PART_DRAFT, PART_LIFELINES,
	PART_STEP, PART_EVIDENCE, PART_ITEM, PART_VERDICT, PART_REASON, PART_FOLD, PART_TEXT, PART_HISTORY,
	PART_HISTORY_MORE, PART_EMPTY
};
enum instance_fold { INSTANCE_FOLD_TEXT, INSTANCE_FOLD_HISTORY, INSTANCE_FOLDS };
struct instance_line {
	enum instance_part part;
	int index;		/* into the TI's list of that part; enum instance_fold for folds */
	int focus;		/* place in the order of the cursor, -1: not for the cursor */
	const char *text;	/* own or foreign words, or NULL */
	size_t len;
};
struct instance_state {
	struct app *app;
	char *ti;			/* NULL: none opened yet */
	struct arena arena;
	const struct instance *in;	/* NULL until loaded */
	unsigned int load;		/* number of the load wanted; older answers are dropped */
	bool loading, changed;		/* changed: something happened while it was shown */
	char trouble[256];		/* why there is nothing, or "" */

	struct draft draft;
	bool draft_dirty, draft_found;	/* found: it was there when the TI was opened */
	struct loop_timer *draft_timer;
	struct loop_timer *ready_timer;	/* the reader is started before somebody asks */

	bool folded[INSTANCE_FOLDS];
	VEC(struct instance_line) lines;
	int lines_width;		/* 0: lay out again */
	int focuses;
	int cursor;			/* place in the order of the cursor */
	int top;			/* first line shown */
	int page;			/* lines shown by the last frame */
	char *reg;			/* what was yanked last, or NULL */
};

struct instance_state *instance_of(struct app *app);	/* made at the first visit, never NULL */
void instance_open(struct app *app, const char *ti);	/* from anywhere; pushes the screen */
void instance_load(struct app *app);			/* the same TI again */
void instance_lines(struct instance_state *st, int width);	/* lay out for that width where needed */
void instance_relayout(struct instance_state *st);
const struct instance_line *instance_line_at(const struct instance_state *st);	/* under the cursor, or NULL */
int instance_row_of(const struct instance_state *st, int focus);	/* number of its line, or -1 */
bool instance_move_to(struct instance_state *st, enum instance_part part, int index);
void instance_move(struct app *app, void *state, enum move move, int count);
/* State of a check-off item with the draft on top. */
enum item_state instance_item_state(const struct instance_state *st, size_t i);

void instance_prove(struct instance_state *st, size_t i);	/* a check ticked item `i`; until the next load */

/* Keep a text for pasting into a reason or comment; tells it in the message. */
void instance_yank(struct app *app, const char *what, const char *text, size_t len);
const char *instance_yanked(struct app *app);		/* "" for none */

/* After every change of the draft: shown at once, kept 300 ms after the last one. */
void instance_draft_changed(struct app *app);
void instance_draft_keep(struct app *app);		/* now */
void instance_draft_discard(struct app *app);
void instance_offer_draft(struct app *app);		/* at start: tell which TI has unfinished work */

#endif
