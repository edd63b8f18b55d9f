/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.json and catalogue.json of a pack: the event, tracks, profiles, actors, transactions, and the test
 * definitions with roles, steps and check-off items. Pack layer; one thread at a time.
 */
#include "pack_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

static enum status not_day(struct pack *p, const char *name, const char *text)
{
	int64_t ms;

	return strlen(text) == 10 && clock_parse(&ms, text) == 0 ? STATUS_OK :
		pack_fail_at(p, name, "\"%.64s\" is not a day such as 2026-11-23", text);
}

/* How lines are counted; what is not said is as in the defaults of verdict-pack(5). */
static enum status read_results(struct pack_event *out, struct pack *p, const struct json *item)
{
	enum { SUPPORTIVE, PARTNERS, RUNNING, PUBLISHED, DAYS, COUNT };
	static const struct field fields[COUNT] = {
		[SUPPORTIVE] = { "supportive", FIELD_WHOLE, false, 0, 99 }, [PARTNERS] = { "partners", FIELD_NAME, false, 0, 0 },
		[RUNNING] = { "running_in_progress", FIELD_TRUTH, false, 0, 0 },
		[PUBLISHED] = { "published", FIELD_TIME, false, 0, 0 }, [DAYS] = { "regrade_days", FIELD_WHOLE, false, 0, 3650 },
	};
	static const char *const words[] = { "system", "organisation", "instance", NULL };
	struct found f[COUNT];
	enum status code;

	out->supportive = 1;
	out->regrade_days = 14;
	if (!item)
		return STATUS_OK;
	pack_enter(p, "results", -1);
	code = pack_fields(f, p, item, fields, COUNT);
	if (code == STATUS_OK && f[PARTNERS].given)
		code = pack_word(&out->partners, p, "partners", f[PARTNERS].text, words);
	if (code != STATUS_OK)
		return code;
	pack_leave(p);
	out->supportive = f[SUPPORTIVE].given ? (unsigned int)f[SUPPORTIVE].whole : out->supportive;
	out->regrade_days = f[DAYS].given ? (unsigned int)f[DAYS].whole : out->regrade_days;
	out->running_in_progress = f[RUNNING].whole != 0;
	out->published = f[PUBLISHED].whole;
	return STATUS_OK;
}

/* Ways to the hub besides HTTPS; whether they make sense is for the console to see. */
static enum status read_ways(struct pack_event *out, struct pack *p, const struct json *item)
{
	enum { SSH, SFTP, JUMP, KEYS, COUNT };
	static const struct field fields[COUNT] = {
		[SSH] = { "ssh", FIELD_NAME, false, 0, 0 }, [SFTP] = { "sftp", FIELD_NAME, false, 0, 0 },
		[JUMP] = { "jump", FIELD_NAME, false, 0, 0 }, [KEYS] = { "host_keys", FIELD_NAME, false, 0, 0 },
	};
	struct found f[COUNT];
	enum status code;

	out->ways = (struct pack_ways){ "", "", "", "" };
	if (!item)
		return STATUS_OK;
	pack_enter(p, "ways", -1);
	code = pack_fields(f, p, item, fields, COUNT);
	if (code != STATUS_OK)
		return code;
	pack_leave(p);
	out->ways = (struct pack_ways){ f[SSH].text, f[SFTP].text, f[JUMP].text, f[KEYS].text };
	return STATUS_OK;
}

enum status pack_read_event(struct pack_event *out, struct pack *p, char *text, size_t len)
{
	enum { FORMAT, VERSION, ID, NAME, PLACE, BEGINS, ENDS, TZ_MIN, TZ_NAME, CRITICAL, NOW, RESULTS, WAYS, COUNT };
	static const struct field fields[COUNT] = {
		[FORMAT] = { "format", FIELD_NAME, true, 0, 0 }, [VERSION] = { "version", FIELD_WHOLE, true, 1, INT32_MAX },
		[ID] = { "id", FIELD_ID, true, 0, 0 }, [NAME] = { "name", FIELD_NAME, true, 0, 0 },
		[PLACE] = { "place", FIELD_NAME, false, 0, 0 }, [BEGINS] = { "begins", FIELD_NAME, true, 0, 0 },
		[ENDS] = { "ends", FIELD_NAME, true, 0, 0 }, [TZ_MIN] = { "tz_min", FIELD_WHOLE, false, -1439, 1439 },
		[TZ_NAME] = { "tz_name", FIELD_NAME, false, 0, 0 }, [CRITICAL] = { "critical_on", FIELD_TRUTH, false, 0, 0 },
		[NOW] = { "now", FIELD_TIME, false, 0, 0 }, [RESULTS] = { "results", FIELD_RECORD, false, 0, 0 },
		[WAYS] = { "ways", FIELD_RECORD, false, 0, 0 },
	};
	struct found f[COUNT];
	struct json *root;
	enum status code;

