/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the feed that are reference data: whole documents, which replace the one before, and single TIs. They
 * are read and written by the code of the pack import. Store layer; the store's thread, inside the page's
 * transaction.
 */
#include "feed_priv.h"

#include <string.h>
#include <zstd.h>
#include "verdict/base/log.h"
#include "verdict/base/mem.h"

static const char sql_document[] = "SELECT body FROM document WHERE type = ?1";
static const char sql_document_put[] = "INSERT INTO document (type, seq, body) VALUES (?1, ?2, ?3) "
	"ON CONFLICT (type) DO UPDATE SET seq = ?2, body = ?3";
static const char sql_test_key[] = "SELECT key FROM test WHERE id = ?1";
static const char sql_tests_gone[] = "DELETE FROM test WHERE peer = '' AND key NOT IN (SELECT test FROM ti)";
static const char sql_has_record[] = "SELECT 1 FROM record WHERE ti = ?1 LIMIT 1";
static const char sql_not_come[] = "SELECT id FROM ti WHERE round <> ?1";
static const char sql_not_there[] = "UPDATE record SET state = 0 WHERE round <> ?1 AND state IN (1, 2) AND hub_seq <= ?2";
static const char sql_states[] = "DELETE FROM tally WHERE name LIKE 'state.%'; "
	"INSERT INTO tally SELECT 'state.' || state, count(*) FROM record WHERE own = 1 GROUP BY state";
#define OF_ROLE(column, role) "coalesce((SELECT " column " FROM participant p JOIN system y ON y.id = p.system " \
	"JOIN organisation o ON o.id = y.organisation WHERE p.ti = ti.key AND p.role = " role " ORDER BY p.n LIMIT 1), '')"
static const char sql_names[] = "UPDATE ti SET source = " OF_ROLE("y.name", "1") ", source_country = " OF_ROLE("o.country", "1")
	", target = " OF_ROLE("y.name", "2") ", target_country = " OF_ROLE("o.country", "2") ", place = coalesce((SELECT "
	"y.place FROM participant p JOIN system y ON y.id = p.system WHERE p.ti = ti.key ORDER BY p.n LIMIT 1), ''), "
	"teams = coalesce((SELECT group_concat(words, ' ') FROM (SELECT o.id || ' ' || o.name AS words FROM participant p "
	"JOIN system y ON y.id = p.system JOIN organisation o ON o.id = y.organisation WHERE p.ti = ti.key "
	"GROUP BY o.id ORDER BY min(p.n))), '')";

/* ---- the reader ---- */

/* What was said is read; nothing is written. */
static enum status read_document(struct pack *p, char type, char *text, size_t len, void *data,
	const struct pack_sink *sink)
{
	struct pack_event event;
	struct pack_catalogue catalogue;
	struct pack_organisation *organisations;
	struct pack_system *systems;
	struct pack_person *persons;
	size_t n = 0;
	enum status code;

	switch (type) {
	case FEED_EVENT:
		code = pack_read_event(&event, p, text, len);
		return code == STATUS_OK && sink->event ? sink->event(data, &event) : code;
	case FEED_CATALOGUE:
		code = pack_read_catalogue(&catalogue, p, text, len);
		return code == STATUS_OK && sink->catalogue ? sink->catalogue(data, &catalogue) : code;
	case FEED_ORGANISATIONS:
		code = pack_read_organisations(&organisations, &n, p, text, len);
		return code == STATUS_OK && sink->organisations ? sink->organisations(data, organisations, n) : code;
	case FEED_SYSTEMS:
		code = pack_read_systems(&systems, &n, p, text, len);
		return code == STATUS_OK && sink->systems ? sink->systems(data, systems, n) : code;
	default:
		code = pack_read_persons(&persons, &n, p, text, len);
		return code == STATUS_OK && sink->persons ? sink->persons(data, persons, n) : code;
	}
}

static enum status unpack(char **out, size_t *len_out, const void *ptr, size_t len)
{
	unsigned long long size = ZSTD_getFrameContentSize(ptr, len);
	size_t n;

	if (size > FEED_ENTRY_MAX)
		return status_set(STATUS_CORRUPT, "a kept document is damaged");
	*out = mem_alloc((size_t)size + 1);
	n = ZSTD_decompress(*out, (size_t)size, ptr, len);
	if (ZSTD_isError(n) || n != size) {
		mem_free(*out);
		return status_set(STATUS_CORRUPT, "a kept document is damaged");
	}
	(*out)[n] = '\0';
	*len_out = n;
	return STATUS_OK;
}

