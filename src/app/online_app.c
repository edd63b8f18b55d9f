/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The full-screen console's connection: work on the store thread, what changed told to the screens, the words of the
 * head. Layer app, UI thread; job_run() on the store thread.
 */
#include "verdict/app/online.h"

#include <stdio.h>
#include <string.h>
#include "verdict/app/app.h"
#include "verdict/app/options.h"
#include "verdict/app/prompt.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define TELL_MS 100
#define BITS 8

struct online_job { struct job job; struct sync_job *work; };

static void job_run(struct job *job, void *resource)
{
	struct sync_job *work = ((struct online_job *)job)->work;

	work->work(work, resource);
}

static void job_done(struct job *job)
{
	struct sync_job *work = ((struct online_job *)job)->work;

	mem_free(job);
	work->done(work);
}

static void run(void *data, struct sync_job *work)
{
	struct online_job *j = mem_zalloc(sizeof(*j));

	j->job = (struct job){ .name = "sync", .run = job_run, .done = job_done };
	j->work = work;
	app_store_job(data, &j->job);
}

/* Every page of a long feed would have the lists asked for again: ten times a second is enough for eyes. */
static void tell(void *data)
{
	app_told(data);
}

/* What the monitor asked for is answered in words: the sign in the queue is easily overlooked. */
static void tell_claim(struct app *app)
{
	const struct sync_status *s = &app->sync;

	if (!app->claim_asked[0] || strcmp(s->claim, app->claim_asked) != 0)
		return;
	if (s->claim_mine)
		app_message(app, MESSAGE_DONE, "claim of %s confirmed by the hub", s->claim);
	else if (s->claim_other)
		app_message(app, MESSAGE_WARNING, "%s is claimed by a colleague", s->claim);
	app->claim_asked[0] = '\0';
}

static void changed(void *data, unsigned int what)
{
	struct app *app = data;
	struct sync_status before = app->sync;

	online_status(&app->sync, app->online);
	if (app->sync.line != before.line && app->sync.line == SYNC_BARRED)
		app_message(app, MESSAGE_ERROR, "the hub does not let this console in: %s", app->sync.why);
	if ((what & SYNC_CHANGED_NOTICE) && app->sync.notice[0])
		app_message(app, MESSAGE_WARNING, "%s", app->sync.notice);
	if (what & SYNC_CHANGED_CLAIMS)
		tell_claim(app);
	if ((what & ~(unsigned int)SYNC_CHANGED_LINE) && !app->online_timer)
		loop_after(app->loop, &app->online_timer, TELL_MS, "sync: tell screens", tell, app);
	app->dirty = true;
}

static void answered(struct app *app, const char *text, void *data)
{
	(void)data;
	if (app->online)
		online_answer(app->online, text);
}

/* A server's words may be a stranger's: the prompt neutralises what it draws. */
static void ask(void *data, const char *text, bool secret)
{
	if (secret)
		prompt_secret(data, text, answered, NULL);
	else
		prompt_ask(data, text, "", answered, NULL);
}

void app_online_start(struct app *app, const char *dir, const struct event_ways *event)
{
	struct online_host host = { .data = app, .run = run, .changed = changed, .ask = ask };
	struct ways_plan plan;

	if (app->leaving)
		return;
	if (!app->online) {
		if (ways_plan(&plan, app->options, event, dir, NULL) != STATUS_OK)
			app_message(app, MESSAGE_WARNING, "HTTPS alone is tried: %s", status_message());
		else
			host.plan = &plan;
	}
	if (!app->online && online_new(&app->online, app->loop, &host) != STATUS_OK) {
		app_message(app, MESSAGE_WARNING, "no hub can be reached: %s", status_message());
		return;
	}
	sync_budget(online_sync(app->online), (uint64_t)options_int(app->options, "prefetch-mb") << 20);
	online_start(app->online);
}

void app_online_leave(struct app *app)
{
	if (!app->online)
		return;
	online_stop(app->online);
	loop_cancel(app->loop, &app->online_timer);
}

void app_online_free(struct app *app)
{
	if (!app->online)
		return;
	loop_cancel(app->loop, &app->online_timer);
	online_free(app->online);
	app->online = NULL;
}

void app_online_saved(struct app *app)
{
	if (app->online)
		online_saved(app->online);
}

const char *app_online_held(const struct sync_status *s, char *out, size_t max)
{
	out[0] = '\0';
	if (s->held && !strcmp(s->held, "slow"))
		snprintf(out, max, "slow line (%.1f Mbit/s): evidence comes when it is opened",
			(double)s->line_rate * BITS / 1e6);
	else if (s->held && !strcmp(s->held, "metered"))
		snprintf(out, max, "metered: evidence comes when it is opened");
	else if (s->held)
		snprintf(out, max, "a drop brings no evidence");
	return out;
}

const char *app_online_words(const struct app *app, char *out, size_t max)
{
	bool picked = app->online && online_picked(app->online) < WAY_COUNT;
	const char *way = app->sync.way ? app->sync.way : "https";
	char at[CLOCK_TEXT];

	switch (app->sync.line) {
	case SYNC_ONLINE:
		if (picked)
			snprintf(out, max, "online by %s alone", way);
		else if (strcmp(way, "https") != 0)
			snprintf(out, max, "online by %s", way);
		else
			snprintf(out, max, "online");
		break;
	case SYNC_CONNECTING:
		snprintf(out, max, picked ? "connecting by %s alone" : "connecting", way);
		break;
	case SYNC_OFFLINE:
		clock_format_minute(at, app->sync.since, app_zone_at(app, app->sync.since));
		snprintf(out, max, picked ? "offline since %s, %s alone" : "offline since %s", at + 11, way);
		break;
	case SYNC_LOCKED:
		snprintf(out, max, "key locked");
		break;
	case SYNC_BARRED:
		snprintf(out, max, "not let in");
		break;
	default:
		snprintf(out, max, "offline");
		break;
	}
	return out;
}
