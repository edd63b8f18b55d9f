/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_CURSOR_H
#define VERDICT_BASE_CURSOR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Strict reading of numbers and strings from bytes of a stranger, with a sticky error as in buf: read freely,
 * ask cursor_end() once. After an error everything is 0, "" or NULL. Little endian. Any thread.
 */
struct cursor { const char *ptr; size_t len, at; bool bad; };

void cursor_init(struct cursor *c, const void *ptr, size_t len);
unsigned int cursor_u8(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
unsigned int cursor_enum(struct cursor *c, unsigned int limit);	/* a byte below `limit` */
const char *cursor_bytes(struct cursor *c, size_t n);		/* borrowed */
/* u32 length, that many bytes, at most `max`. */
const char *cursor_blob(size_t *len_out, struct cursor *c, size_t max);
/* The same for text that buf_text() wrote: a NUL follows, and none is inside. */
const char *cursor_text(struct cursor *c, size_t max);
bool cursor_end(const struct cursor *c);	/* all read, nothing wrong */

#endif
