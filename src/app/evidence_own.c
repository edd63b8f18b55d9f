/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings of persons in the item on screen: recorded at the row under the cursor, read back by a job of the store
 * thread. Layer app, UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "evidence_priv.h"
#include "verdict/app/saving.h"
#include "verdict/base/mem.h"
#include "verdict/store/query.h"

struct own_job {
	struct job job;
	struct app *app;
	char *ti;
	unsigned int opened;
	struct arena arena;
	struct finding_row *rows;
	size_t n;
	enum status code;
};

static void own_run(struct job *job, void *resource)
{
	struct own_job *j = (struct own_job *)job;

	j->code = store_findings(&j->rows, &j->n, &j->arena, resource, j->ti);
}

static void take(struct evidence_state *st, const struct own_job *j)
{
	size_t i;

	arena_reset(&st->own_arena);
	st->own = arena_array(&st->own_arena, struct evidence_own, j->n + 1);
	st->n_own = 0;
	for (i = 0; i < j->n; i++) {
		const struct finding_row *f = &j->rows[i];

		if (!f->has_evidence || !digest_equal(&f->evidence, &st->item.sha256))
			continue;
		st->own[st->n_own++] = (struct evidence_own){ f->severity, arena_str(&st->own_arena, f->by_name),
			arena_str(&st->own_arena, f->text), arena_str(&st->own_arena, f->gap),
			f->offset > 0 ? (uint64_t)f->offset : 0 };
	}
}

static void own_done(struct job *job)
{
	struct own_job *j = (struct own_job *)job;
	struct evidence_state *st = evidence_of(j->app);

	if (!j->code && j->opened == st->opened)
		take(st, j);
	j->app->dirty = true;
	arena_done(&j->arena);
	mem_free(j->ti);
	mem_free(j);
}

void evidence_load_own(struct app *app)
{
	struct evidence_state *st = evidence_of(app);
	struct own_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "own findings";
	j->job.urgent = true;
	j->job.run = own_run;
	j->job.done = own_done;
	j->app = app;
	j->ti = mem_strdup(st->ti ? st->ti : "");
	j->opened = st->opened;
	arena_init(&j->arena);
	app_store_job(app, &j->job);
}

static void saved(struct app *app, const struct saving_result *r, void *data)
{
	char sentence[320], at[CLOCK_TEXT];

	(void)data;
	if (r->code) {
		saving_sentence(sentence, sizeof(sentence), r);
		app_message(app, MESSAGE_ERROR, "finding %s", sentence);
		return;
	}
	clock_format_time(at, r->saved.at, app->tz_min);
	app_message(app, MESSAGE_DONE, "finding saved %s %s %s", at, DOT(app),
		saving_fate(sentence, sizeof(sentence), app));
	evidence_load_own(app);
}

enum status evidence_note(struct app *app, enum severity severity, const char *gap, const char *text)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r = st->phase == LOOK_READY ? evidence_row(st, st->place[st->view].cursor) : NULL;
	struct record rec;
	struct arena a;

	if (st->phase != LOOK_READY || !st->ti)
		return status_set(STATUS_AGAIN, "open an item of evidence first");
	if (strlen(text) > RECORD_REASON_MAX)
		return status_set(STATUS_LIMIT, "a finding holds at most %d bytes", RECORD_REASON_MAX);
	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	rec.kind = RECORD_FINDING;
	rec.kind_name = record_kind_name(RECORD_FINDING);
	rec.ti = arena_str(&a, st->ti);
	rec.text = arena_str(&a, text);
	rec.severity = severity;
	rec.gap = arena_str(&a, gap);
	rec.evidence = st->item.sha256;
	rec.has_evidence = true;
	rec.offset = r ? (int64_t)r->begin : 0;
	if (st->view == VIEW_OUTLINE && st->path_row == st->place[VIEW_OUTLINE].cursor)
		rec.path = arena_printf(&a, "%s%s%s", st->trail, st->trail[0] ? " > " : "", st->path);
	saving_post(app, &a, &rec, "finding", saved, NULL);
	return STATUS_OK;
}
