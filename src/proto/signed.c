/* SPDX-License-Identifier: Apache-2.0 */
/* Signed documents that are no records: certificates, receipts. Layer: proto. Any thread. */
#include "verdict/proto/signed.h"

#include <string.h>

#define SIGNED_MAGIC "VSD1"
#define SIGNED_HEAD 8
#define SIGNED_TAIL (KEY_PUBLIC + KEY_SIGNATURE)

void signed_add(struct buf *out, const struct key *k, const char *type, const void *payload, size_t len)
{
	uint8_t sig[KEY_SIGNATURE];

	if (len > SIGNED_PAYLOAD_MAX) {
		out->err = STATUS_LIMIT;
		return;
	}
	key_sign(sig, k, type, payload, len);
	buf_add(out, SIGNED_MAGIC, 4);
	buf_u32(out, (unsigned int)len);
	buf_add(out, payload, len);
	buf_add(out, key_public(k), KEY_PUBLIC);
	buf_add(out, sig, sizeof(sig));
}

enum status signed_open(struct envelope *out, const char *type, const void *ptr, size_t len,
	const uint8_t *signer)
{
	const unsigned char *p = ptr;
	struct envelope e;

	if (len < SIGNED_HEAD || memcmp(p, SIGNED_MAGIC, 4) != 0)
		return status_set(STATUS_INVALID, "signed document: does not begin with " SIGNED_MAGIC);
	e.len = p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 | (size_t)p[7] << 24;
	if (e.len > SIGNED_PAYLOAD_MAX)
		return status_set(STATUS_LIMIT, "signed document: %zu bytes, more than %u", e.len,
			SIGNED_PAYLOAD_MAX);
	if (len != SIGNED_HEAD + e.len + SIGNED_TAIL)
		return status_set(STATUS_INVALID, "signed document: %zu bytes where its head says %zu", len,
			SIGNED_HEAD + e.len + SIGNED_TAIL);
	e.payload = (const char *)p + SIGNED_HEAD;
	e.public_key = p + SIGNED_HEAD + e.len;
	e.signature = e.public_key + KEY_PUBLIC;
	if (signer && memcmp(signer, e.public_key, KEY_PUBLIC) != 0)
		return status_set(STATUS_DENIED, "signed document: signed by another key");
	if (!signature_ok(e.public_key, e.signature, type, e.payload, e.len))
		return status_set(STATUS_DENIED, "signed document: its signature does not hold");
	*out = e;
	return STATUS_OK;
}
