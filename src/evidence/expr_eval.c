/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluation of expressions: operators, members, comparison of items. Recursion follows the expression's
 * text (bounded by EXPR_DEPTH_MAX), never the evidence. Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool expr_step(struct expr_run *r)
{
	if (r->err)
		return false;
	if (++r->steps > EXPR_STEPS_MAX)
		r->err = status_set(STATUS_LIMIT, "expression took more than %d steps", EXPR_STEPS_MAX);
	return !r->err;
}

void expr_fail(struct expr_run *r, enum status code, const char *fmt, ...)
{
	char line[200];
	va_list ap;

	if (r->err)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	r->err = status_set(code, "%s", line);
}

void expr_push_bool(expr_items *out, bool v)
{
	struct expr_item i = { EXPR_BOOL, EXPR_NONE, { v ? "true" : "false", v ? 4 : 5 }, 0, v };

	vec_push(out, i);
}

void expr_push_number(expr_items *out, double v)
{
	struct expr_item i = { EXPR_NUMBER, EXPR_NONE, { NULL, 0 }, v, false };

	vec_push(out, i);
}

void expr_push_text(expr_items *out, struct expr_text t, expr_node from)
{
	struct expr_item i = { EXPR_STRING, from, t, 0, false };

	vec_push(out, i);
}

static void push_node(expr_items *out, expr_node n)
{
	struct expr_item i = { EXPR_NODE, n, { NULL, 0 }, 0, false };

	vec_push(out, i);
}

static bool same(struct expr_text x, struct expr_text y)
{
	return x.len == y.len && (x.len == 0 || memcmp(x.ptr, y.ptr, x.len) == 0);
}

/* Items of an array, arrays inside opened too; JSON nests them at most a few deep, bounded here. */
static void push_opened(expr_items *out, struct expr_run *r, expr_node n, int depth)
{
	const struct expr_tree *t = r->tree;
	expr_node c;

	if (!t->is_array(t->data, n) || depth == 8) {
		push_node(out, n);
		return;
	}
	for (c = t->child(t->data, n); c != EXPR_NONE && expr_step(r); c = t->next(t->data, c))
		push_opened(out, r, c, depth + 1);
}

/* FHIR's choice elements: value[x] is reached as `value` (FHIRPath 2.0, FHIR R4 2.9.5). */
static bool choice_of(struct expr_text name, struct expr_text want)
{
	return name.len > want.len && memcmp(name.ptr, want.ptr, want.len) == 0
		&& isupper((unsigned char)name.ptr[want.len])
		&& want.len >= 5 && !memchr(want.ptr, '_', want.len);
}

static bool named(const struct expr_tree *t, expr_node c, struct expr_text want)
{
	bool attribute = t->is_attribute && t->is_attribute(t->data, c);

	if (!want.len)
		return !attribute;
	if (want.ptr[0] == '@')
		return attribute && same(t->name(t->data, c), (struct expr_text){ want.ptr + 1, want.len - 1 });
	return !attribute && same(t->name(t->data, c), want);
}

void expr_children(expr_items *out, struct expr_run *r, expr_node n, struct expr_text name)
{
	static const char *const choices[] = { "value", "effective", "onset", "performed", "occurrence",
		"medication", "deceased", "abatement", "multipleBirth", "asNeeded", "defaultValue", "content" };
	const struct expr_tree *t = r->tree;
	bool choice = false;
	size_t i, before = out->len;
	expr_node c;

	if (t->find && name.len && name.ptr[0] != '@')
		for (c = t->find(t->data, n, EXPR_NONE, name); c != EXPR_NONE && expr_step(r);
		     c = t->find(t->data, n, c, name))
			push_opened(out, r, c, 0);
	else
		for (c = t->child(t->data, n); c != EXPR_NONE && expr_step(r); c = t->next(t->data, c))
			if (named(t, c, name))
				push_opened(out, r, c, 0);
	if (out->len == before && t->alias && name.len && (c = t->alias(t->data, n, name)) != EXPR_NONE)
		push_opened(out, r, c, 0);
	if (out->len != before)
		return;
	for (i = 0; i < sizeof(choices) / sizeof(*choices) && !choice; i++)
		choice = choice || expr_text_is(name, choices[i]);
	if (!choice)
		return;
	for (c = t->child(t->data, n); c != EXPR_NONE && expr_step(r); c = t->next(t->data, c))
		if (choice_of(t->name(t->data, c), name))
			push_opened(out, r, c, 0);
}

