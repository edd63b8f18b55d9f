/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markup of narratives (XHTML as FHIR allows it, the narrative block of CDA) laid out as lines: paragraphs,
 * headings, lists, links. Layer evidence; one thread at a time, in the reader process. The tree is walked once
 * in its order; nothing recurses on what it holds.
 */
#include "narrative.h"
#include <stdio.h>
#include <string.h>
#include "evidence_priv.h"
#include "verdict/base/text.h"

#define OPEN_MAX 64	/* elements with an end of their own; deeper ones flow on without */
#define INDENT_MAX 24
#define WIDTH_LEAST 12

enum act {
	ACT_NONE, ACT_BLOCK, ACT_PARAGRAPH, ACT_HEADING, ACT_LIST, ACT_NUMBERS, ACT_ITEM, ACT_BREAK, ACT_RULE, ACT_PRE,
	ACT_QUOTE, ACT_TABLE, ACT_LINE, ACT_CELL, ACT_LINK, ACT_IMAGE, ACT_SKIP
};

static const struct { const char *name; enum act act; } tags[] = {
	{ "a", ACT_LINK }, { "blockquote", ACT_QUOTE }, { "br", ACT_BREAK }, { "caption", ACT_HEADING },
	{ "dd", ACT_QUOTE }, { "div", ACT_BLOCK }, { "dl", ACT_PARAGRAPH }, { "dt", ACT_BLOCK },
	{ "h1", ACT_HEADING }, { "h2", ACT_HEADING }, { "h3", ACT_HEADING }, { "h4", ACT_HEADING },
	{ "h5", ACT_HEADING }, { "h6", ACT_HEADING }, { "hr", ACT_RULE }, { "img", ACT_IMAGE }, { "item", ACT_ITEM },
	{ "li", ACT_ITEM }, { "linkHtml", ACT_LINK }, { "list", ACT_LIST }, { "ol", ACT_NUMBERS },
	{ "p", ACT_PARAGRAPH }, { "paragraph", ACT_PARAGRAPH }, { "pre", ACT_PRE }, { "renderMultiMedia", ACT_IMAGE },
	{ "script", ACT_SKIP }, { "style", ACT_SKIP }, { "table", ACT_TABLE }, { "td", ACT_CELL }, { "text", ACT_BLOCK },
	{ "th", ACT_CELL }, { "tr", ACT_LINE }, { "ul", ACT_LIST },
};

struct open {
	uint32_t node, end;
	enum act act;
	unsigned int number;	/* of the last item; 0 where items have none */
	bool numbered;
	size_t text_at;		/* of a link: where its words began */
};
struct walk {
	struct flow *f;
	struct open open[OPEN_MAX];
	size_t depth;
};

void flow_init(struct flow *f, struct narrative *out, const struct outline *o)
{
	memset(f, 0, sizeof(*f));
	f->out = out;
	f->o = o;
	f->width = out->width;
	f->fresh = true;
	buf_init(&f->para, NARRATIVE_TEXT_MAX);
}

void flow_done(struct flow *f)
{
	buf_done(&f->para);
}

bool flow_named(const struct outline *o, uint32_t i, const char *name)
{
	const struct node *n = &o->nodes.at[i];
	size_t room, len = strlen(name);
	const char *p = annex_at(&room, &o->annex, n->label);

	return !(n->flags & (NODE_LABEL_NUMBER | NODE_LABEL_KEPT)) && n->label_len == len && room >= len &&
		!memcmp(p, name, len);
}

bool flow_attribute(struct buf *b, const struct outline *o, uint32_t i, const char *name)
{
	uint32_t c = outline_child(o, i);
	size_t room;

	for (; c != NODE_NONE && o->nodes.at[c].kind == NODE_ATTRIBUTE; c = outline_next(o, c))
		if (flow_named(o, c, name)) {
			const char *p = annex_at(&room, &o->annex, o->nodes.at[c].value);

			unescape_xml(b, p, o->nodes.at[c].value_len < room ? o->nodes.at[c].value_len : room);
			return true;
		}
	return false;
}

