/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TI with everything a screen shows of it: the test, participants, steps, evidence, verdicts, check-off
 * list, and the event's history merged with the records here. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/model/rules.h"
#include "verdict/proto/payload.h"
#include "verdict/store/blob.h"

static const char sql_instance[] = "SELECT " QUEUE_COLUMNS ", ti.test, test.peer, test.description, ti.ref_status, "
	"ti.ref_claim_until, coalesce(x.description, ''), coalesce(x.permalink, '') "
	"FROM ti JOIN test ON test.key = ti.test LEFT JOIN ti_text x ON x.ti = ti.key WHERE ti.id = ?1";
static const char sql_roles[] = "SELECT label, profile, actor, min, max, wanted, required FROM test_role "
	"WHERE test = ?1 ORDER BY n";
static const char sql_steps[] = "SELECT t.n, t.kind, t.source, t.target, t.transact, t.text, "
	"coalesce(s.status, 'activated') FROM test_step t LEFT JOIN step s ON s.ti = ?2 AND s.n = t.n "
	"WHERE t.test = ?1 ORDER BY t.n";
static const char sql_items[] = "SELECT id, text, source, by_check, severity FROM test_item WHERE test = ?1 ORDER BY n";
static const char sql_participants[] = "SELECT r.label, coalesce(c.name, r.actor), r.profile, "
	"p.system, coalesce(y.name, ''), "
	"coalesce(y.organisation, ''), coalesce(o.name, ''), coalesce(o.country, ''), coalesce(y.place, '') "
	"FROM participant p LEFT JOIN test_role r ON r.test = ?2 AND r.n = p.role "
	"LEFT JOIN actor c ON c.id = r.actor LEFT JOIN system y ON y.id = p.system "
	"LEFT JOIN organisation o ON o.id = y.organisation WHERE p.ti = ?1 ORDER BY p.n";
static const char sql_evidence[] = "SELECT e.n, e.step, e.name, e.kind, e.url, e.sha256, e.size, "
	"EXISTS (SELECT 1 FROM looked l WHERE l.ti = ?2 AND l.sha256 = e.sha256) "
	"FROM evidence e WHERE e.ti = ?1 ORDER BY e.n";
static const char sql_history[] = "SELECT h.at, h.who, coalesce(p.name, h.who), h.kind, h.text FROM history h "
	"LEFT JOIN person p ON p.id = h.who WHERE h.ti = ?1 ORDER BY h.n";
static const char sql_records[] = "SELECT rid, payload, state, own, flags FROM record WHERE ti = ?1 ORDER BY seq";
static const char sql_name[] = "SELECT name FROM person WHERE id = ?1";

/* ---- records on a TI ---- */

/*
 * What the hub marked as not neutral, of a revoked key or beyond its author's role is shown and not counted; other
 * marks (late, clock, fork) tell something and take nothing away. A refused record counts nowhere.
 */
static bool counts(enum entry_state state, unsigned int flags)
{
	return state != ENTRY_REFUSED && !(flags & FLAGS_NOT_COUNTED);
}

/* The record of the row, or as it was read a moment ago. */
static bool read_payload(struct ti_record *r, struct arena *a, struct store *st, sqlite3_stmt *s)
{
	char hex[DIGEST_HEX];

	if (st->parsed) {
		digest_hex(hex, &r->rid);
		r->rec = map_get(st->parsed, hex);
		if (r->rec)
			return true;
	}
	r->rec = arena_new(a, struct record);
	return payload_parse(r->rec, a, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1)) == STATUS_OK;
}

enum status ti_records(struct ti_record **out, size_t *n_out, struct arena *a, struct store *st, const char *ti)
{
	VEC(struct ti_record) all = VEC_INIT;
	struct ti_record r;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_records);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		if (!sql_digest(&r.rid, s, 0) || !read_payload(&r, a, st, s))
			continue;	/* written by a newer version: kept, and of no meaning here */
		r.state = (enum entry_state)sqlite3_column_int(s, 2);
		r.own = sqlite3_column_int(s, 3) != 0;
		r.flags = (unsigned int)sqlite3_column_int64(s, 4);
		r.counted = counts(r.state, r.flags);
		vec_push(&all, r);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*out = all.len ? arena_dup(a, all.at, all.len * sizeof(r)) : NULL;
	}
	vec_done(&all);
	return code;
}

