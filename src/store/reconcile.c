/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Journal and database are made to agree when the store is opened. Usually that means to read one frame: the
 * last one that the database knows. What follows it is replayed; where it is not what it should be, the whole
 * journal is read, and records that only the database holds are appended again. Store layer; the thread that
 * opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/payload.h"

static const char sql_last[] = "SELECT place, signature FROM record WHERE own = 1 ORDER BY seq DESC LIMIT 1";
static const char sql_unplace[] = "UPDATE record SET place = -1 WHERE own = 1";
static const char sql_place[] = "UPDATE record SET place = ?2 WHERE rid = ?1";
static const char sql_unplaced[] = "SELECT rid, payload, public_key, signature FROM record "
	"WHERE own = 1 AND place < 0 ORDER BY seq";

struct replay {
	struct store *st;
	bool whole;		/* note the place of records that are known, too */
	bool by_stick;		/* the frame before said so of the receipt that follows */
	bool known_ok;		/* the frame at `known_at` holds the record that the database says */
	uint64_t known_at;	/* 0: the database has no own record */
	uint8_t known_signature[KEY_SIGNATURE];
	uint64_t added, refused;
	uint64_t damaged, damaged_from;	/* stretches, and where the first begins */
};

/* ---- one frame ---- */

static enum status note_place(struct store *st, const struct digest *rid, uint64_t place)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_place);

	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, rid);
	sqlite3_bind_int64(s, 2, (int64_t)place);
	return sql_run(st, s);
}

/* A colleague's, carried here. */
static enum status replay_carried(struct replay *r, const struct digest *rid, const struct envelope *e,
	const struct record *rec)
{
	struct touched touched;
	bool fresh = false;
	enum status code;

	touched_init(&touched);
	code = carried_put(&fresh, r->st, rid, e, rec);
	if (code == STATUS_OK && fresh) {
		touched_add(&touched, rec->ti);
		code = touched_derive(&touched, r->st);
	}
	touched_done(&touched);
	return code;
}

static enum status replay_one(struct replay *r, const struct envelope *e, uint64_t place, bool own)
{
	struct arena a;
	struct record rec;
	struct digest rid;
	bool there = false;
	enum status code;

	crypto_init();
	rid = record_rid(e->payload, e->len);
	code = record_find(&there, r->st, &rid);
	if (code != STATUS_OK)
		return code;
	/* one that a colleague gave was looked at when it came */
	if (!(there && !own) && !envelope_ok(&rid, e)) {
		r->refused++;
		return STATUS_OK;
	}
	if (there)
		return r->whole && own ? note_place(r->st, &rid, place) : STATUS_OK;
	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	if (payload_parse(&rec, &a, e->payload, e->len) == STATUS_OK) {
		code = own ? record_insert(r->st, &rid, e, &rec, (int64_t)place, true) : replay_carried(r, &rid, e, &rec);
		r->added += own && code == STATUS_OK;
	} else {
		r->refused++;
		status_clear();
	}
	arena_done(&a);
	return code;
}

static enum status replay_frame(const struct frame *f, void *data)
{
	struct replay *r = data;
	bool by_stick = r->by_stick;
	struct batch_reader in;
	struct envelope e;
	enum status code, got;

	r->by_stick = f->type == 'N' && f->len == strlen(NOTE_BY_STICK) && memcmp(f->body, NOTE_BY_STICK, f->len) == 0;
	if (f->type == 'N' && !f->flags)
		return carried_replay(r->st, f->body, f->len);
	if (f->type == 'R' && !f->flags)
		return receipt_replay(r->st, f->body, f->len, by_stick ? NOTE_BY_STICK : NULL);
	if ((f->type != 'B' && f->type != 'F') || f->flags)
		return STATUS_OK;
	if (batch_open(&in, f->body, f->len) != STATUS_OK) {
		r->refused++;
		return STATUS_OK;
	}
	code = STATUS_OK;
	while (code == STATUS_OK && (got = batch_next(&e, &in)) == STATUS_OK) {
		if (r->known_at && f->offset == r->known_at &&
		    memcmp(e.signature, r->known_signature, KEY_SIGNATURE) == 0)
			r->known_ok = true;
		/* the frame that begins a quick look is known: no hash, no key is needed for it */
		if (r->whole || !r->known_at || f->offset != r->known_at)
			code = replay_one(r, &e, f->offset, f->type == 'B');
	}
	return code;
}

