/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.json and catalogue.json of a pack into the database: the event, tracks, profiles, actors,
 * transactions, and the test definitions with roles, steps and check-off items. Store layer; the store's
 * thread, inside the import's transaction.
 */
#include "import_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

static const char sql_event[] = "INSERT INTO event (id, name, place, begins, ends, tz_min, tz_name, critical_on) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET name = ?2, place = ?3, begins = ?4, "
	"ends = ?5, tz_min = ?6, tz_name = ?7, critical_on = ?8";
static const char sql_event_here[] = "SELECT id FROM event WHERE id <> ?1";
static const char sql_track[] = "INSERT INTO track (id, name, goal) VALUES (?1, ?2, ?3)";
static const char sql_profile[] = "INSERT INTO profile (id, name, domain, version) VALUES (?1, ?2, ?4, ?5)";
static const char sql_actor[] = "INSERT INTO actor (id, name) VALUES (?1, ?2)";
static const char sql_transact[] = "INSERT INTO transact (id, name) VALUES (?1, ?2)";
static const char sql_test[] = "INSERT INTO test (id, title, track, peer, profiles, description) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET title = ?2, track = ?3, peer = ?4, "
	"profiles = ?5, description = ?6 RETURNING key";
static const char sql_role[] = "INSERT INTO test_role (test, n, label, profile, actor, min, max, wanted, required) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char sql_step[] = "INSERT INTO test_step (test, n, kind, source, target, transact, text) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
static const char sql_item[] = "INSERT INTO test_item (test, n, id, text, source, by_check, severity) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static enum status not_day(struct import *im, const char *name, const char *text)
{
	int64_t ms;

	return strlen(text) == 10 && clock_parse(&ms, text) == 0 ? STATUS_OK :
		import_fail_at(im, name, "\"%.64s\" is not a day such as 2026-11-23", text);
}

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
		code = import_fail(im, STATUS_EXISTS, "this store holds the event \"%s\"; open \"%s\" in a store of its own",
			(const char *)sqlite3_column_text(s, 0), id);
		sqlite3_reset(s);
	}
	return code;
}

enum status import_event(struct import *im, const struct json *root)
{
	enum { FORMAT, VERSION, ID, NAME, PLACE, BEGINS, ENDS, TZ_MIN, TZ_NAME, CRITICAL, NOW, COUNT };
	static const struct field fields[COUNT] = {
		[FORMAT] = { "format", FIELD_NAME, true, 0, 0 }, [VERSION] = { "version", FIELD_WHOLE, true, 1, INT32_MAX },
		[ID] = { "id", FIELD_ID, true, 0, 0 }, [NAME] = { "name", FIELD_NAME, true, 0, 0 },
		[PLACE] = { "place", FIELD_NAME, false, 0, 0 }, [BEGINS] = { "begins", FIELD_NAME, true, 0, 0 },
		[ENDS] = { "ends", FIELD_NAME, true, 0, 0 }, [TZ_MIN] = { "tz_min", FIELD_WHOLE, false, -1439, 1439 },
		[TZ_NAME] = { "tz_name", FIELD_NAME, false, 0, 0 }, [CRITICAL] = { "critical_on", FIELD_TRUTH, false, 0, 0 },
		[NOW] = { "now", FIELD_TIME, false, 0, 0 },
	};
	struct found f[COUNT];
	sqlite3_stmt *s;
	enum status code = import_fields(f, im, root, fields, COUNT);

	if (code == STATUS_OK && strcmp(f[FORMAT].text, "verdict-pack") != 0)
		code = import_fail_at(im, "format", "\"%.64s\" is not \"verdict-pack\"", f[FORMAT].text);
	if (code == STATUS_OK && f[VERSION].whole > 1)
		code = import_fail(im, STATUS_NEWER, "version: this program reads version 1 and not %lld",
			(long long)f[VERSION].whole);
	if (code == STATUS_OK)
		code = not_day(im, "begins", f[BEGINS].text);
	if (code == STATUS_OK)
		code = not_day(im, "ends", f[ENDS].text);
	if (code == STATUS_OK)
		code = same_event(im, f[ID].text);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_event);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, f[ID].text);
	sql_bind_text(s, 2, f[NAME].text);
	sql_bind_text(s, 3, f[PLACE].text);
	sql_bind_text(s, 4, f[BEGINS].text);
	sql_bind_text(s, 5, f[ENDS].text);
	sqlite3_bind_int64(s, 6, f[TZ_MIN].whole);
	sql_bind_text(s, 7, f[TZ_NAME].text);
	sqlite3_bind_int64(s, 8, f[CRITICAL].whole);
	return import_run(im, s);
}

