/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The adapter between an outline and the language of checks. Layer evidence; any thread. A document with
 * several things at its top gets one more node, the last, that holds them.
 */
#include "verdict/evidence/tree.h"
#include "evidence_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/map.h"

#define NUMBERS 1024		/* field numbers that have a name here */
#define RESOLVED 4096
#define KEY_MAX 512

struct document_tree {
	struct expr_tree expr;
	struct document *d;
	struct map *urls;		/* names of resources to their node + 1, filled at first use */
	expr_node simple;		/* a Bundle without another one in it, or EXPR_NONE */
	struct { const char *ref; size_t len; expr_node to; } resolved[RESOLVED];	/* what was asked before */
	uint32_t *types;		/* of objects, by node: 1 none, else the node that says it + 2; filled at first use */
	char numbers[NUMBERS][5];
};

static const struct node *at(const struct document_tree *t, expr_node n)
{
	return outline_get(&t->d->o, n);
}

static struct expr_text local(struct expr_text name)
{
	const char *colon = memrchr(name.ptr, ':', name.len);

	if (colon) {
		name.len -= (size_t)(colon + 1 - name.ptr);
		name.ptr = colon + 1;
	}
	return name;
}

static struct expr_text tree_name(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	struct expr_text name = { "", 0 };

	if (!n)
		return name;
	if ((n->flags & NODE_LABEL_NUMBER) && n->label < NUMBERS) {
		name.ptr = t->numbers[n->label];
		name.len = strlen(name.ptr);
		return name;
	}
	name.ptr = node_label(&name.len, t->d, n);
	return n->kind == NODE_ELEMENT || n->kind == NODE_ATTRIBUTE ? local(name) : name;
}

/* Is the document that holds the node, which may be inside another, FHIR XML? */
static bool in_fhir_xml(const struct document_tree *t, const struct node *n)
{
	return node_document(t->d, n) == EVIDENCE_FHIR_XML;
}

static bool hidden(const struct document_tree *t, const struct node *n)
{
	struct expr_text name;

	if (n->kind == NODE_COMMENT || n->kind == NODE_PI || n->kind == NODE_DOCTYPE || n->kind == NODE_TROUBLE)
		return true;
	if (n->kind != NODE_ATTRIBUTE || !in_fhir_xml(t, n))
		return false;
	name.ptr = node_label(&name.len, t->d, n);	/* xmlns, and the value that its element answers with */
	return expr_text_is(name, "value") || expr_text_is(name, "xmlns");
}

static expr_node shown(const struct document_tree *t, uint32_t i)
{
	while (i != NODE_NONE && hidden(t, at(t, i)))
		i = outline_next(&t->d->o, i);
	return i;
}

static expr_node tree_child(void *data, expr_node n)
{
	struct document_tree *t = data;
	uint32_t len = (uint32_t)t->d->o.nodes.len;

	return shown(t, n == len ? (len ? 0 : NODE_NONE) : outline_child(&t->d->o, n));
}

static expr_node tree_next(void *data, expr_node n)
{
	struct document_tree *t = data;

	return shown(t, outline_next(&t->d->o, n));
}

/* A member of a JSON object: most of what checks ask for. */
static expr_node member_after(const struct document_tree *t, expr_node i, expr_node after, struct expr_text name)
{
	const struct node *nodes = t->d->o.nodes.at;
	uint32_t end = i + nodes[i].size, c = after == EXPR_NONE ? i + 1 : after + nodes[after].size;
	size_t len;

	for (; c < end; c += nodes[c].size)
		if (nodes[c].label_len == name.len && nodes[c].kind != NODE_TROUBLE &&
		    memcmp(node_label(&len, t->d, &nodes[c]), name.ptr, name.len) == 0)
			return c;
	return EXPR_NONE;
}

static bool tree_is_attribute(void *data, expr_node i);

