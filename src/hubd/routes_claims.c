/* SPDX-License-Identifier: Apache-2.0 */
/* Routes of claims: take, renew, release, hold, force. Layer: hubd. Threads of the pool. */
#include "hubd_priv.h"

#include <string.h>
#include "verdict/model/kinds.h"

static bool read_ask(struct request *q, enum claim_verb verb)
{
	enum status st =
		claim_ask_read(&q->ask, &q->a, verb, q->body.ptr ? q->body.ptr : "", q->body.len);

	if (st)
		answer_status(q, st, status_message());
	return st == STATUS_OK;
}

void run_claim(struct request *q)
{
	if (!read_ask(q, CLAIM_TAKE))
		return;
	q->argument = q->ask.ti;
	call_begin(q);
	call_began(q,
		hub_claim(q->event, &q->call, &q->session, q->ask.ti, q->ask.ttl_s, q->ask.nonce));
}

void run_claim_renew(struct request *q)
{
	if (!read_ask(q, CLAIM_RENEW))
		return;
	call_begin(q);
	call_began(q,
		hub_claim_renew(
			q->event, &q->call, &q->session, q->argument, q->ask.fence, q->ask.ttl_s));
}

void run_claim_release(struct request *q)
{
	const char *text = uri_query(&q->uri, "fence");
	uint64_t fence;

	if (!text || !number_parse(&fence, text) || fence == 0) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "fence: want the number of the claim");
		return;
	}
	call_begin(q);
	call_began(q, hub_claim_release(q->event, &q->call, &q->session, q->argument, fence));
}

void run_claim_hold(struct request *q)
{
	if (!read_ask(q, CLAIM_HOLD))
		return;
	call_begin(q);
	call_began(q,
		hub_claim_hold(
			q->event, &q->call, &q->session, q->argument, q->ask.fence, q->ask.hours));
}

void run_claim_force(struct request *q)
{
	if (!read_ask(q, CLAIM_FORCE))
		return;
	call_begin(q);
	call_began(q, hub_claim_force(q->event, &q->call, &q->session, q->argument, q->ask.why));
}

static void audit_force(const struct request *q)
{
	struct note n;

	note_begin(&n, NOTE_AUDIT, "claim-force");
	note_str(&n, "of", hub_event_id(q->event));
	note_str(&n, "ti", q->argument);
	note_str(&n, "by", q->session.person);
	note_str(&n, "why", q->ask.why);
	note_str(&n, "done", q->call.code ? "no" : "yes");
	note_end(&n);
}

static void answer_holder(struct request *q)
{
	struct refusal r = { .kind = REFUSAL_CONFLICT,
		.message = q->call.message,
		.who = q->call.lease.who,
		.since_s = q->call.lease.since_s,
		.ttl_s = q->call.lease.ttl_s };

	answer_refusal(q, &r);
}

void finish_claim(struct request *q)
{
	const struct hub_lease *l = &q->call.lease;
	struct claim_answer c = { q->argument, l->who, l->fence, l->ttl_s };

	if (q->route == ROUTE_CLAIM_FORCE)
		audit_force(q);
	if (q->call.code == STATUS_CONFLICT && *l->who) {
		answer_holder(q);
	} else if (q->call.code) {
		answer_status(q, q->call.code, q->call.message);
	} else if (q->route == ROUTE_CLAIM_RELEASE || q->route == ROUTE_CLAIM_FORCE) {
		buf_adds(&q->out, "{}");
		answer_json(q, MHD_HTTP_OK);
	} else {
		claim_answer_write(&q->out, &c);
		answer_json(q, q->route == ROUTE_CLAIM ? MHD_HTTP_CREATED : MHD_HTTP_OK);
	}
}
