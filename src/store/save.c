/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving a record: the journal first, synced, then the database, and only then the word "saved". After an
 * error nothing is believed: everything is opened again and the record is looked for by its rid. Store layer;
 * the thread that opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/model/rules.h"
#include "verdict/proto/payload.h"
#include "verdict/store/results.h"

#define HLC_AHEAD_MS (15 * 60 * 1000)	/* a colleague's clock further ahead than this is not followed */

static const char sql_insert[] = "INSERT INTO record (rid, replica, n, kind, ti, who, at, payload, public_key, "
	"signature, place, own, state, flags, hub_seq, round) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
	"?13, ?14, ?15, ?16) "
	"ON CONFLICT (rid) DO NOTHING";
static const char sql_draft_done[] = "DELETE FROM draft WHERE ti = ?1 AND at <= ?2";
static const char sql_find[] = "SELECT 1 FROM record WHERE rid = ?1";
static const char sql_last[] = "SELECT n, rid, payload FROM record WHERE replica = ?1 ORDER BY n DESC, seq DESC LIMIT 1";
static const char sql_key[] = "SELECT key FROM ti WHERE id = ?1";
static const char sql_seen[] = "SELECT revision, ref_status FROM ti WHERE id = ?1";
static const char sql_looked[] = "SELECT e.sha256, e.name, e.size FROM evidence e JOIN looked l ON l.ti = ?1 "
	"AND l.sha256 = e.sha256 WHERE e.ti = ?2 ORDER BY e.n LIMIT 256";

/* ---- one record into the database ---- */

enum status record_find(bool *out, struct store *st, const struct digest *rid)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_find);

	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	code = sql_row(st, s);
	if (code != STATUS_OK && code != STATUS_NOT_FOUND)
		return code;
	*out = code == STATUS_OK;
	sqlite3_reset(s);
	return STATUS_OK;
}

static enum status find_key(int64_t *key_out, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_key);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		*key_out = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return code;
}

/* An own verdict takes the place of the draft from which it came, also where it comes back from the journal. */
static enum status draft_done(struct store *st, const struct record *rec)
{
	sqlite3_stmt *s;
	enum status code;

	if (!rec->ti || (rec->kind != RECORD_VERDICT && rec->kind != RECORD_RESOLUTION))
		return STATUS_OK;
	code = sql_get(&s, st, sql_draft_done);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, rec->ti);
	sqlite3_bind_int64(s, 2, rec->at);
	return sql_run(st, s);
}

enum status record_put(bool *fresh_out, struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec, const struct record_origin *from)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_insert);

	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	sql_bind_text(s, 2, rec->replica);
	sqlite3_bind_int64(s, 3, (int64_t)rec->n);
	sqlite3_bind_int(s, 4, (int)rec->kind);
	if (rec->ti)
		sql_bind_text(s, 5, rec->ti);
	sql_bind_text(s, 6, rec->who);
	sqlite3_bind_int64(s, 7, rec->at);
	sqlite3_bind_blob64(s, 8, e->payload, e->len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 9, e->public_key, KEY_PUBLIC, SQLITE_STATIC);
	sqlite3_bind_blob(s, 10, e->signature, KEY_SIGNATURE, SQLITE_STATIC);
	sqlite3_bind_int64(s, 11, from->place);
	sqlite3_bind_int(s, 12, from->own);
	sqlite3_bind_int(s, 13, (int)from->state);
	sqlite3_bind_int64(s, 14, from->flags);
	sqlite3_bind_int64(s, 15, (int64_t)from->seq);
	sqlite3_bind_int64(s, 16, (int64_t)from->round);
	code = sql_run(st, s);
	*fresh_out = code == STATUS_OK && sqlite3_changes(st->db) > 0;
	if (rec->kind == RECORD_GRADE || rec->kind == RECORD_REISSUE)
		results_touch_grades(st);
	return *fresh_out && from->own ? tally_state(st, from->state, 1) : code;
}

enum status record_insert(struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec, int64_t place, bool own)
{
	const struct record_origin from = { .place = place, .own = own };
	bool fresh = false;
	int64_t key;
	enum status code = record_put(&fresh, st, rid, e, rec, &from);

	if (code != STATUS_OK || !fresh)
		return code;
	if (code == STATUS_OK && own)
		code = draft_done(st, rec);
	if (code == STATUS_OK && rec->ti) {
		code = find_key(&key, st, rec->ti);
		if (code == STATUS_OK)
			code = store_rederive(st, key);
		else if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;	/* on a TI that is not in this event (any more) */
	}
	return code;
}

