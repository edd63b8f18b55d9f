/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escapes of JSON, XML and HL7 v2, decoded for the eye. Layer evidence; any thread. What does not follow its
 * format stays as it stands; control characters that come out are the business of base/text.
 */
#include "evidence_priv.h"
#include <string.h>
#include "verdict/base/text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Value of `digits` hexadecimal digits, or -1. */
static long hex_number(const char *p, size_t n, size_t digits)
{
	long v = 0;
	size_t i;

	if (n < digits)
		return -1;
	for (i = 0; i < digits; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static void add_cp(struct buf *b, uint32_t cp)
{
	char out[4];
	int n = utf8_encode(out, cp);

	buf_add(b, out, (size_t)n);
}

/* After "\u": how many bytes it took, 0 where it is no scalar value. */
static size_t json_u(struct buf *b, const char *p, size_t n)
{
	long hi = hex_number(p, n, 4), lo;

	if (hi < 0 || (hi >= 0xdc00 && hi < 0xe000))
		return 0;
	if (hi < 0xd800 || hi >= 0xe000) {
		add_cp(b, (uint32_t)hi);
		return 4;
	}
	if (n < 10 || p[4] != '\\' || p[5] != 'u')
		return 0;
	lo = hex_number(p + 6, n - 6, 4);
	if (lo < 0xdc00 || lo >= 0xe000)
		return 0;
	add_cp(b, 0x10000u + (((uint32_t)hi - 0xd800u) << 10) + ((uint32_t)lo - 0xdc00u));
	return 10;
}

void unescape_json(struct buf *b, const char *p, size_t n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	size_t i = 0, took;

	while (i < n) {
		const char *slash = memchr(p + i, '\\', n - i), *at;

		if (!slash || slash + 1 >= p + n) {
			buf_add(b, p + i, n - i);
			return;
		}
		buf_add(b, p + i, (size_t)(slash - (p + i)));
		i = (size_t)(slash - p) + 2;
		at = memchr(from, slash[1], sizeof(from) - 1);
		if (at) {
			buf_addc(b, to[at - from]);
		} else if (slash[1] == 'u' && (took = json_u(b, p + i, n - i)) > 0) {
			i += took;
		} else {
			buf_add(b, slash, 2);
		}
	}
}

static size_t xml_number(struct buf *b, const char *p, size_t n)
{
	uint32_t cp = 0;
	size_t i = 2;
	bool hex = n > 2 && p[2] == 'x';

	for (i += hex; i < n && p[i] != ';' && i < 12; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0 || (!hex && digit > 9))
			return 0;
		cp = cp * (hex ? 16 : 10) + (uint32_t)digit;
		if (cp > 0x10ffff)
			return 0;
	}
	if (i >= n || p[i] != ';' || !cp || (cp >= 0xd800 && cp < 0xe000))
		return 0;
	add_cp(b, cp);
	return i + 1;
}

/* p[0] is an ampersand: bytes the reference takes, 0 where it is none of the five or a number. */
static size_t xml_reference(struct buf *b, const char *p, size_t n)
{
	static const struct { const char *name; char c; } known[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
	};
	size_t k;

	if (n > 3 && p[1] == '#')
		return xml_number(b, p, n);
	for (k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
		size_t len = strlen(known[k].name);

		if (n >= len && !memcmp(p, known[k].name, len)) {
			buf_addc(b, known[k].c);
			return len;
		}
	}
	return 0;
}

void unescape_xml(struct buf *b, const char *p, size_t n)
{
	size_t i = 0, took;

	while (i < n) {
		const char *amp = memchr(p + i, '&', n - i);

		if (!amp) {
			buf_add(b, p + i, n - i);
			return;
		}
		buf_add(b, p + i, (size_t)(amp - (p + i)));
		i = (size_t)(amp - p);
		took = xml_reference(b, amp, n - i);
		if (!took) {
			buf_addc(b, '&');
			took = 1;
		}
		i += took;
	}
}

/* What stands between two escape characters; false where it means nothing to us. */
static bool hl7_escape(struct buf *b, const char *p, size_t n, const char *delimiters)
{
	size_t i;

	if (n == 1 && strchr("FSTRE", p[0])) {
		static const char order[] = "FSRET";	/* field, component, repetition, escape, subcomponent */

		buf_addc(b, delimiters[strchr(order, p[0]) - order]);
		return true;
	}
	if (n >= 3 && (n & 1) && p[0] == 'X') {
		for (i = 1; i < n; i += 2)
			if (hex_number(p + i, 2, 2) < 0)
				return false;
		for (i = 1; i < n; i += 2)
			buf_addc(b, (char)hex_number(p + i, 2, 2));
		return true;
	}
	if (n >= 3 && p[0] == '.' && !memcmp(p + 1, "br", 2)) {
		buf_addc(b, '\n');
		return true;
	}
	return n == 1 && (p[0] == 'H' || p[0] == 'N');	/* highlighting on and off */
}

void unescape_hl7(struct buf *b, const char *p, size_t n, const char *delimiters)
{
	char esc = delimiters[3];
	size_t i = 0;

	while (i < n) {
		const char *start = esc ? memchr(p + i, esc, n - i) : NULL, *end;

		if (!start || start + 1 >= p + n) {
			buf_add(b, p + i, n - i);
			return;
		}
		buf_add(b, p + i, (size_t)(start - (p + i)));
		end = memchr(start + 1, esc, (size_t)(p + n - start - 1));
		if (end && hl7_escape(b, start + 1, (size_t)(end - start - 1), delimiters)) {
			i = (size_t)(end - p) + 1;
		} else {
			buf_addc(b, esc);
			i = (size_t)(start - p) + 1;
		}
	}
}
