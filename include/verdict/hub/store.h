/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_STORE_H
#define VERDICT_HUB_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"
#include "verdict/proto/receipt.h"

/*
 * Where a hub keeps its events: one table of operations, one file a backend. The feed is the truth; record rows,
 * documents and items are an index of it, and what is in no feed (codes, sessions, leases' nonces). The hub's
 * core holds in memory all it needs to decide, so a store only has to append, and to tell at start.
 *
 * All operations belong to the writer's thread, except read(), which any thread may call at any time and which
 * never waits for a commit. Statuses: STATUS_FULL, STATUS_IO, STATUS_CORRUPT mean that nobody knows what the
 * last transaction became: the core then calls reopen() and loads again.
 */
struct hub_store;

struct store_event {
	const char *id;		/* borrowed for the call */
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size;		/* entries */
	struct digest root;
	uint64_t version; /* one more with every commit on this event, by whomever; need not survive
			     the process */
};
struct store_record {		/* index of an entry R */
	uint64_t seq;
	struct digest rid;
	const char *replica, *ti;	/* ti: NULL without */
	uint64_t n;
	int kind;		/* enum record_kind */
	int64_t at;
	unsigned int flags;
};
struct store_doc {		/* the latest entry of a document: type E C O S P with id "", or I */
	char type;
	const char *id;
	uint64_t seq;
	struct digest digest;	/* of the body */
	const void *facts; size_t len;	/* what the core wants back at start */
};
/* Anything else, by kind and id; `version`: of the event after the transaction that put it, at least 1. */
struct store_item { char kind; const char *id; uint64_t version; const void *value; size_t len; };

typedef enum status (*store_event_cb)(const struct store_event *e, void *data);
typedef enum status (*store_record_cb)(const struct store_record *r, void *data);
typedef enum status (*store_doc_cb)(const struct store_doc *d, void *data);
typedef enum status (*store_item_cb)(const struct store_item *i, void *data);

struct hub_store_ops {
	const char *scheme;	/* "sqlite": of URLs "sqlite:…" */
	bool shared;		/* other processes may write too: what is not known here may be there */
	/* `where` is the URL. STATUS_BUSY: another process has it; STATUS_NEWER. Not the writer's thread yet. */
	enum status (*open)(struct hub_store **out, const char *where);
	/* For each_event() alone, so that no feed has to be read; NULL: as open(). */
	enum status (*open_heads)(struct hub_store **out, const char *where);
	void (*close)(struct hub_store *s);
	/* After a failure: drop every handle, roll back, open anew. */
	enum status (*reopen)(struct hub_store *s);

	/* Of the whole hub, each its own transaction. STATUS_NOT_FOUND. */
	enum status (*meta_get)(struct buf *out, struct hub_store *s, const char *name);
	enum status (*meta_put)(struct hub_store *s, const char *name, const void *value, size_t len);
	/* Unless it is there: of several processes that begin at once one wins. NULL: as meta_put(). */
	enum status (*meta_add)(struct hub_store *s, const char *name, const void *value, size_t len);
	enum status (*event_add)(
		struct hub_store *s, const struct store_event *e); /* its own transaction; size 0 */
	enum status (*each_event)(struct hub_store *s, store_event_cb cb, void *data);

	/*
	 * One transaction on one event. begin() waits for other processes' writers of this event (an advisory
	 * lock) and tells how the event stands now: where its version is higher than the core knows, others
	 * wrote, and the core loads what it lacks. Operations between may be sent without waiting for their answers
	 * (a pipeline): an error may come as late as commit(). commit() returns when it is durable.
	 */
	enum status (*begin)(struct store_event *now, struct hub_store *s, const char *event);
	/* The next entry, its number in its bytes; `root` after it; `r` for type R, else NULL. */
	enum status (*append)(struct hub_store *s, const void *entry, size_t len, const struct digest *root,
		const struct store_record *r);
	enum status (*set_flags)(struct hub_store *s, uint64_t seq, unsigned int flags);
	enum status (*put_doc)(struct hub_store *s, const struct store_doc *d);
	enum status (*drop_doc)(struct hub_store *s, char type, const char *id);
	enum status (*put_item)(struct hub_store *s, const struct store_item *i);
	enum status (*drop_item)(struct hub_store *s, char kind, const char *id);
	/* Another epoch, in the transaction. NULL where a store never has less than it confirmed. */
	enum status (*set_epoch)(struct hub_store *s, const uint8_t epoch[EPOCH_BYTES]);
	enum status (*commit)(struct hub_store *s);
	void (*rollback)(struct hub_store *s);

	/*
	 * What an event has beyond `since` (0: all): a seq for records, by seq, and for documents;
	 * a version for items, by kind and id. A callback's failure ends it.
	 */
	enum status (*each_record)(struct hub_store *s, const char *event, uint64_t since,
		store_record_cb cb, void *data);
	enum status (*each_doc)(struct hub_store *s, const char *event, uint64_t since, store_doc_cb cb, void *data);
	enum status (*each_item)(struct hub_store *s, const char *event, uint64_t since, store_item_cb cb, void *data);

	/*
	 * From here (`begins`) to the end: each_…() tell of one moment, whatever other processes write. No
	 * transaction between. NULL where nobody else writes.
	 */
	enum status (*snapshot)(struct hub_store *s, bool begins);

	/*
	 * Any thread. Committed entries from..to, one after the other, appended to `out`: as many as fit into
	 * max_bytes, but one at least; *count_out of them. `roots` gets the 32 bytes of the root after each.
	 * STATUS_NOT_FOUND: the feed ends before `from`.
	 */
	enum status (*read)(struct buf *out, unsigned int *count_out, struct buf *roots, struct hub_store *s,
		const char *event, uint64_t from, uint64_t to, size_t max_bytes);
	/* The backend's own check of its files; the first fault in status_message(). */
	enum status (*check)(struct hub_store *s);
	/*
	 * Tell of commits by others (LISTEN/NOTIFY): `cb` from any thread that may wait for a
	 * queue; the id is borrowed. After watch() with NULL it comes no more. NULL where nobody
	 * else writes.
	 */
	void (*watch)(struct hub_store *s, void (*cb)(const char *event, void *data), void *data);
};
struct hub_store { const struct hub_store_ops *ops; };	/* first member of a backend's own */

extern const struct hub_store_ops store_sqlite_ops, store_postgres_ops;

#endif
