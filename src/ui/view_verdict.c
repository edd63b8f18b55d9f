/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict form: one column of labels, one of values; what is due is said in words beside it. Layer ui,
 * UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/verdict.h"
#include "verdict/ui/view.h"
#include "src/ui/words.h"

#define HEAD_ROWS 3
#define LABEL 2
#define VALUE 13
#define REASON_ROWS_MAX 8
#define ITEM_ROWS 6

struct paint {
	struct app *app;
	struct verdict_state *st;
	struct instance_state *inst;
	const struct instance *in;
};

static void draw_head(const struct area *a, const struct paint *p)
{
	const struct queue_row *r = &p->in->row;
	char line[256], right[120];
	size_t i;
	int used;

	words_waiting(right, sizeof(right), r, a->canvas);
	used = draw_right(a, 0, a->cols - 1, a->cols / 2, style_of_status(r->status), ATTR_BOLD, right);
	snprintf(line, sizeof(line), "Verdict on %s%s%s", r->id, dot(a->canvas), r->title[0] ? r->title : r->test);
	draw_str(a, 0, 1, a->cols - used - 4, STYLE_TITLE, ATTR_BOLD, line);
	line[0] = '\0';
	for (i = 0; i < p->in->n_participants && strlen(line) < sizeof(line) - 80; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s %.60s %s", i ? dot(a->canvas) : "",
			p->in->participants[i].role, p->in->participants[i].system_name,
			p->in->participants[i].country);
	draw_str(a, 1, 1, a->cols - 2, STYLE_DIM, 0, line);
}

static void label(const struct area *a, int row, const struct paint *p, const char *word, int field)
{
	bool on = field >= 0 && (int)p->st->field == field && p->st->phase == VERDICT_EDIT && !p->st->blocked;

	if (on)
		draw_glyph(a, row, 0, STYLE_CURSOR, ATTR_BOLD, GLYPH_CURSOR);
	draw_str(a, row, LABEL, VALUE - LABEL - 1, STYLE_LABEL, on ? ATTR_BOLD : 0, word);
}

static int draw_outcome(const struct area *a, int row, const struct paint *p)
{
	static const enum outcome all[] = { OUTCOME_VERIFIED, OUTCOME_PARTIAL, OUTCOME_FAILED };
	int i, c = VALUE, gap = a->cols < 66 ? 1 : 3;

	label(a, row, p, "outcome", FIELD_OUTCOME);
	for (i = 0; i < 3; i++) {
		bool on = p->inst->draft.outcome == all[i];

		draw_glyph(a, row, c, on ? style_of_outcome(all[i]) : STYLE_NORMAL, on ? ATTR_BOLD : 0,
			on ? GLYPH_RADIO_ON : GLYPH_RADIO_OFF);
		c += 4;
		c += draw_str(a, row, c, -1, on ? style_of_outcome(all[i]) : STYLE_NORMAL, on ? ATTR_BOLD : 0,
			outcome_label(all[i])) + gap;
	}
	return row + 1;
}

static int draw_reason(const struct area *a, int row, const struct paint *p, int rows)
{
	struct editor *e = &p->inst->draft.reason;
	const char *text = editor_text(e);
	int width = a->cols - VALUE - 2, count, top = 0, r, c, i;
	struct editor_line l;

	label(a, row, p, "reason", FIELD_REASON);
	count = wrap_count(text, e->text.len, width);
	editor_place(&r, &c, e, width);
	p->st->reason_width = width;
	if (r >= rows)
		top = r - rows + 1;
	for (i = 0; i < rows && wrap_line(&l, text, e->text.len, width, top + i); i++)
		draw_text(a, row + i, VALUE, width, STYLE_NORMAL, 0, text + l.begin, l.len);
	if (p->st->field == FIELD_REASON && p->st->phase == VERDICT_EDIT && !p->st->picking) {
		a->canvas->cursor_row = a->row + row + r - top;
		a->canvas->cursor_col = a->col + VALUE + c;
	} else if (e->text.len == 0) {
		draw_str(a, row, VALUE, width, STYLE_DIM, 0, p->inst->draft.outcome == OUTCOME_VERIFIED &&
			!p->st->correction ? "none needed" : "needed unless it is verified");
	}
	return row + (count < rows ? count : rows);
}

