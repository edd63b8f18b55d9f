/* SPDX-License-Identifier: Apache-2.0 */
/* Print verdict-keys(7) from the tables of screens, keys and commands. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/keymap.h"

static void roff(const char *s)
{
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else if ((*s == '.' || *s == '\'') && s[1] == '\0')
			printf("\\&%c", *s);
		else
			putchar(*s);
	}
}

static void keys_of(const struct keymap *km, const char *map, const char *command)
{
	const struct binding *b;
	char name[KEY_NAME_MAX];
	const char *comma = "";
	size_t i;

	for (i = 0; (b = keymap_at(km, i)); i++) {
		if (strcmp(b->map, map) != 0 || strcmp(b->command, command) != 0)
			continue;
		printf("%s", comma);
		roff(key_label(name, b->key));
		comma = ", ";
	}
}

static bool shown(const struct keymap *km, size_t at)
{
	const struct binding *b = keymap_at(km, at), *before;
	size_t i;

	for (i = 0; i < at && (before = keymap_at(km, i)); i++)
		if (strcmp(before->map, b->map) == 0 && strcmp(before->command, b->command) == 0)
			return true;
	return false;
}

static void map_page(const struct keymap *km, const char *map, const char *title)
{
	const struct command *cmd;
	const struct binding *b;
	char name[64];
	size_t i;

	printf(".SS %s\n", title);
	for (i = 0; (b = keymap_at(km, i)); i++) {
		if (strcmp(b->map, map) != 0 || shown(km, i))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(b->command, " "), b->command);
		cmd = command_find(name);
		printf(".TP\n.B ");
		keys_of(km, map, b->command);
		printf("\n\\fB");
		roff(b->command);
		printf("\\fR: ");
		roff(cmd ? cmd->help : "");
		putchar('\n');
	}
}

static void commands_page(void)
{
	const struct command *cmd;
	size_t i;

	printf(".SH COMMANDS\nEvery command, for the prompt (:), scripts and\n.B bind\nlines.\n");
	for (i = 0; (cmd = command_at(i)); i++) {
		if (cmd->flags & CMD_HIDDEN)
			continue;
		printf(".TP\n\\fB");
		roff(cmd->name);
		printf("\\fR");
		if (cmd->usage) {
			printf(" \\fI");
			roff(cmd->usage);
			printf("\\fR");
		}
		if (cmd->alias)
			printf(" (also \\fB%s\\fR)", cmd->alias);
		putchar('\n');
		roff(cmd->help);
		putchar('\n');
	}
}

static void scripts_page(void)
{
	const struct command *cmd;
	size_t i;

	printf(".SH SCRIPTS\n.B verdict \\-\\-script\n.I FILE\nruns command lines without a terminal. It also "
		"knows these:\n");
	for (i = 0; (cmd = command_at(i)); i++) {
		if (!(cmd->flags & CMD_HIDDEN))
			continue;
		printf(".TP\n\\fB");
		roff(cmd->name);
		printf("\\fR \\fI");
		roff(cmd->usage ? cmd->usage : "");
		printf("\\fR\n");
		roff(cmd->help);
		putchar('\n');
	}
}

int main(void)
{
	struct keymap *km = keymap_new();
	int i;

	printf(".\\\" SPDX-License-Identifier: Apache-2.0\n.\\\" Made from the tables by tests/screen/keys_page; "
		"do not edit.\n.TH VERDICT\\-KEYS 7 2026-11-22 \"verdict\" \"Verdict manual\"\n.SH NAME\n"
		"verdict\\-keys \\- keys and commands of the full screen of\n.BR verdict (1)\n.SH DESCRIPTION\n"
		"A key names a command. What a screen has no key for works as everywhere. In text fields letters are "
		"text, and the keys of\n.BR readline (3)\nmove and cut.\nLines\n.B bind\n.I MAP KEY COMMAND\nin\n"
		".BR verdict.conf (5)\nchange them.\n.SH KEYS\n");
	map_page(km, "common", "Everywhere");
	for (i = 0; i < SCREEN_COUNT; i++)
		if (screens[i])
			map_page(km, screens[i]->name, screens[i]->title);
	commands_page();
	scripts_page();
	printf(".SH SEE ALSO\n.BR verdict (1),\n.BR verdict.conf (5)\n");
	keymap_free(km);
	return 0;
}
