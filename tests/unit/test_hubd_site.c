/* SPDX-License-Identifier: Apache-2.0 */
/* The results site over HTTP, before a hub that does as it is told. Layer: tests. */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include "fake_hub.h"
#include "tests/site/made_event.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/hubd/hubd.h"

#define PATIENCE_MS 60000

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

	f->hub = fake_hub_new();
	f->hub->results = made_event(16, 150, false);
	memcpy(f->dir, "/tmp/verdict-site-XXXXXX", 25);
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/http", f->dir);
	f->o.limits = (struct hubd_limits)HUBD_LIMITS;
	f->o.site = true;
	start(f);
	*state = f;
	return 0;
}

static void stop(struct fixture *f)
{
	hubd_drain(f->s, PATIENCE_MS);
	hubd_free(f->s);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	stop(f);
	rmdir(f->dir);
	results_free(f->hub->results);
	fake_hub_free(f->hub);
	test_free(f);
	return 0;
}

/* One request on a connection of its own; the whole answer with its head. */
static const char *ask(struct buf *b, const struct fixture *f, const char *method, const char *path, const char *more)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char *text = mem_printf("%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n", method, path, more);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char piece[4096];
	ssize_t n;

	memcpy(sa.sun_path, f->path, strlen(f->path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)), 0);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	buf_init(b, 1 << 24);
	while ((n = recv(fd, piece, sizeof(piece), 0)) > 0)
		buf_add(b, piece, (size_t)n);
	close(fd);
	mem_free(text);
	return buf_str(b);
}

static int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static void assert_answer(const struct fixture *f, const char *path, int status, const char *needle)
{
	struct buf b;
	const char *answer = ask(&b, f, "GET", path, "");

	if (status_of(answer) != status || (needle && !strstr(answer, needle)))
		fail_msg("%s: want %d with %s, got %.600s", path, status, needle ? needle : "anything", answer);
	buf_done(&b);
}

static void test_pages(void **state)
{
	struct fixture *f = *state;

	assert_answer(f, "/", 200, "id=\"matrix\"");		/* the first waits for the first state */
	assert_answer(f, "/ko/", 200, "<html lang=\"ko\">");
	assert_answer(f, "/ja/index.html?from=mail", 200, "<html lang=\"ja\">");
	assert_answer(f, "/floor.html", 200, "id=\"board\"");
	assert_answer(f, "/organisation/O01.html", 200, "<h1>");
	assert_answer(f, "/profile/MHD.html", 200, "<h1>");
	assert_answer(f, "/style.css", 200, "Content-Type: text/css");
	assert_answer(f, "/site.js", 200, "Content-Type: text/javascript");
	assert_answer(f, "/results.csv", 200, "\"passed\"");
	assert_answer(f, "/results.json", 200, "Content-Type: application/json");
	assert_answer(f, "/events/e%201/", 200, "id=\"matrix\"");
	assert_answer(f, "/events/e%201/ko/progress.html", 200, "<html lang=\"ko\">");
	assert_answer(f, "/ko", 301, "Location: ko/\r\n");
	assert_answer(f, "/events/e%201", 301, "Location: e%201/\r\n");
	assert_answer(f, "/nothing.html", 404, NULL);
	assert_answer(f, "/organisation/", 404, NULL);
	assert_answer(f, "/events/e2/", 404, "no such event");
	assert_answer(f, "/events/", 404, NULL);
	assert_answer(f, "/v1/", 404, NULL);
	assert_answer(f, "/v1/hello/", 404, NULL);
	assert_answer(f, "/style.css/", 404, NULL);
}

static void test_headers(void **state)
{
	static const char *const wanted[] = { "Cache-Control: no-cache\r\n", "Vary: Accept-Encoding\r\n", "ETag: W/\"",
		"Content-Security-Policy: default-src 'none'; ", "frame-ancestors 'none'", "X-Content-Type-Options: nosniff",
		"Referrer-Policy: no-referrer" };
	struct fixture *f = *state;
	const char *answer;
	struct buf b;

	answer = ask(&b, f, "GET", "/", "");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!strstr(answer, wanted[i]))
			fail_msg("no %s", wanted[i]);
	assert_null(strstr(answer, "no-store"));
	buf_done(&b);
	answer = ask(&b, f, "HEAD", "/", "");
	assert_int_equal(status_of(answer), 200);
	assert_null(strstr(answer, "<html"));
	buf_done(&b);
	answer = ask(&b, f, "POST", "/", "Content-Length: 0\r\n");
	assert_int_equal(status_of(answer), 404);
	buf_done(&b);
}

static char *etag_of(const char *answer)
{
	const char *at = strstr(answer, "ETag: ");

	assert_non_null(at);
	return mem_strndup(at + 6, strcspn(at + 6, "\r"));
}

