/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to PostgreSQL: its settings, its prepared statements, and what its failures mean.
 * Nothing waits for a server longer than ANSWER_MS. Hub layer; the thread that owns the connection.
 */
#include "store_postgres.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/log.h"

#define ANSWER_MS 20000		/* a commit may wait for a standby, not for ever */
#define WORDS 200		/* of the server that are repeated */

#define EVENT_KEY "(SELECT key FROM event WHERE id = $1)"

static const char *const sql[PG_COUNT] = {
	[PG_BEGIN] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
	[PG_SNAPSHOT] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	/* a long feed is read over other connections meanwhile */
	[PG_PATIENT] = "SELECT set_config('idle_in_transaction_session_timeout', '0', true)",
	[PG_COMMIT] = "COMMIT",
	[PG_ROLLBACK] = "ROLLBACK",
	/* "vrdu", so that no other program's lock is meant */
	[PG_LOCK] = "SELECT pg_advisory_xact_lock(1987208309, key::int) FROM event WHERE id = $1",
	[PG_HEAD] = "SELECT key, epoch, size, version, root, bytes FROM event WHERE id = $1",
	[PG_ENTRY] = "INSERT INTO feed (event, seq, ends, entry, root) VALUES ($1, $2, $3, $4, $5)",
	[PG_RECORD] = "INSERT INTO record (event, seq, rid, replica, n, kind, ti, at, flags) "
		      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	[PG_FLAGS] = "UPDATE record SET flags = $3 WHERE event = $1 AND seq = $2",
	[PG_DOC_PUT] = "INSERT INTO doc (event, type, id, seq, digest, facts) VALUES ($1, $2, $3, "
		       "$4, $5, $6) "
		       "ON CONFLICT (event, type, id) DO UPDATE "
		       "SET seq = excluded.seq, digest = excluded.digest, facts = excluded.facts",
	[PG_DOC_DROP] = "DELETE FROM doc WHERE event = $1 AND type = $2 AND id = $3",
	[PG_ITEM_PUT] =
		"INSERT INTO item (event, kind, id, version, value) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (event, kind, id) DO UPDATE SET version = excluded.version, value = "
		"excluded.value",
	[PG_ITEM_DROP] = "DELETE FROM item WHERE event = $1 AND kind = $2 AND id = $3",
	[PG_EVENT_MOVE] = "UPDATE event SET size = $2, root = $3, bytes = $4, version = version + "
			  "1 WHERE key = $1",
	[PG_EPOCH] = "UPDATE event SET epoch = $2 WHERE key = $1",
	[PG_NOTIFY] = "SELECT pg_notify('" PG_CHANNEL "', $1)",
	[PG_META_GET] = "SELECT value FROM meta WHERE name = $1",
	[PG_META_PUT] = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO "
			"UPDATE SET value = excluded.value",
	[PG_META_ADD] =
		"INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
	[PG_EVENT_ADD] = "INSERT INTO event (id, epoch, root) VALUES ($1, $2, $3) ON CONFLICT (id) "
			 "DO NOTHING",
	[PG_EVENTS] = "SELECT id, epoch, size, version, root FROM event ORDER BY key",
	[PG_RECORDS] = "SELECT seq, rid, replica, n, kind, ti, at, flags FROM record "
		       "WHERE event = " EVENT_KEY " AND seq > $2 ORDER BY seq",
	[PG_DOCS] = "SELECT type, id, seq, digest, facts FROM doc WHERE event = " EVENT_KEY
		    " AND seq > $2",
	[PG_ITEMS] = "SELECT kind, id, version, value FROM item WHERE event = " EVENT_KEY
		     " AND version > $2 ORDER BY kind, id",
	[PG_READ] =
		"SELECT entry, root FROM feed WHERE event = " EVENT_KEY
		" AND seq BETWEEN $2 AND $3 AND (seq = $2 OR "
		"ends <= $4 + (SELECT ends - octet_length(entry) FROM feed WHERE event = " EVENT_KEY
		" AND seq = $2)) ORDER BY seq",
	[PG_CHECK] = "SELECT id FROM event e WHERE "
		     "size <> (SELECT count(*) FROM feed f WHERE f.event = e.key AND f.seq BETWEEN "
		     "1 AND e.size) "
		     "OR EXISTS (SELECT FROM feed f WHERE f.event = e.key AND (f.seq > e.size OR "
		     "f.seq < 1)) "
		     "OR (size > 0 AND root <> (SELECT root FROM feed f WHERE f.event = e.key AND "
		     "f.seq = e.size)) LIMIT 1",
};

