/* SPDX-License-Identifier: Apache-2.0 */
/* The real hub of the simulation, asked as over HTTP but without it: a request in, an answer out. Layer: tests. */
#ifndef TESTS_SIM_SIM_HUB_H
#define TESTS_SIM_SIM_HUB_H
#include "verdict/hub/hub.h"
#include "verdict/net/net.h"

struct sim_request {		/* a copy of struct net_request */
	enum net_method method;
	char *path, *token;
	struct buf body;
	bool zstd, ranged;
	uint64_t from, to;
};
void sim_request_take(struct sim_request *out, const struct net_request *q);
void sim_request_free(struct sim_request *q);

struct sim_answer { unsigned int status; const char *type; struct buf body; bool ranged; uint64_t from, total; };
/*
 * What doc/PROTOCOL.md says a hub answers. False: it is a question for changes that may wait, and there are none; ask
 * again with `waited` when there are, or when the time is over.
 */
bool sim_hub_answer(struct sim_answer *out, struct hub *h, const struct sim_request *q, bool waited);

#endif