bool expr_item_text(struct expr_run *r, const struct expr_item *item, struct expr_text *out)
{
	char digits[40];

	switch (item->kind) {
	case EXPR_NODE:
		return r->tree->value(r->tree->data, item->node, r->arena, out);
	case EXPR_NUMBER:
		snprintf(digits, sizeof(digits), "%.15g", item->number);
		*out = (struct expr_text){ arena_str(r->arena, digits), strlen(digits) };
		return true;
	default:
		*out = item->text;
		return true;
	}
}

static bool as_number(struct expr_text t, double *out)
{
	char digits[48], *end;

	if (!t.len || t.len >= sizeof(digits) || isspace((unsigned char)*t.ptr))
		return false;
	memcpy(digits, t.ptr, t.len);
	digits[t.len] = '\0';
	*out = strtod(digits, &end);
	return *end == '\0' && end != digits && !isalpha((unsigned char)digits[0]);
}

bool expr_item_equal(struct expr_run *r, const struct expr_item *x, const struct expr_item *y)
{
	struct expr_text tx, ty;
	double nx, ny;

	if (x->kind == EXPR_NODE && y->kind == EXPR_NODE && x->node == y->node)
		return true;
	if (!expr_item_text(r, x, &tx) || !expr_item_text(r, y, &ty))
		return false;
	if (x->kind == EXPR_NUMBER || y->kind == EXPR_NUMBER)
		return as_number(tx, &nx) && as_number(ty, &ny) && nx == ny;
	return same(tx, ty);
}

bool expr_is_type(struct expr_run *r, const struct expr_item *item, struct expr_text type)
{
	struct expr_text t;

	if (item->kind != EXPR_NODE)
		return expr_text_is(type, item->kind == EXPR_STRING ? "string"
			: item->kind == EXPR_BOOL ? "boolean" : "decimal");
	t = r->tree->type(r->tree->data, item->node);
	return t.len && same(t, type);
}

int expr_truth(struct expr_run *r, const expr_items *in)
{
	struct expr_text t;

	if (in->len == 0)
		return -1;
	if (in->len > 1) {
		expr_fail(r, STATUS_INVALID, "a single condition expected, %zu items found", in->len);
		return -1;
	}
	if (in->at[0].kind == EXPR_BOOL)
		return in->at[0].boolean;
	if (expr_item_text(r, &in->at[0], &t) && (expr_text_is(t, "true") || expr_text_is(t, "false")))
		return expr_text_is(t, "true");
	return 1;
}

int expr_criterion(struct expr_run *r, const struct expr_ast *ast, const struct expr_item *item)
{
	expr_items v = expr_items_take(r);
	int truth;

	expr_eval(&v, r, ast, item);
	truth = expr_truth(r, &v);
	expr_items_give(r, &v);
	return truth;
}

static void member(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	const struct expr_tree *t = r->tree;
	size_t i;

	for (i = 0; i < in->len && expr_step(r); i++) {
		size_t before = out->len;

		if (in->at[i].kind != EXPR_NODE)
			continue;
		expr_children(out, r, in->at[i].node, ast->text);
		/* an expression may begin with the name of the type it is about */
		if (!ast->left && out->len == before && (expr_is_type(r, &in->at[i], ast->text)
				|| (in->at[i].node == t->root
					&& same(t->name(t->data, t->root), ast->text))))
			vec_push(out, in->at[i]);
	}
}

static void equality(expr_items *out, struct expr_run *r, enum expr_op op, const expr_items *x, const expr_items *y)
{
	bool eq = x->len == y->len;
	size_t i;

	if (x->len == 0 || y->len == 0) {
		if (op == OP_EQUIV)
			expr_push_bool(out, eq);
		return;
	}
	for (i = 0; eq && i < x->len; i++)
		eq = expr_item_equal(r, &x->at[i], &y->at[i]);
	expr_push_bool(out, op == OP_NE ? !eq : eq);
}