	p->lines = false;
	code = pack_parse(&root, p, text, len);
	if (code == STATUS_OK)
		code = pack_fields(f, p, root, fields, COUNT);
	if (code == STATUS_OK && strcmp(f[FORMAT].text, "verdict-pack") != 0)
		code = pack_fail_at(p, "format", "\"%.64s\" is not \"verdict-pack\"", f[FORMAT].text);
	if (code == STATUS_OK && f[VERSION].whole > 1)
		code = pack_fail(p, STATUS_NEWER, "version: this program reads version 1 and not %lld",
			(long long)f[VERSION].whole);
	if (code == STATUS_OK)
		code = not_day(p, "begins", f[BEGINS].text);
	if (code == STATUS_OK)
		code = not_day(p, "ends", f[ENDS].text);
	if (code != STATUS_OK)
		return code;
	*out = (struct pack_event){ .id = f[ID].text, .name = f[NAME].text, .place = f[PLACE].text,
		.begins = f[BEGINS].text, .ends = f[ENDS].text, .tz_name = f[TZ_NAME].text,
		.tz_min = (int)f[TZ_MIN].whole, .critical_on = f[CRITICAL].whole != 0 };
	code = read_results(out, p, f[RESULTS].json);
	return code == STATUS_OK ? read_ways(out, p, f[WAYS].json) : code;
}

/* Tracks, profiles, actors, transactions: an id, a name, and perhaps more. */
struct named_list { struct pack_named *at; struct map *known; };

static enum status named(struct pack *p, const struct json *item, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "id", FIELD_ID, true, 0, 0 }, { "name", FIELD_NAME, true, 0, 0 }, { "goal", FIELD_TEXT, false, 0, 0 },
		{ "domain", FIELD_NAME, false, 0, 0 }, { "version", FIELD_NAME, false, 0, 0 },
		{ "exploratory", FIELD_TRUTH, false, 0, 0 },
	};
	const struct named_list *list = data;
	struct found f[6];
	enum status code = pack_fields(f, p, item, fields, 6);

	if (code != STATUS_OK)
		return code;
	if (map_set(list->known, f[0].text, arena_str(&p->catalogue, f[1].text)))
		return pack_fail_at(p, "id", "\"%s\" occurs twice", f[0].text);
	list->at[index] = (struct pack_named){ f[0].text, f[1].text, f[2].text, f[3].text, f[4].text,
		f[5].whole != 0 };
	return STATUS_OK;
}

static enum status profile_of_test(struct pack *p, const struct json *item, size_t index, void *data)
{
	struct buf *joined = data;
	const char *id;
	enum status code = pack_id(&id, p, item);

	if (code == STATUS_OK && !map_get(p->profiles, id))
		code = pack_fail(p, STATUS_INVALID, "no profile \"%s\"", id);
	if (code == STATUS_OK) {
		buf_printf(joined, "%s%s", index ? " " : "", id);
		code = joined->err == STATUS_OK ? STATUS_OK : pack_fail(p, STATUS_LIMIT, "too many profiles");
	}
	return code;
}

static enum status known(struct pack *p, const struct map *m, const char *name, const char *id)
{
	return !*id || map_get(m, id) ? STATUS_OK : pack_fail_at(p, name, "no %s \"%s\"", name, id);
}

static bool has_role(const struct pack_test_ref *t, const char *label)
{
	unsigned int i;

	for (i = 0; i < t->n_roles; i++)
		if (strcmp(t->roles[i], label) == 0)
			return true;
	return false;
}

/* A profile's actor, as lines have it; what is optional and not given is known. */
static enum status known_line(struct pack *p, const char *profile, const char *actor)
{
	enum status code = known(p, p->profiles, "profile", profile);

	return code == STATUS_OK ? known(p, p->actors, "actor", actor) : code;
}

static enum status cover(struct pack *p, const struct json *item, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "profile", FIELD_ID, true, 0, 0 }, { "actor", FIELD_ID, true, 0, 0 }, { "option", FIELD_ID, false, 0, 0 },
	};
	struct pack_cover *out = (struct pack_cover *)data + index;
	struct found f[3];
	enum status code = pack_fields(f, p, item, fields, 3);

	if (code == STATUS_OK)
		code = known_line(p, f[0].text, f[1].text);
	if (code == STATUS_OK)
		*out = (struct pack_cover){ f[0].text, f[1].text, f[2].text };
	return code;
}

