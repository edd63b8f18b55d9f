/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a site has, and who writes each. Layer: site. Any thread. */
#include "site_priv.h"

#include "verdict/base/mem.h"

#define HTML "text/html; charset=utf-8"

struct list {
	struct arena *a;
	const struct site_plan *plan;
	struct site_file *at; size_t n, max;
};

static void add(struct list *l, const char *path, const char *type, enum site_kind kind, enum site_lang lang, uint32_t index)
{
	l->at[l->n++] = (struct site_file){ path, type, kind, lang, index };
}

/* A page of a language; `folder` with its slash and `id` name one of many. */
static void add_page(struct list *l, size_t lang, enum site_kind kind, const char *folder, const char *id, uint32_t index)
{
	struct buf b;

	buf_init(&b, 4096);
	if (lang)
		buf_printf(&b, "%s/", site_lang_code(l->plan->langs[lang]));
	buf_adds(&b, folder);
	if (id)
		put_code(&b, id);
	buf_adds(&b, ".html");
	add(l, arena_str(l->a, buf_str(&b)), HTML, kind, l->plan->langs[lang], index);
	buf_done(&b);
}

static void add_language(struct list *l, const struct site_facts *f, size_t lang)
{
	add_page(l, lang, SITE_RESULTS, "index", NULL, 0);
	add_page(l, lang, SITE_BORDERS, "borders", NULL, 0);
	add_page(l, lang, SITE_PROGRESS, "progress", NULL, 0);
	if (f->n_trials)
		add_page(l, lang, SITE_TRIALS, "trials", NULL, 0);
	if (l->plan->live)
		add_page(l, lang, SITE_FLOOR, "floor", NULL, 0);
	for (size_t i = 0; i < f->n_passes; i++)
		if (i == 0 || f->passes[i].organisation != f->passes[i - 1].organisation)
			add_page(l, lang, SITE_ORGANISATION, "organisation/",
				f->organisations[f->passes[i].organisation].id, f->passes[i].organisation);
	for (size_t c = 0; c < f->n_columns; c++)
		if (c == 0 || f->columns[c].profile != f->columns[c - 1].profile)
			add_page(l, lang, SITE_PROFILE, "profile/", profile_id(f, f->columns[c].profile),
				f->columns[c].profile);
}

size_t site_files(struct site_file **out, struct arena *a, const struct site_facts *f, const struct site_plan *plan)
{
	struct list l = { a, plan, NULL, 0, 0 };

	l.max = plan->n_langs * (5 + f->n_passes + f->n_columns) + 6;
	l.at = arena_array(a, struct site_file, l.max);
	for (size_t i = 0; i < plan->n_langs; i++)
		add_language(&l, f, i);
	add(&l, "style.css", "text/css; charset=utf-8", SITE_STYLE, plan->langs[0], 0);
	add(&l, "site.js", "text/javascript; charset=utf-8", SITE_SCRIPT, plan->langs[0], 0);
	add(&l, "results.csv", "text/csv; charset=utf-8; header=present", SITE_CSV, plan->langs[0], 0);
	add(&l, "results.json", "application/json", SITE_JSON, plan->langs[0], 0);
	add(&l, "results.fhir.json", "application/fhir+json", SITE_FHIR, plan->langs[0], 0);
	add(&l, "results.gitb.tar", "application/x-tar", SITE_GITB, plan->langs[0], 0);
	*out = l.at;
	return l.n;
}

void site_write(struct buf *out, const struct site_facts *f, const struct site_plan *plan, const struct site_file *file)
{
	struct page p = { out, f, plan, file, file->lang };

	switch (file->kind) {
	case SITE_RESULTS: page_results(&p); break;
	case SITE_ORGANISATION: page_organisation(&p); break;
	case SITE_PROFILE: page_profile(&p); break;
	case SITE_BORDERS: page_borders(&p); break;
	case SITE_PROGRESS: page_progress(&p); break;
	case SITE_TRIALS: page_trials(&p); break;
	case SITE_FLOOR: page_floor(&p); break;
	case SITE_CSV: data_csv(out, f); break;
	case SITE_JSON: data_json(out, f); break;
	case SITE_FHIR: data_fhir(out, f); break;
	case SITE_GITB: data_gitb(out, f); break;
	case SITE_STYLE: buf_adds(out, site_style); break;
	case SITE_SCRIPT: buf_adds(out, site_script); break;
	}
}
