/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the hub's core share. The writer's thread alone changes `struct state`; under the event's lock,
 * so that others may look while they hold it too. What is not committed yet has a seq over `size`. Hub layer.
 */
#ifndef HUB_HUB_PRIV_H
#define HUB_HUB_PRIV_H
#include "verdict/base/arena.h"
#include "verdict/base/lock.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/base/vec.h"
#include "verdict/hub/hub.h"
#include "verdict/hub/participant.h"
#include "verdict/hub/store.h"
#include "verdict/model/record.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/feed.h"

/* Kinds of items in the store. */
enum item_kind {
	ITEM_REPLICA = 'K',
	ITEM_CODE = 'C',
	ITEM_SESSION = 'S',
	ITEM_LEASE = 'L',
	ITEM_QUARANTINE = 'Q',
	ITEM_NUMBER = 'N',
	ITEM_TOKEN = 'T'
};

/* ---- state of an event: a function of its feed and items (state.c, load.c) ---- */

struct system { const char *organisation; };	/* "" where the event has none */

struct tie { const char *organisation, *from, *to; };	/* dates, NULL where open */
struct person {
	char *id, *name;
	VEC(struct tie) ties;	/* as the event's document says: undated */
	VEC(struct tie) sworn;	/* as certificates say */
	bool listed;		/* by the event */
	struct arena a;		/* of both */
};

struct lease {
	char *who, *replica, *nonce;
	uint64_t fence;		/* of the last grant */
	uint64_t run_from;	/* the first grant since another person held it */
	int64_t granted;	/* wall ms */
	int64_t until;		/* monotonic ms */
	bool ended;		/* released, or forced by a lead */
};

struct ti {
	char *id;
	bool known;		/* the event has it; else records name it only */
	bool changed;		/* its participants did, in this transaction */
	uint64_t seq;		/* of its entry I */
	struct digest digest;	/* of its line */
	bool amended;		/* participants changed it since it was imported */
	struct digest imported;	/* then: of its line as it was imported */
	bool evidence_known;	/* an older program's facts do not tell of evidence */
	struct system **systems; size_t n_systems;
	struct digest *evidence; size_t n_evidence;
	struct lease *lease;
};

/* Digests of the evidence that the event's TIs list, each with how often. (listed.c) */
struct listed_slot { struct digest digest; uint32_t times; bool used; };
struct listed { struct listed_slot *slots; size_t n_slots, n_used; };

struct known {			/* a record in the feed */
	struct digest rid;
	uint64_t n, seq;
	int64_t at;
	struct ti *ti;		/* NULL without */
	uint32_t replica;	/* index */
	uint16_t flags;
	uint8_t kind;
};

struct replica {
	char id[KEY_ID];
	uint32_t index;
	uint8_t key[KEY_PUBLIC];
	struct person *person;
	unsigned int roles;
	int64_t from, to;
	int64_t seen;		/* wall ms: a session of it asked something, or was opened; 0: never */
	bool certified;
	bool revoked;
	char *certificate; size_t len;	/* the document */
	VEC(uint32_t) chain;	/* of `records`, by n, then as they came */
};

#define CODE_TRAVELS (1u << 16)	/* beside the roles of a code's item */
struct code {
	char *person, *name;
	unsigned int roles;
	int64_t until;
	bool used;
	bool travels;		/* a record of the key may prove it */
	struct digest secret;	/* SHA-256 of it, which names it here */
	uint8_t join_name[16];	/* of one that travels: how records name it */
	uint8_t key[KEY_PUBLIC];	/* by whom */
	VEC(char *) organisations;
};

struct session { struct replica *replica; int64_t until; };
struct token { struct hub_participant who; int64_t until; };	/* of a participant; until 0: revoked */
struct refused { char id[24]; size_t len; };
struct doc { uint64_t seq; struct digest digest; bool here; };

