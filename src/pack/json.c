/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict JSON parser of event packs: one pass, in place, without allocation once the node array has
 * grown, so that a hundred thousand lines cost little more than reading them. Pack layer; any thread.
 */
#include "verdict/pack/json.h"

#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

void json_parser_init(struct json_parser *j, size_t max)
{
	memset(j, 0, sizeof(*j));
	j->max = max;
}

void json_parser_done(struct json_parser *j)
{
	mem_free(j->nodes);
	memset(j, 0, sizeof(*j));
}

static bool fail(struct json_parser *j, enum status code, const char *what)
{
	if (!j->error) {
		j->error = what;
		j->code = code;
	}
	return false;
}

static bool broken(struct json_parser *j, const char *what)
{
	return fail(j, STATUS_INVALID, what);
}

static void skip_space(struct json_parser *j)
{
	for (; j->p < j->end; j->p++) {
		if (*j->p == '\n')
			j->line++;
		else if (*j->p != ' ' && *j->p != '\t' && *j->p != '\r')
			break;
	}
}

/*
 * Nodes must not move while a tree is built, so the array has its full size before the first. A value takes
 * at least two bytes with its comma, except for brackets within brackets, which are bounded by the depth.
 */
static void make_room(struct json_parser *j, size_t len)
{
	size_t need = len / 2 + 2 + PACK_DEPTH_MAX;

	if (need > j->max + 1)
		need = j->max + 1;
	if (need > j->cap) {
		mem_free(j->nodes);
		j->nodes = mem_array(need, sizeof(*j->nodes));
		j->cap = need;
	}
	j->used = 0;
}

static struct json *new_node(struct json_parser *j)
{
	struct json *n;

