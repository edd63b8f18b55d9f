/* SPDX-License-Identifier: Apache-2.0 */
/* verdict-net against a server that does not mean well: answers, failures told apart, a child that dies. */
#include "test.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/frame.h"
#include "verdict/base/mem.h"
#include "verdict/net/net.h"
#include "verdict/net/wire.h"

static pid_t server;
static int port;

/* ---- the server: one connection at a time, behaviour by path ---- */

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

static const char *const plain_answers[][2] = {
	{ "/ok", "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=x\r\nContent-Length: 5\r\n\r\nhello" },
	{ "/redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n" },
	{ "/portal", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>" },
	{ "/busy", "HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n" },
	{ "/garbage", "\x01\x02 this is no HTTP at all\r\n\r\n" },
	{ "/cut", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this" },
	{ "/empty", "" },
	{ "/part", "HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-4/9\r\nContent-Length: 3\r\n\r\ncde" },
	{ "/zstd", "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\n\x28\xb5\x2f\xfd" },
	{ "/head", "HTTP/1.1 200 OK\r\nContent-Length: 123456789012\r\n\r\n" },
};

static void endless(int fd)
{
	char block[4096];

	memset(block, 'x', sizeof(block));
	say(fd, "HTTP/1.1 200 OK\r\n\r\n");
	while (write(fd, block, sizeof(block)) > 0)
		;
}

/* The request itself, as the body of the answer. */
static void echo(int fd, const char *request)
{
	char head[100];

	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(request));
	say(fd, head);
	say(fd, request);
}

static void answer(int fd)
{
	char request[8192], path[100] = "";
	ssize_t n = 0, got;
	size_t i;

	while ((got = read(fd, request + n, sizeof(request) - 1 - (size_t)n)) > 0) {
		n += got;
		request[n] = '\0';
		if (strstr(request, "\r\n\r\n") && !(strstr(request, "POST") && !strstr(request, "the body")))
			break;
	}
	if (got <= 0 || sscanf(request, "%*s %99s", path) != 1)
		return;
	for (i = 0; i < sizeof(plain_answers) / sizeof(plain_answers[0]); i++)
		if (!strcmp(path, plain_answers[i][0]))
			say(fd, plain_answers[i][1]);
	if (!strcmp(path, "/echo"))
		echo(fd, request);
	else if (!strcmp(path, "/endless"))
		endless(fd);
	else if (!strcmp(path, "/silent"))
		sleep(30);
}

static int start_server(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(sock, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(sock, 10), 0);
	getsockname(sock, (struct sockaddr *)&a, &len);
	port = ntohs(a.sin_port);
	server = fork();
	if (server == 0) {
		signal(SIGPIPE, SIG_IGN);
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			int fd = accept(sock, NULL, NULL);

			if (fork() == 0) {
				answer(fd);
				_exit(0);
			}
			close(fd);
		}
	}
	close(sock);
	return 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}

/* ---- the console's side ---- */

struct got {
	unsigned int calls, progress;
	enum net_failure failure;
	unsigned int status, retry;
	char message[NET_MESSAGE], type[100];
	bool zstd, ranged;
	uint64_t from, total;
	struct buf body;
	struct net_steps steps;
};

static void on_answer(const struct net_answer *a, void *data)
{
	struct got *g = data;

	g->calls++;
	g->failure = a->failure;
	g->status = a->status;
	g->retry = a->retry_after_s;
	g->zstd = a->zstd;
	g->ranged = a->ranged;
	g->from = a->from;
	g->total = a->total;
	g->steps = a->steps;
	snprintf(g->message, sizeof(g->message), "%s", a->message);
	snprintf(g->type, sizeof(g->type), "%s", a->type);
	buf_reset(&g->body);
	buf_add(&g->body, a->body, a->len);
}

static void on_progress(uint64_t got, uint64_t total, uint64_t sent, void *data)
{
	struct got *g = data;

	(void)got;
	(void)total;
	(void)sent;
	g->progress++;
}

struct bed { struct loop *loop; struct net *net; struct got got; };

