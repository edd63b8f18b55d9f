/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict form: phases, rules, signing, preview, keys. Layer app, UI thread; saving and preview are jobs
 * on the store thread. Two rules guard against decisions nobody meant: keys that were typed before the
 * complete form was on the screen are thrown away, and a change must have been painted before it is signed.
 */
#include "verdict/app/verdict.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/evidence.h"
#include "verdict/base/mem.h"
#include "verdict/model/rules.h"

struct peek_job {
	struct job job;
	struct app *app;
	char *ti;
	bool preview;		/* else the number alone */
	struct record rec;
	struct arena arena;
	const char *json;
	uint64_t number;
	enum status code;
	char why[256];
};

struct verdict_state *verdict_of(struct app *app)
{
	return screen_state(app, SCREEN_VERDICT);
}

static void check_rules(struct app *app, struct verdict_state *st)
{
	struct instance_state *inst = instance_of(app);
	enum status code;

	st->rule[0] = '\0';
	if (!app->me) {
		st->blocked = true;
		snprintf(st->rule, sizeof(st->rule), "join an event first: verdict join FILE");
		return;
	}
	/* With a reason and an outcome nothing but a real bar is left. */
	code = rules_verdict(&st->correction, inst->in, app->me, OUTCOME_VERIFIED, "-");
	st->blocked = code == STATUS_DENIED;
	if (!st->blocked && inst->draft.outcome != OUTCOME_NONE)
		code = rules_verdict(&st->correction, inst->in, app->me, inst->draft.outcome,
			editor_text(&inst->draft.reason));
	else if (!st->blocked)
		code = STATUS_OK;
	if (code)
		snprintf(st->rule, sizeof(st->rule), "%s", status_message());
}

static void peek_run(struct job *job, void *resource)
{
	struct peek_job *j = (struct peek_job *)job;
	struct journal_row *rows;
	size_t n;

	if (j->preview) {
		j->code = store_preview(&j->json, &j->arena, resource, &j->rec);
	} else {
		j->code = store_journal_page(&rows, &n, &j->arena, resource, 0, 1, -1);
		if (!j->code)
			j->number = n ? rows[0].n + 1 : 1;
	}
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

/* Indented for reading; what is signed are the bytes in one line. */
static const char *pretty(struct arena *a, const char *json)
{
	json_t *root = json_loads(json, 0, NULL);
	char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_ENSURE_ASCII * 0) : NULL;
	const char *out = text ? arena_str(a, text) : json;

	free(text);
	json_decref(root);
	return out;
}

static void peek_done(struct job *job)
{
	struct peek_job *j = (struct peek_job *)job;
	struct instance_state *inst = instance_of(j->app);
	struct verdict_state *st = verdict_of(j->app);

	if (inst->ti && strcmp(inst->ti, j->ti) == 0) {
		if (j->code) {
			st->preview = false;
			app_message(j->app, MESSAGE_ERROR, "%s", j->why);
		} else if (j->preview) {
			arena_done(&st->preview_arena);
			st->preview_arena = j->arena;
			arena_init(&j->arena);
			st->json = pretty(&st->preview_arena, j->json);
		} else {
			st->number = j->number;
		}
		j->app->dirty = true;
	}
	arena_done(&j->arena);
	mem_free(j->ti);
	mem_free(j);
}

static void peek(struct app *app, bool preview)
{
	struct instance_state *inst = instance_of(app);
	struct peek_job *j = mem_zalloc(sizeof(*j));

	j->job.name = preview ? "preview record" : "next record number";
	j->job.run = peek_run;
	j->job.done = peek_done;
	j->job.urgent = true;
	j->app = app;
	j->preview = preview;
	j->ti = mem_strdup(inst->ti);
	arena_init(&j->arena);
	if (preview)
		draft_record(&j->rec, &j->arena, &inst->draft, inst->in, app->me->id,
			verdict_of(app)->correction);
	app_store_job(app, &j->job);
}

/* Complete: from the next frame on keys decide. */
static void ready(struct app *app, struct verdict_state *st)
{
	st->phase = VERDICT_EDIT;
	st->ready_paint = st->change_paint = app->paint;
	check_rules(app, st);
	app_guard(app);
	peek(app, false);
}

void verdict_loaded(struct app *app)
{
	struct verdict_state *st = verdict_of(app);

	if (st->phase == VERDICT_READING && instance_of(app)->in)
		ready(app, st);
	else if (st->phase == VERDICT_EDIT)
		check_rules(app, st);
}

enum status verdict_open(struct app *app, const char *ti)
{
	struct verdict_state *st = verdict_of(app);
	struct instance_state *inst = instance_of(app);

