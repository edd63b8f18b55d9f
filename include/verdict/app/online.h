/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_ONLINE_H
#define VERDICT_APP_ONLINE_H
#include "verdict/app/ways.h"
#include "verdict/base/loop.h"
#include "verdict/sync/sync.h"

/*
 * The session machine set up in a process: with verdict-net, a loop, this machine's clock and its chance. The
 * console runs work on its store thread, a shell command where it stands. The loop's thread.
 */
struct online;
struct online_host {
	void *data;
	/* Run job->work() where the store lives, then job->done() from the loop. NULL: right here, on `store`. */
	void (*run)(void *data, struct sync_job *job);
	struct store *store;
	void (*changed)(void *data, unsigned int what);	/* bits of enum sync_change; may be NULL */
	/* A server asks the person, in words that may be a stranger's: online_answer() once. NULL: nobody is there. */
	void (*ask)(void *data, const char *text, bool secret);
	const struct ways_plan *plan;	/* copied; NULL: HTTPS alone */
};

/* STATUS_NOT_FOUND: verdict-net is not installed. */
enum status online_new(struct online **out, struct loop *loop, const struct online_host *host);
/* Once sync_busy() is false: after sync_stop() and what was under way. */
void online_free(struct online *o);
struct sync *online_sync(struct online *o);

/*
 * The exchange with the hub by the ways of the plan, in their order: where one fails the next is tried, after the
 * last one all rest, longer each time. While a later way serves, the first is tried now and then and taken when it
 * answers. These stand for those of sync.h of the same name.
 */
void online_start(struct online *o);
void online_stop(struct online *o);
/* The first way alone, for a join that asks over it: no exchange begins before online_joined(). */
void online_open(struct online *o);
bool online_opened(const struct online *o);
void online_joined(struct online *o);
void online_now(struct online *o);
void online_saved(struct online *o);
bool online_busy(const struct online *o);
bool online_settled(const struct online *o);
bool online_gave_up(const struct online *o);	/* every way was tried since online_start() or online_now() */
void online_status(struct sync_status *out, const struct online *o);
void online_answer(struct online *o, const char *text);	/* NULL: gave up */

struct online_way {
	enum way way;
	bool set_up;		/* it has a place; the others cannot be picked */
	bool planned;		/* tried by itself */
	bool in_use, trying, picked;
	char address[700];
	bool known;		/* tried since the start: `failure` and `why` tell how it ended, NET_NO_FAILURE: it works */
	enum net_failure failure;	/* of the last time it did not work */
	char why[NET_MESSAGE];
	int64_t good_at, bad_at;	/* wall ms of the last time that it did, that it did not; 0: never */
	int64_t retry_ms;	/* until it is tried again, -1: not by itself now */
};
/* All, those of the plan first, in their order. */
void online_ways(struct online_way out[WAY_COUNT], const struct online *o);
/* Take this way alone until WAY_COUNT is picked, which is the plan again. STATUS_USAGE: it is not set up. */
enum status online_pick(struct online *o, enum way w);
enum way online_picked(const struct online *o);		/* or WAY_COUNT */
const struct ways_plan *online_plan(const struct online *o);
const struct sync_port *online_port(struct online *o);
struct way_target;
void online_target(struct way_target *out, const struct online *o);	/* borrowed until the loop turns */

/* ---- in the full-screen console ---- */

struct app;
struct event_ways;
/* Once the store in `dir` is open: connect where it knows a hub. `event`: what it says of the ways. */
void app_online_start(struct app *app, const char *dir, const struct event_ways *event);
void app_online_leave(struct app *app);		/* no more requests; jobs may still end */
void app_online_free(struct app *app);
/* Something was saved here. */
void app_online_saved(struct app *app);
/* Why no evidence comes that nobody opened, as a sentence; "" where it comes. */
const char *app_online_held(const struct sync_status *s, char *out, size_t max);
/* "online", "offline since 13:58", "locked" … for the head; "" without a hub. */
const char *app_online_words(const struct app *app, char *out, size_t max);

#endif
