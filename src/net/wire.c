/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the console and verdict-net, written and read. Layer net; any thread. The console trusts
 * verdict-net, which speaks to the network, no more than verdict-net trusts the network.
 */
#include "verdict/net/wire.h"
#include <string.h>
#include "verdict/base/frame.h"

#define URL_MAX 512
#define PEM_MAX 65536
#define PATH_MAX_ 2048
#define HEADER_MAX 512
#define ADDRESS_MAX 64
#define PORT_MAX 65535
#define STEP_MAX 86400000u	/* ms */

enum { BIT_PIN_ONLY = 1, BIT_HAS_PIN = 2, BIT_TUNNEL = 4 };	/* of a peer */
enum { BIT_ZSTD_BODY = 1, BIT_ZSTD_WANTED = 2, BIT_RANGED = 4, BIT_TOKEN = 8, BIT_TYPE = 16, BIT_DIGEST = 32 };
enum { BIT_ZSTD = 1, BIT_HAS_RANGE = 2 };			/* of an answer */

static unsigned int bit(bool on, unsigned int value)
{
	return on ? value : 0;
}

static void put_peer(struct buf *out, const struct net_peer *p)
{
	static const uint8_t none[NET_PIN];

	buf_addc(out, (char)(bit(p->pin_only, BIT_PIN_ONLY) | bit(p->pin != NULL, BIT_HAS_PIN) |
		bit(p->tunnel != 0, BIT_TUNNEL)));
	buf_add(out, p->pin ? p->pin : none, NET_PIN);
	buf_text(out, p->base_url);
	buf_text(out, p->ca_pem);
	buf_u32(out, p->portal_port);
}

static void put_request(struct buf *out, const struct net_request *q)
{
	buf_addc(out, (char)q->method);
	buf_addc(out, (char)(bit(q->zstd_body, BIT_ZSTD_BODY) | bit(q->zstd_wanted, BIT_ZSTD_WANTED) |
		bit(q->ranged, BIT_RANGED) | bit(q->token != NULL, BIT_TOKEN) | bit(q->type != NULL, BIT_TYPE) |
		bit(q->digest != NULL, BIT_DIGEST)));
	buf_u64(out, q->from);
	buf_u64(out, q->to);
	buf_u64(out, q->body_max);
	buf_u32(out, q->patience_s);
	buf_text(out, q->path);
	buf_text(out, q->token);
	buf_text(out, q->type);
	buf_text(out, q->digest);
	buf_blob(out, q->body, q->len);
}

/* A step that was not reached is 0, one that was is a millisecond longer. */
static void put_step(struct buf *out, int ms)
{
	buf_u32(out, ms < 0 ? 0 : (unsigned int)ms + 1);
}

static void put_answer(struct buf *out, const struct net_answer *a)
{
	buf_addc(out, (char)a->failure);
	buf_addc(out, (char)(bit(a->zstd, BIT_ZSTD) | bit(a->ranged, BIT_HAS_RANGE)));
	buf_u32(out, a->status);
	buf_u32(out, a->retry_after_s);
	buf_u64(out, a->from);
	buf_u64(out, a->total);
	buf_u32(out, (unsigned int)a->len);
	buf_text(out, a->message);
	buf_text(out, a->type);
	put_step(out, a->steps.name);
	put_step(out, a->steps.connect);
	put_step(out, a->steps.secure);
	put_step(out, a->steps.answer);
	buf_text(out, a->steps.address);
}

void netwire_put(struct buf *out, const struct netwire *m)
{
	size_t at = frame_begin(out);

	buf_addc(out, (char)m->kind);
	if (m->kind == NETWIRE_PEER)
		put_peer(out, &m->peer);
	else if (m->kind != NETWIRE_DROP)
		buf_u32(out, m->id);
	switch (m->kind) {
	case NETWIRE_REQUEST:
		put_request(out, &m->request);
		break;
	case NETWIRE_ANSWER:
		put_answer(out, &m->answer);
		break;
	case NETWIRE_PIECE_OF:
		buf_blob(out, m->piece, m->piece_len);
		break;
	case NETWIRE_PROGRESS:
		buf_u64(out, m->got);
		buf_u64(out, m->total);
		buf_u64(out, m->sent);
		break;
	default:
		break;
	}
	frame_end(out, at);
}

static void get_peer(struct net_peer *p, struct cursor *c)
{
	unsigned int bits = cursor_enum(c, 8);
	const char *pin = cursor_bytes(c, NET_PIN);

	p->pin_only = bits & BIT_PIN_ONLY;
	p->tunnel = bits & BIT_TUNNEL ? NETWIRE_TUNNEL : 0;
	p->pin = bits & BIT_HAS_PIN ? (const uint8_t *)pin : NULL;
	p->base_url = cursor_text(c, URL_MAX);
	p->ca_pem = cursor_text(c, PEM_MAX);
	p->portal_port = cursor_u32(c);
	if (p->portal_port > PORT_MAX)
		c->bad = true;
}

