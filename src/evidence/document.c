/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One piece of evidence and its four views. Layer evidence; one thread at a time, in the reader process. Rows
 * are made when asked for and live in the caller's arena; between calls only indexes are kept.
 */
#include "evidence_priv.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/encoding.h"

#define COUNT_BYTES (4u << 20)	/* a slice of counting rows */
#define COUNT_ROWS 20000u
#define FIRST_ROWS 60		/* levels are unfolded at first while no more rows than this appear */

static void collect_visible(struct document *d)
{
	uint32_t i = 0;

	d->visible.len = 0;
	while (i < d->o.nodes.len) {
		const struct node *n = &d->o.nodes.at[i];

		vec_push(&d->visible, i);
		i += n->size > 1 && !(n->flags & NODE_OPEN) ? n->size : 1;
	}
}

static void open_level(struct document *d, unsigned int depth)
{
	size_t i;

	for (i = 0; i < d->o.nodes.len; i++)
		if (d->o.nodes.at[i].size > 1 && d->o.nodes.at[i].depth < depth)
			d->o.nodes.at[i].flags |= NODE_OPEN;
		else
			d->o.nodes.at[i].flags &= (uint8_t)~NODE_OPEN;
}

/* Unfold level after level while a screen can hold it; a lone path down always opens. */
static void first_folds(struct document *d)
{
	uint32_t count[8] = { 0 };
	unsigned int depth;
	uint32_t entry;
	size_t i, total = 0;

	for (i = 0; i < d->o.nodes.len; i++)
		if (d->o.nodes.at[i].depth < 8)
			count[d->o.nodes.at[i].depth]++;
	for (depth = 0, total = count[0]; depth < 7 && total + count[depth + 1] <= FIRST_ROWS; depth++)
		total += count[depth + 1];
	entry = d->kind == EVIDENCE_FHIR_JSON ? json_member(d, 0, "entry") : NODE_NONE;
	open_level(d, depth && entry == NODE_NONE ? depth : 1);
	if (entry != NODE_NONE)		/* a Bundle's entries are what it is about */
		d->o.nodes.at[entry].flags |= NODE_OPEN;
	collect_visible(d);
}

static void parse(struct document *d)
{
	struct buf b;

	d->has_outline = true;
	switch (d->kind) {
	case EVIDENCE_JSON: case EVIDENCE_FHIR_JSON: case EVIDENCE_NDJSON:
		parse_json(&d->o, d->text, d->len, d->kind == EVIDENCE_NDJSON);
		break;
	case EVIDENCE_XML: case EVIDENCE_FHIR_XML: case EVIDENCE_CDA: case EVIDENCE_SOAP:
		parse_xml(&d->o, d->text, d->len);
		break;
	case EVIDENCE_HL7V2:
		parse_hl7v2(&d->o, d->text, d->len);
		break;
	default:
		d->has_outline = false;
		snprintf(d->trouble, sizeof(d->trouble), d->kind == EVIDENCE_EMPTY ? "there is nothing in it" :
			d->kind == EVIDENCE_TEXT ? "plain text has no outline" : "no known format");
	}
	if (d->o.troubles)
		snprintf(d->trouble, sizeof(d->trouble), "%u %s in the outline", d->o.troubles,
			d->o.troubles == 1 ? "trouble" : "troubles");
	first_folds(d);
	buf_init(&b, 4096);
	describe_document(&b, d);
	snprintf(d->summary, sizeof(d->summary), "%.*s", (int)b.len, buf_str(&b));
	buf_done(&b);
}

static struct document *new_document(struct source *src)
{
	struct document *d = mem_zalloc(sizeof(*d));

	d->src = *src;
	source_mem(src, NULL, 0);
	outline_init(&d->o);
	needle_init(&d->needle);
	lines_init(&d->raw, &d->src, 0);
	return d;
}

enum status document_open(struct document **out, struct source *src, enum evidence_kind as)
{
	struct document *d = new_document(src);
	size_t got;
	const char *head = source_get(&got, &d->src, 0, 64 * 1024);

