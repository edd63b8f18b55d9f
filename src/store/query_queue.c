/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queue: keys in an order, rows of keys, rows page by page, and the counts above them. The default order
 * is that of an index, so the first window costs the same at any size. Store layer; the thread that opened
 * the store.
 */
#include "store_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/vec.h"

#define WAITING " WHERE ti.rank <= 1"
#define MINE " WHERE ti.flags & 4"
/* as Gazelle's worklist */
#define ASSIGNED " WHERE (ti.flags & 4 OR (ti.rank <= 1 AND ti.claim = 0 AND ti.test IN (SELECT own.key FROM person_test p " \
	"JOIN test own ON own.id = p.test WHERE p.person = ?3)))"
#define WINDOW " LIMIT ?1 OFFSET ?2"
#define BY_WAITING "SELECT ti.key FROM ti"
#define BY_WAITING_ORDER " ORDER BY ti.rank, ti.since, ti.place, ti.test, ti.key" WINDOW
#define BY_TABLE_ORDER " ORDER BY ti.rank, ti.place, ti.since, ti.key" WINDOW
#define BY_TEST "SELECT ti.key FROM ti JOIN test ON test.key = ti.test"
#define BY_TEST_ORDER " ORDER BY test.id, ti.rank, ti.since, ti.key" WINDOW
#define BY_ID_ORDER " ORDER BY length(ti.id), ti.id" WINDOW
#define BY_STATUS_ORDER " ORDER BY ti.rank, ti.status, ti.since, ti.key" WINDOW

static const char *const sql_order[SORT_COUNT][SCOPE_ALL + 1] = {
	[SORT_WAITING] = {
		BY_WAITING WAITING BY_WAITING_ORDER, BY_WAITING MINE BY_WAITING_ORDER,
		BY_WAITING ASSIGNED BY_WAITING_ORDER, BY_WAITING BY_WAITING_ORDER },
	[SORT_TABLE] = {
		BY_WAITING WAITING BY_TABLE_ORDER, BY_WAITING MINE BY_TABLE_ORDER,
		BY_WAITING ASSIGNED BY_TABLE_ORDER, BY_WAITING BY_TABLE_ORDER },
	[SORT_TEST] = {
		BY_TEST WAITING BY_TEST_ORDER, BY_TEST MINE BY_TEST_ORDER,
		BY_TEST ASSIGNED BY_TEST_ORDER, BY_TEST BY_TEST_ORDER },
	[SORT_ID] = {
		BY_WAITING WAITING BY_ID_ORDER, BY_WAITING MINE BY_ID_ORDER,
		BY_WAITING ASSIGNED BY_ID_ORDER, BY_WAITING BY_ID_ORDER },
	[SORT_STATUS] = {
		BY_WAITING WAITING BY_STATUS_ORDER, BY_WAITING MINE BY_STATUS_ORDER,
		BY_WAITING ASSIGNED BY_STATUS_ORDER, BY_WAITING BY_STATUS_ORDER },
};
static const char sql_rows[] = "SELECT " QUEUE_COLUMNS " FROM ti JOIN test ON test.key = ti.test WHERE ti.key = ?1";
/* QUEUE_COLUMNS but for those of the test, which is looked up once a page: tests are few. */
static const char sql_page[] = "SELECT ti.key, ti.id, ti.test, 0, 0, 0, ti.status, ti.flags, ti.claim, ti.claim_by, "
	"ti.source, ti.source_country, ti.target, ti.target_country, ti.place, ti.since, ti.revision, ti.teams "
	"FROM ti WHERE ti.key > ?1 ORDER BY ti.key LIMIT ?2";
static const char sql_test[] = "SELECT id, title, track, profiles FROM test WHERE key = ?1";
static const char sql_key[] = "SELECT key FROM ti WHERE id = ?1";
static const char sql_tally[] = "SELECT name, n FROM tally";

static const char *const sort_names[SORT_COUNT] = {
	[SORT_WAITING] = "waiting", [SORT_TABLE] = "table", [SORT_TEST] = "test", [SORT_ID] = "id",
	[SORT_STATUS] = "status", [SORT_VALUE] = "value",
};

const char *queue_sort_name(enum queue_sort s)
{
	return (unsigned int)s < SORT_COUNT ? sort_names[s] : "";
}

int queue_sort_parse(const char *word)
{
	int i;

	for (i = 0; i < SORT_COUNT; i++)
		if (strcmp(word, sort_names[i]) == 0)
			return i;
	return -1;
}

static const char *const scope_names[] = { "waiting", "mine", "assigned", "all" };

