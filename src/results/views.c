/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views over all TIs: borders, the course of the event, totals, exploratory tests, tables of the floor. Results
 * layer; the thread that has the engine.
 */
#include "verdict/results/matrix.h"
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>

/* Is the TI of that track (NONE: of any)? */
static bool in_track(const struct results *r, const struct ti *ti, uint32_t track)
{
	if (ti->gone)
		return false;
	return track == NONE || (ti->test != NONE && r->tests.at[ti->test].track == track);
}

/* ---- borders ---- */

static int compare_words(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static const char *country_of(const struct results *r, uint32_t system)
{
	uint32_t o = system == NONE ? NONE : r->systems.at[system].organisation;

	return o == NONE ? "" : r->organisations.at[o].country;
}

/* Countries of those who take part in TIs of the track, or are registered for one of its tests. */
static void find_countries(struct results_borders *out, struct arena *a, struct results *r, uint32_t track)
{
	const char **all = arena_array(a, const char *, r->systems.len);
	size_t n = 0, i;
	bool *in = arena_array(a, bool, r->systems.len);
	uint64_t bit = track == NONE ? 0 : UINT64_C(1) << (track < RESULTS_TRACKS_MAX ? track : RESULTS_TRACKS_MAX - 1);

	for (i = 0; i < r->lines.len; i++)
		if (track == NONE || r->lines.at[i].tracks & bit)
			in[r->lines.at[i].system] = true;
	for (i = 0; i < r->tis.len; i++)
		for (uint32_t k = 0; k < r->tis.at[i].n; k++) {
			uint32_t system = r->parts.at[r->tis.at[i].first + k].system;

			if (system != NONE && in_track(r, &r->tis.at[i], track))
				in[system] = true;
		}
	for (i = 0; i < r->systems.len; i++)
		if (in[i] && *country_of(r, (uint32_t)i))
			all[n++] = country_of(r, (uint32_t)i);
	if (n)
		qsort(all, n, sizeof(*all), compare_words);
	out->countries = all;
	for (i = 0; i < n; i++)
		if (out->n == 0 || strcmp(all[out->n - 1], all[i]) != 0)
			all[out->n++] = all[i];
	out->names = arena_array(a, const char *, out->n);
	for (i = 0; i < r->organisations.len; i++) {
		const struct organisation *o = &r->organisations.at[i];
		const char **at = out->n ? bsearch(&o->country, all, out->n, sizeof(*all), compare_words) : NULL;

		if (at && !out->names[at - all])
			out->names[at - all] = o->country_name;
	}
}

/* A TI counts once for each pair of different countries, and once within a country that is there twice. */
static void count_pairs(struct results_borders *out, const struct results *r, const struct ti *ti, unsigned int *here)
{
	size_t n = out->n, i, k;

	memset(here, 0, n * sizeof(*here));
	for (i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];
		const char *country = country_of(r, p->system);
		const char **at = *country ? bsearch(&country, out->countries, n, sizeof(*out->countries), compare_words) :
			NULL;

		for (k = 0; k < i; k++)		/* a system in two roles is one */
			if (r->parts.at[ti->first + k].system == p->system)
				break;
		if (at && k == i)
			here[at - out->countries]++;
	}
	for (i = 0; i < n; i++)
		for (k = i; here[i] && k < n; k++) {
			if (!here[k] || (i == k && here[i] < 2))
				continue;
			out->verified[i * n + k]++;
			if (i != k)
				out->verified[k * n + i]++;
		}
}

void results_borders(struct results_borders *out, struct arena *a, struct results *r, uint32_t track)
{
	unsigned int *here;

	results_index(r);
	*out = (struct results_borders) { 0 };
	find_countries(out, a, r, track);
	out->verified = arena_array(a, unsigned int, out->n * out->n);
	here = arena_array(a, unsigned int, out->n);
	for (size_t i = 0; out->n && i < r->tis.len; i++)
		if (r->tis.at[i].status == TI_VERIFIED && in_track(r, &r->tis.at[i], track))
			count_pairs(out, r, &r->tis.at[i], here);
}

/* ---- time ---- */

struct moment { int64_t at; enum ti_status status; };

