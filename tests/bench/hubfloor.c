/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What taking records costs in one process, for the benchmark of the hub: the hub's core, and floors that do only what
 * cannot be left out.
 *
 *   hubfloor MODE DIR COUNT [URL]    COUNT records, batches of 200, in a store in DIR or at URL; prints "us X" a record
 *
 *   verify   signature, rid, parse; nothing is kept         floor    verify, and one transaction a batch in plain SQLite
 *   hub      the hub, in line                               lookup   rid, and a look-up in plain SQLite, of known records
 *   again    the hub, records that it knows                 one      floor, but one record a transaction; also "p50 X" ms
 *   many     the hub's thread, 40 callers with one record each; also "p99 X" ms
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/hub/hub.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/payload.h"

#define CALLERS 40
#define EVENT "bench"

static struct key *author;
static const char *url;	/* of the hub's store, NULL: in the folder */
static uint64_t written;
static struct digest last;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "hubfloor: %s: %s\n", what, status_message());
	exit(1);
}

/* ---- records ---- */

static void write_record(struct buf *batch)
{
	struct digest seen = sha256("seen", 4);
	struct record_looked looked = { seen, "bundle.json", 4096 };
	struct record_step steps[] = { { 1, MARK_VERIFIED }, { 2, MARK_VERIFIED } };
	struct record rec = { .kind = RECORD_VERDICT, .kind_name = "verdict", .event = EVENT, .replica = key_id(author),
		.n = written + 1, .has_prev = written > 0, .prev = last, .who = "mon-017", .at = clock_wall_ms(),
		.tz_min = 540, .ti = "81198", .outcome = OUTCOME_VERIFIED, .seen_status = TI_TO_BE_VERIFIED, .revision = 3,
		.steps = steps, .n_steps = 2, .looked = &looked, .n_looked = 1 };
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e;
	struct buf b;

	rec.hlc = (uint64_t)rec.at << 16;
	buf_init(&b, RECORD_PAYLOAD_MAX);
	must(payload_format(&b, &rec) == STATUS_OK, "payload");
	key_sign(sig, author, RECORD_TYPE, b.ptr, b.len);
	e = (struct envelope){ b.ptr, b.len, key_public(author), sig };
	batch_add(batch, &e);
	last = record_rid(b.ptr, b.len);
	written++;
	buf_done(&b);
}

static struct buf *make_batches(size_t n, unsigned int size)
{
	struct buf *all = mem_array(n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		buf_init(&all[i], BATCH_BYTES_MAX);
		batch_begin(&all[i]);
		for (unsigned int k = 0; k < size; k++)
			write_record(&all[i]);
	}
	return all;
}

/* ---- floors ---- */

struct plain { sqlite3 *db; sqlite3_stmt *begin, *insert, *find, *commit; };

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;

	must(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, sql);
	return s;
}

static void plain_open(struct plain *p, const char *dir)
{
	char *path = mem_printf("%s/plain.db", dir);

	must(sqlite3_open(path, &p->db) == SQLITE_OK, path);
	must(sqlite3_exec(p->db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"CREATE TABLE record (seq INTEGER PRIMARY KEY, rid BLOB NOT NULL UNIQUE, replica TEXT NOT NULL,"
		" n INTEGER NOT NULL, kind INTEGER NOT NULL, ti TEXT, at INTEGER NOT NULL, flags INTEGER NOT NULL,"
		" payload BLOB NOT NULL, public_key BLOB NOT NULL, signature BLOB NOT NULL)",
		NULL, NULL, NULL) == SQLITE_OK, "schema");
	p->begin = prepare(p->db, "BEGIN IMMEDIATE");
	p->insert = prepare(p->db, "INSERT INTO record (rid, replica, n, kind, ti, at, flags, payload, public_key, signature) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9)");
	p->find = prepare(p->db, "SELECT seq FROM record WHERE rid = ?1");
	p->commit = prepare(p->db, "COMMIT");
	mem_free(path);
}

static void step(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	must(rc == SQLITE_DONE || rc == SQLITE_ROW, "step");
	sqlite3_reset(s);
}

