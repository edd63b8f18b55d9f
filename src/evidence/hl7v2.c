/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HL7 v2 nodes in words: "PID-5.1", "Patient Name · Family Name", what a message is about. Layer evidence; any
 * thread.
 */
#include "code_name.h"
#include <string.h>

static const struct node *up_to(const struct document *d, uint32_t i, enum node_kind kind)
{
	for (; i != NODE_NONE; i = d->o.nodes.at[i].parent)
		if (d->o.nodes.at[i].kind == kind)
			return &d->o.nodes.at[i];
	return NULL;
}

void hl7_delimiters(char out[5], const struct document *d, uint32_t i)
{
	const struct node *message = up_to(d, i, NODE_MESSAGE);
	const char *p;
	size_t room, k;

	memcpy(out, "|^~\\&", 5);
	if (!message)
		return;
	p = text_at(&room, d, message->begin);
	if (room < 4)
		return;
	out[0] = p[3];
	for (k = 1; k < 5 && 3 + k < room && p[3 + k] != out[0] && p[3 + k] != '\r' && p[3 + k] != '\n'; k++)
		out[k] = p[3 + k];
}

/* Identifier of the segment a node is in; "" without. */
static void segment_id(char out[4], const struct document *d, uint32_t i)
{
	const struct node *s = up_to(d, i, NODE_SEGMENT);

	const char *p;
	size_t room = 0;

	out[0] = '\0';
	p = s ? text_at(&room, d, s->begin) : "";
	if (room >= 3) {
		memcpy(out, p, 3);
		out[3] = '\0';
	}
}

void hl7_label(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *f;
	char id[4];

	segment_id(id, d, i);
	switch (n->kind) {
	case NODE_MESSAGE:
		buf_adds(b, "message");
		break;
	case NODE_SEGMENT:
		buf_adds(b, id);
		break;
	case NODE_REPEAT:
		f = up_to(d, i, NODE_FIELD);
		buf_printf(b, "%s-%u(%u)", id, f ? f->label : 0, n->label);
		break;
	case NODE_FIELD:
		buf_printf(b, "%s-%u", id, n->label);
		break;
	case NODE_COMPONENT: case NODE_SUBCOMPONENT:
		f = up_to(d, i, NODE_FIELD);
		buf_printf(b, "%s-%u", id, f ? f->label : 0);
		if (n->kind == NODE_SUBCOMPONENT) {
			f = up_to(d, i, NODE_COMPONENT);
			buf_printf(b, ".%u", f ? f->label : 1);
		}
		buf_printf(b, ".%u", n->label);
		break;
	default:
		break;
	}
}

/* A node's bytes as they stand. */
static const char *whole(size_t *len_out, const struct document *d, const struct node *n)
{
	size_t room;
	const char *p = text_at(&room, d, n->begin);

	*len_out = n->end - n->begin < room ? n->end - n->begin : room;
	return p;
}

/* The type of OBX-5 is said in OBX-2. */
static void value_type(char type[8], const struct document *d, uint32_t i)
{
	const struct node *s = up_to(d, i, NODE_SEGMENT);
	uint32_t c = s ? outline_child(&d->o, (uint32_t)(s - d->o.nodes.at)) : NODE_NONE;

	for (; c != NODE_NONE; c = outline_next(&d->o, c)) {
		const struct node *n = &d->o.nodes.at[c];
		size_t len = n->end - n->begin;

		if (n->kind != NODE_FIELD || n->label != 2 || len > 7)
			continue;
		memcpy(type, whole(&len, d, n), len);
		type[len] = '\0';
		return;
	}
}

/* Table of HL7 v2 that a field or a component of a data type is coded by; "" where we have no words for it. */
static const char *table_of(const char *id, uint32_t field, const char *type, uint32_t component, uint32_t sub)
{
	static const struct { char of[4]; uint32_t number; const char *table; } fields[] = {
		{ "AL1", 2, "0127" }, { "AL1", 4, "0128" }, { "ERR", 4, "0516" }, { "EVN", 1, "0003" }, { "MSA", 1, "0008" },
		{ "MSH", 11, "0103" }, { "OBR", 25, "0123" }, { "OBX", 2, "0125" }, { "OBX", 8, "0078" },
		{ "OBX", 11, "0085" }, { "PID", 8, "0001" }, { "PID", 16, "0002" }, { "PID", 24, "0136" },
		{ "PID", 30, "0136" }, { "PV1", 2, "0004" }, { "QAK", 2, "0208" },
	}, types[] = {
		{ "CX", 5, "0203" }, { "HD", 3, "0301" }, { "MSG", 1, "0076" }, { "MSG", 2, "0003" }, { "XAD", 7, "0190" },
		{ "XPN", 7, "0200" }, { "XPN", 8, "0465" }, { "XTN", 2, "0201" }, { "XTN", 3, "0202" },
	};
	size_t k;

	if (sub)
		return !strcmp(type, "CX") && component == 4 && sub == 3 ? "0301" : "";
	for (k = 0; component && k < sizeof(types) / sizeof(types[0]); k++)
		if (!strcmp(types[k].of, type) && types[k].number == component)
			return types[k].table;
	for (k = 0; component < 2 && k < sizeof(fields) / sizeof(fields[0]); k++)
		if (!strcmp(fields[k].of, id) && fields[k].number == field)
			return fields[k].table;
	return "";
}

