/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test instance: head, participants, steps as a diagram, lists, history. Layer ui, UI thread. The lines
 * are laid out by app/instance_lines.c; here each becomes cells.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/findings.h"
#include "verdict/app/instance.h"
#include "verdict/app/queue.h"
#include "verdict/base/clock.h"
#include "verdict/ui/view.h"
#include "src/ui/diagram.h"
#include "src/ui/words.h"

#define HEAD_ROWS 3
#define DETAIL_ROWS 3
#define WIDE 112	/* from here on the detail stands at the right */
#define MARGIN 2

struct paint {		/* what the drawing of one frame shares */
	struct app *app;
	struct instance_state *st;
	const struct instance *in;
	struct diagram diagram;
};

/* A claim names a person by id; whoever claimed stands in the history by name. */
static const char *name_of(const struct instance *in, const char *person)
{
	size_t i;

	for (i = in->n_history; i-- > 0; )
		if (strcmp(in->history[i].who, person) == 0 && in->history[i].who_name[0])
			return in->history[i].who_name;
	return person;
}

static void claim_words(char *out, size_t max, const struct instance *in)
{
	const struct queue_row *r = &in->row;
	int64_t left = (in->claim_until - clock_wall_ms()) / 60000;

	if (r->claim == CLAIM_NONE || r->claim == CLAIM_LOST)
		snprintf(out, max, r->claim == CLAIM_LOST && r->claim_mine ? "your claim was lost" :
			"not claimed");
	else if (!r->claim_mine)
		snprintf(out, max, "claimed by %s", r->claim_by && r->claim_by[0] ?
			name_of(in, r->claim_by) : "a colleague");
	else if (r->claim == CLAIM_INTENDED)
		snprintf(out, max, "claimed by you, not confirmed");
	else if (in->claim_until > 0 && left >= 0)
		snprintf(out, max, "claimed by you, %lld min left", (long long)left);
	else
		snprintf(out, max, "claimed by you");
}

static void draw_head(const struct area *a, const struct paint *p)
{
	const struct queue_row *r = &p->in->row;
	char right[160], line[256];
	int used;

	words_waiting(right, sizeof(right), r, a->canvas);
	used = draw_right(a, 0, a->cols - 1, a->cols / 2, style_of_status(r->status), ATTR_BOLD, right);
	draw_str(a, 0, 1, -1, STYLE_TITLE, ATTR_BOLD, r->id);
	draw_str(a, 0, 3 + (int)strlen(r->id), a->cols - used - 6 - (int)strlen(r->id), STYLE_TITLE, ATTR_BOLD,
		r->title[0] ? r->title : r->test);
	claim_words(right, sizeof(right), p->in);
	used = draw_right(a, 1, a->cols - 1, a->cols / 2, r->claim_mine ? STYLE_MINE :
		r->claim == CLAIM_NONE ? STYLE_DIM : STYLE_OTHERS, 0, right);
	snprintf(line, sizeof(line), "%s%s%s%s%s%srevision %u", r->test, dot(a->canvas), r->track,
		r->profiles[0] ? dot(a->canvas) : "", r->profiles, dot(a->canvas), r->revision);
	draw_str(a, 1, 1, a->cols - used - 4, STYLE_DIM, 0, line);
}

/* The role's own word is what steps and warnings use; the actor is what the frameworks call it. */
static void draw_participant(const struct area *a, int row, const struct participant *m)
{
	int role = a->cols * 3 / 10, country = a->cols - 10, used;
	int system = MARGIN + role + 1, org = system + (country - system) * 9 / 20 + 1;

	used = draw_str(a, row, MARGIN, role, STYLE_LABEL, 0, m->role);
	if (m->actor[0] && role - used > 4)
		draw_str(a, row, MARGIN + used + 1, role - used - 1, STYLE_DIM, 0, m->actor);
	draw_str(a, row, system, org - system - 1, STYLE_NORMAL, ATTR_BOLD,
		m->system_name[0] ? m->system_name : m->system);
	draw_str(a, row, org, country - org - 1, STYLE_NORMAL, 0,
		m->organisation_name[0] ? m->organisation_name : m->organisation);
	draw_str(a, row, country, 3, STYLE_NORMAL, 0, m->country);
	draw_right(a, row, a->cols - 1, 5, STYLE_NORMAL, ATTR_BOLD, m->table);
}

