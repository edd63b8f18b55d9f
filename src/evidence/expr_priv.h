/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_EXPR_PRIV_H
#define VERDICT_EVIDENCE_EXPR_PRIV_H
#include "verdict/base/vec.h"
#include "verdict/evidence/expr.h"

/* Shared by the parser (expr_parse.c), the evaluator (expr_eval.c) and the functions (expr_fn.c). */

#define EXPR_DEPTH_MAX 64		/* nesting of an expression's text */
#define EXPR_STEPS_MAX 1000000		/* work of one evaluation */
#define EXPR_TEXT_MAX 8192

enum expr_op {
	OP_STRING, OP_NUMBER, OP_TRUE, OP_FALSE, OP_EMPTY, OP_THIS, OP_ROOT, OP_CONTEXT,
	OP_MEMBER,		/* text: name; left: focus or NULL for $this */
	OP_CONST,		/* union of texts: items */
	OP_MEMO,		/* left depends on the document alone; text, hash: its words */
	OP_INDEX, OP_CALL,	/* CALL: fn, args, left */
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_EQUIV, OP_IN, OP_CONTAINS, OP_IS, OP_AS,
	OP_AND, OP_OR, OP_XOR, OP_IMPLIES, OP_UNION, OP_CONCAT, OP_PLUS, OP_MINUS
};

#define EXPR_ARGS_MAX 3
struct expr_ast {
	enum expr_op op;
	struct expr_ast *left, *right;
	struct expr_ast *args[EXPR_ARGS_MAX];
	int n_args;
	const struct expr_fn *fn;
	struct expr_text text;
	double number;
	uint32_t hash;
	struct expr_item *items;
	size_t n_items;
};

struct expr {
	struct arena arena;
	struct expr_ast *top;
};

typedef VEC(struct expr_item) expr_items;

/* One evaluation. Collections are vectors freed by their maker; texts live in `arena`. */
struct expr_run {
	struct arena *arena;
	const struct expr_tree *tree;
	expr_node context;
	const struct expr_item *focus;	/* $this of the call at hand: what its arguments are about */
	size_t steps;
	enum status err;		/* sticky */
};

/* A collection for a while, empty, from room that was used before; and back. */
expr_items expr_items_take(struct expr_run *r);
void expr_items_give(struct expr_run *r, expr_items *v);

struct expr_fn {
	const char *name;
	int min, max;			/* arguments */
	void (*call)(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in);
};
const struct expr_fn *expr_fn_find(const char *name, size_t len);

/* Does it say the same wherever it is asked? `inside`: $this is fixed as well. */
bool expr_is_fixed(const struct expr_ast *a, bool inside);
uint32_t expr_memo_hash(struct expr_text t);
void expr_memo_eval(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus);

/* Items without doubles. Zeroed to begin with. */
struct expr_set {
	expr_items items;
	VEC(uint32_t) hashes;	/* of the items, once they are many */
	uint32_t *slots;	/* number of an item + 1; NULL while they are few */
	size_t cap;
	bool numbers;
};
void expr_set_done(struct expr_set *s);
bool expr_set_has(const struct expr_set *s, struct expr_run *r, const struct expr_item *item);
bool expr_set_add(struct expr_set *s, struct expr_run *r, const struct expr_item *item);	/* false: was there */

/* Evaluate `ast` with `focus` as $this, adding to out. */
void expr_eval(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const struct expr_item *focus);
/* 1, 0 or -1 for empty; a single node or text counts as true (FHIRPath singleton evaluation). */
int expr_truth(struct expr_run *r, const expr_items *in);
/* `ast` as a criterion on one item. */
int expr_criterion(struct expr_run *r, const struct expr_ast *ast, const struct expr_item *item);
/* Text of an item; false where a node has no value. */
bool expr_item_text(struct expr_run *r, const struct expr_item *item, struct expr_text *out);
bool expr_item_equal(struct expr_run *r, const struct expr_item *x, const struct expr_item *y);
bool expr_is_type(struct expr_run *r, const struct expr_item *item, struct expr_text type);
/* Children of a node named `name` (len 0: all), arrays opened. */
void expr_children(expr_items *out, struct expr_run *r, expr_node n, struct expr_text name);
void expr_push_bool(expr_items *out, bool v);
void expr_push_number(expr_items *out, double v);
void expr_push_text(expr_items *out, struct expr_text t, expr_node from);
/* Count work; false once the ceiling is reached. */
bool expr_step(struct expr_run *r);
void expr_fail(struct expr_run *r, enum status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Argument i as text, evaluated with the call's $this; false where empty. */
bool expr_argument(struct expr_run *r, const struct expr_ast *ast, int i, struct expr_text *out);
/* First argument as a whole number of at most nine digits. */
bool expr_number_argument(struct expr_run *r, const struct expr_ast *ast, size_t *out);

/* Functions on one text (expr_fn_text.c), named in the table of expr_fn.c. */
#define EXPR_FN(name) void expr_fn_##name(expr_items *out, struct expr_run *r, \
	const struct expr_ast *ast, const expr_items *in)
EXPR_FN(has_value);
EXPR_FN(starts_with);
EXPR_FN(ends_with);
EXPR_FN(contains);
EXPR_FN(matches);
EXPR_FN(length);
EXPR_FN(lower);
EXPR_FN(upper);
EXPR_FN(trim);
EXPR_FN(substring);
EXPR_FN(before);
EXPR_FN(after);
EXPR_FN(is_uid);
/* The text of a collection of one item. */
bool expr_single_text(struct expr_run *r, const expr_items *in, struct expr_text *out);
/* expr_fn_bytes.c */
EXPR_FN(base64_size);
EXPR_FN(base64_sha1);
EXPR_FN(bytes_size);
EXPR_FN(bytes_sha1);
EXPR_FN(format);
/* expr_fn_time.c */
EXPR_FN(seconds);
EXPR_FN(now);

#endif
