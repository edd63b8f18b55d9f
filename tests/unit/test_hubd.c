/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP service over a unix socket before a hub that does as it is told: routes, ceilings, limits, waiting, every
 * way to fail, draining. Layer: tests.
 */
#include "test.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "fake_hub.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/worker.h"
#include "verdict/hubd/hubd.h"
#include "verdict/hubd/uri.h"
#include "verdict/proto/packed.h"
#include "verdict/proto/content.h"

#define AUTH "Authorization: Bearer " FAKE_TOKEN "\r\n"
#define EPOCH "abababababababababababababababab"
#define PATIENCE_MS 10000

struct fixture {
	struct hub *hub;
	struct hubd *s;
	char dir[32], path[48];
	struct hubd_options o;
};

static void start(struct fixture *f)
{
	struct listen_socket l;
	char where[64];

	f->o.hub = f->hub;
	f->s = hubd_new(&f->o);
	snprintf(where, sizeof(where), "unix:%s", f->path);
	assert_ok(listen_open(&l, where, false));
	assert_ok(hubd_serve(f->s, &l, NULL));
}

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	FILE *item;

	f->hub = fake_hub_new();
	memcpy(f->dir, "/tmp/verdict-hubd-XXXXXX", 25);
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/http", f->dir);
	snprintf(f->hub->item, sizeof(f->hub->item), "%s/item", f->dir);
	item = fopen(f->hub->item, "w");
	if (!item || fputs("abc", item) < 0 || fclose(item) != 0)
		return -1;
	f->o.limits = (struct hubd_limits)HUBD_LIMITS;
	start(f);
	*state = f;
	return 0;
}

static int set_up_unlimited(void **state)
{
	struct fixture *f;
	int rc = set_up(state);

	if (rc)
		return rc;
	f = *state;
	hubd_drain(f->s, PATIENCE_MS);
	hubd_free(f->s);
	f->o.limits.key_rate = 0;
	start(f);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	fake_answer(f->hub);
	hubd_drain(f->s, PATIENCE_MS);
	hubd_free(f->s);
	unlink(f->hub->item);
	rmdir(f->dir);
	fake_hub_free(f->hub);
	test_free(f);
	return 0;
}

static int dial(const struct fixture *f)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(sa.sun_path, f->path, strlen(f->path) + 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0)
		fail_msg("cannot connect");
	return fd;
}

static void say_bytes(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;		/* the answer says why */
		text += n;
		len -= (size_t)n;
	}
}

static void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

struct reply { int status; char head[4096]; struct buf body; };

static const char *reply_header(const struct reply *r, const char *name)
{
	static char value[512];

	for (const char *line = strstr(r->head, "\r\n"); line; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
			line += strlen(name) + 1;
			line += strspn(line, " ");
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\r"), line);
			return value;
		}
	}
	return NULL;
}

/* One byte or more within the time that a test waits; false at the end. */
static bool hear_more(int fd, char *room, size_t max, ssize_t *n)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (poll(&p, 1, PATIENCE_MS) != 1)
		fail_msg("no answer");
	*n = recv(fd, room, max, 0);
	return *n > 0;
}

static void hear(struct reply *r, int fd, bool head)
{
	size_t used = 0, length;
	const char *text;
	char room[4096];
	ssize_t n;

	memset(r, 0, sizeof(*r));
	buf_init(&r->body, 32 << 20);
	while (used < 4 || memcmp(r->head + used - 4, "\r\n\r\n", 4) != 0) {
		if (used + 1 >= sizeof(r->head) || !hear_more(fd, r->head + used, 1, &n))
			return;
		used++;
	}
	assert_int_equal(sscanf(r->head, "HTTP/1.1 %d", &r->status), 1);
	text = reply_header(r, "Content-Length");
	length = text ? strtoul(text, NULL, 10) : 0;
	while (!head && r->body.len < length) {
		size_t left = length - r->body.len;

		if (!hear_more(fd, room, left < sizeof(room) ? left : sizeof(room), &n))
			return;
		buf_add(&r->body, room, (size_t)n);
	}
}

