/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_LOGLINE_H
#define VERDICT_EVIDENCE_LOGLINE_H
#include "verdict/evidence/instant.h"
#include "verdict/evidence/lines.h"
#include "verdict/evidence/search.h"

/*
 * Lines of plain logs: how grave one says it is, and when it was written. Common forms: ISO dates, syslog, log4j and its
 * kin, java.util.logging, nginx and Apache, .NET, key=value, JSON. Only the head of a line is looked at. Pure; any
 * thread.
 */
#define LOGLINE_HEAD 256
enum line_level { LEVEL_NONE, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARNING, LEVEL_ERROR };
struct logline {
	enum line_level level;
	size_t at, len;		/* the word that says so; len 0: a number does */
	bool timed;		/* begins with, or has early, a moment; look at when.zoned */
	struct instant when;
};
void logline_look(struct logline *out, const char *p, size_t n);
const char *line_level_word(enum line_level l);	/* "error" */

/*
 * Row of the next line that says it is an error, from a row's bytes onwards (or before them) and round the end.
 * STATUS_NOT_FOUND, STATUS_CANCELLED.
 */
enum status lines_severe(uint64_t *row_out, struct lines *l, uint64_t row, bool back, needle_tick_cb tick, void *data);

#endif
