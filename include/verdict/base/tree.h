/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_BASE_TREE_H
#define VERDICT_BASE_TREE_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/status.h"

/*
 * A folder of files for everybody to read that is replaced as a whole: the new one is written beside it, synced and
 * exchanged with it in one step, so whatever fails, one of the two stands there whole. One thread at a time a folder.
 */
struct tree;

/*
 * Begin to replace the folder `path`, which need not be there. One that is there must be empty or hold the file `mark`,
 * which every folder made here gets, so that nobody's files are lost: STATUS_DENIED. STATUS_BUSY: another process
 * replaces a folder beside it.
 */
enum status tree_begin(struct tree **out, const char *path, const char *mark);
/* `name`: parts of letters, digits and -_~. that do not begin with a dot, joined by "/". STATUS_INVALID. */
enum status tree_add(struct tree *t, const char *name, const void *ptr, size_t len);
bool tree_name_ok(const char *name);
/* Ends it in both cases; what was there before is removed last. STATUS_FULL among others: it still stands there. */
enum status tree_commit(struct tree *t);
void tree_abort(struct tree *t);	/* NULL is fine */

#endif
