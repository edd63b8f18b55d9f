/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies decoded into the annex of an outline: chunks, gzip and deflate, base64, quoted-printable, percent
 * signs, escapes of JSON. Layer evidence; one thread at a time. What is broken is told and what was decoded
 * before it stays; the annex's ceiling bounds every one of them.
 */
#include "http.h"
#include "inside_priv.h"
#include <string.h>

static void take(struct outline *o, size_t *begin, size_t *end, size_t n)
{
	size_t at = annex_next(&o->annex);

	annex_take(&o->annex, n, *begin, *end);
	*begin = n ? at : *end;
	*end = n ? at + n : *end;
}

static bool too_much(struct outline *o, size_t at)
{
	o->annex.full = true;
	outline_trouble(o, at, at, "too much to unpack: the limit for this document is %zu bytes", o->annex.cap);
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A chunk's size line at p[0..n): bytes it takes, or 0 where it is none. */
static size_t chunk_line(uint64_t *size_out, const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n < 4096 ? n : 4096);
	size_t i;

	*size_out = 0;
	for (i = 0; i < n && hex_digit(p[i]) >= 0; i++) {
		if (*size_out >> 60)
			return 0;
		*size_out = *size_out << 4 | (uint64_t)hex_digit(p[i]);
	}
	return nl && i ? (size_t)(nl - p) + 1 : 0;
}

size_t decode_chunk_end(bool *whole_out, const char *p, size_t n)
{
	size_t at = 0, line;
	uint64_t size;

	*whole_out = false;
	while ((line = chunk_line(&size, p + at, n - at)) != 0) {
		at += line;
		if (!size) {	/* trailers, then an empty line */
			const char *nl;

			while (at < n && (nl = memchr(p + at, '\n', n - at)) != NULL) {
				bool blank = nl == p + at || (nl == p + at + 1 && p[at] == '\r');

				at = (size_t)(nl - p) + 1;
				if (blank) {
					*whole_out = true;
					break;
				}
			}
			return at;
		}
		if (size > n - at)
			return n;
		at += (size_t)size;
		if (at < n && p[at] == '\r')
			at++;
		if (at < n && p[at] == '\n')
			at++;
	}
	return at;
}

bool decode_chunks(struct outline *o, size_t *begin, size_t *end)
{
	size_t at = *begin, start = annex_next(&o->annex), line, room, n, first = 0, chunks = 0;
	uint64_t size = 0;
	bool last = false;

	while (at < *end) {
		const char *p = annex_at(&room, &o->annex, at);

		line = chunk_line(&size, p, *end - at < room ? *end - at : room);
		if (!line)
			break;
		at += line;
		last = !size;
		if (last)
			break;
		n = size < *end - at ? (size_t)size : *end - at;
		if (!chunks++)
			first = at;
		if (!annex_copy(&o->annex, at, n))
			return too_much(o, at);
		at += n;
		p = annex_at(&room, &o->annex, at);
		at += at < *end && room && *p == '\r';
		p = annex_at(&room, &o->annex, at);
		at += at < *end && room && *p == '\n';
	}
	if (!last)
		outline_trouble(o, at, at, line || at >= *end ? "the last chunk is missing" :
			"trouble at byte %zu of the body: a chunk's size was expected", at - *begin);
	n = annex_next(&o->annex) - start;
	if (chunks == 1) {	/* it can be read where it stands */
		annex_give_back(&o->annex, n);
		start = first;
	}
	*begin = n ? start : *end;
	*end = n ? start + n : *end;
	return true;
}

