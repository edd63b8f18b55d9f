/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_BATCH_H
#define VERDICT_PROTO_BATCH_H
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/proto/crypto.h"

/* One record on the wire and on disk: payload bytes, public key, signature. Borrowed from the batch's bytes. */
struct envelope {
	const char *payload; size_t len;
	const uint8_t *public_key;	/* KEY_PUBLIC */
	const uint8_t *signature;	/* KEY_SIGNATURE */
};

/*
 * A batch: "VBT1", u32 count, then per record u32 payload length, payload, key, signature; little endian
 * (doc/PROTOCOL.md, Batch). The same bytes travel over HTTPS, SSH, SFTP and in bundles and the journal.
 */
#define BATCH_RECORDS_MAX 200
#define BATCH_BYTES_MAX (4u << 20)
void batch_begin(struct buf *out);	/* `out` is emptied: it holds one batch and nothing else */
/* Patches the count. Over a ceiling out->err becomes STATUS_LIMIT. */
void batch_add(struct buf *out, const struct envelope *e);

struct batch_reader { const char *at, *end; uint32_t left; };
enum status batch_open(struct batch_reader *r, const void *ptr, size_t len);
/* STATUS_OK, STATUS_NOT_FOUND at the end (no trailing bytes), STATUS_INVALID, STATUS_LIMIT. */
enum status batch_next(struct envelope *out, struct batch_reader *r);
/* Signature and rid; false where the signature does not hold. */
bool envelope_ok(struct digest *rid_out, const struct envelope *e);

#endif
