/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_WAYS_PANE_H
#define VERDICT_APP_WAYS_PANE_H
#include "verdict/app/online.h"
#include "verdict/app/way_test.h"

/*
 * The pane of ways in the journal: a line for each way to the hub and one for a stick, and what the last test of each
 * found. A test runs beside everything else and draws as it goes. UI thread.
 */
#define PANE_LINES (WAY_COUNT + 1)	/* the stick is the last one */
struct ways_pane;
struct ways_pane *ways_pane_new(struct app *app);
void ways_pane_free(struct ways_pane *p);

/* The ways as they are now, those of the plan first. */
void ways_pane_ways(struct online_way out[WAY_COUNT], const struct ways_pane *p);
int ways_pane_cursor(const struct ways_pane *p);
void ways_pane_move(struct ways_pane *p, int to);
/* The way under the cursor, or WAY_COUNT for the stick. */
enum way ways_pane_way(const struct ways_pane *p);
/* What the last test of it found; NULL: none was made. Borrowed. */
const struct way_report *ways_pane_report(const struct ways_pane *p, enum way w);

/* Each says in the message line what it began. STATUS_USAGE, STATUS_DENIED: no hub is known. */
enum status ways_pane_test(struct ways_pane *p, enum way w);
enum status ways_pane_pick(struct ways_pane *p, enum way w);	/* once more, or WAY_COUNT: as planned */

#endif
