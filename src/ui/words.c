/* SPDX-License-Identifier: Apache-2.0 */
/* Small phrases that several views share. Layer ui, UI thread. */
#include "src/ui/words.h"

#include <stdio.h>
#include <string.h>

#include "verdict/base/clock.h"

void words_size(char *out, size_t max, int64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double v = (double)bytes;
	unsigned int u = 0;

	if (bytes < 0) {
		snprintf(out, max, "?");
		return;
	}
	while (v >= 999.5 && u < 4) {
		v /= 1000;
		u++;
	}
	snprintf(out, max, u && v < 9.95 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

void words_digest(char *out, size_t max, const struct digest *d, const struct canvas *c)
{
	char hex[DIGEST_HEX];

	if (digest_is_zero(d)) {
		snprintf(out, max, "-");
		return;
	}
	digest_hex(hex, d);
	snprintf(out, max, "%.8s%s", hex, glyph_text(c, GLYPH_ELLIPSIS));
}

void words_day_time(char *out, size_t max, int64_t wall_ms, int tz_min)
{
	char text[CLOCK_TEXT];

	clock_format_minute(text, wall_ms, tz_min);
	/* "2026-11-22 14:33": an event has one year. */
	snprintf(out, max, "%s", strlen(text) > 5 ? text + 5 : text);
}

void words_waiting(char *out, size_t max, const struct queue_row *row, const struct canvas *c)
{
	char age[CLOCK_TEXT] = "";
	int64_t s = (clock_wall_ms() - row->since) / 1000;

	if (row->since > 0 && ti_status_waits(row->status))
		clock_format_age(age, s > 0 ? s : 0);
	snprintf(out, max, "%s%s%s%s%s", ti_status_label(row->status), row->stale ? dot(c) : "",
		row->stale ? "stale" : "", age[0] ? dot(c) : "", age[0] ? "waiting " : "");
	if (age[0] && strlen(out) + strlen(age) < max)
		strncat(out, age, max - strlen(out) - 1);
}

enum style style_of_status(enum ti_status s)
{
	switch (s) {
	case TI_CRITICAL:
		return STYLE_CRITICAL;
	case TI_VERIFIED:
		return STYLE_GOOD;
	case TI_PARTIAL:
		return STYLE_PARTIAL;
	case TI_FAILED:
	case TI_DISPUTED:
		return STYLE_ERROR;
	case TI_ABORTED:
	case TI_PAUSED:
		return STYLE_DIM;
	default:
		return STYLE_NORMAL;
	}
}

enum style style_of_outcome(enum outcome o)
{
	return o == OUTCOME_VERIFIED ? STYLE_GOOD : o == OUTCOME_PARTIAL ? STYLE_PARTIAL :
		o == OUTCOME_FAILED ? STYLE_ERROR : STYLE_DIM;
}

enum glyph glyph_of_outcome(enum outcome o)
{
	return o == OUTCOME_VERIFIED ? GLYPH_TICK : o == OUTCOME_FAILED ? GLYPH_CROSS : GLYPH_BULLET;
}

const char *dot(const struct canvas *c)
{
	return c->ascii ? " - " : " · ";
}

void draw_cursor_line(const struct area *a, int row)
{
	struct cell *cell;
	int col;

	if (row < 0 || row >= a->rows)
		return;
	for (col = 0; col < a->cols; col++) {
		cell = &a->canvas->cells[(a->row + row) * a->canvas->cols + a->col + col];
		if (cell->style == STYLE_NORMAL || cell->style == STYLE_DIM || cell->style == STYLE_LABEL)
			cell->style = STYLE_CURSOR;
	}
	draw_glyph(a, row, 0, STYLE_CURSOR, ATTR_BOLD, GLYPH_CURSOR);
}
