/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolment: from a code on paper to a certified key. The hub is known by the pin of its certificate, which the
 * code holds; the certificate itself is the first thing asked for. Layer sync; one thread.
 */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/mem.h"
#include "verdict/proto/signed.h"
#include "verdict/proto/url.h"

struct sync_join {
	struct sync_port port;
	sync_joined_cb ended;
	void *data;
	struct arena a;
	struct enrol_code code;
	char *passphrase;
	struct buf pem;
	uint8_t hub_key[KEY_PUBLIC];
	uint32_t request;
	bool working;		/* a job is under way */
	bool over;		/* freed by its owner while it was */
};

struct join_job {
	struct sync_job base;
	struct sync_join *j;
	enum status (*work)(struct join_job *w, struct store *st);
	void (*then)(struct sync_join *j, struct join_job *w);
	enum status code;
	char message[NET_MESSAGE];
	struct buf in, out;
};

static void end(struct sync_join *j, enum status code, const char *message)
{
	j->ended(code, message, j->data);
}

static void join_free(struct sync_join *j)
{
	arena_done(&j->a);
	buf_done(&j->pem);
	mem_free(j->passphrase);
	mem_free(j);
}

void sync_join_free(struct sync_join *j)
{
	if (!j)
		return;
	if (j->request)
		j->port.cancel(j->port.data, j->request);
	j->over = true;
	if (!j->working)
		join_free(j);
}

static void on_store(struct sync_job *base, struct store *st)
{
	struct join_job *w = (struct join_job *)base;

	w->code = w->work(w, st);
	if (w->code != STATUS_OK)
		snprintf(w->message, sizeof(w->message), "%s", status_message());
}

static void on_done(struct sync_job *base)
{
	struct join_job *w = (struct join_job *)base;
	struct sync_join *j = w->j;

	j->working = false;
	if (j->over)
		join_free(j);
	else if (w->code != STATUS_OK)
		end(j, w->code, w->message);
	else
		w->then(j, w);
	buf_done(&w->in);
	buf_done(&w->out);
	mem_free(w);
}

static void run(struct sync_join *j, struct join_job *w)
{
	w->base.work = on_store;
	w->base.done = on_done;
	w->j = j;
	j->working = true;
	j->port.run(j->port.data, &w->base);
}

static struct join_job *job(enum status (*work)(struct join_job *w, struct store *st),
	void (*then)(struct sync_join *j, struct join_job *w))
{
	struct join_job *w = mem_zalloc(sizeof(*w));

	w->work = work;
	w->then = then;
	buf_init(&w->in, 1u << 20);
	buf_init(&w->out, 1u << 20);
	return w;
}

static void ask(struct sync_join *j, struct net_request *q, net_answer_cb cb)
{
	q->body_max = SIGNED_PAYLOAD_MAX + 1024;
	j->request = j->port.send(j->port.data, q, cb, NULL, j);
}

/* False, and the join has ended, where the answer is none. */
static bool good(struct sync_join *j, const struct net_answer *a, const char *type)
{
	struct arena arena;

	j->request = 0;
	if (!a->failure && a->status == 200 && !strcmp(a->type, type))
		return true;
	arena_init(&arena);
	if (a->failure)
		end(j, STATUS_OFFLINE, a->message);
	else if (a->status >= 400 && !strcmp(a->type, TYPE_JSON))
		end(j, a->status >= 500 || a->status == 429 ? STATUS_OFFLINE : STATUS_DENIED, refusal_text(a, &arena));
	else
		end(j, STATUS_OFFLINE, "what answers is not the hub; does this network want a login in a browser first?");
	arena_done(&arena);
	return false;
}

static void certified(struct sync_join *j, struct join_job *w)
{
	(void)w;
	end(j, STATUS_OK, "");
}

static enum status work_end(struct join_job *w, struct store *st)
{
	return store_enrol_end(st, w->in.ptr, w->in.len, w->j->hub_key);
}

static void on_certificate(const struct net_answer *a, void *data)
{
	struct sync_join *j = data;
	struct join_job *w;

	if (!good(j, a, TYPE_SIGNED))
		return;
	w = job(work_end, certified);
	buf_add(&w->in, a->body, a->len);
	run(j, w);
}

static void begun(struct sync_join *j, struct join_job *w)
{
	struct net_request q = { .method = NET_POST, .type = TYPE_SIGNED };
	struct buf path;

	buf_init(&path, 2048);
	buf_adds(&path, "/v1/events/");
	url_escape(&path, j->code.event);
	buf_adds(&path, "/enrol");
	q.path = buf_str(&path);
	q.body = w->out.ptr;
	q.len = w->out.len;
	ask(j, &q, on_certificate);
	buf_done(&path);
}

static enum status work_begin(struct join_job *w, struct store *st)
{
	struct sync_join *j = w->j;
	enum status rc = store_enrol_begin(&w->out, st, &j->code, j->passphrase, j->port.wall(j->port.data));

	return rc == STATUS_OK ? store_hub_certificate_set(st, buf_str(&j->pem)) : rc;
}

static void on_hello(const struct net_answer *a, void *data)
{
	struct sync_join *j = data;
	struct hello h;

	if (!good(j, a, TYPE_JSON))
		return;
	if (hello_read(&h, &j->a, a->body, a->len) != STATUS_OK) {
		end(j, STATUS_INVALID, status_message());
		return;
	}
	memcpy(j->hub_key, h.key, KEY_PUBLIC);
	run(j, job(work_begin, begun));
}

static void ask_hello(struct sync_join *j)
{
	struct net_peer p = { .base_url = j->code.base_url, .ca_pem = buf_str(&j->pem),
		.pin = j->code.has_pin ? j->code.pin : NULL };
	struct net_request q = { .method = NET_GET, .path = "/v1/hello" };

	if (j->port.peer(j->port.data, &p) != STATUS_OK) {
		end(j, STATUS_INVALID, status_message());
		return;
	}
	ask(j, &q, on_hello);
}

/* From here on the certificate and the name are looked at, and the pin still. */
static void on_ca(const struct net_answer *a, void *data)
{
	struct sync_join *j = data;

	if (!good(j, a, TYPE_PEM))
		return;
	buf_add(&j->pem, a->body, a->len);
	ask_hello(j);
}

static void ask_ca(struct sync_join *j)
{
	struct net_peer p = { .base_url = j->code.base_url, .pin = j->code.pin, .pin_only = true };
	struct net_request q = { .method = NET_GET, .path = "/v1/ca" };

	if (j->port.peer(j->port.data, &p) != STATUS_OK) {
		end(j, STATUS_INVALID, status_message());
		return;
	}
	ask(j, &q, on_ca);
}

struct sync_join *sync_join_new(const struct sync_port *port, const char *code, const char *passphrase,
	sync_joined_cb ended, void *data)
{
	struct sync_join *j = mem_zalloc(sizeof(*j));

	j->port = *port;
	j->ended = ended;
	j->data = data;
	j->passphrase = passphrase ? mem_strdup(passphrase) : NULL;
	arena_init(&j->a);
	buf_init(&j->pem, 65536);
	if (enrol_code_parse(&j->code, &j->a, code) != STATUS_OK) {
		end(j, STATUS_USAGE, status_message());
		return j;
	}
	if (j->code.has_pin)
		ask_ca(j);
	else
		ask_hello(j);
	return j;
}
