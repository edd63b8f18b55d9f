/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TI under the cursor in full, and its neighbours before the cursor comes to them. Layer app, UI thread; run on
 * the store thread.
 */
#include <string.h>

#include "verdict/base/mem.h"
#include "src/app/queue_priv.h"

struct preview_job {
	struct job job;
	struct app *app;
	struct arena arena;
	char *ti;
	int64_t key;
	struct instance *instance;
	unsigned int age;	/* of the previews when it was asked */
};

static struct preview *slot_of(struct queue *q, int64_t key)
{
	size_t i;

	for (i = 0; i < PREVIEWS; i++)
		if (q->preview[i].key == key && q->preview[i].age == q->preview_age)
			return &q->preview[i];
	return NULL;
}

static void preview_run(struct job *job, void *resource)
{
	struct preview_job *p = (struct preview_job *)job;

	if (resource && store_instance(&p->instance, &p->arena, resource, p->ti) != STATUS_OK)
		p->instance = NULL;
}

static void take(struct queue *q, struct preview_job *p)
{
	struct preview *slot = slot_of(q, p->key);

	if (!slot)
		slot = &q->preview[q->preview_next++ % PREVIEWS];
	arena_done(&slot->arena);
	*slot = (struct preview){ p->key, p->age, p->arena, p->instance };
}

static void preview_done(struct job *job)
{
	struct preview_job *p = (struct preview_job *)job;
	struct app *app = p->app;
	struct queue *q = queue_get(app);
	const struct queue_row *row = queue_current(app);

	q->preview_asked = false;
	take(q, p);
	if (row && row->key == p->key)
		app->dirty = true;
	queue_preview_ask(app, q);
	mem_free(p->ti);
	mem_free(p);
}

static void ask(struct app *app, struct queue *q, const struct queue_row *row, bool urgent)
{
	struct preview_job *p = mem_zalloc(sizeof(*p));

	p->job = (struct job){ .name = "preview", .run = preview_run, .done = preview_done, .urgent = urgent };
	p->app = app;
	arena_init(&p->arena);
	p->ti = mem_strdup(row->id);
	p->key = row->key;
	p->age = q->preview_age;
	q->preview_asked = true;
	app_store_job(app, &p->job);
}

/* The row itself urgently, so that it lands in the frame of its key; then those below and above. */
void queue_preview_ask(struct app *app, struct queue *q)
{
	static const int order[] = { 0, 1, -1 };
	const struct queue_row *row;
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]) && !q->preview_asked && !app->quit; i++) {
		if (order[i] < 0 && q->cursor == 0)
			continue;
		row = queue_row_at(app, q->cursor + (size_t)order[i]);
		if (row && !slot_of(q, row->key))
			ask(app, q, row, order[i] == 0);
	}
}

const struct instance *queue_preview(struct app *app)
{
	struct queue *q = queue_get(app);
	const struct queue_row *row = queue_current(app);
	const struct preview *slot;

	q->preview_shown = true;
	queue_preview_ask(app, q);
	slot = row ? slot_of(q, row->key) : NULL;
	return slot ? slot->instance : NULL;
}

void queue_preview_done(struct queue *q)
{
	size_t i;

	for (i = 0; i < PREVIEWS; i++)
		arena_done(&q->preview[i].arena);
}
