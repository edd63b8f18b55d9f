/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking into evidence: findings of the checks, documents inside documents, ways back, and another item beside
 * it. Layer app, UI thread. Nothing here waits: answers come from the reader, bytes by a job of the store thread.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "evidence_priv.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/encoding.h"
#include "verdict/store/blob.h"

#define BACK_MAX 64		/* places kept to go back to */

/* ---- findings ---- */

static void report_came(enum status code, const struct reader_report *report, void *data)
{
	struct evidence_state *st = data;

	st->report_asking = false;
	st->app->dirty = true;
	if (code)
		return;		/* rows and bytes are still there; the head says nothing of findings */
	arena_reset(&st->report_arena);
	reader_report_copy(&st->report, &st->report_arena, report);
	st->has_report = true;
	st->info.errors = report->errors;
	st->info.warnings = report->warnings;
	st->rows.stale = true;	/* rows carry marks now */
	evidence_window(st, st->page, st->width);
}

void evidence_ask_report(struct evidence_state *st)
{
	st->has_report = false;
	st->finding = SIZE_MAX;
	if (st->place[VIEW_OUTLINE].total == 0)
		return;
	st->report_asking = true;
	reader_checks(app_reader(st->app), IPS_AS_CLAIMED, report_came, st);
}

/* Findings of the checks come first, then those of persons. */
static bool is_at(const struct evidence_state *st, size_t i, const struct reader_row *r, bool within)
{
	size_t n = st->has_report ? st->report.n_findings : 0;
	uint64_t offset = i < n ? st->report.findings[i].offset : st->own[i - n].offset;

	return within ? offset >= r->begin && offset < r->end : offset == r->begin;
}

size_t evidence_findings(const struct evidence_state *st)
{
	return (st->has_report ? st->report.n_findings : 0) + st->n_own;
}

size_t evidence_finding(const struct evidence_state *st)
{
	const struct reader_row *r = st->view == VIEW_OUTLINE ? evidence_row(st, st->place[st->view].cursor) : NULL;
	size_t i, n = evidence_findings(st);

	if (n == 0 || (!r && st->finding >= n))
		return SIZE_MAX;
	if (r && st->finding < n && is_at(st, st->finding, r, false))
		return st->finding;
	for (i = 0; r && i < n; i++)
		if (is_at(st, i, r, false))
			return i;
	for (i = 0; r && r->mark && i < n; i++)
		if (is_at(st, i, r, true))
			return i;
	return st->finding < n ? st->finding : SIZE_MAX;
}

static enum status step_difference(struct app *app, struct evidence_state *st, bool back)
{
	if (evidence_jump(st, VIEW_COMPARE, "there is no difference"))
		reader_search(app_reader(app), VIEW_COMPARE, "", st->place[VIEW_COMPARE].cursor, back,
			evidence_jump_came, st);
	return STATUS_OK;
}

enum status evidence_step_finding(struct app *app, int by)
{
	struct evidence_state *st = evidence_of(app);
	size_t n = evidence_findings(st), at = evidence_finding(st), checks = st->has_report ? st->report.n_findings : 0;

	if (st->view == VIEW_COMPARE)
		return step_difference(app, st, by < 0);
	if (n == 0 && evidence_is_log(st))
		return evidence_step_error(app, by);
	if (n == 0 && st->report_asking)
		return status_set(STATUS_AGAIN, "the checks are still at work");
	if (n == 0)
		return status_set(STATUS_NOT_FOUND, "nothing was found in this item");
	if (!evidence_jump(st, VIEW_OUTLINE, "that place is gone"))
		return STATUS_OK;
	st->finding = at >= n ? (by > 0 ? 0 : n - 1) : (at + n + (size_t)(by > 0 ? 1 : n - 1)) % n;
	if (st->finding < checks)
		reader_finding_row(app_reader(app), st->finding, evidence_jump_came, st);
	else
		reader_locate(app_reader(app), VIEW_OUTLINE, st->own[st->finding - checks].offset, evidence_jump_came, st);
	return STATUS_OK;
}

/* ---- lines of a log ---- */

bool evidence_is_log(const struct evidence_state *st)
{
	if (st->phase != LOOK_READY)
		return false;
	if (st->view == VIEW_PRETTY)
		return st->info.rows[VIEW_OUTLINE] == 0;
	return st->view == VIEW_RAW && (st->info.kind == EVIDENCE_TEXT || st->info.kind == EVIDENCE_SYSLOG);
}

enum status evidence_step_error(struct app *app, int by)
{
	struct evidence_state *st = evidence_of(app);