static struct reply ask_bytes(const struct fixture *f, const char *method, const char *target, const char *headers,
	const void *body, size_t len)
{
	struct reply r;
	struct buf b;
	int fd = dial(f);

	buf_init(&b, 32 << 20);
	buf_printf(&b, "%s %s HTTP/1.1\r\nHost: h\r\n%s", method, target, headers);
	if (len)
		buf_printf(&b, "Content-Length: %zu\r\n", len);
	buf_adds(&b, "\r\n");
	buf_add(&b, body, len);
	say_bytes(fd, b.ptr, b.len);
	hear(&r, fd, strcmp(method, "HEAD") == 0);
	close(fd);
	buf_done(&b);
	return r;
}

static struct reply ask_text(const struct fixture *f, const char *method, const char *target, const char *headers,
	const char *body)
{
	return ask_bytes(f, method, target, headers, body, strlen(body));
}

static int ask(const struct fixture *f, const char *method, const char *target, const char *headers, const char *body)
{
	struct reply r = ask_text(f, method, target, headers, body);
	int status = r.status;

	buf_done(&r.body);
	return status;
}

static void expect(const struct fixture *f, int status, const char *word, const char *method, const char *target,
	const char *headers, const char *body)
{
	struct reply r = ask_text(f, method, target, headers, body);
	struct refusal refusal = { .kind = REFUSAL_OTHER };
	struct arena a;

	arena_init(&a);
	if (r.status != status)
		fail_msg("%s %s: %d where %d was wanted: %s", method, target, r.status, status, buf_str(&r.body));
	if (refusal_read(&refusal, &a, r.body.ptr ? r.body.ptr : "", r.body.len) ||
		strcmp(refusal_name(refusal.kind), word) != 0)
		fail_msg("%s %s: %s", method, target, buf_str(&r.body));
	assert_string_equal(reply_header(&r, "Cache-Control"), "no-store");
	if (status == 503 || status == 429)
		assert_non_null(reply_header(&r, "Retry-After"));
	arena_done(&a);
	buf_done(&r.body);
}

static void test_hello(void **state)
{
	struct reply r = ask_bytes(*state, "GET", "/v1/hello", "", "", 0);
	struct hello h;
	struct arena a;

	arena_init(&a);
	assert_int_equal(r.status, 200);
	assert_ok(hello_read(&h, &a, r.body.ptr, r.body.len));
	assert_string_equal(h.nonce, "nonce");
	assert_string_equal(reply_header(&r, "Content-Type"), "application/json");
	arena_done(&a);
	buf_done(&r.body);
	assert_int_equal(ask(*state, "HEAD", "/v1/hello", "", ""), 200);
	assert_int_equal(ask(*state, "GET", "/healthz", "", ""), 200);
	expect(*state, 404, "not-found", "GET", "/v1/ca", "", "");	/* no TLS on this way */
}

