/* SPDX-License-Identifier: Apache-2.0 */
/* Captures made by hand: order, loss and repetition of segments, links, clocks, and what hostile ones come to. */
#include "test.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/buf.h"
#include "verdict/evidence/document.h"

#define GET "GET /fhir/Patient/p1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define BODY "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"gender\":\"female\"}"
#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 54\r\n\r\n" BODY

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_LINUX = 113 };
enum { FIN = 1, SYN = 2, PUSH = 8, ACK = 16 };

struct made {
	struct buf b;
	unsigned int link, packets, snap;
	bool v6, ng, nano;
};

static void le32(struct buf *b, uint32_t v)
{
	buf_u32(b, v);
}

static void be16(struct buf *b, unsigned int v)
{
	buf_addc(b, (char)(v >> 8));
	buf_addc(b, (char)v);
}

static void be32(struct buf *b, uint32_t v)
{
	be16(b, v >> 16);
	be16(b, v & 0xffff);
}

static void begin(struct made *m, unsigned int link)
{
	memset(m, 0, sizeof(*m));
	buf_init(&m->b, 1u << 20);
	m->link = link;
	m->snap = 65535;
	le32(&m->b, 0xa1b2c3d4);
	le32(&m->b, 0x00040002);
	le32(&m->b, 0);
	le32(&m->b, 0);
	le32(&m->b, 65535);
	le32(&m->b, link);
}

static void block(struct made *m, uint32_t type, const struct buf *body)
{
	size_t pad = (4 - body->len % 4) % 4;

	le32(&m->b, type);
	le32(&m->b, (uint32_t)(body->len + pad + 12));
	buf_add(&m->b, body->ptr, body->len);
	buf_fill(&m->b, '\0', pad);
	le32(&m->b, (uint32_t)(body->len + pad + 12));
}

/* The same as pcapng, with a clock of nanoseconds. */
static void begin_ng(struct made *m, unsigned int link)
{
	struct buf b;

	memset(m, 0, sizeof(*m));
	buf_init(&m->b, 1u << 20);
	buf_init(&b, 4096);
	m->ng = true;
	m->link = link;
	m->snap = 65535;
	le32(&b, 0x1a2b3c4d);
	le32(&b, 1);
	le32(&b, UINT32_MAX);
	le32(&b, UINT32_MAX);
	block(m, 0x0a0d0d0a, &b);
	buf_reset(&b);
	le32(&b, link);
	le32(&b, 65535);
	buf_add(&b, "\x09\0\1\0\x09\0\0\0\0\0\0\0", 12);
	block(m, 1, &b);
	buf_done(&b);
}

