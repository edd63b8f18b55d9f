/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports for others, made from what is known of TIs: pure writers into a buffer, one TI after the other, so that an
 * event of any size goes out piece by piece. No I/O. Report layer; the thread that owns the buffer.
 */
#ifndef VERDICT_REPORT_REPORT_H
#define VERDICT_REPORT_REPORT_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/jsonw.h"
#include "verdict/model/event.h"
#include "verdict/model/instance.h"

enum report_format { REPORT_JSON, REPORT_FHIR, REPORT_GITB, REPORT_CSV, REPORT_SQL, REPORT_SOAP, REPORT_FORMATS };
#define REPORT_WORDS "fhir gitb json csv gazelle gazelle-soap"
const char *report_format_name(enum report_format f);	/* json fhir gitb csv gazelle gazelle-soap */
int report_format_parse(const char *word);		/* -1 */
/* Of what report_begin() … report_end() wrote; `many` as it was given there. */
const char *report_media_type(enum report_format f, bool many);
const char *report_suffix(enum report_format f, bool many);	/* ".fhir.json" */

/*
 * A report of one TI, or of many: JSON an array; FHIR a TestReport, many in a Bundle; GITB a
 * TestCaseOverviewReport, many as members of a tar archive; CSV a heading and a row each; Gazelle a
 * batch of SQL, or envelopes for its web service.
 * What was written so far may be taken out of `out` at any time between the calls.
 */
struct report {
	enum report_format format;
	bool many;
	struct buf *out;
	const struct event *event;	/* borrowed */
	int64_t now;		/* wall ms at which the report is made */
	size_t n;		/* TIs so far */
};
void report_begin(struct report *r, struct buf *out, enum report_format f, bool many, const struct event *e, int64_t now);
void report_add(struct report *r, const struct instance *ti);
void report_end(struct report *r);

/* A TI by the contract of the command line (design: keys are added, never renamed). */
void report_json_instance(struct jsonw *w, const struct instance *ti, int64_t now, bool history);
void report_json_evidence(struct jsonw *w, const struct evidence_item *e);

/* A cell of CSV for a spreadsheet: quoted, no formula, nothing that hides or reorders; and the end of a row. */
void csv_cell(struct buf *out, const char *text, bool first);
void csv_end(struct buf *out);

#endif
