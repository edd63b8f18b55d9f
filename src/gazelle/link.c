/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to Gazelle's database: one read-only snapshot, which columns there are, queries that adapt to them.
 * Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 300		/* of the server that are repeated */
#define SQL_MAX 65536

enum status link_failed(PGconn *c, const PGresult *r, const char *what)
{
	const char *said = r ? PQresultErrorMessage(r) : PQerrorMessage(c);
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	size_t n;

	if (strncmp(said, "ERROR:", 6) == 0)
		said += 6 + strspn(said + 6, " ");
	n = strcspn(said, "\n");
	if (state && strcmp(state, "42501") == 0)
		return status_set(STATUS_DENIED, "Gazelle's database: %.*s; give this role SELECT on its tables",
			n > WORDS ? WORDS : (int)n, said);
	return status_set(PQstatus(c) == CONNECTION_OK ? STATUS_INVALID : STATUS_OFFLINE, "Gazelle's database: %s%s%.*s",
		what, *what ? ": " : "", n > WORDS ? WORDS : (int)n, n ? said : "the connection is lost");
}

enum status link_do(struct gazelle *g, const char *sql)
{
	PGresult *r = PQexec(g->c, sql);
	ExecStatusType got = PQresultStatus(r);
	enum status st = got == PGRES_COMMAND_OK || got == PGRES_TUPLES_OK ? STATUS_OK : link_failed(g->c, r, "");

	PQclear(r);
	return st;
}

/* Columns that this role may read, of tables that are found without naming a schema. */
static const char sql_columns[] = "SELECT c.relname, a.attname, t.typname, c.relkind "
	"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
	"JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
	"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped "
	"AND c.relname IN (";
static const char sql_columns_end[] = ") AND pg_catalog.pg_table_is_visible(c.oid) "
	"AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')";

static enum status read_columns(struct gazelle *g, const char *const *tables, size_t n)
{
	PGresult *r;
	enum status st = STATUS_OK;
	char name[160];
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_adds(&sql, sql_columns);
	for (size_t i = 0; i < n; i++)
		buf_printf(&sql, "%s'%s'", i ? ", " : "", tables[i]);
	buf_adds(&sql, sql_columns_end);
	r = PQexec(g->c, buf_str(&sql));
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		st = link_failed(g->c, r, "cannot read which tables there are");
	for (int i = 0; !st && i < PQntuples(r); i++) {
		snprintf(name, sizeof(name), "%s.%s", PQgetvalue(r, i, 0), PQgetvalue(r, i, 1));
		map_set(g->columns, name, arena_str(&g->a, PQgetvalue(r, i, 2)));
		map_set(g->columns, PQgetvalue(r, i, 0), arena_str(&g->a, PQgetvalue(r, i, 3)));
	}
	PQclear(r);
	buf_done(&sql);
	return st;
}

static void quiet(void *data, const PGresult *r)
{
	(void)data;
	(void)r;
}

/* One command, whatever it gives; of a word the first. */
static bool command(PGconn *c, const char *sql, char *word, size_t max)
{
	PGresult *r = PQexec(c, sql);
	bool done = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;

	if (word && done)
		snprintf(word, max, "%s", PQntuples(r) ? PQgetvalue(r, 0, 0) : "");
	PQclear(r);
	return done;
}

#define BEGIN_ "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#define COMPILES 110000			/* from this release on, where it believes that a query is long */
#define SNAPSHOTS_SHARED 100000		/* from this release on without a number of its own for who shares */

/* All rows are wanted, in order, and soon: no plan for the first ones, no sorting on disk. One journey for all. */
static bool connect_to(PGconn **out, const char *url)
{
	static const char session[] = "SET default_transaction_read_only = on; SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'; "
		"SET client_encoding = 'UTF8'; SET statement_timeout = '10min'; SET cursor_tuple_fraction = 1.0; "
		"SET work_mem = '64MB'";
	static const char *const keys[] = { "dbname", "connect_timeout", "fallback_application_name", NULL };
	const char *values[] = { url, "10", "verdictd", NULL };
	PGconn *c = PQconnectdbParams(keys, values, 1);

	PQsetNoticeReceiver(c, quiet, NULL);
	*out = c;
	return PQstatus(c) == CONNECTION_OK && command(c, session, NULL, 0) &&
		(PQserverVersion(c) < COMPILES || command(c, "SET jit = off", NULL, 0));
}

