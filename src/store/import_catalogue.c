/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.json and catalogue.json of a pack into the database: the event, tracks, profiles, actors,
 * transactions, and the test definitions with roles, steps and check-off items. Store layer; the store's
 * thread, inside the import's transaction.
 */
#include "import_priv.h"


static const char sql_event[] = "INSERT INTO event (id, name, place, begins, ends, tz_min, tz_name, critical_on, "
	"supportive, partners, running_in_progress, published, regrade_days) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
	"?11, ?12, ?13) ON CONFLICT (id) DO UPDATE SET name = ?2, place = ?3, begins = ?4, ends = ?5, tz_min = ?6, tz_name = ?7, "
	"critical_on = ?8, supportive = ?9, partners = ?10, running_in_progress = ?11, published = ?12, regrade_days = ?13";
static const char sql_event_here[] = "SELECT id FROM event WHERE id <> ?1";
/* A test that is not in the new catalogue is left with an empty peer; while TIs refer to it, it stays. */
static const char sql_clear[] = "DELETE FROM track; DELETE FROM profile; DELETE FROM actor; DELETE FROM transact; "
	"DELETE FROM test_role; DELETE FROM test_cover; DELETE FROM dependency; "
	"DELETE FROM test_step; DELETE FROM test_item; UPDATE test SET peer = ''";
static const char sql_track[] = "INSERT INTO track (id, name, goal, exploratory) VALUES (?1, ?2, ?3, ?6)";
static const char sql_profile[] = "INSERT INTO profile (id, name, domain, version) VALUES (?1, ?2, ?4, ?5)";
static const char sql_actor[] = "INSERT INTO actor (id, name) VALUES (?1, ?2)";
static const char sql_transact[] = "INSERT INTO transact (id, name) VALUES (?1, ?2)";
static const char sql_test[] = "INSERT INTO test (id, title, track, peer, profiles, description) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET title = ?2, track = ?3, peer = ?4, "
	"profiles = ?5, description = ?6 RETURNING key";
static const char sql_role[] = "INSERT INTO test_role (test, n, label, profile, actor, min, max, wanted, required, "
	"option) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char sql_cover[] = "INSERT INTO test_cover (test, role, profile, actor, option) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char sql_dependency[] = "INSERT INTO dependency (n, profile, actor, option, needs_profile, needs_actor, "
	"needs_option) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_step[] = "INSERT INTO test_step (test, n, kind, source, target, transact, text) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_item[] = "INSERT INTO test_item (test, n, id, text, source, by_check, severity) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static enum status same_event(struct import *im, const char *id)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, im->st, sql_event_here);

	if (code == STATUS_OK) {
		sql_bind_text(s, 1, id);
		code = sql_row(im->st, s);
	}
	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code == STATUS_OK) {
		code = pack_fail(im->pack, STATUS_EXISTS, "this store holds the event \"%s\"; open \"%s\" in a store of its own",
			(const char *)sqlite3_column_text(s, 0), id);
		sqlite3_reset(s);
	}
	return code;
}

enum status import_event(void *data, const struct pack_event *e)
{
	struct import *im = data;
	sqlite3_stmt *s;
	enum status code = same_event(im, e->id);

	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_event);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, e->id);
	sql_bind_text(s, 2, e->name);
	sql_bind_text(s, 3, e->place);
	sql_bind_text(s, 4, e->begins);
	sql_bind_text(s, 5, e->ends);
	sqlite3_bind_int64(s, 6, e->tz_min);
	sql_bind_text(s, 7, e->tz_name);
	sqlite3_bind_int64(s, 8, e->critical_on);
	sqlite3_bind_int64(s, 9, e->supportive);
	sqlite3_bind_int64(s, 10, e->partners);
	sqlite3_bind_int64(s, 11, e->running_in_progress);
	sqlite3_bind_int64(s, 12, e->published);
	sqlite3_bind_int64(s, 13, e->regrade_days);
	results_touch_reference(im->st);
	return import_run(im, s);
}

