/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: counts, the ways to the hub, the console's own records; one record; a report. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/journal.h"
#include "verdict/app/online.h"
#include "verdict/app/stick.h"
#include "verdict/base/clock.h"
#include "verdict/ui/view.h"
#include "src/ui/view_journal_priv.h"
#include "src/ui/words.h"

#define LIST_ROW 3	/* counts, blank, heads */
#define COL_NUMBER 7	/* end of the record's number */
#define COL_TIME 10
#define COL_WHAT 24

static enum style style_of_state(enum entry_state s)
{
	return s == ENTRY_UNSENT ? STYLE_WARNING : s == ENTRY_RECEIVED ? STYLE_GOOD :
		s == ENTRY_FLAGGED ? STYLE_PARTIAL : STYLE_ERROR;
}

/* First what a monitor asks: does it go out, and if not, why. */
static void draw_way(const struct area *a, const struct app *app, int used)
{
	const struct sync_status *s = &app->sync;
	const char *way = s->way ? s->way : "https";
	char line[320], words[60], held[100], root[DIGEST_HEX];

	if (s->line == SYNC_ALONE) {
		draw_right(a, 0, a->cols - 1, a->cols - used - 6, STYLE_DIM, 0, "no hub yet: records wait here");
		return;
	}
	digest_hex(root, &s->root);
	snprintf(line, sizeof(line), "hub %llu%s%.4s %.4s", (unsigned long long)s->cursor, dot(a->canvas), root, root + 4);
	draw_right(a, 0, a->cols - 1, a->cols - used - 6, STYLE_DIM, 0, line);
	if (s->line != SYNC_ONLINE)
		snprintf(line, sizeof(line), "%s %s %s: %s", way, glyph_text(a->canvas, GLYPH_CROSS),
			app_online_words(app, words, sizeof(words)), s->why);
	else if (s->cursor < s->head)
		snprintf(line, sizeof(line), "%s %s online%sreceiving %llu of %llu", way, glyph_text(a->canvas, GLYPH_TICK),
			dot(a->canvas), (unsigned long long)s->cursor, (unsigned long long)s->head);
	else if (s->evidence_left)
		snprintf(line, sizeof(line), "%s %s online%s%llu items of evidence on their way", way,
			glyph_text(a->canvas, GLYPH_TICK), dot(a->canvas), (unsigned long long)s->evidence_left);
	else
		snprintf(line, sizeof(line), "%s %s online%s%s", way, glyph_text(a->canvas, GLYPH_TICK),
			s->held ? dot(a->canvas) : "", app_online_held(s, held, sizeof(held)));
	draw_str(a, 1, 2, a->cols - 4, s->line == SYNC_ONLINE ? STYLE_GOOD : STYLE_WARNING, 0, line);
}

/* A bundle on its way to a stick or from one: what is done, and a bar. */
static void draw_stick(const struct area *a, const struct journal_state *st)
{
	int permille = -1, col, width = a->cols / 4;
	char what[200];

	if (!stick_now(what, sizeof(what), &permille, st->stick))
		return;
	draw_fill(a, 1, 0, a->cols, STYLE_NORMAL, 0);
	col = 2 + draw_str(a, 1, 2, a->cols - width - 12, STYLE_WARNING, 0, what) + 1;
	if (permille < 0) {
		draw_glyph(a, 1, col, STYLE_WARNING, 0, GLYPH_ELLIPSIS);
		return;
	}
	for (int i = 0; i < width; i++)
		draw_glyph(a, 1, col + i, STYLE_WARNING, 0, i * 1000 < permille * width ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY);
	draw_printf(a, 1, col + width + 1, -1, STYLE_WARNING, 0, "%d %%", permille / 10);
}

static void draw_counts(const struct area *a, const struct app *app, const struct journal_state *st)
{
	const struct store_counts *n = &app->counts;
	char line[160];
	int used;

	snprintf(line, sizeof(line), "unsent %lld%sreceived %lld%sflagged %lld%srefused %lld", (long long)n->unsent,
		dot(a->canvas), (long long)n->received, dot(a->canvas), (long long)n->flagged, dot(a->canvas),
		(long long)n->refused);
	used = draw_str(a, 0, 2, -1, STYLE_NORMAL, ATTR_BOLD, line);
	if (st->only >= 0)
		used += draw_printf(a, 0, 2 + used, -1, STYLE_MATCH, 0, "  only %s",
			entry_state_name((enum entry_state)st->only));
	draw_way(a, app, used);
}

