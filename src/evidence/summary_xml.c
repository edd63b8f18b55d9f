/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an XML element is about, in a few words: FHIR's value attributes, CDA's codes, ids and titles, SOAP's
 * body. Layer evidence; any thread.
 */
#include "summary_priv.h"
#include <string.h>

#define LOOK_AT 100
#define DEEP 3

static bool named(const struct document *d, uint32_t i, const char *name)
{
	return label_is(d, &d->o.nodes.at[i], name);
}

static uint32_t find(const struct document *d, uint32_t parent, enum node_kind kind, const char *name)
{
	uint32_t c = outline_child(&d->o, parent);
	unsigned int looked = 0;

	for (; c != NODE_NONE && looked < LOOK_AT; c = outline_next(&d->o, c), looked++)
		if (d->o.nodes.at[c].kind == kind && (!name || named(d, c, name)))
			return c;
	return NODE_NONE;
}

static bool add_value(struct buf *b, const struct document *d, uint32_t i, const char *gap)
{
	const char *p;
	size_t n;

	if (i == NODE_NONE)
		return false;
	p = node_value(&n, d, &d->o.nodes.at[i]);
	if (!n)
		return false;
	if (b->len)
		buf_adds(b, gap);
	if (n > 100)
		for (n = 100; n > 96 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	unescape_xml(b, p, n);
	return true;
}

/* value, displayName, code, extension, root: what data types of FHIR and CDA carry in attributes. */
static bool attributes(struct buf *b, const struct document *d, uint32_t i)
{
	static const char *const keys[] = { "value", "displayName", "code", "extension", "root", "unit", "nullFlavor",
		"name", "id", "url", "reference" };
	size_t k, shown = 0;

	for (k = 0; k < sizeof(keys) / sizeof(keys[0]) && shown < 2; k++)
		shown += add_value(b, d, find(d, i, NODE_ATTRIBUTE, keys[k]), "  ");
	return shown > 0;
}

static void summary(struct buf *b, const struct document *d, uint32_t i, int deep)
{
	static const char *const keys[] = { "title", "name", "family", "given", "birthDate", "code", "text", "display",
		"type", "resource", "coding", "status", "id", "value" };
	const char *p;
	uint32_t c;
	size_t n, k, shown = 0;

	if (report_summary(b, d, i) || audit_summary(b, d, i))
		return;
	if (d->o.nodes.at[i].flags & NODE_HAS_VALUE) {
		add_value(b, d, i, "  ");
		return;
	}
	if (attributes(b, d, i) || deep > DEEP)
		return;
	if (named(d, i, "resource") || named(d, i, "entry") || named(d, i, "Body")) {
		c = find(d, i, NODE_ELEMENT, named(d, i, "entry") ? "resource" : NULL);
		if (c != NODE_NONE && !named(d, c, "resource")) {
			if (b->len)
				buf_adds(b, "  ");
			p = node_label(&n, d, &d->o.nodes.at[c]);
			buf_add(b, p, n);
		}
		if (c != NODE_NONE)
			summary(b, d, c, deep + 1);
		return;
	}
	for (k = 0; k < sizeof(keys) / sizeof(keys[0]) && shown < 2; k++) {
		size_t before = b->len;

		c = find(d, i, NODE_ELEMENT, keys[k]);
		if (c != NODE_NONE)
			summary(b, d, c, deep + 1);
		shown += b->len > before;
	}
}

void xml_summary(struct buf *b, const struct document *d, uint32_t i)
{
	struct buf t;

	buf_init(&t, 4096);
	if (!soap_summary(&t, d, i))
		summary(&t, d, i, 0);
	if (t.len)
		buf_add(b, t.ptr, t.len);
	buf_done(&t);
}
