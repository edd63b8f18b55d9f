/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries whose rows come as they are wanted, each by a COPY on a connection of its own that shares the snapshot: the
 * server sorts them side by side while the definitions are read, and goes on while rows are joined here. Where it gives
 * no more connections they come in portions, in turn, by cursors on the first one. Gazelle layer; the thread that reads,
 * and one that connects.
 */
#include "gazelle_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/thread.h"

#define PORTION "4000"
#define SQL_BYTES 65536

struct ahead {
	struct thread *thread;
	const char *url, *snapshot;
	size_t n;
	struct begun { const char *name; char *copy; PGconn *c; } at[PORTIONS_MAX];
};

/* ---- ahead ---- */

/* COPY takes no parameters. */
static char *copy_of(const char *sql, int64_t session)
{
	const char *at;
	struct buf b;
	char *text;

	buf_init(&b, 2 * SQL_BYTES);
	buf_adds(&b, "COPY (");
	for (; (at = strstr(sql, "$1")); sql = at + 2) {
		buf_add(&b, sql, (size_t)(at - sql));
		buf_printf(&b, "%lld", (long long)session);
	}
	buf_printf(&b, "%s) TO STDOUT", sql);
	text = mem_strdup(buf_str(&b));
	buf_done(&b);
	return text;
}

static bool begin_one(const struct ahead *a, struct begun *b)
{
	b->c = link_beside(a->url, a->snapshot);
	return b->c && PQsendQuery(b->c, b->copy) == 1;
}

/* All or none: what shares a connection with another cannot have rows on the way. */
static void begin_all(void *data)
{
	struct ahead *a = data;
	bool good = true;

	for (size_t i = 0; i < a->n && good; i++)
		good = begin_one(a, &a->at[i]);
	for (size_t i = 0; i < a->n && !good; i++) {
		PQfinish(a->at[i].c);
		a->at[i].c = NULL;
	}
}

void portions_begin(struct gazelle *g, const struct asked *asked, size_t n)
{
	struct ahead *a;
	struct buf sql;
	enum status st = STATUS_OK;

	if (!*g->snapshot)
		return;
	a = mem_zalloc(sizeof(*a));
	*a = (struct ahead){ .url = g->url, .snapshot = g->snapshot };
	buf_init(&sql, SQL_BYTES);
	g->silent = true;	/* what these leave out is told when their turn has come */
	for (size_t i = 0; i < n && !st; i++) {
		buf_reset(&sql);
		st = link_adapt(&sql, g, asked[i].sql);
		a->at[a->n].name = asked[i].name;
		a->at[a->n++].copy = copy_of(buf_str(&sql), g->session);
	}
	g->silent = false;
	buf_done(&sql);
	g->ahead = a;
	if (!st)
		a->thread = thread_start("gazelle", begin_all, a);
	else
		status_clear();
}

static PGconn *take_begun(struct gazelle *g, const char *name)
{
	struct ahead *a = g->ahead;
	PGconn *c = NULL;

	if (!a)
		return NULL;
	thread_join(a->thread);
	a->thread = NULL;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->at[i].name, name) == 0 && a->at[i].c) {
			c = a->at[i].c;
			a->at[i].c = NULL;
		}
	return c;
}

void portions_end(struct gazelle *g)
{
	struct ahead *a = g->ahead;

	if (!a)
		return;
	thread_join(a->thread);
	for (size_t i = 0; i < a->n; i++) {
		PQfinish(a->at[i].c);
		mem_free(a->at[i].copy);
	}
	mem_free(a);
	g->ahead = NULL;
}

/* ---- one ---- */

enum status portion_open(struct portion *p, struct gazelle *g, const struct asked *asked)
{
	PGresult *r = NULL;
	struct buf sql;
	char *declare;
	enum status st;

