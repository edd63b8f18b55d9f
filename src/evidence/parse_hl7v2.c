/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HL7 v2 (ER7) into an outline: messages, segments, fields, repetitions, components. Layer evidence; any
 * thread. Delimiters come from each MSH; segments end in CR, LF or both; frames of MLLP and a byte order mark
 * are skipped; what is no segment becomes a line. Empty fields make no nodes.
 */
#include "verdict/evidence/outline.h"
#include <ctype.h>
#include <string.h>
#include "verdict/base/text.h"

struct hl7 {
	struct outline *o;
	const char *p;
	size_t len;
	char field, component, repetition, escape, sub;
	bool in_message, batch;
};

static void delimiters(struct hl7 *h, size_t at, size_t end)
{
	size_t n = end - at;

	h->field = '|';
	h->component = '^';
	h->repetition = '~';
	h->escape = '\\';
	h->sub = '&';
	if (n > 3)
		h->field = h->p[at + 3];
	if (n > 4 && h->p[at + 4] != h->field)
		h->component = h->p[at + 4];
	if (n > 5 && h->p[at + 5] != h->field && h->p[at + 4] != h->field)
		h->repetition = h->p[at + 5];
	if (n > 6 && !memchr(h->p + at + 4, h->field, 3))
		h->escape = h->p[at + 6];
	if (n > 7 && !memchr(h->p + at + 4, h->field, 4))
		h->sub = h->p[at + 7];
}

static bool is_segment(const struct hl7 *h, size_t at, size_t end)
{
	size_t i;

	if (end - at < 3 || !isupper((unsigned char)h->p[at]))
		return false;
	for (i = at; i < at + 3; i++)
		if (!isupper((unsigned char)h->p[i]) && !isdigit((unsigned char)h->p[i]))
			return false;
	return end - at == 3 || h->p[at + 3] == h->field;
}

static bool is_header(const char *p, size_t at, size_t end)
{
	return end - at >= 3 && (!memcmp(p + at, "MSH", 3) || !memcmp(p + at, "FHS", 3) || !memcmp(p + at, "BHS", 3)) &&
		(end - at == 3 || (ispunct((unsigned char)p[at + 3]) && (unsigned char)p[at + 3] < 0x80));
}

static void set_escaped(struct hl7 *h, uint32_t i, size_t begin, size_t end)
{
	if (i != NODE_NONE && end > begin && memchr(h->p + begin, h->escape, end - begin))
		h->o->nodes.at[i].flags |= NODE_ESCAPED;
}

static uint32_t leaf(struct hl7 *h, enum node_kind kind, size_t begin, size_t end, uint32_t number)
{
	uint32_t i = outline_leaf(h->o, kind, begin, end);

	outline_label_number(h->o, i, number);
	outline_value(h->o, i, begin, end);
	set_escaped(h, i, begin, end);
	return i;
}

static size_t part_end(const char *p, size_t at, size_t end, char delimiter)
{
	const char *hit = at < end ? memchr(p + at, delimiter, end - at) : NULL;

	return hit ? (size_t)(hit - p) : end;
}

/* One node, or a container of its parts where a delimiter is in it. `kinds` goes down from what this is. */
static void parts(struct hl7 *h, enum node_kind kind, size_t begin, size_t end, uint32_t number)
{
	char delimiter = kind == NODE_COMPONENT ? h->sub : h->component;
	enum node_kind inner = kind == NODE_COMPONENT ? NODE_SUBCOMPONENT : NODE_COMPONENT;
	size_t at = begin, stop;
	uint32_t k, i;

	if (kind == NODE_SUBCOMPONENT || part_end(h->p, begin, end, delimiter) == end) {
		/* one component that has subcomponents is still component 1 */
		if (kind == NODE_COMPONENT || kind == NODE_SUBCOMPONENT || part_end(h->p, begin, end, h->sub) == end) {
			leaf(h, kind, begin, end, number);
			return;
		}
	}
	i = outline_open(h->o, kind, begin);
	if (i == NODE_NONE)
		return;
	outline_label_number(h->o, i, number);
	for (k = 1; at <= end && !h->o->stopped; k++, at = stop + 1) {
		stop = part_end(h->p, at, end, delimiter);
		if (stop > at)
			parts(h, inner, at, stop, k);
	}
	outline_close(h->o, end);
}

