/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which encoding a text is in that declares none and is no UTF-8. Layer evidence; any thread. Only what the bytes
 * show is said: where they could be several things the answer is none, and the text is shown as it is.
 */
#include "verdict/evidence/encoding.h"
#include <stdbool.h>
#include <string.h>

#define LOOK_AT (256u << 10)

struct bytes { const unsigned char *p; size_t n; };

/* Bytes of the character at i, 0 where the set has none like it. */
static size_t of_sjis(struct bytes b, size_t i)
{
	unsigned char c = b.p[i], d = i + 1 < b.n ? b.p[i + 1] : 0;

	if (c < 0x80 || (c >= 0xa1 && c <= 0xdf))
		return 1;
	if (c == 0x80 || c == 0xa0 || c > 0xfc)
		return 0;
	return d >= 0x40 && d <= 0xfc && d != 0x7f ? 2 : 0;
}

static size_t of_euc(struct bytes b, size_t i)
{
	unsigned char c = b.p[i];
	size_t n = c < 0x80 ? 1 : c == 0x8f ? 3 : 2, k;

	if (n > 1 && c != 0x8e && c != 0x8f && (c < 0xa1 || c == 0xff))
		return 0;
	for (k = 1; k < n; k++)
		if (i + k >= b.n || b.p[i + k] < 0xa1 || b.p[i + k] == 0xff)
			return 0;
	return n;
}

static size_t of_big5(struct bytes b, size_t i)
{
	unsigned char c = b.p[i], d = i + 1 < b.n ? b.p[i + 1] : 0;

	if (c < 0x80)
		return 1;
	if (c < 0x81 || c == 0xff)
		return 0;
	return (d >= 0x40 && d <= 0x7e) || (d >= 0xa1 && d <= 0xfe) ? 2 : 0;
}

static size_t of_gb18030(struct bytes b, size_t i)
{
	unsigned char c = b.p[i], d = i + 1 < b.n ? b.p[i + 1] : 0;

	if (c < 0x80)
		return 1;
	if (c == 0x80 || c == 0xff)
		return 0;
	if (d >= 0x30 && d <= 0x39)
		return i + 3 < b.n && b.p[i + 2] >= 0x81 && b.p[i + 3] >= 0x30 && b.p[i + 3] <= 0x39 ? 4 : 0;
	return d >= 0x40 && d != 0x7f && d != 0xff ? 2 : 0;
}

static bool kana_sjis(unsigned char c, unsigned char d)
{
	return (c == 0x82 && d >= 0x9f && d <= 0xf1) || (c == 0x83 && d >= 0x40 && d <= 0x96);
}

static bool kana_euc(unsigned char c, unsigned char d)
{
	(void)d;
	return c == 0xa4 || c == 0xa5;
}

static bool hangul(unsigned char c, unsigned char d)
{
	(void)d;
	return c >= 0xb0 && c <= 0xc8;
}

static bool common_gb(unsigned char c, unsigned char d)
{
	return c >= 0xb0 && c <= 0xd7 && d >= 0xa1;
}

static bool common_big5(unsigned char c, unsigned char d)
{
	(void)d;
	return c >= 0xa4 && c <= 0xc6;
}

/* In order: a set is meant when its characters are whole and enough of them are what such texts are made of. */
static const struct set {
	const char *name;
	size_t (*size)(struct bytes b, size_t i);
	bool (*common)(unsigned char c, unsigned char d);
	unsigned int percent;
} sets[] = {
	{ "EUC-JP", of_euc, kana_euc, 15 },
	{ "EUC-KR", of_euc, hangul, 85 },
	{ "Shift-JIS", of_sjis, kana_sjis, 10 },
	{ "GB18030", of_euc, common_gb, 60 },
	{ "Big5", of_big5, common_big5, 70 },
	{ "GB18030", of_gb18030, common_gb, 60 },
};

#define LEAST 8		/* characters that decide */

static bool fits(const struct set *s, struct bytes b)
{
	size_t i, n, wide = 0, common = 0, bad = 0;

	for (i = 0; i < b.n; i += n) {
		n = s->size(b, i);
		if (!n && b.n - i < 4)	/* cut at the end */
			break;
		if (!n) {
			bad++;
			n = 1;
		} else if (n > 1) {
			wide++;
			common += s->common(b.p[i], b.p[i + 1]);
		}
	}
	return wide >= LEAST && bad * 100 <= wide && common * 100 >= wide * s->percent;
}

/* Thai: letters in runs, all of them where TIS-620 has some. */
static bool is_thai(struct bytes b)
{
	size_t i, high = 0, runs = 0;

	for (i = 0; i < b.n; i++) {
		if (b.p[i] < 0x80)
			continue;
		if (b.p[i] < 0xa1 || (b.p[i] > 0xda && b.p[i] < 0xdf) || b.p[i] > 0xfb)
			return false;
		runs += !high || b.p[i - 1] < 0x80;
		high++;
	}
	return high >= LEAST * 2 && high >= runs * 4;
}

static bool is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Western: now and then a letter with a mark, beside plain ones. */
static bool is_western(struct bytes b)
{
	size_t i, high = 0, beside = 0;

	for (i = 0; i < b.n; i++) {
		unsigned char c = b.p[i];

		if (c < 0x80)
			continue;
		if (c < 0xa0 && !strchr("\x80\x82\x84\x85\x91\x92\x93\x94\x95\x96\x97\x99", c))
			return false;
		high++;
		beside += (i && is_letter(b.p[i - 1])) || (i + 1 < b.n && is_letter(b.p[i + 1]));
	}
	return high && high * 5 <= b.n && beside * 10 >= high * 7;
}

/* A file with UTF-8 in it and a few broken bytes stays what it is. */
static bool mostly_utf8(struct bytes b)
{
	size_t i, k, n, good = 0, bad = 0;

	for (i = 0; i < b.n; i += n) {
		unsigned char c = b.p[i];

		n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
		for (k = 1; k < n && i + k < b.n && (b.p[i + k] & 0xc0) == 0x80; k++)
			;
		if (c >= 0x80 && n && k == n)
			good++;
		else if (c >= 0x80)
			bad++;
		n = n && k == n ? n : 1;
	}
	return good > bad;
}

const char *encoding_guess(const char *p, size_t n)
{
	struct bytes b = { (const unsigned char *)p, n < LOOK_AT ? n : LOOK_AT };
	size_t i;

	if (mostly_utf8(b))
		return NULL;
	if (is_western(b))
		return "windows-1252";
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (fits(&sets[i], b))
			return sets[i].name;
	return is_thai(b) ? "tis-620" : NULL;
}

size_t encoding_char(const char *name, const char *p, size_t n)
{
	struct bytes b = { (const unsigned char *)p, n };
	size_t i, len = 0;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!strcmp(sets[i].name, name) && (sets[i].size != of_euc || strcmp(name, "GB18030")))
			len = sets[i].size(b, 0);
	return len ? len : 1;
}
