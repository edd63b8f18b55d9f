/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The published results in the forms of others: FHIR R4, a TestReport for each pass in one Bundle; GITB, a
 * ConformanceStatementReport for each in one archive. As much as the pages say, and no more. Layer: site. Any thread.
 */
#include "site_priv.h"

#include <stdio.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/report/tar.h"
#include "verdict/report/xmlw.h"

#define TR "http://www.gitb.com/tr/v1/"
#define CORE "http://www.gitb.com/core/v1/"
#define STATEMENT_MAX (64u << 10)

static const char *actor_id(const struct site_facts *f, uint32_t i)
{
	return i < f->n_actors ? f->actors[i].id : "";
}

/* "urn:x-verdict:pass:EVENT:O01:MHD:DOC_SOURCE" */
static void put_urn(struct buf *out, const struct site_facts *f, const char *kind, const struct results_pass *p)
{
	buf_printf(out, "urn:x-verdict:%s:", kind);
	put_code(out, f->event.id);
	buf_addc(out, ':');
	put_code(out, f->organisations[p->organisation].id);
	if (kind[0] != 'p')
		return;
	buf_addc(out, ':');
	put_code(out, profile_id(f, p->profile));
	buf_addc(out, ':');
	put_code(out, actor_id(f, p->actor));
}

static void json_urn(struct jsonw *w, const char *key, const struct site_facts *f, const char *kind, const struct results_pass *p)
{
	struct buf b;

	buf_init(&b, 4096);
	put_urn(&b, f, kind, p);
	jsonw_str(w, key, buf_str(&b));
	buf_done(&b);
}

static void json_clean(struct jsonw *w, const char *key, const char *first, const char *second)
{
	struct buf b;

	buf_init(&b, 64 * 1024);
	clean_text(&b, first);
	if (second) {
		buf_addc(&b, ' ');
		clean_text(&b, second);
	}
	jsonw_str(w, key, buf_str(&b));
	buf_done(&b);
}

/* FHIR has no word but client and server for who was tested; what is graded is a profile and an actor, no script. */
static void fhir_pass(struct jsonw *w, const struct site_facts *f, size_t i)
{
	const struct results_pass *p = &f->passes[i];
	const char *profile = profile_id(f, p->profile), *actor = actor_name(f, p->actor);
	char id[32], at[CLOCK_TEXT];

	clock_format_utc(at, f->now);
	jsonw_object(w, NULL);
	json_urn(w, "fullUrl", f, "pass", p);
	jsonw_object(w, "resource");
	jsonw_str(w, "resourceType", "TestReport");
	snprintf(id, sizeof(id), "pass-%zu", i + 1);
	jsonw_str(w, "id", id);
	json_clean(w, "name", profile, actor);
	jsonw_str(w, "status", "completed");
	jsonw_object(w, "testScript");
	json_clean(w, "display", profile, actor);
	jsonw_end_object(w);
	jsonw_str(w, "result", "pass");
	jsonw_str(w, "issued", at);
	jsonw_array(w, "participant");
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "client");
	json_urn(w, "uri", f, "organisation", p);
	json_clean(w, "display", f->organisations[p->organisation].name, NULL);
	jsonw_end_object(w);
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_end_object(w);
}

void data_fhir(struct buf *out, const struct site_facts *f)
{
	char at[CLOCK_TEXT];
	struct jsonw w;

	clock_format_utc(at, f->now);
	jsonw_init(&w, out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "resourceType", "Bundle");
	jsonw_str(&w, "type", "collection");
	jsonw_str(&w, "timestamp", at);
	if (f->n_passes) {	/* FHIR knows no empty list */
		jsonw_array(&w, "entry");
		for (size_t i = 0; i < f->n_passes; i++)
			fhir_pass(&w, f, i);
		jsonw_end_array(&w);
	}
	jsonw_end_object(&w);
	buf_addc(out, '\n');
}

static void named(struct xmlw *w, const char *element, const char *name, const char *description)
{
	xmlw_open(w, element);
	xmlw_element(w, "name", name);
	if (description)
		xmlw_element(w, "description", description);
	xmlw_close(w);
}

static void definition(struct xmlw *w, const struct site_facts *f, const struct results_pass *p)
{
	xmlw_open(w, "definition");
	xmlw_open(w, "party");
	named(w, "organisation", f->organisations[p->organisation].name, NULL);
	named(w, "system", "not published", NULL);	/* results are the organisation's */
	xmlw_close(w);
	named(w, "domain", f->event.name, NULL);
	named(w, "specification", profile_id(f, p->profile), profile_name(f, p->profile));
	named(w, "actor", actor_id(f, p->actor), actor_name(f, p->actor));
	xmlw_close(w);
}

/* Of the line as a whole: its tests are not published. */
static void summary(struct xmlw *w, const struct site_facts *f, const struct results_pass *p)
{
	static const char *const none[] = { "failed", "incomplete", "succeededIgnored", "failedIgnored", "incompleteIgnored" };

	xmlw_open(w, "summary");
	xmlw_element(w, "status", "SUCCESS");
	xmlw_element(w, "succeeded", "1");
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		xmlw_element(w, none[i], "0");
	xmlw_close(w);
	xmlw_open(w, "testOverview");
	xmlw_open(w, "testSuite");
	xmlw_open(w, "metadata");
	xmlw_element(w, "core:name", profile_id(f, p->profile));
	xmlw_close(w);
	xmlw_element(w, "result", "SUCCESS");
	xmlw_close(w);
	xmlw_close(w);
}

static void gitb_pass(struct buf *out, const struct site_facts *f, const struct results_pass *p)
{
	char at[CLOCK_TEXT];
	struct xmlw w;

	clock_format_utc(at, f->now);
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	xmlw_init(&w, out);
	xmlw_open(&w, "ConformanceStatementReport");
	xmlw_attr(&w, "xmlns", TR);
	xmlw_attr(&w, "xmlns:core", CORE);
	xmlw_open(&w, "metadata");
	xmlw_element(&w, "reportTime", at);
	xmlw_close(&w);
	xmlw_open(&w, "statement");
	definition(&w, f, p);
	summary(&w, f, p);
	xmlw_close(&w);
	xmlw_close(&w);
	buf_addc(out, '\n');
}

void data_gitb(struct buf *out, const struct site_facts *f)
{
	struct buf one, name;

	buf_init(&one, STATEMENT_MAX);
	buf_init(&name, 4096);
	for (size_t i = 0; i < f->n_passes; i++) {
		char prefix[32];

		buf_reset(&one);
		buf_reset(&name);
		gitb_pass(&one, f, &f->passes[i]);
		snprintf(prefix, sizeof(prefix), "%04zu-", i + 1);
		tar_name(&name, prefix, f->organisations[f->passes[i].organisation].id, ".xml");
		tar_member(out, buf_str(&name), f->now, buf_str(&one), one.len);
		if (one.err || name.err)
			out->err = STATUS_LIMIT;
	}
	tar_end(out);
	buf_done(&one);
	buf_done(&name);
}
