/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the pages out of the engine, copied whole: the engine goes on while pages are written. Layer: site. The
 * engine's thread. */
#include "site_priv.h"

#include <string.h>

#define BIN_MS INT64_C(3600000)
#define POINTS_MAX 400

static const char *copy(struct arena *a, const char *s)
{
	return s ? arena_str(a, s) : "";
}

static void copy_event(struct site_facts *f, struct arena *a, const struct results *r)
{
	const struct event *e = results_event(r);

	if (e)
		f->event = *e;
	f->event.id = copy(a, f->event.id);
	f->event.name = copy(a, f->event.name);
	f->event.place = copy(a, f->event.place);
	f->event.begins = copy(a, f->event.begins);
	f->event.ends = copy(a, f->event.ends);
	f->event.tz_name = copy(a, f->event.tz_name);
}

static struct results_name *copy_names(struct arena *a, const struct results_name *from, size_t n)
{
	struct results_name *to = arena_array(a, struct results_name, n + 1);

	for (size_t i = 0; i < n; i++)
		to[i] = (struct results_name){ copy(a, from[i].id), copy(a, from[i].name) };
	return to;
}

static void copy_reference(struct site_facts *f, struct arena *a, const struct results *r)
{
	const struct results_track *tracks = results_tracks(&f->n_tracks, r);
	const struct organisation *orgs = results_organisations(&f->n_organisations, r);
	const struct results_name *names;

	f->tracks = arena_array(a, struct results_track, f->n_tracks + 1);
	for (size_t i = 0; i < f->n_tracks; i++)
		f->tracks[i] = (struct results_track){ copy(a, tracks[i].id), copy(a, tracks[i].name), tracks[i].exploratory };
	f->organisations = arena_array(a, struct organisation, f->n_organisations + 1);
	for (size_t i = 0; i < f->n_organisations; i++)
		f->organisations[i] = (struct organisation){ copy(a, orgs[i].id), copy(a, orgs[i].name),
			copy(a, orgs[i].country), copy(a, orgs[i].country_name) };
	names = results_profiles(&f->n_profiles, r);
	f->profiles = copy_names(a, names, f->n_profiles);
	names = results_actors(&f->n_actors, r);
	f->actors = copy_names(a, names, f->n_actors);
}

static void copy_borders(struct results_borders *b, struct arena *a)
{
	const char **countries = arena_array(a, const char *, b->n + 1), **names = arena_array(a, const char *, b->n + 1);

	for (size_t i = 0; i < b->n; i++) {
		countries[i] = copy(a, b->countries[i]);
		names[i] = copy(a, b->names[i]);
	}
	b->countries = countries;
	b->names = names;
}

/* Hours, or days where an event goes on for months. */
static void gather_part(struct site_part *part, struct arena *a, struct results *r, uint32_t track)
{
	part->track = track;
	results_borders(&part->borders, a, r, track);
	copy_borders(&part->borders, a);
	part->n_points = results_timeline(&part->points, a, r, track, BIN_MS);
	if (part->n_points > POINTS_MAX)
		part->n_points = results_timeline(&part->points, a, r, track, 24 * BIN_MS);
	results_totals(&part->totals, r, track);
}

static void copy_trials(struct site_facts *f, struct arena *a)
{
	for (size_t i = 0; i < f->n_trials; i++) {
		f->trials[i].test = copy(a, f->trials[i].test);
		f->trials[i].title = copy(a, f->trials[i].title);
	}
}

void site_gather(struct site_facts *out, struct arena *a, struct results *r, int64_t now)
{
	memset(out, 0, sizeof(*out));
	copy_event(out, a, r);
	out->rules = *results_rules(r);
	out->now = now;
	copy_reference(out, a, r);
	out->n_passes = results_passes(&out->passes, a, r);
	out->n_columns = results_columns(&out->columns, a, r, out->passes, out->n_passes);
	for (size_t i = 0; i < out->n_passes; i++) {	/* systems stay inside */
		out->passes[i].lines = NULL;
		out->passes[i].n_lines = 0;
	}
	out->parts = arena_array(a, struct site_part, out->n_tracks + 1);
	gather_part(&out->parts[out->n_parts++], a, r, RESULTS_NONE);
	for (uint32_t t = 0; t < out->n_tracks; t++)
		gather_part(&out->parts[out->n_parts++], a, r, t);
	out->n_trials = results_trials(&out->trials, a, r);
	copy_trials(out, a);
}
