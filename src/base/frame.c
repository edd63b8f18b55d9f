/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between processes: a length, then as many bytes. Layer base; any thread. */
#include "verdict/base/frame.h"

#define LENGTH 4

void frame_set_u32(struct buf *out, size_t at, size_t value)
{
	unsigned int i;

	for (i = 0; i < LENGTH && out->err == STATUS_OK; i++)
		out->ptr[at + i] = (char)(value >> (8 * i) & 0xff);
}

size_t frame_begin(struct buf *out)
{
	size_t at = out->len;

	buf_u32(out, 0);
	return at;
}

void frame_end(struct buf *out, size_t at)
{
	if (out->err == STATUS_OK)
		frame_set_u32(out, at, out->len - at - LENGTH);
}

enum status frame_whole(size_t *len_out, const char *p, size_t n, size_t min, size_t max)
{
	struct cursor c;
	uint32_t len;

	*len_out = 0;
	if (n < LENGTH)
		return STATUS_OK;
	cursor_init(&c, p, LENGTH);
	len = cursor_u32(&c);
	if (len < min || len > max)
		return status_set(STATUS_INVALID, "a message has the impossible length %u", len);
	if (n - LENGTH >= len)
		*len_out = LENGTH + (size_t)len;
	return STATUS_OK;
}

void frame_read(struct cursor *c, const char *p, size_t n)
{
	cursor_init(c, p, n);
	if (cursor_u32(c) != n - LENGTH)
		c->bad = true;
}
