/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of the feed: checked as a whole against the hub's checkpoint, then applied in one transaction together
 * with the cursor. Signatures of records are checked on a second thread while rows are written; nothing is committed
 * before they are known to hold. Store layer; the thread that opened the store.
 */
#include "feed_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/worker.h"

#define BULK 2000	/* so many changes behind: lines are counted at the end, not for every TI */
#define CHUNK 50	/* entries whose signatures are one job */
/* Far behind, the same pages of the database are written again and again: they may stay longer in memory and WAL. */
#define MODE_BULK "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8000"
#define MODE_SMALL "PRAGMA cache_size = -2048; PRAGMA wal_autocheckpoint = 1000; PRAGMA wal_checkpoint(TRUNCATE)"

static const char sql_checkpoint[] = "UPDATE hub SET checkpoint = ?1";
static const char sql_conflict[] = "UPDATE hub SET conflict = ?1";
static const char sql_last_checkpoint[] = "SELECT checkpoint FROM hub WHERE checkpoint IS NOT NULL";

/* ---- what is checked before anything is written ---- */

static enum status read_entries(struct page_work *w, struct digest *root)
{
	struct page_reader in;
	const char *bytes;
	size_t n, i = 0;
	enum status code = page_open(&in, &w->head, w->page, w->len);

	if (code != STATUS_OK)
		return code;
	if (w->head.from != w->row.cursor + 1)
		return status_set(STATUS_CONFLICT, "a page from change %llu does not follow change %llu",
			(unsigned long long)w->head.from, (unsigned long long)w->row.cursor);
	if (w->head.count > FEED_PAGE_ENTRIES)
		return status_set(STATUS_LIMIT, "a page of %u changes", w->head.count);
	w->entries = arena_array(&w->a, struct feed_entry, w->head.count + 1);
	w->proofs = arena_array(&w->a, struct proof, w->head.count + 1);
	while (i < w->head.count && (code = page_next(&w->entries[i], &bytes, &n, &in)) == STATUS_OK) {
		feed_root_add(root, bytes, n);
		if (w->entries[i].type == FEED_RECORD && feed_record(&w->proofs[i].e, &w->entries[i]) != STATUS_OK)
			return status_set(STATUS_INVALID, "change %llu is no record", (unsigned long long)w->entries[i].seq);
		i++;
	}
	if (code == STATUS_OK)
		code = page_checkpoint(&w->signed_checkpoint, &w->signed_len, &in);
	return code == STATUS_NOT_FOUND ? status_set(STATUS_INVALID, "a page ends early") : code;
}

static enum status check_page(struct page_work *w)
{
	struct digest root = w->row.root;
	const struct checkpoint *c = &w->checkpoint;
	enum status code = read_entries(w, &root);

	if (code == STATUS_OK)
		code = checkpoint_open(&w->checkpoint, &w->a, w->signed_checkpoint, w->signed_len, w->st->hub->key);
	if (code == STATUS_DENIED)
		code = status_set(STATUS_INVALID, "a page whose checkpoint this hub did not sign");
	if (code != STATUS_OK)
		return code;
	if (strcmp(c->event, w->st->hub->event) != 0 || c->size != w->row.cursor + w->head.count)
		return status_set(STATUS_INVALID, "a page whose checkpoint is for something else");
	if (memcmp(c->epoch, w->row.epoch, EPOCH_BYTES) != 0)
		return status_set(STATUS_CONFLICT, "the hub was restored or replaced: its feed has another epoch");
	if (!digest_equal(&c->root, &root))
		return status_set(STATUS_DENIED, "the hub signed another history of the event than before");
	w->row.root = root;
	w->row.cursor += w->head.count;
	w->row.head = w->head.head > w->row.cursor ? w->head.head : w->row.cursor;
	return STATUS_OK;
}

/* ---- two histories ---- */

static void add_note(struct buf *out, const struct page_work *w, const char *at)
{
	struct jsonw j;
	struct buf json;

	buf_init(&json, 8192);
	jsonw_init(&j, &json, false);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "v", 1);
	jsonw_str(&j, "what", "two histories of one feed, both signed by the hub: checkpoint before (C), page (P)");
	jsonw_str(&j, "event", w->st->hub->event);
	jsonw_int(&j, "size", (int64_t)w->row.cursor);
	jsonw_str(&j, "at", at);
	jsonw_end_object(&j);
	frame_add(out, 'H', json.ptr, json.len);
	buf_done(&json);
}

