/* SPDX-License-Identifier: Apache-2.0 */
/* What taking a bundle and answering it share. Hub layer; the thread that takes. */
#ifndef HUB_TAKE_PRIV_H
#define HUB_TAKE_PRIV_H
#include "evidence.h"
#include "verdict/hub/take.h"
#include "verdict/proto/gather.h"

#define TAKE_CALLS 8		/* batches under way: signatures are checked while the writer commits */
#define TAKE_RECEIPTS_MAX (16u << 20)
#define TAKE_WRITERS_MAX 1000
#define TAKE_CUT_MAX 1000	/* items that are not whole; what is kept of each costs a sync */

struct take_call { struct hub_call call; struct buf batch; struct taking *t; bool busy, done; };

struct taking {
	struct hub *h;
	struct hub_event *e;	/* NULL until something told which */
	struct bundle_reader *r;
	const struct hub_take *how;
	struct hub_taken *out;
	struct take_call calls[TAKE_CALLS];
	struct lock lock; struct wakeup wake;	/* of `done` */
	enum status failed;
	struct buf receipts;	/* u32 length, document, and so on */
	struct map *writers;	/* key ids of whoever wrote something in it */
	/* the item whose pieces come now */
	struct digest item; bool has_item;
	struct gather *body;	/* NULL: it is not wanted */
	uint64_t unpacked;
};

enum status take_back(struct taking *t);

#endif
