/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organisations, systems and persons of a pack into the database; each list replaces the one before. Store
 * layer; the store's thread, inside the caller's transaction.
 */
#include "import_priv.h"

static const char sql_no_organisations[] = "DELETE FROM organisation";
static const char sql_organisation[] = "INSERT INTO organisation (id, name, country, country_name) VALUES (?1, ?2, ?3, ?4)";
static const char sql_no_systems[] = "DELETE FROM system; DELETE FROM line; DELETE FROM line_elsewhere";
static const char sql_system[] = "INSERT INTO system (id, name, version, organisation, place) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char sql_line[] = "INSERT INTO line (system, profile, actor, option, thorough, grade) VALUES (?1, ?2, ?3, ?4, "
	"?5, ?6) ON CONFLICT DO UPDATE SET thorough = max(thorough, ?5), grade = max(grade, ?6)";
static const char sql_elsewhere[] = "INSERT INTO line_elsewhere (system, profile, actor, option, grade, place, who, said, at) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char sql_no_persons[] = "DELETE FROM person; DELETE FROM person_organisation; DELETE FROM person_test";
static const char sql_person[] = "INSERT INTO person (id, name, roles) VALUES (?1, ?2, ?3)";
static const char sql_assigned[] = "INSERT INTO person_test (person, test) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
static const char sql_tie[] = "INSERT INTO person_organisation (person, organisation) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

enum status import_organisations(void *data, const struct pack_organisation *o, size_t n)
{
	struct import *im = data;
	enum status code = im->again ? sql_exec(im->st, sql_no_organisations) : STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	results_touch_reference(im->st);
	for (i = 0; i < n && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_organisation);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, o[i].id);
		sql_bind_text(s, 2, o[i].name);
		sql_bind_text(s, 3, o[i].country);
		sql_bind_text(s, 4, o[i].country_name);
		code = import_run(im, s);
	}
	im->report.organisations = n;
	return code;
}

static enum status write_line(struct import *im, const struct pack_system *sys, const struct pack_line_of *l, const char *option)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, im->st, sql_line);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, sys->id);
	sql_bind_text(s, 2, l->profile);
	sql_bind_text(s, 3, l->actor);
	sql_bind_text(s, 4, option);
	sqlite3_bind_int64(s, 5, l->thorough);
	sqlite3_bind_int(s, 6, *option ? GRADE_NONE : (int)l->grade);
	return import_run(im, s);
}

static enum status write_elsewhere(struct import *im, const struct pack_system *sys, const struct pack_line_of *l)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;

	for (size_t i = 0; i < l->n_elsewhere && code == STATUS_OK; i++) {
		const struct pack_elsewhere *e = &l->elsewhere[i];

		code = sql_get(&s, im->st, sql_elsewhere);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, sys->id);
		sql_bind_text(s, 2, l->profile);
		sql_bind_text(s, 3, l->actor);
		sql_bind_text(s, 4, e->option);
		sqlite3_bind_int(s, 5, (int)e->grade);
		sql_bind_text(s, 6, e->place);
		sql_bind_text(s, 7, e->who);
		sql_bind_text(s, 8, e->text);
		sqlite3_bind_int64(s, 9, e->at);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_lines(struct import *im, const struct pack_system *sys)
{
	enum status code = STATUS_OK;
	size_t i, k;

	for (i = 0; i < sys->n_lines && code == STATUS_OK; i++) {
		code = write_line(im, sys, &sys->lines[i], "");
		for (k = 0; k < sys->lines[i].n_options && code == STATUS_OK; k++)
			code = write_line(im, sys, &sys->lines[i], sys->lines[i].options[k]);
		if (code == STATUS_OK)
			code = write_elsewhere(im, sys, &sys->lines[i]);
	}
	return code;
}

enum status import_systems(void *data, const struct pack_system *sys, size_t n)
{
	struct import *im = data;
	enum status code = im->again ? sql_exec(im->st, sql_no_systems) : STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	results_touch_reference(im->st);
	for (i = 0; i < n && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_system);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, sys[i].id);
		sql_bind_text(s, 2, sys[i].name);
		sql_bind_text(s, 3, sys[i].version);
		sql_bind_text(s, 4, sys[i].organisation);
		sql_bind_text(s, 5, sys[i].table);
		code = import_run(im, s);
		if (code == STATUS_OK)
			code = write_lines(im, &sys[i]);
	}
	im->report.systems = n;
	return code;
}

static enum status write_ties(struct import *im, const struct pack_person *p)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	for (i = 0; i < p->n_organisations && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_tie);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, p->id);
		sql_bind_text(s, 2, p->organisations[i]);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_assigned(struct import *im, const struct pack_person *p)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;

	for (size_t i = 0; i < p->n_tests && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_assigned);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, p->id);
		sql_bind_text(s, 2, p->tests[i]);
		code = import_run(im, s);
	}
	return code;
}

enum status import_persons(void *data, const struct pack_person *p, size_t n)
{
	struct import *im = data;
	enum status code = im->again ? sql_exec(im->st, sql_no_persons) : STATUS_OK;
	sqlite3_stmt *s;
	size_t i;

	results_touch_grades(im->st);	/* names */
	for (i = 0; i < n && code == STATUS_OK; i++) {
		code = sql_get(&s, im->st, sql_person);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, p[i].id);
		sql_bind_text(s, 2, p[i].name);
		sqlite3_bind_int64(s, 3, p[i].roles);
		code = import_run(im, s);
		if (code == STATUS_OK)
			code = write_ties(im, &p[i]);
		if (code == STATUS_OK)
			code = write_assigned(im, &p[i]);
	}
	im->report.persons = n;
	return code;
}
