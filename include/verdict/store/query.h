/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_QUERY_H
#define VERDICT_STORE_QUERY_H
#include "verdict/base/arena.h"
#include "verdict/model/instance.h"
#include "verdict/store/store.h"

enum queue_sort { SORT_WAITING, SORT_TABLE, SORT_TEST, SORT_ID, SORT_STATUS, SORT_VALUE, SORT_COUNT };
const char *queue_sort_name(enum queue_sort s);
int queue_sort_parse(const char *word);
/* Waiting for a monitor; claimed by me; that, and what waits unclaimed of the tests assigned to me; everything. */
int queue_scope_parse(const char *word);	/* waiting mine assigned all; -1 */
const char *queue_scope_name(int scope);	/* NULL behind the last */
enum queue_scope { SCOPE_WAITING, SCOPE_MINE, SCOPE_ASSIGNED, SCOPE_ALL };

/*
 * Keys of the queue in order (critical first where the sort is waiting or table), from position `from`, at
 * most `max` (0: all). *n_out keys in `a`. The vector is a snapshot: live changes never move it. SORT_VALUE fills the
 * results first (store/results.h); it begins with what completes most and ends with what is beyond the required number.
 */
enum status store_queue_order(int64_t **keys_out, size_t *n_out, struct arena *a, struct store *st,
	enum queue_sort sort, enum queue_scope scope, size_t from, size_t max);
/* Rows of these keys, in that order; a key that is gone gives a row with id NULL. */
enum status store_queue_rows(struct queue_row **rows_out, struct arena *a, struct store *st,
	const int64_t *keys, size_t n);
/* Every row in key order for the filter index: next page after `after_key`, at most n; *n_out 0 at the end. */
enum status store_queue_page(struct queue_row **rows_out, size_t *n_out, struct arena *a, struct store *st,
	int64_t after_key, size_t n);
/* Key of a TI by its id, STATUS_NOT_FOUND. */
enum status store_instance_key(int64_t *key_out, struct store *st, const char *ti);
/* Everything about one TI. STATUS_NOT_FOUND. */
enum status store_instance(struct instance **out, struct arena *a, struct store *st, const char *ti);

struct journal_row {
	struct digest rid;
	uint64_t n;		/* in its chain */
	uint64_t position;	/* for the next page; a new key begins a new chain, so n does not do */
	const char *kind, *ti, *what;	/* what: "partially verified", "claim intent", first words of a comment */
	int64_t saved_at;
	enum entry_state state;
	const char *why;	/* of a refusal or flag; how it travels where that is not the network; or NULL */
	uint64_t seq;		/* its number in the hub's feed, 0 where not known */
};
/* Newest first, records behind the position `before` (0: from the newest), at most max; `only` -1 for all states. */
enum status store_journal_page(struct journal_row **rows_out, size_t *n_out, struct arena *a, struct store *st,
	uint64_t before, size_t max, int only);
/* What a person noticed; withdrawn and refused ones are left out. */
struct finding_row {
	struct digest rid;
	const char *ti, *profiles, *from_country, *to_country;	/* profiles parted by a blank; "" where not known */
	const char *by, *by_name, *text;
	const char *file, *path;	/* place: name of the item, path in it; "" for none */
	const char *gap;		/* category, or "" */
	enum severity severity;
	int64_t offset, at;
	struct digest evidence;
	bool has_evidence, own;
	enum entry_state state;
};
/* Of one TI in the order they came, or of all (ti NULL) by TI. */
enum status store_findings(struct finding_row **rows_out, size_t *n_out, struct arena *a, struct store *st, const char *ti);

/* Payload bytes of a record, as signed. STATUS_NOT_FOUND. */
enum status store_payload(const char **out, size_t *len_out, struct arena *a, struct store *st, const struct digest *rid);

/* Reference listings. */
enum status store_systems(struct system_info **out, size_t *n_out, struct arena *a, struct store *st);
enum status store_organisations(struct organisation **out, size_t *n_out, struct arena *a, struct store *st);
enum status store_persons(struct person **out, size_t *n_out, struct arena *a, struct store *st);

#endif
