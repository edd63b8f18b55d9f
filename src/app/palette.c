/* SPDX-License-Identifier: Apache-2.0 */
/* App halves of the help, palette and welcome screens. Layer app, UI thread. */
#include "verdict/app/palette.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "verdict/app/prompt.h"
#include "verdict/base/mem.h"
#include "src/app/app_priv.h"

static void *palette_init(struct app *app)
{
	struct palette *p = mem_zalloc(sizeof(*p));

	(void)app;
	lineedit_init(&p->line, 256);
	return p;
}

static void palette_done(struct app *app, void *state)
{
	struct palette *p = state;

	(void)app;
	lineedit_done(&p->line);
	mem_free(p);
}

/* How well a command fits the words: its name begins so, a word of it does, it holds them, … ; 0 not at all. */
static int rank(const struct command *cmd, const char *words)
{
	const char *at = cmd->name, *w;

	if (strncasecmp(cmd->name, words, strlen(words)) == 0)
		return 5;
	for (at = cmd->name + 1; (at = strcasestr(at, words)); at++)
		if (at[-1] == '-')
			return 4;
	if (strcasestr(cmd->name, words))
		return 3;
	if (strcasestr(cmd->help, words))
		return 2;
	at = cmd->name;
	for (w = words; *w; w++) {	/* letters in this order */
		if (*w == ' ')
			continue;
		at = strchr(at, *w | 0x20);
		if (!at)
			return 0;
		at++;
	}
	return 1;
}

static void find(struct app *app, struct palette *p)
{
	const struct command *cmd;
	size_t i;
	int r;

	p->n = 0;
	for (r = 5; r > 0; r--)
		for (i = 0; (cmd = command_at(i)); i++)
			if (!(cmd->flags & CMD_HIDDEN) && rank(cmd, lineedit_text(&p->line)) == r &&
			    p->n < PALETTE_MAX)
				p->found[p->n++] = cmd;
	p->cursor = p->top = 0;
	app->dirty = true;
}

static void palette_enter(struct app *app, void *state)
{
	struct palette *p = state;

	lineedit_set(&p->line, "");
	p->from = app->depth > 1 ? app->stack[app->depth - 2] : SCREEN_QUEUE;
	find(app, p);
}

static bool palette_editing(struct app *app, void *state)
{
	(void)app, (void)state;
	return true;
}

static bool palette_key(struct app *app, void *state, const struct key_event *ev)
{
	struct palette *p = state;

	if (!lineedit_key(&p->line, ev))
		return false;
	find(app, p);
	return true;
}

static void palette_move(struct app *app, void *state, enum move what, int n)
{
	struct palette *p = state;
	int page = app->body_rows > 3 ? app->body_rows - 2 : 1;

	if (what == MOVE_PAGE_DOWN || what == MOVE_HALF_DOWN || what == MOVE_PAGE_UP || what == MOVE_HALF_UP)
		n = page;
	if (what != MOVE_LEFT && what != MOVE_RIGHT)
		p->cursor = move_at(p->cursor, (int)p->n, what, n);
}

/* A command that takes something goes to the prompt, where the rest can be typed. */
static enum status palette_open(struct app *app, void *state)
{
	struct palette *p = state;
	const struct command *cmd = p->cursor < (int)p->n ? p->found[p->cursor] : NULL;
	char line[80];

	if (!cmd)
		return status_set(STATUS_NOT_FOUND, "no command is called so");
	screen_pop(app);
	if (cmd->usage && cmd->usage[0] != '[') {
		snprintf(line, sizeof(line), "%s ", cmd->name);
		prompt_command(app, line);
		return STATUS_OK;
	}
	return command_run(app, cmd->name);
}

const struct screen screen_palette = {
	.name = "palette", .title = "Commands",
	.init = palette_init, .done = palette_done, .enter = palette_enter, .editing = palette_editing,
	.key = palette_key, .move = palette_move, .open = palette_open,
};

static void *help_init(struct app *app)
{
	(void)app;
	return mem_zalloc(sizeof(struct help));
}

static void help_done(struct app *app, void *state)
{
	(void)app;
	mem_free(state);
}

/* A line of the help belongs to a key, or is a heading, or is empty. */
static void add(struct help *h, const char *map, const struct binding *b)
{
	if (h->n < HELP_MAX)
		h->line[h->n++] = (struct help_line){ map, b ? b->key : 0, b ? b->command : NULL };
}

static bool shown_before(const struct help *h, const char *map, const char *command)
{
	size_t i;

	for (i = h->n; i-- > 0 && h->line[i].map && strcmp(h->line[i].map, map) == 0; )
		if (h->line[i].command && strcmp(h->line[i].command, command) == 0)
			return true;
	return false;
}

static void add_map(struct app *app, struct help *h, const char *map)
{
	const struct binding *b;
	size_t i;

	add(h, map, NULL);
	for (i = 0; (b = keymap_at(app->keymap, i)); i++)
		if (strcmp(b->map, map) == 0 && strcmp(b->command, "none") != 0 &&
		    !shown_before(h, map, b->command))
			add(h, map, b);
}

static bool map_used(struct app *app, const char *map)
{
	const struct binding *b;
	size_t i;

	for (i = 0; (b = keymap_at(app->keymap, i)); i++)
		if (strcmp(b->map, map) == 0)
			return true;
	return false;
}

/* The screen one came from first, then what works everywhere, then the others. */
static void help_enter(struct app *app, void *state)
{
	struct help *h = state;
	enum screen_id from = app->depth > 1 ? app->stack[app->depth - 2] : SCREEN_QUEUE;
	int i;

	memset(h, 0, sizeof(*h));
	if (map_used(app, screens[from]->name))
		add_map(app, h, screens[from]->name);
	add_map(app, h, "common");
	for (i = 0; i < SCREEN_COUNT; i++)
		if (screens[i] && i != (int)from && map_used(app, screens[i]->name))
			add_map(app, h, screens[i]->name);
}

static void help_move(struct app *app, void *state, enum move what, int n)
{
	struct help *h = state;
	int page = app->body_rows > 1 ? app->body_rows - 1 : 1, to = h->top;

	switch (what) {
	case MOVE_DOWN: to += n; break;
	case MOVE_UP: to -= n; break;
	case MOVE_PAGE_DOWN: to += page * n; break;
	case MOVE_PAGE_UP: to -= page * n; break;
	case MOVE_HALF_DOWN: to += page / 2 * n; break;
	case MOVE_HALF_UP: to -= page / 2 * n; break;
	case MOVE_FIRST: to = 0; break;
	case MOVE_LAST: to = h->rows; break;
	case MOVE_TO: to = n; break;
	default: break;
	}
	if (to > h->rows - app->body_rows)
		to = h->rows - app->body_rows;
	h->top = to < 0 ? 0 : to;
}

const struct screen screen_help = {
	.name = "help", .title = "Help",
	.init = help_init, .done = help_done, .enter = help_enter, .move = help_move,
};

static void nothing(struct app *app, void *state)
{
	(void)app, (void)state;
}

static void *welcome_init(struct app *app)
{
	(void)app;
	return NULL;
}

/* Once an event is here there is nothing to welcome to. */
static void welcome_changed(struct app *app, void *state)
{
	(void)state;
	app->dirty = true;
}

const struct screen screen_welcome = {
	.name = "welcome", .title = "Welcome",
	.init = welcome_init, .done = nothing, .enter = nothing, .changed = welcome_changed,
};
