/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_RECEIPT_H
#define VERDICT_PROTO_RECEIPT_H
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/crypto.h"

/* The DSSE type of receipts. */
#define RECEIPT_TYPE "application/vnd.verdict.receipt+json"
#define EPOCH_BYTES 16
#define EPOCH_HEX 33
void epoch_hex(char out[EPOCH_HEX], const uint8_t epoch[EPOCH_BYTES]);	/* lower case */
bool epoch_parse(uint8_t out[EPOCH_BYTES], const char *hex);
#define RECEIPT_WHY_MAX 500

enum receipt_answer { ANSWER_STORED, ANSWER_DUPLICATE, ANSWER_FLAGGED, ANSWER_REFUSED };
enum receipt_flag {	/* bits; why a record is stored but marked */
	FLAG_NEUTRALITY = 1, FLAG_LATE = 2, FLAG_CLOCK = 4, FLAG_FORK = 8, FLAG_REVOKED = 16,
	FLAG_UNKNOWN_TYPE = 32, FLAG_OTHER = 64,	/* other: a word that this version does not know */
	FLAG_ROLE = 128		/* the author's roles do not allow it */
};
const char *receipt_answer_name(enum receipt_answer a);	/* stored duplicate flagged refused */
int receipt_answer_parse(const char *word);
const char *receipt_flag_name(enum receipt_flag f);	/* neutrality late clock fork revoked unknown-type other role */
int receipt_flag_parse(const char *word);

struct receipt_entry {
	struct digest rid;
	enum receipt_answer answer;
	uint64_t seq;		/* change number in the hub's feed, 0 where refused */
	unsigned int flags;	/* bits of enum receipt_flag; not 0 exactly where flagged, or a duplicate of such */
	const char *why;	/* refused: one sentence, else NULL */
};

/*
 * The hub's signed answer to a batch, given after its commit is durable: per record, in the batch's order,
 * what became of it. Borrowed from one arena. doc/PROTOCOL.md, Receipt.
 */
struct receipt {
	const char *event;
	const char *hub;	/* key id of the signer */
	uint8_t epoch[EPOCH_BYTES];	/* new whenever the hub's store was restored or replaced */
	uint64_t size;		/* changes in the feed after this batch */
	int64_t at;		/* hub's wall clock, ms; for display */
	struct receipt_entry *entries; size_t n;	/* at most BATCH_RECORDS_MAX */
};

/* Append the receipt signed by the hub's key; `hub` is taken from the key. */
enum status receipt_sign(struct buf *out, const struct receipt *r, const struct key *hub);

/*
 * Signature by `hub_key` first, then the content. STATUS_DENIED (signature), STATUS_INVALID with the place,
 * STATUS_LIMIT, STATUS_NEWER. Any thread.
 */
enum status receipt_open(struct receipt *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC]);

/* Entry of that rid, or NULL. */
const struct receipt_entry *receipt_find(const struct receipt *r, const struct digest *rid);

#endif
