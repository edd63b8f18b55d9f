/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for the ways to the hub: the pane, testing one, picking one. Layer app, UI thread. */
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/journal.h"
#include "verdict/app/ways_pane.h"
#include "src/app/app_priv.h"

static void show(struct app *app)
{
	struct journal_state *st = journal_of(app);

	if (screen_top(app) != SCREEN_JOURNAL)
		screen_push(app, SCREEN_JOURNAL);
	st->shown = JOURNAL_WAYS;
	app->dirty = true;
}

/* The way that is named, or the one under the cursor; WAY_COUNT is `other`, or the stick. */
static enum status take_way(enum way *out, struct app *app, int argc, char **argv, const char *other)
{
	size_t w;

	if (argc > 2)
		return cmd_usage(command_find(argv[0]));
	if (argc < 2) {
		*out = ways_pane_way(journal_of(app)->ways);
		return STATUS_OK;
	}
	for (w = 0; w < WAY_COUNT && strcmp(argv[1], way_name((enum way)w)) != 0; w++)
		;
	if (w == WAY_COUNT && (!other || strcmp(argv[1], other) != 0))
		return cmd_usage(command_find(argv[0]));
	*out = (enum way)w;
	return STATUS_OK;
}

static enum status cmd_ways(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	show(app);
	return STATUS_OK;
}

static enum status cmd_test(struct app *app, int argc, char **argv)
{
	enum way w;
	enum status code = take_way(&w, app, argc, argv, NULL);

	if (code != STATUS_OK)
		return code;
	code = ways_pane_test(journal_of(app)->ways, w);
	if (code == STATUS_OK)
		show(app);
	return code;
}

static enum status cmd_pick(struct app *app, int argc, char **argv)
{
	enum way w;
	enum status code = take_way(&w, app, argc, argv, "all");

	if (code != STATUS_OK)
		return code;
	if (argc < 2 && w == WAY_COUNT)
		return status_set(STATUS_USAGE, "a stick is not taken by itself: bundle-write writes one");
	return ways_pane_pick(journal_of(app)->ways, w);
}

static const char **complete_test(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "https", "sftp", "ssh", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

static const char **complete_pick(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "all", "https", "sftp", "ssh", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

const struct command commands_ways[] = {
	{ "way-pick", NULL, "[https|ssh|sftp|all]", "Take this way to the hub alone, or once more as planned.", 0, 0, cmd_pick,
		complete_pick },
	{ "way-test", NULL, "[https|ssh|sftp]", "Try this way to the hub step by step.", 0, 0, cmd_test, complete_test },
	{ "ways", NULL, NULL, "Show the ways to the hub, and what came of each.", 0, 0, cmd_ways, NULL },
	COMMAND_END
};
