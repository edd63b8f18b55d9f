/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture as exchanges: every HTTP/1 exchange on any port, every frame of MLLP, in the order of time, and the
 * connections that could not be read. Layer evidence; any thread. Large captures show requests and answers in
 * brief once half of the outline's nodes are used.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stream_http.h"

#define OTHERS_MAX 1000

enum talk_kind { TALK_HTTP, TALK_HL7, TALK_OTHER };

struct talk {
	uint64_t time;
	uint32_t flow;
	uint32_t first, second;		/* of HTTP: messages + 1, 0 without; else a range */
	uint8_t kind, side;		/* side that spoke first */
};
struct pcap {
	struct outline *o;
	struct capture c;
	VEC(struct http_message) messages;
	VEC(struct talk) talks;
	unsigned int others, exchanges, frames, brief_from;
	bool full;
};

static void add_talk(struct pcap *k, enum talk_kind kind, uint64_t time, size_t flow, int side, uint32_t first, uint32_t second)
{
	struct talk t = { .time = time, .flow = (uint32_t)flow, .first = first, .second = second, .kind = (uint8_t)kind,
		.side = (uint8_t)side };

	vec_push(&k->talks, t);
}

static uint32_t add_message(struct pcap *k, const struct http_message *m)
{
	vec_push(&k->messages, *m);
	return (uint32_t)k->messages.len;
}

/* First bytes of a direction. */
static const char *first_bytes(size_t *len_out, const struct pcap *k, const struct tcp_stream *s)
{
	const char *p;

	*len_out = 0;
	if (!s->pieces.len)
		return "";
	p = annex_at(len_out, &k->o->annex, s->pieces.at[0].at);
	if (*len_out > s->pieces.at[0].len)
		*len_out = s->pieces.at[0].len;
	return p;
}

static bool speaks_mllp(const struct pcap *k, const struct tcp_stream *s)
{
	size_t n;
	const char *p = first_bytes(&n, k, s);

	return (n > 4 && *p == 0x0b && !memcmp(p + 1, "MSH", 3)) || (n > 8 && !memcmp(p, "MSH|^", 5));
}

static bool speaks_http(const struct pcap *k, const struct tcp_stream *s)
{
	size_t i, n;

	for (i = 0; i < s->pieces.len && i < 50; i++) {
		const char *p = annex_at(&n, &k->o->annex, s->pieces.at[i].at);

		if (n > s->pieces.at[i].len)
			n = s->pieces.at[i].len;
		if (http_is_start(p, n) || http_method(p, n))
			return true;
	}
	return false;
}

static bool sends_requests(const struct pcap *k, const struct tcp_stream *s)
{
	size_t n;
	const char *p = first_bytes(&n, k, s);

	return http_method(p, n) > 0;
}

/* Pair requests with answers as they come; answers that came before a request belong to none. */
static void pair(struct pcap *k, size_t flow, struct tcp_stream streams[2], int asks)
{
	struct stream_reader ask = { .s = &streams[asks], .annex = &k->o->annex };
	struct stream_reader answer = { .s = &streams[!asks], .annex = &k->o->annex };
	struct http_message q, a;
	uint64_t q_time = 0, a_time = 0;
	bool have_a = false;

	while (stream_next(&q, &q_time, &ask, false)) {
		uint32_t first = add_message(k, &q);
		size_t room;
		const char *p = annex_at(&room, &k->o->annex, q.begin);
		bool head = room > 4 && !memcmp(p, "HEAD", 4);

		for (;;) {
			have_a = have_a || stream_next(&a, &a_time, &answer, head);
			if (!have_a || a_time >= q_time)
				break;
			add_talk(k, TALK_HTTP, a_time, flow, !asks, 0, add_message(k, &a));
			have_a = false;
		}
		while (have_a && http_is_interim(&a))
			have_a = stream_next(&a, &a_time, &answer, head);
		add_talk(k, TALK_HTTP, q_time, flow, asks, first, have_a ? add_message(k, &a) : 0);
		have_a = false;
	}
	while (stream_next(&a, &a_time, &answer, false))
		add_talk(k, TALK_HTTP, a_time, flow, !asks, 0, add_message(k, &a));
	k->full = k->full || ask.full || answer.full;
}

