/* SPDX-License-Identifier: Apache-2.0 */
/* The published results as CSV and JSON: what the pages say, for machines. Layer: site. Any thread. */
#include "site_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/report/report.h"

#define BOM "\xEF\xBB\xBF"

static void track_names(struct buf *out, const struct site_facts *f, uint64_t tracks)
{
	for (size_t t = 0; t < f->n_tracks && t < RESULTS_TRACKS_MAX; t++) {
		if (!(tracks >> t & 1) || f->tracks[t].exploratory)
			continue;
		buf_adds(out, out->len ? "; " : "");
		buf_adds(out, f->tracks[t].name);
	}
}

/* The mark of UTF-8 in front, without which Excel garbles names that are not Latin. */
void data_csv(struct buf *out, const struct site_facts *f)
{
	struct buf names;

	buf_init(&names, 64 * 1024);
	buf_adds(out, BOM "\"organisation\",\"country\",\"profile\",\"profile name\",\"actor\",\"actor name\",\"tracks\","
		"\"result\"\r\n");
	for (size_t i = 0; i < f->n_passes; i++) {
		const struct results_pass *p = &f->passes[i];
		const struct organisation *o = &f->organisations[p->organisation];

		buf_reset(&names);
		track_names(&names, f, p->tracks);
		csv_cell(out, o->name, true);
		csv_cell(out, o->country, false);
		csv_cell(out, profile_id(f, p->profile), false);
		csv_cell(out, profile_name(f, p->profile), false);
		csv_cell(out, p->actor < f->n_actors ? f->actors[p->actor].id : "", false);
		csv_cell(out, actor_name(f, p->actor), false);
		csv_cell(out, buf_str(&names), false);
		csv_cell(out, "passed", false);
		csv_end(out);
	}
	buf_done(&names);
}

static void json_event(struct jsonw *w, const struct site_facts *f)
{
	char at[CLOCK_TEXT];

	jsonw_object(w, "event");
	jsonw_str(w, "id", f->event.id);
	jsonw_str(w, "name", f->event.name);
	jsonw_str(w, "place", f->event.place);
	jsonw_str(w, "begins", f->event.begins);
	jsonw_str(w, "ends", f->event.ends);
	jsonw_end_object(w);
	clock_format_utc(at, f->now);
	jsonw_str(w, "as_of", at);
}

static void json_pass(struct jsonw *w, const struct site_facts *f, const struct results_pass *p)
{
	const struct organisation *o = &f->organisations[p->organisation];

	jsonw_object(w, NULL);
	jsonw_str(w, "organisation", o->id);
	jsonw_str(w, "organisation_name", o->name);
	jsonw_str(w, "country", o->country);
	jsonw_str(w, "profile", profile_id(f, p->profile));
	jsonw_str(w, "actor", p->actor < f->n_actors ? f->actors[p->actor].id : "");
	jsonw_array(w, "tracks");
	for (size_t t = 0; t < f->n_tracks && t < RESULTS_TRACKS_MAX; t++)
		if ((p->tracks >> t & 1) && !f->tracks[t].exploratory)
			jsonw_str(w, NULL, f->tracks[t].id);
	jsonw_end_array(w);
	jsonw_str(w, "result", "passed");
	jsonw_end_object(w);
}

/* Pairs of countries that exchanged, each once. */
static void json_borders(struct jsonw *w, const struct site_facts *f)
{
	jsonw_array(w, "borders");
	for (size_t i = 0; i < f->n_parts; i++) {
		const struct results_borders *b = &f->parts[i].borders;

		for (size_t k = 0; f->parts[i].track != RESULTS_NONE && k < b->n * b->n; k++) {
			if (b->verified[k] == 0 || k / b->n > k % b->n)
				continue;
			jsonw_object(w, NULL);
			jsonw_str(w, "track", f->tracks[f->parts[i].track].id);
			jsonw_array(w, "countries");
			jsonw_str(w, NULL, b->countries[k / b->n]);
			jsonw_str(w, NULL, b->countries[k % b->n]);
			jsonw_end_array(w);
			jsonw_int(w, "verified", b->verified[k]);
			jsonw_end_object(w);
		}
	}
	jsonw_end_array(w);
}

void data_json(struct buf *out, const struct site_facts *f)
{
	struct jsonw w;

	jsonw_init(&w, out, true);
	jsonw_object(&w, NULL);
	json_event(&w, f);
	jsonw_str(&w, "note", "Observations of tests done at this event; not a certification. Only completed testing is listed.");
	jsonw_array(&w, "results");
	for (size_t i = 0; i < f->n_passes; i++)
		json_pass(&w, f, &f->passes[i]);
	jsonw_end_array(&w);
	json_borders(&w, f);
	jsonw_end_object(&w);
	buf_addc(out, '\n');
}
