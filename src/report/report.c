/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One report from its begin to its end, whatever the format; and what the writers share. Layer report; the thread
 * that owns the buffer.
 */
#include "report_priv.h"

#include <string.h>

#define ITEM_MAX (16u << 20)

static const struct {
	const char *name, *type, *types, *suffix, *suffixes;	/* of one, of many */
} formats[REPORT_FORMATS] = {
	[REPORT_JSON] = { "json", "application/json", "application/json", ".json", ".json" },
	[REPORT_FHIR] = { "fhir", "application/fhir+json", "application/fhir+json", ".fhir.json", ".fhir.json" },
	[REPORT_GITB] = { "gitb", "application/xml", "application/x-tar", ".gitb.xml", ".gitb.tar" },
	[REPORT_SQL] = { "gazelle", "application/sql", "application/sql", ".gazelle.sql", ".gazelle.sql" },
	[REPORT_SOAP] = { "gazelle-soap", "application/xml", "application/xml", ".gazelle.xml", ".gazelle.xml" },
	[REPORT_CSV] = { "csv", "text/csv; charset=utf-8", "text/csv; charset=utf-8", ".csv", ".csv" },
};

const char *report_format_name(enum report_format f)
{
	return formats[f].name;
}

int report_format_parse(const char *word)
{
	for (int i = 0; i < REPORT_FORMATS; i++)
		if (strcmp(formats[i].name, word) == 0)
			return i;
	return -1;
}

const char *report_media_type(enum report_format f, bool many)
{
	return many ? formats[f].types : formats[f].type;
}

const char *report_suffix(enum report_format f, bool many)
{
	return many ? formats[f].suffixes : formats[f].suffix;
}

bool report_blank(const char *s)
{
	return !s || !s[strspn(s, " \t\r\n")];
}

const struct instance_verdict *report_deciding(const struct instance *ti)
{
	const struct instance_verdict *found = NULL;

	for (size_t i = 0; i < ti->n_verdicts; i++) {
		const struct instance_verdict *v = &ti->verdicts[i];

		if (v->leaf && v->counted && (!found || v->at >= found->at))
			found = v;
	}
	return found;
}

const struct instance_verdict *report_taken_back(const struct instance *ti)
{
	const struct instance_verdict *found = NULL;

	if (report_deciding(ti))
		return NULL;
	for (size_t i = 0; i < ti->n_verdicts; i++)
		if (ti->verdicts[i].withdrawn && (!found || ti->verdicts[i].at >= found->at))
			found = &ti->verdicts[i];
	return found;
}

int64_t report_started(const struct instance *ti, int64_t now)
{
	if (ti->n_history && ti->history[0].at > 0)
		return ti->history[0].at;
	return ti->row.since > 0 ? ti->row.since : now;
}

bool report_initiates(const struct instance *ti, const struct participant *p)
{
	for (size_t i = 0; i < ti->n_steps; i++)
		if (strcmp(ti->steps[i].kind, "request") == 0)
			return strcmp(ti->steps[i].from, p->role) == 0;
	return ti->n_steps && strcmp(ti->steps[0].from, p->role) == 0;
}

/* RFC 4648, the alphabet for URLs, without padding. */
static void digest_url(struct buf *out, const struct digest *d)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned int bits = 0, have = 0;

	for (size_t i = 0; i < sizeof(d->b); i++) {
		bits = bits << 8 | d->b[i];
		for (have += 8; have >= 6; have -= 6)
			buf_addc(out, letters[bits >> (have - 6) & 63]);
	}
	buf_addc(out, letters[bits << (6 - have) & 63]);
}

/* Only what a URI may hold; anything else in an address is percent-encoded. */
static void uri_bytes(struct buf *out, const char *s, const char *also)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *s; s++) {
		if (strchr(plain, *s) || strchr(also, *s))
			buf_addc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
	}
}

void report_evidence_uri(struct buf *out, const struct evidence_item *e)
{
	if (e->url && (strncmp(e->url, "https://", 8) == 0 || strncmp(e->url, "http://", 7) == 0)) {
		uri_bytes(out, e->url, ":/?#[]@!$&'()*+,;=%");
		return;
	}
	buf_adds(out, "ni:///sha-256;");
	digest_url(out, &e->sha256);
}

void report_urn(struct buf *out, const char *kind, const struct event *e, const char *id)
{
	buf_printf(out, "urn:x-verdict:%s:", kind);
	uri_bytes(out, e->id, "");
	buf_addc(out, ':');
	uri_bytes(out, id, "");
}

void report_begin(struct report *r, struct buf *out, enum report_format f, bool many, const struct event *e, int64_t now)
{
	*r = (struct report){ .format = f, .many = many, .out = out, .event = e, .now = now };
	if (f == REPORT_JSON)
		buf_addc(out, '[');
	else if (f == REPORT_CSV)
		csv_begin(r);
	else if (f == REPORT_FHIR)
		fhir_begin(r);
	else if (f == REPORT_SQL || f == REPORT_SOAP)
		gazelle_begin(r);
}

static void add_gitb(struct report *r, const struct instance *ti)
{
	struct buf xml, name;

	if (!r->many) {
		gitb_instance(r->out, r->event, ti, r->now);
		return;
	}
	buf_init(&xml, ITEM_MAX);
	buf_init(&name, 256);
	gitb_instance(&xml, r->event, ti, r->now);
	tar_name(&name, "ti-", ti->row.id, ".xml");
	tar_member(r->out, buf_str(&name), r->now, xml.ptr, xml.len);
	if (xml.err)
		r->out->err = xml.err;
	buf_done(&name);
	buf_done(&xml);
}

static void add_json(struct report *r, const struct instance *ti)
{
	struct jsonw w;

	buf_adds(r->out, r->n ? ",\n" : "\n");
	jsonw_init(&w, r->out, false);
	report_json_instance(&w, ti, r->now, true);
}

void report_add(struct report *r, const struct instance *ti)
{
	switch (r->format) {
	case REPORT_FHIR: fhir_add(r, ti); break;
	case REPORT_GITB: add_gitb(r, ti); break;
	case REPORT_CSV: csv_add(r, ti); break;
	case REPORT_SQL:
	case REPORT_SOAP: gazelle_add(r, ti); break;
	default: add_json(r, ti);
	}
	r->n++;
}

void report_end(struct report *r)
{
	if (r->format == REPORT_JSON)
		buf_adds(r->out, r->n ? "\n]\n" : "]\n");
	else if (r->format == REPORT_FHIR)
		fhir_end(r);
	else if (r->format == REPORT_SQL || r->format == REPORT_SOAP)
		gazelle_end(r);
	else if (r->format == REPORT_GITB && r->many)
		tar_end(r->out);
}
