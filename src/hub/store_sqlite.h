/* SPDX-License-Identifier: Apache-2.0 */
/* What the SQLite backend of a hub keeps open. Hub layer; see store_sqlite.c. */
#ifndef HUB_STORE_SQLITE_H
#define HUB_STORE_SQLITE_H
#include <sqlite3.h>
#include "feed_log.h"
#include "verdict/base/lock.h"
#include "verdict/base/vec.h"
#include "verdict/hub/store.h"
#include "verdict/proto/crypto.h"

enum sql_name {
	SQL_BEGIN, SQL_COMMIT, SQL_META_GET, SQL_META_PUT, SQL_EVENT_ADD, SQL_EVENTS, SQL_EVENT_MOVE, SQL_RECORD,
	SQL_FLAGS, SQL_RECORDS, SQL_DOC_PUT, SQL_DOC_DROP, SQL_DOCS, SQL_ITEM_PUT, SQL_ITEM_DROP, SQL_ITEMS, SQL_CHECK,
	SQL_VERSION, SQL_TABLES, SQL_APPLICATION, SQL_COUNT
};

struct sqlite_event {
	char *id;
	int64_t key;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size, log_len, version;
	struct digest root;
	struct feed_log *log;
};

struct sqlite_store {
	struct hub_store base;
	char *dir;
	bool heads;		/* without feeds */
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_COUNT];
	struct lock lock;	/* of `events`, which only grows, and of their `log` */
	VEC(struct sqlite_event *) events;
	struct sqlite_event *now, next;	/* of the transaction: as it was, as it will be */
};

/* ---- store_sqlite_sql.c ---- */

/* A result code as a status with a message; what is not known better is STATUS_IO: nobody knows what the file holds. */
enum status sq_failed(struct sqlite_store *t, int rc, const char *doing);
/* The prepared statement, reset and without bindings. */
enum status sq_get(sqlite3_stmt **out, struct sqlite_store *t, enum sql_name name);
/* STATUS_NOT_FOUND: no more rows, without a message. */
enum status sq_row(struct sqlite_store *t, sqlite3_stmt *s);
enum status sq_run(struct sqlite_store *t, sqlite3_stmt *s);	/* one step, rows ignored */
enum status sq_exec(struct sqlite_store *t, const char *text);
void sq_bind_text(sqlite3_stmt *s, int at, const char *text);	/* NULL stays NULL */
void sq_bind_blob(sqlite3_stmt *s, int at, const void *ptr, size_t len);
void sq_bind_digest(sqlite3_stmt *s, int at, const struct digest *d);
enum status sq_take_blob(
	void *out, size_t len, struct sqlite_store *t, sqlite3_stmt *s, int at); /* exactly len */
const char *sq_text_of(sqlite3_stmt *s, int at);	/* never NULL; until the next step */

/* ---- store_sqlite.c ---- */

enum status sqlite_want_event(struct sqlite_event **out, struct sqlite_store *t, const char *id);

/* ---- store_sqlite_rows.c: operations, see struct hub_store_ops ---- */

enum status sqlite_begin(struct store_event *now, struct hub_store *base, const char *event);
enum status sqlite_append(struct hub_store *base, const void *entry, size_t len, const struct digest *root,
	const struct store_record *r);
enum status sqlite_set_flags(struct hub_store *base, uint64_t seq, unsigned int flags);
enum status sqlite_put_doc(struct hub_store *base, const struct store_doc *d);
enum status sqlite_drop_doc(struct hub_store *base, char type, const char *id);
enum status sqlite_put_item(struct hub_store *base, const struct store_item *i);
enum status sqlite_drop_item(struct hub_store *base, char kind, const char *id);
enum status sqlite_commit(struct hub_store *base);
void sqlite_rollback(struct hub_store *base);
enum status sqlite_each_record(
	struct hub_store *base, const char *event, uint64_t since, store_record_cb cb, void *data);
enum status sqlite_each_doc(struct hub_store *base, const char *event, uint64_t since, store_doc_cb cb, void *data);
enum status sqlite_each_item(struct hub_store *base, const char *event, uint64_t since, store_item_cb cb, void *data);

#endif
