/* SPDX-License-Identifier: Apache-2.0 */
/* Values of headers and queries. Layer: hubd. Any thread. */
#include "verdict/hubd/uri.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"
#define DIGITS "0123456789"

bool number_parse(uint64_t *out, const char *text)
{
	uint64_t value = 0;

	if (*text == '\0' || strlen(text) > 19 || strspn(text, DIGITS) != strlen(text))
		return false;
	for (; *text; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	if (value > INT64_MAX)
		return false;
	*out = value;
	return true;
}

const char *bearer_parse(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	if (strncasecmp(text, "Bearer ", 7) != 0)
		return NULL;
	text += 7;
	return *text && strlen(text) <= 64 && strspn(text, letters) == strlen(text) ? text : NULL;
}

/* "q=0", "q=0.000": not wanted. */
static bool refused(const char *p, size_t n)
{
	const char *q = memchr(p, ';', n);

	if (!q)
		return false;
	q++;
	q += strspn(q, BLANKS);
	return strncasecmp(q, "q=0", 3) == 0 && strspn(q + 3, ".0") == strcspn(q + 3, ",; \t");
}

static bool accepts(const char *text, const char *coding)
{
	while (text && *text) {
		size_t n;

		text += strspn(text, BLANKS ",");
		n = strcspn(text, ",");
		if (strncasecmp(text, coding, 4) == 0 && strchr(",; \t", text[4]))
			return !refused(text, n);
		text += n;
	}
	return false;
}

bool accepts_zstd(const char *text)
{
	return accepts(text, "zstd");
}

bool accepts_gzip(const char *text)
{
	return accepts(text, "gzip");
}

enum range_kind range_parse(uint64_t *from, uint64_t *len, const char *text, uint64_t size)
{
	char first[24], last[24];
	uint64_t a = 0, b = 0;
	const char *dash;

	if (!text || strncmp(text, "bytes=", 6) != 0)
		return RANGE_NONE;
	text += 6;
	dash = strchr(text, '-');
	if (!dash || dash - text >= 20 || strlen(dash + 1) >= 20 || strchr(text, ','))
		return RANGE_NONE;
	snprintf(first, sizeof(first), "%.*s", (int)(dash - text), text);
	snprintf(last, sizeof(last), "%s", dash + 1);
	if ((*first && !number_parse(&a, first)) || (*last && !number_parse(&b, last)) ||
		(!*first && !*last))
		return RANGE_NONE;
	if (!*first) {			/* the last b bytes */
		a = b < size ? size - b : 0;
		if (b == 0)
			return RANGE_BAD;
		b = size - 1;
	} else if (*last && b < a) {
		return RANGE_NONE;
	} else if (!*last || b >= size) {
		b = size - 1;
	}
	if (size == 0 || a >= size)
		return RANGE_BAD;
	*from = a;
	*len = b - a + 1;
	return RANGE_OK;
}

bool forwarded_parse(char *out, size_t max, const char *text)
{
	const char *comma = strrchr(text, ',');
	unsigned char address[16];
	size_t n;

	if (comma)
		text = comma + 1;
	text += strspn(text, BLANKS);
	n = strcspn(text, BLANKS);
	if (n == 0 || n >= max || text[n + strspn(text + n, BLANKS)] != '\0')
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return inet_pton(AF_INET, out, address) == 1 || inet_pton(AF_INET6, out, address) == 1;
}
