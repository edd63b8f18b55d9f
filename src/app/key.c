/* SPDX-License-Identifier: Apache-2.0 */
/* Names of keys, both ways. Layer app, any thread. */
#include "verdict/app/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "verdict/base/text.h"

static const struct { int key; const char *name; } names[] = {
	{ K_UP, "Up" }, { K_DOWN, "Down" }, { K_LEFT, "Left" }, { K_RIGHT, "Right" },
	{ K_PGUP, "PgUp" }, { K_PGDN, "PgDn" }, { K_HOME, "Home" }, { K_END, "End" },
	{ K_TAB, "Tab" }, { K_BACKTAB, "Shift-Tab" }, { K_ENTER, "Enter" }, { K_ESC, "Esc" },
	{ K_BACKSPACE, "Backspace" }, { K_DELETE, "Delete" }, { K_INSERT, "Insert" },
	{ K_WHEEL_UP, "WheelUp" }, { K_WHEEL_DOWN, "WheelDown" },
	{ K_SHIFT_UP, "Shift-Up" }, { K_SHIFT_DOWN, "Shift-Down" },
	{ K_CTRL_LEFT, "Ctrl-Left" }, { K_CTRL_RIGHT, "Ctrl-Right" },
	{ ' ', "Space" }, { '<', "Less" },
};

static const char *base_name(char out[KEY_NAME_MAX], int key)
{
	char utf8[4];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].key == key)
			return names[i].name;
	if (key >= K_F1 && key <= K_F12)
		snprintf(out, KEY_NAME_MAX, "F%d", key - K_F1 + 1);
	else if (key > 0 && key < 0x20)
		snprintf(out, KEY_NAME_MAX, "Ctrl-%c", key + '@');
	else if (key > 0x20 && key < 0x110000 && key != 0x7f)
		snprintf(out, KEY_NAME_MAX, "%.*s", utf8_encode(utf8, (unsigned int)key), utf8);
	else
		snprintf(out, KEY_NAME_MAX, "key %d", key);
	return out;
}

const char *key_label(char out[KEY_NAME_MAX], int key)
{
	char rest[KEY_NAME_MAX];
	const char *name;

	if (key < K_ALT) {
		name = base_name(out, key);
		if (name != out)
			snprintf(out, KEY_NAME_MAX, "%s", name);
		return out;
	}
	name = base_name(rest, key - K_ALT);
	snprintf(out, KEY_NAME_MAX, "Alt-%.18s", name);
	return out;
}

static int parse_number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	return *s && !*end && n >= 1 && n <= 12 ? (int)n : -1;
}

int key_parse(const char *name)
{
	uint32_t cp;
	size_t i, n = strlen(name);
	int key;

	if (strncasecmp(name, "Alt-", 4) == 0 && name[4]) {
		key = key_parse(name + 4);
		return key < 0 || key >= K_ALT ? -1 : key + K_ALT;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].key;
	if (strncasecmp(name, "Ctrl-", 5) == 0 && n == 6 && name[5] > '@') {
		key = K_CTRL(name[5]);
		return key == 9 ? K_TAB : key == 13 ? K_ENTER : key == 27 ? K_ESC : key;
	}
	if (n > 1 && (name[0] == 'F' || name[0] == 'f') && parse_number(name + 1) > 0)
		return K_F1 + parse_number(name + 1) - 1;
	if (n > 0 && utf8_decode(&cp, name, n) == (int)n && cp > 0x20 && cp != 0x7f)
		return (int)cp;
	return -1;
}

void key_event_set(struct key_event *out, int key)
{
	memset(out, 0, sizeof(*out));
	out->alt = key >= K_ALT;
	out->key = out->alt ? key - K_ALT : key;
	if (!out->alt && key >= 0x20 && key < 0x110000 && key != 0x7f)
		out->text[utf8_encode(out->text, (unsigned int)key)] = '\0';
}

int key_event_code(const struct key_event *ev)
{
	return ev->alt ? ev->key + K_ALT : ev->key;
}
