/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the results and floor screens; a manager's grade of a line. Layer app, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/prompt.h"
#include "verdict/app/results.h"
#include "verdict/app/saving.h"
#include "verdict/base/mem.h"

#define HERE SCREEN_BIT(SCREEN_RESULTS)

static enum status cmd_results(struct app *app, int argc, char **argv)
{
	int i = -1;

	if (argc > 1)
		for (i = 0; i < PANES && strcmp(argv[1], results_pane_names[i]) != 0; i++)
			;
	if (argc > 2 || i == PANES)
		return status_set(STATUS_USAGE, "usage: results [matrix|lines|borders|day]");
	if (i >= 0)
		results_show(app, (enum results_pane)i);
	screen_push(app, SCREEN_RESULTS);
	return STATUS_OK;
}

static const char **complete_pane(struct app *app, int arg, const char *prefix)
{
	(void)app, (void)prefix;
	return arg == 1 ? (const char **)(uintptr_t)results_pane_names : NULL;
}

static enum status cmd_pane(struct app *app, int argc, char **argv)
{
	const struct results_state *st = results_of(app);
	int by = argc > 1 && strcmp(argv[1], "previous") == 0 ? PANES - 1 : 1;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "previous") != 0 && strcmp(argv[1], "next") != 0))
		return status_set(STATUS_USAGE, "usage: pane [next|previous]");
	results_show(app, (enum results_pane)(((int)st->pane + by) % PANES));
	return STATUS_OK;
}

static enum status cmd_track(struct app *app, int argc, char **argv)
{
	struct results_state *st = results_of(app);
	const struct results_shot *s = st->shot;
	size_t i;

	if (!s)
		return status_set(STATUS_AGAIN, "the results are still being counted");
	if (argc > 2)
		return status_set(STATUS_USAGE, "usage: track [NAME]");
	i = (st->track + 1) % s->n_tracks;
	if (argc == 2)
		for (i = 0; i < s->n_tracks && strcmp(s->tracks[i].name, argv[1]) != 0; i++)
			;
	if (i == s->n_tracks)
		return status_set(STATUS_NOT_FOUND, "the event has no track \"%.80s\"", argv[1]);
	st->track = i;
	st->border = st->day_top = 0;
	results_list(st);
	return STATUS_OK;
}

static enum status cmd_leave(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	if (!results_step_back(results_of(app)))
		screen_pop(app);
	return STATUS_OK;
}

static enum status cmd_floor(struct app *app, int argc, char **argv)
{
	(void)argc, (void)argv;
	screen_push(app, SCREEN_FLOOR);
	return STATUS_OK;
}

/* ---- grading ---- */

struct grading {
	char *line, *reason;
	enum grade grade;
};

static const char letters[] = "pdrnowt";
static const char choices[] = "p=passed|d=did not complete|r=at risk|n=no peer|o=not graded|w=withdrawn|t=none";
static const enum grade by_letter[] = { GRADE_PASSED, GRADE_DID_NOT_COMPLETE, GRADE_AT_RISK, GRADE_NO_PEER,
	GRADE_NOT_GRADED, GRADE_WITHDRAWN, GRADE_NONE };

static void grading_free(struct grading *g)
{
	mem_free(g->line);
	mem_free(g->reason);
	mem_free(g);
}

static void grade_now(struct app *app, struct grading *g)
{
	struct record rec;
	struct arena a;

	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	rec.kind = RECORD_GRADE;
	rec.kind_name = record_kind_name(RECORD_GRADE);
	rec.line = arena_str(&a, g->line);
	rec.grade = arena_str(&a, grade_name(g->grade));
	rec.text = arena_str(&a, g->reason ? g->reason : "");
	saving_post(app, &a, &rec, "grade", NULL, NULL);
	grading_free(g);
}

static void reason_given(struct app *app, const char *text, void *data)
{
	struct grading *g = data;

	if (!text || (!text[0] && g->grade != GRADE_PASSED)) {
		app_message(app, MESSAGE_NOTE, text ? "not graded: a reason is due" : "not graded");
		grading_free(g);
		return;
	}
	g->reason = mem_strdup(text);
	grade_now(app, g);
}

static void ask_reason(struct app *app, struct grading *g)
{
	char label[120];

	app_message(app, MESSAGE_NOTE, "%s: %s", g->line, grade_said_label(g->grade));
	snprintf(label, sizeof(label), "%s: ", g->grade == GRADE_PASSED ? "a word for the organisation (may be empty)" : "why");
	prompt_ask(app, label, "", reason_given, g);
}

static void letter_given(struct app *app, char answer, void *data)
{
	struct grading *g = data;
	const char *at = answer ? strchr(letters, answer) : NULL;

	if (!at) {
		app_message(app, MESSAGE_NOTE, "not graded");
		grading_free(g);
		return;
	}
	g->grade = by_letter[at - letters];
	ask_reason(app, g);
}

static enum status cmd_grade(struct app *app, int argc, char **argv)
{
	const struct shot_line *l = results_current_line(results_of(app));
	struct grading *g;
	enum grade grade = argc > 1 ? grade_said(argv[1]) : GRADE_NONE;

	if (argc > 3 || (argc > 1 && strcmp(argv[1], grade_name(grade)) != 0))
		return status_set(STATUS_USAGE, "usage: grade-line [passed|did-not-complete|at-risk|no-peer|not-graded|"
			"withdrawn|none [\"REASON\"]]");
	if (!l)
		return status_set(STATUS_NOT_FOUND, "choose a line first: Enter on a cell of the matrix");
	if (!(app->me->roles & ROLE_MANAGER))
		return status_set(STATUS_DENIED, "only a manager grades lines; monitors verify test instances");
	if (l->exploratory)
		return status_set(STATUS_DENIED, "a line of an exploratory track gets no grade");
	g = mem_zalloc(sizeof(*g));
	g->line = mem_strdup(l->id);
	g->grade = grade;
	if (argc == 3) {
		reason_given(app, argv[2], g);
	} else if (argc == 2) {
		ask_reason(app, g);
	} else {
		app_message(app, MESSAGE_NOTE, "grade of %s: %u of %u count, %s", l->id, l->counted, l->expected,
			l->enough == ENOUGH_NOT ? "not enough yet" : l->enough == ENOUGH_YES ? "enough" : "nothing more to be done");
		prompt_choose(app, choices, letter_given, g);
	}
	return STATUS_OK;
}

const struct command commands_results[] = {
	{ "floor", NULL, NULL, "Show what waits at each table, in walking order.", 0, 0, cmd_floor, NULL },
	{ "grade-line", NULL, "[GRADE [\"REASON\"]]", "Grade the line, as a manager.", CMD_WRITES, HERE, cmd_grade, NULL },
	{ "leave-results", NULL, NULL, "One step back: from a line to the list, to the matrix, out.", 0, HERE, cmd_leave, NULL },
	{ "pane", NULL, "[next|previous]", "Matrix, lines, borders, the day's progress: the next of them.", 0, HERE, cmd_pane,
		NULL },
	{ "results", NULL, "[matrix|lines|borders|day]", "Show how far organisations, lines and countries are.", 0, 0,
		cmd_results, complete_pane },
	{ "track", NULL, "[NAME]", "Show one track, or the next of them.", 0, HERE, cmd_track, NULL },
	COMMAND_END
};
