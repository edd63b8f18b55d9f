/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_DRAFT_H
#define VERDICT_APP_DRAFT_H
#include <stdbool.h>
#include "verdict/app/editor.h"
#include "verdict/base/arena.h"
#include "verdict/base/vec.h"
#include "verdict/model/instance.h"
#include "verdict/model/record.h"

/*
 * Unfinished work on one TI: outcome, reason, step marks, ticks. It becomes the record of a verdict, and
 * until then a text that the store keeps (store_draft_set), so that a crash loses nothing. UI thread.
 */
struct draft_step { unsigned int n; enum step_mark mark; };
struct draft_tick { char *id; enum item_state state; char *reason; };
struct draft {
	char *ti;		/* NULL: none */
	enum outcome outcome;
	struct editor reason;
	VEC(struct draft_step) steps;
	VEC(struct draft_tick) ticks;
};

void draft_init(struct draft *d);
void draft_done(struct draft *d);
void draft_reset(struct draft *d, const char *ti);	/* empty, about that TI */
bool draft_is_empty(struct draft *d);

enum step_mark draft_mark(const struct draft *d, unsigned int n);
void draft_set_mark(struct draft *d, unsigned int n, enum step_mark mark);
/* State of an item: what the draft says, else `now`. */
enum item_state draft_tick_state(const struct draft *d, const char *id, enum item_state now);
void draft_set_tick(struct draft *d, const char *id, enum item_state state, const char *reason);
void draft_drop_tick(struct draft *d, const char *id);
const struct draft_tick *draft_tick_get(const struct draft *d, const char *id);

/* As text for the store, and back; text that cannot be read leaves an empty draft and is STATUS_INVALID. */
enum status draft_format(struct buf *out, struct draft *d);
enum status draft_parse(struct draft *d, const char *ti, const char *text);

/* How the check-off list stands with this draft on top. */
struct draft_counts { unsigned int total, mine, checks, others, overruled; };
void draft_count(struct draft_counts *out, const struct draft *d, const struct instance *in);

/* The verdict that this draft is, given by person `who`, as a record for store_save(); strings live in `a`. */
void draft_record(struct record *out, struct arena *a, struct draft *d, const struct instance *in,
	const char *who, bool correction);

#endif
