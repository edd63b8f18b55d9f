/* SPDX-License-Identifier: Apache-2.0 */
/* Trying one way step by step. Layer app; the loop's thread. */
#include "verdict/app/way_test.h"

#include <stdio.h>
#include <string.h>
#include "src/app/online_priv.h"
#include "verdict/base/arena.h"
#include "verdict/base/mem.h"
#include "verdict/proto/answer.h"

#define HELLO_MAX 65536
#define LINGER_MS 300	/* for the word of who knows more */

struct way_test {
	struct loop *loop;
	struct ways_plan plan;
	struct way_test_hooks hooks;
	struct way_report report;
	char *base_url, *ca_pem;
	uint8_t pin[NET_PIN], hub_key[KEY_PUBLIC];
	bool has_pin, has_key;
	struct net *net;
	struct hops *hops;
	struct loop_timer *timer;
	enum net_failure pending;
	char pending_why[NET_MESSAGE];
};

const char *way_step_name(enum way_step s)
{
	static const char *const names[] = { "name", "route", "port", "tls", "host-key", "login", "folder", "hub-process",
		"hub" };

	return s < STEP_COUNT ? names[s] : "unknown";
}

const char *way_step_words(enum way_step s)
{
	static const char *const words[] = { "name", "route", "port", "TLS", "host key", "login", "folder", "hub's process",
		"hub" };

	return s < STEP_COUNT ? words[s] : "unknown";
}

/* ---- rows ---- */

static void add_row(struct way_test *t, enum way_step step, const char *host)
{
	struct way_row *r = &t->report.rows[t->report.n];

	if (t->report.n == WAY_ROWS)
		return;
	t->report.n++;
	r->step = step;
	r->ms = -1;
	snprintf(r->host, sizeof(r->host), "%s", host);
}

static void add_server(struct way_test *t, const struct way_place *at, bool direct)
{
	if (direct) {
		add_row(t, STEP_NAME, at->host);
		add_row(t, STEP_ROUTE, at->host);
	}
	add_row(t, STEP_PORT, at->host);
	add_row(t, STEP_KEY, at->host);
	add_row(t, STEP_LOGIN, at->host);
}

static void add_rows(struct way_test *t)
{
	const struct ways_plan *p = &t->plan;
	const struct way_place *at = t->report.way == WAY_SFTP ? &p->sftp : &p->ssh;
	char host[256] = "";

	if (t->report.way == WAY_HTTPS) {
		const char *from = strstr(t->base_url, "://") ? strstr(t->base_url, "://") + 3 : t->base_url;

		snprintf(host, sizeof(host), "%.250s", from);
		add_row(t, STEP_NAME, host);
		add_row(t, STEP_ROUTE, host);
		add_row(t, STEP_PORT, host);
		add_row(t, STEP_SECURE, host);
		add_row(t, STEP_HUB, host);
		return;
	}
	if (p->has_jump)
		add_server(t, &p->jump, true);
	add_server(t, at, !p->has_jump);
	if (t->report.way == WAY_SFTP) {
		add_row(t, STEP_FOLDER, at->host);
		return;
	}
	add_row(t, STEP_PLACE, at->host);
	add_row(t, STEP_HUB, at->host);
}

static struct way_row *first_open(struct way_test *t)
{
	size_t i;

	for (i = 0; i < t->report.n && t->report.rows[i].state == ROW_GOOD; i++)
		;
	return i < t->report.n ? &t->report.rows[i] : NULL;
}

static void changed(struct way_test *t)
{
	struct way_row *r = first_open(t);

	if (r && r->state == ROW_WAITS && !t->report.over)
		r->state = ROW_RUNS;
	if (t->hooks.changed)
		t->hooks.changed(t->hooks.data);
}

/* The next row of this kind is behind us, and all before it. */
static void good(struct way_test *t, enum way_step step, int ms, const char *text)
{
	struct way_row *r;

	while ((r = first_open(t))) {
		r->state = ROW_GOOD;
		if (r->step != step)
			continue;
		r->ms = ms;
		snprintf(r->text, sizeof(r->text), "%.*s", (int)sizeof(r->text) - 1, text);
		return;
	}
}

/* ---- the end ---- */

static void hang_up(void *data)
{
	struct way_test *t = data;

	net_free(t->net);
	t->net = NULL;
	hops_free(t->hops);
	t->hops = NULL;
}

static void over(struct way_test *t)
{
	t->report.over = true;
	loop_cancel(t->loop, &t->timer);
	loop_after(t->loop, &t->timer, 0, "ways: test ends", hang_up, t);
	changed(t);
}

