/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The narrative view: every narrative of a document in its order, under the titles of its sections and
 * resources. Layer evidence; one thread at a time, in the reader process. Laid out at the first look, and again
 * where the width changes.
 */
#include "narrative.h"
#include <string.h>
#include "evidence_priv.h"

#define STRING_MAX (4u << 20)	/* of one narrative in a JSON string */

static bool is(const struct document *d, uint32_t i, enum node_kind kind, const char *name)
{
	return i != NODE_NONE && d->o.nodes.at[i].kind == kind && label_is(d, &d->o.nodes.at[i], name);
}

static uint32_t parent(const struct document *d, uint32_t i)
{
	return i == NODE_NONE ? NODE_NONE : d->o.nodes.at[i].parent;
}

/* The markup of a narrative: a div in a text, as a string or as elements. */
static bool is_div(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];

	if (n->label_len != 3 || (n->kind != NODE_STRING && n->kind != NODE_ELEMENT) || !label_is(d, n, "div"))
		return false;
	return n->kind == NODE_STRING ? is(d, n->parent, NODE_OBJECT, "text") : is(d, n->parent, NODE_ELEMENT, "text");
}

/* The text of a section in CDA, which has no div. */
static bool is_block(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	uint32_t c;

	if (n->kind != NODE_ELEMENT || n->label_len != 4 || !label_is(d, n, "text") ||
			!is(d, n->parent, NODE_ELEMENT, "section") || (n->size == 1 && !(n->flags & NODE_HAS_VALUE)))
		return false;
	for (c = outline_child(&d->o, i); c != NODE_NONE; c = outline_next(&d->o, c))
		if (is(d, c, NODE_ELEMENT, "div"))
			return false;
	return true;
}

/* FHIR JSON: an item of an array of sections; XML: an element. */
static bool is_section(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];

	if (n->kind == NODE_OBJECT)
		return (n->flags & NODE_LABEL_NUMBER) && is(d, n->parent, NODE_ARRAY, "section");
	return n->kind == NODE_ELEMENT && n->label_len == 7 && label_is(d, n, "section");
}

static unsigned int section_level(const struct document *d, uint32_t i)
{
	unsigned int level = 0;

	for (i = parent(d, i); i != NODE_NONE; i = parent(d, i))
		level += is_section(d, i);
	return level;
}

void narrative_look(struct narrative *n, const struct document *d)
{
	uint32_t i;

	if ((d->kind == EVIDENCE_FHIR_JSON || d->kind == EVIDENCE_JSON) && !d->o.has_div)
		return;
	for (i = 0; i < d->o.nodes.len && !n->offered; i++) {
		unsigned int len = d->o.nodes.at[i].label_len;

		n->offered = (len == 3 && is_div(d, i)) || (len == 4 && is_block(d, i));
	}
}

static void heading(struct flow *f, uint32_t node, const char *p, size_t n, unsigned int level)
{
	flow_gap(f);
	f->fresh = !f->out->rows.len;
	f->node = node;
	f->style = STYLE_KEY;
	f->indent = level < 6 ? level * 2 : 12;
	flow_text(f, p, n);
	flow_end(f);
	f->style = STYLE_PLAIN;
	f->indent = 0;
}

static void section_heading(struct flow *f, const struct document *d, uint32_t i)
{
	uint32_t c = outline_child(&d->o, i);
	struct buf b;

	while (c != NODE_NONE && !label_is(d, &d->o.nodes.at[c], "title"))
		c = outline_next(&d->o, c);
	if (c == NODE_NONE)
		return;
	buf_init(&b, 4096);
	describe_value(&b, d, c, 300);
	if (b.len)
		heading(f, c, b.ptr, b.len, section_level(d, i));
	buf_done(&b);
}

/* Whose narrative it is: type of the resource and what it is about. Sections have said so already. */
static void resource_heading(struct flow *f, const struct document *d, uint32_t div)
{
	uint32_t i = parent(d, parent(d, div)), type;
	struct buf b;

	if (i == NODE_NONE || is_section(d, i))
		return;
	buf_init(&b, 4096);
	type = json_member(d, i, "resourceType");
	if (type != NODE_NONE)
		describe_value(&b, d, type, 64);
	else
		describe_label(&b, d, i);
	type = (uint32_t)b.len;
	buf_adds(&b, ": ");
	describe_value(&b, d, i, 200);
	heading(f, i, buf_str(&b), b.len > type + 2 ? b.len : type, 0);
	buf_done(&b);
}

