/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of expressions on bytes: of base64 text, which the language cannot decode, and of a document inside
 * another. How many there are, and their SHA-1 as FHIR's Attachment.hash gives it. Decoded as it is read, so that
 * nothing is allocated. Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"
#include "src/evidence/sha1.h"

#include <stdint.h>
#include <string.h>

#define UNUSED(x) ((void)(x))

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* False where it is no base64; white space is skipped (FHIR R4, base64Binary). */
static bool decode(struct sha1 *s, struct expr_text t)
{
	uint32_t bits = 0;
	unsigned int n = 0, pad = 0;
	size_t i;

	for (i = 0; i < t.len; i++) {
		int v = digit(t.ptr[i]);

		if (t.ptr[i] == ' ' || t.ptr[i] == '\n' || t.ptr[i] == '\r' || t.ptr[i] == '\t')
			continue;
		pad += t.ptr[i] == '=';
		if ((v < 0 && t.ptr[i] != '=') || (v >= 0 && pad) || pad > 2)
			return false;
		if (v < 0)
			continue;
		bits = bits << 6 | (uint32_t)v;
		n += 6;
		if (n >= 8) {
			n -= 8;
			sha1_byte(s, (unsigned char)(bits >> n));
		}
	}
	return n < 6;
}

static bool digest(struct sha1 *s, struct expr_run *r, const expr_items *in)
{
	struct expr_text t;

	sha1_init(s);
	return expr_single_text(r, in, &t) && decode(s, t);
}

static void push_sha1(expr_items *out, struct expr_run *r, struct sha1 *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char sum[21] = { 0 };
	char text[29];
	unsigned int i;

	sha1_end(sum, s);
	for (i = 0; i < 28; i++) {
		uint32_t three = (uint32_t)sum[i / 4 * 3] << 16 | (uint32_t)sum[i / 4 * 3 + 1] << 8 | sum[i / 4 * 3 + 2];

		text[i] = i == 27 ? '=' : digits[three >> (18 - 6 * (i % 4)) & 63];
	}
	text[28] = '\0';
	expr_push_text(out, (struct expr_text){ arena_str(r->arena, text), 28 }, EXPR_NONE);
}

/* What a document inside is made of. */
static bool bytes_of(struct expr_text *t, struct expr_run *r, const expr_items *in)
{
	return in->len == 1 && in->at[0].node != EXPR_NONE && r->tree->bytes &&
		r->tree->bytes(r->tree->data, in->at[0].node, t);
}

void expr_fn_base64_size(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	struct sha1 s;

	UNUSED(ast);
	if (digest(&s, r, in))
		expr_push_number(out, (double)s.bytes);
}

void expr_fn_base64_sha1(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	struct sha1 s;

	UNUSED(ast);
	if (digest(&s, r, in))
		push_sha1(out, r, &s);
}

void expr_fn_bytes_size(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	struct expr_text t;

	UNUSED(ast);
	if (bytes_of(&t, r, in))
		expr_push_number(out, (double)t.len);
}

void expr_fn_bytes_sha1(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	struct expr_text t;
	struct sha1 s;
	size_t i;

	UNUSED(ast);
	if (!bytes_of(&t, r, in))
		return;
	sha1_init(&s);
	for (i = 0; i < t.len; i++)
		sha1_byte(&s, (unsigned char)t.ptr[i]);
	push_sha1(out, r, &s);
}

void expr_fn_format(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	struct expr_text t;

	UNUSED(ast);
	if (in->len != 1 || in->at[0].node == EXPR_NONE || !r->tree->format)
		return;
	t = r->tree->format(r->tree->data, in->at[0].node);
	if (t.len)
		expr_push_text(out, t, in->at[0].node);
}
