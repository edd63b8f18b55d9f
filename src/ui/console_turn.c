/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A turn of the console: keys in, answers in, one frame out. After a key the painter waits up to 8 ms for the
 * store, so that quick answers land in the same frame. Layer ui, UI thread.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "verdict/app/options.h"
#include "verdict/app/prompt.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "src/ui/console_priv.h"

#define ANSWER_MS 8
#define START_MS 60		/* the first frame waits longer: an empty one helps nobody */
#define FLOOD_MS 33		/* answers alone paint at most 30 times a second */
#define KEYS_PER_TURN 256
#define JOBS_PER_TURN 64

/* Not clock_mono_ns(): a frozen clock must not stop the painter. */
static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t turn_idle_ms(const struct console *con)
{
	return (now_ns() - con->key_ns) / 1000000;
}

static void one_key(struct console *con, const struct key_event *ev)
{
	struct app *app = con->app;
	char line[256];

	if (ev->key != K_MOUSE) {
		app_key(app, ev);
		return;
	}
	if (app->too_small || app->guard || prompt_mode(app->prompt) != PROMPT_NONE)
		return;
	if (ui_click(app, &con->canvas, ev->row, ev->col, line, (int)sizeof(line)))
		(void)command_run(app, line);
}

static void esc_due(void *data)
{
	turn_keys(data);
}

void turn_keys(struct console *con)
{
	struct key_event ev;
	int n, wait;

	for (n = 0; n < KEYS_PER_TURN && !con->app->quit && con->term.ops->read_key(&con->term, &ev); n++) {
		con->key_seen = true;
		con->key_ns = now_ns();
		one_key(con, &ev);
	}
	if (con->term.changed)		/* it can show pictures in another way */
		con->app->dirty = true;
	con->term.changed = false;
	wait = con->term.ops->wait_ms(&con->term);
	if (wait >= 0)
		loop_after(con->loop, &con->esc_timer, wait + 1, "escape", esc_due, con);
	if (con->term.out && !con->app->quit) {
		con->signal = 1;	/* the terminal is gone, as with SIGHUP */
		con->app->quit = true;
	}
}

void turn_resize(struct console *con)
{
	int rows, cols;

	con->term.ops->size(&con->term, &rows, &cols);
	if (rows != con->canvas.rows || cols != con->canvas.cols)
		canvas_resize(&con->canvas, rows, cols);
	con->app->dirty = true;
	con->key_seen = true;
}

static void minute_due(void *data)
{
	turn_minute(data);
}

/* Ages and the clock show minutes: wake when the next one begins and not before. */
void turn_minute(struct console *con)
{
	int64_t now = clock_wall_ms();

	if (now / 60000 != con->minute)
		con->app->dirty = true;
	loop_after(con->loop, &con->minute_timer, 60000 - now % 60000 + 5, "minute", minute_due, con);
}

static void wait_answers(struct console *con, int budget_ms)
{
	int64_t end = now_ns() + (int64_t)budget_ms * 1000000, left;
	struct pollfd p[2] = {
		{ worker_fd(con->app->store), POLLIN, 0 }, { worker_fd(con->app->work), POLLIN, 0 }
	};

	while (!con->app->tell && app_awaited(con->app) > 0 && (left = end - now_ns()) > 0) {
		if (poll(p, 2, (int)((left + 999999) / 1000000)) <= 0)
			break;
		app_deliver(con->app, JOBS_PER_TURN);
	}
}

static void tell_ignored(struct app *app)
{
	if (!app->guarded)
		return;
	app_message(app, MESSAGE_WARNING, "%u key%s typed before this was painted %s ignored", app->guarded,
		app->guarded == 1 ? "" : "s", app->guarded == 1 ? "was" : "were");
	app->guarded = 0;
}

/* How pictures are drawn: what the terminal can, unless the monitor wants letters. */
static void set_way(struct console *con)
{
	const char *how = options_word(con->app->options, "pictures");

	con->term.graphics = strcmp(how, "auto") == 0;
	con->canvas.way = strcmp(how, "letters") == 0 ? PIXELS_LETTERS :
		con->term.way == PIXELS_SENT && !con->term.graphics ? PIXELS_BLOCKS : con->term.way;
	con->canvas.cell_width = con->term.cell_width;
	con->canvas.cell_height = con->term.cell_height;
	con->canvas.sent_max = con->term.sent_max;
}

