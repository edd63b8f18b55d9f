/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle of what waits here, step by step: records, receipts and pages, bodies of evidence; then the trailer, the
 * sync and the reading back. Store layer; the thread that opened the store.
 */
#include "verdict/store/carry.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store_priv.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/store/blob.h"
#include "verdict/store/sync.h"

#define TURN_BYTES (4u << 20)		/* of evidence in one step */

enum stage { RECORDS, RECEIPTS, PAGES, EVIDENCE, FINISH, BACK, END };

struct body { struct digest sha256; uint64_t size; };

struct carry_out {
	struct bundle_writer *w;
	struct key *key;
	bool all, evidence, pages;
	enum stage stage;
	int64_t after;		/* records: the last one written */
	struct map *tis;	/* that the records are about */
	VEC(struct body) bodies;
	uint64_t bytes, total;	/* of evidence */
	size_t at; int fd; uint64_t offset;	/* in it */
	struct carry_sent sent;
	struct buf batch;
	char *piece;
};

static const char sql_waiting[] = "SELECT seq, payload, public_key, signature, ti, rid FROM record WHERE state = 0 AND seq > ?1 "
	"ORDER BY seq";
static const char sql_all[] = "SELECT seq, payload, public_key, signature, ti, rid FROM record WHERE (own = 1 OR state = 0) "
	"AND seq > ?1 ORDER BY seq";
static const char sql_any[] = "SELECT 1 FROM record WHERE state = 0 LIMIT 1";
static const char sql_person[] = "SELECT c.public_key FROM certificate c WHERE c.revoked = 0 AND (c.who = ?1 OR c.name = ?1) "
	"ORDER BY c.seq DESC LIMIT 16";
static const char sql_bodies[] = "SELECT e.sha256, e.size FROM evidence e JOIN ti ON ti.key = e.ti WHERE ti.id = ?1 ORDER BY e.n";
static const char sql_all_bodies[] = "SELECT sha256, max(size) FROM evidence GROUP BY sha256";
static const char sql_foreign[] = "SELECT 1 FROM record WHERE rid = ?1 AND own = 0";

_Static_assert(ENTRY_UNSENT == 0, "the SQL above names it by number");

const struct carry_sent *carry_out_sent(const struct carry_out *c)
{
	return &c->sent;
}

/* ---- for whom ---- */

struct readers { uint8_t keys[BUNDLE_TO_MAX][KEY_PUBLIC]; size_t n; };

static void add_reader(struct readers *r, const void *key)
{
	for (size_t i = 0; i < r->n; i++)
		if (memcmp(r->keys[i], key, KEY_PUBLIC) == 0)
			return;
	if (r->n < BUNDLE_TO_MAX)
		memcpy(r->keys[r->n++], key, KEY_PUBLIC);
}

static enum status add_person(struct readers *r, struct store *st, const char *who)
{
	size_t before = r->n;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_person);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, who);
	while ((code = sql_row(st, s)) == STATUS_OK)
		if (sqlite3_column_bytes(s, 0) == KEY_PUBLIC)
			add_reader(r, sqlite3_column_blob(s, 0));
	if (code != STATUS_NOT_FOUND)
		return code;
	return r->n > before ? STATUS_OK : status_set(STATUS_NOT_FOUND, "no console of %.100s is known here; without a key "
		"nothing can be sealed to it", who);
}

/* The hub and this console always: who wrote a bundle can look at it again. */
static enum status find_readers(struct readers *r, struct store *st, const struct carry_wish *wish, const struct key *own)
{
	enum status code = STATUS_OK;

	r->n = 0;
	if (wish->plain)
		return STATUS_OK;
	if (!st->hub || !st->hub->has_key)
		return status_set(STATUS_USAGE, "no hub is known here to which a bundle could be sealed; --plain writes one that "
			"everybody can read");
	add_reader(r, st->hub->key);
	add_reader(r, key_public(own));
	for (size_t i = 0; i < wish->n_to && code == STATUS_OK; i++)
		if (strcmp(wish->to[i], "hub") != 0)
			code = add_person(r, st, wish->to[i]);
	return code;
}