static void address(struct buf *b, const struct made *m, int host)
{
	if (m->v6)
		buf_add(b, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
	else
		buf_add(b, "\x0a\0\0", 3);
	buf_addc(b, (char)host);
}

static void headers(struct buf *b, const struct made *m, bool back, unsigned int port, uint32_t seq, unsigned int flags, size_t n)
{
	if (m->link == LINK_ETHERNET) {
		buf_fill(b, '\2', 12);
		be16(b, 0x8100);	/* in a VLAN */
		be16(b, 7);
		be16(b, m->v6 ? 0x86dd : 0x0800);
	} else if (m->link == LINK_LINUX) {
		buf_fill(b, '\0', 14);
		be16(b, m->v6 ? 0x86dd : 0x0800);
	}
	if (m->v6) {
		be32(b, 0x60000000);
		be16(b, (unsigned int)(n + 20 + 8));
		buf_add(b, "\0\x40", 2);	/* a hop-by-hop header comes first */
	} else {
		be16(b, 0x4500);
		be16(b, (unsigned int)(n + 40));
		buf_add(b, "\0\0\0\0\x40\6\0\0", 8);
	}
	address(b, m, back ? 2 : 1);
	address(b, m, back ? 1 : 2);
	if (m->v6)
		buf_add(b, "\6\0\0\0\0\0\0\0", 8);
	be16(b, back ? 8080 : port);
	be16(b, back ? port : 8080);
	be32(b, seq);
	be32(b, 0);
	buf_addc(b, 0x50);
	buf_addc(b, (char)flags);
	buf_fill(b, '\xff', 6);
}

static void send(struct made *m, bool back, unsigned int port, uint32_t seq, unsigned int flags, const char *text, size_t n)
{
	uint64_t time = 1795500000000000u + (uint64_t)m->packets++ * 1000;
	size_t there;
	struct buf k, b;

	buf_init(&k, 1u << 17);
	headers(&k, m, back, port, seq, flags, n);
	buf_add(&k, text, n);
	there = k.len < m->snap ? k.len : m->snap;
	buf_init(&b, 1u << 17);
	if (m->ng) {
		le32(&b, 0);
		le32(&b, (uint32_t)(time * 1000 >> 32));
		le32(&b, (uint32_t)(time * 1000));
	} else {
		le32(&b, (uint32_t)(time / 1000000));
		le32(&b, (uint32_t)(time % 1000000));
	}
	le32(&b, (uint32_t)there);
	le32(&b, (uint32_t)k.len);
	buf_add(&b, k.ptr, there);
	if (m->ng)
		block(m, 6, &b);
	else
		buf_add(&m->b, b.ptr, b.len);
	buf_done(&b);
	buf_done(&k);
}

#define ASK(m, port, seq, text) send(m, false, port, seq, ACK | PUSH, text, sizeof(text) - 1)
/* [from, to) of the answer that begins at `seq`. */
static void answer(struct made *m, unsigned int port, uint32_t seq, size_t from, size_t to)
{
	send(m, true, port, seq + (uint32_t)from, ACK, &OK[from], to - from);
}

struct opened {
	struct document *d;
	struct arena a;
	struct reader_row *rows;
	size_t n;
	struct reader_info info;
};

static void open_bytes(struct opened *t, const char *p, size_t n)
{
	struct source src;
	uint64_t row, total;

	source_mem(&src, p, n);
	assert_ok(document_open(&t->d, &src, EVIDENCE_UNKNOWN));
	document_info(&t->info, t->d);
	document_fold(&row, t->d, FOLD_UNFOLD_ALL, 0);
	arena_init(&t->a);
	assert_ok(document_rows(&t->rows, &t->n, &total, &t->a, t->d, VIEW_OUTLINE, 0, 1000, 0));
	assert_int_equal(t->info.kind, EVIDENCE_PCAP);
}

static void close_it(struct opened *t, struct made *m)
{
	arena_done(&t->a);
	document_free(t->d);
	buf_done(&m->b);
}

static const struct reader_row *value_at(struct opened *t, const char *path, const char *want)
{
	const struct reader_row *r;
	uint64_t row;

	if (document_goto(&row, t->d, path, strlen(path)) != STATUS_OK)
		fail_msg("no row at %s", path);
	r = &t->rows[row];
	if (r->value_len != strlen(want) || memcmp(r->value, want, r->value_len))
		fail_msg("%s: \"%.*s\", want \"%s\"", path, (int)r->value_len, r->value, want);
	return r;
}

static void said(struct opened *t, const char *want)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->rows[i].value_len == strlen(want) && !memcmp(t->rows[i].value, want, strlen(want)))
			return;
	fail_msg("nothing says \"%s\"", want);
}

#define X "Exchanges.exchange[0]"

static void try_link(unsigned int link, bool v6, bool ng)
{
	struct opened t;
	struct made m;

	if (ng)
		begin_ng(&m, link);
	else
		begin(&m, link);
	m.v6 = v6;
	send(&m, false, 40000, 99, SYN, "", 0);
	send(&m, true, 40000, 499, SYN | ACK, "", 0);
	ASK(&m, 40000, 100, GET);
	answer(&m, 40000, 500, 0, sizeof(OK) - 1);
	open_bytes(&t, m.b.ptr, m.b.len);
	assert_null(t.info.trouble);
	value_at(&t, X, "GET /fhir/Patient/p1  200 OK  FHIR JSON  Patient  p1");
	value_at(&t, X ".time", "2026-11-24T06:00:00.002000Z");
	value_at(&t, X ".from", v6 ? "[fe80::1]:40000" : "10.0.0.1:40000");
	value_at(&t, X ".to", v6 ? "[fe80::2]:8080" : "10.0.0.2:8080");
	value_at(&t, X ".response.body.gender", "female");
	close_it(&t, &m);
}

