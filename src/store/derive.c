/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from reference data and records: the state of a TI as everybody sees it, its claim, its place
 * in the queue, whether it would complete a line, and the counts. Store layer; the thread that opened the
 * store, inside its transactions.
 */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/vec.h"

static const char sql_reference[] = "SELECT id, test, ref_status, revision, ref_claim_by, status, rank, flags, "
	"claim, claim_by FROM ti WHERE key = ?1";
static const char sql_digests[] = "SELECT sha256 FROM evidence WHERE ti = ?1";
static const char sql_update[] = "UPDATE ti SET status = ?2, rank = ?3, flags = ?4, claim = ?5, claim_by = ?6 "
	"WHERE key = ?1";
static const char sql_completes[] = "SELECT 1 FROM participant p JOIN test_role r ON r.test = ?2 AND r.n = p.role "
	"LEFT JOIN progress g ON g.test = ?2 AND g.role = p.role AND g.system = p.system "
	"WHERE p.ti = ?1 AND r.wanted - 1 = coalesce(g.n, 0) LIMIT 1";
static const char sql_roles[] = "SELECT p.role, p.system, r.wanted, coalesce(g.n, 0) FROM participant p "
	"JOIN test_role r ON r.test = ?2 AND r.n = p.role "
	"LEFT JOIN progress g ON g.test = ?2 AND g.role = p.role AND g.system = p.system WHERE p.ti = ?1";
static const char sql_progress[] = "INSERT INTO progress (test, role, system, n) VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (test, role, system) DO UPDATE SET n = n + excluded.n";
static const char sql_peers[] = "SELECT p.ti FROM participant p JOIN ti ON ti.key = p.ti "
	"WHERE p.system = ?1 AND p.test = ?2 AND ti.rank <= 1";
static const char sql_flag[] = "UPDATE ti SET flags = (flags & ~8) | ?2 WHERE key = ?1 AND flags & 8 <> ?2";
static const char sql_tally_add[] = "INSERT INTO tally (name, n) VALUES (?1, ?2) "
	"ON CONFLICT (name) DO UPDATE SET n = n + excluded.n";
static const char sql_drop[] = "DELETE FROM ti WHERE key = ?1";
static const char sql_touched[] = "SELECT key FROM ti WHERE id IN (SELECT ti FROM record WHERE ti IS NOT NULL) "
	"UNION SELECT key FROM ti WHERE ref_claim_by <> ''";

/* The end of an import, in this order. */
static const char *const sql_tally_all[] = {
	"DELETE FROM tally",
	"INSERT INTO tally SELECT 'status.' || status, count(*) FROM ti GROUP BY status",
	"INSERT INTO tally SELECT 'rank.' || rank, count(*) FROM ti GROUP BY rank",
	("INSERT INTO tally SELECT 'flag.' || f.bit, count(*) FROM (SELECT 1 AS bit UNION ALL SELECT 2 UNION ALL "
		"SELECT 4) f JOIN ti ON ti.flags & f.bit GROUP BY f.bit"),
	"INSERT INTO tally SELECT 'state.' || state, count(*) FROM record WHERE own = 1 GROUP BY state",
};
static const char *const sql_progress_all[] = {
	"DELETE FROM progress",
	/* 5: TI_VERIFIED */
	("INSERT INTO progress SELECT ti.test, p.role, p.system, count(*) FROM ti JOIN participant p "
		"ON p.ti = ti.key WHERE ti.status = 5 GROUP BY ti.test, p.role, p.system"),
	"UPDATE ti SET flags = flags & ~8 WHERE flags & 8",
	("UPDATE ti SET flags = flags | 8 WHERE rank <= 1 AND EXISTS (SELECT 1 FROM participant p JOIN test_role r "
		"ON r.test = ti.test AND r.n = p.role LEFT JOIN progress g ON g.test = ti.test AND g.role = p.role "
		"AND g.system = p.system WHERE p.ti = ti.key AND r.wanted - 1 = coalesce(g.n, 0))"),
};

