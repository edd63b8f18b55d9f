/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of codes that come without a display. Layer evidence; one thread at a time. Words of a licensed terminology
 * are not ours to carry: where the document names the same code somewhere else (a Coding, a contained ValueSet, a
 * CodeSystem, a translation), that name is shown.
 */
#include "code_name.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "summary_priv.h"
#include "verdict/base/map.h"

#define INDEX_MAX 20000u	/* displays of one document */
#define KEY_MAX 300
#define STEPS_MAX 24

const char *code_word(const char *set, const char *code, size_t n)
{
	size_t lo = 0, hi = code_word_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct code_word *w = &code_words[mid];
		int c = strcmp(w->set, set);

		if (!c)
			c = strncmp(w->code, code, n);
		if (!c)
			c = strlen(w->code) > n;
		if (!c)
			return w->words;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static bool is(const char *p, size_t n, const char *s)
{
	return strlen(s) == n && !memcmp(p, s, n);
}

const char *code_set(char out[8], const char *system, size_t n)
{
	static const struct { const char *uri, *set; } sets[] = {
		{ "http://loinc.org", "loinc" }, { "2.16.840.1.113883.6.1", "loinc" },
		{ "http://unitsofmeasure.org", "ucum" }, { "2.16.840.1.113883.6.8", "ucum" },
		{ "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "ips" },
		{ "2.16.840.1.113883.5.1150.1", "ips" },
		{ "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "null" }, { "2.16.840.1.113883.5.1008", "null" },
		{ "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "conf" }, { "2.16.840.1.113883.5.25", "conf" },
		{ "http://dicom.nema.org/resources/ontology/DCM", "dcm" }, { "1.2.840.10008.2.16.4", "dcm" },
	};
	static const char v2[] = "http://terminology.hl7.org/CodeSystem/v2-";
	size_t k;

	out[0] = '\0';
	for (k = 0; k < sizeof(sets) / sizeof(sets[0]); k++)
		if (is(system, n, sets[k].uri))
			memcpy(out, sets[k].set, strlen(sets[k].set) + 1);
	if (n == sizeof(v2) - 1 + 4 && !memcmp(system, v2, sizeof(v2) - 1)) {
		memcpy(out, system + n - 4, 4);
		out[4] = '\0';
	}
	return out;
}

static const char *value_of(size_t *len_out, const struct document *d, uint32_t i)
{
	*len_out = 0;
	return i == NODE_NONE ? "" : node_value(len_out, d, &d->o.nodes.at[i]);
}

/* Is it a list of concepts, or one of them? Those have the system of what lists them. */
static bool is_concept(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];

	if (n->flags & NODE_LABEL_NUMBER)
		return n->parent != NODE_NONE && label_is(d, &d->o.nodes.at[n->parent], "concept");
	return label_is(d, n, "concept");
}

static bool is_code_system(const struct document *d, uint32_t i)
{
	size_t n;
	const char *p = value_of(&n, d, part_of(d, i, "resourceType"));

	return is(p, n, "CodeSystem") || (d->o.nodes.at[i].kind == NODE_ELEMENT && label_is(d, &d->o.nodes.at[i], "CodeSystem"));
}

/* The system of a code's holder: its own, that of the include which lists it, or the CodeSystem which defines it. */
const char *code_system_of(size_t *len_out, const struct document *d, uint32_t holder)
{
	uint32_t i = holder, part, steps;

	*len_out = 0;
	for (steps = 0; steps < STEPS_MAX && i != NODE_NONE; steps++, i = d->o.nodes.at[i].parent) {
		part = part_of(d, i, "system");
		if (part == NODE_NONE)
			part = part_of(d, i, "codeSystem");
		if (part == NODE_NONE && is_code_system(d, i))
			part = part_of(d, i, "url");
		if (part != NODE_NONE)
			return value_of(len_out, d, part);
		if (!is_concept(d, i))
			break;
	}
	return "";
}

static bool make_key(char key[KEY_MAX], const char *system, size_t system_len, const char *code, size_t n)
{
	if (!n || !system_len || system_len + n + 2 > KEY_MAX)
		return false;
	memcpy(key, system, system_len);
	key[system_len] = '|';
	memcpy(key + system_len + 1, code, n);
	key[system_len + 1 + n] = '\0';
	return !memchr(key, '\0', system_len + 1 + n);
}

static void collect(struct code_index *x, const struct document *d)
{
	const char *system, *code;
	char key[KEY_MAX];
	size_t m, n;
	uint32_t i, holder;

	x->named = map_new();
	for (i = 0; i < d->o.nodes.len && map_count(x->named) < INDEX_MAX; i++) {
		const struct node *node = &d->o.nodes.at[i];

		if (node->label_len < 7 || node->label_len > 11 || node->parent == NODE_NONE ||
			(!label_is(d, node, "display") && !label_is(d, node, "displayName")))
			continue;
		holder = node->parent;
		code = value_of(&n, d, part_of(d, holder, "code"));
		system = code_system_of(&m, d, holder);
		if (make_key(key, system, m, code, n) && !map_get(x->named, key))
			map_set(x->named, key, (void *)((uintptr_t)holder + 1));
	}
}

bool code_named_here(struct buf *b, const struct document *d, const char *system, size_t system_len, const char *code,
	size_t n)
{
	struct code_index *x = d->codes;
	char key[KEY_MAX];
	uint32_t i;

	if (!x || !make_key(key, system, system_len, code, n))
		return false;
	if (!x->named)
		collect(x, d);
	i = (uint32_t)((uintptr_t)map_get(x->named, key) & UINT32_MAX);
	return i && (add_part(b, d, part_of(d, i - 1, "display"), "") || add_part(b, d, part_of(d, i - 1, "displayName"), ""));
}

void code_index_forget(struct code_index *x)
{
	if (x->named)
		map_free(x->named);
	x->named = NULL;
}
