/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of the open TI behind the screens: items of evidence one after the other, then across them, then the
 * check-off list. Layer app, UI thread; bytes come by jobs of the store, parsing is the reader's.
 */
#include "verdict/app/findings.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/app/instance.h"
#include "verdict/app/verdict.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/store/blob.h"

#define ITEMS_MAX 500
#define BYTES_MAX (64 << 20)
#define READER_MS 5000

struct findings {
	struct app *app;
	struct reader *reader;
	char *ti;
	VEC(struct item_findings *) items;
	unsigned int wanted;		/* raised when the TI changes: older answers are dropped */
	bool running;
	size_t at;			/* item being read */
	struct cross_set *rules;
	struct arena cross_arena;
	struct cross_report cross;
	bool crossed;
};
struct read_job {
	struct job job;
	struct app *app;
	struct digest sha256;
	unsigned int wanted;
	int fd;
	enum status code;
	char why[160];
};

static void go_on(struct findings *f);

static struct findings *findings_of(struct app *app)
{
	struct findings *f = app->findings;

	if (f)
		return f;
	f = app->findings = mem_zalloc(sizeof(*f));
	f->app = app;
	f->reader = app_reader_new(app);
	reader_set_timeout(f->reader, READER_MS);
	arena_init(&f->cross_arena);
	if (cross_set_builtin(&f->rules) != STATUS_OK)
		app_status(app, STATUS_INVALID);
	return f;
}

static void item_free(struct item_findings *i)
{
	arena_done(&i->arena);
	mem_free(i);
}

static void forget(struct findings *f)
{
	size_t i;

	for (i = 0; i < f->items.len; i++)
		item_free(f->items.at[i]);
	f->items.len = 0;
	f->crossed = false;
}

void findings_free(struct app *app)
{
	struct findings *f = app->findings;

	if (!f)
		return;
	app->findings = NULL;
	reader_free(f->reader);
	forget(f);
	vec_done(&f->items);
	cross_set_free(f->rules);
	arena_done(&f->cross_arena);
	mem_free(f->ti);
	mem_free(f);
}

/* The items of the TI as it is now; what was checked before is kept. */
static void take_items(struct findings *f, const struct instance *in)
{
	size_t i, k, n = in->n_evidence < ITEMS_MAX ? in->n_evidence : ITEMS_MAX, old = f->items.len;
	struct item_findings **was = f->items.at;

	memset(&f->items, 0, sizeof(f->items));
	for (i = 0; i < n; i++) {
		const struct evidence_item *e = &in->evidence[i];
		struct item_findings *item = NULL;

		for (k = 0; k < old && !item; k++) {
			if (was[k] && digest_equal(&was[k]->sha256, &e->sha256) && was[k]->phase == FINDINGS_DONE) {
				item = was[k];
				was[k] = NULL;
			}
		}
		if (!item) {
			item = mem_zalloc(sizeof(*item));
			arena_init(&item->arena);
			item->sha256 = e->sha256;
			item->picture = e->kind && strcmp(e->kind, "screenshot") == 0;
			if (!e->here || e->size > BYTES_MAX)
				item->phase = FINDINGS_NOT_HERE;
		}
		vec_push(&f->items, item);
	}
	for (k = 0; k < old; k++)
		if (was[k])
			item_free(was[k]);
	mem_free(was);
}

static struct item_findings *current(struct findings *f)
{
	return f->running && f->at < f->items.len ? f->items.at[f->at] : NULL;
}

static void fail(struct findings *f, const char *why)
{
	struct item_findings *item = current(f);

	if (!item)
		return;
	item->phase = FINDINGS_FAILED;
	snprintf(item->why, sizeof(item->why), "%s", why);
	go_on(f);
}

static void checked(enum status code, const struct reader_report *report, void *data)
{
	struct findings *f = data;
	struct item_findings *item = current(f);
	size_t i;

	if (code || !item) {
		fail(f, status_message());
		return;
	}
	reader_report_copy(&item->report, &item->arena, report);
	for (i = 0; i < report->n_outcomes; i++)
		item->asked += report->outcomes[i].result == CHECK_CLEAN || report->outcomes[i].result == CHECK_FOUND;
	item->phase = FINDINGS_DONE;
	f->app->dirty = true;
	go_on(f);
}

