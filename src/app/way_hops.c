/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SSH servers of a way: the one that leads there, the one the hub is behind, whose keys are known, what is asked
 * of the person. Layer app; the loop's thread.
 */
#include "src/app/online_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"

#define KEY_FILE_MAX 16000

struct hops {
	const struct ways_plan *plan;
	enum way way;
	struct hops_hooks hooks;
	struct hop *jump, *last;
	bool asking_key, asking_jump;
	char asked_key[96];	/* fingerprint that a person compares */
};

static const struct way_place *place_of(const struct hops *h)
{
	return h->way == WAY_SFTP ? &h->plan->sftp : &h->plan->ssh;
}

struct hop *hops_last(const struct hops *h)
{
	return h->last;
}

void hops_free(struct hops *h)
{
	if (!h)
		return;
	hop_free(h->last);
	hop_free(h->jump);
	mem_free(h);
}

/* ---- what they tell ---- */

static void on_ready(void *data)
{
	struct hops *h = data;

	log_line(LOG_NOTE, "the SSH server %s let us in", place_of(h)->host);
	h->hooks.ready(h->hooks.data);
}

static void on_jump_ready(void *data)
{
	(void)data;		/* the hop behind it asks for its connection by itself */
}

static void on_failed(enum net_failure f, const char *why, void *data)
{
	struct hops *h = data;

	h->hooks.failed(false, f, why, h->hooks.data);
}

static void on_jump_failed(enum net_failure f, const char *why, void *data)
{
	struct hops *h = data;

	h->hooks.failed(true, f, why, h->hooks.data);
}

static void on_trouble(enum net_failure f, const char *why, void *data)
{
	struct hops *h = data;

	h->hooks.trouble(false, f, why, h->hooks.data);
}

static void on_jump_trouble(enum net_failure f, const char *why, void *data)
{
	struct hops *h = data;

	h->hooks.trouble(true, f, why, h->hooks.data);
}

static void on_step(enum hop_step s, unsigned int ms, const char *text, void *data)
{
	struct hops *h = data;

	if (h->hooks.step)
		h->hooks.step(false, s, ms, text, h->hooks.data);
}

static void on_jump_step(enum hop_step s, unsigned int ms, const char *text, void *data)
{
	struct hops *h = data;

	if (h->hooks.step)
		h->hooks.step(true, s, ms, text, h->hooks.data);
}

/* ---- what they ask ---- */

static void ask_key(struct hops *h, const struct hop_question *q, bool jump)
{
	char text[700];

	snprintf(h->asked_key, sizeof(h->asked_key), "%s", q->text);
	h->asking_key = true;
	snprintf(text, sizeof(text), "%s shows the key %s. Type the key that its keeper gave you, and both are compared: ",
		jump ? h->plan->jump.host : place_of(h)->host, q->text);
	h->hooks.ask(h->hooks.data, text, false);
}

static void ask(struct hops *h, const struct hop_question *q, bool jump)
{
	h->asking_jump = jump;
	h->asking_key = false;
	if (!h->hooks.ask)
		hops_answer(h, NULL);
	else if (q->kind == HOP_HOST_KEY)
		ask_key(h, q, jump);
	else
		h->hooks.ask(h->hooks.data, q->text, q->kind == HOP_SECRET);
}

static void on_ask(const struct hop_question *q, void *data)
{
	ask(data, q, false);
}

static void on_jump_ask(const struct hop_question *q, void *data)
{
	ask(data, q, true);
}

void hops_answer(struct hops *h, const char *text)
{
	struct hop *hop = h->asking_jump ? h->jump : h->last;

	if (!h->asking_key || !text) {
		hop_answer(hop, text);
		return;
	}
	h->asking_key = false;
	if (!way_compared(h->asked_key, text)) {
		hop_answer(hop, NULL);
		return;
	}
	if (way_remember(h->plan, h->asking_jump ? &h->plan->jump : place_of(h), h->asked_key) != STATUS_OK)
		log_line(LOG_WARNING_, "the compared key could not be kept: %s", status_message());
	hop_answer(hop, "yes");
}

