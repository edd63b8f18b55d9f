/* SPDX-License-Identifier: Apache-2.0 */
/* What the files share that apply a page of the feed. Store layer; the thread that opened the store. */
#ifndef STORE_FEED_PRIV_H
#define STORE_FEED_PRIV_H
#include "import_priv.h"
#include "store_priv.h"
#include "verdict/store/sync.h"

/* A record of the page, and whether its signature holds: written by the worker, read once it is done. */
struct proof { struct envelope e; bool holds; };

struct page_work {
	struct store *st;
	const void *page; size_t len;
	struct page_head head;
	struct feed_entry *entries;	/* all of the page */
	struct proof *proofs;		/* by entry; those of type R are used */
	bool judged;			/* the proofs are known: records whose signature does not hold are left out */
	struct checkpoint checkpoint;
	const char *signed_checkpoint; size_t signed_len;
	struct hub_row row;		/* as it will be */
	struct arena a;
	struct touched touched;
	struct import im;
	struct map *certificates;	/* by replica: struct page_certificate, within this page */
	struct map *parsed;		/* records by rid, for the derivations at the end */
	bool names;			/* systems or organisations changed: what rows repeat of them is written again */
	struct page_report report;
};

/* ---- feed_record.c: R K V F ---- */
enum status feed_take_record(struct page_work *w, const struct feed_entry *e, const struct proof *p);
enum status feed_take_certificate(struct page_work *w, const struct feed_entry *e);
enum status feed_take_revocation(struct page_work *w, const struct feed_entry *e);
enum status feed_take_flags(struct page_work *w, const struct feed_entry *e);
enum status feed_take_claim(struct page_work *w, const struct feed_entry *e);

/* ---- feed_reference.c: E C O S P I X ---- */
/* The document that came last, with a byte behind; STATUS_NOT_FOUND. *out is yours. */
enum status feed_document(char **out, size_t *len_out, struct store *st, const char *type);
enum status feed_take_document(struct page_work *w, const struct feed_entry *e);
enum status feed_take_instance(struct page_work *w, const struct feed_entry *e);
enum status feed_take_gone(struct page_work *w, const struct feed_entry *e);
/* What rows of TIs repeat of systems and organisations, from their tables. */
enum status feed_refresh_names(struct page_work *w);
/* The end of the feed was reached: what this round did not bring is gone, and what the hub lacks is sent again. */
enum status feed_sweep(struct page_work *w);

/* An entry that cannot be read: kept in the copy, counted, told once with the present message. */
void feed_skip(struct page_work *w, const struct feed_entry *e);

#endif
