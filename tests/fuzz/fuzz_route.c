/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request: first line "METHOD TARGET", then one line a header's value. What a target
 * means does not change by writing it anew, and no byte of it leaves its part. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include "src/hubd/hubd_priv.h"
#include "verdict/base/text.h"
#include "verdict/proto/url.h"
#include "verdict/proto/content.h"

static void write_again(struct buf *b, const struct uri *u)
{
	for (size_t i = 0; i < u->n_path; i++) {
		buf_addc(b, '/');
		url_escape(b, u->path[i]);
	}
	if (u->folder)
		buf_addc(b, '/');
	for (size_t i = 0; i < u->n_query; i++) {
		buf_addc(b, i ? '&' : '?');
		url_escape(b, u->query[i].name);
		buf_addc(b, '=');
		url_escape(b, u->query[i].value);
	}
}

static void target(const char *method, const char *text)
{
	const char *argument, *event;
	struct uri u, again;
	enum hubd_route r;
	char allowed[64];
	struct buf b;

	if (!uri_parse(&u, text))
		return;
	FUZZ_HOLDS((u.n_path > 0 || u.folder) && u.n_path <= URI_PARTS && u.n_query <= URI_PARTS);
	for (size_t i = 0; i < u.n_path; i++)
		FUZZ_HOLDS(*u.path[i] && strcmp(u.path[i], "..") != 0 &&
			utf8_valid(u.path[i], strlen(u.path[i])));
	r = route_find(&argument, &event, allowed, &u, method);
	FUZZ_HOLDS(strlen(allowed) < sizeof(allowed));
	if (r != ROUTE_NONE && strstr(routes[r].pattern, "/events/"))
		FUZZ_HOLDS(event && *event);
	if (r == ROUTE_EVIDENCE || r == ROUTE_CLAIM_RENEW)
		FUZZ_HOLDS(argument && *argument);
	buf_init(&b, 4 * URI_MAX);
	write_again(&b, &u);
	if (b.len <= URI_MAX) {
		FUZZ_HOLDS(uri_parse(&again, buf_str(&b)) && again.n_path == u.n_path &&
			again.n_query == u.n_query && again.folder == u.folder);
		for (size_t i = 0; i < u.n_path; i++)
			FUZZ_HOLDS(strcmp(u.path[i], again.path[i]) == 0);
	}
	buf_done(&b);
}

static void value(const char *text)
{
	uint64_t from, len, n;
	char out[64], name[64];
	struct digest d, e;

	if (range_parse(&from, &len, text, 1000) == RANGE_OK)
		FUZZ_HOLDS(len > 0 && from < 1000 && len <= 1000 - from);
	if (content_digest_parse(&d, text)) {
		content_digest_format(out, &d);
		FUZZ_HOLDS(content_digest_parse(&e, out) && digest_equal(&d, &e) && strstr(text, out));
	}
	if (number_parse(&n, text))
		FUZZ_HOLDS(n <= INT64_MAX);
	if (bearer_parse(text))
		FUZZ_HOLDS(!strpbrk(bearer_parse(text), " \r\n\"\\"));
	if (forwarded_parse(name, sizeof(name), text))
		FUZZ_HOLDS(!strpbrk(name, " ,\"\n"));
	FUZZ_HOLDS(!accepts_zstd(text) || strlen(text) >= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	char *line, *next, *space;

	if (size > 100000)
		return 0;
	arena_init(&a);
	line = arena_strn(&a, (const char *)data, strnlen((const char *)data, size));
	for (int i = 0; line; i++, line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		space = i == 0 ? strchr(line, ' ') : NULL;
		if (space) {
			*space = '\0';
			target(line, space + 1);
		}
		value(line);
	}
	arena_done(&a);
	return 0;
}
