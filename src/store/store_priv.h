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
#include "verdict/proto/enrol.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/receipt.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"
#include "verdict/store/store.h"

#define STORE_STATEMENTS 256	/* different SQL texts kept prepared */

struct sql_cached { const char *sql; sqlite3_stmt *stmt; };

struct journal {
	int fd;			/* -1: not open */
	char *path;
	uint64_t len;		/* bytes of whole frames */
	bool doubtful;		/* what a failed write left could not be cut off again */
};

/* What hub.json says: which hub this console belongs to. Borrowed from st->about. */
struct hub_link {
	const char *url, *event;
	uint8_t pin[ENROL_PIN]; bool has_pin;
	struct digest code;	/* SHA-256 of the one-time code: the same one gives the same key */
	uint8_t key[KEY_PUBLIC]; bool has_key;
	const char *certificate; size_t certificate_len;	/* as signed, NULL before enrolment */
	const char *who, *name;	/* whom it names */
	unsigned int roles;
	const char *waiting;	/* the code of a join file, until there is a certificate; else NULL */
};

/* Sums of one transaction, so that a page of changes touches each count once. */
enum tally_kind { TALLY_STATUS, TALLY_RANK, TALLY_FLAG, TALLY_STATE, TALLY_KINDS };
#define TALLY_WIDTH 16

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
	const struct hub_link *hub;	/* NULL: no hub is known */
	struct key *fresh;	/* of an enrolment under way */
	char *join_text;	/* join.json of the pack taken last, NULL without */
	struct pack *reader;	/* reads reference data of the feed; knows the documents before */
	struct worker *verifier;	/* checks signatures of a page */
	char boot[64];		/* which start of the machine this is, once asked */
	struct map *parsed;	/* records of the page being applied, by rid in hexadecimal: read once */
	bool bulk;		/* the page cache is large, for many pages of the feed */
	bool tally_held;
	bool progress_held;	/* lines are counted at the end, not for every TI */
	int tally_sum[TALLY_KINDS][TALLY_WIDTH];
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
	struct gap *gap;		/* pieces of one that bundles brought behind a gap (fetch.c) */
	struct store_results *results;	/* lines and grades, NULL until somebody asks */
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

/* From here counts are summed up in memory, until tally_release() writes or (`drop`) forgets them. */
void tally_hold(struct store *st);
enum status tally_release(struct store *st, bool drop);
/* A TI with that state more (1) or less (-1), that is no row yet or no longer. */
enum status tally_ti(struct store *st, enum ti_status status, enum ti_rank rank, unsigned int flags, int by);
/* Progress of all lines, counted again. */
enum status store_progress_all(struct store *st);
/* A TI goes, with all its parts and what it counted for. Absent is fine. */
enum status store_ti_drop(struct store *st, const char *ti);

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
/* The same with any frame. */
enum status journal_append_frame(uint64_t *offset_out, struct journal *j, char type, const void *body, size_t len);
/* Notes, frames 'N': how the receipt behind it came; up to which record ("carried RID MS") all went into a bundle. */
#define NOTE_BY_STICK "by stick"
#define NOTE_CARRIED "carried "
enum status journal_append_receipt(struct journal *j, const void *body, size_t len, bool by_stick);
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
/* Where a record comes from, and what is known of it at once. */
struct record_origin {
	int64_t place;		/* in the journal, -1: not there */
	bool own;
	enum entry_state state;
	unsigned int flags;
	uint64_t seq, round;	/* in the feed; 0 without */
};
/* As record_insert() without anything that follows; *fresh_out: it was not here. */
enum status record_put(bool *fresh_out, struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec, const struct record_origin *from);
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
	unsigned int flags;
	bool own, counted;
};
enum status ti_records(struct ti_record **out, size_t *n_out, struct arena *a, struct store *st, const char *ti);
void ti_fold(struct fold_state *out, struct arena *a, enum ti_status ref_status, unsigned int revision,
	const struct digest *evidence, size_t n_evidence, const struct ti_record *recs, size_t n_recs);

/* ---- hub.c ---- */

#define FLAG_UNPROVEN 65536	/* of ours, beside those of enum receipt_flag: no certificate, or not of that person */
/* Flags that keep a record from counting. */
#define FLAGS_NOT_COUNTED (FLAG_NEUTRALITY | FLAG_REVOKED | FLAG_ROLE | FLAG_UNPROVEN)
/* Read hub.json into st->hub; absent is fine. */
enum status hub_link_load(struct store *st);
/* The store's position in the feed; STATUS_NOT_FOUND before the first epoch. */
struct hub_row {
	uint8_t epoch[EPOCH_BYTES];
	uint64_t cursor, head, copied, round, swept;
	struct digest root;
	bool due, forked, revoked;
	const char *conflict;	/* NULL without */
};
enum status hub_row_read(struct hub_row *out, struct arena *a, struct store *st);
enum status hub_row_write(struct store *st, const struct hub_row *h);	/* all but checkpoint and conflict */
/* The hub stays known; its certificate was for a key that is no longer used. */
enum status hub_forget_certificate(struct store *st);
enum status hub_link_write(struct store *st, const struct hub_link *h);
/* After pages: the own certificate may have come. (join_file.c) */
void join_file_certified(struct store *st);
/* STATUS_USAGE where this console has not joined a hub. */
enum status hub_link_need(struct store *st);
/* Person and replica of this console. */
enum status identity_write(struct store *st, const char *event, const char *person, const char *replica);
enum status identity_key_write(struct store *st, const char *name, const struct key *key, const char *passphrase);
/* The key in that file; STATUS_NOT_FOUND. */
enum status identity_key_read(struct key **out, struct store *st, const char *name, const char *passphrase);
/* Everything derived that depends on who "me" is. */
enum status identity_changed(struct store *st);

