/* SPDX-License-Identifier: Apache-2.0 */
/* Feed entries, roots, pages, checkpoints: what is written is read, and nothing else is. Layer: tests. */
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/signed.h"

#define EVENT "ap-ips-2026"

static struct feed_entry entry(uint64_t seq, char type, const char *body)
{
	return (struct feed_entry){ seq, type, type == FEED_RECORD ? FLAG_LATE : 0, body, strlen(body) };
}

/* The values that doc/PROTOCOL.md gives. */
static void root_is_documented(void **state)
{
	struct feed_entry e = entry(1, FEED_GONE, "81198");
	char hex[DIGEST_HEX];
	struct digest root;
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	feed_root_begin(&root, EVENT);
	digest_hex(hex, &root);
	assert_string_equal(hex, "9e725c12637fb19cc89a44c1b4bb18ef9c940d17e76468b23295159a2d9b5586");
	feed_entry_add(&b, &e);
	assert_int_equal(b.len, FEED_ENTRY_HEAD + 5);
	feed_root_add(&root, b.ptr, b.len);
	digest_hex(hex, &root);
	assert_string_equal(hex, "8c303d0333cec9fccc34e518edc54901e9cce952795ed2c18928ece748380a85");
	buf_done(&b);
}

static void entry_is_read_as_written(void **state)
{
	struct feed_entry e = entry(UINT64_C(0x123456789a), FEED_RECORD, "body"), got;
	struct buf b;
	size_t used;

	(void)state;
	buf_init(&b, 64);
	feed_entry_add(&b, &e);
	assert_ok(feed_entry_parse(&got, &used, b.ptr, b.len));
	assert_int_equal(used, b.len);
	assert_true(got.seq == e.seq && got.type == 'R' && got.flags == FLAG_LATE && got.len == 4);
	assert_memory_equal(got.body, "body", 4);
	for (size_t cut = 0; cut < b.len; cut++)
		assert_int_equal(feed_entry_parse(&got, &used, b.ptr, cut), STATUS_AGAIN);
	b.ptr[9] = 1;
	assert_int_equal(feed_entry_parse(&got, &used, b.ptr, b.len), STATUS_INVALID);
	b.ptr[9] = 0;
	b.ptr[8] = 'r';
	assert_int_equal(feed_entry_parse(&got, &used, b.ptr, b.len), STATUS_INVALID);
	b.ptr[8] = 'R';
	memset(b.ptr + 12, 0xff, 4);
	assert_int_equal(feed_entry_parse(&got, &used, b.ptr, b.len), STATUS_LIMIT);
	e.len = FEED_ENTRY_MAX + 1;
	feed_entry_add(&b, &e);
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
}

static void page_of(struct buf *out, uint64_t from, unsigned int count, const char *tail)
{
	struct buf one;

	buf_init(&one, 256);
	page_begin(out, from);
	for (unsigned int i = 0; i < count; i++) {
		struct feed_entry e = entry(from + i, i % 2 ? FEED_INSTANCE : 'Z', "{}");

		buf_reset(&one);
		feed_entry_add(&one, &e);
		if (i % 3)
			page_add(out, &e);
		else
			page_add_bytes(out, one.ptr, one.len);
	}
	page_end(out, true, from + count + 7, 1234567890123, tail, strlen(tail));
	buf_done(&one);
}

static void page_is_read_as_written(void **state)
{
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	const char *bytes;
	struct buf b;
	size_t n, len;

	(void)state;
	buf_init(&b, FEED_PAGE_MAX);
	page_of(&b, 41, 5, "checkpoint");
	assert_ok(b.err);
	assert_ok(page_open(&r, &head, b.ptr, b.len));
	assert_true(head.count == 5 && head.more && head.from == 41 && head.head == 53);
	assert_true(head.now == 1234567890123);
	assert_int_equal(page_checkpoint(&bytes, &len, &r), STATUS_INVALID);
	for (unsigned int i = 0; i < 5; i++) {
		assert_ok(page_next(&e, &bytes, &n, &r));
		assert_int_equal(e.seq, 41 + i);
		assert_int_equal(n, FEED_ENTRY_HEAD + 2);
		assert_ptr_equal(bytes + FEED_ENTRY_HEAD, e.body);
	}
	assert_int_equal(page_next(&e, &bytes, &n, &r), STATUS_NOT_FOUND);
	assert_ok(page_checkpoint(&bytes, &len, &r));
	assert_int_equal(len, 10);
	assert_memory_equal(bytes, "checkpoint", 10);
	buf_done(&b);
}

