/* SPDX-License-Identifier: Apache-2.0 */
/* Command files, and keys typed by them. Layer app, UI thread. */
#include "verdict/app/script.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "verdict/base/mem.h"
#include "src/app/app_priv.h"

#define SETTLE_S 10
#define SCRIPT_LINE_MAX 4096

struct script {
	FILE *file;
	char *name;
	unsigned int line;
};

enum status script_open(struct script **out, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct script *s;

	if (!file)
		return status_errno("script %s", path);
	s = mem_zalloc(sizeof(*s));
	s->file = file;
	s->name = mem_strdup(path);
	*out = s;
	return STATUS_OK;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	if (s->file != stdin)
		fclose(s->file);
	mem_free(s->name);
	mem_free(s);
}

static void paint(struct app *app)
{
	if (app->hooks && app->hooks->paint)
		app->hooks->paint(app);
}

/* Not the clock that scripts freeze. */
static time_t now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

enum status script_settle(struct app *app)
{
	time_t end = now_s() + SETTLE_S;

	paint(app);	/* a painter asks for the rows it lacks */
	do {
		while (app_deliver(app, 1000) > 0 && now_s() <= end)
			;
		if (app_busy(app))
			(void)loop_turn(app->loop, 5);
		else if (app->dirty)
			paint(app);
		if (now_s() > end)
			return status_set(STATUS_CANCELLED, "still waiting for an answer after %d s", SETTLE_S);
	} while (app_busy(app) || app->dirty);
	return STATUS_OK;
}

/* One key of "jj<Enter>": its code, and how many bytes name it; -1. */
static int next_key(size_t *taken_out, const char *s)
{
	char name[KEY_NAME_MAX];
	const char *end;
	size_t n = 1;

	if (*s == '<' && (end = strchr(s, '>')) && end > s + 1 && (size_t)(end - s) < sizeof(name)) {
		memcpy(name, s + 1, (size_t)(end - s) - 1);
		name[end - s - 1] = '\0';
		*taken_out = (size_t)(end - s) + 1;
		return key_parse(name);
	}
	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	*taken_out = n;
	if (*s == ' ')
		return ' ';
	if (n >= sizeof(name))
		return -1;
	memcpy(name, s, n);
	name[n] = '\0';
	return key_parse(name);
}

enum status script_keys(struct app *app, const char *keys, bool paced)
{
	struct key_event ev;
	enum status code = STATUS_OK;
	size_t taken;
	int key;

	while (*keys && code == STATUS_OK) {
		key = next_key(&taken, keys);
		if (key < 0)
			return status_set(STATUS_USAGE, "keys: no key begins \"%.12s\"", keys);
		keys += taken;
		key_event_set(&ev, key);
		app_key(app, &ev);
		if (paced)
			code = script_settle(app);
	}
	return code;
}

static enum status run_line(struct app *app, struct script *s, const char *line)
{
	enum status code = command_run(app, line), settled;

	settled = script_settle(app);
	if (code == STATUS_OK)
		code = settled;
	if (code != STATUS_OK)
		fprintf(stderr, "%s:%u: %s\n", s->name, s->line, status_message());
	return code;
}

enum status script_run(struct app *app, struct script *s)
{
	char line[SCRIPT_LINE_MAX];
	enum status code = script_settle(app);

	while (code == STATUS_OK && !app->quit && fgets(line, sizeof(line), s->file)) {
		s->line++;
		if (!strchr(line, '\n') && strlen(line) == sizeof(line) - 1)
			code = status_set(STATUS_LIMIT, "%s:%u: the line is too long", s->name, s->line);
		line[strcspn(line, "\n")] = '\0';
		if (code == STATUS_OK)
			code = run_line(app, s, line);
	}
	return code;
}
