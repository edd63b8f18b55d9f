/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A damaged database is set aside and built again: reference data from reference/, own records from the
 * journal, and from the damaged file what can still be read: drafts, settings, states, and records whose
 * signature holds. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"

static const char old_drafts[] = "SELECT ti, text, at FROM draft";
static const char old_looked[] = "SELECT ti, sha256, at FROM looked";
static const char old_settings[] = "SELECT name, value FROM setting";
static const char old_records[] = "SELECT payload, public_key, signature, own, state, why, flags FROM record";
static const char old_records_1[] = "SELECT payload, public_key, signature, own, state, why, 0 FROM record";
static const char sql_state[] = "UPDATE record SET state = ?2, why = ?3, flags = ?4 WHERE rid = ?1 AND state = 0 "
	"AND ?2 <> 0";
static const char sql_own[] = "SELECT count(*) FROM record WHERE own = 1";
static const char sql_instances[] = "SELECT count(*) FROM ti";

static bool exists(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0;
}

/* verdict.db and its WAL, together, to a name nobody has. */
static enum status set_aside(char **aside_out, struct store *st)
{
	char *path = store_path(st, "verdict.db"), *wal = store_path(st, "verdict.db-wal"), *aside, *aside_wal;
	long long now = (long long)(clock_wall_ms() / 1000);
	unsigned int i;
	enum status code = STATUS_OK;
	struct stat sb;

	aside = mem_printf("%s.damaged-%lld", path, now);
	for (i = 2; exists(aside); i++) {
		mem_free(aside);
		aside = mem_printf("%s.damaged-%lld-%u", path, now, i);
	}
	aside_wal = mem_printf("%s-wal", aside);
	/* the WAL first: the database without its WAL is an older one, a WAL without database is nothing */
	if (exists(wal))
		code = io_rename(wal, aside_wal);
	if (code == STATUS_OK && exists(path) && stat(path, &sb) == 0 && sb.st_size > 0)
		code = io_rename(path, aside);
	if (code == STATUS_OK)
		*aside_out = aside;
	else
		mem_free(aside);
	mem_free(aside_wal);
	mem_free(wal);
	mem_free(path);
	return code;
}

/* ---- what the damaged file still tells ---- */

static sqlite3 *open_old(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		sqlite3_close(db);
		return NULL;
	}
	/* it stays as it was found */
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0; "
		"PRAGMA cell_size_check = ON", NULL, NULL, NULL);
	return db;
}

