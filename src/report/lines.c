/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines as GITB ConformanceStatementReport documents and as FHIR TestReports. A line says what the managers' grade says;
 * its tests say how far they are. Layer report; the thread that has the engine.
 */
#include "verdict/report/lines.h"

#include <stdio.h>
#include <string.h>
#include "report_priv.h"

#define DOC_MAX (4u << 20)
#define TEXT_MAX (64u << 10)

struct subject {
	const struct event *event;
	const char *id;
	const char *organisation, *system, *version;
	const struct results_name *profile, *actor;
	const char *option;
	enum grade grade;
	const struct results_detail *detail;
	int64_t now;
};

static const char *name_of(const struct results_name *n)
{
	return *n->name ? n->name : n->id;
}

static void text_of(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void text_of(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	buf_reset(b);
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

static void how_far(struct buf *b, const struct results_line_test *t)
{
	if (t->effective == 0)
		text_of(b, "%s: no peer", t->role);
	else
		text_of(b, "%s: %u of %u counted%s%s", t->role, t->counted, t->effective, t->missing ? "; " : "",
			t->missing ? t->missing : "");
}

/* ---- GITB ---- */

static const char *grade_result(enum grade g)
{
	return g == GRADE_PASSED ? "SUCCESS" : g == GRADE_DID_NOT_COMPLETE ? "FAILURE" : "UNDEFINED";
}

static bool did_fail(const struct results_line_test *t)
{
	return !t->done && t->failed && !t->verified && !t->waiting && !t->partial && !t->running && !t->disputed;
}

static const char *test_result(const struct results_line_test *t)
{
	return t->done ? "SUCCESS" : did_fail(t) ? "FAILURE" : "UNDEFINED";
}

static void named(struct xmlw *w, const char *element, const char *name, const char *description)
{
	xmlw_open(w, element);
	xmlw_element(w, "name", name);
	if (!report_blank(description))
		xmlw_element(w, "description", description);
	xmlw_close(w);
}

static void definition(struct xmlw *w, const struct subject *s)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	xmlw_open(w, "definition");
	xmlw_open(w, "party");
	named(w, "organisation", s->organisation, NULL);
	xmlw_open(w, "system");
	xmlw_element(w, "name", s->system);
	if (!report_blank(s->version))
		xmlw_element(w, "version", s->version);
	xmlw_close(w);
	xmlw_close(w);
	named(w, "domain", s->event->name, NULL);
	text_of(&b, "%s%s%s", s->profile->id, *s->option ? ", option " : "", s->option);
	named(w, "specification", buf_str(&b), s->profile->name);
	named(w, "actor", s->actor->id, s->actor->name);
	xmlw_close(w);
	buf_done(&b);
}

static void summary(struct xmlw *w, const struct subject *s)
{
	static const char *const names[2][3] = { { "succeeded", "failed", "incomplete" },
		{ "succeededIgnored", "failedIgnored", "incompleteIgnored" } };
	unsigned int n[2][3] = { { 0, 0, 0 }, { 0, 0, 0 } };
	char text[16];

	for (size_t i = 0; i < s->detail->n_tests; i++) {
		const struct results_line_test *t = &s->detail->tests[i];

		n[!t->required][t->done ? 0 : did_fail(t) ? 1 : 2]++;
	}
	xmlw_open(w, "summary");
	xmlw_element(w, "status", grade_result(s->grade));
	for (size_t i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "%u", n[i / 3][i % 3]);
		xmlw_element(w, names[i / 3][i % 3], text);
	}
	xmlw_close(w);
}

static void test_case(struct xmlw *w, const struct results_line_test *t)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	xmlw_open(w, "testCase");
	if (!t->required)
		xmlw_attr(w, "optional", "true");
	xmlw_open(w, "metadata");
	text_of(&b, "%s: %s", t->test, t->title);
	xmlw_element(w, "core:name", buf_str(&b));
	xmlw_element(w, "core:type", "INTEROPERABILITY");
	how_far(&b, t);
	xmlw_element(w, "core:description", buf_str(&b));
	xmlw_close(w);
	xmlw_element(w, "result", test_result(t));
	xmlw_close(w);
	buf_done(&b);
}

static void overview(struct xmlw *w, const struct subject *s)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	xmlw_open(w, "testOverview");
	xmlw_open(w, "testSuite");
	xmlw_open(w, "metadata");
	text_of(&b, "%s, %s", name_of(s->profile), name_of(s->actor));
	xmlw_element(w, "core:name", buf_str(&b));
	xmlw_close(w);
	xmlw_element(w, "result", grade_result(s->grade));
	if (s->detail->n_tests) {
		xmlw_open(w, "testCases");
		for (size_t i = 0; i < s->detail->n_tests; i++)
			test_case(w, &s->detail->tests[i]);
		xmlw_close(w);
	}
	xmlw_close(w);
	xmlw_close(w);
	buf_done(&b);
}

static void gitb_line(struct buf *out, const struct subject *s)
{
	char now[CLOCK_TEXT];
	struct xmlw w;

	clock_format_utc(now, s->now);
	xmlw_init(&w, out);
	gitb_root(&w, "ConformanceStatementReport");
	xmlw_open(&w, "metadata");
	xmlw_element(&w, "reportTime", now);
	xmlw_close(&w);
	xmlw_open(&w, "statement");
	xmlw_attr(&w, "id", s->id);
	definition(&w, s);
	summary(&w, s);
	overview(&w, s);
	xmlw_close(&w);
	xmlw_close(&w);
	buf_addc(out, '\n');
}

/* ---- FHIR ---- */

