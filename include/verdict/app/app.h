/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_APP_H
#define VERDICT_APP_APP_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/app/command.h"
#include "verdict/app/screen.h"
#include "verdict/base/arena.h"
#include "verdict/base/loop.h"
#include "verdict/base/worker.h"
#include "verdict/evidence/reader.h"
#include "verdict/store/query.h"
#include "verdict/store/save.h"

/* The console without a screen. UI thread only; the store and the worker are reached by jobs. */
enum message_kind { MESSAGE_NOTE, MESSAGE_DONE, MESSAGE_WARNING, MESSAGE_ERROR };
struct app {
	struct loop *loop;
	struct worker *store;		/* resource: struct store * */
	struct worker *work;		/* reckoning: filter index */
	struct reader *reader;		/* made at first use: app_reader() */
	struct options *options;
	struct keymap *keymap;
	struct prompt *prompt;
	struct script *script;		/* running script, or NULL */
	void *state[SCREEN_COUNT];
	enum screen_id stack[16];
	unsigned int depth;

	/* what the head and the status line show; copied from the store, renewed by app_refresh() */
	struct arena info_arena;
	const struct event *event;	/* NULL before join */
	const struct person *me;
	const char *replica;
	struct store_counts counts;

	char message[512];
	enum message_kind message_kind;
	unsigned int paint;		/* number of the frame painted last */
	int rows, cols;			/* of the terminal, for commands that page */
	bool dirty, quit;
	int exit_code;
	int tz_min;			/* event's zone, for times on screens */
};

void app_message(struct app *app, enum message_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void app_status(struct app *app, enum status code);	/* status_message() in words for the user */
struct reader *app_reader(struct app *app);
void app_refresh(struct app *app);	/* counts and identity again, by a job */
void app_changed(struct app *app);	/* after a save: tells every screen, refreshes */
/*
 * Post a job to the store thread or the worker. `job` is embedded first in a caller's struct; `done` gets it
 * back on the UI thread and finds the app in its own struct. Bulk unless job->urgent.
 */
void app_store_job(struct app *app, struct job *job);
void app_work_job(struct app *app, struct job *job);

#endif
