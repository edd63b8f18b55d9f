/* SPDX-License-Identifier: Apache-2.0 */
/* Exploratory tracks: what was tried, without grades and without names. Layer: site. Any thread. */
#include "site_priv.h"

static void put_trial(struct page *p, const struct results_trial *t)
{
	put(p, "<tr><th scope=\"row\">");
	put_name(p, t->title);
	put(p, " <span class=\"full\">");
	put_name(p, t->test);
	buf_printf(p->out, "</span></th><td class=\"n\">%u</td><td class=\"n\">%u</td><td class=\"n\">%u</td></tr>\n",
		t->systems, t->tis, t->verified);
}

static void put_track(struct page *p, uint32_t track)
{
	static const char *const heads[] = { TEXT("Systems"), TEXT("Test instances"), TEXT("Verified") };

	put(p, "<section>\n<h2>");
	put_name(p, p->f->tracks[track].name);
	put(p, "</h2>\n<table class=\"list\">\n<caption>");
	say(p, "What was tried, by test");
	put(p, "</caption>\n<thead><tr><th scope=\"col\">");
	say(p, "Test");
	put(p, "</th>");
	for (size_t i = 0; i < 3; i++) {
		put(p, "<th scope=\"col\" class=\"n\">");
		say(p, heads[i]);
		put(p, "</th>");
	}
	put(p, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->f->n_trials; i++)
		if (p->f->trials[i].track == track && p->f->trials[i].tis)
			put_trial(p, &p->f->trials[i]);
	put(p, "</tbody>\n</table>\n</section>\n");
}

void page_trials(struct page *p)
{
	site_page_begin(p, "Exploratory tracks", NULL);
	put(p, "<p class=\"lead\">");
	say(p, "Early trials of drafts and of new combinations. What was observed teaches the authors of the drafts; nobody is "
	       "graded here.");
	put(p, "</p>\n");
	for (uint32_t t = 0; t < p->f->n_tracks; t++)
		if (p->f->tracks[t].exploratory)
			put_track(p, t);
	site_page_end(p);
}