_Static_assert(TI_VERIFIED == 5, "sql_progress_all names it by number");

enum ti_rank ti_rank_of(enum ti_status status, bool stale, bool disputed)
{
	if (disputed || status == TI_DISPUTED)
		return RANK_DISPUTED;
	if (status == TI_CRITICAL)
		return RANK_CRITICAL;
	if (ti_status_waits(status) || (stale && status != TI_RUNNING && status != TI_PAUSED))
		return RANK_WAITING;
	return status == TI_RUNNING || status == TI_PAUSED ? RANK_OPEN : RANK_DONE;
}

/* What the row says now, and what it should say. */
struct derived {
	enum ti_status status;
	enum ti_rank rank;
	unsigned int flags;
	enum claim_state claim;
	const char *claim_by;
};

struct reference {
	int64_t key, test;
	const char *id, *claim_by;
	enum ti_status status;
	unsigned int revision;
	struct lease lease;	/* who is NULL without */
};

static enum status read_reference(struct reference *ref, struct derived *was, struct arena *a, struct store *st,
	int64_t key)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_reference);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, key);
	code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	ref->key = key;
	ref->id = sql_text(a, s, 0);
	ref->test = sqlite3_column_int64(s, 1);
	ref->status = (enum ti_status)sqlite3_column_int(s, 2);
	ref->revision = (unsigned int)sqlite3_column_int64(s, 3);
	ref->claim_by = sql_text(a, s, 4);
	was->status = (enum ti_status)sqlite3_column_int(s, 5);
	was->rank = (enum ti_rank)sqlite3_column_int(s, 6);
	was->flags = (unsigned int)sqlite3_column_int(s, 7);
	was->claim = (enum claim_state)sqlite3_column_int(s, 8);
	was->claim_by = sql_text(a, s, 9);
	sqlite3_reset(s);
	code = lease_find(&ref->lease, a, st, ref->id);
	if (code == STATUS_NOT_FOUND) {
		ref->lease.who = NULL;
		code = STATUS_OK;
	}
	return code;
}

static enum status read_digests(struct digest **out, size_t *n_out, struct arena *a, struct store *st, int64_t key)
{
	VEC(struct digest) all = VEC_INIT;
	sqlite3_stmt *s;
	struct digest d;
	enum status code = sql_get(&s, st, sql_digests);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, key);
	while ((code = sql_row(st, s)) == STATUS_OK)
		if (sql_digest(&d, s, 0))
			vec_push(&all, d);
	*n_out = all.len;
	*out = all.len ? arena_dup(a, all.at, all.len * sizeof(d)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static bool later(const struct ti_record *a, const struct ti_record *b)
{
	if (a->rec->hlc != b->rec->hlc)
		return a->rec->hlc > b->rec->hlc;
	return memcmp(a->rid.b, b->rid.b, sizeof(a->rid.b)) > 0;
}

/* Did this person release the TI or decide on it, and not claim it again since? `granted`: wall ms of a confirmed claim. */
static bool let_go(const struct ti_record *recs, size_t n, const char *who, int64_t granted)
{
	const struct ti_record *end = NULL, *claim = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct ti_record *r = &recs[i];

		if (strcmp(r->rec->who, who) != 0)
			continue;
		if (r->rec->kind == RECORD_CLAIM && (!claim || later(r, claim)))
			claim = r;
		if ((r->rec->kind == RECORD_RELEASE || r->rec->kind == RECORD_VERDICT) && (!end || later(r, end)))
			end = r;
	}
	return end && end->rec->at >= granted && (!claim || later(end, claim));
}

/*
 * A claim, intended or confirmed, lives until its holder releases it or decides. A claim that the event confirmed
 * for somebody else makes the own intent a lost one.
 */
