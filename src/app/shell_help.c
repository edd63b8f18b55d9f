/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help, the nearest command to a mistyped one, and completion, all from the table of subcommands.
 * Layer app, any thread.
 */
#include "shell_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"
#include "verdict/store/results.h"

static void usage_options(struct buf *out, const struct shell_option *list)
{
	char left[64];
	struct buf b;

	for (const struct shell_option *o = list; o && o->name; o++) {
		buf_init(&b, sizeof(left));
		if (o->letter)
			buf_printf(&b, "-%c, ", o->letter);
		buf_printf(&b, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
		buf_printf(out, "  %-24s %s\n", buf_str(&b), o->help);
		buf_done(&b);
	}
}

static void usage_program(struct buf *out)
{
	const struct subcommand *cmd;

	buf_adds(out, "usage: verdict [OPTION…] [COMMAND [ARGUMENT…]]\n\n"
		"The console of the Connectathon monitor. Without a command it opens full screen.\n\nCommands:\n");
	for (size_t i = 0; (cmd = shell_at(i)); i++)
		if (!(cmd->flags & SHELL_HIDDEN))
			buf_printf(out, "  %-10s %s\n", cmd->name, cmd->help);
	buf_adds(out, "\nOptions:\n");
	usage_options(out, shell_common);
	buf_adds(out, "\nFull screen only:\n");
	usage_options(out, shell_screen);
	buf_adds(out, "\nMore: verdict help COMMAND, verdict(1), verdict-keys(7)\n");
}

void shell_usage(struct buf *out, const struct subcommand *cmd)
{
	if (!cmd) {
		usage_program(out);
		return;
	}
	buf_printf(out, "usage: verdict %s%s%s%s\n\n%s\n", cmd->name, cmd->options ? " [OPTION…]" : "",
		*cmd->args ? " " : "", cmd->args, cmd->help);
	if (cmd->options) {
		buf_adds(out, "\nOptions:\n");
		usage_options(out, cmd->options);
	}
	buf_adds(out, "\nOptions of every command: verdict help\n");
}

int sh_after_help(struct shell *sh)
{
	const struct subcommand *cmd = sh->n_args ? shell_find(sh->args[0]) : NULL;
	const char *near;

	if (sh->n_args && !cmd) {
		near = shell_nearest(sh->args[0]);
		return sh_usage_error(sh, near ? "no such command: %s; did you mean %s?" : "no such command: %s",
			sh->args[0], near);
	}
	shell_usage(&sh->out, cmd);
	return SHELL_DONE;
}

/* Letters to change, add, drop or swap; words longer than the table's row are far away. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[3][34];
	size_t n = strlen(a), m = strlen(b);

	if (n > 32 || m > 32)
		return 99;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		now[0] = (unsigned int)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned int best = up[j - 1] + (a[i - 1] != b[j - 1]);

			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[n % 3][m];
}

const char *shell_nearest(const char *name)
{
	const struct subcommand *cmd;
	const char *best = NULL;
	unsigned int least = 3;	/* two slips at most */

	for (size_t i = 0; (cmd = shell_at(i)); i++) {
		unsigned int d = distance(name, cmd->name);

		if (cmd->flags & SHELL_HIDDEN)
			continue;
		if (strlen(name) >= 2 && strncmp(cmd->name, name, strlen(name)) == 0)
			d = 1;
		if (d < least && d < strlen(cmd->name)) {
			least = d;
			best = cmd->name;
		}
	}
	return best;
}

static void candidate(struct buf *out, const char *prefix, const char *word, size_t len, const char *what)
{
	if (strlen(prefix) > len || memcmp(word, prefix, strlen(prefix)) != 0)
		return;
	buf_add(out, word, len);
	buf_addc(out, '\t');
	text_neutralise(out, what, strlen(what), false);
	buf_addc(out, '\n');
}

static void complete_words(struct buf *out, const char *prefix, const char *words)
{
	for (const char *p = words; *p;) {
		size_t len = strcspn(p, " ");

		candidate(out, prefix, p, len, "");
		p += len + strspn(p + len, " ");
	}
}

static void complete_commands(struct buf *out, const char *prefix)
{
	const struct subcommand *cmd;

	for (size_t i = 0; (cmd = shell_at(i)); i++)
		if (!(cmd->flags & SHELL_HIDDEN))
			candidate(out, prefix, cmd->name, strlen(cmd->name), cmd->help);
}

static void complete_options(struct buf *out, const char *prefix, const struct shell_option *list)
{
	char word[64];

	for (const struct shell_option *o = list; o && o->name; o++) {
		snprintf(word, sizeof(word), "--%s", o->name);
		candidate(out, prefix, word, strlen(word), o->help);
	}
}

#define COMPLETE_MAX 400

