/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_ANSWER_H
#define VERDICT_PROTO_ANSWER_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/receipt.h"

/*
 * The small JSON objects of the protocol that are not signed: questions of a console, answers of a
 * hub, whatever carries them (doc/PROTOCOL.md, Exchange). X_write() appends; X_read() is strict as
 * all reading of JSON here: STATUS_INVALID with the place, STATUS_LIMIT, STATUS_NEWER where the
 * other side speaks no version of ours; results live in `a`. Times are ms since 1970 by the hub's
 * clock. Any thread.
 */
#define ANSWER_MAX (64u << 10)	/* bytes of any of them */
#define ANSWER_TEXT_MAX 1000	/* bytes of a sentence inside */
#define PROTO_VERSION 1

/* GET /v1/hello: whose hub this is. */
struct hello {
	const char *version;	/* of the program */
	const char *hub;	/* key id */
	uint8_t key[KEY_PUBLIC];
	int64_t now;
	const char *nonce;	/* to be signed for a session, good for two minutes */
};
void hello_write(struct buf *out, const struct hello *h);
enum status hello_read(struct hello *out, struct arena *a, const char *ptr, size_t len);

/* POST …/session */
struct session_answer { const char *token; int64_t ttl_s; };
void session_answer_write(struct buf *out, const struct session_answer *s);
enum status session_answer_read(
	struct session_answer *out, struct arena *a, const char *ptr, size_t len);

/* GET …/hello: how far the event's feed is. */
struct event_hello {
	const char *hub;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size;		/* entries in the feed */
	struct digest root;
	int64_t now;
	unsigned int max_records, max_bytes,
		max_page; /* of a batch, of its bytes, entries of a page */
};
void event_hello_write(struct buf *out, const struct event_hello *h);
enum status event_hello_read(struct event_hello *out, struct arena *a, const char *ptr, size_t len);

/* POST …/have: "my chain ends here, what do you lack?" */
#define HAVE_RANGES_MAX 64
struct have_ask {
	const char *replica;
	uint64_t n;
	struct digest rid;
}; /* n 0: no record yet, rid is zero */
struct have_range { uint64_t from, to; };
struct have_answer {
	const char *replica;
	uint64_t n;		/* highest number that is durable at the hub, 0 for none */
	struct digest rid;	/* of that record; zero where n is 0 */
	struct have_range want[HAVE_RANGES_MAX];
	size_t n_want;          /* holes below n, ascending; the first ones */
	bool fork;		/* the hub has another record at the n that was asked with */
};
void have_ask_write(struct buf *out, const struct have_ask *h);
enum status have_ask_read(struct have_ask *out, struct arena *a, const char *ptr, size_t len);
void have_answer_write(struct buf *out, const struct have_answer *h);
enum status have_answer_read(struct have_answer *out, struct arena *a, const char *ptr, size_t len);

/* POST …/instances/TI/status: what participants say of a TI. Strings live in the arena; comment NULL without. */
struct participant_ask { const char *status, *comment; };
enum status participant_ask_read(struct participant_ask *out, struct arena *a, const char *ptr, size_t len);

/* POST …/claims and what follows it. One struct for all questions: each uses the fields named
 * behind it. */
#define CLAIM_NONCE_MAX 64
#define CLAIM_TTL_MAX 3600
#define CLAIM_HOLD_MAX 4	/* hours */
enum claim_verb {
	CLAIM_TAKE,		/* ti, ttl_s, nonce, fence where one was held before */
	CLAIM_RENEW,		/* fence, ttl_s */
	CLAIM_HOLD,		/* fence, hours */
	CLAIM_FORCE		/* why */
};
struct claim_ask { const char *ti, *nonce, *why; uint64_t fence; int64_t ttl_s; int hours; };
void claim_ask_write(struct buf *out, enum claim_verb verb, const struct claim_ask *c);
enum status claim_ask_read(
	struct claim_ask *out, struct arena *a, enum claim_verb verb, const char *ptr, size_t len);
struct claim_answer { const char *ti, *who; uint64_t fence; int64_t ttl_s; };
void claim_answer_write(struct buf *out, const struct claim_answer *c);
enum status claim_answer_read(
	struct claim_answer *out, struct arena *a, const char *ptr, size_t len);

/* Every answer that is not a success. */
enum refusal_kind { /* the word on the wire; a reader takes others for REFUSAL_OTHER */
	REFUSAL_BAD_REQUEST,
	REFUSAL_UNAUTHORISED,
	REFUSAL_FORBIDDEN,
	REFUSAL_NOT_FOUND,
	REFUSAL_CONFLICT,
	REFUSAL_GONE,
	REFUSAL_TOO_LARGE,
	REFUSAL_BUSY,
	REFUSAL_UNAVAILABLE,
	REFUSAL_NEWER,
	REFUSAL_OTHER
};
struct refusal {
	enum refusal_kind kind;
	const char *message;	/* one sentence for people */
	int64_t retry_s;	/* busy, unavailable: ask again after so long; else 0 */
	bool reset;		/* gone: the feed has another epoch, begin at 0 */
	uint8_t epoch[EPOCH_BYTES];	/* with reset */
	const char *who;	/* conflict of a claim: who holds it, else NULL */
	int64_t since_s, ttl_s;	/* and since how long, and how long still */
};
const char *refusal_name(enum refusal_kind k);
int refusal_http_status(enum refusal_kind k);
void refusal_write(struct buf *out, const struct refusal *r);
enum status refusal_read(struct refusal *out, struct arena *a, const char *ptr, size_t len);

#endif