static void draw_sentence(const struct area *a, int row, const struct instance_line *l, bool first,
		enum style style, const char *sign)
{
	if (first)
		draw_str(a, row, MARGIN, 1, style, ATTR_BOLD, sign);
	draw_text(a, row, MARGIN + 2, -1, style, 0, l->text, l->len);
}

static void draw_mark(const struct area *a, int row, int col, enum step_mark mark)
{
	if (mark == MARK_VERIFIED)
		draw_glyph(a, row, col, STYLE_GOOD, ATTR_BOLD, GLYPH_TICK);
	else if (mark == MARK_FAILED)
		draw_glyph(a, row, col, STYLE_ERROR, ATTR_BOLD, GLYPH_CROSS);
}

/* What the checks found in the evidence of a step: words where there is room, else a number. */
static void draw_step_findings(const struct area *a, int row, int col, bool wide, const struct findings_count *n)
{
	unsigned int many = n->errors ? n->errors : n->warnings;
	enum style style = n->errors ? STYLE_ERROR : n->warnings ? STYLE_WARNING : STYLE_GOOD;

	if (!many && (!n->asked || n->waiting))
		return;
	if (n->warnings && !n->errors)
		draw_str(a, row, col, 1, style, ATTR_BOLD, "!");
	else
		draw_glyph(a, row, col, style, ATTR_BOLD, many ? GLYPH_CROSS : GLYPH_TICK);
	if (wide && many)
		draw_printf(a, row, col + 2, 12, style, 0, "%u %s%s", many, n->errors ? "error" : "warning", many == 1 ? "" : "s");
	else if (wide)
		draw_printf(a, row, col + 2, 12, style, 0, "%u %s", n->asked, n->asked == 1 ? "check" : "checks");
	else
		draw_printf(a, row, col + 1, 2, style, 0, "%u", many ? many : n->asked);
}

static void draw_step(const struct area *a, int row, const struct paint *p, int i, bool cursor)
{
	const struct instance_step *s = &p->in->steps[i];
	enum step_mark mark = draft_mark(&p->st->draft, s->n);
	int col = p->diagram.right + 1;
	bool wide = a->cols - col >= DIAGRAM_NOTES_WIDE - 2;
	struct findings_count found;

	findings_count(&found, p->app, s->n);
	diagram_step(a, row, &p->diagram, (size_t)i, cursor);
	if (found.astray)
		draw_printf(a, row, col, 11, STYLE_WARNING, 0, "not %s", s->transaction);
	else if (s->evidence)
		draw_printf(a, row, col, 11, STYLE_NORMAL, 0, "evidence %u", s->evidence);
	else
		draw_str(a, row, col, 11, STYLE_DIM, 0, "no evidence");
	if (a->cols - col > 16)
		draw_step_findings(a, row, col + 12, wide, &found);
	draw_mark(a, row, a->cols - 3, mark ? mark : s->mark);
	if (strcmp(s->status, "failed") == 0 || strcmp(s->status, "skipped") == 0)
		draw_str(a, row, col, 12, STYLE_WARNING, 0, s->status);
}

