/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands of the test instance screen: ticks, marks, comments, folds, yank. Layer app, UI thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/instance.h"
#include "verdict/app/prompt.h"
#include "verdict/app/saving.h"
#include "verdict/app/verdict.h"
#include "verdict/base/mem.h"

#define HERE (SCREEN_BIT(SCREEN_INSTANCE))
#define FORM (SCREEN_BIT(SCREEN_INSTANCE) | SCREEN_BIT(SCREEN_VERDICT))

/* The TI on screen, loaded; otherwise a message and NULL. */
static struct instance_state *loaded(struct app *app)
{
	struct instance_state *st = instance_of(app);

	if (st->in)
		return st;
	(void)status_set(STATUS_AGAIN, st->ti ? "the test instance is still being read" :
		"open a test instance first");
	return NULL;
}

/* Nothing is decided on a form that is not shown yet; else the change is shown, checked and kept. */
static enum status may_change(struct app *app)
{
	return screen_top(app) == SCREEN_VERDICT ? verdict_may_edit(app) : STATUS_OK;
}

static void changed(struct app *app)
{
	if (screen_top(app) == SCREEN_VERDICT)
		verdict_changed(app);
	else
		instance_draft_changed(app);
}

static enum status cmd_comment_save(struct app *app, const char *ti, const char *text)
{
	struct record rec;
	struct arena a;

	if (strlen(text) > RECORD_REASON_MAX)
		return status_set(STATUS_LIMIT, "a comment holds at most %d bytes", RECORD_REASON_MAX);
	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	rec.kind = RECORD_COMMENT;
	rec.kind_name = record_kind_name(RECORD_COMMENT);
	rec.ti = arena_str(&a, ti);
	rec.text = arena_str(&a, text);
	saving_post(app, &a, &rec, "comment", NULL, NULL);
	return STATUS_OK;
}

static void comment_given(struct app *app, const char *text, void *data)
{
	char *ti = data;

	if (text && text[0] && cmd_comment_save(app, ti, text))
		app_status(app, STATUS_LIMIT);
	mem_free(ti);
}

static enum status cmd_comment(struct app *app, int argc, char **argv)
{
	const char *ti = app_where(app);
	char label[64];

	if (!ti)
		return status_set(STATUS_USAGE, "open a test instance to comment on it");
	if (argc > 2)
		return status_set(STATUS_USAGE, "usage: comment \"TEXT\" (put it in quotes)");
	if (argc == 2 && argv[1][0])
		return cmd_comment_save(app, ti, argv[1]);
	snprintf(label, sizeof(label), "comment on %s: ", ti);
	prompt_ask(app, label, "", comment_given, mem_strdup(ti));
	return STATUS_OK;
}

static enum status cmd_history(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);

	(void)argc, (void)argv;
	if (!st)
		return STATUS_AGAIN;
	st->folded[INSTANCE_FOLD_HISTORY] = false;
	instance_relayout(st);
	instance_lines(st, app->cols);
	instance_move(app, st, MOVE_LAST, 1);
	instance_move_to(st, PART_FOLD, INSTANCE_FOLD_HISTORY);
	st->top = instance_row_of(st, st->cursor);
	return STATUS_OK;
}

static enum status cmd_fold_section(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);
	const struct instance_line *l;
	int which = -1;

	if (!st)
		return STATUS_AGAIN;
	l = instance_line_at(st);
	if (argc > 1)
		which = strcmp(argv[1], "text") == 0 ? INSTANCE_FOLD_TEXT :
			strcmp(argv[1], "history") == 0 ? INSTANCE_FOLD_HISTORY : -1;
	else if (l && (l->part == PART_FOLD))
		which = l->index;
	else if (l && l->part == PART_TEXT)
		which = INSTANCE_FOLD_TEXT;
	else if (l && l->part == PART_HISTORY)
		which = INSTANCE_FOLD_HISTORY;
	if (which < 0)
		return status_set(STATUS_USAGE, "fold-section text or history");
	st->folded[which] = !st->folded[which];
	instance_relayout(st);
	instance_lines(st, app->cols);
	instance_move_to(st, PART_FOLD, which);
	instance_move(app, st, MOVE_DOWN, 0);
	return STATUS_OK;
}

static const struct instance_item *find_item(const struct instance_state *st, const char *id)
{
	const struct instance_line *l = instance_line_at(st);
	const struct instance_item *it;
	size_t i;

	if (!id && l && l->part == PART_ITEM)
		return &st->in->items[l->index];
	for (i = 0; id && i < st->in->n_items; i++) {
		it = &st->in->items[i];
		if (strcasecmp(it->item.id, id) == 0)
			return it;
	}
	(void)status_set(STATUS_NOT_FOUND, id ? "no check-off item %s in this test" :
		"put the cursor on a check-off item, or name it: tick ID", id);
	return NULL;
}

/* One key turns a tick on and off again; a check's tick is never taken away, only overruled with a reason. */
static enum status cmd_tick(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);
	const struct instance_item *it;

	if (!st || may_change(app))
		return STATUS_AGAIN;
	it = find_item(st, argc > 1 ? argv[1] : NULL);
	if (!it)
		return STATUS_NOT_FOUND;
	if (draft_tick_get(&st->draft, it->item.id))
		draft_drop_tick(&st->draft, it->item.id);
	else if (it->state == ITEM_TICKED && strcmp(it->by, "check") == 0)
		return status_set(STATUS_DENIED, "%s was ticked by a check; overrule it with a reason: "
			"overrule %s \"REASON\"", it->item.id, it->item.id);
	else
		draft_set_tick(&st->draft, it->item.id,
			it->state == ITEM_TICKED ? ITEM_OPEN : ITEM_TICKED, NULL);
	changed(app);
	return STATUS_OK;
}

