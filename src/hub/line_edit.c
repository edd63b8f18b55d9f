/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to one line of a pack as text. Hub layer; any thread. */
#include "line_edit.h"

#include <string.h>

struct span { size_t from, to; };	/* of a value, without blanks around it */

static size_t skip_blank(const struct buf *b, size_t at)
{
	while (at < b->len && strchr(" \t\r\n", b->ptr[at]))
		at++;
	return at;
}

static size_t skip_string(const struct buf *b, size_t at)
{
	for (at++; at < b->len && b->ptr[at] != '"'; at++)
		at += b->ptr[at] == '\\';
	return at + 1;
}

/* To the comma or bracket behind a value. */
static size_t skip_value(const struct buf *b, size_t at)
{
	unsigned int depth = 0;

	while (at < b->len) {
		char c = b->ptr[at];

		if (c == '"') {
			at = skip_string(b, at);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			break;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		at++;
	}
	return at;
}

static bool find(struct span *out, const struct buf *b, const char *key)
{
	size_t at = skip_blank(b, 0) + 1, n = strlen(key);

	while ((at = skip_blank(b, at)) < b->len && b->ptr[at] == '"') {
		size_t name = at + 1, end = skip_string(b, at);
		bool same = end - 1 - name == n && memcmp(b->ptr + name, key, n) == 0;

		at = skip_blank(b, end);		/* the colon */
		out->from = skip_blank(b, at + 1);
		at = skip_value(b, out->from);
		for (out->to = at; out->to > out->from && strchr(" \t\r\n", b->ptr[out->to - 1]); out->to--)
			;
		if (same)
			return true;
		at++;		/* the comma */
	}
	return false;
}

static void replace(struct buf *line, size_t from, size_t to, const char *before, const char *json, const char *after)
{
	struct buf tail;

	buf_init(&tail, line->max);
	buf_add(&tail, line->ptr + to, line->len - to);
	buf_cut(line, from, line->len - from);
	buf_adds(line, before);
	buf_adds(line, json);
	buf_adds(line, after);
	buf_add(line, buf_str(&tail), tail.len);
	buf_done(&tail);
}

static void add(struct buf *line, const char *key, const char *before, const char *json, const char *after)
{
	size_t end = line->len, first;
	struct buf text;

	while (end > 0 && line->ptr[end - 1] != '}')
		end--;
	if (end == 0)
		return;
	first = skip_blank(line, skip_blank(line, 0) + 1);
	buf_init(&text, line->max);
	buf_printf(&text, "%s\"%s\": %s%s%s", first == end - 1 ? "" : ", ", key, before, json, after);
	replace(line, end - 1, end - 1, "", buf_str(&text), "");
	buf_done(&text);
}

void line_set(struct buf *line, const char *key, const char *json)
{
	struct span s;

	if (find(&s, line, key))
		replace(line, s.from, s.to, "", json, "");
	else
		add(line, key, "", json, "");
}

void line_append(struct buf *line, const char *key, const char *json)
{
	struct span s;

	if (!find(&s, line, key))
		add(line, key, "[", json, "]");
	else if (line->ptr[s.from] != '[')
		replace(line, s.from, s.to, "[", json, "]");
	else if (line->ptr[skip_blank(line, s.from + 1)] == ']')
		replace(line, s.from, s.to, "[", json, "]");
	else
		replace(line, s.to - 1, s.to - 1, ", ", json, "");
}