static void copy_drafts(struct store *st, sqlite3 *old)
{
	sqlite3_stmt *s = NULL;

	sqlite3_prepare_v2(old, old_drafts, -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		if (sqlite3_column_text(s, 0) && sqlite3_column_text(s, 1))
			draft_put(st, (const char *)sqlite3_column_text(s, 0),
				(const char *)sqlite3_column_text(s, 1), sqlite3_column_int64(s, 2));
	sqlite3_finalize(s);
}

static void copy_looked(struct store *st, sqlite3 *old)
{
	sqlite3_stmt *s = NULL;
	struct digest d;

	sqlite3_prepare_v2(old, old_looked, -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		if (sqlite3_column_text(s, 0) && sql_digest(&d, s, 1))
			looked_put(st, (const char *)sqlite3_column_text(s, 0), &d, sqlite3_column_int64(s, 2));
	sqlite3_finalize(s);
}

static void copy_settings(struct store *st, sqlite3 *old)
{
	sqlite3_stmt *s = NULL;

	sqlite3_prepare_v2(old, old_settings, -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		if (sqlite3_column_text(s, 0) && sqlite3_column_text(s, 1))
			setting_put(st, (const char *)sqlite3_column_text(s, 0),
				(const char *)sqlite3_column_text(s, 1));
	sqlite3_finalize(s);
}

static void copy_state(struct store *st, const struct digest *rid, int state, const char *why, int64_t flags)
{
	sqlite3_stmt *s;

	if (state < 0 || state > ENTRY_REFUSED || sql_get(&s, st, sql_state) != STATUS_OK)
		return;
	sql_bind_digest(s, 1, rid);
	sqlite3_bind_int(s, 2, state);
	if (why)
		sqlite3_bind_text(s, 3, why, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 4, flags);
	sql_run(st, s);
}

/* Only what its signature proves. */
static void copy_record(struct store *st, sqlite3_stmt *s)
{
	struct envelope e = { sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0),
		sqlite3_column_blob(s, 1), sqlite3_column_blob(s, 2) };
	struct arena a;
	struct record rec;
	struct digest rid;

	if (!e.payload || sqlite3_column_bytes(s, 1) != KEY_PUBLIC || sqlite3_column_bytes(s, 2) != KEY_SIGNATURE ||
	    e.len > RECORD_PAYLOAD_MAX || !envelope_ok(&rid, &e))
		return;
	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	if (payload_parse(&rec, &a, e.payload, e.len) == STATUS_OK &&
	    record_insert(st, &rid, &e, &rec, -1, sqlite3_column_int(s, 3) != 0) == STATUS_OK)
		copy_state(st, &rid, sqlite3_column_int(s, 4), (const char *)sqlite3_column_text(s, 5),
			sqlite3_column_int64(s, 6));
	arena_done(&a);
}

static void copy_records(struct store *st, sqlite3 *old)
{
	sqlite3_stmt *s = NULL;

	crypto_init();
	if (sqlite3_prepare_v2(old, old_records, -1, &s, NULL) != SQLITE_OK)
		sqlite3_prepare_v2(old, old_records_1, -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		copy_record(st, s);
	sqlite3_finalize(s);
}

static enum status salvage(struct store *st, const char *aside)
{
	sqlite3 *old = exists(aside) ? open_old(aside) : NULL;
	enum status code;

	if (!old)
		return STATUS_OK;
	code = sql_begin(st);
	if (code == STATUS_OK) {
		copy_records(st, old);
		copy_drafts(st, old);
		copy_looked(st, old);
		copy_settings(st, old);
		/* states were changed behind the counts */
		code = store_tally(st);
		code = sql_end(st, code);
	}
	sqlite3_close(old);
	return code;
}

/* One line: what became of the old database, and what the new one holds. */
static enum status tell(struct store *st, const char *aside, bool no_copy)
{
	int64_t records = 0, instances = 0;
	enum status code = sql_int(&records, st, sql_own);

	if (code == STATUS_OK)
		code = sql_int(&instances, st, sql_instances);
	if (code != STATUS_OK)
		return code;
	if (exists(aside))
		store_note(st, "the database was damaged: set aside as %s, built again with %lld TIs and %lld own records",
			strrchr(aside, '/') + 1, (long long)instances, (long long)records);
	else
		store_note(st, "the database was gone: built again with %lld TIs and %lld own records",
			(long long)instances, (long long)records);
	if (no_copy)
		store_note(st, "the copy of the event in %s/reference is damaged too: import its pack again", st->dir);
	return STATUS_OK;
}

enum status store_recover(struct store *st)
{
	char *aside = NULL;
	bool no_copy = false;
	enum status code;

	store_db_close(st);
	journal_close(&st->journal);
	st->chain_loaded = false;
	code = set_aside(&aside, st);
	if (code != STATUS_OK)
		return code;
	st->failed = st->corrupt = false;
	store_about_forget(st);
	code = store_db_open(st);
	if (code == STATUS_OK)
		code = store_import_reference(st);
	/* no copy, or a damaged one: the records need none, and the pack can be imported again */
	no_copy = code == STATUS_INVALID || code == STATUS_CORRUPT;
	if (code == STATUS_NOT_FOUND || no_copy) {
		status_clear();
		code = STATUS_OK;
	}
	/* the journal, then what only the old database knew, then the journal gets that too */
	if (code == STATUS_OK)
		code = store_reconcile(st);
	if (code == STATUS_OK)
		code = store_feed_replay(st);
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	if (code == STATUS_OK)
		code = salvage(st, aside);
	if (code == STATUS_OK)
		code = store_reconcile(st);
	if (code == STATUS_OK)
		code = tell(st, aside, no_copy);
	mem_free(aside);
	return code;
}