	if (!evidence_is_log(st))
		return status_set(STATUS_DENIED, "only lines of a log say how grave they are; Tab goes to raw");
	if (evidence_jump(st, st->view, "no line says that it is an error"))
		reader_severe(app_reader(app), st->view, st->place[st->view].cursor, by < 0, evidence_jump_came, st);
	return STATUS_OK;
}

/* ---- in and out of documents, and back ---- */

static void keep_place(struct evidence_state *st)
{
	struct evidence_way w = { st->view, st->place[st->view].cursor, st->place[st->view].top, st->info.inside };

	if (st->ways.len == BACK_MAX) {
		memmove(st->ways.at, st->ways.at + 1, (BACK_MAX - 1) * sizeof(w));
		st->ways.len--;
	}
	vec_push(&st->ways, w);
	st->way_due = true;
}

void evidence_settle_way(struct evidence_state *st, bool went)
{
	if (st->way_due && !went && st->ways.len)
		st->ways.len--;
	st->way_due = false;
}

/* Of a jump that can be gone back from. */
static void followed(enum status code, uint64_t row, void *data)
{
	evidence_settle_way(data, code == STATUS_OK);
	evidence_jump_came(code, row, data);
}

static void entered(enum status code, const struct reader_info *info, void *data)
{
	struct evidence_state *st = data;

	st->jumping = false;
	st->app->dirty = true;
	evidence_settle_way(st, !code && info);
	if (code || !info) {
		app_status(st->app, code ? code : STATUS_ERROR);
		return;
	}
	evidence_take_info(st, code, info);
}

static void went_back(enum status code, const struct reader_info *info, void *data)
{
	struct evidence_state *st = data;
	struct evidence_way w = { VIEW_OUTLINE, 0, 0, 0 };

	st->jumping = false;
	st->app->dirty = true;
	if (code || !info) {
		app_status(st->app, code ? code : STATUS_ERROR);
		return;
	}
	while (st->ways.len && st->ways.at[st->ways.len - 1].inside > info->inside)
		st->ways.len--;
	if (st->ways.len && st->ways.at[st->ways.len - 1].inside == info->inside)
		w = st->ways.at[--st->ways.len];
	evidence_take_info(st, code, info);
	if (evidence_offers(st, w.view) && st->place[w.view].total) {
		st->view = w.view;
		st->place[w.view].cursor = w.cursor;
		st->place[w.view].top = w.top;
		st->rows.n = 0;
		evidence_window(st, st->page, st->width);
	}
}

enum status evidence_back(struct app *app)
{
	struct evidence_state *st = evidence_of(app);
	struct evidence_way w;

	if (st->phase != LOOK_READY || st->jumping)
		return status_set(STATUS_AGAIN, "something is still on its way");
	if (st->ways.len && st->ways.at[st->ways.len - 1].inside == st->info.inside) {
		w = st->ways.at[--st->ways.len];
		evidence_go(st, w.view, w.cursor);
		return STATUS_OK;
	}
	if (st->info.inside == 0 || st->ways.len == 0)
		return status_set(STATUS_NOT_FOUND, "there is nothing to go back to");
	st->jumping = true;
	reader_leave(app_reader(app), went_back, st);
	return STATUS_OK;
}

/* Enter: into what the row holds, to what it refers to, else fold. In a comparison: to the place in the outline. */
enum status evidence_open_row(struct app *app)
{
	struct evidence_state *st = evidence_of(app);
	const struct reader_row *r = evidence_row(st, st->place[st->view].cursor);

	if (st->phase != LOOK_READY || !r || st->jumping)
		return STATUS_OK;
	if (st->view == VIEW_COMPARE) {
		if (r->diff == DIFF_RIGHT)
			return status_set(STATUS_NOT_FOUND, "only the other item has it");
		if (evidence_jump(st, VIEW_OUTLINE, "that place is not in the outline")) {
			keep_place(st);
			reader_locate(app_reader(app), VIEW_OUTLINE, r->begin, followed, st);
		}
		return STATUS_OK;
	}
	if (st->view != VIEW_OUTLINE)
		return STATUS_OK;
	if (!r->holds && r->refers) {
		if (evidence_jump(st, VIEW_OUTLINE, "what it refers to is not in here")) {
			keep_place(st);
			reader_follow(app_reader(app), r->row, followed, st);
		}
		return STATUS_OK;
	}
	if (!r->holds)
		return evidence_fold(app, FOLD_TOGGLE);
	keep_place(st);
	st->jumping = true;
	reader_enter(app_reader(app), r->row, entered, st);
	return STATUS_OK;
}

/* ---- another encoding ---- */

