/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MIME multipart (RFC 2046): parts with header and body, also where the first line is the boundary and no
 * header stands above it, as MTOM and WADO messages are often kept. Layer evidence; any thread. Parts inside
 * parts are documents inside documents.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "http.h"

#define PARTS_MAX 10000
#define BOUNDARY_MAX 200

struct parts {
	struct outline *o;
	const char *p;
	size_t len, start;
	const char *boundary;
	size_t boundary_len;
};

static size_t next_line(const char *p, size_t n, size_t at)
{
	const char *nl = at < n ? memchr(p + at, '\n', n - at) : NULL;

	return nl ? (size_t)(nl - p) + 1 : n;
}

/* Begin of the body in text that starts with header lines. */
static size_t head_end(const char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		size_t next = next_line(p, n, at);

		if (p[at] == '\n' || (p[at] == '\r' && next == at + 2))
			return next;
		at = next;
	}
	return n;
}

/* The next boundary at a line's start: its offset, or the length of the text; *last_out for the closing one. */
static size_t find_boundary(bool *last_out, size_t *next_out, const struct parts *m, size_t at)
{
	const char *hit;

	*last_out = false;
	*next_out = m->len;
	while (at < m->len && (hit = memmem(m->p + at, m->len - at, m->boundary, m->boundary_len)) != NULL) {
		size_t i = (size_t)(hit - m->p), after = i + m->boundary_len;

		at = i + 1;
		if (i < 2 || m->p[i - 1] != '-' || m->p[i - 2] != '-' || (i > 2 && m->p[i - 3] != '\n'))
			continue;
		*last_out = after + 1 < m->len && m->p[after] == '-' && m->p[after + 1] == '-';
		if (!*last_out && after < m->len && !strchr("\r\n \t", m->p[after]))
			continue;	/* the beginning of a longer one */
		*next_out = next_line(m->p, m->len, after);
		return i - 2;
	}
	return m->len;
}

static void part(struct parts *m, size_t begin, size_t end, unsigned int number)
{
	struct http_fields f = { .type = { 0, 0 } };
	size_t head = begin + head_end(m->p + begin, end - begin);

	if (head >= end && !mime_is_header(m->p + begin, end - begin))
		head = begin;
	http_item(m->o, "part", m->start + begin, number);
	http_headers(&f, m->o, m->start + begin, m->start + head);
	http_body(m->o, &f, false, m->start + head, m->start + end);
	outline_close(m->o, m->start + end);
}

static void all_parts(struct parts *m)
{
	size_t next, end, at;
	unsigned int n = 0;
	bool last, open;

	find_boundary(&last, &at, m, 0);
	while (at < m->len && !last && n < PARTS_MAX && !m->o->stopped) {
		end = find_boundary(&last, &next, m, at);
		open = end == m->len && !last;
		/* the line's end before a boundary belongs to the boundary */
		if (end < m->len && end > at)
			end -= end - at > 1 && m->p[end - 2] == '\r' ? 2 : 1;
		part(m, at, end, ++n);
		if (open)
			outline_trouble(m->o, m->start + m->len, m->start + m->len, "the closing boundary is missing");
		at = next;
	}
	if (!n)
		outline_trouble(m->o, m->start, m->start, "no part was found: the boundary does not occur");
}

/* Where the boundary is not said it is what the first line shows. */
static void first_line_boundary(struct parts *m)
{
	size_t at = 0, end;

	while (at < m->len && (m->p[at] == '\r' || m->p[at] == '\n'))
		at++;
	end = next_line(m->p, m->len, at);
	if (m->len - at < 3 || m->p[at] != '-' || m->p[at + 1] != '-')
		return;
	while (end > at + 2 && strchr("\r\n \t", m->p[end - 1]))
		end--;
	m->boundary = m->p + at + 2;
	m->boundary_len = end - at - 2 < BOUNDARY_MAX ? end - at - 2 : 0;
}

void mime_parts(struct outline *o, size_t begin, size_t end, struct http_range boundary)
{
	struct parts m = { .o = o, .start = begin };
	size_t room;

	m.p = annex_at(&room, &o->annex, begin);
	m.len = end - begin < room ? end - begin : room;
	m.boundary = range_text(&m.boundary_len, o, boundary);
	if (!boundary.len)
		first_line_boundary(&m);
	http_item(o, "multipart", begin, 0);
	if (m.boundary_len)
		all_parts(&m);
	else
		outline_trouble(o, begin, begin, "no boundary is named");
	outline_close(o, end);
}

/* A whole file: header lines and then parts, or parts at once. */
void parse_mime(struct outline *o, const char *text, size_t len)
{
	struct http_fields f = { .type = { 0, 0 } };
	size_t base = o->base, at = 0, head;
	struct http_range none = { 0, 0 };

	while (at < len && (text[at] == '\r' || text[at] == '\n'))
		at++;
	o->base = 0;
	if (at < len && text[at] != '-' && mime_is_header(text + at, len - at)) {
		head = at + head_end(text + at, len - at);
		http_item(o, "message", base + at, 0);
		http_headers(&f, o, base + at, base + head);
		http_body(o, &f, false, base + head, base + len);
		outline_close(o, base + len);
	} else {
		mime_parts(o, base + at, base + len, none);
	}
	outline_close_all(o, base + len);
	o->base = base;
}
