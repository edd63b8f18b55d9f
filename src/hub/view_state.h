/* SPDX-License-Identifier: Apache-2.0 */
/* An event at one moment, as places in its feed. Hub layer; any thread. */
#ifndef HUB_VIEW_STATE_H
#define HUB_VIEW_STATE_H
#include "verdict/base/arena.h"
#include "verdict/base/vec.h"
#include "verdict/hub/hub.h"
#include "verdict/proto/feed.h"

enum { VIEW_EVENT, VIEW_CATALOGUE, VIEW_ORGANISATIONS, VIEW_SYSTEMS, VIEW_PERSONS, VIEW_DOCS };	/* in order */

struct view_ti { const char *id, *claim_by; uint64_t seq; };	/* claim_by NULL: nobody */
struct view_record { const char *ti; uint64_t seq; unsigned int flags; };
struct view_moment {
	uint64_t size;		/* entries of the feed that count */
	uint64_t docs[VIEW_DOCS];	/* where they are, 0: not yet */
	VEC(struct view_ti) tis;	/* by id */
	VEC(struct view_record) records;	/* by TI, then as they came */
	struct arena a;
};
void view_moment_take(struct view_moment *m, struct hub_event *e);
void view_moment_done(struct view_moment *m);
/* One entry; its body lies in `raw` until the next call. */
enum status view_read(struct feed_entry *out, struct buf *raw, struct hub_event *e, uint64_t seq);

#endif