static void test_not_sent_twice(void **state)
{
	struct fixture *f = *state;
	char *etag, *more;
	const char *answer;
	struct buf b;

	etag = etag_of(ask(&b, f, "GET", "/profile/MHD.html", ""));
	buf_done(&b);
	more = mem_printf("If-None-Match: W/\"x\", %s\r\n", etag);
	answer = ask(&b, f, "GET", "/profile/MHD.html", more);
	assert_int_equal(status_of(answer), 304);
	assert_null(strstr(answer, "<html"));
	buf_done(&b);
	answer = ask(&b, f, "GET", "/", more);
	assert_int_equal(status_of(answer), 200);
	buf_done(&b);
	mem_free(more);
	mem_free(etag);
}

static void test_packed(void **state)
{
	struct fixture *f = *state;
	struct buf plain, packed;
	const char *p, *body;
	char *out = mem_zalloc(1 << 22);
	z_stream z = { .next_out = (Bytef *)out, .avail_out = 1 << 22 };

	p = strstr(ask(&plain, f, "GET", "/style.css", ""), "\r\n\r\n") + 4;
	body = strstr(ask(&packed, f, "GET", "/style.css", "Accept-Encoding: br, gzip;q=0.8\r\n"), "\r\n\r\n") + 4;
	assert_non_null(strstr(packed.ptr, "Content-Encoding: gzip"));
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (z_const Bytef *)(uintptr_t)body;
	z.avail_in = (uInt)(packed.len - (size_t)(body - packed.ptr));
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_string_equal(out, p);
	inflateEnd(&z);
	buf_done(&packed);
	p = ask(&packed, f, "GET", "/style.css", "Accept-Encoding: gzip;q=0\r\n");
	assert_null(strstr(p, "Content-Encoding"));
	buf_done(&packed);
	buf_done(&plain);
	mem_free(out);
}

static bool shows(const struct fixture *f, const char *path, const char *needle)
{
	struct buf b;
	bool found = strstr(ask(&b, f, "GET", path, ""), needle) != NULL;

	buf_done(&b);
	return found;
}

/* A grade that is taken back is gone from the page soon after the feed tells of it. */
static void test_news(void **state)
{
	const struct timespec turn = { 0, 20000000 };
	struct fixture *f = *state;
	int64_t until = clock_mono_ns() + INT64_C(1000000) * PATIENCE_MS;

	assert_true(shows(f, "/", "id=\"matrix\""));
	lock_take(&f->hub->lock);
	results_reset(f->hub->results);
	lock_give(&f->hub->lock);
	fake_grow(f->hub);
	while (!shows(f, "/", "There are no results yet.") && clock_mono_ns() < until)
		nanosleep(&turn, NULL);
	assert_true(shows(f, "/", "There are no results yet."));
}

/* A feed that cannot be read for a while: readers wait, and get the page once it can. */
static void *mend(void *data)
{
	const struct timespec while_ = { 0, 600000000 };
	struct fixture *f = data;

	nanosleep(&while_, NULL);
	lock_take(&f->hub->lock);
	f->hub->results = made_event(16, 150, false);
	lock_give(&f->hub->lock);
	return NULL;
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;
	struct results *before = f->hub->results;
	pthread_t t;

	f->hub->results = NULL;
	results_free(before);
	assert_int_equal(pthread_create(&t, NULL, mend, f), 0);
	assert_answer(f, "/", 200, "id=\"matrix\"");
	pthread_join(t, NULL);
}

static void test_two_events(void **state)
{
	struct fixture *f = *state;

	f->hub->two = true;
	assert_answer(f, "/", 200, "<li><a href=\"events/e%201/\">");
	assert_answer(f, "/index.html", 404, NULL);
	assert_answer(f, "/events/e%201/", 200, "id=\"matrix\"");
}

static void test_off(void **state)
{
	struct fixture *f = *state;

	stop(f);
	f->o.site = false;
	start(f);
	assert_answer(f, "/", 404, NULL);
	assert_answer(f, "/index.html", 404, NULL);
	assert_answer(f, "/events/e%201/", 404, NULL);
	assert_answer(f, "/v1/hello", 200, NULL);
}

/* Readers have buckets of their own: a hall full of them stops nobody who enrols. */
static void test_limits(void **state)
{
	struct fixture *f = *state;
	unsigned int refused = 0;
	struct buf b;

	stop(f);
	f->o.limits.reader_rate = 1;
	f->o.limits.reader_burst = 5;
	start(f);
	for (int i = 0; i < 20; i++) {
		refused += status_of(ask(&b, f, "GET", "/style.css", "X-Forwarded-For: 192.0.2.7\r\n")) == 429;
		buf_done(&b);
	}
	assert_in_range(refused, 1, 15);
	assert_int_equal(status_of(ask(&b, f, "GET", "/v1/hello", "X-Forwarded-For: 192.0.2.7\r\n")), 200);
	buf_done(&b);
	assert_int_equal(status_of(ask(&b, f, "GET", "/style.css", "X-Forwarded-For: 192.0.2.8\r\n")), 200);
	buf_done(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_pages, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_headers, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_not_sent_twice, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_packed, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_news, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_unreadable, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_two_events, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_off, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
};
TEST_MAIN(tests)
