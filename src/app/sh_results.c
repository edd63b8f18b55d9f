/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict results: lines and how far each is, what would be published, who exchanged with whom across borders; and
 * verdict floor, the tables in walking order. Layer app, store's thread.
 */
#include "grid.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "verdict/base/clock.h"
#include "verdict/store/results.h"

/* ---- what is asked for ---- */

struct asked {
	enum grid_format format;
	uint32_t track;		/* RESULTS_NONE: all */
	struct results *r;
	const char *of;		/* lines that begin so; NULL: all */
};

static uint64_t track_bit(uint32_t track)
{
	return UINT64_C(1) << (track < RESULTS_TRACKS_MAX ? track : RESULTS_TRACKS_MAX - 1);
}

static int find_track(uint32_t *out, struct shell *sh, struct results *r)
{
	const char *word = shell_get(sh, "track");
	size_t n = 0;
	const struct results_track *all = results_tracks(&n, r);

	*out = RESULTS_NONE;
	for (size_t i = 0; word && i < n; i++)
		if (strcasecmp(all[i].id, word) == 0 || strcasecmp(all[i].name, word) == 0)
			*out = (uint32_t)i;
	return word && *out == RESULTS_NONE ? sh_usage_error(sh, "this event has no track %s", word) : SHELL_DONE;
}

static int ask(struct asked *out, struct shell *sh)
{
	const char *word = shell_get(sh, "format");
	int format = word ? grid_format_parse(word) : sh->json ? GRID_JSON : GRID_TEXT;
	enum status code;

	if (format < 0)
		return sh_usage_error(sh, "no such format: %s; these are: " GRID_WORDS, word);
	out->format = (enum grid_format)format;
	code = store_results(&out->r, sh->st);
	return code == STATUS_OK ? find_track(&out->track, sh, out->r) : shell_status(sh, code);
}

static const char *grade_word(const struct results_line *l)
{
	return l->grade_disputed ? "disputed" : l->grade ? grade_label(l->grade) : "";
}

static enum sh_style grade_style(const struct results_line *l)
{
	if (l->grade_disputed)
		return SH_RED;
	return l->grade == GRADE_PASSED ? SH_GREEN : l->grade == GRADE_AT_RISK ? SH_YELLOW : SH_PLAIN;
}

static void track_words(struct grid *g, const struct results *r, uint64_t tracks)
{
	char words[RESULTS_TRACKS_MAX * 66] = "";
	size_t n, len = 0;
	const struct results_track *all = results_tracks(&n, r);

	for (size_t i = 0; i < n && i < RESULTS_TRACKS_MAX; i++)
		if (tracks & track_bit((uint32_t)i) && len < sizeof(words))
			len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s", len ? " " : "", all[i].id);
	grid_cell(g, SH_PLAIN, words);
}

/* ---- lines ---- */

