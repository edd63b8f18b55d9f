/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property sets (MS-OLEPS): title, author, dates and program of an Office document before 2007. Layer evidence; any
 * thread. Lengths and places are checked against the bytes there are; values of other kinds are passed over.
 */
#include "ole.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "verdict/base/text.h"
#include "verdict/evidence/charset.h"
#include "verdict/evidence/encoding.h"

#define PROPERTIES_MAX 200u
#define STRING_MAX 8192u
#define UTF16_PAGE 1200u
#define UTF8_PAGE 65001u
#define EPOCH_SECONDS 11644473600ull	/* from 1601 to 1970 */

enum { TYPE_I2 = 2, TYPE_I4 = 3, TYPE_STRING = 30, TYPE_WIDE = 31, TYPE_TIME = 64 };
enum { PAGE = 1, EDITING_TIME = 10 };

struct property {
	uint32_t id;
	const char *label;
};
static const struct property summary[] = {
	{ 2, "title" }, { 3, "subject" }, { 4, "author" }, { 5, "keywords" }, { 6, "comments" }, { 7, "template" },
	{ 8, "last saved by" }, { 9, "revision" }, { 18, "made with" }, { 12, "made" }, { 13, "changed" }, { 11, "printed" },
	{ EDITING_TIME, "editing time" }, { 14, "pages" }, { 15, "words" },
};
static const struct property others[] = { { 14, "manager" }, { 15, "company" }, { 2, "category" }, { 7, "slides" } };

static const struct { unsigned int page; const char *name; } sets[] = {
	{ 932, "SHIFT_JIS" }, { 936, "GB18030" }, { 949, "EUC-KR" }, { 950, "BIG5" }, { 51932, "EUC-JP" }, { 54936, "GB18030" },
};
static const struct { unsigned int page; const char *name; } tables[] = {
	{ 437, "ibm437" }, { 850, "ibm850" }, { 874, "tis-620" }, { 1250, "windows-1250" }, { 1251, "windows-1251" },
	{ 1252, "windows-1252" }, { 1253, "windows-1253" }, { 1254, "windows-1254" }, { 1255, "windows-1255" },
	{ 1256, "windows-1256" }, { 1257, "windows-1257" }, { 1258, "windows-1258" }, { 10000, "macintosh" },
	{ 20866, "koi8-r" }, { 28591, "iso-8859-1" },
};

static void one_byte(struct buf *out, const uint16_t *high, const char *p, size_t n)
{
	char utf8[4];
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		uint32_t cp = c < 0x80 ? c : high ? high[c - 0x80] : 0;

		buf_add(out, utf8, (size_t)utf8_encode(utf8, cp ? cp : 0xfffd));
	}
}

void ole_text(struct buf *out, unsigned int page, const char *p, size_t n)
{
	const char *end = memchr(p, '\0', n), *name = "windows-1252";
	size_t i;

	if (page == UTF16_PAGE) {
		cfb_utf16(out, (const unsigned char *)p, n);
		return;
	}
	n = end ? (size_t)(end - p) : n;
	if (page == UTF8_PAGE && utf8_valid(p, n)) {
		buf_add(out, p, n);
		return;
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (sets[i].page == page && charset_convert(out, sets[i].name, p, n))
			return;
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (tables[i].page == page)
			name = tables[i].name;
	one_byte(out, encoding_table(name, strlen(name)), p, n);
}

/* "2026-11-24 00:00:00 UTC" of 100 ns since 1601; nothing for a date that no file has. */
static void ole_date(struct buf *out, uint64_t filetime)
{
	uint64_t seconds = filetime / 10000000;
	char words[40];
	struct tm tm;
	time_t t;

	if (seconds <= EPOCH_SECONDS || seconds - EPOCH_SECONDS > 253402300799ull)
		return;
	t = (time_t)(seconds - EPOCH_SECONDS);
	if (gmtime_r(&t, &tm) && strftime(words, sizeof(words), "%Y-%m-%d %H:%M:%S UTC", &tm))
		buf_adds(out, words);
}

void ole_say(struct outline *o, const char *label, const char *words, size_t len)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, 0, 0);

	outline_label_word(o, i, label);
	outline_value_words(o, i, words, len);
}

