/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as enrolment code, as a request for enrolment or session, and, with a good signature,
 * as the JSON inside; as what a join file tells, and as the proof in a record. A code that is taken is written back as one that is taken and means the same.
 * Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include "verdict/proto/enrol.h"
#include "verdict/proto/join.h"
#include "verdict/proto/signed.h"
#include "verdict/proto/url.h"

static void code(struct arena *a, const char *text)
{
	struct enrol_code c, d;
	struct buf b;

	if (enrol_code_parse(&c, a, text))
		return;
	FUZZ_HOLDS(url_host_ok(c.host) && c.port > 0 && c.port < 65536 && *c.event);
	FUZZ_HOLDS(c.has_pin || url_host_is_loopback(c.host));
	buf_init(&b, 8192);
	enrol_code_format(&b, &c);
	FUZZ_HOLDS(!b.err && enrol_code_parse(&d, a, buf_str(&b)) == STATUS_OK);
	FUZZ_HOLDS(strcmp(c.event, d.event) == 0 && strcmp(c.secret, d.secret) == 0 &&
		c.has_pin == d.has_pin);
	FUZZ_HOLDS(strcmp(c.host, d.host) == 0 && memcmp(c.pin, d.pin, sizeof(c.pin)) == 0);
	buf_done(&b);
}

static void join(struct arena *a, const void *ptr, size_t len)
{
	struct join_file f, g;
	struct join_proof p;
	char text[JOIN_TEXT];
	struct buf b;

	if (join_proof_parse(&p, arena_strn(a, ptr, strnlen(ptr, len)))) {
		join_proof_format(text, &p);
		FUZZ_HOLDS(strlen(text) == strnlen(ptr, len) && memcmp(text, ptr, strlen(text)) == 0);
	}
	if (join_file_parse(&f, a, ptr, len) != STATUS_OK)
		return;
	FUZZ_HOLDS(*f.event && *f.person && f.code);
	buf_init(&b, 8 * JOIN_MAX);
	join_file_format(&b, &f);
	FUZZ_HOLDS(!b.err && (b.len > JOIN_MAX || join_file_parse(&g, a, b.ptr, b.len) == STATUS_OK));
	FUZZ_HOLDS(b.len > JOIN_MAX || (strcmp(f.code, g.code) == 0 && memcmp(f.hub, g.hub, sizeof(f.hub)) == 0));
	buf_done(&b);
}

static void open_both(struct arena *a, const void *ptr, size_t len)
{
	struct enrol_request e;
	struct session_proof p;

	if (enrol_open(&e, a, ptr, len) == STATUS_OK)
		FUZZ_HOLDS(*e.event && strlen(e.secret) == ENROL_SECRET - 1 &&
			strlen(e.device) <= ENROL_DEVICE_MAX);
	if (session_open(&p, a, ptr, len) == STATUS_OK)
		FUZZ_HOLDS(*p.event && strlen(p.nonce) <= SESSION_NONCE_MAX);
}

static void sign_and_open(
	struct arena *a, const struct key *k, const char *type, const uint8_t *data, size_t size)
{
	struct buf b;

	buf_init(&b, 2 * SIGNED_PAYLOAD_MAX);
	signed_add(&b, k, type, data, size);
	if (!b.err)
		open_both(a, b.ptr, b.len);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key *k;
	struct arena a;

	crypto_init();
	if (!k && key_new(&k))
		abort();
	arena_init(&a);
	code(&a, arena_strn(&a, (const char *)data, strnlen((const char *)data, size)));
	open_both(&a, data, size);
	if (size)
		join(&a, data, size);
	sign_and_open(&a, k, ENROL_TYPE, data, size);
	sign_and_open(&a, k, SESSION_TYPE, data, size);
	arena_done(&a);
	return 0;
}
