/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of payloads (doc/PROTOCOL.md, Payload): ceilings before the parser runs, then every field
 * with its type and range, named in the message. Layer: proto. Any thread.
 */
#include "verdict/proto/payload.h"

#include <string.h>
#include "payload_priv.h"
#include "strict_priv.h"

static const unsigned int kind_fields[RECORD_KIND_COUNT] = {
	[RECORD_VERDICT] = NEED_TI | FIELDS_DECISION | FIELD_TEXT,
	[RECORD_WITHDRAWAL] = NEED_TI | FIELD_OF | NEED_OF | FIELD_TEXT,
	[RECORD_COMMENT] = NEED_TI | FIELD_TEXT | NEED_TEXT,
	[RECORD_FINDING] = FIELDS_FINDING | FIELD_TEXT | NEED_TEXT,
	[RECORD_CLAIM] = NEED_TI | FIELD_TTL | FIELD_TEXT,
	[RECORD_RELEASE] = NEED_TI | FIELD_TEXT,
	[RECORD_RESOLUTION] = NEED_TI | FIELDS_DECISION | FIELD_OF | FIELD_TEXT,
	[RECORD_GRADE] = NEED_LINE | FIELD_GRADE | FIELD_TEXT,
	[RECORD_CERTIFICATE] = FIELD_TEXT,
	[RECORD_REVOCATION] = FIELD_OF | FIELD_TEXT,
	[RECORD_REISSUE] = FIELD_OF | NEED_OF | FIELD_TEXT,
};

unsigned int payload_fields(enum record_kind kind)
{
	return kind < RECORD_KIND_COUNT ? kind_fields[kind] : 0;
}

static int parse_outcome_exact(const char *word)	/* no prefixes, and not "none" */
{
	for (int o = OUTCOME_VERIFIED; o <= OUTCOME_FAILED; o++)
		if (strcmp(word, outcome_name(o)) == 0)
			return o;
	return -1;
}

static void read_kind(struct strict *r, struct record *rec, const json_t *root)
{
	rec->kind_name = strict_need_id(r, root, "t");
	rec->kind = record_kind_parse(rec->kind_name);
}

static void read_replica(struct strict *r, struct record *rec, const json_t *root)
{
	rec->replica = strict_need_key_id(r, root, "rep");
	rec->n = (uint64_t)strict_get_int(r, root, "n", 1, INT64_MAX, true);
	rec->has_prev = strict_get_digest(r, &rec->prev, root, "prev", false);
	if (rec->has_prev != (rec->n > 1))
		strict_fail(r, "prev", rec->has_prev ? "the first record of a chain has none" : "is missing");
}

static bool hex_part(uint64_t *out, const char *p, size_t digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		const char *at = p[i] ? strchr("0123456789abcdef", p[i]) : NULL;

		if (!at)
			return false;
		value = value << 4 | (uint64_t)(at - "0123456789abcdef");
	}
	*out = value;
	return true;
}

static void read_hlc(struct strict *r, struct record *rec, const json_t *root)
{
	const char *text = strict_peek_text(r, root, "hlc", HLC_TEXT - 1, true);
	uint64_t ms = 0, counter = 0;

	if (!text)
		return;
	if (strlen(text) != HLC_TEXT - 1 || text[12] != '-'
	    || !hex_part(&ms, text, 12) || !hex_part(&counter, text + 13, 4))
		strict_fail(r, "hlc", "want 12 and 4 hexadecimal digits, such as 01986c2f3a10-0003");
	rec->hlc = ms << 16 | counter;
}

static bool two_digits(int *out, const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + p[1] - '0';
	return true;
}

static void read_time(struct strict *r, struct record *rec, const json_t *root)
{
	const char *tz = strict_peek_text(r, root, "tz", 6, true);
	int hours = 0, minutes = 0;

	rec->at = strict_need_time(r, root, "at");
	if (!tz)
		return;
	if (strlen(tz) != 6 || (tz[0] != '+' && tz[0] != '-') || tz[3] != ':'
	    || !two_digits(&hours, tz + 1) || !two_digits(&minutes, tz + 4) || hours > 18 || minutes > 59)
		strict_fail(r, "tz", "want an offset such as +09:00");
	rec->tz_min = (hours * 60 + minutes) * (tz[0] == '-' ? -1 : 1);
}

