/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the store share: the open store, prepared statements, transactions, and the few
 * operations that keep derived rows true. Store layer only; the thread that opened the store.
 */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H
#include <sqlite3.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/model/fold.h"
#include "verdict/model/instance.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle.h"
#include "verdict/proto/crypto.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"
#include "verdict/store/store.h"

#define STORE_SCHEMA 1		/* user_version that this program writes */
#define STORE_STATEMENTS 128	/* different SQL texts kept prepared */

struct sql_cached { const char *sql; sqlite3_stmt *stmt; };

struct journal {
	int fd;			/* -1: not open */
	char *path;
	uint64_t len;		/* bytes of whole frames */
	bool doubtful;		/* what a failed write left could not be cut off again */
};

struct store {
	char *dir;
	int lock_fd;
	sqlite3 *db;
	struct sql_cached cache[STORE_STATEMENTS];
	unsigned int n_cache;
	unsigned int depth;	/* of sql_begin() */
	struct journal journal;
	bool failed;		/* an I/O error: handles are closed and opened again before the next use */
	bool corrupt;		/* the error was a damaged database: it is set aside first */

	char *notice, *notice_shown;
	struct arena about;	/* event, me: loaded once */
	bool about_loaded;
	struct event *event;
	struct person *me;
	const char *replica;	/* key id, NULL before join */
	struct key *key;	/* unsealed on first use */
	bool key_locked;	/* it asks for a passphrase */
	bool key_looked;
	bool chain_loaded;	/* end of the own chain, as the database knows it: */
	uint64_t chain_n;
	struct digest chain_rid;
	uint64_t chain_hlc;
	bool pending;		/* a save ended without knowing: rid to look for when the handles are open again */
	struct digest pending_rid;
	unsigned int check_table;	/* store_check(): where it stands */
	int64_t check_after;
	struct fetching *fetching;	/* the body that comes in pieces now */
};

/* Bits of ti.flags. */
enum ti_flag { TI_STALE = 1, TI_DISPUTE = 2, TI_MINE = 4, TI_COMPLETES = 8 };
/* ti.rank: what the queue sorts by first; up to RANK_WAITING it waits for a monitor. */
enum ti_rank { RANK_CRITICAL, RANK_WAITING, RANK_DISPUTED, RANK_OPEN, RANK_DONE, RANK_COUNT };
enum ti_rank ti_rank_of(enum ti_status status, bool stale, bool disputed);

/* ---- sql.c ---- */

/*
 * The prepared statement of this SQL text, reset and without bindings; kept by the address of the text,
 * so `sql` must be a constant with static storage. Borrowed; use it before asking for the same one again.
 */
enum status sql_get(sqlite3_stmt **out, struct store *st, const char *sql);
/* STATUS_OK: a row is there. STATUS_NOT_FOUND: no more rows, statement reset, no message. Others: reset, message. */
enum status sql_row(struct store *st, sqlite3_stmt *s);
/* Run to the end and reset. */
enum status sql_run(struct store *st, sqlite3_stmt *s);
/* One text without parameters, such as a PRAGMA; rows are ignored. */
enum status sql_exec(struct store *st, const char *sql);
/* One number; STATUS_NOT_FOUND without a row. */
enum status sql_int(int64_t *out, struct store *st, const char *sql);
/*
 * BEGIN IMMEDIATE … COMMIT or ROLLBACK. Calls nest: only the outermost counts. sql_end(st, rc) commits where
 * rc is STATUS_OK and rolls back otherwise; it returns the first thing that went wrong.
 */
enum status sql_begin(struct store *st);
enum status sql_end(struct store *st, enum status rc);
/* Result code of SQLite as a status with a message: FULL, IO, CORRUPT, BUSY, NEWER; marks the store failed. */
enum status sql_fail(struct store *st, int rc, const char *doing);
void sql_forget(struct store *st);	/* finalize all */

/* Bindings: a short hand; text and blobs must outlive the step. NULL text binds ''. */
void sql_bind_text(sqlite3_stmt *s, int at, const char *text);
void sql_bind_digest(sqlite3_stmt *s, int at, const struct digest *d);
/* Column into the arena, never NULL; digest: false where it has not 32 bytes. */
const char *sql_text(struct arena *a, sqlite3_stmt *s, int at);
bool sql_digest(struct digest *out, sqlite3_stmt *s, int at);

/* ---- derive.c ---- */

/*
 * Compute the derived columns of one TI again from its reference columns and the records on it, and change
 * the tally by the difference. Inside the caller's transaction. STATUS_NOT_FOUND.
 */
enum status store_rederive(struct store *st, int64_t key);
/* As above for every TI with a record or a claim, then store_tally(): the end of an import. */
enum status store_rederive_all(struct store *st);
/* Count everything again. */
enum status store_tally(struct store *st);

