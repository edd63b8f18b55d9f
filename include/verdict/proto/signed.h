/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_SIGNED_H
#define VERDICT_PROTO_SIGNED_H
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/crypto.h"

/*
 * A signed document that is no record: "VSD1", u32 payload length, payload, public key, signature over DSSE
 * PAE(type, payload) (doc/PROTOCOL.md, Signed documents). The type is not written: who reads it knows what it
 * asked for, and a signature under another type does not hold.
 */
#define SIGNED_PAYLOAD_MAX (256u << 10)
void signed_add(struct buf *out, const struct key *k, const char *type, const void *payload, size_t len);

/*
 * The payload, borrowed from ptr, once its signature holds. STATUS_INVALID for other bytes, STATUS_LIMIT,
 * STATUS_DENIED where the signature does not hold or is not by `signer` (NULL: whoever; then look at
 * out->public_key). Any thread.
 */
enum status signed_open(struct envelope *out, const char *type, const void *ptr, size_t len,
	const uint8_t *signer);

#endif