static enum status read_all(const void *ptr, size_t len)
{
	struct page_reader r;
	struct page_head head;
	struct feed_entry e;
	enum status st = page_open(&r, &head, ptr, len);
	const char *at;
	size_t n;

	while (!st)
		st = page_next(&e, NULL, NULL, &r);
	return st == STATUS_NOT_FOUND ? page_checkpoint(&at, &n, &r) : st;
}

static void page_refuses_what_it_is_not(void **state)
{
	struct buf b;
	char keep;

	(void)state;
	buf_init(&b, FEED_PAGE_MAX);
	page_of(&b, 1, 3, "c");
	for (size_t cut = 0; cut < b.len; cut++)	/* also without the checkpoint */
		assert_int_equal(read_all(b.ptr, cut), STATUS_INVALID);
	assert_ok(read_all(b.ptr, b.len));
	keep = b.ptr[FEED_PAGE_HEAD];
	b.ptr[FEED_PAGE_HEAD] = 9;	/* the first entry's number */
	assert_int_equal(read_all(b.ptr, b.len), STATUS_INVALID);
	b.ptr[FEED_PAGE_HEAD] = keep;
	b.ptr[20] = 2;			/* head below the entries */
	assert_int_equal(read_all(b.ptr, b.len), STATUS_INVALID);
	b.ptr[20] = 10;
	b.ptr[12] = 0;			/* from nowhere */
	assert_int_equal(read_all(b.ptr, b.len), STATUS_INVALID);
	b.ptr[12] = 1;
	b.ptr[5] = 8;			/* 2,051 entries */
	assert_int_equal(read_all(b.ptr, b.len), STATUS_LIMIT);
	page_of(&b, 1, 0, "c");		/* empty, and more follows */
	assert_int_equal(read_all(b.ptr, b.len), STATUS_INVALID);
	buf_done(&b);
}

static void page_holds_what_follows_and_no_more(void **state)
{
	struct feed_entry e = entry(2, 'Z', "");
	struct buf b;

	(void)state;
	buf_init(&b, FEED_PAGE_MAX);
	page_begin(&b, 1);
	page_add(&b, &e);
	assert_int_equal(b.err, STATUS_LIMIT);
	page_of(&b, 1, FEED_PAGE_ENTRIES, "c");
	assert_ok(b.err);
	page_of(&b, 1, FEED_PAGE_ENTRIES + 1, "c");
	assert_int_equal(b.err, STATUS_LIMIT);
	buf_done(&b);
}

static void bodies_are_read_as_written(void **state)
{
	struct digest rid = sha256("x", 1), got;
	uint8_t key[KEY_PUBLIC], sig[KEY_SIGNATURE];
	struct envelope env = { "{}", 2, key, sig }, back;
	struct feed_entry e = { 1, FEED_RECORD, 0, NULL, 0 };
	unsigned int flags;
	struct buf b;

	(void)state;
	memset(key, 'k', sizeof(key));
	memset(sig, 's', sizeof(sig));
	buf_init(&b, 1024);
	feed_record_add(&b, &env);
	e.body = b.ptr;
	e.len = b.len;
	assert_ok(feed_record(&back, &e));
	assert_true(back.len == 2 && memcmp(back.payload, "{}", 2) == 0);
	assert_memory_equal(back.public_key, key, sizeof(key));
	assert_memory_equal(back.signature, sig, sizeof(sig));
	e.len = sizeof(key) + sizeof(sig);
	assert_int_equal(feed_record(&back, &e), STATUS_INVALID);
	buf_reset(&b);
	feed_flags_add(&b, &rid, FLAG_ROLE | FLAG_LATE);
	e.body = b.ptr;
	e.len = b.len;
	assert_ok(feed_flags(&got, &flags, &e));
	assert_true(digest_equal(&got, &rid) && flags == (FLAG_ROLE | FLAG_LATE));
	e.len--;
	assert_int_equal(feed_flags(&got, &flags, &e), STATUS_INVALID);
	buf_done(&b);
}

#define REP "Vkdap1RjR0wChd9dvyvKtw"

