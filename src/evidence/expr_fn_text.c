/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of expressions on one text (FHIRPath 2.0, section 5.6), and of our own isUid(), before() and
 * after(). Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

#define FN(name) void name(expr_items *out, struct expr_run *r, \
	const struct expr_ast *ast, const expr_items *in)
#define UNUSED(x) ((void)(x))

/* The text of a collection of one item. */
bool expr_single_text(struct expr_run *r, const expr_items *in, struct expr_text *out)
{
	return in->len == 1 && expr_item_text(r, &in->at[0], out);
}

/* An argument as text; it is about what the call is about, not about what stands before the dot (FHIRPath 2.0, 5). */
bool expr_argument(struct expr_run *r, const struct expr_ast *ast, int i, struct expr_text *out)
{
	expr_items v;
	bool found;

	if (i >= ast->n_args)
		return false;
	v = expr_items_take(r);
	expr_eval(&v, r, ast->args[i], r->focus);
	found = v.len == 1 && expr_item_text(r, &v.at[0], out);
	expr_items_give(r, &v);
	return found;
}

bool expr_number_argument(struct expr_run *r, const struct expr_ast *ast, size_t *out)
{
	struct expr_text t;
	size_t i, n = 0;

	if (!expr_argument(r, ast, 0, &t) || !t.len || t.len > 9)
		return false;
	for (i = 0; i < t.len; i++) {
		if (!isdigit((unsigned char)t.ptr[i]))
			return false;
		n = n * 10 + (size_t)(t.ptr[i] - '0');
	}
	*out = n;
	return true;
}

FN(expr_fn_has_value)
{
	struct expr_text t;

	UNUSED(ast);
	expr_push_bool(out, expr_single_text(r, in, &t) && t.len > 0);
}

static bool find(struct expr_text hay, struct expr_text needle)
{
	return memmem(hay.ptr, hay.len, needle.ptr, needle.len) != NULL;
}

FN(expr_fn_starts_with)
{
	struct expr_text t, x;

	if (expr_single_text(r, in, &t) && expr_argument(r, ast, 0, &x))
		expr_push_bool(out, t.len >= x.len && memcmp(t.ptr, x.ptr, x.len) == 0);
}

FN(expr_fn_ends_with)
{
	struct expr_text t, x;

	if (expr_single_text(r, in, &t) && expr_argument(r, ast, 0, &x))
		expr_push_bool(out, t.len >= x.len && memcmp(t.ptr + t.len - x.len, x.ptr, x.len) == 0);
}

FN(expr_fn_contains)
{
	struct expr_text t, x;

	if (expr_single_text(r, in, &t) && expr_argument(r, ast, 0, &x))
		expr_push_bool(out, find(t, x));
}

/* POSIX extended expression over the whole text, as XML Schema patterns; text over 4 KiB does not match. */
FN(expr_fn_matches)
{
	struct expr_text t, x;
	regex_t re;

	if (!expr_single_text(r, in, &t) || !expr_argument(r, ast, 0, &x))
		return;
	if (regcomp(&re, arena_printf(r->arena, "^(%.*s)$", (int)x.len, x.ptr), REG_EXTENDED | REG_NOSUB)) {
		expr_fail(r, STATUS_INVALID, "matches(): not a regular expression");
		return;
	}
	expr_push_bool(out, t.len <= 4096 && !memchr(t.ptr, '\0', t.len)
		&& regexec(&re, arena_strn(r->arena, t.ptr, t.len), 0, NULL, 0) == 0);
	regfree(&re);
}

FN(expr_fn_length)
{
	struct expr_text t;

	UNUSED(ast);
	if (expr_single_text(r, in, &t))
		expr_push_number(out, (double)t.len);
}

static void mapped(expr_items *out, struct expr_run *r, const expr_items *in, int (*map)(int))
{
	struct expr_text t;
	char *p;
	size_t i;

	if (!expr_single_text(r, in, &t))
		return;
	p = arena_strn(r->arena, t.ptr, t.len);
	for (i = 0; i < t.len; i++)
		if ((unsigned char)p[i] < 0x80)
			p[i] = (char)map((unsigned char)p[i]);
	expr_push_text(out, (struct expr_text){ p, t.len }, in->at[0].node);
}

FN(expr_fn_lower)
{
	UNUSED(ast);
	mapped(out, r, in, tolower);
}

FN(expr_fn_upper)
{
	UNUSED(ast);
	mapped(out, r, in, toupper);
}

static struct expr_text trimmed(struct expr_text t)
{
	while (t.len && isspace((unsigned char)*t.ptr)) {
		t.ptr++;
		t.len--;
	}
	while (t.len && isspace((unsigned char)t.ptr[t.len - 1]))
		t.len--;
	return t;
}

FN(expr_fn_trim)
{
	struct expr_text t;

	UNUSED(ast);
	if (expr_single_text(r, in, &t))
		expr_push_text(out, trimmed(t), in->at[0].node);
}

FN(expr_fn_substring)
{
	struct expr_text t;
	size_t from;

	if (expr_single_text(r, in, &t) && expr_number_argument(r, ast, &from) && from <= t.len)
		expr_push_text(out, (struct expr_text){ t.ptr + from, t.len - from }, in->at[0].node);
}

/* Parts of a text before and after the first `x`, as in XPath; handy for systems, OIDs and references. */
FN(expr_fn_before)
{
	struct expr_text t, x;
	const char *p;

	if (expr_single_text(r, in, &t) && expr_argument(r, ast, 0, &x) && (p = memmem(t.ptr, t.len, x.ptr, x.len)))
		expr_push_text(out, (struct expr_text){ t.ptr, (size_t)(p - t.ptr) }, in->at[0].node);
}

FN(expr_fn_after)
{
	struct expr_text t, x;
	const char *p;

	if (expr_single_text(r, in, &t) && expr_argument(r, ast, 0, &x) && (p = memmem(t.ptr, t.len, x.ptr, x.len)))
		expr_push_text(out, (struct expr_text){ p + x.len, t.len - (size_t)(p - t.ptr) - x.len }, in->at[0].node);
}

/* A DICOM UID: at most 64 bytes of digits and dots, no empty or zero-led component (PS3.5 section 9.1). */
FN(expr_fn_is_uid)
{
	struct expr_text t;
	size_t i;
	bool yes;

	UNUSED(ast);
	if (!expr_single_text(r, in, &t))
		return;
	yes = t.len > 0 && t.len <= 64 && isdigit((unsigned char)t.ptr[t.len - 1]);
	for (i = 0; i < t.len && yes; i++) {
		bool first = i == 0 || t.ptr[i - 1] == '.';
		bool more = i + 1 < t.len && isdigit((unsigned char)t.ptr[i + 1]);

		yes = t.ptr[i] == '.' ? !first : isdigit((unsigned char)t.ptr[i]) && !(first && t.ptr[i] == '0' && more);
	}
	expr_push_bool(out, yes);
}