/* Tracks, profiles, actors, transactions: an id, a name, and perhaps more. */
struct named { const char *sql; struct map *known; };

static enum status named(struct import *im, const struct json *item, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "goal", FIELD_TEXT, false, 0, 0 },
		{ "domain", FIELD_NAME, false, 0, 0 }, { "version", FIELD_NAME, false, 0, 0 },
	};
	const struct named *what = data;
	struct found f[5];
	sqlite3_stmt *s;
	int i;
	enum status code = import_fields(f, im, item, fields, 5);

	(void)index;
	if (code == STATUS_OK && map_set(what->known, f[0].text, arena_str(&im->a, f[1].text)))
		code = import_fail_at(im, "id", "\"%s\" occurs twice", f[0].text);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, what->sql);
	if (code != STATUS_OK)
		return code;
	for (i = 0; i < 5 && i < sqlite3_bind_parameter_count(s); i++)
		sql_bind_text(s, i + 1, f[i].text);
	return import_run(im, s);
}

static enum status profile_of_test(struct import *im, const struct json *item, size_t index, void *data)
{
	struct buf *joined = data;
	const char *id;
	enum status code = import_id(&id, im, item);

	if (code == STATUS_OK && !map_get(im->profiles, id))
		code = import_fail(im, STATUS_INVALID, "no profile \"%s\"", id);
	if (code == STATUS_OK) {
		buf_printf(joined, "%s%s", index ? " " : "", id);
		code = joined->err == STATUS_OK ? STATUS_OK : import_fail(im, STATUS_LIMIT, "too many profiles");
	}
	return code;
}

static enum status known(struct import *im, const struct map *m, const char *name, const char *id)
{
	return !*id || map_get(m, id) ? STATUS_OK : import_fail_at(im, name, "no %s \"%s\"", name, id);
}

static bool has_role(const struct import_test *t, const char *label)
{
	unsigned int i;

	for (i = 0; i < t->n_roles; i++)
		if (strcmp(t->roles[i].label, label) == 0)
			return true;
	return false;
}

static enum status role(struct import *im, const struct json *item, size_t index, void *data)
{
	enum { LABEL, PROFILE, ACTOR, MIN, MAX, WANTED, REQUIRED, COUNT };
	static const struct field fields[COUNT] = {
		[LABEL] = { "label", FIELD_ID, true, 0, 0 }, [PROFILE] = { "profile", FIELD_ID, false, 0, 0 },
		[ACTOR] = { "actor", FIELD_ID, false, 0, 0 }, [MIN] = { "min", FIELD_WHOLE, false, 0, 99 },
		[MAX] = { "max", FIELD_WHOLE, false, 1, 99 }, [WANTED] = { "wanted", FIELD_WHOLE, false, 0, 99 },
		[REQUIRED] = { "required", FIELD_TRUTH, false, 0, 0 },
	};
	struct import_test *t = data;
	struct found f[COUNT];
	sqlite3_stmt *s;
	enum status code = import_fields(f, im, item, fields, COUNT);

	if (code == STATUS_OK && (has_role(t, f[LABEL].text) || strcmp(f[LABEL].text, "monitor") == 0))
		code = import_fail_at(im, "label", "\"%s\" is taken", f[LABEL].text);
	if (code == STATUS_OK)
		code = known(im, im->profiles, "profile", f[PROFILE].text);
	if (code == STATUS_OK)
		code = known(im, im->actors, "actor", f[ACTOR].text);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_role);
	if (code != STATUS_OK)
		return code;
	memcpy(t->roles[t->n_roles++].label, f[LABEL].text, strlen(f[LABEL].text) + 1);
	sqlite3_bind_int64(s, 1, t->key);
	sqlite3_bind_int64(s, 2, (int64_t)index + 1);
	sql_bind_text(s, 3, f[LABEL].text);
	sql_bind_text(s, 4, f[PROFILE].text);
	sql_bind_text(s, 5, f[ACTOR].text);
	sqlite3_bind_int64(s, 6, f[MIN].given ? f[MIN].whole : 1);
	sqlite3_bind_int64(s, 7, f[MAX].given ? f[MAX].whole : 1);
	sqlite3_bind_int64(s, 8, f[WANTED].given ? f[WANTED].whole : 1);
	sqlite3_bind_int64(s, 9, f[REQUIRED].given ? f[REQUIRED].whole : 1);
	return import_run(im, s);
}

static enum status side(struct import *im, const struct import_test *t, const char *name, const char *label)
{
	return has_role(t, label) || strcmp(label, "monitor") == 0 ? STATUS_OK :
		import_fail_at(im, name, "no role \"%s\" in this test", label);
}

