/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of the test instance screen, from top to bottom, and the cursor that walks over some of them.
 * Layer app, UI thread. Laid out anew when the TI, a fold, the draft or the width changes; never per frame.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/instance.h"

#define HISTORY_MAX 500	/* lines; older entries are counted and not shown */

static void add(struct instance_state *st, enum instance_part part, int index, bool focus,
		const char *text, size_t len)
{
	struct instance_line l = { part, index, -1, text, len };

	if (focus)
		l.focus = st->focuses++;
	vec_push(&st->lines, l);
}

static void add_str(struct instance_state *st, enum instance_part part, int index, const char *s)
{
	add(st, part, index, false, s, s ? strlen(s) : 0);
}

static void blank(struct instance_state *st)
{
	if (st->lines.len && st->lines.at[st->lines.len - 1].part != PART_BLANK)
		add(st, PART_BLANK, 0, false, NULL, 0);
}

static void add_wrapped(struct instance_state *st, enum instance_part part, int index, bool focus,
		const char *text, int width, int max)
{
	struct editor_line l;
	size_t len = strlen(text);
	int i;

	for (i = 0; i < max && wrap_line(&l, text, len, width, i); i++)
		add(st, part, index, focus, text + l.begin, l.len);
}

static void add_top(struct instance_state *st, const struct instance *in, int width)
{
	size_t i;

	for (i = 0; i < in->n_participants; i++)
		add(st, PART_PARTICIPANT, (int)i, false, NULL, 0);
	if (in->n_participants == 0)
		add_str(st, PART_EMPTY, 0, "no participants are named");
	if (in->neutrality)
		add_wrapped(st, PART_NEUTRALITY, 0, false, in->neutrality, width - 4, 4);
	for (i = 0; i < in->n_warnings; i++)
		add_wrapped(st, PART_WARNING, (int)i, false, in->warnings[i], width - 4, 3);
	if (!draft_is_empty(&st->draft))
		add(st, PART_DRAFT, 0, false, NULL, 0);
}

static void add_steps(struct instance_state *st, const struct instance *in)
{
	size_t i;

	blank(st);
	if (in->n_steps == 0) {
		add_str(st, PART_EMPTY, 0, "this test has no steps");
		return;
	}
	add(st, PART_LIFELINES, 0, false, NULL, 0);
	for (i = 0; i < in->n_steps; i++)
		add(st, PART_STEP, (int)i, true, NULL, 0);
}

static void add_lists(struct instance_state *st, const struct instance *in, int width)
{
	size_t i;

	blank(st);
	add_str(st, PART_HEADING, PART_EVIDENCE, "Evidence");
	for (i = 0; i < in->n_evidence; i++)
		add(st, PART_EVIDENCE, (int)i, true, NULL, 0);
	if (in->n_evidence == 0)
		add_str(st, PART_EMPTY, 0, "no evidence yet; the participants attach it to steps");
	blank(st);
	add_str(st, PART_HEADING, PART_ITEM, "To check");
	for (i = 0; i < in->n_items; i++)
		add(st, PART_ITEM, (int)i, true, NULL, 0);
	if (in->n_items == 0)
		add_str(st, PART_EMPTY, 0, "this test has no check-off list");
	if (in->n_verdicts == 0)
		return;
	blank(st);
	add_str(st, PART_HEADING, PART_VERDICT, in->n_verdicts == 1 ? "Verdict" : "Verdicts");
	for (i = 0; i < in->n_verdicts; i++) {
		add(st, PART_VERDICT, (int)i, true, NULL, 0);
		if (in->verdicts[i].reason && in->verdicts[i].reason[0])
			add_wrapped(st, PART_REASON, (int)i, false, in->verdicts[i].reason, width - 6, 6);
	}
}

static void add_text(struct instance_state *st, const struct instance *in, int width)
{
	const char *own = in->description, *test = in->test.description;

	blank(st);
	add(st, PART_FOLD, INSTANCE_FOLD_TEXT, true, NULL, 0);
	if (st->folded[INSTANCE_FOLD_TEXT])
		return;
	if (own && own[0]) {
		add_wrapped(st, PART_TEXT, 0, true, own, width - 4, 400);
		if (test && test[0])
			add(st, PART_BLANK, 0, false, NULL, 0);
	}
	if (test && test[0])
		add_wrapped(st, PART_TEXT, 1, true, test, width - 4, 400);
	if (!(own && own[0]) && !(test && test[0]))
		add_str(st, PART_EMPTY, 0, "the event brought no text for this test");
}

/* What happened, in words: the store's text names a file or a status alone. */
static const char *history_words(struct instance_state *st, const struct history_entry *h)
{
	const char *text = h->text ? h->text : "";

	if (strcmp(h->kind, "evidence") == 0)
		return arena_printf(&st->arena, "attached %s", text);
	if (strcmp(h->kind, "status") == 0)
		return arena_printf(&st->arena, "status: %s", text);
	if (strcmp(h->kind, "claim") == 0)
		return "claimed it";
	if (strcmp(h->kind, "release") == 0)
		return "released it";
	if (strcmp(h->kind, "comment") == 0 || strcmp(h->kind, "finding") == 0)
		return text;
	return arena_printf(&st->arena, "%s%s%s", h->kind, text[0] ? ": " : "", text);
}

