/* SPDX-License-Identifier: Apache-2.0 */
/* What the fault tests share: a prepared store to copy, a child that works on the copy, and the rule after it. */
#ifndef TESTS_FAULT_COMMON_H
#define TESTS_FAULT_COMMON_H
#include <sys/types.h>
#include "tests/fault/vfs_shim.h"
#include "tests/unit/store_fixture.h"

#define FAULT_TI "1005"		/* partially verified: its verdict needs no reason for verified */
#define FAULT_BEFORE 3		/* comments saved before, on TI 1001 */

/* What the child did, as far as it was told so. Shared with the parent. */
struct told {
	bool draft;		/* store_draft_set() said OK */
	uint64_t saved;		/* n, where store_save() said OK */
	struct digest rid;
	enum status last;	/* what store_save() said */
	bool in_journal;	/* it said: not in the database, but in the journal */
	bool done;		/* it came to its end */
};
extern struct told *told;

/* Folder with a store: 40 TIs, joined as m1, FAULT_BEFORE comments. Yours: fixture_remove(). */
char *fault_template(void);
/* A new folder with the same files. */
char *fault_copy(const char *dir);
off_t fault_size(const char *dir, const char *name);	/* -1: absent */

/* Fork; run `work` on `dir` with `f` in force; the child's exit status as of waitpid(). */
int fault_run(const char *dir, const struct fault *f, void (*work)(const char *dir));
/* The usual work: open, draft, verdict on FAULT_TI, close. */
void fault_work(const char *dir);
/*
 * The rule: opens, is whole, all of before is there; what was reported saved is there exactly once, what was
 * not is absent or complete; the draft is there where that was reported and no verdict took its place; and
 * the next verdict can be saved. `before`: comments that must be there. Asserts.
 */
void fault_check(const char *dir, unsigned int before);
/* After a crash of power: what the journal's unsynced tail may have become. */
void fault_lose_tail(const char *dir, off_t synced, unsigned int seed);
/* Own records on the TI of that kind. */
unsigned int fault_records(struct store *st, const char *ti, enum record_kind kind);
/* Everything verifies and SQLite's own full check is content. Asserts. */
void fault_check_whole(struct store *st);

#endif
