/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the results and floor screens show, copied from the engine so that no screen waits for it. Layer app; the
 * engine's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "verdict/app/results.h"
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"

#define BIN_MS (30 * 60 * 1000)	/* of the day's progress */

/* ---- the matrix ---- */

static uint32_t column_of(const struct results_column *columns, size_t n, uint32_t profile, uint32_t actor)
{
	for (size_t i = 0; i < n; i++)
		if (columns[i].profile == profile && columns[i].actor == actor)
			return (uint32_t)i;
	return RESULTS_NONE;
}

static int compare_columns(const void *x, const void *y)
{
	const struct results_column *a = x, *b = y;

	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	return a->actor < b->actor ? -1 : a->actor > b->actor;
}

/* Columns of all work, not only of what passed: once each, in the catalogue's order. */
static size_t all_columns(struct results_column **out, struct arena *a, const struct results_cell *cells, size_t n)
{
	size_t i, at = 0;

	*out = arena_array(a, struct results_column, n + 1);
	for (i = 0; i < n; i++)
		(*out)[i] = (struct results_column){ cells[i].profile, cells[i].actor };
	if (n)
		qsort(*out, n, sizeof(**out), compare_columns);
	for (i = 0; i < n; i++)
		if (at == 0 || compare_columns(&(*out)[at - 1], &(*out)[i]) != 0)
			(*out)[at++] = (*out)[i];
	return at;
}

static void copy_columns(struct results_shot *s, struct results *r, const struct results_column *columns)
{
	size_t n;
	const struct results_name *profiles = results_profiles(&n, r), *actors = results_actors(&n, r);

	s->columns = arena_array(&s->a, struct shot_column, s->n_columns + 1);
	for (size_t i = 0; i < s->n_columns; i++)
		s->columns[i] = (struct shot_column){
			.profile = arena_str(&s->a, profiles[columns[i].profile].id),
			.actor = arena_str(&s->a, actors[columns[i].actor].id),
			.actor_name = arena_str(&s->a, actors[columns[i].actor].name),
		};
}

static void copy_organisations(struct results_shot *s, struct results *r)
{
	const struct organisation *o = results_organisations(&s->n_organisations, r);

	s->organisations = arena_array(&s->a, struct shot_organisation, s->n_organisations + 1);
	for (size_t i = 0; i < s->n_organisations; i++)
		s->organisations[i] = (struct shot_organisation){ arena_str(&s->a, o[i].id), arena_str(&s->a, o[i].name),
			arena_str(&s->a, o[i].country) };
}

static void copy_matrix(struct results_shot *s, struct results *r, struct results_column **columns)
{
	struct results_cell *cells;
	struct results_pass *passes;
	size_t n = results_cells(&cells, &s->a, r), n_passes = results_passes(&passes, &s->a, r), i;
	struct shot_cell *to;

	s->n_columns = all_columns(columns, &s->a, cells, n);
	copy_columns(s, r, *columns);
	s->cells = arena_array(&s->a, struct shot_cell, s->n_organisations * s->n_columns + 1);
	for (i = 0; i < n; i++) {
		to = &s->cells[cells[i].organisation * s->n_columns +
			column_of(*columns, s->n_columns, cells[i].profile, cells[i].actor)];
		*to = (struct shot_cell){ cells[i].lines, cells[i].enough, cells[i].expected, cells[i].counted,
			cells[i].grade, false };
	}
	for (i = 0; i < n_passes; i++)
		s->cells[passes[i].organisation * s->n_columns +
			column_of(*columns, s->n_columns, passes[i].profile, passes[i].actor)].published = true;
}

/* ---- lines ---- */

static void copy_line(struct shot_line *to, struct arena *a, struct results *r, const struct results_line *l)
{
	size_t n;
	const struct results_system *s = &results_systems(&n, r)[l->system];
	const struct organisation *o = results_organisations(&n, r);

	*to = (struct shot_line){
		.id = arena_str(a, l->id), .system = arena_str(a, s->name), .system_id = arena_str(a, s->id),
		.organisation = s->organisation == RESULTS_NONE ? "" : arena_str(a, o[s->organisation].name),
		.table = arena_str(a, s->table), .profile = arena_str(a, results_profiles(&n, r)[l->profile].id),
		.actor = arena_str(a, results_actors(&n, r)[l->actor].name), .option = arena_str(a, l->option),
		.row = s->organisation, .column = RESULTS_NONE, .tracks = l->tracks, .thorough = l->thorough,
		.exploratory = l->exploratory, .required = l->required, .optional = l->optional,
		.verified = l->verified, .waiting = l->waiting, .progress = results_in_progress(r, l),
		.failed = l->failed, .disputed = l->disputed, .expected = l->expected, .counted = l->counted,
		.grades = l->grades, .enough = l->enough, .grade = l->grade, .grade_disputed = l->grade_disputed,
		.grade_late = l->grade_late, .provisional = l->provisional,
	};
}

static void copy_lines(struct results_shot *s, struct results *r, const struct results_column *columns)
{
	const struct results_line *lines = results_lines(&s->n_lines, r);

	s->lines = arena_array(&s->a, struct shot_line, s->n_lines + 1);
	for (size_t i = 0; i < s->n_lines; i++) {
		copy_line(&s->lines[i], &s->a, r, &lines[i]);
		s->lines[i].column = column_of(columns, s->n_columns, lines[i].profile, lines[i].actor);
	}
}

