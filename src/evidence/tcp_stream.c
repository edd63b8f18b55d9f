/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP connections out of packets: which segment belongs to which, and each direction in order. Layer evidence;
 * any thread. Segments stay where they are in the file; what came twice is dropped, what never came is told.
 */
#include <stdlib.h>
#include <string.h>
#include "capture.h"

#define HEADS 65536u

static uint32_t hash(const struct tcp_packet *p)
{
	size_t n = p->v6 ? 16 : 4, i;
	uint32_t a = 2166136261u, b = 2166136261u;

	for (i = 0; i < n; i++) {
		a = (a ^ p->from[i]) * 16777619u;
		b = (b ^ p->to[i]) * 16777619u;
	}
	a = (a ^ p->from_port) * 16777619u;
	b = (b ^ p->to_port) * 16777619u;
	return (a + b) ^ (a + b) >> 15;	/* the same for both directions */
}

/* Which side sent it: 0 or 1, or -1 where the connection is another one. */
static int side(const struct tcp_flow *f, const struct tcp_packet *p)
{
	size_t n = p->v6 ? 16 : 4;
	int s;

	for (s = 0; s < 2; s++)
		if (f->v6 == p->v6 && f->port[s] == p->from_port && f->port[!s] == p->to_port &&
				!memcmp(f->addr[s], p->from, n) && !memcmp(f->addr[!s], p->to, n))
			return s;
	return -1;
}

static struct tcp_flow *begin_flow(struct capture *c, const struct tcp_packet *p, uint32_t slot)
{
	struct tcp_flow f = { .port = { p->from_port, p->to_port }, .v6 = p->v6, .time = p->time,
		.half = { { .first = CAPTURE_NONE, .last = CAPTURE_NONE }, { .first = CAPTURE_NONE, .last = CAPTURE_NONE } } };
	size_t n = p->v6 ? 16 : 4;

	if (c->flows.len >= CAPTURE_FLOWS_MAX) {
		c->full = true;
		return NULL;
	}
	memcpy(f.addr[0], p->from, n);
	memcpy(f.addr[1], p->to, n);
	f.chain = c->heads[slot];
	vec_push(&c->flows, f);
	c->heads[slot] = (uint32_t)c->flows.len;
	return &c->flows.at[c->flows.len - 1];
}

static struct tcp_flow *find_flow(int *side_out, struct capture *c, const struct tcp_packet *p)
{
	uint32_t slot = hash(p) % HEADS, i;
	bool opens = (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	struct tcp_flow *f;

	if (!c->heads)
		c->heads = mem_array(HEADS, sizeof(*c->heads));
	for (i = c->heads[slot]; i; i = c->flows.at[i - 1].chain) {
		f = &c->flows.at[i - 1];
		*side_out = side(f, p);
		if (*side_out < 0)
			continue;
		/* the same ports again: another connection */
		if (opens && (f->over || (f->half[*side_out].known && f->half[*side_out].start != p->seq + 1)))
			break;
		return f;
	}
	*side_out = 0;
	return begin_flow(c, p, slot);
}

void tcp_add(struct capture *c, const struct tcp_packet *p)
{
	struct tcp_segment s = { .time = p->time, .at = p->at, .len = p->len, .lost = p->lost, .seq = p->seq,
		.next = CAPTURE_NONE };
	struct tcp_half *h;
	struct tcp_flow *f;
	int from;

	if (!p->len && !p->lost && !(p->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return;
	f = find_flow(&from, c, p);
	if (!f)
		return;
	h = &f->half[from];
	if (p->flags & TCP_SYN) {
		h->start = p->seq + 1;
		h->known = true;
		s.seq++;
	}
	f->over = f->over || (p->flags & (TCP_FIN | TCP_RST)) != 0;
	if (!p->len && !p->lost)
		return;
	if (c->segments.len >= CAPTURE_SEGMENTS_MAX) {
		c->full = true;
		return;
	}
	vec_push(&c->segments, s);
	if (h->last != CAPTURE_NONE)
		c->segments.at[h->last].next = (uint32_t)c->segments.len - 1;
	else
		h->first = (uint32_t)c->segments.len - 1;
	h->last = (uint32_t)c->segments.len - 1;
}

struct ordered { int64_t at; const struct tcp_segment *s; };

static int compare(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->s < y->s ? -1 : x->s > y->s;
}

/* Segments with their place in the stream; numbers wrap, so each is taken relative to the one before. */
static bool places(struct ordered *list, size_t n, const struct capture *c, const struct tcp_half *half)
{
	const struct tcp_segment *s = &c->segments.at[half->first];
	uint32_t last = half->known ? half->start : s->seq;
	int64_t at = 0, before = INT64_MIN;
	bool sorted = true;
	size_t i;

	for (i = 0; i < n; i++) {
		at += (int32_t)(s->seq - last);
		last = s->seq;
		list[i] = (struct ordered){ at, s };
		sorted = sorted && at >= before;
		before = at;
		if (s->next != CAPTURE_NONE)
			s = &c->segments.at[s->next];
	}
	return sorted;
}

void tcp_order(struct tcp_stream *out, const struct capture *c, const struct tcp_half *half)
{
	struct ordered *list;
	int64_t expected;
	uint32_t i, lost = 0;
	size_t n = 0, k;

	memset(out, 0, sizeof(*out));
	for (i = half->first; i != CAPTURE_NONE; i = c->segments.at[i].next)
		n++;
	if (!n)
		return;
	list = mem_array(n, sizeof(*list));
	if (!places(list, n, c, half))
		qsort(list, n, sizeof(*list), compare);
	expected = half->known && list[0].at >= 0 ? 0 : list[0].at;
	for (k = 0; k < n; k++) {
		const struct tcp_segment *s = list[k].s;
		int64_t over = expected - list[k].at;
		struct tcp_piece p = { .time = s->time, .at = s->at, .len = s->len };

		if (over >= (int64_t)s->len + s->lost)
			continue;	/* it came before */
		if (over > 0) {
			p.at += over < s->len ? (uint32_t)over : s->len;
			p.len -= over < s->len ? (uint32_t)over : s->len;
		}
		lost += over < 0 ? (over < -INT32_MAX ? INT32_MAX : (uint32_t)-over) : 0;
		expected = list[k].at + s->len + s->lost;
		if (p.len) {
			p.gap = lost;
			vec_push(&out->pieces, p);
			out->bytes += p.len;
			lost = 0;
		}
		lost += s->lost;
	}
	out->lost_end = lost;
	mem_free(list);
}

void tcp_stream_done(struct tcp_stream *s)
{
	vec_done(&s->pieces);
}

void capture_done(struct capture *c)
{
	vec_done(&c->segments);
	vec_done(&c->flows);
	mem_free(c->heads);
	memset(c, 0, sizeof(*c));
}
