/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way to the hub: HTTPS, an SSH tunnel, a drop; the next one where one fails, the first again when it answers.
 * Layer app; the loop's thread.
 */
#include "src/app/online_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

#define REST_MIN_MS 2000
#define REST_MAX_MS 60000
#define LINGER_MS 4000		/* a way that served may come back */
#define PROBE_MS 120000
#define HELLO_MAX 65536

static enum way current(const struct online *o)
{
	return o->plan.order[o->at];
}

static void tell(struct online *o)
{
	if (o->host.changed)
		o->host.changed(o->host.data, SYNC_CHANGED_LINE);
}

void way_init(struct online *o)
{
	size_t i;

	if (o->host.plan)
		o->plan = *o->host.plan;
	if (!o->plan.n)
		o->plan.order[o->plan.n++] = WAY_HTTPS;
	for (i = 0; i < WAY_COUNT; i++)
		o->ways[i].way = (enum way)i;
	o->n_order = o->plan.n;
	memcpy(o->order, o->plan.order, sizeof(o->order));
	way_memory_read(o->memory, o->plan.memory);
}

static void hang_up(struct online *o)
{
	drop_free(o->drop);
	o->drop = NULL;
	hops_free(o->hops);
	o->hops = NULL;
	o->hop_ready = false;
}

void way_done(struct online *o)
{
	loop_cancel(o->loop, &o->move_timer);
	loop_cancel(o->loop, &o->probe_timer);
	net_free(o->probe);
	o->probe = NULL;
	hang_up(o);
	mem_free((char *)o->peer.base_url);
	mem_free((char *)o->peer.ca_pem);
	mem_free((uint8_t *)o->peer.pin);
}

/* ---- servers in between ---- */

static void begin(struct online *o);
static void move_on(void *data);

void way_failed(struct online *o, enum net_failure f, const char *why)
{
	struct online_way *w = &o->ways[current(o)];

	if (!o->running || o->resting)
		return;
	if (o->move_timer && !o->reached)	/* told already, by who knew more */
		return;
	w->known = true;
	w->failure = f;
	snprintf(w->why, sizeof(w->why), "%s", why);
	way_remembered(o, current(o));
	if (o->plan.n == 1 && current(o) == WAY_HTTPS) {
		o->gave_up = true;	/* the machine tries again by itself */
		return;
	}
	if (!o->move_timer)
		loop_after(o->loop, &o->move_timer, o->reached && current(o) == WAY_HTTPS ? LINGER_MS : 0, "ways: next",
			move_on, o);
	tell(o);
}

static void works(struct online *o)
{
	o->reached = true;
	o->rounds = 0;
	o->ways[current(o)].known = true;
	o->ways[current(o)].failure = NET_NO_FAILURE;
	o->ways[current(o)].why[0] = '\0';
	way_remembered(o, current(o));
}

static void on_ready(void *data)
{
	struct online *o = data;

	o->hop_ready = true;
	if (current(o) == WAY_SFTP) {
		works(o);
		o->drop = drop_new(o, hops_last(o->hops));
	} else if (!o->joining) {
		sync_start(o->sync);
	}
	tell(o);
}

static void on_failed(bool jump, enum net_failure f, const char *why, void *data)
{
	(void)jump;
	way_failed(data, f, why);
}

static void ask(void *data, const char *text, bool secret)
{
	struct online *o = data;

	if (o->host.ask)
		o->host.ask(o->host.data, text, secret);
	else
		online_answer(o, NULL);
}

void online_answer(struct online *o, const char *text)
{
	if (o->hops)
		hops_answer(o->hops, text);
}

static void connect_hops(struct online *o)
{
	/* let in, but not to the hub, is trouble: what the machine finds then says less */
	const struct hops_hooks hooks = { o, on_ready, on_failed, on_failed, ask, NULL };

	o->hops = hops_new(o->loop, &o->plan, current(o), &hooks);
	if (!o->hops)
		way_failed(o, NET_CHILD, status_message());
}

