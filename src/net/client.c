/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's side of verdict-net: requests out, answers in, a child that may die at any time. Layer net;
 * the thread of the loop.
 */
#include "verdict/net/net.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/child.h"
#include "verdict/base/frame.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/net/wire.h"

struct net_call {
	struct net_call *next;
	uint32_t id;
	net_answer_cb cb;	/* NULL: nobody wants to know */
	net_progress_cb progress;
	void *data;
	struct buf body;
};

struct net {
	struct loop *loop;
	char *exe;
	struct child child;
	struct buf in, out;
	struct net_call *calls;
	struct net_call *lost;	/* to be told that they failed, from the loop */
	enum net_failure lost_how;
	char lost_why[NET_MESSAGE];
	struct loop_timer *lost_timer;
	uint32_t last_id;
	char *base_url, *ca_pem;
	uint8_t pin[NET_PIN];
	bool has_pin, pin_only;
	int tunnel;		/* 0: none */
	unsigned int portal_port;
};

static const char *const failure_names[] = { "none", "name", "route", "port", "tls", "certificate", "pin", "silent",
	"cut", "garbled", "too-large", "child", "portal", "host-key", "login", "denied", "full", "new-key" };
static const char *const failure_whats[] = { "nothing", "the host's name", "the network", "the port", "TLS",
	"the hub's certificate", "the hub's pin", "no answer", "the line", "the answer", "the answer's size",
	"a program of verdict", "the network's login page", "the host's key", "the login", "rights there", "room there",
	"a new host key" };

const char *net_failure_name(enum net_failure f)
{
	return f < NET_FAILURE_COUNT ? failure_names[f] : "unknown";
}

const char *net_failure_what(enum net_failure f)
{
	return f < NET_FAILURE_COUNT ? failure_whats[f] : "something unknown";
}

enum status net_find_exe(struct buf *out)
{
	return child_find_exe(out, "verdict-net");
}

struct net *net_new(struct loop *loop, const char *exe)
{
	struct net *n = mem_zalloc(sizeof(*n));

	n->loop = loop;
	n->exe = mem_strdup(exe);
	child_init(&n->child, "verdict-net");
	buf_init(&n->in, 2 * NETWIRE_MAX);
	buf_init(&n->out, 8 * (size_t)NETWIRE_MAX);
	return n;
}

static void call_free(struct net_call *call)
{
	buf_done(&call->body);
	mem_free(call);
}

static void calls_free(struct net_call *call)
{
	while (call) {
		struct net_call *next = call->next;

		call_free(call);
		call = next;
	}
}

static void stop_child(struct net *n)
{
	if (n->child.sock >= 0)
		loop_forget(n->loop, n->child.sock);
	child_stop(&n->child);
	buf_reset(&n->in);
	buf_reset(&n->out);
}

void net_free(struct net *n)
{
	if (!n)
		return;
	stop_child(n);
	child_done(&n->child);
	loop_cancel(n->loop, &n->lost_timer);
	calls_free(n->calls);
	calls_free(n->lost);
	buf_done(&n->in);
	buf_done(&n->out);
	mem_free(n->base_url);
	mem_free(n->ca_pem);
	mem_free(n->exe);
	if (n->tunnel)
		close(n->tunnel);
	mem_free(n);
}

long net_pid(const struct net *n)
{
	return n->child.pid;
}

/* Tell those whose requests were lost. A callback may ask again, or end us. */
static void on_lost(void *data)
{
	struct net *n = data;
	struct net_answer a = { .failure = n->lost_how, .type = "", .steps = { -1, -1, -1, -1, "" } };
	char why[NET_MESSAGE];
	struct net_call *lost = n->lost;

	memcpy(why, n->lost_why, sizeof(why));
	a.message = why;
	n->lost = NULL;
	while (lost) {
		struct net_call *call = lost;

		lost = call->next;
		if (call->cb)
			call->cb(&a, call->data);
		call_free(call);
	}
}