/* ---- begin ---- */

static enum status head_of(struct bundle_head *h, struct store *st, struct arena *a)
{
	struct hub_row row;
	enum status code = hub_row_read(&row, a, st);

	*h = (struct bundle_head){ .what = "bundle", .from = st->replica, .at = clock_wall_ms(),
		.event = st->hub ? st->hub->event : st->event ? st->event->id : NULL };
	if (code == STATUS_OK) {
		h->has_position = true;
		memcpy(h->epoch, row.epoch, EPOCH_BYTES);
		h->cursor = row.cursor;
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status place_free(const char *path)
{
	struct stat sb;

	if (lstat(path, &sb) != 0)
		return STATUS_OK;
	return S_ISDIR(sb.st_mode) ? status_set(STATUS_EXISTS, "%s: is a folder; name a file in it", path)
		: status_set(STATUS_EXISTS, "%s: is there already; take another name", path);
}

static enum status anything(struct store *st, const struct carry_wish *wish)
{
	int64_t one;
	enum status code = place_free(wish->path);

	if (code == STATUS_OK)
		code = wish->all || wish->pages || wish->empty ? STATUS_OK : sql_int(&one, st, sql_any);
	return code == STATUS_NOT_FOUND ? status_set(code, "nothing waits for the hub; --all writes every record, --pages the "
		"changes that this console knows") : code;
}

enum status carry_out_begin(struct carry_out **out, struct store *st, const struct carry_wish *wish)
{
	struct carry_out *c = mem_zalloc(sizeof(*c));
	struct readers *r = mem_zalloc(sizeof(*r));
	struct bundle_head head;
	struct key *key = NULL;
	struct arena a;
	enum status code = store_about_load(st);

	arena_init(&a);
	c->fd = -1;
	c->all = wish->all;
	c->evidence = wish->evidence;
	c->pages = wish->pages;
	c->tis = map_new();
	buf_init(&c->batch, BATCH_BYTES_MAX);
	if (code == STATUS_OK)
		code = store_key(&key, st);
	if (code == STATUS_OK)
		code = anything(st, wish);
	if (code == STATUS_OK)
		code = find_readers(r, st, wish, key);
	if (code == STATUS_OK)
		code = carry_room(st, wish);
	if (code == STATUS_OK)
		code = head_of(&head, st, &a);
	if (code == STATUS_OK) {
		c->key = key_dup(key);
		code = bundle_create(&c->w, wish->path, &head, c->key, (const uint8_t (*)[KEY_PUBLIC])r->keys, r->n);
	}
	if (code == STATUS_OK)
		*out = c;
	else
		carry_out_end(c);
	arena_done(&a);
	mem_free(r);
	return code;
}

void carry_out_end(struct carry_out *c)
{
	if (!c)
		return;
	bundle_writer_free(c->w);
	key_free(c->key);
	if (c->fd >= 0)
		close(c->fd);
	map_free(c->tis);
	vec_done(&c->bodies);
	buf_done(&c->batch);
	mem_free(c->piece);
	mem_free(c);
}

/* ---- records ---- */

/* A store that is only opened for this was not checked: what was saved is what goes out. */
static bool as_saved(const struct envelope *e, sqlite3_stmt *s)
{
	struct digest named, found;

	if (!e->payload || sqlite3_column_bytes(s, 2) != KEY_PUBLIC || sqlite3_column_bytes(s, 3) != KEY_SIGNATURE ||
	    !sql_digest(&named, s, 5))
		return false;
	found = record_rid(e->payload, e->len);
	return digest_equal(&named, &found);
}

static enum status step_records(struct carry_out *c, struct store *st)
{
	struct envelope e;
	sqlite3_stmt *s;
	size_t n = 0, size = 8;
	enum status code = sql_get(&s, st, c->all ? sql_all : sql_waiting);

	if (code != STATUS_OK)
		return code;
	batch_begin(&c->batch);
	sqlite3_bind_int64(s, 1, c->after);
	while (n < BATCH_RECORDS_MAX && (code = sql_row(st, s)) == STATUS_OK) {
		e = (struct envelope){ sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1),
			sqlite3_column_blob(s, 2), sqlite3_column_blob(s, 3) };
		if (!as_saved(&e, s)) {
			code = status_set(STATUS_CORRUPT, "%s/verdict.db: a record is not as it was saved; verdict doctor mends "
				"the store from its journal", st->dir);
			break;
		}
		size += 4 + e.len + KEY_PUBLIC + KEY_SIGNATURE;
		if (n > 0 && size > TURN_BYTES)
			break;
		batch_add(&c->batch, &e);
		c->after = sqlite3_column_int64(s, 0);
		if (c->evidence && !c->all && sqlite3_column_type(s, 4) != SQLITE_NULL)
			map_set(c->tis, (const char *)sqlite3_column_text(s, 4), c);
		n++;
	}
	sqlite3_reset(s);
	if (code != STATUS_OK && code != STATUS_NOT_FOUND)
		return code;
	c->sent.records += n;
	if (n == 0)
		c->stage = c->pages ? RECEIPTS : EVIDENCE;
	return n ? bundle_add(c->w, 'B', c->batch.ptr, c->batch.len, true) : STATUS_OK;
}

/* ---- what a colleague may lack ---- */

struct sending { struct carry_out *c; struct store *st; };

/* Does it answer a record that was carried for somebody? */
static enum status for_others(bool *yes, struct store *st, const struct receipt *r)
{
	sqlite3_stmt *s;
	enum status code = STATUS_OK;

