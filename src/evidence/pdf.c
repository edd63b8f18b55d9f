/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects, dictionaries and strings of PDF (ISO 32000-1, 7.3 to 7.5). Layer evidence; one thread at a time. Each
 * byte is passed once or a fixed number of times; nesting is counted and never recursed into.
 */
#include "pdf_text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TICK_TOKENS 65536u	/* between two questions whether to go on */

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}

static bool is_mark(char c)
{
	return c && strchr("()<>[]{}/%", c);
}

unsigned long pdf_number(const char *p, size_t n)
{
	unsigned long v = 0;
	size_t i;

	for (i = 0; i < n && i < 10 && isdigit((unsigned char)p[i]); i++)
		v = v * 10 + (unsigned long)(p[i] - '0');
	return v;
}

static size_t past_string(const char *p, size_t n, size_t i)
{
	unsigned int depth = 0;

	for (; i < n; i++) {
		if (p[i] == '\\')
			i++;
		else if (p[i] == '(')
			depth++;
		else if (p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return n;
}

/* Past one token: a string, a name, a mark of one or two bytes, or a word. */
size_t pdf_past_token(const char *p, size_t n, size_t i)
{
	if (p[i] == '(')
		return past_string(p, n, i);
	if (i + 1 < n && (p[i] == '<' || p[i] == '>') && p[i + 1] == p[i])
		return i + 2;
	if (p[i] == '<') {
		while (i < n && p[i] != '>')
			i++;
		return i < n ? i + 1 : n;
	}
	if (p[i] == '%') {
		while (i < n && p[i] != '\n' && p[i] != '\r')
			i++;
		return i;
	}
	if (is_mark(p[i]) && p[i] != '/')
		return i + 1;
	for (i++; i < n && !is_white(p[i]) && !is_mark(p[i]); i++)
		;
	return i;
}

size_t pdf_past_white(const char *p, size_t n, size_t i)
{
	while (i < n && is_white(p[i]))
		i++;
	return i;
}

/* Past a value: a token, a bracketed one whole, a reference of three. */
size_t pdf_past_value(const char *p, size_t n, size_t i)
{
	unsigned int depth = 0;
	size_t next, at = i;

	do {
		next = pdf_past_token(p, n, at);
		if ((next - at == 2 && (!memcmp(p + at, "<<", 2))) || p[at] == '[')
			depth++;
		else if (depth && ((next - at == 2 && !memcmp(p + at, ">>", 2)) || p[at] == ']'))
			depth--;
		at = depth ? pdf_past_white(p, n, next) : next;
	} while (depth && at < n);
	if (isdigit((unsigned char)p[i])) {	/* "12 0 R" */
		size_t a = pdf_past_white(p, n, at), b = a;

		while (b < n && isdigit((unsigned char)p[b]))
			b++;
		a = pdf_past_white(p, n, b);
		if (b > at + 1 && a < n && p[a] == 'R')
			at = a + 1;
	}
	return at;
}

const char *pdf_get(size_t *len_out, const char *dict, size_t len, const char *key)
{
	size_t i = 2, k = strlen(key), name;

	*len_out = 0;
	if (len < 4 || memcmp(dict, "<<", 2) != 0)
		return "";
	while ((i = pdf_past_white(dict, len, i)) + 2 < len) {
		name = i;
		i = pdf_past_white(dict, len, pdf_past_token(dict, len, i));
		if (dict[name] != '/' || i >= len)
			continue;
		if (!strncmp(dict + name + 1, key, k) && (is_white(dict[name + 1 + k]) || is_mark(dict[name + 1 + k]))) {
			*len_out = pdf_past_value(dict, len, i) - i;
			return dict + i;
		}
		i = pdf_past_value(dict, len, i);
	}
	return "";
}

const char *pdf_each(size_t *len_out, const char *array, size_t len, size_t *at)
{
	size_t i = pdf_past_white(array, len, *at ? *at : 1);

	*len_out = 0;
	if (i + 1 >= len)
		return NULL;
	*at = pdf_past_value(array, len, i);
	*len_out = *at - i;
	return array + i;
}

bool pdf_is(const char *dict, size_t len, const char *key, const char *name)
{
	size_t n;
	const char *p = pdf_get(&n, dict, len, key);

	return n == strlen(name) + 1 && *p == '/' && !memcmp(p + 1, name, n - 1);
}

/* By number, and of several with the same the last one written, which holds. */
static int by_number(const void *a, const void *b)
{
	const struct pdf_place *x = a, *y = b;

	return x->number != y->number ? (x->number > y->number) - (x->number < y->number) :
		(x->index > y->index) - (x->index < y->index);
}

static void sort(struct pdf *pdf)
{
	uint32_t i;

	for (i = 0; i < pdf->objects.len; i++) {
		struct pdf_place p = { pdf->objects.at[i].number, i };

		vec_push(&pdf->sorted, p);
	}
	if (pdf->sorted.len)
		qsort(pdf->sorted.at, pdf->sorted.len, sizeof(pdf->sorted.at[0]), by_number);
}

const struct pdf_object *pdf_follow(const struct pdf *pdf, const char *p, size_t n)
{
	size_t lo = 0, hi = pdf->sorted.len, mid;
	unsigned long number;

	if (n < 5 || n > 30 || p[n - 1] != 'R' || !isdigit((unsigned char)*p))
		return NULL;
	number = pdf_number(p, n);
	while (lo < hi) {	/* the first with a greater number */
		mid = lo + (hi - lo) / 2;
		if (pdf->sorted.at[mid].number <= number)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || pdf->sorted.at[lo - 1].number != number)
		return NULL;
	return &pdf->objects.at[pdf->sorted.at[lo - 1].index];
}

const char *pdf_resolve(size_t *len_out, const struct pdf *pdf, const char *p, size_t n)
{
	const struct pdf_object *obj = pdf_follow(pdf, p, n);

	*len_out = obj ? obj->len : n;
	return obj ? obj->dict : n ? p : "";
}

const char *pdf_lookup(size_t *len_out, const struct pdf *pdf, const char *dict, size_t len, const char *key)
{
	size_t n;
	const char *p = pdf_get(&n, dict, len, key);

	return pdf_resolve(len_out, pdf, p, n);
}

static unsigned long number_of(const char *dict, size_t len, const char *key)
{
	size_t n;
	const char *p = pdf_get(&n, dict, len, key);

	return n && n < 12 && isdigit((unsigned char)*p) && p[n - 1] != 'R' ? pdf_number(p, n) : 0;
}

static bool word_at(const struct pdf *pdf, size_t i, const char *word)
{
	return pdf->n - i >= strlen(word) && !memcmp(pdf->p + i, word, strlen(word));
}

/* Where the stream after a dictionary lies; returns where to go on. */
static size_t stream(struct pdf_object *obj, struct pdf *pdf, size_t i)
{
	unsigned long length = number_of(obj->dict, obj->len, "Length");
	const char *end;

	i += 6;
	i += i < pdf->n && pdf->p[i] == '\r';
	i += i < pdf->n && pdf->p[i] == '\n';
	obj->data = i;
	if (length && length < pdf->n - i && word_at(pdf, pdf_past_white(pdf->p, pdf->n, i + length), "endstream")) {
		obj->data_end = i + length;
	} else {
		end = pdf->cut ? NULL : memmem(pdf->p + i, pdf->n - i, "endstream", 9);
		pdf->cut = pdf->cut || !end;
		obj->data_end = end ? (size_t)(end - pdf->p) : pdf->n;
	}
	return obj->data_end;
}

static void keep(struct pdf *pdf, const struct pdf_object *obj)
{
	size_t n;

	if (pdf->objects.len < PDF_OBJECTS_MAX)
		vec_push(&pdf->objects, *obj);
	if (pdf_is(obj->dict, obj->len, "Type", "XRef") && (pdf_get(&n, obj->dict, obj->len, "Root"), n))
		pdf->trailer = *obj;
}

/* Objects packed into a stream: pairs of number and place, then the objects. */
static void unpack(struct pdf *pdf, const struct pdf_object *obj)
{
	unsigned long count = number_of(obj->dict, obj->len, "N"), first = number_of(obj->dict, obj->len, "First"), k;
	size_t begin, end, room, at = 0;
	const char *p;

	if (!pdf_data(&begin, &end, pdf, obj))
		return;
	p = annex_at(&room, &pdf->o->annex, pdf->o->base + begin);
	if (room > end - begin)
		room = end - begin;
	for (k = 0; k < count && at < first && first < room; k++) {
		struct pdf_object in = { .number = 0 };
		size_t place = pdf_past_white(p, first, pdf_past_token(p, first, pdf_past_white(p, first, at)));

		if (place >= first)
			break;
		in.number = (unsigned int)pdf_number(p + pdf_past_white(p, first, at), first - pdf_past_white(p, first, at));
		at = pdf_past_token(p, first, place);
		place = pdf_number(p + place, first - place);
		if (place >= room - first || (p[first + place] != '<' && p[first + place] != '['))
			continue;
		in.dict = p + first + place;
		in.len = pdf_past_value(in.dict, room - first - place, 0);
		if (pdf->objects.len < PDF_OBJECTS_MAX)
			vec_push(&pdf->objects, in);
	}
}

/* "12 0 obj" ends at i: its number, or 0. */
static unsigned int number_before(const struct pdf *pdf, size_t i)
{
	size_t k = i, digits;

	while (k && is_white(pdf->p[k - 1]))
		k--;
	while (k && isdigit((unsigned char)pdf->p[k - 1]))
		k--;
	while (k && is_white(pdf->p[k - 1]))
		k--;
	for (digits = k; k && digits - k < 10 && isdigit((unsigned char)pdf->p[k - 1]);)
		k--;
	return digits > k ? (unsigned int)pdf_number(pdf->p + k, digits - k) : 0;
}

void pdf_scan(struct pdf *pdf)
{
	size_t i = 0, next, seen, n, tokens = 0;

	while (i < pdf->n) {
		struct pdf_object obj = { .number = 0 };
		bool trailer;

		i = pdf_past_white(pdf->p, pdf->n, i);
		if (i >= pdf->n)
			break;
		if (++tokens % TICK_TOKENS == 0 && outline_tick(pdf->o))
			break;
		next = pdf_past_token(pdf->p, pdf->n, i);
		trailer = next - i == 7 && word_at(pdf, i, "trailer");
		if (!trailer && !(next - i == 3 && word_at(pdf, i, "obj"))) {
			i = next;
			continue;
		}
		obj.number = trailer ? 0 : number_before(pdf, i);
		i = pdf_past_white(pdf->p, pdf->n, next);
		if (!word_at(pdf, i, "<<") && !(word_at(pdf, i, "[") && !trailer))
			continue;
		obj.dict = pdf->p + i;
		obj.len = pdf_past_value(pdf->p + i, pdf->n - i, 0);
		i = pdf_past_white(pdf->p, pdf->n, i + obj.len);
		if (trailer && (pdf_get(&n, obj.dict, obj.len, "Root"), n))
			pdf->trailer = obj;
		if (!trailer && word_at(pdf, i, "stream"))
			i = stream(&obj, pdf, i);
		if (!trailer)
			keep(pdf, &obj);
	}
	pdf_get(&n, pdf->trailer.dict, pdf->trailer.len, "Encrypt");
	pdf->encrypted = n > 0;
	for (i = 0, seen = pdf->objects.len; i < seen && !pdf->encrypted; i++)
		if (pdf_is(pdf->objects.at[i].dict, pdf->objects.at[i].len, "Type", "ObjStm")) {
			struct pdf_object packed = pdf->objects.at[i];

			unpack(pdf, &packed);
		}
	sort(pdf);
}

bool pdf_data(size_t *begin_out, size_t *end_out, struct pdf *pdf, const struct pdf_object *obj)
{
	size_t n, room, at = annex_next(&pdf->o->annex);
	bool whole;
	char *to;

	*begin_out = obj->data;
	*end_out = obj->data_end;
	if (obj->data >= obj->data_end || pdf->encrypted)
		return false;
	if (pdf_get(&n, obj->dict, obj->len, "Filter"), !n)
		return true;
	if (!pdf_is(obj->dict, obj->len, "Filter", "FlateDecode") &&
			!(n == 14 && !memcmp(pdf_get(&n, obj->dict, obj->len, "Filter"), "[/FlateDecode]", 14)))
		return false;
	to = annex_room(&room, &pdf->o->annex);
	n = inflate_into(&whole, to, room, pdf->p + obj->data, obj->data_end - obj->data, 15);
	if (!n)
		return false;
	annex_take(&pdf->o->annex, n, pdf->o->base + obj->data, pdf->o->base + obj->data_end);
	*begin_out = at - pdf->o->base;
	*end_out = *begin_out + n;
	return true;
}