static void insert(struct plain *p, const struct envelope *e, const struct digest *rid, const struct record *rec)
{
	sqlite3_stmt *s = p->insert;

	sqlite3_bind_blob(s, 1, rid->b, sizeof(rid->b), SQLITE_STATIC);
	sqlite3_bind_text(s, 2, rec->replica, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, (int64_t)rec->n);
	sqlite3_bind_int(s, 4, (int)rec->kind);
	sqlite3_bind_text(s, 5, rec->ti, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 6, rec->at);
	sqlite3_bind_blob(s, 7, e->payload, (int)e->len, SQLITE_STATIC);
	sqlite3_bind_blob(s, 8, e->public_key, KEY_PUBLIC, SQLITE_STATIC);
	sqlite3_bind_blob(s, 9, e->signature, KEY_SIGNATURE, SQLITE_STATIC);
	step(s);
}

/* `p` NULL: nothing is kept. */
static void floor_batch(struct plain *p, const struct buf *batch)
{
	struct batch_reader r;
	struct envelope e;
	struct digest rid;
	struct record rec;
	struct arena a;

	arena_init(&a);
	must(batch_open(&r, batch->ptr, batch->len) == STATUS_OK, "batch");
	if (p)
		step(p->begin);
	while (batch_next(&e, &r) == STATUS_OK) {
		must(envelope_ok(&rid, &e), "signature");
		must(payload_parse(&rec, &a, e.payload, e.len) == STATUS_OK, "payload");
		if (p)
			insert(p, &e, &rid, &rec);
	}
	if (p)
		step(p->commit);
	arena_done(&a);
}

static void lookup_batch(struct plain *p, const struct buf *batch)
{
	struct batch_reader r;
	struct envelope e;
	struct digest rid;

	must(batch_open(&r, batch->ptr, batch->len) == STATUS_OK, "batch");
	while (batch_next(&e, &r) == STATUS_OK) {
		rid = record_rid(e.payload, e.len);
		sqlite3_bind_blob(p->find, 1, rid.b, sizeof(rid.b), SQLITE_STATIC);
		must(sqlite3_step(p->find) == SQLITE_ROW, "look-up");
		sqlite3_reset(p->find);
	}
}

/* ---- the hub ---- */

static struct hub_event *open_hub(struct hub **out, const char *dir, bool in_line)
{
	char *store = url ? mem_strdup(url) : mem_printf("sqlite:%s/hub", dir);
	struct hub_options o = { .store = store, .dir = dir, .in_line = in_line };
	struct hub_invitation who = { .person = "mon-017", .roles = ROLE_MONITOR };
	struct hub_event *e;
	struct hub_call call;
	struct buf b;

	must(hub_open(out, &o) == STATUS_OK, "open");
	must(hub_event_new(&e, *out, EVENT) == STATUS_OK, "event");
	hub_call_init(&call, NULL, NULL);
	must(hub_enrol_new(e, &call, &who) == STATUS_OK, "code");
	buf_init(&b, 4096);
	enrol_sign(&b, author, EVENT, buf_str(&call.out), "bench", clock_wall_ms());
	hub_call_done(&call);
	hub_call_init(&call, NULL, NULL);
	must(hub_enrol(e, &call, b.ptr, b.len) == STATUS_OK, "enrolment");
	hub_call_done(&call);
	buf_done(&b);
	mem_free(store);
	return e;
}

static void hub_batch(struct hub_event *e, const struct buf *batch)
{
	struct hub_call call;

	hub_call_init(&call, NULL, NULL);
	must(hub_push(e, &call, batch->ptr, batch->len) == STATUS_OK, "push");
	hub_call_done(&call);
}

