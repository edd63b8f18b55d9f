/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be published of the results, and views over all of them: passes by organisation, who exchanged with
 * whom across borders, progress over time, totals. Arrays live in `a`. Results layer; one thread at a time.
 */
#ifndef VERDICT_RESULTS_MATRIX_H
#define VERDICT_RESULTS_MATRIX_H
#include "verdict/results/results.h"

/*
 * Published: organisation x profile x actor of lines graded passed, options left out. A line counts where it has no
 * option, or where its system has no line without one. Nothing else is ever told; never of a disputed grade, a
 * provisional pass, nor an exploratory line. By organisation (its order in the event), profile, actor.
 */
struct results_pass {
	uint32_t organisation, profile, actor;
	uint64_t tracks;	/* exploratory ones left out */
	const uint32_t *lines; size_t n_lines;	/* the passed ones: kept by system, not published */
};
size_t results_passes(struct results_pass **out, struct arena *a, struct results *r);
/* Columns that appear in `passes`: profile and actor, once each, by profile then actor in the catalogue's order. */
struct results_column { uint32_t profile, actor; };
size_t results_columns(struct results_column **out, struct arena *a, struct results *r, const struct results_pass *passes,
	size_t n);

/* Matrix of all work, for those inside: best state of the organisation's lines in that column. */
struct results_cell {
	uint32_t organisation, profile, actor;
	unsigned int lines, passed, enough, expected, counted;
	enum grade grade;	/* the one that all its lines share, else none */
};
size_t results_cells(struct results_cell **out, struct arena *a, struct results *r);

/*
 * Which country's systems exchanged with which: verified TIs with systems of both. A TI counts once for each pair
 * of countries in it; within one country where two systems of it take part. Symmetric.
 */
struct results_borders {
	const char **countries, **names; size_t n;	/* codes in alphabetic order, as the event names them */
	unsigned int *verified;		/* n * n */
};
/* `track`: index, or RESULTS_NONE for all. Only countries whose systems take part in that track. */
void results_borders(struct results_borders *out, struct arena *a, struct results *r, uint32_t track);

/* TIs by status over time: one point a bin in which something changed, sums since the begin. */
struct results_point { int64_t at; unsigned int verified, partial, failed; };	/* at: end of the bin, wall ms */
size_t results_timeline(struct results_point **out, struct arena *a, struct results *r, uint32_t track, int64_t bin_ms);

/* Numbers of a track (RESULTS_NONE: all) for a dashboard; they name nobody. */
struct results_totals {
	unsigned int by_status[TI_STATUS_COUNT], tis;
	unsigned int waiting;	/* to be verified, critical, partially verified */
	int64_t oldest;		/* wall ms since when the oldest of these waits, 0: none */
	unsigned int lines, enough, graded, passed, systems, organisations;	/* lines: those that get grades */
};
void results_totals(struct results_totals *out, struct results *r, uint32_t track);

/* Outcomes of an exploratory track, by test. */
struct results_trial { const char *test, *title; uint32_t track; unsigned int tis, verified, partial, failed, systems; };
size_t results_trials(struct results_trial **out, struct arena *a, struct results *r);

/* The floor: tables in walking order with what waits at each. */
struct results_table {
	const char *table;
	const uint32_t *systems; size_t n_systems;
	unsigned int waiting, critical, disputed, completing;	/* TIs whose first participant stands there */
	int64_t oldest;		/* 0: nothing waits */
};
size_t results_tables(struct results_table **out, struct arena *a, struct results *r);

#endif
