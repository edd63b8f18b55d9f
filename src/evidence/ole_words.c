/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of Word documents (MS-DOC, the pieces of the main document), the words in the cells of Excel workbooks
 * (MS-XLS, BIFF8) and on the slides of PowerPoint (MS-PPT), one a line. Layer evidence; any thread. What is older,
 * encrypted or damaged has none.
 */
#include "ole.h"
#include <string.h>

#define CELLS_MAX 200000u
#define SEGMENTS_MAX 4000u

/* Characters that Word gives a meaning: ends of paragraphs and cells, breaks, and the code of fields. */
static void word_chars(struct buf *out, const struct buf *text, unsigned int *field)
{
	const unsigned char *p = (const unsigned char *)text->ptr;
	size_t i;

	for (i = 0; i < text->len; i++) {
		if (p[i] == 0x13)
			(*field)++;
		else if ((p[i] == 0x14 || p[i] == 0x15) && *field)
			(*field)--;
		else if (*field)
			continue;
		else if (p[i] == '\r' || p[i] == 0x0b || p[i] == 0x0c)
			buf_addc(out, '\n');
		else if (p[i] == 0x07 || p[i] == '\t')
			buf_addc(out, '\t');
		else if (p[i] >= 0x20)
			buf_addc(out, (char)p[i]);
	}
}

/* One piece of the text: `fc` says where it lies and whether a character has one byte or two. */
static void piece(struct buf *out, const struct buf *doc, uint32_t fc, uint32_t chars, unsigned int *field)
{
	bool narrow = fc & 0x40000000;
	size_t at = narrow ? (fc & 0x3fffffff) / 2 : fc & 0x3fffffff, n = narrow ? chars : (size_t)chars * 2;
	struct buf text;

	if (at >= doc->len)
		return;
	if (n > doc->len - at)
		n = doc->len - at;
	buf_init(&text, n * 3 + 16);
	ole_text(&text, narrow ? 1252 : 1200, doc->ptr + at, n);
	word_chars(out, &text, field);
	buf_done(&text);
}

/* The table of pieces: positions in the text, then for each piece where its bytes are. */
static void pieces(struct buf *out, const struct buf *doc, const unsigned char *plc, size_t len, uint32_t chars)
{
	uint32_t n = (uint32_t)((len - 4) / 12), i, begin, end;
	unsigned int field = 0;

	for (i = 0; i < n && !out->err; i++) {
		begin = cfb_u32(plc + 4 * (size_t)i);
		end = cfb_u32(plc + 4 * (size_t)i + 4);
		if (end > chars)
			end = chars;
		if (begin < end)
			piece(out, doc, cfb_u32(plc + 4 * ((size_t)n + 1) + 8 * (size_t)i + 2), end - begin, &field);
	}
}

/* Formatting runs stand before the table of pieces. */
static void clx(struct buf *out, const struct buf *doc, const unsigned char *p, size_t n, uint32_t chars)
{
	size_t i = 0, len;

	while (i + 3 < n && p[i] == 1)
		i += 3 + cfb_u16(p + i + 1);
	if (i + 5 >= n || p[i] != 2)
		return;
	len = cfb_u32(p + i + 1);
	if (len > n - i - 5)
		len = n - i - 5;
	if (len >= 16)
		pieces(out, doc, p + i + 5, len, chars);
}

void ole_word_text(struct buf *out, const struct buf *doc, const struct buf table[2])
{
	const unsigned char *p = (const unsigned char *)doc->ptr;
	const struct buf *t;
	uint32_t at, n;

	if (doc->len < 0x1aa || cfb_u16(p) != 0xa5ec || cfb_u16(p + 2) < 0xc1 || (cfb_u16(p + 10) & 0x100))
		return;
	t = &table[(cfb_u16(p + 10) & 0x200) != 0];
	at = cfb_u32(p + 0x1a2);
	n = cfb_u32(p + 0x1a6);
	if (at < t->len)
		clx(out, doc, (const unsigned char *)t->ptr + at, n < t->len - at ? n : t->len - at, cfb_u32(p + 0x4c));
}

/* The shared strings may run over several records; a string cut by the end of one says its width again in the next. */
struct shared {
	const unsigned char *p;
	struct { size_t at, end; } list[SEGMENTS_MAX];
	size_t count, k, at;
};

