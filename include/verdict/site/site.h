/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The results site: pages as pure functions of facts, for `verdictd publish` and for the hub's live pages. Only what
 * may be published gets into the facts, so no page can tell more. All text of the event is escaped here. No I/O.
 * Site layer; any thread, facts are never changed once gathered.
 */
#ifndef VERDICT_SITE_SITE_H
#define VERDICT_SITE_SITE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/model/event.h"
#include "verdict/results/matrix.h"
#include "verdict/results/results.h"

enum site_lang { SITE_EN, SITE_KO, SITE_JA, SITE_LANGS };
const char *site_lang_code(enum site_lang l);	/* "en" */
const char *site_lang_name(enum site_lang l);	/* in that language */
int site_lang_parse(const char *code);		/* -1: none of them */
/* The text of a page in that language; the English one where the catalogue lacks it. */
const char *site_text(enum site_lang l, const char *english);

/* A part of the event: a track, or all of it (`track` RESULTS_NONE). */
struct site_part {
	uint32_t track;
	struct results_borders borders;
	struct results_point *points; size_t n_points;
	struct results_totals totals;
};
/* What the pages tell. Everything lives in one arena, nothing points into the engine. */
struct site_facts {
	struct event event;
	struct results_rules rules;
	int64_t now;		/* wall ms: as of when */
	struct results_track *tracks; size_t n_tracks;
	struct results_name *profiles, *actors; size_t n_profiles, n_actors;
	struct organisation *organisations; size_t n_organisations;
	struct results_pass *passes; size_t n_passes;
	struct results_column *columns; size_t n_columns;
	struct site_part *parts; size_t n_parts;	/* the whole first, then each track */
	struct results_trial *trials; size_t n_trials;
};
/* Of an engine that knows its event; `a` holds it all. The engine is needed for the call alone. */
void site_gather(struct site_facts *out, struct arena *a, struct results *r, int64_t now);

enum site_kind {
	SITE_RESULTS, SITE_ORGANISATION, SITE_PROFILE, SITE_BORDERS, SITE_PROGRESS, SITE_TRIALS, SITE_FLOOR,
	SITE_CSV, SITE_JSON, SITE_FHIR, SITE_GITB, SITE_STYLE, SITE_SCRIPT
};
/* One file of the site. */
struct site_file {
	const char *path;	/* "ko/organisation/O01.html", of letters, digits and -_~. alone */
	const char *type;	/* of its content, for HTTP */
	enum site_kind kind;
	enum site_lang lang;
	uint32_t index;		/* organisation, profile */
};
/* Which languages, the first of them at the root. */
struct site_plan {
	enum site_lang langs[SITE_LANGS]; size_t n_langs;
	bool live;		/* served by the hub: with the floor */
};
size_t site_files(struct site_file **out, struct arena *a, const struct site_facts *f, const struct site_plan *plan);
/* `out` sticks at its ceiling as always; SITE_FILE_MAX is enough for every page of a large event. */
#define SITE_FILE_MAX (64u << 20)
void site_write(struct buf *out, const struct site_facts *f, const struct site_plan *plan, const struct site_file *file);

/* What a browser may load: nothing but the site's own files. */
#define SITE_POLICY "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " \
	"base-uri 'none'; form-action 'none'"

#endif