/* ": female" after the name of a field that holds a code. */
static void code_meaning(struct buf *b, const struct document *d, uint32_t i, const char *id, uint32_t field,
	const char *type, uint32_t component)
{
	const struct node *n = &d->o.nodes.at[i];
	const char *table = table_of(id, field, type, component, n->kind == NODE_SUBCOMPONENT ? n->label : 0);
	size_t len;
	const char *p = whole(&len, d, n), *words = *table ? code_word(table, p, len) : NULL;

	if (words)
		buf_printf(b, "%s%s", b->len ? ": " : "", words);
}

void hl7_note(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *f = up_to(d, i, NODE_FIELD), *c = up_to(d, i, NODE_COMPONENT);
	const char *name = "";
	char id[4], type[8];
	size_t len = 0;

	if (n->kind < NODE_SEGMENT || n->kind > NODE_SUBCOMPONENT)
		return;
	segment_id(id, d, i);
	if (n->kind == NODE_SEGMENT) {
		buf_adds(b, hl7_segment_name(id));
		return;
	}
	len = hl7_field_name(&name, type, id, f ? f->label : 0);
	if (type[0] == '*' && !strcmp(id, "OBX"))
		value_type(type, d, i);
	if (n->kind == NODE_COMPONENT)
		len = hl7_component_name(&name, type, c->label);
	else if (n->kind == NODE_SUBCOMPONENT)
		len = 0;
	if (len)
		buf_add(b, name, len);
	if (f && n->size == 1)
		code_meaning(b, d, i, id, f->label, type, c ? c->label : 0);
}

/* First node of a field in a message, by segment and number; its text without decoding. */
static const char *find_field(size_t *len_out, const struct document *d, uint32_t message, const char *id,
	uint32_t number)
{
	uint32_t s = outline_child(&d->o, message), f;
	const char *p;

	*len_out = 0;
	for (; s != NODE_NONE; s = outline_next(&d->o, s)) {
		if (d->o.nodes.at[s].kind != NODE_SEGMENT || !label_is(d, &d->o.nodes.at[s], id))
			continue;
		for (f = outline_child(&d->o, s); f != NODE_NONE; f = outline_next(&d->o, f)) {
			const struct node *n = &d->o.nodes.at[f];

			if (n->kind == NODE_FIELD && n->label == number) {
				p = whole(len_out, d, n);
				*len_out = *len_out < 80 ? *len_out : 80;
				return p;
			}
		}
		break;
	}
	return "";
}

static void message_summary(struct buf *b, const struct document *d, uint32_t i)
{
	static const struct { const char *id; uint32_t number; } shown[] = { { "MSH", 9 }, { "MSH", 10 }, { "PID", 5 } };
	size_t k, n, start = b->len;

	for (k = 0; k < sizeof(shown) / sizeof(shown[0]); k++) {
		const char *p = find_field(&n, d, i, shown[k].id, shown[k].number);

		if (!n)
			continue;
		if (b->len > start)
			buf_adds(b, "  ");
		buf_add(b, p, n);
	}
	buf_printf(b, "%s%u segments", b->len > start ? "  " : "", d->o.nodes.at[i].value_len);
}

void hl7_summary(struct buf *b, const struct document *d, uint32_t i, size_t max)
{
	const struct node *n = &d->o.nodes.at[i];
	char delimiters[5];
	size_t len;
	const char *p = whole(&len, d, n);
	struct buf t;

	if (n->kind == NODE_MESSAGE) {
		message_summary(b, d, i);
		return;
	}
	if (n->kind == NODE_SEGMENT) {	/* what follows its name, as it stands */
		len = len > 4 ? len - 4 : 0;
		buf_init(&t, 4096);
		buf_add(&t, p + (len ? 4 : 0), len < 160 ? len : 160);
		buf_add(b, buf_str(&t), t.len);
		buf_done(&t);
		return;
	}
	hl7_delimiters(delimiters, d, i);
	buf_init(&t, DOCUMENT_VALUE_MAX * 4);
	unescape_hl7(&t, p, len < max ? len : max, delimiters);
	buf_add(b, buf_str(&t), t.len);
	buf_done(&t);
}

/* How-many-th segment of its name in the message, from 1. */
static unsigned int segment_number(const struct document *d, uint32_t i)
{
	uint32_t s = outline_child(&d->o, d->o.nodes.at[i].parent);
	unsigned int n = 0;
	char id[4];

	segment_id(id, d, i);
	for (; s != NODE_NONE && s <= i; s = outline_next(&d->o, s))
		if (d->o.nodes.at[s].kind == NODE_SEGMENT && label_is(d, &d->o.nodes.at[s], id))
			n++;
	return n;
}

static unsigned int message_number(const struct document *d, uint32_t i)
{
	uint32_t s = outline_child(&d->o, d->o.nodes.at[i].parent);
	unsigned int n = 0;

	for (; s != NODE_NONE && s <= i; s = outline_next(&d->o, s))
		n += d->o.nodes.at[s].kind == NODE_MESSAGE;
	return n;
}

void hl7_path_part(struct buf *b, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	unsigned int k;
	char id[4];

	switch (n->kind) {
	case NODE_MESSAGE:
		if (n->parent != NODE_NONE)
			buf_printf(b, "/message[%u]/", message_number(d, i));
		break;
	case NODE_SEGMENT:
		segment_id(id, d, i);
		buf_adds(b, id);
		k = n->parent == NODE_NONE ? 1 : segment_number(d, i);
		if (k > 1)
			buf_printf(b, "[%u]", k);
		break;
	case NODE_FIELD:
		buf_printf(b, "-%u", n->label);
		break;
	case NODE_REPEAT:
		buf_printf(b, "(%u)", n->label);
		break;
	default:
		buf_printf(b, ".%u", n->label);
	}
}
