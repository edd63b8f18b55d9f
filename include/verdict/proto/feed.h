/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_FEED_H
#define VERDICT_PROTO_FEED_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/receipt.h"

/*
 * The feed of an event: entries numbered 1, 2, 3 … without holes by one writer, each of them u64 seq, u8 type,
 * u8 zero, u16 flags, u32 length, body; little endian. Its root chains all entries, so whoever applied them
 * notices a second or rewritten history. doc/PROTOCOL.md, Feed. Any thread.
 */
#define FEED_ENTRY_HEAD 16
#define FEED_ENTRY_MAX (16u << 20)	/* bytes of a body */
#define FEED_PAGE_ENTRIES 2000
#define FEED_PAGE_BYTES (2u << 20)	/* a page grows no further; one longer entry travels alone */
#define FEED_PAGE_HEAD 36
#define FEED_PAGE_MAX (FEED_ENTRY_MAX + (64u << 10))	/* bytes that a reader takes */

enum feed_type {	/* a reader keeps and skips types that it does not know */
	FEED_RECORD = 'R', FEED_EVENT = 'E', FEED_CATALOGUE = 'C', FEED_ORGANISATIONS = 'O', FEED_SYSTEMS = 'S',
	FEED_PERSONS = 'P', FEED_INSTANCE = 'I', FEED_GONE = 'X', FEED_CERTIFICATE = 'K', FEED_REVOCATION = 'V',
	FEED_FLAGS = 'F', FEED_CLAIM = 'L'
};

struct feed_entry {
	uint64_t seq;
	char type;		/* a capital letter */
	unsigned int flags;	/* bits of enum receipt_flag, of records */
	const char *body; size_t len;	/* borrowed */
};

void feed_root_begin(struct digest *root, const char *event);
void feed_root_add(struct digest *root, const void *entry_bytes, size_t len);	/* the whole entry */
/* Over FEED_ENTRY_MAX out->err becomes STATUS_LIMIT. */
void feed_entry_add(struct buf *out, const struct feed_entry *e);
/* Entry at ptr[0..len): STATUS_OK and *used_out; STATUS_AGAIN where bytes are missing; INVALID, LIMIT. */
enum status feed_entry_parse(struct feed_entry *out, size_t *used_out, const void *ptr, size_t len);

/* Bodies. R: an envelope, borrowed from the entry. F: flags that an earlier record has from here on. */
void feed_record_add(struct buf *body, const struct envelope *e);
enum status feed_record(struct envelope *out, const struct feed_entry *e);
void feed_flags_add(struct buf *body, const struct digest *rid, unsigned int flags);
enum status feed_flags(struct digest *rid_out, unsigned int *flags_out, const struct feed_entry *e);

enum feed_claim_state { LEASE_HELD, LEASE_RENEWED, LEASE_RELEASED, LEASE_FORCED, LEASE_HOLD };
const char *feed_claim_state_name(enum feed_claim_state s);	/* held renewed released forced hold */
int feed_claim_state_parse(const char *word);
struct feed_claim {
	const char *ti, *who, *replica;
	enum feed_claim_state state;
	uint64_t fence;
	int64_t at;		/* hub's wall clock, ms; for display */
	int64_t ttl_s;		/* left at that time; 0 where nobody holds it any more */
	const char *why;	/* forced: the lead's words, else NULL */
};
enum status feed_claim_format(struct buf *out, const struct feed_claim *c);
enum status feed_claim_parse(struct feed_claim *out, struct arena *a, const char *ptr, size_t len);

struct feed_revocation { const char *replica, *by, *why; int64_t at; };	/* by: "" where the hub's operator */
enum status feed_revocation_format(struct buf *out, const struct feed_revocation *r);
enum status feed_revocation_parse(struct feed_revocation *out, struct arena *a, const char *ptr, size_t len);

/* The DSSE type of checkpoints. */
#define CHECKPOINT_TYPE "application/vnd.verdict.checkpoint+json"
struct checkpoint {
	const char *event, *hub;	/* hub: key id of the signer */
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size;		/* entries that `root` covers */
	struct digest root;
	int64_t at;		/* hub's wall clock, ms */
};
/* Append it signed by the hub's key; `hub` is taken from the key. */
enum status checkpoint_sign(struct buf *out, const struct checkpoint *c, const struct key *hub);
/* Signature first. STATUS_DENIED (signature), STATUS_INVALID with the place, STATUS_LIMIT, STATUS_NEWER. */
enum status checkpoint_open(struct checkpoint *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC]);

/*
 * A page: entries from, from + 1 … and a checkpoint whose size is from + count − 1, so that its root proves
 * them all. `out` is emptied by page_begin(): it holds one page and nothing else. An entry that does not
 * follow, or one over FEED_PAGE_ENTRIES, makes out->err STATUS_LIMIT.
 */
struct page_head {
	uint32_t count;
	bool more;		/* ask again at once */
	uint64_t from;		/* seq of the first entry; where there is none, of the next that will be */
	uint64_t head;		/* entries in the feed now */
	int64_t now;		/* hub's wall clock, ms */
};
void page_begin(struct buf *out, uint64_t from);
void page_add(struct buf *out, const struct feed_entry *e);
/* The same from the entry's bytes as feed_entry_add() wrote them. */
void page_add_bytes(struct buf *out, const void *entry_bytes, size_t len);
void page_end(struct buf *out, bool more, uint64_t head, int64_t now, const void *checkpoint, size_t len);

struct page_reader { const char *at, *end; uint32_t left; uint64_t next; };
enum status page_open(struct page_reader *r, struct page_head *head, const void *ptr, size_t len);
/* `bytes`, `n` (may be NULL): the whole entry. STATUS_NOT_FOUND at the end, STATUS_INVALID, STATUS_LIMIT. */
enum status page_next(struct feed_entry *out, const char **bytes, size_t *n, struct page_reader *r);
/* After the last entry: what is left is the signed checkpoint; checkpoint_open() refuses bytes behind it. */
enum status page_checkpoint(const char **ptr, size_t *len, struct page_reader *r);

#endif
