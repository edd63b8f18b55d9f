/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be published: organisation x profile x actor of passed lines; and the same cells with their progress, for
 * those inside. Results layer; the thread that has the engine.
 */
#include "verdict/results/matrix.h"
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>

/* The line speaks for its profile and actor: it has no option, or the system has no line there without one. */
static bool speaks(const struct results *r, const struct results_line *l)
{
	const struct results_system *s = &r->systems.at[l->system];

	if (!*l->option)
		return true;
	for (uint32_t i = s->first; i < s->first + s->n; i++)
		if (r->lines.at[i].profile == l->profile && r->lines.at[i].actor == l->actor && !*r->lines.at[i].option)
			return false;
	return true;
}

struct key { uint32_t organisation, profile, actor, line; };

static int compare_keys(const void *x, const void *y)
{
	const struct key *a = x, *b = y;

	if (a->organisation != b->organisation)
		return a->organisation < b->organisation ? -1 : 1;
	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	if (a->actor != b->actor)
		return a->actor < b->actor ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static bool same_cell(const struct key *a, const struct key *b)
{
	return a->organisation == b->organisation && a->profile == b->profile && a->actor == b->actor;
}

/* Lines that speak for their organisation, sorted by cell. */
static size_t sorted_lines(struct key **out, struct arena *a, struct results *r, bool passed)
{
	size_t i, n = 0;

	results_index(r);
	*out = arena_array(a, struct key, r->lines.len);
	for (i = 0; i < r->lines.len; i++) {
		const struct results_line *l = &r->lines.at[i];
		uint32_t organisation = r->systems.at[l->system].organisation;

		if (organisation == NONE || !speaks(r, l) || l->exploratory)
			continue;
		if (passed && (l->grade != GRADE_PASSED || l->provisional))
			continue;
		(*out)[n++] = (struct key) { organisation, l->profile, l->actor, (uint32_t)i };
	}
	if (n)
		qsort(*out, n, sizeof(**out), compare_keys);
	return n;
}

/* A pass stands under the tracks that are graded. */
static uint64_t graded_tracks(const struct results *r)
{
	uint64_t out = ~UINT64_C(0);

	for (size_t i = 0; i < r->tracks.len && i < RESULTS_TRACKS_MAX - 1; i++)
		if (r->tracks.at[i].exploratory)
			out &= ~(UINT64_C(1) << i);
	return out;
}

size_t results_passes(struct results_pass **out, struct arena *a, struct results *r)
{
	struct key *keys;
	size_t n = sorted_lines(&keys, a, r, true), i, at = 0;
	uint32_t *lines = arena_array(a, uint32_t, n);
	uint64_t graded = graded_tracks(r);

	*out = arena_array(a, struct results_pass, n);
	for (i = 0; i < n; i++) {
		lines[i] = keys[i].line;
		if (i == 0 || !same_cell(&keys[i], &keys[i - 1]))
			(*out)[at++] = (struct results_pass) { .organisation = keys[i].organisation,
				.profile = keys[i].profile, .actor = keys[i].actor, .lines = &lines[i] };
		(*out)[at - 1].n_lines++;
		(*out)[at - 1].tracks |= r->lines.at[keys[i].line].tracks & graded;
	}
	return at;
}

static int compare_columns(const void *x, const void *y)
{
	const struct results_column *a = x, *b = y;

	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	return a->actor < b->actor ? -1 : a->actor > b->actor;
}

size_t results_columns(struct results_column **out, struct arena *a, struct results *r, const struct results_pass *passes,
	size_t n)
{
	size_t i, at = 0;

	(void)r;
	*out = arena_array(a, struct results_column, n);
	for (i = 0; i < n; i++)
		(*out)[i] = (struct results_column) { passes[i].profile, passes[i].actor };
	if (n)
		qsort(*out, n, sizeof(**out), compare_columns);
	for (i = 0; i < n; i++)
		if (at == 0 || compare_columns(&(*out)[at - 1], &(*out)[i]) != 0)
			(*out)[at++] = (*out)[i];
	return at;
}

size_t results_cells(struct results_cell **out, struct arena *a, struct results *r)
{
	struct key *keys;
	size_t n = sorted_lines(&keys, a, r, false), i, at = 0;

	*out = arena_array(a, struct results_cell, n);
	for (i = 0; i < n; i++) {
		const struct results_line *l = &r->lines.at[keys[i].line];
		struct results_cell *c;

		if (i == 0 || !same_cell(&keys[i], &keys[i - 1]))
			(*out)[at++] = (struct results_cell) { .organisation = keys[i].organisation,
				.profile = keys[i].profile, .actor = keys[i].actor, .grade = l->grade };
		c = &(*out)[at - 1];
		c->lines++;
		c->passed += l->grade == GRADE_PASSED && !l->provisional;
		c->enough += l->enough == ENOUGH_YES;
		c->expected += l->expected;
		c->counted += l->counted;
		if (c->grade != l->grade)
			c->grade = GRADE_NONE;
	}
	return at;
}
