/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings, numbers and packed streams of a PDF (ISO 32000-1, 7.3 and 7.4). Layer evidence; any thread. What comes out of
 * a stream is bounded by the buffer it goes to.
 */
#include "pdf_text.h"
#include <ctype.h>
#include <string.h>

#define FILTERS_MAX 3
#define DIGITS_MAX 18

double pdf_real(const char *p, size_t n)
{
	double v = 0, unit = 1;
	bool minus = n && *p == '-', point = false;
	size_t i = n && (*p == '-' || *p == '+'), digits = 0;

	for (; i < n && digits < DIGITS_MAX; i++) {
		if (p[i] == '.' && !point) {
			point = true;
		} else if (isdigit((unsigned char)p[i])) {
			v = v * 10 + (p[i] - '0');
			unit *= point ? 10 : 1;
			digits++;
		} else {
			break;
		}
	}
	return (minus ? -v : v) / unit;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* Pairs of digits up to '>'; a last one alone counts as if a 0 followed. */
static void hex_string(struct buf *b, const char *p, size_t n)
{
	int high = -1;
	size_t i;

	for (i = 0; i < n && p[i] != '>'; i++) {
		if (hex(p[i]) < 0)
			continue;
		if (high >= 0)
			buf_addc(b, (char)(high * 16 + hex(p[i])));
		high = high >= 0 ? -1 : hex(p[i]);
	}
	if (high >= 0)
		buf_addc(b, (char)(high * 16));
}

void pdf_string(struct buf *b, const char *p, size_t n)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *e;
	size_t i;

	if (*p == '<') {
		hex_string(b, p + 1, n - 1);
		return;
	}
	for (i = 1; i + 1 < n; i++) {
		if (p[i] != '\\') {
			buf_addc(b, p[i]);
		} else if (p[i + 1] >= '0' && p[i + 1] <= '7') {
			unsigned int v = 0, k;

			for (k = 0; k < 3 && i + 2 < n && p[i + 1] >= '0' && p[i + 1] <= '7'; k++)
				v = v * 8 + (unsigned int)(p[++i] - '0');
			buf_addc(b, (char)v);
		} else if (p[i + 1] == '\n' || p[i + 1] == '\r') {	/* a line that goes on */
			i += p[i + 1] == '\r' && i + 2 < n && p[i + 2] == '\n' ? 2 : 1;
		} else {
			e = p[++i] ? strchr(from, p[i]) : NULL;
			buf_addc(b, e ? to[e - from] : p[i]);
		}
	}
}

/* Five characters of base 85 are four bytes (7.4.3). */
static void ascii85(struct buf *out, const char *p, size_t n)
{
	uint32_t v = 0;
	unsigned int count = 0, k;
	size_t i;

	for (i = 0; i < n && p[i] != '~'; i++) {
		if (p[i] == 'z' && !count) {
			buf_fill(out, '\0', 4);
			continue;
		}
		if (p[i] < '!' || p[i] > 'u')
			continue;
		v = v * 85 + (uint32_t)(p[i] - '!');
		if (++count < 5)
			continue;
		for (k = 0; k < 4; k++)
			buf_addc(out, (char)(v >> (24 - 8 * k)));
		v = count = 0;
	}
	if (count < 2)
		return;
	for (k = count; k < 5; k++)
		v = v * 85 + 84;
	for (k = 0; k + 1 < count; k++)
		buf_addc(out, (char)(v >> (24 - 8 * k)));
}

static const struct {
	const char *name, *abbreviated;
	void (*run)(struct buf *out, const char *p, size_t n);
} filters[] = {
	{ "/FlateDecode", "/Fl", inflate_buf }, { "/ASCII85Decode", "/A85", ascii85 }, { "/ASCIIHexDecode", "/AHx", hex_string },
};

static bool is(const char *p, size_t n, const char *name)
{
	return n == strlen(name) && !memcmp(p, name, n);
}

/* One filter: what is in `b` goes through it and stands in `b` again. */
static bool filter(struct buf *b, size_t max, const char *name, size_t n)
{
	struct buf next;
	size_t i;

	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (is(name, n, filters[i].name) || is(name, n, filters[i].abbreviated))
			break;
	if (i == sizeof(filters) / sizeof(filters[0]))
		return false;
	buf_init(&next, max);
	filters[i].run(&next, buf_str(b), b->len);
	buf_done(b);
	*b = next;
	return true;
}

bool pdf_stream(struct buf *out, const struct pdf *pdf, const struct pdf_object *obj)
{
	size_t n, k, at = 0, count = 0, max = out->max > out->len ? out->max - out->len : 0;
	const char *p = pdf_lookup(&n, pdf, obj->dict, obj->len, "Filter"), *q;
	bool good = obj->data < obj->data_end && !pdf->encrypted;
	struct buf b;

	if (!good)
		return false;
	buf_init(&b, obj->data_end - obj->data);
	buf_add(&b, pdf->p + obj->data, obj->data_end - obj->data);
	if (n && *p == '/')
		good = filter(&b, max, p, n);
	while (good && n && *p == '[' && count++ < FILTERS_MAX && (q = pdf_each(&k, p, n, &at)))
		good = *q == ']' || filter(&b, max, q, k);
	if (good)
		buf_add(out, buf_str(&b), b.len < max ? b.len : max);
	buf_done(&b);
	return good;
}
