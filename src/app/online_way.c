/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way to the hub: HTTPS, an SSH tunnel, a drop; the next one where one fails, the first again when it answers.
 * Layer app; the loop's thread.
 */
#include "src/app/online_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

#define REST_MIN_MS 2000
#define REST_MAX_MS 60000
#define LINGER_MS 4000		/* a way that served may come back */
#define PROBE_MS 120000
#define KEY_FILE_MAX 16000
#define HELLO_MAX 65536

static enum way current(const struct online *o)
{
	return o->plan.order[o->at];
}

static const struct way_place *place_of(const struct online *o)
{
	return current(o) == WAY_SFTP ? &o->plan.sftp : &o->plan.ssh;
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
}

static void hang_up(struct online *o)
{
	drop_free(o->drop);
	o->drop = NULL;
	hop_free(o->hop);
	hop_free(o->jump);
	o->hop = o->jump = NULL;
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
}

static void on_ready(void *data)
{
	struct online *o = data;

	o->hop_ready = true;
	log_line(LOG_NOTE, "the SSH server %s let us in", place_of(o)->host);
	if (current(o) == WAY_SFTP) {
		works(o);
		o->drop = drop_new(o, o->hop);
	} else {
		sync_start(o->sync);
	}
	tell(o);
}

static void on_jump_ready(void *data)
{
	(void)data;		/* the hop behind it asks for its connection by itself */
}

static void on_failed(enum net_failure f, const char *why, void *data)
{
	way_failed(data, f, why);
}

/* Let in, but not to the hub: what the machine finds then says less. */
static void on_trouble(enum net_failure f, const char *why, void *data)
{
	way_failed(data, f, why);
}

static void ask_key(struct online *o, const struct hop_question *q, bool jump)
{
	char text[700];

	snprintf(o->asked_key, sizeof(o->asked_key), "%s", q->text);
	o->asking_key = true;
	snprintf(text, sizeof(text), "%s shows the key %s. Type the key that its keeper gave you, and both are compared: ",
		jump ? o->plan.jump.host : place_of(o)->host, q->text);
	o->host.ask(o->host.data, text, false);
}

static void ask(struct online *o, const struct hop_question *q, bool jump)
{
	o->asking_jump = jump;
	o->asking_key = false;
	if (!o->host.ask)
		online_answer(o, NULL);
	else if (q->kind == HOP_HOST_KEY)
		ask_key(o, q, jump);
	else
		o->host.ask(o->host.data, q->text, q->kind == HOP_SECRET);
}

static void on_ask(const struct hop_question *q, void *data)
{
	ask(data, q, false);
}

static void on_jump_ask(const struct hop_question *q, void *data)
{
	ask(data, q, true);
}

void online_answer(struct online *o, const char *text)
{
	struct hop *h = o->asking_jump ? o->jump : o->hop;
	const struct way_place *place = o->asking_jump ? &o->plan.jump : place_of(o);

	if (!h)
		return;
	if (!o->asking_key || !text) {
		hop_answer(h, text);
		return;
	}
	o->asking_key = false;
	if (!way_compared(o->asked_key, text)) {
		hop_answer(h, NULL);
		return;
	}
	if (way_remember(&o->plan, place, o->asked_key) != STATUS_OK)
		log_line(LOG_WARNING_, "the compared key could not be kept: %s", status_message());
	hop_answer(h, "yes");
}

/* ---- private keys ---- */

static void add_identity(struct hop_options *h, const char *path)
{
	const char *home = getenv("HOME");
	char full[4600];
	struct buf text;

	if (h->n_identities == HOP_IDENTITIES)
		return;
	if (!strncmp(path, "~/", 2))
		snprintf(full, sizeof(full), "%s/%s", home ? home : "", path + 2);
	else
		snprintf(full, sizeof(full), "%s", path);
	buf_init(&text, KEY_FILE_MAX);
	if (io_read_file(&text, full, KEY_FILE_MAX) == STATUS_OK && strstr(buf_str(&text), "PRIVATE KEY"))
		h->identities[h->n_identities++] = buf_take(&text);
	buf_done(&text);
}

static void add_identities(struct hop_options *h, const struct ways_plan *p)
{
	static const char *const usual[] = { "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa" };
	size_t i;

	if (p->identity[0])
		add_identity(h, p->identity);
	for (i = 0; !p->identity[0] && i < sizeof(usual) / sizeof(usual[0]); i++)
		add_identity(h, usual[i]);
}

static void forget_identities(struct hop_options *h)
{
	while (h->n_identities > 0) {
		char *text = (char *)(uintptr_t)h->identities[--h->n_identities];

		explicit_bzero(text, strlen(text));
		mem_free(text);
	}
}

static void describe(struct hop_options *h, const struct ways_plan *p, const struct way_place *place)
{
	const char *user = getenv("USER");

	memset(h, 0, sizeof(*h));
	h->host = place->host;
	h->port = place->port;
	h->user = place->user[0] ? place->user : user ? user : "";
	h->n_keys = way_keys(h->keys, p, place);
	h->agent = getenv("SSH_AUTH_SOCK");
	add_identities(h, p);
}

static void connect_hops(struct online *o, const struct way_place *place)
{
	static const struct hop_hooks last = { NULL, on_ready, on_failed, on_ask, on_trouble, NULL };
	static const struct hop_hooks first = { NULL, on_jump_ready, on_failed, on_jump_ask, on_trouble, NULL };
	struct hop_hooks hooks = last;
	struct hop_options h;
	struct buf exe;

	buf_init(&exe, 8192);
	if (hop_find_exe(&exe) != STATUS_OK) {
		way_failed(o, NET_CHILD, status_message());
		goto out;
	}
	hooks.data = o;
	if (o->plan.has_jump) {
		struct hop_hooks jump_hooks = first;

		jump_hooks.data = o;
		describe(&h, &o->plan, &o->plan.jump);
		h.target_host = place->host;
		h.target_port = place->port;
		o->jump = hop_new(o->loop, buf_str(&exe), &h, NULL, &jump_hooks);
		forget_identities(&h);
	}
	describe(&h, &o->plan, place);
	if (current(o) == WAY_SSH) {
		h.socket_path = place->path[0] ? place->path : NULL;
		h.target_host = place->target_port ? place->target_host : NULL;
		h.target_port = place->target_port;
	}
	o->hop = hop_new(o->loop, buf_str(&exe), &h, o->jump, &hooks);
	forget_identities(&h);
out:
	buf_done(&exe);
}

/* ---- the machine's view ---- */

/* Inside the tunnel to a socket of the hub, which is the hub's alone, TLS would add nothing; to a port it stays. */
static enum status apply_peer(struct online *o, struct net *net, bool tunnel)
{
	struct net_peer p = o->peer;

	if (tunnel && o->hop) {
		p.tunnel = hop_socket(o->hop);
		if (o->plan.ssh.path[0]) {
			p.base_url = "http://localhost";
			p.pin = NULL;
		}
	}
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
	loop_after(o->loop, &o->move_timer, REST_MIN_MS / 2 + (int64_t)(bits % bound), "ways: again", again, o);
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
		sync_start(o->sync);
	} else {
		connect_hops(o, place_of(o));
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
	} else if (o->running && o->hop && !o->hop_ready) {
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
