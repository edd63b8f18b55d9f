/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_DROP_SPOOL_H
#define VERDICT_APP_DROP_SPOOL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "verdict/base/status.h"

/*
 * The folder of the store in which bundles wait until the hub's answer to them was taken: NAME.new while it is
 * written, NAME.bundle until it lies in the drop, NAME.sent then, NAME.receipts as far as its answer is here. One thread.
 */
#define PARCEL_NAME 64		/* hexadecimal, made here by chance */
#define PARCELS_MAX 64		/* bundles without an answer */

struct parcel {
	char name[PARCEL_NAME + 1];
	struct timespec made;
	bool sent, answered, refused;
	uint64_t answer;	/* bytes of it that lie in the drop */
};
struct spool { const char *folder; struct parcel parcels[PARCELS_MAX]; size_t n; };

/*
 * What waits in `folder` (borrowed). True where a bundle was made and not sent: it goes on where it stopped, and the
 * newest holds all that the others do, which are forgotten. One that was never answered counts as not sent.
 */
bool spool_load(struct spool *s, const char *folder);
char *spool_path(const struct spool *s, const char *name, const char *suffix);	/* yours */
/* Where a new bundle is to be written; NULL: the folder cannot be made (status_message()). Yours. */
char *spool_begin(const struct spool *s);
void spool_keep(struct spool *s, const char *path);	/* it is written */
void spool_sent(struct spool *s, struct parcel *p);	/* it lies in the drop */
/* The drop lists a file: is it an answer to one of them? */
void spool_listed(struct spool *s, const char *name, uint64_t size);
/* The first that has an answer, or the first that is neither sent nor answered; NULL. */
struct parcel *spool_find(struct spool *s, bool answered);
void spool_forget(struct spool *s, struct parcel *p);
/* A bundle holds all that waits: its answer answers those that were left before it, wherever they are now. */
void spool_forget_older(struct spool *s, const struct timespec *made);

#endif