static void opened(enum status code, const struct reader_info *info, void *data)
{
	struct findings *f = data;

	if (code || !current(f)) {
		fail(f, status_message());
		return;
	}
	current(f)->kind = info->kind;
	reader_checks(f->reader, IPS_AS_CLAIMED, checked, f);
}

static void read_run(struct job *job, void *resource)
{
	struct read_job *j = (struct read_job *)job;

	j->code = blob_open(&j->fd, resource, &j->sha256);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

static void read_done(struct job *job)
{
	struct read_job *j = (struct read_job *)job;
	struct findings *f = j->app->findings;

	if (f && j->wanted == f->wanted && current(f)) {
		if (j->code)
			fail(f, j->why);
		else
			reader_open(f->reader, j->fd, EVIDENCE_UNKNOWN, opened, f);
	}
	if (j->fd >= 0)
		close(j->fd);
	mem_free(j);
}

static void read_item(struct findings *f)
{
	struct read_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "check evidence";
	j->job.run = read_run;
	j->job.done = read_done;
	j->app = f->app;
	j->sha256 = f->items.at[f->at]->sha256;
	j->wanted = f->wanted;
	j->fd = -1;
	app_store_job(f->app, &j->job);
}

static const char *transaction_of(const struct instance *in, unsigned int step)
{
	size_t i;

	for (i = 0; step && i < in->n_steps; i++)
		if (in->steps[i].n == step && in->steps[i].transaction)
			return in->steps[i].transaction;
	return "";
}

static void cross(struct findings *f, const struct instance *in)
{
	struct cross_item *items;
	size_t i, k;

	arena_reset(&f->cross_arena);
	items = arena_array(&f->cross_arena, struct cross_item, f->items.len + 1);
	for (i = 0; i < f->items.len; i++) {
		const struct reader_report *r = &f->items.at[i]->report;
		struct cross_fact *facts = arena_array(&f->cross_arena, struct cross_fact, r->n_facts + 1);

		for (k = 0; k < r->n_facts; k++)
			facts[k] = (struct cross_fact){ r->facts[k].name, r->facts[k].value };
		items[i].transaction = arena_str(&f->cross_arena, transaction_of(in, in->evidence[i].step));
		items[i].unread = !f->items.at[i]->picture && f->items.at[i]->phase != FINDINGS_DONE;
		items[i].facts = facts;
		items[i].n_facts = r->n_facts;
	}
	if (f->rules)
		cross_run(&f->cross, &f->cross_arena, f->rules, items, f->items.len);
	f->crossed = f->rules != NULL;
}

/* One more answer to the question: found is 0 for ever, a clean run that proves is 1, else nothing changes. */
static int join(int v, enum check_result result, bool proves)
{
	if (v == 0 || result == CHECK_NOT_ASKED)
		return v;
	return result != CHECK_CLEAN ? 0 : proves ? 1 : v;
}

/* What all items say of one check-off item: proved 1, found 0, nothing -1. */
static int says(const struct findings *f, const char *id)
{
	size_t i, k;
	int v = -1;

	for (i = 0; i < f->items.len; i++) {
		const struct reader_report *r = &f->items.at[i]->report;

		for (k = 0; k < r->n_outcomes; k++)
			if (strcmp(r->outcomes[k].item, id) == 0)
				v = join(v, r->outcomes[k].result, r->outcomes[k].proves);
	}
	for (k = 0; f->crossed && k < f->cross.n_outcomes; k++)
		if (strcmp(f->cross.outcomes[k].speaks, id) == 0)
			v = join(v, f->cross.outcomes[k].result, f->cross.outcomes[k].proves);
	return v;
}

/* An item that was not read whole might have said otherwise: then nothing is proved. */
static bool all_read(const struct findings *f)
{
	size_t i;

	for (i = 0; i < f->items.len; i++)
		if (!f->items.at[i]->picture &&
		    (f->items.at[i]->phase != FINDINGS_DONE || f->items.at[i]->report.damaged))
			return false;
	return f->items.len > 0;
}

static void apply(struct findings *f)
{
	struct instance_state *st = instance_of(f->app);
	size_t i;

	if (!st->in || !st->ti || !f->ti || strcmp(st->ti, f->ti) != 0)
		return;
	cross(f, st->in);
	for (i = 0; all_read(f) && i < st->in->n_items; i++) {
		const struct instance_item *it = &st->in->items[i];

		if (it->item.by == ITEM_BY_CHECK && it->state == ITEM_OPEN && says(f, it->item.id) == 1)
			instance_prove(st, i);
	}
	instance_relayout(st);
	if (screen_open(f->app, SCREEN_VERDICT))
		verdict_changed(f->app);
	f->app->dirty = true;
}

/* The next item that nobody has looked at; at the end what they say together. */
static void go_on(struct findings *f)
{
	if (f->app->leaving) {
		f->running = false;
		return;
	}
	while (f->at < f->items.len && f->items.at[f->at]->phase != FINDINGS_WAITING)
		f->at++;
	if (f->at < f->items.len) {
		read_item(f);
		return;
	}
	f->running = false;
	apply(f);
}

void findings_loaded(struct app *app)
{
	const struct instance_state *st = instance_of(app);
	struct findings *f;

	if (app->leaving || !app->loop || !app->store || !st->in || !st->in->n_evidence)
		return;
	f = findings_of(app);
	if (!f->ti || strcmp(f->ti, st->ti) != 0) {
		forget(f);
		mem_free(f->ti);
		f->ti = mem_strdup(st->ti);
	}
	reader_cancel(f->reader);
	take_items(f, st->in);
	f->wanted++;
	f->at = 0;
	f->running = true;
	f->crossed = false;
	go_on(f);
}

static const struct findings *open_one(struct app *app)
{
	const struct instance_state *st = app->findings ? instance_of(app) : NULL;
	const struct findings *f = app->findings;

	return st && st->ti && f->ti && strcmp(st->ti, f->ti) == 0 ? f : NULL;
}

const struct item_findings *findings_item(struct app *app, unsigned int n)
{
	const struct findings *f = open_one(app);

	return f && n && n <= f->items.len ? f->items.at[n - 1] : NULL;
}

/* What was found across evidence and stands in an item of this step. */
static void count_cross(struct findings_count *out, const struct findings *f, const struct instance *in, unsigned int step)
{
	size_t i;

	for (i = 0; i < f->cross.n_findings; i++) {
		const struct cross_finding *c = &f->cross.findings[i];

		if (c->item == 0 || c->item > in->n_evidence || in->evidence[c->item - 1].step != step)
			continue;
		out->errors += c->severity == CHECK_ERROR;
		out->warnings += c->severity == CHECK_WARNING;
		out->notes += c->severity == CHECK_NOTE;
	}
}

static bool goes_astray(const struct findings *f, const struct instance *in, unsigned int step)
{
	const char *want = transaction_of(in, step);
	bool says = false;
	size_t i, k;

	if (!*want || strcmp(want, "-") == 0)
		return false;
	for (i = 0; i < f->items.len && i < in->n_evidence; i++) {
		const struct reader_report *r = &f->items.at[i]->report;

		if (in->evidence[i].step != step)
			continue;
		for (k = 0; k < r->n_facts; k++)
			if (strcmp(r->facts[k].name, "transaction") == 0) {
				if (strcmp(r->facts[k].value, want) == 0)
					return false;
				says = true;
			}
	}
	return says;
}

void findings_count(struct findings_count *out, struct app *app, unsigned int step)
{
	const struct instance *in = instance_of(app)->in;
	const struct findings *f = open_one(app);
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; f && in && i < f->items.len && i < in->n_evidence; i++) {
		const struct item_findings *item = f->items.at[i];

		if (step != UINT_MAX && in->evidence[i].step != step)
			continue;
		out->asked += item->asked;
		out->errors += item->report.errors;
		out->warnings += item->report.warnings;
		out->notes += item->report.notes;
		out->waiting += item->phase == FINDINGS_WAITING;
	}
	if (f && f->crossed && step == UINT_MAX) {
		out->errors += f->cross.errors;
		out->warnings += f->cross.warnings;
		out->notes += f->cross.notes;
	} else if (f && f->crossed && in) {
		count_cross(out, f, in, step);
		out->astray = goes_astray(f, in, step);
	}
}

bool findings_busy(struct app *app)
{
	const struct findings *f = app->findings;

	return f && f->running;
}
