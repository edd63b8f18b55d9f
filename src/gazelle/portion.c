/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries whose rows come in portions, each by a connection of its own that shares the snapshot: the server sorts them
 * side by side while the definitions are read, and goes on while rows are joined here. Where it gives no more
 * connections they take turns at the first one. Gazelle layer; the thread that reads, and one that connects.
 */
#include "gazelle_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/thread.h"

#define PORTION "2000"

struct ahead {
	struct thread *thread;
	const char *url, *snapshot;
	int64_t session;
	size_t n;
	struct begun { const char *name; char *declare; PGconn *c; } at[PORTIONS_MAX];
};

static char *declare(const char *name, const char *sql)
{
	return mem_printf("DECLARE %s NO SCROLL CURSOR FOR %s", name, sql);
}

static bool fetch(PGconn *c, const char *name)
{
	char sql[80];

	snprintf(sql, sizeof(sql), "FETCH FORWARD " PORTION " FROM %s", name);
	return PQsendQuery(c, sql) == 1;
}

/* ---- ahead ---- */

static bool begin_one(const struct ahead *a, struct begun *b)
{
	PGresult *r = NULL;
	bool good = false;

	b->c = link_beside(a->url, a->snapshot);
	if (b->c) {
		r = link_ask(b->c, a->session, b->declare);
		good = PQresultStatus(r) == PGRES_COMMAND_OK && fetch(b->c, b->name);
	}
	PQclear(r);
	return good;
}

/* All or none: who shares a connection with another cannot have rows on the way. */
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
	*a = (struct ahead){ .url = g->url, .snapshot = g->snapshot, .session = g->session };
	buf_init(&sql, 65536);
	g->silent = true;	/* what these leave out is told when their turn has come */
	for (size_t i = 0; i < n && !st; i++) {
		buf_reset(&sql);
		st = link_adapt(&sql, g, asked[i].sql);
		a->at[a->n].name = asked[i].name;
		a->at[a->n++].declare = declare(asked[i].name, buf_str(&sql));
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
		mem_free(a->at[i].declare);
	}
	mem_free(a);
	g->ahead = NULL;
}

/* ---- one ---- */

enum status portion_open(struct portion *p, struct gazelle *g, const struct asked *asked)
{
	PGresult *r = NULL;
	struct buf sql;
	char *command;
	enum status st;

	*p = (struct portion){ .g = g, .name = asked->name };
	buf_init(&sql, 65536);
	st = link_adapt(&sql, g, asked->sql);
	p->c = st ? NULL : take_begun(g, asked->name);
	p->own = p->c != NULL;
	if (!st && !p->own) {
		p->c = g->c;
		command = declare(asked->name, buf_str(&sql));
		r = link_ask(p->c, g->session, command);
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			st = link_failed(p->c, r, p->name);
		mem_free(command);
	}
	PQclear(r);
	buf_done(&sql);
	return st;
}

/* What is on the way, whole. */
static PGresult *receive(PGconn *c)
{
	PGresult *r = PQgetResult(c), *more;

	while ((more = PQgetResult(c))) {
		PQclear(r);
		r = more;
	}
	return r;
}

static enum status next_portion(struct portion *p)
{
	bool good = p->own || fetch(p->c, p->name);

	PQclear(p->r);
	p->r = good ? receive(p->c) : NULL;
	p->at = 0;
	p->rows = 0;
	if (PQresultStatus(p->r) != PGRES_TUPLES_OK)
		return link_failed(p->c, p->r, p->name);
	p->rows = PQntuples(p->r);
	p->end = p->rows == 0;
	if (p->own && !p->end && !fetch(p->c, p->name))
		return link_failed(p->c, NULL, p->name);
	return STATUS_OK;
}

enum status portion_peek(int64_t *key_out, struct portion *p)
{
	enum status st = STATUS_OK;

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
	p->at++;
}

const char *portion_text(const struct portion *p, int column)
{
	return PQgetvalue(p->r, p->at, column);
}

int64_t portion_int(const struct portion *p, int column, int64_t otherwise)
{
	return link_number(PQgetvalue(p->r, p->at, column), otherwise);
}

void portion_close(struct portion *p)
{
	PQclear(p->r);
	if (p->own)
		PQfinish(p->c);
	*p = (struct portion){ .end = true };
}
