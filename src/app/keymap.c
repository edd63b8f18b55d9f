/* SPDX-License-Identifier: Apache-2.0 */
/* Which key names which command on which screen. Layer app, UI thread. */
#include "verdict/app/keymap.h"

#include <stdio.h>
#include <string.h>

#include "verdict/app/command.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "src/app/app_priv.h"

struct keymap { VEC(struct binding) all; };

struct keymap *keymap_new_empty(void)
{
	return mem_zalloc(sizeof(struct keymap));
}

void keymap_free(struct keymap *km)
{
	size_t i;

	if (!km)
		return;
	for (i = 0; i < km->all.len; i++)
		mem_free((char *)km->all.at[i].command);
	vec_done(&km->all);
	mem_free(km);
}

/* The map's name as a string that stays, or NULL. */
static const char *map_name(const char *map)
{
	int i;

	if (strcmp(map, "common") == 0)
		return "common";
	for (i = 0; i < SCREEN_COUNT; i++)
		if (screens[i] && strcmp(screens[i]->name, map) == 0)
			return screens[i]->name;
	return NULL;
}

static bool command_known(const char *line)
{
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(line, " "), line);
	return command_find(word) != NULL;
}

static struct binding *find(const struct keymap *km, const char *map, int key)
{
	size_t i;

	for (i = 0; i < km->all.len; i++)
		if (km->all.at[i].key == key && strcmp(km->all.at[i].map, map) == 0)
			return &km->all.at[i];
	return NULL;
}

enum status keymap_bind(struct keymap *km, const char *map, const char *key, const char *command)
{
	const char *name = map_name(map);
	int code = key_parse(key);
	struct binding *b;

	if (!name)
		return status_set(STATUS_USAGE, "bind: no key map is called \"%s\"", map);
	if (code < 0)
		return status_set(STATUS_USAGE, "bind: no key is called \"%s\"", key);
	if (strcmp(command, "none") != 0 && !command_known(command))
		return status_set(STATUS_USAGE, "bind: no command is called \"%s\"", command);
	b = find(km, name, code);
	if (!b) {
		vec_push(&km->all, ((struct binding){ name, code, NULL }));
		b = &km->all.at[km->all.len - 1];
	}
	mem_free((char *)b->command);
	b->command = mem_strdup(command);
	return STATUS_OK;
}

const char *keymap_get(const struct keymap *km, const char *map, int key, bool common)
{
	struct binding *b = find(km, map, key);

	if (!b && common)
		b = find(km, "common", key);
	return b && strcmp(b->command, "none") != 0 ? b->command : NULL;
}

/* Does this binding run the command line, or (with `loose`) the command with any arguments? */
static bool runs(const struct binding *b, const char *command, bool loose)
{
	size_t n = strlen(command);

	return loose ? strncmp(b->command, command, n) == 0 && (!b->command[n] || b->command[n] == ' ') :
		strcmp(b->command, command) == 0;
}

static const char *key_in(char out[KEY_NAME_MAX], const struct keymap *km, const char *map, const char *own,
	const char *command, bool loose)
{
	const struct binding *b;
	size_t i;

	for (i = 0; i < km->all.len; i++) {
		b = &km->all.at[i];
		if (strcmp(b->map, map) != 0 || !runs(b, command, loose))
			continue;
		if (own && find(km, own, b->key))	/* hidden by the screen's own map */
			continue;
		return key_label(out, b->key);
	}
	return NULL;
}

const char *keymap_key_of(char out[KEY_NAME_MAX], const struct keymap *km, const char *map, const char *command)
{
	const char *name = key_in(out, km, map, NULL, command, false);

	if (!name)
		name = key_in(out, km, "common", map, command, false);
	if (!name)
		name = key_in(out, km, map, NULL, command, true);
	if (!name)
		name = key_in(out, km, "common", map, command, true);
	return name;
}

const struct binding *keymap_at(const struct keymap *km, size_t i)
{
	return i < km->all.len ? &km->all.at[i] : NULL;
}

struct keymap *keymap_new(void)
{
	struct keymap *km = keymap_new_empty();

	config_text(km, NULL, embedded_keys, "keys.conf");
	return km;
}
