/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the evidence screen, and `evidence` that opens it. Layer app, UI thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/evidence.h"
#include "verdict/app/prompt.h"
#include "verdict/evidence/encoding.h"

#define HERE (SCREEN_BIT(SCREEN_EVIDENCE))

/* The item that `evidence` without a number means: under the cursor, of the step under it, or the first. */
static unsigned int item_meant(const struct instance_state *st)
{
	const struct instance_line *l = instance_line_at(st);
	unsigned int step;
	size_t i;

	if (l && l->part == PART_EVIDENCE)
		return (unsigned int)l->index + 1;
	if (l && l->part == PART_STEP) {
		step = st->in->steps[l->index].n;
		for (i = 0; i < st->in->n_evidence; i++)
			if (st->in->evidence[i].step == step)
				return (unsigned int)i + 1;
		return 0;
	}
	return 1;
}

static enum status cmd_evidence(struct app *app, int argc, char **argv)
{
	struct instance_state *st = instance_of(app);
	unsigned int n;
	char *end;

	if (!st->in)
		return status_set(STATUS_AGAIN, "open a test instance first");
	if (argc < 2 || strcmp(argv[1], "step") == 0) {
		n = item_meant(st);
		if (n == 0 && argc > 1)
			return status_set(STATUS_NOT_FOUND, "no evidence is attached to this step");
		return evidence_show(app, n ? n : 1);
	}
	n = (unsigned int)strtoul(argv[1], &end, 10);
	if (*end || n == 0)
		return status_set(STATUS_USAGE, "usage: evidence [N]");
	return evidence_show(app, n);
}

/* The view `by` places on, over one that is not there. */
static enum evidence_view view_beside(const struct evidence_state *st, int by)
{
	int v = st->view;

	do {
		v = (v + by + VIEW_ALL) % VIEW_ALL;
	} while (!evidence_offers(st, (enum evidence_view)v));
	return (enum evidence_view)v;
}

static enum status cmd_view(struct app *app, int argc, char **argv)
{
	struct evidence_state *st = evidence_of(app);
	int v;

	if (argc < 2 || strcmp(argv[1], "next") == 0)
		return evidence_set_view(app, view_beside(st, 1));
	if (strcmp(argv[1], "previous") == 0)
		return evidence_set_view(app, view_beside(st, -1));
	for (v = 0; v < VIEW_ALL; v++)
		if (strcmp(argv[1], evidence_view_word((enum evidence_view)v)) == 0)
			return evidence_set_view(app, (enum evidence_view)v);
	return status_set(STATUS_USAGE, "usage: view outline|pretty|raw|hex|narrative|compare|picture|next|previous");
}

static enum status cmd_fold(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_fold(app, FOLD_TOGGLE);
}

static enum status cmd_fold_all(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_fold(app, FOLD_ALL);
}

static enum status cmd_fold_level(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_fold(app, FOLD_LEVEL);
}

static enum status cmd_unfold_all(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_fold(app, FOLD_UNFOLD_ALL);
}

static enum status cmd_goto(struct app *app, int argc, char **argv)
{
	if (argc != 2)
		return status_set(STATUS_USAGE, "usage: goto PATH or goto OFFSET, such as goto PID-5.1 or goto 0x1f");
	return evidence_goto(app, argv[1]);
}

static enum status cmd_item_next(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step(app, 1);
}

static enum status cmd_item_previous(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step(app, -1);
}

static enum status cmd_leave_evidence(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (evidence_cancel(app))
		screen_pop(app);
	return STATUS_OK;
}

static enum status cmd_yank(struct app *app, int argc, char **argv)
{
	return evidence_yank(app, argc > 1 && strcmp(argv[1], "path") == 0);
}

static enum status cmd_compare(struct app *app, int argc, char **argv)
{
	unsigned long n = 0;
	char *end = NULL;

	if (argc > 1)
		n = strtoul(argv[1], &end, 10);
	if (end && (*end || n == 0 || n > 100000))
		return status_set(STATUS_USAGE, "usage: compare [N], N a number of an item of evidence");
	return evidence_compare(app, (unsigned int)n);
}

/* [error|warning|note] [gap=CATEGORY] TEXT, the text as it stands. */
static enum status note(struct app *app, const char *line)
{
	enum severity severity = SEVERITY_WARNING;
	char word[40], gap[40] = "";
	size_t n;

	for (;;) {
		line += strspn(line, " ");
		n = strcspn(line, " ");
		snprintf(word, sizeof(word), "%.*s", (int)(n < sizeof(word) ? n : 0), line);
		if (severity_parse(word) >= 0)
			severity = (enum severity)severity_parse(word);
		else if (strncmp(word, "gap=", 4) == 0 && finding_gap_known(word + 4))
			snprintf(gap, sizeof(gap), "%s", word + 4);
		else if (strncmp(word, "gap=", 4) == 0)
			return status_set(STATUS_USAGE, "gap= takes one of: " FINDING_GAPS);
		else
			break;
		line += n;
	}
	if (!*line)
		return status_set(STATUS_USAGE, "a finding needs words: what is wrong, or worth to know?");
	return evidence_note(app, severity, gap[0] ? gap : NULL, line);
}

