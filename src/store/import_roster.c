/* SPDX-License-Identifier: Apache-2.0 */
/*
 * organisations.json, systems.json and persons.json of a pack into the database. Store layer; the store's
 * thread, inside the import's transaction.
 */
#include "import_priv.h"

#include <string.h>
#include "verdict/model/kinds.h"

static const char sql_organisation[] = "INSERT INTO organisation (id, name, country, country_name) VALUES (?1, ?2, ?3, ?4)";
static const char sql_system[] = "INSERT INTO system (id, name, version, organisation, place) VALUES (?1, ?2, ?3, ?4, ?5)";
static const char sql_line[] = "INSERT INTO line (system, profile, actor, option, thorough) VALUES (?1, ?2, ?3, ?4, ?5) "
	"ON CONFLICT DO UPDATE SET thorough = max(thorough, ?5)";
static const char sql_person[] = "INSERT INTO person (id, name, roles) VALUES (?1, ?2, ?3)";
static const char sql_tie[] = "INSERT INTO person_organisation (person, organisation) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

static enum status organisation(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "country", FIELD_NAME, true, 0, 0 },
		{ "country_name", FIELD_NAME, false, 0, 0 },
	};
	struct import_organisation *known = arena_new(&im->a, struct import_organisation);
	struct found f[4];
	sqlite3_stmt *s;
	const char *c;
	int i;
	enum status code = import_fields(f, im, v, fields, 4);

	(void)index;
	(void)data;
	c = f[2].text;
	if (code == STATUS_OK && (strlen(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z'))
		code = import_fail_at(im, "country", "\"%.16s\" is not two capital letters", c);
	if (code == STATUS_OK) {
		known->country = arena_str(&im->a, c);
		known->words = arena_printf(&im->a, "%s %s", f[0].text, f[1].text);
		if (map_set(im->organisations, f[0].text, known))
			code = import_fail_at(im, "id", "\"%s\" occurs twice", f[0].text);
	}
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_organisation);
	if (code != STATUS_OK)
		return code;
	for (i = 0; i < 4; i++)
		sql_bind_text(s, i + 1, f[i].text);
	im->report.organisations++;
	return import_run(im, s);
}

static enum status list(struct import *im, const struct json *root, size_t max,
	enum status (*each)(struct import *im, const struct json *item, size_t index, void *data))
{
	im->line = root->line;
	if (root->type != JSON_LIST)
		return import_fail(im, STATUS_INVALID, "a list is expected");
	if (root->len > max)
		return import_fail(im, STATUS_LIMIT, "%zu items, at most %zu are allowed", root->len, max);
	return import_each(im, NULL, root, each, NULL);
}

enum status import_organisations(struct import *im, const struct json *root)
{
	return list(im, root, PACK_PEOPLE_MAX, organisation);
}

struct line { const char *system, *profile, *actor; int64_t thorough; };

static enum status line_row(struct import *im, const struct line *l, const char *option)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, im->st, sql_line);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, l->system);
	sql_bind_text(s, 2, l->profile);
	sql_bind_text(s, 3, l->actor);
	sql_bind_text(s, 4, option);
	sqlite3_bind_int64(s, 5, l->thorough);
	return import_run(im, s);
}

static enum status option(struct import *im, const struct json *v, size_t index, void *data)
{
	const char *id;
	enum status code = import_id(&id, im, v);

	(void)index;
	return code == STATUS_OK ? line_row(im, data, id) : code;
}

static enum status line(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "profile", FIELD_ID, true, 0, 0 }, { "actor", FIELD_ID, true, 0, 0 }, { "options", FIELD_LIST, false, 0, 64 },
		{ "type", FIELD_NAME, false, 0, 0 },
	};
	static const char *const types[] = { "supportive", "thorough", NULL };
	struct found f[4];
	struct line l;
	int type = 1;
	enum status code = import_fields(f, im, v, fields, 4);

	(void)index;
	if (code == STATUS_OK && !map_get(im->profiles, f[0].text))
		code = import_fail_at(im, "profile", "no profile \"%s\"", f[0].text);
	if (code == STATUS_OK && !map_get(im->actors, f[1].text))
		code = import_fail_at(im, "actor", "no actor \"%s\"", f[1].text);
	if (code == STATUS_OK && f[3].given)
		code = import_word(&type, im, "type", f[3].text, types);
	if (code != STATUS_OK)
		return code;
	l = (struct line){ data, f[0].text, f[1].text, type };
	code = line_row(im, &l, "");
	return code == STATUS_OK ? import_each(im, "options", f[2].json, option, &l) : code;
}