static void set_base(struct bed *b, int at)
{
	char url[60];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d", at);
	assert_ok(net_set_peer(b->net, &(struct net_peer){ .base_url = url }));
}

static int make_bed(void **state)
{
	struct bed *b = mem_zalloc(sizeof(*b));
	struct buf exe;

	buf_init(&exe, 4096);
	assert_ok(net_find_exe(&exe));
	b->loop = loop_new();
	b->net = net_new(b->loop, buf_str(&exe));
	buf_init(&b->got.body, NET_BODY_MAX);
	set_base(b, port);
	buf_done(&exe);
	*state = b;
	return 0;
}

static int end_bed(void **state)
{
	struct bed *b = *state;

	net_free(b->net);
	loop_free(b->loop);
	buf_done(&b->got.body);
	mem_free(b);
	return 0;
}

static void wait_for(struct bed *b, unsigned int calls)
{
	int64_t end = clock_mono_ns() + INT64_C(20000000000);

	while (b->got.calls < calls && clock_mono_ns() < end)
		loop_turn(b->loop, 1000);
	assert_int_equal(b->got.calls, calls);
}

static void ask(struct bed *b, struct net_request q)
{
	unsigned int calls = b->got.calls;

	q.body_max = q.body_max ? q.body_max : 1000000;
	assert_int_not_equal(net_send(b->net, &q, on_answer, on_progress, &b->got), 0);
	assert_int_equal(b->got.calls, calls);		/* never from within */
	wait_for(b, calls + 1);
}

static void test_answers(void **state)
{
	struct bed *b = *state;

	ask(b, (struct net_request){ .path = "/ok" });
	assert_int_equal(b->got.failure, NET_NO_FAILURE);
	assert_int_equal(b->got.status, 200);
	assert_string_equal(b->got.type, "application/json");
	assert_string_equal(buf_str(&b->got.body), "hello");
	ask(b, (struct net_request){ .path = "/part", .ranged = true, .from = 2, .to = 4 });
	assert_true(b->got.ranged);
	assert_int_equal(b->got.from, 2);
	assert_int_equal(b->got.total, 9);
	ask(b, (struct net_request){ .path = "/zstd", .zstd_wanted = true });
	assert_true(b->got.zstd);
	assert_memory_equal(b->got.body.ptr, "\x28\xb5\x2f\xfd", 4);	/* as it came: it is unpacked elsewhere */
	ask(b, (struct net_request){ .path = "/head", .method = NET_HEAD });
	assert_int_equal(b->got.total, 123456789012);
	ask(b, (struct net_request){ .path = "/busy" });
	assert_int_equal(b->got.status, 503);
	assert_int_equal(b->got.retry, 7);
	ask(b, (struct net_request){ .path = "/portal" });
	assert_string_equal(b->got.type, "text/html");
}

/* ---- through a tunnel ---- */

static int take_socket(int asks)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *cm;
	int fd = -1;

	if (recvmsg(asks, &msg, 0) <= 0)
		_exit(0);
	cm = CMSG_FIRSTHDR(&msg);
	if (cm && cm->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cm), sizeof(int));
	return fd;
}

/* Each request hears which connection it came by; they stay open. */
_Noreturn static void tunnel_run(int asks)
{
	struct pollfd p[8] = { { asks, POLLIN, 0 } };
	nfds_t n = 1, i;

	alarm(60);
	for (;;) {
		poll(p, n, -1);
		for (i = 1; i < n; i++) {
			char bytes[4096];
			ssize_t got = p[i].revents ? recv(p[i].fd, bytes, sizeof(bytes), 0) : -1;

			if (got == 0)
				p[i].fd = -1;
			if (got > 0) {
				snprintf(bytes, sizeof(bytes), "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%u", (unsigned int)i);
				say(p[i].fd, bytes);
			}
		}
		if (p[0].revents && n < 8)
			p[n++] = (struct pollfd){ take_socket(asks), POLLIN, 0 };
	}
}