static void claims_and_revocations(void **state)
{
	struct feed_claim c = { "81198", "mon-1", REP, LEASE_FORCED, 7, 1234, 0, "asleep" }, got;
	struct feed_revocation v = { REP, "lead", "stolen", 99 }, back;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, 4096);
	assert_ok(feed_claim_format(&b, &c));
	assert_ok(feed_claim_parse(&got, &a, b.ptr, b.len));
	assert_string_equal(got.ti, "81198");
	assert_string_equal(got.who, "mon-1");
	assert_string_equal(got.replica, REP);
	assert_string_equal(got.why, "asleep");
	assert_true(got.state == LEASE_FORCED && got.fence == 7 && got.at == 1234 && got.ttl_s == 0);
	assert_int_equal(feed_claim_parse(&got, &a, b.ptr, b.len - 1), STATUS_INVALID);
	for (int s = LEASE_HELD; s <= LEASE_HOLD; s++)
		assert_int_equal(feed_claim_state_parse(feed_claim_state_name((enum feed_claim_state)s)), s);
	buf_reset(&b);
	assert_ok(feed_revocation_format(&b, &v));
	assert_ok(feed_revocation_parse(&back, &a, b.ptr, b.len));
	assert_true(strcmp(back.replica, REP) == 0 && back.at == 99);
	assert_string_equal(back.why, "stolen");
	assert_string_equal(back.by, "lead");
	assert_int_equal(feed_revocation_parse(&back, &a, "{\"v\":2}", 7), STATUS_NEWER);
	assert_int_equal(feed_claim_parse(&got, &a, "{\"v\":2}", 7), STATUS_NEWER);
	buf_done(&b);
	arena_done(&a);
}

static void checkpoint_is_of_one_key(void **state)
{
	struct checkpoint c = { .event = EVENT, .size = 12, .at = 1700000000123 }, got;
	struct key *hub, *other;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a);
	buf_init(&b, 4096);
	assert_ok(key_new(&hub));
	assert_ok(key_new(&other));
	memset(c.epoch, 0xab, sizeof(c.epoch));
	c.root = sha256("root", 4);
	assert_ok(checkpoint_sign(&b, &c, hub));
	assert_ok(checkpoint_open(&got, &a, b.ptr, b.len, key_public(hub)));
	assert_string_equal(got.event, EVENT);
	assert_string_equal(got.hub, key_id(hub));
	assert_true(got.size == 12 && got.at == c.at && digest_equal(&got.root, &c.root));
	assert_memory_equal(got.epoch, c.epoch, sizeof(c.epoch));
	assert_int_equal(checkpoint_open(&got, &a, b.ptr, b.len, key_public(other)), STATUS_DENIED);
	b.ptr[20] ^= 1;
	assert_int_equal(checkpoint_open(&got, &a, b.ptr, b.len, key_public(hub)), STATUS_DENIED);
	buf_reset(&b);
	signed_add(&b, hub, RECEIPT_TYPE, "{}", 2);	/* signed as something else */
	assert_int_equal(checkpoint_open(&got, &a, b.ptr, b.len, key_public(hub)), STATUS_DENIED);
	buf_reset(&b);
	signed_add(&b, hub, CHECKPOINT_TYPE, "{\"v\":1}", 7);
	assert_int_equal(checkpoint_open(&got, &a, b.ptr, b.len, key_public(hub)), STATUS_INVALID);
	key_free(hub);
	key_free(other);
	buf_done(&b);
	arena_done(&a);
}

static void epoch_is_hexadecimal(void **state)
{
	uint8_t epoch[EPOCH_BYTES];
	char hex[EPOCH_HEX];

	(void)state;
	assert_true(epoch_parse(epoch, "00112233445566778899aabbccddeeff"));
	epoch_hex(hex, epoch);
	assert_string_equal(hex, "00112233445566778899aabbccddeeff");
	assert_false(epoch_parse(epoch, "00112233445566778899aabbccddeef"));
	assert_false(epoch_parse(epoch, "00112233445566778899AABBCCDDEEFF"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_documented),
		cmocka_unit_test(entry_is_read_as_written),
		cmocka_unit_test(page_is_read_as_written),
		cmocka_unit_test(page_refuses_what_it_is_not),
		cmocka_unit_test(page_holds_what_follows_and_no_more),
		cmocka_unit_test(bodies_are_read_as_written),
		cmocka_unit_test(claims_and_revocations),
		cmocka_unit_test(checkpoint_is_of_one_key),
		cmocka_unit_test(epoch_is_hexadecimal),
	};

	crypto_init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