static enum status write_named(struct import *im, const char *sql, const struct pack_named *list, size_t n)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	size_t i;
	int k;

	for (i = 0; i < n && code == STATUS_OK; i++) {
		const char *const texts[] = { list[i].id, list[i].name, list[i].goal, list[i].domain, list[i].version };

		code = sql_get(&s, im->st, sql);
		if (code != STATUS_OK)
			break;
		for (k = 0; k < 5 && k < sqlite3_bind_parameter_count(s); k++)
			sql_bind_text(s, k + 1, texts[k]);
		if (sqlite3_bind_parameter_count(s) == 6)	/* a track */
			sqlite3_bind_int(s, 6, list[i].exploratory);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_covers(struct import *im, int64_t test, size_t role, const struct pack_role *r)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;

	for (size_t i = 0; i < r->n_covers && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_cover);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, test);
		sqlite3_bind_int64(s, 2, (int64_t)role);
		sql_bind_text(s, 3, r->covers[i].profile);
		sql_bind_text(s, 4, r->covers[i].actor);
		sql_bind_text(s, 5, r->covers[i].option);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_dependencies(struct import *im, const struct pack_catalogue *c)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;

	for (size_t i = 0; i < c->n_dependencies && code == STATUS_OK; i++) {
		const struct pack_dependency *d = &c->dependencies[i];

		for (size_t k = 0; k < d->n_needs && code == STATUS_OK; k++) {
			code = sql_get(&s, im->st, sql_dependency);
			if (code != STATUS_OK)
				break;
			sqlite3_bind_int64(s, 1, (int64_t)i);
			sql_bind_text(s, 2, d->of.profile);
			sql_bind_text(s, 3, d->of.actor);
			sql_bind_text(s, 4, d->of.option);
			sql_bind_text(s, 5, d->needs[k].profile);
			sql_bind_text(s, 6, d->needs[k].actor);
			sql_bind_text(s, 7, d->needs[k].option);
			code = import_run(im, s);
		}
	}
	return code;
}

static enum status write_roles(struct import *im, const struct pack_test *t)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < t->n_roles && code == STATUS_OK; i++) {
		const struct pack_role *r = &t->roles[i];

		code = sql_get(&s, im->st, sql_role);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, t->ref->key);
		sqlite3_bind_int64(s, 2, (int64_t)i + 1);
		sql_bind_text(s, 3, r->label);
		sql_bind_text(s, 4, r->profile);
		sql_bind_text(s, 5, r->actor);
		sqlite3_bind_int64(s, 6, r->min);
		sqlite3_bind_int64(s, 7, r->max);
		sqlite3_bind_int64(s, 8, r->wanted);
		sqlite3_bind_int64(s, 9, r->required);
		sql_bind_text(s, 10, r->option);
		code = import_run(im, s);
		if (code == STATUS_OK)
			code = write_covers(im, t->ref->key, i + 1, r);
	}
	return code;
}

static enum status write_steps(struct import *im, const struct pack_test *t)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < t->n_steps && code == STATUS_OK; i++) {
		const struct pack_step *p = &t->steps[i];

		code = sql_get(&s, im->st, sql_step);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, t->ref->key);
		sqlite3_bind_int64(s, 2, p->n);
		sql_bind_text(s, 3, p->kind);
		sql_bind_text(s, 4, p->from);
		sql_bind_text(s, 5, p->to);
		sql_bind_text(s, 6, p->transaction);
		sql_bind_text(s, 7, p->text);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_items(struct import *im, const struct pack_test *t)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < t->n_items && code == STATUS_OK; i++) {
		const struct pack_item *p = &t->items[i];

		code = sql_get(&s, im->st, sql_item);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, t->ref->key);
		sqlite3_bind_int64(s, 2, (int64_t)i + 1);
		sql_bind_text(s, 3, p->id);
		sql_bind_text(s, 4, p->text);
		sql_bind_text(s, 5, p->source);
		sqlite3_bind_int64(s, 6, p->by_check);
		sqlite3_bind_int64(s, 7, p->severity);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_test(struct import *im, const struct pack_test *t)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, im->st, sql_test);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, t->id);
	sql_bind_text(s, 2, t->title);
	sql_bind_text(s, 3, t->track_name);
	sql_bind_text(s, 4, t->peer);
	sql_bind_text(s, 5, t->profiles);
	sql_bind_text(s, 6, t->description);
	code = sql_row(im->st, s);
	if (code == STATUS_OK) {
		t->ref->key = sqlite3_column_int64(s, 0);
		code = import_run(im, s);
	}
	if (code == STATUS_OK)
		code = write_roles(im, t);
	if (code == STATUS_OK)
		code = write_steps(im, t);
	return code == STATUS_OK ? write_items(im, t) : code;
}

enum status import_catalogue(void *data, const struct pack_catalogue *c)
{
	struct import *im = data;
	enum status code = im->again ? sql_exec(im->st, sql_clear) : STATUS_OK;
	size_t i;

	results_touch_reference(im->st);
	if (code == STATUS_OK)
		code = write_named(im, sql_track, c->tracks, c->n_tracks);
	if (code == STATUS_OK)
		code = write_named(im, sql_profile, c->profiles, c->n_profiles);
	if (code == STATUS_OK)
		code = write_named(im, sql_actor, c->actors, c->n_actors);
	if (code == STATUS_OK)
		code = write_named(im, sql_transact, c->transactions, c->n_transactions);
	for (i = 0; i < c->n_tests && code == STATUS_OK; i++)
		code = write_test(im, &c->tests[i]);
	if (code == STATUS_OK)
		code = write_dependencies(im, c);
	im->report.tests = c->n_tests;
	return code;
}
