/* SPDX-License-Identifier: Apache-2.0 */
/* What the PostgreSQL backend of a hub keeps open. Hub layer; see store_postgres.c. */
#ifndef HUB_STORE_POSTGRES_H
#define HUB_STORE_POSTGRES_H
#include <libpq-fe.h>
#include "verdict/base/lock.h"
#include "verdict/hub/store.h"

#define PG_READERS 3
#define PG_CHANNEL "verdict_hub"

enum pg_name {
	PG_BEGIN,
	PG_COMMIT,
	PG_ROLLBACK,
	PG_LOCK,
	PG_HEAD,
	PG_ENTRY,
	PG_RECORD,
	PG_FLAGS,
	PG_DOC_PUT,
	PG_DOC_DROP,
	PG_ITEM_PUT,
	PG_ITEM_DROP,
	PG_EVENT_MOVE,
	PG_EPOCH,
	PG_NOTIFY,
	PG_META_GET,
	PG_META_PUT,
	PG_META_ADD,
	PG_EVENT_ADD,
	PG_EVENTS,
	PG_RECORDS,
	PG_DOCS,
	PG_ITEMS,
	PG_READ,
	PG_CHECK,
	PG_SNAPSHOT,
	PG_PATIENT,
	PG_COUNT
};

/* One connection, of one thread at a time. */
struct pg_link {
	PGconn *c;		/* NULL: not connected */
	bool warned;		/* by the server, since this was last cleared */
	bool piped;		/* operations were sent whose results are not read */
};

#define PG_ARGS_MAX 9
struct pg_args {		/* of one statement; what they point to lives until it is sent */
	const char *values[PG_ARGS_MAX];
	int lengths[PG_ARGS_MAX], formats[PG_ARGS_MAX];
	uint64_t numbers[PG_ARGS_MAX];
	bool is_number[PG_ARGS_MAX];
	int n;
};

struct pg_watch;
struct postgres_store {
	struct hub_store base;
	char *url;
	struct pg_link writer;
	int64_t key;		/* of the transaction's event */
	struct store_event next;	/* as it will be; id borrowed from `event` */
	uint64_t bytes;
	char *event;		/* NULL: no transaction */
	struct lock lock;	/* of what follows */
	struct wakeup freed;
	struct pg_link readers[PG_READERS];
	bool taken[PG_READERS];
	int writer_pid;		/* of the server's process, whose notices are our own */
	struct pg_watch *watch;
};

/* ---- store_postgres_link.c ---- */

/* STATUS_IO with what the server or the library said; nobody knows then what became of what was
 * under way. */
enum status pg_failed(struct pg_link *l, const PGresult *r);
/* To the primary among the URL's hosts; refuses a server that confirms before it has written. */
enum status pg_connect(struct pg_link *l, const char *url);
enum status pg_prepare(struct pg_link *l);	/* all statements: after the schema is there */
void pg_close(struct pg_link *l);
void pg_int(struct pg_args *a, uint64_t v);
void pg_text(struct pg_args *a, const char *text);	/* NULL stays NULL */
void pg_blob(struct pg_args *a, const void *ptr, size_t len);
/* In a pipeline, which it begins; the results come with pg_collect(). */
enum status pg_send(struct pg_link *l, enum pg_name name, const struct pg_args *a);
/* Ends the pipeline: the first failure, or the last rows in *rows_out (may be NULL). */
enum status pg_collect(PGresult **rows_out, struct pg_link *l);
/* One statement by itself; STATUS_OK with *rows_out (may be NULL), yours. */
enum status pg_ask(
	PGresult **rows_out, struct pg_link *l, enum pg_name name, const struct pg_args *a);
/* Row by row, without keeping them. */
enum status pg_each(struct pg_link *l, enum pg_name name, const struct pg_args *a,
	enum status (*row)(const PGresult *r, void *data), void *data);
uint64_t pg_u64(const PGresult *r, int row, int column);
enum status pg_bytes(
	void *out, size_t len, const PGresult *r, int row, int column); /* exactly len */

/* ---- store_postgres_watch.c ---- */

void postgres_watch(struct hub_store *base, void (*cb)(const char *event, void *data), void *data);

/* ---- store_postgres_rows.c: operations, see struct hub_store_ops ---- */

enum status postgres_begin(struct store_event *now, struct hub_store *base, const char *event);
enum status postgres_append(struct hub_store *base, const void *entry, size_t len,
	const struct digest *root, const struct store_record *r);
enum status postgres_set_flags(struct hub_store *base, uint64_t seq, unsigned int flags);
enum status postgres_put_doc(struct hub_store *base, const struct store_doc *d);
enum status postgres_drop_doc(struct hub_store *base, char type, const char *id);
enum status postgres_put_item(struct hub_store *base, const struct store_item *i);
enum status postgres_drop_item(struct hub_store *base, char kind, const char *id);
enum status postgres_set_epoch(struct hub_store *base, const uint8_t epoch[EPOCH_BYTES]);
enum status postgres_commit(struct hub_store *base);
void postgres_rollback(struct hub_store *base);
enum status postgres_each_record(struct hub_store *base, const char *event, uint64_t since,
	store_record_cb cb, void *data);
enum status postgres_each_doc(struct hub_store *base, const char *event, uint64_t since,
	store_doc_cb cb, void *data);
enum status postgres_each_item(struct hub_store *base, const char *event, uint64_t since,
	store_item_cb cb, void *data);

#endif
