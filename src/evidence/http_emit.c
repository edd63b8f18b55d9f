/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of HTTP as nodes: method, target, query, header, body. Layer evidence; one thread at a time. Names
 * of headers are shown in small letters; what is encoded is decoded into the annex and parsed there.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "http.h"

#define HEADERS_MAX 500

const char *range_text(size_t *len_out, const struct outline *o, struct http_range r)
{
	size_t room;
	const char *p = annex_at(&room, &o->annex, r.at);

	*len_out = r.len < room ? r.len : room;
	return p;
}

bool range_is(const struct outline *o, struct http_range r, const char *word)
{
	size_t n;
	const char *p = range_text(&n, o, r);

	return n == strlen(word) && !strncasecmp(p, word, n);
}

static bool range_has(const struct outline *o, struct http_range r, const char *word)
{
	size_t n, len = strlen(word), i;
	const char *p = range_text(&n, o, r);

	for (i = 0; i + len <= n; i++)
		if (!strncasecmp(p + i, word, len))
			return true;
	return false;
}

uint32_t http_item(struct outline *o, const char *name, size_t begin, unsigned int number)
{
	uint32_t i = outline_open(o, NODE_ITEM, begin);

	outline_label_word(o, i, name);
	if (i != NODE_NONE)
		o->nodes.at[i].value = number;
	return i;
}

uint32_t http_value(struct outline *o, const char *name, size_t begin, size_t end)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, name);
	outline_value(o, i, begin, end);
	return i;
}

void http_word(struct outline *o, const char *name, size_t at, size_t end, const char *text)
{
	size_t room, n = strlen(text), begin = annex_next(&o->annex);
	char *to = annex_room(&room, &o->annex);

	if (n > room)
		return;
	memcpy(to, text, n);
	annex_take(&o->annex, n, at, end);
	http_value(o, name, begin, begin + n);
}

static size_t blanks(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n'))
		i++;
	return i;
}

static size_t trimmed(const char *p, size_t n)
{
	while (n && (p[n - 1] == '\r' || p[n - 1] == '\n' || p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return n;
}

/* One name=value of a query. */
static void parameter(struct outline *o, size_t begin, size_t end)
{
	size_t room, name_end, name = begin, value, value_end = end;
	const char *p = annex_at(&room, &o->annex, begin), *eq;
	uint32_t i;

	eq = memchr(p, '=', end - begin);
	name_end = eq ? begin + (size_t)(eq - p) : end;
	value = eq ? name_end + 1 : end;
	decode_percent(o, &name, &name_end, true);
	decode_percent(o, &value, &value_end, true);
	i = outline_leaf(o, NODE_VALUE, begin, end);
	outline_label(o, i, name, name_end);
	outline_value(o, i, value, value_end);
}

static void parameters(struct outline *o, size_t begin, size_t end)
{
	size_t room, at = begin, stop;
	const char *p = annex_at(&room, &o->annex, begin), *amp;

	if (end - begin > room)
		end = begin + room;
	while (at < end && !o->stopped) {
		amp = memchr(p + (at - begin), '&', end - at);
		stop = amp ? begin + (size_t)(amp - p) : end;
		if (stop > at)
			parameter(o, at, stop);
		at = stop + 1;
	}
}

/* Where the path begins in a target: behind scheme and host of an absolute one. */
static size_t path_begin(const char *p, size_t n)
{
	const char *slash = memmem(p, n, "://", 3), *path;

	if (!slash || slash > p + 8)
		return 0;
	path = memchr(slash + 3, '/', n - (size_t)(slash + 3 - p));
	return path ? (size_t)(path - p) : n;
}

void http_target(struct outline *o, size_t begin, size_t end)
{
	size_t room, n, path, path_end, query;
	const char *p = annex_at(&room, &o->annex, begin), *mark;

	n = end - begin < room ? end - begin : room;
	http_value(o, "target", begin, begin + n);
	mark = memchr(p, '?', n);
	query = mark ? begin + (size_t)(mark - p) : begin + n;
	path = begin + path_begin(p, query - begin);
	path_end = query;
	decode_percent(o, &path, &path_end, false);
	http_value(o, "path", path, path_end);
	if (!mark)
		return;
	mark = memchr(mark, '#', n - (query - begin));
	http_item(o, "query", query, 0);
	parameters(o, query + 1, mark ? begin + (size_t)(mark - p) : begin + n);
	outline_close(o, begin + n);
}

void http_header(struct outline *o, size_t name, size_t name_end, size_t value, size_t value_end)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, name, value_end > name_end ? value_end : name_end);
	size_t room, n = name_end - name, k;
	const char *p = annex_at(&room, &o->annex, name);
	char small[80];
	bool big = false;

	for (k = 0; k < n && k < room && k < sizeof(small) - 1; k++) {
		small[k] = (char)tolower((unsigned char)p[k]);
		big = big || small[k] != p[k];
	}
	small[k] = '\0';
	if (big && k == n && !memchr(small, '\0', n))
		outline_label_word(o, i, small);
	else
		outline_label(o, i, name, name_end);
	outline_value(o, i, value, value_end);
}