void ti_fold(struct fold_state *out, struct arena *a, enum ti_status ref_status, unsigned int revision,
	const struct digest *evidence, size_t n_evidence, const struct ti_record *recs, size_t n_recs)
{
	struct fold_reference ref = { .status = ref_status, .revision = revision, .evidence = evidence,
		.n_evidence = n_evidence };
	struct fold_record *all = arena_array(a, struct fold_record, n_recs + 1);
	size_t i;

	for (i = 0; i < n_recs; i++) {
		all[i].rid = recs[i].rid;
		all[i].rec = recs[i].rec;
		all[i].counted = recs[i].counted;
		all[i].revoked = recs[i].state != ENTRY_REFUSED &&
			(recs[i].flags & FLAGS_NOT_COUNTED) == FLAG_REVOKED;
	}
	memset(out, 0, sizeof(*out));
	fold(out, a, &ref, all, n_recs);
}

/* ---- the parts ---- */

static const char *name_of(struct arena *a, struct store *st, const char *person)
{
	const char *name = person;
	sqlite3_stmt *s;

	if (sql_get(&s, st, sql_name) != STATUS_OK)
		return name;
	sql_bind_text(s, 1, person);
	if (sql_row(st, s) == STATUS_OK) {
		name = sql_text(a, s, 0);
		sqlite3_reset(s);
	}
	return name;
}

static const char **split_words(size_t *n_out, struct arena *a, const char *words)
{
	const char **out;
	size_t n = 0, len;
	const char *p;

	for (p = words, n = 1; *p; p++)
		n += *p == ' ';
	out = arena_array(a, const char *, n);
	for (p = words, n = 0; *p; p += len + (p[len] == ' ')) {
		len = strcspn(p, " ");
		if (len)
			out[n++] = arena_strn(a, p, len);
	}
	*n_out = n;
	return out;
}

