/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_COMMAND_H
#define VERDICT_APP_COMMAND_H
#include <stddef.h>
#include "verdict/base/status.h"
#include "verdict/app/screen.h"

struct app;
/*
 * Anything a monitor can do on a screen. Keys only name commands; the prompt and scripts run the same lines.
 * Each family has its own file app/cmd_<family>.c with one `const struct command commands_<family>[]`, sorted
 * by name and ended by COMMAND_END, listed in src/app/commands.c.
 */
enum command_flags {
	CMD_WRITES = 1,		/* makes a record: refused without an identity */
	CMD_NEEDS_TI = 2,	/* a TI is open or under the cursor */
	CMD_ASKS = 4,		/* opens the prompt when arguments are missing */
	CMD_HIDDEN = 8,		/* not in the palette: scripts and tests */
	CMD_DECIDES = 16,	/* ignored when it was typed before the screen was painted */
};
struct command {
	const char *name, *alias;	/* alias or NULL */
	const char *usage;		/* "[TI]" ; NULL none */
	const char *help;		/* one sentence */
	unsigned int flags;
	unsigned int screens;		/* bits 1 << enum screen_id where it makes sense; 0 everywhere */
	enum status (*run)(struct app *app, int argc, char **argv);	/* argv[0] is the name */
	const char **(*complete)(struct app *app, int arg, const char *prefix);	/* NULL-terminated, borrowed; or NULL */
};
#define COMMAND_END { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL }
#define COMMAND_ARGS_MAX 32

extern const struct command commands_app[], commands_move[], commands_queue[], commands_script[],
	commands_instance[], commands_evidence[], commands_picture[], commands_verdict[], commands_journal[],
	commands_disputes[], commands_results[], commands_stick[], commands_ways[];

const struct command *command_find(const char *name);	/* or alias */
const struct command *command_at(size_t i);		/* all, sorted by name; NULL past the end */
/* Is it possible here and now? NULL, or a sentence why not. */
const char *command_why_not(const struct command *cmd, const struct app *app);
/* Run one line ("verdict", "outcome partial", quoted arguments). Errors are shown as the app's message and returned. */
enum status command_run(struct app *app, const char *line);
/*
 * Split a line into words at blanks; '…', "…" and \ quote as in a shell, # begins a comment. `words` point into
 * `copy`, which is overwritten. Count, or -1 for an open quote or more than `max` words.
 */
int command_split(char **words, int max, char *copy);

#endif
