/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUBD_HUBD_H
#define VERDICT_HUBD_HUBD_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/hub/hub.h"
#include "verdict/hubd/tls.h"

/*
 * The hub behind HTTP (doc/PROTOCOL.md, Exchange): listening sockets, TLS, routes, limits, metrics.
 * A pool of two threads a socket serves; whoever waits, for a commit or for news, waits without a
 * thread.
 */
struct hubd;

struct hubd_limits {		/* 0 of a rate: none */
	unsigned int key_rate, key_burst;	/* requests a second with a token, by replica */
	unsigned int address_rate,
		address_burst; /* without, by address; this machine itself has none */
	unsigned int connections,
		per_address; /* at once; per_address 0: half of them with TLS, else no limit */
	unsigned int reader_rate, reader_burst;	/* of the results site, by address */
};
#define HUBD_LIMITS { 20, 60, 5, 20, 1024, 0, 50, 200 }

struct hubd_options {
	struct hub *hub;
	struct hubd_limits limits;
	unsigned int timeout_s;	/* of a silent connection; 0: 30 */
	bool metrics_open;	/* /metrics for everybody, not for this machine alone */
	bool verbose;		/* a line a request */
	bool site;		/* the results site, for everybody */
};

/* A socket to serve on, bound before privileges are given up. */
enum listen_kind { LISTEN_PLAIN, LISTEN_TLS, LISTEN_UNIX };
struct listen_socket {
	int fd;			/* -1: none */
	enum listen_kind kind;
	char host[64]; /* the address that was bound, or the path of a unix socket's folder entry */
	int port;
};
/*
 * "HOST:PORT", "[::1]:PORT" (port 0: any) or "unix:PATH" (made anew, mode 0660). With `tls` or
 * without: then the host must be this machine itself, STATUS_DENIED otherwise. STATUS_INVALID,
 * STATUS_BUSY (taken).
 */
enum status listen_open(struct listen_socket *out, const char *where, bool tls);
void listen_close(struct listen_socket *l);

struct hubd *hubd_new(const struct hubd_options *o);
/* Serve on it; the socket becomes the server's. `t` (may be NULL without TLS) is copied. Before the
 * first request. */
enum status hubd_serve(struct hubd *s, const struct listen_socket *l, const struct tls_identity *t);
/* Another certificate for connections from now on; those that are open end by themselves. */
enum status hubd_reload(struct hubd *s, const struct tls_identity *t);
/* Four times a second or so: ends polls that waited long enough, and what a reload left. */
void hubd_tick(struct hubd *s);
/* No new requests, and those under way end: false where some did not within `ms`. The hub is still
 * needed. */
bool hubd_drain(struct hubd *s, int64_t ms);
/* After hub_close(), which answers what still waited for a commit. */
void hubd_free(struct hubd *s);
void hubd_metrics(struct buf *out, struct hubd *s);

#endif