static enum status read_roles(struct test *t, struct arena *a, struct store *st, int64_t test)
{
	VEC(struct test_role) all = VEC_INIT;
	struct test_role r;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_roles);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, test);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		r.label = sql_text(a, s, 0);
		r.profile = sql_text(a, s, 1);
		r.actor = sql_text(a, s, 2);
		r.min = (unsigned int)sqlite3_column_int(s, 3);
		r.max = (unsigned int)sqlite3_column_int(s, 4);
		r.wanted = (unsigned int)sqlite3_column_int(s, 5);
		r.required = sqlite3_column_int(s, 6) != 0;
		vec_push(&all, r);
	}
	t->n_roles = all.len;
	t->roles = all.len ? arena_dup(a, all.at, all.len * sizeof(r)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status read_steps(struct instance *ti, struct arena *a, struct store *st, int64_t test)
{
	VEC(struct instance_step) all = VEC_INIT;
	struct instance_step p;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_steps);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, test);
	sqlite3_bind_int64(s, 2, ti->row.key);
	memset(&p, 0, sizeof(p));
	while ((code = sql_row(st, s)) == STATUS_OK) {
		p.n = (unsigned int)sqlite3_column_int(s, 0);
		p.kind = sql_text(a, s, 1);
		p.from = sql_text(a, s, 2);
		p.to = sql_text(a, s, 3);
		p.transaction = sql_text(a, s, 4);
		p.text = sql_text(a, s, 5);
		p.status = sql_text(a, s, 6);
		vec_push(&all, p);
	}
	ti->n_steps = ti->test.n_steps = all.len;
	ti->steps = arena_array(a, struct instance_step, all.len + 1);
	ti->test.steps = arena_array(a, struct test_step, all.len + 1);
	for (i = 0; i < all.len; i++) {
		p = all.at[i];
		ti->steps[i] = p;
		ti->test.steps[i] = (struct test_step){ p.n, p.kind, p.from, p.to, p.transaction, p.text };
	}
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status read_items(struct instance *ti, struct arena *a, struct store *st, int64_t test)
{
	VEC(struct instance_item) all = VEC_INIT;
	struct instance_item p;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_items);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, test);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		p.item.id = sql_text(a, s, 0);
		p.item.text = sql_text(a, s, 1);
		p.item.source = sql_text(a, s, 2);
		p.item.by = sqlite3_column_int(s, 3) ? ITEM_BY_CHECK : ITEM_BY_PERSON;
		p.item.severity = sqlite3_column_int(s, 4);
		p.state = ITEM_OPEN;
		p.by = "";
		vec_push(&all, p);
	}
	ti->n_items = ti->test.n_items = all.len;
	ti->items = all.len ? arena_dup(a, all.at, all.len * sizeof(p)) : NULL;
	ti->test.items = arena_array(a, struct test_item, all.len + 1);
	for (i = 0; i < all.len; i++)
		ti->test.items[i] = all.at[i].item;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status read_participants(struct instance *ti, struct arena *a, struct store *st, int64_t test)
{
	VEC(struct participant) all = VEC_INIT;
	struct participant p;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_participants);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, ti->row.key);
	sqlite3_bind_int64(s, 2, test);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		p.role = sql_text(a, s, 0);
		p.actor = sql_text(a, s, 1);
		p.profile = sql_text(a, s, 2);
		p.system = sql_text(a, s, 3);
		p.system_name = sql_text(a, s, 4);
		p.organisation = sql_text(a, s, 5);
		p.organisation_name = sql_text(a, s, 6);
		p.country = sql_text(a, s, 7);
		p.table = sql_text(a, s, 8);
		vec_push(&all, p);
	}
	ti->n_participants = all.len;
	ti->participants = all.len ? arena_dup(a, all.at, all.len * sizeof(p)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status read_evidence(struct instance *ti, struct arena *a, struct store *st)
{
	VEC(struct evidence_item) all = VEC_INIT;
	struct evidence_item e;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_evidence);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, ti->row.key);
	sql_bind_text(s, 2, ti->row.id);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		e.n = (unsigned int)sqlite3_column_int(s, 0);
		e.step = (unsigned int)sqlite3_column_int(s, 1);
		e.name = sql_text(a, s, 2);
		e.kind = sql_text(a, s, 3);
		e.url = sql_text(a, s, 4);
		if (!sql_digest(&e.sha256, s, 5))
			memset(&e.sha256, 0, sizeof(e.sha256));
		e.size = sqlite3_column_int64(s, 6);
		e.looked = sqlite3_column_int(s, 7) != 0;
		e.here = blob_here(st, &e.sha256) || blob_link(st, &e.sha256, e.size, e.url);
		vec_push(&all, e);
		for (i = 0; i < ti->n_steps; i++)
			if (e.step && ti->steps[i].n == e.step)
				ti->steps[i].evidence++;
	}
	ti->n_evidence = all.len;
	ti->evidence = all.len ? arena_dup(a, all.at, all.len * sizeof(e)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* ---- what the records say ---- */

static bool is_leaf(const struct fold_state *state, const struct digest *rid)
{
	size_t i;

	for (i = 0; i < state->n_leaves; i++)
		if (digest_equal(&state->leaves[i], rid))
			return true;
	return false;
}

static bool is_withdrawn(const struct ti_record *recs, size_t n, const struct ti_record *of)
{
	for (size_t i = 0; i < n; i++)
		if (recs[i].rec->kind == RECORD_WITHDRAWAL && recs[i].counted && recs[i].rec->has_of &&
		    digest_equal(&recs[i].rec->of, &of->rid) && strcmp(recs[i].rec->who, of->rec->who) == 0)
			return true;
	return false;
}

static void add_verdicts(struct instance *ti, struct arena *a, struct store *st, const struct fold_state *state,
	const struct ti_record *recs, size_t n)
{
	struct instance_verdict *v;
	size_t i;

	ti->verdicts = arena_array(a, struct instance_verdict, n + 1);
	for (i = 0; i < n; i++) {
		if (recs[i].rec->kind != RECORD_VERDICT && recs[i].rec->kind != RECORD_RESOLUTION)
			continue;
		v = &ti->verdicts[ti->n_verdicts++];
		v->rid = recs[i].rid;
		v->by = recs[i].rec->who;
		v->by_name = name_of(a, st, v->by);
		v->outcome = recs[i].rec->outcome;
		v->reason = recs[i].rec->text ? recs[i].rec->text : "";
		v->at = recs[i].rec->at;
		v->state = recs[i].state;
		v->own = recs[i].own;
		v->leaf = is_leaf(state, &recs[i].rid);
		v->counted = recs[i].counted;
		v->withdrawn = is_withdrawn(recs, n, &recs[i]);
	}
}

static void mark(struct instance *ti, const struct record *rec)
{
	size_t i, k;

	for (i = 0; i < rec->n_steps; i++)
		for (k = 0; k < ti->n_steps; k++)
			if (ti->steps[k].n == rec->steps[i].n)
				ti->steps[k].mark = rec->steps[i].mark;
	for (i = 0; i < rec->n_ticks; i++)
		for (k = 0; k < ti->n_items; k++)
			if (strcmp(ti->items[k].item.id, rec->ticks[i].id) == 0) {
				ti->items[k].state = rec->ticks[i].state;
				ti->items[k].by = rec->ticks[i].by_check ? "check" : rec->who;
			}
}

/* What a record says, in a few words for a list. */
static const char *record_words(struct arena *a, const struct record *rec)
{
	const char *text = rec->text ? rec->text : "";

	switch (rec->kind) {
	case RECORD_VERDICT: case RECORD_RESOLUTION:
		return *text ? arena_printf(a, "%s: %s", outcome_label(rec->outcome), text) :
			outcome_label(rec->outcome);
	case RECORD_GRADE:
		return rec->grade ? rec->grade : text;
	case RECORD_UNKNOWN:
		return rec->kind_name ? rec->kind_name : text;
	default:
		return text;
	}
}

/* Stable, and quick on what is nearly in order already: history comes oldest first. */
static void sort_history(struct history_entry *h, size_t n)
{
	struct history_entry one;
	size_t i, k;

	for (i = 1; i < n; i++) {
		one = h[i];
		for (k = i; k > 0 && h[k - 1].at > one.at; k--)
			h[k] = h[k - 1];
		h[k] = one;
	}
}

static enum status read_history(struct instance *ti, struct arena *a, struct store *st,
	const struct ti_record *recs, size_t n)
{
	VEC(struct history_entry) all = VEC_INIT;
	struct history_entry h;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_history);

	if (code != STATUS_OK)
		return code;
	memset(&h, 0, sizeof(h));
	sqlite3_bind_int64(s, 1, ti->row.key);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		h.at = sqlite3_column_int64(s, 0);
		h.who = sql_text(a, s, 1);
		h.who_name = sql_text(a, s, 2);
		h.kind = sql_text(a, s, 3);
		h.text = sql_text(a, s, 4);
		vec_push(&all, h);
	}
	for (i = 0; i < n; i++) {
		h.at = recs[i].rec->at;
		h.who = recs[i].rec->who;
		h.who_name = name_of(a, st, h.who);
		h.kind = recs[i].rec->kind == RECORD_UNKNOWN ? recs[i].rec->kind_name :
			record_kind_name(recs[i].rec->kind);
		h.text = record_words(a, recs[i].rec);
		h.own = recs[i].own;
		h.record = true;
		vec_push(&all, h);
	}
	ti->n_history = all.len;
	ti->history = all.len ? arena_dup(a, all.at, all.len * sizeof(h)) : NULL;
	vec_done(&all);
	sort_history(ti->history, ti->n_history);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static int64_t own_claim_until(const struct ti_record *recs, size_t n, const struct instance *ti)
{
	int64_t until = 0;
	size_t i;

	for (i = 0; i < n; i++)
		if (recs[i].rec->kind == RECORD_CLAIM && strcmp(recs[i].rec->who, ti->row.claim_by) == 0)
			until = recs[i].rec->at + recs[i].rec->ttl_s * 1000;
	return until;
}