static enum status add_last_checkpoint(struct buf *out, struct store *st)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_last_checkpoint);

	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code == STATUS_OK) {
		frame_add(out, 'C', sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
		sqlite3_reset(s);
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status remember_conflict(struct store *st, const char *why)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_conflict);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, why);
	return sql_run(st, s);
}

/* Both are kept as proof, beside the database; nothing more of this feed is taken. */
static enum status keep_conflict(struct page_work *w)
{
	char at[CLOCK_TEXT], *name = mem_printf("feed-conflict-%lld.vb", (long long)(clock_wall_ms() / 1000)),
		*path = store_path(w->st, name), *why;
	struct buf b;
	enum status code;

	buf_init(&b, FEED_PAGE_MAX + (1u << 20));
	clock_format_utc(at, clock_wall_ms());
	buf_add(&b, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
	add_note(&b, w, at);
	code = add_last_checkpoint(&b, w->st);
	frame_add_packed(&b, 'P', w->page, w->len);
	if (code == STATUS_OK)
		code = b.err != STATUS_OK ? b.err : io_replace_file(path, b.ptr, b.len, 0600);
	why = mem_printf("the hub signed another history of the event than before; both are kept in %s", name);
	if (code == STATUS_OK)
		code = remember_conflict(w->st, why);
	if (code == STATUS_OK) {
		store_note(w->st, "%s", why);
		code = status_set(STATUS_DENIED, "%s", why);
	}
	buf_done(&b);
	mem_free(why);
	mem_free(path);
	mem_free(name);
	return code;
}

/* ---- signatures: a second thread begins at the front, and this one helps from the end ---- */

struct chunk {
	struct job job;
	struct proving *of;
	const struct feed_entry *entries;
	struct proof *proofs;
	size_t n;
};
struct proving {
	struct worker *worker;
	struct chunk *chunks;
	size_t n, waiting;
};

static void prove_run(struct job *job, void *resource)
{
	struct chunk *c = (struct chunk *)job;
	size_t i;

	(void)resource;
	for (i = 0; i < c->n; i++)
		if (c->entries[i].type == FEED_RECORD)
			c->proofs[i].holds = signature_ok(c->proofs[i].e.public_key, c->proofs[i].e.signature, RECORD_TYPE,
				c->proofs[i].e.payload, c->proofs[i].e.len);
}

static void prove_done(struct job *job)
{
	((struct chunk *)job)->of->waiting--;
}

static bool has_record(const struct feed_entry *e, size_t n)
{
	while (n > 0)
		if (e[--n].type == FEED_RECORD)
			return true;
	return false;
}

static void prove_begin(struct proving *p, struct page_work *w)
{
	size_t at, n;

	memset(p, 0, sizeof(*p));
	if (!w->st->verifier)
		w->st->verifier = worker_new("signatures", false, NULL, NULL, NULL);
	p->worker = w->st->verifier;
	p->chunks = arena_array(&w->a, struct chunk, w->head.count / CHUNK + 1);
	for (at = 0; at < w->head.count; at += n) {
		struct chunk *c = &p->chunks[p->n];

		n = w->head.count - at < CHUNK ? w->head.count - at : CHUNK;
		if (!has_record(&w->entries[at], n))
			continue;
		*c = (struct chunk){ .job = { .name = "signatures", .run = prove_run, .done = prove_done }, .of = p,
			.entries = &w->entries[at], .proofs = &w->proofs[at], .n = n };
		p->n++;
		p->waiting++;
		worker_post(p->worker, &c->job);
	}
}

/* What the other thread has not begun is done here; then wait for the rest. */
static void prove_end(struct proving *p)
{
	struct pollfd fd = { .fd = worker_fd(p->worker), .events = POLLIN };
	size_t i;

	for (i = p->n; i > 0 && worker_cancel(p->worker, &p->chunks[i - 1].job); i--)
		prove_run(&p->chunks[i - 1].job, NULL);
	while (p->waiting > 0) {
		while (poll(&fd, 1, -1) < 0 && errno == EINTR)
			;
		worker_deliver(p->worker, CHUNK);
	}
	p->n = 0;
}

static bool all_hold(const struct page_work *w)
{
	size_t i;

	for (i = 0; i < w->head.count; i++)
		if (w->entries[i].type == FEED_RECORD && !w->proofs[i].holds)
			return false;
	return true;
}

/* ---- the transaction ---- */

static enum status take(struct page_work *w, size_t i)
{
	const struct feed_entry *e = &w->entries[i];

