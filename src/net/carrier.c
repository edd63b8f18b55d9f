/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of verdict-net: messages of the console, curl's transfers, answers. Layer net; one thread. */
#include "carrier.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/base64.h"
#include "verdict/base/frame.h"
#include "verdict/base/mem.h"

#define TRANSFERS_MAX 32
#define OUT_MAX (128u << 20)
#define OUT_FULL (32u << 20)	/* the console is slow: no more is read from the network */

struct carrier *carrier_new(int sock)
{
	struct carrier *c = mem_zalloc(sizeof(*c));

	c->sock = sock;
	buf_init(&c->in, 2 * NETWIRE_MAX);
	buf_init(&c->out, OUT_MAX);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(c->multi = curl_multi_init())) {
		carrier_free(c);
		return NULL;
	}
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 4L);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return c;
}

static void drop(struct carrier *c, struct transfer *t)
{
	struct transfer **at = &c->transfers;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	c->n_transfers--;
	curl_multi_remove_handle(c->multi, t->easy);
	transfer_free(t);
}

void carrier_free(struct carrier *c)
{
	if (!c)
		return;
	while (c->transfers)
		drop(c, c->transfers);
	curl_multi_cleanup(c->multi);
	curl_slist_free_all(c->elsewhere);
	buf_done(&c->in);
	buf_done(&c->out);
	mem_free(c->base_url);
	mem_free(c->ca_pem);
	mem_free(c);
}

static void put_failure(struct carrier *c, uint32_t id, enum net_failure f, const char *why, const struct net_steps *steps)
{
	static const struct net_steps none = { -1, -1, -1, -1, "" };
	struct netwire m = { .kind = NETWIRE_ANSWER, .id = id, .answer = { .failure = f, .message = why, .type = "",
		.steps = steps ? *steps : none } };

	netwire_put(&c->out, &m);
}

/* Without parameters, lower case; "" for what is none. */
static void media_type(char *out, size_t max, const char *type)
{
	size_t n = 0;

	while (type && type[n] && !strchr("; \t", type[n]) && type[n] > 0x20 && type[n] < 0x7f && n + 1 < max) {
		out[n] = type[n] >= 'A' && type[n] <= 'Z' ? (char)(type[n] + 32) : type[n];
		n++;
	}
	out[n] = '\0';
}

/* Milliseconds from the step that ended at `before` to this one; curl counts µs from the start, 0: not reached. */
static int step_ms(struct transfer *t, CURLINFO what, curl_off_t *before)
{
	curl_off_t at = 0;
	int ms;

	curl_easy_getinfo(t->easy, what, &at);
	if (at <= 0)
		return -1;
	ms = at > *before ? (int)((at - *before) / 1000) : 0;
	*before = at > *before ? at : *before;
	return ms;
}

static void take_steps(struct transfer *t)
{
	curl_off_t before = 0;
	char *address = NULL;

	t->steps.name = step_ms(t, CURLINFO_NAMELOOKUP_TIME_T, &before);
	t->steps.connect = step_ms(t, CURLINFO_CONNECT_TIME_T, &before);
	t->steps.secure = step_ms(t, CURLINFO_APPCONNECT_TIME_T, &before);
	t->steps.answer = step_ms(t, CURLINFO_STARTTRANSFER_TIME_T, &before);
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	snprintf(t->address, sizeof(t->address), "%s", address && !t->c->tunnel ? address : "");
	t->steps.address = t->address;
}

static void put_answer(struct transfer *t)
{
	struct netwire m = { .kind = NETWIRE_PIECE_OF, .id = t->id };
	char type[96];
	const char *given = NULL;
	long status = 0;
	size_t at;

	for (at = 0; at < t->body.len; at += m.piece_len) {
		m.piece = t->body.ptr + at;
		m.piece_len = t->body.len - at < NETWIRE_PIECE ? t->body.len - at : NETWIRE_PIECE;
		netwire_put(&t->c->out, &m);
	}
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &given);
	media_type(type, sizeof(type), given);
	m = (struct netwire){ .kind = NETWIRE_ANSWER, .id = t->id, .answer = { .status = (unsigned int)status,
		.type = type, .message = "", .zstd = t->zstd, .retry_after_s = t->retry_after_s, .ranged = t->ranged,
		.from = t->from, .total = t->total, .len = t->body.len, .steps = t->steps } };
	netwire_put(&t->c->out, &m);
}

