/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of payloads (doc/PROTOCOL.md, Payload): ceilings before the parser runs, then every field
 * with its type and range, named in the message. Layer: proto. Any thread.
 */
#include "verdict/proto/payload.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"
#include "payload_priv.h"

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

/* One reading: where results go, and the object being read, for messages. */
struct reading {
	struct arena *a;
	char place[48];		/* "body.looked[3]" */
	enum status st;		/* sticky: the first fault counts */
};

static void fail(struct reading *r, const char *key, const char *what)
{
	if (!r->st)
		r->st = status_set(STATUS_INVALID, "record: %s%s%s: %s", r->place,
			*r->place && *key ? "." : "", key, what);
}

static void fail_limit(struct reading *r, const char *key, size_t max)
{
	if (!r->st)
		r->st = status_set(STATUS_LIMIT, "record: %s%s%s: over the ceiling of %zu", r->place,
			*r->place && *key ? "." : "", key, max);
}

/* Borrowed text of a field; NULL and a fault where it is of another type, too long, or needed and absent. */
static const char *peek_text(struct reading *r, const json_t *object, const char *key, size_t max, bool need)
{
	const json_t *v = json_object_get(object, key);

	if (!v && !need)
		return NULL;
	if (!json_is_string(v)) {
		fail(r, key, v ? "want a string" : "is missing");
		return NULL;
	}
	if (json_string_length(v) > max) {
		fail_limit(r, key, max);
		return NULL;
	}
	return json_string_value(v);
}

static const char *get_text(struct reading *r, const json_t *object, const char *key, size_t max)
{
	return arena_str(r->a, peek_text(r, object, key, max, false));
}

static const char *need_id(struct reading *r, const json_t *object, const char *key)
{
	const char *text = peek_text(r, object, key, PAYLOAD_ID_MAX, true);

	if (text && *text == '\0')
		fail(r, key, "is empty");
	return arena_str(r->a, text);
}

static int64_t get_int(struct reading *r, const json_t *object, const char *key, int64_t min, int64_t max,
	bool need)
{
	const json_t *v = json_object_get(object, key);
	int64_t value;

	if (!v && !need)
		return min;
	if (!json_is_integer(v)) {
		fail(r, key, v ? "want an integer" : "is missing");
		return min;
	}
	value = json_integer_value(v);
	if (value < min || value > max) {
		fail(r, key, "is out of range");
		return min;
	}
	return value;
}

static bool get_digest(struct reading *r, struct digest *out, const json_t *object, const char *key, bool need)
{
	const char *hex = peek_text(r, object, key, DIGEST_HEX - 1, need);

	if (!hex)
		return false;
	if (!digest_parse(out, hex))
		fail(r, key, "want 64 hexadecimal digits in lower case");
	return true;
}

/* A word of a fixed list through its X_parse(). */
static int need_word(struct reading *r, const json_t *object, const char *key, int (*parse)(const char *))
{
	const char *word = peek_text(r, object, key, PAYLOAD_ID_MAX, true);
	int value = word ? parse(word) : 0;

	if (value >= 0)
		return value;
	fail(r, key, "is none of the words known");
	return 0;
}

static int parse_outcome_exact(const char *word)	/* no prefixes, and not "none" */
{
	for (int o = OUTCOME_VERIFIED; o <= OUTCOME_FAILED; o++)
		if (strcmp(word, outcome_name(o)) == 0)
			return o;
	return -1;
}

static const json_t *get_object(struct reading *r, const json_t *object, const char *key, bool need)
{
	const json_t *v = json_object_get(object, key);

	if (v && !json_is_object(v))
		fail(r, key, "want an object");
	else if (!v && need)
		fail(r, key, "is missing");
	return json_is_object(v) ? v : NULL;
}

/* A list of at most `max` things; NULL and *n_out = 0 where absent. */
static const json_t *get_list(struct reading *r, size_t *n_out, const json_t *object, const char *key, size_t max)
{
	const json_t *v = json_object_get(object, key);

	*n_out = 0;
	if (!v)
		return NULL;
	if (!json_is_array(v)) {
		fail(r, key, "want an array");
		return NULL;
	}
	if (json_array_size(v) > max) {
		fail_limit(r, key, max);
		return NULL;
	}
	*n_out = json_array_size(v);
	return v;
}

/* Thing i of a list of objects, its place set for messages; NULL after a fault. */
static const json_t *list_item(struct reading *r, const json_t *list, const char *name, size_t i)
{
	const json_t *v = json_array_get(list, i);

	snprintf(r->place, sizeof(r->place), "%s[%zu]", name, i);
	if (!json_is_object(v))
		fail(r, "", "want an object");
	return r->st ? NULL : v;
}

static void place(struct reading *r, const char *name)
{
	snprintf(r->place, sizeof(r->place), "%s", name);
}

static void read_kind(struct reading *r, struct record *rec, const json_t *root)
{
	rec->kind_name = need_id(r, root, "t");
	rec->kind = record_kind_parse(rec->kind_name);
}

