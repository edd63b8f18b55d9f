/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reaching the hub: whose it is, a session, its epoch, and what it has of our chain. Layer sync; one thread.
 * Each step ends in link_step(), which sees from the state what is next.
 */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/proto/signed.h"
#include "verdict/store/join.h"

#define BARRED_REST_S 60

static void went_wrong(struct sync *s, const char *why)
{
	lane_rest(s, &s->link, 0);
	link_down(s, NET_GARBLED, why);
}

/* ---- what the hub has of our chain ---- */

static enum status work_offer(struct job *j, struct store *st)
{
	return store_offer(st, &j->have);
}

static void offered(struct sync *s, struct job *j)
{
	if (j->code == STATUS_CONFLICT)	/* all is still sent and kept: the hub marks what forked */
		set_notice(s, "records with this installation's key were made elsewhere too (a restored backup?): "
			"ask for a new code and run: verdict join CODE");
	else if (j->code != STATUS_OK) {
		went_wrong(s, j->message);
		return;
	}
	lane_good(s, &s->link);
	s->linked = true;
	set_line(s, SYNC_ONLINE);
	pull_begin(s);
	claims_begin(s);
	fetch_begin(s);
}

static void on_have(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	struct job *j;

	switch (lane_judge(s, &s->link, a, TYPE_JSON)) {
	case ANSWER_GOOD:
		break;
	case ANSWER_NO:
	case ANSWER_LARGE:
		went_wrong(s, "the hub does not understand this console; which versions are they?");
		sync_step(s);
		return;
	default:
		sync_step(s);
		return;
	}
	j = job_new(s, work_offer, offered);
	j->wants_state = true;
	if (have_answer_read(&j->have, &j->a, a->body, a->len) != STATUS_OK) {
		j->work = NULL;	/* nothing to do but to read the state */
		j->then = NULL;
		went_wrong(s, status_message());
	}
	job_run(j);
}

static void ask_have(struct sync *s)
{
	struct have_ask ask = { s->state.replica, s->state.n, s->state.rid };
	struct net_request q = { .method = NET_POST, .type = TYPE_JSON };
	struct buf path, body;

	buf_init(&path, 2048);
	buf_init(&body, ANSWER_MAX);
	event_path(&path, s, "/have");
	have_ask_write(&body, &ask);
	q.path = buf_str(&path);
	q.body = body.ptr;
	q.len = body.len;
	lane_send(s, &s->link, &q, on_have, NULL);
	buf_done(&path);
	buf_done(&body);
}

/* ---- the event's feed and its epoch ---- */

static enum status work_epoch(struct job *j, struct store *st)
{
	return store_epoch(&j->flag, st, (const uint8_t *)j->in.ptr);
}

static void epoch_known(struct sync *s, struct job *j)
{
	if (j->code != STATUS_OK) {
		went_wrong(s, j->message);
		return;
	}
	if (j->flag && j->m)
		set_notice(s, "the hub was restored or replaced: everything here is offered to it again");
	ask_have(s);
}

static void on_event_hello(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->link, a, TYPE_JSON);
	struct event_hello h;
	struct job *j;

	if (is == ANSWER_NO || is == ANSWER_LARGE)
		went_wrong(s, "the hub does not know this event");
	if (is != ANSWER_GOOD) {
		sync_step(s);
		return;
	}
	j = job_new(s, work_epoch, epoch_known);
	j->wants_state = true;
	if (event_hello_read(&h, &j->a, a->body, a->len) != STATUS_OK ||
		(s->state.hub && strcmp(h.hub, s->state.hub) != 0)) {
		j->work = NULL;
		j->then = NULL;
		went_wrong(s, "what answers is another hub than the one that let this console in");
	} else {
		buf_add(&j->in, h.epoch, EPOCH_BYTES);
		j->m = s->state.has_epoch;	/* the first one is no change */
		s->head = h.size;
		s->batch_max = h.max_records && h.max_records < BATCH_RECORDS_MAX ? h.max_records : BATCH_RECORDS_MAX;
		s->bytes_max = h.max_bytes && h.max_bytes < BATCH_BYTES_MAX ? h.max_bytes : BATCH_BYTES_MAX;
	}
	job_run(j);
}

static void ask_event(struct sync *s)
{
	struct net_request q = { .method = NET_GET };
	struct buf path;

	buf_init(&path, 2048);
	event_path(&path, s, "/hello");
	q.path = buf_str(&path);
	lane_send(s, &s->link, &q, on_event_hello, NULL);
	buf_done(&path);
}

/* ---- the session ---- */

static void on_session(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	struct session_answer answer;
	struct arena arena;

	arena_init(&arena);
	if (!a->failure && (a->status == 401 || a->status == 403)) {	/* not a session that ended: no entry */
		snprintf(s->why, sizeof(s->why), "%s", refusal_text(a, &arena));
		set_line(s, SYNC_BARRED);
		s->link.failures = s->link.failures < 5 ? 5 : s->link.failures;
		lane_rest(s, &s->link, BARRED_REST_S);
	} else if (lane_judge(s, &s->link, a, TYPE_JSON) == ANSWER_GOOD) {
		if (session_answer_read(&answer, &arena, a->body, a->len) == STATUS_OK &&
			strlen(answer.token) < sizeof(s->token)) {
			snprintf(s->token, sizeof(s->token), "%s", answer.token);
			ask_event(s);
		} else {
			went_wrong(s, "the hub's answer makes no sense");
		}
	} else if (s->link.busy) {
		went_wrong(s, refusal_text(a, &arena));
	}
	arena_done(&arena);
	sync_step(s);
}

