/* SPDX-License-Identifier: Apache-2.0 */
/* Lines in Gazelle's columns; one line with its tests, what is missing, its grades. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_results_priv.h"
#include "src/ui/words.h"

/* ---- the list ---- */

struct columns {
	int table, system, profile, actor, option, numbers, done, grade;	/* where each begins; 0: no room */
	int system_w, actor_w, option_w;
};

static struct columns lay_out(const struct area *a)
{
	struct columns c = { .table = 2, .system = 7 };
	int room = a->cols - 7 - 9 - 3 - 16 - 8 - 18;	/* profile, type, four numbers, done, grade */

	c.option_w = a->cols >= 120 ? 12 : 0;
	room -= c.option_w;
	c.system_w = room / 2 < 10 ? 10 : room / 2;
	c.actor_w = room - c.system_w < 8 ? 8 : room - c.system_w;
	c.profile = c.system + c.system_w + 1;
	c.actor = c.profile + 8;
	c.option = c.actor + c.actor_w + 1;
	c.numbers = c.option + c.option_w + (c.option_w ? 1 : 0);
	c.done = c.numbers + 3 + 16;
	c.grade = c.done + 8;
	return c;
}

static void draw_labels(const struct area *a, const struct columns *c)
{
	static const char *const numbers[] = { "V", "W", "P", "F" };

	draw_str(a, 0, c->table, 5, STYLE_LABEL, 0, "tbl");
	draw_str(a, 0, c->system, c->system_w, STYLE_LABEL, 0, "system");
	draw_str(a, 0, c->profile, 8, STYLE_LABEL, 0, "profile");
	draw_str(a, 0, c->actor, c->actor_w, STYLE_LABEL, 0, "actor");
	if (c->option_w)
		draw_str(a, 0, c->option, c->option_w, STYLE_LABEL, 0, "option");
	for (int i = 0; i < 4; i++)
		draw_right(a, 0, c->numbers + 3 + 4 * i + 3, 3, STYLE_LABEL, 0, numbers[i]);
	draw_right(a, 0, c->done + 7, 7, STYLE_LABEL, 0, "counts");
	draw_str(a, 0, c->grade + 2, -1, STYLE_LABEL, 0, "grade");
}

static void number(const struct area *a, int row, int end, unsigned int n, enum style style)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	draw_right(a, row, end, 4, n ? style : STYLE_DIM, 0, n ? text : glyph_text(a->canvas, GLYPH_DOT));
}

static void grade_words(char *out, size_t max, const struct shot_line *l)
{
	if (l->exploratory)
		snprintf(out, max, "exploratory");
	else if (l->grade_disputed)
		snprintf(out, max, "managers differ");
	else if (l->grade != GRADE_NONE)
		snprintf(out, max, "%s%s", grade_label(l->grade), l->provisional ? ", provisional" : l->grade_late ? ", late" : "");
	else
		snprintf(out, max, "%s", l->enough == ENOUGH_YES ? "enough" : l->enough == ENOUGH_NO_PEER ? "no peer" :
			l->enough == ENOUGH_UNGRADED ? "no test" : "");
}

static void draw_one(const struct area *a, int row, const struct columns *c, const struct shot_line *l, bool cursor)
{
	enum style style = l->grade != GRADE_NONE ? results_grade_style(l->grade) : STYLE_NORMAL;
	char text[60];

	draw_str(a, row, c->table, 5, STYLE_DIM, 0, l->table);
	draw_str(a, row, c->system, c->system_w, STYLE_NORMAL, 0, l->system);
	draw_str(a, row, c->profile, 7, STYLE_NORMAL, 0, l->profile);
	draw_str(a, row, c->actor, c->actor_w, STYLE_NORMAL, 0, l->actor);
	if (c->option_w)
		draw_str(a, row, c->option, c->option_w, STYLE_DIM, 0, l->option);
	draw_str(a, row, c->numbers, 1, STYLE_DIM, 0, l->thorough ? "T" : "S");
	number(a, row, c->numbers + 6, l->verified, STYLE_GOOD);
	number(a, row, c->numbers + 10, l->waiting, STYLE_NORMAL);
	number(a, row, c->numbers + 14, l->progress, STYLE_PARTIAL);
	number(a, row, c->numbers + 18, l->failed, STYLE_ERROR);
	snprintf(text, sizeof(text), "%u/%u", l->counted, l->expected);
	draw_right(a, row, c->done + 7, 7, l->enough == ENOUGH_YES ? STYLE_GOOD : STYLE_NORMAL, 0, text);
	grade_words(text, sizeof(text), l);
	draw_str(a, row, c->grade, 1, style, ATTR_BOLD, l->grade_disputed ? "?" : results_grade_mark(a->canvas, l->grade));
	draw_str(a, row, c->grade + 2, a->cols - c->grade - 2, style, 0, text);
	if (cursor)
		draw_cursor_line(a, row);
}

