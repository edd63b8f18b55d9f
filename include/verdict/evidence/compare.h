/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_COMPARE_H
#define VERDICT_EVIDENCE_COMPARE_H
#include "verdict/evidence/document.h"

/*
 * Two documents side by side, aligned by structure: what is the same is one row, what differs is opened. Order and
 * white space count only where the format says so: members of JSON objects, attributes of XML and elements of
 * FHIR of different names have no order, and FHIR in JSON equals FHIR in XML. Equality is exact: contents are
 * numbered, not hashed. Borrows both documents. One thread at a time.
 */
struct compare;

/* A document of more nodes is not compared; document_compare() makes one. */
#define COMPARE_NODES_MAX 1000000u
uint64_t compare_total(const struct compare *c);
/* Appends to nothing: `rows_out` in `a`, at most `count` from `from` (UINT64_MAX: the last ones). */
enum status compare_rows(struct reader_row **rows_out, size_t *n_out, struct arena *a, struct compare *c,
	uint64_t from, unsigned int count);
/* Next (or previous) difference after `row`, wrapping; with a needle the next row that shows it. */
enum status compare_next(uint64_t *row_out, struct compare *c, uint64_t row, bool back, struct needle *needle);
/* Row of what stands at a byte of the left document. */
enum status compare_locate(uint64_t *row_out, struct compare *c, uint64_t offset);

#endif
