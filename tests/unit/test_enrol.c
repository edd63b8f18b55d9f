/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment codes, requests for enrolment and session, percent-encoding, host names. Layer: tests.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/proto/enrol.h"
#include "verdict/proto/join.h"
#include "verdict/proto/signed.h"
#include "verdict/proto/url.h"

#define SECRET "ABCDEFGHIJKLMNOPQRSTUA"
#define PIN "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static int set_up(void **state)
{
	struct arena *a = test_calloc(1, sizeof(*a));

	crypto_init();
	arena_init(a);
	*state = a;
	return 0;
}

static int tear_down(void **state)
{
	arena_done(*state);
	test_free(*state);
	return 0;
}

static void there_and_back(struct arena *a, const char *text)
{
	struct enrol_code c;
	struct buf b;

	buf_init(&b, 4096);
	if (enrol_code_parse(&c, a, text))
		fail_msg("%s: %s", text, status_message());
	enrol_code_format(&b, &c);
	assert_string_equal(buf_str(&b), text);
	buf_done(&b);
}

static void test_code(void **state)
{
	struct enrol_code c;

	assert_ok(enrol_code_parse(
		&c, *state, " verdict1:https://hub.example:8443/ap-ips-2026#" SECRET "." PIN "\n"));
	assert_string_equal(c.base_url, "https://hub.example:8443");
	assert_string_equal(c.host, "hub.example");
	assert_int_equal(c.port, 8443);
	assert_string_equal(c.event, "ap-ips-2026");
	assert_string_equal(c.secret, SECRET);
	assert_true(c.has_pin);
	for (int i = 0; i < ENROL_PIN; i++)
		assert_int_equal(c.pin[i], i);
}

static void test_code_forms(void **state)
{
	struct enrol_code c;

	there_and_back(*state, "verdict1:https://192.0.2.7:443/e#" SECRET "." PIN);
	there_and_back(*state, "verdict1:https://[2001:db8::1]:8443/e#" SECRET "." PIN);
	there_and_back(*state, "verdict1:http://127.0.0.1:8080/e#" SECRET ".-");
	there_and_back(*state, "verdict1:http://[::1]:8080/e#" SECRET ".-");
	there_and_back(*state, "verdict1:https://h:1/%ED%95%9C%20a%2Fb%23#" SECRET "." PIN);
	assert_ok(enrol_code_parse(
		&c, *state, "verdict1:https://h:1/%ED%95%9C%20a%2Fb%23#" SECRET "." PIN));
	assert_string_equal(c.event, "\xed\x95\x9c a/b#");
	assert_ok(enrol_code_parse(&c, *state, "verdict1:http://[::1]:8080/e#" SECRET ".-"));
	assert_string_equal(c.host, "::1");
	assert_false(c.has_pin);
}

