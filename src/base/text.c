/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that turns foreign bytes into screen cells. Whatever a terminal could obey,
 * reorder, join or measure differently from us becomes an ASCII substitute. Layer base; any thread.
 */
#include "verdict/base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define ZWNJ 0x200c
#define ZWJ 0x200d

enum { SUBSTITUTE = -1 };

/*
 * Where utf8proc, the C library (which ncurses asks) and terminals disagree. Characters newer than
 * Unicode 14 are substitutes: systems of 2023 do not know their width. Sorted.
 */
static const struct { uint32_t first, last; int width; } overrides[] = {
	{ 0x006de, 0x006de, SUBSTITUTE },
	{ 0x00cf3, 0x00cf3, SUBSTITUTE }, { 0x00ece, 0x00ece, SUBSTITUTE },
	{ 0x01160, 0x011ff, 0 },	/* Korean vowels and finals, drawn with the initial */
	{ 0x01734, 0x01734, SUBSTITUTE }, { 0x0302e, 0x0302f, SUBSTITUTE },
	{ 0x03248, 0x0324f, SUBSTITUTE }, { 0x04dc0, 0x04dff, SUBSTITUTE },
	{ 0x0d7b0, 0x0d7fb, SUBSTITUTE }, { 0x10efd, 0x10eff, SUBSTITUTE },
	{ 0x1123f, 0x11241, SUBSTITUTE }, { 0x11b00, 0x11b09, SUBSTITUTE },
	{ 0x11f00, 0x11f59, SUBSTITUTE }, { 0x1342f, 0x13455, SUBSTITUTE },
	{ 0x16ff0, 0x16ff1, SUBSTITUTE },
	{ 0x1b132, 0x1b132, SUBSTITUTE }, { 0x1b155, 0x1b155, SUBSTITUTE },
	{ 0x1d2c0, 0x1d2d3, SUBSTITUTE }, { 0x1df25, 0x1df2a, SUBSTITUTE },
	{ 0x1e030, 0x1e08f, SUBSTITUTE }, { 0x1e4d0, 0x1e4f9, SUBSTITUTE },
	{ 0x1f6dc, 0x1f6dc, SUBSTITUTE }, { 0x1f774, 0x1f776, SUBSTITUTE },
	{ 0x1f77b, 0x1f77f, SUBSTITUTE }, { 0x1f7d9, 0x1f7d9, SUBSTITUTE },
	{ 0x1fa75, 0x1fa77, SUBSTITUTE }, { 0x1fa87, 0x1fa88, SUBSTITUTE },
	{ 0x1faad, 0x1faaf, SUBSTITUTE }, { 0x1fabb, 0x1fabd, SUBSTITUTE },
	{ 0x1fabf, 0x1fabf, SUBSTITUTE }, { 0x1face, 0x1facf, SUBSTITUTE },
	{ 0x1fada, 0x1fadb, SUBSTITUTE }, { 0x1fae8, 0x1fae8, SUBSTITUTE },
	{ 0x1faf7, 0x1faf8, SUBSTITUTE }, { 0x2b739, 0x2b739, SUBSTITUTE },
	{ 0x31350, 0x323af, SUBSTITUTE },
};

static bool printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Index of the override that covers cp, or -1. */
static int find_override(uint32_t cp)
{
	int low = 0, high = (int)(sizeof(overrides) / sizeof(overrides[0])) - 1, mid;

	while (low <= high) {
		mid = (low + high) / 2;
		if (cp < overrides[mid].first)
			high = mid - 1;
		else if (cp > overrides[mid].last)
			low = mid + 1;
		else
			return mid;
	}
	return -1;
}

/* Cells of one code point: 0 joins the one before, SUBSTITUTE must not reach a terminal. */
static int cells_of(uint32_t cp)
{
	const utf8proc_property_t *prop;
	int i;

	if ((cp >= 0x3400 && cp < 0x4dc0) || (cp >= 0x4e00 && cp < 0xa000) ||
	    (cp >= 0xac00 && cp < 0xd7a4))
		return 2;
	i = find_override(cp);
	if (i >= 0)
		return overrides[i].width;
	prop = utf8proc_get_property((utf8proc_int32_t)cp);
	switch (prop->category) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return SUBSTITUTE;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
		return 0;
	case UTF8PROC_CATEGORY_MC:
		return 1;
	default:
		return prop->charwidth == 2 ? 2 : 1;
	}
}

