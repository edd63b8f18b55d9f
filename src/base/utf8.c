/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. Layer base; any thread.
 */
#include "verdict/base/text.h"
#include <string.h>

static bool tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

int utf8_decode(uint32_t *cp, const char *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t v;

	*cp = s[0];
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] < 0xe0 && n >= 2 && tail(s[1])) {
		*cp = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
		return 2;
	}
	if (s[0] >= 0xe0 && s[0] < 0xf0 && n >= 3 && tail(s[1]) && tail(s[2])) {
		v = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
		if (v < 0x800 || (v >= 0xd800 && v < 0xe000))
			return 0;
		*cp = v;
		return 3;
	}
	if (s[0] >= 0xf0 && s[0] < 0xf5 && n >= 4 && tail(s[1]) && tail(s[2]) && tail(s[3])) {
		v = (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 |
			(s[3] & 0x3fu);
		if (v < 0x10000 || v > 0x10ffff)
			return 0;
		*cp = v;
		return 4;
	}
	return 0;
}

int utf8_encode(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool utf8_valid(const char *p, size_t n)
{
	uint64_t eight;
	uint32_t cp;
	size_t at = 0;
	int len;

	while (at < n) {
		while (n - at >= 8) {
			memcpy(&eight, p + at, 8);
			if (eight & 0x8080808080808080u)
				break;
			at += 8;
		}
		if (at == n)
			break;
		len = utf8_decode(&cp, p + at, n - at);
		if (len == 0)
			return false;
		at += (size_t)len;
	}
	return true;
}

size_t utf8_bom(const char *p, size_t n)
{
	return n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}
