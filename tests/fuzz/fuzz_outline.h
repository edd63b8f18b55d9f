/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_OUTLINE_H
#define TESTS_FUZZ_FUZZ_OUTLINE_H
#include "fuzz.h"
#include "verdict/evidence/outline.h"

/* What holds for every outline, whatever was parsed. */
static inline void outline_holds(const struct outline *o, size_t len)
{
	size_t i;

	FUZZ_HOLDS(o->stack.len == 0);
	FUZZ_HOLDS(o->nodes.len <= (size_t)o->nodes_max + 128);
	for (i = 0; i < o->nodes.len; i++) {
		const struct node *n = &o->nodes.at[i], *p;

		FUZZ_HOLDS(n->begin <= n->end && n->end <= len);
		FUZZ_HOLDS(n->size >= 1 && i + n->size <= o->nodes.len);
		FUZZ_HOLDS(i == 0 || outline_is_woven(o) || n->begin >= o->nodes.at[i - 1].begin);
		if (n->parent == NODE_NONE)
			continue;
		FUZZ_HOLDS(n->parent < i);
		p = &o->nodes.at[n->parent];
		FUZZ_HOLDS(n->depth == p->depth + 1 && i + n->size <= n->parent + p->size);
	}
}

#endif