	if (!ti)
		ti = app_where(app);
	if (!ti)
		return status_set(STATUS_USAGE, "put the cursor on a test instance first");
	st->phase = VERDICT_READING;
	st->field = FIELD_OUTCOME;
	st->step = st->item = st->item_top = 0;
	st->preview = st->picking = false;
	st->failed[0] = st->saved_at[0] = '\0';
	st->number = 0;
	/* What is on the screen now counts as looked at in this very form. */
	if (app->state[SCREEN_EVIDENCE])
		evidence_mark_looked(app, evidence_of(app));
	if (!inst->ti || strcmp(inst->ti, ti) != 0)
		instance_open(app, ti);
	else
		instance_load(app);
	if (!screen_open(app, SCREEN_INSTANCE))
		screen_push(app, SCREEN_INSTANCE);
	screen_push(app, SCREEN_VERDICT);
	return STATUS_OK;
}

enum status verdict_may_edit(struct app *app)
{
	struct verdict_state *st = verdict_of(app);

	if (screen_top(app) != SCREEN_VERDICT)
		return status_set(STATUS_USAGE, "open the verdict form first");
	if (st->phase == VERDICT_READING || app->paint == st->ready_paint)
		return status_set(STATUS_AGAIN, "the form was not on the screen yet: nothing decided");
	if (st->phase == VERDICT_SAVING)
		return status_set(STATUS_AGAIN, "saving; please wait");
	if (st->phase == VERDICT_SAVED)
		return status_set(STATUS_DENIED, "this verdict is saved; n goes to the next in the queue");
	if (st->blocked)
		return status_set(STATUS_DENIED, "%s", st->rule);
	return STATUS_OK;
}

void verdict_changed(struct app *app)
{
	struct verdict_state *st = verdict_of(app);

	st->change_paint = app->paint;
	st->failed[0] = '\0';
	st->json = NULL;
	st->preview = false;
	check_rules(app, st);
	instance_draft_changed(app);
}

static void saved(struct app *app, const struct saving_result *r, void *data)
{
	struct verdict_state *st = verdict_of(app);
	struct instance_state *inst = instance_of(app);

	(void)data;
	if (r->code && !r->saved.n) {
		st->phase = VERDICT_EDIT;
		saving_sentence(st->failed, sizeof(st->failed), r);
		app_message(app, MESSAGE_ERROR, "%s", st->failed);
		return;
	}
	st->phase = VERDICT_SAVED;
	clock_format_time(st->saved_at, r->saved.at, app->tz_min);
	draft_reset(&inst->draft, inst->draft.ti);
	inst->draft_dirty = inst->draft_found = false;
	if (app->loop)
		loop_cancel(app->loop, &inst->draft_timer);
	if (r->code) {
		saving_sentence(st->failed, sizeof(st->failed), r);
		app_message(app, MESSAGE_WARNING, "%s", st->failed);
	} else {
		app_message(app, MESSAGE_DONE, "saved %s %s %s %s n next in queue", st->saved_at, DOT(app),
			saving_fate(st->fate, sizeof(st->fate), app), DOT(app));
	}
}

enum status verdict_sign(struct app *app)
{
	struct verdict_state *st = verdict_of(app);
	struct instance_state *inst = instance_of(app);
	enum status code = verdict_may_edit(app);
	struct record rec;
	struct arena a;

	if (code)
		return code;
	if (app->paint == st->change_paint && st->change_paint != st->ready_paint)
		return status_set(STATUS_AGAIN, "not signed: the last change was not on the screen yet; again");
	if (inst->draft.outcome == OUTCOME_NONE)
		return status_set(STATUS_USAGE, "choose an outcome first: 1 verified, 2 partially verified, 3 failed");
	check_rules(app, st);
	if (st->rule[0]) {
		verdict_of(app)->field = FIELD_REASON;
		return status_set(STATUS_USAGE, "%s", st->rule);
	}
	arena_init(&a);
	draft_record(&rec, &a, &inst->draft, inst->in, app->me->id, st->correction);
	st->phase = VERDICT_SAVING;
	st->saved_outcome = inst->draft.outcome;
	st->failed[0] = '\0';
	saving_post(app, &a, &rec, "verdict", saved, NULL);
	return STATUS_OK;
}

enum status verdict_preview(struct app *app)
{
	struct verdict_state *st = verdict_of(app);
	enum status code;

	if (st->preview) {
		st->preview = false;
		return STATUS_OK;
	}
	code = verdict_may_edit(app);
	if (code)
		return code;
	if (instance_of(app)->draft.outcome == OUTCOME_NONE)
		return status_set(STATUS_USAGE, "choose an outcome first, then see what you will sign");
	st->preview = true;
	st->preview_top = 0;
	st->json = NULL;
	peek(app, true);
	return STATUS_OK;
}

void verdict_field_next(struct app *app, int by)
{
	struct verdict_state *st = verdict_of(app);
	const struct instance *in = instance_of(app)->in;
	int i, f = (int)st->field;

	if (!in)
		return;
	for (i = 0; i < FIELD_COUNT; i++) {
		f = (f + by + FIELD_COUNT) % FIELD_COUNT;
		if (!(f == FIELD_STEPS && in->n_steps == 0) && !(f == FIELD_ITEMS && in->n_items == 0))
			break;
	}
	st->field = (enum verdict_field)f;
	app->dirty = true;
}
