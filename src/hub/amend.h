/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIs that participants changed: what they gave is kept when the event's source is imported again. Hub layer.
 */
#ifndef HUB_AMEND_H
#define HUB_AMEND_H
#include "hub_priv.h"
#include "verdict/pack/pack.h"

/* Facts of a TI: its systems, an empty field, digests of its evidence; then of the line it was imported as. */
void amend_facts(struct buf *facts, const struct pack_instance *t, const struct digest *imported);
/* What amend_carry() made; `text` is the caller's, and what `t` says lives in it. */
struct amended { bool changed; char *text; };
/*
 * `line` is what an import says of the TI now, and `t` what `p` read there. What participants gave since the import
 * before goes on into it; where there was any, `t` is read again. Caller's thread.
 */
enum status amend_carry(struct amended *out, struct pack_instance *t, struct buf *line, struct pack *p, struct hub_event *e);

#endif