/* What the checks say of an item, in the place of its declared kind; false where they say nothing. */
static bool draw_checked(const struct area *a, int row, int col, const struct item_findings *f)
{
	char words[40];

	if (!f || f->phase != FINDINGS_DONE || f->asked == 0)
		return false;
	if (f->report.errors) {
		snprintf(words, sizeof(words), "%u %s", f->report.errors, f->report.errors == 1 ? "error" : "errors");
		draw_glyph(a, row, col, STYLE_ERROR, ATTR_BOLD, GLYPH_CROSS);
		draw_str(a, row, col + 2, 11, STYLE_ERROR, 0, words);
	} else if (f->report.warnings) {
		snprintf(words, sizeof(words), "%u %s", f->report.warnings, f->report.warnings == 1 ? "warning" :
			"warnings");
		draw_str(a, row, col, 1, STYLE_WARNING, ATTR_BOLD, "!");
		draw_str(a, row, col + 2, 11, STYLE_WARNING, 0, words);
	} else {
		snprintf(words, sizeof(words), "%u %s", f->asked, f->asked == 1 ? "check" : "checks");
		draw_glyph(a, row, col, STYLE_GOOD, ATTR_BOLD, GLYPH_TICK);
		draw_str(a, row, col + 2, 11, STYLE_GOOD, 0, words);
	}
	return true;
}

static void draw_evidence(const struct area *a, int row, const struct paint *p, int i)
{
	const struct evidence_item *e = &p->in->evidence[i];
	char size[24], digest[24], step[24];
	int end = a->cols - 1, name = MARGIN + 12;

	words_size(size, sizeof(size), e->size);
	words_digest(digest, sizeof(digest), &e->sha256, a->canvas);
	snprintf(step, sizeof(step), e->step ? "step %u" : "all", e->step);
	draw_printf(a, row, MARGIN, 3, STYLE_LABEL, 0, "%2u", e->n);
	draw_str(a, row, MARGIN + 3, 8, STYLE_DIM, 0, step);
	draw_str(a, row, name, end - 42 - name, STYLE_NORMAL, 0, e->name);
	if (!draw_checked(a, row, end - 41, findings_item(p->app, e->n)))
		draw_str(a, row, end - 41, 12, STYLE_DIM, 0, e->kind);
	draw_right(a, row, end - 21, 8, STYLE_NORMAL, 0, size);
	draw_str(a, row, end - 19, 9, STYLE_DIM, 0, digest);
	if (!e->here)
		draw_str(a, row, end - 9, 9, STYLE_WARNING, 0, "not here");
	else if (e->looked)
		draw_str(a, row, end - 9, 9, STYLE_GOOD, 0, "looked at");
}

static void draw_item(const struct area *a, int row, const struct paint *p, int i)
{
	const struct instance_item *it = &p->in->items[i];
	const struct draft_tick *t = draft_tick_get(&p->st->draft, it->item.id);
	enum item_state s = instance_item_state(p->st, (size_t)i);
	bool check = strcmp(it->by, "check") == 0;
	char by[64];

	draw_str(a, row, MARGIN, 3, STYLE_LABEL, 0, "[ ]");
	if (s == ITEM_TICKED && a->canvas->ascii)
		draw_str(a, row, MARGIN + 1, 1, STYLE_GOOD, ATTR_BOLD, "x");
	else if (s == ITEM_TICKED)
		draw_glyph(a, row, MARGIN + 1, STYLE_GOOD, ATTR_BOLD, GLYPH_TICK);
	else if (s == ITEM_OVERRULED)
		draw_str(a, row, MARGIN + 1, 1, STYLE_WARNING, ATTR_BOLD, "!");
	if (t)
		snprintf(by, sizeof(by), s == ITEM_OVERRULED ? "overruled, draft" : s == ITEM_TICKED ?
			"you, draft" : "not, draft");
	else if (s == ITEM_OPEN)
		snprintf(by, sizeof(by), it->item.by == ITEM_BY_CHECK ? "check %s" : "you", it->item.id);
	else
		snprintf(by, sizeof(by), "%s%s%s", s == ITEM_OVERRULED ? "overruled " : "",
			check ? "check " : "", check ? it->item.id : name_of(p->in, it->by));
	draw_str(a, row, MARGIN + 4, a->cols - MARGIN - 23, STYLE_NORMAL, 0, it->item.text);
	draw_str(a, row, a->cols - 18, 17, t ? STYLE_MINE : STYLE_DIM, 0, by);
}

