/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole exchange with a hub over HTTP (hello, session, have, records, changes), cut after every
 * single byte in each direction, by an end of the connection, by a reset, and by a half close; then
 * done again. Nothing that a receipt acknowledged is lost, nothing is counted twice, the feed has
 * no holes and one history. (Faults 11 to 13, 16.)
 *
 *   VERDICT_CUT_STEP=n   every n-th byte alone
 */
#include "tests/unit/test.h"
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/hub/care.h"
#include "verdict/hub/hub.h"
#include "verdict/hubd/hubd.h"
#include "verdict/hubd/uri.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/payload.h"
#include "verdict/proto/content.h"

#define EVENT "e"
#define SIGNED "application/vnd.verdict.signed"
#define PATIENCE_MS 20000
#define ANSWER_BYTES (1u << 20)

enum ending { END_CLOSE, END_RESET, END_HALF, ENDINGS };

struct link { int fd; long up, down, sent, got; enum ending ending; };

struct fixture {
	char dir[64], path[96];
	struct hub *hub;
	struct hub_event *event;
	struct hubd *s;
	struct key *key;
	char token[64];
	/* the replica's chain */
	uint64_t n;
	struct digest prev, acked;
	bool has_acked;
	struct buf batch;
	/* what was seen of the feed */
	uint64_t seen, records;
	struct digest root;
	uint8_t epoch[EPOCH_BYTES];
	unsigned int found;	/* how often the present record stands in the pages read */
	long longest_up, longest_down;
};

/* ---- a connection that breaks ---- */

static void end_link(struct link *l)
{
	const struct linger hard = { 1, 0 };

	if (l->fd < 0)
		return;
	if (l->ending == END_RESET)
		setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(l->fd);
	l->fd = -1;
}

static bool send_part(struct link *l, const char *p, size_t len)
{
	size_t part = (long)len < l->up ? len : (size_t)l->up;

	for (size_t at = 0; at < part; ) {
		ssize_t n = send(l->fd, p + at, part - at, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	l->up -= (long)part;
	l->sent += (long)part;
	if (part == len)
		return true;
	if (l->ending == END_HALF)
		shutdown(l->fd, SHUT_WR);
	return false;
}

/* Bytes until the budget is gone or the hub ends; how many. */
static size_t receive_part(struct link *l, char *p, size_t max)
{
	struct pollfd wait = { .fd = l->fd, .events = POLLIN };
	size_t room = (long)max < l->down ? max : (size_t)l->down;
	ssize_t n;

	if (room == 0)
		return 0;
	if (poll(&wait, 1, PATIENCE_MS) != 1)
		fail_msg("the hub says nothing");
	n = recv(l->fd, p, room, 0);
	if (n <= 0)
		return 0;
	l->down -= n;
	l->got += n;
	return (size_t)n;
}

static struct link dial(const struct fixture *f, long up, long down, enum ending ending)
{
	struct link l = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), up, down, 0, 0, ending };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	memcpy(sa.sun_path, f->path, strlen(f->path) + 1);
	if (l.fd < 0 || connect(l.fd, (struct sockaddr *)(void *)&sa, sizeof(sa)) != 0)
		fail_msg("cannot connect");
	return l;
}

/* One request and its whole answer; 0 where the connection broke before the answer's last byte. */
static int ask(struct buf *body, const struct fixture *f, struct link *l, const char *line,
	const char *headers, const void *ptr, size_t len)
{
	size_t length = SIZE_MAX;
	int status = 0;
	char byte[1024];
	struct buf b;

	buf_init(&b, ANSWER_BYTES);
	buf_printf(&b, "%s HTTP/1.1\r\nHost: h\r\n%s", line, headers);
	if (*f->token)
		buf_printf(&b, "Authorization: Bearer %s\r\n", f->token);
	if (len)
		buf_printf(&b, "Content-Length: %zu\r\n", len);
	buf_adds(&b, "\r\n");
	buf_add(&b, ptr, len);
	if (!send_part(l, b.ptr, b.len))
		goto out;
	buf_reset(&b);
	while (b.len < 4 || memcmp(b.ptr + b.len - 4, "\r\n\r\n", 4) != 0) {
		if (receive_part(l, byte, 1) == 0)
			goto out;
		buf_add(&b, byte, 1);
	}
	if (sscanf(b.ptr, "HTTP/1.1 %d", &status) != 1 || !strstr(b.ptr, "Content-Length: "))
		fail_msg("no answer of HTTP: %s", buf_str(&b));
	length = strtoul(strstr(b.ptr, "Content-Length: ") + 16, NULL, 10);
	buf_reset(body);
	while (body->len < length) {
		size_t left = length - body->len,
		       n = receive_part(l, byte, left < sizeof(byte) ? left : sizeof(byte));

		if (n == 0)
			break;
		buf_add(body, byte, n);
	}
out:
	buf_done(&b);
	return body->len == length ? status : 0;
}

/* ---- the exchange ---- */