static void read_replica(struct reading *r, struct record *rec, const json_t *root)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	rec->replica = need_id(r, root, "rep");
	if (rec->replica && (strlen(rec->replica) != 22 || strspn(rec->replica, letters) != 22))
		fail(r, "rep", "want a key id of 22 characters");
	rec->n = (uint64_t)get_int(r, root, "n", 1, INT64_MAX, true);
	rec->has_prev = get_digest(r, &rec->prev, root, "prev", false);
	if (rec->has_prev != (rec->n > 1))
		fail(r, "prev", rec->has_prev ? "the first record of a chain has none" : "is missing");
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

static void read_hlc(struct reading *r, struct record *rec, const json_t *root)
{
	const char *text = peek_text(r, root, "hlc", HLC_TEXT - 1, true);
	uint64_t ms = 0, counter = 0;

	if (!text)
		return;
	if (strlen(text) != HLC_TEXT - 1 || text[12] != '-'
	    || !hex_part(&ms, text, 12) || !hex_part(&counter, text + 13, 4))
		fail(r, "hlc", "want 12 and 4 hexadecimal digits, such as 01986c2f3a10-0003");
	rec->hlc = ms << 16 | counter;
}

static bool two_digits(int *out, const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + p[1] - '0';
	return true;
}

static void read_time(struct reading *r, struct record *rec, const json_t *root)
{
	const char *at = peek_text(r, root, "at", CLOCK_TEXT, true);
	const char *tz = peek_text(r, root, "tz", 6, true);
	int hours = 0, minutes = 0;

	if (at && clock_parse(&rec->at, at) != 0)
		fail(r, "at", "want a time such as 2026-11-22T05:33:07.123Z");
	if (!tz)
		return;
	if (strlen(tz) != 6 || (tz[0] != '+' && tz[0] != '-') || tz[3] != ':'
	    || !two_digits(&hours, tz + 1) || !two_digits(&minutes, tz + 4) || hours > 18 || minutes > 59)
		fail(r, "tz", "want an offset such as +09:00");
	rec->tz_min = (hours * 60 + minutes) * (tz[0] == '-' ? -1 : 1);
}

static void read_base(struct reading *r, struct record *rec, const json_t *root)
{
	const json_t *list = get_list(r, &rec->n_base, root, "base", RECORD_BASE_MAX);

	rec->base = arena_array(r->a, struct digest, rec->n_base);
	for (size_t i = 0; i < rec->n_base; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || !digest_parse(&rec->base[i], hex)) {
			fail(r, "base", "want digests of 64 hexadecimal digits in lower case");
			return;
		}
	}
}

static void read_subject(struct reading *r, struct record *rec, const json_t *root)
{
	const json_t *subject = get_object(r, root, "subj", false);
	const json_t *claim = get_object(r, root, "claim", false);

	place(r, "subj");
	if (json_object_get(subject, "ti"))
		rec->ti = need_id(r, subject, "ti");
	if (json_object_get(subject, "line"))
		rec->line = need_id(r, subject, "line");
	if (!rec->ti && payload_fields(rec->kind) & NEED_TI)
		fail(r, "ti", "is missing");
	if (!rec->line && payload_fields(rec->kind) & NEED_LINE)
		fail(r, "line", "is missing");
	place(r, "claim");
	if (claim)
		rec->fence = (uint64_t)get_int(r, claim, "fence", 0, INT64_MAX, false);
	place(r, "");
}

static void read_steps(struct reading *r, struct record *rec, const json_t *body)
{
	const json_t *list = get_list(r, &rec->n_steps, body, "steps", PAYLOAD_LIST_MAX), *item;

	rec->steps = arena_array(r->a, struct record_step, rec->n_steps);
	for (size_t i = 0; i < rec->n_steps && (item = list_item(r, list, "body.steps", i)); i++) {
		rec->steps[i].n = (unsigned int)get_int(r, item, "n", 1, 1000000, true);
		rec->steps[i].mark = need_word(r, item, "mark", step_mark_parse);
	}
	place(r, "body");
}

static void read_ticks(struct reading *r, struct record *rec, const json_t *body)
{
	const json_t *list = get_list(r, &rec->n_ticks, body, "ticks", PAYLOAD_LIST_MAX), *item;

	rec->ticks = arena_array(r->a, struct record_tick, rec->n_ticks);
	for (size_t i = 0; i < rec->n_ticks && (item = list_item(r, list, "body.ticks", i)); i++) {
		const char *by = peek_text(r, item, "by", PAYLOAD_ID_MAX, false);

		rec->ticks[i].id = need_id(r, item, "id");
		rec->ticks[i].state = need_word(r, item, "state", item_state_parse);
		rec->ticks[i].by_check = by && strcmp(by, "check") == 0;
		rec->ticks[i].reason = get_text(r, item, "reason", RECORD_REASON_MAX);
	}
	place(r, "body");
}