static int draw_templates(const struct area *a, int row, const struct paint *p)
{
	int i, top = p->st->pick >= a->rows - row - 1 ? p->st->pick - (a->rows - row - 2) : 0;

	draw_str(a, row++, VALUE, -1, STYLE_LABEL, ATTR_BOLD, "Templates: a number or Enter takes one, Esc none");
	for (i = top; i < (int)p->st->templates.len && row < a->rows; i++, row++) {
		bool on = i == p->st->pick;

		if (on)
			draw_glyph(a, row, VALUE - 2, STYLE_CURSOR, ATTR_BOLD, GLYPH_CURSOR);
		draw_printf(a, row, VALUE, 3, STYLE_LABEL, 0, i < 9 ? "%d" : "%.0d", i < 9 ? i + 1 : 0);
		draw_str(a, row, VALUE + 3, 20, STYLE_NORMAL, on ? ATTR_BOLD : 0, p->st->templates.at[i].name);
		draw_str(a, row, VALUE + 24, -1, on ? STYLE_NORMAL : STYLE_DIM, 0, p->st->templates.at[i].text);
	}
	return row;
}

static void draw_mark(const struct area *a, int row, int col, enum step_mark m, bool on)
{
	if (m == MARK_NONE)
		draw_glyph(a, row, col, STYLE_DIM, 0, GLYPH_DOT);
	else
		draw_glyph(a, row, col, m == MARK_VERIFIED ? STYLE_GOOD : STYLE_ERROR, ATTR_BOLD,
			m == MARK_VERIFIED ? GLYPH_TICK : GLYPH_CROSS);
	draw_str(a, row, col + 2, 8, m == MARK_NONE ? STYLE_DIM : STYLE_NORMAL, on ? ATTR_BOLD : 0,
		m == MARK_VERIFIED ? "verified" : m == MARK_FAILED ? "failed" : "no mark");
}

/* Where there is room each step has a row with its words; else they stand side by side. */
static int draw_steps(const struct area *a, int row, const struct paint *p, int rows)
{
	const struct instance *in = p->in;
	bool tall = (int)in->n_steps <= rows;
	int c = VALUE, width = 15;
	size_t i;

	label(a, row, p, "steps", FIELD_STEPS);
	if (in->n_steps == 0)
		draw_str(a, row, VALUE, -1, STYLE_DIM, 0, "this test has none");
	for (i = 0; i < in->n_steps; i++) {
		const struct instance_step *s = &in->steps[i];
		bool on = p->st->field == FIELD_STEPS && (int)i == p->st->step && p->st->phase == VERDICT_EDIT;

		if (c + width > a->cols || (tall && i > 0)) {
			c = VALUE;
			row++;
		}
		draw_printf(a, row, c, 3, STYLE_NORMAL, on ? ATTR_REVERSE : 0, "%2u", s->n);
		draw_mark(a, row, c + 3, draft_mark(&p->inst->draft, s->n), on);
		if (tall && s->transaction[0] && strcmp(s->transaction, "-") != 0)
			draw_printf(a, row, c + width, -1, STYLE_DIM, 0, "%s  %s", s->transaction, s->text);
		else if (tall)
			draw_str(a, row, c + width, -1, STYLE_DIM, 0, s->text);
		c += width;
	}
	return row + 1;
}

static int draw_items(const struct area *a, int row, const struct paint *p)
{
	int i, top = 0;

	if (p->st->item >= ITEM_ROWS)
		top = p->st->item - ITEM_ROWS + 1;
	for (i = top; i < top + ITEM_ROWS && i < (int)p->in->n_items && row < a->rows; i++, row++) {
		const struct test_item *t = &p->in->items[i].item;
		enum item_state s = instance_item_state(p->inst, (size_t)i);
		bool on = i == p->st->item;

		draw_str(a, row, VALUE, 3, STYLE_LABEL, on ? ATTR_REVERSE : 0, s == ITEM_OVERRULED ? "[!]" :
			s == ITEM_OPEN ? "[ ]" : a->canvas->ascii ? "[x]" : "[✓]");
		draw_str(a, row, VALUE + 4, -1, STYLE_NORMAL, on ? ATTR_BOLD : 0, t->text);
	}
	return row;
}

static int draw_ticked(const struct area *a, int row, const struct paint *p)
{
	struct draft_counts n;
	char earlier[32] = "";

	label(a, row, p, "ticked", FIELD_ITEMS);
	if (p->in->n_items == 0) {
		draw_str(a, row, VALUE, -1, STYLE_DIM, 0, "this test has no check-off list");
		return row + 1;
	}
	draft_count(&n, &p->inst->draft, p->in);
	draw_printf(a, row, VALUE, 14, STYLE_NORMAL, ATTR_BOLD, "%u of %u", n.mine + n.checks + n.others, n.total);
	if (n.others)
		snprintf(earlier, sizeof(earlier), ", %u earlier", n.others);
	draw_printf(a, row, VALUE + 15, -1, STYLE_DIM, 0, "%u by you, %u by checks%s, %u overruled", n.mine, n.checks,
		earlier, n.overruled);
	row++;
	if (p->st->field == FIELD_ITEMS && p->st->phase == VERDICT_EDIT)
		row = draw_items(a, row, p);
	return row;
}

