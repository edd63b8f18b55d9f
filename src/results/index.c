/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: lines sorted, who is registered for what, a cell for every system in every role it is registered for
 * or played, TIs linked to their cells; then everything counted. Results layer; the thread that has the engine.
 */
#include "results_priv.h"

#include <stdlib.h>
#include <string.h>

static int compare_lines(const void *x, const void *y)
{
	const struct results_line *a = x, *b = y;

	if (a->system != b->system)
		return a->system < b->system ? -1 : 1;
	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	if (a->actor != b->actor)
		return a->actor < b->actor ? -1 : 1;
	return strcmp(a->option, b->option);
}

/* Sorted, one of each, and each system knows its own. A line that is named twice is thorough if one of them is. */
static void index_lines(struct results *r)
{
	struct results_line *l = r->lines.at;
	size_t i, n = 0;

	if (r->lines.len)
		qsort(l, r->lines.len, sizeof(*l), compare_lines);
	for (i = 0; i < r->lines.len; i++) {
		if (n && compare_lines(&l[n - 1], &l[i]) == 0) {
			l[n - 1].thorough |= l[i].thorough;
			continue;
		}
		l[n++] = l[i];
	}
	r->lines.len = n;
	map_free(r->by_line);
	r->by_line = map_new();
	for (i = 0; i < r->systems.len; i++)
		r->systems.at[i].n = r->systems.at[i].first = 0;
	for (i = 0; i < n; i++) {
		struct results_system *s = &r->systems.at[l[i].system];

		if (s->n++ == 0)
			s->first = (uint32_t)i;
		map_set(r->by_line, l[i].id, (void *)(uintptr_t)(i + 1));
		results_apply_grades(r, &l[i]);
	}
}

struct pair { uint32_t profile, actor, who, organisation; };

static int compare_pairs(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	if (a->actor != b->actor)
		return a->actor < b->actor ? -1 : 1;
	if (a->organisation != b->organisation)
		return a->organisation < b->organisation ? -1 : 1;
	return a->who < b->who ? -1 : a->who > b->who;
}

/* Who withdrew a line is nobody's partner there any more. */
static void index_groups(struct results *r)
{
	VEC(struct pair) pairs = VEC_INIT;
	size_t i;

	for (i = 0; i < r->groups.len; i++)
		vec_done(&r->groups.at[i].systems);
	r->groups.len = 0;
	for (i = 0; i < r->lines.len; i++) {
		const struct results_line *l = &r->lines.at[i];
		struct pair p = { l->profile, l->actor, l->system, r->systems.at[l->system].organisation };

		if (l->grade != GRADE_WITHDRAWN)
			vec_push(&pairs, p);
	}
	if (pairs.len)
		qsort(pairs.at, pairs.len, sizeof(*pairs.at), compare_pairs);
	for (i = 0; i < pairs.len; i++) {
		const struct pair *p = &pairs.at[i];
		struct group *g = r->groups.len ? &r->groups.at[r->groups.len - 1] : NULL;

		if (!g || g->profile != p->profile || g->actor != p->actor) {
			struct group own = { .profile = p->profile, .actor = p->actor };

			vec_push(&r->groups, own);
			g = &r->groups.at[r->groups.len - 1];
		}
		if (!g->systems.len || g->systems.at[g->systems.len - 1] != p->who)
			vec_push(&g->systems, p->who);
	}
	vec_done(&pairs);
	r->n_plain = r->groups.len;
}

static int compare_covers(const void *x, const void *y)
{
	const struct cover *a = x, *b = y;

	return a->role < b->role ? -1 : a->role > b->role;
}

/* Each role's covers stand together. */
static void index_covers(struct results *r)
{
	size_t i;

	for (i = 0; i < r->roles.len; i++)
		r->roles.at[i].first_cover = r->roles.at[i].n_covers = 0;
	if (r->covers.len)
		qsort(r->covers.at, r->covers.len, sizeof(*r->covers.at), compare_covers);
	r->most_covers = 0;
	for (i = 0; i < r->covers.len; i++) {
		struct role *role = &r->roles.at[r->covers.at[i].role];

		if (role->n_covers++ == 0)
			role->first_cover = (uint32_t)i;
		if (role->n_covers > r->most_covers)
			r->most_covers = role->n_covers;
	}
}

