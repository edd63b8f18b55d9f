/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_ZONE_H
#define VERDICT_BASE_ZONE_H
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/status.h"

/*
 * A time zone of the system's zone database (RFC 8536), for moments of an event whose zone is named: what its clocks
 * show may change with the season. Any thread; constant once it is open.
 */
struct zone;

/* STATUS_NOT_FOUND where the name is none of the database ("KST" is no name, "Asia/Seoul" is). */
enum status zone_open(struct zone **out, const char *name);
/* From the bytes of such a file; STATUS_INVALID. */
enum status zone_read(struct zone **out, const unsigned char *p, size_t n);
/* The zone of that name where the database has it, else the same offset all the year; never NULL. */
struct zone *zone_of(const char *name, int offset_min);
void zone_free(struct zone *z);
/* Minutes east of UTC at that moment. */
int zone_offset(const struct zone *z, int64_t wall_ms);

#endif
