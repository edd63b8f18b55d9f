/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of room results, filled from the database and kept true: whoever changes a TI names it, and it is read
 * again before somebody looks; so a transaction that is rolled back leaves nothing wrong. Store layer; the thread
 * that opened the store.
 */
#include "verdict/store/results.h"

#include <string.h>
#include "store_priv.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/payload.h"

#define SLICE 2000		/* TIs a call of store_results_load() */
#define GRADES_MAX 4096		/* records on one line that are looked at */

struct store_results {
	struct results *engine;
	bool started, loaded;	/* loaded: all TIs are in it */
	int64_t after;		/* key of the last TI read */
	bool reference_stale, grades_stale;
	struct map *touched;	/* ids of TIs that changed */
};

static const char sql_event[] = "SELECT id, name, place, begins, ends, tz_min, tz_name, critical_on, supportive, partners, "
	"running_in_progress, published, regrade_days FROM event";
static const char sql_tracks[] = "SELECT id, name, exploratory FROM track";
static const char sql_profiles[] = "SELECT id, name FROM profile";
static const char sql_actors[] = "SELECT id, name FROM actor";
static const char sql_organisations[] = "SELECT id, name, country, country_name FROM organisation";
static const char sql_systems[] = "SELECT id, name, version, organisation, place FROM system";
static const char sql_lines[] = "SELECT system, profile, actor, option, thorough, grade FROM line";
static const char sql_covers[] = "SELECT t.id, c.role, c.profile, c.actor, c.option FROM test_cover c JOIN test t ON "
	"t.key = c.test WHERE t.peer <> ''";
static const char sql_dependencies[] = "SELECT n, profile, actor, option, needs_profile, needs_actor, needs_option FROM "
	"dependency ORDER BY n, rowid";
static const char sql_elsewhere[] = "SELECT system, profile, actor, option, grade, place, who, said, at FROM line_elsewhere "
	"ORDER BY at, rowid";
static const char sql_roles[] = "SELECT t.id, t.title, t.track, t.peer, r.label, r.profile, r.actor, r.option, r.min, r.max, "
	"r.wanted, r.required FROM test t LEFT JOIN test_role r ON r.test = t.key WHERE t.peer <> '' "
	"ORDER BY t.id, r.n";
/* Since when: the verdict that decided it, where one did. */
#define TI_COLUMNS "SELECT ti.key, ti.id, t.id, ti.status, coalesce((SELECT max(r.at) FROM record r WHERE r.ti = ti.id AND " \
	"r.kind IN (1, 7) AND ti.status IN (5, 6, 7)), ti.since), p.role, p.system FROM ti " \
	"JOIN test t ON t.key = ti.test LEFT JOIN participant p ON p.ti = ti.key "
static const char sql_page[] = TI_COLUMNS "WHERE ti.key IN (SELECT key FROM ti WHERE key > ?1 ORDER BY key LIMIT ?2) "
	"ORDER BY ti.key, p.n";
static const char sql_one[] = TI_COLUMNS "WHERE ti.id = ?1 ORDER BY p.n";
static const char sql_grades[] = "SELECT rid, kind, payload, state, flags FROM record WHERE ti IS NULL AND kind IN (8, 11) "
	"ORDER BY seq";
static const char sql_person[] = "SELECT name FROM person WHERE id = ?1";

_Static_assert(RECORD_VERDICT == 1 && RECORD_RESOLUTION == 7 && RECORD_GRADE == 8 && RECORD_REISSUE == 11,
	"statements and schema 3 name them by number");
_Static_assert(TI_VERIFIED == 5 && TI_PARTIAL == 6 && TI_FAILED == 7, "statements name them by number");

/* ---- who changes what tells so ---- */

void results_touch(struct store *st, const char *ti)
{
	if (st->results && st->results->started)
		map_set(st->results->touched, ti, st);
}

void results_touch_reference(struct store *st)
{
	if (st->results)
		st->results->reference_stale = true;
}

void results_touch_grades(struct store *st)
{
	if (st->results)
		st->results->grades_stale = true;
}

void results_forget(struct store *st)
{
	if (!st->results)
		return;
	results_free(st->results->engine);
	map_free(st->results->touched);
	mem_free(st->results);
	st->results = NULL;
}

/* ---- reference data ---- */

