/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a SOAP envelope says, in a few words: a fault first, else what is in the body, and the action of
 * WS-Addressing. Layer evidence; any thread.
 */
#include "evidence_priv.h"

#define LOOK_AT 60
#define SHOWN_MAX 120

static uint32_t element(const struct document *d, uint32_t parent, const char *name)
{
	uint32_t c = parent == NODE_NONE ? NODE_NONE : outline_child(&d->o, parent);
	unsigned int looked = 0;

	for (; c != NODE_NONE && looked < LOOK_AT; c = outline_next(&d->o, c), looked++)
		if (d->o.nodes.at[c].kind == NODE_ELEMENT && (!name || label_is(d, &d->o.nodes.at[c], name)))
			return c;
	return NODE_NONE;
}

static void gap(struct buf *b)
{
	if (b->len)
		buf_adds(b, "  ");
}

static void text_of(struct buf *b, const struct document *d, uint32_t i)
{
	const char *p;
	size_t n;

	if (i == NODE_NONE)
		return;
	p = node_value(&n, d, &d->o.nodes.at[i]);
	if (!n)
		return;
	gap(b);
	if (n > SHOWN_MAX)
		for (n = SHOWN_MAX; n > SHOWN_MAX - 4 && ((unsigned char)p[n] & 0xc0) == 0x80;)
			n--;
	unescape_xml(b, p, n);
}

/* SOAP 1.1 says faultcode and faultstring, 1.2 Code/Value and Reason/Text. */
static void fault(struct buf *b, const struct document *d, uint32_t i)
{
	buf_adds(b, "Fault");
	text_of(b, d, element(d, i, "faultcode"));
	text_of(b, d, element(d, element(d, i, "Code"), "Value"));
	text_of(b, d, element(d, i, "faultstring"));
	text_of(b, d, element(d, element(d, i, "Reason"), "Text"));
}

bool soap_summary(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t content;
	const char *p;
	size_t n;

	if (node_document(d, &d->o.nodes.at[i]) != EVIDENCE_SOAP || !label_is(d, &d->o.nodes.at[i], "Envelope"))
		return false;
	content = element(d, element(d, i, "Body"), NULL);
	if (content != NODE_NONE && label_is(d, &d->o.nodes.at[content], "Fault")) {
		fault(b, d, content);
	} else if (content != NODE_NONE) {
		p = node_label(&n, d, &d->o.nodes.at[content]);
		buf_add(b, p, n);
	}
	text_of(b, d, element(d, element(d, i, "Header"), "Action"));
	return b->len > 0;
}