static void draw_entry(const struct area *a, int row, const struct app *app, const struct journal_entry *e)
{
	int state = a->cols - 16, ti = state - 14;
	char at[32], number[24];

	words_day_time(at, sizeof(at), e->saved_at, app->tz_min);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)e->n);
	draw_right(a, row, COL_NUMBER, 6, STYLE_NORMAL, ATTR_BOLD, number);
	draw_str(a, row, COL_TIME, 12, STYLE_DIM, 0, at);
	draw_str(a, row, COL_WHAT, ti - COL_WHAT - 2, STYLE_NORMAL, 0, e->what[0] ? e->what : e->kind);
	draw_str(a, row, ti, 13, STYLE_NORMAL, 0, e->ti);
	number[0] = '\0';
	if (e->seq)
		snprintf(number, sizeof(number), " %llu", (unsigned long long)e->seq);
	state += draw_str(a, row, state, 11, style_of_state(e->state), 0, entry_state_name(e->state));
	draw_str(a, row, state, a->cols - state, STYLE_DIM, 0, number);
}

static void draw_empty(const struct area *a, const struct journal_state *st)
{
	if (st->trouble[0]) {
		draw_wrapped(a, LIST_ROW, 2, a->cols - 4, 4, STYLE_ERROR, 0, st->trouble);
	} else if (!st->loading) {
		draw_str(a, LIST_ROW, 2, -1, STYLE_NORMAL, 0, st->only >= 0 ? "No record is in that state." :
			"Nothing is in the journal yet.");
		draw_str(a, LIST_ROW + 1, 2, -1, STYLE_DIM, 0, st->only >= 0 ? ":journal all shows every record." :
			"Every verdict, comment and claim you make is kept here, signed, in its order.");
	}
}

static void draw_why(const struct area *a, const struct journal_state *st)
{
	const struct journal_entry *e = journal_current(st);
	char hex[DIGEST_HEX];

	if (!e)
		return;
	digest_hex(hex, &e->rid);
	if (e->why[0])
		draw_printf(a, a->rows - 1, 2, a->cols - 3, STYLE_WARNING, 0, "%s: %s", entry_state_name(e->state), e->why);
	else
		draw_printf(a, a->rows - 1, 2, a->cols - 3, STYLE_DIM, 0, "record %s", hex);
}

static void draw_list(const struct area *a, struct app *app, struct journal_state *st)
{
	int i, row, state = a->cols - 16;

	draw_right(a, 2, COL_NUMBER, 6, STYLE_LABEL, 0, "rec");
	draw_str(a, 2, COL_TIME, -1, STYLE_LABEL, 0, "saved");
	draw_str(a, 2, COL_WHAT, -1, STYLE_LABEL, 0, "what");
	draw_str(a, 2, state - 14, -1, STYLE_LABEL, 0, "TI");
	draw_str(a, 2, state, -1, STYLE_LABEL, 0, "state");
	st->page = a->rows - LIST_ROW - 2;
	if (st->page < 1)
		st->page = 1;
	if (st->cursor < st->top)
		st->top = st->cursor;
	else if (st->cursor >= st->top + st->page)
		st->top = st->cursor - st->page + 1;
	for (i = 0; i < st->page && (size_t)(st->top + i) < st->rows.len; i++) {
		row = LIST_ROW + i;
		draw_entry(a, row, app, &st->rows.at[st->top + i]);
		if (st->top + i == st->cursor)
			draw_cursor_line(a, row);
	}
	if (st->rows.len == 0)
		draw_empty(a, st);
	draw_why(a, st);
}

