/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options and their values. Layer app, UI thread. */
#include "verdict/app/options.h"
#include "verdict/app/ways.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/base/mem.h"

/* Sorted by name; verdict.conf(5) has a paragraph for each, which a test checks. */
static const struct option table[] = {
	{ "claim-minutes", OPTION_INT, "60", 5, 480, NULL, "min", "How long a claim asks to hold a test instance." },
	{ "color", OPTION_WORD, "auto", 0, 0, "auto never 16 256", NULL,
		"Colours of the screen; auto follows the terminal and NO_COLOR." },
	{ "confirm-quit", OPTION_BOOL, "no", 0, 0, NULL, NULL, "Ask before leaving the console." },
	{ "escdelay", OPTION_INT, "25", 0, 1000, NULL, "ms",
		"How long a lone Esc waits to see whether it begins a longer key." },
	{ "glyphs", OPTION_WORD, "auto", 0, 0, "auto ascii", NULL,
		"Signs and lines of the screen; auto follows the locale." },
	{ "hub", OPTION_TEXT, "", 0, 0, NULL, NULL,
		"The hub behind an SSH server: ssh://USER@HOST[:PORT]/SOCKET, or …/localhost:PORT with TLS." },
	{ "metered", OPTION_TEXT, "auto", 0, 0, NULL, NULL,
		"Ways over which no evidence is fetched unasked: auto (where it is slow), yes, no, or https, ssh." },
	{ "mouse", OPTION_BOOL, "yes", 0, 0, NULL, NULL,
		"Take clicks and the wheel; without it the terminal selects text." },
	{ "pictures", OPTION_WORD, "auto", 0, 0, "auto blocks letters", NULL,
		"How a picture is drawn: auto sends it where the terminal says that it takes graphics." },
	{ "prefetch-mb", OPTION_INT, "256", 0, 100000, NULL, "MB",
		"How much evidence of the queue is fetched from the hub unasked; 0 is none." },
	{ "preview", OPTION_BOOL, "yes", 0, 0, NULL, NULL,
		"Show the test instance beside the queue where the screen has 120 columns." },
	{ "scope", OPTION_WORD, "waiting", 0, 0, "waiting mine assigned all", NULL,
		"What the queue holds at the start." },
	{ "sftp", OPTION_TEXT, "", 0, 0, NULL, NULL, "The hub's drop: sftp://USER@HOST[:PORT]/FOLDER." },
	{ "sort", OPTION_WORD, "waiting", 0, 0, "waiting table test id status", NULL,
		"Order of the queue at the start." },
	{ "ssh-host-key", OPTION_TEXT, "", 0, 0, NULL, NULL,
		"Fingerprints of the SSH servers' keys, SHA256:…, parted by blanks." },
	{ "ssh-jump", OPTION_TEXT, "", 0, 0, NULL, NULL, "The SSH server that leads to the hub's: USER@HOST[:PORT]." },
	{ "ssh-key", OPTION_TEXT, "", 0, 0, NULL, NULL,
		"File of the private key for SSH; without it the agent and ~/.ssh are asked." },
	{ "theme", OPTION_WORD, "default", 0, 0, "default light mono", NULL, "Colours by name." },
	{ "ways", OPTION_TEXT, "https, ssh, sftp", 0, 0, NULL, NULL,
		"Ways to the hub in the order in which they are tried." },
};
#define COUNT (sizeof(table) / sizeof(table[0]))

struct options { char *value[COUNT]; };

struct options *options_new(void)
{
	struct options *o = mem_zalloc(sizeof(*o));
	size_t i;

	for (i = 0; i < COUNT; i++)
		o->value[i] = mem_strdup(table[i].normal);
	return o;
}

void options_free(struct options *o)
{
	size_t i;

	if (!o)
		return;
	for (i = 0; i < COUNT; i++)
		mem_free(o->value[i]);
	mem_free(o);
}

const struct option *option_at(size_t i)
{
	return i < COUNT ? &table[i] : NULL;
}

const struct option *option_find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static bool word_in(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *p;

	for (p = words; n > 0 && (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

static enum status check(const struct option *opt, const char *value)
{
	char *end;
	long n;

	switch (opt->type) {
	case OPTION_BOOL:
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return status_set(STATUS_USAGE, "set %s: say yes or no", opt->name);
		return STATUS_OK;
	case OPTION_INT:
		n = strtol(value, &end, 10);
		if (!*value || *end || n < opt->min || n > opt->max)
			return status_set(STATUS_USAGE, "set %s: a number from %ld to %ld, not \"%s\"", opt->name,
				opt->min, opt->max, value);
		return STATUS_OK;
	case OPTION_WORD:
		if (!word_in(opt->words, value))
			return status_set(STATUS_USAGE, "set %s: one of %s", opt->name, opt->words);
		return STATUS_OK;
	case OPTION_TEXT:
		if (strlen(value) > OPTION_TEXT_MAX)
			return status_set(STATUS_USAGE, "set %s: more than %d characters", opt->name, OPTION_TEXT_MAX);
		return *value ? ways_option_check(opt->name, value) : STATUS_OK;
	}
	return STATUS_USAGE;
}

enum status options_set(struct options *o, const char *name, const char *value)
{
	const struct option *opt = option_find(name);
	enum status code;

	if (!opt)
		return status_set(STATUS_USAGE, "set: no option is called \"%s\"", name);
	code = check(opt, value);
	if (code != STATUS_OK)
		return code;
	mem_free(o->value[opt - table]);
	o->value[opt - table] = mem_strdup(value);
	return STATUS_OK;
}

const char *options_word(const struct options *o, const char *name)
{
	const struct option *opt = option_find(name);

	assert(opt);
	return o->value[opt - table];
}

bool options_bool(const struct options *o, const char *name)
{
	return strcmp(options_word(o, name), "yes") == 0;
}

long options_int(const struct options *o, const char *name)
{
	return strtol(options_word(o, name), NULL, 10);
}
