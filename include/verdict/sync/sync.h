/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_SYNC_SYNC_H
#define VERDICT_SYNC_SYNC_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/net/net.h"

struct store;

/*
 * The console's session with its hub: enrol, let the hub in on what is here, push, pull, claims, evidence
 * (doc/PROTOCOL.md, Exchange). A machine without I/O of its own: it asks its port for requests, work on the
 * store, time and chance, so the same code runs in the console, in `verdict sync` and under a virtual clock and
 * network. Everything it asks may be repeated without harm, so it can be stopped at any moment. One thread.
 */
struct sync;

/* A piece of work on the store: `work` where the store lives, then `done` back here, which frees it. */
struct sync_job {
	void (*work)(struct sync_job *job, struct store *st);
	void (*done)(struct sync_job *job);
};

enum sync_change {	/* bits: what a screen may want to draw again */
	SYNC_CHANGED_LINE = 1,		/* online, offline, counts */
	SYNC_CHANGED_RECEIPTS = 2,	/* states of own records */
	SYNC_CHANGED_FEED = 4,		/* a page was applied: TIs, records, claims of others */
	SYNC_CHANGED_CLAIMS = 8,	/* own claims */
	SYNC_CHANGED_EVIDENCE = 16,	/* a body arrived */
	SYNC_CHANGED_NOTICE = 32	/* sync_status.notice */
};

struct sync_port {
	void *data;
	enum status (*peer)(void *data, const struct net_peer *p);
	uint32_t (*send)(void *data, const struct net_request *q, net_answer_cb cb, net_progress_cb progress, void *cb_data);
	void (*cancel)(void *data, uint32_t id);
	void (*run)(void *data, struct sync_job *job);	/* in order; `done` never from within */
	int64_t (*now)(void *data);		/* ms of a clock that counts suspension and never steps */
	int64_t (*wall)(void *data);		/* ms UTC, for display */
	uint32_t (*chance)(void *data);		/* 32 random bits */
	void (*wake)(void *data, int64_t at);	/* call sync_tick() at that time of now(); replaces the last */
	void (*changed)(void *data, unsigned int what);	/* bits of enum sync_change */
};

struct sync *sync_new(const struct sync_port *port);
void sync_free(struct sync *s);		/* with no job under way */
bool sync_busy(const struct sync *s);	/* a job is under way on the store */
/* Begin, or look again: after join, after the key was unlocked. */
void sync_start(struct sync *s);
/* No new requests; those under way are cancelled, their work done again another time. */
void sync_stop(struct sync *s);
void sync_tick(struct sync *s);
/* A record was saved here. */
void sync_saved(struct sync *s);
/* Do not wait for a back-off to end: the monitor asked, or the network came back. */
void sync_now(struct sync *s);

#define SYNC_TI 128
enum sync_line {
	SYNC_ALONE,		/* no hub: the event came from a pack */
	SYNC_CONNECTING,	/* not yet reached since the start */
	SYNC_ONLINE,
	SYNC_OFFLINE,		/* not reached since `since` */
	SYNC_LOCKED,		/* the key is sealed and not yet opened */
	SYNC_BARRED		/* the hub lets this installation in no more: revoked, or not certified */
};
const char *sync_line_name(enum sync_line l);	/* alone connecting online offline locked barred */

struct sync_status {
	const char *way;	/* "https", "ssh" or "sftp": the one in use or being tried; static */
	enum sync_line line;
	int64_t since;		/* wall ms since when it is so */
	enum net_failure failure;	/* of the last attempt, where offline */
	char why[NET_MESSAGE];	/* the same as a sentence, "" where online */
	char notice[NET_MESSAGE];	/* something a person should know: another history, a new key; "" without */
	char claim[SYNC_TI];	/* what the hub answered last on a claim: of this TI; "" before */
	bool claim_mine, claim_other;	/* it is this console's; it is somebody else's */
	int64_t retry_ms;	/* until the next attempt, where offline */
	uint64_t unsent, refused;
	uint64_t cursor, head;	/* entries of the feed here, and at the hub when last told */
	struct digest root;	/* of the feed up to `cursor` */
	bool pushing, pulling;
	uint64_t sent, received;	/* records and entries since the start */
	uint64_t moved;		/* bytes of files through a drop; of evidence over other ways */
	uint64_t batches, batches_lost;	/* sent since the start; of them those whose answer never came */
	uint64_t line_rate;	/* bytes a second from the hub, as last measured; 0: not known */
	const char *held;	/* why nothing is fetched that nobody asked for: "slow", "metered", "sftp"; NULL: it is */
	uint64_t evidence_left, evidence_bytes;	/* bodies wanted and not here; bytes fetched of the present one */
	unsigned int evidence_failures;	/* in a row, while all else goes well */
};
void sync_status(struct sync_status *out, const struct sync *s);
/* The key of the hub that let this console in, KEY_PUBLIC bytes; NULL where it is not known (yet). Borrowed. */
const uint8_t *sync_hub_key(const struct sync *s);
/* All that is here is there and the reverse, and nothing is under way: the end of `sync --once`. */
bool sync_settled(const struct sync *s);

/*
 * Claims are leases of the hub. Each of these is done when the hub can be asked; until then an own claim shows as
 * not confirmed. The store holds what was asked, so that it survives the console.
 */
void sync_claim(struct sync *s, const char *ti);
void sync_release(struct sync *s, const char *ti);
void sync_hold(struct sync *s, const char *ti, int hours);	/* keep it through a spell without network */
void sync_force(struct sync *s, const char *ti, const char *why);	/* leads: end a colleague's */

/* Fetch this body before others. */
void sync_fetch(struct sync *s, const struct digest *sha256);
/* The way that requests take from now on, a static string; what was measured of another is forgotten. Before sync_start(). */
enum sync_cost { SYNC_COST_MEASURED, SYNC_COST_METERED, SYNC_COST_FREE };
void sync_over(struct sync *s, const char *way, enum sync_cost cost);
/* Bytes that may be fetched unasked; 0: none. Nothing is over a way that is metered, or measured to be slow and not free. */
void sync_budget(struct sync *s, uint64_t bytes);

/*
 * Enrolment with a code of the hub: fetch its certificate (by the pin of the code), make the key, ask for the
 * certificate, store all. `ended` comes once, perhaps before sync_join_new() returns. Asking again with the same code goes on where it stopped.
 */
struct sync_join;
typedef void (*sync_joined_cb)(enum status code, const char *message, void *data);
struct sync_join *sync_join_new(const struct sync_port *port, const char *code, const char *passphrase,
	sync_joined_cb ended, void *data);
void sync_join_free(struct sync_join *j);

#endif
