/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding for search: NFKC case folding, cluster by cluster, with short cuts for what needs none.
 * Layer base; any thread.
 */
#include "verdict/base/text.h"
#include <string.h>
#include <utf8proc.h>

#define CLUSTER_BYTES 64
#define CLUSTER_POINTS 256	/* one point becomes at most 18 */

/* Ideographs, whole Korean syllables and kana fold to themselves. */
static bool unchanged(uint32_t cp)
{
	return (cp >= 0x4e00 && cp < 0xa000) || (cp >= 0x3400 && cp < 0x4dc0) ||
		(cp >= 0xac00 && cp < 0xd7a4) || (cp >= 0x3041 && cp < 0x3097) ||
		(cp >= 0x30a1 && cp < 0x30fb) || (cp >= 0x0e01 && cp < 0x0e31);
}

/* What a letter that stands alone folds to, where that is known without the tables; else 0. */
static uint32_t simple(uint32_t cp)
{
	if (cp >= 0xc0 && cp <= 0xff && cp != 0xd7 && cp != 0xdf && cp != 0xf7)
		return cp | 0x20;
	if ((cp >= 0x100 && cp < 0x130) || (cp >= 0x14a && cp < 0x178))
		return cp | 1;
	return unchanged(cp) ? cp : 0;
}

/* Does this point combine with the one before: a mark, a Korean vowel or final, a halfwidth sound
 * mark? */
static bool follows(uint32_t cp)
{
	const utf8proc_property_t *prop;

	if (cp < 0x300 || (cp >= 0x2010 && cp < 0x20d0))
		return false;
	if ((cp >= 0x1161 && cp <= 0x11ff) || cp == 0xff9e || cp == 0xff9f)
		return true;
	if (unchanged(cp))
		return false;
	prop = utf8proc_get_property((utf8proc_int32_t)cp);
	return prop->category == UTF8PROC_CATEGORY_MN || prop->category == UTF8PROC_CATEGORY_MC ||
		prop->combining_class != 0;
}

/* Bytes of the cluster at p whose first point takes `len`; long runs of marks are cut. */
static size_t cluster(const char *p, size_t n, int len)
{
	size_t at = (size_t)len;
	uint32_t cp;

	while (at < n && at < CLUSTER_BYTES - 4) {
		if ((unsigned char)p[at] < 0x80)
			break;
		len = utf8_decode(&cp, p + at, n - at);
		if (len == 0 || !follows(cp))
			break;
		at += (size_t)len;
	}
	return at;
}

static void fold_cluster(struct buf *b, const char *p, size_t n)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
		UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_int32_t points[CLUSTER_POINTS];
	utf8proc_ssize_t count, i;
	char out[4];

	count = utf8proc_decompose((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)n,
		points, CLUSTER_POINTS, how);
	if (count < 0 || count > CLUSTER_POINTS) {
		buf_add(b, p, n);
		return;
	}
	count = utf8proc_normalize_utf32(points, count, how);
	for (i = 0; i < count; i++)
		buf_add(b, out, (size_t)utf8_encode(out, (uint32_t)points[i]));
}

/* Eight ASCII bytes at once; false where one of them is not. */
static bool fold_eight(char *out, const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t x, upper;

	memcpy(&x, p, sizeof(x));
	if (x & tops)
		return false;
	/* the top bit of each byte that is 'A' to 'Z'; no sum reaches into the next byte */
	upper = (x + ones * (0x80 - 'A')) & ~(x + ones * (0x80 - 'Z' - 1)) & tops;
	x |= upper >> 2;
	memcpy(out, &x, sizeof(x));
	return true;
}

/* Lower case of plain ASCII, in pieces; the last byte before a mark is left for its cluster. */
static size_t fold_ascii(struct buf *b, const char *p, size_t n)
{
	char out[256];
	size_t at = 0;

	while (n - at >= 8 && at + 8 <= sizeof(out) && fold_eight(out + at, p + at))
		at += 8;
	while (at < n && at < sizeof(out) && (unsigned char)p[at] < 0x80) {
		out[at] = p[at] >= 'A' && p[at] <= 'Z' ? (char)(p[at] + 32) : p[at];
		at++;
	}
	if (at > 0 && at < n && (unsigned char)p[at] >= 0x80)
		at--;
	buf_add(b, out, at);
	return at;
}

void text_fold(struct buf *b, const char *p, size_t n)
{
	size_t at = 0, len;
	uint32_t cp, to;
	char out[4];
	int first;

	while (at < n && !b->err) {
		len = fold_ascii(b, p + at, n - at);
		if (len) {
			at += len;
			continue;
		}
		first = utf8_decode(&cp, p + at, n - at);
		if (first == 0) {
			buf_addc(b, p[at++]);	/* broken bytes match themselves */
			continue;
		}
		len = cluster(p + at, n - at, first);
		if (len == (size_t)first && cp < 0x80)
			fold_ascii(b, p + at, 1);
		else if (len == (size_t)first && (to = simple(cp)) != 0)
			buf_add(b, out, (size_t)utf8_encode(out, to));
		else
			fold_cluster(b, p + at, len);
		at += len;
	}
}
