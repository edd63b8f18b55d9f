/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much may go at once over a line, from what went over it lately: so much that a cut costs about two seconds, and
 * that the way there and back is little beside it. Layer sync; one thread.
 */
#include "sync_priv.h"

#define LEAST (16u << 10)	/* a smaller exchange tells of the way there and back, not of the line's breadth */
#define PORTION_MS 2500
#define SMALL_MS 4		/* shorter is measured no better than so */

void pace_init(struct pace *p, uint64_t first, uint64_t most)
{
	*p = (struct pace){ .open = first, .most = most };
}

/* The shortest of late; it grows slowly, where the way became longer. */
void pace_round(int64_t *round_ms, int64_t ms)
{
	if (*round_ms == 0 || ms < *round_ms)
		*round_ms = ms;
	else
		*round_ms += (ms - *round_ms) / 32;
}

void pace_good(struct pace *p, uint64_t bytes, int64_t ms, int64_t round_ms)
{
	uint64_t rate;

	if (bytes * 2 >= p->open)	/* it was no smaller than it might have been */
		p->open = p->open * 2 < p->most ? p->open * 2 : p->most;
	if (bytes < LEAST)
		return;
	ms -= round_ms < ms ? round_ms : 0;
	rate = bytes * 1000 / (uint64_t)(ms > SMALL_MS ? ms : SMALL_MS);
	p->rate = p->rate ? (p->rate + rate) / 2 : rate;
}

void pace_bad(struct pace *p)
{
	uint64_t half = pace_portion(p) / 2;

	p->open = half > LEAST ? half : LEAST;
}

uint64_t pace_portion(const struct pace *p)
{
	uint64_t n = p->rate ? p->rate * PORTION_MS / 1000 : p->open;

	n = n < p->open ? n : p->open;
	return n > LEAST ? n : LEAST;
}

bool pace_slow(const struct pace *p)
{
	return p->rate && p->rate < PACE_SLOW;
}
