/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_IMPORT_H
#define VERDICT_STORE_IMPORT_H
#include "verdict/store/store.h"

struct import_progress { const char *what; uint64_t done, total; };	/* total 0: unknown */
struct import_report {
	uint64_t instances, steps, evidence, evidence_here, tests, systems, organisations, persons;
	uint64_t unknown_fields;	/* kept out, counted */
	uint64_t bytes;
};
/*
 * Import an event pack, a directory or a .tar.zst of it (verdict-pack(5)), into the store: all of it in one
 * transaction or nothing. Errors name file, line and place. STATUS_INVALID, STATUS_LIMIT, STATUS_EXISTS
 * (another event is here). The same event again updates reference data and never touches records.
 * `tick` (may be NULL) is called about ten times a second; returning true cancels (STATUS_CANCELLED).
 */
enum status store_import_pack(struct import_report *out, struct store *st, const char *path,
	bool (*tick)(const struct import_progress *p, void *data), void *data);

#endif
