/* SPDX-License-Identifier: Apache-2.0 */
/* An archive in the POSIX ustar form, member by member. Report layer; the thread that owns the buffer. */
#ifndef VERDICT_REPORT_TAR_H
#define VERDICT_REPORT_TAR_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"

/* A member: STATUS_LIMIT in out->err where it grows too large. */
void tar_member(struct buf *out, const char *name, int64_t mtime_ms, const void *ptr, size_t len);
void tar_end(struct buf *out);
/* `id` with what a file name had better not hold replaced; `prefix` and `suffix` as they are. In `out`, whole. */
void tar_name(struct buf *out, const char *prefix, const char *id, const char *suffix);

#endif