static void test_links(void **state)
{
	(void)state;
	try_link(LINK_ETHERNET, false, false);
	try_link(LINK_ETHERNET, true, false);
	try_link(LINK_RAW, false, false);
	try_link(LINK_LINUX, true, false);
	try_link(LINK_ETHERNET, false, true);
	try_link(LINK_RAW, true, true);
}

/* In pieces, the last first, one of them twice and one over the edge of another. */
static void test_order(void **state)
{
	const struct reader_row *r;
	struct opened t;
	struct made m;
	const char *at;

	(void)state;
	begin(&m, LINK_ETHERNET);
	ASK(&m, 40000, 0xffffffe0u, GET);	/* numbers wrap */
	answer(&m, 40000, 0xffffffc0u, 0, 20);
	answer(&m, 40000, 0xffffffc0u, 100, sizeof(OK) - 1);
	answer(&m, 40000, 0xffffffc0u, 20, 70);
	answer(&m, 40000, 0xffffffc0u, 20, 70);
	answer(&m, 40000, 0xffffffc0u, 60, 100);
	open_bytes(&t, m.b.ptr, m.b.len);
	assert_null(t.info.trouble);
	r = value_at(&t, X ".response.body.gender", "female");
	at = memmem(m.b.ptr, m.b.len, "\"gender\"", 8);
	assert_non_null(at);
	assert_int_equal(r->begin, at - m.b.ptr);	/* bytes lead back into the packet */
	close_it(&t, &m);
}

/* Wherever one segment ends and the next begins, also right behind the head: not a byte twice, not one missing. */
static void test_split(void **state)
{
	struct opened t;
	struct made m;
	size_t at;

	(void)state;
	for (at = 1; at < sizeof(OK) - 1; at++) {
		begin(&m, LINK_ETHERNET);
		ASK(&m, 40000, 1, GET);
		answer(&m, 40000, 1, 0, at);
		answer(&m, 40000, 1, at, sizeof(OK) - 1);
		open_bytes(&t, m.b.ptr, m.b.len);
		assert_null(t.info.trouble);
		value_at(&t, X ".response.body.gender", "female");
		close_it(&t, &m);
	}
}

static void test_loss(void **state)
{
	struct opened t;
	struct made m;

	(void)state;
	begin(&m, LINK_ETHERNET);
	ASK(&m, 40000, 1, GET);
	answer(&m, 40000, 1, 0, 90);
	answer(&m, 40000, 1, 110, sizeof(OK) - 1);	/* and then one that is whole */
	ASK(&m, 40000, 1 + sizeof(GET) - 1, GET);
	answer(&m, 40000, sizeof(OK), 0, sizeof(OK) - 1);
	open_bytes(&t, m.b.ptr, m.b.len);
	said(&t, "bytes of it are missing from the capture");
	value_at(&t, "Exchanges.exchange[1].response.body.gender", "female");
	close_it(&t, &m);
	begin(&m, LINK_RAW);
	m.snap = 100;
	ASK(&m, 40000, 1, GET);
	answer(&m, 40000, 1, 0, sizeof(OK) - 1);
	open_bytes(&t, m.b.ptr, m.b.len);
	said(&t, "1 packets were cut short when they were captured");
	value_at(&t, X ".response.status", "200");
	close_it(&t, &m);
}

