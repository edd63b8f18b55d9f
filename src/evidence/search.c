/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a pattern in short texts and in sources of any size. Layer evidence; one thread at a time. A pattern
 * of ASCII is compared in place; another is looked for in a folded copy of one piece after the other.
 */
#include "verdict/evidence/search.h"
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/evidence/lines.h"

#define SLICE (128 * 1024)

void needle_init(struct needle *n)
{
	memset(n, 0, sizeof(*n));
	buf_init(&n->folded, NEEDLE_MAX * 8);
	buf_init(&n->scratch, 1u << 20);
}

void needle_done(struct needle *n)
{
	buf_done(&n->folded);
	buf_done(&n->scratch);
}

void needle_set(struct needle *n, const char *pattern, size_t len)
{
	size_t i;

	if (len > NEEDLE_MAX)
		len = NEEDLE_MAX;
	memcpy(n->raw, pattern, len);
	n->len = len;
	n->ascii = true;
	for (i = 0; i < len; i++)
		n->ascii = n->ascii && (unsigned char)pattern[i] < 0x80;
	buf_reset(&n->folded);
	text_fold(&n->folded, pattern, len);
	if (n->ascii) {		/* folding may drop nothing here, so that lengths agree */
		buf_reset(&n->folded);
		for (i = 0; i < len; i++)
			buf_addc(&n->folded, (char)(pattern[i] >= 'A' && pattern[i] <= 'Z' ? pattern[i] + 32 : pattern[i]));
	}
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool same(const char *p, const char *low, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (lower((unsigned char)p[i]) != (unsigned char)low[i])
			return false;
	return true;
}

/* First match of a lower-case ASCII pattern in either case: two memchr run side by side. */
static const char *find_ascii(const char *p, size_t n, const char *low, size_t len)
{
	const char *end = n >= len ? p + (n - len) + 1 : p, *a = p, *b = p;
	char up = (char)(low[0] >= 'a' && low[0] <= 'z' ? low[0] - 32 : low[0]);
	bool a_live = true, b_live = up != low[0];
	const char *next_a = NULL, *next_b = NULL, *hit;

	while (p < end) {
		if (a_live && (!next_a || next_a < p)) {
			a = p;
			next_a = memchr(a, low[0], (size_t)(end - a));
			a_live = next_a != NULL;
		}
		if (b_live && (!next_b || next_b < p)) {
			b = p;
			next_b = memchr(b, up, (size_t)(end - b));
			b_live = next_b != NULL;
		}
		if (!a_live && !b_live)
			return NULL;
		hit = !b_live || (a_live && next_a < next_b) ? next_a : next_b;
		if (same(hit, low, len))
			return hit;
		p = hit + 1;
	}
	return NULL;
}

/* Folding ASCII runs is a plain loop; only the rest goes through text_fold(), with the letter before it. */
static void fold(struct buf *b, const char *p, size_t n)
{
	size_t i = 0, start;

	buf_reset(b);
	while (i < n) {
		start = i;
		while (i < n && (unsigned char)p[i] < 0x80 && (i + 1 == n || (unsigned char)p[i + 1] < 0x80))
			buf_addc(b, (char)lower((unsigned char)p[i++]));
		start = i;
		while (i < n && ((unsigned char)p[i] >= 0x80 || i == start))
			i++;
		if (i > start)
			text_fold(b, p + start, i - start);
	}
}

bool needle_in(struct needle *n, const char *p, size_t len)
{
	if (!n->len || !len)
		return false;
	if (n->ascii)
		return find_ascii(p, len, n->folded.ptr, n->folded.len) != NULL;
	fold(&n->scratch, p, len);
	return n->scratch.len && n->folded.len &&
		memmem(n->scratch.ptr, n->scratch.len, n->folded.ptr, n->folded.len) != NULL;
}

/* Where the match ends in a piece that holds one: the shortest prefix that still does. */
static size_t match_end(struct needle *n, const char *p, size_t len)
{
	size_t lo = 1, hi = len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (needle_in(n, p, mid))
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static const char *find_here(struct needle *n, const char *p, size_t len, bool exact)
{
	const char *end;

	if (exact)
		return memmem(p, len, n->raw, n->len);
	if (n->ascii)
		return find_ascii(p, len, n->folded.ptr, n->folded.len);
	if (!needle_in(n, p, len))
		return NULL;
	end = p + match_end(n, p, len);
	return end > p + n->len ? end - n->len : p;
}

/* First (or last) match that begins in the first `starts` of p[0..len). */
static bool in_slice(size_t *at_out, struct needle *n, const char *p, size_t len, size_t starts, bool exact, bool back)
{
	const char *q = p, *hit;
	bool found = false;

	while ((size_t)(q - p) < starts && (hit = find_here(n, q, len - (size_t)(q - p), exact)) != NULL) {
		if ((size_t)(hit - p) >= starts)
			break;
		*at_out = (size_t)(hit - p);
		found = true;
		if (!back)
			break;
		q = hit + 1;
	}
	return found;
}

enum status needle_find(uint64_t *offset_out, struct needle *n, struct source *s, uint64_t from, uint64_t to,
	bool back, needle_tick_cb tick, void *data)
{
	bool exact = s->size > NEEDLE_FOLD_MAX;
	size_t step = exact && s->map ? 4u << 20 : n->ascii || exact ? SLICE / 2 : LINES_PIECE, got, at;
	uint64_t pos = back ? to : from, begin;

	if (to > s->size)
		to = s->size;
	if (pos > s->size)
		pos = s->size;
	while (n->len && (back ? pos > from : pos < to)) {
		size_t starts;
		const char *p;

		begin = !back ? pos : pos - from > step ? pos - step : from;
		starts = (size_t)(back ? pos - begin : to - pos < step ? to - pos : step);
		p = source_get(&got, s, begin, starts + (n->len * 4 < LINES_PIECE ? n->len * 4 : LINES_PIECE));
		if (in_slice(&at, n, p, got, starts < got ? starts : got, exact, back)) {
			*offset_out = begin + at;
			return STATUS_OK;
		}
		pos = back ? begin : begin + starts;
		if (tick && tick(data))
			return status_set(STATUS_CANCELLED, "the search was stopped");
	}
	return status_set(STATUS_NOT_FOUND, "not found");
}
