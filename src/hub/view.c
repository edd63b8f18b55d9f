/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event at one moment: its documents read once into structs of our own, and for each TI the places of its entries in
 * the feed. Hub layer; any thread, one at a time.
 */
#include "view.h"

#include <stdlib.h>
#include <string.h>

static void take_event(struct hub_view *v, const struct pack_event *e)
{
	v->event = (struct event) { .id = arena_str(&v->a, e->id), .name = arena_str(&v->a, e->name),
		.place = arena_str(&v->a, e->place), .begins = arena_str(&v->a, e->begins), .ends = arena_str(&v->a, e->ends),
		.tz_name = arena_str(&v->a, e->tz_name), .tz_min = e->tz_min, .critical_on = e->critical_on };
}

static void copy_lists(struct hub_view *v, struct test *t, const struct pack_test *from)
{
	t->roles = arena_array(&v->a, struct test_role, from->n_roles + 1);
	for (size_t i = 0; i < from->n_roles; i++) {
		const struct pack_role *r = &from->roles[i];

		t->roles[t->n_roles++] = (struct test_role) { .label = arena_str(&v->a, r->label),
			.profile = arena_str(&v->a, r->profile), .actor = arena_str(&v->a, r->actor),
			.min = (unsigned int)r->min, .max = (unsigned int)r->max, .wanted = (unsigned int)r->wanted,
			.required = r->required };
	}
	t->steps = arena_array(&v->a, struct test_step, from->n_steps + 1);
	for (size_t i = 0; i < from->n_steps; i++) {
		const struct pack_step *s = &from->steps[i];

		t->steps[t->n_steps++] = (struct test_step) { (unsigned int)s->n, arena_str(&v->a, s->kind),
			arena_str(&v->a, s->from), arena_str(&v->a, s->to), arena_str(&v->a, s->transaction),
			arena_str(&v->a, s->text) };
	}
	t->items = arena_array(&v->a, struct test_item, from->n_items + 1);
	for (size_t i = 0; i < from->n_items; i++) {
		const struct pack_item *p = &from->items[i];

		t->items[t->n_items++] = (struct test_item) { .id = arena_str(&v->a, p->id), .text = arena_str(&v->a, p->text),
			.source = arena_str(&v->a, p->source), .by = p->by_check ? ITEM_BY_CHECK : ITEM_BY_PERSON,
			.severity = (int)p->severity };
	}
}

static void take_catalogue(struct hub_view *v, const struct pack_catalogue *c)
{
	for (size_t i = 0; i < c->n_actors; i++)
		map_set(v->actors, c->actors[i].id, arena_str(&v->a, c->actors[i].name));
	for (size_t i = 0; i < c->n_tests; i++) {
		const struct pack_test *p = &c->tests[i];
		struct view_test *t = arena_new(&v->a, struct view_test);

		t->test.id = arena_str(&v->a, p->id);
		t->test.title = arena_str(&v->a, p->title);
		t->test.track = arena_str(&v->a, *p->track_name ? p->track_name : p->track);
		t->test.peer = arena_str(&v->a, p->peer);
		t->test.description = arena_str(&v->a, p->description);
		t->profiles = arena_str(&v->a, p->profiles);
		copy_lists(v, &t->test, p);
		map_set(v->tests, p->id, t);
	}
}

static void take_organisations(struct hub_view *v, const struct pack_organisation *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct organisation *own = arena_new(&v->a, struct organisation);

		*own = (struct organisation) { arena_str(&v->a, o[i].id), arena_str(&v->a, o[i].name),
			arena_str(&v->a, o[i].country), arena_str(&v->a, o[i].country_name) };
		map_set(v->organisations, o[i].id, own);
	}
}

static void take_systems(struct hub_view *v, const struct pack_system *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct system_info *own = arena_new(&v->a, struct system_info);

		*own = (struct system_info) { arena_str(&v->a, s[i].id), arena_str(&v->a, s[i].name),
			arena_str(&v->a, s[i].version), arena_str(&v->a, s[i].organisation), arena_str(&v->a, s[i].table) };
		map_set(v->systems, s[i].id, own);
	}
}