static enum status each_row(struct store *st, const char *sql, void (*row)(struct results *r, struct arena *a, sqlite3_stmt *s))
{
	struct results *r = st->results->engine;
	sqlite3_stmt *s;
	struct arena a;
	enum status code = sql_get(&s, st, sql);

	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		arena_reset(&a);
		row(r, &a, s);
	}
	arena_done(&a);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static void event_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const struct event e = {
		.id = sql_text(a, s, 0), .name = sql_text(a, s, 1), .place = sql_text(a, s, 2),
		.begins = sql_text(a, s, 3), .ends = sql_text(a, s, 4), .tz_min = sqlite3_column_int(s, 5),
		.tz_name = sql_text(a, s, 6), .critical_on = sqlite3_column_int(s, 7) != 0,
	};
	const struct results_rules rules = {
		.supportive = (unsigned int)sqlite3_column_int(s, 8),
		.partners = (enum results_partners)sqlite3_column_int(s, 9),
		.running_in_progress = sqlite3_column_int(s, 10) != 0, .published = sqlite3_column_int64(s, 11),
		.regrade_days = (unsigned int)sqlite3_column_int(s, 12),
	};

	results_set_event(r, &e, &rules);
}

static void track_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const struct results_track t = { sql_text(a, s, 0), sql_text(a, s, 1), sqlite3_column_int(s, 2) != 0 };

	results_add_track(r, &t);
}

static void profile_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	results_add_profile(r, sql_text(a, s, 0), sql_text(a, s, 1));
}

static void actor_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	results_add_actor(r, sql_text(a, s, 0), sql_text(a, s, 1));
}

static void organisation_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const struct organisation o = { sql_text(a, s, 0), sql_text(a, s, 1), sql_text(a, s, 2), sql_text(a, s, 3) };

	results_add_organisation(r, &o);
}

static void system_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const struct system_info i = { sql_text(a, s, 0), sql_text(a, s, 1), sql_text(a, s, 2), sql_text(a, s, 3),
		sql_text(a, s, 4) };

	results_add_system(r, &i);
}

static enum grade grade_of_column(sqlite3_stmt *s, int at)
{
	int grade = sqlite3_column_int(s, at);

	return grade > GRADE_NONE && grade < GRADE_COUNT ? (enum grade)grade : GRADE_NONE;
}

static void line_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const char *system = sql_text(a, s, 0), *profile = sql_text(a, s, 1), *actor = sql_text(a, s, 2),
		*option = sql_text(a, s, 3);
	enum grade grade = grade_of_column(s, 5);

	results_add_line(r, system, profile, actor, option, sqlite3_column_int(s, 4) != 0);
	if (grade != GRADE_NONE)
		results_tell_grade(r, arena_printf(a, "%s/%s/%s/%s", system, profile, actor, *option ? option : "-"), grade);
}

static void cover_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	results_add_cover(r, sql_text(a, s, 0), (unsigned int)sqlite3_column_int(s, 1), sql_text(a, s, 2), sql_text(a, s, 3),
		sql_text(a, s, 4));
}

static void elsewhere_row(struct results *r, struct arena *a, sqlite3_stmt *s)
{
	const char *option = sql_text(a, s, 3);
	const struct results_elsewhere e = { .grade = grade_of_column(s, 4), .place = sql_text(a, s, 5), .who = sql_text(a, s, 6),
		.text = sql_text(a, s, 7), .at = sqlite3_column_int64(s, 8) };

	results_add_elsewhere(r, arena_printf(a, "%s/%s/%s/%s", sql_text(a, s, 0), sql_text(a, s, 1), sql_text(a, s, 2),
		*option ? option : "-"), &e);
}

/* Alternatives follow each other. */
static enum status read_dependencies(struct store *st)
{
	VEC(struct results_need) needs = VEC_INIT;
	struct results_need of = { 0 };
	sqlite3_stmt *s;
	struct arena a;
	int64_t n = -1;
	enum status code = sql_get(&s, st, sql_dependencies);

	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		const struct results_need one = { sql_text(&a, s, 4), sql_text(&a, s, 5), sql_text(&a, s, 6) };

