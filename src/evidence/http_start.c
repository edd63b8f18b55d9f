/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How messages of HTTP and MIME begin, for telling formats apart. Layer evidence; any thread. Apart from the
 * parsers, because the console knows formats and parses none.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "http.h"

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT" };

static size_t line_end(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n);

	return nl ? (size_t)(nl - p) : n;
}

/* Length of the method in front of a target, 0 without one. */
size_t http_method(const char *p, size_t n)
{
	size_t k, len;

	for (k = 0; k < sizeof(methods) / sizeof(methods[0]); k++) {
		len = strlen(methods[k]);
		if (n > len + 1 && !memcmp(p, methods[k], len) && p[len] == ' ')
			return len;
	}
	return 0;
}

static size_t trimmed(const char *p, size_t n)
{
	while (n && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return n;
}

/* "HTTP/1.1" at the end of a line. */
static bool ends_in_version(const char *p, size_t n)
{
	const char *sp = memrchr(p, ' ', n);

	return sp && (size_t)(p + n - sp) >= 7 && !memcmp(sp + 1, "HTTP/", 5) && isdigit((unsigned char)sp[6]);
}

static bool is_status_line(const char *p, size_t n)
{
	size_t i = 6;

	if (n < 10 || memcmp(p, "HTTP/", 5) || !isdigit((unsigned char)p[5]))
		return false;
	if (p[i] == '.')
		i += 2;
	return i + 3 < n && p[i] == ' ' && isdigit((unsigned char)p[i + 1]) && isdigit((unsigned char)p[i + 2]) &&
		isdigit((unsigned char)p[i + 3]);
}

bool http_is_start(const char *p, size_t n)
{
	size_t end;

	if (n > 16384)
		n = 16384;
	if (is_status_line(p, n))
		return true;
	if (!http_method(p, n))
		return false;
	end = trimmed(p, line_end(p, n));
	return ends_in_version(p, end);
}

bool http_is_request(const char *p, size_t n)
{
	size_t k = http_method(p, n < 16384 ? n : 16384), end;

	if (!k)
		return false;
	end = trimmed(p, line_end(p, n < 16384 ? n : 16384));
	if (ends_in_version(p, end))
		return true;
	p += k + 1;
	end -= k + 1 < end ? k + 1 : end;
	return end > 0 && !memchr(p, ' ', end) && (*p == '/' || (end > 2 && !memcmp(p, "{{", 2)) ||
		(end > 7 && (!memcmp(p, "http://", 7) || !memcmp(p, "https:/", 7))));
}

bool mime_is_header(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < 80 && (isalnum((unsigned char)p[i]) || p[i] == '-'); i++)
		;
	return i > 1 && i < n && p[i] == ':';
}

static size_t next_line(const char *p, size_t n)
{
	size_t end = line_end(p, n);

	return end < n ? end + 1 : n;
}

/* Header lines of p[0..n), as far as they go. */
static size_t head_length(const char *p, size_t n)
{
	size_t at = 0;

	while (at < n && p[at] != '\n' && p[at] != '\r')
		at += next_line(p + at, n - at);
	return at;
}

bool mime_is_start(const char *p, size_t n)
{
	size_t line, head;

	if (n > 8192)
		n = 8192;
	if (n > 6 && p[0] == '-' && p[1] == '-') {
		line = next_line(p, n);
		return line > 3 && line < 200 && line < n && mime_is_header(p + line, n - line) &&
			n - line > 8 && !strncasecmp(p + line, "content-", 8);
	}
	if (n < 16 || !mime_is_header(p, n))
		return false;
	head = head_length(p, n);
	return head < n && memmem(p, head, "ultipart/", 9) && memmem(p, head, "oundary=", 8) &&
		(!strncasecmp(p, "mime-version", 12) || !strncasecmp(p, "content-", 8));
}
