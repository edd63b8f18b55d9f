/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of consoles to the real hub, in one process; see sim_hub.h. Layer: tests. */
#include "tests/sim/sim_hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/packed.h"
#include "verdict/proto/url.h"

#define JSON "application/json"
#define SIGNED "application/vnd.verdict.signed"

struct asked {			/* one request while it is answered */
	struct hub *h;
	struct hub_event *e;
	const struct sim_request *q;
	struct sim_answer *out;
	struct hub_session session;
	struct hub_call call;
	struct arena a;
	struct buf body;	/* unpacked */
	const char *rest;	/* of the path behind the event */
	bool waited, waits;
};

void sim_request_take(struct sim_request *out, const struct net_request *q)
{
	out->method = q->method;
	out->path = mem_strdup(q->path);
	out->token = q->token ? mem_strdup(q->token) : NULL;
	out->zstd = q->zstd_body;
	out->ranged = q->ranged;
	out->from = q->from;
	out->to = q->to;
	buf_init(&out->body, NET_SEND_MAX);
	buf_add(&out->body, q->body ? q->body : "", q->len);
}

void sim_request_free(struct sim_request *q)
{
	mem_free(q->path);
	mem_free(q->token);
	buf_done(&q->body);
}

static void say(struct asked *k, unsigned int status, const char *type)
{
	k->out->status = status;
	k->out->type = type;
}

static void refuse(struct asked *k, enum refusal_kind kind, const char *message)
{
	struct refusal r = { .kind = kind, .message = message };

	buf_reset(&k->out->body);
	refusal_write(&k->out->body, &r);
	say(k, (unsigned int)refusal_http_status(kind), JSON);
}

static void refuse_status(struct asked *k, enum status st, const char *message)
{
	refuse(k, st == STATUS_INVALID ? REFUSAL_BAD_REQUEST : st == STATUS_DENIED ? REFUSAL_FORBIDDEN
		: st == STATUS_CONFLICT ? REFUSAL_CONFLICT : st == STATUS_NOT_FOUND ? REFUSAL_NOT_FOUND
		: st == STATUS_LIMIT ? REFUSAL_TOO_LARGE : REFUSAL_UNAVAILABLE, message);
}

static void hello(struct asked *k)
{
	char nonce[HUB_NONCE];
	struct hello h = { .version = "simulation", .hub = key_id(hub_key(k->h)), .nonce = nonce, .now = hub_now(k->h) };

	hub_nonce(nonce, k->h);
	memcpy(h.key, key_public(hub_key(k->h)), sizeof(h.key));
	hello_write(&k->out->body, &h);
	say(k, 200, JSON);
}

static void event_hello(struct asked *k)
{
	struct event_hello h = { .hub = key_id(hub_key(k->h)), .now = hub_now(k->h), .max_records = BATCH_RECORDS_MAX,
		.max_bytes = BATCH_BYTES_MAX, .max_page = FEED_PAGE_ENTRIES };

	hub_head(k->e, &h.size, &h.root, h.epoch);
	event_hello_write(&k->out->body, &h);
	say(k, 200, JSON);
}

static void have(struct asked *k)
{
	struct have_answer answer;
	struct have_ask ask;

	if (have_ask_read(&ask, &k->a, buf_str(&k->body), k->body.len)) {
		refuse(k, REFUSAL_BAD_REQUEST, "have");
		return;
	}
	hub_have(&answer, k->e, ask.replica, ask.n, &ask.rid);
	have_answer_write(&k->out->body, &answer);
	say(k, 200, JSON);
}

static void signed_answer(struct asked *k, enum status st)
{
	if (st) {
		refuse_status(k, st, k->call.message);
		return;
	}
	buf_add(&k->out->body, k->call.out.ptr, k->call.out.len);
	say(k, 200, SIGNED);
}

static void session(struct asked *k)
{
	struct session_answer s = { NULL, HUB_SESSION_S };

	if (hub_session_new(k->e, &k->call, k->body.ptr, k->body.len)) {
		refuse(k, REFUSAL_UNAUTHORISED, k->call.message);
		return;
	}
	s.token = buf_str(&k->call.out);
	session_answer_write(&k->out->body, &s);
	say(k, 200, JSON);
}

