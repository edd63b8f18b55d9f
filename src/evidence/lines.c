/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as rows: the raw and the hex view. Layer evidence; one thread at a time. It parses nothing, so it also
 * serves in the console's process when the reader could not read a file. Each byte is looked at a bounded
 * number of times, whatever the length of its line.
 */
#include "verdict/evidence/lines.h"
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/reader.h"

#define LATE_FROM (8u << 20)		/* less than this is counted at once */
#define LATE_SPAN (64u << 10)		/* bytes looked at for rows from the end */
#define LATE_SPAN_MAX (4u << 20)	/* where lines are longer, all is counted */
#define LATE_ROWS_MAX 200000u

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Do not end a piece inside a character of UTF-8 when more bytes follow it. */
static size_t whole_chars(const char *p, size_t n)
{
	size_t back = 0;

	while (back < 3 && back + 1 < n && ((unsigned char)p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back + 1 < n && (unsigned char)p[n - 1 - back] >= 0xc0) {
		uint32_t cp;

		if (!utf8_decode(&cp, p + n - 1 - back, back + 1))
			return n - 1 - back;
	}
	return n;
}

#define EACH_BYTE 0x0101010101010101ull

/* How many bytes from p are printable ASCII. */
static size_t plain_run(const char *p, size_t n)
{
	size_t i = 0;
	uint64_t w, del;

	for (; n - i >= 8; i += 8) {
		memcpy(&w, p + i, sizeof(w));
		del = w ^ EACH_BYTE * 0x7f;
		if ((w | (w - EACH_BYTE * 0x20) | ((del - EACH_BYTE) & ~del)) & EACH_BYTE * 0x80)
			break;
	}
	while (i < n && plain((unsigned char)p[i]))
		i++;
	return i;
}

size_t text_piece(const char *p, size_t n, unsigned int cells)
{
	size_t i = 0, run;
	unsigned int col = 0, w;

	while (i < n) {
		struct text_cluster c;
		size_t taken = 1;

		run = plain_run(p + i, n - i < cells - col ? n - i : cells - col);
		if (i + run < n && !plain((unsigned char)p[i + run]) && run)
			run--;	/* what follows may be a mark on it */
		if (run) {
			i += run;
			col += (unsigned int)run;
			continue;
		}
		if (plain((unsigned char)p[i]) && (i + 1 == n || plain((unsigned char)p[i + 1]))) {
			w = 1;
		} else if (p[i] == '\t') {
			w = 8 - col % 8;
		} else {
			text_next(&c, p + i, n - i);
			w = c.width;
			taken = c.taken;
		}
		if (col + w > cells && i > 0)
			break;
		col += w;
		i += taken;
	}
	return i;
}

void text_untab(struct buf *b, const char *p, size_t n)
{
	size_t i = 0, start;
	unsigned int col = 0;
	struct text_cluster c;

	while (i < n) {
		for (start = i; i < n && p[i] != '\t' && p[i] != '\n' && p[i] != '\r';) {
			if (plain((unsigned char)p[i]) && (i + 1 == n || plain((unsigned char)p[i + 1]))) {
				col++;
				i++;
				continue;
			}
			text_next(&c, p + i, n - i);
			col += c.width;
			i += c.taken;
		}
		buf_add(b, p + start, i - start);
		if (i >= n)
			break;
		start = p[i] == '\t' ? 8 - col % 8 : 1;
		buf_fill(b, ' ', start);
		col += (unsigned int)start;
		i++;
	}
}

void lines_init(struct lines *l, struct source *src, unsigned int width)
{
	memset(l, 0, sizeof(*l));
	l->src = src;
	l->width = width;
}

void lines_done(struct lines *l)
{
	vec_done(&l->marks);
	vec_done(&l->late);
}

/* First LF or CR in p[0..n), or n. */
static size_t line_end(const char *p, size_t n)
{
	const char *nl = memchr(p, '\n', n), *cr;

	n = nl ? (size_t)(nl - p) : n;
	cr = memchr(p, '\r', n);
	return cr ? (size_t)(cr - p) : n;
}

bool lines_next(struct line *out, struct lines *l, uint64_t offset)
{
	size_t look = l->width ? (size_t)l->width * 4 + 64 : LINES_PIECE, got, n;
	const char *p;

	if (look > LINES_PIECE)
		look = LINES_PIECE;
	p = source_get(&got, l->src, offset, look + 2);
	if (!got)
		return false;
	n = line_end(p, got < look ? got : look);
	out->begin = offset;
	if (n == look && got > look && p[n] != '\n' && p[n] != '\r')
		n = whole_chars(p, n);
	if (l->width && n)
		n = text_piece(p, n, l->width);
	out->end = offset + n;
	if (n < got && p[n] == '\r')
		n += n + 1 < got && p[n + 1] == '\n' ? 2 : 1;
	else if (n < got && p[n] == '\n')
		n++;
	out->next = offset + n;
	return true;
}

bool lines_extend(struct lines *l, uint64_t budget)
{
	uint64_t stop = l->at + budget;
	struct line line;

	while (!l->done && l->at < stop) {
		if (!lines_next(&line, l, l->at)) {
			l->done = true;
			break;
		}
		if (l->rows % LINES_STEP == 0)
			vec_push(&l->marks, l->at);
		l->rows++;
		l->at = line.next;
	}
	if (l->at >= l->src->size)
		l->done = true;
	return l->done;
}

/* Begin of a line not far before `end`, itself the begin of one; UINT64_MAX where its lines are too long. */
static uint64_t line_before(struct lines *l, uint64_t end)
{
	uint64_t span, begin;
	const char *p, *nl;
	size_t got;

	for (span = LATE_SPAN; span <= LATE_SPAN_MAX; span *= 4) {
		begin = end > span ? end - span : 0;
		if (!begin)
			return 0;
		p = source_get(&got, l->src, begin, (size_t)span);
		if (begin + got >= end)
			got = (size_t)(end - begin) - 1;	/* the byte before `end` ends the line we want */
		nl = memchr(p, '\n', got);
		if (nl)
			return begin + (uint64_t)(nl - p) + 1;
	}
	return UINT64_MAX;
}

/* Some more rows from the end backwards. */
static bool late_more(struct lines *l)
{
	VEC(uint64_t) found = { 0 };
	uint64_t start, at;
	struct line line;
	size_t i;

	if (!l->late.len)
		l->late_at = l->src->size;
	start = l->late_at && l->late.len < LATE_ROWS_MAX ? line_before(l, l->late_at) : UINT64_MAX;
	if (start == UINT64_MAX)
		return false;
	for (at = start; at < l->late_at && lines_next(&line, l, at); at = line.next)
		vec_push(&found, at);
	for (i = found.len; i > 0; i--)
		vec_push(&l->late, found.at[i - 1]);
	vec_done(&found);
	l->late_at = start;
	return true;
}

uint64_t lines_true_row(const struct lines *l, uint64_t row)
{
	if (!l->done || !row_is_late(row))
		return row;
	return l->rows > ROWS_END - row ? l->rows - (ROWS_END - row) : 0;
}

bool lines_knows(struct lines *l, uint64_t row)
{
	if (l->done || !row_is_late(row))
		return l->done || row < l->rows;
	while (l->late.len < ROWS_END - row)
		if (!late_more(l))
			return false;
	return true;
}

bool lines_find_late(uint64_t *row_out, struct lines *l, uint64_t offset)
{
	size_t k;

	if (l->done || offset < l->at || l->src->size - l->at < LATE_FROM || offset + LATE_SPAN < l->src->size)
		return false;
	for (k = 0; k < l->late.len || late_more(l); k++)
		if (k < l->late.len && l->late.at[k] <= offset) {
			*row_out = ROWS_END - 1 - k;
			return true;
		}
	return false;
}

enum status lines_seek(uint64_t *offset_out, struct lines *l, uint64_t row)
{
	struct line line;
	uint64_t at, i;

	row = lines_true_row(l, row);
	if (row_is_late(row)) {
		if (!lines_knows(l, row))
			return STATUS_AGAIN;
		*offset_out = l->late.at[ROWS_END - 1 - row];
		return STATUS_OK;
	}
	if (row >= l->rows)
		return l->done ? STATUS_NOT_FOUND : STATUS_AGAIN;
	at = l->marks.at[row / LINES_STEP];
	for (i = row % LINES_STEP; i > 0 && lines_next(&line, l, at); i--)
		at = line.next;
	*offset_out = at;
	return STATUS_OK;
}

enum status lines_find(uint64_t *row_out, struct lines *l, uint64_t offset)
{
	size_t lo = 0, hi = l->marks.len;
	struct line line;
	uint64_t at, row;

	if (offset >= l->at && !l->done)
		return STATUS_AGAIN;
	if (!l->rows)
		return STATUS_NOT_FOUND;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->marks.at[mid] <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	row = (uint64_t)(lo ? lo - 1 : 0) * LINES_STEP;
	at = l->marks.at[lo ? lo - 1 : 0];
	while (row + 1 < l->rows && lines_next(&line, l, at) && line.next <= offset) {
		at = line.next;
		row++;
	}
	*row_out = row;
	return STATUS_OK;
}

void hex_row(struct buf *b, const char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < HEX_ROW; i++) {
		unsigned char c = i < n ? (unsigned char)p[i] : 0;

		buf_addc(b, i < n ? digits[c >> 4] : ' ');
		buf_addc(b, i < n ? digits[c & 15] : ' ');
		buf_adds(b, i == 7 ? "  " : " ");
	}
	buf_addc(b, ' ');
	for (i = 0; i < n && i < HEX_ROW; i++)
		buf_addc(b, plain((unsigned char)p[i]) ? p[i] : '.');
}
