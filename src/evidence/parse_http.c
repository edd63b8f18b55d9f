/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges of HTTP written down as text: what a proxy, a log or curl shows, one or several, and files of
 * requests (.http). Layer evidence; any thread. Lengths in headers are believed only where the text after them
 * agrees: such text was often laid out again.
 */
#include <string.h>
#include "http.h"

struct lines_of {
	struct outline *o;
	const char *p;
	size_t len, start;	/* start: offset of p[0] */
	unsigned int exchanges;
};

static size_t next_line(const struct lines_of *t, size_t at)
{
	const char *nl = at < t->len ? memchr(t->p + at, '\n', t->len - at) : NULL;

	return nl ? (size_t)(nl - t->p) + 1 : t->len;
}

static bool is_blank_line(const struct lines_of *t, size_t at)
{
	return at >= t->len || t->p[at] == '\n' || (t->p[at] == '\r' && (at + 1 >= t->len || t->p[at + 1] == '\n'));
}

static bool begins(const struct lines_of *t, size_t at, const char *word)
{
	size_t n = strlen(word);

	return t->len - at >= n && !memcmp(t->p + at, word, n);
}

/* What parts requests in a file of requests, or handles their answers. */
static bool is_divider(const struct lines_of *t, size_t at)
{
	return begins(t, at, "###") || begins(t, at, "> {%") || begins(t, at, "<> ");
}

static bool is_message(const struct lines_of *t, size_t at)
{
	char c = at < t->len ? t->p[at] : '\0';

	return c >= 'C' && c <= 'T' && (http_is_start(t->p + at, t->len - at) || http_is_request(t->p + at, t->len - at));
}

static bool is_remark(const struct lines_of *t, size_t at)
{
	return begins(t, at, "#") || begins(t, at, "//") || begins(t, at, "@");
}

/* Does only blank text stand between here and the next message, divider or the end? */
static bool is_end_of_body(const struct lines_of *t, size_t at)
{
	while (at < t->len && is_blank_line(t, at))
		at = next_line(t, at);
	return at >= t->len || is_divider(t, at) || is_message(t, at);
}

static size_t head_end(const struct lines_of *t, size_t at)
{
	while (at < t->len && !is_blank_line(t, at) && !is_message(t, at) && !is_divider(t, at))
		at = next_line(t, at);
	return at;
}

/* The body's end as the text shows it: before the next message, without the blank lines in front of that. */
static size_t body_end(const struct lines_of *t, size_t at)
{
	bool blank = true;
	size_t end = at;

	while (at < t->len && !is_divider(t, at) && !(blank && is_message(t, at))) {
		blank = is_blank_line(t, at);
		at = next_line(t, at);
		if (!blank)
			end = at;
	}
	while (end > 0 && (t->p[end - 1] == '\n' || t->p[end - 1] == '\r'))
		end--;
	return end;
}

/* Read the message at `at`; returns where the text goes on. */
static size_t message(struct http_message *m, const struct lines_of *t, size_t at)
{
	size_t line = next_line(t, at), head = head_end(t, line), body, end, said;
	bool whole = false;

	if (!http_scan(m, &t->o->annex, t->start + at, t->start + t->len, false, true)) {
		memset(m, 0, sizeof(*m));	/* a request without a version */
		m->begin = (uint32_t)(t->start + at);
		m->request = true;
		m->framing = HTTP_CLOSE;
	}
	body = head < t->len && is_blank_line(t, head) ? next_line(t, head) : head;
	m->head_end = (uint32_t)(t->start + body);
	end = body_end(t, body);
	if (m->framing == HTTP_CHUNKED) {
		said = body + decode_chunk_end(&whole, t->p + body, t->len - body);
		if (whole)
			end = said;
		else
			m->framing = HTTP_CLOSE;
	} else if (m->framing == HTTP_LENGTH && m->length <= t->len - body && is_end_of_body(t, body + (size_t)m->length)) {
		end = body + (size_t)m->length;
	}
	if (end < body)
		end = body;
	m->end = (uint32_t)(t->start + end);
	m->whole = true;
	return end > at ? end : line;
}

/* Lines that are no message: remarks are passed over, the rest is shown. */
static size_t between(struct lines_of *t, size_t at)
{
	size_t begin = at, end = at;
	uint32_t i;

	if (is_blank_line(t, at) || is_remark(t, at))
		return next_line(t, at);
	while (at < t->len && !is_message(t, at) && !begins(t, at, "###")) {
		if (!is_blank_line(t, at))
			end = next_line(t, at);
		at = next_line(t, at);
	}
	i = outline_leaf(t->o, NODE_LINE, t->start + begin, t->start + end);
	outline_value(t->o, i, t->start + begin, t->start + end);
	return at > begin ? at : next_line(t, begin);
}

static size_t skip_blank(const struct lines_of *t, size_t at)
{
	while (at < t->len && is_blank_line(t, at))
		at = next_line(t, at);
	return at;
}

static size_t exchange(struct lines_of *t, size_t at)
{
	struct http_message m;
	size_t next;

	at = message(&m, t, at);
	http_item(t->o, "exchange", m.begin, ++t->exchanges);
	for (;;) {
		bool more = m.request || http_is_interim(&m);

		http_emit(t->o, &m, false);
		next = skip_blank(t, at);
		if (!more || !is_message(t, next) || t->p[next] != 'H' || !begins(t, next, "HTTP/"))
			break;
		at = message(&m, t, next);
	}
	outline_close(t->o, m.end);
	return at;
}

void parse_http(struct outline *o, const char *text, size_t len)
{
	struct lines_of t = { .o = o, .p = text, .len = len, .start = o->base };
	size_t at = 0, base = o->base;

	o->base = 0;
	http_item(o, "Exchanges", t.start, 0);
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		at = 3;
	while (at < len && !o->stopped)
		at = is_message(&t, at) ? exchange(&t, at) : between(&t, at);
	outline_close_all(o, t.start + len);
	o->base = base;
}
