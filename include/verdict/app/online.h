/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_ONLINE_H
#define VERDICT_APP_ONLINE_H
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
};

/* STATUS_NOT_FOUND: verdict-net is not installed. */
enum status online_new(struct online **out, struct loop *loop, const struct online_host *host);
/* Once sync_busy() is false: after sync_stop() and what was under way. */
void online_free(struct online *o);
struct sync *online_sync(struct online *o);
const struct sync_port *online_port(struct online *o);
struct net *online_net(struct online *o);

/* ---- in the full-screen console ---- */

struct app;
/* Once the store is open: connect where it knows a hub. */
void app_online_start(struct app *app);
void app_online_leave(struct app *app);		/* no more requests; jobs may still end */
void app_online_free(struct app *app);
/* Something was saved here. */
void app_online_saved(struct app *app);
/* "online", "offline since 13:58", "locked" … for the head; "" without a hub. */
const char *app_online_words(const struct app *app, char *out, size_t max);

#endif