static void read_base(struct strict *r, struct record *rec, const json_t *root)
{
	const json_t *list = strict_get_list(r, &rec->n_base, root, "base", RECORD_BASE_MAX);

	rec->base = arena_array(r->a, struct digest, rec->n_base);
	for (size_t i = 0; i < rec->n_base; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || !digest_parse(&rec->base[i], hex)) {
			strict_fail(r, "base", "want digests of 64 hexadecimal digits in lower case");
			return;
		}
	}
}

static void read_subject(struct strict *r, struct record *rec, const json_t *root)
{
	const json_t *subject = strict_get_object(r, root, "subj", false);
	const json_t *claim = strict_get_object(r, root, "claim", false);

	strict_place(r, "subj");
	if (json_object_get(subject, "ti"))
		rec->ti = strict_need_id(r, subject, "ti");
	if (json_object_get(subject, "line"))
		rec->line = strict_need_id(r, subject, "line");
	if (!rec->ti && payload_fields(rec->kind) & NEED_TI)
		strict_fail(r, "ti", "is missing");
	if (!rec->line && payload_fields(rec->kind) & NEED_LINE)
		strict_fail(r, "line", "is missing");
	strict_place(r, "claim");
	if (claim)
		rec->fence = (uint64_t)strict_get_int(r, claim, "fence", 0, INT64_MAX, false);
	strict_place(r, "");
}

static void read_steps(struct strict *r, struct record *rec, const json_t *body)
{
	const json_t *list = strict_get_list(r, &rec->n_steps, body, "steps", PAYLOAD_LIST_MAX), *item;

	rec->steps = arena_array(r->a, struct record_step, rec->n_steps);
	for (size_t i = 0; i < rec->n_steps && (item = strict_list_item(r, list, "body.steps", i)); i++) {
		rec->steps[i].n = (unsigned int)strict_get_int(r, item, "n", 1, 1000000, true);
		rec->steps[i].mark = strict_need_word(r, item, "mark", step_mark_parse);
	}
	strict_place(r, "body");
}

static void read_ticks(struct strict *r, struct record *rec, const json_t *body)
{
	const json_t *list = strict_get_list(r, &rec->n_ticks, body, "ticks", PAYLOAD_LIST_MAX), *item;

	rec->ticks = arena_array(r->a, struct record_tick, rec->n_ticks);
	for (size_t i = 0; i < rec->n_ticks && (item = strict_list_item(r, list, "body.ticks", i)); i++) {
		const char *by = strict_peek_text(r, item, "by", STRICT_ID_MAX, false);

		rec->ticks[i].id = strict_need_id(r, item, "id");
		rec->ticks[i].state = strict_need_word(r, item, "state", item_state_parse);
		rec->ticks[i].by_check = by && strcmp(by, "check") == 0;
		rec->ticks[i].reason = strict_get_text(r, item, "reason", RECORD_REASON_MAX);
	}
	strict_place(r, "body");
}

static void read_looked(struct strict *r, struct record *rec, const json_t *body)
{
	const json_t *list = strict_get_list(r, &rec->n_looked, body, "looked", RECORD_LOOKED_MAX), *item;

	rec->looked = arena_array(r->a, struct record_looked, rec->n_looked);
	for (size_t i = 0; i < rec->n_looked && (item = strict_list_item(r, list, "body.looked", i)); i++) {
		strict_get_digest(r, &rec->looked[i].sha256, item, "sha256", true);
		rec->looked[i].size = strict_get_int(r, item, "size", 0, INT64_MAX, true);
		rec->looked[i].name = strict_get_text(r, item, "name", PAYLOAD_NAME_MAX);
	}
	strict_place(r, "body");
}

