/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle, frame by frame, into the store: colleagues' records, to be sent with the own ones; the hub's receipts and
 * pages; evidence. Or only looked at: everything is computed and nothing changed. Store layer; the thread that opened
 * the store.
 */
#include "verdict/store/carry.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "store_priv.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/payload.h"
#include "verdict/store/fetch.h"
#include "verdict/store/sync.h"

#define TURN_BYTES (4u << 20)		/* of the file, in one step */

struct carry_in {
	struct bundle_reader *r;
	struct key *key;
	int fd;
	bool look;
	struct page_join join;
	struct carry_taken taken;
	/* the body whose pieces come now */
	struct digest item; bool has_item, item_ok, item_open;
	uint64_t item_next;
	struct sha256 item_sum;
	struct arena a;
};

static const char sql_certificate[] = "SELECT public_key, who, revoked FROM certificate WHERE replica = ?1";
static const char sql_signer[] = "SELECT name FROM certificate WHERE public_key = ?1";
static const char sql_forked[] = "UPDATE hub SET forked = 1";

const struct carry_taken *carry_in_taken(const struct carry_in *c)
{
	return &c->taken;
}

const struct bundle_report *carry_in_report(const struct carry_in *c)
{
	return bundle_report(c->r);
}

/* ---- records ---- */

/* Flags that say how far the record is believed here, until the hub tells its own. */
static enum status judge(unsigned int *flags, struct store *st, const struct envelope *e, const struct record *rec)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_certificate);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, rec->replica);
	code = sql_row(st, s);
	*flags = FLAG_UNPROVEN;
	if (code == STATUS_OK && sqlite3_column_bytes(s, 0) == KEY_PUBLIC &&
	    memcmp(sqlite3_column_blob(s, 0), e->public_key, KEY_PUBLIC) == 0 &&
	    strcmp((const char *)sqlite3_column_text(s, 1), rec->who) == 0)
		*flags = sqlite3_column_int64(s, 2) ? FLAG_REVOKED : 0;
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status carried_put(bool *fresh_out, struct store *st, const struct digest *rid, const struct envelope *e,
	const struct record *rec)
{
	struct record_origin from = { .place = -1, .state = ENTRY_UNSENT };
	enum status code = judge(&from.flags, st, e, rec);

	if (code == STATUS_OK)
		code = record_put(fresh_out, st, rid, e, rec, &from);
	/* our own key wrote it and it is not here: this store was restored, or copied */
	if (code == STATUS_OK && *fresh_out && st->replica && strcmp(rec->replica, st->replica) == 0)
		code = sql_exec(st, sql_forked);
	return code;
}

struct found { struct envelope e; struct digest rid; struct record *rec; };

/* False: not one to keep, and counted as what it is. */
static bool acceptable(struct carry_in *c, struct store *st, struct found *f, struct arena *a)
{
	const char *event = st && st->hub ? st->hub->event : st && st->event ? st->event->id : NULL;
	char id[KEY_ID];

	c->taken.records++;
	f->rec = arena_new(a, struct record);
	key_id_of(id, f->e.public_key);
	if (!envelope_ok(&f->rid, &f->e) || payload_parse(f->rec, a, f->e.payload, f->e.len) != STATUS_OK ||
	    strcmp(f->rec->replica, id) != 0) {
		c->taken.bad++;
		status_clear();
		return false;
	}
	if (event && strcmp(f->rec->event, event) != 0) {
		c->taken.other_event++;
		return false;
	}
	return true;
}

/* In the journal first, as own ones are. */
static enum status keep_batch(struct carry_in *c, struct store *st, const struct found *f, size_t n, const struct buf *batch)
{
	struct touched touched;
	uint64_t place;
	bool fresh;
	enum status code = journal_append_frame(&place, &st->journal, 'F', batch->ptr, batch->len);

	if (code != STATUS_OK) {
		st->failed = true;	/* what the file holds is read back at the next opening */
		return code;
	}
	touched_init(&touched);
	code = sql_begin(st);
	if (code == STATUS_OK) {
		for (size_t i = 0; i < n && code == STATUS_OK; i++) {
			code = carried_put(&fresh, st, &f[i].rid, &f[i].e, f[i].rec);
			c->taken.fresh += code == STATUS_OK && fresh;
			touched_add(&touched, f[i].rec->ti);
		}
		if (code == STATUS_OK)
			code = touched_derive(&touched, st);
		code = sql_end(st, code);
	}
	touched_done(&touched);
	return code;
}