static void read_looked(struct reading *r, struct record *rec, const json_t *body)
{
	const json_t *list = get_list(r, &rec->n_looked, body, "looked", RECORD_LOOKED_MAX), *item;

	rec->looked = arena_array(r->a, struct record_looked, rec->n_looked);
	for (size_t i = 0; i < rec->n_looked && (item = list_item(r, list, "body.looked", i)); i++) {
		get_digest(r, &rec->looked[i].sha256, item, "sha256", true);
		rec->looked[i].size = get_int(r, item, "size", 0, INT64_MAX, true);
		rec->looked[i].name = get_text(r, item, "name", PAYLOAD_NAME_MAX);
	}
	place(r, "body");
}

static void read_decision(struct reading *r, struct record *rec, const json_t *body)
{
	const json_t *correction = json_object_get(body, "correction");
	const json_t *seen = get_object(r, body, "seen", true);

	rec->outcome = need_word(r, body, "outcome", parse_outcome_exact);
	if (correction && !json_is_boolean(correction))
		fail(r, "correction", "want true or false");
	rec->correction = json_is_true(correction);
	place(r, "body.seen");
	if (seen) {
		rec->seen_status = need_word(r, seen, "status", ti_status_parse);
		rec->revision = (unsigned int)get_int(r, seen, "revision", 0, UINT32_MAX, true);
	}
	place(r, "body");
	read_steps(r, rec, body);
	read_ticks(r, rec, body);
	read_looked(r, rec, body);
}

static void read_finding(struct reading *r, struct record *rec, const json_t *body)
{
	rec->severity = need_word(r, body, "severity", severity_parse);
	rec->has_evidence = get_digest(r, &rec->evidence, body, "evidence", false);
	rec->offset = get_int(r, body, "offset", 0, INT64_MAX, false);
	rec->path = get_text(r, body, "path", PAYLOAD_NAME_MAX);
	rec->gap = get_text(r, body, "gap", PAYLOAD_ID_MAX);
}

static int parse_grade(const char *word)
{
	static const char *const words[] = {
		"passed", "did-not-complete", "at-risk", "no-peer", "not-graded", "withdrawn",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	return -1;
}

static void read_body(struct reading *r, struct record *rec, const json_t *root)
{
	const unsigned int has = payload_fields(rec->kind);
	const json_t *body = get_object(r, root, "body", has != 0);

	if (r->st || !has)
		return;		/* nothing is asked of kinds we do not know */
	place(r, "body");
	if (has & FIELDS_DECISION)
		read_decision(r, rec, body);
	if (has & FIELDS_FINDING)
		read_finding(r, rec, body);
	if (has & FIELD_GRADE) {
		need_word(r, body, "grade", parse_grade);
		rec->grade = need_id(r, body, "grade");
	}
	if (has & FIELD_TTL)
		rec->ttl_s = get_int(r, body, "ttl", 0, 7 * 86400, true);
	if (has & FIELD_OF)
		rec->has_of = get_digest(r, &rec->of, body, "of", has & NEED_OF);
	if (has & FIELD_TEXT)
		rec->text = arena_str(r->a, peek_text(r, body, "text", RECORD_REASON_MAX, has & NEED_TEXT));
}

static enum status read_record(struct record *out, struct arena *a, const json_t *root)
{
	struct reading r = { .a = a };
	struct record rec = { 0 };
	int64_t version = get_int(&r, root, "v", 1, INT64_MAX, true);

	if (!r.st && version != PAYLOAD_VERSION)
		return status_set(STATUS_NEWER, "record: written by a newer version (v %lld)",
			(long long)version);
	read_kind(&r, &rec, root);
	rec.event = need_id(&r, root, "ev");
	read_replica(&r, &rec, root);
	rec.who = need_id(&r, root, "who");
	read_hlc(&r, &rec, root);
	read_time(&r, &rec, root);
	read_subject(&r, &rec, root);
	read_base(&r, &rec, root);
	read_body(&r, &rec, root);
	if (!r.st)
		*out = rec;
	return r.st;
}

/* Brackets outside strings, before the parser recurses over them. */
static bool too_deep(const char *p, size_t len, int max)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				quoted = false;
		} else if (p[i] == '"') {
			quoted = true;
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > max)
				return true;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	return false;
}

enum status payload_parse(struct record *out, struct arena *a, const char *ptr, size_t len)
{
	json_error_t error;
	enum status st;
	json_t *root;

	if (len > RECORD_PAYLOAD_MAX)
		return status_set(STATUS_LIMIT, "record: payload of %zu bytes, more than %d", len,
			RECORD_PAYLOAD_MAX);
	if (len < 2 || ptr[0] != '{' || ptr[len - 1] != '}')
		return status_set(STATUS_INVALID, "record: payload is not one JSON object and nothing else");
	if (!utf8_valid(ptr, len))
		return status_set(STATUS_INVALID, "record: payload is not UTF-8");
	if (too_deep(ptr, len, RECORD_DEPTH_MAX))
		return status_set(STATUS_LIMIT, "record: nested deeper than %d", RECORD_DEPTH_MAX);
	root = json_loadb(ptr, len, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return status_set(STATUS_INVALID, "record: byte %d: %s", error.position, error.text);
	st = read_record(out, a, root);
	json_decref(root);
	return st;
}