static void read_decision(struct strict *r, struct record *rec, const json_t *body)
{
	const json_t *correction = json_object_get(body, "correction");
	const json_t *seen = strict_get_object(r, body, "seen", true);

	rec->outcome = strict_need_word(r, body, "outcome", parse_outcome_exact);
	if (correction && !json_is_boolean(correction))
		strict_fail(r, "correction", "want true or false");
	rec->correction = json_is_true(correction);
	strict_place(r, "body.seen");
	if (seen) {
		rec->seen_status = strict_need_word(r, seen, "status", ti_status_parse);
		rec->revision = (unsigned int)strict_get_int(r, seen, "revision", 0, UINT32_MAX, true);
	}
	strict_place(r, "body");
	read_steps(r, rec, body);
	read_ticks(r, rec, body);
	read_looked(r, rec, body);
}

static void read_finding(struct strict *r, struct record *rec, const json_t *body)
{
	rec->severity = strict_need_word(r, body, "severity", severity_parse);
	rec->has_evidence = strict_get_digest(r, &rec->evidence, body, "evidence", false);
	rec->offset = strict_get_int(r, body, "offset", 0, INT64_MAX, false);
	rec->path = strict_get_text(r, body, "path", PAYLOAD_NAME_MAX);
	rec->gap = strict_get_text(r, body, "gap", STRICT_ID_MAX);
}

/* `back` came later than the rest: who does not know it reads the grade that stands beside it. */
static void read_grade(struct strict *r, struct record *rec, const json_t *body)
{
	const json_t *back = json_object_get(body, "back");

	strict_need_word(r, body, "grade", grade_parse);
	rec->grade = strict_need_id(r, body, "grade");
	if (back && !json_is_boolean(back))
		strict_fail(r, "back", "want true or false");
	if (json_is_true(back))
		rec->grade = grade_name(GRADE_NONE);
}

static void read_body(struct strict *r, struct record *rec, const json_t *root)
{
	const unsigned int has = payload_fields(rec->kind);
	const json_t *body = strict_get_object(r, root, "body", has != 0);

	if (r->st || !has)
		return;		/* nothing is asked of kinds we do not know */
	strict_place(r, "body");
	if (has & FIELDS_DECISION)
		read_decision(r, rec, body);
	if (has & FIELDS_FINDING)
		read_finding(r, rec, body);
	if (has & FIELD_GRADE)
		read_grade(r, rec, body);
	if (has & FIELD_TTL)
		rec->ttl_s = strict_get_int(r, body, "ttl", 0, 7 * 86400, true);
	if (has & FIELD_OF)
		rec->has_of = strict_get_digest(r, &rec->of, body, "of", has & NEED_OF);
	if (has & FIELD_TEXT)
		rec->text = arena_str(r->a, strict_peek_text(r, body, "text", RECORD_REASON_MAX, has & NEED_TEXT));
}

static enum status read_record(struct record *out, struct arena *a, const json_t *root)
{
	struct strict r = { .a = a, .what = "record" };
	struct record rec = { 0 };
	int64_t version = strict_get_int(&r, root, "v", 1, INT64_MAX, true);

	if (!r.st && version != PAYLOAD_VERSION)
		return status_set(STATUS_NEWER, "record: written by a newer version (v %lld)",
			(long long)version);
	read_kind(&r, &rec, root);
	rec.event = strict_need_id(&r, root, "ev");
	read_replica(&r, &rec, root);
	rec.who = strict_need_id(&r, root, "who");
	read_hlc(&r, &rec, root);
	read_time(&r, &rec, root);
	read_subject(&r, &rec, root);
	read_base(&r, &rec, root);
	read_body(&r, &rec, root);
	if (!r.st)
		*out = rec;
	return r.st;
}

enum status payload_parse(struct record *out, struct arena *a, const char *ptr, size_t len)
{
	enum status st;
	json_t *root;

	st = strict_load(&root, "record", ptr, len, RECORD_PAYLOAD_MAX);
	if (st)
		return st;
	st = read_record(out, a, root);
	json_decref(root);
	return st;
}
