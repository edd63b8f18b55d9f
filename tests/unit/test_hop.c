/* SPDX-License-Identifier: Apache-2.0 */
/* verdict-ssh where no SSH server is: each failure has its own word; and places, keys as the options tell them. */
#include "test.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/app/capture.h"
#include "verdict/app/ways.h"
#include "verdict/ssh/hop.h"

struct seen { bool over, ready; enum net_failure failure; char why[NET_MESSAGE]; unsigned int done; };

static void on_ready(void *data)
{
	((struct seen *)data)->ready = true;
}

static void on_failed(enum net_failure f, const char *why, void *data)
{
	struct seen *s = data;

	s->over = true;
	s->failure = f;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

static void on_ask(const struct hop_question *q, void *data)
{
	(void)q, (void)data;
	fail_msg("a question before any key was shown");
}

static void on_done(const struct hop_done *d, void *data)
{
	(void)d;
	((struct seen *)data)->done++;
}

/* A listener whose visitors hear `words`; its port. */
static int serve(pid_t *pid, const char *words)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*pid = 0;
	if (words) {
		assert_int_equal(listen(fd, 4), 0);
		*pid = fork();
		if (*pid == 0) {
			int one;

			alarm(30);
			while ((one = accept(fd, NULL, NULL)) >= 0) {
				if (write(one, words, strlen(words)) < 0)
					_exit(1);
				shutdown(one, SHUT_WR);
			}
			_exit(0);
		}
	}
	close(fd);
	return ntohs(at.sin_port);
}

static void visit(struct seen *s, const char *host, int port)
{
	struct hop_hooks hooks = { s, on_ready, on_failed, on_ask, NULL, NULL };
	struct hop_options o = { .host = host, .user = "nobody", .port = (unsigned int)port };
	struct hop_work w = { .verb = HOP_LIST, .path = ".", .fd = -1 };
	struct loop *l = loop_new();
	struct hop *h;
	struct buf exe;

	memset(s, 0, sizeof(*s));
	buf_init(&exe, 8192);
	assert_ok(hop_find_exe(&exe));
	h = hop_new(l, buf_str(&exe), &o, NULL, &hooks);
	assert_true(hop_pid(h) > 0);
	assert_true(hop_socket(h) >= 0);
	while (!s->over)
		loop_turn(l, 1000);
	assert_false(s->ready);
	assert_true(hop_pid(h) == 0);
	hop_do(h, &w, on_done, NULL, s);	/* comes to nothing */
	hop_answer(h, "yes");
	loop_turn(l, 0);
	assert_int_equal(s->done, 0);
	hop_free(h);
	loop_free(l);
	buf_done(&exe);
}