	switch (e->type) {
	case FEED_RECORD: return feed_take_record(w, e, &w->proofs[i]);
	case FEED_EVENT: case FEED_CATALOGUE: case FEED_ORGANISATIONS: case FEED_SYSTEMS: case FEED_PERSONS:
		return feed_take_document(w, e);
	case FEED_INSTANCE: return feed_take_instance(w, e);
	case FEED_GONE: return feed_take_gone(w, e);
	case FEED_CERTIFICATE: return feed_take_certificate(w, e);
	case FEED_REVOCATION: return feed_take_revocation(w, e);
	case FEED_FLAGS: return feed_take_flags(w, e);
	case FEED_CLAIM: return feed_take_claim(w, e);
	default: return STATUS_OK;	/* of a newer hub: kept in the copy */
	}
}

static enum status write_position(struct page_work *w)
{
	sqlite3_stmt *s;
	enum status code = hub_row_write(w->st, &w->row);

	if (code == STATUS_OK)
		code = sql_get(&s, w->st, sql_checkpoint);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_blob64(s, 1, w->signed_checkpoint, w->signed_len, SQLITE_STATIC);
	return sql_run(w->st, s);
}

static enum status apply(struct page_work *w)
{
	struct store *st = w->st;
	size_t i;
	enum status code = STATUS_OK;

	tally_hold(st);
	st->progress_held = w->head.more && w->row.head - w->row.cursor > BULK;
	w->row.due = w->row.due || st->progress_held;
	for (i = 0; i < w->head.count && code == STATUS_OK; i++)
		code = take(w, i);
	if (code == STATUS_OK && w->report.reference) {
		/* whose claim is mine depends on the person of this console, who may be new among the rows */
		store_about_forget(st);
		code = store_about_load(st);
	}
	st->parsed = w->parsed;
	if (code == STATUS_OK)
		code = touched_derive(&w->touched, st);
	st->parsed = NULL;
	st->progress_held = false;
	if (code == STATUS_OK)
		code = tally_release(st, false);
	else
		tally_release(st, true);
	if (code == STATUS_OK)
		code = feed_refresh_names(w);
	if (code == STATUS_OK && w->row.cursor == w->row.head)
		code = feed_sweep(w);
	return code == STATUS_OK ? write_position(w) : code;
}

/* Everything that an attempt leaves in memory, begun anew for the next. */
static void work_reset(struct page_work *w, const struct hub_row *row)
{
	touched_done(&w->touched);
	touched_init(&w->touched);
	map_free(w->certificates);
	w->certificates = map_new();
	map_free(w->parsed);
	w->parsed = map_new();
	w->row = *row;
	memset(&w->report, 0, sizeof(w->report));
	w->names = false;
	memset(&w->im, 0, sizeof(w->im));
	w->im.st = w->st;
	w->im.dir_fd = -1;
	w->im.feed = w->im.again = true;
	w->im.bodies = w->certificates;	/* never asked for: bodies come by their digests */
	w->im.round = (int64_t)row->round;
}

static enum status transaction(struct page_work *w, struct proving *p)
{
	enum status code = sql_begin(w->st);

	if (code != STATUS_OK)
		return code;
	code = apply(w);
	if (p) {
		prove_end(p);
		if (code == STATUS_OK && !all_hold(w))
			code = STATUS_AGAIN;	/* roll back, and leave those out */
	}
	code = sql_end(w->st, code);
	if (code != STATUS_OK) {
		/* what the reader learned of tests was rolled back */
		pack_free(w->st->reader);
		w->st->reader = NULL;
	}
	return code;
}

static enum status write_page(struct page_work *w, bool copy)
{
	const struct hub_row before = w->row;
	struct proving p;
	uint64_t copied = w->row.copied;
	enum status code = STATUS_OK;

