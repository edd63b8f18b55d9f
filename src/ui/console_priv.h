/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONSOLE_PRIV_H
#define CONSOLE_PRIV_H
#include "verdict/app/app.h"
#include "verdict/app/handover.h"
#include "verdict/ui/console.h"
#include "verdict/ui/term.h"
#include "verdict/ui/view.h"

/* Shared by console.c, console_turn.c, console_signals.c and console_tour.c. */
struct opening {		/* of the store, written by its thread before any job is answered */
	const char *dir;
	unsigned int flags;
	enum status code;
	char why[512];
	struct arena arena;
	struct event_ways ways;		/* in the arena */
};
struct console {
	const struct console_args *args;
	struct app *app;
	struct loop *loop;
	struct term term;
	struct theme theme, mono;
	struct canvas canvas;
	struct opening opening;
	struct handover *handover;
	struct loop_timer *esc_timer, *minute_timer, *paint_timer, *check_timer, *warm_timer;
	struct check_job *check;	/* waiting for its next slice */
	bool opened, key_seen, null, checking;
	int64_t painted_ns[2];		/* the last frame and the one before */
	int64_t key_ns;			/* when the last key came */
	int64_t minute;			/* painted in the head */
	int signal;			/* that ended us, 0 none */
	int signal_fd;
	char store_dir[4096];
	int troubles;			/* bad lines of the configuration */
	char trouble[256];		/* the first of them */
};

/* console_turn.c: keys in, frames out */
void turn_keys(struct console *con);
void turn_before_sleep(void *data);
void turn_resize(struct console *con);
void turn_minute(struct console *con);
int64_t turn_idle_ms(const struct console *con);	/* since the last key */
extern const struct app_hooks turn_hooks;

/* console_signals.c */
enum status signals_open(struct console *con);
void signals_close(struct console *con);

/* console_tour.c */
enum status tour_run(struct app *app);

#endif
