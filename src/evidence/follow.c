/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References inside a document: which rows are one, and the node they mean. FHIR in JSON and XML, ids of CDA,
 * ebXML and signatures, parts of a message. Layer evidence; one thread at a time. Nothing is indexed: a
 * reference is followed at a key press, and one pass over the nodes is quick enough for that.
 */
#include "evidence_priv.h"
#include <string.h>

#define REFERENCE_MAX 1000

/* Attributes that name the id of another element without a mark before it. */
static const char *const bare_names[] = {
	"sourceObject", "targetObject", "classifiedObject", "registryObject", "IDREF", "referencedObject",
};
static const char *const marked_names[] = { "href", "URI", "value" };
static const char *const id_names[] = { "id", "ID", "Id", "AssertionID" };

struct reference {
	char text[REFERENCE_MAX + 1];
	size_t len;
	uint32_t at;		/* node that holds it */
	uint32_t first, end;	/* nodes that are searched */
};

static bool among(const struct document *d, const struct node *n, const char *const *names, size_t count)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (label_is(d, n, names[k]))
			return true;
	return false;
}
#define AMONG(d, n, names) among(d, n, names, sizeof(names) / sizeof((names)[0]))

static const struct node *parent_of(const struct document *d, const struct node *n)
{
	return n->parent == NODE_NONE ? NULL : &d->o.nodes.at[n->parent];
}

static bool parent_is(const struct document *d, const struct node *n, const char *name)
{
	const struct node *p = parent_of(d, n);

	return p && label_is(d, p, name);
}

/* Does the value begin with a mark that says "an id here" or "a part of this message"? */
static bool is_marked(const struct document *d, const struct node *n)
{
	size_t len;
	const char *p = node_value(&len, d, n);

	return (len > 1 && p[0] == '#') || (len > 4 && !memcmp(p, "cid:", 4));
}

static uint32_t attribute(const struct document *d, uint32_t i, const char *name)
{
	uint32_t c = outline_child(&d->o, i);

	for (; c != NODE_NONE && d->o.nodes.at[c].kind == NODE_ATTRIBUTE; c = outline_next(&d->o, c))
		if (label_is(d, &d->o.nodes.at[c], name))
			return c;
	return NODE_NONE;
}

static bool is_reference_string(const struct document *d, const struct node *n)
{
	if (!n->value_len)
		return false;
	return label_is(d, n, "reference") || (label_is(d, n, "url") && parent_is(d, n, "attachment"));
}

static bool is_reference_attribute(const struct document *d, const struct node *n)
{
	const struct node *p = parent_of(d, n);

	if (!p || !n->value_len)
		return false;
	if (label_is(d, n, "value") && (label_is(d, p, "reference") || (label_is(d, p, "url") && parent_is(d, p, "attachment"))))
		return true;
	return AMONG(d, n, bare_names) || (AMONG(d, n, marked_names) && is_marked(d, n));
}

/* The node with the text of the reference that a row is, or NODE_NONE. */
static uint32_t reference_at(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	uint32_t a = NODE_NONE;

	if (n->kind == NODE_STRING && is_reference_string(d, n))
		return i;
	if (n->kind == NODE_ATTRIBUTE && is_reference_attribute(d, n))
		return i;
	if (n->kind == NODE_OBJECT)
		a = json_member(d, i, "reference");
	if (n->kind == NODE_ELEMENT && label_is(d, n, "reference"))
		a = attribute(d, i, "value");
	if (n->kind == NODE_ELEMENT && label_is(d, n, "Include"))
		a = attribute(d, i, "href");
	if (a == NODE_NONE || d->o.nodes.at[a].size > 1 || !d->o.nodes.at[a].value_len)
		return NODE_NONE;
	return a;
}

bool refers(const struct document *d, uint32_t i)
{
	return d->o.nodes.at[i].kind != NODE_OBJECT && reference_at(d, i) != NODE_NONE;
}

