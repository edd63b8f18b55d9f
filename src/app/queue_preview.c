/* SPDX-License-Identifier: Apache-2.0 */
/* The TI under the cursor in full, read behind the movement. Layer app, UI thread; run on the store thread. */
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
};

static void preview_run(struct job *job, void *resource)
{
	struct preview_job *p = (struct preview_job *)job;

	if (resource && store_instance(&p->instance, &p->arena, resource, p->ti) != STATUS_OK)
		p->instance = NULL;
}

static void preview_done(struct job *job)
{
	struct preview_job *p = (struct preview_job *)job;
	struct queue *q = queue_get(p->app);

	q->preview_asked = false;
	if (p->instance) {
		arena_done(&q->preview_arena);
		q->preview_arena = p->arena;
		q->preview = p->instance;
	} else {
		arena_done(&p->arena);
		q->preview = NULL;
	}
	q->preview_key = p->key;
	p->app->dirty = true;
	mem_free(p->ti);
	mem_free(p);
}

/* Urgent, so that it lands in the frame of the key that moved the cursor. */
void queue_preview_ask(struct app *app, struct queue *q)
{
	const struct queue_row *row = queue_current(app);
	struct preview_job *p;

	if (!row || q->preview_asked || app->quit || (q->preview_key == row->key && !q->preview_old))
		return;
	p = mem_zalloc(sizeof(*p));
	p->job = (struct job){ .name = "preview", .run = preview_run, .done = preview_done, .urgent = true };
	p->app = app;
	arena_init(&p->arena);
	p->ti = mem_strdup(row->id);
	p->key = row->key;
	q->preview_asked = true;
	q->preview_old = false;
	app_store_job(app, &p->job);
}

const struct instance *queue_preview(struct app *app)
{
	struct queue *q = queue_get(app);
	const struct queue_row *row = queue_current(app);

	q->preview_shown = true;
	queue_preview_ask(app, q);
	return row && q->preview && q->preview_key == row->key ? q->preview : NULL;
}