/* ---- rekey.c ---- */

/* Key "replica.key.new" takes the place of replica.key, if it is the one that identity.json names; else the old one. */
enum status store_rekey_finish(struct key **out, struct store *st, const char *passphrase);

/* ---- push.c ---- */

/* State, flags and number of a record as the hub tells; *touched: it is another now. Counts follow, the TI does not. */
struct record_mark { enum entry_state state; unsigned int flags; uint64_t seq, round; const char *why; };
enum status record_mark(bool *changed, struct store *st, const struct digest *rid, const struct record_mark *m);
/* A receipt out of the journal, for records that still wait; `way`: how it came, where a note says so, or NULL. */
enum status receipt_replay(struct store *st, const char *ptr, size_t len, const char *way);
/*
 * A receipt that was carried by hand, not as the answer to a batch just sent: for records that wait. STATUS_CONFLICT:
 * of another epoch; STATUS_DENIED, STATUS_INVALID, STATUS_LIMIT, STATUS_NEWER: not one of this hub for this event.
 */
enum status receipt_carried(unsigned int *changed_out, struct store *st, const char *ptr, size_t len);

/* ---- carry_in.c, carry_out.c ---- */

#define CARRIED_SETTING "carried"	/* "SEQ AT": records up to that row went into a bundle then */
enum status carried_note(struct store *st, int64_t seq, int64_t at);	/* journal first */
enum status carried_replay(struct store *st, const char *note, size_t len);
/*
 * A record of another console that is to go to the hub with the own ones: a row without a place, and no more weight
 * than its certificate gives it. In a transaction; the TI is derived by the caller.
 */
enum status carried_put(bool *fresh_out, struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec);

/* ---- touched.c: TIs whose derived columns are computed again at the end of a transaction ---- */

struct touched { struct map *ids; };
void touched_init(struct touched *t);
void touched_done(struct touched *t);
void touched_add(struct touched *t, const char *ti);
enum status touched_derive(struct touched *t, struct store *st);

/* ---- lease.c ---- */

struct lease { const char *who; bool mine; uint64_t fence; int64_t granted, left_ms; };
/* The claim on a TI that the hub confirmed and that still holds. STATUS_NOT_FOUND. */
enum status lease_find(struct lease *out, struct arena *a, struct store *st, const char *ti);
/* `left_ms` from now; 0 or less: it ends. */
enum status lease_put(struct store *st, const char *ti, const struct lease *l);

/* ---- feed.c, feed_copy.c ---- */

/* Read the kept copy of the feed again, for a store that is being rebuilt. STATUS_NOT_FOUND without one. */
enum status store_feed_replay(struct store *st);
/* Append a page behind `at` bytes of the copy (0: begin it anew), synced; *end_out is its length then. */
enum status feed_copy_append(uint64_t *end_out, struct store *st, uint64_t at, const void *page, size_t len);
/* Every page of the copy, in order, as far as it is whole. */
enum status feed_copy_each(struct store *st, enum status (*each)(void *data, const char *page, size_t len, uint64_t end),
	void *data);

/* ---- import.c (pack import) ---- */

/* Folder of the newest copy, yours; NULL for none. */
char *keep_newest(struct store *st);
/*
 * Import again what an earlier import kept in <store>/reference/, for a store that is being rebuilt.
 * STATUS_NOT_FOUND where nothing was kept.
 */
enum status store_import_reference(struct store *st);

/* ---- results.c: whoever changes a TI, reference data or grades says so ---- */

void results_touch(struct store *st, const char *ti);
void results_touch_reference(struct store *st);
void results_touch_grades(struct store *st);
void results_forget(struct store *st);
/* query_queue.c: who is at this console, "" nobody. */
void queue_bind_me(struct store *st, sqlite3_stmt *s, int at);
/* query_value.c: the queue's keys by what a verdict is worth; and for rows, where the engine is filled. */
enum status queue_by_value(int64_t **keys_out, size_t *n_out, struct arena *a, struct store *st, enum queue_scope scope,
	size_t from, size_t max);
enum status queue_rows_value(struct queue_row *rows, size_t n, struct store *st);
/* What a new grade on that line names in `base`. */
enum status results_base(struct record *rec, struct arena *a, struct store *st);

/* ---- blob.c, fetch.c ---- */

/* From a temporary name, synced, to its own; what is there already is the same bytes. */
enum status blob_place(struct store *st, const char *part, const struct digest *d);
void fetching_forget(struct store *st);
void gap_close(struct store *st);

/* One line for store_notice(); later ones are joined with "; ". */
void store_note(struct store *st, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "<dir>/<name>", yours. */
char *store_path(const struct store *st, const char *name);
/* Forget event, person: they are read again on the next question. */
void store_about_forget(struct store *st);

#endif
