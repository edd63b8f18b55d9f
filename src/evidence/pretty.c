/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pretty view: an outline laid out again, one thing a line, long ones wrapped. Layer evidence; one thread
 * at a time. Rows are slices of the text, made when asked for; only every PRETTY_STEP-th row's state is kept.
 */
#include "evidence_priv.h"
#include <string.h>

/* What an item shows: a slice of the text, and ours before and after it. */
struct item {
	uint32_t begin, end;
	const char *before, *after;
	uint8_t style;
	bool whole;	/* shows its children too */
};

void pretty_init(struct pretty *p, unsigned int width)
{
	memset(p, 0, sizeof(*p));
	p->width = width;
}

void pretty_done(struct pretty *p)
{
	vec_done(&p->marks);
}

/* Is something of the same container still to come after node i? Troubles and the like do not count. */
static bool has_more(const struct document *d, uint32_t i)
{
	uint32_t next = outline_next(&d->o, i);

	while (next != NODE_NONE && d->o.nodes.at[next].kind == NODE_TROUBLE)
		next = outline_next(&d->o, next);
	return next != NODE_NONE;
}

bool has_json_label(const struct document *d, const struct node *n)
{
	return n->kind <= NODE_LITERAL && n->parent != NODE_NONE && d->o.nodes.at[n->parent].kind == NODE_OBJECT;
}

static bool in_lines(const struct document *d, const struct node *n)
{
	return n->parent != NODE_NONE && d->o.nodes.at[n->parent].kind >= NODE_PART;
}

static void json_item(struct item *it, const struct document *d, uint32_t i, bool closing)
{
	const struct node *n = &d->o.nodes.at[i];
	bool comma = n->parent != NODE_NONE && !in_lines(d, n) && has_more(d, i), array = n->kind == NODE_ARRAY;

	it->begin = it->end = closing && n->end > n->begin ? n->end - 1 : n->begin;
	it->style = STYLE_PLAIN;
	if (n->kind == NODE_PART) {
		it->before = "";
	} else if (n->kind == NODE_OBJECT || array) {
		if (closing)
			it->before = array ? "]" : "}";
		else
			it->before = n->size > 1 ? (array ? "[" : "{") : (array ? "[]" : "{}");
		if (comma && (closing || n->size == 1))
			it->after = ",";
	} else {
		it->begin = n->value - (n->kind == NODE_STRING);
		it->end = n->end;
		it->style = (uint8_t)describe_style(n);
		it->after = comma ? "," : "";
	}
}

static uint32_t end_tag(const struct document *d, const struct node *n)
{
	size_t room, len = n->end - n->begin;
	const char *p = text_at(&room, d, n->begin), *lt;

	if (len > room)
		len = room;
	lt = memrchr(p, '<', len);
	if (!lt || lt + 1 >= p + len || lt[1] != '/')	/* never closed */
		return n->begin + (uint32_t)len;
	return n->begin + (uint32_t)(lt - p);
}

static bool has_content(const struct document *d, uint32_t i)
{
	uint32_t c = outline_child(&d->o, i);

	while (c != NODE_NONE && d->o.nodes.at[c].kind == NODE_ATTRIBUTE)
		c = outline_next(&d->o, c);
	return c != NODE_NONE;
}

static void xml_item(struct item *it, const struct document *d, uint32_t i, bool closing)
{
	const struct node *n = &d->o.nodes.at[i];

	it->begin = n->begin;
	it->end = n->end;
	it->style = (uint8_t)(n->kind == NODE_ELEMENT ? STYLE_MARKUP : describe_style(n));
	if (n->kind != NODE_ELEMENT)
		return;
	if (!has_content(d, i)) {
		it->whole = true;
	} else if (closing) {
		it->begin = end_tag(d, n);
	} else {
		it->end = n->value;
	}
}

static void hl7_item(struct item *it, const struct document *d, uint32_t i, bool closing)
{
	const struct node *n = &d->o.nodes.at[i];

	it->begin = n->begin;
	it->end = n->kind == NODE_FIELD || n->kind == NODE_REPEAT || n->kind == NODE_LINE ? n->end : n->begin;
	it->style = (uint8_t)describe_style(n);
	if (closing)
		it->end = it->begin = n->end;
	if (n->kind == NODE_FIELD) {
		uint32_t c = outline_child(&d->o, i);

		it->whole = c == NODE_NONE || d->o.nodes.at[c].kind != NODE_REPEAT;
		if (!it->whole)
			it->end = it->begin;
	}
	it->whole = it->whole || n->kind == NODE_REPEAT;
}