static void test_many(void **state)
{
	struct opened t;
	struct made m;

	(void)state;
	begin(&m, LINK_ETHERNET);
	ASK(&m, 40000, 1, "HEAD /a HTTP/1.1\r\n\r\n");
	ASK(&m, 40001, 1, GET);
	answer(&m, 40001, 1, 0, sizeof(OK) - 1);
	send(&m, true, 40000, 1, ACK, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", 41);
	ASK(&m, 40000, 21, "PUT /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy");
	send(&m, true, 40000, 42, ACK, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 68);
	open_bytes(&t, m.b.ptr, m.b.len);
	assert_null(t.info.trouble);
	value_at(&t, X, "HEAD /a  200 OK");
	value_at(&t, "Exchanges.exchange[1].response.body.id", "p1");
	value_at(&t, "Exchanges.exchange[2].request.body", "xy");
	value_at(&t, "Exchanges.exchange[2].response.status", "201");
	close_it(&t, &m);
}

static void test_others(void **state)
{
	struct opened t;
	struct made m;

	(void)state;
	begin(&m, LINK_ETHERNET);
	ASK(&m, 40000, 1, "\x0bMSH|^~\\&|A|B|||20261124||ADT^A01|1|P|2.5\rPID|||1^");
	ASK(&m, 40000, 51, "^^X\r\x1c\r\x0bMSH|^~\\&|C\r\x1c\r");
	ASK(&m, 40001, 1, "\x16\x03\x01\x02\x00 hello");
	open_bytes(&t, m.b.ptr, m.b.len);
	value_at(&t, "Exchanges.hl7[0].body/message[1]/PID-3.4", "X");
	value_at(&t, "Exchanges.hl7[1].body/message[1]/MSH-3", "C");
	value_at(&t, "Exchanges.connection.says", "TLS: encrypted, cannot be read");
	close_it(&t, &m);
}

/* Cut anywhere a capture still opens, and says that it breaks off. */
static void test_cut(void **state)
{
	struct opened t;
	struct made m;
	size_t n;

	(void)state;
	begin(&m, LINK_ETHERNET);
	ASK(&m, 40000, 1, GET);
	answer(&m, 40000, 1, 0, 60);
	answer(&m, 40000, 1, 60, sizeof(OK) - 1);
	for (n = 24; n < m.b.len; n++) {
		struct buf cut;

		buf_init(&cut, 1u << 20);
		buf_add(&cut, m.b.ptr, n);
		open_bytes(&t, cut.ptr, cut.len);
		arena_done(&t.a);
		document_free(t.d);
		buf_done(&cut);
	}
	open_bytes(&t, m.b.ptr, m.b.len - 1);
	assert_non_null(t.info.trouble);
	close_it(&t, &m);
}

/* Lengths that lie: a header as long as it can say, packets that claim gigabytes. */
static void test_hostile(void **state)
{
	struct opened t;
	struct made m;

	(void)state;
	begin(&m, LINK_ETHERNET);
	le32(&m.b, 0);
	le32(&m.b, 0);
	le32(&m.b, UINT32_MAX);
	le32(&m.b, UINT32_MAX);
	buf_fill(&m.b, '\xff', 200);
	open_bytes(&t, m.b.ptr, m.b.len);
	assert_non_null(t.info.trouble);
	close_it(&t, &m);
	begin(&m, LINK_RAW);
	ASK(&m, 40000, 1, "POST /a HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\nx");
	ASK(&m, 40000, 0x7fffffff, "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx");
	open_bytes(&t, m.b.ptr, m.b.len);
	value_at(&t, X ".request.method", "POST");
	close_it(&t, &m);
}

static bool stop(void *data)
{
	return ++*(int *)data > 2;
}

/* A long capture asks whether to go on, and stops when told so. */
static void test_stopped(void **state)
{
	struct source src;
	struct document *d;
	struct made m;
	int asked = 0;
	unsigned int i;

	(void)state;
	begin(&m, LINK_RAW);
	buf_done(&m.b);
	buf_init(&m.b, 64u << 20);
	le32(&m.b, 0xa1b2c3d4);
	le32(&m.b, 0x00040002);
	le32(&m.b, 0);
	le32(&m.b, 0);
	le32(&m.b, 65535);
	le32(&m.b, LINK_RAW);
	for (i = 0; i < 30000; i++)
		ASK(&m, 40000, 1 + i * (uint32_t)(sizeof(GET) - 1), GET);
	source_mem(&src, m.b.ptr, m.b.len);
	document_open_ticking(&d, &src, EVIDENCE_UNKNOWN, stop, &asked);
	assert_int_equal(asked, 3);
	assert_true(document_outline(d)->nodes.len < 250000);
	document_free(d);
	buf_done(&m.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_stopped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence_pcap", tests, NULL, NULL);
}
