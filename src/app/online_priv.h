/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the hub, shared by the files that make it. Layer app; the loop's thread. */
#ifndef APP_ONLINE_PRIV_H
#define APP_ONLINE_PRIV_H
#include "verdict/app/online.h"

struct drop;

struct online {
	struct loop *loop;
	struct online_host host;
	struct net *net;
	struct sync *sync;
	struct sync_port port;
	struct loop_timer *timer;

	/* ---- ways (online_way.c) ---- */
	struct ways_plan plan;
	struct online_way ways[WAY_COUNT];
	size_t at;		/* in plan.order: the one in use or tried */
	bool running, resting, gave_up;
	bool reached;		/* on this way, since it was begun */
	unsigned int rounds;	/* without any way, in a row */
	struct net_peer peer;	/* as the machine said; strings are ours */
	struct hop *jump, *hop;
	bool hop_ready, asking_key, asking_jump;
	char asked_key[96];	/* fingerprint that a person compares */
	struct loop_timer *move_timer, *probe_timer;
	struct net *probe;
	struct drop *drop;	/* while the drop is the way in use */
};

/* ---- online_way.c ---- */

void way_init(struct online *o);
void way_done(struct online *o);
enum status way_peer(struct online *o, const struct net_peer *p);	/* the machine says who the hub is */
void way_changed(struct online *o);	/* the machine's line may have changed */
/* The way in use came to nothing. From anywhere; the next one begins from the loop. */
void way_failed(struct online *o, enum net_failure f, const char *why);

/* ---- drop.c: the exchange by files ---- */

struct drop *drop_new(struct online *o, struct hop *hop);
void drop_free(struct drop *d);		/* NULL is fine; a job under way ends without it */
void drop_now(struct drop *d);
bool drop_busy(const struct drop *d);
bool drop_settled(const struct drop *d);
void drop_status(struct sync_status *out, const struct drop *d);

#endif