static int compare_moments(const void *x, const void *y)
{
	const struct moment *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

size_t results_timeline(struct results_point **out, struct arena *a, struct results *r, uint32_t track, int64_t bin_ms)
{
	struct moment *all;
	struct results_point sum = { 0 };
	size_t n = 0, i, at = 0;

	results_index(r);
	all = arena_array(a, struct moment, r->tis.len);
	for (i = 0; i < r->tis.len; i++) {
		const struct ti *ti = &r->tis.at[i];

		if (in_track(r, ti, track) &&
		    (ti->status == TI_VERIFIED || ti->status == TI_PARTIAL || ti->status == TI_FAILED))
			all[n++] = (struct moment) { ti->at, ti->status };
	}
	if (n)
		qsort(all, n, sizeof(*all), compare_moments);
	*out = arena_array(a, struct results_point, n);
	for (i = 0; i < n; i++) {
		int64_t end = (all[i].at / bin_ms + 1) * bin_ms;

		sum.verified += all[i].status == TI_VERIFIED;
		sum.partial += all[i].status == TI_PARTIAL;
		sum.failed += all[i].status == TI_FAILED;
		if (at == 0 || (*out)[at - 1].at != end)
			at++;
		(*out)[at - 1] = sum;
		(*out)[at - 1].at = end;
	}
	return at;
}

/* ---- totals ---- */

static void older(int64_t *oldest, int64_t at)
{
	if (*oldest == 0 || at < *oldest)
		*oldest = at;
}

static void total_lines(struct results_totals *out, const struct results *r, uint64_t bit)
{
	bool *systems = mem_array(r->systems.len + 1, sizeof(*systems));
	bool *organisations = mem_array(r->organisations.len + 1, sizeof(*organisations));

	for (size_t i = 0; i < r->lines.len; i++) {
		const struct results_line *l = &r->lines.at[i];
		uint32_t o = r->systems.at[l->system].organisation;

		if (bit && !(l->tracks & bit))
			continue;
		if (!systems[l->system])
			out->systems++;
		systems[l->system] = true;
		if (o != NONE && !organisations[o])
			out->organisations++;
		if (o != NONE)
			organisations[o] = true;
		if (l->enough == ENOUGH_UNGRADED)
			continue;
		out->lines++;
		out->enough += l->enough == ENOUGH_YES;
		out->graded += l->grade != GRADE_NONE;
		out->passed += l->grade == GRADE_PASSED && !l->provisional;
	}
	mem_free(systems);
	mem_free(organisations);
}

void results_totals(struct results_totals *out, struct results *r, uint32_t track)
{
	uint64_t bit = track == NONE ? 0 : UINT64_C(1) << (track < RESULTS_TRACKS_MAX ? track : RESULTS_TRACKS_MAX - 1);

	results_index(r);
	*out = (struct results_totals) { 0 };
	for (size_t i = 0; i < r->tis.len; i++) {
		const struct ti *ti = &r->tis.at[i];

		if (!in_track(r, ti, track))
			continue;
		out->tis++;
		out->by_status[ti->status]++;
		if (!ti_status_waits(ti->status))
			continue;
		out->waiting++;
		older(&out->oldest, ti->at);
	}
	total_lines(out, r, bit);
}

/* ---- exploratory tests ---- */

size_t results_trials(struct results_trial **out, struct arena *a, struct results *r)
{
	uint32_t *at, *seen;
	size_t n = 0, i, k;

	results_index(r);
	at = arena_array(a, uint32_t, r->tests.len);
	seen = arena_array(a, uint32_t, r->systems.len);	/* the trial a system was last counted in */
	*out = arena_array(a, struct results_trial, r->tests.len);
	for (i = 0; i < r->tests.len; i++) {
		const struct test_of *t = &r->tests.at[i];

		if (!t->exploratory)
			continue;
		at[i] = (uint32_t)n;
		(*out)[n++] = (struct results_trial) { .test = t->id, .title = t->title, .track = t->track };
	}
	for (k = 0; k < n; k++)
		for (i = 0; i < r->tis.len; i++) {
			const struct ti *ti = &r->tis.at[i];
			struct results_trial *trial = &(*out)[k];

			if (ti->gone || ti->test == NONE || !r->tests.at[ti->test].exploratory || at[ti->test] != k ||
			    ti->status == TI_ABORTED)
				continue;
			trial->tis++;
			trial->verified += ti->status == TI_VERIFIED;
			trial->partial += ti->status == TI_PARTIAL;
			trial->failed += ti->status == TI_FAILED;
			for (uint32_t p = ti->first; p < ti->first + ti->n; p++) {
				uint32_t system = r->parts.at[p].system;

				if (system == NONE || seen[system] == k + 1)
					continue;
				seen[system] = (uint32_t)k + 1;
				trial->systems++;
			}
		}
	return n;
}

/* ---- the floor ---- */

struct stand { const char *table; uint32_t system; };

static int compare_stands(const void *x, const void *y)
{
	const struct stand *a = x, *b = y;
	int by = strcmp(a->table, b->table);

	return by ? by : a->system < b->system ? -1 : a->system > b->system;
}

static void count_table(struct results_table *t, struct results *r, const struct ti *ti)
{
	struct results_value v;

	t->disputed += ti->status == TI_DISPUTED;
	if (!ti_status_waits(ti->status))
		return;
	t->waiting++;
	t->critical += ti->status == TI_CRITICAL;
	t->completing += results_value(&v, r, ti->id) && v.lines + v.tests > 0;
	older(&t->oldest, ti->at);
}

size_t results_tables(struct results_table **out, struct arena *a, struct results *r)
{
	struct stand *all;
	uint32_t *systems, *table_of;
	size_t n, i, at = 0;

	results_index(r);
	n = r->systems.len;
	all = arena_array(a, struct stand, n);
	systems = arena_array(a, uint32_t, n);
	table_of = arena_array(a, uint32_t, n);
	*out = arena_array(a, struct results_table, n);
	for (i = 0; i < n; i++)
		all[i] = (struct stand) { r->systems.at[i].table, (uint32_t)i };
	if (n)
		qsort(all, n, sizeof(*all), compare_stands);
	for (i = 0; i < n; i++) {
		systems[i] = all[i].system;
		if (i == 0 || strcmp(all[i].table, all[i - 1].table) != 0)
			(*out)[at++] = (struct results_table) { .table = all[i].table, .systems = &systems[i] };
		(*out)[at - 1].n_systems++;
		table_of[all[i].system] = (uint32_t)at - 1;
	}
	for (i = 0; i < r->tis.len; i++) {
		const struct ti *ti = &r->tis.at[i];
		uint32_t first = ti->gone || !ti->n ? NONE : r->parts.at[ti->first].system;

		if (first != NONE)
			count_table(&(*out)[table_of[first]], r, ti);
	}
	return at;
}