/* ---- what save fills in ---- */

static enum status load_chain(struct store *st)
{
	struct arena a;
	struct record rec;
	sqlite3_stmt *s;
	enum status code;

	if (st->chain_loaded)
		return STATUS_OK;
	st->chain_n = 0;
	st->chain_hlc = 0;
	code = sql_get(&s, st, sql_last);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, st->replica);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		arena_init(&a);
		st->chain_n = (uint64_t)sqlite3_column_int64(s, 0);
		sql_digest(&st->chain_rid, s, 1);
		if (payload_parse(&rec, &a, sqlite3_column_blob(s, 2),
		    (size_t)sqlite3_column_bytes(s, 2)) == STATUS_OK)
			st->chain_hlc = rec.hlc;
		arena_done(&a);
		sqlite3_reset(s);
	} else if (code != STATUS_NOT_FOUND)
		return code;
	st->chain_loaded = true;
	return STATUS_OK;
}

static bool has_base(enum record_kind kind)
{
	return kind == RECORD_VERDICT || kind == RECORD_WITHDRAWAL || kind == RECORD_RESOLUTION;
}

/* Verdicts and resolutions on the TI: leaves first where there are more than fit, for they stand for the rest. */
static enum status fill_base(struct record *rec, struct arena *a, struct store *st, uint64_t *hlc)
{
	struct fold_state state;
	struct ti_record *recs = NULL;
	size_t n = 0, i, k, pass;
	uint64_t limit = (uint64_t)(rec->at + HLC_AHEAD_MS) << 16;
	bool leaf;
	enum status code = ti_records(&recs, &n, a, st, rec->ti);

	if (code != STATUS_OK)
		return code;
	ti_fold(&state, a, rec->seen_status, rec->revision, NULL, 0, recs, n);
	rec->base = arena_array(a, struct digest, RECORD_BASE_MAX);
	rec->n_base = 0;
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < n; i++) {
			if (recs[i].rec->hlc > *hlc && recs[i].rec->hlc < limit)
				*hlc = recs[i].rec->hlc;
			if (recs[i].rec->kind != RECORD_VERDICT && recs[i].rec->kind != RECORD_RESOLUTION)
				continue;
			for (leaf = false, k = 0; k < state.n_leaves; k++)
				leaf = leaf || digest_equal(&state.leaves[k], &recs[i].rid);
			if (leaf == (pass == 0) && rec->n_base < RECORD_BASE_MAX)
				rec->base[rec->n_base++] = recs[i].rid;
		}
	return STATUS_OK;
}

/* What the author saw, where the caller did not say. */
static enum status fill_seen(struct record *rec, struct store *st)
{
	sqlite3_stmt *s;
	enum status code;

	if (rec->revision != 0)
		return STATUS_OK;
	code = sql_get(&s, st, sql_seen);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, rec->ti);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		rec->revision = (unsigned int)sqlite3_column_int64(s, 0);
		rec->seen_status = (enum ti_status)sqlite3_column_int(s, 1);
		sqlite3_reset(s);
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* Of the claim it is made under, where the hub confirmed one to this replica. */
static enum status fill_fence(struct record *rec, struct arena *a, struct store *st)
{
	struct lease l;
	enum status code = lease_find(&l, a, st, rec->ti);

	if (code == STATUS_OK && l.mine && rec->fence == 0)
		rec->fence = l.fence;
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status fill_looked(struct record *rec, struct arena *a, struct store *st, int64_t key)
{
	VEC(struct record_looked) all = VEC_INIT;
	struct record_looked l;
	sqlite3_stmt *s;
	enum status code;

	if (rec->n_looked)
		return STATUS_OK;
	code = sql_get(&s, st, sql_looked);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, rec->ti);
	sqlite3_bind_int64(s, 2, key);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		if (!sql_digest(&l.sha256, s, 0))
			continue;
		l.name = sql_text(a, s, 1);
		l.size = sqlite3_column_int64(s, 2);
		vec_push(&all, l);
	}
	rec->n_looked = all.len;
	rec->looked = all.len ? arena_dup(a, all.at, all.len * sizeof(l)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* ---- rules ---- */

static const struct ti_record *find_rid(const struct ti_record *recs, size_t n, const struct digest *rid)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (digest_equal(&recs[i].rid, rid))
			return &recs[i];
	return NULL;
}

static enum status check_withdrawal(struct store *st, struct arena *a, const struct record *rec)
{
	struct ti_record *recs = NULL;
	const struct ti_record *of;
	size_t n = 0;
	enum status code = ti_records(&recs, &n, a, st, rec->ti);

