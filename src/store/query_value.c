/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue by value: what a verdict would complete comes first, what is beyond the required number last. Store layer;
 * the thread that opened the store.
 */
#include <stdlib.h>
#include <string.h>
#include "store_priv.h"
#include "verdict/base/vec.h"
#include "verdict/store/results.h"

#define ASSIGNED "(flags & 4 OR (rank <= 1 AND claim = 0 AND test IN (SELECT own.key FROM person_test p JOIN test own ON " \
	"own.id = p.test WHERE p.person = ?1)))"
static const char *const sql_keys[SCOPE_ALL + 1] = {
	"SELECT key, id FROM ti WHERE rank <= 1 ORDER BY rank, since, place, test, key",
	"SELECT key, id FROM ti WHERE flags & 4 ORDER BY rank, since, place, test, key",
	"SELECT key, id FROM ti WHERE " ASSIGNED " ORDER BY rank, since, place, test, key",
	"SELECT key, id FROM ti ORDER BY rank, since, place, test, key",
};

enum worth { WORTH_SOMETHING, WORTH_NOTHING, WORTH_BEYOND, WORTH_DONE };
struct valued { int64_t key; enum worth worth; uint32_t score; uint32_t at; };

static int compare_values(const void *x, const void *y)
{
	const struct valued *a = x, *b = y;

	if (a->worth != b->worth)
		return a->worth < b->worth ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;	/* as they waited */
}

static struct valued value_of(struct results *r, sqlite3_stmt *s, size_t at)
{
	struct valued v = { .key = sqlite3_column_int64(s, 0), .worth = WORTH_DONE, .at = (uint32_t)at };
	struct results_value value;

	if (!results_value(&value, r, (const char *)sqlite3_column_text(s, 1)))
		return v;
	v.worth = value.beyond ? WORTH_BEYOND : value.score ? WORTH_SOMETHING : WORTH_NOTHING;
	v.score = value.score;
	return v;
}

enum status queue_by_value(int64_t **keys_out, size_t *n_out, struct arena *a, struct store *st, enum queue_scope scope,
	size_t from, size_t max)
{
	VEC(struct valued) all = VEC_INIT;
	struct results *r = NULL;
	sqlite3_stmt *s;
	size_t i;
	enum status code = store_results(&r, st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_keys[scope]);
	if (code != STATUS_OK)
		return code;
	if (scope == SCOPE_ASSIGNED)
		queue_bind_me(st, s, 1);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		struct valued v = value_of(r, s, all.len);

		vec_push(&all, v);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		if (all.len)
			qsort(all.at, all.len, sizeof(*all.at), compare_values);
		from = from < all.len ? from : all.len;
		*n_out = max && max < all.len - from ? max : all.len - from;
		*keys_out = arena_array(a, int64_t, *n_out);
		for (i = 0; i < *n_out; i++)
			(*keys_out)[i] = all.at[from + i].key;
	}
	vec_done(&all);
	return code;
}

enum status queue_rows_value(struct queue_row *rows, size_t n, struct store *st)
{
	struct results_value v;
	struct results *r = NULL;
	enum status code = store_results_here(&r, st);

	for (size_t i = 0; r && i < n; i++) {
		if (!rows[i].id)
			continue;
		if (!results_value(&v, r, rows[i].id))
			v = (struct results_value) { 0 };
		rows[i].completes = v.lines + v.tests > 0;
		rows[i].beyond = v.beyond;
		rows[i].value = v.score;
	}
	return code;
}