static const char session[] = "SET search_path = verdict, pg_catalog; SET statement_timeout = 0; "
			      "SET lock_timeout = '10s'; "
			      "SET idle_in_transaction_session_timeout = '20s'";

/* ---- failures ---- */

static enum status status_of(const char *state)
{
	if (state && strcmp(state, "53100") == 0)
		return STATUS_FULL;
	return state && strncmp(state, "XX00", 4) == 0 && state[4] != '0' ? STATUS_CORRUPT
									  : STATUS_IO;
}

enum status pg_failed(struct pg_link *l, const PGresult *r)
{
	const char *said = r ? PQresultErrorMessage(r) : l->c ? PQerrorMessage(l->c) : "";
	enum status st = status_of(r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL);
	size_t n = strcspn(said, "\n");

	return status_set(st, "PostgreSQL: %.*s", n > WORDS ? WORDS : (int)n,
		n ? said : "the connection is lost");
}

/* A commit that did not wait for its standby ends well, but for a warning. */
static void noticed(void *data, const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *said = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	struct pg_link *l = data;

	if (!severity || strcmp(severity, "WARNING") != 0)
		return;
	l->warned = true;
	log_line(LOG_WARNING_, "PostgreSQL: %s", said ? said : "a warning");
}

/* ---- connecting ---- */

static enum status setting(char *out, size_t len, struct pg_link *l, const char *show)
{
	PGresult *r = PQexec(l->c, show);
	enum status st = STATUS_OK;

	if (PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1)
		snprintf(out, len, "%s", PQgetvalue(r, 0, 0));
	else
		st = pg_failed(l, r);
	PQclear(r);
	return st;
}

static enum status check_settings(struct pg_link *l)
{
	char sync[32] = "", fsync[32] = "", encoding[64] = "";
	enum status st = setting(sync, sizeof(sync), l, "SHOW synchronous_commit");

	if (!st)
		st = setting(fsync, sizeof(fsync), l, "SHOW fsync");
	if (!st)
		st = setting(encoding, sizeof(encoding), l, "SHOW server_encoding");
	if (st)
		return st;
	if (strcmp(sync, "off") == 0 || strcmp(sync, "local") == 0)
		return status_set(STATUS_IO,
			"PostgreSQL: synchronous_commit is %s: what is confirmed could be lost; "
			"set it to on, remote_write or remote_apply",
			sync);
	if (strcmp(fsync, "on") != 0)
		return status_set(STATUS_IO,
			"PostgreSQL: fsync is %s: what is confirmed could be lost; set it to on",
			fsync);
	if (strcmp(encoding, "UTF8") != 0)
		return status_set(STATUS_IO,
			"PostgreSQL: the database's encoding is %s; make one with ENCODING 'UTF8'",
			encoding);
	return STATUS_OK;
}

static enum status begin_session(struct pg_link *l)
{
	PGresult *r = PQexec(l->c, session);
	enum status st = PQresultStatus(r) == PGRES_COMMAND_OK ? STATUS_OK : pg_failed(l, r);

	PQclear(r);
	return st ? st : check_settings(l);
}

enum status pg_connect(struct pg_link *l, const char *url)
{
	/* what stands before the URL it may change, what follows it may not */
	static const char *const names[] = { "connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "keepalives_interval", "keepalives_count", "gssencmode",
		"application_name", "dbname", "target_session_attrs", "client_encoding", NULL };
	const char *values[] = { "3", "5000", "10", "5", "3", "disable", "verdictd", url, "primary",
		"UTF8", NULL };
	enum status st;