static void take_persons(struct hub_view *v, const struct pack_person *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		map_set(v->persons, p[i].id, arena_str(&v->a, p[i].name));
}

static enum status read_doc(struct hub_view *v, int kind, char *text, size_t len)
{
	struct pack_event event;
	struct pack_catalogue catalogue;
	struct pack_organisation *organisations;
	struct pack_system *systems;
	struct pack_person *persons;
	size_t n = 0;
	enum status st;

	switch (kind) {
	case VIEW_EVENT:
		st = pack_read_event(&event, v->pack, text, len);
		if (!st)
			take_event(v, &event);
		return st;
	case VIEW_CATALOGUE:
		st = pack_read_catalogue(&catalogue, v->pack, text, len);
		if (!st)
			take_catalogue(v, &catalogue);
		return st;
	case VIEW_ORGANISATIONS:
		st = pack_read_organisations(&organisations, &n, v->pack, text, len);
		if (!st)
			take_organisations(v, organisations, n);
		return st;
	case VIEW_SYSTEMS:
		st = pack_read_systems(&systems, &n, v->pack, text, len);
		if (!st)
			take_systems(v, systems, n);
		return st;
	default:
		st = pack_read_persons(&persons, &n, v->pack, text, len);
		if (!st)
			take_persons(v, persons, n);
		return st;
	}
}

/* The reader of lines of TIs refers to the texts, so they stay. */
static enum status read_docs(struct hub_view *v)
{
	static const char *const names[VIEW_DOCS] = { "event", "catalogue", "organisations", "systems", "persons" };
	struct feed_entry entry;
	enum status st = STATUS_OK;

	for (int i = 0; i < VIEW_DOCS && !st; i++) {
		if (!v->m.docs[i] && i == VIEW_PERSONS)
			continue;
		if (!v->m.docs[i])
			return status_set(STATUS_NOT_FOUND, "event %s has no %s yet: import a pack", hub_event_id(v->e), names[i]);
		st = view_read(&entry, &v->raw, v->e, v->m.docs[i]);
		if (st)
			break;
		v->texts[i] = mem_strndup(entry.body, entry.len);
		pack_stand(v->pack, names[i], 0);
		st = read_doc(v, i, v->texts[i], entry.len);
	}
	return st;
}

/* ---- the whole ---- */

enum status hub_view_open(struct hub_view **out, struct hub_event *e)
{
	struct hub_view *v = mem_zalloc(sizeof(*v));
	enum status st;

	v->e = e;
	arena_init(&v->a);
	buf_init(&v->raw, FEED_PAGE_MAX);
	v->pack = pack_new();
	v->tests = map_new();
	v->actors = map_new();
	v->organisations = map_new();
	v->systems = map_new();
	v->persons = map_new();
	view_moment_take(&v->m, e);
	st = read_docs(v);
	if (st)
		hub_view_close(v);
	else
		*out = v;
	return st;
}

void hub_view_close(struct hub_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < VIEW_DOCS; i++)
		mem_free(v->texts[i]);
	map_free(v->tests);
	map_free(v->actors);
	map_free(v->organisations);
	map_free(v->systems);
	map_free(v->persons);
	pack_free(v->pack);
	buf_done(&v->raw);
	view_moment_done(&v->m);
	arena_done(&v->a);
	mem_free(v);
}

const struct event *hub_view_event(const struct hub_view *v)
{
	return &v->event;
}

size_t hub_view_count(const struct hub_view *v)
{
	return v->m.tis.len;
}

static int by_id(const void *a, const void *b)
{
	const struct view_ti *x = a, *y = b;

	return strcmp(x->id, y->id);
}

enum status hub_view_find(size_t *at_out, const struct hub_view *v, const char *ti)
{
	const struct view_ti key = { .id = ti }, *found;

	found = v->m.tis.len ? bsearch(&key, v->m.tis.at, v->m.tis.len, sizeof(key), by_id) : NULL;
	if (!found)
		return status_set(STATUS_NOT_FOUND, "no TI %s in this event", ti);
	*at_out = (size_t)(found - v->m.tis.at);
	return STATUS_OK;
}