static void test_failures(void **state)
{
	struct seen s;
	pid_t pid;

	(void)state;
	visit(&s, "127.0.0.1", serve(&pid, NULL));
	assert_string_equal(net_failure_name(s.failure), "port");
	assert_non_null(strstr(s.why, "no SSH server does at port"));
	visit(&s, "no-such-host.invalid", 22);
	assert_string_equal(net_failure_name(s.failure), "name");
	assert_string_equal(net_failure_what(s.failure), "the host's name");
	visit(&s, "127.0.0.1", serve(&pid, "HTTP/1.1 400 Bad Request\r\n\r\n\033]0;gotcha\007"));
	assert_true(s.failure == NET_GARBLED || s.failure == NET_CUT);
	assert_null(strchr(s.why, 033));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- a server that asks ---- */

struct asked { struct hop *hop; struct seen seen; const char *second; unsigned int steps, questions; };

static void asked_ready(void *data)
{
	((struct asked *)data)->seen.over = ((struct asked *)data)->seen.ready = true;
}

static void asked_failed(enum net_failure f, const char *why, void *data)
{
	on_failed(f, why, &((struct asked *)data)->seen);
}

static void asked_step(enum hop_step s, unsigned int ms, const char *text, void *data)
{
	struct asked *a = data;

	(void)ms;
	assert_int_equal(s, a->steps);	/* each once, in their order */
	a->steps++;
	if (s == HOP_LET_IN)
		assert_string_equal(text, "by its questions");
}

static void asked_ask(const struct hop_question *q, void *data)
{
	struct asked *a = data;

	if (q->kind == HOP_HOST_KEY) {
		assert_int_equal(strncmp(q->text, "SHA256:", 7), 0);
		hop_answer(a->hop, "yes");
		return;
	}
	assert_null(strchr(q->text, 033));
	if (a->questions++ == 0) {
		assert_int_equal(q->kind, HOP_WORD);	/* shown while it is typed */
		assert_non_null(strstr(q->text, "Gate"));
		assert_non_null(strstr(q->text, "User word: "));
		hop_answer(a->hop, "word");
	} else {
		assert_int_equal(q->kind, HOP_SECRET);
		assert_string_equal(q->text, "Code of your token: ");
		hop_answer(a->hop, a->second);
	}
}

static void log_in(struct asked *a, int port, const char *second)
{
	struct hop_hooks hooks = { a, asked_ready, asked_failed, asked_ask, NULL, asked_step };
	struct hop_options o = { .host = "127.0.0.1", .user = "kim", .port = (unsigned int)port, .socket_path = "/nowhere" };
	struct loop *l = loop_new();
	struct buf exe;

	memset(a, 0, sizeof(*a));
	a->second = second;
	buf_init(&exe, 8192);
	assert_ok(hop_find_exe(&exe));
	a->hop = hop_new(l, buf_str(&exe), &o, NULL, &hooks);
	while (!a->seen.over)
		loop_turn(l, 1000);
	hop_free(a->hop);
	loop_free(l);
	buf_done(&exe);
}

static pid_t start_asking(int *port)
{
	const char *dir = getenv("builddir");
	char path[4096], said[16] = "";
	int ends[2];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/tests/unit/ssh_asks", dir ? dir : ".");
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_true(read(ends[0], said, sizeof(said) - 1) > 0);
	close(ends[0]);
	*port = (int)strtol(said, NULL, 10);
	assert_true(*port > 0);
	return pid;
}

static void test_questions(void **state)
{
	struct asked a;
	int port = 0;
	pid_t server = start_asking(&port);

	(void)state;
	log_in(&a, port, "s3cret");
	assert_true(a.seen.ready);
	assert_int_equal(a.questions, 2);
	assert_int_equal(a.steps, HOP_STEP_COUNT);
	log_in(&a, port, "wr0ng");
	assert_string_equal(net_failure_name(a.seen.failure), "login");
	assert_non_null(strstr(a.seen.why, "it takes questions"));
	assert_null(strstr(a.seen.why, "wr0ng"));
	log_in(&a, port, NULL);
	assert_string_equal(net_failure_name(a.seen.failure), "login");
	assert_non_null(strstr(a.seen.why, "given up"));
	assert_int_equal(a.steps, HOP_LET_IN);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

static void test_places(void **state)
{
	static const char *const bad[] = { "ssh://", "ssh://me@", "ssh://h", "ssh://h/", "http://h/x", "ssh://h:0/x",
		"ssh://h:70000/x", "ssh://a b@h/x", "ssh://me@h:22", "ssh://h/\001x/..;", "ssh://[::1/x" };
	struct way_place p;
	size_t i;

	(void)state;
	assert_ok(way_place_parse(&p, "ssh://me@hub.example:2222/run/verdict/http", "ssh"));
	assert_string_equal(p.user, "me");
	assert_string_equal(p.host, "hub.example");
	assert_int_equal(p.port, 2222);
	assert_string_equal(p.path, "/run/verdict/http");
	assert_ok(way_place_parse(&p, "ssh://[::1]/localhost:8443", "ssh"));
	assert_string_equal(p.host, "::1");
	assert_string_equal(p.target_host, "localhost");
	assert_int_equal(p.target_port, 8443);
	assert_string_equal(p.path, "");
	assert_ok(way_place_parse(&p, "me@jump", NULL));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (i != 9)	/* any socket's name is one, as long as it is a path */
			assert_int_equal(way_place_parse(&p, bad[i], "ssh"), STATUS_USAGE);
}

static void test_costs(void **state)
{
	static const struct { const char *value; enum sync_cost https, ssh; } good[] = {
		{ "auto", SYNC_COST_MEASURED, SYNC_COST_MEASURED }, { "yes", SYNC_COST_METERED, SYNC_COST_METERED },
		{ "no", SYNC_COST_FREE, SYNC_COST_FREE }, { "ssh", SYNC_COST_MEASURED, SYNC_COST_METERED },
		{ "sftp, https", SYNC_COST_METERED, SYNC_COST_MEASURED },
	};
	struct options *o = options_new();
	struct ways_plan p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_ok(options_set(o, "metered", good[i].value));
		assert_ok(ways_plan(&p, o, NULL, NULL, NULL));
		assert_int_equal(p.cost[WAY_HTTPS], good[i].https);
		assert_int_equal(p.cost[WAY_SSH], good[i].ssh);
	}
	assert_int_equal(options_set(o, "metered", "maybe"), STATUS_USAGE);
	assert_int_equal(options_set(o, "metered", "ssh, pigeon"), STATUS_USAGE);
	options_free(o);
}

static void test_keys(void **state)
{
	static const char print[] = "SHA256:67JeuMm+8pxikYzezjIoaNkKgQu8mRvk5E6JomTWLe4";
	uint8_t key[HOP_KEY];

	(void)state;
	assert_true(way_key_parse(key, print, strlen(print)));
	assert_int_equal(key[0], 0xeb);
	assert_false(way_key_parse(key, print, strlen(print) - 1));
	assert_false(way_key_parse(key, "MD5:00:11", 9));
	assert_true(way_compared(print, print));
	assert_true(way_compared(print, " 67JeuMm+8pxikYze "));
	assert_false(way_compared(print, "67JeuMm+8pxikYz"));
	assert_false(way_compared(print, "67JeuMm+8pxikYzX"));
	assert_false(way_compared(print, "yes"));
	assert_false(way_compared(print, ""));
}

static void test_captures(void **state)
{
	static const char *const bad[] = { "", "https://h/x", "sftp://h", "sftp://h/", "sftp:///x", "sftp://h/x#", "sftp://h/x#SHA256:a",
		"sftp://h/x#MD5:67JeuMm+8pxikYzezjIoaNkKgQu8mRvk5E6JomTWLe4", "sftp://h/a\033[2Jb", "sftp://h:0/x", "ssh://h/x" };
	struct capture_source s;
	char longest[1200];
	size_t i;

	(void)state;
	assert_ok(capture_parse(&s, "sftp://me@h.example:2222/caught/81198.pcap#SHA256:67JeuMm+8pxikYzezjIoaNkKgQu8mRvk5E6JomTWLe4"));
	assert_string_equal(s.place.user, "me");
	assert_string_equal(s.place.host, "h.example");
	assert_int_equal(s.place.port, 2222);
	assert_string_equal(s.place.path, "/caught/81198.pcap");
	assert_true(s.has_key);
	assert_int_equal(s.key[0], 0xeb);
	assert_ok(capture_parse(&s, "sftp://h/x"));
	assert_false(s.has_key);
	assert_int_equal(s.place.port, 22);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(capture_parse(&s, bad[i]), STATUS_NOT_FOUND);
	memset(longest, 'a', sizeof(longest) - 1);
	memcpy(longest, "sftp://h/", 9);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(capture_parse(&s, longest), STATUS_NOT_FOUND);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_captures),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