/* Our own groups and values: the label says it all, but for the bytes of a value. */
static void group_item(struct item *it, const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];

	it->begin = it->end = n->begin;
	it->style = (uint8_t)describe_style(n);
	if (n->size == 1 && n->kind != NODE_ITEM && !(n->flags & NODE_VALUE_KEPT)) {
		it->begin = n->value;
		it->end = n->value + n->value_len;
	}
}

static void make_item(struct item *it, const struct document *d, const struct pretty_pos *pos)
{
	const struct node *n = &d->o.nodes.at[pos->node];
	size_t room;

	memset(it, 0, sizeof(*it));
	it->before = it->after = "";
	if (n->kind == NODE_TROUBLE) {
		it->begin = it->end = n->begin;
		it->style = STYLE_TROUBLE;
	} else if (n->kind <= NODE_LITERAL || n->kind == NODE_PART) {
		json_item(it, d, pos->node, pos->closing);
	} else if (n->kind <= NODE_DOCTYPE) {
		xml_item(it, d, pos->node, pos->closing);
	} else if (n->kind >= NODE_ITEM) {
		group_item(it, d, pos->node);
	} else {
		hl7_item(it, d, pos->node, pos->closing);
	}
	if (it->begin > it->end)
		it->begin = it->end;
	text_at(&room, d, it->begin);
	if (it->end - it->begin > room)
		it->end = it->begin + (uint32_t)room;
}

/* Does this container have a closing line of its own? */
static bool closes(const struct document *d, uint32_t i)
{
	const struct node *n = &d->o.nodes.at[i];

	if (n->kind == NODE_OBJECT || n->kind == NODE_ARRAY)
		return true;
	return n->kind == NODE_ELEMENT && has_content(d, i);
}

static void next_item(struct pretty_pos *pos, const struct document *d, bool whole)
{
	uint32_t i = pos->node, next;

	pos->at = 0;
	if (!pos->closing && !whole && d->o.nodes.at[i].size > 1) {
		pos->node = i + 1;
	} else {
		next = i + d->o.nodes.at[i].size;
		for (;;) {	/* climb out of what ends here */
			uint32_t p = d->o.nodes.at[i].parent;

			if (p == NODE_NONE || p + d->o.nodes.at[p].size > next) {
				pos->node = next;
				pos->closing = false;
				break;
			}
			if (closes(d, p)) {
				pos->node = p;
				pos->closing = true;
				return;
			}
			i = p;
		}
	}
	while (pos->node < d->o.nodes.len && d->o.nodes.at[pos->node].kind == NODE_ATTRIBUTE) {
		pos->node++;	/* shown inside its tag; something that is none follows, or the item was whole */
	}
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t first_line(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != '\n' && p[i] != '\r')
		i++;
	return i;
}

static unsigned int room_for(const struct document *d, const struct pretty_row *row, unsigned int width)
{
	unsigned int used = row->depth * 2u + 2;
	struct buf b;

	if (!width)
		return ROW_TEXT_MAX;
	if (row->first && has_json_label(d, &d->o.nodes.at[row->node]))
		used += d->o.nodes.at[row->node].label_len ? d->o.nodes.at[row->node].label_len + 4u : 0;
	else if (row->first && d->o.nodes.at[row->node].kind >= NODE_MESSAGE) {
		buf_init(&b, 256);
		describe_label(&b, d, row->node);
		used += (unsigned int)b.len + 2;
		buf_done(&b);
	}
	return width > used + 24 ? width - used : 24;
}

