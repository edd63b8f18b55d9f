/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First line: a filter expression; each further line: the title of a row. The search over all rows, over each
 * row by itself and over a narrowed list agree. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/model/filter.h"

#define ROWS_MAX 600

static void add_rows(struct filter_index *ix, char *text)
{
	char *line;

	while (ix->count < ROWS_MAX && (line = strsep(&text, "\n"))) {
		struct queue_row row = { .key = (int64_t)ix->count, .id = "81198", .test = "MHD_Provide",
			.title = line, .status = TI_CRITICAL, .table = "A07", .organisations = "sakura" };

		filter_index_add(ix, &row);
	}
}

static void compare(const struct filter_index *ix, const struct filter *f)
{
	uint32_t all[ROWS_MAX], some[ROWS_MAX], every[ROWS_MAX];
	size_t n = filter_run(all, ix, f, NULL, 0, NULL), at = 0;

	for (size_t row = 0; row < ix->count; row++) {
		size_t start = row ? ix->end[row - 1] : 0;
		bool hit = filter_match(f, ix->text + start, ix->end[row] - start);

		every[row] = (uint32_t)row;
		FUZZ_HOLDS(hit == (at < n && all[at] == row));
		at += hit;
	}
	FUZZ_HOLDS(at == n);
	FUZZ_HOLDS(filter_run(some, ix, f, every, ix->count, NULL) == n);
	FUZZ_HOLDS(memcmp(some, all, n * sizeof(*all)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size < 65536 ? size : 65536), *rest = text;
	char *expr = strsep(&rest, "\n");
	struct filter *f = filter_compile(expr);
	struct filter_index ix;

	filter_index_init(&ix);
	add_rows(&ix, rest);
	compare(&ix, f);
	filter_index_done(&ix);
	filter_free(f);
	mem_free(text);
	return 0;
}