static bool selector(uint32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

static bool joiner(uint32_t cp)
{
	return cp == ZWJ || cp == ZWNJ;
}

static bool joins(uint32_t cp)
{
	return joiner(cp) || cells_of(cp) == 0;
}

static bool flag_letter(uint32_t cp)
{
	return cp >= 0x1f1e6 && cp <= 0x1f1ff;
}

static bool pictograph(uint32_t cp)
{
	return cp >= 0xa9 && utf8proc_get_property((utf8proc_int32_t)cp)->boundclass ==
		UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool skin_tone(uint32_t cp)
{
	return cp >= 0x1f3fb && cp <= 0x1f3ff;
}

__attribute__((format(printf, 3, 4)))
static void substitute(struct text_cluster *out, size_t taken, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out->bytes, sizeof(out->bytes), fmt, ap);
	va_end(ap);
	out->len = (uint8_t)n;
	out->width = (uint8_t)n;
	out->mark = true;
	out->taken = taken;
}

static void hidden(struct text_cluster *out, size_t taken, uint32_t cp)
{
	if (cp < 0x20 || cp == 0x7f)
		substitute(out, taken, "^%c", (int)(cp ^ 0x40));
	else
		substitute(out, taken, "<U+%04X>", cp);
}

/* Marks without a base, or more than TEXT_COMBINING_MAX on one: named when alone, else counted. */
static void orphans(struct text_cluster *out, const char *p, size_t n, int len, uint32_t first)
{
	size_t at = (size_t)len;
	unsigned int count = 1;
	uint32_t cp;

	while (at < n && count < 1000000) {
		len = utf8_decode(&cp, p + at, n - at);
		if (len == 0 || !joins(cp))
			break;
		at += (size_t)len;
		count++;
	}
	if (count == 1)
		hidden(out, at, first);
	else
		substitute(out, at, "<+%u>", count);
}

static void append(struct text_cluster *out, const char *p, int len)
{
	memcpy(out->bytes + out->len, p, (size_t)len);
	out->len = (uint8_t)(out->len + len);
	out->bytes[out->len] = '\0';
}

/*
 * Terminals differ in whether an emoji joins its neighbour or grows by a selector. Selectors,
 * joiners and skin tones after a pictograph are therefore consumed but not drawn: the width is then
 * the same everywhere.
 */
static void add_marks(struct text_cluster *out, const char *p, size_t n, uint32_t base)
{
	bool picture = pictograph(base);
	int count, len;
	uint32_t cp;

	for (count = 0; count < TEXT_COMBINING_MAX && out->taken < n; count++) {
		len = utf8_decode(&cp, p + out->taken, n - out->taken);
		if (len == 0 || (cp < 0x80 && len == 1))
			break;
		if (!joins(cp) && !(picture && skin_tone(cp)))
			break;
		if (!selector(cp) && !(picture && (joiner(cp) || skin_tone(cp))))
			append(out, p + out->taken, len);
		out->taken += (size_t)len;
	}
}

/* Pairs of flag letters show as the two letters they stand for: "KR". */
static void flag(struct text_cluster *out, const char *p, size_t n, uint32_t first)
{
	uint32_t cp;
	int len = n > 4 ? utf8_decode(&cp, p + 4, n - 4) : 0;

	if (len == 0 || !flag_letter(cp)) {
		hidden(out, 4, first);
		return;
	}
	out->bytes[0] = (char)('A' + (first - 0x1f1e6));
	out->bytes[1] = (char)('A' + (cp - 0x1f1e6));
	out->bytes[2] = '\0';
	out->len = out->width = 2;
	out->mark = true;
	out->taken = 8;
}

void text_next(struct text_cluster *out, const char *p, size_t n)
{
	uint32_t cp;
	int len, cells;

	if (printable((unsigned char)p[0]) && (n == 1 || (unsigned char)p[1] < 0x80)) {
		out->bytes[0] = p[0];
		out->bytes[1] = '\0';
		out->len = out->width = 1;
		out->mark = false;
		out->taken = 1;
		return;
	}
	len = utf8_decode(&cp, p, n);
	if (len == 0) {
		substitute(out, 1, "\\x%02X", cp);
		return;
	}
	if (flag_letter(cp)) {
		flag(out, p, n, cp);
		return;
	}
	cells = cells_of(cp);
	if (cells == 0 || joiner(cp)) {
		orphans(out, p, n, len, cp);
		return;
	}
	if (cells == SUBSTITUTE) {
		hidden(out, (size_t)len, cp);
		return;
	}
	out->len = 0;
	append(out, p, len);
	out->width = (uint8_t)cells;
	out->mark = false;
	out->taken = (size_t)len;
	if (out->taken < n)
		add_marks(out, p, n, cp);
}

/* Bytes at p that are plain ASCII, each a cell of its own. */
static size_t plain(const char *p, size_t n)
{
	size_t at = 0;

	while (at < n && printable((unsigned char)p[at]))
		at++;
	/* the last one may carry a mark */
	if (at < n && at > 0 && (unsigned char)p[at] >= 0x80)
		at--;
	return at;
}

size_t text_width(const char *p, size_t n)
{
	size_t used;

	text_fit(&used, p, n, SIZE_MAX);
	return used;
}

size_t text_fit(size_t *used_out, const char *p, size_t n, size_t cells)
{
	struct text_cluster c;
	size_t at = 0, used = 0, run;

	while (at < n && used < cells) {
		run = plain(p + at, n - at < cells - used ? n - at : cells - used);
		/* a run cut by the cells may end before a mark: let text_next() see the last */
		if (run > 0 && at + run < n && (unsigned char)p[at + run] >= 0x80)
			run--;
		at += run;
		used += run;
		if (at == n || used == cells)
			break;
		text_next(&c, p + at, n - at);
		if (c.width > cells - used)
			break;
		at += c.taken;
		used += c.width;
	}
	*used_out = used;
	return at;
}

static void add_ascii(struct buf *b, const struct text_cluster *c)
{
	size_t at = 0;
	uint32_t cp;
	int len;

	while (at < c->len) {
		len = utf8_decode(&cp, c->bytes + at, c->len - at);
		if (cp < 0x80)
			buf_addc(b, (char)cp);
		else
			buf_printf(b, "<U+%04X>", cp);
		at += (size_t)len;
	}
}

void text_neutralise(struct buf *b, const char *p, size_t n, bool ascii)
{
	struct text_cluster c;
	size_t at = 0, run;

	while (at < n && !b->err) {
		run = plain(p + at, n - at);
		if (run) {
			buf_add(b, p + at, run);
			at += run;
			continue;
		}
		text_next(&c, p + at, n - at);
		if (ascii)
			add_ascii(b, &c);
		else
			buf_add(b, c.bytes, c.len);
		at += c.taken;
	}
}
