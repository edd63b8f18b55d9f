/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: order and bytes kept, cut and lengthened ones refused, ceilings on both sides. Layer: tests. */
#include "test.h"

#include "verdict/model/record.h"
#include "verdict/proto/batch.h"

struct keys { struct key *k; struct buf b; };

static int set_up(void **state)
{
	struct keys *s = test_calloc(1, sizeof(*s));

	crypto_init();
	buf_init(&s->b, BATCH_BYTES_MAX);
	*state = s;
	return key_new(&s->k);
}

static int tear_down(void **state)
{
	struct keys *s = *state;

	key_free(s->k);
	buf_done(&s->b);
	test_free(s);
	return 0;
}

static void add(struct keys *s, const char *payload, size_t len)
{
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e = { payload, len, key_public(s->k), sig };

	key_sign(sig, s->k, RECORD_TYPE, payload, len);
	batch_add(&s->b, &e);
}

static enum status read_all(const char *ptr, size_t len, size_t *count)
{
	struct batch_reader r;
	struct envelope e;
	enum status st = batch_open(&r, ptr, len);

	for (*count = 0; st == STATUS_OK; *count += st == STATUS_OK)
		st = batch_next(&e, &r);
	return st;
}

static void test_empty(void **state)
{
	struct keys *s = *state;
	size_t count;

	batch_begin(&s->b);
	assert_int_equal(s->b.len, 8);
	assert_memory_equal(s->b.ptr, "VBT1\0\0\0\0", 8);
	assert_int_equal(read_all(s->b.ptr, s->b.len, &count), STATUS_NOT_FOUND);
	assert_int_equal(count, 0);
}

static void test_three(void **state)
{
	static const char *const payloads[] = { "{}", "{\"a\":1}", "{\"b\":\"\xed\x95\x9c\"}" };
	struct keys *s = *state;
	struct batch_reader r;
	struct envelope e;

	batch_begin(&s->b);
	for (size_t i = 0; i < 3; i++)
		add(s, payloads[i], strlen(payloads[i]));
	assert_ok(batch_open(&r, s->b.ptr, s->b.len));
	for (size_t i = 0; i < 3; i++) {
		struct digest rid, want = record_rid(payloads[i], strlen(payloads[i]));

		assert_ok(batch_next(&e, &r));
		assert_int_equal(e.len, strlen(payloads[i]));
		assert_memory_equal(e.payload, payloads[i], e.len);
		assert_true(envelope_ok(&rid, &e));
		assert_true(digest_equal(&rid, &want));
	}
	assert_int_equal(batch_next(&e, &r), STATUS_NOT_FOUND);
	assert_int_equal(batch_next(&e, &r), STATUS_NOT_FOUND);
}

static void test_altered(void **state)
{
	struct keys *s = *state;
	struct batch_reader r;
	struct envelope e;
	struct digest rid;

	batch_begin(&s->b);
	add(s, "{\"a\":1}", 7);
	for (size_t i = 12; i < s->b.len; i++) {	/* each byte of payload, key and signature */
		s->b.ptr[i] ^= 1;
		assert_ok(batch_open(&r, s->b.ptr, s->b.len));
		assert_ok(batch_next(&e, &r));
		assert_false(envelope_ok(&rid, &e));
		s->b.ptr[i] ^= 1;
	}
}

static void test_cut_and_lengthened(void **state)
{
	struct keys *s = *state;
	size_t count;

	batch_begin(&s->b);
	add(s, "{\"a\":1}", 7);
	add(s, "{}", 2);
	for (size_t len = 0; len < s->b.len; len++)
		assert_int_equal(read_all(s->b.ptr, len, &count), STATUS_INVALID);
	buf_addc(&s->b, 'x');
	assert_int_equal(read_all(s->b.ptr, s->b.len, &count), STATUS_INVALID);
	assert_int_equal(count, 2);
	assert_int_equal(read_all("VBT2\0\0\0\0", 8, &count), STATUS_INVALID);
}

static void test_false_numbers(void **state)
{
	size_t count;

	(void)state;
	assert_int_equal(read_all("VBT1\xff\xff\xff\xff", 8, &count), STATUS_LIMIT);
	assert_int_equal(read_all("VBT1\xc9\0\0\0", 8, &count), STATUS_LIMIT);
	assert_int_equal(read_all("VBT1\x01\0\0\0", 8, &count), STATUS_INVALID);
	assert_int_equal(read_all("VBT1\x01\0\0\0\0\0\0\0", 12, &count), STATUS_INVALID);
	assert_int_equal(read_all("VBT1\x01\0\0\0\xff\xff\xff\xff", 12, &count), STATUS_LIMIT);
	assert_int_equal(read_all("VBT1\x01\0\0\0\x01\0\x01\0", 12, &count), STATUS_LIMIT);
	assert_int_equal(read_all("VBT1\x01\0\0\0\x01\0\0\0", 12, &count), STATUS_INVALID);
}

static void test_ceilings(void **state)
{
	static char payload[RECORD_PAYLOAD_MAX + 1];
	struct keys *s = *state;
	size_t count;

	batch_begin(&s->b);
	for (int i = 0; i < BATCH_RECORDS_MAX; i++)
		add(s, "{}", 2);
	assert_int_equal(s->b.err, STATUS_OK);
	assert_int_equal(read_all(s->b.ptr, s->b.len, &count), STATUS_NOT_FOUND);
	assert_int_equal(count, BATCH_RECORDS_MAX);
	add(s, "{}", 2);
	assert_int_equal(s->b.err, STATUS_LIMIT);
	batch_begin(&s->b);
	add(s, payload, RECORD_PAYLOAD_MAX);
	assert_int_equal(s->b.err, STATUS_OK);
	add(s, payload, RECORD_PAYLOAD_MAX + 1);
	assert_int_equal(s->b.err, STATUS_LIMIT);
	batch_begin(&s->b);
	while (!s->b.err)
		add(s, payload, RECORD_PAYLOAD_MAX);
	assert_true(s->b.len <= BATCH_BYTES_MAX);
	s->b.err = STATUS_OK;
	assert_int_equal(read_all(s->b.ptr, s->b.len, &count), STATUS_NOT_FOUND);
	assert_int_equal(count, BATCH_BYTES_MAX / (RECORD_PAYLOAD_MAX + 100));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(test_empty),
	CASE(test_three),
	CASE(test_altered),
	CASE(test_cut_and_lengthened),
	CASE(test_false_numbers),
	CASE(test_ceilings),
};
TEST_MAIN(tests)
