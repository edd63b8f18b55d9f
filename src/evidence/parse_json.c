/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON and lines of JSON into an outline, with byte ranges. Layer evidence; any thread. No recursion: the
 * outline's stack of open containers is the only one. What is wrong becomes a trouble and ends the document
 * (or the line); everything read before it stays.
 */
#include "verdict/evidence/outline.h"
#include <string.h>

enum want { WANT_VALUE, WANT_VALUE_OR_END, WANT_KEY_OR_END, WANT_KEY, WANT_COMMA_OR_END, WANT_NOTHING };

struct json {
	struct outline *o;
	const char *p;
	size_t at, len;
	enum want want;
	bool bad, told_control;
	size_t key, key_end;	/* of the member whose value comes next; key_end 0 in an array */
	uint32_t item[OUTLINE_DEPTH_MAX + 2];	/* next index of each open array */
	size_t base;		/* containers that were open before this document (lines) */
	size_t depth;		/* of the document's own root */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void trouble(struct json *j, size_t at, const char *what)
{
	j->bad = true;
	if (at >= j->len)
		outline_trouble(j->o, j->len, j->len, "ends too early at byte %zu: %s", j->len, what);
	else
		outline_trouble(j->o, at, at + 1, "trouble at byte %zu: %s", at, what);
}

static bool in_object(const struct json *j)
{
	const struct outline *o = j->o;

	return o->stack.len > j->base && o->nodes.at[o->stack.at[o->stack.len - 1]].kind == NODE_OBJECT;
}

#define EACH_BYTE 0x0101010101010101ull

/* Of eight bytes, how many stand before the first quote, backslash or control. */
static unsigned int unmarked(const unsigned char *p)
{
	uint64_t w, quote, slash, marks;

	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	quote = w ^ EACH_BYTE * '"';
	slash = w ^ EACH_BYTE * '\\';
	/* the lowest mark is exact; those above it may be wrong by a borrow */
	marks = (((quote - EACH_BYTE) & ~quote) | ((slash - EACH_BYTE) & ~slash) | ((w - EACH_BYTE * 0x20) & ~w)) &
		EACH_BYTE * 0x80;
	return marks ? (unsigned int)__builtin_ctzll(marks) / 8 : 8;
}

/* The closing quote of the string whose first byte inside is `at`; sets *escaped. len where there is none. */
static size_t string_end(struct json *j, size_t at, bool *escaped, size_t *control)
{
	const unsigned char *p = (const unsigned char *)j->p;
	size_t i = at;
	unsigned int step;

	*escaped = false;
	*control = SIZE_MAX;
	for (;;) {
		for (step = 8; step == 8 && j->len - i >= 8; i += step)
			step = unmarked(p + i);
		while (j->len - i < 8 && i < j->len && p[i] >= 0x20 && p[i] != '"' && p[i] != '\\')
			i++;
		if (i >= j->len || p[i] == '"')
			break;
		if (p[i] == '\\') {
			*escaped = true;
			i++;
		} else if (p[i] < 0x20 && *control == SIZE_MAX) {
			*control = i;
		}
		if (++i > j->len)
			i = j->len;
	}
	return i;
}

/* Label of a new node: the key that came before, or its number in the array. */
static void name_node(struct json *j, uint32_t i)
{
	struct outline *o = j->o;

	if (i == NODE_NONE)
		return;
	if (j->key_end) {
		outline_label(o, i, j->key, j->key_end);
		o->nodes.at[i].begin = (uint32_t)(o->base + j->key - 1);
		o->has_div = o->has_div || (j->key_end - j->key == 3 && !memcmp(j->p + j->key, "div", 3));
		j->key_end = 0;
	} else if (o->nodes.at[i].depth > j->depth) {
		outline_label_number(o, i, j->item[o->nodes.at[i].depth]++);
	}
}

static void after_value(struct json *j)
{
	j->want = j->o->stack.len > j->base ? WANT_COMMA_OR_END : WANT_NOTHING;
}

static void tell_control(struct json *j, size_t control)
{
	if (control == SIZE_MAX || j->told_control)
		return;
	j->told_control = true;
	outline_trouble(j->o, control, control + 1, "control byte in a string at byte %zu, not allowed in JSON", control);
}

static void read_string(struct json *j)
{
	size_t begin = j->at, control, end;
	bool escaped;
	uint32_t i;

	end = string_end(j, begin + 1, &escaped, &control);
	i = outline_leaf(j->o, NODE_STRING, begin, end < j->len ? end + 1 : j->len);
	outline_value(j->o, i, begin + 1, end);
	name_node(j, i);
	if (i != NODE_NONE && escaped)
		j->o->nodes.at[i].flags |= NODE_ESCAPED;
	j->at = end < j->len ? end + 1 : j->len;
	if (end >= j->len)
		trouble(j, j->len, "a string has no closing quote");
	else
		tell_control(j, control);
	after_value(j);
}

static size_t digits(const struct json *j, size_t i)
{
	while (i < j->len && j->p[i] >= '0' && j->p[i] <= '9')
		i++;
	return i;
}

/* End of a number that follows the grammar, or `at` itself. */
static size_t number_end(const struct json *j, size_t at)
{
	size_t i = at, start;

	if (i < j->len && j->p[i] == '-')
		i++;
	start = i;
	i = digits(j, i);
	if (i == start || (j->p[start] == '0' && i > start + 1))
		return at;
	if (i < j->len && j->p[i] == '.') {
		start = ++i;
		if ((i = digits(j, i)) == start)
			return at;
	}
	if (i < j->len && (j->p[i] == 'e' || j->p[i] == 'E')) {
		i++;
		if (i < j->len && (j->p[i] == '+' || j->p[i] == '-'))
			i++;
		start = i;
		if ((i = digits(j, i)) == start)
			return at;
	}
	return i;
}

static bool ends_word(const struct json *j, size_t i)
{
	return i >= j->len || is_space(j->p[i]) || strchr(",]}:", j->p[i]);
}

static size_t literal_end(const struct json *j, size_t at)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t k;