/* boundary="…" of a type, without the quotes. */
static struct http_range boundary_of(const struct outline *o, struct http_range type)
{
	struct http_range r = { 0, 0 };
	size_t n, i;
	const char *p = range_text(&n, o, type), *end;

	for (i = 0; i + 9 <= n; i++)
		if (!strncasecmp(p + i, "boundary=", 9))
			break;
	i += 9;
	if (i >= n)
		return r;
	if (p[i] == '"') {
		end = memchr(p + i + 1, '"', n - i - 1);
		r.at = type.at + i + 1;
		r.len = (end ? (size_t)(end - p) : n) - i - 1;
	} else {
		for (r.len = 0; i + r.len < n && !strchr("; \t\r\n", p[i + r.len]); r.len++)
			;
		r.at = type.at + i;
	}
	return r;
}

void http_note_type(struct http_fields *f, const struct outline *o, struct http_range value)
{
	f->type = value;
	if (range_has(o, value, "multipart/"))
		f->boundary = boundary_of(o, value);
}

static void note_field(struct http_fields *f, const struct outline *o, struct http_range name, struct http_range value)
{
	if (range_is(o, name, "content-type"))
		http_note_type(f, o, value);
	else if (range_is(o, name, "content-transfer-encoding"))
		f->transfer = value;
	else if (range_is(o, name, "content-encoding"))
		f->encoding = value;
}

/* One header with its continuation lines, at [at, end). */
static void header_line(struct http_fields *f, struct outline *o, size_t at, size_t end)
{
	size_t room, n, name, value;
	const char *p = annex_at(&room, &o->annex, at), *colon;
	struct http_range field = { at, 0 }, says;

	n = trimmed(p, end - at);
	colon = memchr(p, ':', n);
	if (!colon) {
		uint32_t i = outline_leaf(o, NODE_LINE, at, at + n);

		outline_value(o, i, at, at + n);
		return;
	}
	name = trimmed(p, (size_t)(colon - p));
	value = (size_t)(colon - p) + 1;
	value += blanks(p + value, n - value);
	field.len = name;
	says.at = at + value;
	says.len = n - value;
	http_header(o, at, at + name, at + value, at + n);
	note_field(f, o, field, says);
}

void http_headers(struct http_fields *f, struct outline *o, size_t at, size_t end)
{
	size_t room, next, lines = 0;
	const char *p = annex_at(&room, &o->annex, at), *nl;

	if (end - at > room)
		end = at + room;
	if (at >= end || blanks(p, end - at) == end - at)
		return;
	http_item(o, "header", at, 0);
	while (at < end && !o->stopped && lines++ < HEADERS_MAX) {
		next = at;
		do {	/* a line that begins with a blank goes on with the one before */
			p = annex_at(&room, &o->annex, next);
			nl = memchr(p, '\n', end - next);
			next = nl ? next + (size_t)(nl - p) + 1 : end;
		} while (nl && next < end && (nl[1] == ' ' || nl[1] == '\t'));
		p = annex_at(&room, &o->annex, at);
		if (trimmed(p, next - at))
			header_line(f, o, at, next);
		at = next;
	}
	outline_close(o, end);
}

static void form(struct outline *o, size_t begin, size_t end)
{
	uint32_t i = outline_open(o, NODE_BODY, begin);

	outline_label_word(o, i, "body");
	if (i == NODE_NONE)
		return;
	parameters(o, begin, end);
	outline_close(o, end);
}

/* Tools that write down an exchange often show the body unpacked below a header that says it is not. */
static bool shown_decoded(const struct outline *o, const struct http_fields *f, size_t begin, size_t end)
{
	size_t room;
	const char *p = annex_at(&room, &o->annex, begin);

	return f->encoding.len && end > begin && room && (*p == '{' || *p == '<' || *p == '[');
}

static bool decode_body(struct outline *o, const struct http_fields *f, size_t *begin, size_t *end)
{
	bool good = true;

	if (range_is(o, f->transfer, "base64"))
		good = decode_base64(o, begin, end);
	else if (range_is(o, f->transfer, "quoted-printable"))
		good = decode_quoted(o, begin, end);
	if (shown_decoded(o, f, *begin, *end))
		return true;
	if (!good || !f->encoding.len || range_is(o, f->encoding, "identity") || *begin == *end)
		return good;
	if (range_has(o, f->encoding, "gzip") || range_is(o, f->encoding, "deflate"))
		return decode_inflate(o, begin, end);
	outline_trouble(o, *begin, *begin, "the body has an encoding that is not known here");
	return false;
}