static enum status role(struct pack *p, const struct json *item, size_t index, void *data)
{
	enum { LABEL, PROFILE, ACTOR, OPTION, COVERS, MIN, MAX, WANTED, REQUIRED, COUNT };
	static const struct field fields[COUNT] = {
		[LABEL] = { "label", FIELD_ID, true, 0, 0 }, [PROFILE] = { "profile", FIELD_ID, false, 0, 0 },
		[ACTOR] = { "actor", FIELD_ID, false, 0, 0 }, [COVERS] = { "covers", FIELD_LIST, false, 0, PACK_COVERS_MAX },
		[MIN] = { "min", FIELD_WHOLE, false, 0, 99 },
		[MAX] = { "max", FIELD_WHOLE, false, 1, 99 }, [WANTED] = { "wanted", FIELD_WHOLE, false, 0, 99 },
		[REQUIRED] = { "required", FIELD_TRUTH, false, 0, 0 }, [OPTION] = { "option", FIELD_ID, false, 0, 0 },
	};
	struct pack_test *t = data;
	struct pack_role *out = &t->roles[index];
	struct found f[COUNT];
	enum status code = pack_fields(f, p, item, fields, COUNT);

	if (code == STATUS_OK && (has_role(t->ref, f[LABEL].text) || strcmp(f[LABEL].text, "monitor") == 0))
		code = pack_fail_at(p, "label", "\"%s\" is taken", f[LABEL].text);
	if (code == STATUS_OK)
		code = known_line(p, f[PROFILE].text, f[ACTOR].text);
	if (code != STATUS_OK)
		return code;
	memcpy(t->ref->roles[t->ref->n_roles++], f[LABEL].text, strlen(f[LABEL].text) + 1);
	*out = (struct pack_role){ f[LABEL].text, f[PROFILE].text, f[ACTOR].text, f[OPTION].text,
		f[MIN].given ? f[MIN].whole : 1, f[MAX].given ? f[MAX].whole : 1,
		f[WANTED].given ? f[WANTED].whole : 1, f[REQUIRED].given ? f[REQUIRED].whole != 0 : true, NULL, 0 };
	out->n_covers = pack_items(&f[COVERS]);
	out->covers = arena_array(&p->scratch, struct pack_cover, out->n_covers);
	return pack_each(p, "covers", f[COVERS].json, cover, out->covers);
}

static enum status side(struct pack *p, const struct pack_test_ref *t, const char *name, const char *label)
{
	return has_role(t, label) || strcmp(label, "monitor") == 0 ? STATUS_OK :
		pack_fail_at(p, name, "no role \"%s\" in this test", label);
}

static enum status step_number(struct pack *p, struct pack_test_ref *t, int64_t n)
{
	unsigned int i;

	for (i = 0; i < t->n_steps; i++)
		if (t->steps[i] == n)
			return pack_fail_at(p, "n", "step %lld occurs twice", (long long)n);
	t->steps[t->n_steps++] = (unsigned int)n;
	return STATUS_OK;
}

static enum status step(struct pack *p, const struct json *item, size_t index, void *data)
{
	enum { N, KIND, FROM, TO, TRANSACTION, TEXT, COUNT };
	static const struct field fields[COUNT] = {
		[N] = { "n", FIELD_WHOLE, true, 1, 999 }, [KIND] = { "kind", FIELD_NAME, false, 0, 0 },
		[FROM] = { "from", FIELD_ID, true, 0, 0 }, [TO] = { "to", FIELD_ID, true, 0, 0 },
		[TRANSACTION] = { "transaction", FIELD_NAME, false, 0, 0 }, [TEXT] = { "text", FIELD_TEXT, false, 0, 0 },
	};
	static const char *const kinds[] = { "request", "response", "local", "show", "probe", NULL };
	struct pack_test *t = data;
	struct found f[COUNT];
	const char *transact;
	int kind = 0;
	enum status code = pack_fields(f, p, item, fields, COUNT);

