/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes in: reference data and TIs, each string kept once. Anything but a new status makes the index stale;
 * a status is counted at once where the index holds. Results layer; the thread that has the engine.
 */
#include "results_priv.h"

#include <string.h>

const struct results_rules results_rules_default = {
	.supportive = 1, .partners = PARTNERS_SYSTEM, .regrade_days = 14,
};

static const char *const partner_words[] = { "system", "organisation", "instance" };

int results_partners_parse(const char *word)
{
	for (size_t i = 0; i < sizeof(partner_words) / sizeof(partner_words[0]); i++)
		if (strcmp(partner_words[i], word) == 0)
			return (int)i;
	return -1;
}

static const char *intern(struct results *r, const char *s)
{
	char *here;

	if (!s || !*s)
		return "";
	here = map_get(r->strings, s);
	if (!here) {
		here = arena_str(&r->a, s);
		map_set(r->strings, s, here);
	}
	return here;
}

uint32_t results_lookup(const struct map *m, const char *id)
{
	uintptr_t at = (uintptr_t)map_get(m, id);

	return at ? (uint32_t)(at - 1) : NONE;
}

static void remember(struct map *m, const char *id, size_t index)
{
	map_set(m, id, (void *)(uintptr_t)(index + 1));
}

static void maps_new(struct results *r)
{
	r->by_track = map_new();
	r->by_profile = map_new();
	r->by_actor = map_new();
	r->by_organisation = map_new();
	r->by_system = map_new();
	r->by_test = map_new();
	r->by_line = map_new();
}

static void maps_free(struct results *r)
{
	map_free(r->by_track);
	map_free(r->by_profile);
	map_free(r->by_actor);
	map_free(r->by_organisation);
	map_free(r->by_system);
	map_free(r->by_test);
	map_free(r->by_line);
}

struct results *results_new(void)
{
	struct results *r = mem_zalloc(sizeof(*r));

	arena_init(&r->a);
	r->strings = map_new();
	r->by_ti = map_new();
	r->grades = map_new();
	r->told = map_new();
	r->rules = results_rules_default;
	maps_new(r);
	r->stale = true;
	return r;
}

static void free_grades(const char *key, void *value, void *data)
{
	(void)key;
	(void)data;
	line_grades_free(value);
}

void results_free(struct results *r)
{
	if (!r)
		return;
	map_each(r->grades, free_grades, NULL);
	for (size_t i = 0; i < r->groups.len; i++)
		vec_done(&r->groups.at[i].systems);
	vec_done(&r->groups);
	vec_done(&r->tracks);
	vec_done(&r->profiles);
	vec_done(&r->actors);
	vec_done(&r->organisations);
	vec_done(&r->systems);
	vec_done(&r->lines);
	vec_done(&r->tests);
	vec_done(&r->roles);
	vec_done(&r->covers);
	vec_done(&r->dependencies);
	vec_done(&r->needs);
	vec_done(&r->elsewhere);
	vec_done(&r->tis);
	vec_done(&r->parts);
	vec_done(&r->cells);
	vec_done(&r->line_roles);
	vec_done(&r->line_first);
	mem_free(r->slots);
	maps_free(r);
	map_free(r->by_ti);
	map_free(r->grades);
	map_free(r->told);
	map_free(r->strings);
	arena_done(&r->a);
	mem_free(r);
}

void results_reset(struct results *r)
{
	r->tracks.len = r->profiles.len = r->actors.len = r->organisations.len = 0;
	r->systems.len = r->lines.len = r->tests.len = r->roles.len = 0;
	r->covers.len = r->dependencies.len = r->needs.len = r->elsewhere.len = 0;
	maps_free(r);
	maps_new(r);
	map_free(r->told);
	r->told = map_new();
	r->has_event = false;
	r->rules = results_rules_default;
	r->stale = true;
}

void results_set_event(struct results *r, const struct event *e, const struct results_rules *rules)
{
	r->event = *e;
	r->event.id = intern(r, e->id);
	r->event.name = intern(r, e->name);
	r->event.place = intern(r, e->place);
	r->event.begins = intern(r, e->begins);
	r->event.ends = intern(r, e->ends);
	r->event.tz_name = intern(r, e->tz_name);
	r->has_event = true;
	r->rules = rules ? *rules : results_rules_default;
	r->stale = true;
}

void results_add_track(struct results *r, const struct results_track *t)
{
	struct results_track own = { intern(r, t->id), intern(r, t->name), t->exploratory };

	if (results_lookup(r->by_track, own.id) != NONE)
		return;
	remember(r->by_track, own.id, r->tracks.len);
	if (results_lookup(r->by_track, own.name) == NONE)
		remember(r->by_track, own.name, r->tracks.len);
	vec_push(&r->tracks, own);
	r->stale = true;
}