	d->kind = as != EVIDENCE_UNKNOWN ? as : evidence_sniff(head, got, (size_t)d->src.size);
	d->text = d->src.map ? d->src.map : "";
	d->len = d->src.map ? (size_t)d->src.size : 0;
	if (d->kind != EVIDENCE_UNKNOWN && d->kind != EVIDENCE_EMPTY && d->src.map)
		encoding_translate(d);
	source_mem(&d->text_src, d->text, d->len);
	lines_init(&d->flat, &d->text_src, 80);
	pretty_init(&d->pretty, 80);
	if (d->len > UINT32_MAX - 1)
		snprintf(d->trouble, sizeof(d->trouble), "too large for an outline (4 GiB at most)");
	else
		parse(d);
	*out = d;
	return STATUS_OK;
}

void document_open_plain(struct document **out, struct source *src, const char *why)
{
	struct document *d = new_document(src);

	d->text = "";
	source_mem(&d->text_src, "", 0);
	lines_init(&d->flat, &d->text_src, 80);
	pretty_init(&d->pretty, 80);
	snprintf(d->trouble, sizeof(d->trouble), "%s", why);
	*out = d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	lines_done(&d->raw);
	lines_done(&d->flat);
	pretty_done(&d->pretty);
	needle_done(&d->needle);
	outline_done(&d->o);
	vec_done(&d->visible);
	vec_done(&d->places);
	mem_free(d->owned);
	source_done(&d->src);
	mem_free(d);
}

void document_set_tick(struct document *d, needle_tick_cb tick, void *data)
{
	d->tick = tick;
	d->tick_data = data;
}

const struct outline *document_outline(const struct document *d)
{
	return &d->o;
}

const char *document_text(size_t *len_out, const struct document *d)
{
	*len_out = d->len;
	return d->text;
}

static bool tick(struct document *d)
{
	return d->tick && d->tick(d->tick_data);
}

static uint64_t total_rows(const struct document *d, enum evidence_view v)
{
	switch (v) {
	case VIEW_OUTLINE:
		return d->visible.len;
	case VIEW_PRETTY:
		if (d->has_outline)
			return d->pretty.done ? d->pretty.rows : UINT64_MAX;
		return d->flat.done ? d->flat.rows : UINT64_MAX;
	case VIEW_RAW:
		return d->raw.done ? d->raw.rows : UINT64_MAX;
	default:
		return (d->src.size + HEX_ROW - 1) / HEX_ROW;
	}
}

void document_info(struct reader_info *out, struct document *d)
{
	int v;

	memset(out, 0, sizeof(*out));
	out->kind = d->kind;
	out->summary = d->summary;
	out->size = d->src.size;
	for (v = 0; v < VIEW_COUNT; v++)
		out->rows[v] = total_rows(d, (enum evidence_view)v);
	out->trouble = d->trouble[0] ? d->trouble : NULL;
	out->errors = d->o.troubles;
}

/* A slice of counting; true when the view is counted. */
static bool count_on(struct document *d, enum evidence_view v)
{
	if (v == VIEW_RAW)
		return lines_extend(&d->raw, COUNT_BYTES);
	if (v == VIEW_PRETTY)
		return d->has_outline ? pretty_extend(&d->pretty, d, COUNT_ROWS) : lines_extend(&d->flat, COUNT_BYTES);
	return true;
}

bool document_work(struct document *d)
{
	return count_on(d, VIEW_RAW) && count_on(d, VIEW_PRETTY);
}

static void set_width(struct document *d, enum evidence_view v, unsigned int width)
{
	if (width > 2000)
		width = 2000;
	if (v == VIEW_RAW && d->raw.width != width) {
		lines_done(&d->raw);
		lines_init(&d->raw, &d->src, width);
	} else if (v == VIEW_PRETTY && d->has_outline && d->pretty.width != width) {
		pretty_done(&d->pretty);
		pretty_init(&d->pretty, width);
	} else if (v == VIEW_PRETTY && !d->has_outline && d->flat.width != width) {
		lines_done(&d->flat);
		lines_init(&d->flat, &d->text_src, width);
	}
}

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