static expr_node tree_find(void *data, expr_node i, expr_node after, struct expr_text name)
{
	struct document_tree *t = data;
	struct expr_text have;
	expr_node c;

	if (i < t->d->o.nodes.len && at(t, i)->kind == NODE_OBJECT)
		return member_after(t, i, after, name);
	for (c = after == EXPR_NONE ? tree_child(t, i) : tree_next(t, after); c != EXPR_NONE; c = tree_next(t, c)) {
		have = tree_name(t, c);
		if (have.len == name.len && memcmp(have.ptr, name.ptr, name.len) == 0 && !tree_is_attribute(t, c))
			break;
	}
	return c;
}

static expr_node tree_parent(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	uint32_t top = (uint32_t)t->d->o.nodes.len;

	if (!n)
		return EXPR_NONE;
	if (n->parent != NODE_NONE)
		return n->parent;
	return t->expr.root == top ? top : EXPR_NONE;
}

/* FHIR XML wraps a resource in an element named resource or contained (FHIR R4 2.6.1). */
static bool wrapper(const struct document_tree *t, expr_node i)
{
	struct expr_text name = tree_name((void *)t, i), inner;
	expr_node c;

	if (!expr_text_is(name, "resource") && !expr_text_is(name, "contained"))
		return false;
	c = tree_child((void *)t, i);
	inner = c == EXPR_NONE ? (struct expr_text){ "", 0 } : tree_name((void *)t, c);
	return inner.len && isupper((unsigned char)*inner.ptr);
}

static bool tree_is_array(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);

	if (!n)
		return false;
	if (n->kind == NODE_BODY)	/* a body's document answers for it, save a form, whose fields are its own */
		return n->size > 1 && at(t, i + 1)->kind != NODE_VALUE;
	if (n->kind == NODE_ARRAY)
		return true;
	if (n->kind == NODE_FIELD)	/* repetitions answer for the field */
		return n->size > 1 && at(t, i + 1)->kind == NODE_REPEAT;
	return n->kind == NODE_ELEMENT && in_fhir_xml(t, n) && wrapper(t, i);
}

static bool tree_is_attribute(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	struct expr_text name;

	if (!n || n->kind != NODE_ATTRIBUTE)
		return false;
	name.ptr = node_label(&name.len, t->d, n);
	return !(in_fhir_xml(t, n) && (expr_text_is(name, "url") || expr_text_is(name, "id")));
}

/* HL7 v2, 2.5.3: a field or component without parts is its own first part. */
static expr_node tree_alias(void *data, expr_node i, struct expr_text name)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);

	if (n && n->kind >= NODE_FIELD && n->kind <= NODE_COMPONENT && n->size == 1 && expr_text_is(name, "1"))
		return i;
	return EXPR_NONE;
}

static bool decoded(const struct document_tree *t, const struct node *n, struct arena *a, struct expr_text *out)
{
	struct buf b;

	out->ptr = node_value(&out->len, t->d, n);
	if (!(n->flags & NODE_ESCAPED))
		return true;
	buf_init(&b, DOCUMENT_VALUE_MAX * 8);
	describe_value(&b, t->d, (uint32_t)(n - t->d->o.nodes.at), DOCUMENT_VALUE_MAX);
	out->ptr = arena_strn(a, buf_str(&b), b.len);
	out->len = b.len;
	buf_done(&b);
	return true;
}

/* FHIR XML: the attribute `value` is the element's value. */
static const struct node *value_attribute(const struct document_tree *t, expr_node i)
{
	struct expr_text name;
	uint32_t c;

	for (c = outline_child(&t->d->o, i); c != NODE_NONE; c = outline_next(&t->d->o, c)) {
		const struct node *n = at(t, c);

		if (n->kind != NODE_ATTRIBUTE)
			break;
		name.ptr = node_label(&name.len, t->d, n);
		if (expr_text_is(name, "value"))
			return n;
	}
	return NULL;
}

static bool tree_value(void *data, expr_node i, struct arena *a, struct expr_text *out)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i), *v;

	if (!n)
		return false;
	if (n->kind == NODE_ELEMENT && in_fhir_xml(t, n))
		return (v = value_attribute(t, i)) && decoded(t, v, a, out);
	if (n->kind == NODE_OBJECT || n->kind == NODE_ARRAY || n->kind == NODE_PART || n->kind == NODE_MESSAGE
		|| n->kind == NODE_SEGMENT || n->kind == NODE_ITEM || (n->size > 1 && !(n->flags & NODE_HAS_VALUE)))
		return false;
	decoded(t, n, a, out);
	return !(n->kind == NODE_LITERAL && expr_text_is(*out, "null"));
}

