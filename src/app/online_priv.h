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
	struct way_memory memory[WAY_COUNT];
	enum way order[WAY_COUNT]; size_t n_order;	/* of the plan, while one is picked */
	bool picked;
	int64_t again_at;	/* of clock_boot_ms(), while all rest */
	size_t at;		/* in plan.order: the one in use or tried */
	bool running, resting, gave_up, joining;
	bool reached;		/* on this way, since it was begun */
	unsigned int rounds;	/* without any way, in a row */
	struct net_peer peer;	/* as the machine said; strings are ours */
	struct hops *hops;	/* servers in between, NULL over HTTPS */
	bool hop_ready;
	struct loop_timer *move_timer, *probe_timer;
	struct net *probe;
	struct drop *drop;	/* while the drop is the way in use */
	uint64_t moved, moved_high;	/* bytes of files that are through; of the one on its way, the furthest that was reached */
};

/* ---- online_way.c ---- */

void way_init(struct online *o);
void way_done(struct online *o);
enum status way_peer(struct online *o, const struct net_peer *p);	/* the machine says who the hub is */
void way_changed(struct online *o);	/* the machine's line may have changed */
/* The way in use came to nothing. From anywhere; the next one begins from the loop. */
void way_failed(struct online *o, enum net_failure f, const char *why);

/* ---- online_told.c ---- */

void way_remembered(struct online *o, enum way w);	/* what o->ways says of it now */

/* ---- way_hops.c: the SSH servers of a way ---- */

struct hops;
struct hops_hooks {
	void *data;
	void (*ready)(void *data);
	/* `jump`: the server that leads there. Over, as hop_hooks.failed; but hops_free() only later. */
	void (*failed)(bool jump, enum net_failure f, const char *why, void *data);
	void (*trouble)(bool jump, enum net_failure f, const char *why, void *data);
	void (*ask)(void *data, const char *text, bool secret);	/* hops_answer() once; NULL: nobody is there */
	void (*step)(bool jump, enum hop_step s, unsigned int ms, const char *text, void *data);	/* may be NULL */
};
/* `p` is borrowed. NULL with a message: verdict-ssh is not installed. Answers by hooks, never from within. */
struct hops *hops_new(struct loop *loop, const struct ways_plan *p, enum way w, const struct hops_hooks *hooks);
void hops_free(struct hops *h);
void hops_answer(struct hops *h, const char *text);	/* NULL: gave up */
struct hop *hops_last(const struct hops *h);
void hops_peer(struct net_peer *p, const struct hops *h);	/* the hub as it is reached through them */

/* ---- drop.c: the exchange by files ---- */

struct drop *drop_new(struct online *o, struct hop *hop);
void drop_free(struct drop *d);		/* NULL is fine; a job under way ends without it */
void drop_now(struct drop *d);
bool drop_busy(const struct drop *d);
bool drop_settled(const struct drop *d);
void drop_status(struct sync_status *out, const struct drop *d);

#endif