/* A key that nobody told: the line for verdict.conf, to be written once the keeper said the same. */
static void advise(struct way_report *r, const struct way_row *at)
{
	const char *key = strstr(r->why, "SHA256:");

	if (r->failure == NET_NEW_KEY && key)
		snprintf(r->advice, sizeof(r->advice), "%s It is this line: set ssh-host-key %.80s=%.60s",
			way_advice(r->way, r->failure), at ? at->host : "", key);
	else
		snprintf(r->advice, sizeof(r->advice), "%s", way_advice(r->way, r->failure));
}

static void bad(struct way_test *t, enum net_failure f, const char *why)
{
	struct way_report *rep = &t->report;
	struct way_row *r;

	if (rep->over)
		return;
	if (f == NET_PORT)	/* it was the host that said so */
		good(t, STEP_ROUTE, -1, "");
	r = first_open(t);
	if (r) {
		r->state = ROW_BAD;
		snprintf(r->text, sizeof(r->text), "%s", why);
	}
	rep->failure = f;
	snprintf(rep->why, sizeof(rep->why), "%s", why);
	advise(rep, r);
	over(t);
}

static void all_good(struct way_test *t, enum way_step last, int ms, const char *text)
{
	good(t, last, ms, text);
	t->report.good = true;
	over(t);
}

/* ---- the hub's answer ---- */

/* What anybody's hub says to everybody; whether it is ours is seen by its key. */
static bool is_ours(struct way_test *t, const struct net_answer *a)
{
	struct arena arena;
	struct hello h;
	bool read;

	arena_init(&arena);
	read = hello_read(&h, &arena, a->body, a->len) == STATUS_OK;
	if (!read)
		bad(t, NET_GARBLED, "what answers is no hub, or one that this console does not understand");
	else if (t->has_key && memcmp(h.key, t->hub_key, KEY_PUBLIC) != 0)
		bad(t, NET_OTHER_PIN, "what answers is another hub than the one that let this console in");
	read = read && !t->report.over;
	arena_done(&arena);
	status_clear();
	return read;
}

static void take_steps(struct way_test *t, const struct net_answer *a)
{
	bool plain = !strncmp(t->base_url, "http:", 5);
	const struct net_steps *s = &a->steps;

	if (t->report.way != WAY_HTTPS) {
		if (!a->failure || a->failure == NET_TLS || a->failure == NET_CERTIFICATE || a->failure == NET_OTHER_PIN)
			good(t, STEP_PLACE, -1, "");
		return;
	}
	if (s->name >= 0)
		good(t, STEP_NAME, s->name, s->address);
	if (s->connect >= 0) {
		good(t, STEP_ROUTE, s->connect, "");
		good(t, STEP_PORT, -1, "");
	}
	if ((s->secure >= 0 || plain) && s->connect >= 0 && a->failure != NET_TLS && a->failure != NET_CERTIFICATE &&
		a->failure != NET_OTHER_PIN)
		good(t, STEP_SECURE, s->secure, plain ? "none: the hub is on this computer" : "its key is the hub's");
}

static void on_hello(const struct net_answer *a, void *data)
{
	struct way_test *t = data;

	if (t->report.over)
		return;
	if (a->failure && t->report.way == WAY_SSH) {
		/* the server's own word, why it forwards nothing, says more and comes at the same time */
		t->pending = a->failure;
		snprintf(t->pending_why, sizeof(t->pending_why), "%s", a->message);
	}
	take_steps(t, a);
	if (a->failure && t->report.way == WAY_HTTPS)
		bad(t, a->failure, a->message);
	else if (!a->failure && (a->status != 200 || strcmp(a->type, "application/json") != 0))
		bad(t, NET_PORTAL, "what answers is not the hub; does this network want a login in a browser first?");
	else if (!a->failure && is_ours(t, a))
		all_good(t, STEP_HUB, a->steps.answer, "answers");
}

static void on_linger(void *data)
{
	struct way_test *t = data;

	bad(t, t->pending, t->pending_why);
}

static void on_hello_or_trouble(const struct net_answer *a, void *data)
{
	struct way_test *t = data;

	on_hello(a, data);
	if (!t->report.over && t->pending)
		loop_after(t->loop, &t->timer, LINGER_MS, "ways: test waits", on_linger, t);
}

static void ask_hub(struct way_test *t)
{
	struct net_request q = { .method = NET_GET, .path = "/v1/hello", .body_max = HELLO_MAX };
	struct net_peer p = { .base_url = t->base_url, .ca_pem = t->ca_pem, .pin = t->has_pin ? t->pin : NULL };
	struct buf exe;

	buf_init(&exe, 8192);
	if (t->hops)
		hops_peer(&p, t->hops);
	if (net_find_exe(&exe) != STATUS_OK) {
		bad(t, NET_CHILD, status_message());
		goto out;
	}
	t->net = net_new(t->loop, buf_str(&exe));
	if (net_set_peer(t->net, &p) == STATUS_OK)
		net_send(t->net, &q, on_hello_or_trouble, NULL, t);
	else
		bad(t, NET_CERTIFICATE, status_message());
out:
	buf_done(&exe);
}

