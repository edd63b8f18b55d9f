/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verification of the journal: every CRC, hash, signature and chain, computed again on the store thread while
 * the screen goes on. Layer app, UI thread but for verify_run().
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/journal.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define DAMAGE_MAX 100

struct verify_job {
	struct job job;
	struct app *app;
	struct verify_report report;
	VEC(char *) damage;
	uint64_t damages;
	enum status code;
	char why[256];
};

static void note_damage(uint64_t offset, const char *what, void *data)
{
	struct verify_job *j = data;

	if (j->damages++ < DAMAGE_MAX)
		vec_push(&j->damage, mem_printf("byte %llu: %s", (unsigned long long)offset, what));
}

static void verify_run(struct job *job, void *resource)
{
	struct verify_job *j = (struct verify_job *)job;

	j->code = store_verify(&j->report, resource, note_damage, j);
	if (j->code)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
}

bool journal_report_good(const struct journal_state *st)
{
	const struct verify_report *r = &st->report;

	return st->damages == 0 && !r->bad_crc && !r->bad_signature && !r->bad_chain && !r->bad_payload &&
		!r->missing_in_db && !r->missing_in_journal && !r->torn_tail;
}

static void verify_done(struct job *job)
{
	struct verify_job *j = (struct verify_job *)job;
	struct journal_state *st = journal_of(j->app);
	size_t i;

	for (i = 0; i < st->damage.len; i++)
		mem_free(st->damage.at[i]);
	vec_done(&st->damage);
	memcpy(&st->damage, &j->damage, sizeof(st->damage));
	st->damages = j->damages;
	st->report = j->report;
	st->report_code = j->code;
	snprintf(st->report_why, sizeof(st->report_why), "%s", j->why);
	st->verifying = false;
	st->verified = true;
	st->shown = JOURNAL_REPORT;
	st->text_top = 0;
	if (j->code)
		app_message(j->app, MESSAGE_ERROR, "verification stopped: %s", j->why);
	else if (journal_report_good(st))
		app_message(j->app, MESSAGE_DONE, "%llu records verified, none damaged",
			(unsigned long long)j->report.records);
	else
		app_message(j->app, MESSAGE_ERROR, "the journal has damage; see the report");
	j->app->dirty = true;
	mem_free(j);
}

enum status journal_verify(struct app *app)
{
	struct journal_state *st = journal_of(app);
	struct verify_job *j;

	if (st->verifying)
		return status_set(STATUS_AGAIN, "it is being verified already");
	j = mem_zalloc(sizeof(*j));
	j->job.name = "verify journal";
	j->job.run = verify_run;
	j->job.done = verify_done;
	j->app = app;
	st->verifying = true;
	st->verify_began = clock_mono_ns();
	app->dirty = true;
	app_store_job(app, &j->job);
	return STATUS_OK;
}