	for (k = 0; k < 3; k++) {
		size_t n = strlen(words[k]);

		if (j->len - at >= n && !memcmp(j->p + at, words[k], n))
			return at + n;
	}
	return at;
}

static void read_word(struct json *j)
{
	size_t begin = j->at, end = number_end(j, begin);
	enum node_kind kind = NODE_NUMBER;
	uint32_t i;

	if (end == begin) {
		kind = NODE_LITERAL;
		end = literal_end(j, begin);
	}
	if (end == begin || !ends_word(j, end)) {
		trouble(j, begin, "not a JSON value");
		return;
	}
	i = outline_leaf(j->o, kind, begin, end);
	outline_value(j->o, i, begin, end);
	name_node(j, i);
	j->at = end;
	after_value(j);
}

static void open_container(struct json *j, enum node_kind kind)
{
	uint32_t i = outline_open(j->o, kind, j->at);

	name_node(j, i);
	if (i == NODE_NONE)
		return;
	j->item[j->o->stack.len] = 0;
	j->at++;
	j->want = kind == NODE_OBJECT ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
}

static void close_container(struct json *j)
{
	j->at++;
	outline_close(j->o, j->at);
	after_value(j);
}

static void read_value(struct json *j)
{
	switch (j->p[j->at]) {
	case '"':
		read_string(j);
		break;
	case '{':
		open_container(j, NODE_OBJECT);
		break;
	case '[':
		open_container(j, NODE_ARRAY);
		break;
	default:
		read_word(j);
	}
}

static void read_key(struct json *j)
{
	size_t control, end;
	bool escaped;

	if (j->p[j->at] != '"') {
		trouble(j, j->at, "a member's name in quotes was expected");
		return;
	}
	j->key = j->at + 1;
	end = string_end(j, j->key, &escaped, &control);
	if (end >= j->len) {
		trouble(j, j->len, "a member's name has no closing quote");
		return;
	}
	j->key_end = end;
	for (j->at = end + 1; j->at < j->len && is_space(j->p[j->at]); j->at++)
		;
	if (j->at >= j->len || j->p[j->at] != ':') {
		trouble(j, j->at, "a colon was expected after a member's name");
		return;
	}
	j->at++;
	j->want = WANT_VALUE;
	if (j->key == end)	/* an empty name is a name too: keep its place */
		j->key_end = end;
}

static void read_comma_or_end(struct json *j)
{
	char c = j->p[j->at], end = in_object(j) ? '}' : ']';

	if (c == end) {
		close_container(j);
	} else if (c == ',') {
		j->at++;
		j->want = in_object(j) ? WANT_KEY : WANT_VALUE;
	} else {
		trouble(j, j->at, in_object(j) ? "a comma or } was expected" : "a comma or ] was expected");
	}
}

static void step(struct json *j)
{
	char c = j->p[j->at];

	switch (j->want) {
	case WANT_VALUE_OR_END:
		if (c == ']') {
			close_container(j);
			break;
		}
		__attribute__((fallthrough));
	case WANT_VALUE:
		read_value(j);
		break;
	case WANT_KEY_OR_END:
		if (c == '}') {
			close_container(j);
			break;
		}
		__attribute__((fallthrough));
	case WANT_KEY:
		read_key(j);
		break;
	case WANT_COMMA_OR_END:
		read_comma_or_end(j);
		break;
	case WANT_NOTHING:
		break;
	}
}

/* One document from j->at; true when it ended well. */
static bool run(struct json *j)
{
	j->base = j->o->stack.len;
	j->want = WANT_VALUE;
	j->bad = false;
	j->key_end = 0;
	while (!j->bad && !j->o->stopped && j->want != WANT_NOTHING) {
		while (j->at < j->len && is_space(j->p[j->at]))
			j->at++;
		if (j->at >= j->len)
			trouble(j, j->len, j->o->stack.len > j->base ? "something is still open" : "a value was expected");
		else
			step(j);
	}
	while (j->o->stack.len > j->base)
		outline_close(j->o, j->at < j->len ? j->at : j->len);
	return !j->bad;
}

static void run_lines(struct json *j)
{
	size_t len = j->len;

	outline_label_word(j->o, outline_open(j->o, NODE_PART, j->at), "lines");
	j->item[j->o->stack.len] = 0;
	while (j->at < len && !j->o->stopped) {
		const char *nl = memchr(j->p + j->at, '\n', len - j->at);
		size_t end = nl ? (size_t)(nl - j->p) : len;

		while (j->at < end && is_space(j->p[j->at]))
			j->at++;
		j->len = end;
		if (j->at < end && run(j)) {
			while (j->at < end && is_space(j->p[j->at]))
				j->at++;
			if (j->at < end)
				trouble(j, j->at, "more text on the line after the value");
		}
		j->at = end + 1;
	}
	j->len = len;
	outline_close_all(j->o, len);
}

void parse_json(struct outline *o, const char *text, size_t len, bool lines)
{
	struct json *j = mem_zalloc(sizeof(*j));

	outline_expect(o, len);
	j->o = o;
	j->depth = o->stack.len;
	j->p = text;
	j->len = len > UINT32_MAX ? UINT32_MAX : len;
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		j->at = 3;
	if (lines) {
		run_lines(j);
	} else if (run(j)) {
		while (j->at < j->len && is_space(j->p[j->at]))
			j->at++;
		if (j->at < j->len)
			trouble(j, j->at, "more text after the end of the document");
	}
	mem_free(j);
}
