/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIs as GITB TestCaseOverviewReport documents (namespace tr/v1 as of ITB 1.29, which added sessionId). GITB has no
 * result for "partially verified" or "disputed": these are UNDEFINED and a message says which. Layer report; the
 * thread that owns the buffer.
 */
#include "report_priv.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX (256u << 10)

static const char *result_of(enum ti_status s)
{
	return s == TI_VERIFIED ? "SUCCESS" : s == TI_FAILED ? "FAILURE" : "UNDEFINED";
}

static void element_time(struct xmlw *w, const char *name, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	xmlw_element(w, name, text);
}

static void elementf(struct xmlw *w, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void elementf(struct xmlw *w, const char *name, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, TEXT_MAX);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	xmlw_element(w, name, buf_str(&b));
	buf_done(&b);
}

static void metadata(struct xmlw *w, const struct instance *ti)
{
	xmlw_open(w, "metadata");
	elementf(w, "core:name", "%s: %s", ti->row.test, ti->row.title);
	xmlw_element(w, "core:type", "INTEROPERABILITY");
	if (!report_blank(ti->test.description))
		xmlw_element(w, "core:description", ti->test.description);
	xmlw_close(w);
}

static void messages(struct xmlw *w, const struct instance *ti)
{
	if (ti->row.status != TI_VERIFIED && ti->row.status != TI_FAILED)
		elementf(w, "message", "The test instance is %s.", ti_status_label(ti->row.status));
	if (ti->row.stale)
		xmlw_element(w, "message", "Something changed since the verdict.");
	for (size_t i = 0; i < ti->n_verdicts; i++) {
		const struct instance_verdict *v = &ti->verdicts[i];

		if (v->leaf && v->counted)
			elementf(w, "message", "%s, %s%s%s", outcome_label(v->outcome), v->by_name,
				report_blank(v->reason) ? "" : ": ", v->reason);
	}
	for (size_t i = 0; i < ti->n_participants; i++) {
		const struct participant *p = &ti->participants[i];

		elementf(w, "message", "%s: %s, %s", p->role, *p->system_name ? p->system_name : p->system,
			p->organisation_name);
	}
}

static void evidence(struct xmlw *w, const struct instance *ti, unsigned int step)
{
	bool any = false;
	struct buf b;

	for (size_t i = 0; i < ti->n_evidence; i++) {
		const struct evidence_item *e = &ti->evidence[i];

		if (e->step != step)
			continue;
		if (!any)
			xmlw_open(w, "context");
		any = true;
		buf_init(&b, TEXT_MAX);
		report_evidence_uri(&b, e);
		xmlw_open(w, "core:item");
		xmlw_attr(w, "name", e->name);
		xmlw_attr(w, "embeddingMethod", "URI");
		xmlw_element(w, "core:value", buf_str(&b));
		xmlw_close(w);
		buf_done(&b);
	}
	if (any)
		xmlw_close(w);
}

static void begin_step(struct xmlw *w, const char *id, int64_t at, const char *result, const char *name)
{
	xmlw_open(w, "report");
	xmlw_attr(w, "xsi:type", "TAR");
	xmlw_attr(w, "id", id);
	if (name && *name)
		xmlw_attr(w, "name", name);
	element_time(w, "date", at);
	xmlw_element(w, "result", result);
}

static void step(struct xmlw *w, const struct instance *ti, const struct instance_step *s, int64_t at)
{
	const char *result = s->mark == MARK_VERIFIED ? "SUCCESS" : s->mark == MARK_FAILED ? "FAILURE" : "UNDEFINED";
	char id[16];

	snprintf(id, sizeof(id), "%u", s->n);
	xmlw_open(w, "step");
	xmlw_attr(w, "id", id);
	elementf(w, "description", "%s \xe2\x86\x92 %s: %s", s->from, s->to, s->text);
	begin_step(w, id, at, result, s->transaction);
	evidence(w, ti, s->n);
	xmlw_close(w);
	xmlw_close(w);
}

static void counters(struct xmlw *w, const struct instance *ti)
{
	unsigned int overruled = 0;
	char text[24];

	for (size_t i = 0; i < ti->n_items; i++)
		overruled += ti->items[i].state == ITEM_OVERRULED;
	xmlw_open(w, "counters");
	snprintf(text, sizeof(text), "%zu", ti->n_items);
	xmlw_element(w, "nrOfAssertions", text);
	xmlw_element(w, "nrOfErrors", "0");
	snprintf(text, sizeof(text), "%u", overruled);
	xmlw_element(w, "nrOfWarnings", text);
	xmlw_close(w);
}

/* The check-off list as one more step; what hangs on the TI and no step goes with it. */
static void checklist(struct xmlw *w, const struct instance *ti, int64_t at)
{
	bool loose = false;

	for (size_t i = 0; i < ti->n_evidence && !loose; i++)
		loose = ti->evidence[i].step == 0;
	if (!ti->n_items && !loose)
		return;
	xmlw_open(w, "step");
	xmlw_attr(w, "id", "checklist");
	xmlw_element(w, "description", "Check-off list of the monitor");
	begin_step(w, "checklist", at, result_of(ti->row.status), NULL);
	if (ti->n_items)
		counters(w, ti);
	evidence(w, ti, 0);
	if (ti->n_items)
		xmlw_open(w, "reports");
	for (size_t i = 0; i < ti->n_items; i++) {
		const struct instance_item *item = &ti->items[i];

		xmlw_open(w, item->state == ITEM_OVERRULED ? "warning" : "info");
		xmlw_attr(w, "xsi:type", "BAR");
		if (!report_blank(item->item.id))
			xmlw_element(w, "assertionID", item->item.id);
		xmlw_element(w, "description", item->item.text);
		xmlw_element(w, "value", item_state_name(item->state));
		xmlw_close(w);
	}
	if (ti->n_items)
		xmlw_close(w);
	xmlw_close(w);
	xmlw_close(w);
}

void gitb_root(struct xmlw *w, const char *name)
{
	buf_adds(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	xmlw_open(w, name);
	xmlw_attr(w, "xmlns", "http://www.gitb.com/tr/v1/");
	xmlw_attr(w, "xmlns:core", "http://www.gitb.com/core/v1/");
	xmlw_attr(w, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
}

void gitb_instance(struct buf *out, const struct event *e, const struct instance *ti, int64_t now)
{
	const struct instance_verdict *v = report_deciding(ti);
	int64_t began = report_started(ti, now), at = v ? v->at : began;
	struct xmlw w;

	xmlw_init(&w, out);
	gitb_root(&w, "TestCaseOverviewReport");
	xmlw_attr(&w, "id", ti->row.test);
	metadata(&w, ti);
	elementf(&w, "sessionId", "%s/%s", e->id, ti->row.id);
	element_time(&w, "startTime", began);
	if (v && (ti->row.status == TI_VERIFIED || ti->row.status == TI_FAILED))
		element_time(&w, "endTime", at);
	xmlw_element(&w, "result", result_of(ti->row.status));
	messages(&w, ti);
	xmlw_open(&w, "steps");
	for (size_t i = 0; i < ti->n_steps; i++)
		step(&w, ti, &ti->steps[i], at);
	checklist(&w, ti, at);
	xmlw_close(&w);
	xmlw_close(&w);
	buf_addc(out, '\n');
}
