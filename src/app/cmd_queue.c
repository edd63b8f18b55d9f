/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the queue: order, scope, claims, next. Layer app, UI thread; save_run() on the store thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/base/mem.h"
#include "verdict/app/online.h"
#include "src/app/app_priv.h"
#include "src/app/queue_priv.h"

struct claim_job {
	struct job job;
	struct app *app;
	enum record_kind kind;
	char *ti;
	int64_t ttl_s;
	struct saved saved;
	enum status code;
	char why[512];
};

static void save_run(struct job *job, void *resource)
{
	struct claim_job *c = (struct claim_job *)job;
	struct record rec = { .kind = c->kind, .ti = c->ti, .ttl_s = c->ttl_s };

	c->code = store_save(&c->saved, resource, &rec);
	if (c->code != STATUS_OK)
		snprintf(c->why, sizeof(c->why), "%s", status_message());
}

static void save_done(struct job *job)
{
	struct claim_job *c = (struct claim_job *)job;
	struct app *app = c->app;

	if (c->code != STATUS_OK && c->saved.n == 0)
		app_message(app, c->code == STATUS_DENIED || c->code == STATUS_USAGE ? MESSAGE_WARNING :
			MESSAGE_ERROR, "not saved: %s", c->why);
	else if (c->kind == RECORD_CLAIM && app->online && app->sync.line == SYNC_ONLINE)
		app_message(app, MESSAGE_DONE, "claim of %s saved, the hub is asked", c->ti);
	else if (c->kind == RECORD_CLAIM)
		app_message(app, MESSAGE_DONE, "claim of %s saved as an intention, not confirmed yet", c->ti);
	else
		app_message(app, MESSAGE_DONE, "%s released", c->ti);
	snprintf(app->claim_asked, sizeof(app->claim_asked), "%s", c->kind == RECORD_CLAIM ? c->ti : "");
	if (c->code == STATUS_OK && app->online && c->kind == RECORD_CLAIM)
		sync_claim(online_sync(app->online), c->ti);
	else if (c->code == STATUS_OK && app->online)
		sync_release(online_sync(app->online), c->ti);
	app_changed(app);
	mem_free(c->ti);
	mem_free(c);
}

static enum status post_claim(struct app *app, int argc, char **argv, enum record_kind kind)
{
	const char *ti = argc > 1 ? argv[1] : app_where(app);
	struct claim_job *c;

	if (argc > 2)
		return cmd_usage(command_find(argv[0]));
	if (!ti)
		return status_set(STATUS_NOT_FOUND, "%s: no test instance is open or under the cursor", argv[0]);
	c = mem_zalloc(sizeof(*c));
	c->job = (struct job){ .name = "claim", .run = save_run, .done = save_done, .urgent = true };
	c->app = app;
	c->kind = kind;
	c->ti = mem_strdup(ti);
	c->ttl_s = kind == RECORD_CLAIM ? options_int(app->options, "claim-minutes") * 60 : 0;
	app_store_job(app, &c->job);
	return STATUS_OK;
}

static enum status run_claim(struct app *app, int argc, char **argv)
{
	return post_claim(app, argc, argv, RECORD_CLAIM);
}

static enum status run_release(struct app *app, int argc, char **argv)
{
	return post_claim(app, argc, argv, RECORD_RELEASE);
}

static enum status run_next(struct app *app, int argc, char **argv)
{
	(void)argc;
	return queue_step(app, strcmp(argv[0], "previous") == 0);
}

static void reload(struct app *app, struct queue *q, int64_t want)
{
	q->want = want;
	if (!want)
		q->cursor = q->top = 0;
	q->loaded = q->loaded && want;
	queue_load(app, q, (size_t)(q->window > 0 ? q->window : 1));
}

static enum status run_resort(struct app *app, int argc, char **argv)
{
	struct queue *q = queue_get(app);
	const struct queue_row *row = queue_current(app);

	(void)argc, (void)argv;
	reload(app, q, row ? row->key : 0);
	app_changed(app);
	return STATUS_OK;
}

/* The option's words in order, from the one in use to the next. */
static enum status run_sort(struct app *app, int argc, char **argv)
{
	struct queue *q = queue_get(app);
	int sort = argc > 1 ? queue_sort_parse(argv[1]) : (int)(q->sort + 1) % SORT_COUNT;

	if (argc > 2 || sort < 0)
		return cmd_usage(command_find(argv[0]));
	q->sort = (enum queue_sort)sort;
	app_message(app, MESSAGE_NOTE, "sorted by %s", queue_sort_name(q->sort));
	reload(app, q, 0);
	return STATUS_OK;
}

static const char **complete_sort(struct app *app, int arg, const char *prefix)
{
	static const char *found[SORT_COUNT + 1];
	int i, n = 0;

	(void)app;
	for (i = 0; arg == 1 && i < SORT_COUNT; i++)
		if (strncmp(queue_sort_name((enum queue_sort)i), prefix, strlen(prefix)) == 0)
			found[n++] = queue_sort_name((enum queue_sort)i);
	found[n] = NULL;
	return found;
}

static const char *const scope_words[] = {
	"showing what waits for a monitor", "showing what you claimed", "showing what you claimed and what is free of your tests",
	"showing every test instance"
};

static enum status run_scope(struct app *app, int argc, char **argv)
{
	struct queue *q = queue_get(app);
	int i = ((int)q->scope + 1) % (SCOPE_ALL + 1);

	if (argc > 1)
		i = queue_scope_parse(argv[1]);
	if (argc > 2 || i < 0)
		return cmd_usage(command_find(argv[0]));
	q->scope = (enum queue_scope)i;
	app_message(app, MESSAGE_NOTE, "%s", scope_words[i]);
	reload(app, q, 0);
	return STATUS_OK;
}

static const char **complete_scope(struct app *app, int arg, const char *prefix)
{
	static const char *found[SCOPE_ALL + 2];
	int i, n = 0;

	(void)app;
	for (i = 0; arg == 1 && i <= SCOPE_ALL; i++)
		if (strncmp(queue_scope_name(i), prefix, strlen(prefix)) == 0)
			found[n++] = queue_scope_name(i);
	found[n] = NULL;
	return found;
}

#define ON_QUEUE SCREEN_BIT(SCREEN_QUEUE)
const struct command commands_queue[] = {
	{ "claim", NULL, "[TI]", "Claim a test instance, so that colleagues see you are on it.", CMD_WRITES, 0,
		run_claim, NULL },
	{ "next", NULL, NULL, "Open the next test instance of the queue that waits.", 0, 0, run_next, NULL },
	{ "previous", NULL, NULL, "Open the one before in the queue that waits.", 0, 0, run_next, NULL },
	{ "release", NULL, "[TI]", "Give a claim back.", CMD_WRITES, 0, run_release, NULL },
	{ "resort", NULL, NULL, "Sort the queue again with what changed meanwhile.", 0, ON_QUEUE, run_resort, NULL },
	{ "scope", NULL, "[waiting|mine|assigned|all]", "Choose which test instances the queue shows.", 0, ON_QUEUE, run_scope,
		complete_scope },
	{ "sort", NULL, "[waiting|table|test|id|status]", "Choose the order of the queue.", 0, ON_QUEUE, run_sort,
		complete_sort },
	COMMAND_END
};