static uint64_t time_at(const struct tcp_stream *s, size_t offset)
{
	size_t i;

	for (i = 0; i + 1 < s->pieces.len && offset >= s->pieces.at[i].len; i++)
		offset -= s->pieces.at[i].len;
	return s->pieces.at[i].time;
}

/* Frames of MLLP: 0x0b … 0x1c 0x0d. */
static void frames(struct pcap *k, size_t flow, struct tcp_stream *s, int side)
{
	struct stream_reader r = { .s = s, .annex = &k->o->annex };
	size_t begin, end, at, stop, room;
	const char *p, *fs;

	if (!stream_whole(&begin, &end, &r))
		return;
	k->full = k->full || r.full;
	p = annex_at(&room, &k->o->annex, begin);
	for (at = begin; at < end; at = stop + 1) {
		fs = memchr(p + (at - begin), 0x1c, end - at);
		stop = fs ? begin + (size_t)(fs - p) : end;
		while (at < stop && strchr("\r\n\v", p[at - begin]))
			at++;
		if (stop > at)
			add_talk(k, TALK_HL7, time_at(s, at - begin), flow, side, (uint32_t)at, (uint32_t)stop);
	}
}

static void one_flow(struct pcap *k, size_t i)
{
	const struct tcp_flow *f = &k->c.flows.at[i];
	struct tcp_stream s[2];
	int side;

	tcp_order(&s[0], &k->c, &f->half[0]);
	tcp_order(&s[1], &k->c, &f->half[1]);
	if (speaks_http(k, &s[0]) || speaks_http(k, &s[1])) {
		side = sends_requests(k, &s[1]) && !sends_requests(k, &s[0]);
		pair(k, i, s, side);
	} else if (speaks_mllp(k, &s[0]) || speaks_mllp(k, &s[1])) {
		for (side = 0; side < 2; side++)
			if (speaks_mllp(k, &s[side]))
				frames(k, i, &s[side], side);
	} else if (s[0].bytes + s[1].bytes) {
		side = s[0].bytes ? 0 : 1;
		if (k->others++ < OTHERS_MAX)
			add_talk(k, TALK_OTHER, f->time, i, 0, s[side].pieces.at[0].at,
				s[side].pieces.at[0].at + s[side].pieces.at[0].len);
	}
	tcp_stream_done(&s[0]);
	tcp_stream_done(&s[1]);
}

static int by_time(const void *a, const void *b)
{
	const struct talk *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->flow != y->flow ? (x->flow < y->flow ? -1 : 1) : x < y ? -1 : x > y;
}