/* Behind the line's id, the heads of CSV are those of Gazelle's table of results. */
static const struct grid_column line_columns[] = {
	{ "id", "Line", "line", GRID_STRING },
	{ "organisation_name", "Organisation", NULL, GRID_STRING }, { "system_name", "System", "system", GRID_STRING },
	{ "profile", "Profile", NULL, GRID_STRING }, { "actor", "Actor", NULL, GRID_STRING },
	{ "option", "Option", NULL, GRID_STRING },
	{ "type", "Type", "", GRID_STRING }, { "grade", "Results", NULL, GRID_STRING },
	{ "tests", "R/O", ">R/O", GRID_STRING }, { "progress", "V", ">V", GRID_STRING },
	{ "waiting", "W", ">W", GRID_NUMBER }, { "partial", "P", ">P", GRID_NUMBER },
	{ "failed", "F", ">F", GRID_NUMBER }, { "enough", "Enough", "enough", GRID_STRING },
	{ "grade_label", "Grade", "grade", GRID_STRING },
	{ "organisation", "Organisation id", NULL, GRID_STRING }, { "system", "System id", NULL, GRID_STRING },
	{ "country", "Country", NULL, GRID_STRING }, { "table", "Table", NULL, GRID_STRING },
	{ "tracks", "Tracks", NULL, GRID_WORDS_LIST },
	{ "exploratory", "Exploratory", NULL, GRID_TRUTH }, { "required", "Required", NULL, GRID_NUMBER },
	{ "optional", "Optional", NULL, GRID_NUMBER }, { "expected", "Expected", NULL, GRID_NUMBER },
	{ "counted", "Counted", NULL, GRID_NUMBER }, { "verified", "Verified", NULL, GRID_NUMBER },
	{ "running", "Running", NULL, GRID_NUMBER }, { "disputed", "Disputed", NULL, GRID_NUMBER },
	{ "grade_disputed", "Grade disputed", NULL, GRID_TRUTH }, { "grade_told", "Graded elsewhere", NULL, GRID_TRUTH },
	{ "grade_late", "Late", NULL, GRID_TRUTH }, { "provisional", "Provisional", NULL, GRID_TRUTH },
};
#define LINE_COLUMNS (sizeof(line_columns) / sizeof(line_columns[0]))

static void line_numbers(struct grid *g, const struct results_line *l)
{
	grid_number(g, l->required);
	grid_number(g, l->optional);
	grid_number(g, l->expected);
	grid_number(g, l->counted);
	grid_number(g, l->verified);
	grid_number(g, l->running);
	grid_number(g, l->disputed);
	grid_truth(g, l->grade_disputed);
	grid_truth(g, l->grade_told);
	grid_truth(g, l->grade_late);
	grid_truth(g, l->provisional);
}

static void line_row(struct grid *g, struct results *r, const struct results_line *l)
{
	size_t n;
	const struct results_system *s = &results_systems(&n, r)[l->system];
	const struct organisation *o = s->organisation == RESULTS_NONE ? NULL :
		&results_organisations(&n, r)[s->organisation];
	char text[64];

	grid_cell(g, SH_BOLD, l->id);
	grid_cell(g, SH_PLAIN, o ? o->name : "");
	grid_cell(g, SH_PLAIN, s->name);
	grid_cell(g, SH_PLAIN, results_profiles(&n, r)[l->profile].id);
	grid_cell(g, SH_PLAIN, results_actors(&n, r)[l->actor].id);
	grid_cell(g, SH_PLAIN, l->option);
	grid_cell(g, SH_PLAIN, g->format == GRID_JSON ? (l->thorough ? "thorough" : "supportive") : l->thorough ? "T" : "S");
	grid_cell(g, SH_PLAIN, grade_name(l->grade));
	snprintf(text, sizeof(text), "%u/%u", l->required, l->optional);
	grid_cell(g, SH_PLAIN, text);
	snprintf(text, sizeof(text), "%u/%u", l->counted, l->expected);
	grid_cell(g, l->enough == ENOUGH_YES ? SH_GREEN : SH_PLAIN, text);
	grid_number(g, l->waiting);
	grid_number(g, results_in_progress(r, l));
	grid_number(g, l->failed);
	grid_cell(g, SH_PLAIN, results_enough_name(l->enough));
	grid_cell(g, grade_style(l), grade_word(l));
	grid_cell(g, SH_PLAIN, o ? o->id : "");
	grid_cell(g, SH_PLAIN, s->id);
	grid_cell(g, SH_PLAIN, o ? o->country : "");
	grid_cell(g, SH_PLAIN, s->table);
	track_words(g, r, l->tracks);
	grid_truth(g, l->exploratory);
	line_numbers(g, l);
}

/* "S01" names the lines of a system, "S01/MHD" those of a profile of it. */
static bool line_wanted(const struct asked *q, const struct results_line *l)
{
	size_t len = q->of ? strlen(q->of) : 0;

	if (q->of && (strncmp(l->id, q->of, len) != 0 || l->id[len] != '/'))
		return false;
	return q->track == RESULTS_NONE || l->tracks & track_bit(q->track);
}

