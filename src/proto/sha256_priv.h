/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 by instructions of the processor. Layer: proto. */
#ifndef PROTO_SHA256_PRIV_H
#define PROTO_SHA256_PRIV_H
#include "verdict/proto/crypto.h"

bool sha256_fast(void);		/* they are there; the same answer each time, and the rest only after yes */
void sha256_fast_begin(struct sha256_ctx *c);
void sha256_fast_add(struct sha256_ctx *c, const void *ptr, size_t len);
struct digest sha256_fast_end(struct sha256_ctx *c);

#endif