static void field(struct hl7 *h, size_t begin, size_t end, uint32_t number)
{
	size_t at = begin, stop;
	uint32_t i, k;

	if (part_end(h->p, begin, end, h->repetition) == end) {
		parts(h, NODE_FIELD, begin, end, number);
		return;
	}
	i = outline_open(h->o, NODE_FIELD, begin);
	if (i == NODE_NONE)
		return;
	outline_label_number(h->o, i, number);
	for (k = 1; at <= end && !h->o->stopped; k++, at = stop + 1) {
		stop = part_end(h->p, at, end, h->repetition);
		if (stop > at)
			parts(h, NODE_REPEAT, at, stop, k);
	}
	outline_close(h->o, end);
}

static void segment(struct hl7 *h, size_t at, size_t end)
{
	bool header = is_header(h->p, at, end);
	size_t begin = at + 4, stop;
	uint32_t i, number = 1;

	i = outline_open(h->o, NODE_SEGMENT, at);
	if (i == NODE_NONE)
		return;
	outline_label(h->o, i, at, at + 3);
	if (header && end > at + 3) {
		leaf(h, NODE_FIELD, at + 3, at + 4, 1);
		stop = part_end(h->p, begin, end, h->field);
		if (stop > begin && (i = leaf(h, NODE_FIELD, begin, stop, 2)) != NODE_NONE)
			h->o->nodes.at[i].flags &= (uint8_t)~NODE_ESCAPED;	/* it names the escape */
		if (stop - begin < 4)
			outline_trouble(h->o, begin, stop, "MSH-2 should name four delimiters, it has %zu", stop - begin);
		begin = stop + 1;
		number = 3;
	}
	for (; begin <= end && !h->o->stopped; number++, begin = stop + 1) {
		stop = part_end(h->p, begin, end, h->field);
		if (stop > begin)
			field(h, begin, stop, number);
	}
	outline_close(h->o, end);
}

static void line(struct hl7 *h, size_t at, size_t end)
{
	bool header = is_header(h->p, at, end);
	uint32_t i;

	if (header) {
		if (h->in_message && !memcmp(h->p + at, "MSH", 3))
			outline_close(h->o, at);
		delimiters(h, at, end);
		if (!memcmp(h->p + at, "MSH", 3)) {
			outline_open(h->o, NODE_MESSAGE, at);
			h->in_message = true;
		}
	}
	if (header || is_segment(h, at, end)) {
		segment(h, at, end);
		return;
	}
	i = outline_leaf(h->o, NODE_LINE, at, end);
	outline_value(h->o, i, at, end);
}

static bool ends_line(char c)
{
	return c == '\r' || c == '\n' || c == 0x1c;
}

static bool blank_line(const char *p, size_t at, size_t end)
{
	while (at < end && (isspace((unsigned char)p[at]) || p[at] == 0x0b))
		at++;
	return at == end;
}

/* More than one message, or a batch: then a part holds them. */
static bool has_many(const char *p, size_t len)
{
	const char *hit = p;
	unsigned int n = 0;

	while (n < 2 && (hit = memmem(hit, len - (size_t)(hit - p), "MSH", 3)) != NULL) {
		if (hit == p || ends_line(hit[-1]) || hit[-1] == 0x0b)
			n++;
		hit += 3;
	}
	return n > 1;
}

void parse_hl7v2(struct outline *o, const char *text, size_t len)
{
	struct hl7 h = { .o = o, .p = text, .len = len > UINT32_MAX ? UINT32_MAX : len };
	size_t at = utf8_bom(text, len), end;

	delimiters(&h, 0, 0);
	if (has_many(text, h.len) || (h.len - at > 3 && memcmp(text + at, "MSH", 3) && is_header(text, at, h.len)))
		outline_label_word(o, outline_open(o, NODE_PART, at), "messages");
	while (at < h.len && !o->stopped) {
		while (at < h.len && (ends_line(text[at]) || text[at] == 0x0b))
			at++;
		for (end = at; end < h.len && !ends_line(text[end]); end++)
			;
		if (!blank_line(text, at, end))
			line(&h, at, end);
		at = end;
	}
	while (end = h.len, end > 0 && o->stack.len > o->floor && (ends_line(text[end - 1])))
		h.len--;
	outline_close_all(o, h.len);
}
