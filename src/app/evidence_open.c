/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening an item of evidence and closing it: the descriptor comes from the store thread, the reader takes it
 * from there; an item that was on the screen is noted as looked at. Layer app, UI thread.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence_priv.h"
#include "verdict/app/online.h"
#include "verdict/base/mem.h"
#include "verdict/store/blob.h"
#include "verdict/store/save.h"

struct open_job {
	struct job job;
	struct app *app;
	struct digest sha256;
	unsigned int opened;
	int fd;
	enum status code;
	char why[256];
};
struct looked_job {
	struct job job;
	struct app *app;
	char *ti;
	struct digest sha256;
	enum status code;
};

/* As at the beginning of a document. */
static void from_the_top(struct evidence_state *st)
{
	memset(st->place, 0, sizeof(st->place));
	st->rows.n = 0;
	st->rows.from = 0;
	st->hscroll = 0;
	st->view = st->anchor_view = VIEW_OUTLINE;
	st->anchor_row = UINT64_MAX;
	st->path_row = UINT64_MAX;
	st->path[0] = st->why[0] = st->trouble[0] = st->summary[0] = st->trail[0] = st->says[0] = st->encoding[0] = '\0';
	st->beside = 0;
	evidence_picture_reset(st);
	st->has_report = false;
	st->finding = SIZE_MAX;
}

void evidence_take_info(struct evidence_state *st, enum status code, const struct reader_info *info)
{
	int v;

	from_the_top(st);
	st->phase = LOOK_READY;
	snprintf(st->trail, sizeof(st->trail), "%s", info->trail ? info->trail : "");
	st->info = *info;
	snprintf(st->summary, sizeof(st->summary), "%s", info->summary ? info->summary : "");
	snprintf(st->trouble, sizeof(st->trouble), "%s", info->trouble ? info->trouble :
		code ? status_message() : "");
	st->info.summary = st->summary;
	st->info.trouble = st->trouble;
	st->info.trail = st->trail;
	snprintf(st->encoding, sizeof(st->encoding), "%s", info->encoding ? info->encoding : "");
	st->info.encoding = st->encoding;
	for (v = 0; v < VIEW_COUNT; v++)
		st->place[v].total = info->rows[v];
	/* Without an outline the bytes are still there; raw shows them untranslated. */
	if (info->rows[VIEW_OUTLINE] == 0)
		st->view = st->encoding[0] ? VIEW_PRETTY : info->kind == EVIDENCE_UNKNOWN ? VIEW_HEX : VIEW_RAW;
	evidence_window(st, st->page, st->width);
	evidence_ask_report(st);
}

static void opened(enum status code, const struct reader_info *info, void *data)
{
	struct evidence_state *st = data;

	st->app->dirty = true;
	if (info) {
		evidence_take_info(st, code, info);
		return;
	}
	st->phase = LOOK_FAILED;
	snprintf(st->why, sizeof(st->why), "could not be read: %s",
		code ? status_message() : "the reader gave no answer");
}

