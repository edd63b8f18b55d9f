/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of expressions on collections (FHIRPath 2.0, section 5), of our own reachable(), and the table of
 * all functions. Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <string.h>

#define FN(name) static void name(expr_items *out, struct expr_run *r, \
	const struct expr_ast *ast, const expr_items *in)
#define UNUSED(x) ((void)(x))

FN(fn_exists)
{
	size_t i;
	bool yes = false;

	for (i = 0; i < in->len && !yes; i++)
		yes = ast->n_args == 0 || expr_criterion(r, ast->args[0], &in->at[i]) == 1;
	expr_push_bool(out, yes);
}

FN(fn_empty)
{
	UNUSED(r); UNUSED(ast);
	expr_push_bool(out, in->len == 0);
}

FN(fn_not)
{
	int t = expr_truth(r, in);

	UNUSED(ast);
	if (t >= 0)
		expr_push_bool(out, !t);
}

FN(fn_count)
{
	UNUSED(r); UNUSED(ast);
	expr_push_number(out, (double)in->len);
}

FN(fn_where)
{
	size_t i;

	for (i = 0; i < in->len && expr_step(r); i++)
		if (expr_criterion(r, ast->args[0], &in->at[i]) == 1)
			vec_push(out, in->at[i]);
}

FN(fn_all)
{
	size_t i;
	bool yes = true;

	for (i = 0; i < in->len && yes && expr_step(r); i++)
		yes = expr_criterion(r, ast->args[0], &in->at[i]) == 1;
	expr_push_bool(out, yes);
}

FN(fn_select)
{
	size_t i;

	for (i = 0; i < in->len && expr_step(r); i++)
		expr_eval(out, r, ast->args[0], &in->at[i]);
}

FN(fn_first)
{
	UNUSED(r); UNUSED(ast);
	if (in->len)
		vec_push(out, in->at[0]);
}

FN(fn_last)
{
	UNUSED(r); UNUSED(ast);
	if (in->len)
		vec_push(out, in->at[in->len - 1]);
}

static void range(expr_items *out, const expr_items *in, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to && i < in->len; i++)
		vec_push(out, in->at[i]);
}

FN(fn_tail)
{
	UNUSED(r); UNUSED(ast);
	range(out, in, 1, in->len);
}

FN(fn_skip)
{
	size_t n;

	if (expr_number_argument(r, ast, &n))
		range(out, in, n, in->len);
}

FN(fn_take)
{
	size_t n;

	if (expr_number_argument(r, ast, &n))
		range(out, in, 0, n);
}

FN(fn_single)
{
	UNUSED(ast);
	if (in->len > 1)
		expr_fail(r, STATUS_INVALID, "single(): %zu items found", in->len);
	range(out, in, 0, 1);
}

FN(fn_distinct)
{
	struct expr_set set = { VEC_INIT, VEC_INIT, NULL, 0, false };
	size_t i;

	UNUSED(ast);
	for (i = 0; i < in->len && expr_step(r); i++)
		if (expr_set_add(&set, r, &in->at[i]))
			vec_push(out, in->at[i]);
	expr_set_done(&set);
}

FN(fn_is_distinct)
{
	expr_items v = VEC_INIT;

	fn_distinct(&v, r, ast, in);
	expr_push_bool(out, v.len == in->len);
	vec_done(&v);
}

FN(fn_children)
{
	size_t i;

	UNUSED(ast);
	for (i = 0; i < in->len && expr_step(r); i++)
		if (in->at[i].kind == EXPR_NODE)
			expr_children(out, r, in->at[i].node, (struct expr_text){ "", 0 });
}

/* Nodes below, found breadth first in a vector, so that depth of the evidence costs no stack. */
FN(fn_descendants)
{
	size_t i, from = out->len;

	fn_children(out, r, ast, in);
	for (i = from; i < out->len && expr_step(r); i++)
		if (out->at[i].kind == EXPR_NODE)
			expr_children(out, r, out->at[i].node, (struct expr_text){ "", 0 });
}

FN(fn_repeat)
{
	struct expr_set set = { VEC_INIT, VEC_INIT, NULL, 0, false };
	size_t i, from = out->len, j;
	expr_items v = VEC_INIT;

	for (i = 0; i < in->len && expr_step(r); i++)
		expr_eval(out, r, ast->args[0], &in->at[i]);
	for (i = from; i < out->len; i++)
		expr_set_add(&set, r, &out->at[i]);
	for (i = from; i < out->len && expr_step(r); i++) {
		v.len = 0;
		expr_eval(&v, r, ast->args[0], &out->at[i]);
		for (j = 0; j < v.len; j++)
			if (expr_set_add(&set, r, &v.at[j]))
				vec_push(out, v.at[j]);
	}
	expr_set_done(&set);
	vec_done(&v);
}

