/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the feed into an engine of room results: documents, TIs and the records on them, folded. Hub layer; one
 * thread at a time.
 */
#ifndef HUB_RESULTS_FEED_H
#define HUB_RESULTS_FEED_H
#include "verdict/proto/feed.h"

struct results;

struct results_feed;
struct results_feed *results_feed_new(void);
void results_feed_free(struct results_feed *f);
/* The next entry. What cannot be read is left out and logged, as consoles do. */
void results_feed_add(struct results_feed *f, const struct feed_entry *e);
/* The engine, with all that was added. */
struct results *results_feed_engine(struct results_feed *f);

#endif