PGconn *link_beside(const char *url, const char *snapshot)
{
	char *share = mem_printf("SET TRANSACTION SNAPSHOT '%s'", snapshot);
	PGconn *c;
	/* there are as many connections as a server has processors to spare */
	bool good = connect_to(&c, url) && command(c, "SET max_parallel_workers_per_gather = 0", NULL, 0) &&
		command(c, BEGIN_, NULL, 0) && command(c, share, NULL, 0);

	mem_free(share);
	if (good)
		return c;
	PQfinish(c);
	return NULL;
}

/* The snapshot, with a name that other connections can take it by, where the server gives one. */
static enum status begin(struct gazelle *g)
{
	if (!command(g->c, BEGIN_, NULL, 0))
		return link_failed(g->c, NULL, "");
	if (PQserverVersion(g->c) < SNAPSHOTS_SHARED)
		return STATUS_OK;
	if (command(g->c, "SELECT pg_catalog.pg_export_snapshot()", g->snapshot, sizeof(g->snapshot)) &&
		strspn(g->snapshot, "0123456789ABCDEFabcdef-") == strlen(g->snapshot))
		return STATUS_OK;
	g->snapshot[0] = '\0';
	(void)command(g->c, "ROLLBACK", NULL, 0);
	return command(g->c, BEGIN_, NULL, 0) ? STATUS_OK : link_failed(g->c, NULL, "");
}

enum status link_connect(struct gazelle *g, const char *url, const char *const *tables, size_t n)
{
	PQconninfoOption *check;
	char *why = NULL;
	enum status st;

	check = PQconninfoParse(url, &why);
	PQconninfoFree(check);
	if (why) {
		/* it may repeat the URL, and with it a password */
		PQfreemem(why);
		return status_set(STATUS_USAGE, "this is no address such as postgresql://reader@gazelle.example/gazelle");
	}
	g->url = arena_str(&g->a, url);
	if (!connect_to(&g->c, url)) {
		const char *said = PQerrorMessage(g->c);

		return PQstatus(g->c) == CONNECTION_OK ? link_failed(g->c, NULL, "")
			: status_set(STATUS_OFFLINE, "Gazelle's database: %.*s", (int)strcspn(said, "\n"), said);
	}
	st = begin(g);
	return st ? st : read_columns(g, tables, n);
}

bool link_has(const struct gazelle *g, const char *column)
{
	return map_get(g->columns, column) != NULL;
}

/* ---- queries that adapt ---- */

struct query { struct gazelle *g; struct buf *b; enum status st; };

static void left_out(struct query *q, const char *table, const char *column)
{
	if (link_has(q->g, table))
		tell_left_out(q->g, "%s has no column %s", table, column);
	/* a table that is not there is told by who asks for it */
}

static const char *zone_of_days(const struct gazelle *g)
{
	return g->zone_sql ? g->zone_sql : "'UTC'";
}

/* "@a:table.one|two": what stands for it. */
static void put_column(struct query *q, const char *p, size_t len)
{
	char word[200], alias[32], table[64], name[160], *column, *next;
	bool moment = false, need = false;
	const char *type = NULL;

	snprintf(word, sizeof(word), "%.*s", (int)len, p);
	p = word;
	if (*p == '%') {
		buf_adds(q->b, zone_of_days(q->g));
		return;
	}
	for (; *p == '@' || *p == '!'; p++) {
		moment = moment || *p == '@';
		need = need || *p == '!';
	}
	if (sscanf(p, "%31[^:]:%63[^.].", alias, table) != 2) {
		q->st = status_set(STATUS_ERROR, "a query of this program is wrong at %s", word);
		return;
	}
	column = strrchr(word, '.') + 1;
	for (; column; column = next) {
		next = strchr(column, '|');
		if (next)
			*next++ = '\0';
		snprintf(name, sizeof(name), "%s.%s", table, column);
		type = map_get(q->g->columns, name);
		if (type)
			break;
		if (!next && !need)
			left_out(q, table, column);
		if (!next && need && !q->st)
			q->st = status_set(STATUS_INVALID, "Gazelle's database: %s is not there, or this role may not read it; "
				"without it nothing can be imported", name);
	}
	if (!type)
		buf_adds(q->b, "NULL");
	else if (moment && strcmp(type, "timestamp") == 0)
		buf_printf(q->b, "(%s.%s AT TIME ZONE %s)", alias, column, zone_of_days(q->g));
	else
		buf_printf(q->b, "%s.%s", alias, column);
	if (type && moment && strcmp(type, "timestamp") == 0)
		tell_left_out(q->g, "%s: moments without a zone, taken as of %s", name, q->g->zone ? q->g->zone : "UTC");
}

