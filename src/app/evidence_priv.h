/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_EVIDENCE_PRIV_H
#define VERDICT_APP_EVIDENCE_PRIV_H
#include "verdict/app/evidence.h"

/* Shared by the files of the evidence screen (evidence*.c). UI thread. */

/* Begin a jump to a row of a view: false while another is under way. Its answer goes to evidence_jump_came(). */
bool evidence_jump(struct evidence_state *st, enum evidence_view v, const char *not_found);
void evidence_jump_came(enum status code, uint64_t row, void *data);
/* To a row at once. */
void evidence_go(struct evidence_state *st, enum evidence_view v, uint64_t row);
/* A document is open (the item, or one in it): show it from its beginning. */
void evidence_take_info(struct evidence_state *st, enum status code, const struct reader_info *info);
void evidence_ask_report(struct evidence_state *st);
/* Did we get where the last kept place is to be gone back from? */
void evidence_settle_way(struct evidence_state *st, bool went);
/* The picture's part of moving, and of beginning anew. */
void evidence_picture_move(struct evidence_state *st, enum move move, int count);
void evidence_picture_reset(struct evidence_state *st);
void evidence_picture_enter(struct evidence_state *st);		/* its view is shown: what was stopped is asked for again */
void evidence_picture_cancelled(struct evidence_state *st);	/* the answer will not come */

#endif