static int compare_group(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	return a->actor < b->actor ? -1 : a->actor > b->actor;
}

static uint32_t find_group(const struct results *r, uint32_t profile, uint32_t actor)
{
	struct group key = { .profile = profile, .actor = actor };
	const struct group *g = r->n_plain ? bsearch(&key, r->groups.at, r->n_plain, sizeof(key), compare_group) : NULL;

	return g ? (uint32_t)(g - r->groups.at) : NONE;
}

/* Whoever is registered for one of several, once, in the order of all groups. */
static uint32_t join_groups(struct results *r, const struct role *role)
{
	struct group own = { .profile = role->profile, .actor = role->actor };
	VEC(struct pair) pairs = VEC_INIT;

	for (uint32_t i = role->first_cover; i < role->first_cover + role->n_covers; i++) {
		uint32_t at = find_group(r, r->covers.at[i].profile, r->covers.at[i].actor);

		for (size_t k = 0; at != NONE && k < r->groups.at[at].systems.len; k++) {
			uint32_t who = r->groups.at[at].systems.at[k];
			struct pair p = { 0, 0, who, r->systems.at[who].organisation };

			vec_push(&pairs, p);
		}
	}
	if (pairs.len)
		qsort(pairs.at, pairs.len, sizeof(*pairs.at), compare_pairs);
	for (size_t i = 0; i < pairs.len; i++)
		if (i == 0 || pairs.at[i].who != pairs.at[i - 1].who)
			vec_push(&own.systems, pairs.at[i].who);
	vec_done(&pairs);
	vec_push(&r->groups, own);
	return (uint32_t)r->groups.len - 1;
}

static void index_roles(struct results *r)
{
	size_t i;

	for (i = 0; i < r->tests.len; i++) {
		uint32_t t = r->tests.at[i].track;

		r->tests.at[i].exploratory = t != NONE && r->tracks.at[t].exploratory;
	}
	for (i = 0; i < r->roles.len; i++) {
		struct role *role = &r->roles.at[i];

		if (role->n_covers > 1)
			role->group = join_groups(r, role);
		else if (role->n_covers == 1)
			role->group = find_group(r, r->covers.at[role->first_cover].profile, r->covers.at[role->first_cover].actor);
		else
			role->group = find_group(r, role->profile, role->actor);
	}
}

static uint64_t mix(uint32_t role, uint32_t system)
{
	uint64_t h = ((uint64_t)role << 32 | system) * UINT64_C(0x9e3779b97f4a7c15);

	return h ^ h >> 29;
}

static uint32_t *cell_slot(const struct results *r, uint32_t role, uint32_t system)
{
	size_t mask = r->n_slots - 1, at = (size_t)mix(role, system) & mask;

	while (r->slots[at] && (r->cells.at[r->slots[at] - 1].role != role ||
	    r->cells.at[r->slots[at] - 1].system != system))
		at = (at + 1) & mask;
	return &r->slots[at];
}

struct cell *results_cell(struct results *r, uint32_t role, uint32_t system)
{
	uint32_t at = *cell_slot(r, role, system);

	return at ? &r->cells.at[at - 1] : NULL;
}

static uint32_t make_cell(struct results *r, uint32_t role, uint32_t system)
{
	uint32_t *slot = cell_slot(r, role, system);

	if (!*slot) {
		struct cell own = { .role = role, .system = system, .first = NONE };

		vec_push(&r->cells, own);
		*slot = (uint32_t)r->cells.len;
	}
	return *slot - 1;
}

bool results_covers(const struct results *r, const struct results_line *l, const struct role *role)
{
	for (uint32_t i = role->first_cover; i < role->first_cover + role->n_covers; i++) {
		const struct cover *c = &r->covers.at[i];

		if (l->profile == c->profile && l->actor == c->actor && strcmp(l->option, c->option) == 0)
			return true;
	}
	return role->n_covers == 0 && l->profile == role->profile && l->actor == role->actor &&
		strcmp(l->option, role->option) == 0;
}

/* Roles by profile and actor, so that a line finds its own without looking at all. */
struct role_key { uint32_t profile, actor, role; };

