/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_GATHER_H
#define VERDICT_PROTO_GATHER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/model/digest.h"

/*
 * A body of evidence from pieces that come in any order, of several bundles that are damaged each: PATH holds the bytes
 * at their place, PATH.map tells which are there and is written after they are on disk. Nothing is believed of a piece
 * but its place; the digest has the last word, and a later piece replaces an earlier one. One thread.
 */
struct gather;
/* Go on with what is kept there. STATUS_BUSY: somebody else does; STATUS_LIMIT: longer than any evidence is. */
enum status gather_open(struct gather **out, const char *path, const struct digest *want, uint64_t size);
/* STATUS_LIMIT: beyond its size, or in too many places. */
enum status gather_add(struct gather *g, uint64_t offset, const void *ptr, size_t len);
uint64_t gather_have(const struct gather *g);	/* bytes */
bool gather_whole(const struct gather *g);
/*
 * It is whole: sync, compare the digest, rename to `to`; nothing is kept beside. STATUS_CORRUPT, without a message:
 * another digest, and all of it is thrown away.
 */
enum status gather_finish(struct gather *g, const char *to);
/* Bytes that are there from `offset` on, at most `max`: how many in *n_out, 0 for none. */
enum status gather_read(size_t *n_out, struct gather *g, uint64_t offset, void *ptr, size_t max);
/* Keep for another time what is not finished. NULL is fine. */
enum status gather_close(struct gather *g);

bool gather_kept(const char *path);	/* is something kept there? */
void gather_forget(const char *path);

#endif
