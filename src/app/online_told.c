/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways to the hub came to, for people and for the next start. Layer app; the loop's thread. */
#include "src/app/online_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

#define KEEP_MS 60000

static enum way current(const struct online *o)
{
	return o->plan.order[o->at];
}

/* Kept when it tells something new: not for every attempt of an afternoon without network. */
void way_remembered(struct online *o, enum way w)
{
	struct way_memory was[WAY_COUNT], *m = &o->memory[w];
	const struct online_way *now = &o->ways[w];
	int64_t *stamp = now->failure ? &m->bad_at : &m->good_at, before = *stamp;
	size_t i;

	memcpy(was, o->memory, sizeof(was));
	*stamp = clock_wall_ms();
	if (now->failure) {
		m->failure = now->failure;
		memcpy(m->why, now->why, sizeof(m->why));
	}
	for (i = 0; i < WAY_COUNT; i++)
		o->memory[i].in_use = o->reached && current(o) == (enum way)i && !o->ways[i].failure;
	for (i = 0; i < WAY_COUNT && was[i].in_use == o->memory[i].in_use; i++)
		;
	if (i < WAY_COUNT || *stamp - before > KEEP_MS || was[w].failure != m->failure || strcmp(was[w].why, m->why) != 0)
		way_memory_write(o->memory, o->plan.memory);
}