	if (code != STATUS_OK)
		return code;
	transact = *f[TRANSACTION].text ? f[TRANSACTION].text : "-";
	code = step_number(p, t->ref, f[N].whole);
	if (code == STATUS_OK && f[KIND].given)
		code = pack_word(&kind, p, "kind", f[KIND].text, kinds);
	if (code == STATUS_OK)
		code = side(p, t->ref, "from", f[FROM].text);
	if (code == STATUS_OK)
		code = side(p, t->ref, "to", f[TO].text);
	if (code == STATUS_OK && strcmp(transact, "-") != 0)
		code = known(p, p->transactions, "transaction", transact);
	if (code == STATUS_OK)
		t->steps[index] = (struct pack_step){ f[N].whole, kinds[kind], f[FROM].text, f[TO].text, transact, f[TEXT].text };
	return code;
}

struct items { struct pack_test *test; struct map *seen; };

static enum status item(struct pack *p, const struct json *v, size_t index, void *data)
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
	int who = 0, grade = SEVERITY_ERROR;
	enum status code = pack_fields(f, p, v, fields, COUNT);

	if (code == STATUS_OK && map_set(all->seen, f[ID].text, all))
		code = pack_fail_at(p, "id", "\"%s\" occurs twice in this test", f[ID].text);
	if (code == STATUS_OK && f[BY].given)
		code = pack_word(&who, p, "by", f[BY].text, by);
	if (code == STATUS_OK && f[SEVERITY].given)
		code = pack_word(&grade, p, "severity", f[SEVERITY].text, severity);
	if (code == STATUS_OK)
		all->test->items[index] = (struct pack_item){ f[ID].text, f[TEXT].text, f[SOURCE].text, who == 1,
			(enum severity)grade };
	return code;
}

enum { T_ID, T_TITLE, T_TRACK, T_PEER, T_DESCRIPTION, T_PROFILES, T_ROLES, T_STEPS, T_ITEMS, T_COUNT };
static const struct field test_fields[T_COUNT] = {
	[T_ID] = { "id", FIELD_ID, true, 0, 0 }, [T_TITLE] = { "title", FIELD_NAME, true, 0, 0 },
	[T_TRACK] = { "track", FIELD_ID, true, 0, 0 }, [T_PEER] = { "peer", FIELD_NAME, false, 0, 0 },
	[T_DESCRIPTION] = { "description", FIELD_DESCRIPTION, false, 0, 0 },
	[T_PROFILES] = { "profiles", FIELD_LIST, false, 0, 64 }, [T_ROLES] = { "roles", FIELD_LIST, true, 0, PACK_ROLES_MAX },
	[T_STEPS] = { "steps", FIELD_LIST, false, 0, PACK_STEPS_MAX }, [T_ITEMS] = { "items", FIELD_LIST, false, 0, PACK_ITEMS_MAX },
};

static enum status test_parts(struct pack *p, struct pack_test *t, const struct found *f)
{
	struct items all = { t, map_new() };
	enum status code;

	t->n_roles = pack_items(&f[T_ROLES]);
	t->n_steps = pack_items(&f[T_STEPS]);
	t->n_items = pack_items(&f[T_ITEMS]);
	t->roles = arena_array(&p->scratch, struct pack_role, t->n_roles);
	t->steps = arena_array(&p->scratch, struct pack_step, t->n_steps);
	t->items = arena_array(&p->scratch, struct pack_item, t->n_items);
	t->ref->roles = arena_alloc(&p->catalogue, t->n_roles * sizeof(*t->ref->roles));
	t->ref->steps = arena_array(&p->catalogue, unsigned int, t->n_steps);
	code = pack_each(p, "roles", f[T_ROLES].json, role, t);
	if (code == STATUS_OK)
		code = pack_each(p, "steps", f[T_STEPS].json, step, t);
	if (code == STATUS_OK)
		code = pack_each(p, "items", f[T_ITEMS].json, item, &all);
	map_free(all.seen);
	return code;
}

static enum status profiles_of(const char **out, struct pack *p, const struct json *list)
{
	struct buf joined;
	enum status code;

	buf_init(&joined, 64 * (PACK_ID_MAX + 1));
	code = pack_each(p, "profiles", list, profile_of_test, &joined);
	*out = arena_str(&p->scratch, buf_str(&joined));
	buf_done(&joined);
	return code;
}