static void overrule(struct app *app, const char *id, const char *reason)
{
	struct instance_state *st = instance_of(app);

	draft_set_tick(&st->draft, id, ITEM_OVERRULED, reason);
	changed(app);
	app_message(app, MESSAGE_NOTE, "%s overruled in your draft", id);
}

static void overrule_given(struct app *app, const char *text, void *data)
{
	char *id = data;

	if (text && text[0])
		overrule(app, id, text);
	else
		app_message(app, MESSAGE_NOTE, "not overruled: a reason is due");
	mem_free(id);
}

static enum status cmd_overrule(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);
	const struct instance_item *it;
	char label[96];

	if (!st || may_change(app))
		return STATUS_AGAIN;
	it = find_item(st, argc > 1 ? argv[1] : NULL);
	if (!it)
		return STATUS_NOT_FOUND;
	if (argc > 2) {
		overrule(app, it->item.id, argv[2]);
		return STATUS_OK;
	}
	snprintf(label, sizeof(label), "why is %s overruled? ", it->item.id);
	prompt_ask(app, label, "", overrule_given, mem_strdup(it->item.id));
	return STATUS_OK;
}

static enum status cmd_step(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);
	const struct instance_line *l;
	unsigned int n = 0;
	char *end = NULL;
	size_t i;
	int mark = -1;

	if (!st || may_change(app))
		return STATUS_AGAIN;
	l = instance_line_at(st);
	if (argc == 3)
		n = (unsigned int)strtoul(argv[1], &end, 10);
	else if (argc == 2 && l && l->part == PART_STEP)
		n = st->in->steps[l->index].n;
	if (argc >= 2)
		mark = step_mark_parse(argv[argc - 1]);
	if (n == 0 || mark < 0 || (end && *end))
		return status_set(STATUS_USAGE, "usage: step N verified|failed|none");
	for (i = 0; i < st->in->n_steps && st->in->steps[i].n != n; i++)
		;
	if (i == st->in->n_steps)
		return status_set(STATUS_NOT_FOUND, "this test instance has no step %u", n);
	draft_set_mark(&st->draft, n, (enum step_mark)mark);
	changed(app);
	return STATUS_OK;
}

static enum status cmd_discard(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);

	(void)argc, (void)argv;
	if (!st)
		return STATUS_AGAIN;
	if (draft_is_empty(&st->draft))
		return status_set(STATUS_NOT_FOUND, "there is no draft on %s", st->ti);
	instance_draft_discard(app);
	app_message(app, MESSAGE_NOTE, "draft on %s forgotten", st->ti);
	if (screen_top(app) == SCREEN_VERDICT)
		screen_pop(app);
	return STATUS_OK;
}

static enum status cmd_open(struct app *app, int argc, char **argv)
{
	const char *ti = argc > 1 ? argv[1] : app_where(app);

	if (argc > 2)
		return status_set(STATUS_USAGE, "usage: open [TI]");
	if (!ti)
		return status_set(STATUS_USAGE, "open which test instance?");
	instance_open(app, ti);
	return STATUS_OK;
}

/* id or link of the TI; on other screens theirs. */
static enum status cmd_yank_ti(struct app *app, int argc, char **argv)
{
	struct instance_state *st = loaded(app);
	const char *link;

	if (!st)
		return STATUS_AGAIN;
	link = st->in->permalink;
	if (argc > 1 && strcmp(argv[1], "link") == 0) {
		if (!link || !link[0])
			return status_set(STATUS_NOT_FOUND, "%s has no permanent link", st->ti);
		instance_yank(app, "link", link, strlen(link));
	} else {
		instance_yank(app, "id", st->ti, strlen(st->ti));
	}
	return STATUS_OK;
}

const struct command commands_instance[] = {
	{ "comment", "m", "[\"TEXT\"]", "Write a comment on the test instance.",
		CMD_WRITES | CMD_NEEDS_TI, 0, cmd_comment, NULL },
	{ "discard", NULL, NULL, "Forget the draft on this test instance.", 0, FORM, cmd_discard, NULL },
	{ "fold-section", NULL, "[text|history]", "Fold or unfold the test's text or the history.",
		0, HERE, cmd_fold_section, NULL },
	{ "history", NULL, NULL, "Go to the history and comments.", 0, HERE, cmd_history, NULL },
	{ "open", NULL, "[TI]", "Open a test instance.", 0, 0, cmd_open, NULL },
	{ "overrule", NULL, "[ID [\"REASON\"]]", "Overrule what a check ticked, with a reason.",
		0, FORM, cmd_overrule, NULL },
	{ "step", NULL, "[N] verified|failed|none", "Mark a step in your draft.", 0, FORM, cmd_step, NULL },
	{ "tick", NULL, "[ID]", "Tick a check-off item in your draft, or take the tick back.",
		0, FORM, cmd_tick, NULL },
	{ "yank-ti", NULL, "[id|link]", "Copy the id or the permanent link of the test instance.",
		0, HERE, cmd_yank_ti, NULL },
	COMMAND_END
};