static enum status work_proof(struct job *j, struct store *st)
{
	return store_session_proof(&j->out, st, j->text);
}

/* What the store signed, for an answer of at most `max` bytes (0: the usual); it signs nothing while its key is locked. */
static void send_signed(struct sync *s, const struct job *j, const char *where, uint64_t max, net_answer_cb then)
{
	struct net_request q = { .method = NET_POST, .type = TYPE_SIGNED, .body_max = max };
	struct buf path;

	if (j->code == STATUS_DENIED) {
		lane_rest(s, &s->link, BARRED_REST_S);
		snprintf(s->why, sizeof(s->why), "%s", j->message);
		set_line(s, SYNC_LOCKED);
		return;
	}
	if (j->code != STATUS_OK) {
		went_wrong(s, j->message);
		return;
	}
	buf_init(&path, 2048);
	event_path(&path, s, where);
	q.path = buf_str(&path);
	q.body = j->out.ptr;
	q.len = j->out.len;
	lane_send(s, &s->link, &q, then, NULL);
	buf_done(&path);
}

static void proven(struct sync *s, struct job *j)
{
	send_signed(s, j, "/session", 0, on_session);
}

static void on_hello(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->link, a, TYPE_JSON);
	struct hello h;
	struct job *j;

	if (is == ANSWER_NO || is == ANSWER_LARGE)
		went_wrong(s, "what answers is no hub");
	if (is != ANSWER_GOOD) {
		sync_step(s);
		return;
	}
	j = job_new(s, work_proof, proven);
	if (hello_read(&h, &j->a, a->body, a->len) != STATUS_OK ||
		memcmp(h.key, s->state.hub_key, KEY_PUBLIC) != 0) {
		j->work = NULL;
		j->then = NULL;
		j->wants_state = true;
		went_wrong(s, "what answers is another hub than the one that let this console in");
	} else {
		j->text = h.nonce;
	}
	job_run(j);
}

static void ask_hello(struct sync *s)
{
	struct net_request q = { .method = NET_GET, .path = "/v1/hello" };

	lane_send(s, &s->link, &q, on_hello, NULL);
}

/* ---- a certificate, for who joined by a file ---- */

static void barred(struct sync *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "%s", why);
	set_line(s, SYNC_BARRED);
	s->link.failures = s->link.failures < 5 ? 5 : s->link.failures;
	lane_rest(s, &s->link, BARRED_REST_S);
}

static enum status work_certified(struct job *j, struct store *st)
{
	return store_enrol_answer(st, j->in.ptr, j->in.len);
}

static void certified(struct sync *s, struct job *j)
{
	if (j->code == STATUS_OK)
		lane_good(s, &s->link);
	else
		barred(s, j->message);
}

static void on_enrolled(const struct net_answer *a, void *data)
{
	enum judgement is = lane_judge(data, &((struct sync *)data)->link, a, TYPE_SIGNED);
	struct sync *s = data;
	struct arena arena;
	struct job *j;

	if (is == ANSWER_GOOD) {
		j = job_new(s, work_certified, certified);
		j->wants_state = true;
		buf_add(&j->in, a->body, a->len);
		job_run(j);
		return;
	}
	arena_init(&arena);
	if (is == ANSWER_NO || is == ANSWER_LARGE)
		barred(s, refusal_text(a, &arena));
	arena_done(&arena);
	sync_step(s);
}

static enum status work_request(struct job *j, struct store *st)
{
	return store_enrol_waiting(&j->out, st, (int64_t)j->n);
}

static void requested(struct sync *s, struct job *j)
{
	send_signed(s, j, "/enrol", SIGNED_PAYLOAD_MAX + 1024, on_enrolled);
}

static void ask_certificate(struct sync *s)
{
	struct job *j = job_new(s, work_request, requested);

	s->link.busy = true;
	j->n = (uint64_t)s->port.wall(s->port.data);
	job_run(j);
}

void link_step(struct sync *s)
{
	if (s->linked || !lane_ready(s, &s->link))
		return;
	if (!s->state.hub_url || !s->state.event) {
		set_line(s, SYNC_ALONE);
		s->link.not_before = INT64_MAX;	/* until sync_start() */
	} else if (s->state.waiting) {
		ask_certificate(s);
	} else if (!s->state.enrolled) {
		snprintf(s->why, sizeof(s->why), "enrolment is not finished; run: verdict join CODE");
		set_line(s, SYNC_BARRED);
		s->link.not_before = INT64_MAX;
	} else if (s->token[0]) {
		ask_event(s);
	} else {
		ask_hello(s);
	}
}
