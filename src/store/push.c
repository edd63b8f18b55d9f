/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes to the hub and what it says of it: records without a receipt, receipts, offers, epochs. A record is
 * called received only once the signed word of the hub is on disk. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/store/sync.h"

static const char sql_unsent[] = "SELECT seq, payload, public_key, signature FROM record WHERE state = 0 AND seq > ?1 "
	"ORDER BY seq";
static const char sql_known[] = "SELECT state, own, flags, hub_seq, round FROM record WHERE rid = ?1";
/* How a receipt came is not forgotten when the feed tells the same again. */
static const char sql_mark[] = "UPDATE record SET why = CASE WHEN ?6 IS NULL AND state = ?2 AND flags = ?3 THEN why ELSE ?6 END, "
	"state = ?2, flags = ?3, hub_seq = ?4, round = max(round, ?5) WHERE rid = ?1";
static const char sql_way[] = "UPDATE record SET why = ?2 WHERE rid = ?1 AND state = 1 AND why IS NULL";
static const char sql_again_from[] = "UPDATE record SET state = 0 WHERE own = 1 AND replica = ?1 AND n >= ?2 AND n <= ?3 "
	"AND state IN (1, 2)";
static const char sql_same[] = "SELECT 1 FROM record WHERE replica = ?1 AND n = ?2 AND rid = ?3";
static const char sql_again_all[] = "UPDATE record SET state = 0 WHERE own = 1 AND state IN (1, 2)";
static const char sql_no_seq[] = "UPDATE record SET hub_seq = 0 WHERE hub_seq <> 0";
static const char sql_forget_conflict[] = "UPDATE hub SET conflict = NULL, checkpoint = NULL";
static const char sql_states[] = "DELETE FROM tally WHERE name LIKE 'state.%'; "
	"INSERT INTO tally SELECT 'state.' || state, count(*) FROM record WHERE own = 1 GROUP BY state";

_Static_assert(ENTRY_UNSENT == 0 && ENTRY_RECEIVED == 1 && ENTRY_FLAGGED == 2, "the SQL above names them by number");

/* ---- sending ---- */

enum status store_unsent(struct buf *batch_out, uint64_t *last_out, struct store *st, uint64_t after,
	size_t max_records, size_t max_bytes)
{
	struct envelope e;
	sqlite3_stmt *s;
	size_t n = 0, size = 8;
	enum status code = store_ready(st);

	if (max_records == 0 || max_records > BATCH_RECORDS_MAX)
		max_records = BATCH_RECORDS_MAX;
	if (max_bytes == 0 || max_bytes > BATCH_BYTES_MAX)
		max_bytes = BATCH_BYTES_MAX;
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_unsent);
	if (code != STATUS_OK)
		return code;
	batch_begin(batch_out);
	sqlite3_bind_int64(s, 1, (int64_t)after);
	while (n < max_records && (code = sql_row(st, s)) == STATUS_OK) {
		e = (struct envelope){ sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1),
			sqlite3_column_blob(s, 2), sqlite3_column_blob(s, 3) };
		size += 4 + e.len + KEY_PUBLIC + KEY_SIGNATURE;
		if (n > 0 && size > max_bytes)
			break;
		batch_add(batch_out, &e);
		*last_out = (uint64_t)sqlite3_column_int64(s, 0);
		n++;
	}
	sqlite3_reset(s);
	if (code != STATUS_OK && code != STATUS_NOT_FOUND)
		return code;
	return n > 0 ? batch_out->err : STATUS_NOT_FOUND;
}

/* ---- what became of one record ---- */

struct known { enum entry_state state; bool own; unsigned int flags; uint64_t seq, round; };

static enum status find_known(struct known *out, struct store *st, const struct digest *rid)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_known);

	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	out->state = (enum entry_state)sqlite3_column_int(s, 0);
	out->own = sqlite3_column_int(s, 1) != 0;
	out->flags = (unsigned int)sqlite3_column_int64(s, 2);
	out->seq = (uint64_t)sqlite3_column_int64(s, 3);
	out->round = (uint64_t)sqlite3_column_int64(s, 4);
	sqlite3_reset(s);
	return STATUS_OK;
}

/* "neutrality, late" */
static void flag_words(struct buf *out, unsigned int flags)
{
	for (unsigned int bit = 1; bit <= FLAG_ROLE; bit <<= 1)
		if (flags & bit)
			buf_printf(out, "%s%s", out->len ? ", " : "", receipt_flag_name((enum receipt_flag)bit));
}

