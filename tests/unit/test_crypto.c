/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and signatures against published vectors, keys sealed and opened. Layer: tests. */
#include "test.h"

#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"

static int start(void **state)
{
	(void)state;
	crypto_init();
	return 0;
}

static void assert_hex(const struct digest *d, const char *want)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	assert_string_equal(hex, want);
}

static void test_sha256(void **state)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct digest d = sha256("abc", 3);
	struct sha256 c;

	(void)state;
	assert_hex(&d, abc);
	d = sha256(NULL, 0);
	assert_hex(&d, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_begin(&c);
	sha256_add(&c, "a", 1);
	sha256_add(&c, NULL, 0);
	sha256_add(&c, "bc", 2);
	d = sha256_end(&c);
	assert_hex(&d, abc);
}

/* Every length around the blocks, in pieces of every length; what is expected was made by another program. */
static void test_sha256_lengths(void **state)
{
	unsigned char text[300];
	struct sha256 c, all;
	struct digest d;
	char *many = mem_alloc(1000000);

	(void)state;
	sha256_begin(&all);
	for (size_t n = 0; n < sizeof(text); n++) {
		for (size_t i = 0; i < n; i++)
			text[i] = (unsigned char)(i * 7 + n);
		d = sha256(text, n);
		sha256_add(&all, d.b, sizeof(d.b));
		for (size_t step = 1; step <= 130; step += 43) {
			struct digest again;

			sha256_begin(&c);
			for (size_t at = 0; at < n; at += step)
				sha256_add(&c, text + at, n - at < step ? n - at : step);
			again = sha256_end(&c);
			assert_true(digest_equal(&again, &d));
		}
	}
	d = sha256_end(&all);
	assert_hex(&d, "d5238871a46ac4a1a75ac3fb19d645b0b3b9e5f35f5f720e2b240d605c6b694e");
	memset(many, 'a', 1000000);
	d = sha256(many, 1000000);
	assert_hex(&d, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	mem_free(many);
}

/* No flipped bit, no zero more or less, and no block in another place gives the same sum. */
static void test_quick_sum(void **state)
{
	const size_t sizes[] = { 1, 8, 1023, 1024, 1025, 16384, 16385, 40000 };
	unsigned char *p = mem_zalloc(41000);
	uint8_t k[QUICK_KEY];

	(void)state;
	random_bytes(k, sizeof(k));
	for (size_t i = 0; i < 41000; i++)
		p[i] = (unsigned char)(i * i >> 5);
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		size_t n = sizes[s];
		uint64_t sum = quick_sum(k, p, n);

		assert_true(sum == quick_sum(k, p, n));
		for (size_t at = 0; at < n; at += n / 50 + 1) {
			p[at] ^= (unsigned char)(1 << at % 8);
			assert_true(sum != quick_sum(k, p, n));
			p[at] ^= (unsigned char)(1 << at % 8);
		}
		assert_true(sum != quick_sum(k, p, n - 1));
		p[n] = 0;
		assert_true(sum != quick_sum(k, p, n + 1));
		p[n] = (unsigned char)(n * n >> 5);
	}
	mem_free(p);
}

static void test_rid(void **state)
{
	struct digest rid = record_rid("{}", 2), plain = sha256("verdict-rec-v1\0{}", 17);

	(void)state;
	assert_true(digest_equal(&rid, &plain));
}

/* RFC 8032 section 7.1, test 1: its seed and public key as a plain key file. */
static const unsigned char rfc_seed[32] = {
	0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
	0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
};
static const unsigned char rfc_public[32] = {
	0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
	0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
};

static struct key *rfc_key(void)
{
	struct key *k = NULL;
	struct buf b;

	buf_init(&b, 256);
	buf_add(&b, "VRDCTKY1\0\0\0\0", 12);
	buf_add(&b, rfc_public, 32);
	buf_add(&b, rfc_seed, 32);
	assert_ok(key_unseal(&k, b.ptr, b.len, NULL));
	buf_done(&b);
	return k;
}

static void test_key_of_a_seed(void **state)
{
	struct key *k = rfc_key();
	char id[KEY_ID];

	(void)state;
	assert_memory_equal(key_public(k), rfc_public, 32);
	key_id_of(id, rfc_public);
	assert_string_equal(id, key_id(k));
	assert_int_equal(strlen(id), KEY_ID - 1);
	key_free(k);
	key_free(NULL);
}

static void test_signature(void **state)
{
	struct key *k = rfc_key(), *other = NULL;
	uint8_t sig[KEY_SIGNATURE], again[KEY_SIGNATURE];
	char payload[] = "{\"v\":1}";

	(void)state;
	assert_ok(key_new(&other));
	key_sign(sig, k, "t", payload, 7);
	key_sign(again, k, "t", payload, 7);
	assert_memory_equal(sig, again, sizeof(sig));
	assert_true(signature_ok(rfc_public, sig, "t", payload, 7));
	assert_false(signature_ok(rfc_public, sig, "u", payload, 7));
	assert_false(signature_ok(rfc_public, sig, "t", payload, 6));
	assert_false(signature_ok(key_public(other), sig, "t", payload, 7));
	payload[3] ^= 1;
	assert_false(signature_ok(rfc_public, sig, "t", payload, 7));
	payload[3] ^= 1;
	for (size_t i = 0; i < sizeof(sig); i++) {
		sig[i] ^= 4;
		assert_false(signature_ok(rfc_public, sig, "t", payload, 7));
		sig[i] ^= 4;
	}
	key_free(k);
	key_free(other);
}