static struct expr_text tree_type(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	struct expr_text type = { "", 0 };
	uint32_t m;

	if (!n)
		return type;
	if (n->kind == NODE_OBJECT) {
		if (!t->types)
			t->types = mem_zalloc(t->d->o.nodes.len * sizeof(*t->types));
		if (!t->types[i]) {
			m = json_member(t->d, i, "resourceType");
			t->types[i] = m == NODE_NONE ? 1 : m + 2;
		}
		if (t->types[i] > 1)
			type.ptr = node_value(&type.len, t->d, at(t, t->types[i] - 2));
	} else if (n->kind == NODE_ELEMENT && in_fhir_xml(t, n) && (i == t->expr.root || (n->parent != NODE_NONE &&
			(at(t, n->parent)->kind == NODE_BODY || wrapper(t, n->parent)))))
		type = tree_name(t, i);
	return type;
}

static expr_node member(struct document_tree *t, expr_node n, const char *name)
{
	expr_node c;

	for (c = tree_child(t, n); c != EXPR_NONE; c = tree_next(t, c))
		if (expr_text_is(tree_name(t, c), name))
			return tree_is_array(t, c) && at(t, c)->kind == NODE_ELEMENT ? tree_child(t, c) : c;
	return EXPR_NONE;
}

/* Keys of the map: the Bundle's node, a bar, and a name of the resource; "node|" says that it was read. */
static bool make_key(char key[KEY_MAX], expr_node bundle, const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned int i;

	if (a_len + b_len > KEY_MAX - 11)
		return false;
	for (i = 0; i < 8; i++)
		key[i] = "0123456789abcdef"[bundle >> (4 * i) & 15];
	key[8] = '|';
	memcpy(key + 9, a, a_len);
	memcpy(key + 9 + a_len, b, b_len);
	key[9 + a_len + b_len] = '\0';
	return !memchr(key, '\0', 9 + a_len + b_len);
}

static void learn(struct document_tree *t, const char *key, expr_node resource)
{
	if (!map_get(t->urls, key))
		map_set(t->urls, key, (void *)((uintptr_t)resource + 1));
}

/* Names under which the resource of one Bundle entry is referred to (FHIR R4 2.31.5). */
static void learn_entry(struct document_tree *t, struct arena *a, expr_node bundle, expr_node entry)
{
	expr_node url = member(t, entry, "fullUrl"), resource = member(t, entry, "resource"), id;
	struct expr_text text, type;
	char key[KEY_MAX], both[KEY_MAX];

	if (resource == EXPR_NONE)
		return;
	if (url != EXPR_NONE && tree_value(t, url, a, &text) && text.len && make_key(key, bundle, text.ptr, text.len, "", 0))
		learn(t, key, resource);
	type = tree_type(t, resource);
	id = member(t, resource, "id");
	if (id == EXPR_NONE || !tree_value(t, id, a, &text) || type.len >= sizeof(both) - 1)
		return;
	memcpy(both, type.ptr, type.len);
	both[type.len] = '/';
	if (make_key(key, bundle, both, type.len + 1, text.ptr, text.len))
		learn(t, key, resource);
}

static void learn_bundle(struct document_tree *t, struct arena *a, expr_node bundle)
{
	expr_node list, entry;

	for (list = tree_child(t, bundle); list != EXPR_NONE; list = tree_next(t, list)) {
		if (!expr_text_is(tree_name(t, list), "entry"))
			continue;
		if (!tree_is_array(t, list))
			learn_entry(t, a, bundle, list);
		else
			for (entry = tree_child(t, list); entry != EXPR_NONE; entry = tree_next(t, entry))
				learn_entry(t, a, bundle, entry);
	}
}