static enum act act_of(const struct outline *o, uint32_t i)
{
	size_t k;

	for (k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
		if (flow_named(o, i, tags[k].name))
			return tags[k].act;
	return ACT_NONE;
}

void flow_row(struct flow *f, const char *p, size_t n)
{
	struct narrative *out = f->out;
	struct narrative_row row = { .at = (uint32_t)out->text.len, .len = (uint32_t)n, .node = f->node,
		.style = f->style };

	if (out->full || out->text.len + n > NARRATIVE_TEXT_MAX || out->rows.len >= NARRATIVE_ROWS_MAX) {
		out->full = true;
		return;
	}
	f->fresh = false;
	buf_add(&out->text, p, n);
	vec_push(&out->rows, row);
}

size_t flow_line(size_t *next_out, const char *p, size_t n, unsigned int width)
{
	const char *nl = memchr(p, '\n', n);
	size_t end = nl ? (size_t)(nl - p) : n, fit = end, used, k;
	struct text_cluster c;

	if (width)
		fit = text_fit(&used, p, end, width);
	if (fit >= end) {
		*next_out = end + (nl != NULL);
		return end;
	}
	if (!fit) {		/* wider than a line can be */
		text_next(&c, p, end);
		fit = c.taken;
	}
	for (k = fit; k > fit / 3 && k < end && p[k] != ' '; k--)
		;
	if (k <= fit / 3 || k >= end)
		k = fit;
	*next_out = k;
	while (*next_out < end && p[*next_out] == ' ')
		(*next_out)++;
	return k;
}

static void put_line(struct flow *f, const char *p, size_t n, bool first)
{
	size_t bullet = strlen(f->bullet), indent = f->indent;
	struct buf b;

	buf_init(&b, NARRATIVE_TEXT_MAX);
	if (bullet && indent >= bullet)
		indent -= bullet;
	buf_fill(&b, ' ', indent);
	if (bullet && first)
		buf_adds(&b, f->bullet);
	else
		buf_fill(&b, ' ', f->indent - indent);
	buf_add(&b, p, n);
	flow_row(f, buf_str(&b), b.len);
	buf_done(&b);
}

static unsigned int room(const struct flow *f)
{
	if (!f->width)
		return 0;
	return f->width > f->indent + WIDTH_LEAST ? f->width - f->indent : WIDTH_LEAST;
}

void flow_end(struct flow *f)
{
	size_t at = 0, next;
	bool first = true;

	f->space = false;
	if (!f->para.len)
		return;
	if (f->gap && !f->fresh)
		flow_row(f, "", 0);
	f->gap = false;
	while (at < f->para.len && !f->out->full) {
		size_t n = flow_line(&next, f->para.ptr + at, f->para.len - at, room(f));

		put_line(f, f->para.ptr + at, n, first);
		at += next;
		first = false;
	}
	f->bullet[0] = '\0';
	buf_reset(&f->para);
}

void flow_gap(struct flow *f)
{
	flow_end(f);
	f->gap = true;
}

/* Blanks run together, as in a browser. */
void flow_text(struct flow *f, const char *p, size_t n)
{
	size_t i = 0, from;

	while (i < n) {
		if (f->pre && p[i] == '\n') {
			buf_addc(&f->para, '\n');
			i++;
			continue;
		}
		if (strchr(" \t\r\n", p[i]) && p[i]) {
			if (f->pre)
				buf_addc(&f->para, ' ');
			else
				f->space = true;
			i++;
			continue;
		}
		if (f->space && f->para.len && f->para.ptr[f->para.len - 1] != '\n')
			buf_addc(&f->para, ' ');
		f->space = false;
		for (from = i; i < n && !(p[i] && strchr(" \t\r\n", p[i])); i++)
			;
		buf_add(&f->para, p + from, i - from);
	}
}

static void value_text(struct flow *f, const struct node *n)
{
	size_t have;
	const char *p = annex_at(&have, &f->o->annex, n->value);
	struct buf b;

	if (have > n->value_len)
		have = n->value_len;
	if (!(n->flags & NODE_ESCAPED)) {
		flow_text(f, p, have);
		return;
	}
	buf_init(&b, NARRATIVE_TEXT_MAX);
	unescape_xml(&b, p, have);
	flow_text(f, buf_str(&b), b.len);
	buf_done(&b);
}

static struct open *innermost_list(struct walk *w)
{
	size_t k;

