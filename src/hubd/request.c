/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request from its first line to its end: route, limits, token, body, run, wait, answer. Whatever
 * is wrong is answered before a byte of the body is taken. Layer: hubd. A thread of the pool, one
 * at a time a request.
 */
#include "hubd_priv.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/packed.h"
#include "verdict/proto/content.h"

#define OUT_MAX FEED_PAGE_MAX
#define ROOM_EVERY (1u << 20)	/* bytes of evidence between two looks at the disk */

void *request_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct request *q = mem_zalloc(sizeof(*q));

	q->serving = cls;
	q->s = q->serving->s;
	q->c = c;
	q->fd = q->spool = -1;
	q->route = ROUTE_NONE;
	q->begun = clock_mono_ns();
	buf_init(&q->out, OUT_MAX);
	arena_init(&q->a);
	q->uri_ok = uri_parse(&q->uri, uri);
	return q;
}

static const char *header(const struct request *q, const char *name)
{
	return MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, name);
}

/* The peer's address; IPv4 that came as IPv6 in its own form. */
static void peer_address(struct request *q)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(q->c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info ? info->client_addr : NULL;

	if (q->serving->socket.kind == LISTEN_UNIX || !sa) {
		memcpy(q->from, "unix", 5);
		q->here = q->serving->socket.kind == LISTEN_UNIX;
	} else if (sa->sa_family == AF_INET) {
		const struct in_addr *a = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;

		inet_ntop(AF_INET, a, q->from, sizeof(q->from));
		q->here = ntohl(a->s_addr) >> 24 == 127;
	} else {
		const struct in6_addr *a =
			&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;

		inet_ntop(AF_INET6, a, q->from, sizeof(q->from));
		q->here = IN6_IS_ADDR_LOOPBACK(a) ||
			(IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
	}
}

/* A proxy on this machine says for whom it asks; nobody else is believed. */
static void behind_proxy(struct request *q)
{
	const char *forwarded = header(q, "X-Forwarded-For");
	char address[64];

	if (!q->here || !forwarded)
		return;
	q->here = false;
	if (forwarded_parse(address, sizeof(address), forwarded))
		memcpy(q->from, address, sizeof(address));
}

struct counted { unsigned int lengths, encodings; };

static enum MHD_Result count_header(
	void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct counted *n = cls;

	(void)kind;
	(void)value;
	n->lengths += strcasecmp(name, "Content-Length") == 0;
	n->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
	return MHD_YES;
}

/* One way to know where the body ends; two are how requests are smuggled. */
static bool one_length(struct request *q)
{
	struct counted n = { 0, 0 };

	MHD_get_connection_values(q->c, MHD_HEADER_KIND, count_header, &n);
	return n.lengths + n.encodings <= 1;
}

static bool check_length(struct request *q)
{
	const char *text = header(q, "Content-Length");
	const struct route *r = &routes[q->route];
	uint64_t length = 0;

	if (!one_length(q) || (text && !number_parse(&length, text))) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0,
			"the length of the body is told twice or not clearly");
		return false;
	}
	if (length <= r->body_max)
		return true;
	if (r->body_max == 0)
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "this request takes no body");
	else
		answer_refuse(q, REFUSAL_TOO_LARGE, 0, "%llu bytes, at most %zu are taken",
			(unsigned long long)length, r->body_max);
	return false;
}

static bool is_type(const char *text, const char *type)
{
	size_t n = strlen(type);

	return text && strncasecmp(text, type, n) == 0 && strchr("; \t", text[n]);
}

/* Evidence is too large for memory: it goes into a file of the hub's own as it comes. */
static bool begin_spool(struct request *q)
{
	enum status st = hub_given_spool(&q->spool, q->s->o.hub);

	if (st)
		answer_status(q, st, status_message());
	sha256_begin(&q->sum);
	return !st;
}

static bool check_body(struct request *q)
{
	const struct route *r = &routes[q->route];
	const char *encoding = header(q, "Content-Encoding");

	if (!check_length(q))
		return false;
	if (!r->type)
		return true;
	if (strcmp(r->type, "*") == 0 && !encoding)
		return begin_spool(q);
	if (!is_type(header(q, "Content-Type"), r->type)) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "want Content-Type: %s", r->type);
		return false;
	}
	if (encoding && !(q->route == ROUTE_RECORDS && strcasecmp(encoding, "zstd") == 0)) {
		answer_refuse(
			q, REFUSAL_BAD_REQUEST, 0, "a Content-Encoding that is not taken here");
		return false;
	}
	buf_init(&q->body, encoding ? BODY_PACKED : r->body_max);
	return true;
}

static bool limited(struct request *q, struct limits *l, const char *name)
{
	unsigned int wait = limits_take(l, name, clock_mono_ns() / 1000000);

	if (wait == 0)
		return false;
	atomic_fetch_add(&q->s->metrics.limited, 1);
	answer_refuse(q, REFUSAL_BUSY, wait, "too many requests; ask again in %u s", wait);
	return true;
}