	pg_close(l);
	l->c = PQconnectdbParams(names, values, 1);
	st = PQstatus(l->c) == CONNECTION_OK ? STATUS_OK : pg_failed(l, NULL);
	if (!st) {
		PQsetNoticeReceiver(l->c, noticed, l);
		st = begin_session(l);
	}
	if (st)
		pg_close(l);
	return st;
}

static void name_of(char out[8], enum pg_name name)
{
	snprintf(out, 8, "v%d", (int)name);
}

enum status pg_prepare(struct pg_link *l)
{
	bool sent = PQenterPipelineMode(l->c) == 1;
	char name[8];

	for (int i = 0; sent && i < PG_COUNT; i++) {
		name_of(name, (enum pg_name)i);
		sent = PQsendPrepare(l->c, name, sql[i], 0, NULL) == 1;
	}
	l->piped = true;
	return sent ? pg_collect(NULL, l) : pg_failed(l, NULL);
}

void pg_close(struct pg_link *l)
{
	if (l->c)
		PQfinish(l->c);
	*l = (struct pg_link){ .c = NULL };
}

/* ---- arguments ---- */

static void add(struct pg_args *a, const void *value, size_t len, int format)
{
	a->values[a->n] = value;
	a->lengths[a->n] = (int)len;
	a->formats[a->n++] = format;
}

void pg_int(struct pg_args *a, uint64_t v)
{
	a->numbers[a->n] = htobe64(v);
	a->is_number[a->n] = true;	/* not by address: the struct may move */
	add(a, NULL, sizeof(v), 1);
}

void pg_text(struct pg_args *a, const char *text)
{
	add(a, text, text ? strlen(text) : 0, 0);
}

void pg_blob(struct pg_args *a, const void *ptr, size_t len)
{
	add(a, len ? ptr : "", len, 1);
}

/* ---- asking ---- */

static int send_one(struct pg_link *l, enum pg_name name, const struct pg_args *a)
{
	const char *values[PG_ARGS_MAX];
	char text[8];

	name_of(text, name);
	if (!a)
		return PQsendQueryPrepared(l->c, text, 0, NULL, NULL, NULL, 1);
	for (int i = 0; i < a->n; i++)
		values[i] = a->is_number[i] ? (const char *)&a->numbers[i] : a->values[i];
	return PQsendQueryPrepared(l->c, text, a->n, values, a->lengths, a->formats, 1);
}

static enum status not_open(void)
{
	return status_set(STATUS_IO, "PostgreSQL: not connected");
}

enum status pg_send(struct pg_link *l, enum pg_name name, const struct pg_args *a)
{
	if (!l->c)
		return not_open();
	if (!l->piped && PQenterPipelineMode(l->c) != 1)
		return pg_failed(l, NULL);
	l->piped = true;
	return send_one(l, name, a) ? STATUS_OK : pg_failed(l, NULL);
}

/* The next result, or NULL in *out; a server that says nothing for so long is given up. */
static enum status next(PGresult **out, struct pg_link *l)
{
	int64_t until = clock_boot_ms() + ANSWER_MS;
	struct pollfd p = { .events = POLLIN };

	*out = NULL;
	while (PQisBusy(l->c)) {
		int64_t left = until - clock_boot_ms();
		int flushed = PQflush(l->c);

		if (flushed < 0)
			return pg_failed(l, NULL);
		if (left <= 0) {
			pg_close(l);
			return status_set(
				STATUS_IO, "PostgreSQL: no answer within %d s", ANSWER_MS / 1000);
		}
		p.fd = PQsocket(l->c);
		p.events = (short)(flushed ? POLLIN | POLLOUT : POLLIN);
		if (poll(&p, 1, (int)left) > 0 && PQconsumeInput(l->c) != 1)
			return pg_failed(l, NULL);
	}
	*out = PQgetResult(l->c);
	return STATUS_OK;
}

