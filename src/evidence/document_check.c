/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of one document: run once, kept with it, and where its outline shows them. Layer evidence; one
 * thread at a time, in the reader process.
 */
#include "evidence_priv.h"
#include <stdlib.h>
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/tree.h"

struct document_checks {
	struct arena arena;
	struct reader_report report;
	expr_node *nodes;		/* of the findings, ascending */
	enum ips_edition edition;
};

static const struct check whole = { .id = "DOC-01", .severity = CHECK_ERROR, .scope = "document",
	.text = "The document is whole and well-formed.", .source = "the rules of its format" };

static const struct check entities = { .id = "DOC-02", .severity = CHECK_WARNING, .scope = "document",
	.text = "The document declares no entities of its own; they are not expanded.",
	.source = "XML 1.0, 4.1; Verdict never expands entities" };

static const struct check utf8 = { .id = "DOC-03", .item = "IPS-B11", .severity = CHECK_ERROR, .scope = "document",
	.text = "FHIR is written in UTF-8.", .source = "FHIR R4 2.6.2 and 2.6.1, JSON and XML representations; RFC 8259, 8.1" };

struct place {
	struct check_finding f;
	expr_node node;
	size_t order;
};

static int by_place(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static uint32_t first_trouble(const struct document *d)
{
	uint32_t i;

	for (i = 0; i < d->o.nodes.len; i++)
		if (d->o.nodes.at[i].kind == NODE_TROUBLE)
			return i;
	return 0;
}

static const char *trouble_text(struct document_checks *c, const struct document *d, uint32_t i)
{
	const char *p = "";
	size_t n = 0;

	if (i < d->o.nodes.len && d->o.nodes.at[i].kind == NODE_TROUBLE)
		p = node_value(&n, d, &d->o.nodes.at[i]);
	return p ? arena_strn(&c->arena, p, n) : "";
}

/* What a document's trouble is called; a parser that met entities left off on purpose. */
static const struct check *trouble_check(const struct document *d)
{
	static const char words[] = "declares entities";
	uint32_t i = first_trouble(d);
	const char *p;
	size_t n = 0;

	if (i >= d->o.nodes.len || !(p = node_value(&n, d, &d->o.nodes.at[i])))
		return &whole;
	return n >= sizeof(words) - 1 && memcmp(p, words, sizeof(words) - 1) == 0 ? &entities : &whole;
}

static void set_finding(struct reader_finding *out, struct document_checks *c, const struct document *d,
	const struct place *p)
{
	struct buf b;

	out->id = p->f.check->id;
	out->text = p->f.check->text;
	out->source = p->f.check->source;
	out->severity = p->f.check->severity;
	out->detail = p->f.detail;
	out->path = "";
	if (p->node >= d->o.nodes.len)
		return;
	out->offset = document_place(d, d->o.nodes.at[p->node].begin, false);
	buf_init(&b, 4096);
	describe_path(&b, d, p->node);
	out->path = arena_strn(&c->arena, buf_str(&b), b.len);
	buf_done(&b);
}

/* Does the document hold what must be UTF-8 whatever it declares? */
static bool is_fhir(const struct document *d)
{
	return d->kind == EVIDENCE_FHIR_JSON || d->kind == EVIDENCE_FHIR_XML;
}

/* What no expression can ask: trouble of the parser, and the encoding. At most two. */
static size_t own_findings(struct place *out, struct document_checks *c, const struct document *d)
{
	size_t n = 0;

	if (c->report.damaged) {
		out[n].node = first_trouble(d);
		out[n].f.detail = trouble_text(c, d, out[n].node);
		out[n++].f.check = trouble_check(d);
	}
	if (is_fhir(d) && d->owned) {
		out[n].node = 0;
		out[n].f.detail = d->wider ? "UTF-32" : d->wide ? "UTF-16" : d->guessed ? d->guessed : d->set ? d->set : "";
		out[n++].f.check = &utf8;
	}
	return n;
}

/* The check's own report as the console gets it, in the order of the document. */
static void translate(struct document_checks *c, const struct document *d, const struct check_report *r)
{
	struct reader_report *out = &c->report;
	size_t i, n = r->n_findings;
	struct place *places = arena_array(&c->arena, struct place, n + 3);

	for (i = 0; i < n; i++) {
		places[i].f = r->findings[i];
		places[i].node = r->findings[i].node < d->o.nodes.len ? r->findings[i].node : 0;
	}
	n += own_findings(places + n, c, d);
	for (i = r->n_findings; i < n; i++) {
		out->errors += places[i].f.check->severity == CHECK_ERROR;
		out->warnings += places[i].f.check->severity == CHECK_WARNING;
	}
	for (i = 0; i < n; i++)
		places[i].order = i;
	qsort(places, n, sizeof(*places), by_place);
	c->nodes = arena_array(&c->arena, expr_node, n + 1);
	out->findings = arena_array(&c->arena, struct reader_finding, n + 1);
	out->n_findings = n;
	for (i = 0; i < n; i++) {
		c->nodes[i] = places[i].node;
		set_finding(&out->findings[i], c, d, &places[i]);
	}
}

static void translate_outcomes(struct document_checks *c, const struct document *d, const struct check_report *r)
{
	struct reader_report *out = &c->report;
	size_t i;

	out->outcomes = arena_array(&c->arena, struct reader_outcome, r->n_outcomes + 2);
	out->n_outcomes = r->n_outcomes;
	for (i = 0; i < r->n_outcomes; i++)
		out->outcomes[i] = (struct reader_outcome){ r->outcomes[i].check->id, r->outcomes[i].check->item, r->outcomes[i].check->text,
			r->outcomes[i].check->severity, r->outcomes[i].result, r->outcomes[i].check->proves };
	if (is_fhir(d))
		out->outcomes[out->n_outcomes++] = (struct reader_outcome){ utf8.id, utf8.item, utf8.text, utf8.severity,
			d->owned || out->damaged ? CHECK_FOUND : CHECK_CLEAN, true };
	out->facts = arena_array(&c->arena, struct reader_fact, r->n_facts + 1);
	out->n_facts = r->n_facts;
	for (i = 0; i < r->n_facts; i++)
		out->facts[i] = (struct reader_fact){ r->facts[i].fact->name, r->facts[i].value };
}

static struct document_checks *look(struct document *d, const struct check_set *set, uint32_t now)
{
	struct document_checks *c = mem_zalloc(sizeof(*c));
	struct check_options o = { d->o.troubles > 0, d->plain.tick, d->plain.tick_data, now };
	struct document_tree *tree;
	struct check_report r;

	arena_init(&c->arena);
	memset(&r, 0, sizeof(r));
	c->report.damaged = o.damaged;
	if (d->has_outline) {
		document_tree_new(&tree, d);
		check_set_run(&r, &c->arena, set, document_tree_expr(tree), &o);
		document_tree_free(tree);
	}
	c->report.cut = r.cut;
	c->report.errors = r.errors;
	c->report.warnings = r.warnings;
	c->report.notes = r.notes;
	translate(c, d, &r);
	translate_outcomes(c, d, &r);
	return c;
}

void document_checks_free(struct document_checks *c)
{
	if (!c)
		return;
	arena_done(&c->arena);
	mem_free(c);
}

const struct reader_report *document_check(struct document *d, const struct check_set *set, enum ips_edition edition,
	uint32_t now)
{
	if (d->checks && d->checks->edition != edition) {
		document_checks_free(d->checks);
		d->checks = NULL;
	}
	if (!d->checks) {
		d->checks = look(d, set, now);
		d->checks->edition = edition;
	}
	return &d->checks->report;
}

enum status document_finding(uint64_t *row_out, struct document *d, uint64_t i)
{
	if (!d->checks || i >= d->checks->report.n_findings || !d->o.nodes.len)
		return status_set(STATUS_NOT_FOUND, "no such finding");
	*row_out = document_reveal(d, d->checks->nodes[i]);
	return STATUS_OK;
}

unsigned char document_mark(const struct document *d, uint32_t node)
{
	const struct node *n = &d->o.nodes.at[node];
	uint32_t end = node + (n->size > 1 && !(n->flags & NODE_OPEN) ? n->size : 1);
	const struct document_checks *c = d->checks;
	size_t lo = 0, hi = c ? c->report.n_findings : 0, mid;
	unsigned int mark = 0;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (c->nodes[mid] < node)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; c && lo < c->report.n_findings && c->nodes[lo] < end; lo++)
		if (mark < 1u + c->report.findings[lo].severity)
			mark = 1u + c->report.findings[lo].severity;
	return (unsigned char)mark;
}

void document_check_info(struct reader_info *out, const struct document *d)
{
	out->errors = d->checks ? d->checks->report.errors : d->o.troubles > 0;
	out->warnings = d->checks ? d->checks->report.warnings : 0;
}