bool pretty_next(struct pretty_row *out, struct pretty_pos *pos, const struct document *d, unsigned int width)
{
	uint32_t at, stop;
	struct item it;
	const char *text;
	size_t n;

	if (pos->node >= d->o.nodes.len)
		return false;
	make_item(&it, d, pos);
	memset(out, 0, sizeof(*out));
	out->node = pos->node;
	out->depth = d->o.nodes.at[pos->node].depth;
	out->style = it.style;
	out->before = it.before;
	out->after = "";
	out->first = pos->at == 0;
	text = text_at(&n, d, it.begin);
	at = pos->at;
	stop = it.end - it.begin;
	while (at < stop && blank(text[at]))
		at++;
	n = stop - at;
	if (n > LINES_PIECE)	/* not inside a character */
		for (n = LINES_PIECE; n > LINES_PIECE - 4 && ((unsigned char)text[at + n] & 0xc0) == 0x80;)
			n--;
	n = first_line(text + at, n);
	if (n)
		n = text_piece(text + at, n, room_for(d, out, width));
	out->begin = it.begin + at;
	out->end = out->begin + (uint32_t)n;
	at += (uint32_t)n;
	while (at < stop && blank(text[at]))
		at++;
	if (at < stop) {
		pos->at = at;
		return true;
	}
	out->last = true;
	out->after = it.after;
	next_item(pos, d, it.whole);
	return true;
}

bool pretty_extend(struct pretty *p, const struct document *d, unsigned int rows)
{
	struct pretty_row row;

	while (!p->done && rows-- > 0) {
		struct pretty_mark mark = { .pos = p->pos };

		if (!pretty_next(&row, &p->pos, d, p->width)) {
			p->done = true;
			break;
		}
		mark.byte = row.begin;
		if (p->rows % PRETTY_STEP == 0)
			vec_push(&p->marks, mark);
		p->rows++;
	}
	if (p->pos.node >= d->o.nodes.len)
		p->done = true;
	return p->done;
}

enum status pretty_seek(struct pretty_pos *out, struct pretty *p, const struct document *d, uint64_t row)
{
	struct pretty_row unused;
	uint64_t i;

	if (row >= p->rows)
		return p->done ? STATUS_NOT_FOUND : STATUS_AGAIN;
	*out = p->marks.at[row / PRETTY_STEP].pos;
	for (i = row % PRETTY_STEP; i > 0; i--)
		pretty_next(&unused, out, d, p->width);
	return STATUS_OK;
}

/* A measure that grows from row to row, whatever the order of bytes. */
static uint32_t rank(const struct document *d, const struct pretty_pos *pos)
{
	if (pos->node >= d->o.nodes.len)
		return UINT32_MAX;
	return pos->closing ? pos->node + d->o.nodes.at[pos->node].size - 1 : pos->node;
}

enum status pretty_find_node(uint64_t *row_out, struct pretty *p, const struct document *d, uint32_t node)
{
	size_t lo = 0, hi = p->marks.len;
	struct pretty_pos pos;
	struct pretty_row row;
	uint64_t r;

	if (!p->rows)
		return p->done ? STATUS_NOT_FOUND : STATUS_AGAIN;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rank(d, &p->marks.at[mid].pos) < node)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->marks.len && !p->done)
		return STATUS_AGAIN;
	r = (uint64_t)(lo ? lo - 1 : 0) * PRETTY_STEP;
	pos = p->marks.at[lo ? lo - 1 : 0].pos;
	*row_out = r;
	for (; r < p->rows && rank(d, &pos) <= node; r++) {
		if (!pos.closing && !pos.at)
			*row_out = r;
		if (!pretty_next(&row, &pos, d, p->width))
			break;
	}
	return STATUS_OK;
}

enum status pretty_find(uint64_t *row_out, struct pretty *p, const struct document *d, uint32_t offset)
{
	size_t lo = 0, hi = p->marks.len;
	struct pretty_pos pos;
	struct pretty_row row;
	uint64_t r, best;

	if (!p->rows)
		return p->done ? STATUS_NOT_FOUND : STATUS_AGAIN;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->marks.at[mid].byte <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == p->marks.len && !p->done)
		return STATUS_AGAIN;
	best = r = (uint64_t)(lo ? lo - 1 : 0) * PRETTY_STEP;
	pos = p->marks.at[lo ? lo - 1 : 0].pos;
	for (; r < p->rows && pretty_next(&row, &pos, d, p->width); r++) {
		uint32_t begin = row.begin;

		if (row.first && d->o.nodes.at[row.node].begin < begin && !*row.before)
			begin = d->o.nodes.at[row.node].begin;	/* the name belongs to the row */
		if (begin > offset)
			break;
		best = r;
	}
	*row_out = best;
	return STATUS_OK;
}
