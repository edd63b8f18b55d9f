/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUBD_URI_H
#define VERDICT_HUBD_URI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/model/digest.h"

/*
 * What a stranger's request line and headers say, strictly and without allocation: everything of
 * HTTP that is ours to parse, apart from the server so that it is fuzzed alone. Any thread.
 */
#define URI_MAX 2000
#define URI_PARTS 8
struct uri {
	const char *path[URI_PARTS];
	size_t n_path; /* "/v1/events/a%2Fb" is "v1", "events", "a/b" */
	bool folder;		/* ends with a slash, "/" too */
	struct { const char *name, *value; } query[URI_PARTS]; size_t n_query;
	char text[URI_MAX + 64];
};
/* False for anything that none of our routes can be: too long, empty or dotted parts, a name twice,
 * not UTF-8. */
bool uri_parse(struct uri *out, const char *raw);
const char *uri_query(const struct uri *u, const char *name);	/* NULL where absent */

/* Decimal digits and nothing else, at most INT64_MAX. */
bool number_parse(uint64_t *out, const char *text);
/* The token behind "Bearer ", borrowed; NULL for other schemes and for what is not base64url. */
const char *bearer_parse(const char *text);
bool accepts_zstd(const char *accept_encoding);		/* NULL: does not */
bool accepts_gzip(const char *accept_encoding);

/* One range of bytes (RFC 9110). NONE: answer with all of it; BAD: 416. */
enum range_kind { RANGE_NONE, RANGE_OK, RANGE_BAD };
enum range_kind range_parse(uint64_t *from, uint64_t *len, const char *text, uint64_t size);
/* Last address of an X-Forwarded-For, which the nearest proxy added; false where that is no
 * address. */
bool forwarded_parse(char *out, size_t max, const char *text);

#endif
