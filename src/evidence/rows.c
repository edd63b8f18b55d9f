/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the outline and of the pretty view, made when asked for. Layer evidence; one thread at a time. Texts
 * live in the caller's arena; between calls only indexes are kept.
 */
#include "evidence_priv.h"
#include <string.h>
#include "verdict/evidence/compare.h"
#include "narrative.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/instant.h"

#define COUNT_BYTES (2u << 20)	/* slices of counting rows */
#define COUNT_ROWS 20000u

/* A row's texts are collected here before they move to the arena. */
struct maker {
	struct document *d;
	struct arena *a;
	struct buf b;
};

static const char *into_arena(size_t *len_out, struct maker *m)
{
	*len_out = m->b.len;
	if (!m->b.len)
		return "";
	return arena_strn(m->a, m->b.ptr, m->b.len);
}

static void make_outline_row(struct maker *m, struct reader_row *row, uint32_t i)
{
	const struct document *d = m->d;
	const struct node *n = &d->o.nodes.at[i];
	struct instant when;
	struct buf t;

	row->depth = n->depth;
	row->fold = n->size == 1 ? FOLD_NONE : n->flags & NODE_OPEN ? FOLD_OPEN : FOLD_CLOSED;
	row->style = (unsigned char)describe_style(n);
	row->holds = document_holds(d, i);
	row->mark = document_mark(d, i);
	row->refers = refers(d, i);
	document_range(&row->begin, &row->end, d, n->begin, n->end);
	buf_reset(&m->b);
	describe_label(&m->b, d, i);
	row->label = into_arena(&row->label_len, m);
	buf_init(&t, DOCUMENT_VALUE_MAX * 2);
	describe_value(&t, d, i, ROW_TEXT_MAX);
	buf_reset(&m->b);
	if (t.len)
		text_untab(&m->b, t.ptr, t.len);
	buf_done(&t);
	row->value = into_arena(&row->value_len, m);
	buf_reset(&m->b);
	describe_note(&m->b, d, i);
	if (!m->b.len)
		fhir_note(&m->b, d, i);
	row->note = into_arena(&row->note_len, m);
	if (node_instant(&when, d, i)) {
		row->dated = true;
		row->when = when.ms;
		row->zone_min = when.zone_min;
	}
}

static void pretty_label(struct maker *m, const struct pretty_row *p)
{
	const struct node *n = &m->d->o.nodes.at[p->node];
	const char *label;
	size_t len;

	buf_reset(&m->b);
	if (!p->first || (*p->before == '}' || *p->before == ']'))
		return;
	if (has_json_label(m->d, n)) {
		label = node_label(&len, m->d, n);
		buf_addc(&m->b, '"');
		text_untab(&m->b, label, len < ROW_TEXT_MAX ? len : ROW_TEXT_MAX);
		buf_adds(&m->b, "\": ");
	} else if (n->kind >= NODE_MESSAGE && n->kind != NODE_TROUBLE && n->kind != NODE_LINE) {
		describe_label(&m->b, m->d, p->node);
		buf_adds(&m->b, "  ");
	}
}

static void make_pretty_row(struct maker *m, struct reader_row *row, const struct pretty_row *p)
{
	const struct document *d = m->d;
	const struct node *n = &d->o.nodes.at[p->node];
	const char *says;
	size_t len;

	row->depth = p->depth;
	row->style = p->style;
	document_range(&row->begin, &row->end, d, p->begin, p->end);
	pretty_label(m, p);
	row->label = into_arena(&row->label_len, m);
	buf_reset(&m->b);
	buf_adds(&m->b, p->before);
	if (n->flags & NODE_VALUE_KEPT) {
		says = node_value(&len, d, n);
		buf_add(&m->b, says, len);
	}
	says = text_at(&len, d, p->begin);
	text_untab(&m->b, says, p->end - p->begin);
	buf_adds(&m->b, p->after);
	row->value = into_arena(&row->value_len, m);
	buf_reset(&m->b);
	if (p->first)
		describe_note(&m->b, d, p->node);
	row->note = into_arena(&row->note_len, m);
}