/* An IPv6 network of 64 bits is one neighbour, whatever it calls itself. */
static bool limited_neighbour(struct request *q, struct limits *l)
{
	struct in6_addr six;
	char name[64];

	if (q->here)
		return false;
	memcpy(name, q->from, sizeof(name));
	if (inet_pton(AF_INET6, name, &six) == 1) {
		memset(six.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &six, name, sizeof(name));
	}
	return limited(q, l, name);
}

static bool limited_address(struct request *q)
{
	return limited_neighbour(q, q->route == ROUTE_SITE ? q->s->by_reader : q->s->by_address);
}

static bool check_token(struct request *q)
{
	const char *text = header(q, "Authorization"), *token = text ? bearer_parse(text) : NULL;

	if (token && hub_session_find(&q->session, q->event, token) == STATUS_OK) {
		q->session_ok = true;
		return !limited(q, q->s->by_key, q->session.replica);
	}
	if (!limited_address(q))
		answer_refuse(q, REFUSAL_UNAUTHORISED, 0, "%s",
			token ? "the session is over; begin another" : "this needs a session");
	return false;
}

/* Their token, then whether they may say anything of the TI: before a byte of evidence comes. */
static bool check_participant(struct request *q)
{
	const char *text = header(q, "Authorization"), *token = text ? bearer_parse(text) : NULL;
	enum status st;
	char name[272];

	if (!token || hub_participant_find(&q->participant, q->event, token)) {
		if (!limited_address(q))
			answer_refuse(q, REFUSAL_UNAUTHORISED, 0, "%s",
				token ? "this token is not known here, or no longer good"
				      : "this needs a participant's token: Authorization: Bearer …");
		return false;
	}
	snprintf(name, sizeof(name), "p:%s/%s", q->participant.organisation, q->participant.system);
	if (limited(q, q->s->by_key, name))
		return false;
	st = hub_participant_may(q->event, &q->participant, q->argument);
	if (st)
		answer_status(q, st, status_message());
	return !st;
}

struct only { struct hub_event *event; unsigned int n; };

static void count_event(struct hub_event *e, void *data)
{
	struct only *o = data;

	o->event = e;
	o->n++;
}

/* The only event, where the request names none. */
static bool find_only(struct request *q)
{
	struct only o = { NULL, 0 };

	hub_event_each(q->s->o.hub, count_event, &o);
	if (o.n == 1)
		q->event = o.event;
	else
		answer_refuse(q, REFUSAL_NOT_FOUND, 0,
			"this hub has %u events: name one, /v1/events/EVENT/instances/…", o.n);
	return o.n == 1;
}

static bool check_event(struct request *q, const char *event)
{
	if (!event)
		return routes[q->route].auth != AUTH_PARTICIPANT || find_only(q);
	q->event = hub_event_find(q->s->o.hub, event);
	if (!q->event)
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "no such event at this hub");
	return q->event != NULL;
}

static bool check_route(struct request *q, const char **event)
{
	char allowed[64];

	if (!q->uri_ok) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "not an address of this hub");
		return false;
	}
	q->route = route_find(&q->argument, event, allowed, &q->uri, q->method);
	if (q->route == ROUTE_NONE && site_route(q))
		q->route = ROUTE_SITE;
	if (q->route != ROUTE_NONE)
		return true;
	answer_refuse(q, REFUSAL_NOT_FOUND, 0, "nothing here");
	if (*allowed) {
		q->status = MHD_HTTP_METHOD_NOT_ALLOWED;
		answer_header(q, "Allow", allowed);
	}
	return false;
}

/* Everything that is known before the body; true where the body may come. */
static bool check(struct request *q)
{
	const char *event = NULL;
	bool counted;

	peer_address(q);
	behind_proxy(q);
	if (!check_route(q, &event))
		return false;
	counted = routes[q->route].auth == AUTH_NONE || routes[q->route].auth == AUTH_HERE;
	if (counted && limited_address(q))
		return false;
	if (atomic_load(&q->s->stopping)) {
		answer_refuse(q, REFUSAL_UNAVAILABLE, RETRY_S, "the hub is being stopped");
		return false;
	}
	if (routes[q->route].auth == AUTH_HERE && !q->here && !q->s->o.metrics_open) {
		answer_refuse(q, REFUSAL_FORBIDDEN, 0, "for this machine alone");
		return false;
	}
	if (!check_event(q, event))
		return false;
	if (routes[q->route].auth == AUTH_PARTICIPANT)
		return check_participant(q) && check_body(q);
	return (counted || check_token(q)) && check_body(q);
}

static void begin(struct request *q, struct MHD_Connection *c, const char *method)
{
	q->c = c;
	q->method = method;
	q->head = strcmp(method, "HEAD") == 0;
	q->active = true;
	atomic_fetch_add(&q->s->metrics.active, 1);
	q->state = REQUEST_BODY;
	check(q);
}

