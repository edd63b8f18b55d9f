/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_INSTANT_H
#define VERDICT_EVIDENCE_INSTANT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Moments as evidence writes them. Strict: a day that no month has, an hour 24, a zone that is none make it no
 * moment at all. Pure; any thread.
 */
struct instant {
	int64_t ms;		/* since 1970 in UTC; where not `zoned`, as if the clock had shown UTC */
	int zone_min;		/* of the clock that wrote it, minutes east of UTC */
	bool zoned;		/* it says its zone */
};

/* Each answers how many bytes of p[0..n) the moment takes, 0 where none begins there. Minutes are needed, seconds not. */
size_t instant_iso(struct instant *out, const char *p, size_t n);	/* 2026-11-24T05:32:00.5Z, "2026-11-24 05:32:00,5 +0900" */
size_t instant_digits(struct instant *out, const char *p, size_t n);	/* 20261124143200.123+0900: HL7, CDA, DICOM */
size_t instant_http(struct instant *out, const char *p, size_t n);	/* "Tue, 24 Nov 2026 05:32:00 GMT" */
size_t instant_clf(struct instant *out, const char *p, size_t n);	/* 24/Nov/2026:14:32:00 +0900, of access logs */
/* A zone, Z or +09:00 or +0900; minutes to *min_out. */
size_t instant_zone(int *min_out, const char *p, size_t n);
/* Give a moment without zone that of its surroundings. */
void instant_set_zone(struct instant *t, int zone_min);

#define INSTANT_TEXT 40
/* "14:32 +09:00", with the day where it is another one than the writer's: "2026-11-25 00:10 +09:00". */
void instant_say(char out[INSTANT_TEXT], int64_t ms, int written_min, int zone_min);

#endif