/* Every request under way fails, with its word given from the loop and not from here. */
static void lose(struct net *n, enum net_failure how, const char *why)
{
	struct net_call **tail = &n->lost;

	while (*tail)
		tail = &(*tail)->next;
	*tail = n->calls;
	n->calls = NULL;
	n->lost_how = how;
	snprintf(n->lost_why, sizeof(n->lost_why), "%s", why);
	if (n->lost && !n->lost_timer)
		loop_after(n->loop, &n->lost_timer, 0, "net: lost requests", on_lost, n);
}

static void fail(struct net *n, const char *why)
{
	log_line(LOG_WARNING_, "net: %s", why);
	stop_child(n);
	lose(n, NET_CHILD, why);
}

static struct net_call *find(struct net *n, uint32_t id)
{
	struct net_call *call = n->calls;

	while (call && call->id != id)
		call = call->next;
	return call;
}

static void unlink_call(struct net *n, struct net_call *call)
{
	struct net_call **at = &n->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
}

/* The answer's head comes last; what came before must be as long as it says. */
static bool take_answer(struct net *n, struct net_call *call, struct net_answer *a)
{
	if (!a->failure && a->len != call->body.len)
		return false;
	a->body = buf_str(&call->body);
	unlink_call(n, call);
	if (call->cb)
		call->cb(a, call->data);
	call_free(call);
	return true;
}

/* One message; false where the child cannot be trusted any more. */
static bool take(struct net *n, const char *frame, size_t len)
{
	struct netwire m;
	struct net_call *call;

	if (netwire_get(&m, frame, len, true) != STATUS_OK)
		return false;
	call = find(n, m.id);
	if (!call)		/* cancelled, or never asked: numbers do not come again */
		return m.id <= n->last_id;
	if (m.kind == NETWIRE_PIECE_OF) {
		buf_add(&call->body, m.piece, m.piece_len);
		return call->body.err == STATUS_OK;
	}
	if (m.kind == NETWIRE_ANSWER)
		return take_answer(n, call, &m.answer);
	if (call->cb && call->progress)
		call->progress(m.got, m.total, m.sent, call->data);
	return true;
}

static void take_input(struct net *n)
{
	size_t at = 0, len;

	while (n->child.sock >= 0) {
		enum status rc = frame_whole(&len, n->in.ptr + at, n->in.len - at, 1, NETWIRE_MAX);
		char *frame;
		bool good;

		if (rc == STATUS_OK && !len)
			break;
		frame = rc == STATUS_OK ? mem_dup(n->in.ptr + at, len) : NULL;
		at += len;
		if (at == n->in.len || at > NETWIRE_MAX) {
			buf_cut(&n->in, 0, at);
			at = 0;
		}
		good = frame && take(n, frame, len);
		mem_free(frame);
		if (!good) {
			fail(n, "verdict-net sent something malformed");
			return;
		}
	}
	if (at && n->child.sock >= 0)
		buf_cut(&n->in, 0, at);
}

static void receive(struct net *n)
{
	char bytes[65536];
	ssize_t got = recv(n->child.sock, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got <= 0) {
		char why[80];

		child_why(&n->child, why, sizeof(why));
		fail(n, why);
		return;
	}
	buf_add(&n->in, bytes, (size_t)got);
	take_input(n);
}

static void on_socket(int fd, short revents, void *data);

static void flush(struct net *n)
{
	while (n->out.len && n->child.sock >= 0) {
		ssize_t sent = child_send(&n->child, n->out.ptr, n->out.len, -1);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (sent <= 0) {
			fail(n, "verdict-net stopped");
			return;
		}
		buf_cut(&n->out, 0, (size_t)sent);
	}
	if (n->child.sock >= 0)
		loop_watch(n->loop, n->child.sock, (short)(POLLIN | (n->out.len ? POLLOUT : 0)), "net: answers",
			on_socket, n);
}

static void on_socket(int fd, short revents, void *data)
{
	struct net *n = data;

	(void)fd;
	if (revents & POLLOUT)
		flush(n);
	if (n->child.sock >= 0 && (revents & (POLLIN | POLLHUP | POLLERR)))
		receive(n);
}

static void put_peer(struct net *n)
{
	struct netwire m = { .kind = NETWIRE_PEER, .peer = { n->base_url, n->ca_pem, n->has_pin ? n->pin : NULL,
		n->pin_only, n->tunnel, n->portal_port } };

	netwire_put(&n->out, &m);
}

