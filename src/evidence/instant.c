/* SPDX-License-Identifier: Apache-2.0 */
/* Moments in the forms of FHIR, HL7, DICOM, HTTP and logs. Layer evidence; any thread. */
#include "verdict/evidence/instant.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"

struct in {
	const char *p;
	size_t n, at;
	bool bad;
};
struct moment {
	int year, month, day, hour, minute, second, ms;
};

static bool digit(const struct in *in)
{
	return in->at < in->n && in->p[in->at] >= '0' && in->p[in->at] <= '9';
}

/* Just `count` digits. */
static int number(struct in *in, int count)
{
	int v = 0;

	while (count-- > 0 && digit(in))
		v = v * 10 + (in->p[in->at++] - '0');
	if (count >= 0)
		in->bad = true;
	return v;
}

static bool take(struct in *in, char c)
{
	if (in->bad || in->at >= in->n || in->p[in->at] != c)
		return false;
	in->at++;
	return true;
}

static void need(struct in *in, char c)
{
	if (!take(in, c))
		in->bad = true;
}

/* Digits after a point or comma, at most nine; thousandths count. */
static int fraction(struct in *in)
{
	int ms = 0, k;

	if (in->at + 1 >= in->n || (in->p[in->at] != '.' && in->p[in->at] != ',') || in->p[in->at + 1] < '0' ||
		in->p[in->at + 1] > '9')
		return 0;
	in->at++;
	for (k = 0; k < 9 && digit(in); k++, in->at++)
		if (k < 3)
			ms = ms * 10 + (in->p[in->at] - '0');
	for (; k < 3; k++)
		ms *= 10;
	return ms;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0));
}

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1, era = y / 400, in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static bool sound(const struct moment *m)
{
	return m->year >= 1 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
		m->day <= month_days(m->year, m->month) && m->hour <= 23 && m->minute <= 59 && m->second <= 59;
}

size_t instant_zone(int *min_out, const char *p, size_t n)
{
	struct in in = { p, n, 1, false };
	int hours, minutes;

	if (n && *p == 'Z' && (n == 1 || !isalnum((unsigned char)p[1]))) {
		*min_out = 0;
		return 1;
	}
	if (n < 5 || (*p != '+' && *p != '-'))
		return 0;
	hours = number(&in, 2);
	take(&in, ':');
	minutes = number(&in, 2);
	if (in.bad || hours > 14 || minutes > 59 || digit(&in))
		return 0;
	*min_out = (hours * 60 + minutes) * (*p == '-' ? -1 : 1);
	return in.at;
}

/* The moment as it was read so far, with a zone where one follows, after a blank where `blank`. */
static size_t finish(struct instant *out, struct in *in, const struct moment *m, bool blank)
{
	size_t skip = blank && in->at < in->n && in->p[in->at] == ' ', zone;

	if (in->bad || !sound(m))
		return 0;
	out->ms = ((days_of(m->year, m->month, m->day) * 24 + m->hour) * 60 + m->minute) * 60000 + m->second * 1000 + m->ms;
	out->zone_min = 0;
	out->zoned = false;
	zone = instant_zone(&out->zone_min, in->p + in->at + skip, in->n - in->at - skip);
	if (zone) {
		out->zoned = true;
		out->ms -= (int64_t)out->zone_min * 60000;
		in->at += skip + zone;
	}
	return in->at;
}

static void read_time(struct in *in, struct moment *m)
{
	m->hour = number(in, 2);
	need(in, ':');
	m->minute = number(in, 2);
	if (take(in, ':')) {
		m->second = number(in, 2);
		m->ms = fraction(in);
	}
}

size_t instant_iso(struct instant *out, const char *p, size_t n)
{
	struct in in = { p, n, 0, false };
	struct moment m = { .second = 0 };

	m.year = number(&in, 4);
	need(&in, '-');
	m.month = number(&in, 2);
	need(&in, '-');
	m.day = number(&in, 2);
	if (!take(&in, 'T'))
		need(&in, ' ');
	if (in.bad)
		return 0;
	read_time(&in, &m);
	return digit(&in) ? 0 : finish(out, &in, &m, true);
}

size_t instant_digits(struct instant *out, const char *p, size_t n)
{
	struct in in = { p, n, 0, false };
	struct moment m = { .second = 0 };

	m.year = number(&in, 4);
	m.month = number(&in, 2);
	m.day = number(&in, 2);
	m.hour = number(&in, 2);
	m.minute = number(&in, 2);
	if (!in.bad && digit(&in)) {
		m.second = number(&in, 2);
		m.ms = fraction(&in);
	}
	return digit(&in) ? 0 : finish(out, &in, &m, false);
}

/* Three letters of a month, 1 to 12. */
static int month_name(struct in *in)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int k;

	for (k = 0; !in->bad && in->n - in->at >= 3 && k < 12; k++)
		if (!memcmp(in->p + in->at, names + k * 3, 3)) {
			in->at += 3;
			return k + 1;
		}
	in->bad = true;
	return 0;
}

size_t instant_http(struct instant *out, const char *p, size_t n)
{
	struct in in = { p, n, 5, false };
	struct moment m = { .second = 0 };
	size_t taken;

	if (n < 29 || p[3] != ',' || p[4] != ' ')
		return 0;
	m.day = number(&in, 2);
	need(&in, ' ');
	m.month = month_name(&in);
	need(&in, ' ');
	m.year = number(&in, 4);
	need(&in, ' ');
	read_time(&in, &m);
	if (in.bad || n - in.at < 4 || memcmp(p + in.at, " GMT", 4))
		return 0;
	taken = finish(out, &in, &m, false);
	if (taken)
		instant_set_zone(out, 0);
	return taken ? taken + 4 : 0;
}

size_t instant_clf(struct instant *out, const char *p, size_t n)
{
	struct in in = { p, n, 0, false };
	struct moment m = { .second = 0 };

	m.day = number(&in, 2);
	need(&in, '/');
	m.month = month_name(&in);
	need(&in, '/');
	m.year = number(&in, 4);
	need(&in, ':');
	read_time(&in, &m);
	return finish(out, &in, &m, true);
}

void instant_set_zone(struct instant *t, int zone_min)
{
	if (t->zoned)
		return;
	t->ms -= (int64_t)zone_min * 60000;
	t->zone_min = zone_min;
	t->zoned = true;
}

static int64_t day_at(int64_t ms, int zone_min)
{
	int64_t local = ms + (int64_t)zone_min * 60000;

	return local >= 0 ? local / 86400000 : -((-local + 86399999) / 86400000);
}

void instant_say(char out[INSTANT_TEXT], int64_t ms, int written_min, int zone_min)
{
	char text[CLOCK_TEXT], zone[CLOCK_TEXT];
	const char *from = text;

	clock_format_minute(text, ms, zone_min);
	clock_format_offset(zone, zone_min);
	if (day_at(ms, written_min) == day_at(ms, zone_min) && strlen(text) > 5)
		from += strlen(text) - 5;	/* the time alone */
	snprintf(out, INSTANT_TEXT, "%.20s %.8s", from, zone);
}
