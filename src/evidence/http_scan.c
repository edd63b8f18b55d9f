/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a message of HTTP/1 begins and ends (RFC 9112). Layer evidence; any thread. Nothing is copied; a header
 * that contradicts itself never makes a message longer than the bytes that are there.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "http.h"

#define HEAD_MAX (256u * 1024)

static size_t line_end(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);

	return nl ? (size_t)(nl - p) : n;
}

static size_t trimmed(const char *p, size_t n)
{
	while (n && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return n;
}

static bool name_is(const char *p, size_t n, const char *word)
{
	return n == strlen(word) && !strncasecmp(p, word, n);
}

/* Last word of a list, as Transfer-Encoding has it. */
static bool ends_in(const char *p, size_t n, const char *word)
{
	size_t len = strlen(word);

	return n >= len && !strncasecmp(p + n - len, word, len);
}

static bool number(uint64_t *out, const char *p, size_t n)
{
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p[i]) || *out > UINT64_MAX / 20)
			return false;
		*out = *out * 10 + (uint64_t)(p[i] - '0');
	}
	return n > 0;
}

static void note_header(struct http_message *m, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n), *value;
	size_t name, len;

	if (!colon)
		return;
	name = (size_t)(colon - p);
	value = colon + 1;
	len = trimmed(value, n - name - 1);
	while (len && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	if (name_is(p, name, "content-length") && m->framing != HTTP_CHUNKED && number(&m->length, value, len))
		m->framing = HTTP_LENGTH;
	else if (name_is(p, name, "transfer-encoding") && ends_in(value, len, "chunked"))
		m->framing = HTTP_CHUNKED;
}

/* Header lines from `at`; end of the head, or 0 while it has none. */
static size_t scan_head(struct http_message *m, const char *p, size_t n, size_t at)
{
	size_t stop = n < HEAD_MAX ? n : HEAD_MAX, end;

	while (at < stop) {
		end = at + line_end(p + at, stop - at);
		if (end == at || (end == at + 1 && p[at] == '\r'))
			return end < stop ? end + 1 : 0;
		if (end >= stop)
			return 0;
		note_header(m, p + at, end - at);
		at = end + 1;
	}
	return 0;
}

static void scan_body(struct http_message *m, const char *p, size_t n, size_t at, size_t end, size_t head, bool closed)
{
	bool whole;

	switch (m->framing) {
	case HTTP_LENGTH:
		m->whole = m->length <= n - head;
		m->end = (uint32_t)(m->whole ? at + head + (size_t)m->length : end);
		break;
	case HTTP_CHUNKED:
		m->end = (uint32_t)(at + head + decode_chunk_end(&whole, p + head, n - head));
		m->whole = whole;
		break;
	case HTTP_CLOSE:
		m->whole = closed;
		m->end = (uint32_t)end;
		break;
	default:
		m->whole = true;
		m->end = m->head_end;
	}
}

bool http_scan(struct http_message *m, const struct annex *a, size_t at, size_t end, bool head_only, bool closed)
{
	size_t room, n, line, head;
	const char *p = annex_at(&room, a, at);

	memset(m, 0, sizeof(*m));
	n = end - at < room ? end - at : room;
	if (!http_is_start(p, n))
		return false;
	m->begin = (uint32_t)at;
	m->request = http_method(p, n) > 0;
	line = line_end(p, n);
	if (m->request)
		m->method_len = (uint8_t)http_method(p, n);
	else
		m->status = (uint16_t)strtoul(memchr(p, ' ', n), NULL, 10);
	head = scan_head(m, p, n, line < n ? line + 1 : n);
	m->head_end = m->end = (uint32_t)end;
	if (!head)
		return true;
	m->head_end = (uint32_t)(at + head);
	if (!m->request && (head_only || m->status == 204 || m->status == 304 || m->status < 200))
		m->framing = HTTP_NONE;
	else if (!m->request && m->framing == HTTP_NONE)
		m->framing = HTTP_CLOSE;
	scan_body(m, p, n, at, end, head, closed);
	return true;
}