static void test_routes(void **state)
{
	const struct fixture *f = *state;

	expect(f, 404, "not-found", "GET", "/", "", "");	/* no site here */
	expect(f, 404, "not-found", "GET", "/v2/hello", "", "");
	expect(f, 400, "bad-request", "GET", "/v1/../hello", "", "");
	expect(f, 404, "not-found", "GET", "/v1/hello/x", "", "");
	expect(f, 405, "not-found", "POST", "/v1/hello", "", "");
	expect(f, 405, "not-found", "PATCH", "/v1/events/e%201/claims/1", AUTH, "");
	expect(f, 404, "not-found", "GET", "/v1/events/other/hello", AUTH, "");
	expect(f, 401, "unauthorised", "GET", "/v1/events/e%201/hello", "", "");
	expect(f, 401, "unauthorised", "GET", "/v1/events/e%201/hello", "Authorization: Bearer x\r\n", "");
	expect(f, 401, "unauthorised", "GET", "/v1/events/e%201/hello", "Authorization: Basic x\r\n", "");
	assert_int_equal(ask(f, "GET", "/v1/events/e%201/hello", AUTH, ""), 200);
	expect(f, 400, "bad-request", "GET", "/v1/hello", "", "a body");
	expect(f, 400, "bad-request", "POST", "/v1/events/e%201/have", AUTH, "{}");	/* no type */
	expect(f, 400, "bad-request", "POST", "/v1/events/e%201/have",
		AUTH "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}");
	expect(f, 400, "bad-request", "POST", "/v1/events/e%201/have", AUTH "Content-Type: application/json\r\n", "{}");
	assert_int_equal(ask(f, "POST", "/v1/events/e%201/have", AUTH "Content-Type: application/json; charset=utf-8\r\n",
		"{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":0}"), 200);
}

/* Two ways to tell a length, or a length that is none: refused, and the connection ends. */
static void test_smuggling(void **state)
{
	static const char *const heads[] = {
		"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Content-Length: -2\r\n",
		"Content-Length: 2x\r\n", "Content-Length: 99999999999999999999\r\n",
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		struct reply r;
		struct buf b;
		int fd = dial(*state);
		char rest[64];
		ssize_t n;

		buf_init(&b, 4096);
		buf_printf(&b, "POST /v1/events/e%%201/have HTTP/1.1\r\nHost: h\r\n" AUTH
			"Content-Type: application/json\r\n%s\r\n{}GET /v1/hello HTTP/1.1\r\nHost: h\r\n\r\n", heads[i]);
		say_bytes(fd, b.ptr, b.len);
		hear(&r, fd, false);
		if (r.status != 400 && r.status != 413)
			fail_msg("%s: %d", heads[i], r.status);
		while (hear_more(fd, rest, sizeof(rest), &n))	/* to the end of the connection */
			buf_add(&r.body, rest, (size_t)n);
		if (strstr(buf_str(&r.body), "proto"))
			fail_msg("%s: a second answer: %s", heads[i], buf_str(&r.body));
		buf_done(&r.body);
		buf_done(&b);
		close(fd);
	}
}

static struct reply push(const struct fixture *f, const void *body, size_t len, const char *more)
{
	struct digest d = sha256(body, len);
	char headers[400], digest[64];

	content_digest_format(digest, &d);
	snprintf(headers, sizeof(headers), AUTH "Content-Type: application/vnd.verdict.batch\r\n%s%s%s%s", more,
		strstr(more, "Digest") ? "" : "Content-Digest: ", strstr(more, "Digest") ? "" : digest,
		strstr(more, "Digest") ? "" : "\r\n");
	return ask_bytes(f, "POST", "/v1/events/e%201/records", headers, body, len);
}

static int push_status(const struct fixture *f, const void *body, size_t len, const char *more)
{
	struct reply r = push(f, body, len, more);
	int status = r.status;

	buf_done(&r.body);
	return status;
}

static void test_push(void **state)
{
	const struct fixture *f = *state;
	struct reply r = push(f, "batch", 5, "");
	struct buf b;

	assert_int_equal(r.status, 200);
	assert_string_equal(reply_header(&r, "Content-Type"), "application/vnd.verdict.signed");
	assert_string_equal(buf_str(&r.body), "push 5 batch");
	buf_done(&r.body);
	assert_int_equal(push_status(f, "batch", 5, "Content-Digest: sha-256=:AAAA:\r\n"), 400);
	assert_int_equal(push_status(f, "batch", 5, "X-Digest: none\r\n"), 400);
	assert_int_equal(push_status(f, "batch", 5, "Content-Encoding: zstd\r\n"), 400);
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 3000; i++)
		buf_adds(&b, "record ");
	buf_init(&r.body, 1 << 20);
	assert_true(packed_add(&r.body, b.ptr, b.len));
	buf_reset(&b);
	buf_add(&b, r.body.ptr, r.body.len);
	buf_done(&r.body);
	r = push(f, b.ptr, b.len, "Content-Encoding: zstd\r\n");
	assert_int_equal(r.status, 200);
	assert_string_equal(buf_str(&r.body), "push 21000 record record record");
	buf_done(&r.body);
	assert_int_equal(push_status(f, b.ptr, b.len - 1, "Content-Encoding: zstd\r\n"), 400);
	buf_done(&b);
}

static void test_too_large(void **state)
{
	const struct fixture *f = *state;
	char *body = mem_zalloc((4 << 20) + 1);
	struct buf b, packed;

	assert_int_equal(push_status(f, body, (4 << 20), ""), 200);
	assert_int_equal(push_status(f, body, (4 << 20) + 1, ""), 413);
	assert_int_equal(push_status(f, body, (1 << 20) + 1, "Content-Encoding: zstd\r\n"), 413);
	buf_init(&b, 32 << 20);		/* a small body that is a great one unpacked */
	buf_fill(&b, 0, (4 << 20) + 1);
	buf_init(&packed, 1 << 20);
	assert_true(packed_add(&packed, b.ptr, b.len));
	assert_int_equal(push_status(f, packed.ptr, packed.len, "Content-Encoding: zstd\r\n"), 413);
	buf_done(&packed);
	buf_done(&b);
	mem_free(body);
}

