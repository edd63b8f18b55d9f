/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_HUB_H
#define VERDICT_HUB_HUB_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/receipt.h"

/*
 * The hub without HTTP: events with their feeds, records, claims, enrolment and sessions, over a store. One
 * writer thread commits in groups; parsing and signatures are the caller's work. What is read comes from memory
 * and from files that only grow, so it never waits for the writer. doc/ARCHITECTURE.md, The hub.
 */
struct hub;
struct hub_event;

#define HUB_MESSAGE 240
#define HUB_TOKEN 44		/* 43 characters of base64url and NUL */
#define HUB_SECRET 23		/* of an enrolment code: 22 and NUL */
#define HUB_NONCE 44
#define HUB_SESSION_S (12 * 3600)
#define HUB_CODE_S (24 * 3600)	/* an enrolment code is valid that long unless said */
#define HUB_LEASE_MIN_S 30
#define HUB_LEASE_MAX_S 3600
#define HUB_HOLD_MAX_H 4

/* Called often, on the caller's thread, while something long goes on; total 0: not known. */
struct hub_progress {
	void (*tick)(void *data, const char *what, uint64_t done, uint64_t total);
	void *data;
};

struct hub_store_ops;
struct hub_options {
	const char *store;	/* "sqlite:DIR" */
	const struct hub_store_ops *backend;	/* NULL: by the scheme of `store` */
	const char *dir;	/* evidence bodies */
	/* Clocks of a test or simulation, ms; NULL: the system's. `mono` never steps back and counts suspension. */
	int64_t (*wall)(void *data), (*mono)(void *data);
	void *clock_data;
	bool in_line;		/* no thread: a call is answered before it returns, and hears then of other processes */
	unsigned int queue_calls;	/* that may wait for the writer; 0: 512 */
	size_t queue_bytes;	/* of batches that wait; 0: 64 MiB */
	const struct hub_progress *progress;	/* of hub_restore(); NULL: nobody looks */
};

/* Makes the store and the hub's key where they are not. STATUS_BUSY (another process has it), STATUS_NEWER. */
enum status hub_open(struct hub **out, const struct hub_options *o);
void hub_close(struct hub *h);		/* answers what waits, then ends */
/* An event's epoch out of a store that nobody has open, without loading any event. STATUS_NOT_FOUND, STATUS_BUSY. */
enum status hub_epoch(uint8_t out[EPOCH_BYTES], const struct hub_options *o, const char *event);
const struct key *hub_key(const struct hub *h);
/* Of hub_verify() from now on; NULL: nobody looks. The thread that calls it. */
void hub_watch(struct hub *h, const struct hub_progress *p);
int64_t hub_now(const struct hub *h);	/* wall ms */
struct hub_event *hub_event_find(struct hub *h, const char *id);	/* NULL; lives as long as the hub */
void hub_event_each(struct hub *h, void (*cb)(struct hub_event *e, void *data), void *data);
const char *hub_event_id(const struct hub_event *e);
/* An event without reference data, or the one that is there. Blocks. */
enum status hub_event_new(struct hub_event **out, struct hub *h, const char *id);

/* ---- reading: any thread, never waits for the writer ---- */

void hub_head(struct hub_event *e, uint64_t *size, struct digest *root, uint8_t epoch[EPOCH_BYTES]);
/*
 * The page after `since`, at most `limit` entries (0: FEED_PAGE_ENTRIES), into `out`, which should take
 * FEED_PAGE_MAX. STATUS_CONFLICT: another epoch, or `since` lies beyond the head.
 */
enum status hub_page(struct buf *out, struct hub_event *e, const uint8_t epoch[EPOCH_BYTES], uint64_t since,
	unsigned int limit);
/* `cb` on the writer's thread whenever an event's head has moved: wakes long polls. Set before serving. */
void hub_on_change(struct hub *h, void (*cb)(struct hub_event *e, uint64_t size, void *data), void *data);

/*
 * What lies here of a replica's chain whose end, at its own place, is (n, rid); out->replica is `replica`. Forks:
 * another record stands at n, and not that one.
 */
void hub_have(struct have_answer *out, struct hub_event *e, const char *replica, uint64_t n, const struct digest *rid);

struct hub_session {
	char replica[KEY_ID];
	char person[257];
	unsigned int roles;	/* bits of enum role_kind */
	int64_t until;		/* wall ms */
};
/* STATUS_DENIED: unknown, expired, or its replica was revoked. */
enum status hub_session_find(struct hub_session *out, struct hub_event *e, const char *token);
/* For GET /v1/hello: good for two minutes, at any process that has this hub's key. */
void hub_nonce(char out[HUB_NONCE], struct hub *h);

