/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_KEYMAP_H
#define VERDICT_APP_KEYMAP_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/app/key.h"
#include "verdict/app/screen.h"
#include "verdict/base/status.h"

/*
 * Key, map, command line. A map is named after its screen; `common` is the parent of all. data/keys.conf holds
 * the defaults in the user's own syntax, "bind <map> <key> <command…>"; "none" takes a binding away. UI thread.
 */
struct keymap;
struct binding { const char *map; int key; const char *command; };

struct keymap *keymap_new(void);	/* with the defaults */
struct keymap *keymap_new_empty(void);
void keymap_free(struct keymap *km);
/* STATUS_USAGE: unknown map, key or command. */
enum status keymap_bind(struct keymap *km, const char *map, const char *key, const char *command);
/* Command line of a key, or NULL: the screen's own map, then (with `common`) its parent. Borrowed. */
const char *keymap_get(const struct keymap *km, const char *map, int key, bool common);
/* First key of a command line (or of a command with any arguments) on that screen: its name, or NULL. */
const char *keymap_key_of(char out[KEY_NAME_MAX], const struct keymap *km, const char *map, const char *command);
const struct binding *keymap_at(const struct keymap *km, size_t i);	/* in the order of binding; NULL past the end */

#endif