static enum status one_system(struct import *im, const struct json *v, size_t index, void *data)
{
	enum { ID, NAME, VERSION, ORGANISATION, TABLE, LINES, COUNT };
	static const struct field fields[COUNT] = {
		[ID] = { "id", FIELD_ID, true, 0, 0 }, [NAME] = { "name", FIELD_NAME, true, 0, 0 },
		[VERSION] = { "version", FIELD_NAME, false, 0, 0 }, [ORGANISATION] = { "organisation", FIELD_ID, true, 0, 0 },
		[TABLE] = { "table", FIELD_NAME, false, 0, 0 }, [LINES] = { "lines", FIELD_LIST, false, 0, PACK_LINES_MAX },
	};
	struct import_system *known = arena_new(&im->a, struct import_system);
	struct found f[COUNT];
	sqlite3_stmt *s;
	int i;
	enum status code = import_fields(f, im, v, fields, COUNT);

	(void)index;
	(void)data;
	if (code != STATUS_OK)
		return code;
	known->organisation = map_get(im->organisations, f[ORGANISATION].text);
	if (!known->organisation)
		return import_fail_at(im, "organisation", "no organisation \"%s\"", f[ORGANISATION].text);
	known->country = known->organisation->country;
	known->name = arena_str(&im->a, f[NAME].text);
	known->table = arena_str(&im->a, f[TABLE].text);
	if (map_set(im->systems, f[ID].text, known))
		return import_fail_at(im, "id", "\"%s\" occurs twice", f[ID].text);
	code = sql_get(&s, im->st, sql_system);
	if (code != STATUS_OK)
		return code;
	for (i = ID; i <= TABLE; i++)
		sql_bind_text(s, i + 1, f[i].text);
	im->report.systems++;
	code = import_run(im, s);
	return code == STATUS_OK ? import_each(im, "lines", f[LINES].json, line, (void *)f[ID].text) : code;
}

enum status import_systems(struct import *im, const struct json *root)
{
	return list(im, root, PACK_SYSTEMS_MAX, one_system);
}

static enum status role(struct import *im, const struct json *v, size_t index, void *data)
{
	int64_t *bits = data;
	int role_bit = v->type == JSON_TEXT ? role_kind_parse(v->text) : -1;

	(void)index;
	if (role_bit < 0)
		return import_fail(im, STATUS_INVALID, "monitor, lead, manager or observer is expected");
	*bits |= role_bit;
	return STATUS_OK;
}

static enum status tie(struct import *im, const struct json *v, size_t index, void *data)
{
	const char *id;
	sqlite3_stmt *s;
	enum status code = import_id(&id, im, v);

	(void)index;
	if (code == STATUS_OK && !map_get(im->organisations, id))
		code = import_fail(im, STATUS_INVALID, "no organisation \"%s\"", id);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_tie);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, data);
	sql_bind_text(s, 2, id);
	return import_run(im, s);
}

static enum status person(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "roles", FIELD_LIST, true, 0, 16 },
		{ "organisations", FIELD_LIST, false, 0, 256 },
	};
	struct found f[4];
	sqlite3_stmt *s;
	int64_t roles = 0;
	enum status code = import_fields(f, im, v, fields, 4);

	(void)index;
	(void)data;
	if (code == STATUS_OK && map_set(im->persons, f[0].text, im))
		code = import_fail_at(im, "id", "\"%s\" occurs twice", f[0].text);
	if (code == STATUS_OK)
		code = import_each(im, "roles", f[2].json, role, &roles);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_person);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, f[0].text);
	sql_bind_text(s, 2, f[1].text);
	sqlite3_bind_int64(s, 3, roles);
	im->report.persons++;
	code = import_run(im, s);
	return code == STATUS_OK ? import_each(im, "organisations", f[3].json, tie, (void *)f[0].text) : code;
}

enum status import_persons(struct import *im, const struct json *root)
{
	return list(im, root, PACK_PEOPLE_MAX, person);
}
