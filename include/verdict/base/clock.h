/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_CLOCK_H
#define VERDICT_BASE_CLOCK_H
#include <stddef.h>
#include <stdint.h>

/* Time behind a source that tests and scripts replace. Any thread. */
int64_t clock_wall_ms(void);	/* since 1970, UTC */
int64_t clock_mono_ns(void);	/* for intervals while awake */
int64_t clock_boot_ms(void);	/* CLOCK_BOOTTIME: counts suspension, for leases */

/* Freeze the wall clock (and step the others with it); negative: real time again. */
void clock_freeze_ms(int64_t wall_ms);
/* Let the wall clock run on from that moment, for demonstrations; negative: real time again. */
void clock_start_ms(int64_t wall_ms);

#define CLOCK_TEXT 40
/* RFC 3339 in UTC, "2026-11-22T05:33:07.123Z". */
void clock_format_utc(char out[CLOCK_TEXT], int64_t wall_ms);
/* Local part for the screen in a fixed offset east of UTC: "14:33:07" or "2026-11-22 14:33". */
void clock_format_time(char out[CLOCK_TEXT], int64_t wall_ms, int offset_min);
void clock_format_minute(char out[CLOCK_TEXT], int64_t wall_ms, int offset_min);
/* Short age: "42m", "1h12m", "2d". */
void clock_format_age(char out[CLOCK_TEXT], int64_t seconds);
/* Parse RFC 3339 with zone (date alone: midnight UTC) strictly; 0 on success, -1 otherwise. */
int clock_parse(int64_t *wall_ms_out, const char *text);
/* "+09:00" for 540. */
void clock_format_offset(char out[CLOCK_TEXT], int offset_min);
/* The system's offset east of UTC at that moment, minutes. */
int clock_local_offset(int64_t wall_ms);

#endif