static void replay_bad(uint64_t from, uint64_t to, void *data)
{
	struct replay *r = data;

	(void)to;
	if (r->damaged++ == 0)
		r->damaged_from = from;
}

/* ---- the journal as a file ---- */

static bool magic_ok(struct journal *j)
{
	char magic[BUNDLE_MAGIC_LEN];

	if (j->len < BUNDLE_MAGIC_LEN ||
	    io_pread_all(j->fd, j->path, magic, sizeof(magic), 0) != STATUS_OK)
		return false;
	return memcmp(magic, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN) == 0;
}

static enum status new_journal(struct store *st, const char *path)
{
	enum status code = journal_create(path, store_replica(st));

	return code == STATUS_OK ? journal_open(&st->journal, path) : code;
}

/* Where it begins with something else it is put aside; its frames, if it has any, are read by hand. */
static enum status replace_journal(struct store *st, const char *path)
{
	char *aside = mem_printf("%s.damaged-%lld", path, (long long)(clock_wall_ms() / 1000));
	enum status code;

	journal_close(&st->journal);
	code = io_rename(path, aside);
	if (code == STATUS_OK) {
		store_note(st, "the journal does not begin as one: set aside as %s", aside);
		code = new_journal(st, path);
	}
	mem_free(aside);
	return code;
}

/* ---- records that only the database holds ---- */

struct lost { struct digest rid; char *payload; size_t len; uint8_t public_key[KEY_PUBLIC], signature[KEY_SIGNATURE]; };

static enum status read_lost(struct lost *out, struct store *st, sqlite3_stmt *s)
{
	(void)st;
	out->len = (size_t)sqlite3_column_bytes(s, 1);
	if (!sql_digest(&out->rid, s, 0) || sqlite3_column_bytes(s, 2) != KEY_PUBLIC ||
	    sqlite3_column_bytes(s, 3) != KEY_SIGNATURE || out->len == 0)
		return STATUS_INVALID;
	memcpy(out->public_key, sqlite3_column_blob(s, 2), KEY_PUBLIC);
	memcpy(out->signature, sqlite3_column_blob(s, 3), KEY_SIGNATURE);
	out->payload = mem_dup(sqlite3_column_blob(s, 1), out->len);
	return STATUS_OK;
}

static enum status append_lost(uint64_t *n_out, struct store *st)
{
	VEC(struct lost) all = VEC_INIT;
	struct lost one;
	struct envelope e;
	struct digest rid;
	uint64_t place;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, st, sql_unplaced);

	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK)
		if (read_lost(&one, st, s) == STATUS_OK)
			vec_push(&all, one);
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	for (i = 0; code == STATUS_OK && i < all.len; i++) {
		e = (struct envelope){ all.at[i].payload, all.at[i].len, all.at[i].public_key, all.at[i].signature };
		crypto_init();
		if (!envelope_ok(&rid, &e))
			continue;	/* damaged here too: verify tells */
		code = journal_append(&place, &st->journal, &e);
		if (code == STATUS_OK)
			code = note_place(st, &rid, place);
		*n_out += code == STATUS_OK;
	}
	for (i = 0; i < all.len; i++)
		mem_free(all.at[i].payload);
	vec_done(&all);
	return code;
}

/* ---- both ---- */

