/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UI_DIAGRAM_H
#define UI_DIAGRAM_H
#include "verdict/model/instance.h"
#include "verdict/ui/canvas.h"

/*
 * Steps as a sequence diagram: a lifeline for each role, the monitor last. Shared inside layer ui.
 * `compact`: too narrow for lifelines, so that a step is a line of words.
 */
#define DIAGRAM_ROLES_MAX 12
#define DIAGRAM_NOTES_WIDE 32	/* columns for notes where they are whole words */
struct diagram {
	const struct instance *in;
	const char *roles[DIAGRAM_ROLES_MAX];
	int n;
	int at[DIAGRAM_ROLES_MAX];	/* column of each lifeline */
	int left, right;		/* first column, column where the notes begin */
	bool compact;
};
void diagram_plan(struct diagram *d, const struct instance *in, int left, int cols);
void diagram_heads(const struct area *a, int row, const struct diagram *d);
void diagram_step(const struct area *a, int row, const struct diagram *d, size_t step, bool cursor);

#endif
