/* SPDX-License-Identifier: Apache-2.0 */
/* Looks by name, from data/theme.conf and verdict.conf. Layer ui, UI thread. */
#include "verdict/ui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/ui/canvas.h"
#include "src/ui/ui_priv.h"

static int colour(const char *word)
{
	static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };
	bool bright = strncmp(word, "bright-", 7) == 0;
	char *end;
	long n;
	int i;

	if (strcmp(word, "default") == 0)
		return -1;
	for (i = 0; i < 8; i++)
		if (strcmp(names[i], word + (bright ? 7 : 0)) == 0)
			return i + (bright ? 8 : 0);
	n = strtol(word, &end, 10);
	return *word && !*end && n >= 0 && n <= 255 ? (int)n : -2;
}

/* "214/yellow", or one for both; a number above 15 alone leaves 16 colours the default. */
static bool colours(int16_t *many, int16_t *few, const char *word)
{
	char first[32];
	const char *slash = strchr(word, '/');
	int a, b;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(word, "/"), word);
	a = colour(first);
	b = slash ? colour(slash + 1) : a > 15 ? -1 : a;
	if (a < -1 || b < -1 || b > 15)
		return false;
	*many = (int16_t)a;
	*few = (int16_t)b;
	return true;
}

static int attribute(const char *word)
{
	return strcmp(word, "bold") == 0 ? ATTR_BOLD : strcmp(word, "dim") == 0 ? ATTR_DIM :
		strcmp(word, "underline") == 0 ? ATTR_UNDERLINE : strcmp(word, "reverse") == 0 ? ATTR_REVERSE : -1;
}

enum status theme_line(struct theme *t, const char *line)
{
	char copy[256], *word, *save = NULL;
	struct look look = { -1, -1, -1, -1, 0 };
	int style = -1, n, attr;

	snprintf(copy, sizeof(copy), "%s", line);
	for (n = 0, word = strtok_r(copy, " \t\r", &save); word; word = strtok_r(NULL, " \t\r", &save), n++) {
		if (n == 1 && (style = style_parse(word)) < 0)
			return status_set(STATUS_USAGE, "style: no style is called \"%s\"", word);
		if ((n == 2 && !colours(&look.fg, &look.fg16, word)) ||
		    (n == 3 && !colours(&look.bg, &look.bg16, word)))
			return status_set(STATUS_USAGE, "style: no colour is called \"%s\"", word);
		if (n < 4)
			continue;
		attr = attribute(word);
		if (attr < 0)
			return status_set(STATUS_USAGE, "style: no attribute is called \"%s\"", word);
		look.attr |= (uint8_t)attr;
	}
	if (n < 4)
		return status_set(STATUS_USAGE, "style: say style NAME FOREGROUND BACKGROUND [ATTRIBUTE…]");
	t->look[style] = look;
	return STATUS_OK;
}

enum status theme_load(struct theme *out, const char *name)
{
	struct theme t = { .mono = strcmp(name, "mono") == 0 };
	const char *p = embedded_theme;
	char line[256];
	bool here = false, found = false;
	enum status code;
	size_t len, i;

	for (i = 0; i < STYLE_COUNT; i++)
		t.look[i] = (struct look){ -1, -1, -1, -1, 0 };
	for (; *p; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, p);
		if (strncmp(line, "theme ", 6) == 0) {
			here = strcmp(line + 6, name) == 0;
			found = found || here;
		} else if (here && strncmp(line, "style ", 6) == 0) {
			code = theme_line(&t, line);
			if (code != STATUS_OK)
				return code;
		}
	}
	if (!found)
		return status_set(STATUS_NOT_FOUND, "no theme is called \"%s\"", name);
	*out = t;
	return STATUS_OK;
}
