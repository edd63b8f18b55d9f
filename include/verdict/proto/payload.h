/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_PAYLOAD_H
#define VERDICT_PROTO_PAYLOAD_H
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/record.h"

/* Write the payload of a record as JSON text (doc/PROTOCOL.md, Payload). STATUS_LIMIT over 64 KiB. Any thread. */
enum status payload_format(struct buf *out, const struct record *rec);

/*
 * Strict reading: UTF-8, no duplicate keys, no trailing bytes, depth and counts within record.h. Unknown
 * fields are ignored (the bytes are what is kept); an unknown kind gives RECORD_UNKNOWN, its body unread.
 * STATUS_INVALID with the place, STATUS_LIMIT, STATUS_NEWER for another "v". Results live in `a`. Any thread.
 */
enum status payload_parse(struct record *out, struct arena *a, const char *ptr, size_t len);

#endif
