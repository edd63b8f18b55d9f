/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DICOM JSON model (PS3.18 annex F) into the outline that a DICOM file gives. Layer evidence; any thread.
 * The JSON is read by its own parser first; its nodes are then told again by keyword, one after the other.
 */
#include "dicom.h"
#include <string.h>
#include "evidence_priv.h"

#define LEVELS_MAX 400

enum level_kind { SET, SEQUENCE };
struct level {
	enum level_kind kind;
	uint32_t end;		/* first node of the JSON after it */
};
struct model {
	struct outline *o, json;
	const char *p;
	unsigned int n;
	struct level level[LEVELS_MAX];
};

static const struct node *at(const struct model *m, uint32_t i)
{
	return outline_get(&m->json, i);
}

static uint32_t member(const struct model *m, uint32_t object, const char *name)
{
	uint32_t c = object == NODE_NONE || at(m, object)->kind != NODE_OBJECT ? NODE_NONE : outline_child(&m->json, object);
	size_t len = strlen(name);

	for (; c != NODE_NONE; c = outline_next(&m->json, c))
		if (at(m, c)->label_len == len && !(at(m, c)->flags & NODE_LABEL_NUMBER) &&
				!memcmp(m->p + at(m, c)->label, name, len))
			return c;
	return NODE_NONE;
}

static bool add_scalar(struct buf *b, const struct model *m, uint32_t i)
{
	const struct node *n = at(m, i);

	if (n->kind != NODE_STRING && n->kind != NODE_NUMBER)
		return false;
	if (n->flags & NODE_ESCAPED)
		unescape_json(b, m->p + n->value, n->value_len);
	else
		buf_add(b, m->p + n->value, n->value_len);
	return true;
}

/* A person's name: its three groups as in a file. */
static void add_name(struct buf *b, const struct model *m, uint32_t i)
{
	static const char *const groups[] = { "Alphabetic", "Ideographic", "Phonetic" };
	unsigned int k, owed = 0;

	for (k = 0; k < 3; k++) {
		uint32_t g = member(m, i, groups[k]);

		if (g != NODE_NONE && at(m, g)->value_len) {
			buf_fill(b, '=', owed);
			owed = 0;
			add_scalar(b, m, g);
		}
		owed++;
	}
}

/* Bulk data and single plain values stay ranges; what is put together or unescaped is kept. */
static void leaf_value(struct model *m, uint32_t node, uint32_t attribute)
{
	uint32_t list = member(m, attribute, "Value"), v, bulk = member(m, attribute, "BulkDataURI");
	struct buf b;
	bool first = true;

	if (bulk == NODE_NONE)
		bulk = member(m, attribute, "InlineBinary");
	v = list != NODE_NONE && at(m, list)->kind == NODE_ARRAY ? outline_child(&m->json, list) : bulk;
	if (v == NODE_NONE) {
		outline_value(m->o, node, at(m, attribute)->end, at(m, attribute)->end);
		return;
	}
	if ((v == bulk || outline_next(&m->json, v) == NODE_NONE) && !(at(m, v)->flags & NODE_ESCAPED) &&
			(at(m, v)->kind == NODE_STRING || at(m, v)->kind == NODE_NUMBER)) {
		outline_value(m->o, node, at(m, v)->value, at(m, v)->value + at(m, v)->value_len);
		return;
	}
	buf_init(&b, 256 * 1024);
	for (; v != NODE_NONE; v = v == bulk ? NODE_NONE : outline_next(&m->json, v)) {
		if (at(m, v)->kind == NODE_TROUBLE)
			continue;
		if (!first)
			buf_addc(&b, '\\');
		first = false;
		if (!add_scalar(&b, m, v) && at(m, v)->kind == NODE_OBJECT)
			add_name(&b, m, v);
	}
	if (b.err)
		outline_trouble(m->o, at(m, attribute)->begin, at(m, attribute)->end, "a value too large to be shown");
	dicom_keep(m->o, node, buf_str(&b), b.len);
	buf_done(&b);
}

static void push(struct model *m, enum level_kind kind, uint32_t end)
{
	m->level[m->n].kind = kind;
	m->level[m->n++].end = end;
}