static void derive_claim(struct derived *d, struct store *st, const struct reference *ref,
	const struct ti_record *recs, size_t n)
{
	const struct person *me = st->me;
	const char *holder = ref->lease.who ? ref->lease.who : ref->claim_by;
	const struct ti_record *own = NULL, *other = NULL, **last;
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (recs[i].rec->kind != RECORD_CLAIM)
			continue;
		for (k = 0; k < n; k++)
			if ((recs[k].rec->kind == RECORD_RELEASE || recs[k].rec->kind == RECORD_VERDICT) &&
			    strcmp(recs[k].rec->who, recs[i].rec->who) == 0 && later(&recs[k], &recs[i]))
				break;
		if (k < n)
			continue;
		last = me && strcmp(recs[i].rec->who, me->id) == 0 ? &own : &other;
		if (!*last || later(&recs[i], *last))
			*last = &recs[i];
	}
	d->claim = CLAIM_NONE;
	d->claim_by = "";
	if (*holder && !let_go(recs, n, holder, ref->lease.who ? ref->lease.granted : 0)) {
		d->claim = CLAIM_CONFIRMED;
		d->claim_by = holder;
		if (me && strcmp(holder, me->id) == 0)
			d->flags |= TI_MINE;
		else if (own)
			d->claim = CLAIM_LOST;
	} else if (own || other) {
		d->claim = CLAIM_INTENDED;
		d->claim_by = own ? own->rec->who : other->rec->who;
		if (own)
			d->flags |= TI_MINE;
	}
}

static void derive(struct derived *d, struct arena *a, struct store *st, const struct reference *ref,
	const struct digest *digests, size_t n_digests, const struct ti_record *recs, size_t n)
{
	struct fold_state state;

	ti_fold(&state, a, ref->status, ref->revision, digests, n_digests, recs, n);
	d->status = state.status;
	d->flags = (state.stale ? TI_STALE : 0) | (state.disputed ? TI_DISPUTE : 0);
	d->rank = ti_rank_of(state.status, state.stale, state.disputed);
	derive_claim(d, st, ref, recs, n);
}

static const char *const tally_words[TALLY_KINDS] = {
	[TALLY_STATUS] = "status", [TALLY_RANK] = "rank", [TALLY_FLAG] = "flag", [TALLY_STATE] = "state",
};

static enum status tally_add(struct store *st, enum tally_kind what, int which, int by)
{
	char name[32];
	sqlite3_stmt *s;
	enum status code;

	if (by == 0)
		return STATUS_OK;
	if (st->tally_held) {
		st->tally_sum[what][which] += by;
		return STATUS_OK;
	}
	code = sql_get(&s, st, sql_tally_add);
	if (code != STATUS_OK)
		return code;
	snprintf(name, sizeof(name), "%s.%d", tally_words[what], which);
	sql_bind_text(s, 1, name);
	sqlite3_bind_int(s, 2, by);
	return sql_run(st, s);
}

enum status tally_state(struct store *st, enum entry_state state, int by)
{
	return tally_add(st, TALLY_STATE, (int)state, by);
}

void tally_hold(struct store *st)
{
	memset(st->tally_sum, 0, sizeof(st->tally_sum));
	st->tally_held = true;
}

enum status tally_release(struct store *st, bool drop)
{
	enum status code = STATUS_OK;
	int kind, i;

	st->tally_held = false;
	for (kind = 0; kind < TALLY_KINDS && !drop; kind++)
		for (i = 0; i < TALLY_WIDTH && code == STATUS_OK; i++)
			code = tally_add(st, (enum tally_kind)kind, i, st->tally_sum[kind][i]);
	return code;
}

enum status tally_ti(struct store *st, enum ti_status status, enum ti_rank rank, unsigned int flags, int by)
{
	unsigned int bit;
	enum status code = tally_add(st, TALLY_STATUS, (int)status, by);