static enum status look_up_last(struct replay *r)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, r->st, sql_last);

	if (code != STATUS_OK)
		return code;
	code = sql_row(r->st, s);
	if (code == STATUS_OK) {
		/* a record without a place makes the quick look fail, as it should */
		r->known_at = sqlite3_column_int64(s, 0) < 0 ? UINT64_MAX : (uint64_t)sqlite3_column_int64(s, 0);
		if (sqlite3_column_bytes(s, 1) == KEY_SIGNATURE)
			memcpy(r->known_signature, sqlite3_column_blob(s, 1), KEY_SIGNATURE);
		sqlite3_reset(s);
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* Only what follows the last record that the database knows. */
static enum status quick(uint64_t *end_out, struct replay *r)
{
	struct store *st = r->st;
	uint64_t from = r->known_at ? r->known_at : BUNDLE_MAGIC_LEN;
	enum status code;

	if (from > st->journal.len) {
		*end_out = BUNDLE_MAGIC_LEN;
		return STATUS_OK;
	}
	code = sql_begin(st);
	if (code != STATUS_OK)
		return code;
	code = journal_scan(end_out, &st->journal, from, replay_frame, replay_bad, r);
	if (code == STATUS_OK && r->known_at && !r->known_ok)
		code = STATUS_AGAIN;	/* roll back: the whole journal is read instead */
	return sql_end(st, code);
}

static enum status whole(uint64_t *end_out, struct replay *r)
{
	struct store *st = r->st;
	uint64_t appended = 0;
	sqlite3_stmt *s;
	enum status code = sql_begin(st);

	if (code != STATUS_OK)
		return code;
	r->whole = true;
	r->added = r->refused = r->damaged = 0;
	code = sql_get(&s, st, sql_unplace);
	if (code == STATUS_OK)
		code = sql_run(st, s);
	if (code == STATUS_OK)
		code = journal_scan(end_out, &st->journal, BUNDLE_MAGIC_LEN, replay_frame, replay_bad, r);
	if (code == STATUS_OK)
		code = journal_cut(&st->journal, *end_out);
	if (code == STATUS_OK)
		code = append_lost(&appended, st);
	*end_out = st->journal.len;
	code = sql_end(st, code);
	if (code == STATUS_OK && appended)
		store_note(st, "the journal lacked %llu records of the database: written again",
			(unsigned long long)appended);
	return code;
}

static void tell(struct replay *r, uint64_t torn)
{
	if (r->added)
		store_note(r->st, "%llu records taken over from the journal", (unsigned long long)r->added);
	if (r->refused)
		store_note(r->st, "%llu records in the journal are damaged: run verdict journal verify",
			(unsigned long long)r->refused);
	if (r->damaged)
		store_note(r->st, "the journal is damaged in %llu places, the first at byte %llu: run verdict journal "
			"verify", (unsigned long long)r->damaged, (unsigned long long)r->damaged_from);
	if (torn)
		store_note(r->st, "%llu bytes of an unfinished record cut off the journal",
			(unsigned long long)torn);
}

static enum status agree(struct store *st, struct replay *r)
{
	uint64_t end = 0, torn;
	enum status code = look_up_last(r);

	if (code != STATUS_OK)
		return code;
	if (r->known_at <= st->journal.len)
		code = quick(&end, r);
	else
		code = STATUS_AGAIN;
	if (code == STATUS_AGAIN)
		code = whole(&end, r);
	if (code != STATUS_OK)
		return code;
	torn = st->journal.len - end;
	code = journal_cut(&st->journal, end);
	if (code == STATUS_OK)
		tell(r, torn);
	return code;
}

enum status store_reconcile(struct store *st)
{
	struct replay r;
	char *path = store_path(st, "journal.vb");
	enum status code;

	memset(&r, 0, sizeof(r));
	r.st = st;
	code = journal_open(&st->journal, path);
	if (code == STATUS_OK && !magic_ok(&st->journal))
		code = replace_journal(st, path);
	else if (code == STATUS_NOT_FOUND && store_replica(st))
		code = new_journal(st, path);
	if (code == STATUS_OK)
		code = agree(st, &r);
	else if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;	/* before join */
	mem_free(path);
	return code;
}
