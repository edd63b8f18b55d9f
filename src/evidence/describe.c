/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes in words: label, value, path. Layer evidence; any thread. One place for all formats, so that the
 * outline, the paths a monitor yanks and the search speak alike.
 */
#include "dicom.h"
#include "evidence_priv.h"
#include <string.h>

#define SIBLINGS_MAX 500	/* values of a group that are numbered by looking at them all */

static bool is_json(const struct node *n)
{
	return n->kind <= NODE_LITERAL;
}

static bool is_xml(const struct node *n)
{
	return n->kind >= NODE_ELEMENT && n->kind <= NODE_DOCTYPE;
}

static bool is_hl7(const struct node *n)
{
	return n->kind >= NODE_MESSAGE && n->kind <= NODE_SUBCOMPONENT;
}

static const char *slice(size_t *len_out, const struct document *d, uint32_t at, uint32_t n)
{
	size_t room;
	const char *p = text_at(&room, d, at);

	*len_out = n < room ? n : room;
	return p;
}

static const char *word(size_t *len_out, const struct document *d, uint32_t at, uint32_t n)
{
	*len_out = 0;
	if (at > d->o.words.len || n > d->o.words.len - at || !n)
		return "";
	*len_out = n;
	return d->o.words.ptr + at;
}

const char *node_label(size_t *len_out, const struct document *d, const struct node *n)
{
	*len_out = 0;
	if (n->flags & NODE_LABEL_NUMBER)
		return "";
	if (n->flags & NODE_LABEL_KEPT)
		return word(len_out, d, n->label, n->label_len);
	return slice(len_out, d, n->label, n->label_len);
}

const char *node_value(size_t *len_out, const struct document *d, const struct node *n)
{
	bool container = n->size > 1 || n->kind == NODE_OBJECT || n->kind == NODE_ARRAY || n->kind == NODE_PART ||
		n->kind == NODE_ITEM;

	*len_out = 0;
	if (n->flags & NODE_VALUE_KEPT)
		return word(len_out, d, n->value, n->value_len);
	if (container && !(n->flags & NODE_HAS_VALUE))
		return "";
	return slice(len_out, d, n->value, n->value_len);
}

bool label_is(const struct document *d, const struct node *n, const char *name)
{
	size_t len;
	const char *p = node_label(&len, d, n);

	return len == strlen(name) && !memcmp(p, name, len);
}

/* The root of a document, be it inside another. */
static bool is_top(const struct document *d, const struct node *n)
{
	return n->parent == NODE_NONE || d->o.nodes.at[n->parent].kind == NODE_BODY;
}

/* The resource's type names an entry of a Bundle better than its number. */
static bool resource_label(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t type = json_member(d, i, "resourceType");
	const char *p;
	size_t n;

	if (type == NODE_NONE)
		type = json_member(d, json_member(d, i, "resource"), "resourceType");
	if (type == NODE_NONE)
		return false;
	p = node_value(&n, d, &d->o.nodes.at[type]);
	buf_add(b, p, n < 64 ? n : 64);
	return n > 0;
}

void describe_label(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	const char *p;
	size_t len;

	if (is_hl7(n)) {
		hl7_label(b, d, i);
		return;
	}
	if (n->kind == NODE_OBJECT && ((n->flags & NODE_LABEL_NUMBER) || is_top(d, n)) && resource_label(b, d, i))
		return;
	if (n->flags & NODE_LABEL_NUMBER) {
		buf_printf(b, "%u", n->label);
		return;
	}
	p = node_label(&len, d, n);
	if (n->kind == NODE_ATTRIBUTE)
		buf_addc(b, '@');
	if (len)
		buf_add(b, p, len < ROW_TEXT_MAX ? len : ROW_TEXT_MAX);
	else if (is_top(d, n) || is_xml(n) || n->kind == NODE_LINE || n->kind == NODE_TROUBLE)
		buf_adds(b, node_kind_name(n->kind));
	else
		buf_adds(b, "\"\"");
}

