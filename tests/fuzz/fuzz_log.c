/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a log: the word that is marked lies in the head, and the search for errors finds just the lines that say
 * so, forwards and backwards. Layer: tests.
 */
#include <string.h>
#include "fuzz.h"
#include "verdict/evidence/logline.h"
#include "verdict/evidence/plain.h"

/* Begin of the first error line from `from` on, line by line. */
static uint64_t naive(const char *p, size_t n, size_t from)
{
	struct logline l;
	size_t at = 0, len;

	while (at < n) {
		const char *nl = memchr(p + at, '\n', n - at);

		len = nl ? (size_t)(nl - (p + at)) + 1 : n - at;
		logline_look(&l, p + at, len);
		FUZZ_HOLDS(l.at + l.len <= len && l.at + l.len <= LOGLINE_HEAD && l.level <= LEVEL_ERROR);
		if (at >= from && l.level == LEVEL_ERROR)
			return at;
		at += len;
	}
	return UINT64_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t row = 0, at, want, seen = UINT64_MAX;
	struct source src;
	struct lines l;

	source_mem(&src, data, size);
	lines_init(&l, &src, 0);
	want = naive((const char *)data, size, 1);	/* the row we begin at comes last */
	if (lines_severe(&row, &l, 0, false, NULL, NULL) == STATUS_OK) {
		FUZZ_HOLDS(lines_seek(&at, &l, row) == STATUS_OK);
		if (want != UINT64_MAX)
			FUZZ_HOLDS(at <= want);
		seen = row;
	}
	FUZZ_HOLDS((seen == UINT64_MAX) == (naive((const char *)data, size, 0) == UINT64_MAX));
	FUZZ_HOLDS((lines_severe(&row, &l, 0, true, NULL, NULL) == STATUS_OK) == (seen != UINT64_MAX));
	lines_done(&l);
	source_done(&src);
	return 0;
}
