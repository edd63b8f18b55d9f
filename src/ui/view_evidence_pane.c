/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Beside the evidence: what the checks and the monitor found, and rows of a comparison. Layer ui, UI thread. Details
 * and paths of findings are foreign and go through text_next(), as every text drawn here.
 */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_evidence_priv.h"
#include "src/ui/words.h"

#define PANE_FROM 100		/* columns from which the pane is at the right */
#define PANE_ROWS 5		/* of the pane below */

static const enum style severity_styles[] = { STYLE_LABEL, STYLE_WARNING, STYLE_ERROR };

struct area evidence_pane_area(struct area *body, const struct evidence_state *st)
{
	struct area pane = *body;
	int cols = body->cols / 3 > 44 ? 44 : body->cols / 3;

	pane.rows = 0;
	if (st->phase != LOOK_READY || st->view == VIEW_COMPARE ||
	    st->view == VIEW_PICTURE || evidence_findings(st) == 0)
		return pane;
	if (body->cols >= PANE_FROM) {
		pane = area_sub(body, 0, body->cols - cols, body->rows, cols);
		*body = area_sub(body, 0, 0, body->rows, body->cols - cols);
	} else if (body->rows > 3 * PANE_ROWS) {
		pane = area_sub(body, body->rows - PANE_ROWS, 0, PANE_ROWS, body->cols);
		*body = area_sub(body, 0, 0, body->rows - PANE_ROWS, body->cols);
	}
	return pane;
}

void evidence_draw_mark(const struct area *a, int row, int col, unsigned int mark)
{
	if (mark == 1 + CHECK_ERROR)
		draw_glyph(a, row, col, STYLE_ERROR, ATTR_BOLD, GLYPH_CROSS);
	else if (mark == 1 + CHECK_WARNING)
		draw_str(a, row, col, 1, STYLE_WARNING, ATTR_BOLD, "!");
	else if (mark)
		draw_glyph(a, row, col, STYLE_LABEL, 0, GLYPH_DOT);
}

/* One finding of the checks from `row` on; rows used. */
static int draw_finding(const struct area *a, int row, const struct reader_finding *f, bool here, bool whole)
{
	int at = row, left = a->rows - row;

	evidence_draw_mark(a, at, 1, 1 + f->severity);
	draw_str(a, at, 3, a->cols - 4, severity_styles[f->severity], here ? ATTR_BOLD | ATTR_REVERSE : ATTR_BOLD, f->id);
	if (!whole) {
		int c = 4 + (int)strlen(f->id);

		draw_str(a, at, c, a->cols - c - 1, STYLE_DIM, 0, f->text);
		return 1;
	}
	at++;
	if (left > 1)
		at += draw_wrapped(a, at, 3, a->cols - 4, left - 1, STYLE_NORMAL, 0, f->text);
	if (*f->detail && at < a->rows)
		at += draw_wrapped(a, at, 3, a->cols - 4, a->rows - at < 3 ? a->rows - at : 3, STYLE_DATA_STRING, 0, f->detail);
	if (at < a->rows)
		at += draw_wrapped(a, at, 3, a->cols - 4, a->rows - at < 2 ? a->rows - at : 2, STYLE_DIM, 0, f->source);
	return at - row;
}

static int draw_own(const struct area *a, int row, const struct evidence_own *own)
{
	int at = row;

	evidence_draw_mark(a, at, 1, 1 + own->severity);
	draw_printf(a, at, 3, a->cols - 4, severity_styles[own->severity], ATTR_BOLD, "%s%s%s", own->by, own->gap[0] ?
		", gap: " : "", own->gap);
	at++;
	if (at < a->rows)
		at += draw_wrapped(a, at, 3, a->cols - 4, a->rows - at, STYLE_NORMAL, 0, own->text);
	return at - row;
}

/* Below: the finding at the cursor in words, and which of how many it is. */
static void draw_below(const struct area *a, const struct evidence_state *st, size_t here)
{
	char head[80];
	size_t n = st->has_report ? st->report.n_findings : 0;
	struct area in = area_sub(a, 1, 0, a->rows - 1, a->cols);

	draw_rule(a, 0, STYLE_RULE);
	snprintf(head, sizeof(head), " %zu of %zu ", here == SIZE_MAX ? (size_t)0 : here + 1, evidence_findings(st));
	draw_right(a, 0, a->cols - 1, 30, STYLE_DIM, 0, head);
	if (here < n)
		draw_finding(&in, 0, &st->report.findings[here], false, true);
	else if (here < n + st->n_own)
		draw_own(&in, 0, &st->own[here - n]);
	else
		draw_printf(&in, 0, 3, -1, STYLE_DIM, 0, "%zu %s; ] goes to the next", evidence_findings(st), evidence_findings(st) == 1 ?
			"finding" : "findings");
}

void evidence_draw_pane(const struct area *a, const struct evidence_state *st)
{
	struct area in = area_sub(a, 0, 1, a->rows, a->cols - 1);
	size_t here = evidence_finding(st), i, n = st->has_report ? st->report.n_findings : 0;
	int row = 0;

	if (a->rows <= PANE_ROWS) {
		draw_below(a, st, here);
		return;
	}
	for (row = 0; row < a->rows; row++)
		draw_str(a, row, 0, 1, STYLE_RULE, 0, a->canvas->ascii ? "|" : "│");
	row = 0;
	if (here < n)
		row += draw_finding(&in, row, &st->report.findings[here], true, true) + 1;
	for (i = 0; i < st->n_own && row < in.rows; i++)
		row += draw_own(&in, row, &st->own[i]) + 1;
	/* the others in a line each, from the one after */
	for (i = here < n ? here + 1 : 0; i < n && row < in.rows; i++)
		row += draw_finding(&in, row, &st->report.findings[i], false, false);
	for (i = 0; here < n && i < here && row < in.rows; i++)
		row += draw_finding(&in, row, &st->report.findings[i], false, false);
}

void evidence_draw_compared(const struct area *a, int row, const struct reader_row *r)
{
	static const char marks[] = "   ~<>";
	static const enum style styles[] = { STYLE_NORMAL, STYLE_DIM, STYLE_NORMAL, STYLE_WARNING, STYLE_ERROR, STYLE_GOOD };
	int name = a->cols * 2 / 5, half = (a->cols - name) / 2, c = 3 + (int)(r->depth < 40 ? r->depth : 40) * 2;
	char mark[2] = { marks[r->diff], '\0' };

	draw_str(a, row, 1, 1, styles[r->diff], ATTR_BOLD, mark);
	draw_text(a, row, c, name - c - 1 > 4 ? name - c - 1 : 4, r->diff == DIFF_SAME ? STYLE_DIM : STYLE_DATA_KEY,
		r->diff == DIFF_INSIDE ? ATTR_BOLD : 0, r->label, r->label_len);
	if (r->value_len)
		draw_text(a, row, name, r->diff == DIFF_INSIDE || r->diff == DIFF_SAME ? -1 : half - 2,
			r->diff == DIFF_SAME || r->diff == DIFF_INSIDE ? STYLE_DIM : STYLE_NORMAL, 0, r->value, r->value_len);
	if (r->diff == DIFF_CHANGED || r->diff == DIFF_LEFT || r->diff == DIFF_RIGHT)
		draw_str(a, row, name + half - 1, 1, STYLE_RULE, 0, a->canvas->ascii ? "|" : "│");
	if (r->other_len)
		draw_text(a, row, name + half + 1, -1, STYLE_NORMAL, 0, r->other, r->other_len);
}
