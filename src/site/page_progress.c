/* SPDX-License-Identifier: Apache-2.0 */
/* How many test instances were verified in the course of the event: a curve for each track, and its numbers as a table.
 * Layer: site. Any thread. */
#include "site_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include "verdict/base/clock.h"

#define HEIGHT 220
#define LEFT 48
#define RIGHT 12
#define TOP 12
#define BOTTOM 28
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

struct chart {
	int width;
	const struct results_point *points; size_t n;
	int64_t from, to;
	unsigned int top;	/* of the scale */
	unsigned int step;
};

/* A step of 1, 2 or 5 times a power of ten that gives four to eight lines. */
static unsigned int scale_step(unsigned int most)
{
	static const unsigned int factors[] = { 1, 2, 5 };

	for (unsigned int power = 1; power < 100000000; power *= 10)
		for (size_t i = 0; i < 3; i++)
			if (most / (factors[i] * power) <= 5)
				return factors[i] * power;
	return 1000000000;
}

static void chart_init(struct chart *c, const struct site_part *part, int width)
{
	unsigned int most = part->n_points ? part->points[part->n_points - 1].verified : 0;

	for (size_t i = 0; i < part->n_points; i++)
		most = part->points[i].verified > most ? part->points[i].verified : most;
	c->width = width;
	c->points = part->points;
	c->n = part->n_points;
	c->from = c->n ? c->points[0].at - HOUR_MS : 0;
	c->to = c->n ? c->points[c->n - 1].at : 0;
	c->step = scale_step(most ? most : 1);
	c->top = (most / c->step + 1) * c->step;
}

static int x_of(const struct chart *c, int64_t at)
{
	return LEFT + (int)((at - c->from) * (c->width - LEFT - RIGHT) / (c->to - c->from));
}

static int y_of(const struct chart *c, unsigned int n)
{
	return HEIGHT - BOTTOM - (int)((uint64_t)n * (HEIGHT - TOP - BOTTOM) / c->top);
}

static void put_grid(struct page *p, const struct chart *c)
{
	int64_t zone = (int64_t)p->f->event.tz_min * 60000, days = (c->to - c->from) / DAY_MS + 1;
	int64_t stride = days / 7 + 1;

	for (unsigned int n = 0; n <= c->top; n += c->step)
		buf_printf(p->out, "<line class=\"grid\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\" "
			"text-anchor=\"end\">%u</text>\n", LEFT, y_of(c, n), c->width - RIGHT, y_of(c, n), LEFT - 6,
			y_of(c, n) + 4, n);
	for (int64_t day = (c->from + zone) / DAY_MS + 1; day * DAY_MS - zone <= c->to; day += stride) {
		char text[CLOCK_TEXT];
		int x = x_of(c, day * DAY_MS - zone);

		clock_format_minute(text, day * DAY_MS - zone, p->f->event.tz_min);
		buf_printf(p->out, "<line class=\"grid\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\" "
			"text-anchor=\"middle\">%.5s</text>\n", x, TOP, x, HEIGHT - BOTTOM, x, HEIGHT - 10, text + 5);
	}
}

/* Steps, not slopes: between two verdicts nothing happened. */
static void put_curve(struct page *p, const struct chart *c)
{
	buf_printf(p->out, "<path class=\"area\" d=\"M%d %d", x_of(c, c->from), y_of(c, 0));
	for (size_t i = 0; i < c->n; i++)
		buf_printf(p->out, "H%dV%d", x_of(c, c->points[i].at), y_of(c, c->points[i].verified));
	buf_printf(p->out, "V%dZ\"/>\n<path class=\"curve\" d=\"M%d %d", y_of(c, 0), x_of(c, c->from), y_of(c, 0));
	for (size_t i = 0; i < c->n; i++)
		buf_printf(p->out, "H%dV%d", x_of(c, c->points[i].at), y_of(c, c->points[i].verified));
	put(p, "\"/>\n");
}

void put_chart(struct page *p, const struct site_part *part, size_t id, int width)
{
	char day[CLOCK_TEXT], number[16];
	struct chart c;

	chart_init(&c, part, width);
	if (c.n == 0)
		return;
	buf_printf(p->out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"chart-%zu\">\n"
		"<title id=\"chart-%zu\">", width, HEIGHT, id, id);
	clock_format_minute(day, c.to, p->f->event.tz_min);
	day[10] = '\0';
	snprintf(number, sizeof(number), "%u", c.points[c.n - 1].verified);
	say_with(p, "Verified test instances over time, until {1}: {2}", day, number);
	put(p, "</title>\n");
	put_grid(p, &c);
	put_curve(p, &c);
	put(p, "</svg>\n");
}

/* The sum at the end of each day. */
static void put_days(struct page *p, const struct site_part *part)
{
	const struct results_point *points = part->points;
	size_t n = part->n_points;
	int64_t zone = (int64_t)p->f->event.tz_min * 60000;

	put(p, "<details><summary>");
	say(p, "The numbers");
	put(p, "</summary>\n<table class=\"list\">\n<caption>");
	say(p, "Verified test instances at the end of each day");
	put(p, "</caption>\n<thead><tr><th scope=\"col\">");
	say(p, "Day");
	put(p, "</th><th scope=\"col\" class=\"n\">");
	say(p, "Verified");
	put(p, "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		/* `at` is the end of a bin: midnight ends the day before */
		int64_t day = (points[i].at - 1 + zone) / DAY_MS;

		if (i + 1 < n && (points[i + 1].at - 1 + zone) / DAY_MS == day)
			continue;
		put(p, "<tr><th scope=\"row\">");
		put_day(p, points[i].at - 1);
		buf_printf(p->out, "</th><td class=\"n\">%u</td></tr>\n", points[i].verified);
	}
	put(p, "</tbody>\n</table>\n</details>\n");
}

static void put_part(struct page *p, const struct site_part *part, size_t id)
{
	const struct results_totals *t = &part->totals;

	put(p, "<section>\n<h2>");
	put_part_name(p, part);
	put(p, "</h2>\n<dl class=\"numbers\">\n<div><dt>");
	say(p, "Test instances");
	buf_printf(p->out, "</dt><dd>%u</dd></div>\n<div><dt>", t->tis);
	say(p, "Verified");
	buf_printf(p->out, "</dt><dd>%u</dd></div>\n<div><dt>", t->by_status[TI_VERIFIED]);
	say(p, "Systems");
	buf_printf(p->out, "</dt><dd>%u</dd></div>\n</dl>\n", t->systems);
	put_chart(p, part, id, 640);
	if (part->n_points)
		put_days(p, part);
	put(p, "</section>\n");
}

void page_progress(struct page *p)
{
	site_page_begin(p, "Progress", NULL);
	put(p, "<p class=\"lead\">");
	say(p, "Test instances that monitors verified in the course of the event.");
	put(p, "</p>\n");
	for (size_t i = 0; i < p->f->n_parts; i++)
		put_part(p, &p->f->parts[i], i);
	site_page_end(p);
}
