/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_PLAIN_H
#define VERDICT_EVIDENCE_PLAIN_H
#include "verdict/base/arena.h"
#include "verdict/evidence/lines.h"
#include "verdict/evidence/reader.h"
#include "verdict/evidence/search.h"
#include "verdict/evidence/source.h"

/*
 * Raw and hex of any bytes, without a parser: in the reader process as a part of its document, in the console
 * when the reader could not read a file. One thread at a time.
 */
struct plain {
	struct source src;
	struct lines raw;
	struct needle needle;
	needle_tick_cb tick;	/* asked between slices of long work: true stops it (STATUS_CANCELLED) */
	void *tick_data;
};
#define ROWS_MAX 1000		/* of one call */
#define ROW_TEXT_MAX 4096	/* of a label or value */

void plain_init(struct plain *p, struct source *src);	/* src is taken over */
void plain_done(struct plain *p);
uint64_t plain_total(const struct plain *p, enum evidence_view v);	/* UINT64_MAX: not counted */
/* As the functions of document.h, for VIEW_RAW and VIEW_HEX. */
enum status plain_rows(struct reader_row **rows_out, size_t *n_out, uint64_t *total_out, struct arena *a,
	struct plain *p, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width);
enum status plain_search(uint64_t *row_out, struct plain *p, enum evidence_view v, const char *pattern, size_t len,
	uint64_t row, bool back);
enum status plain_locate(uint64_t *row_out, struct plain *p, enum evidence_view v, uint64_t offset);

/* The row that must be known for `count` from `from`. */
uint64_t rows_wanted(uint64_t from, unsigned int count);
/* Rows of any lines, shared with the views of text. */
enum status lines_count_to(struct lines *l, uint64_t row, needle_tick_cb tick, void *data);
enum status lines_rows(struct reader_row *rows, size_t *n_out, struct arena *a, struct lines *l, uint64_t from,
	unsigned int count);
enum status lines_locate(uint64_t *row_out, struct lines *l, uint64_t offset, needle_tick_cb tick, void *data);
void rows_mark_hits(struct reader_row *rows, size_t n, struct needle *needle);
/* Search from a row's bytes [begin, next), round the end. */
enum status bytes_search(uint64_t *offset_out, struct needle *n, struct source *s, uint64_t begin, uint64_t next,
	bool back, needle_tick_cb tick, void *data);

#endif
