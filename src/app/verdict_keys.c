/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict form under the fingers: text into the reason, marks on steps, ticks, moving. Layer app, UI
 * thread. What a key decides goes through verdict_may_edit(); what it only shows does not.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/prompt.h"
#include "verdict/app/verdict.h"
#include "verdict/base/mem.h"

static void *init(struct app *app)
{
	struct verdict_state *st = mem_zalloc(sizeof(*st));

	st->app = app;
	arena_init(&st->preview_arena);
	verdict_templates_load(st);
	return st;
}

static void done(struct app *app, void *state)
{
	struct verdict_state *st = state;
	size_t i;

	(void)app;
	for (i = 0; i < st->templates.len; i++) {
		mem_free(st->templates.at[i].name);
		mem_free(st->templates.at[i].text);
	}
	vec_done(&st->templates);
	arena_done(&st->preview_arena);
	mem_free(st);
}

static void enter(struct app *app, void *state)
{
	struct verdict_state *st = state;

	if (st->phase == VERDICT_READING && !instance_of(app)->loading)
		verdict_loaded(app);
	else if (st->phase == VERDICT_EDIT && instance_of(app)->changed)
		instance_load(app);
}

static bool leave(struct app *app, void *state)
{
	struct verdict_state *st = state;

	if (st->phase == VERDICT_SAVING) {
		app_message(app, MESSAGE_NOTE, "saving; one moment");
		return false;
	}
	instance_draft_keep(app);
	return true;
}

static const char *where(struct app *app, void *state)
{
	(void)state;
	return instance_of(app)->ti;
}

static bool editing(struct app *app, void *state)
{
	struct verdict_state *st = state;

	(void)app;
	return st->phase == VERDICT_EDIT && !st->blocked && !st->preview &&
		(st->picking || st->field != FIELD_OUTCOME);
}

static int edit_op_of(const struct key_event *ev)
{
	static const struct { int key; enum edit_op op; } ops[] = {
		{ K_LEFT, EDIT_LEFT }, { K_RIGHT, EDIT_RIGHT }, { K_UP, EDIT_UP }, { K_DOWN, EDIT_DOWN },
		{ K_HOME, EDIT_HOME }, { K_END, EDIT_END }, { K_BACKSPACE, EDIT_BACKSPACE },
		{ K_DELETE, EDIT_DELETE }, { K_ENTER, EDIT_NEWLINE }, { K_CTRL('a'), EDIT_HOME },
		{ K_CTRL('e'), EDIT_END }, { K_CTRL('b'), EDIT_LEFT }, { K_CTRL('f'), EDIT_RIGHT },
		{ K_CTRL('w'), EDIT_WORD_BACK }, { K_CTRL('k'), EDIT_KILL_LINE },
		{ K_CTRL('u'), EDIT_KILL_ALL }, { K_CTRL('d'), EDIT_DELETE },
		{ K_CTRL_LEFT, EDIT_WORD_LEFT }, { K_CTRL_RIGHT, EDIT_WORD_RIGHT },
		{ K_ALT | 'b', EDIT_WORD_LEFT }, { K_ALT | 'f', EDIT_WORD_RIGHT },
		{ K_ALT | K_BACKSPACE, EDIT_WORD_BACK }, { K_PGUP, EDIT_FIRST }, { K_PGDN, EDIT_LAST },
	};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ops[i].key == key_event_code(ev))
			return (int)ops[i].op;
	return -1;
}

static void insert(struct app *app, const char *text, size_t len)
{
	if (editor_insert(&instance_of(app)->draft.reason, text, len))
		verdict_changed(app);
	else
		app_message(app, MESSAGE_WARNING, "a reason holds at most %d bytes", RECORD_REASON_MAX);
}

static bool key_reason(struct app *app, struct verdict_state *st, const struct key_event *ev)
{
	struct editor *e = &instance_of(app)->draft.reason;
	size_t len = e->text.len;
	int op = edit_op_of(ev), width = st->reason_width > 0 ? st->reason_width : 60;

	if (ev->text[0] && !ev->alt) {
		insert(app, ev->text, strlen(ev->text));
		return true;
	}
	if (key_event_code(ev) == K_CTRL('y')) {
		insert(app, instance_yanked(app), strlen(instance_yanked(app)));
		return true;
	}
	if (op < 0)
		return false;
	if (!editor_do(e, (enum edit_op)op, width) && (op == EDIT_UP || op == EDIT_DOWN))
		verdict_field_next(app, op == EDIT_UP ? -1 : 1);
	if (e->text.len != len)
		verdict_changed(app);
	app->dirty = true;
	return true;
}

