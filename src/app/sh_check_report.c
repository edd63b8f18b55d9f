/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `verdict check` found, for other programs: a FHIR R4 OperationOutcome, and a test assertion report (TAR)
 * of the GITB test bed, its elements in the order of gitb_tr.xsd. Layer app, in the caller's process.
 */
#include "check_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

static void put_issue(struct jsonw *w, const struct checked *c, const struct reader_finding *f)
{
	static const char *const words[] = { "information", "warning", "error" };
	struct buf b;

	jsonw_object(w, NULL);
	jsonw_str(w, "severity", words[f->severity]);
	jsonw_str(w, "code", strcmp(f->id, "DOC-01") == 0 ? "structure" : "business-rule");
	jsonw_object(w, "details");
	jsonw_array(w, "coding");
	jsonw_object(w, NULL);
	jsonw_str(w, "code", f->id);
	jsonw_end_object(w);
	jsonw_end_array(w);
	jsonw_str(w, "text", f->text);
	jsonw_end_object(w);
	buf_init(&b, 16384);
	buf_printf(&b, "%s, byte %llu%s%s%s%s (%s)", c->name, (unsigned long long)f->offset, *f->path ? ", " : "",
		f->path, *f->detail ? ": " : "", f->detail, f->source);
	jsonw_strn(w, "diagnostics", buf_str(&b), b.len);
	buf_done(&b);
	if (sh_check_is_fhir(c->info.kind) && *f->path) {
		jsonw_array(w, "expression");
		jsonw_str(w, NULL, f->path);
		jsonw_end_array(w);
	}
	jsonw_end_object(w);
}

void sh_check_outcome(struct shell *sh, const struct checked *files, size_t n)
{
	size_t i, k, issues = 0;
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "resourceType", "OperationOutcome");
	jsonw_array(&w, "issue");
	for (i = 0; i < n; i++)
		for (k = 0; k < files[i].report.n_findings; k++, issues++)
			put_issue(&w, &files[i], &files[i].report.findings[k]);
	if (!issues) {		/* one issue at least */
		jsonw_object(&w, NULL);
		jsonw_str(&w, "severity", "information");
		jsonw_str(&w, "code", "informational");
		jsonw_object(&w, "details");
		jsonw_str(&w, "text", n ? "The checks found nothing." : "No file was looked at.");
		jsonw_end_object(&w);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

/* Text of an element or attribute: markup escaped, what XML 1.0 cannot hold shown by name. */
static void put_escaped(struct shell *sh, const char *s)
{
	struct buf b;
	size_t i;

	buf_init(&b, 65536);
	text_neutralise(&b, s, strlen(s), false);
	for (i = 0; i < b.len; i++) {
		const char *ent = b.ptr[i] == '<' ? "&lt;" : b.ptr[i] == '>' ? "&gt;" : b.ptr[i] == '&' ? "&amp;"
			: b.ptr[i] == '"' ? "&quot;" : NULL;

		if (ent)
			buf_adds(&sh->out, ent);
		else
			buf_addc(&sh->out, b.ptr[i]);
	}
	buf_done(&b);
}

static void element(struct shell *sh, int depth, const char *name, const char *text)
{
	buf_fill(&sh->out, ' ', (size_t)depth * 2);
	sh_printf(sh, "<%s>", name);
	put_escaped(sh, text);
	sh_printf(sh, "</%s>\n", name);
}

static void put_bar(struct shell *sh, const struct checked *c, const struct reader_finding *f)
{
	static const char *const words[] = { "info", "warning", "error" };
	struct buf b;

	sh_printf(sh, "    <%s xsi:type=\"BAR\">\n", words[f->severity]);
	element(sh, 3, "assertionID", f->id);
	element(sh, 3, "description", f->text);
	buf_init(&b, 16384);
	buf_printf(&b, "%s:%llu%s%s", c->name, (unsigned long long)f->offset, *f->path ? ":" : "", f->path);
	element(sh, 3, "location", buf_str(&b));
	buf_done(&b);
	element(sh, 3, "test", f->source);
	if (*f->detail)
		element(sh, 3, "value", f->detail);
	sh_printf(sh, "    </%s>\n", words[f->severity]);
}

void sh_check_tar(struct shell *sh, const struct checked *files, size_t n)
{
	unsigned int errors = 0, warnings = 0, notes = 0;
	char now[CLOCK_TEXT];
	size_t i, k;

	for (i = 0; i < n; i++) {
		errors += files[i].report.errors;
		warnings += files[i].report.warnings;
		notes += files[i].report.notes;
	}
	clock_format_utc(now, clock_wall_ms());
	sh_printf(sh, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<TestStepReport xmlns=\"http://www.gitb.com/tr/v1/\" xmlns:core=\"http://www.gitb.com/core/v1/\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"TAR\">\n");
	element(sh, 1, "date", now);
	element(sh, 1, "result", !n ? "UNDEFINED" : errors ? "FAILURE" : warnings ? "WARNING" : "SUCCESS");
	sh_printf(sh, "  <overview>\n");
	element(sh, 2, "validationServiceName", "verdict check");
	sh_printf(sh, "  </overview>\n  <counters>\n    <nrOfAssertions>%u</nrOfAssertions>\n"
		"    <nrOfErrors>%u</nrOfErrors>\n    <nrOfWarnings>%u</nrOfWarnings>\n  </counters>\n",
		notes, errors, warnings);
	sh_printf(sh, "  <context>\n");
	for (i = 0; i < n; i++) {
		sh_printf(sh, "    <core:item name=\"file\" embeddingMethod=\"STRING\"><core:value>");
		put_escaped(sh, files[i].name);
		sh_printf(sh, "</core:value></core:item>\n");
	}
	sh_printf(sh, "  </context>\n");
	if (errors + warnings + notes) {
		sh_printf(sh, "  <reports>\n");
		for (i = 0; i < n; i++)
			for (k = 0; k < files[i].report.n_findings; k++)
				put_bar(sh, &files[i], &files[i].report.findings[k]);
		sh_printf(sh, "  </reports>\n");
	}
	sh_printf(sh, "</TestStepReport>\n");
}