static void turn_paint(struct console *con)
{
	struct app *app = con->app;

	app->dirty = app->tell = false;
	set_way(con);
	ui_draw(app, &con->canvas);
	con->term.ops->show(&con->term, &con->canvas);
	if (con->canvas.pictured && con->term.ops->ask_pixels)
		con->term.ops->ask_pixels(&con->term);
	app->paint++;
	con->minute = clock_wall_ms() / 60000;
	con->painted_ns[1] = con->painted_ns[0];
	con->painted_ns[0] = now_ns();
	if (app->guard) {
		app->guarded += con->term.ops->flush_input(&con->term);
		app->guard = false;
	}
	tell_ignored(app);
}

/* Welcome while there is no event; the queue as soon as there is one. */
static void choose_first_screen(struct app *app)
{
	if (!app->informed || app->depth == 0)
		return;
	if (!app->event && screen_top(app) == SCREEN_QUEUE) {
		app->depth = 0;
		screen_push(app, SCREEN_WELCOME);
	} else if (app->event && app->stack[0] == SCREEN_WELCOME) {
		app->depth = 0;
		screen_push(app, SCREEN_QUEUE);
	}
}

static void paint_due(void *data)
{
	(void)data;	/* waking up is enough: the hook paints */
}

void turn_before_sleep(void *data)
{
	struct console *con = data;
	struct app *app = con->app;
	int64_t since;

	app_deliver(app, JOBS_PER_TURN);
	if (!app->dirty || app->quit)
		goto out;
	if (con->key_seen || app->paint == 0)
		wait_answers(con, app->paint == 0 ? START_MS : ANSWER_MS);
	if (app->quit || (con->opening.code != STATUS_OK && con->opened))
		goto out;
	choose_first_screen(app);
	since = (now_ns() - con->painted_ns[1]) / 1000000;
	if (!con->key_seen && !app->answered && since < FLOOD_MS) {
		if (!con->paint_timer)
			loop_after(con->loop, &con->paint_timer, FLOOD_MS - since, "paint", paint_due, con);
		goto out;
	}
	loop_cancel(con->loop, &con->paint_timer);
	con->key_seen = app->answered = false;
	turn_paint(con);
	if (app->dirty)		/* a message about ignored keys */
		turn_paint(con);
out:
	if (app->quit)
		loop_stop(con->loop);
}

static struct console *of(struct app *app)
{
	return app->ui;
}

static enum status save_screen(struct app *app, const char *path, bool styles)
{
	enum status code;
	struct buf text;

	buf_init(&text, 16 * 1024 * 1024);
	canvas_dump(&text, &of(app)->canvas, styles);
	if (strcmp(path, "-") == 0)
		code = fwrite(buf_str(&text), 1, text.len, stdout) == text.len ? STATUS_OK :
			status_errno("standard output");
	else
		code = io_replace_file(path, buf_str(&text), text.len, 0644);
	buf_done(&text);
	return code;
}

static bool screen_has(struct app *app, const char *wanted)
{
	struct buf text;
	bool has;

	buf_init(&text, 16 * 1024 * 1024);
	canvas_dump(&text, &of(app)->canvas, false);
	has = strstr(buf_str(&text), wanted) != NULL;
	buf_done(&text);
	return has;
}

static void paint(struct app *app)
{
	choose_first_screen(app);
	if (app->dirty)
		turn_paint(of(app));
}

static void resize(struct app *app, int rows, int cols)
{
	struct console *con = of(app);

	if (!con->null)
		return;
	con->term.rows = rows;
	con->term.cols = cols;
	turn_resize(con);
}

static void redraw(struct app *app)
{
	of(app)->term.ops->redraw(&of(app)->term);
}

static void suspend(struct app *app)
{
	of(app)->term.ops->suspend(&of(app)->term);
	turn_resize(of(app));
}

static void bell(struct app *app)
{
	of(app)->term.ops->bell(&of(app)->term);
}

const struct app_hooks turn_hooks = { save_screen, screen_has, paint, resize, redraw, suspend, bell };
