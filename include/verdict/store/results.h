/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_RESULTS_H
#define VERDICT_STORE_RESULTS_H
#include "verdict/results/matrix.h"
#include "verdict/store/store.h"

/*
 * Lines, grades and the matrix as this store has them. The engine is filled when it is first asked for and follows
 * what changes after; the store's thread.
 */

/* Up to date; borrowed until the next call of the store layer. */
enum status store_results(struct results **out, struct store *st);
/* The first filling, a slice of a few ms a call, for a console that goes on working; *done_out when it is through. */
enum status store_results_load(bool *done_out, struct store *st);
/* The engine where it is filled already (brought up to date), else NULL. */
enum status store_results_here(struct results **out, struct store *st);

/* May the person of this console grade that line? STATUS_DENIED (no manager), STATUS_NOT_FOUND, STATUS_USAGE (exploratory). */
enum status store_grade_allowed(struct store *st, const char *line);

#endif
