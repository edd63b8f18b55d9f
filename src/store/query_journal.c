/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists: the journal page by page, payloads as signed, and the event's systems, organisations and persons.
 * Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/vec.h"
#include "verdict/proto/payload.h"

#define JOURNAL_COLUMNS "SELECT rid, n, coalesce(ti, ''), at, state, why, payload, seq, hub_seq FROM record WHERE own = 1"

static const char sql_page[] = JOURNAL_COLUMNS " AND seq < ?1 ORDER BY seq DESC LIMIT ?2";
static const char sql_page_state[] = JOURNAL_COLUMNS " AND state = ?3 AND seq < ?1 ORDER BY seq DESC LIMIT ?2";
static const char sql_payload[] = "SELECT payload FROM record WHERE rid = ?1";
static const char sql_rid_of[] = "SELECT rid FROM record WHERE seq = ?1";
static const char sql_seq_of[] = "SELECT seq FROM record WHERE rid = ?1";
static const char sql_systems[] = "SELECT id, name, version, organisation, place FROM system ORDER BY place, id";
static const char sql_organisations[] = "SELECT id, name, country, country_name FROM organisation ORDER BY id";
static const char sql_persons[] = "SELECT id, name, roles FROM person ORDER BY id";
static const char sql_ties[] = "SELECT person, organisation FROM person_organisation ORDER BY person, organisation";

/* What went into the last bundle, as carry_out.c left it. */
struct carried { int64_t seq, at; int tz_min; };

static enum status read_carried(struct carried *out, struct arena *a, struct store *st)
{
	const char *text = NULL;
	char *end;
	enum status code = store_setting_get(&text, a, st, CARRIED_SETTING);

	*out = (struct carried){ .tz_min = st->event ? st->event->tz_min : 0 };
	if (code == STATUS_OK && text) {
		out->seq = strtoll(text, &end, 10);
		out->at = *end == ' ' ? strtoll(end, NULL, 10) : 0;
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status write_carried(struct store *st, int64_t seq, int64_t at)
{
	char text[64];

	snprintf(text, sizeof(text), "%lld %lld", (long long)seq, (long long)at);
	return store_setting_set(st, CARRIED_SETTING, text);
}

/* So that the journal can say of what waits that it is on its way, also after the database was built anew. */
enum status carried_note(struct store *st, int64_t seq, int64_t at)
{
	char note[128], hex[DIGEST_HEX];
	struct digest rid;
	uint64_t place;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_rid_of);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, seq);
	code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	sql_digest(&rid, s, 0);
	sqlite3_reset(s);
	digest_hex(hex, &rid);
	snprintf(note, sizeof(note), NOTE_CARRIED "%s %lld", hex, (long long)at);
	code = journal_append_frame(&place, &st->journal, 'N', note, strlen(note));
	if (code != STATUS_OK) {
		st->failed = true;	/* what the file holds is read back at the next opening */
		return code;
	}
	return write_carried(st, seq, at);
}

/* "carried RID MS": false for anything else. */
static bool parse_carried(struct digest *rid, int64_t *at, const char *note, size_t len)
{
	char text[128], *end;

	if (len >= sizeof(text))
		return false;
	memcpy(text, note, len);
	text[len] = '\0';
	if (strncmp(text, NOTE_CARRIED, strlen(NOTE_CARRIED)) != 0 || len < strlen(NOTE_CARRIED) + DIGEST_HEX ||
	    text[strlen(NOTE_CARRIED) + DIGEST_HEX - 1] != ' ')
		return false;
	text[strlen(NOTE_CARRIED) + DIGEST_HEX - 1] = '\0';
	*at = strtoll(text + strlen(NOTE_CARRIED) + DIGEST_HEX, &end, 10);
	return *end == '\0' && digest_parse(rid, text + strlen(NOTE_CARRIED));
}

enum status carried_replay(struct store *st, const char *note, size_t len)
{
	struct carried known;
	struct digest rid;
	struct arena a;
	sqlite3_stmt *s;
	int64_t at, seq = 0;
	enum status code;

	if (!parse_carried(&rid, &at, note, len))
		return STATUS_OK;
	arena_init(&a);
	code = read_carried(&known, &a, st);
	if (code == STATUS_OK && known.at < at)
		code = sql_get(&s, st, sql_seq_of);
	if (code == STATUS_OK && known.at < at) {
		sql_bind_digest(s, 1, &rid);
		code = sql_row(st, s);
		if (code == STATUS_OK) {
			seq = sqlite3_column_int64(s, 0);
			sqlite3_reset(s);
		}
		if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;
	}
	if (code == STATUS_OK && seq)
		code = write_carried(st, seq, at);
	arena_done(&a);
	return code;
}

/* A record that waits and is on a stick says so. */
static void tell_carried(struct journal_row *row, struct arena *a, const struct carried *c)
{
	char when[CLOCK_TEXT];

	if (row->state != ENTRY_UNSENT || row->why || !c->at || (int64_t)row->position > c->seq)
		return;
	clock_format_minute(when, c->at, c->tz_min);
	row->why = arena_printf(a, "by stick since %s, no receipt yet", when);
}