FN(fn_of_type)
{
	size_t i;

	for (i = 0; i < in->len && expr_step(r); i++)
		if (expr_is_type(r, &in->at[i], ast->args[0]->text))
			vec_push(out, in->at[i]);
}

FN(fn_resolve)
{
	const struct expr_tree *t = r->tree;
	struct expr_item found = { EXPR_NODE, EXPR_NONE, { NULL, 0 }, 0, false };
	expr_items refs = expr_items_take(r);
	struct expr_text ref;
	size_t i;

	UNUSED(ast);
	for (i = 0; i < in->len && t->resolve && expr_step(r); i++) {
		const struct expr_item *item = &in->at[i];

		refs.len = 0;
		if (item->kind == EXPR_NODE)
			expr_children(&refs, r, item->node, (struct expr_text){ "reference", 9 });
		if (refs.len)
			item = &refs.at[0];
		if (item->node == EXPR_NONE || !expr_item_text(r, item, &ref))
			continue;
		found.node = t->resolve(t->data, item->node, ref);
		if (found.node != EXPR_NONE)
			vec_push(out, found);
	}
	expr_items_give(r, &refs);
}

FN(fn_exclude)
{
	struct expr_item root = { EXPR_NODE, r->context, { NULL, 0 }, 0, false };
	struct expr_set set = { VEC_INIT, VEC_INIT, NULL, 0, false };
	expr_items other = VEC_INIT;
	size_t i;

	expr_eval(&other, r, ast->args[0], &root);
	for (i = 0; i < other.len; i++)
		expr_set_add(&set, r, &other.at[i]);
	for (i = 0; i < in->len && expr_step(r); i++)
		if (!expr_set_has(&set, r, &in->at[i]))
			vec_push(out, in->at[i]);
	expr_set_done(&set);
	vec_done(&other);
}

/* The node after `n` in the order of the document, at or below `top`. */
static expr_node step_on(const struct expr_tree *t, expr_node top, expr_node n)
{
	expr_node c = t->child(t->data, n);

	while (c == EXPR_NONE && n != top && n != EXPR_NONE) {
		c = t->next(t->data, n);
		if (c == EXPR_NONE)
			n = t->parent(t->data, n);
	}
	return c;
}

static void references(expr_items *out, struct expr_run *r, expr_node top)
{
	struct expr_item item = { EXPR_NODE, EXPR_NONE, { NULL, 0 }, 0, false };
	const struct expr_tree *t = r->tree;
	expr_node n;

	for (n = top; t->below && expr_step(r); vec_push(out, item)) {
		n = t->below(t->data, top, n, (struct expr_text){ "reference", 9 });
		if (n == EXPR_NONE)
			break;
		item.node = n;
	}
	for (n = top; !t->below && n != EXPR_NONE && expr_step(r); n = step_on(t, top, n)) {
		if (n == top || !expr_text_is(t->name(t->data, n), "reference"))
			continue;
		item.node = n;
		vec_push(out, item);
	}
}

/* Resources that references lead to, from the input on and through each other; every node is visited once. */
FN(fn_reachable)
{
	const struct expr_tree *t = r->tree;
	unsigned char *seen = arena_alloc(r->arena, t->count / 8 + 1);
	expr_items queue = VEC_INIT, found = VEC_INIT, one = VEC_INIT;
	size_t i, j;

	for (i = 0; i < in->len; i++)
		vec_push(&queue, in->at[i]);
	for (i = 0; i < queue.len && expr_step(r); i++) {
		one.len = found.len = 0;
		references(&found, r, queue.at[i].node);
		fn_resolve(&one, r, ast, &found);
		for (j = 0; j < one.len; j++) {
			expr_node n = one.at[j].node;

			if (seen[n / 8] & 1u << n % 8)
				continue;
			seen[n / 8] = (unsigned char)(seen[n / 8] | 1u << n % 8);
			vec_push(&queue, one.at[j]);
			vec_push(out, one.at[j]);
		}
	}
	vec_done(&queue);
	vec_done(&found);
	vec_done(&one);
}

FN(fn_extension)
{
	expr_items ext = VEC_INIT, url = VEC_INIT;
	struct expr_text want, have;
	size_t i, j;

	if (!expr_argument(r, ast, 0, &want))
		return;
	for (i = 0; i < in->len && expr_step(r); i++)
		if (in->at[i].kind == EXPR_NODE)
			expr_children(&ext, r, in->at[i].node, (struct expr_text){ "extension", 9 });
	for (j = 0; j < ext.len && expr_step(r); j++) {
		url.len = 0;
		expr_children(&url, r, ext.at[j].node, (struct expr_text){ "url", 3 });
		if (url.len == 1 && expr_item_text(r, &url.at[0], &have) && have.len == want.len
			&& memcmp(have.ptr, want.ptr, want.len) == 0)
			vec_push(out, ext.at[j]);
	}
	vec_done(&ext);
	vec_done(&url);
}