	*yes = false;
	for (size_t i = 0; i < r->n && !*yes && code == STATUS_OK; i++) {
		code = sql_get(&s, st, sql_foreign);
		if (code != STATUS_OK)
			break;
		sql_bind_digest(s, 1, &r->entries[i].rid);
		code = sql_row(st, s);
		*yes = code == STATUS_OK;
		sqlite3_reset(s);
		if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;
	}
	return code;
}

static enum status one_receipt(const struct frame *f, void *data)
{
	struct sending *x = data;
	struct receipt r;
	struct arena a;
	bool yes = false;
	enum status code = STATUS_OK;

	if (f->type != 'R' || f->flags)
		return STATUS_OK;
	arena_init(&a);
	if (receipt_open(&r, &a, f->body, f->len, x->st->hub->key) == STATUS_OK)
		code = for_others(&yes, x->st, &r);
	if (code == STATUS_OK && yes) {
		code = bundle_add(x->c->w, 'R', f->body, f->len, true);
		x->c->sent.receipts++;
	}
	arena_done(&a);
	return code;
}

static enum status step_receipts(struct carry_out *c, struct store *st)
{
	struct sending x = { c, st };
	uint64_t end;

	c->stage = PAGES;
	if (st->journal.fd < 0 || !st->hub || !st->hub->has_key)
		return STATUS_OK;
	return journal_scan(&end, &st->journal, BUNDLE_MAGIC_LEN, one_receipt, NULL, &x);
}

static enum status one_page(void *data, const char *page, size_t len, uint64_t end)
{
	struct sending *x = data;

	(void)end;
	x->c->sent.pages++;
	return bundle_add_page(x->c->w, page, len);
}

static enum status step_pages(struct carry_out *c, struct store *st)
{
	struct sending x = { c, st };
	enum status code = feed_copy_each(st, one_page, &x);

	c->stage = EVIDENCE;
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* ---- evidence ---- */

static bool listed(const struct carry_out *c, const struct digest *d)
{
	for (size_t i = 0; i < c->bodies.len; i++)
		if (digest_equal(&c->bodies.at[i].sha256, d))
			return true;
	return false;
}

static enum status list_bodies(struct carry_out *c, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, ti ? sql_bodies : sql_all_bodies);

	if (code != STATUS_OK)
		return code;
	if (ti)
		sql_bind_text(s, 1, ti);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		struct body b = { .size = (uint64_t)sqlite3_column_int64(s, 1) };

