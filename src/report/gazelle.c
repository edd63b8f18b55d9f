/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What monitors decided, for Gazelle Test Management: a batch of SQL that a person reads before it is applied, and that
 * may be applied again; or envelopes for its GazelleMonitorWS. Nothing here applies anything. Report layer; the thread
 * that owns the buffer.
 */
#include "report_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/text.h"

#define CHARACTERS 255		/* of a comment in Gazelle */
#define PARTS_MAX 60		/* of a long one kept as evidence */

/* ---- words ---- */

static const char *keyword_of(enum outcome o)
{
	return o == OUTCOME_VERIFIED ? "verified" : o == OUTCOME_FAILED ? "failed" : "partially verified";
}

static const char *participants_of(enum outcome o)
{
	return o == OUTCOME_VERIFIED ? "verified" : o == OUTCOME_FAILED ? "unverified" : "partially verified";
}

/* A TI of Gazelle is known by a number. */
static bool is_number(const char *id)
{
	size_t n = strspn(id, "0123456789");

	return n > 0 && n < 10 && id[n] == '\0';
}

/* Bytes of at most `max` characters of s; *n_out how many characters there are. */
static size_t cut(const char *s, size_t max, size_t *n_out)
{
	size_t at = 0, n = 0, fits = 0, len = strlen(s);
	uint32_t cp;

	while (at < len) {
		int step = utf8_decode(&cp, s + at, len - at);

		at += step ? (size_t)step : 1;
		if (++n <= max)
			fits = at;
	}
	*n_out = n;
	return fits;
}

