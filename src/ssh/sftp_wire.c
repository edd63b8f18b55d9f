/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of SFTP, written and read. Layer ssh; any thread. */
#include "sftp_wire.h"
#include <string.h>

#define EXTENSIONS_MAX 64
#define TYPE_MASK 0170000u
#define TYPE_FILE 0100000u

enum { ATTR_SIZE = 1, ATTR_OWNER = 2, ATTR_MODE = 4, ATTR_TIMES = 8 };
#define ATTR_EXTENDED 0x80000000u

/* ---- reading ---- */

static const char *bytes(struct sftp_bytes *b, size_t n)
{
	const char *p;

	if (b->bad || n > b->len - b->at) {
		b->bad = true;
		return NULL;
	}
	p = b->ptr + b->at;
	b->at += n;
	return p;
}

static uint64_t number(struct sftp_bytes *b, size_t n)
{
	const char *p = bytes(b, n);
	uint64_t v = 0;
	size_t i;

	for (i = 0; p && i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static uint32_t u32(struct sftp_bytes *b)
{
	return (uint32_t)number(b, 4);
}

static const char *string(size_t *len_out, struct sftp_bytes *b)
{
	size_t n = u32(b);
	const char *p = bytes(b, n);

	*len_out = p ? n : 0;
	return p;
}

static void attributes(uint64_t *size, bool *has_size, bool *is_file, struct sftp_bytes *b)
{
	uint32_t flags = u32(b), n;
	size_t len;

	*has_size = flags & ATTR_SIZE;
	*size = flags & ATTR_SIZE ? number(b, 8) : 0;
	if (flags & ATTR_OWNER)
		bytes(b, 8);
	*is_file = flags & ATTR_MODE && (u32(b) & TYPE_MASK) == TYPE_FILE;
	if (flags & ATTR_TIMES)
		bytes(b, 8);
	for (n = flags & ATTR_EXTENDED ? u32(b) : 0; n > 0 && !b->bad; n--) {
		string(&len, b);
		string(&len, b);
	}
}

static void extensions(struct sftp_reply *r, struct sftp_bytes *b)
{
	static const char rename[] = "posix-rename@openssh.com";
	unsigned int i;
	size_t n, m;

	for (i = 0; b->at < b->len && !b->bad && i < EXTENSIONS_MAX; i++) {
		const char *name = string(&n, b), *value = string(&m, b);

		if (name && value && n == sizeof(rename) - 1 && !memcmp(name, rename, n) && m == 1 && *value == '1')
			r->posix_rename = true;
	}
}

enum status sftp_reply_get(struct sftp_reply *out, const char *p, size_t n)
{
	struct sftp_bytes b = { p, n, 0, false };

	memset(out, 0, sizeof(*out));
	out->type = (enum sftp_type)number(&b, 1);
	if (out->type != SFTP_VERSION)
		out->id = u32(&b);
	switch (out->type) {
	case SFTP_VERSION:
		out->status = u32(&b);
		extensions(out, &b);
		break;
	case SFTP_STATUS:
		out->status = u32(&b);	/* the words behind it are a stranger's */
		break;
	case SFTP_HANDLE:
		out->data = string(&out->len, &b);
		if (out->len == 0 || out->len > SFTP_HANDLE_MAX)
			b.bad = true;
		break;
	case SFTP_DATA:
		out->data = string(&out->len, &b);
		break;
	case SFTP_NAME:
		out->count = u32(&b);
		out->rest = b;
		break;
	case SFTP_ATTRS:
		attributes(&out->size, &out->has_size, &out->is_file, &b);
		break;
	default:
		b.bad = true;
	}
	return b.bad ? status_set(STATUS_INVALID, "the SFTP server says what makes no sense") : STATUS_OK;
}

enum status sftp_name_next(struct sftp_name *out, struct sftp_reply *r)
{
	size_t n;

	if (r->count == 0)
		return STATUS_NOT_FOUND;
	r->count--;
	out->name = string(&out->len, &r->rest);
	string(&n, &r->rest);		/* as ls would show it */
	attributes(&out->size, &out->has_size, &out->is_file, &r->rest);
	return r->rest.bad ? status_set(STATUS_INVALID, "the SFTP server's listing makes no sense") : STATUS_OK;
}

/* ---- writing ---- */

void sftp_u32(struct buf *out, uint32_t v)
{
	char b[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };

	buf_add(out, b, sizeof(b));
}

void sftp_u64(struct buf *out, uint64_t v)
{
	sftp_u32(out, (uint32_t)(v >> 32));
	sftp_u32(out, (uint32_t)v);
}

void sftp_string(struct buf *out, const void *ptr, size_t len)
{
	sftp_u32(out, (uint32_t)len);
	buf_add(out, ptr, len);
}

size_t sftp_begin(struct buf *out, enum sftp_type type)
{
	size_t start = out->len;

	sftp_u32(out, 0);
	buf_addc(out, (char)type);
	return start;
}

void sftp_end(struct buf *out, size_t start)
{
	size_t n = out->len - start - 4, i;

	for (i = 0; i < 4 && out->err == STATUS_OK; i++)
		out->ptr[start + i] = (char)(n >> (8 * (3 - i)) & 0xff);
}
