/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_TAKE_H
#define VERDICT_HUB_TAKE_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/hub/hub.h"
#include "verdict/proto/bundle_file.h"

/*
 * A bundle, or a copy of a console's journal, into the hub; and the answer that goes back on the same stick. Blocks;
 * not the writer's thread.
 */
struct hub_take {
	const char *back;	/* write the receipts here, in place of what is there; NULL: nowhere */
	bool no_pages;		/* receipts alone, without what the event has that the writer had not seen */
	bool (*tick)(uint64_t done, uint64_t total, void *data);	/* true: stop. NULL: none */
	void *data;
};
struct hub_taken {
	char event[257];	/* "" where nothing told it */
	char signer_name[257];	/* person whose key signed the trailer, "" where it holds not or the key is not known */
	char signer[KEY_ID];
	enum bundle_trailer trailer;
	enum bundle_seal seal;
	bool journal;		/* a copy of a journal, which has no trailer */
	uint64_t bytes, frames, told_frames, lost_bytes, lost, shut;
	uint64_t records, stored, duplicates, flagged, refused;
	uint64_t bad;		/* batches and pieces that are none, evidence that is not what its digest says */
	uint64_t evidence, evidence_known, evidence_other, evidence_cut;
	uint64_t receipts, entries, back_bytes;	/* of the answer; 0 bytes: none was written */
	bool receipts_cut;	/* more than fit; the changes tell the consoles the same */
};
/* Damage is told in `out` and is no error. STATUS_INVALID: no bundle; STATUS_NOT_FOUND: no such event here. */
enum status hub_take(struct hub_taken *out, struct hub *h, const char *path, const struct hub_take *how);

#endif
