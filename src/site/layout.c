/* SPDX-License-Identifier: Apache-2.0 */
/* What all pages share: head, way around, foot; and small parts. Layer: site. Any thread. */
#include "site_priv.h"

#include <stdio.h>
#include <string.h>

const char *profile_id(const struct site_facts *f, uint32_t i)
{
	return i < f->n_profiles ? f->profiles[i].id : "";
}

const char *profile_name(const struct site_facts *f, uint32_t i)
{
	return i < f->n_profiles && *f->profiles[i].name ? f->profiles[i].name : profile_id(f, i);
}

const char *actor_name(const struct site_facts *f, uint32_t i)
{
	if (i >= f->n_actors)
		return "";
	return *f->actors[i].name ? f->actors[i].name : f->actors[i].id;
}

void put_organisation(struct page *p, uint32_t o, const char *folder)
{
	const struct organisation *org = &p->f->organisations[o];
	char lang[8];

	buf_printf(p->out, "<a href=\"%s", folder);
	put_code(p->out, org->id);
	put(p, ".html\"");
	if (text_language(lang, org->name, org->country))
		buf_printf(p->out, " lang=\"%s\"", lang);
	put(p, ">");
	put_name(p, org->name);
	put(p, "</a>");
}

void put_tracks(struct page *p, uint64_t tracks)
{
	bool first = true;

	for (size_t t = 0; t < p->f->n_tracks && t < RESULTS_TRACKS_MAX; t++) {
		if (!(tracks >> t & 1) || p->f->tracks[t].exploratory)
			continue;
		put(p, first ? "" : ", ");
		put_name(p, p->f->tracks[t].name);
		first = false;
	}
}

void put_part_name(struct page *p, const struct site_part *part)
{
	if (part->track == RESULTS_NONE) {
		say(p, "All tracks");
		return;
	}
	put_name(p, p->f->tracks[part->track].name);
	if (p->f->tracks[part->track].exploratory) {
		put(p, " <small>");
		say(p, "exploratory, without grades");
		put(p, "</small>");
	}
}

/* The page in another language lies at the same place below that language's root. */
static void put_language_links(struct page *p, bool head)
{
	const struct site_plan *plan = p->plan;
	const char *own = p->file->path + (p->lang == plan->langs[0] ? 0 : 3), *root = page_root(p);

	for (size_t i = 0; i < plan->n_langs; i++) {
		const char *code = site_lang_code(plan->langs[i]);

		if (head && plan->langs[i] != p->lang)
			buf_printf(p->out, "<link rel=\"alternate\" hreflang=\"%s\" href=\"%s%s%s%s\">\n", code, root,
				i ? code : "", i ? "/" : "", own);
		else if (!head && plan->langs[i] == p->lang)
			buf_printf(p->out, "<li><span aria-current=\"true\">%s</span></li>\n",
				site_lang_name(plan->langs[i]));
		else if (!head)
			buf_printf(p->out, "<li><a href=\"%s%s%s%s\" hreflang=\"%s\" lang=\"%s\">%s</a></li>\n", root,
				i ? code : "", i ? "/" : "", own, code, code, site_lang_name(plan->langs[i]));
	}
}

static void put_title(struct page *p, const char *title, const char *name)
{
	if (name)
		say_with(p, title, name, "");
	else
		say(p, title);
}

