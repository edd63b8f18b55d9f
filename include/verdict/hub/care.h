/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_CARE_H
#define VERDICT_HUB_CARE_H
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/hub/hub.h"

/* The operator's care for a hub: is it whole, keep a copy, begin again from one. All block; not the writer's thread. */

struct hub_verified {
	uint64_t events, entries, records, certificates, evidence, problems;
};
/*
 * Computes every root, rid and signature again, compares the feed with the index of it and with what is in memory,
 * checks the store's own files, and every body of evidence. The hub goes on serving. `tell` gets a sentence for each
 * problem. STATUS_CORRUPT where there is one.
 */
enum status hub_verify(struct hub_verified *out, struct hub *h,
	void (*tell)(const char *problem, void *data), void *data);

/*
 * All events at one moment, with the hub's key, codes and leases, in one file (mode 0600); not the bodies of
 * evidence and not the sessions. The hub answers nothing else meanwhile; reading goes on. The file is
 * there whole or not at all.
 */
enum status hub_backup(struct hub *h, const char *path);

struct hub_restored { uint64_t events, entries; };
/*
 * Into a store without events: the file is checked whole before anything is written. Every event gets a new
 * epoch, so that consoles offer again what the backup lacks, and fences begin higher than any that was granted.
 * STATUS_EXISTS: there are events; STATUS_INVALID, STATUS_CORRUPT: no whole backup; STATUS_NEWER.
 */
enum status hub_restore(struct hub_restored *out, const struct hub_options *o, const char *path);

#endif