static bool equal(const struct document *d, uint32_t i, const char *text, size_t n)
{
	const struct node *node = &d->o.nodes.at[i];
	bool same;
	struct buf b;
	size_t len;
	const char *p = node_value(&len, d, node);

	if (!(node->flags & NODE_ESCAPED))
		return len == n && !memcmp(p, text, n);
	if (len > REFERENCE_MAX * 6)
		return false;
	buf_init(&b, REFERENCE_MAX * 8);
	describe_value(&b, d, i, REFERENCE_MAX * 7);
	same = b.len == n && !memcmp(buf_str(&b), text, n);
	buf_done(&b);
	return same;
}

static bool ends_with(const struct document *d, uint32_t i, const struct reference *r)
{
	size_t len;
	struct buf b;
	bool does;

	buf_init(&b, 1u << 16);
	describe_value(&b, d, i, REFERENCE_MAX * 4);
	len = b.len;
	does = len > r->len && b.ptr[len - r->len - 1] == '/' && !memcmp(b.ptr + len - r->len, r->text, r->len);
	buf_done(&b);
	return does;
}

/* The resource of the entry that holds a fullUrl; the entry where there is none. */
static uint32_t resource_of(const struct document *d, uint32_t full_url)
{
	uint32_t entry = d->o.nodes.at[full_url].parent, c;

	if (d->o.nodes.at[full_url].kind == NODE_STRING) {
		c = json_member(d, entry, "resource");
		return c == NODE_NONE ? entry : c;
	}
	entry = entry == NODE_NONE ? NODE_NONE : d->o.nodes.at[entry].parent;	/* value of fullUrl of entry */
	for (c = entry == NODE_NONE ? NODE_NONE : outline_child(&d->o, entry); c != NODE_NONE; c = outline_next(&d->o, c))
		if (label_is(d, &d->o.nodes.at[c], "resource"))
			return outline_child(&d->o, c) == NODE_NONE ? c : outline_child(&d->o, c);
	return entry == NODE_NONE ? full_url : entry;
}

static bool is_full_url(const struct document *d, const struct node *n)
{
	if (n->kind == NODE_STRING)
		return n->label_len == 7 && label_is(d, n, "fullUrl");
	return n->kind == NODE_ATTRIBUTE && parent_is(d, n, "fullUrl");
}

static uint32_t by_full_url(const struct document *d, const struct reference *r, const char *url, size_t n)
{
	uint32_t i;

	for (i = r->first; i < r->end; i++)
		if (is_full_url(d, &d->o.nodes.at[i]) && (url ? equal(d, i, url, n) : ends_with(d, i, r)))
			return resource_of(d, i);
	return NODE_NONE;
}

/* fullUrl of the entry that a node is in: what relative references count from. */
static uint32_t own_full_url(const struct document *d, uint32_t i)
{
	uint32_t c, up;

	for (up = i; up != NODE_NONE; up = d->o.nodes.at[up].parent) {
		c = d->o.nodes.at[up].kind == NODE_OBJECT ? json_member(d, up, "fullUrl") : NODE_NONE;
		if (c != NODE_NONE)
			return c;
		if (d->o.nodes.at[up].kind != NODE_ELEMENT || !label_is(d, &d->o.nodes.at[up], "entry"))
			continue;
		for (c = outline_child(&d->o, up); c != NODE_NONE; c = outline_next(&d->o, c))
			if (label_is(d, &d->o.nodes.at[c], "fullUrl"))
				return attribute(d, c, "value");
	}
	return NODE_NONE;
}

static uint32_t by_base(const struct document *d, const struct reference *r)
{
	uint32_t own = own_full_url(d, r->at), found = NODE_NONE;
	const char *slash;
	struct buf b;
	int k;

	if (own == NODE_NONE)
		return NODE_NONE;
	buf_init(&b, REFERENCE_MAX * 8);
	describe_value(&b, d, own, REFERENCE_MAX * 4);
	for (k = 0; k < 2; k++) {
		slash = b.len ? memrchr(b.ptr, '/', b.len) : NULL;
		b.len = slash ? (size_t)(slash - b.ptr) : 0;
	}
	if (b.len) {
		buf_addc(&b, '/');
		buf_add(&b, r->text, r->len);
		found = by_full_url(d, r, b.ptr, b.len);
	}
	buf_done(&b);
	return found;
}