/* "#id": a resource contained in the one that refers (FHIR R4 2.28.3). */
static expr_node contained(struct document_tree *t, expr_node from, struct expr_text id)
{
	struct arena a;
	struct expr_text text;
	expr_node c, r, found = EXPR_NONE;

	arena_init(&a);
	for (; from != EXPR_NONE && found == EXPR_NONE; from = tree_parent(t, from)) {
		if (!tree_type(t, from).len)
			continue;
		for (c = tree_child(t, from); c != EXPR_NONE && found == EXPR_NONE; c = tree_next(t, c)) {
			if (!expr_text_is(tree_name(t, c), "contained"))
				continue;
			for (r = tree_child(t, c); r != EXPR_NONE && found == EXPR_NONE; r = tree_next(t, r)) {
				expr_node n = member(t, r, "id");

				if (n != EXPR_NONE && tree_value(t, n, &a, &text) && text.len == id.len
					&& memcmp(text.ptr, id.ptr, id.len) == 0)
					found = r;
			}
		}
	}
	arena_done(&a);
	return found;
}

/* Is the node a Bundle's name of itself? */
static bool names_bundle(const struct document_tree *t, const struct node *n)
{
	struct expr_text text;

	if (n->kind == NODE_STRING && n->label_len == 12 && n->value_len == 6) {
		text.ptr = node_label(&text.len, t->d, n);
		if (!expr_text_is(text, "resourceType"))
			return false;
		text.ptr = node_value(&text.len, t->d, n);
		return expr_text_is(text, "Bundle");
	}
	if (n->kind != NODE_ELEMENT || n->label_len < 6)
		return false;
	text.ptr = node_label(&text.len, t->d, n);
	return expr_text_is(local(text), "Bundle");
}

static bool is_simple(const struct document_tree *t, expr_node bundle)
{
	uint32_t i, end = bundle + at(t, bundle)->size;
	unsigned int found = 0;

	for (i = bundle; i < end && found < 2; i++)
		found += names_bundle(t, &t->d->o.nodes.at[i]);
	return found == 1;
}

static void read_bundle(struct document_tree *t, expr_node bundle)
{
	struct arena a;
	char key[KEY_MAX];

	make_key(key, bundle, "", 0, "", 0);
	if (map_get(t->urls, key))
		return;
	map_set(t->urls, key, t);
	arena_init(&a);
	learn_bundle(t, &a, bundle);
	arena_done(&a);
	if (t->simple == EXPR_NONE && is_simple(t, bundle))
		t->simple = bundle;
}

/* What `ref` means inside one Bundle, read at first use. */
static expr_node in_bundle(struct document_tree *t, expr_node bundle, const char *ref, size_t len)
{
	const char *p, *slash = memrchr(ref, '/', len);
	char key[KEY_MAX];
	void *hit = NULL;

	read_bundle(t, bundle);
	if (make_key(key, bundle, ref, len, "", 0))
		hit = map_get(t->urls, key);
	/* an absolute reference whose entry is known by its type and id, or the other way round */
	if (!hit && slash && slash != ref) {
		for (p = slash - 1; p > ref && p[-1] != '/'; p--)
			;
		if (make_key(key, bundle, p, len - (size_t)(p - ref), "", 0))
			hit = map_get(t->urls, key);
	}
	return hit ? (expr_node)((uintptr_t)hit - 1) : EXPR_NONE;
}

static expr_node look_for(struct document_tree *t, expr_node from, struct expr_text ref)
{
	const char *history = memmem(ref.ptr, ref.len, "/_history/", 10);
	expr_node n, found = EXPR_NONE;

	if (*ref.ptr == '#')
		return contained(t, from, (struct expr_text){ ref.ptr + 1, ref.len - 1 });
	if (history)
		ref.len = (size_t)(history - ref.ptr);
	if (t->simple != EXPR_NONE && from > t->simple && from < t->simple + at(t, t->simple)->size)
		return in_bundle(t, t->simple, ref.ptr, ref.len);
	for (n = from; n != EXPR_NONE && found == EXPR_NONE; n = tree_parent(t, n))
		if (expr_text_is(tree_type(t, n), "Bundle"))
			found = in_bundle(t, n, ref.ptr, ref.len);
	return found;
}

