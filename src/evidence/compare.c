/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two documents compared: rows of what is the same, what changed, what only one has. Layer evidence; one thread at a
 * time, in the reader process. compare_side.c reduces each to what counts, compare_align.c pairs children.
 */
#include "compare_priv.h"
#include <stdio.h>
#include <string.h>

#define RUN_MIN 3		/* so many equal neighbours become one row */
#define TABLE_BUDGET (16u << 20)

struct compare_row {
	uint32_t left, right;	/* side nodes, or SIDE_NONE */
	uint32_t count;		/* of equal neighbours in this row, from 1 */
	uint16_t depth;
	uint8_t diff;
};
struct compare {
	struct side left, right;
	VEC(struct compare_row) rows;
	uint32_t differences;
	bool identical;
	char says[160];
};

static bool same_bytes(struct document *a, struct document *b)
{
	struct source *x = &a->plain.src, *y = &b->plain.src;
	uint64_t at = 0;
	size_t n, m;

	if (x->size != y->size)
		return false;
	while (at < x->size) {
		const char *p = source_get(&n, x, at, 1u << 20), *q = source_get(&m, y, at, 1u << 20);

		if (m < n)
			n = m;
		if (!n || memcmp(p, q, n) != 0)
			return false;
		at += n;
	}
	return true;
}

/* What a pair is. */
static uint8_t judge(const struct compare *c, uint32_t left, uint32_t right)
{
	const struct side_node *a, *b;

	if (left == SIDE_NONE)
		return DIFF_RIGHT;
	if (right == SIDE_NONE)
		return DIFF_LEFT;
	a = &c->left.nodes.at[left];
	b = &c->right.nodes.at[right];
	return a->id == b->id ? DIFF_SAME : a->value != b->value ? DIFF_CHANGED : DIFF_INSIDE;
}

struct work {
	VEC(struct compare_row) stack;
};

/* Children of a pair, equal neighbours together, pushed so that the first comes off first. */
static void open_pair(struct work *w, struct compare *c, struct align *al, const struct compare_row *row)
{
	size_t i, first = w->stack.len, n;
	struct compare_row kid, swap, *last;

	align_children(al, row->left, row->right);
	for (i = 0; i < al->pairs.len; i++) {
		kid = (struct compare_row){ al->pairs.at[i].left, al->pairs.at[i].right, 1,
			(uint16_t)(row->depth + 1), 0 };
		kid.diff = judge(c, kid.left, kid.right);
		last = w->stack.len > first ? &w->stack.at[w->stack.len - 1] : NULL;
		if (last && kid.diff == DIFF_SAME && last->diff == DIFF_SAME)
			last->count++;
		else
			vec_push(&w->stack, kid);
	}
	for (i = first, n = w->stack.len; n > i + 1; i++) {
		swap = w->stack.at[i];
		w->stack.at[i] = w->stack.at[--n];
		w->stack.at[n] = swap;
	}
}

/* A short run of equal neighbours is shown one by one. */
static void add_rows(struct compare *c, struct compare_row row)
{
	uint32_t n = row.count;

	if (n == 1 || n >= RUN_MIN) {
		vec_push(&c->rows, row);
		return;
	}
	for (row.count = 1; n > 0; n--) {
		vec_push(&c->rows, row);
		row.left += c->left.nodes.at[row.left].size;
	}
}

static enum status walk(struct compare *c)
{
	struct align al = { .left = &c->left, .right = &c->right, .budget = TABLE_BUDGET };
	const struct plain *p = &c->left.d->plain;
	struct compare_row row = { 0, 0, 1, 0, 0 };
	struct work w = { VEC_INIT };
	enum status rc = STATUS_OK;
	unsigned int steps = 0;

	row.diff = judge(c, 0, 0);
	vec_push(&w.stack, row);
	while (w.stack.len && rc == STATUS_OK) {
		row = w.stack.at[--w.stack.len];
		if (row.diff != DIFF_SAME && row.diff != DIFF_INSIDE)
			c->differences++;
		add_rows(c, row);
		if (row.diff == DIFF_INSIDE || row.diff == DIFF_CHANGED)
			open_pair(&w, c, &al, &row);
		if (++steps % 4096 == 0 && p->tick && p->tick(p->tick_data))
			rc = status_set(STATUS_CANCELLED, "the comparison was stopped");
	}
	align_done(&al);
	vec_done(&w.stack);
	return rc;
}

