/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_FRAME_H
#define VERDICT_BASE_FRAME_H
#include "verdict/base/buf.h"
#include "verdict/base/cursor.h"
#include "verdict/base/status.h"

/*
 * Messages between our own processes: u32 length of what follows (little endian), then that many bytes. The other
 * side reads what strangers wrote, so its frames are believed no more than theirs. Any thread.
 */

/* Begin one at the end of `out`; frame_end() takes what this returned and sets the length. Errors stick in `out`. */
size_t frame_begin(struct buf *out);
void frame_end(struct buf *out, size_t at);
/* Overwrite the u32 that stands at `at`, where nothing went wrong so far. */
void frame_set_u32(struct buf *out, size_t at, size_t value);
/*
 * Bytes of the first whole frame in p[0..n), 0 where more must come; STATUS_INVALID where its length is below `min`
 * or above `max`, known as soon as the four bytes are here.
 */
enum status frame_whole(size_t *len_out, const char *p, size_t n, size_t min, size_t max);
/* Read from one whole frame, after its length; the cursor is bad where that is not all of p[0..n). */
void frame_read(struct cursor *c, const char *p, size_t n);

#endif
