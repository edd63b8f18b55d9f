/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers in JSON: there and back, and what is refused. Layer: tests. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/proto/answer.h"

struct fixture { struct arena a; struct buf b; };

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	crypto_init();
	arena_init(&f->a);
	buf_init(&f->b, ANSWER_MAX);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_done(&f->a);
	buf_done(&f->b);
	test_free(f);
	return 0;
}

static void test_hello(void **state)
{
	struct hello h = { .version = "0.1.0", .now = INT64_C(1790000000000), .nonce = "n-0_n" },
		     got;
	struct fixture *f = *state;
	char id[KEY_ID];

	random_bytes(h.key, sizeof(h.key));
	key_id_of(id, h.key);
	h.hub = id;
	hello_write(&f->b, &h);
	assert_ok(hello_read(&got, &f->a, f->b.ptr, f->b.len));
	assert_string_equal(got.version, "0.1.0");
	assert_string_equal(got.hub, id);
	assert_memory_equal(got.key, h.key, KEY_PUBLIC);
	assert_true(got.now == h.now);
	assert_string_equal(got.nonce, "n-0_n");
	h.key[3] ^= 1;		/* another key than the one that the id says */
	buf_reset(&f->b);
	hello_write(&f->b, &h);
	assert_int_equal(hello_read(&got, &f->a, f->b.ptr, f->b.len), STATUS_INVALID);
}

static void test_hello_newer(void **state)
{
	struct fixture *f = *state;
	struct event_hello e;
	struct hello h;

	assert_int_equal(hello_read(&h, &f->a, "{\"proto\":[2,3]}", 15), STATUS_NEWER);
	assert_int_equal(event_hello_read(&e, &f->a, "{\"proto\":[2,3]}", 15), STATUS_NEWER);
	assert_int_equal(hello_read(&h, &f->a, "{\"proto\":[]}", 12), STATUS_INVALID);
}

static void test_session(void **state)
{
	struct session_answer s = { "abcDEF-_", 43200 }, got;
	struct fixture *f = *state;

	session_answer_write(&f->b, &s);
	assert_ok(session_answer_read(&got, &f->a, f->b.ptr, f->b.len));
	assert_string_equal(got.token, "abcDEF-_");
	assert_int_equal(got.ttl_s, 43200);
	s.token = "a\r\nX: y";	/* it will stand in a header */
	buf_reset(&f->b);
	session_answer_write(&f->b, &s);
	assert_int_equal(session_answer_read(&got, &f->a, f->b.ptr, f->b.len), STATUS_INVALID);
}

static void test_event_hello(void **state)
{
	struct event_hello h = { .hub = "Vkdap1RjR0wChd9dvyvKtw", .size = 7, .now = 1,
		.max_records = 200, .max_bytes = 262144, .max_page = 500 }, got;
	struct fixture *f = *state;

	random_bytes(h.epoch, sizeof(h.epoch));
	random_bytes(h.root.b, sizeof(h.root.b));
	event_hello_write(&f->b, &h);
	assert_ok(event_hello_read(&got, &f->a, f->b.ptr, f->b.len));
	assert_string_equal(got.hub, h.hub);
	assert_memory_equal(got.epoch, h.epoch, sizeof(h.epoch));
	assert_true(got.size == 7 && digest_equal(&got.root, &h.root) && got.now == 1);
	assert_true(got.max_records == 200 && got.max_bytes == 262144 && got.max_page == 500);
}

