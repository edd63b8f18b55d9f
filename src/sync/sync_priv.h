/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the session machine share: its state, lanes, jobs. Layer sync; one thread. */
#ifndef SYNC_SYNC_PRIV_H
#define SYNC_SYNC_PRIV_H
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/feed.h"
#include "verdict/store/fetch.h"
#include "verdict/store/sync.h"
#include "verdict/sync/sync.h"

#define TYPE_JSON "application/json"
#define TYPE_SIGNED "application/vnd.verdict.signed"
#define TYPE_BATCH "application/vnd.verdict.batch"
#define TYPE_PAGE "application/vnd.verdict.page"
#define TYPE_PEM "application/x-pem-file"

#define POLL_S 25
#define PAGES_AHEAD 2		/* fetched and not yet applied */
#define CLAIM_TTL_S 3600
#define CHUNK (1u << 20)
#define TOKEN_MAX 200

#define PACE_SLOW 250000	/* bytes a second, 2 Mbit/s: with less nothing is fetched that nobody asked for */

/* What a line carries, and how much goes over it at once. Sizes are in whatever unit its owner counts. */
struct pace {
	uint64_t rate;		/* bytes a second, 0: not known */
	uint64_t open, most;	/* no more than this now: less after a cut, more after each that went well, up to `most` */
};

/* One kind of exchange with the hub; at most one of its requests is under way. */
struct lane {
	const char *name;
	int64_t sent_at;
	struct pace pace;
	bool busy;		/* a request or a job of it is under way */
	uint32_t request;	/* 0: none, the job is */
	unsigned int failures;	/* in a row */
	int64_t not_before;	/* of now(): back-off */
};

struct claim_op {
	struct claim_op *next;
	enum claim_verb verb;
	bool release;
	char *ti, *why, nonce[33];
	uint64_t fence;
	int hours;
};

struct lease { char *ti; uint64_t fence; int64_t renew_at; };
struct wanted { struct digest sha256; uint64_t size, have; bool asked; };

struct sync {
	struct sync_port port;
	bool running, loading, start_due;
	unsigned int jobs;	/* under way */
	struct arena about;	/* of `state` */
	struct sync_state state;
	bool has_state;

	enum sync_line line;
	int64_t since;
	enum net_failure failure;
	char why[NET_MESSAGE], notice[NET_MESSAGE];
	char claim[SYNC_TI];	/* sync_status.claim */
	bool claim_mine, claim_other;
	bool linked;		/* reached, and both sides know where the other stands */
	bool settled_once;	/* the feed's end was seen since the link */
	char token[TOKEN_MAX];
	unsigned int bars;	/* sessions refused in a row */

	struct lane link, push, pull, claims, evidence;
	unsigned int batch_max;	/* records a batch may have now */
	size_t bytes_max;
	unsigned int poisoned;	/* failures of the present batch in a row */
	uint64_t batches, batches_lost;	/* sent; of them without an answer */
	struct buf batch;	/* on its way */
	uint64_t fetched;	/* last entry that was asked for and came */
	unsigned int pages;	/* fetched and not yet applied */
	uint64_t head;
	uint64_t entry_bytes;	/* of the last page, on average */
	bool restart;		/* go on from the cursor, not from `fetched` */
	bool poll;		/* nothing newer was there: wait for it */
	uint64_t sent, received;

	struct claim_op *ops;
	struct lease *leases; size_t n_leases;
	bool claims_known;

	struct wanted *wanted; size_t n_wanted;	/* bodies to fetch, the first one now */
	uint64_t budget;
	bool wants_known;

	struct pace down;	/* bytes of the line itself, from the hub */
	int64_t round_ms;	/* there and back, 0: not known */
	enum sync_cost cost;
	const char *over;	/* the way that all this is of */
};

/* Work on the store with what it needs and gives. */
struct job {
	struct sync_job base;
	struct sync *s;
	enum status (*work)(struct job *j, struct store *st);
	void (*then)(struct sync *s, struct job *j);	/* not called once stopped */
	enum status code;
	char message[NET_MESSAGE];
	struct buf in, out;
	struct arena a;
	uint64_t n, m;
	bool flag;
	struct have_answer have;
	struct page_report report;
	struct digest digest;
	const char *text;
	struct claim_row *claims; size_t n_claims;
	const char **ids; size_t n_ids;
	struct evidence_want *wants; size_t n_wants;
	bool wants_state;	/* read the state after the work */
	struct sync_state state;
};

/* ---- lane.c ---- */

enum judgement { ANSWER_GOOD, ANSWER_LINK, ANSWER_SESSION, ANSWER_RESET, ANSWER_LARGE, ANSWER_LATER, ANSWER_NO };
/*
 * What an answer means for the machine. All but GOOD, LARGE and NO have been dealt with: the lane is free, and
 * rests as long as it should. `type`: the media type that a success must have.
 */
enum judgement lane_judge(struct sync *s, struct lane *l, const struct net_answer *a, const char *type);
/* Begin: no callback or job of it may be under way. */
void lane_send(struct sync *s, struct lane *l, struct net_request *q, net_answer_cb cb, net_progress_cb progress);
/* What the last exchange told of the line: bytes as the lane counts them, and as they came over the line. */
void lane_measure(struct sync *s, struct lane *l, uint64_t bytes, uint64_t down);
void lane_good(struct sync *s, struct lane *l);	/* free, and no back-off */
void lane_rest(struct sync *s, struct lane *l, unsigned int at_least_s);	/* free, after a back-off */
bool lane_ready(const struct sync *s, const struct lane *l);
void link_down(struct sync *s, enum net_failure f, const char *why);
void set_line(struct sync *s, enum sync_line line);
void set_notice(struct sync *s, const char *text);
/* Words of a refusal, for people. */
const char *refusal_text(const struct net_answer *a, struct arena *arena);
/* "/v1/events/EV/…" */
void event_path(struct buf *out, const struct sync *s, const char *rest);

/* ---- pace.c ---- */

void pace_init(struct pace *p, uint64_t first, uint64_t most);
void pace_round(int64_t *round_ms, int64_t ms);	/* an exchange of few bytes took so long */
void pace_good(struct pace *p, uint64_t bytes, int64_t ms, int64_t round_ms);
void pace_bad(struct pace *p);			/* a portion was lost */
uint64_t pace_portion(const struct pace *p);
bool pace_slow(const struct pace *p);

/* ---- job.c ---- */

struct job *job_new(struct sync *s, enum status (*work)(struct job *j, struct store *st),
	void (*then)(struct sync *s, struct job *j));
void job_run(struct job *j);
/* Read the state again. */
void state_load(struct sync *s);

/* ---- link.c push.c pull.c claims.c fetch.c: do what can be done now ---- */

void link_step(struct sync *s);
void push_step(struct sync *s);
void pull_step(struct sync *s);
void pull_begin(struct sync *s);	/* the link is there: from the cursor on */
void claims_step(struct sync *s);
void claims_begin(struct sync *s);
void claims_free(struct sync *s);
int64_t claims_due(const struct sync *s);
void fetch_step(struct sync *s);
void fetch_begin(struct sync *s);
bool fetch_settled(const struct sync *s);
/* Bodies that nobody asked for are not fetched now: why, in words; NULL: they are. */
const char *fetch_held(const struct sync *s);

void sync_step(struct sync *s);

#endif