static enum status rows_of_pretty(size_t *n_out, struct reader_row *rows, struct maker *m, uint64_t from,
	unsigned int count)
{
	struct pretty_row p;
	struct pretty_pos pos;
	enum status rc = pretty_seek(&pos, &m->d->pretty, m->d, from);

	while (rc == STATUS_OK && *n_out < count && pretty_next(&p, &pos, m->d, m->d->pretty.width)) {
		make_pretty_row(m, &rows[*n_out], &p);
		rows[*n_out].row = from + *n_out;
		(*n_out)++;
	}
	return rc;
}

static void rows_of_outline(size_t *n_out, struct reader_row *rows, struct maker *m, uint64_t from, unsigned int count)
{
	for (; *n_out < count && from + *n_out < m->d->visible.len; (*n_out)++) {
		make_outline_row(m, &rows[*n_out], m->d->visible.at[from + *n_out]);
		rows[*n_out].row = from + *n_out;
	}
}

static void set_width(struct document *d, unsigned int width)
{
	if (width > 2000)
		width = 2000;
	if (d->has_outline && d->pretty.width != width) {
		pretty_done(&d->pretty);
		pretty_init(&d->pretty, width);
	} else if (!d->has_outline && d->flat.width != width) {
		lines_done(&d->flat);
		lines_init(&d->flat, &d->text_src, width);
	}
}

enum status document_count_to(struct document *d, uint64_t row)
{
	if (!d->has_outline)
		return lines_count_to(&d->flat, row, d->plain.tick, d->plain.tick_data);
	while (row >= d->pretty.rows && !pretty_extend(&d->pretty, d, COUNT_ROWS))
		if (d->plain.tick && d->plain.tick(d->plain.tick_data))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	return STATUS_OK;
}

bool document_work(struct document *d)
{
	if (!lines_extend(&d->plain.raw, COUNT_BYTES))
		return false;
	return d->has_outline ? pretty_extend(&d->pretty, d, COUNT_ROWS) : lines_extend(&d->flat, COUNT_BYTES);
}

static enum status rows_of_text(size_t *n_out, struct reader_row *rows, struct maker *m, uint64_t from,
	unsigned int count)
{
	enum status rc = lines_rows(rows, n_out, m->a, &m->d->flat, from, count);
	size_t i;

	for (i = 0; i < *n_out; i++) {
		rows[i].begin = encoding_place(m->d, (uint32_t)rows[i].begin);
		rows[i].end = encoding_place(m->d, (uint32_t)rows[i].end);
	}
	return rc;
}

enum status document_rows(struct reader_row **rows_out, size_t *n_out, uint64_t *total_out, struct arena *a,
	struct document *d, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width)
{
	struct maker m = { .d = d, .a = a };
	enum status rc = STATUS_OK;

	if (v == VIEW_RAW || v == VIEW_HEX)
		return plain_rows(rows_out, n_out, total_out, a, &d->plain, v, from, count, width);
	if (count > ROWS_MAX)
		count = ROWS_MAX;
	if (v == VIEW_PRETTY) {
		set_width(d, width);
		rc = document_count_to(d, rows_wanted(from, count));
		if (rc != STATUS_OK)
			return rc;
		if (!d->has_outline)
			from = lines_true_row(&d->flat, from);
	}
	if (v == VIEW_NARRATIVE)
		narrative_make(d->narrative, d, width < 2000 ? width : 2000);
	*total_out = document_total(d, v);
	if (from == UINT64_MAX)
		from = *total_out > count ? *total_out - count : 0;
	if (v == VIEW_COMPARE && d->compare)
		return compare_rows(rows_out, n_out, a, d->compare, from, count);
	*rows_out = arena_array(a, struct reader_row, count ? count : 1);
	*n_out = 0;
	buf_init(&m.b, 1u << 20);
	if (v == VIEW_OUTLINE)
		rows_of_outline(n_out, *rows_out, &m, from, count);
	else if (v == VIEW_NARRATIVE)
		narrative_rows(*rows_out, n_out, a, d, from, count);
	else if (d->has_outline)
		rc = rows_of_pretty(n_out, *rows_out, &m, from, count);
	else
		rc = rows_of_text(n_out, *rows_out, &m, from, count);
	rows_mark_hits(*rows_out, *n_out, &d->plain.needle);
	buf_done(&m.b);
	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;	/* past the end: no rows */
}
