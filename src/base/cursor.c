/* SPDX-License-Identifier: Apache-2.0 */
/* Strict reading of numbers and strings from bytes. Layer base; any thread. */
#include "verdict/base/cursor.h"
#include <string.h>

void cursor_init(struct cursor *c, const void *ptr, size_t len)
{
	*c = (struct cursor){ ptr, len, 0, false };
}

const char *cursor_bytes(struct cursor *c, size_t n)
{
	const char *p;

	if (c->bad || n > c->len - c->at) {
		c->bad = true;
		return NULL;
	}
	p = c->ptr + c->at;
	c->at += n;
	return p;
}

static uint64_t number(struct cursor *c, size_t n)
{
	const char *p = cursor_bytes(c, n);
	uint64_t v = 0;

	while (p && n-- > 0)
		v = v << 8 | (unsigned char)p[n];
	return v;
}

unsigned int cursor_u8(struct cursor *c)
{
	return (unsigned int)number(c, 1);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)number(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return number(c, 8);
}

unsigned int cursor_enum(struct cursor *c, unsigned int limit)
{
	unsigned int v = cursor_u8(c);

	if (v >= limit)
		c->bad = true;
	return c->bad ? 0 : v;
}

const char *cursor_blob(size_t *len_out, struct cursor *c, size_t max)
{
	size_t n = cursor_u32(c);
	const char *p;

	if (n > max)
		c->bad = true;
	p = cursor_bytes(c, n);
	*len_out = p ? n : 0;
	return p;
}

const char *cursor_text(struct cursor *c, size_t max)
{
	size_t n;
	const char *p = cursor_blob(&n, c, max), *nul = cursor_bytes(c, 1);

	if (c->bad || *nul || memchr(p, 0, n)) {
		c->bad = true;
		return "";
	}
	return p;
}

bool cursor_end(const struct cursor *c)
{
	return !c->bad && c->at == c->len;
}