const char *queue_scope_name(int scope)
{
	return scope >= 0 && scope <= SCOPE_ALL ? scope_names[scope] : NULL;
}

int queue_scope_parse(const char *word)
{
	for (int i = 0; i <= SCOPE_ALL; i++)
		if (strcmp(word, scope_names[i]) == 0)
			return i;
	return -1;
}

void queue_bind_me(struct store *st, sqlite3_stmt *s, int at)
{
	const struct person *me = store_me(st);

	sql_bind_text(s, at, me ? me->id : "");
}

enum status store_queue_order(int64_t **keys_out, size_t *n_out, struct arena *a, struct store *st,
	enum queue_sort sort, enum queue_scope scope, size_t from, size_t max)
{
	VEC(int64_t) keys = VEC_INIT;
	sqlite3_stmt *s;
	enum status code;

	if ((unsigned int)sort >= SORT_COUNT || (unsigned int)scope > SCOPE_ALL)
		return status_set(STATUS_USAGE, "no such order of the queue");
	code = store_ready(st);
	if (code == STATUS_OK && sort == SORT_VALUE)
		return queue_by_value(keys_out, n_out, a, st, scope, from, max);
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_order[sort][scope]);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, max ? (int64_t)max : -1);
	sqlite3_bind_int64(s, 2, (int64_t)from);
	if (scope == SCOPE_ASSIGNED)
		queue_bind_me(st, s, 3);
	while ((code = sql_row(st, s)) == STATUS_OK)
		vec_push(&keys, sqlite3_column_int64(s, 0));
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = keys.len;
		*keys_out = keys.len ? arena_dup(a, keys.at, keys.len * sizeof(*keys.at)) : NULL;
	}
	vec_done(&keys);
	return code;
}

/* Strings that repeat from row to row are kept once; `before` is the row read last, or NULL. */
static const char *text_again(struct arena *a, sqlite3_stmt *s, int at, const char *before)
{
	const char *p = (const char *)sqlite3_column_text(s, at);

	if (!p || !*p)
		return "";
	return before && strcmp(before, p) == 0 ? before : arena_strn(a, p, (size_t)sqlite3_column_bytes(s, at));
}

/* Tests of one page, in slots by their key; one that has lost its slot is read again. */
#define TEST_SLOTS 256
struct test_words { int64_t key; const char *id, *title, *track, *profiles; };

static enum status find_test(const struct test_words **out, struct test_words *slots, struct arena *a,
	struct store *st, int64_t key)
{
	struct test_words *t = &slots[(uint64_t)key % TEST_SLOTS];
	sqlite3_stmt *s;
	enum status code;

	*out = t;
	if (t->id && t->key == key)
		return STATUS_OK;
	code = sql_get(&s, st, sql_test);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, key);
	code = sql_row(st, s);
	if (code == STATUS_NOT_FOUND) {
		*t = (struct test_words){ key, "", "", "", "" };
		return STATUS_OK;
	}
	if (code != STATUS_OK)
		return code;
	*t = (struct test_words){ key, sql_text(a, s, 0), sql_text(a, s, 1), sql_text(a, s, 2), sql_text(a, s, 3) };
	sqlite3_reset(s);
	return STATUS_OK;
}

static void read_test(struct queue_row *out, struct arena *a, sqlite3_stmt *s, const struct queue_row *before)
{
	out->test = text_again(a, s, 2, before ? before->test : NULL);
	out->title = text_again(a, s, 3, before ? before->title : NULL);
	out->track = text_again(a, s, 4, before ? before->track : NULL);
	out->profiles = text_again(a, s, 5, before ? before->profiles : NULL);
}

/* All but the columns of the test. */
static void read_row(struct queue_row *out, struct arena *a, sqlite3_stmt *s, const struct queue_row *before)
{
	unsigned int flags = (unsigned int)sqlite3_column_int(s, 7);

	out->key = sqlite3_column_int64(s, 0);
	out->id = sql_text(a, s, 1);
	out->status = (enum ti_status)sqlite3_column_int(s, 6);
	out->critical = out->status == TI_CRITICAL;
	out->stale = flags & TI_STALE;
	out->disputed = flags & TI_DISPUTE;
	out->completes = flags & TI_COMPLETES;
	out->claim_mine = flags & TI_MINE;
	out->claim = (enum claim_state)sqlite3_column_int(s, 8);
	out->claim_by = text_again(a, s, 9, before ? before->claim_by : NULL);
	out->from = text_again(a, s, 10, before ? before->from : NULL);
	out->from_country = text_again(a, s, 11, before ? before->from_country : NULL);
	out->to = text_again(a, s, 12, before ? before->to : NULL);
	out->to_country = text_again(a, s, 13, before ? before->to_country : NULL);
	out->table = text_again(a, s, 14, before ? before->table : NULL);
	out->since = sqlite3_column_int64(s, 15);
	out->revision = (unsigned int)sqlite3_column_int64(s, 16);
	out->organisations = text_again(a, s, 17, before ? before->organisations : NULL);
}

