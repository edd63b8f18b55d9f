/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw and hex: rows, search and places of any bytes. Layer evidence; one thread at a time. No parser is linked
 * into what uses only this file, which is the point of it.
 */
#include "verdict/evidence/plain.h"
#include <string.h>
#include "verdict/base/mem.h"

#define COUNT_BYTES (2u << 20)	/* a slice of counting rows */
#define FIRST_BYTES (32u << 10)	/* the first one */

void plain_init(struct plain *p, struct source *src)
{
	memset(p, 0, sizeof(*p));
	p->src = *src;
	source_mem(src, NULL, 0);
	lines_init(&p->raw, &p->src, 0);
	needle_init(&p->needle);
}

void plain_done(struct plain *p)
{
	lines_done(&p->raw);
	needle_done(&p->needle);
	source_done(&p->src);
}

uint64_t plain_total(const struct plain *p, enum evidence_view v)
{
	if (v == VIEW_HEX)
		return p->src.size / HEX_ROW + (p->src.size % HEX_ROW != 0);
	return p->raw.done ? p->raw.rows : UINT64_MAX;
}

enum status lines_count_to(struct lines *l, uint64_t row, needle_tick_cb tick, void *data)
{
	uint64_t slice = FIRST_BYTES;

	while (!lines_knows(l, row) && !lines_extend(l, slice)) {
		if (slice < COUNT_BYTES)	/* a first screen needs little, and at once */
			slice *= 2;
		else if (tick && tick(data))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
	return STATUS_OK;
}

static const char *into_arena(size_t *len_out, struct arena *a, struct buf *b)
{
	*len_out = b->len;
	return b->len ? arena_strn(a, b->ptr, b->len) : "";
}

enum status lines_rows(struct reader_row *rows, size_t *n_out, struct arena *a, struct lines *l, uint64_t from,
	unsigned int count)
{
	uint64_t at;
	struct line line;
	struct buf b;
	enum status rc = lines_seek(&at, l, from);

	buf_init(&b, LINES_PIECE * 9);
	while (rc == STATUS_OK && *n_out < count && lines_next(&line, l, at)) {
		struct reader_row *row = &rows[(*n_out)++];
		size_t got;
		const char *p = source_get(&got, l->src, line.begin, (size_t)(line.end - line.begin));

		buf_reset(&b);
		text_untab(&b, p, got);
		row->value = into_arena(&row->value_len, a, &b);
		row->label = row->note = "";
		row->begin = line.begin;
		row->end = line.end;
		row->row = from++;
		at = line.next;
	}
	buf_done(&b);
	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;
}

static void hex_rows(struct reader_row *rows, size_t *n_out, struct arena *a, struct plain *p, uint64_t from,
	unsigned int count)
{
	uint64_t all = plain_total(p, VIEW_HEX);
	struct buf b;

	buf_init(&b, 4096);
	for (; *n_out < count && from < all; from++) {
		struct reader_row *row = &rows[(*n_out)++];
		size_t got;
		const char *bytes = source_get(&got, &p->src, from * HEX_ROW, HEX_ROW);

		row->row = from;
		row->begin = from * HEX_ROW;
		row->end = row->begin + got;
		buf_reset(&b);
		buf_printf(&b, "%08llx  ", (unsigned long long)row->begin);
		row->label = into_arena(&row->label_len, a, &b);
		buf_reset(&b);
		hex_row(&b, bytes, got);
		row->value = into_arena(&row->value_len, a, &b);
		row->note = "";
	}
	buf_done(&b);
}

void rows_mark_hits(struct reader_row *rows, size_t n, struct needle *needle)
{
	size_t i;

	for (i = 0; i < n && needle->len; i++)
		rows[i].hit = needle_in(needle, rows[i].label, rows[i].label_len) ||
			needle_in(needle, rows[i].value, rows[i].value_len) ||
			needle_in(needle, rows[i].note, rows[i].note_len);
}

/* Is a match of the last search in these bytes, or does one begin in them? */
static void mark_hex_hits(struct reader_row *rows, size_t n, struct plain *p)
{
	size_t i;

	for (i = 0; i < n && p->needle.len; i++) {
		uint64_t at, from = rows[i].begin > p->needle.len ? rows[i].begin - p->needle.len + 1 : 0;

		rows[i].hit = needle_find(&at, &p->needle, &p->src, from, rows[i].end, false, NULL, NULL) == STATUS_OK;
	}
}

static void set_width(struct plain *p, unsigned int width)
{
	if (width > 2000)
		width = 2000;
	if (p->raw.width == width)
		return;
	lines_done(&p->raw);
	lines_init(&p->raw, &p->src, width);
}

uint64_t rows_wanted(uint64_t from, unsigned int count)
{
	return from == UINT64_MAX || row_is_late(from) ? from : from + count;
}

enum status plain_rows(struct reader_row **rows_out, size_t *n_out, uint64_t *total_out, struct arena *a,
	struct plain *p, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width)
{
	enum status rc = STATUS_OK;