static size_t list_lines(struct shell *sh, const struct asked *q)
{
	size_t n, i;
	const struct results_line *all = results_lines(&n, q->r);
	struct grid g;

	grid_begin(&g, sh, q->format, "Lines", line_columns, LINE_COLUMNS, 1);	/* ids are for copying */
	for (i = 0; i < n; i++)
		if (line_wanted(q, &all[i]))
			line_row(&g, q->r, &all[i]);
	grid_end(&g);
	if (g.rows && q->format == GRID_TEXT && sh->tty && !sh->quiet)
		sh_paragraph(sh, "", "R/O required and optional tests · V verified that count, of how many · W wait · P partially "
			"verified · F failed · verdict results LINE tells what is missing");
	if (!g.rows && q->of)
		shell_error(sh, "no line %s in this event; verdict results lists them", q->of);
	else if (!g.rows && !sh->quiet)
		shell_error(sh, n ? "no line has tests of that track" : "this event has no lines");
	return g.rows;
}

/* ---- matrix ---- */

static const struct grid_column matrix_columns[] = {
	{ "organisation_name", "Organisation", "organisation", GRID_STRING }, { "country", "Country", "", GRID_STRING },
	{ "profile", "Profile", "profile", GRID_STRING }, { "actor", "Actor", "actor", GRID_STRING },
	{ "organisation", "Organisation id", NULL, GRID_STRING }, { "tracks", "Tracks", NULL, GRID_WORDS_LIST },
};

static void list_matrix(struct shell *sh, const struct asked *q)
{
	size_t n_o, n_p, n_a;
	const struct organisation *o = results_organisations(&n_o, q->r);
	const struct results_name *profiles = results_profiles(&n_p, q->r), *actors = results_actors(&n_a, q->r);
	struct results_pass *passes;
	size_t n = results_passes(&passes, &sh->arena, q->r);
	struct grid g;

	grid_begin(&g, sh, q->format, "Connectathon results", matrix_columns, 6, 0);
	for (size_t i = 0; i < n; i++) {
		const struct results_pass *p = &passes[i];

		if (q->track != RESULTS_NONE && !(p->tracks & track_bit(q->track)))
			continue;
		grid_cell(&g, SH_BOLD, o[p->organisation].name);
		grid_cell(&g, SH_PLAIN, o[p->organisation].country);
		grid_cell(&g, SH_PLAIN, profiles[p->profile].id);
		grid_cell(&g, SH_PLAIN, actors[p->actor].name);
		grid_cell(&g, SH_PLAIN, o[p->organisation].id);
		track_words(&g, q->r, p->tracks);
	}
	grid_end(&g);
	if (!g.rows && !sh->quiet)
		shell_error(sh, "no line is passed yet: nothing would be published");
}

/* ---- borders ---- */

static const struct grid_column border_columns[] = {
	{ "from", "Country", "country", GRID_STRING }, { "to", "With", "with", GRID_STRING },
	{ "verified", "Verified TIs", ">verified", GRID_NUMBER }, { "from_name", "Name", NULL, GRID_STRING },
	{ "to_name", "Name of the other", NULL, GRID_STRING }, { "track", "Track", NULL, GRID_STRING },
};