		if (!sql_digest(&b.sha256, s, 0) || (ti && listed(c, &b.sha256)))
			continue;
		if (!blob_here(st, &b.sha256)) {
			c->sent.evidence_missing++;
			continue;
		}
		vec_push(&c->bodies, b);
		c->total += b.size;
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

struct listing { struct carry_out *c; struct store *st; enum status code; };

static void list_ti(const char *ti, void *value, void *data)
{
	struct listing *l = data;

	(void)value;
	if (l->code == STATUS_OK)
		l->code = list_bodies(l->c, l->st, ti);
}

static enum status find_bodies(struct carry_out *c, struct store *st)
{
	struct listing l = { c, st, STATUS_OK };

	c->piece = mem_alloc(BUNDLE_PIECE);
	if (!c->evidence)
		return STATUS_OK;
	if (c->all)
		return list_bodies(c, st, NULL);
	map_each(c->tis, list_ti, &l);
	return l.code;
}

static enum status open_body(struct carry_out *c, struct store *st)
{
	struct stat sb;
	enum status code = blob_open(&c->fd, st, &c->bodies.at[c->at].sha256);

	c->offset = 0;
	if (code == STATUS_OK && fstat(c->fd, &sb) == 0)
		c->bodies.at[c->at].size = (uint64_t)sb.st_size;
	return code;
}

static enum status next_piece(struct carry_out *c)
{
	const struct body *b = &c->bodies.at[c->at];
	uint64_t left = b->size - c->offset;
	size_t n = left < BUNDLE_PIECE ? (size_t)left : BUNDLE_PIECE;
	enum status code = io_pread_all(c->fd, "evidence", c->piece, n, c->offset);

	if (code == STATUS_OK)
		code = bundle_add_evidence(c->w, &b->sha256, b->size, c->offset, c->piece, n);
	c->offset += n;
	c->bytes += n;
	if (c->offset == b->size) {
		close(c->fd);
		c->fd = -1;
		c->at++;
		c->sent.evidence++;
	}
	return code;
}

static enum status step_evidence(struct carry_out *c, struct store *st)
{
	uint64_t until = c->bytes + TURN_BYTES;
	enum status code = c->piece ? STATUS_OK : find_bodies(c, st);

	while (code == STATUS_OK && c->at < c->bodies.len && c->bytes < until) {
		if (c->fd < 0)
			code = open_body(c, st);
		if (code == STATUS_OK)
			code = next_piece(c);
	}
	if (c->at == c->bodies.len)
		c->stage = FINISH;
	return code;
}

/* ---- the end ---- */

static enum status step_back(struct carry_progress *p, struct carry_out *c, struct store *st)
{
	bool done = false;
	enum status code = bundle_read_back(&done, &p->done, c->w);

	p->total = c->sent.bytes = bundle_written(c->w);
	if (code == STATUS_OK && done) {
		code = c->sent.records ? carried_note(st, c->after, clock_wall_ms()) : STATUS_OK;
		c->stage = END;
	}
	return code;
}

enum status carry_out_step(struct carry_progress *p, struct carry_out *c, struct store *st)
{
	static const char *const words[] = { "records", "receipts", "changes", "evidence", "finishing the file",
		"reading it back" };
	enum status code = store_ready(st);

	*p = (struct carry_progress){ .what = words[c->stage < END ? c->stage : BACK] };
	if (code != STATUS_OK)
		return code;
	switch (c->stage) {
	case RECORDS: code = step_records(c, st); break;
	case RECEIPTS: code = step_receipts(c, st); break;
	case PAGES: code = step_pages(c, st); break;
	case EVIDENCE: code = step_evidence(c, st); break;
	case FINISH:
		code = bundle_finish(c->w);
		c->stage = BACK;
		break;
	case BACK: code = step_back(p, c, st); break;
	case END: break;
	}
	if (c->stage <= EVIDENCE) {
		p->done = c->stage == EVIDENCE ? c->bytes : bundle_written(c->w);
		p->total = c->stage == EVIDENCE ? c->total : 0;
	}
	if (code == STATUS_OK && c->stage == END)
		p->what = NULL;
	return code;
}
