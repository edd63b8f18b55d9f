/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and receipts: there and back, every signed byte, and what is refused. Layer: tests. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/mem.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/receipt.h"
#include "verdict/proto/signed.h"

struct fixture {
	struct key *hub, *replica;
	struct arena a;
	struct buf b;
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	crypto_init();
	arena_init(&f->a);
	buf_init(&f->b, 1 << 20);
	*state = f;
	return key_new(&f->hub) || key_new(&f->replica);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	key_free(f->hub);
	key_free(f->replica);
	arena_done(&f->a);
	buf_done(&f->b);
	test_free(f);
	return 0;
}

static struct certificate_tie ties[] = {
	{ "sakura", "2020-01-01", NULL }, { "hanbit", NULL, "2024-12-31" }, { "alpine", NULL, NULL },
};

static void sign_certificate(struct fixture *f)
{
	struct certificate c = { .event = "ap-ips-2026", .who = "mon-017", .name = "\xed\x95\x9c Ann",
		.roles = ROLE_MONITOR | ROLE_LEAD, .ties = ties, .n_ties = 3,
		.from = INT64_C(1790000000000), .to = INT64_C(1790900000000) };

	memcpy(c.key, key_public(f->replica), KEY_PUBLIC);
	buf_reset(&f->b);
	assert_ok(certificate_sign(&f->b, &c, f->hub));
}

static void test_certificate(void **state)
{
	struct fixture *f = *state;
	struct certificate c;

	sign_certificate(f);
	assert_ok(certificate_open(&c, &f->a, f->b.ptr, f->b.len, key_public(f->hub)));
	assert_string_equal(c.event, "ap-ips-2026");
	assert_string_equal(c.hub, key_id(f->hub));
	assert_string_equal(c.replica, key_id(f->replica));
	assert_memory_equal(c.key, key_public(f->replica), KEY_PUBLIC);
	assert_string_equal(c.who, "mon-017");
	assert_string_equal(c.name, "\xed\x95\x9c Ann");
	assert_int_equal(c.roles, ROLE_MONITOR | ROLE_LEAD);
	assert_int_equal(c.n_ties, 3);
	assert_string_equal(c.ties[0].from, "2020-01-01");
	assert_null(c.ties[0].to);
	assert_string_equal(c.ties[1].to, "2024-12-31");
	assert_string_equal(c.ties[2].organisation, "alpine");
	assert_true(c.from == INT64_C(1790000000000) && c.to == INT64_C(1790900000000));
}

static void test_certificate_holds(void **state)
{
	struct fixture *f = *state;
	struct certificate c;
	int64_t from = INT64_C(1790000000000), to = INT64_C(1790900000000);
	const char *rep = key_id(f->replica);

	sign_certificate(f);
	assert_ok(certificate_open(&c, &f->a, f->b.ptr, f->b.len, key_public(f->hub)));
	assert_ok(certificate_holds(&c, "ap-ips-2026", rep, "mon-017", from));
	assert_ok(certificate_holds(&c, "ap-ips-2026", rep, "mon-017", to - 1));
	assert_int_equal(certificate_holds(&c, "ap-ips-2026", rep, "mon-017", to), STATUS_DENIED);
	assert_int_equal(certificate_holds(&c, "ap-ips-2026", rep, "mon-017", from - 1), STATUS_DENIED);
	assert_int_equal(certificate_holds(&c, "eu-2027", rep, "mon-017", from), STATUS_DENIED);
	assert_int_equal(certificate_holds(&c, "ap-ips-2026", rep, "mon-018", from), STATUS_DENIED);
	assert_int_equal(certificate_holds(&c, "ap-ips-2026", c.hub, "mon-017", from), STATUS_DENIED);
}

static void test_every_byte_is_signed(void **state)
{
	struct fixture *f = *state;
	struct certificate c;

	sign_certificate(f);
	for (size_t i = 0; i < f->b.len; i++) {
		f->b.ptr[i] ^= 1;
		assert_int_not_equal(certificate_open(&c, &f->a, f->b.ptr, f->b.len, key_public(f->hub)),
			STATUS_OK);
		f->b.ptr[i] ^= 1;
	}
	for (size_t len = 0; len < f->b.len; len++)
		assert_int_equal(certificate_open(&c, &f->a, f->b.ptr, len, key_public(f->hub)), STATUS_INVALID);
	assert_int_equal(certificate_open(&c, &f->a, f->b.ptr, f->b.len, key_public(f->replica)), STATUS_DENIED);
}

