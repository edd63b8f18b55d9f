/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One item of evidence: what it is, the four ways to look at it, where the cursor stands. Layer ui, UI thread.
 * Rows come from the window in app/evidence.c; every byte of theirs goes through text_next().
 */
#include <stdio.h>
#include <string.h>

#include "verdict/app/app.h"
#include "verdict/app/evidence.h"
#include "verdict/evidence/instant.h"
#include "verdict/ui/view.h"
#include "src/ui/view_evidence_priv.h"
#include "src/ui/words.h"

#define HEAD_ROWS 3
#define MARGIN 1

static void draw_head(const struct area *a, const struct evidence_state *st)
{
	char size[24], digest[24], line[512], count[40];
	const char *kind = st->phase == LOOK_READY ? evidence_kind_label(st->info.kind) : st->item.kind;
	int used;

	words_size(size, sizeof(size), st->item.size);
	words_digest(digest, sizeof(digest), &st->item.sha256, a->canvas);
	snprintf(count, sizeof(count), "%u of %u", st->n, st->count);
	used = draw_right(a, 0, a->cols - 1, 14, STYLE_NORMAL, ATTR_BOLD, count);
	snprintf(line, sizeof(line), st->item.step ? "%s step %u" : "%s", st->ti, st->item.step);
	snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s%s%s", dot(a->canvas), st->item.name,
		st->trail[0] ? " > " : "", st->trail);
	used = a->cols - used - 4;
	{
		int c = MARGIN + draw_str(a, 0, MARGIN, used, STYLE_TITLE, ATTR_BOLD, line);

		if (c < used)
			draw_printf(a, 0, c, used - c, STYLE_DIM, 0, "%s%s%s%s%s%s%ssha256 %s", dot(a->canvas), kind,
				st->encoding[0] ? dot(a->canvas) : "", st->encoding, dot(a->canvas), size, dot(a->canvas), digest);
	}
}

static void draw_tabs(const struct area *a, const struct evidence_state *st)
{
	int v, c = MARGIN;
	char right[200];

	for (v = 0; v < VIEW_ALL; v++) {
		bool on = (int)st->view == v;

		if (!evidence_offers(st, (enum evidence_view)v))
			continue;
		c += draw_str(a, 1, c, -1, on ? STYLE_TAB_ACTIVE : STYLE_TAB, on ? ATTR_BOLD | ATTR_UNDERLINE : 0,
			evidence_view_word((enum evidence_view)v)) + 2;
	}
	if (st->phase != LOOK_READY)
		return;
	if (st->view == VIEW_COMPARE)
		snprintf(right, sizeof(right), "%s", st->says);
	else if (st->view == VIEW_PICTURE)
		snprintf(right, sizeof(right), "frame %u of %u", st->picture.frame + 1, st->info.frames);
	else if (st->info.errors || st->info.warnings)
		snprintf(right, sizeof(right), "%u %s  %u %s", st->info.errors, st->info.errors == 1 ? "error" :
			"errors", st->info.warnings, st->info.warnings == 1 ? "warning" : "warnings");
	else
		snprintf(right, sizeof(right), "%s", strcmp(st->summary, evidence_kind_label(st->info.kind)) == 0 ?
			"" : st->summary);
	draw_right(a, 1, a->cols - 1, a->cols - c - 2, st->view == VIEW_COMPARE ? (st->differences ? STYLE_WARNING :
		STYLE_GOOD) : st->info.errors && st->view != VIEW_PICTURE ? STYLE_ERROR : STYLE_NORMAL, 0, right);
}

static enum style style_of_row(const struct reader_row *r)
{
	static const enum style styles[] = { STYLE_NORMAL, STYLE_DATA_KEY, STYLE_DATA_STRING, STYLE_DATA_NUMBER,
		STYLE_DATA_LITERAL, STYLE_DATA_MARKUP, STYLE_DATA_COMMENT, STYLE_ERROR };

	return r->style < sizeof(styles) / sizeof(styles[0]) ? styles[r->style] : STYLE_NORMAL;
}

/* The same moment by the event's clock, where that differs from the one that wrote it. */
static int draw_when(const struct area *a, int row, int c, const struct app *app, const struct reader_row *r)
{
	char text[INSTANT_TEXT];
	int zone;

	if (!r->dated || (zone = app_zone_at(app, r->when)) == r->zone_min || c >= a->cols - 8)
		return 0;
	instant_say(text, r->when, r->zone_min, zone);
	return draw_printf(a, row, c - 2, -1, STYLE_LABEL, 0, "%s%s", dot(a->canvas), text);
}