/* ---- the machine's view ---- */

static enum status apply_peer(struct online *o, struct net *net, bool tunnel)
{
	struct net_peer p = o->peer;

	if (tunnel && o->hops)
		hops_peer(&p, o->hops);
	return net_set_peer(net, &p);
}

enum status way_peer(struct online *o, const struct net_peer *p)
{
	char *url = mem_strdup(p->base_url), *pem = mem_strdup(p->ca_pem ? p->ca_pem : "");
	uint8_t *pin = p->pin ? mem_dup(p->pin, NET_PIN) : NULL;

	mem_free((char *)o->peer.base_url);
	mem_free((char *)o->peer.ca_pem);
	mem_free((uint8_t *)o->peer.pin);
	o->peer = (struct net_peer){ .base_url = url, .ca_pem = pem, .pin = pin, .pin_only = p->pin_only };
	return apply_peer(o, o->net, current(o) == WAY_SSH);
}

void way_changed(struct online *o)
{
	struct sync_status s;

	sync_status(&s, o->sync);
	if (!o->running || current(o) == WAY_SFTP)
		return;
	if (s.line == SYNC_ONLINE) {
		loop_cancel(o->loop, &o->move_timer);
		works(o);
	} else if (s.line == SYNC_OFFLINE && s.retry_ms > 0) {	/* of this way: the line of the last one stays until it works */
		way_failed(o, s.failure, s.why);
	}
}

/* ---- from one way to the next ---- */

static void leave(struct online *o)
{
	loop_cancel(o->loop, &o->move_timer);
	loop_cancel(o->loop, &o->probe_timer);
	net_free(o->probe);
	o->probe = NULL;
	sync_stop(o->sync);
	hang_up(o);
	o->reached = false;
}

static void again(void *data)
{
	struct online *o = data;

	o->resting = false;
	begin(o);
}

/* Nothing answered: all rest, anywhere up to a bound that doubles. */
static void rest(struct online *o)
{
	uint32_t bits, bound = REST_MIN_MS << (o->rounds < 5 ? o->rounds : 5);

	if (o->rounds < 100)
		o->rounds++;
	random_bytes(&bits, sizeof(bits));
	bound = bound < REST_MAX_MS ? bound : REST_MAX_MS;
	o->resting = o->gave_up = true;
	o->again_at = clock_boot_ms() + REST_MIN_MS / 2 + (int64_t)(bits % bound);
	loop_after(o->loop, &o->move_timer, o->again_at - clock_boot_ms(), "ways: again", again, o);
	tell(o);
}

static void move_on(void *data)
{
	struct online *o = data;

	leave(o);
	o->at = (o->at + 1) % o->plan.n;
	if (o->at == 0)
		rest(o);
	else
		begin(o);
}

/* ---- back to the first way ---- */

static void probe_later(struct online *o);

static void take_first(void *data)
{
	struct online *o = data;

	leave(o);
	o->at = 0;
	begin(o);
}

static void on_probe(const struct net_answer *a, void *data)
{
	struct online *o = data;
	struct online_way *w = &o->ways[WAY_HTTPS];

	w->known = true;
	w->failure = a->failure;
	snprintf(w->why, sizeof(w->why), "%s", a->message);
	way_remembered(o, WAY_HTTPS);
	if (!a->failure && a->status == 200 && !strcmp(a->type, "application/json"))
		loop_after(o->loop, &o->probe_timer, 0, "ways: first", take_first, o);
	else
		probe_later(o);
}

static void probe(void *data)
{
	struct net_request q = { .method = NET_GET, .path = "/v1/hello", .body_max = HELLO_MAX };
	struct online *o = data;
	struct buf exe;

	buf_init(&exe, 8192);
	if (!o->probe && net_find_exe(&exe) == STATUS_OK)
		o->probe = net_new(o->loop, buf_str(&exe));
	buf_done(&exe);
	if (o->probe && o->peer.base_url && apply_peer(o, o->probe, false) == STATUS_OK)
		net_send(o->probe, &q, on_probe, NULL, o);
}

