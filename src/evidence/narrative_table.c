/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of a narrative in cells of the screen: columns as wide as they need while there is room, else cut down
 * to fair shares and wrapped. Layer evidence; one thread at a time. A cell that spans columns takes their room;
 * one that spans rows leaves its place empty in those below.
 */
#include "narrative.h"
#include <stdlib.h>
#include <string.h>
#include "evidence_priv.h"
#include "verdict/base/text.h"

#define CELLS_MAX 100000u
#define GAP " | "
#define GAP_CELLS 3u
#define LEAST 5u	/* cells of a column; with less a row becomes a paragraph */

struct cell {
	uint32_t at, len;	/* of `text` */
	uint32_t node;
	uint8_t column, span;
	bool head, last;	/* last of its row */
};
struct table {
	struct flow *f;
	struct buf text;
	VEC(struct cell) cells;
	unsigned int columns, width[NARRATIVE_COLUMNS];
	unsigned int taken[NARRATIVE_COLUMNS];	/* rows that a cell above still reaches into */
};

static unsigned int number_of(const struct outline *o, uint32_t i, const char *name, unsigned int most)
{
	unsigned long v = 1;
	struct buf b;

	buf_init(&b, 32);
	if (flow_attribute(&b, o, i, name) && !b.err)
		v = strtoul(buf_str(&b), NULL, 10);
	buf_done(&b);
	return v < 1 ? 1 : v > most ? most : (unsigned int)v;
}

/* The lines of one cell, laid out without a width. */
static void cell_text(struct table *t, struct cell *c, uint32_t i)
{
	struct narrative lines = { .width = 0 };
	struct flow f;
	size_t k;

	buf_init(&lines.text, NARRATIVE_TEXT_MAX);
	flow_init(&f, &lines, t->f->o);
	f.in_cell = true;
	flow_element(&f, i);
	c->at = (uint32_t)t->text.len;
	for (k = 0; k < lines.rows.len; k++) {
		const struct narrative_row *r = &lines.rows.at[k];

		if (r->len && t->text.len > c->at)
			buf_addc(&t->text, '\n');
		buf_add(&t->text, buf_str(&lines.text) + r->at, r->len);
	}
	if (t->text.err)
		t->f->out->full = true;
	c->len = t->text.err ? 0 : (uint32_t)(t->text.len - c->at);
	flow_done(&f);
	vec_done(&lines.rows);
	buf_done(&lines.text);
}

static unsigned int free_column(const struct table *t, unsigned int column)
{
	while (column < NARRATIVE_COLUMNS && t->taken[column])
		column++;
	return column < NARRATIVE_COLUMNS ? column : NARRATIVE_COLUMNS - 1;
}

static void collect_row(struct table *t, uint32_t row)
{
	const struct outline *o = t->f->o;
	unsigned int column = 0, k, reach[NARRATIVE_COLUMNS] = { 0 };
	uint32_t i;

	for (i = outline_child(o, row); i != NODE_NONE && t->cells.len < CELLS_MAX; i = outline_next(o, i)) {
		struct cell c = { .node = i };

		c.head = flow_named(o, i, "th");
		if (o->nodes.at[i].kind != NODE_ELEMENT || (!c.head && !flow_named(o, i, "td")))
			continue;
		column = free_column(t, column);
		c.column = (uint8_t)column;
		c.span = (uint8_t)number_of(o, i, "colspan", NARRATIVE_COLUMNS - column);
		cell_text(t, &c, i);
		for (k = 0; k < c.span; k++)
			reach[column + k] = number_of(o, i, "rowspan", 1000);
		column += c.span;
		if (column > t->columns)
			t->columns = column;
		vec_push(&t->cells, c);
		if (column >= NARRATIVE_COLUMNS)
			break;
	}
	for (k = 0; k < NARRATIVE_COLUMNS; k++)
		t->taken[k] = reach[k] ? reach[k] - 1 : t->taken[k] ? t->taken[k] - 1 : 0;
	if (t->cells.len)
		t->cells.at[t->cells.len - 1].last = true;
}

/* Rows of this table, not of one inside a cell; the caption is a line above it. */
static void collect(struct table *t, uint32_t table)
{
	const struct outline *o = t->f->o;
	uint32_t end = table + o->nodes.at[table].size, i = table + 1;

	while (i < end) {
		if (o->nodes.at[i].kind != NODE_ELEMENT) {
			i++;
		} else if (flow_named(o, i, "tr")) {
			collect_row(t, i);
			i += o->nodes.at[i].size;
		} else if (flow_named(o, i, "caption")) {
			flow_element(t->f, i);
			i += o->nodes.at[i].size;
		} else {
			i += flow_named(o, i, "td") || flow_named(o, i, "th") ? o->nodes.at[i].size : 1;
		}
	}
}

static unsigned int widest(const char *p, size_t n)
{
	size_t at = 0, next, len, w, best = 0;

	while (at < n) {
		len = flow_line(&next, p + at, n - at, 0);
		w = text_width(p + at, len);
		best = w > best ? w : best;
		at += next;
	}
	return best < 1000 ? (unsigned int)best : 1000;
}

