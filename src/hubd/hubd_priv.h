/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUBD_HUBD_PRIV_H
#define HUBD_HUBD_PRIV_H
#include <microhttpd.h>
#include <stdatomic.h>
#include "verdict/base/arena.h"
#include "verdict/base/lock.h"
#include "verdict/hub/participant.h"
#include "verdict/hubd/hubd.h"
#include "verdict/hubd/limit.h"
#include "verdict/hubd/note.h"
#include "verdict/hubd/uri.h"
#include "verdict/proto/answer.h"

#define SOCKETS_MAX 8
#define SERVINGS_MAX 64		/* daemons, with those that a reload left to end */
#define BODY_SMALL (64u << 10)
#define BODY_PACKED (1u << 20)
#define WAIT_MAX_S 25
#define RETRY_S 2
#define POLLS_PER_KEY 4	/* that wait at once, where replicas are limited */

/* One daemon of libmicrohttpd: a socket with one certificate. */
struct serving {
	struct hubd *s;
	struct MHD_Daemon *d;
	struct listen_socket socket;
	struct tls_identity tls;
	atomic_bool closing;	/* a reload replaced it: answers end their connection */
};

enum hubd_route { /* order of the table in route.c */
	ROUTE_HELLO,
	ROUTE_CA,
	ROUTE_HEALTH,
	ROUTE_METRICS,
	ROUTE_ENROL,
	ROUTE_SESSION,
	ROUTE_EVENT_HELLO,
	ROUTE_HAVE,
	ROUTE_RECORDS,
	ROUTE_CHANGES,
	ROUTE_CLAIM,
	ROUTE_CLAIM_RENEW,
	ROUTE_CLAIM_RELEASE,
	ROUTE_CLAIM_HOLD,
	ROUTE_CLAIM_FORCE,
	ROUTE_EVIDENCE,
	ROUTE_SITE,
	ROUTE_GIVE,
	ROUTE_GIVE_SHORT,
	ROUTE_STATUS,
	ROUTE_STATUS_SHORT,
	ROUTE_NONE,
	ROUTE_COUNT
};

#define DURATIONS 8
struct metrics {
	atomic_ullong requests[ROUTE_COUNT][6];	/* by first digit of the status */
	atomic_ullong durations[DURATIONS + 1], duration_us, bytes_in, bytes_out, limited;
	atomic_uint active, waiting;
};

/* live.c: the results site from memory. */
struct hubd;
struct live;
struct state;
struct live_page {		/* borrowed from a state, until live_leave() */
	const char *ptr, *type, *etag;
	size_t len;
	bool packed;		/* with gzip */
	struct state *state;
};
enum live_found { LIVE_FOUND, LIVE_NONE, LIVE_LATER };	/* later: being counted; polls of the event are woken */
struct live *live_new(struct hubd *s);
void live_stop(struct live *l);	/* asks the hub nothing from now on */
void live_free(struct live *l);
void live_news(struct live *l, struct hub_event *e);
enum live_found live_get(struct live_page *out, struct live *l, struct hub_event *e, const char *path, bool gzip);
void live_leave(struct live_page *page);
void live_release(void *state);	/* the same for libmicrohttpd */

struct request;
struct polls {			/* requests that wait for news */
	struct lock lock;
	struct request *first;
};

struct hubd {
	struct hubd_options o;
	struct limits *by_key, *by_address, *by_reader;
	struct live *live;	/* NULL: no site */
	struct lock lock;	/* of servings */
	struct serving *servings[SERVINGS_MAX]; size_t n_servings;
	struct polls polls;
	struct metrics metrics;
	atomic_bool stopping;
	int64_t begun;
};

enum route_auth {
	AUTH_NONE,
	AUTH_HERE,
	AUTH_TOKEN,
	AUTH_PARTICIPANT
}; /* HERE: from this machine, unless said otherwise */
struct route {
	const char *method,
		*pattern; /* "*" is the event where it follows "events", else an argument */
	enum route_auth auth;
	const char *type;	/* of the body, NULL: none is taken; "*": any, and it goes into a file */
	size_t body_max;
	void (*run)(struct request *q);
	void (*finish)(struct request *q); /* after the writer answered, where run() began a call */
};
extern const struct route routes[ROUTE_COUNT];
/* ROUTE_NONE, and *allowed_out names the methods of that path, "" where there is no such path. */
enum hubd_route route_find(const char **argument_out, const char **event_out, char allowed_out[64],
	const struct uri *u, const char *method);

