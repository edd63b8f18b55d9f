/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing bytes with a ceiling and a sticky error. Layer base; the thread that owns the buffer.
 */
#include "verdict/base/buf.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"

void buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void buf_done(struct buf *b)
{
	mem_free(b->ptr);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->err = STATUS_OK;
	if (b->ptr)
		b->ptr[0] = '\0';
}

/* Room for `more` bytes and the NUL; false once the ceiling was met. */
static bool room(struct buf *b, size_t more)
{
	size_t need, cap;

	if (b->err)
		return false;
	if (more > b->max || b->len > b->max - more) {
		b->err = status_set(STATUS_LIMIT, "more than %zu bytes", b->max);
		return false;
	}
	need = b->len + more + 1;
	if (need <= b->cap)
		return true;
	cap = b->cap ? b->cap * 2 : 64;
	if (cap < need)
		cap = need;
	if (cap > b->max && b->max >= need)
		cap = b->max + 1;
	b->ptr = mem_realloc(b->ptr, cap, 1);
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *ptr, size_t len)
{
	if (!room(b, len))
		return;
	if (len)
		memcpy(b->ptr + b->len, ptr, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void buf_addc(struct buf *b, char c)
{
	if (b->err || b->len + 2 > b->cap || b->len >= b->max) {
		buf_add(b, &c, 1);
		return;
	}
	b->ptr[b->len++] = c;
	b->ptr[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else if (n >= 0 && room(b, (size_t)n)) {
		vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_fill(struct buf *b, char c, size_t count)
{
	if (!room(b, count))
		return;
	memset(b->ptr + b->len, c, count);
	b->len += count;
	b->ptr[b->len] = '\0';
}

void buf_cut(struct buf *b, size_t offset, size_t len)
{
	if (offset >= b->len)
		return;
	if (len > b->len - offset)
		len = b->len - offset;
	memmove(b->ptr + offset, b->ptr + offset + len, b->len - offset - len);
	b->len -= len;
	b->ptr[b->len] = '\0';
}

void buf_u32(struct buf *b, unsigned int v)
{
	unsigned char bytes[4] = { v & 0xff, v >> 8 & 0xff, v >> 16 & 0xff, v >> 24 & 0xff };

	buf_add(b, bytes, sizeof(bytes));
}

void buf_u64(struct buf *b, uint64_t v)
{
	buf_u32(b, (unsigned int)(v & 0xffffffffu));
	buf_u32(b, (unsigned int)(v >> 32));
}

void buf_blob(struct buf *b, const void *ptr, size_t len)
{
	buf_u32(b, (unsigned int)len);
	if (len)
		buf_add(b, ptr, len);
}

void buf_text(struct buf *b, const char *s)
{
	buf_blob(b, s, s ? strlen(s) : 0);
	buf_addc(b, '\0');
}

const char *buf_str(struct buf *b)
{
	return b->ptr ? b->ptr : "";
}

char *buf_take(struct buf *b)
{
	char *ptr = b->ptr ? b->ptr : mem_strdup("");

	b->ptr = NULL;
	buf_init(b, b->max);
	return ptr;
}
