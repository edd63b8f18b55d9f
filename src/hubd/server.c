/* SPDX-License-Identifier: Apache-2.0 */
/* Daemons of libmicrohttpd: begin, reload, drain, end. Layer: hubd. Main thread, but for the
 * callbacks. */
#include "hubd_priv.h"

#include <string.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define POOL 2
#define CONNECTION_MEMORY (16u << 10)
#define TIMEOUT_S 30
#define TURN_NS 20000000
#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA"

static void changed(struct hub_event *e, uint64_t size, void *data)
{
	struct hubd *s = data;

	polls_wake(s, e, size);
	if (s->live)
		live_news(s->live, e);
}

struct hubd *hubd_new(const struct hubd_options *o)
{
	struct hubd *s = mem_zalloc(sizeof(*s));

	s->o = *o;
	if (s->o.timeout_s == 0)
		s->o.timeout_s = TIMEOUT_S;
	s->by_key = limits_new(o->limits.key_rate, o->limits.key_burst);
	s->by_address = limits_new(o->limits.address_rate, o->limits.address_burst);
	s->by_reader = limits_new(o->limits.reader_rate, o->limits.reader_burst);
	s->live = o->site ? live_new(s) : NULL;
	s->begun = clock_mono_ns();
	lock_init(&s->lock);
	polls_init(&s->polls);
	hub_on_change(o->hub, changed, s);
	return s;
}

/* Paths and queries are taken apart by our own hand (uri.c). */
static size_t leave(void *cls, struct MHD_Connection *c, char *text)
{
	(void)cls;
	(void)c;
	return strlen(text);
}

/* What libmicrohttpd has to say is about peers that break off. */
static void hush(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

static struct MHD_Daemon *start(struct serving *v)
{
	const struct hubd_options *o = &v->s->o;
	bool tls = v->socket.kind == LISTEN_TLS;
	/* Behind a proxy all connections come from one address; without one nobody may take more
	 * than half. */
	unsigned int per_address = o->limits.per_address ? o->limits.per_address
		: tls                                    ? (o->limits.connections + 1) / 2
							 : 0;
	struct MHD_OptionItem more[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, v->tls.key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, v->tls.certificate },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ITC | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, request_handle, v, MHD_OPTION_EXTERNAL_LOGGER, hush, NULL,
		MHD_OPTION_LISTEN_SOCKET, v->socket.fd, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned int)POOL, MHD_OPTION_URI_LOG_CALLBACK, request_uri, v,
		MHD_OPTION_UNESCAPE_CALLBACK, leave, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		request_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, o->limits.connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address, MHD_OPTION_CONNECTION_TIMEOUT,
		o->timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls ? more : more + 3,
		MHD_OPTION_END);
}

static void serving_free(struct serving *v)
{
	tls_identity_done(&v->tls);
	mem_free(v);
}

static struct serving *serving_new(
	struct hubd *s, const struct listen_socket *l, const struct tls_identity *t)
{
	struct serving *v = mem_zalloc(sizeof(*v));

	v->s = s;
	v->socket = *l;
	if (t && l->kind == LISTEN_TLS) {
		v->tls = *t;
		v->tls.certificate = mem_strdup(t->certificate);
		v->tls.key = mem_strdup(t->key);
	}
	return v;
}

static enum status add(struct hubd *s, struct serving *v)
{
	if (s->n_servings == SERVINGS_MAX) {
		serving_free(v);
		return status_set(STATUS_LIMIT, "more than %d sockets at once", SERVINGS_MAX);
	}
	v->d = start(v);
	if (!v->d) {
		enum status st = status_set(STATUS_ERROR, "%s: cannot serve there%s",
			v->socket.host,
			v->socket.kind == LISTEN_TLS ? "; are certificate and key good?" : "");

		serving_free(v);
		return st;
	}
	s->servings[s->n_servings++] = v;
	return STATUS_OK;
}

enum status hubd_serve(struct hubd *s, const struct listen_socket *l, const struct tls_identity *t)
{
	enum status st;

	if (l->kind == LISTEN_TLS && !t)
		return status_set(STATUS_ERROR, "%s: TLS without a certificate", l->host);
	lock_take(&s->lock);
	st = add(s, serving_new(s, l, t));
	lock_give(&s->lock);
	return st;
}

/* The old daemon gives up the listening socket and keeps its connections; the new one takes it. */
static enum status replace(struct hubd *s, struct serving *old, const struct tls_identity *t)
{
	struct listen_socket socket = old->socket;

	if (MHD_quiesce_daemon(old->d) == MHD_INVALID_SOCKET)
		return status_set(
			STATUS_ERROR, "%s: cannot take another certificate", old->socket.host);
	atomic_store(&old->closing, true);
	old->socket.fd = -1;
	return add(s, serving_new(s, &socket, t));
}

enum status hubd_reload(struct hubd *s, const struct tls_identity *t)
{
	enum status st = STATUS_OK;
	size_t n;

	lock_take(&s->lock);
	n = s->n_servings;
	for (size_t i = 0; !st && i < n; i++)
		if (s->servings[i]->socket.kind == LISTEN_TLS && s->servings[i]->socket.fd >= 0)
			st = replace(s, s->servings[i], t);
	lock_give(&s->lock);
	return st;
}

static unsigned int connections(struct serving *v)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(v->d, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

void hubd_tick(struct hubd *s)
{
	polls_expire(s, clock_mono_ns() / 1000000);
	lock_take(&s->lock);
	for (size_t i = s->n_servings; i-- > 0; ) {
		struct serving *v = s->servings[i];

		if (!atomic_load(&v->closing) || connections(v) > 0)
			continue;
		MHD_stop_daemon(v->d);
		serving_free(v);
		s->servings[i] = s->servings[--s->n_servings];
	}
	lock_give(&s->lock);
}

bool hubd_drain(struct hubd *s, int64_t ms)
{
	const struct timespec turn = { 0, TURN_NS };
	int64_t until = clock_mono_ns() + ms * 1000000;

	atomic_store(&s->stopping, true);
	live_stop(s->live);
	lock_take(&s->lock);
	for (size_t i = 0; i < s->n_servings; i++)
		if (s->servings[i]->socket.fd >= 0)
			MHD_quiesce_daemon(s->servings[i]->d);
	lock_give(&s->lock);
	do {
		polls_wake(s, NULL, 0);
		if (atomic_load(&s->metrics.active) == 0)
			return true;
		nanosleep(&turn, NULL);
	} while (clock_mono_ns() < until);
	return false;
}

void hubd_free(struct hubd *s)
{
	if (!s)
		return;
	polls_wake(s, NULL, 0);
	for (size_t i = 0; i < s->n_servings; i++) {
		MHD_stop_daemon(s->servings[i]->d);
		listen_close(&s->servings[i]->socket);
		serving_free(s->servings[i]);
	}
	polls_done(&s->polls);
	lock_done(&s->lock);
	limits_free(s->by_key);
	limits_free(s->by_address);
	limits_free(s->by_reader);
	live_free(s->live);
	mem_free(s);
}
