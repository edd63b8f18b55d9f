/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIs as HL7 FHIR R4 TestReport resources. A step is an operation, a verdict and an item of the check-off list are
 * assertions; what a monitor did not look at is told as skipped and never as passed. FHIR knows no empty strings and no
 * control characters. Layer report; the thread that owns the buffer.
 */
#include "report_priv.h"

#include <string.h>
#include "verdict/base/text.h"

#define TEXT_MAX (1u << 20)	/* of a string, by the specification */

static const struct { const char *status, *result; } states[TI_STATUS_COUNT] = {
	[TI_RUNNING] = { "in-progress", "pending" },
	[TI_PAUSED] = { "in-progress", "pending" },
	[TI_TO_BE_VERIFIED] = { "waiting", "pending" },
	[TI_CRITICAL] = { "waiting", "pending" },
	[TI_ABORTED] = { "stopped", "pending" },
	[TI_VERIFIED] = { "completed", "pass" },
	[TI_PARTIAL] = { "in-progress", "pending" },
	[TI_FAILED] = { "completed", "fail" },
	[TI_DISPUTED] = { "waiting", "pending" },
};

static bool spoils(uint32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0x7f;
}

/* A string, unless there is nothing to say. */
static void say(struct jsonw *w, const char *key, const char *text)
{
	size_t n = text ? strnlen(text, TEXT_MAX) : 0, at = 0;
	struct buf b;
	uint32_t cp;
	int len;

	if (report_blank(text))
		return;
	buf_init(&b, 4 * TEXT_MAX);
	while (at < n) {
		len = utf8_decode(&cp, text + at, n - at);
		if (len > 0 && !spoils(cp))
			buf_add(&b, text + at, (size_t)len);
		else
			buf_adds(&b, "\xef\xbf\xbd");
		at += len > 0 ? (size_t)len : 1;
	}
	jsonw_str(w, key, buf_str(&b));
	buf_done(&b);
}

void fhir_sayf(struct jsonw *w, const char *key, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, TEXT_MAX);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	say(w, key, buf_str(&b));
	buf_done(&b);
}

void fhir_say_urn(struct jsonw *w, const char *key, const char *kind, const struct event *e, const char *id)
{
	struct buf b;

	buf_init(&b, 4096);
	report_urn(&b, kind, e, id);
	jsonw_str(w, key, buf_str(&b));
	buf_done(&b);
}

static void say_time(struct jsonw *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	jsonw_str(w, key, text);
}

/* The id of a resource: letters, digits, '-' and '.', at most 64. */
static bool is_id(const char *id)
{
	size_t n = strlen(id);

	return n > 0 && n <= 61 && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == n;
}

static void say_identifier(struct jsonw *w, const struct report *r, const struct instance *ti)
{
	bool link = strncmp(ti->permalink, "https://", 8) == 0 || strncmp(ti->permalink, "http://", 7) == 0;

	jsonw_object(w, "identifier");
	jsonw_str(w, "system", "urn:ietf:rfc:3986");
	if (link)
		say(w, "value", ti->permalink);
	else
		fhir_say_urn(w, "value", "ti", r->event, ti->row.id);
	jsonw_end_object(w);
}