enum status feed_document(char **out, size_t *len_out, struct store *st, const char *type)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_document);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, type);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		code = unpack(out, len_out, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
		sqlite3_reset(s);
	}
	return code;
}

/* Tests have their rows already: only the keys are wanted. */
static enum status find_keys(void *data, const struct pack_catalogue *c)
{
	struct store *st = data;
	sqlite3_stmt *s;
	size_t i;
	enum status code = STATUS_OK;

	for (i = 0; i < c->n_tests && code == STATUS_OK; i++) {
		code = sql_get(&s, st, sql_test_key);
		if (code != STATUS_OK)
			break;
		sql_bind_text(s, 1, c->tests[i].id);
		code = sql_row(st, s);
		if (code == STATUS_OK) {
			c->tests[i].ref->key = sqlite3_column_int64(s, 0);
			sqlite3_reset(s);
		}
	}
	return code == STATUS_NOT_FOUND ? status_set(STATUS_CORRUPT, "%s/verdict.db: a test is gone", st->dir) : code;
}

static bool unreadable(enum status code)
{
	return code == STATUS_INVALID || code == STATUS_LIMIT || code == STATUS_NEWER || code == STATUS_EXISTS;
}

/*
 * A document that was good may rest on one that changed since: an organisation went, and the list of systems without
 * its systems is yet to come. What it says up to there is known; the rows stay as they are until the next one.
 */
static enum status read_kept(struct store *st, const char *type, const struct pack_sink *sink)
{
	char *text = NULL;
	size_t len = 0;
	enum status code = feed_document(&text, &len, st, type);

	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code == STATUS_OK) {
		pack_stand(st->reader, type, 1);
		code = read_document(st->reader, *type, text, len, st, sink);
		mem_free(text);
		if (unreadable(code)) {
			log_line(LOG_NOTE, "feed: %s rests on what changed: %s", type, status_message());
			status_clear();
			code = STATUS_OK;
		}
	}
	return code;
}

/* A reader that knows what documents before have defined. */
static enum status need_reader(struct page_work *w)
{
	static const char *const types[] = { "C", "O", "S", "P" };
	const struct pack_sink sink = { .catalogue = find_keys };
	enum status code = STATUS_OK;
	size_t i;

	if (!w->st->reader) {
		w->st->reader = pack_new();
		for (i = 0; i < sizeof(types) / sizeof(types[0]) && code == STATUS_OK; i++)
			code = read_kept(w->st, types[i], &sink);
		if (code != STATUS_OK) {
			pack_free(w->st->reader);
			w->st->reader = NULL;
		}
	}
	w->im.pack = w->st->reader;
	return code;
}

/* ---- documents ---- */

static enum status keep_document(struct page_work *w, const struct feed_entry *e)
{
	size_t room = ZSTD_compressBound(e->len), n;
	char *packed = mem_alloc(room), type[2] = { e->type, '\0' };
	sqlite3_stmt *s;
	enum status code = STATUS_OK;

	n = ZSTD_compress(packed, room, e->body, e->len, 3);
	if (ZSTD_isError(n))
		code = status_set(STATUS_ERROR, "zstd: %s", ZSTD_getErrorName(n));
	if (code == STATUS_OK)
		code = sql_get(&s, w->st, sql_document_put);
	if (code == STATUS_OK) {
		sql_bind_text(s, 1, type);
		sqlite3_bind_int64(s, 2, (int64_t)e->seq);
		sqlite3_bind_blob64(s, 3, packed, n, SQLITE_STATIC);
		code = sql_run(w->st, s);
	}
	mem_free(packed);
	return code;
}

/* A document of another kind rests on this one: read it again, so that it says the same of the new one. */
static enum status read_dependent(struct page_work *w, char type)
{
	const struct pack_sink none = { .data = NULL };

	return type == FEED_ORGANISATIONS ? read_kept(w->st, "S", &none) : STATUS_OK;
}

enum status feed_take_document(struct page_work *w, const struct feed_entry *e)
{
	static const struct pack_sink rows = { .event = import_event, .catalogue = import_catalogue,
		.organisations = import_organisations, .systems = import_systems, .persons = import_persons };
	char *text;
	enum status code = need_reader(w);

