/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the feed about records: the records themselves, whose key is whose, revocations, flags that changed,
 * claims. Store layer; the store's thread, inside the page's transaction.
 */
#include "feed_priv.h"

#include <string.h>
#include "verdict/proto/cert.h"
#include "verdict/proto/payload.h"

static const char sql_certificate_put[] = "INSERT INTO certificate (public_key, replica, who, name, roles, seq, revoked, "
	"document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (public_key) DO UPDATE SET who = ?3, name = ?4, "
	"roles = ?5, seq = ?6, revoked = 0, document = ?7";
static const char sql_certificate[] = "SELECT public_key, who, revoked FROM certificate WHERE replica = ?1";
static const char sql_revoke[] = "UPDATE certificate SET revoked = ?2 WHERE replica = ?1";
static const char sql_unproven[] = "SELECT rid, who, flags, hub_seq, ti, state FROM record WHERE replica = ?1 AND flags & 65536";
static const char sql_flagged[] = "SELECT state, flags, hub_seq, round, ti FROM record WHERE rid = ?1";
_Static_assert(FLAG_UNPROVEN == 65536, "sql_unproven names it by number");

void feed_skip(struct page_work *w, const struct feed_entry *e)
{
	if (w->report.skipped++ == 0)
		store_note(w->st, "change %llu of the feed cannot be read: %s", (unsigned long long)e->seq, status_message());
	status_clear();
}

/* ---- whose key ---- */

struct page_certificate { uint8_t key[KEY_PUBLIC]; const char *who; uint64_t revoked; bool known; };

static enum status certificate_of(struct page_certificate **out, struct page_work *w, const char *replica)
{
	struct page_certificate *c = map_get(w->certificates, replica);
	sqlite3_stmt *s;
	enum status code = STATUS_OK;

	*out = c;
	if (c)
		return STATUS_OK;
	c = arena_new(&w->a, struct page_certificate);
	code = sql_get(&s, w->st, sql_certificate);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, replica);
	code = sql_row(w->st, s);
	if (code == STATUS_OK) {
		c->known = sqlite3_column_bytes(s, 0) == KEY_PUBLIC;
		if (c->known)
			memcpy(c->key, sqlite3_column_blob(s, 0), KEY_PUBLIC);
		c->who = sql_text(&w->a, s, 1);
		c->revoked = (uint64_t)sqlite3_column_int64(s, 2);
		sqlite3_reset(s);
	}
	map_set(w->certificates, replica, c);
	*out = c;
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* Flags that we add ourselves: the hub's word alone does not make a record somebody's. */
static enum status judge(unsigned int *flags, struct page_work *w, const struct feed_entry *e, const struct envelope *env,
	const struct record *rec)
{
	struct page_certificate *c;
	enum status code = certificate_of(&c, w, rec->replica);

	if (code != STATUS_OK)
		return code;
	if (!c->known || memcmp(c->key, env->public_key, KEY_PUBLIC) != 0 || strcmp(c->who, rec->who) != 0) {
		*flags |= FLAG_UNPROVEN;
		w->report.unproven++;
	} else if (c->revoked && c->revoked < e->seq) {
		*flags |= FLAG_REVOKED;
	}
	return STATUS_OK;
}

/* ---- records ---- */

static enum status keep_record(struct page_work *w, const struct feed_entry *e, const struct envelope *env,
	const struct digest *rid, const struct record *rec, unsigned int flags)
{
	const enum entry_state state = flags ? ENTRY_FLAGGED : ENTRY_RECEIVED;
	const struct record_origin from = { .place = -1, .state = state, .flags = flags, .seq = e->seq,
		.round = w->row.round };
	const struct record_mark mark = { .state = state, .flags = flags, .seq = e->seq, .round = w->row.round };
	bool fresh = false, changed = false;
	enum status code = record_put(&fresh, w->st, rid, env, rec, &from);

	if (code == STATUS_OK && !fresh)
		code = record_mark(&changed, w->st, rid, &mark);
	if (code != STATUS_OK)
		return code;
	/* our key wrote it, and it is not here: a copy of this store is or was at work elsewhere */
	if (fresh && w->st->replica && strcmp(rec->replica, w->st->replica) == 0)
		w->row.forked = true;
	w->report.records += fresh;
	if (fresh || changed)
		touched_add(&w->touched, rec->ti);
	return STATUS_OK;
}

enum status feed_take_record(struct page_work *w, const struct feed_entry *e, const struct proof *p)
{
	struct record *rec = arena_new(&w->a, struct record);
	char hex[DIGEST_HEX];
	struct digest rid;
	unsigned int flags = e->flags;
	enum status code;

	if (w->judged && !p->holds) {
		status_set(STATUS_DENIED, "the signature of a record does not hold");
		feed_skip(w, e);
		return STATUS_OK;
	}
	if (payload_parse(rec, &w->a, p->e.payload, p->e.len) != STATUS_OK) {
		feed_skip(w, e);
		return STATUS_OK;
	}
	if (strcmp(rec->event, w->st->hub->event) != 0) {
		status_set(STATUS_INVALID, "a record of the event \"%.64s\"", rec->event);
		feed_skip(w, e);
		return STATUS_OK;
	}
	rid = record_rid(p->e.payload, p->e.len);
	digest_hex(hex, &rid);
	map_set(w->parsed, hex, rec);
	code = judge(&flags, w, e, &p->e, rec);
	return code == STATUS_OK ? keep_record(w, e, &p->e, &rid, rec, flags) : code;
}

/* ---- certificates and revocations ---- */

struct unproven { struct digest rid; uint64_t seq; unsigned int flags; const char *ti; bool waits; };

