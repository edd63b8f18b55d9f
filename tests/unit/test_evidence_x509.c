/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in PEM and DER as outlines, whole, cut at every byte and with every byte changed. */
#include <stdio.h>
#include <stdlib.h>
#include "outline_text.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

static void read_in(struct buf *out, const char *name)
{
	char path[1024];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/checks/%s", top ? top : ".", name);
	buf_init(out, 1 << 20);
	assert_ok(io_read_file(out, path, 1 << 20));
}

static void lines_of(struct buf *out, const char *p, size_t n)
{
	struct reader_info info;
	struct document *d;
	struct source src;

	source_mem(&src, p, n);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	document_info(&info, d);
	buf_printf(out, "%s\n", evidence_kind_name(info.kind));
	outline_lines(out, d);
	document_free(d);
}

static void has(struct buf *b, const char *line)
{
	if (!strstr(buf_str(b), line))
		fail_msg("no \"%s\" in\n%s", line, buf_str(b));
}

static void test_der(void **state)
{
	struct buf b, got;

	(void)state;
	read_in(&b, "good.der");
	buf_init(&got, 1 << 20);
	lines_of(&got, b.ptr, b.len);
	has(&got, "certificate\n");
	has(&got, "    issuer  3 items\n      C  KR\n      O  Hanbit HIE\n      CN  s01.ap-ips.example\n");
	has(&got, "    valid from  2026-01-01T00:00:00Z\n    valid to  2027-01-01T00:00:00Z\n");
	has(&got, "    key  RSA\n    key bits  2048\n");
	has(&got, "    authority  no\n");
	has(&got, "    alternative names  3 items\n      DNS  s01.ap-ips.example\n      IP  192.0.2.1\n      URI  urn:oid:1.2.3\n");
	has(&got, "    signature checked  no\n");
	buf_done(&got);
	buf_done(&b);
}

static void test_pem(void **state)
{
	struct buf b, got;

	(void)state;
	read_in(&b, "chain.pem");
	buf_init(&got, 1 << 20);
	lines_of(&got, b.ptr, b.len);
	has(&got, "SHA-256 with RSA");
	has(&got, "    key  EC\n    curve  P-256\n    key bits  256\n");
	buf_done(&got);
	buf_done(&b);
}

/* Read as a certificate whatever it is: never more than the bytes there are, and an outline each time. */
static void hostile(const char *p, size_t n)
{
	char *copy = mem_dup(p, n ? n : 1);	/* its end is the end of the memory */
	struct outline o;

	outline_init(&o);
	outline_text(&o, copy, n);
	parse_x509(&o, copy, n);
	assert_true(o.nodes.len > 0);
	assert_int_equal(o.stack.len, 0);
	outline_done(&o);
	mem_free(copy);
}

static void test_hostile(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	read_in(&b, "good.der");
	for (i = 0; i < b.len; i++)
		hostile(b.ptr, i);
	for (i = 0; i < b.len; i++) {
		b.ptr[i] = (char)(b.ptr[i] ^ 0x84);
		hostile(b.ptr, b.len);
		b.ptr[i] = (char)(b.ptr[i] ^ 0x84);
	}
	buf_done(&b);
	hostile("-----BEGIN CERTIFICATE-----", 27);
	hostile("-----BEGIN CERTIFICATE-----!-----END CERTIFICATE-----", 53);
	hostile("\x30\x84\xff\xff\xff\xff\x30\x80", 8);
	hostile("\x30\x80\0\0", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_der),
		cmocka_unit_test(test_pem),
		cmocka_unit_test(test_hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence certificates", tests, NULL, NULL);
}
