/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_BUF_H
#define VERDICT_BASE_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/*
 * Growing bytes with a mandatory ceiling and a sticky error: add freely, ask `err` once at the end.
 * `ptr` is always NUL-terminated (the NUL is not counted in `len`) once anything was added.
 */
struct buf {
	char *ptr;
	size_t len, cap, max;
	enum status err; /* STATUS_LIMIT once `max` was exceeded; later additions do nothing */
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_reset(struct buf *b);
void buf_add(struct buf *b, const void *ptr, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_fill(struct buf *b, char c, size_t count);
void buf_cut(struct buf *b, size_t offset, size_t len);	/* remove bytes from the middle */
void buf_u32(struct buf *b, unsigned int v);		/* little endian */
void buf_u64(struct buf *b, uint64_t v);
void buf_blob(struct buf *b, const void *ptr, size_t len);	/* u32 length, bytes (base/cursor.h reads them) */
void buf_text(struct buf *b, const char *s);		/* the same with a NUL behind; NULL: "" */
const char *buf_str(struct buf *b);			/* "" when empty; borrowed */
char *buf_take(struct buf *b); /* yours, free with mem_free; b is empty after */

#endif