static void order(expr_items *out, struct expr_run *r, enum expr_op op, const expr_items *x, const expr_items *y)
{
	struct expr_text tx, ty;
	double nx, ny;
	int cmp;

	if (x->len != 1 || y->len != 1 || !expr_item_text(r, &x->at[0], &tx) || !expr_item_text(r, &y->at[0], &ty))
		return;
	if (as_number(tx, &nx) && as_number(ty, &ny))
		cmp = (nx > ny) - (nx < ny);
	else if (!(cmp = memcmp(tx.ptr, ty.ptr, tx.len < ty.len ? tx.len : ty.len)))
		cmp = (tx.len > ty.len) - (tx.len < ty.len);
	expr_push_bool(out, op == OP_LT ? cmp < 0 : op == OP_LE ? cmp <= 0 : op == OP_GT ? cmp > 0 : cmp >= 0);
}

static bool has(struct expr_run *r, const expr_items *set, const struct expr_item *item)
{
	size_t i;

	for (i = 0; i < set->len && expr_step(r); i++)
		if (expr_item_equal(r, &set->at[i], item))
			return true;
	return false;
}

static void membership(expr_items *out, struct expr_run *r, const expr_items *item, const expr_items *set)
{
	if (item->len == 1)
		expr_push_bool(out, has(r, set, &item->at[0]));
	else if (item->len > 1)
		expr_fail(r, STATUS_INVALID, "'in' takes one item, %zu found", item->len);
}

static void type_test(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *x)
{
	size_t i;

	for (i = 0; i < x->len; i++) {
		bool yes = expr_is_type(r, &x->at[i], ast->right->text);

		if (ast->op == OP_IS)
			expr_push_bool(out, yes);
		else if (yes)
			vec_push(out, x->at[i]);
	}
}

/* Three-valued logic (FHIRPath 6.5); -1 is empty. */
static void logic(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	int x = expr_criterion(r, ast->left, focus), y, v = -1;

	if (ast->op == OP_AND && x == 0)
		v = 0;
	else if ((ast->op == OP_OR && x == 1) || (ast->op == OP_IMPLIES && x == 0))
		v = 1;
	else {
		y = expr_criterion(r, ast->right, focus);
		if (ast->op == OP_AND)
			v = y == 0 ? 0 : x == 1 && y == 1 ? 1 : -1;
		else if (ast->op == OP_OR)
			v = y == 1 ? 1 : x == 0 && y == 0 ? 0 : -1;
		else if (ast->op == OP_IMPLIES)
			v = x == 1 ? y : y == 1 ? 1 : -1;
		else
			v = x < 0 || y < 0 ? -1 : x != y;
	}
	if (v >= 0)
		expr_push_bool(out, v);
}

static void set_union(expr_items *out, struct expr_run *r, const expr_items *x, const expr_items *y)
{
	struct expr_set set = { VEC_INIT, VEC_INIT, NULL, 0, false };
	size_t i;

	for (i = 0; i < x->len + y->len && expr_step(r); i++) {
		const struct expr_item *item = i < x->len ? &x->at[i] : &y->at[i - x->len];

		if (expr_set_add(&set, r, item))
			vec_push(out, *item);
	}
	expr_set_done(&set);
}

static void arithmetic(expr_items *out, struct expr_run *r, enum expr_op op, const expr_items *x, const expr_items *y)
{
	struct expr_text tx = { "", 0 }, ty = { "", 0 };
	double nx, ny;
	char *joined;

	if (x->len)
		expr_item_text(r, &x->at[0], &tx);
	if (y->len)
		expr_item_text(r, &y->at[0], &ty);
	if (op != OP_CONCAT && (!x->len || !y->len))
		return;
	if (op != OP_CONCAT && as_number(tx, &nx) && as_number(ty, &ny)) {
		expr_push_number(out, op == OP_PLUS ? nx + ny : nx - ny);
		return;
	}
	joined = arena_alloc(r->arena, tx.len + ty.len + 1);
	memcpy(joined, tx.ptr, tx.len);
	memcpy(joined + tx.len, ty.ptr, ty.len);
	expr_push_text(out, (struct expr_text){ joined, tx.len + ty.len }, EXPR_NONE);
}