static void test_code_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"verdict1:",
		"verdict1:https://",
		"https://h:1/e#" SECRET "." PIN,
		"verdict1:ftp://h:1/e#" SECRET "." PIN,
		"verdict1:https://h/e#" SECRET "." PIN, /* no port */
		"verdict1:https://h:/e#" SECRET "." PIN,
		"verdict1:https://h:0/e#" SECRET "." PIN,
		"verdict1:https://h:65536/e#" SECRET "." PIN,
		"verdict1:https://h:+1/e#" SECRET "." PIN,
		"verdict1:https://h:8x/e#" SECRET "." PIN,
		"verdict1:https://:1/e#" SECRET "." PIN,
		"verdict1:https://a@h:1/e#" SECRET "." PIN,
		"verdict1:https://-h:1/e#" SECRET "." PIN,
		"verdict1:https://h..x:1/e#" SECRET "." PIN,
		"verdict1:https://h\r\nX:1/e#" SECRET "." PIN,
		"verdict1:https://::1:1/e#" SECRET "." PIN,
		"verdict1:https://[h]:1/e#" SECRET "." PIN,
		"verdict1:https://[::g]:1/e#" SECRET "." PIN,
		"verdict1:https://h:1/#" SECRET "." PIN,
		"verdict1:https://h:1#" SECRET "." PIN,
		"verdict1:https://h:1/a/b#" SECRET "." PIN,
		"verdict1:https://h:1/a%0#" SECRET "." PIN,
		"verdict1:https://h:1/a%00#" SECRET "." PIN,
		"verdict1:https://h:1/a%FF#" SECRET "." PIN,
		"verdict1:https://h:1/e",
		"verdict1:https://h:1/e#",
		"verdict1:https://h:1/e#" SECRET,
		"verdict1:https://h:1/e#" SECRET ".",
		"verdict1:https://h:1/e#" SECRET ".-",
		"verdict1:https://h:1/e#" SECRET "." PIN "A",
		"verdict1:https://h:1/e#A" SECRET "." PIN,
		"verdict1:https://h:1/e#ABCDEFGHIJKLMNOPQRSTUB." PIN, /* bits after the end */
		"verdict1:https://h:1/e#ABCDEFGHIJKLMNOPQRST+A." PIN,
		"verdict1:http://h:1/e#" SECRET ".-",
		"verdict1:http://192.0.2.7:1/e#" SECRET ".-",
		"verdict1:http://127.0.0.1.x:1/e#" SECRET ".-",
		"verdict1:http://127.0.0.1:1/e#" SECRET "." PIN,
	};
	struct enrol_code c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (enrol_code_parse(&c, *state, texts[i]) != STATUS_INVALID)
			fail_msg("taken: %s", texts[i]);
	assert_int_equal(enrol_code_parse(&c, *state, "verdict2:anything"), STATUS_NEWER);
}

static void test_code_long(void **state)
{
	char *text = test_malloc(1 << 20);
	struct enrol_code c;

	memset(text, 'a', (1 << 20) - 1);
	text[(1 << 20) - 1] = '\0';
	assert_int_equal(enrol_code_parse(&c, *state, text), STATUS_INVALID);
	test_free(text);
}

static void test_base_url(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	enrol_base_url(&b, true, "::1", 8443);
	buf_addc(&b, ' ');
	enrol_base_url(&b, false, "localhost", 80);
	assert_string_equal(buf_str(&b), "https://[::1]:8443 http://localhost:80");
	buf_done(&b);
}

static void test_enrol(void **state)
{
	struct enrol_request e;
	struct session_proof p;
	struct key *k;
	struct buf b;

	assert_ok(key_new(&k));
	buf_init(&b, 1 << 16);
	enrol_sign(&b, k, "ap-ips-2026", SECRET, "laptop \xed\x95\x9c", INT64_C(1790000000000));
	assert_int_equal(b.err, 0);
	assert_ok(enrol_open(&e, *state, b.ptr, b.len));
	assert_string_equal(e.event, "ap-ips-2026");
	assert_string_equal(e.secret, SECRET);
	assert_string_equal(e.device, "laptop \xed\x95\x9c");
	assert_true(e.at == INT64_C(1790000000000));
	assert_memory_equal(e.key, key_public(k), KEY_PUBLIC);
	/* signed as one thing is not shown as another */
	assert_int_equal(session_open(&p, *state, b.ptr, b.len), STATUS_DENIED);
	buf_reset(&b);
	session_sign(&b, k, "ap-ips-2026", "nonce", INT64_C(1790000000001));
	assert_ok(session_open(&p, *state, b.ptr, b.len));
	assert_string_equal(p.nonce, "nonce");
	assert_string_equal(p.event, "ap-ips-2026");
	assert_true(p.at == INT64_C(1790000000001));
	assert_memory_equal(p.key, key_public(k), KEY_PUBLIC);
	assert_int_equal(enrol_open(&e, *state, b.ptr, b.len), STATUS_DENIED);
	buf_done(&b);
	key_free(k);
}