bool decode_inflate(struct outline *o, size_t *begin, size_t *end)
{
	static const int bits[] = { 15 + 32, -15 };	/* gzip or zlib by their header; deflate without one */
	size_t room, there, got = 0, k;
	const char *p = annex_at(&there, &o->annex, *begin);
	char *to = annex_room(&room, &o->annex);
	bool whole = false;

	if (there > *end - *begin)
		there = *end - *begin;
	for (k = 0; k < 2; k++)
		if ((got = inflate_into(&whole, to, room, p, there, bits[k])) != 0 || whole)
			break;
	if (k == 2) {
		outline_trouble(o, *begin, *begin, "the body is not compressed as its header says");
		return false;
	}
	if (!whole && got == room)
		too_much(o, *begin);
	else if (!whole)
		outline_trouble(o, *begin, *begin, "the compressed body ends too early, %zu bytes came out", got);
	take(o, begin, end, got);
	return true;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool decode_base64(struct outline *o, size_t *begin, size_t *end)
{
	size_t room, there, i, n = 0, bad = 0;
	const char *p = annex_at(&there, &o->annex, *begin);
	char *to = annex_room(&room, &o->annex);
	uint32_t bits = 0;
	unsigned int have = 0;

	if (there > *end - *begin)
		there = *end - *begin;
	if (there / 4 * 3 + 3 > room)
		return too_much(o, *begin);
	for (i = 0; i < there && p[i] != '='; i++) {
		int digit = base64_digit(p[i]);

		if (digit < 0) {
			bad += !strchr(" \r\n\t", p[i]);
			continue;
		}
		bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (char)(bits >> have);
		}
	}
	if (bad)
		outline_trouble(o, *begin, *begin, "%zu bytes in it are not base64", bad);
	take(o, begin, end, n);
	return true;
}

bool decode_quoted(struct outline *o, size_t *begin, size_t *end)
{
	size_t room, there, i, n = 0;
	const char *p = annex_at(&there, &o->annex, *begin);
	char *to = annex_room(&room, &o->annex);

	if (there > *end - *begin)
		there = *end - *begin;
	if (there > room)
		return too_much(o, *begin);
	for (i = 0; i < there; i++) {
		if (p[i] != '=') {
			to[n++] = p[i];
		} else if (i + 1 < there && p[i + 1] == '\n') {	/* a soft end of line */
			i++;
		} else if (i + 2 < there && p[i + 1] == '\r' && p[i + 2] == '\n') {
			i += 2;
		} else if (i + 2 < there && hex_digit(p[i + 1]) >= 0 && hex_digit(p[i + 2]) >= 0) {
			to[n++] = (char)(hex_digit(p[i + 1]) << 4 | hex_digit(p[i + 2]));
			i += 2;
		} else {
			to[n++] = p[i];
		}
	}
	take(o, begin, end, n);
	return true;
}

bool decode_percent(struct outline *o, size_t *begin, size_t *end, bool plus)
{
	size_t room, there, i, n = 0;
	const char *p = annex_at(&there, &o->annex, *begin);
	char *to;

	if (there > *end - *begin)
		there = *end - *begin;
	if (!memchr(p, '%', there) && !(plus && memchr(p, '+', there)))
		return false;
	to = annex_room(&room, &o->annex);
	if (there > room)
		return false;
	for (i = 0; i < there; i++) {
		if (p[i] == '%' && i + 2 < there && hex_digit(p[i + 1]) >= 0 && hex_digit(p[i + 2]) >= 0) {
			to[n++] = (char)(hex_digit(p[i + 1]) << 4 | hex_digit(p[i + 2]));
			i += 2;
		} else {
			to[n++] = plus && p[i] == '+' ? ' ' : p[i];
		}
	}
	take(o, begin, end, n);
	return true;
}

bool decode_json(struct outline *o, size_t *begin, size_t *end)
{
	size_t room, there;
	const char *p = annex_at(&there, &o->annex, *begin);
	char *to = annex_room(&room, &o->annex);
	struct buf b;

	if (there > *end - *begin)
		there = *end - *begin;
	if (!memchr(p, '\\', there))
		return false;
	if (there > room)
		return too_much(o, *begin);
	buf_init(&b, there + 1);	/* it never grows: \u takes six bytes and gives three at most */
	unescape_json(&b, p, there);
	if (b.len)
		memcpy(to, b.ptr, b.len);
	take(o, begin, end, b.len);
	buf_done(&b);
	return true;
}