void results_draw_lines(struct results_state *st, const struct area *a)
{
	struct columns c = lay_out(a);
	int n = (int)st->list.len, rows = a->rows - 1;

	st->top = results_top(st->top, st->at, n, rows);
	draw_labels(a, &c);
	for (int i = 0; i < rows && st->top + i < n; i++)
		draw_one(a, 1 + i, &c, &st->shot->lines[st->list.at[st->top + i]], st->top + i == st->at);
	if (n == 0)
		draw_str(a, 1, 2, a->cols - 4, STYLE_DIM, 0, "No line here.");
}

/* ---- one line ---- */

struct pen { const struct area *a; int row; };	/* rows above the area scroll away */

static void test_head(struct pen *p, const struct results_line_test *t)
{
	char right[60];
	int used;

	snprintf(right, sizeof(right), "%u of %u%s", t->counted, t->effective,
		t->effective < t->wanted ? t->effective ? " (fewer peers)" : " (no peer)" : "");
	used = draw_right(p->a, p->row, p->a->cols - 2, 24, t->done ? STYLE_GOOD : STYLE_NORMAL, 0, right);
	draw_glyph(p->a, p->row, 2, t->done ? STYLE_GOOD : STYLE_DIM, 0, t->done ? GLYPH_TICK : GLYPH_DOT);
	draw_printf(p->a, p->row++, 4, p->a->cols - used - 8, STYLE_NORMAL, 0, "%s%s%s as %s%s", t->title, dot(p->a->canvas),
		t->required ? "required" : "optional", t->role, t->exploratory ? ", exploratory" : "");
}

/* Each TI on a row of its own: the cursor stands on these. */
static void test_body(struct pen *p, const struct results_state *st, const struct results_line_test *t, int *mark)
{
	for (size_t i = 0; i < t->n_partners; i++)
		draw_printf(p->a, p->row++, 6, p->a->cols - 8, STYLE_DIM, 0, "partners as %s: %u used, %u available",
			t->partners[i].role, t->partners[i].used, t->partners[i].available);
	if (t->missing && *t->missing)
		p->row += draw_wrapped(p->a, p->row, 6, p->a->cols - 8, 3, STYLE_WARNING, 0, t->missing);
	for (size_t i = 0; i < t->n_tis; i++, ++*mark) {
		draw_str(p->a, p->row, 6, 20, STYLE_NORMAL, 0, t->tis[i]);
		draw_str(p->a, p->row, 28, p->a->cols - 30, STYLE_DIM, 0, ti_status_label(t->states[i]));
		if (*mark == st->mark)
			draw_cursor_line(p->a, p->row);
		p->row++;
	}
}

static void draw_tests(struct pen *p, const struct results_state *st)
{
	const struct results_detail *d = &st->line->detail;
	int mark = 0;

	for (size_t i = 0; i < d->n_tests; i++) {
		test_head(p, &d->tests[i]);
		test_body(p, st, &d->tests[i], &mark);
	}
}

/* Reasons that no test below tells. */
static size_t why_count(const struct results_detail *d)
{
	for (size_t i = 0; i < d->n_tests; i++)
		if (d->tests[i].missing && *d->tests[i].missing)
			return 0;
	return d->n_why;
}

static int why_rows(const struct results_detail *d, int cols)
{
	int rows = why_count(d) ? 1 : 0;

	for (size_t i = 0; i < why_count(d); i++)
		rows += draw_wrapped(NULL, 0, 0, cols - 4, 2, STYLE_NORMAL, 0, d->why[i]);
	return rows;
}