/* Why a record is flagged is told by its flags, whether a receipt or the feed brings them. */
enum status record_mark(bool *changed, struct store *st, const struct digest *rid, const struct record_mark *m)
{
	struct known was;
	struct buf words;
	sqlite3_stmt *s;
	enum status code = find_known(&was, st, rid);

	*changed = false;
	if (code != STATUS_OK)
		return code == STATUS_NOT_FOUND ? STATUS_OK : code;
	if (was.state == m->state && was.flags == m->flags && was.seq == m->seq && was.round >= m->round)
		return STATUS_OK;
	*changed = was.state != m->state || was.flags != m->flags;
	if (*changed)
		results_touch_grades(st);
	code = sql_get(&s, st, sql_mark);
	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	sqlite3_bind_int(s, 2, (int)m->state);
	sqlite3_bind_int64(s, 3, m->flags);
	sqlite3_bind_int64(s, 4, (int64_t)m->seq);
	sqlite3_bind_int64(s, 5, (int64_t)m->round);
	buf_init(&words, 1024);
	flag_words(&words, m->flags);
	if (m->why || words.len)
		sql_bind_text(s, 6, m->why ? m->why : buf_str(&words));
	code = sql_run(st, s);
	buf_done(&words);
	if (code == STATUS_OK && was.own && was.state != m->state) {
		code = tally_state(st, was.state, -1);
		if (code == STATUS_OK)
			code = tally_state(st, m->state, 1);
	}
	return code;
}

static struct record_mark mark_of(const struct receipt_entry *e)
{
	struct record_mark m = { .flags = e->flags, .seq = e->seq };

	m.state = e->answer == ANSWER_REFUSED ? ENTRY_REFUSED : e->flags ? ENTRY_FLAGGED : ENTRY_RECEIVED;
	m.why = e->answer == ANSWER_REFUSED ? e->why : NULL;
	return m;
}

static const char sql_ti[] = "SELECT ti FROM record WHERE rid = ?1";

/* A change of flags may change the TI's state. */
static enum status touch_record(struct touched *t, struct store *st, const struct digest *rid)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_ti);

	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		if (sqlite3_column_type(s, 0) != SQLITE_NULL)
			touched_add(t, (const char *)sqlite3_column_text(s, 0));
		sqlite3_reset(s);
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* In a transaction. `waiting`: only records that have no answer yet. `way`: how it came, or NULL. */
static enum status apply_receipt(unsigned int *changed_out, struct store *st, const struct receipt *r, bool waiting,
	const char *way)
{
	struct arena a;
	struct touched touched;
	struct known was;
	bool changed;
	size_t i;
	enum status code = STATUS_OK;

	arena_init(&a);
	touched_init(&touched);
	for (i = 0; i < r->n && code == STATUS_OK; i++) {
		struct record_mark m = mark_of(&r->entries[i]);

		code = find_known(&was, st, &r->entries[i].rid);
		if (code == STATUS_NOT_FOUND || (code == STATUS_OK && waiting && was.state != ENTRY_UNSENT)) {
			code = STATUS_OK;
			continue;
		}
		m.flags |= was.flags & FLAG_UNPROVEN;
		m.round = was.round;
		if (m.state == ENTRY_RECEIVED)
			m.why = way;
		if (code == STATUS_OK)
			code = record_mark(&changed, st, &r->entries[i].rid, &m);
		if (code != STATUS_OK || !changed)
			continue;
		++*changed_out;
		code = touch_record(&touched, st, &r->entries[i].rid);
	}
	if (code == STATUS_OK)
		code = touched_derive(&touched, st);
	touched_done(&touched);
	arena_done(&a);
	return code;
}

/* ---- receipts ---- */

/* Every record of the batch, in order, has its entry. */
static enum status answers(const struct receipt *r, const void *batch, size_t len)
{
	struct batch_reader in;
	struct envelope e;
	struct digest rid;
	size_t i = 0;
	enum status code = batch_open(&in, batch, len);

	while (code == STATUS_OK && (code = batch_next(&e, &in)) == STATUS_OK) {
		rid = record_rid(e.payload, e.len);
		if (i == r->n || !digest_equal(&rid, &r->entries[i].rid))
			return status_set(STATUS_INVALID, "the hub's receipt answers other records than were sent");
		i++;
	}
	if (code != STATUS_NOT_FOUND)
		return code;
	return i == r->n ? STATUS_OK : status_set(STATUS_INVALID, "the hub's receipt answers more records than were sent");
}

static enum status same_epoch(struct store *st, const uint8_t epoch[EPOCH_BYTES])
{
	struct hub_row row;
	struct arena a;
	enum status code;

