/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_OPTIONS_H
#define VERDICT_APP_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/status.h"

/* Table of options: verdict.conf, `:set`, verdict.conf(5). UI thread. */
struct app;
struct options;
enum option_type { OPTION_BOOL, OPTION_INT, OPTION_WORD, OPTION_TEXT };
#define OPTION_TEXT_MAX 900
struct option {
	const char *name;
	enum option_type type;
	const char *normal;	/* default, as written */
	long min, max;		/* of an integer */
	const char *words;	/* allowed words, parted by blanks */
	const char *unit;	/* "ms", or NULL */
	const char *help;	/* one sentence */
};
struct options *options_new(void);
void options_free(struct options *o);
const struct option *option_at(size_t i);	/* sorted; NULL past the end */
const struct option *option_find(const char *name);
enum status options_set(struct options *o, const char *name, const char *value);	/* STATUS_USAGE */
/* The name must be in the table (assert). */
bool options_bool(const struct options *o, const char *name);
long options_int(const struct options *o, const char *name);
const char *options_word(const struct options *o, const char *name);

/*
 * Read a configuration file: lines "set …", "bind …", "style …" and nothing else; `style` (may be NULL) takes
 * the last kind. Every bad line is told with file and line number through `trouble` (may be NULL); good lines
 * hold. STATUS_NOT_FOUND without the file; STATUS_USAGE with a bad line.
 */
enum status config_read(struct app *app, const char *path,
	enum status (*style)(const char *line, void *data), void *data,
	void (*trouble)(const char *sentence, void *data), void *trouble_data);

/* The "set" lines alone, for a subcommand; those of other kinds are passed over. STATUS_NOT_FOUND, STATUS_USAGE. */
enum status config_options(struct options *o, const char *path,
	void (*trouble)(const char *sentence, void *data), void *data);
/* $XDG_CONFIG_HOME/verdict/verdict.conf or ~/.config/verdict/verdict.conf. */
void config_path(char *out, size_t max);

#endif
