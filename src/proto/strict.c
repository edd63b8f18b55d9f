/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of small JSON objects: ceilings before the parser runs, then each field with its type and
 * range, and its place in the message. Layer: proto. Any thread.
 */
#include "strict_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/proto/signed.h"
#include "verdict/base/clock.h"
#include "verdict/base/text.h"
#include "verdict/model/record.h"
#include "verdict/proto/receipt.h"

void strict_fail(struct strict *r, const char *key, const char *what)
{
	if (!r->st)
		r->st = status_set(STATUS_INVALID, "%s: %s%s%s: %s", r->what, r->place,
			*r->place && *key ? "." : "", key, what);
}

static void fail_limit(struct strict *r, const char *key, size_t max)
{
	if (!r->st)
		r->st = status_set(STATUS_LIMIT, "%s: %s%s%s: over the ceiling of %zu", r->what, r->place,
			*r->place && *key ? "." : "", key, max);
}

/* Borrowed text of a field; NULL and a fault where it is of another type, too long, or needed and absent. */
const char *strict_peek_text(struct strict *r, const json_t *object, const char *key, size_t max, bool need)
{
	const json_t *v = json_object_get(object, key);

	if (!v && !need)
		return NULL;
	if (!json_is_string(v)) {
		strict_fail(r, key, v ? "want a string" : "is missing");
		return NULL;
	}
	if (json_string_length(v) > max) {
		fail_limit(r, key, max);
		return NULL;
	}
	return json_string_value(v);
}

const char *strict_get_text(struct strict *r, const json_t *object, const char *key, size_t max)
{
	return arena_str(r->a, strict_peek_text(r, object, key, max, false));
}

const char *strict_need_id(struct strict *r, const json_t *object, const char *key)
{
	const char *text = strict_peek_text(r, object, key, STRICT_ID_MAX, true);

	if (text && *text == '\0')
		strict_fail(r, key, "is empty");
	return arena_str(r->a, text);
}

int64_t strict_get_int(struct strict *r, const json_t *object, const char *key, int64_t min, int64_t max,
	bool need)
{
	const json_t *v = json_object_get(object, key);
	int64_t value;

	if (!v && !need)
		return min;
	if (!json_is_integer(v)) {
		strict_fail(r, key, v ? "want an integer" : "is missing");
		return min;
	}
	value = json_integer_value(v);
	if (value < min || value > max) {
		strict_fail(r, key, "is out of range");
		return min;
	}
	return value;
}

bool strict_get_digest(struct strict *r, struct digest *out, const json_t *object, const char *key, bool need)
{
	const char *hex = strict_peek_text(r, object, key, DIGEST_HEX - 1, need);

	if (!hex)
		return false;
	if (!digest_parse(out, hex))
		strict_fail(r, key, "want 64 hexadecimal digits in lower case");
	return true;
}

/* A word of a fixed list through its X_parse(). */
int strict_need_word(struct strict *r, const json_t *object, const char *key, int (*parse)(const char *))
{
	const char *word = strict_peek_text(r, object, key, STRICT_ID_MAX, true);
	int value = word ? parse(word) : 0;

	if (value >= 0)
		return value;
	strict_fail(r, key, "is none of the words known");
	return 0;
}

int64_t strict_need_time(struct strict *r, const json_t *object, const char *key)
{
	const char *text = strict_peek_text(r, object, key, CLOCK_TEXT, true);
	int64_t at = 0;

	if (text && clock_parse(&at, text) != 0)
		strict_fail(r, key, "want a time such as 2026-11-22T05:33:07.123Z");
	return at;
}

const char *strict_need_key_id(struct strict *r, const json_t *object, const char *key)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *id = strict_need_id(r, object, key);

	if (id && (strlen(id) != 22 || strspn(id, letters) != 22))
		strict_fail(r, key, "want a key id of 22 characters");
	return id;
}

void strict_need_epoch(struct strict *r, uint8_t *out, const json_t *object, const char *key)
{
	const char *text = strict_peek_text(r, object, key, EPOCH_HEX - 1, true);

	if (text && !epoch_parse(out, text))
		strict_fail(r, key, "want 32 hexadecimal digits in lower case");
}

const json_t *strict_get_object(struct strict *r, const json_t *object, const char *key, bool need)
{
	const json_t *v = json_object_get(object, key);

	if (v && !json_is_object(v))
		strict_fail(r, key, "want an object");
	else if (!v && need)
		strict_fail(r, key, "is missing");
	return json_is_object(v) ? v : NULL;
}

/* A list of at most `max` things; NULL and *n_out = 0 where absent. */
const json_t *strict_get_list(struct strict *r, size_t *n_out, const json_t *object, const char *key, size_t max)
{
	const json_t *v = json_object_get(object, key);

	*n_out = 0;
	if (!v)
		return NULL;
	if (!json_is_array(v)) {
		strict_fail(r, key, "want an array");
		return NULL;
	}
	if (json_array_size(v) > max) {
		fail_limit(r, key, max);
		return NULL;
	}
	*n_out = json_array_size(v);
	return v;
}

/* Thing i of a list of objects, its place set for messages; NULL after a fault. */
const json_t *strict_list_item(struct strict *r, const json_t *list, const char *name, size_t i)
{
	const json_t *v = json_array_get(list, i);

	snprintf(r->place, sizeof(r->place), "%s[%zu]", name, i);
	if (!json_is_object(v))
		strict_fail(r, "", "want an object");
	return r->st ? NULL : v;
}

void strict_place(struct strict *r, const char *name)
{
	snprintf(r->place, sizeof(r->place), "%s", name);
}

/* Brackets outside strings, before the parser recurses over them. */
static bool too_deep(const char *p, size_t len, int max)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				quoted = false;
		} else if (p[i] == '"') {
			quoted = true;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > max)
				return true;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	return false;
}

enum status strict_load(json_t **out, const char *what, const char *ptr, size_t len, size_t max)
{
	json_error_t error;

	if (len > max)
		return status_set(STATUS_LIMIT, "%s: %zu bytes, more than %zu", what, len, max);
	if (len < 2 || ptr[0] != '{' || ptr[len - 1] != '}')
		return status_set(STATUS_INVALID, "%s: is not one JSON object and nothing else", what);
	if (!utf8_valid(ptr, len))
		return status_set(STATUS_INVALID, "%s: is not UTF-8", what);
	if (too_deep(ptr, len, RECORD_DEPTH_MAX))
		return status_set(STATUS_LIMIT, "%s: nested deeper than %d", what, RECORD_DEPTH_MAX);
	*out = json_loadb(ptr, len, JSON_REJECT_DUPLICATES, &error);
	if (!*out)
		return status_set(STATUS_INVALID, "%s: byte %d: %s", what, error.position, error.text);
	return STATUS_OK;
}

enum status signed_load(json_t **out, uint8_t *key_out, struct strict *r, const char *type, const void *ptr, size_t len,
	const uint8_t *signer, size_t max)
{
	struct envelope e;
	enum status st = signed_open(&e, type, ptr, len, signer);
	json_t *root;

	if (st)
		return st;
	st = strict_load(&root, r->what, e.payload, e.len, max);
	if (st)
		return st;
	if (strict_get_int(r, root, "v", 1, INT64_MAX, true) != 1 && !r->st) {
		json_decref(root);
		return status_set(STATUS_NEWER, "%s: written by a newer version", r->what);
	}
	if (key_out)
		memcpy(key_out, e.public_key, KEY_PUBLIC);
	*out = root;
	return STATUS_OK;
}
