/* SPDX-License-Identifier: Apache-2.0 */
/* What participants hand in: evidence, and how far a TI is. Layer: hubd. Threads of the pool. */
#include "hubd_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"

#define KIND_DEFAULT "file"

/* The item's name and place stand in the query, so that a body is the item and nothing else. */
void run_give(struct request *q)
{
	const char *name = uri_query(&q->uri, "name"), *kind = uri_query(&q->uri, "kind"),
		   *text = uri_query(&q->uri, "step");
	struct hub_given g = { .by = &q->participant, .ti = q->argument, .name = name,
		.kind = kind ? kind : KIND_DEFAULT, .fd = q->spool, .sha256 = q->given, .size = q->spooled };
	uint64_t step = 0;

	if (!name || (text && (!number_parse(&step, text) || step > 999))) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0, "want ?name=FILE and, for a step, &step=N");
		return;
	}
	g.step = (unsigned int)step;
	call_begin(q);
	call_began(q, hub_give(q->event, &q->call, &g));
}

void run_ti_status(struct request *q)
{
	struct participant_ask ask;
	enum status st = participant_ask_read(&ask, &q->a, q->body.ptr ? q->body.ptr : "", q->body.len);
	struct hub_given g = { .by = &q->participant, .ti = q->argument, .has_status = true, .fd = -1 };
	int status;

	if (st) {
		answer_status(q, st, status_message());
		return;
	}
	status = ti_status_parse(ask.status);
	if (status < 0) {
		answer_refuse(q, REFUSAL_BAD_REQUEST, 0,
			"status: want running, paused, to-be-verified, critical or aborted");
		return;
	}
	g.status = (enum ti_status)status;
	g.comment = ask.comment && *ask.comment ? ask.comment : NULL;
	call_begin(q);
	call_began(q, hub_give(q->event, &q->call, &g));
}

static void log_given(const struct request *q)
{
	struct note n;

	note_begin(&n, NOTE_AUDIT, q->spool >= 0 ? "evidence" : "status");
	note_str(&n, "of", hub_event_id(q->event));
	note_str(&n, "ti", q->argument);
	note_str(&n, "who", q->participant.name);
	note_str(&n, "from", q->from);
	note_str(&n, "done", q->call.code ? "no" : "yes");
	note_end(&n);
}

void finish_give(struct request *q)
{
	char hex[DIGEST_HEX];
	struct jsonw w;

	log_given(q);
	if (q->call.code) {
		answer_status(q, q->call.code, q->call.message);
		return;
	}
	jsonw_init(&w, &q->out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "ti", q->argument);
	if (q->spool >= 0) {
		digest_hex(hex, &q->given);
		jsonw_int(&w, "n", q->call.count);
		jsonw_str(&w, "sha256", hex);
		jsonw_int(&w, "size", (int64_t)q->spooled);
	}
	jsonw_end_object(&w);
	buf_addc(&q->out, '\n');
	answer_json(q, MHD_HTTP_OK);
}