static void draw_outline_row(const struct area *a, int row, const struct app *app, const struct reader_row *r)
{
	int c = MARGIN + 1 + (int)(r->depth < 40 ? r->depth : 40) * 2;

	evidence_draw_mark(a, row, c - 2 > MARGIN ? c - 2 : MARGIN, r->mark);
	if (r->fold != FOLD_NONE)
		draw_glyph(a, row, c, STYLE_LABEL, 0, r->fold == FOLD_OPEN ? GLYPH_FOLD_OPEN : GLYPH_FOLD_CLOSED);
	c += 2;
	if (r->label_len)
		c += draw_text(a, row, c, -1, STYLE_DATA_KEY, r->fold != FOLD_NONE ? ATTR_BOLD : 0, r->label,
			r->label_len) + 2;
	if (r->note_len && r->value_len == 0) {
		draw_text(a, row, c, -1, STYLE_DATA_NOTE, 0, r->note, r->note_len);
		return;
	}
	if (r->value_len && c < a->cols)
		c += draw_text(a, row, c, -1, style_of_row(r), 0, r->value, r->value_len) + 2;
	c += draw_when(a, row, c, app, r);
	if (r->note_len && c < a->cols - 4)
		c += draw_text(a, row, c, -1, STYLE_DATA_NOTE, 0, r->note, r->note_len) + 2;
	if (r->holds && c < a->cols - 12)
		draw_str(a, row, c, -1, STYLE_LABEL, 0, "Enter opens it");
}

/* Skip `cells` of a text, at clusters: what a line that was scrolled sideways begins with. */
static size_t skip_cells(const char *p, size_t n, int cells)
{
	struct text_cluster c;
	size_t at = 0;

	while (cells > 0 && at < n) {
		text_next(&c, p + at, n - at);
		at += c.taken;
		cells -= c.width;
	}
	return at;
}

static void draw_line_row(const struct area *a, int row, const struct evidence_state *st, const struct reader_row *r)
{
	size_t skip = skip_cells(r->value, r->value_len, st->hscroll);
	int c = MARGIN + 1;

	if (st->hscroll && skip && r->value_len)
		draw_glyph(a, row, MARGIN, STYLE_DIM, 0, GLYPH_ELLIPSIS);
	if (st->view == VIEW_PRETTY)
		c += (int)(r->depth < 40 ? r->depth : 40) * 2 - (st->hscroll ? 0 : 0);
	if (r->label_len && st->hscroll == 0)
		c += draw_text(a, row, c, -1, st->view == VIEW_HEX ? STYLE_DIM : STYLE_DATA_KEY, 0, r->label,
			r->label_len);
	if (skip < r->value_len && evidence_is_log(st))
		evidence_draw_log(a, row, c, st, r, skip);
	else if (skip < r->value_len)
		c += draw_text(a, row, c, -1, style_of_row(r), 0, r->value + skip, r->value_len - skip);
	if (r->note_len)
		draw_text(a, row, c + 2, -1, STYLE_DATA_NOTE, 0, r->note, r->note_len);
}

static void draw_rows(const struct area *a, struct evidence_state *st)
{
	const struct evidence_place *p;
	const struct reader_row *r;
	uint64_t row;
	int i;

	evidence_window(st, a->rows, a->cols - MARGIN - 1);
	p = &st->place[st->view];
	for (i = 0; i < a->rows; i++) {
		row = p->top + (uint64_t)i;
		if (p->total != UINT64_MAX && row >= p->total)
			break;
		r = evidence_row(st, row);
		if (!r && (st->asking || st->jumping))
			draw_glyph(a, i, MARGIN + 1, STYLE_DIM, 0, GLYPH_ELLIPSIS);
		if (!r)
			continue;
		if (st->view == VIEW_OUTLINE)
			draw_outline_row(a, i, st->app, r);
		else if (st->view == VIEW_COMPARE)
			evidence_draw_compared(a, i, r);
		else
			draw_line_row(a, i, st, r);
		if (r->hit)
			draw_restyle(a, i, MARGIN + 1, a->cols, STYLE_MATCH, row == p->cursor ? ATTR_BOLD : 0);
		if (row == p->cursor)
			draw_cursor_line(a, i);
	}
	if (p->total == 0)
		draw_str(a, 0, MARGIN + 1, -1, STYLE_DIM, 0, st->info.size ? "nothing to show in this view" :
			"the file is empty");
}

