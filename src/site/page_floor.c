/* SPDX-License-Identifier: Apache-2.0 */
/* The big screen on the floor: a few numbers that name nobody. Layer: site. Any thread. */
#include "site_priv.h"

#include "verdict/base/clock.h"

static void put_big(struct page *p, const char *label, const char *kind)
{
	buf_printf(p->out, "<div class=\"%s\"><dt>", kind);
	say(p, label);
	put(p, "</dt><dd>");
}

static void put_age(struct page *p, int64_t since)
{
	int64_t minutes = since && p->f->now > since ? (p->f->now - since) / 60000 : 0;
	char number[CLOCK_TEXT];

	if (!since) {
		put(p, "–");
		return;
	}
	clock_format_age(number, minutes * 60);
	put_text(p, number);
}

static void put_bar(struct page *p, const struct site_part *part)
{
	const struct results_totals *t = &part->totals;
	unsigned int all = t->tis - t->by_status[TI_ABORTED], done = t->by_status[TI_VERIFIED];

	put(p, "<tr><th scope=\"row\">");
	put_part_name(p, part);
	buf_printf(p->out, "</th><td class=\"bar\"><svg viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"rest\" width=\"100\" height=\"4\"/><rect class=\"done\" width=\"%u\" height=\"4\"/></svg></td>"
		"<td class=\"n\">%u / %u</td><td class=\"n\">%u</td></tr>\n",
		all ? done * 100 / all : 0, done, all, t->waiting);
}

static void put_bars(struct page *p)
{
	put(p, "<table class=\"bars\">\n<caption class=\"vh\">");
	say(p, "Verified and waiting, by track");
	put(p, "</caption>\n<thead><tr><th scope=\"col\">");
	say(p, "Track");
	put(p, "</th><td></td><th scope=\"col\" class=\"n\">");
	say(p, "Verified");
	put(p, "</th><th scope=\"col\" class=\"n\">");
	say(p, "Waiting");
	put(p, "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->f->n_parts; i++)
		put_bar(p, &p->f->parts[i]);
	put(p, "</tbody>\n</table>\n");
}

void page_floor(struct page *p)
{
	const struct results_totals *t = &p->f->parts[0].totals;

	site_page_begin(p, "Floor", NULL);
	put(p, "<div id=\"board\">\n<dl class=\"big\">\n");
	put_big(p, "Verified", "good");
	put_int(p, t->by_status[TI_VERIFIED]);
	put(p, "</dd></div>\n");
	put_big(p, "Waiting for a monitor", "plain");
	put_int(p, t->waiting);
	put(p, "</dd></div>\n");
	put_big(p, "Disputed", "plain");
	put_int(p, t->by_status[TI_DISPUTED]);
	put(p, "</dd></div>\n");
	put_big(p, "Oldest waiting", "plain");
	put_age(p, t->oldest);
	put(p, "</dd></div>\n</dl>\n");
	put_bars(p);
	put_chart(p, &p->f->parts[0], 0, 1360);
	put(p, "<p class=\"asof\">");
	say(p, "As of");
	put(p, " ");
	put_moment(p, p->f->now);
	put(p, "</p>\n</div>\n");
	site_page_end(p);
}