static int count_lines(const char *s)
{
	int n = 1;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void draw_record(const struct area *a, struct journal_state *st)
{
	const struct journal_entry *e = journal_current(st);
	const char *s = st->record, *nl;
	int row = 5, line;

	draw_printf(a, 2, 2, -1, STYLE_LABEL, ATTR_BOLD, "Record %llu", e ? (unsigned long long)e->n : 0);
	draw_printf(a, 3, 2, -1, STYLE_DIM, 0, "rid %s", st->record_rid);
	if (!s) {
		draw_glyph(a, row, 2, STYLE_DIM, 0, GLYPH_ELLIPSIS);
		return;
	}
	draw_str(a, 4, 2, -1, st->record_ok ? STYLE_GOOD : STYLE_ERROR, 0, st->record_ok ?
		"its bytes hash to this rid; :verify checks every signature" :
		"its bytes do not hash to this rid");
	st->page = a->rows - row;
	line = count_lines(s) - st->page;
	if (st->text_top > line)
		st->text_top = line > 0 ? line : 0;
	for (line = 0; row < a->rows; line++, s = nl + 1) {
		nl = strchr(s, '\n');
		if (line >= st->text_top)
			draw_text(a, row++, 2, -1, STYLE_NORMAL, 0, s, nl ? (size_t)(nl - s) : strlen(s));
		if (!nl)
			break;
	}
}

static int report_line(const struct area *a, int row, const char *what, uint64_t n)
{
	draw_printf(a, row, 4, 14, n ? STYLE_ERROR : STYLE_NORMAL, n ? ATTR_BOLD : 0, "%8llu", (unsigned long long)n);
	draw_str(a, row, 14, -1, n ? STYLE_ERROR : STYLE_NORMAL, n ? ATTR_BOLD : 0, what);
	return row + 1;
}

static void draw_report(const struct area *a, struct journal_state *st)
{
	const struct verify_report *r = &st->report;
	int row = 2, i;

	if (st->report_code) {
		draw_wrapped(a, row, 2, a->cols - 4, 4, STYLE_ERROR, ATTR_BOLD, st->report_why);
		return;
	}
	draw_printf(a, row++, 2, -1, journal_report_good(st) ? STYLE_GOOD : STYLE_ERROR, ATTR_BOLD,
		journal_report_good(st) ? "%llu records in %llu bytes: all hold" : "%llu records in %llu bytes: damage",
		(unsigned long long)r->records, (unsigned long long)r->bytes);
	row = report_line(a, row + 1, "frames whose CRC is wrong", r->bad_crc);
	row = report_line(a, row, "signatures that do not hold", r->bad_signature);
	row = report_line(a, row, "breaks in the chain", r->bad_chain);
	row = report_line(a, row, "payloads that cannot be read", r->bad_payload);
	row = report_line(a, row, "records the database lacks", r->missing_in_db);
	row = report_line(a, row, "records the journal lacks", r->missing_in_journal);
	row = report_line(a, row, "bytes at the end that hold no whole frame", r->torn_tail) + 1;
	st->page = a->rows - row;
	if (st->text_top > (int)st->damage.len - st->page)
		st->text_top = (int)st->damage.len > st->page ? (int)st->damage.len - st->page : 0;
	for (i = st->text_top; i < (int)st->damage.len && row < a->rows; i++)
		draw_str(a, row++, 2, a->cols - 3, STYLE_ERROR, 0, st->damage.at[i]);
}

static void draw(struct app *app, void *state, const struct area *a)
{
	struct journal_state *st = state;
	int64_t s = (clock_mono_ns() - st->verify_began) / 1000000000;

	draw_counts(a, app, st);
	draw_stick(a, st);
	if (st->verifying)
		draw_fill(a, 1, 0, a->cols, STYLE_NORMAL, 0);
	if (st->verifying)
		draw_printf(a, 1, 2, -1, STYLE_WARNING, 0, "verifying the journal%s %lld s",
			glyph_text(a->canvas, GLYPH_ELLIPSIS), (long long)s);
	if (st->shown == JOURNAL_RECORD)
		draw_record(a, st);
	else if (st->shown == JOURNAL_REPORT)
		draw_report(a, st);
	else if (st->shown == JOURNAL_WAYS)
		draw_ways(a, app, st->ways);
	else
		draw_list(a, app, st);
}

static bool click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct journal_state *st = state;
	int i = st->top + row - LIST_ROW;

	(void)app, (void)a, (void)col;
	if (st->shown == JOURNAL_WAYS)
		return click_ways(st->ways, row, line, max);
	if (st->shown != JOURNAL_LIST || row < LIST_ROW || row >= LIST_ROW + st->page || (size_t)i >= st->rows.len)
		return false;
	if (i == st->cursor)
		snprintf(line, (size_t)max, "enter");
	else
		snprintf(line, (size_t)max, "go %d", i + 1);
	return true;
}

static const char *const *hints(struct app *app, void *state)
{
	static const char *const list[] = { "enter=record", "open=test instance", "sync=sync now", "ways", "bundle-write=stick",
		"verify", "withdraw", "yank-record=yank", "leave-journal=back", NULL };
	static const char *const text[] = { "verify", "leave-journal=back", NULL };
	static const char *const ways[] = { "enter=test", "way-pick=this one alone", "sync=try now", "bundle-write=stick",
		"leave-journal=back", NULL };

	(void)app;
	if (((struct journal_state *)state)->shown == JOURNAL_WAYS)
		return ways;
	return ((struct journal_state *)state)->shown == JOURNAL_LIST ? list : text;
}

static void place(struct app *app, void *state, char *out, int max)
{
	struct journal_state *st = state;

	(void)app;
	if (st->shown == JOURNAL_LIST && st->rows.len)
		snprintf(out, (size_t)max, "%d of %zu%s", st->cursor + 1, st->rows.len, st->complete ? "" : "+");
}

const struct view view_journal = {
	.draw = draw,
	.click = click,
	.hints = hints,
	.place = place,
};
