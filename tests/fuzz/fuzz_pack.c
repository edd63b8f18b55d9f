/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the JSON of an event pack. What is accepted is a tree within its ceilings whose strings are
 * whole UTF-8, and written out again it reads as the same tree. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include "verdict/pack/json.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

#define VALUES 10000

static size_t walk(const struct json *v, unsigned int depth)
{
	const struct json *child;
	size_t n = 0, all = 1;

	FUZZ_HOLDS(depth <= PACK_DEPTH_MAX);
	if (v->type == JSON_TEXT)
		FUZZ_HOLDS(strlen(v->text) == v->len && utf8_valid(v->text, v->len));
	for (child = v->first; child; child = child->next, n++) {
		FUZZ_HOLDS((v->type == JSON_RECORD) == (child->key != NULL));
		if (child->key)
			FUZZ_HOLDS(utf8_valid(child->key, strlen(child->key)));
		all += walk(child, depth + 1);
	}
	if (v->type == JSON_LIST || v->type == JSON_RECORD)
		FUZZ_HOLDS(n == v->len);
	return all;
}

static void write_out(struct jsonw *w, const char *key, const struct json *v)
{
	const struct json *child;

	switch (v->type) {
	case JSON_NONE: case JSON_REAL: jsonw_null(w, key); return;
	case JSON_TRUTH: jsonw_bool(w, key, v->whole); return;
	case JSON_WHOLE: jsonw_int(w, key, v->whole); return;
	case JSON_TEXT: jsonw_strn(w, key, v->text, v->len); return;
	case JSON_LIST: jsonw_array(w, key); break;
	case JSON_RECORD: jsonw_object(w, key); break;
	}
	for (child = v->first; child; child = child->next)
		write_out(w, child->key, child);
	if (v->type == JSON_LIST)
		jsonw_end_array(w);
	else
		jsonw_end_object(w);
}

static void same(const struct json *a, const struct json *b)
{
	FUZZ_HOLDS(a->type == JSON_REAL ? b->type == JSON_NONE : a->type == b->type);
	FUZZ_HOLDS(a->whole == b->whole || a->type == JSON_REAL);
	FUZZ_HOLDS(a->len == b->len && (a->type != JSON_TEXT || strcmp(a->text, b->text) == 0));
	for (a = a->first, b = b->first; a && b; a = a->next, b = b->next) {
		FUZZ_HOLDS(!a->key || strcmp(a->key, b->key) == 0);
		same(a, b);
	}
	FUZZ_HOLDS(!a && !b);
}

static void check_again(const struct json *root)
{
	struct json_parser again;
	struct json *copy;
	struct jsonw w;
	struct buf b;

	buf_init(&b, 1 << 24);
	json_parser_init(&again, VALUES);
	jsonw_init(&w, &b, false);
	write_out(&w, NULL, root);
	FUZZ_HOLDS(b.err == STATUS_OK);
	copy = json_parse(&again, b.ptr, b.len);
	FUZZ_HOLDS(copy);
	same(root, copy);
	json_parser_done(&again);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_parser j;
	struct json *root;
	char *text = mem_alloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	json_parser_init(&j, VALUES);
	root = json_parse(&j, text, size);
	if (root) {
		FUZZ_HOLDS(walk(root, 0) <= VALUES);
		check_again(root);
	} else {
		FUZZ_HOLDS(j.error && j.code != STATUS_OK && j.line >= 1);
	}
	json_parser_done(&j);
	mem_free(text);
	return 0;
}
