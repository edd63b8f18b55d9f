/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's state: messages, jobs, identity and counts, and where a typed key goes. Layer app, UI thread; the
 * `run` halves of jobs alone run on the store thread.
 */
#include "verdict/app/app.h"
#include "verdict/app/findings.h"
#include "verdict/app/online.h"

#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "verdict/app/prompt.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/zone.h"
#include "src/app/app_priv.h"

struct app *app_new(struct loop *loop, struct worker *store, struct worker *work)
{
	struct app *app = mem_zalloc(sizeof(*app));

	app->loop = loop;
	app->store = store;
	app->work = work;
	app->options = options_new();
	app->keymap = keymap_new();
	app->prompt = prompt_new();
	app->dirty = true;
	arena_init(&app->info_arena);
	return app;
}

void app_leave(struct app *app)
{
	int i;

	for (i = 0; i < SCREEN_COUNT; i++)
		if (app->state[i] && screens[i]->leave)
			(void)screens[i]->leave(app, app->state[i]);
	app_online_leave(app);
	app->leaving = true;
}

void app_free(struct app *app)
{
	int i;

	if (!app)
		return;
	for (i = 0; i < SCREEN_COUNT; i++)
		if (app->state[i])
			screens[i]->done(app, app->state[i]);
	app_online_free(app);
	findings_free(app);
	reader_free(app->reader);
	prompt_free(app->prompt);
	keymap_free(app->keymap);
	options_free(app->options);
	arena_done(&app->info_arena);
	zone_free(app->zone);
	mem_free(app);
}

int app_zone_at(const struct app *app, int64_t wall_ms)
{
	return app->zone ? zone_offset(app->zone, wall_ms) : app->tz_min;
}

void app_message(struct app *app, enum message_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(app->message, sizeof(app->message), fmt, ap);
	va_end(ap);
	app->message_kind = kind;
	app->dirty = true;
}

void app_status(struct app *app, enum status code)
{
	const char *detail = status_message();

	if (code == STATUS_OK)
		return;
	app_message(app, code == STATUS_CANCELLED ? MESSAGE_NOTE :
		code == STATUS_DENIED || code == STATUS_USAGE || code == STATUS_NOT_FOUND ? MESSAGE_WARNING :
		MESSAGE_ERROR, "%s", *detail ? detail : status_name(code));
}

/* verdict-reader beside our own file (a build tree), or where it was installed. */
const char *app_reader_path(char *out, size_t max)
{
	const char *env = getenv("VERDICT_READER");
	ssize_t n;
	char *slash;

	if (env && *env)
		return env;
	n = readlink("/proc/self/exe", out, max - 1);
	if (n > 0) {
		out[n] = '\0';
		slash = strrchr(out, '/');
		if (slash && (size_t)(slash - out) + sizeof("/verdict-reader") < max) {
			memcpy(slash, "/verdict-reader", sizeof("/verdict-reader"));
			if (access(out, X_OK) == 0)
				return out;
		}
	}
	return PKGLIBEXECDIR "/verdict-reader";
}

struct reader *app_reader_new(struct app *app)
{
	char path[4096];

	return reader_new(app->loop, app_reader_path(path, sizeof(path)));
}

struct reader *app_reader(struct app *app)
{
	if (!app->reader)
		app->reader = app_reader_new(app);
	return app->reader;
}

void app_store_job(struct app *app, struct job *job)
{
	worker_post(app->store, job);
}

void app_work_job(struct app *app, struct job *job)
{
	worker_post(app->work, job);
}

unsigned int app_awaited(const struct app *app)
{
	return (app->store ? worker_pending_urgent(app->store) : 0) +
		(app->work ? worker_pending_urgent(app->work) : 0);
}

unsigned int app_deliver(struct app *app, unsigned int max)
{
	unsigned int n = 0, awaited = app_awaited(app);

	if (app->store)
		n = worker_deliver(app->store, max);
	if (app->work && n < max)
		n += worker_deliver(app->work, max - n);
	app->answered = app->answered || app_awaited(app) < awaited;
	return n;
}

bool app_busy(struct app *app)
{
	enum screen_id id;

	if ((app->store && worker_pending(app->store) > 0) || (app->work && worker_pending(app->work) > 0))
		return true;
	if (findings_busy(app))
		return true;
	if (app->depth == 0)
		return false;
	id = screen_top(app);
	return screens[id]->busy && screens[id]->busy(app, app->state[id]);
}

struct refresh_job {
	struct job job;
	struct app *app;
	struct arena arena;
	struct event *event;
	struct zone *zone;
	struct person *me;
	const char *replica;
	struct store_counts counts;
	enum status code;
	char *notice, *why;
};

static struct event *copy_event(struct arena *a, const struct event *e)
{
	struct event *c = arena_dup(a, e, sizeof(*e));

	c->id = arena_str(a, e->id);
	c->name = arena_str(a, e->name);
	c->place = arena_str(a, e->place);
	c->begins = arena_str(a, e->begins);
	c->ends = arena_str(a, e->ends);
	c->tz_name = arena_str(a, e->tz_name);
	return c;
}

static struct person *copy_person(struct arena *a, const struct person *p)
{
	struct person *c = arena_dup(a, p, sizeof(*p));
	size_t i;

