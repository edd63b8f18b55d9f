/* SPDX-License-Identifier: Apache-2.0 */
/* Work on the store: made here, done where the store lives, ended here. Layer sync. */
#include <stdio.h>
#include "sync_priv.h"
#include "verdict/base/mem.h"

static void copy_state(struct sync *s, const struct sync_state *from)
{
	arena_done(&s->about);
	arena_init(&s->about);
	s->state = *from;
	s->state.event = arena_str(&s->about, from->event);
	s->state.replica = arena_str(&s->about, from->replica);
	s->state.hub_url = arena_str(&s->about, from->hub_url);
	s->state.hub = arena_str(&s->about, from->hub);
	s->state.conflict = arena_str(&s->about, from->conflict);
	s->has_state = true;
	if (from->head > s->head)
		s->head = from->head;
}

static void on_store(struct sync_job *base, struct store *st)
{
	struct job *j = (struct job *)base;

	j->code = j->work ? j->work(j, st) : STATUS_OK;
	if (j->code != STATUS_OK)
		snprintf(j->message, sizeof(j->message), "%s", status_message());
	if (j->wants_state && store_sync_state(&j->state, &j->a, st) != STATUS_OK)
		j->wants_state = false;
}

static void on_done(struct sync_job *base)
{
	struct job *j = (struct job *)base;
	struct sync *s = j->s;

	s->jobs--;
	if (!j->work)
		s->loading = false;
	if (j->wants_state) {
		copy_state(s, &j->state);
		s->port.changed(s->port.data, SYNC_CHANGED_LINE);
	}
	if (s->running && j->then)
		j->then(s, j);
	buf_done(&j->in);
	buf_done(&j->out);
	arena_done(&j->a);
	mem_free(j);
	sync_step(s);
}

struct job *job_new(struct sync *s, enum status (*work)(struct job *j, struct store *st),
	void (*then)(struct sync *s, struct job *j))
{
	struct job *j = mem_zalloc(sizeof(*j));

	j->base.work = on_store;
	j->base.done = on_done;
	j->s = s;
	j->work = work;
	j->then = then;
	buf_init(&j->in, FEED_PAGE_MAX);
	buf_init(&j->out, BATCH_BYTES_MAX);
	arena_init(&j->a);
	return j;
}

void job_run(struct job *j)
{
	j->s->jobs++;
	j->s->port.run(j->s->port.data, &j->base);
}

/* One question at a time is enough. */
void state_load(struct sync *s)
{
	struct job *j;

	if (s->loading)
		return;
	s->loading = true;
	j = job_new(s, NULL, NULL);
	j->wants_state = true;
	job_run(j);
}
