/* SPDX-License-Identifier: Apache-2.0 */
/* The pane of ways: what came of each, picking one, testing one. Layer app, UI thread. */
#include "verdict/app/ways_pane.h"

#include <string.h>
#include "verdict/app/app.h"
#include "verdict/app/journal.h"
#include "verdict/app/prompt.h"
#include "verdict/base/mem.h"

struct ways_pane {
	struct app *app;
	int cursor;
	struct way_test *tests[WAY_COUNT];
	struct way_test *asking;	/* that the prompt is open for */
};

struct ways_pane *ways_pane_new(struct app *app)
{
	struct ways_pane *p = mem_zalloc(sizeof(*p));

	p->app = app;
	return p;
}

void ways_pane_free(struct ways_pane *p)
{
	size_t w;

	for (w = 0; p && w < WAY_COUNT; w++)
		way_test_free(p->tests[w]);
	mem_free(p);
}

void ways_pane_ways(struct online_way out[WAY_COUNT], const struct ways_pane *p)
{
	size_t w;

	if (p->app->online) {
		online_ways(out, p->app->online);
		return;
	}
	memset(out, 0, WAY_COUNT * sizeof(out[0]));
	for (w = 0; w < WAY_COUNT; w++) {
		out[w].way = (enum way)w;
		out[w].retry_ms = -1;
	}
}

int ways_pane_cursor(const struct ways_pane *p)
{
	return p->cursor;
}

void ways_pane_move(struct ways_pane *p, int to)
{
	p->cursor = to < 0 ? 0 : to >= PANE_LINES ? PANE_LINES - 1 : to;
	p->app->dirty = true;
}

enum way ways_pane_way(const struct ways_pane *p)
{
	struct online_way ways[WAY_COUNT];

	ways_pane_ways(ways, p);
	return p->cursor < WAY_COUNT ? ways[p->cursor].way : WAY_COUNT;
}

const struct way_report *ways_pane_report(const struct ways_pane *p, enum way w)
{
	return w < WAY_COUNT && p->tests[w] ? way_test_report(p->tests[w]) : NULL;
}

/* ---- testing ---- */

static void changed(void *data)
{
	((struct ways_pane *)data)->app->dirty = true;
}

static void answered(struct app *app, const char *text, void *data)
{
	struct ways_pane *p = journal_of(app)->ways;

	(void)data;
	if (p->asking)
		way_test_answer(p->asking, text);
	p->asking = NULL;
}

/* They are made one at a time, so the one that is not over asks. */
static void ask(void *data, const char *text, bool secret)
{
	struct ways_pane *p = data;
	struct way_test *t = NULL;
	size_t w;

	for (w = 0; w < WAY_COUNT; w++)
		if (p->tests[w] && !way_test_report(p->tests[w])->over)
			t = p->tests[w];
	if (!t)
		return;
	if (prompt_mode(p->app->prompt) != PROMPT_NONE) {	/* a person does one thing at a time */
		way_test_answer(t, NULL);
		return;
	}
	p->asking = t;
	if (secret)
		prompt_secret(p->app, text, answered, NULL);
	else
		prompt_ask(p->app, text, "", answered, NULL);
}

static bool testing(const struct ways_pane *p)
{
	size_t w;

	for (w = 0; w < WAY_COUNT; w++)
		if (p->tests[w] && !way_test_report(p->tests[w])->over)
			return true;
	return false;
}

enum status ways_pane_test(struct ways_pane *p, enum way w)
{
	const struct way_test_hooks hooks = { p, changed, ask };
	struct way_target target;
	struct way_test *t;
	enum status code;

	if (w >= WAY_COUNT)
		return status_set(STATUS_USAGE, "a stick needs no test: what is written to it is read back");
	if (!p->app->online)
		return status_set(STATUS_DENIED, "the programs that speak to a hub are not installed; run verdict doctor");
	if (testing(p))
		return status_set(STATUS_AGAIN, "a test is under way");
	online_target(&target, p->app->online);
	code = way_test_new(&t, p->app->loop, online_plan(p->app->online), w, &target, &hooks);
	if (code != STATUS_OK)
		return code;
	way_test_free(p->tests[w]);
	p->tests[w] = t;
	app_message(p->app, MESSAGE_NOTE, "testing %s: nothing is sent but a question", way_name(w));
	return STATUS_OK;
}

/* ---- picking ---- */

enum status ways_pane_pick(struct ways_pane *p, enum way w)
{
	struct online *o = p->app->online;
	enum status code;

	if (!o)
		return status_set(STATUS_DENIED, "the programs that speak to a hub are not installed; run verdict doctor");
	if (online_picked(o) == w)
		w = WAY_COUNT;
	code = online_pick(o, w);
	if (code != STATUS_OK)
		return code;
	if (w < WAY_COUNT)
		app_message(p->app, MESSAGE_NOTE, "%s alone is taken until you pick it once more, or leave", way_name(w));
	else
		app_message(p->app, MESSAGE_NOTE, "the ways are taken in their order again");
	return STATUS_OK;
}