static void put_head(struct page *p, const char *title, const char *name)
{
	const char *root = page_root(p);

	buf_printf(p->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
		site_lang_code(p->lang));
	put(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"" SITE_POLICY "\">\n"
	       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	       "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	put_title(p, title, name);
	put(p, " – ");
	put_text(p, p->f->event.name);
	buf_printf(p->out, "</title>\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n", root);
	put_language_links(p, true);
	buf_printf(p->out, "<script src=\"%ssite.js\" defer></script>\n</head>\n", root);
}

static const char *trials_name(const struct site_facts *f)
{
	const char *name = NULL;

	for (size_t t = 0; t < f->n_tracks; t++) {
		if (f->tracks[t].exploratory && name)
			return NULL;
		if (f->tracks[t].exploratory)
			name = f->tracks[t].name;
	}
	return name;
}

static void put_place(struct page *p, enum site_kind kind, const char *file, const char *label, const char *name)
{
	buf_printf(p->out, "<li><a href=\"%s%s\"%s>", page_base(p), file,
		p->file->kind == kind ? " aria-current=\"page\"" : "");
	if (name)
		put_name(p, name);
	else
		say(p, label);
	put(p, "</a></li>\n");
}

static void put_places(struct page *p)
{
	buf_printf(p->out, "<nav class=\"places\" aria-label=\"");
	say(p, "Pages");
	put(p, "\"><ul>\n");
	put_place(p, SITE_RESULTS, "index.html", "Results", NULL);
	put_place(p, SITE_BORDERS, "borders.html", "Across borders", NULL);
	put_place(p, SITE_PROGRESS, "progress.html", "Progress", NULL);
	if (p->f->n_trials)
		put_place(p, SITE_TRIALS, "trials.html", "Exploratory tracks", trials_name(p->f));
	if (p->plan->live)
		put_place(p, SITE_FLOOR, "floor.html", "Floor", NULL);
	put(p, "</ul></nav>\n");
	if (p->plan->n_langs < 2)
		return;
	put(p, "<nav class=\"languages\" aria-label=\"");
	say(p, "Languages");
	put(p, "\"><ul>\n");
	put_language_links(p, false);
	put(p, "</ul></nav>\n");
}

void site_page_begin(struct page *p, const char *title, const char *name)
{
	const struct event *e = &p->f->event;

	put_head(p, title, name);
	buf_printf(p->out, "<body class=\"%s\">\n<a class=\"skip\" href=\"#main\">",
		p->file->kind == SITE_FLOOR ? "floor" : "page");
	say(p, "To the content");
	put(p, "</a>\n<header class=\"top\">\n<p class=\"event\"><strong>");
	put_name(p, e->name);
	put(p, "</strong> <span class=\"where\">");
	put_name(p, e->place);
	put(p, *e->place && *e->begins ? " · " : "");
	put(p, "<span class=\"days\">");
	put_text(p, e->begins);
	put(p, *e->ends ? " – " : "");
	put_text(p, e->ends);
	put(p, "</span></span></p>\n");
	put_places(p);
	put(p, "</header>\n<main id=\"main\" tabindex=\"-1\">\n<h1>");
	put_title(p, title, name);
	put(p, "</h1>\n");
}

/* Until the regrade window is over, a grade may still change. */
static void put_state(struct page *p)
{
	const struct results_rules *r = &p->f->rules;
	int64_t until = r->published + (int64_t)r->regrade_days * 86400000;

	if (r->published && p->f->now >= until)
		return;
	put(p, "<p>");
	if (!r->published) {
		say(p, "These results are preliminary.");
	} else {
		say(p, "These results are preliminary: organisations may ask for another look until this day.");
		put(p, " ");
		put_day(p, until);
	}
	put(p, "</p>\n");
}

static void put_downloads(struct page *p)
{
	static const struct { const char *file, *label; } forms[] = { { "results.csv", "CSV" }, { "results.json", "JSON" },
		{ "results.fhir.json", "FHIR" }, { "results.gitb.tar", "GITB" } };
	const char *root = page_root(p);

	put(p, "<p>");
	say(p, "Download the results:");
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		buf_printf(p->out, "%s<a href=\"%s%s\" download>%s</a>", i ? ", " : " ", root, forms[i].file, forms[i].label);
	put(p, "</p>\n");
}

void site_page_end(struct page *p)
{
	put(p, "</main>\n<footer class=\"foot\">\n");
	if (p->file->kind != SITE_FLOOR) {
		put(p, "<p>");
		say(p, "These are observations of tests that were done at this event. They are not a certification, and not a "
		       "statement about the quality of a product.");
		put(p, "</p>\n<p>");
		say(p, "Only completed testing is listed. That something is not listed says nothing about it.");
		put(p, "</p>\n");
		put_state(p);
		put_downloads(p);
	}
	put(p, "<p>");
	say(p, "As of");
	put(p, " ");
	put_moment(p, p->f->now);
	put(p, "</p>\n</footer>\n</body>\n</html>\n");
}