/* ---- servers in between ---- */

static void on_listed(const struct hop_done *d, void *data)
{
	struct way_test *t = data;

	if (d->result == HOP_GOOD)
		all_good(t, STEP_FOLDER, -1, t->plan.sftp.path[0] ? t->plan.sftp.path : "the login's own");
	else
		bad(t, d->result == HOP_NO_ROOM ? NET_FULL : NET_DENIED, d->why);
}

static void on_ready(void *data)
{
	struct way_test *t = data;
	struct hop_work w = { .verb = HOP_LIST, .fd = -1 };
	char *path;

	if (t->report.way == WAY_SSH) {
		ask_hub(t);
		return;
	}
	path = mem_printf("%s/in", t->plan.sftp.path[0] ? t->plan.sftp.path : ".");
	w.path = path;
	hop_do(hops_last(t->hops), &w, on_listed, NULL, t);
	mem_free(path);
}

static void on_failed(bool jump, enum net_failure f, const char *why, void *data)
{
	struct way_test *t = data;

	if (t->report.over)
		return;
	if (jump || !t->plan.has_jump || f != NET_CUT) {
		bad(t, f, why);
		return;
	}
	t->pending = f;		/* the server that leads there knows why it did not */
	snprintf(t->pending_why, sizeof(t->pending_why), "%s", why);
	loop_cancel(t->loop, &t->timer);
	loop_after(t->loop, &t->timer, LINGER_MS, "ways: test waits", on_linger, t);
}

static void on_trouble(bool jump, enum net_failure f, const char *why, void *data)
{
	(void)jump;
	bad(data, f, why);
}

static void on_step(bool jump, enum hop_step s, unsigned int ms, const char *text, void *data)
{
	struct way_test *t = data;

	(void)jump;		/* one after the other: rows are in that order */
	if (t->report.over)
		return;
	if (s == HOP_FOUND) {
		good(t, STEP_NAME, (int)ms, text);
	} else if (s == HOP_CONNECTED) {
		good(t, STEP_ROUTE, (int)ms, "");
		good(t, STEP_PORT, -1, "");
	} else {
		good(t, s == HOP_KEY_GOOD ? STEP_KEY : STEP_LOGIN, (int)ms, text);
	}
	changed(t);
}

static void ask(void *data, const char *text, bool secret)
{
	struct way_test *t = data;

	if (t->hooks.ask && !t->report.over)
		t->hooks.ask(t->hooks.data, text, secret);
	else
		way_test_answer(t, NULL);
}

/* ---- what others call ---- */

void way_test_answer(struct way_test *t, const char *text)
{
	if (t->hops)
		hops_answer(t->hops, text);
}

const struct way_report *way_test_report(const struct way_test *t)
{
	return &t->report;
}

static void take_target(struct way_test *t, const struct way_target *target)
{
	t->base_url = mem_strdup(target->base_url ? target->base_url : "");
	t->ca_pem = mem_strdup(target->ca_pem ? target->ca_pem : "");
	t->has_pin = target->pin != NULL;
	if (target->pin)
		memcpy(t->pin, target->pin, NET_PIN);
	t->has_key = target->hub_key != NULL;
	if (target->hub_key)
		memcpy(t->hub_key, target->hub_key, KEY_PUBLIC);
}

enum status way_test_new(struct way_test **out, struct loop *loop, const struct ways_plan *p, enum way w,
	const struct way_target *target, const struct way_test_hooks *hooks)
{
	const struct hops_hooks hop_hooks = { NULL, on_ready, on_failed, on_trouble, ask, on_step };
	struct hops_hooks mine = hop_hooks;
	struct way_test *t;

	if (w != WAY_SFTP && !target->base_url)
		return status_set(STATUS_USAGE, "this store knows no hub yet; enrol: verdict join CODE");
	if (!way_set_up(p, w))
		return status_set(STATUS_USAGE, "no place is set for %s; verdict.conf: set %s %s://USER@HOST/…", way_name(w),
			w == WAY_SSH ? "hub" : "sftp", way_name(w));
	t = mem_zalloc(sizeof(*t));
	t->loop = loop;
	t->plan = *p;
	t->hooks = *hooks;
	t->report.way = w;
	take_target(t, target);
	add_rows(t);
	t->report.rows[0].state = ROW_RUNS;
	mine.data = t;
	if (w == WAY_HTTPS)
		ask_hub(t);
	else if (!(t->hops = hops_new(loop, &t->plan, w, &mine)))
		bad(t, NET_CHILD, status_message());
	*out = t;
	return STATUS_OK;
}

void way_test_free(struct way_test *t)
{
	if (!t)
		return;
	loop_cancel(t->loop, &t->timer);
	hang_up(t);
	mem_free(t->base_url);
	mem_free(t->ca_pem);
	mem_free(t);
}