/* ---- tracks, tables ---- */

static void copy_track(struct shot_track *to, struct arena *a, struct results *r, uint32_t track,
	const struct results_track *t)
{
	to->name = arena_str(a, t ? t->name && *t->name ? t->name : t->id : "all tracks");
	to->exploratory = t && t->exploratory;
	results_totals(&to->totals, r, track);
	results_borders(&to->borders, a, r, track);
	for (size_t i = 0; i < to->borders.n; i++) {
		to->borders.countries[i] = arena_str(a, to->borders.countries[i]);
		to->borders.names[i] = arena_str(a, to->borders.names[i]);
	}
	to->n_points = results_timeline(&to->points, a, r, track, BIN_MS);
}

static void copy_tracks(struct results_shot *s, struct results *r)
{
	size_t n;
	const struct results_track *t = results_tracks(&n, r);

	s->n_tracks = n + 1;
	s->tracks = arena_array(&s->a, struct shot_track, s->n_tracks);
	copy_track(&s->tracks[0], &s->a, r, RESULTS_NONE, NULL);
	for (size_t i = 0; i < n; i++)
		copy_track(&s->tracks[i + 1], &s->a, r, (uint32_t)i, &t[i]);
}

static const char *systems_words(struct arena *a, struct results *r, const struct results_table *t)
{
	size_t n;
	const struct results_system *systems = results_systems(&n, r);
	struct buf b;
	const char *words;

	buf_init(&b, 4096);
	for (size_t i = 0; i < t->n_systems; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", systems[t->systems[i]].name);
	words = arena_str(a, buf_str(&b));
	buf_done(&b);
	return words;
}

static void copy_tables(struct results_shot *s, struct results *r)
{
	struct results_table *t;

	s->n_tables = results_tables(&t, &s->a, r);
	s->tables = arena_array(&s->a, struct shot_table, s->n_tables + 1);
	for (size_t i = 0; i < s->n_tables; i++)
		s->tables[i] = (struct shot_table){ arena_str(&s->a, t[i].table), systems_words(&s->a, r, &t[i]),
			t[i].waiting, t[i].critical, t[i].disputed, t[i].completing, t[i].oldest };
}

struct results_shot *results_shot_new(struct results *r)
{
	struct results_shot *s = mem_zalloc(sizeof(*s));
	struct results_column *columns;

	arena_init(&s->a);
	copy_organisations(s, r);
	copy_matrix(s, r, &columns);
	copy_lines(s, r, columns);
	copy_tracks(s, r);
	copy_tables(s, r);
	s->published = results_rules(r)->published > 0;
	return s;
}

void results_shot_free(struct results_shot *s)
{
	if (!s)
		return;
	arena_done(&s->a);
	mem_free(s);
}

/* ---- one line ---- */

static void copy_tests(struct line_shot *s)
{
	for (size_t i = 0; i < s->detail.n_tests; i++) {
		struct results_line_test *t = &s->detail.tests[i];

		t->test = arena_str(&s->a, t->test);
		t->title = arena_str(&s->a, t->title);
		t->role = arena_str(&s->a, t->role);
		t->peer = arena_str(&s->a, t->peer);
		t->missing = arena_str(&s->a, t->missing);
		for (size_t k = 0; k < t->n_tis; k++)
			t->tis[k] = arena_str(&s->a, t->tis[k]);
		for (size_t k = 0; k < t->n_partners; k++)
			t->partners[k].role = arena_str(&s->a, t->partners[k].role);
	}
	for (size_t i = 0; i < s->detail.n_why; i++)
		s->detail.why[i] = arena_str(&s->a, s->detail.why[i]);
}

/* The records of the grades belong to the engine, which forgets them with the next. */
static void copy_history(struct line_shot *s)
{
	for (size_t i = 0; i < s->detail.n_history; i++) {
		struct results_grade_record *g = arena_dup(&s->a, s->detail.history[i].record, sizeof(*g));

		g->who = arena_str(&s->a, g->who);
		g->who_name = arena_str(&s->a, g->who_name);
		g->text = arena_str(&s->a, g->text);
		g->base = NULL;
		g->n_base = 0;
		s->detail.history[i].record = g;
	}
}

static void copy_elsewhere(struct line_shot *s)
{
	for (size_t i = 0; i < s->detail.n_elsewhere; i++) {
		struct results_elsewhere *e = arena_dup(&s->a, s->detail.elsewhere[i], sizeof(*e));

		e->place = arena_str(&s->a, e->place);
		e->who = arena_str(&s->a, e->who);
		e->text = arena_str(&s->a, e->text);
		s->detail.elsewhere[i] = e;
	}
}

struct line_shot *line_shot_new(struct results *r, const char *id)
{
	uint32_t at = results_find_line(r, id);
	struct line_shot *s;
	size_t n;

	if (at == RESULTS_NONE)
		return NULL;
	s = mem_zalloc(sizeof(*s));
	arena_init(&s->a);
	copy_line(&s->line, &s->a, r, &results_lines(&n, r)[at]);
	results_detail(&s->detail, &s->a, r, at);
	s->detail.line = NULL;
	copy_tests(s);
	copy_history(s);
	copy_elsewhere(s);
	s->n_leaves = results_grade_leaves(&s->leaves, &s->a, r, id);
	return s;
}

void line_shot_free(struct line_shot *s)
{
	if (!s)
		return;
	arena_done(&s->a);
	mem_free(s);
}