/* Where the cursor stands: path, row, byte. */
static void draw_foot(const struct area *a, const struct evidence_state *st)
{
	const struct evidence_place *p = &st->place[st->view];
	const struct reader_row *r = evidence_row(st, p->cursor);
	char right[120] = "", total[24] = "?", here[24] = "?", left[80];
	int used;

	if (p->total != UINT64_MAX)
		snprintf(total, sizeof(total), "%llu", (unsigned long long)p->total);
	if (!row_is_late(p->cursor))
		snprintf(here, sizeof(here), "%llu", (unsigned long long)p->cursor + 1);
	if (r)
		snprintf(right, sizeof(right), "%s %s of %s%sbyte %llu (0x%llx)",
			st->view == VIEW_HEX ? "row" : "line", here, total, dot(a->canvas),
			(unsigned long long)r->begin, (unsigned long long)r->begin);
	used = draw_right(a, 0, a->cols - 1, a->cols - 4, STYLE_DIM, 0, right);
	if (st->jumping)
		draw_str(a, 0, MARGIN + 1, a->cols - used - 4, STYLE_WARNING, 0, "looking for it; Esc stops");
	else if (st->why[0])
		draw_str(a, 0, MARGIN + 1, a->cols - used - 4, STYLE_ERROR, 0, st->why);
	else if (st->view == VIEW_OUTLINE && st->path_row == p->cursor)
		draw_str(a, 0, MARGIN + 1, a->cols - used - 4, STYLE_LABEL, 0, st->path);
	else if (evidence_is_log(st) && evidence_say_log(left, sizeof(left), a, st))
		draw_str(a, 0, MARGIN + 1, a->cols - used - 4, STYLE_LABEL, 0, left);
	else if (st->trouble[0] && st->info.kind != EVIDENCE_TEXT)
		draw_str(a, 0, MARGIN + 1, a->cols - used - 4, STYLE_WARNING, 0, st->trouble);
}

/* The hub is asked for it; how far that is. */
static void draw_coming(const struct area *a, int row, const struct evidence_state *st)
{
	const struct sync_status *s = &st->app->sync;
	char whole[32], here[32];

	words_size(whole, sizeof(whole), st->item.size);
	words_size(here, sizeof(here), (int64_t)s->evidence_bytes);
	if (s->line != SYNC_ONLINE)
		draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 3, STYLE_NORMAL, 0,
			"It is fetched from the hub as soon as there is a way there, and opens by itself.");
	else if (s->held && !strcmp(s->held, "sftp"))
		draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 3, STYLE_NORMAL, 0,
			"The drop brings no evidence: it is fetched once the hub is reached by https or ssh.");
	else if (s->evidence_left)
		draw_printf(a, row, MARGIN + 1, a->cols - 4, STYLE_NORMAL, 0, "It is being fetched from the hub: %s of %s.",
			here, whole);
	else
		draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 3, STYLE_NORMAL, 0,
			"The hub does not have its bytes either: ask the participants at the table.");
}

static void draw_not_here(const struct area *a, const struct evidence_state *st)
{
	int row = 1;

	draw_printf(a, row++, MARGIN + 1, -1, STYLE_WARNING, ATTR_BOLD, "%s is not here.", st->item.name);
	if (st->item.url && !strncmp(st->item.url, "sftp://", 7) && st->ti) {
		row += draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 3, STYLE_NORMAL, 0,
			"It lies at the host where the participants captured it. To fetch it from there, leave this screen and run");
		draw_printf(a, row++, MARGIN + 1, -1, STYLE_NORMAL, ATTR_BOLD, "verdict fetch %s %u", st->ti, st->item.n);
		row++;
	}
	if (st->app->online && st->app->sync.line != SYNC_ALONE) {
		draw_coming(a, row, st);
		return;
	}
	row += draw_wrapped(a, row, MARGIN + 1, a->cols - 4, 3, STYLE_NORMAL, 0,
		"The event names it with size and digest, but its bytes did not come with the event pack. "
		"Ask the participants at the table, or import a pack that holds it.");
	if (st->item.url && st->item.url[0]) {
		row++;
		draw_printf(a, row, MARGIN + 1, -1, STYLE_DIM, 0, "It came from %s", st->item.url);
	}
}

