/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts inside a text, and the way back to the bytes they came from. Layer evidence; one thread at a time. The
 * annex is reserved once and filled from the front: what was not touched costs no memory.
 */
#include "verdict/evidence/annex.h"
#include <string.h>

void annex_init(struct annex *a, const char *text, size_t len)
{
	memset(a, 0, sizeof(*a));
	a->text = text;
	a->len = len;
}

void annex_done(struct annex *a)
{
	mem_free(a->ptr);
	vec_done(&a->pieces);
	memset(a, 0, sizeof(*a));
}

size_t annex_next(const struct annex *a)
{
	return a->len + 1 + a->used;
}

size_t annex_end(const struct annex *a)
{
	return a->used ? annex_next(a) : a->len;
}

static size_t ceiling(const struct annex *a)
{
	size_t most = a->len < ANNEX_MAX / ANNEX_RATIO ? a->len * ANNEX_RATIO : ANNEX_MAX;

	if (most < ANNEX_LEAST)
		most = ANNEX_LEAST;
	if (a->len > UINT32_MAX - 2u)
		return 0;
	return most < UINT32_MAX - 2u - a->len ? most : UINT32_MAX - 2u - a->len;
}

char *annex_room(size_t *room_out, struct annex *a)
{
	if (!a->ptr) {
		a->cap = ceiling(a);
		a->ptr = mem_alloc(a->cap + 1);
	}
	*room_out = a->cap - a->used;
	return a->ptr + a->used;
}

static void add(struct annex *a, size_t n, size_t from, size_t from_end, bool exact)
{
	struct annex_piece p = { .begin = (uint32_t)annex_next(a), .from = (uint32_t)from,
		.from_end = (uint32_t)from_end, .exact = exact };
	struct annex_piece *last = a->pieces.len ? &a->pieces.at[a->pieces.len - 1] : NULL;

	if (!n)
		return;
	a->used += n;
	p.end = (uint32_t)annex_next(a);
	if (exact && last && last->exact && last->end == p.begin && last->from_end == p.from) {
		last->end = p.end;
		last->from_end = p.from_end;
	} else {
		vec_push(&a->pieces, p);
	}
}

void annex_take(struct annex *a, size_t n, size_t from, size_t from_end)
{
	add(a, n, from, from_end, false);
}

void annex_give_back(struct annex *a, size_t n)
{
	struct annex_piece *last;
	size_t end;

	a->used -= n < a->used ? n : a->used;
	end = annex_next(a);
	while (a->pieces.len && (last = &a->pieces.at[a->pieces.len - 1])->end > end) {
		if (last->begin < end) {
			last->from_end -= last->exact ? last->end - (uint32_t)end : 0;
			last->end = (uint32_t)end;
			break;
		}
		a->pieces.len--;
	}
}

bool annex_copy(struct annex *a, size_t from, size_t n)
{
	size_t room, there;
	char *to = annex_room(&room, a);
	const char *p = annex_at(&there, a, from);

	if (n > room || n > there) {
		a->full = true;
		return false;
	}
	memcpy(to, p, n);
	add(a, n, from, from + n, true);
	return true;
}

const char *annex_at(size_t *room_out, const struct annex *a, size_t offset)
{
	*room_out = 0;
	if (offset <= a->len) {
		*room_out = a->len - offset;
		return a->text + offset;
	}
	offset -= a->len + 1;
	if (offset >= a->used)
		return "";
	*room_out = a->used - offset;
	return a->ptr + offset;
}

static const struct annex_piece *piece_of(const struct annex *a, size_t offset)
{
	size_t lo = 0, hi = a->pieces.len;

	while (lo < hi) {	/* last piece that begins at or before it */
		size_t mid = lo + (hi - lo) / 2;

		if (a->pieces.at[mid].begin <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &a->pieces.at[lo - 1] : NULL;
}

size_t annex_place(const struct annex *a, size_t offset, bool end)
{
	const struct annex_piece *p;

	while (offset > a->len) {	/* every step leads to a smaller offset */
		p = piece_of(a, end && offset > a->len + 1 ? offset - 1 : offset);
		if (!p)
			return a->len;
		if (p->exact)
			offset = offset >= p->end ? p->from_end : p->from + (offset - p->begin);
		else
			offset = end ? p->from_end : p->from;
	}
	return offset;
}
