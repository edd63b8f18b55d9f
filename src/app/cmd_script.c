/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for scripts and tests: typing, looking, waiting. Layer app, UI thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/script.h"
#include "verdict/base/clock.h"
#include "src/app/app_priv.h"

#define AWAIT_S 60

static enum status run_keys(struct app *app, int argc, char **argv)
{
	enum status code = STATUS_OK;
	int i;

	for (i = 1; i < argc && code == STATUS_OK; i++)
		code = script_keys(app, argv[i], true);
	return code;
}

static enum status run_type_ahead(struct app *app, int argc, char **argv)
{
	enum status code = STATUS_OK;
	int i;

	for (i = 1; i < argc && code == STATUS_OK; i++)
		code = script_keys(app, argv[i], false);
	return code;
}

static enum status run_type(struct app *app, int argc, char **argv)
{
	struct key_event ev;
	const char *p;
	size_t n;

	if (argc != 2)
		return cmd_usage(command_find(argv[0]));
	for (p = argv[1]; *p; p += n) {
		for (n = 1; ((unsigned char)p[n] & 0xc0) == 0x80; n++)
			;
		memset(&ev, 0, sizeof(ev));
		ev.key = n == 1 ? *p : KEY_CODE_END;
		memcpy(ev.text, p, n < sizeof(ev.text) ? n : sizeof(ev.text) - 1);
		app_key(app, &ev);
	}
	return STATUS_OK;
}

/* What the hub sends comes when it comes. */
static enum status run_await(struct app *app, int argc, char **argv)
{
	int64_t end = clock_mono_ns() + AWAIT_S * INT64_C(1000000000);
	enum status code = STATUS_OK;

	if (argc != 2)
		return cmd_usage(command_find(argv[0]));
	while (app->hooks && app->hooks->screen_has && code == STATUS_OK && !app->hooks->screen_has(app, argv[1])) {
		if (clock_mono_ns() > end)
			return status_set(STATUS_CONFLICT, "await \"%s\": the screen does not show it in %d s", argv[1], AWAIT_S);
		(void)loop_turn(app->loop, 20);
		code = script_settle(app);
	}
	return code;
}

static enum status run_expect(struct app *app, int argc, char **argv)
{
	enum status code = script_settle(app);
	bool want = strcmp(argv[0], "expect") == 0;

	if (argc != 2)
		return cmd_usage(command_find(argv[0]));
	if (code != STATUS_OK || !app->hooks || !app->hooks->screen_has)
		return code;
	if (app->hooks->screen_has(app, argv[1]) != want)
		return status_set(STATUS_CONFLICT, "%s \"%s\": the screen %s", argv[0], argv[1],
			want ? "does not show it" : "shows it");
	return STATUS_OK;
}

static enum status run_save_screen(struct app *app, int argc, char **argv)
{
	bool styles = argc == 3 && strcmp(argv[2], "styles") == 0;
	enum status code = script_settle(app);

	if (argc < 2 || (argc == 3 && !styles) || argc > 3)
		return cmd_usage(command_find(argv[0]));
	if (code == STATUS_OK && app->hooks && app->hooks->save_screen)
		code = app->hooks->save_screen(app, argv[1], styles);
	return code;
}

static enum status run_resize(struct app *app, int argc, char **argv)
{
	char *end;
	long cols, rows;

	cols = argc == 2 ? strtol(argv[1], &end, 10) : 0;
	if (cols < 1 || *end != 'x')
		return cmd_usage(command_find(argv[0]));
	rows = strtol(end + 1, &end, 10);
	if (rows < 1 || *end || rows > 2000 || cols > 2000)
		return cmd_usage(command_find(argv[0]));
	if (app->hooks && app->hooks->resize)
		app->hooks->resize(app, (int)rows, (int)cols);
	app->dirty = true;
	return STATUS_OK;
}

static enum status run_echo(struct app *app, int argc, char **argv)
{
	int i;

	(void)app;
	for (i = 1; i < argc; i++)
		printf("%s%s", i > 1 ? " " : "", argv[i]);
	putchar('\n');
	fflush(stdout);
	return STATUS_OK;
}

static enum status run_message(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	printf("%s\n", app->message);
	fflush(stdout);
	return STATUS_OK;
}

static enum status run_clock(struct app *app, int argc, char **argv)
{
	int64_t at;

	if (argc != 2 || clock_parse(&at, argv[1]) != 0)
		return cmd_usage(command_find(argv[0]));
	clock_freeze_ms(at);
	app->dirty = true;
	return STATUS_OK;
}

#define HIDDEN CMD_HIDDEN, 0
const struct command commands_script[] = {
	{ "await", NULL, "TEXT", "Wait until the screen shows the text, for a minute at most.", HIDDEN, run_await, NULL },
	{ "clock", NULL, "TIME", "Let the clock stand still at an RFC 3339 time.", HIDDEN, run_clock, NULL },
	{ "echo", NULL, "TEXT…", "Print a line on standard output.", HIDDEN, run_echo, NULL },
	{ "expect", NULL, "TEXT", "Fail unless the screen shows the text.", HIDDEN, run_expect, NULL },
	{ "expect-not", NULL, "TEXT", "Fail if the screen shows the text.", HIDDEN, run_expect, NULL },
	{ "keys", NULL, "KEYS…", "Type keys, with a frame painted between any two.", HIDDEN, run_keys, NULL },
	{ "print-message", NULL, NULL, "Print the message line on standard output.", HIDDEN, run_message, NULL },
	{ "resize", NULL, "COLSxROWS", "Give the null terminal another size.", HIDDEN, run_resize, NULL },
	{ "save-screen", NULL, "FILE [styles]", "Write the screen as text.", HIDDEN, run_save_screen, NULL },
	{ "type", NULL, "TEXT", "Type text as it is.", HIDDEN, run_type, NULL },
	{ "type-ahead", NULL, "KEYS…", "Type keys faster than the screen is painted.", HIDDEN, run_type_ahead, NULL },
	COMMAND_END
};
