/* SPDX-License-Identifier: Apache-2.0 */
/* Filter as you type, away from the painter. Layer app; `run` halves on the worker's thread, the rest UI thread. */
#include "verdict/app/filter_desk.h"

#include <stdlib.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/base/mem.h"
#include "verdict/model/filter.h"

#define NOWHERE UINT32_MAX

struct desk {
	struct filter_index index;
	int64_t *order;		/* the queue's keys in order */
	size_t n_order;
	uint32_t *rank;		/* index row -> place in `order`, or NOWHERE */
	size_t n_ranked;	/* rows of the index ranked so far */
	struct place *places;	/* `order` sorted by key */
	char *expr;		/* of the last answer */
	uint32_t *hits;		/* its rows */
	size_t n_hits;
};

struct place { int64_t key; uint32_t at; };

void *filter_desk_start(void *data)
{
	struct desk *d = mem_zalloc(sizeof(*d));

	(void)data;
	filter_index_init(&d->index);
	return d;
}

static void forget_answer(struct desk *d)
{
	mem_free(d->expr);
	mem_free(d->hits);
	d->expr = NULL;
	d->hits = NULL;
	d->n_hits = 0;
}

void filter_desk_stop(void *resource)
{
	struct desk *d = resource;

	forget_answer(d);
	filter_index_done(&d->index);
	mem_free(d->order);
	mem_free(d->rank);
	mem_free(d->places);
	mem_free(d);
}

struct desk_job {
	struct job job;
	struct app *app;
	struct arena arena;
	struct queue_row *rows;
	int64_t *keys;
	size_t n;
	char *expr;
	filter_answer_cb cb;
	void *data;
};

static struct desk_job *job_new(struct app *app, const char *name, void (*run)(struct job *, void *))
{
	struct desk_job *j = mem_zalloc(sizeof(*j));

	j->job.name = name;
	j->job.run = run;
	j->app = app;
	arena_init(&j->arena);
	return j;
}

static void job_free(struct job *job)
{
	struct desk_job *j = (struct desk_job *)job;

	arena_done(&j->arena);
	mem_free(j->keys);
	mem_free(j->expr);
	mem_free(j);
}

static void post(struct desk_job *j)
{
	if (!j->job.done)
		j->job.done = job_free;
	app_work_job(j->app, &j->job);
}

static void clear_run(struct job *job, void *resource)
{
	struct desk *d = resource;

	(void)job;
	forget_answer(d);
	filter_index_done(&d->index);
	filter_index_init(&d->index);
	d->n_ranked = 0;
}

void filter_desk_clear(struct app *app)
{
	post(job_new(app, "filter clear", clear_run));
}

static void add_run(struct job *job, void *resource)
{
	struct desk_job *j = (struct desk_job *)job;
	struct desk *d = resource;
	size_t i;

	for (i = 0; i < j->n; i++)
		filter_index_add(&d->index, &j->rows[i]);
	forget_answer(d);
}

void filter_desk_add(struct app *app, struct arena *rows_arena, struct queue_row *rows, size_t n)
{
	struct desk_job *j = job_new(app, "filter index", add_run);

	j->arena = *rows_arena;
	arena_init(rows_arena);
	j->rows = rows;
	j->n = n;
	post(j);
}

static int by_key(const void *a, const void *b)
{
	int64_t x = ((const struct place *)a)->key, y = ((const struct place *)b)->key;

	return x < y ? -1 : x > y;
}

static void order_run(struct job *job, void *resource)
{
	struct desk_job *j = (struct desk_job *)job;
	struct desk *d = resource;
	size_t i;

	mem_free(d->order);
	mem_free(d->places);
	d->order = j->keys;
	d->n_order = j->n;
	j->keys = NULL;
	d->places = mem_array(d->n_order + 1, sizeof(*d->places));
	for (i = 0; i < d->n_order; i++)
		d->places[i] = (struct place){ d->order[i], (uint32_t)i };
	qsort(d->places, d->n_order, sizeof(*d->places), by_key);
	d->n_ranked = 0;
	forget_answer(d);
}

void filter_desk_order(struct app *app, const int64_t *keys, size_t n)
{
	struct desk_job *j = job_new(app, "filter order", order_run);

	j->keys = mem_array(n + 1, sizeof(*keys));
	memcpy(j->keys, keys, n * sizeof(*keys));
	j->n = n;
	j->job.urgent = true;	/* before any question that is asked after it */
	post(j);
}

static void rank_rows(struct desk *d)
{
	const struct place *p;
	struct place key;
	size_t i;

	if (d->n_ranked == d->index.count)
		return;
	d->rank = mem_realloc(d->rank, d->index.count + 1, sizeof(*d->rank));
	for (i = d->n_ranked; i < d->index.count; i++) {
		key.key = d->index.keys[i];
		p = bsearch(&key, d->places, d->n_order, sizeof(key), by_key);
		d->rank[i] = p ? p->at : NOWHERE;
	}
	d->n_ranked = d->index.count;
}

/* Only plain words: with one more letter they match less, never more. */
static bool narrows(const struct desk *d, const char *expr)
{
	return d->expr && strncmp(expr, d->expr, strlen(d->expr)) == 0 && !strpbrk(expr, "-:\"");
}

/* Hits in the order of the queue: mark the places, then walk them. */
static void put_in_order(struct desk_job *j, const struct desk *d)
{
	unsigned char *hit = mem_zalloc(d->n_order / 8 + 1);
	size_t i, at;

	j->keys = mem_array(d->n_hits + 1, sizeof(*j->keys));
	for (i = 0; i < d->n_hits; i++) {
		at = d->rank[d->hits[i]];
		if (at != NOWHERE)
			hit[at / 8] |= (unsigned char)(1u << (at % 8));
	}
	for (at = 0; at < d->n_order; at++)
		if (hit[at / 8] == 0)
			at |= 7;
		else if (hit[at / 8] & (1u << (at % 8)))
			j->keys[j->n++] = d->order[at];
	mem_free(hit);
}

static void filter_run_job(struct job *job, void *resource)
{
	struct desk_job *j = (struct desk_job *)job;
	struct desk *d = resource;
	struct filter *f;
	uint32_t *rows;
	size_t n;
	bool narrow = narrows(d, j->expr);

	rank_rows(d);
	f = filter_compile(j->expr);
	rows = mem_array(d->index.count + 1, sizeof(*rows));
	n = filter_run(rows, &d->index, f, narrow ? d->hits : NULL, narrow ? d->n_hits : 0, NULL);
	filter_free(f);
	forget_answer(d);
	d->hits = mem_realloc(rows, n + 1, sizeof(*rows));
	d->n_hits = n;
	d->expr = mem_strdup(j->expr);
	put_in_order(j, d);
}

static void answer(struct job *job)
{
	struct desk_job *j = (struct desk_job *)job;
	int64_t *keys = j->keys;

	j->keys = NULL;
	j->cb(j->app, keys, j->n, j->data);
	job_free(job);
}

void filter_desk_run(struct app *app, const char *expr, filter_answer_cb cb, void *data)
{
	struct desk_job *j = job_new(app, "filter", filter_run_job);

	j->expr = mem_strdup(expr);
	j->cb = cb;
	j->data = data;
	j->job.urgent = true;
	j->job.done = answer;
	post(j);
}