static int compare_role_keys(const void *x, const void *y)
{
	const struct role_key *a = x, *b = y;

	if (a->profile != b->profile)
		return a->profile < b->profile ? -1 : 1;
	if (a->actor != b->actor)
		return a->actor < b->actor ? -1 : 1;
	return a->role < b->role ? -1 : a->role > b->role;
}

static struct role_key *sorted_roles(size_t *n_out, const struct results *r)
{
	struct role_key *keys = mem_array(r->roles.len + r->covers.len + 1, sizeof(*keys));
	size_t i, n = 0;

	for (i = 0; i < r->roles.len; i++)
		if (!r->roles.at[i].n_covers)
			keys[n++] = (struct role_key) { r->roles.at[i].profile, r->roles.at[i].actor, (uint32_t)i };
	for (i = 0; i < r->covers.len; i++)
		keys[n++] = (struct role_key) { r->covers.at[i].profile, r->covers.at[i].actor, r->covers.at[i].role };
	qsort(keys, n, sizeof(*keys), compare_role_keys);
	*n_out = n;
	return keys;
}

static size_t first_role(const struct role_key *keys, size_t n, const struct results_line *l)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (keys[mid].profile < l->profile || (keys[mid].profile == l->profile && keys[mid].actor < l->actor))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void index_line_roles(struct results *r)
{
	size_t i, k, n;
	struct role_key *keys = sorted_roles(&n, r);
	uint32_t last;

	r->line_roles.len = r->line_first.len = 0;
	for (i = 0; i < r->lines.len; i++) {
		const struct results_line *l = &r->lines.at[i];

		vec_push(&r->line_first, (uint32_t)r->line_roles.len);
		last = NONE;	/* a role may cover several options of an actor */
		for (k = first_role(keys, n, l); k < n && keys[k].profile == l->profile && keys[k].actor == l->actor; k++) {
			if (keys[k].role == last || !results_covers(r, l, &r->roles.at[keys[k].role]))
				continue;
			last = keys[k].role;
			vec_push(&r->line_roles, last);
		}
	}
	vec_push(&r->line_first, (uint32_t)r->line_roles.len);
	mem_free(keys);
}

static void index_cells(struct results *r)
{
	size_t want = r->line_roles.len + r->parts.len, i;
	uint32_t k;

	r->cells.len = 0;
	mem_free(r->slots);
	for (r->n_slots = 64; r->n_slots < want * 2; r->n_slots *= 2)
		;
	r->slots = mem_array(r->n_slots, sizeof(*r->slots));
	for (i = 0; i < r->lines.len; i++)
		for (k = r->line_first.at[i]; k < r->line_first.at[i + 1]; k++)
			make_cell(r, r->line_roles.at[k], r->lines.at[i].system);
}

static void index_instances(struct results *r)
{
	uint32_t i, k;

	for (i = 0; i < r->tis.len; i++) {
		struct ti *ti = &r->tis.at[i];
		const struct test_of *t;

		ti->test = results_lookup(r->by_test, ti->test_id);
		t = ti->test == NONE ? NULL : &r->tests.at[ti->test];
		for (k = 0; k < ti->n; k++) {
			struct part *p = &r->parts.at[ti->first + k];

			p->ti = i;
			p->system = results_lookup(r->by_system, p->system_id);
			p->role = t && p->role_n >= 1 && p->role_n <= t->n ? t->first + p->role_n - 1 : NONE;
			p->cell = p->next = NONE;
			if (p->system == NONE || p->role == NONE)
				continue;
			p->cell = make_cell(r, p->role, p->system);
			p->next = r->cells.at[p->cell].first;
			r->cells.at[p->cell].first = ti->first + k;
		}
	}
}

void results_index(struct results *r)
{
	size_t i;

	if (!r->stale)
		return;
	index_lines(r);
	index_groups(r);
	index_covers(r);
	index_roles(r);
	index_line_roles(r);
	index_cells(r);
	index_instances(r);
	for (i = 0; i < r->cells.len; i++)
		results_count_cell(r, &r->cells.at[i]);
	for (i = 0; i < r->lines.len; i++)
		results_count_line(r, (uint32_t)i);
	for (i = 0; i < r->systems.len; i++)
		results_count_depends(r, (uint32_t)i);
	r->stale = false;
}
