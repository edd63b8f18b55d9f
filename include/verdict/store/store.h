/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_STORE_H
#define VERDICT_STORE_STORE_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/status.h"
#include "verdict/model/event.h"

/*
 * The console's store: a directory (0700) with
 *   verdict.db         SQLite, an index that can be rebuilt        journal.vb     own records, the truth
 *   replica.key        the sealed key                               identity.json  who I am, which event
 *   reference/         the event's reference data as received       blobs/ab/…     evidence by digest
 *   hub.json           the hub and its certificate                 reference/feed.vb  its feed as received
 *   lock, verdict.sock owner's pid; where a second process hands its command over (app/handover)
 * One process and one connection (locking_mode=EXCLUSIVE, WAL, synchronous=FULL, mmap_size=0). All functions
 * of this layer are for the thread that opened the store.
 */
struct store;

enum store_open_flags {
	STORE_CREATE = 1,	/* make the directory and an empty store where there is none */
	STORE_DEFER_CHECK = 2,	/* leave the integrity check, which reads all of the database, to store_check() */
};
/*
 * Open: takes the lock (STATUS_BUSY with the holder's pid in the message), upgrades the schema, reconciles
 * the journal's tail, sets a damaged database aside and rebuilds it. STATUS_NOT_FOUND without a store,
 * STATUS_NEWER for a newer schema. A notice for the user (rebuilt, tail replayed) waits in store_notice().
 */
enum status store_open(struct store **out, const char *dir, unsigned int flags);
void store_close(struct store *st);
/* One line about what opening or checking had to mend, or NULL; borrowed; cleared by the call after. */
const char *store_notice(struct store *st);
/* pid of the process that holds the store in `dir`, 0 for none. */
long store_holder(const char *dir);
/*
 * The integrity check in slices of about 5 ms: every row read, looked up again through the indexes, records'
 * signatures; *done_out when it is through. Damage: set aside, rebuild, notice.
 */
enum status store_check(bool *done_out, struct store *st);

/* The event and the person of this console; NULL before join. Borrowed until store_close(). */
const struct event *store_event(struct store *st);
const struct person *store_me(struct store *st);
const char *store_replica(struct store *st);	/* key id, or NULL */

/* What the event says of the ways to its hub, in `a`; fields are "" where it says nothing. */
void store_event_ways(struct event_ways *out, struct arena *a, struct store *st);

struct store_counts {
	int64_t by_status[16];	/* index enum ti_status */
	int64_t stale, disputed, waiting;	/* waiting: critical + to be verified + partial + stale ones */
	int64_t claimed_mine, total;
	int64_t unsent, received, flagged, refused;	/* journal */
};
enum status store_counts(struct store_counts *out, struct store *st);

/* Enrol: make the replica key (sealed with passphrase if not NULL) and bind it to a person of the event. */
enum status store_join(struct store *st, const char *person_id, const char *passphrase);
/* Give the passphrase of a sealed key. STATUS_DENIED: wrong. */
enum status store_unlock(struct store *st, const char *passphrase);
bool store_is_locked(struct store *st);	/* key sealed and not yet opened */
/* Can this console sign, now or once unlocked? STATUS_NOT_FOUND before join, STATUS_CORRUPT, STATUS_INVALID. */
enum status store_signer(struct store *st);

/*
 * Sign a file with that SHA-256 as an export of this console's person (proto/sshsig.h): the signature, and the line
 * by which others check it. STATUS_DENIED: the key is sealed and not yet opened; STATUS_USAGE before join.
 */
struct buf;
struct digest;
enum status store_sign_export(struct buf *signature, struct buf *signer, struct store *st, const struct digest *sum);

/* Small named values that outlive a session (last sort, last filter); not records. */
enum status store_setting_get(const char **out, struct arena *a, struct store *st, const char *name);
enum status store_setting_set(struct store *st, const char *name, const char *value);

/* The SQLite library in use, and whether it has the WAL-reset bug (two connections on one WAL file lose commits). */
const char *store_sqlite_version(void);
bool store_sqlite_wal_reset(void);

#endif