	arena_init(&a);
	code = hub_row_read(&row, &a, st);
	if (code == STATUS_OK && memcmp(row.epoch, epoch, EPOCH_BYTES) != 0)
		code = status_set(STATUS_CONFLICT, "the hub was restored or replaced: its feed has another epoch");
	arena_done(&a);
	return code;
}

static enum status keep_receipt(unsigned int *changed_out, struct store *st, const struct receipt *r, const void *ptr,
	size_t len, const char *way)
{
	enum status code = journal_append_receipt(&st->journal, ptr, len, way != NULL);

	if (code != STATUS_OK) {
		st->failed = true;	/* what the file holds is read back at the next opening */
		return code;
	}
	code = sql_begin(st);
	return code == STATUS_OK ? sql_end(st, apply_receipt(changed_out, st, r, way != NULL, way)) : code;
}

enum status store_receipt(unsigned int *changed_out, struct store *st, const void *batch, size_t batch_len,
	const void *receipt, size_t receipt_len)
{
	struct arena a;
	struct receipt r;
	unsigned int changed = 0;
	enum status code = hub_link_need(st);

	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	code = receipt_open(&r, &a, receipt, receipt_len, st->hub->key);
	if (code == STATUS_OK && strcmp(r.event, st->hub->event) != 0)
		code = status_set(STATUS_INVALID, "the hub's receipt is for the event \"%s\"", r.event);
	if (code == STATUS_OK)
		code = same_epoch(st, r.epoch);
	if (code == STATUS_NOT_FOUND)
		code = status_set(STATUS_CONFLICT, "a receipt before the hub's epoch is known");
	if (code == STATUS_OK)
		code = answers(&r, batch, batch_len);
	if (code == STATUS_OK)
		code = keep_receipt(&changed, st, &r, receipt, receipt_len, NULL);
	if (code == STATUS_OK)
		*changed_out = changed;
	arena_done(&a);
	return code;
}

/* Rebuilt from the copy of the feed, which does not know how the receipts came that were there before it. */
static enum status note_way(struct store *st, const struct receipt *r, const char *way)
{
	sqlite3_stmt *s;
	enum status code = STATUS_OK;

	for (size_t i = 0; i < r->n && code == STATUS_OK; i++) {
		code = sql_get(&s, st, sql_way);
		if (code != STATUS_OK)
			break;
		sql_bind_digest(s, 1, &r->entries[i].rid);
		sql_bind_text(s, 2, way);
		code = sql_run(st, s);
	}
	return code;
}

enum status receipt_replay(struct store *st, const char *ptr, size_t len, const char *way)
{
	struct arena a;
	struct receipt r;
	unsigned int changed = 0;
	enum status code = store_about_load(st);

	/* a receipt of another hub, or of an epoch that is over, says nothing of what this one holds */
	if (code != STATUS_OK || !st->hub || !st->hub->has_key)
		return code;
	arena_init(&a);
	code = receipt_open(&r, &a, ptr, len, st->hub->key);
	if (code == STATUS_OK)
		code = same_epoch(st, r.epoch);
	if (code == STATUS_OK || code == STATUS_NOT_FOUND) {
		code = apply_receipt(&changed, st, &r, true, way);
		if (code == STATUS_OK && way)
			code = note_way(st, &r, way);
	} else if (code == STATUS_DENIED || code == STATUS_INVALID || code == STATUS_CONFLICT || code == STATUS_NEWER ||
		   code == STATUS_LIMIT) {
		status_clear();
		code = STATUS_OK;
	}
	arena_done(&a);
	return code;
}

/* Is there a record among them that waits for an answer? */
static enum status awaited(bool *yes, struct store *st, const struct receipt *r)
{
	struct known was;
	enum status code = STATUS_OK;

	*yes = false;
	for (size_t i = 0; i < r->n && !*yes && code == STATUS_OK; i++) {
		code = find_known(&was, st, &r->entries[i].rid);
		*yes = code == STATUS_OK && was.state == ENTRY_UNSENT;
		if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;
	}
	return code;
}

enum status receipt_carried(unsigned int *changed_out, struct store *st, const char *ptr, size_t len)
{
	struct arena a;
	struct receipt r;
	bool yes = false;
	enum status code = hub_link_need(st);

	*changed_out = 0;
	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	code = receipt_open(&r, &a, ptr, len, st->hub->key);
	if (code == STATUS_OK && strcmp(r.event, st->hub->event) != 0)
		code = status_set(STATUS_INVALID, "a receipt for the event \"%s\"", r.event);
	if (code == STATUS_OK)
		code = same_epoch(st, r.epoch);
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;	/* the first word of this hub */
	if (code == STATUS_OK)
		code = awaited(&yes, st, &r);
	if (code == STATUS_OK && yes)
		code = keep_receipt(changed_out, st, &r, ptr, len, NOTE_BY_STICK);
	arena_done(&a);
	return code;
}