static void fhir_tests(struct jsonw *w, const struct subject *s)
{
	struct buf b;

	if (!s->detail->n_tests)
		return;
	jsonw_array(w, "test");
	for (size_t i = 0; i < s->detail->n_tests; i++) {
		const struct results_line_test *t = &s->detail->tests[i];

		jsonw_object(w, NULL);
		fhir_sayf(w, "name", "%s", t->test);
		fhir_sayf(w, "description", "%s", t->title);
		jsonw_array(w, "action");
		jsonw_object(w, NULL);
		jsonw_object(w, "assert");
		jsonw_str(w, "result", t->done ? "pass" : did_fail(t) ? "fail" : "skip");
		buf_init(&b, TEXT_MAX);
		how_far(&b, t);
		fhir_sayf(w, "message", "%s%s", buf_str(&b), t->required ? "" : "; optional");
		buf_done(&b);
		jsonw_end_object(w);
		jsonw_end_object(w);
		jsonw_end_array(w);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void fhir_line(struct buf *out, const struct subject *s, bool indent)
{
	bool decided = s->grade == GRADE_PASSED || s->grade == GRADE_DID_NOT_COMPLETE;
	struct jsonw w;

	jsonw_init(&w, out, indent);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "resourceType", "TestReport");
	jsonw_object(&w, "identifier");
	jsonw_str(&w, "system", "urn:ietf:rfc:3986");
	fhir_say_urn(&w, "value", "line", s->event, s->id);
	jsonw_end_object(&w);
	fhir_sayf(&w, "name", "%s %s%s%s: %s", s->profile->id, s->actor->id, *s->option ? " " : "", s->option, s->system);
	jsonw_str(&w, "status", decided ? "completed" : s->grade == GRADE_WITHDRAWN ? "stopped" : "in-progress");
	jsonw_object(&w, "testScript");
	jsonw_object(&w, "identifier");
	fhir_sayf(&w, "value", "%s/%s%s%s", s->profile->id, s->actor->id, *s->option ? "/" : "", s->option);
	jsonw_end_object(&w);
	fhir_sayf(&w, "display", "%s, %s", name_of(s->profile), name_of(s->actor));
	jsonw_end_object(&w);
	jsonw_str(&w, "result", s->grade == GRADE_PASSED ? "pass" : s->grade == GRADE_DID_NOT_COMPLETE ? "fail" : "pending");
	jsonw_array(&w, "participant");
	jsonw_object(&w, NULL);
	jsonw_str(&w, "type", "client");
	fhir_say_urn(&w, "uri", "line", s->event, s->id);
	fhir_sayf(&w, "display", "%s: %s", s->organisation, s->system);
	jsonw_end_object(&w);
	jsonw_end_array(&w);
	fhir_tests(&w, s);
	jsonw_end_object(&w);
}

/* ---- one and many ---- */

static const char *organisation_name(struct results *r, uint32_t o)
{
	size_t n;
	const struct organisation *all = results_organisations(&n, r);

	return o == RESULTS_NONE ? "" : all[o].name;
}

static void subject_of_line(struct subject *s, struct results_detail *d, struct arena *a, struct results *r, uint32_t line,
	int64_t now)
{
	const struct results_line *l;
	const struct results_system *system;
	size_t n;

	results_detail(d, a, r, line);
	l = d->line;
	system = &results_systems(&n, r)[l->system];
	*s = (struct subject) { .event = results_event(r), .id = l->id, .system = *system->name ? system->name : system->id,
		.version = system->version, .organisation = organisation_name(r, system->organisation),
		.profile = &results_profiles(&n, r)[l->profile], .actor = &results_actors(&n, r)[l->actor],
		.option = l->option, .grade = l->grade_disputed ? GRADE_NONE : l->grade, .detail = d, .now = now };
}

void report_line(struct buf *out, enum report_format f, struct results *r, uint32_t line, int64_t now)
{
	struct results_detail d;
	struct subject s;
	struct arena a;

	arena_init(&a);
	subject_of_line(&s, &d, &a, r, line, now);
	if (f == REPORT_GITB) {
		gitb_line(out, &s);
	} else {
		fhir_line(out, &s, true);
		buf_addc(out, '\n');
	}
	arena_done(&a);
}

/* An entry of the Bundle, or a member of the archive. */
static void member(struct buf *out, enum report_format f, const struct subject *s, size_t n)
{
	struct buf doc, name;
	struct jsonw w;

	if (f == REPORT_FHIR) {
		buf_adds(out, n ? ",\n" : ",\"entry\":[\n");
		jsonw_init(&w, out, false);
		jsonw_object(&w, NULL);
		fhir_say_urn(&w, "fullUrl", "line", s->event, s->id);
		buf_adds(out, ",\"resource\":");
		fhir_line(out, s, false);
		buf_addc(out, '}');
		return;
	}
	buf_init(&doc, DOC_MAX);
	buf_init(&name, 256);
	gitb_line(&doc, s);
	tar_name(&name, "line-", s->id, ".xml");
	tar_member(out, buf_str(&name), s->now, doc.ptr, doc.len);
	if (doc.err)
		out->err = doc.err;
	buf_done(&name);
	buf_done(&doc);
}

void report_lines(struct buf *out, enum report_format f, struct results *r, int64_t now)
{
	struct results_detail d;
	struct report report;
	struct subject s;
	struct arena a;
	size_t n;

	report_begin(&report, out, f, true, results_event(r), now);
	arena_init(&a);
	results_lines(&n, r);
	for (size_t i = 0; i < n && !out->err; i++) {
		arena_reset(&a);
		subject_of_line(&s, &d, &a, r, (uint32_t)i, now);
		member(out, f, &s, report.n++);
	}
	arena_done(&a);
	report_end(&report);
}
