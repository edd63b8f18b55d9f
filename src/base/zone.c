/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zones of the zone database, read from their files: the C library knows one zone a process, and changing it is not
 * for threads. Layer base; any thread. After the last change that a file lists, its rule in words holds (TZ of POSIX).
 */
#include "verdict/base/zone.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/mem.h"

#define FOLDER "/usr/share/zoneinfo/"
#define FILE_MAX (64 * 1024)
#define NAME_LONGEST 64
#define HEAD 44
#define DAY 86400

struct change { int64_t from; int32_t offset; };
/* "M3.5.0/2": the week-th `day` of a month; week 5 is the last one. */
struct rule { int month, week, day; int32_t at; };
struct zone {
	int32_t first;		/* before the first change */
	struct change *changes;
	size_t n;
	bool ruled, seasons;	/* what holds after the last one; with summer time */
	int32_t standard, summer;
	struct rule begin, end;
};

static int64_t big(const unsigned char *p, int bytes)
{
	uint64_t v = p[0] & 0x80 ? UINT64_MAX : 0;
	int i;

	for (i = 0; i < bytes; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct in { const char *p; bool bad; };

static int number(struct in *in, int max)
{
	int v = 0, digits = 0;

	for (; *in->p >= '0' && *in->p <= '9' && digits < 4; digits++)
		v = v * 10 + *in->p++ - '0';
	if (!digits || v > max)
		in->bad = true;
	return in->bad ? 0 : v;
}

/* h[h][:mm[:ss]] with a sign. */
static int32_t seconds(struct in *in)
{
	int sign = *in->p == '-' ? -1 : 1, s;

	if (*in->p == '-' || *in->p == '+')
		in->p++;
	s = number(in, 167) * 3600;
	if (*in->p == ':') {
		in->p++;
		s += number(in, 59) * 60;
	}
	if (*in->p == ':') {
		in->p++;
		s += number(in, 59);
	}
	return sign * s;
}

static void skip_name(struct in *in)
{
	const char *start = in->p;
	bool quoted = *in->p == '<';

	while (*in->p && (quoted ? *in->p != '>' : (*in->p | 0x20) >= 'a' && (*in->p | 0x20) <= 'z'))
		in->p++;
	if (quoted && *in->p == '>')
		in->p++;
	if (in->p == start)
		in->bad = true;
}

static void need(struct in *in, char c)
{
	if (*in->p == c)
		in->p++;
	else
		in->bad = true;
}

static void read_rule(struct rule *r, struct in *in)
{
	need(in, ',');
	need(in, 'M');
	r->month = number(in, 12);
	need(in, '.');
	r->week = number(in, 5);
	need(in, '.');
	r->day = number(in, 6);
	r->at = 7200;
	if (*in->p == '/') {
		in->p++;
		r->at = seconds(in);
	}
	if (r->month < 1 || r->week < 1)
		in->bad = true;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": east is negative there. */
static bool read_words(struct zone *z, const char *text)
{
	struct in in = { text, false };

	skip_name(&in);
	z->standard = -seconds(&in);
	if (!in.bad && *in.p) {
		skip_name(&in);
		z->summer = z->standard + 3600;
		if (*in.p && *in.p != ',')
			z->summer = -seconds(&in);
		read_rule(&z->begin, &in);
		read_rule(&z->end, &in);
		z->seasons = true;
	}
	return !in.bad && !*in.p;
}

struct counts { size_t utc, std, leap, time, type, chars; };

static bool read_head(struct counts *c, const unsigned char *p, size_t n)
{
	if (n < HEAD || memcmp(p, "TZif", 4))
		return false;
	c->utc = (size_t)(uint32_t)big(p + 20, 4);
	c->std = (size_t)(uint32_t)big(p + 24, 4);
	c->leap = (size_t)(uint32_t)big(p + 28, 4);
	c->time = (size_t)(uint32_t)big(p + 32, 4);
	c->type = (size_t)(uint32_t)big(p + 36, 4);
	c->chars = (size_t)(uint32_t)big(p + 40, 4);
	return c->utc < FILE_MAX && c->std < FILE_MAX && c->leap < FILE_MAX && c->time < FILE_MAX && c->type >= 1 &&
		c->type <= 256 && c->chars < FILE_MAX;
}

static size_t block(const struct counts *c, size_t size)
{
	return c->time * size + c->time + c->type * 6 + c->chars + c->leap * (size + 4) + c->std + c->utc;
}

/* The second block, of 64-bit times; its types at `types`. */
static bool read_changes(struct zone *z, const struct counts *c, const unsigned char *p)
{
	const unsigned char *which = p + c->time * 8, *types = which + c->time;
	size_t i;

	z->first = (int32_t)big(types, 4);
	z->changes = mem_array(c->time + 1, sizeof(*z->changes));
	for (i = 0; i < c->time; i++) {
		z->changes[i].from = big(p + i * 8, 8);
		if (which[i] >= c->type || (i && z->changes[i].from <= z->changes[i - 1].from))
			return false;
		z->changes[i].offset = (int32_t)big(types + which[i] * 6, 4);
		if (z->changes[i].offset < -DAY || z->changes[i].offset > DAY)
			return false;
	}
	z->n = c->time;
	return z->first >= -DAY && z->first <= DAY;
}

enum status zone_read(struct zone **out, const unsigned char *p, size_t n)
{
	struct zone *z = mem_zalloc(sizeof(*z));
	struct counts c;
	size_t skip, size;
	char words[128];
	bool good = read_head(&c, p, n) && p[4] >= '2';

	skip = good ? HEAD + block(&c, 4) : 0;
	good = good && skip < n && read_head(&c, p + skip, n - skip);
	size = good ? HEAD + block(&c, 8) : 0;
	good = good && size < n - skip && read_changes(z, &c, p + skip + HEAD);
	if (good) {
		const unsigned char *foot = p + skip + size;
		size_t len = n - skip - size;

		good = len >= 2 && len < sizeof(words) && foot[0] == '\n' && foot[len - 1] == '\n';
		if (good && len > 2) {
			memcpy(words, foot + 1, len - 2);
			words[len - 2] = '\0';
			z->ruled = good = strlen(words) == len - 2 && read_words(z, words);
		}
	}
	if (!good) {
		zone_free(z);
		return status_set(STATUS_INVALID, "this is no file of the zone database");
	}
	*out = z;
	return STATUS_OK;
}

/* A name of the database and no way out of its folder. */
static bool good_name(const char *name)
{
	size_t i, n = strnlen(name, NAME_LONGEST);

	for (i = 0; i < n; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/", name[i]))
			return false;
	return n && n < NAME_LONGEST && *name != '/' && strchr(name, '/');
}

enum status zone_open(struct zone **out, const char *name)
{
	unsigned char *bytes = NULL;
	enum status rc = STATUS_OK;
	char path[sizeof(FOLDER) + NAME_LONGEST];
	ssize_t got = 0;
	size_t n = 0;
	int fd = -1;

	if (!good_name(name))
		return status_set(STATUS_NOT_FOUND, "this is no name of the zone database");
	snprintf(path, sizeof(path), "%s%s", FOLDER, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		rc = status_set(STATUS_NOT_FOUND, "the zone database has no such zone");
		goto out;
	}
	bytes = mem_alloc(FILE_MAX);
	while (n < FILE_MAX && ((got = read(fd, bytes + n, FILE_MAX - n)) > 0 || (got < 0 && errno == EINTR)))
		n += got > 0 ? (size_t)got : 0;
	rc = got < 0 ? status_set(STATUS_IO, "the zone database cannot be read") : zone_read(out, bytes, n);
out:
	mem_free(bytes);
	if (fd >= 0)
		close(fd);
	return rc;
}

struct zone *zone_of(const char *name, int offset_min)
{
	struct zone *z;

	if (name && zone_open(&z, name) == STATUS_OK)
		return z;
	status_clear();
	z = mem_zalloc(sizeof(*z));
	z->first = offset_min * 60;
	return z;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	mem_free(z->changes);
	mem_free(z);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1, era = floor_div(y, 400), in_era = y - era * 400;
	int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static int64_t year_of(int64_t days)
{
	int64_t year = 1970 + floor_div(days * 400, 146097);

	while (days_of(year, 1, 1) > days)
		year--;
	while (days_of(year + 1, 1, 1) <= days)
		year++;
	return year;
}

/* When a rule takes effect that year, by clocks that are `offset` east. */
static int64_t rule_time(const struct rule *r, int64_t year, int32_t offset)
{
	int64_t first = days_of(year, r->month, 1);
	int64_t next = r->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, r->month + 1, 1);
	int weekday = (int)(((first + 4) % 7 + 7) % 7);
	int64_t day = first + (r->day - weekday + 7) % 7 + (r->week - 1) * 7;

	while (day >= next)
		day -= 7;
	return day * DAY + r->at - offset;
}

static int32_t by_rule(const struct zone *z, int64_t t)
{
	int64_t year, begin, end;

	if (!z->seasons)
		return z->standard;
	year = year_of(floor_div(t + z->standard, DAY));
	begin = rule_time(&z->begin, year, z->standard);
	end = rule_time(&z->end, year, z->summer);
	if (begin < end)
		return t >= begin && t < end ? z->summer : z->standard;
	return t >= begin || t < end ? z->summer : z->standard;
}

int zone_offset(const struct zone *z, int64_t wall_ms)
{
	int64_t t = floor_div(wall_ms, 1000);
	size_t lo = 0, hi = z->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (z->changes[mid].from <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (z->ruled && lo == z->n)
		return by_rule(z, t) / 60;
	return (lo ? z->changes[lo - 1].offset : z->first) / 60;
}
