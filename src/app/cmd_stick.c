/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for bundles: write, read, stop. Layer app, UI thread. */
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/journal.h"
#include "verdict/app/stick.h"

/* The one argument that is no option; -1 for an option that is not known. */
static int take_words(const char **path, bool flags[3], int argc, char **argv)
{
	static const char *const names[] = { "--evidence", "--all", "--plain" };

	*path = NULL;
	for (int i = 1; i < argc; i++) {
		int k = 0;

		while (k < 3 && strcmp(argv[i], names[k]) != 0)
			k++;
		if (k < 3)
			flags[k] = true;
		else if (argv[i][0] == '-' || *path)
			return -1;
		else
			*path = argv[i];
	}
	return *path ? 0 : -1;
}

static enum status cmd_write(struct app *app, int argc, char **argv)
{
	bool flags[3] = { false, false, false };
	const char *path;

	if (take_words(&path, flags, argc, argv) != 0)
		return status_set(STATUS_USAGE, "usage: bundle-write FILE|FOLDER [--evidence] [--all] [--plain]");
	return stick_write(journal_of(app)->stick, path, flags[0], flags[1], flags[2]);
}

static enum status cmd_read(struct app *app, int argc, char **argv)
{
	if (argc != 2)
		return status_set(STATUS_USAGE, "usage: bundle-read FILE");
	return stick_read(journal_of(app)->stick, argv[1]);
}

static enum status cmd_stop(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return stick_stop(journal_of(app)->stick);
}

static const char **complete_write(struct app *app, int arg, const char *prefix)
{
	return arg == 1 ? stick_places(journal_of(app)->stick, prefix, true) : NULL;
}

static const char **complete_read(struct app *app, int arg, const char *prefix)
{
	return arg == 1 ? stick_places(journal_of(app)->stick, prefix, false) : NULL;
}

const struct command commands_stick[] = {
	{ "bundle-read", NULL, "FILE", "Take what a colleague or the hub put on a stick.", CMD_ASKS, 0, cmd_read,
		complete_read },
	{ "bundle-stop", NULL, NULL, "Stop the bundle that is under way; nothing half written stays.", 0, 0, cmd_stop, NULL },
	{ "bundle-write", NULL, "FILE|FOLDER [--evidence] [--all] [--plain]",
		"Write the records that wait onto a stick; Tab finds what is mounted.", CMD_ASKS | CMD_WRITES, 0, cmd_write,
		complete_write },
	COMMAND_END
};
