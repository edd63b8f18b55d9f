/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test instance on screen: loading it, its draft, cursor and folds. Layer app, UI thread; everything
 * from disk comes by jobs on the store thread.
 */
#include "verdict/app/instance.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/findings.h"
#include "verdict/app/verdict.h"
#include "verdict/base/mem.h"

#define DRAFT_KEEP_MS 300
#define READY_MS 60	/* after the TI is shown */
#define DRAFT_TEXT_MAX 65536
#define REGISTER_MAX 8000

struct load_job {
	struct job job;
	struct app *app;
	unsigned int load;
	char *ti;
	struct arena arena;
	struct instance *in;
	const char *draft;
	enum status code;
	char why[256];
};
struct draft_job {
	struct job job;
	struct app *app;
	char *ti, *text;
	enum status code;
	char why[256];
};

struct instance_state *instance_of(struct app *app)
{
	return screen_state(app, SCREEN_INSTANCE);
}

static void load_run(struct job *job, void *resource)
{
	struct load_job *j = (struct load_job *)job;

	j->code = store_instance(&j->in, &j->arena, resource, j->ti);
	if (!j->code)
		j->code = store_draft_get(&j->draft, &j->arena, resource, j->ti);
	if (j->code == STATUS_NOT_FOUND && j->in)
		j->code = STATUS_OK;
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

/* A draft being written is newer than what the store holds: only a TI just opened takes the store's. */
static void take_draft(struct instance_state *st, const struct load_job *j)
{
	if (st->draft.ti && strcmp(st->draft.ti, j->ti) == 0)
		return;
	if (draft_parse(&st->draft, j->ti, j->draft))
		app_status(st->app, STATUS_INVALID);
	st->draft_found = !draft_is_empty(&st->draft);
}

/* A TI with evidence is shown: starting the reader takes longer than opening an item in it. */
static void make_ready(void *data)
{
	reader_prepare(app_reader(data));
}

static void load_take(struct instance_state *st, struct load_job *j)
{
	bool first = !st->in;

	st->loading = false;
	if (j->code) {
		snprintf(st->trouble, sizeof(st->trouble), "%s", j->why);
		return;
	}
	arena_done(&st->arena);
	st->arena = j->arena;
	arena_init(&j->arena);
	st->in = j->in;
	st->trouble[0] = '\0';
	st->changed = false;
	take_draft(st, j);
	instance_relayout(st);
	findings_loaded(st->app);
	if (st->in->n_evidence && st->app->loop && !st->ready_timer)
		loop_after(st->app->loop, &st->ready_timer, READY_MS, "start the reader", make_ready, st->app);
	if (first && st->draft_found)
		app_message(st->app, MESSAGE_NOTE,
			"a draft of yours is here: v goes on with it, :discard forgets it");
	if (screen_open(st->app, SCREEN_VERDICT))
		verdict_loaded(st->app);
}

static void load_done(struct job *job)
{
	struct load_job *j = (struct load_job *)job;
	struct instance_state *st = instance_of(j->app);

	if (st && j->load == st->load && !job->cancelled) {
		load_take(st, j);
		j->app->dirty = true;
	}
	arena_done(&j->arena);
	mem_free(j->ti);
	mem_free(j);
}

void instance_load(struct app *app)
{
	struct instance_state *st = instance_of(app);
	struct load_job *j;

	if (!st->ti)
		return;
	j = mem_zalloc(sizeof(*j));
	j->job.name = "load test instance";
	j->job.run = load_run;
	j->job.done = load_done;
	j->job.urgent = true;
	j->app = app;
	j->ti = mem_strdup(st->ti);
	j->load = ++st->load;
	arena_init(&j->arena);
	st->loading = true;
	app->dirty = true;
	app_store_job(app, &j->job);
}

void instance_open(struct app *app, const char *ti)
{
	struct instance_state *st = instance_of(app);

	if (!st->ti || strcmp(st->ti, ti) != 0) {
		instance_draft_keep(app);
		mem_free(st->ti);
		st->ti = mem_strdup(ti);
		st->in = NULL;
		st->trouble[0] = '\0';
		draft_reset(&st->draft, NULL);
		st->draft_found = false;
		st->cursor = st->top = 0;
		instance_relayout(st);
		instance_load(app);
	}
	screen_push(app, SCREEN_INSTANCE);
}

static void draft_run(struct job *job, void *resource)
{
	struct draft_job *j = (struct draft_job *)job;

	j->code = store_draft_set(resource, j->ti, j->text);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static void draft_done_job(struct job *job)
{
	struct draft_job *j = (struct draft_job *)job;

	if (j->code)
		app_message(j->app, MESSAGE_WARNING, "the draft on %s is not kept: %s", j->ti, j->why);
	mem_free(j->ti);
	mem_free(j->text);
	mem_free(j);
}

static void draft_post(struct app *app, const char *ti, char *text)
{
	struct draft_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "keep draft";
	j->job.run = draft_run;
	j->job.done = draft_done_job;
	j->job.urgent = true;
	j->app = app;
	j->ti = mem_strdup(ti);
	j->text = text;
	app_store_job(app, &j->job);
}

static void keep(struct app *app, struct instance_state *st)
{
	struct buf text;

	if (app->loop)
		loop_cancel(app->loop, &st->draft_timer);
	if (!st->draft_dirty || !st->draft.ti || !app->store)
		return;
	st->draft_dirty = false;
	buf_init(&text, DRAFT_TEXT_MAX);
	if (!draft_is_empty(&st->draft) && draft_format(&text, &st->draft))
		app_message(app, MESSAGE_WARNING, "the draft on %s is too long to be kept", st->draft.ti);
	else
		draft_post(app, st->draft.ti, text.len ? buf_take(&text) : NULL);
	buf_done(&text);
}

void instance_draft_keep(struct app *app)
{
	keep(app, instance_of(app));
}

static void draft_due(void *data)
{
	instance_draft_keep(data);
}

void instance_draft_changed(struct app *app)
{
	struct instance_state *st = instance_of(app);

	st->draft_dirty = true;
	app->dirty = true;
	instance_relayout(st);
	if (!app->loop)
		return;
	loop_cancel(app->loop, &st->draft_timer);
	loop_after(app->loop, &st->draft_timer, DRAFT_KEEP_MS, "keep draft", draft_due, app);
}

void instance_draft_discard(struct app *app)
{
	struct instance_state *st = instance_of(app);

	if (!st->draft.ti)
		return;
	draft_reset(&st->draft, st->draft.ti);
	st->draft_found = false;
	instance_draft_changed(app);
	instance_draft_keep(app);
}

void instance_yank(struct app *app, const char *what, const char *text, size_t len)
{
	struct instance_state *st = instance_of(app);

	mem_free(st->reg);
	st->reg = mem_strndup(text, len < REGISTER_MAX ? len : REGISTER_MAX);
	app_message(app, MESSAGE_NOTE, "copied %s: %s (Ctrl-Y puts it into a reason)", what, st->reg);
}

const char *instance_yanked(struct app *app)
{
	const char *reg = instance_of(app)->reg;

	return reg ? reg : "";
}

enum item_state instance_item_state(const struct instance_state *st, size_t i)
{
	return draft_tick_state(&st->draft, st->in->items[i].item.id, st->in->items[i].state);
}

/* The copy is ours to change; the record that a verdict becomes takes ticks from it. */
void instance_prove(struct instance_state *st, size_t i)
{
	struct instance_item *it = &((struct instance *)st->in)->items[i];

	it->state = ITEM_TICKED;
	it->by = "check";
}

/* Enter: what the line under the cursor is for. */
static enum status open_line(struct app *app, void *state)
{
	const struct instance_line *l = instance_line_at(state);
	char line[64];

	if (!l)
		return STATUS_OK;
	if (l->part == PART_EVIDENCE)
		snprintf(line, sizeof(line), "evidence %d", l->index + 1);
	else if (l->part == PART_STEP)
		snprintf(line, sizeof(line), "evidence step");
	else if (l->part == PART_ITEM)
		snprintf(line, sizeof(line), "tick");
	else if (l->part == PART_FOLD)
		snprintf(line, sizeof(line), "fold-section");
	else
		return STATUS_OK;
	return command_run(app, line);
}

static void offer_run(struct job *job, void *resource)
{
	struct load_job *j = (struct load_job *)job;

	j->code = resource ? store_draft_last(&j->draft, &j->arena, resource) : STATUS_NOT_FOUND;
}

static void offer_done(struct job *job)
{
	struct load_job *j = (struct load_job *)job;

	if (!j->code && !j->app->message[0])
		app_message(j->app, MESSAGE_NOTE, "a draft on %s is waiting: open %s goes on with it", j->draft,
			j->draft);
	arena_done(&j->arena);
	mem_free(j);
}

void instance_offer_draft(struct app *app)
{
	struct load_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "offer draft";
	j->job.run = offer_run;
	j->job.done = offer_done;
	j->app = app;
	arena_init(&j->arena);
	app_store_job(app, &j->job);
}

static void *init(struct app *app)
{
	struct instance_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	arena_init(&st->arena);
	draft_init(&st->draft);
	st->folded[INSTANCE_FOLD_TEXT] = true;
	return st;
}

static void done(struct app *app, void *state)
{
	struct instance_state *st = state;

	if (app->loop)
		loop_cancel(app->loop, &st->ready_timer);
	keep(app, st);
	draft_done(&st->draft);
	arena_done(&st->arena);
	vec_done(&st->lines);
	mem_free(st->ti);
	mem_free(st->reg);
	mem_free(st);
}

static void enter(struct app *app, void *state)
{
	struct instance_state *st = state;

	if (st->ti && (st->changed || (!st->in && !st->loading)))
		instance_load(app);
}

static bool leave(struct app *app, void *state)
{
	(void)state;
	instance_draft_keep(app);
	return true;
}

static void changed(struct app *app, void *state)
{
	struct instance_state *st = state;

	st->changed = true;
	if (st->ti)
		instance_load(app);
}

static const char *where(struct app *app, void *state)
{
	(void)app;
	return ((struct instance_state *)state)->ti;
}

const struct screen screen_instance = {
	.name = "instance",
	.title = "Test instance",
	.init = init,
	.done = done,
	.enter = enter,
	.leave = leave,
	.changed = changed,
	.where = where,
	.move = instance_move,
	.open = open_line,
};
