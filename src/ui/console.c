/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The full-screen console from start to end: the store opens on its own thread while the terminal opens here; then
 * the loop. Layer ui, UI thread; open_store() and close_store() on the store thread.
 */
#include "verdict/ui/console.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "verdict/app/instance.h"
#include "verdict/app/filter_desk.h"
#include "verdict/app/online.h"
#include "verdict/app/options.h"
#include "verdict/app/queue.h"
#include "verdict/app/script.h"
#include "verdict/base/clock.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "src/ui/console_priv.h"

static void *open_store(void *data)
{
	struct opening *o = data;
	struct store *st = NULL;

	o->code = store_open(&st, o->dir, o->flags);
	if (o->code == STATUS_OK) {
		store_event_ways(&o->ways, &o->arena, st);
		return st;
	}
	snprintf(o->why, sizeof(o->why), "%s", status_message());
	return NULL;
}

static void close_store(void *resource)
{
	if (resource)
		store_close(resource);
}

/* The first job: once it is answered, con->opening may be read. */
struct opened_job { struct job job; struct console *con; };

static void opened_run(struct job *job, void *resource)
{
	(void)job, (void)resource;
}

static void opened_done(struct job *job)
{
	struct console *con = ((struct opened_job *)job)->con;

	con->opened = true;
	if (con->opening.code != STATUS_OK)
		con->app->quit = true;
	else if (!con->args->tour && handover_open(&con->handover, con->app, con->opening.dir) != STATUS_OK)
		app_message(con->app, MESSAGE_WARNING, "%s", status_message());
	if (con->opening.code == STATUS_OK && !con->args->tour)
		app_online_start(con->app, con->opening.dir, &con->opening.ways);
	mem_free(job);
}

/* The integrity check that opening left out, in slices, behind everything else. */
#define CHECK_PAUSE_MS 100	/* between slices */
#define WARM_IDLE_MS 120	/* longer than a key that is held down repeats */
#define CHECK_IDLE_MS 1000	/* since the last key: a monitor at work must not feel it */
struct check_job { struct job job; struct console *con; bool done; enum status code; char why[512]; };

static void check_run(struct job *job, void *resource)
{
	struct check_job *c = (struct check_job *)job;

	c->code = store_check(&c->done, resource);
	if (c->code != STATUS_OK)
		snprintf(c->why, sizeof(c->why), "%s", status_message());
}

static void next_check(void *data)
{
	struct console *con = data;
	struct check_job *c = con->check;

	if (turn_idle_ms(con) < CHECK_IDLE_MS) {
		loop_after(con->loop, &con->check_timer, CHECK_IDLE_MS, "check", next_check, con);
		return;
	}
	con->check = NULL;
	app_store_job(con->app, &c->job);
}

static void check_done(struct job *job)
{
	struct check_job *c = (struct check_job *)job;
	struct app *app = c->con->app;

	if (c->code == STATUS_OK && !c->done && !app->quit) {
		c->con->check = c;
		loop_after(c->con->loop, &c->con->check_timer, CHECK_PAUSE_MS, "check", next_check, c->con);
		return;
	}
	if (c->code != STATUS_OK)
		app_message(app, MESSAGE_ERROR, "%s", c->why);
	else
		app_refresh(app);	/* brings the store's notice, if mending was due */
	mem_free(c);
}

/* At the first short rest: the first letter of a filter finds its index built, or nearly so. */
static void warm(void *data)
{
	struct console *con = data;

	if (turn_idle_ms(con) < WARM_IDLE_MS)
		loop_after(con->loop, &con->warm_timer, WARM_IDLE_MS, "warm", warm, con);
	else
		queue_filter_begin(con->app);
}

static void start_check(struct console *con)
{
	struct check_job *c = mem_zalloc(sizeof(*c));

	c->job = (struct job){ .name = "check", .run = check_run, .done = check_done };
	c->con = con;
	con->check = c;
	loop_after(con->loop, &con->check_timer, CHECK_IDLE_MS, "check", next_check, con);
	loop_after(con->loop, &con->warm_timer, WARM_IDLE_MS, "warm", warm, con);
}

static enum status style_line(const char *line, void *data)
{
	return theme_line(data, line);
}