enum request_state { REQUEST_NEW, REQUEST_BODY, REQUEST_CALLED, REQUEST_POLLING, REQUEST_ANSWERED };
struct request {
	struct hubd *s;
	struct serving *serving;
	struct MHD_Connection *c;
	enum request_state state;
	bool uri_ok, head, resumed, session_ok, active;
	struct uri uri;
	enum hubd_route route;
	const char *method, *argument;	/* argument: a TI, a digest */
	struct hub_event *event;
	struct hub_session session;
	struct hub_participant participant;
	char from[64];		/* the client's address, for people and limits */
	bool here;		/* on this machine, and no proxy says otherwise */
	struct buf body;
	int spool; uint64_t spooled; struct sha256 sum; struct digest given;	/* a body that is evidence; spool -1: none */
	struct arena a;
	struct hub_call call; bool called;
	struct claim_ask ask;
	struct request *next, **prev;	/* in polls */
	uint64_t since; int64_t until;	/* of a poll: monotonic ms */
	/* the answer */
	int status;
	const char *type, *encoding;
	struct buf out;
	struct live_page page;	/* with a state: this is the body */
	int fd; uint64_t fd_from, fd_len, fd_size;
	char headers[3][2][160]; size_t n_headers;
	int64_t begun;		/* monotonic ns */
};

/* answer.c: each sets the answer, once. */
void answer_json(struct request *q, int status);	/* q->out */
void answer_bytes(struct request *q, int status, const char *type);
void answer_header(struct request *q, const char *name, const char *value);
void answer_refuse(struct request *q, enum refusal_kind kind, int64_t retry_s, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void answer_refusal(struct request *q, const struct refusal *r);
/* As the code and message of a failed call say. */
void answer_status(struct request *q, enum status st, const char *message);
enum MHD_Result answer_send(struct request *q);

/* call.c: waiting without a thread. */
void call_begin(struct request *q); /* before a function of the hub that takes q->call */
void call_began(struct request *q, enum status st);	/* with what it returned */
void polls_init(struct polls *p);
void polls_done(struct polls *p);
void poll_begin(struct request *q, uint64_t since, int64_t wait_s);
void polls_wake(struct hubd *s, struct hub_event *e, uint64_t size);	/* e NULL: all */
void polls_wake_readers(struct hubd *s, const struct hub_event *e);	/* of the results site */
void polls_expire(struct hubd *s, int64_t now_ms);

void run_hello(struct request *q);
void run_ca(struct request *q);
void run_health(struct request *q);
void run_metrics(struct request *q);
void run_enrol(struct request *q);
void finish_enrol(struct request *q);
void run_session(struct request *q);
void finish_session(struct request *q);
void run_event_hello(struct request *q);
void run_have(struct request *q);
void run_records(struct request *q);
void finish_records(struct request *q);
void run_changes(struct request *q);
void run_claim(struct request *q);
void run_claim_renew(struct request *q);
void run_claim_release(struct request *q);
void run_claim_hold(struct request *q);
void run_claim_force(struct request *q);
void finish_claim(struct request *q);
void run_evidence(struct request *q);
void run_site(struct request *q);
bool site_route(const struct request *q);	/* may the path be one of the site's? */
void run_give(struct request *q);
void run_ti_status(struct request *q);
void finish_give(struct request *q);

void metrics_count(struct hubd *s, const struct request *q);

/* request.c: what libmicrohttpd calls. */
void *request_uri(void *cls, const char *uri, struct MHD_Connection *c);
enum MHD_Result request_handle(void *cls, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **con_cls);
void request_completed(void *cls, struct MHD_Connection *c, void **con_cls,
	enum MHD_RequestTerminationCode why);

#endif
