/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_FETCH_H
#define VERDICT_STORE_FETCH_H
#include "verdict/base/arena.h"
#include "verdict/store/blob.h"

/*
 * Bodies of evidence that come in pieces: blobs/part/DIGEST grows, and becomes a body once all of it is there
 * and its digest is right. A cut costs nothing but the piece under way. The store's thread.
 */
struct evidence_want {
	struct digest sha256;
	uint64_t size, have;	/* bytes in all, and in the part here */
};
/*
 * What the queue shows and is not here, as it will be looked at: own claims first, then what waits, at most
 * `budget` bytes together.
 */
enum status store_evidence_wanted(struct evidence_want **out, size_t *n_out, struct arena *a, struct store *st,
	uint64_t budget);
/* Size as the event tells it, and how much is here. STATUS_NOT_FOUND: no evidence of this event has that digest. */
enum status store_evidence_want(struct evidence_want *out, struct store *st, const struct digest *sha256);
/*
 * Append a piece at `offset`, which must be where the part ends (STATUS_CONFLICT else). *here_out once the body is
 * whole and right. STATUS_CORRUPT: it was whole and wrong, and is thrown away. STATUS_LIMIT: longer than told.
 */
enum status store_evidence_piece(bool *here_out, struct store *st, const struct evidence_want *want, uint64_t offset,
	const void *ptr, size_t len);

/*
 * A piece behind what is missing, of a bundle that is damaged: kept beside, and taken over by store_evidence_piece() once
 * what is before it came, whatever brings that. STATUS_BUSY, STATUS_LIMIT: it is not kept.
 */
enum status store_evidence_gap(struct store *st, const struct evidence_want *want, uint64_t offset, const void *ptr,
	size_t len);
void store_evidence_settle(struct store *st);	/* no more of them for now: onto the disk */

#endif
