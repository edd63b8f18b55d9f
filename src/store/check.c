/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The integrity check of a full-screen console: every table is walked in slices of about 5 ms, so that a save
 * or a page of the queue never waits for it. SQLite finds a malformed page when it reads it; rows are also
 * looked up the other way, through the indexes the screens use, and records are hashed. Store layer; the
 * thread that opened the store.
 */
#include "store_priv.h"

#include "verdict/base/clock.h"

#define SLICE_NS 4000000
#define SLICE_ROWS 256

/* Each: first column the last key of the slice (NULL at the end), second how many rows do not hold together. */
static const char sql_ti[] = "SELECT max(t.key), total(i.key IS NULL OR q.key IS NULL OR length(t.source || "
	"t.target || t.claim_by || t.place || t.source_country || t.target_country || t.teams) IS NULL) FROM (SELECT * FROM ti "
	"WHERE key > ?1 ORDER BY key LIMIT 256) t "
	"LEFT JOIN ti i INDEXED BY sqlite_autoindex_ti_1 ON i.id = t.id AND i.key = t.key "
	"LEFT JOIN ti q INDEXED BY ti_queue ON q.rank = t.rank AND q.since = t.since AND q.place = t.place "
	"AND q.test = t.test AND q.key = t.key";
static const char sql_mine[] = "SELECT max(t.key), total(t.flags & 4 AND m.key IS NULL) FROM (SELECT key, rank, "
	"since, flags FROM ti WHERE key > ?1 ORDER BY key LIMIT 256) t "
	"LEFT JOIN ti m INDEXED BY ti_mine ON m.flags & 4 AND m.rank = t.rank AND m.since = t.since AND m.key = t.key";
static const char sql_place[] = "SELECT max(t.key), total(p.key IS NULL) FROM (SELECT key, rank, place, since "
	"FROM ti WHERE key > ?1 ORDER BY key LIMIT 256) t "
	"LEFT JOIN ti p INDEXED BY ti_place ON p.rank = t.rank AND p.place = t.place AND p.since = t.since AND p.key = t.key";
static const char sql_participant[] = "SELECT max(t.ti), total(i.n IS NULL) FROM (SELECT ti, n, role, system, "
	"test FROM participant WHERE ti > ?1 AND ti <= ?1 + 256) t "
	"LEFT JOIN participant i INDEXED BY participant_system ON i.system = t.system "
	"AND i.test = t.test AND i.ti = t.ti AND i.n = t.n";
static const char sql_step[] = "SELECT max(ti), total(length(status) IS NULL) FROM step WHERE ti > ?1 AND ti <= ?1 + 256";
static const char sql_evidence[] = "SELECT max(ti), total(length(sha256) <> 32 OR length(name || kind || url) IS NULL) "
	"FROM evidence WHERE ti > ?1 AND ti <= ?1 + 256";
static const char sql_history[] = "SELECT max(ti), total(length(who || kind || text) IS NULL) FROM history "
	"WHERE ti > ?1 AND ti <= ?1 + 256";
static const char sql_test[] = "SELECT max(t.key), total(length(t.title || t.track || t.profiles || t.description) "
	"IS NULL OR i.key IS NULL) FROM (SELECT * FROM test WHERE key > ?1 ORDER BY key LIMIT 256) t "
	"LEFT JOIN test i INDEXED BY sqlite_autoindex_test_1 ON i.id = t.id AND i.key = t.key";
static const char sql_record[] = "SELECT max(t.seq), total(i.seq IS NULL OR c.seq IS NULL OR (t.own AND "
	"o.seq IS NULL) OR (t.ti IS NOT NULL AND k.seq IS NULL)) "
	"FROM (SELECT seq, rid, replica, n, ti, own, state FROM record WHERE seq > ?1 ORDER BY seq LIMIT 256) t "
	"LEFT JOIN record i INDEXED BY sqlite_autoindex_record_1 ON i.rid = t.rid AND i.seq = t.seq "
	"LEFT JOIN record c INDEXED BY record_chain ON c.replica = t.replica AND c.n = t.n AND c.seq = t.seq "
	"LEFT JOIN record o INDEXED BY record_own ON o.own = 1 AND o.seq = t.seq "
	"LEFT JOIN record k INDEXED BY record_ti ON k.ti IS NOT NULL AND k.ti = t.ti AND k.seq = t.seq";