static void open_run(struct job *job, void *resource)
{
	struct open_job *j = (struct open_job *)job;

	j->code = blob_open(&j->fd, resource, &j->sha256);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static void open_done(struct job *job)
{
	struct open_job *j = (struct open_job *)job;
	struct evidence_state *st = evidence_of(j->app);

	if (j->opened != st->opened) {
		if (!j->code)
			close(j->fd);
		mem_free(j);
		return;
	}
	if (j->code) {
		st->phase = j->code == STATUS_NOT_FOUND ? LOOK_NOT_HERE : LOOK_FAILED;
		snprintf(st->why, sizeof(st->why), "%s", j->why);
	} else {
		st->item.here = true;
		reader_open(app_reader(j->app), j->fd, EVIDENCE_UNKNOWN, opened, st);
		close(j->fd);
	}
	j->app->dirty = true;
	mem_free(j);
}

static void start(struct app *app, struct evidence_state *st)
{
	struct open_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "open evidence";
	j->job.run = open_run;
	j->job.done = open_done;
	j->job.urgent = true;
	j->app = app;
	j->sha256 = st->item.sha256;
	j->opened = ++st->opened;
	j->fd = -1;
	app_store_job(app, &j->job);
}

static void looked_run(struct job *job, void *resource)
{
	struct looked_job *j = (struct looked_job *)job;

	j->code = store_looked(resource, j->ti, &j->sha256);
}

static void looked_done(struct job *job)
{
	struct looked_job *j = (struct looked_job *)job;
	struct instance_state *inst = instance_of(j->app);

	if (!j->code && inst->ti && strcmp(inst->ti, j->ti) == 0) {
		/* Whoever lists what was looked at shows it at once, or when it is shown again. */
		inst->changed = true;
		if (screen_top(j->app) == SCREEN_INSTANCE || screen_top(j->app) == SCREEN_VERDICT)
			instance_load(j->app);
	}
	mem_free(j->ti);
	mem_free(j);
}

void evidence_mark_looked(struct app *app, struct evidence_state *st)
{
	struct looked_job *j;

	if (st->looked || st->phase != LOOK_READY || st->rows.n == 0 || app->paint == st->paint)
		return;
	st->looked = true;
	if (st->item.looked)
		return;
	j = mem_zalloc(sizeof(*j));
	j->job.name = "looked at";
	j->job.run = looked_run;
	j->job.done = looked_done;
	j->job.urgent = true;	/* before the form that lists it is read */
	j->app = app;
	j->ti = mem_strdup(st->ti);
	j->sha256 = st->item.sha256;
	app_store_job(app, &j->job);
}

static void forget(struct app *app, struct evidence_state *st)
{
	if (app->loop)
		loop_cancel(app->loop, &st->looked_timer);
	evidence_mark_looked(app, st);
	if (app->reader)
		reader_cancel(app->reader);
	st->opened++;
	st->asking = st->jumping = st->path_asking = st->report_asking = st->picture.asking = false;
	st->ways.len = 0;
	st->way_due = false;
}

static void take_item(struct evidence_state *st, const struct instance *in, unsigned int n)
{
	const struct evidence_item *e = &in->evidence[n - 1];

	arena_reset(&st->item_arena);
	st->item = *e;
	st->item.name = arena_str(&st->item_arena, e->name ? e->name : "");
	st->item.kind = arena_str(&st->item_arena, e->kind ? e->kind : "");
	st->item.url = arena_str(&st->item_arena, e->url ? e->url : "");
	mem_free(st->ti);
	st->ti = mem_strdup(in->row.id);
	st->n = n;
	st->count = (unsigned int)in->n_evidence;
}

enum status evidence_show(struct app *app, unsigned int n)
{
	struct evidence_state *st = evidence_of(app);
	const struct instance *in = instance_of(app)->in;

	if (!in)
		return status_set(STATUS_AGAIN, "the test instance is still being read");
	if (in->n_evidence == 0)
		return status_set(STATUS_NOT_FOUND, "%s has no evidence yet", in->row.id);
	if (n < 1 || n > in->n_evidence)
		return status_set(STATUS_NOT_FOUND, "%s has evidence 1 to %zu", in->row.id, in->n_evidence);
	if (!(st->ti && strcmp(st->ti, in->row.id) == 0 && st->n == n && st->phase == LOOK_READY &&
	    digest_equal(&st->item.sha256, &in->evidence[n - 1].sha256))) {
		forget(app, st);
		take_item(st, in, n);
		from_the_top(st);
		st->looked = false;
		st->n_own = 0;
		st->phase = st->item.here ? LOOK_OPENING : LOOK_NOT_HERE;
		if (st->item.here)
			start(app, st);
		else if (app->online)	/* before anything that nobody looks at */
			sync_fetch(online_sync(app->online), &st->item.sha256);
		evidence_load_own(app);
	}
	screen_push(app, SCREEN_EVIDENCE);
	app->dirty = true;
	return STATUS_OK;
}

enum status evidence_step(struct app *app, int by)
{
	struct evidence_state *st = evidence_of(app);

	if (st->n == 0)
		return status_set(STATUS_NOT_FOUND, "no evidence is open");
	if ((int)st->n + by < 1 || (int)st->n + by > (int)st->count)
		return status_set(STATUS_NOT_FOUND, by > 0 ? "that was the last item" : "that was the first item");
	return evidence_show(app, (unsigned int)((int)st->n + by));
}

static void *init(struct app *app)
{
	struct evidence_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	arena_init(&st->item_arena);
	arena_init(&st->rows.arena);
	arena_init(&st->report_arena);
	arena_init(&st->own_arena);
	arena_init(&st->picture.arena);
	st->finding = SIZE_MAX;
	return st;
}

static void done(struct app *app, void *state)
{
	struct evidence_state *st = state;

	if (app->loop)
		loop_cancel(app->loop, &st->looked_timer);
	if (app->reader)
		reader_cancel(app->reader);
	arena_done(&st->item_arena);
	arena_done(&st->rows.arena);
	arena_done(&st->report_arena);
	arena_done(&st->own_arena);
	arena_done(&st->picture.arena);
	vec_done(&st->ways);
	mem_free(st->pattern);
	mem_free(st->ti);
	mem_free(st);
}

static void enter(struct app *app, void *state)
{
	(void)app, (void)state;
}

/* Esc first stops what is on its way; then it leaves. */
static bool leave(struct app *app, void *state)
{
	evidence_mark_looked(app, state);
	return true;
}

static const char *where(struct app *app, void *state)
{
	(void)app;
	return ((struct evidence_state *)state)->ti;
}

static bool busy(struct app *app, void *state)
{
	struct evidence_state *st = state;

	(void)app;
	return st->phase == LOOK_OPENING || st->asking || st->jumping || st->path_asking || st->report_asking ||
		st->picture.asking;
}

static enum status open_row(struct app *app, void *state)
{
	(void)state;
	return evidence_open_row(app);
}

static enum status search(struct app *app, void *state, enum search_op op, const char *text)
{
	(void)state;
	switch (op) {
	case SEARCH_DONE:
		return text[0] ? evidence_search(app, text, false) : STATUS_OK;
	case SEARCH_NEXT:
		return evidence_search(app, NULL, false);
	case SEARCH_PREVIOUS:
		return evidence_search(app, NULL, true);
	case SEARCH_TYPED:
	case SEARCH_CANCELLED:
		break;
	}
	return STATUS_OK;
}

/* What was not here may have come from the hub. */
static void changed(struct app *app, void *state)
{
	struct evidence_state *st = state;

	if (app->online && st->phase == LOOK_NOT_HERE && screen_open(app, SCREEN_EVIDENCE))
		start(app, st);
}

const struct screen screen_evidence = {
	.name = "evidence",
	.title = "Evidence",
	.init = init,
	.done = done,
	.enter = enter,
	.leave = leave,
	.changed = changed,
	.where = where,
	.move = evidence_move,
	.open = open_row,
	.search = search,
	.busy = busy,
};
