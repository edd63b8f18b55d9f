/* SPDX-License-Identifier: Apache-2.0 */
/* Table of command families, look-up, preconditions and the dispatcher. Layer app, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/prompt.h"
#include "verdict/base/mem.h"
#include "src/app/app_priv.h"

/* Add a family here; each is sorted by name, its functions live in app/cmd_<family>.c. */
static const struct command *const families[] = {
	commands_app, commands_move, commands_queue, commands_script,
	commands_instance, commands_evidence, commands_picture, commands_verdict, commands_journal,
	commands_disputes, commands_results, commands_stick, commands_ways,
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

const struct command *command_find(const char *name)
{
	const struct command *cmd;
	size_t f;

	for (f = 0; f < FAMILIES; f++)
		for (cmd = families[f]; cmd->name; cmd++)
			if (strcmp(cmd->name, name) == 0 || (cmd->alias && strcmp(cmd->alias, name) == 0))
				return cmd;
	return NULL;
}

const struct command *command_at(size_t i)
{
	const struct command *next[FAMILIES], *least = NULL;
	size_t f, best = 0;

	memcpy(next, families, sizeof(next));
	do {
		least = NULL;
		for (f = 0; f < FAMILIES; f++)
			if (next[f]->name && (!least || strcmp(next[f]->name, least->name) < 0))
				least = next[best = f];
		if (!least)
			return NULL;
		next[best]++;
	} while (i-- > 0);
	return least;
}

int command_split(char **words, int max, char *copy)
{
	char *in = copy, *out = copy, quote;
	int n = 0;

	for (;;) {
		in += strspn(in, " \t");
		if (!*in || *in == '#')
			return n;
		if (n == max)
			return -1;
		words[n++] = out;
		for (quote = 0; *in && (quote || !strchr(" \t", *in)); in++) {
			if (quote ? *in == quote : *in == '\'' || *in == '"')
				quote = quote ? 0 : *in;
			else if (*in == '\\' && quote != '\'' && in[1])
				*out++ = *++in;
			else
				*out++ = *in;
		}
		if (quote)
			return -1;
		if (*in)
			in++;
		*out++ = '\0';
	}
}

const char *command_why_not(const struct command *cmd, const struct app *app)
{
	if ((cmd->flags & CMD_HIDDEN) && !app->script)
		return "only scripts may use it";
	if (cmd->screens && (app->depth == 0 || !(cmd->screens & SCREEN_BIT(screen_top(app)))))
		return "that is not for this screen";
	if ((cmd->flags & CMD_WRITES) && !app->me)
		return "this console has not joined an event yet: leave and run verdict join";
	if ((cmd->flags & CMD_NEEDS_TI) && !app_where((struct app *)app))
		return "no test instance is open or under the cursor";
	return NULL;
}

enum status cmd_usage(const struct command *cmd)
{
	return status_set(STATUS_USAGE, "usage: %s%s%s", cmd->name, cmd->usage ? " " : "",
		cmd->usage ? cmd->usage : "");
}

static enum status run_words(struct app *app, int argc, char **argv)
{
	const struct command *cmd = command_find(argv[0]);
	const char *why;
	char line[80];

	if (!cmd)
		return status_set(STATUS_USAGE, "no command is called \"%s\"; F1 shows all", argv[0]);
	why = command_why_not(cmd, app);
	if (why)
		return status_set(STATUS_DENIED, "%s: %s", cmd->name, why);
	if ((cmd->flags & CMD_ASKS) && argc == 1 && !app->script) {
		snprintf(line, sizeof(line), "%s ", cmd->name);
		prompt_command(app, line);
		return STATUS_OK;
	}
	if (!cmd->usage && argc > 1)
		return cmd_usage(cmd);
	return cmd->run(app, argc, argv);
}

enum status command_run(struct app *app, const char *line)
{
	char *words[COMMAND_ARGS_MAX + 1], *copy = mem_strdup(line);
	enum status code = STATUS_OK;
	int n;

	status_clear();
	n = command_split(words, COMMAND_ARGS_MAX, copy);
	if (n < 0)
		code = status_set(STATUS_USAGE, "a quote is left open, or there are too many words");
	else if (n > 0) {
		words[n] = NULL;
		code = run_words(app, n, words);
	}
	if (code != STATUS_OK)
		app_status(app, code);
	mem_free(copy);
	app->dirty = true;
	return code;
}
