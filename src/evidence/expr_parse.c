/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of an expression to its tree: a lexer and a precedence-climbing parser (FHIRPath 2.0, section 10,
 * grammar; precedence of section 6.8). Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum token {
	T_END, T_NAME, T_STRING, T_NUMBER, T_SYMBOL, T_BAD
};

struct parser {
	const char *text, *at;
	struct arena *arena;
	enum token token;
	struct expr_text word;		/* raw text of the token; decoded for strings */
	bool after_dot;			/* digits are then a field number */
	int depth;
	bool failed;
};

static void fail(struct parser *p, const char *what)
{
	if (p->failed)
		return;
	p->failed = true;
	status_set(STATUS_INVALID, "expression, column %zu: %s",
		(size_t)(p->word.ptr && p->token != T_STRING ? p->word.ptr - p->text + 1 : p->at - p->text + 1),
		what);
}

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void lex_string(struct parser *p, char quote)
{
	char *out = arena_alloc(p->arena, strlen(p->at) + 1);
	size_t n = 0;

	for (p->at++; *p->at && *p->at != quote; p->at++) {
		if (*p->at == '\\' && p->at[1]) {
			p->at++;
			out[n++] = *p->at == 'n' ? '\n' : *p->at == 't' ? '\t' : *p->at == 'r' ? '\r' : *p->at;
		} else {
			out[n++] = *p->at;
		}
	}
	p->word = (struct expr_text){ out, n };
	if (!*p->at) {
		p->token = T_BAD;
		fail(p, "a quote is not closed");
		return;
	}
	p->at++;
	p->token = quote == '`' ? T_NAME : T_STRING;
}

static void lex_name(struct parser *p)
{
	const char *start = p->at++;

	while (name_char(*p->at))
		p->at++;
	p->token = T_NAME;
	p->word = (struct expr_text){ start, (size_t)(p->at - start) };
}

static void lex_number(struct parser *p)
{
	const char *start = p->at;

	while (isdigit((unsigned char)*p->at))
		p->at++;
	if (!p->after_dot && *p->at == '.' && isdigit((unsigned char)p->at[1]))
		for (p->at++; isdigit((unsigned char)*p->at);)
			p->at++;
	p->token = p->after_dot ? T_NAME : T_NUMBER;
	p->word = (struct expr_text){ start, (size_t)(p->at - start) };
}

static void lex(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
	p->word = (struct expr_text){ p->at, 0 };
	if (!*p->at) {
		p->token = T_END;
	} else if (*p->at == '\'' || *p->at == '`') {
		lex_string(p, *p->at);
	} else if (isdigit((unsigned char)*p->at)) {
		lex_number(p);
	} else if (isalpha((unsigned char)*p->at) || strchr("_$%", *p->at)
		|| (*p->at == '@' && isalpha((unsigned char)p->at[1]))) {
		lex_name(p);
	} else {
		size_t n = strchr("!<>", *p->at) && (p->at[1] == '=') ? 2 : 1;

		p->token = T_SYMBOL;
		p->word = (struct expr_text){ p->at, n };
		p->at += n;
	}
	p->after_dot = p->token == T_SYMBOL && expr_text_is(p->word, ".");
}

static bool is(const struct parser *p, enum token token, const char *word)
{
	return p->token == token && expr_text_is(p->word, word);
}

static bool accept(struct parser *p, const char *symbol)
{
	if (!is(p, T_SYMBOL, symbol))
		return false;
	lex(p);
	return true;
}

static void expect(struct parser *p, const char *symbol)
{
	char what[48];

	if (accept(p, symbol))
		return;
	snprintf(what, sizeof(what), "'%s' expected", symbol);
	fail(p, what);
}

static struct expr_ast *node(struct parser *p, enum expr_op op, struct expr_ast *left, struct expr_ast *right)
{
	struct expr_ast *a = arena_new(p->arena, struct expr_ast);

	a->op = op;
	a->left = left;
	a->right = right;
	return a;
}

static struct expr_ast *binary(struct parser *p, int level);

static struct expr_ast *expression(struct parser *p)
{
	struct expr_ast *a;

