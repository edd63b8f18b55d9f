/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of an item: whose it is, the picture, and below it frame, window and size; or why it is not shown.
 * Layer ui, UI thread. What the file says of the patient is foreign and goes through text_next() like all text.
 */
#include <stdio.h>
#include <string.h>

#include "src/ui/view_evidence_priv.h"
#include "src/ui/words.h"

#define MARGIN 1

/* Whose picture: the summary, whose first part, the kind of object, gives way to name, number and date. */
static void draw_banner(const struct area *a, const struct evidence_state *st)
{
	const char *kind = evidence_kind_label(st->info.kind), *what = st->summary, *who;
	int room = a->cols - 2 * MARGIN - 2, rest, c = MARGIN + 1;

	if (strncmp(what, kind, strlen(kind)) == 0)
		what += strlen(kind) + strspn(what + strlen(kind), " ");
	who = strstr(what, "  ");
	rest = who ? (int)text_width(who, strlen(who)) : 0;
	if (who && rest + 8 < room)
		c += draw_text(a, 0, c, room - rest, STYLE_DIM, 0, what, (size_t)(who - what));
	draw_str(a, 0, c, room - (c - MARGIN - 1), STYLE_TITLE, 0, who ? who : what);
}

static void draw_why(const struct area *a, const struct evidence_state *st)
{
	char what[200];
	int row = 1;

	draw_str(a, row++, MARGIN + 1, -1, STYLE_ERROR, ATTR_BOLD, "This picture is not shown.");
	row += draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 4, STYLE_NORMAL, 0, st->picture.why);
	snprintf(what, sizeof(what), "Tab shows its attributes. A program for such images takes the file: "
		"verdict evidence %.40s %u --save image.dcm", st->ti ? st->ti : "", st->n);
	draw_wrapped(a, row + 1, MARGIN + 1, a->cols - 4, 4, STYLE_DIM, 0, what);
}

static void draw_left(const struct area *a, int max, const struct evidence_state *st)
{
	const struct evidence_picture *p = &st->picture;

	if (p->asking && (!p->got.rgb || p->got.frame != p->asked.frame)) {
		draw_printf(a, 0, MARGIN + 1, max, STYLE_WARNING, 0, "reading frame %u%s Esc stops", p->asked.frame + 1,
			glyph_text(a->canvas, GLYPH_ELLIPSIS));
		return;
	}
	if (p->got.rgb)
		draw_printf(a, 0, MARGIN + 1, max, STYLE_LABEL, 0, "%u x %u%s%s", p->got.columns, p->got.lines,
			dot(a->canvas), p->got_full ? "1:1" : "fit");
}

void evidence_draw_picture_foot(const struct area *a, const struct evidence_state *st)
{
	const struct evidence_picture *p = &st->picture;
	char right[120] = "";
	int used;

	if (p->got.rgb && p->got.grey)
		snprintf(right, sizeof(right), "centre %.6g width %.6g%svalues %.6g to %.6g", p->got.center, p->got.width,
			dot(a->canvas), p->got.low, p->got.high);
	else if (p->got.rgb)
		snprintf(right, sizeof(right), "colours");
	used = draw_right(a, 0, a->cols - 1, a->cols - 24, STYLE_DIM, 0, right);
	draw_left(a, a->cols - used - 4, st);
}

void evidence_draw_picture(const struct area *a, struct evidence_state *st)
{
	struct area in = area_sub(a, 1, MARGIN, a->rows - 1, a->cols - 2 * MARGIN);
	const struct evidence_picture *p = &st->picture;
	uint32_t cols, rows;

	if (in.rows < 1 || in.cols < 1)
		return;
	draw_pixels_room(&cols, &rows, &in);
	evidence_picture_room(st, cols, rows);
	draw_banner(a, st);
	if (p->got.rgb)
		draw_pixels(&in, &(struct pixels){ p->got.rgb, p->got.cols, p->got.rows }, !p->got_full, p->serial);
	else if (p->why[0])
		draw_why(&in, st);
}