static enum status step_number(struct import *im, struct import_test *t, int64_t n)
{
	unsigned int i;

	for (i = 0; i < t->n_steps; i++)
		if (t->steps[i] == n)
			return import_fail_at(im, "n", "step %lld occurs twice", (long long)n);
	t->steps[t->n_steps++] = (unsigned int)n;
	return STATUS_OK;
}

static enum status step(struct import *im, const struct json *item, size_t index, void *data)
{
	enum { N, KIND, FROM, TO, TRANSACTION, TEXT, COUNT };
	static const struct field fields[COUNT] = {
		[N] = { "n", FIELD_WHOLE, true, 1, 999 }, [KIND] = { "kind", FIELD_NAME, false, 0, 0 },
		[FROM] = { "from", FIELD_ID, true, 0, 0 }, [TO] = { "to", FIELD_ID, true, 0, 0 },
		[TRANSACTION] = { "transaction", FIELD_NAME, false, 0, 0 }, [TEXT] = { "text", FIELD_TEXT, false, 0, 0 },
	};
	static const char *const kinds[] = { "request", "response", "local", "show", "probe", NULL };
	struct import_test *t = data;
	struct found f[COUNT];
	sqlite3_stmt *s;
	const char *transact;
	int kind = 0;
	enum status code = import_fields(f, im, item, fields, COUNT);

	(void)index;
	if (code != STATUS_OK)
		return code;
	transact = *f[TRANSACTION].text ? f[TRANSACTION].text : "-";
	code = step_number(im, t, f[N].whole);
	if (code == STATUS_OK && f[KIND].given)
		code = import_word(&kind, im, "kind", f[KIND].text, kinds);
	if (code == STATUS_OK)
		code = side(im, t, "from", f[FROM].text);
	if (code == STATUS_OK)
		code = side(im, t, "to", f[TO].text);
	if (code == STATUS_OK && strcmp(transact, "-") != 0)
		code = known(im, im->transactions, "transaction", transact);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_step);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, t->key);
	sqlite3_bind_int64(s, 2, f[N].whole);
	sql_bind_text(s, 3, kinds[kind]);
	sql_bind_text(s, 4, f[FROM].text);
	sql_bind_text(s, 5, f[TO].text);
	sql_bind_text(s, 6, transact);
	sql_bind_text(s, 7, f[TEXT].text);
	return import_run(im, s);
}

struct items { struct import_test *test; struct map *seen; };

static enum status item(struct import *im, const struct json *v, size_t index, void *data)
{
	enum { ID, TEXT, SOURCE, BY, SEVERITY, COUNT };
	static const struct field fields[COUNT] = {
		[ID] = { "id", FIELD_ID, true, 0, 0 }, [TEXT] = { "text", FIELD_TEXT, true, 0, 0 },
		[SOURCE] = { "source", FIELD_NAME, false, 0, 0 }, [BY] = { "by", FIELD_NAME, false, 0, 0 },
		[SEVERITY] = { "severity", FIELD_NAME, false, 0, 0 },
	};
	static const char *const by[] = { "person", "check", NULL }, *const severity[] = { "note", "warning", "error", NULL };
	struct items *all = data;
	struct found f[COUNT];
	sqlite3_stmt *s;
	int who = 0, grade = SEVERITY_ERROR;
	enum status code = import_fields(f, im, v, fields, COUNT);

	if (code == STATUS_OK && map_set(all->seen, f[ID].text, all))
		code = import_fail_at(im, "id", "\"%s\" occurs twice in this test", f[ID].text);
	if (code == STATUS_OK && f[BY].given)
		code = import_word(&who, im, "by", f[BY].text, by);
	if (code == STATUS_OK && f[SEVERITY].given)
		code = import_word(&grade, im, "severity", f[SEVERITY].text, severity);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_item);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, all->test->key);
	sqlite3_bind_int64(s, 2, (int64_t)index + 1);
	sql_bind_text(s, 3, f[ID].text);
	sql_bind_text(s, 4, f[TEXT].text);
	sql_bind_text(s, 5, f[SOURCE].text);
	sqlite3_bind_int64(s, 6, who);
	sqlite3_bind_int64(s, 7, grade);
	return import_run(im, s);
}