		if (needs.len && sqlite3_column_int64(s, 0) != n) {
			results_add_dependency(st->results->engine, &of, needs.at, needs.len);
			needs.len = 0;
		}
		n = sqlite3_column_int64(s, 0);
		of = (struct results_need){ sql_text(&a, s, 1), sql_text(&a, s, 2), sql_text(&a, s, 3) };
		vec_push(&needs, one);
	}
	if (needs.len)
		results_add_dependency(st->results->engine, &of, needs.at, needs.len);
	vec_done(&needs);
	arena_done(&a);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static void add_test(struct results *r, struct test *t, struct test_role *roles)
{
	t->roles = roles;
	if (t->id)
		results_add_test(r, t);
	t->id = NULL;
	t->n_roles = 0;
}

/* Roles of a test follow each other: at most as many as a pack may hold. */
static enum status read_tests(struct store *st)
{
	struct test_role *roles = NULL;
	struct test t = { 0 };
	VEC(struct test_role) list = VEC_INIT;
	sqlite3_stmt *s;
	struct arena a;
	enum status code = sql_get(&s, st, sql_roles);

	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		struct test_role role = {
			.label = sql_text(&a, s, 4), .profile = sql_text(&a, s, 5), .actor = sql_text(&a, s, 6),
			.option = sql_text(&a, s, 7), .min = (unsigned int)sqlite3_column_int(s, 8),
			.max = (unsigned int)sqlite3_column_int(s, 9), .wanted = (unsigned int)sqlite3_column_int(s, 10),
			.required = sqlite3_column_int(s, 11) != 0,
		};

		if (!t.id || strcmp(t.id, (const char *)sqlite3_column_text(s, 0)) != 0) {
			add_test(st->results->engine, &t, list.at);
			list.len = 0;
			t = (struct test) { .id = sql_text(&a, s, 0), .title = sql_text(&a, s, 1),
				.track = sql_text(&a, s, 2), .peer = sql_text(&a, s, 3) };
		}
		if (sqlite3_column_type(s, 4) == SQLITE_NULL)
			continue;
		vec_push(&list, role);
		t.n_roles = list.len;
	}
	roles = list.at;
	if (code == STATUS_NOT_FOUND) {
		add_test(st->results->engine, &t, roles);
		code = STATUS_OK;
	}
	vec_done(&list);
	arena_done(&a);
	return code;
}

static enum status read_reference(struct store *st)
{
	static const struct { const char *sql; void (*row)(struct results *r, struct arena *a, sqlite3_stmt *s); } parts[] = {
		{ sql_event, event_row }, { sql_tracks, track_row }, { sql_profiles, profile_row },
		{ sql_actors, actor_row }, { sql_organisations, organisation_row }, { sql_systems, system_row },
		{ sql_lines, line_row },
	};
	enum status code = STATUS_OK;

	results_reset(st->results->engine);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && code == STATUS_OK; i++)
		code = each_row(st, parts[i].sql, parts[i].row);
	if (code == STATUS_OK)
		code = read_tests(st);
	if (code == STATUS_OK)
		code = each_row(st, sql_covers, cover_row);
	if (code == STATUS_OK)
		code = read_dependencies(st);
	if (code == STATUS_OK)
		code = each_row(st, sql_elsewhere, elsewhere_row);
	st->results->reference_stale = code != STATUS_OK;
	return code;
}

/* ---- TIs ---- */

struct reading { struct results_instance in; VEC(struct results_participant) parts; size_t n; };

static void end_instance(struct store *st, struct reading *r)
{
	r->in.participants = r->parts.at;
	r->in.n_participants = r->parts.len;
	if (r->in.id)
		results_set_instance(st->results->engine, &r->in);
	r->n += r->in.id != NULL;
	r->in.id = NULL;
	r->parts.len = 0;
}

/* Rows of one statement into the engine; how many TIs. */
static enum status read_rows(size_t *n_out, struct store *st, sqlite3_stmt *s)
{
	struct reading r = { 0 };
	struct arena a;
	int64_t key = 0;
	enum status code;

	arena_init(&a);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		if (!r.in.id || sqlite3_column_int64(s, 0) != key) {
			end_instance(st, &r);
			arena_reset(&a);
			key = sqlite3_column_int64(s, 0);
			r.in = (struct results_instance) {
				.id = sql_text(&a, s, 1), .test = sql_text(&a, s, 2),
				.status = (enum ti_status)sqlite3_column_int(s, 3), .at = sqlite3_column_int64(s, 4),
			};
			st->results->after = key > st->results->after ? key : st->results->after;
		}
		if (sqlite3_column_type(s, 5) != SQLITE_NULL) {
			const struct results_participant p = { (unsigned int)sqlite3_column_int(s, 5), sql_text(&a, s, 6) };

			vec_push(&r.parts, p);
		}
	}
	if (code == STATUS_NOT_FOUND) {
		end_instance(st, &r);
		code = STATUS_OK;
	}
	*n_out = r.n;
	vec_done(&r.parts);
	arena_done(&a);
	return code;
}