	for (k = w->depth; k-- > 0;)
		if (w->open[k].act == ACT_LIST || w->open[k].act == ACT_NUMBERS)
			return &w->open[k];
	return NULL;
}

static void begin_item(struct walk *w)
{
	struct flow *f = w->f;
	struct open *list = innermost_list(w);

	flow_end(f);
	if (list && list->numbered)
		snprintf(f->bullet, sizeof(f->bullet), "%u. ", ++list->number);
	else
		snprintf(f->bullet, sizeof(f->bullet), "- ");
}

static void indent(struct flow *f, int by)
{
	if (by > 0 && f->indent < INDENT_MAX)
		f->indent += (unsigned int)by;
	else if (by < 0)
		f->indent = f->indent > (unsigned int)-by ? f->indent - (unsigned int)-by : 0;
}

static void image(struct flow *f, uint32_t i)
{
	static const char *const names[] = { "alt", "referencedObject", "title", "src" };
	struct buf b;
	size_t k;

	buf_init(&b, 4096);
	buf_adds(&b, "[picture");
	for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		struct buf t;
		bool found;

		buf_init(&t, 4096);
		found = flow_attribute(&t, f->o, i, names[k]) && t.len;
		if (found) {
			buf_adds(&b, ": ");
			buf_add(&b, t.ptr, t.len < 80 ? t.len : 80);
		}
		buf_done(&t);
		if (found)
			break;
	}
	buf_addc(&b, ']');
	flow_text(f, buf_str(&b), b.len);
	buf_done(&b);
}

static void rule(struct flow *f)
{
	char line[80];
	unsigned int n = room(f);

	flow_end(f);
	if (f->in_cell)
		return;
	n = n && n < sizeof(line) ? n : (unsigned int)sizeof(line);
	memset(line, '-', n);
	flow_row(f, line, n);
}

/* What an element does before its content. */
static void begin(struct walk *w, uint32_t i, enum act act)
{
	struct flow *f = w->f;

	switch (act) {
	case ACT_BLOCK: case ACT_LINE:
		flow_end(f);
		break;
	case ACT_PARAGRAPH: case ACT_HEADING: case ACT_PRE:
		if (f->para.len || !f->bullet[0])	/* the first one of an item stands beside its mark */
			flow_gap(f);
		f->pre = f->pre || act == ACT_PRE;
		if (act == ACT_HEADING)
			f->style = STYLE_KEY;
		break;
	case ACT_LIST: case ACT_NUMBERS: case ACT_QUOTE:
		flow_end(f);
		if (act != ACT_QUOTE && innermost_list(w))
			f->gap = false;
		indent(f, 3);
		break;
	case ACT_ITEM:
		begin_item(w);
		break;
	case ACT_BREAK:
		if (f->in_cell)
			flow_end(f);
		else if (f->para.len)
			buf_addc(&f->para, '\n');
		f->space = false;
		break;
	case ACT_RULE:
		rule(f);
		break;
	case ACT_CELL:		/* of a table inside a cell */
		if (f->para.len)
			flow_text(f, " | ", 3);
		break;
	case ACT_IMAGE:
		image(f, i);
		break;
	default:
		break;
	}
}

