/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prompt line: commands with history and completion, search as you type, questions for a text or one key.
 * Layer app, UI thread.
 */
#include "verdict/app/prompt.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "src/app/app_priv.h"

#define PROMPT_TEXT_MAX 4096
#define HISTORY_MAX 200
#define CANDIDATES_MAX 64
#define CHOICES_MAX 256

struct history { VEC(char *) lines; };

struct prompt {
	enum prompt_mode mode;
	struct lineedit line;
	char label[256];
	struct history history[2];	/* of commands, of searches */
	size_t at;			/* place in the history while walking it */
	char *draft;			/* what was typed before walking */
	const char *candidates[CANDIDATES_MAX + 1];
	size_t n_candidates, next_candidate, word_begin;
	char answers[16];
	char choices[CHOICES_MAX];	/* of prompt_choose(), else "" */
	prompt_text_cb text_cb;
	prompt_answer_cb answer_cb;
	void *data;
	bool secret;			/* show dots, keep nothing */
};

struct prompt *prompt_new(void)
{
	struct prompt *p = mem_zalloc(sizeof(*p));

	lineedit_init(&p->line, PROMPT_TEXT_MAX);
	return p;
}

static void history_free(struct history *h)
{
	size_t i;

	for (i = 0; i < h->lines.len; i++)
		mem_free(h->lines.at[i]);
	vec_done(&h->lines);
}

void prompt_free(struct prompt *p)
{
	if (!p)
		return;
	lineedit_done(&p->line);
	history_free(&p->history[0]);
	history_free(&p->history[1]);
	mem_free(p->draft);
	mem_free(p);
}

enum prompt_mode prompt_mode(const struct prompt *p)
{
	return p->mode;
}

static struct history *history_of(struct prompt *p)
{
	return p->mode == PROMPT_COMMAND ? &p->history[0] : p->mode == PROMPT_SEARCH ? &p->history[1] : NULL;
}

static void forget_candidates(struct prompt *p)
{
	p->n_candidates = p->next_candidate = 0;
	p->candidates[0] = NULL;
}

static void begin(struct app *app, enum prompt_mode mode, const char *label, const char *initial)
{
	struct prompt *p = app->prompt;

	p->mode = mode;
	p->secret = false;
	snprintf(p->label, sizeof(p->label), "%s", label);
	lineedit_set(&p->line, initial ? initial : "");
	forget_candidates(p);
	if (history_of(p))
		p->at = history_of(p)->lines.len;
	app->dirty = true;
}

void prompt_command(struct app *app, const char *initial)
{
	begin(app, PROMPT_COMMAND, ":", initial);
}

void prompt_search(struct app *app, const char *initial)
{
	begin(app, PROMPT_SEARCH, "/", initial);
}

void prompt_ask(struct app *app, const char *label, const char *initial, prompt_text_cb cb, void *data)
{
	app->prompt->text_cb = cb;
	app->prompt->data = data;
	begin(app, PROMPT_ASK, label, initial);
}

void prompt_secret(struct app *app, const char *label, prompt_text_cb cb, void *data)
{
	prompt_ask(app, label, "", cb, data);
	app->prompt->secret = true;
}

bool prompt_is_secret(const struct prompt *p)
{
	return p->secret && p->mode == PROMPT_ASK;
}

void prompt_confirm(struct app *app, const char *question, const char *answers, prompt_answer_cb cb, void *data)
{
	app->prompt->answer_cb = cb;
	app->prompt->data = data;
	snprintf(app->prompt->answers, sizeof(app->prompt->answers), "%s", answers);
	app->prompt->choices[0] = '\0';
	begin(app, PROMPT_CONFIRM, question, "");
	app_guard(app);
}

