/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a log among the rows of evidence: the word that says how grave one is stands out, and the line under the
 * cursor tells when it was by the event's clock. Layer ui, UI thread. Only rows that are drawn are looked at.
 */
#include <stdio.h>

#include "src/ui/view_evidence_priv.h"
#include "src/ui/words.h"
#include "verdict/app/app.h"
#include "verdict/evidence/logline.h"

static enum style style_of_level(enum line_level l)
{
	static const enum style styles[] = { STYLE_NORMAL, STYLE_DIM, STYLE_LABEL, STYLE_WARNING, STYLE_ERROR };

	return styles[l];
}

/* The row in which the line begins whose piece this one is, as far as the window knows. */
static const struct reader_row *line_begin(const struct evidence_state *st, const struct reader_row *r)
{
	const struct reader_row *before;

	while (r->row && (before = evidence_row(st, r->row - 1)) && before->end == r->begin)
		r = before;
	return r;
}

void evidence_draw_log(const struct area *a, int row, int c, const struct evidence_state *st, const struct reader_row *r,
	size_t skip)
{
	struct logline look = { .len = 0 };
	size_t end;

	if (line_begin(st, r) == r)
		logline_look(&look, r->value, r->value_len);
	end = look.at + look.len;
	if (!look.len || end <= skip) {
		draw_text(a, row, c, -1, STYLE_NORMAL, 0, r->value + skip, r->value_len - skip);
		return;
	}
	if (look.at < skip)
		look.at = skip;
	c += draw_text(a, row, c, -1, STYLE_NORMAL, 0, r->value + skip, look.at - skip);
	c += draw_text(a, row, c, -1, style_of_level(look.level), look.level >= LEVEL_WARNING ? ATTR_BOLD : 0,
		r->value + look.at, end - look.at);
	draw_text(a, row, c, -1, STYLE_NORMAL, 0, r->value + end, r->value_len - end);
}

bool evidence_say_log(char *out, size_t max, const struct area *a, const struct evidence_state *st)
{
	const struct reader_row *r = evidence_row(st, st->place[st->view].cursor);
	char when[INSTANT_TEXT] = "";
	struct logline look;

	if (!r)
		return false;
	r = line_begin(st, r);
	logline_look(&look, r->value, r->value_len);
	if (look.timed && look.when.zoned)
		instant_say(when, look.when.ms, look.when.zone_min, app_zone_at(st->app, look.when.ms));
	snprintf(out, max, "%s%s%s", line_level_word(look.level), look.level && when[0] ? dot(a->canvas) : "", when);
	return out[0] != '\0';
}