/* Days since 1970 as a date (Howard Hinnant's civil_from_days); the C library would look for time zones. */
static void civil(int *year, unsigned int *month, unsigned int *day, uint64_t days)
{
	uint64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint64_t mp = (5 * doy + 2) / 153;

	*day = (unsigned int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static void say_time(struct outline *o, size_t at, size_t end, uint64_t time)
{
	uint64_t seconds = time / 1000000000u, rest = seconds % 86400;
	unsigned int month, day;
	char text[64];
	int year;

	if (!time)
		return;
	civil(&year, &month, &day, seconds / 86400);
	snprintf(text, sizeof(text), "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", year, month, day, (unsigned int)(rest / 3600),
		(unsigned int)(rest / 60 % 60), (unsigned int)(rest % 60), (unsigned int)(time % 1000000000u / 1000));
	http_word(o, "time", at, end, text);
}

static void say_address(struct outline *o, const char *name, size_t at, size_t end, const struct tcp_flow *f, int side)
{
	char address[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16];

	inet_ntop(f->v6 ? AF_INET6 : AF_INET, f->addr[side], address, sizeof(address));
	snprintf(text, sizeof(text), f->v6 ? "[%s]:%u" : "%s:%u", address, f->port[side]);
	http_word(o, name, at, end, text);
}

/* Range of the file a talk is about. */
static void extent(size_t *begin_out, size_t *end_out, const struct pcap *k, const struct talk *t)
{
	const struct annex *a = &k->o->annex;
	uint32_t i, one[2] = { t->first, t->second };
	size_t begin = SIZE_MAX, end = 0, b, e;

	if (t->kind != TALK_HTTP) {
		*begin_out = annex_place(a, t->first, false);
		*end_out = annex_place(a, t->second, true);
	} else {
		for (i = 0; i < 2; i++) {
			if (!one[i])
				continue;
			b = annex_place(a, k->messages.at[one[i] - 1].begin, false);
			e = annex_place(a, k->messages.at[one[i] - 1].end, true);
			begin = b < begin ? b : begin;
			end = e > end ? e : end;
		}
		*begin_out = begin;
		*end_out = end;
	}
	if (*end_out < *begin_out)
		*end_out = *begin_out;
}

static void say_other(struct pcap *k, const struct talk *t, size_t begin, size_t end)
{
	size_t room;
	const char *p = annex_at(&room, &k->o->annex, t->first);
	bool tls = room > 2 && (p[0] == 0x16 || p[0] == 0x17) && p[1] == 3;

	http_word(k->o, "says", begin, end, tls ? "TLS: encrypted, cannot be read" : "no HTTP and no HL7 v2");
	http_value(k->o, "first", t->first, t->second);
}

static void emit(struct pcap *k, const struct talk *t)
{
	static const char *const names[] = { "exchange", "hl7", "connection" };
	const struct tcp_flow *f = &k->c.flows.at[t->flow];
	struct outline *o = k->o;
	bool brief = o->nodes.len > o->nodes_max / 2;
	size_t begin, end;
	unsigned int number = t->kind == TALK_HTTP ? ++k->exchanges : t->kind == TALK_HL7 ? ++k->frames : 0;

	if (brief && !k->brief_from)
		k->brief_from = number;
	extent(&begin, &end, k, t);
	if (http_item(o, names[t->kind], begin, number) == NODE_NONE)
		return;
	if (!brief || t->kind != TALK_HTTP) {
		say_time(o, begin, end, t->time);
		say_address(o, "from", begin, end, f, t->side);
		say_address(o, "to", begin, end, f, !t->side);
	}
	if (t->kind == TALK_HL7)
		outline_label_word(o, parse_inside(o, t->first, t->second, EVIDENCE_UNKNOWN), "body");
	else if (t->kind == TALK_OTHER)
		say_other(k, t, begin, end);
	if (t->kind == TALK_HTTP && t->first)
		http_emit(o, &k->messages.at[t->first - 1], brief);
	if (t->kind == TALK_HTTP && t->second)
		http_emit(o, &k->messages.at[t->second - 1], brief);
	outline_close(o, end);
}

static void say_troubles(struct pcap *k)
{
	const struct capture *c = &k->c;
	size_t end = c->len;
	char text[80];

	if (k->brief_from) {
		snprintf(text, sizeof(text), "from exchange %u on: method, target and status only", k->brief_from - 1);
		http_word(k->o, "brief", end, end, text);
	}
	if (c->ends_at)
		outline_trouble(k->o, c->ends_at, end, "the capture breaks off at byte %zu, inside a packet", c->ends_at);
	if (c->full)
		outline_trouble(k->o, end, end, "the capture has more packets than are read here");
	if (c->cut)
		outline_trouble(k->o, end, end, "%llu packets were cut short when they were captured",
			(unsigned long long)c->cut);
	if (c->fragments)
		outline_trouble(k->o, end, end, "%llu pieces of IP packets were left out", (unsigned long long)c->fragments);
	if (k->full || k->o->annex.full)
		outline_trouble(k->o, end, end, "more was sent than is put together here (%zu bytes)", k->o->annex.cap);
	if (k->others > OTHERS_MAX)
		outline_trouble(k->o, end, end, "%u more connections are not listed", k->others - OTHERS_MAX);
}

void parse_pcap(struct outline *o, const char *text, size_t len)
{
	struct pcap k = { .o = o };
	size_t i, base = o->base;

	if (base) {	/* offsets of packets are those of a file; a capture inside something is opened on its own */
		outline_trouble(o, 0, len, "a capture; open it on its own");
		return;
	}
	o->woven = true;
	capture_read(&k.c, text, len);
	http_item(o, "Exchanges", 0, 0);
	for (i = 0; i < k.c.flows.len && !(i % 1024 == 1023 && outline_tick(o)); i++)
		one_flow(&k, i);
	if (k.talks.len)
		qsort(k.talks.at, k.talks.len, sizeof(k.talks.at[0]), by_time);
	for (i = 0; i < k.talks.len && !o->stopped; i++)
		emit(&k, &k.talks.at[i]);
	say_troubles(&k);
	outline_close_all(o, len);
	capture_done(&k.c);
	vec_done(&k.messages);
	vec_done(&k.talks);
}