	if (j->used >= j->max || j->used >= j->cap) {
		fail(j, STATUS_LIMIT, "too many values");
		return NULL;
	}
	n = &j->nodes[j->used++];
	memset(n, 0, sizeof(*n));
	n->line = j->line;
	return n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hex digits at j->p, or -1. */
static int32_t hex4(struct json_parser *j)
{
	int32_t v = 0;
	int i, d;

	if (j->end - j->p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		d = hex_digit(j->p[i]);
		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	j->p += 4;
	return v;
}

/* Behind "\u": a scalar value of one escape, or of two that make a pair. */
static bool unicode_escape(struct json_parser *j, char **out)
{
	int32_t hi = hex4(j), lo;

	if (hi < 0)
		return broken(j, "bad \\u escape");
	if (hi == 0)
		return broken(j, "NUL in a string");
	if (hi >= 0xd800 && hi <= 0xdfff) {
		if (hi >= 0xdc00 || j->end - j->p < 6 || j->p[0] != '\\' || j->p[1] != 'u')
			return broken(j, "lone surrogate in a string");
		j->p += 2;
		lo = hex4(j);
		if (lo < 0xdc00 || lo > 0xdfff)
			return broken(j, "lone surrogate in a string");
		hi = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
	}
	*out += utf8_encode(*out, (uint32_t)hi);
	return true;
}

static bool escape(struct json_parser *j, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	char c;

	if (j->p >= j->end)
		return broken(j, "string without end");
	c = *j->p++;
	if (c == 'u')
		return unicode_escape(j, out);
	hit = c ? strchr(from, c) : NULL;
	if (!hit)
		return broken(j, "unknown escape in a string");
	*(*out)++ = to[hit - from];
	return true;
}

/* Bytes of a multi-byte character at j->p, copied; false where it is not UTF-8. */
static bool wide(struct json_parser *j, char **out)
{
	uint32_t cp;
	int n = utf8_decode(&cp, j->p, (size_t)(j->end - j->p));

	if (n <= 0)
		return broken(j, "not UTF-8");
	if (*out != j->p)
		memmove(*out, j->p, (size_t)n);
	*out += n;
	j->p += n;
	return true;
}

/* Behind the opening quote: decode in place, which never grows, and end with NUL. */
static bool string(struct json_parser *j, const char **text_out, size_t *len_out)
{
	char *start = j->p, *out = j->p;
	unsigned char c;

	for (;;) {
		if (j->p >= j->end)
			return broken(j, "string without end");
		c = (unsigned char)*j->p;
		if (c == '"')
			break;
		if (c >= 0x80) {
			if (!wide(j, &out))
				return false;
		} else if (c == '\\') {
			j->p++;
			if (!escape(j, &out))
				return false;
		} else if (c < 0x20) {
			return broken(j, "raw control byte in a string");
		} else {
			*out++ = *j->p++;
		}
	}
	j->p++;
	*out = '\0';
	*text_out = start;
	*len_out = (size_t)(out - start);
	return true;
}

static size_t digits(struct json_parser *j)
{
	char *start = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return (size_t)(j->p - start);
}

static bool fraction_and_exponent(struct json_parser *j, struct json *n)
{
	if (j->p < j->end && *j->p == '.') {
		n->type = JSON_REAL;
		j->p++;
		if (digits(j) == 0)
			return broken(j, "bad number");
	}
	if (j->p < j->end && (*j->p == 'e' || *j->p == 'E')) {
		n->type = JSON_REAL;
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		if (digits(j) == 0)
			return broken(j, "bad number");
	}
	return true;
}

/* Whole numbers of up to 18 digits are kept; others only have their form checked. */
static bool number(struct json_parser *j, struct json *n)
{
	bool minus = *j->p == '-';
	char *start;
	size_t count, i;

	if (minus)
		j->p++;
	start = j->p;
	count = digits(j);
	if (count == 0 || (count > 1 && *start == '0'))
		return broken(j, "bad number");
	n->type = count <= 18 ? JSON_WHOLE : JSON_REAL;
	for (i = 0; n->type == JSON_WHOLE && i < count; i++)
		n->whole = n->whole * 10 + (start[i] - '0');
	if (minus)
		n->whole = -n->whole;
	return fraction_and_exponent(j, n);
}

static bool word(struct json_parser *j, struct json *n)
{
	static const struct { const char *text; size_t len; enum json_type type; int64_t whole; } words[] = {
		{ "true", 4, JSON_TRUTH, 1 }, { "false", 5, JSON_TRUTH, 0 }, { "null", 4, JSON_NONE, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((size_t)(j->end - j->p) >= words[i].len && memcmp(j->p, words[i].text, words[i].len) == 0) {
			j->p += words[i].len;
			n->type = words[i].type;
			n->whole = words[i].whole;
			return true;
		}
	return broken(j, "not JSON");
}

static bool key(struct json_parser *j, const struct json *parent, const char **out)
{
	const struct json *other;
	size_t len;

	skip_space(j);
	if (j->p >= j->end || *j->p != '"')
		return broken(j, "key expected");
	j->p++;
	if (!string(j, out, &len))
		return false;
	for (other = parent->first; other; other = other->next)
		if (other->key[0] == (*out)[0] && strcmp(other->key, *out) == 0)
			return broken(j, "key occurs twice in one object");
	skip_space(j);
	if (j->p >= j->end || *j->p != ':')
		return broken(j, "colon expected");
	j->p++;
	return true;
}

static bool value(struct json_parser *j, struct json **out);

/* Behind the opening bracket. */
static bool items(struct json_parser *j, struct json *parent, char close)
{
	struct json **tail = &parent->first, *item;
	const char *name;

	skip_space(j);
	if (j->p < j->end && *j->p == close) {
		j->p++;
		return true;
	}
	for (;;) {
		name = NULL;
		if (close == '}' && (!key(j, parent, &name)))
			return false;
		if (!value(j, &item))
			return false;
		item->key = name;
		*tail = item;
		tail = &item->next;
		if (++parent->len > PACK_KEYS_MAX && close == '}')
			return fail(j, STATUS_LIMIT, "too many keys in one object");
		skip_space(j);
		if (j->p >= j->end)
			return broken(j, "bracket without end");
		if (*j->p == close)
			break;
		if (*j->p++ != ',')
			return broken(j, "comma expected");
	}
	j->p++;
	return true;
}

static bool container(struct json_parser *j, struct json *n)
{
	bool list = *j->p++ == '[', ok;

	if (j->depth == PACK_DEPTH_MAX)
		return fail(j, STATUS_LIMIT, "nested too deeply");
	j->depth++;
	n->type = list ? JSON_LIST : JSON_RECORD;
	ok = items(j, n, list ? ']' : '}');
	j->depth--;
	return ok;
}

static bool value(struct json_parser *j, struct json **out)
{
	struct json *n;

	skip_space(j);
	if (j->p >= j->end)
		return broken(j, "value expected");
	n = new_node(j);
	if (!n)
		return false;
	*out = n;
	switch (*j->p) {
	case '"':
		j->p++;
		n->type = JSON_TEXT;
		return string(j, &n->text, &n->len);
	case '[': case '{':
		return container(j, n);
	case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		return number(j, n);
	default:
		return word(j, n);
	}
}

struct json *json_parse(struct json_parser *j, char *text, size_t len)
{
	struct json *root;

	make_room(j, len);
	j->p = text;
	j->end = text + len;
	j->line = 1;
	j->depth = 0;
	j->error = NULL;
	j->code = STATUS_OK;
	if (utf8_bom(text, len) > 0)
		broken(j, "byte order mark");
	if (j->error || !value(j, &root))
		return NULL;
	skip_space(j);
	if (j->p < j->end) {
		broken(j, "more behind the value");
		return NULL;
	}
	return root;
}