static void complete_tis(struct buf *out, struct store *st, const char *prefix)
{
	struct queue_row *rows = NULL;
	struct arena a;
	int64_t after = 0;
	size_t n = 0, found = out->len;

	arena_init(&a);
	while (st && store_event(st) && out->len - found < COMPLETE_MAX * 64) {
		arena_reset(&a);
		if (store_queue_page(&rows, &n, &a, st, after, 512) != STATUS_OK || n == 0)
			break;
		for (size_t i = 0; i < n; i++)
			candidate(out, prefix, rows[i].id, strlen(rows[i].id), rows[i].title);
		after = rows[n - 1].key;
	}
	arena_done(&a);
}

static void complete_rids(struct buf *out, struct store *st, const char *prefix)
{
	struct journal_row *rows = NULL;
	char hex[DIGEST_HEX];
	struct arena a;
	size_t n = 0;

	arena_init(&a);
	if (st && store_journal_page(&rows, &n, &a, st, 0, COMPLETE_MAX, -1) == STATUS_OK)
		for (size_t i = 0; i < n; i++) {
			digest_hex(hex, &rows[i].rid);
			candidate(out, prefix, hex, strlen(hex), rows[i].what ? rows[i].what : "");
		}
	arena_done(&a);
}

static void complete_lines(struct buf *out, struct store *st, const char *prefix)
{
	const struct results_line *lines;
	struct results *r = NULL;
	size_t n, systems;

	if (!st || !store_event(st) || store_results(&r, st) != STATUS_OK)
		return;
	lines = results_lines(&n, r);
	for (size_t i = 0; i < n; i++)
		candidate(out, prefix, lines[i].id, strlen(lines[i].id), results_systems(&systems, r)[lines[i].system].name);
}

static void complete_argument(struct buf *out, struct store *st, const char *what, size_t len, const char *prefix)
{
#define IS(word) (len == strlen(word) && memcmp(what, word, len) == 0)
	if (IS("ti"))
		complete_tis(out, st, prefix);
	else if (IS("rid"))
		complete_rids(out, st, prefix);
	else if (IS("outcome"))
		complete_words(out, prefix, "verified partial failed");
	else if (IS("line"))
		complete_lines(out, st, prefix);
	else if (IS("grade"))
		complete_words(out, prefix, "passed did-not-complete at-risk no-peer not-graded withdrawn");
	else if (IS("journal"))
		complete_words(out, prefix, "verify unsent received flagged refused");
	else if (IS("pack"))
		complete_words(out, prefix, "pack");
	else if (IS("bundle"))
		complete_words(out, prefix, "write read verify");
	else if (IS("way"))
		complete_words(out, prefix, "https ssh sftp");
	else if (IS("command"))
		complete_commands(out, prefix);
	else if (IS("file"))
		buf_adds(out, ":files\t\n");	/* the shell completes files itself */
#undef IS
}

static const struct shell_option *option_of(const struct subcommand *cmd, const char *word)
{
	const struct shell_option *lists[] = { cmd ? cmd->options : NULL, shell_common, shell_screen };

	for (size_t k = 0; k < 3; k++)
		for (const struct shell_option *o = lists[k]; o && o->name; o++)
			if ((strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0) ||
			    (word[0] == '-' && o->letter && word[1] == o->letter && !word[2]))
				return o;
	return NULL;
}

static void complete_value(struct buf *out, const struct shell_option *o, const char *prefix)
{
	if (o->words)
		complete_words(out, prefix, o->words);
	else if (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "DIR") == 0)
		buf_adds(out, ":files\t\n");
}

/* Candidates for the last word of a command line, "word\tdescription" a line; st may be NULL. */
static void shell_complete(struct buf *out, struct store *st, int argc, char **argv)
{
	const char *last = argc > 0 ? argv[argc - 1] : "", *what;
	const struct subcommand *cmd = NULL;
	const struct shell_option *o = NULL;
	int position = 0;

	for (int i = 0; i + 1 < argc; i++) {
		if (o && o->arg)
			o = NULL;	/* that was its value */
		else if (argv[i][0] == '-')
			o = option_of(cmd, argv[i]);
		else if (!cmd)
			cmd = shell_find(argv[i]);
		else
			position++;
		if (o && !o->arg)
			o = NULL;
	}
	if (o) {
		complete_value(out, o, last);
	} else if (*last == '-') {
		complete_options(out, last, cmd ? cmd->options : shell_screen);
		complete_options(out, last, shell_common);
	} else if (!cmd) {
		complete_commands(out, last);
	} else {
		what = cmd->complete;
		for (; position > 0 && strchr(what, ' '); position--)
			what = strchr(what, ' ') + 1;
		complete_argument(out, st, what, strcspn(what, " "), last);
	}
}

int sh_run_complete(struct shell *sh)
{
	shell_complete(&sh->out, sh->st, sh->n_args, (char **)sh->args);
	return SHELL_DONE;
}

int sh_after_complete(struct shell *sh)
{
	if (!sh->out.len)	/* no store: commands and options still complete */
		shell_complete(&sh->out, NULL, sh->n_args, (char **)sh->args);
	return SHELL_DONE;
}
