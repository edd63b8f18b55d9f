/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving a record from a screen, with the passphrase asked for where the key is sealed. Layer app, UI thread;
 * run functions on the store thread.
 */
#include "verdict/app/saving.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/online.h"
#include "verdict/app/prompt.h"
#include "verdict/base/mem.h"

struct saving_job {
	struct job job;
	struct app *app;
	struct arena arena;
	struct record rec;
	const char *what;
	char *passphrase;
	bool locked, wrong;
	struct saving_result result;
	saving_cb cb;
	void *data;
};

static void wipe(char **secret)
{
	volatile char *p = *secret;

	while (p && *p)
		*p++ = '\0';
	mem_free(*secret);
	*secret = NULL;
}

static void run(struct job *job, void *resource)
{
	struct saving_job *j = (struct saving_job *)job;
	struct store *st = resource;

	j->locked = j->wrong = false;
	if (store_is_locked(st)) {
		j->wrong = j->passphrase && store_unlock(st, j->passphrase) != STATUS_OK;
		j->locked = !j->passphrase || j->wrong;
		if (j->locked)
			return;
	}
	j->result.code = store_save(&j->result.saved, st, &j->rec);
	if (j->result.code)
		snprintf(j->result.why, sizeof(j->result.why), "%s", status_message());
	if ((!j->result.code || j->result.saved.n) && j->rec.kind == RECORD_VERDICT)
		(void)store_draft_set(st, j->rec.ti, NULL);
}

const char *saving_fate(char *out, size_t max, const struct app *app)
{
	char words[60];

	if (app->sync.line == SYNC_ONLINE)
		snprintf(out, max, "on its way");
	else if (app->sync.line == SYNC_ALONE)
		snprintf(out, max, "not sent yet");
	else
		snprintf(out, max, "not sent yet (%s)", app_online_words(app, words, sizeof(words)));
	return out;
}

static void finish(struct saving_job *j)
{
	struct app *app = j->app;
	char sentence[320];

	wipe(&j->passphrase);
	if (!j->result.code || j->result.saved.n)
		app_changed(app);
	if (j->cb) {
		j->cb(app, &j->result, j->data);
	} else if (j->result.code) {
		saving_sentence(sentence, sizeof(sentence), &j->result);
		app_message(app, MESSAGE_ERROR, "%s %s", j->what, sentence);
	} else {
		char at[CLOCK_TEXT];

		clock_format_time(at, j->result.saved.at, app->tz_min);
		app_message(app, MESSAGE_DONE, "%s saved %s %s %s", j->what, at, DOT(app),
			saving_fate(sentence, sizeof(sentence), app));
	}
	app->dirty = app->tell = true;
	arena_done(&j->arena);
	mem_free(j);
}

static void passphrase_given(struct app *app, const char *text, void *data)
{
	struct saving_job *j = data;

	wipe(&j->passphrase);
	if (!text) {
		j->result.code = STATUS_CANCELLED;
		snprintf(j->result.why, sizeof(j->result.why), "the key stays locked");
		finish(j);
		return;
	}
	j->passphrase = mem_strdup(text);
	app_store_job(app, &j->job);
}

static void job_done(struct job *job)
{
	struct saving_job *j = (struct saving_job *)job;

	if (j->locked)
		prompt_secret(j->app, j->wrong ? "that is not it; passphrase of your key: " :
			"passphrase of your key: ", passphrase_given, j);
	else
		finish(j);
}

void saving_post(struct app *app, struct arena *a, const struct record *rec, const char *what,
		saving_cb cb, void *data)
{
	struct saving_job *j = mem_zalloc(sizeof(*j));

	j->job.name = "save record";
	j->job.run = run;
	j->job.done = job_done;
	j->job.urgent = true;
	j->app = app;
	j->arena = *a;
	arena_init(a);
	j->rec = *rec;
	j->what = what;
	j->cb = cb;
	j->data = data;
	app_store_job(app, &j->job);
}

void saving_sentence(char *out, size_t max, const struct saving_result *r)
{
	if (r->saved.n)
		snprintf(out, max, "saved in the journal as record %llu; the list follows at the next start: %s",
			(unsigned long long)r->saved.n, r->why);
	else if (r->code == STATUS_FULL)
		snprintf(out, max, "not saved: disk full (%s)", r->why);
	else if (r->code == STATUS_CANCELLED)
		snprintf(out, max, "not saved: %s", r->why);
	else
		snprintf(out, max, "not saved: %s", r->why[0] ? r->why : status_name(r->code));
}
