/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of lines: what a manager's grade rests on. GITB (a ConformanceStatementReport each)
 * and FHIR (a TestReport each); no other format. Report layer; the thread that has the engine.
 */
#ifndef VERDICT_REPORT_LINES_H
#define VERDICT_REPORT_LINES_H
#include "verdict/report/report.h"
#include "verdict/results/results.h"

/* One line alone. Only REPORT_FHIR and REPORT_GITB. */
void report_line(struct buf *out, enum report_format f, struct results *r, uint32_t line, int64_t now);
/* Every line: a Bundle, or a tar archive of documents. For those inside: what may be published is less (site). */
void report_lines(struct buf *out, enum report_format f, struct results *r, int64_t now);
#endif
