/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the picture of an item: frame, window, zoom. Layer app, UI thread. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/evidence.h"

#define HERE (SCREEN_BIT(SCREEN_EVIDENCE))

static enum status cmd_frame(struct app *app, int argc, char **argv)
{
	const char *to = argc > 1 ? argv[1] : "next";
	unsigned long n;
	char *end;

	if (strcmp(to, "next") == 0)
		return evidence_picture_step(app, 1);
	if (strcmp(to, "previous") == 0)
		return evidence_picture_step(app, -1);
	if (strcmp(to, "first") == 0)
		return evidence_picture_frame(app, 0);
	if (strcmp(to, "last") == 0)
		return evidence_picture_frame(app, (int64_t)evidence_of(app)->info.frames - 1);
	n = strtoul(to, &end, 10);
	if (*to < '0' || *to > '9' || *end)
		return status_set(STATUS_USAGE, "usage: frame N|next|previous|first|last");
	return evidence_picture_frame(app, n > INT32_MAX ? INT32_MAX : (int64_t)n - 1);
}

static bool number(double *out, const char *word)
{
	char *end;

	*out = strtod(word, &end);
	return end != word && !*end && isfinite(*out) && fabs(*out) < 1e9;
}

static enum status cmd_window(struct app *app, int argc, char **argv)
{
	static const struct { const char *word; double shift, stretch; } steps[] = {
		{ "lower", -0.1, 1 }, { "higher", 0.1, 1 }, { "narrower", 0, 0.8 }, { "wider", 0, 1.25 },
	};
	double center, width;
	size_t i;

	for (i = 0; argc == 2 && i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(argv[1], steps[i].word) == 0)
			return evidence_picture_adjust(app, steps[i].shift, steps[i].stretch);
	if (argc == 2 && strcmp(argv[1], "reset") == 0)
		return evidence_picture_window(app, 0, 0);
	if (argc == 3 && number(&center, argv[1]) && number(&width, argv[2]) && width >= 1)
		return evidence_picture_window(app, center, width);
	return status_set(STATUS_USAGE, "usage: window CENTRE WIDTH, or window lower|higher|narrower|wider|reset");
}

static enum status cmd_zoom(struct app *app, int argc, char **argv)
{
	if (argc < 2)
		return evidence_picture_zoom(app, !evidence_of(app)->picture.full);
	if (strcmp(argv[1], "fit") == 0 || strcmp(argv[1], "full") == 0)
		return evidence_picture_zoom(app, argv[1][1] == 'u');
	return status_set(STATUS_USAGE, "usage: zoom [fit|full]");
}

static const char **complete_frame(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "next", "previous", "first", "last", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

static const char **complete_window(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "lower", "higher", "narrower", "wider", "reset", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

static const char **complete_zoom(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "fit", "full", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

const struct command commands_picture[] = {
	{ "frame", NULL, "[N|next|previous|first|last]", "Show another frame of the picture.", 0, HERE, cmd_frame,
		complete_frame },
	{ "window", NULL, "CENTRE WIDTH|lower|higher|narrower|wider|reset",
		"Choose which grey values the picture shows.", 0, HERE, cmd_window, complete_window },
	{ "zoom", NULL, "[fit|full]", "Show all of the picture, or each of its elements.", 0, HERE, cmd_zoom,
		complete_zoom },
	COMMAND_END
};
