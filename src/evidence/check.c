/* SPDX-License-Identifier: Apache-2.0 */
/* Run checks over a document's tree. Layer evidence; any thread. */
#include "verdict/evidence/check.h"
#include "src/evidence/check_priv.h"
#include "verdict/base/vec.h"

#include <string.h>

struct run {
	struct arena *arena;
	const struct expr_tree *tree;
	VEC(struct check_outcome) outcomes;
	VEC(struct check_finding) findings;
	struct check_report *report;
};

static const char *detail_of(struct run *r, const struct check *c, expr_node n)
{
	struct expr_result v;
	struct expr_text t;
	struct buf b;
	const char *text;
	size_t i;

	if (!c->detail || expr_run(&v, r->arena, c->detail, r->tree, n) != STATUS_OK)
		return "";
	buf_init(&b, 400);
	for (i = 0; i < v.n && !b.err; i++) {
		bool has = v.items[i].kind != EXPR_NODE
			|| r->tree->value(r->tree->data, v.items[i].node, r->arena, &t);

		if (v.items[i].kind == EXPR_NUMBER)
			buf_printf(&b, "%s%g", b.len ? ", " : "", v.items[i].number);
		else if (has) {
			t = v.items[i].kind == EXPR_NODE ? t : v.items[i].text;
			buf_adds(&b, b.len ? ", " : "");
			buf_add(&b, t.ptr, t.len < 200 ? t.len : 200);
		}
	}
	text = arena_strn(r->arena, buf_str(&b), b.len);
	buf_done(&b);
	return text;
}

static void found(struct run *r, const struct check *c, expr_node n)
{
	struct check_finding f = { c, n, "" };

	if (r->findings.len >= CHECK_FINDINGS_MAX) {
		r->report->cut = true;
		return;
	}
	f.detail = detail_of(r, c, n);
	vec_push(&r->findings, f);
	r->report->errors += c->severity == CHECK_ERROR;
	r->report->warnings += c->severity == CHECK_WARNING;
	r->report->notes += c->severity == CHECK_NOTE;
}

/* One item: 1 looked at and fine, 0 a finding, -1 not asked. */
static enum status look(int *out, struct run *r, const struct check *c, expr_node n)
{
	enum status err;
	int v = 1;

	if (c->condition && (err = expr_test(&v, r->arena, c->condition, r->tree, n)) != STATUS_OK)
		return err;
	if (v != 1) {
		*out = -1;
		return STATUS_OK;
	}
	if ((err = expr_test(&v, r->arena, c->require, r->tree, n)) != STATUS_OK)
		return err;
	*out = v == 1;
	if (v != 1)
		found(r, c, n);
	return STATUS_OK;
}

static enum status each(struct check_outcome *o, struct run *r, const struct check *c)
{
	struct expr_item root = { EXPR_NODE, r->tree->root, { NULL, 0 }, 0, false };
	struct expr_result v = { &root, 1 };
	enum status err = STATUS_OK;
	size_t i;
	int one;

	if (c->each && (err = expr_run(&v, r->arena, c->each, r->tree, r->tree->root)) != STATUS_OK)
		return err;
	for (i = 0; i < v.n && err == STATUS_OK; i++) {
		if (v.items[i].node == EXPR_NONE)
			continue;
		err = look(&one, r, c, v.items[i].node);
		if (err == STATUS_OK && one >= 0 && o->result != CHECK_FOUND)
			o->result = one ? CHECK_CLEAN : CHECK_FOUND;
	}
	return err;
}

static void run_group(struct run *r, const struct check_group *g)
{
	size_t i;
	int when = 1;

	if (g->when && (expr_test(&when, r->arena, g->when, r->tree, r->tree->root) != STATUS_OK || when != 1))
		return;
	for (i = 0; i < g->n_checks; i++) {
		struct check_outcome o = { &g->checks[i], CHECK_NOT_ASKED, NULL };

		if (each(&o, r, o.check) != STATUS_OK) {
			o.result = CHECK_BROKEN;
			o.why = arena_str(r->arena, status_message());
		}
		vec_push(&r->outcomes, o);
	}
}

void check_run(struct check_report *out, struct arena *a, const struct check_set *s, const struct expr_tree *tree)
{
	struct run r = { .arena = a, .tree = tree, .report = out };
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < check_set_groups(s); i++)
		run_group(&r, check_set_group(s, i));
	out->n_outcomes = r.outcomes.len;
	out->outcomes = arena_dup(a, r.outcomes.at, r.outcomes.len * sizeof(*r.outcomes.at));
	out->n_findings = r.findings.len;
	out->findings = arena_dup(a, r.findings.at, r.findings.len * sizeof(*r.findings.at));
	vec_done(&r.outcomes);
	vec_done(&r.findings);
}