void prompt_choose(struct app *app, const char *choices, prompt_answer_cb cb, void *data)
{
	struct prompt *p = app->prompt;
	size_t n = 0;

	prompt_confirm(app, "", "", cb, data);
	snprintf(p->choices, sizeof(p->choices), "%s", choices);
	for (const char *at = choices; at && *at && n + 1 < sizeof(p->answers); at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
		p->answers[n++] = *at;
	p->answers[n] = '\0';
}

static enum status search(struct app *app, enum search_op op, const char *text)
{
	enum screen_id id = screen_top(app);

	return screens[id]->search ? screens[id]->search(app, app->state[id], op, text) : STATUS_OK;
}

static void cancel(struct app *app)
{
	struct prompt *p = app->prompt;
	enum prompt_mode mode = p->mode;

	p->mode = PROMPT_NONE;
	forget_candidates(p);
	app->dirty = true;
	if (mode == PROMPT_SEARCH)
		(void)search(app, SEARCH_CANCELLED, "");
	else if (mode == PROMPT_ASK)
		p->text_cb(app, NULL, p->data);
	else if (mode == PROMPT_CONFIRM)
		p->answer_cb(app, 0, p->data);
}

static void remember(struct history *h, const char *text)
{
	if (!*text || (h->lines.len > 0 && strcmp(h->lines.at[h->lines.len - 1], text) == 0))
		return;
	if (h->lines.len == HISTORY_MAX) {
		mem_free(h->lines.at[0]);
		memmove(h->lines.at, h->lines.at + 1, (HISTORY_MAX - 1) * sizeof(h->lines.at[0]));
		h->lines.len--;
	}
	vec_push(&h->lines, mem_strdup(text));
}

/* The prompt closes before what it was for runs: that may open another one. */
static void accept(struct app *app)
{
	struct prompt *p = app->prompt;
	enum prompt_mode mode = p->mode;
	bool secret = p->secret;
	char *text = mem_strdup(lineedit_text(&p->line));

	if (history_of(p))
		remember(history_of(p), text);
	p->mode = PROMPT_NONE;
	forget_candidates(p);
	if (mode == PROMPT_COMMAND)
		(void)command_run(app, text);
	else if (mode == PROMPT_SEARCH)
		app_status(app, search(app, SEARCH_DONE, text));
	else
		p->text_cb(app, text, p->data);
	if (secret) {
		explicit_bzero(text, strlen(text));
		if (p->mode == PROMPT_NONE && p->line.text.ptr)
			explicit_bzero(p->line.text.ptr, p->line.text.len);
	}
	mem_free(text);
}

static void walk_history(struct prompt *p, int step)
{
	struct history *h = history_of(p);

	if (!h || (step < 0 ? p->at == 0 : p->at == h->lines.len))
		return;
	if (p->at == h->lines.len) {
		mem_free(p->draft);
		p->draft = mem_strdup(lineedit_text(&p->line));
	}
	p->at = step < 0 ? p->at - 1 : p->at + 1;
	lineedit_set(&p->line, p->at < h->lines.len ? h->lines.at[p->at] : p->draft);
}

static void offer_commands(struct prompt *p, const char *prefix)
{
	const struct command *cmd;
	size_t i;

	for (i = 0; (cmd = command_at(i)) && p->n_candidates < CANDIDATES_MAX; i++)
		if (!(cmd->flags & CMD_HIDDEN) && strncmp(cmd->name, prefix, strlen(prefix)) == 0)
			p->candidates[p->n_candidates++] = cmd->name;
}

static void offer_arguments(struct app *app, const char *line, int arg, const char *prefix)
{
	struct prompt *p = app->prompt;
	const struct command *cmd;
	const char **found;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " "), line);
	cmd = command_find(word);
	found = cmd && cmd->complete ? cmd->complete(app, arg, prefix) : NULL;
	for (; found && *found && p->n_candidates < CANDIDATES_MAX; found++)
		if (strncasecmp(*found, prefix, strlen(prefix)) == 0)
			p->candidates[p->n_candidates++] = *found;
}

/* Replace the word before the cursor by `word`, which may be cut after `len` bytes. */
static void replace_word(struct prompt *p, const char *word, size_t len, bool blank)
{
	buf_cut(&p->line.text, p->word_begin, p->line.cursor - p->word_begin);
	p->line.cursor = p->word_begin;
	lineedit_insert(&p->line, word, len);
	if (blank)
		lineedit_insert(&p->line, " ", 1);
}

static size_t common_prefix(const char *const *words)
{
	size_t n = strlen(words[0]), i, k;

	for (i = 1; words[i]; i++) {
		for (k = 0; k < n && words[i][k] == words[0][k]; k++)
			;
		n = k;
	}
	return n;
}