static void say(struct compare *c)
{
	const struct document *a = c->left.d, *b = c->right.d;
	const char *unread = a->o.troubles || b->o.troubles ? "; parts could not be read" : "";

	if (c->identical)
		snprintf(c->says, sizeof(c->says), "the same bytes");
	else if (!a->has_outline || !b->has_outline)
		snprintf(c->says, sizeof(c->says), "the bytes differ; without an outline on both sides no more can be told");
	else if (c->differences)
		snprintf(c->says, sizeof(c->says), "%u %s%s", c->differences,
			c->differences == 1 ? "difference" : "differences", unread);
	else
		snprintf(c->says, sizeof(c->says), "same content%s%s", a->kind != b->kind ? ", written another way" :
			"; only layout or order differ", unread);
}

static void compare_free(struct compare *c)
{
	if (!c)
		return;
	side_done(&c->left);
	side_done(&c->right);
	vec_done(&c->rows);
	mem_free(c);
}

/* STATUS_LIMIT where a document has more than COMPARE_NODES_MAX nodes; STATUS_CANCELLED by the tick of `left`. */
static enum status compare_new(struct compare **out, struct document *left, struct document *right)
{
	struct compare *c = mem_zalloc(sizeof(*c));
	bool twin = left->kind != right->kind && side_is_fhir(left) && side_is_fhir(right);
	enum status rc = STATUS_OK;
	struct intern t;

	c->identical = same_bytes(left, right);
	c->left.d = left;
	c->right.d = right;
	intern_init(&t);
	if (left->has_outline && right->has_outline && left->o.nodes.len && right->o.nodes.len) {
		rc = side_build(&c->left, left, &t, twin);
		if (rc == STATUS_OK)
			rc = side_build(&c->right, right, &t, twin);
		if (rc == STATUS_OK)
			rc = walk(c);
	} else if (!c->identical) {
		c->differences = 1;
	}
	intern_done(&t);
	say(c);
	if (rc != STATUS_OK)
		compare_free(c);
	else
		*out = c;
	return rc;
}

static void compare_info(struct reader_comparison *out, const struct compare *c)
{
	out->differences = c->differences;
	out->identical = c->identical;
	out->rows = c->rows.len;
	out->says = c->says;
}

uint64_t compare_total(const struct compare *c)
{
	return c->rows.len;
}

static const char *words(size_t *len_out, struct arena *a, const struct side *s, uint32_t i)
{
	const struct side_node *n = i == SIDE_NONE ? NULL : &s->nodes.at[i];
	struct buf b, line;
	const char *out;

	*len_out = 0;
	if (!n || n->node >= s->d->o.nodes.len)
		return "";
	buf_init(&b, DOCUMENT_VALUE_MAX * 2);
	buf_init(&line, DOCUMENT_VALUE_MAX * 8);
	describe_value(&b, s->d, n->node, ROW_TEXT_MAX);
	if (b.len)
		text_untab(&line, b.ptr, b.len);
	out = arena_strn(a, buf_str(&line), line.len);
	*len_out = line.len;
	buf_done(&b);
	buf_done(&line);
	return out;
}

static void label(struct reader_row *row, struct arena *a, const struct side *s, const struct compare_row *r, uint32_t i)
{
	const struct expr_tree *tree = document_tree_expr(s->tree);
	expr_node node = s->nodes.at[i].node, up = tree->parent(tree->data, node);
	const struct node *n = outline_get(&s->d->o, node);
	struct expr_text name;
	struct buf b;

	if (r->count >= RUN_MIN) {
		row->label = arena_printf(a, "%u the same", r->count);
		row->label_len = strlen(row->label);
		return;
	}
	buf_init(&b, 4 * ROW_TEXT_MAX);
	/* items of an array are called what it is called, by number */
	if (n && up < s->d->o.nodes.len && s->d->o.nodes.at[up].kind == NODE_ARRAY &&
	    node_document(s->d, n) == EVIDENCE_FHIR_JSON) {
		name = tree->name(tree->data, up);
		buf_add(&b, name.ptr, name.len < ROW_TEXT_MAX ? name.len : ROW_TEXT_MAX);
		buf_printf(&b, "[%u]", n->label);
	} else if (n) {
		describe_label(&b, s->d, node);
	}
	row->label = arena_strn(a, buf_str(&b), b.len);
	row->label_len = b.len;
	buf_done(&b);
}