static enum status take_batch(struct carry_in *c, struct store *st, const struct frame *f)
{
	struct found *found;
	struct batch_reader in;
	struct buf batch;
	struct arena a;
	bool there = false;
	size_t n = 0;
	enum status code, got = batch_open(&in, f->body, f->len);

	arena_init(&a);
	buf_init(&batch, BATCH_BYTES_MAX);
	batch_begin(&batch);
	found = arena_array(&a, struct found, BATCH_RECORDS_MAX + 1);
	code = STATUS_OK;
	while (got == STATUS_OK && code == STATUS_OK && (got = batch_next(&found[n].e, &in)) == STATUS_OK) {
		if (!acceptable(c, st, &found[n], &a) || c->look)
			continue;
		code = record_find(&there, st, &found[n].rid);
		if (code == STATUS_OK && !there)
			batch_add(&batch, &found[n++].e);
	}
	if (code == STATUS_OK && got != STATUS_NOT_FOUND)
		c->taken.bad++;		/* the rest of it cannot be read */
	if (code == STATUS_OK && n > 0)
		code = batch.err ? batch.err : keep_batch(c, st, found, n, &batch);
	buf_done(&batch);
	arena_done(&a);
	return code;
}

/* ---- the hub's words ---- */

static bool harmless(enum status code)
{
	return code == STATUS_DENIED || code == STATUS_INVALID || code == STATUS_LIMIT || code == STATUS_NEWER ||
		code == STATUS_CONFLICT;
}

static bool knows_hub(const struct store *st)
{
	return st && st->hub && st->hub->has_key;
}

static enum status take_receipt(struct carry_in *c, struct store *st, const struct frame *f)
{
	unsigned int changed = 0;
	struct receipt r;
	struct arena a;
	enum status code = STATUS_CONFLICT;

	c->taken.receipts++;
	if (knows_hub(st) && c->look) {
		arena_init(&a);
		code = receipt_open(&r, &a, f->body, f->len, st->hub->key);
		arena_done(&a);
	} else if (knows_hub(st)) {
		code = receipt_carried(&changed, st, f->body, f->len);
	}
	c->taken.changed += changed;
	if (!harmless(code))
		return code;
	c->taken.strange++;
	status_clear();
	return STATUS_OK;
}

struct page_seen { struct page_head head; struct checkpoint point; const char *signed_point; size_t signed_len; };

static enum status look_at_page(struct page_seen *out, struct arena *a, struct store *st, const char *page, size_t len)
{
	struct page_reader in;
	struct feed_entry e;
	enum status code = page_open(&in, &out->head, page, len);

	while (code == STATUS_OK && (code = page_next(&e, NULL, NULL, &in)) == STATUS_OK)
		;
	if (code == STATUS_NOT_FOUND)
		code = page_checkpoint(&out->signed_point, &out->signed_len, &in);
	if (code == STATUS_OK)
		code = checkpoint_open(&out->point, a, out->signed_point, out->signed_len, st->hub->key);
	if (code == STATUS_OK && strcmp(out->point.event, st->hub->event) != 0)
		code = status_set(STATUS_INVALID, "changes of another event");
	return code;
}

static const char sql_checkpoint[] = "SELECT checkpoint FROM hub WHERE checkpoint IS NOT NULL";

/* When the hub signed what was applied last; 0: nothing yet. */
static enum status last_word(int64_t *at, struct store *st, struct arena *a)
{
	struct checkpoint c;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_checkpoint);

	*at = 0;
	if (code != STATUS_OK)
		return code;
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		if (checkpoint_open(&c, a, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), st->hub->key) ==
		    STATUS_OK)
			*at = c.at;
		sqlite3_reset(s);
	}
	status_clear();
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* The feed of another epoch is followed where the hub signed it later: else a stick from before a restore would undo it. */
static enum status follow_epoch(struct hub_row *row, struct store *st, struct arena *a, const struct checkpoint *p)
{
	bool changed;
	int64_t at = 0;
	enum status code = hub_row_read(row, a, st);

	if (code == STATUS_OK && memcmp(row->epoch, p->epoch, EPOCH_BYTES) == 0)
		return STATUS_OK;
	if (code == STATUS_OK) {
		code = last_word(&at, st, a);
		if (code == STATUS_OK && p->at <= at)
			return status_set(STATUS_CONFLICT, "changes from before the hub was restored");
	}
	if (code == STATUS_OK || code == STATUS_NOT_FOUND)
		code = store_epoch(&changed, st, p->epoch);
	return code == STATUS_OK ? hub_row_read(row, a, st) : code;
}

