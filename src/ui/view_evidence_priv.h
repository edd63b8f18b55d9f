/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_EVIDENCE_PRIV_H
#define VIEW_EVIDENCE_PRIV_H
#include "verdict/app/evidence.h"
#include "verdict/ui/view.h"

/* Shared by the files of the evidence screen (view_evidence*.c). */

/* Where findings are shown: cut off `body`, at its right where that is wide, else below; no rows: nowhere. */
struct area evidence_pane_area(struct area *body, const struct evidence_state *st);
void evidence_draw_pane(const struct area *a, const struct evidence_state *st);
/* How bad it is here: reader_row.mark. */
void evidence_draw_mark(const struct area *a, int row, int col, unsigned int mark);
/* The picture with its banner, and its line at the foot. */
void evidence_draw_picture(const struct area *a, struct evidence_state *st);
void evidence_draw_picture_foot(const struct area *a, const struct evidence_state *st);
/* A row of a comparison: mark, name, and both values side by side. */
void evidence_draw_compared(const struct area *a, int row, const struct reader_row *r);

/* A line of a log from byte `skip` of its row on; and what the one under the cursor is: "error", when. */
void evidence_draw_log(const struct area *a, int row, int c, const struct evidence_state *st, const struct reader_row *r,
	size_t skip);
bool evidence_say_log(char *out, size_t max, const struct area *a, const struct evidence_state *st);

#endif
