/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_DISPUTES_H
#define VERDICT_APP_DISPUTES_H
#include "verdict/app/app.h"
#include "verdict/store/sync.h"

/* Test instances on which monitors differ, one at a time with its sides beside each other. UI thread. */
struct disputes_state {
	struct app *app;
	struct arena arena;		/* of `list` */
	struct dispute *list; size_t n;
	struct turn turn;		/* of loading them */
	bool known;			/* an answer came since the start */
	char trouble[256];
	int cursor;			/* dispute shown */
	int side;			/* the one meant by `resolve`, from 0 */
	int first_side;			/* leftmost one shown; set by the view */
	char want[257];			/* TI the cursor should find again */
};

struct disputes_state *disputes_of(struct app *app);
const struct dispute *disputes_current(const struct disputes_state *st);	/* or NULL */

#endif
