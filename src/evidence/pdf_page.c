/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of a PDF (ISO 32000-1, 7.7.3) as groups of their lines of text. Layer evidence; one thread at a time. The tree of
 * pages is walked with a list of what is to do; a page is shown once, however often it is named.
 */
#include "pdf_text.h"
#include <stdio.h>
#include <string.h>

#define PAGES_MAX 3000u
#define TREE_DEPTH_MAX 40
#define TEXT_MAX (4u << 20)

/* A node of the tree; resources come down from those above. */
struct page {
	const struct pdf_object *obj;
	const char *resources;
	size_t resources_len;
	unsigned int depth;
};
struct pages {
	struct pdf *pdf;
	struct pdf_show show;
	VEC(struct page) todo;
	unsigned char *met;		/* per object */
	uint32_t count;
	size_t text;			/* bytes so far */
	struct buf content;
	const struct pdf_object *first;	/* of the content's streams */
};

static bool add_content(struct pages *g, const char *p, size_t n)
{
	const struct pdf_object *obj = pdf_follow(g->pdf, p, n);

	if (!obj || obj->data >= obj->data_end)
		return false;
	if (!g->first)
		g->first = obj;
	pdf_stream(&g->content, g->pdf, obj);
	buf_addc(&g->content, '\n');
	return true;
}

/* Content is one stream or several that count as one. */
static void read_content(struct pages *g, const struct page *page)
{
	size_t n, k, at = 0;
	const char *p = pdf_get(&n, page->obj->dict, page->obj->len, "Contents"), *q;

	g->first = NULL;
	buf_reset(&g->content);
	if (!n || add_content(g, p, n))
		return;
	p = pdf_resolve(&n, g->pdf, p, n);
	while (n && *p == '[' && (q = pdf_each(&k, p, n, &at)))
		add_content(g, q, k);
}

/* The lines stand in the annex; they came from the content of the page. */
static void lines(struct pages *g)
{
	struct outline *o = g->pdf->o;
	const struct buf *text = &g->show.out;
	size_t room, at = annex_next(&o->annex) - o->base, i, end;
	char *to = annex_room(&room, &o->annex);
	uint32_t node = outline_open(o, NODE_ITEM, at), number = 1, line;
	const char *nl;

	if (node == NODE_NONE)
		return;
	outline_label_word(o, node, "page");
	o->nodes.at[node].value = g->count;
	if (text->len <= room) {
		memcpy(to, text->ptr, text->len);
		annex_take(&o->annex, text->len, o->base + g->first->data, o->base + g->first->data_end);
	}
	for (i = 0; i < text->len && text->len <= room && !o->stopped; i = end + 1) {
		nl = memchr(text->ptr + i, '\n', text->len - i);
		end = nl ? (size_t)(nl - text->ptr) : text->len;
		line = outline_leaf(o, NODE_VALUE, at + i, at + end);
		outline_label_number(o, line, number++);
		outline_value(o, line, at + i, at + end);
	}
	outline_close(o, at + (text->len <= room ? text->len : 0));
}

static void no_lines(struct pages *g)
{
	const char *why = g->show.dark ? "the fonts do not tell their characters" : "no text";
	uint32_t node = outline_leaf(g->pdf->o, NODE_VALUE, 0, 0);
	char words[80];

	snprintf(words, sizeof(words), "%u  %s", g->count, why);
	outline_label_word(g->pdf->o, node, "page");
	outline_value_words(g->pdf->o, node, words, strlen(words));
}

static void show(struct pages *g, const struct page *page)
{
	g->count++;
	g->show.dark = false;
	if (g->show.fonts.count > PDF_FONTS_MAX / 2 || g->show.fonts.wide > PDF_WIDE_MAX / 2)
		pdf_fonts_done(&g->show.fonts);
	buf_reset(&g->show.out);
	read_content(g, page);
	g->show.decoded += g->content.len;
	if (g->content.len)
		pdf_content(&g->show, g->content.ptr, g->content.len, page->resources, page->resources_len);
	g->text += g->show.out.len;
	if (g->show.out.len)
		lines(g);
	else
		no_lines(g);
}

static bool push(struct pages *g, const char *p, size_t n, const struct page *from)
{
	const struct pdf_object *obj = pdf_follow(g->pdf, p, n);
	struct page page = from ? *from : (struct page){ .resources = "" };
	size_t k, i = obj ? (size_t)(obj - g->pdf->objects.at) : 0;
	const char *q;

	if (!obj || g->met[i] || page.depth >= TREE_DEPTH_MAX)
		return false;
	g->met[i] = 1;
	page.obj = obj;
	page.depth++;
	q = pdf_lookup(&k, g->pdf, obj->dict, obj->len, "Resources");
	if (k) {
		page.resources = q;
		page.resources_len = k;
	}
	vec_push(&g->todo, page);
	return true;
}

/* Put the kids on the list so that the first of them comes next. */
static void kids(struct pages *g, const struct page *page)
{
	size_t n, k, at = 0, begin = g->todo.len, end, i;
	const char *p = pdf_lookup(&n, g->pdf, page->obj->dict, page->obj->len, "Kids"), *q;

	while (n && *p == '[' && g->todo.len < PAGES_MAX * 2 && (q = pdf_each(&k, p, n, &at)))
		push(g, q, k, page);
	for (i = begin, end = g->todo.len; i + 1 < end; i++, end--) {
		struct page swap = g->todo.at[i];

		g->todo.at[i] = g->todo.at[end - 1];
		g->todo.at[end - 1] = swap;
	}
}

static bool enough(struct pages *g)
{
	return g->count >= PAGES_MAX || g->text >= TEXT_MAX || g->show.decoded >= PDF_DECODED_MAX || g->pdf->o->stopped ||
		outline_tick(g->pdf->o);
}

void pdf_pages(struct pdf *pdf)
{
	struct pages g = { .pdf = pdf, .show = { .pdf = pdf } };
	size_t n, k;
	const char *p = pdf_lookup(&n, pdf, pdf->trailer.dict, pdf->trailer.len, "Root"), *q = pdf_get(&k, p, n, "Pages");

	if (pdf->encrypted || !k)
		return;
	g.met = mem_zalloc(pdf->objects.len + 1);
	buf_init(&g.content, PDF_DECODED_MAX);
	buf_init(&g.show.out, PDF_PAGE_MAX * 4);
	push(&g, q, k, NULL);
	while (g.todo.len && !enough(&g)) {
		struct page page = g.todo.at[--g.todo.len];

		if (pdf_get(&n, page.obj->dict, page.obj->len, "Kids"), n)
			kids(&g, &page);
		else
			show(&g, &page);
	}
	if (g.todo.len && !pdf->o->stopped)
		outline_trouble(pdf->o, pdf->n, pdf->n, "the text of the pages after page %u is not read: there is too much", g.count);
	pdf_fonts_done(&g.show.fonts);
	buf_done(&g.show.out);
	buf_done(&g.content);
	vec_done(&g.todo);
	mem_free(g.met);
}