/* Until when the claim shown holds: the hub's word, else what its holder intended. */
static enum status claim_end(struct instance *ti, struct arena *a, struct store *st, const struct ti_record *recs, size_t n)
{
	struct lease l;
	enum status code = lease_find(&l, a, st, ti->row.id);

	if (code == STATUS_OK)
		ti->claim_until = clock_wall_ms() + l.left_ms;
	else if (code == STATUS_NOT_FOUND && ti->row.claim == CLAIM_INTENDED)
		ti->claim_until = own_claim_until(recs, n, ti);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status read_records(struct instance *ti, struct arena *a, struct store *st, enum ti_status ref_status)
{
	struct ti_record *recs = NULL;
	struct fold_state state;
	struct digest *digests = arena_array(a, struct digest, ti->n_evidence + 1);
	size_t n = 0, i;
	enum status code = ti_records(&recs, &n, a, st, ti->row.id);

	if (code != STATUS_OK)
		return code;
	for (i = 0; i < ti->n_evidence; i++)
		digests[i] = ti->evidence[i].sha256;
	ti_fold(&state, a, ref_status, ti->row.revision, digests, ti->n_evidence, recs, n);
	add_verdicts(ti, a, st, &state, recs, n);
	if (state.deciding)
		mark(ti, state.deciding->rec);
	code = claim_end(ti, a, st, recs, n);
	return code == STATUS_OK ? read_history(ti, a, st, recs, n) : code;
}

static enum status read_head(struct instance *ti, int64_t *test_out, enum ti_status *ref_out, struct arena *a,
	struct store *st, const char *id)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_instance);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, id);
	code = sql_row(st, s);
	if (code == STATUS_NOT_FOUND)
		return status_set(code, "no TI %s in this event", id);
	if (code != STATUS_OK)
		return code;
	queue_row_read(&ti->row, a, s);
	*test_out = sqlite3_column_int64(s, QUEUE_COLUMN_COUNT);
	ti->test.id = ti->row.test;
	ti->test.title = ti->row.title;
	ti->test.track = ti->row.track;
	ti->test.peer = sql_text(a, s, QUEUE_COLUMN_COUNT + 1);
	ti->test.description = sql_text(a, s, QUEUE_COLUMN_COUNT + 2);
	ti->test.profiles = split_words(&ti->test.n_profiles, a, ti->row.profiles);
	*ref_out = (enum ti_status)sqlite3_column_int(s, QUEUE_COLUMN_COUNT + 3);
	ti->claim_until = sqlite3_column_int64(s, QUEUE_COLUMN_COUNT + 4);
	ti->description = sql_text(a, s, QUEUE_COLUMN_COUNT + 5);
	ti->permalink = sql_text(a, s, QUEUE_COLUMN_COUNT + 6);
	sqlite3_reset(s);
	return STATUS_OK;
}

enum status store_instance(struct instance **out, struct arena *a, struct store *st, const char *id)
{
	struct instance *ti;
	int64_t test = 0;
	enum ti_status ref_status = TI_RUNNING;
	const struct person *me;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	ti = arena_new(a, struct instance);
	code = read_head(ti, &test, &ref_status, a, st, id);
	if (code == STATUS_OK)
		code = read_roles(&ti->test, a, st, test);
	if (code == STATUS_OK)
		code = read_steps(ti, a, st, test);
	if (code == STATUS_OK)
		code = read_items(ti, a, st, test);
	if (code == STATUS_OK)
		code = read_participants(ti, a, st, test);
	if (code == STATUS_OK)
		code = read_evidence(ti, a, st);
	if (code == STATUS_OK)
		code = read_records(ti, a, st, ref_status);
	if (code != STATUS_OK)
		return code;
	me = store_me(st);
	ti->n_warnings = rules_warnings(&ti->warnings, a, ti->participants, ti->n_participants);
	if (me)
		ti->neutrality = rules_neutrality(a, me, ti->participants, ti->n_participants);
	*out = ti;
	return STATUS_OK;
}