/* What goes into a line of the request holds nothing that could end it. */
static const char *get_header(struct cursor *c, size_t max)
{
	const char *s = cursor_text(c, max), *p;

	for (p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			c->bad = true;
	return s;
}

static void get_request(struct net_request *q, struct cursor *c)
{
	unsigned int bits;

	q->method = (enum net_method)cursor_enum(c, NET_METHOD_COUNT);
	bits = cursor_enum(c, 64);
	q->from = cursor_u64(c);
	q->to = cursor_u64(c);
	q->body_max = cursor_u64(c);
	q->patience_s = cursor_u32(c);
	q->path = get_header(c, PATH_MAX_);
	q->token = get_header(c, HEADER_MAX);
	q->type = get_header(c, HEADER_MAX);
	q->digest = get_header(c, HEADER_MAX);
	q->body = cursor_blob(&q->len, c, NET_SEND_MAX);
	q->zstd_body = bits & BIT_ZSTD_BODY;
	q->zstd_wanted = bits & BIT_ZSTD_WANTED;
	q->ranged = bits & BIT_RANGED;
	q->token = bits & BIT_TOKEN ? q->token : NULL;
	q->type = bits & BIT_TYPE ? q->type : NULL;
	q->digest = bits & BIT_DIGEST ? q->digest : NULL;
	if (q->path[0] != '/' || strchr(q->path, ' ') || q->body_max > NET_BODY_MAX || q->patience_s > 3600 ||
		(q->ranged && q->to < q->from))
		c->bad = true;
}

static int get_step(struct cursor *c)
{
	uint32_t ms = cursor_u32(c);

	if (ms > STEP_MAX)
		c->bad = true;
	return ms && ms <= STEP_MAX ? (int)ms - 1 : -1;
}

static void get_answer(struct net_answer *a, struct cursor *c)
{
	unsigned int bits;

	a->failure = (enum net_failure)cursor_enum(c, NET_FAILURE_COUNT);
	bits = cursor_enum(c, 4);
	a->zstd = bits & BIT_ZSTD;
	a->ranged = bits & BIT_HAS_RANGE;
	a->status = cursor_u32(c);
	a->retry_after_s = cursor_u32(c);
	a->from = cursor_u64(c);
	a->total = cursor_u64(c);
	a->len = cursor_u32(c);
	a->message = cursor_text(c, NET_MESSAGE);
	a->type = get_header(c, 100);
	a->steps.name = get_step(c);
	a->steps.connect = get_step(c);
	a->steps.secure = get_step(c);
	a->steps.answer = get_step(c);
	a->steps.address = get_header(c, ADDRESS_MAX);
	if (a->len > NET_BODY_MAX || (a->failure && !a->message[0]) || (!a->failure && a->status > 999) ||
		(a->failure && a->len))
		c->bad = true;
}

static bool comes_from_child(enum netwire_kind k)
{
	return k == NETWIRE_PROGRESS || k == NETWIRE_PIECE_OF || k == NETWIRE_ANSWER;
}

enum status netwire_get(struct netwire *out, const char *p, size_t n, bool from_child)
{
	struct cursor c;

	memset(out, 0, sizeof(*out));
	frame_read(&c, p, n);
	out->kind = (enum netwire_kind)cursor_u8(&c);
	if (comes_from_child(out->kind) != from_child)
		c.bad = true;
	if (out->kind != NETWIRE_PEER && out->kind != NETWIRE_DROP)
		out->id = cursor_u32(&c);
	switch (out->kind) {
	case NETWIRE_PEER:
		get_peer(&out->peer, &c);
		break;
	case NETWIRE_REQUEST:
		get_request(&out->request, &c);
		break;
	case NETWIRE_ANSWER:
		get_answer(&out->answer, &c);
		break;
	case NETWIRE_PIECE_OF:
		out->piece = cursor_blob(&out->piece_len, &c, NETWIRE_PIECE);
		break;
	case NETWIRE_PROGRESS:
		out->got = cursor_u64(&c);
		out->total = cursor_u64(&c);
		out->sent = cursor_u64(&c);
		break;
	case NETWIRE_CANCEL:
	case NETWIRE_DROP:
		break;
	default:
		c.bad = true;
	}
	if (!cursor_end(&c))
		return status_set(STATUS_INVALID, "a message of verdict-net is malformed");
	return STATUS_OK;
}