	*p = (struct portion){ .g = g, .name = asked->name };
	buf_init(&sql, SQL_BYTES);
	st = link_adapt(&sql, g, asked->sql);
	p->c = st ? NULL : take_begun(g, asked->name);
	p->own = p->c != NULL;
	if (!st && !p->own) {
		p->c = g->c;
		declare = mem_printf("DECLARE %s NO SCROLL CURSOR FOR %s", p->name, buf_str(&sql));
		r = link_ask(p->c, g->session, declare);
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			st = link_failed(p->c, r, p->name);
		mem_free(declare);
	}
	PQclear(r);
	buf_done(&sql);
	return st;
}

static enum status next_portion(struct portion *p)
{
	char sql[80];

	PQclear(p->r);
	snprintf(sql, sizeof(sql), "FETCH FORWARD " PORTION " FROM %s", p->name);
	p->r = PQexec(p->c, sql);
	p->at = 0;
	p->rows = 0;
	if (PQresultStatus(p->r) != PGRES_TUPLES_OK)
		return link_failed(p->c, p->r, p->name);
	p->rows = PQntuples(p->r);
	p->end = p->rows == 0;
	return STATUS_OK;
}

/* What stands behind a backslash; digits are never written. */
static char unescape(char c)
{
	static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
	const char *at = strchr(from, c);

	return at && c ? to[at - from] : c;
}

/* A row as COPY writes it, in place: fields part at tabs, \N is no value. */
static void split(struct portion *p, char *row)
{
	char *to = row;
	int n = 0;

	for (int i = 0; i < PORTION_FIELDS; i++)
		p->field[i] = "";
	p->field[n++] = to;
	for (; *row && *row != '\n'; row++) {
		if (*row == '\t') {
			*to++ = '\0';
			if (n == PORTION_FIELDS)
				break;
			p->field[n++] = to;
		} else if (*row == '\\' && row[1] == 'N') {
			row++;
		} else if (*row == '\\' && row[1]) {
			*to++ = unescape(*++row);
		} else {
			*to++ = *row;
		}
	}
	*to = '\0';
}

/* Its answer: that rows follow, or that all have come. */
static enum status answer(struct portion *p, ExecStatusType want)
{
	PGresult *r = PQgetResult(p->c);
	enum status st = PQresultStatus(r) == want ? STATUS_OK : link_failed(p->c, r, p->name);

	PQclear(r);
	return st;
}

static enum status next_row(struct portion *p)
{
	enum status st = p->begun ? STATUS_OK : answer(p, PGRES_COPY_OUT);
	int n;

	p->begun = true;
	if (st)
		return st;
	n = PQgetCopyData(p->c, &p->row, 0);
	if (n > 0) {
		split(p, p->row);
		p->key = link_number(p->field[0], -1);
		return STATUS_OK;
	}
	p->row = NULL;
	p->end = true;
	return n == -1 ? answer(p, PGRES_COMMAND_OK) : link_failed(p->c, NULL, p->name);
}

enum status portion_peek(int64_t *key_out, struct portion *p)
{
	enum status st = STATUS_OK;

	if (p->own) {
		if (!p->row && !p->end)
			st = next_row(p);
		*key_out = p->key;
		return st ? st : p->row ? STATUS_OK : STATUS_NOT_FOUND;
	}
	if (p->at >= p->rows && !p->end && p->name)
		st = next_portion(p);
	if (st)
		return st;
	if (p->at >= p->rows)
		return STATUS_NOT_FOUND;
	*key_out = link_number(PQgetvalue(p->r, p->at, 0), -1);
	return STATUS_OK;
}

void portion_next(struct portion *p)
{
	PQfreemem(p->row);
	p->row = NULL;
	p->at++;
}

const char *portion_text(const struct portion *p, int column)
{
	return p->own ? p->field[column] : PQgetvalue(p->r, p->at, column);
}

int64_t portion_int(const struct portion *p, int column, int64_t otherwise)
{
	return link_number(portion_text(p, column), otherwise);
}

void portion_close(struct portion *p)
{
	PQclear(p->r);
	PQfreemem(p->row);
	if (p->own)
		PQfinish(p->c);
	*p = (struct portion){ .end = true };
}
