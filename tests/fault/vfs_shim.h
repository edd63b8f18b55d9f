/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One numbered sequence of disk operations: those of SQLite, through a VFS that wraps the system's, and those
 * of base/io, through its hook. The k-th can fail, run out of space, be cut short, or end the process; in
 * power mode SQLite's writes stay in memory until they are synced and a crash keeps a part of them.
 */
#ifndef TESTS_FAULT_VFS_SHIM_H
#define TESTS_FAULT_VFS_SHIM_H
#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
	FAULT_NONE,
	FAULT_KILL,	/* _exit() before the operation */
	FAULT_TORN,	/* the first part of the write, then _exit() */
	FAULT_POWER,	/* unsynced writes dropped, reordered, torn by `seed`, then _exit() */
	FAULT_EIO,	/* the operation fails */
	FAULT_SHORT,	/* half of the write, then EIO */
	FAULT_FULL,	/* writes fail with ENOSPC; others go on */
};

struct fault {
	enum fault_kind kind;
	uint64_t at;		/* number of the operation, from 1 */
	bool for_ever;		/* and all that follow, until fault_clear() */
	unsigned int seed;
};

#define FAULT_EXIT 77		/* of a process that was killed here */

void fault_install(void);	/* once, before the first store is opened */
void fault_set(const struct fault *f);	/* counts from 1 again */
void fault_clear(void);
bool fault_hit(void);		/* did it come to the k-th? */
/* In the process that was not killed: what a crash would leave of `path`, written by base/io. Shared with forks. */
uint64_t fault_synced_len(const char *path);

#endif
