/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_APP_H
#define VERDICT_APP_APP_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/app/command.h"
#include "verdict/app/key.h"
#include "verdict/app/screen.h"
#include "verdict/app/turn.h"
#include "verdict/base/arena.h"
#include "verdict/base/loop.h"
#include "verdict/base/worker.h"
#include "verdict/evidence/reader.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"
#include "verdict/sync/sync.h"

struct app;
/* What only the console with a terminal (or the null one) can do; set by ui, NULL in tests without one. */
struct app_hooks {
	enum status (*save_screen)(struct app *app, const char *path, bool styles);
	bool (*screen_has)(struct app *app, const char *text);	/* is it on the screen now? */
	void (*paint)(struct app *app);		/* paint now if dirty */
	void (*resize)(struct app *app, int rows, int cols);	/* null terminal alone */
	void (*redraw)(struct app *app);
	void (*suspend)(struct app *app);
	void (*bell)(struct app *app);
};

/* The console without a screen. UI thread only; the store and the worker are reached by jobs. */
enum message_kind { MESSAGE_NOTE, MESSAGE_DONE, MESSAGE_WARNING, MESSAGE_ERROR };
struct app {
	struct loop *loop;
	struct worker *store;		/* resource: struct store * */
	struct worker *work;		/* resource: struct filter_desk *, the filter index */
	struct reader *reader;		/* made at first use: app_reader() */
	struct options *options;
	struct keymap *keymap;
	struct prompt *prompt;
	struct script *script;		/* running script, or NULL */
	struct findings *findings;	/* of app/findings.c, made at first use */
	void *handover;			/* of app/handover.c */
	struct online *online;		/* the connection to the hub, NULL without */
	struct loop_timer *online_timer;	/* screens are told of the feed at most ten times a second */
	struct sync_status sync;	/* as it told last */
	const struct app_hooks *hooks;
	void *ui;			/* of the hooks */
	void *state[SCREEN_COUNT];
	enum screen_id stack[16];
	unsigned int depth;

	/* what the head and the status line show; copied from the store, renewed by app_refresh() */
	struct arena info_arena;
	const struct event *event;	/* NULL before join */
	const struct person *me;
	const char *replica;
	struct store_counts counts;
	bool informed;			/* the first answer of the store is here */
	struct turn refreshing;

	char claim_asked[128];		/* the TI of the claim that the hub is asked for, "" once it answered */
	char message[512];
	enum message_kind message_kind;
	unsigned int paint;		/* number of the frame painted last */
	unsigned int pushed_paint;	/* app->paint when the top screen came up */
	bool guard;			/* see app_guard() */
	unsigned int guarded;		/* keys thrown away by it */
	int rows, cols;			/* of the terminal, for commands that page */
	int body_rows;			/* of the top view's area at the last paint */
	bool leaving;			/* after app_leave(): the last jobs end, nobody begins new work */
	bool dirty, quit, ascii;
	bool too_small;			/* nothing can be seen, so nothing is steered but q */
	bool answered;			/* an urgent answer came: paint it at once */
	bool tell;			/* somebody waits for this frame: paint before other answers come */
	int exit_code;
	int tz_min;			/* event's zone now, for times on screens */
	struct zone *zone;		/* the same for moments of any season, NULL before the event is known */
};

/* An app with its tables and options, no screen yet. Workers and loop are borrowed and may be NULL in tests. */
struct app *app_new(struct loop *loop, struct worker *store, struct worker *work);
void app_free(struct app *app);
void app_leave(struct app *app);	/* tell every screen that the console ends, while jobs can still be posted */

/* Minutes east of UTC of the event's clocks at that moment. */
int app_zone_at(const struct app *app, int64_t wall_ms);
void app_message(struct app *app, enum message_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void app_status(struct app *app, enum status code);	/* status_message() in words for the user */
struct reader *app_reader(struct app *app);
const char *app_reader_path(char *out, size_t max);	/* of the program verdict-reader; `out` may hold it */
struct reader *app_reader_new(struct app *app);	/* another one, yours */
void app_refresh(struct app *app);	/* counts and identity again, by a job */
void app_changed(struct app *app);	/* after a save: tells every screen and the connection, refreshes */
void app_told(struct app *app);		/* the same for what came from the hub */
/*
 * Post a job to the store thread or the worker. `job` is embedded first in a caller's struct; `done` gets it
 * back on the UI thread and finds the app in its own struct. Bulk unless job->urgent.
 */
void app_store_job(struct app *app, struct job *job);
void app_work_job(struct app *app, struct job *job);
/* Finish jobs of both workers, at most `max`: how many. */
unsigned int app_deliver(struct app *app, unsigned int max);
unsigned int app_awaited(const struct app *app);	/* urgent jobs under way */
/* Are jobs, or answers a screen waits for, under way? */
bool app_busy(struct app *app);

/*
 * Throw away every key typed until the next frame is painted: a form that decides calls it when it becomes
 * complete (screen.decides does so at the push). The count is told in the message line.
 */
void app_guard(struct app *app);
/* A key was typed: prompt, screen, maps. */
void app_key(struct app *app, const struct key_event *ev);
/* TI the top screen is about, looking down the stack; NULL. */
const char *app_where(struct app *app);

#endif