void results_add_profile(struct results *r, const char *id, const char *name)
{
	uint32_t at = results_lookup(r->by_profile, id);
	struct results_name own = { intern(r, id), intern(r, name) };

	if (at != NONE) {
		r->profiles.at[at] = own;
		return;
	}
	remember(r->by_profile, id, r->profiles.len);
	vec_push(&r->profiles, own);
}

void results_add_actor(struct results *r, const char *id, const char *name)
{
	uint32_t at = results_lookup(r->by_actor, id);
	struct results_name own = { intern(r, id), intern(r, name) };

	if (at != NONE) {
		r->actors.at[at] = own;
		return;
	}
	remember(r->by_actor, id, r->actors.len);
	vec_push(&r->actors, own);
}

/* One that nobody named is its own name. */
static uint32_t profile_at(struct results *r, const char *id)
{
	if (results_lookup(r->by_profile, id) == NONE)
		results_add_profile(r, id, id);
	return results_lookup(r->by_profile, id);
}

static uint32_t actor_at(struct results *r, const char *id)
{
	if (results_lookup(r->by_actor, id) == NONE)
		results_add_actor(r, id, id);
	return results_lookup(r->by_actor, id);
}

void results_add_organisation(struct results *r, const struct organisation *o)
{
	struct organisation own = {
		.id = intern(r, o->id), .name = intern(r, o->name),
		.country = intern(r, o->country), .country_name = intern(r, o->country_name),
	};

	if (results_lookup(r->by_organisation, own.id) != NONE)
		return;
	remember(r->by_organisation, own.id, r->organisations.len);
	vec_push(&r->organisations, own);
	r->stale = true;
}

void results_add_system(struct results *r, const struct system_info *s)
{
	struct results_system own = {
		.id = intern(r, s->id), .name = intern(r, s->name),
		.version = intern(r, s->version), .table = intern(r, s->table),
		.organisation = results_lookup(r->by_organisation, s->organisation),
	};

	if (results_lookup(r->by_system, own.id) != NONE)
		return;
	remember(r->by_system, own.id, r->systems.len);
	vec_push(&r->systems, own);
	r->stale = true;
}

void results_add_line(struct results *r, const char *system, const char *profile, const char *actor, const char *option,
	bool thorough)
{
	uint32_t at = results_lookup(r->by_system, system);
	const char *word = option && *option && strcmp(option, "-") != 0 ? option : "";
	struct results_line own;
	char *id;

	if (at == NONE)
		return;
	id = mem_printf("%s/%s/%s/%s", system, profile, actor, *word ? word : "-");
	own = (struct results_line) {
		.id = intern(r, id), .system = at, .profile = profile_at(r, profile),
		.actor = actor_at(r, actor), .option = intern(r, word), .thorough = thorough,
	};
	mem_free(id);
	vec_push(&r->lines, own);
	r->stale = true;
}

void results_tell_grade(struct results *r, const char *line, enum grade grade)
{
	map_set(r->told, line, (void *)(uintptr_t)grade);
	r->stale = true;
}

void results_add_elsewhere(struct results *r, const char *line, const struct results_elsewhere *e)
{
	struct told own = { intern(r, line), *e };

	own.e.place = intern(r, e->place);
	own.e.who = intern(r, e->who);
	own.e.text = intern(r, e->text);
	vec_push(&r->elsewhere, own);
}

static enum peer peer_of(const char *word)
{
	if (strcmp(word, "none") == 0)
		return PEER_NONE;
	return strcmp(word, "workflow") == 0 ? PEER_WORKFLOW : PEER_P2P;
}

void results_add_test(struct results *r, const struct test *t)
{
	struct test_of own = {
		.id = intern(r, t->id), .title = intern(r, t->title), .peer = peer_of(t->peer),
		.track = results_lookup(r->by_track, t->track), .first = (uint32_t)r->roles.len,
		.n = (uint32_t)t->n_roles,
	};
	size_t i;

	if (results_lookup(r->by_test, own.id) != NONE)
		return;
	for (i = 0; i < t->n_roles; i++) {
		const struct test_role *in = &t->roles[i];
		struct role role = {
			.label = intern(r, in->label), .option = intern(r, in->option),
			.test = (uint32_t)r->tests.len, .profile = profile_at(r, in->profile),
			.actor = actor_at(r, in->actor), .group = NONE, .min = in->min, .wanted = in->wanted,
			.required = in->required,
		};

		vec_push(&r->roles, role);
	}
	remember(r->by_test, own.id, r->tests.len);
	vec_push(&r->tests, own);
	r->stale = true;
}