/* A resource of that type with that id. */
static uint32_t by_type_and_id(const struct document *d, const struct reference *r)
{
	const char *slash = memchr(r->text, '/', r->len), *id = slash + 1;
	size_t type_len = (size_t)(slash - r->text), id_len = r->len - type_len - 1, len;
	uint32_t i, type, up;
	const char *p;

	for (i = r->first; i < r->end; i++) {
		const struct node *n = &d->o.nodes.at[i];

		if (n->kind == NODE_STRING && n->label_len == 2 && label_is(d, n, "id") && equal(d, i, id, id_len)) {
			type = json_member(d, n->parent, "resourceType");
			if (type != NODE_NONE && equal(d, type, r->text, type_len))
				return n->parent;
		} else if (n->kind == NODE_ATTRIBUTE && parent_is(d, n, "id") && equal(d, i, id, id_len)) {
			up = d->o.nodes.at[n->parent].parent;
			p = up == NODE_NONE ? "" : node_label(&len, d, &d->o.nodes.at[up]);
			if (up != NODE_NONE && len == type_len && !memcmp(p, r->text, len))
				return up;
		}
	}
	return NODE_NONE;
}

static bool is_contained(const struct document *d, uint32_t resource)
{
	const struct node *p = resource == NODE_NONE ? NULL : parent_of(d, &d->o.nodes.at[resource]);

	return p && label_is(d, p, "contained");
}

/* The resource a node is in that is not itself contained in one. */
static uint32_t container(const struct document *d, uint32_t i)
{
	for (; i != NODE_NONE; i = d->o.nodes.at[i].parent) {
		const struct node *p = parent_of(d, &d->o.nodes.at[i]);

		if (is_contained(d, i))
			continue;
		if (d->o.nodes.at[i].kind == NODE_OBJECT && json_member(d, i, "resourceType") != NODE_NONE)
			return i;
		if (d->o.nodes.at[i].kind == NODE_ELEMENT && (!p || p->kind != NODE_ELEMENT || label_is(d, p, "resource")))
			return i;
	}
	return NODE_NONE;
}

static uint32_t by_contained_id(const struct document *d, const struct reference *r)
{
	uint32_t from = container(d, r->at), i, up;

	if (from == NODE_NONE || r->len < 2)
		return from;
	for (i = from; i < from + d->o.nodes.at[from].size; i++) {
		const struct node *n = &d->o.nodes.at[i];

		if (n->kind == NODE_STRING && label_is(d, n, "id"))
			up = n->parent;
		else if (n->kind == NODE_ATTRIBUTE && parent_is(d, n, "id"))
			up = d->o.nodes.at[n->parent].parent;
		else
			continue;
		if (is_contained(d, up) && equal(d, i, r->text + 1, r->len - 1))
			return up;
	}
	return NODE_NONE;
}