static void note_given(struct app *app, const char *text, void *data)
{
	enum status code;

	(void)data;
	if (text && text[0] && (code = note(app, text)))
		app_status(app, code);
}

static enum status cmd_finding(struct app *app, int argc, char **argv)
{
	char line[RECORD_REASON_MAX + 1] = "";
	int i;

	if (evidence_of(app)->phase != LOOK_READY)
		return status_set(STATUS_AGAIN, "open an item of evidence first");
	if (argc < 2) {
		prompt_ask(app, "finding [error|note] [gap=CATEGORY]: ", "", note_given, NULL);
		return STATUS_OK;
	}
	for (i = 1; i < argc; i++) {
		size_t n = strlen(line);

		if (n + strlen(argv[i]) + 2 > sizeof(line))
			return status_set(STATUS_LIMIT, "a finding holds at most %d bytes", RECORD_REASON_MAX);
		snprintf(line + n, sizeof(line) - n, "%s%s", i > 1 ? " " : "", argv[i]);
	}
	return note(app, line);
}

static enum status cmd_error_next(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step_error(app, 1);
}

static enum status cmd_error_previous(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step_error(app, -1);
}

static enum status cmd_finding_next(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step_finding(app, 1);
}

static enum status cmd_finding_previous(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_step_finding(app, -1);
}

static enum status cmd_go_back(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return evidence_back(app);
}

static enum status cmd_encoding(struct app *app, int argc, char **argv)
{
	const struct evidence_state *st = evidence_of(app);

	if (argc != 2) {
		app_message(app, MESSAGE_NOTE, "shown as %s; encoding NAME shows it as another, encoding auto as before",
			st->encoding[0] ? st->encoding : "UTF-8");
		return STATUS_OK;
	}
	return evidence_encoding(app, argv[1]);
}

static enum status cmd_wrap(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	evidence_wrap(app);
	return STATUS_OK;
}

static const char **complete_view(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "outline", "pretty", "raw", "hex", "narrative", "compare", "picture", "next",
		"previous", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

static const char **complete_encoding(struct app *app, int arg, const char *prefix)
{
	(void)app, (void)prefix;
	return arg == 1 ? (const char **)(uintptr_t)encoding_names() : NULL;
}

const struct command commands_evidence[] = {
	{ "compare", NULL, "[N]", "Compare this item with item N, or with the next one.", 0, HERE, cmd_compare, NULL },
	{ "encoding", NULL, "[NAME|auto]", "Show the bytes in another encoding, or in the one they show.", 0, HERE,
		cmd_encoding, complete_encoding },
	{ "error-next", NULL, NULL, "Go to the next line of a log that says it is an error.", 0, HERE, cmd_error_next, NULL },
	{ "error-previous", NULL, NULL, "Go to the error line before.", 0, HERE, cmd_error_previous, NULL },
	{ "evidence", NULL, "[N|step]", "Look at an item of evidence.", CMD_NEEDS_TI,
		SCREEN_BIT(SCREEN_INSTANCE) | SCREEN_BIT(SCREEN_EVIDENCE) | SCREEN_BIT(SCREEN_VERDICT),
		cmd_evidence, NULL },
	{ "finding", NULL, "[error|warning|note] [gap=CATEGORY] TEXT", "Record a finding of your own at this row.",
		CMD_WRITES, HERE, cmd_finding, NULL },
	{ "finding-next", NULL, NULL, "Go to the next finding, or difference.", 0, HERE, cmd_finding_next, NULL },
	{ "finding-previous", NULL, NULL, "Go to the finding, or difference, before.", 0, HERE,
		cmd_finding_previous, NULL },
	{ "fold", NULL, NULL, "Fold or unfold this branch.", 0, HERE, cmd_fold, NULL },
	{ "fold-all", NULL, NULL, "Fold everything.", 0, HERE, cmd_fold_all, NULL },
	{ "fold-level", NULL, NULL, "Fold everything as deep as this row.", 0, HERE, cmd_fold_level, NULL },
	{ "go-back", NULL, NULL, "Go back to where the last Enter was; out of an inner document.", 0, HERE,
		cmd_go_back, NULL },
	{ "goto", NULL, "PATH|OFFSET", "Go to a path (Patient.name[0], PID-5.1) or a byte offset (0x1f).", CMD_ASKS,
		HERE, cmd_goto, NULL },
	{ "item-next", NULL, NULL, "Look at the next item of evidence.", 0, HERE, cmd_item_next, NULL },
	{ "item-previous", NULL, NULL, "Look at the item of evidence before.", 0, HERE, cmd_item_previous, NULL },
	{ "leave-evidence", NULL, NULL, "Stop what is on its way; else go back.", 0, HERE, cmd_leave_evidence, NULL },
	{ "unfold-all", NULL, NULL, "Unfold everything.", 0, HERE, cmd_unfold_all, NULL },
	{ "view", NULL, "[outline|pretty|raw|hex|narrative|compare|picture|next|previous]", "Show the evidence another way.", 0, HERE,
		cmd_view, complete_view },
	{ "wrap", NULL, NULL, "Wrap long lines, or let them go on to the right.", 0, HERE, cmd_wrap, NULL },
	{ "yank", NULL, "[value|path]", "Copy the value or the path of this row, for a reason.", 0, HERE,
		cmd_yank, NULL },
	COMMAND_END
};
