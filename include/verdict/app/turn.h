/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_TURN_H
#define VERDICT_APP_TURN_H
#include <stdbool.h>

/* One job of its kind at a time; however often it is asked for meanwhile, once more after it. UI thread. */
struct turn { bool busy, again; };

/* May it start? False where one is under way, which is remembered. */
static inline bool turn_begin(struct turn *t)
{
	t->again = t->busy;
	t->busy = true;
	return !t->again;
}

/* It ended: is it to be begun once more? */
static inline bool turn_end(struct turn *t)
{
	bool again = t->again;

	t->busy = t->again = false;
	return again;
}

#endif