static void recoded(enum status code, const struct reader_info *info, void *data)
{
	struct evidence_state *st = data;
	const struct reader_row *r = evidence_row(st, st->place[st->view].cursor);
	enum evidence_view was = st->view;
	uint64_t offset = r ? r->begin : 0;

	st->jumping = false;
	st->app->dirty = true;
	if (code || !info) {
		app_status(st->app, code ? code : STATUS_ERROR);
		return;
	}
	while (st->ways.len && st->ways.at[st->ways.len - 1].inside == info->inside)
		st->ways.len--;	/* rows are numbered anew */
	evidence_take_info(st, code, info);
	if (was == VIEW_RAW || was == VIEW_COMPARE || !evidence_offers(st, was) ||
		st->place[was].total == 0)
		was = st->view;
	if (evidence_jump(st, was, "that place is not in this view"))
		reader_locate(app_reader(st->app), was, offset, evidence_jump_came, st);
	app_message(st->app, MESSAGE_DONE, info->encoding[0] ? "shown as %s" : "shown as UTF-8",
		info->encoding);
}

enum status evidence_encoding(struct app *app, const char *name)
{
	struct evidence_state *st = evidence_of(app);
	const char *known;
	enum status code = encoding_parse(&known, name, strlen(name));

	if (code != STATUS_OK)
		return code;
	if (st->phase != LOOK_READY || st->jumping)
		return status_set(STATUS_AGAIN, "there is nothing to show yet");
	st->jumping = true;
	reader_encoding(app_reader(app), known, recoded, st);
	return STATUS_OK;
}

/* ---- another item beside it ---- */

struct beside_job {
	struct job job;
	struct app *app;
	struct digest sha256;
	unsigned int opened, n;
	int fd;
	enum status code;
	char why[256];
};

static void compared(enum status code, const struct reader_comparison *found, void *data)
{
	struct evidence_state *st = data;

	st->jumping = false;
	st->app->dirty = true;
	if (code) {
		st->beside = 0;
		app_status(st->app, code);
		return;
	}
	snprintf(st->says, sizeof(st->says), "%s", found->says);
	st->differences = found->differences;
	st->place[VIEW_COMPARE] = (struct evidence_place){ 0, 0, found->rows };
	evidence_go(st, VIEW_COMPARE, 0);
	app_message(st->app, found->differences ? MESSAGE_WARNING : MESSAGE_DONE, "%s%s",
		found->differences ? "" : "the consumer got what the creator sent: ", found->says);
}

static void beside_run(struct job *job, void *resource)
{
	struct beside_job *j = (struct beside_job *)job;

	j->code = blob_open(&j->fd, resource, &j->sha256);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static void beside_done(struct job *job)
{
	struct beside_job *j = (struct beside_job *)job;
	struct evidence_state *st = evidence_of(j->app);

	if (j->opened != st->opened) {
		if (!j->code)
			close(j->fd);
	} else if (j->code) {
		st->jumping = false;
		st->beside = 0;
		app_status(j->app, status_set(j->code, "%s", j->why));
	} else {
		reader_compare(app_reader(j->app), j->fd, EVIDENCE_UNKNOWN, compared, st);
		close(j->fd);
	}
	j->app->dirty = true;
	mem_free(j);
}

/* The item that `=` without a number means: the other one of the two, else the next, else the one before. */
static unsigned int other_item(const struct evidence_state *st)
{
	return st->n < st->count ? st->n + 1 : st->n - 1;
}

enum status evidence_compare(struct app *app, unsigned int n)
{
	struct evidence_state *st = evidence_of(app);
	const struct instance *in = instance_of(app)->in;
	struct beside_job *j;

	if (st->phase != LOOK_READY || st->jumping || !in || st->count != in->n_evidence)
		return status_set(STATUS_AGAIN, "there is nothing to compare yet");
	if (st->count < 2)
		return status_set(STATUS_NOT_FOUND, "%s has only this item of evidence", in->row.id);
	if (n == 0)
		n = other_item(st);
	if (n > st->count || n == st->n)
		return status_set(STATUS_NOT_FOUND, "compare with which item? 1 to %u, and not this one", st->count);
	if (!in->evidence[n - 1].here)
		return status_set(STATUS_NOT_FOUND, "item %u is not in this store", n);
	j = mem_zalloc(sizeof(*j));
	j->job.name = "open evidence beside";
	j->job.run = beside_run;
	j->job.done = beside_done;
	j->job.urgent = true;
	j->app = app;
	j->sha256 = in->evidence[n - 1].sha256;
	j->opened = st->opened;
	j->fd = -1;
	st->jumping = true;
	st->beside = n;
	snprintf(st->beside_name, sizeof(st->beside_name), "%s", in->evidence[n - 1].name);
	app_store_job(app, &j->job);
	return STATUS_OK;
}
