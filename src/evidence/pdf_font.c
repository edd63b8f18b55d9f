/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fonts of a PDF (ISO 32000-1, 9.6 to 9.10): which characters their codes mean and how wide they are. Layer evidence;
 * one thread at a time. Outlines of glyphs are not looked at. A table has as many entries as there are codes.
 */
#include "pdf_text.h"
#include <ctype.h>
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/charset.h"
#include "verdict/evidence/encoding.h"

#define MAP_MAX (4u << 20)	/* bytes of a CMap */
#define MAPPED_MAX (1u << 20)	/* codes that its ranges name in all */
#define SEVERAL_MAX (1u << 20)
#define WIDTH_OTHER 500

/* Encodings of Asian fonts that are known by name: what part of it tells the set. */
static const struct { const char *part, *set; } sets[] = {
	{ "UCS2", "UTF-16" }, { "UTF16", "UTF-16" }, { "RKSJ", "SHIFT_JIS" }, { "KSCms-UHC", "EUC-KR" }, { "KSC-EUC", "EUC-KR" },
	{ "GBK", "GB18030" }, { "GB-EUC", "GB18030" }, { "ETen-B5", "BIG5" }, { "B5pc", "BIG5" },
};

static size_t codes(const struct pdf_font *f)
{
	return f->wide ? 65536 : 256;
}

/* A string of hex digits as a code, at most four bytes of it. */
static uint32_t code_of(const char *p, size_t n)
{
	uint32_t v = 0;
	struct buf b;
	size_t i;

	buf_init(&b, n + 1);
	pdf_string(&b, p, n);
	for (i = 0; i < b.len && i < 4; i++)
		v = v << 8 | (unsigned char)b.ptr[i];
	buf_done(&b);
	return v;
}

static void set_char(struct pdf_font *f, uint32_t code, uint32_t cp)
{
	if (code < codes(f) && cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff))
		f->chars[code] = cp;
}

/* Text in UTF-16 for one code; `add` is how far into its range the code stands. */
static void set_text(struct pdf_font *f, uint32_t code, const char *p, size_t n, uint32_t add)
{
	const unsigned char *u;
	struct buf b;
	uint32_t cp;
	size_t i;

	if (code >= codes(f))
		return;
	buf_init(&b, 256);
	pdf_string(&b, p, n);
	u = (const unsigned char *)buf_str(&b);
	cp = b.len >= 2 ? (uint32_t)u[0] << 8 | u[1] : 0;
	if (b.len == 4 && cp >= 0xd800 && cp <= 0xdbff)
		cp = 0x10000 + ((cp - 0xd800) << 10) + (((uint32_t)u[2] << 8 | u[3]) & 0x3ff);
	if (b.len == 2 || (b.len == 4 && cp >= 0x10000)) {
		set_char(f, code, cp + add);
	} else if (b.len > 2 && f->more.len < SEVERAL_MAX - 1024) {
		f->chars[code] = PDF_SEVERAL | (uint32_t)f->more.len;
		for (i = 0; i + 1 < b.len; i += 2) {
			char utf8[4];

			cp = ((uint32_t)u[i] << 8 | u[i + 1]) + (i + 3 < b.len ? 0 : add);
			cp = cp >= 0xd800 && cp <= 0xdfff ? 0xfffd : cp;
			buf_add(&f->more, utf8, (size_t)utf8_encode(utf8, cp > 0x10ffff || !cp ? 0xfffd : cp));
		}
		buf_addc(&f->more, '\0');
	}
	buf_done(&b);
}

struct map {
	const char *p;
	size_t n, at;
	uint32_t left;
};

static const char *token(size_t *len_out, struct map *m)
{
	size_t i = pdf_past_white(m->p, m->n, m->at);

	if (i >= m->n)
		return NULL;
	m->at = m->p[i] == '[' ? pdf_past_value(m->p, m->n, i) : pdf_past_token(m->p, m->n, i);
	*len_out = m->at - i;
	return m->p + i;
}

static void range(struct pdf_font *f, struct map *m, uint32_t low, uint32_t high, const char *p, size_t n)
{
	size_t at = 0, k;
	const char *q;
	uint32_t c;

	for (c = low; c <= high && c < codes(f) && m->left; c++, m->left--) {
		if (*p != '[')
			set_text(f, c, p, n, c - low);
		else if ((q = pdf_each(&k, p, n, &at)) && *q == '<')
			set_text(f, c, q, k, 0);
		else
			break;
	}
}