static bool is_good(ExecStatusType s)
{
	return s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK || s == PGRES_SINGLE_TUPLE;
}

/* Keeps the first failure; the last rows where they are wanted. Takes over `r`. */
static void take(PGresult **rows_out, enum status *st, struct pg_link *l, PGresult *r)
{
	ExecStatusType s = PQresultStatus(r);

	if (!*st && !is_good(s))
		*st = s == PGRES_PIPELINE_ABORTED ? status_set(STATUS_IO, "PostgreSQL: not done")
						  : pg_failed(l, r);
	if (!*st && rows_out && s == PGRES_TUPLES_OK) {
		PQclear(*rows_out);
		*rows_out = r;
	} else {
		PQclear(r);
	}
}

/* Results until the mark that ends the pipeline; between them stand NULLs, two of which mean that
 * nothing comes. */
static enum status until_sync(PGresult **rows_out, struct pg_link *l)
{
	enum status st = STATUS_OK, got;
	int nothing = 0;
	PGresult *r;

	while (!(got = next(&r, l)) && nothing < 2) {
		if (!r) {
			nothing++;
			continue;
		}
		nothing = 0;
		if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
			PQclear(r);
			return st;
		}
		take(rows_out, &st, l, r);
	}
	return st ? st : got ? got : pg_failed(l, NULL);
}

enum status pg_collect(PGresult **rows_out, struct pg_link *l)
{
	PGresult *rows = NULL;
	enum status st;

	if (!l->c)
		return not_open();
	st = PQpipelineSync(l->c) == 1 ? until_sync(&rows, l) : pg_failed(l, NULL);
	if (l->c && PQexitPipelineMode(l->c) != 1 && !st)
		st = pg_failed(l, NULL);
	l->piped = false;
	if (st || !rows_out)
		PQclear(rows);
	else
		*rows_out = rows;
	return st;
}

static enum status until_end(PGresult **rows_out, struct pg_link *l)
{
	enum status st = STATUS_OK, got;
	PGresult *r;

	while (!(got = next(&r, l)) && r)
		take(rows_out, &st, l, r);
	return st ? st : got;
}

enum status pg_ask(
	PGresult **rows_out, struct pg_link *l, enum pg_name name, const struct pg_args *a)
{
	PGresult *rows = NULL;
	enum status st;

	if (!l->c)
		return not_open();
	st = send_one(l, name, a) ? until_end(&rows, l) : pg_failed(l, NULL);
	if (st || !rows_out)
		PQclear(rows);
	else
		*rows_out = rows;
	return st;
}

enum status pg_each(struct pg_link *l, enum pg_name name, const struct pg_args *a,
	enum status (*row)(const PGresult *r, void *data), void *data)
{
	enum status st = STATUS_OK, got;
	PGresult *r;

	if (!l->c)
		return not_open();
	if (!send_one(l, name, a) || !PQsetSingleRowMode(l->c))
		return pg_failed(l, NULL);
	while (!(got = next(&r, l)) && r) {
		if (!st && PQresultStatus(r) == PGRES_SINGLE_TUPLE)
			st = row(r, data);
		take(NULL, &st, l, r);
	}
	return st ? st : got;
}

/* ---- values ---- */

uint64_t pg_u64(const PGresult *r, int row, int column)
{
	uint64_t v = 0;

	if (PQgetlength(r, row, column) == sizeof(v))
		memcpy(&v, PQgetvalue(r, row, column), sizeof(v));
	return be64toh(v);
}

enum status pg_bytes(void *out, size_t len, const PGresult *r, int row, int column)
{
	if (PQgetlength(r, row, column) != (int)len)
		return status_set(STATUS_CORRUPT, "PostgreSQL: a value of another length");
	memcpy(out, PQgetvalue(r, row, column), len);
	return STATUS_OK;
}
