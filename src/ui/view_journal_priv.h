/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_JOURNAL_PRIV_H
#define VIEW_JOURNAL_PRIV_H
#include "verdict/app/ways_pane.h"
#include "verdict/ui/canvas.h"

/* The pane of ways, below the counts of the journal. */
void draw_ways(const struct area *a, struct app *app, const struct ways_pane *p);
bool click_ways(const struct ways_pane *p, int row, char *line, int max);

#endif
