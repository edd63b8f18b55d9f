/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of bundle files and of the journal (doc/PROTOCOL.md, Bundle), and finding the next intact frame
 * after damage in linear time, whatever bytes somebody put there. Layer: proto. Any thread.
 */
#include "bundle_priv.h"

#include <string.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/packed.h"

static uint32_t get_u32(const char *ptr)
{
	const unsigned char *p = (const unsigned char *)ptr;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put_u32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> 8 * i & 255);
}

static void fill_head(char *head, char type, uint8_t flags, const char *body, size_t len)
{
	put_u32(head, (uint32_t)len);
	head[4] = type;
	head[5] = (char)flags;
	head[6] = head[7] = 0;
	put_u32(head + 8, crc32c(crc32c(0, head, 8), body, len));
}

static void add_frame(struct buf *out, char type, uint8_t flags, const void *body, size_t len)
{
	char head[FRAME_HEAD];

	if (len > FRAME_BODY_MAX) {
		out->err = STATUS_LIMIT;
		return;
	}
	fill_head(head, type, flags, body, len);
	buf_add(out, head, sizeof(head));
	buf_add(out, body, len);
}

void bundle_frame_begin(struct buf *out)
{
	buf_reset(out);
	buf_fill(out, 0, FRAME_HEAD);
}

void bundle_frame_end(struct buf *out, char type, uint8_t flags)
{
	if (!out->err && out->len - FRAME_HEAD > FRAME_BODY_MAX)
		out->err = STATUS_LIMIT;
	if (!out->err)
		fill_head(out->ptr, type, flags, out->ptr + FRAME_HEAD, out->len - FRAME_HEAD);
}

void frame_add(struct buf *out, char type, const void *body, size_t len)
{
	add_frame(out, type, 0, body, len);
}

void frame_add_packed(struct buf *out, char type, const void *body, size_t len)
{
	struct buf packed;

	if (len > FRAME_BODY_MAX) {
		out->err = STATUS_LIMIT;
		return;
	}
	buf_init(&packed, len + 1);
	if (packed_add(&packed, body, len))
		add_frame(out, type, FRAME_ZSTD, packed.ptr, packed.len);
	else
		add_frame(out, type, 0, body, len);
	buf_done(&packed);
}

enum status frame_unpack(struct buf *out, const struct frame *f)
{
	if (f->flags & FRAME_ZSTD)
		return packed_open(out, f->body, f->len, FRAME_BODY_MAX);
	buf_add(out, f->body, f->len);
	return out->err;
}

/* Could these twelve bytes be a head? Random bytes pass about once in three hundred million. */
static bool head_plausible(const char *p)
{
	return get_u32(p) <= FRAME_BODY_MAX && p[4] >= 'A' && p[4] <= 'Z'
		&& (p[5] & ~FRAME_ZSTD) == 0 && p[6] == 0 && p[7] == 0;
}

enum status frame_parse(struct frame *out, size_t *used_out, const char *ptr, size_t len)
{
	uint32_t size, crc;

	if (len < FRAME_HEAD)
		return status_set(STATUS_AGAIN, "frame: cut within its head");
	if (!head_plausible(ptr))
		return status_set(STATUS_CORRUPT, "frame: bytes are not the head of a frame");
	size = get_u32(ptr);
	if (len - FRAME_HEAD < size)
		return status_set(STATUS_AGAIN, "frame: cut within its body");
	crc = crc32c(crc32c(0, ptr, 8), ptr + FRAME_HEAD, size);
	if (crc != get_u32(ptr + 8))
		return status_set(STATUS_CORRUPT, "frame: checksum does not match");
	*out = (struct frame){ ptr[4], (uint8_t)ptr[5], ptr + FRAME_HEAD, size, 0 };
	*used_out = FRAME_HEAD + size;
	return STATUS_OK;
}

/*
 * Checksums of any range in constant time. With c(k) the CRC of the first k bytes,
 * crc(i..j) = c(j) xor c(i)·x^(8(j−i)) mod P. Without it a file of nothing but heads that claim 8 MiB each
 * would take hours.
 */
#define CRC_POLY 0x82f63b78u
#define MARK 64		/* bytes between two prefix sums kept */

