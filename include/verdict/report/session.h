/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session report of one organisation as a page of HTML that prints: what it tested, how far its lines are, what became
 * of its TIs. For that organisation, not for the public. Report layer; the thread that owns the buffer.
 */
#ifndef VERDICT_REPORT_SESSION_H
#define VERDICT_REPORT_SESSION_H
#include "verdict/model/instance.h"
#include "verdict/report/report.h"
#include "verdict/results/results.h"

struct session_report {
	struct buf *out;
	char organisation[256];	/* id */
	int tz_min;
	size_t tis, by_status[TI_STATUS_COUNT];
	int64_t now;
};
/* Head, systems and lines, for which the engine is needed. STATUS_NOT_FOUND: no such organisation. */
enum status session_begin(struct session_report *s, struct buf *out, struct results *r, const char *organisation, int64_t now);
/* A row, where a system of theirs takes part. What was written so far may be taken out of the buffer between. */
void session_add(struct session_report *s, const struct instance *ti);
void session_end(struct session_report *s);

#endif