/* A journal entry more or less in that state. */
enum status tally_state(struct store *st, enum entry_state state, int by);

/* ---- schema.c ---- */

/* Create or upgrade; STATUS_NEWER. */
enum status schema_upgrade(struct store *st, const char *db_path);

/* ---- store.c ---- */

/* At the head of every exported function: opens the handles again after an I/O error. */
enum status store_ready(struct store *st);
enum status store_db_open(struct store *st);
void store_db_close(struct store *st);

/* ---- identity.c ---- */

/* Event and identity, once. Before join: STATUS_OK, and st->me and st->replica are NULL. */
enum status store_about_load(struct store *st);
/* The secret key. STATUS_USAGE before join, STATUS_DENIED while it is locked. */
enum status store_key(struct key **out, struct store *st);

/* ---- journal.c ---- */

#define JOURNAL_WINDOW (1u << 20)	/* own frames are far shorter */
void journal_close(struct journal *j);
enum status journal_create(const char *path, const char *replica);	/* replaces */
enum status journal_open(struct journal *j, const char *path);	/* STATUS_NOT_FOUND */
/* Append and sync. After an error what was written is cut off again, and j->doubtful tells where that failed too. */
enum status journal_append(uint64_t *offset_out, struct journal *j, const struct envelope *e);
/* Cut to `len`, with a copy of the rest beside. */
enum status journal_cut(struct journal *j, uint64_t len);
/*
 * Call `frame_cb` for every intact frame from offset `at`, `bad_cb` (may be NULL) for every damaged stretch
 * that an intact frame follows; *end_out: end of the last intact frame, so a torn tail is what is behind.
 */
enum status journal_scan(uint64_t *end_out, struct journal *j, uint64_t at,
	enum status (*frame_cb)(const struct frame *f, void *data),
	void (*bad_cb)(uint64_t from, uint64_t to, void *data), void *data);

/* ---- reconcile.c, recover.c ---- */

/* Make journal and database agree. STATUS_CORRUPT: the database is damaged. */
enum status store_reconcile(struct store *st);
/* Set the damaged database aside and build it again. */
enum status store_recover(struct store *st);

/* ---- check.c ---- */

/* Hash and signature of the next 32 records after *seq, which moves on. STATUS_CORRUPT. */
enum status check_records(bool *end_out, int64_t *seq, struct store *st);

/* ---- save.c ---- */

/* One record into the table, with what follows from it; a rid that is there changes nothing. In a transaction. */
enum status record_insert(struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec, int64_t place, bool own);
/* 1 or 0: is it there? */
enum status record_find(bool *out, struct store *st, const struct digest *rid);
/* After opening again: tell the user what became of a save that ended without an answer. */
void store_pending_tell(struct store *st);

/* ---- draft.c ---- */

enum status draft_put(struct store *st, const char *ti, const char *text, int64_t at);
enum status looked_put(struct store *st, const char *ti, const struct digest *d, int64_t at);
enum status setting_put(struct store *st, const char *name, const char *value);

/* ---- query_instance.c ---- */

/* Columns 0… of QUEUE_COLUMNS into a row. */
#define QUEUE_COLUMNS "ti.key, ti.id, test.id, test.title, test.track, test.profiles, ti.status, ti.flags, " \
	"ti.claim, ti.claim_by, ti.source, ti.source_country, ti.target, ti.target_country, ti.place, ti.since, " \
	"ti.revision, ti.teams"
#define QUEUE_COLUMN_COUNT 18
void queue_row_read(struct queue_row *out, struct arena *a, sqlite3_stmt *s);

/* Records on a TI, parsed; those that cannot be read are left out. */
struct ti_record {
	struct digest rid;
	struct record *rec;
	enum entry_state state;
	bool own;
};
enum status ti_records(struct ti_record **out, size_t *n_out, struct arena *a, struct store *st, const char *ti);
void ti_fold(struct fold_state *out, struct arena *a, enum ti_status ref_status, unsigned int revision,
	const struct digest *evidence, size_t n_evidence, const struct ti_record *recs, size_t n_recs);

/* ---- import.c (pack import) ---- */

/* Folder of the newest copy, yours; NULL for none. */
char *keep_newest(struct store *st);
/*
 * Import again what an earlier import kept in <store>/reference/, for a store that is being rebuilt.
 * STATUS_NOT_FOUND where nothing was kept.
 */
enum status store_import_reference(struct store *st);

/* ---- blob.c, fetch.c ---- */

/* From a temporary name, synced, to its own; what is there already is the same bytes. */
enum status blob_place(struct store *st, const char *part, const struct digest *d);
void fetching_forget(struct store *st);

/* One line for store_notice(); later ones are joined with "; ". */
void store_note(struct store *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "<dir>/<name>", yours. */
char *store_path(const struct store *st, const char *name);
/* Forget event, person: they are read again on the next question. */
void store_about_forget(struct store *st);

#endif
