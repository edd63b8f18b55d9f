/* SPDX-License-Identifier: Apache-2.0 */
/* The tour: the screens as text, for who has no terminal at hand. Layer ui, UI thread. */
#include <stdio.h>

#include "verdict/app/script.h"
#include "src/ui/console_priv.h"

/* What one would do, and what it shows. */
static const struct { const char *line, *words; } stops[] = {
	{ NULL, "The queue: what waits for a monitor, critical first." },
	{ "enter", "Enter opens a test instance: who, which steps, what to check." },
	{ "evidence", "e looks at the evidence." },
	{ "back", NULL },
	{ "verdict", "v asks for the verdict, and shows what will be signed." },
	{ "back", NULL },
	{ "back", NULL },
	{ "journal", "5 shows the journal: every record, and whether it was sent." },
	{ "queue", NULL },
	{ "help", "? shows every key." },
};

enum status tour_run(struct app *app)
{
	enum status code;
	size_t i;

	for (i = 0; i < sizeof(stops) / sizeof(stops[0]) && !app->quit; i++) {
		if (stops[i].line && command_run(app, stops[i].line) != STATUS_OK)
			fprintf(stderr, "verdict: %s: %s\n", stops[i].line, status_message());
		code = script_settle(app);
		if (code != STATUS_OK)
			return code;
		if (!stops[i].words)
			continue;
		printf("\n== %s\n\n", stops[i].words);
		fflush(stdout);
		code = app->hooks->save_screen(app, "-", false);
		if (code != STATUS_OK)
			return code;
	}
	return STATUS_OK;
}