static void draw_verdict(const struct area *a, int row, const struct paint *p, int i)
{
	const struct instance_verdict *v = &p->in->verdicts[i];
	char at[32];
	int c = MARGIN;

	words_day_time(at, sizeof(at), v->at, p->app->tz_min);
	draw_glyph(a, row, c, style_of_outcome(v->outcome), ATTR_BOLD, glyph_of_outcome(v->outcome));
	draw_str(a, row, c + 2, 20, style_of_outcome(v->outcome), v->leaf ? ATTR_BOLD : 0,
		outcome_label(v->outcome));
	draw_str(a, row, c + 23, 18, STYLE_NORMAL, 0, v->own ? "you" : v->by_name[0] ? v->by_name : v->by);
	draw_str(a, row, c + 42, 12, STYLE_DIM, 0, at);
	draw_str(a, row, c + 55, -1, v->counted ? STYLE_DIM : STYLE_WARNING, 0, !v->counted ? "not counted" :
		!v->leaf ? "replaced" : v->own ? entry_state_name(v->state) : "");
}

static void draw_history(const struct area *a, int row, const struct paint *p, const struct instance_line *l)
{
	const struct history_entry *h = &p->in->history[l->index];
	bool comment = strcmp(h->kind, "comment") == 0;
	char at[32];

	words_day_time(at, sizeof(at), h->at, p->app->tz_min);
	draw_str(a, row, MARGIN, 11, STYLE_DIM, 0, at);
	draw_str(a, row, MARGIN + 13, 17, h->own ? STYLE_MINE : STYLE_LABEL, 0,
		h->who_name[0] ? h->who_name : h->who);
	if (l->len)
		draw_text(a, row, 32, -1, comment ? STYLE_NORMAL : STYLE_DIM, 0, l->text, l->len);
	else
		draw_str(a, row, 32, -1, STYLE_DIM, 0, h->kind);
}

static void draw_fold(const struct area *a, int row, const struct paint *p, int which)
{
	bool folded = p->st->folded[which];
	char line[80];

	if (which == INSTANCE_FOLD_TEXT)
		snprintf(line, sizeof(line), "Test text");
	else
		snprintf(line, sizeof(line), "History and comments (%zu)", p->in->n_history);
	draw_glyph(a, row, MARGIN, STYLE_LABEL, 0, folded ? GLYPH_FOLD_CLOSED : GLYPH_FOLD_OPEN);
	draw_str(a, row, MARGIN + 2, -1, STYLE_LABEL, ATTR_BOLD, line);
}

static void draw_draft(const struct area *a, int row, const struct paint *p)
{
	struct draft *d = &p->st->draft;
	const char *reason = editor_text(&d->reason);
	int c = MARGIN + 2;

	draw_glyph(a, row, MARGIN, STYLE_MINE, ATTR_BOLD, GLYPH_BULLET);
	c += draw_str(a, row, c, -1, STYLE_MINE, 0, "your draft: ");
	c += draw_str(a, row, c, -1, STYLE_MINE, ATTR_BOLD,
		d->outcome ? outcome_label(d->outcome) : "no outcome yet");
	if (reason[0])
		draw_printf(a, row, c, a->cols - c - 1, STYLE_MINE, 0, ", %.*s",
			(int)strcspn(reason, "\n"), reason);
}