static void make_row(struct reader_row *row, struct arena *a, struct compare *c, uint64_t at)
{
	const struct compare_row *r = &c->rows.at[at];
	const struct side *s = r->left != SIDE_NONE ? &c->left : &c->right;
	uint32_t i = r->left != SIDE_NONE ? r->left : r->right;
	const struct node *n = outline_get(&s->d->o, s->nodes.at[i].node);

	memset(row, 0, sizeof(*row));
	row->row = at;
	row->depth = r->depth;
	row->diff = r->diff;
	row->value = row->other = row->note = "";
	label(row, a, s, r, i);
	if (r->count < RUN_MIN && r->diff != DIFF_INSIDE) {
		row->value = words(&row->value_len, a, &c->left, r->left);
		row->other = words(&row->other_len, a, &c->right, r->diff == DIFF_SAME ? SIDE_NONE : r->right);
	} else if (r->diff == DIFF_INSIDE) {
		row->value = words(&row->value_len, a, s, i);
	}
	if (n)
		document_range(&row->begin, &row->end, s->d, n->begin, n->end);
}

enum status compare_rows(struct reader_row **rows_out, size_t *n_out, struct arena *a, struct compare *c,
	uint64_t from, unsigned int count)
{
	uint64_t total = c->rows.len;

	if (from == UINT64_MAX)
		from = total > count ? total - count : 0;
	*rows_out = arena_array(a, struct reader_row, count ? count : 1);
	for (*n_out = 0; *n_out < count && from + *n_out < total; (*n_out)++)
		make_row(&(*rows_out)[*n_out], a, c, from + *n_out);
	return STATUS_OK;
}

static bool wanted(struct compare *c, uint64_t at, struct needle *needle)
{
	struct reader_row row;
	struct arena a;
	bool hit;

	if (!needle || !needle->len)
		return c->rows.at[at].diff != DIFF_SAME && c->rows.at[at].diff != DIFF_INSIDE;
	arena_init(&a);
	make_row(&row, &a, c, at);
	hit = needle_in(needle, row.label, row.label_len) || needle_in(needle, row.value, row.value_len) ||
		needle_in(needle, row.other, row.other_len);
	arena_done(&a);
	return hit;
}

enum status compare_next(uint64_t *row_out, struct compare *c, uint64_t row, bool back, struct needle *needle)
{
	uint64_t n = c->rows.len, k, at;
	const struct plain *p = &c->left.d->plain;

	for (k = 1; k <= n; k++) {
		at = back ? (row % n + n - k % n) % n : (row + k) % n;
		if (wanted(c, at, needle)) {
			*row_out = at;
			return STATUS_OK;
		}
		if (k % 4096 == 0 && p->tick && p->tick(p->tick_data))
			return status_set(STATUS_CANCELLED, "the search was stopped");
	}
	return status_set(STATUS_NOT_FOUND, "not found");
}

enum status compare_locate(uint64_t *row_out, struct compare *c, uint64_t offset)
{
	uint64_t i, begin, end;

	*row_out = 0;
	for (i = 0; i < c->rows.len; i++) {
		const struct node *n = c->rows.at[i].left == SIDE_NONE ? NULL :
			outline_get(&c->left.d->o, c->left.nodes.at[c->rows.at[i].left].node);

		if (!n)
			continue;
		document_range(&begin, &end, c->left.d, n->begin, n->end);
		if (begin > offset)
			break;
		*row_out = i;
	}
	return c->rows.len ? STATUS_OK : status_set(STATUS_NOT_FOUND, "there is nothing to compare");
}

void document_compare_end(struct document *d)
{
	compare_free(d->compare);
	document_free(d->other);
	d->compare = NULL;
	d->other = NULL;
}

enum status document_compare(struct document *d, struct document *other)
{
	enum status rc;

	document_compare_end(d);
	rc = compare_new(&d->compare, d, other);
	if (rc == STATUS_OK)
		d->other = other;
	else
		document_free(other);
	return rc;
}

enum status document_comparison(struct reader_comparison *out, const struct document *d)
{
	if (!d->compare)
		return status_set(STATUS_NOT_FOUND, "nothing was compared");
	compare_info(out, d->compare);
	return STATUS_OK;
}
