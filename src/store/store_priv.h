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
	bool doubtful;		/* a write failed: the file must be read back before the next */
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

	char *notice, *notice_shown;
	struct arena about;	/* event, me: loaded once */
	bool about_loaded;
	struct event *event;
	struct person *me;
	char *replica;		/* key id, NULL before join */
	struct key *key;	/* unsealed on first use */
	bool key_locked;	/* it asks for a passphrase */
	bool key_looked;
	sqlite3_stmt *check;	/* integrity check under way */
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

/* ---- schema.c ---- */

/* Create or upgrade; STATUS_NEWER. */
enum status schema_upgrade(struct store *st, const char *db_path);

/* ---- import.c (pack import) ---- */

/*
 * Import again what an earlier import kept in <store>/reference/, for a store that is being rebuilt.
 * STATUS_NOT_FOUND where nothing was kept.
 */
enum status store_import_reference(struct store *st);

/* One line for store_notice(); later ones are joined with "; ". */
void store_note(struct store *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "<dir>/<name>", yours. */
char *store_path(const struct store *st, const char *name);
/* Forget event, person: they are read again on the next question. */
void store_about_forget(struct store *st);

#endif
