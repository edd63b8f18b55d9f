/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding and host names of URLs, strictly. Layer: proto. Any thread. */
#include "verdict/proto/url.h"

#include <arpa/inet.h>
#include <string.h>
#include "verdict/base/text.h"

#define HOST_MAX 253
#define LABEL_MAX 63

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void url_escape(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (is_letter(*text) || is_digit(*text) || strchr("-._~", *text))
			buf_addc(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool url_unescape(char *out, size_t max, const char *p, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c == '%') {
			int high = i + 2 < n ? hex_digit(p[i + 1]) : -1,
			    low = high < 0 ? -1 : hex_digit(p[i + 2]);

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0' || len + 1 >= max)
			return false;
		out[len++] = c;
	}
	if (max == 0)
		return false;
	out[len] = '\0';
	return utf8_valid(out, len);
}

/* Labels of letters, digits and inner hyphens, as in RFC 1123. */
static bool name_ok(const char *host)
{
	size_t label = 0;

	for (const char *p = host; *p; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return false;
			label = 0;
		} else if (is_letter(*p) || is_digit(*p) || (*p == '-' && label > 0)) {
			if (++label > LABEL_MAX)
				return false;
		} else {
			return false;
		}
	}
	return label > 0 && host[strlen(host) - 1] != '-';
}

bool url_host_ok(const char *host)
{
	struct in6_addr six;

	if (strlen(host) > HOST_MAX)
		return false;
	return strchr(host, ':') ? inet_pton(AF_INET6, host, &six) == 1 : name_ok(host);
}

bool url_host_is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return memcmp(&six, &in6addr_loopback, sizeof(six)) == 0;
	return strcmp(host, "localhost") == 0;
}
