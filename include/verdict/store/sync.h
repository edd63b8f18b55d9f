/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of sync, without sockets: enrolment, what is to be sent, receipts, pages of the feed,
 * offers, epochs, claims. Bytes come from and go to whoever carries them; every signature is checked here.
 * Each call may be repeated without harm. Store layer; the thread that opened the store.
 */
#ifndef VERDICT_STORE_SYNC_H
#define VERDICT_STORE_SYNC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/enrol.h"
#include "verdict/store/store.h"

struct sync_state {
	const char *event, *replica, *hub_url;	/* NULL where not known yet */
	const char *hub;	/* key id of the hub, NULL before enrolment */
	uint8_t pin[ENROL_PIN], hub_key[KEY_PUBLIC], epoch[EPOCH_BYTES];
	bool has_pin;
	bool enrolling;		/* a key and a hub are here, the certificate is not */
	bool enrolled;		/* the hub's certificate is here */
	bool waiting;		/* it is not, but a join file's code: store_enrol_waiting() */
	bool has_epoch;		/* `epoch`, `cursor` and `root` are of a feed already seen */
	bool revoked;		/* the hub no longer counts what this replica writes */
	bool forked;		/* records of this replica exist that are not here: store_rekey() */
	const char *conflict;	/* the hub showed another history than before: a sentence that stays; else NULL */
	uint64_t cursor, head;	/* changes applied here; in the feed when last heard */
	struct digest root;	/* after `cursor` changes */
	uint64_t n;		/* end of the own chain, 0 for none */
	struct digest rid;	/* of that record; zero where n is 0 */
	uint64_t received_n;	/* up to here no own record waits */
	uint64_t unsent, received, flagged, refused;	/* own records; unsent: carried ones too */
};
enum status store_sync_state(struct sync_state *out, struct arena *a, struct store *st);

/* ---- enrolment ---- */

/*
 * Make the replica's key, sealed with `passphrase` if not NULL, or take the one that is here, write what the code
 * says to hub.json, and give the request to send. The same code again gives the same key. STATUS_EXISTS where the
 * store holds another event or is enrolled at another hub; STATUS_DENIED where the key here is locked.
 */
enum status store_enrol_begin(struct buf *request_out, struct store *st, const struct enrol_code *code,
	const char *passphrase, int64_t at);
/* The hub's answer: checked, kept, and the person it names is the one of this console. STATUS_DENIED, STATUS_CONFLICT. */
enum status store_enrol_end(struct store *st, const void *certificate, size_t len, const uint8_t hub_key[KEY_PUBLIC]);
/* The certificate that the hub's TLS shows, as PEM, kept beside hub.json. STATUS_NOT_FOUND. */
enum status store_hub_certificate_set(struct store *st, const char *pem);
enum status store_hub_certificate(const char **pem_out, struct arena *a, struct store *st);
/* The signed answer to the hub's nonce. STATUS_DENIED while the key is locked. */
enum status store_session_proof(struct buf *out, struct store *st, const char *nonce);

/* ---- sending ---- */

/*
 * A batch of records that no receipt names, in the order of their chains, then carried ones; at most
 * `max_records` and `max_bytes`. `after` is 0, or what *last_out was for the batch before, so that several may be
 * under way. STATUS_NOT_FOUND where there are none.
 */
enum status store_unsent(struct buf *batch_out, uint64_t *last_out, struct store *st, uint64_t after,
	size_t max_records, size_t max_bytes);
/*
 * The receipt for a batch as it was sent: signature, event, epoch and every rid checked; appended to the journal;
 * then the states of all its records in one transaction. *changed_out records have another state now. STATUS_DENIED
 * (signature), STATUS_CONFLICT (another epoch: say hello first), STATUS_INVALID (it answers something else).
 */
enum status store_receipt(unsigned int *changed_out, struct store *st, const void *batch, size_t batch_len,
	const void *receipt, size_t receipt_len);
