/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an element of a FHIR resource means, in plain words. Layer evidence; any thread. The way from the resource
 * down to the node is walked by the table, which says at each element whose children come next: its own, or those
 * of a data type. What the table does not know has no note.
 */
#include "fhir_note.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 48
#define WAY_MAX 160

struct place {
	char in[WAY_MAX];		/* "Patient.contact", "HumanName" */
	const struct fhir_note *note;	/* of the last step */
};

static int by_path(const void *key, const void *entry)
{
	return strcmp(key, ((const struct fhir_note *)entry)->path);
}

static const struct fhir_note *find(const char *in, const char *label, size_t n, const char *end)
{
	char path[WAY_MAX];
	int len = snprintf(path, sizeof(path), "%s.%.*s%s", in, (int)n, label, end);

	if (len < 0 || (size_t)len >= sizeof(path))
		return NULL;
	return bsearch(path, fhir_notes, fhir_note_count, sizeof(*fhir_notes), by_path);
}

/* value[x]: "valueQuantity" is found at "value[x]" and goes on as Quantity. */
static const struct fhir_note *find_choice(size_t *stem_out, const char *in, const char *label, size_t n)
{
	const struct fhir_note *f = NULL;
	size_t k;

	for (k = 1; k < n && !f; k++)
		if (isupper((unsigned char)label[k]))
			f = find(in, label, *stem_out = k, "[x]");
	return f;
}

/* One element down; false where the table does not know it. */
static bool step(struct place *p, const char *label, size_t n, bool first)
{
	const struct fhir_note *f;
	size_t stem = 0;

	if (n && *label == '_') {	/* what JSON says about a primitive value */
		label++;
		n--;
	}
	f = n < 64 ? find(p->in, label, n, "") : NULL;
	if (!f && n < 64)
		f = find_choice(&stem, p->in, label, n);
	if (!f && n < 64)
		f = find(first ? "Resource" : "Element", label, n, "");
	p->note = f;
	if (!f)
		return false;
	if (stem)
		snprintf(p->in, sizeof(p->in), "%.*s", (int)(n - stem), label + stem);
	else
		snprintf(p->in, sizeof(p->in), "%s", *f->type ? f->type + (*f->type == '=') : f->path);
	return true;
}

/* The resource's type where the node is one, else 0. */
static size_t resource_type(const char **name_out, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	size_t len = 0;

	if (n->kind == NODE_OBJECT) {
		uint32_t type = json_member(d, i, "resourceType");

		if (type != NODE_NONE)
			*name_out = node_value(&len, d, &d->o.nodes.at[type]);
	} else if (n->kind == NODE_ELEMENT && node_document(d, n) == EVIDENCE_FHIR_XML) {
		*name_out = node_label(&len, d, n);
		if (!len || !isupper((unsigned char)**name_out))
			len = 0;
	}
	return len;
}

/* Names of the elements between the node and its resource, innermost first; 0 where there is no resource. */
static size_t way_up(uint32_t up[STEPS_MAX], struct place *p, const struct document *d, uint32_t i)
{
	const char *name = "";
	size_t n = 0, len;

	for (; i != NODE_NONE && n < STEPS_MAX; i = d->o.nodes.at[i].parent) {
		len = resource_type(&name, d, i);
		if (len) {
			snprintf(p->in, sizeof(p->in), "%.*s", (int)(len < 64 ? len : 64), name);
			return n;
		}
		if (!(d->o.nodes.at[i].flags & NODE_LABEL_NUMBER))
			up[n++] = i;
	}
	return 0;
}

static bool may_have(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	enum evidence_kind kind = node_document(d, n);

	if (kind == EVIDENCE_FHIR_XML)
		return n->kind == NODE_ELEMENT;
	return (kind == EVIDENCE_FHIR_JSON || kind == EVIDENCE_NDJSON) && n->kind <= NODE_LITERAL &&
		!(n->flags & NODE_LABEL_NUMBER);
}

void fhir_note(struct buf *b, const struct document *d, uint32_t i)
{
	uint32_t up[STEPS_MAX];
	struct place p = { .note = NULL };
	const char *label;
	size_t n, len, k;

	if (!may_have(d, i))
		return;
	n = way_up(up, &p, d, i);
	for (k = n; k-- > 0;) {
		label = node_label(&len, d, &d->o.nodes.at[up[k]]);
		if (!step(&p, label, len, k == n - 1))
			return;
	}
	if (p.note)
		buf_adds(b, p.note->words);
}