/* A member of a data set. Returns the JSON node to go on with. */
static uint32_t attribute(struct model *m, uint32_t i)
{
	const struct node *n = at(m, i);
	uint32_t vr = member(m, i, "vr"), list = member(m, i, "Value"), node, tag;

	if (n->kind == NODE_TROUBLE || !dicom_hex_tag(&tag, m->p + n->label, n->label_len) || n->kind != NODE_OBJECT) {
		if (n->kind == NODE_TROUBLE)
			outline_trouble(m->o, n->begin, n->end, "%.*s", (int)n->value_len, m->json.words.ptr + n->value);
		else
			outline_trouble(m->o, n->begin, n->end, "at byte %u a tag of eight digits was expected", n->begin);
		return i + n->size;
	}
	if (vr == NODE_NONE)
		outline_trouble(m->o, n->begin, n->end, "the attribute at byte %u does not say its vr", n->begin);
	if (vr != NODE_NONE && at(m, vr)->value_len == 2 && !memcmp(m->p + at(m, vr)->value, "SQ", 2) &&
			m->n + 2 < LEVELS_MAX) {
		node = outline_open(m->o, NODE_ARRAY, n->begin);
		dicom_label(m->o, node, tag);
		push(m, SEQUENCE, i + n->size);
		return list != NODE_NONE ? list + 1 : i + n->size;
	}
	node = outline_leaf(m->o, NODE_VALUE, n->begin, n->end);
	dicom_label(m->o, node, tag);
	if (node != NODE_NONE)
		leaf_value(m, node, i);
	return i + n->size;
}

static uint32_t item(struct model *m, uint32_t i)
{
	const struct node *n = at(m, i);
	uint32_t node, list = n->parent;

	if (n->parent == NODE_NONE || at(m, list)->kind != NODE_ARRAY || n->kind != NODE_OBJECT)
		return i + n->size;	/* members of the attribute after its items, or what is no item */
	node = outline_open(m->o, NODE_ITEM, n->begin);
	outline_label_number(m->o, node, n->label);
	if (node != NODE_NONE)
		m->o->nodes.at[node].value = 0;
	push(m, SET, i + n->size);
	return i + 1;
}

/* The members of one object, and all below. */
static void data_set(struct model *m, uint32_t object)
{
	uint32_t i = object + 1, end = object + at(m, object)->size;
	unsigned int floor = m->n;

	push(m, SET, end);
	while (!m->o->stopped) {
		while (m->n > floor && i >= m->level[m->n - 1].end) {
			if (--m->n > floor)
				outline_close(m->o, at(m, m->level[m->n].end - 1)->end);
		}
		if (m->n <= floor)
			break;
		i = m->level[m->n - 1].kind == SET ? attribute(m, i) : item(m, i);
	}
	m->n = floor;
}

static void instances(struct model *m, uint32_t array)
{
	uint32_t c = outline_child(&m->json, array), group, number = 1;

	for (; c != NODE_NONE && !m->o->stopped; c = outline_next(&m->json, c)) {
		if (at(m, c)->kind != NODE_OBJECT)
			continue;
		if (at(m, array)->value_len == 1) {
			data_set(m, c);
			continue;
		}
		group = outline_open(m->o, NODE_ITEM, at(m, c)->begin);
		outline_label_word(m->o, group, "instance");
		if (group == NODE_NONE)
			break;
		m->o->nodes.at[group].value = number++;
		data_set(m, c);
		outline_close(m->o, at(m, c)->end);
	}
}

void parse_dicom_json(struct outline *o, const char *text, size_t len)
{
	struct model *m = mem_zalloc(sizeof(*m));
	uint32_t root = outline_open(o, NODE_ITEM, 0);

	m->o = o;
	m->p = text;
	outline_init(&m->json);
	m->json.tick = o->tick;
	m->json.tick_data = o->tick_data;
	parse_json(&m->json, text, len, false);
	outline_label_word(o, root, "DICOM");
	if (root != NODE_NONE && m->json.nodes.len) {
		o->nodes.at[root].value = 0;
		if (at(m, 0)->kind == NODE_ARRAY)
			instances(m, 0);
		else if (at(m, 0)->kind == NODE_OBJECT)
			data_set(m, 0);
		if (m->json.troubles && !o->troubles)
			outline_trouble(o, len, len, "the JSON is damaged; what could be read is shown");
		dicom_content(o, root);
	}
	outline_close_all(o, len);
	outline_done(&m->json);
	mem_free(m);
}
