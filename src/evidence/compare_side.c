/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document reduced to what counts when it is compared: names, values and order, without layout. Layer evidence;
 * one thread at a time, in the reader process. What is equal gets the same number; no hash decides.
 */
#include "compare_priv.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "verdict/base/clock.h"

void intern_init(struct intern *t)
{
	memset(t, 0, sizeof(*t));
	if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) != (ssize_t)sizeof(t->seed))
		t->seed = (uint64_t)clock_mono_ns();
	t->cap = 1024;
	t->slots = mem_array(t->cap, sizeof(*t->slots));
}

void intern_done(struct intern *t)
{
	vec_done(&t->entries);
	mem_free(t->slots);
	mem_free(t->bytes.at);
	memset(t, 0, sizeof(*t));
}

static uint64_t hash_bytes(const struct intern *t, const unsigned char *p, size_t n)
{
	uint64_t h = t->seed ^ UINT64_C(0xcbf29ce484222325);

	for (; n; n--, p++) {
		h = (h ^ *p) * UINT64_C(0x100000001b3);
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

static void grow(struct intern *t)
{
	size_t i, k;

	mem_free(t->slots);
	t->cap *= 2;
	t->slots = mem_array(t->cap, sizeof(*t->slots));
	for (i = 0; i < t->entries.len; i++) {
		for (k = t->entries.at[i].hash & (t->cap - 1); t->slots[k]; k = (k + 1) & (t->cap - 1))
			;
		t->slots[k] = (uint32_t)i + 1;
	}
}

static uint32_t intern_put(struct intern *t, const void *ptr, size_t len)
{
	uint64_t hash = hash_bytes(t, ptr, len);
	size_t k = hash & (t->cap - 1);
	struct intern_entry e = { hash, t->bytes.len, (uint32_t)len };

	for (; t->slots[k]; k = (k + 1) & (t->cap - 1)) {
		const struct intern_entry *have = &t->entries.at[t->slots[k] - 1];

		if (have->hash == hash && have->len == len &&
		    (!len || memcmp(t->bytes.at + have->at, ptr, len) == 0))
			return t->slots[k] - 1;
	}
	vec_reserve(&t->bytes, t->bytes.len + len + 1);
	if (len)
		memcpy(t->bytes.at + t->bytes.len, ptr, len);
	t->bytes.len += len;
	vec_push(&t->entries, e);
	t->slots[k] = (uint32_t)t->entries.len;
	if (t->entries.len * 2 > t->cap)
		grow(t);
	return (uint32_t)t->entries.len - 1;
}

/* One document under way. */
struct frame {
	expr_node child;		/* to be taken next */
	uint32_t owner;			/* side node to be ended with this frame, or SIDE_NONE */
	uint32_t label;			/* what the children are called, or SIDE_NONE: by their own name */
	uint32_t parent;		/* side node that they belong to */
	bool beside;			/* JSON: some member is named _x */
};
struct builder {
	struct side *s;
	struct intern *t;
	const struct expr_tree *tree;
	bool twin;
	VEC(struct frame) stack;
	struct arena a;
};

static const struct node *outline_node(const struct builder *b, expr_node n)
{
	return outline_get(&b->s->d->o, n);
}

static enum evidence_kind form(const struct builder *b, const struct node *n)
{
	return n ? node_document(b->s->d, n) : b->s->d->kind;
}

static bool is_fhir(const struct builder *b, const struct node *n)
{
	return form(b, n) == EVIDENCE_FHIR_JSON || form(b, n) == EVIDENCE_FHIR_XML;
}

static bool is_xml_node(const struct node *n)
{
	return n && n->kind >= NODE_ELEMENT && n->kind <= NODE_DOCTYPE;
}

/* White space at both ends goes, and between words is one blank. */
static uint32_t put_words(struct intern *t, const char *p, size_t n)
{
	char *copy = mem_alloc(n + 1);
	size_t i, len = 0;
	uint32_t id;

	for (i = 0; i < n; i++) {
		bool blank = p[i] == ' ' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r';

		if (!blank)
			copy[len++] = p[i];
		else if (len && copy[len - 1] != ' ')
			copy[len++] = ' ';
	}
	if (len && copy[len - 1] == ' ')
		len--;
	id = intern_put(t, copy, len);
	mem_free(copy);
	return id;
}

/* Text of narrative that is a JSON string: what stands between the tags. */
static uint32_t put_markup(struct builder *b, const char *p, size_t n)
{
	struct buf text, plain;
	bool tag = false;
	uint32_t id;
	size_t i;

	buf_init(&text, n + 1);
	buf_init(&plain, n + 1);
	for (i = 0; i < n; i++) {
		if (p[i] == '<')
			tag = true;
		if (!tag)
			buf_addc(&text, p[i]);
		else if (p[i] == '>') {
			tag = false;
			buf_addc(&text, ' ');
		}
	}
	unescape_xml(&plain, buf_str(&text), text.len);
	id = put_words(b->t, buf_str(&plain), plain.len);
	buf_done(&text);
	buf_done(&plain);
	return id;
}

/* The same of narrative that is XML. */
static uint32_t put_elements(struct builder *b, expr_node at)
{
	const struct node *n = outline_node(b, at);
	const struct document *d = b->s->d;
	struct buf text;
	uint32_t i, id;

	buf_init(&text, d->len + 1024);
	for (i = at; i < at + n->size; i++) {
		const struct node *in = &d->o.nodes.at[i];

		if (in->kind != NODE_TEXT && in->kind != NODE_CDATA &&
		    !(in->kind == NODE_ELEMENT && (in->flags & NODE_HAS_VALUE)))
			continue;
		describe_value(&text, d, i, DOCUMENT_VALUE_MAX);
		buf_addc(&text, ' ');
	}
	id = put_words(b->t, buf_str(&text), text.len);
	buf_done(&text);
	return id;
}

/* Escaped values are decoded up to a ceiling; longer ones count as they are written. */
static uint32_t put_long(struct builder *b, const struct node *n)
{
	size_t room;
	const char *p = text_at(&room, b->s->d, n->begin);
	size_t len = n->end - n->begin;

	return intern_put(b->t, p, len < room ? len : room);
}

/* A number is not the text of it, but FHIR in XML does not tell them apart. */
static uint32_t put_number(struct builder *b, struct expr_text v)
{
	struct buf t;
	uint32_t id;

	buf_init(&t, v.len + 8);
	buf_adds(&t, "\xff#");
	buf_add(&t, v.ptr, v.len);
	id = intern_put(b->t, t.ptr, t.len);
	buf_done(&t);
	return id;
}

static uint32_t put_value(struct builder *b, expr_node i)
{
	const struct node *n = outline_node(b, i);
	struct expr_text v = { "", 0 }, type = b->tree->type(b->tree->data, i);
	uint32_t id;

	arena_reset(&b->a);
	if (type.len)
		return intern_put(b->t, type.ptr, type.len);
	if (!n || !b->tree->value(b->tree->data, i, &b->a, &v))
		return intern_put(b->t, "", 0);
	if (v.len >= DOCUMENT_VALUE_MAX - 8 && n->end - n->begin > v.len + 16)
		id = put_long(b, n);
	else if (is_xml_node(n) && !is_fhir(b, n) && n->kind != NODE_ATTRIBUTE && n->kind != NODE_CDATA)
		id = put_words(b->t, v.ptr, v.len);
	else if ((n->kind == NODE_NUMBER || n->kind == NODE_LITERAL) && !b->twin)
		id = put_number(b, v);
	else
		id = intern_put(b->t, v.ptr, v.len);
	return id;
}

static bool ordered(const struct builder *b, const struct node *n)
{
	struct expr_text name;

	if (!n)
		return true;
	if (n->kind == NODE_OBJECT || n->kind == NODE_SEGMENT || n->kind == NODE_FIELD || n->kind == NODE_COMPONENT)
		return false;
	if (!is_fhir(b, n) || n->kind != NODE_ELEMENT)
		return true;
	for (; n && n->kind == NODE_ELEMENT; n = outline_get(&b->s->d->o, n->parent)) {
		name.ptr = node_label(&name.len, b->s->d, n);
		if (expr_text_is(name, "div"))
			return true;	/* inside a narrative */
	}
	return false;
}

static bool layout_attribute(const struct builder *b, expr_node i)
{
	const struct node *n = outline_node(b, i);
	struct expr_text name;

	if (!n || n->kind != NODE_ATTRIBUTE)
		return false;
	name.ptr = node_label(&name.len, b->s->d, n);
	return (name.len >= 5 && memcmp(name.ptr, "xmlns", 5) == 0 && (name.len == 5 || name.ptr[5] == ':')) ||
		(name.len >= 15 && memcmp(name.ptr + name.len - 14, "schemaLocation", 14) == 0);
}

static void push(struct builder *b, expr_node of, uint32_t owner, uint32_t label, uint32_t parent)
{
	struct frame f = { b->tree->child(b->tree->data, of), owner, label, parent, false };
	const struct node *n = outline_node(b, of);
	expr_node c;

	if (n && n->kind == NODE_OBJECT && is_fhir(b, n))
		for (c = f.child; c != EXPR_NONE && !f.beside; c = b->tree->next(b->tree->data, c)) {
			struct expr_text name = b->tree->name(b->tree->data, c);

			f.beside = name.len > 1 && *name.ptr == '_';
		}
	vec_push(&b->stack, f);
}

/* FHIR JSON 2.6.2: what belongs to the primitive x beside its value stands in the member _x. */
static expr_node beside(const struct builder *b, expr_node i, bool underscore)
{
	struct expr_text name = b->tree->name(b->tree->data, i);
	const struct node *n = outline_node(b, i);
	char key[130];

	if (name.len > 128 || !n || n->parent == NODE_NONE)
		return EXPR_NONE;
	key[0] = '_';
	memcpy(key + 1, name.ptr, name.len);
	key[name.len + 1] = '\0';
	return json_member(b->s->d, n->parent, underscore ? key + 2 : key);
}

static uint32_t emit(struct builder *b, expr_node i, uint32_t label, uint32_t parent)
{
	const struct node *n = outline_node(b, i);
	struct side_node out = { .label = label, .node = i, .ordered = ordered(b, n) };

	out.attribute = n && n->kind == NODE_ATTRIBUTE;
	out.depth = parent == SIDE_NONE ? 0 : (uint16_t)(b->s->nodes.at[parent].depth + 1);
	out.value = put_value(b, i);
	vec_push(&b->s->nodes, out);
	return (uint32_t)b->s->nodes.len - 1;
}

static bool narrative(struct builder *b, expr_node i, uint32_t label, uint32_t parent)
{
	struct expr_text name = b->tree->name(b->tree->data, i), v;
	uint32_t at;

	if (!b->twin || !expr_text_is(name, "div"))
		return false;
	at = emit(b, i, label, parent);
	arena_reset(&b->a);
	if (form(b, outline_node(b, i)) == EVIDENCE_FHIR_XML)
		b->s->nodes.at[at].value = put_elements(b, i);
	else if (b->tree->value(b->tree->data, i, &b->a, &v))
		b->s->nodes.at[at].value = put_markup(b, v.ptr, v.len);
	b->s->nodes.at[at].size = 1;
	return true;
}

static void take(struct builder *b, const struct frame *f, expr_node i)
{
	struct expr_text name = b->tree->name(b->tree->data, i);
	const struct node *n = outline_node(b, i);
	expr_node more = EXPR_NONE;
	uint32_t label, at;

	if (layout_attribute(b, i) || (form(b, n) == EVIDENCE_FHIR_JSON && expr_text_is(name, "resourceType")))
		return;
	if (f->beside && name.len > 1 && *name.ptr == '_' && n && n->kind == NODE_OBJECT) {
		if (beside(b, i, true) != NODE_NONE)
			return;		/* taken with its value */
		name.ptr++;
		name.len--;
	} else if (f->beside && n && n->kind >= NODE_STRING && n->kind <= NODE_LITERAL) {
		more = beside(b, i, false);
	}
	label = f->label != SIDE_NONE ? f->label : intern_put(b->t, name.ptr, name.len);
	if (is_fhir(b, n) && b->tree->is_array(b->tree->data, i)) {
		push(b, i, SIDE_NONE, label, f->parent);
		return;
	}
	if (narrative(b, i, label, f->parent))
		return;
	at = emit(b, i, label, f->parent);
	push(b, more != EXPR_NONE ? more : i, at, n && n->kind == NODE_ARRAY ? intern_put(b->t, "", 0) : SIDE_NONE, at);
}

static enum status build(struct builder *b)
{
	const struct document *d = b->s->d;
	unsigned int steps = 0;
	struct frame f;
	uint32_t root;

	root = emit(b, b->tree->root, intern_put(b->t, "", 0), SIDE_NONE);
	push(b, b->tree->root, root, outline_node(b, b->tree->root) &&
		outline_node(b, b->tree->root)->kind == NODE_ARRAY ? intern_put(b->t, "", 0) : SIDE_NONE, root);
	while (b->stack.len) {
		struct frame *top = &b->stack.at[b->stack.len - 1];

		f = *top;
		if (f.child == EXPR_NONE) {
			b->stack.len--;
			if (f.owner != SIDE_NONE)
				b->s->nodes.at[f.owner].size = (uint32_t)b->s->nodes.len - f.owner;
			continue;
		}
		top->child = b->tree->next(b->tree->data, f.child);
		take(b, &f, f.child);
		if (b->s->nodes.len > COMPARE_NODES_MAX)
			return status_set(STATUS_LIMIT, "too much to compare: more than %u parts", COMPARE_NODES_MAX);
		if (++steps % 65536 == 0 && d->plain.tick && d->plain.tick(d->plain.tick_data))
			return status_set(STATUS_CANCELLED, "the comparison was stopped");
	}
	return STATUS_OK;
}

struct by_label { uint32_t label, at, id; };

static int compare_labels(const void *x, const void *y)
{
	const struct by_label *a = x, *b = y;

	if (a->label != b->label)
		return a->label < b->label ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Numbers of whole subtrees, from the last node to the first: children are known before their parent. */
static void number(struct builder *b)
{
	VEC(struct by_label) kids = VEC_INIT;
	VEC(uint32_t) key = VEC_INIT;
	uint32_t i, c, end;
	size_t k;

	for (i = (uint32_t)b->s->nodes.len; i-- > 0;) {
		struct side_node *n = &b->s->nodes.at[i];

		kids.len = key.len = 0;
		for (c = i + 1, end = i + n->size; c < end; c += b->s->nodes.at[c].size) {
			const struct side_node *kid = &b->s->nodes.at[c];
			/* attributes have no order anywhere; elements of ordered parents keep theirs */
			struct by_label e = { n->ordered && !kid->attribute ? UINT32_MAX : kid->label, c, kid->id };

			vec_push(&kids, e);
		}
		if (kids.len > 1)
			qsort(kids.at, kids.len, sizeof(*kids.at), compare_labels);
		vec_push(&key, n->label);
		vec_push(&key, n->value);
		for (k = 0; k < kids.len; k++)
			vec_push(&key, kids.at[k].id);
		n->id = intern_put(b->t, key.at, key.len * sizeof(*key.at));
	}
	vec_done(&kids);
	vec_done(&key);
}

enum status side_build(struct side *s, struct document *d, struct intern *t, bool twin)
{
	static const char *const keys[4] = { "fullUrl", "id", "url", "linkId" };
	struct builder b = { .s = s, .t = t, .twin = twin };
	enum status rc;
	size_t i;

	s->d = d;
	document_tree_new(&s->tree, d);
	b.tree = document_tree_expr(s->tree);
	for (i = 0; i < 4; i++)
		s->key[i] = intern_put(t, keys[i], strlen(keys[i]));
	arena_init(&b.a);
	rc = build(&b);
	if (rc == STATUS_OK)
		number(&b);
	arena_done(&b.a);
	vec_done(&b.stack);
	return rc;
}

void side_done(struct side *s)
{
	document_tree_free(s->tree);
	vec_done(&s->nodes);
	s->tree = NULL;
}
