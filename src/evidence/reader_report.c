/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of checks on the console's side of the reader, kept. Layer evidence; owner's thread. */
#include "verdict/evidence/reader.h"

static void copy_findings(struct reader_report *r, struct arena *a)
{
	size_t i;

	r->findings = arena_dup(a, r->findings, r->n_findings * sizeof(*r->findings));
	for (i = 0; i < r->n_findings; i++) {
		struct reader_finding *f = &r->findings[i];

		f->id = arena_str(a, f->id);
		f->text = arena_str(a, f->text);
		f->source = arena_str(a, f->source);
		f->path = arena_str(a, f->path);
		f->detail = arena_str(a, f->detail);
	}
}

void reader_report_copy(struct reader_report *out, struct arena *a, const struct reader_report *r)
{
	size_t i;

	*out = *r;
	copy_findings(out, a);
	out->outcomes = arena_dup(a, r->outcomes, r->n_outcomes * sizeof(*r->outcomes));
	for (i = 0; i < r->n_outcomes; i++) {
		out->outcomes[i].id = arena_str(a, r->outcomes[i].id);
		out->outcomes[i].item = arena_str(a, r->outcomes[i].item);
		out->outcomes[i].text = arena_str(a, r->outcomes[i].text);
	}
	out->facts = arena_dup(a, r->facts, r->n_facts * sizeof(*r->facts));
	for (i = 0; i < r->n_facts; i++) {
		out->facts[i].name = arena_str(a, r->facts[i].name);
		out->facts[i].value = arena_str(a, r->facts[i].value);
	}
}