static void binary(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	expr_items x = expr_items_take(r), y = VEC_INIT;

	expr_eval(&x, r, ast->left, focus);
	if (ast->op == OP_IN && ast->right->op == OP_CONST) {
		y.at = ast->right->items;
		y.len = ast->right->n_items;
		membership(out, r, &x, &y);
		expr_items_give(r, &x);
		return;
	}
	y = expr_items_take(r);
	if (ast->op != OP_IS && ast->op != OP_AS)
		expr_eval(&y, r, ast->right, focus);
	switch (ast->op) {
	case OP_EQ: case OP_NE: case OP_EQUIV: equality(out, r, ast->op, &x, &y); break;
	case OP_LT: case OP_LE: case OP_GT: case OP_GE: order(out, r, ast->op, &x, &y); break;
	case OP_IN: membership(out, r, &x, &y); break;
	case OP_CONTAINS: membership(out, r, &y, &x); break;
	case OP_IS: case OP_AS: type_test(out, r, ast, &x); break;
	case OP_UNION: set_union(out, r, &x, &y); break;
	default: arithmetic(out, r, ast->op, &x, &y); break;
	}
	expr_items_give(r, &x);
	expr_items_give(r, &y);
}

static void index_of(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	expr_items x = VEC_INIT, i = VEC_INIT;

	expr_eval(&x, r, ast->left, focus);
	expr_eval(&i, r, ast->right, focus);
	if (i.len == 1 && i.at[0].kind == EXPR_NUMBER && i.at[0].number >= 0 && i.at[0].number < (double)x.len)
		vec_push(out, x.at[(size_t)i.at[0].number]);
	vec_done(&x);
	vec_done(&i);
}

static void applied(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	const struct expr_item *outer;
	expr_items in = expr_items_take(r);

	if (ast->left)
		expr_eval(&in, r, ast->left, focus);
	else
		vec_push(&in, *focus);
	if (ast->op == OP_MEMBER)
		member(out, r, ast, &in);
	else {
		outer = r->focus;
		r->focus = focus;
		ast->fn->call(out, r, ast, &in);
		r->focus = outer;
	}
	expr_items_give(r, &in);
}

static void push_all(expr_items *out, const struct expr_item *items, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		vec_push(out, items[i]);
}

void expr_eval(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	if (!expr_step(r))
		return;
	switch (ast->op) {
	case OP_STRING: expr_push_text(out, ast->text, EXPR_NONE); break;
	case OP_NUMBER: expr_push_number(out, ast->number); break;
	case OP_MEMO: expr_memo_eval(out, r, ast, focus); break;
	case OP_CONST: push_all(out, ast->items, ast->n_items); break;
	case OP_TRUE: case OP_FALSE: expr_push_bool(out, ast->op == OP_TRUE); break;
	case OP_EMPTY: break;
	case OP_THIS: vec_push(out, *focus); break;
	case OP_ROOT: push_node(out, r->tree->root); break;
	case OP_CONTEXT: push_node(out, r->context); break;
	case OP_MEMBER: case OP_CALL: applied(out, r, ast, focus); break;
	case OP_INDEX: index_of(out, r, ast, focus); break;
	case OP_AND: case OP_OR: case OP_XOR: case OP_IMPLIES: logic(out, r, ast, focus); break;
	default: binary(out, r, ast, focus); break;
	}
}

enum status expr_run(struct expr_result *out, struct arena *a, const struct expr *e,
	const struct expr_tree *tree, expr_node context)
{
	struct expr_run r = { a, tree, context, NULL, 0, STATUS_OK };
	struct expr_item focus = { EXPR_NODE, context, { NULL, 0 }, 0, false };
	expr_items items = expr_items_take(&r);

	expr_eval(&items, &r, e->top, &focus);
	if (tree->spent)
		*tree->spent += r.steps;
	if (!r.err) {
		out->n = items.len;
		out->items = items.len ? arena_dup(a, items.at, items.len * sizeof(*items.at)) : NULL;
	}
	expr_items_give(&r, &items);
	return r.err;
}

enum status expr_test(int *out, struct arena *a, const struct expr *e,
	const struct expr_tree *tree, expr_node context)
{
	struct expr_run r = { a, tree, context, NULL, 0, STATUS_OK };
	struct expr_item focus = { EXPR_NODE, context, { NULL, 0 }, 0, false };
	int truth = expr_criterion(&r, e->top, &focus);

	if (tree->spent)
		*tree->spent += r.steps;
	if (!r.err)
		*out = truth;
	return r.err;
}
