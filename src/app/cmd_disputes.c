/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the disputes and of the way to the hub: resolve, sync, hold. Layer app, UI thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/disputes.h"
#include "verdict/app/online.h"
#include "verdict/app/prompt.h"
#include "verdict/app/saving.h"
#include "verdict/base/mem.h"

#define HERE (SCREEN_BIT(SCREEN_DISPUTES))
#define HOLD_HOURS_MAX 4

struct resolving {
	struct digest rid;
	enum outcome outcome;
	char *ti, *reason, *by;
};

static enum status cmd_disputes(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	screen_push(app, SCREEN_DISPUTES);
	return STATUS_OK;
}

static void resolving_free(struct resolving *r)
{
	mem_free(r->ti);
	mem_free(r->reason);
	mem_free(r->by);
	mem_free(r);
}

static void resolve_now(struct app *app, struct resolving *r)
{
	struct record rec;
	struct arena a;

	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	rec.kind = RECORD_RESOLUTION;
	rec.kind_name = record_kind_name(RECORD_RESOLUTION);
	rec.ti = arena_str(&a, r->ti);
	rec.text = arena_str(&a, r->reason);
	rec.outcome = r->outcome;
	rec.has_of = true;
	rec.of = r->rid;
	saving_post(app, &a, &rec, "resolution", NULL, NULL);
}

static void resolve_answer(struct app *app, char answer, void *data)
{
	struct resolving *r = data;

	if (answer == 'y')
		resolve_now(app, r);
	else
		app_message(app, MESSAGE_NOTE, "nothing resolved");
	resolving_free(r);
}

static void resolve_confirm(struct app *app, struct resolving *r)
{
	char question[240];

	snprintf(question, sizeof(question), "Settle %.40s as %s, the verdict of %.80s?", r->ti, outcome_label(r->outcome),
		r->by);
	prompt_confirm(app, question, "yn", resolve_answer, r);
}

static void resolve_reason(struct app *app, const char *text, void *data)
{
	struct resolving *r = data;

	if (!text || !text[0]) {
		app_message(app, MESSAGE_NOTE, "nothing resolved: a reason is due");
		resolving_free(r);
		return;
	}
	r->reason = mem_strdup(text);
	resolve_confirm(app, r);
}

/* The side under the cursor, with a reason and a question: a word of this weight is not given in passing. */
static enum status cmd_resolve(struct app *app, int argc, char **argv)
{
	const struct disputes_state *st = disputes_of(app);
	const struct dispute *d = disputes_current(st);
	const struct dispute_side *s;
	struct resolving *r;
	char label[120];

	if (argc > 2)
		return status_set(STATUS_USAGE, "usage: resolve [\"REASON\"]");
	if (!d || st->side >= (int)d->n_sides)
		return status_set(STATUS_NOT_FOUND, "there is no dispute here");
	if (d->barred)
		return status_set(STATUS_DENIED, "%s", d->barred);
	s = &d->sides[st->side];
	r = mem_zalloc(sizeof(*r));
	r->rid = s->rid;
	r->outcome = s->outcome;
	r->ti = mem_strdup(d->ti);
	r->by = mem_strdup(s->by_name && *s->by_name ? s->by_name : s->by);
	if (argc == 2 && argv[1][0]) {
		r->reason = mem_strdup(argv[1]);
		resolve_confirm(app, r);
		return STATUS_OK;
	}
	snprintf(label, sizeof(label), "why does %s hold? ", outcome_label(s->outcome));
	prompt_ask(app, label, "", resolve_reason, r);
	return STATUS_OK;
}

static enum status need_hub(struct app *app)
{
	if (!app->online || app->sync.line == SYNC_ALONE)
		return status_set(STATUS_USAGE, "this console knows no hub; verdict join CODE enrols it");
	return STATUS_OK;
}

static enum status cmd_sync(struct app *app, int argc, char **argv)
{
	enum status code = need_hub(app);

	(void)argc, (void)argv;
	if (code != STATUS_OK)
		return code;
	app_message(app, MESSAGE_NOTE, app->sync.line == SYNC_ONLINE ? "online: what is saved goes out at once" :
		"trying the hub now");
	if (app->sync.line == SYNC_LOCKED || app->sync.line == SYNC_BARRED) {
		online_start(app->online);
	} else {
		online_now(app->online);
	}
	return STATUS_OK;
}

static enum status cmd_hold(struct app *app, int argc, char **argv)
{
	const char *ti = app_where(app);
	char *end = NULL;
	long hours = argc > 1 ? strtol(argv[1], &end, 10) : HOLD_HOURS_MAX;
	enum status code = need_hub(app);

	if (code != STATUS_OK)
		return code;
	if (!ti)
		return status_set(STATUS_NOT_FOUND, "hold: no test instance is open or under the cursor");
	if (argc > 2 || (end && *end) || hours < 1 || hours > HOLD_HOURS_MAX)
		return status_set(STATUS_USAGE, "usage: hold [HOURS], 1 to %d", HOLD_HOURS_MAX);
	if (app->sync.line != SYNC_ONLINE)
		return status_set(STATUS_OFFLINE, "the hub cannot be asked now; a claim is held before one goes offline");
	sync_hold(online_sync(app->online), ti, (int)hours);
	app_message(app, MESSAGE_NOTE, "asked to hold the claim of %s for %ld h", ti, hours);
	return STATUS_OK;
}

static void force_reason(struct app *app, const char *text, void *data)
{
	char *ti = data;

	if (!text || !text[0]) {
		app_message(app, MESSAGE_NOTE, "nothing done: a reason is due");
	} else if (app->online) {
		sync_force(online_sync(app->online), ti, text);
		app_message(app, MESSAGE_NOTE, "asked to end the claim of %s", ti);
	}
	mem_free(ti);
}

static enum status cmd_force_release(struct app *app, int argc, char **argv)
{
	const char *ti = argc > 1 ? argv[1] : app_where(app);
	enum status code = need_hub(app);
	char label[120];

	if (code != STATUS_OK)
		return code;
	if (argc > 2 || !ti)
		return status_set(STATUS_USAGE, "usage: force-release [TI]");
	if (!app->me || !(app->me->roles & ROLE_LEAD))
		return status_set(STATUS_DENIED, "only a lead ends a colleague's claim");
	snprintf(label, sizeof(label), "why is the claim of %.40s ended? ", ti);
	prompt_ask(app, label, "", force_reason, mem_strdup(ti));
	return STATUS_OK;
}

const struct command commands_disputes[] = {
	{ "disputes", NULL, NULL, "Show the test instances on which monitors differ.", 0, 0, cmd_disputes, NULL },
	{ "force-release", NULL, "[TI]", "End a colleague's claim, as a lead, with a reason.", 0, 0, cmd_force_release, NULL },
	{ "hold", NULL, "[HOURS]", "Keep your claim through hours without network, 4 at most.", 0, 0, cmd_hold, NULL },
	{ "resolve", NULL, "[\"REASON\"]", "Settle this dispute, as a lead: the marked verdict holds.", CMD_WRITES, HERE,
		cmd_resolve, NULL },
	{ "sync", NULL, NULL, "Try the hub now instead of waiting.", 0, 0, cmd_sync, NULL },
	COMMAND_END
};