	if (++p->depth > EXPR_DEPTH_MAX) {
		fail(p, "nested too deep");
		return node(p, OP_EMPTY, NULL, NULL);
	}
	a = binary(p, 0);
	p->depth--;
	return a;
}

static void arguments(struct parser *p, struct expr_ast *call, struct expr_text name)
{
	char what[96];

	call->fn = expr_fn_find(name.ptr, name.len);
	while (!p->failed && !is(p, T_SYMBOL, ")")) {
		if (call->n_args == EXPR_ARGS_MAX) {
			fail(p, "too many arguments");
			return;
		}
		call->args[call->n_args++] = expression(p);
		if (!accept(p, ","))
			break;
	}
	expect(p, ")");
	snprintf(what, sizeof(what), call->fn ? "%.*s() takes another number of arguments" : "no function %.*s()",
		(int)(name.len < 40 ? name.len : 40), name.ptr);
	if (!call->fn || call->n_args < call->fn->min || call->n_args > call->fn->max)
		fail(p, what);
}

/* name or name(…), applied to `focus` (NULL: $this) */
static struct expr_ast *invocation(struct parser *p, struct expr_ast *focus)
{
	struct expr_text name = p->word;
	struct expr_ast *a;

	if (p->token != T_NAME) {
		fail(p, "a name expected");
		return node(p, OP_EMPTY, NULL, NULL);
	}
	lex(p);
	if (is(p, T_SYMBOL, "(")) {
		a = node(p, OP_CALL, focus, NULL);
		lex(p);
		arguments(p, a, name);
		return a;
	}
	a = node(p, OP_MEMBER, focus, NULL);
	a->text = name;
	return a;
}

static struct expr_ast *variable(struct parser *p)
{
	static const struct { const char *name; enum expr_op op; } words[] = {
		{ "true", OP_TRUE }, { "false", OP_FALSE }, { "$this", OP_THIS },
		{ "%context", OP_CONTEXT }, { "%root", OP_ROOT },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (is(p, T_NAME, words[i].name)) {
			lex(p);
			return node(p, words[i].op, NULL, NULL);
		}
	}
	if (p->word.len && strchr("$%", *p->word.ptr))
		fail(p, "no such variable");
	return invocation(p, NULL);
}

static struct expr_ast *number(struct parser *p)
{
	struct expr_ast *a = node(p, OP_NUMBER, NULL, NULL);
	char digits[32];

	snprintf(digits, sizeof(digits), "%.*s", (int)(p->word.len < 31 ? p->word.len : 31), p->word.ptr);
	a->number = strtod(digits, NULL);
	lex(p);
	return a;
}

/* What stands in parentheses, as definitions do: kept for the document where it depends on nothing else. */
static struct expr_ast *keep(struct parser *p, const char *begin, struct expr_ast *a)
{
	struct expr_ast *memo;

	if (p->failed || !is(p, T_SYMBOL, ")") || a->op <= OP_CONTEXT || a->op == OP_CONST || !expr_is_fixed(a, false))
		return a;
	memo = node(p, OP_MEMO, a, NULL);
	memo->text = (struct expr_text){ begin, (size_t)(p->word.ptr - begin) };
	memo->hash = expr_memo_hash(memo->text);
	return memo;
}

static struct expr_ast *term(struct parser *p)
{
	const char *begin = p->word.ptr;
	struct expr_ast *a;

	if (p->token == T_STRING) {
		a = node(p, OP_STRING, NULL, NULL);
		a->text = p->word;
		lex(p);
	} else if (p->token == T_NUMBER) {
		a = number(p);
	} else if (accept(p, "(")) {
		a = keep(p, begin, expression(p));
		expect(p, ")");
	} else if (accept(p, "{")) {
		expect(p, "}");
		a = node(p, OP_EMPTY, NULL, NULL);
	} else {
		a = variable(p);
	}
	return a;
}

static struct expr_ast *postfix(struct parser *p)
{
	struct expr_ast *a = term(p);