#define AMENDED_MARK '='	/* before a digest among a TI's facts: of its line as it was imported */
struct event_pack;		/* of amend.c */
void event_pack_free(struct event_pack *p);
struct fresh_line { uint64_t seq; char *text; size_t len; };	/* of a TI, perhaps not committed yet */

struct state {
	struct event_pack *pack;
	VEC(struct fresh_line) fresh;
	VEC(struct known) records;
	uint32_t *slots; size_t n_slots;	/* index + 1 of records, by rid; a power of two */
	VEC(struct replica *) replicas;
	struct map *by_replica, *persons, *tis, *systems, *codes, *sessions, *tokens;
	struct doc docs[26];	/* by type */
	struct listed listed;
	VEC(struct refused) quarantine;	/* oldest first */
	size_t quarantine_bytes;
	uint64_t quarantine_next;
	uint64_t fence;		/* the highest granted */
	uint64_t leases;
};

struct state *state_new(void);
void state_free(struct state *s);
struct known *state_find(const struct state *s, const struct digest *rid);
/* `ti`: NULL without. The replica is made where it is not known. */
struct known *state_record(struct state *s, const struct store_record *r);
struct replica *state_replica(struct state *s, const char *id);	/* makes it */
struct person *state_person(struct state *s, const char *id);	/* makes it */
struct ti *state_ti(struct state *s, const char *id);		/* makes it */
struct system *state_system(struct state *s, const char *id);	/* makes it */
/* First place in the chain with number n or more. */
size_t chain_at(const struct state *s, const struct replica *r, uint64_t n);
/* A certificate as the hub signed it: its replica and person. */
enum status state_certify(struct state *s, const void *doc, size_t len, const uint8_t hub_key[KEY_PUBLIC]);
void lease_free(struct lease *l);
void code_free(struct code *c);

/* ---- hub and events (hub.c) ---- */

struct call_work;
struct hub_event {
	struct hub *hub;
	char *id;
	uint8_t epoch[EPOCH_BYTES];
	struct lock lock;	/* of what follows */
	uint64_t size;		/* committed */
	struct digest root;
	uint64_t version;	/* the store's, that `s` holds */
	struct state *s;
	bool stale;		/* writer: load before the next transaction */
	struct event_results *results;	/* of results.c */
};

struct hub {
	const struct hub_store_ops *ops;
	struct hub_store *store;
	struct key *key;
	uint8_t nonce_key[32];
	char *dir;
	int64_t (*wall)(void *data), (*mono)(void *data);
	void *clock_data;
	bool in_line;
	unsigned int queue_calls;
	size_t queue_bytes;
	void (*changed)(struct hub_event *e, uint64_t size, void *data);
	void *changed_data;
	const struct hub_progress *progress;

	struct lock lock;	/* of events, the queue, stats */
	VEC(struct hub_event *) events;
	struct call_work *first, **last;
	unsigned int waiting;
	size_t waiting_bytes;
	bool stop, importing;
	struct hub_stats stats;

	struct wakeup work;	/* the queue has some, or stop */
	struct lock answered;	/* of call_work.answered, for who blocks */
	struct wakeup answers;
	struct thread *writer;
};

struct event_results *event_results_new(void);
void event_results_free(struct event_results *er);

/* The backend given, or by the scheme of the URL. STATUS_USAGE for another. */
enum status hub_store_open(const struct hub_store_ops **ops, struct hub_store **s, const struct hub_options *o);
int64_t hub_mono(const struct hub *h);
/*
 * Writer's thread: all of the event from the store into a new state; or, with `more`, what came since into the
 * present one. (load.c)
 */
enum status event_load(struct hub_event *e, bool more);
/* An event's facts of a document, into the state. */
void facts_of_systems(struct state *s, const void *facts, size_t len);
void facts_of_persons(struct state *s, const void *facts, size_t len);
void facts_of_instance(struct state *s, struct ti *ti, const void *facts, size_t len);

/* ---- evidence that the event lists (listed.c) ---- */

