/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PDF: version, pages, properties, XMP metadata and attached files. Layer evidence; one thread at a time. Pages are
 * not drawn, their text is read by pdf_page.c; what is encrypted is said to be.
 */
#include "pdf_text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"

#define STRING_MAX 4096
#define ATTACHED_MAX 100
#define TICK_OBJECTS 4096u	/* between two questions whether to go on */

static void say(struct outline *o, const char *label, size_t begin, size_t end, const char *words, size_t len)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, label);
	outline_value_words(o, i, words, len);
}

static void add_char(struct buf *out, uint32_t cp)
{
	char utf8[4];

	buf_add(out, utf8, (size_t)utf8_encode(utf8, cp >= 0xd800 && cp <= 0xdfff ? 0xfffd : cp));
}

static void text_string(struct buf *out, const char *p, size_t n)
{
	struct buf b;
	size_t i;

	if (n < 2 || n > STRING_MAX || (*p != '(' && *p != '<') || !memcmp(p, "<<", 2))
		return;
	buf_init(&b, STRING_MAX);
	pdf_string(&b, p, n);
	p = buf_str(&b);
	if (b.len >= 2 && !memcmp(p, "\xfe\xff", 2)) {
		for (i = 2; i + 1 < b.len; i += 2) {
			uint32_t hi = (uint32_t)(unsigned char)p[i] << 8 | (unsigned char)p[i + 1], lo = 0;

			if (hi >= 0xd800 && hi <= 0xdbff && i + 3 < b.len)
				lo = (uint32_t)(unsigned char)p[i + 2] << 8 | (unsigned char)p[i + 3];
			if (lo >= 0xdc00 && lo <= 0xdfff) {
				hi = 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
				i += 2;
			}
			add_char(out, hi);
		}
	} else if (b.len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) {
		buf_add(out, p + 3, b.len - 3);
	} else {
		for (i = 0; i < b.len; i++)
			add_char(out, (unsigned char)p[i]);
	}
	buf_done(&b);
}

/* D:20230102030405+01'00' as 2023-01-02 03:04:05 +01:00; anything else as it is. */
static void put_date(struct outline *o, const char *label, struct buf *b)
{
	char words[60];
	const char *p = buf_str(b), *zone = p + 16;
	size_t i;

	for (i = 2; i < 16 && b->len >= 16 && isdigit((unsigned char)p[i]); i++)
		;
	if (i < 16 || memcmp(p, "D:", 2)) {
		say(o, label, 0, 0, p, b->len);
		return;
	}
	snprintf(words, sizeof(words), "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", p + 2, p + 6, p + 8, p + 10, p + 12, p + 14);
	if (b->len >= 19 && (*zone == '+' || *zone == '-'))
		snprintf(words + 19, sizeof(words) - 19, " %.3s:%.2s", zone, b->len >= 22 ? zone + 4 : "00");
	else if (b->len > 16 && *zone == 'Z')
		snprintf(words + 19, sizeof(words) - 19, " UTC");
	say(o, label, 0, 0, words, strlen(words));
}

static void properties(struct pdf *pdf)
{
	static const struct { const char *key, *label; } keys[] = {
		{ "Title", "title" }, { "Author", "author" }, { "Subject", "subject" }, { "Keywords", "keywords" },
		{ "Creator", "made with" }, { "Producer", "written by" }, { "CreationDate", "made" }, { "ModDate", "changed" },
	};
	const struct pdf_object *info;
	size_t i, n;
	const char *p = pdf_get(&n, pdf->trailer.dict, pdf->trailer.len, "Info");

	info = pdf_follow(pdf, p, n);
	for (i = 0; info && !pdf->encrypted && i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct buf b;

		p = pdf_get(&n, info->dict, info->len, keys[i].key);
		buf_init(&b, STRING_MAX * 4);
		text_string(&b, p, n);
		if (b.len && i >= 6)
			put_date(pdf->o, keys[i].label, &b);
		else if (b.len)
			say(pdf->o, keys[i].label, 0, 0, buf_str(&b), b.len);
		buf_done(&b);
	}
}

