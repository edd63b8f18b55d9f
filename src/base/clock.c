/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time behind a source that tests replace, and its text forms. Frozen, the wall clock stands still;
 * moving it on moves the other clocks as far, which keep running so that timers still fire. Layer
 * base; any thread.
 */
#include "verdict/base/clock.h"
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t frozen_ms = -1;
static _Atomic int64_t stepped_ms;
static _Atomic int64_t shift_ms;	/* of the wall clock alone */

static int64_t read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_wall_ms(void)
{
	int64_t at = atomic_load(&frozen_ms);

	return at >= 0 ? at : read_ns(CLOCK_REALTIME) / 1000000 + atomic_load(&shift_ms);
}

int64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC) + atomic_load(&stepped_ms) * 1000000;
}

int64_t clock_boot_ms(void)
{
	return read_ns(CLOCK_BOOTTIME) / 1000000 + atomic_load(&stepped_ms);
}

void clock_freeze_ms(int64_t wall_ms)
{
	int64_t before = atomic_exchange(&frozen_ms, wall_ms < 0 ? -1 : wall_ms);

	if (before >= 0 && wall_ms > before)
		atomic_fetch_add(&stepped_ms, wall_ms - before);
}

void clock_start_ms(int64_t wall_ms)
{
	atomic_store(&shift_ms, wall_ms < 0 ? 0 : wall_ms - read_ns(CLOCK_REALTIME) / 1000000);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Calendar day of a number of days since 1970 (Gregorian, any sign), after H. Hinnant's civil
 * calendar. */
static void civil(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct parts {
	int64_t year;
	int month, day, hour, minute, second, ms;
};

static void split(struct parts *out, int64_t ms)
{
	int64_t days = floor_div(ms, 86400000), rest = ms - days * 86400000;

	civil(days, &out->year, &out->month, &out->day);
	out->hour = (int)(rest / 3600000);
	out->minute = (int)(rest / 60000 % 60);
	out->second = (int)(rest / 1000 % 60);
	out->ms = (int)(rest % 1000);
}

void clock_format_utc(char out[CLOCK_TEXT], int64_t wall_ms)
{
	struct parts t;

	split(&t, wall_ms);
	snprintf(out, CLOCK_TEXT, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year, t.month,
		t.day, t.hour, t.minute, t.second, t.ms);
}

void clock_format_time(char out[CLOCK_TEXT], int64_t wall_ms, int offset_min)
{
	struct parts t;

	split(&t, wall_ms + (int64_t)offset_min * 60000);
	snprintf(out, CLOCK_TEXT, "%02d:%02d:%02d", t.hour, t.minute, t.second);
}

void clock_format_minute(char out[CLOCK_TEXT], int64_t wall_ms, int offset_min)
{
	struct parts t;

	split(&t, wall_ms + (int64_t)offset_min * 60000);
	snprintf(out, CLOCK_TEXT, "%04" PRId64 "-%02d-%02d %02d:%02d", t.year, t.month, t.day,
		t.hour, t.minute);
}

void clock_format_age(char out[CLOCK_TEXT], int64_t seconds)
{
	int64_t minutes = seconds < 0 ? 0 : seconds / 60;

	if (minutes < 60)
		snprintf(out, CLOCK_TEXT, "%" PRId64 "m", minutes);
	else if (minutes < 48 * 60)
		snprintf(out, CLOCK_TEXT, "%" PRId64 "h%02" PRId64 "m", minutes / 60, minutes % 60);
	else
		snprintf(out, CLOCK_TEXT, "%" PRId64 "d", minutes / (24 * 60));
}

void clock_format_offset(char out[CLOCK_TEXT], int offset_min)
{
	int m = offset_min < 0 ? -offset_min : offset_min;

	snprintf(out, CLOCK_TEXT, "%c%02d:%02d", offset_min < 0 ? '-' : '+', m / 60, m % 60);
}

int clock_local_offset(int64_t wall_ms)
{
	time_t t = (time_t)floor_div(wall_ms, 1000);
	struct tm tm;

	return localtime_r(&t, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

/* `count` digits at *p, and then `after` unless it is NUL. */
static bool number(int *out, const char **p, int count, char after)
{
	int v = 0;

	for (; count > 0; count--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*out = v;
	if (!after)
		return true;
	return *(*p)++ == after;
}

/* Milliseconds after the decimal point; more digits are read and dropped. */
static bool fraction(int *ms, const char **p)
{
	int scale = 100;

	*ms = 0;
	if (**p != '.')
		return true;
	(*p)++;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*ms += (**p - '0') * scale;
	return true;
}

static bool zone(int *offset_min, const char **p)
{
	int sign = **p == '-' ? -1 : 1, hour, minute;

	*offset_min = 0;
	if (**p == 'Z') {
		(*p)++;
		return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!number(&hour, p, 2, ':') || !number(&minute, p, 2, '\0') || hour > 23 || minute > 59)
		return false;
	*offset_min = sign * (hour * 60 + minute);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

int clock_parse(int64_t *wall_ms_out, const char *text)
{
	int year, month, day, hour = 0, minute = 0, second = 0, ms = 0, offset = 0;
	const char *p = text;

	if (!number(&year, &p, 4, '-') || !number(&month, &p, 2, '-') || !number(&day, &p, 2, '\0'))
		return -1;
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return -1;
	if (*p) {
		if (*p++ != 'T')
			return -1;
		if (!number(&hour, &p, 2, ':') || !number(&minute, &p, 2, ':') ||
			!number(&second, &p, 2, '\0'))
			return -1;
		if (hour > 23 || minute > 59 || second > 59)
			return -1;
		if (!fraction(&ms, &p) || !zone(&offset, &p) || *p)
			return -1;
	}
	*wall_ms_out = ((days_of(year, month, day) * 24 + hour) * 60 + minute - offset) * 60000 +
		second * 1000 + ms;
	return 0;
}
