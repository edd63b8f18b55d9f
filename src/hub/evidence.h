/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence below a hub's folder, for import, verification and backups. Hub layer; any thread. */
#ifndef HUB_EVIDENCE_H
#define HUB_EVIDENCE_H
#include "hub_priv.h"
#include "verdict/hub/care.h"

char *body_path(const char *dir, const struct digest *d);
char *body_kept(const char *dir, const struct digest *d);	/* pieces of it that bundles brought (proto/gather) */
enum status body_open(int *fd_out, uint64_t *size_out, const char *dir, const struct digest *d); /* STATUS_NOT_FOUND */
bool body_here(const char *dir, const struct digest *d, uint64_t size);
/* Copy `from` into its place. STATUS_CONFLICT, without a message, where its bytes have another digest. */
enum status body_take(const char *dir, const struct digest *want, int from);

/* The same piece by piece. body_end() is due also after a failure, which it gets, and returns it or STATUS_CONFLICT. */
struct body { char *path, *part, *kept; int fd; struct digest want; struct sha256 sum; };
enum status body_begin(struct body *b, const char *dir, const struct digest *want);
enum status body_add(struct body *b, const void *ptr, size_t len);
enum status body_end(struct body *b, enum status st);

/* All of them, after their sizes were added up; `digest` is NULL for a file that no digest names. */
struct bodies_each {
	const char *dir;
	enum status (*body)(struct bodies_each *e, const struct digest *digest, const char *name);
	void *data;
	const struct hub_progress *progress;	/* NULL: nobody looks */
	uint64_t bytes, total;
};
enum status bodies_each(struct bodies_each *e);
void bodies_tick(struct bodies_each *e, uint64_t more);
/* STATUS_NOT_FOUND, STATUS_CORRUPT. `each` (may be NULL) counts its bytes. */
enum status body_check(const char *dir, const struct digest *want, struct bodies_each *each);
/* Do the event's TIs name it? */
bool evidence_listed(struct hub_event *e, const struct digest *d);

#endif