static void natural_widths(struct table *t)
{
	size_t i;

	for (i = 0; i < t->cells.len; i++) {
		const struct cell *c = &t->cells.at[i];
		unsigned int w = widest(buf_str(&t->text) + c->at, c->len);

		if (c->span == 1 && w > t->width[c->column])
			t->width[c->column] = w;
	}
	for (i = 0; i < t->columns; i++)
		if (!t->width[i])
			t->width[i] = 1;
}

/* Cut the widest columns until all fit; false where there is no room for that many. */
static bool fit_widths(struct table *t, unsigned int all)
{
	unsigned int k, sum = 0, share, gaps = GAP_CELLS * (t->columns - 1);

	for (k = 0; k < t->columns; k++)
		sum += t->width[k];
	if (!all || sum + gaps <= all)
		return true;
	if (all < gaps + LEAST * t->columns)
		return false;
	for (share = all; share > LEAST; share--) {	/* the largest width that lets all of them in */
		for (sum = 0, k = 0; k < t->columns; k++)
			sum += t->width[k] < share ? t->width[k] : share;
		if (sum + gaps <= all)
			break;
	}
	for (k = 0; k < t->columns; k++)
		if (t->width[k] > share)
			t->width[k] = share;
	for (k = 0; k < t->columns && sum + gaps < all; k++)	/* what is left goes to the cut ones */
		if (t->width[k] == share) {
			t->width[k]++;
			sum++;
		}
	return true;
}

static unsigned int span_width(const struct table *t, const struct cell *c)
{
	unsigned int k, w = 0;

	for (k = 0; k < c->span && c->column + k < NARRATIVE_COLUMNS; k++)
		w += t->width[c->column + k] + (k ? GAP_CELLS : 0);
	return w ? w : 1;
}

/* One line of a row of n cells; where[k] says how much of each was shown. False when nothing was left. */
static bool put_line(struct table *t, const struct cell *row, size_t n, size_t *where)
{
	unsigned int column = 0;
	bool any = false;
	struct buf b;
	size_t k;

	buf_init(&b, NARRATIVE_TEXT_MAX);
	buf_fill(&b, ' ', t->f->indent);
	for (k = 0; k < n; k++) {
		const char *p = buf_str(&t->text) + row[k].at + where[k];
		unsigned int w = span_width(t, &row[k]);
		size_t next = 0, len = row[k].len - where[k];

		for (; column < row[k].column; column++) {
			buf_fill(&b, ' ', t->width[column]);
			buf_adds(&b, GAP);
		}
		any = any || len;
		len = len ? flow_line(&next, p, len, w) : 0;
		buf_add(&b, p, len);
		where[k] += next;
		column += row[k].span;
		if (k + 1 < n) {
			size_t used = text_width(p, len);

			buf_fill(&b, ' ', used < w ? w - used : 0);
			buf_adds(&b, GAP);
		}
	}
	if (any)
		flow_row(t->f, buf_str(&b), b.len);
	buf_done(&b);
	return any;
}

static void put_rule(struct table *t)
{
	unsigned int k;
	struct buf b;

	buf_init(&b, NARRATIVE_TEXT_MAX);
	buf_fill(&b, ' ', t->f->indent);
	for (k = 0; k < t->columns; k++) {
		if (k)
			buf_adds(&b, "-+-");
		buf_fill(&b, '-', t->width[k]);
	}
	flow_row(t->f, buf_str(&b), b.len);
	buf_done(&b);
}

/* Too narrow for columns: a row is a paragraph. */
static void put_paragraph(struct table *t, const struct cell *row, size_t n)
{
	size_t k;

	for (k = 0; k < n; k++) {
		if (k && row[k].len)
			flow_text(t->f, GAP, GAP_CELLS);
		flow_text(t->f, buf_str(&t->text) + row[k].at, row[k].len);
	}
	flow_end(t->f);
}

/* Cells of the row that begins at `from`; *head_out: all of them are headings. */
static size_t row_cells(bool *head_out, const struct table *t, size_t from)
{
	size_t n = 0;

	*head_out = from < t->cells.len;
	while (from + n < t->cells.len) {
		*head_out = *head_out && t->cells.at[from + n].head;
		if (t->cells.at[from + n++].last)
			break;
	}
	return n;
}

static size_t put_row(struct table *t, size_t from, bool columns)
{
	const struct cell *row = &t->cells.at[from];
	size_t where[NARRATIVE_COLUMNS] = { 0 }, n;
	bool head, more;

	n = row_cells(&head, t, from);
	row_cells(&more, t, from + n);
	if (t->f->own)
		t->f->node = row->node;
	t->f->style = head ? STYLE_KEY : STYLE_PLAIN;
	if (columns)
		while (put_line(t, row, n, where) && !t->f->out->full)
			;
	else
		put_paragraph(t, row, n);
	t->f->style = STYLE_PLAIN;
	if (head && columns && !more)
		put_rule(t);
	return n;
}

void flow_table(struct flow *f, uint32_t i)
{
	struct table t = { .f = f };
	size_t from = 0;
	bool columns;

	buf_init(&t.text, NARRATIVE_TEXT_MAX);
	collect(&t, i);
	natural_widths(&t);
	columns = fit_widths(&t, f->width > f->indent ? f->width - f->indent : 0);
	if (f->gap && !f->fresh && t.cells.len)
		flow_row(f, "", 0);
	f->gap = false;
	while (from < t.cells.len && !f->out->full)
		from += put_row(&t, from, columns);
	vec_done(&t.cells);
	buf_done(&t.text);
}
