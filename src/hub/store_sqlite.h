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
	SQL_VERSION, SQL_TABLES, SQL_COUNT
};

struct sqlite_event {
	char *id;
	int64_t key;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t size, log_len;
	struct digest root;
	struct feed_log *log;
};

struct sqlite_store {
	struct hub_store base;
	char *dir;
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_COUNT];
	struct lock lock;	/* of `events`, which only grows */
	struct lock reading;	/* of the events' logs: nobody closes one that is read */
	VEC(struct sqlite_event *) events;
	struct sqlite_event *now, next;	/* of the transaction: as it was, as it will be */
};

#endif