enum { T_ID, T_TITLE, T_TRACK, T_PEER, T_DESCRIPTION, T_PROFILES, T_ROLES, T_STEPS, T_ITEMS, T_COUNT };
static const struct field test_fields[T_COUNT] = {
	[T_ID] = { "id", FIELD_ID, true, 0, 0 }, [T_TITLE] = { "title", FIELD_NAME, true, 0, 0 },
	[T_TRACK] = { "track", FIELD_ID, true, 0, 0 }, [T_PEER] = { "peer", FIELD_NAME, false, 0, 0 },
	[T_DESCRIPTION] = { "description", FIELD_DESCRIPTION, false, 0, 0 },
	[T_PROFILES] = { "profiles", FIELD_LIST, false, 0, 64 }, [T_ROLES] = { "roles", FIELD_LIST, true, 0, PACK_ROLES_MAX },
	[T_STEPS] = { "steps", FIELD_LIST, false, 0, PACK_STEPS_MAX }, [T_ITEMS] = { "items", FIELD_LIST, false, 0, PACK_ITEMS_MAX },
};

static enum status test_row(struct import *im, struct import_test *t, const struct found *f, const char *profiles)
{
	static const char *const peers[] = { "p2p", "none", "workflow", NULL };
	sqlite3_stmt *s;
	int peer = 0;
	enum status code = STATUS_OK;

	if (f[T_PEER].given)
		code = import_word(&peer, im, "peer", f[T_PEER].text, peers);
	if (code == STATUS_OK)
		code = sql_get(&s, im->st, sql_test);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, f[T_ID].text);
	sql_bind_text(s, 2, f[T_TITLE].text);
	sql_bind_text(s, 3, map_get(im->tracks, f[T_TRACK].text));
	sql_bind_text(s, 4, peers[peer]);
	sql_bind_text(s, 5, profiles);
	sql_bind_text(s, 6, f[T_DESCRIPTION].text);
	code = sql_row(im->st, s);
	if (code == STATUS_OK) {
		t->key = sqlite3_column_int64(s, 0);
		code = import_run(im, s);
	}
	return code;
}

static enum status test_parts(struct import *im, struct import_test *t, const struct found *f)
{
	struct items all = { t, map_new() };
	enum status code;

	t->roles = arena_array(&im->a, struct import_role, f[T_ROLES].json->len);
	t->steps = arena_array(&im->a, unsigned int, f[T_STEPS].given ? f[T_STEPS].json->len : 0);
	code = import_each(im, "roles", f[T_ROLES].json, role, t);
	if (code == STATUS_OK)
		code = import_each(im, "steps", f[T_STEPS].json, step, t);
	if (code == STATUS_OK)
		code = import_each(im, "items", f[T_ITEMS].json, item, &all);
	map_free(all.seen);
	return code;
}

static enum status test(struct import *im, const struct json *v, size_t index, void *data)
{
	struct found f[T_COUNT];
	struct import_test *t = arena_new(&im->a, struct import_test);
	struct buf profiles;
	enum status code = import_fields(f, im, v, test_fields, T_COUNT);

	(void)index;
	(void)data;
	buf_init(&profiles, 64 * (PACK_ID_MAX + 1));
	if (code == STATUS_OK && !map_get(im->tracks, f[T_TRACK].text))
		code = import_fail_at(im, "track", "no track \"%s\"", f[T_TRACK].text);
	if (code == STATUS_OK)
		code = import_each(im, "profiles", f[T_PROFILES].json, profile_of_test, &profiles);
	if (code == STATUS_OK && map_set(im->tests, f[T_ID].text, t))
		code = import_fail_at(im, "id", "\"%s\" occurs twice", f[T_ID].text);
	if (code == STATUS_OK)
		code = test_row(im, t, f, buf_str(&profiles));
	if (code == STATUS_OK)
		code = test_parts(im, t, f);
	im->report.tests++;
	buf_done(&profiles);
	return code;
}

enum status import_catalogue(struct import *im, const struct json *root)
{
	static const struct field fields[] = {
		{ "tracks", FIELD_LIST, false, 0, 1000 }, { "profiles", FIELD_LIST, false, 0, 10000 },
		{ "actors", FIELD_LIST, false, 0, 10000 }, { "transactions", FIELD_LIST, false, 0, 10000 },
		{ "tests", FIELD_LIST, true, 0, PACK_TESTS_MAX },
	};
	struct named kinds[] = {
		{ sql_track, im->tracks }, { sql_profile, im->profiles }, { sql_actor, im->actors },
		{ sql_transact, im->transactions },
	};
	struct found f[5];
	size_t i;
	enum status code = import_fields(f, im, root, fields, 5);

	for (i = 0; i < 4 && code == STATUS_OK; i++)
		code = import_each(im, fields[i].name, f[i].json, named, &kinds[i]);
	if (code == STATUS_OK)
		code = import_each(im, "tests", f[4].json, test, NULL);
	return code;
}
