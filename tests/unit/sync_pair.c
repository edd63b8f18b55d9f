/* SPDX-License-Identifier: Apache-2.0 */
/* Two consoles of a hub in memory; see sync_pair.h. Layer: tests. */
#include "tests/unit/sync_pair.h"

#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

int pair_setup(void **state)
{
	struct ctx *c = mem_zalloc(sizeof(*c));

	clock_freeze_ms(FIXTURE_NOW);
	c->hub = fake_hub_new();
	c->dir = fixture_dir();
	c->dir_a = mem_printf("%s/a", c->dir);
	c->dir_b = mem_printf("%s/b", c->dir);
	c->a = fake_console(c->hub, c->dir_a, "A");
	arena_init(&c->mem);
	*state = c;
	return 0;
}

int pair_setup_both(void **state)
{
	struct ctx *c;

	pair_setup(state);
	c = *state;
	c->b = fake_console(c->hub, c->dir_b, "B");
	assert_ok(fake_sync(c->hub, c->a));
	assert_ok(fake_sync(c->hub, c->b));
	return 0;
}

int pair_teardown(void **state)
{
	struct ctx *c = *state;

	store_close(c->a);
	store_close(c->b);
	fake_hub_free(c->hub);
	arena_done(&c->mem);
	mem_free(c->dir_a);
	mem_free(c->dir_b);
	fixture_remove(c->dir);
	mem_free(c);
	clock_freeze_ms(-1);
	return 0;
}

struct sync_state state_of(struct ctx *c, struct store *st)
{
	struct sync_state s;

	assert_ok(store_sync_state(&s, &c->mem, st));
	return s;
}

struct instance *ti_of(struct ctx *c, struct store *st, const char *id)
{
	struct instance *ti;

	assert_ok(store_instance(&ti, &c->mem, st, id));
	return ti;
}

struct saved graded(struct store *st, const char *ti, enum outcome o)
{
	struct saved saved;

	assert_ok(fixture_grade(&saved, st, ti, o, "because"));
	return saved;
}

void reopen(struct store **st, const char *dir)
{
	store_close(*st);
	*st = NULL;
	assert_ok(store_open(st, dir, 0));
}