static const char sql_signed[] = "SELECT seq, rid, payload, public_key, signature FROM record WHERE seq > ?1 "
	"ORDER BY seq LIMIT 32";
static const char sql_last_ti[] = "SELECT coalesce(max(key), 0) FROM ti";

static const struct table { const char *name, *sql; bool by_ti; } tables[] = {
	{ "test", sql_test, false },
	{ "record", sql_record, false },
	{ "record", NULL, false },	/* signatures: check_records() */
	{ "ti", sql_ti, false },
	{ "ti", sql_mine, false },
	{ "ti", sql_place, false },
	{ "participant", sql_participant, true },
	{ "step", sql_step, true },
	{ "evidence", sql_evidence, true },
	{ "history", sql_history, true },
};
#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

enum status check_records(bool *end_out, int64_t *seq, struct store *st)
{
	struct envelope e;
	struct digest rid, named;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_signed);

	if (code != STATUS_OK)
		return code;
	*end_out = true;
	sqlite3_bind_int64(s, 1, *seq);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		crypto_init();
		e.payload = sqlite3_column_blob(s, 2);
		e.len = (size_t)sqlite3_column_bytes(s, 2);
		e.public_key = sqlite3_column_blob(s, 3);
		e.signature = sqlite3_column_blob(s, 4);
		if (!e.payload || sqlite3_column_bytes(s, 3) != KEY_PUBLIC ||
		    sqlite3_column_bytes(s, 4) != KEY_SIGNATURE || !sql_digest(&named, s, 1) ||
		    !envelope_ok(&rid, &e) || !digest_equal(&rid, &named)) {
			sqlite3_reset(s);
			return status_set(STATUS_CORRUPT, "%s/verdict.db: a record's signature does not hold", st->dir);
		}
		*seq = sqlite3_column_int64(s, 0);
		*end_out = false;
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* One slice of the present table; *end_out when it has no more. */
static enum status slice(bool *end_out, struct store *st)
{
	const struct table *t = &tables[st->check_table];
	sqlite3_stmt *s;
	int64_t last = 0;
	enum status code;

	if (!t->sql)
		return check_records(end_out, &st->check_after, st);
	code = sql_get(&s, st, t->sql);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, st->check_after);
	code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	*end_out = sqlite3_column_type(s, 0) == SQLITE_NULL;
	if (sqlite3_column_double(s, 1) > 0)
		code = status_set(STATUS_CORRUPT, "%s/verdict.db: table %s does not hold together", st->dir, t->name);
	else if (!t->by_ti)
		st->check_after = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	if (code == STATUS_OK && t->by_ti) {
		/* TIs without rows here leave holes: the end is that of the TIs */
		st->check_after += SLICE_ROWS;
		code = sql_int(&last, st, sql_last_ti);
		*end_out = st->check_after > last;
	}
	return code;
}

enum status store_check(bool *done_out, struct store *st)
{
	int64_t until = clock_mono_ns() + SLICE_NS;
	bool end;
	enum status code = store_ready(st);

	while (code == STATUS_OK && st->check_table < TABLE_COUNT && clock_mono_ns() < until) {
		end = false;
		code = slice(&end, st);
		if (code == STATUS_OK && end) {
			st->check_table++;
			st->check_after = 0;
		}
	}
	if (code == STATUS_CORRUPT) {
		code = store_recover(st);
		st->check_table = TABLE_COUNT;
	}
	if (code == STATUS_OK)
		*done_out = st->check_table >= TABLE_COUNT;
	return code;
}