static const char *query(struct asked *k, const char *name)
{
	const char *at = strchr(k->rest, '?');
	size_t n = strlen(name);

	while (at) {
		at++;
		if (strncmp(at, name, n) == 0 && at[n] == '=')
			return arena_strn(&k->a, at + n + 1, strcspn(at + n + 1, "&"));
		at = strchr(at, '&');
	}
	return "";
}

static void changes(struct asked *k)
{
	uint64_t since = strtoull(query(k, "since"), NULL, 10), size;
	struct refusal gone = { .kind = REFUSAL_GONE, .message = "begin at 0", .reset = true };
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	enum status st;

	if (!epoch_parse(epoch, query(k, "epoch"))) {
		refuse(k, REFUSAL_BAD_REQUEST, "epoch");
		return;
	}
	hub_head(k->e, &size, &root, gone.epoch);
	k->waits = !k->waited && since == size && strcmp(query(k, "wait"), "0") != 0
		&& memcmp(epoch, gone.epoch, sizeof(epoch)) == 0;
	if (k->waits)
		return;
	st = hub_page(&k->out->body, k->e, epoch, since, (unsigned int)strtoul(query(k, "limit"), NULL, 10));
	if (st == STATUS_CONFLICT) {
		buf_reset(&k->out->body);
		refusal_write(&k->out->body, &gone);
		say(k, 410, JSON);
	} else if (st) {
		refuse_status(k, st, status_message());
	} else {
		say(k, 200, "application/vnd.verdict.page");
	}
}

static void claim_answered(struct asked *k, enum status st, const char *ti, unsigned int good)
{
	const struct hub_lease *l = &k->call.lease;
	struct claim_answer c = { ti, l->who, l->fence, l->ttl_s };
	struct refusal r = { .kind = REFUSAL_CONFLICT, .message = k->call.message, .who = l->who, .since_s = l->since_s,
		.ttl_s = l->ttl_s };

	if (st == STATUS_CONFLICT && *l->who) {
		refusal_write(&k->out->body, &r);
		say(k, 409, JSON);
	} else if (st) {
		refuse_status(k, st, k->call.message);
	} else {
		if (good)
			claim_answer_write(&k->out->body, &c);
		else
			buf_adds(&k->out->body, "{}");
		say(k, good ? good : 200, JSON);
	}
}

static void claim(struct asked *k)
{
	struct claim_ask ask;

	if (claim_ask_read(&ask, &k->a, CLAIM_TAKE, buf_str(&k->body), k->body.len))
		refuse(k, REFUSAL_BAD_REQUEST, "claim");
	else
		claim_answered(k, hub_claim(k->e, &k->call, &k->session, ask.ti, ask.ttl_s, ask.nonce), ask.ti, 201);
}

/* "/claims/TI", "/claims/TI/hold", "/claims/TI/force" */
static void own_claim(struct asked *k)
{
	const char *at = k->rest + strlen("/claims/");
	size_t n = strcspn(at, "/?");
	enum claim_verb verb = strncmp(at + n, "/hold", 5) == 0 ? CLAIM_HOLD : at[n] == '/' ? CLAIM_FORCE : CLAIM_RENEW;
	struct claim_ask ask;
	char ti[300];

	if (!url_unescape(ti, sizeof(ti), at, n)) {
		refuse(k, REFUSAL_BAD_REQUEST, "TI");
		return;
	}
	if (k->q->method == NET_DELETE) {
		claim_answered(k, hub_claim_release(k->e, &k->call, &k->session, ti, strtoull(query(k, "fence"), NULL, 10)), ti, 0);
		return;
	}
	if (claim_ask_read(&ask, &k->a, verb, buf_str(&k->body), k->body.len))
		refuse(k, REFUSAL_BAD_REQUEST, "claim");
	else if (verb == CLAIM_RENEW)
		claim_answered(k, hub_claim_renew(k->e, &k->call, &k->session, ti, ask.fence, ask.ttl_s), ti, 200);
	else if (verb == CLAIM_HOLD)
		claim_answered(k, hub_claim_hold(k->e, &k->call, &k->session, ti, ask.fence, ask.hours), ti, 200);
	else
		claim_answered(k, hub_claim_force(k->e, &k->call, &k->session, ti, ask.why), ti, 0);
}

