/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes of the file to nodes and back, also where texts stand inside texts. Layer evidence; one thread at
 * a time. A document without an annex stands in order and is searched by halves; one with an annex is gone
 * down level by level.
 */
#include "evidence_priv.h"
#include "verdict/evidence/encoding.h"

uint64_t document_place(const struct document *d, uint32_t offset, bool end)
{
	return encoding_place(d, (uint32_t)annex_place(&d->o.annex, offset, end));
}

void document_range(uint64_t *begin_out, uint64_t *end_out, const struct document *d, uint32_t begin, uint32_t end)
{
	*begin_out = document_place(d, begin, false);
	*end_out = document_place(d, end, true);
	if (*end_out < *begin_out)	/* put together out of pieces that do not stand in order */
		*end_out = *begin_out;
}

/* Among the nodes from `first` on: the last one that holds the byte, else the last that begins before it. */
static uint32_t among(const struct document *d, uint32_t first, uint64_t place)
{
	uint32_t c, before = NODE_NONE, holds = NODE_NONE;

	for (c = first; c != NODE_NONE; c = outline_next(&d->o, c)) {
		const struct node *n = &d->o.nodes.at[c];

		if (annex_place(&d->o.annex, n->begin, false) > place)
			continue;
		before = c;
		if (annex_place(&d->o.annex, n->end, true) > place)
			holds = c;
	}
	return holds != NODE_NONE ? holds : before;
}

uint32_t document_node_at(const struct document *d, uint64_t place)
{
	uint32_t at, best = NODE_NONE;

	if (!d->o.nodes.len)
		return NODE_NONE;
	if (!outline_is_woven(&d->o))
		return outline_find(&d->o, place);
	for (at = among(d, 0, place); at != NODE_NONE; at = among(d, outline_child(&d->o, at), place))
		best = at;
	return best == NODE_NONE ? 0 : best;
}
