/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session report of one organisation, HTML. Every text of others goes through html(): neutralised, escaped, in a
 * span of its own direction. Layer report; the thread that owns the buffer.
 */
#include "verdict/report/session.h"

#include <stdio.h>
#include <string.h>
#include "report_priv.h"
#include "verdict/base/text.h"

#define TEXT_MAX (256u << 10)

static const char style[] =
	"body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;margin:2rem auto;max-width:72rem;padding:0 1rem}\n"
	"h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #999}h3{font-size:1rem}\n"
	"table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;color:#444;padding:.2rem 0}\n"
	"th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #ccc;overflow-wrap:break-word}\n"
	"th{background:#eee}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\n"
	"ul{margin:0;padding-left:1.1rem}footer{margin-top:2rem;color:#444}\n"
	"@media print{@page{margin:15mm}body{margin:0;max-width:none;padding:0;font-size:9.5pt}h2,h3{break-after:avoid}"
	"tr{break-inside:avoid}thead{display:table-header-group}th{background:none;border-bottom:1.5pt solid #000}}\n";

/* Where no element may stand. */
static void html_plain(struct buf *out, const char *text)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	text_neutralise(&b, text, strlen(text), false);
	xml_escape(out, buf_str(&b));
	buf_done(&b);
}

/* Lines of a text stay lines. */
static void html(struct buf *out, const char *text)
{
	struct buf b;

	buf_adds(out, "<bdi>");
	while (text && *text) {
		size_t n = strcspn(text, "\n"), plain = n;

		while (plain && text[plain - 1] == '\r')
			plain--;
		buf_init(&b, TEXT_MAX);
		text_neutralise(&b, text, plain, false);
		xml_escape(out, buf_str(&b));
		buf_done(&b);
		text += n;
		if (*text) {
			buf_adds(out, "<br>");
			text++;
		}
	}
	buf_adds(out, "</bdi>");
}

static void cell(struct buf *out, const char *text)
{
	buf_adds(out, "<td>");
	html(out, text);
	buf_adds(out, "</td>");
}

static void number(struct buf *out, size_t n)
{
	buf_printf(out, "<td class=\"n\">%zu</td>", n);
}