bool listed_has(const struct listed *l, const struct digest *d);
struct digest *listed_all(size_t *n_out, const struct listed *l);	/* yours */
void listed_done(struct listed *l);
/* The TI's evidence is these from now on; `d` is copied. */
void listed_set(struct state *s, struct ti *ti, const struct digest *d, size_t n);
/* Digests that a TI's line names, where its facts do not tell of them. */
void listed_scan(struct state *s, struct ti *ti, const char *line, size_t len);

/* ---- transactions (writer.c) ---- */

struct txn {
	struct hub *h;
	struct hub_event *e;
	struct state *s;
	uint64_t size;		/* with what was appended */
	struct digest root;
	uint64_t version;	/* before it */
	bool wrote;
	enum status failed;	/* the store's failure: nothing of this transaction holds */
	struct buf entry;
};
/* Number of the new entry; 0 after a failure. `r` for records: its seq is set. */
uint64_t txn_append(struct txn *t, char type, unsigned int flags, const void *body, size_t len, struct store_record *r);
void txn_put(struct txn *t, enum item_kind kind, const char *id, const void *value, size_t len);
void txn_drop(struct txn *t, enum item_kind kind, const char *id);
void txn_check(struct txn *t, enum status st);	/* keeps the first failure */

struct call_work {
	struct call_work *next;
	struct hub_event *e;	/* NULL: of the whole hub, without a transaction */
	struct hub *h;
	struct hub_call *call;
	/* Within the transaction; may set call->code and message. */
	void (*run)(struct call_work *w, struct txn *t);
	/* After the commit, where call->code is OK: the answer's bytes. May be NULL. */
	void (*answer)(struct call_work *w, uint64_t size);
	struct arena a;		/* of all below */
	size_t bytes;
	bool answered;
	void *args;
};
struct call_work *work_new(struct hub *h, struct hub_event *e, struct hub_call *call,
	void (*run)(struct call_work *, struct txn *), void (*answer)(struct call_work *, uint64_t),
	size_t args);
/* Refuse at once with the thread's message: `code`, the work freed. */
enum status work_refuse(struct call_work *w, enum status code);
/* Queue, or run where the hub works in line; waits where nobody else does. */
enum status work_post(struct call_work *w);
/* For `run`: this call fails, the transaction goes on. */
void work_fail(struct call_work *w, enum status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void work_fail_message(struct call_work *w, enum status code);	/* with the thread's message */
/* What other processes wrote: now, waiting for the writer; or soon. */
enum status writer_catch_up(struct hub_event *e);
void writer_catch_up_soon(struct hub_event *e);
void writer_start(struct hub *h);
void writer_stop(struct hub *h);

/*
 * A certificate record of a key that has none: where it proves a code that travels, the key is certified now.
 * NULL, or why not. `rec` was signed by `key`. (enrol.c)
 */
void code_named(struct code *c, const struct digest *secret);
const char *enrol_by_record(struct txn *t, const struct record *rec, const uint8_t key[KEY_PUBLIC]);

/* ---- neutrality (reference.c) ---- */

/* Is the person tied to a participant? `flags` of the record: with FLAG_CLOCK its date is not believed. */
bool reference_bars(const char **organisation_out, const struct person *p, const struct ti *ti, int64_t at,
	unsigned int flags);
/* To the organisation of the line's system? False for a line of no known system. */
bool reference_bars_line(const struct state *s, const struct person *p, const char *line, int64_t at, unsigned int flags);
/* Kinds that a tie to a TI keeps from counting. */
bool reference_judges(enum record_kind kind);
/* Entries F where ties to changed TIs, or of that person (NULL: of all), now say otherwise. */
void reference_again(struct txn *t, const struct person *p, bool all);

/* ---- fields of items: texts, each ended by a NUL ---- */

struct fields { const char *at, *end; };
void field_add(struct buf *b, const char *text);
void field_add_int(struct buf *b, int64_t v);
const char *field_next(struct fields *f);	/* "" behind the last */
int64_t field_int(struct fields *f);

#endif
