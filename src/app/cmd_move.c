/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that move and search on whatever screen is on top. Layer app, UI thread. */
#include <stdlib.h>
#include <string.h>

#include "verdict/app/prompt.h"
#include "verdict/app/queue.h"
#include "src/app/app_priv.h"

static enum status move(struct app *app, enum move what, int count)
{
	enum screen_id id = screen_top(app);

	if (!screens[id]->move)
		return status_set(STATUS_DENIED, "there is nothing to move through here");
	screens[id]->move(app, app->state[id], what, count);
	app->dirty = true;
	return STATUS_OK;
}

static enum status count_of(int *out, int argc, char **argv)
{
	char *end;
	long n;

	*out = 1;
	if (argc < 2)
		return STATUS_OK;
	n = strtol(argv[1], &end, 10);
	if (argc > 2 || *end || n < 1 || n > 1000000)
		return cmd_usage(command_find(argv[0]));
	*out = (int)n;
	return STATUS_OK;
}

#define MOVE_COMMAND(name, what) \
	static enum status name(struct app *app, int argc, char **argv) \
	{ \
		int n; \
		enum status code = count_of(&n, argc, argv); \
		return code == STATUS_OK ? move(app, what, n) : code; \
	}
MOVE_COMMAND(run_down, MOVE_DOWN)
MOVE_COMMAND(run_up, MOVE_UP)
MOVE_COMMAND(run_page_down, MOVE_PAGE_DOWN)
MOVE_COMMAND(run_page_up, MOVE_PAGE_UP)
MOVE_COMMAND(run_half_down, MOVE_HALF_DOWN)
MOVE_COMMAND(run_half_up, MOVE_HALF_UP)
MOVE_COMMAND(run_first, MOVE_FIRST)
MOVE_COMMAND(run_last, MOVE_LAST)
MOVE_COMMAND(run_left, MOVE_LEFT)
MOVE_COMMAND(run_right, MOVE_RIGHT)

static enum status run_go(struct app *app, int argc, char **argv)
{
	int n;
	enum status code = argc < 2 ? cmd_usage(command_find(argv[0])) : count_of(&n, argc, argv);

	return code == STATUS_OK ? move(app, MOVE_TO, n - 1) : code;
}

static enum status run_enter(struct app *app, int argc, char **argv)
{
	enum screen_id id = screen_top(app);

	(void)argc, (void)argv;
	if (!screens[id]->open)
		return status_set(STATUS_DENIED, "there is nothing to open here");
	return screens[id]->open(app, app->state[id]);
}

static enum status search(struct app *app, enum search_op op, const char *text)
{
	enum screen_id id = screen_top(app);

	if (!screens[id]->search)
		return status_set(STATUS_DENIED, "there is nothing to search here");
	app->dirty = true;
	return screens[id]->search(app, app->state[id], op, text);
}

static enum status run_search(struct app *app, int argc, char **argv)
{
	struct buf text;
	enum status code;
	int i;

	if (argc < 2) {
		if (!screens[screen_top(app)]->search)
			return search(app, SEARCH_DONE, "");
		if (screen_top(app) == SCREEN_QUEUE)
			queue_filter_begin(app);
		prompt_search(app, "");
		return STATUS_OK;
	}
	buf_init(&text, 4096);
	for (i = 1; i < argc; i++)
		buf_printf(&text, "%s%s", i > 1 ? " " : "", argv[i]);
	code = text.err ? text.err : search(app, SEARCH_DONE, buf_str(&text));
	buf_done(&text);
	return code;
}

static enum status run_search_next(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return search(app, SEARCH_NEXT, "");
}

static enum status run_search_previous(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return search(app, SEARCH_PREVIOUS, "");
}

const struct command commands_move[] = {
	{ "down", NULL, "[COUNT]", "Move down a row.", 0, 0, run_down, NULL },
	{ "enter", NULL, NULL, "Open what is under the cursor.", 0, 0, run_enter, NULL },
	{ "first", "top", NULL, "Go to the first row.", 0, 0, run_first, NULL },
	{ "go", NULL, "ROW", "Go to a row by its number.", CMD_ASKS, 0, run_go, NULL },
	{ "half-down", NULL, "[COUNT]", "Move down half a page.", 0, 0, run_half_down, NULL },
	{ "half-up", NULL, "[COUNT]", "Move up half a page.", 0, 0, run_half_up, NULL },
	{ "last", "bottom", NULL, "Go to the last row.", 0, 0, run_last, NULL },
	{ "left", NULL, "[COUNT]", "Move left, or close a fold.", 0, 0, run_left, NULL },
	{ "page-down", NULL, "[COUNT]", "Move down a page.", 0, 0, run_page_down, NULL },
	{ "page-up", NULL, "[COUNT]", "Move up a page.", 0, 0, run_page_up, NULL },
	{ "right", NULL, "[COUNT]", "Move right, or open a fold.", 0, 0, run_right, NULL },
	{ "search", "filter", "[TEXT]", "Search this screen; the queue filters while you type.", 0, 0, run_search, NULL },
	{ "search-next", NULL, NULL, "Go to the next hit of the last search.", 0, 0, run_search_next, NULL },
	{ "search-previous", NULL, NULL, "Go to the hit before.", 0, 0, run_search_previous, NULL },
	{ "up", NULL, "[COUNT]", "Move up a row.", 0, 0, run_up, NULL },
	COMMAND_END
};
