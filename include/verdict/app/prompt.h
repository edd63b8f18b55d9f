/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_PROMPT_H
#define VERDICT_APP_PROMPT_H
#include <stdbool.h>
#include "verdict/app/key.h"
#include "verdict/app/lineedit.h"
#include "verdict/base/status.h"

/* The line above the footer: commands with history and completion, search as you type, questions. UI thread. */
struct app;
struct prompt;
enum prompt_mode { PROMPT_NONE, PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_ASK, PROMPT_CONFIRM };
typedef void (*prompt_text_cb)(struct app *app, const char *text, void *data);	/* text NULL: cancelled */
typedef void (*prompt_answer_cb)(struct app *app, char answer, void *data);	/* 0: cancelled */

struct prompt *prompt_new(void);
void prompt_free(struct prompt *p);
enum prompt_mode prompt_mode(const struct prompt *p);

void prompt_command(struct app *app, const char *initial);	/* ":" */
void prompt_search(struct app *app, const char *initial);	/* "/" to the top screen's `search` */
/* Ask for a line of text. */
void prompt_ask(struct app *app, const char *label, const char *initial, prompt_text_cb cb, void *data);
/* The same, shown as dots and wiped after: a passphrase. */
void prompt_secret(struct app *app, const char *label, prompt_text_cb cb, void *data);
bool prompt_is_secret(const struct prompt *p);
/*
 * Ask for one key out of `answers` ("yn"); Esc cancels. Keys typed before the question was painted are thrown
 * away.
 */
void prompt_confirm(struct app *app, const char *question, const char *answers, prompt_answer_cb cb, void *data);
/* The same among several: "p=passed|d=did not complete", each key with its word in the footer; app_message() asks. */
void prompt_choose(struct app *app, const char *choices, prompt_answer_cb cb, void *data);
bool prompt_key(struct app *app, const struct key_event *ev);	/* true when a prompt took it */

/* For drawing; borrowed. */
const char *prompt_label(const struct prompt *p);
const char *prompt_choices(const struct prompt *p);	/* NULL where it is no such prompt */
const struct lineedit *prompt_line(const struct prompt *p);	/* NULL in a confirmation */
/* Candidates of the last Tab, NULL-terminated, or NULL. */
const char *const *prompt_candidates(const struct prompt *p);
const char *prompt_hint(const struct prompt *p);	/* usage of the command being typed, or NULL */

#endif