static void test_have(void **state)
{
	struct have_ask ask = { .replica = "Vkdap1RjR0wChd9dvyvKtw", .n = 9 }, got_ask;
	struct have_answer h = { .replica = ask.replica,
		.n = 9,
		.want = { { 1, 1 }, { 3, 5 } },
		.n_want = 2,
		.fork = true },
			   got;
	struct fixture *f = *state;

	random_bytes(ask.rid.b, sizeof(ask.rid.b));
	h.rid = ask.rid;
	have_ask_write(&f->b, &ask);
	assert_ok(have_ask_read(&got_ask, &f->a, f->b.ptr, f->b.len));
	assert_true(got_ask.n == 9 && digest_equal(&got_ask.rid, &ask.rid));
	buf_reset(&f->b);
	have_answer_write(&f->b, &h);
	assert_ok(have_answer_read(&got, &f->a, f->b.ptr, f->b.len));
	assert_true(got.n == 9 && got.fork && got.n_want == 2 && digest_equal(&got.rid, &ask.rid));
	assert_true(got.want[0].from == 1 && got.want[0].to == 1 && got.want[1].from == 3 &&
		got.want[1].to == 5);
	h.n = ask.n = 0;
	h.n_want = 0;
	buf_reset(&f->b);
	have_answer_write(&f->b, &h);
	assert_ok(have_answer_read(&got, &f->a, f->b.ptr, f->b.len));
	assert_true(got.n == 0 && digest_is_zero(&got.rid));
}

static void test_claims(void **state)
{
	static const struct claim_ask asks[] = {
		[CLAIM_TAKE] = { .ti = "81198", .nonce = "abc", .ttl_s = 900, .fence = 3 },
		[CLAIM_RENEW] = { .fence = 3, .ttl_s = 60 },
		[CLAIM_HOLD] = { .fence = 3, .hours = 4 },
		[CLAIM_FORCE] = { .why = "gone home" },
	};
	struct claim_answer c = { "81198", "mon-017", 4, 900 }, got_answer;
	struct fixture *f = *state;
	struct claim_ask got;

	for (int verb = CLAIM_TAKE; verb <= CLAIM_FORCE; verb++) {
		buf_reset(&f->b);
		claim_ask_write(&f->b, (enum claim_verb)verb, &asks[verb]);
		assert_ok(claim_ask_read(&got, &f->a, (enum claim_verb)verb, f->b.ptr, f->b.len));
		assert_true(got.fence == asks[verb].fence && got.ttl_s == asks[verb].ttl_s &&
			got.hours == asks[verb].hours);
		assert_true(!got.ti == !asks[verb].ti && !got.why == !asks[verb].why);
	}
	buf_reset(&f->b);
	claim_answer_write(&f->b, &c);
	assert_ok(claim_answer_read(&got_answer, &f->a, f->b.ptr, f->b.len));
	assert_string_equal(got_answer.ti, "81198");
	assert_string_equal(got_answer.who, "mon-017");
	assert_true(got_answer.fence == 4 && got_answer.ttl_s == 900);
}

static void test_refusal(void **state)
{
	struct fixture *f = *state;
	struct refusal got;

	for (int k = REFUSAL_BAD_REQUEST; k < REFUSAL_OTHER; k++) {
		struct refusal r = { .kind = (enum refusal_kind)k, .message = "why", .retry_s = k,
			.reset = k == REFUSAL_GONE, .who = k == REFUSAL_CONFLICT ? "mon-1" : NULL,
			.since_s = k == REFUSAL_CONFLICT ? 5 : 0 };

		buf_reset(&f->b);
		random_bytes(r.epoch, sizeof(r.epoch));
		refusal_write(&f->b, &r);
		assert_ok(refusal_read(&got, &f->a, f->b.ptr, f->b.len));
		assert_int_equal(got.kind, k);
		assert_string_equal(got.message, "why");
		assert_true(got.retry_s == k && got.reset == r.reset && !got.who == !r.who &&
			got.since_s == r.since_s);
		if (r.reset)
			assert_memory_equal(got.epoch, r.epoch, sizeof(r.epoch));
		assert_in_range(refusal_http_status(r.kind), 400, 599);
	}
	assert_ok(refusal_read(&got, &f->a, "{\"error\":\"teapot\",\"message\":\"m\"}", 32));
	assert_int_equal(got.kind, REFUSAL_OTHER);
}

enum what { HELLO, SESSION, EVENT, ASK, HAVE, TAKE, RENEW, HOLD, FORCE, CLAIM, REFUSAL };