static void next_record(struct fixture *f)
{
	struct record r = { .kind = RECORD_COMMENT,
		.kind_name = "comment",
		.event = EVENT,
		.replica = key_id(f->key),
		.n = ++f->n,
		.has_prev = f->n > 1,
		.prev = f->prev,
		.who = "p",
		.ti = "1",
		.text = "t",
		.at = hub_now(f->hub),
		.hlc = (uint64_t)hub_now(f->hub) << 16 };
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e;
	struct buf payload;

	buf_init(&payload, RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&payload, &r));
	key_sign(sig, f->key, RECORD_TYPE, payload.ptr, payload.len);
	e = (struct envelope){ payload.ptr, payload.len, key_public(f->key), sig };
	batch_begin(&f->batch);
	batch_add(&f->batch, &e);
	f->prev = record_rid(payload.ptr, payload.len);
	f->has_acked = false;
	f->found = 0;
	buf_done(&payload);
}

static bool begin_session(struct fixture *f, struct link *l)
{
	struct buf body, proof;
	struct session_answer session;
	struct hello hello;
	struct arena a;
	bool done = false;

	buf_init(&body, ANSWER_BYTES);
	buf_init(&proof, ANSWER_BYTES);
	arena_init(&a);
	f->token[0] = '\0';
	if (ask(&body, f, l, "GET /v1/hello", "", "", 0) == 0)
		goto out;
	assert_ok(hello_read(&hello, &a, body.ptr, body.len));
	session_sign(&proof, f->key, EVENT, hello.nonce, hello.now);
	if (ask(&body, f, l, "POST /v1/events/" EVENT "/session", "Content-Type: " SIGNED "\r\n",
		    proof.ptr, proof.len) == 0)
		goto out;
	assert_ok(session_answer_read(&session, &a, body.ptr, body.len));
	snprintf(f->token, sizeof(f->token), "%s", session.token);
	done = true;
out:
	arena_done(&a);
	buf_done(&proof);
	buf_done(&body);
	return done;
}

static bool offer(struct fixture *f, struct link *l)
{
	struct have_ask have = { key_id(f->key), f->n, f->prev };
	struct have_answer answer;
	struct buf body, question;
	struct arena a;
	int status;

	arena_init(&a);
	buf_init(&body, ANSWER_BYTES);
	buf_init(&question, ANSWER_MAX);
	have_ask_write(&question, &have);
	status = ask(&body, f, l, "POST /v1/events/" EVENT "/have",
		"Content-Type: application/json\r\n", question.ptr, question.len);
	if (status) {
		assert_int_equal(status, 200);
		assert_ok(have_answer_read(&answer, &a, body.ptr, body.len));
		assert_false(answer.fork);
		/* all before it was healed, and this one is there or not */
		assert_in_range(answer.n, f->n - 1, f->n);
		assert_int_equal(answer.n_want, 0);
		assert_true(!f->has_acked || answer.n == f->n);
	}
	buf_done(&question);
	buf_done(&body);
	arena_done(&a);
	return status != 0;
}

static bool push(struct fixture *f, struct link *l)
{
	struct digest d = sha256(f->batch.ptr, f->batch.len);
	char headers[300], digest[64];
	struct receipt receipt;
	struct arena a;
	struct buf body;
	int status;

	arena_init(&a);
	buf_init(&body, ANSWER_BYTES);
	content_digest_format(digest, &d);
	snprintf(headers, sizeof(headers),
		"Content-Type: application/vnd.verdict.batch\r\nContent-Digest: %s\r\n", digest);
	status = ask(&body, f, l, "POST /v1/events/" EVENT "/records", headers, f->batch.ptr,
		f->batch.len);
	if (status) {
		assert_int_equal(status, 200);
		assert_ok(receipt_open(
			&receipt, &a, body.ptr, body.len, key_public(hub_key(f->hub))));
		assert_int_equal(receipt.n, 1);
		assert_true(digest_equal(&receipt.entries[0].rid, &f->prev));
		assert_in_range(receipt.entries[0].answer, ANSWER_STORED, ANSWER_DUPLICATE);
		assert_true(!f->has_acked || receipt.entries[0].answer == ANSWER_DUPLICATE);
		f->has_acked = true;
		f->acked = f->prev;
	}
	buf_done(&body);
	arena_done(&a);
	return status != 0;
}

/* A page is applied whole or not at all: its root must follow from the one before. */
static void apply(struct fixture *f, const char *ptr, size_t len)
{
	struct page_reader r;
	struct page_head head;
	struct checkpoint c;
	struct feed_entry e;
	struct envelope env;
	struct digest rid;
	struct arena a;
	const char *bytes;
	size_t n;

	arena_init(&a);
	assert_ok(page_open(&r, &head, ptr, len));
	assert_true(head.from == f->seen + 1);
	while (page_next(&e, &bytes, &n, &r) == STATUS_OK) {
		assert_true(e.seq == f->seen + 1);
		feed_root_add(&f->root, bytes, n);
		f->seen++;
		if (e.type != FEED_RECORD)
			continue;
		assert_ok(feed_record(&env, &e));
		assert_true(envelope_ok(&rid, &env));
		f->records++;
		f->found += digest_equal(&rid, &f->prev);
	}
	assert_ok(page_checkpoint(&bytes, &n, &r));
	assert_ok(checkpoint_open(&c, &a, bytes, n, key_public(hub_key(f->hub))));
	assert_true(c.size == f->seen && digest_equal(&c.root, &f->root));
	arena_done(&a);
}