	prove_begin(&p, w);
	if (copy)
		code = feed_copy_append(&copied, w->st, w->row.copied, w->page, w->len);
	work_reset(w, &before);
	w->row.copied = copied;
	if (code == STATUS_OK)
		code = transaction(w, &p);
	prove_end(&p);
	if (code == STATUS_AGAIN) {
		work_reset(w, &before);
		w->row.copied = copied;
		w->judged = true;
		code = store_about_load(w->st);	/* the rollback made it forget */
		if (code == STATUS_OK)
			code = transaction(w, NULL);
	}
	return code;
}

static enum status one_page(struct page_report *out, struct store *st, const void *page, size_t len,
	const struct hub_row *row, bool copy)
{
	struct page_work w = { .st = st, .page = page, .len = len, .row = *row };
	enum status code;

	arena_init(&w.a);
	code = check_page(&w);
	if (code == STATUS_DENIED && copy)
		code = keep_conflict(&w);
	if (code == STATUS_OK && (w.head.count > 0 || w.row.swept != w.row.round || w.row.head != row->head))
		code = write_page(&w, copy && w.head.count > 0);
	if (code == STATUS_OK) {
		*out = w.report;
		out->entries = w.head.count;
		out->more = w.head.more;
		out->cursor = w.row.cursor;
		out->head = w.row.head;
	}
	if (w.touched.ids)
		touched_done(&w.touched);
	map_free(w.certificates);
	map_free(w.parsed);
	arena_done(&w.a);
	return code;
}

static void set_mode(struct store *st, bool bulk)
{
	if (bulk != st->bulk && st->db && sqlite3_exec(st->db, bulk ? MODE_BULK : MODE_SMALL, NULL, NULL, NULL) == SQLITE_OK)
		st->bulk = bulk;
}

enum status store_page(struct page_report *out, struct store *st, const void *page, size_t len)
{
	struct hub_row row;
	struct arena a;
	enum status code = hub_link_need(st);

	if (code != STATUS_OK)
		return code;
	results_touch_grades(st);	/* their flags may change, and who may grade */
	arena_init(&a);
	code = hub_row_read(&row, &a, st);
	if (code == STATUS_NOT_FOUND)
		code = status_set(STATUS_CONFLICT, "a page before the hub's epoch is known");
	if (code == STATUS_OK && row.conflict)
		code = status_set(STATUS_DENIED, "%s", row.conflict);
	if (code == STATUS_OK)
		code = one_page(out, st, page, len, &row, true);
	if (code == STATUS_OK)
		set_mode(st, out->more && out->head - out->cursor > BULK);
	if (code == STATUS_OK)
		join_file_certified(st);
	arena_done(&a);
	return code;
}

/* ---- from the copy ---- */

struct replaying { struct store *st; uint64_t pages; };

/* The epoch of the copy is that of its pages: of one kept while a new one began, only the first counts. */
static enum status epoch_of(struct store *st, const char *page, size_t len)
{
	struct page_reader in;
	struct page_head head;
	struct feed_entry e;
	struct checkpoint c;
	const char *ptr;
	struct arena a;
	bool changed;
	size_t n;
	enum status code = page_open(&in, &head, page, len);

	arena_init(&a);
	while (code == STATUS_OK && (code = page_next(&e, NULL, NULL, &in)) == STATUS_OK)
		;
	if (code == STATUS_NOT_FOUND)
		code = page_checkpoint(&ptr, &n, &in);
	if (code == STATUS_OK)
		code = checkpoint_open(&c, &a, ptr, n, st->hub->key);
	if (code == STATUS_OK)
		code = store_epoch(&changed, st, c.epoch);
	arena_done(&a);
	return code;
}

static enum status replay_page(void *data, const char *page, size_t len, uint64_t end)
{
	struct replaying *r = data;
	struct page_report report;
	struct hub_row row;
	struct arena a;
	enum status code = r->pages == 0 ? epoch_of(r->st, page, len) : STATUS_OK;

	arena_init(&a);
	if (code == STATUS_OK)
		code = hub_row_read(&row, &a, r->st);
	if (code == STATUS_OK) {
		row.copied = end;
		code = one_page(&report, r->st, page, len, &row, false);
	}
	r->pages += code == STATUS_OK;
	arena_done(&a);
	return code;
}

enum status store_feed_replay(struct store *st)
{
	struct replaying r = { .st = st };
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->hub || !st->hub->has_key)
		return STATUS_NOT_FOUND;
	code = feed_copy_each(st, replay_page, &r);
	/* pages that do not follow, of another hub, or damaged: the rest comes from the hub */
	if (code == STATUS_CONFLICT || code == STATUS_DENIED || code == STATUS_INVALID || code == STATUS_LIMIT) {
		status_clear();
		code = STATUS_OK;
	}
	return code;
}
