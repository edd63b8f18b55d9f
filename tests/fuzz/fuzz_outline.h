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

/* Every byte of the annex leads back to one of the document. */
static inline void annex_holds(const struct annex *a)
{
	size_t i, at, next = a->len + 1;

	for (i = 0; i < a->pieces.len; i++) {
		const struct annex_piece *p = &a->pieces.at[i];

		FUZZ_HOLDS(p->begin == next && p->end > p->begin && p->from_end >= p->from);
		FUZZ_HOLDS(p->from < p->begin && p->from_end <= p->begin);
		next = p->end;
	}
	FUZZ_HOLDS(next == annex_next(a));
	for (at = 0; at < annex_end(a); at += 1 + annex_end(a) / 64)
		FUZZ_HOLDS(annex_place(a, at, false) <= a->len && annex_place(a, at, true) <= a->len);
}

#endif