static uint32_t by_xml_id(const struct document *d, const struct reference *r, const char *id, size_t n)
{
	uint32_t i;

	for (i = r->first; i < r->end; i++)
		if (d->o.nodes.at[i].kind == NODE_ATTRIBUTE && d->o.nodes.at[i].parent != d->o.nodes.at[r->at].parent &&
				AMONG(d, &d->o.nodes.at[i], id_names) && equal(d, i, id, n))
			return d->o.nodes.at[i].parent;
	return NODE_NONE;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "cid:" is an address: bytes in it may be written in hex. */
static size_t unescape_cid(char *out, const char *p, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (p[i] == '%' && i + 2 < n && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
			out[k++] = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			i += 2;
		} else {
			out[k++] = p[i];
		}
	return k;
}

static bool is_content_id(const struct document *d, uint32_t i, const char *id, size_t n)
{
	size_t len;
	const char *p = node_value(&len, d, &d->o.nodes.at[i]);

	if (len > 2 && p[0] == '<' && p[len - 1] == '>') {
		p++;
		len -= 2;
	}
	return len == n && !memcmp(p, id, n);
}

/* The part of the message with that content id: its body. */
static uint32_t by_content_id(const struct document *d, const struct reference *r)
{
	char id[REFERENCE_MAX];
	size_t n = unescape_cid(id, r->text + 4, r->len - 4);
	uint32_t i, up, c;

	for (i = 0; i < d->o.nodes.len; i++) {
		if (d->o.nodes.at[i].kind != NODE_VALUE || !label_is(d, &d->o.nodes.at[i], "content-id") ||
				!is_content_id(d, i, id, n))
			continue;
		for (up = d->o.nodes.at[i].parent; up != NODE_NONE && !label_is(d, &d->o.nodes.at[up], "part");)
			up = d->o.nodes.at[up].parent;
		if (up == NODE_NONE)
			continue;
		for (c = outline_child(&d->o, up); c != NODE_NONE; c = outline_next(&d->o, c))
			if (d->o.nodes.at[c].kind == NODE_BODY)
				return c;
		return up;
	}
	return NODE_NONE;
}

static uint32_t by_fhir(const struct document *d, struct reference *r)
{
	const char *history = memmem(r->text, r->len, "/_history/", 10), *slash;
	uint32_t found = by_full_url(d, r, r->text, r->len);

	if (found != NODE_NONE)
		return found;
	if (history)
		r->len = (size_t)(history - r->text);
	if (history)
		found = by_full_url(d, r, r->text, r->len);
	slash = memchr(r->text, '/', r->len);
	if (found != NODE_NONE || !slash || memchr(r->text, ':', r->len) || slash == r->text + r->len - 1)
		return found;		/* an address of somewhere else */
	found = by_base(d, r);
	if (found == NODE_NONE)
		found = by_full_url(d, r, NULL, 0);
	return found == NODE_NONE ? by_type_and_id(d, r) : found;
}

static uint32_t resolve(const struct document *d, struct reference *r)
{
	const struct node *n = &d->o.nodes.at[r->at];
	uint32_t found;

	if (r->len > 4 && !memcmp(r->text, "cid:", 4))
		return by_content_id(d, r);
	if (n->kind == NODE_ATTRIBUTE && AMONG(d, n, bare_names))
		return by_xml_id(d, r, r->text, r->len);
	if (r->text[0] != '#')
		return by_fhir(d, r);
	found = by_contained_id(d, r);
	if (found == NODE_NONE || n->kind == NODE_ATTRIBUTE) {
		uint32_t id = by_xml_id(d, r, r->text + 1, r->len - 1);

		return id == NODE_NONE ? found : id;
	}
	return found;
}

bool refers_somewhere(const struct document *d, uint32_t i)
{
	return reference_at(d, i) != NODE_NONE;
}

/* First in the document the reference stands in, then in all that the file holds. */
uint32_t follow(const struct document *d, uint32_t i)
{
	struct reference r = { .at = reference_at(d, i), .end = (uint32_t)d->o.nodes.len };
	uint32_t up, found;
	struct buf b;

	if (r.at == NODE_NONE)
		return NODE_NONE;
	buf_init(&b, REFERENCE_MAX * 8);
	describe_value(&b, d, r.at, REFERENCE_MAX);
	r.len = b.len < REFERENCE_MAX ? b.len : REFERENCE_MAX;
	memcpy(r.text, buf_str(&b), r.len);
	buf_done(&b);
	for (up = r.at; up != NODE_NONE && d->o.nodes.at[up].kind != NODE_BODY;)
		up = d->o.nodes.at[up].parent;
	if (up != NODE_NONE) {
		r.first = up;
		r.end = up + d->o.nodes.at[up].size;
	}
	found = resolve(d, &r);
	if (found == NODE_NONE && up != NODE_NONE) {
		r.first = 0;
		r.end = (uint32_t)d->o.nodes.len;
		found = resolve(d, &r);
	}
	return found;
}