static bool base_url_ok(const char *url)
{
	const char *host = NULL, *p;

	if (!strncmp(url, "https://", 8))
		host = url + 8;
	else if (!strncmp(url, "http://127.0.0.1", 16) || !strncmp(url, "http://[::1]", 12) ||
		!strncmp(url, "http://localhost", 16))
		host = url + 7;
	for (p = host; p && *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]", *p))
			return false;
	if (host && !strncmp(url, "http://", 7)) {	/* 127.0.0.1.example is none */
		p = strchr(host, ']') ? strchr(host, ']') + 1 : host + strcspn(host, ":");
		return (*p == ':' || !*p) && (!strncmp(host, "[::1]", 5) || (size_t)(p - host) == 9);
	}
	return host && *host && strlen(url) < 500;
}

enum status net_set_peer(struct net *n, const struct net_peer *p)
{
	if (!p->base_url || !base_url_ok(p->base_url))
		return status_set(STATUS_INVALID, "%s is no address of a hub; https://HOST:PORT",
			p->base_url ? p->base_url : "nothing");
	if (!strncmp(p->base_url, "https:", 6) && (!p->pin || (!p->pin_only && (!p->ca_pem || !*p->ca_pem))))
		return status_set(STATUS_INVALID, "the hub's certificate and its pin are not known; enrol again");
	mem_free(n->base_url);
	mem_free(n->ca_pem);
	n->base_url = mem_strdup(p->base_url);
	n->ca_pem = mem_strdup(p->ca_pem ? p->ca_pem : "");
	n->has_pin = p->pin != NULL;
	if (p->pin)
		memcpy(n->pin, p->pin, NET_PIN);
	n->pin_only = p->pin_only;
	n->portal_port = p->portal_port;
	if (n->tunnel)
		close(n->tunnel);
	n->tunnel = p->tunnel ? fcntl(p->tunnel, F_DUPFD_CLOEXEC, 3) : 0;
	if (n->tunnel < 0)
		n->tunnel = 0;
	lose(n, NET_CUT, "another hub was chosen");
	stop_child(n);		/* and with it every connection */
	return STATUS_OK;
}

static bool start(struct net *n)
{
	char byte;

	if (n->child.sock >= 0 && !n->calls && recv(n->child.sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		stop_child(n);	/* it died while nobody was waiting */
	if (n->child.sock >= 0)
		return true;
	if (child_start_with(&n->child, n->exe, &n->tunnel, n->tunnel ? 1 : 0) != STATUS_OK)
		return false;
	put_peer(n);
	return true;
}

uint32_t net_send(struct net *n, const struct net_request *q, net_answer_cb cb, net_progress_cb progress, void *data)
{
	struct net_call *call = mem_zalloc(sizeof(*call)), **tail = &n->calls;
	struct netwire m = { .kind = NETWIRE_REQUEST, .request = *q };

	call->id = m.id = ++n->last_id;
	call->cb = cb;
	call->progress = progress;
	call->data = data;
	buf_init(&call->body, NET_BODY_MAX);
	while (*tail)
		tail = &(*tail)->next;
	if (!start(n)) {
		*tail = call;
		lose(n, NET_CHILD, status_message());
		return m.id;
	}
	*tail = call;
	netwire_put(&n->out, &m);
	if (n->out.err != STATUS_OK) {
		fail(n, "verdict-net takes no more requests");
		return m.id;
	}
	flush(n);
	return m.id;
}

void net_cancel(struct net *n, uint32_t id)
{
	struct netwire m = { .kind = NETWIRE_CANCEL, .id = id };
	struct net_call *call = find(n, id);

	if (call) {
		unlink_call(n, call);
		call_free(call);
	}
	for (call = n->lost; call; call = call->next)
		if (call->id == id)
			call->cb = NULL;
	if (n->child.sock >= 0) {
		netwire_put(&n->out, &m);
		flush(n);
	}
}

void net_drop_idle(struct net *n)
{
	struct netwire m = { .kind = NETWIRE_DROP };

	if (n->child.sock >= 0) {
		netwire_put(&n->out, &m);
		flush(n);
	}
}