/* Where a link leads stands behind its words, unless they say it themselves. */
static void end_link(struct flow *f, const struct open *o)
{
	struct buf b;
	size_t from = o->text_at < f->para.len ? o->text_at : f->para.len;

	buf_init(&b, 2048);
	if (flow_attribute(&b, f->o, o->node, "href") && b.len && b.ptr[0] != '#' && !b.err &&
			!(f->para.len >= b.len && memmem(f->para.ptr + from, f->para.len - from, b.ptr, b.len))) {
		flow_text(f, " <", 2);
		flow_text(f, b.ptr, b.len);
		flow_text(f, ">", 1);
	}
	buf_done(&b);
}

static void finish(struct walk *w, const struct open *o)
{
	struct flow *f = w->f;

	switch (o->act) {
	case ACT_BLOCK: case ACT_LINE:
		flow_end(f);
		break;
	case ACT_ITEM:
		flow_end(f);
		f->bullet[0] = '\0';
		break;
	case ACT_PARAGRAPH:
		flow_gap(f);
		break;
	case ACT_HEADING:
		flow_end(f);
		f->style = STYLE_PLAIN;
		break;
	case ACT_PRE:
		flow_gap(f);
		f->pre = false;
		break;
	case ACT_LIST: case ACT_NUMBERS: case ACT_QUOTE:
		flow_end(f);
		indent(f, -3);
		break;
	case ACT_LINK:
		end_link(f, o);
		break;
	default:
		break;
	}
}

static bool is_numbered(const struct flow *f, uint32_t i, enum act act)
{
	struct buf b;
	bool ordered;

	if (act != ACT_LIST)
		return act == ACT_NUMBERS;
	buf_init(&b, 64);
	ordered = flow_attribute(&b, f->o, i, "listType") && !strcmp(buf_str(&b), "ordered");
	buf_done(&b);
	return ordered;
}

static void enter(struct walk *w, uint32_t i, enum act act)
{
	const struct node *n = &w->f->o->nodes.at[i];
	struct open *o;

	if (w->depth < OPEN_MAX || act == ACT_BREAK || act == ACT_IMAGE || act == ACT_RULE)
		begin(w, i, act);
	if (w->depth < OPEN_MAX && act != ACT_NONE) {
		o = &w->open[w->depth++];
		*o = (struct open){ .node = i, .end = i + n->size, .act = act, .text_at = w->f->para.len,
			.numbered = is_numbered(w->f, i, act) };
	}
	if (n->flags & NODE_HAS_VALUE)
		value_text(w->f, n);
}

/* Blanks between elements are no nodes, but they part words. */
static void note_blank(struct flow *f, const struct node *n)
{
	size_t have;
	const char *p = n->begin ? annex_at(&have, &f->o->annex, n->begin - 1) : NULL;

	if (p && have && strchr(" \t\r\n", *p) && *p)
		f->space = true;
}

void flow_element(struct flow *f, uint32_t i)
{
	struct walk w = { .f = f };
	uint32_t end = i + f->o->nodes.at[i].size, at = i;
	enum act act;

	while (at < end && !f->out->full) {
		const struct node *n = &f->o->nodes.at[at];

		while (w.depth && w.open[w.depth - 1].end <= at)
			finish(&w, &w.open[--w.depth]);
		if (f->own && n->kind != NODE_ATTRIBUTE && !f->para.len)
			f->node = at;
		act = n->kind == NODE_ELEMENT ? act_of(f->o, at) : ACT_NONE;
		if (n->kind == NODE_ELEMENT)
			note_blank(f, n);
		if (act == ACT_TABLE && !f->in_cell) {
			flow_gap(f);
			flow_table(f, at);
			flow_gap(f);
		} else if (n->kind == NODE_ELEMENT && act != ACT_SKIP) {
			enter(&w, at, act);
		} else if (n->kind == NODE_TEXT || n->kind == NODE_CDATA) {
			value_text(f, n);
		}
		at += act == ACT_SKIP || (act == ACT_TABLE && !f->in_cell) ? n->size : 1;
	}
	while (w.depth)
		finish(&w, &w.open[--w.depth]);
	flow_end(f);
}
