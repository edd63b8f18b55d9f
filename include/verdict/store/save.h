/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_SAVE_H
#define VERDICT_STORE_SAVE_H
#include "verdict/base/arena.h"
#include "verdict/model/record.h"
#include "verdict/store/store.h"

struct saved { struct digest rid; uint64_t n; int64_t at; };

/*
 * Save a record of this console: fills event, replica, n, prev, who, at, hlc, tz and (for verdicts,
 * withdrawals, resolutions) base; revision and seen_status where `rec->revision` is 0 (else as the author saw
 * them); for verdicts `correction`, and `looked` where it is empty (store_looked()). Checks the rules of the
 * kind again; signs; appends to the journal and syncs; commits to SQLite. STATUS_OK means on disk. The draft
 * on that TI ends with an own verdict or resolution. STATUS_DENIED, STATUS_USAGE by the rules, before join,
 * and while the key is locked; STATUS_NOT_FOUND for a TI that is not here; STATUS_FULL, STATUS_IO: not saved,
 * unless `saved->n` is not 0: then the journal holds it and the database follows at the next opening that
 * succeeds. After an I/O error the handles are closed, opened again and read back, so what is returned is the
 * truth; where not even that could be done, store_notice() tells later what became of it. `saved` is always
 * written.
 */
enum status store_save(struct saved *saved, struct store *st, const struct record *rec);

/* What save would sign, for the form: the payload with the number it would get; not stored. */
enum status store_preview(const char **json_out, struct arena *a, struct store *st, const struct record *rec);

/* Unfinished work on a TI: text of the caller's own format, at most 64 KiB; NULL or "" forgets it. */
enum status store_draft_set(struct store *st, const char *ti, const char *text);
enum status store_draft_get(const char **out, struct arena *a, struct store *st, const char *ti);
/* Newest draft of all, for the offer after a crash. STATUS_NOT_FOUND. */
enum status store_draft_last(const char **ti_out, struct arena *a, struct store *st);

/* Note that this evidence was opened by the monitor, so that the next verdict lists it. */
enum status store_looked(struct store *st, const char *ti, const struct digest *sha256);

/* One report of what `journal verify` re-computed. */
struct verify_report {
	uint64_t records, bytes;
	uint64_t bad_crc, bad_signature, bad_chain, bad_payload, missing_in_db, missing_in_journal;
	uint64_t torn_tail;	/* bytes at the end that hold no whole frame */
};
/* Re-computes every CRC, hash, signature and chain; `bad` is called for each damage. Reads the journal from disk. */
enum status store_verify(struct verify_report *out, struct store *st,
	void (*bad)(uint64_t offset, const char *what, void *data), void *data);

#endif