static enum status read_page(bool *end_out, struct store *st, int limit)
{
	sqlite3_stmt *s;
	size_t n = 0;
	enum status code = sql_get(&s, st, sql_page);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, st->results->after);
	sqlite3_bind_int(s, 2, limit);
	code = read_rows(&n, st, s);
	*end_out = n < (size_t)limit;
	return code;
}

struct refreshing { struct store *st; enum status code; };

static void refresh_one(const char *ti, void *value, void *data)
{
	struct refreshing *f = data;
	sqlite3_stmt *s;
	size_t n = 0;

	(void)value;
	if (f->code != STATUS_OK || (f->code = sql_get(&s, f->st, sql_one)) != STATUS_OK)
		return;
	sql_bind_text(s, 1, ti);
	f->code = read_rows(&n, f->st, s);
	if (f->code == STATUS_OK && n == 0)
		results_drop_instance(f->st->results->engine, ti);
}

static enum status refresh(struct store *st)
{
	struct refreshing f = { st, STATUS_OK };
	int64_t after = st->results->after;

	if (map_count(st->results->touched) == 0)
		return STATUS_OK;
	map_each(st->results->touched, refresh_one, &f);
	st->results->after = after;
	if (f.code != STATUS_OK)
		return f.code;
	map_free(st->results->touched);
	st->results->touched = map_new();
	return STATUS_OK;
}

/* ---- grades ---- */

struct grade_row { struct digest rid; struct record *rec; enum entry_state state; unsigned int flags; };
typedef VEC(struct grade_row) grade_rows;

static bool row_counts(const struct grade_row *g, const struct grade_row *all, size_t n)
{
	if (g->state == ENTRY_REFUSED)
		return false;
	if (!(g->flags & FLAGS_NOT_COUNTED))
		return true;
	for (size_t i = 0; i < n && (g->flags & FLAGS_NOT_COUNTED) == FLAG_REVOKED; i++)
		if (all[i].rec->kind == RECORD_REISSUE && all[i].state != ENTRY_REFUSED &&
		    !(all[i].flags & FLAGS_NOT_COUNTED) && digest_equal(&all[i].rec->of, &g->rid) &&
		    strcmp(all[i].rec->who, g->rec->who) == 0)
			return true;
	return false;
}

static enum status read_records(grade_rows *out, struct arena *a, struct store *st)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_grades);

	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(st, s)) == STATUS_OK) {
		struct grade_row g = { .rec = arena_new(a, struct record), .state = (enum entry_state)sqlite3_column_int(s, 3),
			.flags = (unsigned int)sqlite3_column_int64(s, 4) };

		if (sql_digest(&g.rid, s, 0) && payload_parse(g.rec, a, sqlite3_column_blob(s, 2),
		    (size_t)sqlite3_column_bytes(s, 2)) == STATUS_OK)
			vec_push(out, g);
	}
	status_clear();
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static const char *person_name(struct arena *a, struct store *st, const char *id)
{
	const char *name = id;
	sqlite3_stmt *s;

	if (sql_get(&s, st, sql_person) != STATUS_OK)
		return name;
	sql_bind_text(s, 1, id);
	if (sql_row(st, s) == STATUS_OK) {
		name = sql_text(a, s, 0);
		sqlite3_reset(s);
	}
	return name;
}

/* All records on the line of `first`, which is the first of them. */
static void set_line(struct store *st, struct arena *a, const struct grade_row *all, size_t n, size_t first)
{
	struct results_grade_record *recs = arena_array(a, struct results_grade_record, n - first);
	size_t at = 0, i;

	for (i = first; i < n && at < GRADES_MAX; i++) {
		const struct record *rec = all[i].rec;

		if (rec->kind != RECORD_GRADE || strcmp(rec->line, all[first].rec->line) != 0)
			continue;
		recs[at++] = (struct results_grade_record) {
			.rid = all[i].rid, .grade = grade_said(rec->grade),
			.who = rec->who, .who_name = person_name(a, st, rec->who), .text = rec->text, .at = rec->at,
			.hlc = rec->hlc, .base = rec->base, .n_base = rec->n_base, .counted = row_counts(&all[i], all, n),
		};
	}
	results_set_grades(st->results->engine, all[first].rec->line, recs, at);
}