static void say_participants(struct jsonw *w, const struct report *r, const struct instance *ti)
{
	if (!ti->n_participants)
		return;
	jsonw_array(w, "participant");
	for (size_t i = 0; i < ti->n_participants; i++) {
		const struct participant *p = &ti->participants[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "type", report_initiates(ti, p) ? "client" : "server");
		fhir_say_urn(w, "uri", "system", r->event, p->system);
		fhir_sayf(w, "display", "%s (%s%s%s): %s", *p->system_name ? p->system_name : p->system, p->organisation_name,
			*p->country ? ", " : "", p->country, p->role);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static const char *outcome_result(enum outcome o)
{
	return o == OUTCOME_VERIFIED ? "pass" : o == OUTCOME_FAILED ? "fail" : "warning";
}

static void assertion(struct jsonw *w, const char *result)
{
	jsonw_object(w, NULL);
	jsonw_object(w, "assert");
	jsonw_str(w, "result", result);
}

static void end_two(struct jsonw *w)
{
	jsonw_end_object(w);
	jsonw_end_object(w);
}

/* Every verdict that stands: several where monitors confirm each other, or differ. */
static void say_verdicts(struct jsonw *w, const struct instance *ti)
{
	char hex[DIGEST_HEX];
	bool any = false;

	for (size_t i = 0; i < ti->n_verdicts; i++) {
		const struct instance_verdict *v = &ti->verdicts[i];

		if (!v->leaf || !v->counted)
			continue;
		if (!any) {
			jsonw_object(w, NULL);
			jsonw_str(w, "name", "Verdict");
			jsonw_array(w, "action");
			any = true;
		}
		assertion(w, outcome_result(v->outcome));
		fhir_sayf(w, "message", "%s, %s%s%s", outcome_label(v->outcome), v->by_name, report_blank(v->reason) ? "" : ": ",
			v->reason);
		digest_hex(hex, &v->rid);
		jsonw_str(w, "detail", hex);
		end_two(w);
	}
	if (!any)
		return;
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void step_evidence(struct jsonw *w, const struct instance *ti, unsigned int n)
{
	struct buf b;

	for (size_t i = 0; i < ti->n_evidence; i++) {
		if (ti->evidence[i].step != n)
			continue;
		buf_init(&b, 64u << 10);
		report_evidence_uri(&b, &ti->evidence[i]);
		jsonw_str(w, "detail", buf_str(&b));
		buf_done(&b);
		return;
	}
}

static void say_step(struct jsonw *w, const struct instance *ti, const struct instance_step *s)
{
	bool skipped = strcmp(s->status, "skipped") == 0;
	const char *note = s->mark != MARK_NONE ? "" : skipped ? "; skipped by the participants" : "; not looked at";

	jsonw_object(w, NULL);
	jsonw_object(w, "operation");
	jsonw_str(w, "result", s->mark == MARK_VERIFIED ? "pass" : s->mark == MARK_FAILED ? "fail" : "skip");
	fhir_sayf(w, "message", "%u. %s %s \xe2\x86\x92 %s: %s%s", s->n, s->transaction, s->from, s->to, s->text, note);
	step_evidence(w, ti, s->n);
	end_two(w);
}

static void say_steps(struct jsonw *w, const struct instance *ti)
{
	if (!ti->n_steps)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "name", "Steps");
	say(w, "description", ti->row.title);
	jsonw_array(w, "action");
	for (size_t i = 0; i < ti->n_steps; i++)
		say_step(w, ti, &ti->steps[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void say_items(struct jsonw *w, const struct instance *ti)
{
	static const char *const results[] = { [ITEM_OPEN] = "skip", [ITEM_TICKED] = "pass", [ITEM_OVERRULED] = "warning" };

	if (!ti->n_items)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "name", "Check-off list");
	jsonw_array(w, "action");
	for (size_t i = 0; i < ti->n_items; i++) {
		const struct instance_item *item = &ti->items[i];

		assertion(w, results[item->state]);
		fhir_sayf(w, "message", "%s%s", item->item.text, item->state == ITEM_OPEN ? " (not ticked)" :
			item->state == ITEM_OVERRULED ? " (overruled)" : "");
		say(w, "detail", item->item.id);
		end_two(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static bool has_verdict(const struct instance *ti)
{
	return report_deciding(ti) != NULL;
}

/* A verdict taken back is told with its result as it was: whoever took the earlier report must be able to see that. */
static void say_state(struct jsonw *w, const struct instance *ti, const struct instance_verdict *back)
{
	enum ti_status as = !back ? ti->row.status : back->outcome == OUTCOME_VERIFIED ? TI_VERIFIED :
		back->outcome == OUTCOME_FAILED ? TI_FAILED : TI_PARTIAL;

	jsonw_str(w, "result", states[as].result);
}

static void resource(struct jsonw *w, const struct report *r, const struct instance *ti)
{
	const struct instance_verdict *back = report_taken_back(ti), *v = back ? back : report_deciding(ti);

	jsonw_object(w, NULL);
	jsonw_str(w, "resourceType", "TestReport");
	if (is_id(ti->row.id))
		fhir_sayf(w, "id", "ti-%s", ti->row.id);
	say_identifier(w, r, ti);
	fhir_sayf(w, "name", "%s %s", ti->row.test, ti->row.id);
	jsonw_str(w, "status", back ? "entered-in-error" : states[ti->row.status].status);
	jsonw_object(w, "testScript");
	jsonw_object(w, "identifier");
	say(w, "value", ti->row.test);
	jsonw_end_object(w);
	fhir_sayf(w, "display", "%s: %s", ti->row.test, ti->row.title);
	jsonw_end_object(w);
	say_state(w, ti, back);
	if (v) {
		say(w, "tester", v->by_name);
		say_time(w, "issued", v->at);
	}
	say_participants(w, r, ti);
	if (has_verdict(ti) || ti->n_steps || ti->n_items) {
		jsonw_array(w, "test");
		say_verdicts(w, ti);
		say_steps(w, ti);
		say_items(w, ti);
		jsonw_end_array(w);
	}
	jsonw_end_object(w);
}

void fhir_begin(struct report *r)
{
	char now[CLOCK_TEXT];

	if (!r->many)
		return;
	clock_format_utc(now, r->now);
	buf_printf(r->out, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"timestamp\":\"%s\"", now);
}

void fhir_add(struct report *r, const struct instance *ti)
{
	struct jsonw w;

	if (r->many) {
		buf_adds(r->out, r->n ? ",\n" : ",\"entry\":[\n");
		jsonw_init(&w, r->out, false);
		jsonw_object(&w, NULL);
		fhir_say_urn(&w, "fullUrl", "ti", r->event, ti->row.id);
		buf_adds(r->out, ",\"resource\":");
	}
	jsonw_init(&w, r->out, !r->many);
	resource(&w, r, ti);
	buf_adds(r->out, r->many ? "}" : "\n");
}

void fhir_end(struct report *r)
{
	if (r->many)
		buf_adds(r->out, r->n ? "\n]}\n" : "}\n");
}
