/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways to the hub came to, for people and for the next start. Layer app; the loop's thread. */
#include "src/app/online_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/app/way_test.h"
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

enum way online_picked(const struct online *o)
{
	return o->picked ? o->plan.order[0] : WAY_COUNT;
}

const struct ways_plan *online_plan(const struct online *o)
{
	return &o->plan;
}

void online_target(struct way_target *out, const struct online *o)
{
	*out = (struct way_target){ .base_url = o->peer.base_url, .ca_pem = o->peer.ca_pem, .pin = o->peer.pin,
		.hub_key = sync_hub_key(o->sync) };
}

/* Milliseconds until `w` is tried by itself, -1 where it is not. */
static int64_t retry_of(const struct online *o, enum way w)
{
	int64_t left = o->again_at - clock_boot_ms();
	struct sync_status s;

	if (o->running && o->resting && o->plan.order[0] == w)
		return left > 0 ? left : 0;
	sync_status(&s, o->sync);
	if (o->running && !o->resting && current(o) == w && w == WAY_HTTPS && s.line == SYNC_OFFLINE)
		return s.retry_ms;
	return -1;
}

static void describe_way(struct online_way *out, const struct online *o, enum way w)
{
	size_t i;

	*out = o->ways[w];
	out->set_up = way_set_up(&o->plan, w) && (w != WAY_HTTPS || o->peer.base_url);
	for (i = 0; i < o->n_order; i++)
		out->planned |= o->order[i] == w;
	out->picked = online_picked(o) == w;
	out->in_use = o->running && o->reached && current(o) == w;
	out->trying = o->running && !o->resting && !o->reached && current(o) == w;
	if (w == WAY_HTTPS)
		snprintf(out->address, sizeof(out->address), "%s", o->peer.base_url ? o->peer.base_url : "");
	else
		way_address(out->address, sizeof(out->address), &o->plan, w);
	out->good_at = o->memory[w].good_at;
	out->bad_at = o->memory[w].bad_at;
	out->failure = out->known ? out->failure : o->memory[w].failure;
	if (!out->known)
		memcpy(out->why, o->memory[w].why, sizeof(out->why));
	out->retry_ms = retry_of(o, w);
}

void online_ways(struct online_way out[WAY_COUNT], const struct online *o)
{
	size_t n = 0, i, k;

	for (i = 0; i < o->n_order; i++)
		describe_way(&out[n++], o, o->order[i]);
	for (k = 0; k < WAY_COUNT; k++) {
		for (i = 0; i < n && out[i].way != (enum way)k; i++)
			;
		if (i == n)
			describe_way(&out[n++], o, (enum way)k);
	}
}
