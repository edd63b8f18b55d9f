/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix: organisations down, profiles and actors across. The form that narrows it is hidden until the script,
 * which it needs, shows it. Layer: site. Any thread.
 */
#include "site_priv.h"

#include <string.h>
#include "verdict/base/mem.h"

/* Passes are sorted by organisation and by column, so one walk meets both in order. */
struct walk { size_t pass; };

static size_t column_span(const struct site_facts *f, size_t c)
{
	size_t n = 1;

	while (c + n < f->n_columns && f->columns[c + n].profile == f->columns[c].profile)
		n++;
	return n;
}

static void put_profile_heads(struct page *p)
{
	const struct site_facts *f = p->f;

	put(p, "<tr><th scope=\"col\" rowspan=\"2\" class=\"who\">");
	say(p, "Organisation");
	put(p, "</th>");
	for (size_t c = 0; c < f->n_columns; c += column_span(f, c)) {
		buf_printf(p->out, "<th scope=\"colgroup\" colspan=\"%zu\" class=\"pr\"><a href=\"profile/",
			column_span(f, c));
		put_code(p->out, profile_id(f, f->columns[c].profile));
		put(p, ".html\" title=\"");
		put_text(p, profile_name(f, f->columns[c].profile));
		put(p, "\">");
		put_name(p, profile_id(f, f->columns[c].profile));
		put(p, "</a></th>");
	}
	put(p, "</tr>\n");
}

static void put_actor_heads(struct page *p)
{
	const struct site_facts *f = p->f;

	put(p, "<tr>");
	for (size_t c = 0; c < f->n_columns; c++) {
		put(p, "<th scope=\"col\" class=\"ac\"><span>");
		put_name(p, actor_name(f, f->columns[c].actor));
		put(p, "</span></th>");
	}
	put(p, "</tr>\n");
}

/* `sign`: the whole cell of a pass. */
static void put_row(struct page *p, uint32_t o, size_t *at, const char *sign)
{
	const struct site_facts *f = p->f;
	const struct organisation *org = &f->organisations[o];

	put(p, "<tr data-c=\"");
	put_text(p, org->country);
	put(p, "\"><th scope=\"row\">");
	put_organisation(p, o, "organisation/");
	put(p, " <span class=\"country\">");
	put_text(p, *org->country_name ? org->country_name : org->country);
	put(p, "</span></th>");
	for (size_t c = 0; c < f->n_columns; c++) {
		const struct results_pass *pass = *at < f->n_passes ? &f->passes[*at] : NULL;

		if (pass && pass->organisation == o && pass->profile == f->columns[c].profile &&
			pass->actor == f->columns[c].actor) {
			buf_printf(p->out, "<td data-t=\"%llx\"%s", (unsigned long long)pass->tracks, sign);
			++*at;
		} else {
			put(p, "<td></td>");
		}
	}
	put(p, "</tr>\n");
}

static void put_matrix(struct page *p)
{
	const struct site_facts *f = p->f;
	struct buf sign;
	struct page s = *p;
	size_t at = 0;

	buf_init(&sign, 1024);
	s.out = &sign;
	put(&s, " class=\"y\"><span class=\"vh\">");
	say(&s, "passed");
	put(&s, "</span></td>");
	put(p, "<section class=\"scroll\" aria-labelledby=\"matrix-caption\" tabindex=\"0\">\n"
	       "<table class=\"matrix\" id=\"matrix\">\n<caption id=\"matrix-caption\">");
	say(p, "Passed, by organisation, profile and actor");
	put(p, "</caption>\n<thead>\n");
	put_profile_heads(p);
	put_actor_heads(p);
	put(p, "</thead>\n<tbody>\n");
	for (uint32_t o = 0; o < f->n_organisations; o++)
		if (at < f->n_passes && f->passes[at].organisation == o)
			put_row(p, o, &at, buf_str(&sign));
	put(p, "</tbody>\n</table>\n</section>\n");
	buf_done(&sign);
}