struct crc_ranges {
	const char *ptr;
	uint32_t *sum;		/* CRC of the first k * MARK bytes */
	size_t known;		/* reckoned so far: as far as somebody asked */
	uint32_t power[6][16];	/* x^(8·d·16^k): bytes to shift by, digit by digit */
};

/* Product of two polynomials modulo P, bits reflected. */
static uint32_t poly_mul(uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
		if (a & bit)
			product ^= b;
		b = b & 1 ? b >> 1 ^ CRC_POLY : b >> 1;
	}
	return product;
}

static struct crc_ranges *crc_ranges_new(const char *ptr, size_t len)
{
	struct crc_ranges *c = mem_zalloc(sizeof(*c));
	uint32_t byte = 1u << 23;	/* x^8 */

	c->ptr = ptr;
	c->sum = mem_array(len / MARK + 1, sizeof(*c->sum));
	for (int k = 0; k < 6; k++) {
		c->power[k][0] = 1u << 31;
		for (int d = 1; d < 16; d++)
			c->power[k][d] = poly_mul(c->power[k][d - 1], byte);
		byte = poly_mul(c->power[k][15], byte);
	}
	return c;
}

static void crc_ranges_free(struct crc_ranges *c)
{
	if (c)
		mem_free(c->sum);
	mem_free(c);
}

static uint32_t crc_prefix(struct crc_ranges *c, size_t at)
{
	for (; c->known < at / MARK; c->known++)
		c->sum[c->known + 1] = crc32c(c->sum[c->known], c->ptr + c->known * MARK, MARK);
	return crc32c(c->sum[at / MARK], c->ptr + at / MARK * MARK, at % MARK);
}

/* A CRC moved over `len` further bytes; len < 2^24. */
static uint32_t crc_shift(const struct crc_ranges *c, uint32_t crc, size_t len)
{
	for (int k = 0; k < 6 && len > 0; k++) {
		crc = poly_mul(crc, c->power[k][len & 15]);
		len >>= 4;
	}
	return crc;
}

static bool intact_at(struct crc_ranges *c, size_t at, size_t len)
{
	const char *head = c->ptr + at;
	size_t size, body = at + FRAME_HEAD;
	uint32_t sum;

	if (!head_plausible(head))
		return false;
	size = get_u32(head);
	if (len - body < size)
		return false;
	sum = crc_prefix(c, body + size) ^ crc_shift(c, crc_prefix(c, body), size);
	return (sum ^ crc_shift(c, crc32c(0, head, 8), size)) == get_u32(head + 8);
}

/* Of those that begin before `stop`; else `stop`. */
static size_t next_intact(struct crc_ranges *c, size_t at, size_t stop, size_t len)
{
	while (at < stop && len - at >= FRAME_HEAD && !intact_at(c, at, len))
		at++;
	return at < stop && len - at >= FRAME_HEAD ? at : stop;
}

size_t frame_resync(const char *ptr, size_t len)
{
	struct crc_ranges *c;
	size_t at;

	if (len < FRAME_HEAD + 1)
		return len;
	c = crc_ranges_new(ptr, len);
	at = next_intact(c, 1, len, len);
	crc_ranges_free(c);
	return at;
}

void frame_scan_init(struct frame_scan *s, const char *ptr, size_t len)
{
	*s = (struct frame_scan){ .ptr = ptr, .len = len, .stop = len, .sums = crc_ranges_new(ptr, len) };
}

enum status frame_scan_next(struct frame *out, struct frame_scan *s)
{
	size_t at = s->at < s->stop ? next_intact(s->sums, s->at, s->stop, s->len) : s->at;
	const char *head = s->ptr + at;

	s->skipped = at - s->at;
	s->at = at;
	if (at >= s->stop)
		return STATUS_NOT_FOUND;
	*out = (struct frame){ head[4], (uint8_t)head[5], head + FRAME_HEAD, get_u32(head), at };
	s->at += FRAME_HEAD + out->len;
	return STATUS_OK;
}

void frame_scan_done(struct frame_scan *s)
{
	crc_ranges_free(s->sums);
	s->sums = NULL;
}