/* Type and payload cannot flow into each other: both lengths are signed. */
static void test_signature_binds_the_type(void **state)
{
	struct key *k = rfc_key();
	uint8_t sig[KEY_SIGNATURE];

	(void)state;
	key_sign(sig, k, "ab", "c", 1);
	assert_false(signature_ok(rfc_public, sig, "a", "bc", 2));
	assert_false(signature_ok(rfc_public, sig, "ab ", "c", 1));
	key_free(k);
}

static void seal_and_open(const char *passphrase, const char *wrong)
{
	struct key *k = NULL, *back = NULL;
	struct buf b;

	buf_init(&b, 1024);
	assert_ok(key_new(&k));
	key_seal(&b, k, passphrase);
	assert_int_equal(key_is_sealed(b.ptr, b.len), passphrase != NULL);
	if (passphrase) {
		assert_int_equal(key_unseal(&back, b.ptr, b.len, wrong), STATUS_DENIED);
		assert_int_equal(key_unseal(&back, b.ptr, b.len, NULL), STATUS_DENIED);
	}
	assert_null(back);
	assert_ok(key_unseal(&back, b.ptr, b.len, passphrase));
	assert_string_equal(key_id(back), key_id(k));
	key_free(back);
	key_free(k);
	buf_done(&b);
}

static void test_seal(void **state)
{
	(void)state;
	seal_and_open(NULL, NULL);
	seal_and_open("\xed\x95\x9c correct horse", "\xed\x95\x9c correct hors");
	seal_and_open("", "x");
}

/* No cut or changed key file opens, and none takes gigabytes on the way. */
static void test_damaged_key_files(void **state)
{
	struct key *k = NULL, *back = NULL;
	struct buf b;

	(void)state;
	buf_init(&b, 1024);
	assert_ok(key_new(&k));
	key_seal(&b, k, NULL);
	for (size_t len = 0; len < b.len; len++)
		assert_int_equal(key_unseal(&back, b.ptr, len, NULL), STATUS_INVALID);
	for (size_t i = 0; i < b.len; i++) {
		b.ptr[i] ^= 1;
		assert_int_equal(key_unseal(&back, b.ptr, b.len, NULL), STATUS_INVALID);
		b.ptr[i] ^= 1;
	}
	buf_reset(&b);
	key_seal(&b, k, "pw");
	memset(b.ptr + 44 + 4, 0xff, 4);	/* memory asked for */
	assert_int_equal(key_unseal(&back, b.ptr, b.len, "pw"), STATUS_INVALID);
	assert_null(back);
	key_free(k);
	buf_done(&b);
}

static void test_base64url(void **state)
{
	static const char *const want[] = { "", "-w", "-_8", "-_8A" };
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	for (size_t len = 0; len < 4; len++) {
		buf_reset(&b);
		base64url(&b, "\xfb\xff\x00", len);
		assert_string_equal(buf_str(&b), want[len]);
	}
	buf_done(&b);
}

/* Every byte in every place: 16 bytes have one spelling, of letters, digits, "-" and "_". */
static void test_base64url_one_spelling(void **state)
{
	static const char good[] = "AAECAwQFBgcICQoLDA0ODw";
	char text[sizeof(good)];
	unsigned char out[16], want[16];

	(void)state;
	assert_true(base64url_parse(want, sizeof(want), good, sizeof(good) - 1));
	for (size_t at = 0; at + 1 < sizeof(good); at++) {
		unsigned int taken = 0;

		for (int c = 0; c < 256; c++) {
			memcpy(text, good, sizeof(good));
			text[at] = (char)c;
			if (base64url_parse(out, sizeof(out), text, sizeof(good) - 1)) {
				taken++;
				assert_true(strchr("-_", c) || (c < 128 && strchr("0123456789", c)) || (c >= 'A' && c <= 'Z')
					|| (c >= 'a' && c <= 'z'));
				assert_true(c == good[at] || memcmp(out, want, sizeof(out)) != 0);
			}
		}
		assert_int_equal(taken, at + 2 < sizeof(good) ? 64 : 4);
	}
}

static void test_random(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(test_sha256, start),
	cmocka_unit_test_setup(test_sha256_lengths, start),
	cmocka_unit_test_setup(test_quick_sum, start),
	cmocka_unit_test_setup(test_rid, start),
	cmocka_unit_test_setup(test_key_of_a_seed, start),
	cmocka_unit_test_setup(test_signature, start),
	cmocka_unit_test_setup(test_signature_binds_the_type, start),
	cmocka_unit_test_setup(test_seal, start),
	cmocka_unit_test_setup(test_damaged_key_files, start),
	cmocka_unit_test_setup(test_base64url, start),
		cmocka_unit_test_setup(test_base64url_one_spelling, start),
	cmocka_unit_test_setup(test_random, start),
};
TEST_MAIN(tests)
