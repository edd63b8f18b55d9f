/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as rows: the raw and the hex view. Layer evidence; one thread at a time. It parses nothing, so it also
 * serves in the console's process when the reader could not read a file. Each byte is looked at a bounded
 * number of times, whatever the length of its line.
 */
#include "verdict/evidence/lines.h"
#include <string.h>
#include "verdict/base/text.h"

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

size_t text_piece(const char *p, size_t n, unsigned int cells)
{
	size_t i = 0;
	unsigned int col = 0, w;

	while (i < n) {
		struct text_cluster c;
		size_t taken = 1;

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

enum status lines_seek(uint64_t *offset_out, struct lines *l, uint64_t row)
{
	struct line line;
	uint64_t at, i;

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
