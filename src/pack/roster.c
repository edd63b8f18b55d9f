/* SPDX-License-Identifier: Apache-2.0 */
/* organisations.json, systems.json and persons.json of a pack. Pack layer; one thread at a time. */
#include "pack_priv.h"

#include <string.h>

static enum status list(size_t *n_out, struct pack *p, char *text, size_t len, size_t max, struct json **root)
{
	enum status code;

	p->lines = false;
	arena_reset(&p->scratch);
	code = pack_parse(root, p, text, len);
	if (code != STATUS_OK)
		return code;
	p->line = (*root)->line;
	if ((*root)->type != JSON_LIST)
		return pack_fail(p, STATUS_INVALID, "a list is expected");
	if ((*root)->len > max)
		return pack_fail(p, STATUS_LIMIT, "%zu items, at most %zu are allowed", (*root)->len, max);
	*n_out = (*root)->len;
	return STATUS_OK;
}

static enum status organisation(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "country", FIELD_NAME, true, 0, 0 },
		{ "country_name", FIELD_NAME, false, 0, 0 },
	};
	struct pack_organisation *out = (struct pack_organisation *)data + index;
	struct pack_organisation_ref *ref;
	struct found f[4];
	const char *c;
	enum status code = pack_fields(f, p, v, fields, 4);

	c = f[2].text;
	if (code == STATUS_OK && (strlen(c) != 2 || c[0] < 'A' || c[0] > 'Z' || c[1] < 'A' || c[1] > 'Z'))
		code = pack_fail_at(p, "country", "\"%.16s\" is not two capital letters", c);
	if (code != STATUS_OK)
		return code;
	*out = (struct pack_organisation){ f[0].text, f[1].text, c, f[3].text };
	ref = arena_new(&p->organisation, struct pack_organisation_ref);
	ref->id = arena_str(&p->organisation, out->id);
	ref->country = arena_str(&p->organisation, c);
	ref->words = arena_printf(&p->organisation, "%s %s", out->id, out->name);
	if (map_set(p->organisations, out->id, ref))
		code = pack_fail_at(p, "id", "\"%s\" occurs twice", out->id);
	return code;
}

enum status pack_read_organisations(struct pack_organisation **out, size_t *n_out, struct pack *p, char *text, size_t len)
{
	struct json *root;
	enum status code = list(n_out, p, text, len, PACK_PEOPLE_MAX, &root);

	pack_forget(&p->systems);
	pack_forget(&p->organisations);
	arena_reset(&p->organisation);
	arena_reset(&p->system);
	if (code != STATUS_OK)
		return code;
	*out = arena_array(&p->scratch, struct pack_organisation, *n_out);
	return pack_each(p, NULL, root, organisation, *out);
}

static enum status option(struct pack *p, const struct json *v, size_t index, void *data)
{
	struct pack_line_of *l = data;

	return pack_id(&l->options[index], p, v);
}

static enum status elsewhere(struct pack *p, const struct json *v, size_t index, void *data)
{
	enum { GRADE, PLACE, OPTION, AT, WHO, TEXT, COUNT };
	static const struct field fields[COUNT] = {
		[GRADE] = { "grade", FIELD_NAME, true, 0, 0 }, [PLACE] = { "place", FIELD_NAME, true, 0, 0 },
		[OPTION] = { "option", FIELD_ID, false, 0, 0 }, [AT] = { "at", FIELD_TIME, false, 0, 0 },
		[WHO] = { "who", FIELD_NAME, false, 0, 0 }, [TEXT] = { "text", FIELD_NAME, false, 0, 0 },
	};
	struct pack_elsewhere *out = (struct pack_elsewhere *)data + index;
	struct found f[COUNT];
	int grade;
	enum status code = pack_fields(f, p, v, fields, COUNT);

	if (code != STATUS_OK)
		return code;
	grade = grade_parse(f[GRADE].text);
	if (grade < 0)
		return pack_fail_at(p, "grade", "no grade is called \"%.64s\"", f[GRADE].text);
	*out = (struct pack_elsewhere){ f[OPTION].text, f[PLACE].text, f[WHO].text, f[TEXT].text, (enum grade)grade, f[AT].whole };
	return STATUS_OK;
}

static enum status line(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "profile", FIELD_ID, true, 0, 0 }, { "actor", FIELD_ID, true, 0, 0 }, { "options", FIELD_LIST, false, 0, 64 },
		{ "type", FIELD_NAME, false, 0, 0 }, { "grade", FIELD_NAME, false, 0, 0 },
		{ "elsewhere", FIELD_LIST, false, 0, PACK_COVERS_MAX + 1 },
	};
	static const char *const types[] = { "supportive", "thorough", NULL };
	struct pack_line_of *l = (struct pack_line_of *)data + index;
	struct found f[6];
	int type = 1, grade = GRADE_NONE;
	enum status code = pack_fields(f, p, v, fields, 6);

	if (code == STATUS_OK && !map_get(p->profiles, f[0].text))
		code = pack_fail_at(p, "profile", "no profile \"%s\"", f[0].text);
	if (code == STATUS_OK && !map_get(p->actors, f[1].text))
		code = pack_fail_at(p, "actor", "no actor \"%s\"", f[1].text);
	if (code == STATUS_OK && f[3].given)
		code = pack_word(&type, p, "type", f[3].text, types);
	if (code == STATUS_OK && f[4].given && (grade = grade_parse(f[4].text)) < 0)
		code = pack_fail_at(p, "grade", "no grade is called \"%.64s\"", f[4].text);
	if (code != STATUS_OK)
		return code;
	l->grade = (enum grade)grade;
	l->profile = f[0].text;
	l->actor = f[1].text;
	l->thorough = type == 1;
	l->n_elsewhere = pack_items(&f[5]);
	l->elsewhere = arena_array(&p->scratch, struct pack_elsewhere, l->n_elsewhere);
	code = pack_each(p, "elsewhere", f[5].json, elsewhere, l->elsewhere);
	if (code != STATUS_OK)
		return code;
	l->n_options = pack_items(&f[2]);
	l->options = arena_array(&p->scratch, const char *, l->n_options);
	return pack_each(p, "options", f[2].json, option, l);
}