/* Bytes of evidence that the event lists, by their digest; the descriptor is yours. STATUS_NOT_FOUND. */
enum status hub_evidence_open(int *fd_out, uint64_t *size_out, struct hub_event *e, const struct digest *sha256);

/* ---- calls: answered by the writer ---- */

struct hub_lease {
	char who[257], replica[KEY_ID];	/* the holder */
	uint64_t fence;
	int64_t ttl_s;		/* left */
	int64_t since_s;	/* held for so long */
};

/*
 * One request. You own it and what you pass until `done`, which runs on the writer's thread once the commit is
 * durable (on yours, before the function returns, where the hub works in line). With `done` NULL the function
 * blocks until then. A function that returns something other than STATUS_OK has answered: `code` and `message`
 * are set, and `done` is not called. STATUS_BUSY: the queue is full. STATUS_IO, STATUS_FULL, STATUS_CORRUPT: the
 * store could not commit, ask again later (503).
 */
struct hub_call {
	void (*done)(struct hub_call *call);
	void *data;
	enum status code;
	char message[HUB_MESSAGE];
	struct buf out;		/* receipt, certificate, token, secret; hub_call_done() frees it */
	struct hub_lease lease;	/* of claims; on STATUS_CONFLICT the holder's */
	unsigned int count;	/* revocation: replicas; import: entries */
	struct call_work *work;	/* the hub's */
};
void hub_call_init(struct hub_call *call, void (*done)(struct hub_call *call), void *data);
void hub_call_done(struct hub_call *call);

/* A batch of records; out: the signed receipt. STATUS_INVALID, STATUS_LIMIT: no batch. `batch` is borrowed. */
enum status hub_push(struct hub_event *e, struct hub_call *call, const void *batch, size_t len);

/* Who gets a code, and as what. `ties` bar from grading, besides those of the event's persons. */
struct hub_invitation {
	const char *person, *name;	/* name NULL: as the event has it, else the id */
	unsigned int roles;
	const char **organisations; size_t n_organisations;
	int64_t valid_s;	/* 0: HUB_CODE_S */
	bool travels;		/* a proof of it may come with the key's records: of a join file */
};
/* out: the secret of a one-time code, kept here only as a digest. STATUS_INVALID, STATUS_LIMIT. */
enum status hub_enrol_new(struct hub_event *e, struct hub_call *call, const struct hub_invitation *i);
/*
 * A signed enrolment request; out: the certificate. The same key with the same code gets the same answer.
 * STATUS_DENIED: unknown or expired code; STATUS_CONFLICT: used by another key; STATUS_INVALID.
 */
enum status hub_enrol(struct hub_event *e, struct hub_call *call, const void *request, size_t len);
/* A signed session proof; out: the token. STATUS_DENIED: unknown or revoked key, or a stale nonce. */
enum status hub_session_new(struct hub_event *e, struct hub_call *call, const void *proof, size_t len);
/* Of a replica, or of all replicas of a person. STATUS_NOT_FOUND. */
enum status hub_revoke(struct hub_event *e, struct hub_call *call, const char *replica_or_person, const char *why,
	const char *by);

/*
 * Claims: leases on the hub's monotonic clock. STATUS_CONFLICT with the holder in `lease`; STATUS_NOT_FOUND:
 * no such TI, or (renew, release, hold) the lease is not this one's any more; STATUS_DENIED: role, neutrality.
 */
enum status hub_claim(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	int64_t ttl_s, const char *nonce);
enum status hub_claim_renew(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence, int64_t ttl_s);
enum status hub_claim_release(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence);
enum status hub_claim_hold(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	uint64_t fence, int hours);
enum status hub_claim_force(struct hub_event *e, struct hub_call *call, const struct hub_session *s, const char *ti,
	const char *why);

/* ---- the operator's work; blocks ---- */

struct hub_stats {
	unsigned int events, calls_waiting, sessions;
	uint64_t entries, records, replicas, leases;
	uint64_t stored, duplicates, flagged, refused;	/* answers since start */
	uint64_t commits, commit_ns, commit_ns_max, busy, failures;
	bool failing;		/* the last commit failed */
};
void hub_stats(struct hub_stats *out, struct hub *h);	/* does not wait */

#endif
