/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session machine: its life, its status, and the turn that lets every lane do what it can. Layer sync; one
 * thread.
 */
#include "verdict/sync/sync.h"
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/mem.h"

#define FIRST (256u << 10)	/* bytes that go over a line of which nothing is known */

const char *sync_line_name(enum sync_line l)
{
	static const char *const names[] = { "alone", "connecting", "online", "offline", "locked", "barred" };

	return l <= SYNC_BARRED ? names[l] : "unknown";
}

static void measure_anew(struct sync *s)
{
	pace_init(&s->push.pace, FIRST, BATCH_BYTES_MAX);
	pace_init(&s->pull.pace, FEED_PAGE_BYTES, FEED_PAGE_BYTES);
	pace_init(&s->evidence.pace, FIRST, CHUNK);
	pace_init(&s->down, FIRST, CHUNK);
	s->round_ms = 0;
}

struct sync *sync_new(const struct sync_port *port)
{
	struct sync *s = mem_zalloc(sizeof(*s));

	s->port = *port;
	arena_init(&s->about);
	buf_init(&s->batch, BATCH_BYTES_MAX);
	s->line = SYNC_ALONE;
	s->since = port->wall(port->data);
	s->link.name = "link";
	s->push.name = "push";
	s->pull.name = "pull";
	s->claims.name = "claims";
	s->evidence.name = "evidence";
	s->batch_max = BATCH_RECORDS_MAX;
	s->bytes_max = BATCH_BYTES_MAX;
	measure_anew(s);
	return s;
}

void sync_over(struct sync *s, const char *way, enum sync_cost cost)
{
	if (s->over != way)
		measure_anew(s);
	s->over = way;
	s->cost = cost;
}

void sync_free(struct sync *s)
{
	if (!s)
		return;
	claims_free(s);
	arena_done(&s->about);
	buf_done(&s->batch);
	mem_free(s->wanted);
	mem_free(s);
}

bool sync_busy(const struct sync *s)
{
	return s->jobs > 0;
}

static void cancel(struct sync *s, struct lane *l)
{
	if (l->request)
		s->port.cancel(s->port.data, l->request);
	l->request = 0;
	l->busy = false;
}

void sync_stop(struct sync *s)
{
	if (s->push.request) {
		s->batches_lost++;
		pace_bad(&s->push.pace);
	}
	s->running = s->linked = false;
	cancel(s, &s->link);
	cancel(s, &s->push);
	cancel(s, &s->pull);
	cancel(s, &s->claims);
	cancel(s, &s->evidence);
	s->pages = 0;
}

/* ---- who the hub is ---- */

static enum status work_certificate(struct job *j, struct store *st)
{
	enum status rc = store_hub_certificate(&j->text, &j->a, st);

	return rc == STATUS_NOT_FOUND ? STATUS_OK : rc;
}

static void certificate_read(struct sync *s, struct job *j)
{
	struct net_peer p = { .base_url = s->state.hub_url, .ca_pem = j->text,
		.pin = s->state.has_pin ? s->state.pin : NULL };

	if (j->code == STATUS_OK && (!s->state.hub_url || s->port.peer(s->port.data, &p) == STATUS_OK))
		return;
	snprintf(s->why, sizeof(s->why), "%s", j->code == STATUS_OK ? status_message() : j->message);
	set_line(s, SYNC_BARRED);
	s->link.not_before = INT64_MAX;
}

static void learn_hub(struct sync *s)
{
	struct job *j = job_new(s, work_certificate, certificate_read);

	j->wants_state = true;
	job_run(j);
}

void sync_start(struct sync *s)
{
	if (s->jobs)		/* of a life before: they come to nothing, and the next one begins after them */
		s->start_due = true;
	s->running = !s->jobs;
	if (!s->running)
		return;
	s->start_due = false;
	s->link = (struct lane){ .name = s->link.name };
	s->token[0] = '\0';
	s->has_state = false;
	if (s->line == SYNC_ALONE)
		set_line(s, SYNC_CONNECTING);
	learn_hub(s);
}

void sync_now(struct sync *s)
{
	struct lane *lanes[] = { &s->link, &s->push, &s->pull, &s->claims, &s->evidence };
	size_t i;

	s->down.rate = 0;	/* perhaps it is another line now */
	for (i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
		if (lanes[i]->not_before != INT64_MAX)
			lanes[i]->not_before = 0;
	sync_step(s);
}

void sync_saved(struct sync *s)
{
	if (s->running)
		state_load(s);
}

static void earlier(int64_t *due, const struct sync *s, const struct lane *l)
{
	if (!l->busy && l->not_before > s->port.now(s->port.data) && l->not_before < *due)
		*due = l->not_before;
}

/* When time alone makes something possible again. */
static int64_t due(const struct sync *s)
{
	int64_t at = claims_due(s);

	earlier(&at, s, &s->link);
	if (!s->linked)
		return at;
	earlier(&at, s, &s->push);
	earlier(&at, s, &s->pull);
	earlier(&at, s, &s->claims);
	earlier(&at, s, &s->evidence);
	return at;
}

void sync_step(struct sync *s)
{
	if (s->start_due && !s->jobs)
		sync_start(s);
	if (!s->running || !s->has_state)
		return;
	link_step(s);
	push_step(s);
	pull_step(s);
	claims_step(s);
	fetch_step(s);
	s->port.wake(s->port.data, due(s));
}

void sync_tick(struct sync *s)
{
	sync_step(s);
}

bool sync_settled(const struct sync *s)
{
	/* of a hub that rewrote its history nothing is taken, so there is nothing to wait for */
	return s->linked && (s->settled_once || s->state.conflict) && !s->state.unsent && !s->pages && !s->jobs && !s->push.busy &&
		s->claims_known && !s->ops && !s->claims.busy && fetch_settled(s);
}

const uint8_t *sync_hub_key(const struct sync *s)
{
	return s->has_state && s->state.hub ? s->state.hub_key : NULL;
}

void sync_status(struct sync_status *out, const struct sync *s)
{
	int64_t rest = s->link.not_before - s->port.now(s->port.data);

	memset(out, 0, sizeof(*out));
	out->way = "https";
	out->batches = s->batches;
	out->batches_lost = s->batches_lost;
	out->line_rate = s->down.rate;
	out->held = s->linked ? fetch_held(s) : NULL;
	out->line = s->line;
	out->since = s->since;
	out->failure = s->failure;
	snprintf(out->why, sizeof(out->why), "%s", s->why);
	snprintf(out->notice, sizeof(out->notice), "%s", s->notice);
	snprintf(out->claim, sizeof(out->claim), "%s", s->claim);
	out->claim_mine = s->claim_mine;
	out->claim_other = s->claim_other;
	out->retry_ms = s->linked || rest < 0 || s->link.not_before == INT64_MAX ? 0 : rest;
	out->unsent = s->state.unsent;
	out->refused = s->state.refused;
	out->cursor = s->state.cursor;
	out->head = s->head > s->state.cursor ? s->head : s->state.cursor;
	out->root = s->state.root;
	out->pushing = s->push.busy;
	out->pulling = s->pages > 0 || (s->pull.busy && !s->poll);
	out->sent = s->sent;
	out->received = s->received;
	out->evidence_left = out->held ? 0 : s->n_wanted;
	out->evidence_failures = s->evidence.failures;
	out->evidence_bytes = s->n_wanted ? s->wanted[0].have : 0;
	out->moved = out->evidence_bytes;
}