static bool more(struct shared *s)
{
	while (s->k < s->count && s->at >= s->list[s->k].end)
		if (++s->k < s->count)
			s->at = s->list[s->k].at;
	return s->k < s->count;
}

static uint32_t number(struct shared *s, unsigned int bytes)
{
	uint32_t v = 0;
	unsigned int i;

	for (i = 0; i < bytes && more(s); i++)
		v |= (uint32_t)s->p[s->at++] << (8 * i);
	return v;
}

static void skip(struct shared *s, uint64_t n)
{
	size_t here;

	while (n && more(s)) {
		here = s->list[s->k].end - s->at;
		if (here > n)
			here = (size_t)n;
		s->at += here;
		n -= here;
	}
}

static void chars(struct buf *out, struct shared *s, uint32_t left, bool wide)
{
	while (left && more(s)) {
		size_t room = s->list[s->k].end - s->at, n = wide ? room / 2 : room;

		if (n > left)
			n = left;
		if (!n)
			break;
		ole_text(out, wide ? 1200 : 28591, (const char *)s->p + s->at, wide ? n * 2 : n);
		s->at += wide ? n * 2 : n;
		left -= (uint32_t)n;
		if (left && more(s))
			wide = s->p[s->at++] & 1;
	}
}

static void shared_strings(struct buf *out, struct shared *s)
{
	uint32_t count, i;

	number(s, 4);
	count = number(s, 4);
	for (i = 0; i < count && i < CELLS_MAX && more(s) && !out->err; i++) {
		uint32_t n = number(s, 2), flags = number(s, 1), runs = flags & 8 ? number(s, 2) : 0;
		uint32_t ext = flags & 4 ? number(s, 4) : 0;

		chars(out, s, n, flags & 1);
		buf_addc(out, '\n');
		skip(s, (uint64_t)runs * 4 + ext);
	}
}

void ole_excel_text(struct buf *out, struct buf *sheets, const struct buf *book)
{
	const unsigned char *p = (const unsigned char *)book->ptr;
	struct shared *s = mem_zalloc(sizeof(*s));
	size_t i = 0, n;
	uint32_t kind, last = 0;

	for (; i + 4 <= book->len; i += 4 + n) {
		kind = cfb_u16(p + i);
		n = cfb_u16(p + i + 2);
		if (n > book->len - i - 4)
			n = book->len - i - 4;
		if (kind == 0x2f)
			break;	/* encrypted from here */
		if (kind == 0x85 && n > 8 && 8 + (size_t)p[i + 10] * (1 + (p[i + 11] & 1)) <= n) {
			buf_adds(sheets, sheets->len ? ", " : "");
			ole_text(sheets, p[i + 11] & 1 ? 1200 : 28591, (const char *)p + i + 12,
				(size_t)p[i + 10] * (1 + (p[i + 11] & 1)));
		}
		if ((kind == 0xfc || (kind == 0x3c && last == 0xfc)) && s->count < SEGMENTS_MAX) {
			s->list[s->count].at = i + 4;
			s->list[s->count++].end = i + 4 + n;
		}
		last = kind == 0x3c ? last : kind;
	}
	s->p = p;
	s->at = s->count ? s->list[0].at : 0;
	shared_strings(out, s);
	mem_free(s);
}

/* Records within records: a container's own bytes are the records that follow its head. */
void ole_slides_text(struct buf *out, const struct buf *slides)
{
	const unsigned char *p = (const unsigned char *)slides->ptr;
	unsigned int field = 0;
	size_t i = 0, n;

	while (i + 8 <= slides->len && !out->err) {
		uint32_t type = cfb_u16(p + i + 2);
		struct buf text;

		n = cfb_u32(p + i + 4);
		if (n > slides->len - i - 8)
			n = slides->len - i - 8;
		if ((p[i] & 15) != 15 && (type == 0x0fa0 || type == 0x0fa8)) {
			buf_init(&text, n * 3 + 16);
			ole_text(&text, type == 0x0fa0 ? 1200 : 28591, (const char *)p + i + 8, n);
			word_chars(out, &text, &field);
			buf_addc(out, '\n');
			buf_done(&text);
		}
		i += 8 + ((p[i] & 15) == 15 ? 0 : n);
	}
}
