/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_IMPORT_H
#define VERDICT_HUB_IMPORT_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/status.h"

struct hub;

/*
 * Take an event pack, a folder or an archive (verdict-pack(5)): makes the event, or appends what is
 * another now, in one transaction; the same pack again appends nothing. TIs that the pack lacks are withdrawn.
 * Evidence bodies are copied beside; one that the pack does not bring stays missing, but a link needs none. Blocks; any thread, one import
 * at a time (STATUS_BUSY). STATUS_INVALID, STATUS_LIMIT with file, line and place: nothing was changed.
 */
struct hub_import {
	/* Often; what it returns other than STATUS_OK ends the import. May be NULL. */
	enum status (*tick)(void *data, const char *what, uint64_t done, uint64_t total);
	void *data;
	bool dry;	/* only count what would change */
	/* Of a folder whose TIs are still being written: waits for more of them; STATUS_NOT_FOUND: that was all. */
	enum status (*more)(void *data);
};
struct hub_imported {
	char event[257];
	uint64_t instances, withdrawn, entries, evidence, evidence_missing, evidence_links, unknown_fields;
};
enum status hub_import(struct hub_imported *out, struct hub *h, const char *path, const struct hub_import *how);

#endif