/* Pairs and triples between their begin and end. */
static void read_map(struct pdf_font *f, const char *p, size_t n)
{
	struct map m = { .p = p, .n = n, .left = MAPPED_MAX };
	const char *t, *u, *v;
	unsigned int state = 0;
	size_t a, b, c;

	while ((t = token(&a, &m)) && m.left) {
		if (a == 11 && !memcmp(t, "beginbfchar", 11))
			state = 1;
		else if (a == 12 && !memcmp(t, "beginbfrange", 12))
			state = 2;
		else if (a >= 9 && !memcmp(t, "endbf", 5))
			state = 0;
		else if (state && *t == '<' && (u = token(&b, &m))) {
			if (state == 1) {
				set_text(f, code_of(t, a), u, b, 0);
				m.left--;
			} else if ((v = token(&c, &m))) {
				range(f, &m, code_of(t, a), code_of(u, b), v, c);
			}
		}
	}
}

static bool to_unicode(struct pdf_font *f, const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n;
	const char *p = pdf_get(&n, dict, len, "ToUnicode");
	const struct pdf_object *obj = pdf_follow(pdf, p, n);
	struct buf b;

	if (!obj)
		return false;
	buf_init(&b, MAP_MAX);
	pdf_stream(&b, pdf, obj);
	read_map(f, buf_str(&b), b.len);
	n = b.len;
	buf_done(&b);
	return n > 0;
}

static void base_encoding(struct pdf_font *f, const char *name)
{
	const uint16_t *high = encoding_table(name, strlen(name));
	uint32_t i;

	for (i = 0; i < 256; i++)
		f->chars[i] = i < 32 ? 0 : i < 128 ? i : high ? high[i - 128] : 0;
}

static void differences(struct pdf_font *f, const char *p, size_t n)
{
	uint32_t code = 0, cp;
	size_t at = 0, k;
	const char *q;

	while (n && *p == '[' && (q = pdf_each(&k, p, n, &at))) {
		if (*q != '/') {
			code = (uint32_t)pdf_number(q, k);
			continue;
		}
		cp = pdf_glyph(q + 1, k - 1);
		if (code < 256)
			f->chars[code] = cp ? cp : 0xfffd;
		code++;
	}
}

/* Symbols have codes of their own; without an encoding nobody knows them. */
static bool symbolic(const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n, k;
	const char *p = pdf_lookup(&n, pdf, dict, len, "FontDescriptor"), *q = pdf_get(&k, p, n, "Flags");

	return k && (pdf_number(q, k) & 4);
}

static void simple_font(struct pdf_font *f, const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n, k;
	const char *p = pdf_lookup(&n, pdf, dict, len, "Encoding"), *q = "";
	bool mac = n == 17 && !memcmp(p, "/MacRomanEncoding", 17);

	base_encoding(f, mac ? "macintosh" : "windows-1252");
	if (n > 4 && !memcmp(p, "<<", 2)) {
		q = pdf_lookup(&k, pdf, p, n, "Differences");
		differences(f, q, k);
	}
	if (!to_unicode(f, pdf, dict, len) && !n && symbolic(pdf, dict, len))
		f->dark = true;
}

static void widths(struct pdf_font *f, const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n, k, at = 0, i;
	const char *p = pdf_get(&n, dict, len, "FirstChar"), *q;
	size_t code = n ? pdf_number(p, n) : 0;

	for (i = 0; i < 256; i++)
		f->widths[i] = WIDTH_OTHER;
	p = pdf_lookup(&n, pdf, dict, len, "Widths");
	while (n && *p == '[' && code < 256 && (q = pdf_each(&k, p, n, &at)))
		f->widths[code++] = (uint16_t)pdf_number(q, k);
}

static void set_width(struct pdf_font *f, size_t code, const char *p, size_t n)
{
	if (code < 65536)
		f->widths[code] = (uint16_t)pdf_number(p, n);
}

/* "first [w w w]" and "first last w" one after another. */
static void wide_widths(struct pdf_font *f, const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n, k, at = 0, in, first, last, i, j;
	const char *p = pdf_get(&n, dict, len, "DW"), *q, *w;
	uint16_t other = n ? (uint16_t)pdf_number(p, n) : 1000;

	for (i = 0; i < 65536; i++)
		f->widths[i] = other;
	p = pdf_lookup(&n, pdf, dict, len, "W");
	while (n && *p == '[' && (q = pdf_each(&k, p, n, &at))) {
		first = pdf_number(q, k);
		if (!(q = pdf_each(&k, p, n, &at)))
			break;
		if (*q == '[') {
			for (in = 0; (w = pdf_each(&j, q, k, &in));)
				set_width(f, first++, w, j);
			continue;
		}
		last = pdf_number(q, k);
		if (!(q = pdf_each(&k, p, n, &at)))
			break;
		for (i = first; i <= last && i < 65536; i++)
			set_width(f, i, q, k);
	}
}