static void draw_body(const struct area *a, struct evidence_state *st)
{
	struct area rows = *a, foot, pane = evidence_pane_area(&rows, st);

	foot = area_sub(&rows, rows.rows - 1, 0, 1, rows.cols);
	rows = area_sub(&rows, 0, 0, rows.rows - 1, rows.cols);

	switch (st->phase) {
	case LOOK_NOTHING:
		draw_str(a, 1, MARGIN + 1, -1, STYLE_NORMAL, 0, "No evidence is open. Esc goes back.");
		break;
	case LOOK_OPENING:
		draw_printf(a, 1, MARGIN + 1, -1, STYLE_DIM, 0, "opening %s%s", st->item.name,
			glyph_text(a->canvas, GLYPH_ELLIPSIS));
		break;
	case LOOK_NOT_HERE:
		draw_not_here(a, st);
		break;
	case LOOK_FAILED:
		draw_wrapped(a, 1, MARGIN + 1, a->cols - 4, 6, STYLE_ERROR, 0, st->why);
		break;
	case LOOK_READY:
		if (st->view == VIEW_OUTLINE && st->trouble[0] && st->place[VIEW_OUTLINE].total == 0) {
			draw_printf(a, 1, MARGIN + 1, -1, STYLE_ERROR, ATTR_BOLD, "There is no outline.");
			draw_wrapped(a, 2, MARGIN + 1, a->cols - 4, 6, STYLE_NORMAL, 0, st->trouble);
			draw_str(a, 5, MARGIN + 1, -1, STYLE_DIM, 0, "Tab shows the raw text and the bytes.");
			evidence_window(st, rows.rows, a->cols - MARGIN - 1);
			break;
		}
		if (st->view == VIEW_PICTURE) {
			evidence_draw_picture(&rows, st);
			evidence_draw_picture_foot(&foot, st);
			break;
		}
		draw_rows(&rows, st);
		draw_foot(&foot, st);
		if (pane.rows > 0)
			evidence_draw_pane(&pane, st);
		break;
	}
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct evidence_state *st = state;
	struct area body = area_sub(a, HEAD_ROWS, 0, a->rows - HEAD_ROWS, a->cols);

	(void)app;
	if (st->phase != LOOK_NOTHING) {
		draw_head(a, st);
		draw_tabs(a, st);
	}
	draw_rule(a, 2, STYLE_RULE);
	draw_body(&body, st);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct evidence_state *st = state;
	uint64_t to = st->place[st->view].top + (uint64_t)(row - HEAD_ROWS);
	int v, c = MARGIN;

	(void)app, (void)a;
	if (row == 1) {
		for (v = 0; v < VIEW_ALL; v++) {
			const char *word = evidence_view_word((enum evidence_view)v);

			if (!evidence_offers(st, (enum evidence_view)v))
				continue;
			if (col >= c && col < c + (int)strlen(word)) {
				snprintf(line, (size_t)max, "view %s", word);
				return true;
			}
			c += (int)strlen(word) + 2;
		}
		return false;
	}
	if (st->view == VIEW_PICTURE || row < HEAD_ROWS || row - HEAD_ROWS >= st->page || !evidence_row(st, to))
		return false;
	if (to == st->place[st->view].cursor)
		snprintf(line, (size_t)max, "enter");
	else
		snprintf(line, (size_t)max, "go %llu", (unsigned long long)to + 1);
	return true;
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const outline[] = { "enter=fold/open", "view", "finding-next=next finding", "search",
		"compare", "finding=own finding", "item-next=next item", "verdict", "leave-evidence=back", "goto",
		"yank", NULL };
	static const char *const pictured[] = { "enter=fold/open", "view", "view picture=picture",
		"finding-next=next finding", "search", "compare", "item-next=next item", "verdict",
		"leave-evidence=back", "goto", "yank", NULL };
	static const char *const beside[] = { "enter=to its place", "view", "finding-next=next difference",
		"finding-previous=before", "search", "go-back=come back", "leave-evidence=back", NULL };
	static const char *const lines[] = { "view", "search", "item-next=next item", "verdict",
		"leave-evidence=back", "wrap", "goto", "yank", NULL };
	static const char *const log[] = { "view", "error-next=next error", "search", "item-next=next item", "verdict",
		"leave-evidence=back", "wrap", "goto", "yank", NULL };
	static const char *const picture[] = { "view", "window lower=lower", "window higher=higher",
		"window narrower=narrower", "window wider=wider", "window reset=reset", "zoom", "item-next=next item",
		"verdict", "leave-evidence=back", NULL };
	static const char *const frames[] = { "view", "frame=next frame", "window lower=lower", "window higher=higher",
		"window narrower=narrower", "window wider=wider", "window reset=reset", "zoom", "item-next=next item",
		"verdict", "leave-evidence=back", "goto", NULL };
	static const char *const refused[] = { "view", "item-next=next item", "item-previous=item before", "verdict",
		"leave-evidence=back", NULL };
	static const char *const nothing[] = { "item-next=next item", "item-previous=item before", "verdict",
		"leave-evidence=back", NULL };
	const struct evidence_state *st = state;

	(void)app;
	if (st->phase != LOOK_READY)
		return nothing;
	if (st->view == VIEW_PICTURE)
		return st->picture.why[0] ? refused : st->info.frames > 1 ? frames : picture;
	if (evidence_is_log(st))
		return log;
	if (st->view == VIEW_OUTLINE && st->info.frames > 0)
		return pictured;
	return st->view == VIEW_OUTLINE ? outline : st->view == VIEW_COMPARE ? beside : lines;
}

const struct view view_evidence = {
	.bare = true,
	.draw = draw,
	.click = click,
	.hints = hints,
};