static int draw_looked(const struct area *a, int row, const struct paint *p)
{
	const struct instance *in = p->in;
	int c = VALUE, w, first = row;
	char digest[24];
	size_t i;

	label(a, row, p, "looked at", -1);
	for (i = 0; i < in->n_evidence; i++) {
		if (!in->evidence[i].looked)
			continue;
		words_digest(digest, sizeof(digest), &in->evidence[i].sha256, a->canvas);
		w = (int)text_width(in->evidence[i].name, strlen(in->evidence[i].name));
		w = (w > 34 ? 34 : w) + 10;
		if (c > VALUE && c + w > a->cols) {
			c = VALUE;
			if (++row - first > 2 || row >= a->rows) {
				draw_glyph(a, row - 1, a->cols - 2, STYLE_DIM, 0, GLYPH_ELLIPSIS);
				return row;
			}
		}
		w = draw_str(a, row, c, 34, STYLE_NORMAL, 0, in->evidence[i].name);
		c += w + 1;
		c += draw_str(a, row, c, 9, STYLE_DIM, 0, digest) + 3;
	}
	if (c == VALUE)
		draw_str(a, row, VALUE, -1, STYLE_DIM, 0, in->n_evidence ? "nothing of the evidence yet" :
			"there is no evidence");
	return row + 1;
}

static int draw_rule_words(const struct area *a, int row, const struct paint *p)
{
	const struct verdict_state *st = p->st;

	if (st->failed[0])
		return row + draw_wrapped(a, row, VALUE, a->cols - VALUE - 2, 3, STYLE_ERROR, ATTR_BOLD, st->failed);
	if (st->rule[0])
		return row + draw_wrapped(a, row, VALUE, a->cols - VALUE - 2, 2, STYLE_WARNING, 0, st->rule);
	if (st->correction)
		return row + draw_wrapped(a, row, VALUE, a->cols - VALUE - 2, 2, STYLE_WARNING, 0,
			"It does not wait for a monitor: your verdict is recorded as a correction.");
	return row;
}

static void draw_sign(const struct area *a, int row, const struct paint *p)
{
	const struct app *app = p->app;
	char number[48] = "";

	if (p->st->number)
		snprintf(number, sizeof(number), ", record %llu", (unsigned long long)p->st->number);
	draw_printf(a, row, LABEL, a->cols - LABEL - 1, STYLE_DIM, 0,
		"You will sign as %s, with the key of this console (%.6s%s)%s.", app->me ? app->me->name : "?",
		app->replica ? app->replica : "none", app->replica ? glyph_text(a->canvas, GLYPH_ELLIPSIS) : "",
		number);
}

static void draw_saved(const struct area *a, const struct paint *p)
{
	const struct verdict_state *st = p->st;
	int c = LABEL;

	draw_glyph(a, 1, c, style_of_outcome(st->saved_outcome), ATTR_BOLD, glyph_of_outcome(st->saved_outcome));
	c += 2;
	c += draw_str(a, 1, c, -1, style_of_outcome(st->saved_outcome), ATTR_BOLD, outcome_label(st->saved_outcome));
	draw_printf(a, 1, c, -1, STYLE_NORMAL, 0, ", signed by %s", p->app->me ? p->app->me->name : "you");
	if (st->failed[0])
		draw_wrapped(a, 3, LABEL, a->cols - 4, 3, STYLE_WARNING, 0, st->failed);
	else
		draw_printf(a, 3, LABEL, -1, STYLE_GOOD, ATTR_BOLD, "saved %s%s%s%sn next in queue",
			st->saved_at, dot(a->canvas), st->fate, dot(a->canvas));
	draw_str(a, 5, LABEL, -1, STYLE_DIM, 0, "It is in the journal on this disk. Esc shows the test instance;");
	draw_str(a, 6, LABEL, -1, STYLE_DIM, 0, "a mistake is taken back in the journal, with a reason.");
}

static void draw_preview(const struct area *a, const struct paint *p)
{
	const char *s = p->st->json, *nl;
	int line = 0, row = 1, n = 0;

	draw_str(a, 0, LABEL, -1, STYLE_LABEL, ATTR_BOLD, "What you would sign (indented here; signed as one line)");
	if (!s) {
		draw_glyph(a, 1, LABEL, STYLE_DIM, 0, GLYPH_ELLIPSIS);
		return;
	}
	for (nl = s; *nl; nl++)
		n += *nl == '\n';
	if (p->st->preview_top > n - (a->rows - 2))
		p->st->preview_top = n - (a->rows - 2) > 0 ? n - (a->rows - 2) : 0;
	for (; *s && row < a->rows; line++) {
		nl = strchr(s, '\n');
		if (line >= p->st->preview_top)
			draw_text(a, row++, LABEL, -1, STYLE_NORMAL, 0, s, nl ? (size_t)(nl - s) : strlen(s));
		if (!nl)
			break;
		s = nl + 1;
	}
}

