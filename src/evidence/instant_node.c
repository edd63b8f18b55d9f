/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rows are moments of a known zone: written with one, or in a format that defines it (MSH-7 for a message of
 * HL7 v2, Timezone Offset From UTC for an object of DICOM). Layer evidence; any thread. Anything else, and what
 * is no valid date, is left alone.
 */
#include <string.h>
#include "dicom.h"
#include "evidence_priv.h"
#include "verdict/evidence/instant.h"

#define MOMENT_MAX 40

typedef size_t (*form_fn)(struct instant *out, const char *p, size_t n);

/* Is all of it one moment? */
static bool is_whole(struct instant *out, form_fn form, const char *p, size_t n)
{
	return n && form(out, p, n) == n;
}

static bool any_form(struct instant *out, const char *p, size_t n)
{
	return is_whole(out, instant_iso, p, n) || is_whole(out, instant_digits, p, n) || is_whole(out, instant_http, p, n);
}

static bool is_hl7_moment(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *s = n;
	const char *name;
	char id[4] = "", type[8];
	unsigned int field = 0;
	size_t room;

	if (n->kind == NODE_SUBCOMPONENT || (n->kind == NODE_COMPONENT && n->label != 1))
		return false;
	for (; s->kind != NODE_SEGMENT && s->parent != NODE_NONE; s = &d->o.nodes.at[s->parent])
		if (s->kind == NODE_FIELD)
			field = s->label;
	if (s->kind == NODE_SEGMENT && field) {
		const char *p = text_at(&room, d, s->begin);

		memcpy(id, p, room < 3 ? room : 3);
	}
	hl7_field_name(&name, type, id, field);
	return !strcmp(type, "TS") || !strcmp(type, "DTM");
}

/* Zone of the clock that wrote a message: that of MSH-7. */
static bool message_zone(int *zone_out, const struct document *d, uint32_t i)
{
	struct instant t;
	const char *p;
	uint32_t c;
	size_t n;

	while (i != NODE_NONE && d->o.nodes.at[i].kind != NODE_MESSAGE)
		i = d->o.nodes.at[i].parent;
	c = i == NODE_NONE ? NODE_NONE : outline_child(&d->o, i);
	if (c == NODE_NONE || d->o.nodes.at[c].kind != NODE_SEGMENT)
		return false;
	for (c = outline_child(&d->o, c); c != NODE_NONE; c = outline_next(&d->o, c))
		if (d->o.nodes.at[c].kind == NODE_FIELD && d->o.nodes.at[c].label == 7) {
			p = node_value(&n, d, &d->o.nodes.at[c]);
			*zone_out = 0;
			if (!is_whole(&t, instant_digits, p, n) || !t.zoned)
				return false;
			*zone_out = t.zone_min;
			return true;
		}
	return false;
}

static bool hl7_instant(struct instant *out, const struct document *d, uint32_t i, const char *p, size_t n)
{
	int zone;

	if (!is_whole(out, instant_digits, p, n))
		return false;
	if (!out->zoned && is_hl7_moment(d, i) && message_zone(&zone, d, i))
		instant_set_zone(out, zone);
	return out->zoned;
}

/* What the object says of its clock; items of sequences have it from the object around them. */
static bool object_zone(int *zone_out, const struct document *d, uint32_t i)
{
	const char *p;
	uint32_t c;
	size_t n;

	for (i = d->o.nodes.at[i].parent; i != NODE_NONE; i = d->o.nodes.at[i].parent) {
		c = dicom_child(&d->o, i, "TimezoneOffsetFromUTC");
		p = c == NODE_NONE ? "" : dicom_value(&n, &d->o, c);
		if (c != NODE_NONE)
			return n == 5 && instant_zone(zone_out, p, n) == n;
	}
	return false;
}

/* A time of DICOM and the date of the same name beside it, as one. */
static bool with_date(struct instant *out, const struct document *d, uint32_t i, const char *p, size_t n)
{
	const struct node *node = &d->o.nodes.at[i];
	size_t len, date_len;
	const char *label = node_label(&len, d, node), *date;
	char text[MOMENT_MAX + 1], name[64];
	uint32_t c;

	if (len < 4 || len >= sizeof(name) || memcmp(label + len - 4, "Time", 4) || n < 4 || n > 16 || node->parent == NODE_NONE)
		return false;
	memcpy(name, label, len);
	memcpy(name + len - 4, "Date", 5);
	c = dicom_child(&d->o, node->parent, name);
	if (c == NODE_NONE)
		return false;
	date = dicom_value(&date_len, &d->o, c);
	if (date_len != 8)
		return false;
	memcpy(text, date, 8);
	memcpy(text + 8, p, n);
	return is_whole(out, instant_digits, text, 8 + n) && !out->zoned;
}

static bool dicom_instant(struct instant *out, const struct document *d, uint32_t i, const char *p, size_t n)
{
	size_t len;
	const char *label = node_label(&len, d, &d->o.nodes.at[i]);
	int zone;

	while (n && p[n - 1] == ' ')
		n--;
	if (len > 8 && !memcmp(label + len - 8, "DateTime", 8)) {
		if (!is_whole(out, instant_digits, p, n))
			return false;
	} else if (!with_date(out, d, i, p, n)) {
		return false;
	}
	if (!out->zoned && object_zone(&zone, d, i))
		instant_set_zone(out, zone);
	return out->zoned;
}

/* The node's value; of an element without text that of its attribute of that name (FHIR, CDA). */
static const char *value_here(size_t *len_out, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i], *c;
	const char *p = node_value(len_out, d, n);
	uint32_t k;

	if (*len_out || n->kind != NODE_ELEMENT)
		return p;
	for (k = outline_child(&d->o, i); k != NODE_NONE; k = outline_next(&d->o, k)) {
		c = &d->o.nodes.at[k];
		if (c->kind != NODE_ATTRIBUTE)
			return "";
		if (label_is(d, c, "value"))
			return node_value(len_out, d, c);
	}
	return "";
}

bool node_instant(struct instant *out, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	enum evidence_kind kind = node_document(d, n);
	size_t len;
	const char *p = value_here(&len, d, i);

	if (len < 4 || len > MOMENT_MAX || n->kind == NODE_NUMBER || n->kind == NODE_TROUBLE || n->kind == NODE_LINE)
		return false;
	if (n->kind >= NODE_FIELD && n->kind <= NODE_SUBCOMPONENT)
		return hl7_instant(out, d, i, p, len);
	if (kind == EVIDENCE_DICOM || kind == EVIDENCE_DICOM_JSON)
		return dicom_instant(out, d, i, p, len);
	return any_form(out, p, len) && out->zoned;
}