/*
 * What follows the cursor of it. Claims of a page that was under way for hours are as old as our clock says, at
 * least.
 */
static enum status apply_rest(struct carry_in *c, struct store *st, const struct page_seen *p, uint64_t cursor,
	const char *page, size_t len)
{
	int64_t now = p->head.now > clock_wall_ms() ? p->head.now : clock_wall_ms();
	struct page_report report;
	struct page_reader in;
	struct page_head head;
	struct feed_entry e;
	const char *bytes;
	struct buf rest;
	size_t n;
	enum status code = page_open(&in, &head, page, len);

	buf_init(&rest, FEED_PAGE_MAX);
	page_begin(&rest, cursor + 1);
	while (code == STATUS_OK && (code = page_next(&e, &bytes, &n, &in)) == STATUS_OK)
		if (e.seq > cursor)
			page_add_bytes(&rest, bytes, n);
	page_end(&rest, head.more, head.head, now, p->signed_point, p->signed_len);
	if (code == STATUS_NOT_FOUND)
		code = rest.err;
	if (code == STATUS_OK)
		code = store_page(&report, st, rest.ptr, rest.len);
	if (code == STATUS_OK) {
		c->taken.pages++;
		c->taken.entries += report.entries;
	}
	buf_done(&rest);
	return code;
}

static enum status take_page(struct carry_in *c, struct store *st, const char *page, size_t len)
{
	struct page_seen p;
	struct hub_row row;
	struct arena a;
	uint64_t last;
	enum status code = STATUS_CONFLICT;

	arena_init(&a);
	if (knows_hub(st))
		code = look_at_page(&p, &a, st, page, len);
	if (code == STATUS_OK && c->look) {
		c->taken.pages++;
		c->taken.entries += p.head.count;
	} else if (code == STATUS_OK) {
		code = follow_epoch(&row, st, &a, &p.point);
		last = p.head.from + p.head.count - 1;
		if (code == STATUS_OK && p.head.count && p.head.from > row.cursor + 1)
			c->taken.missing_pages++;
		else if (code == STATUS_OK && last > row.cursor)
			code = apply_rest(c, st, &p, row.cursor, page, len);
	}
	arena_done(&a);
	if (!harmless(code))
		return code;
	c->taken.strange++;
	status_clear();
	return STATUS_OK;
}

/* ---- evidence ---- */

/* Looking: is it what its digest says? Pieces that do not follow each other are not judged. */
static void look_at_piece(struct carry_in *c, const struct bundle_piece *p)
{
	struct digest sum;

	if (p->offset == 0) {
		sha256_begin(&c->item_sum);
		c->item_ok = true;
		c->item_next = 0;
	}
	c->item_open = true;
	if (!c->item_ok || p->offset != c->item_next) {
		c->item_ok = false;
		return;
	}
	sha256_add(&c->item_sum, p->ptr, p->len);
	c->item_next += p->len;
	if (c->item_next < p->size)
		return;
	sum = sha256_end(&c->item_sum);
	if (digest_equal(&sum, &p->sha256))
		c->taken.evidence++;
	else
		c->taken.bad++;
	c->item_ok = c->item_open = false;
}

static enum status keep_piece(struct carry_in *c, struct store *st, const struct bundle_piece *p)
{
	struct evidence_want want;
	bool here = false;
	uint64_t skip;
	enum status code = store_evidence_want(&want, st, &p->sha256);

	if (code == STATUS_OK && want.size != p->size)
		code = STATUS_NOT_FOUND;
	if (code == STATUS_NOT_FOUND) {
		c->taken.evidence_other += p->offset == 0;
		status_clear();
		return STATUS_OK;
	}
	if (code != STATUS_OK)
		return code;
	if (want.have == want.size && (want.size > 0 || blob_here(st, &p->sha256))) {
		c->taken.evidence_known += p->offset == 0;
		return STATUS_OK;
	}
	c->item_open = true;
	if (p->offset > want.have) {	/* one before it was lost */
		code = store_evidence_gap(st, &want, p->offset, p->ptr, p->len);
		if (code != STATUS_BUSY && code != STATUS_LIMIT)
			return code;
		status_clear();
		return STATUS_OK;
	}
	if (p->offset + p->len < want.have)
		return STATUS_OK;
	skip = want.have - p->offset;
	code = store_evidence_piece(&here, st, &want, want.have, p->ptr + skip, p->len - (size_t)skip);
	c->taken.evidence += code == STATUS_OK && here;
	c->item_open = !here;
	if (code == STATUS_CORRUPT) {
		c->item_open = false;
		c->taken.bad++;
		status_clear();
		code = STATUS_OK;
	}
	return code;
}