FN(fn_iif)
{
	struct expr_item root = { EXPR_NODE, r->context, { NULL, 0 }, 0, false };
	const struct expr_item *focus = in->len == 1 ? &in->at[0] : &root;

	if (expr_criterion(r, ast->args[0], focus) == 1)
		expr_eval(out, r, ast->args[1], focus);
	else if (ast->n_args == 3)
		expr_eval(out, r, ast->args[2], focus);
}

FN(fn_parent)
{
	struct expr_item p = { EXPR_NODE, EXPR_NONE, { NULL, 0 }, 0, false };
	const struct expr_tree *t = r->tree;
	size_t i;

	UNUSED(ast);
	for (i = 0; i < in->len && expr_step(r); i++) {
		if (in->at[i].node == EXPR_NONE)
			continue;
		p.node = t->parent(t->data, in->at[i].node);
		while (p.node != EXPR_NONE && t->is_array(t->data, p.node))
			p.node = t->parent(t->data, p.node);
		if (p.node != EXPR_NONE)
			vec_push(out, p);
	}
}

FN(fn_name)
{
	UNUSED(ast);
	if (in->len == 1 && in->at[0].node != EXPR_NONE)
		expr_push_text(out, r->tree->name(r->tree->data, in->at[0].node), in->at[0].node);
}

FN(fn_type)
{
	UNUSED(ast);
	if (in->len == 1 && in->at[0].kind == EXPR_NODE)
		expr_push_text(out, r->tree->type(r->tree->data, in->at[0].node), in->at[0].node);
}

/* Sorted by name: found by bisection. */
static const struct expr_fn functions[] = {
	{ "after", 1, 1, expr_fn_after },
	{ "all", 1, 1, fn_all },
	{ "base64Sha1", 0, 0, expr_fn_base64_sha1 },
	{ "base64Size", 0, 0, expr_fn_base64_size },
	{ "before", 1, 1, expr_fn_before },
	{ "bytesSha1", 0, 0, expr_fn_bytes_sha1 },
	{ "bytesSize", 0, 0, expr_fn_bytes_size },
	{ "children", 0, 0, fn_children },
	{ "contains", 1, 1, expr_fn_contains },
	{ "count", 0, 0, fn_count },
	{ "descendants", 0, 0, fn_descendants },
	{ "distinct", 0, 0, fn_distinct },
	{ "empty", 0, 0, fn_empty },
	{ "endsWith", 1, 1, expr_fn_ends_with },
	{ "exclude", 1, 1, fn_exclude },
	{ "exists", 0, 1, fn_exists },
	{ "extension", 1, 1, fn_extension },
	{ "first", 0, 0, fn_first },
	{ "format", 0, 0, expr_fn_format },
	{ "hasValue", 0, 0, expr_fn_has_value },
	{ "iif", 2, 3, fn_iif },
	{ "isDistinct", 0, 0, fn_is_distinct },
	{ "isUid", 0, 0, expr_fn_is_uid },
	{ "last", 0, 0, fn_last },
	{ "length", 0, 0, expr_fn_length },
	{ "lower", 0, 0, expr_fn_lower },
	{ "matches", 1, 1, expr_fn_matches },
	{ "name", 0, 0, fn_name },
	{ "not", 0, 0, fn_not },
	{ "now", 0, 0, expr_fn_now },
	{ "ofType", 1, 1, fn_of_type },
	{ "parent", 0, 0, fn_parent },
	{ "reachable", 0, 0, fn_reachable },
	{ "repeat", 1, 1, fn_repeat },
	{ "resolve", 0, 0, fn_resolve },
	{ "seconds", 0, 0, expr_fn_seconds },
	{ "select", 1, 1, fn_select },
	{ "single", 0, 0, fn_single },
	{ "skip", 1, 1, fn_skip },
	{ "startsWith", 1, 1, expr_fn_starts_with },
	{ "substring", 1, 1, expr_fn_substring },
	{ "tail", 0, 0, fn_tail },
	{ "take", 1, 1, fn_take },
	{ "trim", 0, 0, expr_fn_trim },
	{ "type", 0, 0, fn_type },
	{ "upper", 0, 0, expr_fn_upper },
	{ "where", 1, 1, fn_where },
};

const struct expr_fn *expr_fn_find(const char *name, size_t len)
{
	size_t lo = 0, hi = sizeof(functions) / sizeof(*functions);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = strncmp(functions[mid].name, name, len);

		if (cmp == 0)
			cmp = functions[mid].name[len] != '\0';
		if (cmp == 0)
			return &functions[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