static void test_every_bit(void **state)
{
	struct enrol_request e;
	struct key *k;
	struct buf b;

	assert_ok(key_new(&k));
	buf_init(&b, 1 << 16);
	enrol_sign(&b, k, "e", SECRET, "d", 0);
	for (size_t i = 0; i < b.len; i++) {
		b.ptr[i] = (char)(b.ptr[i] ^ 1 << i % 8);
		assert_int_not_equal(enrol_open(&e, *state, b.ptr, b.len), STATUS_OK);
		b.ptr[i] = (char)(b.ptr[i] ^ 1 << i % 8);
	}
	for (size_t n = 0; n < b.len; n++)
		assert_int_not_equal(enrol_open(&e, *state, b.ptr, n), STATUS_OK);
	assert_ok(enrol_open(&e, *state, b.ptr, b.len));
	buf_done(&b);
	key_free(k);
}

static enum status open_enrol(struct arena *a, const struct key *k, const char *json)
{
	struct enrol_request e;
	enum status st;
	struct buf b;

	buf_init(&b, 1 << 16);
	signed_add(&b, k, ENROL_TYPE, json, strlen(json));
	st = enrol_open(&e, a, b.ptr, b.len);
	buf_done(&b);
	return st;
}

static void test_enrol_refused(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"v\":1,\"ev\":\"e\",\"code\":\"" SECRET "\"}",
		"{\"v\":1,\"ev\":\"e\",\"code\":\"short\",\"at\":\"2026-11-22T05:33:07Z\"}",
		"{\"v\":1,\"ev\":\"\",\"code\":\"" SECRET "\",\"at\":\"2026-11-22T05:33:07Z\"}",
		"{\"v\":1,\"ev\":\"e\",\"code\":\"" SECRET "\",\"at\":\"soon\"}",
		"{\"v\":1,\"ev\":\"e\",\"ev\":\"f\",\"code\":\"" SECRET
		"\",\"at\":\"2026-11-22T05:33:07Z\"}",
		"{\"v\":1,\"ev\":\"e\",\"code\":\"" SECRET "\",\"at\":\"2026-11-22T05:33:07Z\"} ",
	};
	struct key *k;

	assert_ok(key_new(&k));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (open_enrol(*state, k, texts[i]) != STATUS_INVALID)
			fail_msg("taken: %s", texts[i]);
	assert_ok(open_enrol(*state, k, "{\"v\":1,\"ev\":\"e\",\"code\":\"" SECRET
		"\",\"at\":\"2026-11-22T05:33:07Z\",\"more\":[1]}"));
	assert_int_equal(open_enrol(*state, k, "{\"v\":2}"), STATUS_NEWER);
	key_free(k);
}

static void test_url(void **state)
{
	char out[16];
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	url_escape(&b, "a-Z_0.~ /%\xed");
	assert_string_equal(buf_str(&b), "a-Z_0.~%20%2F%25%ED");
	buf_done(&b);
	assert_true(url_unescape(out, sizeof(out), "a%2fb%2F", 8));
	assert_string_equal(out, "a/b/");
	assert_true(url_unescape(out, sizeof(out), "", 0));
	assert_string_equal(out, "");
	assert_true(url_unescape(out, sizeof(out), "123456789012345", 15));
	assert_false(url_unescape(out, sizeof(out), "1234567890123456", 16));
	assert_false(url_unescape(out, sizeof(out), "%4", 2));
	assert_false(url_unescape(out, sizeof(out), "%4g", 3));
	assert_false(url_unescape(out, sizeof(out), "%00", 3));
	assert_false(url_unescape(out, sizeof(out), "%C3", 3));
	assert_true(url_unescape(out, sizeof(out), "%C3%A9", 6));
}

