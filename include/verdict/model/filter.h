/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_MODEL_FILTER_H
#define VERDICT_MODEL_FILTER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/model/instance.h"

/*
 * Filter as you type over many rows. Terms are parted by spaces and all must match; "quoted words" hold
 * together; -term excludes; field:value restricts to a field (id test title track profile status table
 * country system organisation claim). Matching ignores case and width (text_fold()). Plain terms look at what
 * the row shows; status: also knows the stable words and critical, stale, disputed; claim: also none,
 * intended, confirmed, lost and mine; organisations are reached by their field alone.
 * A row is held as one folded, packed line; 100,000 of them lie back to back.
 */
struct filter;			/* compiled expression */
struct filter *filter_compile(const char *expr);	/* never fails: an unknown field is plain text */
void filter_free(struct filter *f);
bool filter_is_empty(const struct filter *f);

struct filter_index {
	char *text; size_t len, cap;	/* packed folded lines */
	uint32_t *end;		/* end offset of each line */
	int64_t *keys;
	size_t count, count_cap;
	struct buf line;	/* of the row that is being added */
	struct filter_memo *memo;	/* what short texts fold to: most occur again and again */
};
void filter_index_init(struct filter_index *ix);
void filter_index_done(struct filter_index *ix);
void filter_index_add(struct filter_index *ix, const struct queue_row *row);
bool filter_match(const struct filter *f, const char *line, size_t len);	/* one packed line */
/*
 * Numbers of the matching rows, ascending, into rows_out, which has room for all rows (or for n_narrow);
 * returns how many. `narrow` (may be NULL) limits the search to these row numbers, for a filter that grew by
 * a letter. Ends early, with what it has, once *stop is true (may be NULL; looked at every 512 rows). Any
 * thread, as long as nobody adds rows.
 */
size_t filter_run(uint32_t *rows_out, const struct filter_index *ix, const struct filter *f,
	const uint32_t *narrow, size_t n_narrow, const bool *stop);

#endif
