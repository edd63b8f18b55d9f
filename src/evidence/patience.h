/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_PATIENCE_H
#define EVIDENCE_PATIENCE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How long the console waits for its reader, so that a large file in honest work is not given up and an endless
 * loop is, whether it tells of progress or not. Nothing may be heard for `ms`, and a second more for each
 * PATIENCE_SILENT bytes of the document, since some passes over it end before they tell. One call may last
 * PATIENCE_CALLS times `ms`, and a second more for each PATIENCE_WORK bytes.
 */
#define PATIENCE_SILENT (32u << 20)
#define PATIENCE_WORK (4u << 20)
#define PATIENCE_CALLS 30

struct patience {
	unsigned int ms;
	uint64_t size, beside;	/* of the document, in bytes; of one that is compared with it */
	int64_t began_ns;	/* the call in hand; 0 while there is none */
	int64_t heard_ns;
};

/* The document in fd; or, with another one to be read beside it, both. */
void patience_document(struct patience *p, int fd, bool beside);
void patience_begin(struct patience *p, int64_t now_ns);	/* a call, or the next one in the row */
void patience_heard(struct patience *p, int64_t now_ns);
void patience_end(struct patience *p);
/* Milliseconds until it is at an end, rounded up; 0 once it is, INT64_MAX while there is no call. */
int64_t patience_left(const struct patience *p, int64_t now_ns);
/* Why it is at an end. */
void patience_why(char *out, size_t max, const struct patience *p);

#endif