static enum status read_grades(struct store *st)
{
	struct map *seen = map_new();
	grade_rows all = VEC_INIT;
	struct arena a;
	enum status code;

	arena_init(&a);
	code = read_records(&all, &a, st);
	for (size_t i = 0; code == STATUS_OK && i < all.len; i++) {
		if (all.at[i].rec->kind != RECORD_GRADE || map_set(seen, all.at[i].rec->line, st))
			continue;
		set_line(st, &a, all.at, all.len, i);
	}
	st->results->grades_stale = code != STATUS_OK;
	vec_done(&all);
	map_free(seen);
	arena_done(&a);
	return code;
}

/* ---- reading ---- */

static void begin(struct store *st)
{
	if (st->results)
		return;
	st->results = mem_zalloc(sizeof(*st->results));
	st->results->engine = results_new();
	st->results->touched = map_new();
	st->results->started = st->results->reference_stale = st->results->grades_stale = true;
}

enum status store_results_load(bool *done_out, struct store *st)
{
	enum status code = store_ready(st);
	bool end = false;

	*done_out = false;
	if (code != STATUS_OK)
		return code;
	begin(st);
	if (st->results->reference_stale)
		code = read_reference(st);
	if (code == STATUS_OK && !st->results->loaded)
		code = read_page(&end, st, SLICE);
	st->results->loaded = st->results->loaded || (code == STATUS_OK && end);
	*done_out = st->results->loaded;
	return code;
}

enum status store_results(struct results **out, struct store *st)
{
	bool done = false;
	enum status code = STATUS_OK;

	while (code == STATUS_OK && !done)
		code = store_results_load(&done, st);
	if (code == STATUS_OK)
		code = refresh(st);
	if (code == STATUS_OK && st->results->grades_stale)
		code = read_grades(st);
	if (code == STATUS_OK)
		*out = st->results->engine;
	return code;
}

enum status store_results_here(struct results **out, struct store *st)
{
	*out = NULL;
	return st->results && st->results->loaded ? store_results(out, st) : STATUS_OK;
}

/* The organisation of the system where the person belongs to it, else NULL. */
static const char *own_organisation(const struct person *who, struct results *r, uint32_t system)
{
	size_t n;
	uint32_t at = results_systems(&n, r)[system].organisation;
	const struct organisation *o = at == RESULTS_NONE ? NULL : &results_organisations(&n, r)[at];

	for (size_t i = 0; o && i < who->n_organisations; i++)
		if (strcmp(who->organisations[i], o->id) == 0)
			return *o->name ? o->name : o->id;
	return NULL;
}

enum status store_grade_allowed(struct store *st, const char *line)
{
	struct results *r = NULL;
	const char *tied;
	uint32_t at;
	size_t n;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = store_about_load(st);
	if (code != STATUS_OK)
		return code;
	if (!st->me || !(st->me->roles & ROLE_MANAGER))
		return status_set(STATUS_DENIED, "%s is no manager: only managers grade lines", st->me ? st->me->name : "this console");
	code = store_results(&r, st);
	if (code != STATUS_OK)
		return code;
	at = results_find_line(r, line);
	if (at == RESULTS_NONE)
		return status_set(STATUS_NOT_FOUND, "no line %s in this event; verdict results lists them", line);
	tied = own_organisation(st->me, r, results_lines(&n, r)[at].system);
	if (tied)
		return status_set(STATUS_DENIED, "%s belongs to %s, whose line this is: another manager must grade it", st->me->name,
			tied);
	if (results_lines(&n, r)[at].exploratory)
		return status_set(STATUS_USAGE, "line %s is exploratory: it gets outcomes and findings, no grade", line);
	return STATUS_OK;
}

/* The grades that stand, as this console shows them: only of them can the author have thought. */
enum status results_base(struct record *rec, struct arena *a, struct store *st)
{
	struct results *r = NULL;
	enum status code = store_results(&r, st);

	if (code != STATUS_OK)
		return code;
	rec->n_base = results_grade_leaves(&rec->base, a, r, rec->line);
	if (rec->n_base > RECORD_BASE_MAX)
		rec->n_base = RECORD_BASE_MAX;
	return STATUS_OK;
}