/* Over a line that is long a channel for each request would cost each a way there and back more. */
static void test_tunnel(void **state)
{
	struct bed *b = *state;
	int pair[2], i;
	pid_t child;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	child = fork();
	if (child == 0) {
		close(pair[0]);
		tunnel_run(pair[1]);
	}
	close(pair[1]);
	assert_ok(net_set_peer(b->net, &(struct net_peer){ .base_url = "http://localhost", .tunnel = pair[0] }));
	for (i = 0; i < 3; i++) {
		ask(b, (struct net_request){ .path = "/which" });
		assert_int_equal(b->got.failure, NET_NO_FAILURE);
		assert_string_equal(buf_str(&b->got.body), "1");
	}
	close(pair[0]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_what_is_sent(void **state)
{
	struct bed *b = *state;
	const char *body;

	ask(b, (struct net_request){ .path = "/echo", .method = NET_POST, .token = "T0ken", .type = "text/plain",
		.digest = "sha-256=:x:", .body = "the body", .len = 8, .zstd_body = true, .ranged = true, .from = 3, .to = 9 });
	body = buf_str(&b->got.body);
	assert_non_null(strstr(body, "POST /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(body, "\r\nAuthorization: Bearer T0ken\r\n"));
	assert_non_null(strstr(body, "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(body, "\r\nContent-Digest: sha-256=:x:\r\n"));
	assert_non_null(strstr(body, "\r\nContent-Encoding: zstd\r\n"));
	assert_non_null(strstr(body, "\r\nContent-Length: 8\r\n"));
	assert_non_null(strstr(body, "\r\nRange: bytes=3-9\r\n"));
	assert_non_null(strstr(body, "\r\n\r\nthe body"));
	assert_null(strstr(body, "Cookie"));
	assert_null(strstr(body, "Expect"));
}

static void test_no_detour(void **state)
{
	struct bed *b = *state;

	ask(b, (struct net_request){ .path = "/redirect" });
	assert_int_equal(b->got.failure, NET_NO_FAILURE);
	assert_int_equal(b->got.status, 302);	/* told, not followed */
}

static void test_failures(void **state)
{
	struct bed *b = *state;
	static const struct { const char *path; enum net_failure want; } cases[] = {
		{ "/garbage", NET_GARBLED }, { "/cut", NET_CUT }, { "/empty", NET_CUT }, { "/endless", NET_TOO_LARGE },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(b, (struct net_request){ .path = cases[i].path });
		assert_int_equal(b->got.failure, cases[i].want);
		assert_string_not_equal(b->got.message, "");
		assert_int_equal(b->got.body.len, 0);
	}
	ask(b, (struct net_request){ .path = "/ok", .body_max = 4 });
	assert_int_equal(b->got.failure, NET_TOO_LARGE);
	set_base(b, 1);
	ask(b, (struct net_request){ .path = "/ok" });
	assert_int_equal(b->got.failure, NET_PORT);
	set_base(b, port);
	ask(b, (struct net_request){ .path = "/ok" });
	assert_int_equal(b->got.failure, NET_NO_FAILURE);
}

static void test_peers(void **state)
{
	struct bed *b = *state;
	static const uint8_t pin[NET_PIN];
	static const char *const bad[] = { "ftp://127.0.0.1", "http://example.org", "http://127.0.0.1.example.org:80",
		"http://127.0.0.1@example.org", "https://", "https://a b", "https://x/../y", "http://localhost.example" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(net_set_peer(b->net, &(struct net_peer){ .base_url = bad[i], .pin = pin, .ca_pem = "x" }),
			STATUS_INVALID);
	assert_int_equal(net_set_peer(b->net, &(struct net_peer){ .base_url = "https://hub" }), STATUS_INVALID);
	assert_int_equal(net_set_peer(b->net, &(struct net_peer){ .base_url = "https://hub", .pin = pin }), STATUS_INVALID);
	assert_ok(net_set_peer(b->net, &(struct net_peer){ .base_url = "http://[::1]:99" }));
	assert_ok(net_set_peer(b->net, &(struct net_peer){ .base_url = "https://hub.invalid:1", .pin = pin, .ca_pem = "x" }));
	ask(b, (struct net_request){ .path = "/" });
	assert_true(b->got.failure == NET_NAME || b->got.failure == NET_ROUTE || b->got.failure == NET_CERTIFICATE ||
		b->got.failure == NET_TLS);
}

/* A listener that says the same to everybody; its port. NULL: nobody listens there. */
static int says_always(pid_t *pid, const char *words)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int sock = socket(AF_INET, SOCK_STREAM, 0), one;
	char request[2000];

	assert_int_equal(bind(sock, (struct sockaddr *)&a, sizeof(a)), 0);
	getsockname(sock, (struct sockaddr *)&a, &len);
	*pid = 0;
	if (words) {
		assert_int_equal(listen(sock, 4), 0);
		*pid = fork();
		if (*pid == 0) {
			alarm(60);
			signal(SIGPIPE, SIG_IGN);
			while ((one = accept(sock, NULL, NULL)) >= 0) {
				if (read(one, request, sizeof(request)) > 0 && !strncmp(request, "GET / HTTP/1.1\r\n", 16))
					say(one, words);
				close(one);
			}
			_exit(0);
		}
	}
	close(sock);
	return ntohs(a.sin_port);
}

/* A hub that cannot be reached over TLS, on a network that answers plain HTTP for it, or does not. */
static void test_portals(void **state)
{
	static const struct { const char *words; enum net_failure want; const char *says; } cases[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: http://login.venue.example/x?y\r\n\r\n", NET_PORTAL, "login.venue.example" },
		{ "HTTP/1.1 307 Go\r\nlocation: https://[::1]:99/\r\n\r\n", NET_PORTAL, "leads to [::1]" },
		{ "HTTP/1.1 511 Network Authentication Required\r\n\r\n", NET_PORTAL, "login in a browser" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://e\033[31m\007vil/\r\n\r\n", NET_PORTAL, "leads to e" },
		{ "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\n\r\n", NET_PORT, "no hub serves" },
		{ "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", NET_PORT, "no hub serves" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", NET_PORT, "no hub serves" },
		{ "no HTTP at all", NET_PORT, "no hub serves" },
		{ NULL, NET_PORT, "no hub serves" },
	};
	static const uint8_t pin[NET_PIN];
	struct bed *b = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid;
		int at = says_always(&pid, cases[i].words);

		assert_ok(net_set_peer(b->net, &(struct net_peer){ .base_url = "https://127.0.0.1:1", .pin = pin, .pin_only = true,
			.portal_port = (unsigned int)at }));
		ask(b, (struct net_request){ .path = "/v1/hello" });
		if (pid) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		assert_string_equal(net_failure_name(b->got.failure), net_failure_name(cases[i].want));
		assert_non_null(strstr(b->got.message, cases[i].says));
		assert_null(strpbrk(b->got.message, "\033\007"));
		assert_int_equal(b->got.steps.connect, -1);	/* of the hub, not of who answered for it */
	}
}

static void test_steps(void **state)
{
	struct bed *b = *state;

	ask(b, (struct net_request){ .path = "/ok" });
	assert_true(b->got.steps.name >= 0 && b->got.steps.connect >= 0 && b->got.steps.answer >= 0);
	assert_int_equal(b->got.steps.secure, -1);	/* without TLS */
	set_base(b, 1);
	ask(b, (struct net_request){ .path = "/ok" });
	assert_true(b->got.steps.name >= 0);
	assert_int_equal(b->got.steps.connect, -1);
}

static void test_death(void **state)
{
	struct bed *b = *state;

	ask(b, (struct net_request){ .path = "/ok" });
	net_send(b->net, &(struct net_request){ .path = "/silent", .body_max = 9 }, on_answer, NULL, &b->got);
	loop_turn(b->loop, 100);
	kill((pid_t)net_pid(b->net), SIGKILL);
	wait_for(b, 2);
	assert_int_equal(b->got.failure, NET_CHILD);
	ask(b, (struct net_request){ .path = "/ok" });
	assert_int_equal(b->got.status, 200);
}

static void test_cancel(void **state)
{
	struct bed *b = *state;
	uint32_t id = net_send(b->net, &(struct net_request){ .path = "/silent", .body_max = 9 }, on_answer, NULL, &b->got);

	loop_turn(b->loop, 50);
	net_cancel(b->net, id);
	net_cancel(b->net, 4711);
	ask(b, (struct net_request){ .path = "/ok" });
	net_drop_idle(b->net);
	ask(b, (struct net_request){ .path = "/ok" });
	assert_int_equal(b->got.calls, 2);
	net_send(b->net, &(struct net_request){ .path = "/silent", .body_max = 9 }, on_answer, NULL, &b->got);
	set_base(b, port);	/* another hub: what is under way is lost, and said so */
	wait_for(b, 3);
	assert_int_equal(b->got.failure, NET_CUT);
}

static void test_no_program(void **state)
{
	struct bed *b = *state;
	struct net *none = net_new(b->loop, "/nonexistent/verdict-net");

	assert_ok(net_set_peer(none, &(struct net_peer){ .base_url = "http://127.0.0.1:9" }));
	net_send(none, &(struct net_request){ .path = "/", .body_max = 9 }, on_answer, NULL, &b->got);
	wait_for(b, 1);
	assert_int_equal(b->got.failure, NET_CHILD);
	net_free(none);
}

/* Messages survive the way; anything else is refused. */
static void test_messages(void **state)
{
	static const uint8_t pin[NET_PIN] = { 1, 2, 3 };
	const struct netwire sent[] = {
		{ .kind = NETWIRE_PEER, .peer = { .base_url = "https://h", .ca_pem = "PEM", .pin = pin, .pin_only = true } },
		{ .kind = NETWIRE_REQUEST, .id = 7, .request = { .method = NET_PUT, .path = "/p", .token = "t", .body = "b",
			.len = 1, .body_max = 5, .patience_s = 25, .ranged = true, .from = 1, .to = 2 } },
		{ .kind = NETWIRE_CANCEL, .id = 9 }, { .kind = NETWIRE_DROP },
		{ .kind = NETWIRE_ANSWER, .id = 7, .answer = { .status = 200, .type = "a/b", .message = "", .len = 3 } },
		{ .kind = NETWIRE_PIECE_OF, .id = 7, .piece = "abc", .piece_len = 3 },
		{ .kind = NETWIRE_PROGRESS, .id = 7, .got = 1, .total = 2, .sent = 3 },
	};
	struct netwire m;
	struct buf b;
	size_t i, len, cut;

	(void)state;
	buf_init(&b, 10000);
	for (i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		bool from_child = i > 3;

		buf_reset(&b);
		netwire_put(&b, &sent[i]);
		assert_ok(frame_whole(&len, b.ptr, b.len, 1, NETWIRE_MAX));
		assert_int_equal(len, b.len);
		assert_ok(netwire_get(&m, b.ptr, b.len, from_child));
		assert_int_equal(m.kind, sent[i].kind);
		assert_int_equal(m.id, sent[i].id);
		assert_int_equal(netwire_get(&m, b.ptr, b.len, !from_child), STATUS_INVALID);
		for (cut = 5; cut < b.len; cut++)
			assert_int_equal(netwire_get(&m, b.ptr, cut, from_child), STATUS_INVALID);
	}
	assert_int_equal(frame_whole(&len, "\xff\xff\xff\xff", 4, 1, NETWIRE_MAX), STATUS_INVALID);
	buf_reset(&b);
	netwire_put(&b, &(struct netwire){ .kind = NETWIRE_REQUEST, .request = { .path = "/a\r\nX: y" } });
	assert_int_equal(netwire_get(&m, b.ptr, b.len, false), STATUS_INVALID);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test_setup_teardown(test_answers, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_what_is_sent, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_tunnel, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_no_detour, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_failures, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_peers, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_portals, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_steps, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_death, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_cancel, make_bed, end_bed),
		cmocka_unit_test_setup_teardown(test_no_program, make_bed, end_bed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, start_server, stop_server);
}
