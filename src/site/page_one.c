/* SPDX-License-Identifier: Apache-2.0 */
/* A page of one organisation, and of one profile. Layer: site. Any thread. */
#include "site_priv.h"

#include <string.h>

static void put_profile_link(struct page *p, uint32_t profile)
{
	buf_printf(p->out, "<a href=\"%sprofile/", page_base(p));
	put_code(p->out, profile_id(p->f, profile));
	put(p, ".html\">");
	put_name(p, profile_id(p->f, profile));
	put(p, "</a>");
}

static void put_head(struct page *p, const char *const *heads, size_t n)
{
	put(p, "<thead><tr>");
	for (size_t i = 0; i < n; i++) {
		put(p, "<th scope=\"col\">");
		say(p, heads[i]);
		put(p, "</th>");
	}
	put(p, "</tr></thead>\n<tbody>\n");
}

static void put_of_organisation(struct page *p, const struct results_pass *pass, bool first)
{
	put(p, "<tr><th scope=\"row\">");
	put_profile_link(p, pass->profile);
	put(p, first ? " <span class=\"full\">" : " <span class=\"full again\">");
	put_name(p, profile_name(p->f, pass->profile));
	put(p, "</span></th><td>");
	put_name(p, actor_name(p->f, pass->actor));
	put(p, "</td><td>");
	put_tracks(p, pass->tracks);
	put(p, "</td></tr>\n");
}

void page_organisation(struct page *p)
{
	static const char *const heads[] = { TEXT("Profile"), TEXT("Actor"), TEXT("Track") };
	const struct site_facts *f = p->f;
	const struct organisation *o = &f->organisations[p->file->index];
	uint32_t before = RESULTS_NONE;

	site_page_begin(p, "Results of {1}", o->name);
	put(p, "<p class=\"lead\">");
	put_text(p, *o->country_name ? o->country_name : o->country);
	put(p, "</p>\n<table class=\"list\">\n<caption>");
	say(p, "Passed, by profile and actor");
	put(p, "</caption>\n");
	put_head(p, heads, 3);
	for (size_t i = 0; i < f->n_passes; i++) {
		if (f->passes[i].organisation != p->file->index)
			continue;
		put_of_organisation(p, &f->passes[i], f->passes[i].profile != before);
		before = f->passes[i].profile;
	}
	put(p, "</tbody>\n</table>\n");
	site_page_end(p);
}

static void put_of_profile(struct page *p, const struct results_pass *pass)
{
	const struct organisation *o = &p->f->organisations[pass->organisation];

	put(p, "<tr><th scope=\"row\">");
	put_name(p, actor_name(p->f, pass->actor));
	put(p, "</th><td>");
	put_organisation(p, pass->organisation, "../organisation/");
	put(p, "</td><td>");
	put_text(p, *o->country_name ? o->country_name : o->country);
	put(p, "</td><td>");
	put_tracks(p, pass->tracks);
	put(p, "</td></tr>\n");
}

void page_profile(struct page *p)
{
	static const char *const heads[] = { TEXT("Actor"), TEXT("Organisation"), TEXT("Country"), TEXT("Track") };
	const struct site_facts *f = p->f;
	uint32_t profile = p->file->index;

	site_page_begin(p, "Results for {1}", profile_id(f, profile));
	put(p, "<p class=\"lead\">");
	put_name(p, profile_name(f, profile));
	put(p, "</p>\n<table class=\"list\">\n<caption>");
	say(p, "Passed, by actor and organisation");
	put(p, "</caption>\n");
	put_head(p, heads, 4);
	for (size_t c = 0; c < f->n_columns; c++)
		for (size_t i = 0; f->columns[c].profile == profile && i < f->n_passes; i++)
			if (f->passes[i].profile == profile && f->passes[i].actor == f->columns[c].actor)
				put_of_profile(p, &f->passes[i]);
	put(p, "</tbody>\n</table>\n");
	site_page_end(p);
}
