/* SPDX-License-Identifier: Apache-2.0 */
/* Request lines, values of headers, rate limits, log lines, certificates: what needs no server.
 * Layer: tests. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/hubd/limit.h"
#include "verdict/hubd/note.h"
#include "verdict/hubd/tls.h"
#include "verdict/hubd/uri.h"
#include "verdict/proto/crypto.h"
#include "verdict/proto/content.h"

static void test_uri(void **state)
{
	struct uri u;

	(void)state;
	assert_true(uri_parse(&u, "/v1/events/a%2Fb%20%ED%95%9C/changes?epoch=00&since=5&x="));
	assert_int_equal(u.n_path, 4);
	assert_string_equal(u.path[2], "a/b \xed\x95\x9c");
	assert_string_equal(u.path[3], "changes");
	assert_string_equal(uri_query(&u, "since"), "5");
	assert_string_equal(uri_query(&u, "x"), "");
	assert_null(uri_query(&u, "wait"));
	assert_true(uri_parse(&u, "/healthz"));
	assert_int_equal(u.n_path, 1);
	assert_false(u.folder);
	assert_true(uri_parse(&u, "/"));
	assert_true(u.folder && u.n_path == 0);
	assert_true(uri_parse(&u, "/ko/?a=1"));
	assert_true(u.folder && u.n_path == 1);
}

static void test_uri_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"v1",
		"//",
		"/v1//",
		"/v1//x",
		"/v1/./x",
		"/v1/../x",
		"/v1/%2e%2e/x",
		"/v1/%00",
		"/v1/%zz",
		"/v1/%c3",
		"/v1/a#b",
		"/v1/a b",
		"/v1/a\\b",
		"http://h/v1",
		"*",
		"/a/b/c/d/e/f/g/h/i",
		"/v1?a",
		"/v1?=1",
		"/v1?a=1&",
		"/v1?a=1&a=2",
		"/v1?a=1&%61=2",
		"/v1?&a=1",
		"/v1?a=%0",
		"/v1?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9",
	};
	char *text = mem_zalloc(URI_MAX + 2);
	struct uri u;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (uri_parse(&u, texts[i]))
			fail_msg("taken: %s", texts[i]);
	memset(text, 'a', URI_MAX + 1);
	text[0] = '/';
	assert_false(uri_parse(&u, text));
	text[URI_MAX] = '\0';
	assert_true(uri_parse(&u, text));
	mem_free(text);
}

static void test_number(void **state)
{
	uint64_t n = 1;

	(void)state;
	assert_true(number_parse(&n, "0") && n == 0);
	assert_true(number_parse(&n, "9223372036854775807") && n == INT64_MAX);
	assert_false(number_parse(&n, "9223372036854775808") || number_parse(&n, "") ||
		number_parse(&n, "-1") || number_parse(&n, "+1") || number_parse(&n, " 1") ||
		number_parse(&n, "1x") || number_parse(&n, "00000000000000000001"));
}

static void test_digest(void **state)
{
	struct digest d = sha256("abc", 3), got;
	char text[64], more[128];

	(void)state;
	content_digest_format(text, &d);
	assert_string_equal(text, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
	assert_true(content_digest_parse(&got, text) && digest_equal(&d, &got));
	snprintf(more, sizeof(more), "md5=:x:, %s", text);
	assert_true(content_digest_parse(&got, more) && digest_equal(&d, &got));
	assert_false(content_digest_parse(&got, "") || content_digest_parse(&got, "sha-256=:") ||
		content_digest_parse(
			&got, "sha-256=ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=") ||
		content_digest_parse(
			&got, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=") ||
		content_digest_parse(
			&got, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=:") ||
		content_digest_parse(
			&got, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0:") ||
		content_digest_parse(
			&got, "sha-512=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"));
	memset(&d, 0, sizeof(d));
	content_digest_format(text, &d);
	*strchr(text, 'A') = '\xa1';	/* no letter, whatever a library takes it for */
	assert_false(content_digest_parse(&got, text));
}