/* Not whole when the next one begins. */
static void end_item(struct carry_in *c)
{
	c->taken.evidence_cut += c->item_open;
	c->item_open = false;
}

static enum status take_piece(struct carry_in *c, struct store *st, const struct frame *f)
{
	struct bundle_piece p;

	if (!bundle_piece(&p, f)) {
		c->taken.bad++;
		return STATUS_OK;
	}
	if (!c->has_item || !digest_equal(&c->item, &p.sha256)) {
		end_item(c);
		c->has_item = true;
		c->item = p.sha256;
		c->item_ok = false;
	}
	if (!c->look)
		return keep_piece(c, st, &p);
	look_at_piece(c, &p);
	return STATUS_OK;
}

/* ---- the file ---- */

enum status carry_in_begin(struct carry_in **out, struct store *st, const char *path, bool look)
{
	struct carry_in *c = mem_zalloc(sizeof(*c));
	struct key *key = NULL;
	enum status code = st ? store_about_load(st) : STATUS_OK;

	c->fd = -1;
	c->look = look;
	arena_init(&c->a);
	page_join_init(&c->join);
	crypto_init();
	if (code == STATUS_OK && st && (st->replica || !look))
		code = store_key(&key, st);
	if (look && code == STATUS_DENIED) {	/* a locked key: what is sealed stays shut */
		status_clear();
		code = STATUS_OK;
	}
	if (code == STATUS_OK && key)
		c->key = key_dup(key);
	if (code == STATUS_OK)
		code = io_open_regular(&c->fd, path);
	if (code == STATUS_OK)
		code = bundle_open(&c->r, c->fd, path, c->key);
	if (code == STATUS_OK)
		*out = c;
	else
		carry_in_end(c);
	return code;
}

static enum status take_frame(struct carry_in *c, struct store *st, const struct frame *f)
{
	const char *page;
	size_t len;

	if (page_join_take(&page, &len, &c->join, f))
		return take_page(c, st, page, len);
	switch (f->type) {
	case 'B': case 'F': return take_batch(c, st, f);
	case 'R': return take_receipt(c, st, f);
	case 'E': return take_piece(c, st, f);
	default: return STATUS_OK;
	}
}

enum status carry_in_step(struct carry_progress *p, struct carry_in *c, struct store *st)
{
	uint64_t until = bundle_place(c->r) + TURN_BYTES;
	struct frame f;
	enum status code = st ? store_ready(st) : STATUS_OK;

	*p = (struct carry_progress){ .what = "reading the bundle", .total = bundle_report(c->r)->bytes };
	while (code == STATUS_OK && bundle_place(c->r) < until && (code = bundle_next(&f, c->r)) == STATUS_OK)
		code = take_frame(c, st, &f);
	p->done = bundle_place(c->r);
	if (code != STATUS_OK && st)
		store_evidence_settle(st);
	if (code == STATUS_NOT_FOUND) {
		end_item(c);
		p->what = NULL;
		code = STATUS_OK;
	}
	return code;
}

const char *carry_in_signer(struct carry_in *c, struct store *st)
{
	const struct bundle_report *r = bundle_report(c->r);
	const char *name = NULL;
	sqlite3_stmt *s;

	if (!st || r->trailer == TRAILER_MISSING)
		return NULL;
	if (knows_hub(st) && memcmp(r->signer, st->hub->key, KEY_PUBLIC) == 0)
		return "the hub";
	if (c->key && memcmp(r->signer, key_public(c->key), KEY_PUBLIC) == 0)
		return "this console";
	if (sql_get(&s, st, sql_signer) != STATUS_OK)
		return NULL;
	sqlite3_bind_blob(s, 1, r->signer, KEY_PUBLIC, SQLITE_STATIC);
	if (sql_row(st, s) == STATUS_OK) {
		name = sql_text(&c->a, s, 0);
		sqlite3_reset(s);
	}
	return name;
}

void carry_in_end(struct carry_in *c)
{
	if (!c)
		return;
	bundle_close(c->r);
	if (c->fd >= 0)
		close(c->fd);
	key_free(c->key);
	page_join_done(&c->join);
	arena_done(&c->a);
	mem_free(c);
}