	if (count > ROWS_MAX)
		count = ROWS_MAX;
	if (v == VIEW_RAW) {
		set_width(p, width);
		rc = lines_count_to(&p->raw, rows_wanted(from, count), p->tick, p->tick_data);
		if (rc != STATUS_OK)
			return rc;
		from = lines_true_row(&p->raw, from);
	}
	*total_out = plain_total(p, v);
	if (from == UINT64_MAX)
		from = *total_out > count ? *total_out - count : 0;
	*rows_out = arena_array(a, struct reader_row, count ? count : 1);
	*n_out = 0;
	if (v == VIEW_RAW) {
		rc = lines_rows(*rows_out, n_out, a, &p->raw, from, count);
		rows_mark_hits(*rows_out, *n_out, &p->needle);
	} else {
		hex_rows(*rows_out, n_out, a, p, from, count);
		mark_hex_hits(*rows_out, *n_out, p);
	}
	return rc;
}

enum status lines_locate(uint64_t *row_out, struct lines *l, uint64_t offset, needle_tick_cb tick, void *data)
{
	enum status rc;

	if (lines_find_late(row_out, l, offset))
		return STATUS_OK;
	while ((rc = lines_find(row_out, l, offset)) == STATUS_AGAIN) {
		lines_extend(l, COUNT_BYTES);
		if (tick && tick(data))
			return status_set(STATUS_CANCELLED, "stopped while counting rows");
	}
	return rc == STATUS_OK ? rc : status_set(rc, "there is nothing in it");
}

enum status plain_locate(uint64_t *row_out, struct plain *p, enum evidence_view v, uint64_t offset)
{
	uint64_t all = plain_total(p, VIEW_HEX);

	if (v == VIEW_RAW)
		return lines_locate(row_out, &p->raw, offset, p->tick, p->tick_data);
	if (!all)
		return status_set(STATUS_NOT_FOUND, "there is nothing in it");
	*row_out = offset / HEX_ROW < all ? offset / HEX_ROW : all - 1;
	return STATUS_OK;
}

static enum status row_bytes(uint64_t *begin_out, uint64_t *next_out, struct plain *p, enum evidence_view v, uint64_t row)
{
	struct line line;
	enum status rc;

	*begin_out = *next_out = 0;
	if (v == VIEW_HEX) {
		if (row >= plain_total(p, v))
			return STATUS_NOT_FOUND;
		*begin_out = row * HEX_ROW;
		*next_out = *begin_out + HEX_ROW < p->src.size ? *begin_out + HEX_ROW : p->src.size;
		return STATUS_OK;
	}
	rc = lines_count_to(&p->raw, row, p->tick, p->tick_data);
	if (rc == STATUS_OK)
		rc = lines_seek(begin_out, &p->raw, row);
	if (rc != STATUS_OK || !lines_next(&line, &p->raw, *begin_out))
		return rc == STATUS_OK ? STATUS_NOT_FOUND : rc;
	*next_out = line.next;
	return STATUS_OK;
}

enum status bytes_search(uint64_t *offset_out, struct needle *n, struct source *s, uint64_t begin, uint64_t next,
	bool back, needle_tick_cb tick, void *data)
{
	enum status rc;

	if (back)
		rc = needle_find(offset_out, n, s, 0, begin, true, tick, data);
	else
		rc = needle_find(offset_out, n, s, next, s->size, false, tick, data);
	if (rc != STATUS_NOT_FOUND)
		return rc;
	if (back)	/* round the end, to the row we came from */
		return needle_find(offset_out, n, s, begin, s->size, true, tick, data);
	return needle_find(offset_out, n, s, 0, next, false, tick, data);
}

enum status plain_search(uint64_t *row_out, struct plain *p, enum evidence_view v, const char *pattern, size_t len,
	uint64_t row, bool back)
{
	uint64_t begin, next, at;
	enum status rc;

	needle_set(&p->needle, pattern, len);
	if (!len)
		return status_set(STATUS_NOT_FOUND, "nothing to search for");
	rc = row_bytes(&begin, &next, p, v, row);
	if (rc != STATUS_OK && rc != STATUS_NOT_FOUND)
		return rc;
	rc = bytes_search(&at, &p->needle, &p->src, begin, next, back, p->tick, p->tick_data);
	return rc == STATUS_OK ? plain_locate(row_out, p, v, at) : rc;
}
