/* SPDX-License-Identifier: Apache-2.0 */
/* What view.c and view_instance.c share. Hub layer. */
#ifndef HUB_VIEW_PRIV_H
#define HUB_VIEW_PRIV_H
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/hub/view.h"
#include "verdict/pack/pack.h"
#include "view_state.h"

struct view_test { struct test test; const char *profiles; };

struct hub_view {
	struct hub_event *e;
	struct view_moment m;
	struct arena a;
	struct event event;
	struct pack *pack;
	char *texts[VIEW_DOCS];
	struct map *tests, *actors, *organisations, *systems, *persons;
	struct buf raw;
};

#endif
