/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_ANNEX_H
#define VERDICT_EVIDENCE_ANNEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/vec.h"

/*
 * Texts inside a text: what was unpacked, decoded or put together out of a document (a compressed body, a
 * stream out of its packets) stands behind the document's own text in one space of offsets. Offsets up to
 * `len` are the document's, those from len + 1 are in the annex; no range crosses from one to the other. Every
 * piece knows where it came from, so a byte leads back to the file: exactly where bytes were only copied, to
 * the whole encoded range otherwise. Pointers stay good: the annex never moves. One thread at a time.
 */
#define ANNEX_MAX (128u << 20)
#define ANNEX_LEAST (4u << 20)
#define ANNEX_RATIO 32		/* of the document's size, between the two above */

struct annex_piece {
	uint32_t begin, end;	/* offsets of the annex */
	uint32_t from, from_end;	/* offsets below `begin`: of the document, or of the annex itself */
	bool exact;		/* bytes were copied one by one */
};
struct annex {
	const char *text;
	size_t len;
	char *ptr;
	size_t used, cap;
	VEC(struct annex_piece) pieces;
	bool full;		/* something did not fit */
};

void annex_init(struct annex *a, const char *text, size_t len);
void annex_done(struct annex *a);
/* Offset that the next byte of the annex gets. */
size_t annex_next(const struct annex *a);
/* Offset past the last byte there is. */
size_t annex_end(const struct annex *a);
/* Room for at most *room_out more bytes behind the annex, to be filled and then taken with annex_take(). */
char *annex_room(size_t *room_out, struct annex *a);
void annex_take(struct annex *a, size_t n, size_t from, size_t from_end);
/* Take the last `n` bytes away again. */
void annex_give_back(struct annex *a, size_t n);
/* Copy [from, from + n); false (and `full`) where it does not fit. */
bool annex_copy(struct annex *a, size_t from, size_t n);
/* Bytes at an offset, and how many follow in the same space. Never NULL. */
const char *annex_at(size_t *room_out, const struct annex *a, size_t offset);
/* Offset of the document for any offset; with `end` the end of what it came from. */
size_t annex_place(const struct annex *a, size_t offset, bool end);

#endif