	if (code == STATUS_OK)
		code = tally_add(st, TALLY_RANK, (int)rank, by);
	for (bit = TI_STALE; code == STATUS_OK && bit <= TI_MINE; bit <<= 1)
		code = tally_add(st, TALLY_FLAG, (int)bit, flags & bit ? by : 0);
	return code;
}

static enum status tally_change(struct store *st, const struct derived *was, const struct derived *now)
{
	enum status code = STATUS_OK;
	unsigned int bit;

	if (was->status != now->status) {
		code = tally_add(st, TALLY_STATUS, (int)was->status, -1);
		if (code == STATUS_OK)
			code = tally_add(st, TALLY_STATUS, (int)now->status, 1);
	}
	if (code == STATUS_OK && was->rank != now->rank) {
		code = tally_add(st, TALLY_RANK, (int)was->rank, -1);
		if (code == STATUS_OK)
			code = tally_add(st, TALLY_RANK, (int)now->rank, 1);
	}
	for (bit = TI_STALE; code == STATUS_OK && bit <= TI_MINE; bit <<= 1)
		code = tally_add(st, TALLY_FLAG, (int)bit, !!(now->flags & bit) - !!(was->flags & bit));
	return code;
}

static enum status completes(bool *out, struct store *st, int64_t key, int64_t test)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_completes);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, key);
	sqlite3_bind_int64(s, 2, test);
	code = sql_row(st, s);
	*out = code == STATUS_OK;
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* TIs of that system and test that wait: look again whether one more verdict completes the line. */
static enum status mark_peers(struct store *st, const char *system, int64_t test)
{
	VEC(int64_t) keys = VEC_INIT;
	sqlite3_stmt *s;
	bool yes;
	size_t i;
	enum status code = sql_get(&s, st, sql_peers);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, system);
	sqlite3_bind_int64(s, 2, test);
	while ((code = sql_row(st, s)) == STATUS_OK)
		vec_push(&keys, sqlite3_column_int64(s, 0));
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	for (i = 0; code == STATUS_OK && i < keys.len; i++) {
		code = completes(&yes, st, keys.at[i], test);
		if (code == STATUS_OK)
			code = sql_get(&s, st, sql_flag);
		if (code == STATUS_OK) {
			sqlite3_bind_int64(s, 1, keys.at[i]);
			sqlite3_bind_int(s, 2, yes ? TI_COMPLETES : 0);
			code = sql_run(st, s);
		}
	}
	vec_done(&keys);
	return code;
}

struct part { int64_t role, wanted, had; const char *system; };

/* A TI became verified, or no longer is: only where a count meets the wanted one do other TIs change. */
static enum status count_progress(struct store *st, struct arena *a, const struct reference *ref, int by)
{
	VEC(struct part) parts = VEC_INIT;
	struct part p;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_roles);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, ref->key);
	sqlite3_bind_int64(s, 2, ref->test);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		p.role = sqlite3_column_int64(s, 0);
		p.system = sql_text(a, s, 1);
		p.wanted = sqlite3_column_int64(s, 2);
		p.had = sqlite3_column_int64(s, 3);
		vec_push(&parts, p);
	}
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	for (i = 0; code == STATUS_OK && i < parts.len; i++) {
		p = parts.at[i];
		code = sql_get(&s, st, sql_progress);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, ref->test);
		sqlite3_bind_int64(s, 2, p.role);
		sql_bind_text(s, 3, p.system);
		sqlite3_bind_int(s, 4, by);
		code = sql_run(st, s);
		if (code == STATUS_OK && (p.had == p.wanted - 1 || p.had + by == p.wanted - 1))
			code = mark_peers(st, p.system, ref->test);
	}
	vec_done(&parts);
	return code;
}