/* What a reader would not see, or would see elsewhere. */
static bool hides(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x200e || cp == 0x200f || cp == 0x2028 || cp == 0x2029 ||
		(cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

/* A literal on one line that shows all that is in it; bytes that are no UTF-8 become U+FFFD. */
static void literal(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;

	buf_adds(out, "E'");
	for (size_t at = 0; at < len; ) {
		int n = utf8_decode(&cp, s + at, len - at);

		if (!n)
			buf_adds(out, "\xef\xbf\xbd");
		else if (cp == '\'' || cp == '\\')
			buf_printf(out, "%c%c", cp == '\'' ? '\'' : '\\', (char)cp);
		else if (cp == '\n')
			buf_adds(out, "\\n");
		else if (hides(cp))
			buf_printf(out, "\\u%04x", cp);
		else
			buf_add(out, s + at, (size_t)n);
		at += n ? (size_t)n : 1;
	}
	buf_addc(out, '\'');
}

static void word(struct buf *out, const char *s)
{
	literal(out, s, strlen(s));
}

static void moment(struct buf *out, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	buf_printf(out, "'%s'::timestamptz", text);
}

/* ---- SQL ---- */

/* Numbers of steps as the import gives them: their index, or their order in a test where an index is missing or twice. */
static const char steps_view[] =
	"CREATE TEMP VIEW verdict_step AS SELECT test_id, id, CASE WHEN bool_and(good) OVER (PARTITION BY test_id) THEN step_index\n"
	"  ELSE row_number() OVER (PARTITION BY test_id ORDER BY step_index, id) END AS n\n"
	"  FROM (SELECT l.test_id, s.id, s.step_index, coalesce(s.step_index BETWEEN 1 AND 999, false)\n"
	"    AND count(*) OVER (PARTITION BY l.test_id, s.step_index) = 1 AS good\n"
	"    FROM tm_test_test_steps l JOIN tm_test_steps s ON s.id = l.test_steps_id) x;\n";

static bool zone_name(const char *name)
{
	return name && (strchr(name, '/') || strcmp(name, "UTC") == 0) &&
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/+-0123456789") == strlen(name);
}

void gazelle_begin(struct report *r)
{
	char now[CLOCK_TEXT];

	if (r->format == REPORT_SOAP) {
		buf_adds(r->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<!-- One SOAP envelope for each call of GazelleMonitorWS, in order. Nothing sends them by itself, and\n"
			"     Gazelle adds a comment again where a call is sent again: send each once. -->\n<calls>\n");
		return;
	}
	clock_format_utc(now, r->now);
	buf_printf(r->out, "-- What monitors decided in the event %s, as of %s, for the database of Gazelle Test Management.\n"
		"-- Read it, then: psql -v ON_ERROR_STOP=1 -f THIS-FILE DATABASE. It may be applied again: what is there stays.\n"
		"-- A TI takes a status only where it waits for a monitor, or has one that such a batch gave it before;\n"
		"-- the last query lists those that did not.\n", r->event->id, now);
	buf_printf(r->out, "BEGIN;\nSET LOCAL TimeZone = '%s';\nSET LOCAL client_encoding = 'UTF8';\n"
		"CREATE TEMP TABLE verdict_wanted (ti int, status text) ON COMMIT DROP;\n",
		zone_name(r->event->tz_name) ? r->event->tz_name : "UTC");
	buf_adds(r->out, steps_view);
}

/* An event of the TI, once; `status`: only where the TI has it by now. */
static void put_event(struct buf *b, const char *ti, int type, const char *status, int64_t at, const char *who, const char *text)
{
	size_t all, fits = cut(text, CHARACTERS, &all);
	struct buf shown;

	buf_init(&shown, 8192);
	if (all > CHARACTERS)
		fits = cut(text, CHARACTERS - 1, &all);
	buf_add(&shown, text, fits);
	if (all > CHARACTERS)
		buf_adds(&shown, "…");
	buf_adds(b, "WITH e AS (INSERT INTO tm_test_instance_event (id, date_of_event, last_changed, last_modifier_id, status_id, comment, type, "
		"username)\n  SELECT nextval('tm_test_instance_event_id_seq'), ");
	moment(b, at);
	buf_adds(b, ", ");
	moment(b, at);
	buf_adds(b, ", ");
	word(b, who);
	buf_adds(b, status ? ", s.id, " : ", NULL, ");
	word(b, buf_str(&shown));
	buf_printf(b, ", %d, ", type);
	word(b, who);
	buf_printf(b, "\n  FROM tm_test_instance i%s WHERE i.id = %s", status ? " JOIN tm_status s ON s.id = i.last_status_id" : "", ti);
	if (status)
		buf_printf(b, " AND s.keyword = '%s'", status);
	buf_printf(b, " AND NOT EXISTS (SELECT FROM tm_test_instance_test_status l\n"
		"  JOIN tm_test_instance_event o ON o.id = l.status_id WHERE l.test_instance_id = %s AND o.type = %d AND o.date_of_event = ", ti, type);
	moment(b, at);
	buf_adds(b, " AND o.username = ");
	word(b, who);
	buf_printf(b, ") RETURNING id)\n  INSERT INTO tm_test_instance_test_status (test_instance_id, status_id) SELECT %s, id FROM e;\n", ti);
	buf_done(&shown);
}

/* A text too long for a comment of Gazelle, whole, as rows of evidence: once. */
static void put_whole(struct buf *b, const char *ti, int64_t at, const char *who, const char *text)
{
	size_t all, parts;

	(void)cut(text, CHARACTERS, &all);
	if (all <= CHARACTERS)
		return;
	parts = (all + CHARACTERS - 1) / CHARACTERS;
	for (size_t i = 0; i < parts && i < PARTS_MAX; i++) {
		size_t rest, fits = cut(text, CHARACTERS, &rest);

		buf_adds(b, "WITH d AS (INSERT INTO tm_test_steps_data (id, last_changed, last_modifier_id, comment, value, data_type_id)\n"
			"  SELECT nextval('tm_test_steps_data_id_seq'), ");
		moment(b, at);
		buf_adds(b, ", ");
		word(b, who);
		buf_printf(b, ", 'comment, part %zu of %zu', ", i + 1, parts);
		literal(b, text, fits);
		buf_printf(b, ", k.id FROM tm_data_type k WHERE k.keyword = 'comment'\n"
			"  AND EXISTS (SELECT FROM tm_test_instance WHERE id = %s) AND NOT EXISTS (SELECT FROM tm_test_instance_tm_test_steps_data l\n"
			"  JOIN tm_test_steps_data o ON o.id = l.teststepsdatalist_id WHERE l.tm_test_instance_id = %s AND o.last_changed = ", ti, ti);
		moment(b, at);
		buf_adds(b, " AND o.last_modifier_id = ");
		word(b, who);
		buf_printf(b, " AND o.comment = 'comment, part %zu of %zu') RETURNING id)\n"
			"  INSERT INTO tm_test_instance_tm_test_steps_data (tm_test_instance_id, teststepsdatalist_id) SELECT %s, id FROM d;\n",
			i + 1, parts, ti);
		text += fits;
	}
}

static void put_status(struct buf *b, const struct instance *ti, const struct instance_verdict *v)
{
	const char *id = ti->row.id, *keyword = keyword_of(v->outcome);

	buf_printf(b, "INSERT INTO verdict_wanted VALUES (%s, '%s');\n", id, keyword);
	buf_adds(b, "UPDATE tm_test_instance i SET last_status_id = s.id, last_changed = ");
	moment(b, v->at);
	buf_adds(b, ", last_modifier_id = ");
	word(b, v->by);
	buf_printf(b, "\n  FROM tm_status s, tm_status now WHERE i.id = %s AND s.keyword = '%s' AND now.id = i.last_status_id AND now.id <> s.id\n"
		"  AND (now.keyword IN ('completed', 'critical', 'partially verified') OR (now.keyword IN ('verified', 'failed') AND EXISTS\n"
		"  (SELECT FROM tm_test_instance_test_status l JOIN tm_test_instance_event o ON o.id = l.status_id\n"
		"  WHERE l.test_instance_id = i.id AND o.type = 0 AND o.status_id = now.id AND o.comment LIKE '%%[Verdict]%%')));\n", id, keyword);
}

/* Marks go with the status: where the TI did not take it, neither does a step its mark. */
static void put_marks(struct buf *b, const struct instance *ti, const char *keyword)
{
	for (size_t i = 0; i < ti->n_steps; i++) {
		if (ti->steps[i].mark == MARK_NONE)
			continue;
		buf_printf(b, "UPDATE tm_test_steps_instance x SET status_id = m.id FROM tm_status m, tm_status s, tm_test_instance i,\n"
			"  tm_test_instance_test_steps_instance l, verdict_step v WHERE i.id = %s AND s.id = i.last_status_id AND s.keyword = '%s'\n"
			"  AND m.keyword = '%s' AND l.test_instance_id = i.id AND l.test_steps_instance_id = x.id AND v.test_id = i.test_id\n"
			"  AND v.id = x.test_steps_id AND v.n = %u AND x.status_id IS DISTINCT FROM m.id;\n", ti->row.id, keyword,
			step_mark_name(ti->steps[i].mark), ti->steps[i].n);
	}
}

static void put_participants(struct buf *b, const char *id, const char *keyword, const char *theirs)
{
	buf_printf(b, "UPDATE tm_test_instance_participants p SET status_id = t.id FROM tm_test_instance_participants_status t,\n"
		"  tm_test_instance i JOIN tm_status s ON s.id = i.last_status_id WHERE i.id = %s AND s.keyword = '%s'\n"
		"  AND p.test_instance_id = i.id AND t.keyword = '%s' AND p.status_id IS DISTINCT FROM t.id;\n", id, keyword, theirs);
}

static void sql_verdict(struct buf *b, const struct instance *ti, const struct instance_verdict *v)
{
	const char *keyword = keyword_of(v->outcome);
	struct buf text;

	buf_init(&text, 1u << 20);
	buf_printf(&text, "[Verdict] %s", report_blank(v->reason) ? outcome_label(v->outcome) : v->reason);
	put_status(b, ti, v);
	put_event(b, ti->row.id, 0, keyword, v->at, v->by, buf_str(&text));
	put_whole(b, ti->row.id, v->at, v->by, buf_str(&text));
	put_marks(b, ti, keyword);
	put_participants(b, ti->row.id, keyword, participants_of(v->outcome));
	buf_done(&text);
}

static void sql_instance(struct buf *b, const struct instance *ti)
{
	const struct instance_verdict *v = report_deciding(ti);
	bool heads = false;

	if (!is_number(ti->row.id)) {
		buf_printf(b, "-- %s: not a TI of Gazelle\n", ti->row.id);
		return;
	}
	if (ti->row.disputed)
		buf_printf(b, "\n-- %s, %s: disputed, so its status stays as it is in Gazelle\n", ti->row.id, ti->row.test);
	else if (v)
		buf_printf(b, "\n-- %s, %s: %s\n", ti->row.id, ti->row.test, outcome_label(v->outcome));
	if (v && !ti->row.disputed)
		sql_verdict(b, ti, v);
	for (size_t i = 0; i < ti->n_history; i++) {
		const struct history_entry *h = &ti->history[i];

		if (!h->record || strcmp(h->kind, "comment") != 0)
			continue;
		if (!heads && !v && !ti->row.disputed)
			buf_printf(b, "\n-- %s, %s: comments\n", ti->row.id, ti->row.test);
		heads = true;
		put_event(b, ti->row.id, 1, NULL, h->at, h->who, h->text);
		put_whole(b, ti->row.id, h->at, h->who, h->text);
	}
}

/* ---- SOAP ---- */

static void marks_text(struct buf *out, const struct instance *ti)
{
	unsigned int n = 0;

	for (size_t i = 0; i < ti->n_steps; i++)
		if (ti->steps[i].mark != MARK_NONE)
			buf_printf(out, "%s%u %s", n++ ? ", " : " (steps: ", ti->steps[i].n, step_mark_name(ti->steps[i].mark));
	if (n)
		buf_addc(out, ')');
}

static void soap_instance(struct buf *out, const struct instance *ti)
{
	const struct instance_verdict *v = ti->row.disputed || !is_number(ti->row.id) ? NULL : report_deciding(ti);
	struct buf text, shown;
	struct xmlw w;
	size_t all;

	if (!v)
		return;
	buf_init(&text, 1u << 20);
	buf_init(&shown, 8192);
	buf_adds(&text, report_blank(v->reason) ? outcome_label(v->outcome) : v->reason);
	marks_text(&text, ti);
	(void)cut(buf_str(&text), CHARACTERS, &all);
	buf_add(&shown, buf_str(&text), cut(buf_str(&text), all > CHARACTERS ? CHARACTERS - 1 : CHARACTERS, &all));
	if (all > CHARACTERS)
		buf_adds(&shown, "…");
	xmlw_init(&w, out);
	xmlw_open(&w, "soap:Envelope");
	xmlw_attr(&w, "xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/");
	xmlw_attr(&w, "xmlns:ws", "http://ws.gazelletest.tm.gazelle.ihe.net/");
	xmlw_open(&w, "soap:Body");
	xmlw_open(&w, "ws:changeTestInstanceStatus");
	xmlw_element(&w, "monitorLogin", v->by);
	xmlw_element(&w, "testInstanceId", ti->row.id);
	xmlw_element(&w, "testInstanceStatus", keyword_of(v->outcome));
	xmlw_element(&w, "comment", buf_str(&shown));
	xmlw_close(&w);
	xmlw_close(&w);
	xmlw_close(&w);
	buf_addc(out, '\n');
	buf_done(&text);
	buf_done(&shown);
}

void gazelle_add(struct report *r, const struct instance *ti)
{
	if (r->format == REPORT_SOAP)
		soap_instance(r->out, ti);
	else
		sql_instance(r->out, ti);
}

void gazelle_end(struct report *r)
{
	if (r->format == REPORT_SOAP)
		buf_adds(r->out, "</calls>\n");
	else
		buf_adds(r->out, "\nSELECT w.ti, w.status AS wanted, coalesce(s.keyword, 'no such TI') AS in_gazelle FROM verdict_wanted w\n"
			"  LEFT JOIN tm_test_instance i ON i.id = w.ti LEFT JOIN tm_status s ON s.id = i.last_status_id\n"
			"  WHERE s.keyword IS DISTINCT FROM w.status ORDER BY 1;\nDROP VIEW verdict_step;\nCOMMIT;\n");
}
