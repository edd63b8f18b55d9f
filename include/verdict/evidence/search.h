/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_SEARCH_H
#define VERDICT_EVIDENCE_SEARCH_H
#include <stdbool.h>
#include "verdict/base/buf.h"
#include "verdict/evidence/source.h"

/*
 * A pattern and how to find it: letters of either case, folded as text_fold() does, except in sources above
 * NEEDLE_FOLD_MAX bytes, where the bytes themselves are searched. One thread at a time.
 */
#define NEEDLE_MAX 256
#define NEEDLE_FOLD_MAX (32u << 20)
struct needle {
	char raw[NEEDLE_MAX];
	size_t len;
	struct buf folded, scratch;
	bool ascii;		/* the pattern is: then bytes are compared without folding a copy */
};
/* Called between slices of a long search; true: give up (STATUS_CANCELLED). */
typedef bool (*needle_tick_cb)(void *data);

void needle_init(struct needle *n);
void needle_done(struct needle *n);
void needle_set(struct needle *n, const char *pattern, size_t len);	/* cut at NEEDLE_MAX */
/* Is it in this text? An empty pattern is in nothing. */
bool needle_in(struct needle *n, const char *p, size_t len);
/* First match that begins in [from, to), or the last with `back`. STATUS_NOT_FOUND, STATUS_CANCELLED. */
enum status needle_find(uint64_t *offset_out, struct needle *n, struct source *s, uint64_t from, uint64_t to,
	bool back, needle_tick_cb tick, void *data);

#endif
