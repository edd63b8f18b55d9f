/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the verdict form. Layer app, UI thread. */
#include <stdlib.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/queue.h"
#include "verdict/app/verdict.h"

#define FORM (SCREEN_BIT(SCREEN_VERDICT))

static enum status cmd_verdict(struct app *app, int argc, char **argv)
{
	return verdict_open(app, argc > 1 ? argv[1] : NULL);
}

static enum status cmd_outcome(struct app *app, int argc, char **argv)
{
	struct verdict_state *st = verdict_of(app);
	struct draft *d = &instance_of(app)->draft;
	enum status code = verdict_may_edit(app);
	int o = argc == 2 ? outcome_parse(argv[1]) : -1;

	if (code)
		return code;
	if (o <= OUTCOME_NONE)
		return status_set(STATUS_USAGE, "usage: outcome verified|partial|failed");
	d->outcome = (enum outcome)o;
	verdict_changed(app);
	/* A reason that is due and missing is the next thing to write. */
	st->field = st->rule[0] && !st->blocked ? FIELD_REASON : FIELD_OUTCOME;
	return STATUS_OK;
}

static enum status cmd_reason(struct app *app, int argc, char **argv)
{
	struct verdict_state *st = verdict_of(app);
	struct draft *d = &instance_of(app)->draft;
	enum status code = verdict_may_edit(app);

	if (code)
		return code;
	if (argc > 2)
		return status_set(STATUS_USAGE, "usage: reason \"TEXT\" (put it in quotes)");
	st->field = FIELD_REASON;
	app->dirty = true;
	if (argc < 2)
		return STATUS_OK;
	if (strlen(argv[1]) > RECORD_REASON_MAX)
		return status_set(STATUS_LIMIT, "a reason holds at most %d bytes", RECORD_REASON_MAX);
	editor_set(&d->reason, argv[1]);
	verdict_changed(app);
	return STATUS_OK;
}

static enum status cmd_field(struct app *app, int argc, char **argv)
{
	static const char *const names[] = { "outcome", "reason", "steps", "items" };
	int i;

	if (argc < 2 || strcmp(argv[1], "next") == 0 || strcmp(argv[1], "previous") == 0) {
		verdict_field_next(app, argc > 1 && argv[1][0] == 'p' ? -1 : 1);
		return STATUS_OK;
	}
	for (i = 0; i < FIELD_COUNT; i++)
		if (strcmp(argv[1], names[i]) == 0)
			break;
	if (i == FIELD_COUNT)
		return status_set(STATUS_USAGE, "usage: field next|previous|outcome|reason|steps|items");
	verdict_of(app)->field = (enum verdict_field)((i + FIELD_COUNT - 1) % FIELD_COUNT);
	verdict_field_next(app, 1);
	return STATUS_OK;
}

static enum status cmd_sign(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return verdict_sign(app);
}

/* Esc: the list of templates and the preview close first; then the form, which stays as a draft. */
static enum status cmd_leave(struct app *app, int argc, char **argv)
{
	struct verdict_state *st = verdict_of(app);

	(void)argc, (void)argv;
	if (st->picking || st->preview)
		st->picking = st->preview = false;
	else if (st->phase == VERDICT_SAVED)
		screen_push(app, SCREEN_INSTANCE);	/* past the evidence that led here */
	else
		screen_pop(app);
	return STATUS_OK;
}

static enum status cmd_preview(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	return verdict_preview(app);
}

static enum status cmd_template(struct app *app, int argc, char **argv)
{
	struct verdict_state *st = verdict_of(app);
	enum status code = verdict_may_edit(app);

	if (code)
		return code;
	if (argc > 1)
		return verdict_template(app, (int)strtol(argv[1], NULL, 10) - 1);
	if (st->templates.len == 0)
		return status_set(STATUS_NOT_FOUND, "there are no templates");
	st->picking = !st->picking;
	st->field = FIELD_REASON;
	app->dirty = true;
	return STATUS_OK;
}

/* n on the form: only once there is nothing left to lose on it. */
static enum status cmd_next_verdict(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (verdict_of(app)->phase != VERDICT_SAVED)
		return status_set(STATUS_DENIED,
			"not signed yet: Ctrl-S signs and saves, Esc keeps it as a draft");
	return queue_step(app, false);
}

static const char **complete_outcome(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "verified", "partial", "failed", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

static const char **complete_field(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "next", "previous", "outcome", "reason", "steps", "items", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

const struct command commands_verdict[] = {
	{ "field", NULL, "[next|previous|NAME]", "Go to another field of the form.", 0, FORM,
		cmd_field, complete_field },
	{ "leave-verdict", NULL, NULL, "Go back; what is not signed stays as a draft.", 0, FORM, cmd_leave, NULL },
	{ "next-verdict", NULL, NULL, "After saving, open the next test instance that waits.", 0, FORM,
		cmd_next_verdict, NULL },
	{ "outcome", NULL, "verified|partial|failed", "Choose the outcome.", CMD_DECIDES, FORM,
		cmd_outcome, complete_outcome },
	{ "preview", NULL, NULL, "Show the record as it would be signed.", 0, FORM, cmd_preview, NULL },
	{ "reason", NULL, "[\"TEXT\"]", "Write the reason.", CMD_DECIDES, FORM, cmd_reason, NULL },
	{ "sign", NULL, NULL, "Sign the verdict and save it.", CMD_WRITES | CMD_DECIDES, FORM, cmd_sign, NULL },
	{ "template", NULL, "[N]", "Put a ready sentence into the reason.", 0, FORM, cmd_template, NULL },
	{ "verdict", "grade", "[TI]", "Open the verdict form.", CMD_NEEDS_TI, 0, cmd_verdict, NULL },
	COMMAND_END
};
