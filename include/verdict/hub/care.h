/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_CARE_H
#define VERDICT_HUB_CARE_H
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/hub/hub.h"

/* The operator's care for a hub: is it whole, keep a copy, begin again from one. All block; not the writer's thread. */

struct hub_verified {
	uint64_t events, entries, records, certificates, evidence, problems;
	uint64_t evidence_missing;	/* listed by an event, its bytes not here: no problem of the hub's */
};
/*
 * Computes every root, rid and signature again, compares the feed with the index of it and with what is in memory,
 * checks the store's own files, and every body of evidence. The hub goes on serving. `tell` gets a sentence for each
 * problem. STATUS_CORRUPT where there is one.
 */
enum status hub_verify(struct hub_verified *out, struct hub *h,
	void (*tell)(const char *problem, void *data), void *data);

/*
 * All events at one moment, also where other processes write, with the hub's key, codes and leases, in one file (mode
 * 0600); not the sessions. The hub answers nothing else meanwhile; reading goes on. The file is there whole or not at
 * all. With `evidence` it is whole only after hub_backup_evidence().
 */
enum status hub_backup(struct hub *h, const char *path, bool evidence);

struct hub_bodies { uint64_t count, bytes, damaged; };
/*
 * The bodies of evidence in the hub's folder `dir`, behind what hub_backup() wrote to `core`, into `path`, which is there
 * whole or not at all. Needs no hub, and keeps none from serving: bodies are never changed. One that is damaged is
 * counted and left out.
 */
enum status hub_backup_evidence(struct hub_bodies *out, const char *dir, const char *core, const char *path,
	const struct hub_progress *progress);

struct hub_restored {
	uint64_t events, entries;
	struct hub_bodies evidence;
};
/*
 * Into a store without events: the file is checked whole before anything is written. Every event gets a new
 * epoch, so that consoles offer again what the backup lacks, and fences begin higher than any that was granted.
 * Bodies of evidence go into the folder. STATUS_EXISTS: there are events; STATUS_INVALID, STATUS_CORRUPT: no whole
 * backup; STATUS_NEWER.
 */
enum status hub_restore(struct hub_restored *out, const struct hub_options *o, const char *path);

#endif
