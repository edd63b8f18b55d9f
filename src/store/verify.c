/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything re-computed: CRCs, hashes, signatures and chains of the journal as it lies on disk, and whether
 * the database holds the same records, unharmed. Changes nothing. Store layer; the thread that opened the
 * store.
 */
#include "store_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/payload.h"

static const char sql_all[] = "SELECT rid, payload, public_key, signature, own, n FROM record ORDER BY seq";

struct link { char replica[KEY_ID]; uint64_t n; struct digest rid; };

struct verify {
	struct verify_report *out;
	struct store *st;
	void (*bad)(uint64_t offset, const char *what, void *data);
	void *data;
	VEC(struct digest) seen;
	VEC(struct link) ends;	/* end of each replica's chain */
};

static void tell(struct verify *v, uint64_t *count, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void tell(struct verify *v, uint64_t *count, uint64_t offset, const char *fmt, ...)
{
	char what[200];
	va_list ap;

	(*count)++;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (v->bad)
		v->bad(offset, what, v->data);
}

static void check_chain(struct verify *v, const struct record *rec, const struct digest *rid, uint64_t offset)
{
	struct link *l, fresh = { "", 0, *rid };
	size_t i;

	for (i = 0; i < v->ends.len && strcmp(v->ends.at[i].replica, rec->replica) != 0; i++)
		;
	if (i == v->ends.len) {
		snprintf(fresh.replica, sizeof(fresh.replica), "%s", rec->replica);
		vec_push(&v->ends, fresh);
	}
	l = &v->ends.at[i];
	if (rec->n != l->n + 1)
		tell(v, &v->out->bad_chain, offset, "record %llu follows %llu of its chain",
			(unsigned long long)rec->n, (unsigned long long)l->n);
	else if (rec->has_prev != (l->n > 0) || (rec->has_prev && !digest_equal(&rec->prev, &l->rid)))
		tell(v, &v->out->bad_chain, offset, "record %llu does not name the one before it",
			(unsigned long long)rec->n);
	l->n = rec->n;
	l->rid = *rid;
}

static void check_envelope(struct verify *v, const struct envelope *e, uint64_t offset)
{
	struct arena a;
	struct record rec;
	struct digest rid;
	bool there = false;

	v->out->records++;
	if (!envelope_ok(&rid, e)) {
		tell(v, &v->out->bad_signature, offset, "signature does not hold");
		return;
	}
	vec_push(&v->seen, rid);
	arena_init(&a);
	memset(&rec, 0, sizeof(rec));
	if (payload_parse(&rec, &a, e->payload, e->len) != STATUS_OK)
		tell(v, &v->out->bad_payload, offset, "%s", status_message());
	else
		check_chain(v, &rec, &rid, offset);
	if (record_find(&there, v->st, &rid) == STATUS_OK && !there)
		tell(v, &v->out->missing_in_db, offset, "record %llu is not in the database",
			(unsigned long long)rec.n);
	arena_done(&a);
}

static enum status check_frame(const struct frame *f, void *data)
{
	struct verify *v = data;
	struct batch_reader in;
	struct envelope e;
	enum status got;

	if (f->type != 'B' || f->flags)
		return STATUS_OK;
	got = batch_open(&in, f->body, f->len);
	while (got == STATUS_OK) {
		got = batch_next(&e, &in);
		if (got == STATUS_OK)
			check_envelope(v, &e, f->offset);
	}
	if (got != STATUS_NOT_FOUND)
		tell(v, &v->out->bad_payload, f->offset, "%s", status_message());
	return STATUS_OK;
}

static void check_bad(uint64_t from, uint64_t to, void *data)
{
	struct verify *v = data;

	tell(v, &v->out->bad_crc, from, "%llu damaged bytes", (unsigned long long)(to - from));
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static void check_row(struct verify *v, sqlite3_stmt *s)
{
	struct envelope e = { sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1),
		sqlite3_column_blob(s, 2), sqlite3_column_blob(s, 3) };
	struct digest rid, named;

	if (!e.payload || !sql_digest(&named, s, 0) || sqlite3_column_bytes(s, 2) != KEY_PUBLIC ||
	    sqlite3_column_bytes(s, 3) != KEY_SIGNATURE || !envelope_ok(&rid, &e) || !digest_equal(&rid, &named)) {
		tell(v, &v->out->bad_signature, 0, "record %lld in the database is damaged",
			(long long)sqlite3_column_int64(s, 5));
		return;
	}
	if (sqlite3_column_int(s, 4) && !(v->seen.len && bsearch(&rid, v->seen.at, v->seen.len, sizeof(rid), by_bytes)))
		tell(v, &v->out->missing_in_journal, 0, "record %lld is not in the journal",
			(long long)sqlite3_column_int64(s, 5));
}

static enum status check_database(struct verify *v)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, v->st, sql_all);

	if (code != STATUS_OK)
		return code;
	if (v->seen.len)
		qsort(v->seen.at, v->seen.len, sizeof(struct digest), by_bytes);
	while ((code = sql_row(v->st, s)) == STATUS_OK)
		check_row(v, s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

enum status store_verify(struct verify_report *out, struct store *st,
	void (*bad)(uint64_t offset, const char *what, void *data), void *data)
{
	struct verify v = { .out = out, .st = st, .bad = bad, .data = data, .seen = VEC_INIT, .ends = VEC_INIT };
	struct journal j = { .fd = -1 };
	char *path = store_path(st, "journal.vb");
	uint64_t end = BUNDLE_MAGIC_LEN;
	enum status code = store_ready(st);

	memset(out, 0, sizeof(*out));
	crypto_init();
	/* a descriptor of its own: what is read is the file under that name */
	if (code == STATUS_OK) {
		code = journal_open(&j, path);
		if (code == STATUS_OK)
			code = journal_scan(&end, &j, BUNDLE_MAGIC_LEN, check_frame, check_bad, &v);
		else if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;
		out->bytes = j.len;
		out->torn_tail = j.len > end ? j.len - end : 0;
	}
	if (code == STATUS_OK)
		code = check_database(&v);
	journal_close(&j);
	vec_done(&v.seen);
	vec_done(&v.ends);
	mem_free(path);
	return code;
}