static void evidence(struct asked *k)
{
	const struct sim_request *q = k->q;
	struct digest d;
	uint64_t size, from = q->ranged ? q->from : 0, n;
	char *bytes;
	int fd;

	if (!digest_parse(&d, k->rest + strlen("/evidence/")) || hub_evidence_open(&fd, &size, k->e, &d)) {
		refuse(k, REFUSAL_NOT_FOUND, "no such evidence");
		return;
	}
	n = from >= size ? 0 : q->ranged && q->to < size - 1 ? q->to - from + 1 : size - from;
	bytes = mem_alloc(n + 1);
	if (pread(fd, bytes, n, (off_t)from) != (ssize_t)n) {
		refuse(k, REFUSAL_UNAVAILABLE, "the disk");
	} else {
		buf_add(&k->out->body, bytes, n);
		k->out->ranged = q->ranged;
		k->out->from = from;
		k->out->total = size;
		say(k, q->ranged ? 206 : 200, "application/octet-stream");
	}
	close(fd);
	mem_free(bytes);
}

static bool is(const struct asked *k, enum net_method method, const char *path)
{
	size_t n = strlen(path);

	return k->q->method == method && strncmp(k->rest, path, n) == 0 && (k->rest[n] == '\0' || k->rest[n] == '?');
}

static void of_event(struct asked *k)
{
	if (is(k, NET_POST, "/enrol")) {
		signed_answer(k, hub_enrol(k->e, &k->call, k->body.ptr, k->body.len));
		return;
	}
	if (is(k, NET_POST, "/session")) {
		session(k);
		return;
	}
	if (!k->q->token || hub_session_find(&k->session, k->e, k->q->token))
		refuse(k, REFUSAL_UNAUTHORISED, "no session");
	else if (is(k, NET_GET, "/hello"))
		event_hello(k);
	else if (is(k, NET_POST, "/have"))
		have(k);
	else if (is(k, NET_POST, "/records"))
		signed_answer(k, hub_push(k->e, &k->call, k->body.ptr, k->body.len));
	else if (is(k, NET_GET, "/changes"))
		changes(k);
	else if (is(k, NET_POST, "/claims"))
		claim(k);
	else if (k->q->method == NET_GET && strncmp(k->rest, "/evidence/", 10) == 0)
		evidence(k);
	else if (strncmp(k->rest, "/claims/", 8) == 0)
		own_claim(k);
	else
		refuse(k, REFUSAL_NOT_FOUND, "no such way");
}

bool sim_hub_answer(struct sim_answer *out, struct hub *h, const struct sim_request *q, bool waited)
{
	static const char events[] = "/v1/events/ev";
	struct asked k = { .h = h, .q = q, .out = out, .waited = waited };

	arena_init(&k.a);
	buf_init(&k.body, BATCH_BYTES_MAX);
	hub_call_init(&k.call, NULL, NULL);
	k.e = hub_event_find(h, "ev");
	if (!q->zstd)
		buf_add(&k.body, buf_str((struct buf *)(uintptr_t)&q->body), q->body.len);
	else if (packed_open(&k.body, q->body.ptr, q->body.len, BATCH_BYTES_MAX))
		buf_reset(&k.body);
	k.rest = q->path;
	if (is(&k, NET_GET, "/v1/hello")) {
		hello(&k);
	} else if (!k.e || strncmp(q->path, events, sizeof(events) - 1) != 0) {
		refuse(&k, REFUSAL_NOT_FOUND, "no such event");
	} else {
		k.rest = q->path + sizeof(events) - 1;
		of_event(&k);
	}
	hub_call_done(&k.call);
	buf_done(&k.body);
	arena_done(&k.a);
	return !k.waits;
}