static void wide_font(struct pdf_font *f, const struct pdf *pdf, const char *dict, size_t len)
{
	size_t n, k, at = 0, i;
	const char *p = pdf_get(&n, dict, len, "Encoding"), *q;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]) && !f->set; i++)
		if (n && n < 60 && *p == '/' && memmem(p, n, sets[i].part, strlen(sets[i].part)))
			f->set = sets[i].set;
	if (!to_unicode(f, pdf, dict, len) && !f->set)
		f->dark = true;
	p = pdf_lookup(&n, pdf, dict, len, "DescendantFonts");
	q = n && *p == '[' ? pdf_each(&k, p, n, &at) : NULL;
	q = q ? pdf_resolve(&k, pdf, q, k) : "";
	wide_widths(f, pdf, q, q[0] == '<' ? k : 0);
}

static void font_free(struct pdf_font *f)
{
	mem_free(f->chars);
	mem_free(f->widths);
	buf_done(&f->more);
	mem_free(f);
}

void pdf_fonts_done(struct pdf_fonts *fonts)
{
	while (fonts->count)
		font_free(fonts->at[--fonts->count]);
	fonts->wide = 0;
}

struct pdf_font *pdf_font_get(struct pdf_fonts *fonts, const struct pdf *pdf, const char *dict, size_t len)
{
	struct pdf_font *f;
	unsigned int i;

	if (len < 4 || memcmp(dict, "<<", 2) != 0)
		return NULL;
	for (i = 0; i < fonts->count; i++)
		if (fonts->at[i]->dict == dict)
			return fonts->at[i];
	if (fonts->count == PDF_FONTS_MAX || fonts->wide == PDF_WIDE_MAX)
		return NULL;
	f = mem_zalloc(sizeof(*f));
	f->dict = dict;
	f->wide = pdf_is(dict, len, "Subtype", "Type0");
	fonts->wide += f->wide;
	f->chars = mem_zalloc(codes(f) * sizeof(*f->chars));
	f->widths = mem_zalloc(codes(f) * sizeof(*f->widths));
	buf_init(&f->more, SEVERAL_MAX);
	if (f->wide) {
		wide_font(f, pdf, dict, len);
	} else {
		simple_font(f, pdf, dict, len);
		widths(f, pdf, dict, len);
	}
	fonts->at[fonts->count++] = f;
	return f;
}

static void put(struct buf *out, const struct pdf_font *f, uint32_t c)
{
	char utf8[4];

	if (c & PDF_SEVERAL)
		buf_adds(out, (c & ~PDF_SEVERAL) < f->more.len ? f->more.ptr + (c & ~PDF_SEVERAL) : "");
	else if (c >= 0x20)
		buf_add(out, utf8, (size_t)utf8_encode(utf8, c));
	else
		buf_addc(out, c == '\t' ? '\t' : ' ');
}

/* Strings in a known set, when no map says better. */
static void convert(struct buf *out, const struct pdf_font *f, const char *raw, size_t n)
{
	char utf8[4];
	uint32_t cp;
	size_t i;

	if (strcmp(f->set, "UTF-16") != 0) {
		if (!charset_convert(out, f->set, raw, n))
			buf_adds(out, "\xef\xbf\xbd");
		return;
	}
	for (i = 0; i + 1 < n; i += 2) {
		cp = (uint32_t)(unsigned char)raw[i] << 8 | (unsigned char)raw[i + 1];
		buf_add(out, utf8, (size_t)utf8_encode(utf8, cp >= 0xd800 && cp <= 0xdfff ? 0xfffd : cp < 0x20 ? ' ' : cp));
	}
}

double pdf_font_show(struct buf *out, const struct pdf_font *f, const char *raw, size_t n, size_t *codes_out,
	size_t *spaces_out)
{
	size_t step = f->wide ? 2 : 1, i;
	bool mapped = !f->set || (n >= 2 && f->chars[(unsigned char)raw[0] << 8 | (unsigned char)raw[1]]);
	double width = 0;

	*codes_out = n / step;
	*spaces_out = 0;
	if (f->set && !mapped)
		convert(out, f, raw, n);
	for (i = 0; i + step <= n; i += step) {
		uint32_t code = f->wide ? (uint32_t)(unsigned char)raw[i] << 8 | (unsigned char)raw[i + 1] : (unsigned char)raw[i];

		width += f->widths[code];
		*spaces_out += !f->wide && code == ' ';
		if (mapped && !f->dark)
			put(out, f, f->chars[code] ? f->chars[code] : f->wide ? 0xfffd : ' ');
	}
	return width;
}
