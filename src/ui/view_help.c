/* SPDX-License-Identifier: Apache-2.0 */
/* Help, palette and welcome, made from the tables. Layer ui, UI thread. */
#include <stdio.h>
#include <string.h>

#include "verdict/app/palette.h"
#include "verdict/ui/view.h"
#include "src/ui/ui_priv.h"

#define KEYS_W 20

static const char *map_title(const char *map)
{
	int i;

	for (i = 0; i < SCREEN_COUNT; i++)
		if (screens[i] && strcmp(screens[i]->name, map) == 0)
			return screens[i]->title;
	return "Everywhere";
}

/* All keys of a command line in a map, "j, Down". */
static void keys_of(char *out, size_t max, const struct keymap *km, const char *map, const char *command)
{
	const struct binding *b;
	char name[KEY_NAME_MAX];
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; (b = keymap_at(km, i)) && n < max; i++)
		if (strcmp(b->map, map) == 0 && strcmp(b->command, command) == 0)
			n += (size_t)snprintf(out + n, max - n, "%s%s", n ? ", " : "", key_label(name, b->key));
}

/* Rows used; drawn where they are inside. A long sentence goes on below itself. */
static int draw_binding(struct app *app, const struct area *a, int row, const struct help_line *l)
{
	const struct command *cmd;
	char keys[128], name[64];
	int at = 3 + KEYS_W, n;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(l->command, " "), l->command);
	cmd = command_find(name);
	keys_of(keys, sizeof(keys), app->keymap, l->map, l->command);
	draw_str(a, row, 3, KEYS_W - 1, STYLE_KEY, 0, keys);
	draw_str(a, row, at, 17, STYLE_NORMAL, 0, l->command);
	n = draw_wrapped(a, row, at + 18, a->cols - at - 19, 4, STYLE_DIM, 0, cmd ? cmd->help : "");
	return n > 0 ? n : 1;
}

static void help_draw(struct app *app, void *state, const struct area *a)
{
	struct help *h = state;
	int row = -h->top;
	size_t i;

	for (i = 0; i < h->n; i++) {
		if (h->line[i].command) {
			row += draw_binding(app, a, row, &h->line[i]);
			continue;
		}
		row += i > 0;
		draw_str(a, row++, 1, -1, STYLE_TITLE, 0, map_title(h->line[i].map));
	}
	row += 1 + draw_wrapped(a, row + 1, 1, a->cols - 2, 3, STYLE_DIM, 0,
		"Every command also runs from the prompt (:) and from a script. Keys are set in verdict.conf(5).");
	h->rows = row + h->top;
}

static const char *const *help_hints(struct app *app, void *state)
{
	static const char *const hints[] = { "down", "page-down=page", "palette=find a command", "back", NULL };

	(void)app, (void)state;
	return hints;
}

static void help_place(struct app *app, void *state, char *out, int max)
{
	const struct help *h = state;
	int last = h->top + app->body_rows;

	snprintf(out, (size_t)max, "%d%%", h->rows <= app->body_rows || last >= h->rows ? 100 : last * 100 / h->rows);
}

const struct view view_help = { .draw = help_draw, .hints = help_hints, .place = help_place };

/* `under`: the app as it is without the palette on top, for what is possible there. */
static void draw_command(const struct app *under, const struct area *a, int row, const struct palette *p,
	const struct command *cmd, bool here)
{
	char key[KEY_NAME_MAX] = "";
	const char *why = command_why_not(cmd, under);
	enum style s = here ? STYLE_CURSOR : why ? STYLE_DIM : STYLE_NORMAL;
	int n;

	keymap_key_of(key, under->keymap, screens[p->from]->name, cmd->name);
	if (here)
		draw_fill(a, row, 0, a->cols, s, 0);
	if (here)
		draw_glyph(a, row, 0, s, 0, GLYPH_CURSOR);
	draw_str(a, row, 2, 9, here ? s : STYLE_KEY, 0, key);
	n = draw_str(a, row, 12, 24, s, 0, cmd->name);
	if (cmd->usage)
		draw_str(a, row, 13 + n, 24 - n, here ? s : STYLE_DIM, 0, cmd->usage);
	draw_str(a, row, 38, a->cols - 39, here ? s : STYLE_DIM, 0, cmd->help);
}

static void palette_draw(struct app *app, void *state, const struct area *a)
{
	struct palette *p = state;
	struct app under = *app;
	int rows = a->rows - 2, i, n;

	under.depth -= under.depth > 1;
	n = draw_str(a, 0, 1, -1, STYLE_LABEL, 0, "command ");
	draw_str(a, 0, 1 + n, -1, STYLE_PROMPT, 0, lineedit_text(&p->line));
	a->canvas->cursor_row = a->row;
	a->canvas->cursor_col = a->col + 1 + n + (int)text_width(lineedit_text(&p->line), p->line.cursor);
	if (a->canvas->cursor_col >= a->canvas->cols)
		a->canvas->cursor_col = a->canvas->cols - 1;
	if (p->cursor < p->top)
		p->top = p->cursor;
	if (p->cursor >= p->top + rows)
		p->top = p->cursor - rows + 1;
	for (i = 0; i < rows && p->top + i < (int)p->n; i++)
		draw_command(&under, a, i + 2, p, p->found[p->top + i], p->top + i == p->cursor);
	if (p->n == 0)
		draw_str(a, 3, 4, -1, STYLE_NORMAL, 0, "No command is called so. Backspace takes letters back.");
}

static const char *const *palette_hints(struct app *app, void *state)
{
	static const char *const hints[] = { "enter=run", "back", NULL };

	(void)app, (void)state;
	return hints;
}

static void palette_place(struct app *app, void *state, char *out, int max)
{
	const struct palette *p = state;

	(void)app;
	snprintf(out, (size_t)max, "%zu commands", p->n);
}

static bool palette_click(struct app *app, void *state, const struct area *a, int row, int col, char *line, int max)
{
	struct palette *p = state;

	(void)app, (void)a, (void)col;
	if (row < 2 || p->top + row - 2 >= (int)p->n)
		return false;
	p->cursor = p->top + row - 2;
	snprintf(line, (size_t)max, "enter");
	return true;
}

const struct view view_palette = {
	.draw = palette_draw, .hints = palette_hints, .place = palette_place, .click = palette_click,
};

static void welcome_draw(struct app *app, void *state, const struct area *a)
{
	static const char *const lines[] = {
		"Verdict, the console of the Connectathon monitor.",
		"",
		"There is no event on this console yet. Leave, and run in a shell:",
		"",
		"  verdict join 'CODE'             with the code from the hub's keeper",
		"  verdict join FILE               with a join file, without network",
		"  verdict join PACK --as PERSON   take in an event pack and join it",
		"  verdict import pack PACK        only take it in, for reading",
		"",
		"PACK is a folder or a .tar.zst that the event's manager gives out.",
	};
	size_t i;

	(void)app, (void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		draw_str(a, 2 + (int)i, 4, a->cols - 6, i == 0 ? STYLE_TITLE : STYLE_NORMAL, 0, lines[i]);
}

static const char *const *welcome_hints(struct app *app, void *state)
{
	static const char *const hints[] = { "help", "prompt=command", "quit", NULL };

	(void)app, (void)state;
	return hints;
}

const struct view view_welcome = { .draw = welcome_draw, .hints = welcome_hints };