/* The ceiling holds where no length is told before. */
static void test_chunks(void **state)
{
	static const char head[] = "POST /v1/events/e%201/have HTTP/1.1\r\nHost: h\r\n" AUTH
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char chunk[0x4000 + 16];
	struct reply r;
	int fd = dial(*state);

	say(fd, head);
	memcpy(chunk, "4000\r\n", 6);
	memset(chunk + 6, ' ', 0x4000);
	memcpy(chunk + 6 + 0x4000, "\r\n", 2);
	for (int i = 0; i < 64; i++)
		say_bytes(fd, chunk, 0x4000 + 8);
	say(fd, "0\r\n\r\n");
	hear(&r, fd, false);
	assert_int_equal(r.status, 413);
	buf_done(&r.body);
	close(fd);
}

static void test_failures(void **state)
{
	static const struct { enum status st; int status; const char *word; } rows[] = {
		{ STATUS_BUSY, 503, "unavailable" }, { STATUS_IO, 503, "unavailable" }, { STATUS_FULL, 503, "unavailable" },
		{ STATUS_CORRUPT, 503, "unavailable" }, { STATUS_OFFLINE, 503, "unavailable" },
		{ STATUS_INVALID, 400, "bad-request" }, { STATUS_LIMIT, 413, "too-large" }, { STATUS_DENIED, 403, "forbidden" },
		{ STATUS_NEWER, 426, "newer" }, { STATUS_CONFLICT, 409, "conflict" }, { STATUS_NOT_FOUND, 404, "not-found" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		f->hub->code = rows[i].st;
		expect(f, rows[i].status, rows[i].word, "POST", "/v1/events/e%201/enrol",
			"Content-Type: application/vnd.verdict.signed\r\n", "x");
	}
	f->hub->code = STATUS_DENIED;
	expect(f, 401, "unauthorised", "POST", "/v1/events/e%201/session",
		"Content-Type: application/vnd.verdict.signed\r\n", "x");
	f->hub->failing = true;
	expect(f, 503, "unavailable", "GET", "/healthz", "", "");
}

static void test_claims(void **state)
{
	static const char json[] = AUTH "Content-Type: application/json\r\n";
	struct fixture *f = *state;
	struct claim_answer c;
	struct refusal refusal;
	struct reply r;
	struct arena a;

	arena_init(&a);
	r = ask_text(f, "POST", "/v1/events/e%201/claims", json, "{\"ti\":\"81198\",\"ttl\":900,\"nonce\":\"n\"}");
	assert_int_equal(r.status, 201);
	assert_ok(claim_answer_read(&c, &a, r.body.ptr, r.body.len));
	assert_string_equal(c.ti, "81198");
	assert_true(c.fence == 7 && c.ttl_s == 60);
	buf_done(&r.body);
	assert_int_equal(ask(f, "PUT", "/v1/events/e%201/claims/a%2Fb", json, "{\"fence\":7,\"ttl\":60}"), 200);
	assert_string_equal(f->hub->last, "renew a/b 7");
	assert_int_equal(ask(f, "POST", "/v1/events/e%201/claims/1/hold", json, "{\"fence\":7,\"hours\":4}"), 200);
	assert_string_equal(f->hub->last, "hold 1 4");
	assert_int_equal(ask(f, "DELETE", "/v1/events/e%201/claims/1?fence=7", AUTH, ""), 200);
	assert_string_equal(f->hub->last, "release 1 7");
	assert_int_equal(ask(f, "POST", "/v1/events/e%201/claims/1/force", json, "{\"why\":\"gone\"}"), 200);
	expect(f, 400, "bad-request", "DELETE", "/v1/events/e%201/claims/1", AUTH, "");
	expect(f, 400, "bad-request", "POST", "/v1/events/e%201/claims/1/hold", json, "{\"fence\":7,\"hours\":5}");
	f->hub->code = STATUS_CONFLICT;
	r = ask_text(f, "POST", "/v1/events/e%201/claims", json, "{\"ti\":\"81198\",\"ttl\":900,\"nonce\":\"n\"}");
	assert_int_equal(r.status, 409);
	assert_ok(refusal_read(&refusal, &a, r.body.ptr, r.body.len));
	assert_string_equal(refusal.who, "mon-002");
	assert_true(refusal.since_s == 5 && refusal.ttl_s == 60);
	buf_done(&r.body);
	arena_done(&a);
}

static void test_changes(void **state)
{
	struct fixture *f = *state;
	struct refusal refusal;
	struct reply r;
	struct arena a;

	for (int i = 0; i < 300; i++)
		fake_grow(f->hub);
	r = ask_bytes(f, "GET", "/v1/events/e%201/changes?epoch=" EPOCH "&since=10&limit=5", AUTH, "", 0);
	assert_int_equal(r.status, 200);
	assert_string_equal(reply_header(&r, "Content-Type"), "application/vnd.verdict.page");
	assert_memory_equal(r.body.ptr, "VPG1\5\0\0\0", 8);
	buf_done(&r.body);
	r = ask_bytes(f, "GET", "/v1/events/e%201/changes?epoch=" EPOCH, AUTH "Accept-Encoding: gzip, zstd\r\n", "", 0);
	assert_string_equal(reply_header(&r, "Content-Encoding"), "zstd");
	buf_done(&r.body);
	arena_init(&a);
	r = ask_bytes(f, "GET", "/v1/events/e%201/changes?epoch=00000000000000000000000000000000", AUTH, "", 0);
	assert_int_equal(r.status, 410);
	assert_ok(refusal_read(&refusal, &a, r.body.ptr, r.body.len));
	assert_true(refusal.reset && refusal.epoch[0] == 0xab);
	buf_done(&r.body);
	arena_done(&a);
	expect(f, 400, "bad-request", "GET", "/v1/events/e%201/changes", AUTH, "");
	expect(f, 400, "bad-request", "GET", "/v1/events/e%201/changes?epoch=" EPOCH "&wait=26", AUTH, "");
	expect(f, 400, "bad-request", "GET", "/v1/events/e%201/changes?epoch=" EPOCH "&since=-1", AUTH, "");
	expect(f, 400, "bad-request", "GET", "/v1/events/e%201/changes?epoch=" EPOCH "&limit=2001", AUTH, "");
}

static void poll_line(int fd, int since, int wait)
{
	char text[256];

	snprintf(text, sizeof(text), "GET /v1/events/e%%201/changes?epoch=" EPOCH "&since=%d&wait=%d HTTP/1.1\r\n"
		"Host: h\r\n" AUTH "\r\n", since, wait);
	say(fd, text);
}

static unsigned int metric(const struct fixture *f, const char *name)
{
	struct buf b;
	const char *at;
	unsigned int n;

	buf_init(&b, 1 << 20);
	hubd_metrics(&b, f->s);
	at = strstr(buf_str(&b), name);
	n = at ? (unsigned int)strtoul(at + strlen(name), NULL, 10) : 0;
	buf_done(&b);
	return n;
}

static void wait_for(const struct fixture *f, unsigned int n)
{
	int64_t until = clock_mono_ns() + INT64_C(1000000) * PATIENCE_MS;

	while (metric(f, "\nverdictd_requests_waiting ") != n)
		if (clock_mono_ns() > until)
			fail_msg("%u wait where %u should", metric(f, "\nverdictd_requests_waiting "), n);
		else
			usleep(2000);
}

#define POLLS 200

/* 200 polls wait without a thread each; one entry wakes them all; the one that asks for more goes on waiting. */
static void test_polls(void **state)
{
	struct fixture *f = *state;
	int fds[POLLS];

	for (int i = 0; i < POLLS; i++) {
		fds[i] = dial(f);
		poll_line(fds[i], i == 0 ? 1 : 0, 25);
	}
	wait_for(f, POLLS - 1);		/* the one that is ahead of the feed is told so at once */
	fake_grow(f->hub);
	for (int i = 0; i < POLLS; i++) {
		struct reply r;

		hear(&r, fds[i], false);
		assert_int_equal(r.status, i == 0 ? 410 : 200);
		if (i)
			assert_memory_equal(r.body.ptr, "VPG1\1\0\0\0", 8);
		buf_done(&r.body);
		close(fds[i]);
	}
}

/* A console that comes again and again without taking its polls back keeps four. */
static void test_polls_of_one(void **state)
{
	struct fixture *f = *state;
	struct reply r;
	int fds[6];

	for (int i = 0; i < 6; i++) {
		fds[i] = dial(f);
		poll_line(fds[i], 0, 25);
		wait_for(f, i < 4 ? (unsigned int)i + 1 : 4);
		if (i < 4)
			continue;
		hear(&r, fds[i - 4], false);	/* the oldest ends, with no news */
		assert_int_equal(r.status, 200);
		assert_memory_equal(r.body.ptr, "VPG1\0\0\0\0", 8);
		buf_done(&r.body);
		wait_for(f, 4);
	}
	for (int i = 0; i < 6; i++)
		close(fds[i]);
}

static void test_poll_expires(void **state)
{
	struct fixture *f = *state;
	struct reply r;
	int fd = dial(f);

	poll_line(fd, 0, 1);
	wait_for(f, 1);
	hubd_tick(f->s);
	assert_int_equal(metric(f, "\nverdictd_requests_waiting "), 1);
	while (metric(f, "\nverdictd_requests_waiting ") == 1) {
		hubd_tick(f->s);
		usleep(20000);
	}
	hear(&r, fd, false);
	assert_int_equal(r.status, 200);
	assert_memory_equal(r.body.ptr, "VPG1\0\0\0\0", 8);	/* no news is an empty page */
	buf_done(&r.body);
	close(fd);
}

/* Requests under way end with their answers, new ones are turned away, polls end at once. */
static void test_drain(void **state)
{
	struct fixture *f = *state;
	int pushing = dial(f), polling = dial(f), idle = dial(f);
	struct reply r;

	f->hub->later = true;
	say(pushing, "POST /v1/events/e%201/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
		"Content-Type: application/vnd.verdict.signed\r\n\r\nx");
	poll_line(polling, 0, 25);
	wait_for(f, 2);
	say(idle, "GET /v1/hello HTTP/1.1\r\nHost: h\r\n\r\n");
	hear(&r, idle, false);
	assert_int_equal(r.status, 200);
	buf_done(&r.body);
	assert_false(hubd_drain(f->s, 200));
	hear(&r, polling, false);
	assert_int_equal(r.status, 200);
	buf_done(&r.body);
	say(idle, "GET /v1/hello HTTP/1.1\r\nHost: h\r\n\r\n");
	hear(&r, idle, false);
	assert_int_equal(r.status, 503);
	assert_string_equal(reply_header(&r, "Connection"), "close");
	buf_done(&r.body);
	fake_answer(f->hub);
	hear(&r, pushing, false);
	assert_int_equal(r.status, 200);
	buf_done(&r.body);
	assert_true(hubd_drain(f->s, PATIENCE_MS));
	close(pushing);
	close(polling);
	close(idle);
}

/* A peer that goes away while the writer works: the answer finds nobody, and nothing breaks. */
static void test_gone(void **state)
{
	struct fixture *f = *state;

	f->hub->later = true;
	for (int i = 0; i < 20; i++) {
		int fd = dial(f);

		say(fd, "POST /v1/events/e%201/enrol HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n"
			"Content-Type: application/vnd.verdict.signed\r\n\r\nx");
		wait_for(f, (unsigned int)i + 1);
		close(fd);
	}
	fake_answer(f->hub);
	wait_for(f, 0);
	assert_int_equal(ask(f, "GET", "/v1/hello", "", ""), 200);
}

static void test_evidence(void **state)
{
	static const char path[] = "/v1/events/e%201/evidence/"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct reply r = ask_bytes(*state, "GET", path, AUTH, "", 0);

	assert_int_equal(r.status, 200);
	assert_string_equal(buf_str(&r.body), "abc");
	buf_done(&r.body);
	r = ask_bytes(*state, "GET", path, AUTH "Range: bytes=1-\r\n", "", 0);
	assert_int_equal(r.status, 206);
	assert_string_equal(buf_str(&r.body), "bc");
	assert_string_equal(reply_header(&r, "Content-Range"), "bytes 1-2/3");
	buf_done(&r.body);
	r = ask_bytes(*state, "HEAD", path, AUTH, "", 0);
	assert_int_equal(r.status, 200);
	assert_string_equal(reply_header(&r, "Content-Length"), "3");
	buf_done(&r.body);
	expect(*state, 416, "bad-request", "GET", path, AUTH "Range: bytes=3-\r\n", "");
	expect(*state, 401, "unauthorised", "GET", path, "", "");
	expect(*state, 400, "bad-request", "GET", "/v1/events/e%201/evidence/..%2F..%2Fetc", AUTH, "");
	expect(*state, 404, "not-found", "GET", "/v1/events/e%201/evidence/"
		"00000000000000000000000000000000000000000000000000000000000000ff", AUTH, "");
}

/* How many requests of one kind are answered before one is told to wait: the burst, and what time adds to it. */
static int before_busy(const struct fixture *f, const char *target, const char *headers, int wanted)
{
	int n = 0, status;

	while ((status = ask(f, "GET", target, headers, "")) == wanted)
		if (++n > 5000)
			fail_msg("%s: never too many", target);
	assert_int_equal(status, 429);
	return n;
}

/* Strangers behind a proxy by their address, sessions by their replica; this machine itself is not counted. */
static void test_limits(void **state)
{
	static const char event[] = "/v1/events/e%201/hello";
	struct fixture *f = *state;
	char header[80];

	for (int i = 0; i < 100; i++)
		assert_int_equal(ask(f, "GET", "/v1/hello", "", ""), 200);
	assert_in_range(before_busy(f, "/v1/hello", "X-Forwarded-For: 10.0.0.1, 192.0.2.1\r\n", 200), 20, 1000);
	assert_int_equal(ask(f, "GET", "/v1/hello", "X-Forwarded-For: 192.0.2.2\r\n", ""), 200);
	/* addresses of one IPv6 network are one */
	for (int i = 0; i < 20; i++) {
		snprintf(header, sizeof(header), "X-Forwarded-For: 2001:db8::%x\r\n", i + 1);
		assert_int_equal(ask(f, "GET", "/v1/hello", header, ""), 200);
	}
	assert_in_range(before_busy(f, "/v1/hello", "X-Forwarded-For: 2001:db8::ffff\r\n", 200), 0, 19);
	/* guessing tokens counts as well */
	assert_in_range(before_busy(f, event, "X-Forwarded-For: 192.0.2.3\r\n", 401), 20, 1000);
	assert_in_range(before_busy(f, event, AUTH, 200), 60, 2000);
}

static void test_metrics(void **state)
{
	struct reply r;

	ask(*state, "GET", "/v1/hello", "", "");
	r = ask_bytes(*state, "GET", "/metrics", "", "", 0);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(buf_str(&r.body),
		"verdictd_requests_total{method=\"GET\",route=\"/v1/hello\",status=\"2xx\"} 1\n"));
	assert_non_null(strstr(buf_str(&r.body), "verdictd_request_seconds_bucket{le=\"+Inf\"} 1\n"));
	buf_done(&r.body);
	expect(*state, 403, "forbidden", "GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n", "");
}