static const struct { const char *name, *text; } entities[] = {
	{ "nbsp", "\xc2\xa0" }, { "copy", "\xc2\xa9" }, { "reg", "\xc2\xae" }, { "trade", "\xe2\x84\xa2" },
	{ "ndash", "\xe2\x80\x93" }, { "mdash", "\xe2\x80\x94" }, { "hellip", "\xe2\x80\xa6" }, { "deg", "\xc2\xb0" },
	{ "micro", "\xc2\xb5" }, { "middot", "\xc2\xb7" }, { "bull", "\xe2\x80\xa2" }, { "plusmn", "\xc2\xb1" },
	{ "times", "\xc3\x97" }, { "divide", "\xc3\xb7" }, { "frac12", "\xc2\xbd" }, { "sup2", "\xc2\xb2" },
	{ "sup3", "\xc2\xb3" }, { "laquo", "\xc2\xab" }, { "raquo", "\xc2\xbb" }, { "lsquo", "\xe2\x80\x98" },
	{ "rsquo", "\xe2\x80\x99" }, { "ldquo", "\xe2\x80\x9c" }, { "rdquo", "\xe2\x80\x9d" }, { "euro", "\xe2\x82\xac" },
	{ "auml", "\xc3\xa4" }, { "ouml", "\xc3\xb6" }, { "uuml", "\xc3\xbc" }, { "Auml", "\xc3\x84" },
	{ "Ouml", "\xc3\x96" }, { "Uuml", "\xc3\x9c" }, { "szlig", "\xc3\x9f" }, { "eacute", "\xc3\xa9" },
	{ "egrave", "\xc3\xa8" }, { "agrave", "\xc3\xa0" }, { "ccedil", "\xc3\xa7" }, { "ntilde", "\xc3\xb1" },
	{ "larr", "\xe2\x86\x90" }, { "rarr", "\xe2\x86\x92" }, { "le", "\xe2\x89\xa4" }, { "ge", "\xe2\x89\xa5" },
	{ "ne", "\xe2\x89\xa0" }, { "alpha", "\xce\xb1" }, { "beta", "\xce\xb2" }, { "shy", "" },
};

static bool is_predefined(const char *p, size_t n)
{
	static const char *const names[] = { "amp", "lt", "gt", "quot", "apos" };
	size_t k;

	for (k = 0; k < 5; k++)
		if (strlen(names[k]) == n && !memcmp(names[k], p, n))
			return true;
	return n > 0 && *p == '#';
}

/* HTML's names of characters, which a string has no document type to declare; unknown ones stay as written. */
static void plain_entities(struct buf *out, const char *p, size_t n)
{
	size_t i, k, len;
	const char *end;

	for (i = 0; i < n; i++) {
		end = p[i] == '&' ? memchr(p + i, ';', n - i < 12 ? n - i : 12) : NULL;
		len = end ? (size_t)(end - p) - i - 1 : 0;
		if (p[i] != '&' || (end && is_predefined(p + i + 1, len))) {
			buf_addc(out, p[i]);
			continue;
		}
		for (k = 0; k < sizeof(entities) / sizeof(entities[0]); k++)
			if (end && strlen(entities[k].name) == len && !memcmp(entities[k].name, p + i + 1, len))
				break;
		if (k < sizeof(entities) / sizeof(entities[0])) {
			buf_adds(out, entities[k].text);
			i += len + 1;
		} else {
			buf_adds(out, "&amp;");
		}
	}
}

/* A narrative in a string is parsed for itself. */
static void string_narrative(struct narrative *out, const struct document *d, uint32_t i)
{
	struct buf raw, clean;
	struct outline o;
	struct flow f;
	uint32_t c;

	buf_init(&raw, STRING_MAX);
	buf_init(&clean, STRING_MAX * 2);
	describe_value(&raw, d, i, STRING_MAX);
	plain_entities(&clean, buf_str(&raw), raw.len);
	outline_init(&o);
	outline_text(&o, buf_str(&clean), clean.len);
	parse_xml(&o, buf_str(&clean), clean.len);
	flow_init(&f, out, &o);
	f.node = i;
	for (c = o.nodes.len ? 0 : NODE_NONE; c != NODE_NONE; c = outline_next(&o, c))
		if (o.nodes.at[c].kind == NODE_ELEMENT)
			flow_element(&f, c);
	if (o.troubles) {
		f.style = STYLE_TROUBLE;
		flow_text(&f, "this narrative is not well-formed XHTML; what could be read is above", 68);
		flow_end(&f);
	}
	flow_done(&f);
	outline_done(&o);
	buf_done(&clean);
	buf_done(&raw);
}

