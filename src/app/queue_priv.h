/* SPDX-License-Identifier: Apache-2.0 */
#ifndef QUEUE_PRIV_H
#define QUEUE_PRIV_H
#include "verdict/app/app.h"
#include "verdict/app/queue.h"
#include "verdict/base/vec.h"

/* Rows of one request, and a hash from key to the newest row of that key. queue_cache.c */
#define CACHE_BATCHES 24
struct cache_batch { struct arena arena; struct queue_row *rows; size_t n; bool stale; };
struct row_cache {
	struct cache_batch batch[CACHE_BATCHES];
	size_t next;
	struct { const struct queue_row *row; bool stale; } *slot;
	size_t slots;
};
void cache_init(struct row_cache *c);
void cache_done(struct row_cache *c);
/* Takes the arena. */
void cache_add(struct row_cache *c, struct arena *arena, struct queue_row *rows, size_t n);
const struct queue_row *cache_get(const struct row_cache *c, int64_t key);
bool cache_fresh(const struct row_cache *c, int64_t key);
void cache_stale(struct row_cache *c);	/* keep showing, ask again */

#define PREVIEWS 4
struct preview { int64_t key; unsigned int age; struct arena arena; struct instance *instance; };

enum index_state { INDEX_NONE, INDEX_BUILDING, INDEX_READY };
struct queue {
	enum queue_sort sort;
	enum queue_scope scope;
	int64_t *all; size_t n_all;	/* snapshot, in order */
	int64_t *hits; size_t n_hits;	/* answer of the last filter, in order */
	bool complete, loaded, filtered;	/* filtered: `hits` is what is shown */
	unsigned int generation;	/* of the snapshot */
	unsigned int loading;		/* order jobs under way */
	int64_t want;			/* key to put the cursor on when the vector is whole, 0 none */
	size_t cursor, top;
	int window;			/* rows on the screen */
	struct row_cache cache;
	bool asking, prefetching;
	VEC(int64_t) changed;

	char filter[512], last_filter[512];
	bool typing;
	struct turn filtering;
	size_t cursor_before;
	enum index_state index;
	bool index_old;			/* rows changed since it was built */
	int64_t index_after;
	size_t indexed;
	unsigned int index_pages;
	struct preview preview[PREVIEWS];	/* queue_preview.c */
	size_t preview_next;
	unsigned int preview_age;	/* changes when what was read may be old */
	bool preview_asked, preview_shown;	/* shown: in the last frame */
	int step;			/* of queue_step(), waiting for rows: -1, 1 */
	size_t step_at;
};

/* Keep the cursor inside and on the screen, and ask for rows that lack. */
void queue_settle(struct app *app, struct queue *q);
void queue_load(struct app *app, struct queue *q, size_t first);	/* vector anew */
void queue_preview_ask(struct app *app, struct queue *q);
void queue_preview_done(struct queue *q);
/* queue_filter.c */
enum status queue_search(struct app *app, void *state, enum search_op op, const char *text);
void queue_filter_order(struct app *app, struct queue *q);	/* the vector is whole */

#endif
