/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a JSON object is about, in a few words: FHIR resources, their common data types, and anything that has
 * a title, a name or an id. Layer evidence; any thread. It looks at direct members and few levels below, so
 * its cost does not grow with what a fold hides.
 */
#include "summary_priv.h"
#include <string.h>

#define LOOK_AT 200	/* members of an object that are looked at */
#define DEEP 4

static void add_summary(struct buf *b, const struct document *d, uint32_t i, int deep);

uint32_t json_member(const struct document *d, uint32_t object, const char *key)
{
	uint32_t c = object == NODE_NONE ? NODE_NONE : outline_child(&d->o, object);
	unsigned int looked = 0;

	for (; c != NODE_NONE && looked < LOOK_AT; c = outline_next(&d->o, c), looked++)
		if (label_is(d, &d->o.nodes.at[c], key))
			return c;
	return NODE_NONE;
}

static bool is_scalar(const struct document *d, uint32_t i)
{
	return i != NODE_NONE && d->o.nodes.at[i].kind >= NODE_STRING && d->o.nodes.at[i].kind <= NODE_LITERAL;
}

static void space(struct buf *b, const char *gap)
{
	if (b->len && b->ptr[b->len - 1] != ' ')
		buf_adds(b, gap);
}

static bool add_scalar(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	const char *p;
	size_t n;

	if (!is_scalar(d, i))
		return false;
	p = node_value(&n, d, &d->o.nodes.at[i]);
	if (!n)
		return false;
	space(b, gap);
	if (n > 100)
		for (n = 100; n > 96 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	if (d->o.nodes.at[i].flags & NODE_ESCAPED)
		unescape_json(b, p, n);
	else
		buf_add(b, p, n);
	return true;
}

static bool add_member(struct buf *b, const struct document *d, uint32_t i, const char *key, const char *gap)
{
	uint32_t m = json_member(d, i, key);

	return m != NODE_NONE && add_scalar(b, d, m, gap);
}

static void add_tail(struct buf *b, const struct document *d, uint32_t i, const char *key)
{
	uint32_t m = json_member(d, i, key);
	const char *p, *slash;
	size_t n;

	if (!is_scalar(d, m))
		return;
	p = node_value(&n, d, &d->o.nodes.at[m]);
	slash = n ? memrchr(p, '/', n) : NULL;
	if (slash && slash + 1 < p + n) {
		n -= (size_t)(slash + 1 - p);
		p = slash + 1;
	}
	space(b, "  ");
	buf_add(b, p, n < 80 ? n : 80);
}

static uint32_t first_item(const struct document *d, uint32_t i)
{
	if (i != NODE_NONE && d->o.nodes.at[i].kind == NODE_ARRAY)
		return outline_child(&d->o, i);
	return i;
}

static void add_count(struct buf *b, const struct node *n, const char *one, const char *many)
{
	space(b, "  ");
	buf_printf(b, "%u %s", n->value_len, n->value_len == 1 ? one : many);
}

static bool human_name(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t given;
	bool any;

	if (add_member(b, d, i, "text", "  "))
		return true;
	any = add_member(b, d, i, "family", "  ");
	given = json_member(d, i, "given");
	return add_scalar(b, d, first_item(d, given), any ? " " : "  ") || any;
}

static bool concept(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	uint32_t coding = json_member(d, i, "coding");
	bool any = add_member(b, d, i, "text", "  ");

	if (coding == NODE_NONE)
		return any;
	if (!any)
		add_summary(b, d, first_item(d, coding), deep + 1);
	else
		add_member(b, d, first_item(d, coding), "code", " ");
	return true;
}

static bool data_type(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	uint32_t m;

	if (json_member(d, i, "coding") != NODE_NONE)
		return concept(b, d, i, deep);
	if (json_member(d, i, "code") != NODE_NONE && is_scalar(d, json_member(d, i, "code")) &&
			json_member(d, i, "system") != NODE_NONE && json_member(d, i, "value") == NODE_NONE) {
		add_member(b, d, i, "display", "  ");
		return add_member(b, d, i, "code", " ");
	}
	if (json_member(d, i, "family") != NODE_NONE || json_member(d, i, "given") != NODE_NONE)
		return human_name(b, d, i);
	if (json_member(d, i, "reference") != NODE_NONE) {
		add_member(b, d, i, "display", "  ");
		return add_member(b, d, i, "reference", "  ");
	}
	if (is_scalar(d, json_member(d, i, "value"))) {
		add_member(b, d, i, "value", "  ");
		if (!add_member(b, d, i, "unit", " "))
			add_member(b, d, i, "code", " ");
		return true;
	}
	m = json_member(d, i, "start");
	if (is_scalar(d, m)) {
		add_scalar(b, d, m, "  ");
		buf_adds(b, " – ");
		add_member(b, d, i, "end", " ");
		return true;
	}
	return false;
}

/* Members that say what a resource or object is, best first. */
static void telling(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	static const char *const keys[] = { "title", "name", "code", "vaccineCode", "medicationCodeableConcept",
		"medicationReference", "description", "type", "display", "text", "status", "id", "url" };
	size_t k;

	for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		uint32_t m = json_member(d, i, keys[k]);
		size_t before = b->len;

		if (m == NODE_NONE)
			continue;
		if (!add_scalar(b, d, m, "  ") && deep < DEEP)
			add_summary(b, d, first_item(d, m), deep + 1);
		if (b->len > before)
			return;
	}
}