static void draw_line(const struct area *a, int row, const struct paint *p, const struct instance_line *l,
		bool cursor)
{
	const struct instance_line *before = l > p->st->lines.at ? l - 1 : NULL;
	bool first = !before || before->part != l->part || before->index != l->index;

	switch (l->part) {
	case PART_PARTICIPANT:
		draw_participant(a, row, &p->in->participants[l->index]);
		break;
	case PART_NEUTRALITY:
		draw_sentence(a, row, l, first, STYLE_ERROR, "!");
		break;
	case PART_WARNING:
		draw_sentence(a, row, l, first, STYLE_WARNING, "!");
		break;
	case PART_DRAFT:
		draw_draft(a, row, p);
		break;
	case PART_LIFELINES:
		diagram_heads(a, row, &p->diagram);
		break;
	case PART_STEP:
		draw_step(a, row, p, l->index, cursor);
		break;
	case PART_EVIDENCE:
		draw_evidence(a, row, p, l->index);
		break;
	case PART_ITEM:
		draw_item(a, row, p, l->index);
		break;
	case PART_VERDICT:
		draw_verdict(a, row, p, l->index);
		break;
	case PART_FOLD:
		draw_fold(a, row, p, l->index);
		break;
	case PART_HISTORY:
		draw_history(a, row, p, l);
		break;
	case PART_HEADING:
		draw_text(a, row, MARGIN, -1, STYLE_LABEL, ATTR_BOLD, l->text, l->len);
		break;
	case PART_EMPTY:
		draw_text(a, row, MARGIN, -1, STYLE_DIM, 0, l->text, l->len);
		break;
	case PART_REASON:
	case PART_TEXT:
	case PART_HISTORY_MORE:
		draw_text(a, row, l->part == PART_HISTORY_MORE ? 32 : MARGIN + 2, -1, STYLE_NORMAL, 0,
			l->text, l->len);
		break;
	case PART_BLANK:
		break;
	}
}

static void detail_step(char *out, size_t max, const struct paint *p, int i)
{
	const struct instance_step *s = &p->in->steps[i];
	enum step_mark mark = draft_mark(&p->st->draft, s->n);

	if (!mark)
		mark = s->mark;
	snprintf(out, max, "step %u, %s: %s%s%s%s%s%s%s", s->n, s->kind, s->from,
		strcmp(s->from, s->to) && s->to[0] ? " to " : "", strcmp(s->from, s->to) ? s->to : "",
		s->transaction[0] && strcmp(s->transaction, "-") ? ", " : "",
		s->transaction[0] && strcmp(s->transaction, "-") ? s->transaction : "",
		mark == MARK_VERIFIED ? "; marked verified" : mark == MARK_FAILED ? "; marked failed" : "",
		"\n");
	if (strlen(out) < max)
		snprintf(out + strlen(out), max - strlen(out), "%s", s->text);
}

static void detail_words(char *out, size_t max, const struct paint *p, const struct instance_line *l)
{
	const struct evidence_item *e;
	const struct test_item *t;
	char hex[DIGEST_HEX];

	out[0] = '\0';
	if (!l)
		return;
	if (l->part == PART_STEP) {
		detail_step(out, max, p, l->index);
	} else if (l->part == PART_EVIDENCE) {
		e = &p->in->evidence[l->index];
		digest_hex(hex, &e->sha256);
		snprintf(out, max, "%s%s%s\nsha256 %s", e->name, e->url && e->url[0] ? "  " : "",
			e->url ? e->url : "", hex);
	} else if (l->part == PART_ITEM) {
		t = &p->in->items[l->index].item;
		snprintf(out, max, "%s%s%s\n%s", t->id, t->source && t->source[0] ? "  " : "",
			t->source ? t->source : "", t->text);
	} else if (l->part == PART_VERDICT) {
		digest_hex(hex, &p->in->verdicts[l->index].rid);
		snprintf(out, max, "record %s", hex);
	}
}

static void draw_detail(const struct area *a, const struct paint *p)
{
	char text[2048];

	detail_words(text, sizeof(text), p, instance_line_at(p->st));
	draw_rule(a, 0, STYLE_RULE);
	(void)draw_wrapped(a, 1, MARGIN, a->cols - MARGIN - 1, a->rows - 1, STYLE_DIM, 0, text);
}

/* A wide screen shows the whole of what the cursor is on, and the test's text, beside the work. */
static void draw_side(const struct area *a, const struct paint *p)
{
	char text[2048];
	int i, row;

	for (i = 0; i < a->rows; i++)
		draw_glyph(a, i, 0, STYLE_RULE, 0, GLYPH_VLINE);
	detail_words(text, sizeof(text), p, instance_line_at(p->st));
	row = draw_wrapped(a, 0, 2, a->cols - 3, a->rows, STYLE_NORMAL, 0, text) + 1;
	if (row < 6)
		row = 6;	/* a fixed place: nothing jumps while the cursor moves */
	if (p->in->test.description && p->in->test.description[0]) {
		draw_str(a, row++, 2, -1, STYLE_LABEL, ATTR_BOLD, "Test text");
		(void)draw_wrapped(a, row, 2, a->cols - 3, a->rows - row, STYLE_DIM, 0,
			p->in->test.description);
	}
}