static bool mark_hit(struct maker *m, const struct reader_row *row)
{
	struct needle *n = &m->d->needle;

	return n->len && (needle_in(n, row->label, row->label_len) || needle_in(n, row->value, row->value_len) ||
		needle_in(n, row->note, row->note_len));
}

static void make_outline_row(struct maker *m, struct reader_row *row, uint32_t i)
{
	const struct document *d = m->d;
	const struct node *n = &d->o.nodes.at[i];
	struct buf t;

	row->depth = n->depth;
	row->fold = n->size == 1 ? FOLD_NONE : n->flags & NODE_OPEN ? FOLD_OPEN : FOLD_CLOSED;
	row->style = (unsigned char)describe_style(n);
	row->begin = encoding_place(d, n->begin);
	row->end = encoding_place(d, n->end);
	buf_reset(&m->b);
	describe_label(&m->b, d, i);
	row->label = into_arena(&row->label_len, m);
	buf_init(&t, DOCUMENT_VALUE_MAX * 2);
	describe_value(&t, d, i, DOCUMENT_TEXT_MAX);
	buf_reset(&m->b);
	if (t.len)
		text_untab(&m->b, t.ptr, t.len);
	buf_done(&t);
	row->value = into_arena(&row->value_len, m);
	buf_reset(&m->b);
	hl7_note(&m->b, d, i);
	row->note = into_arena(&row->note_len, m);
}

