/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of expressions on time, which the language has no type for: seconds() reads the ways that evidence
 * writes a moment as seconds since 1970, now() is the clock. A time without a zone says no moment: empty.
 * Layer evidence; any thread.
 */
#include "src/evidence/expr_priv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"

#define UNUSED(x) ((void)(x))
#define TIME_TEXT_MAX 60
#define NUMERIC_DATE_MAX 99999999999.0	/* RFC 7519: seconds, of the years to 5138 */

static bool digits(const char *p, size_t n)
{
	while (n && isdigit((unsigned char)*p))
		p++, n--;
	return n == 0;
}

static bool moment(double *out, const char *text)
{
	int64_t ms;

	if (clock_parse(&ms, text) != 0)
		return false;
	*out = (double)ms / 1000;
	return true;
}

/* "1735689600" or "1622577719.512" (RFC 7519, NumericDate) */
static bool numeric(double *out, const char *s)
{
	char *end;

	if (!isdigit((unsigned char)*s) || s[strspn(s, "0123456789.")])
		return false;
	*out = strtod(s, &end);
	return !*end && *out <= NUMERIC_DATE_MAX;
}

/* "20261124132502.123+0900" (HL7 v2, 2.A.22; CDA) or "20261124132502Z" (X.680, GeneralizedTime) */
static bool compact(double *out, const char *s)
{
	const char *zone = s + 14 + (s[14] == '.' ? 1 + strspn(s + 15, "0123456789") : 0);
	char iso[TIME_TEXT_MAX];

	if (!((*zone == '+' || *zone == '-') && digits(zone + 1, 4) && !zone[5]) && strcmp(zone, "Z") != 0)
		return false;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s%.3s%s%.2s", s, s + 4, s + 6, s + 8, s + 10, s + 12,
		zone, *zone == 'Z' ? "" : ":", *zone == 'Z' ? "" : zone + 3);
	return moment(out, iso);
}

/* "Tue, 24 Nov 2026 03:41:10 GMT" (RFC 9110, 5.6.7) */
static bool of_http(double *out, const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4], iso[TIME_TEXT_MAX];
	const char *at;
	int day, year, hour, minute, second, used = 0;

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour, &minute, &second,
			&used) != 6 || !used || s[used] || strlen(month) != 3)
		return false;
	at = strstr(months, month);
	if (!at || (at - months) % 3)
		return false;
	snprintf(iso, sizeof(iso), "%04d-%02d-%02dT%02d:%02d:%02dZ", year, (int)((at - months) / 3) + 1, day, hour,
		minute, second);
	return moment(out, iso);
}

static bool seconds(double *out, const char *s)
{
	if (strlen(s) > 14 && digits(s, 14))
		return compact(out, s);
	if (isalpha((unsigned char)*s))
		return of_http(out, s);
	return strchr(s, 'T') ? moment(out, s) : numeric(out, s);
}

void expr_fn_seconds(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	char text[TIME_TEXT_MAX];
	struct expr_text t;
	double v;

	UNUSED(ast);
	if (!expr_single_text(r, in, &t) || t.len >= sizeof(text) || memchr(t.ptr, '\0', t.len))
		return;
	memcpy(text, t.ptr, t.len);
	text[t.len] = '\0';
	if (seconds(&v, text))
		expr_push_number(out, v);
}

void expr_fn_now(expr_items *out, struct expr_run *r, const struct expr_ast *ast, const expr_items *in)
{
	UNUSED(ast), UNUSED(in);
	expr_push_number(out, r->tree->now ? (double)r->tree->now : floor((double)clock_wall_ms() / 1000));
}
