/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What parts of expressions say that depend on the document alone: found once and kept for the run, for the
 * same words in other checks too. Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <string.h>

#define MEMO_MAX 200
#define MEMO_ITEMS_MAX 200000	/* of all together */
#define SPARE_MAX 32
#define SPARE_ITEMS_MAX 64

struct memo_entry { uint32_t hash; struct expr_text text; struct expr_item *items; size_t n; };
struct expr_memo {
	VEC(struct memo_entry) entries;
	size_t items;
	expr_items spare[SPARE_MAX];	/* room that was used before: most collections are of one item and live short */
	unsigned int n_spare;
};

struct expr_memo *expr_memo_new(void)
{
	return mem_zalloc(sizeof(struct expr_memo));
}

void expr_memo_free(struct expr_memo *m)
{
	size_t i;

	if (!m)
		return;
	for (i = 0; i < m->entries.len; i++)
		mem_free(m->entries.at[i].items);
	for (i = 0; i < m->n_spare; i++)
		vec_done(&m->spare[i]);
	vec_done(&m->entries);
	mem_free(m);
}

expr_items expr_items_take(struct expr_run *r)
{
	struct expr_memo *m = r->tree->memo;
	expr_items none = VEC_INIT;

	return m && m->n_spare ? m->spare[--m->n_spare] : none;
}

void expr_items_give(struct expr_run *r, expr_items *v)
{
	struct expr_memo *m = r->tree->memo;

	if (!m || m->n_spare == SPARE_MAX || !v->cap || v->cap > SPARE_ITEMS_MAX) {
		vec_done(v);
		return;
	}
	v->len = 0;
	m->spare[m->n_spare++] = *v;
}

/* Calls whose arguments are about the items before them. */
static bool about_items(const struct expr_fn *fn)
{
	static const char *const names[] = { "where", "exists", "all", "select", "repeat" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(fn->name, names[i]) == 0)
			return true;
	return false;
}

bool expr_is_fixed(const struct expr_ast *a, bool inside)
{
	bool fixed = true;
	int i;

	switch (a->op) {
	case OP_STRING: case OP_NUMBER: case OP_TRUE: case OP_FALSE: case OP_EMPTY: case OP_CONST: case OP_ROOT:
		return true;
	case OP_THIS:
		return inside;
	case OP_CONTEXT:
		return false;
	case OP_MEMO: case OP_IS: case OP_AS:
		return expr_is_fixed(a->left, inside);
	case OP_MEMBER:
		return a->left ? expr_is_fixed(a->left, inside) : inside;
	case OP_CALL:
		fixed = a->left ? expr_is_fixed(a->left, inside) : inside;
		for (i = 0; i < a->n_args && fixed; i++)
			fixed = a->args[i]->op == OP_MEMBER && strcmp(a->fn->name, "ofType") == 0 ? true
				: expr_is_fixed(a->args[i], inside || about_items(a->fn));
		return fixed;
	default:
		return expr_is_fixed(a->left, inside) && expr_is_fixed(a->right, inside);
	}
}

uint32_t expr_memo_hash(struct expr_text t)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < t.len; i++)
		h = (h ^ (unsigned char)t.ptr[i]) * 16777619u;
	return h;
}

static const struct memo_entry *look_up(const struct expr_memo *m, const struct expr_ast *ast)
{
	size_t i;

	for (i = 0; i < m->entries.len; i++) {
		const struct memo_entry *e = &m->entries.at[i];

		if (e->hash == ast->hash && e->text.len == ast->text.len &&
		    memcmp(e->text.ptr, ast->text.ptr, e->text.len) == 0)
			return e;
	}
	return NULL;
}

/* Texts may live in the memory of one item: only what needs none is kept. */
static bool can_stay(const struct expr_memo *m, const struct expr_item *items, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (items[i].kind == EXPR_STRING)
			return false;
	return m->entries.len < MEMO_MAX && m->items + n < MEMO_ITEMS_MAX;
}

void expr_memo_eval(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus)
{
	struct expr_memo *m = r->tree->memo;
	const struct memo_entry *e = m ? look_up(m, ast) : NULL;
	struct memo_entry new = { ast->hash, ast->text, NULL, 0 };
	size_t i, from = out->len;

	for (i = 0; e && i < e->n; i++)
		vec_push(out, e->items[i]);
	if (e)
		return;
	expr_eval(out, r, ast->left, focus);
	new.n = out->len - from;
	if (!m || r->err || !can_stay(m, new.n ? out->at + from : NULL, new.n))
		return;
	if (new.n)
		new.items = mem_dup(out->at + from, new.n * sizeof(*new.items));
	m->items += new.n;
	vec_push(&m->entries, new);
}
