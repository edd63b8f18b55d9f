/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worked example of doc/PROTOCOL.md, made again from nothing: a key, one verdict, its rid, its signature,
 * a batch and a bundle. With an argument it prints what the document must hold. Layer: tests.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle.h"
#include "verdict/proto/payload.h"

#define PUBLIC_KEY "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"

static void add_hex(struct buf *out, const char *name, const void *ptr, size_t len)
{
	const unsigned char *p = ptr;

	if (name)
		buf_printf(out, "%s\n", name);
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%s%02x%s", i % 16 ? " " : "    ", p[i],
			i % 16 == 15 || i + 1 == len ? "\n" : "");
}

/* The key whose seed is the bytes 00 to 1f. */
static struct key *example_key(void)
{
	struct digest public_key;
	struct key *k = NULL;
	struct buf b;

	assert_true(digest_parse(&public_key, PUBLIC_KEY));
	buf_init(&b, 128);
	buf_add(&b, "VRDCTKY1\0\0\0\0", 12);
	buf_add(&b, public_key.b, 32);
	for (int i = 0; i < 32; i++)
		buf_addc(&b, (char)i);
	assert_ok(key_unseal(&k, b.ptr, b.len, NULL));
	buf_done(&b);
	return k;
}

static void example_payload(struct buf *out, const struct key *k)
{
	struct record_step step = { 1, MARK_VERIFIED };
	struct record_looked looked = { sha256("abc", 3), "bundle.json", 3 };
	struct record rec = { .kind = RECORD_VERDICT, .event = "ap-ips-2026", .replica = key_id(k), .n = 1,
		.who = "mon-017", .at = INT64_C(1795325587123), .hlc = UINT64_C(1795325587123) << 16,
		.tz_min = 540, .ti = "81198", .outcome = OUTCOME_VERIFIED, .seen_status = TI_CRITICAL,
		.revision = 3, .steps = &step, .n_steps = 1, .looked = &looked, .n_looked = 1 };

	assert_ok(payload_format(out, &rec));
}

static void example(struct buf *out)
{
	static const char head[] = "{\"v\":1}";
	struct key *k = example_key();
	struct buf payload, batch, bundle;
	uint8_t sig[KEY_SIGNATURE];
	struct digest rid;
	char hex[DIGEST_HEX];

	buf_init(&payload, RECORD_PAYLOAD_MAX);
	buf_init(&batch, BATCH_BYTES_MAX);
	buf_init(&bundle, BATCH_BYTES_MAX);
	example_payload(&payload, k);
	key_sign(sig, k, RECORD_TYPE, payload.ptr, payload.len);
	batch_begin(&batch);
	batch_add(&batch, &(struct envelope){ payload.ptr, payload.len, key_public(k), sig });
	buf_add(&bundle, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
	frame_add(&bundle, 'H', head, sizeof(head) - 1);
	frame_add(&bundle, 'B', batch.ptr, batch.len);
	rid = record_rid(payload.ptr, payload.len);
	digest_hex(hex, &rid);
	buf_printf(out, "key id\n    %s\npayload, %zu bytes\n    %s\nrid\n    %s\n", key_id(k), payload.len,
		buf_str(&payload), hex);
	add_hex(out, "signature", sig, sizeof(sig));
	buf_printf(out, "batch, %zu bytes, of which the first 16\n", batch.len);
	add_hex(out, NULL, batch.ptr, 16);
	buf_printf(out, "bundle, %zu bytes, of which the first 48\n", bundle.len);
	add_hex(out, NULL, bundle.ptr, 48);
	rid = sha256(bundle.ptr, bundle.len);
	digest_hex(hex, &rid);
	buf_printf(out, "SHA-256 of the bundle\n    %s\n", hex);
	buf_done(&payload);
	buf_done(&batch);
	buf_done(&bundle);
	key_free(k);
}

static void test_worked_example(void **state)
{
	const char *src = getenv("srcdir");
	char *path = mem_printf("%s/doc/PROTOCOL.md", src ? src : ".");
	struct buf want, doc;

	(void)state;
	buf_init(&want, 65536);
	buf_init(&doc, 1 << 20);
	example(&want);
	assert_ok(io_read_file(&doc, path, 1 << 20));
	if (!strstr(buf_str(&doc), buf_str(&want)))
		fail_msg("%s does not hold:\n%s", path, buf_str(&want));
	buf_done(&want);
	buf_done(&doc);
	mem_free(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_worked_example),
};

int main(int argc, char **argv)
{
	struct buf b;

	(void)argv;
	crypto_init();
	if (argc > 1) {
		buf_init(&b, 65536);
		example(&b);
		fputs(buf_str(&b), stdout);
		buf_done(&b);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL);
}