static void trouble(const char *sentence, void *data)
{
	struct console *con = data;
	const char *name = sentence, *end = strstr(sentence, ": ");

	fprintf(stderr, "verdict: %s\n", sentence);
	for (const char *p = sentence; end && p < end; p++)
		if (*p == '/')
			name = p + 1;
	if (con->troubles++ == 0)	/* the folder would leave no room for what is wrong */
		snprintf(con->trouble, sizeof(con->trouble), "%s", name);
	if (con->troubles == 1)
		app_message(con->app, MESSAGE_WARNING, "%s", con->trouble);
	else
		app_message(con->app, MESSAGE_WARNING, "%d mistakes; %s", con->troubles, con->trouble);
}

static bool no_colour(const struct console *con)
{
	const char *env = getenv("NO_COLOR");

	return con->args->mono || (env && *env) ||
		strcmp(options_word(con->app->options, "color"), "never") == 0;
}

/* Options and keys first, then the theme they name, then the user's own looks on top of it. */
static enum status read_config(struct console *con)
{
	const char *given = con->args->config;
	char path[4096];
	enum status code = STATUS_NOT_FOUND;

	if (given)
		snprintf(path, sizeof(path), "%s", given);
	else
		config_path(path, sizeof(path));
	if (!con->args->no_config)
		code = config_read(con->app, path, NULL, NULL, trouble, con);
	if (given && code == STATUS_NOT_FOUND)
		return code;
	if (theme_load(&con->mono, "mono") != STATUS_OK ||
	    theme_load(&con->theme, no_colour(con) ? "mono" : options_word(con->app->options, "theme")) != STATUS_OK)
		return STATUS_ERROR;
	con->theme.mono = con->theme.mono || no_colour(con);
	if (code == STATUS_OK || code == STATUS_USAGE)
		(void)config_read(con->app, path, style_line, &con->theme, trouble, con);
	return STATUS_OK;
}

static bool plain_locale(const struct console *con)
{
	return con->args->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0 ||
		strcmp(options_word(con->app->options, "glyphs"), "ascii") == 0;
}

/* Before curses is up: how many rows the first window needs. */
static size_t first_rows(const struct console *con)
{
	struct winsize ws;

	if (con->null)
		return con->args->rows > 0 ? (size_t)con->args->rows : 24;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 ? ws.ws_row : 50;
}

static void on_tty(int fd, short revents, void *data)
{
	(void)fd, (void)revents;
	turn_keys(data);
}

static void on_worker(int fd, short revents, void *data)
{
	struct console *con = data;

	(void)fd, (void)revents;
	app_deliver(con->app, 64);
}

static enum status open_terminal(struct console *con)
{
	struct term *t = &con->term;
	enum status code;

	t->ops = con->null ? &term_null : &term_curses;
	t->rows = con->args->rows;
	t->cols = con->args->cols;
	t->escdelay_ms = (int)options_int(con->app->options, "escdelay");
	t->mouse = options_bool(con->app->options, "mouse");
	t->theme = &con->theme;
	t->mono = &con->mono;
	t->colours = strcmp(options_word(con->app->options, "color"), "16") == 0 ? 16 :
		strcmp(options_word(con->app->options, "color"), "256") == 0 ? 256 : 0;
	if (!con->null) {
		code = signals_open(con);
		if (code != STATUS_OK)
			return code;
	}
	code = t->ops->open(t);
	if (code != STATUS_OK)
		return code;
	canvas_init(&con->canvas, t->rows, t->cols);
	con->canvas.ascii = plain_locale(con);
	con->app->ascii = con->canvas.ascii;
	con->app->rows = t->rows;
	con->app->cols = t->cols;
	if (t->ops->fd(t) >= 0)
		loop_watch(con->loop, t->ops->fd(t), POLLIN, "terminal", on_tty, con);
	return STATUS_OK;
}

static void start_store(struct console *con)
{
	const struct console_args *args = con->args;
	struct opened_job *j = mem_zalloc(sizeof(*j));

	con->opening.dir = args->store_dir;
	arena_init(&con->opening.arena);
	con->opening.flags = (args->create ? STORE_CREATE : 0) | (con->null ? 0 : STORE_DEFER_CHECK);
	con->app->store = worker_new("store", con->null, open_store, close_store, &con->opening);
	con->app->work = worker_new("work", con->null, filter_desk_start, filter_desk_stop, NULL);
	j->job = (struct job){ .name = "opened", .run = opened_run, .done = opened_done, .urgent = true };
	j->con = con;
	app_store_job(con->app, &j->job);
}