void results_add_cover(struct results *r, const char *test, unsigned int role, const char *profile, const char *actor,
	const char *option)
{
	uint32_t at = results_lookup(r->by_test, test);
	struct cover own = { .profile = profile_at(r, profile), .actor = actor_at(r, actor), .option = intern(r, option) };

	if (at == NONE || role < 1 || role > r->tests.at[at].n)
		return;
	own.role = r->tests.at[at].first + role - 1;
	vec_push(&r->covers, own);
	r->stale = true;
}

static struct need need_of(struct results *r, const struct results_need *n)
{
	return (struct need){ profile_at(r, n->profile), n->actor && *n->actor ? actor_at(r, n->actor) : NONE,
		intern(r, n->option) };
}

void results_add_dependency(struct results *r, const struct results_need *of, const struct results_need *needs, size_t n)
{
	struct dependency own = { .of = need_of(r, of), .first = (uint32_t)r->needs.len, .n = (uint32_t)n };

	for (size_t i = 0; i < n; i++) {
		struct need one = need_of(r, &needs[i]);

		vec_push(&r->needs, one);
	}
	vec_push(&r->dependencies, own);
	r->stale = true;
}

/* ---- TIs ---- */

static bool same_participants(const struct results *r, const struct ti *ti, const struct results_instance *in)
{
	if (ti->n != in->n_participants || strcmp(ti->test_id, in->test) != 0)
		return false;
	for (uint32_t i = 0; i < ti->n; i++) {
		const struct part *p = &r->parts.at[ti->first + i];

		if (p->role_n != in->participants[i].role || strcmp(p->system_id, in->participants[i].system) != 0)
			return false;
	}
	return true;
}

static void add_parts(struct results *r, uint32_t at, const struct results_instance *in)
{
	struct ti *ti = &r->tis.at[at];

	ti->first = (uint32_t)r->parts.len;
	ti->n = (uint32_t)in->n_participants;
	for (size_t i = 0; i < in->n_participants; i++) {
		struct part p = {
			.system_id = intern(r, in->participants[i].system),
			.role_n = in->participants[i].role, .ti = at,
			.system = NONE, .role = NONE, .cell = NONE, .next = NONE,
		};

		vec_push(&r->parts, p);
	}
}

/* Where participants change, the parts of before stay behind; once they are half of all, they are thrown out. */
static void sweep_parts(struct results *r)
{
	VEC(struct part) kept = VEC_INIT;
	uint32_t i, k;

	if (r->lost < 1024 || r->lost < r->parts.len / 2)
		return;
	for (i = 0; i < r->tis.len; i++) {
		struct ti *ti = &r->tis.at[i];
		uint32_t first = (uint32_t)kept.len;

		for (k = 0; k < ti->n; k++)
			vec_push(&kept, r->parts.at[ti->first + k]);
		ti->first = first;
	}
	vec_done(&r->parts);
	r->parts.at = kept.at;
	r->parts.len = kept.len;
	r->parts.cap = kept.cap;
	r->lost = 0;
}

void results_set_instance(struct results *r, const struct results_instance *in)
{
	uint32_t at = results_lookup(r->by_ti, in->id);
	struct ti *ti;

	if (at != NONE && same_participants(r, &r->tis.at[at], in)) {
		results_set_status(r, in->id, in->status, in->at);
		return;
	}
	if (at == NONE) {
		struct ti own = { .id = intern(r, in->id), .test = NONE };

		at = (uint32_t)r->tis.len;
		vec_push(&r->tis, own);
		remember(r->by_ti, in->id, at);
	} else {
		r->lost += r->tis.at[at].n;
	}
	ti = &r->tis.at[at];
	ti->test_id = intern(r, in->test);
	ti->status = in->status;
	ti->at = in->at;
	ti->gone = false;
	add_parts(r, at, in);
	sweep_parts(r);
	r->stale = true;
}

bool results_set_status(struct results *r, const char *id, enum ti_status status, int64_t at)
{
	uint32_t i = results_lookup(r->by_ti, id);
	struct ti *ti;
	bool same;

	if (i == NONE)
		return false;
	ti = &r->tis.at[i];
	same = ti->status == status && !ti->gone;
	ti->status = status;
	ti->at = at;
	ti->gone = false;
	if (!same && !r->stale)
		results_count_instance(r, ti);
	return true;
}

void results_drop_instance(struct results *r, const char *id)
{
	uint32_t i = results_lookup(r->by_ti, id);

	if (i == NONE || r->tis.at[i].gone)
		return;
	r->tis.at[i].gone = true;
	if (!r->stale)
		results_count_instance(r, &r->tis.at[i]);
}
