/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run checks over a document's tree. What one item takes is thrown away before the next, so that memory does
 * not grow with the evidence. Layer evidence; any thread.
 */
#include "verdict/evidence/check.h"
#include "src/evidence/check_priv.h"
#include "verdict/base/vec.h"

#include <string.h>

#define DETAIL_MAX 400		/* bytes of a detail; half of it of one value */
#define FACT_MAX 900
#define FACT_VALUES_MAX 100

struct run {
	struct arena *arena, items, scratch;	/* of the report, of one check, of one item */
	struct expr_tree tree;
	const struct check_options *options;
	size_t spent;
	VEC(struct check_outcome) outcomes;
	VEC(struct check_finding) findings;
	VEC(struct check_fact_found) facts;
	struct check_report *report;
};

static bool item_text(struct run *r, const struct expr_item *item, struct expr_text *t)
{
	*t = item->text;
	return item->kind != EXPR_NODE || r->tree.value(r->tree.data, item->node, &r->scratch, t);
}

static const char *detail_of(struct run *r, const struct check *c, expr_node n)
{
	struct expr_result v;
	struct expr_text t;
	struct buf b;
	const char *text;
	size_t i;

	if (!c->detail || expr_run(&v, &r->scratch, c->detail, &r->tree, n) != STATUS_OK)
		return "";
	buf_init(&b, DETAIL_MAX);
	for (i = 0; i < v.n && !b.err; i++) {
		if (v.items[i].kind == EXPR_NUMBER) {
			buf_printf(&b, "%s%g", b.len ? ", " : "", v.items[i].number);
		} else if (item_text(r, &v.items[i], &t)) {
			buf_adds(&b, b.len ? ", " : "");
			buf_add(&b, t.ptr, t.len < DETAIL_MAX / 2 ? t.len : DETAIL_MAX / 2);
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

	if (r->spent > CHECK_STEPS_MAX)
		return status_set(STATUS_LIMIT, "too much to look at");
	arena_reset(&r->scratch);
	if (c->condition && (err = expr_test(&v, &r->scratch, c->condition, &r->tree, n)) != STATUS_OK)
		return err;
	if (v != 1) {
		*out = -1;
		return STATUS_OK;
	}
	if ((err = expr_test(&v, &r->scratch, c->require, &r->tree, n)) != STATUS_OK)
		return err;
	*out = v == 1;
	if (v != 1)
		found(r, c, n);
	return STATUS_OK;
}

static enum status each(struct check_outcome *o, struct run *r, const struct check *c)
{
	struct expr_item root = { EXPR_NODE, r->tree.root, { NULL, 0 }, 0, false };
	struct expr_result v = { &root, 1 };
	enum status err = STATUS_OK;
	size_t i;
	int one = -1;

	arena_reset(&r->items);
	if (c->each && (err = expr_run(&v, &r->items, c->each, &r->tree, r->tree.root)) != STATUS_OK)
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

static void learn(struct run *r, const struct check_fact *f)
{
	struct check_fact_found one = { f, NULL };
	struct expr_result v;
	struct expr_text t;
	size_t i, k, first = r->facts.len;

	arena_reset(&r->scratch);
	if (r->spent > CHECK_STEPS_MAX || expr_run(&v, &r->scratch, f->each, &r->tree, r->tree.root) != STATUS_OK)
		return;
	for (i = 0; i < v.n && r->facts.len < CHECK_FACTS_MAX && r->facts.len < first + FACT_VALUES_MAX; i++) {
		if (!item_text(r, &v.items[i], &t) || !t.len)
			continue;
		one.value = arena_strn(r->arena, t.ptr, t.len < FACT_MAX ? t.len : FACT_MAX);
		for (k = first; k < r->facts.len && strcmp(r->facts.at[k].value, one.value) != 0; k++)
			;
		if (k == r->facts.len)
			vec_push(&r->facts, one);
	}
}

static bool stopped(const struct run *r)
{
	return r->options && r->options->tick && r->options->tick(r->options->tick_data);
}

static void run_group(struct run *r, const struct check_group *g)
{
	bool stop = false;
	size_t i;
	int when = 1;

	if (r->options && r->options->damaged && !g->partial)
		return;
	arena_reset(&r->scratch);
	if (g->when && (expr_test(&when, &r->scratch, g->when, &r->tree, r->tree.root) != STATUS_OK || when != 1))
		return;
	for (i = 0; i < g->n_checks; i++) {
		struct check_outcome o = { &g->checks[i], CHECK_NOT_ASKED, NULL };
		enum status err = stop || (stop = stopped(r)) ? status_set(STATUS_CANCELLED, "stopped")
			: each(&o, r, o.check);

		if (err != STATUS_OK) {
			o.result = CHECK_BROKEN;
			o.why = arena_str(r->arena, status_message());
		}
		vec_push(&r->outcomes, o);
	}
	for (i = 0; i < g->n_facts && !stop; i++)
		learn(r, &g->facts[i]);
}

void check_set_run(struct check_report *out, struct arena *a, const struct check_set *s, const struct expr_tree *tree,
	const struct check_options *options)
{
	struct run r = { .arena = a, .tree = *tree, .options = options, .report = out };
	size_t i;

	memset(out, 0, sizeof(*out));
	arena_init(&r.items);
	arena_init(&r.scratch);
	r.tree.spent = &r.spent;
	r.tree.now = options ? options->now : 0;
	r.tree.memo = expr_memo_new();
	for (i = 0; i < check_set_groups(s); i++)
		run_group(&r, check_set_group(s, i));
	out->n_outcomes = r.outcomes.len;
	out->outcomes = arena_dup(a, r.outcomes.at, r.outcomes.len * sizeof(*r.outcomes.at));
	out->n_findings = r.findings.len;
	out->findings = arena_dup(a, r.findings.at, r.findings.len * sizeof(*r.findings.at));
	out->n_facts = r.facts.len;
	out->facts = arena_dup(a, r.facts.at, r.facts.len * sizeof(*r.facts.at));
	vec_done(&r.outcomes);
	vec_done(&r.findings);
	vec_done(&r.facts);
	expr_memo_free(r.tree.memo);
	arena_done(&r.items);
	arena_done(&r.scratch);
}
