/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the journal: filter, verify, withdraw. Layer app, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/instance.h"
#include "verdict/app/journal.h"
#include "verdict/app/prompt.h"
#include "verdict/app/saving.h"
#include "verdict/base/mem.h"

#define HERE (SCREEN_BIT(SCREEN_JOURNAL))

struct withdrawal {
	struct digest rid;
	uint64_t n;
	char *ti, *what, *reason;
};

static enum status cmd_journal(struct app *app, int argc, char **argv)
{
	static const char *const words[] = { "unsent", "received", "flagged", "refused", "all" };
	struct journal_state *st = journal_of(app);
	int i = 4;

	if (argc > 1) {
		for (i = 0; i < 5 && strcmp(argv[1], words[i]) != 0; i++)
			;
		if (i == 5)
			return status_set(STATUS_USAGE, "usage: journal [unsent|received|flagged|refused|all]");
		st->only = i == 4 ? -1 : i;
		st->cursor = st->top = 0;
	}
	st->shown = JOURNAL_LIST;
	if (screen_top(app) == SCREEN_JOURNAL)
		journal_load(app, false);
	else
		screen_push(app, SCREEN_JOURNAL);
	return STATUS_OK;
}

static enum status cmd_verify(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (screen_top(app) != SCREEN_JOURNAL)
		screen_push(app, SCREEN_JOURNAL);
	return journal_verify(app);
}

static void withdrawal_free(struct withdrawal *w)
{
	mem_free(w->ti);
	mem_free(w->what);
	mem_free(w->reason);
	mem_free(w);
}

static void withdraw_now(struct app *app, struct withdrawal *w)
{
	struct record rec;
	struct arena a;

	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	rec.kind = RECORD_WITHDRAWAL;
	rec.kind_name = record_kind_name(RECORD_WITHDRAWAL);
	rec.ti = arena_str(&a, w->ti);
	rec.text = arena_str(&a, w->reason);
	rec.has_of = true;
	rec.of = w->rid;
	saving_post(app, &a, &rec, "withdrawal", NULL, NULL);
}

static void withdraw_answer(struct app *app, char answer, void *data)
{
	struct withdrawal *w = data;

	if (answer == 'y')
		withdraw_now(app, w);
	else
		app_message(app, MESSAGE_NOTE, "nothing withdrawn");
	withdrawal_free(w);
}

static void withdraw_confirm(struct app *app, struct withdrawal *w)
{
	char question[240];

	snprintf(question, sizeof(question), "Withdraw record %llu, %.80s on %.40s?",
		(unsigned long long)w->n, w->what, w->ti);
	prompt_confirm(app, question, "yn", withdraw_answer, w);
}

static void withdraw_reason(struct app *app, const char *text, void *data)
{
	struct withdrawal *w = data;

	if (!text || !text[0]) {
		app_message(app, MESSAGE_NOTE, "nothing withdrawn: a reason is due");
		withdrawal_free(w);
		return;
	}
	w->reason = mem_strdup(text);
	withdraw_confirm(app, w);
}

/* By the beginning of its rid, by its number, or the one under the cursor. */
static const struct journal_entry *find_entry(struct app *app, const char *name)
{
	struct journal_state *st = journal_of(app);
	const struct journal_entry *hit = NULL;
	char hex[DIGEST_HEX], number[24];
	size_t i;

	if (!name)
		return screen_top(app) == SCREEN_JOURNAL ? journal_current(st) : NULL;
	for (i = 0; i < st->rows.len; i++) {
		digest_hex(hex, &st->rows.at[i].rid);
		snprintf(number, sizeof(number), "%llu", (unsigned long long)st->rows.at[i].n);
		if (strcmp(number, name) == 0)
			return &st->rows.at[i];
		if (strlen(name) >= 6 && strncmp(hex, name, strlen(name)) == 0) {
			if (hit)
				return NULL;
			hit = &st->rows.at[i];
		}
	}
	return hit;
}

static enum status cmd_withdraw(struct app *app, int argc, char **argv)
{
	const char *name = NULL, *reason = NULL;
	bool yes = false;
	const struct journal_entry *e;
	struct withdrawal *w;
	char label[80];
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-m") == 0 && i + 1 < argc)
			reason = argv[++i];
		else if (strcmp(argv[i], "--yes") == 0)
			yes = true;
		else if (!name)
			name = argv[i];
		else
			return status_set(STATUS_USAGE, "usage: withdraw [RID] [-m \"REASON\" [--yes]]");
	}
	e = find_entry(app, name);
	if (!e)
		return status_set(STATUS_NOT_FOUND, name ? "no record here begins with %s (open the journal first)" :
			"put the cursor on a record in the journal", name);
	if (strcmp(e->kind, "verdict") != 0 && strcmp(e->kind, "finding") != 0)
		return status_set(STATUS_DENIED, "record %llu is a %s; only a verdict or a finding can be withdrawn",
			(unsigned long long)e->n, e->kind);
	w = mem_zalloc(sizeof(*w));
	w->rid = e->rid;
	w->n = e->n;
	w->ti = mem_strdup(e->ti);
	w->what = mem_strdup(e->what);
	if (reason && reason[0]) {
		w->reason = mem_strdup(reason);
		if (yes) {
			withdraw_now(app, w);
			withdrawal_free(w);
		} else {
			withdraw_confirm(app, w);
		}
	} else {
		snprintf(label, sizeof(label), "why is record %llu withdrawn? ", (unsigned long long)e->n);
		prompt_ask(app, label, "", withdraw_reason, w);
	}
	return STATUS_OK;
}

/* Esc: from a record or a report to the list, from the list back. */
static enum status cmd_leave(struct app *app, int argc, char **argv)
{
	struct journal_state *st = journal_of(app);

	(void)argc, (void)argv;
	if (st->shown == JOURNAL_LIST)
		screen_pop(app);
	st->shown = JOURNAL_LIST;
	return STATUS_OK;
}

static enum status cmd_yank_rid(struct app *app, int argc, char **argv)
{
	const struct journal_entry *e = journal_current(journal_of(app));
	char hex[DIGEST_HEX];

	(void)argc, (void)argv;
	if (!e)
		return status_set(STATUS_NOT_FOUND, "there is no record here");
	digest_hex(hex, &e->rid);
	instance_yank(app, "record", hex, strlen(hex));
	return STATUS_OK;
}

static const char **complete_journal(struct app *app, int arg, const char *prefix)
{
	static const char *words[] = { "all", "flagged", "received", "refused", "unsent", NULL };

	(void)app, (void)prefix;
	return arg == 1 ? words : NULL;
}

const struct command commands_journal[] = {
	{ "journal", NULL, "[unsent|received|flagged|refused|all]", "Show your own records.", 0, 0, cmd_journal,
		complete_journal },
	{ "leave-journal", NULL, NULL, "Back to the list of records; from there, back.", 0, HERE, cmd_leave, NULL },
	{ "verify", NULL, NULL, "Compute every hash, signature and chain of the journal again.", 0, 0, cmd_verify,
		NULL },
	{ "withdraw", NULL, "[RID] [-m \"REASON\" [--yes]]", "Take a verdict of yours back, with a reason.", CMD_WRITES, 0,
		cmd_withdraw, NULL },
	{ "yank-record", NULL, NULL, "Copy the name (rid) of this record.", 0, HERE, cmd_yank_rid, NULL },
	COMMAND_END
};