	if (code != STATUS_OK)
		return code;
	text = mem_alloc(e->len + 1);
	memcpy(text, e->body, e->len);
	text[e->len] = '\0';
	pack_stand(w->st->reader, "the hub's document", 1);
	code = read_document(w->st->reader, e->type, text, e->len, &w->im, &rows);
	mem_free(text);
	if (unreadable(code)) {
		/* what it said before holds on; a reader made anew knows it */
		feed_skip(w, e);
		pack_free(w->st->reader);
		w->st->reader = NULL;
		return STATUS_OK;
	}
	if (code == STATUS_OK)
		code = keep_document(w, e);
	if (code == STATUS_OK)
		code = read_dependent(w, e->type);
	w->report.reference = true;
	w->names = w->names || e->type == FEED_SYSTEMS || e->type == FEED_ORGANISATIONS;
	w->row.due = w->row.due || e->type == FEED_CATALOGUE;
	if (e->type == FEED_CATALOGUE && code == STATUS_OK)
		code = sql_exec(w->st, sql_tests_gone);
	return code;
}

enum status feed_refresh_names(struct page_work *w)
{
	return w->names ? sql_exec(w->st, sql_names) : STATUS_OK;
}

/* ---- TIs ---- */

static enum status has_record(bool *out, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_has_record);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	code = sql_row(st, s);
	*out = code == STATUS_OK;
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* Written rows say what the participants say; what follows from records, claims and other TIs comes at the end. */
static enum status count_instance(struct page_work *w, const struct pack_instance *t)
{
	const enum ti_rank rank = ti_rank_of(t->status, false, false);
	bool record = true;
	enum status code = STATUS_OK;

	if (w->im.last_new) {
		code = tally_ti(w->st, t->status, rank, 0, 1);
		if (code == STATUS_OK && w->st->progress_held && !*t->claim_by)
			code = has_record(&record, w->st, t->id);
		if (code == STATUS_OK && t->status == TI_VERIFIED && !w->st->progress_held)
			w->row.due = true;
	}
	if (record)
		touched_add(&w->touched, t->id);
	return code;
}

enum status feed_take_instance(struct page_work *w, const struct feed_entry *e)
{
	struct pack_instance t;
	char *text;
	enum status code = need_reader(w);

	if (code != STATUS_OK)
		return code;
	text = mem_alloc(e->len + 1);
	memcpy(text, e->body, e->len);
	text[e->len] = '\0';
	pack_stand(w->st->reader, "the hub's change", e->seq);
	code = pack_read_instance(&t, w->st->reader, text, e->len);
	if (unreadable(code)) {
		feed_skip(w, e);
		code = STATUS_OK;
	} else {
		if (code == STATUS_OK)
			code = import_instance(&w->im, &t);
		if (code == STATUS_OK)
			code = count_instance(w, &t);
		w->report.instances++;
	}
	mem_free(text);
	return code;
}

enum status feed_take_gone(struct page_work *w, const struct feed_entry *e)
{
	const char *ti = arena_strn(&w->a, e->body, e->len);

	w->report.reference = true;
	return store_ti_drop(w->st, ti);
}

/* ---- the end of a round ---- */

static enum status drop_not_come(struct page_work *w)
{
	VEC(const char *) gone = VEC_INIT;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, w->st, sql_not_come);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, (int64_t)w->row.round);
	while ((code = sql_row(w->st, s)) == STATUS_OK)
		vec_push(&gone, sql_text(&w->a, s, 0));
	code = code == STATUS_NOT_FOUND ? STATUS_OK : code;
	for (i = 0; i < gone.len && code == STATUS_OK; i++)
		code = store_ti_drop(w->st, gone.at[i]);
	vec_done(&gone);
	return code;
}

static enum status send_again(struct page_work *w)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, w->st, sql_not_there);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, (int64_t)w->row.round);
	sqlite3_bind_int64(s, 2, (int64_t)w->row.cursor);
	code = sql_run(w->st, s);
	return code == STATUS_OK && sqlite3_changes(w->st->db) > 0 ? sql_exec(w->st, sql_states) : code;
}

enum status feed_sweep(struct page_work *w)
{
	enum status code = STATUS_OK;

	if (w->row.swept != w->row.round) {
		code = drop_not_come(w);
		if (code == STATUS_OK)
			code = send_again(w);
		w->row.swept = w->row.round;
	}
	if (code == STATUS_OK && w->row.due)
		code = store_progress_all(w->st);
	w->row.due = false;
	return code;
}