static void resource(struct buf *b, const struct document *d, uint32_t i, uint32_t type, int deep)
{
	uint32_t entry = json_member(d, i, "entry");
	const char *p;
	size_t n;

	p = node_value(&n, d, &d->o.nodes.at[type]);
	if (n == 6 && !memcmp(p, "Bundle", 6)) {
		add_member(b, d, i, "type", "  ");
		if (entry != NODE_NONE)
			add_count(b, &d->o.nodes.at[entry], "entry", "entries");
		return;
	}
	telling(b, d, i, deep);
	add_member(b, d, i, "birthDate", "  ");
}

/* value[x] of an extension. */
static bool is_value(const struct document *d, const struct node *n)
{
	size_t len;
	const char *p = node_label(&len, d, n);

	return len > 5 && !memcmp(p, "value", 5);
}

static void object_summary(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	uint32_t type = json_member(d, i, "resourceType"), inner = json_member(d, i, "resource");
	uint32_t entry, request;
	const struct node *n = &d->o.nodes.at[i];

	if (report_summary(b, d, i) || audit_summary(b, d, i)) {
		;
	} else if (is_scalar(d, type)) {
		resource(b, d, i, type, deep);
	} else if (inner != NODE_NONE && d->o.nodes.at[inner].kind == NODE_OBJECT) {
		add_summary(b, d, inner, deep + 1);
	} else if ((request = json_member(d, i, "request")) != NODE_NONE && json_member(d, request, "method") != NODE_NONE) {
		add_member(b, d, request, "method", "  ");
		add_member(b, d, request, "url", " ");
	} else if (json_member(d, i, "url") != NODE_NONE && n->value_len <= 3 && n->parent != NODE_NONE) {
		add_tail(b, d, i, "url");
		type = outline_child(&d->o, i);
		while (type != NODE_NONE && !is_value(d, &d->o.nodes.at[type]))
			type = outline_next(&d->o, type);
		if (type != NODE_NONE && !add_scalar(b, d, type, "  ") && deep < DEEP)
			add_summary(b, d, type, deep + 1);
	} else if (!data_type(b, d, i, deep)) {
		telling(b, d, i, deep);
		entry = json_member(d, i, "title");
		if (entry != NODE_NONE && json_member(d, i, "code") != NODE_NONE) {	/* a section of a document */
			uint32_t coding = first_item(d, json_member(d, json_member(d, i, "code"), "coding"));

			add_member(b, d, coding, "code", " ");
			entry = json_member(d, i, "entry");
			if (entry != NODE_NONE)
				add_count(b, &d->o.nodes.at[entry], "entry", "entries");
		}
	}
}

static void add_summary(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	const struct node *n;

	if (i == NODE_NONE || deep > DEEP)
		return;
	n = &d->o.nodes.at[i];
	if (n->kind == NODE_OBJECT) {
		object_summary(b, d, i, deep);
	} else if (n->kind == NODE_ARRAY) {
		bool entries = label_is(d, n, "entry");

		if (report_summary(b, d, i))
			return;
		if (n->value_len == 1 && !entries)
			add_summary(b, d, outline_child(&d->o, i), deep + 1);
		else
			add_count(b, n, entries ? "entry" : "item", entries ? "entries" : "items");
	} else {
		add_scalar(b, d, i, "  ");
	}
}

void json_summary(struct buf *b, const struct document *d, uint32_t i)
{
	struct buf s;
	size_t skip;

	buf_init(&s, 4096);
	add_summary(&s, d, i, 0);
	for (skip = 0; skip < s.len && s.ptr[skip] == ' '; skip++)
		;
	if (s.len > skip)
		buf_add(b, s.ptr + skip, s.len - skip);
	buf_done(&s);
}
