/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HUBD_LIMIT_H
#define VERDICT_HUBD_LIMIT_H
#include <stdint.h>

/*
 * Token buckets by name (an address, a replica) in a table of fixed size: when it is full, the
 * bucket that comes closest to a fresh one gives way, so that nobody gains by it who was not nearly
 * forgiven. Any thread.
 */
struct limits;
struct limits *limits_new(unsigned int rate, unsigned int burst); /* a second; rate 0: no limit */
void limits_free(struct limits *l);
/* 0: go on. Otherwise the seconds after which to ask again, at least 1. `now`: monotonic ms. */
unsigned int limits_take(struct limits *l, const char *name, int64_t now);

#endif
