/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence, for import and verification. Hub layer. */
#ifndef HUB_EVIDENCE_H
#define HUB_EVIDENCE_H
#include "hub_priv.h"

/* Copy `from` into its place. STATUS_CONFLICT, without a message, where its bytes have another digest. */
enum status evidence_take(struct hub *h, const struct digest *want, int from);
bool evidence_here(struct hub *h, const struct digest *d, uint64_t size);
/* STATUS_NOT_FOUND, STATUS_CORRUPT. */
enum status evidence_check(struct hub *h, const struct digest *want);

#endif