/* A record that the hub cannot be made to take although it answers: into the tray of refused ones, with a reason. */
enum status store_refuse(struct store *st, const struct digest *rid, const char *why);

/*
 * What the hub answered to "my chain ends at n": records it lacks are sent again. STATUS_CONFLICT: it has another
 * record at that number, or more of this chain than is here; store_rekey().
 */
enum status store_offer(struct store *st, const struct have_answer *answer);
/*
 * The hub's epoch, from its hello. Another than before: the feed is read again from its begin, own records count as
 * unsent until it or a receipt names them, and nothing is dropped. *changed_out tells.
 */
enum status store_epoch(bool *changed_out, struct store *st, const uint8_t epoch[EPOCH_BYTES]);
/*
 * After a fork (a restored backup, a copied folder): a new key and a chain of its own, and for each record that waits
 * a reissue under it. What was written stays and is sent as it is. The new key needs a code of its own.
 */
enum status store_rekey(struct store *st, const char *passphrase);

/* ---- the feed ---- */

struct page_report {
	uint64_t entries;	/* applied */
	uint64_t records, instances, claims;	/* of them: new records, TIs, claims */
	uint64_t unproven;	/* records kept and not counted: no certificate, or not of that person */
	uint64_t skipped;	/* entries that could not be read: kept in the copy, told in store_notice() */
	bool reference;		/* event, catalogue, organisations, systems or persons changed */
	bool more;		/* ask again at once */
	uint64_t cursor, head;
};
/*
 * One page: its entries, root and the hub's checkpoint are checked, signatures of records on a second thread while
 * the rest is inserted; the page and the cursor are one transaction. STATUS_CONFLICT: it does not follow the cursor, or
 * has another epoch. STATUS_DENIED: the hub signed another history than before; both are kept in
 * feed-conflict-<time>.vb, and nothing of the feed is taken until the epoch changes. STATUS_INVALID.
 */
enum status store_page(struct page_report *out, struct store *st, const void *page, size_t len);

/* ---- claims as the hub confirmed them ---- */

struct claim_row {
	const char *ti, *who, *who_name;
	bool mine;		/* of this replica */
	uint64_t fence;
	int64_t left_s;		/* on this machine's clock that counts suspension too */
};
/* All that still hold. */
enum status store_claims(struct claim_row **out, size_t *n_out, struct arena *a, struct store *st);
/* TIs that the person of this console claims, confirmed or not. */
enum status store_claim_wants(const char ***tis_out, size_t *n_out, struct arena *a, struct store *st);
/* The hub's answer: `who` holds `ti` for ttl_s; NULL or 0: nobody does. `mine`: it is this replica's. */
enum status store_claim_set(struct store *st, const char *ti, const char *who, bool mine, uint64_t fence, int64_t ttl_s);
/* Claims whose time is over end: *changed_out of them; *next_s_out until the next one may, 0 for none. */
enum status store_claims_tick(unsigned int *changed_out, int64_t *next_s_out, struct store *st);

/* ---- disputes ---- */

struct dispute_side {		/* one leaf */
	struct digest rid;
	const char *by, *by_name, *reason;
	enum outcome outcome;
	bool resolution, own;
	int64_t at;
	uint64_t fence;		/* of the claim it was made under, 0: none */
	unsigned int flags;	/* bits of enum receipt_flag */
	enum entry_state state;
	const char **steps; size_t n_steps;	/* "2 failed", in order */
	const char **looked; size_t n_looked;	/* names of the evidence opened */
};
struct dispute {
	const char *ti, *test, *title, *from, *from_country, *to, *to_country, *table;
	struct dispute_side *sides; size_t n_sides;	/* oldest first */
	const char *barred;	/* why the person of this console cannot settle it, or NULL */
};
/* Disputed TIs in the order of the queue. */
enum status store_disputes(struct dispute **out, size_t *n_out, struct arena *a, struct store *st);

#endif
