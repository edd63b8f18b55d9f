/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two consoles of a hub in memory, A and B, in folders of their own, and what tests ask them most. Asserts. Layer: tests.
 */
#ifndef TESTS_UNIT_SYNC_PAIR_H
#define TESTS_UNIT_SYNC_PAIR_H
#include "tests/unit/feed_fixture.h"
#include "tests/unit/test.h"

struct ctx {
	struct fake_hub *hub;
	char *dir, *dir_a, *dir_b;
	struct store *a, *b;	/* b: NULL where the test opens it, if ever */
	struct arena mem;
};
int pair_setup(void **state);		/* A, with nothing read yet */
int pair_setup_both(void **state);	/* A and B, both in step */
int pair_teardown(void **state);
struct sync_state state_of(struct ctx *c, struct store *st);
struct instance *ti_of(struct ctx *c, struct store *st, const char *id);
struct saved graded(struct store *st, const char *ti, enum outcome o);
void reopen(struct store **st, const char *dir);

#endif