/* First Tab: as far as all candidates agree; further Tabs walk through them. */
static void complete(struct app *app)
{
	struct prompt *p = app->prompt;
	char prefix[128];
	size_t i;
	int arg = 0;

	if (p->n_candidates > 1) {
		replace_word(p, p->candidates[p->next_candidate], strlen(p->candidates[p->next_candidate]), false);
		p->next_candidate = (p->next_candidate + 1) % p->n_candidates;
		return;
	}
	forget_candidates(p);
	p->word_begin = 0;
	for (i = 0; i < p->line.cursor; i++) {
		if (p->line.text.ptr[i] != ' ')
			continue;
		p->word_begin = i + 1;
		arg += i > 0 && p->line.text.ptr[i - 1] != ' ';
	}
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(p->line.cursor - p->word_begin),
		lineedit_text(&p->line) + p->word_begin);
	if (arg == 0)
		offer_commands(p, prefix);
	else
		offer_arguments(app, lineedit_text(&p->line), arg, prefix);
	p->candidates[p->n_candidates] = NULL;
	if (p->n_candidates > 0)
		replace_word(p, p->candidates[0], common_prefix(p->candidates), p->n_candidates == 1);
	if (p->n_candidates == 1)
		forget_candidates(p);
}

static bool confirm_key(struct app *app, const struct key_event *ev)
{
	struct prompt *p = app->prompt;
	const char *hit = ev->text[0] && !ev->text[1] ? strchr(p->answers, ev->text[0] | 0x20) : NULL;

	if (ev->key == K_ESC) {
		cancel(app);
	} else if (hit) {
		p->mode = PROMPT_NONE;
		app->dirty = true;
		p->answer_cb(app, *hit, p->data);
	}
	return true;
}

/* While searching, these move through what is found. */
static bool search_moves(struct app *app, int code)
{
	enum screen_id id = screen_top(app);
	enum move m;

	switch (code) {
	case K_UP: m = MOVE_UP; break;
	case K_DOWN: m = MOVE_DOWN; break;
	case K_PGUP: m = MOVE_PAGE_UP; break;
	case K_PGDN: m = MOVE_PAGE_DOWN; break;
	default: return false;
	}
	if (app->prompt->mode != PROMPT_SEARCH || !screens[id]->move)
		return false;
	screens[id]->move(app, app->state[id], m, 1);
	return true;
}

static bool edit_key(struct app *app, const struct key_event *ev)
{
	struct prompt *p = app->prompt;
	size_t len = p->line.text.len;

	if (ev->key == K_BACKSPACE && len == 0 && p->mode != PROMPT_ASK) {
		cancel(app);
		return true;
	}
	forget_candidates(p);
	if (!lineedit_key(&p->line, ev))
		return true;
	if (p->mode == PROMPT_SEARCH)
		(void)search(app, SEARCH_TYPED, lineedit_text(&p->line));
	return true;
}

bool prompt_key(struct app *app, const struct key_event *ev)
{
	struct prompt *p = app->prompt;
	int code = key_event_code(ev);

	if (p->mode == PROMPT_NONE)
		return false;
	app->dirty = true;
	if (p->mode == PROMPT_CONFIRM)
		return confirm_key(app, ev);
	if (search_moves(app, code))
		return true;
	switch (code) {
	case K_ESC: case K_CTRL('C'): case K_CTRL('G'): cancel(app); return true;
	case K_ENTER: accept(app); return true;
	case K_UP: case K_CTRL('P'): walk_history(p, -1); break;
	case K_DOWN: case K_CTRL('N'): walk_history(p, 1); break;
	case K_TAB:
		if (p->mode == PROMPT_COMMAND)
			complete(app);
		return true;
	default: return edit_key(app, ev);
	}
	if (p->mode == PROMPT_SEARCH)
		(void)search(app, SEARCH_TYPED, lineedit_text(&p->line));
	return true;
}

const char *prompt_label(const struct prompt *p)
{
	return p->label;
}

const char *prompt_choices(const struct prompt *p)
{
	return p->mode == PROMPT_CONFIRM && p->choices[0] ? p->choices : NULL;
}

const struct lineedit *prompt_line(const struct prompt *p)
{
	return p->mode == PROMPT_CONFIRM || p->mode == PROMPT_NONE ? NULL : &p->line;
}

const char *const *prompt_candidates(const struct prompt *p)
{
	return p->n_candidates > 1 ? p->candidates : NULL;
}

const char *prompt_hint(const struct prompt *p)
{
	const struct command *cmd;
	char word[64];
	size_t n = strcspn(lineedit_text(&p->line), " ");

	if (p->mode != PROMPT_COMMAND || n == 0)
		return NULL;
	snprintf(word, sizeof(word), "%.*s", (int)n, lineedit_text(&p->line));
	cmd = command_find(word);
	return cmd ? cmd->help : NULL;
}