static void test_host(void **state)
{
	char long_label[80];

	(void)state;
	assert_true(
		url_host_ok("hub.example") && url_host_ok("10.0.0.1") && url_host_ok("fe80::1"));
	assert_false(url_host_ok("") || url_host_ok("a_b") || url_host_ok("a b") ||
		url_host_ok("a.") || url_host_ok("a-.b") || url_host_ok("a/b") ||
		url_host_ok("::1%lo"));
	memset(long_label, 'a', 64);
	long_label[64] = '\0';
	assert_false(url_host_ok(long_label));
	assert_true(url_host_ok(long_label + 1));
	assert_true(url_host_is_loopback("127.9.9.9") && url_host_is_loopback("::1") &&
		url_host_is_loopback("localhost"));
	assert_false(url_host_is_loopback("128.0.0.1") || url_host_is_loopback("::2") ||
		url_host_is_loopback("localhost.example") ||
		url_host_is_loopback("127.0.0.1.example"));
}

/* The proof is one code's and one key's, and says nothing else. */
static void test_join_proof(void **state)
{
	struct digest secret = sha256("secret", 6), other = sha256("Secret", 6);
	uint8_t key[KEY_PUBLIC] = { 1 }, key2[KEY_PUBLIC] = { 2 };
	struct join_proof p, q;
	char text[JOIN_TEXT];

	(void)state;
	join_prove(&p, &secret, "ev", key);
	join_proof_format(text, &p);
	assert_int_equal(strlen(text), 71);
	assert_true(join_proof_parse(&q, text));
	assert_memory_equal(&p, &q, sizeof(p));
	join_prove(&q, &secret, "ev", key2);
	assert_memory_equal(p.name, q.name, sizeof(p.name));
	assert_memory_not_equal(p.proof, q.proof, sizeof(p.proof));
	join_prove(&q, &secret, "ev2", key);
	assert_memory_not_equal(p.proof, q.proof, sizeof(p.proof));
	join_prove(&q, &other, "ev", key);
	assert_memory_not_equal(p.name, q.name, sizeof(p.name));
	assert_memory_not_equal(p.proof, q.proof, sizeof(p.proof));
	for (size_t i = 0; i < strlen(text); i++) {
		char was = text[i];

		text[i] = ' ';
		assert_false(join_proof_parse(&q, text));
		text[i] = was;
	}
	text[strlen(text) - 1] = '\0';
	assert_false(join_proof_parse(&q, text));
	assert_false(join_proof_parse(&q, "") || join_proof_parse(&q, "a comment"));
}

static void test_join_file(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"v\":1}",
		"{\"v\":1,\"event\":\"e\",\"person\":\"p\",\"code\":\"c\",\"hub\":\"00\"}",
		"{\"v\":1,\"event\":\"\",\"person\":\"p\",\"code\":\"c\"}",
		"{\"v\":1,\"v\":1}", "{\"v\":1,\"event\":\"e\",\"person\":7,\"code\":\"c\"}" };
	struct join_file f = { "ev", "p1", "verdict1:x", { 1, 2, 3 }, "PEM\n" }, g;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, JOIN_MAX);
	join_file_format(&b, &f);
	assert_ok(join_file_parse(&g, &a, b.ptr, b.len));
	assert_string_equal(g.event, "ev");
	assert_string_equal(g.person, "p1");
	assert_string_equal(g.code, "verdict1:x");
	assert_string_equal(g.certificate, "PEM\n");
	assert_memory_equal(g.hub, f.hub, sizeof(f.hub));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(join_file_parse(&g, &a, bad[i], strlen(bad[i])), STATUS_INVALID);
	assert_int_equal(join_file_parse(&g, &a, "{\"v\":2}", 7), STATUS_NEWER);
	buf_done(&b);
	arena_done(&a);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_join_proof),
	cmocka_unit_test(test_join_file),
	cmocka_unit_test_setup_teardown(test_code, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_code_forms, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_code_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_code_long, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_base_url, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_enrol, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_every_bit, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_enrol_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_url, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_host, set_up, tear_down),
};
TEST_MAIN(tests)
