/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUB_RESULTS_H
#define VERDICT_HUB_RESULTS_H
#include "verdict/hub/hub.h"

struct results;	/* verdict/results/results.h */

/*
 * An event's results as its feed has them now: `cb` gets the engine, and the size of the feed it stands for (a page
 * made of it holds until the head moves on). What is new in the feed is read first, here, in your thread; others who
 * want this event's results wait for you meanwhile, the writer and all other readers do not. The first call reads
 * the whole feed. Any thread but the writer's. STATUS_IO: the feed cannot be read.
 */
enum status hub_results(struct hub_event *e, void (*cb)(struct results *r, uint64_t size, void *data), void *data);

#endif