/* What a hub's key signed as one thing cannot be shown as another. */
static void test_types_do_not_mix(void **state)
{
	struct fixture *f = *state;
	struct receipt r;
	struct envelope e;

	sign_certificate(f);
	assert_int_equal(receipt_open(&r, &f->a, f->b.ptr, f->b.len, key_public(f->hub)), STATUS_DENIED);
	assert_int_equal(signed_open(&e, RECORD_TYPE, f->b.ptr, f->b.len, NULL), STATUS_DENIED);
	assert_ok(signed_open(&e, CERTIFICATE_TYPE, f->b.ptr, f->b.len, NULL));
	assert_memory_equal(e.public_key, key_public(f->hub), KEY_PUBLIC);
}

static enum status open_changed(struct fixture *f, const char *type, const char *json, const char *from,
	const char *to, enum status (*open)(struct fixture *f))
{
	const char *at = strstr(json, from);
	char *text;

	if (!at)
		fail_msg("%s is not in %s", from, json);
	text = mem_printf("%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
	buf_reset(&f->b);
	signed_add(&f->b, f->hub, type, text, strlen(text));
	mem_free(text);
	status_clear();
	return open(f);
}

static enum status open_certificate(struct fixture *f)
{
	struct certificate c;

	return certificate_open(&c, &f->a, f->b.ptr, f->b.len, key_public(f->hub));
}

static enum status open_receipt(struct fixture *f)
{
	struct receipt r;

	return receipt_open(&r, &f->a, f->b.ptr, f->b.len, key_public(f->hub));
}

struct fault { const char *from, *to; enum status st; const char *says; };

static void try_faults(struct fixture *f, const char *type, const struct fault *faults, size_t n,
	enum status (*open)(struct fixture *f))
{
	struct envelope e;
	char *json;

	assert_ok(signed_open(&e, type, f->b.ptr, f->b.len, NULL));
	json = mem_strndup(e.payload, e.len);
	for (size_t i = 0; i < n; i++) {
		enum status st = open_changed(f, type, json, faults[i].from, faults[i].to, open);

		if (st != faults[i].st || (st && !strstr(status_message(), faults[i].says)))
			fail_msg("%s: %s, \"%s\"", faults[i].to, status_name(st), status_message());
	}
	mem_free(json);
}

static void test_certificate_faults(void **state)
{
	static const struct fault faults[] = {
		{ "\"v\":1", "\"v\":1,\"later\":{\"x\":[]}", STATUS_OK, "" },
		{ "\"v\":1", "\"v\":2", STATUS_NEWER, "newer" },
		{ "\"v\":1,", "", STATUS_INVALID, "v: is missing" },
		{ "\"hub\":\"", "\"hub\":\"x", STATUS_INVALID, "hub" },
		{ "\"key\":\"", "\"key\":\"0", STATUS_LIMIT, "key" },
		{ "[\"monitor\",\"lead\"]", "[]", STATUS_INVALID, "roles" },
		{ "[\"monitor\",\"lead\"]", "[\"root\"]", STATUS_INVALID, "roles" },
		{ "[\"monitor\",\"lead\"]", "[7]", STATUS_INVALID, "roles" },
		{ "[\"monitor\",\"lead\"]", "\"monitor\"", STATUS_INVALID, "roles" },
		{ "{\"id\":\"hanbit\"", "{\"id\":\"\"", STATUS_INVALID, "organisations[1].id" },
		{ "2020-01-01", "2020-1-1", STATUS_INVALID, "organisations[0].from" },
		{ "2024-12-31", "2024-12-32", STATUS_INVALID, "organisations[1].to" },
		{ "\"to\":\"2026-10-02", "\"to\":\"2016-10-02", STATUS_INVALID, "to" },
		{ "\"who\":\"mon-017\",", "", STATUS_INVALID, "who" },
	};
	struct fixture *f = *state;

	sign_certificate(f);
	try_faults(f, CERTIFICATE_TYPE, faults, sizeof(faults) / sizeof(faults[0]), open_certificate);
}

static struct receipt_entry entries[] = {
	{ .rid = { { 1 } }, .answer = ANSWER_STORED, .seq = 41 },
	{ .rid = { { 2 } }, .answer = ANSWER_FLAGGED, .seq = 42, .flags = FLAG_LATE | FLAG_CLOCK },
	{ .rid = { { 3 } }, .answer = ANSWER_DUPLICATE, .seq = 7 },
	{ .rid = { { 4 } }, .answer = ANSWER_REFUSED, .why = "its signature does not hold" },
};

static void sign_receipt(struct fixture *f)
{
	struct receipt r = { .event = "ap-ips-2026", .epoch = { 0xab, 1, 2, [15] = 0xef }, .size = 42,
		.at = INT64_C(1790000000123), .entries = entries, .n = 4 };

	buf_reset(&f->b);
	assert_ok(receipt_sign(&f->b, &r, f->hub));
}

static void test_receipt(void **state)
{
	const struct digest nobody = { { 9 } };
	struct fixture *f = *state;
	struct receipt r;

	sign_receipt(f);
	assert_ok(receipt_open(&r, &f->a, f->b.ptr, f->b.len, key_public(f->hub)));
	assert_string_equal(r.event, "ap-ips-2026");
	assert_string_equal(r.hub, key_id(f->hub));
	assert_int_equal(r.epoch[0], 0xab);
	assert_int_equal(r.epoch[15], 0xef);
	assert_int_equal(r.size, 42);
	assert_true(r.at == INT64_C(1790000000123));
	assert_int_equal(r.n, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct receipt_entry *e = receipt_find(&r, &entries[i].rid);

		assert_ptr_equal(e, &r.entries[i]);
		assert_int_equal(e->answer, entries[i].answer);
		assert_int_equal(e->seq, entries[i].seq);
		assert_int_equal(e->flags, entries[i].flags);
	}
	assert_string_equal(r.entries[3].why, "its signature does not hold");
	assert_null(receipt_find(&r, &nobody));
}

static void test_receipt_faults(void **state)
{
	static const struct fault faults[] = {
		{ "\"v\":1", "\"v\":2", STATUS_NEWER, "newer" },
		{ "\"epoch\":\"ab", "\"epoch\":\"b", STATUS_INVALID, "epoch" },
		{ "\"epoch\":\"ab", "\"epoch\":\"AB", STATUS_INVALID, "epoch" },
		{ "\"size\":42", "\"size\":41", STATUS_INVALID, "seq" },
		{ "\"size\":42", "\"size\":-1", STATUS_INVALID, "size" },
		{ "\"res\":[", "\"x\":[", STATUS_INVALID, "res: is missing" },
		{ "\"st\":\"stored\"", "\"st\":\"kept\"", STATUS_INVALID, "res[0].st" },
		{ "\"st\":\"stored\"", "\"st\":\"flagged\"", STATUS_INVALID, "res[0].flags" },
		{ "\"flags\":[\"late\",\"clock\"]", "\"flags\":[\"haste\"]", STATUS_OK, "" },
		{ "\"flags\":[\"late\",\"clock\"]", "\"flags\":[1]", STATUS_INVALID, "res[1].flags" },
		{ "\"seq\":7", "\"seq\":0", STATUS_INVALID, "res[2].seq" },
		{ ",\"why\":\"its signature does not hold\"", "", STATUS_INVALID, "res[3].why" },
	};
	struct fixture *f = *state;

	sign_receipt(f);
	try_faults(f, RECEIPT_TYPE, faults, sizeof(faults) / sizeof(faults[0]), open_receipt);
}

static void test_receipt_of_a_full_batch(void **state)
{
	static struct receipt_entry many[BATCH_RECORDS_MAX + 1];
	static char why[RECEIPT_WHY_MAX + 1];
	struct receipt r = { .event = "e", .entries = many, .n = BATCH_RECORDS_MAX }, got;
	struct fixture *f = *state;

	memset(why, 'x', RECEIPT_WHY_MAX);
	for (size_t i = 0; i < r.n; i++)
		many[i] = (struct receipt_entry){ .answer = ANSWER_REFUSED, .why = why };
	assert_ok(receipt_sign(&f->b, &r, f->hub));
	assert_ok(receipt_open(&got, &f->a, f->b.ptr, f->b.len, key_public(f->hub)));
	assert_int_equal(got.n, BATCH_RECORDS_MAX);
	r.n++;
	assert_int_equal(receipt_sign(&f->b, &r, f->hub), STATUS_LIMIT);
}

static void test_words(void **state)
{
	(void)state;
	for (int a = ANSWER_STORED; a <= ANSWER_REFUSED; a++)
		assert_int_equal(receipt_answer_parse(receipt_answer_name(a)), a);
	for (int flag = 1; flag <= FLAG_ROLE; flag <<= 1)
		assert_int_equal(receipt_flag_parse(receipt_flag_name(flag)), flag);
	assert_int_equal(receipt_answer_parse("Stored"), -1);
	assert_int_equal(receipt_flag_parse(""), -1);
	assert_string_equal(receipt_flag_name(3), "?");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(test_certificate),
	CASE(test_certificate_holds),
	CASE(test_every_byte_is_signed),
	CASE(test_types_do_not_mix),
	CASE(test_certificate_faults),
	CASE(test_receipt),
	CASE(test_receipt_faults),
	CASE(test_receipt_of_a_full_batch),
	CASE(test_words),
};
TEST_MAIN(tests)
