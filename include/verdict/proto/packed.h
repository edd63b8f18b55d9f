/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_PACKED_H
#define VERDICT_PROTO_PACKED_H
#include "verdict/base/buf.h"
#include "verdict/base/status.h"

/*
 * Bodies packed by zstd, in frames of bundles and on the way (Content-Encoding: zstd): exactly one zstd frame
 * that tells its size, so that the ceiling is met before memory is taken. Any thread.
 */

/* Append it packed, unless that makes it no shorter: then nothing is appended and it returns false. */
bool packed_add(struct buf *out, const void *ptr, size_t len);
/* The same for many, with memory that is kept between them. One thread at a time. */
struct packer;
struct packer *packer_new(void);
void packer_free(struct packer *p);
bool packer_add(struct buf *out, struct packer *p, const void *ptr, size_t len);
/* Append what it holds: STATUS_INVALID (damaged, no size told, bytes behind), STATUS_LIMIT over `max`. */
enum status packed_open(struct buf *out, const void *ptr, size_t len, size_t max);

#endif