/* ---- modes ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void tell(int64_t from, size_t records)
{
	printf("us %.3f\n", (double)(clock_mono_ns() - from) / 1e3 / (double)records);
}

static void tell_part(const char *name, int64_t *ns, size_t n, double part)
{
	qsort(ns, n, sizeof(*ns), by_value);
	printf("%s %.4f\n", name, (double)ns[(size_t)((double)(n - 1) * part)] / 1e6);
}

static void run_floor(const char *dir, const struct buf *all, size_t n, bool keep, bool again)
{
	struct plain p;
	int64_t from;

	if (keep)
		plain_open(&p, dir);
	from = clock_mono_ns();
	for (size_t i = 0; i < n; i++)
		floor_batch(keep ? &p : NULL, &all[i]);
	if (again) {
		from = clock_mono_ns();
		for (size_t i = 0; i < n; i++)
			lookup_batch(&p, &all[i]);
	}
	tell(from, n * BATCH_RECORDS_MAX);
}

static void run_one(const char *dir, size_t count)
{
	struct buf *all = make_batches(count, 1);
	int64_t *ns = mem_array(count, sizeof(*ns)), from, before;
	struct plain p;

	plain_open(&p, dir);
	from = clock_mono_ns();
	for (size_t i = 0; i < count; i++) {
		before = clock_mono_ns();
		floor_batch(&p, &all[i]);
		ns[i] = clock_mono_ns() - before;
	}
	tell(from, count);
	tell_part("p50", ns, count, 0.5);
}

static void run_hub(const char *dir, const struct buf *all, size_t n, bool again)
{
	struct hub *h;
	struct hub_event *e = open_hub(&h, dir, true);
	int64_t from = clock_mono_ns();

	for (size_t i = 0; i < n; i++)
		hub_batch(e, &all[i]);
	if (again) {
		from = clock_mono_ns();
		for (size_t i = 0; i < n; i++)
			hub_batch(e, &all[i]);
	}
	tell(from, n * BATCH_RECORDS_MAX);
	hub_close(h);
}

struct caller { struct hub_event *e; const struct buf *batches; size_t n; int64_t *ns; };

static void call_main(void *data)
{
	struct caller *c = data;

	for (size_t i = 0; i < c->n; i++) {
		int64_t before = clock_mono_ns();

		hub_batch(c->e, &c->batches[i]);
		c->ns[i] = clock_mono_ns() - before;
	}
}

static void run_many(const char *dir, size_t count)
{
	size_t each = count / CALLERS ? count / CALLERS : 1;
	struct buf *all = make_batches(each * CALLERS, 1);
	int64_t *ns = mem_array(each * CALLERS, sizeof(*ns)), from;
	struct caller callers[CALLERS];
	struct thread *t[CALLERS];
	struct hub *h;
	struct hub_event *e = open_hub(&h, dir, false);

	from = clock_mono_ns();
	for (size_t i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){ e, all + i * each, each, ns + i * each };
		t[i] = thread_start("caller", call_main, &callers[i]);
	}
	for (size_t i = 0; i < CALLERS; i++)
		thread_join(t[i]);
	tell(from, each * CALLERS);
	tell_part("p99", ns, each * CALLERS, 0.99);
	hub_close(h);
}

int main(int argc, char **argv)
{
	const bool enough = argc == 4 || argc == 5;
	const char *mode = enough ? argv[1] : "", *dir = enough ? argv[2] : "";
	size_t count = enough ? strtoul(argv[3], NULL, 10) : 0, n = count / BATCH_RECORDS_MAX;
	struct buf *all = NULL;

	url = argc == 5 ? argv[4] : NULL;

	crypto_init();
	if (n == 0) {
		fputs("hubfloor: want MODE DIR COUNT [URL], at least 200\n", stderr);
		return 2;
	}
	must(key_new(&author) == STATUS_OK && io_mkdirs(dir, 0700) == STATUS_OK, dir);
	if (strcmp(mode, "one") != 0 && strcmp(mode, "many") != 0)
		all = make_batches(n, BATCH_RECORDS_MAX);
	if (strcmp(mode, "verify") == 0 || strcmp(mode, "floor") == 0 || strcmp(mode, "lookup") == 0)
		run_floor(dir, all, n, *mode != 'v', *mode == 'l');
	else if (strcmp(mode, "hub") == 0 || strcmp(mode, "again") == 0)
		run_hub(dir, all, n, *mode == 'a');
	else if (strcmp(mode, "one") == 0)
		run_one(dir, count);
	else
		run_many(dir, count);
	return 0;
}
