/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree every parser fills. Layer evidence; one thread at a time. Nodes stand in preorder in one array:
 * no pointers to follow, 36 bytes a node, and a fold is skipped by adding its size.
 */
#include "verdict/evidence/outline.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NODE_BYTES 20		/* of JSON for a node, on the average or fewer */
#define EXPECT_FROM (1u << 20)
#define TICK_NODES 65536u	/* nodes between two questions whether to go on */

void outline_init(struct outline *o)
{
	memset(o, 0, sizeof(*o));
	buf_init(&o->words, OUTLINE_WORDS_MAX);
	o->nodes_max = OUTLINE_NODES_MAX;
	o->depth_max = OUTLINE_DEPTH_MAX;
}

void outline_text(struct outline *o, const char *text, size_t len)
{
	annex_done(&o->annex);
	annex_init(&o->annex, text, len);
}

void outline_done(struct outline *o)
{
	vec_done(&o->nodes);
	vec_done(&o->stack);
	buf_done(&o->words);
	mem_free(o->known);
	annex_done(&o->annex);
}

static uint32_t clip(size_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static uint32_t add(struct outline *o, enum node_kind kind, size_t begin, size_t end)
{
	struct node n = { .begin = clip(o->base + begin), .end = clip(o->base + end), .value = clip(o->base + begin),
		.size = 1, .parent = NODE_NONE, .inner = o->inner, .kind = (uint8_t)kind };

	if (o->stack.len) {
		n.parent = o->stack.at[o->stack.len - 1];
		n.depth = (uint16_t)o->stack.len;
		if (!(o->nodes.at[n.parent].flags & NODE_VALUE_KEPT))	/* whose length counts bytes */
			o->nodes.at[n.parent].value_len++;
	}
	vec_push(&o->nodes, n);
	return (uint32_t)o->nodes.len - 1;
}

/*
 * Most of the time of a large outline would go into giving its memory, page by page, so large pages are asked for. What
 * is not used is not given.
 */
void outline_expect(struct outline *o, size_t bytes)
{
	size_t want = bytes / NODE_BYTES, page = (size_t)sysconf(_SC_PAGESIZE), skip;
	char *p;

	if (o->nodes.len || bytes < EXPECT_FROM)
		return;
	vec_reserve(&o->nodes, want < o->nodes_max ? want : o->nodes_max);
	p = (char *)o->nodes.at;
	skip = page - (uintptr_t)p % page;
	madvise(p + skip, o->nodes.cap * sizeof(*o->nodes.at) - skip, MADV_HUGEPAGE);
}

bool outline_tick(struct outline *o)
{
	if (!o->tick || !o->tick(o->tick_data))
		return false;
	o->stopped = true;
	o->nodes_max = (unsigned int)o->nodes.len;	/* and it stays so when a document inside ends */
	return true;
}

static bool room(struct outline *o, size_t begin)
{
	if (o->stopped)
		return false;
	if (o->nodes.len % TICK_NODES == TICK_NODES - 1 && outline_tick(o))
		return false;
	if (o->nodes.len < o->nodes_max)
		return true;
	o->stopped = true;
	outline_trouble(o, begin, begin, "the outline stops here: it has %u entries already", o->nodes_max);
	return false;
}

uint32_t outline_open(struct outline *o, enum node_kind kind, size_t begin)
{
	uint32_t i;

	if (!room(o, begin))
		return NODE_NONE;
	if (o->stack.len >= o->depth_max) {
		o->stopped = true;
		outline_trouble(o, begin, begin, "nested deeper than %u levels; nothing after this was read", o->depth_max);
		return NODE_NONE;
	}
	i = add(o, kind, begin, begin);
	vec_push(&o->stack, i);
	return i;
}

void outline_close(struct outline *o, size_t end)
{
	struct node *n;
	uint32_t i;

	if (!o->stack.len)
		return;
	i = o->stack.at[--o->stack.len];
	n = &o->nodes.at[i];
	n->end = clip(o->base + end);
	n->size = (uint32_t)o->nodes.len - i;
}

void outline_close_all(struct outline *o, size_t end)
{
	while (o->stack.len > o->floor)
		outline_close(o, end);
}

uint32_t outline_leaf(struct outline *o, enum node_kind kind, size_t begin, size_t end)
{
	return room(o, begin) ? add(o, kind, begin, end) : NODE_NONE;
}

#define KNOWN 4096

static void keep(uint32_t *at_out, uint32_t *len_out, struct outline *o, const char *ptr, size_t len)
{
	size_t at = o->words.len;

	buf_add(&o->words, ptr, len);
	*at_out = (uint32_t)(o->words.err ? 0 : at);
	*len_out = (uint32_t)(o->words.err ? 0 : len);
}

void outline_trouble(struct outline *o, size_t begin, size_t end, const char *fmt, ...)
{
	char text[200];
	struct node *n;
	va_list ap;
	uint32_t i, p;

	if (o->nodes.len > o->nodes_max + 64)	/* one flood of troubles is enough */
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	i = add(o, NODE_TROUBLE, begin, end);
	n = &o->nodes.at[i];
	keep(&n->value, &n->value_len, o, text, strlen(text));
	n->flags |= NODE_VALUE_KEPT | NODE_HAS_TROUBLE;
	for (p = n->parent; p != NODE_NONE; p = o->nodes.at[p].parent)
		o->nodes.at[p].flags |= NODE_HAS_TROUBLE;
	o->troubles++;
}

void outline_label(struct outline *o, uint32_t i, size_t begin, size_t end)
{
	if (i >= o->nodes.len)
		return;
	o->nodes.at[i].label = clip(o->base + begin);
	o->nodes.at[i].label_len = (uint16_t)(end - begin > UINT16_MAX ? UINT16_MAX : end - begin);
}

void outline_label_number(struct outline *o, uint32_t i, uint32_t number)
{
	if (i >= o->nodes.len)
		return;
	o->nodes.at[i].label = number;
	o->nodes.at[i].flags |= NODE_LABEL_NUMBER;
}

/* Labels repeat: names of headers, of our groups. Each is kept once, as long as the table has room. */
static void keep_once(uint32_t *at_out, uint32_t *len_out, struct outline *o, const char *word, size_t len)
{
	uint32_t hash = 2166136261u, slot, tries;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619u;
	if (!o->known)
		o->known = mem_array(KNOWN, sizeof(*o->known));
	for (tries = 0; tries < 16; tries++) {
		slot = (hash + tries) % KNOWN;
		if (!o->known[slot])
			break;
		*at_out = o->known[slot] - 1;
		*len_out = (uint32_t)len;
		if (len < o->words.len - *at_out && !memcmp(o->words.ptr + *at_out, word, len) &&
				!o->words.ptr[*at_out + len])
			return;
	}
	keep(at_out, len_out, o, word, len + 1);
	if (*len_out) {
		(*len_out)--;
		if (tries < 16)
			o->known[slot] = *at_out + 1;
	}
}

void outline_label_word(struct outline *o, uint32_t i, const char *word)
{
	uint32_t at, len;

	if (i >= o->nodes.len)
		return;
	keep_once(&at, &len, o, word, strlen(word));
	o->nodes.at[i].label = at;
	o->nodes.at[i].label_len = (uint16_t)len;
	o->nodes.at[i].flags |= NODE_LABEL_KEPT;
}

void outline_value(struct outline *o, uint32_t i, size_t begin, size_t end)
{
	if (i >= o->nodes.len)
		return;
	o->nodes.at[i].value = clip(o->base + begin);
	o->nodes.at[i].value_len = clip(end - begin);
}

void outline_value_words(struct outline *o, uint32_t i, const char *words, size_t len)
{
	struct node *n;

	if (i >= o->nodes.len)
		return;
	n = &o->nodes.at[i];
	keep(&n->value, &n->value_len, o, words, len);
	n->flags |= NODE_VALUE_KEPT;
}

void outline_enter(struct outline_place *saved, struct outline *o, size_t offset, uint16_t inner)
{
	*saved = (struct outline_place){ o->base, o->floor, o->inner };
	o->base = offset;
	o->floor = o->stack.len;
	o->inner = inner;
	o->inside++;
}

void outline_leave(struct outline *o, const struct outline_place *saved)
{
	while (o->stack.len > o->floor)
		outline_close(o, 0);
	o->base = saved->base;
	o->floor = saved->floor;
	o->inner = saved->inner;
	o->inside--;
	if (o->nodes.len < o->nodes_max)
		o->stopped = false;
}

void outline_drop_last(struct outline *o)
{
	uint32_t parent;

	if (!o->nodes.len)
		return;
	parent = o->nodes.at[o->nodes.len - 1].parent;
	if (parent != NODE_NONE && !(o->nodes.at[parent].flags & NODE_VALUE_KEPT))
		o->nodes.at[parent].value_len--;
	o->nodes.len--;
}

uint32_t outline_child(const struct outline *o, uint32_t i)
{
	return i < o->nodes.len && o->nodes.at[i].size > 1 ? i + 1 : NODE_NONE;
}

uint32_t outline_next(const struct outline *o, uint32_t i)
{
	uint32_t next, parent, end;

	if (i >= o->nodes.len)
		return NODE_NONE;
	next = i + o->nodes.at[i].size;
	parent = o->nodes.at[i].parent;
	end = parent == NODE_NONE ? (uint32_t)o->nodes.len : parent + o->nodes.at[parent].size;
	return next < end ? next : NODE_NONE;
}

uint32_t outline_find(const struct outline *o, uint64_t offset)
{
	uint32_t lo = 0, hi = (uint32_t)o->nodes.len, i;

	if (!hi)
		return NODE_NONE;
	while (lo < hi) {	/* first node that begins after the byte */
		uint32_t mid = lo + (hi - lo) / 2;

		if (o->nodes.at[mid].begin <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	i = lo ? lo - 1 : 0;
	while (o->nodes.at[i].end <= offset && o->nodes.at[i].parent != NODE_NONE)
		i = o->nodes.at[i].parent;
	return i;
}

const char *node_kind_name(enum node_kind k)
{
	static const char *const names[NODE_KIND_COUNT] = {
		"object", "array", "string", "number", "literal", "element", "attribute", "text", "cdata",
		"comment", "pi", "doctype", "message", "segment", "field", "repeat", "component",
		"subcomponent", "line", "part", "trouble", "item", "value", "body",
	};

	return (unsigned int)k < NODE_KIND_COUNT ? names[k] : "?";
}

static void dump_range(struct buf *out, const char *name, const char *text, size_t len, uint32_t at, uint32_t n)
{
	if (at > len)
		at = (uint32_t)len;
	if (n > len - at)
		n = (uint32_t)(len - at);
	buf_printf(out, " %s=", name);
	buf_add(out, text + at, n);
}

static void dump_node(struct buf *out, const struct outline *o, const struct node *n, const char *text, size_t len)
{
	const char *words = o->words.len ? o->words.ptr : "";

	buf_fill(out, ' ', (size_t)n->depth * 2);
	buf_adds(out, node_kind_name(n->kind));
	if (n->flags & NODE_LABEL_NUMBER)
		buf_printf(out, " %u", n->label);
	else if (n->flags & NODE_LABEL_KEPT)
		dump_range(out, "word", words, o->words.len, n->label, n->label_len);
	else if (n->label_len)
		dump_range(out, "label", text, len, n->label, n->label_len);
	if (n->flags & NODE_VALUE_KEPT)
		dump_range(out, "says", words, o->words.len, n->value, n->value_len);
	else if ((n->size == 1 || (n->flags & NODE_HAS_VALUE)) && n->kind != NODE_OBJECT &&
			n->kind != NODE_ARRAY && n->value_len)
		dump_range(out, "value", text, len, n->value, n->value_len);
	buf_printf(out, " %u..%u\n", n->begin, n->end);
}

void outline_dump(struct buf *out, const struct outline *o, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < o->nodes.len; i++)
		dump_node(out, o, &o->nodes.at[i], text, len);
}