static bool key_steps(struct app *app, struct verdict_state *st, const struct key_event *ev)
{
	struct instance_state *inst = instance_of(app);
	unsigned int n = inst->in->steps[st->step].n;
	enum step_mark mark = draft_mark(&inst->draft, n);
	size_t i;

	switch (ev->key) {
	case 'v': case '+': case '1':
		mark = MARK_VERIFIED;
		break;
	case 'f': case '-': case '3':
		mark = MARK_FAILED;
		break;
	case '0': case K_BACKSPACE: case K_DELETE:
		mark = MARK_NONE;
		break;
	case ' ': case K_ENTER:
		mark = mark == MARK_NONE ? MARK_VERIFIED : mark == MARK_VERIFIED ? MARK_FAILED : MARK_NONE;
		break;
	case 'a':
		for (i = 0; i < inst->in->n_steps; i++)
			draft_set_mark(&inst->draft, inst->in->steps[i].n, MARK_VERIFIED);
		verdict_changed(app);
		return true;
	default:
		return ev->text[0] != '\0';
	}
	draft_set_mark(&inst->draft, n, mark);
	verdict_changed(app);
	return true;
}

static void clamp_cursors(struct verdict_state *st, const struct instance *in)
{
	if (st->step >= (int)in->n_steps)
		st->step = (int)in->n_steps - 1;
	if (st->item >= (int)in->n_items)
		st->item = (int)in->n_items - 1;
	if (st->step < 0)
		st->step = 0;
	if (st->item < 0)
		st->item = 0;
}

static void move(struct app *app, void *state, enum move how, int count)
{
	struct verdict_state *st = state;
	const struct instance *in = instance_of(app)->in;
	int by = how == MOVE_UP || how == MOVE_LEFT || how == MOVE_PAGE_UP || how == MOVE_HALF_UP ?
		-count : count;
	bool page = how >= MOVE_PAGE_DOWN && how <= MOVE_HALF_UP;

	if (!in)
		return;
	if (how == MOVE_FIRST || how == MOVE_LAST)
		by = how == MOVE_FIRST ? -1000000 : 1000000;
	if (st->picking)
		st->pick += by;
	else if (st->preview)
		st->preview_top += page ? by * 10 : by;
	else if (st->field == FIELD_STEPS)
		st->step += by;
	else if (st->field == FIELD_ITEMS)
		st->item += by;
	else if (st->field == FIELD_OUTCOME && (how == MOVE_DOWN || how == MOVE_UP))
		verdict_field_next(app, by > 0 ? 1 : -1);
	if (st->pick < 0 || st->templates.len == 0)
		st->pick = 0;
	else if (st->pick >= (int)st->templates.len)
		st->pick = (int)st->templates.len - 1;
	if (st->preview_top < 0)
		st->preview_top = 0;
	clamp_cursors(st, in);
	app->dirty = true;
}

static bool key_pick(struct app *app, struct verdict_state *st, const struct key_event *ev)
{
	if (ev->key >= '1' && ev->key <= '9')
		(void)verdict_template(app, ev->key - '1');
	else if (ev->key == K_ENTER)
		(void)verdict_template(app, st->pick);
	else if (ev->key == 'j' || ev->key == K_DOWN)
		move(app, st, MOVE_DOWN, 1);
	else if (ev->key == 'k' || ev->key == K_UP)
		move(app, st, MOVE_UP, 1);
	else
		st->picking = false;
	app->dirty = true;
	return true;
}

static bool key_lists(struct app *app, struct verdict_state *st, const struct key_event *ev)
{
	struct instance_state *inst = instance_of(app);
	char line[128];

	clamp_cursors(st, inst->in);
	if (ev->key == 'j' || ev->key == K_DOWN || ev->key == 'k' || ev->key == K_UP) {
		move(app, st, ev->key == 'j' || ev->key == K_DOWN ? MOVE_DOWN : MOVE_UP, 1);
		return true;
	}
	if (ev->key == 'r' || ev->key == 'i') {
		st->field = FIELD_REASON;
		app->dirty = true;
		return true;
	}
	if (st->field == FIELD_STEPS)
		return key_steps(app, st, ev);
	if (ev->key == ' ' || ev->key == K_ENTER || ev->key == 'o') {
		snprintf(line, sizeof(line), "%s '%s'", ev->key == 'o' ? "overrule" : "tick",
			inst->in->items[st->item].item.id);
		(void)command_run(app, line);
		return true;
	}
	return ev->text[0] != '\0';
}

static bool key(struct app *app, void *state, const struct key_event *ev)
{
	struct verdict_state *st = state;

	if (!editing(app, state))
		return false;
	if (verdict_may_edit(app)) {
		app_status(app, STATUS_AGAIN);
		return true;
	}
	if (st->picking)
		return key_pick(app, st, ev);
	if (st->field == FIELD_REASON)
		return key_reason(app, st, ev);
	return key_lists(app, st, ev);
}

/* Enter on the outcome goes on to the reason. */
static enum status open_field(struct app *app, void *state)
{
	struct verdict_state *st = state;

	if (st->phase == VERDICT_EDIT && st->field == FIELD_OUTCOME)
		verdict_field_next(app, 1);
	return STATUS_OK;
}

const struct screen screen_verdict = {
	.name = "verdict",
	.title = "Verdict",
	.decides = true,
	.init = init,
	.done = done,
	.enter = enter,
	.leave = leave,
	.editing = editing,
	.key = key,
	.where = where,
	.move = move,
	.open = open_field,
};