static void draw_why(struct pen *p, const struct results_detail *d)
{
	for (size_t i = 0; i < why_count(d); i++)
		p->row += draw_wrapped(p->a, p->row, 2, p->a->cols - 4, 2, STYLE_WARNING, 0, d->why[i]);
	if (why_count(d))
		p->row++;
}

static void draw_history(struct pen *p, const struct app *app, const struct results_detail *d)
{
	char at[32];

	if (d->n_history + d->n_elsewhere == 0)
		return;
	p->row++;
	draw_str(p->a, p->row++, 2, -1, STYLE_LABEL, 0, "grades");
	for (size_t i = 0; i < d->n_elsewhere; i++) {
		const struct results_elsewhere *e = d->elsewhere[i];

		draw_printf(p->a, p->row++, 4, p->a->cols - 6, STYLE_DIM, 0, "graded in %s: %s%s%s%s%s", e->place,
			grade_label(e->grade), *e->who ? ", " : "", e->who, *e->text ? ": " : "", e->text);
	}
	for (size_t i = 0; i < d->n_history; i++) {
		const struct results_grade_record *g = d->history[i].record;

		words_day_time(at, sizeof(at), g->at, app->tz_min);
		draw_printf(p->a, p->row++, 4, p->a->cols - 6, d->history[i].leaf ? results_grade_style(g->grade) : STYLE_DIM, 0,
			"%s  %s, %s%s%s%s%s", at, grade_said_label(g->grade),
			g->who_name && *g->who_name ? g->who_name : g->who ? g->who : "", g->text && *g->text ? ": " : "",
			g->text ? g->text : "", d->history[i].late ? " (after the regrade window)" : "",
			!g->counted ? " (flagged: does not count)" : "");
	}
}

/* Rows from the top of the first test to the TI under the cursor. */
static int row_of_mark(const struct results_state *st, int cols)
{
	int mark = 0, row = 0;

	for (size_t i = 0; i < st->line->detail.n_tests; i++) {
		const struct results_line_test *t = &st->line->detail.tests[i];

		row += 1 + (int)t->n_partners;
		if (t->missing && *t->missing)
			row += draw_wrapped(NULL, 0, 0, cols - 8, 3, STYLE_NORMAL, 0, t->missing);
		if (st->mark < mark + (int)t->n_tis)
			return row + st->mark - mark;
		row += (int)t->n_tis;
		mark += (int)t->n_tis;
	}
	return 0;
}

void results_draw_line(struct app *app, struct results_state *st, const struct area *a)
{
	const struct shot_line *l = &st->line->line;
	struct area body = area_sub(a, 3, 0, a->rows - 3, a->cols);
	struct pen p = { .a = &body };
	char grade[60];
	int used, at;

	grade_words(grade, sizeof(grade), l);
	used = draw_right(a, 0, a->cols - 2, 40, results_grade_style(l->grade), ATTR_BOLD, grade[0] ? grade : "not enough yet");
	draw_printf(a, 0, 2, a->cols - used - 6, STYLE_TITLE, ATTR_BOLD, "%s%s%s %s%s%s", l->system, dot(a->canvas), l->profile,
		l->actor, *l->option ? ", option " : "", l->option);
	draw_printf(a, 1, 2, a->cols - 4, STYLE_DIM, 0, "%s%s%u of %u count%s%s%stable %s%s%u required, %u optional tests",
		l->organisation, dot(a->canvas), l->counted, l->expected, dot(a->canvas), l->thorough ? "thorough" : "supportive",
		dot(a->canvas), *l->table ? l->table : "?", dot(a->canvas), l->required, l->optional);
	at = why_rows(&st->line->detail, a->cols) + row_of_mark(st, a->cols);
	st->mark_top = results_top(st->mark_top, at, at + 1 > st->mark_top + body.rows ? at + 1 : st->mark_top + body.rows,
		body.rows);
	/* what is above the first row shown is cut off by the area */
	p.row = -st->mark_top;
	draw_why(&p, &st->line->detail);
	draw_tests(&p, st);
	draw_history(&p, app, &st->line->detail);
}