static void put_option(struct page *p, const char *value, const char *label)
{
	put(p, "<option value=\"");
	put_text(p, value);
	put(p, "\">");
	put_text(p, label);
	put(p, "</option>");
}

static void begin_choice(struct page *p, const char *id, const char *label)
{
	buf_printf(p->out, "<p><label for=\"by-%s\">", id);
	say(p, label);
	buf_printf(p->out, "</label><select id=\"by-%s\"><option value=\"\">", id);
	say(p, "All");
	put(p, "</option>");
}

static void put_track_choice(struct page *p)
{
	char bit[8] = "";

	begin_choice(p, "track", "Track");
	for (size_t t = 0; t < p->f->n_tracks && t < RESULTS_TRACKS_MAX; t++) {
		struct buf b;

		if (p->f->tracks[t].exploratory)
			continue;
		buf_init(&b, sizeof(bit) - 1);
		buf_printf(&b, "%zu", t);
		put_option(p, buf_str(&b), p->f->tracks[t].name);
		buf_done(&b);
	}
	put(p, "</select></p>\n");
}

static void put_profile_choice(struct page *p)
{
	const struct site_facts *f = p->f;

	begin_choice(p, "profile", "Profile");
	for (size_t c = 0; c < f->n_columns; c += column_span(f, c))
		put_option(p, profile_id(f, f->columns[c].profile), profile_id(f, f->columns[c].profile));
	put(p, "</select></p>\n");
}

/* Each country once, in the order of the organisations that have passed. */
static void put_country_choice(struct page *p)
{
	const struct site_facts *f = p->f;
	struct arena a;
	const char **seen;
	size_t n = 0;

	arena_init(&a);
	seen = arena_array(&a, const char *, f->n_organisations + 1);
	begin_choice(p, "country", "Country");
	for (size_t i = 0; i < f->n_passes; i++) {
		const struct organisation *o = &f->organisations[f->passes[i].organisation];
		size_t k = 0;

		while (k < n && strcmp(seen[k], o->country) != 0)
			k++;
		if (k < n)
			continue;
		seen[n++] = o->country;
		put_option(p, o->country, *o->country_name ? o->country_name : o->country);
	}
	put(p, "</select></p>\n");
	arena_done(&a);
}

static void put_form(struct page *p)
{
	put(p, "<div id=\"narrow\" class=\"narrow\" role=\"search\" hidden data-shown=\"");
	say(p, "Organisations shown: {1} of {2}");
	put(p, "\" data-none=\"");
	say(p, "Nothing found");
	put(p, "\">\n<p><label for=\"by-text\">");
	say(p, "Search");
	put(p, "</label><input id=\"by-text\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></p>\n");
	put_track_choice(p);
	put_profile_choice(p);
	put_country_choice(p);
	put(p, "<p><button type=\"button\" id=\"all\">");
	say(p, "Show all");
	put(p, "</button></p>\n<p id=\"shown\" role=\"status\"></p>\n</div>\n");
}

static void put_number(struct page *p, const char *label, size_t n)
{
	put(p, "<div><dt>");
	say(p, label);
	put(p, "</dt><dd>");
	put_int(p, (int64_t)n);
	put(p, "</dd></div>\n");
}

void page_results(struct page *p)
{
	const struct site_facts *f = p->f;
	size_t organisations = 0, profiles = 0;

	for (size_t i = 0; i < f->n_passes; i++)
		organisations += i == 0 || f->passes[i].organisation != f->passes[i - 1].organisation;
	for (size_t c = 0; c < f->n_columns; c += column_span(f, c))
		profiles++;
	site_page_begin(p, "Connectathon results", NULL);
	if (f->n_passes == 0) {
		put(p, "<p class=\"lead\">");
		say(p, "There are no results yet.");
		put(p, "</p>\n");
	} else {
		put(p, "<dl class=\"numbers\">\n");
		put_number(p, "Organisations", organisations);
		put_number(p, "Profiles", profiles);
		put_number(p, "Passed", f->n_passes);
		put(p, "</dl>\n");
		put_form(p);
		put_matrix(p);
	}
	site_page_end(p);
}