static void element_narrative(struct narrative *out, const struct document *d, uint32_t i)
{
	struct flow f;

	flow_init(&f, out, &d->o);
	f.own = true;
	f.node = i;
	flow_element(&f, i);
	flow_done(&f);
}

static void collect(struct narrative *out, const struct document *d)
{
	struct flow f;
	uint32_t i = 0, step;

	flow_init(&f, out, &d->o);
	while (i < d->o.nodes.len && !out->full) {
		step = 1;
		if (is_section(d, i)) {
			section_heading(&f, d, i);
		} else if (is(d, i, NODE_ELEMENT, "title") && is(d, parent(d, i), NODE_ELEMENT, "ClinicalDocument")) {
			section_heading(&f, d, parent(d, i));
		} else if (is_div(d, i)) {
			resource_heading(&f, d, i);
			if (d->o.nodes.at[i].kind == NODE_STRING)
				string_narrative(out, d, i);
			else
				element_narrative(out, d, i);
			step = d->o.nodes.at[i].size;
		} else if (is_block(d, i)) {
			element_narrative(out, d, i);
			step = d->o.nodes.at[i].size;
		}
		i += step;
	}
	flow_done(&f);
}

static void say_cut(struct narrative *n)
{
	static const char words[] = "the narrative stops here: it is too long to be shown whole";
	struct narrative_row row = { .at = (uint32_t)n->text.len, .len = sizeof(words) - 1, .style = STYLE_TROUBLE };

	row.node = n->rows.len ? n->rows.at[n->rows.len - 1].node : 0;
	buf_add(&n->text, words, row.len);
	vec_push(&n->rows, row);
}

void narrative_done(struct narrative *n)
{
	buf_done(&n->text);
	vec_done(&n->rows);
}

void narrative_make(struct narrative *n, const struct document *d, unsigned int width)
{
	bool offered = n->offered;

	if (n->made && n->width == width)
		return;
	narrative_done(n);
	memset(n, 0, sizeof(*n));
	n->offered = offered;
	n->made = true;
	n->width = width;
	buf_init(&n->text, NARRATIVE_TEXT_MAX + 256);
	if (offered)
		collect(n, d);
	if (n->full)
		say_cut(n);
}

uint64_t narrative_total(const struct narrative *n)
{
	return n->made ? n->rows.len : n->offered ? UINT64_MAX : 0;
}

void narrative_rows(struct reader_row *rows, size_t *n_out, struct arena *a, const struct document *d, uint64_t from,
	unsigned int count)
{
	const struct narrative *n = d->narrative;

	for (; *n_out < count && from + *n_out < n->rows.len; (*n_out)++) {
		const struct narrative_row *r = &n->rows.at[from + *n_out];
		const struct node *node = &d->o.nodes.at[r->node];
		struct reader_row *row = &rows[*n_out];

		row->row = from + *n_out;
		row->style = r->style;
		row->label = row->note = "";
		row->value = arena_strn(a, n->text.ptr ? n->text.ptr + r->at : "", r->len);
		row->value_len = r->len;
		document_range(&row->begin, &row->end, d, node->begin, node->end);
	}
}

enum status narrative_search(uint64_t *row_out, struct document *d, uint64_t row, bool back)
{
	struct narrative *n = d->narrative;
	uint64_t all, i, k;

	narrative_make(n, d, n->made ? n->width : 80);
	all = n->rows.len;
	if (row >= all)
		row = all ? all - 1 : 0;
	for (k = 1; k <= all; k++) {
		i = back ? (row + all - k % all) % all : (row + k) % all;
		if (needle_in(&d->plain.needle, n->text.ptr + n->rows.at[i].at, n->rows.at[i].len)) {
			*row_out = i;
			return STATUS_OK;
		}
	}
	return status_set(STATUS_NOT_FOUND, "not found");
}

/* First row of the narrative that stands at the node, or of the last one before it. */
enum status narrative_locate(uint64_t *row_out, struct document *d, uint32_t node)
{
	struct narrative *n = d->narrative;
	size_t i, best = 0;

	narrative_make(n, d, n->made ? n->width : 80);
	if (!n->rows.len)
		return status_set(STATUS_NOT_FOUND, "there is no narrative");
	for (i = 0; i < n->rows.len; i++)
		if (n->rows.at[i].node <= node && n->rows.at[i].node > n->rows.at[best].node)
			best = i;
	*row_out = best;
	return STATUS_OK;
}
