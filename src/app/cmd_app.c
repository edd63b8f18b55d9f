/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the console itself: screens, prompt, options, leaving. Layer app, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/prompt.h"
#include "src/app/app_priv.h"

static enum status run_back(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (app->depth < 2) {
		if (screens[screen_top(app)]->search && screen_top(app) == SCREEN_QUEUE)
			return screens[SCREEN_QUEUE]->search(app, app->state[SCREEN_QUEUE], SEARCH_CANCELLED, "");
		return STATUS_OK;
	}
	screen_pop(app);
	return STATUS_OK;
}

static enum status join_words(struct buf *out, int argc, char **argv, int from)
{
	int i;

	for (i = from; i < argc; i++)
		buf_printf(out, "%s%s", i > from ? " " : "", argv[i]);
	return out->err;
}

static enum status run_bind(struct app *app, int argc, char **argv)
{
	struct buf line;
	enum status code;

	if (argc < 4)
		return cmd_usage(command_find(argv[0]));
	buf_init(&line, 1024);
	code = join_words(&line, argc, argv, 3);
	if (code == STATUS_OK)
		code = keymap_bind(app->keymap, argv[1], argv[2], buf_str(&line));
	buf_done(&line);
	return code;
}

static enum status run_set(struct app *app, int argc, char **argv)
{
	const struct option *opt;
	enum status code;

	if (argc < 2 || argc > 3)
		return cmd_usage(command_find(argv[0]));
	if (argc == 3) {
		code = options_set(app->options, argv[1], argv[2]);
		if (code == STATUS_OK && app->hooks && app->hooks->redraw)
			app->hooks->redraw(app);
		return code;
	}
	opt = option_find(argv[1]);
	if (!opt)
		return status_set(STATUS_USAGE, "set: no option is called \"%s\"", argv[1]);
	app_message(app, MESSAGE_NOTE, "%s is %s%s%s. %s", opt->name, options_word(app->options, opt->name),
		opt->unit ? " " : "", opt->unit ? opt->unit : "", opt->help);
	return STATUS_OK;
}

static const char **complete_set(struct app *app, int arg, const char *prefix)
{
	static const char *found[32];
	const struct option *opt;
	size_t i, n = 0;

	(void)app;
	for (i = 0; arg == 1 && n < 31 && (opt = option_at(i)); i++)
		if (strncmp(opt->name, prefix, strlen(prefix)) == 0)
			found[n++] = opt->name;
	found[n] = NULL;
	return found;
}

static enum status run_help(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	screen_push(app, SCREEN_HELP);
	return STATUS_OK;
}

static enum status run_palette(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	screen_push(app, SCREEN_PALETTE);
	return STATUS_OK;
}

static enum status run_queue(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (!app->event && app->informed)
		return status_set(STATUS_DENIED, "there is no event here yet");
	screen_push(app, SCREEN_QUEUE);
	return STATUS_OK;
}

static enum status run_prompt(struct app *app, int argc, char **argv)
{
	struct buf line;

	buf_init(&line, 1024);
	if (join_words(&line, argc, argv, 1) == STATUS_OK) {
		if (line.len)
			buf_addc(&line, ' ');
		prompt_command(app, buf_str(&line));
	}
	buf_done(&line);
	return STATUS_OK;
}

static enum status run_redraw(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (app->hooks && app->hooks->redraw)
		app->hooks->redraw(app);
	app->dirty = true;
	return STATUS_OK;
}

static enum status run_suspend(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (!app->hooks || !app->hooks->suspend)
		return status_set(STATUS_DENIED, "there is no terminal to give back");
	app->hooks->suspend(app);
	return STATUS_OK;
}

static void quit_answer(struct app *app, char answer, void *data)
{
	(void)data;
	if (answer == 'y')
		app->quit = true;
}

static enum status run_quit(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (options_bool(app->options, "confirm-quit") && !app->script)
		prompt_confirm(app, "Leave the console?", "yn", quit_answer, NULL);
	else
		app->quit = true;
	return STATUS_OK;
}

const struct command commands_app[] = {
	{ "back", NULL, NULL, "Go back to the screen before; in the queue, take the filter away.", 0, 0, run_back, NULL },
	{ "bind", NULL, "MAP KEY COMMAND…", "Give a key a command on a screen, or on all (common).", CMD_ASKS, 0,
		run_bind, NULL },
	{ "help", NULL, NULL, "Show every key and command.", 0, 0, run_help, NULL },
	{ "palette", NULL, NULL, "Find a command by its name and run it.", 0, 0, run_palette, NULL },
	{ "prompt", NULL, "[TEXT]", "Type a command.", 0, 0, run_prompt, NULL },
	{ "queue", NULL, NULL, "Show the queue.", 0, 0, run_queue, NULL },
	{ "quit", "q", NULL, "Leave the console.", 0, 0, run_quit, NULL },
	{ "redraw", NULL, NULL, "Paint the whole screen again.", 0, 0, run_redraw, NULL },
	{ "set", NULL, "OPTION [VALUE]", "Show or change an option; see verdict.conf(5).", CMD_ASKS, 0, run_set,
		complete_set },
	{ "suspend", NULL, NULL, "Stop the console and return to the shell; fg comes back.", 0, 0, run_suspend, NULL },
	COMMAND_END
};
