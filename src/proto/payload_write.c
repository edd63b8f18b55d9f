/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payload of a record as JSON text (doc/PROTOCOL.md, Payload). Written once, signed, and from then on kept
 * byte for byte. Layer: proto. Any thread.
 */
#include "verdict/proto/payload.h"

#include <inttypes.h>
#include <stdio.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "payload_priv.h"

static void write_digest(struct jsonw *w, const char *key, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	jsonw_str(w, key, hex);
}

static void write_text(struct jsonw *w, const char *key, const char *value)
{
	if (value)
		jsonw_str(w, key, value);
}

static void write_head(struct jsonw *w, const struct record *rec)
{
	char hlc[HLC_TEXT], when[CLOCK_TEXT];

	jsonw_int(w, "v", PAYLOAD_VERSION);
	jsonw_str(w, "t", rec->kind == RECORD_UNKNOWN ? rec->kind_name : record_kind_name(rec->kind));
	jsonw_str(w, "ev", rec->event);
	jsonw_str(w, "rep", rec->replica);
	jsonw_int(w, "n", (int64_t)rec->n);
	if (rec->has_prev)
		write_digest(w, "prev", &rec->prev);
	jsonw_str(w, "who", rec->who);
	snprintf(hlc, sizeof(hlc), "%012" PRIx64 "-%04" PRIx64, rec->hlc >> 16, rec->hlc & 0xffff);
	jsonw_str(w, "hlc", hlc);
	clock_format_utc(when, rec->at);
	jsonw_str(w, "at", when);
	clock_format_offset(when, rec->tz_min);
	jsonw_str(w, "tz", when);
}

static void write_subject(struct jsonw *w, const struct record *rec)
{
	jsonw_object(w, "subj");
	write_text(w, "ti", rec->ti);
	write_text(w, "line", rec->line);
	jsonw_end_object(w);
	jsonw_array(w, "base");
	for (size_t i = 0; i < rec->n_base; i++)
		write_digest(w, NULL, &rec->base[i]);
	jsonw_end_array(w);
	if (rec->fence) {
		jsonw_object(w, "claim");
		jsonw_int(w, "fence", (int64_t)rec->fence);
		jsonw_end_object(w);
	}
}

static void write_steps(struct jsonw *w, const struct record *rec)
{
	if (!rec->n_steps)
		return;
	jsonw_array(w, "steps");
	for (size_t i = 0; i < rec->n_steps; i++) {
		jsonw_object(w, NULL);
		jsonw_int(w, "n", rec->steps[i].n);
		jsonw_str(w, "mark", step_mark_name(rec->steps[i].mark));
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_ticks(struct jsonw *w, const struct record *rec)
{
	if (!rec->n_ticks)
		return;
	jsonw_array(w, "ticks");
	for (size_t i = 0; i < rec->n_ticks; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "id", rec->ticks[i].id);
		jsonw_str(w, "state", item_state_name(rec->ticks[i].state));
		if (rec->ticks[i].by_check)
			jsonw_str(w, "by", "check");
		write_text(w, "reason", rec->ticks[i].reason);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_looked(struct jsonw *w, const struct record *rec)
{
	if (!rec->n_looked)
		return;
	jsonw_array(w, "looked");
	for (size_t i = 0; i < rec->n_looked; i++) {
		jsonw_object(w, NULL);
		write_digest(w, "sha256", &rec->looked[i].sha256);
		jsonw_int(w, "size", rec->looked[i].size);
		write_text(w, "name", rec->looked[i].name);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_decision(struct jsonw *w, const struct record *rec)
{
	jsonw_str(w, "outcome", outcome_name(rec->outcome));
	if (rec->correction)
		jsonw_bool(w, "correction", true);
	jsonw_object(w, "seen");
	jsonw_str(w, "status", ti_status_name(rec->seen_status));
	jsonw_int(w, "revision", rec->revision);
	jsonw_end_object(w);
	write_steps(w, rec);
	write_ticks(w, rec);
	write_looked(w, rec);
}

static void write_finding(struct jsonw *w, const struct record *rec)
{
	jsonw_str(w, "severity", severity_name(rec->severity));
	if (rec->has_evidence) {
		write_digest(w, "evidence", &rec->evidence);
		jsonw_int(w, "offset", rec->offset);
	}
	write_text(w, "path", rec->path);
	write_text(w, "gap", rec->gap);
}

/* Taken back: readers of before `back` take it for the grade that says least. */
static void write_grade(struct jsonw *w, const char *grade)
{
	bool back = grade && strcmp(grade, grade_name(GRADE_NONE)) == 0;

	jsonw_str(w, "grade", back ? grade_name(GRADE_NOT_GRADED) : grade);
	if (back)
		jsonw_bool(w, "back", true);
}

static void write_body(struct jsonw *w, const struct record *rec)
{
	unsigned int has = payload_fields(rec->kind);

	jsonw_object(w, "body");
	if (has & FIELDS_DECISION)
		write_decision(w, rec);
	if (has & FIELDS_FINDING)
		write_finding(w, rec);
	if (has & FIELD_GRADE)
		write_grade(w, rec->grade);
	if (has & FIELD_TTL)
		jsonw_int(w, "ttl", rec->ttl_s);
	if (has & FIELD_OF && rec->has_of)
		write_digest(w, "of", &rec->of);
	if (has & FIELD_TEXT)
		write_text(w, "text", rec->text);
	jsonw_end_object(w);
}

enum status payload_format(struct buf *out, const struct record *rec)
{
	struct jsonw w;
	size_t start = out->len;

	if (rec->n_base > RECORD_BASE_MAX || rec->n_looked > RECORD_LOOKED_MAX
	    || rec->n_steps > PAYLOAD_LIST_MAX || rec->n_ticks > PAYLOAD_LIST_MAX)
		return status_set(STATUS_LIMIT, "record: more references than one record may hold");
	if (rec->text && strlen(rec->text) > RECORD_REASON_MAX)
		return status_set(STATUS_LIMIT, "record: text of %zu bytes, at most %d fit",
			strlen(rec->text), RECORD_REASON_MAX);
	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	write_head(&w, rec);
	write_subject(&w, rec);
	write_body(&w, rec);
	jsonw_end_object(&w);
	if (out->err || out->len - start > RECORD_PAYLOAD_MAX)
		return status_set(STATUS_LIMIT, "record: payload over %d bytes", RECORD_PAYLOAD_MAX);
	return STATUS_OK;
}
