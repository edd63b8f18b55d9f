/* SPDX-License-Identifier: Apache-2.0 */
/* Routes without a session: who the hub is, enrolment, sessions, health, metrics. Layer: hubd.
 * Threads of the pool. */
#include "hubd_priv.h"
#include "config.h"

#include <string.h>

#define PEM_TYPE "application/x-pem-file"
#define SIGNED_TYPE "application/vnd.verdict.signed"

void run_hello(struct request *q)
{
	char nonce[HUB_NONCE];
	struct hello h = { .version = PACKAGE_VERSION, .nonce = nonce };
	const struct key *key = hub_key(q->s->o.hub);

	hub_nonce(nonce, q->s->o.hub);
	h.hub = key_id(key);
	memcpy(h.key, key_public(key), sizeof(h.key));
	h.now = hub_now(q->s->o.hub);
	hello_write(&q->out, &h);
	answer_json(q, MHD_HTTP_OK);
}

/* Who joins through a tunnel asks at the hub's own socket, and comes by TLS another day: any address with TLS will do. */
static void any_certificate(struct request *q)
{
	size_t i;

	lock_take(&q->s->lock);
	for (i = 0; i < q->s->n_servings && !q->out.len; i++)
		if (q->s->servings[i]->tls.certificate && !q->s->servings[i]->closing)
			buf_adds(&q->out, q->s->servings[i]->tls.certificate);
	lock_give(&q->s->lock);
}

void run_ca(struct request *q)
{
	if (q->serving->tls.certificate)
		buf_adds(&q->out, q->serving->tls.certificate);
	else
		any_certificate(q);
	if (q->out.len)
		answer_bytes(q, MHD_HTTP_OK, PEM_TYPE);
	else
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "this hub has no TLS");
}

void run_health(struct request *q)
{
	struct hub_stats stats;

	hub_stats(&stats, q->s->o.hub);
	if (stats.failing) {
		answer_refuse(q, REFUSAL_UNAVAILABLE, RETRY_S, "the last commit failed");
		return;
	}
	buf_adds(&q->out, "{\"status\":\"ok\"}");
	answer_json(q, MHD_HTTP_OK);
}

void run_metrics(struct request *q)
{
	hubd_metrics(&q->out, q->s);
	answer_bytes(q, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8");
}

static void audit(const struct request *q, const char *what, bool done)
{
	struct note n;

	note_begin(&n, NOTE_AUDIT, what);
	note_str(&n, "from", q->from);
	note_str(&n, "of", hub_event_id(q->event));
	note_str(&n, "done", done ? "yes" : "no");
	if (!done)
		note_str(&n, "why", q->call.message);
	note_end(&n);
}

void run_enrol(struct request *q)
{
	call_begin(q);
	call_began(q, hub_enrol(q->event, &q->call, q->body.ptr, q->body.len));
}

void finish_enrol(struct request *q)
{
	audit(q, "enrol", q->call.code == STATUS_OK);
	if (q->call.code) {
		answer_status(q, q->call.code, q->call.message);
		return;
	}
	buf_add(&q->out, q->call.out.ptr, q->call.out.len);
	answer_bytes(q, MHD_HTTP_OK, SIGNED_TYPE);
}

void run_session(struct request *q)
{
	call_begin(q);
	call_began(q, hub_session_new(q->event, &q->call, q->body.ptr, q->body.len));
}

void finish_session(struct request *q)
{
	struct session_answer s = { NULL, HUB_SESSION_S };

	audit(q, "session", q->call.code == STATUS_OK);
	if (q->call.code == STATUS_DENIED) {
		answer_refuse(q, REFUSAL_UNAUTHORISED, 0, "%s", q->call.message);
	} else if (q->call.code) {
		answer_status(q, q->call.code, q->call.message);
	} else {
		s.token = buf_str(&q->call.out);
		session_answer_write(&q->out, &s);
		answer_json(q, MHD_HTTP_OK);
	}
}