	if (code != STATUS_OK)
		return code;
	of = rec->has_of ? find_rid(recs, n, &rec->of) : NULL;
	if (!of || (of->rec->kind != RECORD_VERDICT && of->rec->kind != RECORD_RESOLUTION &&
	    of->rec->kind != RECORD_FINDING))
		return status_set(STATUS_USAGE, "TI %s has no such verdict or finding to withdraw", rec->ti);
	if (strcmp(of->rec->who, st->me->id) != 0)
		return status_set(STATUS_DENIED, "only its author may withdraw it");
	return STATUS_OK;
}

static enum status check_resolution(struct store *st, const struct instance *ti, const struct record *rec)
{
	size_t i;

	if (!(st->me->roles & ROLE_LEAD))
		return status_set(STATUS_DENIED, "%s is no lead: only leads settle disputes", st->me->name);
	if (ti->neutrality)
		return status_set(STATUS_DENIED, "%s", ti->neutrality);
	if (!ti->row.disputed)
		return status_set(STATUS_USAGE, "TI %s is not disputed", rec->ti);
	for (i = 0; i < ti->n_verdicts; i++)
		if (strcmp(ti->verdicts[i].by, st->me->id) == 0)
			return status_set(STATUS_DENIED, "a lead who graded TI %s cannot settle its dispute", rec->ti);
	if (!rec->text || !*rec->text)
		return status_set(STATUS_USAGE, "a resolution needs a reason");
	return STATUS_OK;
}

static enum status check_taking_back(const struct record *rec, struct store *st)
{
	struct results *r = NULL;
	const struct results_line *l;
	size_t n;
	enum status code = store_results(&r, st);

	if (code != STATUS_OK)
		return code;
	l = &results_lines(&n, r)[results_find_line(r, rec->line)];
	if (l->grade == GRADE_NONE && !l->grade_disputed)
		return status_set(STATUS_USAGE, "line %s has no grade: nothing to take back", rec->line);
	if (!rec->text || !*rec->text)
		return status_set(STATUS_USAGE, "taking back a grade needs a reason");
	return STATUS_OK;
}

/* A manager's word on a line; it stands over the grades that stood here before. */
static enum status check_grade(struct record *rec, struct arena *a, struct store *st)
{
	enum status code;

	if (!rec->line || !rec->grade || strcmp(rec->grade, grade_name(grade_said(rec->grade))) != 0)
		return status_set(STATUS_USAGE, "a grade needs a line and one of passed, did-not-complete, at-risk, no-peer, "
			"not-graded, withdrawn; or none, to take back what stands");
	code = store_grade_allowed(st, rec->line);
	if (code == STATUS_OK)
		code = results_base(rec, a, st);
	if (code != STATUS_OK || grade_said(rec->grade) != GRADE_NONE)
		return code;
	return check_taking_back(rec, st);
}

/* A record about a TI: it exists, and the rules of its kind hold. */
static enum status check_subject(struct record *rec, struct arena *a, struct store *st)
{
	struct instance *ti;
	enum status code;

	if (rec->kind == RECORD_GRADE)
		return check_grade(rec, a, st);
	if (!rec->ti)
		return rec->kind >= RECORD_CERTIFICATE ? STATUS_OK :
			status_set(STATUS_USAGE, "a %s needs a TI", record_kind_label(rec->kind));
	code = store_instance(&ti, a, st, rec->ti);
	if (code != STATUS_OK)
		return code;
	if (rec->kind == RECORD_VERDICT)
		code = rules_verdict(&rec->correction, ti, st->me, rec->outcome, rec->text);
	else if (rec->kind == RECORD_WITHDRAWAL)
		code = check_withdrawal(st, a, rec);
	else if (rec->kind == RECORD_RESOLUTION)
		code = check_resolution(st, ti, rec);
	else if (rec->kind == RECORD_COMMENT && (!rec->text || !*rec->text))
		code = status_set(STATUS_USAGE, "a comment needs words");
	if (code == STATUS_OK)
		code = fill_fence(rec, a, st);
	if (code == STATUS_OK)
		code = fill_seen(rec, st);
	if (code == STATUS_OK && rec->kind == RECORD_VERDICT)
		code = fill_looked(rec, a, st, ti->row.key);
	return code;
}