static void add_history(struct instance_state *st, const struct instance *in, int width)
{
	size_t i = in->n_history > HISTORY_MAX ? in->n_history - HISTORY_MAX : 0;
	struct editor_line l;
	const char *text;
	int k;

	blank(st);
	add(st, PART_FOLD, INSTANCE_FOLD_HISTORY, true, NULL, 0);
	if (st->folded[INSTANCE_FOLD_HISTORY])
		return;
	for (; i < in->n_history; i++) {
		text = history_words(st, &in->history[i]);
		(void)wrap_line(&l, text, strlen(text), width - 34, 0);
		add(st, PART_HISTORY, (int)i, true, text + l.begin, l.len);
		for (k = 1; k < 40 && wrap_line(&l, text, strlen(text), width - 34, k); k++)
			add(st, PART_HISTORY_MORE, (int)i, false, text + l.begin, l.len);
	}
	if (in->n_history == 0)
		add_str(st, PART_EMPTY, 0, "nothing happened yet");
}

void instance_relayout(struct instance_state *st)
{
	st->lines_width = 0;
}

void instance_lines(struct instance_state *st, int width)
{
	if (width == st->lines_width && width > 0)
		return;
	st->lines.len = 0;
	st->focuses = 0;
	st->lines_width = width;
	if (!st->in)
		return;
	if (width < 50)
		width = 50;
	add_top(st, st->in, width);
	add_steps(st, st->in);
	add_lists(st, st->in, width);
	add_text(st, st->in, width);
	add_history(st, st->in, width);
	if (st->cursor >= st->focuses)
		st->cursor = st->focuses > 0 ? st->focuses - 1 : 0;
}

int instance_row_of(const struct instance_state *st, int focus)
{
	size_t i;

	for (i = 0; i < st->lines.len; i++)
		if (st->lines.at[i].focus == focus)
			return (int)i;
	return -1;
}

const struct instance_line *instance_line_at(const struct instance_state *st)
{
	int row = instance_row_of(st, st->cursor);

	return row < 0 ? NULL : &st->lines.at[row];
}

bool instance_move_to(struct instance_state *st, enum instance_part part, int index)
{
	size_t i;

	for (i = 0; i < st->lines.len; i++)
		if (st->lines.at[i].part == part && st->lines.at[i].index == index &&
		    st->lines.at[i].focus >= 0) {
			st->cursor = st->lines.at[i].focus;
			return true;
		}
	return false;
}

static int clamp(int v, int max)
{
	return v > max ? max : v < 0 ? 0 : v;
}

/* A page is so many lines; the cursor goes to the first place in it that it may stand on. */
static void move_lines(struct instance_state *st, int by)
{
	int last = (int)st->lines.len - (st->page > 0 ? st->page : 1), i, row;
	int was = st->top;

	st->top = clamp(st->top + by, last);
	row = instance_row_of(st, st->cursor);
	if (st->top == was) {
		/* No more to scroll: the ends are reached by the cursor. */
		st->cursor = by > 0 ? st->focuses - 1 : 0;
		return;
	}
	if (row >= st->top && row < st->top + st->page)
		return;
	for (i = 0; i < st->page; i++) {
		row = by > 0 ? st->top + i : st->top + st->page - 1 - i;
		if (row >= 0 && row < (int)st->lines.len && st->lines.at[row].focus >= 0) {
			st->cursor = st->lines.at[row].focus;
			return;
		}
	}
}

static void follow(struct instance_state *st)
{
	int row = instance_row_of(st, st->cursor);

	/* What stands above the first place of the cursor belongs to it: participants, warnings. */
	if (st->cursor == 0)
		row = 0;
	if (row < 0 || st->page <= 0)
		return;
	if (row < st->top)
		st->top = row;
	else if (row >= st->top + st->page)
		st->top = row - st->page + 1;
}

void instance_move(struct app *app, void *state, enum move move, int count)
{
	struct instance_state *st = state;
	int page = st->page > 2 ? st->page - 1 : 1, last = st->focuses - 1;

	instance_lines(st, st->lines_width ? st->lines_width : app->cols);
	if (!st->in || st->focuses == 0)
		return;
	if (move == MOVE_DOWN || move == MOVE_UP)
		st->cursor = clamp(st->cursor + (move == MOVE_DOWN ? count : -count), last);
	else if (move == MOVE_FIRST)
		st->cursor = 0;
	else if (move == MOVE_LAST)
		st->cursor = last;
	else if (move == MOVE_TO)
		st->cursor = clamp(count, last);
	else if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP)
		move_lines(st, (move == MOVE_PAGE_DOWN ? page : -page) * count);
	else if (move == MOVE_HALF_DOWN || move == MOVE_HALF_UP)
		move_lines(st, (move == MOVE_HALF_DOWN ? page : -page) * count / 2);
	/* A page may end where the cursor cannot stand, in a long text: then the lines decide. */
	if (move < MOVE_PAGE_DOWN || move > MOVE_HALF_UP)
		follow(st);
	app->dirty = true;
}
