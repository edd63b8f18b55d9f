/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration text: "set", "bind" and "style" lines, one look for ours and the user's. Layer app, UI thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "src/app/app_priv.h"

#define CONFIG_MAX (256 * 1024)
#define LINE_MAX_ 1024

struct sink {
	struct keymap *km;
	struct options *options;
	enum status (*style)(const char *line, void *data);
	void *data;
};

/* The rest of a line from the n-th word on, blanks around it cut. */
static char *rest_from(char *line, int n)
{
	char *end;

	line += strspn(line, " \t");
	for (; n > 0; n--) {
		line += strcspn(line, " \t");
		line += strspn(line, " \t");
	}
	end = line + strlen(line);
	while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	return line;
}

static void word_at(char *out, size_t max, const char *line, int n)
{
	line += strspn(line, " \t");
	for (; n > 0; n--) {
		line += strcspn(line, " \t");
		line += strspn(line, " \t");
	}
	snprintf(out, max, "%.*s", (int)strcspn(line, " \t\r"), line);
}

static enum status apply(const struct sink *to, char *line)
{
	char verb[32], one[64], two[64];

	word_at(verb, sizeof(verb), line, 0);
	if (!verb[0] || verb[0] == '#')
		return STATUS_OK;
	word_at(one, sizeof(one), line, 1);
	word_at(two, sizeof(two), line, 2);
	if (to->style && strcmp(verb, "style") != 0)
		return STATUS_OK;	/* the second reading, after a first one for all else */
	if (!to->km)
		return strcmp(verb, "set") == 0 ? options_set(to->options, one, rest_from(line, 2)) : STATUS_OK;
	if (strcmp(verb, "bind") == 0)
		return keymap_bind(to->km, one, two, rest_from(line, 3));
	if (strcmp(verb, "set") == 0 && to->options)
		return options_set(to->options, one, rest_from(line, 2));
	if (strcmp(verb, "style") == 0)
		return to->style ? to->style(line, to->data) : STATUS_OK;
	return status_set(STATUS_USAGE, "\"%s\" is none of set, bind, style", verb);
}

static enum status apply_all(const struct sink *to, const char *text, const char *name,
	void (*trouble)(const char *sentence, void *data), void *data)
{
	enum status code = STATUS_OK, one;
	char line[LINE_MAX_], sentence[LINE_MAX_ + 256];
	unsigned int n = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		n++;
		snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1), text);
		one = len < sizeof(line) ? apply(to, line) : status_set(STATUS_USAGE, "the line is too long");
		if (one != STATUS_OK) {
			code = one;
			snprintf(sentence, sizeof(sentence), "%s:%u: %s", name, n, status_message());
			trouble(sentence, data);
		}
		text += len + (text[len] == '\n');
	}
	return code;
}

static void log_trouble(const char *sentence, void *data)
{
	(void)data;
	log_line(LOG_ERROR_, "%s", sentence);
}

void config_text(struct keymap *km, struct options *options, const char *text, const char *name)
{
	struct sink to = { .km = km, .options = options };

	(void)apply_all(&to, text, name, log_trouble, NULL);
}

enum status config_read(struct app *app, const char *path,
	enum status (*style)(const char *line, void *data), void *data,
	void (*trouble)(const char *sentence, void *data), void *trouble_data)
{
	struct sink to = { app->keymap, app->options, style, data };
	enum status code;
	struct buf text;

	buf_init(&text, CONFIG_MAX);
	code = io_read_file(&text, path, CONFIG_MAX);
	if (code == STATUS_OK && memchr(buf_str(&text), '\0', text.len))
		code = status_set(STATUS_INVALID, "%s: holds a zero byte", path);
	if (code == STATUS_OK)
		code = apply_all(&to, buf_str(&text), path, trouble ? trouble : log_trouble, trouble_data);
	buf_done(&text);
	return code;
}

enum status config_options(struct options *o, const char *path,
	void (*trouble)(const char *sentence, void *data), void *data)
{
	struct sink to = { .options = o };
	enum status code;
	struct buf text;

	buf_init(&text, CONFIG_MAX);
	code = io_read_file(&text, path, CONFIG_MAX);
	if (code == STATUS_OK && memchr(buf_str(&text), '\0', text.len))
		code = status_set(STATUS_INVALID, "%s: holds a zero byte", path);
	if (code == STATUS_OK)
		(void)apply_all(&to, buf_str(&text), path, trouble, data);	/* the other lines hold */
	buf_done(&text);
	return code;
}

void config_path(char *out, size_t max)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (base && *base)
		snprintf(out, max, "%s/verdict/verdict.conf", base);
	else
		snprintf(out, max, "%s/.config/verdict/verdict.conf", home ? home : "");
}