static void probe_later(struct online *o)
{
	if (!o->probe_timer)
		loop_after(o->loop, &o->probe_timer, PROBE_MS, "ways: try the first", probe, o);
}

static void begin(struct online *o)
{
	o->reached = false;
	sync_over(o->sync, way_name(current(o)), o->plan.cost[current(o)]);
	if (current(o) == WAY_HTTPS) {
		if (!o->joining)
			sync_start(o->sync);
	} else {
		connect_hops(o);
		if (o->plan.order[0] == WAY_HTTPS && o->at > 0)
			probe_later(o);
	}
	tell(o);
}

/* ---- what the console calls ---- */

void online_start(struct online *o)
{
	leave(o);
	o->running = true;
	o->resting = o->gave_up = false;
	o->rounds = 0;
	o->at = 0;
	begin(o);
}

void online_open(struct online *o)
{
	o->joining = true;
	online_start(o);
}

bool online_opened(const struct online *o)
{
	return current(o) == WAY_HTTPS || o->hop_ready;
}

void online_joined(struct online *o)
{
	o->joining = false;
	sync_start(o->sync);
}

void online_stop(struct online *o)
{
	o->running = false;
	leave(o);
}

void online_now(struct online *o)
{
	o->gave_up = false;
	if (o->resting || (o->at > 0 && !o->reached)) {
		online_start(o);
		return;
	}
	if (o->at > 0 && !o->probe_timer)
		return;			/* a probe is under way */
	if (o->at > 0)
		probe(o);
	if (o->drop) {
		drop_now(o->drop);
		return;
	}
	net_drop_idle(o->net);	/* a connection from before a change of network is a dead end */
	sync_now(o->sync);
}

void online_saved(struct online *o)
{
	if (o->drop)
		drop_now(o->drop);
	else
		sync_saved(o->sync);
}

bool online_busy(const struct online *o)
{
	return sync_busy(o->sync) || (o->drop && drop_busy(o->drop));
}

bool online_settled(const struct online *o)
{
	return o->drop ? drop_settled(o->drop) : sync_settled(o->sync);
}

bool online_gave_up(const struct online *o)
{
	return o->gave_up;
}

void online_status(struct sync_status *out, const struct online *o)
{
	const struct online_way *w = &o->ways[current(o)];

	sync_status(out, o->sync);
	out->way = way_name(current(o));
	if (o->running && o->resting) {		/* the first way's reason: it is the one that should work */
		w = &o->ways[o->plan.order[0]];
		out->line = SYNC_OFFLINE;
	} else if (o->running && o->hops && !o->hop_ready) {
		out->line = SYNC_CONNECTING;
		return;
	} else if (o->drop) {
		drop_status(out, o->drop);
		return;
	} else if (out->line != SYNC_OFFLINE) {
		return;
	}
	if (w->known && w->failure) {
		out->failure = w->failure;
		snprintf(out->why, sizeof(out->why), "%s", w->why);
	}
}

/* ---- one alone ---- */

enum status online_pick(struct online *o, enum way w)
{
	if (w < WAY_COUNT && !way_set_up(&o->plan, w))
		return status_set(STATUS_USAGE, "no place is set for %s; verdict.conf: set %s %s://USER@HOST/…", way_name(w),
			w == WAY_SSH ? "hub" : "sftp", way_name(w));
	leave(o);
	o->picked = w < WAY_COUNT;
	o->plan.n = o->picked ? 1 : o->n_order;
	memcpy(o->plan.order, o->order, sizeof(o->order));
	if (o->picked)
		o->plan.order[0] = w;
	o->at = 0;
	if (o->running)
		online_start(o);
	tell(o);
	return STATUS_OK;
}