static void list_borders(struct shell *sh, const struct asked *q)
{
	struct results_borders b;
	size_t n;
	const char *track = q->track == RESULTS_NONE ? "" : results_tracks(&n, q->r)[q->track].id;
	struct grid g;

	results_borders(&b, &sh->arena, q->r, q->track);
	grid_begin(&g, sh, q->format, "Across borders", border_columns, 6, -1);
	for (size_t i = 0; i < b.n; i++)
		for (size_t k = i; k < b.n; k++) {
			if (!b.verified[i * b.n + k])
				continue;
			grid_cell(&g, SH_PLAIN, b.countries[i]);
			grid_cell(&g, SH_PLAIN, b.countries[k]);
			grid_number(&g, b.verified[i * b.n + k]);
			grid_cell(&g, SH_PLAIN, b.names[i]);
			grid_cell(&g, SH_PLAIN, b.names[k]);
			grid_cell(&g, SH_PLAIN, track);
		}
	grid_end(&g);
	if (!g.rows && !sh->quiet)
		shell_error(sh, "nothing is verified yet");
}

int sh_run_results(struct shell *sh)
{
	bool matrix = shell_has(sh, "matrix"), borders = shell_has(sh, "borders"), lines = shell_has(sh, "lines");
	struct asked q = { 0 };
	int code;

	if (matrix + borders + lines + (sh->n_args > 0) > 1)
		return sh_usage_error(sh, "one of --lines, --matrix, --borders or a line");
	code = ask(&q, sh);
	if (code != SHELL_DONE)
		return code;
	if (sh->n_args && results_find_line(q.r, sh->args[0]) != RESULTS_NONE)
		return sh_results_line(sh, q.r, sh->args[0], q.format == GRID_JSON);
	q.of = sh->n_args ? sh->args[0] : NULL;
	if (matrix)
		list_matrix(sh, &q);
	else if (borders)
		list_borders(sh, &q);
	else if (list_lines(sh, &q) == 0 && q.of)
		return SHELL_REFUSED;
	return SHELL_DONE;
}

/* ---- the floor ---- */

static const struct grid_column floor_columns[] = {
	{ "table", "Table", "table", GRID_STRING }, { "systems", "Systems", "systems", GRID_STRING },
	{ "waiting", "Waiting", ">waiting", GRID_NUMBER }, { "critical", "Critical", ">critical", GRID_NUMBER },
	{ "completing", "Completing", ">completing", GRID_NUMBER }, { "disputed", "Disputed", ">disputed", GRID_NUMBER },
	{ "oldest_s", "Oldest (s)", NULL, GRID_NUMBER }, { "oldest", "Oldest", ">oldest", GRID_STRING },
};

static void system_names(struct grid *g, struct results *r, const struct results_table *t)
{
	size_t n;
	const struct results_system *systems = results_systems(&n, r);
	struct buf b;

	buf_init(&b, 65536);
	for (size_t i = 0; i < t->n_systems; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", systems[t->systems[i]].name);
	grid_cell(g, SH_PLAIN, buf_str(&b));
	buf_done(&b);
}

int sh_run_floor(struct shell *sh)
{
	struct results_table *tables;
	struct asked q = { 0 };
	int64_t now = clock_wall_ms();
	struct grid g;
	size_t n, i;
	int code = ask(&q, sh);

	if (code != SHELL_DONE)
		return code;
	n = results_tables(&tables, &sh->arena, q.r);
	grid_begin(&g, sh, q.format, "Floor", floor_columns, 8, 1);
	for (i = 0; i < n; i++) {
		const struct results_table *t = &tables[i];
		int64_t age = t->oldest && now > t->oldest ? (now - t->oldest) / 1000 : 0;
		char text[CLOCK_TEXT] = "";

		if (!t->waiting && !t->disputed && !shell_has(sh, "all"))
			continue;
		if (t->oldest)
			clock_format_age(text, age);
		grid_cell(&g, SH_BOLD, t->table);
		system_names(&g, q.r, t);
		grid_number(&g, t->waiting);
		grid_number(&g, t->critical);
		grid_number(&g, t->completing);
		grid_number(&g, t->disputed);
		grid_number(&g, age);
		grid_cell(&g, SH_PLAIN, text);
	}
	grid_end(&g);
	if (!g.rows && !sh->quiet)
		shell_error(sh, "nothing waits at any table; verdict floor --all lists them");
	return SHELL_DONE;
}