/* ---- private keys ---- */

static void add_identity(struct hop_options *o, const char *path)
{
	const char *home = getenv("HOME");
	char full[4600];
	struct buf text;

	if (o->n_identities == HOP_IDENTITIES)
		return;
	if (!strncmp(path, "~/", 2))
		snprintf(full, sizeof(full), "%s/%s", home ? home : "", path + 2);
	else
		snprintf(full, sizeof(full), "%s", path);
	buf_init(&text, KEY_FILE_MAX);
	if (io_read_file(&text, full, KEY_FILE_MAX) == STATUS_OK && strstr(buf_str(&text), "PRIVATE KEY"))
		o->identities[o->n_identities++] = buf_take(&text);
	buf_done(&text);
}

static void add_identities(struct hop_options *o, const struct ways_plan *p)
{
	static const char *const usual[] = { "~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa" };
	size_t i;

	if (p->identity[0])
		add_identity(o, p->identity);
	for (i = 0; !p->identity[0] && i < sizeof(usual) / sizeof(usual[0]); i++)
		add_identity(o, usual[i]);
}

static void forget_identities(struct hop_options *o)
{
	while (o->n_identities > 0) {
		char *text = (char *)(uintptr_t)o->identities[--o->n_identities];

		explicit_bzero(text, strlen(text));
		mem_free(text);
	}
}

static void describe(struct hop_options *o, const struct ways_plan *p, const struct way_place *place)
{
	const char *user = getenv("USER");

	memset(o, 0, sizeof(*o));
	o->host = place->host;
	o->port = place->port;
	o->user = place->user[0] ? place->user : user ? user : "";
	o->n_keys = way_keys(o->keys, p, place);
	o->agent = getenv("SSH_AUTH_SOCK");
	add_identities(o, p);
}

/* ---- the connection ---- */

static void connect_jump(struct hops *h, struct loop *loop, const char *exe)
{
	const struct hop_hooks hooks = { h, on_jump_ready, on_jump_failed, on_jump_ask, on_jump_trouble, on_jump_step };
	const struct way_place *place = place_of(h);
	struct hop_options o;

	describe(&o, h->plan, &h->plan->jump);
	o.target_host = place->host;
	o.target_port = place->port;
	h->jump = hop_new(loop, exe, &o, NULL, &hooks);
	forget_identities(&o);
}

struct hops *hops_new(struct loop *loop, const struct ways_plan *p, enum way w, const struct hops_hooks *hooks)
{
	struct hops *h = NULL;
	const struct way_place *place;
	struct hop_options o;
	struct buf exe;

	buf_init(&exe, 8192);
	if (hop_find_exe(&exe) != STATUS_OK)
		goto out;
	h = mem_zalloc(sizeof(*h));
	h->plan = p;
	h->way = w;
	h->hooks = *hooks;
	place = place_of(h);
	if (p->has_jump)
		connect_jump(h, loop, buf_str(&exe));
	describe(&o, p, place);
	if (w == WAY_SSH) {
		o.socket_path = place->path[0] ? place->path : NULL;
		o.target_host = place->target_port ? place->target_host : NULL;
		o.target_port = place->target_port;
	}
	h->last = hop_new(loop, buf_str(&exe), &o, h->jump,
		&(const struct hop_hooks){ h, on_ready, on_failed, on_ask, on_trouble, on_step });
	forget_identities(&o);
out:
	buf_done(&exe);
	return h;
}

/* Inside the tunnel to a socket of the hub, which is the hub's alone, TLS would add nothing; to a port it stays. */
void hops_peer(struct net_peer *p, const struct hops *h)
{
	p->tunnel = hop_socket(h->last);
	if (h->plan->ssh.path[0]) {
		p->base_url = "http://localhost";
		p->pin = NULL;
	}
}
