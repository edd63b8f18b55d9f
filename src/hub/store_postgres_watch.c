/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears what other processes of the same database commit: a connection that listens, on a thread of
 * its own. After a loss it connects again and tells that anything may have happened. Hub layer.
 */
#include "store_postgres.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"

#define AGAIN_MS 500

struct pg_watch {
	struct postgres_store *t;
	void (*cb)(const char *event, void *data);
	void *data;
	struct pg_link link;
	int stop;		/* eventfd */
	struct thread *thread;
};

static bool is_own(struct postgres_store *t, int pid)
{
	bool own;

	lock_take(&t->lock);
	own = pid == t->writer_pid;
	lock_give(&t->lock);
	return own;
}

static bool connect_and_listen(struct pg_watch *w)
{
	enum status st = pg_connect(&w->link, w->t->url);
	PGresult *r;

	if (st)
		return false;
	r = PQexec(w->link.c, "LISTEN " PG_CHANNEL);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		pg_close(&w->link);
	PQclear(r);
	return w->link.c != NULL;
}

/* What was said while nobody listened is not known: any event may have moved. */
static void tell_all(struct pg_watch *w)
{
	PGresult *r = PQexec(w->link.c, "SELECT id FROM event ORDER BY key");

	for (int i = 0; PQresultStatus(r) == PGRES_TUPLES_OK && i < PQntuples(r); i++)
		w->cb(PQgetvalue(r, i, 0), w->data);
	PQclear(r);
}

static void hear(struct pg_watch *w)
{
	PGnotify *n;

	if (PQconsumeInput(w->link.c) != 1) {
		log_line(LOG_WARNING_, "PostgreSQL: the connection that listens is lost");
		pg_close(&w->link);
		return;
	}
	while ((n = PQnotifies(w->link.c))) {
		if (!is_own(w->t, n->be_pid))
			w->cb(n->extra, w->data);
		PQfreemem(n);
	}
}

static void run(void *data)
{
	struct pg_watch *w = data;
	struct pollfd p[2] = { { .fd = w->stop, .events = POLLIN }, { .events = POLLIN } };

	for (;;) {
		if (!w->link.c && connect_and_listen(w))
			tell_all(w);
		p[1].fd = w->link.c ? PQsocket(w->link.c) : -1;
		p[0].revents = p[1].revents = 0;
		if (poll(p, 2, w->link.c ? -1 : AGAIN_MS) > 0 && p[0].revents)
			break;
		if (p[1].revents)
			hear(w);
	}
}

static void stop(struct postgres_store *t)
{
	struct pg_watch *w = t->watch;

	if (!w)
		return;
	eventfd_write(w->stop, 1);
	thread_join(w->thread);
	pg_close(&w->link);
	close(w->stop);
	mem_free(w);
	t->watch = NULL;
}

void postgres_watch(struct hub_store *base, void (*cb)(const char *event, void *data), void *data)
{
	struct postgres_store *t = (struct postgres_store *)base;
	struct pg_watch *w;

	stop(t);
	if (!cb)
		return;
	w = mem_zalloc(sizeof(*w));
	*w = (struct pg_watch){ .t = t, .cb = cb, .data = data, .stop = eventfd(0, EFD_CLOEXEC) };
	t->watch = w;
	w->thread = thread_start("hub-listen", run, w);
}