static void pretty_label(struct maker *m, const struct pretty_row *p)
{
	const struct node *n = &m->d->o.nodes.at[p->node];
	const char *label;
	size_t len;

	buf_reset(&m->b);
	if (!p->first || (*p->before == '}' || *p->before == ']'))
		return;
	if (n->kind <= NODE_LITERAL && !(n->flags & NODE_LABEL_NUMBER) && n->parent != NODE_NONE) {
		label = node_label(&len, m->d, n);
		buf_addc(&m->b, '"');
		text_untab(&m->b, label, len < DOCUMENT_TEXT_MAX ? len : DOCUMENT_TEXT_MAX);
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
	row->begin = encoding_place(d, p->begin);
	row->end = encoding_place(d, p->end);
	pretty_label(m, p);
	row->label = into_arena(&row->label_len, m);
	buf_reset(&m->b);
	buf_adds(&m->b, p->before);
	if (n->kind == NODE_TROUBLE) {
		says = node_value(&len, d, n);
		buf_add(&m->b, says, len);
	}
	text_untab(&m->b, d->text + p->begin, p->end - p->begin);
	buf_adds(&m->b, p->after);
	row->value = into_arena(&row->value_len, m);
	buf_reset(&m->b);
	if (p->first)
		hl7_note(&m->b, d, p->node);
	row->note = into_arena(&row->note_len, m);
}

static void make_line_row(struct maker *m, struct reader_row *row, struct lines *l, const struct line *line)
{
	size_t got;
	const char *p = source_get(&got, l->src, line->begin, (size_t)(line->end - line->begin));

	buf_reset(&m->b);
	text_untab(&m->b, p, got);
	row->value = into_arena(&row->value_len, m);
	row->label = row->note = "";
	row->begin = l->src == &m->d->text_src ? encoding_place(m->d, (uint32_t)line->begin) : line->begin;
	row->end = l->src == &m->d->text_src ? encoding_place(m->d, (uint32_t)line->end) : line->end;
}

static void make_hex_row(struct maker *m, struct reader_row *row, uint64_t at)
{
	size_t got;
	const char *p = source_get(&got, &m->d->src, at, HEX_ROW);

	buf_reset(&m->b);
	buf_printf(&m->b, "%08llx  ", (unsigned long long)at);
	row->label = into_arena(&row->label_len, m);
	buf_reset(&m->b);
	hex_row(&m->b, p, got);
	row->value = into_arena(&row->value_len, m);
	row->note = "";
	row->begin = at;
	row->end = at + got;
}

static enum status rows_of_lines(size_t *n_out, struct reader_row *rows, struct maker *m, struct lines *l,
	uint64_t from, unsigned int count)
{
	uint64_t at;
	struct line line;
	enum status rc = lines_seek(&at, l, from);

	while (rc == STATUS_OK && *n_out < count && lines_next(&line, l, at)) {
		make_line_row(m, &rows[*n_out], l, &line);
		rows[*n_out].row = from + *n_out;
		at = line.next;
		(*n_out)++;
	}
	return rc;
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

static void rows_of_hex(size_t *n_out, struct reader_row *rows, struct maker *m, uint64_t from, unsigned int count)
{
	uint64_t all = total_rows(m->d, VIEW_HEX);

	for (; *n_out < count && from < all && *n_out < all - from; (*n_out)++) {
		make_hex_row(m, &rows[*n_out], (from + *n_out) * HEX_ROW);
		rows[*n_out].row = from + *n_out;
	}
}

/* Count until the row is known, or to the end. */
static enum status count_to(struct document *d, enum evidence_view v, uint64_t row)
{
	for (;;) {
		uint64_t rows = v == VIEW_RAW ? d->raw.rows : d->has_outline ? d->pretty.rows : d->flat.rows;

		if (v == VIEW_OUTLINE || v == VIEW_HEX || (row != UINT64_MAX && row < rows) || count_on(d, v))
			return STATUS_OK;
		if (tick(d))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
}

enum status document_rows(struct reader_row **rows_out, size_t *n_out, uint64_t *total_out, struct arena *a,
	struct document *d, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width)
{
	struct maker m = { .d = d, .a = a };
	enum status rc;
	uint64_t total;
	size_t i;

	if (count > DOCUMENT_ROWS_MAX)
		count = DOCUMENT_ROWS_MAX;
	set_width(d, v, width);
	rc = count_to(d, v, from == UINT64_MAX ? from : from + count);
	if (rc != STATUS_OK)
		return rc;
	total = total_rows(d, v);
	if (from == UINT64_MAX)
		from = total > count ? total - count : 0;
	*rows_out = arena_array(a, struct reader_row, count ? count : 1);
	*n_out = 0;
	buf_init(&m.b, 1u << 20);
	if (v == VIEW_OUTLINE)
		rows_of_outline(n_out, *rows_out, &m, from, count);
	else if (v == VIEW_HEX)
		rows_of_hex(n_out, *rows_out, &m, from, count);
	else if (v == VIEW_PRETTY && d->has_outline)
		rc = rows_of_pretty(n_out, *rows_out, &m, from, count);
	else
		rc = rows_of_lines(n_out, *rows_out, &m, v == VIEW_RAW ? &d->raw : &d->flat, from, count);
	for (i = 0; i < *n_out; i++)
		(*rows_out)[i].hit = mark_hit(&m, &(*rows_out)[i]);
	buf_done(&m.b);
	*total_out = total;
	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;	/* past the end: no rows */
}

static uint32_t visible_row(const struct document *d, uint32_t node)
{
	size_t lo = 0, hi = d->visible.len;

	while (lo < hi) {	/* last visible node at or before it */
		size_t mid = lo + (hi - lo) / 2;

		if (d->visible.at[mid] <= node)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)(lo ? lo - 1 : 0);
}

static enum status node_at(uint32_t *out, const struct document *d, uint64_t row)
{
	if (row >= d->visible.len)
		return status_set(STATUS_NOT_FOUND, "no such row");
	*out = d->visible.at[row];
	return STATUS_OK;
}

static void unfold_to(struct document *d, uint32_t i)
{
	uint32_t p;
	bool changed = false;

	for (p = d->o.nodes.at[i].parent; p != NODE_NONE; p = d->o.nodes.at[p].parent) {
		changed = changed || !(d->o.nodes.at[p].flags & NODE_OPEN);
		d->o.nodes.at[p].flags |= NODE_OPEN;
	}
	if (changed)
		collect_visible(d);
}

enum status document_fold(uint64_t *row_out, struct document *d, enum fold_op op, uint64_t row)
{
	uint32_t i = 0;
	enum status rc = node_at(&i, d, row);

	if (rc != STATUS_OK)
		return rc;
	switch (op) {
	case FOLD_TOGGLE:
		if (d->o.nodes.at[i].size == 1 && d->o.nodes.at[i].parent != NODE_NONE)
			i = d->o.nodes.at[i].parent;	/* on a leaf: fold what holds it */
		d->o.nodes.at[i].flags ^= d->o.nodes.at[i].size > 1 ? NODE_OPEN : 0;
		break;
	case FOLD_ALL:
		open_level(d, 1);
		break;
	case FOLD_UNFOLD_ALL:
		open_level(d, UINT32_MAX);
		break;
	case FOLD_LEVEL:	/* everything as deep as this row, and no deeper */
		open_level(d, d->o.nodes.at[i].depth);
		break;
	default:
		return status_set(STATUS_INVALID, "no such way to fold");
	}
	collect_visible(d);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

static bool node_matches(struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];
	struct needle *needle = &d->needle;
	struct buf b;
	const char *p;
	size_t len;
	bool hit;

	p = node_label(&len, d, n);
	if (needle_in(needle, p, len))
		return true;
	p = node_value(&len, d, n);
	if (needle_in(needle, p, len))
		return true;
	if (n->kind < NODE_MESSAGE && !(n->flags & NODE_ESCAPED))
		return false;
	buf_init(&b, DOCUMENT_VALUE_MAX * 2);
	if (n->kind >= NODE_MESSAGE) {
		hl7_label(&b, d, i);
		buf_addc(&b, '\n');
		hl7_note(&b, d, i);
		buf_addc(&b, '\n');
	}
	if (n->size == 1)
		describe_value(&b, d, i, DOCUMENT_VALUE_MAX);
	hit = b.len && needle_in(needle, b.ptr, b.len);
	buf_done(&b);
	return hit;
}

static enum status search_outline(uint64_t *row_out, struct document *d, uint64_t row, bool back)
{
	uint32_t all = (uint32_t)d->o.nodes.len, start, i, k;

	if (!all)
		return status_set(STATUS_NOT_FOUND, "not found");
	start = row < d->visible.len ? d->visible.at[row] : all - 1;
	for (k = 1; k <= all; k++) {	/* all of it, the start last */
		i = back ? (start + all - k % all) % all : (uint32_t)(((uint64_t)start + k) % all);
		if (node_matches(d, i)) {
			unfold_to(d, i);
			*row_out = visible_row(d, i);
			return STATUS_OK;
		}
		if (k % 65536 == 0 && tick(d))
			return status_set(STATUS_CANCELLED, "the search was stopped");
	}
	return status_set(STATUS_NOT_FOUND, "not found");
}

/* First byte of a row of a view other than the outline, in that view's source, and of the row after it. */
static enum status row_bytes(uint64_t *begin_out, uint64_t *next_out, struct document *d, enum evidence_view v, uint64_t row)
{
	struct lines *l = v == VIEW_RAW ? &d->raw : &d->flat;
	struct pretty_pos pos;
	struct pretty_row p;
	struct line line;
	enum status rc;

	if (v == VIEW_HEX) {
		*begin_out = row * HEX_ROW;
		*next_out = *begin_out + HEX_ROW;
		return row < total_rows(d, v) ? STATUS_OK : STATUS_NOT_FOUND;
	}
	rc = count_to(d, v, row);
	if (rc != STATUS_OK)
		return rc;
	if (v == VIEW_PRETTY && d->has_outline) {
		rc = pretty_seek(&pos, &d->pretty, d, row);
		if (rc != STATUS_OK || !pretty_next(&p, &pos, d, d->pretty.width))
			return STATUS_NOT_FOUND;
		*begin_out = p.begin;
		*next_out = p.end > p.begin ? p.end : p.begin + 1;
		return STATUS_OK;
	}
	rc = lines_seek(begin_out, l, row);
	if (rc != STATUS_OK || !lines_next(&line, l, *begin_out))
		return STATUS_NOT_FOUND;
	*next_out = line.next;
	return STATUS_OK;
}

/* Row of a view that shows a byte of that view's source. */
static enum status find_row(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t offset)
{
	enum status rc;

	if (v == VIEW_HEX) {
		uint64_t all = total_rows(d, v);

		*row_out = offset / HEX_ROW < all ? offset / HEX_ROW : all ? all - 1 : 0;
		return all ? STATUS_OK : status_set(STATUS_NOT_FOUND, "there is nothing in it");
	}
	for (;;) {
		if (v == VIEW_PRETTY && d->has_outline)
			rc = pretty_find(row_out, &d->pretty, d, (uint32_t)(offset < UINT32_MAX ? offset : UINT32_MAX));
		else
			rc = lines_find(row_out, v == VIEW_RAW ? &d->raw : &d->flat, offset);
		if (rc != STATUS_AGAIN)
			break;
		count_on(d, v);
		if (tick(d))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
	return rc == STATUS_OK ? rc : status_set(rc, "there is nothing in it");
}

static enum status search_bytes(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t row, bool back)
{
	struct source *s = v == VIEW_PRETTY ? &d->text_src : &d->src;
	uint64_t begin = 0, next = 0, at;
	enum status rc = row_bytes(&begin, &next, d, v, row);

	if (rc == STATUS_CANCELLED)
		return rc;
	if (rc != STATUS_OK)
		begin = next = 0;
	if (back)
		rc = needle_find(&at, &d->needle, s, 0, begin, true, d->tick, d->tick_data);
	else
		rc = needle_find(&at, &d->needle, s, next, s->size, false, d->tick, d->tick_data);
	if (rc == STATUS_NOT_FOUND) {	/* round the end */
		if (back)
			rc = needle_find(&at, &d->needle, s, begin, s->size, true, d->tick, d->tick_data);
		else
			rc = needle_find(&at, &d->needle, s, 0, next, false, d->tick, d->tick_data);
	}
	return rc == STATUS_OK ? find_row(row_out, d, v, at) : rc;
}

enum status document_search(uint64_t *row_out, struct document *d, enum evidence_view v, const char *pattern,
	size_t len, uint64_t row, bool back)
{
	needle_set(&d->needle, pattern, len);
	if (!len)
		return status_set(STATUS_NOT_FOUND, "nothing to search for");
	if (v == VIEW_OUTLINE)
		return search_outline(row_out, d, row, back);
	return search_bytes(row_out, d, v, row, back);
}

enum status document_locate(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t offset)
{
	uint64_t place = encoding_find(d, offset);
	uint32_t i;

	if (v == VIEW_RAW || v == VIEW_HEX)
		return find_row(row_out, d, v, offset);
	if (v == VIEW_PRETTY)
		return find_row(row_out, d, v, place);
	i = outline_find(&d->o, place);
	if (i == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "there is no outline");
	*row_out = visible_row(d, i);
	return STATUS_OK;
}

enum status document_path(struct buf *out, struct document *d, uint64_t row)
{
	uint32_t i;
	enum status rc = node_at(&i, d, row);

	if (rc == STATUS_OK)
		describe_path(out, d, i);
	return rc;
}

enum status document_value(struct buf *out, struct document *d, uint64_t row)
{
	uint32_t i;
	enum status rc = node_at(&i, d, row);
	const struct node *n;

	if (rc != STATUS_OK)
		return rc;
	n = &d->o.nodes.at[i];
	if (n->size > 1 && !(n->flags & NODE_HAS_VALUE)) {	/* of a container: its text as it stands */
		size_t len = n->end > d->len ? d->len - n->begin : n->end - n->begin;

		buf_add(out, d->text + n->begin, len < DOCUMENT_VALUE_MAX ? len : DOCUMENT_VALUE_MAX);
	} else {
		describe_value(out, d, i, DOCUMENT_VALUE_MAX);
	}
	return STATUS_OK;
}

enum status document_goto(uint64_t *row_out, struct document *d, const char *path, size_t len)
{
	uint32_t i = describe_find_path(d, path, len);

	if (i == NODE_NONE)
		return status_set(STATUS_NOT_FOUND, "no such place in this document");
	unfold_to(d, i);
	*row_out = visible_row(d, i);
	return STATUS_OK;
}