static enum status read_as(struct arena *a, enum what what, const char *text)
{
	union {
		struct hello h;
		struct session_answer s;
		struct event_hello e;
		struct have_ask k;
		struct have_answer v;
		struct claim_ask c; struct claim_answer w; struct refusal r;
	} u;
	size_t n = strlen(text);

	switch (what) {
	case HELLO: return hello_read(&u.h, a, text, n);
	case SESSION: return session_answer_read(&u.s, a, text, n);
	case EVENT: return event_hello_read(&u.e, a, text, n);
	case ASK: return have_ask_read(&u.k, a, text, n);
	case HAVE: return have_answer_read(&u.v, a, text, n);
	case CLAIM: return claim_answer_read(&u.w, a, text, n);
	case REFUSAL: return refusal_read(&u.r, a, text, n);
	default: return claim_ask_read(&u.c, a, (enum claim_verb)(what - TAKE), text, n);
	}
}

static void test_refused(void **state)
{
	static const struct { enum what what; const char *text;
	} rows[] = {
		{ SESSION, "<html>" },
		{ SESSION, "{}" },
		{ SESSION, "{\"token\":\"a\",\"ttl\":0}" },
		{ SESSION, "{\"token\":\"\",\"ttl\":1}" },
		{ SESSION, "{\"token\":\"a\",\"token\":\"b\",\"ttl\":1}" },
		{ HELLO, "{\"proto\":[1],\"version\":\"1\",\"hub\":\"x\"}" },
		{ EVENT, "{\"proto\":[1],\"hub\":\"Vkdap1RjR0wChd9dvyvKtw\"}" },
		{ ASK, "{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":1}" },
		{ ASK, "{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":-1}" },
		{ ASK,
			"{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":0,\"rid\":"
			"\"00000000000000000000000000000000000000000000000000000000000000ff\"}" },
		{ HAVE, "{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":0,\"want\":[[1,2]]}" },
		{ HAVE, "{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":0,\"want\":[],\"fork\":1}" },
		{ HAVE,
			"{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":9,\"rid\":"
			"\"00000000000000000000000000000000000000000000000000000000000000ff\","
			"\"want\":[[2,1]]}" },
		{ HAVE,
			"{\"rep\":\"Vkdap1RjR0wChd9dvyvKtw\",\"n\":9,\"rid\":"
			"\"00000000000000000000000000000000000000000000000000000000000000ff\","
			"\"want\":[[4,5],[2,3]]}" },
		{ TAKE, "{\"ti\":\"1\",\"ttl\":9}" },
		{ TAKE, "{\"ti\":\"1\",\"ttl\":9,\"nonce\":\"\"}" },
		{ TAKE, "{\"ti\":\"\",\"ttl\":9,\"nonce\":\"a\"}" },
		{ TAKE, "{\"ti\":\"1\",\"ttl\":3601,\"nonce\":\"a\"}" },
		{ TAKE, "{\"ti\":\"1\",\"ttl\":9,\"nonce\":\"a\",\"fence\":0}" },
		{ RENEW, "{\"ttl\":9}" },
		{ RENEW, "{\"fence\":1}" },
		{ HOLD, "{\"fence\":1,\"hours\":5}" },
		{ FORCE, "{}" },
		{ FORCE, "{\"why\":\"\"}" },
		{ CLAIM, "{\"ti\":\"1\",\"fence\":0,\"ttl\":1,\"who\":\"a\"}" },
		{ REFUSAL, "{\"error\":\"gone\",\"message\":\"m\",\"reset\":true}" },
		{ REFUSAL, "{\"message\":\"m\"}" },
		{ REFUSAL, "{\"error\":\"busy\",\"message\":\"m\"}x" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (read_as(&f->a, rows[i].what, rows[i].text) != STATUS_INVALID)
			fail_msg("taken: %s", rows[i].text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(test_hello, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_hello_newer, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_session, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_event_hello, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_have, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_claims, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_refusal, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
};
TEST_MAIN(tests)