static void draw_form(const struct area *a, const struct paint *p)
{
	int row, reason = a->rows - 11, rows, items;

	rows = reason < 2 ? 2 : reason > REASON_ROWS_MAX ? REASON_ROWS_MAX : reason;
	row = draw_outcome(a, 0, p) + 1;
	row = draw_reason(a, row, p, rows);
	row = draw_rule_words(a, row, p) + 1;
	if (p->st->picking) {
		draw_templates(a, row, p);
		return;
	}
	items = p->st->field == FIELD_ITEMS && p->st->phase == VERDICT_EDIT ? ITEM_ROWS : 0;
	row = draw_steps(a, row, p, a->rows - row - 5 - items);
	row = draw_ticked(a, row, p);
	row = draw_looked(a, row, p) + 1;
	if (p->st->phase == VERDICT_SAVING)
		draw_printf(a, row < a->rows ? row : a->rows - 1, LABEL, -1, STYLE_WARNING, ATTR_BOLD, "saving%s",
			glyph_text(a->canvas, GLYPH_ELLIPSIS));
	else
		draw_sign(a, row < a->rows ? row : a->rows - 1, p);
}

static void draw_blocked(const struct area *a, const struct paint *p)
{
	int row = 1;

	if (!p->app->me) {
		draw_str(a, row++, LABEL, -1, STYLE_WARNING, ATTR_BOLD, "This console cannot sign yet.");
		draw_str(a, row, LABEL, -1, STYLE_NORMAL, 0, "Nobody has joined the event with it: leave, and run verdict join.");
		return;
	}
	draw_str(a, row++, LABEL, -1, STYLE_ERROR, ATTR_BOLD, "You may not grade this test instance.");
	row += draw_wrapped(a, row, LABEL, a->cols - 4, 4, STYLE_NORMAL, 0, p->st->rule) + 1;
	draw_str(a, row, LABEL, -1, STYLE_DIM, 0, "Leave it to a colleague. m writes a comment, Esc goes back.");
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct paint p = { app, state, instance_of(app), NULL };
	struct area body = area_sub(a, HEAD_ROWS, 0, a->rows - HEAD_ROWS, a->cols);

	p.in = p.inst->in;
	draw_rule(a, 2, STYLE_RULE);
	if (!p.in || p.st->phase == VERDICT_READING) {
		if (p.inst->trouble[0])
			draw_wrapped(&body, 1, LABEL, a->cols - 4, 4, STYLE_ERROR, 0, p.inst->trouble);
		else
			draw_printf(&body, 1, LABEL, -1, STYLE_DIM, 0, "reading %s%s", p.inst->ti ? p.inst->ti : "",
				glyph_text(a->canvas, GLYPH_ELLIPSIS));
		return;
	}
	draw_head(a, &p);
	if (p.st->phase == VERDICT_SAVED)
		draw_saved(&body, &p);
	else if (p.st->blocked)
		draw_blocked(&body, &p);
	else if (p.st->preview)
		draw_preview(&body, &p);
	else
		draw_form(&body, &p);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct verdict_state *st = state;
	const char *word;
	int gap = a->cols < 66 ? 1 : 3;

	(void)app;
	if (row != HEAD_ROWS || st->phase != VERDICT_EDIT || st->preview || st->blocked || col < VALUE)
		return false;
	word = col < VALUE + 12 + gap ? "verified" : col < VALUE + 34 + 2 * gap ? "partial" : "failed";
	snprintf(line, (size_t)max, "outcome %s", word);
	return true;
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const saved[] = { "next-verdict=next in queue", "leave-verdict=back", NULL };
	static const char *const blocked[] = { "comment", "leave-verdict=back", NULL };
	static const char *const outcome[] = { "outcome verified=verified", "outcome partial=partial",
		"outcome failed=failed", "sign=sign and save", "leave-verdict=keep as draft", "field", "preview", NULL };
	static const char *const text[] = { "sign=sign and save", "template=templates", "field",
		"leave-verdict=keep as draft", NULL };
	struct verdict_state *st = state;

	(void)app;
	if (st->phase == VERDICT_SAVED)
		return saved;
	if (st->blocked)
		return blocked;
	return st->field == FIELD_OUTCOME ? outcome : text;
}

const struct view view_verdict = {
	.bare = true,
	.draw = draw,
	.click = click,
	.hints = hints,
};
