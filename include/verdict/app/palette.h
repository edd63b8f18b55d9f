/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_PALETTE_H
#define VERDICT_APP_PALETTE_H
#include <stddef.h>
#include "verdict/app/command.h"
#include "verdict/app/keymap.h"
#include "verdict/app/lineedit.h"

/* States of the palette and the help screen, for their painters. UI thread. */
#define PALETTE_MAX 256
struct palette {
	struct lineedit line;
	const struct command *found[PALETTE_MAX];
	size_t n;
	int cursor, top;
	enum screen_id from;	/* screen under it: its keys are shown */
};

#define HELP_MAX 400
struct help_line { const char *map; int key; const char *command; };	/* command NULL: heading of the map */
struct help {
	struct help_line line[HELP_MAX];
	size_t n;
	int top, rows;		/* rows: set by the painter */
};

#endif