static void collect_finished(struct carrier *c)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(c->multi, &left))) {
		struct transfer *t = NULL;
		char why[NET_MESSAGE];
		enum net_failure f;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &t);
		if (!t->probing)
			take_steps(t);
		if (t->probing)
			f = portal_end(t, why);
		else
			f = msg->data.result == CURLE_OK ? NET_NO_FAILURE : failure_of(msg->data.result, t, why);
		if (f && !t->probing) {
			curl_multi_remove_handle(c->multi, t->easy);	/* which ends `msg` */
			if (portal_begin(t, f, why))
				continue;
		}
		if (f)
			put_failure(c, t->id, f, why, &t->steps);
		else
			put_answer(t);
		drop(c, t);
	}
}

static void set_pin(struct carrier *c, const uint8_t *pin)
{
	char text[BASE64_TEXT(NET_PIN)];

	base64_text(text, pin, NET_PIN);
	snprintf(c->pin, sizeof(c->pin), "sha256//%s", text);
}

static void set_peer(struct carrier *c, const struct net_peer *p)
{
	mem_free(c->base_url);
	mem_free(c->ca_pem);
	c->base_url = mem_strdup(p->base_url);
	c->ca_pem = mem_strdup(p->ca_pem);
	c->pin_only = p->pin_only;
	c->tunnel = p->tunnel;
	c->portal_port = p->portal_port;
	c->pin[0] = '\0';
	if (p->pin)
		set_pin(c, p->pin);
	c->has_peer = true;
}

static void begin(struct carrier *c, uint32_t id, const struct net_request *q)
{
	struct transfer *t;

	if (!c->has_peer || c->n_transfers >= TRANSFERS_MAX) {
		put_failure(c, id, NET_CHILD, c->has_peer ? "too many requests at once" : "no hub was named", NULL);
		return;
	}
	t = transfer_new(c, id, q);
	if (!t) {
		put_failure(c, id, NET_CHILD, status_message(), NULL);
		return;
	}
	t->next = c->transfers;
	c->transfers = t;
	c->n_transfers++;
	curl_multi_add_handle(c->multi, t->easy);
}

/* Connections are the handle's: a new one has none. Waits until none is in use. */
static void drop_idle(struct carrier *c)
{
	c->drop_due = c->n_transfers > 0;
	if (c->drop_due)
		return;
	curl_multi_cleanup(c->multi);
	c->multi = curl_multi_init();
}

static bool obey(struct carrier *c, const char *frame, size_t n)
{
	struct netwire m;
	struct transfer *t;

	if (netwire_get(&m, frame, n, false) != STATUS_OK)
		return false;
	switch (m.kind) {
	case NETWIRE_PEER:
		set_peer(c, &m.peer);
		break;
	case NETWIRE_REQUEST:
		begin(c, m.id, &m.request);
		break;
	case NETWIRE_DROP:
		drop_idle(c);
		break;
	default:
		for (t = c->transfers; t && t->id != m.id; t = t->next)
			;
		if (t)
			drop(c, t);
	}
	return c->multi != NULL;
}

/* What the console sent; false once it closed or cannot be understood. */
static bool listen_to_console(struct carrier *c)
{
	char bytes[65536];
	ssize_t n = recv(c->sock, bytes, sizeof(bytes), MSG_DONTWAIT);
	size_t len;

	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
	if (n == 0)
		return false;
	buf_add(&c->in, bytes, (size_t)n);
	while (frame_whole(&len, buf_str(&c->in), c->in.len, 1, NETWIRE_MAX) == STATUS_OK) {
		if (!len)
			return c->in.err == STATUS_OK;
		if (!obey(c, c->in.ptr, len))
			return false;
		buf_cut(&c->in, 0, len);
	}
	return false;
}

static bool speak(struct carrier *c)
{
	while (c->out.len) {
		ssize_t n = send(c->sock, c->out.ptr, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		buf_cut(&c->out, 0, (size_t)n);
	}
	return c->out.err == STATUS_OK;
}

int carrier_run(struct carrier *c)
{
	for (;;) {
		struct curl_waitfd wait = { c->sock, (short)(CURL_WAIT_POLLIN | (c->out.len ? CURL_WAIT_POLLOUT : 0)), 0 };
		struct pollfd alone = { c->sock, (short)(POLLIN | (c->out.len ? POLLOUT : 0)), 0 };
		int running = 0;

		if (!c->n_transfers || c->out.len > OUT_FULL)
			poll(&alone, 1, -1);
		else if (curl_multi_poll(c->multi, &wait, 1, 60000, NULL) != CURLM_OK)
			return 3;
		if (!listen_to_console(c))
			return 0;
		if (c->out.len <= OUT_FULL) {
			curl_multi_perform(c->multi, &running);
			collect_finished(c);
		}
		if (c->drop_due && !c->n_transfers)
			drop_idle(c);
		if (!c->multi || !speak(c))
			return 0;
	}
}