/* Words parted by '|'; one that begins with '>' heads numbers. */
static void heads(struct buf *out, const char *caption, const char *words)
{
	buf_printf(out, "<table>\n<caption>%s</caption>\n<thead><tr>", caption);
	while (*words) {
		size_t n = strcspn(words, "|");
		bool right = *words == '>';

		buf_printf(out, "<th scope=\"col\"%s>%.*s</th>", right ? " class=\"n\"" : "", (int)(n - right), words + right);
		words += n + (words[n] == '|');
	}
	buf_adds(out, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct buf *out)
{
	buf_adds(out, "</tbody>\n</table>\n");
}

static void head(struct session_report *s, const struct event *e, const struct organisation *o)
{
	char now[CLOCK_TEXT], zone[CLOCK_TEXT];
	struct buf *out = s->out;

	clock_format_minute(now, s->now, s->tz_min);
	clock_format_offset(zone, s->tz_min);
	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Session report: ");
	html_plain(out, o->name);
	buf_adds(out, "</title>\n<style>\n");
	buf_adds(out, style);
	buf_adds(out, "</style>\n</head>\n<body>\n<main>\n<h1>Session report: ");
	html(out, o->name);
	buf_adds(out, "</h1>\n<p>");
	html(out, e->name);
	if (*e->place) {
		buf_adds(out, ", ");
		html(out, e->place);
	}
	buf_adds(out, ", ");
	html(out, e->begins);
	buf_adds(out, " to ");
	html(out, e->ends);
	buf_adds(out, ". ");
	html(out, *o->country_name ? o->country_name : o->country);
	buf_printf(out, ". As of %s (UTC%s).</p>\n", now, zone);
}

static void systems(struct buf *out, struct results *r, uint32_t organisation)
{
	size_t n;
	const struct results_system *all = results_systems(&n, r);

	buf_adds(out, "<h2>Systems</h2>\n");
	heads(out, "What was tested", "System|Version|Table|>Lines");
	for (size_t i = 0; i < n; i++) {
		if (all[i].organisation != organisation)
			continue;
		buf_adds(out, "<tr>");
		cell(out, *all[i].name ? all[i].name : all[i].id);
		cell(out, all[i].version);
		cell(out, all[i].table);
		number(out, all[i].n);
		buf_adds(out, "</tr>\n");
	}
	end_table(out);
}

static const char *grade_words(const struct results_line *l)
{
	if (l->grade_disputed)
		return "under discussion";
	return l->exploratory ? "exploratory, not graded" : grade_label(l->grade);
}

static void line_row(struct buf *out, struct results *r, uint32_t line)
{
	struct results_detail d;
	const struct results_line *l;
	struct arena a;
	size_t n;

	arena_init(&a);
	results_detail(&d, &a, r, line);
	l = d.line;
	buf_adds(out, "<tr>");
	cell(out, results_profiles(&n, r)[l->profile].id);
	cell(out, *results_actors(&n, r)[l->actor].name ? results_actors(&n, r)[l->actor].name :
		results_actors(&n, r)[l->actor].id);
	cell(out, l->option);
	cell(out, l->thorough ? "thorough" : "supportive");
	cell(out, grade_words(l));
	buf_printf(out, "<td class=\"n\">%u of %u</td>", l->counted, l->expected);
	number(out, l->waiting);
	number(out, results_in_progress(r, l));
	number(out, l->failed);
	buf_adds(out, "<td>");
	for (size_t i = 0; i < d.n_why; i++) {
		buf_adds(out, i ? "<li>" : "<ul><li>");
		html(out, d.why[i]);
		buf_adds(out, i + 1 < d.n_why ? "</li>" : "</li></ul>");
	}
	buf_adds(out, "</td></tr>\n");
	arena_done(&a);
}

static void lines(struct buf *out, struct results *r, uint32_t organisation)
{
	size_t n;
	const struct results_system *all = results_systems(&n, r);

	buf_adds(out, "<h2>Lines</h2>\n");
	for (size_t i = 0; i < n; i++) {
		if (all[i].organisation != organisation || all[i].n == 0)
			continue;
		buf_adds(out, "<h3>");
		html(out, *all[i].name ? all[i].name : all[i].id);
		buf_adds(out, "</h3>\n");
		heads(out, "Lines registered for this system", "Profile|Actor|Option|Type|Result|>Verified|>Waiting|>In progress|"
			">Failed|Missing");
		for (uint32_t k = 0; k < all[i].n; k++)
			line_row(out, r, all[i].first + k);
		end_table(out);
	}
}

enum status session_begin(struct session_report *s, struct buf *out, struct results *r, const char *organisation, int64_t now)
{
	size_t n = 0, at = 0;
	const struct organisation *all = results_organisations(&n, r);
	const struct event *e = results_event(r);

	while (at < n && strcmp(all[at].id, organisation) != 0)
		at++;
	if (at == n || !e || strlen(organisation) >= sizeof(s->organisation))
		return status_set(STATUS_NOT_FOUND, "no organisation %s in this event", organisation);
	memset(s, 0, sizeof(*s));
	s->out = out;
	s->now = now;
	s->tz_min = e->tz_min;
	memcpy(s->organisation, organisation, strlen(organisation));
	head(s, e, &all[at]);
	systems(out, r, (uint32_t)at);
	lines(out, r, (uint32_t)at);
	buf_adds(out, "<h2>Test instances</h2>\n");
	heads(out, "Where a system of the organisation took part", "TI|Test|As|With|Status|Decided|Reason");
	return STATUS_OK;
}

/* Own roles, or the others with their organisation. */
static void partners(struct session_report *s, const struct instance *ti, bool own)
{
	bool any = false;

	buf_adds(s->out, "<td>");
	for (size_t i = 0; i < ti->n_participants; i++) {
		const struct participant *p = &ti->participants[i];

		if ((strcmp(p->organisation, s->organisation) == 0) != own)
			continue;
		buf_adds(s->out, any ? "<br>" : "");
		any = true;
		html(s->out, *p->system_name ? p->system_name : p->system);
		buf_adds(s->out, ": ");
		html(s->out, p->role);
		if (own)
			continue;
		buf_adds(s->out, " (");
		html(s->out, p->organisation_name);
		buf_adds(s->out, ")");
	}
	buf_adds(s->out, "</td>");
}

void session_add(struct session_report *s, const struct instance *ti)
{
	const struct instance_verdict *v = report_deciding(ti);
	char at[CLOCK_TEXT] = "";
	bool theirs = false;

	for (size_t i = 0; i < ti->n_participants && !theirs; i++)
		theirs = strcmp(ti->participants[i].organisation, s->organisation) == 0;
	if (!theirs)
		return;
	s->tis++;
	s->by_status[ti->row.status]++;
	if (v)
		clock_format_minute(at, v->at, s->tz_min);
	buf_adds(s->out, "<tr>");
	cell(s->out, ti->row.id);
	buf_adds(s->out, "<td>");
	html(s->out, ti->row.test);
	buf_adds(s->out, "<br>");
	html(s->out, ti->row.title);
	buf_adds(s->out, "</td>");
	partners(s, ti, true);
	partners(s, ti, false);
	cell(s->out, ti_status_label(ti->row.status));
	cell(s->out, at);
	cell(s->out, v ? v->reason : "");
	buf_adds(s->out, "</tr>\n");
}

void session_end(struct session_report *s)
{
	end_table(s->out);
	buf_adds(s->out, "<h2>Statistics</h2>\n");
	heads(s->out, "Test instances by status", "Status|>TIs");
	for (int i = 0; i < TI_STATUS_COUNT; i++) {
		if (!s->by_status[i])
			continue;
		buf_adds(s->out, "<tr>");
		cell(s->out, ti_status_label((enum ti_status)i));
		number(s->out, s->by_status[i]);
		buf_adds(s->out, "</tr>\n");
	}
	buf_printf(s->out, "<tr><th scope=\"row\">all</th><td class=\"n\">%zu</td></tr>\n", s->tis);
	end_table(s->out);
	buf_adds(s->out, "</main>\n<footer><p>This report tells how testing went at this event. It is not a certification.</p>"
		"</footer>\n</body>\n</html>\n");
}
