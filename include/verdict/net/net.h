/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_NET_NET_H
#define VERDICT_NET_NET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/loop.h"
#include "verdict/base/status.h"

/*
 * Our side of verdict-net, the child process that speaks HTTP: it has sockets, but no key, no store and no
 * file but the C library's own. Requests go out, answers come back by callback on the loop's thread; nothing
 * here waits. It is started at the first request and replaced at the next one after it died. One hub at a
 * time. Owner's thread only.
 */
#define NET_PIN 32
#define NET_BODY_MAX (20u << 20)	/* of an answer */
#define NET_SEND_MAX (8u << 20)		/* of a request */
#define NET_MESSAGE 240

/*
 * Who the other side must be. The certificate must be signed by, or be, one in `ca_pem`, its name must be that
 * of the address, and its key must have the pin; `pin_only` looks at the pin alone: the first question of an
 * enrolment, which asks for that certificate. Plain http:// is taken for a loopback address only.
 */
struct net_peer {
	const char *base_url;		/* "https://hub.example:8443", without a path */
	const char *ca_pem;
	const uint8_t *pin;		/* SHA-256 of the certificate's public key (SPKI), or NULL with http:// */
	bool pin_only;
	/*
	 * A socket to whoever makes connections to the hub (verdict-ssh): each request for one is a byte with a
	 * stream socket; no other connection is made then, and no name looked up. 0: none. Borrowed, copied.
	 */
	int tunnel;
	unsigned int portal_port;	/* where a captive portal is looked for once https:// failed; 0: 80 */
};

enum net_method { NET_GET, NET_HEAD, NET_POST, NET_PUT, NET_DELETE, NET_METHOD_COUNT };
struct net_request {
	enum net_method method;
	const char *path;		/* "/v1/hello": printable ASCII without blanks */
	const char *token;		/* bearer, or NULL */
	const char *type, *digest;	/* Content-Type, Content-Digest of the body, or NULL */
	const void *body; size_t len;
	bool zstd_body, zstd_wanted;	/* Content-Encoding of the body; Accept-Encoding */
	bool ranged; uint64_t from, to;	/* bytes, both inclusive */
	uint64_t body_max;		/* ceiling of the answer's body, at most NET_BODY_MAX */
	unsigned int patience_s;	/* silence of a long poll that is no fault; 0: 15 s without a byte is one */
};

/* Why there is no answer, told apart so that a person knows what to look at. */
enum net_failure {
	NET_NO_FAILURE,
	NET_NAME,	/* the host name is not known here */
	NET_ROUTE,	/* no network, no way there */
	NET_PORT,	/* the host answers, but nobody serves at that port */
	NET_TLS,	/* no secure connection could be made */
	NET_CERTIFICATE,	/* not one that this hub may show: other signer, expired, other name */
	NET_OTHER_PIN,	/* the hub's key is another one */
	NET_SILENT,	/* connected, then nothing for 15 s, or no connection within 5 s */
	NET_CUT,	/* the connection ended in the middle */
	NET_GARBLED,	/* what came is no HTTP */
	NET_TOO_LARGE,	/* the answer is longer than asked for */
	NET_CHILD,	/* verdict-net could not be started, or died */
	NET_PORTAL,	/* this network answers itself: it wants a login in a browser first */
	NET_HOST_KEY,	/* the SSH server shows another key than the one that is known */
	NET_LOGIN,	/* the SSH server does not let us in */
	NET_DENIED,	/* in, but what lies behind it is not to be had: no forwarding, no folder, no rights */
	NET_FULL,	/* the other side has no room left */
	NET_NEW_KEY,	/* nobody has told or compared the SSH server's key yet */
	NET_FAILURE_COUNT
};
const char *net_failure_name(enum net_failure f);	/* "name" "route" "port" … */
/* What to look at, in two or three words: "host name", "host key" … */
const char *net_failure_what(enum net_failure f);

/* How long each step of a new connection took, in ms; -1 where it was not reached. */
struct net_steps {
	int name, connect, secure, answer;
	const char *address;	/* of the other side, "" where it is not known */
};

struct net_answer {		/* borrowed for the callback */
	enum net_failure failure;
	const char *message;	/* one sentence where it failed, else "" */
	unsigned int status;	/* of HTTP */
	const char *type;	/* media type without parameters, lower case, "" without */
	bool zstd;		/* the body is packed */
	unsigned int retry_after_s;	/* 0 without */
	bool ranged; uint64_t from, total;	/* Content-Range; for HEAD, total is Content-Length */
	const char *body; size_t len;
	struct net_steps steps;
};
typedef void (*net_answer_cb)(const struct net_answer *a, void *data);
/* Bytes of the body so far, of all that come (0: not told), and sent. */
typedef void (*net_progress_cb)(uint64_t got, uint64_t total, uint64_t sent, void *data);

struct net;
struct net *net_new(struct loop *loop, const char *exe);	/* `exe`: verdict-net */
void net_free(struct net *n);	/* requests under way end without a word */
enum status net_find_exe(struct buf *out);
long net_pid(const struct net *n);	/* of the child, 0 without */

/* Another hub: requests under way fail as NET_CUT, no connection is used again. STATUS_INVALID. Copied. */
enum status net_set_peer(struct net *n, const struct net_peer *p);
/*
 * Ask; the callback comes exactly once, never from within this call. Everything is copied. Returns the
 * request's number, never 0. `progress` may be NULL.
 */
uint32_t net_send(struct net *n, const struct net_request *q, net_answer_cb cb, net_progress_cb progress, void *data);
void net_cancel(struct net *n, uint32_t id);	/* no callback comes any more */
/* Close connections that wait for their next request: after a suspension or a change of network. */
void net_drop_idle(struct net *n);

#endif