static expr_node tree_resolve(void *data, expr_node from, struct expr_text ref)
{
	struct document_tree *t = data;
	size_t at = (size_t)((uintptr_t)ref.ptr - (uintptr_t)t->d->text), slot = (at >> 5) * 2654435761u % RESOLVED;

	if (!ref.len || ref.len >= KEY_MAX - 12)
		return EXPR_NONE;
	if (at >= t->d->len)		/* not where the document says it: nothing to remember it by */
		return look_for(t, from, ref);
	if (t->resolved[slot].ref != ref.ptr || t->resolved[slot].len != ref.len) {
		t->resolved[slot].to = look_for(t, from, ref);
		t->resolved[slot].ref = ref.ptr;
		t->resolved[slot].len = ref.len;
	}
	return t->resolved[slot].to;
}

static expr_node tree_below(void *data, expr_node top, expr_node after, struct expr_text name)
{
	struct document_tree *t = data;
	const struct node *nodes = t->d->o.nodes.at;
	uint32_t count = (uint32_t)t->d->o.nodes.len, end = top < count ? top + nodes[top].size : count, i;

	for (i = top < count ? after + 1 : after == top ? 0 : after + 1; i < end; i++)
		if (nodes[i].label_len >= name.len && !hidden(t, &nodes[i])) {
			struct expr_text have = tree_name(t, i);

			if (have.len == name.len && !memcmp(have.ptr, name.ptr, name.len))
				return i;
		}
	return EXPR_NONE;
}

static bool tree_bytes(void *data, expr_node i, struct expr_text *out)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	size_t room;

	if (n && n->kind != NODE_BODY)		/* a body's document answers for it: ask the body again */
		n = at(t, n->parent);
	if (!n || n->kind != NODE_BODY)
		return false;
	out->ptr = annex_at(&room, &t->d->o.annex, n->begin);
	out->len = n->end - n->begin;
	return out->len <= room;
}

static struct expr_text tree_format(void *data, expr_node i)
{
	struct document_tree *t = data;
	const struct node *n = at(t, i);
	enum evidence_kind kind = !n ? t->d->kind : node_document(t->d, n);
	struct expr_text name = { "", 0 }, bytes;

	if (n && n->kind == NODE_BODY && n->size == 1 && tree_bytes(data, i, &bytes))	/* it has no outline */
		kind = evidence_sniff(bytes.ptr, bytes.len < 65536 ? bytes.len : 65536, bytes.len);
	if (kind != EVIDENCE_UNKNOWN)
		name.ptr = evidence_kind_name(kind);
	name.len = strlen(name.ptr);
	return name;
}

static expr_node find_root(struct document_tree *t)
{
	uint32_t i, len = (uint32_t)t->d->o.nodes.len;
	expr_node first = len ? shown(t, 0) : NODE_NONE;

	i = first == NODE_NONE ? NODE_NONE : tree_next(t, first);
	return first == NODE_NONE || i != NODE_NONE ? len : first;
}

void document_tree_new(struct document_tree **out, struct document *d)
{
	struct document_tree *t = mem_zalloc(sizeof(*t));
	unsigned int i;

	t->d = d;
	t->urls = map_new();
	t->simple = EXPR_NONE;
	for (i = 0; i < NUMBERS; i++)
		snprintf(t->numbers[i], sizeof(t->numbers[i]), "%u", i);
	t->expr = (struct expr_tree){ .data = t, .count = (uint32_t)d->o.nodes.len + 1,
		.child = tree_child, .next = tree_next, .parent = tree_parent, .is_array = tree_is_array,
		.is_attribute = tree_is_attribute, .alias = tree_alias, .name = tree_name, .value = tree_value,
		.type = tree_type, .resolve = tree_resolve, .find = tree_find,
		.below = tree_below, .bytes = tree_bytes, .format = tree_format };
	t->expr.root = find_root(t);
	*out = t;
}

void document_tree_free(struct document_tree *t)
{
	if (!t)
		return;
	map_free(t->urls);
	mem_free(t->types);
	mem_free(t);
}

const struct expr_tree *document_tree_expr(const struct document_tree *t)
{
	return &t->expr;
}