enum status store_refuse(struct store *st, const struct digest *rid, const char *why)
{
	const struct record_mark m = { .state = ENTRY_REFUSED, .why = why };
	struct touched touched;
	bool changed = false;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	touched_init(&touched);
	code = sql_begin(st);
	if (code == STATUS_OK) {
		code = record_mark(&changed, st, rid, &m);
		if (code == STATUS_OK && changed)
			code = touch_record(&touched, st, rid);
		if (code == STATUS_OK)
			code = touched_derive(&touched, st);
		code = sql_end(st, code);
	}
	touched_done(&touched);
	return code;
}

/* ---- offers and epochs ---- */

static enum status again(struct store *st, const char *replica, uint64_t from, uint64_t to)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_again_from);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, replica);
	sqlite3_bind_int64(s, 2, from > INT64_MAX ? INT64_MAX : (int64_t)from);
	sqlite3_bind_int64(s, 3, to > INT64_MAX ? INT64_MAX : (int64_t)to);
	return sql_run(st, s);
}

/* Is the hub's end of our chain a record of ours? */
static enum status check_end(struct store *st, const struct have_answer *h)
{
	sqlite3_stmt *s;
	enum status code;

	if (h->fork)
		return status_set(STATUS_CONFLICT, "the hub holds another record %llu of this console: its store was copied "
			"or restored", (unsigned long long)h->n);
	if (h->n == 0)
		return STATUS_OK;
	code = sql_get(&s, st, sql_same);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, h->replica);
	sqlite3_bind_int64(s, 2, h->n > INT64_MAX ? INT64_MAX : (int64_t)h->n);
	sql_bind_digest(s, 3, &h->rid);
	code = sql_row(st, s);
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? status_set(STATUS_CONFLICT, "the hub holds record %llu of this console, which is not "
		"here: its store was copied or restored", (unsigned long long)h->n) : code;
}

enum status store_offer(struct store *st, const struct have_answer *h)
{
	size_t i;
	enum status code = hub_link_need(st);

	if (code != STATUS_OK)
		return code;
	if (!st->replica || strcmp(h->replica, st->replica) != 0)
		return status_set(STATUS_INVALID, "the hub's answer is about replica %.40s", h->replica);
	code = check_end(st, h);
	if (code != STATUS_OK)
		return code;
	code = sql_begin(st);
	if (code != STATUS_OK)
		return code;
	code = again(st, h->replica, h->n + 1, UINT64_MAX);
	for (i = 0; i < h->n_want && code == STATUS_OK; i++)
		code = again(st, h->replica, h->want[i].from, h->want[i].to);
	if (code == STATUS_OK)
		code = sql_exec(st, sql_states);
	return sql_end(st, code);
}

static enum status begin_epoch(struct store *st, struct hub_row *row, const uint8_t epoch[EPOCH_BYTES])
{
	enum status code;

	memcpy(row->epoch, epoch, EPOCH_BYTES);
	row->cursor = row->head = row->copied = 0;
	row->round++;
	row->due = row->forked = row->revoked = false;
	feed_root_begin(&row->root, st->hub->event);
	code = hub_row_write(st, row);
	if (code == STATUS_OK)
		code = sql_exec(st, sql_forget_conflict);
	if (code == STATUS_OK)
		code = sql_exec(st, sql_again_all);
	if (code == STATUS_OK)
		code = sql_exec(st, sql_no_seq);
	return code == STATUS_OK ? sql_exec(st, sql_states) : code;
}

enum status store_epoch(bool *changed_out, struct store *st, const uint8_t epoch[EPOCH_BYTES])
{
	struct hub_row row;
	struct arena a;
	bool changed = false;
	enum status code = store_about_load(st);

	if (code == STATUS_OK && (!st->hub || !st->hub->has_key))
		code = hub_link_need(st);
	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	memset(&row, 0, sizeof(row));
	code = hub_row_read(&row, &a, st);
	if (code == STATUS_NOT_FOUND || (code == STATUS_OK && memcmp(row.epoch, epoch, EPOCH_BYTES) != 0)) {
		changed = true;
		code = sql_begin(st);
		if (code == STATUS_OK)
			code = sql_end(st, begin_epoch(st, &row, epoch));
	}
	if (code == STATUS_OK)
		*changed_out = changed;
	arena_done(&a);
	return code;
}
