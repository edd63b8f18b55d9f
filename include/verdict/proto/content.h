/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_CONTENT_H
#define VERDICT_PROTO_CONTENT_H
#include <stdbool.h>
#include "verdict/model/digest.h"

/* The header Content-Digest (RFC 9530): "sha-256=:BASE64:". Any thread. */

#define CONTENT_DIGEST 64
void content_digest_format(char out[CONTENT_DIGEST], const struct digest *d);
/* The first SHA-256 among the digests it lists; false where there is none, or not in its one spelling. */
bool content_digest_parse(struct digest *out, const char *text);

#endif
