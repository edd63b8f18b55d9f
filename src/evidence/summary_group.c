/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What our own groups hold, in a few words: exchanges of HTTP, their requests and responses, parts of MIME,
 * bodies. Layer evidence; any thread.
 */
#include "dicom.h"
#include "evidence_priv.h"
#include <string.h>

#define LOOK_AT 60
#define SHOWN_MAX 90

static uint32_t named(const struct document *d, uint32_t group, const char *name)
{
	uint32_t c = group == NODE_NONE ? NODE_NONE : outline_child(&d->o, group);
	unsigned int looked = 0;

	for (; c != NODE_NONE && looked < LOOK_AT; c = outline_next(&d->o, c), looked++)
		if (label_is(d, &d->o.nodes.at[c], name))
			return c;
	return NODE_NONE;
}

static bool add(struct buf *b, const struct document *d, uint32_t group, const char *name, const char *gap)
{
	uint32_t i = named(d, group, name);
	const char *p;
	size_t n;

	if (i == NODE_NONE)
		return false;
	p = node_value(&n, d, &d->o.nodes.at[i]);
	if (!n)
		return false;
	if (b->len && b->ptr[b->len - 1] != ' ')
		buf_adds(b, gap);
	if (n > SHOWN_MAX)
		for (n = SHOWN_MAX; n > SHOWN_MAX - 4 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	buf_add(b, p, n);
	return true;
}

static void request(struct buf *b, const struct document *d, uint32_t i)
{
	add(b, d, i, "method", "  ");
	add(b, d, i, "target", " ");
}

static void response(struct buf *b, const struct document *d, uint32_t i)
{
	add(b, d, i, "status", "  ");
	add(b, d, i, "reason", " ");
}

static void body_of(struct buf *b, const struct document *d, uint32_t message)
{
	uint32_t body = named(d, message, "body");

	if (body == NODE_NONE || d->o.nodes.at[body].size == 1)
		return;
	buf_adds(b, "  ");
	describe_value(b, d, body, 120);
}

static void exchange(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t answer = named(d, i, "response");

	request(b, d, named(d, i, "request"));
	response(b, d, answer);
	if (answer != NODE_NONE)
		body_of(b, d, answer);
	else
		buf_adds(b, b->len ? "  no response" : "no response");
}

static void part(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t header = named(d, i, "header");

	add(b, d, header, "content-type", "  ");
	add(b, d, header, "content-id", "  ");
	body_of(b, d, i);
}

/* The first of several roots that is more than a comment. */
static uint32_t inner_root(const struct document *d, uint32_t body)
{
	uint32_t c = outline_child(&d->o, body), first = c;

	for (; c != NODE_NONE; c = outline_next(&d->o, c))
		if (d->o.nodes.at[c].kind == NODE_ELEMENT || !(d->o.nodes.at[c].kind >= NODE_COMMENT &&
				d->o.nodes.at[c].kind <= NODE_DOCTYPE))
			return c;
	return first;
}

static void body(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t root = inner_root(d, i);
	size_t before;

	buf_adds(b, evidence_kind_label((enum evidence_kind)d->o.nodes.at[i].inner));
	if (root == NODE_NONE || d->o.nodes.at[root].kind == NODE_TROUBLE)
		return;
	buf_adds(b, "  ");
	before = b->len;
	describe_label(b, d, root);
	if (b->len > before)
		buf_adds(b, "  ");
	describe_value(b, d, root, 120);
}

/* What a token claims: its algorithm and how long it holds. */
static void token(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t head = named(d, i, "header"), body = named(d, i, "payload");

	add(b, d, head == NODE_NONE ? head : outline_child(&d->o, head), "alg", "  ");
	add(b, d, body == NODE_NONE ? body : outline_child(&d->o, body), "iss", "  ");
	if (named(d, i, "expires") != NODE_NONE)
		buf_adds(b, "  expires ");
	add(b, d, i, "expires", " ");
}

/* A line of syslog: when, where from, and what it holds. */
static void message(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t said = named(d, i, "body");

	add(b, d, i, "time", "  ");
	add(b, d, i, "host", "  ");
	add(b, d, i, "application", "  ");
	if (said != NODE_NONE && d->o.nodes.at[said].size == 1)
		add(b, d, i, "body", "  ");
	else
		body_of(b, d, i);
}

static void pdf(struct buf *b, const struct document *d, uint32_t i)
{
	add(b, d, i, "title", "  ");
	if (named(d, i, "pages") != NODE_NONE)
		buf_adds(b, b->len ? "  pages: " : "pages: ");
	add(b, d, i, "pages", " ");
	if (named(d, i, "encrypted") != NODE_NONE)
		buf_adds(b, b->len ? "  encrypted" : "encrypted");
}

/* A page's number, and the line it begins with. */
static void page(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t first = outline_child(&d->o, i);

	buf_printf(b, "%u  ", d->o.nodes.at[i].value);
	if (first != NODE_NONE)
		describe_value(b, d, first, SHOWN_MAX);
}

static const struct {
	const char *name;
	void (*say)(struct buf *b, const struct document *d, uint32_t i);
} table[] = {
	{ "exchange", exchange },
	{ "message", message },
	{ "request", request },
	{ "response", response },
	{ "part", part },
	{ "DICOM", dicom_summary },
	{ "instance", dicom_summary },
	{ "SMART Health Card", token },
	{ "SMART Health Link", token },
	{ "Token", token },
	{ "PDF", pdf },
	{ "page", page },
};

/* How many numbered groups there are: what else stands among them does not count. */
static unsigned int numbered(const struct document *d, uint32_t i)
{
	unsigned int n = 0;
	uint32_t c;

	for (c = outline_child(&d->o, i); c != NODE_NONE; c = outline_next(&d->o, c))
		n += d->o.nodes.at[c].kind == NODE_ITEM && d->o.nodes.at[c].value;
	return n;
}

static void count(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *first = outline_get(&d->o, outline_child(&d->o, i));
	unsigned int items = n->value_len;
	const char *label = "item";
	size_t len = 4;

	if (first && first->kind == NODE_ITEM && first->value) {
		items = numbered(d, i);
		if (items == 1) {
			group_summary(b, d, i + 1);
			return;
		}
		label = node_label(&len, d, first);
	}
	buf_printf(b, "%u ", items);
	buf_add(b, label, len);
	if (items != 1)
		buf_addc(b, 's');
}

void group_summary(struct buf *b, const struct document *d, uint32_t i)
{
	size_t k, before = b->len;
	struct buf t;

	buf_init(&t, 4096);
	if (d->o.nodes.at[i].kind == NODE_BODY)
		body(&t, d, i);
	else
		for (k = 0; k < sizeof(table) / sizeof(table[0]); k++)
			if (label_is(d, &d->o.nodes.at[i], table[k].name))
				table[k].say(&t, d, i);
	if (d->o.nodes.at[i].kind == NODE_ITEM && (d->o.nodes.at[i].flags & NODE_LABEL_NUMBER))
		dicom_item_summary(&t, d, i);
	if (t.len)
		buf_add(b, t.ptr, t.len);
	buf_done(&t);
	if (b->len == before && d->o.nodes.at[i].kind == NODE_ITEM)
		count(b, d, i);
}