static void spool(struct request *q, const char *data, size_t n)
{
	enum status st;

	if (n > HUB_GIVEN_MAX - q->spooled) {
		answer_refuse(q, REFUSAL_TOO_LARGE, 0, "an item has at most %llu bytes",
			(unsigned long long)HUB_GIVEN_MAX);
		return;
	}
	st = q->spooled / ROOM_EVERY == (q->spooled + n) / ROOM_EVERY ? STATUS_OK : hub_given_room(q->s->o.hub, n);
	if (!st)
		st = io_write_all(q->spool, "evidence", data, n);
	if (st) {
		answer_status(q, st, status_message());
		return;
	}
	sha256_add(&q->sum, data, n);
	q->spooled += n;
	atomic_fetch_add(&q->s->metrics.bytes_in, n);
}

static void take(struct request *q, const char *data, size_t n)
{
	if (q->state != REQUEST_BODY)
		return;		/* refused already: what still comes is dropped */
	if (q->spool >= 0) {
		spool(q, data, n);
		return;
	}
	buf_add(&q->body, data, n);
	atomic_fetch_add(&q->s->metrics.bytes_in, n);
	if (q->body.err)
		answer_refuse(q, REFUSAL_TOO_LARGE, 0, "the body is larger than is taken");
}

/* A packed body gives way to what it holds. */
static bool unpack(struct request *q)
{
	struct buf plain;
	enum status st;

	buf_init(&plain, BATCH_BYTES_MAX);
	st = packed_open(&plain, q->body.ptr ? q->body.ptr : "", q->body.len, BATCH_BYTES_MAX);
	if (st) {
		answer_status(q, st, status_message());
		buf_done(&plain);
		return false;
	}
	buf_done(&q->body);
	q->body = plain;
	return true;
}

/* Is it what the sender sent? */
static bool body_whole(struct request *q)
{
	const char *text = header(q, "Content-Digest");
	struct digest said, is = q->spool < 0 ? sha256(q->body.ptr, q->body.len) : sha256_end(&q->sum);

	if (q->spool >= 0)
		q->given = is;

	if (q->route == ROUTE_RECORDS && !text) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "want a Content-Digest with sha-256");
		return false;
	}
	if (text && (!content_digest_parse(&said, text) || !digest_equal(&said, &is))) {
		answer_refuse(
			q, REFUSAL_BAD_REQUEST, 0, "the body is not what its Content-Digest says");
		return false;
	}
	return !routes[q->route].type || !header(q, "Content-Encoding") || unpack(q);
}

enum MHD_Result request_handle(void *cls, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **con_cls)
{
	struct request *q = *con_cls;

	(void)cls;
	(void)url;
	(void)version;
	if (q->state == REQUEST_NEW) {
		begin(q, c, method);
		return q->state == REQUEST_ANSWERED ? answer_send(q) : MHD_YES;
	}
	if (*size > 0) {
		take(q, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (q->state == REQUEST_BODY) {
		if (body_whole(q))
			routes[q->route].run(q);
	} else if (q->state == REQUEST_POLLING) {
		q->resumed = true;
		routes[q->route].run(q);
	} else if (q->state == REQUEST_CALLED) {
		routes[q->route].finish(q);
	}
	return q->state == REQUEST_ANSWERED ? answer_send(q) : MHD_YES;
}

static void tell(const struct request *q)
{
	struct note n;

	note_begin(&n, NOTE_INFO, "request");
	note_str(&n, "from", q->from);
	note_str(&n, "method", q->method);
	note_str(&n, "route", q->route == ROUTE_NONE ? "-" : routes[q->route].pattern);
	if (q->event)
		note_str(&n, "of", hub_event_id(q->event));
	if (q->session_ok || *q->participant.name)
		note_str(&n, "who", q->session_ok ? q->session.person : q->participant.name);
	note_int(&n, "status", q->status);
	note_int(&n, "in", (int64_t)(q->body.len + q->spooled));
	note_int(&n, "us", (clock_mono_ns() - q->begun) / 1000);
	note_end(&n);
}

void request_completed(
	void *cls, struct MHD_Connection *c, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct request *q = *con_cls;

	(void)cls;
	(void)c;
	(void)why;
	if (!q)
		return;
	if (q->active) {
		metrics_count(q->s, q);
		if (q->s->o.verbose)
			tell(q);
		atomic_fetch_sub(&q->s->metrics.active, 1);
	}
	if (q->called)
		hub_call_done(&q->call);
	if (q->fd >= 0)
		close(q->fd);
	if (q->page.state)
		live_leave(&q->page);
	if (q->spool >= 0)
		close(q->spool);
	buf_done(&q->body);
	buf_done(&q->out);
	arena_done(&q->a);
	mem_free(q);
	*con_cls = NULL;
}