/* The root of the tree of pages counts them all. */
static void pages(struct pdf *pdf)
{
	const struct pdf_object *obj;
	char words[24];
	size_t n;
	const char *p = pdf_get(&n, pdf->trailer.dict, pdf->trailer.len, "Root");

	obj = pdf_follow(pdf, p, n);
	p = obj ? pdf_get(&n, obj->dict, obj->len, "Pages") : "";
	obj = obj ? pdf_follow(pdf, p, n) : NULL;
	p = obj ? pdf_get(&n, obj->dict, obj->len, "Count") : "";
	if (!obj || !n || n > 9 || !isdigit((unsigned char)*p))
		return;
	snprintf(words, sizeof(words), "%lu", pdf_number(p, n));
	say(pdf->o, "pages", 0, 0, words, strlen(words));
}

static void body(struct pdf *pdf, const struct pdf_object *obj, const char *label)
{
	size_t begin, end;
	uint32_t i;

	if (!pdf_data(&begin, &end, pdf, obj)) {
		outline_trouble(pdf->o, obj->data, obj->data_end, "%.60s is encrypted, empty or packed in a way not known here",
			label);
		return;
	}
	i = parse_inside(pdf->o, begin, end, EVIDENCE_UNKNOWN);
	outline_label_word(pdf->o, i, label);
}

/* A file specification: its name, and where its bytes are. */
static void attached(struct pdf *pdf, const struct pdf_object *spec)
{
	const struct pdf_object *file;
	size_t n, k;
	const char *ef = pdf_get(&n, spec->dict, spec->len, "EF"), *p = pdf_get(&k, ef, n, "F");
	char label[200];
	struct buf b;

	file = pdf_follow(pdf, p, k);
	if (!file)
		return;
	buf_init(&b, STRING_MAX * 4);
	p = pdf_get(&n, spec->dict, spec->len, "UF");
	text_string(&b, p, n);
	p = pdf_get(&n, spec->dict, spec->len, "F");
	if (!b.len)
		text_string(&b, p, n);
	snprintf(label, sizeof(label), "%.150s", b.len && !pdf->encrypted ? buf_str(&b) : "attached file");
	body(pdf, file, label);
	buf_done(&b);
}

/* Names and specifications of files, these written out in place. */
static size_t named_files(struct pdf *pdf, const struct pdf_object *obj)
{
	size_t n, k, at = 0, count = 0;
	const char *names = pdf_get(&n, obj->dict, obj->len, "Names"), *p;

	while (n && *names == '[' && count < ATTACHED_MAX && (p = pdf_each(&k, names, n, &at))) {
		struct pdf_object spec = { .dict = p, .len = k };

		if (k < 4 || memcmp(p, "<<", 2))
			continue;
		attached(pdf, &spec);
		count++;
	}
	return count;
}

static void inside(struct pdf *pdf)
{
	size_t i, n, seen = pdf->objects.len, count = 0;

	for (i = 0; i < seen && count < ATTACHED_MAX; i++) {
		struct pdf_object obj = pdf->objects.at[i];

		if (i % TICK_OBJECTS == TICK_OBJECTS - 1 && outline_tick(pdf->o))
			return;
		if (pdf_is(obj.dict, obj.len, "Type", "Metadata") && pdf_is(obj.dict, obj.len, "Subtype", "XML")) {
			body(pdf, &obj, "metadata");
			count++;
		} else if (pdf_get(&n, obj.dict, obj.len, "EF"), n) {
			attached(pdf, &obj);
			count++;
		} else {
			count += named_files(pdf, &obj);
		}
	}
}

void parse_pdf(struct outline *o, const char *text, size_t len)
{
	struct pdf pdf = { .o = o, .p = text, .n = len };
	uint32_t root = outline_open(o, NODE_ITEM, 0), i;
	const char *head = memmem(text, len < 1024 ? len : 1024, "%PDF-", 5);
	size_t at = head ? (size_t)(head - text) + 5 : 0, end = at;

	o->woven = true;
	outline_label_word(o, root, "PDF");
	while (end < len && end - at < 8 && (isdigit((unsigned char)text[end]) || text[end] == '.'))
		end++;
	i = outline_leaf(o, NODE_VALUE, at, end);
	outline_label_word(o, i, "version");
	outline_value(o, i, at, end);
	pdf_scan(&pdf);
	if (pdf.encrypted)
		say(o, "encrypted", 0, 0, "yes: a password or key is needed", 32);
	pages(&pdf);
	properties(&pdf);
	inside(&pdf);
	if (!pdf.trailer.dict)
		outline_trouble(o, len, len, "no trailer: the end of the file is missing");
	pdf_pages(&pdf);
	vec_done(&pdf.sorted);
	vec_done(&pdf.objects);
	outline_close_all(o, len);
}