static void test_headers(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(bearer_parse("Bearer abc-_9"), "abc-_9");
	assert_string_equal(bearer_parse("bearer a"), "a");
	assert_null(bearer_parse("Basic abc"));
	assert_null(bearer_parse("Bearer "));
	assert_null(bearer_parse("Bearer a b"));
	assert_null(bearer_parse("Bearer a="));
	assert_true(accepts_zstd("zstd") && accepts_zstd("gzip, zstd") &&
		accepts_zstd("gzip;q=0,zstd;q=0.5"));
	assert_false(accepts_zstd(NULL) || accepts_zstd("") || accepts_zstd("gzip") ||
		accepts_zstd("zstdx") || accepts_zstd("zstd;q=0") || accepts_zstd("zstd;q=0.000"));
	assert_true(forwarded_parse(out, sizeof(out), "1.2.3.4, 2001:db8::1 "));
	assert_string_equal(out, "2001:db8::1");
	assert_false(forwarded_parse(out, sizeof(out), "") ||
		forwarded_parse(out, sizeof(out), "x") ||
		forwarded_parse(out, sizeof(out), "1.2.3.4, unknown") ||
		forwarded_parse(out, sizeof(out), "1.2.3.4 5"));
}

static void test_range(void **state)
{
	static const struct {
		const char *text;
		enum range_kind kind;
		uint64_t from, len;
	} rows[] = {
		{ "bytes=0-9", RANGE_OK, 0, 10 },
		{ "bytes=90-", RANGE_OK, 90, 10 },
		{ "bytes=90-1000", RANGE_OK, 90, 10 },
		{ "bytes=-10", RANGE_OK, 90, 10 },
		{ "bytes=-1000", RANGE_OK, 0, 100 },
		{ "bytes=99-99", RANGE_OK, 99, 1 },
		{ "bytes=100-", RANGE_BAD, 0, 0 },
		{ "bytes=-0", RANGE_BAD, 0, 0 },
		{ NULL, RANGE_NONE, 0, 0 },
		{ "", RANGE_NONE, 0, 0 },
		{ "bytes=", RANGE_NONE, 0, 0 },
		{ "bytes=-", RANGE_NONE, 0, 0 },
		{ "bytes=5-4", RANGE_NONE, 0, 0 },
		{ "bytes=0-1,3-4", RANGE_NONE, 0, 0 },
		{ "lines=0-1", RANGE_NONE, 0, 0 },
		{ "bytes=a-b", RANGE_NONE, 0, 0 },
		{ "bytes=1--2", RANGE_NONE, 0, 0 },
		{ "bytes=99999999999999999999-", RANGE_NONE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint64_t from = 0, len = 0;

		if (range_parse(&from, &len, rows[i].text, 100) != rows[i].kind ||
			from != rows[i].from || len != rows[i].len)
			fail_msg("%s: %llu+%llu", rows[i].text, (unsigned long long)from,
				(unsigned long long)len);
	}
	assert_int_equal(range_parse(&(uint64_t){ 0 }, &(uint64_t){ 0 }, "bytes=0-", 0), RANGE_BAD);
}

static void test_limits(void **state)
{
	struct limits *l = limits_new(5, 20);

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(limits_take(l, "192.0.2.1", 1000), 0);
	assert_int_equal(limits_take(l, "192.0.2.1", 1000), 1);
	assert_int_equal(limits_take(l, "192.0.2.2", 1000), 0);
	assert_int_equal(limits_take(l, "192.0.2.1", 1200), 0);	/* one every fifth of a second */
	assert_int_equal(limits_take(l, "192.0.2.1", 1200), 1);
	for (int i = 0; i < 20; i++)
		assert_int_equal(limits_take(l, "192.0.2.1", 9000), 0);
	assert_int_equal(limits_take(l, "192.0.2.1", 9000), 1);
	assert_int_equal(
		limits_take(l, "192.0.2.1", 8000), 1); /* a clock that stepped back gives nothing */
	limits_free(l);
}

/* A flood of names makes room by forgetting, but never one that is held back while fresh ones are
 * there. */
static void test_limits_flood(void **state)
{
	struct limits *l = limits_new(5, 2);
	char name[32];
	int held = 0;

	(void)state;
	limits_take(l, "victim", 0);
	limits_take(l, "victim", 0);
	assert_int_equal(limits_take(l, "victim", 0), 1);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		limits_take(l, name, 0);
		held += limits_take(l, "victim", 0) != 0;
	}
	assert_int_equal(held, 20000);
	limits_free(l);
	l = limits_new(0, 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(limits_take(l, "x", 0), 0);
	limits_free(l);
}

/* What a stranger says stays in its own quotes. */
static void test_note(void **state)
{
	char path[] = "/tmp/verdict-note-XXXXXX", text[4096] = "";
	int fd = mkstemp(path), keep = dup(STDERR_FILENO);
	struct note n;
	ssize_t got;

	(void)state;
	assert_true(fd >= 0 && keep >= 0);
	dup2(fd, STDERR_FILENO);
	note_begin(&n, NOTE_AUDIT, "session");
	note_str(&n, "who", "a\" level=error b\\\n\x1b[31m\xe2\x80\xae\xff");
	note_str(&n, "none", NULL);
	note_int(&n, "status", 200);
	note_end(&n);
	dup2(keep, STDERR_FILENO);
	close(keep);
	got = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(got > 0);
	assert_ptr_equal(strchr(text, '\n'), text + got - 1);
	assert_non_null(strstr(text, " level=audit event=session who=\"a\\\" level=error b\\\\"));
	assert_null(strpbrk(text, "\x1b\r"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "\" status=200\n"));
	close(fd);
	unlink(path);
}

static void remove_identity(const char *dir)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/tls/hub.pem", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/tls/hub.key", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/tls", dir);
	rmdir(path);
	rmdir(dir);
}