/* Records that were waiting for this word. */
static enum status prove(struct page_work *w, const struct certificate *c)
{
	VEC(struct unproven) all = VEC_INIT;
	struct unproven u;
	bool changed;
	sqlite3_stmt *s;
	size_t i;
	enum status code = sql_get(&s, w->st, sql_unproven);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, c->replica);
	while ((code = sql_row(w->st, s)) == STATUS_OK) {
		if (!sql_digest(&u.rid, s, 0) || strcmp((const char *)sqlite3_column_text(s, 1), c->who) != 0)
			continue;
		u.flags = (unsigned int)sqlite3_column_int64(s, 2) & ~(unsigned int)FLAG_UNPROVEN;
		u.seq = (uint64_t)sqlite3_column_int64(s, 3);
		u.ti = sqlite3_column_type(s, 4) == SQLITE_NULL ? NULL : sql_text(&w->a, s, 4);
		u.waits = sqlite3_column_int(s, 5) == ENTRY_UNSENT;
		vec_push(&all, u);
	}
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	for (i = 0; i < all.len && code == STATUS_OK; i++) {
		/* one that is carried for somebody is proven now, and has not arrived for that */
		const struct record_mark m = { .state = all.at[i].waits ? ENTRY_UNSENT : all.at[i].flags ? ENTRY_FLAGGED :
			ENTRY_RECEIVED, .flags = all.at[i].flags, .seq = all.at[i].seq, .round = w->row.round };

		code = record_mark(&changed, w->st, &all.at[i].rid, &m);
		touched_add(&w->touched, all.at[i].ti);
	}
	vec_done(&all);
	return code;
}

enum status feed_take_certificate(struct page_work *w, const struct feed_entry *e)
{
	struct certificate c;
	sqlite3_stmt *s;
	enum status code = certificate_open(&c, &w->a, e->body, e->len, w->st->hub->key);

	if (code == STATUS_OK && strcmp(c.event, w->st->hub->event) != 0)
		code = status_set(STATUS_INVALID, "a certificate of the event \"%.64s\"", c.event);
	if (code != STATUS_OK) {
		feed_skip(w, e);
		return STATUS_OK;
	}
	code = sql_get(&s, w->st, sql_certificate_put);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_blob(s, 1, c.key, KEY_PUBLIC, SQLITE_STATIC);
	sql_bind_text(s, 2, c.replica);
	sql_bind_text(s, 3, c.who);
	sql_bind_text(s, 4, c.name);
	sqlite3_bind_int64(s, 5, c.roles);
	sqlite3_bind_int64(s, 6, (int64_t)e->seq);
	sqlite3_bind_blob64(s, 7, e->body, e->len, SQLITE_STATIC);
	code = sql_run(w->st, s);
	map_remove(w->certificates, c.replica);
	return code == STATUS_OK ? prove(w, &c) : code;
}

enum status feed_take_revocation(struct page_work *w, const struct feed_entry *e)
{
	struct feed_revocation r;
	sqlite3_stmt *s;
	enum status code = feed_revocation_parse(&r, &w->a, e->body, e->len);

	if (code != STATUS_OK) {
		feed_skip(w, e);
		return STATUS_OK;
	}
	code = sql_get(&s, w->st, sql_revoke);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, r.replica);
	sqlite3_bind_int64(s, 2, (int64_t)e->seq);
	code = sql_run(w->st, s);
	map_remove(w->certificates, r.replica);
	if (w->st->replica && strcmp(r.replica, w->st->replica) == 0)
		w->row.revoked = true;
	return code;
}

/* ---- flags, claims ---- */

enum status feed_take_flags(struct page_work *w, const struct feed_entry *e)
{
	struct record_mark m = { .seq = 0 };
	struct digest rid;
	const char *ti = NULL;
	unsigned int flags;
	bool changed = false;
	sqlite3_stmt *s;
	enum status code = feed_flags(&rid, &flags, e);

	if (code != STATUS_OK) {
		feed_skip(w, e);
		return STATUS_OK;
	}
	code = sql_get(&s, w->st, sql_flagged);
	if (code != STATUS_OK)
		return code;
	sql_bind_digest(s, 1, &rid);
	code = sql_row(w->st, s);
	if (code != STATUS_OK)
		return code == STATUS_NOT_FOUND ? STATUS_OK : code;
	m.flags = flags | ((unsigned int)sqlite3_column_int64(s, 1) & FLAG_UNPROVEN);
	m.state = m.flags ? ENTRY_FLAGGED : ENTRY_RECEIVED;
	m.seq = (uint64_t)sqlite3_column_int64(s, 2);
	m.round = (uint64_t)sqlite3_column_int64(s, 3);
	ti = sqlite3_column_type(s, 4) == SQLITE_NULL ? NULL : sql_text(&w->a, s, 4);
	sqlite3_reset(s);
	code = record_mark(&changed, w->st, &rid, &m);
	if (code == STATUS_OK && changed)
		touched_add(&w->touched, ti);
	return code;
}

enum status feed_take_claim(struct page_work *w, const struct feed_entry *e)
{
	struct feed_claim c;
	struct lease l;
	enum status code = feed_claim_parse(&c, &w->a, e->body, e->len);

	if (code != STATUS_OK) {
		feed_skip(w, e);
		return STATUS_OK;
	}
	/* both times are the hub's: what is left does not depend on our clock */
	l = (struct lease){ .who = c.ttl_s > 0 ? c.who : NULL, .fence = c.fence, .granted = c.at,
		.mine = c.replica && w->st->replica && strcmp(c.replica, w->st->replica) == 0,
		.left_ms = c.ttl_s > 0 && c.ttl_s < INT32_MAX ? c.at + c.ttl_s * 1000 - w->head.now : 0 };
	code = lease_put(w->st, c.ti, &l);
	w->report.claims++;
	touched_add(&w->touched, c.ti);
	return code;
}