static enum status write_derived(struct store *st, struct arena *a, const struct reference *ref,
	const struct derived *was, struct derived *now)
{
	sqlite3_stmt *s;
	bool yes = false;
	int by = (now->status == TI_VERIFIED) - (was->status == TI_VERIFIED);
	enum status code = STATUS_OK;

	if (now->rank <= RANK_WAITING && !st->progress_held)
		code = completes(&yes, st, ref->key, ref->test);
	if (yes)
		now->flags |= TI_COMPLETES;
	if (code != STATUS_OK || (was->status == now->status && was->rank == now->rank &&
	    was->flags == now->flags && was->claim == now->claim && strcmp(was->claim_by, now->claim_by) == 0))
		return code;
	results_touch(st, ref->id);
	code = sql_get(&s, st, sql_update);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, ref->key);
	sqlite3_bind_int(s, 2, (int)now->status);
	sqlite3_bind_int(s, 3, (int)now->rank);
	sqlite3_bind_int(s, 4, (int)now->flags);
	sqlite3_bind_int(s, 5, (int)now->claim);
	sql_bind_text(s, 6, now->claim_by);
	code = sql_run(st, s);
	if (code == STATUS_OK)
		code = tally_change(st, was, now);
	if (code == STATUS_OK && by && !st->progress_held)
		code = count_progress(st, a, ref, by);
	return code;
}

enum status store_rederive(struct store *st, int64_t key)
{
	struct arena a;
	struct reference ref;
	struct derived was, now;
	struct digest *digests = NULL;
	struct ti_record *recs = NULL;
	size_t n_digests = 0, n_recs = 0;
	enum status code;

	arena_init(&a);
	code = store_about_load(st);	/* who "me" is must be known, not guessed */
	if (code == STATUS_OK)
		code = read_reference(&ref, &was, &a, st, key);
	if (code == STATUS_OK)
		code = read_digests(&digests, &n_digests, &a, st, key);
	if (code == STATUS_OK)
		code = ti_records(&recs, &n_recs, &a, st, ref.id);
	if (code == STATUS_OK) {
		derive(&now, &a, st, &ref, digests, n_digests, recs, n_recs);
		code = write_derived(st, &a, &ref, &was, &now);
	}
	arena_done(&a);
	return code;
}

static enum status run_all(struct store *st, const char *const *sql, size_t n)
{
	enum status code = STATUS_OK;
	size_t i;

	for (i = 0; code == STATUS_OK && i < n; i++)
		code = sql_exec(st, sql[i]);
	return code;
}

enum status store_progress_all(struct store *st)
{
	return run_all(st, sql_progress_all, sizeof(sql_progress_all) / sizeof(sql_progress_all[0]));
}

enum status store_ti_drop(struct store *st, const char *ti)
{
	struct arena a;
	struct reference ref;
	struct derived was;
	int64_t key = 0;
	sqlite3_stmt *s;
	enum status code = store_instance_key(&key, st, ti);

	if (code != STATUS_OK)
		return code == STATUS_NOT_FOUND ? STATUS_OK : code;
	results_touch(st, ti);
	arena_init(&a);
	code = read_reference(&ref, &was, &a, st, key);
	if (code == STATUS_OK)
		code = tally_ti(st, was.status, was.rank, was.flags, -1);
	if (code == STATUS_OK && was.status == TI_VERIFIED && !st->progress_held)
		code = count_progress(st, &a, &ref, -1);
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_drop);
	if (code == STATUS_OK) {
		sqlite3_bind_int64(s, 1, key);
		code = sql_run(st, s);
	}
	arena_done(&a);
	return code;
}

enum status store_tally(struct store *st)
{
	return run_all(st, sql_tally_all, sizeof(sql_tally_all) / sizeof(sql_tally_all[0]));
}

enum status store_rederive_all(struct store *st)
{
	VEC(int64_t) keys = VEC_INIT;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_touched);

	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK)
		vec_push(&keys, sqlite3_column_int64(s, 0));
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	for (i = 0; code == STATUS_OK && i < keys.len; i++)
		code = store_rederive(st, keys.at[i]);
	vec_done(&keys);
	if (code == STATUS_OK)
		code = store_progress_all(st);
	return code == STATUS_OK ? store_tally(st) : code;
}