static enum status one_system(struct pack *p, const struct json *v, size_t index, void *data)
{
	enum { ID, NAME, VERSION, ORGANISATION, TABLE, LINES, COUNT };
	static const struct field fields[COUNT] = {
		[ID] = { "id", FIELD_ID, true, 0, 0 }, [NAME] = { "name", FIELD_NAME, true, 0, 0 },
		[VERSION] = { "version", FIELD_NAME, false, 0, 0 }, [ORGANISATION] = { "organisation", FIELD_ID, true, 0, 0 },
		[TABLE] = { "table", FIELD_NAME, false, 0, 0 }, [LINES] = { "lines", FIELD_LIST, false, 0, PACK_LINES_MAX },
	};
	struct pack_system *out = (struct pack_system *)data + index;
	struct pack_system_ref *ref;
	struct found f[COUNT];
	enum status code = pack_fields(f, p, v, fields, COUNT);

	if (code != STATUS_OK)
		return code;
	ref = arena_new(&p->system, struct pack_system_ref);
	ref->organisation = map_get(p->organisations, f[ORGANISATION].text);
	if (!ref->organisation)
		return pack_fail_at(p, "organisation", "no organisation \"%s\"", f[ORGANISATION].text);
	ref->country = ref->organisation->country;
	ref->name = arena_str(&p->system, f[NAME].text);
	ref->table = arena_str(&p->system, f[TABLE].text);
	if (map_set(p->systems, f[ID].text, ref))
		return pack_fail_at(p, "id", "\"%s\" occurs twice", f[ID].text);
	out->id = f[ID].text;
	out->name = f[NAME].text;
	out->version = f[VERSION].text;
	out->organisation = f[ORGANISATION].text;
	out->table = f[TABLE].text;
	out->n_lines = pack_items(&f[LINES]);
	out->lines = arena_array(&p->scratch, struct pack_line_of, out->n_lines);
	return pack_each(p, "lines", f[LINES].json, line, out->lines);
}

enum status pack_read_systems(struct pack_system **out, size_t *n_out, struct pack *p, char *text, size_t len)
{
	struct json *root;
	enum status code = list(n_out, p, text, len, PACK_SYSTEMS_MAX, &root);

	pack_forget(&p->systems);
	arena_reset(&p->system);
	if (code != STATUS_OK)
		return code;
	*out = arena_array(&p->scratch, struct pack_system, *n_out);
	return pack_each(p, NULL, root, one_system, *out);
}

static enum status role(struct pack *p, const struct json *v, size_t index, void *data)
{
	unsigned int *bits = data;
	int bit = v->type == JSON_TEXT ? role_kind_parse(v->text) : -1;

	(void)index;
	if (bit < 0)
		return pack_fail(p, STATUS_INVALID, "monitor, lead, manager or observer is expected");
	*bits |= (unsigned int)bit;
	return STATUS_OK;
}

static enum status tie(struct pack *p, const struct json *v, size_t index, void *data)
{
	struct pack_person *out = data;
	enum status code = pack_id(&out->organisations[index], p, v);

	if (code == STATUS_OK && !map_get(p->organisations, out->organisations[index]))
		code = pack_fail(p, STATUS_INVALID, "no organisation \"%s\"", out->organisations[index]);
	return code;
}

static enum status assigned(struct pack *p, const struct json *v, size_t index, void *data)
{
	struct pack_person *out = data;
	enum status code = pack_id(&out->tests[index], p, v);

	if (code == STATUS_OK && !map_get(p->tests, out->tests[index]))
		code = pack_fail(p, STATUS_INVALID, "no test \"%s\"", out->tests[index]);
	return code;
}

static enum status person(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "roles", FIELD_LIST, true, 0, 16 },
		{ "organisations", FIELD_LIST, false, 0, 256 }, { "tests", FIELD_LIST, false, 0, PACK_TESTS_MAX },
	};
	struct pack_person *out = (struct pack_person *)data + index;
	struct found f[5];
	enum status code = pack_fields(f, p, v, fields, 5);

	if (code == STATUS_OK && map_set(p->persons, f[0].text, p))
		code = pack_fail_at(p, "id", "\"%s\" occurs twice", f[0].text);
	if (code == STATUS_OK)
		code = pack_each(p, "roles", f[2].json, role, &out->roles);
	if (code != STATUS_OK)
		return code;
	out->id = f[0].text;
	out->name = f[1].text;
	out->n_organisations = pack_items(&f[3]);
	out->organisations = arena_array(&p->scratch, const char *, out->n_organisations);
	out->n_tests = pack_items(&f[4]);
	out->tests = arena_array(&p->scratch, const char *, out->n_tests);
	code = pack_each(p, "organisations", f[3].json, tie, out);
	return code == STATUS_OK ? pack_each(p, "tests", f[4].json, assigned, out) : code;
}

enum status pack_read_persons(struct pack_person **out, size_t *n_out, struct pack *p, char *text, size_t len)
{
	struct json *root;
	enum status code = list(n_out, p, text, len, PACK_PEOPLE_MAX, &root);

	pack_forget(&p->persons);
	if (code != STATUS_OK)
		return code;
	*out = arena_array(&p->scratch, struct pack_person, *n_out);
	return pack_each(p, NULL, root, person, *out);
}
