/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of an event pack as a tree over the bytes it was read from: strings are decoded in place and end in
 * NUL, nodes lie in one array that is used again for the next line. Pack layer; any thread.
 */
#ifndef VERDICT_PACK_JSON_H
#define VERDICT_PACK_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

#define PACK_DEPTH_MAX 32
#define PACK_KEYS_MAX 1000	/* of one object: keys are compared pairwise */

enum json_type { JSON_NONE, JSON_TRUTH, JSON_WHOLE, JSON_REAL, JSON_TEXT, JSON_LIST, JSON_RECORD };

struct json {
	enum json_type type;	/* JSON_NONE: null */
	uint32_t line;		/* from 1, of the text given */
	const char *key;	/* in an object, else NULL */
	const char *text;	/* JSON_TEXT */
	size_t len;		/* bytes of text; items of a list or object */
	int64_t whole;		/* JSON_WHOLE; JSON_TRUTH: 0 or 1 */
	struct json *first, *next;	/* children in order, next of the parent's */
};

struct json_parser {
	struct json *nodes;
	size_t cap, used, max;	/* max: values allowed in one text */
	char *p, *end;
	uint32_t line;
	unsigned int depth;
	const char *error;	/* what is wrong, a constant; NULL without */
	enum status code;
};

void json_parser_init(struct json_parser *j, size_t max);
void json_parser_done(struct json_parser *j);
/*
 * Parse text[0..len), of which text[len] must be writable; the tree and its strings live in `j` and `text`
 * until the next call. NULL where it is not strict JSON in UTF-8 (j->error, j->code, j->line tell): a byte
 * order mark, a NUL in a string, a lone surrogate and a key that occurs twice in one object are errors too.
 */
struct json *json_parse(struct json_parser *j, char *text, size_t len);

#endif