/* The record as it would be signed, and its payload. */
static enum status compose(struct buf *payload, struct record *rec, struct arena *a, struct store *st)
{
	uint64_t hlc;
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->me || !st->replica || !st->event)
		return status_set(STATUS_USAGE, st->replica ? "the event has not come from the hub yet: verdict sync" :
			"nobody has joined on this console: verdict join PERSON");
	code = load_chain(st);
	if (code != STATUS_OK)
		return code;
	rec->event = st->event->id;
	rec->replica = st->replica;
	rec->n = st->chain_n + 1;
	rec->has_prev = st->chain_n > 0;
	rec->prev = st->chain_rid;
	rec->who = st->me->id;
	rec->at = clock_wall_ms();
	rec->tz_min = st->event->tz_min;
	code = check_subject(rec, a, st);
	hlc = st->chain_hlc;
	if (code == STATUS_OK && has_base(rec->kind))
		code = fill_base(rec, a, st, &hlc);
	rec->hlc = (uint64_t)rec->at << 16;
	if (rec->hlc <= hlc)
		rec->hlc = hlc + 1;
	if (code == STATUS_OK)
		code = payload_format(payload, rec);
	return code;
}

enum status store_preview(const char **json_out, struct arena *a, struct store *st, const struct record *rec)
{
	struct record copy = *rec;
	struct buf payload;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	buf_init(&payload, RECORD_PAYLOAD_MAX);
	code = compose(&payload, &copy, a, st);
	if (code == STATUS_OK)
		*json_out = arena_strn(a, payload.ptr, payload.len);
	buf_done(&payload);
	return code;
}

/* ---- save ---- */

static enum status commit(struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec, uint64_t place)
{
	enum status code = sql_begin(st);

	if (code != STATUS_OK)
		return code;
	code = record_insert(st, rid, e, rec, (int64_t)place, true);
	return sql_end(st, code);
}

void store_pending_tell(struct store *st)
{
	bool there = false;

	if (!st->pending || record_find(&there, st, &st->pending_rid) != STATUS_OK)
		return;
	st->pending = false;
	if (there)
		store_note(st, "the record whose saving was in doubt is saved");
}

/*
 * Something failed on the way. Close, open again, which replays what the journal holds, and look.
 * `journalled`: the journal's part had succeeded, so the record is safe whatever the database says.
 */
static enum status after_failure(struct saved *saved, struct store *st, const struct digest *rid,
	const struct record *rec, bool journalled, enum status why)
{
	char *said = mem_strdup(status_message());
	bool there = false;
	enum status code;

	st->failed = true;
	code = store_ready(st);
	if (code == STATUS_OK)
		code = record_find(&there, st, rid);
	if (code == STATUS_OK && there) {
		saved->rid = *rid;
		saved->n = rec->n;
		saved->at = rec->at;
		store_note(st, "saved after an error: %s", said);
		why = STATUS_OK;
	} else if (journalled) {
		/* the journal holds it: the next opening that succeeds brings it into the database */
		saved->rid = *rid;
		saved->n = rec->n;
		saved->at = rec->at;
		why = status_set(why, "saved in the journal, not yet in the database: %s", said);
	} else {
		st->pending = code != STATUS_OK;
		st->pending_rid = *rid;
		why = status_set(why, "not saved: %s", said);
	}
	mem_free(said);
	return why;
}

static enum status put(struct saved *saved, struct store *st, const struct record *rec, const struct buf *payload,
	const struct key *key)
{
	uint8_t signature[KEY_SIGNATURE];
	struct envelope e = { payload->ptr, payload->len, key_public(key), signature };
	struct digest rid = record_rid(payload->ptr, payload->len);
	uint64_t place = 0;
	bool journalled;
	enum status code;

	key_sign(signature, key, RECORD_TYPE, payload->ptr, payload->len);
	code = journal_append(&place, &st->journal, &e);
	journalled = code == STATUS_OK;
	if (journalled)
		code = commit(st, &rid, &e, rec, place);
	if (code != STATUS_OK)
		return after_failure(saved, st, &rid, rec, journalled, code);
	st->chain_n = rec->n;
	st->chain_rid = rid;
	st->chain_hlc = rec->hlc;
	saved->rid = rid;
	saved->n = rec->n;
	saved->at = rec->at;
	return STATUS_OK;
}

enum status store_save(struct saved *saved, struct store *st, const struct record *rec)
{
	struct record copy = *rec;
	struct arena a;
	struct buf payload;
	struct key *key = NULL;
	enum status code = store_ready(st);

	memset(saved, 0, sizeof(*saved));
	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	buf_init(&payload, RECORD_PAYLOAD_MAX);
	code = compose(&payload, &copy, &a, st);
	if (code == STATUS_OK)
		code = store_key(&key, st);
	if (code == STATUS_OK)
		code = put(saved, st, &copy, &payload, key);
	buf_done(&payload);
	arena_done(&a);
	return code;
}