static void test_listen(void **state)
{
	struct listen_socket l, again;
	const struct fixture *f = *state;
	char where[80];

	assert_int_equal(listen_open(&l, "0.0.0.0:0", false), STATUS_DENIED);
	assert_int_equal(listen_open(&l, "[::]:0", false), STATUS_DENIED);
	assert_int_equal(listen_open(&l, "here", false), STATUS_INVALID);
	assert_int_equal(listen_open(&l, "127.0.0.1:x", false), STATUS_INVALID);
	assert_int_equal(listen_open(&l, "unix:", false), STATUS_INVALID);
	snprintf(where, sizeof(where), "unix:%s", f->path);
	assert_int_equal(listen_open(&l, where, false), STATUS_BUSY);
	assert_ok(listen_open(&l, "127.0.0.1:0", false));
	assert_true(l.port > 0 && l.kind == LISTEN_PLAIN && strcmp(l.host, "127.0.0.1") == 0);
	snprintf(where, sizeof(where), "127.0.0.1:%d", l.port);
	assert_int_equal(listen_open(&again, where, false), STATUS_BUSY);
	listen_close(&l);
	/* what a killed hub left is no hindrance, another file is */
	snprintf(where, sizeof(where), "unix:%s/left", f->dir);
	assert_ok(listen_open(&l, where, false));
	close(l.fd);
	assert_ok(listen_open(&again, where, false));
	listen_close(&again);
	assert_int_not_equal(access(where + 5, F_OK), 0);
	snprintf(where, sizeof(where), "unix:%s", f->hub->item);
	assert_int_not_equal(listen_open(&l, where, false), STATUS_OK);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_hello, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_routes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_smuggling, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_push, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_too_large, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_chunks, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_claims, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_polls, set_up_unlimited, tear_down),
	cmocka_unit_test_setup_teardown(test_polls_of_one, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_poll_expires, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_drain, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_evidence, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_metrics, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_listen, set_up, tear_down),
};
TEST_MAIN(tests)