	while (!p->failed) {
		if (accept(p, ".")) {
			a = invocation(p, a);
		} else if (accept(p, "[")) {
			a = node(p, OP_INDEX, a, expression(p));
			expect(p, "]");
		} else {
			break;
		}
	}
	return a;
}

/* From the weakest to the strongest (FHIRPath 6.8). */
static const struct { int level; const char *word; enum token token; enum expr_op op; } operators[] = {
	{ 0, "implies", T_NAME, OP_IMPLIES },
	{ 1, "or", T_NAME, OP_OR }, { 1, "xor", T_NAME, OP_XOR },
	{ 2, "and", T_NAME, OP_AND },
	{ 3, "in", T_NAME, OP_IN }, { 3, "contains", T_NAME, OP_CONTAINS },
	{ 4, "=", T_SYMBOL, OP_EQ }, { 4, "!=", T_SYMBOL, OP_NE }, { 4, "~", T_SYMBOL, OP_EQUIV },
	{ 5, "<", T_SYMBOL, OP_LT }, { 5, "<=", T_SYMBOL, OP_LE },
	{ 5, ">", T_SYMBOL, OP_GT }, { 5, ">=", T_SYMBOL, OP_GE },
	{ 6, "|", T_SYMBOL, OP_UNION },
	{ 7, "is", T_NAME, OP_IS }, { 7, "as", T_NAME, OP_AS },
	{ 8, "+", T_SYMBOL, OP_PLUS }, { 8, "-", T_SYMBOL, OP_MINUS }, { 8, "&", T_SYMBOL, OP_CONCAT },
};
#define OPERATOR_LEVELS 9

static int operator_at(const struct parser *p, int level)
{
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (operators[i].level == level && is(p, operators[i].token, operators[i].word))
			return (int)i;
	return -1;
}

/* A union of texts is made once: codes are looked up in it for every item. */
static struct expr_ast *fold(struct parser *p, struct expr_ast *a)
{
	struct expr_ast *left = a->left, *right = a->right;
	size_t n = left && left->op == OP_CONST ? left->n_items : 1, i;

	if (p->failed || a->op != OP_UNION || right->op != OP_STRING ||
	    (left->op != OP_STRING && left->op != OP_CONST))
		return a;
	a->items = arena_array(p->arena, struct expr_item, n + 1);
	for (i = 0; i < n; i++)
		a->items[i] = left->op == OP_CONST ? left->items[i] : (struct expr_item){ EXPR_STRING, EXPR_NONE,
			left->text, 0, false };
	a->items[n] = (struct expr_item){ EXPR_STRING, EXPR_NONE, right->text, 0, false };
	for (i = 0; i < n; i++)
		if (a->items[i].text.len == right->text.len &&
		    memcmp(a->items[i].text.ptr, right->text.ptr, right->text.len) == 0)
			break;
	a->n_items = i < n ? n : n + 1;
	a->op = OP_CONST;
	return a;
}

static struct expr_ast *binary(struct parser *p, int level)
{
	struct expr_ast *a;
	int i;

	if (level == OPERATOR_LEVELS)
		return postfix(p);
	a = binary(p, level + 1);
	while (!p->failed && (i = operator_at(p, level)) >= 0) {
		lex(p);
		a = fold(p, node(p, operators[i].op, a, binary(p, level + 1)));
	}
	return a;
}

enum status expr_compile(struct expr **out, const char *text)
{
	struct expr *e;
	struct parser p;

	if (strlen(text) > EXPR_TEXT_MAX)
		return status_set(STATUS_LIMIT, "expression longer than %d bytes", EXPR_TEXT_MAX);
	e = mem_zalloc(sizeof(*e));
	arena_init(&e->arena);
	memset(&p, 0, sizeof(p));
	p.arena = &e->arena;
	p.text = p.at = arena_str(&e->arena, text);
	lex(&p);
	e->top = expression(&p);
	if (!p.failed && p.token != T_END)
		fail(&p, "unexpected text");
	if (p.failed) {
		expr_free(e);
		return STATUS_INVALID;
	}
	*out = e;
	return STATUS_OK;
}

void expr_free(struct expr *e)
{
	if (!e)
		return;
	arena_done(&e->arena);
	mem_free(e);
}