static enum status run_script(struct console *con)
{
	struct app *app = con->app;
	enum status code = script_settle(app);

	if (app->quit)
		return STATUS_OK;	/* the store did not open */
	if (code == STATUS_OK && con->args->commands)
		code = command_run(app, con->args->commands);
	if (code == STATUS_OK && con->args->tour)
		return tour_run(app);
	if (code == STATUS_OK)
		code = script_run(app, app->script);
	return code;
}

/* Into the file that VERDICT_LOG names; the benchmark reads the last line. */
static void open_log(void)
{
	const char *path = getenv("VERDICT_LOG");

	if (path && *path && log_open(path, LOG_NOTE) != 0)
		fprintf(stderr, "verdict: VERDICT_LOG: cannot write to the file that it names\n");
}

static void log_longest(const struct console *con)
{
	struct loop_longest most;

	loop_longest(&most, con->loop);
	log_line(LOG_NOTE, "longest callback: %lld us, %s; most work: %lld us, %s; over 16 ms: %u",
		(long long)(most.wall_ns / 1000), most.wall_name ? most.wall_name : "none",
		(long long)(most.work_ns / 1000), most.work_name ? most.work_name : "none",
		loop_slow_count(con->loop));
}

static void run_loop(struct console *con)
{
	loop_watch(con->loop, worker_fd(con->app->store), POLLIN, "store", on_worker, con);
	loop_watch(con->loop, worker_fd(con->app->work), POLLIN, "worker", on_worker, con);
	loop_before_sleep(con->loop, turn_before_sleep, con);
	turn_minute(con);
	if (con->args->commands)
		(void)command_run(con->app, con->args->commands);
	while (loop_turn(con->loop, -1)) {
		if (con->checking || !con->opened || con->app->paint < 1 || con->app->quit)
			continue;
		con->checking = true;
		start_check(con);
	}
	log_longest(con);
}

static int exit_code(const struct console *con, enum status code)
{
	if (con->opened && con->opening.code != STATUS_OK) {
		fprintf(stderr, "verdict: %s\n", con->opening.why);
		return con->opening.code == STATUS_USAGE ? 2 : 4;
	}
	if (code != STATUS_OK && !con->args->script)
		fprintf(stderr, "verdict: %s\n", status_message());
	return code == STATUS_OK ? con->app->exit_code : code == STATUS_USAGE && !con->args->script ? 2 : 1;
}

/* In this order: nobody posts jobs any more, the last ones end, the store closes, then the state goes. */
static void close_all(struct console *con)
{
	mem_free(con->check);
	handover_close(con->handover);
	if (con->term.ops)
		con->term.ops->close(&con->term);
	signals_close(con);
	app_leave(con->app);
	worker_free(con->app->store);
	arena_done(&con->opening.arena);
	worker_free(con->app->work);
	con->app->store = con->app->work = NULL;
	script_free(con->app->script);
	app_free(con->app);
	canvas_done(&con->canvas);
	loop_free(con->loop);
}

int console_run(const struct console_args *args)
{
	struct console con = { .args = args, .signal_fd = -1 };
	enum status code = STATUS_OK;
	int result;

	con.null = args->null_terminal || args->script || args->tour;
	if (!con.null && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		fprintf(stderr, "verdict: the full screen needs a terminal; verdict --help lists the commands\n");
		return 2;
	}
	if (args->freeze_ms)
		clock_freeze_ms(args->freeze_ms);
	open_log();
	con.loop = loop_new();
	con.app = app_new(con.loop, NULL, NULL);
	con.app->ui = &con;
	con.app->hooks = &turn_hooks;
	start_store(&con);
	code = read_config(&con);
	if (code == STATUS_OK && args->script)
		code = script_open(&con.app->script, args->script);
	if (code == STATUS_OK) {
		con.app->rows = (int)first_rows(&con);
		screen_push(con.app, SCREEN_QUEUE);
		app_refresh(con.app);
		instance_offer_draft(con.app);
		code = open_terminal(&con);
	}
	if (code == STATUS_OK && con.null)
		code = run_script(&con);
	else if (code == STATUS_OK)
		run_loop(&con);
	if (con.term.ops)
		con.term.ops->close(&con.term);
	result = exit_code(&con, code);
	close_all(&con);
	if (con.signal) {
		signal(con.signal, SIG_DFL);
		raise(con.signal);
	}
	return result;
}
