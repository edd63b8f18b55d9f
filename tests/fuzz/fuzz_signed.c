/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a signed document; and, as a hub gone mad would, any JSON with a good signature as certificate
 * and as receipt. Layer: tests.
 */
#include "fuzz.h"

#include "verdict/proto/cert.h"
#include "verdict/proto/receipt.h"
#include "verdict/proto/signed.h"

static struct key *hub;

static void open_both(struct arena *a, const void *ptr, size_t len)
{
	struct certificate c;
	struct receipt r;

	if (certificate_open(&c, a, ptr, len, key_public(hub)) == STATUS_OK)
		FUZZ_HOLDS(c.roles && c.from < c.to && c.n_ties <= CERTIFICATE_TIES_MAX);
	if (receipt_open(&r, a, ptr, len, key_public(hub)) == STATUS_OK)
		FUZZ_HOLDS(r.n <= BATCH_RECORDS_MAX);
}

static void sign_and_open(struct arena *a, const char *type, const uint8_t *data, size_t size)
{
	struct buf b;

	buf_init(&b, 2 * SIGNED_PAYLOAD_MAX);
	signed_add(&b, hub, type, data, size);
	if (!b.err)
		open_both(a, b.ptr, b.len);
	buf_done(&b);
}

/* The key whose id the seeds name: doc/PROTOCOL.md, worked example. */
static void open_key(void)
{
	static const char hex[] = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
	struct digest public_key;
	struct buf b;

	crypto_init();
	buf_init(&b, 128);
	buf_add(&b, "VRDCTKY1\0\0\0\0", 12);
	if (digest_parse(&public_key, hex))
		buf_add(&b, public_key.b, sizeof(public_key.b));
	for (int i = 0; i < 32; i++)
		buf_addc(&b, (char)i);
	if (key_unseal(&hub, b.ptr, b.len, NULL))
		abort();
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;

	if (!hub)
		open_key();
	arena_init(&a);
	open_both(&a, data, size);
	sign_and_open(&a, CERTIFICATE_TYPE, data, size);
	sign_and_open(&a, RECEIPT_TYPE, data, size);
	arena_done(&a);
	return 0;
}