static void test_identity(void **state)
{
	static const char *const names[] = { "hub.example", "192.0.2.7", "2001:db8::1" };
	struct tls_identity first, again, other, bare;
	char dir[] = "/tmp/verdict-tls-XXXXXX", tls[64], crt[96], key[96];
	struct stat sb;

	(void)state;
	crypto_init();
	assert_non_null(mkdtemp(dir));
	snprintf(tls, sizeof(tls), "%s/tls", dir);
	snprintf(crt, sizeof(crt), "%s/hub.pem", tls);
	snprintf(key, sizeof(key), "%s/hub.key", tls);
	assert_int_equal(tls_identity_read(&first, crt, key), STATUS_NOT_FOUND);
	assert_ok(tls_identity_own(&first, tls, names, 3, INT64_C(1790000000000)));
	assert_string_equal(first.subject, "hub.example");
	assert_true(first.from < INT64_C(1790000000000) &&
		first.to > INT64_C(1790000000000) + INT64_C(86400000) * 3000);
	assert_true(stat(key, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	/* the second start shows the same certificate, whatever it is called now */
	assert_ok(tls_identity_own(&again, tls, names + 1, 1, INT64_C(1790000000000)));
	assert_memory_equal(first.pin, again.pin, sizeof(first.pin));
	assert_string_equal(first.certificate, again.certificate);
	assert_ok(tls_identity_public(&bare, crt));
	assert_memory_equal(first.pin, bare.pin, sizeof(first.pin));
	assert_null(bare.key);
	/* a key that is not the certificate's, and no key at all */
	unlink(crt);
	assert_ok(tls_identity_own(&other, tls, names, 3, INT64_C(1790000000000)));
	assert_memory_not_equal(first.pin, other.pin, sizeof(first.pin));
	tls_identity_done(&again);
	unlink(crt);
	assert_int_equal(symlink("/dev/null", crt), 0);
	assert_int_equal(tls_identity_read(&again, crt, key), STATUS_INVALID);
	tls_identity_done(&first);
	tls_identity_done(&other);
	tls_identity_done(&bare);
	remove_identity(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_uri),
	cmocka_unit_test(test_uri_refused),
	cmocka_unit_test(test_number),
	cmocka_unit_test(test_digest),
	cmocka_unit_test(test_headers),
	cmocka_unit_test(test_range),
	cmocka_unit_test(test_limits),
	cmocka_unit_test(test_limits_flood),
	cmocka_unit_test(test_note),
	cmocka_unit_test(test_identity),
};
TEST_MAIN(tests)
