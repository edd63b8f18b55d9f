/* SPDX-License-Identifier: Apache-2.0 */
/* The enrolment code: text that people paste, so every part is checked. Layer: proto. Any thread.
 */
#include "verdict/proto/enrol.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/proto/url.h"

#define SCHEME "verdict1:"
#define EVENT_MAX 257
#define PIN_TEXT 43
#define BLANKS " \t\r\n"

static enum status bad(const char *why)
{
	return status_set(STATUS_INVALID, "enrolment code: %s; it looks like "
		"verdict1:https://HOST:PORT/EVENT#SECRET.PIN", why);
}

void enrol_base_url(struct buf *out, bool tls, const char *host, int port)
{
	const char *six = strchr(host, ':');

	buf_printf(out, "%s://%s%s%s:%d", tls ? "https" : "http", six ? "[" : "", host,
		six ? "]" : "", port);
}

/* "host:port" or "[::1]:port", whole. */
static enum status parse_authority(struct enrol_code *c, struct arena *a, const char *p, size_t n)
{
	const char *colon = memrchr(p, ':', n), *host = p;
	size_t host_len = colon ? (size_t)(colon - p) : 0;
	char *end, *port;

	if (!colon)
		return bad("no port");
	if (host_len >= 2 && host[0] == '[' && host[host_len - 1] == ']') {
		host++;
		host_len -= 2;
		if (!memchr(host, ':', host_len))
			return bad("brackets without an IPv6 address");
	} else if (memchr(host, ':', host_len)) {
		return bad("an IPv6 address without brackets");
	}
	c->host = arena_strn(a, host, host_len);
	if (!url_host_ok(c->host))
		return bad("not a host name or address");
	port = arena_strn(a, colon + 1, n - (size_t)(colon + 1 - p));
	c->port = (int)strtol(port, &end, 10);
	if (strlen(port) > 5 || strspn(port, "0123456789") != strlen(port) || c->port < 1 ||
		c->port > 65535)
		return bad("not a port");
	return STATUS_OK;
}

/* "SECRET.PIN", the pin "-" where there is no TLS. */
static enum status parse_secret(struct enrol_code *c, const char *p, size_t n, bool tls)
{
	uint8_t secret[16];

	if (n < ENROL_SECRET || p[ENROL_SECRET - 1] != '.' ||
		!base64url_parse(secret, sizeof(secret), p, ENROL_SECRET - 1))
		return bad("the secret is not whole");
	memcpy(c->secret, p, ENROL_SECRET - 1);
	c->secret[ENROL_SECRET - 1] = '\0';
	p += ENROL_SECRET;
	n -= ENROL_SECRET;
	c->has_pin = tls;
	if (!tls)
		return n == 1 && *p == '-' ? STATUS_OK : bad("a pin where there is no TLS");
	return n == PIN_TEXT && base64url_parse(c->pin, sizeof(c->pin), p, n) ? STATUS_OK
		: bad("the pin is not whole");
}

static enum status parse_event(struct enrol_code *c, struct arena *a, const char *p, size_t n)
{
	char event[EVENT_MAX];

	if (n == 0 || !url_unescape(event, sizeof(event), p, n) || memchr(p, '/', n))
		return bad("not an event's id");
	c->event = arena_str(a, event);
	return STATUS_OK;
}

static enum status parse_url(struct enrol_code *out, struct arena *a, const char *p, size_t n)
{
	const char *url = p, *end = p + n, *slash, *hash;
	struct enrol_code c = { 0 };
	enum status st;
	bool tls = n > 8 && memcmp(p, "https://", 8) == 0;

	if (!tls && !(n > 7 && memcmp(p, "http://", 7) == 0))
		return bad("neither https:// nor http://");
	p += tls ? 8 : 7;
	slash = memchr(p, '/', (size_t)(end - p));
	hash = slash ? memchr(slash, '#', (size_t)(end - slash)) : NULL;
	if (!hash)
		return bad(slash ? "no secret behind \"#\"" : "no event");
	st = parse_authority(&c, a, p, (size_t)(slash - p));
	if (!st && !tls && !url_host_is_loopback(c.host))
		st = bad("without TLS a hub is reached on this machine only");
	if (!st)
		st = parse_event(&c, a, slash + 1, (size_t)(hash - slash - 1));
	if (!st)
		st = parse_secret(&c, hash + 1, (size_t)(end - hash - 1), tls);
	c.base_url = arena_strn(a, url, (size_t)(slash - url));
	if (!st)
		*out = c;
	return st;
}

enum status enrol_code_parse(struct enrol_code *out, struct arena *a, const char *text)
{
	size_t n;

	text += strspn(text, BLANKS);
	n = strnlen(text, ENROL_CODE_MAX + 1);
	while (n > 0 && strchr(BLANKS, text[n - 1]))
		n--;
	if (n > ENROL_CODE_MAX)
		return bad("too long");
	if (strncmp(text, SCHEME, strlen(SCHEME)) == 0)
		return parse_url(out, a, text + strlen(SCHEME), n - strlen(SCHEME));
	if (strncmp(text, "verdict", 7) == 0 && strspn(text + 7, "0123456789") > 0 &&
		text[7 + strspn(text + 7, "0123456789")] == ':')
		return status_set(
			STATUS_NEWER, "enrolment code: made by a newer version of the hub");
	return bad("it does not begin with " SCHEME);
}

void enrol_code_format(struct buf *out, const struct enrol_code *c)
{
	buf_printf(out, "%s%s/", SCHEME, c->base_url);
	url_escape(out, c->event);
	buf_printf(out, "#%s.", c->secret);
	if (c->has_pin)
		base64url(out, c->pin, sizeof(c->pin));
	else
		buf_addc(out, '-');
}