static void read_row(struct journal_row *out, struct arena *a, sqlite3_stmt *s)
{
	struct record rec;

	memset(out, 0, sizeof(*out));
	sql_digest(&out->rid, s, 0);
	out->n = (uint64_t)sqlite3_column_int64(s, 1);
	out->ti = sql_text(a, s, 2);
	out->saved_at = sqlite3_column_int64(s, 3);
	out->state = (enum entry_state)sqlite3_column_int(s, 4);
	out->why = sqlite3_column_type(s, 5) == SQLITE_NULL ? NULL : sql_text(a, s, 5);
	out->position = (uint64_t)sqlite3_column_int64(s, 7);
	out->seq = (uint64_t)sqlite3_column_int64(s, 8);
	memset(&rec, 0, sizeof(rec));
	if (payload_parse(&rec, a, sqlite3_column_blob(s, 6), (size_t)sqlite3_column_bytes(s, 6)) == STATUS_OK) {
		out->kind = rec.kind == RECORD_UNKNOWN ? rec.kind_name : record_kind_name(rec.kind);
		out->what = rec.kind == RECORD_GRADE ?
			arena_printf(a, "%s: %s", rec.line, grade_said_label(grade_said(rec.grade))) :
			rec.kind == RECORD_VERDICT || rec.kind == RECORD_RESOLUTION ?
			outcome_label(rec.outcome) :
			rec.kind == RECORD_CERTIFICATE ? "enrolment by join file" :	/* its text is a proof for the hub */
			rec.text && *rec.text ? rec.text :
			rec.kind == RECORD_UNKNOWN ? rec.kind_name : record_kind_label(rec.kind);
	} else {
		out->kind = "unknown";
		out->what = "of a newer version";
		status_clear();
	}
}

enum status store_journal_page(struct journal_row **rows_out, size_t *n_out, struct arena *a, struct store *st,
	uint64_t before, size_t max, int only)
{
	VEC(struct journal_row) all = VEC_INIT;
	struct journal_row row;
	struct carried carried;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = read_carried(&carried, a, st);
	if (code == STATUS_OK)
		code = sql_get(&s, st, only < 0 ? sql_page : sql_page_state);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, before && before <= INT64_MAX ? (int64_t)before : INT64_MAX);
	sqlite3_bind_int64(s, 2, max ? (int64_t)max : -1);
	if (only >= 0)
		sqlite3_bind_int(s, 3, only);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		read_row(&row, a, s);
		tell_carried(&row, a, &carried);
		vec_push(&all, row);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*rows_out = all.len ? arena_dup(a, all.at, all.len * sizeof(row)) : NULL;
	}
	vec_done(&all);
	return code;
}

enum status store_payload(const char **out, size_t *len_out, struct arena *a, struct store *st, const struct digest *rid)
{
	char hex[DIGEST_HEX];
	sqlite3_stmt *s;
	size_t len;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_payload);
	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	code = sql_row(st, s);
	if (code == STATUS_NOT_FOUND) {
		digest_hex(hex, rid);
		return status_set(code, "no record %.16s… in this store", hex);
	}
	if (code != STATUS_OK)
		return code;
	len = (size_t)sqlite3_column_bytes(s, 0);
	*out = arena_strn(a, len ? sqlite3_column_blob(s, 0) : "", len);
	*len_out = len;
	sqlite3_reset(s);
	return STATUS_OK;
}

enum status store_systems(struct system_info **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(struct system_info) all = VEC_INIT;
	struct system_info y;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_systems);
	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(st, s)) == STATUS_OK) {
		y.id = sql_text(a, s, 0);
		y.name = sql_text(a, s, 1);
		y.version = sql_text(a, s, 2);
		y.organisation = sql_text(a, s, 3);
		y.table = sql_text(a, s, 4);
		vec_push(&all, y);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*out = all.len ? arena_dup(a, all.at, all.len * sizeof(y)) : NULL;
	}
	vec_done(&all);
	return code;
}

enum status store_organisations(struct organisation **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(struct organisation) all = VEC_INIT;
	struct organisation o;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_organisations);
	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(st, s)) == STATUS_OK) {
		o.id = sql_text(a, s, 0);
		o.name = sql_text(a, s, 1);
		o.country = sql_text(a, s, 2);
		o.country_name = sql_text(a, s, 3);
		vec_push(&all, o);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*out = all.len ? arena_dup(a, all.at, all.len * sizeof(o)) : NULL;
	}
	vec_done(&all);
	return code;
}

/* Both lists are in the order of person ids: one walk joins them. */
static enum status add_ties(struct person *people, size_t n, struct arena *a, struct store *st)
{
	VEC(const char *) ties = VEC_INIT;
	sqlite3_stmt *s;
	size_t i = 0;
	enum status code = sql_get(&s, st, sql_ties);

	if (code != STATUS_OK)
		return code;
	for (;;) {
		code = sql_row(st, s);
		while (i < n && (code != STATUS_OK ||
		    strcmp(people[i].id, (const char *)sqlite3_column_text(s, 0)) != 0)) {
			people[i].n_organisations = ties.len;
			people[i].organisations = ties.len ? arena_dup(a, ties.at, ties.len * sizeof(*ties.at)) : NULL;
			ties.len = 0;
			i++;
		}
		if (code != STATUS_OK || i == n)
			break;
		vec_push(&ties, sql_text(a, s, 1));
	}
	sqlite3_reset(s);
	vec_done(&ties);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status store_persons(struct person **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(struct person) all = VEC_INIT;
	struct person p;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_persons);
	if (code != STATUS_OK)
		return code;
	memset(&p, 0, sizeof(p));
	while ((code = sql_row(st, s)) == STATUS_OK) {
		p.id = sql_text(a, s, 0);
		p.name = sql_text(a, s, 1);
		p.roles = (unsigned int)sqlite3_column_int(s, 2);
		vec_push(&all, p);
	}
	if (code == STATUS_NOT_FOUND)
		code = add_ties(all.at, all.len, a, st);
	if (code == STATUS_OK) {
		*n_out = all.len;
		*out = all.len ? arena_dup(a, all.at, all.len * sizeof(p)) : NULL;
	}
	vec_done(&all);
	return code;
}