static enum status test(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const char *const peers[] = { "p2p", "none", "workflow", NULL };
	struct pack_test *t = (struct pack_test *)data + index;
	struct found f[T_COUNT];
	int peer = 0;
	enum status code = pack_fields(f, p, v, test_fields, T_COUNT);

	if (code != STATUS_OK)
		return code;
	t->id = f[T_ID].text;
	t->title = f[T_TITLE].text;
	t->track = f[T_TRACK].text;
	t->description = f[T_DESCRIPTION].text;
	t->track_name = map_get(p->tracks, t->track);
	if (!t->track_name)
		return pack_fail_at(p, "track", "no track \"%s\"", t->track);
	code = profiles_of(&t->profiles, p, f[T_PROFILES].json);
	t->ref = arena_new(&p->catalogue, struct pack_test_ref);
	if (code == STATUS_OK && map_set(p->tests, t->id, t->ref))
		code = pack_fail_at(p, "id", "\"%s\" occurs twice", t->id);
	if (code == STATUS_OK && f[T_PEER].given)
		code = pack_word(&peer, p, "peer", f[T_PEER].text, peers);
	t->peer = peers[peer];
	return code == STATUS_OK ? test_parts(p, t, f) : code;
}

static enum status need(struct pack *p, const struct json *item, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "profile", FIELD_ID, true, 0, 0 }, { "actor", FIELD_ID, false, 0, 0 }, { "option", FIELD_ID, false, 0, 0 },
	};
	struct pack_need *out = (struct pack_need *)data + index;
	struct found f[3];
	enum status code = pack_fields(f, p, item, fields, 3);

	if (code == STATUS_OK)
		code = known_line(p, f[0].text, f[1].text);
	if (code == STATUS_OK)
		*out = (struct pack_need){ f[0].text, f[1].text, f[2].text };
	return code;
}

static enum status dependency(struct pack *p, const struct json *item, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "profile", FIELD_ID, true, 0, 0 }, { "actor", FIELD_ID, false, 0, 0 }, { "option", FIELD_ID, false, 0, 0 },
		{ "needs", FIELD_LIST, true, 1, PACK_COVERS_MAX },
	};
	struct pack_dependency *out = (struct pack_dependency *)data + index;
	struct found f[4];
	enum status code = pack_fields(f, p, item, fields, 4);

	if (code == STATUS_OK)
		code = known_line(p, f[0].text, f[1].text);
	if (code != STATUS_OK)
		return code;
	out->of = (struct pack_need){ f[0].text, f[1].text, f[2].text };
	out->n_needs = pack_items(&f[3]);
	out->needs = arena_array(&p->scratch, struct pack_need, out->n_needs);
	return pack_each(p, "needs", f[3].json, need, out->needs);
}

static void forget(struct pack *p)
{
	pack_forget(&p->tracks);
	pack_forget(&p->profiles);
	pack_forget(&p->actors);
	pack_forget(&p->transactions);
	pack_forget(&p->tests);
	arena_reset(&p->catalogue);
	arena_reset(&p->scratch);
}

enum status pack_read_catalogue(struct pack_catalogue *out, struct pack *p, char *text, size_t len)
{
	static const struct field fields[] = {
		{ "tracks", FIELD_LIST, false, 0, 1000 }, { "profiles", FIELD_LIST, false, 0, 10000 },
		{ "actors", FIELD_LIST, false, 0, 10000 }, { "transactions", FIELD_LIST, false, 0, 10000 },
		{ "tests", FIELD_LIST, true, 0, PACK_TESTS_MAX }, { "dependencies", FIELD_LIST, false, 0, 10000 },
	};
	struct pack_named **at[] = { &out->tracks, &out->profiles, &out->actors, &out->transactions };
	size_t *n[] = { &out->n_tracks, &out->n_profiles, &out->n_actors, &out->n_transactions };
	struct named_list list;
	struct found f[6];
	struct json *root;
	size_t i;
	enum status code;

	p->lines = false;
	forget(p);
	code = pack_parse(&root, p, text, len);
	if (code == STATUS_OK)
		code = pack_fields(f, p, root, fields, 6);
	for (i = 0; i < 4 && code == STATUS_OK; i++) {
		struct map *const maps[] = { p->tracks, p->profiles, p->actors, p->transactions };

		*n[i] = pack_items(&f[i]);
		*at[i] = arena_array(&p->scratch, struct pack_named, *n[i]);
		list = (struct named_list){ *at[i], maps[i] };
		code = pack_each(p, fields[i].name, f[i].json, named, &list);
	}
	if (code != STATUS_OK)
		return code;
	out->n_dependencies = pack_items(&f[5]);
	out->dependencies = arena_array(&p->scratch, struct pack_dependency, out->n_dependencies);
	code = pack_each(p, "dependencies", f[5].json, dependency, out->dependencies);
	if (code != STATUS_OK)
		return code;
	out->n_tests = pack_items(&f[4]);
	out->tests = arena_array(&p->scratch, struct pack_test, out->n_tests);
	return pack_each(p, "tests", f[4].json, test, out->tests);
}