static void draw_body(const struct area *a, struct paint *p)
{
	struct instance_state *st = p->st;
	const struct instance_line *l;
	int i, row, last;

	instance_lines(st, a->cols);
	diagram_plan(&p->diagram, p->in, 6, a->cols);
	st->page = a->rows;
	last = (int)st->lines.len - a->rows;
	if (st->top > last)
		st->top = last;
	if (st->top < 0)
		st->top = 0;
	for (i = 0; i < a->rows && st->top + i < (int)st->lines.len; i++) {
		l = &st->lines.at[st->top + i];
		row = l->focus >= 0 && l->focus == st->cursor;
		draw_line(a, i, p, l, row);
		if (row)
			draw_cursor_line(a, i);
	}
}

static void draw_nothing(const struct area *a, const struct instance_state *st)
{
	if (!st->ti) {
		draw_str(a, 1, MARGIN, -1, STYLE_NORMAL, 0, "No test instance is open.");
		draw_str(a, 2, MARGIN, -1, STYLE_DIM, 0, "Esc goes back to the queue; Enter opens one there.");
	} else if (st->trouble[0]) {
		draw_printf(a, 1, MARGIN, -1, STYLE_ERROR, ATTR_BOLD, "%s cannot be shown", st->ti);
		(void)draw_wrapped(a, 2, MARGIN, a->cols - 4, 4, STYLE_NORMAL, 0, st->trouble);
	} else {
		draw_printf(a, 1, MARGIN, -1, STYLE_DIM, 0, "reading %s%s", st->ti,
			glyph_text(a->canvas, GLYPH_ELLIPSIS));
	}
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct paint p = { app, state, ((struct instance_state *)state)->in, { .n = 0 } };
	bool wide = a->cols >= WIDE, detail = !wide && a->rows >= 18;
	int left = wide ? a->cols - (a->cols * 2 / 7) : a->cols;
	struct area body, rest;

	if (!p.in) {
		draw_nothing(a, p.st);
		return;
	}
	draw_head(a, &p);
	draw_rule(a, 2, STYLE_RULE);
	body = area_sub(a, HEAD_ROWS, 0, a->rows - HEAD_ROWS - (detail ? DETAIL_ROWS : 0), left);
	draw_body(&body, &p);
	if (wide) {
		rest = area_sub(a, HEAD_ROWS, left, a->rows - HEAD_ROWS, a->cols - left);
		draw_side(&rest, &p);
	} else if (detail) {
		rest = area_sub(a, a->rows - DETAIL_ROWS, 0, DETAIL_ROWS, a->cols);
		draw_detail(&rest, &p);
	}
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct instance_state *st = state;
	int i = st->top + row - HEAD_ROWS;

	(void)app, (void)col, (void)a;
	if (row < HEAD_ROWS || i >= (int)st->lines.len || i < 0 || row - HEAD_ROWS >= st->page ||
	    st->lines.at[i].focus < 0)
		return false;
	if (st->lines.at[i].focus == st->cursor)
		snprintf(line, (size_t)max, "enter");
	else
		snprintf(line, (size_t)max, "go %d", st->lines.at[i].focus + 1);
	return true;
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const on_item[] = { "tick", "verdict", "evidence", "comment", "history", "next", "back",
		NULL };
	static const char *const on_step[] = { "verdict", "evidence", "comment", "history", "claim", "next",
		"back", NULL };
	const struct instance_line *l = instance_line_at(state);

	(void)app;
	return l && l->part == PART_ITEM ? on_item : on_step;
}

static void place(struct app *app, void *state, char *out, int max)
{
	(void)state;
	queue_place(app, out, (size_t)max);
}

const struct view view_instance = {
	.bare = true,
	.draw = draw,
	.click = click,
	.hints = hints,
	.place = place,
};