static void add_cut(struct buf *b, const char *p, size_t n, size_t max)
{
	if (n > max) {
		for (n = max; n > 0 && max - n < 3 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	}
	buf_add(b, p, n);
}

static void add_decoded(struct buf *b, const struct document *d, const struct node *n, size_t max)
{
	char delimiters[5];
	struct buf t;
	const char *p;
	size_t len;

	p = node_value(&len, d, n);
	if (!(n->flags & NODE_ESCAPED)) {
		add_cut(b, p, len, max);
		return;
	}
	buf_init(&t, DOCUMENT_VALUE_MAX * 8);
	if (len > DOCUMENT_VALUE_MAX)
		len = DOCUMENT_VALUE_MAX;
	if (is_json(n))
		unescape_json(&t, p, len);
	else if (is_xml(n))
		unescape_xml(&t, p, len);
	else {
		hl7_delimiters(delimiters, d, (uint32_t)(n - d->o.nodes.at));
		unescape_hl7(&t, p, len, delimiters);
	}
	if (t.len)
		add_cut(b, t.ptr, t.len, max);
	buf_done(&t);
}

void describe_note(struct buf *b, const struct document *d, uint32_t i)
{
	enum evidence_kind kind = node_document(d, &d->o.nodes.at[i]);

	if (kind == EVIDENCE_DICOM || kind == EVIDENCE_DICOM_JSON)
		dicom_note(b, d, i);
	else
		note_of(b, d, i);
}

void describe_value(struct buf *b, const struct document *d, uint32_t i, size_t max)
{
	const struct node *n = &d->o.nodes.at[i];

	if (n->kind == NODE_ARRAY && (n->flags & NODE_LABEL_KEPT))	/* a sequence of DICOM */
		buf_printf(b, "%u %s", n->value_len, n->value_len == 1 ? "item" : "items");
	else if (n->kind == NODE_OBJECT || n->kind == NODE_ARRAY)
		json_summary(b, d, i);
	else if (n->kind == NODE_ITEM || (n->kind == NODE_BODY && n->size > 1))
		group_summary(b, d, i);
	else if (n->kind == NODE_PART)
		buf_printf(b, "%u %s", n->value_len, n->value_len == 1 ? "item" : "items");
	else if (n->kind == NODE_ELEMENT && !(n->flags & NODE_HAS_VALUE))
		xml_summary(b, d, i);
	else if (is_hl7(n) && n->size > 1)
		hl7_summary(b, d, i, max);
	else
		add_decoded(b, d, n, max);
}

unsigned int describe_style(const struct node *n)
{
	switch (n->kind) {
	case NODE_STRING: case NODE_TEXT: case NODE_CDATA: case NODE_ATTRIBUTE:
		return STYLE_STRING;
	case NODE_NUMBER:
		return STYLE_NUMBER;
	case NODE_LITERAL:
		return STYLE_LITERAL;
	case NODE_PI: case NODE_DOCTYPE:
		return STYLE_MARKUP;
	case NODE_COMMENT: case NODE_LINE:
		return STYLE_COMMENT;
	case NODE_SEGMENT: case NODE_MESSAGE:
		return STYLE_KEY;
	case NODE_ITEM: case NODE_BODY:
		return STYLE_KEY;
	case NODE_VALUE:
		return STYLE_STRING;
	case NODE_TROUBLE:
		return STYLE_TROUBLE;
	default:
		return STYLE_PLAIN;
	}
}

static bool same_label(const struct document *d, const struct node *a, const struct node *b)
{
	size_t len, other;
	const char *p = node_label(&len, d, a), *q = node_label(&other, d, b);

	return len == other && !memcmp(p, q, len);
}

/* "[2]": the how-many-th of its name among its siblings; nothing where it is the only one. */
static void xml_number(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *s;
	uint32_t c = n->parent == NODE_NONE ? NODE_NONE : outline_child(&d->o, n->parent);
	unsigned int before = 0, all = 0;

	for (; c != NODE_NONE; c = outline_next(&d->o, c)) {
		s = &d->o.nodes.at[c];
		if (s->kind != n->kind || !same_label(d, s, n))
			continue;
		all++;
		if (c <= i)
			before++;
	}
	if (all > 1)
		buf_printf(b, "[%u]", before);
}

static void json_part(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	const char *p;
	size_t len;

	if (is_top(d, n)) {
		if (n->parent != NODE_NONE)
			return;		/* the body that holds it says where it is */
		if (n->kind != NODE_OBJECT || !resource_label(b, d, i))
			buf_addc(b, '$');
	} else if (n->flags & NODE_LABEL_NUMBER) {
		buf_printf(b, "[%u]", n->label);
	} else {
		p = node_label(&len, d, n);
		buf_addc(b, '.');
		buf_add(b, p, len);
	}
}

static void xml_part(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	const char *p;
	size_t len;

	buf_adds(b, n->kind == NODE_ATTRIBUTE ? "/@" : "/");
	p = node_label(&len, d, n);
	if (n->kind == NODE_TEXT || n->kind == NODE_CDATA)
		buf_adds(b, "text()");
	else if (n->kind == NODE_COMMENT)
		buf_adds(b, "comment()");
	else if (len)
		buf_add(b, p, len);
	else
		buf_adds(b, node_kind_name(n->kind));
	if (n->kind == NODE_ELEMENT)
		xml_number(b, d, i);
}

/* ".request", ".exchange[3]": our own groups and values. */
static void group_part(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	uint32_t c;
	unsigned int same = 0, all = 0;
	const char *p;
	size_t len;

	if (n->flags & NODE_LABEL_NUMBER) {	/* item of a sequence */
		buf_printf(b, "[%u]", n->label);
		return;
	}
	p = node_label(&len, d, n);
	if (b->len)
		buf_addc(b, '.');
	buf_add(b, p, len);
	if (n->kind == NODE_ITEM && n->value)
		buf_printf(b, "[%u]", n->value - 1);
	if (n->kind != NODE_VALUE || n->parent == NODE_NONE || d->o.nodes.at[n->parent].value_len > SIBLINGS_MAX)
		return;
	for (c = outline_child(&d->o, n->parent); c != NODE_NONE; c = outline_next(&d->o, c))
		if (same_label(d, &d->o.nodes.at[c], n)) {
			all++;
			same += c < i;
		}
	if (all > 1)
		buf_printf(b, "[%u]", same);
}

void describe_path(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t up[OUTLINE_DEPTH_MAX + 2], n = 0;
	const struct node *node;

	for (; i != NODE_NONE && n < OUTLINE_DEPTH_MAX + 2; i = d->o.nodes.at[i].parent)
		up[n++] = i;
	while (n-- > 0) {
		node = &d->o.nodes.at[up[n]];
		if (is_json(node))
			json_part(b, d, up[n]);
		else if (is_xml(node))
			xml_part(b, d, up[n]);
		else if (is_hl7(node))
			hl7_path_part(b, d, up[n]);
		else if (node->kind == NODE_ITEM || node->kind == NODE_VALUE || node->kind == NODE_BODY)
			group_part(b, d, up[n]);
		else if (node->kind == NODE_PART)
			buf_addc(b, '$');
	}
}

/*
 * Paths are compared as they are written: at each level the child whose own path is the longest one that the
 * wanted path begins with. So whatever describe_path() says can be gone to.
 */
static size_t match_part(struct buf *b, const struct document *d, uint32_t i, const char *path, size_t len)
{
	buf_reset(b);
	describe_path(b, d, i);
	if (!b->len || b->len > len || memcmp(b->ptr, path, b->len))
		return 0;
	if (b->len < len && !strchr(".[/-(", path[b->len]) && b->ptr[b->len - 1] != '/')
		return 0;
	return b->len;
}

uint32_t describe_find_path(const struct document *d, const char *path, size_t len)
{
	uint32_t at = NODE_NONE, c = d->o.nodes.len ? 0 : NODE_NONE;
	struct buf b;

	buf_init(&b, DOCUMENT_VALUE_MAX);
	while (c != NODE_NONE) {
		size_t n = match_part(&b, d, c, path, len);

		if (!b.len && d->o.nodes.at[c].size > 1)	/* the only message of a file has no name */
			c = outline_child(&d->o, c);
		else if (n && (n == len || d->o.nodes.at[c].size > 1)) {
			at = c;
			if (n == len)
				break;
			c = outline_child(&d->o, c);
		} else {
			c = outline_next(&d->o, c);
		}
	}
	if (at != NODE_NONE && match_part(&b, d, at, path, len) != len)
		at = NODE_NONE;
	buf_done(&b);
	return at;
}

void describe_document(struct buf *b, const struct document *d)
{
	const struct node *root = outline_get(&d->o, 0);

	if (!root) {
		buf_adds(b, evidence_kind_label(d->kind));
		return;
	}
	while (root->kind != NODE_ELEMENT && is_xml(root) && outline_next(&d->o, (uint32_t)(root - d->o.nodes.at)) != NODE_NONE)
		root = &d->o.nodes.at[outline_next(&d->o, (uint32_t)(root - d->o.nodes.at))];
	describe_label(b, d, (uint32_t)(root - d->o.nodes.at));
	buf_adds(b, "  ");
	describe_value(b, d, (uint32_t)(root - d->o.nodes.at), 120);
	if (root->kind == NODE_OBJECT && json_member(d, 0, "resourceType") == NODE_NONE)
		buf_printf(b, "  %u %s", root->value_len, root->value_len == 1 ? "member" : "members");
}
