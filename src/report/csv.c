/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV (RFC 4180) for spreadsheets: foreign text becomes neither a formula nor something that a reader cannot see.
 * Layer report; the thread that owns the buffer.
 */
#include "report_priv.h"

#include <string.h>
#include "verdict/base/text.h"

#define CELL_MAX (1u << 20)

/* A spreadsheet would calculate what begins so, also in full width, and some of them behind spaces. */
static bool is_formula(const char *s)
{
	static const char *const begins[] = { "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
		"\xef\xbc\xa0" };

	s += strspn(s, " ");
	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (strncmp(s, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Lines become one; the rest as a terminal would get it: no controls, no bidi, no broken UTF-8. */
static void neutral(struct buf *out, const char *text)
{
	text += strspn(text, "\t\r\n");
	while (*text) {
		size_t n = strcspn(text, "\t\r\n");

		if (n)
			text_neutralise(out, text, n, false);
		text += n;
		n = strspn(text, "\t\r\n");
		if (n && text[n])
			buf_addc(out, ' ');
		text += n;
	}
}

void csv_cell(struct buf *out, const char *text, bool first)
{
	struct buf b;

	buf_init(&b, CELL_MAX);
	neutral(&b, text ? text : "");
	if (!first)
		buf_addc(out, ',');
	buf_addc(out, '"');
	if (is_formula(buf_str(&b)))	/* as it is written, not as it came: line ends before it are gone */
		buf_addc(out, '\'');
	for (const char *p = buf_str(&b); *p; p++) {
		if (*p == '"')
			buf_addc(out, '"');
		buf_addc(out, *p);
	}
	buf_addc(out, '"');
	if (b.err)
		out->err = b.err;
	buf_done(&b);
}

void csv_end(struct buf *out)
{
	buf_adds(out, "\r\n");
}

void csv_begin(struct report *r)
{
	static const char *const head[] = { "TI", "Test", "Title", "Track", "Profiles", "Status", "Disputed", "Stale",
		"Critical", "Revision", "Organisations", "Systems", "Countries", "Tables", "Outcome", "Monitor", "At",
		"Reason", "Evidence", "Permalink" };

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		csv_cell(r->out, head[i], i == 0);
	csv_end(r->out);
}

enum part { PART_ORGANISATION, PART_SYSTEM, PART_COUNTRY, PART_TABLE };

static const char *part_of(const struct participant *p, enum part what)
{
	switch (what) {
	case PART_ORGANISATION: return p->organisation_name;
	case PART_SYSTEM: return p->system_name;
	case PART_COUNTRY: return p->country;
	default: return p->table;
	}
}

/* One word of each participant, in their order, each once. */
static void parts(struct report *r, const struct instance *ti, enum part what)
{
	struct buf b;

	buf_init(&b, CELL_MAX);
	for (size_t i = 0; i < ti->n_participants; i++) {
		const char *word = part_of(&ti->participants[i], what);
		bool before = false;

		for (size_t k = 0; k < i && !before; k++)
			before = strcmp(part_of(&ti->participants[k], what), word) == 0;
		if (before || !*word)
			continue;
		buf_adds(&b, b.len ? "; " : "");
		buf_adds(&b, word);
	}
	csv_cell(r->out, buf_str(&b), false);
	buf_done(&b);
}

static void number(struct report *r, size_t n)
{
	buf_printf(r->out, ",%zu", n);
}

static void verdict_cells(struct report *r, const struct instance *ti)
{
	const struct instance_verdict *v = report_deciding(ti);
	char at[CLOCK_TEXT] = "";

	if (v)
		clock_format_utc(at, v->at);
	csv_cell(r->out, v ? outcome_name(v->outcome) : "", false);
	csv_cell(r->out, v ? v->by_name : "", false);
	csv_cell(r->out, at, false);
	csv_cell(r->out, v ? v->reason : "", false);
}

void csv_add(struct report *r, const struct instance *ti)
{
	const struct queue_row *row = &ti->row;

	csv_cell(r->out, row->id, true);
	csv_cell(r->out, row->test, false);
	csv_cell(r->out, row->title, false);
	csv_cell(r->out, row->track, false);
	csv_cell(r->out, row->profiles, false);
	csv_cell(r->out, ti_status_name(row->status), false);
	csv_cell(r->out, row->disputed ? "yes" : "no", false);
	csv_cell(r->out, row->stale ? "yes" : "no", false);
	csv_cell(r->out, row->critical ? "yes" : "no", false);
	number(r, row->revision);
	for (int what = PART_ORGANISATION; what <= PART_TABLE; what++)
		parts(r, ti, (enum part)what);
	verdict_cells(r, ti);
	number(r, ti->n_evidence);
	csv_cell(r->out, ti->permalink, false);
	csv_end(r->out);
}
