/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_BUNDLE_FILE_H
#define VERDICT_PROTO_BUNDLE_FILE_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/model/digest.h"
#include "verdict/proto/bundle.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/receipt.h"

/*
 * Bundles as files: written beside, synced, renamed, read back past the page cache; read with a ceiling on memory,
 * past any damage. Whom the content concerns is the caller's. doc/PROTOCOL.md, Bundle. One thread each.
 */

/* The DSSE type of trailers. */
#define BUNDLE_TYPE "application/vnd.verdict.bundle+json"
#define BUNDLE_PIECE (1u << 20)		/* bytes of evidence in one frame */
#define BUNDLE_TO_MAX 64		/* keys that one bundle is sealed to */
#define BUNDLE_EVIDENCE_HEAD 48		/* of a frame 'E': digest, u64 size, u64 offset; then bytes */

struct bundle_head {
	const char *what;	/* "bundle" "receipts" "journal" */
	const char *event;	/* NULL: not told */
	const char *from;	/* key id of the writer, NULL: not told */
	bool sealed;
	bool has_position;	/* the two below are told: how far the writer has read the feed */
	uint8_t epoch[EPOCH_BYTES];
	uint64_t cursor;
	int64_t at;		/* wall ms; 0: not told */
};

/* ---- writing ---- */

struct bundle_writer;
/*
 * Begin PATH.part; what is at PATH is replaced at the end. `sealed` of the head follows from `to`: the keys that can
 * read it, none for everybody. `signer` is borrowed until bundle_writer_free().
 */
enum status bundle_create(struct bundle_writer **out, const char *path, const struct bundle_head *head,
	const struct key *signer, const uint8_t (*to)[KEY_PUBLIC], size_t n_to);
/* `pack`: by zstd, where that makes it shorter. */
enum status bundle_add(struct bundle_writer *w, char type, const void *body, size_t len, bool pack);
/* At most BUNDLE_PIECE bytes of an item. */
enum status bundle_add_evidence(struct bundle_writer *w, const struct digest *sha256, uint64_t size, uint64_t offset,
	const void *ptr, size_t len);
/* A page of the feed, of any length up to FEED_PAGE_MAX. */
enum status bundle_add_page(struct bundle_writer *w, const void *page, size_t len);
uint64_t bundle_written(const struct bundle_writer *w);	/* bytes */
/* Trailer, sync, rename. */
enum status bundle_finish(struct bundle_writer *w);
/*
 * After that: read the next megabytes from the disk, not from memory, and compare. *done_out: all of it is as it was
 * written. STATUS_CORRUPT: it is not; the file is taken away.
 */
enum status bundle_read_back(bool *done_out, uint64_t *read_out, struct bundle_writer *w);
/* What was not finished, or not read back whole, is taken away. */
void bundle_writer_free(struct bundle_writer *w);

/* The same care for a file that is whole already: beside, synced, renamed, read back and compared. */
enum status bundle_copy(const char *from, const char *to);

/* ---- reading ---- */

enum bundle_seal { SEAL_NONE, SEAL_OPEN, SEAL_SHUT };	/* not sealed; sealed and we have its key; sealed for others */
enum bundle_trailer { TRAILER_MISSING, TRAILER_WRONG, TRAILER_HOLDS };

struct bundle_report {
	struct bundle_head head;	/* empty strings are NULL where no head was read; borrowed */
	enum bundle_seal seal;
	uint64_t bytes, frames;
	uint64_t lost_bytes, lost;	/* of no intact frame, and stretches of them */
	uint64_t shut;			/* frames that could not be opened although their checksum holds */
	enum bundle_trailer trailer;	/* holds: all frames are here, in order, as `signer` wrote them */
	uint8_t signer[KEY_PUBLIC];	/* unless it is missing */
	uint64_t told_frames;		/* by the trailer */
};

struct bundle_reader;
/*
 * `fd` stays yours and is read by position. `key` opens what is sealed to it; NULL: nobody's. STATUS_INVALID: it does
 * not begin as a bundle.
 */
enum status bundle_open(struct bundle_reader **out, int fd, const char *name, const struct key *key);
/*
 * The next frame that says something: opened and unpacked, without flags; heads, keys and trailers are read inside.
 * Borrowed until the next call. STATUS_NOT_FOUND at the end; the report is whole then.
 */
enum status bundle_next(struct frame *out, struct bundle_reader *r);
const struct bundle_report *bundle_report(const struct bundle_reader *r);
uint64_t bundle_place(const struct bundle_reader *r);	/* bytes read so far */
void bundle_close(struct bundle_reader *r);

/* Of a frame 'E': false where it is none. */
struct bundle_piece { struct digest sha256; uint64_t size, offset; const char *ptr; size_t len; };
bool bundle_piece(struct bundle_piece *out, const struct frame *f);

/* Pages come in parts. Feed it every frame; true: a page is whole, in ptr[0..len) until the next call. */
struct page_join { struct buf b; size_t want; };
void page_join_init(struct page_join *j);
bool page_join_take(const char **ptr, size_t *len, struct page_join *j, const struct frame *f);
void page_join_done(struct page_join *j);

#endif