static size_t put_part(struct query *q, const char *p, char until);

/* "[table: …]", "[-table: …]": how long it is. */
static size_t put_optional(struct query *q, const char *p)
{
	char table[64];
	size_t len = strcspn(p + 1, ":"), inner;
	bool without = p[1] == '-', here;
	size_t before = q->b->len;

	snprintf(table, sizeof(table), "%.*s", (int)len - without, p + 1 + without);
	here = link_has(q->g, table) != without;
	inner = put_part(q, p + 2 + len, ']');
	if (!here)
		buf_cut(q->b, before, q->b->len - before);
	return inner + len + 3;
}

/* Returns how many bytes were taken, without `until`. */
static size_t put_part(struct query *q, const char *p, char until)
{
	const char *begin = p;

	while (*p && *p != until) {
		size_t n = strcspn(p, "{[]");

		if (n) {
			buf_add(q->b, p, n);
			p += n;
		} else if (*p == '{') {
			n = strcspn(p, "}");
			put_column(q, p + 1, n - 1);
			p += n + 1;
		} else if (*p == '[') {
			p += put_optional(q, p);
		} else {
			break;
		}
	}
	return (size_t)(p - begin);
}

enum status link_adapt(struct buf *out, struct gazelle *g, const char *sql)
{
	struct query q = { .g = g, .b = out };

	put_part(&q, sql, '\0');
	return q.st;
}

PGresult *link_ask(PGconn *c, int64_t session, const char *sql)
{
	const char *value[1];
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)session);
	value[0] = number;
	return strstr(sql, "$1") ? PQexecParams(c, sql, 1, NULL, value, NULL, NULL, 0) : PQexec(c, sql);
}

/* ---- whole tables ---- */

int64_t link_number(const char *text, int64_t otherwise)
{
	int64_t small = 0;
	size_t i;
	char *end;
	long long n;

	for (i = 0; i < 18 && text[i] >= '0' && text[i] <= '9'; i++)	/* nearly all */
		small = small * 10 + (text[i] - '0');
	if (i && text[i] == '\0')
		return small;

	errno = 0;
	n = strtoll(text, &end, 10);
	return *text && *end == '\0' && errno == 0 ? n : otherwise;
}

enum status link_rel(struct rel *out, struct gazelle *g, const char *sql)
{
	struct buf b;
	enum status st;

	rel_done(out);
	buf_init(&b, SQL_MAX);
	st = link_adapt(&b, g, sql);
	if (st)
		goto out;
	buf_printf(&b, " LIMIT %d", REL_ROWS_MAX + 1);
	out->r = link_ask(g->c, g->session, buf_str(&b));
	if (PQresultStatus(out->r) != PGRES_TUPLES_OK) {
		st = link_failed(g->c, out->r, "");
		rel_done(out);
		goto out;
	}
	out->rows = PQntuples(out->r);
	if (out->rows > REL_ROWS_MAX) {
		rel_done(out);
		st = status_set(STATUS_LIMIT, "Gazelle's database: more than %d definitions of one kind", REL_ROWS_MAX);
		goto out;
	}
	out->key = mem_array((size_t)out->rows + 1, sizeof(*out->key));
	for (int i = 0; i < out->rows; i++)
		out->key[i] = link_number(PQgetvalue(out->r, i, 0), 0);
out:
	buf_done(&b);
	return st;
}

void rel_done(struct rel *r)
{
	PQclear(r->r);
	mem_free(r->key);
	*r = (struct rel){ NULL, NULL, 0 };
}

const char *rel_text(const struct rel *r, int row, int column)
{
	return PQgetvalue(r->r, row, column);
}

bool rel_null(const struct rel *r, int row, int column)
{
	return PQgetisnull(r->r, row, column) != 0;
}

int64_t rel_int(const struct rel *r, int row, int column, int64_t otherwise)
{
	return link_number(PQgetvalue(r->r, row, column), otherwise);
}

int rel_find(const struct rel *r, int64_t key)
{
	int low = 0, high = r->rows;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (r->key[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->rows && r->key[low] == key ? low : -1;
}

int rel_count(const struct rel *r, int first)
{
	int n = 0;

	while (first >= 0 && first + n < r->rows && r->key[first + n] == r->key[first])
		n++;
	return n;
}
