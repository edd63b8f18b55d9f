/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next line of a log that says it is an error. Layer evidence; one thread at a time. Whole lines are looked at,
 * not the pieces they are cut into for a screen, block after block, so that a log of any size can be stopped.
 */
#include "verdict/evidence/logline.h"
#include <string.h>
#include "verdict/evidence/plain.h"

#define BLOCK (128u << 10)

/* Begin of the first line at or after `at`; `end` where none begins before it. */
static uint64_t line_from(struct source *s, uint64_t at, uint64_t end)
{
	const char *p, *nl;
	size_t got;

	if (!at)
		return 0;
	p = source_get(&got, s, at - 1, (size_t)(end - at + 1 < BLOCK ? end - at + 1 : BLOCK));
	nl = memchr(p, '\n', got);
	return nl ? at + (uint64_t)(nl - p) : end;
}

/* Lines that begin in [at, end), less than a block; the first that is an error, or the last. UINT64_MAX: none. */
static uint64_t look_block(struct source *s, uint64_t at, uint64_t end, bool last)
{
	uint64_t found = UINT64_MAX;
	struct logline look;
	const char *p, *nl;
	size_t got, i, n;

	at = line_from(s, at, end);
	if (at >= end)
		return found;
	p = source_get(&got, s, at, (size_t)(end - at) + LOGLINE_HEAD);
	for (i = 0; i < got && at + i < end; i += n) {
		nl = memchr(p + i, '\n', got - i);
		n = nl ? (size_t)(nl - (p + i)) + 1 : got - i;
		logline_look(&look, p + i, n);
		if (look.level != LEVEL_ERROR)
			continue;
		found = at + i;
		if (!last)
			break;
	}
	return found;
}

static enum status look_range(uint64_t *offset_out, struct source *s, uint64_t from, uint64_t to, bool last,
	needle_tick_cb tick, void *data)
{
	uint64_t begin, end;

	while (from < to) {
		begin = last && to - from > BLOCK ? to - BLOCK : from;
		end = !last && to - from > BLOCK ? from + BLOCK : to;
		*offset_out = look_block(s, begin, end, last);
		if (*offset_out != UINT64_MAX)
			return STATUS_OK;
		if (last)
			to = begin;
		else
			from = end;
		if (tick && tick(data))
			return status_set(STATUS_CANCELLED, "the search was stopped");
	}
	return STATUS_NOT_FOUND;
}

enum status lines_severe(uint64_t *row_out, struct lines *l, uint64_t row, bool back, needle_tick_cb tick, void *data)
{
	uint64_t begin = 0, at = 0, size = l->src->size;
	enum status rc = lines_count_to(l, row, tick, data);
	struct line line = { 0, 0, 0 };

	if (rc == STATUS_CANCELLED)
		return rc;
	if (lines_seek(&begin, l, row) == STATUS_OK)
		lines_next(&line, l, begin);
	rc = back ? look_range(&at, l->src, 0, begin, true, tick, data) :
		look_range(&at, l->src, line.next, size, false, tick, data);
	if (rc == STATUS_NOT_FOUND)	/* round the end, to the row we came from */
		rc = back ? look_range(&at, l->src, begin, size, true, tick, data) :
			look_range(&at, l->src, 0, line.next, false, tick, data);
	if (rc == STATUS_NOT_FOUND)
		return status_set(rc, "no line says that it is an error");
	return rc == STATUS_OK ? lines_locate(row_out, l, at, tick, data) : rc;
}