	c->id = arena_str(a, p->id);
	c->name = arena_str(a, p->name);
	c->organisations = arena_array(a, const char *, p->n_organisations + 1);
	for (i = 0; i < p->n_organisations; i++)
		c->organisations[i] = arena_str(a, p->organisations[i]);
	return c;
}

/* Store thread. */
static void refresh_run(struct job *job, void *resource)
{
	struct refresh_job *r = (struct refresh_job *)job;
	struct store *st = resource;
	const char *notice;

	if (!st) {
		r->code = STATUS_ERROR;
		return;
	}
	r->code = store_counts(&r->counts, st);
	if (r->code != STATUS_OK)
		r->why = mem_strdup(status_message());
	if (store_event(st))
		r->event = copy_event(&r->arena, store_event(st));
	if (r->event)
		r->zone = zone_of(r->event->tz_name, r->event->tz_min);
	if (store_me(st))
		r->me = copy_person(&r->arena, store_me(st));
	r->replica = arena_str(&r->arena, store_replica(st));
	notice = store_notice(st);
	if (notice)
		r->notice = mem_strdup(notice);
}

static void refresh_done(struct job *job)
{
	struct refresh_job *r = (struct refresh_job *)job;
	struct app *app = r->app;

	if (r->code == STATUS_OK) {
		arena_done(&app->info_arena);
		app->info_arena = r->arena;
		app->event = r->event;
		app->me = r->me;
		app->replica = r->replica;
		app->counts = r->counts;
		zone_free(app->zone);
		app->zone = r->zone;
		r->zone = NULL;
		app->tz_min = app->zone ? zone_offset(app->zone, clock_wall_ms()) : 0;
		app->informed = true;
	} else {
		arena_done(&r->arena);
		if (r->why)
			app_message(app, MESSAGE_ERROR, "%s", r->why);
	}
	if (r->notice)
		app_message(app, MESSAGE_WARNING, "%s", r->notice);
	app->dirty = true;
	zone_free(r->zone);
	mem_free(r->notice);
	mem_free(r->why);
	mem_free(r);
	if (turn_end(&app->refreshing))
		app_refresh(app);
}

void app_refresh(struct app *app)
{
	struct refresh_job *r;

	if (!app->store || (app->quit && app->informed) || !turn_begin(&app->refreshing))
		return;
	r = mem_zalloc(sizeof(*r));
	r->job = (struct job){ .name = "refresh", .run = refresh_run, .done = refresh_done,
		.urgent = !app->informed };	/* the first frame shows it */
	r->app = app;
	arena_init(&r->arena);
	app_store_job(app, &r->job);
}

void app_changed(struct app *app)
{
	app_told(app);
	app_online_saved(app);
}

void app_told(struct app *app)
{
	int i;

	app_refresh(app);
	for (i = 0; i < SCREEN_COUNT; i++)
		if (app->state[i] && screens[i]->changed)
			screens[i]->changed(app, app->state[i]);
	app->dirty = true;
}

const char *app_where(struct app *app)
{
	unsigned int i;
	const char *ti;

	for (i = app->depth; i-- > 0; ) {
		const struct screen *s = screens[app->stack[i]];

		ti = s->where ? s->where(app, app->state[app->stack[i]]) : NULL;
		if (ti)
			return ti;
	}
	return NULL;
}

void app_guard(struct app *app)
{
	app->guard = true;
	app->dirty = true;
}

static void run_key(struct app *app, const char *line)
{
	const struct command *cmd;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " "), line);
	cmd = command_find(word);
	if (cmd && (cmd->flags & CMD_DECIDES) && app->paint == app->pushed_paint) {
		app->guarded++;
		app->dirty = true;
		return;
	}
	(void)command_run(app, line);
}

static void unknown_key(struct app *app, int code)
{
	char name[KEY_NAME_MAX];

	app_message(app, MESSAGE_NOTE, "%s does nothing here; ? shows the keys",
		code == K_PASTE ? "pasted text" : key_label(name, code));
}

static void screen_key(struct app *app, const struct key_event *ev)
{
	enum screen_id id = screen_top(app);
	const struct screen *s = screens[id];
	void *state = app->state[id];
	bool editing = s->editing && s->editing(app, state);
	int code = key_event_code(ev);
	const char *line;

	if (editing && ev->text[0] && !ev->alt && s->key && s->key(app, state, ev))
		return;
	line = keymap_get(app->keymap, s->name, code, !editing);
	if (line) {
		run_key(app, line);
		return;
	}
	if (s->key && s->key(app, state, ev))
		return;
	line = editing ? keymap_get(app->keymap, "common", code, false) : NULL;
	if (line && !ev->text[0])
		run_key(app, line);
	else if (ev->key != K_MOUSE && ev->key != K_WHEEL_UP && ev->key != K_WHEEL_DOWN)
		unknown_key(app, code);
}

void app_key(struct app *app, const struct key_event *ev)
{
	app->dirty = true;
	if (app->too_small) {
		if (ev->key == 'q' || ev->key == K_CTRL('C'))
			app->quit = true;
		else if (ev->key == K_CTRL('Z'))
			(void)command_run(app, "suspend");
		return;
	}
	if (app->guard) {
		app->guarded++;
		return;
	}
	app->message[0] = '\0';
	if (prompt_key(app, ev) || app->depth == 0)
		return;
	screen_key(app, ev);
}