/* Web pages and their programs are text here: HTML is no XML, and its mistakes are not of interest. */
static bool is_page(const struct outline *o, const struct http_fields *f, size_t begin, size_t end)
{
	static const char *const types[] = { "text/html", "javascript", "text/css" };
	struct http_range start = { begin, end - begin < 64 ? end - begin : 64 };
	size_t k;

	for (k = 0; k < sizeof(types) / sizeof(types[0]); k++)
		if (range_has(o, f->type, types[k]))
			return true;
	return range_has(o, start, "<!doctype html") || range_has(o, start, "<html");
}

void http_body(struct outline *o, const struct http_fields *f, bool chunked, size_t begin, size_t end)
{
	uint32_t i;

	if (begin >= end)
		return;
	if (chunked)
		decode_chunks(o, &begin, &end);
	decode_body(o, f, &begin, &end);
	if (begin >= end)
		return;
	if (f->boundary.len && o->inside < OUTLINE_INSIDE_MAX) {
		struct outline_place saved;

		i = outline_open(o, NODE_BODY, begin);
		if (i == NODE_NONE)
			return;
		outline_enter(&saved, o, 0, EVIDENCE_MIME);
		mime_parts(o, begin, end, f->boundary);
		outline_leave(o, &saved);
		o->nodes.at[i].inner = EVIDENCE_MIME;
		outline_close(o, end);
	} else if (range_has(o, f->type, "application/x-www-form-urlencoded")) {
		form(o, begin, end);
		return;
	} else {
		i = parse_inside(o, begin, end, is_page(o, f, begin, end) ? EVIDENCE_TEXT : EVIDENCE_UNKNOWN);
	}
	outline_label_word(o, i, "body");
}

/* The words of the first line: [at, end) of each of three, the last one the rest. */
static void words(struct http_range out[3], const struct outline *o, size_t at, size_t end)
{
	size_t room, n, i = 0, k;
	const char *p = annex_at(&room, &o->annex, at);

	n = trimmed(p, end - at);
	for (k = 0; k < 3; k++) {
		while (i < n && p[i] == ' ')
			i++;
		out[k].at = at + i;
		for (out[k].len = 0; i < n && (p[i] != ' ' || k == 2); i++)
			out[k].len++;
	}
}

static void start_line(struct outline *o, const struct http_message *m, size_t end, bool brief)
{
	struct http_range word[3];
	size_t room, n;
	const char *p;

	words(word, o, m->begin, end);
	if (!m->request) {
		http_value(o, "version", word[0].at, word[0].at + word[0].len);
		http_value(o, "status", word[1].at, word[1].at + word[1].len);
		if (word[2].len)
			http_value(o, "reason", word[2].at, word[2].at + word[2].len);
		return;
	}
	p = annex_at(&room, &o->annex, word[1].at);
	n = (size_t)(word[2].at + word[2].len - word[1].at);
	p = memmem(p, n, " HTTP/", 6);	/* a target with blanks in it is wrong but seen */
	if (p) {
		word[1].len = (size_t)(p - annex_at(&room, &o->annex, word[1].at));
		word[2].at = word[1].at + word[1].len + 1;
		word[2].len = n - word[1].len - 1;
	}
	http_value(o, "method", word[0].at, word[0].at + word[0].len);
	if (brief)
		http_value(o, "target", word[1].at, word[1].at + word[1].len);
	else
		http_target(o, word[1].at, word[1].at + word[1].len);
	if (word[2].len)
		http_value(o, "version", word[2].at, word[2].at + word[2].len);
}

void http_emit(struct outline *o, const struct http_message *m, bool brief)
{
	struct http_fields f = { .type = { 0, 0 } };
	size_t room, line;
	const char *p = annex_at(&room, &o->annex, m->begin), *nl;

	nl = memchr(p, '\n', m->head_end - m->begin < room ? m->head_end - m->begin : room);
	line = nl ? m->begin + (size_t)(nl - p) + 1 : m->head_end;
	http_item(o, m->request ? "request" : http_is_interim(m) ? "interim" : "response", m->begin, 0);
	start_line(o, m, line, brief);
	if (!brief) {
		http_headers(&f, o, line, m->head_end);
		http_body(o, &f, m->framing == HTTP_CHUNKED, m->head_end, m->end);
	}
	if (m->lost)
		outline_trouble(o, m->end, m->end, "bytes of it are missing from the capture");
	else if (!m->whole && m->framing == HTTP_LENGTH)
		outline_trouble(o, m->end, m->end, "cut short: %u of %llu bytes of the body are here",
			m->end - m->head_end, (unsigned long long)m->length);
	else if (!m->whole && m->framing != HTTP_CHUNKED)
		outline_trouble(o, m->end, m->end, "cut short: the message has no end");
	outline_close(o, m->end);
}
