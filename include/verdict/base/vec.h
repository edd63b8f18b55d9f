/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_VEC_H
#define VERDICT_BASE_VEC_H
#include <stddef.h>
#include "verdict/base/mem.h"

/*
 * Typed growing arrays: `VEC(struct row) rows = VEC_INIT;`. vec_push() copies; vec_done() frees the
 * array and not what its items own. Ceilings are the caller's.
 */
#define VEC(type) struct { type *at; size_t len, cap; }
#define VEC_INIT { NULL, 0, 0 }
#define vec_push(v, item) \
	(vec_reserve((v), (v)->len + 1), (void)((v)->at[(v)->len++] = (item)))
#define vec_reserve(v, n) \
	((n) > (v)->cap ? (void)((v)->cap = vec_size((v)->cap, (n)), \
		(v)->at = mem_realloc((v)->at, (v)->cap, sizeof(*(v)->at))) : (void)0)
#define vec_done(v) (mem_free((v)->at), (v)->at = NULL, (v)->len = (v)->cap = 0)

static inline size_t vec_size(size_t cap, size_t need)
{
	size_t n = cap ? cap + cap / 2 : 8;

	return n < need ? need : n;
}

#endif