static bool pull(struct fixture *f, struct link *l)
{
	char line[200], epoch[EPOCH_HEX];
	struct buf body;
	int status;

	epoch_hex(epoch, f->epoch);
	snprintf(line, sizeof(line), "GET /v1/events/" EVENT "/changes?epoch=%s&since=%" PRIu64,
		epoch, f->seen);
	buf_init(&body, ANSWER_BYTES);
	status = ask(&body, f, l, line, "", "", 0);
	if (status) {
		assert_int_equal(status, 200);
		apply(f, body.ptr, body.len);
	}
	buf_done(&body);
	return status != 0;
}

static bool exchange(struct fixture *f, struct link *l)
{
	bool done = begin_session(f, l) && offer(f, l) && push(f, l) && pull(f, l);

	if (l->sent > f->longest_up)
		f->longest_up = l->sent;
	if (l->got > f->longest_down)
		f->longest_down = l->got;
	end_link(l);
	return done;
}

/* A new record, an exchange that breaks, one that does not: the record stands in the feed exactly
 * once. */
static void cut_at(struct fixture *f, long up, long down, enum ending ending)
{
	struct link broken, whole;

	next_record(f);
	broken = dial(f, up, down, ending);
	exchange(f, &broken);
	whole = dial(f, LONG_MAX, LONG_MAX, END_CLOSE);
	if (!exchange(f, &whole))
		fail_msg("cut at %ld up, %ld down: the next exchange breaks too", up, down);
	if (f->found != 1 || f->records != f->n)
		fail_msg("cut at %ld up, %ld down: the record is there %u times, %" PRIu64
			 " of %" PRIu64,
			up, down, f->found, f->records, f->n);
}

#ifdef HAVE_SANITIZER
#define STEP 7		/* a sanitizer takes several times as long, and sees the same places */
#else
#define STEP 1
#endif

static long step(void)
{
	const char *text = getenv("VERDICT_CUT_STEP");
	long n = text ? strtol(text, NULL, 10) : STEP;

	return n > 0 ? n : 1;
}

/* ---- set up ---- */

static void enrol(struct fixture *f)
{
	struct hub_invitation i = { .person = "p", .roles = ROLE_MONITOR };
	struct hub_call call;
	struct buf request;

	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol_new(f->event, &call, &i));
	buf_init(&request, 1 << 16);
	enrol_sign(&request, f->key, EVENT, buf_str(&call.out), "test", hub_now(f->hub));
	hub_call_done(&call);
	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol(f->event, &call, request.ptr, request.len));
	hub_call_done(&call);
	buf_done(&request);
}

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	struct hubd_options o = { .limits = { .connections = 1024 } };
	struct hub_options h = { .store = NULL };
	struct listen_socket l;
	char store[96];
	uint64_t size;

	crypto_init();
	/* memory where there is some: it is bytes that are cut here, not power */
	snprintf(f->dir, sizeof(f->dir), "%s/verdict-cut-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(store, sizeof(store), "sqlite:%s/hub", f->dir);
	h.store = store;
	h.dir = store + 7;
	assert_ok(hub_open(&f->hub, &h));
	assert_ok(hub_event_new(&f->event, f->hub, EVENT));
	assert_ok(key_new(&f->key));
	enrol(f);
	o.hub = f->hub;
	f->s = hubd_new(&o);
	snprintf(f->path, sizeof(f->path), "unix:%s/http", f->dir);
	assert_ok(listen_open(&l, f->path, false));
	memmove(f->path, f->path + 5, strlen(f->path + 5) + 1);
	assert_ok(hubd_serve(f->s, &l, NULL));
	hub_head(f->event, &size, &f->root, f->epoch);
	feed_root_begin(&f->root, EVENT);
	buf_init(&f->batch, BATCH_BYTES_MAX);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	hubd_drain(f->s, PATIENCE_MS);
	hub_close(f->hub);
	hubd_free(f->s);
	key_free(f->key);
	buf_done(&f->batch);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	if (system(command) != 0)
		return -1;
	test_free(f);
	return 0;
}

static void whole_at_the_end(struct fixture *f)
{
	struct hub_verified v;

	assert_ok(hub_verify(&v, f->hub, NULL, NULL));
	assert_true(v.records == f->n && v.problems == 0);
}

static void test_up(void **state)
{
	struct fixture *f = *state;
	long k;

	for (k = 0; k == 0 || k <= f->longest_up; k += step())
		cut_at(f, k, LONG_MAX, (enum ending)(k % ENDINGS));
	assert_true(k > 1000);
	whole_at_the_end(f);
}

static void test_down(void **state)
{
	struct fixture *f = *state;
	long k;

	for (k = 0; k == 0 || k <= f->longest_down; k += step())
		cut_at(f, LONG_MAX, k, (enum ending)(k % ENDINGS));
	assert_true(k > 1500);
	whole_at_the_end(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_up, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_down, set_up, tear_down),
};
TEST_MAIN(tests)