void queue_row_read(struct queue_row *out, struct arena *a, sqlite3_stmt *s)
{
	read_test(out, a, s, NULL);
	read_row(out, a, s, NULL);
}

enum status store_queue_rows(struct queue_row **rows_out, struct arena *a, struct store *st,
	const int64_t *keys, size_t n)
{
	const struct queue_row *before;
	struct queue_row *rows;
	sqlite3_stmt *s;
	size_t i;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	rows = arena_array(a, struct queue_row, n + 1);
	for (i = 0; i < n; i++) {
		code = sql_get(&s, st, sql_rows);
		if (code != STATUS_OK)
			return code;
		sqlite3_bind_int64(s, 1, keys[i]);
		code = sql_row(st, s);
		if (code == STATUS_OK) {
			before = i && rows[i - 1].id ? &rows[i - 1] : NULL;
			read_test(&rows[i], a, s, before);
			read_row(&rows[i], a, s, before);
			sqlite3_reset(s);
		} else if (code != STATUS_NOT_FOUND)
			return code;
		rows[i].key = keys[i];
	}
	*rows_out = rows;
	return queue_rows_value(rows, n, st);
}

enum status store_queue_page(struct queue_row **rows_out, size_t *n_out, struct arena *a, struct store *st,
	int64_t after_key, size_t n)
{
	struct test_words slots[TEST_SLOTS] = { 0 };
	const struct test_words *t = NULL;
	struct queue_row *rows;
	sqlite3_stmt *s;
	size_t len = 0;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_page);
	if (code != STATUS_OK)
		return code;
	rows = arena_array(a, struct queue_row, n + 1);
	sqlite3_bind_int64(s, 1, after_key);
	sqlite3_bind_int64(s, 2, (int64_t)n);
	while (len < n && (code = sql_row(st, s)) == STATUS_OK) {
		code = find_test(&t, slots, a, st, sqlite3_column_int64(s, 2));
		if (code != STATUS_OK)
			break;
		rows[len].test = t->id;
		rows[len].title = t->title;
		rows[len].track = t->track;
		rows[len].profiles = t->profiles;
		read_row(&rows[len], a, s, len ? &rows[len - 1] : NULL);
		len++;
	}
	sqlite3_reset(s);
	if (code != STATUS_OK && code != STATUS_NOT_FOUND)
		return code;
	*rows_out = rows;
	*n_out = len;
	return STATUS_OK;
}

enum status store_instance_key(int64_t *key_out, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_key);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	code = sql_row(st, s);
	if (code == STATUS_NOT_FOUND)
		return status_set(code, "no TI %s in this event", ti);
	if (code == STATUS_OK) {
		*key_out = sqlite3_column_int64(s, 0);
		sqlite3_reset(s);
	}
	return code;
}

/* "status.2" into counts; names this program does not know are passed over. */
static void count_one(struct store_counts *c, const char *name, int64_t n)
{
	const char *dot = strchr(name, '.');
	long which = dot ? strtol(dot + 1, NULL, 10) : -1;
	size_t len = dot ? (size_t)(dot - name) : 0;

	if (which < 0)
		return;
	if (strncmp(name, "status", len) == 0 && which < 16) {
		c->by_status[which] = n;
		c->total += n;
	} else if (strncmp(name, "rank", len) == 0 && which <= RANK_WAITING)
		c->waiting += n;
	else if (strncmp(name, "flag", len) == 0)
		*(which == TI_STALE ? &c->stale : which == TI_DISPUTE ? &c->disputed : &c->claimed_mine) = n;
	else if (strncmp(name, "state", len) == 0 && which <= ENTRY_REFUSED)
		*(which == ENTRY_UNSENT ? &c->unsent : which == ENTRY_RECEIVED ? &c->received :
			which == ENTRY_FLAGGED ? &c->flagged : &c->refused) = n;
}

enum status store_counts(struct store_counts *out, struct store *st)
{
	struct store_counts c = { 0 };
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_tally);
	if (code != STATUS_OK)
		return code;
	while ((code = sql_row(st, s)) == STATUS_OK)
		count_one(&c, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1));
	if (code != STATUS_NOT_FOUND)
		return code;
	*out = c;
	return STATUS_OK;
}
