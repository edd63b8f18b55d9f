/* SPDX-License-Identifier: Apache-2.0 */
/* Request lines into parts. Layer: hubd. Any thread. */
#include "verdict/hubd/uri.h"

#include <string.h>
#include "verdict/proto/url.h"

/* Unescape p[0..n) behind what the text holds already. */
static const char *keep(struct uri *u, size_t *used, const char *p, size_t n)
{
	char *at = u->text + *used;

	if (!url_unescape(at, sizeof(u->text) - *used, p, n))
		return NULL;
	*used += strlen(at) + 1;
	return at;
}

static bool parse_path(struct uri *u, size_t *used, const char *p, size_t n)
{
	const char *end = p + n;

	if (n == 0 || *p != '/')
		return false;
	for (p++; p <= end; p++) {
		const char *slash = memchr(p, '/', (size_t)(end - p));
		const char *part = keep(u, used, p, (size_t)((slash ? slash : end) - p));

		if (part && *part == '\0' && !slash) {
			u->folder = true;
			return true;
		}
		if (!part || *part == '\0' || strcmp(part, ".") == 0 || strcmp(part, "..") == 0 ||
			u->n_path == URI_PARTS)
			return false;
		u->path[u->n_path++] = part;
		p = slash ? slash : end;
	}
	return true;
}

static bool parse_query(struct uri *u, size_t *used, const char *p)
{
	while (*p) {
		size_t n = strcspn(p, "&");
		const char *equals = memchr(p, '=', n), *name, *value;

		if (!equals || equals == p || u->n_query == URI_PARTS)
			return false;
		name = keep(u, used, p, (size_t)(equals - p));
		value = name ? keep(u, used, equals + 1, (size_t)(p + n - equals - 1)) : NULL;
		if (!value || uri_query(u, name))
			return false;
		u->query[u->n_query].name = name;
		u->query[u->n_query++].value = value;
		p += n;
		if (*p == '&' && *++p == '\0')
			return false;
	}
	return true;
}

bool uri_parse(struct uri *out, const char *raw)
{
	size_t used = 0, path = strcspn(raw, "?");

	out->n_path = out->n_query = 0;
	out->folder = false;
	if (strnlen(raw, URI_MAX + 1) > URI_MAX || strpbrk(raw, "#\\ \t\r\n"))
		return false;
	return parse_path(out, &used, raw, path) &&
		(raw[path] == '\0' || parse_query(out, &used, raw + path + 1));
}

const char *uri_query(const struct uri *u, const char *name)
{
	for (size_t i = 0; i < u->n_query; i++)
		if (strcmp(u->query[i].name, name) == 0)
			return u->query[i].value;
	return NULL;
}