/* The section of a set, its table of properties in it. */
struct section {
	const unsigned char *p;
	size_t n;
	uint32_t count;
	unsigned int page;
};

/* Where a property begins; NULL where the set has none, or not a whole one. */
static const unsigned char *find(size_t *room_out, const struct section *s, uint32_t id)
{
	uint32_t i, at;

	for (i = 0; i < s->count; i++) {
		if (cfb_u32(s->p + 8 + 8 * (size_t)i) != id)
			continue;
		at = cfb_u32(s->p + 12 + 8 * (size_t)i);
		if (at > s->n || s->n - at < 8)
			return NULL;
		*room_out = s->n - at;
		return s->p + at;
	}
	return NULL;
}

static void put_string(struct buf *b, const struct section *s, const unsigned char *v, size_t room)
{
	uint32_t type = cfb_u32(v) & 0xffff;
	size_t n = cfb_u32(v + 4);

	if (type == TYPE_WIDE)
		n = n > STRING_MAX ? STRING_MAX * 2 : n * 2;
	if (n > room - 8)
		n = room - 8;
	if (n > STRING_MAX)
		n = STRING_MAX;
	ole_text(b, type == TYPE_WIDE ? UTF16_PAGE : s->page, (const char *)v + 8, n);
}

static void put_time(struct buf *b, uint32_t id, const unsigned char *v)
{
	uint64_t t = (uint64_t)cfb_u32(v + 8) << 32 | cfb_u32(v + 4);

	if (id != EDITING_TIME)
		ole_date(b, t);
	else if (t && t / 600000000 < 10000000)
		buf_printf(b, "%llu min", (unsigned long long)(t / 600000000));
}

static void show(struct outline *o, const struct section *s, const struct property *p)
{
	size_t room;
	const unsigned char *v = find(&room, s, p->id);
	struct buf b;

	if (!v)
		return;
	buf_init(&b, STRING_MAX * 4);
	switch (cfb_u32(v) & 0xffff) {
	case TYPE_STRING: case TYPE_WIDE:
		put_string(&b, s, v, room);
		break;
	case TYPE_TIME:
		if (room >= 12)
			put_time(&b, p->id, v);
		break;
	case TYPE_I4:
		if (cfb_u32(v + 4) && cfb_u32(v + 4) < 0x7fffffff)
			buf_printf(&b, "%u", (unsigned int)cfb_u32(v + 4));
		break;
	default:
		break;
	}
	if (b.len)
		ole_say(o, p->label, buf_str(&b), b.len);
	buf_done(&b);
}

void ole_properties(struct outline *o, const unsigned char *p, size_t n, bool company)
{
	const struct property *list = company ? others : summary;
	size_t i, room, at, count = company ? sizeof(others) / sizeof(others[0]) : sizeof(summary) / sizeof(summary[0]);
	struct section s = { .page = 1252 };
	const unsigned char *page;

	if (n < 56 || cfb_u16(p) != 0xfffe || !cfb_u32(p + 24))
		return;
	at = cfb_u32(p + 44);
	if (at > n || n - at < 8)
		return;
	s.p = p + at;
	s.n = n - at;
	s.count = cfb_u32(s.p + 4);
	if (s.count > PROPERTIES_MAX)
		s.count = PROPERTIES_MAX;
	if (s.count > (s.n - 8) / 8)
		s.count = (uint32_t)((s.n - 8) / 8);
	page = find(&room, &s, PAGE);
	if (page && (cfb_u32(page) & 0xffff) == TYPE_I2)
		s.page = cfb_u16(page + 4);
	for (i = 0; i < count; i++)
		show(o, &s, &list[i]);
}
