/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SITE_SITE_PRIV_H
#define SITE_SITE_PRIV_H
#include "verdict/site/site.h"

/* A page while it is written. */
struct page {
	struct buf *out;
	const struct site_facts *f;
	const struct site_plan *plan;
	const struct site_file *file;
	enum site_lang lang;
};

#define TEXT(english) english	/* for say() elsewhere: goes into the catalogues */

/* html.c: `put` alone takes markup; all others escape what they are given. */
void put(struct page *p, const char *markup);
void put_text(struct page *p, const char *text);
void put_name(struct page *p, const char *text);	/* of the event: isolated, and its language told */
void put_int(struct page *p, int64_t n);
/* In the page's language. {1} and {2} of the text give way to a and b, which are names. */
void say(struct page *p, const char *english);
void say_with(struct page *p, const char *english, const char *a, const char *b);
void put_moment(struct page *p, int64_t at);	/* day and minute at the venue */
void put_day(struct page *p, int64_t at);
void clean_text(struct buf *out, const char *text);	/* for other forms: not escaped, without what is harmful */
void put_code(struct buf *out, const char *id);	/* an id as a part of an address */
const char *page_root(const struct page *p);	/* "../" as often as the page lies below the root */
const char *page_base(const struct page *p);	/* the same to the pages of its language */
bool text_language(char out[8], const char *text, const char *country);

/* layout.c */
void site_page_begin(struct page *p, const char *title, const char *name);	/* title {1}: name */
void site_page_end(struct page *p);

void put_organisation(struct page *p, uint32_t o, const char *folder);	/* a link to its page */
const char *profile_id(const struct site_facts *f, uint32_t i);
const char *profile_name(const struct site_facts *f, uint32_t i);
const char *actor_name(const struct site_facts *f, uint32_t i);
void put_tracks(struct page *p, uint64_t tracks);
void put_part_name(struct page *p, const struct site_part *part);
void put_chart(struct page *p, const struct site_part *part, size_t id, int width);	/* nothing without points */

void page_results(struct page *p);
void page_organisation(struct page *p);
void page_profile(struct page *p);
void page_borders(struct page *p);
void page_progress(struct page *p);
void page_trials(struct page *p);
void page_floor(struct page *p);
void data_csv(struct buf *out, const struct site_facts *f);
void data_json(struct buf *out, const struct site_facts *f);
void data_fhir(struct buf *out, const struct site_facts *f);
void data_gitb(struct buf *out, const struct site_facts *f);

/* texts.c, made from data/site/po: sorted by the English text. */
struct site_entry { const char *english, *text; };
extern const struct site_entry site_entries_ko[], site_entries_ja[];
extern const size_t site_n_entries_ko, site_n_entries_ja;
extern const char site_style[], site_script[];

#endif
